//! One policy file: which tables it holds, each read on its own so that one mistake does not hide the next.

use std::sync::Arc;

use casemate_identity::ProviderConfig;
use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeTable, DeValue, ValueDeserializer};

use super::entry::{AssignmentEntry, CredentialEntry, RoleEntry, TenantEntry, UserEntry};
use super::mistake::{Mistake, SourceFile};

/// The version of the format that this Casemate reads.
const FORMAT: &str = "1";

/// An entry and the file it stands in.
#[derive(Debug)]
pub(crate) struct Placed<T> {
    pub(crate) source: Arc<SourceFile>,
    pub(crate) span: std::ops::Range<usize>,
    pub(crate) entry: T,
}

/// All that the files of a policy hold, not yet checked against each other.
#[derive(Debug, Default)]
pub(crate) struct Documents {
    pub(crate) schemas: Vec<Arc<SourceFile>>,
    pub(crate) roles: Vec<Placed<RoleEntry>>,
    pub(crate) assignments: Vec<Placed<AssignmentEntry>>,
    pub(crate) users: Vec<Placed<UserEntry>>,
    pub(crate) credentials: Vec<Placed<CredentialEntry>>,
    pub(crate) tenants: Vec<Placed<TenantEntry>>,
    pub(crate) providers: Vec<Placed<ProviderConfig>>,
    /// Whether some table could not be read.
    pub(crate) incomplete: bool,
}

impl Documents {
    /// Reads one file. A file that has `[application]` is a schema and is left to the permission engine.
    pub(crate) fn read(&mut self, source: &Arc<SourceFile>, mistakes: &mut Vec<Mistake>) {
        let (table, errors) = DeTable::parse_recoverable(&source.text);
        if !errors.is_empty() {
            // What the parser makes of the rest would only be guessed at.
            mistakes.extend(errors.iter().map(|error| syntax(source, error)));
            self.incomplete = true;
            return;
        }
        let mistakes_before = mistakes.len();
        let table = table.into_inner();
        if table.contains_key("application") {
            self.schemas.push(Arc::clone(source));
            return;
        }
        let mut has_format = false;
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "format" => {
                    has_format = true;
                    if value.get_ref().as_integer().is_none_or(|format| format.as_str() != FORMAT) {
                        let mistake = Mistake::at(source, value.span(), "this format is not known");
                        mistakes.push(mistake.help("this Casemate reads `format = 1`"));
                    }
                }
                "role" => entries(source, value, &mut self.roles, mistakes),
                "assignment" => entries(source, value, &mut self.assignments, mistakes),
                "user" => entries(source, value, &mut self.users, mistakes),
                "credential" => entries(source, value, &mut self.credentials, mistakes),
                "tenant" => entries(source, value, &mut self.tenants, mistakes),
                "provider" => entries(source, value, &mut self.providers, mistakes),
                other => {
                    let mistake = Mistake::at(source, key.span(), format!("`{other}` is not known here"));
                    mistakes.push(mistake.help(
                        "a policy file holds `format`, `[[role]]`, `[[assignment]]`, `[[user]]`, `[[credential]]`, \
                         `[[tenant]]` and `[[provider]]`; a schema file holds `[application]`",
                    ));
                }
            }
        }
        self.incomplete |= mistakes.len() > mistakes_before;
        if !has_format {
            let mistake = Mistake::of(source, "the file does not say its format");
            mistakes.push(mistake.help("write `format = 1` at its top"));
        }
    }
}

fn entries<T: DeserializeOwned>(
    source: &Arc<SourceFile>,
    value: Spanned<DeValue<'_>>,
    into: &mut Vec<Placed<T>>,
    mistakes: &mut Vec<Mistake>,
) {
    let span = value.span();
    let DeValue::Array(array) = value.into_inner() else {
        mistakes.push(
            Mistake::at(source, span, "this is a list of tables").help("write it with double brackets"),
        );
        return;
    };
    for item in array {
        let span = item.span();
        match T::deserialize(ValueDeserializer::from(item)) {
            Ok(entry) => into.push(Placed { source: Arc::clone(source), span, entry }),
            Err(error) => {
                let span = error.span().filter(|span| !span.is_empty()).unwrap_or(span);
                mistakes.push(Mistake::at(source, span, error.message()));
            }
        }
    }
}

fn syntax(source: &Arc<SourceFile>, error: &toml::de::Error) -> Mistake {
    match error.span() {
        Some(span) => Mistake::at(source, span, error.message()),
        None => Mistake::of(source, error.message()),
    }
}
