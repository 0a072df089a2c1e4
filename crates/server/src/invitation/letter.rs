//! What the letters say.

use askama::Template;
use casemate_expression::Timestamp;
use casemate_platform::mail::{EmailAddress, Letter};
use casemate_store::UserRecord;

/// A letter as text and as HTML, from the same words.
macro_rules! letter {
    ($text:ident = $text_path:literal, $html:ident = $html_path:literal) => {
        #[derive(Template)]
        #[template(path = $text_path)]
        struct $text<'a> {
            place: &'a str,
            login: &'a str,
            until: &'a str,
            link: &'a str,
        }

        #[derive(Template)]
        #[template(path = $html_path)]
        struct $html<'a> {
            place: &'a str,
            login: &'a str,
            until: &'a str,
            link: &'a str,
        }
    };
}

letter!(InvitationText = "mail/invitation.txt", InvitationHtml = "mail/invitation.html");
letter!(ResetText = "mail/reset.txt", ResetHtml = "mail/reset.html");

/// What a letter is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum About {
    /// An invitation.
    Invitation,
    /// A forgotten password.
    Reset,
}

/// The letter with a link to a user; `None` where they have no address that letters go to. `public_url` is where this server is
/// reached, and `until` when the link ends (microseconds since 1970, UTC).
pub(super) fn letter(
    about: About,
    public_url: &str,
    user: &UserRecord,
    link: &str,
    until: i64,
) -> Result<Option<Letter>, askama::Error> {
    let Some(to) = user.email.as_deref().and_then(EmailAddress::parse) else { return Ok(None) };
    let url = url::Url::parse(public_url).ok();
    let place = url.as_ref().and_then(|url| url.host_str()).unwrap_or("Casemate");
    // Nothing that stands in a directory makes lines of its own.
    let login: String = user.login.chars().filter(|character| !character.is_control()).collect();
    let until = Timestamp(until - until.rem_euclid(1_000_000)).to_string();
    let (login, until) = (login.as_str(), until.as_str());
    let (subject, plain, html) = match about {
        About::Invitation => (
            format!("Your account at {place}"),
            InvitationText { place, login, until, link }.render()?,
            InvitationHtml { place, login, until, link }.render()?,
        ),
        About::Reset => (
            format!("A new password at {place}"),
            ResetText { place, login, until, link }.render()?,
            ResetHtml { place, login, until, link }.render()?,
        ),
    };
    Ok(Some(Letter { to, subject, plain, html }))
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

    #[test]
    fn both_texts_say_the_same_and_nothing_breaks_out_of_them() {
        let hostile = user("<b>ada</b>\r\n\r\nhttps://evil.example", Some("ada@example.com"));
        let (url, link) = ("https://casemate.example.com/x", "https://casemate.example.com/x/l?token=a");
        for about in [About::Invitation, About::Reset] {
            let letter = letter(about, url, &hostile, link, 1_800_000_000_123_456).unwrap().unwrap();
            for text in [&letter.plain, &letter.html] {
                assert!(
                    text.contains("casemate.example.com") && text.contains("2027-01-15T08:00:00Z"),
                    "{text}"
                );
                assert!(text.contains("/x/l?token="), "{text}");
            }
            assert!(letter.html.contains("&#60;b&#62;ada"), "{}", letter.html);
            assert!(
                !letter.html.contains("<b>ada") && !letter.plain.contains("\nhttps://evil"),
                "{letter:?}"
            );
            assert!(!letter.subject.contains("ada"), "{}", letter.subject);
        }
    }

    #[test]
    fn who_has_no_address_gets_no_letter() {
        for email in [None, Some(""), Some("ada"), Some("ada@example.com\r\nBcc: eve@example.com")] {
            let letter = letter(About::Reset, "https://c.example", &user("ada", email), "l", 0).unwrap();
            assert!(letter.is_none(), "{email:?}");
        }
    }
}
