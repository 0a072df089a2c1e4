//! gRPC: the layer, refusing as gRPC does, and what a method asks.

use http::Response;
use tonic::{Code, Request, Status};

use super::{IdentifyLayer, Refusal};
use crate::{Caller, Error, PermissionsManager, Question};

/// Refuses with the status of gRPC.
#[derive(Clone, Copy, Debug, Default)]
pub struct Statuses;

impl<B: Default> Refusal<B> for Statuses {
    fn refuse(&self, error: &Error) -> Response<B> {
        status(error).into_http()
    }
}

/// A layer for tonic's server: who calls is in the extensions of the request.
pub fn layer<M: PermissionsManager + Clone>(manager: M) -> IdentifyLayer<M, Statuses> {
    IdentifyLayer::new(manager).refusing_with(Statuses)
}

/// Goes on only where the caller of a request may.
///
/// # Errors
/// The status that the method is to answer with.
pub fn require<'r, T>(
    request: &'r Request<T>,
    question: impl Into<Question<'r>>,
) -> Result<&'r Caller, Status> {
    let caller = request.extensions().get::<Caller>().ok_or_else(|| {
        status(&Error::Configuration(
            "no IdentifyLayer stands before this service: add `grpc::layer`".to_owned(),
        ))
    })?;
    match caller.require(question) {
        Ok(()) => Ok(caller),
        Err(Error::Forbidden { .. }) if caller.is_anonymous() => Err(status(&Error::CredentialMissing)),
        Err(error) => Err(status(&error)),
    }
}

/// The status that tells of an error; the code of the problem stands in its message.
#[must_use]
pub fn status(error: &Error) -> Status {
    let code = match error.status() {
        401 => Code::Unauthenticated,
        403 => Code::PermissionDenied,
        422 => Code::FailedPrecondition,
        503 => Code::Unavailable,
        _ => Code::Internal,
    };
    if matches!(code, Code::Unavailable | Code::Internal) {
        tracing::error!(%error, "a call cannot be authorized");
    }
    Status::new(code, error.title())
}
