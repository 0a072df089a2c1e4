//! From what is written to what it means: every reference resolved, every permission held against the schemas.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use casemate_expression::{Datum, Members};
use casemate_identity::{Kind, ProvidersConfig};
use casemate_permission::{Catalog, Permission, Schema, SchemaError};
use toml::Spanned;

use super::document::{Documents, Placed};
use super::entry::{AssignmentEntry, CredentialEntry, RoleEntry, UserEntry, text};
use super::mistake::{Mistake, SourceFile};
use super::{Assignment, Credential, DEFAULT_TENANT, Person, Policy, Recipient, Role, Who};
use crate::CREDENTIAL_PROVIDER;

/// The longest name or id, in bytes.
const MAX_NAME: usize = 1_024;

/// Checks everything and answers every mistake.
pub(crate) fn check(documents: Documents) -> Result<Policy, Vec<Mistake>> {
    let mut checker = Checker::new(&documents);
    let catalog = checker.catalog(&documents.schemas);
    let roles = checker.roles(&documents.roles, &catalog);
    let people = checker.people(&documents.users);
    let assignments = checker.assignments(&documents.assignments, &roles);
    let credentials = checker.credentials(&documents.credentials, &catalog);
    let providers = checker.providers(documents);
    if checker.mistakes.is_empty() {
        Ok(Policy { catalog, roles, people, assignments, credentials, providers })
    } else {
        Err(checker.mistakes)
    }
}

struct Checker {
    mistakes: Vec<Mistake>,
    /// The names of the configured providers.
    providers: Vec<Arc<str>>,
    /// The declared tenants; empty where none is, and every name is a tenant.
    tenants: Vec<String>,
    /// Whether some entry or schema could not be read: what then seems to be missing may stand there.
    incomplete: bool,
}

/// A place in a file, to report a mistake at.
type Place<'a> = (&'a Arc<SourceFile>, Range<usize>);

impl Checker {
    fn new(documents: &Documents) -> Checker {
        let providers = documents.providers.iter().map(|placed| placed.entry.name.as_str().into()).collect();
        let mut checker = Checker {
            mistakes: Vec::new(),
            providers,
            tenants: Vec::new(),
            incomplete: documents.incomplete,
        };
        for placed in &documents.tenants {
            let place = (&placed.source, placed.entry.id.span());
            let id = checker.name(&placed.source, &placed.entry.id).to_owned();
            if checker.tenants.contains(&id) {
                checker.mistake(place, format!("the tenant `{id}` stands twice"));
            }
            checker.tenants.push(id);
        }
        checker
    }

    fn mistake(&mut self, (source, span): Place<'_>, message: impl Into<String>) {
        self.mistakes.push(Mistake::at(source, span, message));
    }

    fn mistake_with_help(
        &mut self,
        (source, span): Place<'_>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.mistakes.push(Mistake::at(source, span, message).help(help));
    }

    fn catalog(&mut self, sources: &[Arc<SourceFile>]) -> Catalog {
        let mut schemas = Vec::new();
        let mut origins: Vec<(String, &Arc<SourceFile>)> = Vec::new();
        for source in sources {
            match Schema::from_toml(&source.text) {
                Ok(schema) => {
                    origins.push((schema.id().to_owned(), source));
                    schemas.push(schema);
                }
                Err(errors) => self.schema_mistakes(source, errors),
            }
        }
        match Catalog::compile(schemas) {
            Ok(catalog) => catalog,
            Err(errors) => {
                for error in errors {
                    // Of two with the same id the later one is meant.
                    let meant = origins
                        .iter()
                        .rev()
                        .find(|(id, _)| Some(id.as_str()) == error.application.as_deref());
                    if let Some((_, source)) = meant.or(origins.last()) {
                        self.schema_mistakes(source, vec![error]);
                    }
                }
                Catalog::empty()
            }
        }
    }

    fn schema_mistakes(&mut self, source: &Arc<SourceFile>, errors: Vec<SchemaError>) {
        self.incomplete = true;
        self.mistakes.extend(errors.into_iter().map(|error| match error.span {
            Some(span) => Mistake::at(source, span, error.message),
            None => Mistake::of(source, error.message),
        }));
    }

    fn roles(&mut self, entries: &[Placed<RoleEntry>], catalog: &Catalog) -> Vec<Role> {
        let mut seen: HashMap<&str, &Placed<RoleEntry>> = HashMap::new();
        let mut roles = Vec::new();
        for placed in entries {
            let name = self.name(&placed.source, &placed.entry.name);
            if let Some(first) = seen.insert(name, placed) {
                let help = format!("it is first defined in {}", place_of(&first.source, &first.entry.name));
                let place = (&placed.source, placed.entry.name.span());
                self.mistake_with_help(place, format!("the role `{name}` stands twice"), help);
            }
            let permissions = self.permissions(&placed.source, &placed.entry.permissions, catalog);
            roles.push(Role { name: name.into(), permissions });
        }
        roles
    }

    fn permissions(
        &mut self,
        source: &Arc<SourceFile>,
        entries: &[Spanned<Datum>],
        catalog: &Catalog,
    ) -> Vec<Permission> {
        let mut permissions = Vec::new();
        for entry in entries {
            let place = || (source, entry.span());
            if holds_date(entry.get_ref()) {
                let help = "write times as text, such as \"2026-01-31T08:00:00Z\"";
                self.mistake_with_help(place(), "a permission is JSON, which has no dates", help);
                continue;
            }
            let permission = match Permission::from_datum(entry.get_ref()) {
                Ok(permission) => permission,
                Err(error) => {
                    self.mistake(place(), error.to_string());
                    continue;
                }
            };
            for problem in catalog.problems(&permission) {
                self.mistake(place(), problem.to_string());
            }
            if permission.name().as_str().starts_with("casemate.") && has_properties(entry.get_ref()) {
                let message = "permissions of Casemate itself have no properties but `deny`";
                self.mistake(place(), message);
            }
            permissions.push(permission);
        }
        permissions
    }

    fn people(&mut self, entries: &[Placed<UserEntry>]) -> Vec<Person> {
        let mut seen = HashMap::new();
        let mut people = Vec::new();
        for placed in entries {
            let (source, entry) = (&placed.source, &placed.entry);
            let kind = match &entry.kind {
                None => Kind::USER,
                Some(kind) => Kind::from_configuration(kind.get_ref()).unwrap_or_else(|_| {
                    let message = "a user's type is 1 to 64 letters, digits, `-`, `_` or `.`, and not `api-key` or `anonymous`";
                    self.mistake((source, kind.span()), message);
                    Kind::USER
                }),
            };
            let claims = match entry.claims.as_ref().map(|claims| (claims, claims.get_ref())) {
                None => Members::default(),
                Some((claims, datum)) if holds_date(datum) => {
                    let help = "write times as text, such as \"2026-01-31T08:00:00Z\"";
                    self.mistake_with_help(
                        (source, claims.span()),
                        "claims are JSON, which has no dates",
                        help,
                    );
                    Members::default()
                }
                Some((_, Datum::Map(members))) => members.clone(),
                Some((claims, other)) => {
                    self.mistake(
                        (source, claims.span()),
                        format!("claims are a table, not {}", other.kind()),
                    );
                    Members::default()
                }
            };
            let person = Person {
                provider: self.provider(source, &entry.id.span(), entry.provider.as_ref()),
                kind: kind.as_str().into(),
                id: self.name(source, &entry.id).into(),
                login: entry.login.as_ref().map(|login| self.name(source, login).into()),
                display_name: entry.display_name.as_deref().map(Into::into),
                tenant: self.tenant(source, &entry.id.span(), entry.tenant.as_ref()),
                groups: entry.groups.iter().map(|group| self.name(source, group).to_owned()).collect(),
                claims,
            };
            let key =
                (person.tenant.clone(), person.provider.clone(), person.kind.clone(), person.id.clone());
            if let Some(first) = seen.insert(key, placed) {
                let help = format!("it is first defined in {}", place_of(&first.source, &first.entry.id));
                let message = format!("the {} `{}` stands twice", person.kind, person.id);
                self.mistake_with_help((source, entry.id.span()), message, help);
            }
            people.push(person);
        }
        people
    }

    fn assignments(&mut self, entries: &[Placed<AssignmentEntry>], roles: &[Role]) -> Vec<Assignment> {
        let by_name: HashMap<&str, usize> =
            roles.iter().enumerate().map(|(index, role)| (&*role.name, index)).collect();
        let mut assignments = Vec::new();
        for placed in entries {
            let (source, entry) = (&placed.source, &placed.entry);
            let (name, span) = text(&entry.role);
            let role = by_name.get(name).copied();
            if role.is_none() && !self.incomplete {
                let help = match nearest(name, by_name.keys().copied()) {
                    Some(near) => format!("there is `{near}`"),
                    None => "define it with `[[role]]`".to_owned(),
                };
                self.mistake_with_help((source, span), format!("there is no role `{name}`"), help);
            }
            let from = entry.from.as_ref().map(|from| from.get_ref().0);
            let until = entry.until.as_ref().map(|until| until.get_ref().0);
            if let (Some(from), Some(until), Some(place)) = (from, until, &entry.until)
                && until <= from
            {
                self.mistake((source, place.span()), "the assignment ends before it begins");
            }
            let tenant = self.tenant(source, &entry.role.span(), entry.tenant.as_ref());
            let recipient = self.recipient(placed);
            if let (Some(role), Some(recipient)) = (role, recipient) {
                assignments.push(Assignment { role, recipient, tenant, from, until });
            }
        }
        assignments
    }

    fn recipient(&mut self, placed: &Placed<AssignmentEntry>) -> Option<Recipient> {
        let source = &placed.source;
        let to = &placed.entry.to;
        let target = to.get_ref();
        let kind = match target.kind.as_ref().map(|kind| (kind, kind.get_ref().as_str())) {
            None => None,
            Some((_, word @ ("anonymous" | "api-key"))) => Some(word.to_owned()),
            Some((spanned, word)) => match Kind::from_configuration(word) {
                Ok(kind) => Some(kind.as_str().to_owned()),
                Err(error) => {
                    self.mistake((source, spanned.span()), error.to_string());
                    return None;
                }
            },
        };
        let anonymous = Kind::ANONYMOUS.as_str();
        if kind.as_deref() == Some(anonymous) {
            if target.id.is_some()
                || target.login.is_some()
                || target.group.is_some()
                || target.provider.is_some()
            {
                let help = "write `to = { type = \"anonymous\" }`";
                self.mistake_with_help((source, to.span()), "anonymous has no name of any kind", help);
                return None;
            }
            let who = Who::Id { kind: anonymous.into(), id: "".into() };
            return Some(Recipient { provider: anonymous.into(), who });
        }
        let named = [&target.id, &target.login, &target.group];
        if named.into_iter().flatten().count() != 1 {
            let message = "an assignment is to exactly one of `id`, `login` and `group`";
            self.mistake((source, to.span()), message);
            return None;
        }
        let provider = self.provider(source, &to.span(), target.provider.as_ref());
        let user = || kind.clone().unwrap_or_else(|| Kind::USER.as_str().to_owned()).into();
        let who = if let Some(id) = &target.id {
            Who::Id { kind: user(), id: self.name(source, id).into() }
        } else if let Some(login) = &target.login {
            Who::Login { kind: user(), login: self.name(source, login).into() }
        } else {
            let group = target.group.as_ref()?;
            Who::Group { kind: kind.map(Into::into), group: self.name(source, group).into() }
        };
        Some(Recipient { provider, who })
    }

    fn credentials(&mut self, entries: &[Placed<CredentialEntry>], catalog: &Catalog) -> Vec<Credential> {
        let mut ids = HashMap::new();
        let mut secrets = HashMap::new();
        let mut credentials = Vec::new();
        for placed in entries {
            let (source, entry) = (&placed.source, &placed.entry);
            let id = self.name(source, &entry.id);
            if ids.insert(id, ()).is_some() {
                self.mistake((source, entry.id.span()), format!("the credential `{id}` stands twice"));
            }
            let (hex, span) = text(&entry.secret_sha256);
            let digest = sha256_from_hex(hex);
            match digest {
                None => {
                    let message = "this is no SHA-256: 64 hexadecimal digits are";
                    let help = "printf %s \"$SECRET\" | sha256sum";
                    self.mistake_with_help((source, span), message, help);
                }
                Some(digest) if secrets.insert(digest, ()).is_some() => {
                    self.mistake((source, span), "another credential has the same secret");
                }
                Some(_) => {}
            }
            let application = entry.application.as_ref().map(|application| {
                let (id, span) = text(application);
                if catalog.application(id).is_none() && !self.incomplete {
                    let help = "name the `id` of an `[application]`";
                    self.mistake_with_help((source, span), format!("there is no application `{id}`"), help);
                }
                Arc::from(id)
            });
            credentials.push(Credential {
                id: id.into(),
                secret_sha256: digest.unwrap_or_default(),
                tenant: self.tenant(source, &entry.id.span(), entry.tenant.as_ref()),
                application,
                expires_at: None,
                permissions: self.permissions(source, &entry.permissions, catalog),
            });
        }
        credentials
    }

    fn providers(&mut self, documents: Documents) -> Vec<casemate_identity::provider::Provider> {
        let places: Vec<_> = documents
            .providers
            .iter()
            .map(|p| (p.source.clone(), p.span.clone(), p.entry.name.clone()))
            .collect();
        for (source, span, name) in &places {
            if name == CREDENTIAL_PROVIDER {
                self.mistake((source, span.clone()), format!("the name `{name}` is Casemate's own"));
            }
        }
        let providers: Vec<_> = documents.providers.into_iter().map(|placed| placed.entry).collect();
        match (ProvidersConfig { providers }).check() {
            Ok(checked) => checked,
            Err(errors) => {
                for error in errors {
                    let place = places.iter().find(|(_, _, name)| *name == error.provider).or(places.first());
                    if let Some((source, span, _)) = place {
                        self.mistake((source, span.clone()), error.to_string());
                    }
                }
                Vec::new()
            }
        }
    }

    /// The text, which is checked to be a sensible name.
    fn name<'a>(&mut self, source: &Arc<SourceFile>, spanned: &'a Spanned<String>) -> &'a str {
        let (name, span) = text(spanned);
        if name.is_empty() || name.len() > MAX_NAME || name.chars().any(char::is_control) {
            let message = format!("a name is 1 to {MAX_NAME} bytes without control characters");
            self.mistake((source, span), message);
        }
        name
    }

    /// The provider that is meant: the one that is named, or the only one there is. The same id at two providers is two
    /// people, so where there are several none is guessed.
    fn provider(
        &mut self,
        source: &Arc<SourceFile>,
        entry: &Range<usize>,
        named: Option<&Spanned<String>>,
    ) -> Arc<str> {
        match (named, self.providers.as_slice()) {
            (None, []) => "".into(),
            (None, [only]) => Arc::clone(only),
            (None, several) => {
                let help = format!("name one of {}", listed(several.iter().map(|name| &**name)));
                let message = "there are several providers, and this does not say whose identity is meant";
                self.mistake_with_help((source, entry.clone()), message, help);
                "".into()
            }
            (Some(named), known) => {
                let (name, span) = text(named);
                let is_known = name == CREDENTIAL_PROVIDER || known.iter().any(|known| **known == *name);
                if !is_known && !self.incomplete {
                    let all = known.iter().map(|name| &**name).chain([CREDENTIAL_PROVIDER]);
                    let help = format!("name one of {}", listed(all));
                    self.mistake_with_help((source, span), format!("there is no provider `{name}`"), help);
                }
                name.into()
            }
        }
    }

    fn tenant(
        &mut self,
        source: &Arc<SourceFile>,
        entry: &Range<usize>,
        named: Option<&Spanned<String>>,
    ) -> Arc<str> {
        let (name, span) = named.map_or((DEFAULT_TENANT, entry.clone()), text);
        if named.is_some_and(|named| self.name(source, named).is_empty()) {
            return name.into();
        }
        if !self.incomplete && !self.tenants.is_empty() && !self.tenants.iter().any(|tenant| tenant == name) {
            let help = "define it with `[[tenant]]`";
            self.mistake_with_help((source, span), format!("there is no tenant `{name}`"), help);
        }
        name.into()
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

fn has_properties(permission: &Datum) -> bool {
    permission
        .as_map()
        .is_some_and(|members| members.iter().any(|(name, _)| !matches!(name, "name" | "deny")))
}

fn place_of(source: &Arc<SourceFile>, spanned: &Spanned<String>) -> String {
    let mistake = Mistake::at(source, spanned.span(), "");
    let (line, column) = mistake.place().unwrap_or((1, 1));
    format!("{}:{line}:{column}", source.path.display())
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
fn sha256_from_hex(hex: &str) -> Option<[u8; 32]> {
    if hex.len() != 64 || !hex.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let mut digest = [0; 32];
    for (byte, pair) in digest.iter_mut().zip(hex.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(digest)
}
