//! What a route of the control API is: where it stands, who may use it, what it takes, what it answers.
//!
//! Rooms say this of each of their routes once. Requests are routed by it (`table.rs`), and the `OpenAPI`
//! document is made of it (`openapi.rs`).

use super::answer::fault;
use super::gate::Door;
use super::words::{Access, Gives, MOST_BODY_BYTES, SchemaOf, Takes, Verb};
use super::wrong::{explain, explain_query};
use crate::domain::{BodyWanted, Operation, Plan, Work};
use crate::http::{Head, Reply, Request, StatusCode};
use crate::service::{App, Spaces};
use futures_util::future::LocalBoxFuture;
use serde::de::DeserializeOwned;
use std::fmt;

/// One method of one path.
#[derive(Clone, Copy, Debug)]
pub struct Route {
    /// What it does, by its stable name.
    pub operation: Operation,
    /// How it is asked.
    pub verb: Verb,
    /// The path behind `/_control`; a part in braces stands for any one part.
    pub path: &'static str,
    /// Whether it is the server's, and no space's.
    pub only_at_root: bool,
    /// Who may use it.
    pub access: Access,
    /// What kind of work it is.
    pub work: Work,
    /// One line: what it does.
    pub summary: &'static str,
    /// What its query may hold: the schema of an object.
    pub query: Option<SchemaOf>,
    /// What its body is.
    pub takes: Option<Takes>,
    /// What it answers when all goes well.
    pub gives: &'static [Gives],
    /// Who answers.
    pub handler: Handler,
}

/// Who answers.
#[derive(Clone, Copy)]
pub enum Handler {
    /// At once.
    Now(fn(&Ask<'_>) -> Reply),
    /// After waiting, which holds no thread; its work is [`Work::Transfer`].
    Waits(for<'a> fn(&'a Ask<'a>) -> LocalBoxFuture<'a, Reply>),
}

impl fmt::Debug for Handler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Now(_) => "at once",
            Self::Waits(_) => "after waiting",
        })
    }
}

impl Route {
    /// A `GET` that changes nothing.
    pub const fn look(
        operation: &'static str,
        path: &'static str,
        handler: fn(&Ask<'_>) -> Reply,
    ) -> Self {
        Self {
            operation: Operation::named(operation),
            verb: Verb::Get,
            path,
            only_at_root: false,
            access: Access::Look,
            work: Work::Read,
            summary: "",
            query: None,
            takes: None,
            gives: &[],
            handler: Handler::Now(handler),
        }
    }

    /// What changes something.
    pub const fn change(
        operation: &'static str,
        verb: Verb,
        path: &'static str,
        handler: fn(&Ask<'_>) -> Reply,
    ) -> Self {
        let mut route = Self::look(operation, path, handler);
        route.verb = verb;
        route.access = Access::Change;
        route
    }

    /// What changes nothing, and may wait.
    pub const fn wait(
        operation: &'static str,
        verb: Verb,
        path: &'static str,
        handler: for<'a> fn(&'a Ask<'a>) -> LocalBoxFuture<'a, Reply>,
    ) -> Self {
        let mut route = Self::look(operation, path, waits_elsewhere);
        route.verb = verb;
        route.work = Work::Transfer;
        route.handler = Handler::Waits(handler);
        route
    }

    /// The plan of a request for it that is let in.
    pub fn plan(&self) -> Plan {
        let mut plan = Plan::of(self.operation);
        plan.work = self.work;
        if let Some(takes) = &self.takes {
            plan.body = BodyWanted::Whole(takes.most_bytes);
        }
        plan
    }
}

/// What is asked, and of whom.
#[derive(Debug)]
pub struct Ask<'a> {
    /// All spaces of the server.
    pub spaces: &'a Spaces,
    /// The space that is asked.
    pub app: &'a App,
    /// The request; its body is there if the route takes one.
    pub request: &'a Request,
    /// The listener that it came through.
    pub door: Door,
    /// The route that it is for.
    pub route: &'static Route,
    /// All routes there are.
    pub routes: &'a [&'static [Route]],
    /// What stands in place of the parts in braces, in order.
    pub parts: &'a [String],
}

impl Ask<'_> {
    /// The head of the request.
    pub fn head(&self) -> &Head {
        &self.request.head
    }

    /// What stands in place of the first part in braces; empty where the route has none.
    pub fn part(&self) -> &str {
        self.parts.first().map_or("", String::as_str)
    }

    /// The body, as its route says that it is.
    ///
    /// # Errors
    /// The answer to whoever sent another.
    pub fn body<T: DeserializeOwned>(&self) -> Result<T, Reply> {
        let body = self.request.body.bytes();
        // The reader would take a list of the members for the object.
        if body.trim_ascii_start().first() != Some(&b'{') {
            return Err(self.wrong(""));
        }
        let reader = &mut serde_json::Deserializer::from_slice(body);
        let read = serde_path_to_error::deserialize(&mut *reader);
        let read = read.map_err(|error| {
            let why = self.why_not(body).unwrap_or_else(|| {
                let inner = in_words(error.inner());
                match error.path().to_string().as_str() {
                    "." => inner,
                    path => format!("at {path}: {inner}"),
                }
            });
            self.wrong(&format!(": {why}"))
        })?;
        if let Err(error) = reader.end() {
            return Err(self.wrong(&format!(": {error}")));
        }
        // A list of its members is no object, either, further in.
        let may_have_lists = body.len() <= MOST_BODY_BYTES && body.contains(&b'[');
        match may_have_lists.then(|| self.why_not(body)).flatten() {
            None => Ok(read),
            Some(why) => Err(self.wrong(&format!(": {why}"))),
        }
    }

    /// To whoever sent another body than the route takes; `why` follows what that is.
    pub fn wrong(&self, why: &str) -> Reply {
        let what = self.route.takes.map_or("", |takes| takes.what);
        let message = format!("the body must be {what}{why}");
        fault(StatusCode::BAD_REQUEST, &message)
    }

    /// What the schema has against a body, if it is JSON.
    fn why_not(&self, body: &[u8]) -> Option<String> {
        let value = serde_json::from_slice(body).ok()?;
        explain(self.route.takes?.schema, &value)
    }

    /// The body, or nothing where there is none.
    ///
    /// # Errors
    /// The answer to whoever sent another.
    pub fn body_if_any<T: DeserializeOwned>(&self) -> Result<Option<T>, Reply> {
        match self.request.body.bytes().trim_ascii().is_empty() {
            true => Ok(None),
            false => self.body().map(Some),
        }
    }

    /// The query, as its route says that it is.
    ///
    /// # Errors
    /// The answer to whoever sent another.
    pub fn query<T: DeserializeOwned>(&self) -> Result<T, Reply> {
        let query = self.head().raw_query();
        serde_urlencoded::from_str(query).map_err(|error| {
            let pairs = serde_urlencoded::from_str(query);
            let why = pairs
                .ok()
                .and_then(|pairs| explain_query(self.route.query?, pairs));
            let why = why.unwrap_or_else(|| error.to_string());
            let message = format!("the query {query:?} is not understood: {why}");
            fault(StatusCode::BAD_REQUEST, &message)
        })
    }
}

/// What is wrong with JSON, without the names that the code has for what it wanted.
fn in_words(error: &serde_json::Error) -> String {
    let told = error.to_string();
    ["struct ", "enum "].iter().fold(told, |told, word| {
        let Some((before, name)) = told.split_once(&["expected ", word].concat()) else {
            return told;
        };
        let is_of_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
        let rest = name.trim_start_matches(is_of_name);
        format!("{before}expected an object{rest}")
    })
}

/// Stands in for a handler that may wait where nobody can: nothing leads there.
pub fn waits_elsewhere(_: &Ask<'_>) -> Reply {
    fault(
        StatusCode::INTERNAL_SERVER_ERROR,
        "this is answered by who may wait",
    )
}
