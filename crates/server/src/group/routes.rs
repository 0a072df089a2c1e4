//! `/api/v1/groups`.

use casemate_directory::GroupDraft;
use casemate_platform::api::{Api, Operation, Trail};
use casemate_platform::{Code, Page, permissions};
use serde_json::json;

use crate::App;
use crate::group::service::{GroupSearch, GroupView, Groups};
use crate::group::{members, versions};
use crate::rows;

permissions! {
    /// To list groups.
    GroupList = "casemate.group.list", on "group", in tenant, read "casemate.group.read";
    /// To read one.
    GroupRead = "casemate.group.read", on "group", in tenant, read "casemate.group.read";
    /// To make one.
    GroupCreate = "casemate.group.create", on "group", in tenant, read "casemate.group.read";
    /// To change one.
    GroupUpdate = "casemate.group.update", on "group", in tenant, read "casemate.group.read";
    /// To delete one.
    GroupDelete = "casemate.group.delete", on "group", in tenant, read "casemate.group.read";
}

const TAG: &str = "Groups";
pub(super) const PATH: &str = "/api/v1/groups";
const ITEM: &str = "/api/v1/groups/{id}";

fn example() -> serde_json::Value {
    json!({ "name": "engineering" })
}

/// The area's routes.
pub(crate) fn routes() -> Api<App> {
    let reading = Api::new()
        .get(
            PATH,
            rows::list::<Groups>,
            Operation::new("listGroups", TAG, "Groups", Trail::Read)
                .describe("A page may hold fewer entries than asked for, and others follow. As `text/csv` it is the whole list.")
                .needs::<GroupList>()
                .paged()
                .query("sort", "`created_at`, `name`, or one of these with `-` before it.")
                .answers_csv_or::<Page<GroupView>>(200, "A page, or the whole list."),
        )
        .post(
            "/api/v1/groups/search",
            rows::search::<Groups>,
            Operation::new("searchGroups", TAG, "Groups", Trail::Read)
                .describe("Those that fit a text and filters, which may be personal data and stand in no address.")
                .needs::<GroupList>()
                .takes::<GroupSearch>(json!({ "search": "eng", "sort": "name" }))
                .answers_csv_or::<Page<GroupView>>(200, "A page, or the whole list."),
        )
        .get(
            ITEM,
            rows::get::<Groups>,
            Operation::new("getGroup", TAG, "A group", Trail::Read)
                .needs::<GroupRead>()
                .if_none_match()
                .answers::<GroupView>(200, "It."),
        );
    members::routes(writing(reading)).merge(versions::routes())
}

fn writing(api: Api<App>) -> Api<App> {
    api.post(
        PATH,
        rows::create::<Groups>,
        Operation::new("createGroup", TAG, "A group", Trail::Kind("create"))
            .describe("Makes one, in the tenant of the request, without members.")
            .needs::<GroupCreate>()
            .takes::<GroupDraft>(example())
            .creates()
            .writes()
            .answers::<GroupView>(201, "It was made.")
            .problem(Code::NameTaken),
    )
    .put(
        ITEM,
        rows::update::<Groups>,
        Operation::new("updateGroup", TAG, "A group", Trail::Kind("update"))
            .describe("Makes this of it, as a whole; its members stay. One that something is assigned to keeps its name.")
            .needs::<GroupUpdate>()
            .if_match()
            .takes::<GroupDraft>(example())
            .writes()
            .answers::<GroupView>(200, "As it is now.")
            .problem(Code::NameTaken)
            .problem(Code::GrantExceeded)
            .problem(Code::InUse)
            .problem(Code::ManagedByCode),
    )
    .delete(
        ITEM,
        rows::delete::<Groups>,
        Operation::new("deleteGroup", TAG, "A group", Trail::Kind("delete"))
            .describe("Deletes it. One that something is assigned to is not deleted.")
            .needs::<GroupDelete>()
            .if_match()
            .writes()
            .answers_nothing(204, "It is gone.")
            .problem(Code::InUse)
            .problem(Code::ManagedByCode),
    )
}
