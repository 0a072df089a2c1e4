//! Directives in the text of a GraphQL schema that say what its fields need, and what enforces them.

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

use async_graphql::extensions::{
    Extension, ExtensionContext, ExtensionFactory, NextPrepareRequest, NextResolve, ResolveInfo,
};
use async_graphql::registry::{MetaDirectiveInvocation, MetaType, Registry};
use async_graphql::{
    PathSegment, QueryPathSegment, Request, ServerError, ServerResult, Value, Variables, async_trait,
};

use super::graphql::{judge, refused};
use crate::{Caller, Error, Reason};

const REQUIRES: &str = "requiresPermission";
const PUBLIC: &str = "public";

pub use self::definitions::{public, requires_permission};

/// What the macro makes of each has no documentation of its own.
#[allow(missing_docs, reason = "the macro writes none")]
mod definitions {
    use async_graphql::TypeDirective;

    /// Needs all of these permissions; with `onSome`, that there may be a resource on which they hold: the resolver asks on which.
    #[TypeDirective(
        name = "requiresPermission",
        location = "FieldDefinition",
        location = "Object",
        location = "Interface",
        composable = "https://specs.casemate.example/permissions/v1.0"
    )]
    pub fn requires_permission(name: Vec<String>, #[graphql(default = false)] on_some: bool) {}

    /// Needs no permission, for this reason.
    #[TypeDirective(
        name = "public",
        location = "FieldDefinition",
        location = "Object",
        location = "Interface",
        composable = "https://specs.casemate.example/permissions/v1.0"
    )]
    pub fn public(reason: String) {}
}

/// Enforces the directives of a schema, as an extension of it: without it they are mere text. What a field, its type and the
/// interfaces that these implement ask for is asked for together, and `@public` lifts no requirement. A field that is asked for
/// of an interface needs what it needs in each type that implements it. A subgraph's `_entities` is refused as a whole where one of the types
/// that it asks for needs what the caller does not hold, before any is resolved. The [`Caller`] is among the data of the request.
///
/// A subgraph exports them with `SDLExportOptions::new().federation().compose_directive()`, which keeps them in the supergraph.
///
/// ```
/// use async_graphql::{EmptyMutation, EmptySubscription, Object, Schema};
/// use casemate_sdk::guard::{PermissionDirectives, public, requires_permission};
///
/// struct Query;
///
/// #[Object]
/// impl Query {
///     #[graphql(directive = requires_permission::apply(vec!["cms.page.list".into()], false))]
///     async fn pages(&self) -> Vec<String> {
///         vec!["Welcome".to_owned()]
///     }
///
///     #[graphql(directive = public::apply("for the load balancer".into()))]
///     async fn health(&self) -> &str {
///         "good"
///     }
/// }
///
/// let schema = Schema::build(Query, EmptyMutation, EmptySubscription)
///     .extension(PermissionDirectives::denying_by_default())
///     .finish();
/// # let _ = schema;
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct PermissionDirectives {
    denies_by_default: bool,
}

impl PermissionDirectives {
    /// Fields of which nothing is said are resolved for anybody.
    #[must_use]
    pub fn new() -> PermissionDirectives {
        PermissionDirectives::default()
    }

    /// Refuses fields that neither they themselves nor their type say anything of.
    #[must_use]
    pub fn denying_by_default() -> PermissionDirectives {
        PermissionDirectives { denies_by_default: true }
    }

    /// Whether a field of an object may be resolved.
    fn judge(self, registry: &Registry, of: &str, field: &str, caller: Option<&Caller>) -> Result<(), Error> {
        let undeclared = || Error::Forbidden { name: format!("{of}.{field}"), reason: Reason::NoPermission };
        let (fields, of_type) = match registry.types.get(of) {
            Some(MetaType::Object { fields, directive_invocations, .. }) => (fields, directive_invocations),
            // async-graphql does not say of which type it is: what any of them needs counts.
            Some(MetaType::Interface { possible_types, .. }) if !possible_types.is_empty() => {
                return possible_types.iter().try_for_each(|of| self.judge(registry, of, field, caller));
            }
            _ => return Err(undeclared()),
        };
        let Some(meta) = fields.get(field) else { return Err(undeclared()) };
        let mut is_declared = false;
        for invocation in meta.directive_invocations.iter().chain(of_type) {
            is_declared |= invocation.name == REQUIRES || invocation.name == PUBLIC;
            required(invocation, caller)?;
        }
        for interface in registry.implements.get(of).into_iter().flatten() {
            let Some(MetaType::Interface { fields, directive_invocations, .. }) =
                registry.types.get(interface)
            else {
                continue;
            };
            let of_field = fields.get(field).into_iter().flat_map(|field| &field.directive_invocations);
            for invocation in of_field.chain(directive_invocations) {
                is_declared |= invocation.name == REQUIRES;
                required(invocation, caller)?;
            }
        }
        if self.denies_by_default && !is_declared { Err(undeclared()) } else { Ok(()) }
    }

    /// Whether an entity of a type may be looked for: that there is one tells something of it already.
    fn judge_entity(self, registry: &Registry, of: &str, caller: Option<&Caller>) -> Result<(), Error> {
        let (fields, of_type) = match registry.types.get(of) {
            Some(MetaType::Object { fields, directive_invocations, .. }) => (fields, directive_invocations),
            Some(MetaType::Interface { possible_types, .. }) => {
                return possible_types.iter().try_for_each(|of| self.judge_entity(registry, of, caller));
            }
            // Nothing is resolved of it.
            _ => return Ok(()),
        };
        let interfaces = registry.implements.get(of).into_iter().flatten();
        let of_interfaces = interfaces.filter_map(|interface| match registry.types.get(interface) {
            Some(MetaType::Interface { directive_invocations, .. }) => Some(directive_invocations),
            _ => None,
        });
        let mut is_declared = false;
        for invocation in of_type.iter().chain(of_interfaces.flatten()) {
            is_declared |= invocation.name == REQUIRES;
            required(invocation, caller)?;
        }
        // Where it or its fields say what they need, or that they need nothing, it need not.
        let said = of_type.iter().chain(fields.values().flat_map(|field| &field.directive_invocations));
        is_declared |= said.into_iter().any(|said| said.name == REQUIRES || said.name == PUBLIC);
        match self.denies_by_default && !is_declared {
            true => Err(Error::Forbidden { name: of.to_owned(), reason: Reason::NoPermission }),
            false => Ok(()),
        }
    }
}

/// The directives of a schema, enforced for one request.
struct Enforced {
    directives: PermissionDirectives,
    variables: OnceLock<Variables>,
}

impl Enforced {
    /// The types of which a field asks for entities; all that there are, where that cannot be told.
    fn entities<'r>(&self, registry: &'r Registry, info: &'r ResolveInfo<'_>) -> BTreeSet<String> {
        let told = || {
            let mut arguments = info.field.arguments.iter();
            let (_, value) = arguments.find(|(name, _)| name.node == "representations")?;
            let variable = |name: async_graphql::Name| self.variables.get()?.get(&name).cloned();
            let value = value.node.clone().into_const_with(|name| variable(name).ok_or(())).ok()?;
            let one = |item: &Value| match item {
                Value::Object(members) => match members.get("__typename") {
                    Some(Value::String(name)) => Some(name.clone()),
                    _ => None,
                },
                _ => None,
            };
            match &value {
                Value::List(items) => items.iter().map(one).collect(),
                // One stands for a list of one.
                item => Some(BTreeSet::from([one(item)?])),
            }
        };
        told().unwrap_or_else(|| {
            let is_entity = |of: &&MetaType| {
                matches!(
                    of,
                    MetaType::Object { keys: Some(_), .. } | MetaType::Interface { keys: Some(_), .. }
                )
            };
            registry.types.values().filter(is_entity).map(|of| of.name().to_owned()).collect()
        })
    }
}

/// Goes on where they hold all that a directive names.
fn required(invocation: &MetaDirectiveInvocation, caller: Option<&Caller>) -> Result<(), Error> {
    if invocation.name != REQUIRES {
        return Ok(());
    }
    let wrong = || Error::Configuration("a @requiresPermission names no permission".to_owned());
    let Some(Value::List(names)) = invocation.args.get("name") else { return Err(wrong()) };
    if names.is_empty() {
        return Err(wrong());
    }
    let on_some = matches!(invocation.args.get("onSome"), Some(Value::Boolean(true)));
    for name in names {
        let Value::String(name) = name else { return Err(wrong()) };
        judge(name, on_some, caller)?;
    }
    Ok(())
}

impl ExtensionFactory for PermissionDirectives {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Enforced { directives: *self, variables: OnceLock::new() })
    }
}

#[async_trait::async_trait]
impl Extension for Enforced {
    async fn prepare_request(
        &self,
        context: &ExtensionContext<'_>,
        request: Request,
        next: NextPrepareRequest<'_>,
    ) -> ServerResult<Request> {
        let request = next.run(context, request).await?;
        let registry = &context.schema_env.registry;
        let query = registry.types.get(&registry.query_type);
        if query.and_then(|query| query.field_by_name("_entities")).is_some() {
            self.variables.get_or_init(|| request.variables.clone());
        }
        Ok(request)
    }

    async fn resolve(
        &self,
        context: &ExtensionContext<'_>,
        info: ResolveInfo<'_>,
        next: NextResolve<'_>,
    ) -> ServerResult<Option<Value>> {
        let registry = &context.schema_env.registry;
        let (caller, directives) = (context.data_opt::<Caller>(), self.directives);
        let judged = if is_entities(registry, &info) {
            let types = self.entities(registry, &info);
            types.iter().try_for_each(|of| directives.judge_entity(registry, of, caller))
        } else if is_passed(registry, &info) {
            Ok(())
        } else {
            directives.judge(registry, info.parent_type, info.name, caller)
        };
        if let Err(error) = judged {
            return Err(placed(refused(&error).into_server_error(info.field.name.pos), &info));
        }
        next.run(context, info).await
    }
}

/// Whether a gateway asks for entities there.
fn is_entities(registry: &Registry, info: &ResolveInfo<'_>) -> bool {
    let is_element = matches!(info.path_node.segment, QueryPathSegment::Index(_));
    !is_element && info.parent_type == registry.query_type && info.name == "_entities"
}

/// Whether it is an element of a list, whose field was judged; or a field that tells of the schema itself.
fn is_passed(registry: &Registry, info: &ResolveInfo<'_>) -> bool {
    if matches!(info.path_node.segment, QueryPathSegment::Index(_)) {
        return true;
    }
    let of_gateway = info.parent_type == registry.query_type && info.name == "_service";
    info.is_for_introspection || of_gateway || info.parent_type == "_Service" || info.name.starts_with("__")
}

fn placed(mut error: ServerError, info: &ResolveInfo<'_>) -> ServerError {
    let segment = |segment: &QueryPathSegment<'_>| match segment {
        QueryPathSegment::Index(index) => PathSegment::Index(*index),
        QueryPathSegment::Name(name) => PathSegment::Field((*name).to_owned()),
    };
    let (mut path, mut node) = (Vec::new(), Some(info.path_node));
    while let Some(at) = node {
        path.push(segment(&at.segment));
        node = at.parent;
    }
    path.reverse();
    error.path = path;
    error
}
