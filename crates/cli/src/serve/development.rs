//! The credential of a first start.

use casemate_directory::{Credential, DEFAULT_TENANT, sha256};
use casemate_permission::Permission;
use casemate_platform::clock;
use casemate_store::{DevelopmentCredential, Store};

use crate::exit::Failure;

/// How long it is valid, in microseconds.
const LIFE: i64 = 3_600 * 1_000_000;

/// What it may do, and nothing else.
const MAY: &str = r#"{"name":"casemate.decision.ask"}"#;

/// A credential that was made just now, and the only copy of its secret.
pub(super) struct New {
    pub(super) credential: Credential,
    pub(super) secret: String,
}

/// Those that are valid, and the new one where one is wanted.
pub(super) async fn credentials(
    store: &Store,
    is_wanted: bool,
) -> Result<(Vec<Credential>, Option<New>), Failure> {
    let now = clock::now();
    let mut valid = stored(store, now).await?;
    if !is_wanted {
        return Ok((valid, None));
    }
    let new = create(store, now).await?;
    valid.push(new.credential.clone());
    Ok((valid, Some(new)))
}

/// Makes one and stores the SHA-256 of its secret.
async fn create(store: &Store, now: i64) -> Result<New, Failure> {
    let secret = format!("casemate_dev_{}{}", random()?, random()?);
    let stored = DevelopmentCredential {
        id: format!("development-{}", random()?.get(..8).unwrap_or_default()),
        secret_sha256: sha256(&secret),
        tenant: DEFAULT_TENANT.to_owned(),
        created_at: now,
        expires_at: now.saturating_add(LIFE),
    };
    let credential = credential(stored.clone())?;
    store.save_development_credential(stored).await.map_err(|error| {
        Failure::failed(miette::miette!("cannot store the development credential: {error}"))
    })?;
    Ok(New { credential, secret })
}

/// Those of earlier starts that are still valid.
async fn stored(store: &Store, now: i64) -> Result<Vec<Credential>, Failure> {
    let stored = store
        .reader()
        .development_credentials(now)
        .await
        .map_err(|error| Failure::failed(miette::miette!("{error}")))?;
    stored.into_iter().map(credential).collect()
}

fn credential(stored: DevelopmentCredential) -> Result<Credential, Failure> {
    let may = Permission::from_json(MAY).map_err(|error| Failure::failed(miette::miette!("{error}")))?;
    Ok(Credential {
        id: stored.id.into(),
        secret_sha256: stored.secret_sha256,
        tenant: stored.tenant.into(),
        application: None,
        expires_at: Some(stored.expires_at),
        permissions: vec![may],
    })
}

/// 128 random bits as hexadecimal digits.
fn random() -> Result<String, Failure> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| {
        Failure::failed(miette::miette!("the operating system gives no randomness: {error}"))
    })?;
    Ok(format!("{:032x}", u128::from_be_bytes(bytes)))
}
