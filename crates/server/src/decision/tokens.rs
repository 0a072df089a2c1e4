//! Subjects that a question names by a token of theirs.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use casemate_directory::{Known, Snapshot};
use casemate_expression::Datum;
use casemate_platform::{Code, Problem};

use super::batch::MAX_EVALUATIONS;
use super::routes::malformed;
use crate::App;
use crate::permissions::service::presented;

/// The most tokens of one request: each may have to be verified.
const MAX_TOKENS: usize = 100;

/// Whose the tokens of a request are. Nothing of them is kept beyond it, and they are shown nowhere.
#[derive(Default)]
pub(crate) struct Tokens(Option<Box<Owners>>);

/// By token; why it is nobody's, where it is.
type Owners = HashMap<Box<str>, Result<Arc<Known>, Code>>;

impl Tokens {
    /// Finds out whose the tokens are that a body names as subjects, in a tenant, at `now`.
    ///
    /// # Errors
    /// 400 where they are too many.
    pub(super) async fn of(
        app: &App,
        snapshot: &Snapshot,
        tenant: &Arc<str>,
        body: &Datum,
        now: i64,
    ) -> Result<Tokens, Problem> {
        let mut tokens = mentioned(body).peekable();
        if tokens.peek().is_none() {
            return Ok(Tokens::default());
        }
        let tokens: BTreeSet<&str> = tokens.collect();
        if tokens.len() > MAX_TOKENS {
            return Err(malformed(format!("the questions name more than {MAX_TOKENS} different tokens")));
        }
        let mut found = Owners::with_capacity(tokens.len());
        for token in tokens {
            let known = presented(app, snapshot, token, tenant, now).await.map(|presented| presented.known);
            found.insert(token.into(), known);
            tokio::task::yield_now().await;
        }
        Ok(Tokens(Some(Box::new(found))))
    }

    /// Whether a body names a subject by a token.
    pub(super) fn has_any(body: &Datum) -> bool {
        mentioned(body).next().is_some()
    }

    /// Whose a token is.
    ///
    /// # Errors
    /// Why it is nobody's.
    pub(crate) fn owner(&self, token: &str) -> Result<&Arc<Known>, Code> {
        let found = self.0.as_ref().and_then(|found| found.get(token));
        found.map_or(Err(Code::CredentialRejected), |known| known.as_ref().map_err(|code| *code))
    }
}

/// The tokens that stand where subjects are named, of the questions or of what they have in common.
fn mentioned(body: &Datum) -> impl Iterator<Item = &str> {
    let items = body.get("evaluations").and_then(Datum::as_list).unwrap_or_default();
    let all = std::iter::once(body).chain(items.iter().take(MAX_EVALUATIONS));
    all.filter_map(|item| item.get("subject")?.get("token")?.as_str())
}
