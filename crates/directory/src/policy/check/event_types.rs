//! That types of events, and what applications may record at most, are what they have to be. Schemas are read when they are written.

use std::collections::HashSet;

use casemate_permission::name::Pattern;

use super::{Checker, is_name};
use crate::model::{EventCeilingDocument, EventTypeDocument};
use crate::policy::document::Item;

/// The most types of events.
const MOST: usize = 2_000;
/// The most names in a list.
const LISTED: usize = 1_000;

impl Checker {
    pub(super) fn event_types(&mut self, items: &[Item<EventTypeDocument>]) {
        let mut names = HashSet::new();
        for (index, item) in items.iter().enumerate() {
            let name = item.document.name.as_str();
            if let Some(message) = action_mistake(name) {
                self.raise(&item.place, "/name", message);
            }
            if !names.insert(name) {
                self.raise(&item.place, "/name", format!("the event type `{name}` stands twice"));
            }
            if index == MOST {
                let message =
                    format!("there are more than {MOST} event types: use patterns such as `notes.note.*`");
                self.raise(&item.place, "/name", message);
            }
        }
    }

    pub(super) fn event_ceilings(&mut self, items: &[Item<EventCeilingDocument>]) {
        let mut names = HashSet::new();
        for item in items {
            let EventCeilingDocument { application, actions, resource_types, tenants, outcomes, .. } =
                &item.document;
            if !is_name(application) {
                self.raise(
                    &item.place,
                    "/application",
                    "the id of an application is empty or too long".to_owned(),
                );
            }
            if !names.insert(application.as_str()) {
                let message = format!("there are two ceilings of the application `{application}`");
                self.raise(&item.place, "/application", message);
            }
            for (index, action) in actions.iter().flatten().enumerate() {
                if let Some(message) = action_mistake(action) {
                    self.raise(&item.place, &format!("/actions/{index}"), message);
                }
            }
            for (index, outcome) in outcomes.iter().flatten().enumerate() {
                if !["success", "denied", "failure"].contains(&outcome.as_str()) {
                    let message = "this is `success`, `denied` or `failure`".to_owned();
                    self.raise(&item.place, &format!("/outcomes/{index}"), message);
                }
            }
            for (member, list) in
                [("actions", actions), ("resource_types", resource_types), ("tenants", tenants)]
            {
                let list = list.iter().flatten();
                if list.clone().count() > LISTED
                    || list.clone().any(|name| name.is_empty() || name.len() > 1_024)
                {
                    let message = format!("at most {LISTED} names of 1 to 1024 bytes");
                    self.raise(&item.place, &format!("/{member}"), message);
                }
            }
            self.event_bounds(item);
        }
    }

    fn event_bounds(&mut self, item: &Item<EventCeilingDocument>) {
        let EventCeilingDocument { max_bytes, per_minute, per_day, .. } = &item.document;
        for (member, value, most) in [
            ("max_bytes", max_bytes, 8_192),
            ("per_minute", per_minute, 100_000_000),
            ("per_day", per_day, 1_000_000_000),
        ] {
            let least = u32::from(member != "max_bytes");
            if value.is_some_and(|value| value < least || value > most) {
                self.raise(&item.place, &format!("/{member}"), format!("{least} to {most}"));
            }
        }
    }
}

/// What is wrong with the actions that a type is of: none may be Casemate's own.
fn action_mistake(name: &str) -> Option<String> {
    let pattern = match Pattern::parse(name) {
        Ok(pattern) => pattern,
        Err(error) => return Some(error.to_string()),
    };
    if pattern.reaches_reserved() {
        return Some("what is done in Casemate is recorded by Casemate alone".to_owned());
    }
    let is_in_a_namespace = |text: &str| {
        text.split_once('.')
            .is_some_and(|(namespace, _)| !namespace.is_empty() && !namespace.contains(['*', '?']))
    };
    (!pattern
        .alternatives()
        .all(|glob| is_in_a_namespace(glob.as_str()) || !glob.as_str().contains(['*', '?'])))
    .then(|| "name the namespace of an application, such as `notes.*`".to_owned())
}
