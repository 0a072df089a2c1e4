//! `/console/` and the files below it. Nobody has to be signed in for them: they are the same for everybody.

use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use casemate_platform::api::{Pages, Trail};
use casemate_platform::{Code, Problem};

use super::page::console;
use crate::App;
use crate::forms::see_other;

/// Where the console is.
const HOME: &str = "/console/";

/// The routes, which are no part of the described API.
pub(crate) fn routes() -> Pages<App> {
    let same = Trail::Nothing("it is the same for everybody");
    Pages::new()
        .get("/", same, async || see_other(HOME))
        .get("/console", same, async || see_other(HOME))
        .get(HOME, same, async || console())
        .get("/console/{*path}", same, below)
}

/// A file of the console, or its page, which shows what the path says by itself.
async fn below(Path(path): Path<String>, headers: HeaderMap) -> Response {
    match casemate_console::file(&path, takes_gzip(&headers)) {
        Some(file) => answer(file),
        // A page of before an update may ask for a file that there is no more.
        None if path.starts_with("assets/") => Problem::new(Code::NotFound).into_response(),
        None => console(),
    }
}

fn answer(file: casemate_console::File) -> Response {
    let lasting = match file.is_immutable {
        true => "public, max-age=31536000, immutable",
        false => "public, max-age=3600",
    };
    let mut response = file.bytes.into_response();
    let headers = response.headers_mut();
    let mut say = |name, value| headers.insert(name, HeaderValue::from_static(value));
    say(header::CONTENT_TYPE, file.media_type);
    say(header::CACHE_CONTROL, lasting);
    say(header::VARY, "accept-encoding");
    say(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    if file.is_gzip {
        say(header::CONTENT_ENCODING, "gzip");
    }
    response
}

/// Whether whoever asks takes gzip (RFC 9110, section 12.5.3).
fn takes_gzip(headers: &HeaderMap) -> bool {
    headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok()).any(|value| {
        value.split(',').any(|offer| {
            let (coding, weight) = offer.split_once(';').unwrap_or((offer, ""));
            let is_refused =
                weight.trim().strip_prefix("q=").is_some_and(|q| q.parse::<f32>().is_ok_and(|q| q <= 0.0));
            coding.trim().eq_ignore_ascii_case("gzip") && !is_refused
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_is_sent_to_whoever_takes_it() {
        let takes = |value: &'static str| {
            takes_gzip(&HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_static(value))]))
        };
        assert!(takes("gzip") && takes("br, GZIP;q=0.5") && takes("deflate, gzip, br"));
        assert!(!takes("") && !takes("br") && !takes("gzip;q=0") && !takes("xgzip"));
        assert!(!takes_gzip(&HeaderMap::new()));
    }
}
