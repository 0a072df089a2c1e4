//! What is registered of resources, as questions need it.

use std::sync::Arc;

use casemate_expression::Members;
use casemate_store::{ResourceQuery, ResourceRecord};

use super::Directory;
use crate::outside::AskedBy;
use crate::resources::{self, Registered, ResourcesError};
use crate::subject::Subject;

impl Directory {
    /// Whether any application registers resources: where none does, nothing need be looked for.
    #[must_use]
    pub fn has_resources(&self) -> bool {
        self.resources.is_any()
    }

    /// The applications that register resources of a type, in whichever tenant.
    #[must_use]
    pub fn resource_applications(&self, kind: &str) -> Vec<Arc<str>> {
        self.resources.applications_of(kind)
    }

    /// Whether an application registers resources of a type, in whichever tenant.
    #[must_use]
    pub fn registers(&self, application: &str, kind: &str) -> bool {
        self.resources.has(application, kind)
    }

    /// The source that says what resources of a type of an application are where they are not registered.
    #[must_use]
    pub fn resource_source(&self, application: &str, kind: &str) -> Option<String> {
        self.resources.source(application, kind).map(|asked| asked.name().to_owned())
    }

    /// What is registered of resources of a tenant, for a caller, at `now` (microseconds since 1970, UTC): application, type and id of each. Of
    /// those that are not, their application is asked where it says itself what they are; what it does not answer is
    /// [`NotFetched`](crate::NotFetched).
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub async fn registered<'k>(
        &self,
        (caller, tenant): (&Subject, &str),
        keys: impl IntoIterator<Item = (Arc<str>, &'k str, &'k str)>,
        now: i64,
    ) -> Result<Registered, ResourcesError> {
        self.resources.registered((AskedBy::of(caller), tenant), keys, now).await
    }

    /// The resources of one type of an application in a tenant behind an id, in the order of their ids, each with what counts of
    /// it where a caller says this of it: at most `limit`.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub async fn resources_behind(
        &self,
        (tenant, application, kind): (&str, &str, &str),
        after: Option<&str>,
        limit: u32,
        said: &Members,
    ) -> Result<Vec<(String, Members)>, ResourcesError> {
        let Some(reader) = &self.reader else { return Ok(Vec::new()) };
        let query = ResourceQuery {
            tenant: tenant.to_owned(),
            application: Some(application.to_owned()),
            kind: Some(kind.to_owned()),
            after: after.map(|id| [application.to_owned(), kind.to_owned(), id.to_owned()]),
            limit,
            ..ResourceQuery::default()
        };
        let counts = |record: ResourceRecord| {
            let attributes = resources::over(&resources::attributes(&record)?, said);
            Ok((record.key.id, attributes))
        };
        reader.resources(&query).await?.into_iter().map(counts).collect()
    }
}
