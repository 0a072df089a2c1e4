//! Our own rules.

/// A rule of ours: a text under an id that stays, as it stands in `crates/audit/rules`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Packed {
    /// Its id.
    pub id: &'static str,
    /// The text.
    pub text: &'static str,
}

macro_rules! packed {
    ($($id:literal),* $(,)?) => {
        /// All of them, by their ids.
        pub const PACK: &[Packed] =
            &[$(Packed { id: $id, text: include_str!(concat!("../../rules/", $id, ".yml")) }),*];
    };
}

packed![
    "administrator-new-network",
    "audit-gap",
    "detection-weakened",
    "failed-sign-ins-then-success",
    "mass-export",
    "privilege-granted-to-oneself",
    "sleeping-key-wakes",
    "witness-refusal",
];
