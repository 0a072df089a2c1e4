//! The layer and the question of tonic.
#![allow(clippy::unwrap_used, reason = "a test that cannot prepare has failed")]

use std::convert::Infallible;
use std::sync::Arc;

use casemate_permission::{Catalog, Grant, OriginKind, Permission, PermissionSet};
use casemate_sdk::guard::grpc;
use casemate_sdk::{
    Audit, Caller, Credential, Error, Known, LogTrail, PermissionsManager, Subject, TestClock, Whom,
    WithoutAuthorization,
};
use http::{Request, Response};
use tower::{Layer as _, ServiceExt as _};

struct Somebody(&'static str);

impl Whom for Somebody {
    fn view(&self) -> Subject<'_> {
        Subject { id: Some("ada"), kind: Some(self.0), ..Subject::ANONYMOUS }
    }
}

/// Knows one token.
#[derive(Clone)]
struct OneToken;

impl PermissionsManager for OneToken {
    async fn identify(&self, credential: Credential<'_>) -> Result<Caller, Error> {
        let kind = match credential.token() {
            None => "anonymous",
            Some("ada") => "user",
            Some("later") => return Err(Error::Unavailable("a test".to_owned())),
            Some(_) => return Err(Error::CredentialRejected { code: "credential_unrecognized".into() }),
        };
        let mut builder = PermissionSet::builder(&Catalog::empty());
        if kind == "user" {
            let read = Permission::from_json(r#"{"name":"notes.read"}"#).unwrap();
            builder.add(read, &Grant::always(OriginKind::Role, "r"));
        }
        let (whom, permissions) = (Arc::new(Somebody(kind)), builder.build().unwrap());
        let known = Known { whom, permissions, application: None, revision: 1, valid_until: None };
        Ok(Caller::new(Arc::new(known), Arc::new(TestClock::at(0))))
    }

    fn revision(&self) -> i64 {
        1
    }

    async fn at_least(&self, _: i64) -> Result<(), Error> {
        Ok(())
    }

    fn audit(&self) -> Audit {
        Audit::new(Arc::new(LogTrail), Arc::new(TestClock::at(0)))
    }

    async fn without_authorization(&self, _: &str) -> Result<WithoutAuthorization, Error> {
        Err(Error::NoReason)
    }
}

/// What a method that asks for a permission answers: its gRPC status.
async fn call(name: &'static str, authorization: Option<&str>) -> i32 {
    let service = tower::service_fn(move |request: Request<String>| async move {
        let (parts, body) = request.into_parts();
        let request = tonic::Request::from_parts(
            tonic::metadata::MetadataMap::from_headers(parts.headers),
            parts.extensions,
            body,
        );
        let response = match grpc::require(&request, name) {
            Ok(_) => Response::new(String::new()),
            Err(status) => status.into_http(),
        };
        Ok::<_, Infallible>(response)
    });
    let mut request = Request::new(String::new());
    if let Some(authorization) = authorization {
        request.headers_mut().insert("authorization", authorization.parse().unwrap());
    }
    let response = grpc::layer(OneToken).layer(service).oneshot(request).await.unwrap();
    assert_eq!(response.status(), 200, "gRPC tells of errors in its own status");
    response.headers().get("grpc-status").map_or(0, |status| status.to_str().unwrap().parse().unwrap())
}

#[tokio::test]
async fn a_method_goes_on_only_for_those_who_may() {
    let (unauthenticated, denied, unavailable) = (
        tonic::Code::Unauthenticated as i32,
        tonic::Code::PermissionDenied as i32,
        tonic::Code::Unavailable as i32,
    );
    assert_eq!(call("notes.read", Some("Bearer ada")).await, 0);
    assert_eq!(call("notes.write", Some("Bearer ada")).await, denied);
    assert_eq!(call("notes.read", None).await, unauthenticated);
    assert_eq!(call("notes.read", Some("Bearer eve")).await, unauthenticated);
    assert_eq!(call("notes.read", Some("Bearer later")).await, unavailable);
    let without_layer = grpc::require(&tonic::Request::new(()), "notes.read").unwrap_err();
    assert_eq!(without_layer.code(), tonic::Code::Internal);
}
