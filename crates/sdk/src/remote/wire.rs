//! What a server says of somebody, read strictly: what cannot be read is no shorter list. Data are bounded, and an answer holds
//! many: each is read by itself, so that only the longest answer that is taken bounds all together.

use std::collections::BTreeMap;
use std::sync::Arc;

use casemate_expression::{Datum, List, Map, Members, Timestamp};
use casemate_permission::{
    Actor, Catalog, Grant, Origin, OriginKind, Permission, PermissionSet, Schema, Subject,
};
use serde_json::value::RawValue;

use crate::Whom;

/// Why an answer cannot be used, in words.
pub(crate) type Unreadable = String;

/// Somebody as a server says who they are.
#[derive(Debug, PartialEq)]
pub(crate) struct Identity {
    pub(crate) directory_id: Option<Box<str>>,
    pub(crate) provider: Box<str>,
    pub(crate) kind: Box<str>,
    pub(crate) subject: Option<Box<str>>,
    pub(crate) login: Option<Box<str>>,
    pub(crate) display_name: Option<Box<str>>,
    pub(crate) tenant: Box<str>,
    pub(crate) groups: Vec<String>,
    pub(crate) claims: Members,
    pub(crate) auth_time: Option<Timestamp>,
    pub(crate) auth_methods: Vec<String>,
    pub(crate) auth_class: Option<Box<str>>,
    pub(crate) actor: Option<(Box<str>, Box<str>, Box<str>)>,
    pub(crate) credential: Option<Box<str>>,
}

impl Whom for Identity {
    fn view(&self) -> Subject<'_> {
        Subject {
            id: self.subject.as_deref(),
            provider: (!self.provider.is_empty()).then_some(&*self.provider),
            kind: Some(&self.kind),
            login: self.login.as_deref(),
            display_name: self.display_name.as_deref(),
            tenant: Some(&self.tenant),
            groups: Some(List::texts(&self.groups)),
            claims: Map::Data(&self.claims),
            auth_time: self.auth_time,
            auth_amr: (!self.auth_methods.is_empty()).then(|| List::texts(&self.auth_methods)),
            auth_acr: self.auth_class.as_deref(),
            actor: self.actor.as_ref().map(|(provider, kind, id)| Actor {
                provider: Some(provider),
                id: Some(id),
                kind: Some(kind),
            }),
        }
    }

    fn directory_id(&self) -> Option<&str> {
        self.directory_id.as_deref()
    }

    fn credential(&self) -> Option<&str> {
        self.credential.as_deref()
    }
}

/// What one item of an answer says.
#[derive(Debug)]
pub(crate) enum Item {
    /// All of somebody.
    Held(Box<Held>),
    /// What is known already is so still.
    NotModified { until: Option<i64> },
    /// Why there is nothing.
    Problem { code: String },
}

/// Somebody with what they hold.
#[derive(Debug)]
pub(crate) struct Held {
    pub(crate) identity: Identity,
    pub(crate) permissions: Vec<(Permission, Arc<Grant>)>,
    pub(crate) until: Option<i64>,
    pub(crate) etag: String,
}

/// The members of an object, none of them read yet.
type Unread<'a> = BTreeMap<String, &'a RawValue>;

fn members(text: &str) -> Result<Unread<'_>, Unreadable> {
    serde_json::from_str(text).map_err(|error| error.to_string())
}

/// Some members of an object, each read by itself, where they are there.
fn read(members: &Unread<'_>, names: &[&str]) -> Result<Datum, Unreadable> {
    let known = names.iter().filter_map(|name| Some((*name, members.get(*name)?)));
    let read = known.map(|(name, unread)| match Datum::from_json(unread.get()) {
        Ok(datum) => Ok((name.into(), datum)),
        Err(error) => Err(format!("`{name}`: {error}")),
    });
    read.collect::<Result<Members, _>>().map(Datum::Map)
}

fn unread<'a>(members: &Unread<'a>, name: &str) -> Result<&'a str, Unreadable> {
    members.get(name).map(|unread| unread.get()).ok_or_else(|| format!("`{name}` is missing"))
}

fn list<'a>(members: &Unread<'a>, name: &str) -> Result<Vec<&'a RawValue>, Unreadable> {
    serde_json::from_str(unread(members, name)?).map_err(|error| format!("`{name}` is no list: {error}"))
}

fn member<'d>(datum: &'d Datum, name: &str) -> Result<&'d Datum, Unreadable> {
    datum.get(name).ok_or_else(|| format!("`{name}` is missing"))
}

fn text(datum: &Datum, name: &str) -> Result<Box<str>, Unreadable> {
    member(datum, name)?.as_str().map(Box::from).ok_or_else(|| format!("`{name}` is no text"))
}

fn optional(datum: &Datum, name: &str) -> Result<Option<Box<str>>, Unreadable> {
    match datum.get(name) {
        None | Some(Datum::Null) => Ok(None),
        Some(_) => text(datum, name).map(Some),
    }
}

fn texts(datum: &Datum, name: &str) -> Result<Vec<String>, Unreadable> {
    let list = member(datum, name)?.as_list().ok_or_else(|| format!("`{name}` is no list"))?;
    let texts = list.iter().map(|text| text.as_str().map(str::to_owned));
    texts.collect::<Option<_>>().ok_or_else(|| format!("`{name}` is no list of texts"))
}

fn time(datum: &Datum, name: &str) -> Result<Option<Timestamp>, Unreadable> {
    let Some(text) = optional(datum, name)? else { return Ok(None) };
    Timestamp::parse_rfc3339(&text).map(Some).ok_or_else(|| format!("`{name}` is no time"))
}

/// An object that may be null.
fn object<'d>(datum: &'d Datum, name: &str) -> Result<Option<&'d Datum>, Unreadable> {
    match member(datum, name)? {
        Datum::Null => Ok(None),
        object @ Datum::Map(_) => Ok(Some(object)),
        _ => Err(format!("`{name}` is no object")),
    }
}

pub(crate) fn revision(datum: &Datum) -> Result<i64, Unreadable> {
    match member(datum, "revision")? {
        Datum::Int(revision) if *revision >= 0 => Ok(*revision),
        _ => Err("`revision` is no revision".to_owned()),
    }
}

/// The answer to `resolve`: its revision and as many items as were asked for.
pub(crate) fn resolved(body: &str, asked: usize) -> Result<(i64, Vec<Result<Item, Unreadable>>), Unreadable> {
    let answer = members(body)?;
    let items = list(&answer, "items")?;
    if items.len() != asked {
        return Err(format!("{} items came to {asked} questions", items.len()));
    }
    let revision = revision(&read(&answer, &["revision"])?)?;
    Ok((revision, items.into_iter().map(|unread| item(unread.get())).collect()))
}

fn item(json: &str) -> Result<Item, Unreadable> {
    let members = members(json)?;
    let known = read(&members, &["problem", "valid_until", "not_modified", "credential", "etag"])?;
    if let Some(problem) = known.get("problem") {
        return Ok(Item::Problem { code: text(problem, "code")?.into() });
    }
    let until = time(&known, "valid_until")?.map(|until| until.0);
    if known.get("not_modified") == Some(&Datum::Bool(true)) {
        return Ok(Item::NotModified { until });
    }
    let permissions = list(&members, "permissions")?;
    Ok(Item::Held(Box::new(Held {
        identity: identity(unread(&members, "identity")?, optional(&known, "credential")?)?,
        permissions: permissions.iter().map(|unread| permission(unread.get())).collect::<Result<_, _>>()?,
        until,
        etag: text(&known, "etag")?.into(),
    })))
}

fn identity(json: &str, credential: Option<Box<str>>) -> Result<Identity, Unreadable> {
    let members = members(json)?;
    let names = ["id", "provider", "type", "subject", "login", "display_name", "tenant", "auth", "actor"];
    let known = read(&members, &names)?;
    let auth = object(&known, "auth")?;
    let actor = |actor: &Datum| {
        Ok::<_, Unreadable>((text(actor, "provider")?, text(actor, "type")?, text(actor, "id")?))
    };
    let groups = serde_json::from_str(unread(&members, "groups")?);
    let claims = read(&members, &["claims"])?;
    Ok(Identity {
        directory_id: optional(&known, "id")?,
        provider: text(&known, "provider")?,
        kind: text(&known, "type")?,
        subject: optional(&known, "subject")?,
        login: optional(&known, "login")?,
        display_name: optional(&known, "display_name")?,
        tenant: text(&known, "tenant")?,
        groups: groups.map_err(|_| "`groups` is no list of texts")?,
        claims: member(&claims, "claims")?.as_map().cloned().ok_or("`claims` is no object")?,
        auth_time: auth.map_or(Ok(None), |auth| time(auth, "time"))?,
        auth_methods: auth.map_or(Ok(Vec::new()), |auth| texts(auth, "amr"))?,
        auth_class: auth.map_or(Ok(None), |auth| optional(auth, "acr"))?,
        actor: object(&known, "actor")?.map(actor).transpose()?,
        credential,
    })
}

fn permission(json: &str) -> Result<(Permission, Arc<Grant>), Unreadable> {
    let datum = &read(&members(json)?, &["permission", "origin", "from", "until"])?;
    let permission =
        Permission::from_datum(member(datum, "permission")?).map_err(|error| error.to_string())?;
    let origin = member(datum, "origin")?;
    let kind = match &*text(origin, "kind")? {
        "role" => OriginKind::Role,
        "team" => OriginKind::Team,
        "group" => OriginKind::Group,
        "key" => OriginKind::Key,
        "file" => OriginKind::File,
        // What hands it out decides nothing.
        _ => OriginKind::Source,
    };
    let via = optional(origin, "via")?.map(Into::into);
    let origin = Origin { kind, name: text(origin, "name")?.into(), via };
    let grant = Grant { origin, from: time(datum, "from")?, until: time(datum, "until")? };
    Ok((permission, Arc::new(grant)))
}

/// Compiles what somebody holds.
pub(crate) fn compile(
    catalog: &Catalog,
    permissions: impl IntoIterator<Item = (Permission, Arc<Grant>)>,
) -> Result<PermissionSet, Unreadable> {
    let mut builder = PermissionSet::builder(catalog);
    let mut last: Option<Arc<Grant>> = None;
    for (permission, grant) in permissions {
        // One for all permissions of a role, as the set keeps them.
        let grant = last.filter(|last| **last == *grant).unwrap_or(grant);
        builder.add(permission, &grant);
        last = Some(grant);
    }
    builder.build().map_err(|error| error.to_string())
}

/// The answer with the schemas: its revision, the catalog, and the one application that this client may ask about, where
/// its credential is bound to one.
pub(crate) fn schemas(body: &str) -> Result<(i64, Catalog, Option<Arc<str>>), Unreadable> {
    let answer = members(body)?;
    let items = list(&answer, "items")?;
    let mut schemas = Vec::with_capacity(items.len());
    let (mut is_bound, mut bound) = (true, None);
    for item in items {
        let item = members(item.get())?;
        let id = text(&read(&item, &["application"])?, "application")?;
        let tables: serde_json::Value =
            serde_json::from_str(unread(&item, "schema")?).map_err(|error| error.to_string())?;
        let toml = toml::to_string(&tables).map_err(|error| error.to_string())?;
        // Casemate's own comes with the server, which this client trusts with everything else too.
        let is_own = &*id == casemate_permission::name::RESERVED_NAMESPACE;
        let schema = if is_own { Schema::from_own_toml(&toml) } else { Schema::from_toml(&toml) };
        schemas.push(schema.map_err(|errors| told(&id, &errors))?);
        if is_own {
            is_bound = false;
        } else {
            bound = Some(Arc::from(&*id));
        }
    }
    let catalog = Catalog::compile(schemas).map_err(|errors| told("all", &errors))?;
    // Only who is bound to an application is not shown Casemate's own schema. Of names outside that application they are
    // not told what restricts them: whoever is bound to one that is gone may ask about nothing.
    let application = is_bound.then(|| bound.unwrap_or_else(|| "".into()));
    Ok((revision(&read(&answer, &["revision"])?)?, catalog, application))
}

fn told(id: &str, errors: &[casemate_permission::SchemaError]) -> Unreadable {
    let first = errors.first().map(ToString::to_string).unwrap_or_default();
    format!("the schema of `{id}` is not understood by this version: {first}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const ITEM: &str = r#"{"identity":{"id":"usr1","provider":"corp","type":"user","subject":"ada","login":"ada@x","display_name":null,
        "tenant":"default","groups":["staff"],"claims":{"level":3},"auth":{"time":"2026-01-01T00:00:00Z","amr":["pwd"],"acr":null},
        "actor":{"provider":"corp","type":"service","id":"bot"}},"credential":"ses1","permissions":[
        {"permission":{"name":"cms.entry","own":true},"origin":{"kind":"role","name":"editor","via":null},"from":null,"until":"2030-01-01T00:00:00Z"}],
        "valid_until":"2027-01-01T00:00:00Z","etag":"\"x\""}"#;

    fn answer(items: &str) -> Result<(i64, Vec<Result<Item, Unreadable>>), Unreadable> {
        resolved(&format!("{{\"revision\":7,\"items\":[{items}]}}"), 1)
    }

    #[test]
    fn an_item_is_read_whole() {
        let (revision, items) = answer(ITEM).unwrap();
        assert_eq!(revision, 7);
        let Some(Ok(Item::Held(held))) = items.into_iter().next() else { panic!("no item") };
        let view = held.identity.view();
        assert_eq!((view.id, view.provider, view.login), (Some("ada"), Some("corp"), Some("ada@x")));
        assert_eq!(
            (view.auth_time, held.until),
            (Timestamp::parse_rfc3339("2026-01-01T00:00:00Z"), Some(1_798_761_600_000_000))
        );
        assert_eq!(view.actor.unwrap().id, Some("bot"));
        assert_eq!((held.identity.directory_id(), held.identity.credential()), (Some("usr1"), Some("ses1")));
        let set = compile(&Catalog::empty(), held.permissions).unwrap();
        let grant = set.iter().next().unwrap().grant().unwrap();
        assert_eq!((&*grant.origin.name, grant.until.is_some()), ("editor", true));
    }

    #[test]
    fn what_cannot_be_read_is_never_a_shorter_list() {
        for (what, with) in [
            (r#""name":"cms.entry""#, r#""name":"cms..entry""#),
            (r#""name":"cms.entry","own":true"#, r#""name":"cms.entry","deny":"true""#),
            (r#""2030-01-01T00:00:00Z""#, r#""soon""#),
            (r#""until":"2030"#, r#""until":7,"x":"2030"#),
            (r#""permissions":["#, r#""permissions":[7,"#),
            (r#""permissions":["#, r#""permission":["#),
            (r#""claims":{"level":3}"#, r#""claims":null"#),
            (r#""groups":["staff"]"#, r#""groups":["staff",1]"#),
            (r#""etag":"#, r#""tag":"#),
            (r#""tenant":"default""#, r#""tenant":null"#),
        ] {
            let changed = ITEM.replace(what, with);
            assert_ne!(changed, ITEM, "{what}");
            assert!(answer(&changed).unwrap().1.iter().all(Result::is_err), "{with}");
        }
        for body in ["", "[]", "{}", r#"{"revision":7,"items":[]}"#, r#"{"revision":"7","items":[{}]}"#] {
            assert!(resolved(body, 1).is_err(), "{body}");
        }
    }

    #[test]
    fn somebody_of_many_permissions_groups_and_claims_is_read() {
        let deepest = format!("{}{}", "[".repeat(62), "]".repeat(62));
        let claims = format!(r#"{{"deep":{deepest},"long":"{}"}}"#, "x".repeat(3 << 20));
        let groups = (0..20_000).map(|number| format!("\"group-{number}\"")).collect::<Vec<_>>().join(",");
        let (before, permission) = ITEM.split_once("\"permissions\":[").unwrap();
        let (permission, after) = permission.split_once("],").unwrap();
        let permissions = vec![permission; 20_000].join(",");
        let item = format!("{before}\"permissions\":[{permissions}],{after}")
            .replace(r#"{"level":3}"#, &claims)
            .replace("\"staff\"", &groups);
        assert!(item.len() > 6 << 20);
        let items = answer(&item).unwrap().1;
        let [Ok(Item::Held(held))] = &*items else { panic!("{:?}", items[0].as_ref().err()) };
        assert_eq!((held.permissions.len(), held.identity.groups.len()), (20_000, 20_000));
        let hundred = vec![ITEM; 100].join(",");
        assert!(resolved(&format!("{{\"revision\":7,\"items\":[{hundred}]}}"), 100).is_ok());
    }

    #[test]
    fn other_answers_are_told_apart() {
        let problem = answer(r#"{"problem":{"code":"credential_rejected","detail":"x"}}"#).unwrap().1;
        assert!(matches!(&*problem, [Ok(Item::Problem { code })] if code == "credential_rejected"));
        let same = answer(r#"{"not_modified":true,"etag":"\"x\"","valid_until":null}"#).unwrap().1;
        assert!(matches!(&*same, [Ok(Item::NotModified { until: None })]));
    }

    #[test]
    fn who_is_bound_to_an_application_asks_about_it_alone() {
        let own = r#"{"application":"casemate","schema":{"format":1,"application":{"id":"casemate","namespaces":["casemate"]}}}"#;
        let cms =
            r#"{"application":"cms","schema":{"format":1,"application":{"id":"cms","namespaces":["cms"]}}}"#;
        let read = |items: &str| {
            schemas(&format!("{{\"revision\":3,\"items\":[{items}]}}")).map(|(_, catalog, bound)| {
                (catalog.applications().len(), bound.map(|bound| bound.to_string()))
            })
        };
        assert_eq!(read(&format!("{own},{cms}")), Ok((2, None)));
        assert_eq!(read(cms), Ok((1, Some("cms".to_owned()))));
        assert_eq!(read(""), Ok((0, Some(String::new()))));
        assert!(read(r#"{"application":"cms","schema":{"format":2}}"#).is_err());
        assert!(read(r#"{"application":"cms","schema":null}"#).is_err());
    }
}
