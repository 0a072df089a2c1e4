//! What identities take in memory: a provider brings users by SCIM, in groups of which no two of them have the same, and then
//! something is asked about each. Kept are at most 1,024 of those who were asked about, 4,096 sets of permissions, and 16 MiB of
//! what the directory says of users (`casemate_directory`).

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::time::Duration;

use casemate_figures::{Failure, Figure, say};
use serde_json::{Value, json};

use crate::rounds::post;
use crate::server::Server;
use crate::workload::{SECRET, SECRET_SHA256};

/// How many users there are.
const USERS: usize = 100_000;
/// How many of them are asked about to find out what one takes: fewer than are kept.
const FEW: usize = 1_000;
/// How many groups there are, in how many of them a user is, and how many permissions each brings.
const GROUPS: usize = 64;
const GROUPS_OF_USER: usize = 4;
const PERMISSIONS_OF_GROUP: usize = 5;
/// How many users are brought, or asked about, in one request.
const AT_ONCE: usize = 1_000;

const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
const PATCH: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const BULK: &str = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";

const POLICY: &str = r#"format = 1

[[service_account]]
name = "provisioner"

[[provider]]
name = "corp"
issuer = "https://corp.example"
audiences = ["casemate"]
scim = { account = "provisioner" }

[[role]]
name = "provisioner"
permissions = [{ name = "casemate.scim.provision" }]

[[assignment]]
role = "provisioner"
to = { provider = "casemate", type = "service", login = "provisioner" }
"#;

/// Brings the users, and measures on a server that was started anew.
pub(crate) fn measure(casemate: &Path, folder: &Path) -> Result<[Figure; 3], Failure> {
    let users = match std::env::var("CASEMATE_BENCH_IDENTITIES") {
        Ok(users) => users.parse()?,
        Err(_) => USERS,
    };
    fs::create_dir_all(folder)?;
    let policy = folder.join("policy");
    fs::create_dir_all(&policy)?;
    fs::write(policy.join("policy.toml"), format!("{POLICY}{}", roles()))?;
    bring(&Server::casemate(casemate, folder, &policy)?, users)?;
    let server = Server::casemate(casemate, folder, &policy)?;
    // What every question takes, whoever it is about.
    for part in 0..20 {
        ask(&server, part * AT_ONCE..(part + 1) * AT_ONCE, "stranger", false)?;
    }
    let before = server.resident()?;
    let few = FEW.min(users);
    ask(&server, 0..few, "user", true)?;
    let each = (server.resident()? - before) / few as f64;
    for from in (few..users).step_by(AT_ONCE) {
        ask(&server, from..(from + AT_ONCE).min(users), "user", true)?;
    }
    let all = server.resident()? - before;
    let permissions = GROUPS_OF_USER * PERMISSIONS_OF_GROUP;
    Ok([
        Figure::new("identities asked about one after the other", users as f64, ""),
        Figure::new(format!("an identity with {permissions} permissions, cached"), each / 1e3, "kB"),
        Figure::new("all that is cached once all were asked about", all / 1e6, "MB"),
    ])
}

/// A role for each group, and who may ask.
fn roles() -> String {
    let mut text = format!(
        "\n[[credential]]\nid = \"load\"\nsecret_sha256 = \"{SECRET_SHA256}\"\n\
         permissions = [{{ name = \"casemate.decision.ask\" }}]\n"
    );
    for group in 0..GROUPS {
        let permissions: Vec<String> = (0..PERMISSIONS_OF_GROUP)
            .map(|permission| format!("{{ name = \"cms.model{group}.action{permission}\" }}"))
            .collect();
        text.push_str(&format!(
            "\n[[role]]\nname = \"role-{group}\"\npermissions = [{}]\n\n[[assignment]]\nrole = \"role-{group}\"\n\
             to = {{ provider = \"corp\", group = \"group-{group}\" }}\n",
            permissions.join(", ")
        ));
    }
    text
}

/// The groups of a user, which no other user has all of.
fn groups_of(user: usize) -> [usize; GROUPS_OF_USER] {
    // Combinations by their number, spread over all of them.
    let choose = |of: usize, some: usize| (0..some).fold(1, |ways, step| ways * (of - step) / (step + 1));
    let mut rank = user * (choose(GROUPS, GROUPS_OF_USER) / USERS).max(1) % choose(GROUPS, GROUPS_OF_USER);
    let mut groups = [0; GROUPS_OF_USER];
    let mut next = 0;
    for (place, group) in groups.iter_mut().enumerate() {
        let left = GROUPS_OF_USER - place - 1;
        loop {
            let ways = choose(GROUPS - next - 1, left);
            if rank < ways {
                break;
            }
            rank -= ways;
            next += 1;
        }
        *group = next;
        next += 1;
    }
    groups
}

/// Makes an API key that provisions, and brings all users and groups.
fn bring(server: &Server, users: usize) -> Result<(), Failure> {
    let first =
        json!({ "key": server.one_time_key, "administrator": { "service_account": { "name": "operator" } } });
    let made = send(server, "POST /api/v1/administrators", "", Some(&first))?;
    let operator = text(&made, "/api_key/key")?;
    let accounts = send(server, "GET /api/v1/service-accounts", &operator, None)?;
    let accounts = accounts.get("items").and_then(Value::as_array).cloned().unwrap_or_default();
    let is_it = |account: &&Value| account.get("name").and_then(Value::as_str) == Some("provisioner");
    let account = text(accounts.iter().find(is_it).unwrap_or(&Value::Null), "/id")?;
    let keys = format!("POST /api/v1/service-accounts/{account}/api-keys");
    let key = text(&send(server, &keys, &operator, Some(&json!({ "title": "sync" })))?, "/key")?;

    let group = |group: usize| {
        let data = json!({ "schemas": [GROUP], "displayName": format!("group-{group}") });
        json!({ "method": "POST", "path": "/Groups", "bulkId": format!("g{group}"), "data": data })
    };
    let groups = bulk(server, &key, (0..GROUPS).map(group).collect())?;
    for from in (0..users).step_by(AT_ONCE) {
        let numbers = from..(from + AT_ONCE).min(users);
        let user = |user: usize| {
            let data = json!({
                "schemas": [USER], "userName": format!("user{user}@corp.example"), "externalId": format!("user-{user}"),
            });
            json!({ "method": "POST", "path": "/Users", "bulkId": format!("u{user}"), "data": data })
        };
        let ids = bulk(server, &key, numbers.clone().map(user).collect())?;
        let mut members = vec![Vec::new(); GROUPS];
        for (user, id) in numbers.zip(&ids) {
            for group in groups_of(user) {
                if let Some(members) = members.get_mut(group) {
                    members.push(json!({ "value": id }));
                }
            }
        }
        let joins = groups.iter().zip(members).filter(|(_, members)| !members.is_empty());
        let joins = joins.map(|(group, members)| {
            let operation = json!({ "op": "add", "path": "members", "value": members });
            let data = json!({ "schemas": [PATCH], "Operations": [operation] });
            json!({ "method": "PATCH", "path": format!("/Groups/{group}"), "data": data })
        });
        bulk(server, &key, joins.collect())?;
        if (from / AT_ONCE + 1).is_multiple_of(10) {
            say(&format!("{} users were brought", from + AT_ONCE));
        }
    }
    Ok(())
}

/// Sends operations, all of which have to be done, and gives the ids of what they were of.
fn bulk(server: &Server, key: &str, operations: Vec<Value>) -> Result<Vec<String>, Failure> {
    let body = json!({ "schemas": [BULK], "Operations": operations });
    let answer = send(server, "POST /scim/v2/Bulk", key, Some(&body))?;
    let results = answer.get("Operations").and_then(Value::as_array).cloned().unwrap_or_default();
    let mut ids = Vec::with_capacity(results.len());
    for result in &results {
        if !text(result, "/status")?.starts_with('2') {
            return Err(format!("an operation failed: {result}").into());
        }
        ids.push(text(result, "/location")?.rsplit('/').next().unwrap_or_default().to_owned());
    }
    Ok(ids)
}

/// Asks about each whether they may do what the first of their groups lets them.
fn ask(server: &Server, of: std::ops::Range<usize>, named: &str, may: bool) -> Result<(), Failure> {
    let asked = of.len();
    let evaluations: Vec<Value> = of
        .map(|user| {
            let [group, ..] = groups_of(user);
            json!({
                "subject": { "type": "user", "id": format!("{named}-{user}") },
                "action": { "name": format!("cms.model{group}.action0") },
                "resource": { "type": "entry", "id": "1" },
            })
        })
        .collect();
    let body = json!({ "evaluations": evaluations });
    let answer = send(server, "POST /access/v1/evaluations", SECRET, Some(&body))?;
    let decisions = crate::workload::answers_of_casemate(&answer).unwrap_or_default();
    if decisions.len() != asked || decisions.iter().any(|decision| *decision != may) {
        return Err(format!("about a {named}, something else was answered: {answer}").into());
    }
    Ok(())
}

/// Sends a request on a connection of its own; an answer that is no success is a failure.
fn send(server: &Server, request: &str, key: &str, body: Option<&Value>) -> Result<Value, Failure> {
    let (method, path) = request.split_once(' ').unwrap_or_default();
    let body = body.map(Value::to_string).unwrap_or_default();
    let mut bytes = post(path, server.address, key, &body);
    if method == "GET" {
        bytes = [b"GET".as_slice(), bytes.get(4..).unwrap_or_default()].concat();
    }
    let mut stream = TcpStream::connect(server.address)?;
    stream.set_read_timeout(Some(Duration::from_secs(60)))?;
    stream.write_all(&bytes)?;
    let mut answer = Vec::new();
    let mut part = vec![0; 64 << 10];
    loop {
        let count = stream.read(&mut part)?;
        answer.extend_from_slice(part.get(..count).unwrap_or_default());
        if let Some(body) = crate::answer::whole(&answer)? {
            return Ok(serde_json::from_slice(&body).unwrap_or_default());
        }
        if count == 0 {
            return Err(format!("{request}: the server gave no answer").into());
        }
    }
}

/// The text at a pointer into a document.
fn text(document: &Value, pointer: &str) -> Result<String, Failure> {
    let found = document.pointer(pointer).and_then(Value::as_str);
    Ok(found.ok_or_else(|| format!("there is no {pointer} in {document}"))?.to_owned())
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{GROUPS, USERS, groups_of};

    #[test]
    fn no_two_users_are_in_the_same_groups() {
        let all: HashSet<_> = (0..USERS).map(groups_of).collect();
        assert_eq!(all.len(), USERS);
        assert!(all.iter().all(|groups| groups.is_sorted() && groups.iter().all(|group| *group < GROUPS)));
    }
}
