//! What the migrations from the sixth to the seventeenth do; those after them are in [`steps`](super::steps).

use super::Migration;

pub(super) const MIGRATIONS: &[Migration] = &[
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
    Migration {
        version: 16,
        // A binary that knows no segments records beside them; what is left in them comes into the database after.
        needs: 5,
        statements: &[
            // How far decisions are in the database that were appended to segments: the segment, and the byte in it.
            "CREATE TABLE decision_segment (
                one {integer} PRIMARY KEY NOT NULL CHECK (one = 1),
                segment {integer} NOT NULL,
                place {integer} NOT NULL
            ){table}",
            "INSERT INTO decision_segment (one, segment, place) VALUES (1, 0, 0)",
        ],
    },
    Migration {
        version: 17,
        // A binary that knows no versions of people keeps none; those of whom it deletes go with their age.
        needs: 5,
        statements: &[
            // What changes by hand made of users and groups, and set them back to which revision. `came`, `gone`: the members
            // of a group that a change put into it and took out of it.
            "CREATE TABLE directory_version (
                kind {text} NOT NULL,
                id {text} NOT NULL,
                revision {integer} NOT NULL,
                at {integer} NOT NULL,
                actor_provider {text} NOT NULL,
                actor_type {text} NOT NULL,
                actor_id {text} NOT NULL,
                verb {text} NOT NULL,
                restored {integer},
                before {text},
                after {text} NOT NULL,
                came {text},
                gone {text},
                PRIMARY KEY (kind, id, revision)
            ){table}",
            "CREATE INDEX directory_version_by_age ON directory_version (at)",
        ],
    },
];
