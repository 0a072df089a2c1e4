// Written by `npm run generate` from docs/reference/openapi.json. Do not edit.

export interface paths {
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
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        Action: {
            /** @description The requested name, or what the application's template makes one of. */
            name: string;
            /**
             * @description Whatever else is known of it.
             * @default {}
             */
            properties: {
                [key: string]: unknown;
            };
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
        /** @enum {string} */
        DialectWord: "json" | "postgres" | "sqlite" | "mysql";
        /** @description One thing that is wrong with a document. */
        DocumentError: {
            /** @description What to do about it. */
            help?: string | null;
            /** @description What is wrong there. */
            message: string;
            /** @description Where, as a JSON pointer into the body (RFC 6901); empty for the whole of it. */
            pointer: string;
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
            context: {
                [key: string]: unknown;
            } | null;
            /** @description The form of the filter; a JSON tree where nothing is said. */
            dialect?: components["schemas"]["DialectWord"];
            /**
             * @description What is known of the resources.
             * @default null
             */
            resource: {
                [key: string]: unknown;
            } | null;
            /** @description Who is to act: `type` and `id`, or a `token` of theirs. */
            subject: components["schemas"]["QuestionSubject"];
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
            /** @enum {unknown} */
            code: "malformed_body" | "malformed_header" | "malformed_query" | "wrong_content_type" | "body_too_large" | "invalid_document" | "request_timeout" | "not_found" | "method_not_allowed" | "credential_missing" | "credential_rejected" | "user_inactive" | "insufficient_user_authentication" | "cross_site" | "address_blocked" | "limit_reached" | "quota_reached" | "forbidden" | "grant_exceeded" | "name_taken" | "managed_by_code" | "in_use" | "not_filterable" | "last_administrator" | "schema_breaks" | "changed_meanwhile" | "precondition_failed" | "precondition_required" | "idempotency_key_reused" | "idempotency_key_busy" | "one_time_key_rejected" | "revision_not_reached" | "not_recorded" | "outcome_unknown" | "source_failed" | "on_hold" | "log_damaged" | "unavailable" | "internal";
            detail?: string;
            errors?: components["schemas"]["DocumentError"][];
            request_id: string;
            status: number;
            title: string;
            /** @constant */
            type: "about:blank";
        };
        /** @description A question: who, what, and on what. */
        Question: {
            /** @description What is to be done: `name` and `properties`. */
            action: components["schemas"]["Action"];
            /**
             * @description Whatever else conditions may ask of.
             * @default null
             */
            context: {
                [key: string]: unknown;
            } | null;
            /**
             * @description What it is to be done to: `type`, `id` and `properties`, each as far as it is known.
             * @default null
             */
            resource: {
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
            id: string | null;
            /**
             * @description Whatever else is known of them.
             * @default {}
             */
            properties: {
                [key: string]: unknown;
            };
            /**
             * @description A bearer token that they presented, judged as if they had sent it here; beside it stand neither `type` nor `id`.
             * @default null
             */
            token: string | null;
            /**
             * @description `user`, `service`, …
             * @default null
             */
            type: string | null;
        };
        /** @enum {string} */
        Word: "allowed" | "denied" | "conditional";
    };
    responses: {
        /** @description What went wrong. */
        Problem: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
    };
    parameters: {
        /** @description A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
        atLeast: number;
        /** @description The tenant that the request is about; the caller's own where none is named. Permissions count only as assigned in it. */
        tenant: string;
    };
    requestBodies: never;
    headers: {
        /** @description What joins the answer, the logs and the record. */
        requestId: string;
    };
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
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
}
