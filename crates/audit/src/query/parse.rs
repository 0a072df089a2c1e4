//! A search as a person types it: `actor:ada action:casemate.role.* outcome:denied since:2026-01-01 free words`.

use std::iter::Peekable;
use std::str::Chars;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::{MAX_QUERY, MAX_WORDS, Query, QueryError};
use crate::filter;

const OUTCOMES: [&str; 4] = ["success", "denied", "failure", "conditional"];

/// A part of a search, between white space.
struct Token {
    /// Where it begins, in characters from 1.
    at: usize,
    key: Option<String>,
    value: String,
    /// Where the value begins.
    value_at: usize,
    is_quoted: bool,
}

/// The text of a search with the place that was reached in it.
struct Reader<'t> {
    rest: Peekable<Chars<'t>>,
    /// The place of the next character, from 1.
    at: usize,
}

impl Query {
    /// Reads a search: words that an event has, and `key:value`, of which an event has each. A value or a word with white space,
    /// a colon or quotation marks stands in quotation marks, where a backslash comes before either of them.
    ///
    /// The keys are those of the query, with `resource:TYPE:ID` for both of a resource, `action:casemate.role.*` for all that
    /// begin so, and `since:` and `until:` with a day (its beginning in UTC) or a time.
    ///
    /// # Errors
    /// Where it cannot be understood, with the place.
    pub fn parse(text: &str) -> Result<Query, QueryError> {
        if text.len() > MAX_QUERY {
            return Err(QueryError::TooLong);
        }
        let mut reader = Reader { rest: text.chars().peekable(), at: 1 };
        let mut query = Query::default();
        while let Some(token) = reader.token()? {
            query.take(token)?;
        }
        Ok(query)
    }

    /// The query as it is typed, but for the order: [`Query::parse`] reads the same of it.
    #[must_use]
    pub fn typed(&self) -> String {
        let mut parts: Vec<String> = Vec::new();
        let mut key = |key: &str, value: Option<&str>| {
            parts.extend(value.map(|value| format!("{key}:{}", quoted(value))));
        };
        key("tenant", self.tenant.as_deref());
        key("application", self.application.as_deref());
        key("party", self.party.as_deref());
        key("actor", self.actor.as_deref());
        key("subject", self.subject.as_deref());
        key("action", self.action.as_deref());
        key("kind", self.kind.as_deref());
        for kind in &self.not_kinds {
            key("-kind", Some(kind));
        }
        key("area", self.area.as_deref());
        key("resource-type", self.resource_type.as_deref());
        key("resource-id", self.resource_id.as_deref());
        key("outcome", self.outcome.as_deref());
        key("reason", self.reason.as_deref());
        key("client", self.client.as_deref());
        key("request", self.request_id.as_deref());
        key("value", self.value.as_deref());
        for (name, at) in [("since", self.since), ("until", self.until)] {
            let at = at.and_then(|at| Timestamp::from_microsecond(at).ok());
            parts.extend(at.map(|at| format!("{name}:{at}")));
        }
        parts.extend(self.action_prefix.as_ref().map(|prefix| format!("action:{prefix}*")));
        parts.extend(self.words.iter().map(|word| quoted(word)));
        parts.join(" ")
    }

    fn take(&mut self, token: Token) -> Result<(), QueryError> {
        let Token { at, key, value, value_at, is_quoted } = token;
        let Some(key) = key else { return self.word(value, at) };
        if value.is_empty() && !is_quoted {
            return Err(QueryError::Empty { at, key });
        }
        let place = match key.as_str() {
            "tenant" => &mut self.tenant,
            "application" => &mut self.application,
            "party" => &mut self.party,
            "actor" => &mut self.actor,
            "subject" => &mut self.subject,
            "action" => {
                if self.action.is_some() || self.action_prefix.is_some() {
                    return Err(QueryError::Twice { at, key });
                }
                return self.action(value, value_at, is_quoted);
            }
            "kind" => &mut self.kind,
            "-kind" => return self.leave_out(value),
            "area" => &mut self.area,
            "resource" => match value.split_once(':') {
                Some((kind, id)) if !is_quoted => {
                    let (kind, id) = (kind.to_owned(), id.to_owned());
                    let is_twice =
                        self.resource_type.replace(kind).is_some() | self.resource_id.replace(id).is_some();
                    return if is_twice { Err(QueryError::Twice { at, key }) } else { Ok(()) };
                }
                _ => &mut self.resource_type,
            },
            "resource-type" => &mut self.resource_type,
            "resource-id" => &mut self.resource_id,
            "outcome" if OUTCOMES.contains(&value.as_str()) => &mut self.outcome,
            "outcome" => return Err(QueryError::Outcome { at: value_at, value }),
            "reason" => &mut self.reason,
            "since" | "until" => {
                let place = if key == "since" { &mut self.since } else { &mut self.until };
                if place.is_some() {
                    return Err(QueryError::Twice { at, key });
                }
                *place = Some(time(&value).ok_or(QueryError::Time { at: value_at, value })?);
                return Ok(());
            }
            "client" => &mut self.client,
            "request" => &mut self.request_id,
            "value" => &mut self.value,
            _ => return Err(QueryError::Key { at, key }),
        };
        if place.replace(value).is_some() { Err(QueryError::Twice { at, key }) } else { Ok(()) }
    }

    fn action(&mut self, value: String, at: usize, is_quoted: bool) -> Result<(), QueryError> {
        let prefix = value.strip_suffix('*').filter(|_| !is_quoted);
        if !is_quoted && prefix.unwrap_or(&value).contains('*') {
            return Err(QueryError::Asterisk { at });
        }
        match prefix {
            Some(prefix) => self.action_prefix = Some(prefix.to_owned()),
            None => self.action = Some(value),
        }
        Ok(())
    }

    /// Leaves out the events of a kind as well.
    ///
    /// # Errors
    /// Where that are too many.
    pub fn leave_out(&mut self, kind: String) -> Result<(), QueryError> {
        if self.not_kinds.contains(&kind) {
            return Ok(());
        }
        if self.not_kinds.len() >= MAX_WORDS {
            return Err(QueryError::TooManyKinds);
        }
        self.not_kinds.push(kind);
        Ok(())
    }

    fn word(&mut self, value: String, at: usize) -> Result<(), QueryError> {
        let mut has_word = false;
        filter::words(&value, &mut String::new(), &mut |_| has_word = true);
        if !has_word {
            return Err(QueryError::NoWord { at, value });
        }
        if self.words.len() >= MAX_WORDS {
            return Err(QueryError::TooManyWords);
        }
        self.words.push(value);
        Ok(())
    }
}

impl Reader<'_> {
    fn next(&mut self) -> Option<char> {
        let character = self.rest.next()?;
        self.at += 1;
        Some(character)
    }

    fn token(&mut self) -> Result<Option<Token>, QueryError> {
        while self.rest.next_if(|character| character.is_whitespace()).is_some() {
            self.at += 1;
        }
        if self.rest.peek().is_none() {
            return Ok(None);
        }
        let at = self.at;
        let mut token = Token { at, key: None, value: String::new(), value_at: at, is_quoted: false };
        while let Some(&character) = self.rest.peek() {
            if character.is_whitespace() {
                break;
            }
            self.next();
            match character {
                '"' => {
                    token.is_quoted = true;
                    self.quotation(&mut token.value)?;
                }
                ':' if token.key.is_none() && !token.is_quoted => {
                    token.key = Some(std::mem::take(&mut token.value));
                    token.value_at = self.at;
                }
                _ => token.value.push(character),
            }
        }
        Ok(Some(token))
    }

    /// Reads to the end of the quotation whose beginning was read.
    fn quotation(&mut self, into: &mut String) -> Result<(), QueryError> {
        let endless = QueryError::Quotation { at: self.at - 1 };
        loop {
            match self.next().ok_or_else(|| endless.clone())? {
                '"' => return Ok(()),
                '\\' => into.push(self.next().ok_or_else(|| endless.clone())?),
                character => into.push(character),
            }
        }
    }
}

/// A value as it is typed: in quotation marks where it has more than letters, digits and signs that mean nothing here.
fn quoted(value: &str) -> String {
    let is_plain = |character: char| character.is_alphanumeric() || "._-/@+".contains(character);
    if !value.is_empty() && value.chars().all(is_plain) {
        return value.to_owned();
    }
    let mut quoted = String::with_capacity(value.len() + 2);
    quoted.push('"');
    for character in value.chars() {
        if matches!(character, '"' | '\\') {
            quoted.push('\\');
        }
        quoted.push(character);
    }
    quoted.push('"');
    quoted
}

/// A time in microseconds since 1970 (UTC): the beginning of a day, or a moment.
fn time(text: &str) -> Option<i64> {
    if let Ok(time) = text.parse::<Timestamp>() {
        return Some(time.as_microsecond());
    }
    // What is longer has a time without an offset: nobody can tell when that is.
    let day = text.parse::<Date>().ok().filter(|_| text.len() <= "-002026-01-01".len())?;
    Some(day.to_zoned(TimeZone::UTC).ok()?.timestamp().as_microsecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Query, QueryError> {
        Query::parse(text)
    }

    #[test]
    fn a_search_is_read() {
        let query = parse(
            "  actor:ada action:casemate.role.* outcome:denied since:2026-01-01 until:2026-01-01T08:00:00+01:00 \
             resource:role:rol_1 tenant:\"\" free \"two words\"",
        );
        let expected = Query {
            actor: Some("ada".into()),
            action_prefix: Some("casemate.role.".into()),
            outcome: Some("denied".into()),
            since: Some(1_767_225_600_000_000),
            until: Some(1_767_250_800_000_000),
            resource_type: Some("role".into()),
            resource_id: Some("rol_1".into()),
            tenant: Some(String::new()),
            words: vec!["free".into(), "two words".into()],
            ..Query::default()
        };
        assert_eq!(query, Ok(expected));
        let quoted = parse(r#"reason:"a \"b\" \\ c" "key:value" client:::1"#).unwrap();
        assert_eq!(quoted.reason.as_deref(), Some(r#"a "b" \ c"#));
        assert_eq!((quoted.words, quoted.client), (vec!["key:value".to_owned()], Some("::1".to_owned())));
        assert_eq!(parse(" \n"), Ok(Query::default()));
        assert_eq!(parse("resource:role").unwrap().resource_id, None);
        assert_eq!(parse("-kind:read -kind:read -kind:export").unwrap().not_kinds, ["read", "export"]);
        assert_eq!(parse("-kind").unwrap().words, ["-kind"], "a word");
        assert_eq!(parse("action:\"a*b\"").unwrap().action.as_deref(), Some("a*b"));
    }

    #[test]
    fn what_is_typed_of_a_query_is_the_query() {
        for text in [
            "",
            "actor:ada action:casemate.role.* outcome:denied since:2026-01-01 until:2026-01-01T08:00:00.000001Z",
            r#"tenant:"" party:"a \"b\" \\ c" resource:role:rol_1 free "two words" "key:value""#,
            r#"subject:usr_1 action:"a*b" client:"::1" request:r-1 kind:read -kind:export -kind:"a b" value:a@b area:role application:notes reason:"x y""#,
        ] {
            let query = parse(text).unwrap();
            assert_eq!(parse(&query.typed()), Ok(query.clone()), "{text}: {}", query.typed());
        }
    }

    #[test]
    fn a_mistake_is_named_with_its_place() {
        let value = |text: &str| text.to_owned();
        for (text, error) in [
            ("ä nobody:x", QueryError::NoWord { at: 1, value: value("ä") }),
            ("äö nobody:x", QueryError::Key { at: 4, key: value("nobody") }),
            ("http://x", QueryError::Key { at: 1, key: value("http") }),
            ("actor:a actor:b", QueryError::Twice { at: 9, key: value("actor") }),
            ("action:a action:b.*", QueryError::Twice { at: 10, key: value("action") }),
            ("resource:a resource:b:c", QueryError::Twice { at: 12, key: value("resource") }),
            ("since:2026-01-01 since:2026-01-01", QueryError::Twice { at: 18, key: value("since") }),
            ("actor: x", QueryError::Empty { at: 1, key: value("actor") }),
            ("xx \"y", QueryError::Quotation { at: 4 }),
            ("actor:\"y\\", QueryError::Quotation { at: 7 }),
            ("action:a.*.b", QueryError::Asterisk { at: 8 }),
            ("since:yesterday", QueryError::Time { at: 7, value: value("yesterday") }),
            ("until:2026-01-01T08:00:00", QueryError::Time { at: 7, value: value("2026-01-01T08:00:00") }),
            ("until:2026-02-30", QueryError::Time { at: 7, value: value("2026-02-30") }),
            ("outcome:no", QueryError::Outcome { at: 9, value: value("no") }),
            ("x", QueryError::NoWord { at: 1, value: value("x") }),
            ("ab -kind: x", QueryError::Empty { at: 4, key: value("-kind") }),
            ("-actor:ada", QueryError::Key { at: 1, key: value("-actor") }),
            (
                &(0..=MAX_WORDS).map(|number| format!("-kind:k{number} ")).collect::<String>(),
                QueryError::TooManyKinds,
            ),
            ("\"\"", QueryError::NoWord { at: 1, value: value("") }),
            (&"ab ".repeat(MAX_WORDS + 1), QueryError::TooManyWords),
            (&"a".repeat(MAX_QUERY + 1), QueryError::TooLong),
        ] {
            assert_eq!(parse(text), Err(error), "{text}");
        }
    }
}
