//! Who comes into question where it is asked who may do something: page by page, each once, and nobody left out.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use casemate_expression::Timestamp;
use casemate_identity::Kind;
use casemate_permission::name::Name;
use casemate_store::StoreError;
use serde::{Deserialize, Serialize};

use crate::directory::Directory;
use crate::people::Found;
use crate::policy::Person;
use crate::snapshot::{AllNamed, Compiled, Digest, Named, Reach, Snapshot, is_of_people};
use crate::subject::Subject;

/// What the store knows of people, by provider and id.
type KnownPeople = HashMap<(Arc<str>, Box<str>), Found>;

/// Somebody to whom a permission is assigned that matches a name. Whether they are allowed is another question.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// They, as what decides sees them. Who is known by login alone, and whoever is in a group, has no id.
    pub subject: Subject,
    /// The group's name, where it is a group, and the subject whoever is in it of whom no more is known.
    pub group: Option<String>,
    /// Their place.
    pub place: CandidatePlace,
}

/// A place among candidates. Whoever goes on behind it leaves out nobody who is one all the while, whatever is changed
/// meanwhile; who is newly named by a change may come a second time.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CandidatePlace {
    /// Whether those whom the store knows are told behind all others, since they are reached by more than their ids.
    #[serde(rename = "s", default)]
    stored_last: Option<bool>,
    /// The last of those who are named, as hexadecimal digits.
    #[serde(rename = "n", default, skip_serializing_if = "Option::is_none")]
    named: Option<String>,
    /// The last of those whom the store knows: when they were made, and their id.
    #[serde(rename = "u", default, skip_serializing_if = "Option::is_none")]
    stored: Option<(i64, String)>,
}

/// Some candidates.
#[derive(Debug, Default)]
pub struct Candidates {
    /// They, in order.
    pub items: Vec<Candidate>,
    /// Where to go on; absent where there are no more. Others may follow where there are none here.
    pub next: Option<CandidatePlace>,
}

/// Who is to be found: what all pages of candidates that are told at once have in common.
#[derive(Debug)]
pub struct Sought<'a> {
    compiled: &'a Compiled,
    tenant: &'a Arc<str>,
    /// As which type those are told whom the store knows.
    kind: &'a str,
    name: Name<'a>,
    now: i64,
    reach: Reach,
    /// Whether API keys are sought that may do it by their account.
    keys: bool,
    named: OnceLock<AllNamed<'a>>,
}

impl<'a> Sought<'a> {
    /// Candidates of a tenant, for a name, at `now` (microseconds since 1970, UTC). The users of the directory are told as of
    /// this type: `user`, or another as of which a token of theirs may be.
    #[must_use]
    pub fn of(
        snapshot: &'a Snapshot,
        tenant: &'a Arc<str>,
        kind: &'a str,
        name: Name<'a>,
        now: i64,
    ) -> Sought<'a> {
        let compiled = snapshot.compiled();
        let reach = compiled.reach(tenant, &name, Timestamp(now));
        let keys = kind == Kind::API_KEY.as_str();
        let kind = if is_of_people(kind) { kind } else { Kind::USER.as_str() };
        Sought { compiled, tenant, kind, name, now, reach, keys, named: OnceLock::new() }
    }

    fn named(&self) -> &AllNamed<'a> {
        let Sought { compiled, tenant, name, now, reach, keys, .. } = self;
        self.named.get_or_init(|| compiled.named(tenant, name, reach, (*now, *keys)))
    }
}

impl Directory {
    /// The next candidates behind a place. As many as `most` (1 to 1,000) are looked at. They are service accounts, static credentials, anonymous, whoever the policy or an
    /// assignment names, groups, and the active users of the directory. An API key is one only where something is assigned to
    /// itself, since it can do no more than its account, or where keys are sought.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub async fn candidates(
        &self,
        sought: &Sought<'_>,
        place: &CandidatePlace,
        most: u32,
    ) -> Result<Candidates, StoreError> {
        let Sought { compiled, tenant, reach, .. } = sought;
        if let Some(after) = &place.stored {
            return self.stored(sought, after, most).await;
        }
        let stored_last = place.stored_last.unwrap_or(reach.is_by_more_than_ids);
        let after = place.named.as_deref().and_then(digest);
        let most = most.clamp(1, 1_000) as usize;
        let some = compiled.next_named(tenant, sought.named(), after.as_ref(), most);
        let at = |digest: &Digest| CandidatePlace {
            stored_last: Some(stored_last),
            named: Some(hex(digest)),
            stored: None,
        };
        let last = some.items.last().map(|named| named.digest);
        let mut items = Vec::with_capacity(some.items.len());
        let known = self.known_by_id(tenant, &some.items).await?;
        for named in some.items {
            let place = at(&named.digest);
            let group = named.is_group.then(|| named.subject.groups.first().cloned()).flatten();
            if let Some(subject) = self.known_better(sought, named, (&known, stored_last)).await? {
                items.push(Candidate { subject, group, place });
            }
        }
        let next = match last.filter(|_| some.more) {
            Some(last) => Some(at(&last)),
            // By a change, somebody may have come to be reached otherwise than before.
            None if stored_last || reach.is_by_more_than_ids => {
                let before_all = Some((i64::MIN, String::new()));
                Some(CandidatePlace { stored_last: Some(true), named: None, stored: before_all })
            }
            None => None,
        };
        Ok(Candidates { items, next })
    }

    /// What the store knows of those who are named by id, all at once.
    async fn known_by_id(&self, tenant: &str, named: &[Named]) -> Result<KnownPeople, StoreError> {
        let mut ids: HashMap<&Arc<str>, Vec<&str>> = HashMap::new();
        let of_people =
            |named: &&Named| named.is_by_id && !named.is_group && is_of_people(&named.subject.kind);
        for Named { subject, .. } in named.iter().filter(of_people) {
            ids.entry(&subject.provider).or_default().extend(subject.id.as_deref());
        }
        let mut known = HashMap::new();
        for (provider, ids) in ids {
            let found = self.people().find_apart(tenant, provider, &ids).await?;
            known.extend(found.into_iter().map(|(id, found)| ((Arc::clone(provider), id.into()), found)));
        }
        Ok(known)
    }

    /// Somebody who is named, with what the store knows of them; nobody where they are not let in, or told later.
    async fn known_better(
        &self,
        Sought { compiled, tenant, kind, .. }: &Sought<'_>,
        named: Named,
        (known, stored_last): (&KnownPeople, bool),
    ) -> Result<Option<Subject>, StoreError> {
        let Named { subject, is_by_id, is_group, .. } = named;
        if !is_of_people(&subject.kind) || is_group {
            return Ok(Some(subject));
        }
        let (Some(id), true) = (&subject.id, is_by_id) else {
            return self.known_by_login(tenant, kind, subject).await;
        };
        let found = known.get(&(Arc::clone(&subject.provider), id.clone()));
        Ok(match found.unwrap_or(&Found::Nobody) {
            Found::Nobody | Found::Former(_) => Some(subject),
            Found::Inactive(_) | Found::Deleted(_) => None,
            Found::User(..) if stored_last && *subject.kind == **kind => None,
            Found::User(_, user) => Some(with_user(compiled, &subject.kind, user)),
        })
    }

    /// Somebody who is named by login, unless the store knows who that is: it tells of them by itself.
    async fn known_by_login(
        &self,
        tenant: &str,
        kind: &str,
        subject: Subject,
    ) -> Result<Option<Subject>, StoreError> {
        let login = subject.login.as_deref().unwrap_or_default();
        let is_known =
            *subject.kind == *kind && self.people().has_login(tenant, &subject.provider, login).await?;
        Ok((!is_known).then_some(subject))
    }

    async fn stored(
        &self,
        Sought { compiled, tenant, kind, reach, .. }: &Sought<'_>,
        after: &(i64, String),
        most: u32,
    ) -> Result<Candidates, StoreError> {
        let page = self.people().page(tenant, after, most.clamp(1, 1_000)).await?;
        let at = |place| CandidatePlace { stored_last: Some(true), named: None, stored: Some(place) };
        let candidate = |(place, id, person): (_, Option<Box<str>>, Person)| {
            let mut subject = match &id {
                Some(_) => with_user(compiled, kind, &person),
                None => Subject { kind: (*kind).into(), ..Subject::from(&person) },
            };
            subject.id = id;
            let is_one = compiled.is_reached(reach, &subject);
            is_one.then(|| Candidate { subject, group: None, place: at(place) })
        };
        let items = page.users.into_iter().filter_map(candidate).collect();
        Ok(Candidates { items, next: page.next.map(at) })
    }
}

/// A user of the directory as of a type, with what the policy knows of them beside.
fn with_user(compiled: &Compiled, kind: &str, user: &Person) -> Subject {
    match compiled.person_of(&user.tenant, &user.provider, kind, &user.id) {
        Some(person) => Subject::from(person).enriched(user),
        None => {
            let (provider, tenant) = (Arc::clone(&user.provider), Arc::clone(&user.tenant));
            Subject::new(provider, kind, Some(&user.id), tenant).enriched(user)
        }
    }
}

fn hex(digest: &Digest) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A place of which nothing can be read is before all others.
fn digest(text: &str) -> Option<Digest> {
    let mut digest = Digest::default();
    if text.len() != 2 * digest.len() || !text.is_ascii() {
        return None;
    }
    for (at, byte) in digest.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    Some(digest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_short_and_is_read_as_it_was_written() {
        let digest_of = |byte| hex(&[byte; 32]);
        for place in [
            CandidatePlace::default(),
            CandidatePlace { stored_last: Some(false), named: Some(digest_of(0xa7)), stored: None },
            CandidatePlace {
                stored_last: Some(true),
                named: None,
                stored: Some((i64::MIN, format!("usr_{}", "f".repeat(32)))),
            },
        ] {
            let text = serde_json::to_string(&place).unwrap();
            assert!(text.len() < 128, "{text}");
            assert_eq!(serde_json::from_str::<CandidatePlace>(&text).unwrap(), place, "{text}");
        }
        assert_eq!(digest(&digest_of(0xa7)), Some([0xa7; 32]));
        assert_eq!(digest("a7"), None);
    }
}
