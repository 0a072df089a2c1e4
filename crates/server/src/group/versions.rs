//! `/api/v1/groups/{id}/versions`.

use casemate_directory::{AdminError, Administration, Author, GroupDraft, Restored, VersionState};
use casemate_platform::api::{Api, Operation, Trail};
use casemate_platform::{Code, Page, Problem};
use casemate_store::{DirectoryKind, GroupRecord};
use serde_json::json;

use crate::App;
use crate::group::members::{MemberAdd, MemberList, MemberRemove};
use crate::group::routes::{GroupRead, GroupUpdate};
use crate::group::service::{Groups, thing};
use crate::guard::{Access, Thing};
use crate::refusal::problem;
use crate::versions::{
    self, RestoreRequest, RestoredView, VersionDetail, VersionSearch, VersionView, Versioned,
};

const TAG: &str = "Groups";
const PATH: &str = "/api/v1/groups/{id}/versions";

/// The area's routes of versions.
pub(super) fn routes() -> Api<App> {
    Api::new()
        .get(
            PATH,
            versions::list::<Groups>,
            Operation::new("listGroupVersions", TAG, "What changes by hand made of a group", Trail::Read)
                .describe("The newest hundred are kept, and none older than 400 days. What a provider says has no version. As `text/csv` it is the whole list.")
                .needs::<GroupRead>()
                .paged()
                .query("sort", "`-revision`, or `revision`.")
                .answers_csv_or::<Page<VersionView>>(200, "A page, or the whole list."),
        )
        .post(
            "/api/v1/groups/{id}/versions/search",
            versions::search::<Groups>,
            Operation::new("searchGroupVersions", TAG, "What changes by hand made of a group", Trail::Read)
                .describe("Those of an actor, of a kind of change, or of a time.")
                .needs::<GroupRead>()
                .takes::<VersionSearch>(json!({ "verb": "update", "since": "2026-01-01T00:00:00Z" }))
                .answers_csv_or::<Page<VersionView>>(200, "A page, or the whole list."),
        )
        .get(
            "/api/v1/groups/{id}/versions/{revision}",
            versions::get::<Groups>,
            Operation::new("getGroupVersion", TAG, "What a change by hand made of a group", Trail::Read)
                .describe("Who came to it and left it is told to whoever may list its members (`casemate.group-member.list`).")
                .needs::<GroupRead>()
                .answers::<VersionDetail>(200, "It."),
        )
        .post(
            "/api/v1/groups/{id}/versions/{revision}/restore",
            versions::restore::<Groups>,
            Operation::new("restoreGroup", TAG, "Sets a group back to a version, with its members by hand", Trail::Kind("restore"))
                .describe(
                    "By a new change, which obeys all that ordinary ones do and can be set back itself. Where users come to it \
                     or leave it, `casemate.group-member.add` and `casemate.group-member.remove` are needed too.",
                )
                .needs::<GroupUpdate>()
                .if_match()
                .takes::<RestoreRequest>(json!({ "dry_run": true }))
                .writes()
                .answers::<RestoredView>(200, "What was changed, or would be.")
                .problem(Code::NameTaken)
                .problem(Code::GrantExceeded)
                .problem(Code::LastAdministrator)
                .problem(Code::InUse)
                .problem(Code::ManagedByCode),
        )
}

impl Versioned for Groups {
    const KIND: DirectoryKind = DirectoryKind::Group;

    fn shows_members(access: &Access, thing: &Thing) -> bool {
        access.may::<MemberList>(thing)
    }

    async fn draft_at(
        administration: &Administration,
        id: &str,
        state: VersionState,
    ) -> Result<GroupDraft, AdminError> {
        administration.group_draft_at(id, state).await
    }

    async fn permits(
        app: &App,
        access: &Access,
        group: &GroupRecord,
        state: VersionState,
    ) -> Result<(), Problem> {
        let turned = app.administration.turns_members(access.tenant(), &group.id, state).await;
        let (come, leave) = turned.map_err(problem)?;
        if come {
            access.permit::<MemberAdd>(app, &thing(group)).await?;
        }
        if leave {
            access.permit::<MemberRemove>(app, &thing(group)).await?;
        }
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
        administration.restore_group(author, tenant, known, state, dry_run).await
    }
}
