//! The recorded cases: reading the lines of a set into typed values.
//!
//! Parsing is strict: a key that the runner does not know is an error, never ignored, since an
//! unread `"until"` or `"stage"` would make a case pass or fail for the wrong reason. Nothing here
//! knows how answers are compared.

use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

/// One file of a set.
#[derive(Debug)]
pub struct Group {
    pub name: String,
    pub cases: Vec<Case>,
}

/// One recorded case: requests that belong together, in order.
#[derive(Debug)]
pub struct Case {
    pub id: String,
    /// The case starts and ends with the fixture freshly loaded.
    pub reset: bool,
    /// The requests go to the listener that has only the identity service.
    pub identity: bool,
    /// The arrays of all answers are compared together, as one multiset.
    pub unordered: bool,
    pub exchanges: Vec<Exchange>,
}

/// A request and the answer that the real server gave.
#[derive(Debug)]
pub struct Exchange {
    pub request: Request,
    pub response: Expected,
}

/// A request exactly as it is to be sent, captures aside.
#[derive(Debug)]
pub struct Request {
    pub method: String,
    pub target: String,
    pub headers: Vec<(String, String)>,
    pub body: Option<Body>,
    /// How often it is sent; the last answer counts.
    pub repeat: u64,
    /// Seconds to let pass on the server's clock before it is sent.
    pub advance_seconds: u64,
    pub captures: Vec<(String, Source)>,
    /// The body goes in chunks, without a length.
    pub chunked: bool,
    /// What the JSON answer must hold; until it does, the request is sent again.
    pub until: Vec<(String, Value)>,
}

/// The body of a request.
#[derive(Debug)]
pub enum Body {
    /// UTF-8, in which captures are put.
    Text(String),
    /// Sent as they are.
    Bytes(Vec<u8>),
}

/// Where in an answer a captured value stands.
#[derive(Debug)]
pub enum Source {
    Header(String),
    /// Keys and indices into the JSON body.
    Json(Vec<String>),
}

/// The recorded answer.
#[derive(Debug)]
pub struct Expected {
    pub status: u16,
    /// Names in lower case; a header may stand several times.
    pub headers: Vec<(String, String)>,
    /// `None`: the body is free.
    pub body: Option<Body>,
}

impl Expected {
    /// The body, when it is recorded as text.
    pub fn text(&self) -> Option<&str> {
        match &self.body {
            Some(Body::Text(text)) => Some(text),
            _ => None,
        }
    }
}

impl Case {
    pub fn only_gets(&self) -> bool {
        self.exchanges
            .iter()
            .all(|exchange| exchange.request.method == "GET")
    }

    pub fn advances(&self) -> bool {
        self.exchanges
            .iter()
            .any(|exchange| exchange.request.advance_seconds > 0)
    }

    pub fn parse(line: &str) -> Result<Self, String> {
        let value: Value = serde_json::from_str(line).map_err(|error| error.to_string())?;
        let case = object(
            &value,
            "case",
            &["id", "reset", "listener", "unordered", "exchanges"],
        )?;
        let identity = match case.get("listener").and_then(Value::as_str) {
            None => false,
            Some("identity") => true,
            Some(other) => return Err(format!("unknown listener {other:?}")),
        };
        Ok(Self {
            id: text(case, "id")?,
            reset: case.get("reset").and_then(Value::as_bool).unwrap_or(false),
            identity,
            unordered: case
                .get("unordered")
                .and_then(Value::as_bool)
                .unwrap_or(false),
            exchanges: case
                .get("exchanges")
                .and_then(Value::as_array)
                .ok_or("no exchanges")?
                .iter()
                .map(parse_exchange)
                .collect::<Result<_, _>>()?,
        })
    }
}

/// Reads the files of a set in the order of their names.
pub fn load(set_dir: &Path) -> Result<Vec<Group>, String> {
    let entries =
        fs::read_dir(set_dir).map_err(|error| format!("{}: {error}", set_dir.display()))?;
    let mut paths: Vec<_> = entries
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "jsonl")
        })
        .collect();
    paths.sort();
    if paths.is_empty() {
        return Err(format!("{}: no recordings", set_dir.display()));
    }
    paths.iter().map(|path| load_group(path)).collect()
}

fn load_group(path: &Path) -> Result<Group, String> {
    let lines = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let mut cases = Vec::new();
    for (index, line) in lines.lines().enumerate() {
        let case = Case::parse(line)
            .map_err(|error| format!("{}:{}: {error}", path.display(), index + 1))?;
        cases.push(case);
    }
    let name = path
        .file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    Ok(Group { name, cases })
}

fn parse_exchange(value: &Value) -> Result<Exchange, String> {
    let exchange = object(
        value,
        "exchange",
        &["request", "response", "capture", "until"],
    )?;
    let mut request = parse_request(exchange.get("request").ok_or("no request")?)?;
    // The image service's sets have the captures beside the request, the identity sets inside it.
    request.captures.extend(captures(exchange.get("capture"))?);
    request.until = until(exchange.get("until"))?;
    let response = parse_expected(exchange.get("response").ok_or("no response")?)?;
    Ok(Exchange { request, response })
}

fn parse_request(value: &Value) -> Result<Request, String> {
    // `port` tells which of Juno's two ports was asked; on one port it is the same request.
    const KEYS: &[&str] = &[
        "method", "target", "headers", "body", "body_b64", "repeat", "advance", "capture", "port",
        "chunked",
    ];
    let request = object(value, "request", KEYS)?;
    let body = body(request)?;
    Ok(Request {
        method: text(request, "method")?,
        target: text(request, "target")?,
        headers: headers(request.get("headers"))?,
        body,
        repeat: request.get("repeat").and_then(Value::as_u64).unwrap_or(1),
        advance_seconds: request.get("advance").and_then(Value::as_u64).unwrap_or(0),
        captures: captures(request.get("capture"))?,
        chunked: request
            .get("chunked")
            .and_then(Value::as_bool)
            .unwrap_or(false),
        until: Vec::new(),
    })
}

/// The body of either side; of an answer null is one that is free.
fn body(message: &Map<String, Value>) -> Result<Option<Body>, String> {
    match (message.get("body"), message.get("body_b64")) {
        (_, Some(Value::String(body))) => {
            let bytes = STANDARD.decode(body).map_err(|error| error.to_string())?;
            Ok(Some(Body::Bytes(bytes)))
        }
        (None | Some(Value::Null), None) => Ok(None),
        (Some(Value::String(body)), None) => Ok(Some(Body::Text(body.clone()))),
        _ => Err("a body must be text".to_owned()),
    }
}

fn until(value: Option<&Value>) -> Result<Vec<(String, Value)>, String> {
    let Some(value) = value else {
        return Ok(Vec::new());
    };
    let map = value
        .as_object()
        .ok_or("what is waited for must be an object")?;
    let pairs = map.iter().map(|(path, wanted)| {
        let pointer = path
            .strip_prefix("$.")
            .ok_or_else(|| format!("unknown path {path}"))?;
        Ok((format!("/{}", pointer.replace('.', "/")), wanted.clone()))
    });
    pairs.collect()
}

fn parse_expected(value: &Value) -> Result<Expected, String> {
    let response = object(
        value,
        "response",
        &["status", "headers", "body", "body_b64"],
    )?;
    let status = response
        .get("status")
        .and_then(Value::as_u64)
        .ok_or("no status")?;
    if !response.contains_key("body") && !response.contains_key("body_b64") {
        return Err("an answer has a body, if only null".to_owned());
    }
    Ok(Expected {
        status: u16::try_from(status).map_err(|error| error.to_string())?,
        headers: headers(response.get("headers"))?
            .into_iter()
            .map(|(name, value)| (name.to_ascii_lowercase(), value))
            .collect(),
        body: body(response)?,
    })
}

/// Headers are an object (a value may be a list) or a list of pairs.
fn headers(value: Option<&Value>) -> Result<Vec<(String, String)>, String> {
    let mut headers = Vec::new();
    match value {
        None => {}
        Some(Value::Object(map)) => {
            for (name, value) in map {
                add_header(&mut headers, name, value)?;
            }
        }
        Some(Value::Array(pairs)) => {
            for pair in pairs {
                match pair.as_array().map(Vec::as_slice) {
                    Some([Value::String(name), value]) => add_header(&mut headers, name, value)?,
                    _ => return Err(format!("not a header: {pair}")),
                }
            }
        }
        Some(other) => return Err(format!("not headers: {other}")),
    }
    Ok(headers)
}

fn add_header(
    headers: &mut Vec<(String, String)>,
    name: &str,
    value: &Value,
) -> Result<(), String> {
    match value {
        Value::String(value) => headers.push((name.to_owned(), value.clone())),
        Value::Array(values) => {
            for value in values {
                add_header(headers, name, value)?;
            }
        }
        other => return Err(format!("header {name}: {other}")),
    }
    Ok(())
}

fn captures(value: Option<&Value>) -> Result<Vec<(String, Source)>, String> {
    let Some(value) = value else {
        return Ok(Vec::new());
    };
    let map = value.as_object().ok_or("captures must be an object")?;
    map.iter()
        .map(|(name, source)| {
            let source = source.as_str().ok_or("a capture's source must be text")?;
            Ok((name.clone(), Source::parse(source)?))
        })
        .collect()
}

impl Source {
    fn parse(source: &str) -> Result<Self, String> {
        if let Some(header) = source.strip_prefix("header:") {
            Ok(Self::Header(header.to_ascii_lowercase()))
        } else if let Some(path) = source.strip_prefix("$.") {
            Ok(Self::Json(path.split('.').map(str::to_owned).collect()))
        } else {
            Err(format!("unknown source of a capture: {source}"))
        }
    }
}

fn object<'a>(
    value: &'a Value,
    what: &str,
    known: &[&str],
) -> Result<&'a Map<String, Value>, String> {
    let map = value
        .as_object()
        .ok_or_else(|| format!("a {what} must be an object"))?;
    match map.keys().find(|key| !known.contains(&key.as_str())) {
        Some(key) => Err(format!("a {what} has the unknown key {key:?}")),
        None => Ok(map),
    }
}

fn text(map: &Map<String, Value>, key: &str) -> Result<String, String> {
    map.get(key)
        .and_then(Value::as_str)
        .map(str::to_owned)
        .ok_or_else(|| format!("no {key}"))
}
