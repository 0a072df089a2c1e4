//! `casemate serve`.

use crate::exit::{Failure, Outcome};
use crate::printer::Printer;

/// What `casemate serve` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {}

/// Starts the server and stays until it is told to stop.
pub(crate) fn run(_: Arguments, _: &mut Printer) -> Outcome {
    Err(Failure::failed(miette::miette!("this build holds no server")))
}
