//! What decided at another revision, or would decide if something were changed: to be asked, and never to be in force.

use std::sync::Arc;

use casemate_identity::{Chain, ChainError};
use casemate_store::Edit;

use super::Administration;
use super::change::planned;
use super::error::AdminError;
use super::write::canonical;
use crate::directory::{DirectoryError, State};
use crate::kind::Kind;
use crate::model::RoleDocument;
use crate::objects::{Change, ObjectSet};
use crate::policy::Code;
use crate::snapshot::{Assembled, Compiled, Scope, Snapshot};

impl Administration {
    /// What decided at a revision, with the API keys of today.
    ///
    /// # Errors
    /// Where the revision never was, the database cannot be read, or what stood there holds mistakes by now.
    pub async fn snapshot_at(&self, revision: i64) -> Result<Snapshot, AdminError> {
        let state = self.directory.state();
        let current = state.snapshot.revision();
        if !(0..=current).contains(&revision) {
            return Err(AdminError::NotFound("version"));
        }
        let (_, edits) = self.store.reader().edits_between(current, revision).await?;
        let changes: Vec<Change> = edits.into_iter().filter_map(change).collect();
        self.with(&state, changes, revision).await
    }

    /// What would decide if code were applied, see [`Administration::plan`]; nothing of it is. Who would be in groups does not
    /// count.
    ///
    /// # Errors
    /// As [`Administration::plan`], and where the whole would hold mistakes.
    pub async fn snapshot_of(&self, wanted: Code, origin: &str, prune: bool) -> Result<Snapshot, AdminError> {
        let state = self.directory.state();
        let (_, changes) = planned(&state, wanted.objects, origin, prune)?;
        self.with(&state, changes, state.snapshot.revision()).await
    }

    /// What would decide if a role of a tenant became this, or came to be; nothing of it does.
    ///
    /// # Errors
    /// Where the whole would hold mistakes.
    pub async fn snapshot_with_role(
        &self,
        tenant: &str,
        role: &RoleDocument,
    ) -> Result<Snapshot, AdminError> {
        let state = self.directory.state();
        let document =
            serde_json::to_value(role).map_err(|error| AdminError::Unavailable(error.to_string()))?;
        let (name, body) = canonical(Kind::Role, tenant, document)?;
        let before = state.objects.by_name(Kind::Role, tenant, &name);
        let draft = casemate_store::Draft {
            kind: Kind::Role.as_str().to_owned(),
            // No object is called so: ids are made of hexadecimal digits.
            id: before.map_or_else(|| "rol_draft".to_owned(), |before| before.id.clone()),
            tenant: tenant.to_owned(),
            name,
            body,
            origin: before.map(|before| before.origin.clone()).unwrap_or_default(),
        };
        self.with(&state, vec![Change::Put(draft)], state.snapshot.revision()).await
    }

    /// What would stand, and decide, if these objects were changed.
    pub(super) async fn candidate(&self, state: &State, changes: &[Change]) -> Result<State, AdminError> {
        let revision = state.snapshot.revision();
        let objects: ObjectSet = state.objects.with(changes, revision, 0);
        let snapshot = self.with(state, changes.to_vec(), revision).await?;
        Ok(State::of(Arc::new(snapshot), Arc::new(objects)))
    }

    async fn with(&self, state: &State, changes: Vec<Change>, revision: i64) -> Result<Snapshot, AdminError> {
        let objects: ObjectSet = state.objects.with(&changes, revision, 0);
        let (own, keys) = self.directory.own();
        let (before, old) = (Arc::clone(&state.snapshot), Arc::clone(&state.objects));
        let compiled = tokio::task::spawn_blocking(move || {
            let scope = Scope::between(&old, &objects);
            let policy = Assembled::after(before.compiled(), &objects, &scope)?;
            Ok(Compiled::new(policy, &own, keys))
        });
        let compiled = compiled.await.map_err(|_| AdminError::from(DirectoryError::Closed))?;
        let compiled = compiled.map_err(AdminError::Invalid)?;
        let chain =
            Chain::new(Vec::new()).map_err(|error: ChainError| AdminError::Unavailable(error.to_string()))?;
        Ok(Snapshot::new(revision, Arc::new(compiled), chain))
    }
}

fn change(edit: Edit) -> Option<Change> {
    match edit.after {
        Some(after) => Some(Change::Put(after)),
        None => Some(Change::Remove { kind: edit.kind.parse().ok()?, id: edit.id }),
    }
}
