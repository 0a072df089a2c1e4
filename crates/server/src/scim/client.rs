//! Who provisions: a client is an API key of the service account that a provider's `scim` names.

use casemate_directory::{Author, DEFAULT_TENANT, Kind, ListQuery};
use casemate_platform::{Code, Problem, permissions};
use casemate_store::AuditEvent;
use serde_json::Value;

use super::answer::Refusal;
use crate::App;
use crate::guard::{Access, Thing};
use crate::refusal::problem;

permissions! {
    /// To say who a provider's users and groups are.
    ScimProvision = "casemate.scim.provision", on "scim", in tenant, read "casemate.scim.provision";
}

/// The most providers that are looked through.
const PROVIDERS: u32 = 1_000;

/// What a provider's users are called in its tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SubjectFrom {
    ExternalId,
    UserName,
    Id,
}

/// Who asks, and about whose people.
pub(super) struct Client<'a> {
    pub(super) app: &'a App,
    /// The provider whose users and groups these are.
    pub(super) provider: String,
    /// The tenant where they are at home: that of the service account.
    pub(super) tenant: String,
    pub(super) subject: SubjectFrom,
    /// Where `/scim/v2` is reached.
    pub(super) base: String,
    pub(super) author: Author,
}

impl<'a> Client<'a> {
    /// The client that sent a request.
    pub(super) async fn admit(app: &'a App, access: &Access) -> Result<Client<'a>, Refusal> {
        let permit = access.permit::<ScimProvision>(app, &Thing::default()).await?;
        let tenant = access.tenant().to_owned();
        let account =
            account(app, access).await?.ok_or_else(|| refused("send an API key of a service account"))?;
        let providers = ListQuery { limit: PROVIDERS, ..ListQuery::default() };
        let providers = app.administration.list(Kind::Provider, "", &providers).map_err(problem)?;
        let mut named = providers.items.iter().filter(|provider| {
            let of = |member: &str| provider.document.pointer(member).and_then(Value::as_str);
            of("/scim/account") == Some(&*account) && of("/scim/tenant").unwrap_or(DEFAULT_TENANT) == tenant
        });
        let (Some(provider), None) = (named.next(), named.next()) else {
            return Err(refused(
                "name the service account of the API key, and its tenant, in the `scim` of exactly one provider",
            ));
        };
        let subject = match provider.document.pointer("/scim/subject").and_then(Value::as_str) {
            Some("user_name") => SubjectFrom::UserName,
            Some("id") => SubjectFrom::Id,
            _ => SubjectFrom::ExternalId,
        };
        Ok(Client {
            app,
            provider: provider.name.clone(),
            tenant,
            subject,
            base: base(app),
            author: permit.author,
        })
    }

    /// What tells of a change; `after` is what it is now, without more of the person than administration shows.
    pub(super) fn event(
        &self,
        kind: &str,
        (resource_type, id): (&str, &str),
        (before, after): (Option<Value>, Option<Value>),
    ) -> AuditEvent {
        let author = &self.author;
        AuditEvent {
            at: author.now,
            actor: author.actor.clone(),
            action: "casemate.scim.provision".to_owned(),
            kind: kind.to_owned(),
            tenant: self.tenant.clone(),
            resource_type: resource_type.to_owned(),
            resource_id: id.to_owned(),
            outcome: "success".to_owned(),
            request_id: author.request_id.clone(),
            route: author.route.clone(),
            client: author.client.clone(),
            user_agent: author.user_agent.clone(),
            before: before.map(|before| before.to_string()),
            after: after.map(|after| after.to_string()),
            ..AuditEvent::default()
        }
    }
}

/// Where `/scim/v2` is reached.
pub(super) fn base(app: &App) -> String {
    format!("{}/scim/v2", app.settings.public_url)
}

/// The name of the service account of whose API keys one was presented.
async fn account(app: &App, access: &Access) -> Result<Option<String>, Problem> {
    let identity = &access.caller.0;
    let (casemate_directory::API_KEY_PROVIDER, Some(id)) = (&*identity.provider, identity.id.as_deref())
    else {
        return Ok(None);
    };
    let key = app.administration.key(access.tenant(), id).await.map_err(problem)?;
    let account =
        key.and_then(|key| app.administration.get(Kind::ServiceAccount, access.tenant(), &key.account));
    Ok(account.map(|account| account.name))
}

fn refused(detail: &'static str) -> Refusal {
    Problem::new(Code::Forbidden).detail(detail).into()
}
