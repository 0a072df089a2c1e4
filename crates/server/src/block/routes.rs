//! `/api/v1/blocks`.

use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use casemate_platform::api::{Api, Operation, Trail};
use casemate_platform::{Code, NoQuery, Page, Problem, permissions, read_document};
use casemate_store::BlockKind;
use serde_json::json;

use super::list::{BlockSearch, BlockView, Blocked, unavailable};
use super::service::{lift, lift_lock};
use crate::App;
use crate::guard::{Access, Require, Thing};
use crate::listed::{self, InQuery};
use crate::objects::with_revision;

permissions! {
    /// To see which networks are blocked, and whose accounts are locked.
    BlockList = "casemate.block.list", on "block", in installation, read "casemate.block.list";
    /// To lift blocks and locks.
    BlockLift = "casemate.block.lift", on "block", in installation, read "casemate.block.list";
}

const TAG: &str = "Blocks";

/// The area's routes.
pub(crate) fn routes() -> Api<App> {
    Api::new()
        .get(
            "/api/v1/blocks",
            list_all,
            Operation::new("listBlocks", TAG, "Networks and accounts of which too many secrets were wrong", Trail::Read)
                .describe(
                    "Those in force. Of a network no credential is taken until the block ends or is lifted; of an account nothing is \
                     looked at, but where its owner signed in before, or where keys of the service account are known. As `text/csv` it is the whole list.",
                )
                .needs::<BlockList>()
                .paged()
                .query("sort", "`id`, `blocked_at`, `until`, or one of these with `-` before it.")
                .answers_csv_or::<Page<BlockView>>(200, "A page, or the whole list."),
        )
        .post(
            "/api/v1/blocks/search",
            search,
            Operation::new("searchBlocks", TAG, "Networks and accounts of which too many secrets were wrong", Trail::Read)
                .describe("Those in force that fit a text, a kind and a user, which stand in no address.")
                .needs::<BlockList>()
                .takes::<BlockSearch>(json!({ "kind": "account", "search": "ada" }))
                .answers_csv_or::<Page<BlockView>>(200, "A page, or the whole list."),
        )
        .delete(
            "/api/v1/blocks/{id}",
            remove,
            Operation::new("liftBlock", TAG, "Lifts a block", Trail::Kind("delete"))
                .describe(
                    "At once, on all replicas within a second. How often the network was blocked, or the account was locked, is forgotten.",
                )
                .needs::<BlockLift>()
                .writes()
                .answers_nothing(204, "It is lifted."),
        )
}

async fn list_all(
    State(app): State<App>,
    require: Require<BlockList>,
    headers: HeaderMap,
    search: InQuery<BlockSearch>,
) -> Result<Response, Problem> {
    found(&app, require.access(), &headers, search.0).await
}

async fn search(
    State(app): State<App>,
    require: Require<BlockList>,
    headers: HeaderMap,
    _: NoQuery,
    request: Request,
) -> Result<Response, Problem> {
    let search = read_document(request).await?;
    found(&app, require.access(), &headers, search).await
}

async fn found(
    app: &App,
    access: &Access,
    headers: &HeaderMap,
    search: BlockSearch,
) -> Result<Response, Problem> {
    access.permit::<BlockList>(app, &Thing::default()).await?;
    listed::answer::<Blocked>(app, &access.caller, headers, search.query(access.now())?, |_| true).await
}

async fn remove(
    State(app): State<App>,
    require: Require<BlockLift>,
    Path(id): Path<String>,
    _: NoQuery,
) -> Result<Response, Problem> {
    let permit = require.access().permit::<BlockLift>(&app, &Thing::with_id(&id)).await?;
    let reader = app.store.reader();
    let entry = reader.block_or_lock(&id, permit.author.now).await.map_err(unavailable)?;
    let entry = entry.ok_or_else(|| Problem::new(Code::NotFound))?;
    let revision = if entry.kind == BlockKind::Network {
        let block = reader.block(&id).await.map_err(unavailable)?;
        lift(&app, &block.ok_or_else(|| Problem::new(Code::NotFound))?, permit.author).await?
    } else {
        lift_lock(&app, &entry, permit.author).await?
    };
    Ok(with_revision(StatusCode::NO_CONTENT.into_response(), revision))
}
