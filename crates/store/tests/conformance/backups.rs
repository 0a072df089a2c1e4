//! Backups: one file restores into either database, and all of it or nothing.

use std::io::{BufReader, Read as _};
use std::path::Path;

use casemate_store::{
    AccountChange, BackupError, BackupKey, BackupLock, CommitError, DecisionEvent, DevelopmentCredential,
    FactorChange, Operation, Party, RecordedDecision, Remembered, ResourceKey, ResourceRecord, Restore,
    RootKeyFile, RootKeys, Sealer, Store, check_backup, restore,
};
use secrecy::{ExposeSecret as _, SecretString};

use crate::people::{group, join, put_group, put_user, user};
use crate::place::{Place, commit, event, put, remove, server};
use crate::processes::send;

/// A recipient, and the identity that opens what is sealed for it.
fn key_pair() -> (BackupLock, BackupKey) {
    let identity = age::x25519::Identity::generate();
    (BackupLock::Recipient(identity.to_public().to_string()), BackupKey::Identity(identity.to_string()))
}

/// The lines of a backup but the first, which tells when it was made.
fn rows(file: &Path, key: &BackupKey) -> Vec<String> {
    let BackupKey::Identity(identity) = key else { unreachable!("sealed for a recipient") };
    let identity: age::x25519::Identity = identity.expose_secret().parse().unwrap();
    let input = BufReader::new(std::fs::File::open(file).unwrap());
    let mut text = String::new();
    let plain = age::Decryptor::new_buffered(input).unwrap();
    plain.decrypt(std::iter::once(&identity as _)).unwrap().read_to_string(&mut text).unwrap();
    text.lines().skip(1).filter(|line| !line.starts_with("{\"rows\"")).map(str::to_owned).collect()
}

/// The same, without those of some tables.
fn rows_but(file: &Path, key: &BackupKey, tables: &[&str]) -> Vec<String> {
    let mut is_left_out = false;
    let keep = |row: &String| {
        if let Some(rest) = row.strip_prefix("{\"table\":\"") {
            is_left_out = tables.iter().any(|table| rest.starts_with(&format!("{table}\"")));
        }
        !is_left_out
    };
    let mut rows = rows(file, key);
    rows.retain({
        let mut keep = keep;
        move |row| keep(row)
    });
    rows
}

fn api_key(id: &str) -> casemate_store::StoredApiKey {
    casemate_store::StoredApiKey {
        id: id.into(),
        account: "a".into(),
        tenant: "default".into(),
        title: "build".into(),
        secret_sha256: [7; 32],
        application: None,
        networks: String::new(),
        permissions: Some("[]".into()),
        rotated_from: None,
        created_at: 5,
        expires_at: None,
        revoked_at: Some(8),
        used_at: Some(7),
        revision: 0,
    }
}

fn decision(at: i64) -> DecisionEvent {
    let party = Party { provider: "corp".into(), kind: "user".into(), id: "ada".into() };
    DecisionEvent {
        at,
        request_id: "r".into(),
        item: 0,
        tenant: "default".into(),
        application: None,
        caller: party.clone(),
        credential: None,
        subject: party,
        action: "cms.entry".into(),
        resource_type: None,
        resource_id: Some("\u{1f980} \\ \" \u{1}".into()),
        decision: RecordedDecision::Denied,
        reason: "no_permission".into(),
        permission: None,
        revision: 0,
    }
}

/// Something in every table, more of some than one batch holds.
async fn fill(place: &Place, store: &Store, sealer: &Sealer) {
    let mut operations: Vec<_> =
        (0..150).map(|id| put(&format!("r{id}"), &format!("role {id}"), "{\"x\":\"\u{e9}\\n\"}")).collect();
    operations.push(Operation::PutKey(api_key("k1")));
    operations.push(put_user(user("usr_1", "ada")));
    operations.push(put_user(user("usr_2", "bob")));
    operations.push(put_group(group("grp_1", "staff")));
    operations.push(join("grp_1", "usr_1"));
    let codes = FactorChange::PutRecoveryCodes { user: "usr_1".into(), digests: vec![[4; 32]] };
    operations.push(Operation::Account(AccountChange::Factor(codes)));
    let key = ResourceKey {
        tenant: "default".into(),
        application: "notes".into(),
        kind: "note".into(),
        id: "\u{e9} \" \\".into(),
    };
    let resource = ResourceRecord { key, attributes: "{\"a\":1}".into(), ..ResourceRecord::default() };
    operations.push(Operation::PutResource { resource: Box::new(resource), expected: None });
    operations.push(Operation::PutSecret(sealer.seal("role", "r1", "x", &"s3cret".into()).unwrap()));
    operations.push(Operation::Remember(Remembered {
        caller: "corp/ada".into(),
        key: "k".into(),
        fingerprint: [3; 32],
        status: 201,
        body: "{}".into(),
        expires_at: 100,
    }));
    store.commit(commit(None, operations, vec![event("made", "all")])).await.unwrap();
    let gone = Operation::RemoveUser { id: "usr_2".into(), expected: None };
    store.commit(commit(None, vec![remove("r2"), put("r3", "renamed", "{}"), gone], vec![])).await.unwrap();
    store.record((0..300).map(decision).collect()).await.unwrap();
    let credential = DevelopmentCredential {
        id: "d".into(),
        secret_sha256: [1; 32],
        tenant: "default".into(),
        created_at: 0,
        expires_at: 100,
    };
    store.save_development_credential(credential).await.unwrap();
    store.acquire_lease("jobs", "one", 0, 10).await.unwrap();
    assert!(!store.reader().decisions(&Default::default(), None, 1).await.unwrap().items.is_empty());
    let rows = [
        "audit_tile SELECT 1, 7, root, root FROM audit_block",
        "audit_checkpoint VALUES (7, 5, 'a note')",
        "audit_hold VALUES ('hld_1', 'actor:ada', 'a case', 5, 'corp/user/eve')",
        "anonymous_denial VALUES (1, '::1', '/x', 7)",
        "local_password VALUES ('usr_1', 0, 5)",
        "known_network VALUES ('usr_1', '192.0.2.7/32', 5)",
        "directory_version VALUES ('user', 'usr_1', 1, 5, 'corp', 'user', 'eve', 'create', NULL, NULL, '{}', NULL, NULL)",
        "access_review VALUES ('asg_1', 2, 'default', 'certified', 1, 'ab', '{}', 'needed', 0, 'corp', 'user', 'eve', NULL, 5)",
        "linked_identity VALUES ('partner', 'ada', 'lnk_1', 'usr_1', 'default', 5, NULL)",
        "second_factor (id, user_id, kind, name, created_at) VALUES ('fac_1', 'usr_1', 'totp', 'phone', 5)",
    ];
    send(place, &rows.map(|row| format!("INSERT INTO {row}"))).await;
}

async fn backed_up(
    store: &Store,
    file: &Path,
    lock: &BackupLock,
    keys: &RootKeys,
) -> casemate_store::BackupSummary {
    store.reader().backup(file, lock, Some(keys), 77).await.unwrap()
}

/// An event gets an index again that another had before what was restored: were their salts the same, the leaf of one would tell what the
/// other is of.
pub(crate) async fn what_comes_after_a_restore_has_other_salts(place: Place) {
    let folder = tempfile::tempdir().unwrap();
    let (lock, key) = key_pair();
    let root_keys = RootKeys::generate().unwrap();
    let store = place.open().await;
    let told = async |store: &Store, id: &str| {
        store.commit(commit(None, vec![], vec![event("casemate.role.update", id)])).await.unwrap();
        let events = store.reader().log_events(0, 1_000).await.unwrap();
        for event in &events {
            let (text, salt) = (event.text.as_ref().unwrap(), event.salt.as_ref().unwrap());
            assert_eq!(casemate_audit::commitment::leaf(salt, text.as_bytes()), event.leaf);
        }
        events
    };
    told(&store, "one").await;
    let kept = told(&store, "two").await;
    let file = folder.path().join("backup.age");
    backed_up(&store, &file, &lock, &root_keys).await;
    let state = store.reader().log_state().await.unwrap();
    let before = told(&store, "three").await;
    store.close().await;
    let what = Restore { file: &file, key: &key, root_keys: None, replace: true };
    let mut salts = vec![before[2].salt.clone()];
    for _ in 0..2 {
        restore(place.database(), what).await.unwrap();
        let store = place.open().await;
        assert_eq!(store.reader().log_state().await.unwrap(), state, "what is restored is what it was");
        let after = told(&store, "three").await;
        assert_eq!(after[..2], kept[..]);
        assert_eq!(after[2].index, 2);
        assert!(!salts.contains(&after[2].salt), "each time another");
        salts.push(after[2].salt.clone());
        store.close().await;
    }
}

async fn moves(from: Place, to: Place) {
    let folder = tempfile::tempdir().unwrap();
    let (lock, key) = key_pair();
    let root_keys = RootKeys::generate().unwrap();
    let sealer = Sealer::new(&root_keys);
    let store = from.open().await;
    fill(&from, &store, &sealer).await;

    // Others change things meanwhile; the backup has all of some changes, and nothing of the others.
    let file = folder.path().join("busy.age");
    let changing = async {
        for number in 0..60 {
            let id = format!("busy{number}");
            store.commit(commit(None, vec![put(&id, &id, "{}")], vec![event("busy", &id)])).await.unwrap();
        }
    };
    let (summary, ()) = tokio::join!(backed_up(&store, &file, &lock, &root_keys), changing);
    let count = |table: &str| i64::try_from(summary.rows[table]).unwrap();
    assert_eq!(count("version"), summary.revision, "each change has its version");
    assert_eq!(count("object"), 149 + summary.revision - 2);
    // What these hold comes into the log.
    let is_passing = |table: &str| ["audit_event", "audit_inbox", "decision_event"].contains(&table);
    // What these hold, other tests look at.
    let elsewhere = [
        "alert",
        "alert_place",
        "audit_search",
        "audit_shelf",
        "audit_shelf_former",
        "audit_sink_cursor",
        "audit_slice",
    ];
    let is_passing = |table: &str| is_passing(table) || elsewhere.contains(&table);
    assert!(
        summary.has_root_keys && summary.rows.iter().all(|(table, rows)| *rows > 0 || is_passing(table)),
        "{summary:?}"
    );
    assert_eq!(check_backup(&file, &key).await.unwrap(), summary);

    let log = store.reader().log_state().await.unwrap();
    assert_eq!(log.size, 300 + 1 + 60);
    let last = store.reader().audit_events(&Default::default(), None, 1).await.unwrap()[0].seq;
    let file = folder.path().join("first.age");
    backed_up(&store, &file, &lock, &root_keys).await;
    store.close().await;
    use std::os::unix::fs::MetadataExt as _;
    assert_eq!(std::fs::metadata(&file).unwrap().mode() & 0o777, 0o600);

    let key_file = RootKeyFile::at(folder.path().join("root.key"));
    let what = Restore { file: &file, key: &key, root_keys: Some(&key_file), replace: false };
    restore(to.database(), what).await.unwrap();
    let restored = to.open().await;
    assert_eq!(restored.reader().log_state().await.unwrap(), log);
    let again = folder.path().join("again.age");
    backed_up(&restored, &again, &lock, &root_keys).await;
    // The block that is not full has another seed, and its events have their salts beside them.
    let of_open_block = ["audit_log", "audit_tail"];
    let (before, after) = (rows_but(&file, &key, &of_open_block), rows_but(&again, &key, &of_open_block));
    assert_eq!(after, before, "every other row is the same");
    let sealer = Sealer::new(&key_file.read().unwrap());
    let secrets = restored.reader().secrets().await.unwrap();
    assert_eq!(sealer.open(&secrets[0]).unwrap().expose_secret(), "s3cret");
    restored.commit(commit(None, vec![], vec![event("next", "x")])).await.unwrap();
    let next = restored.reader().audit_events(&Default::default(), None, 1).await.unwrap();
    assert_eq!(next[0].seq, last + 1);
    restored.record(vec![decision(999)]).await.unwrap();

    // A database with something in it is replaced only where that is said, and noticed by whoever serves from it.
    let refused = restore(to.database(), what).await;
    assert!(matches!(refused, Err(BackupError::NotEmpty { table: "object" })), "{refused:?}");
    let position = restored.reader().position().await.unwrap();
    let before = position.revision;
    restore(to.database(), Restore { replace: true, ..what }).await.unwrap();
    assert!(restored.look().await.unwrap() > before);
    let after = restored.reader().position().await.unwrap();
    assert!(position.generation != 0 && after.generation != 0 && after.generation != position.generation);
    let stale = restored.commit(commit(Some(before), vec![put("z", "z", "{}")], vec![])).await;
    assert!(matches!(stale, Err(CommitError::Conflict { .. })));
    assert_eq!(restored.reader().objects().await.unwrap().items.len(), 149 + 60);
    restored.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_moves_between_the_databases() {
    let _server = server();
    moves(Place::folder(), Place::postgres()).await;
    moves(Place::postgres(), Place::folder()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_that_is_not_whole_leaves_no_trace() {
    let folder = tempfile::tempdir().unwrap();
    let (lock, key) = key_pair();
    let root_keys = RootKeys::generate().unwrap();
    let from = Place::folder();
    let store = from.open().await;
    fill(&from, &store, &Sealer::new(&root_keys)).await;
    let file = folder.path().join("backup.age");
    backed_up(&store, &file, &lock, &root_keys).await;
    let exists = store.reader().backup(&file, &lock, None, 0).await;
    assert!(matches!(exists, Err(BackupError::Exists { .. })));
    store.close().await;

    let whole = std::fs::read(&file).unwrap();
    assert!(!whole.windows(7).any(|bytes| bytes == b"renamed"), "nothing in it can be read");
    let to = Place::folder();
    let key_file = RootKeyFile::at(folder.path().join("root.key"));
    let damaged = folder.path().join("damaged.age");
    let mut cases: Vec<(String, Vec<u8>)> = Vec::new();
    for length in [0, 10, 300, whole.len() / 2, whole.len() - 1] {
        cases.push((format!("cut off after {length}"), whole[..length].to_vec()));
    }
    for place in [30, 250, whole.len() / 3, whole.len() / 2, whole.len() - 1] {
        let mut changed = whole.clone();
        changed[place] ^= 1;
        cases.push((format!("byte {place} changed"), changed));
    }
    for (case, bytes) in cases {
        std::fs::write(&damaged, bytes).unwrap();
        let what = Restore { file: &damaged, key: &key, root_keys: Some(&key_file), replace: true };
        let refused = restore(to.database(), what).await.unwrap_err();
        assert!(
            matches!(refused, BackupError::Sealed { .. } | BackupError::Damaged { .. }),
            "{case}: {refused}"
        );
    }
    let (_, stranger) = key_pair();
    let what = Restore { file: &file, key: &stranger, root_keys: Some(&key_file), replace: true };
    assert!(matches!(restore(to.database(), what).await, Err(BackupError::Sealed { .. })));
    assert!(!key_file.path().exists());
    let store = to.open().await;
    assert_eq!(store.reader().objects().await.unwrap(), casemate_store::Objects::default());
    store.close().await;
    let none = SecretString::from("age1nothing");
    let refused = check_backup(&file, &BackupKey::Identity(none)).await;
    assert!(matches!(refused, Err(BackupError::Identity)));
}
