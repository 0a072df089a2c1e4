//! What somebody holds, of a store with 10,000 tenants of 100 roles each and a million users in PostgreSQL, beside one with 10
//! tenants: asked about for the first time since the server was started, and again. What a server needs to start on it, and
//! what a change of who holds what takes.

mod fill;

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use casemate_figures::{Failure, Figure, say};
use casemate_test_support::Postgres;
use serde_json::{Value, json};

use crate::asking::{Connection, metric, percentile, request};
use crate::server::Server;
use fill::{ROLES, USERS, statements, tenant, user as names};

/// How many tenants the large store has, and the small one.
const TENANTS: usize = 10_000;
const FEW: usize = 10;
/// In how many tenants of each store it is asked.
const ASKED: usize = 10;
/// How often everybody is asked about again.
const ROUNDS: usize = 5;
/// How many changes are made, and for how long at most.
const CHANGES: usize = 50;
const CHANGING: Duration = Duration::from_secs(60);
/// How many ask at once about somebody of whom nothing is known yet.
const AT_ONCE: usize = 1_000;

/// A store with a server on it.
struct Asked {
    server: Server,
    /// Another server on the same database.
    replica: Server,
    connection: Connection,
    /// The tenants that are asked in, each with a key to it.
    keys: Vec<(String, String)>,
    /// The requests about everybody of those tenants.
    requests: Vec<Vec<u8>>,
    started: f64,
    resident: f64,
    cold: Vec<f64>,
    warm: Vec<f64>,
}

/// Measures both stores.
pub(crate) fn measure(casemate: &Path, folder: &Path) -> Result<Vec<Figure>, Failure> {
    let tenants = match std::env::var("CASEMATE_BENCH_TENANTS") {
        Ok(tenants) => tenants.parse()?,
        Err(_) => TENANTS,
    };
    let postgres = Postgres::start()?;
    let mut small = Asked::start(casemate, &folder.join("small"), &postgres, FEW)?;
    let mut large = Asked::start(casemate, &folder.join("large"), &postgres, tenants.max(ASKED))?;
    for asked in [&mut small, &mut large] {
        // The one before was silent for as long as the other store took to be filled.
        asked.connection = Connection::to(asked.server.address)?;
        asked.cold = asked.round()?;
    }
    for _ in 0..ROUNDS {
        // In turn, so that whatever the machine does meanwhile befalls both.
        for asked in [&mut small, &mut large] {
            let round = asked.round()?;
            asked.warm.extend(round);
        }
    }
    let at_once = large.at_once()?;
    let stores = [(&mut small, FEW), (&mut large, tenants)];
    let mut figures = Vec::new();
    let mut warm = Vec::new();
    for (asked, tenants) in stores {
        let of = |what: &str| {
            format!("{tenants} tenants, {} roles, {} users: {what}", tenants * ROLES, tenants * USERS)
        };
        let [mut changes, mut followed] = asked.changes()?;
        let changed = changes.len();
        figures.extend([
            Figure::new(of("from start to ready"), asked.started, "s"),
            Figure::new(of("resident after the start"), asked.resident / 1e6, "MB"),
            Figure::new(of("first resolve of somebody, p50"), percentile(&mut asked.cold, 50.0) * 1e3, "ms"),
            Figure::new(of("first resolve of somebody, p99"), percentile(&mut asked.cold, 99.0) * 1e3, "ms"),
            Figure::new(of("resolve again, p50"), percentile(&mut asked.warm, 50.0) * 1e3, "ms"),
            Figure::new(of("resolve again, p99"), percentile(&mut asked.warm, 99.0) * 1e3, "ms"),
            Figure::new(
                of(&format!("a role more for somebody until they hold it, p50 of {changed}")),
                percentile(&mut changes, 50.0) * 1e3,
                "ms",
            ),
            Figure::new(of("the longest of these"), percentile(&mut changes, 100.0) * 1e3, "ms"),
            Figure::new(
                of("the same from then on at a replica, p50"),
                percentile(&mut followed, 50.0) * 1e3,
                "ms",
            ),
            Figure::new(
                of("the longest of these at a replica"),
                percentile(&mut followed, 100.0) * 1e3,
                "ms",
            ),
            Figure::new(of("resident at the end"), asked.server.resident()? / 1e6, "MB"),
        ]);
        warm.push([percentile(&mut asked.warm, 50.0), percentile(&mut asked.warm, 99.0)]);
    }
    if let [[few, few_last], [many, many_last]] = warm[..] {
        figures.push(Figure::new("resolve again, p50 beside the small store", many / few, "x").at_most(1.2));
        figures.push(
            Figure::new("resolve again, p99 beside the small store", many_last / few_last, "x").at_most(1.2),
        );
    }
    let [users, sets] = at_once;
    let first = |of: &str| format!("{AT_ONCE} first requests about somebody at once: {of}");
    figures.push(Figure::new(first("times that they were read"), users, "").at_most(1.0));
    figures.push(Figure::new(first("times that it was compiled what they hold"), sets, "").at_most(1.0));
    Ok(figures)
}

impl Asked {
    fn start(casemate: &Path, folder: &Path, postgres: &Postgres, tenants: usize) -> Result<Asked, Failure> {
        fs::create_dir_all(folder)?;
        let (database, root_key) = (postgres.create_database()?, folder.join("root.key"));
        let start = || Server::replica(casemate, folder, &database, &root_key);
        let keys = prepare(&start()?)?;
        postgres.execute(&database, &statements(tenants))?;
        // So that the database does not do it by itself while something is measured.
        postgres.execute(&database, "VACUUM ANALYZE")?;
        postgres.execute(&database, "CHECKPOINT")?;
        say(&format!("{tenants} tenants are in the database"));
        let begun = Instant::now();
        let server = start()?;
        let started = begun.elapsed().as_secs_f64();
        let resident = server.resident()?;
        say(&format!("started in {started:.1} s with {:.0} MB", resident / 1e6));
        let mut requests = Vec::new();
        for (number, (_, key)) in keys.iter().enumerate() {
            for user in number * USERS..(number + 1) * USERS {
                requests.push(about(user, key));
            }
        }
        let replica = Server::replica(casemate, &folder.join("replica"), &database, &root_key)?;
        let connection = Connection::to(server.address)?;
        Ok(Asked {
            server,
            replica,
            connection,
            keys,
            requests,
            started,
            resident,
            cold: Vec::new(),
            warm: Vec::new(),
        })
    }
    /// Asks about everybody once, and gives how long each answer took, in seconds.
    fn round(&mut self) -> Result<Vec<f64>, Failure> {
        self.requests.iter().map(|request| self.connection.timed(request)).collect()
    }

    /// Assigns one user after the other one role more, and gives how long it took from asking for it until it was answered that they
    /// hold it, and from then on until the replica answers so too, in seconds.
    fn changes(&mut self) -> Result<[Vec<f64>; 2], Failure> {
        let end = Instant::now() + CHANGING;
        let mut replica = Connection::to(self.replica.address)?;
        let (mut changes, mut followed) = (Vec::new(), Vec::new());
        for (change, (place, (tenant, key))) in (0..CHANGES).zip(self.keys.iter().enumerate().cycle()) {
            if Instant::now() > end {
                break;
            }
            let number = place * USERS + change / ASKED;
            let (subject, _) = names(number);
            // The role is none of those that the first of a tenant have.
            let assignment = json!({ "role": "role-099", "to": { "provider": "corp", "id": subject } });
            let begun = Instant::now();
            self.connection.json("POST /api/v1/assignments", tenant, key, Some(&assignment))?;
            let holds = |connection: &mut Connection| -> Result<bool, Failure> {
                Ok(String::from_utf8_lossy(&connection.ask(&about(number, key))?)
                    .contains("cms.model99.read"))
            };
            let is_held = holds(&mut self.connection)?;
            changes.push(begun.elapsed().as_secs_f64());
            if !is_held {
                return Err(format!("u{number} does not hold what was assigned to them").into());
            }
            let begun = Instant::now();
            while !holds(&mut replica)? {
                if begun.elapsed() > CHANGING {
                    return Err("a replica does not follow the other".into());
                }
            }
            followed.push(begun.elapsed().as_secs_f64());
        }
        Ok([changes, followed])
    }

    /// Asks many times at once about somebody of whom nothing is known yet; gives how often they were read, and how often it was
    /// compiled what they hold.
    fn at_once(&mut self) -> Result<[f64; 2], Failure> {
        raise_open_files()?;
        // Nobody can have asked about a user who was just made, nor about what they hold.
        let (_, key) = self.keys.first().ok_or("there is no key")?;
        let document = json!({ "provider": "corp", "login": "first@corp.example", "subject": "first" });
        let user = self.connection.json("POST /api/v1/users", "", key, Some(&document))?;
        let id = user.get("id").and_then(Value::as_str).ok_or("a user was made without an id")?;
        let roles = ["role-001", "role-002", "role-003", "role-004"];
        for role in roles {
            let assignment = json!({ "role": role, "to": { "provider": "corp", "id": "first" } });
            self.connection.json("POST /api/v1/assignments", "", key, Some(&assignment))?;
        }
        let wanted = request(&format!("GET /api/v1/identities/{id}/permissions"), "", key, None);
        let mut connections = Vec::with_capacity(AT_ONCE);
        for _ in 0..AT_ONCE {
            connections.push(Connection::to(self.server.address)?);
        }
        let loads = || -> Result<[f64; 2], Failure> {
            Ok([
                metric(&self.server, "casemate_user_loads_total")?,
                metric(&self.server, "casemate_permission_loads_total")?,
            ])
        };
        let before = loads()?;
        connections.iter_mut().try_for_each(|connection| connection.send(&wanted))?;
        for connection in &mut connections {
            connection.answer()?;
        }
        let after = loads()?;
        Ok([after[0] - before[0], after[1] - before[1]])
    }
}

/// A request for what a user holds.
fn about(number: usize, key: &str) -> Vec<u8> {
    let (_, id) = names(number);
    request(&format!("GET /api/v1/identities/{id}/permissions"), "", key, None)
}

/// Makes a provider, and the tenants that are asked in, each with a key to it.
fn prepare(server: &Server) -> Result<Vec<(String, String)>, Failure> {
    let mut connection = Connection::to(server.address)?;
    let mut send = |of: &str, key: &str, body: Value| connection.json(of, "", key, Some(&body));
    let text = |of: &Value, pointer: &str| -> Result<String, Failure> {
        Ok(of
            .pointer(pointer)
            .and_then(Value::as_str)
            .ok_or_else(|| format!("no {pointer}: {of}"))?
            .to_owned())
    };
    let operator = json!({ "service_account": { "name": "operator" } });
    let first = json!({ "key": server.one_time_key, "administrator": operator });
    let key = text(&send("POST /api/v1/administrators", "", first)?, "/api_key/key")?;
    let provider = json!({ "name": "corp", "issuer": "https://corp.example", "audiences": ["casemate"] });
    send("POST /api/v1/providers", &key, provider)?;
    let mut keys = Vec::new();
    for number in 0..ASKED {
        let made = send("POST /api/v1/tenants", &key, json!({ "id": tenant(number) }))?;
        let appoint = format!("POST /api/v1/tenants/{}/administrators", text(&made, "/id")?);
        let made = send(&appoint, &key, json!({ "administrator": operator }))?;
        keys.push((tenant(number), text(&made, "/api_key/key")?));
    }
    Ok(keys)
}

/// Lets this process open as many files as it may at most.
fn raise_open_files() -> Result<(), Failure> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let maximum = getrlimit(Resource::Nofile).maximum;
    Ok(setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum })?)
}
