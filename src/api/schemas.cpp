#include "api/schemas.hpp"

#include <stdexcept>

namespace draas::api {
namespace {

constexpr std::string_view kInstanceSchemas = R"json({
"InstanceStatus": {"type": "string", "enum": ["Created", "Running", "Stopped", "Error", "ConfigurationChanged"]},
"RestartPolicy": {"type": "string", "enum": ["Always", "OnFailure", "Never"]},
"DesiredState": {"type": "string", "enum": ["Running", "Stopped"]},
"Phase": {"type": "string", "enum": ["Idle", "Starting", "Running", "Stopping", "Stopped", "BackOff", "Failed"]},
"Health": {"type": "object", "required": ["status"],
  "properties": {"status": {"type": "string"}, "reason": {"type": "string"}}},
"StringMap": {"type": "object", "additionalProperties": {"type": "string"}},
"Limits": {"type": "object", "description": "0 or absent: none. They hold from the next start.",
  "properties": {
    "cpuCores": {"type": "number", "minimum": 0},
    "memoryBytes": {"type": "integer", "minimum": 0, "description": "In requests also text such as \"512Mi\""},
    "openFiles": {"type": "integer", "minimum": 0}}},
"Instance": {"type": "object",
  "required": ["id", "name", "platformType", "status", "createdAt"],
  "properties": {
    "id": {"type": "string"},
    "name": {"type": "string"},
    "description": {"type": "string"},
    "platformType": {"type": "string"},
    "createdAt": {"type": "string", "format": "date-time"},
    "lastModifiedAt": {"type": ["string", "null"], "format": "date-time"},
    "status": {"$ref": "#/components/schemas/InstanceStatus"},
    "phase": {"$ref": "#/components/schemas/Phase"},
    "health": {"type": "string", "enum": ["Unknown", "Healthy", "Degraded", "Unhealthy"]},
    "desiredState": {"$ref": "#/components/schemas/DesiredState"},
    "restartPolicy": {"anyOf": [{"$ref": "#/components/schemas/RestartPolicy"}, {"type": "null"}],
                      "description": "null: the configured default"},
    "limits": {"$ref": "#/components/schemas/Limits"},
    "platformOptions": {"type": "object"},
    "configurationRevision": {"type": "integer", "description": "The newest revision of the configuration"},
    "appliedRevision": {"type": "integer", "description": "The revision that runs; 0: none"},
    "healthyRevision": {"type": ["integer", "null"], "description": "The newest revision whose checks passed"},
    "held": {"anyOf": [{"$ref": "#/components/schemas/HeldRevision"}, {"type": "null"}]},
    "frontPort": {"type": ["integer", "null"],
                  "description": "Where the control plane forwards connections to the workloads"},
    "address": {"type": "string", "description": "Where its own API is reached, while it runs"},
    "restartCount": {"type": "integer", "description": "Automatic restarts since the last start by hand"},
    "errorMessage": {"type": "string"},
    "metadata": {"$ref": "#/components/schemas/StringMap"}}},
"CreateInstance": {"type": "object",
  "description": "A name, or an id, is needed.",
  "additionalProperties": false,
  "properties": {
    "id": {"type": "string", "description": "Default: a new UUID; also as `instanceId`"},
    "instanceId": {"type": "string"},
    "name": {"type": "string", "minLength": 1, "description": "Default: the id"},
    "description": {"type": "string"},
    "platformType": {"type": ["string", "integer"], "description": "Default: the configured one; also as `platform`"},
    "platform": {"type": ["string", "integer"]},
    "metadata": {"$ref": "#/components/schemas/StringMap"},
    "restartPolicy": {"$ref": "#/components/schemas/RestartPolicy"},
    "desiredState": {"$ref": "#/components/schemas/DesiredState"},
    "limits": {"$ref": "#/components/schemas/Limits"},
    "platformOptions": {"type": "object", "description": "The platform's own settings"},
    "frontPort": {"$ref": "#/components/schemas/FrontPort"},
    "serverConfiguration": {"$ref": "#/components/schemas/ServerConfiguration"},
    "configuration": {"$ref": "#/components/schemas/Configuration"},
    "start": {"type": "boolean", "default": false}}},
"CreatedInstance": {"allOf": [{"$ref": "#/components/schemas/Instance"}],
  "type": "object",
  "required": ["instance", "serverConfiguration"],
  "properties": {
    "instance": {"$ref": "#/components/schemas/Instance"},
    "serverConfiguration": {"$ref": "#/components/schemas/ServerConfiguration"},
    "warnings": {"type": "array", "items": {"type": "string"}}}},
"UpdateInstance": {"type": "object",
  "additionalProperties": false,
  "properties": {
    "name": {"type": "string", "minLength": 1},
    "description": {"type": ["string", "null"]},
    "metadata": {"type": ["object", "null"], "additionalProperties": {"type": ["string", "null"]},
                 "description": "Merged into what is there; null removes"},
    "restartPolicy": {"anyOf": [{"$ref": "#/components/schemas/RestartPolicy"}, {"type": "null"}]},
    "desiredState": {"$ref": "#/components/schemas/DesiredState"},
    "limits": {"anyOf": [{"$ref": "#/components/schemas/Limits"}, {"type": "null"}]},
    "platformOptions": {"type": ["object", "null"]},
    "frontPort": {"$ref": "#/components/schemas/FrontPort"}}},
"FrontPort": {"description": "Where the control plane forwards connections to the workloads; \"auto\": a free port of the pool; null: nowhere",
  "anyOf": [{"type": "integer", "minimum": 1, "maximum": 65535}, {"type": "string", "enum": ["auto"]},
            {"type": "null"}]},
"HeldRevision": {"type": "object", "description": "A revision that is not to be applied by itself again",
  "required": ["revision", "reason"],
  "properties": {"revision": {"type": "integer"}, "reason": {"type": "string"}}},
"Workload": {"type": "object", "required": ["slot", "platform", "generation", "revision", "phase", "health"],
  "properties": {
    "slot": {"type": "string", "enum": ["a", "b"]},
    "platform": {"type": "string"},
    "generation": {"type": "integer", "description": "Grows with every start, over both slots"},
    "revision": {"type": "integer", "description": "The revision of the configuration that it runs"},
    "phase": {"$ref": "#/components/schemas/Phase"},
    "health": {"type": "string", "enum": ["Unknown", "Healthy", "Degraded", "Unhealthy"]},
    "host": {"type": "string"},
    "port": {"type": "integer"},
    "startedAt": {"type": ["string", "null"], "format": "date-time"}}},
"Standby": {"type": "object", "allOf": [{"$ref": "#/components/schemas/Workload"}], "required": ["role"],
  "properties": {
    "role": {"type": "string", "enum": ["Candidate", "Retired"],
             "description": "Candidate: not yet promoted; Retired: was active before a promotion"},
    "errorMessage": {"type": ["string", "null"]}}},
"Workloads": {"type": "object", "required": ["instanceId", "active", "standby", "traffic", "connections"],
  "properties": {
    "instanceId": {"type": "string"},
    "frontPort": {"type": ["integer", "null"]},
    "active": {"anyOf": [{"$ref": "#/components/schemas/Workload"}, {"type": "null"}]},
    "standby": {"anyOf": [{"$ref": "#/components/schemas/Standby"}, {"type": "null"}]},
    "traffic": {"type": "object", "description": "Percent of new connections and proxied requests",
      "properties": {"active": {"type": "integer"}, "standby": {"type": "integer"}}},
    "connections": {"type": "object", "description": "Connections and proxied requests under way",
      "properties": {"active": {"type": "integer"}, "standby": {"type": "integer"}}},
    "requests": {"type": "object", "description": "Proxied requests that each was given by its share, since it started",
      "additionalProperties": {"type": "object",
        "properties": {"total": {"type": "integer"}, "errors": {"type": "integer"}}}}}},
"StartStandby": {"type": "object", "additionalProperties": false,
  "properties": {
    "revision": {"type": "integer", "minimum": 1, "description": "Default: the newest"},
    "platform": {"type": "string", "description": "Default: the instance's; also as `platformType`"},
    "platformType": {"type": "string"},
    "owner": {"type": "string", "description": "Who sees to its end; `reconciler` for reconcilers, which leave others' alone"}}},
"Traffic": {"type": "object", "required": ["standby"], "additionalProperties": false,
  "properties": {"standby": {"type": "integer", "minimum": 0, "maximum": 100}}},
"AppliedRevision": {"type": "object", "required": ["revision", "generation"], "additionalProperties": false,
  "properties": {"revision": {"type": "integer", "minimum": 1}, "generation": {"type": "integer", "minimum": 1}}},
"OperationResult": {"type": "object",
  "required": ["message", "changed", "instance", "runtime"],
  "properties": {
    "message": {"type": "string"},
    "changed": {"type": "boolean", "description": "false: it was already so"},
    "instance": {"$ref": "#/components/schemas/Instance"},
    "runtime": {"$ref": "#/components/schemas/RuntimeStatus"}}},
"RuntimeStatus": {"type": "object",
  "required": ["instanceId", "status"],
  "properties": {
    "instanceId": {"type": "string"},
    "status": {"$ref": "#/components/schemas/InstanceStatus"},
    "startedAt": {"type": ["string", "null"], "format": "date-time"},
    "stoppedAt": {"type": ["string", "null"], "format": "date-time"},
    "processId": {"type": ["string", "null"]},
    "containerId": {"type": ["string", "null"]},
    "podName": {"type": ["string", "null"]},
    "namespace": {"type": ["string", "null"]},
    "phase": {"$ref": "#/components/schemas/Phase"},
    "health": {"type": "string", "enum": ["Unknown", "Healthy", "Degraded", "Unhealthy"]},
    "desiredState": {"$ref": "#/components/schemas/DesiredState"},
    "host": {"type": "string"},
    "port": {"type": "integer"},
    "generation": {"type": "integer", "description": "Grows with every start"},
    "appliedRevision": {"type": "integer"},
    "oneShot": {"type": "boolean", "description": "Runs a configuration that is not stored"},
    "restartCount": {"type": "integer"},
    "nextStartAt": {"type": ["string", "null"], "format": "date-time"},
    "lastExit": {"type": "object", "properties": {
      "exitCode": {"type": "integer"}, "signal": {"type": "integer"}, "outOfMemory": {"type": "boolean"},
      "time": {"type": "string", "format": "date-time"}, "reason": {"type": "string"}}},
    "runtimeMetadata": {"$ref": "#/components/schemas/StringMap"},
    "errorMessage": {"type": ["string", "null"]}}},
"SetStatus": {"anyOf": [
  {"$ref": "#/components/schemas/InstanceStatus"},
  {"type": "integer", "minimum": 0, "maximum": 4},
  {"type": "object", "required": ["status"], "additionalProperties": false,
   "properties": {"status": {"$ref": "#/components/schemas/InstanceStatus"}, "source": {"type": "string"},
                  "metadata": {"$ref": "#/components/schemas/StringMap"}}}]},
"BulkRequest": {"type": "object", "additionalProperties": false,
  "description": "A filter, or ids, or `all`.",
  "properties": {
    "selector": {"type": "string"},
    "status": {"anyOf": [{"$ref": "#/components/schemas/InstanceStatus"},
                         {"type": "array", "items": {"$ref": "#/components/schemas/InstanceStatus"}}]},
    "platform": {"type": "string"},
    "name": {"type": "string"},
    "ids": {"type": "array", "items": {"type": "string"}, "maxItems": 1000},
    "all": {"type": "boolean"}}},
"BulkResult": {"type": "object",
  "required": ["operation", "matched", "succeeded", "failed", "results"],
  "properties": {
    "operation": {"type": "string", "enum": ["start", "stop", "restart", "delete"]},
    "matched": {"type": "integer"},
    "succeeded": {"type": "integer"},
    "failed": {"type": "integer"},
    "results": {"type": "array", "items": {"type": "object", "required": ["id", "ok"],
      "properties": {"id": {"type": "string"}, "ok": {"type": "boolean"},
        "error": {"type": "object", "properties": {"code": {"type": "string"}, "status": {"type": "integer"},
                                                   "detail": {"type": "string"}}}}}}}},
"Platform": {"type": "object",
  "required": ["platformType", "available", "reason", "isDefault", "monitoring", "instanceCount"],
  "properties": {
    "platformType": {"type": "string"},
    "available": {"type": "boolean"},
    "reason": {"type": "string"},
    "isDefault": {"type": "boolean"},
    "monitoring": {"type": "string"},
    "instanceCount": {"type": "integer"},
    "version": {"type": "string"}}}
})json";

constexpr std::string_view kConfigurationSchemas = R"json({
"Configuration": {"type": "object",
  "description": "A configuration of drasi-server. Fields that are not named here are kept as they are.",
  "properties": {
    "host": {"type": "string"},
    "port": {"type": ["integer", "string"]},
    "logLevel": {"type": "string"},
    "sources": {"type": "array", "items": {"type": "object", "required": ["kind", "id"],
      "properties": {"kind": {"type": "string"}, "id": {"type": "string"}, "autoStart": {"type": "boolean"}}}},
    "queries": {"type": "array", "items": {"type": "object", "required": ["id"],
      "properties": {"id": {"type": "string"}, "queryText": {"type": "string"},
                     "queryLanguage": {"type": "string", "enum": ["GQL", "Cypher"]},
                     "autoStart": {"type": "boolean"},
                     "sources": {"type": "array", "items": {"type": "object",
                       "properties": {"sourceId": {"type": "string"}}}}}}},
    "reactions": {"type": "array", "items": {"type": "object", "required": ["kind", "id"],
      "properties": {"kind": {"type": "string"}, "id": {"type": "string"}, "autoStart": {"type": "boolean"},
                     "queries": {"type": "array", "items": {"type": "string"}}}}}}},
"ServerConfiguration": {"type": "object",
  "properties": {
    "host": {"type": ["string", "null"]},
    "port": {"type": ["integer", "null"], "minimum": 1, "maximum": 65535},
    "logLevel": {"type": ["string", "null"]}}},
"SetHost": {"anyOf": [{"type": "string"}, {"type": "object", "properties": {"host": {"type": "string"}}}]},
"SetPort": {"anyOf": [{"type": "integer", "minimum": 1, "maximum": 65535},
                      {"type": "object", "properties": {"port": {"type": "integer"}}}]},
"SetLogLevel": {"anyOf": [{"type": "string"}, {"type": "object", "properties": {"logLevel": {"type": "string"}}}]},
"Patch": {"description": "A JSON Patch (RFC 6902) or a merge patch (RFC 7396).", "anyOf": [
  {"type": "array", "items": {"type": "object", "required": ["op", "path"],
    "properties": {"op": {"type": "string", "enum": ["add", "remove", "replace", "move", "copy", "test"]},
                   "path": {"type": "string"}, "from": {"type": "string"}, "value": {}}}},
  {"type": "object"}]},
"Validation": {"type": "object", "required": ["valid", "findings"],
  "properties": {
    "valid": {"type": "boolean"},
    "findings": {"type": "array", "items": {"type": "object", "required": ["severity", "path", "message"],
      "properties": {"severity": {"type": "string", "enum": ["error", "warning"]}, "path": {"type": "string"},
                     "message": {"type": "string"}}}}}},
"ActualConfiguration": {"type": "object", "description": "Per library of the server, as it reports itself."},
"RevisionSummary": {"type": "object",
  "properties": {
    "revision": {"type": "integer"},
    "createdAt": {"type": "string", "format": "date-time"},
    "author": {"type": "string"},
    "changeType": {"type": "string"},
    "description": {"type": "string"}}},
"Revision": {"type": "object", "allOf": [{"$ref": "#/components/schemas/RevisionSummary"}],
  "required": ["configuration"],
  "properties": {"configuration": {"$ref": "#/components/schemas/Configuration"}}},
"Diff": {"type": "object", "required": ["from", "to", "changes", "patch"],
  "properties": {
    "from": {"type": "integer"},
    "to": {"type": "integer"},
    "changes": {"type": "array", "items": {"type": "string"}},
    "patch": {"type": "array", "items": {"type": "object"}}}},
"Rollback": {"type": "object", "additionalProperties": false,
  "properties": {
    "revision": {"type": "integer", "minimum": 1},
    "reason": {"type": "string", "description": "For the description of the new revision"},
    "failedRevision": {"type": "integer", "minimum": 1, "description": "Is held: not applied again until forced"}}}
})json";

constexpr std::string_view kOtherSchemas = R"json({
"StatusReport": {"type": "object", "required": ["instanceId", "status", "source"], "additionalProperties": false,
  "properties": {
    "instanceId": {"type": "string", "minLength": 1},
    "status": {"anyOf": [{"$ref": "#/components/schemas/InstanceStatus"}, {"type": "integer"}]},
    "source": {"type": "string", "minLength": 1},
    "metadata": {"$ref": "#/components/schemas/StringMap"}}},
"StatusReports": {"anyOf": [{"$ref": "#/components/schemas/StatusReport"},
  {"type": "array", "items": {"$ref": "#/components/schemas/StatusReport"}, "maxItems": 10000}]},
"ReportsAccepted": {"type": "object", "required": ["accepted", "rejected"],
  "properties": {
    "accepted": {"type": "integer"},
    "rejected": {"type": "array", "items": {"type": "object", "required": ["index", "errors"],
      "properties": {"index": {"type": "integer"}, "instanceId": {"type": "string"}, "code": {"type": "string"},
                     "errors": {"type": "array", "items": {"$ref": "#/components/schemas/Fault"}}}}}}},
"StatusChange": {"type": "object", "required": ["sequence", "type", "instanceId", "newStatus", "timestamp"],
  "properties": {
    "sequence": {"type": "integer"},
    "type": {"type": "string"},
    "instanceId": {"type": "string"},
    "oldStatus": {"$ref": "#/components/schemas/InstanceStatus"},
    "newStatus": {"$ref": "#/components/schemas/InstanceStatus"},
    "source": {"type": "string"},
    "timestamp": {"type": "string", "format": "date-time"},
    "metadata": {"$ref": "#/components/schemas/StringMap"}}},
"ApiHealth": {"type": "object", "required": ["status", "totalInstances", "byStatus"],
  "properties": {
    "status": {"type": "string", "enum": ["healthy", "degraded"]},
    "reason": {"type": "string"},
    "totalInstances": {"type": "integer"},
    "byStatus": {"type": "object", "additionalProperties": {"type": "integer"}},
    "byPlatform": {"type": "object", "additionalProperties": {"type": "integer"}},
    "controlPlaneId": {"type": "string"},
    "version": {"type": "string"}}},
"Fault": {"type": "object", "required": ["path", "message"],
  "properties": {
    "path": {"type": "string", "description": "JSON pointer into the body, or `?name` of a query parameter"},
    "message": {"type": "string"}}},
"Problem": {"type": "object", "description": "Problem details (RFC 9457).", "required": ["type", "title", "status"],
  "properties": {
    "type": {"type": "string"},
    "title": {"type": "string"},
    "status": {"type": "integer"},
    "detail": {"type": "string"},
    "instance": {"type": "string"},
    "requestId": {"type": "string"},
    "code": {"type": "string"},
    "errors": {"type": "array", "items": {"$ref": "#/components/schemas/Fault"}}}},
"OpenApiDocument": {"type": "object"}
})json";

Json parse_all() {
  Json all = Json::object();
  for (const auto text : {kInstanceSchemas, kConfigurationSchemas, kOtherSchemas, reconciliation_schemas()}) {
    auto part = parse_json(text);
    if (!part) throw std::logic_error("schemas: " + part.error().message);
    for (const auto& [name, schema] : part->items()) all[name] = schema;
  }
  return all;
}

}  // namespace

const Json& schemas() {
  static const Json parsed = parse_all();
  return parsed;
}

}  // namespace draas::api
