//! The permission engine, and what checks proofs of the audit log, as WebAssembly, with the JavaScript that calls it.

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::command::{cargo, find, output, succeed};
use crate::console::say;
use crate::project::Project;

const TARGET: &str = "wasm32-unknown-unknown";
const FOLDER: &str = "sdk/typescript/wasm";

/// A crate that is compiled to WebAssembly.
struct Engine {
    package: &'static str,
    /// Its files' name.
    name: &'static str,
    /// What is fetched by a browser, compressed, may be at most this long: a page waits for it.
    compressed_bytes: usize,
}

const ENGINES: [Engine; 2] = [
    Engine { package: "casemate-permission-wasm", name: "engine", compressed_bytes: 600_000 },
    Engine { package: "casemate-audit-wasm", name: "audit", compressed_bytes: 150_000 },
];

/// `wasm`: builds the engines into `sdk/typescript/wasm`, and says how large they are.
pub(crate) fn build(project: &Project) -> Result<(), String> {
    target(project)?;
    ENGINES.iter().try_for_each(|engine| engine.build(project))
}

impl Engine {
    fn build(&self, project: &Project) -> Result<(), String> {
        // One at a time, so that none is built with what another asks of a crate that both are made of.
        succeed(cargo(project).args([
            "build",
            "--locked",
            "--package",
            self.package,
            "--target",
            TARGET,
            "--profile",
            "wasm",
        ]))?;
        let compiled = project
            .target()
            .join(TARGET)
            .join("wasm")
            .join(self.package.replace('-', "_"))
            .with_extension("wasm");
        succeed(
            cargo(project)
                .args(["run", "--locked", "--quiet", "--package", "casemate-bindgen", "--"])
                .arg(&compiled)
                .arg(project.root().join(FOLDER))
                .arg(self.name),
        )?;
        let path = format!("{FOLDER}/{}_bg.wasm", self.name);
        let bytes =
            fs::read(project.root().join(&path)).map_err(|e| format!("could not read {path}: {e}"))?;
        let compressed = compressed(&bytes)?;
        say(&format!(
            "{path} is {} KiB long, {} KiB compressed by gzip",
            bytes.len() / 1024,
            compressed / 1024
        ));
        let most = self.compressed_bytes;
        if compressed > most {
            return Err(format!("{path} is {compressed} bytes long compressed, and may be {most}"));
        }
        Ok(())
    }
}

/// Adds the compiler's library for WebAssembly where it is not there yet.
fn target(project: &Project) -> Result<(), String> {
    let sysroot = output(Command::new("rustc").current_dir(project.root()).args(["--print", "sysroot"]))?;
    if PathBuf::from(sysroot.trim()).join("lib/rustlib").join(TARGET).join("lib").is_dir() {
        return Ok(());
    }
    if find("rustup", &[]).is_none() {
        return Err(format!(
            "the compiler's library for {TARGET} is missing: install it (rustup target add {TARGET})"
        ));
    }
    succeed(Command::new("rustup").current_dir(project.root()).args(["target", "add", TARGET]))
}

/// How many bytes are left of these.
fn compressed(bytes: &[u8]) -> Result<usize, String> {
    let failed = |e: std::io::Error| format!("could not compress with gzip: {e}");
    let mut gzip = Command::new("gzip")
        .args(["-9", "--stdout"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(failed)?;
    let mut input = gzip.stdin.take().ok_or("gzip takes no input")?;
    let written = std::thread::scope(|scope| {
        let writer = scope.spawn(move || input.write_all(bytes));
        let output = gzip.wait_with_output();
        (writer.join(), output)
    });
    match written {
        (Ok(Ok(())), Ok(output)) if output.status.success() => Ok(output.stdout.len()),
        (_, Err(e)) | (Ok(Err(e)), _) => Err(failed(e)),
        _ => Err("gzip failed".to_owned()),
    }
}
