//! What the first migrations do; those after them are in [`second`](super::second).

use super::Migration;

pub(super) const MIGRATIONS: &[Migration] = &[
    Migration {
        version: 1,
        needs: 1,
        statements: &[
            "CREATE TABLE decision_event (
                seq {serial},
                at {integer} NOT NULL,
                request_id {text} NOT NULL,
                item {integer} NOT NULL,
                tenant {text} NOT NULL,
                application {text},
                caller_provider {text} NOT NULL,
                caller_type {text} NOT NULL,
                caller_id {text} NOT NULL,
                subject_provider {text} NOT NULL,
                subject_type {text} NOT NULL,
                subject_id {text} NOT NULL,
                action {text} NOT NULL,
                resource_type {text},
                resource_id {text},
                decision {text} NOT NULL,
                reason {text} NOT NULL,
                permission {text},
                revision {integer} NOT NULL
            ){table}",
            "CREATE TABLE development_credential (
                id {text} PRIMARY KEY NOT NULL,
                secret_sha256 {bytes} NOT NULL,
                tenant {text} NOT NULL,
                created_at {integer} NOT NULL,
                expires_at {integer} NOT NULL
            ){table}",
        ],
    },
    Migration {
        version: 2,
        needs: 2,
        statements: &[
            // One row: the number of the last change that was committed. Whoever changes something holds it.
            "CREATE TABLE revision (one {integer} PRIMARY KEY NOT NULL CHECK (one = 1), last {integer} NOT NULL){table}",
            "INSERT INTO revision (one, last) VALUES (1, 0)",
            "CREATE TABLE object (
                kind {text} NOT NULL,
                id {text} NOT NULL,
                tenant {text} NOT NULL,
                name {text} NOT NULL,
                body {text} NOT NULL,
                origin {text} NOT NULL,
                revision {integer} NOT NULL,
                created_at {integer} NOT NULL,
                updated_at {integer} NOT NULL,
                PRIMARY KEY (kind, id),
                UNIQUE (kind, tenant, name)
            ){table}",
            "CREATE INDEX object_by_revision ON object (revision)",
            "CREATE TABLE version (
                revision {integer} PRIMARY KEY NOT NULL,
                at {integer} NOT NULL,
                actor_provider {text} NOT NULL,
                actor_type {text} NOT NULL,
                actor_id {text} NOT NULL,
                summary {text} NOT NULL
            ){table}",
            // NULL before: it was made; NULL after: it was deleted.
            "CREATE TABLE version_object (
                revision {integer} NOT NULL,
                kind {text} NOT NULL,
                id {text} NOT NULL,
                before_tenant {text},
                before_name {text},
                before_body {text},
                before_origin {text},
                after_tenant {text},
                after_name {text},
                after_body {text},
                after_origin {text},
                PRIMARY KEY (revision, kind, id)
            ){table}",
            "CREATE INDEX version_object_by_object ON version_object (kind, id, revision)",
            "CREATE TABLE api_key (
                id {text} PRIMARY KEY NOT NULL,
                account {text} NOT NULL,
                tenant {text} NOT NULL,
                title {text} NOT NULL,
                secret_sha256 {bytes} NOT NULL,
                application {text},
                networks {text} NOT NULL,
                permissions {text},
                rotated_from {text},
                created_at {integer} NOT NULL,
                expires_at {integer},
                revoked_at {integer},
                used_at {integer},
                revision {integer} NOT NULL
            ){table}",
            "CREATE INDEX api_key_by_account ON api_key (account, id)",
            "CREATE INDEX api_key_by_revision ON api_key (revision)",
            "CREATE TABLE sealed_secret (
                kind {text} NOT NULL,
                id {text} NOT NULL,
                field {text} NOT NULL,
                root_key {text} NOT NULL,
                sealed {bytes} NOT NULL,
                updated_at {integer} NOT NULL,
                PRIMARY KEY (kind, id, field)
            ){table}",
            "CREATE INDEX sealed_secret_by_root_key ON sealed_secret (root_key)",
            "CREATE TABLE audit_event (
                seq {serial},
                at {integer} NOT NULL,
                revision {integer} NOT NULL,
                actor_provider {text} NOT NULL,
                actor_type {text} NOT NULL,
                actor_id {text} NOT NULL,
                credential {text},
                action {text} NOT NULL,
                kind {text} NOT NULL,
                tenant {text} NOT NULL,
                resource_type {text} NOT NULL,
                resource_id {text} NOT NULL,
                outcome {text} NOT NULL,
                reason {text},
                request_id {text} NOT NULL,
                route {text},
                client {text},
                user_agent {text},
                before {text},
                after {text}
            ){table}",
            "CREATE INDEX audit_event_by_resource ON audit_event (resource_type, resource_id, seq)",
            "CREATE INDEX audit_event_by_actor ON audit_event (actor_id, seq)",
            "CREATE TABLE idempotency (
                caller {text} NOT NULL,
                key {text} NOT NULL,
                fingerprint {bytes} NOT NULL,
                status {integer} NOT NULL,
                body {text} NOT NULL,
                expires_at {integer} NOT NULL,
                PRIMARY KEY (caller, key)
            ){table}",
            "CREATE INDEX idempotency_by_end ON idempotency (expires_at)",
            "CREATE TABLE lease (
                name {text} PRIMARY KEY NOT NULL,
                holder {text} NOT NULL,
                token {integer} NOT NULL,
                until {integer} NOT NULL
            ){table}",
            // Refusals of callers without a credential, counted instead of kept one by one.
            "CREATE TABLE anonymous_denial (
                minute {integer} NOT NULL,
                address {text} NOT NULL,
                route {text} NOT NULL,
                count {integer} NOT NULL,
                PRIMARY KEY (minute, address, route)
            ){table}",
        ],
    },
    Migration {
        version: 3,
        // A binary that knows no generations leaves them alone.
        needs: 2,
        // Which course of changes the revision is of: another one after each restore.
        statements: &["ALTER TABLE revision ADD COLUMN generation {integer} NOT NULL DEFAULT 0"],
    },
    Migration {
        version: 4,
        needs: 4,
        // What nothing is looked for by is one text: binding every value by itself cost more than the insertion. A table
        // of its own, since changing columns in place would write all rows once for each.
        statements: &[
            "ALTER TABLE decision_event RENAME TO decision_event_before",
            "CREATE TABLE decision_event (
                seq {serial},
                at {integer} NOT NULL,
                decision {text} NOT NULL,
                subject_id {text} NOT NULL,
                event {text} NOT NULL
            ){table}",
            "INSERT INTO decision_event (seq, at, decision, subject_id, event)
                SELECT seq, at, decision, subject_id, CAST({present}{object}(
                    'request_id', request_id, 'item', item, 'tenant', tenant, 'application', application,
                    'caller', {object}('provider', caller_provider, 'type', caller_type, 'id', caller_id),
                    'subject', {object}('provider', subject_provider, 'type', subject_type, 'id', subject_id),
                    'action', action, 'resource_type', resource_type, 'resource_id', resource_id,
                    'reason', reason, 'permission', permission, 'revision', revision)) AS TEXT)
                FROM decision_event_before ORDER BY seq",
            "{same_numbers}",
            "DROP TABLE decision_event_before",
        ],
    },
    Migration {
        version: 5,
        // A binary that does not write down which changes are of the policy would leave others with an old one.
        needs: 5,
        statements: &[
            "ALTER TABLE revision ADD COLUMN policy {integer} NOT NULL DEFAULT 0",
            "UPDATE revision SET policy = last",
            // Of what was deleted, the row stays without what is personal: NULL in place of the key of its name.
            "CREATE TABLE directory_user (
                id {text} PRIMARY KEY NOT NULL,
                tenant {text} NOT NULL,
                provider {text} NOT NULL,
                subject {text},
                subject_sha256 {bytes},
                login {text} NOT NULL,
                login_key {text},
                external_id {text},
                active {integer} NOT NULL,
                display_name {text},
                email {text},
                attributes {text} NOT NULL,
                scim {text},
                source {text} NOT NULL,
                revision {integer} NOT NULL,
                created_at {integer} NOT NULL,
                updated_at {integer} NOT NULL,
                signed_in_at {integer},
                deleted_at {integer},
                UNIQUE (provider, login_key),
                UNIQUE (provider, subject)
            ){table}",
            "CREATE INDEX directory_user_by_revision ON directory_user (revision)",
            "CREATE INDEX directory_user_by_digest ON directory_user (provider, subject_sha256)",
            "CREATE INDEX directory_user_by_external_id ON directory_user (provider, external_id)",
            "CREATE INDEX directory_user_by_age ON directory_user (created_at, id)",
            "CREATE INDEX directory_user_by_login ON directory_user (login_key, id)",
            "CREATE TABLE directory_group (
                id {text} PRIMARY KEY NOT NULL,
                tenant {text} NOT NULL,
                provider {text} NOT NULL,
                name {text} NOT NULL,
                name_key {text},
                external_id {text},
                source {text} NOT NULL,
                scim {text},
                revision {integer} NOT NULL,
                created_at {integer} NOT NULL,
                updated_at {integer} NOT NULL,
                deleted_at {integer},
                UNIQUE (tenant, provider, name_key)
            ){table}",
            "CREATE INDEX directory_group_by_external_id ON directory_group (provider, external_id)",
            "CREATE INDEX directory_group_by_age ON directory_group (created_at, id)",
            "CREATE INDEX directory_group_by_name ON directory_group (name_key, id)",
            "CREATE TABLE group_member (
                group_id {text} NOT NULL,
                user_id {text} NOT NULL,
                source {text} NOT NULL,
                PRIMARY KEY (group_id, user_id, source)
            ){table}",
            "CREATE INDEX group_member_by_user ON group_member (user_id)",
        ],
    },
];
