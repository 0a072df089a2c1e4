//! A subgraph as a program: it connects to Casemate, listens, and says where.

use std::io::Write as _;
use std::sync::Arc;

use async_graphql::{ObjectType, Request, Response, Schema, SubscriptionType};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::routing::post;
use axum::{Json, Router};
use casemate_sdk::guard::{GraphQlErrors, IdentifyLayer};
use casemate_sdk::remote::Remote;
use casemate_sdk::{Caller, Credential, Doer};

/// Whatever ends the program.
type Failure = Box<dyn std::error::Error + Send + Sync>;

/// What a subgraph is made of.
#[derive(Debug)]
pub struct Service {
    /// Asks Casemate who calls, and is told by it what changes.
    pub permissions: Remote,
}

/// Connects to the Casemate that the environment names (`CASEMATE_URL`, `CASEMATE_KEY`).
///
/// # Errors
/// Where one of the two is missing, and where the server is away or refuses the key.
pub async fn start() -> Result<Service, Failure> {
    tracing_subscriber::fmt().json().with_max_level(tracing::Level::INFO).init();
    let variable = |name: &str| {
        std::env::var(name).map_err(|_| format!("{name} says nothing: set it, as README.md does"))
    };
    let permissions =
        Remote::builder(&variable("CASEMATE_URL")?, variable("CASEMATE_KEY")?).connect().await?;
    Ok(Service { permissions })
}

impl Service {
    /// Serves the schema at `/graphql` on a free port of this machine, until the program is ended. The first line that is
    /// printed says where: `{"url": "…"}`.
    ///
    /// # Errors
    /// Where it cannot listen.
    pub async fn serve<Q, M, S>(self, schema: Schema<Q, M, S>) -> Result<(), Failure>
    where
        Q: ObjectType + 'static,
        M: ObjectType + 'static,
        S: SubscriptionType + 'static,
    {
        let routes = Router::new()
            .route("/graphql", post(answer::<Q, M, S>))
            // Who calls is found out once, before anything is resolved.
            .layer(IdentifyLayer::new(self.permissions).refusing_with(GraphQlErrors))
            .with_state(Arc::new(schema));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}/graphql", listener.local_addr()?);
        writeln!(std::io::stdout(), "{}", serde_json::json!({ "url": url }))?;
        axum::serve(listener, routes).await?;
        Ok(())
    }
}

/// The caller goes along with the request, for guards and resolvers.
async fn answer<Q, M, S>(
    State(schema): State<Arc<Schema<Q, M, S>>>,
    caller: Caller,
    headers: HeaderMap,
    Json(request): Json<Request>,
) -> Json<Response>
where
    Q: ObjectType + 'static,
    M: ObjectType + 'static,
    S: SubscriptionType + 'static,
{
    let doer = doer(&caller, &headers);
    Json(schema.execute(request.data(caller).data(doer)).await)
}

/// Who does what is recorded: by their token, their provider vouches for it.
fn doer(caller: &Caller, headers: &HeaderMap) -> Doer {
    let values = headers.get_all(AUTHORIZATION).iter().map(|value| value.as_bytes());
    match Credential::of_headers(values).ok().and_then(|credential| credential.token().map(Into::into)) {
        Some(token) => Doer::Token(token),
        None => Doer::from(caller),
    }
}
