//! What asks for a recent sign-in.

use axum::http::HeaderValue;
use axum::http::header::WWW_AUTHENTICATE;
use casemate_platform::{Caller, Code, Problem};

use crate::App;

/// Refuses what is dangerous where it comes from a session of a browser whose owner did not prove lately who they are (RFC 9470).
///
/// # Errors
/// 401 with where to do so.
pub(super) fn recent(app: &App, caller: &Caller, permission: &str, now: i64) -> Result<(), Problem> {
    if is_dangerous(permission) { lately(app, caller, now) } else { Ok(()) }
}

/// Refuses a session of a browser whose owner did not prove lately who they are, and every temporary credential.
///
/// # Errors
/// 401 with where to sign in again; 403 for what is temporary, with which nobody signs in.
pub(crate) fn lately(app: &App, caller: &Caller, now: i64) -> Result<(), Problem> {
    if caller.0.temporary.is_some() {
        return Err(Problem::new(Code::Forbidden).detail("a temporary credential may not do this"));
    }
    let Some(session) = &caller.0.session else { return Ok(()) };
    let most = app.directory.sessions().times().recent;
    if now.saturating_sub(session.authenticated_at.0) < most {
        return Ok(());
    }
    let by = caller.0.via.as_deref().unwrap_or(&caller.0.provider);
    let path = format!("/sign-in/{by}?again=1");
    let challenge = format!(
        "Bearer realm=\"casemate\", error=\"insufficient_user_authentication\", \
         error_description=\"sign in again\", max_age={}",
        most / 1_000_000
    );
    let mut problem = Problem::new(Code::SignInTooOld)
        .detail(format!("sign in again at {path}, with `return_to` where you go on, and repeat this"));
    if let Ok(value) = HeaderValue::from_str(&challenge) {
        problem = problem.header(WWW_AUTHENTICATE, value);
    }
    match HeaderValue::from_str(&format!("<{path}>; rel=\"urn:casemate:sign-in\"")) {
        Ok(link) => Err(problem.link(link)),
        Err(_) => Err(problem),
    }
}

/// What cannot be undone, or gives somebody a way in: deleting, keys, settings, providers, whole policies, and whatever says who
/// holds what, of which schemas are a part: they say what a permission means. A service account is let in again by a change, and whoever
/// guesses secrets by a block or lock that is lifted.
/// What ends or takes from somebody (keys, sessions, members of groups) stays quick, and so does what gives nobody anything by
/// itself: a new tenant, a new service account, the level of the log.
fn is_dangerous(permission: &str) -> bool {
    const DANGEROUS: [&str; 39] = [
        "casemate.alert-receiver.create",
        "casemate.alert-receiver.update",
        "casemate.detection.update",
        "casemate.event-ceiling.create",
        "casemate.event-ceiling.update",
        "casemate.event-type.create",
        "casemate.event-type.update",
        "casemate.api-key.create",
        "casemate.api-key.rotate",
        "casemate.setting.create",
        "casemate.setting.update",
        "casemate.provider.create",
        "casemate.provider.update",
        "casemate.policy.apply",
        "casemate.policy.revert",
        "casemate.tenant.appoint",
        "casemate.assignment.create",
        "casemate.assignment.update",
        "casemate.role.create",
        "casemate.role.update",
        "casemate.team.create",
        "casemate.team.update",
        "casemate.source.create",
        "casemate.source.update",
        "casemate.audit-sink.create",
        "casemate.audit-sink.update",
        "casemate.audit-sink.pause",
        "casemate.application.create",
        "casemate.application.update",
        "casemate.service-account.update",
        "casemate.group.create",
        "casemate.group.update",
        "casemate.group-member.add",
        "casemate.user.create",
        "casemate.user.update",
        "casemate.user.invite",
        "casemate.block.lift",
        "casemate.audit-hold.lift",
        "casemate.audit-event.erase",
    ];
    permission.ends_with(".delete") || DANGEROUS.contains(&permission)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_gives_somebody_a_way_in_asks_for_a_recent_sign_in() {
        for kind in ["assignment", "role", "team", "source", "audit-sink", "user", "provider", "setting"] {
            for verb in ["create", "update", "delete"] {
                assert!(is_dangerous(&format!("casemate.{kind}.{verb}")), "{kind} {verb}");
            }
            for verb in ["list", "read"] {
                assert!(!is_dangerous(&format!("casemate.{kind}.{verb}")), "{kind} {verb}");
            }
        }
        for name in [
            "group-member.add",
            "group.create",
            "group.update",
            "application.create",
            "application.update",
            "service-account.update",
            "api-key.create",
            "api-key.rotate",
            "policy.apply",
            "tenant.appoint",
            "user.invite",
            "block.lift",
            "audit-hold.lift",
            "audit-event.erase",
        ] {
            assert!(is_dangerous(&format!("casemate.{name}")), "{name}");
        }
        for name in [
            "policy.plan",
            "api-key.revoke",
            "session.end",
            "temporary-credential.revoke",
            "group-member.remove",
            "service-account.create",
            "tenant.create",
            "log.update",
        ] {
            assert!(!is_dangerous(&format!("casemate.{name}")), "{name}");
        }
    }
}
