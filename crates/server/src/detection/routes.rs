//! `/api/v1/detections`.

use axum::extract::{Request, State};
use axum::response::Response;
use casemate_audit::detection::Rules;
use casemate_audit::detection::pack::PACK;
use casemate_directory::model::DetectionDocument;
use casemate_platform::api::{Api, Operation, Trail};
use casemate_platform::{NoQuery, Problem, json_response, permissions, read_document};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

use super::tried::{DryRun, Tried, tried};
use crate::App;
use crate::guard::{Require, Thing};
use crate::objects::{objects, routes as object_routes};

/// A rule, as an example.
const EXAMPLE: &str = "title: Somebody is deleted\nlogsource:\n    product: casemate\ndetection:\n    deleted:\n        action: casemate.user.delete\n        outcome: success\n    condition: deleted\nlevel: low\n";

objects! {
    Detections: Detection, "detections", "Detections", "detection", installation,
    "A detection", "Detections", "Detection", "Detections",
    DetectionList, DetectionRead, DetectionCreate, DetectionUpdate, DetectionDelete,
    DetectionDocument, DetectionDocument, json!({ "name": "user-deleted", "rules": EXAMPLE })
}

permissions! {
    /// To try rules on what is on record.
    DetectionTry = "casemate.detection.try", on "detection", in installation, read "casemate.detection.read";
}

/// A rule of Casemate's own.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "PackedDetection")]
struct Packed {
    /// Its name: a detection of this name stands in its place.
    name: &'static str,
    /// What it says of each of its rules that make alerts.
    rules: Vec<PackedRule>,
    /// Its text.
    text: &'static str,
}

/// What a rule of Casemate's own is for.
#[derive(Debug, Serialize, JsonSchema)]
struct PackedRule {
    title: String,
    description: String,
    level: &'static str,
}

/// The rules of Casemate's own.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "DetectionPack")]
struct Pack {
    items: Vec<Packed>,
}

/// The area's routes.
pub(crate) fn routes() -> Api<App> {
    object_routes::<Detections>()
        .get(
            "/api/v1/detection-pack",
            pack,
            Operation::new("getDetectionPack", "Detections", "The rules of Casemate's own", Trail::Read)
                .describe("They are looked for without being configured. A detection with the name of one stands in its place, and may be disabled.")
                .needs::<DetectionList>()
                .answers::<Pack>(200, "All of them."),
        )
        .post(
            "/api/v1/detections/dry-run",
            dry_run,
            Operation::new("tryDetection", "Detections", "Tries rules on what is on record", Trail::Read)
                .describe("Says which alerts they would have made, and makes none. One request looks at 200,000 audit events at most, and for 5 seconds; `next` says where to go on.")
                .needs::<DetectionTry>()
                .takes::<DryRun>(json!({ "rules": EXAMPLE }))
                .answers::<Tried>(200, "What they would have found."),
        )
}

async fn pack(
    State(app): State<App>,
    require: Require<DetectionList>,
    _: NoQuery,
) -> Result<Response, Problem> {
    require.access().permit::<DetectionList>(&app, &Thing::default()).await?;
    let items = PACK.iter().map(|packed| {
        let read = Rules::parse(packed.text);
        let rules =
            read.iter().flat_map(Rules::about).filter(|about| about.is_told).map(|about| PackedRule {
                title: about.title.to_owned(),
                description: about.description.unwrap_or_default().to_owned(),
                level: about.level.as_str(),
            });
        Packed { name: packed.id, rules: rules.collect(), text: packed.text }
    });
    Ok(json_response(&Pack { items: items.collect() }))
}

async fn dry_run(
    State(app): State<App>,
    require: Require<DetectionTry>,
    _: NoQuery,
    request: Request,
) -> Result<Response, Problem> {
    let asked: DryRun = read_document(request).await?;
    require.access().permit::<DetectionTry>(&app, &Thing::default()).await?;
    Ok(json_response(&tried(&app, asked).await?))
}
