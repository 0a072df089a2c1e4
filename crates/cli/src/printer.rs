//! The only writer to the terminal: answers to standard output in the asked-for format, everything else to standard
//! error.

use std::fmt::Display;
use std::io::{self, IsTerminal, Write};

use casemate_server::csv::Rows;
use miette::{GraphicalReportHandler, GraphicalTheme};
use serde::Serialize;

use crate::exit::{Exit, Failure, Outcome};

/// How answers are written to standard output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// For people.
    Table,
    /// For programs: one JSON value a line.
    Json,
    /// For spreadsheets: comma-separated values. Only lists are written so.
    Csv,
}

/// Owns standard output, standard error, and the format of answers.
pub(crate) struct Printer {
    format: Format,
    output: anstream::AutoStream<io::StdoutLock<'static>>,
}

impl Printer {
    /// A printer to this process' standard output and standard error.
    pub(crate) fn new(format: Format) -> Printer {
        Printer { format, output: anstream::AutoStream::auto(io::stdout().lock()) }
    }

    /// The format that the person asked for.
    pub(crate) fn format(&self) -> Format {
        self.format
    }

    /// One line of an answer. The text is ours or was made harmless with [`printable`].
    ///
    /// # Errors
    /// Where standard output cannot be written.
    pub(crate) fn line(&mut self, line: impl Display) -> io::Result<()> {
        writeln!(self.output, "{line}")
    }

    /// One JSON value on a line of its own.
    ///
    /// # Errors
    /// Where standard output cannot be written.
    pub(crate) fn json(&mut self, value: &impl Serialize) -> io::Result<()> {
        let text = serde_json::to_string(value)?;
        self.line(text)
    }

    /// Rows under their headings, in columns as wide as their widest cell.
    ///
    /// # Errors
    /// Where standard output cannot be written.
    pub(crate) fn table<const N: usize>(
        &mut self,
        headings: [&str; N],
        rows: &[[String; N]],
    ) -> io::Result<()> {
        let rows: Vec<[String; N]> = std::iter::once(headings.map(str::to_owned))
            .chain(rows.iter().map(|row| row.each_ref().map(|cell| printable(cell))))
            .collect();
        let mut widths = [0; N];
        for row in &rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.chars().count());
            }
        }
        for row in &rows {
            let mut line = String::new();
            for (cell, width) in row.iter().zip(widths) {
                line.push_str(&format!("{cell:width$}  "));
            }
            self.line(line.trim_end())?;
        }
        Ok(())
    }

    /// A row for spreadsheets. Nothing in it is a formula or drives the terminal.
    ///
    /// # Errors
    /// Where standard output cannot be written.
    pub(crate) fn csv<'c>(&mut self, cells: impl IntoIterator<Item = &'c str>) -> io::Result<()> {
        let cells: Vec<String> = cells.into_iter().map(printable).collect();
        let mut rows = Rows::default();
        rows.row(cells.iter().map(String::as_str));
        self.line(rows.into_text().trim_end_matches('\n'))
    }

    /// Hands over what was written so far, for a command that goes on.
    ///
    /// # Errors
    /// Where standard output cannot be written.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        self.output.flush()
    }

    /// A remark that is no part of the answer, to standard error. A remark that cannot be written is lost: there is
    /// nowhere left to say so.
    pub(crate) fn note(&self, note: impl Display) {
        let _ = writeln!(anstream::stderr().lock(), "{note}");
    }

    /// What is wrong with one input, to standard error, while the command goes on with the others.
    pub(crate) fn report(&self, report: &miette::Report) {
        let theme = match (io::stderr().is_terminal(), std::env::var_os("NO_COLOR").is_some()) {
            (true, false) => GraphicalTheme::unicode(),
            (true, true) => GraphicalTheme::unicode_nocolor(),
            (false, _) => GraphicalTheme::none(),
        };
        let mut text = String::new();
        let rendered = GraphicalReportHandler::new_themed(theme)
            .with_width(100)
            .render_report(&mut text, report.as_ref());
        match rendered {
            Ok(()) => self.note(text.trim_end()),
            Err(_) => self.note(report),
        }
    }

    /// Reports a failure, flushes, and gives the code to leave with.
    pub(crate) fn finish(mut self, outcome: Outcome) -> Exit {
        let outcome = match self.output.flush() {
            Ok(()) => outcome,
            Err(error) => outcome.and_then(|_| Err(error.into())),
        };
        match outcome {
            Ok(exit) => exit,
            Err(Failure::ReaderGone) => Exit::Success,
            Err(Failure::Report { exit, report }) => {
                self.report(&report);
                exit
            }
        }
    }
}

/// Text from elsewhere with its control characters and those that nobody sees escaped, so that a recorded name can
/// neither drive the terminal nor look like another.
pub(crate) fn printable(text: &str) -> String {
    if !text.chars().any(is_escaped) {
        return text.to_owned();
    }
    text.chars().fold(String::with_capacity(text.len() + 8), |mut safe, character| {
        if is_escaped(character) {
            safe.extend(character.escape_default());
        } else {
            safe.push(character);
        }
        safe
    })
}

/// Control characters, line and paragraph separators, and the format characters that change the direction or the
/// appearance of what stands around them, or are not seen at all (Unicode's Default_Ignorable_Code_Point and
/// Bidi_Control, without variation selectors).
fn is_escaped(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}'
                | '\u{61c}'
                | '\u{180e}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{1d173}'..='\u{1d17a}'
                | '\u{e0000}'..='\u{e00ff}'
        )
}

/// The same for text of several lines, which stay lines.
pub(crate) fn printable_lines(text: &str) -> String {
    text.lines().map(printable).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::printable;

    #[test]
    fn control_characters_are_escaped() {
        assert_eq!(printable("a\u{1b}[31mb\nü"), "a\\u{1b}[31mb\\nü");
    }

    #[test]
    fn characters_that_hide_or_turn_others_are_escaped() {
        assert_eq!(printable("ab\u{202e}dc"), "ab\\u{202e}dc");
        for hidden in ['\u{200b}', '\u{2066}', '\u{2028}', '\u{feff}', '\u{ad}', '\u{e0041}'] {
            assert_eq!(printable(&format!("a{hidden}b")), format!("a{}b", hidden.escape_unicode()));
        }
        assert_eq!(printable("Ünïcødé 日本語 🦀"), "Ünïcødé 日本語 🦀");
    }
}
