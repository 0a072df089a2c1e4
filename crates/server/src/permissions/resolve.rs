//! `/api/v1/permissions/resolve`: what several identities hold, at one revision.

use std::borrow::Cow;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::Response;
use casemate_directory::{End, Known, Snapshot};
use casemate_expression::Datum;
use casemate_platform::{Code, DocumentError, NoQuery, Problem, json_body, written_json_response};
use casemate_store::clipped;
use schemars::JsonSchema;
use serde_json::json;

use super::item::{Content, Holder, Item, Untold};
use super::reading::{credential_of, end_of, of_id, own_id, told};
use super::routes::PermissionRead;
use super::service::{Presented, presented};
use super::visible::Visible;
use crate::App;
use crate::guard::{Access, Require, Thing};
use crate::objects::with_revision;

/// The most identities of one request.
const MAX_ITEMS: usize = 100;
/// How much is written down for one answer, in bytes of JSON, also of what the caller has already. One identity is told whole, however much it holds.
const MOST_WRITTEN: usize = 16 << 20;

/// Whose permissions are wanted.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "describes what is read without keeping tokens in messages")]
pub(super) struct ResolveRequest {
    /// Whose; each answered by itself, in order.
    #[schemars(length(max = 100))]
    items: Vec<ResolveItem>,
}

/// Whose permissions are wanted: one of `token`, `identity`, `anonymous`.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "describes what is read without keeping tokens in messages")]
struct ResolveItem {
    /// A bearer token that somebody presented, judged as if they had sent it here. It is neither logged nor told again.
    #[serde(default)]
    token: Option<String>,
    /// The opaque id of a user, a service account or an API key.
    #[serde(default)]
    identity: Option<String>,
    /// `true` for whoever presents nothing.
    #[serde(default)]
    anonymous: Option<bool>,
    /// The `etag` of what the caller has already.
    #[serde(default)]
    if_none_match: Option<String>,
}

/// What they hold, in the order of the request.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "describes what is written item by item")]
pub(super) struct ResolvedPermissions<'a> {
    /// The revision at which all of it is so.
    revision: i64,
    items: Vec<ResolvedItem<'a>>,
}

/// What one holds, or that it is what the caller has already, or why it cannot be told.
#[derive(JsonSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "describes what is written item by item")]
enum ResolvedItem<'a> {
    Held(Box<TaggedPermissions<'a>>),
    NotModified {
        /// `true`.
        not_modified: bool,
        /// The digest of what they hold.
        etag: String,
        /// When that ends by itself.
        #[schemars(extend("format" = "date-time"))]
        valid_until: Option<String>,
    },
    Problem {
        problem: ItemProblem,
    },
}

/// What somebody holds, and its digest.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "describes what is written item by item")]
pub(super) struct TaggedPermissions<'a> {
    #[serde(flatten)]
    content: Content<'a>,
    /// The digest of all of this, as an entity tag.
    etag: String,
    /// The revision, where one identity alone was asked for.
    #[serde(default)]
    revision: Option<i64>,
}

#[derive(JsonSchema)]
#[expect(dead_code, reason = "describes what is written item by item")]
struct ItemProblem {
    /// `credential_rejected`, `user_inactive`, `not_found`, `source_failed`, `unavailable`, `invalid_document`, `forbidden`, `limit_reached`.
    code: String,
    /// The same in words.
    detail: String,
}

/// Whose permissions an item asks for.
enum Whose<'a> {
    Token(&'a str),
    Identity(&'a str),
    Anonymous,
}

struct Wanted<'a> {
    whose: Whose<'a>,
    known: Option<&'a str>,
}

/// Why an item is not answered: as a problem's code, and in words.
type Refused = (Code, Cow<'static, str>);

pub(super) async fn resolve(
    State(app): State<App>,
    require: Require<PermissionRead>,
    _: NoQuery,
    request: Request,
) -> Result<Response, Problem> {
    // Whatever is wrong with the body is told without what stands in it: that may be a token.
    let text = json_body(request).await?;
    let body = Datum::from_json(&text).map_err(|_| {
        Problem::new(Code::MalformedBody).detail("this is no JSON, or a member stands in it twice")
    })?;
    let items = items(&body)?;
    let renewed = require.access().readmitted::<PermissionRead>(&app).await?;
    let access = renewed.as_ref().unwrap_or_else(|| require.access());
    let snapshot = access.snapshot();
    let mut answers: Vec<String> = Vec::with_capacity(items.len());
    let mut identities = Vec::new();
    let mut length = 0;
    for item in items {
        let answer = match wanted(item) {
            Ok(_) if length > MOST_WRITTEN => Err((
                Code::LimitReached,
                "the answer is long enough without this: ask for it by itself".into(),
            )),
            Ok(Wanted { whose, known }) => {
                if let Whose::Identity(id) = whose {
                    identities.push(clipped(id));
                }
                let item = answer(&app, access, snapshot, &whose).await;
                length += item.as_ref().map_or(0, Item::written);
                item.map(|item| match known.is_some_and(|known| is_tag_of(known, item.digest())) {
                    true => item.not_modified(),
                    false => item.json(None),
                })
            }
            Err(refused) => Err(refused),
        };
        let answer = answer.unwrap_or_else(|(code, detail)| {
            json!({ "problem": { "code": code.as_str(), "detail": detail } }).to_string()
        });
        answers.push(answer);
        // Lets others go on, and the time limit of the request end it.
        tokio::task::yield_now().await;
    }
    if !identities.is_empty() {
        let id = if let [only] = identities.as_slice() { only.as_str() } else { "" };
        told(&app, access, id, None, json!({ "identities": identities })).await?;
    }
    let revision = snapshot.revision();
    let text = format!("{{\"revision\":{revision},\"items\":[{}]}}", answers.join(","));
    Ok(with_revision(written_json_response(text.into_bytes()), revision))
}

/// What one item is answered with.
async fn answer(
    app: &App,
    access: &Access,
    snapshot: &Arc<Snapshot>,
    whose: &Whose<'_>,
) -> Result<Item, Refused> {
    let visible = || Visible::of(snapshot, access.application().as_deref());
    let holder = match whose {
        Whose::Identity(id) => return of_id(app, access, snapshot, id).await.map_err(untold),
        // Whoever may read what some alone hold may not read it of whomever a token is of.
        Whose::Token(_) | Whose::Anonymous if !access.may::<PermissionRead>(&Thing::default()) => {
            return Err(worded(Code::Forbidden));
        }
        Whose::Token(token) => {
            let tenant = Arc::from(access.tenant());
            let who = presented(app, snapshot, token, &tenant, access.now()).await.map_err(worded)?;
            let Presented { identity, user, known, of_word } = who;
            let until = end_of(app, snapshot, &identity).await.map_err(worded)?.and_word(of_word);
            let id = user.or_else(|| own_id(&known.subject));
            Holder { id, credential: credential_of(&identity), until, known }
        }
        Whose::Anonymous => {
            let known: Arc<Known> = snapshot.known_anonymous(&Arc::from(access.tenant()));
            Holder { known, id: None, credential: None, until: End::default() }
        }
    };
    Item::of(&holder, &visible()).map_err(untold)
}

/// The items of a body.
fn items(body: &Datum) -> Result<&[Datum], Problem> {
    let wrong = |pointer: &str, message: &str| {
        let error = DocumentError { pointer: pointer.to_owned(), message: message.to_owned(), help: None };
        Problem::document(vec![error])
    };
    let members = body.as_map().ok_or_else(|| wrong("", "this is an object with `items`"))?;
    if members.iter().any(|(name, _)| name != "items") {
        return Err(wrong("", "nothing is known here but `items`"));
    }
    let items = members.get("items").and_then(Datum::as_list);
    let items = items.ok_or_else(|| wrong("/items", "this is an array of objects"))?;
    if items.len() > MAX_ITEMS {
        return Err(wrong("/items", "at most 100 are answered at once"));
    }
    Ok(items)
}

fn wanted(item: &Datum) -> Result<Wanted<'_>, Refused> {
    let wrong = |detail: &'static str| (Code::InvalidDocument, Cow::Borrowed(detail));
    let members = item.as_map().ok_or(wrong("this is an object with `token`, `identity` or `anonymous`"))?;
    let (mut whose, mut known) = (None, None);
    for (name, value) in members.iter() {
        let one = match (name, value) {
            ("token", Datum::String(token)) => Whose::Token(token),
            ("identity", Datum::String(id)) => Whose::Identity(id),
            ("anonymous", Datum::Bool(true)) => Whose::Anonymous,
            ("if_none_match", Datum::String(tag)) => {
                known = Some(&**tag);
                continue;
            }
            ("if_none_match", Datum::Null) => continue,
            _ => {
                return Err(wrong(
                    "known here are the texts `token`, `identity` and `if_none_match`, and `anonymous`, which is true",
                ));
            }
        };
        if whose.replace(one).is_some() {
            return Err(wrong("say one of `token`, `identity`, `anonymous`"));
        }
    }
    let whose = whose.ok_or(wrong("say one of `token`, `identity`, `anonymous`"))?;
    Ok(Wanted { whose, known })
}

/// Whether an entity tag is the one of a digest.
fn is_tag_of(tag: &str, digest: &str) -> bool {
    let quoted = tag.strip_prefix("W/").unwrap_or(tag);
    quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) == Some(digest)
}

fn worded(code: Code) -> Refused {
    let detail = match code {
        Code::CredentialRejected => "the token is not accepted: the server's log says why",
        Code::UserInactive => "they were deactivated or deleted",
        Code::NotFound => "nobody in this tenant has this id",
        Code::Forbidden => "this needs the permission `casemate.permission.read` without a condition",
        Code::Unavailable => "this cannot be found out at the moment",
        _ => code.title(),
    };
    (code, detail.into())
}

fn untold(untold: Untold) -> Refused {
    match untold.code {
        Code::SourceFailed => (untold.code, untold.of_source().into()),
        code => worded(code),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_says_whose_permissions_it_asks_for_in_one_way() {
        let read =
            |text: &str| wanted(&Datum::from_json(text).unwrap()).map(|_| ()).map_err(|(code, _)| code);
        for good in [
            r#"{"token":"x"}"#,
            r#"{"identity":"usr","if_none_match":"\"a\""}"#,
            r#"{"anonymous":true,"if_none_match":null}"#,
        ] {
            assert_eq!(read(good), Ok(()), "{good}");
        }
        for bad in [
            "{}",
            "7",
            r#""token""#,
            r#"{"token":7}"#,
            r#"{"token":"x","identity":"y"}"#,
            r#"{"anonymous":false}"#,
            r#"{"token":"x","more":1}"#,
            r#"{"if_none_match":"x"}"#,
        ] {
            assert_eq!(read(bad), Err(Code::InvalidDocument), "{bad}");
        }
    }

    #[test]
    fn tags_are_compared_weakly_and_with_their_quotes() {
        assert!(is_tag_of("\"ab\"", "ab") && is_tag_of("W/\"ab\"", "ab"));
        assert!(!is_tag_of("ab", "ab") && !is_tag_of("\"abc\"", "ab") && !is_tag_of("\"", ""));
    }
}
