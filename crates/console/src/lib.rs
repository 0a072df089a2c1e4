//! The web console as it is shipped: the files that `web/` is built into (`web/dist`), inside the binary. A build for
//! development reads them from that folder instead, each time. Where the console was not built, there are none.
#![forbid(unsafe_code)]

use std::borrow::Cow;

#[derive(rust_embed::Embed)]
#[folder = "../../web/dist"]
#[allow_missing = true]
struct Built;

/// The page that starts the console.
const INDEX: &str = "index.html";
/// What stands in that page where the nonce of its policy belongs (Content Security Policy Level 3, section 2.3.1).
const NONCE: &str = "__NONCE__";
/// The longest path that is looked for, in bytes.
const LONGEST: usize = 200;

/// A file of the console.
#[derive(Debug)]
pub struct File {
    /// What is in it; compressed where `is_gzip`.
    pub bytes: Cow<'static, [u8]>,
    /// Its media type.
    pub media_type: &'static str,
    /// Whether it is compressed by gzip (RFC 1952).
    pub is_gzip: bool,
    /// Whether its name says what is in it, so that it never is another.
    pub is_immutable: bool,
}

/// The page that starts the console, with this nonce in its place; `None` where the console was not built.
#[must_use]
pub fn index(nonce: &str) -> Option<String> {
    let page = Built::get(INDEX)?;
    Some(String::from_utf8_lossy(&page.data).replace(NONCE, nonce))
}

/// The file at a path below the console's own; `None` where there is none. `gzip` says whether it may be compressed.
#[must_use]
pub fn file(path: &str, gzip: bool) -> Option<File> {
    if path == INDEX || !is_name(path) {
        return None;
    }
    let compressed = gzip.then(|| Built::get(&format!("{path}.gz"))).flatten();
    let is_gzip = compressed.is_some();
    let found = match compressed {
        Some(found) => found,
        None => Built::get(path)?,
    };
    let is_immutable = path.starts_with("assets/");
    Some(File { bytes: found.data, media_type: media_type(path)?, is_gzip, is_immutable })
}

/// Whether a path may be one of ours: relative, of plain characters, and never upwards.
fn is_name(path: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let is_segment =
        |segment: &str| !segment.is_empty() && !segment.starts_with('.') && segment.chars().all(is_plain);
    path.len() <= LONGEST && path.split('/').all(is_segment)
}

/// The media type by the end of a name; `None` for what the console is not made of.
fn media_type(path: &str) -> Option<&'static str> {
    Some(match path.rsplit_once('.')?.1 {
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "webmanifest" => "application/manifest+json",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_never_lead_out_of_the_console() {
        for path in [
            "",
            "/",
            "../Cargo.toml",
            "assets/../index.html",
            "assets//x.js",
            "/etc/passwd",
            "assets/.env",
            "a\\b.js",
        ] {
            assert!(!is_name(path), "{path}");
            assert!(file(path, true).is_none(), "{path}");
        }
        assert!(!is_name(&"a".repeat(LONGEST + 1)));
        assert!(is_name("assets/index-B3_x.js") && is_name("favicon.svg"));
    }

    #[test]
    fn the_page_is_no_file_and_what_is_unknown_has_no_type() {
        assert!(file(INDEX, false).is_none(), "it needs a nonce");
        assert_eq!(media_type("assets/engine.wasm"), Some("application/wasm"));
        assert_eq!(media_type("assets/notes.txt"), None);
        assert_eq!(media_type("assets/x"), None);
    }
}
