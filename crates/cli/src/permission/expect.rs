//! `casemate permission test`: files of expected decisions, the tests of a policy repository.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use casemate_directory::{DEFAULT_TENANT, Policy, Snapshot, Subject};
use casemate_expression::{Datum, Members, Timestamp};
use casemate_permission::name::Name;
use casemate_permission::{Application, Catalog, Evaluation, Permission, PermissionSet};
use miette::{LabeledSpan, NamedSource, miette};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use toml::Spanned;

use super::input;
use crate::exit::{Exit, Failure, Outcome};
use crate::printer::{Format, Printer};
use crate::serve;

/// The most files that one run reads.
const MAX_FILES: usize = 10_000;

/// What it takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The folder; `*.test.toml` in it and below it are run.
    folder: PathBuf,
}

/// Expected decisions.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Casemate expected decisions")]
struct TestFile {
    /// The version of this format: 1.
    #[schemars(extend("const" = 1))]
    format: i64,
    /// Schemas, beside this file. Leave it out with `policy`.
    #[serde(default)]
    schemas: Vec<PathBuf>,
    /// A policy folder, beside this file: its schemas, and what its assignments give the subject.
    policy: Option<PathBuf>,
    /// The asking application, where there are several.
    application: Option<String>,
    /// The time of the decisions, in RFC 3339.
    now: Option<String>,
    /// Named lists of permission objects.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, Vec<BTreeMap<String, serde_json::Value>>>")]
    permissions: BTreeMap<String, Vec<Datum>>,
    /// The cases.
    #[serde(default)]
    case: Vec<Case>,
}

/// One expected decision.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Case {
    /// What it shows.
    #[schemars(with = "String")]
    name: Spanned<String>,
    /// The named lists that the subject holds. Without them, and with `policy`, what the policy assigns to the subject.
    permissions: Option<Vec<String>>,
    /// The tenant, for `policy`.
    tenant: Option<String>,
    /// The AuthZEN evaluation request.
    #[schemars(with = "serde_json::Value")]
    request: Datum,
    /// The decision.
    expect: Expected,
    /// The reason code, where it matters.
    reason: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Expected {
    Allowed,
    Denied,
    Conditional,
}

impl Expected {
    fn name(self) -> &'static str {
        match self {
            Expected::Allowed => "allowed",
            Expected::Denied => "denied",
            Expected::Conditional => "conditional",
        }
    }
}

/// The JSON Schema of these files.
pub(crate) fn json_schema() -> serde_json::Value {
    schemars::schema_for!(TestFile).to_value()
}

#[derive(Default)]
struct Tally {
    passed: usize,
    failed: usize,
    refused: usize,
}

pub(crate) fn run(arguments: &Arguments, printer: &mut Printer) -> Outcome {
    let mut files = Vec::new();
    find(&arguments.folder, &mut files, 0)?;
    files.sort();
    if files.is_empty() {
        let folder = arguments.folder.display();
        return Err(Failure::usage(miette!(
            "there is no *.test.toml in {folder}: an empty run would prove nothing"
        )));
    }
    let mut tally = Tally::default();
    for path in &files {
        if let Err(failure) = run_file(path, printer, &mut tally) {
            tally.refused += 1;
            match failure {
                Failure::Report { report, .. } => printer.report(&report),
                gone @ Failure::ReaderGone => return Err(gone),
            }
        }
    }
    let Tally { passed, failed, refused } = tally;
    match printer.format() {
        Format::Table | Format::Csv => {
            let refused = if refused == 0 { String::new() } else { format!(", {refused} refused") };
            printer
                .line(format_args!("{passed} passed, {failed} failed{refused}, in {} files", files.len()))?;
        }
        Format::Json => printer.json(&json!({ "passed": passed, "failed": failed, "refused": refused }))?,
    }
    Ok(match (refused, failed) {
        (0, 0) => Exit::Success,
        (0, _) => Exit::Verdict,
        _ => Exit::Usage,
    })
}

fn find(folder: &Path, files: &mut Vec<PathBuf>, depth: usize) -> Result<(), Failure> {
    let refuse = |error: std::io::Error| Failure::usage(miette!("cannot read {}: {error}", folder.display()));
    if depth > 16 {
        return Err(Failure::usage(miette!(
            "{}: folders are nested deeper than 16 levels",
            folder.display()
        )));
    }
    for entry in std::fs::read_dir(folder).map_err(refuse)? {
        let entry = entry.map_err(refuse)?;
        let path = entry.path();
        if entry.file_type().map_err(refuse)?.is_dir() {
            find(&path, files, depth + 1)?;
        } else if path.to_string_lossy().ends_with(".test.toml") {
            if files.len() == MAX_FILES {
                return Err(Failure::usage(miette!(
                    "there are more than {MAX_FILES} files of expected decisions"
                )));
            }
            files.push(path);
        }
    }
    Ok(())
}

/// What the cases of one file are decided with.
struct Ground {
    catalog: Catalog,
    snapshot: Option<Snapshot>,
    application: Option<String>,
    now: Timestamp,
}

fn run_file(path: &Path, printer: &mut Printer, tally: &mut Tally) -> Result<(), Failure> {
    let text = input::read_text(path)?;
    let file: TestFile = toml::from_str(&text).map_err(|error| {
        let labels: Vec<LabeledSpan> = error.span().map(LabeledSpan::underline).into_iter().collect();
        let source = NamedSource::new(path.display().to_string(), text.clone());
        Failure::usage(
            miette!(labels = labels, "{}: {}", path.display(), error.message()).with_source_code(source),
        )
    })?;
    if file.format != 1 {
        return Err(Failure::usage(miette!("{}: this version reads format = 1 only", path.display())));
    }
    let ground = ground(path, &file, printer)?;
    for case in &file.case {
        let found = decide(&ground, &file, case);
        let line = text.get(..case.name.span().start).unwrap_or_default().lines().count().max(1);
        let (verdict, detail) = match found {
            Err(error) => {
                tally.refused += 1;
                ("refused", error)
            }
            Ok((decision, reason, sentence)) => {
                let fits =
                    decision == case.expect.name() && case.reason.as_ref().is_none_or(|code| *code == reason);
                if fits {
                    tally.passed += 1;
                    ("passed", String::new())
                } else {
                    tally.failed += 1;
                    let wanted = case.reason.as_ref().map_or_else(String::new, |code| format!(" ({code})"));
                    let expected = case.expect.name();
                    ("failed", format!("expected {expected}{wanted}, is {decision} ({reason}): {sentence}"))
                }
            }
        };
        report(printer, path, line, case.name.get_ref(), verdict, &detail)?;
    }
    Ok(())
}

fn report(
    printer: &mut Printer,
    path: &Path,
    line: usize,
    name: &str,
    verdict: &str,
    detail: &str,
) -> std::io::Result<()> {
    match printer.format() {
        Format::Json => printer.json(&json!({
            "file": path.display().to_string(), "line": line, "case": name, "result": verdict, "detail": detail,
        })),
        Format::Table if detail.is_empty() => printer.line(format_args!("{verdict}  {}:{line}  {name}", path.display())),
        Format::Table | Format::Csv => {
            let text = format!("{verdict}  {}:{line}  {name}\n        {detail}", path.display());
            printer.line(crate::printer::printable_lines(&text))
        }
    }
}

fn ground(path: &Path, file: &TestFile, printer: &Printer) -> Result<Ground, Failure> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let now = match &file.now {
        Some(text) => input::parse_time(text)
            .map_err(|error| Failure::usage(miette!("{}: `now`: {error}", path.display())))?,
        None => input::present(),
    };
    let (catalog, snapshot) = match &file.policy {
        Some(_) if !file.schemas.is_empty() => {
            let message =
                miette!("{}: a policy brings its schemas: keep `policy` or `schemas`", path.display());
            return Err(Failure::usage(message));
        }
        Some(policy) => {
            let policy = Policy::load(&folder.join(policy)).map_err(|mistakes| {
                mistakes.iter().for_each(|mistake| printer.report(&serve::report(mistake)));
                Failure::usage(miette!("{}: its policy is refused", path.display()))
            })?;
            let snapshot = Snapshot::offline(policy).map_err(|error| {
                Failure::usage(miette!("{}: its policy is refused: {error}", path.display()))
            })?;
            (snapshot.catalog().clone(), Some(snapshot))
        }
        None => {
            let schemas: Vec<PathBuf> = file.schemas.iter().map(|schema| folder.join(schema)).collect();
            (input::read_catalog(&schemas, printer)?, None)
        }
    };
    let application = input::chosen(&catalog, file.application.as_deref())?;
    Ok(Ground { catalog, snapshot, application, now })
}

/// Decision, reason code, and the sentence that explains them.
fn decide(ground: &Ground, file: &TestFile, case: &Case) -> Result<(String, String, String), String> {
    let application = ground.application.as_deref().and_then(|id| ground.catalog.application(id));
    match (&case.permissions, &ground.snapshot) {
        (Some(names), _) => {
            let asked = input::Asked::of(case.request.clone()).map_err(|error| error.to_string())?;
            match asked.prepare(application)? {
                input::Prepared::Outside(why) => Ok(outside(why)),
                input::Prepared::Request(name) => {
                    let set = listed(ground, file, names)?;
                    Ok(explained(&set, &asked.request(&name, ground.now)?))
                }
            }
        }
        (None, Some(snapshot)) => assigned(ground, snapshot, application, case),
        (None, None) => {
            Err("the case names no `permissions`, and the file no `policy` to take them from".to_owned())
        }
    }
}

fn outside(why: String) -> (String, String, String) {
    ("denied".to_owned(), "outside_application".to_owned(), why)
}

fn explained(set: &PermissionSet, request: &casemate_permission::Request<'_>) -> (String, String, String) {
    let explanation = set.explain(request);
    let decision = explanation.decision;
    (decision.effect.name().to_owned(), decision.reason.code().to_owned(), explanation.sentence())
}

fn listed(ground: &Ground, file: &TestFile, names: &[String]) -> Result<PermissionSet, String> {
    let mut permissions = Vec::new();
    for name in names {
        let list =
            file.permissions.get(name).ok_or_else(|| format!("there is no list `permissions.{name}`"))?;
        for datum in list {
            permissions.push(Permission::from_datum(datum).map_err(|error| error.to_string())?);
        }
    }
    input::compile(&ground.catalog, permissions, Path::new("test"))
        .map_err(|_| "the permissions cannot be compiled together".to_owned())
}

fn assigned(
    ground: &Ground,
    snapshot: &Snapshot,
    application: Option<&Application>,
    case: &Case,
) -> Result<(String, String, String), String> {
    let evaluation = Evaluation::read(&case.request, None).map_err(|error| error.to_string())?;
    let name = match evaluation.requested_name(application) {
        Ok(name) => name,
        Err(error @ casemate_permission::EvaluationError::OutsideApplication { .. }) => {
            return Ok(outside(error.to_string()));
        }
        Err(error) => return Err(error.to_string()),
    };
    let tenant: Arc<str> = case.tenant.as_deref().unwrap_or(DEFAULT_TENANT).into();
    let nobody = Subject::anonymous(Arc::clone(&tenant));
    let asserted: Members = evaluation
        .subject_properties()
        .iter()
        .filter(|(property, _)| application.is_some_and(|application| application.may_assert(property)))
        .map(|(property, value)| (property.into(), value.clone()))
        .collect();
    let subject = snapshot
        .subject(&nobody, &tenant, evaluation.subject_kind(), evaluation.subject_id())
        .map_err(|error| error.to_string())?
        .with_asserted(&asserted);
    let set = snapshot.permissions(&subject).map_err(|error| error.to_string())?;
    let name = Name::parse(&name).map_err(|error| error.to_string())?;
    Ok(explained(&set, &evaluation.request(name, subject.view(), ground.now)))
}
