//! `/api/v1/users/{id}/invitations`.

use axum::extract::{Path, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use casemate_directory::Maker;
use casemate_platform::api::{Api, Operation, Trail};
use casemate_platform::mail::{Letter, NotPosted};
use casemate_platform::{Code, DocumentError, NoQuery, Problem, json_body, json_response, permissions};
use casemate_store::{StoreError, UserRecord};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::letter::{About, letter};
use super::link::{Token, href};
use super::may_have_password;
use crate::App;
use crate::guard::Require;
use crate::refusal::problem;
use crate::user::service::{strict, thing};
use crate::view::time;

permissions! {
    /// To let somebody set their password.
    UserInvite = "casemate.user.invite", on "user", in tenant, read "casemate.user.read";
}

const TAG: &str = "Users";
const PATH: &str = "/api/v1/users/{id}/invitations";
/// How long an invitation works, in microseconds: three days.
const LASTS: i64 = 3 * 24 * 3_600 * 1_000_000;
/// How long one works of somebody who has a password already, in microseconds: half an hour.
const LASTS_OF_KNOWN: i64 = 30 * 60 * 1_000_000;

/// How somebody comes to their link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Delivery {
    /// In a letter to their e-mail address.
    Mail,
    /// In the answer: whoever invites hands it over.
    Link,
}

/// An invitation that is wanted.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct InvitationRequest {
    /// How they come to their link. Where nothing is said: by a letter if letters are sent and they have an address, and else in
    /// the answer.
    #[serde(default)]
    deliver: Option<Delivery>,
}

/// An invitation.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Invitation")]
struct InvitationView {
    /// The id of the user.
    user: String,
    /// Where the letter goes.
    #[serde(skip_serializing_if = "Option::is_none")]
    sent_to: Option<String>,
    /// The link, which is in this answer and nowhere else.
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<String>,
    /// When it ends.
    #[schemars(extend("format" = "date-time"))]
    expires_at: String,
}

/// The area's routes.
pub(crate) fn routes() -> Api<App> {
    Api::new().post(
        PATH,
        invite,
        Operation::new("inviteUser", TAG, "An invitation", Trail::Kind("create"))
            .describe(
                "Makes a link by which a user with an account of Casemate's own sets their password, once, within three days; within half \
                 an hour where they have a password already. \
                 Invitations of before end with it. Whoever invites has to hold all that the user holds, also when the link is used, and \
                 it ends where the user's e-mail address changes.",
            )
            .needs::<UserInvite>()
            .takes::<InvitationRequest>(json!({ "deliver": "mail" }))
            .answers::<InvitationView>(201, "It was made, and the letter posted if there is one.")
            .problem(Code::NotFound)
            .problem(Code::InvalidDocument)
            .problem(Code::GrantExceeded),
    )
}

async fn invite(
    State(app): State<App>,
    require: Require<UserInvite>,
    Path(id): Path<String>,
    _: NoQuery,
    request: Request,
) -> Result<Response, Problem> {
    let InvitationRequest { deliver } = strict(&json_body(request).await?)?;
    let access = require.access();
    let user = app.administration.user(access.tenant(), &id).await.map_err(problem)?;
    let user = user.ok_or_else(|| Problem::new(Code::NotFound))?;
    let permit = access.permit::<UserInvite>(&app, &thing(&user)).await?;
    if !may_have_password(&app, &user).await.map_err(unreadable)? {
        return Err(refused(
            "/id",
            "they have no account of Casemate's own that may be used: look at `accounts.enabled`",
        ));
    }
    let Some(token) = Token::random() else { return Err(Problem::new(Code::Unavailable)) };
    let is_known = app.store.reader().local_password(&user.id).await.map_err(unreadable)?.is_some();
    let lasts = if is_known { LASTS_OF_KNOWN } else { LASTS };
    let until = permit.author.now.saturating_add(lasts);
    let link = href(&app.settings.public_url, &token);
    let delivery = delivered(&app, &user, deliver, &link, until)?;
    let client = permit.author.client.as_deref().and_then(|client| client.parse().ok());
    let maker = Maker::write(&access.caller.0, client)
        .map_err(|error| Problem::new(Code::Forbidden).detail(error.to_string()))?;
    let digest = token.digest();
    let made = app.administration.invite(&permit.author, access.tenant(), &id, digest, &maker, until).await;
    let user = match made {
        Ok(user) => user,
        Err(error) => return Err(access.not_done::<UserInvite>(&app, Some(&id), error).await),
    };
    let (sent_to, link) = match delivery {
        None => (None, Some(link)),
        Some(letter) => {
            let to = letter.to.to_string();
            app.mail.as_ref().map_or(Err(NotPosted::Closed), |mail| mail.post(letter)).map_err(|error| {
                tracing::error!(%error, "an invitation is not sent");
                Problem::new(Code::Unavailable)
                    .detail("the letter cannot be sent now: invite them again later")
            })?;
            (Some(to), None)
        }
    };
    let view = InvitationView { user: user.id, sent_to, link, expires_at: time(until) };
    let mut response = json_response(&view);
    *response.status_mut() = StatusCode::CREATED;
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// The letter that is to be sent, or none where the link is to be shown.
fn delivered(
    app: &App,
    user: &UserRecord,
    deliver: Option<Delivery>,
    link: &str,
    until: i64,
) -> Result<Option<Letter>, Problem> {
    if deliver == Some(Delivery::Link) {
        return Ok(None);
    }
    let wants = deliver == Some(Delivery::Mail);
    if app.mail.is_none() {
        let why = "no letters are sent: set `mail.server`, or take the link";
        return if wants { Err(refused("/deliver", why)) } else { Ok(None) };
    }
    let written = letter(About::Invitation, &app.settings.public_url, user, link, until);
    let written = written.map_err(|error| {
        tracing::error!(%error, "an invitation cannot be written");
        Problem::new(Code::Internal)
    })?;
    match written {
        None if wants => Err(refused("/deliver", "they have no e-mail address that letters go to")),
        letter => Ok(letter),
    }
}

fn refused(pointer: &str, message: &str) -> Problem {
    let error = DocumentError { pointer: pointer.to_owned(), message: message.to_owned(), help: None };
    Problem::document(vec![error])
}

fn unreadable(error: StoreError) -> Problem {
    tracing::error!(%error, "local accounts cannot be read");
    Problem::new(Code::Unavailable)
}
