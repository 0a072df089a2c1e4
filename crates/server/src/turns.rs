//! Turns at work that takes the processor from those who decide: few at once, and a bounded number that waits.

use casemate_platform::{Code, Problem};
use tokio::sync::{Semaphore, SemaphorePermit};

/// How many wait for their turn.
const WAITING: usize = 16;

/// Where turns are taken.
#[derive(Debug)]
pub(crate) struct Turns {
    /// Of those at work and those who wait.
    places: Semaphore,
    running: Semaphore,
}

/// A turn. It ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Turn<'a> {
    _place: SemaphorePermit<'a>,
    _running: SemaphorePermit<'a>,
}

impl Turns {
    /// So many at once.
    pub(crate) const fn new(at_once: usize) -> Turns {
        Turns { places: Semaphore::const_new(at_once + WAITING), running: Semaphore::const_new(at_once) }
    }

    /// Waits for a turn.
    ///
    /// # Errors
    /// 503 where as many wait as may.
    pub(crate) async fn take(&self) -> Result<Turn<'_>, Problem> {
        let busy = || Problem::new(Code::Unavailable).detail("as many wait for this as may: try again soon");
        let place = self.places.try_acquire().map_err(|_| busy())?;
        let running = self.running.acquire().await.map_err(|_| busy())?;
        Ok(Turn { _place: place, _running: running })
    }
}

#[cfg(test)]
mod tests {
    use std::future::Future;
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use super::*;

    #[test]
    fn no_more_wait_than_may_and_whoever_goes_makes_room() {
        let turns = Turns::new(1);
        let mut context = Context::from_waker(Waker::noop());
        let mut first = pin!(turns.take());
        let Poll::Ready(Ok(turn)) = first.as_mut().poll(&mut context) else { panic!("nobody is at work") };
        let mut waiting: Vec<_> = (0..WAITING).map(|_| Box::pin(turns.take())).collect();
        for one in &mut waiting {
            assert!(one.as_mut().poll(&mut context).is_pending());
        }
        let mut over = Box::pin(turns.take());
        let Poll::Ready(Err(problem)) = over.as_mut().poll(&mut context) else { panic!("it waits") };
        assert_eq!(problem.code(), Code::Unavailable);
        // Whoever does not wait any more leaves the place to another.
        waiting.pop();
        let mut next = Box::pin(turns.take());
        assert!(next.as_mut().poll(&mut context).is_pending());
        drop(turn);
        assert!(matches!(waiting.remove(0).as_mut().poll(&mut context), Poll::Ready(Ok(_))));
    }
}
