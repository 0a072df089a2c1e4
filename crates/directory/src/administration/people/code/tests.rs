//! What is thought out, and made after another change that was made meanwhile.
#![allow(clippy::unwrap_used, reason = "a test that cannot prepare has failed")]

use std::sync::Arc;

use casemate_identity::BoxFuture;
use casemate_identity::remote::{Fetch, FetchError, Fetched, Reply, Submission};
use casemate_store::{Commit, CommitError, DataFolder, Database, Retention, Store, UserRecord};
use casemate_test_support::Postgres;
use serde_json::json;

use super::Unknown;
use crate::administration::change::applying;
use crate::administration::{AdminError, Administration, Author, UserDraft, write};
use crate::directory::{Directory, DirectoryHost};
use crate::kind::Kind;
use crate::policy::{Code, Folder};

const BY_ADA: &str =
    "[[assignment]]\nrole = \"administrator\"\nto = { provider = \"corp\", id = \"s-ada\" }\n";

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

fn operator() -> Author {
    Author::system("test", 1_000)
}

fn code(text: &str) -> Code {
    let provider =
        "[[provider]]\nname = \"corp\"\nissuer = \"https://login.example.com\"\naudiences = [\"casemate\"]\n";
    let file = ("policy.toml".into(), format!("format = 1\n{provider}{text}"));
    Folder::of_texts(vec![file]).unwrap().wanted
}

/// A group that administers, with this member.
fn chiefs(member: &str) -> String {
    format!(
        "[[group]]\nname = \"chiefs\"\nmembers = [{{ login = \"{member}\" }}]\n\
         [[assignment]]\nrole = \"administrator\"\nto = {{ provider = \"corp\", group = \"chiefs\" }}\n"
    )
}

/// Of a database of its own, with a provider.
async fn opened(database: Database<'_>) -> Administration {
    let store = Arc::new(Store::open_database(database, Retention::default(), || 0).await.unwrap());
    let host = DirectoryHost::new(Arc::new(Offline));
    let directory = Arc::new(Directory::open(store.reader(), host).await.unwrap());
    let administration = Administration::new(store, directory);
    let corp = json!({ "name": "corp", "issuer": "https://login.example.com", "audiences": ["casemate"] });
    administration.create(&operator(), Kind::Provider, "", corp, None).await.unwrap();
    administration
}

fn drafted(login: &str, active: bool) -> UserDraft {
    let draft = json!({ "login": login, "subject": format!("s-{login}"), "active": active });
    serde_json::from_value(draft).unwrap()
}

impl Administration {
    async fn made(&self, login: &str) -> UserRecord {
        self.create_user(&operator(), "default", &drafted(login, true)).await.unwrap()
    }

    async fn set_active(&self, user: &UserRecord, active: bool) -> Result<UserRecord, AdminError> {
        let now = self.store.reader().user(&user.id).await.unwrap().unwrap();
        let draft = drafted(&user.login, active);
        self.update_user(&operator(), "default", &user.id, now.revision, &draft).await
    }

    /// What code would change, judged and not made.
    async fn judged_code(&self, text: &str) -> Commit {
        self.directory.refresh().await.unwrap();
        let state = self.directory.state();
        let (plan, groups) = self.planned(code(text), "git", true, Unknown::Refused).await.unwrap();
        let proposal: write::Proposal = applying(&state, &plan, &groups).unwrap();
        self.judged(&operator(), &state, proposal).await.unwrap().commit
    }

    async fn applied(&self, text: &str) -> Result<i64, AdminError> {
        self.directory.refresh().await.unwrap();
        let plan = self.plan(code(text), "git", true).await.unwrap();
        self.apply(&operator(), plan).await
    }
}

async fn who_comes_by_code_and_is_deactivated_meanwhile_is_nobody_who_is_left(database: Database<'_>) {
    let administration = opened(database).await;
    let store = Arc::clone(administration.store());
    administration.made("ada").await;
    let bob = administration.made("bob").await;
    administration.applied(&chiefs("ada")).await.unwrap();
    // Into a group that administers already, into one that comes to, and by himself.
    let by_himself = BY_ADA.replace("ada", "bob");
    let others = chiefs("bob").replace("chiefs", "others");
    for text in [chiefs("bob"), others, by_himself] {
        let commit = administration.judged_code(&text).await;
        administration.set_active(&bob, false).await.unwrap();
        let changed = CommitError::Changed { kind: "user".to_owned(), id: bob.id.clone() };
        assert_eq!(store.commit(commit).await, Err(changed), "{text}");
        let again = administration.applied(&text).await;
        assert!(matches!(again, Err(AdminError::LastAdministrator)), "{text}");
        administration.set_active(&bob, true).await.unwrap();
    }

    // The other way round, he is judged as who he has become.
    let state = administration.directory.state();
    let now = store.reader().user(&bob.id).await.unwrap().unwrap();
    let draft = drafted("bob", false);
    let author = operator();
    let known = (&*bob.id, Some(now.revision), None);
    let proposal = administration.proposed_user(&state, &author, "default", known, &draft).await.unwrap();
    administration.applied(&chiefs("bob")).await.unwrap();
    let late = Commit {
        base: Some(state.snapshot.revision()),
        at: 1_000,
        actor: author.actor.clone(),
        summary: String::new(),
        operations: proposal.operations,
        events: Vec::new(),
        fence: None,
    };
    assert!(matches!(store.commit(late).await, Err(CommitError::Conflict { .. })));
    assert!(matches!(administration.set_active(&bob, false).await, Err(AdminError::LastAdministrator)));
}

#[tokio::test]
async fn who_is_left_stays_so_until_the_change_is_made_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let data = DataFolder::open_or_create(&folder.path().join("data")).unwrap();
    who_comes_by_code_and_is_deactivated_meanwhile_is_nobody_who_is_left(Database::Embedded(&data)).await;
}

#[tokio::test]
async fn who_is_left_stays_so_until_the_change_is_made_on_postgresql() {
    let server = Postgres::start().unwrap();
    let url = server.create_database().unwrap().into();
    who_comes_by_code_and_is_deactivated_meanwhile_is_nobody_who_is_left(Database::Postgres(&url)).await;
}
