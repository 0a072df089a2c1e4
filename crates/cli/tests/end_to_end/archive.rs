//! Sealed months of the audit log, by real servers: into a folder and into an object store; held, erased, and killed in between.

use casemate_store::{DataFolder, Database, DecisionEvent, Party, RecordedDecision, Retention, Store};
use casemate_test_support::{Casemate, CasemateBuilder, Postgres, S3Server};
use secrecy::SecretString;
use serde_json::{Value, json};
use sqlx::{Connection as _, SqliteConnection};

use crate::{Folder, Said};

/// The first of January and of February 2026, in microseconds since 1970.
const MONTHS: [i64; 2] = [1_767_225_600_000_000, 1_769_904_000_000_000];

fn decision(number: u32, at: i64) -> DecisionEvent {
    let party = |id: String| Party { provider: "corp".into(), kind: "user".into(), id };
    DecisionEvent {
        at,
        request_id: format!("r{number}"),
        item: 0,
        tenant: "default".into(),
        application: None,
        caller: party("gateway".into()),
        credential: None,
        subject: party(format!("ada{}", number % 50)),
        action: "notes.read".into(),
        resource_type: Some("note".into()),
        resource_id: Some(number.to_string()),
        decision: RecordedDecision::Denied,
        reason: "no_permission".into(),
        permission: None,
        revision: 1,
    }
}

/// A server's data, on which months are archived.
struct Site {
    folder: Folder,
    postgres: Option<(Postgres, String)>,
    s3: Option<S3Server>,
    operator: String,
}

impl Site {
    /// A log of so many hundred decisions of January and of February each.
    fn filled(is_elsewhere: bool, hundreds: u32) -> Site {
        let folder = Folder::new();
        std::fs::create_dir_all(folder.policy().join("archive")).unwrap();
        let postgres = is_elsewhere.then(|| {
            let server = Postgres::start().unwrap();
            let url = server.create_database().unwrap();
            (server, url)
        });
        let s3 = is_elsewhere.then(|| S3Server::start().unwrap());
        let site = Site { folder, postgres, s3, operator: String::new() };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let data = DataFolder::open_or_create(&site.folder.data()).unwrap();
            let url = site.postgres.as_ref().map(|(_, url)| SecretString::from(url.clone()));
            let database = url.as_ref().map_or(Database::Embedded(&data), Database::Postgres);
            let keep = Retention { max_age: i64::MAX / 2, ..Retention::default() };
            let store = Store::open_database(database, keep, || 0).await.unwrap();
            for (month, start) in MONTHS.into_iter().enumerate() {
                for hundred in 0..hundreds {
                    let first = (u32::try_from(month).unwrap() * hundreds + hundred) * 100;
                    let events =
                        (first..first + 100).map(|number| decision(number, start + i64::from(number)));
                    store.record(events.collect()).await.unwrap();
                }
            }
            store.close().await;
        });
        site
    }

    fn place(&self) -> String {
        match &self.s3 {
            Some(_) => format!("s3://{}/log", S3Server::BUCKET),
            None => format!("file://{}", self.folder.policy().join("archive").display()),
        }
    }

    fn environment(&self) -> Vec<(&'static str, String)> {
        let mut environment = vec![
            ("CASEMATE_RECORD_KEEP_DAYS", "36500".to_owned()),
            ("CASEMATE_AUDIT_ARCHIVE_PLACE", self.place()),
            ("CASEMATE_AUDIT_ARCHIVE_AFTER_DAYS", "0".to_owned()),
        ];
        environment.extend(self.s3.iter().flat_map(S3Server::environment));
        environment.extend(self.postgres.iter().map(|(_, url)| ("CASEMATE_DATABASE_URL", url.clone())));
        environment
    }

    fn start_with(&self, more: impl FnOnce(CasemateBuilder) -> CasemateBuilder) -> Casemate {
        let mut builder = self.folder.builder();
        for (name, value) in self.environment() {
            builder = builder.env(name, &value);
        }
        more(builder).start().unwrap()
    }

    fn start(&self) -> Casemate {
        self.start_with(|builder| builder)
    }

    /// A command with the environment of the server.
    fn run(&self, arguments: &[&str]) -> Said {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_casemate"));
        let output = command.args(arguments).envs(self.environment()).output().unwrap();
        Said {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    fn appoint(&mut self, server: &Casemate) {
        let data = self.folder.data().display().to_string();
        let said = self.run(&["admin", "recover", "--format", "json", "--data", &data]).json();
        let made = server.redeem(said["one_time_key"].as_str().unwrap(), "operator").unwrap().json();
        self.operator = made["api_key"]["key"].as_str().unwrap().to_owned();
    }

    /// A command of `casemate audit` that asks the server.
    fn audit(&self, server: &Casemate, arguments: &[&str]) -> Said {
        let url = format!("http://{}", server.address());
        let credential = self.folder.policy().join("credential").display().to_string();
        std::fs::write(&credential, &self.operator).unwrap();
        let asked = ["--format", "json", "--server", &url, "--credential-file", &credential];
        self.run(&[&["audit"], arguments, &asked].concat())
    }

    /// What is found by a search of everything.
    fn found(&self, server: &Casemate, wanted: &str) -> Vec<Value> {
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let mut body = json!({ "search": wanted, "everywhere": true, "sort": "id", "limit": 1000 });
            if let Some(after) = after {
                body["after"] = after;
            }
            let answer =
                server.post("/api/v1/audit-events/search", &self.operator, &body.to_string()).unwrap();
            assert_eq!(answer.status, 200, "{} {}", answer.body, server.log());
            let page = answer.json();
            found.extend(page["items"].as_array().unwrap().iter().cloned());
            after = page.get("next").cloned();
            if after.is_none() {
                return found;
            }
        }
    }

    fn files(&self) -> Vec<String> {
        match &self.s3 {
            Some(s3) => s3.objects("log").unwrap_or_default(),
            None => {
                let folder = std::fs::read_dir(self.folder.policy().join("archive")).unwrap();
                let mut names: Vec<String> =
                    folder.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
                names.sort();
                names
            }
        }
    }

    /// As time does: a killed server keeps others from the archive for a quarter of an hour.
    fn end_leases(&self) {
        let database = self.folder.data().join("casemate.sqlite3").display().to_string();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut link = SqliteConnection::connect(&database).await.unwrap();
            sqlx::query("UPDATE lease SET until = 0").execute(&mut link).await.unwrap();
            link.close().await.unwrap();
        });
    }

    /// Waits until both months are archived.
    fn archived(&self, server: &Casemate) {
        server
            .wait_until(|server| {
                (self.found(server, "action:casemate.audit-log.archive").len() == 2).then_some(())
            })
            .unwrap();
    }

    /// That the log of a running server is whole, and how many events there were of which no text is left.
    fn verified(&self, server: &Casemate, at_least: u64) -> u64 {
        server
            .wait_until(|server| {
                let note = server.get("/api/v1/audit-log/checkpoint", &self.operator).unwrap().body;
                note.lines().nth(1)?.parse::<u64>().ok().filter(|size| *size >= at_least)
            })
            .unwrap();
        let said = self.audit(server, &["verify"]).json();
        assert_eq!(said["verdict"], "whole", "{said}");
        said["erased"].as_u64().unwrap()
    }
}

fn a_month_is_archived_searched_proved_held_and_erased(is_elsewhere: bool) {
    let mut site = Site::filled(is_elsewhere, 10);
    let server = site.start();
    site.appoint(&server);
    site.archived(&server);
    let files = site.files();
    let begins = ["audit-2026-01-000000000000-", "audit-2026-02-000000000768-"];
    assert!(
        files.len() == 2 && files.iter().zip(begins).all(|(file, begin)| file.starts_with(begin)),
        "{files:?}"
    );
    let before = site.found(&server, "subject:ada7");
    assert_eq!(before.len(), 40);
    assert_eq!(site.verified(&server, 2_000), 0);

    // A timeline, an export and a proof go through what is archived as well.
    let wanted = json!({ "resource": { "type": "note", "id": "57" }, "limit": 10 }).to_string();
    let told = server.post("/api/v1/audit-events/timeline", &site.operator, &wanted).unwrap().json();
    assert_eq!(told["items"][0]["id"], 57, "{told}");
    let wanted =
        json!({ "search": { "everywhere": true, "until": "2026-02-20T00:00:00Z" }, "format": "ndjson" });
    let exported =
        server.post("/api/v1/audit-events/export", &site.operator, &wanted.to_string()).unwrap().body;
    assert_eq!(exported.lines().filter(|line| line.contains("\"salt\"")).count(), 2_000);
    let proof = site.folder.policy().join("proof.json").display().to_string();
    let key = server.get("/api/v1/audit-log/key", &site.operator).unwrap().json()["keys"][0].clone();
    let key = key.as_str().unwrap();
    assert_eq!(site.audit(&server, &["prove", "57", "--key", key, "--output", &proof]).code, Some(0));
    assert_eq!(site.run(&["audit", "verify", "--proof", &proof, "--key", key]).code, Some(0));

    // What is on hold is not erased; once it is lifted, it is, from the files too.
    let said =
        site.audit(&server, &["hold", "create", "--reason", "case 1", "party:ada7", "until:2026-01-31"]);
    let hold = said.json()["id"].as_str().unwrap().to_owned();
    let listed = site.audit(&server, &["hold", "list"]);
    assert!(listed.out.contains(&hold) && listed.out.contains("party:ada7"), "{listed:?}");
    let erase = ["erase", "--reason", "request 4", "--everywhere", "party:ada7"];
    let counted = site.audit(&server, &[&erase[..], &["--dry-run"]].concat());
    let said: Value = serde_json::from_str(&counted.out).unwrap();
    assert_eq!(
        (counted.code, &said["events"], &said["held"][0]["hold"]),
        (Some(3), &json!(40), &json!(hold))
    );
    let refused = site.audit(&server, &erase);
    assert!(refused.code == Some(2) && refused.err.contains(&hold), "{refused:?}");
    assert_eq!(site.files(), files);
    let lifted = site.audit(&server, &["hold", "lift", &hold, "--reason", "it was closed"]);
    assert_eq!(lifted.code, Some(0), "{lifted:?}");
    let said = site.audit(&server, &erase).json();
    assert_eq!((&said["events"], &said["archived"], &said["whole"]), (&json!(40), &json!(36), &json!(true)));
    assert_eq!(site.found(&server, "subject:ada7"), [] as [Value; 0]);
    assert_eq!(site.found(&server, "subject:ada8").len(), 40);
    assert_eq!(
        site.files(),
        files.iter().map(|file| file.replace(".parquet", ".2.parquet")).collect::<Vec<_>>()
    );
    // The server says what was erased, and finds no fault with it.
    assert_eq!(site.verified(&server, 2_004), 40);
    if !is_elsewhere {
        // A backup does not hold what is archived, which is no more given up by that.
        let [passphrase, backup] =
            ["passphrase", "backup"].map(|name| site.folder.policy().join(name).display().to_string());
        std::fs::write(&passphrase, "correct horse battery staple").unwrap();
        let data = site.folder.data().display().to_string();
        let made = site.run(&["backup", &backup, "--passphrase-file", &passphrase, "--data", &data]);
        assert_eq!(made.code, Some(0), "{made:?}");
        let verify = [
            "audit",
            "verify",
            "--to-checkpoint",
            "--backup",
            &backup,
            "--passphrase-file",
            &passphrase,
            "--key",
            key,
        ];
        let said = site.run(&[&verify[..], &["--format", "json"]].concat()).json();
        assert_eq!(
            (&said["verdict"], &said["archived"], &said["given_up"]),
            (&json!("whole"), &json!(1_792), &json!(0)),
            "{said}"
        );
        let said = site.run(&[&verify[..], &["--kept-from", "0"]].concat());
        assert!(said.code == Some(3) && said.out.contains("said to stand in the archive"), "{said:?}");
    }
    drop(server);

    // Files that are too old go, but for those on hold; and what is left is whole.
    let server = site.start();
    let said = site.audit(&server, &["hold", "create", "--reason", "case 2", "request:r58"]);
    let hold = said.json()["id"].as_str().unwrap().to_owned();
    drop(server);
    let server = site.start_with(|builder| builder.env("CASEMATE_AUDIT_ARCHIVE_KEEP_DAYS", "30"));
    server
        .wait_until(|server| {
            (site.found(server, "action:casemate.audit-archive.delete").len() == 1).then_some(())
        })
        .unwrap();
    server.wait_until(|_| (site.files().len() == 1).then_some(())).unwrap();
    assert_eq!(site.files(), [files[0].replace(".parquet", ".2.parquet")]);
    assert_eq!(site.found(&server, "request:r58").len(), 1, "it is on hold by {hold}");
    assert_eq!(site.found(&server, "request:r1058"), [] as [Value; 0]);
    site.verified(&server, 2_005);
}

#[test]
fn months_go_into_a_folder_and_are_held_and_erased_there() {
    a_month_is_archived_searched_proved_held_and_erased(false);
}

#[test]
fn months_go_into_an_object_store_and_are_held_and_erased_there() {
    a_month_is_archived_searched_proved_held_and_erased(true);
}

#[test]
fn a_server_that_is_killed_while_it_archives_loses_nothing() {
    let mut site = Site::filled(false, 100);
    let has_begun = |site: &Site, known: &[String]| site.files().iter().any(|file| !known.contains(file));
    for _ in 0..4 {
        let known = site.files();
        let server = site.start_with(CasemateBuilder::killed);
        // Whatever it is at by then: writing, reading again, giving up, or done.
        server
            .wait_until(|server| {
                let is_done = server.log().matches("events of the audit log were archived").count() > 0;
                (is_done || has_begun(&site, &known)).then_some(())
            })
            .unwrap();
        server.kill();
        drop(server);
        site.end_leases();
    }
    let server = site.start();
    site.appoint(&server);
    site.archived(&server);
    let found = site.found(&server, "reason:no_permission kind:decision");
    let ids: Vec<u64> = found.iter().map(|event| event["id"].as_u64().unwrap()).collect();
    assert_eq!(ids, (0..20_000).collect::<Vec<u64>>());
    assert_eq!(site.verified(&server, 20_000), 0);
    // Nothing stays of what was begun.
    let is_whole = |file: &String| file.ends_with(".parquet");
    assert!(site.files().len() == 2 && site.files().iter().all(is_whole), "{:?}", site.files());
}
