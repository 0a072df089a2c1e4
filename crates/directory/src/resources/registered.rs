//! What is registered of the resources that the questions of one request are about.

use std::collections::HashMap;
use std::sync::Arc;

use casemate_expression::Members;

/// By application, type and id.
type ByKey = HashMap<Arc<str>, HashMap<Box<str>, HashMap<Box<str>, Arc<Members>>>>;

/// The resources that questions are about and that are registered, found before the questions are answered.
#[derive(Debug, Default)]
pub struct Registered(Option<Box<ByKey>>);

impl Registered {
    pub(super) fn add(&mut self, application: &Arc<str>, kind: &str, id: &str, attributes: Arc<Members>) {
        let of_application = self.0.get_or_insert_default().entry(Arc::clone(application)).or_default();
        of_application.entry(kind.into()).or_default().insert(id.into(), attributes);
    }

    /// Whether none is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// The attributes of a resource, where it is registered: by application, type and id.
    #[must_use]
    pub fn attributes(&self, application: &str, kind: &str, id: &str) -> Option<&Arc<Members>> {
        self.0.as_ref()?.get(application)?.get(kind)?.get(id)
    }
}

/// What counts of a resource that is registered: its attributes, and of what the caller says, what is not among them.
pub(crate) fn over(attributes: &Members, said: &Members) -> Members {
    let all = attributes.iter().chain(said.iter().filter(|(name, _)| attributes.get(name).is_none()));
    all.map(|(name, value)| (name.into(), value.clone())).collect()
}

#[cfg(test)]
mod tests {
    use casemate_expression::Datum;

    use super::*;

    fn members(text: &str) -> Members {
        Datum::from_json(text).unwrap().as_map().unwrap().clone()
    }

    #[test]
    fn what_is_registered_outweighs_what_is_said_and_nothing_else() {
        let (notes, cms): (Arc<str>, Arc<str>) = ("notes".into(), "cms".into());
        let mut registered = Registered::default();
        assert!(registered.is_empty());
        registered.add(&notes, "note", "7", Arc::new(members(r#"{"author":"ada","reviewer":null}"#)));
        registered.add(&cms, "note", "7", Arc::new(members("{}")));
        let said = members(r#"{"author":"bob","reviewer":"bob","size":1}"#);
        let over = |application: &str, kind: &str, id: &str| registered.over(application, kind, id, &said);
        assert_eq!(over("notes", "note", "7"), Some(members(r#"{"author":"ada","reviewer":null,"size":1}"#)));
        assert_eq!(over("cms", "note", "7"), Some(said.clone()));
        for (application, kind, id) in [("notes", "note", "8"), ("notes", "page", "7"), ("crm", "note", "7")]
        {
            assert_eq!(over(application, kind, id), None);
        }
    }
}
