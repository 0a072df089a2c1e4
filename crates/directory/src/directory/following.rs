//! Following the store: what this process and others change there comes into force here.

use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use casemate_store::{ChangedObjects, ForgottenSource, Position, StoreReader};
use tokio::sync::watch;

use super::{Directory, DirectoryError, State, difference};
use crate::affected::{Affecting, Whom};
use crate::kind::Kind;
use crate::objects::ObjectSet;
use crate::snapshot::{Assembled, Scope};

/// How often locks of API keys are looked for that came without a revision.
const LOCKS_EVERY: Duration = Duration::from_secs(5);

/// The most that is forgotten one by one of what sources outside Casemate said.
const FORGOTTEN: u32 = 1_000;

/// How far the store was followed.
#[derive(Debug, Default)]
pub(super) struct Followed {
    /// The course of changes that what decides is of; 0 while nothing was read.
    generation: i64,
    /// The last revision whose API keys are known.
    keys: i64,
    /// The last revision whose users are known.
    users: i64,
    /// The last revision whose resources are known.
    resources: i64,
    /// The revision up to which nothing but objects of which nothing else is kept changed since all was known; 0 where that is not so.
    alone: i64,
    /// Whom that affects which was taken, and has no revision yet.
    affecting: Affecting,
}

impl Followed {
    /// Takes it as known that users, keys and secrets did not change up to a revision.
    fn pass_others(&mut self, revision: i64) {
        self.users = self.users.max(revision);
        self.keys = self.keys.max(revision);
        self.alone = revision;
    }
}

/// What changed since the revision that decides.
struct Since {
    /// The revision whose users, sessions and resources are known.
    last: i64,
    /// The objects that became others; nothing where these are too many to be told one by one.
    changed: Option<ChangedObjects>,
}

impl Directory {
    /// Answers from what stands in the store by now, whichever process wrote it; gives the revision.
    ///
    /// # Errors
    /// Where the store cannot be read, or what stands in it holds mistakes; what decides stays as it was.
    pub async fn refresh(&self) -> Result<i64, DirectoryError> {
        let begun = Instant::now();
        let revision = self.look().await?;
        self.looked.send_if_modified(|looked| begun > std::mem::replace(looked, begun.max(*looked)));
        Ok(revision)
    }

    async fn look(&self) -> Result<i64, DirectoryError> {
        let Some(reader) = &self.reader else { return Ok(self.current().revision()) };
        let mut known = self.following.lock().await;
        let before = self.current().revision();
        let position = reader.position().await?;
        let Position { generation, revision: last, policy, resources, .. } = position;
        if generation != known.generation || last < before {
            tracing::warn!(
                revision = last,
                "a backup was restored into the database: all of it is read anew"
            );
            return self.take_anew(reader, &mut known).await;
        }
        if last == before {
            return Ok(last);
        }
        if resources > known.resources {
            self.take_resources(&mut known, last).await?;
        }
        // What changes all the time bears on nothing else, and nothing else need be asked then.
        if position.is_of_objects_alone_after(before) {
            known.pass_others(last);
        } else {
            self.keys.follow_locks(reader).await?;
            self.take_sessions(&mut known, before).await?;
            self.take_forgotten(reader, &mut known, before).await?;
            // Users first: one who was deactivated is refused also where the policy cannot be taken.
            self.take_users(&mut known, last).await?;
        }
        if policy <= before {
            self.advance(last, &mut known);
            return Ok(last);
        }
        let changed = reader.objects_changed_after(before).await?;
        if changed.as_ref().is_none_or(|changed| !changed.put.is_empty() || !changed.removed.is_empty()) {
            return self.take_policy(reader, &mut known, Some(Since { last, changed })).await;
        }
        if known.alone < last {
            self.take_keys(reader, &mut known, last).await?;
            let state = self.state();
            if self.secrets.take(&reader.secrets().await?, &state.objects) {
                known.affecting.everybody();
                return self.take_policy(reader, &mut known, Some(Since { last, changed })).await;
            }
        }
        // No further than to the revision whose users and sessions are known: what came since is followed the next time.
        self.advance(last, &mut known);
        Ok(last)
    }

    /// Answers from a change that this process just made on top of what decides. Where something came between, the store
    /// is read instead. `is_alone` says whether it [is of objects alone](casemate_store::Commit::is_of_objects_alone).
    pub(crate) async fn install(
        &self,
        (base, revision, is_alone): (i64, i64, bool),
        (policy, scope): (Assembled, &Scope),
        objects: ObjectSet,
    ) -> Result<i64, DirectoryError> {
        let Some(reader) = &self.reader else { return Ok(self.current().revision()) };
        let mut known = self.following.lock().await;
        if self.current().revision() != base || revision != base + 1 {
            drop(known);
            return self.refresh().await;
        }
        if is_alone {
            known.pass_others(revision);
        } else {
            self.take_sessions(&mut known, base).await?;
            self.take_forgotten(reader, &mut known, base).await?;
            self.take_users(&mut known, revision).await?;
            self.take_keys(reader, &mut known, revision).await?;
            if self.secrets.take(&reader.secrets().await?, &objects) {
                known.affecting.everybody();
            }
        }
        self.put(revision, (policy, scope), Arc::new(objects), Some(&mut known.affecting))?;
        Ok(revision)
    }

    /// Follows the store until the process ends: this process' changes at once, and those of others when `revisions`, which comes
    /// from [`casemate_store::Store::revisions`], tells of them, or else within half a second.
    pub async fn follow(self: Arc<Directory>, mut revisions: watch::Receiver<i64>) {
        let every = self.look_every;
        let mut looked = Instant::now();
        loop {
            // A sender that is gone says no more, and looking every now and then goes on.
            let changed = tokio::time::timeout(every, revisions.changed()).await;
            if matches!(changed, Ok(Err(_))) {
                tokio::time::sleep(every).await;
            }
            if let Err(error) = self.refresh().await {
                tracing::error!(%error, "the configuration in the database is not taken: what decided before still does");
                tokio::time::sleep(every).await;
            }
            // Where keys of a locked account are known has no revision, nor has a lock of which nobody could tell.
            if looked.elapsed() < LOCKS_EVERY {
                continue;
            }
            looked = Instant::now();
            if let Err(error) = self.follow_key_locks().await {
                tracing::error!(%error, "which API keys are locked cannot be read: what was known is enforced");
            }
        }
    }

    /// Takes all that stands in the store, as if nothing of it were known. A backup that is restored while it is read is
    /// noticed when the store is next looked at, since what was read is taken to be of the course of changes before it.
    pub(super) async fn take_anew(
        &self,
        reader: &StoreReader,
        known: &mut Followed,
    ) -> Result<i64, DirectoryError> {
        let is_first = known.generation == 0;
        let position = reader.position().await?;
        // Before anything is told of what is taken: whoever hears of it knows that it is of another course.
        self.course.store(position.generation, std::sync::atomic::Ordering::Release);
        if !is_first {
            self.read_root_keys();
        }
        known.alone = 0;
        self.people.take_anew().await?;
        known.users = position.revision;
        self.resources.take_anew().await?;
        known.resources = position.revision;
        self.sessions.take_anew();
        self.sources.forget_all();
        self.keys.replace(reader.api_keys_changed_after(0).await?);
        self.keys.follow_locks(reader).await?;
        known.keys = position.revision;
        self.revocations.raise();
        let revision = self.take_policy(reader, known, None).await?;
        if !is_first {
            // What was found valid between the keys and the policy counts no longer either.
            self.revocations.raise();
        }
        known.generation = position.generation;
        Ok(revision)
    }

    fn read_root_keys(&self) {
        let (Some(file), Some(sealer)) = (&self.root_keys, self.sealer()) else { return };
        match file.read() {
            Ok(keys) => sealer.replace_keys(&keys),
            Err(error) => {
                tracing::error!(%error, "the root keys cannot be read; those that were read before are used");
            }
        }
    }

    /// Takes the policy that stands in the store: what changed `since`, or all of it, of which nothing is known then. API keys come
    /// first: one that was revoked is refused also where the policy cannot be taken.
    async fn take_policy(
        &self,
        reader: &StoreReader,
        known: &mut Followed,
        since: Option<Since>,
    ) -> Result<i64, DirectoryError> {
        let is_anew = since.is_none();
        let before = since.is_some().then(|| self.state());
        let Since { last, changed } = since.unwrap_or(Since { last: -1, changed: None });
        let (set, revision) = match (&before, changed) {
            (Some(before), Some(changed)) => {
                let gone = changed.removed.iter().filter_map(|(kind, id)| before.objects.find(kind, id));
                let put = changed.put.into_iter().map(Arc::new).collect();
                (before.objects.replaced(put, gone.cloned().collect()), changed.revision)
            }
            _ => {
                let revision = reader.revision().await?;
                self.take_keys(reader, known, revision).await?;
                let objects = reader.objects().await?;
                (ObjectSet::new(objects.items.into_iter().map(Arc::new).collect()), objects.revision)
            }
        };
        if revision > last {
            // Whatever else was changed until then, since nobody looks again for what is not after the revision that is taken.
            self.take_sessions(known, self.current().revision()).await?;
            self.take_forgotten(reader, known, self.current().revision()).await?;
            self.take_users(known, revision).await?;
            self.take_resources(known, revision).await?;
        }
        if revision > known.keys {
            self.take_keys(reader, known, revision).await?;
        }
        let checked = tokio::task::spawn_blocking(move || {
            let Some(before) = before else {
                return Assembled::of(&set).map(|policy| (policy, Scope::All, set));
            };
            let scope = Scope::between(&before.objects, &set);
            let policy = Assembled::after(before.snapshot.compiled(), &set, &scope)?;
            Ok((policy, scope, set))
        });
        let (policy, scope, set) = match checked.await.map_err(|_| DirectoryError::Closed)? {
            Ok(checked) => checked,
            Err(mistakes) => {
                // Who may not come in any more is told of all the same.
                self.changes.push_ahead(revision, &mut known.affecting);
                self.taken.send_modify(|_| ());
                return Err(DirectoryError::Mistakes(mistakes));
            }
        };
        if revision > known.alone && self.secrets.take(&reader.secrets().await?, &set) {
            known.affecting.everybody();
        }
        if is_anew {
            known.affecting = Affecting::default();
        }
        self.put(revision, (policy, &scope), Arc::new(set), (!is_anew).then_some(&mut known.affecting))?;
        Ok(revision)
    }

    /// Forgets users who were changed. Those that are changed meanwhile are forgotten, and will be once more.
    async fn take_users(&self, known: &mut Followed, revision: i64) -> Result<(), DirectoryError> {
        let changed = self.people.take(known.users).await?;
        difference::users(&changed, &self.state().objects, &mut known.affecting);
        known.users = revision;
        Ok(())
    }

    /// Forgets resources that were changed. Those that are changed meanwhile are forgotten, and will be once more.
    async fn take_resources(&self, known: &mut Followed, revision: i64) -> Result<(), DirectoryError> {
        self.resources.take(known.resources).await?;
        known.resources = revision;
        Ok(())
    }

    /// Forgets sessions that ended after a revision.
    async fn take_sessions(&self, known: &mut Followed, after: i64) -> Result<(), DirectoryError> {
        match self.sessions.take(after).await? {
            Some(ended) => difference::sessions(&ended, &mut known.affecting),
            None => known.affecting.everybody(),
        }
        Ok(())
    }

    /// Forgets what sources outside Casemate said and is to be forgotten since a revision.
    async fn take_forgotten(
        &self,
        reader: &StoreReader,
        known: &mut Followed,
        after: i64,
    ) -> Result<(), DirectoryError> {
        let forgotten = reader.sources_forgotten_after(after, FORGOTTEN + 1).await?;
        if forgotten.len() > FORGOTTEN as usize {
            self.sources.forget_all();
            self.resources.forget_sources();
            known.affecting.everybody();
            return Ok(());
        }
        let state = self.state();
        for ForgottenSource { source, whom } in &forgotten {
            let Some(object) = state.objects.by_id(Kind::Source, source) else { continue };
            self.resources.forget_source(&object.name);
            let Some(running) = self.sources.named(&object.name) else { continue };
            let of = whom.as_ref();
            running.forget(of.map(|of| (of.tenant.as_str(), of.kind.as_str(), of.subject.as_str())));
            match (of, state.snapshot.compiled().provider_of_source(&object.name)) {
                (Some(of), Some(provider)) => {
                    known.affecting.add(
                        &Arc::from(of.tenant.as_str()),
                        Whom::Subject {
                            provider,
                            kind: of.kind.as_str().into(),
                            id: of.subject.as_str().into(),
                        },
                    );
                }
                _ => known.affecting.everybody(),
            }
        }
        Ok(())
    }

    async fn take_keys(
        &self,
        reader: &StoreReader,
        known: &mut Followed,
        revision: i64,
    ) -> Result<(), DirectoryError> {
        let changed = reader.api_keys_changed_after(known.keys).await?;
        difference::keys(&changed, &mut known.affecting);
        if self.keys.take(changed) {
            self.revocations.raise();
        }
        // Keys that were changed since then were taken too, and will be taken once more.
        known.keys = revision;
        Ok(())
    }

    fn advance(&self, revision: i64, known: &mut Followed) {
        let _running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        let state = self.current.load();
        let snapshot = Arc::new(state.snapshot.at(revision));
        let (objects, homes) = (Arc::clone(&state.objects), Arc::clone(&state.homes));
        self.current.store(Arc::new(State { snapshot, objects, homes }));
        self.changes.push(revision, &mut known.affecting);
        self.taken.send_replace(revision);
    }
}
