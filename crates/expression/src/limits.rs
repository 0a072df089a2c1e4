//! The limits of expressions and of the data they read, in one table.

/// Bytes of an expression's source.
pub const SOURCE_BYTES: usize = 4_096;
/// Nesting of brackets and conditionals in an expression's source, and of its parsed tree.
pub const DEPTH: usize = 32;
/// Operators, selections and calls in one expression: bounds the parser's work on long chains.
pub const OPERATORS: usize = 256;
/// Elements of a list literal.
pub const LIST_ELEMENTS: usize = 1_024;
/// `exists` and `all` inside one another.
pub const MACRO_DEPTH: usize = 4;
/// Steps of one evaluation: one per node evaluated, and for what a node looks through one more per 16 elements of a list
/// or members of a map, and per 64 bytes of text. Worth some 100 ms of work at the most.
pub const STEPS: u32 = 2_000_000;
/// Bytes of one JSON text.
pub const JSON_BYTES: usize = 4 * 1_024 * 1_024;
/// Nesting of arrays and objects in one JSON text.
pub const JSON_DEPTH: usize = 64;
/// Elements of one array, or members of one object, in a JSON text that is read as data.
pub const DATA_ELEMENTS: usize = 10_000;
/// Nodes of one filter, each element of a list of values counting as one.
pub const FILTER_NODES: usize = 10_000;
/// Nesting of one filter; its JSON nests twice as deep, which JSON readers commonly bound at 128.
pub const FILTER_DEPTH: usize = 60;
