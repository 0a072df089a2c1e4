//! `casemate permission explain`.

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
    input.answer(printer, |set, request| {
        let explanation = set.explain(request);
        Ok(Answer {
            good: explanation.is_allowed(),
            json: explanation.to_json(),
            text: explanation.to_text(),
        })
    })
}
