//! Exchanges on their way into the journal: opened with the plan, closed when the answer has ended, or when
//! nobody waits for it any more.

use super::watched::{Pending, Watched, micros};
use crate::control::journal::{Answered, Desk, Draft, End, Record, Writing, shown_target, told};
use crate::domain::{Plan, Timestamp, instant};
use crate::http::mount;
use crate::http::{Body, Method, Reply, Request};
use crate::service::App;
use bytes::Bytes;
use futures_util::StreamExt as _;
use std::borrow::Cow;
use std::cell::RefCell;
use std::rc::Rc;
use std::time::Instant;

/// An exchange under way. Dropped before it is closed, it is one whose client has left.
pub struct Recording<'a> {
    /// The request, whose body is seen as it is read.
    pub request: Request,
    /// What it is about.
    pub plan: Plan,
    app: &'a App,
    /// Where this thread puts aside what goes into the journal.
    desk: &'a Desk,
    /// What stood in front of the target, where there is no space to take it off.
    mount: String,
    /// When it came, on the clock of the space.
    at: Timestamp,
    /// The same in real time, which nobody turns.
    started: Instant,
    body: Option<Rc<RefCell<Taken>>>,
    /// Whether it is to be put into the journal yet.
    is_open: bool,
}

/// What was read of a body.
#[derive(Debug, Default)]
struct Taken {
    beginning: Vec<u8>,
    bytes: u64,
}

impl Taken {
    fn take(&mut self, bytes: &[u8], most: usize) {
        self.bytes += bytes.len() as u64;
        let room = most.saturating_sub(self.beginning.len()).min(bytes.len());
        self.beginning
            .extend_from_slice(bytes.get(..room).unwrap_or_default());
    }
}

impl<'a> Recording<'a> {
    /// Begins with a request. `is_kept` says whether it is any business of the journal's.
    pub fn begin(
        app: &'a App,
        desk: &'a Desk,
        mut request: Request,
        plan: Plan,
        is_kept: bool,
    ) -> Self {
        let is_open = is_kept && app.journal().is_on();
        let body = match is_open {
            true => watch(&mut request, app.journal().body_bytes()),
            false => None,
        };
        Self {
            mount: String::new(),
            at: match is_open {
                true => app.clock.now(),
                false => Timestamp::MIN,
            },
            started: instant(),
            request,
            plan,
            app,
            desk,
            body,
            is_open,
        }
    }

    /// Notes that the target had a space in front that is not there.
    pub fn under_its_space(mut self) -> Self {
        let space = self.request.head.origin().space().unwrap_or_default();
        self.mount = [mount::MOUNT, space].concat();
        self
    }

    /// Closes it with its answer. The entry of an answer that is sent as it is made is written when that
    /// has ended.
    pub fn close(mut self, reply: Reply) -> Reply {
        let ended = instant();
        let micros = micros(self.started, ended);
        self.log(&reply, micros);
        if !std::mem::take(&mut self.is_open) {
            return reply;
        }
        let answered = Answered {
            status: Some(reply.status().as_u16()),
            end: match reply.is_sent_whole() {
                true => End::Whole,
                false => End::Cut,
            },
            body: Bytes::new(),
            body_bytes: 0,
        };
        let is_head = self.request.head.method() == Method::HEAD;
        let (body, body_bytes) = match reply.bytes() {
            _ if is_head => (Bytes::new(), 0),
            Some(bytes) => (
                beginning(bytes, self.app.journal().body_bytes()),
                bytes.len() as u64,
            ),
            None => {
                let pending = Pending {
                    journal: self.app.journal().clone(),
                    started: self.started,
                    record: self.record(Some(&reply), micros, answered),
                };
                return reply.watched(|length, stream| Watched::around(stream, length, pending));
            }
        };
        let answered = Answered {
            body,
            body_bytes,
            ..answered
        };
        let record = self.record(Some(&reply), micros, answered);
        self.app.journal().put_aside(self.desk, ended, record);
        reply
    }

    fn log(&self, reply: &Reply, micros: u64) {
        let head = &self.request.head;
        let id = |(name, id)| {
            matches!(name, "x-compute-request-id" | "x-openstack-request-id").then_some(id)
        };
        tracing::debug!(
            space = head.origin().space(),
            operation = self.plan.operation.as_str(),
            method = %head.method(),
            target = %shown_target(head.target()),
            status = reply.status().as_u16(),
            micros,
            request_id = reply.headers().find_map(id),
            why = self.why(reply).as_deref(),
            "request"
        );
    }

    /// Why it was answered so, without the secrets that Keystone quotes of what it refuses.
    fn why<'r>(&self, reply: &'r Reply) -> Option<Cow<'r, str>> {
        let is_of_keystone = self.plan.operation.as_str().starts_with("keystone.");
        let is_refused = is_of_keystone && reply.status().as_u16() >= 400;
        let body = match &self.request.body {
            Body::Whole(bytes) => Some(&**bytes),
            Body::TooLarge | Body::Stream(_) => None,
        };
        let target = self.request.head.target();
        Some(told(target, body.filter(|_| is_refused), reply.why()?))
    }

    fn record(&self, reply: Option<&Reply>, micros: u64, answered: Answered) -> Record {
        let body = self.body.as_ref().map(|body| body.borrow());
        Record {
            at: self.at,
            micros,
            operation: self.plan.operation,
            writing: self.write(reply, body.as_ref().map_or(&[], |body| &body.beginning)),
            request_bytes: body.as_ref().map_or(0, |body| body.bytes),
            answered,
        }
    }

    fn write(&self, reply: Option<&Reply>, request_body: &[u8]) -> Writing {
        let head = &self.request.head;
        let draft = Draft {
            method: head.method().as_str(),
            mount: &self.mount,
            target: head.target(),
            image: self.plan.image.as_deref(),
            project: self.plan.project.as_deref(),
            why: reply.and_then(Reply::why),
            fault: reply.and_then(Reply::fault),
            request_body,
        };
        let asked = || {
            let headers = head.headers().iter();
            headers.map(|(name, value)| (name.as_str(), value.as_bytes()))
        };
        let answered = || {
            let headers = reply.into_iter().flat_map(Reply::headers);
            headers.map(|(name, value)| (name, value.as_bytes()))
        };
        draft.write(asked, answered)
    }
}

impl Drop for Recording<'_> {
    fn drop(&mut self) {
        if !self.is_open {
            return;
        }
        let answered = Answered {
            status: None,
            end: End::Unanswered,
            body: Bytes::new(),
            body_bytes: 0,
        };
        let record = self.record(None, micros(self.started, instant()), answered);
        self.app.journal().put(record);
    }
}

/// Has the body seen as it is read; nothing where there is none.
fn watch(request: &mut Request, most: usize) -> Option<Rc<RefCell<Taken>>> {
    let taken = match &request.body {
        Body::Whole(bytes) if bytes.is_empty() => return None,
        Body::Whole(bytes) => {
            let mut taken = Taken::default();
            taken.take(bytes, most);
            Rc::new(RefCell::new(taken))
        }
        Body::TooLarge | Body::Stream(_) => Rc::default(),
    };
    if let Body::Stream(_) = request.body
        && let Body::Stream(stream) = request.take_body()
    {
        let watcher = Rc::clone(&taken);
        let watched = stream.inspect(move |chunk| {
            if let Ok(bytes) = chunk {
                watcher.borrow_mut().take(bytes, most);
            }
        });
        request.body = Body::Stream(watched.boxed_local());
    }
    Some(taken)
}

/// What is kept of a body. A short one is shared with whoever sends it; a part of a long one would keep all
/// of it.
fn beginning(bytes: &Bytes, most: usize) -> Bytes {
    match bytes.get(..most) {
        Some(kept) if kept.len() < bytes.len() => Bytes::copy_from_slice(kept),
        _ => bytes.clone(),
    }
}
