//! Random catalogs, permissions and requests, from few words, so that they meet.

use super::choices::Choices;
use super::conditions::condition;
use super::expression::{Kind, Type};
use super::json::Json;
use super::policy::{Application, Entry, Permission, Property, Request, Resource, TextPattern};
use super::times;

pub(crate) const TEXTS: [&str; 6] = ["a", "b", "ab", "", "é\"", "B"];
pub(crate) const INTS: [i64; 6] = [1, 0, 2, -1, 9_007_199_254_740_993, i64::MAX];
pub(crate) const DOUBLES: [f64; 5] = [1.0, 0.5, -0.5, 9_007_199_254_740_992.0, 4_503_599_627_370_497.5];
pub(crate) const SPANS: [i64; 3] = [3_600_000_000, 7_200_000_000, 0];
pub(crate) const CLAIMS: [&str; 4] = ["department", "level", "tags", "cognito:groups"];
pub(crate) const ACTION_PROPERTIES: [&str; 2] = ["operation", "level"];
pub(crate) const CONTEXT: [&str; 3] = ["ip", "level", "tags"];

/// The attributes that applications declare, of every type.
pub(crate) const ATTRIBUTES: [(&str, Type); 14] = [
    ("owner", Type::One(Kind::Text)),
    ("model", Type::One(Kind::Text)),
    ("count", Type::One(Kind::Int)),
    ("size", Type::One(Kind::Int)),
    ("weight", Type::One(Kind::Double)),
    ("open", Type::One(Kind::Bool)),
    ("made", Type::One(Kind::Time)),
    ("due", Type::One(Kind::Time)),
    ("lasts", Type::One(Kind::Span)),
    ("tags", Type::List(Kind::Text)),
    ("readers", Type::List(Kind::Text)),
    ("sizes", Type::List(Kind::Int)),
    ("weights", Type::List(Kind::Double)),
    ("days", Type::List(Kind::Time)),
];

const PROPERTIES: [&str; 6] = ["own", "models", "rwd", "limit", "until", "note"];
const NAMESPACES: [&str; 4] = ["a", "b", "c", "u"];
const SEGMENTS: [&str; 4] = ["x", "y", "xy", "z"];

/// Two applications, and a namespace that nobody owns.
pub(crate) fn catalog(choices: &mut Choices<'_>) -> Vec<Application> {
    let mut application = |id, namespaces: &[&'static str]| {
        let attributes: Vec<(&'static str, Type)> =
            ATTRIBUTES.into_iter().filter(|_| !choices.percent(10)).collect();
        let shared: Vec<(&'static str, Property)> =
            PROPERTIES.iter().map(|name| (*name, property(choices, name, &attributes))).collect();
        let mut entries: Vec<Entry> = Vec::new();
        for _ in 0..2 + choices.below(4) {
            let namespace = choices.pick(namespaces);
            let name = match choices.below(8) {
                0..=2 => format!("{namespace}.*"),
                3 => format!("{namespace}.{}.*", choices.pick(&SEGMENTS)),
                4 => format!("{namespace}.x?"),
                5 => namespace.to_owned(),
                _ => format!("{namespace}.{}", choices.pick(&SEGMENTS)),
            };
            if entries.iter().any(|entry| entry.name == name) {
                continue;
            }
            let exact = !name.contains(['*', '?']);
            let properties = shared
                .iter()
                .filter(|_| !choices.percent(25))
                .cloned()
                .collect::<Vec<_>>()
                .into_iter()
                // Patterns that overlap must agree; exact entries may differ.
                .map(|(name, shared)| {
                    if exact && choices.percent(40) {
                        (name, property(choices, name, &attributes))
                    } else {
                        (name, shared)
                    }
                })
                .collect();
            entries.push(Entry { name, properties });
        }
        let opaque = choices.percent(15);
        Application { id, namespaces: namespaces.to_vec(), opaque, attributes, entries }
    };
    vec![application("first", &["a", "b"]), application("second", &["c"])]
}

fn property(choices: &mut Choices<'_>, name: &str, attributes: &[(&'static str, Type)]) -> Property {
    let kind = match name {
        "own" => Type::One(Kind::Bool),
        "models" => Type::List(choices.pick(&[Kind::Text, Kind::Int])),
        "rwd" => Type::One(Kind::Text),
        "limit" => Type::One(choices.pick(&[Kind::Int, Kind::Double])),
        "until" => choices.pick(&[Type::One(Kind::Time), Type::One(Kind::Span), Type::List(Kind::Time)]),
        _ => choices.pick(&[Type::One(Kind::Text), Type::List(Kind::Double)]),
    };
    let pattern = (name == "rwd" && !choices.percent(40))
        .then(|| choices.pick(&[TextPattern::OnlyAb, TextPattern::Operations]));
    let when = (!choices.percent(6)).then(|| condition(choices, kind, attributes));
    Property { kind, pattern, when }
}

fn requested(choices: &mut Choices<'_>) -> String {
    if choices.percent(2) {
        return "casemate.x".to_owned();
    }
    let mut name = NAMESPACES[[0, 0, 0, 1, 1, 2, 2, 3][choices.below(8)]].to_owned();
    for _ in 0..[1, 1, 1, 2, 2, 0][choices.below(6)] {
        name = format!("{name}.{}", choices.pick(&SEGMENTS));
    }
    name
}

fn granted(choices: &mut Choices<'_>, requests: &str) -> String {
    let namespace = requests.split('.').next().expect("a segment");
    if namespace == "casemate" {
        // Braces and wildcards around this word are refused: they would match nothing.
        return choices.pick(&["casemate.x", "casemate.*", "*", "?*.x", "casemate*", "*x"]).to_owned();
    }
    match choices.below(16) {
        0..=3 => requests.to_owned(),
        4 | 5 => format!("{namespace}.*"),
        6 => "*".to_owned(),
        7 => requested(choices),
        8 => format!("{namespace}*"),
        9 => format!("{{{namespace},b}}.{{x,y*,{{z,xy}}}}"),
        10 => format!("*.{}", choices.pick(&SEGMENTS)),
        11 => format!("{namespace}.?"),
        12 => format!("{namespace}.*.{}", choices.pick(&SEGMENTS)),
        13 => format!("{namespace}{{,.x,.*y}}"),
        14 => "casemate.*".to_owned(),
        _ => "?.*".to_owned(),
    }
}

/// A request with a resource that is whole, and a set of permissions meant for it.
pub(crate) fn case(choices: &mut Choices<'_>, catalog: &[Application]) -> (Vec<Permission>, Request) {
    let name = requested(choices);
    let request = request(choices, name.clone());
    let permissions = choices.several(0, 6, |choices| permission(choices, catalog, &name));
    (permissions, request)
}

pub(crate) fn permission(choices: &mut Choices<'_>, catalog: &[Application], requests: &str) -> Permission {
    let name = granted(choices, requests);
    let deny = choices.percent(22);
    let mut properties: Vec<(&'static str, Json)> = Vec::new();
    for _ in 0..[0, 1, 1, 1, 2, 3][choices.below(6)] {
        let property = choices.pick(&PROPERTIES);
        if properties.iter().all(|(known, _)| *known != property) {
            let value = property_value(choices, catalog, requests, property);
            properties.push((property, value));
        }
    }
    if choices.percent(2) {
        properties.push(("mistyped", Json::Bool(true)));
    }
    let moment =
        |choices: &mut Choices<'_>| choices.percent(12).then(|| times::hour(4 + choices.below(5) as i64));
    let from = moment(choices);
    let until = moment(choices);
    Permission { name, deny, properties, from, until }
}

fn property_value(
    choices: &mut Choices<'_>,
    catalog: &[Application],
    requests: &str,
    property: &str,
) -> Json {
    let namespace = requests.split('.').next().expect("a segment");
    let declared = catalog
        .iter()
        .filter(|application| application.namespaces.contains(&namespace))
        .flat_map(|application| &application.entries)
        .filter(|entry| super::policy::grants(&entry.name, requests))
        .flat_map(|entry| &entry.properties)
        .find(|(name, _)| *name == property)
        .map(|(_, property)| property);
    match declared {
        Some(Property { pattern: Some(TextPattern::Operations), .. }) if !choices.percent(5) => {
            Json::text(choices.pick(&["r", "rw", "rwd", "d", ""]))
        }
        Some(Property { pattern: Some(TextPattern::OnlyAb), .. }) if !choices.percent(5) => {
            Json::text(choices.pick(&["a", "b", "ab", ""]))
        }
        Some(property) if !choices.percent(4) => value(choices, property.kind, 0),
        _ => anything(choices),
    }
}

/// A value of a type, now and then with a part that is of none.
pub(crate) fn value(choices: &mut Choices<'_>, kind: Type, wrong: usize) -> Json {
    if wrong > 0 && choices.percent(wrong) {
        return anything(choices);
    }
    match kind {
        Type::List(kind) => {
            Json::List(choices.several(0, 3, |choices| value(choices, Type::One(kind), wrong / 2)))
        }
        Type::One(Kind::Bool) => Json::Bool(choices.percent(50)),
        Type::One(Kind::Int) => Json::Int(choices.pick(&INTS)),
        Type::One(Kind::Double) => match choices.below(3) {
            0 => Json::Int(choices.pick(&[1, 0, 2])),
            _ => Json::Double(choices.pick(&DOUBLES)),
        },
        Type::One(Kind::Text) => Json::text(choices.pick(&TEXTS)),
        Type::One(Kind::Time) => {
            let text =
                times::time_text(times::hour(4 + choices.below(5) as i64) + [0, 0, 1][choices.below(3)]);
            Json::Text(if choices.percent(15) { text.replace('Z', "+01:00") } else { text })
        }
        Type::One(Kind::Span) => Json::text(choices.pick(&["3600s", "1h", "7200s", "0s"])),
    }
}

/// JSON that need not fit anything.
pub(crate) fn anything(choices: &mut Choices<'_>) -> Json {
    match choices.below(8) {
        0 => Json::Null,
        1 => Json::text(choices.pick(&TEXTS)),
        2 => Json::Int(choices.pick(&INTS)),
        3 => Json::Bool(choices.percent(50)),
        4 => Json::Double(choices.pick(&DOUBLES)),
        5 => Json::List(choices.several(0, 3, |choices| Json::text(choices.pick(&TEXTS)))),
        6 => Json::List(choices.several(0, 3, |choices| match choices.below(3) {
            0 => Json::Null,
            1 => Json::Int(choices.pick(&INTS)),
            _ => Json::text(choices.pick(&TEXTS)),
        })),
        _ => Json::Map(vec![("a".to_owned(), Json::Int(1))]),
    }
}

fn members(choices: &mut Choices<'_>, names: &[&str]) -> Vec<(String, Json)> {
    let mut members = Vec::new();
    for name in names {
        if choices.percent(20) {
            continue;
        }
        let json = match *name {
            "level" if !choices.percent(15) => Json::Int(choices.pick(&INTS)),
            "tags" | "cognito:groups" if !choices.percent(15) => value(choices, Type::List(Kind::Text), 10),
            "operation" if !choices.percent(15) => Json::text(choices.pick(&["r", "w", "d", "x"])),
            "ip" if !choices.percent(15) => Json::text(choices.pick(&["10.1.2.3", "192.0.2.7", "nowhere"])),
            _ => anything(choices),
        };
        members.push(((*name).to_owned(), json));
    }
    members
}

fn request(choices: &mut Choices<'_>, name: String) -> Request {
    Request {
        name,
        identity_id: choices.pick(&TEXTS).to_owned(),
        identity_type: choices.pick(&["user", "service", "anonymous"]),
        tenant: (!choices.percent(20)).then(|| choices.pick(&TEXTS).to_owned()),
        groups: choices.several(0, 3, |choices| choices.pick(&TEXTS).to_owned()),
        claims: members(choices, &CLAIMS),
        action: (choices.pick(&["read", "a", "b"])).to_owned(),
        action_properties: members(choices, &ACTION_PROPERTIES),
        context: members(choices, &CONTEXT),
        resource: resource(choices),
        now: times::hour(4 + choices.below(5) as i64),
    }
}

/// A whole resource: what it lacks is missing.
pub(crate) fn resource(choices: &mut Choices<'_>) -> Resource {
    let mut attributes = Vec::new();
    for (name, kind) in ATTRIBUTES {
        if !choices.percent(12) {
            attributes.push((name.to_owned(), value(choices, kind, 8)));
        }
    }
    let own = |choices: &mut Choices<'_>| (!choices.percent(10)).then(|| Json::text(choices.pick(&TEXTS)));
    Resource { id: own(choices), kind: own(choices), attributes, open: false }
}

/// The same resource with only some of it supplied.
pub(crate) fn partly(choices: &mut Choices<'_>, whole: &Resource) -> Resource {
    let kept = [0, 30, 70, 100][choices.below(4)];
    let mut part = whole.clone();
    part.open = true;
    part.attributes.retain(|_| choices.percent(kept));
    part.id = part.id.filter(|_| choices.percent(kept));
    part.kind = part.kind.filter(|_| choices.percent(kept));
    part
}
