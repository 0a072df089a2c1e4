//! Why something was not administered, as a problem.

use casemate_directory::AdminError;
use casemate_platform::{Code, DocumentError, Problem, precondition_failed};
use casemate_store::clipped;

use crate::view::document_error;

/// The problem that says it.
pub(crate) fn problem(error: AdminError) -> Problem {
    let text = error.to_string();
    match error {
        AdminError::NotFound(_) => Problem::new(Code::NotFound).detail(text),
        AdminError::Invalid(mistakes) => Problem::document(mistakes.iter().map(document_error).collect()),
        AdminError::NameTaken { .. } => Problem::new(Code::NameTaken).detail(text),
        AdminError::Precondition { current } => precondition_failed(current),
        AdminError::InUse(references) => {
            let errors = references.into_iter().map(|reference| DocumentError {
                pointer: String::new(),
                message: format!("the {} {} `{}` refers to it", reference.kind, reference.id, reference.name),
                help: None,
            });
            Problem::new(Code::InUse).detail(text).errors(errors.collect())
        }
        AdminError::HasResources { .. } => Problem::new(Code::InUse).detail(text),
        AdminError::ReadOnly { .. } => Problem::new(Code::ManagedByCode).detail(text),
        AdminError::Beyond { .. } => Problem::new(Code::GrantExceeded).detail(text),
        AdminError::LastAdministrator => Problem::new(Code::LastAdministrator).detail(text),
        AdminError::Breaks(mistakes) => {
            let errors = mistakes.iter().map(document_error).collect();
            Problem::new(Code::SchemaBreaks).detail(text).errors(errors)
        }
        AdminError::NotRedeemable => Problem::new(Code::OneTimeKeyRejected).detail(text),
        // Whoever remembers answers finds the one that was given; this is for what does not.
        AdminError::Repeated => Problem::new(Code::IdempotencyKeyBusy),
        AdminError::Unkeepable { pointer, reason } => Problem::document(vec![DocumentError {
            pointer: pointer.to_owned(),
            message: reason,
            help: None,
        }]),
        AdminError::PeopleUnkept { .. } => Problem::document(vec![DocumentError {
            pointer: "/revision".to_owned(),
            message: text,
            help: None,
        }]),
        AdminError::Unclear { .. } => {
            tracing::error!(error = %text, "the outcome of a change is not known");
            Problem::new(Code::OutcomeUnknown).detail(text)
        }
        AdminError::Unavailable(reason) => {
            tracing::error!(%reason, "something could not be administered");
            Problem::new(Code::Unavailable)
        }
        other => {
            tracing::error!(error = %other, "something could not be administered");
            Problem::new(Code::Internal)
        }
    }
}

/// The reason that a caller gives, which is kept whole or refused.
///
/// # Errors
/// 422 where it is too long.
pub(crate) fn reason(reason: Option<String>) -> Result<Option<String>, Problem> {
    let Some(told) = &reason else { return Ok(None) };
    if clipped(told) != *told {
        let message = "a reason is at most 1024 bytes, without NUL".to_owned();
        let error = DocumentError { pointer: "/reason".to_owned(), message, help: None };
        return Err(Problem::document(vec![error]));
    }
    Ok(reason)
}

#[cfg(test)]
mod tests {
    use casemate_store::CommitError;

    use super::*;

    #[test]
    fn a_change_that_may_have_been_made_is_told_apart_from_one_that_was_not() {
        let unclear = problem(CommitError::Unclear { revision: 7 }.into());
        assert_eq!((unclear.code(), unclear.code().status().as_u16()), (Code::OutcomeUnknown, 503));
        let large = problem(CommitError::TooLarge { operations: 200_000 }.into());
        assert_eq!((large.code(), &*large.document_errors()[0].pointer), (Code::InvalidDocument, ""));
        assert_eq!(problem(CommitError::Busy.into()).code(), Code::Unavailable);
    }
}
