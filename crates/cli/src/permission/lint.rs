//! `casemate permission lint`: what is refused when it is written, and what is allowed but surprising.

use std::path::PathBuf;

use casemate_expression::Datum;
use casemate_permission::name::{Glob, Pattern};
use casemate_permission::{Catalog, Permission};
use serde::Serialize;
use serde_json::value::RawValue;

use super::input;
use crate::exit::{Exit, Failure, Outcome};
use crate::printer::{Format, Printer};

/// What it takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// A permission schema; may be given several times.
    #[arg(long = "schema", value_name = "FILE.toml")]
    schemas: Vec<PathBuf>,

    /// A JSON array of permission objects; `-` is standard input.
    #[arg(long, value_name = "FILE.json")]
    permissions: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
enum Severity {
    /// Malformed: no source may hold it.
    Malformed,
    /// Refused when it is written.
    Error,
    /// Allowed, and worth a look.
    Warning,
}

#[derive(Debug, Serialize)]
struct Finding {
    severity: Severity,
    code: &'static str,
    place: String,
    message: String,
}

pub(crate) fn run(arguments: &Arguments, printer: &mut Printer) -> Outcome {
    let catalog = input::read_catalog(&arguments.schemas, printer)?;
    let mut findings: Vec<Finding> = catalog
        .remarks()
        .iter()
        .map(|remark| Finding {
            severity: Severity::Warning,
            code: "not_filterable",
            place: format!("{}: {}.{}", remark.application, remark.entry, remark.property),
            message: format!(
                "{}; filter refuses when this has to be asked of resources it does not know",
                remark.why
            ),
        })
        .collect();
    if let Some(path) = &arguments.permissions {
        let text = input::read_text(path)?;
        let items: Vec<&RawValue> = serde_json::from_str(&text).map_err(|error| {
            Failure::usage(miette::miette!(
                "{} must be a JSON array of permission objects: {error}",
                path.display()
            ))
        })?;
        let mut earlier: Vec<Permission> = Vec::new();
        for (number, item) in items.iter().enumerate() {
            let place = format!("{}: permission {}", path.display(), number + 1);
            match Permission::from_json(item.get()) {
                Ok(permission) => {
                    judge(&catalog, &permission, &earlier, &place, &mut findings);
                    earlier.push(permission);
                }
                Err(error) => {
                    let message = error.to_string();
                    findings.push(Finding {
                        severity: Severity::Malformed,
                        code: "malformed",
                        place,
                        message,
                    });
                }
            }
        }
    }
    print(printer, &findings)?;
    Ok(match findings.iter().map(|finding| finding.severity).min() {
        Some(Severity::Malformed) => Exit::Usage,
        Some(Severity::Error) => Exit::Verdict,
        Some(Severity::Warning) | None => Exit::Success,
    })
}

fn print(printer: &mut Printer, findings: &[Finding]) -> std::io::Result<()> {
    match printer.format() {
        Format::Json => printer.json(&serde_json::json!({ "findings": findings })),
        Format::Table if findings.is_empty() => printer.line("nothing found"),
        Format::Table | Format::Csv => {
            let rows: Vec<[String; 4]> = findings
                .iter()
                .map(|finding| {
                    let severity = format!("{:?}", finding.severity).to_lowercase();
                    [severity, finding.code.to_owned(), finding.place.clone(), finding.message.clone()]
                })
                .collect();
            printer.table(["SEVERITY", "CODE", "WHERE", "WHAT"], &rows)
        }
    }
}

fn judge(
    catalog: &Catalog,
    permission: &Permission,
    earlier: &[Permission],
    place: &str,
    findings: &mut Vec<Finding>,
) {
    let mut find = |severity, code, message: String| {
        findings.push(Finding { severity, code, place: place.to_owned(), message });
    };
    for problem in catalog.problems(permission) {
        find(Severity::Error, "mismatch", problem.to_string());
    }
    if permission.is_denial() && permission.name().alternatives().any(is_everything) {
        let message = "a denying `*` does not reach Casemate's own namespace: deny `casemate.*` as well to take that away";
        find(Severity::Warning, "denial_short_of_casemate", message.to_owned());
    }
    for (property, value) in permission.properties() {
        if matches!(value, Datum::List(items) if items.is_empty()) {
            let message = format!(
                "`{property}` is an empty list, which matches nothing: leave it out to restrict nothing"
            );
            find(Severity::Warning, "empty_list", message);
        }
    }
    if earlier.iter().any(|other| same(other, permission)) {
        find(Severity::Warning, "duplicate", "an earlier permission says the same".to_owned());
    }
    if !catalog.applications().is_empty() && !is_covered(catalog, permission.name()) {
        let message = format!("no schema has an entry that `{}` reaches: is it mistyped?", permission.name());
        find(Severity::Warning, "unknown_name", message);
    }
}

fn same(one: &Permission, other: &Permission) -> bool {
    one.name() == other.name()
        && one.is_denial() == other.is_denial()
        && one.properties().len() == other.properties().len()
        && one.properties().all(|(name, value)| other.property(name) == Some(value))
}

fn is_covered(catalog: &Catalog, name: &Pattern) -> bool {
    name.reaches_reserved() || catalog.reaches_entry(name)
}

/// Whether a pattern matches every name outside Casemate's own namespace.
fn is_everything(glob: Glob<'_>) -> bool {
    !glob.as_str().is_empty() && glob.as_str().bytes().all(|byte| byte == b'*')
}
