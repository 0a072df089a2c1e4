//! What every benchmark does around its measuring: it reads how the figures are wanted, and writes them as a table or as
//! JSON.
#![forbid(unsafe_code)]

use std::error::Error;
use std::io::{self, Write};
use std::process::ExitCode;

use serde_json::{Value, json};

/// Why nothing could be measured.
pub type Failure = Box<dyn Error>;

/// Runs the benchmark `bench`: what `measure` finds goes to standard output, in the format that the arguments of the process
/// name.
pub fn run(bench: &str, measure: impl FnOnce() -> Result<Vec<Figure>, Failure>) -> ExitCode {
    run_with(bench, None, |_| measure())
}

/// As [`run`], of a benchmark that knows a flag such as `--large`: whether it is there is told to `measure`.
pub fn run_with(
    bench: &str,
    flag: Option<&str>,
    measure: impl FnOnce(bool) -> Result<Vec<Figure>, Failure>,
) -> ExitCode {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    let given = arguments.len();
    arguments.retain(|argument| Some(argument.as_str()) != flag);
    let is_flagged = arguments.len() < given;
    let json = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] | ["--format", "table"] => false,
        ["--format", "json"] => true,
        _ => {
            let flag = flag.map(|flag| format!(" [{flag}]")).unwrap_or_default();
            say(&format!("usage: cargo xtask bench {bench}{flag} [--format table|json]"));
            return ExitCode::from(2);
        }
    };
    let written = measure(is_flagged).and_then(|figures| {
        let to = io::stdout().lock();
        if json {
            write_json(to, bench, &figures)?
        } else {
            write_table(to, &figures)?
        }
        Ok(())
    });
    outcome(written)
}

/// How a process of a benchmark ends, which says what went wrong.
pub fn outcome(outcome: Result<(), Failure>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("the benchmark failed: {error}"));
            ExitCode::FAILURE
        }
    }
}

/// Says how far the benchmark is, to standard error: standard output is for the figures.
pub fn say(line: &str) {
    let _ = writeln!(io::stderr(), "{line}");
}

/// One figure, and what it ought to be.
#[derive(Debug)]
pub struct Figure {
    name: String,
    value: f64,
    unit: &'static str,
    goal: Option<Goal>,
}

#[derive(Clone, Copy, Debug)]
enum Goal {
    AtMost(f64),
    AtLeast(f64),
}

impl Figure {
    /// A figure that is only told.
    pub fn new(name: impl Into<String>, value: f64, unit: &'static str) -> Figure {
        Figure { name: name.into(), value, unit, goal: None }
    }

    /// The same figure, which ought to be no greater than `goal`.
    #[must_use]
    pub fn at_most(self, goal: f64) -> Figure {
        Figure { goal: Some(Goal::AtMost(goal)), ..self }
    }

    /// The same figure, which ought to be no smaller than `goal`.
    #[must_use]
    pub fn at_least(self, goal: f64) -> Figure {
        Figure { goal: Some(Goal::AtLeast(goal)), ..self }
    }

    fn is_reached(&self) -> Option<bool> {
        Some(match self.goal? {
            Goal::AtMost(goal) => self.value <= goal,
            Goal::AtLeast(goal) => self.value >= goal,
        })
    }

    fn json(&self) -> Value {
        let mut figure = json!({ "name": self.name, "value": rounded(self.value), "unit": self.unit });
        if let (Some(goal), Value::Object(members)) = (self.goal, &mut figure) {
            let goal = match goal {
                Goal::AtMost(goal) => json!({ "at_most": goal }),
                Goal::AtLeast(goal) => json!({ "at_least": goal }),
            };
            members.insert("goal".to_owned(), goal);
        }
        figure
    }
}

/// Three significant digits, and all of those before the point.
fn rounded(value: f64) -> f64 {
    let digits = 2 - value.abs().max(0.1).log10().floor() as i32;
    let scale = 10_f64.powi(digits.max(0));
    (value * scale).round() / scale
}

fn write_json(mut to: impl Write, bench: &str, figures: &[Figure]) -> io::Result<()> {
    let figures: Vec<Value> = figures.iter().map(Figure::json).collect();
    writeln!(to, "{}", json!({ "bench": bench, "figures": figures }))
}

fn write_table(mut to: impl Write, figures: &[Figure]) -> io::Result<()> {
    let width = figures.iter().map(|figure| figure.name.chars().count()).max().unwrap_or_default();
    for figure in figures {
        let goal = match figure.goal {
            None => String::new(),
            Some(Goal::AtMost(goal)) => format!("at most {goal}"),
            Some(Goal::AtLeast(goal)) => format!("at least {goal}"),
        };
        let reached = match figure.is_reached() {
            None => "",
            Some(true) => "reached",
            Some(false) => "MISSED",
        };
        let (name, value, unit) = (&figure.name, rounded(figure.value), figure.unit);
        let line = format!("{name:<width$}  {value:>12} {unit:<12}  {goal:<14}  {reached}");
        writeln!(to, "{}", line.trim_end())?;
    }
    Ok(())
}
