//! Requests by route, method and class of status.

use std::sync::OnceLock;
use std::time::Duration;

use axum::http::{Method, StatusCode};

use super::instrument::{BUCKETS, Counter, Histogram};
use super::text::{Kind, Text};

/// Places for routes: several times as many as there are.
const PLACES: usize = 1_024;

/// How many places are tried for a route.
const TRIES: usize = 16;

const METHODS: [&str; 8] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "other"];
const CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];

/// All routes that were asked for. Their patterns are the program's own, so there is an end to them.
#[derive(Debug)]
pub(super) struct Routes {
    places: [OnceLock<Box<Route>>; PLACES],
    /// For those that find no place.
    other: Route,
}

/// What is counted for a route.
#[derive(Debug)]
pub(super) struct Route {
    /// None for those that find no place.
    pattern: Option<Box<str>>,
    counts: [[Counter; CLASSES.len()]; METHODS.len()],
    time: Histogram,
}

impl Routes {
    pub(super) const fn new() -> Routes {
        Routes { places: [const { OnceLock::new() }; PLACES], other: Route::new(None) }
    }

    /// The counts of a route; memory is taken the first time that it is asked for.
    pub(super) fn of(&self, pattern: &str) -> &Route {
        let first = hash(pattern) as usize;
        for offset in 0..TRIES {
            let Some(place) = self.places.get((first.wrapping_add(offset)) % PLACES) else { break };
            let route = place.get_or_init(|| Box::new(Route::new(Some(pattern.into()))));
            if route.pattern.as_deref() == Some(pattern) {
                return route;
            }
        }
        &self.other
    }

    pub(super) fn render(&self, text: &mut Text) {
        let routes = || self.places.iter().filter_map(OnceLock::get).map(|route| &**route);
        let routes = || routes().chain((self.other.time.read().1 > 0).then_some(&self.other));
        let name = "casemate_http_requests_total";
        text.family(
            name,
            "Requests that were answered, by route, method and class of status.",
            Kind::Counter,
        );
        for route in routes() {
            for (method, classes) in METHODS.iter().zip(&route.counts) {
                for (class, count) in CLASSES.iter().zip(classes).filter(|(_, count)| count.get() > 0) {
                    let labels = [("route", route.name()), ("method", *method), ("status", *class)];
                    text.sample(name, &labels, count.get() as f64);
                }
            }
        }
        let name = "casemate_http_request_duration_seconds";
        text.family(name, "How long requests took, by route.", Kind::Histogram);
        for route in routes() {
            let (counts, total, sum) = route.time.read();
            for ((_, end), count) in BUCKETS.iter().zip(counts) {
                text.bucket(name, route.name(), end, count);
            }
            text.bucket(name, route.name(), "+Inf", total);
            text.part(name, "_sum", route.name(), sum);
            text.part(name, "_count", route.name(), total as f64);
        }
    }
}

impl Route {
    const fn new(pattern: Option<Box<str>>) -> Route {
        let counts = [const { [const { Counter::new() }; CLASSES.len()] }; METHODS.len()];
        Route { pattern, counts, time: Histogram::new() }
    }

    fn name(&self) -> &str {
        self.pattern.as_deref().unwrap_or("other")
    }

    pub(super) fn count(&self, method: &Method, status: StatusCode, took: Duration) {
        let method = METHODS.iter().position(|name| *name == method.as_str()).unwrap_or(METHODS.len() - 1);
        let class = usize::from(status.as_u16() / 100).saturating_sub(1);
        if let Some(count) = self.counts.get(method).and_then(|classes| classes.get(class)) {
            count.add(1);
        }
        self.time.observe(took);
    }
}

/// FNV-1a: patterns are short, and nobody else chooses them.
fn hash(pattern: &str) -> u64 {
    pattern.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_counted_by_route_method_and_class() {
        let routes = Routes::new();
        let took = Duration::from_micros(700);
        routes.of("/a/{id}").count(&Method::GET, StatusCode::OK, took);
        routes.of("/a/{id}").count(&Method::GET, StatusCode::NOT_FOUND, took);
        routes.of("/b").count(
            &Method::from_bytes(b"PURGE").unwrap(),
            StatusCode::OK,
            Duration::from_secs(60),
        );
        let mut text = Text::default();
        routes.render(&mut text);
        let text = text.finish();
        for line in [
            r#"casemate_http_requests_total{route="/a/{id}",method="GET",status="2xx"} 1"#,
            r#"casemate_http_requests_total{route="/a/{id}",method="GET",status="4xx"} 1"#,
            r#"casemate_http_requests_total{route="/b",method="other",status="2xx"} 1"#,
            r#"casemate_http_request_duration_seconds_bucket{route="/a/{id}",le="0.0005"} 0"#,
            r#"casemate_http_request_duration_seconds_bucket{route="/a/{id}",le="0.001"} 2"#,
            r#"casemate_http_request_duration_seconds_bucket{route="/b",le="10"} 0"#,
            r#"casemate_http_request_duration_seconds_bucket{route="/b",le="+Inf"} 1"#,
            r#"casemate_http_request_duration_seconds_sum{route="/a/{id}"} 0.0014"#,
            r#"casemate_http_request_duration_seconds_count{route="/a/{id}"} 2"#,
        ] {
            assert!(text.lines().any(|found| found == line), "{line}\n{text}");
        }
    }

    #[test]
    fn routes_without_a_place_are_counted_together() {
        let routes = Routes::new();
        for number in 0..2 * PLACES {
            routes.of(&format!("/{number}")).count(&Method::GET, StatusCode::OK, Duration::ZERO);
        }
        let (_, together, _) = routes.other.time.read();
        let alone =
            routes.places.iter().filter_map(OnceLock::get).map(|route| route.time.read().1).sum::<u64>();
        assert!(together > 0);
        assert_eq!(together + alone, 2 * PLACES as u64);
    }
}
