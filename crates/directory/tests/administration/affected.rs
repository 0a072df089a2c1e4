//! Whom a change affects: nobody holds something else afterwards who is not meant, and one assignment's change means few.

use std::collections::BTreeMap;

use casemate_directory::{Affected, Forgotten, KeyDraft, Selector, Subject, Whom};
use casemate_identity::sign_in::SignedIn;
use casemate_identity::{Identity, SecretString};
use casemate_store::{Commit, Draft, Membership, Operation, Sessions, UserRecord};
use casemate_store::{GroupRecord, StoredApiKey};

use super::*;

const SCHEMA: &str =
    "format = 1\n[application]\nid = \"notes\"\nnamespaces = [\"notes\"]\nproperties = \"opaque\"\n";

fn written(operations: Vec<Operation>) -> Commit {
    Commit {
        base: None,
        at: 1_000,
        actor: Actor::default(),
        summary: "a test".into(),
        operations,
        events: Vec::new(),
        fence: None,
    }
}

/// What a client may know of somebody.
struct Item {
    subject: Subject,
    /// The directory's id, where it has one.
    id: Option<String>,
    credential: Option<String>,
    /// All that they hold and are; nothing where they may not come in.
    holds: Option<String>,
}

impl Item {
    fn is_meant(&self, selectors: &[Selector]) -> bool {
        selectors
            .iter()
            .any(|selector| selector.means(&self.subject, self.id.as_deref(), self.credential.as_deref()))
    }
}

fn all_of(subject: &Subject, set: &PermissionSet) -> String {
    let Subject { login, display_name, groups, claims, tenant, .. } = subject;
    let held: Vec<String> = set
        .iter()
        .map(|permission| {
            let grant = permission.grant().unwrap();
            format!("{permission:?} {:?} {:?} {:?}", grant.origin, grant.from, grant.until)
        })
        .collect();
    format!("{login:?} {display_name:?} {groups:?} {claims:?} {tenant} {held:#?}")
}

/// Numbers that are the same in each run (xorshift).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % most as u64) as usize
    }

    fn one<'t>(&mut self, of: &[&'t str]) -> &'t str {
        of[self.below(of.len())]
    }
}

/// What was made, changed at random.
struct World {
    site: Site,
    numbers: Numbers,
    assignments: BTreeMap<String, Value>,
    people: BTreeMap<String, bool>,
    users: BTreeMap<String, UserRecord>,
    names_are_swapped: bool,
    has_own_role: bool,
    keys: Vec<(StoredApiKey, SecretString)>,
    made: usize,
}

const ROLES: [&str; 5] = ["r0", "r1", "r2", "r3", "r4"];
const SUBJECTS: [&str; 6] = ["ada", "bob", "d0", "d1", "f0", "f1"];

fn object(kind: &str, id: &str, name: &str, body: &Value) -> Operation {
    let tenant = if ["application", "provider"].contains(&kind) { "" } else { "default" };
    object_of(tenant, kind, id, name, body)
}

fn object_of(tenant: &str, kind: &str, id: &str, name: &str, body: &Value) -> Operation {
    Operation::Put(Draft {
        kind: kind.into(),
        id: id.into(),
        tenant: tenant.into(),
        name: name.into(),
        body: body.to_string(),
        origin: String::new(),
    })
}

impl World {
    async fn new(seed: u64) -> World {
        let mut world = World {
            site: Site::open().await,
            numbers: Numbers(seed),
            assignments: BTreeMap::new(),
            people: BTreeMap::new(),
            users: BTreeMap::new(),
            names_are_swapped: false,
            has_own_role: false,
            keys: Vec::new(),
            made: 0,
        };
        let mut first: Vec<Operation> = ["corp", "other"]
            .iter()
            .map(|name| {
                let issuer = format!("https://{name}.example");
                object("provider", name, name, &json!({"name": name, "issuer": issuer, "audiences": ["x"]}))
            })
            .collect();
        first.push(object("application", "app", "notes", &json!({"schema": SCHEMA})));
        first.extend((0..ROLES.len()).map(|place| world.role(place)));
        first.extend([world.team(0), world.team(1)]);
        first.extend(world.accounts(false));
        for name in ["staff", "ops"] {
            let group = GroupRecord {
                id: format!("grp_{name}"),
                tenant: "default".into(),
                provider: "casemate".into(),
                name: name.into(),
                ..GroupRecord::default()
            };
            first.push(Operation::PutGroup { group: Box::new(group), expected: None });
        }
        world.make(first).await;
        world
    }

    async fn make(&self, operations: Vec<Operation>) {
        self.site.store.commit(written(operations)).await.unwrap();
        self.site.directory.refresh().await.unwrap();
    }

    fn role(&mut self, place: usize) -> Operation {
        let names = ["notes.read", "notes.write", "notes.*", "shop.order", "casemate.role.read"];
        let count = self.numbers.below(3);
        let permissions: Vec<Value> = (0..count)
            .map(|_| {
                let deny = self.numbers.below(4) == 0;
                let name = self.numbers.one(&names);
                if deny { json!({"name": name, "deny": true}) } else { json!({"name": name}) }
            })
            .collect();
        // Only those behind it, so that none extends itself.
        let extends: Vec<&str> =
            ROLES[place + 1..].iter().filter(|_| self.numbers.below(3) == 0).copied().collect();
        let name = ROLES[place];
        object("role", name, name, &json!({"name": name, "permissions": permissions, "extends": extends}))
    }

    fn team(&mut self, place: usize) -> Operation {
        let roles: Vec<&str> = ROLES.iter().filter(|_| self.numbers.below(3) == 0).copied().collect();
        let name = format!("t{place}");
        object("team", &name, &name, &json!({"name": name, "roles": roles}))
    }

    fn accounts(&mut self, swap: bool) -> Vec<Operation> {
        self.names_are_swapped ^= swap;
        let names = if self.names_are_swapped { ["b", "a"] } else { ["a", "b"] };
        (0..2)
            .map(|place| {
                let body = json!({"name": names[place], "disabled": swap && self.numbers.below(3) == 0});
                object("service-account", &format!("svc_{place}"), names[place], &body)
            })
            .collect()
    }

    /// Whom something is assigned to.
    fn target(&mut self) -> Value {
        let provider = self.numbers.one(&["corp", "other"]);
        let subject = self.numbers.one(&SUBJECTS);
        match self.numbers.below(8) {
            0 | 1 => json!({"provider": provider, "id": subject}),
            2 => json!({"provider": provider, "type": "admin", "id": subject}),
            3 => json!({"provider": provider, "login": format!("{subject}@example.com")}),
            4 => json!({"provider": provider, "group": self.numbers.one(&["staff", "ops"])}),
            5 => json!({"provider": provider, "type": "admin", "group": "staff"}),
            6 => json!({"provider": "casemate", "type": "service", "login": self.numbers.one(&["a", "b"])}),
            _ => {
                json!({"provider": "casemate", "type": "service", "id": self.numbers.one(&["svc_0", "svc_1"])})
            }
        }
    }

    fn assignment(&mut self) -> Operation {
        let known: Vec<String> = self.assignments.keys().cloned().collect();
        if !known.is_empty() && self.numbers.below(2) == 0 {
            let id = known[self.numbers.below(known.len())].clone();
            self.assignments.remove(&id);
            return Operation::Remove { kind: "assignment".into(), id };
        }
        self.made += 1;
        let id = format!("asg_{}", self.made);
        let mut body = json!({"to": self.target()});
        match self.numbers.below(3) {
            0 => body["team"] = json!(self.numbers.one(&["t0", "t1"])),
            _ => body["role"] = json!(self.numbers.one(&ROLES)),
        }
        if self.numbers.below(4) == 0 {
            body["until"] = json!("2100-01-01T00:00:00Z");
        }
        self.assignments.insert(id.clone(), body.clone());
        let is_account = body["to"]["provider"] == "casemate";
        let tenant = if !is_account && self.numbers.below(3) == 0 { "acme" } else { "default" };
        object_of(tenant, "assignment", &id, &id, &body)
    }

    /// A role of another tenant, which stands there in place of a shared one, comes, goes or becomes another.
    fn own_role(&mut self) -> Operation {
        if self.numbers.below(3) == 0 && std::mem::take(&mut self.has_own_role) {
            return Operation::Remove { kind: "role".into(), id: "own".into() };
        }
        self.has_own_role = true;
        let permissions = json!([{"name": self.numbers.one(&["notes.own", "notes.other"])}]);
        let extends = [self.numbers.one(&["r0", "r1", "r2"])];
        let body = json!({"name": "r3", "permissions": permissions, "extends": extends});
        object_of("acme", "role", "own", "r3", &body)
    }

    fn person(&mut self) -> Operation {
        let id = self.numbers.one(&["f0", "f1"]);
        let is_there = self.people.entry(id.to_owned()).or_default();
        *is_there = !*is_there || self.numbers.below(2) == 0;
        if !*is_there {
            return Operation::Remove { kind: "user".into(), id: id.to_owned() };
        }
        let login = format!("{}@example.com", self.numbers.one(&SUBJECTS));
        let groups = [self.numbers.one(&["staff", "ops", "none"])];
        let body = json!({"provider": "corp", "id": id, "login": login, "groups": groups});
        object("user", id, id, &body)
    }

    fn user(&mut self) -> Vec<Operation> {
        let subject = self.numbers.one(&["d0", "d1"]);
        let group = self.numbers.one(&["staff", "ops"]);
        self.made += 1;
        let number = self.made;
        let Some(user) = self.users.get_mut(subject) else {
            let user = UserRecord {
                // Never one that was deleted.
                id: format!("usr_{number}"),
                tenant: "default".into(),
                provider: "corp".into(),
                subject: Some(subject.into()),
                login: format!("{subject}@example.com"),
                active: true,
                attributes: "{}".into(),
                ..UserRecord::default()
            };
            self.users.insert(subject.to_owned(), user.clone());
            return vec![Operation::PutUser { user: Box::new(user), expected: None }];
        };
        let member =
            Membership { group: format!("grp_{group}"), user: user.id.clone(), source: String::new() };
        match self.numbers.below(5) {
            0 => return vec![Operation::AddMember(member)],
            1 => return vec![Operation::RemoveMember(member)],
            2 => {
                let id = user.id.clone();
                self.users.remove(subject);
                return vec![Operation::RemoveUser { id, expected: None }];
            }
            3 => user.active = !user.active,
            _ => user.login = format!("{number}@example.com"),
        }
        vec![Operation::PutUser { user: Box::new(user.clone()), expected: None }]
    }

    async fn key(&mut self) {
        let administration = &self.site.administration;
        if self.keys.len() > 2 {
            let (key, _) = self.keys.swap_remove(self.numbers.below(3));
            administration.revoke_key(&operator(), "default", &key.id).await.unwrap();
            return;
        }
        let account = self.numbers.one(&["svc_0", "svc_1"]);
        let draft = KeyDraft { title: "a test".into(), ..KeyDraft::default() };
        self.keys.push(administration.create_key(&operator(), "default", account, draft).await.unwrap());
    }

    /// Something is changed.
    async fn change(&mut self) {
        let mut operations = match self.numbers.below(18) {
            0..=6 => vec![self.assignment()],
            7 | 8 => {
                let place = self.numbers.below(ROLES.len());
                vec![self.role(place)]
            }
            9 => {
                let place = self.numbers.below(2);
                vec![self.team(place)]
            }
            10 => vec![self.person()],
            11 | 12 => self.user(),
            13 => return self.key().await,
            14 => {
                let swap = self.numbers.below(2) == 0;
                self.accounts(swap)
            }
            15 | 16 => vec![self.own_role()],
            _ => {
                let title = format!("{SCHEMA}title = \"{}\"\n", self.made);
                vec![object("application", "app", "notes", &json!({"schema": title}))]
            }
        };
        // Now and then something else with it, which is in no other change.
        let is_assignment = |operation: &Operation| match operation {
            Operation::Put(draft) => draft.kind == "assignment",
            Operation::Remove { kind, .. } => kind == "assignment",
            _ => false,
        };
        if self.numbers.below(5) == 0 && !operations.iter().any(is_assignment) {
            operations.push(self.assignment());
        }
        self.make(operations).await;
    }

    /// What clients may know by now.
    async fn items(&self) -> BTreeMap<String, Item> {
        let mut items = BTreeMap::new();
        let snapshot = self.site.directory.current();
        for provider in ["corp", "other"] {
            for kind in [casemate_identity::Kind::USER, casemate_identity::Kind::ADMIN] {
                if provider == "corp" && kind != casemate_identity::Kind::USER {
                    // Nothing of its tokens says a type.
                    continue;
                }
                for subject in SUBJECTS {
                    let tenants = ["", "acme"].iter();
                    let all = tenants.flat_map(|tenant| ["", "staff", "ops"].map(|group| (*tenant, group)));
                    for (tenant, group) in all {
                        let mut identity = Identity::new(provider, subject, kind.clone());
                        identity.tenant = (!tenant.is_empty()).then(|| tenant.into());
                        identity.login = (group == "ops").then(|| format!("{subject}@example.com").into());
                        identity.groups = [group]
                            .iter()
                            .filter(|group| !group.is_empty())
                            .map(|group| (*group).into())
                            .collect();
                        let identity = Arc::new(identity);
                        let user = self.site.directory.user_of(&identity).await;
                        let known =
                            snapshot.known_caller_as(&identity, user.as_ref().ok().and_then(Option::as_ref));
                        let is_user = matches!(user, Ok(Some(_)));
                        let holds =
                            user.is_ok().then(|| all_of(&known.subject, known.permissions.as_ref().unwrap()));
                        let id = is_user.then(|| self.users[subject].id.clone());
                        let item = Item { subject: known.subject.clone(), id, credential: None, holds };
                        items.insert(format!("{tenant} {provider} {kind:?} {subject} {group}"), item);
                    }
                }
            }
        }
        for account in ["svc_0", "svc_1"] {
            let subject = Subject::new("casemate".into(), "service", Some(account), "default".into());
            let holds = Some(all_of(&subject, &snapshot.permissions(&subject).unwrap()));
            let item = Item { subject, id: Some(account.to_owned()), credential: None, holds };
            items.insert(account.to_owned(), item);
        }
        for (key, secret) in &self.keys {
            let credentials = Credentials::bearer(secret.clone());
            let answer =
                snapshot.chain().authenticate(&credentials, casemate_identity::Timestamp(1_000)).await;
            let subject = match &answer {
                Ok(identity) => snapshot.caller(identity),
                Err(_) => Subject::new("api-key".into(), "api-key", Some(&key.id), "default".into()),
            };
            let holds = answer.is_ok().then(|| all_of(&subject, &snapshot.permissions(&subject).unwrap()));
            let (id, credential) = (Some(key.id.clone()), Some(key.id.clone()));
            items.insert(key.id.clone(), Item { subject, id, credential, holds });
        }
        items
    }
}

#[tokio::test]
async fn whoever_holds_something_else_after_a_change_is_meant_by_it() {
    let (seeds, steps) = if std::env::var_os("CASEMATE_LONG").is_some() { (50, 300) } else { (3, 80) };
    let (mut differing, mut some) = (0, 0);
    for seed in 1..=seeds {
        let mut world = World::new(0x5eed * seed).await;
        let mut before = world.items().await;
        for step in 0..steps {
            let revision = world.site.directory.current().revision();
            world.change().await;
            let after = world.items().await;
            let changes = world.site.directory.changes_after(revision).unwrap();
            let mut selectors = Vec::new();
            let mut is_everybody = false;
            for change in &changes {
                assert!(change.revision > revision);
                match &change.affected {
                    Affected::Nobody => {}
                    Affected::Everybody => is_everybody = true,
                    Affected::These(these) => selectors.extend(these.iter().cloned()),
                }
            }
            some += usize::from(!is_everybody && !selectors.is_empty());
            for (who, item) in before.iter().filter(|(_, item)| item.holds.is_some()) {
                if after.get(who).is_some_and(|after| after.holds == item.holds) {
                    continue;
                }
                differing += 1;
                assert!(
                    is_everybody || item.is_meant(&selectors),
                    "seed {seed}, step {step}: {who} is not meant by {selectors:?}; before {:?}, after {:?}",
                    item.holds,
                    after.get(who).map(|after| &after.holds)
                );
            }
            before = after;
        }
    }
    assert!(differing > 100 && some > 50, "there was something to find: {differing}, {some}");
}

/// Whom the changes after a revision name, none of which is of everybody.
fn named(site: &Site, after: i64) -> Vec<Whom> {
    let changes = site.directory.changes_after(after).unwrap();
    let these = changes.iter().flat_map(|change| {
        assert_ne!(change.affected, Affected::Everybody);
        match &change.affected {
            Affected::These(these) => these.to_vec(),
            Affected::Nobody | Affected::Everybody => Vec::new(),
        }
    });
    these.map(|selector| selector.whom).collect()
}

#[tokio::test]
async fn one_assignment_means_whom_it_is_for_and_nobody_else() {
    let site = Site::open().await;
    let author = site.role("author", json!([{ "name": "notes.*" }])).await;
    site.role("reader", json!([{ "name": "notes.read" }])).await;
    site.assign("reader", "bob").await;
    let start = site.directory.current().revision();
    assert_eq!(site.directory.changes_after(start), Ok(vec![]));
    let made = site.assign("author", "ada").await;
    let ada = Whom::Subject { provider: "".into(), kind: "user".into(), id: "ada".into() };
    assert_eq!(named(&site, start), std::slice::from_ref(&ada));
    let id = made.entry.id.as_str();
    site.administration.delete(&operator(), Kind::Assignment, "default", id, None).await.unwrap();
    assert_eq!(named(&site, made.revision), [ada]);
    let to = json!({ "group": "staff" });
    let made = site.create(Kind::Assignment, json!({ "role": "author", "to": to })).await;
    let staff = Whom::Group { provider: "".into(), kind: None, group: "staff".into() };
    assert_eq!(named(&site, made.revision - 1), std::slice::from_ref(&staff));
    // A role that nobody is assigned, a setting, and a title that nothing depends on.
    let last = site.role("other", json!([{ "name": "notes.read" }])).await.revision;
    site.create(Kind::Setting, json!({ "name": "log.levels", "value": "info" })).await;
    assert_eq!(site.directory.changes_after(last - 1), Ok(vec![]));
    let document = json!({ "name": "author", "permissions": [{ "name": "notes.write" }] });
    let id = author.entry.id.as_str();
    let changed = site.administration.update(&operator(), Kind::Role, "default", id, None, document).await;
    let changed = changed.unwrap().revision;
    assert_eq!(named(&site, changed - 1), [staff]);
    site.create(Kind::Application, json!({ "schema": SCHEMA })).await;
    let changes = site.directory.changes_after(changed).unwrap();
    assert_eq!((changes[0].schemas, &changes[0].affected), (true, &Affected::Everybody));
    assert_eq!(site.directory.changes_after(-1), Err(Forgotten));
}

#[tokio::test]
async fn a_session_that_ends_is_meant_by_its_name() {
    let site = Site::open().await;
    let signed_in = SignedIn {
        identity: Identity::new("corp", "ada", casemate_identity::Kind::USER),
        subject: "ada".into(),
        sid: None,
        authenticated_at: casemate_identity::Timestamp(1_000),
    };
    let (session, _) = site.directory.sessions().begin(&signed_in, None, None, 1_000).unwrap();
    let id = session.id.clone();
    site.store.commit(written(vec![Operation::BeginSession(session)])).await.unwrap();
    let began = site.directory.refresh().await.unwrap();
    assert_eq!(site.directory.changes_after(0), Ok(vec![]), "that one begins changes nothing for anybody");
    let which = Sessions::Id(id.clone());
    site.store
        .commit(written(vec![Operation::EndSessions { which, reason: "signed-out".into() }]))
        .await
        .unwrap();
    site.directory.refresh().await.unwrap();
    assert_eq!(named(&site, began), [Whom::Credential(id.into())]);
}

#[tokio::test]
async fn what_was_compiled_serves_on_where_a_change_does_not_affect_it() {
    let site = Site::open().await;
    site.role("author", json!([{ "name": "notes.*" }])).await;
    site.assign("author", "ada").await;
    let set = |id: &str| {
        let snapshot = site.directory.current();
        let nobody = Subject::anonymous("default".into());
        let subject = snapshot.subject(&nobody, &"default".into(), "user", id).unwrap();
        snapshot.permissions(&subject).unwrap()
    };
    let before = set("ada");
    site.role("reader", json!([{ "name": "shop.read" }])).await;
    let unrelated = site.assign("reader", "bob").await;
    assert!(before.is_the_same_as(&set("ada")), "an assignment of somebody else");
    site.administration
        .delete(&operator(), Kind::Assignment, "default", &unrelated.entry.id, None)
        .await
        .unwrap();
    assert!(before.is_the_same_as(&set("ada")));
    site.assign("reader", "ada").await;
    let after = set("ada");
    assert!(!before.is_the_same_as(&after) && allowed(&after, "shop.read"));
    site.create(Kind::Application, json!({ "schema": SCHEMA })).await;
    assert!(!after.is_the_same_as(&set("ada")), "a schema may mean something else");
}
