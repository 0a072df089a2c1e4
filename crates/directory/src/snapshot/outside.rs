//! Asking sources outside Casemate what somebody holds, before that is compiled.

use std::collections::VecDeque;
use std::sync::Arc;

use casemate_identity::Identity;
use casemate_permission::PermissionSet;
use casemate_permission::name::Name;

use super::elsewhere::{There, elsewhere_in};
use super::{Compiled, ResolveError, Snapshot};
use crate::candidates::Candidate;
use crate::known::Known;
use crate::outside::{AskedBy, Outside, Said, Waiting};
use crate::people::Met;
use crate::policy::{DEFAULT_TENANT, Person, Source};
use crate::subject::Subject;

/// The most about whom one request asks at once. The others wait in the request.
const AT_ONCE: usize = 32;

/// What sources outside Casemate say of somebody, which may have to be waited for.
pub(crate) struct Asking(Vec<(Arc<str>, Option<Waiting>)>);

impl Asking {
    /// What they say, and until when that is relied on.
    async fn said(self) -> (Outside, Option<i64>) {
        let (mut all, mut until) = (Vec::with_capacity(self.0.len()), None);
        for (source, waiting) in self.0 {
            let found = match waiting {
                Some(waiting) => waiting.found().await,
                None => Err("it is not asked here".into()),
            };
            let said = found.map(|fresh| {
                let (permissions, good_until) = fresh.into_parts();
                until = Some(until.map_or(good_until, |until: i64| until.min(good_until)));
                permissions
            });
            all.push(Said { source, said });
        }
        (Outside::Said(all.into()), until)
    }
}

/// Those about whom one request asks, in turn.
struct Turns<T>(VecDeque<(T, Asking)>);

impl<T> Turns<T> {
    fn new() -> Turns<T> {
        Turns(VecDeque::with_capacity(AT_ONCE))
    }

    /// Whom to wait for before anybody else is asked about, with what is said of them.
    async fn before_more(&mut self) -> Option<(T, Outside)> {
        if self.0.len() < AT_ONCE { None } else { self.next().await }
    }

    /// The next of those who were asked about, with what is said of them.
    async fn next(&mut self) -> Option<(T, Outside)> {
        let (whom, asking) = self.0.pop_front()?;
        Some((whom, asking.said().await.0))
    }
}

impl Compiled {
    /// Begins to ask for whoever wants to know it; nothing where no source tells of them.
    fn ask(&self, subject: &Subject, by: AskedBy, now: i64) -> Option<Asking> {
        if !self.has_outside || subject.outside == Outside::LeftOut {
            return None;
        }
        let asking: Vec<_> = self
            .telling_of(subject)
            .map(|(place, source)| {
                let running = self.running.get(place as usize).and_then(Option::as_ref);
                (Arc::clone(&source.name), running.map(|running| running.ask(subject, by, now)))
            })
            .collect();
        (!asking.is_empty()).then_some(Asking(asking))
    }

    /// Whether somebody may be asked about in a tenant that is not theirs: whoever presents a credential names it as they like, and
    /// for each that is made up somebody would be asked, and something kept.
    fn is_asked_in(&self, there: &Subject) -> bool {
        let tenant = &*there.tenant;
        let is_known = *tenant == *DEFAULT_TENANT
            || self.around.tenants.contains(tenant)
            || self.assembled().has(tenant);
        is_known || self.telling_of(there).all(|(_, source)| !source.tenants.is_empty())
    }

    /// The sources outside Casemate that could hand out a permission for a name in a tenant.
    pub(crate) fn outside_for<'c>(
        &'c self,
        tenant: &'c str,
        name: &'c Name<'c>,
    ) -> impl Iterator<Item = (u32, &'c Source)> {
        let is_for = move |(_, source): &(u32, &Source)| {
            let is_of = source.tenants.is_empty() || source.tenants.iter().any(|of| **of == *tenant);
            source.is_outside() && is_of && source.may_grant(name)
        };
        (0_u32..).zip(&self.sources).filter(is_for)
    }
}

impl Snapshot {
    /// Whether a source outside Casemate is asked what some hold.
    #[must_use]
    pub fn has_outside(&self) -> bool {
        self.compiled.has_outside
    }

    /// Whether a source of this name is one.
    #[must_use]
    pub fn is_outside(&self, source: &str) -> bool {
        self.compiled.sources.iter().any(|known| *known.name == *source && known.is_outside())
    }

    /// Whether one is asked about somebody.
    #[must_use]
    pub fn asks_about(&self, subject: &Subject) -> bool {
        self.compiled.has_outside && self.compiled.telling_of(subject).next().is_some()
    }

    /// Whether a source outside Casemate that tells of somebody could hand out a permission for a name.
    #[must_use]
    pub fn is_granted_outside(&self, subject: &Subject, name: &Name<'_>) -> bool {
        self.compiled.has_outside
            && self.compiled.telling_of(subject).any(|(_, source)| source.may_grant(name))
    }

    /// Somebody with what sources outside Casemate say of them at `now`, and until when that is relied on, both in microseconds since
    /// 1970 (UTC). Where one fails, what they hold cannot be said.
    pub async fn asked(&self, mut subject: Subject, now: i64) -> (Subject, Option<i64>) {
        let Some(asking) = self.compiled.ask(&subject, AskedBy::of(&subject), now) else {
            return (subject, None);
        };
        let (outside, until) = asking.said().await;
        subject.outside = outside;
        (subject, until)
    }

    /// Somebody who is asked about, with what they hold at `now`, and until when that is relied on.
    pub(crate) async fn known_asked(&self, subject: Subject, now: i64) -> (Arc<Known>, Option<i64>) {
        let (subject, until) = self.asked(subject, now).await;
        (self.known(subject), until)
    }

    /// As [`Snapshot::known_caller_as`], once sources outside Casemate said what they hold at `now`, and until when that is relied on.
    pub async fn known_caller_at(
        &self,
        identity: &Arc<Identity>,
        user: Option<&Arc<Person>>,
        now: i64,
    ) -> (Arc<Known>, Option<i64>) {
        if !self.compiled.has_outside {
            return (self.known_caller_as(identity, user), None);
        }
        let subject = self.caller_as(identity, user.map(|user| &**user));
        match self.compiled.ask(&subject, AskedBy::of(&subject), now) {
            None => (self.known_caller_as(identity, user), None),
            Some(asking) => {
                let (outside, until) = asking.said().await;
                (self.known_presented(identity, user, outside), until)
            }
        }
    }

    /// As [`Snapshot::known_in`], once sources outside Casemate said what they hold at `now`, and until when that is relied on.
    pub async fn known_in_at(
        &self,
        identity: &Arc<Identity>,
        user: Option<&Arc<Person>>,
        tenant: &Arc<str>,
        now: i64,
    ) -> (Arc<Known>, Option<i64>) {
        if !self.compiled.has_outside {
            return (self.known_in(identity, user, tenant), None);
        }
        let own = self.caller_as(identity, user.map(|user| &**user));
        if own.tenant == *tenant {
            return self.known_caller_at(identity, user, now).await;
        }
        let (elsewhere, names_tenant) = (self.caller(identity), identity.tenant.is_some());
        let (set, until) = self.held_in_at(&own, &elsewhere, tenant, now, names_tenant).await;
        (Arc::new(self.known_with(elsewhere_in(&elsewhere, tenant, names_tenant), set)), until)
    }

    /// As [`Snapshot::held_in`], once sources outside Casemate said what they hold at `now`, and until when that is relied on. Where
    /// one tells of them, whoever comes to a tenant of which nothing is known is nobody there, and it is not asked.
    pub async fn held_in_at(
        &self,
        subject: &Subject,
        elsewhere: &Subject,
        tenant: &Arc<str>,
        now: i64,
        names_tenant: bool,
    ) -> (Result<PermissionSet, ResolveError>, Option<i64>) {
        let there = match self.there(subject, elsewhere, tenant, names_tenant) {
            There::Nobody => return (Ok(PermissionSet::empty(self.catalog())), None),
            There::Same => subject.clone(),
            There::Other(there) if !self.compiled.is_asked_in(&there) => {
                return (Ok(PermissionSet::empty(self.catalog())), None);
            }
            There::Other(there) => *there,
        };
        let (there, until) = self.asked(there, now).await;
        (self.permissions(&there), until)
    }

    /// The names of the sources outside Casemate that could hand out a permission for a name in a tenant.
    #[must_use]
    pub fn sources_outside(&self, tenant: &str, name: &Name<'_>) -> Vec<String> {
        self.compiled.outside_for(tenant, name).map(|(_, source)| source.name.to_string()).collect()
    }

    /// Asks sources outside Casemate at `now` (microseconds since 1970, UTC) for a caller what candidates hold, some at once. About groups, and who is
    /// known by login alone, none is asked: it is left out what they would say of whoever that is.
    pub async fn ask_candidates(&self, caller: &Subject, candidates: &mut [Candidate], now: i64) {
        if !self.compiled.has_outside {
            return;
        }
        let (by, mut turns) = (AskedBy::of(caller), Turns::new());
        let tell = |candidates: &mut [Candidate], place: usize, outside| {
            if let Some(candidate) = candidates.get_mut(place) {
                candidate.subject.outside = outside;
            }
        };
        for place in 0..candidates.len() {
            if let Some((place, outside)) = turns.before_more().await {
                tell(candidates, place, outside);
            }
            let Some(candidate) = candidates.get_mut(place) else { break };
            if candidate.group.is_some() || candidate.subject.id.is_none() {
                candidate.subject.outside = Outside::LeftOut;
            } else if let Some(asked) = self.compiled.ask(&candidate.subject, by, now) {
                turns.0.push_back((place, asked));
            }
        }
        while let Some((place, outside)) = turns.next().await {
            tell(candidates, place, outside);
        }
    }

    /// Asks sources outside Casemate at `now` about whoever these types and ids mean in a tenant, some at once, so that questions about
    /// them can be answered. Of whom nothing is found out nothing can be said.
    pub async fn ask_about<'i>(
        &self,
        caller: &Subject,
        tenant: &Arc<str>,
        whom: impl IntoIterator<Item = (&'i str, &'i str)>,
        met: &mut Met,
        now: i64,
    ) {
        if !self.compiled.has_outside {
            return;
        }
        let whom: Vec<(&str, &str)> = whom.into_iter().collect();
        let (by, mut turns) = (AskedBy::of(caller), Turns::new());
        for (kind, id) in whom {
            if let Some(((kind, id), outside)) = turns.before_more().await {
                met.tell(kind, id, outside);
            }
            if met.is_told(kind, id) {
                continue;
            }
            // Whoever is not meant holds nothing either, and that is told where they are asked about.
            let Ok(Some(subject)) = self.meant_subject(caller, tenant, kind, id, met) else { continue };
            if let Some(asked) = self.compiled.ask(&subject, by, now) {
                turns.0.push_back(((kind, id), asked));
            }
        }
        while let Some(((kind, id), outside)) = turns.next().await {
            met.tell(kind, id, outside);
        }
    }
}

#[cfg(test)]
mod tests {
    use casemate_identity::Kind;

    use super::*;
    use crate::Folder;

    const POLICY: &str = r#"
format = 1
[[provider]]
name = "corp"
issuer = "https://corp.example"
audiences = ["casemate"]
[[user]]
id = "ada"
[[source]]
name = "legacy"
provider = "corp"
types = ["user"]
tenants = ["default", "acme"]
ceiling = ["notes.*"]
file = "legacy.toml"
[[role]]
name = "reader"
permissions = [{ name = "notes.read" }]
[[assignment]]
role = "reader"
to = { id = "ada" }
"#;

    fn snapshot() -> Snapshot {
        let folder = Folder::of_texts(vec![("policy.toml".into(), POLICY.to_owned())]).unwrap();
        Snapshot::offline(folder.policy).unwrap()
    }

    fn told(permissions: Result<&str, &str>) -> Outside {
        let said = permissions.map(Into::into).map_err(Into::into);
        Outside::Said(Arc::new([Said { source: "legacy".into(), said }]))
    }

    #[test]
    fn whoever_was_not_asked_about_holds_nothing_that_could_be_said() {
        let snapshot = snapshot();
        let identity = Arc::new(Identity::new("corp", "ada", Kind::USER));
        let is_failed = |known: &Known| matches!(&known.permissions, Err(ResolveError::Source { source_name, .. }) if source_name == "legacy");
        let (tenant, acme): (Arc<str>, Arc<str>) = ("default".into(), "acme".into());
        let anybody = snapshot.known_caller(&Arc::new(Identity::anonymous()));
        assert!(anybody.permissions.is_ok());
        assert!(is_failed(&snapshot.known_caller(&identity)));
        assert!(is_failed(&snapshot.known_in(&identity, None, &acme)));
        for id in ["ada", "stranger"] {
            assert!(is_failed(
                &snapshot.known_subject(&anybody, &tenant, "user", id, &Met::default()).unwrap()
            ));
            assert!(is_failed(
                &snapshot.known_apart(&anybody, &tenant, "user", id, &Met::default()).unwrap()
            ));
        }
        // Nor do they where one that is asked about does not stand in this policy as it runs.
        let asked = tokio::runtime::Builder::new_current_thread().build().unwrap();
        assert!(is_failed(&asked.block_on(snapshot.known_caller_at(&identity, None, 0)).0));
        for kind in ["admin", "service"] {
            assert!(
                snapshot
                    .known_subject(&anybody, &tenant, kind, "x", &Met::default())
                    .unwrap()
                    .permissions
                    .is_ok()
            );
        }
        let other: Arc<str> = "other".into();
        assert!(snapshot.known_in(&identity, None, &other).permissions.is_ok());
    }

    #[test]
    fn what_is_said_is_merged_and_goes_with_who_it_is_said_of() {
        let snapshot = snapshot();
        let identity = Arc::new(Identity::new("corp", "ada", Kind::USER));
        let names = |outside: Outside| -> Result<Vec<String>, ResolveError> {
            let known = snapshot.known_presented(&identity, None, outside);
            let set = known.permissions.clone()?;
            Ok(set.iter().map(|held| held.name().to_owned()).collect())
        };
        let write = told(Ok(r#"[{"name":"notes.write"}]"#));
        assert_eq!(names(write.clone()).unwrap(), ["notes.read", "notes.write"]);
        assert_eq!(names(told(Ok("[]"))).unwrap(), ["notes.read"]);
        assert_eq!(names(write).unwrap(), ["notes.read", "notes.write"]);
        assert!(names(told(Err("it answered 500"))).is_err());
        assert!(names(told(Ok(r#"[{"name":"shop.read"}]"#))).is_err(), "above the ceiling");
        let other = Said { source: "other".into(), said: Ok("[]".into()) };
        assert!(names(Outside::Said(Arc::new([other]))).is_err());
        assert_eq!(names(Outside::LeftOut).unwrap(), ["notes.read"]);
    }

    #[test]
    fn the_same_is_found_out_once_and_kept_apart_from_what_else_was_said() {
        let snapshot = snapshot();
        let identity = Arc::new(Identity::new("corp", "ada", Kind::USER));
        let known = |text: &str| snapshot.known_presented(&identity, None, told(Ok(text)));
        let write = r#"[{"name":"notes.write"}]"#;
        let seen = [write, "[]", write].map(known);
        assert!(Arc::ptr_eq(&seen[0], &seen[2]) && !Arc::ptr_eq(&seen[0], &seen[1]));
    }
}
