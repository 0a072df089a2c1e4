//! Every limit of the table: accepted at the limit, refused one over it with a message that names the limit.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)] // helpers of tests

use std::collections::BTreeSet;
use std::fmt::Display;

use casemate_expression::{Map, Timestamp};
use casemate_permission::name::{Name, Pattern, includes, intersects};
use casemate_permission::{
    Action, Catalog, Grant, OriginKind, Permission, PermissionSet, Request, Schema, SchemaError, Subject,
    limits,
};

/// What a limit holds back: whether `over` more than the limit is accepted, or the message that refuses it.
type Case = fn(over: usize) -> Result<(), String>;

const CASES: &[(&str, u64, Case)] = &[
    ("NAME_BYTES", limits::NAME_BYTES as u64, name_bytes),
    ("PATTERN_BYTES", limits::PATTERN_BYTES as u64, pattern_bytes),
    ("PATTERN_ALTERNATIVES", limits::PATTERN_ALTERNATIVES as u64, pattern_alternatives),
    ("BRACE_DEPTH", limits::BRACE_DEPTH as u64, brace_depth),
    ("LANGUAGE_STEPS", limits::LANGUAGE_STEPS, language_steps),
    ("PERMISSION_BYTES", limits::PERMISSION_BYTES as u64, permission_bytes),
    ("PROPERTIES", limits::PROPERTIES as u64, properties),
    ("PROPERTY_LIST", limits::PROPERTY_LIST as u64, property_list),
    ("SET_PERMISSIONS", limits::SET_PERMISSIONS as u64, set_permissions),
    ("SET_PATTERNS", limits::SET_PATTERNS as u64, set_patterns),
    ("SCHEMA_BYTES", limits::SCHEMA_BYTES as u64, schema_bytes),
    ("SCHEMA_ENTRIES", limits::SCHEMA_ENTRIES as u64, schema_entries),
    ("SCHEMA_NAMES", limits::SCHEMA_NAMES as u64, schema_names),
    ("SCHEMA_ATTRIBUTES", limits::SCHEMA_ATTRIBUTES as u64, schema_attributes),
    ("SCHEMA_NAMESPACES", limits::SCHEMA_NAMESPACES as u64, schema_namespaces),
    ("PROPERTY_SHAPES", limits::PROPERTY_SHAPES as u64, property_shapes),
    ("CATALOG_PROPERTIES", limits::CATALOG_PROPERTIES as u64, catalog_properties),
    ("REGEX_BYTES", limits::REGEX_BYTES as u64, regex_bytes),
    ("REGEX_COMPILED_BYTES", limits::REGEX_COMPILED_BYTES as u64, regex_compiled_bytes),
    ("BATCH", limits::BATCH as u64, batch),
];

/// Limits that say how much of an answer is shown. Nothing is refused; each has a test of its own.
const SHOWN: [&str; 1] = ["NEAR_MISSES"];

/// Limits of what others do with this engine: the tests of `casemate-directory`'s keys run each at the limit and one over.
const OF_OTHERS: [&str; 2] = ["NARROWING_PATTERNS", "NARROWING_EFFORT"];

#[test]
fn each_limit_is_accepted_at_the_limit_and_refused_one_over() {
    for (name, limit, case) in CASES {
        assert_eq!(case(0), Ok(()), "{name} at the limit");
        let message = case(1).expect_err(&format!("{name} one over the limit"));
        assert!(message.contains(&limit.to_string()), "{name} is {limit}: {message}");
    }
}

#[test]
fn each_limit_of_the_table_has_a_case() {
    let declared: BTreeSet<&str> = include_str!("../src/limits.rs")
        .lines()
        .filter_map(|line| line.strip_prefix("pub const ")?.split_once(':'))
        .map(|(name, _)| name)
        .collect();
    let covered: BTreeSet<&str> =
        CASES.iter().map(|(name, ..)| *name).chain(SHOWN).chain(OF_OTHERS).collect();
    assert!(declared.len() >= 20, "the table is read: {declared:?}");
    assert_eq!(declared, covered);
}

#[test]
fn near_misses_are_named_up_to_their_limit() {
    let named = |count: usize| {
        // Each differs from the requested name in its case.
        let permissions = (0..count).map(|number| {
            let cased: String = (0..8).map(|bit| if number >> bit & 1 == 1 { 'b' } else { 'B' }).collect();
            permission(&format!(r#"{{"name":"a.{cased}"}}"#))
        });
        let set = set(&Catalog::empty(), permissions).unwrap();
        let explanation = set.explain(&REQUEST).to_json();
        explanation["near"].as_array().unwrap().len()
    };
    assert_eq!(named(limits::NEAR_MISSES - 1), limits::NEAR_MISSES - 1);
    assert_eq!(named(limits::NEAR_MISSES), limits::NEAR_MISSES);
    assert_eq!(named(limits::NEAR_MISSES + 1), limits::NEAR_MISSES);
}

static REQUEST: std::sync::LazyLock<Request<'static>> = std::sync::LazyLock::new(|| Request {
    name: Name::parse("a.bbbbbbbb").unwrap(),
    identity: Subject::ANONYMOUS,
    action: Action { name: "a.bbbbbbbb", properties: Map::EMPTY },
    resource: None,
    context: Map::EMPTY,
    now: Timestamp(0),
});

fn said(error: impl Display) -> String {
    error.to_string()
}

fn all_said(errors: Vec<SchemaError>) -> String {
    errors.iter().map(said).collect::<Vec<_>>().join("; ")
}

fn permission(json: &str) -> Permission {
    Permission::from_json(json).unwrap()
}

fn set(catalog: &Catalog, permissions: impl Iterator<Item = Permission>) -> Result<PermissionSet, String> {
    let grant = Grant::always(OriginKind::Role, "tested");
    let mut builder = PermissionSet::builder(catalog);
    permissions.for_each(|permission| builder.add(permission, &grant));
    builder.build().map_err(said)
}

fn name_bytes(over: usize) -> Result<(), String> {
    let text = "n".repeat(limits::NAME_BYTES + over);
    let name = Name::parse(&text).map(drop).map_err(said);
    let pattern = Pattern::parse(&text).map(drop).map_err(said);
    assert_eq!(name.is_ok(), pattern.is_ok(), "no pattern is for longer names only");
    name
}

fn pattern_bytes(over: usize) -> Result<(), String> {
    Pattern::parse(&"*".repeat(limits::PATTERN_BYTES + over)).map(drop).map_err(said)
}

/// Braces that expand to so many patterns, each of another text.
fn braces(count: usize) -> String {
    let names: Vec<String> = (0..count).map(|number| format!("{number:02x}")).collect();
    format!("{{{}}}", names.join(","))
}

fn pattern_alternatives(over: usize) -> Result<(), String> {
    let over_one = ["{a,b,c,d,e}".repeat(2), braces(41)].concat();
    let text = if over == 0 { "{a,b}".repeat(10) } else { over_one };
    let pattern = Pattern::parse(&text).map_err(said)?;
    assert_eq!(pattern.alternatives().len(), limits::PATTERN_ALTERNATIVES);
    Ok(())
}

fn brace_depth(over: usize) -> Result<(), String> {
    let depth = limits::BRACE_DEPTH + over;
    Pattern::parse(&format!("{}a{}", "{".repeat(depth), "}".repeat(depth))).map(drop).map_err(said)
}

/// Two patterns are compared alternative by alternative; where their beginnings differ, a pair takes eight steps.
fn language_steps(over: usize) -> Result<(), String> {
    let pattern = |first: &str, factors: &[usize]| {
        let text: String = factors.iter().map(|count| braces(*count)).collect();
        Pattern::parse(&format!("{first}.{text}")).unwrap()
    };
    let (one, other) = match over {
        0 => (pattern("a", &[20, 50]), pattern("b", &[20, 25])),
        _ => (pattern("a", &[17, 38]), pattern("b", &[18, 43])),
    };
    let steps = one.alternatives().len() as u64 * other.alternatives().len() as u64 * 8;
    assert_eq!(steps > limits::LANGUAGE_STEPS, over > 0);
    let common = intersects(&one, &other).map_err(said);
    assert_ne!(common, Ok(true));
    // Inclusion meets the limit elsewhere, and says the same.
    let wide = Pattern::parse(&["*?a".repeat(60), "*".to_owned()].concat()).unwrap();
    let narrow = Pattern::parse(&["*?b".repeat(60), "*".to_owned()].concat()).unwrap();
    if let Err(error) = includes(&wide, &narrow) {
        assert!(error.to_string().contains(&limits::LANGUAGE_STEPS.to_string()));
    }
    common.map(drop)
}

fn permission_bytes(over: usize) -> Result<(), String> {
    let frame = r#"{"name":"a","t":""}"#.len();
    let text = "x".repeat(limits::PERMISSION_BYTES + over - frame);
    Permission::from_json(&format!(r#"{{"name":"a","t":"{text}"}}"#)).map(drop).map_err(said)
}

fn properties(over: usize) -> Result<(), String> {
    let properties: String =
        (0..limits::PROPERTIES + over).map(|number| format!(",\"p{number}\":1")).collect();
    Permission::from_json(&format!("{{\"name\":\"a\"{properties}}}")).map(drop).map_err(said)
}

fn property_list(over: usize) -> Result<(), String> {
    let list = vec!["1"; limits::PROPERTY_LIST + over].join(",");
    Permission::from_json(&format!("{{\"name\":\"a\",\"l\":[{list}]}}")).map(drop).map_err(said)
}

fn set_permissions(over: usize) -> Result<(), String> {
    let one = permission(r#"{"name":"a"}"#);
    let count = limits::SET_PERMISSIONS + over;
    let set = set(&Catalog::empty(), std::iter::repeat_n(one, count))?;
    assert_eq!(set.len(), count);
    Ok(())
}

fn set_patterns(over: usize) -> Result<(), String> {
    let wide = permission(&format!(r#"{{"name":"a{}"}}"#, "{a,b}".repeat(10)));
    assert_eq!(wide.name().alternatives().len(), limits::PATTERN_ALTERNATIVES);
    let count = limits::SET_PATTERNS / limits::PATTERN_ALTERNATIVES;
    let more = std::iter::repeat_n(permission(r#"{"name":"a"}"#), over);
    set(&Catalog::empty(), std::iter::repeat_n(wide, count).chain(more)).map(drop)
}

const HEAD: &str = "format = 1\n[application]\nid = \"a\"\nnamespaces = [\"a\"]\n";

fn schema(rest: &str) -> Result<Schema, String> {
    Schema::from_toml(&format!("{HEAD}{rest}")).map_err(all_said)
}

fn catalog(schemas: Vec<Schema>) -> Result<Catalog, String> {
    Catalog::compile(schemas).map_err(all_said)
}

fn schema_bytes(over: usize) -> Result<(), String> {
    let comment = "#".repeat(limits::SCHEMA_BYTES + over - HEAD.len());
    schema(&comment).map(drop)
}

fn schema_entries(over: usize) -> Result<(), String> {
    let count = limits::SCHEMA_ENTRIES + over;
    let entries: String =
        (0..count).map(|number| format!("[[permission]]\nname = \"a.n{number}\"\n")).collect();
    catalog(vec![schema(&entries)?]).map(drop)
}

fn schema_names(over: usize) -> Result<(), String> {
    let wide = "{a,b}".repeat(10);
    let entries =
        (0..limits::SCHEMA_NAMES / limits::PATTERN_ALTERNATIVES).map(|number| format!("a.{number}{wide}"));
    let more = (0..over).map(|number| format!("a.more{number}"));
    let entries: String =
        entries.chain(more).map(|name| format!("[[permission]]\nname = \"{name}\"\n")).collect();
    catalog(vec![schema(&entries)?]).map(drop)
}

fn schema_attributes(over: usize) -> Result<(), String> {
    let count = limits::SCHEMA_ATTRIBUTES + over;
    let attributes: String = (0..count).map(|number| format!("x{number}.type = \"int\"\n")).collect();
    schema(&format!("[attributes]\n{attributes}")).map(drop)
}

fn schema_namespaces(over: usize) -> Result<(), String> {
    let namespaces: Vec<String> =
        (0..limits::SCHEMA_NAMESPACES + over).map(|number| format!("\"n{number}\"")).collect();
    let text = HEAD.replace("\"a\"]", &format!("{}]", namespaces.join(",")));
    Schema::from_toml(&text).map(drop).map_err(all_said)
}

fn property_shapes(over: usize) -> Result<(), String> {
    let entries: String = (0..limits::PROPERTY_SHAPES + over)
        .map(|number| {
            format!("[[permission]]\nname = \"a.n{number}\"\nproperties.p = {{ type = \"string\", pattern = \"{number}\", opaque = true }}\n")
        })
        .collect();
    catalog(vec![schema(&entries)?]).map(drop)
}

fn catalog_properties(over: usize) -> Result<(), String> {
    // Of two applications: the limit holds over all of them.
    let half = limits::CATALOG_PROPERTIES / 2;
    let read = |id: &str, from: usize, to: usize| {
        let properties: String = (from..to).map(|number| format!("p{number}.opaque=true\n")).collect();
        let entry = format!("[[permission]]\nname = \"{id}.x\"\n[permission.properties]\n{properties}");
        Schema::from_toml(&format!("{}{entry}", HEAD.replace("\"a\"", &format!("\"{id}\""))))
            .map_err(all_said)
    };
    let schemas = vec![read("a", 0, half)?, read("b", half, limits::CATALOG_PROPERTIES + over)?];
    let catalog = catalog(schemas)?;
    let last = limits::CATALOG_PROPERTIES - 1;
    let set = set(&catalog, std::iter::once(permission(&format!(r#"{{"name":"*","p{last}":1}}"#)))).unwrap();
    let names = ["a.x", "b.x"].map(|name| Name::parse(name).unwrap());
    let [a, b] = names.map(|name| set.check(&Request { name, ..*REQUEST }).is_allowed());
    assert!(!a && b, "only the entry that declares the property knows it");
    Ok(())
}

fn with_regex(pattern: &str) -> Result<(), String> {
    let entry =
        "[[permission]]\nname = \"a.x\"\nproperties.p = { type = \"string\", opaque = true, pattern = ";
    schema(&format!("{entry}\"{pattern}\" }}\n")).map(drop)
}

fn regex_bytes(over: usize) -> Result<(), String> {
    with_regex(&"x".repeat(limits::REGEX_BYTES + over))
}

/// What a pattern takes is the matcher's own affair: somewhere below the limit's number of repetitions, one more is too
/// many.
fn regex_compiled_bytes(over: usize) -> Result<(), String> {
    let repeated = |times: usize| with_regex(&format!("x{{{times}}}"));
    let (mut fits, mut exceeds) = (1, limits::REGEX_COMPILED_BYTES);
    while exceeds - fits > 1 {
        let middle = usize::midpoint(fits, exceeds);
        *if repeated(middle).is_ok() { &mut fits } else { &mut exceeds } = middle;
    }
    assert!(fits > 500, "common patterns fit: {fits}");
    repeated(fits + over)
}

fn batch(over: usize) -> Result<(), String> {
    let set = PermissionSet::empty(&Catalog::empty());
    let requests = vec![*REQUEST; limits::BATCH + over];
    let decisions = set.check_many(&requests).map_err(said)?;
    assert_eq!(decisions.len(), requests.len());
    Ok(())
}
