//! What is to be checked together: documents with their places, read from files or from objects.

use std::sync::Arc;

use casemate_identity::ProviderConfig;
use casemate_store::Object;
use serde::de::DeserializeOwned;
use serde_json::Value;
use toml::Spanned;
use toml::de::{DeTable, DeValue, ValueDeserializer};

use super::mistake::{Mistake, ObjectPlace, SourceFile};
use super::place::{Help, Place, Raised};
use super::{Code, DEFAULT_TENANT, Wanted, WantedGroup};
use crate::kind::Kind;
use crate::model::{AlertReceiverDocument, DetectionDocument, EventCeilingDocument, EventTypeDocument};
use crate::model::{
    ApplicationDocument, AssignmentDocument, AuditSinkDocument, CredentialDocument, Document, GroupDocument,
    ProviderDocument, RoleDocument, ServiceAccountDocument, SettingDocument, SourceDocument, TeamDocument,
    TenantDocument, UserDocument,
};

/// The version of the format that this Casemate reads.
const FORMAT: &str = "1";

/// The names of the tables that are read, for messages.
const TABLES: &str = "`[[role]]`, `[[team]]`, `[[assignment]]`, `[[user]]`, `[[group]]`, `[[credential]]`, `[[service_account]]`, `[[tenant]]`, \
                      `[[provider]]`, `[[source]]`, `[[audit_sink]]`, `[[setting]]`, `[[detection]]`, `[[alert_receiver]]`, \
                      `[[event_type]]` and `[[event_ceiling]]`";

/// A document, where it was written, and the tenant that it belongs to.
#[derive(Debug)]
pub(crate) struct Item<D> {
    pub(crate) place: Place,
    /// Absent where it is not named, and is the default one.
    pub(crate) tenant: Option<Arc<str>>,
    /// The id of the object; empty where it is none yet.
    pub(crate) id: Box<str>,
    pub(crate) document: D,
}

impl<D> Item<D> {
    pub(crate) fn tenant(&self) -> &str {
        self.tenant.as_deref().unwrap_or(DEFAULT_TENANT)
    }
}

/// A schema, and the object that it is in, if it is in one.
#[derive(Debug)]
pub(crate) struct SchemaText {
    pub(crate) source: Arc<SourceFile>,
    pub(crate) object: Option<usize>,
}

/// All that is checked together.
#[derive(Debug, Default)]
pub(crate) struct Documents {
    pub(crate) schemas: Vec<SchemaText>,
    pub(crate) roles: Vec<Item<RoleDocument>>,
    pub(crate) teams: Vec<Item<TeamDocument>>,
    pub(crate) assignments: Vec<Item<AssignmentDocument>>,
    pub(crate) users: Vec<Item<UserDocument>>,
    /// Of files alone: groups are no objects.
    pub(crate) groups: Vec<Item<GroupDocument>>,
    pub(crate) credentials: Vec<Item<CredentialDocument>>,
    pub(crate) accounts: Vec<Item<ServiceAccountDocument>>,
    pub(crate) tenants: Vec<Item<TenantDocument>>,
    pub(crate) providers: Vec<Item<ProviderDocument>>,
    pub(crate) sources: Vec<Item<SourceDocument>>,
    pub(crate) audit_sinks: Vec<Item<AuditSinkDocument>>,
    pub(crate) settings: Vec<Item<SettingDocument>>,
    pub(crate) detections: Vec<Item<DetectionDocument>>,
    pub(crate) receivers: Vec<Item<AlertReceiverDocument>>,
    pub(crate) event_types: Vec<Item<EventTypeDocument>>,
    pub(crate) event_ceilings: Vec<Item<EventCeilingDocument>>,
    /// Whether some table could not be read.
    pub(crate) incomplete: bool,
}

impl Documents {
    /// Reads one file. A file that has `[application]` is a schema and is left to the permission engine.
    pub(crate) fn read(&mut self, source: &Arc<SourceFile>, mistakes: &mut Vec<Mistake>) {
        let (table, errors) = DeTable::parse_recoverable(&source.text);
        if !errors.is_empty() {
            // What the parser makes of the rest would only be guessed at.
            mistakes.extend(errors.iter().map(|error| syntax(source, error)));
            self.incomplete = true;
            return;
        }
        let mistakes_before = mistakes.len();
        let table = table.into_inner();
        if table.contains_key("application") {
            self.schemas.push(SchemaText { source: Arc::clone(source), object: None });
            return;
        }
        let mut has_format = false;
        for (key, value) in table {
            let mut file = File { source, mistakes };
            match key.get_ref().as_ref() {
                "format" => {
                    has_format = true;
                    if value.get_ref().as_integer().is_none_or(|format| format.as_str() != FORMAT) {
                        let mistake = Mistake::at(source, value.span(), "this format is not known");
                        mistakes.push(mistake.help("this Casemate reads `format = 1`"));
                    }
                }
                "role" => file.entries("role", value, &mut self.roles),
                "team" => file.entries("team", value, &mut self.teams),
                "assignment" => file.entries("assignment", value, &mut self.assignments),
                "user" => file.entries("user", value, &mut self.users),
                "group" => file.groups(value, &mut self.groups),
                "credential" => file.entries("credential", value, &mut self.credentials),
                "service_account" => file.entries("service_account", value, &mut self.accounts),
                "tenant" => file.entries("tenant", value, &mut self.tenants),
                "provider" => file.providers(value, &mut self.providers),
                "source" => file.entries("source", value, &mut self.sources),
                "audit_sink" => file.entries("audit_sink", value, &mut self.audit_sinks),
                "setting" => file.entries("setting", value, &mut self.settings),
                "detection" => file.entries("detection", value, &mut self.detections),
                "alert_receiver" => file.entries("alert_receiver", value, &mut self.receivers),
                "event_type" => file.entries("event_type", value, &mut self.event_types),
                "event_ceiling" => file.entries("event_ceiling", value, &mut self.event_ceilings),
                other => {
                    let mistake = Mistake::at(source, key.span(), format!("`{other}` is not known here"));
                    mistakes.push(mistake.help(format!(
                        "a policy file holds `format`, {TABLES}; a schema file holds `[application]`"
                    )));
                }
            }
        }
        self.incomplete |= mistakes.len() > mistakes_before;
        if !has_format {
            let mistake = Mistake::of(source, "the file does not say its format");
            mistakes.push(mistake.help("write `format = 1` at its top"));
        }
    }

    /// Reads the objects of the store, or those that are to stand there.
    pub(crate) fn of_objects<'o>(
        objects: impl Iterator<Item = &'o Object>,
        raised: &mut Vec<Raised>,
    ) -> Documents {
        let mut documents = Documents::default();
        for (index, object) in objects.enumerate() {
            let mut reading = Reading { index, object, raised };
            match object.kind.parse() {
                Ok(Kind::Role) => reading.push(&mut documents.roles),
                Ok(Kind::Team) => reading.push(&mut documents.teams),
                Ok(Kind::Assignment) => reading.push(&mut documents.assignments),
                Ok(Kind::User) => reading.push(&mut documents.users),
                Ok(Kind::Credential) => reading.push(&mut documents.credentials),
                Ok(Kind::ServiceAccount) => reading.push(&mut documents.accounts),
                Ok(Kind::Tenant) => reading.push(&mut documents.tenants),
                Ok(Kind::Provider) => reading.push(&mut documents.providers),
                Ok(Kind::Source) => reading.push(&mut documents.sources),
                Ok(Kind::AuditSink) => reading.push(&mut documents.audit_sinks),
                Ok(Kind::Setting) => reading.push(&mut documents.settings),
                Ok(Kind::Detection) => reading.push(&mut documents.detections),
                Ok(Kind::AlertReceiver) => reading.push(&mut documents.receivers),
                Ok(Kind::EventType) => reading.push(&mut documents.event_types),
                Ok(Kind::EventCeiling) => reading.push(&mut documents.event_ceilings),
                Ok(Kind::Application) => reading.schema(&mut documents.schemas),
                // What another version of Casemate keeps here is none of this one's business.
                Err(_) => {}
            }
        }
        documents
    }

    /// The documents as code wants them.
    pub(crate) fn wanted(&self) -> Code {
        Code { objects: self.wanted_objects(), groups: self.groups.iter().map(wanted_group).collect() }
    }

    /// The documents of objects, each kind after those that it refers to.
    fn wanted_objects(&self) -> Vec<Wanted> {
        let mut wanted = Vec::new();
        let wide = String::new;
        wanted.extend(self.tenants.iter().map(|item| wanted_of(&item.document, wide())));
        wanted.extend(self.schemas.iter().map(|schema| {
            let document = ApplicationDocument { schema: schema.source.text.clone() };
            wanted_of(&document, wide())
        }));
        wanted.extend(self.providers.iter().map(|item| wanted_of(&item.document, wide())));
        wanted.extend(self.sources.iter().map(|item| wanted_of(&item.document, wide())));
        wanted.extend(self.audit_sinks.iter().map(|item| wanted_of(&item.document, wide())));
        wanted.extend(self.settings.iter().map(|item| wanted_of(&item.document, wide())));
        wanted.extend(self.detections.iter().map(|item| wanted_of(&item.document, wide())));
        wanted.extend(self.receivers.iter().map(|item| wanted_of(&item.document, wide())));
        wanted.extend(self.event_types.iter().map(|item| wanted_of(&item.document, wide())));
        wanted.extend(self.event_ceilings.iter().map(|item| wanted_of(&item.document, wide())));
        wanted.extend(self.roles.iter().map(wanted_in_tenant));
        wanted.extend(self.teams.iter().map(wanted_in_tenant));
        wanted.extend(self.accounts.iter().map(wanted_in_tenant));
        wanted.extend(self.users.iter().map(wanted_in_tenant));
        wanted.extend(self.credentials.iter().map(wanted_in_tenant));
        wanted.extend(self.assignments.iter().map(wanted_in_tenant));
        wanted
    }
}

fn wanted_group(item: &Item<GroupDocument>) -> WantedGroup {
    let (place, tenant) = (item.place.clone(), item.tenant().to_owned());
    WantedGroup { place, tenant, document: item.document.clone() }
}

fn wanted_in_tenant<D: Document>(item: &Item<D>) -> Wanted {
    wanted_of(&item.document, item.tenant().to_owned())
}

fn wanted_of<D: Document>(document: &D, tenant: String) -> Wanted {
    // INVARIANT: every document is a map with texts as keys, which always has a form in JSON.
    let document = serde_json::to_value(document).unwrap_or(Value::Null);
    Wanted { kind: D::KIND, tenant, document }
}

/// A file that is being read.
struct File<'a> {
    source: &'a Arc<SourceFile>,
    mistakes: &'a mut Vec<Mistake>,
}

impl File<'_> {
    fn entries<D: Document>(
        &mut self,
        table: &'static str,
        value: Spanned<DeValue<'_>>,
        into: &mut Vec<Item<D>>,
    ) {
        self.each(table, value, |file, place, span, mut item| {
            let tenant = if D::KIND.is_installation_wide() { None } else { file.tenant(&mut item) };
            if let Some(document) = file.document::<D>(span, item) {
                into.push(Item { place, tenant, id: "".into(), document });
            }
        });
    }

    fn groups(&mut self, value: Spanned<DeValue<'_>>, into: &mut Vec<Item<GroupDocument>>) {
        self.each("group", value, |file, place, span, mut item| {
            let tenant = file.tenant(&mut item);
            if let Some(document) = file.document(span, item) {
                into.push(Item { place, tenant, id: "".into(), document });
            }
        });
    }

    /// Providers are kept as they were written, once it is known that they can be read.
    fn providers(&mut self, value: Spanned<DeValue<'_>>, into: &mut Vec<Item<ProviderDocument>>) {
        self.each("provider", value, |file, place, span, item| {
            let readable = file.document::<ProviderConfig>(span.clone(), item.clone()).is_some();
            if let Some(document) = file.document(span, item).filter(|_| readable) {
                into.push(Item { place, tenant: None, id: "".into(), document });
            }
        });
    }

    fn each<'v>(
        &mut self,
        table: &'static str,
        value: Spanned<DeValue<'v>>,
        mut read: impl FnMut(&mut Self, Place, std::ops::Range<usize>, Spanned<DeValue<'v>>),
    ) {
        let span = value.span();
        let DeValue::Array(array) = value.into_inner() else {
            let mistake = Mistake::at(self.source, span, "this is a list of tables");
            return self.mistakes.push(mistake.help("write it with double brackets"));
        };
        for (index, item) in array.into_iter().enumerate() {
            let span = item.span();
            let place = Place::File { source: Arc::clone(self.source), table, index, span: span.clone() };
            read(self, place, span, item);
        }
    }

    fn document<T: DeserializeOwned>(
        &mut self,
        span: std::ops::Range<usize>,
        item: Spanned<DeValue<'_>>,
    ) -> Option<T> {
        match T::deserialize(ValueDeserializer::from(item)) {
            Ok(entry) => Some(entry),
            Err(error) => {
                let span = error.span().filter(|span| !span.is_empty()).unwrap_or(span);
                self.mistakes.push(Mistake::at(self.source, span, error.message()));
                None
            }
        }
    }

    /// Takes the tenant out of an entry, which is no part of its document.
    fn tenant(&mut self, item: &mut Spanned<DeValue<'_>>) -> Option<Arc<str>> {
        let DeValue::Table(table) = item.get_mut() else { return None };
        let tenant = table.remove("tenant")?;
        match tenant.get_ref().as_str() {
            Some(name) if super::check::is_name(name) => Some(name.into()),
            Some(_) => {
                self.mistakes.push(Mistake::at(self.source, tenant.span(), super::check::NAME));
                None
            }
            None => {
                let message =
                    format!("a tenant is named by text, and this is {}", tenant.get_ref().type_str());
                self.mistakes.push(Mistake::at(self.source, tenant.span(), message));
                None
            }
        }
    }
}

/// An object that is being read.
struct Reading<'a> {
    index: usize,
    object: &'a Object,
    raised: &'a mut Vec<Raised>,
}

impl Reading<'_> {
    fn document<D: DeserializeOwned>(&mut self) -> Option<D> {
        if let Ok(document) = serde_json::from_str(&self.object.body) {
            return Some(document);
        }
        let mut reader = serde_json::Deserializer::from_str(&self.object.body);
        match serde_path_to_error::deserialize(&mut reader) {
            Ok(document) => Some(document),
            Err(error) => {
                let pointer = pointer(error.path());
                let message = without_place(&error.into_inner());
                self.raised.push(Raised::new(&Place::Object(self.index), pointer, message, Help::Unneeded));
                None
            }
        }
    }

    fn push<D: Document>(&mut self, into: &mut Vec<Item<D>>) {
        let Some(document) = self.document::<D>() else { return };
        let tenant = (!self.object.tenant.is_empty()).then(|| match into.last() {
            // Neighbours are of one tenant mostly.
            Some(Item { tenant: Some(tenant), .. }) if **tenant == *self.object.tenant => Arc::clone(tenant),
            _ => self.object.tenant.as_str().into(),
        });
        let id = self.object.id.as_str().into();
        into.push(Item { place: Place::Object(self.index), tenant, id, document });
    }

    fn schema(&mut self, into: &mut Vec<SchemaText>) {
        let Some(ApplicationDocument { schema }) = self.document() else { return };
        let path = format!("application `{}`", self.object.name).into();
        let source = Arc::new(SourceFile { path, text: schema });
        into.push(SchemaText { source, object: Some(self.index) });
    }
}

/// Where an object is, for its mistakes.
pub(crate) fn place_of(object: &Object) -> ObjectPlace {
    ObjectPlace {
        kind: object.kind.parse().unwrap_or(Kind::Setting),
        tenant: object.tenant.clone(),
        name: object.name.clone(),
        pointer: String::new(),
    }
}

/// The JSON pointer of a place that serde names.
pub(crate) fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    path.iter()
        .map(|segment| match segment {
            Segment::Seq { index } => format!("/{index}"),
            Segment::Map { key } => format!("/{}", key.replace('~', "~0").replace('/', "~1")),
            Segment::Enum { variant } => format!("/{variant}"),
            Segment::Unknown => String::new(),
        })
        .collect()
}

/// What serde says, without line and column of a text that nobody sees.
pub(crate) fn without_place(error: &serde_json::Error) -> String {
    let message = error.to_string();
    match message.rfind(" at line ") {
        Some(end) => message.get(..end).unwrap_or(&message).to_owned(),
        None => message,
    }
}

fn syntax(source: &Arc<SourceFile>, error: &toml::de::Error) -> Mistake {
    match error.span() {
        Some(span) => Mistake::at(source, span, error.message()),
        None => Mistake::of(source, error.message()),
    }
}
