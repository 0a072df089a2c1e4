//! SCIM as clients see it, on both databases.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot prepare has failed")]

mod access;
mod administrators;
mod bulk;
mod changes;
mod client;
mod ldap;
mod lists;
mod many;
mod replicas;
#[path = "../api/support.rs"]
mod support;
mod told;

/// Makes two tests of the cases of a theme, one for each database. Every case has a database of its own; those on PostgreSQL
/// share a server, whose start takes longer than they do.
macro_rules! on_both {
    ($theme:ident: $($case:ident),+ $(,)?) => {
        mod $theme {
            use super::super::$theme as cases;
            use crate::client::Scim;

            #[tokio::test]
            async fn on_sqlite() {
                $(cases::$case(Scim::sqlite().await).await;)+
            }

            #[tokio::test]
            async fn on_postgres() {
                let server = casemate_test_support::Postgres::start().unwrap();
                $(cases::$case(Scim::postgres(&server.create_database().unwrap()).await).await;)+
            }
        }
    };
}

mod holds {
    on_both!(access:
        whoever_may_not_provision_is_refused,
        people_of_others_are_not_there,
        a_provider_names_an_account_that_there_is,
        an_account_of_the_same_name_in_another_tenant_provisions_nobody,
        the_server_describes_itself,
    );
    on_both!(administrators:
        the_last_administrator_stays_whatever_their_provider_says,
        who_is_gone_is_nobody_who_stays,
        who_is_gone_is_nobody_who_stays_whatever_becomes_of_objects,
        who_comes_and_is_deactivated_at_the_same_time_is_nobody_who_stays,
        who_has_no_subject_administers_by_no_group,
        a_group_keeps_the_last_of_it_who_administers,
        operations_of_one_request_leave_somebody_together,
        what_is_done_to_their_group_is_done_one_after_the_other,
        who_does_not_administer_changes_no_policy,
    );
    on_both!(bulk:
        operations_have_outcomes_of_their_own,
        operations_refer_to_each_other,
        requests_are_bounded_and_stop_at_errors,
    );
    on_both!(changes:
        a_user_lives_from_being_made_to_being_deleted,
        names_are_unique_in_their_provider,
        a_version_that_is_not_there_any_more_is_not_changed,
        what_entra_id_and_okta_send_is_done,
        members_come_and_go,
        what_is_said_of_a_user_is_seen_by_expressions,
        who_is_deactivated_or_deleted_is_refused_at_once,
        who_is_not_active_stays_so_until_it_is_said,
    );
    on_both!(ldap:
        who_comes_by_ldap_is_known_as_who_comes_by_scim,
    );
    on_both!(lists:
        filters_find_whom_they_describe,
        lists_are_sorted_and_paged,
        pages_go_by_cursor,
        attributes_are_chosen,
        what_is_no_query_is_refused,
        what_no_index_answers_is_looked_for_among_a_bounded_number,
    );
    on_both!(many:
        a_large_group_is_replaced_and_emptied,
        all_groups_of_all_users_of_a_page_are_told,
    );
}
