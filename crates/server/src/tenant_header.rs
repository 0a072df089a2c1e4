//! `Casemate-Tenant`: the tenant that a request is about.

use axum::http::{HeaderMap, HeaderName};
use casemate_platform::{Code, Problem};

const TENANT_HEADER: HeaderName = HeaderName::from_static("casemate-tenant");
/// The longest tenant that is read from the header, in bytes.
const MAX_TENANT: usize = 256;

/// The tenant that the header names.
///
/// # Errors
/// 400 where it is not one name.
pub(crate) fn wanted_tenant(headers: &HeaderMap) -> Result<Option<&str>, Problem> {
    let mut values = headers.get_all(TENANT_HEADER).iter();
    let wrong = || Problem::new(Code::MalformedHeader).detail("`Casemate-Tenant` is the id of one tenant");
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => match value.to_str() {
            Ok(tenant) if (1..=MAX_TENANT).contains(&tenant.len()) => Ok(Some(tenant)),
            _ => Err(wrong()),
        },
        (Some(_), Some(_)) => Err(wrong()),
    }
}
