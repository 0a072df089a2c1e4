//! Who may administer what: Casemate guards its own API with its own engine.
//!
//! A caller's permissions count as they are assigned in the tenant that a request is about. What belongs to the whole
//! installation is guarded by what they hold in the tenant `default`.

use std::marker::PhantomData;
use std::sync::Arc;

use axum::extract::MatchedPath;
use axum::http::header::{USER_AGENT, WWW_AUTHENTICATE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue};
use casemate_directory::{
    AdminError, Author, DEFAULT_TENANT, Entry, Maker, NotAdmitted, Person, ResolveError, Snapshot, Subject,
};
use casemate_expression::{Datum, Map, Members, Timestamp, Value};
use casemate_identity::Kind;
use casemate_permission::name::Name;
use casemate_permission::{Action, Effect, PermissionSet, Request, Resource};
use casemate_platform::{Caller, Client, Code, Guard, Permission, Problem, RequestId, authenticate, clock};
use casemate_store::{Actor, DecisionEvent, Party, RecordedDecision, clipped};

use crate::App;
use crate::refusal::problem;
use crate::sign_in::service::credential;
use crate::tenant_header::wanted_tenant;

/// How long a credential that was valid is taken to be so still, in microseconds.
const STILL_VALID: u64 = 100_000;

/// A handler's proof that its caller may do `P` on something.
pub(crate) type Require<P> = casemate_platform::Require<P, Access>;

/// A caller, and what a request of theirs is about.
pub struct Access {
    headers: HeaderMap,
    request_id: RequestId,
    route: Option<String>,
    client: Option<String>,
    standing: Standing,
    /// For the access log.
    pub(crate) caller: Caller,
    /// The tenant that the request is about; empty where it is about the whole installation.
    pub(crate) tenant: Arc<str>,
}

/// What a caller holds, and when that was found out.
struct Standing {
    snapshot: Arc<Snapshot>,
    subject: Subject,
    set: PermissionSet,
    now: i64,
}

/// Something that a permission is asked for, as conditions see it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Thing {
    id: Option<String>,
    properties: Vec<(&'static str, String)>,
}

/// Proof that the caller may do `P` on the thing that was shown; whoever changes something needs it.
pub(crate) struct Permit<P> {
    /// Who makes the change.
    pub(crate) author: Author,
    permission: PhantomData<P>,
}

impl Thing {
    /// Something that is not there yet.
    pub(crate) fn named(name: &str) -> Thing {
        Thing::default().with("name", name)
    }

    /// An entry that is there.
    pub(crate) fn of(entry: &Entry) -> Thing {
        let thing = Thing { id: Some(entry.id.clone()), properties: Vec::new() };
        thing.with("name", &entry.name).with("origin", &entry.origin).of_document(&entry.document)
    }

    /// With the role or the team that is assigned, where its document is an assignment's.
    pub(crate) fn of_document(self, document: &serde_json::Value) -> Thing {
        ["role", "team"].into_iter().fold(self, |thing, name| {
            match document.get(name).and_then(serde_json::Value::as_str) {
                Some(value) => thing.with(name, value),
                None => thing,
            }
        })
    }

    /// Something with an id.
    pub(crate) fn with_id(id: &str) -> Thing {
        Thing { id: Some(id.to_owned()), properties: Vec::new() }
    }

    /// With this id.
    pub(crate) fn identified(mut self, id: &str) -> Thing {
        self.id = Some(id.to_owned());
        self
    }

    /// With this property.
    pub(crate) fn with(mut self, name: &'static str, value: &str) -> Thing {
        self.properties.push((name, value.to_owned()));
        self
    }
}

/// Refuses what is dangerous where it comes from a session of a browser whose owner did not prove lately who they are (RFC 9470).
///
/// # Errors
/// 401 with where to do so.
fn recent(app: &App, caller: &Caller, permission: &str, now: i64) -> Result<(), Problem> {
    if is_dangerous(permission) { lately(app, caller, now) } else { Ok(()) }
}

/// Refuses a session of a browser whose owner did not prove lately who they are, and every temporary credential.
///
/// # Errors
/// 401 with where to sign in again; 403 for what is temporary, with which nobody signs in.
pub(crate) fn lately(app: &App, caller: &Caller, now: i64) -> Result<(), Problem> {
    if caller.0.temporary.is_some() {
        return Err(Problem::new(Code::Forbidden).detail("a temporary credential may not do this"));
    }
    let Some(session) = &caller.0.session else { return Ok(()) };
    let most = app.directory.sessions().times().recent;
    if now.saturating_sub(session.authenticated_at.0) < most {
        return Ok(());
    }
    let by = caller.0.via.as_deref().unwrap_or(&caller.0.provider);
    let path = format!("/sign-in/{by}?again=1");
    let challenge = format!(
        "Bearer realm=\"casemate\", error=\"insufficient_user_authentication\", \
         error_description=\"sign in again\", max_age={}",
        most / 1_000_000
    );
    let mut problem = Problem::new(Code::SignInTooOld)
        .detail(format!("sign in again at {path}, with `return_to` where you go on, and repeat this"));
    if let Ok(value) = HeaderValue::from_str(&challenge) {
        problem = problem.header(WWW_AUTHENTICATE, value);
    }
    match HeaderValue::from_str(&format!("<{path}>; rel=\"urn:casemate:sign-in\"")) {
        Ok(link) => Err(problem.link(link)),
        Err(_) => Err(problem),
    }
}

/// What cannot be undone, or gives somebody a way in: deleting, keys, settings, providers, whole policies, and whatever says who
/// holds what, of which schemas are a part: they say what a permission means. A service account is let in again by a change, and whoever
/// guesses secrets by a block or lock that is lifted.
/// What ends or takes from somebody (keys, sessions, members of groups) stays quick, and so does what gives nobody anything by
/// itself: a new tenant, a new service account, the level of the log.
fn is_dangerous(permission: &str) -> bool {
    const DANGEROUS: [&str; 27] = [
        "casemate.api-key.create",
        "casemate.api-key.rotate",
        "casemate.setting.create",
        "casemate.setting.update",
        "casemate.provider.create",
        "casemate.provider.update",
        "casemate.policy.apply",
        "casemate.policy.revert",
        "casemate.tenant.appoint",
        "casemate.assignment.create",
        "casemate.assignment.update",
        "casemate.role.create",
        "casemate.role.update",
        "casemate.team.create",
        "casemate.team.update",
        "casemate.source.create",
        "casemate.source.update",
        "casemate.application.create",
        "casemate.application.update",
        "casemate.service-account.update",
        "casemate.group.create",
        "casemate.group.update",
        "casemate.group-member.add",
        "casemate.user.create",
        "casemate.user.update",
        "casemate.user.invite",
        "casemate.block.lift",
    ];
    permission.ends_with(".delete") || DANGEROUS.contains(&permission)
}

impl Guard for App {
    type Access = Access;

    async fn admit<P: Permission>(&self, parts: &mut Parts) -> Result<Access, Problem> {
        let headers = parts.headers.clone();
        let request_id = parts.extensions.get::<RequestId>().cloned().unwrap_or_else(RequestId::random);
        let wanted = wanted_tenant(&headers)?.map(Arc::<str>::from);
        let (caller, standing) = standing::<P>(self, &headers, wanted.as_ref()).await?;
        let tenant =
            if P::INSTALLATION { "".into() } else { target::<P>(&standing.subject, wanted.as_ref()) };
        let access = Access {
            headers,
            request_id,
            route: parts.extensions.get::<MatchedPath>().map(|path| path.as_str().to_owned()),
            client: parts.extensions.get::<Client>().map(|client| client.address.to_string()),
            standing,
            caller,
            tenant,
        };
        if access.effect(P::NAME, None, P::RESOURCE) == Effect::Denied {
            return Err(access.refuse::<P>(self, None, P::NAME, false).await);
        }
        Ok(access)
    }
}

/// The tenant in which the permission has to be held.
fn target<P: Permission>(subject: &Subject, wanted: Option<&Arc<str>>) -> Arc<str> {
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
    app.directory.user_of(&caller.0).await.map_err(|refused| match refused {
        NotAdmitted::Inactive | NotAdmitted::Deleted => {
            tracing::info!(reason = %refused, "a user is not let in");
            Problem::new(Code::UserInactive)
        }
        NotAdmitted::Unknown(error) => {
            tracing::error!(%error, "the directory cannot be asked about a user");
            Problem::new(Code::Unavailable)
        }
    })
}

async fn standing<P: Permission>(
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
async fn standing_of<P: Permission>(
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
    let set = held_in(&snapshot, &subject, elsewhere, &target, names_tenant).map_err(|error| {
        tracing::error!(%error, "a caller may do nothing: the permissions could not be compiled");
        Problem::new(Code::Forbidden)
    })?;
    Ok(Standing { snapshot, subject, set, now })
}

/// Whoever made something in a tenant before, with what they hold there now; nobody where they are not let in any more, or may not
/// do `P` on this.
///
/// # Errors
/// 503 where that cannot be found out.
pub(crate) async fn still<P: Permission>(
    app: &App,
    maker: Maker,
    tenant: &str,
    thing: &Thing,
) -> Result<Option<Author>, Problem> {
    let (now, tenant) = (clock::now(), Arc::<str>::from(tenant));
    if !app.directory.still_takes(&maker, casemate_identity::Timestamp(now)) {
        return Ok(None);
    }
    let caller = Caller(Arc::new(maker.identity));
    let standing = match standing_of::<P>(app, app.directory.current(), &caller, Some(&tenant), now).await {
        Ok(standing) => standing,
        Err(problem) if problem.code() == Code::Unavailable => return Err(problem),
        Err(_) => return Ok(None),
    };
    let access = Access {
        headers: HeaderMap::new(),
        request_id: RequestId::random(),
        route: None,
        client: None,
        standing,
        caller,
        tenant,
    };
    let may = access.effect(P::NAME, Some(thing), P::RESOURCE) == Effect::Allowed;
    Ok(may.then(|| access.author()))
}

/// What somebody holds in a tenant. A static credential, an API key, and a token that names its tenant and hands out
/// permissions work in their own tenant alone. Where a provider serves several tenants, the logins and groups of one of them
/// mean nobody in another: who comes from there is known by their id.
fn held_in(
    snapshot: &Snapshot,
    subject: &Subject,
    elsewhere: &Subject,
    tenant: &Arc<str>,
    names_tenant: bool,
) -> Result<PermissionSet, ResolveError> {
    if subject.tenant == *tenant {
        return snapshot.permissions(subject);
    }
    let is_bound = snapshot.credential_of(subject).is_some() || *subject.kind == *Kind::API_KEY.as_str();
    if is_bound || (names_tenant && subject.is_handed_permissions()) {
        return Ok(PermissionSet::empty(snapshot.catalog()));
    }
    let mut there = elsewhere.clone();
    there.tenant = Arc::clone(tenant);
    if names_tenant {
        there.login = None;
        there.groups.clear();
    }
    snapshot.permissions(&there)
}

impl Access {
    /// The tenant in which objects are looked for.
    pub(crate) fn tenant(&self) -> &str {
        &self.tenant
    }

    /// When the request was admitted, in microseconds since 1970 (UTC).
    pub(crate) fn now(&self) -> i64 {
        self.standing.now
    }

    /// Whether the caller may do `P` on this; for lists, which leave out what they may not see.
    pub(crate) fn may<P: Permission>(&self, thing: &Thing) -> bool {
        self.effect(P::NAME, Some(thing), P::RESOURCE) == Effect::Allowed
    }

    /// Goes on where the caller may do `P` on `thing`. What decides is what decides now: a body may have taken its time.
    ///
    /// # Errors
    /// 404 where they may not even see it, 403 where they may not do it; either is on record before it is answered.
    pub(crate) async fn permit<P: Permission>(&self, app: &App, thing: &Thing) -> Result<Permit<P>, Problem> {
        let renewed = self.renewed::<P>(app).await?;
        let access = renewed.as_ref().unwrap_or(self);
        if access.effect(P::NAME, Some(thing), P::RESOURCE) != Effect::Allowed {
            let may_read = || access.effect(P::READ, Some(thing), P::RESOURCE) == Effect::Allowed;
            let hides = thing.id.is_some() && !may_read();
            return Err(access.refuse::<P>(app, Some(thing), P::NAME, hides).await);
        }
        recent(app, &access.caller, P::NAME, access.now())?;
        Ok(Permit { author: access.author(), permission: PhantomData })
    }

    /// This caller as they stand now, where that may differ from when they were admitted: a body may have taken its time.
    async fn renewed<P: Permission>(&self, app: &App) -> Result<Option<Access>, Problem> {
        let is_fresh = app.directory.current().revision() == self.standing.snapshot.revision()
            && clock::now().abs_diff(self.standing.now) < STILL_VALID;
        if is_fresh {
            return Ok(None);
        }
        // In the tenant of the request, whichever is their own by now.
        let (caller, standing) = standing::<P>(app, &self.headers, Some(&self.tenant)).await?;
        Ok(Some(Access {
            headers: self.headers.clone(),
            request_id: self.request_id.clone(),
            route: self.route.clone(),
            client: self.client.clone(),
            tenant: Arc::clone(&self.tenant),
            standing,
            caller,
        }))
    }

    /// Goes on as [`Access::permit`] does, for what is asked of a list: its entries are held against conditions one by one.
    ///
    /// # Errors
    /// 401 or 403 where they may no longer ask.
    pub(crate) async fn readmitted<P: Permission>(&self, app: &App) -> Result<Option<Access>, Problem> {
        let renewed = self.renewed::<P>(app).await?;
        match &renewed {
            Some(access) if access.effect(P::NAME, None, P::RESOURCE) == Effect::Denied => {
                Err(access.refuse::<P>(app, None, P::NAME, false).await)
            }
            _ => Ok(renewed),
        }
    }

    /// A key for what belongs to this caller alone.
    pub(crate) fn caller_key(&self) -> String {
        let Subject { provider, kind, id, .. } = &self.standing.subject;
        format!("{provider}\n{kind}\n{}", id.as_deref().unwrap_or_default())
    }

    fn effect(&self, permission: &str, thing: Option<&Thing>, kind: &str) -> Effect {
        let Ok(name) = Name::parse(permission) else { return Effect::Denied };
        let properties: Members = thing
            .into_iter()
            .flat_map(|thing| &thing.properties)
            .map(|(name, value)| ((*name).into(), Datum::String(value.as_str().into())))
            .chain([("tenant".into(), Datum::String((&*self.tenant).into()))])
            .collect();
        let resource = thing.map(|thing| Resource {
            kind: Some(Value::String(kind)),
            id: thing.id.as_deref().map(Value::String),
            properties: Map::Data(&properties),
        });
        let request = Request {
            name,
            identity: self.standing.subject.view(),
            action: Action { name: permission, properties: Map::EMPTY },
            resource,
            context: Map::EMPTY,
            now: Timestamp(self.standing.now),
        };
        self.standing.set.check(&request).effect
    }

    /// Records a denial, durably, and says what is answered.
    async fn refuse<P: Permission>(
        &self,
        app: &App,
        thing: Option<&Thing>,
        needed: &'static str,
        hides: bool,
    ) -> Problem {
        let id = thing.and_then(|thing| thing.id.as_deref());
        if let Err(withheld) = self.record_denial::<P>(app, id, needed, "may_not_administer").await {
            return withheld;
        }
        if hides {
            return Problem::new(Code::NotFound);
        }
        Problem::new(Code::Forbidden).detail(format!("this needs the permission `{needed}`"))
    }

    /// Records a denial, durably; what cannot be recorded is not answered.
    async fn record_denial<P: Permission>(
        &self,
        app: &App,
        id: Option<&str>,
        needed: &'static str,
        reason: &'static str,
    ) -> Result<(), Problem> {
        let subject = &self.standing.subject;
        let party = Party {
            provider: clipped(&subject.provider),
            kind: clipped(&subject.kind),
            id: clipped(subject.id.as_deref().unwrap_or_default()),
        };
        let event = DecisionEvent {
            at: self.standing.now,
            request_id: self.request_id.as_str().to_owned(),
            item: 0,
            tenant: if P::INSTALLATION { DEFAULT_TENANT.to_owned() } else { clipped(&self.tenant) },
            application: None,
            caller: party.clone(),
            credential: credential(&self.caller.0),
            subject: party,
            action: needed.to_owned(),
            resource_type: Some(P::RESOURCE.to_owned()),
            resource_id: id.map(clipped),
            decision: RecordedDecision::Denied,
            reason: reason.to_owned(),
            permission: None,
            revision: self.standing.snapshot.revision(),
        };
        if let Err(error) = app.store.record(vec![event]).await {
            tracing::error!(%error, "an answer was withheld: it could not be recorded");
            return Err(Problem::new(Code::NotRecorded));
        }
        Ok(())
    }

    /// Why something was not administered, as a problem. Who tried to give what they do not hold was denied, and that is on
    /// record before it is answered.
    pub(crate) async fn not_done<P: Permission>(
        &self,
        app: &App,
        id: Option<&str>,
        error: AdminError,
    ) -> Problem {
        if matches!(error, AdminError::Beyond { .. })
            && let Err(withheld) = self.record_denial::<P>(app, id, P::NAME, "grant_exceeded").await
        {
            return withheld;
        }
        problem(error)
    }

    fn author(&self) -> Author {
        let Standing { subject, set, now, .. } = &self.standing;
        let credential = credential(&self.caller.0);
        Author {
            actor: Actor {
                provider: subject.provider.to_string(),
                kind: subject.kind.to_string(),
                id: subject.id.as_deref().unwrap_or_default().to_owned(),
                credential,
            },
            holds: Some(set.clone()),
            request_id: self.request_id.as_str().to_owned(),
            route: self.route.clone(),
            client: self.client.clone(),
            user_agent: user_agent(&self.headers),
            reason: None,
            now: *now,
        }
    }
}

/// The client's `User-Agent`, as far as it is kept.
pub(crate) fn user_agent(headers: &HeaderMap) -> Option<String> {
    headers.get(USER_AGENT).and_then(|value| value.to_str().ok()).map(clipped)
}

#[cfg(test)]
mod tests {
    use casemate_directory::Folder;
    use casemate_identity::Identity;

    use super::*;

    #[test]
    fn whatever_gives_somebody_a_way_in_asks_for_a_recent_sign_in() {
        for kind in ["assignment", "role", "team", "source", "user", "provider", "setting"] {
            for verb in ["create", "update", "delete"] {
                assert!(is_dangerous(&format!("casemate.{kind}.{verb}")), "{kind} {verb}");
            }
            for verb in ["list", "read"] {
                assert!(!is_dangerous(&format!("casemate.{kind}.{verb}")), "{kind} {verb}");
            }
        }
        for name in [
            "group-member.add",
            "group.create",
            "group.update",
            "application.create",
            "application.update",
            "service-account.update",
            "api-key.create",
            "api-key.rotate",
            "policy.apply",
            "tenant.appoint",
            "user.invite",
            "block.lift",
        ] {
            assert!(is_dangerous(&format!("casemate.{name}")), "{name}");
        }
        for name in [
            "policy.plan",
            "api-key.revoke",
            "session.end",
            "temporary-credential.revoke",
            "group-member.remove",
            "service-account.create",
            "tenant.create",
            "log.update",
        ] {
            assert!(!is_dangerous(&format!("casemate.{name}")), "{name}");
        }
    }

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
            held_in(&snapshot, &subject, &subject, &tenant.into(), of.is_some()).unwrap().iter().count()
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
