//! The letter that tells of an alert.

use askama::Template;
use casemate_platform::mail::{EmailAddress, Letter};

use super::service::AlertView;

#[derive(Template)]
#[template(path = "mail/alert.txt")]
struct AlertText<'a> {
    alert: &'a AlertView,
    url: &'a str,
}

#[derive(Template)]
#[template(path = "mail/alert.html")]
struct AlertHtml<'a> {
    alert: &'a AlertView,
    url: &'a str,
}

/// The letter to somebody; `url` is where the alert is read.
pub(super) fn letter(to: EmailAddress, alert: &AlertView, url: &str) -> Result<Letter, askama::Error> {
    let title: String = alert.finding.rule.chars().filter(|one| !one.is_control()).collect();
    Ok(Letter {
        to,
        subject: format!("[{}] {title}", alert.finding.level),
        plain: AlertText { alert, url }.render()?,
        html: AlertHtml { alert, url }.render()?,
    })
}

#[derive(Template)]
#[template(path = "mail/alert_test.txt")]
struct TestText<'a> {
    receiver: &'a str,
    at: &'a str,
}

#[derive(Template)]
#[template(path = "mail/alert_test.html")]
struct TestHtml<'a> {
    receiver: &'a str,
    at: &'a str,
}

/// The letter that tries a receiver; `at` is when that is.
pub(super) fn test_letter(to: EmailAddress, receiver: &str, at: &str) -> Result<Letter, askama::Error> {
    let name: String = receiver.chars().filter(|one| !one.is_control()).collect();
    Ok(Letter {
        to,
        subject: format!("[test] Alerts for {name} come here"),
        plain: TestText { receiver: &name, at }.render()?,
        html: TestHtml { receiver: &name, at }.render()?,
    })
}
