//! Users and groups of the store as resources, and back.

use casemate_directory::Formerly;
use casemate_scim::schema::ENTERPRISE;
use casemate_scim::{Resource, ResourceType, version};
use casemate_store::{GroupRecord, UserRecord};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::client::{Client, SubjectFrom};

/// Who says what SCIM says.
pub(super) const SOURCE: &str = "scim";

/// What expressions see of a user as claims; other attributes are left to who gave them.
const CLAIMS: [&str; 6] = ["title", "userType", "preferredLanguage", "locale", "timezone", "nickName"];
const ENTERPRISE_CLAIMS: [&str; 5] =
    ["employeeNumber", "costCenter", "organization", "division", "department"];
const MANAGER: &str = "manager";

/// A user or a group as it is kept.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Record {
    User(UserRecord),
    Group(GroupRecord),
}

impl Record {
    pub(super) fn id(&self) -> &str {
        match self {
            Record::User(user) => &user.id,
            Record::Group(group) => &group.id,
        }
    }

    pub(super) fn revision(&self) -> i64 {
        match self {
            Record::User(user) => user.revision,
            Record::Group(group) => group.revision,
        }
    }

    pub(super) fn formerly(&self) -> Formerly<'_> {
        match self {
            Record::User(user) => Formerly::User(user),
            Record::Group(group) => Formerly::Group(group),
        }
    }

    pub(super) fn kind(&self) -> ResourceType {
        match self {
            Record::User(_) => ResourceType::User,
            Record::Group(_) => ResourceType::Group,
        }
    }

    /// As a resource: what SCIM said, with what was changed otherwise since.
    pub(super) fn resource(&self) -> Resource {
        let mut resource = match self {
            Record::User(user) => {
                let mut resource =
                    Resource::kept(ResourceType::User, user.scim.as_deref().unwrap_or_default());
                resource.set("userName", Some(user.login.clone().into()));
                // Null stands where a client took the attribute away, which makes nobody active.
                let is_told = match resource.attributes.get("active") {
                    Some(Value::Null) => false,
                    Some(_) => true,
                    None => user.scim.is_none() || !user.active,
                };
                resource.set("active", is_told.then(|| user.active.into()));
                if user.display_name.as_deref() != shown_name(&resource).as_deref() {
                    resource.set("displayName", user.display_name.clone().map(Value::from));
                }
                if let Some(email) = user.email.as_deref().filter(|email| resource.email() != Some(email)) {
                    resource.set("emails", Some(json!([{"value": email, "primary": true}])));
                }
                resource
            }
            Record::Group(group) => {
                let mut resource =
                    Resource::kept(ResourceType::Group, group.scim.as_deref().unwrap_or_default());
                resource.set("displayName", Some(group.name.clone().into()));
                resource
            }
        };
        let external_id = match self {
            Record::User(user) => &user.external_id,
            Record::Group(group) => &group.external_id,
        };
        resource.set("externalId", external_id.clone().map(Value::from));
        resource
    }

    /// As filters and orders see it: whether a user is active is known also where it is not told.
    pub(super) fn examined(&self, base: &str) -> Map<String, Value> {
        let mut document = self.document(base);
        if let Record::User(user) = self {
            document.insert("active".to_owned(), user.active.into());
        }
        document
    }

    /// As it is answered, without members and groups.
    pub(super) fn document(&self, base: &str) -> Map<String, Value> {
        let (created, updated) = match self {
            Record::User(user) => (user.created_at, user.updated_at),
            Record::Group(group) => (group.created_at, group.updated_at),
        };
        let meta = Map::from_iter([
            ("created".to_owned(), time(created)),
            ("lastModified".to_owned(), time(updated)),
            ("location".to_owned(), location(base, self.kind(), self.id()).into()),
            ("version".to_owned(), version(self.revision()).into()),
        ]);
        let mut resource = self.resource();
        if let Some(manager) = resource
            .attributes
            .get_mut(ENTERPRISE.id)
            .and_then(|enterprise| enterprise.get_mut(MANAGER))
            .and_then(Value::as_object_mut)
            && let Some(id) = manager.get("value").and_then(Value::as_str).filter(|id| id.starts_with("usr_"))
        {
            let place = location(base, ResourceType::User, id);
            manager.insert("$ref".to_owned(), place.into());
        }
        resource.to_json(self.id(), meta)
    }
}

/// Where a resource is.
pub(super) fn location(base: &str, kind: ResourceType, id: &str) -> String {
    format!("{base}{}/{id}", kind.endpoint())
}

fn time(micros: i64) -> Value {
    Timestamp::from_microsecond(micros).map_or(Value::Null, |time| time.to_string().into())
}

/// The name that is shown of a user, as far as SCIM says one.
fn shown_name(resource: &Resource) -> Option<String> {
    if let Some(name) = resource.text("displayName") {
        return Some(name.to_owned());
    }
    let part = |part: &str| resource.attributes.get("name")?.get(part)?.as_str();
    if let Some(whole) = part("formatted") {
        return Some(whole.to_owned());
    }
    match (part("givenName"), part("familyName")) {
        (Some(given), Some(family)) => Some(format!("{given} {family}")),
        (one, other) => one.or(other).map(str::to_owned),
    }
}

impl Client<'_> {
    /// The user that a resource describes; `before` is who they were.
    pub(super) fn user(&self, resource: &Resource, id: &str, before: Option<&UserRecord>) -> UserRecord {
        let mut kept = resource.clone();
        let external_id = resource.text("externalId").map(str::to_owned);
        for column in ["userName", "externalId"] {
            kept.set(column, None);
        }
        let login = resource.text("userName").unwrap_or_default().to_owned();
        let known = || before.and_then(|before| before.subject.clone());
        let subject = match self.subject {
            SubjectFrom::ExternalId => external_id.clone().or_else(known),
            SubjectFrom::UserName => Some(login.clone()),
            SubjectFrom::Id => Some(id.to_owned()),
        };
        let was_active = before.is_none_or(|before| before.active);
        let active = resource.attributes.get("active").and_then(Value::as_bool).unwrap_or(was_active);
        if !active && !resource.attributes.contains_key("active") {
            kept.set("active", Some(Value::Null));
        }
        UserRecord {
            id: id.to_owned(),
            tenant: before.map_or(&self.tenant, |before| &before.tenant).clone(),
            provider: self.provider.clone(),
            subject,
            login,
            external_id,
            active,
            display_name: shown_name(resource),
            email: resource.email().map(str::to_owned),
            attributes: claims(resource, before.map(|before| &*before.attributes)),
            scim: Some(kept.to_text()),
            source: SOURCE.to_owned(),
            revision: 0,
            created_at: before.map_or(self.author.now, |before| before.created_at),
            updated_at: self.author.now,
            signed_in_at: None,
        }
    }

    /// The group that a resource describes.
    pub(super) fn group(&self, resource: &Resource, id: &str, before: Option<&GroupRecord>) -> GroupRecord {
        let mut kept = resource.clone();
        for column in ["displayName", "externalId"] {
            kept.set(column, None);
        }
        GroupRecord {
            id: id.to_owned(),
            tenant: before.map_or(&self.tenant, |before| &before.tenant).clone(),
            provider: self.provider.clone(),
            name: resource.text("displayName").unwrap_or_default().to_owned(),
            external_id: resource.text("externalId").map(str::to_owned),
            source: SOURCE.to_owned(),
            scim: Some(kept.to_text()),
            revision: 0,
            created_at: before.map_or(self.author.now, |before| before.created_at),
            updated_at: self.author.now,
        }
    }
}

/// What expressions see: SCIM's attributes as they are now, and beside them whatever else was known.
fn claims(resource: &Resource, before: Option<&str>) -> String {
    let mut claims: Map<String, Value> =
        before.and_then(|before| serde_json::from_str(before).ok()).unwrap_or_default();
    let enterprise = resource.attributes.get(ENTERPRISE.id);
    let manager = enterprise.and_then(|enterprise| enterprise.get(MANAGER)?.get("value"));
    let own = CLAIMS.iter().map(|name| (*name, resource.attributes.get(*name)));
    let of_enterprise =
        ENTERPRISE_CLAIMS.iter().map(|name| (*name, enterprise.and_then(|enterprise| enterprise.get(*name))));
    for (name, value) in own.chain(of_enterprise).chain([(MANAGER, manager)]) {
        match value {
            Some(value) => drop(claims.insert(name.to_owned(), value.clone())),
            None => drop(claims.remove(name)),
        }
    }
    Value::Object(claims).to_string()
}

/// What administration shows of a record, for the log.
pub(super) fn shown(record: &Record) -> Value {
    match record {
        Record::User(user) => json!({
            "provider": user.provider,
            "login": user.login,
            "external_id": user.external_id,
            "active": user.active,
        }),
        Record::Group(group) => json!({
            "provider": group.provider,
            "name": group.name,
            "external_id": group.external_id,
        }),
    }
}
