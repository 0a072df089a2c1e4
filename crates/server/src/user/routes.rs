//! `/api/v1/users`.

use casemate_directory::UserDraft;
use casemate_platform::api::{Api, Operation, Trail};
use casemate_platform::{Code, Page, Problem, permissions};
use casemate_store::UserRecord;
use serde_json::json;

use crate::App;
use crate::guard::Access;
use crate::rows;
use crate::user::service::{UserSearch, UserView, Users};
use crate::user::{factors, links};

permissions! {
    /// To list users.
    UserList = "casemate.user.list", on "user", in tenant, read "casemate.user.read";
    /// To read one.
    UserRead = "casemate.user.read", on "user", in tenant, read "casemate.user.read";
    /// To make one.
    UserCreate = "casemate.user.create", on "user", in tenant, read "casemate.user.read";
    /// To change one, or to deactivate them.
    UserUpdate = "casemate.user.update", on "user", in tenant, read "casemate.user.read";
    /// To delete one.
    UserDelete = "casemate.user.delete", on "user", in tenant, read "casemate.user.read";
}

const TAG: &str = "Users";
pub(super) const PATH: &str = "/api/v1/users";
const ITEM: &str = "/api/v1/users/{id}";

fn example() -> serde_json::Value {
    json!({ "login": "ada@example.com", "display_name": "Ada Lovelace", "attributes": { "department": "engines" } })
}

/// The area's routes.
pub(crate) fn routes() -> Api<App> {
    let reading = Api::new()
        .get(
            PATH,
            rows::list::<Users>,
            Operation::new("listUsers", TAG, "Users", Trail::Read)
                .describe("A page may hold fewer entries than asked for, and others follow. As `text/csv` it is the whole list.")
                .needs::<UserList>()
                .paged()
                .query("sort", "`created_at`, `login`, or one of these with `-` before it.")
                .answers_csv_or::<Page<UserView>>(200, "A page, or the whole list."),
        )
        .post(
            "/api/v1/users/search",
            rows::search::<Users>,
            Operation::new("searchUsers", TAG, "Users", Trail::Read)
                .describe("Those that fit a text and filters, which are personal data and stand in no address.")
                .needs::<UserList>()
                .takes::<UserSearch>(json!({ "search": "lovelace", "active": true, "sort": "login" }))
                .answers_csv_or::<Page<UserView>>(200, "A page, or the whole list."),
        )
        .get(
            ITEM,
            rows::get::<Users>,
            Operation::new("getUser", TAG, "A user", Trail::Read)
                .needs::<UserRead>()
                .if_none_match()
                .answers::<UserView>(200, "They."),
        );
    writing(reading).merge(factors::routes()).merge(super::versions::routes()).merge(links::routes())
}

fn writing(api: Api<App>) -> Api<App> {
    api.post(
        PATH,
        rows::create::<Users>,
        Operation::new("createUser", TAG, "A user", Trail::Kind("create"))
            .describe("Makes one, in the tenant of the request. Who signs in with the provider and is called by the `subject` is them.")
            .needs::<UserCreate>()
            .takes::<UserDraft>(example())
            .creates()
            .writes()
            .answers::<UserView>(201, "They were made.")
            .problem(Code::NameTaken)
            .problem(Code::GrantExceeded),
    )
    .put(
        ITEM,
        rows::update::<Users>,
        Operation::new("updateUser", TAG, "A user", Trail::Kind("update"))
            .describe("Makes this of them, as a whole. Whoever is not active any more is refused within a second, with whichever credential.")
            .needs::<UserUpdate>()
            .if_match()
            .takes::<UserDraft>(example())
            .writes()
            .answers::<UserView>(200, "As they are now.")
            .problem(Code::NameTaken)
            .problem(Code::GrantExceeded)
            .problem(Code::LastAdministrator),
    )
    .delete(
        ITEM,
        rows::delete::<Users>,
        Operation::new("deleteUser", TAG, "A user", Trail::Kind("delete"))
            .describe("Deletes what is personal of them. Whoever presents a credential of theirs is refused from then on.")
            .needs::<UserDelete>()
            .if_match()
            .writes()
            .answers_nothing(204, "They are gone.")
            .problem(Code::GrantExceeded)
            .problem(Code::LastAdministrator)
            .problem(Code::InUse),
    )
}

/// The user with this id, in the tenant that the request is about.
pub(super) async fn user(app: &App, access: &Access, id: &str) -> Result<UserRecord, Problem> {
    rows::one::<Users>(app, access, id).await
}
