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

/// Bytes of one permission's JSON.
pub const PERMISSION_BYTES: usize = 65_536;

/// Properties of one permission, `name` and `deny` not counted.
pub const PROPERTIES: usize = 64;

/// Elements of a list that is a property's value.
pub const PROPERTY_LIST: usize = 1_024;

/// Permissions in one set.
pub const SET_PERMISSIONS: usize = 100_000;

/// Patterns that the braces in the names of one set's permissions expand to.
pub const SET_PATTERNS: usize = 262_144;

/// Patterns that the braces expand to in the names of what one API key is narrowed to.
pub const NARROWING_PATTERNS: usize = 1_024;

/// What finding out what is left of a set for a narrowed API key may cost, in comparisons of [`LANGUAGE_STEPS`] each. A
/// narrowing that costs more allows nothing.
pub const NARROWING_EFFORT: u64 = 8;

/// Bytes of one schema's TOML.
pub const SCHEMA_BYTES: usize = 1_048_576;

/// Entries (`[[permission]]`) of one schema.
pub const SCHEMA_ENTRIES: usize = 4_096;

/// Patterns that the braces in the names of one schema's entries expand to.
pub const SCHEMA_NAMES: usize = 16_384;

/// Attributes of one schema.
pub const SCHEMA_ATTRIBUTES: usize = 1_024;

/// Namespaces of one application.
pub const SCHEMA_NAMESPACES: usize = 64;

/// Ways (type and pattern) in which properties of one name may be declared, over all schemas of a catalog.
pub const PROPERTY_SHAPES: usize = 16;

/// Different names of properties, over all schemas of a catalog.
pub const CATALOG_PROPERTIES: usize = 16_384;

/// Bytes of a property's `pattern`.
pub const REGEX_BYTES: usize = 1_024;

/// Bytes that a property's `pattern` may take once it is compiled: repetitions in repetitions multiply, and so does the
/// time that matching takes.
pub const REGEX_COMPILED_BYTES: usize = 65_536;

/// Requests in one batch.
pub const BATCH: usize = 1_000;

/// Near misses that a rendered explanation names.
pub const NEAR_MISSES: usize = 10;
