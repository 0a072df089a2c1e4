//! Signing in with a local account, and setting its password.

use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use casemate_directory::OWN_PROVIDER;
use casemate_identity::sign_in::SignedIn;
use casemate_identity::{
    Authentication, ExposeSecret as _, Identity, Kind, LONGEST_PASSWORD, SecretString, Timestamp,
    WeakPassword,
};
use casemate_platform::{Client, SESSION_COOKIE, cookie};
use casemate_store::{
    AccountChange, Actor, AuditEvent, CommitError, LocalPassword, Operation, PASSWORD_FIELD, Sessions,
    SignInStep, StoreError, USER_SECRETS, UserRecord, name_key,
};
use ipnet::IpNet;
use serde_json::json;

use super::attempt::{PASSWORD, forget};
use super::digests::{NoTurn, NotTaken};
use super::factor;
use crate::App;
use crate::block::service::network_of_client as network_of;
use crate::forms::{random, see_other, set_cookie};
use crate::sign_in::service::{Also, Asked, NotBegun, begin, change, change_since, session_of};

pub(crate) use super::attempt::{LOCK, NotTried, Tried, account_key, attempt, pair_key};
pub(crate) use super::digests::is_same;

/// The cookie of a browser that showed a password, and is to show a second factor.
pub(crate) const STEP_COOKIE: &str = "__Host-casemate-step";
/// How long it waits for that, in seconds.
const STEP_SECONDS: u32 = 600;
/// Where the second factor is asked for.
pub(crate) const STEP_PATH: &str = "/sign-in/casemate/factor";

/// Somebody who may sign in with a password.
pub(crate) struct Account {
    pub(crate) user: UserRecord,
    pub(crate) password: LocalPassword,
}

/// Why no session begins.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotEntered {
    /// They were deactivated or deleted, or their password was changed meanwhile.
    #[error("who signs in may not come in any more")]
    Refused,
    /// The database, or randomness, is not to be had.
    #[error("{0}")]
    Unavailable(String),
}

/// Why a password was not set.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotSet {
    /// It is too easy to guess.
    #[error(transparent)]
    Weak(#[from] WeakPassword),
    /// Too many passwords wait to be looked at.
    #[error("too many passwords wait to be looked at")]
    Busy,
    /// It cannot be kept.
    #[error("{0}")]
    Unavailable(String),
    /// What the change rests on is no longer so.
    #[error(transparent)]
    Store(#[from] CommitError),
}

impl From<NotTaken> for NotSet {
    fn from(error: NotTaken) -> NotSet {
        match error {
            NotTaken::Weak(weak) => NotSet::Weak(weak),
            NotTaken::NoTurn(NoTurn::Busy) => NotSet::Busy,
            NotTaken::NoTurn(error) => NotSet::Unavailable(error.to_string()),
        }
    }
}

impl From<StoreError> for NotEntered {
    fn from(error: StoreError) -> NotEntered {
        NotEntered::Unavailable(error.to_string())
    }
}

/// By what the attempts of a network are counted.
pub(crate) fn network_key(network: &IpNet) -> String {
    super::attempt::network_key(network)
}

/// Whether anybody may sign in with a local account.
pub(crate) async fn is_offered(app: &App) -> bool {
    if app.accounts.rule().enabled {
        return true;
    }
    app.store.reader().has_founder().await.unwrap_or_else(|error| {
        tracing::error!(%error, "whether anybody has a local account cannot be read");
        false
    })
}

/// Who may sign in with this id.
pub(crate) async fn account_of(app: &App, user: &str) -> Result<Option<Account>, StoreError> {
    let reader = app.store.reader();
    let found = reader.user(user).await?.zip(reader.local_password(user).await?);
    let account = found.map(|(user, password)| Account { user, password });
    Ok(account.filter(|account| may_enter(app, account)))
}

fn may_enter(app: &App, account: &Account) -> bool {
    let Account { user, password } = account;
    user.active && user.provider == OWN_PROVIDER && (app.accounts.rule().enabled || password.founder)
}

/// Somebody who shows a password: whose it is to be, where they are, and since when.
pub(crate) struct Shown {
    pub(crate) login: String,
    pub(crate) password: SecretString,
    pub(crate) from: Option<Client>,
    pub(crate) now: i64,
}

/// Whether a password was somebody's.
pub(crate) enum Looked {
    /// It is theirs.
    Right(Box<Account>),
    /// It is not; whose it was to be by the id of the user, where there is one.
    Wrong(Option<String>),
}

/// Looks whether a password is somebody's. It takes as long, and says the same, whoever is meant.
///
/// # Errors
/// Why it was not looked at.
pub(crate) async fn check(app: &App, shown: Shown) -> Result<Looked, NotTried> {
    let Shown { login, password, from, now } = shown;
    let reader = app.store.reader();
    let user = reader.user_by_login(OWN_PROVIDER, &login).await?;
    // Whoever is nobody is looked for in the same places.
    let id = user.as_ref().map_or("usr_", |user| user.id.as_str()).to_owned();
    let stored = reader.local_password(&id).await?;
    let network = network_of(from);
    let is_known = reader.knows_network(&id, &network.to_string(), now).await?;
    let account = user.as_ref().map_or_else(|| stand_in(&login), |user| user.id.clone());
    let meant = user.as_ref().map(|user| user.id.clone());
    let found = user.zip(stored).map(|(user, password)| Account { user, password });
    let found = found.filter(|account| may_enter(app, account));
    let digest = match &found {
        None => None,
        Some(account) => Some(opened(app, account)?),
    };
    let is_counted = app.blocks.counted_by(from).is_some();
    let tried = Tried { what: PASSWORD, account, network, is_counted, is_known };
    let accounts = std::sync::Arc::clone(&app.accounts);
    let is_too_long = password.expose_secret().chars().nth(LONGEST_PASSWORD).is_some();
    let password = if is_too_long { SecretString::from("") } else { password };
    let is_right = attempt(app, tried, async move { accounts.verify(password, digest).await }).await?;
    Ok(found.filter(|_| is_right).map_or(Looked::Wrong(meant), |account| Looked::Right(Box::new(account))))
}

/// Looks whether a password is this account's, from a browser that is signed in.
///
/// # Errors
/// Why it was not looked at.
pub(crate) async fn check_again(
    app: &App,
    account: &Account,
    password: SecretString,
    from: Option<Client>,
    now: i64,
) -> Result<bool, NotTried> {
    let shown = Shown { login: account.user.login.clone(), password, from, now };
    let looked = check(app, shown).await?;
    Ok(matches!(looked, Looked::Right(found) if found.user.id == account.user.id))
}

fn opened(app: &App, account: &Account) -> Result<SecretString, NotTried> {
    let sealer = app.directory.sealer();
    let sealer = sealer.ok_or_else(|| NotTried::Unavailable("there is no root key".to_owned()))?;
    sealer.open(&account.password.sealed).map_err(|error| NotTried::Unavailable(error.to_string()))
}

/// What stands for a login that nobody has, whatever its length.
fn stand_in(login: &str) -> String {
    let digest = casemate_directory::sha256(&name_key(login));
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Sets somebody's password and ends all their sessions, with an event that tells of it. `also` is done with it, or nothing is.
///
/// # Errors
/// Where the password is too weak, and where something of it cannot be done.
pub(crate) async fn set_password(
    app: &App,
    asked: &Asked,
    actor: Actor,
    user: &UserRecord,
    password: SecretString,
    also: Vec<Operation>,
) -> Result<(), NotSet> {
    let (mut operations, event) = new_password(app, asked, actor, user, password).await?;
    operations.extend(also);
    put_password(app, asked, &user.id, operations, event, None).await
}

/// Makes the change that [`new_password`] thought out; where a `base` is told, only if nothing was changed since of what decides who
/// may do what.
///
/// # Errors
/// Where something of it cannot be done.
pub(crate) async fn put_password(
    app: &App,
    asked: &Asked,
    user: &str,
    operations: Vec<Operation>,
    event: AuditEvent,
    base: Option<i64>,
) -> Result<(), NotSet> {
    change_since(app, asked, operations, event, base).await?;
    forget(app, user).await;
    Ok(())
}

/// What sets somebody's password and ends their sessions, and what tells of it.
///
/// # Errors
/// Where the password is too weak, and where it cannot be kept.
pub(crate) async fn new_password(
    app: &App,
    asked: &Asked,
    actor: Actor,
    user: &UserRecord,
    password: SecretString,
) -> Result<(Vec<Operation>, AuditEvent), NotSet> {
    let own = [Some(&user.login), user.display_name.as_ref(), user.email.as_ref()];
    let own = own.into_iter().flatten().cloned().collect();
    let digest = app.accounts.digest(password, own).await?;
    let sealer = app.directory.sealer();
    let sealer = sealer.ok_or_else(|| NotSet::Unavailable("there is no root key".to_owned()))?;
    let sealed = sealer
        .seal(USER_SECRETS, &user.id, PASSWORD_FIELD, &digest)
        .map_err(|error| NotSet::Unavailable(error.to_string()))?;
    let change = AccountChange::PutPassword { user: user.id.clone(), founder: false, sealed };
    let which = Sessions::Subject { provider: OWN_PROVIDER.to_owned(), subject: user.id.clone() };
    let operations = vec![
        Operation::Account(change),
        Operation::EndSessions { which, reason: "password-changed".to_owned() },
    ];
    let event = AuditEvent {
        tenant: user.tenant.clone(),
        resource_type: "user".to_owned(),
        ..asked.event(actor, "casemate.user.password", "update", &user.id)
    };
    Ok((operations, event))
}

/// Who a user of Casemate's own is, for an event.
pub(crate) fn actor_of(user: &UserRecord, session: Option<&str>) -> Actor {
    Actor {
        provider: OWN_PROVIDER.to_owned(),
        kind: Kind::USER.to_string(),
        id: user.id.clone(),
        credential: session.map(str::to_owned),
    }
}

/// Lets somebody go on who showed their password: with a session, or to their second factor.
///
/// # Errors
/// Where neither can begin.
pub(super) async fn after_password(
    app: &App,
    entering: Entering<'_>,
    account: &Account,
) -> Result<Response, NotEntered> {
    if factor::required(app, &account.user).await? {
        return wait_for_factor(app, &entering, account).await;
    }
    // Who changed the password meanwhile, changed it for whoever knew the old one.
    let still = AccountChange::StillPassword {
        user: account.user.id.clone(),
        changed_at: account.password.changed_at,
    };
    enter(app, entering, &account.user, &["pwd"], vec![Operation::Account(still)]).await
}

/// A browser in which somebody signs in.
#[derive(Clone, Copy)]
pub(crate) struct Entering<'a> {
    pub(crate) asked: &'a Asked,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) from: Option<Client>,
    /// Where it goes on.
    pub(crate) return_to: &'a str,
}

/// Begins a session for a user of Casemate's own, in the place of the one that the browser had, and sends the browser on. `amr` says
/// how they proved who they are (RFC 8176); `also` is done with it, or nothing is.
///
/// # Errors
/// Where no session can begin.
pub(crate) async fn enter(
    app: &App,
    entering: Entering<'_>,
    user: &UserRecord,
    amr: &[&str],
    also: impl Into<Also>,
) -> Result<Response, NotEntered> {
    let signed_in = signed_in(user, amr, entering.asked.now);
    enter_as(app, entering, user, signed_in, also.into()).await
}

/// As [`enter`], in the place of a session that began with the proof of who they are: how recent that is, and what it consists of,
/// stays as it was, but for what was `shown` beside it.
///
/// # Errors
/// Where no session can begin.
pub(super) async fn enter_again(
    app: &App,
    entering: Entering<'_>,
    user: &UserRecord,
    earlier: &Identity,
    shown: &[&str],
    also: impl Into<Also>,
) -> Result<Response, NotEntered> {
    let mut amr: Vec<&str> = earlier.auth.amr.iter().map(|method| &**method).collect();
    amr.extend(shown);
    // Of what is no session it is not known when: it is no recent proof.
    let since = earlier.session.as_ref().map_or(0, |session| session.authenticated_at.0);
    enter_as(app, entering, user, signed_in(user, &amr, since), also.into()).await
}

async fn enter_as(
    app: &App,
    entering: Entering<'_>,
    user: &UserRecord,
    signed_in: SignedIn,
    mut also: Also,
) -> Result<Response, NotEntered> {
    let Entering { asked, headers, from, return_to } = entering;
    let network = network_of(from).to_string();
    also.operations.push(Operation::Account(AccountChange::KnowNetwork { user: user.id.clone(), network }));
    let earlier = session_of(app, cookie(headers, SESSION_COOKIE).ok().flatten()).await?;
    let earlier = earlier.as_ref().map(|session| session.id.as_str());
    let begun = begin(app, asked, &signed_in, earlier, also).await;
    let begun = begun.map_err(|error| match error {
        NotBegun::Store(
            CommitError::NotAdmitted
            | CommitError::Repeated
            | CommitError::UsedUp { .. }
            | CommitError::Missing { .. },
        ) => NotEntered::Refused,
        NotBegun::Session(error) => NotEntered::Unavailable(error.to_string()),
        NotBegun::Store(error) => NotEntered::Unavailable(error.to_string()),
    })?;
    let mut response = see_other(return_to);
    set_cookie(&mut response, SESSION_COOKIE, begun.expose_secret(), None);
    Ok(response)
}

/// A user of Casemate's own, who proved at `now` who they are.
fn signed_in(user: &UserRecord, amr: &[&str], now: i64) -> SignedIn {
    let mut identity = Identity::new(OWN_PROVIDER, user.id.as_str(), Kind::USER);
    identity.login = Some(user.login.as_str().into());
    identity.display_name = user.display_name.as_deref().map(Into::into);
    // What is assigned to a login of theirs elsewhere is somebody else's business.
    identity.tenant = Some(user.tenant.as_str().into());
    let amr = amr.iter().map(|method| (*method).into()).collect();
    identity.auth = Authentication { time: Some(Timestamp(now)), amr, ..Authentication::default() };
    let subject = user.id.as_str().into();
    SignedIn { identity, subject, sid: None, authenticated_at: Timestamp(now) }
}

/// Keeps that the password was right until the second factor is shown.
async fn wait_for_factor(
    app: &App,
    entering: &Entering<'_>,
    account: &Account,
) -> Result<Response, NotEntered> {
    let Entering { asked, return_to, .. } = *entering;
    let mut bytes = [0; 32];
    random(&mut bytes).ok_or_else(|| NotEntered::Unavailable("there is no randomness".to_owned()))?;
    let secret = casemate_identity::sign_in::text_of(&bytes);
    let step = SignInStep {
        digest: casemate_directory::sha256(&secret),
        user: account.user.id.clone(),
        failures: 0,
        challenge: None,
        created_at: asked.now,
        expires_at: asked.now.saturating_add(i64::from(STEP_SECONDS) * 1_000_000),
    };
    let still = AccountChange::StillPassword {
        user: account.user.id.clone(),
        changed_at: account.password.changed_at,
    };
    let operations = vec![Operation::Account(still), Operation::Account(AccountChange::BeginStep(step))];
    let event = AuditEvent {
        after: Some(json!({ "waits_for": "second factor" }).to_string()),
        ..asked.event(actor_of(&account.user, None), "casemate.session.begin", "password", "")
    };
    match change(app, asked, operations, event).await {
        Ok(()) => {}
        Err(CommitError::UsedUp { .. } | CommitError::Missing { .. }) => return Err(NotEntered::Refused),
        Err(error) => return Err(NotEntered::Unavailable(error.to_string())),
    }
    let query =
        url::form_urlencoded::Serializer::new(String::new()).append_pair("return_to", return_to).finish();
    let mut response = see_other(&format!("{STEP_PATH}?{query}"));
    set_cookie(&mut response, STEP_COOKIE, &secret, Some(STEP_SECONDS));
    Ok(response)
}

/// The status of an answer to what was not looked at.
pub(crate) fn status_of(error: &NotTried) -> StatusCode {
    match error {
        NotTried::TooMany { .. } | NotTried::UnderWay => StatusCode::TOO_MANY_REQUESTS,
        NotTried::Busy | NotTried::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
    }
}
