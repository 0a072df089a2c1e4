//! Which audit events are wanted, as requests say it.

use casemate_audit::query::{MAX_QUERY, Query};
use casemate_directory::DEFAULT_TENANT;
use casemate_directory::model::When;
use casemate_platform::{Code, DocumentError, Problem};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::App;
use crate::guard::Access;
use crate::listed::{Asked, searches};

/// The list of audit events.
pub(super) const LIST: &str = "audit-events";

/// An order of audit events.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[schemars(rename = "AuditEventOrder")]
pub(super) enum Order {
    /// The newest first.
    #[default]
    #[serde(rename = "-id")]
    Newest,
    /// The oldest first.
    #[serde(rename = "id")]
    Oldest,
}

/// Which audit events are wanted: those that are all that is said.
#[derive(Debug, Clone, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EventSearch {
    /// Those about the whole installation in place of those about the tenant. Needs the permission in the tenant
    /// `default`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    installation: bool,
    /// Those of all tenants and of the whole installation. For those who may see events in the tenant `default` and ask for
    /// decisions in any tenant.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    everywhere: bool,
    /// A search as it is typed: words that an event has, and `key:value`, such as
    /// `actor:ada action:casemate.role.* outcome:denied since:2026-01-01 "two words"`. Known are `tenant`, `application`, `party`,
    /// `actor`, `subject`, `action`, `kind`, `area`, `resource` (`TYPE` or `TYPE:ID`), `resource-type`, `resource-id`, `outcome`,
    /// `reason`, `since`, `until`, `client`, `request` and `value`, and `-kind` for none of a kind. What the members below say counts too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 4096))]
    search: Option<String>,
    /// Only those of the actor with this id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    actor: Option<String>,
    /// Only those about whoever has this id, such as decisions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    subject: Option<String>,
    /// Only those by, for or about whoever has this id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    party: Option<String>,
    /// Only those of this action, such as `casemate.role.update`, or of all that begin so, such as `casemate.role.*`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    action: Option<String>,
    /// Only those of this kind, such as `read`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    kind: Option<String>,
    /// Only those of none of these kinds, such as `read`: at most 32. Typed, `-kind:read`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 32))]
    not_kinds: Vec<String>,
    /// Only those beyond the event with this id, in the order: with `sort` `-id` what came before it into the log, with `id` what came
    /// behind it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    beyond: Option<u64>,
    /// Only those of this part of the server, such as `role`; `application` of what applications record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    area: Option<String>,
    /// Only those of this application: the one that the credential is bound to, where it is bound to one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    application: Option<String>,
    /// Only those about this kind of resource.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    resource_type: Option<String>,
    /// Only those about the resource with this id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    resource_id: Option<String>,
    /// Only those that ended so: `success`, `denied`, `failure`, `conditional`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    outcome: Option<String>,
    /// Only those with this personal value before or after the change that they tell of, such as a login or an e-mail address: they are
    /// found by the keyed hash that stands in its place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 4096))]
    value: Option<String>,
    /// Only those for this reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// Only those from this address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    client: Option<String>,
    /// Only those of this request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
    /// Only those at or after this time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>", extend("format" = "date-time"))]
    since: Option<When>,
    /// Only those before this time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>", extend("format" = "date-time"))]
    until: Option<When>,
    /// In which order.
    #[serde(default, skip_serializing_if = "is_default")]
    sort: Order,
    /// The `next` of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 1024))]
    after: Option<String>,
    /// The most entries of the page; 100 where nothing is said. A page may hold fewer, or none, and yet others follow: there are
    /// no more where there is no `next`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 1000))]
    limit: Option<u32>,
}

searches!(EventSearch);

fn is_default(order: &Order) -> bool {
    *order == Order::default()
}

impl EventSearch {
    /// The page that is wanted, and the query.
    ///
    /// # Errors
    /// 400 where what is said is out of bounds, 422 where the search cannot be read, 403 where it is about what is not shown in
    /// the tenant.
    pub(super) fn page(mut self, app: &App, access: &Access) -> Result<(Asked, Query), Problem> {
        let asked = Asked::of(&format!("{LIST}\n{}", access.tenant()), &mut self)?;
        let query = self.query(app, access, "")?;
        Ok((asked, query))
    }

    /// The place in the log that the first page is beyond.
    pub(super) fn beyond(&self) -> Option<u64> {
        self.beyond
    }

    /// The query, where no page is asked for; `pointer` is where the search stands in the body.
    ///
    /// # Errors
    /// As [`EventSearch::page`].
    pub(super) fn whole(self, app: &App, access: &Access, pointer: &str) -> Result<Query, Problem> {
        let beyond = ("beyond", self.beyond.is_some());
        for (name, is_said) in [("after", self.after.is_some()), ("limit", self.limit.is_some()), beyond] {
            if is_said {
                return Err(mistake(
                    format!("{pointer}/{name}"),
                    "all of them are meant here: leave this out".to_owned(),
                ));
            }
        }
        self.query(app, access, pointer)
    }

    fn query(self, app: &App, access: &Access, pointer: &str) -> Result<Query, Problem> {
        let typed = self.search.as_deref().unwrap_or_default();
        let mut query =
            Query::parse(typed).map_err(|error| mistake(format!("{pointer}/search"), error.to_string()))?;
        let members = [
            ("actor", &mut query.actor, self.actor),
            ("subject", &mut query.subject, self.subject),
            ("party", &mut query.party, self.party),
            ("kind", &mut query.kind, self.kind),
            ("area", &mut query.area, self.area),
            ("application", &mut query.application, self.application),
            ("resource_type", &mut query.resource_type, self.resource_type),
            ("resource_id", &mut query.resource_id, self.resource_id),
            ("outcome", &mut query.outcome, self.outcome),
            ("reason", &mut query.reason, self.reason),
            ("client", &mut query.client, self.client),
            ("request_id", &mut query.request_id, self.request_id),
            ("value", &mut query.value, self.value),
        ];
        for (name, place, said) in members {
            let Some(said) = said else { continue };
            if said.len() > MAX_QUERY {
                return Err(mistake(format!("{pointer}/{name}"), format!("at most {MAX_QUERY} bytes")));
            }
            if place.as_ref().is_some_and(|typed| *typed != said) {
                return Err(mistake(format!("{pointer}/{name}"), "`search` says something else".to_owned()));
            }
            *place = Some(said);
        }
        for (place, kind) in self.not_kinds.into_iter().enumerate() {
            let pointer = || format!("{pointer}/not_kinds/{place}");
            if kind.len() > MAX_QUERY {
                return Err(mistake(pointer(), format!("at most {MAX_QUERY} bytes")));
            }
            query.leave_out(kind).map_err(|error| mistake(pointer(), error.to_string()))?;
        }
        if let Some(action) = self.action {
            if action.len() > MAX_QUERY {
                return Err(mistake(format!("{pointer}/action"), format!("at most {MAX_QUERY} bytes")));
            }
            let said = match action.strip_suffix('*') {
                Some(prefix) => (None, Some(prefix.to_owned())),
                None => (Some(action), None),
            };
            let typed = (query.action.take(), query.action_prefix.take());
            if typed != (None, None) && typed != said {
                return Err(mistake(format!("{pointer}/action"), "`search` says something else".to_owned()));
            }
            (query.action, query.action_prefix) = said;
        }
        query.since = self.since.map(|since| since.0.0).max(query.since);
        query.until = match (self.until.map(|until| until.0.0), query.until) {
            (Some(said), Some(typed)) => Some(said.min(typed)),
            (said, typed) => said.or(typed),
        };
        query.oldest_first = self.sort == Order::Oldest;
        query.find_hidden(|value| {
            app.directory.sealer().map(|sealer| sealer.pseudonyms(value)).unwrap_or_default()
        });
        within(query, access, self.installation, self.everywhere)
    }
}

/// The same query, of nothing but what may be seen in the tenant of the request.
fn within(mut query: Query, access: &Access, installation: bool, everywhere: bool) -> Result<Query, Problem> {
    let forbidden = |detail: &'static str| Err(Problem::new(Code::Forbidden).detail(detail));
    if let Some(own) = access.application() {
        if query.application.as_ref().is_some_and(|typed| **typed != *own) {
            return forbidden("the credential is bound to another application: leave `application` out");
        }
        query.application = Some(own.to_string());
    }
    if everywhere {
        if installation {
            let message = "say one of `installation` and `everywhere`";
            return Err(mistake("/installation".to_owned(), message.to_owned()));
        }
        return match access.reaches_all_tenants() {
            true => Ok(query),
            false => forbidden(
                "events of all tenants are shown in the tenant `default` to those who may ask for decisions in any tenant",
            ),
        };
    }
    if installation && access.tenant() != DEFAULT_TENANT {
        return forbidden(
            "events of the whole installation are shown to those who may see them in the tenant `default`",
        );
    }
    let tenant = if installation { "" } else { access.tenant() };
    if query.tenant.as_ref().is_some_and(|typed| typed != tenant) {
        return forbidden(
            "`tenant:` names another tenant than the request is about: say `everywhere`, or that tenant in `Casemate-Tenant`",
        );
    }
    query.tenant = Some(tenant.to_owned());
    Ok(query)
}

fn mistake(pointer: String, message: String) -> Problem {
    Problem::document(vec![DocumentError { pointer, message, help: None }])
}
