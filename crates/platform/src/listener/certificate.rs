//! A certificate and its key, read from files and checked.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use aws_lc_rs::digest::{Context, SHA256};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::{Error as PemError, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use rustls::{Error as RustlsError, InconsistentKeys};
use thiserror::Error;
use x509_parser::prelude::{FromDer, X509Certificate};

/// The most bytes that are read of a file, and the most certificates in one.
const MAX_BYTES: u64 = 1 << 20;
const MAX_CERTIFICATES: usize = 16;

/// Why a certificate and its key cannot be used.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum TlsError {
    /// A file cannot be read.
    #[error("cannot read {path}: {error}; give the account that Casemate runs as leave to read it")]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// A file is too large to be what it should be.
    #[error("{0} is larger than 1 MiB: that is no certificate or key")]
    TooLarge(PathBuf),
    /// The file holds no certificate.
    #[error("{path} holds no certificate: {reason}; it begins with -----BEGIN CERTIFICATE-----")]
    NoCertificate {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// The file holds no key that can be used.
    #[error(
        "{path} holds no private key that can be used: {reason}; write an unencrypted PKCS#8, PKCS#1 or SEC1 key in PEM form"
    )]
    NoKey {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// The key is another certificate's.
    #[error(
        "the key in {key} is not that of the first certificate in {certificate}: the server's own certificate comes first"
    )]
    Mismatch {
        /// The file with the certificates.
        certificate: PathBuf,
        /// The file with the key.
        key: PathBuf,
    },
    /// The certificate is not valid at this time.
    #[error(
        "the certificate in {path} is valid from {from} until {until} only: renew it, or set this machine's clock"
    )]
    NotValidNow {
        /// The file.
        path: PathBuf,
        /// From when.
        from: String,
        /// Until when.
        until: String,
    },
    /// The TLS library refuses what it is to use.
    #[error("TLS cannot be set up: {0}")]
    Library(RustlsError),
}

/// Both files as they were read.
pub(super) struct Files {
    certificate: Vec<u8>,
    key: Vec<u8>,
    /// Whether other accounts of this machine may read the key.
    pub(super) key_is_open: bool,
}

impl Files {
    pub(super) fn read(certificate: &Path, key: &Path) -> Result<Files, TlsError> {
        let mode = fs::metadata(key).map_err(|error| TlsError::Read { path: key.to_owned(), error })?;
        Ok(Files {
            certificate: read(certificate)?,
            key: read(key)?,
            key_is_open: mode.permissions().mode() & 0o007 != 0,
        })
    }

    /// What tells these files from others, without keeping the key.
    pub(super) fn digest(&self) -> [u8; 32] {
        let mut context = Context::new(&SHA256);
        // The length keeps the end of one file from counting as the beginning of the other.
        context.update(&self.certificate.len().to_be_bytes());
        context.update(&self.certificate);
        context.update(&self.key);
        let mut digest = [0; 32];
        digest.copy_from_slice(context.finish().as_ref());
        digest
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        zeroize::Zeroize::zeroize(&mut self.key);
    }
}

fn read(path: &Path) -> Result<Vec<u8>, TlsError> {
    let failed = |error| TlsError::Read { path: path.to_owned(), error };
    if fs::metadata(path).map_err(failed)?.len() > MAX_BYTES {
        return Err(TlsError::TooLarge(path.to_owned()));
    }
    fs::read(path).map_err(failed)
}

/// A pair that can be served.
#[derive(Debug)]
pub(super) struct Pair {
    pub(super) key: CertifiedKey,
    /// When the certificate ends, in microseconds since 1970, UTC.
    pub(super) not_after: i64,
}

impl Pair {
    /// Reads what the files hold, and checks that it can be served at `now`.
    pub(super) fn parse(
        files: &Files,
        (certificate, key): (&Path, &Path),
        provider: &CryptoProvider,
        now: i64,
    ) -> Result<Pair, TlsError> {
        let chain = chain(certificate, &files.certificate)?;
        let validity = validity(certificate, &chain)?;
        if !(validity.from..=validity.until).contains(&now.div_euclid(1_000_000)) {
            let (from, until) = (validity.shown_from, validity.shown_until);
            return Err(TlsError::NotValidNow { path: certificate.to_owned(), from, until });
        }
        let private = PrivateKeyDer::from_pem_slice(&files.key)
            .map_err(|error| TlsError::NoKey { path: key.to_owned(), reason: describe(&error) })?;
        let key = CertifiedKey::from_der(chain, private, provider).map_err(|error| match error {
            RustlsError::InconsistentKeys(InconsistentKeys::KeyMismatch) => {
                TlsError::Mismatch { certificate: certificate.to_owned(), key: key.to_owned() }
            }
            error => TlsError::NoKey { path: key.to_owned(), reason: error.to_string() },
        })?;
        Ok(Pair { key, not_after: validity.until.saturating_mul(1_000_000) })
    }
}

fn chain(path: &Path, pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let wrong = |reason: String| TlsError::NoCertificate { path: path.to_owned(), reason };
    let chain: Vec<_> = CertificateDer::pem_slice_iter(pem)
        .take(MAX_CERTIFICATES + 1)
        .collect::<Result<_, _>>()
        .map_err(|error| wrong(describe(&error)))?;
    match chain.len() {
        0 => Err(wrong("nothing in it is one".to_owned())),
        count if count > MAX_CERTIFICATES => Err(wrong(format!("more than {MAX_CERTIFICATES} are in it"))),
        _ => Ok(chain),
    }
}

/// In seconds since 1970.
struct Validity {
    from: i64,
    until: i64,
    shown_from: String,
    shown_until: String,
}

fn validity(path: &Path, chain: &[CertificateDer<'_>]) -> Result<Validity, TlsError> {
    let wrong = |reason: String| TlsError::NoCertificate { path: path.to_owned(), reason };
    let own = chain.first().ok_or_else(|| wrong("nothing in it is one".to_owned()))?;
    let (_, certificate) = X509Certificate::from_der(own).map_err(|error| wrong(error.to_string()))?;
    let validity = certificate.validity();
    Ok(Validity {
        from: validity.not_before.timestamp(),
        until: validity.not_after.timestamp(),
        shown_from: validity.not_before.to_string(),
        shown_until: validity.not_after.to_string(),
    })
}

fn describe(error: &PemError) -> String {
    match error {
        PemError::NoItemsFound => "nothing in it is one".to_owned(),
        PemError::MissingSectionEnd { .. } => "it ends in the middle".to_owned(),
        other => other.to_string(),
    }
}
