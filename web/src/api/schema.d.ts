// Written by `npm run generate` from docs/reference/openapi.json. Do not edit.

export interface paths {
    "/api/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** This description */
        get: operations["getOpenApi"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/access-review": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Who holds what, since when, and through what
         * @description One entry for each assignment and each person, service or group that it reaches, as far as they are known: those in files and in the directory. When they were last seen is known from sign-ins, the use of API keys, the audit log, and decisions about them among the newest 200,000 recorded ones; unless the setting `decision.recorded` is `all`, allowed decisions are not recorded, and who uses an application without signing in to Casemate is not seen. A page may hold fewer entries than asked for, and others follow. As `text/csv` it is the whole list.
         *
         *     Needs the permission `casemate.access-review.list` in the tenant of `Casemate-Tenant`.
         */
        get: operations["listAccessReview"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/access-review/decide": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Certifies or revokes assignments
         * @description At most a hundred. Each comes on record with who decided, when, why and of which revision, together with its audit event, and holds for that revision alone. A revoked assignment ends at the server's time, never later than it would have; one that has not begun goes, which needs `casemate.assignment.delete`. To certify again what is certified is another entry of the record. Each is answered by itself.
         *
         *     Needs the permission `casemate.assignment.update` in the tenant of `Casemate-Tenant`.
         */
        post: operations["decideAccessReview"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/access-review/decisions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What reviewers decided
         * @description The record of access reviews of the tenant: it is only added to. A decision stays here when its assignment ends or goes.
         *
         *     Needs the permission `casemate.access-review.list` in the tenant of `Casemate-Tenant`.
         */
        get: operations["listAccessReviewDecisions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/access-review/decisions/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * What reviewers decided
         * @description The record of access reviews of the tenant: it is only added to. A decision stays here when its assignment ends or goes.
         *
         *     Needs the permission `casemate.access-review.list` in the tenant of `Casemate-Tenant`.
         */
        post: operations["searchAccessReviewDecisions"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/access-review/progress": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How far an access review is
         * @description Counted over all assignments of the tenant.
         *
         *     Needs the permission `casemate.access-review.list` in the tenant of `Casemate-Tenant`.
         */
        get: operations["getAccessReviewProgress"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/access-review/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Who holds what, since when, and through what
         * @description What fits a text and filters, which are personal data and stand in no address. A page may hold fewer entries than asked for, and others follow.
         *
         *     Needs the permission `casemate.access-review.list` in the tenant of `Casemate-Tenant`.
         */
        post: operations["searchAccessReview"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/administrators": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Makes an administrator by a one-time key
         * @description The key is used up by it. It stands in the body, never in an address.
         */
        post: operations["redeemAdministratorKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/alert-receivers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Receivers of alerts
         * @description A page may hold fewer entries than asked for, and others follow. `Accept: text/csv` gets the whole list, without `after` and `limit`.
         *
         *     Needs the permission `casemate.alert-receiver.list` in the tenant `default`.
         */
        get: operations["listAlertReceivers"];
        put?: never;
        /**
         * A receiver of alerts
         * @description Makes one.
         *
         *     Needs the permission `casemate.alert-receiver.create` in the tenant `default`.
         */
        post: operations["createAlertReceiver"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/alert-receivers/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A receiver of alerts
         * @description Needs the permission `casemate.alert-receiver.read` in the tenant `default`.
         */
        get: operations["getAlertReceiver"];
        /**
         * A receiver of alerts
         * @description Makes this of it, as a whole.
         *
         *     Needs the permission `casemate.alert-receiver.update` in the tenant `default`.
         */
        put: operations["updateAlertReceiver"];
        post?: never;
        /**
         * A receiver of alerts
         * @description Deletes it.
         *
         *     Needs the permission `casemate.alert-receiver.delete` in the tenant `default`.
         */
        delete: operations["deleteAlertReceiver"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/alert-receivers/{id}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sends something to a receiver of alerts, to try it
         * @description What is sent is marked as a test, and goes the way of alerts: signed, to the webhook and to each address, also where the receiver is switched off. Letters are handed over to be delivered. A receiver is tried five times a minute at most. Answers within 11 seconds.
         *
         *     Needs the permission `casemate.alert-receiver.test` in the tenant `default`.
         */
        post: operations["testAlertReceiver"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/alert-receivers/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Receivers of alerts
         * @description Those that fit a text and filters, which may be personal data and stand in no address. `Accept: text/csv` gets all of them, without `after` and `limit`.
         *
         *     Needs the permission `casemate.alert-receiver.list` in the tenant `default`.
         */
        post: operations["searchAlertReceivers"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/alerts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What detections found
         * @description Matches of a rule with the same group are one alert, until it is closed or nothing came for the time of the rule, one hour at least. `Accept: text/csv` gets the whole list.
         *
         *     Needs the permission `casemate.alert.list` in the tenant `default`.
         */
        get: operations["listAlerts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/alerts/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * An alert
         * @description Needs the permission `casemate.alert.read` in the tenant `default`.
         */
        get: operations["getAlert"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/alerts/{id}/acknowledge": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Says that somebody looks into an alert
         * @description Needs the permission `casemate.alert.update` in the tenant `default`.
         */
        post: operations["acknowledgeAlert"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/alerts/{id}/close": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Closes an alert: the next match makes a new one
         * @description Needs the permission `casemate.alert.update` in the tenant `default`.
         */
        post: operations["closeAlert"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/alerts/{id}/reopen": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Opens an alert again
         * @description Needs the permission `casemate.alert.update` in the tenant `default`.
         */
        post: operations["reopenAlert"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/alerts/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * What detections found
         * @description Those in a state, of a level, of a detection, of a time.
         *
         *     Needs the permission `casemate.alert.list` in the tenant `default`.
         */
        post: operations["searchAlerts"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/api-keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The API keys of all service accounts in the tenant
         * @description A page may hold fewer entries than asked for, and others follow. As `text/csv` it is the whole list.
         *
         *     Needs the permission `casemate.api-key.list` in the tenant of `Casemate-Tenant`.
         */
        get: operations["listAllApiKeys"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/api-keys/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * An API key
         * @description Needs the permission `casemate.api-key.read` in the tenant of `Casemate-Tenant`.
         */
        get: operations["getApiKey"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/api-keys/{id}/revoke": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * An API key
         * @description Takes it out of force at once; doing so again changes nothing.
         *
         *     Needs the permission `casemate.api-key.revoke` in the tenant of `Casemate-Tenant`.
         */
        post: operations["revokeApiKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/api-keys/{id}/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * An API key
         * @description Makes a key in the place of this one, which goes on for a while. The key itself is in this answer and nowhere else.
         *
         *     Needs the permission `casemate.api-key.rotate` in the tenant of `Casemate-Tenant`.
         */
        post: operations["rotateApiKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/api-keys/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * The API keys of all service accounts in the tenant
         * @description Those that fit a text and filters: which end soon, which nobody uses.
         *
         *     Needs the permission `casemate.api-key.list` in the tenant of `Casemate-Tenant`.
         */
        post: operations["searchApiKeys"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/applications": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Applications and their permission schemas
         * @description A page may hold fewer entries than asked for, and others follow. `Accept: text/csv` gets the whole list, without `after` and `limit`.
         *
         *     Needs the permission `casemate.application.list` in the tenant `default`.
         */
        get: operations["listApplications"];
        put?: never;
        /**
         * An application and its permission schema
         * @description Registers the schema of an application that is not there yet.
         *
         *     Needs the permission `casemate.application.create` in the tenant `default`.
         */
        post: operations["createApplication"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/applications/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * An application and its permission schema
         * @description Needs the permission `casemate.application.read` in the tenant `default`.
         */
        get: operations["getApplication"];
        /**
         * An application and its permission schema
         * @description Registers another schema for it. What stored permissions it would break is listed, and needs `force`.
         *
         *     Needs the permission `casemate.application.update` in the tenant `default`.
         */
        put: operations["updateApplication"];
        post?: never;
        /**
         * An application and its permission schema
         * @description Deletes it.
         *
         *     Needs the permission `casemate.application.delete` in the tenant `default`.
         */
        delete: operations["deleteApplication"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/applications/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Applications and their permission schemas
         * @description Those that fit a text and filters, which may be personal data and stand in no address. `Accept: text/csv` gets all of them, without `after` and `limit`.
         *
         *     Needs the permission `casemate.application.list` in the tenant `default`.
         */
        post: operations["searchApplications"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/assignments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Assignments
         * @description A page may hold fewer entries than asked for, and others follow. `Accept: text/csv` gets the whole list, without `after` and `limit`.
         *
         *     Needs the permission `casemate.assignment.list` in the tenant of `Casemate-Tenant`.
         */
        get: operations["listAssignments"];
        put?: never;
        /**
         * An assignment
         * @description Makes one.
         *
         *     Needs the permission `casemate.assignment.create` in the tenant of `Casemate-Tenant`.
         */
        post: operations["createAssignment"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/assignments/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * An assignment
         * @description Needs the permission `casemate.assignment.read` in the tenant of `Casemate-Tenant`.
         */
        get: operations["getAssignment"];
        /**
         * An assignment
         * @description Makes this of it, as a whole.
         *
         *     Needs the permission `casemate.assignment.update` in the tenant of `Casemate-Tenant`.
         */
        put: operations["updateAssignment"];
        post?: never;
        /**
         * An assignment
         * @description Deletes it.
         *
         *     Needs the permission `casemate.assignment.delete` in the tenant of `Casemate-Tenant`.
         */
        delete: operations["deleteAssignment"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/assignments/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Assignments
         * @description Those that fit a text and filters, which may be personal data and stand in no address. `Accept: text/csv` gets all of them, without `after` and `limit`.
         *
         *     Needs the permission `casemate.assignment.list` in the tenant of `Casemate-Tenant`.
         */
        post: operations["searchAssignments"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit-events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Who changed or tried what
         * @description A page may hold fewer events than asked for, or none, and others follow as long as there is `next`. As `text/csv` it is the whole list.
         *
         *     Needs the permission `casemate.audit-event.list` in the tenant of `Casemate-Tenant`.
         */
        get: operations["listAuditEvents"];
        put?: never;
        /**
         * What was done in an application
         * @description As `/api/v1/audit-events/record`, which it was called first.
         *
         *     Needs the permission `casemate.audit-event.record` in the tenant of `Casemate-Tenant`.
         */
        post: operations["createAuditEvents"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit-events/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * An audit event, with what its place in the log is checked with
         * @description Needs the permission `casemate.audit-event.list` in the tenant of `Casemate-Tenant`.
         */
        get: operations["getAuditEvent"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit-events/{id}/proof": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * That an event stands in the audit log
         * @description What it takes to check that the event was recorded, without this server: `casemate audit verify --proof`.
         *
         *     Needs the permission `casemate.audit-event.read` in the tenant of `Casemate-Tenant`.
         */
        get: operations["getAuditEventProof"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit-events/anonymous-denials/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Refusals of callers without a valid credential
         * @description Counted by minute, address and route. For those who may see audit events in the tenant `default`.
         *
         *     Needs the permission `casemate.audit-event.list` in the tenant of `Casemate-Tenant`.
         */
        post: operations["searchAnonymousDenials"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit-events/count": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * How many audit events a search finds
         * @description Counts up to a bound, and says whether that is all.
         *
         *     Needs the permission `casemate.audit-event.list` in the tenant of `Casemate-Tenant`.
         */
        post: operations["countAuditEvents"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit-events/erase": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Erases the texts of audit events for good
         * @description Where the law asks for it: the texts go, and the salts with which a text could be told to be theirs, also from files of the archive; their places in the log and every proof stay. Where a legal hold covers any of them, none is erased. What tells of holds and of erasing stays. A dry run counts.
         *
         *     Needs the permission `casemate.audit-event.erase` in the tenant of `Casemate-Tenant`.
         */
        post: operations["eraseAuditEvents"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit-events/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Audit events as a stream that is saved
         * @description The oldest come first, up to those that are there when it begins. A stream that broke off goes on behind the last id that came (`after`). As `ndjson`, what stands in each line is enough to check the log. As `parquet`, the file is of a part of the log, and the header `casemate-next-after` says what `after` the next one has. Whoever may not see the events any more gets no end of it.
         *
         *     Needs the permission `casemate.audit-event.list` in the tenant of `Casemate-Tenant`.
         */
        post: operations["exportAuditEvents"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit-events/record": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * What was done in an application
         * @description Records up to a hundred events, all of them or none, durably before the answer. They are of the kind `recorded`, with who recorded them, and of an action in the namespace `casemate` only where an application goes on without authorization (`casemate.authorization.suspend`); a caller that is bound to an application records actions in its namespaces.
         *
         *     Needs the permission `casemate.audit-event.record` in the tenant of `Casemate-Tenant`.
         */
        post: operations["recordAuditEvents"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit-events/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Who changed or tried what
         * @description Those that fit filters, which may be personal data and stand in no address.
         *
         *     Needs the permission `casemate.audit-event.list` in the tenant of `Casemate-Tenant`.
         */
        post: operations["searchAuditEvents"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit-events/tail": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Audit events as they come
         * @description Those that come from now on, or behind the `Last-Event-ID`: each an event `event` with its id. `ready` comes first, and `alive` where nothing else does. The stream ends where its reader may not see them any more.
         *
         *     Needs the permission `casemate.audit-event.list` in the tenant of `Casemate-Tenant`.
         */
        get: operations["tailAuditEvents"];
        put?: never;
        /**
         * Audit events that fit a search, as they come
         * @description As `GET` there, of those alone that fit a search, which may be personal data and stands in no address.
         *
         *     Needs the permission `casemate.audit-event.list` in the tenant of `Casemate-Tenant`.
         */
        post: operations["tailFoundAuditEvents"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit-events/timeline": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * All that is on record of a person or a thing
         * @description Of a person: what they did, what was done for or to them, and what was decided about them, also under the ids and logins that they had before. Where they signed in is told where they are at home.
         *
         *     Needs the permission `casemate.audit-event.list` in the tenant of `Casemate-Tenant`.
         */
        post: operations["getAuditTimeline"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit-holds": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Legal holds that are in force
         * @description Those that were lifted are on record: `action:casemate.audit-hold.*`. `Accept: text/csv` gets the whole list.
         *
         *     Needs the permission `casemate.audit-hold.list` in the tenant `default`.
         */
        get: operations["listAuditHolds"];
        put?: never;
        /**
         * Puts audit events on hold
         * @description From then on nothing that it covers is erased, pruned, or deleted from the archive, however old it is, also what is recorded later. There are at most a thousand.
         *
         *     Needs the permission `casemate.audit-hold.create` in the tenant `default`.
         */
        post: operations["createAuditHold"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit-holds/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A legal hold
         * @description Needs the permission `casemate.audit-hold.read` in the tenant `default`.
         */
        get: operations["getAuditHold"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit-holds/{id}/lift": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Lifts a legal hold
         * @description What it covered goes by age again, with the next round of whatever deletes it.
         *
         *     Needs the permission `casemate.audit-hold.lift` in the tenant `default`.
         */
        post: operations["liftAuditHold"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit-holds/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Legal holds that are in force
         * @description Those with a text in their reason, or in what they cover.
         *
         *     Needs the permission `casemate.audit-hold.list` in the tenant `default`.
         */
        post: operations["searchAuditHolds"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit-log/checkpoint": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How large the audit log is, signed
         * @description A signed note (c2sp.org/tlog-checkpoint), with the cosignatures of witnesses. It is at most a second older than the log.
         *
         *     Needs the permission `casemate.audit-log.read` in the tenant of `Casemate-Tenant`.
         */
        get: operations["getAuditLogCheckpoint"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit-log/consistency": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * That the audit log goes on where it ended
         * @description The proof of RFC 6962, section 2.1.2.
         *
         *     Needs the permission `casemate.audit-log.read` in the tenant of `Casemate-Tenant`.
         */
        get: operations["getAuditLogConsistency"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit-log/cosignatures": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A witness cosigns a checkpoint
         * @description Takes cosignatures (c2sp.org/tlog-cosignature) of the witnesses in `record.witnesses`, of a checkpoint that this log signed.
         *
         *     Needs the permission `casemate.audit-log.cosign` in the tenant `default`.
         */
        post: operations["cosignAuditLog"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit-log/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * All that stands in the audit log, in order
         * @description For whoever checks all of it: a line of JSON for each event of whichever tenant with its `index`, its `salt` and the exact text of the `event`; `index` and `leaf` where it was erased; `block` and `root` in place of 256 events that were given up.
         *
         *     Needs the permission `casemate.audit-log.export` in the tenant `default`.
         */
        post: operations["exportAuditLog"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit-log/key": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * By which keys the audit log is signed
         * @description Whoever checks the log gets its key another way as well: whoever changes a log can change what this says.
         *
         *     Needs the permission `casemate.audit-log.read` in the tenant of `Casemate-Tenant`.
         */
        get: operations["getAuditLogKey"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit-log/refusals": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A witness refuses a checkpoint
         * @description Puts on record that a witness was shown a log that is not the one that it remembers: `casemate.audit-log.witness-refusal`.
         *
         *     Needs the permission `casemate.audit-log.cosign` in the tenant `default`.
         */
        post: operations["refuseAuditLog"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit-log/tile/{tile}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A tile of the audit log
         * @description 256 hashes of the tree, or those that there are so far, at the paths of c2sp.org/tlog-tiles: `0/x001/234`, `0/x001/235.p/17`. Below `entries/` the commitments that the leaves are made of; they tell nothing of the events.
         *
         *     Needs the permission `casemate.audit-log.read` in the tenant of `Casemate-Tenant`.
         */
        get: operations["getAuditLogTile"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit-searches": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Searches of audit events that are kept
         * @description One's own, and those that are shared in the tenant, by name: at most two hundred.
         *
         *     Needs the permission `casemate.audit-event.list` in the tenant of `Casemate-Tenant`.
         */
        get: operations["listAuditSearches"];
        put?: never;
        /**
         * A search of audit events that is kept
         * @description Needs the permission `casemate.audit-event.list` in the tenant of `Casemate-Tenant`.
         */
        post: operations["createAuditSearch"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit-searches/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A search of audit events that is kept
         * @description Needs the permission `casemate.audit-event.list` in the tenant of `Casemate-Tenant`.
         */
        get: operations["getAuditSearch"];
        /**
         * A search of audit events that is kept
         * @description Needs the permission `casemate.audit-event.list` in the tenant of `Casemate-Tenant`.
         */
        put: operations["updateAuditSearch"];
        post?: never;
        /**
         * A search of audit events that is kept
         * @description Needs the permission `casemate.audit-event.list` in the tenant of `Casemate-Tenant`.
         */
        delete: operations["deleteAuditSearch"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit-sinks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Sinks of the audit log
         * @description A page may hold fewer entries than asked for, and others follow. `Accept: text/csv` gets the whole list, without `after` and `limit`.
         *
         *     Needs the permission `casemate.audit-sink.list` in the tenant `default`.
         */
        get: operations["listAuditSinks"];
        put?: never;
        /**
         * A sink of the audit log
         * @description Makes one.
         *
         *     Needs the permission `casemate.audit-sink.create` in the tenant `default`.
         */
        post: operations["createAuditSink"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit-sinks/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A sink of the audit log
         * @description Needs the permission `casemate.audit-sink.read` in the tenant `default`.
         */
        get: operations["getAuditSink"];
        /**
         * A sink of the audit log
         * @description Makes this of it, as a whole.
         *
         *     Needs the permission `casemate.audit-sink.update` in the tenant `default`.
         */
        put: operations["updateAuditSink"];
        post?: never;
        /**
         * A sink of the audit log
         * @description Deletes it.
         *
         *     Needs the permission `casemate.audit-sink.delete` in the tenant `default`.
         */
        delete: operations["deleteAuditSink"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit-sinks/{id}/cursor": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How far a sink is
         * @description Needs the permission `casemate.audit-sink.read` in the tenant `default`.
         */
        get: operations["getAuditSinkCursor"];
        /**
         * Has events sent again
         * @description Everything on record from an index on is sent again. Forwards, no event is left out.
         *
         *     Needs the permission `casemate.audit-sink.rewind` in the tenant `default`.
         */
        put: operations["rewindAuditSink"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit-sinks/{id}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Pauses a sink
         * @description Nothing is sent until it is resumed; then it goes on where it was.
         *
         *     Needs the permission `casemate.audit-sink.pause` in the tenant `default`.
         */
        post: operations["pauseAuditSink"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit-sinks/{id}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Resumes a sink
         * @description Needs the permission `casemate.audit-sink.pause` in the tenant `default`.
         */
        post: operations["resumeAuditSink"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit-sinks/{id}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sends something to a sink, to try it
         * @description What is sent is marked as a test; nothing is written into files, only whether that can be done is tried. Answers within 20 seconds.
         *
         *     Needs the permission `casemate.audit-sink.test` in the tenant `default`.
         */
        post: operations["testAuditSink"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit-sinks/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sinks of the audit log
         * @description Those that fit a text and filters, which may be personal data and stand in no address. `Accept: text/csv` gets all of them, without `after` and `limit`.
         *
         *     Needs the permission `casemate.audit-sink.list` in the tenant `default`.
         */
        post: operations["searchAuditSinks"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/blocks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Networks and accounts of which too many secrets were wrong
         * @description Those in force. Of a network no credential is taken until the block ends or is lifted; of an account nothing is looked at, but where its owner signed in before, or where keys of the service account are known. As `text/csv` it is the whole list.
         *
         *     Needs the permission `casemate.block.list` in the tenant `default`.
         */
        get: operations["listBlocks"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/blocks/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Lifts a block
         * @description At once, on all replicas within a second. How often the network was blocked, or the account was locked, is forgotten.
         *
         *     Needs the permission `casemate.block.lift` in the tenant `default`.
         */
        delete: operations["liftBlock"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/blocks/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Networks and accounts of which too many secrets were wrong
         * @description Those in force that fit a text, a kind and a user, which stand in no address.
         *
         *     Needs the permission `casemate.block.list` in the tenant `default`.
         */
        post: operations["searchBlocks"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * May they do this?
         * @description Allowed, denied, or conditional: it depends on what the question does not say of the resource.
         *
         *     Needs the permission `casemate.decision.ask` in the tenant of `Casemate-Tenant`.
         */
        post: operations["check"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/detection-pack": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The rules of Casemate's own
         * @description They are looked for without being configured. A detection with the name of one stands in its place, and may be disabled.
         *
         *     Needs the permission `casemate.detection.list` in the tenant `default`.
         */
        get: operations["getDetectionPack"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/detections": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Detections
         * @description A page may hold fewer entries than asked for, and others follow. `Accept: text/csv` gets the whole list, without `after` and `limit`.
         *
         *     Needs the permission `casemate.detection.list` in the tenant `default`.
         */
        get: operations["listDetections"];
        put?: never;
        /**
         * A detection
         * @description Makes one.
         *
         *     Needs the permission `casemate.detection.create` in the tenant `default`.
         */
        post: operations["createDetection"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/detections/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A detection
         * @description Needs the permission `casemate.detection.read` in the tenant `default`.
         */
        get: operations["getDetection"];
        /**
         * A detection
         * @description Makes this of it, as a whole.
         *
         *     Needs the permission `casemate.detection.update` in the tenant `default`.
         */
        put: operations["updateDetection"];
        post?: never;
        /**
         * A detection
         * @description Deletes it.
         *
         *     Needs the permission `casemate.detection.delete` in the tenant `default`.
         */
        delete: operations["deleteDetection"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/detections/dry-run": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Tries rules on what is on record
         * @description Says which alerts they would have made, and makes none. One request looks at 200,000 audit events at most, and for 5 seconds; `next` says where to go on.
         *
         *     Needs the permission `casemate.detection.try` in the tenant `default`.
         */
        post: operations["tryDetection"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/detections/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Detections
         * @description Those that fit a text and filters, which may be personal data and stand in no address. `Accept: text/csv` gets all of them, without `after` and `limit`.
         *
         *     Needs the permission `casemate.detection.list` in the tenant `default`.
         */
        post: operations["searchDetections"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/event-ceilings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What applications may record at most
         * @description A page may hold fewer entries than asked for, and others follow. `Accept: text/csv` gets the whole list, without `after` and `limit`.
         *
         *     Needs the permission `casemate.event-ceiling.list` in the tenant `default`.
         */
        get: operations["listEventCeilings"];
        put?: never;
        /**
         * What an application may record at most
         * @description Makes one.
         *
         *     Needs the permission `casemate.event-ceiling.create` in the tenant `default`.
         */
        post: operations["createEventCeiling"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/event-ceilings/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What an application may record at most
         * @description Needs the permission `casemate.event-ceiling.read` in the tenant `default`.
         */
        get: operations["getEventCeiling"];
        /**
         * What an application may record at most
         * @description Makes this of it, as a whole.
         *
         *     Needs the permission `casemate.event-ceiling.update` in the tenant `default`.
         */
        put: operations["updateEventCeiling"];
        post?: never;
        /**
         * What an application may record at most
         * @description Deletes it.
         *
         *     Needs the permission `casemate.event-ceiling.delete` in the tenant `default`.
         */
        delete: operations["deleteEventCeiling"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/event-ceilings/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * What applications may record at most
         * @description Those that fit a text and filters, which may be personal data and stand in no address. `Accept: text/csv` gets all of them, without `after` and `limit`.
         *
         *     Needs the permission `casemate.event-ceiling.list` in the tenant `default`.
         */
        post: operations["searchEventCeilings"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/event-types": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Types of events that applications record
         * @description A page may hold fewer entries than asked for, and others follow. `Accept: text/csv` gets the whole list, without `after` and `limit`.
         *
         *     Needs the permission `casemate.event-type.list` in the tenant `default`.
         */
        get: operations["listEventTypes"];
        put?: never;
        /**
         * A type of events that applications record
         * @description Makes one.
         *
         *     Needs the permission `casemate.event-type.create` in the tenant `default`.
         */
        post: operations["createEventType"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/event-types/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A type of events that applications record
         * @description Needs the permission `casemate.event-type.read` in the tenant `default`.
         */
        get: operations["getEventType"];
        /**
         * A type of events that applications record
         * @description Makes this of it, as a whole.
         *
         *     Needs the permission `casemate.event-type.update` in the tenant `default`.
         */
        put: operations["updateEventType"];
        post?: never;
        /**
         * A type of events that applications record
         * @description Deletes it.
         *
         *     Needs the permission `casemate.event-type.delete` in the tenant `default`.
         */
        delete: operations["deleteEventType"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/event-types/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Types of events that applications record
         * @description Those that fit a text and filters, which may be personal data and stand in no address. `Accept: text/csv` gets all of them, without `after` and `limit`.
         *
         *     Needs the permission `casemate.event-type.list` in the tenant `default`.
         */
        post: operations["searchEventTypes"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/explain": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Why may they do this, or why not?
         * @description Needs the permission `casemate.decision.ask` in the tenant of `Casemate-Tenant`.
         */
        post: operations["explain"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/filter": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * On which resources may they do this?
         * @description Allowed, denied, or conditional with a filter: a JSON tree, or a condition with bind parameters.
         *
         *     Needs the permission `casemate.decision.ask` in the tenant of `Casemate-Tenant`.
         */
        post: operations["filter"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/groups": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Groups
         * @description A page may hold fewer entries than asked for, and others follow. As `text/csv` it is the whole list.
         *
         *     Needs the permission `casemate.group.list` in the tenant of `Casemate-Tenant`.
         */
        get: operations["listGroups"];
        put?: never;
        /**
         * A group
         * @description Makes one, in the tenant of the request, without members.
         *
         *     Needs the permission `casemate.group.create` in the tenant of `Casemate-Tenant`.
         */
        post: operations["createGroup"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/groups/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A group
         * @description Needs the permission `casemate.group.read` in the tenant of `Casemate-Tenant`.
         */
        get: operations["getGroup"];
        /**
         * A group
         * @description Makes this of it, as a whole; its members stay. One that something is assigned to keeps its name.
         *
         *     Needs the permission `casemate.group.update` in the tenant of `Casemate-Tenant`.
         */
        put: operations["updateGroup"];
        post?: never;
        /**
         * A group
         * @description Deletes it. One that something is assigned to is not deleted.
         *
         *     Needs the permission `casemate.group.delete` in the tenant of `Casemate-Tenant`.
         */
        delete: operations["deleteGroup"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/groups/{id}/members": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Who belongs to a group
         * @description Somebody of whom several sources say so stands there once for each. As `text/csv` it is the whole list.
         *
         *     Needs the permission `casemate.group-member.list` in the tenant of `Casemate-Tenant`.
         */
        get: operations["listGroupMembers"];
        put?: never;
        /**
         * Who belongs to a group
         * @description Puts users into it, by hand. Who is in it already stays. It gives them what is assigned to the group, so that the caller needs to hold that.
         *
         *     Needs the permission `casemate.group-member.add` in the tenant of `Casemate-Tenant`.
         */
        post: operations["addGroupMembers"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/groups/{id}/members/{user}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Who belongs to a group
         * @description Takes somebody out of it who was put into it by hand. Of whom another source says that they belong to it is taken out there.
         *
         *     Needs the permission `casemate.group-member.remove` in the tenant of `Casemate-Tenant`.
         */
        delete: operations["removeGroupMember"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/groups/{id}/members/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Who belongs to a group
         * @description Those that fit a text and filters, which are personal data and stand in no address. In other orders `POST /api/v1/users/search` finds them, with `group`.
         *
         *     Needs the permission `casemate.group-member.list` in the tenant of `Casemate-Tenant`.
         */
        post: operations["searchGroupMembers"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/groups/{id}/versions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What changes by hand made of a group
         * @description The newest hundred are kept, and none older than 400 days. What a provider says has no version. As `text/csv` it is the whole list.
         *
         *     Needs the permission `casemate.group.read` in the tenant of `Casemate-Tenant`.
         */
        get: operations["listGroupVersions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/groups/{id}/versions/{revision}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What a change by hand made of a group
         * @description Who came to it and left it is told to whoever may list its members (`casemate.group-member.list`).
         *
         *     Needs the permission `casemate.group.read` in the tenant of `Casemate-Tenant`.
         */
        get: operations["getGroupVersion"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/groups/{id}/versions/{revision}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sets a group back to a version, with its members by hand
         * @description By a new change, which obeys all that ordinary ones do and can be set back itself. Where users come to it or leave it, `casemate.group-member.add` and `casemate.group-member.remove` are needed too.
         *
         *     Needs the permission `casemate.group.update` in the tenant of `Casemate-Tenant`.
         */
        post: operations["restoreGroup"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/groups/{id}/versions/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * What changes by hand made of a group
         * @description Those of an actor, of a kind of change, or of a time.
         *
         *     Needs the permission `casemate.group.read` in the tenant of `Casemate-Tenant`.
         */
        post: operations["searchGroupVersions"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/groups/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Groups
         * @description Those that fit a text and filters, which may be personal data and stand in no address.
         *
         *     Needs the permission `casemate.group.list` in the tenant of `Casemate-Tenant`.
         */
        post: operations["searchGroups"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/identities/{id}/permissions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What an identity holds
         * @description Of a user, a service account or an API key, by its opaque id. A caller that is bound to an application sees what may match a name in its namespaces. Leaves an audit event.
         *
         *     Needs the permission `casemate.permission.read` in the tenant of `Casemate-Tenant`.
         */
        get: operations["getPermissions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/identity/permissions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What the caller holds
         * @description Needs no permission. Without a credential it is what anonymous holds.
         */
        get: operations["getOwnPermissions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/log-levels": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What is logged
         * @description By the process that answers: each replica has its own.
         *
         *     Needs the permission `casemate.log.read` in the tenant `default`.
         */
        get: operations["getLogLevels"];
        /**
         * What is logged
         * @description From now on and until the process ends.
         *
         *     Needs the permission `casemate.log.update` in the tenant `default`.
         */
        put: operations["updateLogLevels"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who Casemate says the caller is */
        get: operations["getMe"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/permissions/changes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Whom changes affect, as they come
         * @description A stream of server-sent events: `ready`, `change` and `alive`, each with an id that has its revision behind a `-`. What came after `Last-Event-ID` is told first. A client goes by what it holds for thirty seconds after the last event. See docs/guide/following-changes.md.
         *
         *     Needs the permission `casemate.permission.read` in the tenant of `Casemate-Tenant`.
         */
        get: operations["followPermissionChanges"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/permissions/resolve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * What several identities hold
         * @description At most a hundred at one revision, by the tokens that they presented or by their opaque ids. What is wrong with one is its own problem. Reading by id leaves an audit event for the request.
         *
         *     Needs the permission `casemate.permission.read` in the tenant of `Casemate-Tenant`.
         */
        post: operations["resolvePermissions"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/permissions/schemas": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What permissions mean
         * @description The schemas of all applications, and Casemate's own. A caller that is bound to an application sees that one's.
         *
         *     Needs the permission `casemate.permission.read` in the tenant of `Casemate-Tenant`.
         */
        get: operations["listPermissionSchemas"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/policy/apply": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Makes the configuration what code says
         * @description All of it or nothing. What was applied is read-only by API. A dry run needs `casemate.policy.plan` alone, a change `casemate.policy.apply` too.
         *
         *     Needs the permission `casemate.policy.plan` in the tenant `default`.
         */
        post: operations["applyPolicy"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/policy/diff": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * What differs between two revisions
         * @description Needs the permission `casemate.policy.read` in the tenant `default`.
         */
        post: operations["diffPolicy"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/policy/impact": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Which logged questions would be answered otherwise?
         * @description Asks the questions that were logged (setting `decision.log.sample`) of two policies anew: that of a revision, and that of another, or what would be if a role became another or files were applied. Each is asked at its own time about its subject as that was known then, with the API keys of today. Where an answer or the reason for it differs, both are told; what cannot be asked again is counted by why. A page may hold fewer entries than asked for, or none, and others follow: all of one comparison, of which the policies are kept for five minutes behind a page.
         *
         *     Needs the permission `casemate.policy.impact` in the tenant `default`.
         */
        post: operations["getPolicyImpact"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/policy/revert": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sets the configuration back to a revision
         * @description By a new change, which can be set back itself. Secrets stay as they are. Users, groups and their members that were changed by hand since become what they were too, where the caller may change all of them; what of that cannot be is named with its reason. With the `revision` of a dry run as `if_revision`, nothing is undone that was changed after it.
         *
         *     Needs the permission `casemate.policy.revert` in the tenant `default`.
         */
        post: operations["revertPolicy"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/policy/versions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The changes of configuration
         * @description Those of users and groups by hand are among them. As `text/csv` it is the whole list.
         *
         *     Needs the permission `casemate.policy.list` in the tenant `default`.
         */
        get: operations["listPolicyVersions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/policy/versions/{revision}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A change of configuration, with what it made of each object
         * @description Needs the permission `casemate.policy.read` in the tenant `default`.
         */
        get: operations["getPolicyVersion"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/policy/versions/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * The changes of configuration
         * @description Those that fit a text, an actor, and a time.
         *
         *     Needs the permission `casemate.policy.list` in the tenant `default`.
         */
        post: operations["searchPolicyVersions"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * What would they be allowed?
         * @description Answers questions as they would be answered about a user, or about somebody who holds nothing but a group, a team, a role, or a role that is not there yet. What the caller is not allowed themselves is denied, whoever is previewed. It works in the caller's own tenant. Needs `casemate.decision.ask` too, and leaves an audit event.
         *
         *     Needs the permission `casemate.decision.preview` in the tenant of `Casemate-Tenant`.
         */
        post: operations["preview"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/providers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Providers of identities
         * @description A page may hold fewer entries than asked for, and others follow. `Accept: text/csv` gets the whole list, without `after` and `limit`.
         *
         *     Needs the permission `casemate.provider.list` in the tenant `default`.
         */
        get: operations["listProviders"];
        put?: never;
        /**
         * A provider of identities
         * @description Makes one.
         *
         *     Needs the permission `casemate.provider.create` in the tenant `default`.
         */
        post: operations["createProvider"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/providers/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A provider of identities
         * @description Needs the permission `casemate.provider.read` in the tenant `default`.
         */
        get: operations["getProvider"];
        /**
         * A provider of identities
         * @description Makes this of it, as a whole.
         *
         *     Needs the permission `casemate.provider.update` in the tenant `default`.
         */
        put: operations["updateProvider"];
        post?: never;
        /**
         * A provider of identities
         * @description Deletes it.
         *
         *     Needs the permission `casemate.provider.delete` in the tenant `default`.
         */
        delete: operations["deleteProvider"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/providers/{id}/directory-sync": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How a provider's LDAP directory is pulled
         * @description When it was asked, how that went, and what it came to.
         *
         *     Needs the permission `casemate.directory-sync.read` in the tenant `default`.
         */
        get: operations["getDirectorySync"];
        put?: never;
        /**
         * Pulls a provider's LDAP directory at once
         * @description Answers when it is done. One that takes longer than 20 seconds goes on by itself: the answer is 503 then, and how it went is told by `getDirectorySync`. With `dry_run` nothing is changed.
         *
         *     Needs the permission `casemate.directory-sync.run` in the tenant `default`.
         */
        post: operations["runDirectorySync"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/providers/{id}/mapping/try": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * What claims would make of somebody
         * @description Says which groups and roles somebody with these claims would have by the provider's mapping rules, which are in force as they are written. Nothing is changed, and what the directory says of users is left out.
         *
         *     Needs the permission `casemate.provider.try` in the tenant `default`.
         */
        post: operations["tryProviderMapping"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/providers/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Providers of identities
         * @description Those that fit a text and filters, which may be personal data and stand in no address. `Accept: text/csv` gets all of them, without `after` and `limit`.
         *
         *     Needs the permission `casemate.provider.list` in the tenant `default`.
         */
        post: operations["searchProviders"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/resources": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Resources that applications registered
         * @description A credential that is bound to an application sees those of that application. A page may hold fewer entries than asked for, and others follow. As `text/csv` it is the whole list.
         *
         *     Needs the permission `casemate.resource.list` in the tenant of `Casemate-Tenant`.
         */
        get: operations["listResources"];
        put?: never;
        /**
         * A resource
         * @description Registers one, in the tenant of the request. From then on its attributes count in every decision about it, whatever whoever asks says of them.
         *
         *     Needs the permission `casemate.resource.create` in the tenant of `Casemate-Tenant`.
         */
        post: operations["createResource"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/resources/{application}/{type}/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A resource
         * @description Needs the permission `casemate.resource.read` in the tenant of `Casemate-Tenant`.
         */
        get: operations["getResource"];
        /**
         * A resource
         * @description Makes these all of its attributes.
         *
         *     Needs the permission `casemate.resource.update` in the tenant of `Casemate-Tenant`.
         */
        put: operations["updateResource"];
        post?: never;
        /**
         * A resource
         * @description It is no longer registered: what is said of it counts again.
         *
         *     Needs the permission `casemate.resource.delete` in the tenant of `Casemate-Tenant`.
         */
        delete: operations["deleteResource"];
        options?: never;
        head?: never;
        /**
         * A resource
         * @description Changes some of its attributes and leaves the others; one that is null is no longer there. Also as `application/merge-patch+json`.
         *
         *     Needs the permission `casemate.resource.update` in the tenant of `Casemate-Tenant`.
         */
        patch: operations["patchResource"];
        trace?: never;
    };
    "/api/v1/resources/batch": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Many resources at once
         * @description Registers those that are not there, and makes of the others what is written; 1 to 1,000, all of them or none. Needs `casemate.resource.update` too.
         *
         *     Needs the permission `casemate.resource.create` in the tenant of `Casemate-Tenant`.
         */
        post: operations["putResources"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/resources/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Resources that applications registered
         * @description Those of an application or a type, or with a text in their id.
         *
         *     Needs the permission `casemate.resource.list` in the tenant of `Casemate-Tenant`.
         */
        post: operations["searchResources"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/roles": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Roles
         * @description A page may hold fewer entries than asked for, and others follow. `Accept: text/csv` gets the whole list, without `after` and `limit`.
         *
         *     Needs the permission `casemate.role.list` in the tenant of `Casemate-Tenant`.
         */
        get: operations["listRoles"];
        put?: never;
        /**
         * A role
         * @description Makes one.
         *
         *     Needs the permission `casemate.role.create` in the tenant of `Casemate-Tenant`.
         */
        post: operations["createRole"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/roles/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A role
         * @description Needs the permission `casemate.role.read` in the tenant of `Casemate-Tenant`.
         */
        get: operations["getRole"];
        /**
         * A role
         * @description Makes this of it, as a whole.
         *
         *     Needs the permission `casemate.role.update` in the tenant of `Casemate-Tenant`.
         */
        put: operations["updateRole"];
        post?: never;
        /**
         * A role
         * @description Deletes it.
         *
         *     Needs the permission `casemate.role.delete` in the tenant of `Casemate-Tenant`.
         */
        delete: operations["deleteRole"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/roles/{id}/validate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * All that is wrong with what would become of a role
         * @description As of a role that would be made.
         *
         *     Needs the permission `casemate.role.update` in the tenant of `Casemate-Tenant`.
         */
        post: operations["validateRoleChange"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/roles/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Roles
         * @description Those that fit a text and filters, which may be personal data and stand in no address. `Accept: text/csv` gets all of them, without `after` and `limit`.
         *
         *     Needs the permission `casemate.role.list` in the tenant of `Casemate-Tenant`.
         */
        post: operations["searchRoles"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/roles/validate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * All that is wrong with a role that would be made
         * @description Says all mistakes at once, with their places, also those that only the whole of what is configured shows, and writes nothing. It needs what making the role needs, but no recent sign-in.
         *
         *     Needs the permission `casemate.role.create` in the tenant of `Casemate-Tenant`.
         */
        post: operations["validateRole"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/service-accounts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Service accounts
         * @description A page may hold fewer entries than asked for, and others follow. `Accept: text/csv` gets the whole list, without `after` and `limit`.
         *
         *     Needs the permission `casemate.service-account.list` in the tenant of `Casemate-Tenant`.
         */
        get: operations["listServiceAccounts"];
        put?: never;
        /**
         * A service account
         * @description Makes one.
         *
         *     Needs the permission `casemate.service-account.create` in the tenant of `Casemate-Tenant`.
         */
        post: operations["createServiceAccount"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/service-accounts/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A service account
         * @description Needs the permission `casemate.service-account.read` in the tenant of `Casemate-Tenant`.
         */
        get: operations["getServiceAccount"];
        /**
         * A service account
         * @description Makes this of it, as a whole.
         *
         *     Needs the permission `casemate.service-account.update` in the tenant of `Casemate-Tenant`.
         */
        put: operations["updateServiceAccount"];
        post?: never;
        /**
         * A service account
         * @description Deletes it.
         *
         *     Needs the permission `casemate.service-account.delete` in the tenant of `Casemate-Tenant`.
         */
        delete: operations["deleteServiceAccount"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/service-accounts/{id}/api-keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The API keys of a service account
         * @description As `text/csv` it is the whole list.
         *
         *     Needs the permission `casemate.api-key.list` in the tenant of `Casemate-Tenant`.
         */
        get: operations["listApiKeys"];
        put?: never;
        /**
         * An API key
         * @description Makes a key. The key itself is in this answer and nowhere else.
         *
         *     Needs the permission `casemate.api-key.create` in the tenant of `Casemate-Tenant`.
         */
        post: operations["createApiKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/service-accounts/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Service accounts
         * @description Those that fit a text and filters, which may be personal data and stand in no address. `Accept: text/csv` gets all of them, without `after` and `limit`.
         *
         *     Needs the permission `casemate.service-account.list` in the tenant of `Casemate-Tenant`.
         */
        post: operations["searchServiceAccounts"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One's own sessions of browsers
         * @description The sessions that last; nobody has more than fifty. As `text/csv` it is the whole list.
         */
        get: operations["listSessions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sessions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * A session of a browser
         * @description The temporary credentials that were made with it end too. Everybody ends their own. Those of others need the permission `casemate.session.end`.
         */
        delete: operations["endSession"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sessions/end": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * All sessions of somebody
         * @description Their sessions of browsers and temporary credentials end at once, in one change, on every server. They may sign in again: to keep a user out, deactivate them. Everybody ends their own. Those of others need the permission `casemate.session.end`.
         */
        post: operations["endSessions"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sessions/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Everybody's sessions of browsers
         * @description Those that last and fit a text and filters. Whose they are stands in no URL: logs keep those.
         *
         *     Needs the permission `casemate.session.list` in the tenant `default`.
         */
        post: operations["searchSessions"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/settings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Settings
         * @description A page may hold fewer entries than asked for, and others follow. `Accept: text/csv` gets the whole list, without `after` and `limit`.
         *
         *     Needs the permission `casemate.setting.list` in the tenant `default`.
         */
        get: operations["listSettings"];
        put?: never;
        /**
         * A setting
         * @description Makes one.
         *
         *     Needs the permission `casemate.setting.create` in the tenant `default`.
         */
        post: operations["createSetting"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/settings/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A setting
         * @description Needs the permission `casemate.setting.read` in the tenant `default`.
         */
        get: operations["getSetting"];
        /**
         * A setting
         * @description Makes this of it, as a whole.
         *
         *     Needs the permission `casemate.setting.update` in the tenant `default`.
         */
        put: operations["updateSetting"];
        post?: never;
        /**
         * A setting
         * @description Deletes it.
         *
         *     Needs the permission `casemate.setting.delete` in the tenant `default`.
         */
        delete: operations["deleteSetting"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/settings/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Settings
         * @description Those that fit a text and filters, which may be personal data and stand in no address. `Accept: text/csv` gets all of them, without `after` and `limit`.
         *
         *     Needs the permission `casemate.setting.list` in the tenant `default`.
         */
        post: operations["searchSettings"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sources": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Sources of permissions
         * @description A page may hold fewer entries than asked for, and others follow. `Accept: text/csv` gets the whole list, without `after` and `limit`.
         *
         *     Needs the permission `casemate.source.list` in the tenant `default`.
         */
        get: operations["listSources"];
        put?: never;
        /**
         * A source of permissions
         * @description Makes one.
         *
         *     Needs the permission `casemate.source.create` in the tenant `default`.
         */
        post: operations["createSource"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sources/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A source of permissions
         * @description Needs the permission `casemate.source.read` in the tenant `default`.
         */
        get: operations["getSource"];
        /**
         * A source of permissions
         * @description Makes this of it, as a whole.
         *
         *     Needs the permission `casemate.source.update` in the tenant `default`.
         */
        put: operations["updateSource"];
        post?: never;
        /**
         * A source of permissions
         * @description Deletes it.
         *
         *     Needs the permission `casemate.source.delete` in the tenant `default`.
         */
        delete: operations["deleteSource"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sources/{id}/forget": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Has forgotten what an endpoint said
         * @description What somebody holds was changed in the system that the endpoint belongs to: it is asked anew, on every replica, from the revision on that `Casemate-Revision` says, and services that follow changes are told.
         *
         *     Needs the permission `casemate.source.forget` in the tenant `default`.
         */
        post: operations["forgetSource"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sources/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sources of permissions
         * @description Those that fit a text and filters, which may be personal data and stand in no address. `Accept: text/csv` gets all of them, without `after` and `limit`.
         *
         *     Needs the permission `casemate.source.list` in the tenant `default`.
         */
        post: operations["searchSources"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/teams": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Teams
         * @description A page may hold fewer entries than asked for, and others follow. `Accept: text/csv` gets the whole list, without `after` and `limit`.
         *
         *     Needs the permission `casemate.team.list` in the tenant of `Casemate-Tenant`.
         */
        get: operations["listTeams"];
        put?: never;
        /**
         * A team
         * @description Makes one.
         *
         *     Needs the permission `casemate.team.create` in the tenant of `Casemate-Tenant`.
         */
        post: operations["createTeam"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/teams/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A team
         * @description Needs the permission `casemate.team.read` in the tenant of `Casemate-Tenant`.
         */
        get: operations["getTeam"];
        /**
         * A team
         * @description Makes this of it, as a whole.
         *
         *     Needs the permission `casemate.team.update` in the tenant of `Casemate-Tenant`.
         */
        put: operations["updateTeam"];
        post?: never;
        /**
         * A team
         * @description Deletes it.
         *
         *     Needs the permission `casemate.team.delete` in the tenant of `Casemate-Tenant`.
         */
        delete: operations["deleteTeam"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/teams/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Teams
         * @description Those that fit a text and filters, which may be personal data and stand in no address. `Accept: text/csv` gets all of them, without `after` and `limit`.
         *
         *     Needs the permission `casemate.team.list` in the tenant of `Casemate-Tenant`.
         */
        post: operations["searchTeams"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/temporary-credentials": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One's own temporary credentials
         * @description Those that have not ended; nobody has more than two hundred of each tenant. As `text/csv` it is the whole list.
         */
        get: operations["listTemporaryCredentials"];
        put?: never;
        /**
         * A temporary credential for oneself
         * @description Makes a bearer token for minutes or hours, narrowed to some of one's permissions and to networks. What it may do is found out at each use: what its owner may then, by what the provider said when it was made and by what the directory says now. Made with a token, it ends with that at the latest. It makes no other, and does nothing that asks for a recent sign-in. The token itself is in this answer and nowhere else.
         */
        post: operations["createTemporaryCredential"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/temporary-credentials/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * A temporary credential
         * @description Everybody ends their own, and a temporary credential itself. Those of others need the permission `casemate.temporary-credential.revoke`.
         */
        delete: operations["revokeTemporaryCredential"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/temporary-credentials/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Everybody's temporary credentials
         * @description Those that have not ended and fit a text and filters. Whose they are stands in no URL: logs keep those.
         *
         *     Needs the permission `casemate.temporary-credential.list` in the tenant `default`.
         */
        post: operations["searchTemporaryCredentials"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Tenants
         * @description A page may hold fewer entries than asked for, and others follow. `Accept: text/csv` gets the whole list, without `after` and `limit`.
         *
         *     Needs the permission `casemate.tenant.list` in the tenant `default`.
         */
        get: operations["listTenants"];
        put?: never;
        /**
         * A tenant
         * @description Makes one.
         *
         *     Needs the permission `casemate.tenant.create` in the tenant `default`.
         */
        post: operations["createTenant"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A tenant
         * @description Needs the permission `casemate.tenant.read` in the tenant `default`.
         */
        get: operations["getTenant"];
        /**
         * A tenant
         * @description Makes this of it, as a whole.
         *
         *     Needs the permission `casemate.tenant.update` in the tenant `default`.
         */
        put: operations["updateTenant"];
        post?: never;
        /**
         * A tenant
         * @description Deletes it.
         *
         *     Needs the permission `casemate.tenant.delete` in the tenant `default`.
         */
        delete: operations["deleteTenant"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{id}/administrators": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Makes somebody an administrator of a tenant
         * @description Permissions count in the tenant that they are assigned in, so that whoever makes a tenant holds nothing in it. By this it gets its first administrator.
         *
         *     Needs the permission `casemate.tenant.appoint` in the tenant `default`.
         */
        post: operations["appointTenantAdministrator"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Tenants
         * @description Those that fit a text and filters, which may be personal data and stand in no address. `Accept: text/csv` gets all of them, without `after` and `limit`.
         *
         *     Needs the permission `casemate.tenant.list` in the tenant `default`.
         */
        post: operations["searchTenants"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Users
         * @description A page may hold fewer entries than asked for, and others follow. As `text/csv` it is the whole list.
         *
         *     Needs the permission `casemate.user.list` in the tenant of `Casemate-Tenant`.
         */
        get: operations["listUsers"];
        put?: never;
        /**
         * A user
         * @description Makes one, in the tenant of the request. Who signs in with the provider and is called by the `subject` is them.
         *
         *     Needs the permission `casemate.user.create` in the tenant of `Casemate-Tenant`.
         */
        post: operations["createUser"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A user
         * @description Needs the permission `casemate.user.read` in the tenant of `Casemate-Tenant`.
         */
        get: operations["getUser"];
        /**
         * A user
         * @description Makes this of them, as a whole. Whoever is not active any more is refused within a second, with whichever credential.
         *
         *     Needs the permission `casemate.user.update` in the tenant of `Casemate-Tenant`.
         */
        put: operations["updateUser"];
        post?: never;
        /**
         * A user
         * @description Deletes what is personal of them. Whoever presents a credential of theirs is refused from then on.
         *
         *     Needs the permission `casemate.user.delete` in the tenant of `Casemate-Tenant`.
         */
        delete: operations["deleteUser"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users/{id}/factors": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Somebody's second factors
         * @description Of a user with an account of Casemate's own. Others show theirs to their provider.
         *
         *     Needs the permission `casemate.user.read` in the tenant of `Casemate-Tenant`.
         */
        get: operations["listSecondFactors"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users/{id}/factors/{factor}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * A second factor
         * @description Takes it away, for whoever lost it; recovery codes go with the last one. Whoever does it has to hold all that the user holds.
         *
         *     Needs the permission `casemate.user.update` in the tenant of `Casemate-Tenant`.
         */
        delete: operations["removeSecondFactor"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users/{id}/invitations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * An invitation
         * @description Makes a link by which a user with an account of Casemate's own sets their password, once, within three days; within half an hour where they have a password already. Invitations of before end with it. Whoever invites has to hold all that the user holds, also when the link is used, and it ends where the user's e-mail address changes.
         *
         *     Needs the permission `casemate.user.invite` in the tenant of `Casemate-Tenant`.
         */
        post: operations["inviteUser"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users/{id}/sign-ins": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Somebody's linked sign-ins
         * @description With what they sign in besides the provider and subject of the user itself. They add them at `/account`.
         *
         *     Needs the permission `casemate.user.read` in the tenant of `Casemate-Tenant`.
         */
        get: operations["listLinkedSignIns"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users/{id}/sign-ins/{link}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * A linked sign-in
         * @description Takes it away, also where it is the last. Whoever came by it is signed out.
         *
         *     Needs the permission `casemate.user.update` in the tenant of `Casemate-Tenant`.
         */
        delete: operations["removeLinkedSignIn"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users/{id}/versions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What changes by hand made of a user
         * @description The newest hundred are kept, and none older than 400 days. What a provider says has no version. As `text/csv` it is the whole list.
         *
         *     Needs the permission `casemate.user.read` in the tenant of `Casemate-Tenant`.
         */
        get: operations["listUserVersions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users/{id}/versions/{revision}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What a change by hand made of a user
         * @description Needs the permission `casemate.user.read` in the tenant of `Casemate-Tenant`.
         */
        get: operations["getUserVersion"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users/{id}/versions/{revision}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sets a user back to a version
         * @description By a new change, which obeys all that an ordinary one does and can be set back itself.
         *
         *     Needs the permission `casemate.user.update` in the tenant of `Casemate-Tenant`.
         */
        post: operations["restoreUser"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users/{id}/versions/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * What changes by hand made of a user
         * @description Those of an actor, of a kind of change, or of a time.
         *
         *     Needs the permission `casemate.user.read` in the tenant of `Casemate-Tenant`.
         */
        post: operations["searchUserVersions"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Users
         * @description Those that fit a text and filters, which are personal data and stand in no address.
         *
         *     Needs the permission `casemate.user.list` in the tenant of `Casemate-Tenant`.
         */
        post: operations["searchUsers"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/who-can": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Who may do this?
         * @description Everybody whom the directory knows and who would be allowed it, or would be on some resources: users, service accounts, static credentials, anonymous, whoever an assignment names, and groups, which stand for members of whom nothing else is known. An API key can do no more than its account. A page may hold fewer entries than asked for, or none, and others follow while there is `next`. Needs `casemate.decision.ask` too.
         *
         *     Needs the permission `casemate.decision.search` in the tenant of `Casemate-Tenant`.
         */
        post: operations["whoCan"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/livez": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether the process takes requests */
        get: operations["live"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Whether the server can answer
         * @description With `?verbose`, what it depends on, as JSON. Whoever presents a credential that may `casemate.health.read` is told the names of providers, which may be those of customers.
         */
        get: operations["ready"];
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
        /** @description What becomes of a decision. */
        AccessReviewBecame: "done" | "changed" | "not_found" | "refused";
        /** @description What is decided about an assignment. */
        AccessReviewDecide: {
            /** @description The id of the assignment. */
            assignment: string;
            /** @description What is decided. */
            decision: components["schemas"]["AccessReviewDecision"];
            /** @description Why. It stays on record. */
            reason: string;
            /**
             * Format: int64
             * @description What the reviewer saw: the `revision` of an entry of the access review. Where it is another by now, nothing is decided.
             */
            revision: number;
        };
        /** @description What a reviewer decides. */
        AccessReviewDecision: "certified" | "revoked";
        /** @description What is decided. */
        AccessReviewDecisions: {
            /** @description A decision about each of some assignments. Each is made by itself: some may be, where others are not. */
            decisions: components["schemas"]["AccessReviewDecide"][];
        };
        /** @description Which decisions are searched for. */
        AccessReviewDecisionSearch: {
            /**
             * @description The `next` of the page before.
             * @default null
             */
            after?: string | null;
            /**
             * @description Only those about the assignment with this id.
             * @default null
             */
            assignment?: string | null;
            /**
             * @description Only these.
             * @default null
             */
            decision?: components["schemas"]["AccessReviewDecision"] | null;
            /**
             * Format: uint32
             * @description The most entries of the page; 100 where nothing is said.
             * @default null
             */
            limit?: number | null;
            /**
             * @description Only those of the reviewer with this id.
             * @default null
             */
            reviewer?: string | null;
            /**
             * @description A text that stands in the reason, in the reviewer's id or login, or in what was held by whom, in whatever case.
             * @default null
             */
            search?: string | null;
            /**
             * Format: date-time
             * @description Only those at or after this time.
             * @default null
             */
            since?: string | null;
            /** @description In which order. */
            sort?: components["schemas"]["RevisionOrder"];
            /**
             * Format: date-time
             * @description Only those before this time.
             * @default null
             */
            until?: string | null;
        };
        /** @description Something that somebody holds. */
        AccessReviewEntry: {
            /** @description The id of the assignment. */
            assignment: string;
            /** @description Who granted it, where that is known. */
            granted?: components["schemas"]["Granted"] | null;
            /** @description The group through which it is held. */
            group?: string | null;
            /** @description Who holds it. A group stands for itself before its members: others than those may come with tokens. */
            holder: components["schemas"]["AccessReviewHolder"];
            /**
             * Format: date-time
             * @description When its holder was last seen, as far as is known.
             */
            last_used?: string | null;
            /** @description By what that is known: `sign_in`, `api_key`, `audit_event` or `decision`. */
            last_used_by?: string | null;
            /**
             * Format: date-time
             * @description How far recorded decisions were looked back over, where the record goes back further: who was the subject of none since
             *     then may have been before.
             */
            looked_back_to?: string | null;
            /** @description The reason that was given for it. */
            reason?: string | null;
            /** @description What was decided about it last, if anything was. */
            review?: components["schemas"]["AccessReviewLatest"] | null;
            /**
             * Format: int64
             * @description The revision that changed last what is held by it: the assignment itself, its team, or one of its roles. Whoever decides
             *     about it sends this one.
             */
            revision: number;
            /** @description The role that is assigned. */
            role?: string | null;
            /** @description All roles that are held by it: those of a team, and those that others extend. */
            roles: string[];
            /**
             * Format: date-time
             * @description Since when it is held, or from when on it will be.
             */
            since: string;
            /** @description Whether it counts. */
            state: components["schemas"]["State"];
            /** @description The team that is assigned. */
            team?: string | null;
            /**
             * Format: date-time
             * @description Until when.
             */
            until?: string | null;
        };
        /** @description Who decided. */
        AccessReviewer: {
            /** @description Their id at the provider. */
            id: string;
            /** @description The name that they logged in with, where they had one. */
            login?: string | null;
            /** @description The provider that vouched for them. */
            provider: string;
            /** @description `user`, `service`, … */
            type: string;
        };
        /** @description What an assignment gave at some time, and to whom. */
        AccessReviewHeld: {
            /**
             * Format: date-time
             * @description From when on.
             */
            from?: string | null;
            /** @description The reason that was given for it. */
            reason?: string | null;
            /** @description The role. */
            role?: string | null;
            /** @description All roles that were held by it, at most a hundred. */
            roles: string[];
            /** @description The team. */
            team?: string | null;
            /** @description Whom it was for. */
            to: components["schemas"]["Target"];
            /**
             * Format: date-time
             * @description Until when, before it was revoked.
             */
            until?: string | null;
        };
        /** @description Who holds something. */
        AccessReviewHolder: {
            /** @description Their name. */
            display_name?: string | null;
            /** @description Their id at the provider, where it is known; the name of a group. */
            id?: string | null;
            /** @description The name that they log in with, where it is known. */
            login?: string | null;
            /** @description The provider that vouches for them; empty where none is configured. */
            provider: string;
            /** @description `user`, `service`, …; `group` for a group itself. */
            type: string;
        };
        /** @description What was decided about an assignment last. */
        AccessReviewLatest: {
            /**
             * Format: date-time
             * @description When.
             */
            at: string;
            /** @description By whom. */
            by: components["schemas"]["AccessReviewer"];
            /** @description What was decided. */
            decision: components["schemas"]["AccessReviewDecision"];
            /** @description Whether it holds: what is held is what was certified, or is over since it was revoked. Where it does not, it changed since. */
            holds: boolean;
            /** @description Whether the reviewer held it themselves. */
            own: boolean;
            /** @description Why, in their words. */
            reason: string;
        };
        /** @description An order of what is held. */
        AccessReviewOrder: "created_at" | "-created_at";
        /** @description What became of a decision. */
        AccessReviewOutcome: {
            /** @description The id of the assignment. */
            assignment: string;
            /** @description What became of it. */
            outcome: components["schemas"]["AccessReviewBecame"];
            /** @description Why it was refused. */
            problem?: components["schemas"]["AccessReviewRefusal"] | null;
            /** @description The decision as it is on record, where it is done. */
            review?: components["schemas"]["AccessReviewRecord"] | null;
            /**
             * Format: int64
             * @description The revision that changed last what the assignment gives, by now: to be seen, where it changed since. Absent where it is gone.
             */
            revision?: number | null;
        };
        /** @description What became of decisions. */
        AccessReviewOutcomes: {
            /** @description Of each, in the order in which they were sent. */
            outcomes: components["schemas"]["AccessReviewOutcome"][];
        };
        /** @description How far a review is. */
        AccessReviewProgress: {
            /**
             * Format: uint
             * @description How many assignments are in force, or will be.
             */
            assignments: number;
            /**
             * Format: uint
             * @description How many of these were certified since then, and give what they gave.
             */
            certified: number;
            /**
             * Format: uint
             * @description How many of these were decided about since then, and give something else by now.
             */
            changed: number;
            /** @description Whether all were counted: there may be too many. */
            complete: boolean;
            /**
             * Format: uint
             * @description How many of these were not decided about since then.
             */
            open: number;
            /**
             * Format: uint
             * @description How many were revoked since then, and are over or gone.
             */
            revoked: number;
            /**
             * Format: date-time
             * @description Since when decisions count.
             */
            since: string;
        };
        /** @description A decision, as it is on record. */
        AccessReviewRecord: {
            /** @description The id of the assignment, which may be gone by now. */
            assignment: string;
            /**
             * Format: date-time
             * @description When, by the server's time.
             */
            at: string;
            /** @description By whom. */
            by: components["schemas"]["AccessReviewer"];
            /**
             * Format: int64
             * @description The revision of the decision itself.
             */
            change: number;
            /** @description What was decided. */
            decision: components["schemas"]["AccessReviewDecision"];
            /** @description What it gave then, and to whom. */
            held: components["schemas"]["AccessReviewHeld"];
            /** @description Whether the reviewer held it themselves. */
            own: boolean;
            /** @description Why, in their words. */
            reason: string;
            /**
             * Format: int64
             * @description What they saw: the revision that had changed last what the assignment gave.
             */
            revision: number;
        };
        /** @description Why a decision was refused: as a problem of its own would say it. */
        AccessReviewRefusal: {
            /** @description The stable code. */
            code: string;
            /** @description What is wrong, and what to do. */
            detail: string;
            /**
             * Format: uint16
             * @description The status that it would have.
             */
            status: number;
            /** @description What the code means. */
            title: string;
        };
        /** @description What is searched for of what is held. */
        AccessReviewSearch: {
            /**
             * @description The `next` of the page before.
             * @default null
             */
            after?: string | null;
            /**
             * @description Only what was certified or revoked at some time, and is not what it was then: it has to be looked at again.
             * @default false
             */
            changed_since_review?: boolean;
            /**
             * Format: uint32
             * @description Only what ends within so many days.
             * @default null
             */
            expiring_days?: number | null;
            /**
             * @description Only what is held through this group.
             * @default null
             */
            group?: string | null;
            /**
             * @description Only what is held by the one with this id at the provider.
             * @default null
             */
            id?: string | null;
            /**
             * Format: uint32
             * @description The most entries of the page; 100 where nothing is said.
             * @default null
             */
            limit?: number | null;
            /**
             * @description Only what is held by the one with this login.
             * @default null
             */
            login?: string | null;
            /**
             * Format: date-time
             * @description Only what was not: the rest of what `reviewed_since` finds.
             * @default null
             */
            not_reviewed_since?: string | null;
            /**
             * @description Only what is held by somebody whom this provider vouches for.
             * @default null
             */
            provider?: string | null;
            /**
             * Format: date-time
             * @description Only what was certified, or revoked, at or after this time, and is what it was then.
             * @default null
             */
            reviewed_since?: string | null;
            /**
             * @description Only by what this role is held: by itself, through a team, or since another extends it.
             * @default null
             */
            role?: string | null;
            /**
             * @description A text that stands in the holder's id, login or name, in whatever case.
             * @default null
             */
            search?: string | null;
            /** @description In which order of assignments. */
            sort?: components["schemas"]["AccessReviewOrder"];
            /**
             * @description Only what is in this state.
             * @default null
             */
            state?: components["schemas"]["State"] | null;
            /**
             * @description Only what is assigned as this team.
             * @default null
             */
            team?: string | null;
            /**
             * @description Only what is held by this type: `user`, `service`, …; `group` for groups themselves.
             * @default null
             */
            type?: string | null;
            /**
             * Format: uint32
             * @description Only what is in force, was granted at least so many days ago, and whose holder was not seen since then.
             * @default null
             */
            unused_days?: number | null;
        };
        Action: {
            /** @description The requested name, or what the application's template makes one of. */
            name: string;
            /**
             * @description Whatever else is known of it.
             * @default {}
             */
            properties?: {
                [key: string]: unknown;
            };
        };
        ActorOfPermissions: {
            id: string;
            provider: string;
            type: string;
        };
        /** @description An administrator that was made. */
        Administrator: {
            /** @description The API key of a new service account, with the key itself, this once. */
            api_key?: components["schemas"]["ApiKey"] | null;
            /** @description The assignment of the role `administrator`. */
            assignment: components["schemas"]["StoredAssignmentEntry"];
        };
        /** @description Who is to become an administrator. */
        AdministratorRequest: {
            /** @description Who. */
            administrator: components["schemas"]["Who"];
            /** @description The one-time key that `casemate serve` printed at its first start, or `casemate admin recover` makes. */
            key: string;
        };
        /** @description An order by when something was made. */
        AgeOrder: "-created_at" | "created_at";
        /** @description An alert. */
        Alert: {
            /** @description Who changed its state last: provider, type and id. */
            changed_by?: string;
            /**
             * Format: int64
             * @description How often the rule matched.
             */
            count: number;
            /**
             * Format: date-time
             * @description When it was made.
             */
            created_at: string;
            /** @description The name of the detection. */
            detection: string;
            /** @description Audit events by which it matched, by their ids: at most 100, the first ones and the newest. */
            events: number[];
            /**
             * Format: date-time
             * @description When the first event happened by which the rule matched.
             */
            first_at: string;
            /** @description By which fields the rule groups events, and what they were. */
            group: components["schemas"]["FindingGroup"][];
            /**
             * Format: int64
             * @description Its number, which rises with every alert.
             */
            id: number;
            /**
             * Format: date-time
             * @description When the newest of them happened.
             */
            last_at: string;
            /** @description `low`, `medium`, `high` or `critical`. */
            level: string;
            /** @description What was said when its state was changed last. */
            note?: string;
            /** @description The title of the rule. */
            rule: string;
            /** @description The id of the rule, where it has one. */
            rule_id?: string | null;
            /** @description `open`, `acknowledged` or `closed`. */
            state: string;
            /**
             * Format: date-time
             * @description When it became what it is: its state was changed, or the rule matched again.
             */
            updated_at: string;
            /** @description What was new, of a rule that looks for new values. */
            value?: string | null;
        };
        /** @description What became of a letter. */
        AlertLetterTestResult: {
            /** @description Whom it is for. */
            address: string;
            /** @description Why it is not. */
            error?: string | null;
            /** @description Whether it is on its way to the mail server, which is tried for as long as for each letter. */
            posted: boolean;
        };
        /** @description How serious an alert is. */
        AlertLevel: "low" | "medium" | "high" | "critical";
        /** @description An order of alerts. */
        AlertOrder: "-id" | "id";
        /** @description Who is told of alerts. */
        AlertReceiverEntry: {
            /** @description Whether nobody is told at the moment. */
            disabled?: boolean;
            /** @description From which severity on: `low`, `medium`, `high` or `critical`; `medium` where none is named. */
            level?: components["schemas"]["AlertLevel"] | null;
            /** @description To whom alerts are written. */
            mail?: string[];
            /** @description Its name. */
            name: string;
            /** @description For people; nothing depends on it. */
            title?: string | null;
            /** @description Where alerts are posted, signed. */
            webhook?: components["schemas"]["AlertWebhookEntry"] | null;
        } | unknown | unknown;
        /** @description How trying a receiver went. */
        AlertReceiverTestResult: {
            /** @description Whether the webhook took it, and all letters were posted. */
            delivered: boolean;
            /** @description What became of the letters. */
            letters: components["schemas"]["AlertLetterTestResult"][];
            /**
             * Format: uint64
             * @description How long that took.
             */
            milliseconds: number;
            /** @description What became of what was sent to the webhook; absent where it has none. */
            webhook?: components["schemas"]["AlertWebhookTestResult"] | null;
        };
        /** @description Which alerts are wanted. */
        AlertSearch: {
            /**
             * @description The `next` of the page before.
             * @default null
             */
            after?: string | null;
            /**
             * @description Only those of the detection with this name.
             * @default null
             */
            detection?: string | null;
            /**
             * @description Only those of this level: `low`, `medium`, `high` or `critical`.
             * @default null
             */
            level?: string | null;
            /**
             * Format: uint32
             * @description The most entries of the page; 100 where nothing is said.
             * @default null
             */
            limit?: number | null;
            /**
             * Format: date-time
             * @description Only those made at or after this time.
             * @default null
             */
            since?: string | null;
            /** @description In which order. */
            sort?: components["schemas"]["AlertOrder"];
            /**
             * @description Only those in this state: `open`, `acknowledged` or `closed`.
             * @default null
             */
            state?: string | null;
            /**
             * Format: date-time
             * @description Only those made before this time.
             * @default null
             */
            until?: string | null;
        };
        /** @description Where alerts are posted. */
        AlertWebhookEntry: {
            /** @description Accepts `http` for an address that is not on this machine. Alerts name people, and can be read on the way then. */
            allow_insecure_http?: boolean;
            /**
             * @description What requests are signed with, at least 32 bytes. By API it is text, which is sealed; in files it is
             *     `{ env = "NAME" }`, `{ file = "PATH" }` or `{ sealed = true }`.
             */
            signing_secret: components["schemas"]["SecretReference"];
            /** @description The address: `https`, or `http` on this machine. */
            url: string;
        };
        /** @description What became of what was sent to a webhook. */
        AlertWebhookTestResult: {
            /** @description Whether it took it: it answered 200 to 299. */
            delivered: boolean;
            /** @description Why it did not take it. */
            error?: string | null;
            /**
             * Format: uint64
             * @description How long that took.
             */
            milliseconds: number;
            /**
             * Format: uint16
             * @description The status that it answered; absent where no answer came.
             */
            status?: number | null;
        };
        /**
         * @description An asymmetric signature algorithm (RFC 7518, section 3; RFC 8037). There is no `none` and nothing with a
         *     shared secret.
         */
        Algorithm: "RS256" | "RS384" | "RS512" | "PS256" | "PS384" | "PS512" | "ES256" | "ES384" | "ES512" | "EdDSA";
        /** @description Refusals of callers without a valid credential, counted by address, route and minute. */
        AnonymousDenial: {
            /** @description The client's address; `other` where there were too many in that minute to tell apart. */
            address: string;
            /**
             * Format: int64
             * @description How many there were.
             */
            count: number;
            /**
             * Format: date-time
             * @description The minute.
             */
            minute: string;
            /** @description The template of the route; `other` as for the address. */
            route: string;
        };
        /** @description An order of counted refusals. */
        AnonymousDenialOrder: "-minute" | "minute";
        /** @description An API key, without its secret. */
        ApiKey: {
            /** @description The service account that it belongs to. */
            account: string;
            /** @description The id of the application that it asks for. */
            application?: string | null;
            /**
             * Format: date-time
             * @description When it was made.
             */
            created_at: string;
            /** @description From when on it is refused. */
            expires_at?: string | null;
            /** @description The public part of the key. */
            id: string;
            /** @description The key itself, in the answer to what made it and never again. */
            key?: string | null;
            /** @description From where it may be used; empty for everywhere. */
            networks: string[];
            /** @description What it may do at most; absent where it may do all that its account may. */
            permissions?: unknown[] | null;
            /**
             * Format: int64
             * @description The revision that changed it last: what stands in its `ETag`.
             */
            revision: number;
            /** @description When it was revoked. */
            revoked_at?: string | null;
            /** @description The key that it takes the place of. */
            rotated_from?: string | null;
            /** @description The tenant in which it works. */
            tenant: string;
            /** @description What it is for, in words. */
            title: string;
            /** @description When it was used last, as far as that was noted. */
            used_at?: string | null;
        };
        /** @description An order of API keys. */
        ApiKeyOrder: "created_at" | "-created_at" | "title" | "-title";
        /** @description An API key that is to be made. */
        ApiKeyRequest: {
            /**
             * @description The id of the application that it asks for.
             * @default null
             */
            application?: string | null;
            /**
             * Format: date-time
             * @description From when on it is refused.
             * @default null
             */
            expires_at?: string | null;
            /**
             * @description From where it may be used, as CIDR networks; from everywhere where none is named.
             * @default []
             */
            networks?: string[];
            /**
             * @description What it may do at most, as permission objects; all that its account may, where nothing is said.
             * @default null
             */
            permissions?: {
                [key: string]: unknown;
            }[] | null;
            /** @description What it is for, in words. */
            title: string;
        };
        /** @description Which API keys are searched for. */
        ApiKeySearch: {
            /**
             * @description Only those of the service account with this id.
             * @default null
             */
            account?: string | null;
            /**
             * @description The `next` of the page before.
             * @default null
             */
            after?: string | null;
            /**
             * Format: uint32
             * @description Only those in force that end within so many days.
             * @default null
             */
            expiring_days?: number | null;
            /**
             * Format: uint32
             * @description The most entries of the page; 100 where nothing is said.
             * @default null
             */
            limit?: number | null;
            /**
             * @description A text that stands in the title, in whatever case.
             * @default null
             */
            search?: string | null;
            /** @description In which order. */
            sort?: components["schemas"]["ApiKeyOrder"];
            /** @description Only those in this state. */
            state?: components["schemas"]["ApiKeyState"] | null;
            /**
             * Format: uint32
             * @description Only those that were made at least so many days ago and not used since, as far as that was noted.
             * @default null
             */
            unused_days?: number | null;
        };
        /** @description Whether a key is taken. */
        ApiKeyState: "in_force" | "expired" | "revoked";
        /** @description An application and its permission schema. */
        ApplicationDocument: {
            /** @description The schema, as TOML. It says the application's id. */
            schema: string;
        };
        /** @description Code that is to be in force. */
        ApplyRequest: {
            /**
             * @description Says what would be changed, and changes nothing.
             * @default false
             */
            dry_run?: boolean;
            /** @description The texts of policy files (TOML), by their paths. */
            files: {
                [key: string]: string;
            };
            /** @description The name of the source of code, which alone changes from then on what it applied. */
            origin: string;
            /**
             * @description Deletes what this origin applied before and the files no longer hold.
             * @default false
             */
            prune?: boolean;
            /**
             * @description Why, for the audit event.
             * @default null
             */
            reason?: string | null;
        };
        /** @description Who is to become an administrator of a tenant. */
        AppointmentRequest: {
            /** @description Who. */
            administrator: components["schemas"]["Who"];
        };
        /** @description An assignment: a role or a team for somebody, for a time. */
        AssignmentEntry: {
            /** @description From when on; RFC 3339. */
            from?: string | null;
            /** @description For people; nothing depends on it. */
            reason?: string | null;
            /** @description The role's name. Either a role or a team is assigned. */
            role?: string;
            /** @description The team's name. */
            team?: string;
            /** @description Whom it is for. */
            to: components["schemas"]["Target"];
            /** @description Until when, no longer at that time; RFC 3339. */
            until?: string | null;
        } & (unknown | unknown);
        /** @description Attributes as they are sent. */
        Attributes: {
            [key: string]: unknown;
        };
        /** @description Somebody in an event. */
        AuditActor: {
            /** @description The credential that they presented, by its public name. */
            credential?: string | null;
            id: string;
            provider: string;
            type: string;
        };
        /** @description What was erased, or would be. */
        AuditErasure: {
            /**
             * Format: uint64
             * @description How many of them stand in files of the archive.
             */
            archived: number;
            /** @description Whether nothing was erased, but counted. */
            dry_run: boolean;
            /**
             * Format: uint64
             * @description How many events.
             */
            events: number;
            /** @description The legal holds that cover some of them: as long as there are any, nothing is erased. */
            held: components["schemas"]["HeldAuditEvents"][];
            /**
             * Format: uint64
             * @description Of how many ids there is no event in the tenant that has its text.
             */
            missing: number;
            /**
             * Format: uint64
             * @description How many more were meant, and stay: they tell of legal holds and of erasing.
             */
            stay: number;
            /** @description Whether these are all. Where they are not, ask again: at most 100,000 events are erased at once. */
            whole: boolean;
        };
        /** @description An audit event. */
        AuditEvent: {
            /** @description For whom they did it. */
            acting_for?: components["schemas"]["AuditActor"] | null;
            /** @description The permission that it needed; what an application calls it, where it recorded it. */
            action: string;
            /** @description Who did it. */
            actor: components["schemas"]["AuditActor"];
            /**
             * @description What it was afterwards, without secrets. Of the kind `recorded`: `recorder`, who recorded it and with which credential,
             *     `recorded_at`, and the `details` that they gave.
             */
            after?: unknown;
            /** @description The application that it is of. */
            application?: string | null;
            /** @description The part of the server that it is of, such as `role`; `application` of what an application records. */
            area: string;
            /**
             * Format: date-time
             * @description When it happened.
             */
            at: string;
            /** @description What it was before, without secrets. */
            before?: unknown;
            /** @description The client's address. */
            client?: string | null;
            /**
             * Format: uint64
             * @description Its place in the log, from 0, without a gap.
             */
            id: number;
            /**
             * Format: uint32
             * @description The position in a batch, from 0.
             */
            item?: number | null;
            /** @description `create`, `read`, `update`, `delete`, `sign-in`, `decision`, …; `recorded` of all that an application says, and of nothing else. */
            kind: string;
            /** @description `success`, `denied`, `failure` or `conditional`. */
            outcome: string;
            /** @description The granted name of the permission that decided. */
            permission?: string | null;
            /** @description Why it was denied or failed, or the reason that the actor gave. */
            reason?: string | null;
            /** @description The request that asked for it; empty where there was none. */
            request_id: string;
            /** @description What it was done to. */
            resource: components["schemas"]["AuditResource"];
            /**
             * Format: int64
             * @description The revision of the change that it tells of.
             */
            revision: number;
            /** @description The template of its route. */
            route?: string | null;
            /** @description Whom it is about, such as the one about whom something was decided. */
            subject?: components["schemas"]["AuditActor"] | null;
            /** @description The tenant in which it happened; empty for the whole installation. */
            tenant: string;
            /** @description The client's `User-Agent`. */
            user_agent?: string | null;
        };
        /** @description How many events there are. */
        AuditEventCount: {
            /**
             * Format: uint64
             * @description So many, or at least so many.
             */
            count: number;
            /** @description Whether these are all. */
            exact: boolean;
        };
        /** @description One event, and with what its place in the log is checked. */
        AuditEventDetail: {
            /** @description The event. */
            event: components["schemas"]["AuditEvent"];
            /** @description What stands in the log's tree of it: base64. */
            leaf: string;
            /** @description With which the text makes the leaf: base64. */
            salt?: string | null;
            /** @description Its exact text, to which the log committed. */
            text: string;
        };
        /** @description An order of audit events. */
        AuditEventOrder: "-id" | "id";
        /** @description That an event stands in the log: all that it takes to check it, beside the log's key. */
        AuditEventProof: {
            /** @description The checkpoint, as a signed note. */
            checkpoint: string;
            /** @description The exact text of the event, which the log commits to; nothing where it was erased. */
            event?: string | null;
            /**
             * Format: uint64
             * @description Its place in the log.
             */
            id: number;
            /** @description The hashes beside the way from its leaf to the root (RFC 6962, section 2.1.1), in base64. */
            inclusion: string[];
            /** @description The leaf of an event that was erased, in base64. */
            leaf?: string | null;
            /** @description What the commitment was made with, in base64. */
            salt?: string | null;
        };
        /** @description How exported events are written. */
        AuditExportFormat: "ndjson" | "csv" | "ocsf" | "parquet";
        /** @description A legal hold. */
        AuditHold: {
            /**
             * Format: date-time
             * @description Since when.
             */
            created_at: string;
            /** @description Who made it: provider, type and id. */
            created_by: string;
            /** @description Its opaque id. */
            id: string;
            /** @description Why. */
            reason: string;
            /** @description Which events it covers, as a search is typed; empty for all. */
            search: string;
        };
        /** @description What is put on hold. */
        AuditHoldDocument: {
            /** @description Why: a case, a matter, an order. */
            reason: string;
            /** @description Which events. */
            scope: components["schemas"]["AuditHoldScope"];
        };
        /** @description Why a hold is lifted. */
        AuditHoldLifting: {
            /** @description Why. */
            reason: string;
        };
        /**
         * @description Which events a hold covers: those that are all that is said, of all tenants where none is named, those that come later as well.
         *     Where nothing is said, it covers all.
         */
        AuditHoldScope: {
            /**
             * @description Only those of this application.
             * @default null
             */
            application?: string | null;
            /**
             * @description Only those by, for or about whoever has this id.
             * @default null
             */
            party?: string | null;
            /**
             * @description Only those about the resource with this id.
             * @default null
             */
            resource_id?: string | null;
            /**
             * @description Only those about this kind of resource.
             * @default null
             */
            resource_type?: string | null;
            /**
             * @description A search as it is typed, of the same words and keys as searches of audit events. What the members below say counts too.
             * @default null
             */
            search?: string | null;
            /**
             * Format: date-time
             * @description Only those at or after this time.
             * @default null
             */
            since?: string | null;
            /**
             * @description Only those in this tenant; empty for those about the whole installation.
             * @default null
             */
            tenant?: string | null;
            /**
             * Format: date-time
             * @description Only those before this time.
             * @default null
             */
            until?: string | null;
        };
        /** @description Which holds are wanted. */
        AuditHoldSearch: {
            /**
             * @description The `next` of the page before.
             * @default null
             */
            after?: string | null;
            /**
             * Format: uint32
             * @description The most entries of the page; 100 where nothing is said.
             * @default null
             */
            limit?: number | null;
            /**
             * @description Only those with this in their reason, or in what they cover, however it is capitalised.
             * @default null
             */
            search?: string | null;
            /** @description In which order. */
            sort?: components["schemas"]["AgeOrder"];
        };
        /** @description That the later tree goes on where the earlier one ended. */
        AuditLogConsistency: {
            /**
             * Format: uint64
             * @description The events of the earlier tree.
             */
            from: number;
            /** @description The hashes, in base64. */
            proof: string[];
            /**
             * Format: uint64
             * @description The events of the later tree.
             */
            to: number;
        };
        /** @description A checkpoint that a witness cosigned. */
        AuditLogCosignature: {
            /** @description The signed note, with the cosignature. */
            checkpoint: string;
        };
        /** @description What was taken. */
        AuditLogCosigned: {
            /**
             * Format: uint64
             * @description The events of the checkpoint.
             */
            size: number;
            /** @description The names of the witnesses. */
            witnesses: string[];
        };
        /** @description By which keys the log is known. */
        AuditLogKey: {
            /** @description The keys that sign it (c2sp.org/signed-note). */
            keys: string[];
            /** @description The log's name in its checkpoints. */
            origin: string;
            /** @description The keys of the witnesses whose cosignatures it takes. */
            witnesses: string[];
        };
        /** @description Which events are wanted. */
        AuditLogRange: {
            /**
             * Format: uint64
             * @description The index of the first.
             * @default 0
             */
            from?: number;
            /**
             * Format: uint64
             * @description The most of them, 1,024 where nothing is said; there may be fewer where they are long.
             * @default null
             */
            limit?: number | null;
        };
        /** @description What a witness was shown and does not cosign. */
        AuditLogRefusal: {
            /**
             * @description The same for a person.
             * @default
             */
            detail?: string;
            /**
             * @description The signed note that it remembers.
             * @default
             */
            remembered?: string;
            /**
             * @description The signed note that it was shown.
             * @default
             */
            shown?: string;
            /** @description What is wrong, in a word: `rolled-back`, `split-view`, `forged`, … */
            wrong: string;
        };
        /** @description That a refusal is on record. */
        AuditLogRefused: {
            recorded: boolean;
        };
        /** @description What something was done to. */
        AuditResource: {
            id: string;
            type: string;
        };
        /** @description How far a sink is. */
        AuditSinkCursor: {
            /** @description Why. */
            error?: string | null;
            /**
             * Format: date-time
             * @description When the last of them did.
             */
            failed_at?: string | null;
            /**
             * Format: uint64
             * @description How many attempts in a row came to nothing.
             */
            failures: number;
            /**
             * Format: uint64
             * @description The index of the first event that the sink did not acknowledge yet; absent where no server began to send to it.
             */
            next_index?: number | null;
            /** @description Whether it is paused. */
            paused: boolean;
            /**
             * Format: date-time
             * @description When it acknowledged something last.
             */
            succeeded_at?: string | null;
        };
        /**
         * @description Where events of the audit log are sent, in the order in which they are on record: a syslog server, an endpoint, a file on the
         *     server, or a stream of NATS.
         */
        AuditSinkEntry: {
            /** @description A file in the server's folder for such files (`sinks.folder`). */
            file?: components["schemas"]["FileSinkEntry"];
            /** @description How events are written. Default: `event`. */
            format?: components["schemas"]["AuditSinkFormat"];
            /** @description Where it begins. Default: `beginning`. */
            from?: components["schemas"]["AuditSinkStart"];
            /** @description Its name. */
            name: string;
            /** @description A stream of NATS JetStream. */
            nats?: components["schemas"]["NatsSinkEntry"];
            /** @description Which events are sent; all where nothing is said. */
            only?: components["schemas"]["AuditSinkFilter"];
            /** @description A syslog server (RFC 5424), over TLS (RFC 5425). */
            syslog?: components["schemas"]["SyslogSinkEntry"];
            /** @description The tenants whose events are sent; those of all, and of the whole installation, where none is named. */
            tenants?: string[];
            /** @description For people; nothing depends on it. */
            title?: string | null;
            /** @description An endpoint that takes CloudEvents. */
            webhook?: components["schemas"]["WebhookSinkEntry"];
        } & (unknown | unknown | unknown | unknown);
        /** @description Which events are sent: those that fit each list that is there. */
        AuditSinkFilter: {
            /** @description What their `action` begins with, such as `casemate.role.`. */
            actions?: string[];
            /** @description Their `area`, such as `role`. */
            areas?: string[];
            /** @description Their `kind`, such as `update`. */
            kinds?: string[];
            /** @description Their `outcome`, such as `denied`. */
            outcomes?: string[];
        };
        /** @description How events are written. */
        AuditSinkFormat: "event" | "ocsf";
        /** @description From where on events are sent again. */
        AuditSinkRewindRequest: {
            /**
             * Format: uint64
             * @description The index of the first event that is sent again. Where the sink was not sent that one yet, nothing changes.
             */
            next_index: number;
        };
        /** @description Where a new sink begins. */
        AuditSinkStart: "beginning" | "now";
        /** @description How trying a sink went. */
        AuditSinkTestResult: {
            /** @description Whether it took what it was sent. */
            delivered: boolean;
            /** @description Why not. */
            error?: string | null;
            /**
             * Format: uint64
             * @description How long that took.
             */
            milliseconds: number;
        };
        AuthenticationOfPermissions: {
            /** @description The assurance that was reached. */
            acr?: string | null;
            /** @description The methods that they used. */
            amr: string[];
            /**
             * Format: date-time
             * @description When they last proved who they are.
             */
            time?: string | null;
        };
        /** @description A network from which no secret is taken for a time, or an account of which none is looked at. */
        Block: {
            /**
             * Format: date-time
             * @description When it was blocked last.
             */
            blocked_at: string;
            /** @description Its opaque id. */
            id: string;
            /** @description What is blocked. */
            kind: components["schemas"]["BlockKind"];
            /** @description The user's login, or the service account's name. */
            login?: string | null;
            /**
             * @description The network, such as `192.0.2.7/32` or `2001:db8:0:1::/64`; absent where an account is locked from everywhere that its owner
             *     never signed in from.
             */
            network?: string | null;
            /** @description The id of the service account whose API keys are locked. */
            service_account?: string | null;
            /**
             * Format: int64
             * @description How many times in a row it was blocked.
             */
            times: number;
            /**
             * Format: date-time
             * @description From when on it is blocked no longer.
             */
            until: string;
            /** @description The id of the user whose account is locked. */
            user?: string | null;
            /** @description What is not looked at of an account: `password`, `second factor` or `api key`. */
            what?: string | null;
        };
        /** @description What is blocked. */
        BlockKind: "network" | "account" | "account_and_network";
        /** @description An order of blocks. */
        BlockOrder: "id" | "-id" | "blocked_at" | "-blocked_at" | "until" | "-until";
        /** @description Which blocks are searched for. */
        BlockSearch: {
            /**
             * @description The `next` of the page before.
             * @default null
             */
            after?: string | null;
            /**
             * @description Only those of this kind.
             * @default null
             */
            kind?: components["schemas"]["BlockKind"] | null;
            /**
             * Format: uint32
             * @description The most entries of the page; 100 where nothing is said.
             * @default null
             */
            limit?: number | null;
            /**
             * @description A text that stands in the network, the login or the account's name, in whatever case.
             * @default null
             */
            search?: string | null;
            /**
             * @description Only those of the service account with this id.
             * @default null
             */
            service_account?: string | null;
            /** @description In which order. */
            sort?: components["schemas"]["BlockOrder"];
            /**
             * @description Only those of the account of the user with this id.
             * @default null
             */
            user?: string | null;
        };
        /** @description One of three answers. */
        CheckAnswer: {
            /** @description `allowed`, `denied` or `conditional`. */
            decision: components["schemas"]["Word"];
            /** @description What is wrong with the question, where that is why it is denied. */
            message?: string | null;
            /** @description The granted name of the permission that decided. */
            permission?: string | null;
            /** @description Why, as a stable code. */
            reason_code: string;
        };
        /** @description Where a claim is: the names that lead to it. */
        ClaimPath: string | string[];
        /**
         * @description The mapping of claims, the table `[provider.claims]`.
         *
         *     A claim is named by its exact name (`"groups"`, `"https://example.com/tenant"`, dots and all), or by a
         *     list of names that leads into nested objects (`["realm_access", "roles"]`). A mapped claim that is absent
         *     leaves the member empty, but for `id`; one of the wrong type gets the token refused.
         */
        ClaimsConfig: {
            /** @description The assurance reached; a text. Default: `acr`. */
            acr?: components["schemas"]["ClaimPath"] | null;
            /** @description The methods used; a list of texts. Default: `amr`. */
            amr?: components["schemas"]["ClaimPath"] | null;
            /** @description When they last proved who they are; seconds since 1970. Default: `auth_time`. */
            auth_time?: components["schemas"]["ClaimPath"] | null;
            /**
             * @description The kind of every caller whose token does not say; may be `service` for an issuer of workload tokens.
             *     Default: `user`.
             * @default user
             */
            default_type?: string;
            /** @description The name to show; a text. Default: `name`. */
            display_name?: components["schemas"]["ClaimPath"] | null;
            /** @description The groups; a list of texts, or one text that is the only group. Default: `groups`. */
            groups?: components["schemas"]["ClaimPath"] | null;
            /** @description What identifies the caller for good within the provider; a text. Default: `sub`. */
            id?: components["schemas"]["ClaimPath"];
            /**
             * @description The top-level claims that stay with the identity, for expressions to read. Default: `"all"` but those
             *     that are about the token itself.
             */
            keep?: components["schemas"]["Keep"];
            /** @description The name that they log in with; a text. Default: `preferred_username`. */
            login?: components["schemas"]["ClaimPath"] | null;
            /** @description The tenant; a text. Default: none. */
            tenant?: components["schemas"]["ClaimPath"] | null;
            /** @description What kind of caller it is; a text, never one of the kinds that Casemate gives itself. Default: none. */
            type?: components["schemas"]["ClaimPath"] | null;
        };
        /** @description How Casemate shows who it is at the token endpoint (OpenID Connect Core 1.0, section 9). */
        ClientAuthentication: "client_secret_basic" | "client_secret_post" | "none";
        /** @description What is to be counted. */
        CountRequest: {
            /**
             * Format: uint64
             * @description Where to stop counting; 10000 where nothing is said.
             * @default null
             */
            at_most?: number | null;
            /**
             * @description Which events, without `after` and `limit`.
             * @default {}
             */
            search?: components["schemas"]["EventSearch"];
        };
        /** @description How somebody comes to their link. */
        Delivery: "mail" | "link";
        /** @description Which counted refusals are wanted. The `next` of their pages holds an address, and stands in no query. */
        DenialSearch: {
            /**
             * @description Only those of this address.
             * @default null
             */
            address?: string | null;
            /**
             * @description The `next` of the page before.
             * @default null
             */
            after?: string | null;
            /**
             * Format: uint32
             * @description The most entries of the page; 100 where nothing is said.
             * @default null
             */
            limit?: number | null;
            /**
             * @description Only those of this template of a route.
             * @default null
             */
            route?: string | null;
            /**
             * Format: date-time
             * @description Only those of the minute of this time, or later ones.
             * @default null
             */
            since?: string | null;
            /** @description In which order. */
            sort?: components["schemas"]["AnonymousDenialOrder"];
            /**
             * Format: date-time
             * @description Only those of minutes before that of this time.
             * @default null
             */
            until?: string | null;
        };
        /** @description Rules over the audit trail, in Sigma's format. */
        DetectionEntry: {
            /** @description Whether nothing is looked for at the moment. */
            disabled?: boolean;
            /** @description Its name. One with the name of a rule of Casemate's own pack stands in the place of that. */
            name: string;
            /**
             * @description The rules: YAML, at most 65,536 bytes; several documents with `---` between may refer to each other. What is left out is that of
             *     the rule of the pack with this name.
             */
            rules?: string | null;
            /** @description For people; nothing depends on it. */
            title?: string | null;
        };
        /** @description The rules of Casemate's own. */
        DetectionPack: {
            items: components["schemas"]["PackedDetection"][];
        };
        /** @enum {string} */
        DialectWord: "json" | "postgres" | "sqlite" | "mysql";
        /** @description Two revisions. */
        DiffRequest: {
            /**
             * Format: int64
             * @description The one to begin with.
             */
            from: number;
            /**
             * Format: int64
             * @description The one to end with.
             */
            to: number;
        };
        /** @description What setting a user or a group back made of it, or would. */
        DirectoryRestored: {
            /** @description One line for each difference: `+` and `-` before what comes and what goes; of a group's members to whoever may list them. */
            changes: string[];
            /** @description The ids of members of then who are not there any more, and are left out; absent where the caller may not list members. */
            missing?: string[] | null;
            /** @description Whether anything was changed: nothing is by a dry run, and where all is as it was. */
            restored: boolean;
            /**
             * Format: int64
             * @description The revision that it is at: what stands in its `ETag`.
             */
            revision: number;
        };
        /** @description How a provider's directory is pulled. */
        DirectorySync: {
            /** @description When it was asked last. */
            asked_at?: string | null;
            /** @description Why the last time did not succeed. */
            error?: string | null;
            /** @description When all of it was read last. */
            full_at?: string | null;
            /** @description What the last pull of all came to. */
            full_report?: components["schemas"]["DirectorySyncReport"] | null;
            /** @description The provider's name. */
            provider: string;
            /** @description What the last pull came to. */
            report?: components["schemas"]["DirectorySyncReport"] | null;
            /** @description When it answered as it should last. */
            succeeded_at?: string | null;
        };
        /** @description What became of users, or of groups. */
        DirectorySyncCounts: {
            /**
             * Format: uint64
             * @description How many were made.
             */
            created: number;
            /**
             * Format: uint64
             * @description How many the directory told of.
             */
            found: number;
            /**
             * Format: uint64
             * @description How many are gone: users that were deactivated, groups that were deleted.
             */
            gone: number;
            /**
             * Format: uint64
             * @description How many were changed.
             */
            updated: number;
        };
        /** @description What a pull came to, or would come to. */
        DirectorySyncReport: {
            /** @description Whether nothing was changed, and this is what would be. */
            dry_run: boolean;
            /** @description Whether all of the directory was read, or what changed alone. */
            full: boolean;
            /** @description Groups. */
            groups: components["schemas"]["DirectorySyncCounts"];
            /** @description Groups that are gone and were left as they are, since they are more than may vanish at once. */
            groups_withheld?: components["schemas"]["DirectorySyncWithheld"] | null;
            /**
             * Format: uint64
             * @description How many users and groups were left as they are, since nobody would be left who administers.
             * @default 0
             */
            kept?: number;
            /**
             * @description The first of them, with what to do.
             * @default []
             */
            kept_first?: string[];
            /**
             * Format: uint64
             * @description How many came to groups.
             */
            members_added: number;
            /**
             * Format: uint64
             * @description How many left groups.
             */
            members_removed: number;
            /** @description Members of groups that came without any, who were left in them, since they are more than may leave at once. */
            members_withheld?: components["schemas"]["DirectorySyncWithheld"] | null;
            /**
             * Format: uint64
             * @description How many entries were passed over.
             */
            skipped: number;
            /** @description The first of them, with why. */
            skipped_first: string[];
            /** @description Users. */
            users: components["schemas"]["DirectorySyncCounts"];
            /** @description Users that are gone or not active any more, and were left as they are, since they are more than may vanish at once. */
            users_withheld?: components["schemas"]["DirectorySyncWithheld"] | null;
        };
        /** @description What is pulled. */
        DirectorySyncRequest: {
            /**
             * Format: uint32
             * @description How many users, and how many groups, may vanish, where that is more than the provider's document says.
             */
            allowed_removals?: number | null;
            /**
             * @description Whether nothing is changed, and only told what would be. It reads all.
             * @default false
             */
            dry_run?: boolean;
            /**
             * @description Whether all is read, which finds what is gone; else what changed.
             * @default false
             */
            full?: boolean;
        };
        /** @description Those that are gone were too many. */
        DirectorySyncWithheld: {
            /**
             * Format: uint64
             * @description How many are gone.
             */
            gone: number;
            /**
             * Format: uint64
             * @description How many may vanish at once.
             */
            most: number;
        };
        /** @description A version of a user or a group. */
        DirectoryVersion: {
            /** @description Who made it. */
            actor: components["schemas"]["DirectoryVersionActor"];
            /**
             * Format: date-time
             * @description When.
             */
            at: string;
            /**
             * Format: int64
             * @description The revision that it was set back to.
             */
            restored?: number | null;
            /**
             * Format: int64
             * @description The revision of the change that made it.
             */
            revision: number;
            /**
             * @description What was done: `create`, `update`, `restore` or `delete`; of a group also `add` and `remove`, of its members, and
             *     `apply`, from code.
             */
            verb: string;
        };
        /** @description Who made a change. */
        DirectoryVersionActor: {
            id: string;
            provider: string;
            type: string;
        };
        /** @description A version of a user or a group, with what it made of it. */
        DirectoryVersionDetail: {
            /** @description As it was afterwards; absent where the change deleted it. */
            after?: unknown;
            /** @description As it was before; absent where the change made it. */
            before?: unknown;
            /** @description The ids of the users whom the change put into the group; absent where the caller may not list its members. */
            came?: string[] | null;
            /** @description One line for each difference: `+` and `-` before what comes and what goes. */
            changes: string[];
            /** @description The ids of the users whom the change took out of the group. */
            gone?: string[] | null;
            /** @description The version. */
            version: components["schemas"]["DirectoryVersion"];
        };
        /** @description Which versions of one are searched for. */
        DirectoryVersionSearch: {
            /**
             * @description Only those of the actor with this id.
             * @default null
             */
            actor?: string | null;
            /**
             * @description The `next` of the page before.
             * @default null
             */
            after?: string | null;
            /**
             * Format: uint32
             * @description The most entries of the page; 100 where nothing is said.
             * @default null
             */
            limit?: number | null;
            /**
             * Format: date-time
             * @description Only those at or after this time.
             * @default null
             */
            since?: string | null;
            /** @description In which order. */
            sort?: components["schemas"]["RevisionOrder"];
            /**
             * Format: date-time
             * @description Only those before this time.
             * @default null
             */
            until?: string | null;
            /**
             * @description Only those where this was done: `create`, `update`, `restore` or `delete`; of a group also `add` and `remove`, of its
             *     members, and `apply`, from code.
             * @default null
             */
            verb?: string | null;
        };
        /** @description One thing that is wrong with a document. */
        DocumentError: {
            /** @description What to do about it. */
            help?: string | null;
            /** @description What is wrong there. */
            message: string;
            /** @description Where, as a JSON pointer into the body (RFC 6901); empty for the whole of it. */
            pointer: string;
        };
        /** @description Rules to be tried. */
        DryRun: {
            /**
             * Format: uint64
             * @description From which audit event on, in the place of `since`: the `next` of the answer before.
             * @default null
             */
            after?: number | null;
            /** @description The rules, as a detection has them. */
            rules: string;
            /**
             * Format: date-time
             * @description From when on; the last 24 hours where nothing is said.
             * @default null
             */
            since?: string | null;
        };
        /** @description What rules would have found. */
        DryRunResult: {
            /** @description The alerts that would have been made, at most 1,000, in the order of their first event. */
            alerts: components["schemas"]["Finding"][];
            /**
             * Format: uint64
             * @description How many were.
             */
            events: number;
            /**
             * Format: uint64
             * @description The first audit event that was looked at.
             */
            first: number;
            /**
             * Format: uint64
             * @description How many could not be read, since they are damaged, or archived where nobody reaches them.
             */
            lost?: number;
            /**
             * Format: uint64
             * @description Where to go on, where the log goes on.
             */
            next?: number | null;
        };
        /** @description What is to be erased: either `ids` or `search`. */
        EraseRequest: {
            /**
             * @description Whether nothing is erased, but counted.
             * @default false
             */
            dry_run?: boolean;
            /**
             * @description The ids of events of the tenant.
             * @default null
             */
            ids?: number[] | null;
            /** @description Why. It stays on record, and so names nobody. */
            reason: string;
            /**
             * @description The events that a search finds, which says whom or what they are about: a party, an actor, a subject, a resource, a request, an
             *     address or a personal value. Without `after` and `limit`.
             * @default null
             */
            search?: components["schemas"]["EventSearch"] | null;
        };
        /** @description What an application may record at most. What is left out is not bounded, but by what holds for all. */
        EventCeilingEntry: {
            /** @description Its actions: names, or patterns as of granted permissions. */
            actions?: string[] | null;
            /** @description The id of the application. */
            application: string;
            /** @description Whether callers who are bound to no application are refused what is in its namespaces. */
            bound?: boolean;
            /**
             * Format: uint32
             * @description The most bytes of the `details` of an event; 8192 for all.
             */
            max_bytes?: number | null;
            /** @description How what it records may have ended: `success`, `denied`, `failure`. */
            outcomes?: string[] | null;
            /**
             * Format: uint32
             * @description The most events in a day (UTC), in place of the setting `record.events_per_day`.
             */
            per_day?: number | null;
            /**
             * Format: uint32
             * @description The most events in a minute of the clock (UTC), in place of the setting `record.events_per_minute`.
             */
            per_minute?: number | null;
            /** @description Whether events that are of no type are refused. */
            required?: boolean;
            /** @description The types of resources that its events may be about. */
            resource_types?: string[] | null;
            /** @description The ids of the tenants in which it records. */
            tenants?: string[] | null;
        };
        /** @description Which audit events are wanted: those that are all that is said. */
        EventSearch: {
            /** @description Only those of this action, such as `casemate.role.update`, or of all that begin so, such as `casemate.role.*`. */
            action?: string | null;
            /** @description Only those of the actor with this id. */
            actor?: string | null;
            /** @description The `next` of the page before. */
            after?: string | null;
            /** @description Only those of this application: the one that the credential is bound to, where it is bound to one. */
            application?: string | null;
            /** @description Only those of this part of the server, such as `role`; `application` of what applications record. */
            area?: string | null;
            /**
             * Format: uint64
             * @description Only those beyond the event with this id, in the order: with `sort` `-id` what came before it into the log, with `id` what came
             *     behind it.
             */
            beyond?: number | null;
            /** @description Only those from this address. */
            client?: string | null;
            /**
             * @description Those of all tenants and of the whole installation. For those who may see events in the tenant `default` and ask for
             *     decisions in any tenant.
             */
            everywhere?: boolean;
            /**
             * @description Those about the whole installation in place of those about the tenant. Needs the permission in the tenant
             *     `default`.
             */
            installation?: boolean;
            /** @description Only those of this kind, such as `read`. */
            kind?: string | null;
            /**
             * Format: uint32
             * @description The most entries of the page; 100 where nothing is said. A page may hold fewer, or none, and yet others follow: there are
             *     no more where there is no `next`.
             */
            limit?: number | null;
            /** @description Only those of none of these kinds, such as `read`: at most 32. Typed, `-kind:read`. */
            not_kinds?: string[];
            /** @description Only those that ended so: `success`, `denied`, `failure`, `conditional`. */
            outcome?: string | null;
            /** @description Only those by, for or about whoever has this id. */
            party?: string | null;
            /** @description Only those for this reason. */
            reason?: string | null;
            /** @description Only those of this request. */
            request_id?: string | null;
            /** @description Only those about the resource with this id. */
            resource_id?: string | null;
            /** @description Only those about this kind of resource. */
            resource_type?: string | null;
            /**
             * @description A search as it is typed: words that an event has, and `key:value`, such as
             *     `actor:ada action:casemate.role.* outcome:denied since:2026-01-01 "two words"`. Known are `tenant`, `application`, `party`,
             *     `actor`, `subject`, `action`, `kind`, `area`, `resource` (`TYPE` or `TYPE:ID`), `resource-type`, `resource-id`, `outcome`,
             *     `reason`, `since`, `until`, `client`, `request` and `value`, and `-kind` for none of a kind. What the members below say counts too.
             */
            search?: string | null;
            /**
             * Format: date-time
             * @description Only those at or after this time.
             */
            since?: string | null;
            /** @description In which order. */
            sort?: components["schemas"]["AuditEventOrder"];
            /** @description Only those about whoever has this id, such as decisions. */
            subject?: string | null;
            /**
             * Format: date-time
             * @description Only those before this time.
             */
            until?: string | null;
            /**
             * @description Only those with this personal value before or after the change that they tell of, such as a login or an e-mail address: they are
             *     found by the keyed hash that stands in its place.
             */
            value?: string | null;
        };
        /** @description A type of events that an application records. */
        EventTypeEntry: {
            /** @description What such an event says; nothing depends on it. */
            description?: string | null;
            /**
             * @description The action that it is of, such as `notes.note.publish`, or a pattern of actions as of a granted permission, such as
             *     `notes.note.*`. An action of several types is of the one whose name says most of it.
             */
            name: string;
            /**
             * @description What the `details` of such an event have to be: JSON Schema 2020-12, at most 16,384 bytes, in which `$ref` leads to a place in itself
             *     and never in a circle. Anything, where it is left out; with it, an event has details.
             */
            schema?: {
                [key: string]: unknown;
            } | null;
            /** @description For people; nothing depends on it. */
            title?: string | null;
        };
        /** @description What is to be exported. */
        ExportRequest: {
            /**
             * Format: uint64
             * @description The id of the last event of an export that broke off: this one goes on behind it.
             * @default null
             */
            after?: number | null;
            /** @description How they are written. */
            format?: components["schemas"]["AuditExportFormat"];
            /**
             * @description Which events, without `after` and `limit`: the oldest come first. Of `{"everywhere": true}` alone it is the whole log without a
             *     gap, which `casemate audit verify --export` checks as `ndjson`.
             * @default {}
             */
            search?: components["schemas"]["EventSearch"];
        };
        /** @description A file on the server. */
        FileSinkEntry: {
            /**
             * Format: uint32
             * @description How many earlier files are kept, 1 to 1,000. Default: 30.
             */
            keep?: number | null;
            /** @description Its name in the folder, ending in `.ndjson`. */
            name: string;
            /**
             * Format: uint32
             * @description How large it becomes before another is begun, in MiB, 1 to 10,240. Default: 100. Another is begun each day (UTC) besides.
             */
            rotate_megabytes?: number | null;
        };
        FilesOf: {
            /** @description The texts of policy files (TOML), by their paths. */
            files: {
                [key: string]: string;
            };
            /** @description The name of the source of code. */
            origin: string;
            /**
             * @description Leaves out what this origin applied before and the files no longer hold.
             * @default false
             */
            prune?: boolean;
        };
        /** @description One of three answers, and the filter where it is conditional. */
        FilterAnswer: {
            /** @description `allowed`, `denied` or `conditional`. */
            decision: components["schemas"]["Word"];
            /** @description The filter as a tree. */
            filter?: unknown;
            /** @description What is wrong with the question, where that is why it is denied. */
            message?: string | null;
            /** @description What is bound to the condition's parameters, in order. */
            parameters?: unknown[] | null;
            /** @description The granted name of the permission that decided. */
            permission?: string | null;
            /** @description Why, as a stable code. */
            reason_code: string;
            /** @description The filter as a condition in the asked dialect. */
            sql?: string | null;
        };
        /** @description A question, and the form of its answer. */
        FilterQuestion: {
            /** @description What is to be done. */
            action: components["schemas"]["Action"];
            /**
             * @description Whatever else conditions may ask of.
             * @default null
             */
            context?: {
                [key: string]: unknown;
            } | null;
            /** @description The form of the filter; a JSON tree where nothing is said. */
            dialect?: components["schemas"]["DialectWord"];
            /**
             * @description What is known of the resources.
             * @default null
             */
            resource?: {
                [key: string]: unknown;
            } | null;
            /** @description Who is to act: `type` and `id`, or a `token` of theirs. */
            subject: components["schemas"]["QuestionSubject"];
        };
        /** @description What a rule found. */
        Finding: {
            /**
             * Format: int64
             * @description How often the rule matched.
             */
            count: number;
            /** @description The name of the detection. */
            detection: string;
            /** @description Audit events by which it matched, by their ids: at most 100, the first ones and the newest. */
            events: number[];
            /**
             * Format: date-time
             * @description When the first event happened by which the rule matched.
             */
            first_at: string;
            /** @description By which fields the rule groups events, and what they were. */
            group: components["schemas"]["FindingGroup"][];
            /**
             * Format: date-time
             * @description When the newest of them happened.
             */
            last_at: string;
            /** @description `low`, `medium`, `high` or `critical`. */
            level: string;
            /** @description The title of the rule. */
            rule: string;
            /** @description The id of the rule, where it has one. */
            rule_id?: string | null;
            /** @description What was new, of a rule that looks for new values. */
            value?: string | null;
        };
        /** @description A field by which events are grouped. */
        FindingGroup: {
            /** @description The field, or the name that the rule gives it. */
            field: string;
            /** @description Its value. */
            value: string;
        };
        /** @description Somebody of whom the source tells. */
        ForgetIdentity: {
            /** @description What their provider calls them. */
            id: string;
            /**
             * @description The tenant in which they hold it; `default` where it is not named.
             * @default null
             */
            tenant?: string | null;
            /**
             * @description `user` where it is not named.
             * @default null
             */
            type?: string | null;
        };
        /** @description Of whom it is to be forgotten what a source said. */
        ForgetRequest: {
            /** @description Of this one alone; of everybody where nobody is named. */
            identity?: components["schemas"]["ForgetIdentity"] | null;
        };
        /** @description Who assigned something, and when. */
        Granted: {
            /**
             * Format: date-time
             * @description When.
             */
            at: string;
            /** @description Their id at the provider. */
            id: string;
            /** @description The provider that vouches for whoever did. */
            provider: string;
            /** @description `user`, `service`, `system`, … */
            type: string;
        };
        /** @description A group, as whoever administers it says. */
        Group: {
            /** @description What another system calls it. */
            external_id?: string | null;
            /**
             * @description What it is called: unique within its provider and tenant, whatever the case. What is assigned to the group of this
             *     name of a member's provider, the member holds.
             */
            name: string;
            /** @description The provider that it is of; `casemate`, for a group of Casemate's own, where it is not named. */
            provider?: string | null;
        };
        /** @description Somebody who belongs to a group, as one source says. */
        GroupMember: {
            /** @description Whether they may do anything at all. */
            active: boolean;
            /** @description Their name. */
            display_name?: string | null;
            /** @description What people call them. */
            login: string;
            /**
             * @description Who says that they belong to it: empty for by hand, `scim`, `ldap`, `sign-in`, or `code:NAME` where it was applied
             *     from code under that name.
             */
            source: string;
            /** @description The user's id. */
            user: string;
        };
        /** @description An order of members. */
        GroupMemberOrder: "user" | "-user";
        /** @description Which members of a group are searched for. */
        GroupMemberSearch: {
            /**
             * @description Only those who are active, or are not.
             * @default null
             */
            active?: boolean | null;
            /**
             * @description The `next` of the page before.
             * @default null
             */
            after?: string | null;
            /**
             * Format: uint32
             * @description The most entries of the page; 100 where nothing is said.
             * @default null
             */
            limit?: number | null;
            /**
             * @description A text that stands in the login, the name or the e-mail address, in whatever case.
             * @default null
             */
            search?: string | null;
            /** @description In which order. */
            sort?: components["schemas"]["GroupMemberOrder"];
            /**
             * @description Only what this source says: empty for by hand, `scim`, `ldap`, `sign-in`, or `code:NAME` where it was applied
             *     from code under that name.
             * @default null
             */
            source?: string | null;
        };
        /** @description An order of groups. */
        GroupOrder: "created_at" | "-created_at" | "name" | "-name";
        /** @description Which groups are searched for. */
        GroupSearch: {
            /**
             * @description The `next` of the page before.
             * @default null
             */
            after?: string | null;
            /**
             * @description Only those with this external id.
             * @default null
             */
            external_id?: string | null;
            /**
             * Format: uint32
             * @description The most entries of the page; 100 where nothing is said.
             * @default null
             */
            limit?: number | null;
            /**
             * @description Only those that the user with this id belongs to.
             * @default null
             */
            member?: string | null;
            /**
             * @description Only those with this name, in whatever case.
             * @default null
             */
            name?: string | null;
            /**
             * @description Only those of this provider.
             * @default null
             */
            provider?: string | null;
            /**
             * @description A text that stands in the name, in whatever case.
             * @default null
             */
            search?: string | null;
            /** @description In which order. */
            sort?: components["schemas"]["GroupOrder"];
            /**
             * @description Only those that are managed so: empty for by hand, `scim`, `ldap`, `code:NAME`.
             * @default null
             */
            source?: string | null;
        };
        /** @description A legal hold that is in the way. */
        HeldAuditEvents: {
            /**
             * Format: uint64
             * @description How many of the events it covers.
             */
            events: number;
            /** @description Its id. */
            hold: string;
        };
        /** @description One permission of somebody. */
        HeldPermission: {
            /**
             * Format: date-time
             * @description From when on it is in force.
             */
            from?: string | null;
            /** @description What handed it out. */
            origin: components["schemas"]["PermissionOrigin"];
            /** @description The permission object as it is stored. */
            permission: {
                [key: string]: unknown;
            };
            /**
             * Format: date-time
             * @description From when on it is no longer.
             */
            until?: string | null;
        };
        /** @description An endpoint of another system that says what somebody holds. */
        HttpSourceEntry: {
            /**
             * @description Accepts `http` for an endpoint that is not on this machine. Whoever can change what travels between can then hand out
             *     whatever lies below the ceiling, unless answers are signed.
             */
            allow_insecure_http?: boolean;
            /**
             * Format: uint32
             * @description The largest answer, in bytes, 256 to 1,048,576. Default: 65,536.
             */
            max_answer_bytes?: number | null;
            /**
             * Format: uint32
             * @description How long an answer is good at most, in seconds, 0 to 3,600; `Cache-Control` of the answer may say less. Default: 60.
             */
            max_cache_seconds?: number | null;
            /** @description What the endpoint is told of somebody beside provider, type, id and tenant: `login`, `groups`, or `claims.NAME`. */
            reads?: string[];
            /** @description Whether answers are signed too, with the same secret: one that is not is refused. */
            signed_answers?: boolean;
            /**
             * @description What requests are signed with, at least 32 bytes. By API it is text, which is sealed; in files it is
             *     `{ env = "NAME" }`, `{ file = "PATH" }` or `{ sealed = true }`.
             */
            signing_secret: components["schemas"]["SecretReference"];
            /**
             * Format: uint32
             * @description How long the endpoint may take, in milliseconds, at most 10,000. Default: 3,000.
             */
            timeout_milliseconds?: number | null;
            /** @description Where it is asked, by `POST`: `https`, or `http` on this machine. */
            url: string;
        };
        /** @description Somebody. */
        IdentityOfPermissions: {
            /** @description Who acts for them. */
            actor?: components["schemas"]["ActorOfPermissions"] | null;
            /** @description How they proved who they are, where that is known. */
            auth?: components["schemas"]["AuthenticationOfPermissions"] | null;
            /** @description Claims of their token, and attributes of the directory. */
            claims: {
                [key: string]: unknown;
            };
            /** @description Their name. */
            display_name?: string | null;
            /** @description The groups that they are in. */
            groups: string[];
            /** @description Their opaque id, where the directory has one of them. */
            id?: string | null;
            /** @description The name that they log in with. */
            login?: string | null;
            /** @description Who vouches for them; empty where nobody does. */
            provider: string;
            /** @description What the provider calls them: `identity.id` in conditions. */
            subject?: string | null;
            /** @description The tenant in which they hold it. */
            tenant: string;
            /** @description `user`, `service`, `api-key`, `anonymous`, … */
            type: string;
        };
        /** @description What is compared. */
        ImpactRequest: {
            /**
             * @description The `next` of the page before, of the same comparison.
             * @default null
             */
            after?: string | null;
            /**
             * Format: int64
             * @description The revision to begin with; that of today where nothing is said.
             * @default null
             */
            from?: number | null;
            /**
             * Format: uint32
             * @description The most entries of the page: 1 to 1,000; 100 where nothing is said.
             * @default null
             */
            limit?: number | null;
            /** @description What to compare it with. */
            to: components["schemas"]["Other"];
        };
        /** @description An invitation. */
        Invitation: {
            /**
             * Format: date-time
             * @description When it ends.
             */
            expires_at: string;
            /** @description The link, which is in this answer and nowhere else. */
            link?: string | null;
            /** @description Where the letter goes. */
            sent_to?: string | null;
            /** @description The id of the user. */
            user: string;
        };
        /** @description An invitation that is wanted. */
        InvitationRequest: {
            /**
             * @description How they come to their link. Where nothing is said: by a letter if letters are sent and they have an address, and else in
             *     the answer.
             */
            deliver?: components["schemas"]["Delivery"] | null;
        };
        ItemProblem: {
            /** @description `credential_rejected`, `user_inactive`, `not_found`, `source_failed`, `unavailable`, `invalid_document`, `forbidden`, `limit_reached`. */
            code: string;
            /** @description The same in words. */
            detail: string;
        };
        /** @description Which claims stay with the identity. */
        Keep: string | string[];
        /** @description The attributes of an LDAP directory that hold what. */
        LdapAttributes: {
            /** @description The name that is shown. Default: `cn`; of Active Directory `displayName`. */
            display_name?: string | null;
            /** @description The e-mail address. Default: `mail`. */
            email?: string | null;
            /** @description The name of a group. Default: `cn`. */
            group_name?: string | null;
            /** @description What people call a user. Default: `uid`; of Active Directory `userPrincipalName`. */
            login?: string | null;
            /** @description The distinguished names of a group's members. Default: `member`. */
            member?: string | null;
            /** @description What the provider's tokens call a user. Default: what never changes of them, `entryUUID` or `objectGUID`. */
            subject?: string | null;
        };
        /**
         * @description A provider whose users and groups are pulled from an LDAP directory, a table `ldap`: for installations that cannot be reached
         *     from outside.
         */
        LdapConfig: {
            /**
             * @description Whether `ldap://` may stay without TLS, where the host is this machine itself.
             * @default false
             */
            allow_plain?: boolean;
            /** @description Which attributes hold what, where it is otherwise than the preset says. */
            attributes?: components["schemas"]["LdapAttributes"];
            /** @description Below which entry users are looked for. */
            base: string;
            /** @description The distinguished name that Casemate signs in with. It has to read, and nothing more. */
            bind_dn: string;
            /** @description Its password. */
            bind_password: components["schemas"]["SecretReference"];
            /**
             * @description What expressions see as claims of a user: each claim, and the attribute that holds it.
             * @default {}
             */
            claims?: {
                [key: string]: string;
            };
            /**
             * Format: uint32
             * @description How often all of it is read, which finds what is gone, in seconds, up to a week. Default: 21,600, six hours.
             */
            full_interval_seconds?: number | null;
            /** @description Below which entry groups are looked for. Default: `base`. */
            group_base?: string | null;
            /** @description Which entries are groups (RFC 4515). */
            group_filter?: string | null;
            /**
             * Format: uint32
             * @description How often it is asked for what changed, in seconds, 60 to 86,400. Default: 300.
             */
            interval_seconds?: number | null;
            /**
             * Format: uint8
             * @description How many of a hundred users, or groups, may vanish at once without an administrator's word. Default: 10.
             */
            max_removed_percent?: number | null;
            /**
             * @description Whether the members of groups that are members of a group are members of that, too.
             * @default false
             */
            nested_groups?: boolean;
            /** @description Which product it is, whose habits then need not be written down. */
            preset?: components["schemas"]["LdapPreset"];
            /**
             * @description Whether TLS begins on the connection (RFC 4511, section 4.14). For `ldap://`.
             * @default false
             */
            start_tls?: boolean;
            /**
             * @description The tenant where its users are at home.
             * @default default
             */
            tenant?: string;
            /** @description Where the directory is: `ldaps://HOST`, or `ldap://HOST` with `start_tls`. */
            url: string;
            /** @description Which entries are users (RFC 4515). */
            user_filter?: string | null;
        };
        /** @description Which product an LDAP directory is. */
        LdapPreset: "open_ldap" | "active_directory";
        /** @description A linked sign-in: whom a provider calls this signs in as the user. */
        LinkedSignIn: {
            /** @description Its id. */
            id: string;
            /**
             * Format: date-time
             * @description When they added it.
             */
            linked_at: string;
            /** @description The provider with which they sign in. */
            provider: string;
            /** @description What it calls them. */
            subject: string;
            /**
             * Format: date-time
             * @description When they signed in by it last.
             */
            used_at?: string | null;
        };
        /** @description Linked sign-ins, the oldest first. Nobody has more than twenty. */
        LinkedSignIns: {
            /** @description They. */
            items: components["schemas"]["LinkedSignIn"][];
        };
        /** @description What is logged by the process that answers. */
        LogLevels: {
            /** @description A level, or levels for modules, such as `info,casemate::access=warn`. */
            levels: string;
        };
        /**
         * @description A table `[[provider.mapping]]`: whoever's claims fulfil the condition is in these groups, beside those that the provider
         *     names. What is assigned to the groups is theirs.
         */
        MappingConfig: {
            /** @description The names of the groups; at least one. */
            groups: string[];
            /**
             * @description The condition, in CEL, on `claims` (those that the provider's `keep` leaves) and `groups` (those that it names), such as
             *     `claims.department == "finance"`. Where a claim that it asks for is missing, it is not fulfilled; where it fails in
             *     another way, its users may do nothing until either is changed.
             */
            when: string;
        };
        /** @description What claims would make of somebody whom the directory knows by nothing else. */
        MappingTrial: {
            /** @description All groups that they are in: those that the provider names, and those of the rules. */
            groups: string[];
            /** @description Their id. */
            id: string;
            /** @description The name that they log in with. */
            login?: string | null;
            /**
             * @description The roles that are theirs in their tenant by what is assigned to them and their groups, also of assignments that are not
             *     in force yet, or no longer.
             */
            roles: components["schemas"]["RoleTrial"][];
            /** @description What each rule says of them. */
            rules: components["schemas"]["RuleTrial"][];
            /** @description The tenant that they are of. */
            tenant: string;
            /** @description `user`, or what else the claims say. */
            type: string;
        };
        /** @description Claims that are to be tried. */
        MappingTrialRequest: {
            /** @description The claims, as a verified token or the provider's answer would hold them. */
            claims: {
                [key: string]: unknown;
            };
        };
        /** @description A stream of NATS JetStream. */
        NatsSinkEntry: {
            /** @description Goes without TLS: whoever is on the way reads events, and what is signed in with. */
            insecure?: boolean;
            /**
             * Format: uint32
             * @description The longest message, in bytes, 2,048 to 8,388,608, where the server takes no less. Default: 1,048,576. Of a longer event its place,
             *     size and leaf hash are sent.
             */
            max_bytes?: number | null;
            /** @description Their password. By API it is text, which is sealed; in files it is `{ env = "NAME" }`, `{ file = "PATH" }` or `{ sealed = true }`. */
            password?: components["schemas"]["SecretReference"];
            /** @description The subject, which a stream has to take. */
            subject: string;
            /** @description A token instead of a user, given as `password` is. */
            token?: components["schemas"]["SecretReference"];
            /** @description The server: `tls://HOST` or `tls://HOST:PORT`, or `nats://` with `insecure`. */
            url: string;
            /** @description Whom to sign in as, with `password`. */
            user?: string;
        };
        /** @description Who is to belong to a group. */
        NewGroupMembers: {
            /** @description The ids of users of the group's tenant. */
            users: string[];
        };
        /** @description A resource that is to be registered. */
        NewResource: {
            /**
             * @description The id of the application whose resource it is; where nothing is said, the one that the caller's credential is bound to.
             * @default null
             */
            application?: string | null;
            /** @description Its attributes, as the application's schema declares them: at most 16384 bytes of JSON. */
            attributes?: components["schemas"]["Attributes"];
            /** @description Its id, unique within application and type. */
            id: string;
            /** @description Its type, in the application's words. */
            type: string;
        };
        /** @description An order that a list may be asked for in. */
        Order: "created_at" | "-created_at" | "updated_at" | "-updated_at" | "name" | "-name";
        /** @description What to compare with: one of these. */
        Other: {
            /** Format: int64 */
            revision: number;
        } | {
            role: components["schemas"]["RoleEntry"];
        } | {
            role_of: components["schemas"]["RoleOf"];
        } | {
            files: components["schemas"]["FilesOf"];
        };
        /** @description A rule of Casemate's own. */
        PackedDetection: {
            /** @description Its name: a detection of this name stands in its place. */
            name: string;
            /** @description What it says of each of its rules that make alerts. */
            rules: components["schemas"]["PackedRule"][];
            /** @description Its text. */
            text: string;
        };
        /** @description What a rule of Casemate's own is for. */
        PackedRule: {
            description: string;
            level: string;
            title: string;
        };
        /** @description A page of a list. */
        Page: {
            /** @description The entries. */
            items: components["schemas"]["StoredTenantEntry"][];
            /** @description Where the next page begins; absent on the last. */
            next?: string | null;
        };
        /** @description A page of a list. */
        Page2: {
            /** @description The entries. */
            items: components["schemas"]["StoredRoleEntry"][];
            /** @description Where the next page begins; absent on the last. */
            next?: string | null;
        };
        /** @description A page of a list. */
        Page3: {
            /** @description The entries. */
            items: components["schemas"]["StoredTeamEntry"][];
            /** @description Where the next page begins; absent on the last. */
            next?: string | null;
        };
        /** @description A page of a list. */
        Page4: {
            /** @description The entries. */
            items: components["schemas"]["AccessReviewRecord"][];
            /** @description Where the next page begins; absent on the last. */
            next?: string | null;
        };
        /** @description A page of a list. */
        Page5: {
            /** @description The entries. */
            items: components["schemas"]["AccessReviewEntry"][];
            /** @description Where the next page begins; absent on the last. */
            next?: string | null;
        };
        /** @description A page of a list. */
        Page6: {
            /** @description The entries. */
            items: components["schemas"]["StoredAssignmentEntry"][];
            /** @description Where the next page begins; absent on the last. */
            next?: string | null;
        };
        /** @description A page of a list. */
        Page7: {
            /** @description The entries. */
            items: components["schemas"]["StoredServiceAccountEntry"][];
            /** @description Where the next page begins; absent on the last. */
            next?: string | null;
        };
        /** @description A page of a list. */
        Page8: {
            /** @description The entries. */
            items: components["schemas"]["StoredUser"][];
            /** @description Where the next page begins; absent on the last. */
            next?: string | null;
        };
        /** @description A page of a list. */
        Page9: {
            /** @description The entries. */
            items: components["schemas"]["DirectoryVersion"][];
            /** @description Where the next page begins; absent on the last. */
            next?: string | null;
        };
        /** @description A page of a list. */
        Page10: {
            /** @description The entries. */
            items: components["schemas"]["StoredGroup"][];
            /** @description Where the next page begins; absent on the last. */
            next?: string | null;
        };
        /** @description A page of a list. */
        Page11: {
            /** @description The entries. */
            items: components["schemas"]["GroupMember"][];
            /** @description Where the next page begins; absent on the last. */
            next?: string | null;
        };
        /** @description A page of a list. */
        Page12: {
            /** @description The entries. */
            items: components["schemas"]["StoredResource"][];
            /** @description Where the next page begins; absent on the last. */
            next?: string | null;
        };
        /** @description A page of a list. */
        Page13: {
            /** @description The entries. */
            items: components["schemas"]["ApiKey"][];
            /** @description Where the next page begins; absent on the last. */
            next?: string | null;
        };
        /** @description A page of a list. */
        Page14: {
            /** @description The entries. */
            items: components["schemas"]["StoredApplicationDocument"][];
            /** @description Where the next page begins; absent on the last. */
            next?: string | null;
        };
        /** @description A page of a list. */
        Page15: {
            /** @description The entries. */
            items: components["schemas"]["StoredEventTypeEntry"][];
            /** @description Where the next page begins; absent on the last. */
            next?: string | null;
        };
        /** @description A page of a list. */
        Page16: {
            /** @description The entries. */
            items: components["schemas"]["StoredEventCeilingEntry"][];
            /** @description Where the next page begins; absent on the last. */
            next?: string | null;
        };
        /** @description A page of a list. */
        Page17: {
            /** @description The entries. */
            items: components["schemas"]["StoredSourceEntry"][];
            /** @description Where the next page begins; absent on the last. */
            next?: string | null;
        };
        /** @description A page of a list. */
        Page18: {
            /** @description The entries. */
            items: components["schemas"]["StoredShownProvider"][];
            /** @description Where the next page begins; absent on the last. */
            next?: string | null;
        };
        /** @description A page of a list. */
        Page19: {
            /** @description The entries. */
            items: components["schemas"]["StoredSettingEntry"][];
            /** @description Where the next page begins; absent on the last. */
            next?: string | null;
        };
        /** @description A page of a list. */
        Page20: {
            /** @description The entries. */
            items: components["schemas"]["StoredDetectionEntry"][];
            /** @description Where the next page begins; absent on the last. */
            next?: string | null;
        };
        /** @description A page of a list. */
        Page21: {
            /** @description The entries. */
            items: components["schemas"]["StoredAlertReceiverEntry"][];
            /** @description Where the next page begins; absent on the last. */
            next?: string | null;
        };
        /** @description A page of a list. */
        Page22: {
            /** @description The entries. */
            items: components["schemas"]["Alert"][];
            /** @description Where the next page begins; absent on the last. */
            next?: string | null;
        };
        /** @description A page of a list. */
        Page23: {
            /** @description The entries. */
            items: components["schemas"]["SavedAuditSearch"][];
            /** @description Where the next page begins; absent on the last. */
            next?: string | null;
        };
        /** @description A page of a list. */
        Page24: {
            /** @description The entries. */
            items: components["schemas"]["AuditEvent"][];
            /** @description Where the next page begins; absent on the last. */
            next?: string | null;
        };
        /** @description A page of a list. */
        Page25: {
            /** @description The entries. */
            items: components["schemas"]["AnonymousDenial"][];
            /** @description Where the next page begins; absent on the last. */
            next?: string | null;
        };
        /** @description A page of a list. */
        Page26: {
            /** @description The entries. */
            items: components["schemas"]["AuditHold"][];
            /** @description Where the next page begins; absent on the last. */
            next?: string | null;
        };
        /** @description A page of a list. */
        Page27: {
            /** @description The entries. */
            items: components["schemas"]["StoredAuditSinkEntry"][];
            /** @description Where the next page begins; absent on the last. */
            next?: string | null;
        };
        /** @description A page of a list. */
        Page28: {
            /** @description The entries. */
            items: components["schemas"]["PolicyVersion"][];
            /** @description Where the next page begins; absent on the last. */
            next?: string | null;
        };
        /** @description A page of a list. */
        Page29: {
            /** @description The entries. */
            items: components["schemas"]["Block"][];
            /** @description Where the next page begins; absent on the last. */
            next?: string | null;
        };
        /** @description A page of a list. */
        Page30: {
            /** @description The entries. */
            items: components["schemas"]["SessionView"][];
            /** @description Where the next page begins; absent on the last. */
            next?: string | null;
        };
        /** @description A page of a list. */
        Page31: {
            /** @description The entries. */
            items: components["schemas"]["TemporaryCredential"][];
            /** @description Where the next page begins; absent on the last. */
            next?: string | null;
        };
        /** @description A permission: a granted name, perhaps `deny = true`, and any further properties. */
        PermissionObject: {
            /**
             * @description Whether it denies.
             * @default false
             */
            deny?: boolean;
            /** @description The name, or a pattern such as `cms.*`. */
            name: string;
        } & {
            [key: string]: unknown;
        };
        PermissionOrigin: {
            /** @description `role`, `key`, `source`, … */
            kind: string;
            /** @description Its name. */
            name: string;
            /** @description By which role that extends it, team or group they came to it, where not by themselves. */
            via?: string | null;
        };
        /** @description The schemas in force. */
        PermissionSchemas: {
            /** @description They: Casemate's own first, then the others in the order of their ids. */
            items: components["schemas"]["SchemaOfApplication"][];
            /**
             * Format: int64
             * @description The revision at which they are.
             */
            revision: number;
        };
        /** @description Who made a change. */
        PolicyActor: {
            id: string;
            provider: string;
            type: string;
        };
        /** @description One object that differs, or would be changed. */
        PolicyChange: {
            /** @description One line for each difference: `+` and `-` before what comes and what goes. */
            diff: string[];
            kind: string;
            name: string;
            /** @description The tenant that it belongs to; empty for the whole installation. */
            tenant: string;
        };
        /** @description Differences between two revisions. */
        PolicyDiff: {
            /** @description The objects that differ. */
            changes: components["schemas"]["PolicyChange"][];
        };
        /** @description What a change made of one object. */
        PolicyEdit: {
            /** @description As it was afterwards; absent where the change deleted it. */
            after?: components["schemas"]["PolicyObject"] | null;
            /** @description As it was before; absent where the change made it. */
            before?: components["schemas"]["PolicyObject"] | null;
            id: string;
            kind: string;
        };
        /** @description A page of questions whose answers differ, the newest first, and what was looked at for it. */
        PolicyImpact: {
            /**
             * Format: int64
             * @description The revision of the one policy, of which all pages are; absent where that is not known.
             */
            from_revision?: number | null;
            /** @description The questions whose answers differ. */
            items: components["schemas"]["PolicyImpactEntry"][];
            /**
             * Format: uint64
             * @description How many questions were looked at for this page.
             */
            looked_at: number;
            /**
             * Format: uint64
             * @description How many questions were to be logged among them, and were lost.
             */
            lost: number;
            /** @description Where the next page begins; absent on the last. */
            next?: string | null;
            /**
             * @description How many of them cannot be asked again, by why: `refused`, `too_long`, `handed_by_token`,
             *     `narrowed_by_credential`, `key_not_in_force`, `identity_rules_changed`, `not_opened`, `unreadable`.
             */
            not_replayed: {
                [key: string]: number;
            };
            /**
             * Format: int64
             * @description The revision of the other, or the one that the change would be made on.
             */
            to_revision?: number | null;
            /**
             * Format: uint64
             * @description How many of them would be answered the same.
             */
            unchanged: number;
        };
        /** @description An answer, and why. */
        PolicyImpactAnswer: {
            /** @description `allowed`, `denied` or `conditional`. */
            decision: string;
            /** @description The role that it came from. */
            origin?: string | null;
            /** @description The granted name of the permission that decided. */
            permission?: string | null;
            /** @description Why, as a stable code. */
            reason_code: string;
        };
        /** @description A question that would be answered otherwise. */
        PolicyImpactEntry: {
            /** @description What was answered then: `allowed`, `denied` or `conditional`. */
            answered: string;
            /** @description The application that asked. */
            application?: string | null;
            /**
             * Format: date-time
             * @description When it was asked.
             */
            at: string;
            /** @description What the one policy answers. */
            from: components["schemas"]["PolicyImpactAnswer"];
            /** @description What it asks: action, resource and context. */
            question: unknown;
            /** @description The request that asked, with the place in its batch behind `#`. */
            request_id: string;
            /** @description Whom it is about: provider, type and id. */
            subject: components["schemas"]["PolicyImpactSubject"];
            /** @description The tenant that it was asked in. */
            tenant: string;
            /** @description What the other answers. */
            to: components["schemas"]["PolicyImpactAnswer"];
        };
        /** @description Whom a question is about. */
        PolicyImpactSubject: {
            /** @description Unique within the provider. */
            id?: string | null;
            /** @description The provider that vouches for them; empty where nobody does. */
            provider: string;
            /** @description `user`, `service`, … */
            type: string;
        };
        /** @description What could not be set back. */
        PolicyLeft: {
            /** @description The id of the user or group; empty for all of them. */
            id: string;
            /** @description `user`, `group`, `group-member` for a user who does not come back to a group, or `people` for all users and groups. */
            kind: string;
            /** @description What it is called, to whoever may read that; of a member, what the group is called. */
            name: string;
            /** @description Why it is as it was. */
            reason: string;
            /** @description The tenant; empty where it is not known any more. */
            tenant: string;
        };
        /** @description An object at a revision. */
        PolicyObject: {
            document: unknown;
            name: string;
            origin: string;
            tenant: string;
        };
        /** @description What became of a user or a group, or would. */
        PolicyPersonChange: {
            /** @description One line for each difference: `+` and `-` before what comes and what goes. */
            diff: string[];
            id: string;
            kind: string;
            name: string;
            /** @description The tenant that it belongs to; empty for the whole installation. */
            tenant: string;
            /** @description `create` of a group that was deleted, `update` or `delete`. */
            verb: string;
        };
        /** @description That a change made a version of a user or a group. */
        PolicyPersonEdit: {
            id: string;
            /** @description `user` or `group`. */
            kind: string;
            /** @description What was done, as its version says. */
            verb: string;
        };
        /** @description What applying code changes, or would change. */
        PolicyPlan: {
            /** @description What is made. */
            create: components["schemas"]["PolicyChange"][];
            /** @description What is deleted. */
            delete: components["schemas"]["PolicyChange"][];
            /**
             * Format: int64
             * @description The revision of the change, where one was made.
             */
            revision?: number | null;
            /**
             * Format: uint
             * @description How many objects are already as they should be.
             */
            unchanged: number;
            /** @description What becomes something else. */
            update: components["schemas"]["PolicyChange"][];
        };
        /** @description What setting back made, or would. */
        PolicyReverted: {
            /** @description The objects that became something else, or would. */
            changes: components["schemas"]["PolicyChange"][];
            /** @description What could not be set back; all else was. */
            left: components["schemas"]["PolicyLeft"][];
            /** @description The users and groups that did; absent where they were left out. */
            people?: components["schemas"]["PolicyPersonChange"][] | null;
            /** @description Whether anything was changed: nothing is by a dry run, and where all is as it was. */
            reverted: boolean;
            /**
             * Format: int64
             * @description The revision that is in force.
             */
            revision: number;
        };
        /** @description A change of configuration, or of users and groups by hand. */
        PolicyVersion: {
            /** @description Who made it. */
            actor: components["schemas"]["PolicyActor"];
            /**
             * Format: date-time
             * @description When.
             */
            at: string;
            /**
             * Format: int64
             * @description How many objects it changed.
             */
            objects: number;
            /**
             * Format: int64
             * @description How many users and groups it changed, by hand or from code.
             */
            people: number;
            /**
             * Format: int64
             * @description The revision that it made.
             */
            revision: number;
            /** @description What it was, in a few words. */
            summary: string;
        };
        /** @description A change of configuration, with what it made of each object. */
        PolicyVersionDetail: {
            /** @description What it made of each object. */
            edits: components["schemas"]["PolicyEdit"][];
            /** @description The users and groups that it changed, at most 1,000: what it made of each stands in their versions. */
            people: components["schemas"]["PolicyPersonEdit"][];
            /** @description The change. */
            version: components["schemas"]["PolicyVersion"];
        };
        /** @description Which changes of configuration are searched for. */
        PolicyVersionSearch: {
            /**
             * @description Only those of the actor with this id.
             * @default null
             */
            actor?: string | null;
            /**
             * @description The `next` of the page before.
             * @default null
             */
            after?: string | null;
            /**
             * Format: uint32
             * @description The most entries of the page; 100 where nothing is said.
             * @default null
             */
            limit?: number | null;
            /**
             * @description A text that stands in the summary, in whatever case.
             * @default null
             */
            search?: string | null;
            /**
             * Format: date-time
             * @description Only those at or after this time.
             * @default null
             */
            since?: string | null;
            /** @description In which order. */
            sort?: components["schemas"]["RevisionOrder"];
            /**
             * Format: date-time
             * @description Only those before this time.
             * @default null
             */
            until?: string | null;
        };
        /** @description A product whose habits are known. None of these was tried against the vendor's own service. */
        Preset: "generic" | "entra-id" | "okta" | "auth0" | "cognito" | "google" | "keycloak" | "ory";
        /** @description One of three answers. */
        PreviewAnswer: {
            /** @description `allowed`, `denied` or `conditional`. */
            decision: components["schemas"]["Word"];
            /** @description What is wrong with the question, where that is why it is denied. */
            message?: string | null;
            /** @description The granted name of the permission that decided. */
            permission?: string | null;
            /** @description Why, as a stable code; `beyond_caller` where the caller is not allowed it themselves. */
            reason_code: string;
        };
        /** @description The answers, in order. */
        PreviewAnswers: {
            evaluations: components["schemas"]["PreviewAnswer"][];
        };
        /** @description Who is previewed: one of these. */
        Previewed: {
            user: components["schemas"]["PreviewedUser"];
        } | {
            group: components["schemas"]["PreviewedGroup"];
        } | {
            team: string;
        } | {
            role: string;
        } | {
            draft: components["schemas"]["RoleEntry"];
        };
        PreviewedGroup: {
            /** @description Its name. */
            name: string;
            /** @description The provider whose group it is. */
            provider: string;
        };
        PreviewedUser: {
            /** @description Their id. */
            id: string;
            /**
             * @description `user`, `service`, …
             * @default user
             */
            type?: string;
        };
        PreviewQuestion: {
            /** @description What is to be done. */
            action?: components["schemas"]["Action"] | null;
            /**
             * @description Whatever else conditions may ask of.
             * @default null
             */
            context?: {
                [key: string]: unknown;
            } | null;
            /**
             * @description What it is to be done to, as far as it is known.
             * @default null
             */
            resource?: {
                [key: string]: unknown;
            } | null;
        };
        /** @description Questions, and about whom they are. */
        PreviewQuestions: {
            /** @description What is to be done. */
            action?: components["schemas"]["Action"] | null;
            /** @description Who is previewed. */
            as: components["schemas"]["Previewed"];
            /**
             * @description Whatever else conditions may ask of.
             * @default null
             */
            context?: {
                [key: string]: unknown;
            } | null;
            /** @description The questions; members that one lacks are those beside. Without any, what stands beside is the one question. */
            evaluations?: components["schemas"]["PreviewQuestion"][];
            /**
             * @description What it is to be done to, as far as it is known.
             * @default null
             */
            resource?: {
                [key: string]: unknown;
            } | null;
        };
        /**
         * @example {
         *       "code": "invalid_document",
         *       "errors": [
         *         {
         *           "message": "`!` stands in no name",
         *           "pointer": "/permissions/0/name"
         *         }
         *       ],
         *       "request_id": "8f14e45fceea167a5a36dedd4bea2543",
         *       "status": 422,
         *       "title": "The document does not hold what it should",
         *       "type": "about:blank"
         *     }
         */
        Problem: {
            code: unknown;
            detail?: string;
            errors?: components["schemas"]["DocumentError"][];
            request_id: string;
            status: number;
            title: string;
            /** @constant */
            type: "about:blank";
        };
        /** @description One provider, a table `[[provider]]`. Which keys there are besides `name` and `type` depends on the type. */
        ProviderEntry: {
            /**
             * @description The algorithms that its keys may have. Default: every one that is supported. For `openid`.
             * @default []
             */
            algorithms?: components["schemas"]["Algorithm"][];
            /**
             * @description Accepts `http` for a provider that is not on this machine. Whoever can change what travels between can
             *     then forge its identities, and whoever can listen sees what is sent to it.
             * @default false
             */
            allow_insecure_http?: boolean;
            /**
             * @description A token must be for at least one of these. For `openid`; for `introspection` where answers have an `aud`.
             * @default []
             */
            audiences?: string[];
            /** @description The token that Casemate shows to the endpoint, in place of `client_id` and `client_secret`. For `introspection`. */
            bearer_token?: components["schemas"]["SecretReference"] | null;
            /** @description Which claims become what. For `openid`, `introspection` and `github`. */
            claims?: components["schemas"]["ClaimsConfig"] | null;
            /**
             * @description The name that Casemate has at the provider. For `introspection`, with `client_secret`; for `openid` and `github`,
             *     where it lets people sign in with a browser.
             */
            client_id?: string | null;
            /** @description The password to `client_id`. For `introspection`, `openid` and `github`. */
            client_secret?: components["schemas"]["SecretReference"] | null;
            /** @description The kind of whoever's answer does not say: `user`, or a word of your own. For `hook`. */
            default_type?: string | null;
            /**
             * @description The address that is asked about a credential. For `introspection` (RFC 7662) and `hook`; for `github` that of a GitHub
             *     Enterprise Server, where it is not `https://github.com`.
             */
            endpoint?: string | null;
            /**
             * @description The issuer, to the letter as its tokens and its discovery document say it. For `openid`; for `introspection` the
             *     `iss` that an answer must have, if any.
             */
            issuer?: string | null;
            /** @description Where its keys are, for an issuer without a discovery document. For `openid`. */
            jwks_uri?: string | null;
            /** @description The LDAP directory that its users and groups are pulled from, where they are. */
            ldap?: components["schemas"]["LdapConfig"] | null;
            /**
             * Format: uint32
             * @description How far its clock may be off, in seconds, at most 600. Default: 60. For `openid` and `introspection`.
             */
            leeway_seconds?: number | null;
            /** @description Groups that its users are in by what their claims say; at most 100 rules. */
            mapping?: components["schemas"]["MappingConfig"][];
            /**
             * Format: uint32
             * @description How long an answer is good, in seconds, at most an hour, and never longer than the token. Default: 60 for
             *     `introspection`, 0 for `hook`.
             */
            max_cache_seconds?: number | null;
            /**
             * Format: uint32
             * @description How many requests a second the endpoint gets at most, 1 to 10,000. Default: 100. For `introspection` and `hook`.
             */
            max_requests_per_second?: number | null;
            /**
             * Format: uint32
             * @description How long keys are used after they were last fetched, in seconds, when the issuer is down; at most a
             *     week. Default: a day. For `openid`.
             */
            max_stale_seconds?: number | null;
            /** @description The name under which its identities are known: letters, digits, `-`, `_`, `.`. */
            name: string;
            /** @description Which product the provider is, whose habits then need not be written down. For `openid`. */
            preset?: components["schemas"]["Preset"] | null;
            /**
             * @description The schemes of `Authorization` headers that the hook takes, in lower case. Default: `["bearer"]`. For `hook`.
             * @default []
             */
            schemes?: string[];
            /** @description How its users and groups are provisioned, where they are. */
            scim?: components["schemas"]["ScimConfig"] | null;
            /** @description How people sign in with a browser, where there is a `client_id`. For `openid` and `github`. */
            sign_in?: components["schemas"]["SignInConfig"] | null;
            /** @description What requests to the endpoint are signed with, at least 32 bytes. For `hook`. */
            signing_secret?: components["schemas"]["SecretReference"] | null;
            /**
             * Format: uint32
             * @description How long the endpoint may take, in milliseconds, at most 10,000. Default: 3,000. For `introspection` and `hook`.
             */
            timeout_milliseconds?: number | null;
            /**
             * @description Only bearer tokens that begin so are asked about. Default: every one that nobody else takes. For `introspection` and
             *     `hook`.
             */
            token_prefix?: string | null;
            /** @description Which `typ` its access tokens have. For `openid`. */
            token_type?: components["schemas"]["TokenType"] | null;
            /** @description How its credentials are verified. */
            type?: components["schemas"]["ProviderType"];
        };
        /** @description How the credentials of a provider are verified. */
        ProviderType: "openid" | "introspection" | "hook" | "github";
        /** @description A question: who, what, and on what. */
        Question: {
            /** @description What is to be done: `name` and `properties`. */
            action: components["schemas"]["Action"];
            /**
             * @description Whatever else conditions may ask of.
             * @default null
             */
            context?: {
                [key: string]: unknown;
            } | null;
            /**
             * @description What it is to be done to: `type`, `id` and `properties`, each as far as it is known.
             * @default null
             */
            resource?: {
                [key: string]: unknown;
            } | null;
            /** @description Who is to act: `type` and `id`, or a `token` of theirs, and, as far as the application may assert them, `properties`. */
            subject: components["schemas"]["QuestionSubject"];
        };
        /** @description Whom a question is about: `type` and `id`, or whoever a token is of. */
        QuestionSubject: {
            /**
             * @description Their id; `anonymous` has none.
             * @default null
             */
            id?: string | null;
            /**
             * @description Whatever else is known of them.
             * @default {}
             */
            properties?: {
                [key: string]: unknown;
            };
            /**
             * @description A bearer token that they presented, judged as if they had sent it here; beside it stand neither `type` nor `id`.
             * @default null
             */
            token?: string | null;
            /**
             * @description `user`, `service`, …
             * @default null
             */
            type?: string | null;
        };
        Readiness: {
            /** @description Whether the audit log is signed; absent where another process signs it. */
            audit_log?: components["schemas"]["ReadinessAuditLog"] | null;
            /** @description How far the sinks of the audit log are, as this process knows it: one that is behind makes no server unready. */
            audit_sinks: components["schemas"]["ReadinessAuditSink"][];
            database: components["schemas"]["ReadinessDatabase"];
            /**
             * @description Whether something that makes no server unready is not as it should be, and somebody has to look: the audit log is not signed.
             * @default false
             */
            degraded?: boolean;
            /** @description How far detections are; absent where another process looks at the log. None of it makes a server unready. */
            detections?: components["schemas"]["ReadinessDetections"] | null;
            /** @description What jobs hold at the moment, whichever process runs them. */
            leases: components["schemas"]["ReadinessLease"][];
            policy: components["schemas"]["ReadinessPolicy"];
            providers: components["schemas"]["ReadinessProvider"][];
            ready: boolean;
            /** @description Events that this server recorded and that are not in the log yet; absent where they are recorded in the log itself. */
            record?: components["schemas"]["ReadinessRecord"] | null;
            store: boolean;
            /** @description The certificate that is served; absent without TLS. */
            tls?: components["schemas"]["ReadinessCertificate"] | null;
        };
        ReadinessAuditLog: {
            /** @description Whether all of it was signed lately. Otherwise the server's own log says why not: it may not go on where it was signed last. */
            signed: boolean;
            /**
             * Format: double
             * @description How long ago all of it was.
             */
            unsigned_seconds: number;
        };
        ReadinessAuditSink: {
            /**
             * Format: uint64
             * @description How many events are on record that it was not sent.
             */
            behind_events: number;
            /**
             * Format: double
             * @description How long the first of them waits.
             */
            behind_seconds: number;
            /** @description Why the last one did; shown to whoever may see names. */
            error?: string | null;
            /**
             * Format: uint64
             * @description How many attempts in a row came to nothing.
             */
            failures: number;
            /** @description `syslog`, `webhook`, `file` or `nats`. */
            kind: string;
            /** @description Shown to whoever may see it. */
            name?: string | null;
            /** @description Whether somebody paused it. */
            paused: boolean;
        };
        ReadinessCertificate: {
            /** @description When it ends. */
            ends_at: string;
            /** @description Whether what is served is what stands in its files; otherwise the log says why not. */
            follows_its_files: boolean;
        };
        ReadinessDatabase: {
            /**
             * Format: int64
             * @description How many changes are not in force here yet.
             */
            lag?: number | null;
            /**
             * Format: int64
             * @description The last change of any process; absent where the database cannot be read.
             */
            last_revision?: number | null;
        };
        ReadinessDetections: {
            /**
             * Format: uint64
             * @description How many events are on record that no rule looked at.
             */
            behind_events: number;
            /** @description Why the last one did; shown to whoever may see names. */
            error?: string | null;
            /**
             * Format: uint64
             * @description How many attempts in a row came to nothing.
             */
            failures: number;
            /**
             * Format: uint64
             * @description How many events this process passed over since they could not be read: an alert tells of them.
             */
            lost_events: number;
        };
        ReadinessLease: {
            name: string;
            until: string;
        };
        ReadinessPolicy: {
            /**
             * Format: uint
             * @description Over zero, the edit was not taken: the policy before it still decides.
             */
            mistakes_in_last_edit: number;
            /**
             * Format: int64
             * @description What decides here.
             */
            revision: number;
        };
        ReadinessProvider: {
            /** Format: uint */
            keys: number;
            /** @description Shown to whoever may see it. */
            name?: string | null;
            reachable: boolean;
        };
        ReadinessRecord: {
            /**
             * Format: uint64
             * @description How many bytes they take.
             */
            behind_bytes: number;
            /**
             * Format: uint64
             * @description How many events.
             */
            behind_events: number;
            /** @description Whether the last attempt to append decisions succeeded, and none hangs; while it did not, decisions are refused. */
            can_append: boolean;
            /**
             * Format: uint64
             * @description How often a segment was given up since it could not be written or flushed, since the start.
             */
            failed_segments: number;
            /**
             * Format: uint64
             * @description How often recording waited since that was as much as may be, since the start.
             */
            held_up: number;
            /** @description Whether the last attempt to bring them into the log succeeded; while it did not, the server's own log says why. */
            reaches_database: boolean;
        };
        /** @description How much was recorded. */
        RecordedEvents: {
            /**
             * Format: uint
             * @description The number of events.
             */
            recorded: number;
        };
        /**
         * @description How something ended.
         * @enum {string}
         */
        RecordedOutcome: "success" | "denied" | "failure";
        /** @description What something was done to. */
        RecordedResource: {
            /** @description Its id. */
            id: string;
            /** @description Its kind, in the application's words. */
            type: string;
        };
        /** @description Who did it: one of `token`, `identity`, `anonymous`, or `type` with `id`. */
        RecordedSubject: {
            /**
             * @description `true` for whoever presented nothing.
             * @default null
             */
            anonymous?: boolean | null;
            /**
             * @description Their id, as the application knows them.
             * @default null
             */
            id?: string | null;
            /**
             * @description The opaque id of a user, a service account or an API key.
             * @default null
             */
            identity?: string | null;
            /**
             * @description A bearer token that they presented, judged as if they had sent it here. It is neither kept nor told again.
             * @default null
             */
            token?: string | null;
            /**
             * @description `user`, `service`, …: in the application's own words, for whom nobody else vouches.
             * @default null
             */
            type?: string | null;
        };
        /** @description What was done once. */
        RecordItem: {
            /**
             * @description What the application calls it: a name in a namespace of its own, such as `notes.note.publish`; or
             *     `casemate.authorization.suspend`, where it goes on without asking what anybody may, for a `reason`.
             */
            action: string;
            /**
             * Format: date-time
             * @description When it was done, at most seven days ago; now, where nothing is said.
             * @default null
             */
            at?: string | null;
            /**
             * @description What else is to be known of it, without secrets: at most 8192 bytes of JSON, which fit the schema of the action's event type where
             *     there is one.
             * @default null
             */
            details?: {
                [key: string]: unknown;
            } | null;
            /** @description How it ended. */
            outcome: components["schemas"]["RecordedOutcome"];
            /**
             * @description Why it was denied or failed, as a stable code; or the reason that they gave.
             * @default null
             */
            reason?: string | null;
            /**
             * @description The application's own request; this one, where nothing is said.
             * @default null
             */
            request_id?: string | null;
            /** @description What it was done to. */
            resource?: components["schemas"]["RecordedResource"] | null;
            /**
             * @description Who did it; whoever records it, where nothing is said.
             * @default null
             */
            subject?: components["schemas"]["RecordedSubject"] | null;
        };
        /** @description What was done. */
        RecordRequest: {
            /** @description The events; all of them are recorded, or none. */
            items: components["schemas"]["RecordItem"][];
        };
        /** @description What one holds, or that it is what the caller has already, or why it cannot be told. */
        ResolvedItem: components["schemas"]["TaggedPermissions"] | {
            /** @description The digest of what they hold. */
            etag: string;
            /** @description `true`. */
            not_modified: boolean;
            /**
             * Format: date-time
             * @description When that ends by itself.
             */
            valid_until?: string | null;
        } | {
            problem: components["schemas"]["ItemProblem"];
        };
        /** @description What they hold, in the order of the request. */
        ResolvedPermissions: {
            items: components["schemas"]["ResolvedItem"][];
            /**
             * Format: int64
             * @description The revision at which all of it is so.
             */
            revision: number;
        };
        /** @description Whose permissions are wanted: one of `token`, `identity`, `anonymous`. */
        ResolveItem: {
            /**
             * @description `true` for whoever presents nothing.
             * @default null
             */
            anonymous?: boolean | null;
            /**
             * @description The opaque id of a user, a service account or an API key.
             * @default null
             */
            identity?: string | null;
            /**
             * @description The `etag` of what the caller has already.
             * @default null
             */
            if_none_match?: string | null;
            /**
             * @description A bearer token that somebody presented, judged as if they had sent it here. It is neither logged nor told again.
             * @default null
             */
            token?: string | null;
        };
        /** @description Whose permissions are wanted. */
        ResolveRequest: {
            /** @description Whose; each answered by itself, in order. */
            items: components["schemas"]["ResolveItem"][];
        };
        /** @description Resources that are registered, or become this. */
        ResourceBatch: {
            /** @description They: all of them, or none. */
            items: components["schemas"]["NewResource"][];
        };
        /** @description What becomes of a resource. */
        ResourceChange: {
            /** @description All of its attributes. */
            attributes: components["schemas"]["Attributes"];
        };
        /** @description An order of resources. */
        ResourceOrder: "id" | "-id";
        /** @description What becomes of some attributes of a resource. */
        ResourcePatch: {
            /** @description The attributes that change; one that is null is no longer there (RFC 7396, not within values). */
            attributes: components["schemas"]["Attributes"];
        };
        /** @description Which resources are searched for. */
        ResourceSearch: {
            /**
             * @description The `next` of the page before.
             * @default null
             */
            after?: string | null;
            /**
             * @description Only those of this application.
             * @default null
             */
            application?: string | null;
            /**
             * @description Only those with this id.
             * @default null
             */
            id?: string | null;
            /**
             * Format: uint32
             * @description The most entries of the page; 100 where nothing is said.
             * @default null
             */
            limit?: number | null;
            /**
             * @description A text that stands in the id, in whatever case.
             * @default null
             */
            search?: string | null;
            /** @description In which order. */
            sort?: components["schemas"]["ResourceOrder"];
            /**
             * @description Only those of this type.
             * @default null
             */
            type?: string | null;
        };
        /** @description How something is set back. */
        RestoreRequest: {
            /**
             * @description Says what would be changed, and changes nothing.
             * @default false
             */
            dry_run?: boolean;
            /**
             * @description Why, for the audit event.
             * @default null
             */
            reason?: string | null;
            /** @description Whether it becomes what it was after that version, or before it. */
            to?: components["schemas"]["VersionSide"];
        };
        /** @description A revision to go back to. */
        RevertRequest: {
            /**
             * @description Says what would be changed, and changes nothing.
             * @default false
             */
            dry_run?: boolean;
            /**
             * Format: int64
             * @description The `revision` that the dry run answered which is to be carried out. Where configuration, or users and groups that may go
             *     back too, were changed since, nothing is done.
             * @default null
             */
            if_revision?: number | null;
            /**
             * @description Whether users and groups become what they were too, as far as they were changed by hand since. Where nothing is said, they
             *     do if the caller may change all of them and all can be set back; where they cannot, `left` says why.
             * @default null
             */
            people?: boolean | null;
            /**
             * @description Why, for the audit event.
             * @default null
             */
            reason?: string | null;
            /**
             * Format: int64
             * @description The revision whose configuration is to be in force again.
             */
            revision: number;
        };
        /** @description An order by revision. */
        RevisionOrder: "-revision" | "revision";
        /**
         * @description A role: a named list of permissions. One of the tenant `default` may be assigned in every tenant that has none of that
         *     name itself.
         */
        RoleEntry: {
            /** @description For people; nothing depends on it. */
            description?: string | null;
            /**
             * @description The roles, by name, whose permissions it grants and denies as well: those of its own tenant, or of `default`. At
             *     most 64, in at most 16 levels, and never in a circle.
             */
            extends?: string[];
            /** @description What assignments call it. */
            name: string;
            /** @description What it grants and denies. */
            permissions: components["schemas"]["PermissionObject"][];
            /** @description For people; nothing depends on it. */
            title?: string | null;
        };
        /** @description A mistake in a role. */
        RoleMistake: {
            /**
             * Format: uint
             * @description Of a text, the character at which it is wrong, counted from 0, where it is wrong at one.
             */
            character?: number | null;
            /** @description What to do about it. */
            help?: string | null;
            /** @description What is wrong there. */
            message: string;
            /** @description Where, as a JSON pointer into the role; empty for the whole of it. */
            pointer: string;
        };
        RoleOf: {
            /** @description The role. */
            role: components["schemas"]["RoleEntry"];
            /** @description The tenant that the role belongs to. */
            tenant: string;
        };
        /** @description A role that is theirs. */
        RoleTrial: {
            /** @description The tenant that defines it. */
            of_tenant: string;
            /** @description Its name. */
            role: string;
            /** @description By what they come to it: the role that extends it, the team that it is of, and their group. */
            via?: string | null;
        };
        /** @description What validating a role found. */
        RoleValidation: {
            /** @description What is wrong with it: at most 100 mistakes. */
            errors: components["schemas"]["RoleMistake"][];
            /** @description Whether it would be written. */
            valid: boolean;
        };
        /** @description A key that is to take the place of another. */
        RotationRequest: {
            /**
             * Format: uint32
             * @description For how long the old key goes on beside the new one, in seconds; at most thirty days.
             * @default 0
             */
            overlap_seconds?: number;
        };
        /** @description What a rule says of them. */
        RuleTrial: {
            /** @description Its groups. */
            groups: string[];
            /** @description `in`, `not_in`, `claim_missing`, or `failed`: whose rule fails may do nothing. */
            outcome: string;
            /** @description What is missing or wrong. */
            problem?: string | null;
            /** @description The rule's condition. */
            when: string;
        };
        /** @description A search that is kept. */
        SavedAuditSearch: {
            /**
             * Format: date-time
             * @description When it was made.
             */
            created_at: string;
            /** @description Its opaque id. */
            id: string;
            /** @description What it is called. */
            name: string;
            /** @description Whether it is the caller's own. */
            own: boolean;
            /**
             * Format: int64
             * @description The revision that changed it last.
             */
            revision: number;
            /** @description What is searched for: a body for `/api/v1/audit-events/search`. */
            search: components["schemas"]["EventSearch"];
            /** @description Whether all who see audit events in the tenant see it. */
            shared: boolean;
            /**
             * Format: date-time
             * @description When it was changed last.
             */
            updated_at: string;
        };
        /** @description The schema of an application. */
        SchemaOfApplication: {
            /** @description The application's id. */
            application: string;
            /** @description The tables of its schema as JSON. */
            schema: {
                [key: string]: unknown;
            };
        };
        /** @description An application's schema. */
        SchemaRequest: {
            /**
             * @description Takes a schema by which stored permissions no longer fit.
             * @default false
             */
            force?: boolean;
            /** @description The schema. */
            schema: components["schemas"]["SchemaText"];
        };
        /** @description A permission schema: the text of its TOML file, or the same tables as a JSON object. */
        SchemaText: string | Record<string, never>;
        /** @description A provider that provisions its users and groups by SCIM, a table `scim`. */
        ScimConfig: {
            /** @description The name of the service account by whose API keys the provider's users and groups are provisioned. */
            account: string;
            /** @description What of a user the provider's tokens call them. */
            subject?: components["schemas"]["ScimSubject"];
            /**
             * @description The tenant of the service account, and the home of whom it provisions: names of accounts are unique in their tenant alone.
             * @default default
             */
            tenant?: string;
        };
        /** @description What of a provisioned user the provider's tokens call them. */
        ScimSubject: "external_id" | "user_name" | "id";
        /** @description What is kept. */
        SearchDocument: {
            /** @description What it is called: unique among one's own in the tenant. */
            name: string;
            /** @description What is searched for, without `after` and `limit`. */
            search: components["schemas"]["EventSearch"];
            /**
             * @description Whether all who see audit events in the tenant see it; this needs the permission `casemate.audit-search.share`.
             * @default false
             */
            shared?: boolean;
        };
        /** @description What is searched for. */
        SearchRequest: {
            /**
             * @description The `next` of the page before.
             * @default null
             */
            after?: string | null;
            /**
             * @description Values that the document has, by path, such as `role` or `to.id`; `origin` and `name` are the entry's own.
             * @default {}
             */
            filters?: {
                [key: string]: string;
            };
            /**
             * Format: uint32
             * @description The most entries of the page; 100 where nothing is said.
             * @default null
             */
            limit?: number | null;
            /**
             * @description A text that stands in the name or the title, in whatever case.
             * @default null
             */
            search?: string | null;
            /** @description In which order; what is equal stands in the order of ids. */
            sort?: components["schemas"]["Order"];
        };
        /** @description A second factor. Its key is never shown. */
        SecondFactor: {
            /**
             * Format: date-time
             * @description When it was added.
             */
            created_at: string;
            /** @description Its id. */
            id: string;
            /** @description `totp`, the codes of an authenticator app, or `passkey`. */
            kind: string;
            /** @description What its owner calls it. */
            name: string;
            /**
             * Format: date-time
             * @description When it was used last.
             */
            used_at?: string | null;
        };
        /** @description Second factors, the oldest first. Nobody has more than twenty. */
        SecondFactors: {
            /** @description They. */
            items: components["schemas"]["SecondFactor"][];
            /**
             * Format: int64
             * @description How many recovery codes were not used.
             */
            recovery_codes: number;
        };
        /** @description Where a secret is found: `{ env = "NAME" }`, `{ file = "PATH" }` or `{ sealed = true }`. */
        SecretReference: {
            /** @description The name of an environment variable. */
            env?: string | null;
            /** @description The path of a file. */
            file?: string | null;
            /** @description `true`: the secret is kept sealed by Casemate. */
            sealed?: boolean | null;
        };
        /** @description A program's account, which owns API keys. */
        ServiceAccountEntry: {
            /** @description Whether its keys are refused. */
            disabled?: boolean;
            /** @description Its name. */
            name: string;
            /** @description For people; nothing depends on it. */
            title?: string | null;
        };
        /** @description Which sessions are searched for. */
        SessionSearch: {
            /**
             * @description The `next` of the page before.
             * @default null
             */
            after?: string | null;
            /**
             * Format: uint32
             * @description The most entries of the page; 100 where nothing is said.
             * @default null
             */
            limit?: number | null;
            /**
             * @description Only those that this provider vouches for.
             * @default null
             */
            provider?: string | null;
            /**
             * @description A text that stands in the id of who signed in, their address, or their `User-Agent`, in whatever case.
             * @default null
             */
            search?: string | null;
            /** @description In which order. */
            sort?: components["schemas"]["AgeOrder"];
            /**
             * @description Only those of whom the provider calls this.
             * @default null
             */
            subject?: string | null;
            /**
             * @description Only those who came by this provider, where that is another one.
             * @default null
             */
            via?: string | null;
        };
        /** @description Whose sessions are to end. */
        SessionsEnd: {
            /**
             * @description Whether the session that this request is sent with lasts, and what was made with it.
             * @default false
             */
            but_current?: boolean;
            /** @description The provider that vouches for them. */
            provider: string;
            /** @description What it calls them. */
            subject: string;
            /**
             * @description Only in this tenant; in each where the provider calls somebody so, where none is said. One's own end in one's own.
             * @default null
             */
            tenant?: string | null;
        };
        /** @description What ended. */
        SessionsEnded: {
            /**
             * Format: uint64
             * @description Sessions of browsers that would have lasted.
             */
            sessions: number;
            /**
             * Format: uint64
             * @description Temporary credentials that would have.
             */
            temporary_credentials: number;
        };
        /** @description A session of a browser. */
        SessionView: {
            /** @description When they proved who they are. */
            authenticated_at: string;
            /** @description The client's address at the sign-in. */
            client?: string | null;
            /** @description When they signed in. */
            created_at: string;
            /** @description Whether it is the one that this request was sent with. */
            current: boolean;
            /** @description When it ends at the latest. */
            ends_at: string;
            /** @description Its name, which is no credential. */
            id: string;
            /** @description The provider by which the directory knows who signed in. */
            provider: string;
            /** @description Who signed in. */
            subject: string;
            /** @description When it was used last, to about a minute. */
            used_at: string;
            /** @description The client's `User-Agent` at the sign-in. */
            user_agent?: string | null;
            /** @description The provider by which they came, where that is another one. */
            via?: string | null;
        };
        /** @description A setting of the installation. */
        SettingEntry: {
            /** @description Which setting. */
            name: string & ("api_key.max_lifetime_days" | "decision.log.days" | "decision.log.mebibytes" | "decision.log.sample" | "decision.recorded" | "log.levels" | "temporary_credential.max_lifetime_minutes");
            /** @description Its value, of the type that the setting has. */
            value: unknown;
        };
        /** @description As `ProviderEntry`, with `{"sealed": true}` in the place of each secret: secrets are written and never read. */
        ShownProvider: {
            name: string;
        };
        /** @description How people sign in with a browser, the table `[provider.sign_in]`. Nothing in it is needed. */
        SignInConfig: {
            /** @description How Casemate shows who it is at the token endpoint. Default: `client_secret_basic` with a `client_secret`, and `none` without. */
            authentication?: components["schemas"]["ClientAuthentication"] | null;
            /**
             * @description The domains of e-mail addresses whose owners sign in here, such as `acme.example`. It only leads people to this
             *     provider, and says nothing about who they are.
             * @default []
             */
            domains?: string[];
            /**
             * @description Whether people may link signing in here with other sign-ins of theirs: whoever does is the same user by either. Both
             *     providers have to say so; accounts of Casemate's own need not. It trusts this provider with who those users are. Default: no.
             * @default false
             */
            link?: boolean;
            /**
             * @description Claims that must have exactly these values, such as `hd = "acme.example"` at Google, where anybody has an account.
             * @default {}
             */
            require?: {
                [key: string]: string;
            };
            /**
             * @description What is asked for. Default: `openid`, `profile`, `email`, and what the preset adds.
             * @default []
             */
            scopes?: string[];
            /**
             * @description What the sign-in page calls the provider. Default: its name.
             * @default null
             */
            title?: string | null;
            /**
             * @description Whether the user info endpoint is asked for what the ID token does not say. Default: where there is one and the preset
             *     does not say that this is of no use.
             * @default null
             */
            user_info?: boolean | null;
        };
        /**
         * @description A source of permissions outside the directory: a claim of verified tokens that holds permission objects, an endpoint of
         *     another system, or a file on the server. Or an endpoint of an application that says what its resources are.
         */
        SourceEntry: {
            /** @description The name patterns that it may hand out; what lies above makes the request fail. None for `resources`. */
            ceiling?: string[];
            /** @description The claim, whose value is a list of permissions. */
            claim?: string;
            /** @description The name of a file in the server's folder for such files (`sources.folder`), ending in `.toml` or `.json`. */
            file?: string;
            /** @description The endpoint that is asked what somebody holds, or what resources are. */
            http?: components["schemas"]["HttpSourceEntry"];
            /** @description Its name. */
            name: string;
            /** @description The provider whose tokens are read, or of whose people the endpoint or the file tells; none for `resources`. */
            provider?: string;
            /**
             * @description The resources of which the endpoint tells, in the place of permissions: `provider`, `types`, `tenants`, `ceiling` and `reads` are left
             *     out then.
             */
            resources?: components["schemas"]["SourceResourcesEntry"];
            /** @description The tenants in which an endpoint or a file says what they hold; all where none is named. */
            tenants?: string[];
            /** @description For people; nothing depends on it. */
            title?: string | null;
            /**
             * @description Of which types those are of whom an endpoint or a file tells, such as `user`; of whichever where none is named. Service accounts,
             *     API keys and anonymous are never among them.
             */
            types?: string[];
        } & (unknown | unknown | unknown | unknown);
        /** @description Resources of which an endpoint of their application tells, where they are not registered. */
        SourceResourcesEntry: {
            /** @description The id of the application. */
            application: string;
            /** @description Their types. */
            types: string[];
        };
        /** @description Whether something that is assigned counts. */
        State: "in_force" | "not_yet" | "over";
        /** @description What is said of an alert whose state is changed. */
        StateNote: {
            /**
             * @description For people, at most 4,096 bytes.
             * @default
             */
            note?: string;
        };
        /** @description Something administered, with its document. */
        StoredAlertReceiverEntry: {
            /**
             * Format: date-time
             * @description When it was made.
             */
            created_at: string;
            /** @description Its document. Where a secret is kept stands `{"sealed": true}`. */
            document: components["schemas"]["AlertReceiverEntry"];
            /** @description Who made it what it is, where it is an assignment and that is known: recorded by Casemate, never sent. */
            granted?: components["schemas"]["Granted"] | null;
            /** @description Its opaque id, by which paths name it. */
            id: string;
            /** @description What other documents and files call it; unique among its kind in its tenant. */
            name: string;
            /**
             * @description Who manages it: empty for whoever may change it here; else the source of code that it was applied from, or
             *     `built-in`.
             */
            origin: string;
            /**
             * Format: int64
             * @description The revision that changed it last: what stands in its `ETag`.
             */
            revision: number;
            /** @description The tenant that it belongs to; empty for what belongs to the whole installation. */
            tenant: string;
            /**
             * Format: date-time
             * @description When it was changed last.
             */
            updated_at: string;
        };
        /** @description Something administered, with its document. */
        StoredApplicationDocument: {
            /**
             * Format: date-time
             * @description When it was made.
             */
            created_at: string;
            /** @description Its document. Where a secret is kept stands `{"sealed": true}`. */
            document: components["schemas"]["ApplicationDocument"];
            /** @description Who made it what it is, where it is an assignment and that is known: recorded by Casemate, never sent. */
            granted?: components["schemas"]["Granted"] | null;
            /** @description Its opaque id, by which paths name it. */
            id: string;
            /** @description What other documents and files call it; unique among its kind in its tenant. */
            name: string;
            /**
             * @description Who manages it: empty for whoever may change it here; else the source of code that it was applied from, or
             *     `built-in`.
             */
            origin: string;
            /**
             * Format: int64
             * @description The revision that changed it last: what stands in its `ETag`.
             */
            revision: number;
            /** @description The tenant that it belongs to; empty for what belongs to the whole installation. */
            tenant: string;
            /**
             * Format: date-time
             * @description When it was changed last.
             */
            updated_at: string;
        };
        /** @description Something administered, with its document. */
        StoredAssignmentEntry: {
            /**
             * Format: date-time
             * @description When it was made.
             */
            created_at: string;
            /** @description Its document. Where a secret is kept stands `{"sealed": true}`. */
            document: components["schemas"]["AssignmentEntry"];
            /** @description Who made it what it is, where it is an assignment and that is known: recorded by Casemate, never sent. */
            granted?: components["schemas"]["Granted"] | null;
            /** @description Its opaque id, by which paths name it. */
            id: string;
            /** @description What other documents and files call it; unique among its kind in its tenant. */
            name: string;
            /**
             * @description Who manages it: empty for whoever may change it here; else the source of code that it was applied from, or
             *     `built-in`.
             */
            origin: string;
            /**
             * Format: int64
             * @description The revision that changed it last: what stands in its `ETag`.
             */
            revision: number;
            /** @description The tenant that it belongs to; empty for what belongs to the whole installation. */
            tenant: string;
            /**
             * Format: date-time
             * @description When it was changed last.
             */
            updated_at: string;
        };
        /** @description Something administered, with its document. */
        StoredAuditSinkEntry: {
            /**
             * Format: date-time
             * @description When it was made.
             */
            created_at: string;
            /** @description Its document. Where a secret is kept stands `{"sealed": true}`. */
            document: components["schemas"]["AuditSinkEntry"];
            /** @description Who made it what it is, where it is an assignment and that is known: recorded by Casemate, never sent. */
            granted?: components["schemas"]["Granted"] | null;
            /** @description Its opaque id, by which paths name it. */
            id: string;
            /** @description What other documents and files call it; unique among its kind in its tenant. */
            name: string;
            /**
             * @description Who manages it: empty for whoever may change it here; else the source of code that it was applied from, or
             *     `built-in`.
             */
            origin: string;
            /**
             * Format: int64
             * @description The revision that changed it last: what stands in its `ETag`.
             */
            revision: number;
            /** @description The tenant that it belongs to; empty for what belongs to the whole installation. */
            tenant: string;
            /**
             * Format: date-time
             * @description When it was changed last.
             */
            updated_at: string;
        };
        /** @description Something administered, with its document. */
        StoredDetectionEntry: {
            /**
             * Format: date-time
             * @description When it was made.
             */
            created_at: string;
            /** @description Its document. Where a secret is kept stands `{"sealed": true}`. */
            document: components["schemas"]["DetectionEntry"];
            /** @description Who made it what it is, where it is an assignment and that is known: recorded by Casemate, never sent. */
            granted?: components["schemas"]["Granted"] | null;
            /** @description Its opaque id, by which paths name it. */
            id: string;
            /** @description What other documents and files call it; unique among its kind in its tenant. */
            name: string;
            /**
             * @description Who manages it: empty for whoever may change it here; else the source of code that it was applied from, or
             *     `built-in`.
             */
            origin: string;
            /**
             * Format: int64
             * @description The revision that changed it last: what stands in its `ETag`.
             */
            revision: number;
            /** @description The tenant that it belongs to; empty for what belongs to the whole installation. */
            tenant: string;
            /**
             * Format: date-time
             * @description When it was changed last.
             */
            updated_at: string;
        };
        /** @description Something administered, with its document. */
        StoredEventCeilingEntry: {
            /**
             * Format: date-time
             * @description When it was made.
             */
            created_at: string;
            /** @description Its document. Where a secret is kept stands `{"sealed": true}`. */
            document: components["schemas"]["EventCeilingEntry"];
            /** @description Who made it what it is, where it is an assignment and that is known: recorded by Casemate, never sent. */
            granted?: components["schemas"]["Granted"] | null;
            /** @description Its opaque id, by which paths name it. */
            id: string;
            /** @description What other documents and files call it; unique among its kind in its tenant. */
            name: string;
            /**
             * @description Who manages it: empty for whoever may change it here; else the source of code that it was applied from, or
             *     `built-in`.
             */
            origin: string;
            /**
             * Format: int64
             * @description The revision that changed it last: what stands in its `ETag`.
             */
            revision: number;
            /** @description The tenant that it belongs to; empty for what belongs to the whole installation. */
            tenant: string;
            /**
             * Format: date-time
             * @description When it was changed last.
             */
            updated_at: string;
        };
        /** @description Something administered, with its document. */
        StoredEventTypeEntry: {
            /**
             * Format: date-time
             * @description When it was made.
             */
            created_at: string;
            /** @description Its document. Where a secret is kept stands `{"sealed": true}`. */
            document: components["schemas"]["EventTypeEntry"];
            /** @description Who made it what it is, where it is an assignment and that is known: recorded by Casemate, never sent. */
            granted?: components["schemas"]["Granted"] | null;
            /** @description Its opaque id, by which paths name it. */
            id: string;
            /** @description What other documents and files call it; unique among its kind in its tenant. */
            name: string;
            /**
             * @description Who manages it: empty for whoever may change it here; else the source of code that it was applied from, or
             *     `built-in`.
             */
            origin: string;
            /**
             * Format: int64
             * @description The revision that changed it last: what stands in its `ETag`.
             */
            revision: number;
            /** @description The tenant that it belongs to; empty for what belongs to the whole installation. */
            tenant: string;
            /**
             * Format: date-time
             * @description When it was changed last.
             */
            updated_at: string;
        };
        /** @description A group. */
        StoredGroup: {
            /**
             * Format: date-time
             * @description When it was made.
             */
            created_at: string;
            /** @description What another system calls it. */
            external_id?: string | null;
            /** @description Its opaque id, by which paths name it. */
            id: string;
            /** @description What it is called. */
            name: string;
            /** @description The provider that it is of; `casemate` for a group of Casemate's own. */
            provider: string;
            /**
             * Format: int64
             * @description The revision that changed it, or its members, last: what stands in its `ETag`.
             */
            revision: number;
            /** @description Who manages it: empty for by hand, `scim`, `ldap`, `code:NAME` where it was applied from code under that name. */
            source: string;
            /** @description The tenant that it belongs to. */
            tenant: string;
            /**
             * Format: date-time
             * @description When it was changed last.
             */
            updated_at: string;
        };
        /** @description A resource that an application registered. */
        StoredResource: {
            /** @description The id of the application whose resource it is. */
            application: string;
            /** @description Its attributes, as the application's schema declares them. */
            attributes: {
                [key: string]: unknown;
            };
            /**
             * Format: date-time
             * @description When it was registered.
             */
            created_at: string;
            /** @description Its id. */
            id: string;
            /**
             * Format: int64
             * @description The revision that changed it last: what stands in its `ETag`.
             */
            revision: number;
            /** @description The tenant that it belongs to. */
            tenant: string;
            /** @description Its type, in the application's words. */
            type: string;
            /**
             * Format: date-time
             * @description When it was changed last.
             */
            updated_at: string;
        };
        /** @description Something administered, with its document. */
        StoredRoleEntry: {
            /**
             * Format: date-time
             * @description When it was made.
             */
            created_at: string;
            /** @description Its document. Where a secret is kept stands `{"sealed": true}`. */
            document: components["schemas"]["RoleEntry"];
            /** @description Who made it what it is, where it is an assignment and that is known: recorded by Casemate, never sent. */
            granted?: components["schemas"]["Granted"] | null;
            /** @description Its opaque id, by which paths name it. */
            id: string;
            /** @description What other documents and files call it; unique among its kind in its tenant. */
            name: string;
            /**
             * @description Who manages it: empty for whoever may change it here; else the source of code that it was applied from, or
             *     `built-in`.
             */
            origin: string;
            /**
             * Format: int64
             * @description The revision that changed it last: what stands in its `ETag`.
             */
            revision: number;
            /** @description The tenant that it belongs to; empty for what belongs to the whole installation. */
            tenant: string;
            /**
             * Format: date-time
             * @description When it was changed last.
             */
            updated_at: string;
        };
        /** @description Something administered, with its document. */
        StoredServiceAccountEntry: {
            /**
             * Format: date-time
             * @description When it was made.
             */
            created_at: string;
            /** @description Its document. Where a secret is kept stands `{"sealed": true}`. */
            document: components["schemas"]["ServiceAccountEntry"];
            /** @description Who made it what it is, where it is an assignment and that is known: recorded by Casemate, never sent. */
            granted?: components["schemas"]["Granted"] | null;
            /** @description Its opaque id, by which paths name it. */
            id: string;
            /** @description What other documents and files call it; unique among its kind in its tenant. */
            name: string;
            /**
             * @description Who manages it: empty for whoever may change it here; else the source of code that it was applied from, or
             *     `built-in`.
             */
            origin: string;
            /**
             * Format: int64
             * @description The revision that changed it last: what stands in its `ETag`.
             */
            revision: number;
            /** @description The tenant that it belongs to; empty for what belongs to the whole installation. */
            tenant: string;
            /**
             * Format: date-time
             * @description When it was changed last.
             */
            updated_at: string;
        };
        /** @description Something administered, with its document. */
        StoredSettingEntry: {
            /**
             * Format: date-time
             * @description When it was made.
             */
            created_at: string;
            /** @description Its document. Where a secret is kept stands `{"sealed": true}`. */
            document: components["schemas"]["SettingEntry"];
            /** @description Who made it what it is, where it is an assignment and that is known: recorded by Casemate, never sent. */
            granted?: components["schemas"]["Granted"] | null;
            /** @description Its opaque id, by which paths name it. */
            id: string;
            /** @description What other documents and files call it; unique among its kind in its tenant. */
            name: string;
            /**
             * @description Who manages it: empty for whoever may change it here; else the source of code that it was applied from, or
             *     `built-in`.
             */
            origin: string;
            /**
             * Format: int64
             * @description The revision that changed it last: what stands in its `ETag`.
             */
            revision: number;
            /** @description The tenant that it belongs to; empty for what belongs to the whole installation. */
            tenant: string;
            /**
             * Format: date-time
             * @description When it was changed last.
             */
            updated_at: string;
        };
        /** @description Something administered, with its document. */
        StoredShownProvider: {
            /**
             * Format: date-time
             * @description When it was made.
             */
            created_at: string;
            /** @description Its document. Where a secret is kept stands `{"sealed": true}`. */
            document: components["schemas"]["ShownProvider"];
            /** @description Who made it what it is, where it is an assignment and that is known: recorded by Casemate, never sent. */
            granted?: components["schemas"]["Granted"] | null;
            /** @description Its opaque id, by which paths name it. */
            id: string;
            /** @description What other documents and files call it; unique among its kind in its tenant. */
            name: string;
            /**
             * @description Who manages it: empty for whoever may change it here; else the source of code that it was applied from, or
             *     `built-in`.
             */
            origin: string;
            /**
             * Format: int64
             * @description The revision that changed it last: what stands in its `ETag`.
             */
            revision: number;
            /** @description The tenant that it belongs to; empty for what belongs to the whole installation. */
            tenant: string;
            /**
             * Format: date-time
             * @description When it was changed last.
             */
            updated_at: string;
        };
        /** @description Something administered, with its document. */
        StoredSourceEntry: {
            /**
             * Format: date-time
             * @description When it was made.
             */
            created_at: string;
            /** @description Its document. Where a secret is kept stands `{"sealed": true}`. */
            document: components["schemas"]["SourceEntry"];
            /** @description Who made it what it is, where it is an assignment and that is known: recorded by Casemate, never sent. */
            granted?: components["schemas"]["Granted"] | null;
            /** @description Its opaque id, by which paths name it. */
            id: string;
            /** @description What other documents and files call it; unique among its kind in its tenant. */
            name: string;
            /**
             * @description Who manages it: empty for whoever may change it here; else the source of code that it was applied from, or
             *     `built-in`.
             */
            origin: string;
            /**
             * Format: int64
             * @description The revision that changed it last: what stands in its `ETag`.
             */
            revision: number;
            /** @description The tenant that it belongs to; empty for what belongs to the whole installation. */
            tenant: string;
            /**
             * Format: date-time
             * @description When it was changed last.
             */
            updated_at: string;
        };
        /** @description Something administered, with its document. */
        StoredTeamEntry: {
            /**
             * Format: date-time
             * @description When it was made.
             */
            created_at: string;
            /** @description Its document. Where a secret is kept stands `{"sealed": true}`. */
            document: components["schemas"]["TeamEntry"];
            /** @description Who made it what it is, where it is an assignment and that is known: recorded by Casemate, never sent. */
            granted?: components["schemas"]["Granted"] | null;
            /** @description Its opaque id, by which paths name it. */
            id: string;
            /** @description What other documents and files call it; unique among its kind in its tenant. */
            name: string;
            /**
             * @description Who manages it: empty for whoever may change it here; else the source of code that it was applied from, or
             *     `built-in`.
             */
            origin: string;
            /**
             * Format: int64
             * @description The revision that changed it last: what stands in its `ETag`.
             */
            revision: number;
            /** @description The tenant that it belongs to; empty for what belongs to the whole installation. */
            tenant: string;
            /**
             * Format: date-time
             * @description When it was changed last.
             */
            updated_at: string;
        };
        /** @description Something administered, with its document. */
        StoredTenantEntry: {
            /**
             * Format: date-time
             * @description When it was made.
             */
            created_at: string;
            /** @description Its document. Where a secret is kept stands `{"sealed": true}`. */
            document: components["schemas"]["TenantEntry"];
            /** @description Who made it what it is, where it is an assignment and that is known: recorded by Casemate, never sent. */
            granted?: components["schemas"]["Granted"] | null;
            /** @description Its opaque id, by which paths name it. */
            id: string;
            /** @description What other documents and files call it; unique among its kind in its tenant. */
            name: string;
            /**
             * @description Who manages it: empty for whoever may change it here; else the source of code that it was applied from, or
             *     `built-in`.
             */
            origin: string;
            /**
             * Format: int64
             * @description The revision that changed it last: what stands in its `ETag`.
             */
            revision: number;
            /** @description The tenant that it belongs to; empty for what belongs to the whole installation. */
            tenant: string;
            /**
             * Format: date-time
             * @description When it was changed last.
             */
            updated_at: string;
        };
        /** @description A user. */
        StoredUser: {
            /** @description Whether they may do anything at all. */
            active: boolean;
            /** @description What expressions see as claims of theirs. */
            attributes: {
                [key: string]: unknown;
            };
            /**
             * Format: date-time
             * @description When they were made.
             */
            created_at: string;
            /** @description Their name. */
            display_name?: string | null;
            /** @description Their e-mail address. */
            email?: string | null;
            /** @description What another system calls them. */
            external_id?: string | null;
            /** @description Their opaque id, by which paths name them. */
            id: string;
            /** @description What people call them. */
            login: string;
            /** @description The provider that vouches for them. */
            provider: string;
            /**
             * Format: int64
             * @description The revision that changed them, or what they belong to, last: what stands in their `ETag`.
             */
            revision: number;
            /**
             * Format: date-time
             * @description When they signed in last, as far as that was noted.
             */
            signed_in_at?: string | null;
            /** @description Who manages them: empty for by hand, `scim`, `ldap`, `sign-in`. */
            source: string;
            /** @description What the provider calls them in its tokens. */
            subject?: string | null;
            /** @description The tenant where they are at home. */
            tenant: string;
            /**
             * Format: date-time
             * @description When they were changed last.
             */
            updated_at: string;
        };
        /** @description A syslog server. */
        SyslogSinkEntry: {
            /** @description The certificates that the server is shown, in PEM form, with the key in `client_key`. */
            client_certificate?: string;
            /**
             * @description The key of `client_certificate`, in PEM form. By API it is text, which is sealed; in files it is `{ env = "NAME" }`,
             *     `{ file = "PATH" }` or `{ sealed = true }`.
             */
            client_key?: components["schemas"]["SecretReference"];
            /**
             * Format: uint8
             * @description The facility of messages (RFC 5424, section 6.2.1), 0 to 23. Default: 13, the audit log.
             */
            facility?: number | null;
            /** @description The name or address of the server, which its certificate has to be for. */
            host: string;
            /** @description Sends over plain TCP: whoever is on the way reads, changes and leaves out events. */
            insecure?: boolean;
            /**
             * Format: uint32
             * @description The longest message that the server takes, in bytes, 2,048 to 1,048,576. Default: 8,192. Of a longer event its place, size and
             *     leaf hash are sent.
             */
            max_bytes?: number | null;
            /**
             * Format: uint16
             * @description Its port. Default: 6514, or 601 with `insecure`.
             */
            port?: number | null;
        };
        /** @description What somebody holds, and its digest. */
        TaggedPermissions: {
            /** @description The public name of the session, the temporary credential or the API key that they presented. */
            credential?: string | null;
            /** @description The digest of all of this, as an entity tag. */
            etag: string;
            /** @description Who it is, as conditions see them. */
            identity: components["schemas"]["IdentityOfPermissions"];
            /** @description What they hold, in the order of name and JSON text, also what is not in force yet or any more. */
            permissions: components["schemas"]["HeldPermission"][];
            /**
             * Format: int64
             * @description The revision, where one identity alone was asked for.
             * @default null
             */
            revision?: number | null;
            /**
             * Format: date-time
             * @description When this ends by itself: the end of what they presented.
             */
            valid_until?: string | null;
        };
        /**
         * @description Whom an assignment is for: exactly one of `id`, `login` and `group`, or `type = "anonymous"` alone. A service account
         *     is meant by `provider = "casemate"`, `type = "service"` and its `id`, or its name as `login`.
         */
        Target: {
            /** @description A group that they are in. */
            group?: string | null;
            /** @description Their id at the provider. */
            id?: string | null;
            /** @description The name that they log in with. */
            login?: string | null;
            /** @description The provider that vouches for them; the only one, where it is not named. */
            provider?: string | null;
            /** @description `user` where it is not named. */
            type?: string | null;
        };
        /**
         * @description A team: a named list of roles. One of the tenant `default` may be assigned in every tenant that has none of that name
         *     itself; its roles are always those that its own tenant means by their names.
         */
        TeamEntry: {
            /** @description For people; nothing depends on it. */
            description?: string | null;
            /** @description What assignments call it. */
            name: string;
            /** @description The roles, by name: those of its own tenant, or of `default`. At most 256. */
            roles: string[];
            /** @description For people; nothing depends on it. */
            title?: string | null;
        };
        /** @description A temporary credential, without its secret. */
        TemporaryCredential: {
            /**
             * Format: date-time
             * @description When it was made.
             */
            created_at: string;
            /** @description The credential itself, in the answer to what made it and never again. */
            credential?: string | null;
            /**
             * Format: date-time
             * @description When it ends.
             */
            expires_at: string;
            /** @description Its name, which is no credential. */
            id: string;
            /** @description From where it may be used; empty for everywhere. */
            networks: string[];
            /** @description The names, or patterns of names, that it may use at most; absent where it may use all that its owner may. */
            permissions?: string[] | null;
            /** @description The provider that vouches for its owner. */
            provider: string;
            /** @description Its owner. */
            subject: string;
            /** @description What it is for, in words. */
            title: string;
            /**
             * Format: date-time
             * @description When it was used last, to about a minute; when it was made, where it was not.
             */
            used_at: string;
        };
        /** @description A temporary credential that is to be made for whoever asks. */
        TemporaryCredentialRequest: {
            /**
             * @description From where it may be used, as CIDR networks; from everywhere where none is named.
             * @default []
             */
            networks?: string[];
            /**
             * @description The names, or patterns of names, that it may use at most; all that its owner may, where nothing is said. It never may
             *     do more than its owner may when it is used.
             * @default null
             */
            permissions?: string[] | null;
            /**
             * Format: uint32
             * @description For how long, in seconds; a quarter of an hour where nothing is said. The installation may allow less.
             * @default null
             */
            seconds?: number | null;
            /** @description What it is for, in words. */
            title: string;
        };
        /** @description Which temporary credentials are searched for. */
        TemporaryCredentialSearch: {
            /**
             * @description The `next` of the page before.
             * @default null
             */
            after?: string | null;
            /**
             * Format: uint32
             * @description The most entries of the page; 100 where nothing is said.
             * @default null
             */
            limit?: number | null;
            /**
             * @description Only those whose owner this provider vouches for; `api-key` for those that an API key made.
             * @default null
             */
            provider?: string | null;
            /**
             * @description A text that stands in the title, the owner's id, or where it was made from, in whatever case.
             * @default null
             */
            search?: string | null;
            /** @description In which order. */
            sort?: components["schemas"]["AgeOrder"];
            /**
             * @description Only those whose owner the provider calls this; the id of the API key.
             * @default null
             */
            subject?: string | null;
        };
        /** @description A tenant. Where none is, every name is a tenant; `default` always is one. */
        TenantEntry: {
            /** @description The name by which it is known everywhere. */
            id: string;
            /** @description The tenant that it is a part of, for people and lists: access to a tenant is never implied by access to another. */
            parent?: string | null;
            /** @description For people; nothing depends on it. */
            title?: string | null;
        };
        /** @description Whose or what's timeline is wanted: `identity` or `resource`. */
        TimelineRequest: {
            /**
             * @description The `next` of the page before.
             * @default null
             */
            after?: string | null;
            /**
             * @description The opaque id of a user, a service account or an API key. Of a user, what was done by, for or about them is told also under
             *     the ids and logins that they had, and with their linked sign-ins.
             * @default null
             */
            identity?: string | null;
            /**
             * Format: uint32
             * @description The most entries of the page; 100 where nothing is said. A page may hold fewer, or none, and yet others follow.
             * @default null
             */
            limit?: number | null;
            /**
             * @description Logins that a provider once gave the user: events keep keyed hashes of these alone. Those that Casemate itself changed are known.
             * @default []
             */
            logins?: string[];
            /** @description A resource. */
            resource?: components["schemas"]["TimelineResource"] | null;
            /**
             * Format: date-time
             * @description Only what happened at or after this time.
             * @default null
             */
            since?: string | null;
            /**
             * @description In which order.
             * @default -id
             */
            sort?: components["schemas"]["AuditEventOrder"];
            /**
             * Format: date-time
             * @description Only what happened before this time.
             * @default null
             */
            until?: string | null;
        };
        /** @description A resource, as events name it. */
        TimelineResource: {
            /** @description Its id. */
            id: string;
            /** @description Its type, such as `role`. */
            type: string;
        };
        /** @description The `typ` of a provider's access tokens. */
        TokenType: "at+jwt" | "jwt";
        /** @description A user, as whoever administers them says. */
        User: {
            /**
             * @description Whether they may do anything at all.
             * @default true
             */
            active?: boolean;
            /** @description What expressions see as claims of theirs; it wins over what tokens say. */
            attributes?: {
                [key: string]: unknown;
            };
            /** @description Their name, to be shown. */
            display_name?: string | null;
            /** @description Their e-mail address. */
            email?: string | null;
            /** @description What another system calls them. */
            external_id?: string | null;
            /** @description What people call them, such as `ada@example.com`: unique within the provider, whatever the case. */
            login: string;
            /** @description The provider that vouches for them; the only one, where it is not named. */
            provider?: string | null;
            /**
             * @description What the provider calls them in its tokens. Without it nobody who signs in is them. A change that does not say it
             *     leaves it as it is, and one that says an empty one takes it away.
             */
            subject?: string | null;
        };
        /** @description An order of users. */
        UserOrder: "created_at" | "-created_at" | "login" | "-login";
        /** @description Which users are searched for. */
        UserSearch: {
            /**
             * @description Only those that are active, or are not.
             * @default null
             */
            active?: boolean | null;
            /**
             * @description The `next` of the page before.
             * @default null
             */
            after?: string | null;
            /**
             * @description Only those with this e-mail address.
             * @default null
             */
            email?: string | null;
            /**
             * @description Only those with this external id.
             * @default null
             */
            external_id?: string | null;
            /**
             * @description Only members of the group with this id.
             * @default null
             */
            group?: string | null;
            /**
             * Format: uint32
             * @description The most entries of the page; 100 where nothing is said.
             * @default null
             */
            limit?: number | null;
            /**
             * @description Only the one with this login, in whatever case.
             * @default null
             */
            login?: string | null;
            /**
             * @description Only those of this provider.
             * @default null
             */
            provider?: string | null;
            /**
             * @description A text that stands in the login, the name or the e-mail address, in whatever case.
             * @default null
             */
            search?: string | null;
            /** @description In which order. */
            sort?: components["schemas"]["UserOrder"];
            /**
             * @description Only those that are managed so: empty for by hand, `scim`, `ldap`, `sign-in`.
             * @default null
             */
            source?: string | null;
        };
        /** @description Which state of a version is wanted. */
        VersionSide: "after" | "before";
        /** @description An endpoint that takes CloudEvents 1.0. */
        WebhookSinkEntry: {
            /** @description Accepts `http` for an endpoint that is not on this machine. Whoever is on the way then reads events. */
            allow_insecure_http?: boolean;
            /**
             * Format: uint32
             * @description The largest request, in bytes, 2,048 to 8,388,608. Default: 262,144. Of a longer event its place, size and leaf hash are sent.
             */
            max_bytes?: number | null;
            /**
             * Format: uint32
             * @description How many events a request holds at most, 1 to 256; with 1, each is a request of its own, without a list around it. Default: 100.
             */
            max_events?: number | null;
            /**
             * @description What requests are signed with, at least 32 bytes. By API it is text, which is sealed; in files it is
             *     `{ env = "NAME" }`, `{ file = "PATH" }` or `{ sealed = true }`.
             */
            signing_secret: components["schemas"]["SecretReference"];
            /**
             * Format: uint32
             * @description How long the endpoint may take, in milliseconds, at most 10,000. Default: 10,000.
             */
            timeout_milliseconds?: number | null;
            /** @description Where events are sent, by `POST`: `https`, or `http` on this machine. */
            url: string;
        };
        /** @description A new service account, or somebody at a provider. */
        Who: {
            service_account: {
                name: string;
            };
        } | {
            user: {
                id: string;
                provider: string;
                /** @default user */
                type?: string;
            };
        } | {
            login: {
                login: string;
                provider: string;
                /** @default user */
                type?: string;
            };
        };
        /** @description Somebody who would be allowed it. */
        WhoCanEntry: {
            /**
             * @description `allowed`, or `conditional` where it depends on what the question does not say of the resource (`depends_on_resource`),
             *     or on which member of a group it is, or who has a login (`depends_on_identity`).
             */
            decision: components["schemas"]["Word"];
            /** @description Where that came from; absent where it is `conditional`. */
            origin?: components["schemas"]["WhoCanOrigin"] | null;
            /** @description The granted name of the permission that decided; absent where it is `conditional`. */
            permission?: string | null;
            /** @description Why, as a stable code. */
            reason_code: string;
            /** @description Who. */
            subject: components["schemas"]["WhoCanSubject"];
        };
        WhoCanOrigin: {
            /** @description `role`, `key`, … */
            kind: string;
            /** @description Its name. */
            name: string;
            /** @description By which role that extends it, team or group they came to it, where not by themselves. */
            via?: string | null;
        };
        /** @description Some of those who would be allowed it. */
        WhoCanPage: {
            items: components["schemas"]["WhoCanEntry"][];
            /** @description What to ask the next page with; absent where there are no more. */
            next?: string | null;
            /**
             * @description The sources outside Casemate that may allow it to people whom the directory does not know: those are not among the
             *     entries. Everybody whom it knows was asked about.
             */
            outside: string[];
        };
        /** @description What it is that somebody may do. */
        WhoCanQuestion: {
            /** @description What is to be done: `name` and `properties`. */
            action: components["schemas"]["Action"];
            /**
             * @description The `next` of the page before, of the same question.
             * @default null
             */
            after?: string | null;
            /**
             * @description Whatever else conditions may ask of.
             * @default null
             */
            context?: {
                [key: string]: unknown;
            } | null;
            /**
             * Format: uint32
             * @description The most entries of the page: 1 to 1,000; 100 where nothing is said.
             * @default null
             */
            limit?: number | null;
            /**
             * @description What it is to be done to: `type`, `id` and `properties`, each as far as it is known.
             * @default null
             */
            resource?: {
                [key: string]: unknown;
            } | null;
        };
        WhoCanSubject: {
            /** @description Their name. */
            display_name?: string | null;
            /** @description Their id, as far as it is known; the name of a group. Anonymous has none. */
            id?: string | null;
            /** @description The name that they log in with. */
            login?: string | null;
            /** @description The type of those members of a group that are meant. */
            members?: string | null;
            /** @description The provider that vouches for them; empty where none is configured. */
            provider: string;
            /** @description `user`, `service`, `anonymous`, …; `group` for a group. */
            type: string;
        };
        /** @enum {string} */
        Word: "allowed" | "denied" | "conditional";
        /** @description What became of resources that were sent. */
        WrittenResources: {
            /**
             * Format: uint
             * @description How many were changed.
             */
            changed: number;
            /**
             * Format: uint
             * @description How many were registered.
             */
            created: number;
            /**
             * Format: int64
             * @description The revision of the change.
             */
            revision: number;
            /**
             * Format: uint
             * @description How many were so already.
             */
            unchanged: number;
        };
    };
    responses: {
        /** @description 429: Too many wrong credentials came from your network */
        address_blocked: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    code?: "address_blocked";
                    /** @constant */
                    status?: 429;
                };
            };
        };
        /** @description 413: The body is too long */
        body_too_large: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    code?: "body_too_large";
                    /** @constant */
                    status?: 413;
                };
            };
        };
        /** @description 409: Something else was changed at the same time */
        changed_meanwhile: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    code?: "changed_meanwhile";
                    /** @constant */
                    status?: 409;
                };
            };
        };
        /** @description 401: A credential is needed */
        credential_missing: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    code?: "credential_missing";
                    /** @constant */
                    status?: 401;
                };
            };
        };
        /** @description 401: The credential is not accepted */
        credential_rejected: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    code?: "credential_rejected";
                    /** @constant */
                    status?: 401;
                };
            };
        };
        /** @description 403: A page of another origin sent this with a session */
        cross_site: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    code?: "cross_site";
                    /** @constant */
                    status?: 403;
                };
            };
        };
        /** @description 403: You may not do this */
        forbidden: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    code?: "forbidden";
                    /** @constant */
                    status?: 403;
                };
            };
        };
        /** @description 403: Nobody grants what they do not hold */
        grant_exceeded: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    code?: "grant_exceeded";
                    /** @constant */
                    status?: 403;
                };
            };
        };
        /** @description 409: A request with this idempotency key is under way */
        idempotency_key_busy: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    code?: "idempotency_key_busy";
                    /** @constant */
                    status?: 409;
                };
            };
        };
        /** @description 422: The idempotency key was used for another request */
        idempotency_key_reused: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    code?: "idempotency_key_reused";
                    /** @constant */
                    status?: 422;
                };
            };
        };
        /** @description 409: Other entries depend on this one */
        in_use: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    code?: "in_use";
                    /** @constant */
                    status?: 409;
                };
            };
        };
        /** @description 401: This needs a sign-in of a short while ago */
        insufficient_user_authentication: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    code?: "insufficient_user_authentication";
                    /** @constant */
                    status?: 401;
                };
            };
        };
        /** @description 500: A fault on our side */
        internal: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    code?: "internal";
                    /** @constant */
                    status?: 500;
                };
            };
        };
        /** @description 422: The document does not hold what it should */
        invalid_document: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    code?: "invalid_document";
                    /** @constant */
                    status?: 422;
                };
            };
        };
        /** @description 409: The last administrator stays */
        last_administrator: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    code?: "last_administrator";
                    /** @constant */
                    status?: 409;
                };
            };
        };
        /** @description 429: You have as many of these as you may */
        limit_reached: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    code?: "limit_reached";
                    /** @constant */
                    status?: 429;
                };
            };
        };
        /** @description 500: The audit log is not what was written */
        log_damaged: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    code?: "log_damaged";
                    /** @constant */
                    status?: 500;
                };
            };
        };
        /** @description 400: The body cannot be read */
        malformed_body: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    code?: "malformed_body";
                    /** @constant */
                    status?: 400;
                };
            };
        };
        /** @description 400: A header cannot be read */
        malformed_header: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    code?: "malformed_header";
                    /** @constant */
                    status?: 400;
                };
            };
        };
        /** @description 400: The query cannot be read */
        malformed_query: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    code?: "malformed_query";
                    /** @constant */
                    status?: 400;
                };
            };
        };
        /** @description 409: This is changed where it was applied from */
        managed_by_code: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    code?: "managed_by_code";
                    /** @constant */
                    status?: 409;
                };
            };
        };
        /** @description 405: The path does not answer this method */
        method_not_allowed: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    code?: "method_not_allowed";
                    /** @constant */
                    status?: 405;
                };
            };
        };
        /** @description 409: The name is taken */
        name_taken: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    code?: "name_taken";
                    /** @constant */
                    status?: 409;
                };
            };
        };
        /** @description 422: No filter can say which resources are allowed */
        not_filterable: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    code?: "not_filterable";
                    /** @constant */
                    status?: 422;
                };
            };
        };
        /** @description 404: There is nothing at this path */
        not_found: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    code?: "not_found";
                    /** @constant */
                    status?: 404;
                };
            };
        };
        /** @description 503: The answer could not be recorded */
        not_recorded: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    code?: "not_recorded";
                    /** @constant */
                    status?: 503;
                };
            };
        };
        /** @description 409: A legal hold covers some of it */
        on_hold: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    code?: "on_hold";
                    /** @constant */
                    status?: 409;
                };
            };
        };
        /** @description 403: The one-time key is not accepted */
        one_time_key_rejected: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    code?: "one_time_key_rejected";
                    /** @constant */
                    status?: 403;
                };
            };
        };
        /** @description 503: It is not known whether the change was made */
        outcome_unknown: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    code?: "outcome_unknown";
                    /** @constant */
                    status?: 503;
                };
            };
        };
        /** @description 412: The entry was changed since it was read */
        precondition_failed: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    code?: "precondition_failed";
                    /** @constant */
                    status?: 412;
                };
            };
        };
        /** @description 428: This needs If-Match with the ETag that was read */
        precondition_required: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    code?: "precondition_required";
                    /** @constant */
                    status?: 428;
                };
            };
        };
        /** @description What went wrong. */
        Problem: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description 429: The application recorded as many events as it may for now */
        quota_reached: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    code?: "quota_reached";
                    /** @constant */
                    status?: 429;
                };
            };
        };
        /** @description 408: The request took too long */
        request_timeout: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    code?: "request_timeout";
                    /** @constant */
                    status?: 408;
                };
            };
        };
        /** @description 409: The revision has not arrived here yet */
        revision_not_reached: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    code?: "revision_not_reached";
                    /** @constant */
                    status?: 409;
                };
            };
        };
        /** @description 409: Stored permissions would no longer fit */
        schema_breaks: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    code?: "schema_breaks";
                    /** @constant */
                    status?: 409;
                };
            };
        };
        /** @description 503: A source of permissions fails */
        source_failed: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    code?: "source_failed";
                    /** @constant */
                    status?: 503;
                };
            };
        };
        /** @description 503: Not available at the moment */
        unavailable: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    code?: "unavailable";
                    /** @constant */
                    status?: 503;
                };
            };
        };
        /** @description 401: The user was deactivated or deleted */
        user_inactive: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    code?: "user_inactive";
                    /** @constant */
                    status?: 401;
                };
            };
        };
        /** @description 400: The content type is not application/json */
        wrong_content_type: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    code?: "wrong_content_type";
                    /** @constant */
                    status?: 400;
                };
            };
        };
    };
    parameters: {
        /** @description The `next` of the page before. */
        after: string;
        /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
        atLeast: number;
        /** @description Chosen by the client, unique for each thing to be made: the same request with the same key is carried out once, and answered the same for a day. A secret is in the first answer alone. */
        idempotencyKey: string;
        /** @description The `ETag` that was read: what was changed since is not overwritten. */
        ifMatch: string;
        /** @description The `ETag` that the caller has: 304 where it is still the one. */
        ifNoneMatch: string;
        /** @description The most entries of the page. */
        limit: number;
        /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
        tenant: string;
    };
    requestBodies: never;
    headers: {
        /** @description The revision of the entry, for `If-Match` and `If-None-Match`. */
        entityTag: string;
        /** @description What joins the answer, the logs and the record. */
        requestId: string;
        /** @description The revision of the change, for `Casemate-At-Least`. */
        revision: string;
    };
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    getOpenApi: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OpenAPI 3.1. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        [key: string]: unknown;
                    };
                };
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
        };
    };
    listAccessReview: {
        parameters: {
            query?: {
                /** @description The `next` of the page before. */
                after?: components["parameters"]["after"];
                /** @description Only what ends within so many days. */
                expiring_days?: string;
                /** @description The most entries of the page. */
                limit?: components["parameters"]["limit"];
                /** @description `created_at`, or `-created_at`: by when it was assigned. */
                sort?: string;
                /** @description Only what is in force, was granted at least so many days ago, and whose holder was not seen since then. */
                unused_days?: string;
            };
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page, or the whole list. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page5"];
                    "text/csv": string;
                };
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    decideAccessReview: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "decisions": [
                 *         {
                 *           "assignment": "asg_00000000000000000000000000000001",
                 *           "decision": "certified",
                 *           "reason": "still covers for Tony",
                 *           "revision": 7
                 *         }
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["AccessReviewDecisions"];
            };
        };
        responses: {
            /** @description What became of each. */
            200: {
                headers: {
                    "Casemate-Revision": components["headers"]["revision"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AccessReviewOutcomes"];
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `changed_meanwhile` or `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `outcome_unknown` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    listAccessReviewDecisions: {
        parameters: {
            query?: {
                /** @description The `next` of the page before. */
                after?: components["parameters"]["after"];
                /** @description The most entries of the page. */
                limit?: components["parameters"]["limit"];
                /** @description `-revision` (where nothing is said), or `revision`. */
                sort?: string;
            };
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page, or the whole list. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page4"];
                    "text/csv": string;
                };
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    searchAccessReviewDecisions: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "decision": "revoked",
                 *       "since": "2026-01-01T00:00:00Z"
                 *     }
                 */
                "application/json": components["schemas"]["AccessReviewDecisionSearch"];
            };
        };
        responses: {
            /** @description A page, or the whole list. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page4"];
                    "text/csv": string;
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    getAccessReviewProgress: {
        parameters: {
            query?: {
                /** @description Since when decisions count, as RFC 3339. */
                since?: string;
            };
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The counts. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AccessReviewProgress"];
                };
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    searchAccessReview: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "search": "lovelace",
                 *       "sort": "-created_at",
                 *       "state": "in_force"
                 *     }
                 */
                "application/json": components["schemas"]["AccessReviewSearch"];
            };
        };
        responses: {
            /** @description A page, or the whole list. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page5"];
                    "text/csv": string;
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    redeemAdministratorKey: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "administrator": {
                 *         "service_account": {
                 *           "name": "operator"
                 *         }
                 *       },
                 *       "key": "…"
                 *     }
                 */
                "application/json": components["schemas"]["AdministratorRequest"];
            };
        };
        responses: {
            /** @description The administrator. */
            201: {
                headers: {
                    "Casemate-Revision": components["headers"]["revision"];
                    ETag: components["headers"]["entityTag"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Administrator"];
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `one_time_key_rejected` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `changed_meanwhile` or `name_taken` */
            409: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `address_blocked` */
            429: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `outcome_unknown` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    listAlertReceivers: {
        parameters: {
            query?: {
                /** @description The `next` of the page before. */
                after?: components["parameters"]["after"];
                /** @description The most entries of the page. */
                limit?: components["parameters"]["limit"];
                /** @description `created_at` (where nothing is said), `updated_at`, `name`, or one of these with `-` before it for the opposite order. */
                sort?: string;
            };
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page21"];
                    "text/csv": string;
                };
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    createAlertReceiver: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description Chosen by the client, unique for each thing to be made: the same request with the same key is carried out once, and answered the same for a day. A secret is in the first answer alone. */
                "Idempotency-Key"?: components["parameters"]["idempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "level": "high",
                 *       "mail": [
                 *         "security@example.com"
                 *       ],
                 *       "name": "on-call"
                 *     }
                 */
                "application/json": components["schemas"]["AlertReceiverEntry"];
            };
        };
        responses: {
            /** @description It was made. */
            201: {
                headers: {
                    "Casemate-Revision": components["headers"]["revision"];
                    ETag: components["headers"]["entityTag"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredAlertReceiverEntry"];
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` or `grant_exceeded` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `changed_meanwhile` or `idempotency_key_busy` or `name_taken` or `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `idempotency_key_reused` or `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `outcome_unknown` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    getAlertReceiver: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The `ETag` that the caller has: 304 where it is still the one. */
                "If-None-Match"?: components["parameters"]["ifNoneMatch"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It. */
            200: {
                headers: {
                    ETag: components["headers"]["entityTag"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredAlertReceiverEntry"];
                };
            };
            /** @description What the caller has already is what is there. */
            304: {
                headers: {
                    ETag: components["headers"]["entityTag"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `not_found` */
            404: components["responses"]["Problem"];
            /** @description `method_not_allowed` */
            405: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    updateAlertReceiver: {
        parameters: {
            query?: never;
            header: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The `ETag` that was read: what was changed since is not overwritten. */
                "If-Match": components["parameters"]["ifMatch"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "level": "high",
                 *       "mail": [
                 *         "security@example.com"
                 *       ],
                 *       "name": "on-call"
                 *     }
                 */
                "application/json": components["schemas"]["AlertReceiverEntry"];
            };
        };
        responses: {
            /** @description As it is now. */
            200: {
                headers: {
                    "Casemate-Revision": components["headers"]["revision"];
                    ETag: components["headers"]["entityTag"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredAlertReceiverEntry"];
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` or `grant_exceeded` */
            403: components["responses"]["Problem"];
            /** @description `not_found` */
            404: components["responses"]["Problem"];
            /** @description `method_not_allowed` */
            405: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `changed_meanwhile` or `in_use` or `last_administrator` or `managed_by_code` or `name_taken` or `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `precondition_failed` */
            412: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `precondition_required` */
            428: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `outcome_unknown` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    deleteAlertReceiver: {
        parameters: {
            query?: never;
            header: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The `ETag` that was read: what was changed since is not overwritten. */
                "If-Match": components["parameters"]["ifMatch"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone. */
            204: {
                headers: {
                    "Casemate-Revision": components["headers"]["revision"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` or `grant_exceeded` */
            403: components["responses"]["Problem"];
            /** @description `not_found` */
            404: components["responses"]["Problem"];
            /** @description `method_not_allowed` */
            405: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `changed_meanwhile` or `in_use` or `last_administrator` or `managed_by_code` or `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `precondition_failed` */
            412: components["responses"]["Problem"];
            /** @description `precondition_required` */
            428: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `outcome_unknown` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    testAlertReceiver: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description How it went. */
            200: {
                headers: {
                    "Casemate-Revision": components["headers"]["revision"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AlertReceiverTestResult"];
                };
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `not_found` */
            404: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `changed_meanwhile` or `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `limit_reached` */
            429: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `outcome_unknown` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    searchAlertReceivers: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "limit": 50,
                 *       "search": "support",
                 *       "sort": "-created_at"
                 *     }
                 */
                "application/json": components["schemas"]["SearchRequest"];
            };
        };
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page21"];
                    "text/csv": string;
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    listAlerts: {
        parameters: {
            query?: {
                /** @description The `next` of the page before. */
                after?: components["parameters"]["after"];
                /** @description The most entries of the page. */
                limit?: components["parameters"]["limit"];
                /** @description `-id` (the newest first, where nothing is said) or `id`. */
                sort?: string;
            };
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page, or the whole list. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page22"];
                    "text/csv": string;
                };
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    getAlert: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Alert"];
                };
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `not_found` */
            404: components["responses"]["Problem"];
            /** @description `method_not_allowed` */
            405: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    acknowledgeAlert: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "note": "they had forgotten their password"
                 *     }
                 */
                "application/json": components["schemas"]["StateNote"];
            };
        };
        responses: {
            /** @description As it is now. */
            200: {
                headers: {
                    "Casemate-Revision": components["headers"]["revision"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Alert"];
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `not_found` */
            404: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `changed_meanwhile` or `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `outcome_unknown` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    closeAlert: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "note": "they had forgotten their password"
                 *     }
                 */
                "application/json": components["schemas"]["StateNote"];
            };
        };
        responses: {
            /** @description As it is now. */
            200: {
                headers: {
                    "Casemate-Revision": components["headers"]["revision"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Alert"];
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `not_found` */
            404: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `changed_meanwhile` or `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `outcome_unknown` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    reopenAlert: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "note": "they had forgotten their password"
                 *     }
                 */
                "application/json": components["schemas"]["StateNote"];
            };
        };
        responses: {
            /** @description As it is now. */
            200: {
                headers: {
                    "Casemate-Revision": components["headers"]["revision"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Alert"];
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `not_found` */
            404: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `changed_meanwhile` or `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `outcome_unknown` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    searchAlerts: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "level": "high",
                 *       "state": "open"
                 *     }
                 */
                "application/json": components["schemas"]["AlertSearch"];
            };
        };
        responses: {
            /** @description A page, or the whole list. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page22"];
                    "text/csv": string;
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    listAllApiKeys: {
        parameters: {
            query?: {
                /** @description The `next` of the page before. */
                after?: components["parameters"]["after"];
                /** @description The most entries of the page. */
                limit?: components["parameters"]["limit"];
                /** @description `created_at`, `title`, or one of these with `-` before it. */
                sort?: string;
            };
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page, or the whole list. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page13"];
                    "text/csv": string;
                };
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    getApiKey: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
                /** @description The `ETag` that the caller has: 304 where it is still the one. */
                "If-None-Match"?: components["parameters"]["ifNoneMatch"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It, without its secret. */
            200: {
                headers: {
                    ETag: components["headers"]["entityTag"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiKey"];
                };
            };
            /** @description What the caller has already is what is there. */
            304: {
                headers: {
                    ETag: components["headers"]["entityTag"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `not_found` */
            404: components["responses"]["Problem"];
            /** @description `method_not_allowed` */
            405: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    revokeApiKey: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As it is now. */
            200: {
                headers: {
                    "Casemate-Revision": components["headers"]["revision"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiKey"];
                };
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `not_found` */
            404: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `changed_meanwhile` or `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `outcome_unknown` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    rotateApiKey: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
                /** @description Chosen by the client, unique for each thing to be made: the same request with the same key is carried out once, and answered the same for a day. A secret is in the first answer alone. */
                "Idempotency-Key"?: components["parameters"]["idempotencyKey"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "overlap_seconds": 86400
                 *     }
                 */
                "application/json": components["schemas"]["RotationRequest"];
            };
        };
        responses: {
            /** @description The new key. */
            201: {
                headers: {
                    "Casemate-Revision": components["headers"]["revision"];
                    ETag: components["headers"]["entityTag"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiKey"];
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` or `grant_exceeded` */
            403: components["responses"]["Problem"];
            /** @description `not_found` */
            404: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `changed_meanwhile` or `idempotency_key_busy` or `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `idempotency_key_reused` or `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `outcome_unknown` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    searchApiKeys: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "expiring_days": 14,
                 *       "sort": "title"
                 *     }
                 */
                "application/json": components["schemas"]["ApiKeySearch"];
            };
        };
        responses: {
            /** @description A page, or the whole list. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page13"];
                    "text/csv": string;
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    listApplications: {
        parameters: {
            query?: {
                /** @description The `next` of the page before. */
                after?: components["parameters"]["after"];
                /** @description The most entries of the page. */
                limit?: components["parameters"]["limit"];
                /** @description `created_at` (where nothing is said), `updated_at`, `name`, or one of these with `-` before it for the opposite order. */
                sort?: string;
            };
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page14"];
                    "text/csv": string;
                };
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    createApplication: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description Chosen by the client, unique for each thing to be made: the same request with the same key is carried out once, and answered the same for a day. A secret is in the first answer alone. */
                "Idempotency-Key"?: components["parameters"]["idempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "schema": "format = 1\n[application]\nid = \"notes\"\nnamespaces = [\"notes\"]\n\n[[permission]]\nname = \"notes.*\"\n"
                 *     }
                 */
                "application/json": components["schemas"]["SchemaRequest"];
            };
        };
        responses: {
            /** @description It was made. */
            201: {
                headers: {
                    "Casemate-Revision": components["headers"]["revision"];
                    ETag: components["headers"]["entityTag"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredApplicationDocument"];
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `changed_meanwhile` or `idempotency_key_busy` or `name_taken` or `revision_not_reached` or `schema_breaks` */
            409: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `idempotency_key_reused` or `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `outcome_unknown` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    getApplication: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The `ETag` that the caller has: 304 where it is still the one. */
                "If-None-Match"?: components["parameters"]["ifNoneMatch"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It. */
            200: {
                headers: {
                    ETag: components["headers"]["entityTag"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredApplicationDocument"];
                };
            };
            /** @description What the caller has already is what is there. */
            304: {
                headers: {
                    ETag: components["headers"]["entityTag"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `not_found` */
            404: components["responses"]["Problem"];
            /** @description `method_not_allowed` */
            405: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    updateApplication: {
        parameters: {
            query?: never;
            header: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The `ETag` that was read: what was changed since is not overwritten. */
                "If-Match": components["parameters"]["ifMatch"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "schema": "format = 1\n[application]\nid = \"notes\"\nnamespaces = [\"notes\"]\n\n[[permission]]\nname = \"notes.*\"\n"
                 *     }
                 */
                "application/json": components["schemas"]["SchemaRequest"];
            };
        };
        responses: {
            /** @description As it is now. */
            200: {
                headers: {
                    "Casemate-Revision": components["headers"]["revision"];
                    ETag: components["headers"]["entityTag"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredApplicationDocument"];
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `not_found` */
            404: components["responses"]["Problem"];
            /** @description `method_not_allowed` */
            405: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `changed_meanwhile` or `managed_by_code` or `name_taken` or `revision_not_reached` or `schema_breaks` */
            409: components["responses"]["Problem"];
            /** @description `precondition_failed` */
            412: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `precondition_required` */
            428: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `outcome_unknown` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    deleteApplication: {
        parameters: {
            query?: never;
            header: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The `ETag` that was read: what was changed since is not overwritten. */
                "If-Match": components["parameters"]["ifMatch"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone. */
            204: {
                headers: {
                    "Casemate-Revision": components["headers"]["revision"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` or `grant_exceeded` */
            403: components["responses"]["Problem"];
            /** @description `not_found` */
            404: components["responses"]["Problem"];
            /** @description `method_not_allowed` */
            405: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `changed_meanwhile` or `in_use` or `last_administrator` or `managed_by_code` or `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `precondition_failed` */
            412: components["responses"]["Problem"];
            /** @description `precondition_required` */
            428: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `outcome_unknown` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    searchApplications: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "limit": 50,
                 *       "search": "support",
                 *       "sort": "-created_at"
                 *     }
                 */
                "application/json": components["schemas"]["SearchRequest"];
            };
        };
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page14"];
                    "text/csv": string;
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    listAssignments: {
        parameters: {
            query?: {
                /** @description The `next` of the page before. */
                after?: components["parameters"]["after"];
                /** @description The most entries of the page. */
                limit?: components["parameters"]["limit"];
                /** @description `created_at` (where nothing is said), `updated_at`, `name`, or one of these with `-` before it for the opposite order. */
                sort?: string;
            };
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page6"];
                    "text/csv": string;
                };
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    createAssignment: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
                /** @description Chosen by the client, unique for each thing to be made: the same request with the same key is carried out once, and answered the same for a day. A secret is in the first answer alone. */
                "Idempotency-Key"?: components["parameters"]["idempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "role": "support",
                 *       "to": {
                 *         "login": "ci",
                 *         "provider": "casemate",
                 *         "type": "service"
                 *       },
                 *       "until": "2030-01-01T00:00:00Z"
                 *     }
                 */
                "application/json": components["schemas"]["AssignmentEntry"];
            };
        };
        responses: {
            /** @description It was made. */
            201: {
                headers: {
                    "Casemate-Revision": components["headers"]["revision"];
                    ETag: components["headers"]["entityTag"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredAssignmentEntry"];
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` or `grant_exceeded` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `changed_meanwhile` or `idempotency_key_busy` or `name_taken` or `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `idempotency_key_reused` or `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `outcome_unknown` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    getAssignment: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
                /** @description The `ETag` that the caller has: 304 where it is still the one. */
                "If-None-Match"?: components["parameters"]["ifNoneMatch"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It. */
            200: {
                headers: {
                    ETag: components["headers"]["entityTag"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredAssignmentEntry"];
                };
            };
            /** @description What the caller has already is what is there. */
            304: {
                headers: {
                    ETag: components["headers"]["entityTag"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `not_found` */
            404: components["responses"]["Problem"];
            /** @description `method_not_allowed` */
            405: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    updateAssignment: {
        parameters: {
            query?: never;
            header: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
                /** @description The `ETag` that was read: what was changed since is not overwritten. */
                "If-Match": components["parameters"]["ifMatch"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "role": "support",
                 *       "to": {
                 *         "login": "ci",
                 *         "provider": "casemate",
                 *         "type": "service"
                 *       },
                 *       "until": "2030-01-01T00:00:00Z"
                 *     }
                 */
                "application/json": components["schemas"]["AssignmentEntry"];
            };
        };
        responses: {
            /** @description As it is now. */
            200: {
                headers: {
                    "Casemate-Revision": components["headers"]["revision"];
                    ETag: components["headers"]["entityTag"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredAssignmentEntry"];
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` or `grant_exceeded` */
            403: components["responses"]["Problem"];
            /** @description `not_found` */
            404: components["responses"]["Problem"];
            /** @description `method_not_allowed` */
            405: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `changed_meanwhile` or `in_use` or `last_administrator` or `managed_by_code` or `name_taken` or `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `precondition_failed` */
            412: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `precondition_required` */
            428: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `outcome_unknown` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    deleteAssignment: {
        parameters: {
            query?: never;
            header: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
                /** @description The `ETag` that was read: what was changed since is not overwritten. */
                "If-Match": components["parameters"]["ifMatch"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone. */
            204: {
                headers: {
                    "Casemate-Revision": components["headers"]["revision"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` or `grant_exceeded` */
            403: components["responses"]["Problem"];
            /** @description `not_found` */
            404: components["responses"]["Problem"];
            /** @description `method_not_allowed` */
            405: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `changed_meanwhile` or `in_use` or `last_administrator` or `managed_by_code` or `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `precondition_failed` */
            412: components["responses"]["Problem"];
            /** @description `precondition_required` */
            428: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `outcome_unknown` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    searchAssignments: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "limit": 50,
                 *       "search": "support",
                 *       "sort": "-created_at"
                 *     }
                 */
                "application/json": components["schemas"]["SearchRequest"];
            };
        };
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page6"];
                    "text/csv": string;
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    listAuditEvents: {
        parameters: {
            query?: {
                /** @description The `next` of the page before. */
                after?: components["parameters"]["after"];
                /** @description The most entries of the page. */
                limit?: components["parameters"]["limit"];
                /** @description `-id`, the newest first, or `id`. */
                sort?: string;
            };
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page, or the whole list. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page24"];
                    "text/csv": string;
                };
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    createAuditEvents: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
                /** @description Chosen by the client, unique for each thing to be made: the same request with the same key is carried out once, and answered the same for a day. A secret is in the first answer alone. */
                "Idempotency-Key"?: components["parameters"]["idempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "items": [
                 *         {
                 *           "action": "notes.note.publish",
                 *           "outcome": "success",
                 *           "resource": {
                 *             "id": "7",
                 *             "type": "note"
                 *           },
                 *           "subject": {
                 *             "id": "ada",
                 *             "type": "user"
                 *           }
                 *         }
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["RecordRequest"];
            };
        };
        responses: {
            /** @description They are on record. */
            201: {
                headers: {
                    ETag: components["headers"]["entityTag"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RecordedEvents"];
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `idempotency_key_busy` or `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `idempotency_key_reused` or `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `quota_reached` */
            429: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    getAuditEvent: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditEventDetail"];
                };
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `not_found` */
            404: components["responses"]["Problem"];
            /** @description `method_not_allowed` */
            405: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    getAuditEventProof: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The event, and the proof. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditEventProof"];
                };
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `not_found` */
            404: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `internal` or `log_damaged` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    searchAnonymousDenials: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "limit": 20
                 *     }
                 */
                "application/json": components["schemas"]["DenialSearch"];
            };
        };
        responses: {
            /** @description A page, or the whole list. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page25"];
                    "text/csv": string;
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    countAuditEvents: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "at_most": 1000,
                 *       "search": {
                 *         "outcome": "denied"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["CountRequest"];
            };
        };
        responses: {
            /** @description So many. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditEventCount"];
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    eraseAuditEvents: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "reason": "request 2026-4 by whom it is about",
                 *       "search": {
                 *         "party": "usr_048a05fa5cd9f5b3f2dfa26dc5364380"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["EraseRequest"];
            };
        };
        responses: {
            /** @description So much was erased, or would be. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditErasure"];
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `on_hold` or `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `internal` or `log_damaged` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    exportAuditEvents: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "format": "ndjson",
                 *       "search": {
                 *         "since": "2026-11-01T00:00:00Z"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["ExportRequest"];
            };
        };
        responses: {
            /** @description A line for each event, or a file. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/vnd.apache.parquet": string;
                    "application/x-ndjson": string;
                    "text/csv": string;
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    recordAuditEvents: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
                /** @description Chosen by the client, unique for each thing to be made: the same request with the same key is carried out once, and answered the same for a day. A secret is in the first answer alone. */
                "Idempotency-Key"?: components["parameters"]["idempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "items": [
                 *         {
                 *           "action": "notes.note.publish",
                 *           "outcome": "success",
                 *           "resource": {
                 *             "id": "7",
                 *             "type": "note"
                 *           },
                 *           "subject": {
                 *             "id": "ada",
                 *             "type": "user"
                 *           }
                 *         }
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["RecordRequest"];
            };
        };
        responses: {
            /** @description They are on record. */
            201: {
                headers: {
                    ETag: components["headers"]["entityTag"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RecordedEvents"];
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `idempotency_key_busy` or `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `idempotency_key_reused` or `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `quota_reached` */
            429: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    searchAuditEvents: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "action": "casemate.role.update",
                 *       "limit": 20
                 *     }
                 */
                "application/json": components["schemas"]["EventSearch"];
            };
        };
        responses: {
            /** @description A page, or the whole list. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page24"];
                    "text/csv": string;
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    tailAuditEvents: {
        parameters: {
            query?: {
                /** @description The id of the event behind which it begins. */
                after?: string;
            };
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A stream. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": {
                        data: string;
                        event: string;
                        id: string;
                    };
                };
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    tailFoundAuditEvents: {
        parameters: {
            query?: {
                /** @description The id of the event behind which it begins. */
                after?: string;
            };
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "outcome": "denied"
                 *     }
                 */
                "application/json": components["schemas"]["EventSearch"];
            };
        };
        responses: {
            /** @description A stream. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": {
                        data: string;
                        event: string;
                        id: string;
                    };
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    getAuditTimeline: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "identity": "usr_048a05fa5cd9f5b3f2dfa26dc5364380",
                 *       "limit": 20
                 *     }
                 */
                "application/json": components["schemas"]["TimelineRequest"];
            };
        };
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page24"];
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    listAuditHolds: {
        parameters: {
            query?: {
                /** @description The `next` of the page before. */
                after?: components["parameters"]["after"];
                /** @description The most entries of the page. */
                limit?: components["parameters"]["limit"];
                /** @description `-created_at` (the newest first, where nothing is said) or `created_at`. */
                sort?: string;
            };
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page, or the whole list. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page26"];
                    "text/csv": string;
                };
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    createAuditHold: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description Chosen by the client, unique for each thing to be made: the same request with the same key is carried out once, and answered the same for a day. A secret is in the first answer alone. */
                "Idempotency-Key"?: components["parameters"]["idempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "reason": "case 2026-17",
                 *       "scope": {
                 *         "party": "usr_048a05fa5cd9f5b3f2dfa26dc5364380"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["AuditHoldDocument"];
            };
        };
        responses: {
            /** @description It is in force. */
            201: {
                headers: {
                    ETag: components["headers"]["entityTag"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditHold"];
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `idempotency_key_busy` or `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `idempotency_key_reused` or `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `limit_reached` */
            429: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    getAuditHold: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditHold"];
                };
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `not_found` */
            404: components["responses"]["Problem"];
            /** @description `method_not_allowed` */
            405: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    liftAuditHold: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "reason": "case 2026-17 was closed"
                 *     }
                 */
                "application/json": components["schemas"]["AuditHoldLifting"];
            };
        };
        responses: {
            /** @description It is lifted. */
            204: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `not_found` */
            404: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    searchAuditHolds: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "search": "case 2026-17"
                 *     }
                 */
                "application/json": components["schemas"]["AuditHoldSearch"];
            };
        };
        responses: {
            /** @description A page, or the whole list. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page26"];
                    "text/csv": string;
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    getAuditLogCheckpoint: {
        parameters: {
            query?: {
                /** @description `true`: the newest that a witness cosigned. */
                cosigned?: string;
                /** @description The newest of at most so many events. */
                size?: string;
            };
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The note. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    getAuditLogConsistency: {
        parameters: {
            query?: {
                /** @description The events of the earlier checkpoint, one or more. */
                from?: string;
                /** @description The events of the later checkpoint. */
                to?: string;
            };
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The proof. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditLogConsistency"];
                };
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    cosignAuditLog: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "checkpoint": "casemate/0123456789abcdef\n…"
                 *     }
                 */
                "application/json": components["schemas"]["AuditLogCosignature"];
            };
        };
        responses: {
            /** @description They stand with the checkpoint. */
            201: {
                headers: {
                    ETag: components["headers"]["entityTag"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditLogCosigned"];
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    exportAuditLog: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "from": 0,
                 *       "limit": 256
                 *     }
                 */
                "application/json": components["schemas"]["AuditLogRange"];
            };
        };
        responses: {
            /** @description The events. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/x-ndjson": string;
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `internal` or `log_damaged` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    getAuditLogKey: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The keys. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditLogKey"];
                };
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    refuseAuditLog: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "detail": "of 7 events there are two roots",
                 *       "remembered": "casemate/0123456789abcdef\n…",
                 *       "shown": "casemate/0123456789abcdef\n…",
                 *       "wrong": "split-view"
                 *     }
                 */
                "application/json": components["schemas"]["AuditLogRefusal"];
            };
        };
        responses: {
            /** @description It is on record. */
            201: {
                headers: {
                    ETag: components["headers"]["entityTag"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditLogRefused"];
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    getAuditLogTile: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
            };
            path: {
                tile: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The bytes. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/octet-stream": string;
                };
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `not_found` */
            404: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `internal` or `log_damaged` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    listAuditSearches: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of them. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page23"];
                };
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    createAuditSearch: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "Refused this month",
                 *       "search": {
                 *         "outcome": "denied",
                 *         "since": "2026-11-01T00:00:00Z"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["SearchDocument"];
            };
        };
        responses: {
            /** @description It is kept. */
            201: {
                headers: {
                    "Casemate-Revision": components["headers"]["revision"];
                    ETag: components["headers"]["entityTag"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SavedAuditSearch"];
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `changed_meanwhile` or `name_taken` or `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `outcome_unknown` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    getAuditSearch: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SavedAuditSearch"];
                };
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `not_found` */
            404: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    updateAuditSearch: {
        parameters: {
            query?: never;
            header: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
                /** @description The `ETag` that was read: what was changed since is not overwritten. */
                "If-Match": components["parameters"]["ifMatch"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "Refused this month",
                 *       "search": {
                 *         "outcome": "denied",
                 *         "since": "2026-11-01T00:00:00Z"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["SearchDocument"];
            };
        };
        responses: {
            /** @description As it is now. */
            200: {
                headers: {
                    "Casemate-Revision": components["headers"]["revision"];
                    ETag: components["headers"]["entityTag"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SavedAuditSearch"];
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `not_found` */
            404: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `changed_meanwhile` or `name_taken` or `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `precondition_failed` */
            412: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `precondition_required` */
            428: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `outcome_unknown` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    deleteAuditSearch: {
        parameters: {
            query?: never;
            header: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
                /** @description The `ETag` that was read: what was changed since is not overwritten. */
                "If-Match": components["parameters"]["ifMatch"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone. */
            204: {
                headers: {
                    "Casemate-Revision": components["headers"]["revision"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `not_found` */
            404: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `changed_meanwhile` or `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `precondition_failed` */
            412: components["responses"]["Problem"];
            /** @description `precondition_required` */
            428: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `outcome_unknown` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    listAuditSinks: {
        parameters: {
            query?: {
                /** @description The `next` of the page before. */
                after?: components["parameters"]["after"];
                /** @description The most entries of the page. */
                limit?: components["parameters"]["limit"];
                /** @description `created_at` (where nothing is said), `updated_at`, `name`, or one of these with `-` before it for the opposite order. */
                sort?: string;
            };
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page27"];
                    "text/csv": string;
                };
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    createAuditSink: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description Chosen by the client, unique for each thing to be made: the same request with the same key is carried out once, and answered the same for a day. A secret is in the first answer alone. */
                "Idempotency-Key"?: components["parameters"]["idempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "siem",
                 *       "webhook": {
                 *         "signing_secret": "0123456789abcdef0123456789abcdef",
                 *         "url": "https://siem.example.com/audit"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["AuditSinkEntry"];
            };
        };
        responses: {
            /** @description It was made. */
            201: {
                headers: {
                    "Casemate-Revision": components["headers"]["revision"];
                    ETag: components["headers"]["entityTag"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredAuditSinkEntry"];
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` or `grant_exceeded` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `changed_meanwhile` or `idempotency_key_busy` or `name_taken` or `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `idempotency_key_reused` or `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `outcome_unknown` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    getAuditSink: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The `ETag` that the caller has: 304 where it is still the one. */
                "If-None-Match"?: components["parameters"]["ifNoneMatch"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It. */
            200: {
                headers: {
                    ETag: components["headers"]["entityTag"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredAuditSinkEntry"];
                };
            };
            /** @description What the caller has already is what is there. */
            304: {
                headers: {
                    ETag: components["headers"]["entityTag"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `not_found` */
            404: components["responses"]["Problem"];
            /** @description `method_not_allowed` */
            405: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    updateAuditSink: {
        parameters: {
            query?: never;
            header: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The `ETag` that was read: what was changed since is not overwritten. */
                "If-Match": components["parameters"]["ifMatch"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "siem",
                 *       "webhook": {
                 *         "signing_secret": "0123456789abcdef0123456789abcdef",
                 *         "url": "https://siem.example.com/audit"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["AuditSinkEntry"];
            };
        };
        responses: {
            /** @description As it is now. */
            200: {
                headers: {
                    "Casemate-Revision": components["headers"]["revision"];
                    ETag: components["headers"]["entityTag"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredAuditSinkEntry"];
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` or `grant_exceeded` */
            403: components["responses"]["Problem"];
            /** @description `not_found` */
            404: components["responses"]["Problem"];
            /** @description `method_not_allowed` */
            405: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `changed_meanwhile` or `in_use` or `last_administrator` or `managed_by_code` or `name_taken` or `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `precondition_failed` */
            412: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `precondition_required` */
            428: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `outcome_unknown` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    deleteAuditSink: {
        parameters: {
            query?: never;
            header: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The `ETag` that was read: what was changed since is not overwritten. */
                "If-Match": components["parameters"]["ifMatch"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone. */
            204: {
                headers: {
                    "Casemate-Revision": components["headers"]["revision"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` or `grant_exceeded` */
            403: components["responses"]["Problem"];
            /** @description `not_found` */
            404: components["responses"]["Problem"];
            /** @description `method_not_allowed` */
            405: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `changed_meanwhile` or `in_use` or `last_administrator` or `managed_by_code` or `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `precondition_failed` */
            412: components["responses"]["Problem"];
            /** @description `precondition_required` */
            428: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `outcome_unknown` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    getAuditSinkCursor: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description How far it is. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditSinkCursor"];
                };
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `not_found` */
            404: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    rewindAuditSink: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "next_index": 0
                 *     }
                 */
                "application/json": components["schemas"]["AuditSinkRewindRequest"];
            };
        };
        responses: {
            /** @description It is sent again. */
            204: {
                headers: {
                    "Casemate-Revision": components["headers"]["revision"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `not_found` */
            404: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `changed_meanwhile` or `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `outcome_unknown` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    pauseAuditSink: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is paused. */
            204: {
                headers: {
                    "Casemate-Revision": components["headers"]["revision"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `not_found` */
            404: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `changed_meanwhile` or `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `outcome_unknown` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    resumeAuditSink: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It goes on. */
            204: {
                headers: {
                    "Casemate-Revision": components["headers"]["revision"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `not_found` */
            404: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `changed_meanwhile` or `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `outcome_unknown` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    testAuditSink: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description How it went. */
            200: {
                headers: {
                    "Casemate-Revision": components["headers"]["revision"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditSinkTestResult"];
                };
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `not_found` */
            404: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `changed_meanwhile` or `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `outcome_unknown` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    searchAuditSinks: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "limit": 50,
                 *       "search": "support",
                 *       "sort": "-created_at"
                 *     }
                 */
                "application/json": components["schemas"]["SearchRequest"];
            };
        };
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page27"];
                    "text/csv": string;
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    listBlocks: {
        parameters: {
            query?: {
                /** @description The `next` of the page before. */
                after?: components["parameters"]["after"];
                /** @description The most entries of the page. */
                limit?: components["parameters"]["limit"];
                /** @description `id`, `blocked_at`, `until`, or one of these with `-` before it. */
                sort?: string;
            };
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page, or the whole list. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page29"];
                    "text/csv": string;
                };
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    liftBlock: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is lifted. */
            204: {
                headers: {
                    "Casemate-Revision": components["headers"]["revision"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `not_found` */
            404: components["responses"]["Problem"];
            /** @description `method_not_allowed` */
            405: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `changed_meanwhile` or `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `outcome_unknown` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    searchBlocks: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "kind": "account",
                 *       "search": "ada"
                 *     }
                 */
                "application/json": components["schemas"]["BlockSearch"];
            };
        };
        responses: {
            /** @description A page, or the whole list. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page29"];
                    "text/csv": string;
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    check: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "action": {
                 *         "name": "notes.read"
                 *       },
                 *       "resource": {
                 *         "id": "7",
                 *         "type": "note"
                 *       },
                 *       "subject": {
                 *         "id": "ada",
                 *         "type": "user"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["Question"];
            };
        };
        responses: {
            /** @description The decision. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CheckAnswer"];
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    getDetectionPack: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of them. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DetectionPack"];
                };
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    listDetections: {
        parameters: {
            query?: {
                /** @description The `next` of the page before. */
                after?: components["parameters"]["after"];
                /** @description The most entries of the page. */
                limit?: components["parameters"]["limit"];
                /** @description `created_at` (where nothing is said), `updated_at`, `name`, or one of these with `-` before it for the opposite order. */
                sort?: string;
            };
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page20"];
                    "text/csv": string;
                };
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    createDetection: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description Chosen by the client, unique for each thing to be made: the same request with the same key is carried out once, and answered the same for a day. A secret is in the first answer alone. */
                "Idempotency-Key"?: components["parameters"]["idempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "user-deleted",
                 *       "rules": "title: Somebody is deleted\nlogsource:\n    product: casemate\ndetection:\n    deleted:\n        action: casemate.user.delete\n        outcome: success\n    condition: deleted\nlevel: low\n"
                 *     }
                 */
                "application/json": components["schemas"]["DetectionEntry"];
            };
        };
        responses: {
            /** @description It was made. */
            201: {
                headers: {
                    "Casemate-Revision": components["headers"]["revision"];
                    ETag: components["headers"]["entityTag"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredDetectionEntry"];
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` or `grant_exceeded` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `changed_meanwhile` or `idempotency_key_busy` or `name_taken` or `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `idempotency_key_reused` or `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `outcome_unknown` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    getDetection: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The `ETag` that the caller has: 304 where it is still the one. */
                "If-None-Match"?: components["parameters"]["ifNoneMatch"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It. */
            200: {
                headers: {
                    ETag: components["headers"]["entityTag"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredDetectionEntry"];
                };
            };
            /** @description What the caller has already is what is there. */
            304: {
                headers: {
                    ETag: components["headers"]["entityTag"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `not_found` */
            404: components["responses"]["Problem"];
            /** @description `method_not_allowed` */
            405: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    updateDetection: {
        parameters: {
            query?: never;
            header: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The `ETag` that was read: what was changed since is not overwritten. */
                "If-Match": components["parameters"]["ifMatch"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "user-deleted",
                 *       "rules": "title: Somebody is deleted\nlogsource:\n    product: casemate\ndetection:\n    deleted:\n        action: casemate.user.delete\n        outcome: success\n    condition: deleted\nlevel: low\n"
                 *     }
                 */
                "application/json": components["schemas"]["DetectionEntry"];
            };
        };
        responses: {
            /** @description As it is now. */
            200: {
                headers: {
                    "Casemate-Revision": components["headers"]["revision"];
                    ETag: components["headers"]["entityTag"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredDetectionEntry"];
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` or `grant_exceeded` */
            403: components["responses"]["Problem"];
            /** @description `not_found` */
            404: components["responses"]["Problem"];
            /** @description `method_not_allowed` */
            405: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `changed_meanwhile` or `in_use` or `last_administrator` or `managed_by_code` or `name_taken` or `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `precondition_failed` */
            412: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `precondition_required` */
            428: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `outcome_unknown` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    deleteDetection: {
        parameters: {
            query?: never;
            header: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The `ETag` that was read: what was changed since is not overwritten. */
                "If-Match": components["parameters"]["ifMatch"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone. */
            204: {
                headers: {
                    "Casemate-Revision": components["headers"]["revision"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` or `grant_exceeded` */
            403: components["responses"]["Problem"];
            /** @description `not_found` */
            404: components["responses"]["Problem"];
            /** @description `method_not_allowed` */
            405: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `changed_meanwhile` or `in_use` or `last_administrator` or `managed_by_code` or `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `precondition_failed` */
            412: components["responses"]["Problem"];
            /** @description `precondition_required` */
            428: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `outcome_unknown` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    tryDetection: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "rules": "title: Somebody is deleted\nlogsource:\n    product: casemate\ndetection:\n    deleted:\n        action: casemate.user.delete\n        outcome: success\n    condition: deleted\nlevel: low\n"
                 *     }
                 */
                "application/json": components["schemas"]["DryRun"];
            };
        };
        responses: {
            /** @description What they would have found. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DryRunResult"];
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    searchDetections: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "limit": 50,
                 *       "search": "support",
                 *       "sort": "-created_at"
                 *     }
                 */
                "application/json": components["schemas"]["SearchRequest"];
            };
        };
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page20"];
                    "text/csv": string;
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    listEventCeilings: {
        parameters: {
            query?: {
                /** @description The `next` of the page before. */
                after?: components["parameters"]["after"];
                /** @description The most entries of the page. */
                limit?: components["parameters"]["limit"];
                /** @description `created_at` (where nothing is said), `updated_at`, `name`, or one of these with `-` before it for the opposite order. */
                sort?: string;
            };
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page16"];
                    "text/csv": string;
                };
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    createEventCeiling: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description Chosen by the client, unique for each thing to be made: the same request with the same key is carried out once, and answered the same for a day. A secret is in the first answer alone. */
                "Idempotency-Key"?: components["parameters"]["idempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "application": "notes",
                 *       "per_minute": 600,
                 *       "required": true,
                 *       "resource_types": [
                 *         "note"
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["EventCeilingEntry"];
            };
        };
        responses: {
            /** @description It was made. */
            201: {
                headers: {
                    "Casemate-Revision": components["headers"]["revision"];
                    ETag: components["headers"]["entityTag"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredEventCeilingEntry"];
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` or `grant_exceeded` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `changed_meanwhile` or `idempotency_key_busy` or `name_taken` or `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `idempotency_key_reused` or `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `outcome_unknown` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    getEventCeiling: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The `ETag` that the caller has: 304 where it is still the one. */
                "If-None-Match"?: components["parameters"]["ifNoneMatch"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It. */
            200: {
                headers: {
                    ETag: components["headers"]["entityTag"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredEventCeilingEntry"];
                };
            };
            /** @description What the caller has already is what is there. */
            304: {
                headers: {
                    ETag: components["headers"]["entityTag"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `not_found` */
            404: components["responses"]["Problem"];
            /** @description `method_not_allowed` */
            405: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    updateEventCeiling: {
        parameters: {
            query?: never;
            header: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The `ETag` that was read: what was changed since is not overwritten. */
                "If-Match": components["parameters"]["ifMatch"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "application": "notes",
                 *       "per_minute": 600,
                 *       "required": true,
                 *       "resource_types": [
                 *         "note"
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["EventCeilingEntry"];
            };
        };
        responses: {
            /** @description As it is now. */
            200: {
                headers: {
                    "Casemate-Revision": components["headers"]["revision"];
                    ETag: components["headers"]["entityTag"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredEventCeilingEntry"];
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` or `grant_exceeded` */
            403: components["responses"]["Problem"];
            /** @description `not_found` */
            404: components["responses"]["Problem"];
            /** @description `method_not_allowed` */
            405: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `changed_meanwhile` or `in_use` or `last_administrator` or `managed_by_code` or `name_taken` or `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `precondition_failed` */
            412: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `precondition_required` */
            428: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `outcome_unknown` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    deleteEventCeiling: {
        parameters: {
            query?: never;
            header: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The `ETag` that was read: what was changed since is not overwritten. */
                "If-Match": components["parameters"]["ifMatch"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone. */
            204: {
                headers: {
                    "Casemate-Revision": components["headers"]["revision"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` or `grant_exceeded` */
            403: components["responses"]["Problem"];
            /** @description `not_found` */
            404: components["responses"]["Problem"];
            /** @description `method_not_allowed` */
            405: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `changed_meanwhile` or `in_use` or `last_administrator` or `managed_by_code` or `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `precondition_failed` */
            412: components["responses"]["Problem"];
            /** @description `precondition_required` */
            428: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `outcome_unknown` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    searchEventCeilings: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "limit": 50,
                 *       "search": "support",
                 *       "sort": "-created_at"
                 *     }
                 */
                "application/json": components["schemas"]["SearchRequest"];
            };
        };
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page16"];
                    "text/csv": string;
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    listEventTypes: {
        parameters: {
            query?: {
                /** @description The `next` of the page before. */
                after?: components["parameters"]["after"];
                /** @description The most entries of the page. */
                limit?: components["parameters"]["limit"];
                /** @description `created_at` (where nothing is said), `updated_at`, `name`, or one of these with `-` before it for the opposite order. */
                sort?: string;
            };
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page15"];
                    "text/csv": string;
                };
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    createEventType: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description Chosen by the client, unique for each thing to be made: the same request with the same key is carried out once, and answered the same for a day. A secret is in the first answer alone. */
                "Idempotency-Key"?: components["parameters"]["idempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "notes.note.publish",
                 *       "schema": {
                 *         "properties": {
                 *           "title": {
                 *             "maxLength": 200,
                 *             "type": "string"
                 *           }
                 *         },
                 *         "required": [
                 *           "title"
                 *         ],
                 *         "type": "object"
                 *       },
                 *       "title": "A note is published"
                 *     }
                 */
                "application/json": components["schemas"]["EventTypeEntry"];
            };
        };
        responses: {
            /** @description It was made. */
            201: {
                headers: {
                    "Casemate-Revision": components["headers"]["revision"];
                    ETag: components["headers"]["entityTag"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredEventTypeEntry"];
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` or `grant_exceeded` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `changed_meanwhile` or `idempotency_key_busy` or `name_taken` or `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `idempotency_key_reused` or `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `outcome_unknown` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    getEventType: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The `ETag` that the caller has: 304 where it is still the one. */
                "If-None-Match"?: components["parameters"]["ifNoneMatch"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It. */
            200: {
                headers: {
                    ETag: components["headers"]["entityTag"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredEventTypeEntry"];
                };
            };
            /** @description What the caller has already is what is there. */
            304: {
                headers: {
                    ETag: components["headers"]["entityTag"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `not_found` */
            404: components["responses"]["Problem"];
            /** @description `method_not_allowed` */
            405: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    updateEventType: {
        parameters: {
            query?: never;
            header: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The `ETag` that was read: what was changed since is not overwritten. */
                "If-Match": components["parameters"]["ifMatch"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "notes.note.publish",
                 *       "schema": {
                 *         "properties": {
                 *           "title": {
                 *             "maxLength": 200,
                 *             "type": "string"
                 *           }
                 *         },
                 *         "required": [
                 *           "title"
                 *         ],
                 *         "type": "object"
                 *       },
                 *       "title": "A note is published"
                 *     }
                 */
                "application/json": components["schemas"]["EventTypeEntry"];
            };
        };
        responses: {
            /** @description As it is now. */
            200: {
                headers: {
                    "Casemate-Revision": components["headers"]["revision"];
                    ETag: components["headers"]["entityTag"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredEventTypeEntry"];
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` or `grant_exceeded` */
            403: components["responses"]["Problem"];
            /** @description `not_found` */
            404: components["responses"]["Problem"];
            /** @description `method_not_allowed` */
            405: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `changed_meanwhile` or `in_use` or `last_administrator` or `managed_by_code` or `name_taken` or `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `precondition_failed` */
            412: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `precondition_required` */
            428: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `outcome_unknown` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    deleteEventType: {
        parameters: {
            query?: never;
            header: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The `ETag` that was read: what was changed since is not overwritten. */
                "If-Match": components["parameters"]["ifMatch"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone. */
            204: {
                headers: {
                    "Casemate-Revision": components["headers"]["revision"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` or `grant_exceeded` */
            403: components["responses"]["Problem"];
            /** @description `not_found` */
            404: components["responses"]["Problem"];
            /** @description `method_not_allowed` */
            405: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `changed_meanwhile` or `in_use` or `last_administrator` or `managed_by_code` or `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `precondition_failed` */
            412: components["responses"]["Problem"];
            /** @description `precondition_required` */
            428: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `outcome_unknown` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    searchEventTypes: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "limit": 50,
                 *       "search": "support",
                 *       "sort": "-created_at"
                 *     }
                 */
                "application/json": components["schemas"]["SearchRequest"];
            };
        };
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page15"];
                    "text/csv": string;
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    explain: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "action": {
                 *         "name": "notes.read"
                 *       },
                 *       "resource": {
                 *         "id": "7",
                 *         "type": "note"
                 *       },
                 *       "subject": {
                 *         "id": "ada",
                 *         "type": "user"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["Question"];
            };
        };
        responses: {
            /** @description The explanation. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        [key: string]: unknown;
                    };
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    filter: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "action": {
                 *         "name": "notes.read"
                 *       },
                 *       "dialect": "postgres",
                 *       "subject": {
                 *         "id": "ada",
                 *         "type": "user"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["FilterQuestion"];
            };
        };
        responses: {
            /** @description The decision. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FilterAnswer"];
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `invalid_document` or `not_filterable` */
            422: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    listGroups: {
        parameters: {
            query?: {
                /** @description The `next` of the page before. */
                after?: components["parameters"]["after"];
                /** @description The most entries of the page. */
                limit?: components["parameters"]["limit"];
                /** @description `created_at`, `name`, or one of these with `-` before it. */
                sort?: string;
            };
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page, or the whole list. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page10"];
                    "text/csv": string;
                };
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    createGroup: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
                /** @description Chosen by the client, unique for each thing to be made: the same request with the same key is carried out once, and answered the same for a day. A secret is in the first answer alone. */
                "Idempotency-Key"?: components["parameters"]["idempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "engineering"
                 *     }
                 */
                "application/json": components["schemas"]["Group"];
            };
        };
        responses: {
            /** @description It was made. */
            201: {
                headers: {
                    "Casemate-Revision": components["headers"]["revision"];
                    ETag: components["headers"]["entityTag"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredGroup"];
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `changed_meanwhile` or `idempotency_key_busy` or `name_taken` or `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `idempotency_key_reused` or `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `outcome_unknown` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    getGroup: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
                /** @description The `ETag` that the caller has: 304 where it is still the one. */
                "If-None-Match"?: components["parameters"]["ifNoneMatch"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It. */
            200: {
                headers: {
                    ETag: components["headers"]["entityTag"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredGroup"];
                };
            };
            /** @description What the caller has already is what is there. */
            304: {
                headers: {
                    ETag: components["headers"]["entityTag"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `not_found` */
            404: components["responses"]["Problem"];
            /** @description `method_not_allowed` */
            405: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    updateGroup: {
        parameters: {
            query?: never;
            header: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
                /** @description The `ETag` that was read: what was changed since is not overwritten. */
                "If-Match": components["parameters"]["ifMatch"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "engineering"
                 *     }
                 */
                "application/json": components["schemas"]["Group"];
            };
        };
        responses: {
            /** @description As it is now. */
            200: {
                headers: {
                    "Casemate-Revision": components["headers"]["revision"];
                    ETag: components["headers"]["entityTag"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredGroup"];
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` or `grant_exceeded` */
            403: components["responses"]["Problem"];
            /** @description `not_found` */
            404: components["responses"]["Problem"];
            /** @description `method_not_allowed` */
            405: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `changed_meanwhile` or `in_use` or `managed_by_code` or `name_taken` or `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `precondition_failed` */
            412: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `precondition_required` */
            428: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `outcome_unknown` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    deleteGroup: {
        parameters: {
            query?: never;
            header: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
                /** @description The `ETag` that was read: what was changed since is not overwritten. */
                "If-Match": components["parameters"]["ifMatch"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone. */
            204: {
                headers: {
                    "Casemate-Revision": components["headers"]["revision"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `not_found` */
            404: components["responses"]["Problem"];
            /** @description `method_not_allowed` */
            405: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `changed_meanwhile` or `in_use` or `managed_by_code` or `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `precondition_failed` */
            412: components["responses"]["Problem"];
            /** @description `precondition_required` */
            428: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `outcome_unknown` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    listGroupMembers: {
        parameters: {
            query?: {
                /** @description The `next` of the page before. */
                after?: components["parameters"]["after"];
                /** @description The most entries of the page. */
                limit?: components["parameters"]["limit"];
                /** @description `user`, or `-user`: by the user's id. */
                sort?: string;
            };
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page, or the whole list. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page11"];
                    "text/csv": string;
                };
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `not_found` */
            404: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    addGroupMembers: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "users": [
                 *         "usr_0123456789abcdef0123456789abcdef"
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["NewGroupMembers"];
            };
        };
        responses: {
            /** @description They are in it. */
            204: {
                headers: {
                    "Casemate-Revision": components["headers"]["revision"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` or `grant_exceeded` */
            403: components["responses"]["Problem"];
            /** @description `not_found` */
            404: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `changed_meanwhile` or `managed_by_code` or `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `outcome_unknown` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    removeGroupMember: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
            };
            path: {
                id: string;
                user: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description They are not in it. */
            204: {
                headers: {
                    "Casemate-Revision": components["headers"]["revision"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` or `grant_exceeded` */
            403: components["responses"]["Problem"];
            /** @description `not_found` */
            404: components["responses"]["Problem"];
            /** @description `method_not_allowed` */
            405: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `changed_meanwhile` or `last_administrator` or `managed_by_code` or `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `outcome_unknown` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    searchGroupMembers: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "active": true,
                 *       "search": "lovelace"
                 *     }
                 */
                "application/json": components["schemas"]["GroupMemberSearch"];
            };
        };
        responses: {
            /** @description A page, or the whole list. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page11"];
                    "text/csv": string;
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `not_found` */
            404: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    listGroupVersions: {
        parameters: {
            query?: {
                /** @description The `next` of the page before. */
                after?: components["parameters"]["after"];
                /** @description The most entries of the page. */
                limit?: components["parameters"]["limit"];
                /** @description `-revision`, or `revision`. */
                sort?: string;
            };
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page, or the whole list. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page9"];
                    "text/csv": string;
                };
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `not_found` */
            404: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    getGroupVersion: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
            };
            path: {
                id: string;
                revision: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DirectoryVersionDetail"];
                };
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `not_found` */
            404: components["responses"]["Problem"];
            /** @description `method_not_allowed` */
            405: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    restoreGroup: {
        parameters: {
            query?: never;
            header: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
                /** @description The `ETag` that was read: what was changed since is not overwritten. */
                "If-Match": components["parameters"]["ifMatch"];
            };
            path: {
                id: string;
                revision: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "dry_run": true
                 *     }
                 */
                "application/json": components["schemas"]["RestoreRequest"];
            };
        };
        responses: {
            /** @description What was changed, or would be. */
            200: {
                headers: {
                    "Casemate-Revision": components["headers"]["revision"];
                    ETag: components["headers"]["entityTag"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DirectoryRestored"];
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` or `grant_exceeded` */
            403: components["responses"]["Problem"];
            /** @description `not_found` */
            404: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `changed_meanwhile` or `in_use` or `last_administrator` or `managed_by_code` or `name_taken` or `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `precondition_failed` */
            412: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `precondition_required` */
            428: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `outcome_unknown` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    searchGroupVersions: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "since": "2026-01-01T00:00:00Z",
                 *       "verb": "update"
                 *     }
                 */
                "application/json": components["schemas"]["DirectoryVersionSearch"];
            };
        };
        responses: {
            /** @description A page, or the whole list. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page9"];
                    "text/csv": string;
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `not_found` */
            404: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    searchGroups: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "search": "eng",
                 *       "sort": "name"
                 *     }
                 */
                "application/json": components["schemas"]["GroupSearch"];
            };
        };
        responses: {
            /** @description A page, or the whole list. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page10"];
                    "text/csv": string;
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    getPermissions: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
                /** @description The `ETag` that the caller has: 304 where it is still the one. */
                "If-None-Match"?: components["parameters"]["ifNoneMatch"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of it. */
            200: {
                headers: {
                    "Casemate-Revision": components["headers"]["revision"];
                    ETag: components["headers"]["entityTag"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TaggedPermissions"];
                };
            };
            /** @description What the caller has already is what is there. */
            304: {
                headers: {
                    "Casemate-Revision": components["headers"]["revision"];
                    ETag: components["headers"]["entityTag"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `not_found` */
            404: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `source_failed` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    getOwnPermissions: {
        parameters: {
            query?: never;
            header?: {
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
                /** @description The `ETag` that the caller has: 304 where it is still the one. */
                "If-None-Match"?: components["parameters"]["ifNoneMatch"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of it. */
            200: {
                headers: {
                    "Casemate-Revision": components["headers"]["revision"];
                    ETag: components["headers"]["entityTag"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TaggedPermissions"];
                };
            };
            /** @description What the caller has already is what is there. */
            304: {
                headers: {
                    "Casemate-Revision": components["headers"]["revision"];
                    ETag: components["headers"]["entityTag"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `source_failed` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    getLogLevels: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The levels. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LogLevels"];
                };
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    updateLogLevels: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "levels": "info,casemate::access=warn"
                 *     }
                 */
                "application/json": components["schemas"]["LogLevels"];
            };
        };
        responses: {
            /** @description The levels. */
            200: {
                headers: {
                    "Casemate-Revision": components["headers"]["revision"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LogLevels"];
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `changed_meanwhile` or `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `outcome_unknown` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    getMe: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description They, perhaps anonymous. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        [key: string]: unknown;
                    };
                };
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    followPermissionChanges: {
        parameters: {
            query?: {
                /** @description The revision or the id of the event after which changes are told, where `Last-Event-ID` is not sent. */
                after?: string;
            };
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Events, until the client goes away or may not read any more. */
            200: {
                headers: {
                    "Casemate-Revision": components["headers"]["revision"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": {
                        data: string;
                        event: string;
                        id: string;
                    };
                };
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    resolvePermissions: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "items": [
                 *         {
                 *           "anonymous": true
                 *         }
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["ResolveRequest"];
            };
        };
        responses: {
            /** @description What each holds, in order. */
            200: {
                headers: {
                    "Casemate-Revision": components["headers"]["revision"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ResolvedPermissions"];
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    listPermissionSchemas: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
                /** @description The `ETag` that the caller has: 304 where it is still the one. */
                "If-None-Match"?: components["parameters"]["ifNoneMatch"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The schemas. */
            200: {
                headers: {
                    "Casemate-Revision": components["headers"]["revision"];
                    ETag: components["headers"]["entityTag"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PermissionSchemas"];
                };
            };
            /** @description What the caller has already is what is there. */
            304: {
                headers: {
                    "Casemate-Revision": components["headers"]["revision"];
                    ETag: components["headers"]["entityTag"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    applyPolicy: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "dry_run": true,
                 *       "files": {
                 *         "roles.toml": "format = 1\n[[role]]\nname = \"support\"\npermissions = [{ name = \"cms.entry.*\" }]\n"
                 *       },
                 *       "origin": "git"
                 *     }
                 */
                "application/json": components["schemas"]["ApplyRequest"];
            };
        };
        responses: {
            /** @description What was changed, or would be. */
            200: {
                headers: {
                    "Casemate-Revision": components["headers"]["revision"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PolicyPlan"];
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` or `grant_exceeded` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `changed_meanwhile` or `last_administrator` or `managed_by_code` or `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `precondition_failed` */
            412: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `outcome_unknown` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    diffPolicy: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "from": 1,
                 *       "to": 2
                 *     }
                 */
                "application/json": components["schemas"]["DiffRequest"];
            };
        };
        responses: {
            /** @description The differences. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PolicyDiff"];
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    getPolicyImpact: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "limit": 100,
                 *       "to": {
                 *         "role": {
                 *           "name": "author",
                 *           "permissions": [
                 *             {
                 *               "name": "notes.read"
                 *             }
                 *           ]
                 *         }
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["ImpactRequest"];
            };
        };
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PolicyImpact"];
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `not_found` */
            404: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `managed_by_code` or `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `precondition_failed` */
            412: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    revertPolicy: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "dry_run": true,
                 *       "reason": "the new roles were wrong",
                 *       "revision": 1
                 *     }
                 */
                "application/json": components["schemas"]["RevertRequest"];
            };
        };
        responses: {
            /** @description What was changed, or would be. */
            200: {
                headers: {
                    "Casemate-Revision": components["headers"]["revision"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PolicyReverted"];
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` or `grant_exceeded` */
            403: components["responses"]["Problem"];
            /** @description `not_found` */
            404: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `changed_meanwhile` or `last_administrator` or `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `precondition_failed` */
            412: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `outcome_unknown` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    listPolicyVersions: {
        parameters: {
            query?: {
                /** @description The `next` of the page before. */
                after?: components["parameters"]["after"];
                /** @description The most entries of the page. */
                limit?: components["parameters"]["limit"];
                /** @description `-revision`, or `revision`. */
                sort?: string;
            };
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page, or the whole list. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page28"];
                    "text/csv": string;
                };
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    getPolicyVersion: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
            };
            path: {
                revision: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PolicyVersionDetail"];
                };
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `not_found` */
            404: components["responses"]["Problem"];
            /** @description `method_not_allowed` */
            405: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    searchPolicyVersions: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "search": "roles",
                 *       "since": "2026-01-01T00:00:00Z"
                 *     }
                 */
                "application/json": components["schemas"]["PolicyVersionSearch"];
            };
        };
        responses: {
            /** @description A page, or the whole list. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page28"];
                    "text/csv": string;
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    preview: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "as": {
                 *         "role": "author"
                 *       },
                 *       "evaluations": [
                 *         {
                 *           "action": {
                 *             "name": "notes.read"
                 *           }
                 *         },
                 *         {
                 *           "action": {
                 *             "name": "notes.delete"
                 *           }
                 *         }
                 *       ],
                 *       "resource": {
                 *         "id": "7",
                 *         "type": "note"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["PreviewQuestions"];
            };
        };
        responses: {
            /** @description The answers, in order. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PreviewAnswers"];
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    listProviders: {
        parameters: {
            query?: {
                /** @description The `next` of the page before. */
                after?: components["parameters"]["after"];
                /** @description The most entries of the page. */
                limit?: components["parameters"]["limit"];
                /** @description `created_at` (where nothing is said), `updated_at`, `name`, or one of these with `-` before it for the opposite order. */
                sort?: string;
            };
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page18"];
                    "text/csv": string;
                };
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    createProvider: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description Chosen by the client, unique for each thing to be made: the same request with the same key is carried out once, and answered the same for a day. A secret is in the first answer alone. */
                "Idempotency-Key"?: components["parameters"]["idempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "audiences": [
                 *         "casemate"
                 *       ],
                 *       "issuer": "https://login.example.com",
                 *       "name": "corp"
                 *     }
                 */
                "application/json": components["schemas"]["ProviderEntry"];
            };
        };
        responses: {
            /** @description It was made. */
            201: {
                headers: {
                    "Casemate-Revision": components["headers"]["revision"];
                    ETag: components["headers"]["entityTag"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredShownProvider"];
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` or `grant_exceeded` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `changed_meanwhile` or `idempotency_key_busy` or `name_taken` or `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `idempotency_key_reused` or `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `outcome_unknown` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    getProvider: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The `ETag` that the caller has: 304 where it is still the one. */
                "If-None-Match"?: components["parameters"]["ifNoneMatch"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It. */
            200: {
                headers: {
                    ETag: components["headers"]["entityTag"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredShownProvider"];
                };
            };
            /** @description What the caller has already is what is there. */
            304: {
                headers: {
                    ETag: components["headers"]["entityTag"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `not_found` */
            404: components["responses"]["Problem"];
            /** @description `method_not_allowed` */
            405: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    updateProvider: {
        parameters: {
            query?: never;
            header: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The `ETag` that was read: what was changed since is not overwritten. */
                "If-Match": components["parameters"]["ifMatch"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "audiences": [
                 *         "casemate"
                 *       ],
                 *       "issuer": "https://login.example.com",
                 *       "name": "corp"
                 *     }
                 */
                "application/json": components["schemas"]["ProviderEntry"];
            };
        };
        responses: {
            /** @description As it is now. */
            200: {
                headers: {
                    "Casemate-Revision": components["headers"]["revision"];
                    ETag: components["headers"]["entityTag"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredShownProvider"];
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` or `grant_exceeded` */
            403: components["responses"]["Problem"];
            /** @description `not_found` */
            404: components["responses"]["Problem"];
            /** @description `method_not_allowed` */
            405: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `changed_meanwhile` or `in_use` or `last_administrator` or `managed_by_code` or `name_taken` or `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `precondition_failed` */
            412: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `precondition_required` */
            428: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `outcome_unknown` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    deleteProvider: {
        parameters: {
            query?: never;
            header: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The `ETag` that was read: what was changed since is not overwritten. */
                "If-Match": components["parameters"]["ifMatch"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone. */
            204: {
                headers: {
                    "Casemate-Revision": components["headers"]["revision"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` or `grant_exceeded` */
            403: components["responses"]["Problem"];
            /** @description `not_found` */
            404: components["responses"]["Problem"];
            /** @description `method_not_allowed` */
            405: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `changed_meanwhile` or `in_use` or `last_administrator` or `managed_by_code` or `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `precondition_failed` */
            412: components["responses"]["Problem"];
            /** @description `precondition_required` */
            428: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `outcome_unknown` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    getDirectorySync: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description How it is pulled. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DirectorySync"];
                };
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `not_found` */
            404: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    runDirectorySync: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "dry_run": true,
                 *       "full": true
                 *     }
                 */
                "application/json": components["schemas"]["DirectorySyncRequest"];
            };
        };
        responses: {
            /** @description What it came to, or would come to. */
            200: {
                headers: {
                    "Casemate-Revision": components["headers"]["revision"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DirectorySyncReport"];
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `not_found` */
            404: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `changed_meanwhile` or `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `outcome_unknown` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    tryProviderMapping: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "claims": {
                 *         "department": "finance",
                 *         "sub": "ada"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["MappingTrialRequest"];
            };
        };
        responses: {
            /** @description What they would be. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MappingTrial"];
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `not_found` */
            404: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    searchProviders: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "limit": 50,
                 *       "search": "support",
                 *       "sort": "-created_at"
                 *     }
                 */
                "application/json": components["schemas"]["SearchRequest"];
            };
        };
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page18"];
                    "text/csv": string;
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    listResources: {
        parameters: {
            query?: {
                /** @description The `next` of the page before. */
                after?: components["parameters"]["after"];
                /** @description The most entries of the page. */
                limit?: components["parameters"]["limit"];
                /** @description `id`: by application, type and id; or `-id`. */
                sort?: string;
            };
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page, or the whole list. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page12"];
                    "text/csv": string;
                };
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    createResource: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
                /** @description Chosen by the client, unique for each thing to be made: the same request with the same key is carried out once, and answered the same for a day. A secret is in the first answer alone. */
                "Idempotency-Key"?: components["parameters"]["idempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "application": "notes",
                 *       "attributes": {
                 *         "author": "ada"
                 *       },
                 *       "id": "7",
                 *       "type": "note"
                 *     }
                 */
                "application/json": components["schemas"]["NewResource"];
            };
        };
        responses: {
            /** @description It is registered. */
            201: {
                headers: {
                    "Casemate-Revision": components["headers"]["revision"];
                    ETag: components["headers"]["entityTag"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredResource"];
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `changed_meanwhile` or `idempotency_key_busy` or `name_taken` or `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `idempotency_key_reused` or `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `outcome_unknown` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    getResource: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
                /** @description The `ETag` that the caller has: 304 where it is still the one. */
                "If-None-Match"?: components["parameters"]["ifNoneMatch"];
            };
            path: {
                application: string;
                id: string;
                type: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It. */
            200: {
                headers: {
                    ETag: components["headers"]["entityTag"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredResource"];
                };
            };
            /** @description What the caller has already is what is there. */
            304: {
                headers: {
                    ETag: components["headers"]["entityTag"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `not_found` */
            404: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    updateResource: {
        parameters: {
            query?: never;
            header: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
                /** @description The `ETag` that was read: what was changed since is not overwritten. */
                "If-Match": components["parameters"]["ifMatch"];
            };
            path: {
                application: string;
                id: string;
                type: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "attributes": {
                 *         "author": "bob"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["ResourceChange"];
            };
        };
        responses: {
            /** @description As it is now. */
            200: {
                headers: {
                    "Casemate-Revision": components["headers"]["revision"];
                    ETag: components["headers"]["entityTag"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredResource"];
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `not_found` */
            404: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `changed_meanwhile` or `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `precondition_failed` */
            412: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `precondition_required` */
            428: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `outcome_unknown` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    deleteResource: {
        parameters: {
            query?: never;
            header: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
                /** @description The `ETag` that was read: what was changed since is not overwritten. */
                "If-Match": components["parameters"]["ifMatch"];
            };
            path: {
                application: string;
                id: string;
                type: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone. */
            204: {
                headers: {
                    "Casemate-Revision": components["headers"]["revision"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `not_found` */
            404: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `changed_meanwhile` or `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `precondition_failed` */
            412: components["responses"]["Problem"];
            /** @description `precondition_required` */
            428: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `outcome_unknown` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    patchResource: {
        parameters: {
            query?: never;
            header: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
                /** @description The `ETag` that was read: what was changed since is not overwritten. */
                "If-Match": components["parameters"]["ifMatch"];
            };
            path: {
                application: string;
                id: string;
                type: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "attributes": {
                 *         "author": "bob"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["ResourcePatch"];
            };
        };
        responses: {
            /** @description As it is now. */
            200: {
                headers: {
                    "Casemate-Revision": components["headers"]["revision"];
                    ETag: components["headers"]["entityTag"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredResource"];
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `not_found` */
            404: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `changed_meanwhile` or `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `precondition_failed` */
            412: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `precondition_required` */
            428: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `outcome_unknown` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    putResources: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
                /** @description Chosen by the client, unique for each thing to be made: the same request with the same key is carried out once, and answered the same for a day. A secret is in the first answer alone. */
                "Idempotency-Key"?: components["parameters"]["idempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "items": [
                 *         {
                 *           "application": "notes",
                 *           "attributes": {
                 *             "author": "ada"
                 *           },
                 *           "id": "7",
                 *           "type": "note"
                 *         }
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["ResourceBatch"];
            };
        };
        responses: {
            /** @description All of them are as written. */
            200: {
                headers: {
                    "Casemate-Revision": components["headers"]["revision"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WrittenResources"];
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `changed_meanwhile` or `idempotency_key_busy` or `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `idempotency_key_reused` or `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `outcome_unknown` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    searchResources: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "application": "notes",
                 *       "search": "plan",
                 *       "type": "note"
                 *     }
                 */
                "application/json": components["schemas"]["ResourceSearch"];
            };
        };
        responses: {
            /** @description A page, or the whole list. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page12"];
                    "text/csv": string;
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    listRoles: {
        parameters: {
            query?: {
                /** @description The `next` of the page before. */
                after?: components["parameters"]["after"];
                /** @description The most entries of the page. */
                limit?: components["parameters"]["limit"];
                /** @description `created_at` (where nothing is said), `updated_at`, `name`, or one of these with `-` before it for the opposite order. */
                sort?: string;
            };
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page2"];
                    "text/csv": string;
                };
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    createRole: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
                /** @description Chosen by the client, unique for each thing to be made: the same request with the same key is carried out once, and answered the same for a day. A secret is in the first answer alone. */
                "Idempotency-Key"?: components["parameters"]["idempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "support",
                 *       "permissions": [
                 *         {
                 *           "name": "cms.entry.*",
                 *           "own": true
                 *         }
                 *       ],
                 *       "title": "Support"
                 *     }
                 */
                "application/json": components["schemas"]["RoleEntry"];
            };
        };
        responses: {
            /** @description It was made. */
            201: {
                headers: {
                    "Casemate-Revision": components["headers"]["revision"];
                    ETag: components["headers"]["entityTag"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredRoleEntry"];
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` or `grant_exceeded` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `changed_meanwhile` or `idempotency_key_busy` or `name_taken` or `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `idempotency_key_reused` or `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `outcome_unknown` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    getRole: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
                /** @description The `ETag` that the caller has: 304 where it is still the one. */
                "If-None-Match"?: components["parameters"]["ifNoneMatch"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It. */
            200: {
                headers: {
                    ETag: components["headers"]["entityTag"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredRoleEntry"];
                };
            };
            /** @description What the caller has already is what is there. */
            304: {
                headers: {
                    ETag: components["headers"]["entityTag"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `not_found` */
            404: components["responses"]["Problem"];
            /** @description `method_not_allowed` */
            405: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    updateRole: {
        parameters: {
            query?: never;
            header: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
                /** @description The `ETag` that was read: what was changed since is not overwritten. */
                "If-Match": components["parameters"]["ifMatch"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "support",
                 *       "permissions": [
                 *         {
                 *           "name": "cms.entry.*",
                 *           "own": true
                 *         }
                 *       ],
                 *       "title": "Support"
                 *     }
                 */
                "application/json": components["schemas"]["RoleEntry"];
            };
        };
        responses: {
            /** @description As it is now. */
            200: {
                headers: {
                    "Casemate-Revision": components["headers"]["revision"];
                    ETag: components["headers"]["entityTag"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredRoleEntry"];
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` or `grant_exceeded` */
            403: components["responses"]["Problem"];
            /** @description `not_found` */
            404: components["responses"]["Problem"];
            /** @description `method_not_allowed` */
            405: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `changed_meanwhile` or `in_use` or `last_administrator` or `managed_by_code` or `name_taken` or `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `precondition_failed` */
            412: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `precondition_required` */
            428: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `outcome_unknown` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    deleteRole: {
        parameters: {
            query?: never;
            header: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
                /** @description The `ETag` that was read: what was changed since is not overwritten. */
                "If-Match": components["parameters"]["ifMatch"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone. */
            204: {
                headers: {
                    "Casemate-Revision": components["headers"]["revision"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` or `grant_exceeded` */
            403: components["responses"]["Problem"];
            /** @description `not_found` */
            404: components["responses"]["Problem"];
            /** @description `method_not_allowed` */
            405: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `changed_meanwhile` or `in_use` or `last_administrator` or `managed_by_code` or `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `precondition_failed` */
            412: components["responses"]["Problem"];
            /** @description `precondition_required` */
            428: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `outcome_unknown` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    validateRoleChange: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "support",
                 *       "permissions": [
                 *         {
                 *           "name": "cms.entry.{read"
                 *         }
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["RoleEntry"];
            };
        };
        responses: {
            /** @description What is wrong with it. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RoleValidation"];
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `not_found` */
            404: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    searchRoles: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "limit": 50,
                 *       "search": "support",
                 *       "sort": "-created_at"
                 *     }
                 */
                "application/json": components["schemas"]["SearchRequest"];
            };
        };
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page2"];
                    "text/csv": string;
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    validateRole: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "support",
                 *       "permissions": [
                 *         {
                 *           "name": "cms.entry.{read"
                 *         }
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["RoleEntry"];
            };
        };
        responses: {
            /** @description What is wrong with it. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RoleValidation"];
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    listServiceAccounts: {
        parameters: {
            query?: {
                /** @description The `next` of the page before. */
                after?: components["parameters"]["after"];
                /** @description The most entries of the page. */
                limit?: components["parameters"]["limit"];
                /** @description `created_at` (where nothing is said), `updated_at`, `name`, or one of these with `-` before it for the opposite order. */
                sort?: string;
            };
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page7"];
                    "text/csv": string;
                };
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    createServiceAccount: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
                /** @description Chosen by the client, unique for each thing to be made: the same request with the same key is carried out once, and answered the same for a day. A secret is in the first answer alone. */
                "Idempotency-Key"?: components["parameters"]["idempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "ci",
                 *       "title": "Continuous integration"
                 *     }
                 */
                "application/json": components["schemas"]["ServiceAccountEntry"];
            };
        };
        responses: {
            /** @description It was made. */
            201: {
                headers: {
                    "Casemate-Revision": components["headers"]["revision"];
                    ETag: components["headers"]["entityTag"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredServiceAccountEntry"];
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` or `grant_exceeded` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `changed_meanwhile` or `idempotency_key_busy` or `name_taken` or `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `idempotency_key_reused` or `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `outcome_unknown` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    getServiceAccount: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
                /** @description The `ETag` that the caller has: 304 where it is still the one. */
                "If-None-Match"?: components["parameters"]["ifNoneMatch"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It. */
            200: {
                headers: {
                    ETag: components["headers"]["entityTag"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredServiceAccountEntry"];
                };
            };
            /** @description What the caller has already is what is there. */
            304: {
                headers: {
                    ETag: components["headers"]["entityTag"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `not_found` */
            404: components["responses"]["Problem"];
            /** @description `method_not_allowed` */
            405: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    updateServiceAccount: {
        parameters: {
            query?: never;
            header: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
                /** @description The `ETag` that was read: what was changed since is not overwritten. */
                "If-Match": components["parameters"]["ifMatch"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "ci",
                 *       "title": "Continuous integration"
                 *     }
                 */
                "application/json": components["schemas"]["ServiceAccountEntry"];
            };
        };
        responses: {
            /** @description As it is now. */
            200: {
                headers: {
                    "Casemate-Revision": components["headers"]["revision"];
                    ETag: components["headers"]["entityTag"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredServiceAccountEntry"];
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` or `grant_exceeded` */
            403: components["responses"]["Problem"];
            /** @description `not_found` */
            404: components["responses"]["Problem"];
            /** @description `method_not_allowed` */
            405: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `changed_meanwhile` or `in_use` or `last_administrator` or `managed_by_code` or `name_taken` or `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `precondition_failed` */
            412: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `precondition_required` */
            428: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `outcome_unknown` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    deleteServiceAccount: {
        parameters: {
            query?: never;
            header: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
                /** @description The `ETag` that was read: what was changed since is not overwritten. */
                "If-Match": components["parameters"]["ifMatch"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone. */
            204: {
                headers: {
                    "Casemate-Revision": components["headers"]["revision"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` or `grant_exceeded` */
            403: components["responses"]["Problem"];
            /** @description `not_found` */
            404: components["responses"]["Problem"];
            /** @description `method_not_allowed` */
            405: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `changed_meanwhile` or `in_use` or `last_administrator` or `managed_by_code` or `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `precondition_failed` */
            412: components["responses"]["Problem"];
            /** @description `precondition_required` */
            428: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `outcome_unknown` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    listApiKeys: {
        parameters: {
            query?: {
                /** @description The `next` of the page before. */
                after?: components["parameters"]["after"];
                /** @description The most entries of the page. */
                limit?: components["parameters"]["limit"];
                /** @description `created_at`, `title`, or one of these with `-` before it. */
                sort?: string;
            };
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page, or the whole list. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page13"];
                    "text/csv": string;
                };
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `not_found` */
            404: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    createApiKey: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
                /** @description Chosen by the client, unique for each thing to be made: the same request with the same key is carried out once, and answered the same for a day. A secret is in the first answer alone. */
                "Idempotency-Key"?: components["parameters"]["idempotencyKey"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "networks": [
                 *         "192.0.2.0/24"
                 *       ],
                 *       "title": "nightly build"
                 *     }
                 */
                "application/json": components["schemas"]["ApiKeyRequest"];
            };
        };
        responses: {
            /** @description It was made. */
            201: {
                headers: {
                    "Casemate-Revision": components["headers"]["revision"];
                    ETag: components["headers"]["entityTag"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiKey"];
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` or `grant_exceeded` */
            403: components["responses"]["Problem"];
            /** @description `not_found` */
            404: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `changed_meanwhile` or `idempotency_key_busy` or `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `idempotency_key_reused` or `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `outcome_unknown` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    searchServiceAccounts: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "limit": 50,
                 *       "search": "support",
                 *       "sort": "-created_at"
                 *     }
                 */
                "application/json": components["schemas"]["SearchRequest"];
            };
        };
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page7"];
                    "text/csv": string;
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    listSessions: {
        parameters: {
            query?: {
                /** @description The `next` of the page before. */
                after?: components["parameters"]["after"];
                /** @description The most entries of the page. */
                limit?: components["parameters"]["limit"];
                /** @description `-created_at`, the newest first, or `created_at`. */
                sort?: string;
            };
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page, or the whole list. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page30"];
                    "text/csv": string;
                };
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    endSession: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It has ended. */
            204: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `cross_site` */
            403: components["responses"]["Problem"];
            /** @description `not_found` */
            404: components["responses"]["Problem"];
            /** @description `method_not_allowed` */
            405: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    endSessions: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "provider": "corp",
                 *       "subject": "ada"
                 *     }
                 */
                "application/json": components["schemas"]["SessionsEnd"];
            };
        };
        responses: {
            /** @description How many ended; none where they were signed in nowhere. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionsEnded"];
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `cross_site` or `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    searchSessions: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "provider": "corp",
                 *       "subject": "ada"
                 *     }
                 */
                "application/json": components["schemas"]["SessionSearch"];
            };
        };
        responses: {
            /** @description A page, or the whole list. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page30"];
                    "text/csv": string;
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    listSettings: {
        parameters: {
            query?: {
                /** @description The `next` of the page before. */
                after?: components["parameters"]["after"];
                /** @description The most entries of the page. */
                limit?: components["parameters"]["limit"];
                /** @description `created_at` (where nothing is said), `updated_at`, `name`, or one of these with `-` before it for the opposite order. */
                sort?: string;
            };
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page19"];
                    "text/csv": string;
                };
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    createSetting: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description Chosen by the client, unique for each thing to be made: the same request with the same key is carried out once, and answered the same for a day. A secret is in the first answer alone. */
                "Idempotency-Key"?: components["parameters"]["idempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "decision.recorded",
                 *       "value": "all"
                 *     }
                 */
                "application/json": components["schemas"]["SettingEntry"];
            };
        };
        responses: {
            /** @description It was made. */
            201: {
                headers: {
                    "Casemate-Revision": components["headers"]["revision"];
                    ETag: components["headers"]["entityTag"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredSettingEntry"];
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` or `grant_exceeded` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `changed_meanwhile` or `idempotency_key_busy` or `name_taken` or `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `idempotency_key_reused` or `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `outcome_unknown` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    getSetting: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The `ETag` that the caller has: 304 where it is still the one. */
                "If-None-Match"?: components["parameters"]["ifNoneMatch"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It. */
            200: {
                headers: {
                    ETag: components["headers"]["entityTag"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredSettingEntry"];
                };
            };
            /** @description What the caller has already is what is there. */
            304: {
                headers: {
                    ETag: components["headers"]["entityTag"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `not_found` */
            404: components["responses"]["Problem"];
            /** @description `method_not_allowed` */
            405: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    updateSetting: {
        parameters: {
            query?: never;
            header: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The `ETag` that was read: what was changed since is not overwritten. */
                "If-Match": components["parameters"]["ifMatch"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "decision.recorded",
                 *       "value": "all"
                 *     }
                 */
                "application/json": components["schemas"]["SettingEntry"];
            };
        };
        responses: {
            /** @description As it is now. */
            200: {
                headers: {
                    "Casemate-Revision": components["headers"]["revision"];
                    ETag: components["headers"]["entityTag"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredSettingEntry"];
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` or `grant_exceeded` */
            403: components["responses"]["Problem"];
            /** @description `not_found` */
            404: components["responses"]["Problem"];
            /** @description `method_not_allowed` */
            405: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `changed_meanwhile` or `in_use` or `last_administrator` or `managed_by_code` or `name_taken` or `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `precondition_failed` */
            412: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `precondition_required` */
            428: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `outcome_unknown` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    deleteSetting: {
        parameters: {
            query?: never;
            header: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The `ETag` that was read: what was changed since is not overwritten. */
                "If-Match": components["parameters"]["ifMatch"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone. */
            204: {
                headers: {
                    "Casemate-Revision": components["headers"]["revision"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` or `grant_exceeded` */
            403: components["responses"]["Problem"];
            /** @description `not_found` */
            404: components["responses"]["Problem"];
            /** @description `method_not_allowed` */
            405: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `changed_meanwhile` or `in_use` or `last_administrator` or `managed_by_code` or `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `precondition_failed` */
            412: components["responses"]["Problem"];
            /** @description `precondition_required` */
            428: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `outcome_unknown` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    searchSettings: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "limit": 50,
                 *       "search": "support",
                 *       "sort": "-created_at"
                 *     }
                 */
                "application/json": components["schemas"]["SearchRequest"];
            };
        };
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page19"];
                    "text/csv": string;
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    listSources: {
        parameters: {
            query?: {
                /** @description The `next` of the page before. */
                after?: components["parameters"]["after"];
                /** @description The most entries of the page. */
                limit?: components["parameters"]["limit"];
                /** @description `created_at` (where nothing is said), `updated_at`, `name`, or one of these with `-` before it for the opposite order. */
                sort?: string;
            };
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page17"];
                    "text/csv": string;
                };
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    createSource: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description Chosen by the client, unique for each thing to be made: the same request with the same key is carried out once, and answered the same for a day. A secret is in the first answer alone. */
                "Idempotency-Key"?: components["parameters"]["idempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "ceiling": [
                 *         "cms.*"
                 *       ],
                 *       "claim": "permissions",
                 *       "name": "token",
                 *       "provider": "corp"
                 *     }
                 */
                "application/json": components["schemas"]["SourceEntry"];
            };
        };
        responses: {
            /** @description It was made. */
            201: {
                headers: {
                    "Casemate-Revision": components["headers"]["revision"];
                    ETag: components["headers"]["entityTag"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredSourceEntry"];
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` or `grant_exceeded` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `changed_meanwhile` or `idempotency_key_busy` or `name_taken` or `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `idempotency_key_reused` or `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `outcome_unknown` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    getSource: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The `ETag` that the caller has: 304 where it is still the one. */
                "If-None-Match"?: components["parameters"]["ifNoneMatch"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It. */
            200: {
                headers: {
                    ETag: components["headers"]["entityTag"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredSourceEntry"];
                };
            };
            /** @description What the caller has already is what is there. */
            304: {
                headers: {
                    ETag: components["headers"]["entityTag"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `not_found` */
            404: components["responses"]["Problem"];
            /** @description `method_not_allowed` */
            405: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    updateSource: {
        parameters: {
            query?: never;
            header: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The `ETag` that was read: what was changed since is not overwritten. */
                "If-Match": components["parameters"]["ifMatch"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "ceiling": [
                 *         "cms.*"
                 *       ],
                 *       "claim": "permissions",
                 *       "name": "token",
                 *       "provider": "corp"
                 *     }
                 */
                "application/json": components["schemas"]["SourceEntry"];
            };
        };
        responses: {
            /** @description As it is now. */
            200: {
                headers: {
                    "Casemate-Revision": components["headers"]["revision"];
                    ETag: components["headers"]["entityTag"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredSourceEntry"];
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` or `grant_exceeded` */
            403: components["responses"]["Problem"];
            /** @description `not_found` */
            404: components["responses"]["Problem"];
            /** @description `method_not_allowed` */
            405: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `changed_meanwhile` or `in_use` or `last_administrator` or `managed_by_code` or `name_taken` or `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `precondition_failed` */
            412: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `precondition_required` */
            428: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `outcome_unknown` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    deleteSource: {
        parameters: {
            query?: never;
            header: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The `ETag` that was read: what was changed since is not overwritten. */
                "If-Match": components["parameters"]["ifMatch"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone. */
            204: {
                headers: {
                    "Casemate-Revision": components["headers"]["revision"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` or `grant_exceeded` */
            403: components["responses"]["Problem"];
            /** @description `not_found` */
            404: components["responses"]["Problem"];
            /** @description `method_not_allowed` */
            405: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `changed_meanwhile` or `in_use` or `last_administrator` or `managed_by_code` or `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `precondition_failed` */
            412: components["responses"]["Problem"];
            /** @description `precondition_required` */
            428: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `outcome_unknown` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    forgetSource: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "identity": {
                 *         "id": "ada",
                 *         "type": "user"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["ForgetRequest"];
            };
        };
        responses: {
            /** @description It is forgotten. */
            204: {
                headers: {
                    "Casemate-Revision": components["headers"]["revision"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `not_found` */
            404: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `changed_meanwhile` or `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `outcome_unknown` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    searchSources: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "limit": 50,
                 *       "search": "support",
                 *       "sort": "-created_at"
                 *     }
                 */
                "application/json": components["schemas"]["SearchRequest"];
            };
        };
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page17"];
                    "text/csv": string;
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    listTeams: {
        parameters: {
            query?: {
                /** @description The `next` of the page before. */
                after?: components["parameters"]["after"];
                /** @description The most entries of the page. */
                limit?: components["parameters"]["limit"];
                /** @description `created_at` (where nothing is said), `updated_at`, `name`, or one of these with `-` before it for the opposite order. */
                sort?: string;
            };
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page3"];
                    "text/csv": string;
                };
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    createTeam: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
                /** @description Chosen by the client, unique for each thing to be made: the same request with the same key is carried out once, and answered the same for a day. A secret is in the first answer alone. */
                "Idempotency-Key"?: components["parameters"]["idempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "helpdesk",
                 *       "roles": [
                 *         "support"
                 *       ],
                 *       "title": "Helpdesk"
                 *     }
                 */
                "application/json": components["schemas"]["TeamEntry"];
            };
        };
        responses: {
            /** @description It was made. */
            201: {
                headers: {
                    "Casemate-Revision": components["headers"]["revision"];
                    ETag: components["headers"]["entityTag"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredTeamEntry"];
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` or `grant_exceeded` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `changed_meanwhile` or `idempotency_key_busy` or `name_taken` or `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `idempotency_key_reused` or `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `outcome_unknown` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    getTeam: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
                /** @description The `ETag` that the caller has: 304 where it is still the one. */
                "If-None-Match"?: components["parameters"]["ifNoneMatch"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It. */
            200: {
                headers: {
                    ETag: components["headers"]["entityTag"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredTeamEntry"];
                };
            };
            /** @description What the caller has already is what is there. */
            304: {
                headers: {
                    ETag: components["headers"]["entityTag"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `not_found` */
            404: components["responses"]["Problem"];
            /** @description `method_not_allowed` */
            405: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    updateTeam: {
        parameters: {
            query?: never;
            header: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
                /** @description The `ETag` that was read: what was changed since is not overwritten. */
                "If-Match": components["parameters"]["ifMatch"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "helpdesk",
                 *       "roles": [
                 *         "support"
                 *       ],
                 *       "title": "Helpdesk"
                 *     }
                 */
                "application/json": components["schemas"]["TeamEntry"];
            };
        };
        responses: {
            /** @description As it is now. */
            200: {
                headers: {
                    "Casemate-Revision": components["headers"]["revision"];
                    ETag: components["headers"]["entityTag"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredTeamEntry"];
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` or `grant_exceeded` */
            403: components["responses"]["Problem"];
            /** @description `not_found` */
            404: components["responses"]["Problem"];
            /** @description `method_not_allowed` */
            405: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `changed_meanwhile` or `in_use` or `last_administrator` or `managed_by_code` or `name_taken` or `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `precondition_failed` */
            412: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `precondition_required` */
            428: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `outcome_unknown` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    deleteTeam: {
        parameters: {
            query?: never;
            header: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
                /** @description The `ETag` that was read: what was changed since is not overwritten. */
                "If-Match": components["parameters"]["ifMatch"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone. */
            204: {
                headers: {
                    "Casemate-Revision": components["headers"]["revision"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` or `grant_exceeded` */
            403: components["responses"]["Problem"];
            /** @description `not_found` */
            404: components["responses"]["Problem"];
            /** @description `method_not_allowed` */
            405: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `changed_meanwhile` or `in_use` or `last_administrator` or `managed_by_code` or `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `precondition_failed` */
            412: components["responses"]["Problem"];
            /** @description `precondition_required` */
            428: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `outcome_unknown` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    searchTeams: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "limit": 50,
                 *       "search": "support",
                 *       "sort": "-created_at"
                 *     }
                 */
                "application/json": components["schemas"]["SearchRequest"];
            };
        };
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page3"];
                    "text/csv": string;
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    listTemporaryCredentials: {
        parameters: {
            query?: {
                /** @description The `next` of the page before. */
                after?: components["parameters"]["after"];
                /** @description The most entries of the page. */
                limit?: components["parameters"]["limit"];
                /** @description `-created_at`, the newest first, or `created_at`. */
                sort?: string;
            };
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page, or the whole list. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page31"];
                    "text/csv": string;
                };
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    createTemporaryCredential: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "networks": [
                 *         "192.0.2.0/24"
                 *       ],
                 *       "permissions": [
                 *         "cms.entry.*"
                 *       ],
                 *       "seconds": 900,
                 *       "title": "a deployment"
                 *     }
                 */
                "application/json": components["schemas"]["TemporaryCredentialRequest"];
            };
        };
        responses: {
            /** @description It was made. */
            201: {
                headers: {
                    ETag: components["headers"]["entityTag"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TemporaryCredential"];
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `insufficient_user_authentication` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `cross_site` or `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `limit_reached` */
            429: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    revokeTemporaryCredential: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It has ended. */
            204: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `cross_site` or `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `not_found` */
            404: components["responses"]["Problem"];
            /** @description `method_not_allowed` */
            405: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    searchTemporaryCredentials: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "provider": "corp",
                 *       "subject": "ada"
                 *     }
                 */
                "application/json": components["schemas"]["TemporaryCredentialSearch"];
            };
        };
        responses: {
            /** @description A page, or the whole list. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page31"];
                    "text/csv": string;
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    listTenants: {
        parameters: {
            query?: {
                /** @description The `next` of the page before. */
                after?: components["parameters"]["after"];
                /** @description The most entries of the page. */
                limit?: components["parameters"]["limit"];
                /** @description `created_at` (where nothing is said), `updated_at`, `name`, or one of these with `-` before it for the opposite order. */
                sort?: string;
            };
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page"];
                    "text/csv": string;
                };
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    createTenant: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description Chosen by the client, unique for each thing to be made: the same request with the same key is carried out once, and answered the same for a day. A secret is in the first answer alone. */
                "Idempotency-Key"?: components["parameters"]["idempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "id": "acme",
                 *       "title": "Acme"
                 *     }
                 */
                "application/json": components["schemas"]["TenantEntry"];
            };
        };
        responses: {
            /** @description It was made. */
            201: {
                headers: {
                    "Casemate-Revision": components["headers"]["revision"];
                    ETag: components["headers"]["entityTag"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredTenantEntry"];
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` or `grant_exceeded` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `changed_meanwhile` or `idempotency_key_busy` or `name_taken` or `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `idempotency_key_reused` or `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `outcome_unknown` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    getTenant: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The `ETag` that the caller has: 304 where it is still the one. */
                "If-None-Match"?: components["parameters"]["ifNoneMatch"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It. */
            200: {
                headers: {
                    ETag: components["headers"]["entityTag"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredTenantEntry"];
                };
            };
            /** @description What the caller has already is what is there. */
            304: {
                headers: {
                    ETag: components["headers"]["entityTag"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `not_found` */
            404: components["responses"]["Problem"];
            /** @description `method_not_allowed` */
            405: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    updateTenant: {
        parameters: {
            query?: never;
            header: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The `ETag` that was read: what was changed since is not overwritten. */
                "If-Match": components["parameters"]["ifMatch"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "id": "acme",
                 *       "title": "Acme"
                 *     }
                 */
                "application/json": components["schemas"]["TenantEntry"];
            };
        };
        responses: {
            /** @description As it is now. */
            200: {
                headers: {
                    "Casemate-Revision": components["headers"]["revision"];
                    ETag: components["headers"]["entityTag"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredTenantEntry"];
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` or `grant_exceeded` */
            403: components["responses"]["Problem"];
            /** @description `not_found` */
            404: components["responses"]["Problem"];
            /** @description `method_not_allowed` */
            405: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `changed_meanwhile` or `in_use` or `last_administrator` or `managed_by_code` or `name_taken` or `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `precondition_failed` */
            412: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `precondition_required` */
            428: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `outcome_unknown` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    deleteTenant: {
        parameters: {
            query?: never;
            header: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The `ETag` that was read: what was changed since is not overwritten. */
                "If-Match": components["parameters"]["ifMatch"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone. */
            204: {
                headers: {
                    "Casemate-Revision": components["headers"]["revision"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` or `grant_exceeded` */
            403: components["responses"]["Problem"];
            /** @description `not_found` */
            404: components["responses"]["Problem"];
            /** @description `method_not_allowed` */
            405: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `changed_meanwhile` or `in_use` or `last_administrator` or `managed_by_code` or `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `precondition_failed` */
            412: components["responses"]["Problem"];
            /** @description `precondition_required` */
            428: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `outcome_unknown` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    appointTenantAdministrator: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "administrator": {
                 *         "service_account": {
                 *           "name": "operator"
                 *         }
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["AppointmentRequest"];
            };
        };
        responses: {
            /** @description The administrator. */
            201: {
                headers: {
                    "Casemate-Revision": components["headers"]["revision"];
                    ETag: components["headers"]["entityTag"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Administrator"];
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` or `grant_exceeded` */
            403: components["responses"]["Problem"];
            /** @description `not_found` */
            404: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `changed_meanwhile` or `name_taken` or `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `outcome_unknown` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    searchTenants: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "limit": 50,
                 *       "search": "support",
                 *       "sort": "-created_at"
                 *     }
                 */
                "application/json": components["schemas"]["SearchRequest"];
            };
        };
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page"];
                    "text/csv": string;
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    listUsers: {
        parameters: {
            query?: {
                /** @description The `next` of the page before. */
                after?: components["parameters"]["after"];
                /** @description The most entries of the page. */
                limit?: components["parameters"]["limit"];
                /** @description `created_at`, `login`, or one of these with `-` before it. */
                sort?: string;
            };
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page, or the whole list. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page8"];
                    "text/csv": string;
                };
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    createUser: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
                /** @description Chosen by the client, unique for each thing to be made: the same request with the same key is carried out once, and answered the same for a day. A secret is in the first answer alone. */
                "Idempotency-Key"?: components["parameters"]["idempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "attributes": {
                 *         "department": "engines"
                 *       },
                 *       "display_name": "Ada Lovelace",
                 *       "login": "ada@example.com"
                 *     }
                 */
                "application/json": components["schemas"]["User"];
            };
        };
        responses: {
            /** @description They were made. */
            201: {
                headers: {
                    "Casemate-Revision": components["headers"]["revision"];
                    ETag: components["headers"]["entityTag"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredUser"];
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` or `grant_exceeded` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `changed_meanwhile` or `idempotency_key_busy` or `name_taken` or `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `idempotency_key_reused` or `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `outcome_unknown` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    getUser: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
                /** @description The `ETag` that the caller has: 304 where it is still the one. */
                "If-None-Match"?: components["parameters"]["ifNoneMatch"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description They. */
            200: {
                headers: {
                    ETag: components["headers"]["entityTag"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredUser"];
                };
            };
            /** @description What the caller has already is what is there. */
            304: {
                headers: {
                    ETag: components["headers"]["entityTag"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `not_found` */
            404: components["responses"]["Problem"];
            /** @description `method_not_allowed` */
            405: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    updateUser: {
        parameters: {
            query?: never;
            header: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
                /** @description The `ETag` that was read: what was changed since is not overwritten. */
                "If-Match": components["parameters"]["ifMatch"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "attributes": {
                 *         "department": "engines"
                 *       },
                 *       "display_name": "Ada Lovelace",
                 *       "login": "ada@example.com"
                 *     }
                 */
                "application/json": components["schemas"]["User"];
            };
        };
        responses: {
            /** @description As they are now. */
            200: {
                headers: {
                    "Casemate-Revision": components["headers"]["revision"];
                    ETag: components["headers"]["entityTag"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredUser"];
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` or `grant_exceeded` */
            403: components["responses"]["Problem"];
            /** @description `not_found` */
            404: components["responses"]["Problem"];
            /** @description `method_not_allowed` */
            405: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `changed_meanwhile` or `last_administrator` or `name_taken` or `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `precondition_failed` */
            412: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `precondition_required` */
            428: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `outcome_unknown` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    deleteUser: {
        parameters: {
            query?: never;
            header: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
                /** @description The `ETag` that was read: what was changed since is not overwritten. */
                "If-Match": components["parameters"]["ifMatch"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description They are gone. */
            204: {
                headers: {
                    "Casemate-Revision": components["headers"]["revision"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` or `grant_exceeded` */
            403: components["responses"]["Problem"];
            /** @description `not_found` */
            404: components["responses"]["Problem"];
            /** @description `method_not_allowed` */
            405: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `changed_meanwhile` or `in_use` or `last_administrator` or `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `precondition_failed` */
            412: components["responses"]["Problem"];
            /** @description `precondition_required` */
            428: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `outcome_unknown` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    listSecondFactors: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description They. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SecondFactors"];
                };
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `not_found` */
            404: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    removeSecondFactor: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
            };
            path: {
                factor: string;
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone. */
            204: {
                headers: {
                    "Casemate-Revision": components["headers"]["revision"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` or `grant_exceeded` */
            403: components["responses"]["Problem"];
            /** @description `not_found` */
            404: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `changed_meanwhile` or `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `outcome_unknown` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    inviteUser: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "deliver": "mail"
                 *     }
                 */
                "application/json": components["schemas"]["InvitationRequest"];
            };
        };
        responses: {
            /** @description It was made, and the letter posted if there is one. */
            201: {
                headers: {
                    ETag: components["headers"]["entityTag"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Invitation"];
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` or `grant_exceeded` */
            403: components["responses"]["Problem"];
            /** @description `not_found` */
            404: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    listLinkedSignIns: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description They. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LinkedSignIns"];
                };
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `not_found` */
            404: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    removeLinkedSignIn: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
            };
            path: {
                id: string;
                link: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone. */
            204: {
                headers: {
                    "Casemate-Revision": components["headers"]["revision"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `not_found` */
            404: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `changed_meanwhile` or `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `outcome_unknown` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    listUserVersions: {
        parameters: {
            query?: {
                /** @description The `next` of the page before. */
                after?: components["parameters"]["after"];
                /** @description The most entries of the page. */
                limit?: components["parameters"]["limit"];
                /** @description `-revision`, or `revision`. */
                sort?: string;
            };
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page, or the whole list. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page9"];
                    "text/csv": string;
                };
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `not_found` */
            404: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    getUserVersion: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
            };
            path: {
                id: string;
                revision: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DirectoryVersionDetail"];
                };
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `not_found` */
            404: components["responses"]["Problem"];
            /** @description `method_not_allowed` */
            405: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    restoreUser: {
        parameters: {
            query?: never;
            header: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
                /** @description The `ETag` that was read: what was changed since is not overwritten. */
                "If-Match": components["parameters"]["ifMatch"];
            };
            path: {
                id: string;
                revision: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "dry_run": true
                 *     }
                 */
                "application/json": components["schemas"]["RestoreRequest"];
            };
        };
        responses: {
            /** @description What was changed, or would be. */
            200: {
                headers: {
                    "Casemate-Revision": components["headers"]["revision"];
                    ETag: components["headers"]["entityTag"];
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DirectoryRestored"];
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` or `grant_exceeded` */
            403: components["responses"]["Problem"];
            /** @description `not_found` */
            404: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `changed_meanwhile` or `last_administrator` or `name_taken` or `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `precondition_failed` */
            412: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `precondition_required` */
            428: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `outcome_unknown` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    searchUserVersions: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "since": "2026-01-01T00:00:00Z",
                 *       "verb": "update"
                 *     }
                 */
                "application/json": components["schemas"]["DirectoryVersionSearch"];
            };
        };
        responses: {
            /** @description A page, or the whole list. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page9"];
                    "text/csv": string;
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `not_found` */
            404: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    searchUsers: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "active": true,
                 *       "search": "lovelace",
                 *       "sort": "login"
                 *     }
                 */
                "application/json": components["schemas"]["UserSearch"];
            };
        };
        responses: {
            /** @description A page, or the whole list. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page8"];
                    "text/csv": string;
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    whoCan: {
        parameters: {
            query?: never;
            header?: {
                /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
                "Casemate-At-Least"?: components["parameters"]["atLeast"];
                /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
                "Casemate-Tenant"?: components["parameters"]["tenant"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "action": {
                 *         "name": "notes.read"
                 *       },
                 *       "limit": 100,
                 *       "resource": {
                 *         "id": "7",
                 *         "type": "note"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["WhoCanQuestion"];
            };
        };
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WhoCanPage"];
                };
            };
            /** @description `malformed_body` or `malformed_header` or `malformed_query` or `wrong_content_type` */
            400: components["responses"]["Problem"];
            /** @description `credential_missing` or `credential_rejected` or `user_inactive` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `revision_not_reached` */
            409: components["responses"]["Problem"];
            /** @description `body_too_large` */
            413: components["responses"]["Problem"];
            /** @description `invalid_document` */
            422: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description `not_recorded` or `source_failed` or `unavailable` */
            503: components["responses"]["Problem"];
        };
    };
    live: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It does. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
        };
    };
    ready: {
        parameters: {
            query?: {
                /** @description Says what it depends on. */
                verbose?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It can. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Readiness"];
                    "text/plain": string;
                };
            };
            /** @description `malformed_header` or `malformed_query` */
            400: components["responses"]["Problem"];
            /** @description `credential_rejected` */
            401: components["responses"]["Problem"];
            /** @description `forbidden` */
            403: components["responses"]["Problem"];
            /** @description `request_timeout` */
            408: components["responses"]["Problem"];
            /** @description `internal` */
            500: components["responses"]["Problem"];
            /** @description It cannot. */
            503: {
                headers: {
                    "X-Request-ID": components["headers"]["requestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Readiness"];
                    "text/plain": string;
                };
            };
        };
    };
}
