// Generated from the OpenAPI document by scripts/types.mjs; `scripts/dashboard types` makes it anew.

export interface paths {
    "/api/configuration/instances/{instanceId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The newest configuration, as JSON or as drasi-server's YAML */
        get: operations["getConfiguration"];
        /** Replace the configuration */
        put: operations["replaceConfiguration"];
        post?: never;
        /** Reset the configuration to an empty one; host, port and log level stay */
        delete: operations["purgeConfiguration"];
        options?: never;
        head?: never;
        /** Change the configuration by JSON Patch or merge patch */
        patch: operations["patchConfiguration"];
        trace?: never;
    };
    "/api/configuration/instances/{instanceId}/diff": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What changed between two revisions */
        get: operations["diffRevisions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/configuration/instances/{instanceId}/revisions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Revisions of the configuration, newest first: who, when, what */
        get: operations["listRevisions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/configuration/instances/{instanceId}/revisions/{revision}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One revision with its configuration */
        get: operations["getRevision"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/configuration/instances/{instanceId}/rollback": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Make an earlier revision the newest again */
        post: operations["rollbackConfiguration"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/configuration/instances/{instanceId}/validate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** What storing this configuration would say; changes nothing */
        post: operations["validateConfiguration"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/configuration/validate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** What creating an instance with this configuration would say; changes nothing */
        post: operations["validateNewConfiguration"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Health, with the number of instances by status and platform */
        get: operations["getApiHealth"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/reconciliation/approvals": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Changes that wait, or waited, for approval; newest first */
        get: operations["listApprovals"];
        put?: never;
        /** A worker asks for approval of a revision; one that speaks for it already is given again */
        post: operations["requestApproval"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/reconciliation/approvals/{approvalId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One approval */
        get: operations["getApproval"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/reconciliation/approvals/{approvalId}/approve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Agree to a change; needs the permission Operate, or the token */
        post: operations["approve"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/reconciliation/approvals/{approvalId}/reject": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Refuse a change; needs the permission Operate, or the token */
        post: operations["reject"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/reconciliation/approvals/{approvalId}/use": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A worker begins what was approved; it can be done once */
        post: operations["useApproval"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/reconciliation/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What was done to any instance; the last 10,000 entries are kept */
        get: operations["listAudit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/reconciliation/fleet": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What changed of any instance since a version; 304 when nothing did */
        get: operations["getFleet"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/reconciliation/instances/{instanceId}/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What was done to an instance; the last 100 entries are kept */
        get: operations["listInstanceAudit"];
        put?: never;
        /** A worker's record of what it did, with what follows from it, in one step */
        post: operations["addAuditEntry"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/reconciliation/instances/{instanceId}/drift": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What differs between the wanted configuration and the running server, looked at now */
        get: operations["getDrift"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/reconciliation/instances/{instanceId}/plan": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What reconciling would do */
        get: operations["getPlan"];
        put?: never;
        /** What reconciling with this strategy and these parameters would do */
        post: operations["makePlan"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/reconciliation/instances/{instanceId}/policy": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** By which rules an instance is reconciled: its own, and what holds with the fleet's */
        get: operations["getPolicy"];
        /** Set an instance's own policy */
        put: operations["replacePolicy"];
        post?: never;
        /** Remove an instance's own policy; the fleet's holds then */
        delete: operations["deletePolicy"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/reconciliation/instances/{instanceId}/reconcile": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Reconcile now; with `dryRun` only plan */
        post: operations["reconcile"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/reconciliation/instances/{instanceId}/state": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Wanted, applied and actual configuration of an instance, read now, and all that decides */
        get: operations["getReconciliationState"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/reconciliation/leases": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The workers that live, and their shards */
        get: operations["listLeases"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/reconciliation/leases/{worker}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** A worker's heartbeat: takes or renews its lease and says which shards are its own */
        put: operations["renewLease"];
        post?: never;
        /** Give all shards of a worker back; it has stopped */
        delete: operations["endLease"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/reconciliation/policy": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The policy that holds where instances have none of their own */
        get: operations["getFleetPolicy"];
        /** Set the fleet's policy; `{}` leaves all to the workers' settings */
        put: operations["replaceFleetPolicy"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/reconciliation/requests/{requestId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The answer to a request, as if it had been waited for */
        get: operations["getReconciliationRequest"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/reconciliation/requests/{requestId}/result": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A worker's answer; the first one counts */
        post: operations["answerReconciliationRequest"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/reconciliation/rollouts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Rollouts, newest first; the last 100 finished ones are kept */
        get: operations["listRollouts"];
        put?: never;
        /** Bring a change to many instances, wave by wave */
        post: operations["createRollout"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/reconciliation/rollouts/{rolloutId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One rollout with its targets */
        get: operations["getRollout"];
        put?: never;
        post?: never;
        /** Forget a rollout that is finished or has not begun */
        delete: operations["deleteRollout"];
        options?: never;
        head?: never;
        /** A worker's progress */
        patch: operations["advanceRollout"];
        trace?: never;
    };
    "/api/reconciliation/rollouts/{rolloutId}/abort": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** End a rollout where it is; nothing is reverted */
        post: operations["abortRollout"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/reconciliation/rollouts/{rolloutId}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Begin no further instance; those under way are finished */
        post: operations["pauseRollout"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/reconciliation/rollouts/{rolloutId}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Go on with a paused rollout */
        post: operations["resumeRollout"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/reconciliation/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Workers, and how many instances are in sync */
        get: operations["getReconciliationStatus"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/server/instances": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List instances in the order of their ids */
        get: operations["listInstances"];
        put?: never;
        /** Create an instance; `start: true` starts it as well */
        post: operations["createInstance"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/server/instances:delete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** For all instances that match: delete */
        post: operations["deleteInstances"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/server/instances:restart": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** For all instances that match: restart */
        post: operations["restartInstances"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/server/instances:start": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** For all instances that match: start */
        post: operations["startInstances"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/server/instances:stop": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** For all instances that match: stop */
        post: operations["stopInstances"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/server/instances/{instanceId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One instance */
        get: operations["getInstance"];
        put?: never;
        post?: never;
        /** Stop an instance and delete it with its data */
        delete: operations["deleteInstance"];
        options?: never;
        head?: never;
        /** Change name, description, metadata, policies or limits; null removes or resets */
        patch: operations["updateInstance"];
        trace?: never;
    };
    "/api/server/instances/{instanceId}/actual-configuration": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What the running server itself reports */
        get: operations["getActualConfiguration"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/server/instances/{instanceId}/applied-revision": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Tell that the running server was brought to a revision by live changes */
        put: operations["setAppliedRevision"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/server/instances/{instanceId}/logs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What the instance wrote to stdout and stderr */
        get: operations["getLogs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/server/instances/{instanceId}/restart": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Stop an instance and start it with its newest configuration */
        post: operations["restartInstance"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/server/instances/{instanceId}/runtime-status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What runs now, asked afresh: process, usage, states of the components */
        get: operations["getRuntimeStatus"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/server/instances/{instanceId}/server-configuration": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Host, port and log level */
        get: operations["getServerConfiguration"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Change host, port or log level */
        patch: operations["patchServerConfiguration"];
        trace?: never;
    };
    "/api/server/instances/{instanceId}/server-configuration/host": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Set the host alone */
        put: operations["setHost"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/server/instances/{instanceId}/server-configuration/loglevel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Set the loglevel alone */
        put: operations["setLogLevel"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/server/instances/{instanceId}/server-configuration/port": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Set the port alone */
        put: operations["setPort"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/server/instances/{instanceId}/standby": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Start a second workload beside the active one, with a revision of the configuration */
        post: operations["startStandby"];
        /** Take the standby's traffic away, wait for what it is busy with, and end it */
        delete: operations["removeStandby"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/server/instances/{instanceId}/standby/actual-configuration": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What the standby reports to run */
        get: operations["getStandbyConfiguration"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/server/instances/{instanceId}/standby/promote": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Active and standby change places: all new traffic goes to the other one; again to switch back */
        post: operations["promoteStandby"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/server/instances/{instanceId}/start": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Start an instance */
        post: operations["startInstance"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/server/instances/{instanceId}/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Set the status by hand; holds until the next observation */
        put: operations["setInstanceStatus"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/server/instances/{instanceId}/stop": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Stop an instance: SIGINT, after a time SIGKILL */
        post: operations["stopInstance"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/server/instances/{instanceId}/traffic": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Give the standby a share of new connections and proxied requests */
        put: operations["setTraffic"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/server/instances/{instanceId}/workloads": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The active workload and the standby beside it, with their traffic and connections */
        get: operations["getWorkloads"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/server/platforms": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Platforms, and whether instances can be started there now */
        get: operations["listPlatforms"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/servers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Create an instance and start it */
        post: operations["launchServer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/status/{instanceId}/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The last known runtime status, without asking anyone */
        get: operations["getLastKnownStatus"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/status/recent-changes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Status changes, or events of other types, oldest first; with `wait` as soon as there is one */
        get: operations["getRecentChanges"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/status/stream": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All events as they happen; resumes by Last-Event-ID; `missed` tells what the log has dropped */
        get: operations["streamEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/status/updates": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Report what a monitoring daemon saw: one report, or an array of them */
        post: operations["reportStatus"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/webhooks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Places that are told of events */
        get: operations["listWebhooks"];
        put?: never;
        /** Tell a place of events, beginning with the next one */
        post: operations["createWebhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/webhooks/{webhookId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One webhook */
        get: operations["getWebhook"];
        /** Change a webhook; one that is enabled again begins with the next event */
        put: operations["replaceWebhook"];
        post?: never;
        /** Tell a place no more */
        delete: operations["deleteWebhook"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/webhooks/{webhookId}/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The last 100 attempts since the start, newest first */
        get: operations["listWebhookDeliveries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/webhooks/{webhookId}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Send an event of the type Test now, once; says what came back */
        post: operations["testWebhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Is the process alive? 200 as long as it answers */
        get: operations["getHealth"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Metrics in the Prometheus text format */
        get: operations["getMetrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ready": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Can it take work? 503 with the reason when the store cannot */
        get: operations["getReadiness"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description Per library of the server, as it reports itself. */
        ActualConfiguration: Record<string, never>;
        /** @description A number, or a share of all such as "10%" */
        Amount: number | string;
        ApiHealth: {
            byPlatform?: {
                [key: string]: number;
            };
            byStatus: {
                [key: string]: number;
            };
            controlPlaneId?: string;
            reason?: string;
            /** @enum {string} */
            status: "healthy" | "degraded";
            totalInstances: number;
            version?: string;
        };
        AppliedRevision: {
            generation: number;
            revision: number;
        };
        Approval: {
            comment?: string;
            /** Format: date-time */
            decidedAt?: string | null;
            decidedBy?: string | null;
            differences?: components["schemas"]["Difference"][];
            /** Format: date-time */
            expiresAt?: string;
            id: string;
            instanceId: string;
            plan?: components["schemas"]["PlannedAction"][];
            reason?: string;
            /** Format: date-time */
            requestedAt?: string;
            revision: number;
            /** @enum {string} */
            state: "Pending" | "Approved" | "Rejected" | "Expired" | "Superseded" | "Used";
            strategy?: string;
        };
        ApprovalDecision: {
            comment?: string;
        };
        AuditEntry: {
            /** Format: date-time */
            at: string;
            id: string;
            instanceId: string;
        } & components["schemas"]["NewAuditEntry"];
        /** @description A filter, or ids, or `all`. */
        BulkRequest: {
            all?: boolean;
            ids?: string[];
            name?: string;
            platform?: string;
            selector?: string;
            status?: components["schemas"]["InstanceStatus"] | components["schemas"]["InstanceStatus"][];
        };
        BulkResult: {
            failed: number;
            matched: number;
            /** @enum {string} */
            operation: "start" | "stop" | "restart" | "delete";
            results: {
                error?: {
                    code?: string;
                    detail?: string;
                    status?: number;
                };
                id: string;
                ok: boolean;
            }[];
            succeeded: number;
        };
        /** @description A configuration of drasi-server. Fields that are not named here are kept as they are. */
        Configuration: {
            host?: string;
            /** @description Several libraries in one server, instead of the lists beside it */
            instances?: components["schemas"]["LibraryConfiguration"][];
            logLevel?: string;
            port?: number | string;
            queries?: components["schemas"]["QueryConfiguration"][];
            reactions?: components["schemas"]["ReactionConfiguration"][];
            sources?: components["schemas"]["SourceConfiguration"][];
        };
        CreatedInstance: {
            instance: components["schemas"]["Instance"];
            serverConfiguration: components["schemas"]["ServerConfiguration"];
            warnings?: string[];
        } & components["schemas"]["Instance"];
        /** @description A name, or an id, is needed. */
        CreateInstance: {
            configuration?: components["schemas"]["Configuration"];
            description?: string;
            desiredState?: components["schemas"]["DesiredState"];
            frontPort?: components["schemas"]["FrontPort"];
            /** @description Default: a new UUID; also as `instanceId` */
            id?: string;
            instanceId?: string;
            limits?: components["schemas"]["Limits"];
            metadata?: components["schemas"]["StringMap"];
            /** @description Default: the id */
            name?: string;
            platform?: string | number;
            /** @description The platform's own settings */
            platformOptions?: Record<string, never>;
            /** @description Default: the configured one; also as `platform` */
            platformType?: string | number;
            restartPolicy?: components["schemas"]["RestartPolicy"];
            serverConfiguration?: components["schemas"]["ServerConfiguration"];
            /** @default false */
            start?: boolean;
        };
        /** @enum {string} */
        DesiredState: "Running" | "Stopped";
        Diff: {
            changes: string[];
            from: number;
            patch: Record<string, never>[];
            to: number;
        };
        Difference: {
            actual?: unknown;
            desired?: unknown;
            /** @enum {string} */
            liveness?: "Live" | "Restart";
            path: string;
            text?: string;
        };
        Drift: {
            appliedRevision?: number;
            /** Format: date-time */
            checkedAt?: string;
            differences: components["schemas"]["Difference"][];
            instanceId: string;
            inSync: boolean;
            revision?: number;
            /** @description false: there is no server to compare with */
            running?: boolean;
            worker?: string;
        };
        Fault: {
            message: string;
            /** @description JSON pointer into the body, or `?name` of a query parameter */
            path: string;
        };
        Fleet: {
            items: components["schemas"]["FleetItem"][];
            removed: string[];
            requests: components["schemas"]["WorkerRequest"][];
            /** @description true: these are all items; forget those you know */
            reset: boolean;
            /** @description Changes when a rollout does */
            rollouts: string;
            /** @description To be given as `since` next */
            version: string;
        };
        FleetItem: {
            /** @description The revision that runs; 0: none */
            appliedRevision?: number;
            desiredState?: components["schemas"]["DesiredState"];
            /** @description Grows with every start */
            generation?: number;
            /** @enum {string} */
            health?: "Unknown" | "Healthy" | "Degraded" | "Unhealthy";
            held?: components["schemas"]["Held"];
            id: string;
            name?: string;
            /** @description Changes when the running server's own configuration does; "": not looked at */
            observed?: string;
            /** @description Mark of the platform options that are wanted, when it runs with others; else "" */
            options?: string;
            phase: components["schemas"]["Phase"];
            /** @description Grows with the policy and the approvals that hold for the instance */
            policyVersion?: number;
            /** @description The newest revision of the configuration */
            revision: number;
            shard: number;
            /** @enum {string|null} */
            standby?: "Candidate" | "Retired" | null;
            status?: components["schemas"]["InstanceStatus"];
        };
        /** @description Where the control plane forwards connections to the workloads; "auto": a free port of the pool; null: nowhere */
        FrontPort: number | "auto" | null;
        Health: {
            reason?: string;
            status: string;
        };
        Heartbeat: {
            /** @description Those with work under way; one that it was told to let go stays its own while it is named here */
            busyShards?: number[];
            /** @description What it says of itself: instances, drifted, lastSweep ... */
            status?: Record<string, never>;
            /**
             * @description The lease runs out when it is not renewed for so long (500ms to 10m)
             * @default 10s
             */
            ttl?: string;
            /** @description The worker's own API */
            url?: string;
        };
        /** @description A revision that is not applied until somebody forces it */
        Held: {
            reason: string;
            revision: number;
        } | null;
        /** @description A revision that is not to be applied by itself again */
        HeldRevision: {
            reason: string;
            revision: number;
        };
        Instance: {
            /** @description Where its own API is reached, while it runs */
            address?: string;
            /** @description The revision that runs; 0: none */
            appliedRevision: number;
            /** @description The newest revision of the configuration */
            configurationRevision: number;
            /** Format: date-time */
            createdAt: string;
            description?: string;
            desiredState: components["schemas"]["DesiredState"];
            errorMessage?: string;
            /** @description Where the control plane forwards connections to the workloads */
            frontPort?: number | null;
            /** @enum {string} */
            health: "Unknown" | "Healthy" | "Degraded" | "Unhealthy";
            /** @description The newest revision whose checks passed */
            healthyRevision?: number | null;
            held?: components["schemas"]["HeldRevision"] | null;
            id: string;
            /** Format: date-time */
            lastModifiedAt?: string | null;
            limits?: components["schemas"]["Limits"];
            metadata: components["schemas"]["StringMap"];
            name: string;
            phase: components["schemas"]["Phase"];
            platformOptions?: Record<string, never>;
            platformType: string;
            /** @description Automatic restarts since the last start by hand */
            restartCount: number;
            /** @description null: the configured default */
            restartPolicy?: components["schemas"]["RestartPolicy"] | null;
            status: components["schemas"]["InstanceStatus"];
        };
        /** @enum {string} */
        InstanceStatus: "Created" | "Running" | "Stopped" | "Error" | "ConfigurationChanged";
        Lease: {
            /** Format: date-time */
            expiresAt: string;
            shardCount: number;
            /** @description Work on no others */
            shards: number[];
            worker: string;
            /** @description How many live */
            workers: number;
        };
        LibraryConfiguration: {
            id?: string;
            queries?: components["schemas"]["QueryConfiguration"][];
            reactions?: components["schemas"]["ReactionConfiguration"][];
            sources?: components["schemas"]["SourceConfiguration"][];
        };
        /** @description 0 or absent: none. They hold from the next start. */
        Limits: {
            cpuCores?: number;
            /** @description In requests also text such as "512Mi" */
            memoryBytes?: number;
            openFiles?: number;
        };
        NewApproval: {
            differences?: components["schemas"]["Difference"][];
            /**
             * Format: date-time
             * @description Default: as the policy says, else after a day
             */
            expiresAt?: string;
            /** @description Instead of expiresAt: a time span */
            expiresIn?: string;
            instanceId: string;
            plan?: components["schemas"]["PlannedAction"][];
            reason?: string;
            revision: number;
            strategy?: string;
        };
        NewAuditEntry: {
            actor?: string;
            approvalId?: string;
            attempt?: number;
            attempts?: number;
            checks?: {
                detail?: string;
                name: string;
                passed: boolean;
            }[];
            differences?: components["schemas"]["Difference"][];
            durationMs?: number;
            /** @description Done in the same step */
            effects?: {
                clearHold?: boolean;
                /** @enum {string|null} */
                event?: "DriftDetected" | "Reconciled" | "ReconciliationFailed" | "RolledBack" | "ApprovalRequested" | null;
                healthyRevision?: number | null;
                hold?: components["schemas"]["Held"];
            };
            error?: string;
            fallback?: Record<string, never> | null;
            /** @enum {string} */
            outcome: "Succeeded" | "Failed" | "RolledBack" | "Deferred" | "PendingApproval" | "Skipped";
            plan?: components["schemas"]["PlannedAction"][];
            reason?: string;
            requestId?: string;
            revisionAfter?: number;
            revisionBefore?: number;
            rolloutId?: string;
            strategy?: string;
            /** @enum {string} */
            trigger?: "Event" | "Sweep" | "Request" | "Rollout" | "Recovery";
            worker?: string;
        };
        NewRollout: {
            /** @description One of the three */
            change: {
                configuration?: components["schemas"]["Configuration"];
                mergePatch?: Record<string, never>;
                patch?: Record<string, never>[];
            };
            instances?: string[];
            /** @description Before these waves somebody has to resume it */
            manualPauses?: number[];
            /** @default 0 */
            maxFailures?: number;
            maxUnavailable?: components["schemas"]["Amount"];
            name?: string;
            parameters?: Record<string, never>;
            /** @default 0s */
            pauseBetween?: string;
            /** @default true */
            revertOnFailure?: boolean;
            /** @description Over the metadata; else `instances` */
            selector?: string;
            /** @description Default: as the policies say */
            strategy?: string | null;
            /** @description Instead of waveSize: how many are to be done after each wave, e.g. [1, "10%", "50%", "100%"] */
            waves?: components["schemas"]["Amount"][];
            waveSize?: components["schemas"]["Amount"];
        };
        NewWebhook: {
            /** Format: date-time */
            readonly createdAt?: string;
            /** @default true */
            enabled?: boolean;
            /**
             * @description Types of events; * = all
             * @default [
             *       "*"
             *     ]
             */
            events?: string[];
            readonly id?: string;
            /** @description Only events of this instance */
            instanceId?: string;
            /** @description Signs the deliveries; when replacing: absent = as before, "" = none */
            secret?: string;
            /** @description Only events of instances whose metadata it matches */
            selector?: string;
            readonly signed?: boolean;
            /**
             * Format: uri
             * @description http or https
             */
            url: string;
        };
        OpenApiDocument: Record<string, never>;
        OperationResult: {
            /** @description false: it was already so */
            changed: boolean;
            instance: components["schemas"]["Instance"];
            message: string;
            runtime: components["schemas"]["RuntimeStatus"];
        };
        /** @description A JSON Patch (RFC 6902) or a merge patch (RFC 7396). */
        Patch: {
            from?: string;
            /** @enum {string} */
            op: "add" | "remove" | "replace" | "move" | "copy" | "test";
            path: string;
            value?: unknown;
        }[] | Record<string, never>;
        /** @enum {string} */
        Phase: "Idle" | "Starting" | "Running" | "Stopping" | "Stopped" | "BackOff" | "Failed";
        PlannedAction: {
            kind: string;
            reason?: string;
            step?: number;
            target?: string;
        };
        PlanRequest: {
            /** @description Of the strategy */
            parameters?: Record<string, never>;
            /** @description Default: as the policy says */
            strategy?: string;
        };
        Platform: {
            available: boolean;
            instanceCount: number;
            isDefault: boolean;
            monitoring: string;
            platformType: string;
            reason: string;
            version?: string;
        };
        /** @description What is absent is for the next place to say: the instance's policy, the fleet's, the worker's settings */
        Policy: {
            /** @description After which nobody can approve any more */
            approvalExpiry?: string | null;
            /** @description false: only report drift */
            autoReconcile?: boolean | null;
            autoRollback?: boolean | null;
            /** @description Restart, Fail, or a strategy: what to do when the chosen one cannot */
            fallback?: string | null;
            maxRetries?: number | null;
            /** @description Of the strategy */
            parameters?: Record<string, never> | null;
            paused?: boolean | null;
            pauseReason?: string | null;
            reconcileErrorInstances?: boolean | null;
            reconcileStoppedInstances?: boolean | null;
            retryDelay?: string | null;
            strategy?: string | null;
            timeout?: string | null;
            /** @description When changes may be applied; none: always */
            windows?: {
                /** @description On which it begins; default: all */
                days?: ("Mon" | "Tue" | "Wed" | "Thu" | "Fri" | "Sat" | "Sun")[];
                /** @description 22:00 */
                from: string;
                /**
                 * @description UTC or an offset such as +02:00
                 * @default UTC
                 */
                timeZone?: string;
                /** @description 04:00; before `from`: on the next day */
                to: string;
            }[] | null;
        };
        PolicyView: {
            effective: components["schemas"]["Policy"];
            own: components["schemas"]["Policy"];
            version: number;
        };
        /** @description Problem details (RFC 9457). */
        Problem: {
            code?: string;
            detail?: string;
            errors?: components["schemas"]["Fault"][];
            instance?: string;
            requestId?: string;
            status: number;
            title: string;
            type: string;
        };
        QueryConfiguration: {
            autoStart?: boolean;
            id: string;
            /** @enum {string} */
            queryLanguage?: "GQL" | "Cypher";
            queryText?: string;
            sources?: {
                sourceId?: string;
            }[];
        };
        ReactionConfiguration: {
            autoStart?: boolean;
            id: string;
            kind: string;
            queries?: string[];
        };
        ReconcileAccepted: {
            requestId?: string;
        };
        ReconcileRequest: {
            /** @description Of a rollout: made in the same run */
            change?: Record<string, never>;
            /**
             * @description Only plan
             * @default false
             */
            dryRun?: boolean;
            /**
             * @description Also when held; lifts the hold
             * @default false
             */
            force?: boolean;
            /** @description Of the strategy */
            parameters?: Record<string, never>;
            revisionBefore?: number;
            /** @default false */
            rollout?: boolean;
            /** @description Default: as the policy says */
            strategy?: string;
        };
        ReconciliationPlan: {
            actions: components["schemas"]["PlannedAction"][];
            differences?: components["schemas"]["Difference"][];
            fallback?: {
                from?: string;
                reason?: string;
                to?: string;
            } | null;
            instanceId?: string;
            obstacles: string[];
            reason: string;
            restart: boolean;
            revision?: number;
            strategy: string;
        };
        ReconciliationRequest: {
            /** Format: date-time */
            answeredAt?: string;
            /** @description The id again */
            requestId?: string;
            result?: components["schemas"]["WorkerAnswer"];
            /** @enum {string} */
            state?: "Open" | "Answered";
            worker?: string;
        } & components["schemas"]["WorkerRequest"];
        ReconciliationState: {
            /** @description What the running server reports */
            actual?: Record<string, never> | null;
            actualError?: string | null;
            /** @description The applied revision likewise; null: not known */
            applied?: Record<string, never> | null;
            appliedRevision?: number;
            /** @description The newest revision as drasi-server would read it */
            desired: Record<string, never>;
            /** @description What it would be started with now */
            desiredPlatformOptions?: Record<string, never>;
            desiredSpecHash?: string;
            desiredState?: components["schemas"]["DesiredState"];
            errorMessage?: string | null;
            frontPort?: number | null;
            generation?: number;
            health?: string;
            /** @description The newest revision that was found healthy */
            healthyRevision?: number | null;
            held?: components["schemas"]["Held"];
            host?: string | null;
            id: string;
            metadata?: components["schemas"]["StringMap"];
            name?: string;
            observed?: string;
            /** @description Why a second workload cannot run beside */
            obstacles?: string[];
            oneShot?: boolean;
            phase?: components["schemas"]["Phase"];
            platform?: string;
            /** @description What the workload was started with on its platform; null: not known */
            platformOptions?: Record<string, never> | null;
            /** @description The policy that holds for it */
            policy?: Record<string, never>;
            port?: number | null;
            revision: number;
            /** @description Of what runs */
            specHash?: string;
            standby?: Record<string, never> | null;
            status?: components["schemas"]["InstanceStatus"];
        };
        ReconciliationStatus: {
            instances: {
                [key: string]: number;
            };
            /** Format: date-time */
            lastSweep?: string | null;
            rollouts: {
                [key: string]: number;
            };
            workers: {
                /** Format: date-time */
                expiresAt: string;
                shards: number;
                status: components["schemas"]["WorkerReport"];
                url?: string | null;
                worker: string;
            }[];
        };
        ReportsAccepted: {
            accepted: number;
            rejected: {
                code?: string;
                errors: components["schemas"]["Fault"][];
                index: number;
                instanceId?: string;
            }[];
        };
        /** @enum {string} */
        RestartPolicy: "Always" | "OnFailure" | "Never";
        Revision: {
            configuration: components["schemas"]["Configuration"];
        } & components["schemas"]["RevisionSummary"];
        RevisionSummary: {
            author: string;
            changeType: string;
            /** Format: date-time */
            createdAt: string;
            description: string;
            revision: number;
        };
        Rollback: {
            /** @description Is held: not applied again until forced */
            failedRevision?: number;
            /** @description For the description of the new revision */
            reason?: string;
            revision?: number;
        };
        Rollout: {
            targets: components["schemas"]["RolloutTarget"][];
        } & components["schemas"]["RolloutSummary"];
        RolloutDecision: {
            reason?: string;
        };
        RolloutProgress: {
            reason?: string;
            state?: string;
            /** @description Those that changed */
            targets?: components["schemas"]["RolloutTarget"][];
            wave?: number;
        };
        RolloutSummary: {
            /** @description Targets by state */
            counts?: {
                [key: string]: number;
            };
            /** Format: date-time */
            createdAt?: string;
            createdBy?: string;
            /** Format: date-time */
            finishedAt?: string | null;
            id: string;
            reason?: string;
            /** Format: date-time */
            startedAt?: string | null;
            /** @enum {string} */
            state: "Pending" | "Running" | "Paused" | "Succeeded" | "Failed" | "Reverting" | "Reverted" | "Aborted";
            /** @description How many targets */
            total?: number;
            version: number;
            /** @description The one under way, from 1 */
            wave?: number;
        } & components["schemas"]["NewRollout"];
        RolloutTarget: {
            instanceId: string;
            reason?: string;
            revisionAfter?: number | null;
            revisionBefore?: number | null;
            /** @enum {string} */
            state: "Waiting" | "Updating" | "Succeeded" | "Failed" | "Reverted" | "Skipped";
            wave?: number;
        };
        RuntimeStatus: {
            appliedRevision?: number;
            /** @description As the running server reports them */
            components?: {
                errorMessage?: string;
                id: string;
                /** @enum {string} */
                kind: "source" | "query" | "reaction";
                /** @description Where the server runs several (`instances` of its configuration) */
                library?: string;
                status: string;
            }[];
            containerId?: string | null;
            desiredState: components["schemas"]["DesiredState"];
            errorMessage?: string | null;
            /** @description Grows with every start */
            generation?: number;
            /** @enum {string} */
            health: "Unknown" | "Healthy" | "Degraded" | "Unhealthy";
            host?: string;
            instanceId: string;
            lastExit?: {
                exitCode?: number;
                outOfMemory?: boolean;
                reason?: string;
                signal?: number;
                /** Format: date-time */
                time?: string;
            };
            namespace?: string | null;
            /** Format: date-time */
            nextStartAt?: string | null;
            /** @description Runs a configuration that is not stored */
            oneShot?: boolean;
            phase: components["schemas"]["Phase"];
            podName?: string | null;
            port?: number;
            processId?: string | null;
            restartCount: number;
            runtimeMetadata?: components["schemas"]["StringMap"];
            /** Format: date-time */
            startedAt?: string | null;
            status: components["schemas"]["InstanceStatus"];
            /** Format: date-time */
            stoppedAt?: string | null;
            /** @description Of the running process, where the platform can tell */
            usage?: {
                /** @description Since its start */
                cpuSeconds: number;
                memoryBytes: number;
                openFiles?: number;
                threads?: number;
            };
        };
        ServerConfiguration: {
            host?: string | null;
            logLevel?: string | null;
            port?: number | null;
        };
        SetHost: string | {
            host?: string;
        };
        SetLogLevel: string | {
            logLevel?: string;
        };
        SetPort: number | {
            port?: number;
        };
        SetStatus: components["schemas"]["InstanceStatus"] | number | {
            metadata?: components["schemas"]["StringMap"];
            source?: string;
            status: components["schemas"]["InstanceStatus"];
        };
        SourceConfiguration: {
            autoStart?: boolean;
            id: string;
            kind: string;
        };
        Standby: {
            errorMessage?: string | null;
            /** @description Who sees to its end, as told at its start */
            owner?: string | null;
            /**
             * @description Candidate: not yet promoted; Retired: was active before a promotion
             * @enum {string}
             */
            role: "Candidate" | "Retired";
        } & components["schemas"]["Workload"];
        StartStandby: {
            /** @description Who sees to its end; `reconciler` for reconcilers, which leave others' alone */
            owner?: string;
            /** @description Default: the instance's; also as `platformType` */
            platform?: string;
            platformType?: string;
            /** @description Default: the newest */
            revision?: number;
        };
        StatusChange: {
            /** @description Empty for what is about the fleet; such events have no status */
            instanceId: string;
            metadata?: components["schemas"]["StringMap"];
            newStatus?: components["schemas"]["InstanceStatus"];
            oldStatus?: components["schemas"]["InstanceStatus"];
            sequence: number;
            source?: string;
            /** Format: date-time */
            timestamp: string;
            type: string;
        };
        StatusReport: {
            /** @description Of the workload that is meant: a report about one that was replaced changes nothing */
            generation?: number;
            instanceId: string;
            metadata?: components["schemas"]["StringMap"];
            source: string;
            status: components["schemas"]["InstanceStatus"] | number;
        };
        StatusReports: components["schemas"]["StatusReport"] | components["schemas"]["StatusReport"][];
        StringMap: {
            [key: string]: string;
        };
        Traffic: {
            standby: number;
        };
        UpdateInstance: {
            description?: string | null;
            desiredState?: components["schemas"]["DesiredState"];
            frontPort?: components["schemas"]["FrontPort"];
            limits?: components["schemas"]["Limits"] | null;
            /** @description Merged into what is there; null removes */
            metadata?: {
                [key: string]: string | null;
            } | null;
            name?: string;
            platformOptions?: Record<string, never> | null;
            restartPolicy?: components["schemas"]["RestartPolicy"] | null;
        };
        Validation: {
            findings: {
                message: string;
                path: string;
                /** @enum {string} */
                severity: "error" | "warning";
            }[];
            valid: boolean;
        };
        Webhook: WithRequired<components["schemas"]["NewWebhook"], "id" | "url" | "enabled">;
        /** @description One attempt */
        WebhookDelivery: {
            /** Format: date-time */
            at?: string;
            attempt?: number;
            delivered?: boolean;
            durationMs?: number;
            error?: string | null;
            event?: string;
            /** @description The same for all attempts to deliver one event; also as X-DRaaS-Delivery */
            id?: string;
            sequence?: number;
            /** @description Of the answer; null: there was none */
            status?: number | null;
        };
        WorkerAnswer: {
            body?: unknown;
            /** @default 200 */
            status?: number;
            worker?: string;
        };
        WorkerLease: {
            /** Format: date-time */
            expiresAt: string;
            shards: number[];
            status: components["schemas"]["WorkerReport"];
            url?: string | null;
            worker: string;
        };
        /** @description What a worker says of itself */
        WorkerReport: {
            busy?: number;
            drifted?: number;
            instances?: number;
            /** Format: date-time */
            lastSweep?: string | null;
            waiting?: number;
        };
        WorkerRequest: {
            actor?: string;
            /** Format: date-time */
            createdAt?: string;
            force?: boolean;
            id: string;
            instanceId: string;
            /** @enum {string} */
            kind: "Drift" | "Plan" | "Reconcile";
            parameters?: Record<string, never>;
            strategy?: string;
        };
        Workload: {
            /** @description Grows with every start, over both slots */
            generation: number;
            /** @enum {string} */
            health: "Unknown" | "Healthy" | "Degraded" | "Unhealthy";
            host?: string;
            phase: components["schemas"]["Phase"];
            platform: string;
            port?: number;
            /** @description The revision of the configuration that it runs */
            revision: number;
            /** @enum {string} */
            slot: "a" | "b";
            /** Format: date-time */
            startedAt?: string | null;
        };
        Workloads: {
            active: components["schemas"]["Workload"] | null;
            /** @description Connections and proxied requests under way */
            connections: {
                active?: number;
                standby?: number;
            };
            frontPort?: number | null;
            instanceId: string;
            /** @description Proxied requests that each was given by its share, since it started */
            requests?: {
                [key: string]: {
                    errors?: number;
                    total?: number;
                };
            };
            standby: components["schemas"]["Standby"] | null;
            /** @description Percent of new connections and proxied requests */
            traffic: {
                active?: number;
                standby?: number;
            };
        };
    };
    responses: never;
    parameters: {
        /** @description A repeated request with the same key is answered as before, not done again */
        IdempotencyKey: string;
        /** @description Only if the resource still has this ETag; else 412 */
        IfMatch: string;
    };
    requestBodies: never;
    headers: {
        /** @description Version of the representation, for If-Match and If-None-Match */
        ETag: string;
        /** @description `true`: this is the answer to an earlier request with the same key */
        "Idempotency-Replayed": string;
        /** @description `rel="next"`: the next page */
        Link: string;
        /** @description Path of the new instance */
        Location: string;
        /** @description Newest event's sequence number */
        "X-Last-Sequence": number;
        /** @description Number of the configuration's revision */
        "X-Revision": number;
        /** @description How many match, over all pages */
        "X-Total-Count": number;
        /** @description What looks doubtful in the configuration; repeated */
        "X-Warning": string;
    };
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    getConfiguration: {
        parameters: {
            query?: {
                /** @description `json` or `yaml`, whatever Accept says */
                format?: "json" | "yaml";
            };
            header?: never;
            path: {
                /** @description Id of the instance */
                instanceId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The configuration */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "X-Revision": components["headers"]["X-Revision"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Configuration"];
                    "application/yaml": components["schemas"]["Configuration"];
                };
            };
        };
    };
    replaceConfiguration: {
        parameters: {
            query?: never;
            header?: {
                /** @description Only if the resource still has this ETag; else 412 */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                /** @description Id of the instance */
                instanceId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Configuration"];
                "application/yaml": components["schemas"]["Configuration"];
            };
        };
        responses: {
            /** @description The stored configuration; `X-Warning` names what looks doubtful */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "X-Revision": components["headers"]["X-Revision"];
                    "X-Warning": components["headers"]["X-Warning"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Configuration"];
                };
            };
        };
    };
    purgeConfiguration: {
        parameters: {
            query?: never;
            header?: {
                /** @description Only if the resource still has this ETag; else 412 */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                /** @description Id of the instance */
                instanceId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The stored configuration; `X-Warning` names what looks doubtful */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "X-Revision": components["headers"]["X-Revision"];
                    "X-Warning": components["headers"]["X-Warning"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Configuration"];
                };
            };
        };
    };
    patchConfiguration: {
        parameters: {
            query?: {
                /** @description How long to wait for the running server to have it; 200 when it has */
                wait?: string;
            };
            header?: {
                /** @description Only if the resource still has this ETag; else 412 */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                /** @description Id of the instance */
                instanceId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Patch"];
                "application/json-patch+json": components["schemas"]["Patch"];
                "application/merge-patch+json": components["schemas"]["Patch"];
            };
        };
        responses: {
            /** @description Stored, and within `wait` the running server has it */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "X-Revision": components["headers"]["X-Revision"];
                    "X-Warning": components["headers"]["X-Warning"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Configuration"];
                };
            };
            /** @description Stored; the running server will get it */
            202: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "X-Revision": components["headers"]["X-Revision"];
                    "X-Warning": components["headers"]["X-Warning"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Configuration"];
                };
            };
        };
    };
    diffRevisions: {
        parameters: {
            query?: {
                /** @description Default: the one before `to` */
                from?: number;
                /** @description Default: the newest */
                to?: number;
            };
            header?: never;
            path: {
                /** @description Id of the instance */
                instanceId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As a JSON Patch and as sentences */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Diff"];
                };
            };
        };
    };
    listRevisions: {
        parameters: {
            query?: {
                /** @description Only revisions with a smaller number */
                before?: number;
                /** @description At most so many (default 100) */
                limit?: number;
            };
            header?: never;
            path: {
                /** @description Id of the instance */
                instanceId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Revisions */
            200: {
                headers: {
                    Link: components["headers"]["Link"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RevisionSummary"][];
                };
            };
        };
    };
    getRevision: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the instance */
                instanceId: string;
                /** @description Number of the revision */
                revision: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The revision */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Revision"];
                };
            };
        };
    };
    rollbackConfiguration: {
        parameters: {
            query?: {
                /** @description Instead of a body */
                revision?: number;
            };
            header?: {
                /** @description A repeated request with the same key is answered as before, not done again */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description Only if the resource still has this ETag; else 412 */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                /** @description Id of the instance */
                instanceId: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Rollback"];
            };
        };
        responses: {
            /** @description The configuration as it is now stored */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    "X-Revision": components["headers"]["X-Revision"];
                    "X-Warning": components["headers"]["X-Warning"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Configuration"];
                };
            };
        };
    };
    validateConfiguration: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the instance */
                instanceId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Configuration"];
                "application/yaml": components["schemas"]["Configuration"];
            };
        };
        responses: {
            /** @description All findings */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Validation"];
                };
            };
        };
    };
    validateNewConfiguration: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Configuration"];
                "application/yaml": components["schemas"]["Configuration"];
            };
        };
        responses: {
            /** @description All findings */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Validation"];
                };
            };
        };
    };
    getApiHealth: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It answers */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiHealth"];
                };
            };
        };
    };
    listApprovals: {
        parameters: {
            query?: {
                /** @description Only of this instance */
                instanceId?: string;
                /** @description Only in this state */
                state?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Approvals */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Approval"][];
                };
            };
        };
    };
    requestApproval: {
        parameters: {
            query?: never;
            header?: {
                /** @description A repeated request with the same key is answered as before, not done again */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewApproval"];
            };
        };
        responses: {
            /** @description It was there */
            200: {
                headers: {
                    Location: components["headers"]["Location"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Approval"];
                };
            };
            /** @description Asked for */
            201: {
                headers: {
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    Location: components["headers"]["Location"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Approval"];
                };
            };
        };
    };
    getApproval: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the approval */
                approvalId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Approval"];
                };
            };
        };
    };
    approve: {
        parameters: {
            query?: {
                /** @description From the webhook of the request for approval; instead of a key */
                token?: string;
            };
            header?: never;
            path: {
                /** @description Id of the approval */
                approvalId: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["ApprovalDecision"];
            };
        };
        responses: {
            /** @description As it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Approval"];
                };
            };
        };
    };
    reject: {
        parameters: {
            query?: {
                /** @description From the webhook of the request for approval; instead of a key */
                token?: string;
            };
            header?: never;
            path: {
                /** @description Id of the approval */
                approvalId: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["ApprovalDecision"];
            };
        };
        responses: {
            /** @description As it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Approval"];
                };
            };
        };
    };
    useApproval: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the approval */
                approvalId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Approval"];
                };
            };
        };
    };
    listAudit: {
        parameters: {
            query?: {
                /** @description Only entries with a smaller id */
                before?: number;
                /** @description Only of this instance, also a deleted one */
                instanceId?: string;
                /** @description At most so many (default 100) */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Entries, newest first */
            200: {
                headers: {
                    Link: components["headers"]["Link"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditEntry"][];
                };
            };
        };
    };
    getFleet: {
        parameters: {
            query?: {
                /** @description Look at the configurations of the running servers first */
                observe?: boolean;
                /** @description The `version` of an earlier answer (default: everything) */
                since?: string;
                /** @description If nothing is new, wait so long for something */
                wait?: string;
                /** @description Only what this worker looks after (default: all) */
                worker?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What is new */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Fleet"];
                };
            };
            /** @description Nothing is new (with If-None-Match) */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    listInstanceAudit: {
        parameters: {
            query?: {
                /** @description Only entries with a smaller id */
                before?: number;
                /** @description At most so many (default 100) */
                limit?: number;
            };
            header?: never;
            path: {
                /** @description Id of the instance */
                instanceId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Entries, newest first */
            200: {
                headers: {
                    Link: components["headers"]["Link"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditEntry"][];
                };
            };
        };
    };
    addAuditEntry: {
        parameters: {
            query?: never;
            header?: {
                /** @description A repeated request with the same key is answered as before, not done again */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @description Id of the instance */
                instanceId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewAuditEntry"];
            };
        };
        responses: {
            /** @description The entry as stored */
            201: {
                headers: {
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditEntry"];
                };
            };
        };
    };
    getDrift: {
        parameters: {
            query?: {
                /** @description How long to wait for a worker's answer (default 10s) */
                wait?: string;
            };
            header?: never;
            path: {
                /** @description Id of the instance */
                instanceId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The differences */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Drift"];
                };
            };
        };
    };
    getPlan: {
        parameters: {
            query?: {
                /** @description Default: as the policy says */
                strategy?: string;
                /** @description How long to wait for a worker's answer (default 10s) */
                wait?: string;
            };
            header?: never;
            path: {
                /** @description Id of the instance */
                instanceId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The plan; nothing was changed */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReconciliationPlan"];
                };
            };
        };
    };
    makePlan: {
        parameters: {
            query?: {
                /** @description How long to wait for a worker's answer (default 10s) */
                wait?: string;
            };
            header?: never;
            path: {
                /** @description Id of the instance */
                instanceId: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["PlanRequest"];
            };
        };
        responses: {
            /** @description The plan; nothing was changed */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReconciliationPlan"];
                };
            };
        };
    };
    getPolicy: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the instance */
                instanceId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As it is now, and what holds */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PolicyView"];
                };
            };
        };
    };
    replacePolicy: {
        parameters: {
            query?: never;
            header?: {
                /** @description Only if the resource still has this ETag; else 412 */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                /** @description Id of the instance */
                instanceId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Policy"];
            };
        };
        responses: {
            /** @description As it is now, and what holds */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PolicyView"];
                };
            };
        };
    };
    deletePolicy: {
        parameters: {
            query?: never;
            header?: {
                /** @description Only if the resource still has this ETag; else 412 */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                /** @description Id of the instance */
                instanceId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It has none, also if it had none */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    reconcile: {
        parameters: {
            query?: {
                /** @description How long to wait for the outcome (default 30s); 202 when it takes longer */
                wait?: string;
            };
            header?: {
                /** @description A repeated request with the same key is answered as before, not done again */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @description Id of the instance */
                instanceId: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["ReconcileRequest"];
            };
        };
        responses: {
            /** @description Done: the audit entry */
            200: {
                headers: {
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditEntry"];
                };
            };
            /** @description Asked for; `Location` tells more */
            202: {
                headers: {
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    Location: components["headers"]["Location"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReconcileAccepted"];
                };
            };
        };
    };
    getReconciliationState: {
        parameters: {
            query?: {
                /** @description Which workload (default: the active one) */
                target?: "active" | "standby";
            };
            header?: never;
            path: {
                /** @description Id of the instance */
                instanceId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The state */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReconciliationState"];
                };
            };
        };
    };
    listLeases: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Leases */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkerLease"][];
                };
            };
        };
    };
    renewLease: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name of the worker */
                worker: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Heartbeat"];
            };
        };
        responses: {
            /** @description The lease */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Lease"];
                };
            };
        };
    };
    endLease: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name of the worker */
                worker: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It has none, also if it had none */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    getFleetPolicy: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As it is now, and what holds */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PolicyView"];
                };
            };
        };
    };
    replaceFleetPolicy: {
        parameters: {
            query?: never;
            header?: {
                /** @description Only if the resource still has this ETag; else 412 */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Policy"];
            };
        };
        responses: {
            /** @description As it is now, and what holds */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PolicyView"];
                };
            };
        };
    };
    getReconciliationRequest: {
        parameters: {
            query?: {
                /** @description How long to wait for the answer (default: not at all) */
                wait?: string;
            };
            header?: never;
            path: {
                /** @description Id of the request */
                requestId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer: for a request to reconcile, the audit entry */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditEntry"];
                };
            };
            /** @description Not answered yet */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReconciliationRequest"];
                };
            };
        };
    };
    answerReconciliationRequest: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the request */
                requestId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WorkerAnswer"];
            };
        };
        responses: {
            /** @description Taken */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReconciliationRequest"];
                };
            };
        };
    };
    listRollouts: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Rollouts */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RolloutSummary"][];
                };
            };
        };
    };
    createRollout: {
        parameters: {
            query?: never;
            header?: {
                /** @description A repeated request with the same key is answered as before, not done again */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewRollout"];
            };
        };
        responses: {
            /** @description It begins as soon as a reconciler takes it */
            201: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    Location: components["headers"]["Location"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Rollout"];
                };
            };
        };
    };
    getRollout: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the rollout */
                rolloutId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As it is now */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Rollout"];
                };
            };
        };
    };
    deleteRollout: {
        parameters: {
            query?: never;
            header?: {
                /** @description Only if the resource still has this ETag; else 412 */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                /** @description Id of the rollout */
                rolloutId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    advanceRollout: {
        parameters: {
            query?: never;
            header?: {
                /** @description Only if the resource still has this ETag; else 412 */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                /** @description Id of the rollout */
                rolloutId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RolloutProgress"];
            };
        };
        responses: {
            /** @description As it is now */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Rollout"];
                };
            };
        };
    };
    abortRollout: {
        parameters: {
            query?: never;
            header?: {
                /** @description Only if the resource still has this ETag; else 412 */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                /** @description Id of the rollout */
                rolloutId: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["RolloutDecision"];
            };
        };
        responses: {
            /** @description As it is now */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Rollout"];
                };
            };
        };
    };
    pauseRollout: {
        parameters: {
            query?: never;
            header?: {
                /** @description Only if the resource still has this ETag; else 412 */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                /** @description Id of the rollout */
                rolloutId: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["RolloutDecision"];
            };
        };
        responses: {
            /** @description As it is now */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Rollout"];
                };
            };
        };
    };
    resumeRollout: {
        parameters: {
            query?: never;
            header?: {
                /** @description Only if the resource still has this ETag; else 412 */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                /** @description Id of the rollout */
                rolloutId: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["RolloutDecision"];
            };
        };
        responses: {
            /** @description As it is now */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Rollout"];
                };
            };
        };
    };
    getReconciliationStatus: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The status */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReconciliationStatus"];
                };
            };
        };
    };
    listInstances: {
        parameters: {
            query?: {
                /** @description Where the page before ended, as its `Link` has it */
                continue?: string;
                /** @description At most so many; `Link` then names the next page */
                limit?: number;
                /** @description Part of the name, or a pattern with `*`, in any case */
                name?: string;
                /** @description Name of a platform, in any case */
                platform?: string;
                /** @description Over the metadata: `env=prod,tier in (web,api),!draft` */
                selector?: string;
                /** @description One or more statuses, separated by commas or repeated */
                status?: string[];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All instances that match */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    Link: components["headers"]["Link"];
                    "X-Total-Count": components["headers"]["X-Total-Count"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Instance"][];
                };
            };
        };
    };
    createInstance: {
        parameters: {
            query?: never;
            header?: {
                /** @description A repeated request with the same key is answered as before, not done again */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateInstance"];
                "application/yaml": components["schemas"]["CreateInstance"];
            };
        };
        responses: {
            /** @description The instance, with `instance` and `serverConfiguration` beside its fields */
            201: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    Location: components["headers"]["Location"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreatedInstance"];
                };
            };
        };
    };
    deleteInstances: {
        parameters: {
            query?: {
                /** @description Every instance, when there is no filter */
                all?: boolean;
                /** @description Part of the name, or a pattern with `*`, in any case */
                name?: string;
                /** @description Name of a platform, in any case */
                platform?: string;
                /** @description Over the metadata: `env=prod,tier in (web,api),!draft` */
                selector?: string;
                /** @description One or more statuses, separated by commas or repeated */
                status?: string[];
            };
            header?: {
                /** @description A repeated request with the same key is answered as before, not done again */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["BulkRequest"];
            };
        };
        responses: {
            /** @description What became of each */
            200: {
                headers: {
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BulkResult"];
                };
            };
        };
    };
    restartInstances: {
        parameters: {
            query?: {
                /** @description Every instance, when there is no filter */
                all?: boolean;
                /** @description Part of the name, or a pattern with `*`, in any case */
                name?: string;
                /** @description Name of a platform, in any case */
                platform?: string;
                /** @description Over the metadata: `env=prod,tier in (web,api),!draft` */
                selector?: string;
                /** @description One or more statuses, separated by commas or repeated */
                status?: string[];
            };
            header?: {
                /** @description A repeated request with the same key is answered as before, not done again */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["BulkRequest"];
            };
        };
        responses: {
            /** @description What became of each */
            200: {
                headers: {
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BulkResult"];
                };
            };
        };
    };
    startInstances: {
        parameters: {
            query?: {
                /** @description Every instance, when there is no filter */
                all?: boolean;
                /** @description Part of the name, or a pattern with `*`, in any case */
                name?: string;
                /** @description Name of a platform, in any case */
                platform?: string;
                /** @description Over the metadata: `env=prod,tier in (web,api),!draft` */
                selector?: string;
                /** @description One or more statuses, separated by commas or repeated */
                status?: string[];
            };
            header?: {
                /** @description A repeated request with the same key is answered as before, not done again */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["BulkRequest"];
            };
        };
        responses: {
            /** @description What became of each */
            200: {
                headers: {
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BulkResult"];
                };
            };
        };
    };
    stopInstances: {
        parameters: {
            query?: {
                /** @description Every instance, when there is no filter */
                all?: boolean;
                /** @description Part of the name, or a pattern with `*`, in any case */
                name?: string;
                /** @description Name of a platform, in any case */
                platform?: string;
                /** @description Over the metadata: `env=prod,tier in (web,api),!draft` */
                selector?: string;
                /** @description One or more statuses, separated by commas or repeated */
                status?: string[];
            };
            header?: {
                /** @description A repeated request with the same key is answered as before, not done again */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["BulkRequest"];
            };
        };
        responses: {
            /** @description What became of each */
            200: {
                headers: {
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BulkResult"];
                };
            };
        };
    };
    getInstance: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the instance */
                instanceId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The instance */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Instance"];
                };
            };
        };
    };
    deleteInstance: {
        parameters: {
            query?: {
                /** @description Leave its working directory and logs */
                keepData?: boolean;
            };
            header?: {
                /** @description Only if the resource still has this ETag; else 412 */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                /** @description Id of the instance */
                instanceId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    updateInstance: {
        parameters: {
            query?: never;
            header?: {
                /** @description Only if the resource still has this ETag; else 412 */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                /** @description Id of the instance */
                instanceId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UpdateInstance"];
                "application/merge-patch+json": components["schemas"]["UpdateInstance"];
            };
        };
        responses: {
            /** @description The instance */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Instance"];
                };
            };
        };
    };
    getActualConfiguration: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the instance */
                instanceId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Per library of the server */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ActualConfiguration"];
                };
            };
        };
    };
    setAppliedRevision: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the instance */
                instanceId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AppliedRevision"];
            };
        };
        responses: {
            /** @description The instance */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Instance"];
                };
            };
        };
    };
    getLogs: {
        parameters: {
            query?: {
                /** @description Go on with what is written from now on */
                follow?: boolean;
                /** @description From this time on, or so long ago (`10m`) */
                since?: string;
                /** @description The last so many lines, or `all` (default 100; all with `since`) */
                tail?: string;
            };
            header?: never;
            path: {
                /** @description Id of the instance */
                instanceId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Lines as they were written; as server-sent events one line each */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                    "text/plain": string;
                };
            };
        };
    };
    restartInstance: {
        parameters: {
            query?: {
                /** @description How long to pause between the stop and the start (default 0) */
                delay?: string;
                /** @description Store the configuration of the body first */
                persist?: boolean;
                /** @description Where it runs from now on (default: as before) */
                platform?: string;
                /** @description How long to wait for Running or a failure (default 10s) */
                wait?: string;
            };
            header?: {
                /** @description A repeated request with the same key is answered as before, not done again */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @description Id of the instance */
                instanceId: string;
            };
            cookie?: never;
        };
        /** @description Runs instead of the stored configuration, which stays as it is; may also be nested as `{"configuration": ...}` */
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Configuration"];
                "application/yaml": components["schemas"]["Configuration"];
            };
        };
        responses: {
            /** @description Done, or already so; the sentence alone as text/plain */
            200: {
                headers: {
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OperationResult"];
                    "text/plain": string;
                };
            };
        };
    };
    getRuntimeStatus: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the instance */
                instanceId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The runtime status */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RuntimeStatus"];
                };
            };
        };
    };
    getServerConfiguration: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the instance */
                instanceId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Host, port and log level as they are now configured */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ServerConfiguration"];
                };
            };
        };
    };
    patchServerConfiguration: {
        parameters: {
            query?: never;
            header?: {
                /** @description Only if the resource still has this ETag; else 412 */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                /** @description Id of the instance */
                instanceId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Patch"];
                "application/json-patch+json": components["schemas"]["Patch"];
                "application/merge-patch+json": components["schemas"]["Patch"];
            };
        };
        responses: {
            /** @description Host, port and log level as they are now configured */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ServerConfiguration"];
                };
            };
        };
    };
    setHost: {
        parameters: {
            query?: never;
            header?: {
                /** @description Only if the resource still has this ETag; else 412 */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                /** @description Id of the instance */
                instanceId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SetHost"];
            };
        };
        responses: {
            /** @description Host, port and log level as they are now configured */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ServerConfiguration"];
                };
            };
        };
    };
    setLogLevel: {
        parameters: {
            query?: never;
            header?: {
                /** @description Only if the resource still has this ETag; else 412 */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                /** @description Id of the instance */
                instanceId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SetLogLevel"];
            };
        };
        responses: {
            /** @description Host, port and log level as they are now configured */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ServerConfiguration"];
                };
            };
        };
    };
    setPort: {
        parameters: {
            query?: never;
            header?: {
                /** @description Only if the resource still has this ETag; else 412 */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                /** @description Id of the instance */
                instanceId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SetPort"];
            };
        };
        responses: {
            /** @description Host, port and log level as they are now configured */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ServerConfiguration"];
                };
            };
        };
    };
    startStandby: {
        parameters: {
            query?: {
                /** @description How long to wait for Running or a failure (default 10s) */
                wait?: string;
            };
            header?: {
                /** @description A repeated request with the same key is answered as before, not done again */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @description Id of the instance */
                instanceId: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["StartStandby"];
            };
        };
        responses: {
            /** @description It is Running */
            201: {
                headers: {
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    Location: components["headers"]["Location"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Workloads"];
                };
            };
            /** @description It is still Starting */
            202: {
                headers: {
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    Location: components["headers"]["Location"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Workloads"];
                };
            };
        };
    };
    removeStandby: {
        parameters: {
            query?: {
                /** @description How long to wait for its connections and requests (default 10s) */
                drain?: string;
            };
            header?: never;
            path: {
                /** @description Id of the instance */
                instanceId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description There is no standby any more */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    getStandbyConfiguration: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the instance */
                instanceId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Per library */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ActualConfiguration"];
                };
            };
        };
    };
    promoteStandby: {
        parameters: {
            query?: never;
            header?: {
                /** @description A repeated request with the same key is answered as before, not done again */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @description Id of the instance */
                instanceId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The workloads */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Workloads"];
                };
            };
        };
    };
    startInstance: {
        parameters: {
            query?: {
                /** @description Store the configuration of the body first */
                persist?: boolean;
                /** @description How long to wait for Running or a failure (default 10s) */
                wait?: string;
            };
            header?: {
                /** @description A repeated request with the same key is answered as before, not done again */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @description Id of the instance */
                instanceId: string;
            };
            cookie?: never;
        };
        /** @description Runs instead of the stored configuration, which stays as it is; may also be nested as `{"configuration": ...}` */
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Configuration"];
                "application/yaml": components["schemas"]["Configuration"];
            };
        };
        responses: {
            /** @description Done, or already so; the sentence alone as text/plain */
            200: {
                headers: {
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OperationResult"];
                    "text/plain": string;
                };
            };
        };
    };
    setInstanceStatus: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the instance */
                instanceId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SetStatus"];
            };
        };
        responses: {
            /** @description The instance */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Instance"];
                };
            };
        };
    };
    stopInstance: {
        parameters: {
            query?: {
                /** @description How long to wait for the end (default 60s); 0 returns at once */
                wait?: string;
            };
            header?: {
                /** @description A repeated request with the same key is answered as before, not done again */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @description Id of the instance */
                instanceId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done, or already so; the sentence alone as text/plain */
            200: {
                headers: {
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OperationResult"];
                    "text/plain": string;
                };
            };
        };
    };
    setTraffic: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the instance */
                instanceId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Traffic"];
            };
        };
        responses: {
            /** @description The workloads */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Workloads"];
                };
            };
        };
    };
    getWorkloads: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the instance */
                instanceId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The workloads */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Workloads"];
                };
            };
        };
    };
    listPlatforms: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All platforms */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Platform"][];
                };
            };
        };
    };
    launchServer: {
        parameters: {
            query?: never;
            header?: {
                /** @description A repeated request with the same key is answered as before, not done again */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateInstance"];
                "application/yaml": components["schemas"]["CreateInstance"];
            };
        };
        responses: {
            /** @description The instance, with `instance` and `serverConfiguration` beside its fields */
            201: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    Location: components["headers"]["Location"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreatedInstance"];
                };
            };
        };
    };
    getLastKnownStatus: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the instance */
                instanceId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The runtime status */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RuntimeStatus"];
                };
            };
        };
    };
    getRecentChanges: {
        parameters: {
            query?: {
                /** @description Only those with a greater sequence number */
                after?: number;
                /** @description Events of all types, unless `types` names some */
                allTypes?: boolean;
                /** @description Only of this instance */
                instanceId?: string;
                /** @description At most so many, the newest ones (default 1000) */
                limit?: number;
                /** @description From this time on (default: 5 minutes ago, unless `after` is given) */
                since?: string;
                /** @description Only from this source */
                source?: string;
                /** @description Only changes to these statuses */
                statusFilter?: string[];
                /** @description Events of these types: StatusChanged, InstanceCreated, Reconciled ... (default: StatusChanged alone) */
                types?: string[];
                /** @description If there is none, wait so long for one */
                wait?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Changes; `X-Last-Sequence` is what to give as `after` next */
            200: {
                headers: {
                    "X-Last-Sequence": components["headers"]["X-Last-Sequence"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StatusChange"][];
                };
            };
        };
    };
    streamEvents: {
        parameters: {
            query?: {
                /** @description Begin behind this sequence number (default: with the next event) */
                after?: number;
                /** @description Only of this instance */
                instanceId?: string;
                /** @description Only events with these statuses */
                statusFilter?: string[];
                /** @description StatusChanged, PhaseChanged, InstanceCreated, TrafficSwitched, Reconciled ... */
                types?: string[];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Server-sent events: `event` is the type, `id` the sequence, `data` the event */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
        };
    };
    reportStatus: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["StatusReports"];
            };
        };
        responses: {
            /** @description Taken */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReportsAccepted"];
                };
            };
        };
    };
    listWebhooks: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Webhooks */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Webhook"][];
                };
            };
        };
    };
    createWebhook: {
        parameters: {
            query?: never;
            header?: {
                /** @description A repeated request with the same key is answered as before, not done again */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewWebhook"];
            };
        };
        responses: {
            /** @description It will be told */
            201: {
                headers: {
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    Location: components["headers"]["Location"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Webhook"];
                };
            };
        };
    };
    getWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the webhook */
                webhookId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Without its secret */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Webhook"];
                };
            };
        };
    };
    replaceWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the webhook */
                webhookId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewWebhook"];
            };
        };
        responses: {
            /** @description Without its secret */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Webhook"];
                };
            };
        };
    };
    deleteWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the webhook */
                webhookId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    listWebhookDeliveries: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the webhook */
                webhookId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Attempts */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookDelivery"][];
                };
            };
        };
    };
    testWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the webhook */
                webhookId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The attempt */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookDelivery"];
                };
            };
        };
    };
    getHealth: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It answers */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
        };
    };
    getMetrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Metrics */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
        };
    };
    getReadiness: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Ready */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
        };
    };
}
type WithRequired<T, K extends keyof T> = T & {
    [P in K]-?: T[P];
};
