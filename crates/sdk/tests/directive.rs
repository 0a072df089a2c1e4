//! The directives of async-graphql, in a subgraph.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot prepare has failed")]

use std::sync::Arc;

use async_graphql::{
    EmptyMutation, EmptySubscription, ID, Interface, Object, Request, SDLExportOptions, Schema, SimpleObject,
    Variables,
};
use casemate_permission::{Catalog, Grant, OriginKind, Permission, PermissionSet};
use casemate_sdk::guard::{PermissionDirectives, public, requires_permission};
use casemate_sdk::{Caller, Known, Subject, TestClock, Whom};
use serde_json::{Value, json};

#[derive(SimpleObject)]
#[graphql(directive = requires_permission::apply(vec!["cms.page.read".into()], false))]
struct Page {
    id: ID,
    title: String,
    #[graphql(
        directive = requires_permission::apply(vec!["cms.page.secret".into()], false),
        directive = public::apply("lifts nothing".into())
    )]
    secret: String,
}

fn page() -> Page {
    Page { id: "7".into(), title: "Welcome".to_owned(), secret: "hush".to_owned() }
}

#[derive(SimpleObject)]
struct Leaf {
    node: String,
    #[graphql(directive = public::apply("lifts nothing either".into()))]
    leaf: String,
}

#[derive(Interface)]
#[graphql(
    field(name = "node", ty = "&String"),
    directive = requires_permission::apply(vec!["cms.node".into()], false)
)]
enum Node {
    Leaf(Leaf),
}

struct Query;

#[Object]
impl Query {
    #[graphql(directive = requires_permission::apply(vec!["cms.page.list".into()], false))]
    async fn pages(&self) -> Vec<Page> {
        vec![page()]
    }

    #[graphql(directive = requires_permission::apply(vec!["cms.page.list".into(), "cms.page.draft".into()], false))]
    async fn drafts(&self) -> i32 {
        2
    }

    #[graphql(directive = requires_permission::apply(vec!["cms.page.read".into()], true))]
    async fn mine(&self) -> i32 {
        3
    }

    #[graphql(directive = public::apply("for the load balancer".into()))]
    async fn health(&self) -> i32 {
        4
    }

    #[graphql(directive = requires_permission::apply(Vec::new(), false))]
    async fn nameless(&self) -> i32 {
        5
    }

    async fn forgotten(&self) -> i32 {
        6
    }

    #[graphql(directive = public::apply("its type says it".into()))]
    async fn node(&self) -> Node {
        Node::Leaf(Leaf { node: "n".to_owned(), leaf: "l".to_owned() })
    }

    #[graphql(entity)]
    async fn find_page(&self, id: ID) -> Page {
        Page { id, ..page() }
    }
}

struct Somebody(&'static str);

impl Whom for Somebody {
    fn view(&self) -> Subject<'_> {
        Subject { id: Some("ada"), kind: Some(self.0), ..Subject::ANONYMOUS }
    }
}

const CMS: &str = r#"
format = 1
[application]
id = "cms"
namespaces = ["cms"]
[attributes]
author = { type = "string" }
[[permission]]
name = "cms.*"
properties.own = { type = "bool", when = "value == false || resource.author == identity.id" }
"#;

fn caller(kind: &'static str, permissions: &[&str]) -> Caller {
    let schema = casemate_permission::Schema::from_toml(CMS).unwrap();
    let mut builder = PermissionSet::builder(&Catalog::compile(vec![schema]).unwrap());
    for permission in permissions {
        let permission = match permission.starts_with('{') {
            true => (*permission).to_owned(),
            false => json!({ "name": permission }).to_string(),
        };
        builder.add(Permission::from_json(&permission).unwrap(), &Grant::always(OriginKind::Role, "r"));
    }
    let permissions = builder.build().unwrap();
    let whom = Arc::new(Somebody(kind));
    let known = Known { whom, permissions, application: None, revision: 1, valid_until: None };
    Caller::new(Arc::new(known), Arc::new(TestClock::at(0)))
}

type Subgraph = Schema<Query, EmptyMutation, EmptySubscription>;

fn subgraph(directives: PermissionDirectives) -> Subgraph {
    Schema::build(Query, EmptyMutation, EmptySubscription).enable_federation().extension(directives).finish()
}

/// The data, and the code and path of the first error.
async fn ask(schema: &Subgraph, query: &str, caller: Option<Caller>) -> (Value, Value, Value) {
    let mut request = Request::new(query);
    if let Some(caller) = caller {
        request = request.data(caller);
    }
    let answer = serde_json::to_value(schema.execute(request).await).unwrap();
    let error = &answer["errors"][0];
    (answer["data"].clone(), error["extensions"]["code"].clone(), error["path"].clone())
}

#[tokio::test]
async fn fields_are_resolved_only_for_whom_holds_what_they_and_their_types_need() {
    let schema = subgraph(PermissionDirectives::new());
    const OWN: &str = r#"{"name":"cms.page.read","own":true}"#;
    let cases: Vec<(&str, &[&str], Value, Value, Value)> = vec![
        (
            "{ pages { id title } }",
            &["cms.page.{list,read}"],
            json!({ "pages": [{ "id": "7", "title": "Welcome" }] }),
            json!(null),
            json!(null),
        ),
        (
            "{ pages { id } }",
            &["cms.page.list"],
            json!({ "pages": [null] }),
            json!("FORBIDDEN"),
            json!(["pages", 0, "id"]),
        ),
        (
            "{ pages { title secret } }",
            &["cms.page.{list,read}"],
            json!({ "pages": [{ "title": "Welcome" }] }),
            json!("FORBIDDEN"),
            json!(["pages", 0, "secret"]),
        ),
        (
            "{ pages { secret } }",
            &["cms.*"],
            json!({ "pages": [{ "secret": "hush" }] }),
            json!(null),
            json!(null),
        ),
        ("{ pages { id } }", &[], json!(null), json!("FORBIDDEN"), json!(["pages"])),
        ("{ some: drafts }", &["cms.page.list"], json!(null), json!("FORBIDDEN"), json!(["some"])),
        ("{ drafts }", &["cms.page.*"], json!({ "drafts": 2 }), json!(null), json!(null)),
        (
            "{ mine health forgotten }",
            &[OWN],
            json!({ "mine": 3, "health": 4, "forgotten": 6 }),
            json!(null),
            json!(null),
        ),
        ("{ mine }", &[], json!(null), json!("FORBIDDEN"), json!(["mine"])),
        ("{ nameless }", &["*"], json!(null), json!("INTERNAL_SERVER_ERROR"), json!(["nameless"])),
        ("{ node { node } }", &["cms.node"], json!({ "node": { "node": "n" } }), json!(null), json!(null)),
        (
            "{ node { ... on Leaf { leaf } } }",
            &[],
            json!({ "node": null }),
            json!("FORBIDDEN"),
            json!(["node", "leaf"]),
        ),
    ];
    let mut others = Vec::new();
    for (query, held, data, code, path) in cases {
        let told = ask(&schema, query, Some(caller("user", held))).await;
        if told != (data, code, path) {
            others.push(format!("{query} {held:?}: {told:?}"));
        }
    }
    assert!(others.is_empty(), "{others:#?}");
    let (_, code, _) = ask(&schema, "{ pages { id } }", Some(caller("anonymous", &[]))).await;
    assert_eq!(code, "UNAUTHENTICATED");
    let (_, code, _) = ask(&schema, "{ pages { id } }", None).await;
    assert_eq!(code, "INTERNAL_SERVER_ERROR", "nobody said who calls");
    let (data, ..) = ask(&schema, "{ health }", None).await;
    assert_eq!(data, json!({ "health": 4 }));
}

#[tokio::test]
async fn what_says_nothing_is_refused_where_that_is_wanted() {
    let schema = subgraph(PermissionDirectives::denying_by_default());
    let all = || Some(caller("user", &["*"]));
    assert_eq!(ask(&schema, "{ forgotten }", all()).await.1, "FORBIDDEN");
    let (data, ..) = ask(&schema, "{ health __typename pages { id } }", all()).await;
    assert_eq!(data, json!({ "health": 4, "__typename": "Query", "pages": [{ "id": "7" }] }));
    let (data, code, _) = ask(&schema, "{ __schema { queryType { name } } }", None).await;
    assert_eq!((data["__schema"]["queryType"]["name"].as_str(), code), (Some("Query"), json!(null)));
}

#[tokio::test]
async fn a_gateway_is_told_the_directives_and_its_entities_are_guarded() {
    let schema = subgraph(PermissionDirectives::denying_by_default());
    let entities =
        "{ _entities(representations: [{ __typename: \"Page\", id: \"8\" }]) { ... on Page { id } } }";
    assert_eq!(ask(&schema, entities, Some(caller("user", &[]))).await.1, "FORBIDDEN");
    let (data, ..) = ask(&schema, entities, Some(caller("user", &["cms.page.read"]))).await;
    assert_eq!(data, json!({ "_entities": [{ "id": "8" }] }));
    // That there is one is told to nobody who may not read it.
    let typename = "{ _entities(representations: [{ __typename: \"Page\", id: \"8\" }]) { __typename } }";
    let (data, code, path) = ask(&schema, typename, Some(caller("user", &[]))).await;
    assert_eq!((data, code, path), (json!(null), json!("FORBIDDEN"), json!(["_entities"])));
    let (data, ..) = ask(&schema, typename, Some(caller("user", &["cms.page.read"]))).await;
    assert_eq!(data, json!({ "_entities": [{ "__typename": "Page" }] }));
    let of = async |variables: Value, query: &str, held: &[&str]| {
        let request = Request::new(query).variables(Variables::from_json(variables));
        let told = schema.execute(request.data(caller("user", held))).await;
        told.errors.first().map(|error| error.message.clone())
    };
    let query = "query ($of: [_Any!]!) { _entities(representations: $of) { __typename } }";
    let page = json!({ "of": [{ "__typename": "Page", "id": "8" }] });
    assert!(of(page.clone(), query, &[]).await.is_some());
    assert_eq!(of(page, query, &["cms.page.read"]).await, None);
    // What is said nowhere but in the query's text.
    let query = "query ($of: [_Any!]! = [{ __typename: \"Page\", id: \"8\" }]) { _entities(representations: $of) { __typename } }";
    assert!(of(json!({}), query, &[]).await.is_some());
    assert_eq!(of(json!({}), query, &["*"]).await, None);
    let (data, ..) = ask(&schema, "{ _service { sdl } }", None).await;
    assert!(data["_service"]["sdl"].as_str().unwrap().contains("@requiresPermission"), "{data}");
    let sdl = schema.sdl_with_options(SDLExportOptions::new().federation().compose_directive());
    for told in [
        "directive @requiresPermission(name: [String!]!, onSome: Boolean! = false) on FIELD_DEFINITION | OBJECT | INTERFACE",
        "directive @public(reason: String!) on FIELD_DEFINITION | OBJECT | INTERFACE",
        "url: \"https://specs.casemate.example/permissions/v1.0\"",
        "@composeDirective(name: \"@requiresPermission\")",
        "@composeDirective(name: \"@public\")",
        "@requiresPermission(name: [\"cms.page.list\", \"cms.page.draft\"], onSome: false)",
    ] {
        assert!(sdl.contains(told), "{told}\n{sdl}");
    }
}
