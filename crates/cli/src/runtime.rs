//! The asynchronous runtime of the commands that need one.

use std::future::Future;

use crate::exit::{Failure, Outcome};

/// Runs a command to its end on this machine's cores.
pub(crate) fn block_on(command: impl Future<Output = Outcome>) -> Outcome {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::failed(miette::miette!("cannot start threads: {error}")))?
        .block_on(command)
}
