//! What browsers send by forms and queries, and where they are sent on to.

use std::collections::HashMap;

use axum::body::{Body, to_bytes};
use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use casemate_identity::sign_in::local_path;
use url::form_urlencoded;

/// The longest body that is read: a logout token.
const MAX_FORM: usize = 64 << 10;
/// Where a browser goes that did not say where it came from.
pub(crate) const HOME: &str = "/sign-in";

/// Parameters of a query or a form, each at most once.
pub(crate) struct Parameters(HashMap<String, String>);

impl Parameters {
    /// `None` where one stands twice, which would mean different things to different readers.
    pub(crate) fn read(text: &[u8]) -> Option<Parameters> {
        let mut map = HashMap::new();
        for (name, value) in form_urlencoded::parse(text).into_owned() {
            if map.insert(name, value).is_some() {
                return None;
            }
        }
        Some(Parameters(map))
    }

    /// Those of a query.
    pub(crate) fn of(uri: &Uri) -> Option<Parameters> {
        Parameters::read(uri.query().unwrap_or_default().as_bytes())
    }

    /// One of them.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// Where the browser goes afterwards: a place of this server.
    pub(crate) fn return_to(&self) -> &str {
        self.get("return_to").and_then(local_path).unwrap_or(HOME)
    }
}

/// Random bytes; `None` where the system gives none.
pub(crate) fn random(bytes: &mut [u8]) -> Option<()> {
    getrandom::fill(bytes).ok()
}

/// The parameters of a form; `None` where it is too long or says something twice.
pub(crate) async fn form(body: Body) -> Option<Parameters> {
    Parameters::read(&to_bytes(body, MAX_FORM).await.ok()?)
}

/// On to another address, by `GET`.
pub(crate) fn see_other(to: &str) -> Response {
    let Ok(location) = HeaderValue::from_str(to) else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let headers = [
        (header::LOCATION, location),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    ];
    (StatusCode::SEE_OTHER, headers).into_response()
}

/// Sets a cookie of this host alone that no script reads; for as long as the browser is open, or so many seconds.
pub(crate) fn set_cookie(response: &mut Response, name: &str, value: &str, seconds: Option<u32>) {
    let age = seconds.map_or(String::new(), |seconds| format!("; Max-Age={seconds}"));
    let text = format!("{name}={value}; Path=/; Secure; HttpOnly; SameSite=Lax{age}");
    if let Ok(value) = HeaderValue::from_str(&text) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}
