//! What a route does, in the words of its description.

use schemars::generate::SchemaGenerator;
use schemars::{JsonSchema, Schema};
use serde_json::Value;

use super::trail::Trail;
use crate::problem::Code;
use crate::require::Permission;

/// Who may call a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// Anybody.
    Anybody,
    /// Whoever says who they are.
    Caller,
    /// Whoever holds this permission of Casemate's own.
    Permission {
        /// Its name, such as `casemate.role.update`.
        name: &'static str,
        /// The type of the resources that it is about.
        resource: &'static str,
        /// Where it has to be held.
        scope: Scope,
    },
}

/// Where a permission has to be held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// In the tenant that the request is about.
    Tenant,
    /// In the tenant `default`, since what it is about belongs to the whole installation.
    Installation,
}

pub(super) type MakeSchema = fn(&mut SchemaGenerator) -> Schema;

/// What a body is.
#[derive(Debug)]
pub(super) enum Body {
    Json { schema: MakeSchema, example: Option<Value> },
    Text,
    Bytes,
    Lines,
    Saved(&'static [&'static str]),
    Events,
    TextOrJson { schema: MakeSchema },
    CsvOrJson { schema: MakeSchema },
}

/// What a route does.
#[derive(Debug)]
pub struct Operation {
    pub(super) id: &'static str,
    pub(super) tag: &'static str,
    pub(super) summary: &'static str,
    pub(super) description: Option<&'static str>,
    pub(super) security: Security,
    pub(super) trail: Trail,
    pub(super) paged: bool,
    pub(super) query: Vec<(&'static str, &'static str)>,
    pub(super) if_match: bool,
    pub(super) if_none_match: bool,
    pub(super) creates: bool,
    pub(super) writes: bool,
    pub(super) revised: bool,
    pub(super) tenant_header: bool,
    pub(super) request: Option<Body>,
    pub(super) answers: Vec<(u16, &'static str, Option<Body>)>,
    pub(super) problems: Vec<Code>,
}

impl Operation {
    /// An operation such as `listRoles`, of the area `tag`, that anybody may call until it is said otherwise, and what comes on
    /// record of it.
    #[must_use]
    pub fn new(id: &'static str, tag: &'static str, summary: &'static str, trail: Trail) -> Operation {
        Operation {
            id,
            tag,
            summary,
            description: None,
            security: Security::Anybody,
            trail,
            paged: false,
            query: Vec::new(),
            if_match: false,
            if_none_match: false,
            creates: false,
            writes: false,
            revised: false,
            tenant_header: false,
            request: None,
            answers: Vec::new(),
            problems: Vec::new(),
        }
    }

    /// More about it.
    #[must_use]
    pub fn describe(mut self, description: &'static str) -> Operation {
        self.description = Some(description);
        self
    }

    /// It needs a credential and no permission.
    #[must_use]
    pub fn needs_caller(mut self) -> Operation {
        self.security = Security::Caller;
        self
    }

    /// It needs this permission.
    #[must_use]
    pub fn needs<P: Permission>(mut self) -> Operation {
        let scope = if P::INSTALLATION { Scope::Installation } else { Scope::Tenant };
        self.security = Security::Permission { name: P::NAME, resource: P::RESOURCE, scope };
        self.tenant_header = !P::INSTALLATION;
        self
    }

    /// It takes `after` and `limit` in its query.
    #[must_use]
    pub fn paged(mut self) -> Operation {
        self.paged = true;
        self.problem(Code::MalformedQuery)
    }

    /// It takes this parameter in its query: a name, and what it is for.
    #[must_use]
    pub fn query(mut self, name: &'static str, what: &'static str) -> Operation {
        self.query.push((name, what));
        self
    }

    /// It needs `If-Match`.
    #[must_use]
    pub fn if_match(mut self) -> Operation {
        self.if_match = true;
        self.problem(Code::PreconditionRequired).problem(Code::PreconditionFailed)
    }

    /// It takes `If-None-Match`.
    #[must_use]
    pub fn if_none_match(mut self) -> Operation {
        self.if_none_match = true;
        self.answers.push((304, "What the caller has already is what is there.", None));
        self
    }

    /// It takes `Idempotency-Key`.
    #[must_use]
    pub fn creates(mut self) -> Operation {
        self.creates = true;
        self.problem(Code::IdempotencyKeyReused).problem(Code::IdempotencyKeyBusy)
    }

    /// Its answers bring `Casemate-Revision`.
    #[must_use]
    pub fn writes(mut self) -> Operation {
        self.writes = true;
        self.problem(Code::ChangedMeanwhile)
    }

    /// Its answers bring `Casemate-Revision`, and change nothing.
    #[must_use]
    pub fn tells_revision(mut self) -> Operation {
        self.revised = true;
        self
    }

    /// It takes `Casemate-Tenant`.
    #[must_use]
    pub fn takes_tenant(mut self) -> Operation {
        self.tenant_header = true;
        self
    }

    /// It reads a JSON body.
    #[must_use]
    pub fn takes<T: JsonSchema>(mut self, example: Value) -> Operation {
        self.request =
            Some(Body::Json { schema: |generator| generator.subschema_for::<T>(), example: Some(example) });
        [Code::MalformedBody, Code::WrongContentType, Code::BodyTooLarge, Code::InvalidDocument]
            .into_iter()
            .fold(self, Operation::problem)
    }

    /// It answers JSON with this status.
    #[must_use]
    pub fn answers<T: JsonSchema>(mut self, status: u16, what: &'static str) -> Operation {
        let body = Body::Json { schema: |generator| generator.subschema_for::<T>(), example: None };
        self.answers.push((status, what, Some(body)));
        self
    }

    /// It answers plain text with this status.
    #[must_use]
    pub fn answers_text(mut self, status: u16, what: &'static str) -> Operation {
        self.answers.push((status, what, Some(Body::Text)));
        self
    }

    /// It answers bytes with this status.
    #[must_use]
    pub fn answers_bytes(mut self, status: u16, what: &'static str) -> Operation {
        self.answers.push((status, what, Some(Body::Bytes)));
        self
    }

    /// It answers lines, each of which is JSON, with this status.
    #[must_use]
    pub fn answers_lines(mut self, status: u16, what: &'static str) -> Operation {
        self.answers.push((status, what, Some(Body::Lines)));
        self
    }

    /// It answers a stream to be saved with this status, of one of these media types.
    #[must_use]
    pub fn answers_saved(
        mut self,
        status: u16,
        what: &'static str,
        media_types: &'static [&'static str],
    ) -> Operation {
        self.answers.push((status, what, Some(Body::Saved(media_types))));
        self
    }

    /// It answers a stream of server-sent events with this status.
    #[must_use]
    pub fn answers_events(mut self, status: u16, what: &'static str) -> Operation {
        self.answers.push((status, what, Some(Body::Events)));
        self
    }

    /// It answers plain text or JSON with this status.
    #[must_use]
    pub fn answers_text_or<T: JsonSchema>(mut self, status: u16, what: &'static str) -> Operation {
        let body = Body::TextOrJson { schema: |generator| generator.subschema_for::<T>() };
        self.answers.push((status, what, Some(body)));
        self
    }

    /// It answers JSON, or comma-separated values where the request asks for these, with this status.
    #[must_use]
    pub fn answers_csv_or<T: JsonSchema>(mut self, status: u16, what: &'static str) -> Operation {
        let body = Body::CsvOrJson { schema: |generator| generator.subschema_for::<T>() };
        self.answers.push((status, what, Some(body)));
        self
    }

    /// It answers nothing with this status.
    #[must_use]
    pub fn answers_nothing(mut self, status: u16, what: &'static str) -> Operation {
        self.answers.push((status, what, None));
        self
    }

    /// It may answer this problem, beside those that follow from all else.
    #[must_use]
    pub fn problem(mut self, code: Code) -> Operation {
        if !self.problems.contains(&code) {
            self.problems.push(code);
        }
        self
    }

    /// Its `operationId`.
    #[must_use]
    pub fn id(&self) -> &'static str {
        self.id
    }

    /// What comes on record of it.
    #[must_use]
    pub fn trail(&self) -> Trail {
        self.trail
    }

    /// Who may call it.
    #[must_use]
    pub fn security(&self) -> Security {
        self.security
    }

    /// Whether it needs `If-Match`.
    #[must_use]
    pub fn needs_if_match(&self) -> bool {
        self.if_match
    }
}
