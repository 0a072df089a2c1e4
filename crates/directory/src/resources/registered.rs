//! What is registered of the resources that the questions of one request are about.

use std::collections::HashMap;
use std::sync::Arc;

use casemate_expression::Members;

/// By application, type and id.
type ByKey = HashMap<Arc<str>, HashMap<Box<str>, HashMap<Box<str>, Found>>>;

#[derive(Debug)]
enum Found {
    /// What is not among these may be said.
    Registered(Arc<Members>),
    /// What its application says of it, which is all there is of it.
    Told(Arc<Members>),
    /// It could not be fetched.
    Failed,
}

/// The resources that questions are about and that are registered, or of which their application said what they are; found before
/// the questions are answered.
#[derive(Debug, Default)]
pub struct Registered(Option<Box<ByKey>>);

/// What a resource is could not be fetched from its application: nothing is decided about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the application does not say what the resource is: see the server's log")]
pub struct NotFetched;

impl Registered {
    pub(super) fn add(&mut self, application: &Arc<str>, kind: &str, id: &str, attributes: Arc<Members>) {
        self.put(application, kind, id, Found::Registered(attributes));
    }

    /// One of which its application said what it is.
    pub(super) fn tell(&mut self, application: &Arc<str>, kind: &str, id: &str, attributes: Arc<Members>) {
        self.put(application, kind, id, Found::Told(attributes));
    }

    /// One that could not be fetched.
    pub(super) fn fail(&mut self, application: &Arc<str>, kind: &str, id: &str) {
        self.put(application, kind, id, Found::Failed);
    }

    fn put(&mut self, application: &Arc<str>, kind: &str, id: &str, found: Found) {
        let of_application = self.0.get_or_insert_default().entry(Arc::clone(application)).or_default();
        of_application.entry(kind.into()).or_default().insert(id.into(), found);
    }

    /// Whether none is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// Whether some could not be fetched.
    #[must_use]
    pub fn is_incomplete(&self) -> bool {
        let by_id = self.0.iter().flat_map(|all| all.values()).flat_map(HashMap::values);
        by_id.flat_map(HashMap::values).any(|found| matches!(found, Found::Failed))
    }

    /// What counts of a resource of which a caller says something, where it is registered or its application said what it is.
    ///
    /// # Errors
    /// Where it could not be fetched.
    pub fn over(
        &self,
        application: &str,
        kind: &str,
        id: &str,
        said: &Members,
    ) -> Result<Option<Members>, NotFetched> {
        match self.0.as_ref().and_then(|all| all.get(application)?.get(kind)?.get(id)) {
            None => Ok(None),
            Some(Found::Registered(attributes)) => Ok(Some(over(attributes, said))),
            Some(Found::Told(attributes)) => Ok(Some(Members::clone(attributes))),
            Some(Found::Failed) => Err(NotFetched),
        }
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
        let over =
            |application: &str, kind: &str, id: &str| registered.over(application, kind, id, &said).unwrap();
        assert_eq!(over("notes", "note", "7"), Some(members(r#"{"author":"ada","reviewer":null,"size":1}"#)));
        assert_eq!(over("cms", "note", "7"), Some(said.clone()));
        for (application, kind, id) in [("notes", "note", "8"), ("notes", "page", "7"), ("crm", "note", "7")]
        {
            assert_eq!(over(application, kind, id), None);
        }
        assert!(!registered.is_incomplete());
        registered.fail(&notes, "note", "9");
        assert_eq!(registered.over("notes", "note", "9", &said), Err(NotFetched));
        assert!(registered.is_incomplete());
        // What its application says of a resource is all there is of it.
        registered.tell(&notes, "note", "9", Arc::new(members(r#"{"author":"ada"}"#)));
        let told = registered.over("notes", "note", "9", &said);
        assert_eq!(told, Ok(Some(members(r#"{"author":"ada"}"#))));
        assert!(!registered.is_incomplete());
    }
}
