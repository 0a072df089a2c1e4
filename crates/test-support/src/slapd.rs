//! A private LDAP directory: OpenLDAP's slapd.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::process::{free_port, private_folder};
use crate::{Account, Process, Program, StartError, find_program};

const PACKAGE: &str = "slapd";
const TOOLS: &str = "ldap-utils";
const READY: Duration = Duration::from_secs(30);
/// How often another port is tried where somebody else took the one that was free.
const ATTEMPTS: usize = 5;

/// A directory of `dc=example,dc=com` with the organizational units `people` and `groups`, on free ports of this machine. It is
/// gone when this value is dropped or the test dies.
#[derive(Debug)]
pub struct Slapd {
    process: Process,
    modify: PathBuf,
    port: u16,
    tls_port: u16,
}

/// What a directory's TLS shows, in PEM form.
#[derive(Debug, Clone, Copy)]
pub struct SlapdTls<'a> {
    /// The certificate.
    pub certificate: &'a str,
    /// Its key.
    pub key: &'a str,
}

impl Slapd {
    /// Who may do everything.
    pub const ADMINISTRATOR: &'static str = "cn=admin,dc=example,dc=com";
    /// Their password.
    pub const PASSWORD: &'static str = "casemate";
    /// The name of the whole tree.
    pub const BASE: &'static str = "dc=example,dc=com";

    /// Creates an empty directory and starts its server; with `tls` it also listens for LDAPS, and takes StartTLS.
    ///
    /// # Errors
    /// [`StartError`]: the programs are missing (it says what to install), or the server did not start.
    pub fn start(tls: Option<SlapdTls<'_>>) -> Result<Self, StartError> {
        let folders = ["/usr/sbin", "/usr/local/sbin", "/usr/bin"].map(PathBuf::from);
        let server = find_program("slapd", &folders, PACKAGE)?;
        let modify = find_program("ldapmodify", &folders, TOOLS)?;
        let mut attempt = 1;
        loop {
            match Self::start_at(&server, &modify, tls, (free_port()?, free_port()?)) {
                Err(StartError::Ended { .. }) if attempt < ATTEMPTS => attempt += 1,
                outcome => return outcome,
            }
        }
    }

    fn start_at(
        server: &Path,
        modify: &Path,
        tls: Option<SlapdTls<'_>>,
        (port, tls_port): (u16, u16),
    ) -> Result<Self, StartError> {
        let account = Account::unprivileged()?;
        let folder = private_folder("slapd", account)?;
        if let Err(error) = prepare(&folder, account, tls) {
            drop(fs::remove_dir_all(&folder));
            return Err(error);
        }
        let mut listen = format!("ldap://127.0.0.1:{port}/");
        if tls.is_some() {
            listen.push_str(&format!(" ldaps://127.0.0.1:{tls_port}/"));
        }
        let program = Program::new(server)
            .account(account)
            .args(["-d", "0", "-h", &listen, "-f"])
            .arg(folder.join("slapd.conf"));
        let process = Process::start_in(folder, &program)?;
        let slapd = Self { process, modify: modify.to_owned(), port, tls_port };
        slapd.process.wait_until(READY, |_| slapd.modify(TREE).ok())?;
        Ok(slapd)
    }

    /// Where it listens without TLS, or with StartTLS.
    #[must_use]
    pub fn url(&self) -> String {
        format!("ldap://127.0.0.1:{}", self.port)
    }

    /// Where it listens for LDAPS, if it was started with TLS.
    #[must_use]
    pub fn tls_url(&self) -> String {
        format!("ldaps://127.0.0.1:{}", self.tls_port)
    }

    /// Makes changes that are written as LDIF (RFC 2849); a record without `changetype` is added.
    ///
    /// # Errors
    /// Where one of them is refused; the error holds what the directory says.
    pub fn modify(&self, ldif: &str) -> Result<(), StartError> {
        let io = |error| StartError::io("run ldapmodify", error);
        let mut child = Command::new(&self.modify)
            .args(["-a", "-x", "-D", Self::ADMINISTRATOR, "-w", Self::PASSWORD, "-H", &self.url()])
            .env_remove("LDAPCONF")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(io)?;
        if let Some(mut input) = child.stdin.take() {
            input.write_all(ldif.as_bytes()).map_err(io)?;
        }
        let output = child.wait_with_output().map_err(io)?;
        if output.status.success() {
            return Ok(());
        }
        Err(StartError::Ended {
            program: "ldapmodify".to_owned(),
            status: output.status.to_string(),
            log: String::from_utf8_lossy(&output.stderr).into_owned(),
        })
    }
}

const TREE: &str = "dn: dc=example,dc=com
objectClass: domain
dc: example

dn: ou=people,dc=example,dc=com
objectClass: organizationalUnit
ou: people

dn: ou=groups,dc=example,dc=com
objectClass: organizationalUnit
ou: groups
";

fn prepare(folder: &Path, account: Account, tls: Option<SlapdTls<'_>>) -> Result<(), StartError> {
    let data = folder.join("data");
    fs::create_dir(&data).map_err(|error| StartError::io("create the directory's folder", error))?;
    account.give(&data)?;
    let mut files = Vec::new();
    let mut settings = String::from(
        "include /etc/ldap/schema/core.schema\ninclude /etc/ldap/schema/cosine.schema\n\
         include /etc/ldap/schema/inetorgperson.schema\nmodulepath /usr/lib/ldap\nmoduleload back_mdb\n\
         moduleload ppolicy\n",
    );
    if let Some(tls) = tls {
        files.extend([("certificate.pem", tls.certificate), ("key.pem", tls.key)]);
        let path = |name: &str| folder.join(name).display().to_string();
        settings.push_str(&format!(
            "TLSCertificateFile {}\nTLSCertificateKeyFile {}\n",
            path("certificate.pem"),
            path("key.pem")
        ));
    }
    settings.push_str(&format!(
        "pidfile {folder}/pid\nargsfile {folder}/args\ndatabase mdb\nsuffix {}\nrootdn {}\nrootpw {}\n\
         directory {folder}/data\nmaxsize 268435456\ndbnosync\nsizelimit unlimited\n\
         limits dn.exact=\"cn=reader,{}\" size.soft=5 size.hard=5 size.prtotal=5\noverlay ppolicy\n",
        Slapd::BASE,
        Slapd::ADMINISTRATOR,
        Slapd::PASSWORD,
        Slapd::BASE,
        folder = folder.display(),
    ));
    files.push(("slapd.conf", &settings));
    for (name, text) in files {
        let path = folder.join(name);
        fs::write(&path, text).map_err(|error| StartError::io(format!("write {}", path.display()), error))?;
        account.give(&path)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_private_directory_takes_entries_and_is_gone_afterwards() {
        let slapd = Slapd::start(None).unwrap();
        let folder = slapd.process.folder().to_owned();
        let ada =
            "dn: uid=ada,ou=people,dc=example,dc=com\nobjectClass: inetOrgPerson\nuid: ada\ncn: Ada\nsn: L\n";
        slapd.modify(ada).unwrap();
        let twice = slapd.modify(ada).unwrap_err().to_string();
        assert!(twice.contains("Already exists"), "{twice}");
        drop(slapd);
        assert!(!folder.exists());
    }
}
