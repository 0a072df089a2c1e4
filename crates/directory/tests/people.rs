//! Users of the directory: who is let in, and what decides knows of them.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot prepare has failed")]

use std::sync::Arc;
use std::time::Duration;

use casemate_directory::{Directory, DirectoryHost, Known, Met, NotAdmitted, ResolveError};
use casemate_identity::remote::{Fetch, FetchError, Fetched, Reply, Submission};
use casemate_identity::{BoxFuture, Identity, Kind};
use casemate_store::{
    Actor, Commit, DataFolder, Draft, GroupRecord, MAX_GROUPS_OF_USER, Membership, Operation, Retention,
    Store, UserRecord,
};
use serde_json::json;

/// Reaches nobody.
struct Offline;

impl Fetch for Offline {
    fn fetch<'a>(&'a self, _: &'a url::Url, _: usize) -> BoxFuture<'a, Result<Fetched, FetchError>> {
        Box::pin(async { Err(FetchError::Unreachable("there is no network".into())) })
    }

    fn submit<'a>(&'a self, _: Submission<'a>) -> BoxFuture<'a, Result<Reply, FetchError>> {
        Box::pin(async { Err(FetchError::Unreachable("there is no network".into())) })
    }
}

struct Site {
    store: Arc<Store>,
    directory: Arc<Directory>,
    _folder: tempfile::TempDir,
}

impl Site {
    /// One with a role for the group `staff` of the provider `corp`.
    async fn open() -> Site {
        let folder = tempfile::tempdir().unwrap();
        let data = DataFolder::open_or_create(&folder.path().join("data")).unwrap();
        let store = Arc::new(Store::open(&data, Retention::default(), || 0).await.unwrap());
        let host = || DirectoryHost::new(Arc::new(Offline));
        let directory = Arc::new(Directory::open(store.reader(), host()).await.unwrap());
        let site = Site { store, directory, _folder: folder };
        let provider = |name: &str| json!({ "name": name, "issuer": format!("https://{name}.example"), "audiences": ["x"] });
        let to = json!({ "provider": "corp", "group": "staff" });
        site.make(vec![
            object("provider", "prv_1", "", "corp", provider("corp")),
            object("provider", "prv_2", "", "other", provider("other")),
            object(
                "role",
                "rol_1",
                "default",
                "r",
                json!({ "name": "r", "permissions": [{ "name": "notes.read" }] }),
            ),
            object("assignment", "asg_1", "default", "asg_1", json!({ "role": "r", "to": to })),
        ])
        .await;
        site
    }

    async fn make(&self, operations: Vec<Operation>) {
        let commit = Commit {
            base: None,
            at: 1,
            actor: Actor::default(),
            summary: "a test".into(),
            operations,
            events: Vec::new(),
            fence: None,
        };
        self.store.commit(commit).await.unwrap();
        self.directory.refresh().await.unwrap();
    }

    async fn caller(&self, identity: &Arc<Identity>) -> Result<Arc<Known>, NotAdmitted> {
        let user = self.directory.user_of(identity).await?;
        Ok(self.directory.current().known_caller_as(identity, user.as_ref()))
    }

    async fn asked_about(&self, id: &str) -> Result<Arc<Known>, ResolveError> {
        self.asked_about_as("user", id).await
    }

    async fn asked_about_as(&self, kind: &str, id: &str) -> Result<Arc<Known>, ResolveError> {
        let (snapshot, tenant) = (self.directory.current(), "default".into());
        let asker = snapshot.known_caller(&identity("asker"));
        let met: Met = self.directory.meet(&snapshot, &tenant, [id]).await.unwrap();
        snapshot.known_subject(&asker, &tenant, kind, id, &met)
    }
}

fn object(kind: &str, id: &str, tenant: &str, name: &str, body: serde_json::Value) -> Operation {
    Operation::Put(Draft {
        kind: kind.into(),
        id: id.into(),
        tenant: tenant.into(),
        name: name.into(),
        body: body.to_string(),
        origin: String::new(),
    })
}

fn identity(id: &str) -> Arc<Identity> {
    Arc::new(Identity::new("corp", id, Kind::USER))
}

fn ada() -> UserRecord {
    UserRecord {
        id: "usr_1".into(),
        tenant: "default".into(),
        provider: "corp".into(),
        subject: Some("ada".into()),
        login: "ada@corp.example".into(),
        active: true,
        attributes: json!({ "department": "engines" }).to_string(),
        ..UserRecord::default()
    }
}

fn put(user: UserRecord) -> Operation {
    Operation::PutUser { user: Box::new(user), expected: None }
}

fn staff() -> [Operation; 2] {
    let group = GroupRecord {
        id: "grp_1".into(),
        tenant: "default".into(),
        provider: "casemate".into(),
        name: "staff".into(),
        ..GroupRecord::default()
    };
    let member = Membership { group: "grp_1".into(), user: "usr_1".into(), source: String::new() };
    [Operation::PutGroup { group: Box::new(group), expected: None }, Operation::AddMember(member)]
}

fn holds(known: &Known) -> usize {
    known.permissions.as_ref().unwrap().iter().count()
}

#[tokio::test]
async fn a_user_gains_what_their_groups_are_assigned_and_loses_it_with_them() {
    let site = Site::open().await;
    let identity = identity("ada");
    assert!(!site.directory.has_users());
    let stranger = site.caller(&identity).await.unwrap();
    assert_eq!((holds(&stranger), stranger.subject.login.as_deref()), (0, None));
    site.make(vec![put(ada())]).await;
    let known = site.caller(&identity).await.unwrap();
    assert_eq!((holds(&known), known.subject.login.as_deref()), (0, Some("ada@corp.example")));
    assert_eq!(known.subject.claims.get("department").unwrap().as_str(), Some("engines"));
    assert!(Arc::ptr_eq(&known, &site.caller(&identity).await.unwrap()), "found out once");
    site.make(staff().into()).await;
    assert_eq!(holds(&site.caller(&identity).await.unwrap()), 1);
    assert_eq!(holds(&site.asked_about("ada").await.unwrap()), 1);
    let gone = Operation::RemoveGroup { id: "grp_1".into(), expected: None };
    site.make(vec![gone]).await;
    assert_eq!(holds(&site.caller(&identity).await.unwrap()), 0);
    assert_eq!(holds(&site.asked_about("ada").await.unwrap()), 0);
}

#[tokio::test]
async fn whoever_is_not_active_any_more_is_refused_at_once() {
    let site = Site::open().await;
    let identity = identity("ada");
    site.make(vec![put(ada())]).await;
    site.caller(&identity).await.unwrap();
    let inactive = |subject: &str| ResolveError::Inactive { kind: "user".into(), id: subject.into() };
    site.make(vec![put(UserRecord { active: false, ..ada() })]).await;
    assert!(matches!(site.caller(&identity).await, Err(NotAdmitted::Inactive)));
    assert_eq!(site.asked_about("ada").await.unwrap_err(), inactive("ada"));
    site.make(vec![put(ada())]).await;
    site.caller(&identity).await.unwrap();
    // Under another name, the one before is a stranger's.
    site.make(vec![put(UserRecord { subject: Some("lovelace".into()), ..ada() })]).await;
    assert_eq!(site.caller(&identity).await.unwrap().subject.login, None);
    site.make(vec![put(ada())]).await;
    site.make(vec![Operation::RemoveUser { id: "usr_1".into(), expected: None }]).await;
    assert!(matches!(site.caller(&identity).await, Err(NotAdmitted::Deleted)));
    assert_eq!(site.asked_about("ada").await.unwrap_err(), inactive("ada"));
    // Keys and static credentials are nobody's whom the directory knows.
    let key = Arc::new(Identity::new("api-key", "ada", Kind::API_KEY));
    assert!(site.directory.user_of(&key).await.unwrap().is_none());
}

#[tokio::test]
async fn whoever_is_deactivated_is_refused_by_what_they_were_called_before_too() {
    let called = |subject: Option<&str>, active| {
        put(UserRecord { subject: subject.map(str::to_owned), active, ..ada() })
    };
    let courses = [
        vec![called(None, false)],
        vec![called(Some("f00ada"), false)],
        vec![called(Some("lovelace"), true), called(Some("lovelace"), false)],
        vec![called(Some("lovelace"), true), Operation::RemoveUser { id: "usr_1".into(), expected: None }],
    ];
    for (number, course) in courses.into_iter().enumerate() {
        let site = Site::open().await;
        site.make(vec![put(ada())]).await;
        site.caller(&identity("ada")).await.unwrap();
        for operation in course {
            let _ = site.caller(&identity("ada")).await;
            site.make(vec![operation]).await;
        }
        assert!(site.caller(&identity("ada")).await.is_err(), "{number}");
        assert!(site.asked_about("ada").await.is_err(), "{number}");
    }
}

#[tokio::test]
async fn users_of_several_providers_are_told_apart() {
    let site = Site::open().await;
    let other = UserRecord { id: "usr_2".into(), provider: "other".into(), ..ada() };
    site.make(vec![put(ada())]).await;
    assert_eq!(&*site.asked_about("ada").await.unwrap().subject.provider, "corp");
    site.make(vec![put(other.clone())]).await;
    assert!(matches!(site.asked_about("ada").await, Err(ResolveError::Ambiguous { .. })));
    site.make(vec![put(UserRecord { tenant: "acme".into(), ..other })]).await;
    assert_eq!(&*site.asked_about("ada").await.unwrap().subject.provider, "corp", "the other is elsewhere");
    // A token that names another tenant is of somebody else there.
    let mut elsewhere = Identity::new("corp", "ada", Kind::USER);
    elsewhere.tenant = Some("acme".into());
    assert_eq!(site.caller(&Arc::new(elsewhere)).await.unwrap().subject.login, None);
}

#[tokio::test]
async fn a_user_of_one_tenant_is_nobody_in_another() {
    let site = Site::open().await;
    let in_acme = |id: &str, active| UserRecord {
        id: id.into(),
        tenant: "acme".into(),
        login: "x".into(),
        active,
        ..ada()
    };
    let mut of_acme = Identity::new("corp", "ada", Kind::USER);
    of_acme.tenant = Some("acme".into());
    let of_acme = Arc::new(of_acme);
    site.make(vec![put(in_acme("usr_2", false))]).await;
    assert!(matches!(site.caller(&of_acme).await, Err(NotAdmitted::Inactive)));
    assert_eq!(&*site.caller(&identity("ada")).await.unwrap().subject.tenant, "default");
    assert!(site.asked_about("ada").await.is_ok());
    site.make(vec![put(in_acme("usr_2", true))]).await;
    assert_eq!(site.caller(&of_acme).await.unwrap().subject.login.as_deref(), Some("x"));
    let known = site.caller(&identity("ada")).await.unwrap();
    assert_eq!((&*known.subject.tenant, known.subject.login.as_deref()), ("default", None), "not taken away");
    // Nor is somebody let in again.
    site.make(vec![Operation::RemoveUser { id: "usr_2".into(), expected: None }, put(ada())]).await;
    site.make(vec![Operation::RemoveUser { id: "usr_1".into(), expected: None }]).await;
    site.make(vec![put(in_acme("usr_3", true))]).await;
    assert!(matches!(site.caller(&identity("ada")).await, Err(NotAdmitted::Deleted)));
    assert!(site.asked_about("ada").await.is_err());
}

#[tokio::test]
async fn users_are_known_by_whatever_type_their_tokens_say() {
    let site = Site::open().await;
    site.make(vec![put(ada())]).await;
    site.make(staff().into()).await;
    let known = site.asked_about_as("admin", "ada").await.unwrap();
    assert_eq!((&*known.subject.kind, &*known.subject.provider, holds(&known)), ("admin", "corp", 1));
    site.make(vec![put(UserRecord { active: false, ..ada() })]).await;
    assert!(matches!(site.asked_about_as("admin", "ada").await, Err(ResolveError::Inactive { .. })));
    for kind in ["service", "api-key"] {
        assert!(site.asked_about_as(kind, "ada").await.is_ok(), "{kind}");
    }
}

#[tokio::test]
async fn a_group_whose_name_is_written_otherwise_is_another() {
    let site = Site::open().await;
    site.make(vec![put(ada())]).await;
    let [group, member] = staff();
    let Operation::PutGroup { group: written, .. } = &group else { unreachable!() };
    let otherwise = GroupRecord { name: "Staff".into(), ..(**written).clone() };
    site.make(vec![group, member]).await;
    assert_eq!(holds(&site.caller(&identity("ada")).await.unwrap()), 1);
    site.make(vec![Operation::PutGroup { group: Box::new(otherwise), expected: None }]).await;
    assert_eq!(holds(&site.caller(&identity("ada")).await.unwrap()), 0);
}

#[tokio::test]
async fn nobody_of_more_groups_than_are_read_is_let_in() {
    let site = Site::open().await;
    site.make(vec![put(ada())]).await;
    let [Operation::PutGroup { group, .. }, _] = staff() else { unreachable!() };
    let belong = |number: u32| {
        let group = GroupRecord { id: format!("g{number}"), name: format!("g{number}"), ..(*group).clone() };
        let member = Membership { group: group.id.clone(), user: "usr_1".into(), source: String::new() };
        [Operation::PutGroup { group: Box::new(group), expected: None }, Operation::AddMember(member)]
    };
    for thousand in 0..MAX_GROUPS_OF_USER / 500 {
        site.make((thousand * 500..(thousand + 1) * 500).flat_map(belong).collect()).await;
    }
    assert!(site.caller(&identity("ada")).await.is_ok());
    site.make(belong(MAX_GROUPS_OF_USER).into()).await;
    assert!(matches!(site.caller(&identity("ada")).await, Err(NotAdmitted::Unknown(_))));
}

#[tokio::test]
async fn a_group_counts_in_its_own_tenant_alone() {
    let site = Site::open().await;
    let [group, member] = staff();
    let Operation::PutGroup { group, .. } = group else { unreachable!() };
    let foreign = GroupRecord { tenant: "acme".into(), ..*group };
    let group = Operation::PutGroup { group: Box::new(foreign), expected: None };
    site.make(vec![put(ada()), group, member]).await;
    assert_eq!(holds(&site.caller(&identity("ada")).await.unwrap()), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_others_change_is_followed_and_keeps_the_policy() {
    let site = Site::open().await;
    let compiled = site.directory.current();
    tokio::spawn(Arc::clone(&site.directory).follow(site.store.revisions()));
    let identity = identity("ada");
    for number in 0..20 {
        let active = number % 2 == 0;
        let mut operations = vec![put(UserRecord { active, ..ada() })];
        operations.extend((0..60).map(|other| {
            let name = format!("{number}-{other}");
            put(UserRecord { id: name.clone(), subject: Some(name.clone()), login: name, ..ada() })
        }));
        let commit = Commit {
            base: None,
            at: 1,
            actor: Actor::default(),
            summary: "a test".into(),
            operations,
            events: Vec::new(),
            fence: None,
        };
        let revision = site.store.commit(commit).await.unwrap();
        let followed = async {
            while site.directory.current().revision() < revision {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), followed).await.unwrap();
        assert_eq!(site.caller(&identity).await.is_ok(), active, "{number}");
    }
    assert!(std::ptr::eq(compiled.catalog(), site.directory.current().catalog()), "it was compiled once");
}

#[tokio::test]
async fn users_of_a_directory_are_at_home_in_the_tenant_that_it_names() {
    let site = Site::open().await;
    let ldap = json!({
        "url": "ldaps://ldap.example", "bind_dn": "cn=casemate", "bind_password": { "env": "LDAP" },
        "base": "dc=example", "tenant": "acme",
    });
    let pulled = json!({
        "name": "pulled", "issuer": "https://pulled.example", "audiences": ["x"], "ldap": ldap,
    });
    site.make(vec![object("provider", "prv_3", "", "pulled", pulled)]).await;
    let ada = |active| {
        put(UserRecord {
            tenant: "acme".into(),
            provider: "pulled".into(),
            source: "ldap".into(),
            active,
            ..ada()
        })
    };
    // Their tokens say no tenant.
    let identity = Arc::new(Identity::new("pulled", "ada", Kind::USER));
    site.make(vec![ada(true)]).await;
    assert_eq!(site.caller(&identity).await.unwrap().subject.login.as_deref(), Some("ada@corp.example"));
    site.make(vec![ada(false)]).await;
    assert!(matches!(site.caller(&identity).await, Err(NotAdmitted::Inactive)));
}
