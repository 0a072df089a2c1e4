//! What the permission commands read: schemas, permissions and requests.

use std::fmt::Display;
use std::io::Read;
use std::path::{Path, PathBuf};

use casemate_expression::{Datum, Members, Timestamp};
use casemate_permission::name::Name;
use casemate_permission::{
    Application, Catalog, Evaluation, EvaluationError, Grant, Mentioned, OriginKind, Permission,
    PermissionSet, Reason, Request, Schema, SchemaError,
};
use miette::{LabeledSpan, NamedSource, miette};
use serde_json::value::RawValue;
use serde_json::{Value as Json, json};

use crate::exit::{Exit, Failure, Outcome};
use crate::printer::{Format, Printer};

/// The most that is read of one file.
const INPUT_BYTES: u64 = 64 * 1_024 * 1_024;

/// Options that `check`, `explain` and `filter` share.
#[derive(Debug, clap::Args)]
pub(crate) struct Inputs {
    /// A permission schema; may be given several times. Without any, properties are opaque and names alone decide.
    #[arg(long = "schema", value_name = "FILE.toml")]
    pub(crate) schemas: Vec<PathBuf>,

    /// The permissions that the subject holds: a JSON array of permission objects; `-` is standard input.
    #[arg(long, value_name = "FILE.json")]
    pub(crate) permissions: PathBuf,

    /// An AuthZEN evaluation request, or an array or NDJSON of them; `-` is standard input.
    #[arg(long, value_name = "FILE.json")]
    pub(crate) request: PathBuf,

    /// The asking application, where several schemas are given.
    #[arg(long, value_name = "ID")]
    pub(crate) application: Option<String>,

    /// The time of the decision, such as 2026-01-31T08:00:00Z; the present without it.
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    pub(crate) now: Option<Timestamp>,
}

/// Reads a time that a person wrote.
pub(crate) fn parse_time(text: &str) -> Result<Timestamp, String> {
    Timestamp::parse_rfc3339(text)
        .ok_or_else(|| "write an RFC 3339 time, such as 2026-01-31T08:00:00Z".to_owned())
}

/// The present.
pub(crate) fn present() -> Timestamp {
    Timestamp(jiff::Timestamp::now().as_microsecond())
}

/// Everything read: what to decide with, and the requests, each read or refused.
pub(crate) struct Input {
    pub(crate) catalog: Catalog,
    pub(crate) set: PermissionSet,
    pub(crate) application: Option<String>,
    pub(crate) now: Timestamp,
    pub(crate) batch: Batch,
}

/// The requests, in the form in which they came.
pub(crate) struct Batch {
    pub(crate) form: Form,
    pub(crate) items: Vec<Result<Asked, String>>,
}

/// How the requests stood in their file; the answers stand the same way.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    One,
    Array,
    Lines,
}

/// A request with what is made of its subject.
pub(crate) struct Asked {
    /// INVARIANT: an [`Evaluation`].
    datum: Datum,
    claims: Members,
}

/// A request as far as it can be decided.
pub(crate) enum Prepared {
    /// To be decided.
    Request(String),
    /// Denied without looking at permissions.
    Outside(String),
}

impl Inputs {
    /// Reads all inputs.
    ///
    /// # Errors
    /// When a file cannot be read, a schema or a permission is refused, or the application is not known.
    pub(crate) fn read(&self, printer: &Printer) -> Result<Input, Failure> {
        let catalog = read_catalog(&self.schemas, printer)?;
        let application = chosen(&catalog, self.application.as_deref())?;
        let permissions = read_permissions(&self.permissions, printer)?;
        let set = compile(&catalog, permissions, &self.permissions)?;
        let batch = read_requests(&self.request)?;
        Ok(Input { catalog, set, application, now: self.now.unwrap_or_else(present), batch })
    }
}

/// The application that asks: the one that was named, or the only one there is.
pub(crate) fn chosen(catalog: &Catalog, named: Option<&str>) -> Result<Option<String>, Failure> {
    match (named, catalog.applications()) {
        (Some(id), _) if catalog.application(id).is_some() => Ok(Some(id.to_owned())),
        (Some(id), applications) => {
            let known: Vec<&str> = applications.iter().map(Application::id).collect();
            let cure = match known.as_slice() {
                [] => "give its schema with --schema".to_owned(),
                known => format!("there are {}", known.join(", ")),
            };
            Err(Failure::usage(miette!("no schema has the application `{id}`: {cure}")))
        }
        (None, [only]) => Ok(Some(only.id().to_owned())),
        (None, _) => Ok(None),
    }
}

impl Asked {
    fn read(text: &str) -> Result<Asked, String> {
        let datum = Datum::from_json(text).map_err(|error| error.to_string())?;
        Asked::of(datum).map_err(|error| error.to_string())
    }

    /// A request out of data.
    pub(crate) fn of(datum: Datum) -> Result<Asked, EvaluationError> {
        let evaluation = Evaluation::read(&datum, None)?;
        let claims = evaluation.claims();
        evaluation.subject_as_identity(&claims)?;
        Ok(Asked { datum, claims })
    }

    fn evaluation(&self) -> Result<Evaluation<'_>, EvaluationError> {
        Evaluation::read(&self.datum, None)
    }

    /// The requested name.
    ///
    /// # Errors
    /// When it is none.
    pub(crate) fn prepare(&self, application: Option<&Application>) -> Result<Prepared, String> {
        match self.evaluation().and_then(|evaluation| evaluation.requested_name(application)) {
            Ok(name) => Ok(Prepared::Request(name)),
            Err(error @ EvaluationError::OutsideApplication { .. }) => {
                Ok(Prepared::Outside(error.to_string()))
            }
            Err(error) => Err(error.to_string()),
        }
    }

    /// The request under its name.
    ///
    /// # Errors
    /// When the name is none, or a property of the subject is of the wrong kind.
    pub(crate) fn request<'a>(&'a self, name: &'a str, now: Timestamp) -> Result<Request<'a>, String> {
        let name = Name::parse(name).map_err(|error| error.to_string())?;
        let evaluation = self.evaluation().map_err(|error| error.to_string())?;
        let identity = evaluation.subject_as_identity(&self.claims).map_err(|error| error.to_string())?;
        Ok(evaluation.request(name, identity, now))
    }

    /// The action's name as it was asked.
    pub(crate) fn action(&self) -> &str {
        Mentioned::of(&self.datum, None).action_name
    }
}

/// One answer: what it comes to, its JSON, and its text for people.
pub(crate) struct Answer {
    /// Whether the exit code stays 0.
    pub(crate) good: bool,
    pub(crate) json: Json,
    pub(crate) text: String,
}

impl Answer {
    /// The denial of a name outside the application's namespaces.
    pub(crate) fn outside(action: &str, why: &str) -> Answer {
        let json = json!({
            "decision": "denied", "reason_code": Reason::OutsideApplication.code(), "reason": why, "name": action,
        });
        Answer { good: false, json, text: format!("denied  {action}  {why}") }
    }
}

impl Input {
    /// Answers every request and prints the answers in the form in which the requests came.
    ///
    /// # Errors
    /// Where standard output cannot be written.
    pub(crate) fn answer(
        &self,
        printer: &mut Printer,
        answer: impl Fn(&PermissionSet, &Request<'_>) -> Result<Answer, String>,
    ) -> Outcome {
        let application = self.application.as_deref().and_then(|id| self.catalog.application(id));
        let mut exit = Exit::Success;
        let mut all = Vec::new();
        for (number, item) in self.batch.items.iter().enumerate() {
            let answered =
                item.as_ref().map_err(Clone::clone).and_then(|asked| match asked.prepare(application)? {
                    Prepared::Outside(why) => Ok(Answer::outside(asked.action(), &why)),
                    Prepared::Request(name) => answer(&self.set, &asked.request(&name, self.now)?),
                });
            let (json, text) = match answered {
                Ok(answer) => {
                    if !answer.good && exit == Exit::Success {
                        exit = Exit::Verdict;
                    }
                    (answer.json, answer.text)
                }
                Err(error) => {
                    exit = Exit::Usage;
                    printer.note(format_args!("request {}: {error}", number + 1));
                    (json!({ "error": error }), format!("refused  {error}"))
                }
            };
            match (printer.format(), self.batch.form) {
                (Format::Json, Form::Array) => all.push(json),
                (Format::Json, Form::One | Form::Lines) => printer.json(&json)?,
                (Format::Table | Format::Csv, _) => {
                    printer.line(crate::printer::printable_lines(text.trim_end()))?
                }
            }
        }
        if printer.format() == Format::Json && self.batch.form == Form::Array {
            printer.json(&all)?;
        }
        Ok(exit)
    }
}

/// Reads a file, or standard input for `-`.
pub(crate) fn read_text(path: &Path) -> Result<String, Failure> {
    let refuse = |error: &dyn Display| Failure::usage(miette!("cannot read {}: {error}", path.display()));
    let mut text = String::new();
    let read = if path == Path::new("-") {
        std::io::stdin().lock().take(INPUT_BYTES + 1).read_to_string(&mut text)
    } else {
        std::fs::File::open(path).and_then(|file| file.take(INPUT_BYTES + 1).read_to_string(&mut text))
    };
    match read {
        Ok(length) if length as u64 > INPUT_BYTES => Err(refuse(&"it is longer than 64 MiB")),
        Ok(_) => Ok(text),
        Err(error) => Err(refuse(&error)),
    }
}

/// A mistake in a schema, drawn in its file.
pub(crate) fn schema_report(path: &Path, text: &str, error: &SchemaError) -> miette::Report {
    let source = NamedSource::new(path.display().to_string(), text.to_owned());
    let labels = error.span.clone().map(LabeledSpan::underline).into_iter().collect::<Vec<_>>();
    miette!(labels = labels, "{}: {error}", path.display()).with_source_code(source)
}

/// Reads schemas and compiles them together, reporting every mistake.
pub(crate) fn read_catalog(paths: &[PathBuf], printer: &Printer) -> Result<Catalog, Failure> {
    let mut schemas = Vec::new();
    let mut texts = Vec::new();
    let mut mistakes = 0;
    for path in paths {
        let text = read_text(path)?;
        match Schema::from_toml(&text) {
            Ok(schema) => {
                texts.push((schema.id().to_owned(), path, text));
                schemas.push(schema);
            }
            Err(errors) => {
                mistakes += errors.len();
                errors.iter().for_each(|error| printer.report(&schema_report(path, &text, error)));
            }
        }
    }
    if mistakes == 0 {
        match Catalog::compile(schemas) {
            Ok(catalog) => return Ok(catalog),
            Err(errors) => {
                mistakes += errors.len();
                for error in &errors {
                    let file = texts.iter().rev().find(|(id, ..)| Some(id) == error.application.as_ref());
                    match file {
                        Some((_, path, text)) => printer.report(&schema_report(path, text, error)),
                        None => printer.note(error),
                    }
                }
            }
        }
    }
    let what = if mistakes == 1 { "one mistake".to_owned() } else { format!("{mistakes} mistakes") };
    Err(Failure::usage(miette!("the schemas are refused: {what}")))
}

/// Reads an array of permission objects; a malformed one refuses them all, for a shorter list would decide otherwise.
pub(crate) fn read_permissions(path: &Path, printer: &Printer) -> Result<Vec<Permission>, Failure> {
    let text = read_text(path)?;
    let items: Vec<&RawValue> = serde_json::from_str(&text).map_err(|error| {
        Failure::usage(miette!("{} must be a JSON array of permission objects: {error}", path.display()))
    })?;
    let mut refused = 0;
    let mut permissions = Vec::new();
    for (number, item) in items.iter().enumerate() {
        match Permission::from_json(item.get()) {
            Ok(permission) => permissions.push(permission),
            Err(error) => {
                refused += 1;
                printer.note(format_args!("{}: permission {}: {error}", path.display(), number + 1));
            }
        }
    }
    if refused > 0 {
        let message = miette!("{}: {refused} of {} permissions are refused", path.display(), items.len());
        return Err(Failure::usage(message));
    }
    Ok(permissions)
}

/// Compiles permissions that a file grants.
pub(crate) fn compile(
    catalog: &Catalog,
    permissions: Vec<Permission>,
    path: &Path,
) -> Result<PermissionSet, Failure> {
    let grant = Grant::always(OriginKind::File, &path.display().to_string());
    let mut builder = PermissionSet::builder(catalog);
    for permission in permissions {
        builder.add(permission, &grant);
    }
    builder.build().map_err(|error| Failure::usage(miette!("{}: {error}", path.display())))
}

fn read_requests(path: &Path) -> Result<Batch, Failure> {
    let text = read_text(path)?;
    let whole = serde_json::from_str::<&RawValue>(&text);
    if whole.is_ok() && text.trim_start().starts_with('[') {
        let items: Vec<&RawValue> = serde_json::from_str(&text)
            .map_err(|error| Failure::usage(miette!("{}: {error}", path.display())))?;
        let items = items.iter().map(|item| Asked::read(item.get())).collect();
        return Ok(Batch { form: Form::Array, items });
    }
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    // One request over several lines has no line that is a request by itself.
    let is_object =
        |line: &&str| line.trim_start().starts_with('{') && serde_json::from_str::<&RawValue>(line).is_ok();
    match whole {
        Err(_) if lines.len() > 1 && lines.iter().any(is_object) => {
            let items = lines.iter().map(|line| Asked::read(line)).collect();
            Ok(Batch { form: Form::Lines, items })
        }
        _ => Ok(Batch { form: Form::One, items: vec![Asked::read(&text)] }),
    }
}
