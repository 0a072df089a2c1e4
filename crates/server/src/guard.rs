//! Who may administer what: Casemate guards its own API with its own engine.
//!
//! A caller's permissions count as they are assigned in the tenant that a request is about. What belongs to the whole
//! installation is guarded by what they hold in the tenant `default`.

use std::marker::PhantomData;
use std::sync::Arc;

use axum::extract::MatchedPath;
use axum::http::HeaderMap;
use axum::http::header::USER_AGENT;
use axum::http::request::Parts;
use casemate_directory::{AdminError, Author, DEFAULT_TENANT, Entry, Maker, Snapshot, Subject};
use casemate_expression::{Datum, Map, Members, Timestamp, Value};
use casemate_permission::name::Name;
use casemate_permission::{Action, Effect, Request, Resource};
use casemate_platform::{Caller, Client, Code, Guard, Permission, Problem, RequestId, clock};
use casemate_store::{Actor, AuditEvent, Party, clipped};

use self::recent::recent;
use self::standing::{Standing, standing, standing_of, target};
use crate::App;
use crate::reading::{Reading, What};
use crate::refusal::problem;
use crate::sign_in::service::credential;
use crate::tenant_header::wanted_tenant;

mod recent;
mod standing;

pub(crate) use self::recent::lately;
pub(crate) use self::standing::{admitted, admitted_by_id, source_failed, source_outside};

/// May ask in every tenant, where it is held in the tenant `default`.
pub(crate) const ASK_ANY_TENANT: &str = "casemate.decision.ask-any-tenant";

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
        let what = What { action: P::NAME, resource: P::RESOURCE, tenant: access.tenant.to_string() };
        Reading::note(parts, || access.author(), what).await;
        Ok(access)
    }
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
        Err(problem) if [Code::Unavailable, Code::SourceFailed].contains(&problem.code()) => {
            return Err(problem);
        }
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

impl Access {
    /// The tenant in which objects are looked for.
    pub(crate) fn tenant(&self) -> &str {
        &self.tenant
    }

    /// When the request was admitted, in microseconds since 1970 (UTC).
    pub(crate) fn now(&self) -> i64 {
        self.standing.now
    }

    /// What decided that the request was admitted.
    pub(crate) fn snapshot(&self) -> &Arc<Snapshot> {
        &self.standing.snapshot
    }

    /// Whether the caller may know of every tenant: they are of the one that the installation is administered in, ask about it, and
    /// may ask for decisions in any.
    pub(crate) fn reaches_all_tenants(&self) -> bool {
        *self.standing.subject.tenant == *DEFAULT_TENANT
            && *self.tenant == *DEFAULT_TENANT
            && self.effect(ASK_ANY_TENANT, None, "decision") == Effect::Allowed
    }

    /// The application that the caller's credential is bound to.
    pub(crate) fn application(&self) -> Option<Arc<str>> {
        self.standing.application.clone()
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

    /// Whether the caller may do `P` on this; where that is insisted on, it is refused otherwise.
    ///
    /// # Errors
    /// As of [`Access::permit`], where it is insisted on.
    pub(crate) async fn allows<P: Permission>(
        &self,
        app: &App,
        thing: &Thing,
        insists: bool,
    ) -> Result<bool, Problem> {
        if !insists || self.may::<P>(thing) {
            return Ok(self.may::<P>(thing));
        }
        self.permit::<P>(app, thing).await.map(|_| true)
    }

    /// Whether the caller may do `P` on this, for what tells them rather than refusing; that they may not is on record before.
    ///
    /// # Errors
    /// 503 where it cannot be recorded.
    pub(crate) async fn may_or_recorded<P: Permission>(
        &self,
        app: &App,
        thing: &Thing,
    ) -> Result<bool, Problem> {
        let may = self.may::<P>(thing);
        if !may {
            self.record_denial::<P>(app, thing.id.as_deref(), P::NAME, "may_not_administer").await?;
        }
        Ok(may)
    }

    /// This caller with what they hold in another tenant, which a request is about as well.
    ///
    /// # Errors
    /// 401 where they may no longer ask.
    pub(crate) async fn within<P: Permission>(&self, app: &App, tenant: &str) -> Result<Access, Problem> {
        let tenant = Arc::<str>::from(tenant);
        let (caller, standing) = standing::<P>(app, &self.headers, Some(&tenant)).await?;
        Ok(Access {
            headers: self.headers.clone(),
            request_id: self.request_id.clone(),
            route: self.route.clone(),
            client: self.client.clone(),
            tenant,
            standing,
            caller,
        })
    }

    /// Records, durably, that something was not done, or is not of several, since the caller would have given what they do not hold.
    ///
    /// # Errors
    /// 503 where it cannot be recorded.
    pub(crate) async fn not_given<P: Permission>(&self, app: &App, id: Option<&str>) -> Result<(), Problem> {
        self.record_denial::<P>(app, id, P::NAME, "grant_exceeded").await
    }

    /// Records, durably, that a caller asked for what another application has than the one that their credential is bound to,
    /// and says what is answered: to them it is not there.
    pub(crate) async fn out_of_reach<P: Permission>(&self, app: &App, id: &str) -> Problem {
        match self.record_denial::<P>(app, Some(id), P::NAME, "outside_application").await {
            Err(withheld) => withheld,
            Ok(()) => Problem::new(Code::NotFound),
        }
    }

    /// Goes on where the caller's credential is bound to no application; for what is of none. A refusal is on record before it is
    /// answered.
    ///
    /// # Errors
    /// 403 where it is bound to one.
    pub(crate) async fn unbound<P: Permission>(&self, app: &App) -> Result<(), Problem> {
        if self.application().is_none() {
            return Ok(());
        }
        self.record_denial::<P>(app, None, P::NAME, "outside_application").await?;
        let detail = "this is of no application, and the credential is bound to one";
        Err(Problem::new(Code::Forbidden).detail(detail))
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
        // What its handler is asked for says more than a question does: where it came from.
        let event = AuditEvent {
            actor: self.author().actor,
            subject: Some(party),
            kind: "decision".to_owned(),
            area: "decision".to_owned(),
            at: self.standing.now,
            request_id: self.request_id.as_str().to_owned(),
            tenant: if P::INSTALLATION { DEFAULT_TENANT.to_owned() } else { clipped(&self.tenant) },
            action: needed.to_owned(),
            resource_type: P::RESOURCE.to_owned(),
            resource_id: id.map(clipped).unwrap_or_default(),
            outcome: "denied".to_owned(),
            reason: Some(reason.to_owned()),
            route: self.route.clone(),
            client: self.client.clone(),
            user_agent: user_agent(&self.headers),
            ..AuditEvent::default()
        };
        if let Err(error) = app.store.record_events(vec![event]).await {
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

    /// The author of what was asked for one by one; whoever changes one thing has a [`Permit`].
    pub(crate) fn author(&self) -> Author {
        let Standing { subject, set, now, .. } = &self.standing;
        let credential = credential(&self.caller.0);
        Author {
            actor: Actor {
                provider: subject.provider.to_string(),
                kind: subject.kind.to_string(),
                id: subject.id.as_deref().unwrap_or_default().to_owned(),
                credential,
            },
            login: subject.login.as_deref().map(str::to_owned),
            groups: subject.groups.iter().map(ToString::to_string).collect(),
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
