//! What each migration does.

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
    Migration {
        version: 6,
        // A binary that knows no sessions begins none.
        needs: 5,
        statements: &[
            "CREATE TABLE session (
                digest {bytes} PRIMARY KEY NOT NULL,
                id {text} NOT NULL UNIQUE,
                provider {text} NOT NULL,
                subject {text} NOT NULL,
                logout_subject {text} NOT NULL,
                provider_sid {text},
                identity {text} NOT NULL,
                authenticated_at {integer} NOT NULL,
                created_at {integer} NOT NULL,
                used_at {integer} NOT NULL,
                idle_until {integer} NOT NULL,
                absolute_until {integer} NOT NULL,
                client {text},
                user_agent {text},
                ended_at {integer},
                end_reason {text},
                revision {integer} NOT NULL
            ){table}",
            "CREATE INDEX session_by_subject ON session (provider, subject)",
            "CREATE INDEX session_by_logout_subject ON session (provider, logout_subject)",
            "CREATE INDEX session_by_provider_sid ON session (provider, provider_sid)",
            "CREATE INDEX session_by_revision ON session (revision)",
            "CREATE INDEX session_by_end ON session (absolute_until)",
        ],
    },
    Migration {
        version: 7,
        // A binary that knows no blocks enforces none.
        needs: 5,
        statements: &[
            "CREATE TABLE address_block (
                id {text} PRIMARY KEY NOT NULL,
                network {text} NOT NULL UNIQUE,
                times {integer} NOT NULL,
                blocked_at {integer} NOT NULL,
                until {integer} NOT NULL,
                revision {integer} NOT NULL
            ){table}",
            "CREATE INDEX address_block_by_revision ON address_block (revision)",
        ],
    },
    Migration {
        version: 8,
        // Indexes are in nobody's way.
        needs: 5,
        statements: &[
            "CREATE INDEX directory_user_by_home ON directory_user (provider, tenant, created_at, id)
             WHERE deleted_at IS NULL",
            "CREATE INDEX directory_group_by_home ON directory_group (provider, tenant, created_at, id)
             WHERE deleted_at IS NULL",
            "CREATE INDEX directory_user_by_email ON directory_user (email) WHERE deleted_at IS NULL",
        ],
    },
    Migration {
        version: 9,
        // A binary that knows no local accounts lets nobody in by them.
        needs: 5,
        statements: &[
            // What is secret of these (the digest of a password, the key of a second factor) is sealed in `sealed_secret`, of the
            // kinds `user` and `factor`. `founder`: made by the one-time key of administrators.
            "CREATE TABLE local_password (
                user_id {text} PRIMARY KEY NOT NULL,
                founder {integer} NOT NULL,
                changed_at {integer} NOT NULL
            ){table}",
            "CREATE INDEX local_password_by_founder ON local_password (user_id) WHERE founder = 1",
            // `kind`: totp, passkey. `credential_sha256`: of a passkey's credential id. `last_step`: the last step of time, or
            // count of signatures, that was taken.
            "CREATE TABLE second_factor (
                id {text} PRIMARY KEY NOT NULL,
                user_id {text} NOT NULL,
                kind {text} NOT NULL,
                name {text} NOT NULL,
                credential_sha256 {bytes} UNIQUE,
                last_step {integer},
                created_at {integer} NOT NULL,
                used_at {integer}
            ){table}",
            "CREATE INDEX second_factor_by_user ON second_factor (user_id, id)",
            "CREATE TABLE recovery_code (
                digest {bytes} PRIMARY KEY NOT NULL,
                user_id {text} NOT NULL,
                created_at {integer} NOT NULL,
                used_at {integer}
            ){table}",
            "CREATE INDEX recovery_code_by_user ON recovery_code (user_id)",
            // `purpose`: invitation, reset.
            "CREATE TABLE account_token (
                digest {bytes} PRIMARY KEY NOT NULL,
                user_id {text} NOT NULL,
                purpose {text} NOT NULL,
                created_at {integer} NOT NULL,
                expires_at {integer} NOT NULL,
                used_at {integer}
            ){table}",
            "CREATE INDEX account_token_by_user ON account_token (user_id, purpose)",
            "CREATE INDEX account_token_by_end ON account_token (expires_at)",
            // A right password that waits for its second factor. `challenge`: what that was asked.
            "CREATE TABLE sign_in_step (
                digest {bytes} PRIMARY KEY NOT NULL,
                user_id {text} NOT NULL,
                network {text} NOT NULL,
                failures {integer} NOT NULL,
                challenge {text},
                created_at {integer} NOT NULL,
                expires_at {integer} NOT NULL
            ){table}",
            "CREATE INDEX sign_in_step_by_user ON sign_in_step (user_id, created_at)",
            "CREATE INDEX sign_in_step_by_end ON sign_in_step (expires_at)",
            // `reserved`: checks that are under way, which count until it is known how they end.
            "CREATE TABLE attempt_counter (
                key {text} PRIMARY KEY NOT NULL,
                failures {integer} NOT NULL,
                reserved {integer} NOT NULL,
                window_until {integer} NOT NULL,
                locked_until {integer} NOT NULL,
                lockouts {integer} NOT NULL,
                forget_at {integer} NOT NULL
            ){table}",
            "CREATE INDEX attempt_counter_by_end ON attempt_counter (forget_at)",
            "CREATE TABLE known_network (
                user_id {text} NOT NULL,
                network {text} NOT NULL,
                last_seen {integer} NOT NULL,
                PRIMARY KEY (user_id, network)
            ){table}",
        ],
    },
    Migration {
        version: 10,
        // Which index is taken is in nobody's way.
        needs: 5,
        statements: &["{reread}", "{statistics}", "{reread}"],
    },
    Migration {
        version: 11,
        // A binary that knows no temporary credentials takes none for a session: their digests are of more than what is shown.
        needs: 5,
        statements: &[
            "ALTER TABLE session ADD COLUMN tenant {text} NOT NULL DEFAULT ''",
            "ALTER TABLE session ADD COLUMN home {text}",
            "ALTER TABLE session ADD COLUMN title {text}",
            "ALTER TABLE session ADD COLUMN permissions {text}",
            "ALTER TABLE session ADD COLUMN networks {text}",
        ],
    },
    Migration {
        version: 12,
        // A binary that pulls no directories keeps nothing of them.
        needs: 5,
        statements: &["CREATE TABLE directory_sync (
                provider {text} PRIMARY KEY NOT NULL,
                state {text} NOT NULL,
                updated_at {integer} NOT NULL
            ){table}"],
    },
    Migration {
        version: 13,
        // A binary that knows no log writes none.
        needs: 5,
        statements: &[
            "CREATE TABLE decision_log (
                seq {serial},
                id {text} NOT NULL UNIQUE,
                first_at {integer} NOT NULL,
                last_at {integer} NOT NULL,
                entries {integer} NOT NULL,
                lost {integer} NOT NULL,
                bytes {integer} NOT NULL,
                root_key {text} NOT NULL,
                sealed {bytes} NOT NULL
            ){table}",
            "CREATE INDEX decision_log_by_age ON decision_log (last_at)",
            "CREATE INDEX decision_log_by_root_key ON decision_log (root_key)",
        ],
    },
    Migration {
        version: 14,
        // A binary that knows none of it lets links work as before, and counts by itself.
        needs: 5,
        statements: &[
            // Who made the link, and where the user's letters went then: it works while both are as they were.
            "ALTER TABLE account_token ADD COLUMN maker {text}",
            "ALTER TABLE account_token ADD COLUMN email {text}",
            // Until when what is reserved counts, where nobody says how it ended.
            "ALTER TABLE attempt_counter ADD COLUMN reserved_until {integer} NOT NULL DEFAULT 0",
            // `what`: password, second factor. `network`: none where the account is locked wherever its owner is not known.
            "CREATE TABLE account_lock (
                id {text} PRIMARY KEY NOT NULL,
                counter {text} NOT NULL UNIQUE,
                user_id {text} NOT NULL,
                what {text} NOT NULL,
                network {text},
                times {integer} NOT NULL,
                locked_at {integer} NOT NULL,
                until {integer} NOT NULL
            ){table}",
            "CREATE INDEX account_lock_by_user ON account_lock (user_id)",
            "CREATE INDEX account_lock_by_end ON account_lock (until)",
            // Wrong secrets that were counted, by a digest: the same one again is no other guess.
            "CREATE TABLE guessed_secret (
                counter {text} NOT NULL,
                digest {bytes} NOT NULL,
                until {integer} NOT NULL,
                PRIMARY KEY (counter, digest)
            ){table}",
            "CREATE INDEX guessed_secret_by_end ON guessed_secret (until)",
        ],
    },
    Migration {
        version: 15,
        // A binary that knows no linked sign-ins lets nobody in by them.
        needs: 5,
        statements: &[
            // Somebody whom a provider calls this signs in as this user of the directory, who is at home in the tenant.
            "CREATE TABLE linked_identity (
                provider {text} NOT NULL,
                subject {text} NOT NULL,
                id {text} NOT NULL UNIQUE,
                user_id {text} NOT NULL,
                tenant {text} NOT NULL,
                linked_at {integer} NOT NULL,
                last_used {integer},
                PRIMARY KEY (provider, subject)
            ){table}",
            "CREATE INDEX linked_identity_by_user ON linked_identity (user_id, linked_at)",
            // By which provider somebody came, where it is another than the one that knows them.
            "ALTER TABLE session ADD COLUMN via {text}",
            "CREATE INDEX session_by_via ON session (via, logout_subject) WHERE via IS NOT NULL",
        ],
    },
];
