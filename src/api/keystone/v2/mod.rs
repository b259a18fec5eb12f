//! API v2.0, as Keystone 2014.2 answered it, in JSON and XML; of this server's own users, or of a real
//! Keystone's that has only v3.

mod auth_request;
mod body;
mod call;
mod fault;
mod from_v3;
mod operation;
mod tenants;
mod tokens;
mod views;
mod xml;

pub use call::Call;
pub use operation::Operation;
pub use views::VersionView;

use super::offer::Manner;
use crate::http::{Body, Refusal, Reply, StatusCode};
use crate::service::upstream::Upstream;
use body::Object;
use call::{Format, render};
use fault::Fault;
use views::{Extensions, Version, Versions};

/// Answers a request for an operation.
#[must_use]
pub fn answer(call: &Call<'_>, body: &Body, operation: &Operation) -> Reply {
    finish(match operation {
        Operation::Root => {
            let versions = Versions::new(&call.site.host);
            render(call.format(), StatusCode::MULTIPLE_CHOICES, &versions)
        }
        Operation::OutsideVersion => write(call, call.format(), &Fault::NoRoute),
        operation => answer_in_version(call, body, operation),
    })
}

/// The same, of the users of a real Keystone. There is no profile `juno` in front of one.
pub async fn answer_from_v3(
    call: &Call<'_>,
    cloud: &Upstream,
    body: &Body,
    operation: &Operation,
) -> Reply {
    if matches!(operation, Operation::Root | Operation::OutsideVersion) {
        return answer(call, body, operation);
    }
    let body = match read(call, body) {
        Ok(body) => body,
        Err(refused) => return finish(refused),
    };
    let answered = match operation {
        Operation::Authenticate => from_v3::authenticate(call, cloud, &body).await,
        Operation::Validate(id) => from_v3::validate(call, cloud, id).await,
        Operation::Revoke(id) => from_v3::revoke(call, cloud, id).await,
        Operation::Endpoints(id) => from_v3::endpoints(call, cloud, id).await,
        Operation::Tenants => from_v3::list(call, cloud).await,
        operation => tell(call, operation),
    };
    finish(answered.unwrap_or_else(|fault| write(call, call.format(), &fault)))
}

/// Words an error that comes from outside.
#[must_use]
pub fn refuse(call: &Call<'_>, refusal: &Refusal) -> Reply {
    let fault = Fault::Outside(refusal.clone());
    let reply = write(call, call.format(), &fault);
    finish(refusal.put_retry_after(reply))
}

fn answer_in_version(call: &Call<'_>, body: &Body, operation: &Operation) -> Reply {
    // Keystone 2014.2: this check stands in front of everything, the XML middleware included.
    let sends_token = call.head.header("x-auth-token").is_some();
    if call.manner == Manner::Juno
        && sends_token
        && let Err(fault) = call.asker()
    {
        return write(call, Format::Json, &fault);
    }
    let body = match read(call, body) {
        Ok(body) => body,
        Err(refused) => return refused,
    };
    let answered = match operation {
        Operation::Authenticate => tokens::authenticate(call, &body),
        Operation::Validate(id) => tokens::validate(call, id),
        Operation::Revoke(id) => tokens::revoke(call, id),
        Operation::Endpoints(id) => tokens::endpoints(call, id),
        Operation::Tenants => tenants::list(call),
        operation => tell(call, operation),
    };
    answered.unwrap_or_else(|fault| write(call, call.format(), &fault))
}

/// What needs nobody's users.
fn tell(call: &Call<'_>, operation: &Operation) -> Result<Reply, Fault> {
    match operation {
        Operation::Version => Ok(version(call)),
        Operation::Extensions => Ok(render(call.format(), StatusCode::OK, &Extensions::NONE)),
        _ => Err(Fault::NoRoute),
    }
}

/// The body, which is looked at whatever it is for.
fn read(call: &Call<'_>, body: &Body) -> Result<Object, Reply> {
    body::read(call.head, body).map_err(|fault| {
        let format = match fault {
            Fault::NotXml => Format::Json,
            _ => call.format(),
        };
        write(call, format, &fault)
    })
}

/// `GET /v2.0`, by any method: what this version is.
fn version(call: &Call<'_>) -> Reply {
    let version = Version {
        version: VersionView::v2(&call.site.host),
    };
    render(call.format(), StatusCode::OK, &version)
}

fn write(call: &Call<'_>, format: Format, fault: &Fault) -> Reply {
    let (status, view) = fault.view();
    let reply = render(format, status, &view).because(fault.why());
    if status == StatusCode::UNAUTHORIZED {
        // Without the version, and without the prefix that the service is mounted under.
        reply.with(
            "www-authenticate",
            format!("Keystone uri=\"{}\"", call.site.host),
        )
    } else {
        reply
    }
}

fn finish(reply: Reply) -> Reply {
    reply.with("vary", "X-Auth-Token")
}
