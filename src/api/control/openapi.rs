//! `/_control/openapi.json`: the control API described by `OpenAPI` 3.1, made of its routes.

use super::answer::{Refused, json};
use super::route::{Ask, Handler, Route};
use super::words::{Access, Gives, SchemaOf, Takes, Verb, schema_of, settings};
use crate::http::{Reply, StatusCode, Trust};
use schemars::SchemaGenerator;
use serde_json::{Map, Value, json as value};

/// The routes of this room.
pub const ROUTES: &[Route] = &[Route {
    summary: "This document",
    gives: &[Gives {
        status: 200,
        what: "An OpenAPI 3.1 document",
        body: Some(("application/json", None)),
    }],
    ..Route::look("control.openapi.show", "/openapi.json", show)
}];

fn show(ask: &Ask<'_>) -> Reply {
    let origin = ask.head().origin();
    let is_space = origin.space().is_some();
    let routes = ask.routes.iter().copied().flatten();
    let routes = routes.filter(|route| !(is_space && route.only_at_root));
    let server = origin.base(Trust::Scheme) + "/_control";
    json(StatusCode::OK, &document(routes, &server))
}

/// The document of some routes, which stand under a URL.
pub fn document<'r>(routes: impl Iterator<Item = &'r Route>, server: &str) -> Value {
    let settings = settings().with(|settings| {
        settings.definitions_path = "/components/schemas".into();
    });
    let mut generator = settings.into_generator();
    let mut paths: Map<String, Value> = Map::new();
    for route in routes {
        let path = paths.entry(route.path).or_insert_with(|| value!({}));
        path[word(route.verb)] = operation(route, &mut generator);
    }
    let schemas: Map<String, Value> = generator.take_definitions(true);
    value!({
        "openapi": "3.1.0",
        "info": {
            "title": "nova-images control API",
            "version": env!("CARGO_PKG_VERSION"),
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": server}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "controlToken": {"type": "apiKey", "in": "header", "name": "X-Control-Token"},
            },
        },
    })
}

fn operation(route: &Route, generator: &mut SchemaGenerator) -> Value {
    let mut parameters = path_parameters(route.path);
    if let Some(query) = route.query {
        parameters.extend(query_parameters(query, generator));
    }
    let mut operation = value!({
        "operationId": route.operation.as_str(),
        "tags": [tag(route)],
        "summary": route.summary,
        "parameters": parameters,
        "responses": responses(route, generator),
    });
    if let Some(takes) = &route.takes {
        operation["requestBody"] = request_body(takes, generator);
    }
    if matches!(route.handler, Handler::Waits(_)) {
        // For whoever asks all of it, one after the other.
        operation["x-may-wait"] = true.into();
    }
    if route.access != Access::Anybody {
        // Whoever is near needs no token.
        operation["security"] = value!([{}, {"controlToken": []}]);
    }
    operation
}

/// The room of a route: the first part of its path.
fn tag(route: &Route) -> &'static str {
    let first = route.path.split('/').nth(1).unwrap_or_default();
    first.trim_end_matches(".json")
}

fn path_parameters(path: &str) -> Vec<Value> {
    let names = path.split('/').filter_map(|part| {
        let name = part.strip_prefix('{')?;
        name.strip_suffix('}')
    });
    let parameter = |name| {
        let schema = value!({"type": "string", "minLength": 1});
        value!({"name": name, "in": "path", "required": true, "schema": schema})
    };
    names.map(parameter).collect()
}

/// The members of an object, each a parameter.
fn query_parameters(query: SchemaOf, generator: &mut SchemaGenerator) -> Vec<Value> {
    let mut schema: Value = query(generator).into();
    let required = schema["required"].take();
    let is_required = |name: &str| {
        let mut required = required.as_array().into_iter().flatten();
        required.any(|required| required == name)
    };
    let properties = match schema["properties"].take() {
        Value::Object(properties) => properties,
        _ => Map::new(),
    };
    let parameter = |(name, mut schema): (String, Value)| {
        let description = schema
            .as_object_mut()
            .and_then(|schema| schema.remove("description"));
        value!({
            "name": name, "in": "query", "required": is_required(&name),
            "description": description.unwrap_or_default(), "schema": schema,
        })
    };
    properties.into_iter().map(parameter).collect()
}

fn request_body(takes: &Takes, generator: &mut SchemaGenerator) -> Value {
    let mut content = value!({"schema": (takes.schema)(generator)});
    let example = takes.example.map(serde_json::from_str::<Value>);
    if let Some(Ok(example)) = example {
        content["example"] = example;
    }
    value!({
        "description": takes.what,
        "required": !takes.may_be_missing,
        "content": {"application/json": content},
    })
}

fn responses(route: &Route, generator: &mut SchemaGenerator) -> Value {
    let refused = schema_of::<Refused>(generator);
    let mut responses = Map::new();
    for gives in route.gives {
        responses.insert(gives.status.to_string(), response(gives, generator));
    }
    let default = value!({
        "description": "Refused",
        "content": {"application/json": {"schema": refused}},
    });
    responses.insert("default".to_owned(), default);
    responses.into()
}

fn response(gives: &Gives, generator: &mut SchemaGenerator) -> Value {
    let mut response = value!({"description": gives.what});
    if let Some((media_type, schema)) = gives.body {
        let mut content = Map::new();
        let media = match schema {
            Some(schema) => value!({"schema": schema(generator)}),
            None => value!({}),
        };
        content.insert(media_type.to_owned(), media);
        response["content"] = content.into();
    }
    response
}

fn word(verb: Verb) -> &'static str {
    match verb {
        Verb::Get => "get",
        Verb::Post => "post",
        Verb::Put => "put",
        Verb::Patch => "patch",
        Verb::Delete => "delete",
    }
}
