//! That credentials have secrets of their own, and name an application that there is.

use std::collections::HashSet;
use std::sync::Arc;

use casemate_permission::Catalog;

use super::Checker;
use crate::model::CredentialDocument;
use crate::policy::Credential;
use crate::policy::document::Item;

impl Checker {
    pub(super) fn credentials(
        &mut self,
        items: &[Item<CredentialDocument>],
        catalog: &Catalog,
    ) -> Vec<Credential> {
        let mut ids = HashSet::new();
        let mut secrets = HashSet::new();
        let mut credentials = Vec::with_capacity(items.len());
        for item in items {
            let (place, document) = (&item.place, &item.document);
            let id = self.name(place, "/id", &document.id);
            if !ids.insert(id) {
                self.raise(place, "/id", format!("the credential `{id}` stands twice"));
            }
            let digest = sha256_from_hex(&document.secret_sha256);
            match digest {
                None => {
                    let message = "this is no SHA-256: 64 hexadecimal digits are";
                    let help = "printf %s \"$SECRET\" | sha256sum";
                    self.raise_with_help(place, "/secret_sha256", message, help);
                }
                Some(digest) if !secrets.insert(digest) => {
                    self.raise(place, "/secret_sha256", "another credential has the same secret");
                }
                Some(_) => {}
            }
            let application = document.application.as_deref().map(|id| {
                if catalog.application(id).is_none() && !self.incomplete {
                    let help = "name the `id` of an `[application]`";
                    let message = format!("there is no application `{id}`");
                    self.raise_with_help(place, "/application", message, help);
                }
                Arc::from(id)
            });
            credentials.push(Credential {
                id: id.into(),
                secret_sha256: digest.unwrap_or_default(),
                tenant: self.tenant(item),
                application,
                expires_at: None,
                permissions: self.permissions(place, &document.permissions, catalog),
            });
        }
        credentials
    }
}

/// 64 hexadecimal digits as 32 bytes.
fn sha256_from_hex(hex: &str) -> Option<[u8; 32]> {
    if hex.len() != 64 || !hex.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let mut digest = [0; 32];
    for (byte, pair) in digest.iter_mut().zip(hex.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(digest)
}
