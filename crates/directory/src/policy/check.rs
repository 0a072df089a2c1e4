//! From what is written to what it means: every reference resolved, every permission held against the schemas.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use casemate_expression::{Datum, Members};
use casemate_identity::provider::Provider;
use casemate_identity::{Kind as IdentityKind, ProviderConfig, ProvidersConfig};
use casemate_permission::name::Pattern;
use casemate_permission::{Catalog, Ceiling, Permission, Problem, Schema, SchemaError};

use super::document::{Documents, Item, SchemaText, pointer, without_place};
use super::mistake::{Mistake, ObjectPlace};
use super::place::{Help, Place, Raised, settle};
use super::{
    ADMINISTRATOR, AUDITOR, Assignment, Credential, DEFAULT_TENANT, Person, Policy, Recipient, Role, Source,
    Who, built_in,
};
use crate::model::{
    AssignmentDocument, CredentialDocument, Document as _, ProviderDocument, RoleDocument,
    ServiceAccountDocument, SettingDocument, SourceDocument, Target, UserDocument,
};
use crate::{API_KEY_PROVIDER, CREDENTIAL_PROVIDER, OWN_PROVIDER};

/// The longest name or id, in bytes.
const MAX_NAME: usize = 1_024;
/// What a name is.
pub(super) const NAME: &str = "a name is 1 to 1024 bytes without control characters";
/// The longest value of a setting, in bytes of JSON.
const MAX_SETTING: usize = 65_536;

/// What the check found.
pub(crate) struct Checked {
    /// The policy; where there are mistakes, without what is mistaken.
    pub(crate) policy: Policy,
    /// What forbids the policy.
    pub(crate) mistakes: Vec<Mistake>,
}

/// Checks everything and answers every mistake. `object` says which object stands at a place.
pub(crate) fn check(
    documents: Documents,
    unreadable: Vec<Raised>,
    object: &dyn Fn(usize) -> ObjectPlace,
) -> Checked {
    let mut checker = Checker::new(&documents, unreadable);
    let catalog = checker.catalog(&documents.schemas, object);
    let roles = checker.roles(&documents.roles, &catalog);
    let people = checker.people(&documents.users);
    let (accounts, disabled) = checker.accounts(&documents.accounts);
    let assignments = checker.assignments(&documents.assignments, &roles);
    let credentials = checker.credentials(&documents.credentials, &catalog);
    let providers = checker.providers(&documents.providers);
    let sources = checker.sources(&documents.sources);
    checker.settings(&documents.settings);
    let mut mistakes = checker.schema_mistakes;
    mistakes.extend(settle(checker.raised, object));
    let mismatches = settle(checker.mismatches, object);
    let settings = documents.settings.into_iter().map(|item| (item.document.name, item.document.value));
    let policy = Policy {
        catalog,
        roles,
        people,
        accounts,
        disabled_accounts: disabled,
        assignments,
        credentials,
        providers,
        sources,
        settings: settings.collect(),
        mismatches,
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
    tenants: HashSet<Arc<str>>,
    /// The service accounts: tenant, and id or name.
    account_ids: HashSet<(Arc<str>, Box<str>)>,
    account_names: HashSet<(Arc<str>, Box<str>)>,
    /// Whether some entry or schema could not be read: what then seems to be missing may stand there.
    incomplete: bool,
}

impl Checker {
    fn new(documents: &Documents, unreadable: Vec<Raised>) -> Checker {
        let providers = documents.providers.iter().map(|item| provider_name(&item.document).into()).collect();
        let incomplete = documents.incomplete || !unreadable.is_empty();
        let mut checker = Checker {
            raised: unreadable,
            schema_mistakes: Vec::new(),
            mismatches: Vec::new(),
            providers,
            tenants: HashSet::new(),
            account_ids: HashSet::new(),
            account_names: HashSet::new(),
            incomplete,
        };
        for item in &documents.tenants {
            let id = &item.document.id;
            checker.name(&item.place, "/id", id);
            if !checker.tenants.insert(id.as_str().into()) {
                checker.raise(&item.place, "/id", format!("the tenant `{id}` stands twice"));
            }
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

    fn catalog(&mut self, texts: &[SchemaText], object: &dyn Fn(usize) -> ObjectPlace) -> Catalog {
        let mut schemas: Vec<Schema> = crate::own_schema::own_schema().into_iter().collect();
        let mut origins: Vec<(String, &SchemaText)> = Vec::new();
        for text in texts {
            match Schema::from_toml(&text.source.text) {
                Ok(schema) => {
                    origins.push((schema.id().to_owned(), text));
                    schemas.push(schema);
                }
                Err(errors) => self.refuse_schema(text, errors, object),
            }
        }
        let own: Vec<Schema> = schemas.iter().take(1).cloned().collect();
        match Catalog::compile(schemas) {
            Ok(catalog) => catalog,
            Err(errors) => {
                for error in errors {
                    // Of two with the same id the later one is meant.
                    let meant = origins
                        .iter()
                        .rev()
                        .find(|(id, _)| Some(id.as_str()) == error.application.as_deref());
                    if let Some((_, text)) = meant.or(origins.last()) {
                        self.refuse_schema(text, vec![error], object);
                    }
                }
                Catalog::compile(own).unwrap_or_else(|_| Catalog::empty())
            }
        }
    }

    fn refuse_schema(
        &mut self,
        text: &SchemaText,
        errors: Vec<SchemaError>,
        object: &dyn Fn(usize) -> ObjectPlace,
    ) {
        self.incomplete = true;
        self.schema_mistakes.extend(errors.into_iter().map(|error| {
            let mistake = match error.span {
                Some(span) => Mistake::at(&text.source, span, error.message),
                None => Mistake::of(&text.source, error.message),
            };
            match text.object {
                Some(index) => mistake.within(ObjectPlace { pointer: "/schema".into(), ..object(index) }),
                None => mistake,
            }
        }));
    }

    /// The roles, those that are built in first.
    fn roles(&mut self, items: &[Item<RoleDocument>], catalog: &Catalog) -> Vec<Role> {
        let mut seen: HashMap<(&str, &str), &Place> = HashMap::new();
        let mut roles = built_in();
        roles.reserve(items.len());
        for item in items {
            let name = self.name(&item.place, "/name", &item.document.name);
            // A role that names no tenant may be assigned in each of them.
            let tenant = match item.tenant {
                Some(_) => self.tenant(item),
                None => DEFAULT_TENANT.into(),
            };
            if matches!(name, ADMINISTRATOR | AUDITOR) {
                let message = format!("the role `{name}` is built in");
                self.raise_with_help(&item.place, "/name", message, "choose another name");
            }
            if let Some(first) = seen.insert((item.tenant(), name), &item.place) {
                let message = format!("the role `{name}` stands twice");
                self.raise_twice(&item.place, first, "/name", message);
            }
            let permissions = self.permissions(&item.place, &item.document.permissions, catalog);
            roles.push(Role { tenant, name: name.into(), permissions });
        }
        roles
    }

    fn permissions(&mut self, place: &Place, entries: &[Datum], catalog: &Catalog) -> Vec<Permission> {
        let mut permissions = Vec::with_capacity(entries.len());
        for (index, entry) in entries.iter().enumerate() {
            let at = || format!("/permissions/{index}");
            if holds_date(entry) {
                let help = "write times as text, such as \"2026-01-31T08:00:00Z\"";
                self.raise_with_help(place, &at(), "a permission is JSON, which has no dates", help);
                continue;
            }
            match Permission::from_datum(entry) {
                Ok(permission) => {
                    for problem in catalog.problems(&permission) {
                        let pointer = format!("{}{}", at(), property_pointer(&problem));
                        let raised = Raised::new(place, pointer, problem.to_string(), Help::Unneeded);
                        match place.is_object() {
                            true => self.mismatches.push(raised),
                            false => self.raised.push(raised),
                        }
                    }
                    permissions.push(permission);
                }
                Err(error) => self.raise(place, &at(), error.to_string()),
            }
        }
        permissions
    }

    fn people(&mut self, items: &[Item<UserDocument>]) -> Vec<Person> {
        let mut seen = HashMap::new();
        let mut people = Vec::with_capacity(items.len());
        for item in items {
            let (place, document) = (&item.place, &item.document);
            let kind = match document.kind.as_deref().map(IdentityKind::from_configuration) {
                None => IdentityKind::USER,
                Some(Ok(kind)) => kind,
                Some(Err(_)) => {
                    let message = "a user's type is 1 to 64 letters, digits, `-`, `_` or `.`, and not `api-key` or `anonymous`";
                    self.raise(place, "/type", message);
                    IdentityKind::USER
                }
            };
            let claims = self.claims(place, document.claims.as_ref());
            let person = Person {
                provider: self.provider(place, ("", "/provider"), document.provider.as_deref()),
                kind: kind.as_str().into(),
                id: self.name(place, "/id", &document.id).into(),
                login: document.login.as_deref().map(|login| self.name(place, "/login", login).into()),
                display_name: document.display_name.as_deref().map(Into::into),
                tenant: self.tenant(item),
                groups: document
                    .groups
                    .iter()
                    .map(|group| self.name(place, "/groups", group).to_owned())
                    .collect(),
                claims,
            };
            let key =
                (person.tenant.clone(), person.provider.clone(), person.kind.clone(), person.id.clone());
            if let Some(first) = seen.insert(key, place) {
                let message = format!("the {} `{}` stands twice", person.kind, person.id);
                self.raise_twice(place, first, "/id", message);
            }
            people.push(person);
        }
        people
    }

    fn claims(&mut self, place: &Place, claims: Option<&Datum>) -> Members {
        match claims {
            None => Members::default(),
            Some(datum) if holds_date(datum) => {
                let help = "write times as text, such as \"2026-01-31T08:00:00Z\"";
                self.raise_with_help(place, "/claims", "claims are JSON, which has no dates", help);
                Members::default()
            }
            Some(Datum::Map(members)) => members.clone(),
            Some(other) => {
                self.raise(place, "/claims", format!("claims are a table, not {}", other.kind()));
                Members::default()
            }
        }
    }

    /// Service accounts as people of Casemate's own provider, and which of them are disabled.
    fn accounts(&mut self, items: &[Item<ServiceAccountDocument>]) -> (Vec<Person>, HashSet<Box<str>>) {
        let mut accounts = Vec::with_capacity(items.len());
        let mut disabled = HashSet::new();
        for item in items {
            let document = &item.document;
            let name: Box<str> = self.name(&item.place, "/name", &document.name).into();
            let tenant = self.tenant(item);
            if !self.account_names.insert((Arc::clone(&tenant), name.clone())) {
                self.raise(&item.place, "/name", format!("the service account `{name}` stands twice"));
            }
            self.account_ids.insert((Arc::clone(&tenant), item.id.clone()));
            if document.disabled {
                disabled.insert(item.id.clone());
            }
            accounts.push(Person {
                provider: OWN_PROVIDER.into(),
                kind: IdentityKind::SERVICE.as_str().into(),
                id: item.id.clone(),
                login: Some(name),
                display_name: document.title.as_deref().map(Into::into),
                tenant,
                groups: Vec::new(),
                claims: Members::default(),
            });
        }
        (accounts, disabled)
    }

    fn assignments(&mut self, items: &[Item<AssignmentDocument>], roles: &[Role]) -> Vec<Assignment> {
        let by_name: HashMap<(&str, &str), usize> =
            roles.iter().enumerate().map(|(index, role)| ((&*role.tenant, &*role.name), index)).collect();
        let mut seen: HashMap<(String, String), &Place> = HashMap::new();
        let mut assignments = Vec::with_capacity(items.len());
        for item in items {
            let (place, document) = (&item.place, &item.document);
            // In the store, names are unique.
            if !place.is_object() {
                let key = (item.tenant().to_owned(), document.name().into_owned());
                if let Some(first) = seen.insert(key, place) {
                    let message = "the assignment stands twice: same role, recipient and beginning";
                    self.raise_twice(place, first, "/role", message.to_owned());
                }
            }
            let name = document.role.as_str();
            let own = by_name.get(&(item.tenant(), name));
            let role = own.or_else(|| by_name.get(&(DEFAULT_TENANT, name))).copied();
            if role.is_none() && !self.incomplete {
                let known = by_name.keys().map(|(_, name)| *name);
                let help = match nearest(name, known) {
                    Some(near) => format!("there is `{near}`"),
                    None => "define it with `[[role]]`".to_owned(),
                };
                self.raise_with_help(place, "/role", format!("there is no role `{name}`"), help);
            }
            let from = document.from.map(|from| from.0);
            let until = document.until.map(|until| until.0);
            if let (Some(from), Some(until)) = (from, until)
                && until <= from
            {
                self.raise(place, "/until", "the assignment ends before it begins");
            }
            let tenant = self.tenant(item);
            let recipient = self.recipient(place, &tenant, &document.to);
            if let (Some(role), Some(recipient)) = (role, recipient) {
                assignments.push(Assignment { role, recipient, tenant, from, until });
            }
        }
        assignments
    }

    fn recipient(&mut self, place: &Place, tenant: &Arc<str>, target: &Target) -> Option<Recipient> {
        let (anonymous, api_key) = (IdentityKind::ANONYMOUS.as_str(), IdentityKind::API_KEY.as_str());
        let kind = match target.kind.as_deref() {
            None => None,
            Some(word) if word == anonymous || word == api_key => Some(word.to_owned()),
            Some(word) => match IdentityKind::from_configuration(word) {
                Ok(kind) => Some(kind.as_str().to_owned()),
                Err(error) => {
                    self.raise(place, "/to/type", error.to_string());
                    return None;
                }
            },
        };
        let named = [&target.id, &target.login, &target.group];
        if kind.as_deref() == Some(anonymous) {
            if named.iter().any(|name| name.is_some()) || target.provider.is_some() {
                let help = "write `to = { type = \"anonymous\" }`";
                self.raise_with_help(place, "/to", "anonymous has no name of any kind", help);
                return None;
            }
            let who = Who::Id { kind: anonymous.into(), id: "".into() };
            return Some(Recipient { provider: anonymous.into(), who });
        }
        if named.into_iter().flatten().count() != 1 {
            self.raise(place, "/to", "an assignment is to exactly one of `id`, `login` and `group`");
            return None;
        }
        let provider = match (target.provider.as_deref(), kind.as_deref()) {
            (None, Some(kind)) if kind == api_key => API_KEY_PROVIDER.into(),
            (named, _) => self.provider(place, ("/to", "/to/provider"), named),
        };
        let user = || kind.clone().unwrap_or_else(|| IdentityKind::USER.as_str().to_owned()).into();
        let who = if let Some(id) = &target.id {
            Who::Id { kind: user(), id: self.name(place, "/to/id", id).into() }
        } else if let Some(login) = &target.login {
            Who::Login { kind: user(), login: self.name(place, "/to/login", login).into() }
        } else {
            let group = target.group.as_ref()?;
            Who::Group { kind: kind.map(Into::into), group: self.name(place, "/to/group", group).into() }
        };
        if *provider == *OWN_PROVIDER {
            self.account(place, tenant, &who);
        }
        Some(Recipient { provider, who })
    }

    /// That a recipient at Casemate's own provider is a service account of the tenant.
    fn account(&mut self, place: &Place, tenant: &Arc<str>, who: &Who) {
        let service = IdentityKind::SERVICE.as_str();
        let (known, kind, pointer, name) = match who {
            Who::Id { kind, id } => (&self.account_ids, &**kind, "/to/id", id),
            Who::Login { kind, login } => (&self.account_names, &**kind, "/to/login", login),
            Who::Group { group, .. } => {
                let message = format!("service accounts are in no groups, as `{group}`");
                return self.raise(place, "/to/group", message);
            }
        };
        if kind != service {
            let message = "a service account is of the type `service`";
            return self.raise_with_help(place, "/to", message, "write `type = \"service\"`");
        }
        if !known.contains(&(Arc::clone(tenant), name.clone())) && !self.incomplete {
            let message = format!("there is no service account `{name}` in the tenant `{tenant}`");
            self.raise(place, pointer, message);
        }
    }

    fn credentials(&mut self, items: &[Item<CredentialDocument>], catalog: &Catalog) -> Vec<Credential> {
        let mut ids = HashSet::new();
        let mut secrets = HashSet::new();
        let mut credentials = Vec::with_capacity(items.len());
        for item in items {
            let (place, document) = (&item.place, &item.document);
            let id = self.name(place, "/id", &document.id);
            if !ids.insert(id) {
                self.raise(place, "/id", format!("the credential `{id}` stands twice"));
            }
            let digest = sha256_from_hex(&document.secret_sha256);
            match digest {
                None => {
                    let message = "this is no SHA-256: 64 hexadecimal digits are";
                    let help = "printf %s \"$SECRET\" | sha256sum";
                    self.raise_with_help(place, "/secret_sha256", message, help);
                }
                Some(digest) if !secrets.insert(digest) => {
                    self.raise(place, "/secret_sha256", "another credential has the same secret");
                }
                Some(_) => {}
            }
            let application = document.application.as_deref().map(|id| {
                if catalog.application(id).is_none() && !self.incomplete {
                    let help = "name the `id` of an `[application]`";
                    let message = format!("there is no application `{id}`");
                    self.raise_with_help(place, "/application", message, help);
                }
                Arc::from(id)
            });
            credentials.push(Credential {
                id: id.into(),
                secret_sha256: digest.unwrap_or_default(),
                tenant: self.tenant(item),
                application,
                expires_at: None,
                permissions: self.permissions(place, &document.permissions, catalog),
            });
        }
        credentials
    }

    fn providers(&mut self, items: &[Item<ProviderDocument>]) -> Vec<Provider> {
        let mut configured: Vec<ProviderConfig> = Vec::with_capacity(items.len());
        for item in items {
            let name = provider_name(&item.document);
            if [CREDENTIAL_PROVIDER, OWN_PROVIDER, API_KEY_PROVIDER].contains(&name) {
                self.raise(&item.place, "", format!("the name `{name}` is Casemate's own"));
            }
            match serde_path_to_error::deserialize(serde_json::Value::Object(item.document.0.clone())) {
                Ok(provider) => configured.push(provider),
                Err(error) => {
                    let at = pointer(error.path());
                    self.raise(&item.place, &at, without_place(&error.into_inner()));
                }
            }
        }
        match (ProvidersConfig { providers: configured }).check() {
            Ok(checked) => checked,
            Err(errors) => {
                for error in errors {
                    // Of two with the same name the later one is meant.
                    let named =
                        items.iter().rev().find(|item| provider_name(&item.document) == error.provider);
                    if let Some(item) = named.or(items.first()) {
                        let message = error.to_string();
                        let at = match item.place.is_object() {
                            true => format!("/{}", error.field.replace('.', "/")),
                            false => String::new(),
                        };
                        self.raise(&item.place, &at, message);
                    }
                }
                Vec::new()
            }
        }
    }

    fn sources(&mut self, items: &[Item<SourceDocument>]) -> Vec<Source> {
        let mut names = HashSet::new();
        let mut sources = Vec::new();
        for item in items {
            let (place, document) = (&item.place, &item.document);
            let name = self.name(place, "/name", &document.name);
            if !names.insert(name) {
                self.raise(place, "/name", format!("the source `{name}` stands twice"));
            }
            self.name(place, "/claim", &document.claim);
            let mut patterns = Vec::new();
            for (index, pattern) in document.ceiling.iter().enumerate() {
                match Pattern::parse(pattern) {
                    Ok(pattern) => patterns.push(pattern),
                    Err(error) => self.raise(place, &format!("/ceiling/{index}"), error.to_string()),
                }
            }
            sources.push(Source {
                name: name.into(),
                provider: self.provider(place, ("", "/provider"), Some(&document.provider)),
                claim: document.claim.as_str().into(),
                ceiling: Ceiling::new(patterns),
            });
        }
        sources
    }

    fn settings(&mut self, items: &[Item<SettingDocument>]) {
        let mut names = HashSet::new();
        for item in items {
            let name = item.document.name.as_str();
            let fits =
                |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-.".contains(&byte);
            if name.is_empty() || name.len() > 128 || !name.bytes().all(fits) {
                let message = "a setting's name is 1 to 128 letters in lower case, digits, `_`, `-` or `.`";
                self.raise(&item.place, "/name", message);
            }
            if !names.insert(name) {
                self.raise(&item.place, "/name", format!("the setting `{name}` stands twice"));
            }
            if item.document.value.to_string().len() > MAX_SETTING {
                let message = format!("a setting's value is at most {MAX_SETTING} bytes of JSON");
                self.raise(&item.place, "/value", message);
            }
        }
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

fn provider_name(document: &ProviderDocument) -> &str {
    document.0.get("name").and_then(|name| name.as_str()).unwrap_or_default()
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

/// Where in a permission a problem is.
fn property_pointer(problem: &Problem) -> String {
    match problem {
        Problem::Null { property }
        | Problem::Undeclared { property, .. }
        | Problem::Mismatch { property, .. } => {
            format!("/{}", property.replace('~', "~0").replace('/', "~1"))
        }
        _ => String::new(),
    }
}

fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// The one known name that differs only in case, or in at most two characters at one place.
fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let near = |other: &&str| {
        let same_front = name.chars().zip(other.chars()).take_while(|(a, b)| a == b).count();
        let same_back = name.chars().rev().zip(other.chars().rev()).take_while(|(a, b)| a == b).count();
        let longer = name.chars().count().max(other.chars().count());
        other.eq_ignore_ascii_case(name) || (longer > 2 && same_front + same_back + 2 >= longer)
    };
    let mut found: Vec<&str> = known.filter(near).collect();
    found.sort_unstable();
    found.first().copied()
}

/// 64 hexadecimal digits as 32 bytes.
pub(crate) fn sha256_from_hex(hex: &str) -> Option<[u8; 32]> {
    if hex.len() != 64 || !hex.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let mut digest = [0; 32];
    for (byte, pair) in digest.iter_mut().zip(hex.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(digest)
}
