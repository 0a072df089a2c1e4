//! From what is written to what it means: every reference resolved, every permission held against the schemas.

mod assignments;
mod audit_sinks;
mod credentials;
mod detections;
mod event_types;
mod groups;
mod hierarchy;
mod people;
mod providers;
mod roles;
mod schemas;
mod settings;
mod sources;
mod tenants;

use std::collections::HashSet;
use std::sync::Arc;

use casemate_expression::Datum;

pub(crate) use self::assignments::RECORDED;
use self::providers::provider_name;
use super::document::{Documents, Item};
use super::mistake::{Mistake, ObjectPlace};
use super::place::{Help, Place, Raised, settle};
use super::roles::built_in;
use super::{Around, DEFAULT_TENANT, Policy, Roles};
use crate::{API_KEY_PROVIDER, CREDENTIAL_PROVIDER, OWN_PROVIDER};

/// The longest name or id, in bytes.
const MAX_NAME: usize = 1_024;
/// What a name is.
pub(super) const NAME: &str = "a name is 1 to 1024 bytes without control characters";

/// What the check found.
pub(crate) struct Checked {
    /// The policy; where there are mistakes, without what is mistaken.
    pub(crate) policy: Policy,
    /// What forbids the policy.
    pub(crate) mistakes: Vec<Mistake>,
}

/// Checks everything and answers every mistake. `object` says which object stands at a place. Where there is something `around` it
/// that was checked before, it is of a tenant alone, and of what all have in common the policy has the roles and teams.
pub(crate) fn check(
    documents: Documents,
    unreadable: Vec<Raised>,
    object: &dyn Fn(usize) -> ObjectPlace,
    around: Option<&Around>,
) -> Checked {
    let mut checker = Checker::new(&documents, unreadable, around);
    let catalog = match around {
        Some(around) => around.catalog.clone(),
        None => checker.catalog(&documents.schemas, object),
    };
    let (roles, teams) = around
        .map_or_else(|| (built_in(), Vec::new()), |around| (around.roles.clone(), around.teams.clone()));
    let roles = checker.roles(roles, &documents.roles, &catalog);
    let teams = checker.teams(teams, &documents.teams, &roles);
    let people = checker.people(&documents.users);
    checker.groups(&documents.groups);
    let (accounts, disabled) = checker.accounts(&documents.accounts);
    let assignments = checker.assignments(&documents.assignments, &roles, &teams);
    let credentials = checker.credentials(&documents.credentials, &catalog);
    let (providers, mappings) = checker.providers(&documents.providers);
    let sources = checker.sources(&documents.sources);
    let resource_sources = checker.resource_sources(&documents.sources, &catalog);
    checker.audit_sinks(&documents.audit_sinks);
    checker.settings(&documents.settings);
    checker.detections(&documents.detections);
    checker.receivers(&documents.receivers);
    checker.event_types(&documents.event_types);
    checker.event_ceilings(&documents.event_ceilings);
    let mut mistakes = checker.schema_mistakes;
    mistakes.extend(settle(checker.raised, object));
    let mismatches = settle(checker.mismatches, object);
    let settings = documents.settings.into_iter().map(|item| (item.document.name, item.document.value));
    let policy = Policy {
        catalog,
        roles: Roles::new(roles, teams),
        people,
        accounts,
        disabled_accounts: disabled,
        assignments,
        credentials,
        providers,
        mappings,
        sources,
        resource_sources,
        settings: settings.collect(),
        mismatches,
        tenants: checker.tenants,
    };
    Checked { policy, mistakes }
}

/// Whether a text is a sensible name.
pub(crate) fn is_name(name: &str) -> bool {
    !name.is_empty() && name.len() <= MAX_NAME && !name.chars().any(char::is_control)
}

struct Checker {
    raised: Vec<Raised>,
    schema_mistakes: Vec<Mistake>,
    /// Stored permissions that the schemas make errors of.
    mismatches: Vec<Raised>,
    /// The names of the configured providers.
    providers: Vec<Arc<str>>,
    /// The declared tenants; empty where none is, and every name is a tenant.
    tenants: Arc<HashSet<Arc<str>>>,
    /// The service accounts: tenant, and id or name.
    account_ids: HashSet<(Arc<str>, Box<str>)>,
    account_names: HashSet<(Arc<str>, Box<str>)>,
    /// Whether some entry or schema could not be read: what then seems to be missing may stand there.
    incomplete: bool,
}

impl Checker {
    fn new(documents: &Documents, unreadable: Vec<Raised>, around: Option<&Around>) -> Checker {
        let providers = match around {
            Some(around) => around.providers.clone(),
            None => documents.providers.iter().map(|item| provider_name(&item.document).into()).collect(),
        };
        let incomplete = documents.incomplete || !unreadable.is_empty();
        let mut checker = Checker {
            raised: unreadable,
            schema_mistakes: Vec::new(),
            mismatches: Vec::new(),
            providers,
            tenants: around.map(|around| Arc::clone(&around.tenants)).unwrap_or_default(),
            account_ids: HashSet::new(),
            account_names: HashSet::new(),
            incomplete,
        };
        if around.is_none() {
            checker.declare(&documents.tenants);
        }
        checker
    }

    fn raise(&mut self, place: &Place, pointer: &str, message: impl Into<String>) {
        self.raised.push(Raised::new(place, pointer, message, Help::Unneeded));
    }

    fn raise_with_help(
        &mut self,
        place: &Place,
        pointer: &str,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.raised.push(Raised::new(place, pointer, message, Help::Text(help.into())));
    }

    fn raise_twice(&mut self, place: &Place, first: &Place, pointer: &'static str, message: String) {
        self.raised.push(Raised::new(place, pointer, message, Help::First(first.clone(), pointer)));
    }

    /// The text, which is checked to be a sensible name.
    fn name<'a>(&mut self, place: &Place, pointer: &str, name: &'a str) -> &'a str {
        if !is_name(name) {
            self.raise(place, pointer, NAME);
        }
        name
    }

    /// The provider that is meant: the one that is named, or the only one there is. The same id at two providers is two
    /// people, so where there are several none is guessed.
    fn provider(&mut self, place: &Place, (entry, pointer): (&str, &str), named: Option<&str>) -> Arc<str> {
        match (named, self.providers.as_slice()) {
            (None, []) => "".into(),
            (None, [only]) => Arc::clone(only),
            (None, several) => {
                let help = format!("name one of {}", listed(several.iter().map(|name| &**name)));
                let message = "there are several providers, and this does not say whose identity is meant";
                self.raise_with_help(place, entry, message, help);
                "".into()
            }
            (Some(name), known) => {
                let own = [CREDENTIAL_PROVIDER, OWN_PROVIDER, API_KEY_PROVIDER];
                let known_one = known.iter().find(|known| ***known == *name).cloned();
                if known_one.is_none() && !own.contains(&name) && !self.incomplete {
                    let all = known.iter().map(|name| &**name).chain(own);
                    let help = format!("name one of {}", listed(all));
                    self.raise_with_help(place, pointer, format!("there is no provider `{name}`"), help);
                }
                known_one.unwrap_or_else(|| name.into())
            }
        }
    }

    /// The tenant that an item belongs to. That of Casemate's own administration is there always; whoever leaves it to be
    /// understood in a file that declares others has probably forgotten one.
    fn tenant<D>(&mut self, item: &Item<D>) -> Arc<str> {
        let name = item.tenant();
        let is_known = self.tenants.contains(name) || (item.tenant.is_some() && name == DEFAULT_TENANT);
        if !self.incomplete && !self.tenants.is_empty() && !is_known {
            let pointer = if item.tenant.is_some() && !item.place.is_object() { "/tenant" } else { "" };
            let help = "define it with `[[tenant]]`";
            self.raise_with_help(&item.place, pointer, format!("there is no tenant `{name}`"), help);
        }
        item.tenant.clone().unwrap_or_else(|| DEFAULT_TENANT.into())
    }
}

/// Whether TOML's dates hide in it: its library hands them over as a table with one reserved name.
fn holds_date(datum: &Datum) -> bool {
    match datum {
        Datum::Map(members) => {
            members.iter().any(|(name, datum)| name.starts_with("$__toml_private") || holds_date(datum))
        }
        Datum::List(items) => items.iter().any(holds_date),
        _ => false,
    }
}

fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
