//! Sessions that a change of configuration ends: a provider that is another one vouched for nobody who signed in before.

use casemate_store::{LinkChange, Object, Operation, Sessions};
use serde_json::Value;

use crate::directory::State;
use crate::kind::Kind;
use crate::objects::Change;

/// What makes a provider another one, or its users others, or takes from them what their sessions keep, as JSON pointers.
const SAME: [&str; 13] = [
    "/type",
    "/issuer",
    "/endpoint",
    "/client_id",
    "/preset",
    "/claims/id",
    "/claims/type",
    "/claims/tenant",
    "/claims/login",
    "/claims/groups",
    "/claims/keep",
    "/scim/tenant",
    "/ldap/tenant",
];

/// Whether what a provider's people sign in with may be linked with what others do.
const LINKING: &str = "/sign_in/link";

/// Ends the sessions and temporary credentials of the people of providers that go, or become others; and those of linked sign-ins
/// where a provider no longer takes part in them. With a provider that goes or becomes another go its links: whom it calls the
/// same from then on is somebody else.
pub(super) fn ended(state: &State, changes: &[Change]) -> Vec<Operation> {
    let ended = changes.iter().filter_map(|change| {
        let (id, after) = match change {
            Change::Put(draft) if *draft.kind == *Kind::Provider.as_str() => (&draft.id, Some(draft)),
            Change::Remove { kind: Kind::Provider, id } => (id, None),
            _ => return None,
        };
        let before = state.objects.by_id(Kind::Provider, id)?;
        let stays = after.is_some_and(|after| after.name == before.name && is_same(before, &after.body));
        let which = Sessions::Provider { provider: before.name.clone() };
        let linked = Sessions::Linked { provider: before.name.clone() };
        let is_linking =
            |body: &str| read(body).is_some_and(|body| body.pointer(LINKING) == Some(&Value::Bool(true)));
        let stops = is_linking(&before.body) && after.is_some_and(|after| !is_linking(&after.body));
        match (stays, stops) {
            (false, _) => {
                let end = Operation::EndSessions { which, reason: "provider-changed".to_owned() };
                Some(vec![end, Operation::Link(LinkChange::RemoveOf { provider: before.name.clone() })])
            }
            (true, true) => {
                Some(vec![Operation::EndSessions { which: linked, reason: "linking-ended".to_owned() }])
            }
            (true, false) => None,
        }
    });
    ended.flatten().collect()
}

fn read(body: &str) -> Option<Value> {
    serde_json::from_str(body).ok()
}

fn is_same(before: &Object, after: &str) -> bool {
    match (read(&before.body), read(after)) {
        (Some(before), Some(after)) => SAME.iter().all(|at| before.pointer(at) == after.pointer(at)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_says_who_somebody_is_makes_another_provider() {
        let before = json!({
            "name": "corp", "issuer": "https://a.example", "client_id": "casemate", "audiences": ["api"],
            "claims": { "id": "sub", "groups": "groups" }, "mapping": [],
        });
        let object = Object {
            kind: "provider".to_owned(),
            id: "prv_1".to_owned(),
            tenant: String::new(),
            name: "corp".to_owned(),
            body: before.to_string(),
            origin: String::new(),
            revision: 1,
            created_at: 0,
            updated_at: 0,
        };
        let with = |at: &str, value: Value| {
            let mut after = before.clone();
            let (parent, name) = at.rsplit_once('/').unwrap();
            after.pointer_mut(parent).unwrap()[name] = value;
            is_same(&object, &after.to_string())
        };
        assert!(with("/audiences", json!(["other"])) && with("/claims/display_name", json!("nick")));
        assert!(with("/mapping", json!([{ "when": "true", "groups": ["all"] }])));
        for at in [
            "/issuer",
            "/client_id",
            "/type",
            "/claims/id",
            "/claims/tenant",
            "/claims/login",
            "/claims/groups",
            "/claims/keep",
        ] {
            assert!(!with(at, json!("another")), "{at}");
        }
        assert!(!is_same(&object, "no JSON"));
    }
}
