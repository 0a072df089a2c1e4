//! What the tests need from the machine, installed where that is allowed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::command::{find, output, succeed};
use crate::console::say;

/// A program from a Debian package.
struct Need {
    program: &'static str,
    packages: &'static [&'static str],
    why: &'static str,
}

const TESTS: [Need; 11] = [
    Need { program: "initdb", packages: &["postgresql"], why: "filters run against a real PostgreSQL" },
    Need { program: "mariadbd", packages: &["mariadb-server"], why: "filters run against a real MariaDB" },
    Need { program: "mariadb", packages: &["mariadb-server"], why: "tests create their databases with it" },
    Need {
        program: "slapd",
        packages: &["slapd"],
        why: "users and groups are pulled from a real LDAP directory",
    },
    Need {
        program: "ldapmodify",
        packages: &["ldap-utils"],
        why: "tests change what stands in that directory",
    },
    Need {
        program: "node",
        packages: &["nodejs"],
        why: "a real OpenID provider and the TypeScript SDK run on it",
    },
    Need {
        program: "npm",
        packages: &["npm"],
        why: "it installs that provider and what the SDK is tested with",
    },
    Need { program: "nats-server", packages: &["nats-server"], why: "events go to a real stream of NATS" },
    Need { program: "aiosmtpd", packages: &["python3-aiosmtpd"], why: "letters go to a real mail server" },
    Need { program: "chromium", packages: &["chromium"], why: "people sign in with a real browser" },
    Need { program: "chromedriver", packages: &["chromium-driver"], why: "tests drive that browser" },
];

const FUZZING: [Need; 1] =
    [Need { program: "c++", packages: &["g++"], why: "libFuzzer is built from its C++ source" }];

/// Of Python itself, so that an environment of one's own can be made.
const ENSUREPIP: &str = "ensurepip";

const PYTHON: [Need; 1] = [Need {
    program: ENSUREPIP,
    packages: &["python3-venv"],
    why: "schemathesis, which fuzzes the API, and scim2-tester are installed in environments of their own",
}];

/// Installs what the tests need, or says what to install.
pub(crate) fn for_tests() -> Result<(), String> {
    provide(&TESTS)
}

/// Installs what fuzzing needs, or says what to install.
pub(crate) fn for_fuzzing() -> Result<(), String> {
    provide(&FUZZING)
}

/// Installs what programs from the Python package index need, or says what to install.
pub(crate) fn for_python() -> Result<(), String> {
    provide(&PYTHON)
}

fn present(program: &str) -> bool {
    if program == ENSUREPIP {
        return output(Command::new("python3").args(["-c", "import ensurepip, venv"])).is_ok();
    }
    let mut folders: Vec<PathBuf> = ["/usr/sbin", "/usr/local/sbin"].map(PathBuf::from).into();
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    folders.extend(versions.map(|version| version.path().join("bin")));
    let folders: Vec<&Path> = folders.iter().map(PathBuf::as_path).collect();
    find(program, &folders).is_some()
}

fn provide(needs: &[Need]) -> Result<(), String> {
    let missing: Vec<&Need> = needs.iter().filter(|need| !present(need.program)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let mut packages: Vec<&str> = missing.iter().flat_map(|need| need.packages).copied().collect();
    packages.dedup();
    let reasons: Vec<String> =
        missing.iter().map(|need| format!("  {}: {}", need.program, need.why)).collect();
    let reasons = reasons.join("\n");
    let by_hand = format!("apt-get install --no-install-recommends {}", packages.join(" "));
    if !is_root()? || find("apt-get", &[]).is_none() {
        return Err(format!(
            "this machine lacks\n{reasons}\nOnly root may install them, with apt: as root, run\n  {by_hand}\n(on another \
             system: the packages of those programs), then run this again"
        ));
    }
    say(&format!("installing {}:\n{reasons}", packages.join(" ")));
    let _no_services = NoServices::begin()?;
    succeed(apt().args(["update", "-qq"]))?;
    succeed(apt().args(["install", "-qq", "-y", "--no-install-recommends"]).args(&packages))
        .map_err(|e| format!("{e}; by hand: {by_hand}"))?;
    match missing.iter().find(|need| !present(need.program)) {
        None => Ok(()),
        Some(need) => Err(format!("{} is still not there after `{by_hand}`", need.program)),
    }
}

fn apt() -> Command {
    let mut command = Command::new("apt-get");
    command.env("DEBIAN_FRONTEND", "noninteractive").args([
        "-o",
        "DPkg::Lock::Timeout=300",
        "-o",
        "Dpkg::Use-Pty=0",
    ]);
    command
}

fn is_root() -> Result<bool, String> {
    Ok(output(Command::new("id").arg("-u"))?.trim() == "0")
}

/// While this value lives, a package that is installed does not start its service: tests start servers of their own.
struct NoServices {
    made: Option<&'static Path>,
}

impl NoServices {
    fn begin() -> Result<Self, String> {
        let policy = Path::new("/usr/sbin/policy-rc.d");
        if policy.exists() {
            return Ok(Self { made: None });
        }
        let failed = |e| format!("could not write {}: {e}", policy.display());
        fs::write(policy, "#!/bin/sh\nexit 101\n").map_err(failed)?;
        let made = Self { made: Some(policy) };
        let executable = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        fs::set_permissions(policy, executable).map_err(failed)?;
        Ok(made)
    }
}

impl Drop for NoServices {
    fn drop(&mut self) {
        if let Some(policy) = self.made {
            drop(fs::remove_file(policy));
        }
    }
}
