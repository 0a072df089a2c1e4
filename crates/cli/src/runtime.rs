//! The asynchronous runtime of the commands that need one.

use std::future::Future;
use std::time::Duration;

use crate::exit::{Failure, Outcome};

/// How long the end of a command waits for work that cannot be interrupted, such as reading from a stuck file system.
const LAST_WORK: Duration = Duration::from_secs(1);

/// Runs a command to its end on this machine's cores.
pub(crate) fn block_on(command: impl Future<Output = Outcome>) -> Outcome {
    casemate_allocator::give_back_large_pieces();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::failed(miette::miette!("cannot start threads: {error}")))?;
    let outcome = runtime.block_on(command);
    runtime.shutdown_timeout(LAST_WORK);
    outcome
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;
    use crate::exit::Exit;

    #[test]
    fn work_that_is_stuck_does_not_hold_up_the_end() {
        let (_hold, stuck) = channel::<()>();
        let (done, ended) = channel();
        std::thread::spawn(move || {
            let outcome = block_on(async move {
                tokio::task::spawn_blocking(move || stuck.recv());
                Ok(Exit::Success)
            });
            done.send(outcome.is_ok()).unwrap();
        });
        assert_eq!(ended.recv_timeout(Duration::from_secs(30)), Ok(true));
    }
}
