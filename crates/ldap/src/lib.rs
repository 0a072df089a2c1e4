//! What an LDAP directory (RFC 4511) says of users and groups. Asking it is somebody else's: here are the filters to ask with, what
//! its entries mean, from which mark on it is asked next time, and how many may vanish at once.
#![forbid(unsafe_code)]

mod dn;
mod entry;
mod mapping;
mod mark;
mod range;
mod removal;

pub use dn::dn_key;
pub use entry::{Entry, MAX_VALUES};
pub use mapping::{Activity, FoundGroup, FoundUser, IdForm, Mapping, Unusable};
pub use mark::{Mark, MarkKind, after};
pub use range::{Range, ranged};
pub use removal::{Removal, TooManyGone};
