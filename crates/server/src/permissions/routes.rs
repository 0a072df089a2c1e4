//! `/api/v1/permissions` and the permissions of identities.

use casemate_platform::api::{Api, Operation, Trail};
use casemate_platform::{Code, permissions};
use serde_json::json;

use super::changes::changes;
use super::reading::{of_caller, of_identity};
use super::resolve::{ResolveRequest, ResolvedPermissions, TaggedPermissions, resolve};
use super::schemas::{PermissionSchemas, schemas};
use crate::App;

/// To read what somebody holds.
pub(super) const PERMISSION_READ: &str = "casemate.permission.read";

permissions! {
    /// To read what somebody holds, and what it means.
    PermissionRead = PERMISSION_READ, on "permission", in tenant, read "casemate.permission.read";
}

const TAG: &str = "Permissions";

/// The area's routes.
pub(crate) fn routes() -> Api<App> {
    Api::new()
        .get(
            "/api/v1/identities/{id}/permissions",
            of_identity,
            Operation::new("getPermissions", TAG, "What an identity holds", Trail::Kind("read"))
                .describe("Of a user, a service account or an API key, by its opaque id. A caller that is bound to an application sees what may match a name in its namespaces. Leaves an audit event.")
                .needs::<PermissionRead>()
                .if_none_match()
                .tells_revision()
                .answers::<TaggedPermissions<'_>>(200, "All of it.")
                .problem(Code::SourceFailed),
        )
        .get(
            "/api/v1/identity/permissions",
            of_caller,
            Operation::new("getOwnPermissions", TAG, "What the caller holds", Trail::Nothing("callers learn what they hold themselves"))
                .describe("Needs no permission. Without a credential it is what anonymous holds.")
                .takes_tenant()
                .if_none_match()
                .tells_revision()
                .answers::<TaggedPermissions<'_>>(200, "All of it.")
                .problem(Code::CredentialRejected)
                .problem(Code::UserInactive)
                .problem(Code::SourceFailed)
                .problem(Code::Unavailable),
        )
        .post(
            "/api/v1/permissions/resolve",
            resolve,
            Operation::new("resolvePermissions", TAG, "What several identities hold", Trail::Kind("read"))
                .describe("At most a hundred at one revision, by the tokens that they presented or by their opaque ids. What is wrong with one is its own problem. Reading by id leaves an audit event for the request.")
                .needs::<PermissionRead>()
                .takes::<ResolveRequest>(json!({ "items": [{ "anonymous": true }] }))
                .tells_revision()
                .answers::<ResolvedPermissions<'_>>(200, "What each holds, in order."),
        )
        .get(
            "/api/v1/permissions/schemas",
            schemas,
            Operation::new("listPermissionSchemas", TAG, "What permissions mean", Trail::Read)
                .describe("The schemas of all applications, and Casemate's own. A caller that is bound to an application sees that one's.")
                .needs::<PermissionRead>()
                .if_none_match()
                .tells_revision()
                .answers::<PermissionSchemas>(200, "The schemas."),
        )
        .get(
            "/api/v1/permissions/changes",
            changes,
            Operation::new("followPermissionChanges", TAG, "Whom changes affect, as they come", Trail::Read)
                .describe("A stream of server-sent events: `ready`, `change` and `alive`, each with an id that has its revision behind a `-`. What came after `Last-Event-ID` is told first. A client goes by what it holds for thirty seconds after the last event. See docs/guide/following-changes.md.")
                .needs::<PermissionRead>()
                .query("after", "The revision or the id of the event after which changes are told, where `Last-Event-ID` is not sent.")
                .tells_revision()
                .answers_events(200, "Events, until the client goes away or may not read any more.")
                .problem(Code::Unavailable),
        )
}
