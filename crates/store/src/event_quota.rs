//! How many events applications record: counted in the transaction that records them, so that all replicas count together.

use crate::commit::{CommitError, Refused};
use crate::sql::{Database, Row, values};

/// What [`CommitError::UsedUp`] says where an application recorded as much as it may in a minute of the clock.
pub const EVENTS_OF_MINUTE: &str = "events of the minute";
/// The same of a day (UTC).
pub const EVENTS_OF_DAY: &str = "events of the day";
/// What it says where whoever tells that events were refused is not the first in the minute or day.
const TOLD: &str = "a word of refused events";

/// How many minutes the clocks of replicas may differ.
const AHEAD: i64 = 5;
const MINUTE: i64 = 60 * 1_000_000;
const DAY: i64 = 24 * 60 * MINUTE;

/// Something about the events of an application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EventQuota {
    /// So many are recorded. Refused with [`EVENTS_OF_MINUTE`] or [`EVENTS_OF_DAY`] where that is more than there may be.
    Count {
        /// The application's id; empty for what is of none.
        application: String,
        /// How many.
        count: i64,
        /// The most in a minute.
        per_minute: i64,
        /// The most in a day.
        per_day: i64,
    },
    /// It is told that some were refused: once in each minute, or day. Refused where it was told already.
    Tell {
        /// The application's id.
        application: String,
        /// Whether it was the day's events.
        of_day: bool,
    },
}

impl EventQuota {
    pub(crate) fn application(&self) -> &str {
        match self {
            EventQuota::Count { application, .. } | EventQuota::Tell { application, .. } => application,
        }
    }
}

/// When the minute or day ends that a time is in, in microseconds since 1970 (UTC).
#[must_use]
pub fn quota_ends(of_day: bool, at: i64) -> i64 {
    let window = if of_day { DAY } else { MINUTE };
    at.div_euclid(window).saturating_add(1).saturating_mul(window)
}

/// What was counted of an application.
#[derive(Default)]
struct Counted {
    minute: i64,
    in_minute: i64,
    day: i64,
    in_day: i64,
    told_minute: i64,
    told_day: i64,
}

/// Counts, or notes that it is told. Whoever calls holds the lock under which all changes are made, one after the other.
pub(crate) async fn make(database: &mut impl Database, quota: &EventQuota, at: i64) -> Result<(), Refused> {
    let text = "SELECT minute, in_minute, day, in_day, told_minute, told_day FROM event_quota WHERE application = $1";
    let row = database.row(text, values![quota.application()]).await?;
    let mut counted = row.as_ref().map(read).transpose()?.unwrap_or_default();
    // A clock that is behind counts in the minute that another has begun; one that was far ahead is not believed.
    if counted.minute > at.div_euclid(MINUTE).saturating_add(AHEAD) {
        counted = Counted::default();
    }
    let (minute, day) = (at.div_euclid(MINUTE).max(counted.minute), at.div_euclid(DAY).max(counted.day));
    if minute > counted.minute {
        (counted.minute, counted.in_minute) = (minute, 0);
    }
    if day > counted.day {
        (counted.day, counted.in_day) = (day, 0);
    }
    let used_up = |what| Err(Refused::Change(CommitError::UsedUp { what }));
    match quota {
        EventQuota::Count { count, per_minute, per_day, .. } => {
            counted.in_minute = counted.in_minute.saturating_add(*count);
            counted.in_day = counted.in_day.saturating_add(*count);
            if counted.in_day > *per_day {
                return used_up(EVENTS_OF_DAY);
            }
            if counted.in_minute > *per_minute {
                return used_up(EVENTS_OF_MINUTE);
            }
        }
        EventQuota::Tell { of_day, .. } => {
            let (told, now) =
                if *of_day { (&mut counted.told_day, day) } else { (&mut counted.told_minute, minute) };
            if *told >= now {
                return used_up(TOLD);
            }
            *told = now;
        }
    }
    let Counted { minute, in_minute, day, in_day, told_minute, told_day } = counted;
    let text = "INSERT INTO event_quota (application, minute, in_minute, day, in_day, told_minute, told_day) \
                VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (application) DO UPDATE SET minute = excluded.minute, \
                in_minute = excluded.in_minute, day = excluded.day, in_day = excluded.in_day, \
                told_minute = excluded.told_minute, told_day = excluded.told_day";
    let values = values![quota.application(), minute, in_minute, day, in_day, told_minute, told_day];
    database.execute(text, values).await?;
    Ok(())
}

fn read(row: &Row) -> Result<Counted, sqlx::Error> {
    Ok(Counted {
        minute: row.get("minute")?,
        in_minute: row.get("in_minute")?,
        day: row.get("day")?,
        in_day: row.get("in_day")?,
        told_minute: row.get("told_minute")?,
        told_day: row.get("told_day")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minute_and_a_day_end_with_the_clock() {
        assert_eq!(quota_ends(false, 0), MINUTE);
        assert_eq!(quota_ends(false, MINUTE - 1), MINUTE);
        assert_eq!(quota_ends(false, MINUTE), 2 * MINUTE);
        assert_eq!(quota_ends(true, DAY + 1), 2 * DAY);
        assert_eq!(quota_ends(false, -1), 0);
    }
}
