//! The system account that a server runs as.

use std::fs;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;

use crate::StartError;

/// The account that a started program runs as.
///
/// Database servers refuse to run as root, and a test machine often is root: then they run as `nobody`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Account {
    /// The account that the test itself runs as.
    Own,
    /// Another account, by user and group number.
    Other {
        /// User number.
        uid: u32,
        /// Group number.
        gid: u32,
    },
}

impl Account {
    /// The test's own account, unless that is root: then `nobody`.
    ///
    /// # Errors
    /// Where the test is root and `/etc/passwd` cannot be read or has no `nobody`.
    pub fn unprivileged() -> Result<Self, StartError> {
        if !rustix::process::geteuid().is_root() {
            return Ok(Self::Own);
        }
        let accounts =
            fs::read_to_string("/etc/passwd").map_err(|e| StartError::io("read /etc/passwd", e))?;
        nobody(&accounts).ok_or_else(|| {
            let none = std::io::Error::new(std::io::ErrorKind::NotFound, "no account named nobody");
            StartError::io("find an account for the server in /etc/passwd, as the test runs as root", none)
        })
    }

    pub(crate) fn apply(self, command: &mut Command) {
        if let Self::Other { uid, gid } = self {
            command.uid(uid).gid(gid);
        }
    }

    pub(crate) fn give(self, path: &Path) -> Result<(), StartError> {
        let Self::Other { uid, gid } = self else { return Ok(()) };
        chown(path, Some(uid), Some(gid))
            .map_err(|e| StartError::io(format!("hand {} to the server's account", path.display()), e))
    }
}

fn nobody(accounts: &str) -> Option<Account> {
    accounts.lines().find_map(|line| {
        let mut fields = line.split(':');
        if fields.next() != Some("nobody") {
            return None;
        }
        let uid = fields.nth(1)?.parse().ok()?;
        let gid = fields.next()?.parse().ok()?;
        Some(Account::Other { uid, gid })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_found_by_its_whole_name() {
        let accounts = "root:x:0:0:root:/root:/bin/bash\nnobodyelse:x:7:8::/:/bin/sh\nnobody:x:65534:65533:n:/:/bin/false\n";
        assert_eq!(nobody(accounts), Some(Account::Other { uid: 65534, gid: 65533 }));
        assert_eq!(nobody("root:x:0:0:root:/root:/bin/bash\n"), None);
    }
}
