//! Prometheus' text format (version 0.0.4).

use std::fmt::{self, Write};

use super::instrument::Counter;

/// What a family of samples is.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    Counter,
    Gauge,
    Histogram,
}

/// The text as far as it is written.
#[derive(Debug, Default)]
pub(super) struct Text(String);

impl Text {
    /// Begins a family; its samples follow.
    pub(super) fn family(&mut self, name: &str, help: &str, kind: Kind) {
        let kind = match kind {
            Kind::Counter => "counter",
            Kind::Gauge => "gauge",
            Kind::Histogram => "histogram",
        };
        self.write(format_args!("# HELP {name} {help}\n# TYPE {name} {kind}\n"));
    }

    /// A family of one counter.
    pub(super) fn counter(&mut self, name: &str, help: &str, counter: &Counter) {
        self.family(name, help, Kind::Counter);
        self.sample(name, &[], counter.get() as f64);
    }

    pub(super) fn sample(&mut self, name: &str, labels: &[(&str, &str)], value: f64) {
        self.line(name, "", labels, value);
    }

    /// A bucket of a route's histogram.
    pub(super) fn bucket(&mut self, name: &str, route: &str, end: &str, count: u64) {
        self.line(name, "_bucket", &[("route", route), ("le", end)], count as f64);
    }

    /// The sum or the count of a route's histogram.
    pub(super) fn part(&mut self, name: &str, part: &str, route: &str, value: f64) {
        self.line(name, part, &[("route", route)], value);
    }

    fn line(&mut self, name: &str, part: &str, labels: &[(&str, &str)], value: f64) {
        self.write(format_args!("{name}{part}"));
        for (number, (label, value)) in labels.iter().enumerate() {
            let before = if number == 0 { '{' } else { ',' };
            self.write(format_args!("{before}{label}=\"{}\"", Escaped(value)));
        }
        if !labels.is_empty() {
            self.0.push('}');
        }
        self.write(format_args!(" {value}\n"));
    }

    fn write(&mut self, text: fmt::Arguments<'_>) {
        // Writing to memory does not fail.
        let _ = self.0.write_fmt(text);
    }

    pub(super) fn finish(self) -> String {
        self.0
    }
}

/// A label's value, with what would end it escaped.
struct Escaped<'a>(&'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.0.chars() {
            match character {
                '\\' => f.write_str("\\\\")?,
                '"' => f.write_str("\\\"")?,
                '\n' => f.write_str("\\n")?,
                other => f.write_char(other)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_are_lines_and_labels_cannot_break_out() {
        let mut text = Text::default();
        text.family("a", "What a is.", Kind::Gauge);
        text.sample("a", &[("x", "1\"\n\\"), ("y", "z")], 1.5);
        text.sample("a", &[], 2.0);
        assert_eq!(
            text.finish(),
            "# HELP a What a is.\n# TYPE a gauge\na{x=\"1\\\"\\n\\\\\",y=\"z\"} 1.5\na 2\n"
        );
    }
}
