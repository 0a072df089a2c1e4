//! Schemas, permissions, requests, and the direct evaluator: what the design says, step by step, without any of the
//! engine's code.

use super::expression::{Expression, Type};
use super::json::Json;
use super::truth::{Outcome, Stop, World, typed};

#[derive(Clone, Debug)]
pub(crate) struct Application {
    pub(crate) id: &'static str,
    pub(crate) namespaces: Vec<&'static str>,
    /// Whether undeclared properties do not constrain, rather than being errors.
    pub(crate) opaque: bool,
    pub(crate) attributes: Vec<(&'static str, Type)>,
    pub(crate) entries: Vec<Entry>,
}

#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) name: String,
    pub(crate) properties: Vec<(&'static str, Property)>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Property {
    pub(crate) kind: Type,
    pub(crate) pattern: Option<TextPattern>,
    /// Nothing where it is opaque.
    pub(crate) when: Option<Expression>,
}

/// The few regular expressions that occur, each with its meaning written out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TextPattern {
    OnlyAb,
    Operations,
}

impl TextPattern {
    pub(crate) fn regex(self) -> &'static str {
        match self {
            TextPattern::OnlyAb => "^[ab]*$",
            TextPattern::Operations => "^r?w?d?$",
        }
    }

    fn accepts(self, text: &str) -> bool {
        match self {
            TextPattern::OnlyAb => text.chars().all(|c| c == 'a' || c == 'b'),
            TextPattern::Operations => ["", "r", "w", "d", "rw", "rd", "wd", "rwd"].contains(&text),
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Permission {
    pub(crate) name: String,
    pub(crate) deny: bool,
    pub(crate) properties: Vec<(&'static str, Json)>,
    pub(crate) from: Option<i64>,
    pub(crate) until: Option<i64>,
}

impl Permission {
    pub(crate) fn json(&self) -> Json {
        let mut members = vec![("name".to_owned(), Json::text(&*self.name))];
        if self.deny {
            members.push(("deny".to_owned(), Json::Bool(true)));
        }
        members.extend(self.properties.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        Json::Map(members)
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) name: String,
    pub(crate) identity_id: String,
    pub(crate) identity_type: &'static str,
    pub(crate) tenant: Option<String>,
    pub(crate) groups: Vec<String>,
    pub(crate) claims: Vec<(String, Json)>,
    pub(crate) action: String,
    pub(crate) action_properties: Vec<(String, Json)>,
    pub(crate) context: Vec<(String, Json)>,
    pub(crate) resource: Resource,
    pub(crate) now: i64,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Resource {
    pub(crate) id: Option<Json>,
    pub(crate) kind: Option<Json>,
    pub(crate) attributes: Vec<(String, Json)>,
    /// Whether what is not here is unknown rather than missing.
    pub(crate) open: bool,
}

pub(crate) enum Supplied {
    Known(Json),
    Unknown,
}

impl Resource {
    pub(crate) const UNKNOWN: Resource =
        Resource { id: None, kind: None, attributes: Vec::new(), open: true };

    fn supplied(&self, value: Option<&Json>) -> Supplied {
        match value {
            Some(value) => Supplied::Known(value.clone()),
            None if self.open => Supplied::Unknown,
            None => Supplied::Known(Json::Null),
        }
    }

    pub(crate) fn attribute(&self, name: &str) -> Supplied {
        self.supplied(self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value))
    }

    pub(crate) fn id(&self) -> Supplied {
        self.supplied(self.id.as_ref())
    }

    pub(crate) fn kind(&self) -> Supplied {
        self.supplied(self.kind.as_ref())
    }
}

/// What the evaluator found.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Decision {
    pub(crate) effect: Effect,
    /// The permission that decided, where one did.
    pub(crate) decided_by: Option<usize>,
    /// Whether a denying permission held.
    pub(crate) by_denial: bool,
    /// Whether any matching permission is in error.
    pub(crate) error: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    Allowed,
    Denied,
    /// It depends on what was not supplied, as far as this evaluator sees.
    Open,
}

/// The decision, rule by rule.
pub(crate) fn decide(catalog: &[Application], permissions: &[Permission], request: &Request) -> Decision {
    let outcomes: Vec<(usize, Outcome<bool>)> = permissions
        .iter()
        .enumerate()
        .filter(|(_, permission)| {
            in_force(permission, request.now) && grants(&permission.name, &request.name)
        })
        .map(|(index, permission)| (index, condition(catalog, permission, request)))
        .collect();
    let error = outcomes.iter().any(|(_, outcome)| *outcome == Err(Stop::Error));
    let first = |deny: bool, accepted: &[Outcome<bool>]| {
        outcomes
            .iter()
            .filter(|(index, outcome)| permissions[*index].deny == deny && accepted.contains(outcome))
            .map(|(index, _)| *index)
            .min_by_key(|index| (permissions[*index].name.clone(), permissions[*index].json().to_string()))
    };
    let denial = first(true, &[Ok(true), Err(Stop::Error)]);
    let perhaps_denial = first(true, &[Err(Stop::Unknown)]);
    let grant = first(false, &[Ok(true)]);
    let perhaps_grant = first(false, &[Err(Stop::Unknown)]);
    let (effect, decided_by) = match (denial, grant) {
        (Some(denial), _) => (Effect::Denied, Some(denial)),
        (None, Some(grant)) if perhaps_denial.is_none() => (Effect::Allowed, Some(grant)),
        (None, None) if perhaps_grant.is_none() => (Effect::Denied, None),
        (None, _) => (Effect::Open, None),
    };
    Decision { effect, decided_by, by_denial: denial.is_some(), error }
}

fn in_force(permission: &Permission, now: i64) -> bool {
    permission.from.is_none_or(|from| from <= now) && permission.until.is_none_or(|until| now < until)
}

/// The conjunction of the properties: false if any is; else unknown while one is; else an error if one is.
fn condition(catalog: &[Application], permission: &Permission, request: &Request) -> Outcome<bool> {
    let namespace = request.name.split('.').next().expect("a segment");
    let Some(owner) = catalog.iter().find(|application| application.namespaces.contains(&namespace)) else {
        return Ok(true);
    };
    let outcomes: Vec<Outcome<bool>> = permission
        .properties
        .iter()
        .map(|(name, value)| match declaration(owner, &request.name, name) {
            None if owner.opaque => Ok(true),
            None => Err(Stop::Error),
            Some(property) => judge(owner, property, value, request),
        })
        .collect();
    for outcome in [Ok(false), Err(Stop::Unknown), Err(Stop::Error)] {
        if outcomes.contains(&outcome) {
            return outcome;
        }
    }
    Ok(true)
}

/// The declaration that counts for a requested name: an exact entry's, else a pattern's.
fn declaration<'c>(owner: &'c Application, requested: &str, property: &str) -> Option<&'c Property> {
    let declares =
        |entry: &&'c Entry| entry.properties.iter().find(|(name, _)| *name == property).map(|(_, p)| p);
    let exact = owner.entries.iter().filter(|entry| entry.name == requested);
    let patterns = owner.entries.iter().filter(|entry| grants(&entry.name, requested));
    exact.chain(patterns).find_map(|entry| declares(&entry))
}

fn judge(owner: &Application, property: &Property, value: &Json, request: &Request) -> Outcome<bool> {
    let well_formed = match (value, property.pattern) {
        (Json::Text(text), Some(pattern)) => pattern.accepts(text),
        _ => true,
    };
    match (typed(value, property.kind), &property.when) {
        (Some(value), Some(when)) if well_formed => {
            World { request, attributes: &owner.attributes, value }.truth(when)
        }
        (Some(_), None) if well_formed => Ok(true),
        _ => Err(Stop::Error),
    }
}

/// Whether a granted name matches a requested one.
pub(crate) fn grants(granted: &str, requested: &str) -> bool {
    if requested.starts_with("casemate.") && !granted.starts_with("casemate.") {
        return false;
    }
    expand(granted).iter().any(|alternative| matches(alternative.as_bytes(), requested.as_bytes()))
}

fn matches(pattern: &[u8], name: &[u8]) -> bool {
    match (pattern, name) {
        ([], name) => name.is_empty(),
        ([b'*', rest @ ..], name) => {
            matches(rest, name) || (!name.is_empty() && matches(pattern, &name[1..]))
        }
        ([b'?', rest @ ..], [byte, tail @ ..]) => *byte != b'.' && matches(rest, tail),
        ([literal, rest @ ..], [byte, tail @ ..]) => literal == byte && matches(rest, tail),
        (_, []) => false,
    }
}

/// Expands the first braces, and then whatever came of that.
fn expand(granted: &str) -> Vec<String> {
    let Some(open) = granted.find('{') else { return vec![granted.to_owned()] };
    let mut depth = 0;
    let mut cuts = vec![open];
    for (at, character) in granted.char_indices().skip(open) {
        match character {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 1 => cuts.push(at),
            _ => {}
        }
        if depth == 0 {
            cuts.push(at);
            break;
        }
    }
    let tail = &granted[cuts.last().expect("closed") + 1..];
    cuts.windows(2)
        .flat_map(|cut| expand(&format!("{}{}{tail}", &granted[..open], &granted[cut[0] + 1..cut[1]])))
        .collect()
}

/// The schema as its application would write it.
pub(crate) fn toml(application: &Application) -> String {
    use std::fmt::Write;
    let quoted = super::json::quoted;
    let mut out = String::new();
    let namespaces: Vec<String> = application.namespaces.iter().map(|name| quoted(name)).collect();
    writeln!(out, "format = 1\n[application]\nid = {}\ntitle = \"An application\"", quoted(application.id))
        .expect("text");
    writeln!(out, "namespaces = [{}]", namespaces.join(", ")).expect("text");
    if application.opaque {
        writeln!(out, "properties = \"opaque\"").expect("text");
    }
    writeln!(out, "[attributes]").expect("text");
    for (name, kind) in &application.attributes {
        writeln!(out, "{name} = {{ type = {}, nullable = true }}", quoted(&kind.word())).expect("text");
    }
    for entry in &application.entries {
        writeln!(out, "[[permission]]\nname = {}\ntitle = \"An entry\"", quoted(&entry.name)).expect("text");
        for (name, property) in &entry.properties {
            writeln!(out, "[permission.properties.{name}]\ntype = {}", quoted(&property.kind.word()))
                .expect("text");
            if let Some(pattern) = property.pattern {
                writeln!(out, "pattern = {}", quoted(pattern.regex())).expect("text");
            }
            match &property.when {
                Some(when) => writeln!(out, "when = {}", quoted(&when.cel(0))).expect("text"),
                None => writeln!(out, "opaque = true").expect("text"),
            }
        }
    }
    out
}
