//! What a caller holds in the tenant that a request is about.

use std::sync::Arc;

use axum::http::HeaderMap;
use casemate_directory::{DEFAULT_TENANT, NotAdmitted, Person, ResolveError, Snapshot, Subject};
use casemate_identity::Identity;
use casemate_permission::PermissionSet;
use casemate_platform::{Caller, Code, Permission, Problem, authenticate, clock};

use crate::App;

/// What a caller holds, and when that was found out.
pub(super) struct Standing {
    pub(super) snapshot: Arc<Snapshot>,
    pub(super) subject: Subject,
    pub(super) set: PermissionSet,
    /// The application that their credential is bound to: it stays so for the request, whatever becomes of the credential.
    pub(super) application: Option<Arc<str>>,
    pub(super) now: i64,
}

/// The tenant in which the permission has to be held.
pub(super) fn target<P: Permission>(subject: &Subject, wanted: Option<&Arc<str>>) -> Arc<str> {
    if P::INSTALLATION {
        return DEFAULT_TENANT.into();
    }
    wanted.map_or_else(|| Arc::clone(&subject.tenant), Arc::clone)
}

/// The user whom the directory knows by a credential that was verified.
///
/// # Errors
/// 401 where they were deactivated or deleted, 503 where that cannot be found out.
pub(crate) async fn admitted(app: &App, caller: &Caller) -> Result<Option<Arc<Person>>, Problem> {
    app.directory.user_of(&caller.0).await.map_err(|refused| Problem::new(not_admitted(refused)))
}

/// As [`admitted`], with the user's opaque id.
///
/// # Errors
/// [`Code::UserInactive`] where they were deactivated or deleted, [`Code::Unavailable`] where that cannot be found out.
pub(crate) async fn admitted_by_id(
    app: &App,
    identity: &Identity,
) -> Result<Option<(Arc<str>, Arc<Person>)>, Code> {
    app.directory.identified_user_of(identity).await.map_err(not_admitted)
}

fn not_admitted(refused: NotAdmitted) -> Code {
    match refused {
        NotAdmitted::Inactive | NotAdmitted::Deleted => {
            tracing::info!(reason = %refused, "a user is not let in");
            Code::UserInactive
        }
        NotAdmitted::Unknown(error) => {
            tracing::error!(%error, "the directory cannot be asked about a user");
            Code::Unavailable
        }
    }
}

pub(super) async fn standing<P: Permission>(
    app: &App,
    headers: &HeaderMap,
    wanted: Option<&Arc<str>>,
) -> Result<(Caller, Standing), Problem> {
    let snapshot = app.directory.current();
    let now = clock::now();
    let caller = authenticate(snapshot.chain(), headers, now).await?;
    if caller.0.is_anonymous() {
        return Err(Problem::new(Code::CredentialMissing));
    }
    let standing = standing_of::<P>(app, snapshot, &caller, wanted, now).await?;
    Ok((caller, standing))
}

/// What somebody holds who was known by a credential that was verified.
pub(super) async fn standing_of<P: Permission>(
    app: &App,
    snapshot: Arc<Snapshot>,
    caller: &Caller,
    wanted: Option<&Arc<str>>,
    now: i64,
) -> Result<Standing, Problem> {
    let user = admitted(app, caller).await?;
    let subject = snapshot.caller_as(&caller.0, user.as_deref());
    let target = target::<P>(&subject, wanted);
    let names_tenant = caller.0.tenant.is_some();
    // What the directory says of a user of one tenant, those who administer it say: it counts in no other.
    let elsewhere = user.is_some().then(|| snapshot.caller(&caller.0));
    let elsewhere = elsewhere.as_ref().unwrap_or(&subject);
    let (set, _) = snapshot.held_in_at(&subject, elsewhere, &target, now, names_tenant).await;
    let set = set.map_err(|error| {
        tracing::error!(%error, "a caller may do nothing: the permissions could not be compiled");
        match source_outside(&snapshot, &error) {
            Some(source) => source_failed(source),
            None => Problem::new(Code::Forbidden),
        }
    })?;
    let application = snapshot.application_of(&subject);
    Ok(Standing { snapshot, subject, set, application, now })
}

/// The source outside Casemate because of which it cannot be said what somebody holds: that may end by itself soon.
pub(crate) fn source_outside<'e>(snapshot: &Snapshot, error: &'e ResolveError) -> Option<&'e str> {
    match error {
        ResolveError::Source { source_name, .. } if snapshot.is_outside(source_name) => Some(source_name),
        _ => None,
    }
}

/// The problem that a source outside Casemate fails.
pub(crate) fn source_failed(source: &str) -> Problem {
    Problem::new(Code::SourceFailed)
        .detail(format!("the source `{source}` fails: the server's log says what is wrong"))
}

#[cfg(test)]
mod tests {
    use casemate_directory::Folder;
    use casemate_identity::Kind;

    use super::*;

    const POLICY: &str = r#"
format = 1
[[provider]]
name = "corp"
issuer = "https://corp.example"
audiences = ["casemate"]
[[source]]
name = "token"
provider = "corp"
claim = "granted"
ceiling = ["casemate.*"]
[[role]]
name = "support"
permissions = [{ name = "casemate.role.read" }]
[[assignment]]
tenant = "acme"
role = "support"
to = { id = "ada" }
[[assignment]]
tenant = "acme"
role = "support"
to = { login = "bob" }
[[assignment]]
tenant = "acme"
role = "support"
to = { group = "ops" }
"#;

    #[test]
    fn who_comes_from_another_tenant_is_known_there_by_their_id_alone() {
        let files = [(std::path::PathBuf::from("policy.toml"), POLICY.to_owned())];
        let folder = Folder::of_texts(files.into_iter().collect()).unwrap();
        let snapshot = Snapshot::offline(folder.policy).unwrap();
        let held = |id: &str, of: Option<&str>, granted: bool, tenant: &str| {
            let mut identity = Identity::new("corp", id, Kind::USER);
            identity.login = Some(id.into());
            identity.groups = vec!["ops".into()];
            identity.tenant = of.map(Into::into);
            if granted {
                let all = serde_json::json!([{ "name": "casemate.*" }]);
                identity.claims.insert("granted".into(), all);
            }
            if id == "ada" {
                identity.groups = Default::default();
            }
            let subject = snapshot.caller(&identity);
            snapshot.held_in(&subject, &subject, &tenant.into(), of.is_some()).unwrap().iter().count()
        };
        assert_eq!(held("ada", Some("evil"), false, "acme"), 1, "assigned by id, which is one everywhere");
        assert_eq!(held("bob", Some("evil"), false, "acme"), 0, "another tenant's bob, and its ops");
        assert_eq!(held("bob", Some("acme"), false, "acme"), 2);
        assert_eq!(held("bob", None, false, "acme"), 2, "the provider has no tenants");
        assert_eq!(held("eve", Some("evil"), true, "evil"), 1);
        assert_eq!(held("eve", Some("evil"), true, "acme"), 0, "what evil's token hands out counts in evil");
        assert_eq!(held("eve", Some("evil"), true, DEFAULT_TENANT), 0, "nor for the whole installation");
        assert_eq!(held("ada", Some("evil"), true, "acme"), 0, "nor does it lose what the token denies");
    }
}
