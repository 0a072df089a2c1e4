//! Secrets that stand in documents of providers, sources of permissions and sinks of the audit log: written, sealed, and never read back.

use std::sync::Arc;

use casemate_store::{Draft, Object, SealedSecret, Sealer};
use secrecy::SecretString;
use serde_json::{Value, json};

use super::entry::Author;
use super::error::AdminError;
use super::write::{Proposal, SecretChange, mistake};
use crate::directory::State;
use crate::kind::Kind;
use crate::objects::Change;
use crate::secrets::SECRET_KINDS;

/// The members of a provider's document that hold secrets; a member of a member stands behind a slash.
const FIELDS: [&str; 4] = ["client_secret", "bearer_token", "signing_secret", LDAP_PASSWORD];
/// The one of them that goes to an LDAP directory, and to nowhere else.
const LDAP_PASSWORD: &str = "ldap/bind_password";

/// The members of a provider's document that say where it is asked.
const ADDRESSES: [&str; 5] = ["type", "issuer", "endpoint", "jwks_uri", "allow_insecure_http"];
/// The same of an LDAP directory, and as whom.
const LDAP_ADDRESSES: [&str; 4] = ["ldap/url", "ldap/start_tls", "ldap/allow_plain", "ldap/bind_dn"];

/// The member of a source's document that holds a secret.
const SOURCE_FIELDS: [&str; 1] = ["http/signing_secret"];
/// Where a source is asked.
const SOURCE_ADDRESSES: [&str; 2] = ["http/url", "http/allow_insecure_http"];

/// The member of a receiver of alerts that holds a secret.
const RECEIVER_FIELDS: [&str; 1] = ["webhook/signing_secret"];
/// Where alerts are posted.
const RECEIVER_ADDRESSES: [&str; 2] = ["webhook/url", "webhook/allow_insecure_http"];
/// The members of a sink's document that hold secrets.
const SINK_FIELDS: [&str; 4] = [SIGNING_SECRET, NATS_PASSWORD, NATS_TOKEN, "syslog/client_key"];
const SIGNING_SECRET: &str = "webhook/signing_secret";
const NATS_PASSWORD: &str = "nats/password";
const NATS_TOKEN: &str = "nats/token";
/// Where a sink is.
const WEBHOOK_ADDRESSES: [&str; 2] = ["webhook/url", "webhook/allow_insecure_http"];
const NATS_ADDRESSES: [&str; 3] = ["nats/url", "nats/user", "nats/insecure"];
const SYSLOG_ADDRESSES: [&str; 3] = ["syslog/host", "syslog/port", "syslog/insecure"];

/// The members of documents of a kind that hold secrets.
fn fields(kind: &str) -> &'static [&'static str] {
    if kind == Kind::Provider.as_str() {
        &FIELDS
    } else if kind == Kind::Source.as_str() {
        &SOURCE_FIELDS
    } else if kind == Kind::AlertReceiver.as_str() {
        &RECEIVER_FIELDS
    } else if kind == Kind::AuditSink.as_str() {
        &SINK_FIELDS
    } else {
        &[]
    }
}

/// Where the secret of a member goes.
fn addresses(field: &str) -> &'static [&'static str] {
    match field {
        LDAP_PASSWORD => &LDAP_ADDRESSES,
        SIGNING_SECRET => &WEBHOOK_ADDRESSES,
        NATS_PASSWORD | NATS_TOKEN => &NATS_ADDRESSES,
        _ if SOURCE_FIELDS.contains(&field) => &SOURCE_ADDRESSES,
        _ if RECEIVER_FIELDS.contains(&field) => &RECEIVER_ADDRESSES,
        _ if SINK_FIELDS.contains(&field) => &SYSLOG_ADDRESSES,
        _ => &ADDRESSES,
    }
}

/// The kind of a draft that holds secrets.
fn holding(draft: &Draft) -> Option<Kind> {
    SECRET_KINDS.into_iter().find(|kind| draft.kind == kind.as_str())
}

const NOT_FROM_AFAR: &str =
    "who is not on the machine writes the secret itself, as text: it is sealed, and never shown again";

/// A document without its secrets, and these.
pub(super) struct SealedDocument {
    pub(super) document: Value,
    pub(super) secrets: Vec<(&'static str, SealedSecret)>,
}

/// Takes the secrets out of a document and seals them for the object with that id. Who is not the operator on
/// the machine cannot have the environment or files of the server read and sent to an address of their choice.
pub(super) fn seal(
    sealer: Option<&Arc<Sealer>>,
    author: &Author,
    (kind, id): (Kind, &str),
    mut document: Value,
) -> Result<SealedDocument, AdminError> {
    let name = document.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
    let refused = |field: &str, message: &str| mistake(kind, "", &name, &format!("/{field}"), message);
    let mut secrets = Vec::new();
    for &field in fields(kind.as_str()) {
        let Some(value) = document.pointer_mut(&format!("/{field}")) else { continue };
        match value {
            Value::String(secret) => {
                let sealer = sealer.ok_or_else(|| {
                    AdminError::Unavailable("there is no root key to seal secrets with".to_owned())
                })?;
                let sealed = sealer
                    .seal(kind.as_str(), id, field, &SecretString::from(std::mem::take(secret)))
                    .map_err(|error| refused(field, &error.to_string()))?;
                secrets.push((field, sealed));
                *value = json!({ "sealed": true });
            }
            Value::Object(reference) if author.holds.is_some() && !reference.contains_key("sealed") => {
                return Err(refused(field, NOT_FROM_AFAR));
            }
            Value::Object(_) => {}
            // What it holds may be a secret, and is not repeated.
            _ => {
                return Err(refused(
                    field,
                    "a secret is text, or `{\"sealed\": true}` where it stays as it is",
                ));
            }
        }
    }
    Ok(SealedDocument { document, secrets })
}

/// That no secret is sent where its owner did not send it, by whichever way a provider is written: none is read from the
/// server's files or environment, and one that is kept from before goes to the address that it was written for.
pub(super) fn stays_where_it_is(state: &State, proposal: &Proposal) -> Result<(), AdminError> {
    for change in &proposal.changes {
        let Change::Put(draft) = change else { continue };
        let Some(kind) = holding(draft) else { continue };
        let before = state.objects.by_id(kind, &draft.id).map(|before| before.body.as_str());
        if before == Some(draft.body.as_str()) {
            continue;
        }
        let before: Value = before.and_then(super::rules::read).unwrap_or_default();
        let after: Value = super::rules::read(&draft.body).unwrap_or_default();
        let moves = |addresses: &[&str]| {
            addresses.iter().any(|member| member_of(&before, member) != member_of(&after, member))
        };
        for &field in fields(&draft.kind) {
            let Some(reference) = member_of(&after, field) else { continue };
            let moves = moves(addresses(field));
            let is_written = || {
                proposal.secrets.iter().any(|secret| {
                    matches!(secret, SecretChange::Put(sealed) if sealed.id == draft.id && sealed.field == field)
                })
            };
            let message = if reference.get("sealed") != Some(&Value::Bool(true)) {
                NOT_FROM_AFAR
            } else if moves && member_of(&before, field).is_some() && !is_written() {
                "the secret was written for another address: write it again, as text"
            } else {
                continue;
            };
            return Err(mistake(kind, "", &draft.name, &format!("/{field}"), message));
        }
    }
    Ok(())
}

/// What becomes of the secrets of an object: those that were written are kept, those that the document no longer has are
/// deleted.
pub(super) fn changes(
    secrets: &[(&'static str, SealedSecret)],
    before: Option<&Object>,
    draft: &Draft,
) -> Result<Vec<SecretChange>, AdminError> {
    let Some(kind) = holding(draft) else { return Ok(Vec::new()) };
    let before = before.map(|before| before.body.as_str()).unwrap_or("{}");
    let mut changes = Vec::new();
    for &field in fields(&draft.kind) {
        let written = secrets.iter().find(|(written, _)| *written == field);
        match (is_sealed(before, field), is_sealed(&draft.body, field), written) {
            (_, true, Some((_, sealed))) => changes.push(SecretChange::Put(sealed.clone())),
            (false, true, None) => {
                let pointer = format!("/{field}");
                let message = "no secret is kept here yet: write it as text";
                return Err(mistake(kind, "", &draft.name, &pointer, message));
            }
            (true, false, _) => changes.push(SecretChange::Remove { kind, id: draft.id.clone(), field }),
            _ => {}
        }
    }
    Ok(changes)
}

/// Adds to a proposal that secrets go to which no document refers any more: one that was kept could be referred to again
/// when the provider is at another address.
pub(super) fn drop_unused(state: &State, proposal: &mut Proposal) {
    let mut unused = Vec::new();
    for change in &proposal.changes {
        let Change::Put(draft) = change else { continue };
        let Some(kind) = holding(draft) else { continue };
        let before = state.objects.by_id(kind, &draft.id).map(|before| before.body.as_str());
        let gone = |field: &&str| is_sealed(before.unwrap_or("{}"), field) && !is_sealed(&draft.body, field);
        unused.extend(
            fields(&draft.kind).iter().copied().filter(gone).map(|field| (kind, draft.id.clone(), field)),
        );
    }
    for (kind, id, field) in unused {
        let is_told = proposal.secrets.iter().any(|secret| {
            matches!(secret, SecretChange::Remove { id: of, field: known, .. } if *of == id && *known == field)
        });
        if !is_told {
            proposal.secrets.push(SecretChange::Remove { kind, id, field });
        }
    }
}

fn is_sealed(body: &str, field: &str) -> bool {
    serde_json::from_str::<Value>(body).is_ok_and(|document| {
        member_of(&document, field).and_then(|value| value.get("sealed")) == Some(&Value::Bool(true))
    })
}

fn member_of<'d>(document: &'d Value, field: &str) -> Option<&'d Value> {
    document.pointer(&format!("/{field}"))
}
