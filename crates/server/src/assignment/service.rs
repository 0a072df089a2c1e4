//! What of assignments other areas need: who may change and end them.

pub(crate) use super::routes::{AssignmentDelete, AssignmentUpdate};
