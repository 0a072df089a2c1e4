//! SCIM: filters, paths, patches, bulk requests and searches are read or refused, and what a patch leaves is canonical.
//!
//! The first line is a filter and a path, the rest the body of a request.
#![no_main]

use casemate_scim::filter::Filter;
use casemate_scim::{
    BulkLimits, BulkRequest, Draft, Patch, Projection, Query, QueryLimits, Resource, ResourceType, SortKey,
};
use libfuzzer_sys::fuzz_target;
use serde_json::{Map, Value, json};

const LIMITS: QueryLimits = QueryLimits { default_count: 100, max_count: 1_000 };

fn user() -> Resource {
    let user = json!({
        "userName": "ada", "active": true, "name": {"familyName": "L"},
        "emails": [{"value": "a@x.example", "type": "work", "primary": true}, {"value": "b"}],
    });
    Resource { kind: ResourceType::User, attributes: user.as_object().cloned().unwrap_or_default() }
}

fn assert_canonical(resource: &Resource) {
    let document = Value::Object(resource.to_json("usr_1", Map::new()));
    let again = Draft::read(resource.kind, &document).expect("what is canonical can be read");
    assert_eq!(again.resource, *resource);
}

fuzz_target!(|text: &str| {
    let (first, body) = text.split_once('\n').unwrap_or((text, ""));
    let document = user().to_json("usr_1", Map::new());
    for kind in ResourceType::ALL {
        match Filter::parse(kind, first) {
            Ok(filter) => {
                let fits = filter.matches(&document);
                assert_eq!(Filter::Not(Box::new(filter)).matches(&document), !fits);
            }
            Err(error) => assert!(!error.detail.is_empty()),
        }
        let _ = Filter::parse_for_several(kind, first);
        if let Ok(projection) = Projection::read(kind, &[first.to_owned()], &[]) {
            std::hint::black_box(projection.apply(document.clone()));
        }
    }
    let query = Query::from_parameters([("sortBy", first), ("filter", first)], LIMITS);
    if let Ok(Some((target, _))) = query.and_then(|query| query.sorting(ResourceType::User, true)) {
        std::hint::black_box(SortKey::of(target.as_ref(), &document));
    }
    let patch = |body: &Value| {
        if let Ok(patch) = Patch::read(ResourceType::User, body)
            && let Ok(patched) = patch.apply(&user())
        {
            assert_canonical(&patched.resource);
        }
    };
    let operation = json!({"op": "add", "path": first, "value": body});
    patch(&json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [operation]}));
    let Ok(body) = serde_json::from_str::<Value>(body) else { return };
    patch(&body);
    for kind in ResourceType::ALL {
        if let Ok(draft) = Draft::read(kind, &body) {
            assert_canonical(&draft.resource);
        }
        let _ = Patch::read(kind, &body);
    }
    let _ = Query::from_search(&body, LIMITS);
    if let Ok(request) = BulkRequest::read(&body, BulkLimits { operations: 100 }) {
        let order = request.plan().order;
        assert_eq!(order.len(), request.operations.len());
    }
});
