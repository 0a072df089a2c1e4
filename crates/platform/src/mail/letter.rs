//! One letter, and the message that it becomes.

use std::fmt;
use std::time::{Duration, SystemTime};

use lettre::Message;
use lettre::message::MultiPart;
use lettre::message::header::{HeaderName, HeaderValue};

use super::{EmailAddress, Sender};

/// The longest letter: its texts and its subject together, in bytes.
const MAX_LETTER: usize = 64 << 10;

/// A letter to one person. What stands in it may be a secret: it is never shown.
#[derive(Clone)]
pub struct Letter {
    /// Whom it is for.
    pub to: EmailAddress,
    /// What it is about: one line.
    pub subject: String,
    /// Its text.
    pub plain: String,
    /// The same as HTML.
    pub html: String,
}

impl fmt::Debug for Letter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Letter").field("to", &self.to).finish_non_exhaustive()
    }
}

impl Letter {
    /// Whether it is within its bounds: what is longer, or has a subject of several lines, is not sent.
    pub(super) fn is_bounded(&self) -> bool {
        let length = self.subject.len().saturating_add(self.plain.len()).saturating_add(self.html.len());
        length <= MAX_LETTER && !self.subject.chars().any(char::is_control)
    }

    /// The message (RFC 5322), written at `now` (microseconds since 1970, UTC), named by `id`.
    pub(super) fn message(&self, from: &Sender, now: i64, id: u128) -> Result<Message, lettre::error::Error> {
        let since = Duration::from_micros(u64::try_from(now).unwrap_or_default());
        Message::builder()
            .from(from.mailbox())
            .to(self.to.mailbox())
            .subject(self.subject.as_str())
            .date(SystemTime::UNIX_EPOCH + since)
            .message_id(Some(format!("<{id:032x}@{}>", from.address().domain())))
            // RFC 3834, section 5: nobody's absence is answered to a machine.
            .raw_header(HeaderValue::new(
                HeaderName::new_from_ascii_str("Auto-Submitted"),
                "auto-generated".to_owned(),
            ))
            .multipart(MultiPart::alternative_plain_html(self.plain.clone(), self.html.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter(subject: &str) -> Letter {
        Letter {
            to: EmailAddress::parse("ada@example.com").unwrap(),
            subject: subject.to_owned(),
            plain: "Guten Tag, Ädä\n.\nBcc: x@example.com".to_owned(),
            html: "<p>Guten Tag</p>".to_owned(),
        }
    }

    #[test]
    fn a_message_has_its_headers_and_both_texts() {
        let from = Sender::parse("Prüfung <casemate@example.com>").unwrap();
        let message = letter("Grüße").message(&from, 1_800_000_000_000_000, 7).unwrap();
        let text = String::from_utf8(message.formatted()).unwrap();
        let (headers, _) = text.split_once("\r\n\r\n").unwrap();
        assert!(text.is_ascii(), "{text}");
        for line in [
            "To: ada@example.com",
            "Message-ID: <00000000000000000000000000000007@example.com>",
            "Auto-Submitted: auto-generated",
            "Date: Fri, 15 Jan 2027 08:00:00 +0000",
        ] {
            assert!(headers.lines().any(|there| there == line), "{line}\n{headers}");
        }
        assert!(text.contains("Content-Type: text/plain; charset=utf-8"), "{text}");
        assert!(text.contains("Content-Type: text/html; charset=utf-8"), "{text}");
    }

    #[test]
    fn a_subject_is_one_line_and_a_letter_is_bounded() {
        assert!(letter("Hello").is_bounded());
        for subject in ["a\r\nBcc: b@example.com", "a\nb", "a\u{0}"] {
            assert!(!letter(subject).is_bounded(), "{subject:?}");
        }
        let long = Letter { plain: "x".repeat(MAX_LETTER), ..letter("Hello") };
        assert!(!long.is_bounded());
        let shown = format!("{:?}", letter("Hello"));
        assert!(!shown.contains("ada") && !shown.contains("Hello"), "{shown}");
    }
}
