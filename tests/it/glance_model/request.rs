//! A request, and a call by one of the APIs.

use super::world::{Caller, Expected, World};
use crate::harness::{Response, Server};
use serde_json::Value;

/// What is sent.
pub struct Request {
    pub method: &'static str,
    pub path: String,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Request {
    pub fn new(method: &'static str, path: impl Into<String>) -> Self {
        Self {
            method,
            path: path.into(),
            headers: Vec::new(),
            body: String::new(),
        }
    }

    pub fn with(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    pub fn json(self, body: &Value) -> Self {
        self.content("application/json", &body.to_string())
    }

    pub fn content(mut self, content_type: &str, body: &str) -> Self {
        body.clone_into(&mut self.body);
        self.with("Content-Type", content_type)
    }

    pub fn send(&self, server: &Server, caller: Caller) -> Response {
        let mut headers = vec![("X-Auth-Token", caller.token)];
        headers.extend(
            self.headers
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_str())),
        );
        server.send(self.method, &self.path, &headers, &self.body)
    }
}

/// A call of one API about one image: the request, what must come of it, and what is looked at of a
/// good answer.
pub trait Call: std::fmt::Debug {
    fn request(&self, caller: Caller, id: &str) -> Request;
    fn expect(&self, world: &mut World, caller: Caller, index: usize) -> Expected;
    fn read(&self, response: &Response) -> Value;
}
