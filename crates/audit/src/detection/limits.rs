//! How large rules and what is remembered for them may be.

/// The bytes of one text of rules.
pub const TEXT: usize = 64 * 1024;
/// The rules of one text.
pub const DOCUMENTS: usize = 32;
/// The values of one text: scalars, lists and maps.
pub(super) const NODES: usize = 10_000;
/// How deep lists and maps stand in each other.
pub(super) const DEPTH: usize = 16;
/// How deep brackets of a condition stand in each other.
pub(super) const BRACKETS: usize = 32;
/// The terms of a condition, after patterns such as `1 of selection*` were written out.
pub(super) const TERMS: usize = 2_000;
/// The regular expressions of one text that its author wrote (`re`).
pub(super) const EXPRESSIONS: usize = 16;
/// The bytes of such an expression.
pub(super) const EXPRESSION: usize = 1_024;
/// The bytes that a compiled expression may take.
pub(super) const COMPILED: usize = 512 * 1024;
/// The bytes that the automaton of texts with wildcards may take.
pub(super) const COMPILED_TEXTS: usize = 8 * 1024 * 1024;
/// The fields by which a correlation groups.
pub(super) const GROUP_BY: usize = 8;
/// The rules that a correlation refers to.
pub(super) const REFERRED: usize = 16;
/// The count that a correlation may wait for.
pub(super) const COUNT: u64 = 10_000;
/// The longest time that a rule looks back, in microseconds: 366 days.
pub(super) const TIMESPAN: i64 = 366 * 86_400 * 1_000_000;
/// The bytes of a value by which is grouped; of longer ones a digest stands for the rest.
pub(super) const VALUE: usize = 256;
/// The values that are remembered of one group of a rule that looks for new ones.
pub(super) const VALUES: usize = 256;
/// The events that one match names, the newest.
pub const EVENTS: usize = 100;
/// The events that a match keeps while a correlation waits for others, the newest.
pub(super) const EVENTS_OF_A_STEP: usize = 24;
/// The texts of rules that one engine takes.
pub const TEXTS: usize = 256;
/// The bytes of what one engine remembers, about; shared out among the rules that remember.
pub const STATE: usize = 256 * 1024 * 1024;
/// The most that one rule may remember of that, about.
pub(super) const STATE_OF_ONE: usize = 32 * 1024 * 1024;
