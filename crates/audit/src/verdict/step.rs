//! The steps of a check.

use serde::Serialize;

use crate::verify::{Finding, Wrong};

/// The most bytes of what a step says: texts of strangers may stand in it.
const MAX_SAYS: usize = 600;

/// What a check comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Conclusion {
    /// All that is needed was shown.
    #[serde(rename = "proved")]
    Proved,
    /// It was not, or something contradicts it.
    #[serde(rename = "not proved")]
    NotProved,
}

/// How a step ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// It shows what it is to show.
    Passed,
    /// Something is wrong.
    Failed,
    /// There was nothing to check, or what it needs could not be read.
    Skipped,
}

/// A step of a check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Step {
    /// Its name, for programs.
    pub step: &'static str,
    /// How it ended.
    pub outcome: Outcome,
    /// What was found, for people.
    pub says: String,
    /// The word for what is wrong, as `casemate audit verify` says it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wrong: Option<&'static str>,
    /// What whoever finds it does next.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<&'static str>,
}

/// The steps so far.
#[derive(Debug, Default)]
pub(super) struct Steps(Vec<Step>);

impl Steps {
    /// A step that passed, saying something about what it found, or failed.
    pub(super) fn take<T>(
        &mut self,
        step: &'static str,
        found: Result<T, Finding>,
        says: impl FnOnce(&T) -> String,
    ) -> Option<T> {
        match found {
            Ok(found) => {
                self.add(step, Outcome::Passed, says(&found), None);
                Some(found)
            }
            Err(finding) => {
                self.add(step, Outcome::Failed, finding.detail.clone(), Some(&finding));
                None
            }
        }
    }

    /// A step that shows nothing.
    pub(super) fn skip(&mut self, step: &'static str, why: &str) {
        self.add(step, Outcome::Skipped, why.to_owned(), None);
    }

    fn add(&mut self, step: &'static str, outcome: Outcome, says: String, finding: Option<&Finding>) {
        let wrong = finding.map(|finding| finding.wrong);
        self.0.push(Step {
            step,
            outcome,
            says: clipped(says),
            wrong: wrong.map(Wrong::as_str),
            next: wrong.map(Wrong::what_next),
        });
    }

    /// The end: proved where none failed, and all of `needed` passed; and a sentence about it.
    pub(super) fn conclude(
        self,
        needed: &[&str],
        proved: impl FnOnce() -> Option<String>,
    ) -> (Conclusion, String, Vec<Step>) {
        let is_passed =
            |name: &&str| self.0.iter().any(|step| step.step == *name && step.outcome == Outcome::Passed);
        let failed = self.0.iter().find(|step| step.outcome == Outcome::Failed);
        match (failed, needed.iter().all(is_passed).then(proved).flatten()) {
            (None, Some(summary)) => (Conclusion::Proved, clipped(summary), self.0),
            (failed, _) => {
                let why = failed.map_or("not all of it could be checked", |step| &step.says);
                (Conclusion::NotProved, format!("Not proved: {why}."), self.0)
            }
        }
    }
}

/// The beginning of a text that may be too long.
fn clipped(mut text: String) -> String {
    if text.len() > MAX_SAYS {
        text.truncate(text.floor_char_boundary(MAX_SAYS));
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_proved_but_by_all_that_is_needed() {
        let end = |steps: Steps| steps.conclude(&["one", "two"], || Some("It is so.".to_owned())).0;
        let passed = |names: &[&'static str]| {
            let mut steps = Steps::default();
            for name in names {
                steps.take(name, Ok(()), |()| "fine".to_owned());
            }
            steps
        };
        assert_eq!(end(passed(&["one", "two"])), Conclusion::Proved);
        assert_eq!(end(passed(&["one"])), Conclusion::NotProved);
        assert_eq!(end(Steps::default()), Conclusion::NotProved);
        let mut skipped = passed(&["one"]);
        skipped.skip("two", "nothing to check");
        assert_eq!(end(skipped), Conclusion::NotProved);
        let mut failed = passed(&["one", "two"]);
        failed.take::<()>("three", Err(Finding::of(Wrong::Forged, "é".repeat(9_999))), |()| String::new());
        assert!(failed.0.iter().all(|step| step.says.len() < MAX_SAYS + 8));
        assert_eq!(end(failed), Conclusion::NotProved);
        assert_eq!(passed(&["one"]).conclude(&["one"], || None).0, Conclusion::NotProved);
    }
}
