//! The sync: a tenth of the users and their groups at a time.

use std::time::Instant;

use casemate_figures::{Failure, say};
use serde_json::{Value, json};

use crate::server::{Server, text};

const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
const BULK: &str = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";

/// In how many parts it is done.
const PARTS: usize = 10;
/// The operations of a request: of users, and of groups with their members.
const USERS_AT_ONCE: usize = 1_000;
const GROUPS_AT_ONCE: usize = 250;
/// How many users come one by one at the end.
const SINGLES: usize = 51;

/// How large the directory is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Size {
    users: usize,
    groups: usize,
}

impl Size {
    /// A directory of so many users, with a group for every twenty of them.
    pub(crate) fn of(users: usize) -> Size {
        Size { users, groups: users / 20 }
    }
}

/// What was measured.
pub(crate) struct Synced {
    /// Users, groups and members.
    pub(crate) rows: f64,
    /// How long they took.
    pub(crate) seconds: f64,
    /// How long one more user takes beside them, in the middle.
    pub(crate) again_seconds: f64,
    /// The server's memory at 10, 50 and 100 % of the rows, in bytes.
    pub(crate) resident: [f64; 3],
}

/// Syncs all into a server.
pub(crate) fn run(server: &Server, size: Size) -> Result<Synced, Failure> {
    let (mut rows, mut seconds, mut resident) = (0, 0.0, Vec::new());
    for part in 0..PARTS {
        let begun = Instant::now();
        let mut users = Vec::new();
        for numbers in chunks(share(size.users, part), USERS_AT_ONCE) {
            users.extend(bulk(server, numbers.iter().map(|number| user(*number)).collect())?);
        }
        rows += users.len();
        let groups = share(size.groups, part);
        let members = users.len().div_ceil(groups.len().max(1)).max(1);
        let mut parts = users.chunks(members);
        for numbers in chunks(groups, GROUPS_AT_ONCE) {
            let operations: Vec<Value> =
                numbers.iter().map(|number| group(*number, parts.next().unwrap_or_default())).collect();
            rows += bulk(server, operations)?.len();
        }
        // Each user is a member of one group.
        rows += users.len();
        seconds += begun.elapsed().as_secs_f64();
        resident.push(server.resident()?);
        say(&format!(
            "{} %: {rows} rows in {seconds:.1} s, {:.1} MB",
            (part + 1) * 10,
            server.resident()? / 1e6
        ));
    }
    let at = |part: usize| resident.get(part).copied().unwrap_or_default();
    Ok(Synced {
        rows: rows as f64,
        seconds,
        again_seconds: singles(server, size.users)?,
        resident: [at(0), at(PARTS / 2 - 1), at(PARTS - 1)],
    })
}

/// How long one more user takes, in the middle.
fn singles(server: &Server, from: usize) -> Result<f64, Failure> {
    let mut took = Vec::with_capacity(SINGLES);
    for number in from..from + SINGLES {
        let document = user(number).get_mut("data").map(Value::take).unwrap_or_default();
        let begun = Instant::now();
        server.send("POST /scim/v2/Users", &document)?;
        took.push(begun.elapsed().as_secs_f64());
    }
    took.sort_by(f64::total_cmp);
    Ok(took.get(SINGLES / 2).copied().unwrap_or_default())
}

/// The numbers of a part.
fn share(all: usize, part: usize) -> Vec<usize> {
    (all * part / PARTS..all * (part + 1) / PARTS).collect()
}

fn chunks(numbers: Vec<usize>, size: usize) -> Vec<Vec<usize>> {
    numbers.chunks(size).map(<[usize]>::to_vec).collect()
}

/// Sends operations, all of which have to be done, and gives the ids of what they made.
fn bulk(server: &Server, operations: Vec<Value>) -> Result<Vec<String>, Failure> {
    let body = json!({"schemas": [BULK], "Operations": operations});
    let answer = server.send("POST /scim/v2/Bulk", &body)?;
    let results = answer.get("Operations").and_then(Value::as_array).cloned().unwrap_or_default();
    let mut ids = Vec::with_capacity(results.len());
    for result in &results {
        if text(result, "/status")? != "201" {
            return Err(format!("an operation failed: {result}").into());
        }
        ids.push(text(result, "/location")?.rsplit('/').next().unwrap_or_default().to_owned());
    }
    Ok(ids)
}

fn user(number: usize) -> Value {
    json!({"method": "POST", "path": "/Users", "bulkId": format!("u{number}"), "data": {
        "schemas": [USER, ENTERPRISE],
        "userName": format!("user{number}@corp.example"),
        "externalId": format!("00u{number:017}"),
        "name": {"givenName": format!("Given{number}"), "familyName": format!("Family{number}")},
        "emails": [{"value": format!("user{number}@corp.example"), "type": "work", "primary": true}],
        "active": true,
        (ENTERPRISE): {"department": format!("Department {}", number % 100), "employeeNumber": number.to_string()},
    }})
}

fn group(number: usize, members: &[String]) -> Value {
    let members: Vec<Value> = members.iter().map(|id| json!({"value": id})).collect();
    json!({"method": "POST", "path": "/Groups", "bulkId": format!("g{number}"), "data": {
        "schemas": [GROUP], "displayName": format!("Group {number}"), "members": members,
    }})
}
