//! Who asks for a decision, and on whose behalf they may ask.

use std::sync::Arc;

use axum::http::HeaderMap;
use casemate_directory::{DECISION_ASK as ASK, DEFAULT_TENANT, Known, Snapshot, Subject};
use casemate_expression::{Map, Timestamp};
use casemate_permission::name::Name;
use casemate_permission::{Action, Effect, Request};
use casemate_platform::{Code, Problem, RequestId, authenticate};
use casemate_store::{DecisionEvent, RecordedDecision, clipped};

use crate::App;
use crate::decision::record;
use crate::guard::{ASK_ANY_TENANT, admitted, source_failed, source_outside};
use crate::sign_in::service::credential;
use crate::tenant_header::wanted_tenant;

/// May ask who may do something, where they may ask.
pub(crate) const SEARCH: &str = "casemate.decision.search";
/// May ask what others would be allowed, where they may ask.
pub(crate) const PREVIEW: &str = "casemate.decision.preview";

/// What somebody needs who asks more than what one subject may do, beside the permission to ask at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Beside {
    /// Nothing.
    Nothing,
    /// To ask who may do something, or what somebody may do.
    Search,
    /// To ask on which resources somebody may do something.
    SearchResources,
    /// To ask what somebody else, or a draft, would be allowed, in their own tenant.
    Preview,
}

impl Beside {
    fn permission(self) -> Option<&'static str> {
        match self {
            Beside::Nothing => None,
            Beside::Search | Beside::SearchResources => Some(SEARCH),
            Beside::Preview => Some(PREVIEW),
        }
    }
}

/// A caller who may ask, and what their credential fixes.
pub(crate) struct Asker {
    /// Who asks, and for which application.
    pub(crate) known: Arc<Known>,
    /// The tenant that they ask in.
    pub(crate) tenant: Arc<str>,
    /// The public name of the session or temporary credential with which they ask.
    pub(crate) credential: Option<String>,
}

impl Asker {
    /// Finds out who asks, and whether they may.
    ///
    /// # Errors
    /// 401 where nobody says who they are, 403 where they may not ask — recorded, as every denial is —, 503 where
    /// that could not be recorded.
    pub(crate) async fn of(
        app: &App,
        snapshot: &Snapshot,
        headers: &HeaderMap,
        id: &RequestId,
        now: i64,
        beside: Beside,
    ) -> Result<Asker, Problem> {
        let caller = authenticate(snapshot.chain(), headers, now).await?;
        // Where there never was a user, nobody is looked for.
        let user = if app.directory.has_users() { admitted(app, &caller).await? } else { None };
        let known = match snapshot.has_outside() {
            false => snapshot.known_caller_as(&caller.0, user.as_ref()),
            true => Box::pin(snapshot.known_caller_at(&caller.0, user.as_ref(), now)).await.0,
        };
        if let Err(error) = &known.permissions
            && let Some(source) = source_outside(snapshot, error)
        {
            tracing::error!(%error, "a caller may not ask: it cannot be said what they hold");
            return Err(source_failed(source));
        }
        let subject = &known.subject;
        let wanted = wanted_tenant(headers)?;
        let tenant = wanted.map_or_else(|| Arc::clone(&subject.tenant), Arc::from);
        let own = tenant == subject.tenant;
        // What reaches into every tenant counts only as held in the tenant that the installation is administered in: who
        // may do everything in a tenant of their own has nothing to ask in others.
        let everywhere = *subject.tenant == *DEFAULT_TENANT;
        let needed = match (own, everywhere) {
            (true, true) => [ASK, ASK_ANY_TENANT].as_slice(),
            (true, false) => &[ASK],
            // What they hold themselves, which narrows what they see, they hold in their own tenant.
            (false, true) if beside != Beside::Preview => &[ASK_ANY_TENANT],
            (false, _) => &[],
        };
        let may_ask = (own && known.always_asks()) || may(&known, needed, now);
        let lacking = beside.permission().filter(|permission| may_ask && !may(&known, &[permission], now));
        if !may_ask || lacking.is_some() {
            if caller.0.is_anonymous() {
                return Err(Problem::new(Code::CredentialMissing)
                    .detail("send `Authorization: Bearer …` with a credential that may ask for decisions"));
            }
            let needed = lacking.or(needed.first().copied()).unwrap_or(ASK_ANY_TENANT);
            let event = refusal(snapshot, subject, &tenant, needed, id, now);
            let event = DecisionEvent { credential: credential(&caller.0), ..event };
            Box::pin(record::store(app, vec![event])).await?;
            return Err(Problem::new(Code::Forbidden).detail(format!("this needs the permission `{needed}`")));
        }
        Ok(Asker { known, tenant, credential: credential(&caller.0) })
    }
}

/// Whether somebody holds at least one of these permissions. Whatever goes wrong, they do not.
fn may(known: &Known, permissions: &[&str], now: i64) -> bool {
    let set = match &known.permissions {
        Ok(set) => set,
        Err(error) => {
            tracing::error!(%error, "a caller may not ask: the permissions could not be compiled");
            return false;
        }
    };
    permissions.iter().any(|permission| {
        let Ok(name) = Name::parse(permission) else { return false };
        let request = Request {
            name,
            identity: known.subject.view(),
            action: Action { name: permission, properties: Map::EMPTY },
            resource: None,
            context: Map::EMPTY,
            now: Timestamp(now),
        };
        set.check(&request).effect == Effect::Allowed
    })
}

fn refusal(
    snapshot: &Snapshot,
    subject: &Subject,
    tenant: &Arc<str>,
    needed: &str,
    id: &RequestId,
    now: i64,
) -> DecisionEvent {
    let party = record::party(subject);
    DecisionEvent {
        at: now,
        request_id: id.as_str().to_owned(),
        item: 0,
        tenant: clipped(tenant),
        application: None,
        caller: party.clone(),
        credential: None,
        subject: party,
        action: needed.to_owned(),
        resource_type: None,
        resource_id: None,
        decision: RecordedDecision::Denied,
        reason: "may_not_ask".to_owned(),
        permission: None,
        revision: snapshot.revision(),
    }
}
