//! Putting a policy into force, in one step.

use std::sync::{Arc, PoisonError};

use casemate_identity::{Authenticator, Chain, ChainError};

use super::{Directory, Running, State, difference, homes};
use crate::affected::Affecting;
use crate::authenticator::StaticCredentials;
use crate::keys::AccountKeys;
use crate::kind::Kind;
use crate::objects::ObjectSet;
use crate::outside;
use crate::sessions::SessionCookies;
use crate::snapshot::{Assembled, Compiled, Scope, Snapshot};
use crate::temporary::TemporaryOwners;

impl Directory {
    /// Puts a policy into force. Providers that did not change keep the keys that were fetched. `scope` is what it does not share with
    /// what decided; `affecting` is whom else the revision affects; where there is none, it follows nothing that is known.
    pub(super) fn put(
        &self,
        revision: i64,
        (policy, scope): (Assembled, &Scope),
        objects: Arc<ObjectSet>,
        affecting: Option<&mut Affecting>,
    ) -> Result<(), ChainError> {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        let before = self.current.load_full();
        let is_same = |kind| difference::is_same(&before.objects, &objects, kind);
        let (schemas, sources) = (is_same(Kind::Application), is_same(Kind::Source));
        let followed = affecting.is_some() && schemas && sources;
        let is_known = followed && is_same(Kind::Provider);
        // What was compiled of the same schemas and sources serves on.
        let earlier = followed.then(|| &**before.snapshot.compiled());
        let compiled = Compiled::after(earlier, policy, &self.own, Arc::clone(&self.keys));
        let running_sources = self.sources.of(compiled.sources(), &self.secrets);
        self.resources.ask(compiled.resource_sources(), |source| {
            outside::secret(&source.name, &source.endpoint.secret, &self.secrets)
        });
        let compiled = Arc::new(compiled.asking(running_sources));
        // A secret that became another affects everybody.
        let is_alike = is_known
            && matches!(scope, Scope::These { programs: false, .. })
            && !affecting.as_ref().is_none_or(|affecting| affecting.is_everybody());
        let (chain, is_fewer) = match is_alike {
            // Nobody else can come in.
            true => (before.snapshot.chain().clone(), false),
            false => self.chain(&mut running, &compiled)?,
        };
        if let Some(affecting) = affecting {
            match is_known {
                _ if !schemas => affecting.schemas(),
                false => affecting.everybody(),
                true => difference::affects(&before, &objects, &compiled, scope, affecting),
            }
            self.swap(revision, compiled, chain, objects);
            self.changes.push(revision, affecting);
        } else {
            self.swap(revision, compiled, chain, objects);
            self.changes.forget(revision);
        }
        self.taken.send_replace(revision);
        if is_fewer {
            self.revocations.raise();
        }
        Ok(())
    }

    /// Who says who is calling, of a policy that is to decide; and whether somebody whom they accepted may be accepted no longer.
    fn chain(&self, running: &mut Running, compiled: &Compiled) -> Result<(Chain, bool), ChainError> {
        let configured = compiled.providers().to_vec();
        let accounts = compiled.enabled_accounts();
        let providers = running.providers.succeeded_by(configured.clone());
        let vouching = compiled.vouching().iter().map(|provider| Box::from(&**provider));
        let owners = Arc::new(TemporaryOwners {
            providers: vouching.collect(),
            keys: Arc::clone(&self.keys),
            accounts: accounts.clone(),
        });
        self.owners.store(Some(Arc::clone(&owners)));
        let mut authenticators: Vec<Arc<dyn Authenticator>> = vec![
            Arc::new(AccountKeys::new(Arc::clone(&self.keys), accounts.clone())),
            Arc::new(StaticCredentials::new(compiled.credentials())),
            Arc::new(SessionCookies {
                sessions: Arc::clone(&self.sessions),
                // Casemate vouches for local accounts itself.
                providers: providers
                    .sign_ins()
                    .map(|client| client.offer().name().into())
                    .chain([crate::OWN_PROVIDER.into()])
                    .collect(),
                owners: Arc::clone(&owners),
            }),
        ];
        authenticators.extend(providers.authenticators());
        let chain = Chain::new(authenticators)?;
        let is_fewer = running.accounts.iter().any(|account| !accounts.contains(account))
            || running.configured.iter().any(|provider| !configured.contains(provider));
        *running = Running { providers, configured, accounts };
        Ok((chain, is_fewer))
    }

    fn swap(&self, revision: i64, compiled: Arc<Compiled>, chain: Chain, objects: Arc<ObjectSet>) {
        let snapshot = Arc::new(Snapshot::new(revision, compiled, chain));
        let homes = Arc::new(homes(&objects));
        self.sessions.set_homes(Arc::clone(&homes));
        self.current.store(Arc::new(State { snapshot, objects, homes }));
    }
}
