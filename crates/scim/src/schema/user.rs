//! Users and their enterprise extension (RFC 7643, sections 4.1 and 4.3).
//!
//! No `password`: a provider's users sign in at the provider, and what nobody keeps nobody can lose.

use super::{Attribute, Kind, Returned, Schema};

/// A user.
pub static USER: Schema = Schema {
    id: "urn:ietf:params:scim:schemas:core:2.0:User",
    name: "User",
    description: "Somebody who signs in",
    attributes: USER_ATTRIBUTES,
};

/// What an organisation knows about a user.
pub static ENTERPRISE: Schema = Schema {
    id: "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
    name: "EnterpriseUser",
    description: "What an organisation knows about a user",
    attributes: ENTERPRISE_ATTRIBUTES,
};

const USER_ATTRIBUTES: &[Attribute] = &[
    Attribute::text("userName", "What the user signs in with.").required().unique(),
    Attribute::complex("name", "The parts of the user's name.", NAME_PARTS),
    Attribute::text("displayName", "What the user is called."),
    Attribute::text("nickName", "What friends call the user."),
    Attribute::of("profileUrl", Kind::Reference, "A page about the user."),
    Attribute::text("title", "The user's title, such as Vice President."),
    Attribute::text("userType", "How the organisation is related to the user, such as Contractor."),
    Attribute::text("preferredLanguage", "Languages that the user prefers, as in Accept-Language."),
    Attribute::text("locale", "Where the user is, for formats, such as en-US."),
    Attribute::text("timezone", "The user's time zone, such as Europe/Vienna."),
    Attribute::of("active", Kind::Boolean, "Whether the user may sign in and holds anything."),
    Attribute::complex("emails", "Addresses of e-mail.", MAIL_PARTS).many(),
    Attribute::complex("phoneNumbers", "Telephone numbers.", PHONE_PARTS).many(),
    Attribute::complex("ims", "Addresses of instant messages.", VALUE_PARTS).many(),
    Attribute::complex("photos", "Pictures of the user.", PHOTO_PARTS).many(),
    Attribute::complex("addresses", "Postal addresses.", ADDRESS_PARTS).many(),
    Attribute::complex("groups", "The groups that the user is in; changed at the groups.", GROUP_PARTS)
        .many()
        .read_only()
        .returned(Returned::Request),
    Attribute::complex("entitlements", "What the user is entitled to, elsewhere.", VALUE_PARTS).many(),
    Attribute::complex("roles", "What the user is, elsewhere; no roles of Casemate.", VALUE_PARTS).many(),
    Attribute::complex("x509Certificates", "Certificates of the user.", CERTIFICATE_PARTS).many(),
];

const NAME_PARTS: &[Attribute] = &[
    Attribute::text("formatted", "The whole name."),
    Attribute::text("familyName", "The family name."),
    Attribute::text("givenName", "The given name."),
    Attribute::text("middleName", "The middle names."),
    Attribute::text("honorificPrefix", "What stands before the name, such as Dr."),
    Attribute::text("honorificSuffix", "What stands after the name, such as III."),
];

const DISPLAY: Attribute = Attribute::text("display", "What people read.");
const PRIMARY: Attribute = Attribute::of("primary", Kind::Boolean, "Whether it is the one to use.");

const VALUE_PARTS: &[Attribute] =
    &[Attribute::text("value", "The value."), DISPLAY, Attribute::text("type", "What it is for."), PRIMARY];

const MAIL_PARTS: &[Attribute] = &[
    Attribute::text("value", "The address."),
    DISPLAY,
    Attribute::text("type", "What it is for.").canonical(&["work", "home", "other"]),
    PRIMARY,
];

const PHONE_PARTS: &[Attribute] = &[
    Attribute::text("value", "The number."),
    DISPLAY,
    Attribute::text("type", "What it is for.")
        .canonical(&["work", "home", "mobile", "fax", "pager", "other"]),
    PRIMARY,
];

const PHOTO_PARTS: &[Attribute] = &[
    Attribute::of("value", Kind::Reference, "Where the picture is."),
    DISPLAY,
    Attribute::text("type", "Its size.").canonical(&["photo", "thumbnail"]),
    PRIMARY,
];

const ADDRESS_PARTS: &[Attribute] = &[
    Attribute::text("formatted", "The whole address."),
    Attribute::text("streetAddress", "Street and number."),
    Attribute::text("locality", "The city."),
    Attribute::text("region", "The state or region."),
    Attribute::text("postalCode", "The postal code."),
    Attribute::text("country", "The country, by two letters."),
    Attribute::text("type", "What it is for.").canonical(&["work", "home", "other"]),
    PRIMARY,
];

const GROUP_PARTS: &[Attribute] = &[
    Attribute::text("value", "The group's id.").exact().read_only(),
    Attribute::of("$ref", Kind::Reference, "Where the group is.").refers_to(&["Group"]).read_only(),
    Attribute::text("display", "What the group is called.").read_only(),
    Attribute::text("type", "Whether the user is in it directly.").canonical(&["direct"]).read_only(),
];

const CERTIFICATE_PARTS: &[Attribute] = &[
    Attribute::of("value", Kind::Binary, "The certificate, DER as base64."),
    DISPLAY,
    Attribute::text("type", "What it is for."),
    PRIMARY,
];

const ENTERPRISE_ATTRIBUTES: &[Attribute] = &[
    Attribute::text("employeeNumber", "The user's number in the organisation."),
    Attribute::text("costCenter", "The cost centre."),
    Attribute::text("organization", "The organisation."),
    Attribute::text("division", "The division."),
    Attribute::text("department", "The department."),
    Attribute::complex("manager", "Whom the user reports to.", MANAGER_PARTS),
];

const MANAGER_PARTS: &[Attribute] = &[
    Attribute::text("value", "The manager's id.").exact(),
    Attribute::of("$ref", Kind::Reference, "Where the manager is.").refers_to(&["User"]),
    Attribute::text("displayName", "What the manager is called.").read_only(),
];
