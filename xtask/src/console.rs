//! What the chores print.

use std::io::Write as _;

/// One line on standard output. A closed pipe is no reason to stop a chore.
pub(crate) fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    drop(writeln!(out, "{line}"));
    drop(out.flush());
}

/// One line on standard error.
pub(crate) fn say_error(line: &str) {
    drop(writeln!(std::io::stderr().lock(), "error: {line}"));
}

/// `count` with the noun in the number that fits.
pub(crate) fn counted(count: u64, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}
