//! Links by which people set their passwords: each works once, and for a while. Only a digest of what is in a link is stored.

use crate::commit::{CommitError, Refused};
use crate::error::StoreError;
use crate::open::StoreReader;
use crate::sql::{Database, Row, values};

/// The most links of one kind that are made for one person within [`LINKS_WITHIN`]; of those that they ask for, the most that work.
pub const MAX_LINKS: i64 = 5;
/// The time in which no more links are made than [`MAX_LINKS`], in microseconds: an hour.
pub const LINKS_WITHIN: i64 = 3_600 * 1_000_000;

/// How long a row is kept after its link no longer works, in microseconds: a day.
const KEPT: i64 = 24 * 3_600 * 1_000_000;

const COLUMNS: &str = "digest, user_id, purpose, maker, email, created_at, expires_at";

/// That the user has the address that letters went to when the link was made.
const SAME_ADDRESS: &str = "EXISTS (SELECT 1 FROM directory_user WHERE directory_user.id = account_token.user_id \
     AND coalesce(directory_user.email, '') = coalesce(account_token.email, ''))";

/// What a link is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkPurpose {
    /// Somebody who administers lets a person in.
    Invitation,
    /// The person asked for it, having forgotten their password.
    Reset,
}

impl LinkPurpose {
    /// As it is stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            LinkPurpose::Invitation => "invitation",
            LinkPurpose::Reset => "reset",
        }
    }

    fn read(text: String) -> Result<LinkPurpose, StoreError> {
        match text.as_str() {
            "invitation" => Ok(LinkPurpose::Invitation),
            "reset" => Ok(LinkPurpose::Reset),
            _ => Err(StoreError::Unreadable { column: "purpose", value: text }),
        }
    }
}

/// A link by which somebody sets their password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasswordLink {
    /// SHA-256 of what is in the link.
    pub digest: [u8; 32],
    /// Whose password it sets, by the id of the user.
    pub user: String,
    /// What it is for.
    pub purpose: LinkPurpose,
    /// Who made it, as whoever reads it wrote it; nobody, where its owner asked for it.
    pub maker: Option<String>,
    /// The user's e-mail address at that time: with another it works no longer.
    pub email: Option<String>,
    /// When it was made, in microseconds since 1970 (UTC), as all times here.
    pub created_at: i64,
    /// Until when it works.
    pub expires_at: i64,
}

impl StoreReader {
    /// The link with this digest, where it works at `now` (microseconds since 1970, UTC).
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn password_link(
        &self,
        digest: &[u8; 32],
        now: i64,
    ) -> Result<Option<PasswordLink>, StoreError> {
        let text = format!(
            "SELECT {COLUMNS} FROM account_token WHERE digest = $1 AND used_at IS NULL AND expires_at > $2 \
             AND {SAME_ADDRESS}"
        );
        self.pool.row(&text, values![digest.as_slice(), now]).await?.as_ref().map(read).transpose()
    }
}

/// Makes a link. Of invitations only the newest works; of links that people ask for, those of before go on working, so that
/// nobody takes them away by asking too.
pub(super) async fn put(database: &mut impl Database, link: &PasswordLink) -> Result<(), Refused> {
    let text = "DELETE FROM account_token WHERE expires_at <= $1";
    database.execute(text, values![link.created_at.saturating_sub(KEPT)]).await?;
    // Those that anybody may ask for keep nobody from another once they work no longer.
    let text = "SELECT count(*) AS links FROM account_token WHERE user_id = $1 AND purpose = $2 AND created_at > $3 \
                AND ($2 = 'invitation' OR used_at IS NULL AND expires_at > $4)";
    let since = link.created_at.saturating_sub(LINKS_WITHIN);
    let purpose = link.purpose.as_str();
    let row = database.row(text, values![&link.user, purpose, since, link.created_at]).await?;
    let links: i64 = row.as_ref().map(|row| row.get("links")).transpose()?.unwrap_or_default();
    if links >= MAX_LINKS {
        return Err(Refused::Change(CommitError::UsedUp { what: "links" }));
    }
    if link.purpose == LinkPurpose::Invitation {
        let text = "UPDATE account_token SET expires_at = $3 WHERE user_id = $1 AND purpose = $2 AND expires_at > $3";
        database.execute(text, values![&link.user, purpose, link.created_at]).await?;
    }
    let text = format!("INSERT INTO account_token ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7)");
    let values = values![
        link.digest.as_slice(),
        &link.user,
        purpose,
        &link.maker,
        &link.email,
        link.created_at,
        link.expires_at,
    ];
    database.execute(&text, values).await?;
    Ok(())
}

/// Whether it worked; it does so no longer.
pub(super) async fn end(
    database: &mut impl Database,
    digest: &[u8; 32],
    at: i64,
) -> Result<bool, sqlx::Error> {
    let text = format!(
        "UPDATE account_token SET used_at = $2 WHERE digest = $1 AND used_at IS NULL AND expires_at > $2 \
         AND {SAME_ADDRESS}"
    );
    Ok(database.execute(&text, values![digest.as_slice(), at]).await? == 1)
}

/// Ends all links of somebody that still work: their password was set.
pub(super) async fn end_all(database: &mut impl Database, user: &str, at: i64) -> Result<(), sqlx::Error> {
    let text =
        "UPDATE account_token SET expires_at = $2 WHERE user_id = $1 AND used_at IS NULL AND expires_at > $2";
    database.execute(text, values![user, at]).await.map(drop)
}

fn read(row: &Row) -> Result<PasswordLink, StoreError> {
    let digest: Vec<u8> = row.get("digest")?;
    Ok(PasswordLink {
        digest: digest.as_slice().try_into().map_err(|_| StoreError::Unreadable {
            column: "digest",
            value: format!("{} bytes", digest.len()),
        })?,
        user: row.get("user_id")?,
        purpose: LinkPurpose::read(row.get("purpose")?)?,
        maker: row.get("maker")?,
        email: row.get("email")?,
        created_at: row.get("created_at")?,
        expires_at: row.get("expires_at")?,
    })
}
