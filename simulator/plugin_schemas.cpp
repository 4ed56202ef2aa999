// The schemas of plugins' fields, word for word as drasi-server 0.2.2 gives them for the plugins that were at hand.

#include "simulator/plugin_schemas.hpp"

#include <array>

namespace draas::simulator {

namespace {

struct KnownSchema {
  std::string_view category;
  std::string_view kind;
  std::string_view text;
};

// clang-format off
constexpr std::array<KnownSchema, 7> kSchemas = {{
    {"source", "http",
     R"~({"source.http.AuthConfig":{"properties":{"bearer":{"allOf":[{"$ref":"#/components/schemas/source.htt)~"
     R"~(p.BearerConfig"}],"nullable":true},"signature":{"allOf":[{"$ref":"#/components/schemas/source.http.S)~"
     R"~(ignatureConfig"}],"nullable":true}},"type":"object"},"source.http.BearerConfig":{"properties":{"toke)~"
     R"~(nEnv":{"$ref":"#/components/schemas/ConfigValue"}},"required":["tokenEnv"],"type":"object"},"source.)~"
     R"~(http.CorsConfig":{"properties":{"allowCredentials":{"type":"boolean"},"allowHeaders":{"items":{"$ref)~"
     R"~(":"#/components/schemas/ConfigValue"},"type":"array"},"allowMethods":{"items":{"$ref":"#/components/)~"
     R"~(schemas/ConfigValue"},"type":"array"},"allowOrigins":{"items":{"$ref":"#/components/schemas/ConfigVa)~"
     R"~(lue"},"type":"array"},"enabled":{"type":"boolean"},"exposeHeaders":{"items":{"$ref":"#/components/sc)~"
     R"~(hemas/ConfigValue"},"type":"array"},"maxAge":{"format":"int64","minimum":0,"type":"integer"}},"type")~"
     R"~(:"object"},"source.http.EffectiveFromConfig":{"oneOf":[{"$ref":"#/components/schemas/ConfigValue"},{)~"
     R"~("properties":{"format":{"$ref":"#/components/schemas/TimestampFormatDto"},"value":{"$ref":"#/compone)~"
     R"~(nts/schemas/ConfigValue"}},"required":["value","format"],"type":"object"}]},"source.http.ElementTemp)~"
     R"~(late":{"properties":{"from":{"allOf":[{"$ref":"#/components/schemas/ConfigValue"}],"nullable":true},)~"
     R"~("id":{"$ref":"#/components/schemas/ConfigValue"},"labels":{"items":{"$ref":"#/components/schemas/Con)~"
     R"~(figValue"},"type":"array"},"properties":{"nullable":true},"to":{"allOf":[{"$ref":"#/components/schem)~"
     R"~(as/ConfigValue"}],"nullable":true}},"required":["id","labels"],"type":"object"},"source.http.Element)~"
     R"~(Type":{"enum":["node","relation"],"type":"string"},"source.http.ErrorBehavior":{"enum":["accept_and_)~"
     R"~(log","accept_and_skip","reject"],"type":"string"},"source.http.HttpMethod":{"enum":["GET","POST","PU)~"
     R"~(T","PATCH","DELETE"],"type":"string"},"source.http.HttpSourceConfig":{"additionalProperties":false,")~"
     R"~(description":"HTTP source configuration DTO.","properties":{"adaptiveEnabled":{"allOf":[{"$ref":"#/c)~"
     R"~(omponents/schemas/ConfigValue"}],"nullable":true,"x-ui:collapsed":true,"x-ui:group":"Adaptive Batchi)~"
     R"~(ng","x-ui:order":1},"adaptiveMaxBatchSize":{"allOf":[{"$ref":"#/components/schemas/ConfigValue"}],"n)~"
     R"~(ullable":true,"x-ui:group":"Adaptive Batching","x-ui:order":2},"adaptiveMaxWaitMs":{"allOf":[{"$ref")~"
     R"~(:"#/components/schemas/ConfigValue"}],"nullable":true,"x-ui:group":"Adaptive Batching","x-ui:order":)~"
     R"~(4},"adaptiveMinBatchSize":{"allOf":[{"$ref":"#/components/schemas/ConfigValue"}],"nullable":true,"x-)~"
     R"~(ui:group":"Adaptive Batching","x-ui:order":3},"adaptiveMinWaitMs":{"allOf":[{"$ref":"#/components/sc)~"
     R"~(hemas/ConfigValue"}],"nullable":true,"x-ui:group":"Adaptive Batching","x-ui:order":5},"adaptiveWindo)~"
     R"~(wSecs":{"allOf":[{"$ref":"#/components/schemas/ConfigValue"}],"nullable":true,"x-ui:group":"Adaptive)~"
     R"~( Batching","x-ui:order":6},"durability":{"allOf":[{"$ref":"#/components/schemas/drasi_lib.Durability)~"
     R"~(Config"}],"nullable":true},"endpoint":{"allOf":[{"$ref":"#/components/schemas/ConfigValue"}],"nullab)~"
     R"~(le":true,"x-ui:group":"Connection","x-ui:order":3,"x-ui:placeholder":"/api/data"},"host":{"$ref":"#/)~"
     R"~(components/schemas/ConfigValue","x-ui:group":"Connection","x-ui:order":1,"x-ui:placeholder":"0.0.0.0)~"
     R"~("},"port":{"$ref":"#/components/schemas/ConfigValue","x-ui:group":"Connection","x-ui:order":2,"x-ui:)~"
     R"~(placeholder":"8081"},"timeoutMs":{"$ref":"#/components/schemas/ConfigValue","x-ui:group":"Connection)~"
     R"~(","x-ui:order":4,"x-ui:placeholder":"10000"},"webhooks":{"allOf":[{"$ref":"#/components/schemas/sour)~"
     R"~(ce.http.WebhookConfig"}],"nullable":true,"x-ui:group":"Webhooks","x-ui:order":1}},"required":["host")~"
     R"~(,"port"],"type":"object"},"source.http.MappingCondition":{"properties":{"contains":{"allOf":[{"$ref")~"
     R"~(:"#/components/schemas/ConfigValue"}],"nullable":true},"equals":{"allOf":[{"$ref":"#/components/sche)~"
     R"~(mas/ConfigValue"}],"nullable":true},"field":{"allOf":[{"$ref":"#/components/schemas/ConfigValue"}],")~"
     R"~(nullable":true},"header":{"allOf":[{"$ref":"#/components/schemas/ConfigValue"}],"nullable":true},"re)~"
     R"~(gex":{"allOf":[{"$ref":"#/components/schemas/ConfigValue"}],"nullable":true}},"type":"object"},"sour)~"
     R"~(ce.http.OperationType":{"enum":["insert","update","delete"],"type":"string"},"source.http.SignatureA)~"
     R"~(lgorithm":{"enum":["hmac-sha1","hmac-sha256"],"type":"string"},"source.http.SignatureConfig":{"prope)~"
     R"~(rties":{"encoding":{"$ref":"#/components/schemas/source.http.SignatureEncoding"},"header":{"$ref":"#)~"
     R"~(/components/schemas/ConfigValue"},"prefix":{"allOf":[{"$ref":"#/components/schemas/ConfigValue"}],"n)~"
     R"~(ullable":true},"secretEnv":{"$ref":"#/components/schemas/ConfigValue"},"type":{"$ref":"#/components/)~"
     R"~(schemas/source.http.SignatureAlgorithm"}},"required":["type","secretEnv","header"],"type":"object"},)~"
     R"~("source.http.SignatureEncoding":{"enum":["hex","base64"],"type":"string"},"source.http.TimestampForm)~"
     R"~(at":{"enum":["iso8601","unix_seconds","unix_millis","unix_nanos"],"type":"string"},"source.http.Webh)~"
     R"~(ookConfig":{"properties":{"cors":{"allOf":[{"$ref":"#/components/schemas/source.http.CorsConfig"}],")~"
     R"~(nullable":true},"errorBehavior":{"$ref":"#/components/schemas/source.http.ErrorBehavior"},"routes":{)~"
     R"~("items":{"$ref":"#/components/schemas/source.http.WebhookRoute"},"type":"array"}},"required":["route)~"
     R"~(s"],"type":"object"},"source.http.WebhookMapping":{"properties":{"effectiveFrom":{"allOf":[{"$ref":")~"
     R"~(#/components/schemas/source.http.EffectiveFromConfig"}],"nullable":true},"elementType":{"$ref":"#/co)~"
     R"~(mponents/schemas/source.http.ElementType"},"operation":{"allOf":[{"$ref":"#/components/schemas/sourc)~"
     R"~(e.http.OperationType"}],"nullable":true},"operationFrom":{"allOf":[{"$ref":"#/components/schemas/Con)~"
     R"~(figValue"}],"nullable":true},"operationMap":{"additionalProperties":{"$ref":"#/components/schemas/so)~"
     R"~(urce.http.OperationType"},"nullable":true,"type":"object"},"template":{"$ref":"#/components/schemas/)~"
     R"~(source.http.ElementTemplate"},"when":{"allOf":[{"$ref":"#/components/schemas/source.http.MappingCond)~"
     R"~(ition"}],"nullable":true}},"required":["elementType","template"],"type":"object"},"source.http.Webho)~"
     R"~(okRoute":{"properties":{"auth":{"allOf":[{"$ref":"#/components/schemas/source.http.AuthConfig"}],"nu)~"
     R"~(llable":true},"errorBehavior":{"allOf":[{"$ref":"#/components/schemas/source.http.ErrorBehavior"}],")~"
     R"~(nullable":true},"mappings":{"items":{"$ref":"#/components/schemas/source.http.WebhookMapping"},"type)~"
     R"~(":"array"},"methods":{"items":{"$ref":"#/components/schemas/source.http.HttpMethod"},"type":"array"})~"
     R"~(,"path":{"$ref":"#/components/schemas/ConfigValue"}},"required":["path","mappings"],"type":"object"})~"
     R"~(})~"},
    {"source", "mock",
     R"~({"source.mock.DataType":{"description":"Type of data to generate from the mock source.","discriminat)~"
     R"~(or":{"propertyName":"type"},"oneOf":[{"properties":{"type":{"enum":["counter"],"type":"string"}},"re)~"
     R"~(quired":["type"],"type":"object"},{"properties":{"sensorCount":{"format":"int32","minimum":0,"type":)~"
     R"~("integer"},"type":{"enum":["sensorReading"],"type":"string"}},"required":["type"],"type":"object"},{)~"
     R"~("properties":{"type":{"enum":["generic"],"type":"string"}},"required":["type"],"type":"object"}]},"s)~"
     R"~(ource.mock.MockSourceConfig":{"additionalProperties":false,"description":"Mock source configuration )~"
     R"~(DTO.","properties":{"dataType":{"$ref":"#/components/schemas/source.mock.DataType","x-ui:order":1},")~"
     R"~(intervalMs":{"$ref":"#/components/schemas/ConfigValue","x-ui:order":2,"x-ui:placeholder":"5000"}},"t)~"
     R"~(ype":"object"}})~"},
    {"reaction", "application",
     R"~({"reaction.application.ApplicationReactionConfig":{"description":"Configuration DTO for the applicat)~"
     R"~(ion reaction plugin.\n\nThe application reaction is primarily used for programmatic in-process\nsubs)~"
     R"~(criptions and has minimal configuration.","type":"object"}})~"},
    {"reaction", "log",
     R"~({"reaction.log.LogQueryConfig":{"additionalProperties":false,"description":"DTO for per-query templa)~"
     R"~(te configuration.","properties":{"added":{"allOf":[{"$ref":"#/components/schemas/TemplateSpecDto"}],)~"
     R"~("nullable":true},"deleted":{"allOf":[{"$ref":"#/components/schemas/TemplateSpecDto"}],"nullable":tru)~"
     R"~(e},"updated":{"allOf":[{"$ref":"#/components/schemas/TemplateSpecDto"}],"nullable":true}},"type":"ob)~"
     R"~(ject"},"reaction.log.LogReactionConfig":{"description":"Configuration DTO for the log reaction plugi)~"
     R"~(n.","properties":{"defaultTemplate":{"allOf":[{"$ref":"#/components/schemas/QueryConfigDto"}],"nulla)~"
     R"~(ble":true,"x-ui:order":1},"routes":{"additionalProperties":{"$ref":"#/components/schemas/QueryConfig)~"
     R"~(Dto"},"description":"Query-specific template configurations.","type":"object","x-ui:order":2}},"type)~"
     R"~(":"object"},"reaction.log.LogTemplateSpec":{"additionalProperties":false,"description":"DTO for a te)~"
     R"~(mplate specification.","properties":{"template":{"description":"Handlebars template string.","type":)~"
     R"~("string"}},"type":"object"}})~"},
    {"reaction", "sse",
     R"~({"reaction.sse.SseQueryConfig":{"additionalProperties":false,"description":"DTO for per-query SSE te)~"
     R"~(mplate configuration.","properties":{"added":{"allOf":[{"$ref":"#/components/schemas/SseTemplateSpec)~"
     R"~(Dto"}],"nullable":true},"deleted":{"allOf":[{"$ref":"#/components/schemas/SseTemplateSpecDto"}],"nul)~"
     R"~(lable":true},"updated":{"allOf":[{"$ref":"#/components/schemas/SseTemplateSpecDto"}],"nullable":true)~"
     R"~(}},"type":"object"},"reaction.sse.SseReactionConfig":{"description":"Configuration DTO for the SSE r)~"
     R"~(eaction plugin.","properties":{"defaultTemplate":{"allOf":[{"$ref":"#/components/schemas/SseQueryCon)~"
     R"~(figDto"}],"nullable":true,"x-ui:group":"Templates","x-ui:order":1},"heartbeatIntervalMs":{"allOf":[{)~"
     R"~("$ref":"#/components/schemas/ConfigValueU64"}],"nullable":true,"x-ui:group":"Server","x-ui:order":4,)~"
     R"~("x-ui:placeholder":"30000"},"host":{"allOf":[{"$ref":"#/components/schemas/ConfigValueString"}],"nul)~"
     R"~(lable":true,"x-ui:group":"Server","x-ui:order":1,"x-ui:placeholder":"0.0.0.0"},"port":{"allOf":[{"$r)~"
     R"~(ef":"#/components/schemas/ConfigValueU16"}],"nullable":true,"x-ui:group":"Server","x-ui:order":2,"x-)~"
     R"~(ui:placeholder":"8082"},"routes":{"additionalProperties":{"$ref":"#/components/schemas/SseQueryConfi)~"
     R"~(gDto"},"description":"Query-specific template configurations.","type":"object","x-ui:group":"Templat)~"
     R"~(es","x-ui:order":2},"ssePath":{"allOf":[{"$ref":"#/components/schemas/ConfigValueString"}],"nullable)~"
     R"~(":true,"x-ui:group":"Server","x-ui:order":3,"x-ui:placeholder":"/events"}},"type":"object"},"reactio)~"
     R"~(n.sse.SseTemplateSpec":{"additionalProperties":false,"description":"DTO for an SSE template specific)~"
     R"~(ation.","properties":{"path":{"description":"Optional custom path for this template.","nullable":tru)~"
     R"~(e,"type":"string"},"template":{"description":"Handlebars template string.","type":"string"}},"type":)~"
     R"~("object"}})~"},
    {"bootstrap", "application",
     R"~({"bootstrap.application.ApplicationBootstrapConfig":{"description":"Empty configuration DTO for the )~"
     R"~(Application bootstrap provider.","type":"object"}})~"},
    {"bootstrap", "noop",
     R"~({"bootstrap.noop.NoOpBootstrapConfig":{"description":"Empty configuration DTO for the NoOp bootstrap)~"
     R"~( provider.","type":"object"}})~"},
}};
// clang-format on

}  // namespace

std::string_view known_schema(std::string_view category, std::string_view kind) {
  for (const KnownSchema& schema : kSchemas) {
    if (schema.category == category && schema.kind == kind) return schema.text;
  }
  return {};
}

}  // namespace draas::simulator
