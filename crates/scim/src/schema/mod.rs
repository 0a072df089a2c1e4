//! What attributes there are and what each may hold (RFC 7643, sections 2 and 7).

mod group;
mod user;

use serde_json::{Value, json};

pub use group::GROUP;
pub use user::{ENTERPRISE, USER};

/// What an attribute holds (RFC 7643, section 2.3); those that no schema here uses are left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Text.
    Text,
    /// True or false.
    Boolean,
    /// A time (RFC 3339).
    DateTime,
    /// A URL, or a resource's.
    Reference,
    /// Bytes as base64.
    Binary,
    /// Attributes of its own.
    Complex,
}

/// Who may change an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mutability {
    /// The server alone.
    ReadOnly,
    /// Everybody.
    ReadWrite,
    /// Everybody, once.
    Immutable,
}

/// When an attribute is in an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Returned {
    /// Always, also where it is excluded.
    Always,
    /// Where nothing else is asked for.
    Default,
    /// Only where it is asked for by name.
    Request,
}

/// An attribute of a schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute {
    /// Its name, as it is written in answers; in requests it counts in whatever case.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// Whether it holds several values.
    pub is_many: bool,
    /// What it is, for those who read the schema.
    pub description: &'static str,
    /// Whether every resource has it.
    pub is_required: bool,
    /// Whether its text is compared as it is, and not in whatever case.
    pub is_exact: bool,
    /// Who may change it.
    pub mutability: Mutability,
    /// When it is in an answer.
    pub returned: Returned,
    /// Whether no two resources of a provider have the same value.
    pub is_unique: bool,
    /// Values that are usual.
    pub canonical: &'static [&'static str],
    /// What it refers to, where it is a reference.
    pub references: &'static [&'static str],
    /// The attributes that a complex one has.
    pub parts: &'static [Attribute],
}

/// A schema of resources, or of an extension of them.
#[derive(Debug, PartialEq, Eq)]
pub struct Schema {
    /// Its URN.
    pub id: &'static str,
    /// Its name.
    pub name: &'static str,
    /// What it describes.
    pub description: &'static str,
    /// Its attributes.
    pub attributes: &'static [Attribute],
}

/// What all resources have (RFC 7643, section 3.1).
pub const COMMON: &[Attribute] = &[
    Attribute::text("id", "The resource's id, given by the server.")
        .exact()
        .read_only()
        .returned(Returned::Always),
    Attribute::text("externalId", "The resource's id at the client.").exact(),
    Attribute::complex("meta", "What the server knows about the resource itself.", META_PARTS).read_only(),
];

const META_PARTS: &[Attribute] = &[
    Attribute::text("resourceType", "User or Group.").exact().read_only(),
    Attribute::of("created", Kind::DateTime, "When it was made.").read_only(),
    Attribute::of("lastModified", Kind::DateTime, "When it was changed last.").read_only(),
    Attribute::of("location", Kind::Reference, "Where it is.").read_only(),
    Attribute::text("version", "Its version, for If-Match.").exact().read_only(),
];

impl Attribute {
    /// An attribute that anybody may change and nobody needs.
    pub(crate) const fn of(name: &'static str, kind: Kind, description: &'static str) -> Attribute {
        Attribute {
            name,
            kind,
            is_many: false,
            description,
            is_required: false,
            is_exact: matches!(kind, Kind::Reference | Kind::Binary),
            mutability: Mutability::ReadWrite,
            returned: Returned::Default,
            is_unique: false,
            canonical: &[],
            references: if matches!(kind, Kind::Reference) { &["external"] } else { &[] },
            parts: &[],
        }
    }

    pub(crate) const fn text(name: &'static str, description: &'static str) -> Attribute {
        Attribute::of(name, Kind::Text, description)
    }

    pub(crate) const fn complex(
        name: &'static str,
        description: &'static str,
        parts: &'static [Attribute],
    ) -> Attribute {
        let mut attribute = Attribute::of(name, Kind::Complex, description);
        attribute.parts = parts;
        attribute
    }

    pub(crate) const fn many(mut self) -> Attribute {
        self.is_many = true;
        self
    }

    pub(crate) const fn required(mut self) -> Attribute {
        self.is_required = true;
        self
    }

    pub(crate) const fn exact(mut self) -> Attribute {
        self.is_exact = true;
        self
    }

    pub(crate) const fn unique(mut self) -> Attribute {
        self.is_unique = true;
        self
    }

    pub(crate) const fn read_only(mut self) -> Attribute {
        self.mutability = Mutability::ReadOnly;
        self
    }

    pub(crate) const fn immutable(mut self) -> Attribute {
        self.mutability = Mutability::Immutable;
        self
    }

    pub(crate) const fn returned(mut self, returned: Returned) -> Attribute {
        self.returned = returned;
        self
    }

    pub(crate) const fn canonical(mut self, canonical: &'static [&'static str]) -> Attribute {
        self.canonical = canonical;
        self
    }

    pub(crate) const fn refers_to(mut self, references: &'static [&'static str]) -> Attribute {
        self.references = references;
        self
    }

    /// The part of a complex attribute that has this name, in whatever case.
    #[must_use]
    pub fn part(&self, name: &str) -> Option<&'static Attribute> {
        find(self.parts, name)
    }

    /// Its description (RFC 7643, section 7).
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut document = json!({
            "name": self.name,
            "type": self.kind.as_str(),
            "multiValued": self.is_many,
            "description": self.description,
            "required": self.is_required,
            "mutability": match self.mutability {
                Mutability::ReadOnly => "readOnly",
                Mutability::ReadWrite => "readWrite",
                Mutability::Immutable => "immutable",
            },
            "returned": match self.returned {
                Returned::Always => "always",
                Returned::Default => "default",
                Returned::Request => "request",
            },
        });
        let Some(members) = document.as_object_mut() else { return document };
        let mut add = |name: &str, value: Value| drop(members.insert(name.to_owned(), value));
        match self.kind {
            Kind::Complex => {
                add("subAttributes", self.parts.iter().map(Attribute::to_json).collect());
            }
            Kind::Boolean | Kind::DateTime => {}
            Kind::Text | Kind::Reference | Kind::Binary => {
                add("caseExact", self.is_exact.into());
                add("uniqueness", if self.is_unique { "server" } else { "none" }.into());
            }
        }
        if !self.canonical.is_empty() {
            add("canonicalValues", self.canonical.into());
        }
        if self.kind == Kind::Reference {
            add("referenceTypes", self.references.into());
        }
        document
    }
}

impl Kind {
    /// The word for it (RFC 7643, section 2.3).
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Text => "string",
            Kind::Boolean => "boolean",
            Kind::DateTime => "dateTime",
            Kind::Reference => "reference",
            Kind::Binary => "binary",
            Kind::Complex => "complex",
        }
    }
}

impl Schema {
    /// The attribute with this name, in whatever case.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&'static Attribute> {
        find(self.attributes, name)
    }
}

/// The attribute with this name, in whatever case (RFC 7643, section 2.1).
pub(crate) fn find(attributes: &'static [Attribute], name: &str) -> Option<&'static Attribute> {
    attributes.iter().find(|attribute| attribute.name.eq_ignore_ascii_case(name))
}
