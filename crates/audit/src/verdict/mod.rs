//! What checking one event or two checkpoints comes to, step by step, for people who look at it: in a page, where the check runs in
//! their own browser.
//!
//! What comes in are texts of somebody who is not trusted. They are bounded, and whatever they are, there is a verdict.

mod consistency;
mod event;
mod keys;
mod signed;
mod step;

pub use self::consistency::{ConsistencyVerdict, MAX_CONSISTENCY, of_consistency};
pub use self::event::{EventVerdict, MAX_SHOWN, of_event};
pub use self::keys::{MAX_KEYS, MAX_KEYS_TEXT};
pub use self::signed::{Cosignature, SignedCheckpoint};
pub use self::step::{Conclusion, Outcome, Step};
