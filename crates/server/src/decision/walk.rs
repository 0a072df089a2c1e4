//! Going through everybody who comes into question, within a bound for each request.

use casemate_directory::{Candidate, CandidatePlace, Sought};
use casemate_permission::name::Name;
use casemate_platform::{Code, Problem, cursor, read_cursor};

use super::routes::Asked;
use crate::App;

/// How many are looked at at once.
const AT_ONCE: u32 = 200;
/// The most times that so many are looked at for one page: where few fit, a page holds few, and others follow.
const TIMES: usize = 10;

/// The candidates of a page.
pub(super) struct Walk<'a> {
    app: &'a App,
    sought: Sought<'a>,
    /// Where to go on; nothing where there are no more.
    place: Option<CandidatePlace>,
    times: usize,
}

impl<'a> Walk<'a> {
    /// Begins behind the place that a cursor of `list` names, or before all. Users of the directory are told as of `kind`.
    ///
    /// # Errors
    /// 400 where it names none.
    pub(super) fn begin(
        app: &'a App,
        asked: &'a Asked,
        (kind, name): (&'a str, Name<'a>),
        list: &str,
        after: Option<&str>,
    ) -> Result<Walk<'a>, Problem> {
        let place = match after {
            None => CandidatePlace::default(),
            Some(after) => serde_json::from_str(&read_cursor(list, after)?)
                .map_err(|_| Problem::new(Code::MalformedQuery).detail("this is the place of no page"))?,
        };
        let Asked { snapshot, now, asker, .. } = asked;
        let sought = Sought::of(snapshot, &asker.tenant, kind, name, *now);
        Ok(Walk { app, sought, place: Some(place), times: 0 })
    }

    /// The next few; nothing where there are no more, or enough were looked at.
    ///
    /// # Errors
    /// 503 where the store cannot be read.
    pub(super) async fn next(&mut self) -> Result<Option<Vec<Candidate>>, Problem> {
        let Some(place) = self.place.as_ref().filter(|_| self.times < TIMES) else { return Ok(None) };
        if self.times > 0 {
            // Whoever else has something to do has a turn.
            tokio::task::yield_now().await;
        }
        let found = self.app.directory.candidates(&self.sought, place, AT_ONCE).await;
        let found = found.map_err(|error| {
            tracing::error!(%error, "the directory cannot be asked who comes into question");
            Problem::new(Code::Unavailable)
        })?;
        self.times += 1;
        self.place = found.next;
        Ok(Some(found.items))
    }

    /// Ends the page behind this place.
    pub(super) fn end_behind(&mut self, place: CandidatePlace) {
        self.place = Some(place);
        self.times = TIMES;
    }

    /// What to ask the next page of `list` with, where there may be one.
    pub(super) fn cursor(&self, list: &str) -> Option<String> {
        let place = self.place.as_ref()?;
        serde_json::to_string(place).ok().map(|place| cursor(list, &place))
    }
}
