//! From where on a directory is asked the next time: for what was changed since the last.

use jiff::civil::DateTime;
use jiff::{SignedDuration, fmt::strtime};
use serde::{Deserialize, Serialize};

use crate::entry::Entry;

/// How far back of the last change is asked, in seconds: where several servers take changes, one may come late to the one that is
/// asked, with the time at which it was made elsewhere.
const OVERLAP: i64 = 600;

/// How a directory says when an entry was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MarkKind {
    /// By `modifyTimestamp` (RFC 4512, section 3.4.4).
    Time,
    /// By `uSNChanged` of Active Directory, a number of the one server.
    Number,
}

impl MarkKind {
    /// The attribute that says it.
    #[must_use]
    pub fn attribute(self) -> &'static str {
        match self {
            MarkKind::Time => "modifyTimestamp",
            MarkKind::Number => "uSNChanged",
        }
    }
}

/// How far a directory was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    /// All that was changed until this time of the directory, such as `20260102030405Z`.
    Time(String),
    /// All changes until this one of the server.
    Number(u64),
}

impl Mark {
    /// The mark of an entry, where it says when it was changed.
    #[must_use]
    pub fn of(entry: &Entry, kind: MarkKind) -> Option<Mark> {
        let text = entry.text(kind.attribute())?;
        match kind {
            MarkKind::Time => time(text).map(|time| Mark::Time(written(time))),
            MarkKind::Number => text.parse().ok().map(Mark::Number),
        }
    }

    /// The mark of a time, in microseconds since 1970 (UTC).
    #[must_use]
    pub fn at(time: i64) -> Option<Mark> {
        let time = jiff::Timestamp::from_microsecond(time).ok()?;
        Some(Mark::Time(written(time.to_zoned(jiff::tz::TimeZone::UTC).datetime())))
    }

    /// How far a directory was read that told of changes until this mark: no further than to where it was when it was first
    /// asked, since what it had told of already may have changed while it was read on. Numbers are all told by then, also where
    /// no change was of anybody who was asked for.
    #[must_use]
    pub fn read(last: Option<Mark>, begun: Option<Mark>, kind: MarkKind) -> Option<Mark> {
        match kind {
            MarkKind::Number => begun,
            MarkKind::Time => match (last?, begun?) {
                (Mark::Time(last), Mark::Time(begun)) => Some(Mark::Time(last.min(begun))),
                _ => None,
            },
        }
    }

    /// The later of two marks of one kind; of two kinds the second.
    #[must_use]
    pub fn max(self, other: Mark) -> Mark {
        match (&self, &other) {
            (Mark::Number(one), Mark::Number(two)) if one > two => self,
            (Mark::Time(one), Mark::Time(two)) if one > two => self,
            _ => other,
        }
    }

    /// The filter for what was changed since, where the mark is of this kind.
    fn filter(&self, kind: MarkKind) -> Option<String> {
        match (self, kind) {
            (Mark::Time(text), MarkKind::Time) => {
                let since = time(text)?.checked_sub(SignedDuration::from_secs(OVERLAP)).ok()?;
                Some(format!("(modifyTimestamp>={})", written(since)))
            }
            (Mark::Number(number), MarkKind::Number) => {
                Some(format!("(uSNChanged>={})", number.saturating_add(1)))
            }
            _ => None,
        }
    }
}

/// A filter for those that fit another and were changed since a mark; nothing where the mark is of another kind, so that all has to
/// be asked for.
#[must_use]
pub fn after(filter: &str, mark: &Mark, kind: MarkKind) -> Option<String> {
    Some(format!("(&{filter}{})", mark.filter(kind)?))
}

/// A time as LDAP writes it (RFC 4517, section 3.3.13), to the second and of UTC.
fn time(text: &str) -> Option<DateTime> {
    let seconds = text.get(..14).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))?;
    let rest = text.get(14..)?;
    let fraction = rest.strip_suffix('Z')?;
    if !fraction.is_empty() {
        let digits = fraction.strip_prefix(['.', ','])?;
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
    }
    strtime::parse("%Y%m%d%H%M%S", seconds).ok()?.to_datetime().ok()
}

fn written(time: DateTime) -> String {
    format!(
        "{:04}{:02}{:02}{:02}{:02}{:02}Z",
        time.year(),
        time.month(),
        time.day(),
        time.hour(),
        time.minute(),
        time.second()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(attribute: &str, value: &str) -> Entry {
        let mut entry = Entry::new("cn=x");
        entry.add(attribute, [value]);
        entry
    }

    #[test]
    fn what_was_changed_since_is_asked_for_with_an_overlap() {
        let mark = Mark::of(&entry("modifyTimestamp", "20260102000405Z"), MarkKind::Time).unwrap();
        assert_eq!(mark, Mark::Time("20260102000405Z".into()));
        assert_eq!(
            after("(uid=*)", &mark, MarkKind::Time).unwrap(),
            "(&(uid=*)(modifyTimestamp>=20260101235405Z))"
        );
        let number = Mark::of(&entry("usnchanged", "41"), MarkKind::Number).unwrap();
        assert_eq!(after("(cn=*)", &number, MarkKind::Number).unwrap(), "(&(cn=*)(uSNChanged>=42))");
        assert_eq!(after("(cn=*)", &number, MarkKind::Time), None, "the directory is of another kind now");
    }

    #[test]
    fn times_with_fractions_are_read_and_others_are_none() {
        let read = |text: &str| Mark::of(&entry("modifyTimestamp", text), MarkKind::Time);
        assert_eq!(read("20260102030405.0Z"), Some(Mark::Time("20260102030405Z".into())));
        for wrong in [
            "",
            "2026",
            "20260102030405",
            "20261302030405Z",
            "20260102030405+0100",
            "20260102030405.xZ",
            "x0260102030405Z",
        ] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
        assert_eq!(Mark::of(&entry("uSNChanged", "-1"), MarkKind::Number), None);
    }

    #[test]
    fn what_changes_while_it_is_read_is_asked_for_the_next_time() {
        let begun = Mark::at(1_767_322_845_999_999);
        assert_eq!(begun, Some(Mark::Time("20260102030045Z".into())));
        let [early, late] = ["20260102030000Z", "20260102033000Z"].map(|time| Some(Mark::Time(time.into())));
        let read = |last: &Option<Mark>| Mark::read(last.clone(), begun.clone(), MarkKind::Time);
        assert_eq!((read(&early), read(&late), read(&None)), (early, begun.clone(), None));
        let read = |last, begun| Mark::read(last, begun, MarkKind::Number);
        assert_eq!(read(Some(Mark::Number(50)), Some(Mark::Number(41))), Some(Mark::Number(41)));
        assert_eq!(read(None, Some(Mark::Number(41))), Some(Mark::Number(41)));
        assert_eq!(read(Some(Mark::Number(50)), None), None, "all is read again");
    }

    #[test]
    fn the_later_of_two_marks_is_kept() {
        assert_eq!(Mark::Number(7).max(Mark::Number(3)), Mark::Number(7));
        let (early, late) = (Mark::Time("20260101000000Z".into()), Mark::Time("20260102000000Z".into()));
        assert_eq!(late.clone().max(early), late);
        assert_eq!(Mark::Number(7).max(late.clone()), late);
    }
}
