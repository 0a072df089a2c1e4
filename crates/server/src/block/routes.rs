//! `/api/v1/blocks`.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use casemate_platform::api::{Api, Operation};
use casemate_platform::{Code, NoQuery, Page, PageRequest, Problem, json_response, permissions};
use casemate_store::AddressBlock;
use schemars::JsonSchema;
use serde::Serialize;

use super::service::lift;
use crate::App;
use crate::guard::{Require, Thing};
use crate::objects::with_revision;
use crate::view::time;

permissions! {
    /// To see which networks are blocked.
    BlockList = "casemate.block.list", on "block", in installation, read "casemate.block.list";
    /// To lift blocks.
    BlockLift = "casemate.block.lift", on "block", in installation, read "casemate.block.list";
}

const TAG: &str = "Blocks";
const LIST: &str = "blocks";

/// A network from which no secret is taken for a time.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Block")]
struct BlockView {
    /// Its opaque id.
    id: String,
    /// The network, such as `192.0.2.7/32` or `2001:db8:0:1::/64`.
    network: String,
    /// How many times in a row it was blocked.
    times: i64,
    /// When it was blocked last.
    #[schemars(extend("format" = "date-time"))]
    blocked_at: String,
    /// From when on it is blocked no longer.
    #[schemars(extend("format" = "date-time"))]
    until: String,
}

impl From<AddressBlock> for BlockView {
    fn from(block: AddressBlock) -> BlockView {
        BlockView {
            id: block.id,
            network: block.network,
            times: block.times,
            blocked_at: time(block.blocked_at),
            until: time(block.until),
        }
    }
}

/// The area's routes.
pub(crate) fn routes() -> Api<App> {
    Api::new()
        .get(
            "/api/v1/blocks",
            list,
            Operation::new("listBlocks", TAG, "Networks that showed too many wrong secrets")
                .describe("Those in force, by id. No credential is taken from them until the block ends or is lifted.")
                .needs::<BlockList>()
                .paged()
                .answers::<Page<BlockView>>(200, "A page."),
        )
        .delete(
            "/api/v1/blocks/{id}",
            remove,
            Operation::new("liftBlock", TAG, "Lifts a block")
                .describe("At once, on all replicas within a second. How often the network was blocked is forgotten.")
                .needs::<BlockLift>()
                .writes()
                .answers_nothing(204, "It is lifted."),
        )
}

async fn list(
    State(app): State<App>,
    require: Require<BlockList>,
    page: PageRequest,
) -> Result<Response, Problem> {
    let access = require.access();
    access.permit::<BlockList>(&app, &Thing::default()).await?;
    let after = page.key(LIST)?.unwrap_or_default();
    // One more tells whether another page follows.
    let found = app.store.reader().blocks(&after, access.now(), page.limit.saturating_add(1)).await;
    let found = Page::of(found.map_err(unavailable)?, LIST, page.limit, |block| block.id.clone());
    Ok(json_response(&found.map(BlockView::from)))
}

async fn remove(
    State(app): State<App>,
    require: Require<BlockLift>,
    Path(id): Path<String>,
    _: NoQuery,
) -> Result<Response, Problem> {
    let permit = require.access().permit::<BlockLift>(&app, &Thing::with_id(&id)).await?;
    let found = app.store.reader().block(&id).await.map_err(unavailable)?;
    let block = found.filter(|block| block.until > permit.author.now);
    let block = block.ok_or_else(|| Problem::new(Code::NotFound))?;
    let revision = lift(&app, &block, permit.author).await?;
    Ok(with_revision(StatusCode::NO_CONTENT.into_response(), revision))
}

fn unavailable(error: casemate_store::StoreError) -> Problem {
    tracing::error!(%error, "blocks cannot be read");
    Problem::new(Code::Unavailable)
}
