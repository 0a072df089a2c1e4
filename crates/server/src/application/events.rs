//! `/api/v1/event-types` and `/api/v1/event-ceilings`: what applications may record.

use casemate_directory::model::{EventCeilingDocument, EventTypeDocument};
use casemate_platform::api::Api;
use serde_json::json;

use crate::App;
use crate::objects::{objects, routes as object_routes};

objects! {
    EventTypes: EventType, "event-types", "Event types", "event-type", installation,
    "A type of events that applications record", "Types of events that applications record",
    "EventType", "EventTypes",
    EventTypeList, EventTypeRead, EventTypeCreate, EventTypeUpdate, EventTypeDelete,
    EventTypeDocument, EventTypeDocument,
    json!({ "name": "notes.note.publish", "title": "A note is published",
        "schema": { "type": "object", "required": ["title"], "properties": { "title": { "type": "string", "maxLength": 200 } } } })
}

/// Routes of ceilings, whose permissions are their own: who says what an application may record is not who says how.
mod ceilings {
    use super::{EventCeilingDocument, json, objects};

    objects! {
        EventCeilings: EventCeiling, "event-ceilings", "Event ceilings", "event-ceiling", installation,
        "What an application may record at most", "What applications may record at most",
        "EventCeiling", "EventCeilings",
        EventCeilingList, EventCeilingRead, EventCeilingCreate, EventCeilingUpdate, EventCeilingDelete,
        EventCeilingDocument, EventCeilingDocument,
        json!({ "application": "notes", "required": true, "resource_types": ["note"], "per_minute": 600 })
    }
}

/// The area's routes.
pub(crate) fn routes() -> Api<App> {
    object_routes::<EventTypes>().merge(object_routes::<ceilings::EventCeilings>())
}
