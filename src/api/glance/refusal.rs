//! The one place that turns a fault into an answer, in the form that the client asked for.

use super::fault::Fault;
use crate::http::webob::{self, Choice};
use crate::http::{Head, Reply};

/// The answer.
pub fn reply(fault: Fault, head: &Head, form: Choice) -> Reply {
    let Fault {
        status,
        says,
        headers,
        why,
    } = fault;
    let page = webob::page_of(form, head.method(), head.accept(), status, &says);
    let mut reply = headers
        .into_iter()
        .fold(page, |reply, (name, value)| reply.with(name, value));
    if let Some(why) = why {
        reply = reply.because(why);
    }
    reply
}
