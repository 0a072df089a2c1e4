//! That the schemas of applications can be read, and fit together.

use casemate_permission::{Catalog, Schema, SchemaError};

use super::Checker;
use crate::policy::document::SchemaText;
use crate::policy::mistake::{Mistake, ObjectPlace};

impl Checker {
    pub(super) fn catalog(&mut self, texts: &[SchemaText], object: &dyn Fn(usize) -> ObjectPlace) -> Catalog {
        let mut schemas: Vec<Schema> = crate::own_schema::own_schema().into_iter().collect();
        let mut origins: Vec<(String, &SchemaText)> = Vec::new();
        for text in texts {
            match Schema::from_toml(&text.source.text) {
                Ok(schema) => {
                    origins.push((schema.id().to_owned(), text));
                    schemas.push(schema);
                }
                Err(errors) => self.refuse_schema(text, errors, object),
            }
        }
        let own: Vec<Schema> = schemas.iter().take(1).cloned().collect();
        match Catalog::compile(schemas) {
            Ok(catalog) => catalog,
            Err(errors) => {
                for error in errors {
                    // Of two with the same id the later one is meant.
                    let meant = origins
                        .iter()
                        .rev()
                        .find(|(id, _)| Some(id.as_str()) == error.application.as_deref());
                    if let Some((_, text)) = meant.or(origins.last()) {
                        self.refuse_schema(text, vec![error], object);
                    }
                }
                Catalog::compile(own).unwrap_or_else(|_| Catalog::empty())
            }
        }
    }

    fn refuse_schema(
        &mut self,
        text: &SchemaText,
        errors: Vec<SchemaError>,
        object: &dyn Fn(usize) -> ObjectPlace,
    ) {
        self.incomplete = true;
        self.schema_mistakes.extend(errors.into_iter().map(|error| {
            let mistake = match error.span {
                Some(span) => Mistake::at(&text.source, span, error.message),
                None => Mistake::of(&text.source, error.message),
            };
            match text.object {
                Some(index) => mistake.within(ObjectPlace { pointer: "/schema".into(), ..object(index) }),
                None => mistake,
            }
        }));
    }
}
