//! One operation of a patch on one attribute.

use serde_json::{Map, Value};

use super::Verb;
use crate::error::{ScimError, ScimType};
use crate::filter::{Comparison, Filter, Operand, PatchPath};
use crate::path::{Named, Target};
use crate::resource::{Resource, extension_value};
use crate::schema::{Attribute, Kind, Mutability, Schema};
use crate::value::{MAX_VALUES, canonical, is_primary, one};

/// Whether a path is of what only the server changes.
pub(super) fn is_read_only(path: &PatchPath) -> bool {
    match path.named {
        Named::Attribute(target) => {
            target.attribute.mutability == Mutability::ReadOnly
                || target.leaf().mutability == Mutability::ReadOnly
        }
        Named::Extension(_) => false,
    }
}

pub(super) fn apply(
    resource: &mut Resource,
    verb: Verb,
    path: &PatchPath,
    value: &Value,
) -> Result<(), ScimError> {
    if is_read_only(path) {
        return Err(ScimError::new(ScimType::Mutability, "only the server changes what the path names"));
    }
    let target = match path.named {
        Named::Extension(extension) => return whole_extension(resource, verb, extension, value),
        Named::Attribute(target) => target,
    };
    if verb == Verb::Remove && target.part.is_none() && target.attribute.is_required {
        let detail = format!("`{}` is required: replace it", target.attribute.name);
        return Err(ScimError::new(ScimType::Mutability, detail));
    }
    let Some(extension) = target.extension else {
        return in_map(&mut resource.attributes, verb, target, path.filter.as_ref(), value);
    };
    let mut held = match resource.attributes.remove(extension.id) {
        Some(Value::Object(held)) => held,
        _ => Map::new(),
    };
    in_map(&mut held, verb, target, path.filter.as_ref(), value)?;
    if !held.is_empty() {
        resource.attributes.insert(extension.id.to_owned(), Value::Object(held));
    }
    Ok(())
}

fn whole_extension(
    resource: &mut Resource,
    verb: Verb,
    extension: &'static Schema,
    value: &Value,
) -> Result<(), ScimError> {
    if verb == Verb::Remove {
        resource.set(extension.id, None);
        return Ok(());
    }
    let new = extension_value(extension, value)?.unwrap_or_default();
    let mut held = match resource.attributes.remove(extension.id) {
        Some(Value::Object(held)) => held,
        _ => Map::new(),
    };
    held.extend(new);
    resource.set(extension.id, if held.is_empty() { None } else { Some(Value::Object(held)) });
    Ok(())
}

/// Applies to an attribute among the members of a resource or an extension.
fn in_map(
    members: &mut Map<String, Value>,
    verb: Verb,
    target: Target,
    filter: Option<&Filter>,
    value: &Value,
) -> Result<(), ScimError> {
    let name = target.attribute.name;
    let held = members.remove(name);
    let new = if target.attribute.is_many {
        let held = match held {
            Some(Value::Array(held)) => held,
            _ => Vec::new(),
        };
        let values = many(held, verb, target, filter, value)?;
        if values.is_empty() { None } else { Some(Value::Array(values)) }
    } else {
        single(held, verb, target, filter, value)?
    };
    if let Some(new) = new {
        members.insert(name.to_owned(), new);
    }
    Ok(())
}

/// An attribute that has one value.
fn single(
    held: Option<Value>,
    verb: Verb,
    target: Target,
    filter: Option<&Filter>,
    value: &Value,
) -> Result<Option<Value>, ScimError> {
    if let (Some(filter), fits) = (filter, held.as_ref().and_then(Value::as_object))
        && !fits.is_some_and(|held| filter.matches(held))
    {
        return if verb == Verb::Remove { Ok(held) } else { Err(no_target(target.attribute)) };
    }
    match (target.part, verb) {
        (None, Verb::Remove) => Ok(None),
        (None, _) => {
            let new = canonical(target.attribute, value)?;
            Ok(match (held, new) {
                // The parts that are not named stay (section 3.5.2.3).
                (Some(Value::Object(mut held)), Some(Value::Object(new))) => {
                    held.extend(new);
                    Some(Value::Object(held))
                }
                (_, new) => new,
            })
        }
        (Some(part), verb) => {
            let mut held = match held {
                Some(Value::Object(held)) => held,
                _ => Map::new(),
            };
            set_part(&mut held, verb, part, value)?;
            Ok(if held.is_empty() { None } else { Some(Value::Object(held)) })
        }
    }
}

/// An attribute that has several values.
fn many(
    mut held: Vec<Value>,
    verb: Verb,
    target: Target,
    filter: Option<&Filter>,
    value: &Value,
) -> Result<Vec<Value>, ScimError> {
    let attribute = target.attribute;
    let fits = |value: &Value| match filter {
        Some(filter) => value.as_object().is_some_and(|value| filter.matches(value)),
        None => true,
    };
    match (verb, target.part, filter) {
        (Verb::Remove, None, None) => Ok(removed_by_value(held, attribute, value)?),
        (Verb::Remove, None, Some(_)) => {
            held.retain(|value| !fits(value));
            Ok(held)
        }
        (Verb::Add, None, None) => {
            let new = canonical(attribute, value)?;
            let new = new.as_ref().and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
            if new.iter().any(is_primary) {
                held.iter_mut().for_each(not_primary);
            }
            for value in new {
                if !held.contains(value) {
                    held.push(value.clone());
                }
            }
            bounded(held, attribute)
        }
        (Verb::Replace, None, None) => Ok(match canonical(attribute, value)? {
            Some(Value::Array(values)) => values,
            _ => Vec::new(),
        }),
        (verb, part, _) => {
            let chosen: Vec<bool> = held.iter().map(fits).collect();
            if !chosen.contains(&true) {
                return match verb {
                    Verb::Remove => Ok(held),
                    Verb::Replace => Err(no_target(attribute)),
                    Verb::Add => {
                        let new = begun(attribute, filter).ok_or_else(|| no_target(attribute))?;
                        let new = changed(new, Verb::Add, attribute, part, value)?;
                        held.extend(new);
                        bounded(one_primary(held, None), attribute)
                    }
                };
            }
            let mut values = Vec::with_capacity(held.len());
            let mut primary = None;
            for (value_held, is_chosen) in held.into_iter().zip(chosen) {
                let new = if is_chosen {
                    changed(value_held, verb, attribute, part, value)?
                } else {
                    Some(value_held)
                };
                if is_chosen && new.as_ref().is_some_and(is_primary) {
                    primary = Some(values.len());
                }
                values.extend(new);
            }
            Ok(one_primary(values, primary))
        }
    }
}

/// `remove` with a list of values takes those away, as Entra ID means it (an empty one none); without, all.
fn removed_by_value(
    mut held: Vec<Value>,
    attribute: &Attribute,
    value: &Value,
) -> Result<Vec<Value>, ScimError> {
    if value.is_null() {
        return Ok(Vec::new());
    }
    let Some(Value::Array(gone)) = canonical(attribute, value)? else { return Ok(held) };
    held.retain(|held| {
        !gone.iter().any(|gone| {
            gone == held || (gone.get("value").is_some() && gone.get("value") == held.get("value"))
        })
    });
    Ok(held)
}

/// A value with the operation done, or none where nothing is left of it.
fn changed(
    held: Value,
    verb: Verb,
    attribute: &'static Attribute,
    part: Option<&'static Attribute>,
    value: &Value,
) -> Result<Option<Value>, ScimError> {
    let Value::Object(mut members) = held else { return Ok(Some(held)) };
    match part {
        Some(part) => set_part(&mut members, verb, part, value)?,
        None => match one(attribute, value)? {
            Some(Value::Object(new)) if verb == Verb::Replace => members = new,
            Some(Value::Object(new)) => members.extend(new),
            _ => {}
        },
    }
    Ok(if members.is_empty() { None } else { Some(Value::Object(members)) })
}

fn set_part(
    members: &mut Map<String, Value>,
    verb: Verb,
    part: &'static Attribute,
    value: &Value,
) -> Result<(), ScimError> {
    let new = if verb == Verb::Remove { None } else { canonical(part, value)? };
    match new {
        Some(new) => drop(members.insert(part.name.to_owned(), new)),
        None => drop(members.remove(part.name)),
    }
    Ok(())
}

/// The value that a filter such as `type eq "work"` describes: Entra ID adds to values that are not there yet.
fn begun(attribute: &Attribute, filter: Option<&Filter>) -> Option<Value> {
    fn describe(filter: &Filter, members: &mut Map<String, Value>) -> Option<()> {
        match filter {
            Filter::All(filters) => filters.iter().try_for_each(|filter| describe(filter, members)),
            Filter::Compare(Some(target), Comparison::Equal, operand) => {
                let value = match operand {
                    Operand::Text { text, .. } => Value::String(text.clone()),
                    Operand::Boolean(value) => Value::Bool(*value),
                    Operand::Null | Operand::Time(_) => return None,
                };
                members.insert(target.attribute.name.to_owned(), value);
                Some(())
            }
            _ => None,
        }
    }
    if attribute.kind != Kind::Complex {
        return None;
    }
    let mut members = Map::new();
    describe(filter?, &mut members)?;
    Some(Value::Object(members))
}

/// Leaves one primary value: the one that was made so, or the last (section 3.5.2).
fn one_primary(mut values: Vec<Value>, chosen: Option<usize>) -> Vec<Value> {
    let Some(keep) = chosen.or_else(|| values.iter().rposition(is_primary)) else { return values };
    for (place, value) in values.iter_mut().enumerate() {
        if place != keep {
            not_primary(value);
        }
    }
    values
}

fn not_primary(value: &mut Value) {
    if is_primary(value)
        && let Some(members) = value.as_object_mut()
    {
        members.insert("primary".to_owned(), Value::Bool(false));
    }
}

fn bounded(values: Vec<Value>, attribute: &Attribute) -> Result<Vec<Value>, ScimError> {
    if values.len() > MAX_VALUES {
        let detail = format!("`{}` has at most {MAX_VALUES} values", attribute.name);
        return Err(ScimError::new(ScimType::InvalidValue, detail));
    }
    Ok(values)
}

fn no_target(attribute: &Attribute) -> ScimError {
    ScimError::new(ScimType::NoTarget, format!("no value of `{}` fits the path's filter", attribute.name))
}
