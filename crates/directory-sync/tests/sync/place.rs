//! A directory, and a database that nobody else uses.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use casemate_directory::{Administration, Directory, DirectoryHost};
use casemate_directory_sync::Source;
use casemate_identity::provider::LdapConfig;
use casemate_platform::outgoing::{Outgoing, OutgoingSettings, Proxy};
use casemate_store::{DataFolder, Database, Retention, Store, StoredSession};
use casemate_test_support::{Postgres, Slapd};
use serde_json::json;

/// The server of this process; it ends with the last test that holds it, since nothing that is static ever does.
static SERVER: Mutex<Weak<Postgres>> = Mutex::new(Weak::new());

pub(crate) struct Place {
    pub(crate) store: Arc<Store>,
    pub(crate) administration: Administration,
    pub(crate) outgoing: Arc<Outgoing>,
    pub(crate) slapd: Slapd,
    pub(crate) source: Source,
    _folder: Option<tempfile::TempDir>,
    _server: Option<Arc<Postgres>>,
}

impl Place {
    pub(crate) async fn sqlite() -> Place {
        let folder = tempfile::tempdir().unwrap();
        let data = DataFolder::open_or_create(&folder.path().join("data")).unwrap();
        let store = Store::open(&data, Retention::default(), || 0).await.unwrap();
        Place::with(store, Some(folder), None).await
    }

    pub(crate) async fn postgres() -> Place {
        let server = {
            let mut known = SERVER.lock().unwrap_or_else(PoisonError::into_inner);
            known.upgrade().unwrap_or_else(|| {
                let server = Arc::new(Postgres::start().unwrap());
                *known = Arc::downgrade(&server);
                server
            })
        };
        let url = server.create_database().unwrap().into();
        let store = Store::open_database(Database::Postgres(&url), Retention::default(), || 0).await.unwrap();
        Place::with(store, None, Some(server)).await
    }

    async fn with(store: Store, folder: Option<tempfile::TempDir>, server: Option<Arc<Postgres>>) -> Place {
        let slapd = Slapd::start(None).unwrap();
        let settings = OutgoingSettings { loopback: true, proxy: Proxy::None, ..OutgoingSettings::default() };
        let config: LdapConfig = serde_json::from_value(json!({
            "url": slapd.url(), "allow_plain": true, "bind_dn": Slapd::ADMINISTRATOR,
            "bind_password": {"sealed": true}, "base": Slapd::BASE, "attributes": {"subject": "mail"},
            "claims": {"department": "departmentNumber"},
        }))
        .unwrap();
        let (store, outgoing) = (Arc::new(store), Arc::new(Outgoing::new(settings).unwrap()));
        let host = DirectoryHost::new(Arc::<Outgoing>::clone(&outgoing));
        let directory = Arc::new(Directory::open(store.reader(), host).await.unwrap());
        Place {
            administration: Administration::new(Arc::clone(&store), directory),
            store,
            outgoing,
            source: Source { provider: "corp".into(), config, password: Slapd::PASSWORD.to_owned().into() },
            slapd,
            _folder: folder,
            _server: server,
        }
    }
}

/// A session that says nothing.
pub(crate) fn session() -> StoredSession {
    StoredSession {
        digest: [0; 32],
        id: String::new(),
        provider: String::new(),
        subject: String::new(),
        logout_subject: String::new(),
        provider_sid: None,
        identity: String::new(),
        authenticated_at: 0,
        created_at: 0,
        used_at: 0,
        idle_until: 0,
        absolute_until: 0,
        client: None,
        user_agent: None,
        ended_at: None,
        end_reason: None,
        tenant: String::new(),
        home: None,
        via: None,
        temporary: None,
    }
}
