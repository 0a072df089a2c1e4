//! SCIM as clients see it, on both databases.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot prepare has failed")]

mod access;
mod bulk;
mod changes;
mod client;
mod lists;
#[path = "../api/support.rs"]
mod support;

use client::Scim;

/// Makes a test of each case on SQLite, and one of all on PostgreSQL, whose server takes longer to start than they do.
macro_rules! on_both {
    ($($theme:ident::$case:ident),+ $(,)?) => {
        mod on_sqlite {
            $(
                #[tokio::test]
                async fn $case() {
                    super::$theme::$case(super::Scim::sqlite().await).await;
                }
            )+
        }

        #[tokio::test]
        async fn every_case_holds_on_postgresql() {
            let postgres = casemate_test_support::Postgres::start().unwrap();
            $($theme::$case(Scim::postgres(&postgres.create_database().unwrap()).await).await;)+
        }
    };
}

on_both!(
    access::whoever_may_not_provision_is_refused,
    access::people_of_others_are_not_there,
    access::the_server_describes_itself,
    bulk::operations_have_outcomes_of_their_own,
    bulk::operations_refer_to_each_other,
    bulk::requests_are_bounded_and_stop_at_errors,
    changes::a_user_lives_from_being_made_to_being_deleted,
    changes::names_are_unique_in_their_provider,
    changes::a_version_that_is_not_there_any_more_is_not_changed,
    changes::what_entra_id_and_okta_send_is_done,
    changes::members_come_and_go,
    changes::what_is_said_of_a_user_is_seen_by_expressions,
    changes::who_is_deactivated_or_deleted_is_refused_at_once,
    changes::who_is_not_active_stays_so_until_it_is_said,
    lists::filters_find_whom_they_describe,
    lists::lists_are_sorted_and_paged,
    lists::pages_go_by_cursor,
    lists::attributes_are_chosen,
    lists::what_is_no_query_is_refused,
    lists::what_no_index_answers_is_looked_for_among_a_bounded_number,
);
