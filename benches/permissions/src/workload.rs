//! The questions with the answers that they ought to get, and one policy in the words of both servers.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::Failure;

/// How many people are asked about, and how many questions about each.
pub(crate) const PEOPLE: usize = 20;
pub(crate) const EACH: usize = 50;

/// The secret whose SHA-256 stands in the policy.
pub(crate) const SECRET: &str = "load-generator-secret-of-this-benchmark";
pub(crate) const SECRET_SHA256: &str = "1b3b083280eca70b4407c26e9cfc345f8a0feac3a875c557839441c4acb8f815";

const CASEMATE_POLICY: &str = r#"format = 1

[[role]]
name = "author"
title = "Writes their own entries"
permissions = [
    { name = "cms.entry.read" },
    { name = "cms.entry.write", own = true, models = ["product", "article"] },
    { name = "cms.entry.publish", own = true, models = ["article"] },
    { name = "cms.entry.*", deny = true, models = ["secret"] },
]

[[role]]
name = "editor"
title = "Edits entries of all"
permissions = [
    { name = "cms.entry.read" },
    { name = "cms.entry.write", models = ["article", "page"] },
    { name = "cms.entry.publish", models = ["article", "page"] },
    { name = "cms.entry.*", deny = true, models = ["secret"] },
]

[[assignment]]
role = "author"
to = { group = "author" }

[[assignment]]
role = "editor"
to = { group = "editor" }

[[credential]]
id = "load"
secret_sha256 = "@SHA256@"
permissions = [{ name = "casemate.decision.ask" }]
"#;

const CASEMATE_SCHEMA: &str = r#"format = 1

[application]
id = "cms"
title = "Entries"
namespaces = ["cms"]

[attributes]
owner = { type = "string" }
model = { type = "string" }

[[permission]]
name = "cms.*"
title = "Entries"

[permission.properties.own]
type = "bool"
title = "Only entries that they own"
when = "value == false || resource.owner == identity.id"

[permission.properties.models]
type = "list<string>"
title = "Only entries of these models"
when = "resource.model in value"
"#;

const CERBOS_POLICY: &str = r#"apiVersion: api.cerbos.dev/v1
resourcePolicy:
  resource: entry
  version: default
  rules:
    - actions: ["read"]
      effect: EFFECT_ALLOW
      roles: ["author", "editor"]
    - actions: ["write"]
      effect: EFFECT_ALLOW
      roles: ["author"]
      condition:
        match:
          all:
            of:
              - expr: request.resource.attr.owner == request.principal.id
              - expr: request.resource.attr.model in ["product", "article"]
    - actions: ["publish"]
      effect: EFFECT_ALLOW
      roles: ["author"]
      condition:
        match:
          all:
            of:
              - expr: request.resource.attr.owner == request.principal.id
              - expr: request.resource.attr.model in ["article"]
    - actions: ["write", "publish"]
      effect: EFFECT_ALLOW
      roles: ["editor"]
      condition:
        match:
          expr: request.resource.attr.model in ["article", "page"]
    - actions: ["*"]
      effect: EFFECT_DENY
      roles: ["author", "editor"]
      condition:
        match:
          expr: request.resource.attr.model in ["secret"]
"#;

const ACTIONS: [&str; 4] = ["read", "write", "publish", "delete"];
const MODELS: [&str; 4] = ["article", "product", "page", "secret"];

/// What one person is asked about.
pub(crate) struct Person {
    pub(crate) id: String,
    pub(crate) role: &'static str,
    pub(crate) questions: Vec<Question>,
}

/// Whether somebody may do something with an entry.
pub(crate) struct Question {
    action: &'static str,
    entry: String,
    owner: String,
    model: &'static str,
    /// The answer by the meaning of the roles, which neither server gave.
    pub(crate) is_allowed: bool,
}

/// What the policy means, once more and by itself.
fn may(person: &str, role: &str, action: &str, owner: &str, model: &str) -> bool {
    let owns = owner == person;
    model != "secret"
        && match (role, action) {
            (_, "read") => true,
            ("author", "write") => owns && ["product", "article"].contains(&model),
            ("author", "publish") => owns && model == "article",
            ("editor", "write" | "publish") => ["article", "page"].contains(&model),
            _ => false,
        }
}

/// All questions, the same at each run.
pub(crate) fn people() -> Vec<Person> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    // Marsaglia's xorshift: no randomness is needed, but no pattern either.
    let mut next = move |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below as u64) as usize
    };
    let name = |number: usize| format!("person-{number:02}");
    let mut people = Vec::new();
    for number in 0..PEOPLE {
        let (id, role) = (name(number), if number % 2 == 0 { "author" } else { "editor" });
        let questions = (0..EACH).map(|entry| {
            let action = ACTIONS.get(next(9) / 2).copied().unwrap_or("write");
            let model = MODELS.get(next(9) / 2).copied().unwrap_or("article");
            let owner = if next(4) > 0 { id.clone() } else { name(next(PEOPLE)) };
            let is_allowed = may(&id, role, action, &owner, model);
            Question { action, entry: format!("entry-{number:02}-{entry:02}"), owner, model, is_allowed }
        });
        let questions = questions.collect();
        people.push(Person { id, role, questions });
    }
    people
}

impl Person {
    /// One question in the words of AuthZEN.
    pub(crate) fn authzen(&self, question: &Question) -> Value {
        let mut body = question.authzen();
        if let Some(members) = body.as_object_mut() {
            members.insert("subject".to_owned(), json!({ "type": "user", "id": self.id }));
        }
        body
    }

    /// Several at once.
    pub(crate) fn authzen_batch(&self, questions: &[&Question]) -> Value {
        let evaluations: Vec<Value> = questions.iter().map(|question| question.authzen()).collect();
        json!({ "subject": { "type": "user", "id": self.id }, "evaluations": evaluations })
    }

    /// Some questions in the words of Cerbos, which is told the roles.
    pub(crate) fn cerbos(&self, questions: &[&Question]) -> Value {
        let resources: Vec<Value> = questions.iter().map(|question| question.cerbos()).collect();
        json!({ "requestId": "load", "principal": { "id": self.id, "roles": [self.role] }, "resources": resources })
    }
}

impl Question {
    fn authzen(&self) -> Value {
        json!({
            "action": { "name": format!("cms.entry.{}", self.action) },
            "resource": { "type": "entry", "id": self.entry, "properties": self.attributes() },
        })
    }

    fn cerbos(&self) -> Value {
        let resource = json!({ "kind": "entry", "id": self.entry, "attr": self.attributes() });
        json!({ "resource": resource, "actions": [self.action] })
    }

    fn attributes(&self) -> Value {
        json!({ "owner": self.owner, "model": self.model })
    }
}

/// The answers of Casemate to one question or several, in order.
pub(crate) fn answers_of_casemate(body: &Value) -> Option<Vec<bool>> {
    let one = |answer: &Value| answer.get("decision")?.as_bool();
    match body.get("evaluations") {
        None => Some(vec![one(body)?]),
        Some(several) => several.as_array()?.iter().map(one).collect(),
    }
}

/// The answers of Cerbos, in order.
pub(crate) fn answers_of_cerbos(body: &Value) -> Option<Vec<bool>> {
    let effect = |answer: &Value| {
        let mut effects = answer.get("actions")?.as_object()?.values();
        Some(effects.next()?.as_str()? == "EFFECT_ALLOW")
    };
    body.get("results")?.as_array()?.iter().map(effect).collect()
}

/// Writes Casemate's policy folder.
pub(crate) fn write_casemate(folder: &Path, people: &[Person]) -> Result<(), Failure> {
    fs::create_dir(folder)?;
    let users: Vec<String> = people
        .iter()
        .map(|person| {
            let Person { id, role, .. } = person;
            format!("\n[[user]]\nid = \"{id}\"\nlogin = \"{id}@example.com\"\ngroups = [\"{role}\"]\n")
        })
        .collect();
    let policy = CASEMATE_POLICY.replace("@SHA256@", SECRET_SHA256);
    fs::write(folder.join("policy.toml"), format!("{policy}{}", users.concat()))?;
    fs::write(folder.join("cms.toml"), CASEMATE_SCHEMA)?;
    Ok(())
}

/// Writes Cerbos's policy folder.
pub(crate) fn write_cerbos(folder: &Path) -> Result<(), Failure> {
    fs::create_dir(folder)?;
    fs::write(folder.join("entry.yaml"), CERBOS_POLICY)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::people;

    #[test]
    fn as_many_are_allowed_as_are_denied_about() {
        let questions: Vec<bool> = people()
            .iter()
            .flat_map(|person| &person.questions)
            .map(|question| question.is_allowed)
            .collect();
        assert_eq!(questions.len(), 1_000);
        let allowed = questions.iter().filter(|is_allowed| **is_allowed).count();
        assert!((300..=700).contains(&allowed), "{allowed}");
    }
}
