//! The console's page and files, whether this build has them or not.

use crate::support::Server;

#[tokio::test]
async fn the_console_is_served_under_a_policy_that_runs_nothing_else() {
    let server = Server::start().await;
    let start = server.send("GET /", None, &[], None).await;
    assert_eq!((start.status.as_u16(), start.header("location")), (303, "/console/"));
    for path in ["/console/", "/console/access/roles", "/console/index.html"] {
        let page = server.send(&format!("GET {path}"), None, &[], None).await;
        let policy = page.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'; "), "{path}: {policy}");
        assert!(policy.contains("frame-ancestors 'none'") && policy.contains("base-uri 'none'"), "{policy}");
        assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"), "{policy}");
        assert_eq!(page.header("cache-control"), "no-store", "{path}");
        assert_eq!(page.header("x-content-type-options"), "nosniff", "{path}");
        if page.status.as_u16() == 503 {
            assert!(page.text.contains("cargo xtask up"), "{}", page.text);
            continue;
        }
        assert_eq!(page.status.as_u16(), 200, "{path}");
        let nonce = policy.split("'nonce-").nth(1).and_then(|rest| rest.split('\'').next()).unwrap();
        assert!(
            page.text.contains(&format!("nonce=\"{nonce}\"")) && !page.text.contains("__NONCE__"),
            "{}",
            page.text
        );
        let again = server.send(&format!("GET {path}"), None, &[], None).await;
        assert_ne!(again.header("content-security-policy"), policy, "a nonce is never used twice");
    }
}

#[tokio::test]
async fn what_the_console_has_not_is_not_found() {
    let server = Server::start().await;
    for path in [
        "/console/assets/none.js",
        "/console/assets/..%2f..%2findex.html",
        "/console/assets/%2e%2e/index.html",
    ] {
        let answer = server.send(&format!("GET {path}"), None, &[], None).await;
        assert_eq!(answer.status.as_u16(), 404, "{path}: {}", answer.text);
    }
    let answer = server.send("POST /console/", None, &[], None).await;
    assert_eq!(answer.status.as_u16(), 405, "{}", answer.text);
}
