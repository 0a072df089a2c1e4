//! Setting users back, and what stays as it is.

use casemate_directory::{UserDraft, VersionState};
use casemate_store::{Actor, Commit, LinkChange, LinkedIdentity, Operation};
use serde_json::json;

use super::*;

fn draft(login: &str, subject: &str) -> UserDraft {
    serde_json::from_value(json!({ "login": login, "subject": subject })).unwrap()
}

async fn change_links(site: &Site, change: LinkChange) {
    let commit = Commit {
        base: None,
        at: 1,
        actor: Actor::default(),
        summary: String::new(),
        operations: vec![Operation::Link(change)],
        events: Vec::new(),
        fence: None,
    };
    site.store.commit(commit).await.unwrap();
}

fn link(number: u8, subject: &str, user: &str) -> LinkedIdentity {
    LinkedIdentity {
        id: format!("lnk_{number}"),
        provider: "corp".to_owned(),
        subject: subject.to_owned(),
        user: user.to_owned(),
        tenant: "default".to_owned(),
        linked_at: 1,
        last_used: None,
    }
}

#[tokio::test]
async fn setting_a_user_back_leaves_linked_sign_ins_as_they_are() {
    let site = Site::with_people(&[]).await;
    let (administration, author) = (&site.administration, &operator());
    let ada = administration.create_user(author, "default", &draft("ada", "s1")).await.unwrap();
    let bob = administration.create_user(author, "default", &draft("bob", "s2")).await.unwrap();
    change_links(&site, LinkChange::Add(link(1, "s8", &ada.id))).await;
    let other = draft("ada", "s3");
    let changed = administration.update_user(author, "default", &ada.id, ada.revision, &other).await.unwrap();
    // One of hers goes, and one of Bob's comes, after what she is set back to.
    let gone =
        LinkChange::Remove { user: ada.id.clone(), id: "lnk_1".to_owned(), least: 0, among: Vec::new() };
    change_links(&site, gone).await;
    change_links(&site, LinkChange::Add(link(2, "s8", &bob.id))).await;
    let links = async |user: &str| {
        let found = site.store.reader().linked_identities(user).await.unwrap();
        found.into_iter().map(|link| link.subject).collect::<Vec<_>>()
    };
    let state = VersionState { revision: ada.revision, before: false };
    let known = (&*ada.id, changed.revision);
    administration.restore_user(author, "default", known, state, false).await.unwrap();
    let ada = administration.user("default", &ada.id).await.unwrap().unwrap();
    assert_eq!(ada.subject.as_deref(), Some("s1"));
    assert_eq!((links(&ada.id).await, links(&bob.id).await), (vec![], vec!["s8".to_owned()]));
}
