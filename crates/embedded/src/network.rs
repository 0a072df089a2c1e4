//! Where nothing is fetched.

use casemate_identity::BoxFuture;
use casemate_identity::remote::{Fetch, FetchError, Fetched, Submission};

/// Reaches nobody: a process that says no way to fetch fetches nothing.
pub(crate) struct NoNetwork;

fn refused() -> FetchError {
    FetchError::Refused(
        "this process says no way to fetch keys of issuers: give one with `Builder::fetching_with`"
            .to_owned(),
    )
}

impl Fetch for NoNetwork {
    fn fetch<'a>(&'a self, _: &'a url::Url, _: usize) -> BoxFuture<'a, Result<Fetched, FetchError>> {
        Box::pin(async { Err(refused()) })
    }

    fn submit<'a>(
        &'a self,
        _: Submission<'a>,
    ) -> BoxFuture<'a, Result<casemate_identity::remote::Reply, FetchError>> {
        Box::pin(async { Err(refused()) })
    }
}
