//! The log behind the audit trail, by which whoever does not trust its operator can tell that nothing in it was changed, removed,
//! put in another order or taken back.
//!
//! Events stand in a Merkle tree ([RFC 6962](https://www.rfc-editor.org/rfc/rfc6962), section 2.1, with SHA-256), of which a
//! signed [`checkpoint::Checkpoint`] says the size and the root. A [`proof`] shows that one event is in it, or that one
//! checkpoint goes on where another ended. The tree is kept as tiles of 256 hashes ([c2sp.org/tlog-tiles](https://c2sp.org/tlog-tiles)),
//! and checkpoints as signed notes ([c2sp.org/signed-note](https://c2sp.org/signed-note),
//! [c2sp.org/tlog-checkpoint](https://c2sp.org/tlog-checkpoint)), which witnesses cosign
//! ([c2sp.org/tlog-cosignature](https://c2sp.org/tlog-cosignature)).
//!
//! What stands in the tree of an [`event`] is a [`commitment`], so that what is personal in it can be erased. Events are kept
//! in blocks of 256 (`block`), each with [`filter`]s that tell which blocks a [`query`] need not open.
#![forbid(unsafe_code)]

#[cfg(feature = "blocks")]
pub mod block;
pub mod checkpoint;
pub mod commitment;
#[cfg(feature = "detection")]
pub mod detection;
#[cfg(feature = "ed25519")]
pub mod ed25519;
pub mod event;
pub mod filter;
pub mod hash;
pub mod note;
pub mod ocsf;
pub mod personal;
pub mod proof;
pub mod query;
pub mod salt;
pub mod shown;
pub mod signature;
pub mod tile;
pub mod tree;
pub mod verdict;
pub mod verify;
