//! Checking a log from outside: whoever has a checkpoint, and the key that signs them, finds out whether the events that they are
//! shown are those that were recorded, and which is the first that is not.
//!
//! What can be named depends on what is shown beside the events:
//!
//! | shown | what is found at its index | what is found within a range |
//! |---|---|---|
//! | tiles that lead to a signed root ([`AuthenticTiles`]) | each event that was changed, moved or left out | what was changed in a block together with its tile |
//! | checkpoints alone | events that are missing, repeated or in another order by their indexes | what was changed: behind the last checkpoint that holds, before the first that does not |
//!
//! A [`Verifier`] takes events in order and keeps nothing of them but the edge of the tree.

mod event_proof;
mod finding;
mod remembered;
mod stream;
mod tiles;

pub use self::event_proof::{EventProof, MAX_PROOF};
pub use self::finding::{Finding, Span, Wrong};
#[cfg(feature = "ed25519")]
pub use self::remembered::signed;
pub use self::remembered::{goes_on, signed_by};
pub use self::stream::{Content, Verified, Verifier, compare};
pub use self::tiles::{AuthenticTiles, TilesError};
