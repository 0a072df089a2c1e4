//! The permission engine as WebAssembly, with the JavaScript that calls it.

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::command::{cargo, find, output, succeed};
use crate::console::say;
use crate::project::Project;

const TARGET: &str = "wasm32-unknown-unknown";
const ENGINE: &str = "casemate-permission-wasm";
/// What is fetched by a browser, compressed, may be at most this long: a page waits for it.
const COMPRESSED_BYTES: usize = 600_000;

/// `wasm`: builds the engine into `sdk/typescript/wasm`, and says how large it is.
pub(crate) fn build(project: &Project) -> Result<(), String> {
    target(project)?;
    succeed(cargo(project).args([
        "build",
        "--locked",
        "--package",
        ENGINE,
        "--target",
        TARGET,
        "--profile",
        "wasm",
    ]))?;
    let compiled =
        project.target().join(TARGET).join("wasm").join(ENGINE.replace('-', "_")).with_extension("wasm");
    let folder = project.root().join("sdk/typescript/wasm");
    succeed(
        cargo(project)
            .args(["run", "--locked", "--quiet", "--package", "casemate-bindgen", "--"])
            .arg(&compiled)
            .arg(&folder),
    )?;
    let file = folder.join("engine_bg.wasm");
    let bytes = fs::read(&file).map_err(|e| format!("could not read {}: {e}", file.display()))?;
    let compressed = compressed(&bytes)?;
    say(&format!(
        "{} is {} KiB long, {} KiB compressed by gzip",
        PathBuf::from("sdk/typescript/wasm/engine_bg.wasm").display(),
        bytes.len() / 1024,
        compressed / 1024
    ));
    if compressed > COMPRESSED_BYTES {
        return Err(format!(
            "the engine is {compressed} bytes long compressed, and may be {COMPRESSED_BYTES}"
        ));
    }
    Ok(())
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
