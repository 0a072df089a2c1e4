//! Letters to whoever a sign-in is added to or taken from: if it was not them, somebody else is in their account.

use std::net::IpAddr;

use askama::Template;
use casemate_expression::Timestamp;
use casemate_platform::mail::{EmailAddress, Letter};
use casemate_store::UserRecord;

use crate::App;
use crate::block::service::network_of;
use crate::sign_in::service::client;

/// The most characters of a name in a letter.
const LONGEST: usize = 200;

/// What is different about how somebody signs in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    /// There is one way more.
    Added,
    /// They took one away.
    Removed,
    /// Whoever administers their user did.
    RemovedByAdministrator,
}

/// A sign-in that was added or removed.
#[derive(Clone, Copy)]
pub(crate) struct Told<'a> {
    pub(crate) what: What,
    /// The provider's name.
    pub(crate) provider: &'a str,
    /// Whom it calls so.
    pub(crate) subject: &'a str,
    /// The address of whoever did it, as text.
    pub(crate) from: Option<&'a str>,
    /// When, in microseconds since 1970 (UTC).
    pub(crate) at: i64,
}

/// A letter as text and as HTML, from the same words.
macro_rules! letter {
    ($name:ident = $path:literal) => {
        #[derive(Template)]
        #[template(path = $path)]
        struct $name<'a> {
            place: &'a str,
            login: &'a str,
            title: &'a str,
            subject: &'a str,
            at: &'a str,
            network: Option<&'a str>,
            account: &'a str,
            what: What,
        }
    };
}

letter!(Text = "mail/sign_in.txt");
letter!(Html = "mail/sign_in.html");

/// Posts a letter about a sign-in to the address that a user had before, where there is a mail server and they have one. What was
/// done stays done whether the letter is taken or not.
pub(crate) fn tell(app: &App, user: &UserRecord, told: Told<'_>) {
    let Some(mail) = &app.mail else { return };
    let found = client(app, told.provider);
    let title = found.as_ref().map_or(told.provider, |client| client.offer().title());
    match letter(&app.settings.public_url, user, title, told) {
        Ok(Some(letter)) => {
            if let Err(error) = mail.post(letter) {
                tracing::error!(%error, "a letter about a linked sign-in is not sent");
            }
        }
        Ok(None) => {}
        Err(error) => tracing::error!(%error, "a letter about a linked sign-in cannot be written"),
    }
}

/// The letter; `None` where they have no address that letters go to. `title` is what the provider is called.
fn letter(
    public_url: &str,
    user: &UserRecord,
    title: &str,
    told: Told<'_>,
) -> Result<Option<Letter>, askama::Error> {
    let Some(to) = user.email.as_deref().and_then(EmailAddress::parse) else { return Ok(None) };
    let url = url::Url::parse(public_url).ok();
    let place = url.as_ref().and_then(|url| url.host_str()).unwrap_or("Casemate");
    let (login, subject, title) = (line(&user.login), line(told.subject), line(title));
    let (login, subject, title) = (login.as_str(), subject.as_str(), title.as_str());
    let at = Timestamp(told.at - told.at.rem_euclid(1_000_000)).to_string();
    let at = at.replace('T', " ").replace('Z', " UTC");
    let network = told.from.and_then(network);
    let account = format!("{public_url}/account");
    let (at, network, account, what) = (at.as_str(), network.as_deref(), account.as_str(), told.what);
    let verb = if what == What::Added { "added to" } else { "removed from" };
    Ok(Some(Letter {
        to,
        subject: format!("A sign-in was {verb} your account at {place}"),
        plain: Text { place, login, title, subject, at, network, account, what }.render()?,
        html: Html { place, login, title, subject, at, network, account, what }.render()?,
    }))
}

/// Nothing that stands in a directory, or at a provider, makes lines of its own.
fn line(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_control()).take(LONGEST).collect()
}

/// The network that an address is of: an IPv4 address, or half an address of IPv6.
fn network(address: &str) -> Option<String> {
    let network = network_of(address.parse::<IpAddr>().ok()?);
    let is_one = network.prefix_len() == network.max_prefix_len();
    Some(if is_one { network.addr().to_string() } else { network.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(login: &str, email: Option<&str>) -> UserRecord {
        UserRecord {
            id: "usr_1".to_owned(),
            login: login.to_owned(),
            email: email.map(str::to_owned),
            ..UserRecord::default()
        }
    }

    fn told(what: What) -> Told<'static> {
        let from = Some("2001:db8:1:2:3:4:5:6");
        Told { what, provider: "hub", subject: "<i>octocat\r\n", from, at: 1_800_000_000_123_456 }
    }

    #[test]
    fn a_letter_about_a_sign_in_says_what_when_from_where_and_what_to_do() {
        let hostile = user("<b>ada</b>\r\n\r\nhttps://evil.example", Some("ada@example.com"));
        for what in [What::Added, What::Removed, What::RemovedByAdministrator] {
            let letter = letter("https://casemate.example.com", &hostile, "GitHub", told(what));
            let letter = letter.unwrap().unwrap();
            for text in [&letter.plain, &letter.html] {
                for said in ["casemate.example.com", "GitHub", "octocat", "2027-01-15 08:00:00 UTC"] {
                    assert!(text.contains(said), "{said}: {text}");
                }
                assert!(text.contains("2001:db8:1:2::/64") && text.contains("not you"), "{text}");
                assert!(text.contains("https://casemate.example.com/account"), "{text}");
                assert_eq!(text.contains("administrator took"), what == What::RemovedByAdministrator);
            }
            assert!(!letter.html.contains("<b>ada") && !letter.html.contains("<i>"), "{}", letter.html);
            assert!(!letter.plain.contains("\nhttps://evil"), "{}", letter.plain);
            let verb = if what == What::Added { "added to" } else { "removed from" };
            assert_eq!(letter.subject, format!("A sign-in was {verb} your account at casemate.example.com"));
        }
        for email in [None, Some(""), Some("ada@example.com\r\nBcc: eve@example.com")] {
            let none = letter("https://c.example", &user("ada", email), "GitHub", told(What::Added));
            assert!(none.unwrap().is_none(), "{email:?}");
        }
    }

    #[test]
    fn one_address_is_told_as_it_is() {
        assert_eq!(network("192.0.2.7").as_deref(), Some("192.0.2.7"));
        assert_eq!(network("2001:db8::7").as_deref(), Some("2001:db8::/64"));
        assert_eq!(network("nowhere"), None);
    }
}
