//! `/api/v1/users/{id}/versions`.

use casemate_directory::{AdminError, Administration, Author, Restored, UserDraft, VersionState};
use casemate_platform::api::{Api, Operation, Trail};
use casemate_platform::{Code, Page, Problem};
use casemate_store::{DirectoryKind, UserRecord};
use serde_json::json;

use crate::App;
use crate::guard::{Access, Thing};
use crate::user::routes::{UserRead, UserUpdate};
use crate::user::service::Users;
use crate::versions::{
    self, RestoreRequest, RestoredView, VersionDetail, VersionSearch, VersionView, Versioned,
};

const TAG: &str = "Users";
const PATH: &str = "/api/v1/users/{id}/versions";

/// The area's routes of versions.
pub(super) fn routes() -> Api<App> {
    Api::new()
        .get(
            PATH,
            versions::list::<Users>,
            Operation::new("listUserVersions", TAG, "What changes by hand made of a user", Trail::Read)
                .describe(
                    "The newest hundred are kept, and none older than 400 days. What a provider says has no version. As `text/csv` it is the whole list.",
                )
                .needs::<UserRead>()
                .paged()
                .query("sort", "`-revision`, or `revision`.")
                .answers_csv_or::<Page<VersionView>>(200, "A page, or the whole list."),
        )
        .post(
            "/api/v1/users/{id}/versions/search",
            versions::search::<Users>,
            Operation::new("searchUserVersions", TAG, "What changes by hand made of a user", Trail::Read)
                .describe("Those of an actor, of a kind of change, or of a time.")
                .needs::<UserRead>()
                .takes::<VersionSearch>(json!({ "verb": "update", "since": "2026-01-01T00:00:00Z" }))
                .answers_csv_or::<Page<VersionView>>(200, "A page, or the whole list."),
        )
        .get(
            "/api/v1/users/{id}/versions/{revision}",
            versions::get::<Users>,
            Operation::new("getUserVersion", TAG, "What a change by hand made of a user", Trail::Read)
                .needs::<UserRead>()
                .answers::<VersionDetail>(200, "It."),
        )
        .post(
            "/api/v1/users/{id}/versions/{revision}/restore",
            versions::restore::<Users>,
            Operation::new("restoreUser", TAG, "Sets a user back to a version", Trail::Kind("restore"))
                .describe(
                    "By a new change, which obeys all that an ordinary one does and can be set back itself.",
                )
                .needs::<UserUpdate>()
                .if_match()
                .takes::<RestoreRequest>(json!({ "dry_run": true }))
                .writes()
                .answers::<RestoredView>(200, "What was changed, or would be.")
                .problem(Code::NameTaken)
                .problem(Code::GrantExceeded)
                .problem(Code::LastAdministrator),
        )
}

impl Versioned for Users {
    const KIND: DirectoryKind = DirectoryKind::User;

    /// A user has none.
    fn shows_members(_: &Access, _: &Thing) -> bool {
        true
    }

    async fn draft_at(
        administration: &Administration,
        id: &str,
        state: VersionState,
    ) -> Result<UserDraft, AdminError> {
        administration.user_draft_at(id, state).await
    }

    async fn permits(_: &App, _: &Access, _: &UserRecord, _: VersionState) -> Result<(), Problem> {
        Ok(())
    }

    async fn restore(
        administration: &Administration,
        author: &Author,
        tenant: &str,
        known: (&str, i64),
        state: VersionState,
        dry_run: bool,
    ) -> Result<Restored, AdminError> {
        administration.restore_user(author, tenant, known, state, dry_run).await
    }
}
