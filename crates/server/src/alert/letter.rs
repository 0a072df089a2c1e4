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
