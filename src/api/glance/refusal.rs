//! The one place that turns a fault into an answer, in the form that the client asked for.

use super::fault::Fault;
use crate::http::webob::{self, Choice};
use crate::http::{Head, Method, Reply};

/// The answer.
pub fn reply(fault: Fault, head: &Head, form: Choice) -> Reply {
    let Fault {
        status,
        says,
        headers,
        plain_to_head,
        why,
    } = fault;
    let told = says.reason().to_owned();
    let page = match plain_to_head && head.method() == Method::HEAD {
        true => Reply::new(status, "text/plain; charset=UTF-8", ""),
        false => webob::page_of(form, head.method(), head.accept(), status, &says),
    };
    let reply = headers
        .into_iter()
        .fold(page, |reply, (name, value)| reply.with(name, value));
    reply.because(why.unwrap_or(told))
}
