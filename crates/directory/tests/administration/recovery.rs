//! The key that makes an administrator.

use casemate_directory::{AdminError, Author, Kind, NewAdministrator};
use serde_json::json;

use super::*;

fn robot(name: &str) -> NewAdministrator {
    NewAdministrator::ServiceAccount { name: name.to_owned() }
}

#[tokio::test]
async fn a_key_makes_an_administrator_once_and_within_its_hour() {
    let site = Site::open().await;
    let administration = &site.administration;
    let replaced = administration.make_recovery_key(&operator()).await.unwrap();
    let key = administration.make_recovery_key(&operator()).await.unwrap();
    let no_key = "cmk_x".to_owned().into();
    let redeem = async |key, name: &str, now| {
        administration.redeem_recovery_key(&Author { now, ..operator() }, key, robot(name)).await
    };
    assert!(
        matches!(redeem(&replaced, "a", 1_001).await, Err(AdminError::NotRedeemable)),
        "a newer was made"
    );
    let late = 1_000 + 3_600 * 1_000_000;
    assert!(matches!(redeem(&key, "a", late).await, Err(AdminError::NotRedeemable)));
    assert!(administration.has_recovery_key(late - 1).await.unwrap());
    assert!(!administration.has_recovery_key(late).await.unwrap());
    assert!(matches!(redeem(&no_key, "a", 1_001).await, Err(AdminError::NotRedeemable)));
    assert_eq!(key_allows(&site.directory, &key, "casemate.role.list").await, None, "it signs nobody in");

    // What fails does not use the key up.
    let nowhere = NewAdministrator::User { provider: "corp".into(), kind: "user".into(), id: "ada".into() };
    let failed = administration.redeem_recovery_key(&operator(), &key, nowhere).await;
    assert!(matches!(failed, Err(AdminError::Invalid(_))), "{failed:?}");
    assert!(administration.has_no_administrator(1_001));

    let redeemed = redeem(&key, "a", 1_001).await.unwrap();
    let (_, secret) = redeemed.key.unwrap();
    assert_eq!(key_allows(&site.directory, &secret, "casemate.role.update").await, Some(true));
    assert!(!administration.has_no_administrator(1_001));
    assert!(!administration.has_recovery_key(1_001).await.unwrap(), "it was used up");
    assert!(matches!(redeem(&key, "b", 1_002).await, Err(AdminError::NotRedeemable)), "once");
}

#[tokio::test]
async fn two_processes_use_a_key_once_together() {
    let site = Site::open().await;
    let (_, other) = site.other_process().await;
    let key = site.administration.make_recovery_key(&operator()).await.unwrap();
    let author = operator();
    let (one, two) = tokio::join!(
        site.administration.redeem_recovery_key(&author, &key, robot("one")),
        other.redeem_recovery_key(&author, &key, robot("two")),
    );
    assert_eq!(usize::from(one.is_ok()) + usize::from(two.is_ok()), 1, "{one:?} {two:?}");
    site.directory.refresh().await.unwrap();
    let all = site.administration.list(Kind::ServiceAccount, "default", &Default::default()).unwrap();
    assert_eq!(all.items.len(), 1);
}

#[tokio::test]
async fn an_assignment_that_ends_becomes_one_without_an_end() {
    let site = Site::open().await;
    let ending = json!({ "role": "administrator", "to": { "type": "user", "id": "ada" }, "until": "2100-01-01T00:00:00Z" });
    site.create(Kind::Assignment, ending).await;
    let key = site.administration.make_recovery_key(&operator()).await.unwrap();
    let ada = NewAdministrator::User { provider: String::new(), kind: "user".into(), id: "ada".into() };
    site.administration.redeem_recovery_key(&operator(), &key, ada).await.unwrap();
    assert!(!site.administration.has_no_administrator(1_000));
}
