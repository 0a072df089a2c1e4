//! `casemate permission check`.

use casemate_permission::{PermissionSet, Request};

use super::input::{self, Answer};
use crate::exit::Outcome;
use crate::printer::Printer;

/// What it takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    input: input::Inputs,
}

pub(crate) fn run(arguments: &Arguments, printer: &mut Printer) -> Outcome {
    let input = arguments.input.read(printer)?;
    input.answer(printer, |set, request| Ok(decide(set, request)))
}

fn decide(set: &PermissionSet, request: &Request<'_>) -> Answer {
    let decision = set.check(request);
    let mut json = decision.to_json();
    if let Some(answer) = json.as_object_mut() {
        answer.insert("name".to_owned(), request.name.as_str().into());
    }
    let by =
        decision.permission.map_or_else(|| decision.reason.code().to_owned(), |by| by.as_json().to_owned());
    let text = format!("{:11}  {}  {by}", decision.effect.name(), request.name.as_str());
    Answer { good: decision.is_allowed(), json, text }
}
