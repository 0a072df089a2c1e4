//! Whether a caller may record an event as it is: in whose namespace, within which ceiling, of which type.

use casemate_permission::Catalog;
use casemate_permission::name::Name;
use casemate_platform::DocumentError;
use serde_json::Value;

use super::record::{RecordItem, mistake};
use super::rules::Rules;

/// What events are held against.
pub(super) struct Bounds<'a> {
    pub(super) rules: &'a Rules,
    pub(super) catalog: &'a Catalog,
    /// The application that the caller is bound to, and its namespaces; one that is not there has none.
    pub(super) bound_to: Option<(String, Vec<String>)>,
    pub(super) tenant: &'a str,
}

impl Bounds<'_> {
    /// The application that an action is of: the one that the caller is bound to, or that has the action's namespace.
    pub(super) fn owner(&self, action: &str) -> Option<String> {
        if let Some((bound, _)) = &self.bound_to {
            return Some(bound.clone());
        }
        let name = Name::parse(action).ok().filter(|name| !name.is_reserved())?;
        self.catalog.owner_of(&name).map(|application| application.id().to_owned())
    }

    /// What is wrong with an item of an application's own.
    pub(super) fn mistakes(&self, item: &RecordItem, place: &impl Fn(&str) -> String) -> Vec<DocumentError> {
        let wrong = |member: &str, message: String| mistake(place(member), message);
        let name = match self.name(&item.action) {
            Ok(name) => name,
            Err(message) => return vec![wrong("action", message)],
        };
        let mut found = Vec::new();
        let owner = self.owner(&item.action);
        let ceiling = owner.as_deref().and_then(|owner| Some((owner, self.rules.ceiling(owner)?)));
        if let Some((owner, ceiling)) = ceiling {
            let document = &ceiling.document;
            if document.bound && self.bound_to.is_none() {
                let message =
                    format!("only a credential that is bound to the application `{owner}` records this");
                return vec![wrong("action", message)];
            }
            if !ceiling.has_action(&name) {
                found.push(wrong("action", format!("the application `{owner}` may not record this action")));
            }
            let lacks = |list: &Option<Vec<String>>, said: &str| {
                list.as_ref().is_some_and(|list| list.iter().all(|known| known != said))
            };
            if lacks(&document.tenants, self.tenant) {
                let message = format!("the application `{owner}` records nothing in this tenant");
                found.push(wrong("action", message));
            }
            if item
                .resource
                .as_ref()
                .is_some_and(|resource| lacks(&document.resource_types, &resource.r#type))
            {
                let message = format!("the application `{owner}` may not record what is about this type");
                found.push(wrong("resource/type", message));
            }
            if lacks(&document.outcomes, &item.outcome) {
                found
                    .push(wrong("outcome", format!("the application `{owner}` may not record this outcome")));
            }
            let length = item.details.as_ref().and_then(|details| serde_json::to_string(details).ok());
            let most = document.max_bytes.map(|most| usize::try_from(most).unwrap_or(usize::MAX));
            if let (Some(length), Some(most)) = (length.map(|text| text.len()), most)
                && length > most
            {
                let message =
                    format!("details of the application `{owner}` are at most {most} bytes of JSON");
                found.push(wrong("details", message));
            }
        }
        match self.rules.of(&name) {
            Some(one) if one.has_schema() => {
                let details = item.details.clone().map(Value::Object);
                let misfits = one.misfits(details.as_ref()).into_iter();
                found.extend(
                    misfits.map(|misfit| wrong(&format!("details{}", misfit.pointer), misfit.message)),
                );
            }
            Some(_) => {}
            None => {
                if let Some((owner, _)) = ceiling.filter(|(_, ceiling)| ceiling.document.required) {
                    let message = format!("the application `{owner}` has no event type for this action");
                    found.push(wrong("action", message));
                }
            }
        }
        found
    }

    /// The name of an action that the caller may use.
    fn name<'t>(&self, action: &'t str) -> Result<Name<'t>, String> {
        let name = Name::parse(action).map_err(|error| error.to_string())?;
        if name.is_reserved() || name.namespace().eq_ignore_ascii_case("casemate") {
            return Err("what is done in Casemate is recorded by Casemate alone".to_owned());
        }
        let Some((application, namespaces)) = &self.bound_to else { return Ok(name) };
        let is_own = namespaces.iter().any(|namespace| namespace == name.namespace());
        if is_own {
            return Ok(name);
        }
        Err(format!(
            "this is in no namespace of the application `{application}`, which the credential is bound to"
        ))
    }
}
