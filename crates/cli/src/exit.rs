//! How a command ends: its exit code and, where it failed, what to tell the person.

use std::io;
use std::process::ExitCode;

/// The exit codes of every command, and nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
#[allow(dead_code, reason = "the codes are one list, whether or not a command leaves with each of them")]
pub(crate) enum Exit {
    /// It did what was asked, and a verdict that was asked for is the good one.
    Success = 0,
    /// It could not do what was asked.
    Failure = 1,
    /// The command line or an input file is wrong; repeating it unchanged will not help.
    Usage = 2,
    /// It worked, and the verdict is the bad one: denied, or findings over the threshold.
    Verdict = 3,
    /// A server could not be reached or did not accept the credential.
    Connection = 4,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit as u8)
    }
}

/// What a command answers.
pub(crate) type Outcome = Result<Exit, Failure>;

/// Why a command stopped.
#[derive(Debug)]
pub(crate) enum Failure {
    /// To be reported on standard error before leaving with `exit`.
    Report {
        /// The code to leave with.
        exit: Exit,
        /// What is wrong, where, and what to do.
        report: Box<miette::Report>,
    },
    /// Whoever read our output went away (`casemate … | head`): nothing is left to tell, and nobody to tell it.
    ReaderGone,
}

impl Failure {
    /// What was asked could not be done: code 1.
    pub(crate) fn failed(report: impl Into<miette::Report>) -> Failure {
        Failure::Report { exit: Exit::Failure, report: Box::new(report.into()) }
    }

    /// An argument or an input file is wrong: code 2.
    pub(crate) fn usage(report: impl Into<miette::Report>) -> Failure {
        Failure::Report { exit: Exit::Usage, report: Box::new(report.into()) }
    }
}

impl From<io::Error> for Failure {
    /// For the errors of writing an answer; a command maps the errors of reading its input itself, naming the file.
    fn from(error: io::Error) -> Failure {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Failure::ReaderGone;
        }
        Failure::failed(miette::miette!("cannot write the answer: {error}"))
    }
}
