//! Who granted something: recorded with each assignment, whichever way it comes to be.

use casemate_expression::Timestamp;
use casemate_store::Draft;
use serde_json::Value;

use super::entry::Author;
use super::error::AdminError;
use super::rules::read;
use super::write::mistake;
use crate::directory::State;
use crate::kind::Kind;
use crate::model::{AssignmentDocument, Granted, When};
use crate::objects::Change;
use crate::policy::RECORDED;

/// The member of an assignment's stored document that says it.
pub(super) const GRANTED: &str = "granted";

/// That nobody writes down themselves who granted something.
pub(super) fn refuse_written(tenant: &str, document: &Value) -> Result<(), AdminError> {
    match document.get(GRANTED) {
        Some(_) => Err(mistake(Kind::Assignment, tenant, "", "/granted", RECORDED)),
        None => Ok(()),
    }
}

/// The body that an assignment is to have, with the record of the one that it replaces where that gave the same to the same.
pub(super) fn carried(before: &str, body: String) -> String {
    let (Some(old), Some(new)) = (read::<AssignmentDocument>(before), read::<AssignmentDocument>(&body))
    else {
        return body;
    };
    let is_same = (&old.role, &old.team, &old.to, old.from, old.until)
        == (&new.role, &new.team, &new.to, new.from, new.until);
    match old.granted.filter(|_| is_same && new.granted.is_none()) {
        Some(granted) => with(AssignmentDocument { granted: Some(granted), ..new }).unwrap_or(body),
        None => body,
    }
}

/// Records the author with every assignment that they make or change. What is set back keeps the record of its time.
pub(super) fn record(author: &Author, state: &State, changes: &mut [Change]) {
    for change in changes {
        let Change::Put(draft) = change else { continue };
        if draft.kind == Kind::Assignment.as_str() {
            let before = state.objects.by_id(Kind::Assignment, &draft.id);
            if let Some(before) = before {
                draft.body = carried(&before.body, std::mem::take(&mut draft.body));
            }
            recorded(author, before.map(|before| before.body.as_str()), draft);
        }
    }
}

fn recorded(author: &Author, before: Option<&str>, draft: &mut Draft) {
    // One that was made before there were records and is not changed gets none.
    if before == Some(draft.body.as_str()) {
        return;
    }
    let Some(document) = read::<AssignmentDocument>(&draft.body).filter(|new| new.granted.is_none()) else {
        return;
    };
    let granted = Granted {
        provider: author.actor.provider.clone(),
        kind: author.actor.kind.clone(),
        id: author.actor.id.clone(),
        at: When(Timestamp(author.now)),
    };
    if let Some(body) = with(AssignmentDocument { granted: Some(granted), ..document }) {
        draft.body = body;
    }
}

fn with(document: AssignmentDocument) -> Option<String> {
    serde_json::to_string(&document).ok()
}
