//! What the server can do (RFC 7643, sections 5 and 6; RFC 7644, section 4; RFC 9865, section 4).

use serde_json::{Value, json};

use crate::resource_type::ResourceType;
use crate::schema::Schema;

/// The bounds of a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capabilities {
    /// The most operations of a bulk request.
    pub bulk_operations: usize,
    /// The longest body, in bytes.
    pub payload_bytes: usize,
    /// The most resources of a page.
    pub page: usize,
}

/// `/ServiceProviderConfig`; `base` is where `/scim/v2` is reached, without a slash at the end.
#[must_use]
pub fn provider_config(base: &str, capabilities: Capabilities) -> Value {
    let Capabilities { bulk_operations, payload_bytes, page } = capabilities;
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
        "patch": {"supported": true},
        "bulk": {"supported": true, "maxOperations": bulk_operations, "maxPayloadSize": payload_bytes},
        "filter": {"supported": true, "maxResults": page},
        "changePassword": {"supported": false},
        "sort": {"supported": true},
        "etag": {"supported": true},
        "pagination": {
            "cursor": true,
            "index": true,
            "defaultPaginationMethod": "index",
            "defaultPageSize": page,
            "maxPageSize": page,
        },
        "authenticationSchemes": [{
            "type": "oauthbearertoken",
            "name": "API key",
            "description": "An API key of the provider's service account, as a bearer token",
            "specUri": "https://www.rfc-editor.org/rfc/rfc6750",
            "primary": true,
        }],
        "meta": {"resourceType": "ServiceProviderConfig", "location": format!("{base}/ServiceProviderConfig")},
    })
}

/// `/ResourceTypes`, each by its id.
#[must_use]
pub fn resource_type_documents(base: &str) -> Vec<(&'static str, Value)> {
    let of = |kind: ResourceType| {
        let extensions: Vec<Value> =
            kind.extensions().iter().map(|schema| json!({"schema": schema.id, "required": false})).collect();
        let name = kind.name();
        let mut document = json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],
            "id": name,
            "name": name,
            "endpoint": kind.endpoint(),
            "description": kind.schema().description,
            "schema": kind.schema().id,
            "meta": {"resourceType": "ResourceType", "location": format!("{base}/ResourceTypes/{name}")},
        });
        if let (false, Some(members)) = (extensions.is_empty(), document.as_object_mut()) {
            members.insert("schemaExtensions".to_owned(), Value::Array(extensions));
        }
        (name, document)
    };
    ResourceType::ALL.into_iter().map(of).collect()
}

/// `/Schemas`, each by its URN.
#[must_use]
pub fn schema_documents(base: &str) -> Vec<(&'static str, Value)> {
    let of = |schema: &'static Schema| {
        let document = json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Schema"],
            "id": schema.id,
            "name": schema.name,
            "description": schema.description,
            "attributes": schema.attributes.iter().map(|attribute| attribute.to_json()).collect::<Vec<_>>(),
            "meta": {"resourceType": "Schema", "location": format!("{base}/Schemas/{}", schema.id)},
        });
        (schema.id, document)
    };
    ResourceType::ALL
        .into_iter()
        .flat_map(|kind| std::iter::once(kind.schema()).chain(kind.extensions().iter().copied()))
        .map(of)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_names_schemas_that_are_there() {
        let schemas = schema_documents("https://x.example/scim/v2");
        let ids: Vec<&str> = schemas.iter().map(|(id, _)| *id).collect();
        assert_eq!(ids.len(), 3);
        for (_, kind) in resource_type_documents("https://x.example/scim/v2") {
            assert!(ids.contains(&kind["schema"].as_str().unwrap()));
        }
        let user = &schemas[0].1;
        assert_eq!(user["meta"]["location"], format!("https://x.example/scim/v2/Schemas/{}", ids[0]));
        let names: Vec<&str> =
            user["attributes"].as_array().unwrap().iter().map(|a| a["name"].as_str().unwrap()).collect();
        assert!(names.contains(&"emails") && !names.contains(&"password"));
    }
}
