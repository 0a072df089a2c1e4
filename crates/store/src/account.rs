//! Local accounts: who has a password here, sign-ins that wait for a second factor, networks from which people signed in
//! before, and counted attempts. What is secret of them is sealed, and stands with the other secrets.

mod attempt;
mod factor;
mod guess;
mod lock;
mod network;
mod password;
mod step;
mod token;

pub use attempt::{Attempt, AttemptLimit, Checked, Growth, Lockout, Reservation};
pub use factor::{FACTOR_FIELD, FactorChange, FactorKind, MAX_FACTORS, RecoveryCodes, SecondFactor};
pub use guess::{Counted, Guess, MAX_GUESSES};
pub(crate) use lock::forget_account;
pub use lock::{API_KEY_ATTEMPTS, LockedKeys};
pub use network::{KNOWN_FOR, MAX_KNOWN_NETWORKS, SeenNetwork};
pub use password::LocalPassword;
pub use step::{MAX_STEPS, SignInStep};
pub use token::{LINKS_WITHIN, LinkPurpose, MAX_LINKS, PasswordLink};

use crate::commit::{CommitError, Operation, Refused};
use crate::secret::SealedSecret;
use crate::sql::{Database, values};

/// The kind under which the secrets of users are sealed: their passwords' digests.
pub const USER_SECRETS: &str = "user";
/// The kind under which the secrets of second factors are sealed.
pub const FACTOR_SECRETS: &str = "factor";
/// Which of a user's secrets is the digest of their password.
pub const PASSWORD_FIELD: &str = "password";

/// What is to be different about a local account.
#[derive(Debug, Clone)]
pub enum AccountChange {
    /// Somebody has this password from now on. Sign-ins of theirs that wait for a second factor do so no longer, and links by
    /// which they could set their password work no longer.
    PutPassword {
        /// The user's id.
        user: String,
        /// Whether they are one whom the one-time key of administrators made; those who were stay so.
        founder: bool,
        /// The digest, sealed for [`USER_SECRETS`], the user's id and [`PASSWORD_FIELD`].
        sealed: SealedSecret,
    },
    /// Somebody has no password any more.
    RemovePassword {
        /// The user's id.
        user: String,
    },
    /// Nothing by itself: the change is refused where somebody's password was another before it.
    StillPassword {
        /// The user's id.
        user: String,
        /// When the password was set that was looked at.
        changed_at: i64,
    },
    /// Somebody may set their password by a link. The change is refused where too many were made for them lately.
    PutLink(PasswordLink),
    /// Somebody sets their password by a link, once: the change is refused where it does not work any more.
    UseLink {
        /// Its digest.
        digest: [u8; 32],
    },
    /// Something about somebody's second factors is to be different.
    Factor(FactorChange),
    /// A sign-in waits for its second factor from now on.
    BeginStep(SignInStep),
    /// A sign-in that waited goes on, once: the change is refused where it does not wait any more.
    EndStep {
        /// Its digest.
        digest: [u8; 32],
    },
    /// An account is locked no longer, and what failed is forgotten; the change is refused where it was not.
    LiftLock {
        /// The lock's id.
        id: String,
    },
    /// Nothing by itself: with its revision, other processes look for what is locked of service accounts' API keys.
    TellLock {
        /// The account's id.
        account: String,
    },
    /// Somebody signed in from a network.
    KnowNetwork {
        /// The user's id.
        user: String,
        /// The network.
        network: String,
    },
}

impl AccountChange {
    /// The id of the user or service account that it is about, where it names one.
    pub(crate) fn user(&self) -> &str {
        match self {
            AccountChange::PutPassword { user, .. }
            | AccountChange::RemovePassword { user }
            | AccountChange::StillPassword { user, .. }
            | AccountChange::KnowNetwork { user, .. } => user,
            AccountChange::TellLock { account } => account,
            AccountChange::Factor(change) => change.user(),
            AccountChange::BeginStep(step) => &step.user,
            AccountChange::PutLink(link) => &link.user,
            AccountChange::EndStep { .. }
            | AccountChange::UseLink { .. }
            | AccountChange::LiftLock { .. } => "",
        }
    }
}

/// Does all that the operations say of accounts, once what they say of people is done.
pub(crate) async fn make(
    database: &mut impl Database,
    operations: &[Operation],
    at: i64,
) -> Result<(), Refused> {
    let changes = operations.iter().filter_map(|operation| match operation {
        Operation::Account(change) => Some(change),
        _ => None,
    });
    // A link is used before the password that it sets ends all links, and a password looked at before another is put there.
    let (first, others): (Vec<_>, Vec<_>) = changes.partition(|change| {
        matches!(change, AccountChange::UseLink { .. } | AccountChange::StillPassword { .. })
    });
    for change in first.into_iter().chain(others) {
        make_one(database, change, at).await?;
    }
    Ok(())
}

async fn make_one(database: &mut impl Database, change: &AccountChange, at: i64) -> Result<(), Refused> {
    match change {
        AccountChange::PutPassword { user, founder, sealed } => {
            require_active(database, user).await?;
            password::put(database, user, *founder, sealed, at).await?;
            token::end_all(database, user, at).await?;
        }
        AccountChange::RemovePassword { user } => password::remove(database, user).await?,
        AccountChange::StillPassword { user, changed_at } => {
            require(password::is_still(database, user, *changed_at).await?, "password")?;
        }
        AccountChange::PutLink(link) => {
            require_user(database, &link.user).await?;
            token::put(database, link).await?;
        }
        AccountChange::UseLink { digest } => {
            require(token::end(database, digest, at).await?, "link")?;
        }
        AccountChange::Factor(change) => factor::make(database, change, at).await?,
        AccountChange::BeginStep(step) => {
            require_active(database, &step.user).await?;
            step::begin(database, step).await?;
        }
        AccountChange::EndStep { digest } => {
            require(step::end(database, digest, at).await?, "sign-in")?;
        }
        AccountChange::TellLock { .. } => {}
        AccountChange::LiftLock { id } => require(lock::lift(database, id, at).await?, "lock")?,
        AccountChange::KnowNetwork { user, network } => {
            require_user(database, user).await?;
            network::know(database, user, network, at).await?;
        }
    }
    Ok(())
}

fn require(is_there: bool, what: &'static str) -> Result<(), Refused> {
    if is_there { Ok(()) } else { Err(Refused::Change(CommitError::UsedUp { what })) }
}

/// Nothing is kept of who was deleted meanwhile.
async fn require_user(database: &mut impl Database, user: &str) -> Result<(), Refused> {
    require_such(database, user, "deleted_at IS NULL").await
}

/// Whoever was deactivated meanwhile does not come in.
async fn require_active(database: &mut impl Database, user: &str) -> Result<(), Refused> {
    require_such(database, user, "deleted_at IS NULL AND active = 1").await
}

async fn require_such(
    database: &mut impl Database,
    user: &str,
    condition: &'static str,
) -> Result<(), Refused> {
    let text = format!("SELECT 1 AS one FROM directory_user WHERE id = $1 AND {condition}");
    let text = text.as_str();
    if database.row(text, values![user]).await?.is_some() {
        return Ok(());
    }
    Err(Refused::Change(CommitError::Missing { kind: "user".to_owned(), id: user.to_owned() }))
}

/// Forgets everything of the accounts of users who are deleted. `places` stands for their ids.
pub(crate) fn forgetting(places: &str) -> [String; 9] {
    [
        format!("DELETE FROM sealed_secret WHERE kind = '{USER_SECRETS}' AND id IN ({places})"),
        format!(
            "DELETE FROM sealed_secret WHERE kind = '{FACTOR_SECRETS}' AND id IN \
             (SELECT id FROM second_factor WHERE user_id IN ({places}))"
        ),
        format!("DELETE FROM local_password WHERE user_id IN ({places})"),
        format!("DELETE FROM second_factor WHERE user_id IN ({places})"),
        format!("DELETE FROM recovery_code WHERE user_id IN ({places})"),
        format!("DELETE FROM account_token WHERE user_id IN ({places})"),
        format!("DELETE FROM sign_in_step WHERE user_id IN ({places})"),
        format!("DELETE FROM known_network WHERE user_id IN ({places})"),
        format!("DELETE FROM account_lock WHERE user_id IN ({places})"),
    ]
}

/// Forgets what says nothing about another time: links, sign-ins under way, counted attempts.
pub(crate) async fn forget_all(database: &mut impl Database) -> Result<(), sqlx::Error> {
    for table in ["account_token", "sign_in_step", "attempt_counter", "account_lock", "guessed_secret"] {
        database.execute(&format!("DELETE FROM {table}"), &[]).await?;
    }
    Ok(())
}
