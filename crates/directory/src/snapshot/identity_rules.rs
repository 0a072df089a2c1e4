//! Whether two policies would know somebody alike: what a log says of them was known by the rules of its time.

use casemate_identity::provider::Provider;

use super::{Compiled, Snapshot};
use crate::policy::MappingRule;
use crate::subject::Subject;

impl Snapshot {
    /// Whether nothing differs between two policies that says who somebody is: their provider and its rules, the sources that
    /// read their tokens, what the policies' files say of them, and what an application may assert.
    #[must_use]
    pub fn knows_as(&self, other: &Snapshot, subject: &Subject, application: Option<&str>) -> bool {
        let (one, another) = (self.compiled(), other.compiled());
        let provider = &*subject.provider;
        one.provider(provider) == another.provider(provider)
            && one.rules(provider).eq(another.rules(provider))
            && one.sources_of(provider).eq(another.sources_of(provider))
            && one.filed(subject) == another.filed(subject)
            && application.is_none_or(|id| one.asserted_by(id).eq(another.asserted_by(id)))
    }
}

impl Compiled {
    fn provider(&self, name: &str) -> Option<&Provider> {
        self.providers.iter().find(|provider| provider.name() == name)
    }

    fn rules(&self, provider: &str) -> impl Iterator<Item = (&str, &[String])> {
        let rules = self.mapping_of(provider).map_or(&[][..], |mapping| &mapping.0);
        rules.iter().map(|MappingRule { when, groups }| (when.source(), &**groups))
    }

    fn sources_of(&self, provider: &str) -> impl Iterator<Item = (&str, Option<&str>)> {
        let sources = self.sources.iter().filter(move |source| *source.provider == *provider);
        sources.map(|source| (&*source.name, source.document.claim.as_deref()))
    }

    /// Somebody as a file has them, where one does.
    fn filed(&self, subject: &Subject) -> Option<Subject> {
        let id = subject.id.as_deref()?;
        self.person_of(&subject.tenant, &subject.provider, &subject.kind, id).map(Subject::from)
    }

    fn asserted_by(&self, application: &str) -> impl Iterator<Item = &str> {
        self.catalog.application(application).into_iter().flat_map(|application| application.asserted())
    }
}
