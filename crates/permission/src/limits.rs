//! Every limit of this crate, in one table.

/// Bytes of a requested name.
pub const NAME_BYTES: usize = 256;

/// Bytes of a granted name as it is written, before its braces are expanded.
pub const PATTERN_BYTES: usize = 1024;

/// Patterns that the braces of one granted name may expand to.
pub const PATTERN_ALTERNATIVES: usize = 1024;

/// How deep braces may nest in a granted name.
pub const BRACE_DEPTH: usize = 32;

/// Steps that comparing the languages of two granted names may take (inclusion, overlap). One step is about ten
/// nanoseconds' work; what is not settled within it counts as *not included* and as *overlapping*.
pub const LANGUAGE_STEPS: u64 = 4_000_000;
