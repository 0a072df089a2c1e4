//! One suite over both databases: what the store promises holds on SQLite and on PostgreSQL.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot prepare has failed")]

#[path = "conformance/accounts.rs"]
mod accounts;
#[path = "conformance/alerts.rs"]
mod alerts;
#[path = "conformance/audit_sinks.rs"]
mod audit_sinks;
#[path = "conformance/backups.rs"]
mod backups;
#[path = "conformance/blocks.rs"]
mod blocks;
#[path = "conformance/configuration.rs"]
mod configuration;
#[path = "conformance/credentials.rs"]
mod credentials;
#[path = "conformance/decision_log.rs"]
mod decision_log;
#[path = "conformance/event_quota.rs"]
mod event_quota;
#[path = "conformance/factors.rs"]
mod factors;
#[path = "conformance/forgotten_sources.rs"]
mod forgotten_sources;
#[path = "conformance/linked.rs"]
mod linked;
#[path = "conformance/links.rs"]
mod links;
#[path = "conformance/locks.rs"]
mod locks;
#[path = "conformance/log.rs"]
mod log;
#[path = "conformance/pages.rs"]
mod pages;
#[path = "conformance/people.rs"]
mod people;
#[path = "conformance/people_since.rs"]
mod people_since;
#[path = "conformance/place.rs"]
mod place;
#[path = "conformance/processes.rs"]
mod processes;
#[path = "conformance/records.rs"]
mod records;
#[path = "conformance/resources.rs"]
mod resources;
#[path = "conformance/reviews.rs"]
mod reviews;
#[path = "conformance/saved_searches.rs"]
mod saved_searches;
#[path = "conformance/search.rs"]
mod search;
#[path = "conformance/sessions.rs"]
mod sessions;
#[path = "conformance/shelf.rs"]
mod shelf;
#[path = "conformance/turned.rs"]
mod turned;
#[path = "conformance/versions.rs"]
mod versions;

use place::Place;

/// Makes two tests of the cases of a theme, one for each database. Every case has a database of its own; those on
/// PostgreSQL share a server, whose start takes longer than they do.
macro_rules! on_both {
    ($theme:ident: $($case:ident),+ $(,)?) => {
        mod $theme {
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_sqlite() {
                $(super::super::$theme::$case(super::Place::folder()).await;)+
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_postgres() {
                let _server = super::super::place::server();
                $(super::super::$theme::$case(super::Place::postgres()).await;)+
            }
        }
    };
}

mod holds {
    use super::Place;

    on_both!(event_quota:
        a_quota_is_one_for_all_processes,
        what_is_counted_at_once_is_never_too_much,
    );
    on_both!(locks:
        what_is_reserved_and_lost_counts_for_a_minute,
        locks_are_listed_beside_blocks_and_lifted,
        keys_of_a_service_account_are_locked_by_what_is_counted,
        where_keys_are_known_is_kept_within_bounds_and_goes_with_the_account,
        the_same_wrong_secret_is_counted_once_whoever_is_asked,
    );
    on_both!(links:
        a_link_works_once_and_for_a_while,
        a_new_password_ends_all_links,
        nobody_is_sent_more_links_than_a_few_an_hour,
        a_link_ends_with_the_address_that_it_was_sent_to,
        links_that_work_no_longer_keep_nobody_from_another,
    );

    on_both!(linked:
        somebody_is_linked_with_one_user_alone,
        whom_the_directory_knows_by_themselves_is_linked_with_nobody,
        with_a_link_go_the_sessions_of_whoever_came_by_it,
        a_provider_ends_the_sessions_of_those_who_came_by_it,
        links_go_with_what_their_provider_was_and_each_is_told_of,
        nothing_is_linked_in_a_session_that_ended,
    );
    on_both!(log:
        changes_and_what_is_recorded_stand_in_one_tree,
        a_search_finds_what_looking_at_every_event_does,
        what_is_erased_leaves_its_proof_and_what_is_on_hold_stays,
        what_is_given_up_leaves_its_leaves,
        what_is_erased_is_gone_from_the_files_too,
        a_key_comes_with_its_event_and_what_was_cosigned_stays,
        what_tells_of_reading_may_go_before_all_else,
        two_processes_append_to_one_log,
        what_is_acknowledged_and_not_in_the_log_is_told,
        what_earlier_versions_recorded_comes_into_the_log_in_order,
        a_log_of_which_something_is_gone_is_not_served,
        a_page_of_long_events_ends_early,
    );
    on_both!(shelf:
        an_archive_that_hangs_holds_up_nobody_who_asks_for_something_else,
        an_archive_that_is_late_says_so_and_the_rest_is_found,
    );
    on_both!(backups: what_comes_after_a_restore_has_other_salts);
    on_both!(turned: what_is_found_and_erased_in_turned_filters_is_what_is_there);
    on_both!(pages:
        sessions_come_and_go_between_pages,
        events_and_changes_are_told_in_both_orders,
        versions_of_people_are_told_in_both_orders,
        members_come_and_go_between_pages,
        blocks_and_refusals_come_and_go_between_pages,
    );
    on_both!(resources:
        a_resource_is_what_was_written_last_and_expected,
        what_becomes_of_resources_is_told_to_followers_and_no_policy,
        resources_are_listed_by_key_in_pages,
        types_without_resources_make_room_for_others,
        a_tenant_has_so_many_types_of_resources_and_leaves_the_others_room,
        whoever_has_resources_stays_and_keeps_its_name,
    );
    on_both!(search:
        a_text_is_found_in_whatever_case,
        a_text_of_more_letters_than_are_compared_in_both_cases_is_found_by_itself,
    );
    on_both!(versions:
        a_version_is_kept_with_its_change_and_read_again,
        members_by_hand_are_told_change_by_change_and_no_others,
        whoever_is_deleted_leaves_no_versions,
        the_newest_are_kept_and_none_for_longer_than_their_age,
    );
    on_both!(people_since:
        what_was_changed_since_a_revision_is_told_with_what_it_was,
        a_group_that_was_deleted_by_hand_comes_back_under_its_id,
        where_versions_are_not_kept_that_is_said,
        changes_of_people_stand_among_all_changes,
        users_and_groups_swap_names_in_one_change,
    );
    on_both!(factors:
        a_step_of_time_is_taken_once_and_none_before_it,
        a_recovery_code_is_good_once_and_for_its_owner,
        factors_have_a_bound_and_passkeys_one_owner,
        the_first_factor_is_one_and_the_last_may_have_to_stay,
        nothing_stays_of_factors_that_are_removed_or_whose_owner_is,
    );
    on_both!(accounts:
        whatever_comes_at_once_no_more_is_looked_at_than_may_be_wrong,
        what_is_only_counted_counts_until_its_window_ends,
        accounts_that_are_off_end_what_came_by_a_link_too,
        a_password_takes_the_place_of_the_one_that_was_looked_at,
        whoever_was_deactivated_has_no_new_password_and_waits_for_nothing,
        what_was_tried_of_one_account_is_forgotten_by_itself,
        an_attempt_that_is_right_gives_back_what_it_took,
        locks_grow_and_are_lifted,
        a_password_is_one_user_s_and_goes_with_them,
        a_sign_in_that_waits_goes_on_once,
        networks_are_known_for_a_while_and_not_too_many,
    );
    on_both!(configuration:
        a_change_stands_with_its_event_and_its_version,
        a_change_that_was_thought_out_earlier_is_refused,
        names_are_unique_in_their_tenant_and_kind,
        objects_swap_names_in_one_change,
        what_both_databases_cannot_keep_is_refused,
        a_report_is_in_nobody_s_way,
        versions_tell_what_became_of_each_object,
        configuration_is_set_back_to_an_earlier_state,
    );
    on_both!(credentials:
        api_keys_are_kept_and_revoked_for_good,
        api_keys_are_found_by_what_is_said_of_them,
        uses_of_api_keys_are_noted,
        secrets_go_with_their_object,
        secrets_are_sealed_anew_after_a_rotation,
        answers_are_remembered_once_and_forgotten,
        development_credentials_end,
        a_lease_has_one_holder_and_rising_tokens,
    );
    on_both!(people:
        users_are_found_by_all_that_they_are_called,
        logins_and_subjects_are_unique_in_their_provider,
        a_change_of_people_expects_what_was_looked_at,
        whoever_has_to_stay_as_they_are_holds_a_change_up,
        that_people_were_provisioned_outlives_them,
        what_is_deleted_leaves_nothing_personal,
        what_users_were_called_before_is_known,
        members_belong_as_long_as_any_source_says_so,
        whose_access_may_have_changed_is_told,
        changes_of_people_are_in_nobody_s_way,
        lists_of_people_are_searched_sorted_and_paged,
        people_come_in_bulk,
    );
    on_both!(sessions:
        a_session_is_found_by_its_digest_until_it_ends,
        sessions_end_by_what_they_have_in_common,
        all_sessions_of_somebody_end_at_once_in_their_tenant,
        the_oldest_session_of_too_many_ends,
        uses_of_sessions_are_noted_and_old_ones_forgotten,
        a_user_who_is_deactivated_or_deleted_has_no_session_left,
        a_user_who_is_called_otherwise_has_no_session_left,
        a_user_of_another_tenant_is_in_nobodys_way,
        a_sign_in_is_noted_at_the_user,
        temporary_credentials_are_no_sessions_and_end_with_them,
        what_was_made_with_a_session_ends_with_it_where_that_is_meant,
        no_more_temporary_credentials_are_made_than_are_kept,
        who_loses_an_attribute_at_the_provider_has_no_session_left,
        who_is_called_the_same_in_another_tenant_has_sessions_of_their_own,
        who_leaves_a_group_at_the_provider_has_no_session_left,
    );
    on_both!(decision_log:
        a_logged_batch_is_read_as_it_was_written,
        logged_batches_are_sealed_anew_after_a_rotation,
        the_oldest_logged_batches_go_by_age_and_by_size,
    );
    on_both!(blocks:
        a_block_is_in_force_until_it_ends_or_is_lifted,
        a_longer_block_is_not_shortened,
        blocks_of_long_ago_are_forgotten,
    );
    on_both!(alerts:
        who_makes_many_alerts_hides_those_of_nobody_else,
        a_time_is_found_where_events_are_not_in_the_order_of_theirs,
    );
    on_both!(reviews:
        decisions_are_told_by_tenant_and_by_page_and_the_latest_of_each,
        the_record_stays_when_an_assignment_goes_and_goes_with_its_tenant,
        no_decision_is_kept_without_a_reason_and_none_is_in_the_way_of_changes,
    );
    on_both!(saved_searches: they_go_with_their_tenant_alone);
    on_both!(audit_sinks:
        a_cursor_moves_from_where_it_is_and_under_the_lease_alone,
        a_sink_can_be_paused_before_anybody_sent_to_it,
        a_sink_that_is_deleted_leaves_nothing,
    );
    on_both!(forgotten_sources:
        what_is_forgotten_is_told_by_revision_for_as_long_as_an_answer_may_be_kept,
    );
    on_both!(records:
        audit_events_are_filtered_and_paged,
        texts_that_no_database_holds_are_found_nowhere,
        decisions_are_filtered_and_paged,
        decisions_go_by_count_and_age,
        refusals_of_a_minute_are_added_up,
    );
    on_both!(processes:
        of_changes_by_two_processes_one_wins,
        processes_that_open_a_new_database_at_once_both_work,
        a_process_that_starts_while_another_writes_finds_the_log_whole,
        what_changes_bear_on_is_told_unless_an_earlier_release_made_some,
        a_database_of_the_first_migration_keeps_its_rows,
        who_asked_may_go_away,
        a_database_without_casemate_says_so,
        lost_connections_are_opened_again,
        whoever_listens_is_woken_by_other_processes,
    );
}
