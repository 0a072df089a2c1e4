//! A schema as it stands in TOML.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

/// A permission schema: an application, the attributes of its resources, and what its permissions' properties mean.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Casemate permission schema")]
pub(crate) struct SchemaDocument {
    /// The version of this format: 1.
    #[schemars(with = "i64", extend("const" = 1))]
    pub(crate) format: Spanned<i64>,
    /// The application that owns the permissions.
    pub(crate) application: ApplicationDocument,
    /// Attributes of resources: what expressions may use, and how a filter names them.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, AttributeDocument>")]
    pub(crate) attributes: BTreeMap<Spanned<String>, AttributeDocument>,
    /// The permissions that exist.
    #[serde(default)]
    pub(crate) permission: Vec<EntryDocument>,
}

/// An application.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ApplicationDocument {
    /// Its id: letters, digits, `_` and `-`.
    #[schemars(with = "String", regex(pattern = "^[A-Za-z0-9_-]+$"))]
    pub(crate) id: Spanned<String>,
    /// The first segments of names that it owns.
    #[schemars(with = "Vec<String>", length(min = 1))]
    pub(crate) namespaces: Spanned<Vec<Spanned<String>>>,
    /// Its name for people.
    pub(crate) title: Option<String>,
    /// What it is.
    #[serde(rename = "description")]
    #[expect(dead_code, reason = "kept for the people who read the file")]
    pub(crate) description: Option<String>,
    /// How the requested name is made from an AuthZEN request: literal segments, `{resource.type}`, `{action.name}`.
    #[schemars(with = "Option<String>")]
    pub(crate) request_name: Option<Spanned<String>>,
    /// The subject properties that this application's callers may assert.
    #[serde(default)]
    pub(crate) asserted: Vec<String>,
    /// `opaque`: properties that no entry declares are handed through instead of failing.
    #[schemars(with = "Option<String>", extend("enum" = ["opaque"]))]
    pub(crate) properties: Option<Spanned<String>>,
}

/// An attribute of resources.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AttributeDocument {
    /// bool, int, double, string, timestamp, duration, or a list such as list<string>.
    #[serde(rename = "type")]
    #[schemars(with = "Option<String>")]
    pub(crate) kind: Option<Spanned<String>>,
    /// Whether resources may lack it.
    #[serde(default)]
    pub(crate) nullable: bool,
    /// The database column that holds it.
    pub(crate) column: Option<String>,
    /// How the column holds it: `json` or `array` for lists, `timestamp` or `micros` for times.
    #[schemars(with = "Option<String>", extend("enum" = ["json", "array", "timestamp", "micros"]))]
    pub(crate) storage: Option<Spanned<String>>,
    /// Its name for people.
    #[expect(dead_code, reason = "kept for the people who read the file")]
    pub(crate) title: Option<String>,
}

/// Permissions with the same properties.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EntryDocument {
    /// The name, or a pattern such as `cms.entry.*`.
    #[schemars(with = "String")]
    pub(crate) name: Spanned<String>,
    /// Its name for people.
    #[expect(dead_code, reason = "kept for the people who read the file")]
    pub(crate) title: Option<String>,
    /// What it allows.
    #[expect(dead_code, reason = "kept for the people who read the file")]
    pub(crate) description: Option<String>,
    /// What each property means.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, PropertyDocument>")]
    pub(crate) properties: BTreeMap<Spanned<String>, PropertyDocument>,
}

/// A property of permissions.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PropertyDocument {
    /// bool, int, double, string, timestamp, duration, or a list such as list<string>; an opaque property needs none.
    #[serde(rename = "type")]
    #[schemars(with = "Option<String>")]
    pub(crate) kind: Option<Spanned<String>>,
    /// Its name for people.
    #[expect(dead_code, reason = "kept for the people who read the file")]
    pub(crate) title: Option<String>,
    /// What it means.
    #[expect(dead_code, reason = "kept for the people who read the file")]
    pub(crate) description: Option<String>,
    /// The condition that a permission with this property puts on requests, in CEL; `value` is the property's value.
    #[schemars(with = "Option<String>")]
    pub(crate) when: Option<Spanned<String>>,
    /// A regular expression for strings.
    #[schemars(with = "Option<String>")]
    pub(crate) pattern: Option<Spanned<String>>,
    /// Handed to the application, and no condition.
    #[serde(default)]
    pub(crate) opaque: bool,
}
