//! A client that provisions, and its server.

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

use crate::support::{Answer, Server};

pub(crate) const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
pub(crate) const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
pub(crate) const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const PATCH: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/// A server, and an API key that provisions the provider `corp`.
pub(crate) struct Scim {
    pub(crate) server: Server,
    pub(crate) key: String,
}

impl Scim {
    pub(crate) async fn sqlite() -> Scim {
        Scim::of(Server::start().await).await
    }

    pub(crate) async fn postgres(url: &str) -> Scim {
        Scim::of(Server::on_postgres(url).await).await
    }

    async fn of(server: Server) -> Scim {
        let role = json!({"name": "provisioner", "permissions": [{"name": "casemate.scim.provision"}]});
        server.make("/api/v1/roles", &role).await;
        let key = account(&server, "corp-scim", true).await;
        provider(&server, "corp", "corp-scim").await;
        Scim { server, key }
    }

    /// Sends a request below `/scim/v2`.
    pub(crate) async fn send(&self, request: &str, body: Option<Value>) -> Answer {
        self.send_as(&self.key, request, &[], body).await
    }

    pub(crate) async fn send_as(
        &self,
        key: &str,
        request: &str,
        headers: &[(&str, &str)],
        body: Option<Value>,
    ) -> Answer {
        let (method, path) = request.split_once(' ').unwrap();
        let uri: String =
            format!("/scim/v2{path}").replace(' ', "%20").replace('"', "%22").replace('[', "%5B");
        let uri = uri.replace(']', "%5D");
        let mut request = Request::builder().method(method).uri(uri).header("host", "localhost");
        if !key.is_empty() {
            request = request.header("authorization", format!("Bearer {key}"));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.header("content-type", "application/scim+json");
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        self.server.raw(request.body(body).unwrap()).await
    }

    /// Makes a user with these attributes, and gives their id.
    pub(crate) async fn user(&self, mut attributes: Value) -> String {
        attributes["schemas"] = json!([USER]);
        self.send("POST /Users", Some(attributes)).await.id()
    }

    /// Makes a group, and gives its id.
    pub(crate) async fn group(&self, name: &str, members: &[&str]) -> String {
        let members: Vec<Value> = members.iter().map(|id| json!({"value": id})).collect();
        let group = json!({"schemas": [GROUP], "displayName": name, "members": members});
        self.send("POST /Groups", Some(group)).await.id()
    }

    /// Sends one operation of a patch.
    pub(crate) async fn patch(&self, path: &str, operation: Value) -> Answer {
        let body = json!({"schemas": [PATCH], "Operations": [operation]});
        self.send(&format!("PATCH {path}"), Some(body)).await
    }

    /// The values of an attribute of all that a list holds, in its order.
    pub(crate) async fn listed(&self, request: &str, attribute: &str) -> Vec<String> {
        let answer = self.send(request, None).await;
        assert_eq!(answer.status.as_u16(), 200, "{request}: {}", answer.text);
        let text = |resource: &Value| resource[attribute].as_str().unwrap_or_default().to_owned();
        answer.body["Resources"].as_array().unwrap().iter().map(text).collect()
    }

    /// The ids of the members of a group.
    pub(crate) async fn members(&self, group: &str) -> Vec<String> {
        let answer = self.send(&format!("GET /Groups/{group}"), None).await;
        let members = answer.body["members"].as_array().cloned().unwrap_or_default();
        members.iter().map(|member| member["value"].as_str().unwrap().to_owned()).collect()
    }
}

/// A service account, with or without the permission to provision; gives an API key of it.
pub(crate) async fn account(server: &Server, name: &str, may_provision: bool) -> String {
    let account = server.make("/api/v1/service-accounts", &json!({"name": name})).await;
    if may_provision {
        let to = json!({"provider": "casemate", "type": "service", "login": name});
        server.make("/api/v1/assignments", &json!({"role": "provisioner", "to": to})).await;
    }
    let path = format!("POST /api/v1/service-accounts/{account}/api-keys");
    let made = server.admin(&path, Some(&json!({"title": "provisioning"}))).await;
    made.body["key"].as_str().unwrap().to_owned()
}

/// A provider that an account provisions.
pub(crate) async fn provider(server: &Server, name: &str, account: &str) -> String {
    let document = json!({
        "name": name, "issuer": format!("https://{name}.example"), "audiences": ["casemate"],
        "scim": {"account": account},
    });
    server.make("/api/v1/providers", &document).await
}
