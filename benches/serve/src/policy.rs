//! The policy that decides, the question, and who asks it.

use std::fs;
use std::path::Path;

use crate::Failure;

/// The secret whose SHA-256 stands in the policy.
const SECRET: &str = "load-generator-secret-of-this-benchmark";

const POLICY: &str = r#"format = 1

[[role]]
name = "author"
title = "Writes notes"
permissions = [
    { name = "notes.read" },
    { name = "notes.write", own = true },
    { name = "notes.publish", folders = ["public", "press"] },
]

[[assignment]]
role = "author"
to = { group = "staff" }

[[user]]
id = "ada"
login = "ada@example.com"
display_name = "Ada"
groups = ["staff"]

[[credential]]
id = "load"
secret_sha256 = "@SHA256@"
permissions = [{ name = "casemate.decision.ask" }]
"#;

const SCHEMA: &str = r#"format = 1

[application]
id = "notes"
title = "Notes"
namespaces = ["notes"]

[attributes]
author = { type = "string" }
folder = { type = "string", nullable = true }

[[permission]]
name = "notes.*"
title = "Notes"

[permission.properties.own]
type = "bool"
title = "Only notes that they wrote"
when = "value == false || resource.author == identity.id"

[permission.properties.folders]
type = "list<string>"
title = "Only notes in these folders"
when = "resource.folder in value"
"#;

/// Ada writes her own note: allowed, by a condition on the resource.
const QUESTION: &str = r#"{"subject":{"type":"user","id":"ada"},"action":{"name":"notes.write"},"resource":{"type":"note","id":"2f4a9c","properties":{"author":"ada","folder":"drafts"}},"context":{"ip":"192.0.2.7"}}"#;

/// What the answer to it holds.
pub(crate) const ANSWER: &str = r#""decision":true"#;

/// Writes the policy's files.
pub(crate) fn write(folder: &Path) -> Result<(), Failure> {
    fs::create_dir(folder)?;
    let digest: String =
        casemate_directory::sha256(SECRET).iter().map(|byte| format!("{byte:02x}")).collect();
    fs::write(folder.join("policy.toml"), POLICY.replace("@SHA256@", &digest))?;
    fs::write(folder.join("notes.toml"), SCHEMA)?;
    Ok(())
}

/// The bytes of the request.
pub(crate) fn request(host: &str) -> Vec<u8> {
    format!(
        "POST {} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {SECRET}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{QUESTION}",
        crate::PATH,
        QUESTION.len()
    )
    .into_bytes()
}
