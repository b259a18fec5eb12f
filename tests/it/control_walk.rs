//! Every operation that the document of the control API describes, asked well and badly.

use crate::harness::{Response, Server, builder};
use nova_images::Fixture;
use serde_json::{Map, Value, json};

/// What an operation is, as far as it is asked here.
struct Operation {
    id: String,
    method: String,
    path: String,
    query: String,
    /// The schema of its body, and a body that will do.
    body: Option<(Value, Value)>,
}

const JSON: &[(&str, &str)] = &[("Content-Type", "application/json")];

impl Operation {
    fn ask(&self, server: &Server, body: &str) -> Response {
        let target = format!("/_control{}{}", self.path, self.query);
        server.send(&self.method, &target, JSON, body)
    }
}

/// One server for each, since what is asked may empty it.
fn server() -> Server {
    let server = Server::start(builder().fixture(Fixture::docs().unwrap()));
    server.emulator().make_space("a").make().unwrap();
    // So that there is one to tell of.
    _ = server.get("/v2/openstack/images").good();
    server
}

fn document(server: &Server) -> Value {
    serde_json::from_str(&server.get("/_control/openapi.json").good()).unwrap()
}

/// All but those whose answer has no end.
fn operations(document: &Value) -> Vec<Operation> {
    let mut operations = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, described) in methods.as_object().unwrap() {
            let responses = described["responses"].as_object().unwrap().values();
            let mut types = responses.filter_map(|one| one["content"].as_object());
            if types.any(|types| types.contains_key("text/event-stream")) {
                continue;
            }
            let parameters = described["parameters"].as_array().unwrap();
            let needed = parameters
                .iter()
                .filter(|one| one["in"] == "query" && one["required"] == true);
            let pairs: Vec<_> = needed
                .map(|one| {
                    let value = smallest(document, &one["schema"]);
                    let value = value.as_str().map_or(value.to_string(), str::to_owned);
                    format!("{}={value}", one["name"].as_str().unwrap())
                })
                .collect();
            let mark = if pairs.is_empty() { "" } else { "?" };
            let content = &described["requestBody"]["content"]["application/json"];
            let body = content.get("schema").map(|schema| {
                let example = content.get("example").cloned();
                let body = example.unwrap_or_else(|| smallest(document, schema));
                (resolved(document, schema).clone(), body)
            });
            operations.push(Operation {
                id: described["operationId"].as_str().unwrap().to_owned(),
                method: method.to_uppercase(),
                path: path.replace(['{', '}'], ""),
                query: format!("{mark}{}", pairs.join("&")),
                body,
            });
        }
    }
    operations
}

fn resolved<'d>(document: &'d Value, schema: &'d Value) -> &'d Value {
    match schema["$ref"].as_str() {
        Some(reference) => {
            let target = document.pointer(reference.strip_prefix('#').unwrap());
            resolved(document, target.unwrap())
        }
        None => schema,
    }
}

/// The least that a schema takes.
fn smallest(document: &Value, schema: &Value) -> Value {
    let schema = resolved(document, schema);
    for key in ["anyOf", "oneOf"] {
        if let Some(first) = schema[key].get(0) {
            return smallest(document, first);
        }
    }
    if let Some(value) = schema.get("const").or(schema["enum"].get(0)) {
        return value.clone();
    }
    let kind = schema["type"].as_str().or(schema["type"][0].as_str());
    match kind {
        Some("string") if schema["format"] == "date-time" => json!("2026-01-01T12:00:00Z"),
        Some("string") => json!("a"),
        Some("integer" | "number") => schema.get("minimum").cloned().unwrap_or(json!(1)),
        Some("boolean") => json!(true),
        Some("array") => json!([]),
        _ => {
            let required = schema["required"].as_array();
            let members = required.into_iter().flatten().map(|name| {
                let name = name.as_str().unwrap();
                let value = smallest(document, &schema["properties"][name]);
                (name.to_owned(), value)
            });
            Value::Object(members.collect::<Map<_, _>>())
        }
    }
}

/// In the control API's own shape, in words of a person.
fn assert_refused(operation: &str, body: &str, response: &Response) {
    let status = response.status();
    assert!(
        (400..500).contains(&status),
        "{operation} {body}: {response:?}"
    );
    let refused = response.json();
    assert_eq!(refused["error"]["code"], status, "{operation} {body}");
    let message = refused["error"]["message"].as_str().unwrap();
    assert!(message.len() > 10, "{operation} {body}: {message}");
    let is_code = |word: &str| {
        let word = word.trim_matches(|sign: char| !sign.is_ascii_alphanumeric());
        let number = word.strip_prefix(['u', 'i', 'f']);
        let is_number = number.is_some_and(|bits| ["8", "16", "32", "64", "128"].contains(&bits));
        is_number
            || [
                "usize", "isize", "struct", "enum", "tuple", "untagged", "newtype",
            ]
            .contains(&word)
    };
    let names_code = message.contains("::") || message.split(' ').any(is_code);
    assert!(!names_code, "{operation} {body}: {message}");
}

#[test]
fn every_operation_answers_who_asks_well() {
    let document = document(&server());
    let all = operations(&document);
    assert!(all.len() > 10);
    for operation in all {
        let server = server();
        let body = operation.body.as_ref().map(|(_, body)| body.to_string());
        let response = operation.ask(&server, &body.unwrap_or_default());
        // What is named in a path here is not there; all else is done.
        let is_named = ["/name", "/id", "/number"]
            .iter()
            .any(|part| operation.path.contains(part));
        let status = response.status();
        let is_good = (200..300).contains(&status) || is_named && [404, 409].contains(&status);
        assert!(is_good, "{}: {status} {}", operation.id, response.text());
    }
}

#[test]
fn every_body_that_is_wrong_is_refused_in_words() {
    let first = server();
    let document = document(&first);
    let mut asked = 0;
    for operation in operations(&document) {
        let Some((schema, good)) = &operation.body else {
            continue;
        };
        let mut kinds = Vec::new();
        collect_kinds(&document, schema, &mut kinds);
        let whole = [
            ("array", "[]"),
            ("integer", "7"),
            ("string", "\"text\""),
            ("null", "null"),
        ];
        let whole = whole
            .into_iter()
            .filter(|(kind, _)| !kinds.iter().any(|one| one == kind));
        let whole = whole.map(|(_, body)| body);
        let mut bodies: Vec<String> = ["{", "{\"a\": 1} 2", "\u{1}"]
            .into_iter()
            .chain(whole)
            .map(str::to_owned)
            .collect();
        if schema["additionalProperties"] == false {
            let mut unknown = good.clone();
            unknown["no_such_key"] = json!(1);
            bodies.push(unknown.to_string());
        }
        for (name, member) in schema["properties"].as_object().into_iter().flatten() {
            for wrong in wrong_kinds(&document, member) {
                let mut body = good.clone();
                body[name] = wrong;
                bodies.push(body.to_string());
            }
        }
        for body in bodies {
            let response = operation.ask(&first, &body);
            assert_refused(&operation.id, &body, &response);
            asked += 1;
        }
    }
    assert!(asked > 20);
}

/// Values of kinds that a schema does not take.
fn wrong_kinds(document: &Value, schema: &Value) -> Vec<Value> {
    let mut kinds = Vec::new();
    collect_kinds(document, schema, &mut kinds);
    let values = [
        ("object", json!({"no_such_key": 1})),
        ("array", json!([{"no_such_key": 1}])),
        ("string", json!("no such text \u{2603}")),
        ("number", json!(-7.5)),
        ("boolean", json!(true)),
    ];
    let is_wrong = |(kind, _): &(&str, Value)| {
        let is_number = *kind == "number" && kinds.iter().any(|kind| kind == "integer");
        !kinds.is_empty() && !is_number && !kinds.iter().any(|known| known == kind)
    };
    let values = values.into_iter().filter(is_wrong);
    values.map(|(_, value)| value).collect()
}

/// Nothing where anything will do.
fn collect_kinds(document: &Value, schema: &Value, kinds: &mut Vec<String>) {
    let schema = resolved(document, schema);
    for key in ["anyOf", "oneOf"] {
        for part in schema[key].as_array().into_iter().flatten() {
            collect_kinds(document, part, kinds);
        }
    }
    match &schema["type"] {
        Value::String(one) => kinds.push(one.clone()),
        Value::Array(several) => {
            kinds.extend(several.iter().map(|kind| kind.as_str().unwrap().to_owned()));
        }
        _ => {}
    }
}
