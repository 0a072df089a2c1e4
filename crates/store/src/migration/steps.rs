//! What each migration does, from the eighteenth on.

use super::Migration;

pub(super) const MIGRATIONS: &[Migration] = &[
    Migration {
        version: 18,
        // Only a way to find what is there.
        needs: 5,
        statements: &[
            "CREATE INDEX directory_user_by_tenant ON directory_user (tenant, created_at, id)
             WHERE deleted_at IS NULL",
            "{statistics_by_tenant}",
            "{reread}",
        ],
    },
    Migration {
        version: 19,
        // A binary that does not know it still finds how far decisions are in the database.
        needs: 5,
        statements: &[
            // A random number that the files of segments name; 0 until there is one.
            "ALTER TABLE decision_segment ADD COLUMN database_id {integer} NOT NULL DEFAULT 0",
        ],
    },
    Migration {
        version: 20,
        // A binary that does not know it leaves what was made with a session that is ended.
        needs: 5,
        statements: &[
            // Of a temporary credential: the session that it was made with.
            "ALTER TABLE session ADD COLUMN made_with {text}",
            "CREATE INDEX session_by_made_with ON session (made_with) WHERE made_with IS NOT NULL",
        ],
    },
    Migration {
        version: 21,
        // Only ways to find what is there.
        needs: 5,
        statements: &[
            "CREATE INDEX audit_event_by_tenant ON audit_event (tenant, seq)",
            "CREATE INDEX audit_event_by_action ON audit_event (action, seq)",
            "CREATE INDEX audit_event_by_resource_type ON audit_event (resource_type, seq)",
            // By the id alone: with the type before it, it answered neither of the two in their order.
            "DROP INDEX audit_event_by_resource",
            "CREATE INDEX audit_event_by_resource ON audit_event (resource_id, seq)",
            "CREATE INDEX version_by_actor ON version (actor_id, revision)",
            "CREATE INDEX session_by_begin ON session (created_at, id) WHERE ended_at IS NULL AND title IS NULL",
            "CREATE INDEX session_by_begin_of_temporary ON session (created_at, id)
             WHERE ended_at IS NULL AND title IS NOT NULL",
        ],
    },
    Migration {
        version: 22,
        // A binary that does not know it forgets what it deletes, which then is not set back.
        needs: 5,
        statements: &[
            "CREATE INDEX directory_version_by_revision ON directory_version (revision)",
            // The revision up to which versions of users and groups are not kept completely.
            "ALTER TABLE revision ADD COLUMN people_kept {integer} NOT NULL DEFAULT 0",
            // What was deleted until now left nothing behind.
            "UPDATE revision SET people_kept = last",
        ],
    },
    Migration {
        version: 23,
        // A binary that does not know them goes on deciding by what it is sent of resources.
        needs: 5,
        statements: &[
            // What applications register; what was deleted stays for a day, without its attributes.
            "CREATE TABLE resource (
                tenant {text} NOT NULL,
                application {text} NOT NULL,
                type {text} NOT NULL,
                id {text} NOT NULL,
                attributes {text} NOT NULL,
                revision {integer} NOT NULL,
                created_at {integer} NOT NULL,
                updated_at {integer} NOT NULL,
                deleted_at {integer},
                PRIMARY KEY (tenant, application, type, id)
            ){table}",
            "CREATE INDEX resource_by_revision ON resource (revision)",
            "CREATE INDEX resource_by_deletion ON resource (deleted_at) WHERE deleted_at IS NOT NULL",
            // Of which types resources are or were registered, in whichever tenant.
            "CREATE TABLE resource_type (
                application {text} NOT NULL,
                type {text} NOT NULL,
                PRIMARY KEY (application, type)
            ){table}",
            // The revision of the last change of resources, and the one up to which what was deleted is not kept any more.
            "ALTER TABLE revision ADD COLUMN resources {integer} NOT NULL DEFAULT 0",
            "ALTER TABLE revision ADD COLUMN resources_kept {integer} NOT NULL DEFAULT 0",
        ],
    },
    Migration {
        version: 24,
        // A binary that does not know it refuses a whole policy in which a source has an endpoint or a file: none may be made until every
        // replica is updated.
        needs: 5,
        statements: &[
            // What a source of permissions said of somebody, or of everybody where no type is named, and counts no longer.
            "CREATE TABLE forgotten_source (
                revision {integer} NOT NULL,
                source {text} NOT NULL,
                tenant {text} NOT NULL,
                type {text} NOT NULL,
                subject {text} NOT NULL,
                at {integer} NOT NULL,
                PRIMARY KEY (revision, source, tenant, type, subject)
            ){table}",
            "CREATE INDEX forgotten_source_by_age ON forgotten_source (at)",
        ],
    },
    Migration {
        version: 25,
        needs: 5,
        statements: &[
            // Whether an application has resources, of one type or of any.
            "CREATE INDEX resource_by_type ON resource (application, type)",
        ],
    },
    Migration {
        version: 26,
        // A binary that does not know it goes on writing into the tables of before, from which events come into the log, and reads of them
        // what is not there yet.
        needs: 5,
        statements: &[
            // How far the log is: its size, the edge of its tree, and what the salts of the tile that is not full come of.
            "CREATE TABLE audit_log (
                one {integer} PRIMARY KEY NOT NULL CHECK (one = 1),
                origin {text} NOT NULL,
                size {integer} NOT NULL,
                peaks {bytes} NOT NULL,
                seed {bytes} NOT NULL
            ){table}",
            "INSERT INTO audit_log (one, origin, size, peaks, seed)
             VALUES (1, '', 0, CAST('' AS {bytes}), CAST('' AS {bytes}))",
            // The events of the tile that is not full: in each row so many from an index on.
            "CREATE TABLE audit_tail (
                idx {integer} PRIMARY KEY NOT NULL,
                count {integer} NOT NULL,
                events {bytes} NOT NULL
            ){table}",
            // 256 events each, which are a full tile: when they were, the node over them, how many of them are decisions and how
            // many are not, as far as their texts are there; when the earliest of both was of those that are not on hold, and whether
            // room can be made of it.
            "CREATE TABLE audit_block (
                number {integer} PRIMARY KEY NOT NULL,
                at_min {integer} NOT NULL,
                at_max {integer} NOT NULL,
                root {bytes} NOT NULL,
                decisions {integer} NOT NULL,
                others {integer} NOT NULL,
                decisions_at {integer},
                others_at {integer},
                spare {integer} NOT NULL
            ){table}",
            "CREATE INDEX audit_block_by_decisions ON audit_block (decisions_at) WHERE decisions_at IS NOT NULL",
            "CREATE INDEX audit_block_by_others ON audit_block (others_at) WHERE others_at IS NOT NULL",
            "CREATE INDEX audit_block_by_spare ON audit_block (number) WHERE spare = 1",
            "CREATE TABLE audit_payload (
                number {integer} NOT NULL,
                part {integer} NOT NULL,
                bytes {bytes} NOT NULL,
                PRIMARY KEY (number, part)
            ){table}",
            // Full tiles from level 1 on, and the node over each.
            "CREATE TABLE audit_tile (
                level {integer} NOT NULL,
                idx {integer} NOT NULL,
                root {bytes} NOT NULL,
                hashes {bytes} NOT NULL,
                PRIMARY KEY (level, idx)
            ){table}",
            // Which terms of a field a block may hold.
            "CREATE TABLE audit_filter (
                field {integer} NOT NULL,
                number {integer} NOT NULL,
                bits {bytes} NOT NULL,
                PRIMARY KEY (field, number)
            ){table}",
            // What is recorded and not in the log yet, where no files hold it.
            "CREATE TABLE audit_inbox (
                seq {serial},
                count {integer} NOT NULL,
                events {bytes} NOT NULL
            ){table}",
            "CREATE TABLE audit_checkpoint (
                size {integer} PRIMARY KEY NOT NULL,
                at {integer} NOT NULL,
                note {text} NOT NULL
            ){table}",
            // What is neither erased nor given up, however old it is: the events that a query wants.
            "CREATE TABLE audit_hold (
                id {text} PRIMARY KEY NOT NULL,
                query {text} NOT NULL,
                reason {text} NOT NULL,
                created_at {integer} NOT NULL
            ){table}",
        ],
    },
    Migration {
        version: 27,
        // A binary that does not know it finds no texts of what is archived.
        needs: 5,
        statements: &[
            // Where events stand whose texts are in files outside of the database: so many from an index on.
            "CREATE TABLE audit_shelf (
                first {integer} PRIMARY KEY NOT NULL,
                count {integer} NOT NULL,
                file {text} NOT NULL,
                row_group {integer} NOT NULL
            ){table}",
        ],
    },
    Migration {
        version: 28,
        // A binary that does not know it passes detections over.
        needs: 5,
        statements: &[
            // What rules found in the log.
            "CREATE TABLE alert (
                number {integer} PRIMARY KEY NOT NULL,
                dedupe {text} NOT NULL,
                detection {text} NOT NULL,
                rule {text} NOT NULL,
                rule_id {text},
                level {text} NOT NULL,
                state {text} NOT NULL,
                first_at {integer} NOT NULL,
                last_at {integer} NOT NULL,
                made_at {integer} NOT NULL,
                changed_at {integer} NOT NULL,
                count {integer} NOT NULL,
                last_event {integer} NOT NULL,
                events {text} NOT NULL,
                grouped {text} NOT NULL,
                value {text},
                note {text} NOT NULL,
                changed_by {text} NOT NULL
            ){table}",
            "CREATE INDEX alert_by_key ON alert (dedupe, number)",
            "CREATE INDEX alert_by_state ON alert (state, number)",
            // How far the log was looked at, and up to which alert receivers were told.
            "CREATE TABLE alert_place (
                name {text} PRIMARY KEY NOT NULL,
                place {integer} NOT NULL,
                at {integer} NOT NULL
            ){table}",
        ],
    },
    Migration {
        version: 29,
        needs: 5,
        statements: &[
            // Searches of audit events that somebody keeps under a name.
            "CREATE TABLE audit_search (
                id {text} PRIMARY KEY,
                tenant {text} NOT NULL,
                owner {text} NOT NULL,
                shared {integer} NOT NULL,
                name {text} NOT NULL,
                search {text} NOT NULL,
                revision {integer} NOT NULL,
                created_at {integer} NOT NULL,
                updated_at {integer} NOT NULL
            ){table}",
            "CREATE UNIQUE INDEX audit_search_by_name ON audit_search (tenant, owner, name)",
        ],
    },
    Migration {
        version: 30,
        // A binary that does not know them sends nothing, and leaves the objects of sinks alone.
        needs: 5,
        statements: &[
            // How far sinks of the audit log are. `next_index`: the first event that was not acknowledged yet; -1 where none began.
            "CREATE TABLE audit_sink_cursor (
                sink {text} PRIMARY KEY NOT NULL,
                next_index {integer} NOT NULL,
                paused {integer} NOT NULL DEFAULT 0,
                succeeded_at {integer},
                error {text},
                failed_at {integer},
                failures {integer} NOT NULL DEFAULT 0
            ){table}",
        ],
    },
    Migration {
        version: 31,
        // As of the log itself: a release that does not know it reads nothing of the log.
        needs: 5,
        statements: &[
            // The filters of 128 blocks, turned: at one slot, a part of each. What stands here stands no more in `audit_filter`.
            "CREATE TABLE audit_slice (
                stack {integer} NOT NULL,
                field {integer} NOT NULL,
                slot {integer} NOT NULL,
                bits {bytes} NOT NULL,
                PRIMARY KEY (stack, field, slot)
            ){table}",
            "{uncompressed_slices}",
        ],
    },
    Migration {
        version: 32,
        // A binary that does not know them leaves a gap, behind which others take nothing for granted.
        needs: 5,
        statements: &[
            // `others`: the last change of anything but objects of which nothing else is kept, and resources; known of the changes
            // from `marked_from` up to `marked`.
            "ALTER TABLE revision ADD COLUMN others {integer} NOT NULL DEFAULT 0",
            "ALTER TABLE revision ADD COLUMN marked_from {integer} NOT NULL DEFAULT 0",
            "ALTER TABLE revision ADD COLUMN marked {integer} NOT NULL DEFAULT -1",
        ],
    },
    Migration {
        version: 33,
        // A binary that does not know it counts nothing.
        needs: 5,
        statements: &[
            // How many events an application recorded in a minute and a day (since 1970), and in which it was told that some were refused.
            "CREATE TABLE event_quota (
                application {text} PRIMARY KEY NOT NULL,
                minute {integer} NOT NULL,
                in_minute {integer} NOT NULL,
                day {integer} NOT NULL,
                in_day {integer} NOT NULL,
                told_minute {integer} NOT NULL,
                told_day {integer} NOT NULL
            ){table}",
        ],
    },
    Migration {
        version: 34,
        // A binary that does not know it keeps what tells of reading as long as all else, and deletes no file of the archive.
        needs: 5,
        statements: &[
            "ALTER TABLE audit_hold ADD COLUMN created_by {text} NOT NULL DEFAULT ''",
            // When the earliest event was that tells of reading and is not on hold, and no later than that.
            "ALTER TABLE audit_block ADD COLUMN reads_at {integer}",
            "UPDATE audit_block SET reads_at = at_min WHERE others_at IS NOT NULL",
            "CREATE INDEX audit_block_by_reads ON audit_block (reads_at) WHERE reads_at IS NOT NULL",
            // Files of the archive that are to be deleted: others stand in their place, or what they held is kept no longer.
            "CREATE TABLE audit_shelf_former (
                file {text} PRIMARY KEY NOT NULL
            ){table}",
        ],
    },
    Migration {
        version: 35,
        // A binary that does not know it decides nothing about assignments.
        needs: 5,
        statements: &[
            // What reviewers decided about assignments: at which revision of what these give (`seen`), a digest of that (`state`), and
            // what it was (`held`).
            "CREATE TABLE access_review (
                assignment {text} NOT NULL,
                revision {integer} NOT NULL,
                tenant {text} NOT NULL,
                decision {text} NOT NULL,
                seen {integer} NOT NULL,
                state {text} NOT NULL,
                held {text} NOT NULL,
                reason {text} NOT NULL,
                own {integer} NOT NULL,
                reviewer_provider {text} NOT NULL,
                reviewer_type {text} NOT NULL,
                reviewer_id {text} NOT NULL,
                reviewer_login {text},
                at {integer} NOT NULL,
                PRIMARY KEY (assignment, revision)
            ){table}",
            "CREATE INDEX access_review_by_tenant ON access_review (tenant, revision)",
        ],
    },
];
