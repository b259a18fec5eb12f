//! API v2, as Glance 33 answers it.

mod answer;
mod attributes;
mod body;
mod create;
mod file;
mod images;
mod import;
mod info;
mod intake;
mod list;
mod members;
mod patch;
mod range;
mod route;
mod schema;
mod schemas;
mod update;
mod view;

pub use view::{TEXT_VERSION, text};

use super::call::Call;
use super::fault::Fault;
use super::names;
use super::source::Source;
use super::wanted::JSON_BODY;
use crate::domain::{BodyWanted, Plan, Work};
use crate::http::{Body, Method, Reply};
use route::Route;

/// What is asked for; nothing when no route leads there.
#[derive(Debug)]
pub struct Asked(Option<Route>);

impl Asked {
    /// By the parts of a path behind the version.
    pub fn of(parts: &[&str], trailing_slash: bool) -> Self {
        Self(Route::of(parts, trailing_slash))
    }
}

/// What a request is about.
pub fn plan(asked: &Asked, method: &Method) -> Plan {
    let route = asked.0.as_ref();
    let operation = route.and_then(|route| route.operation(method));
    let mut plan = Plan::of(operation.map_or(names::UNROUTED, |(name, _)| name));
    plan.image = route.and_then(|route| route.image().map(str::to_owned));
    plan.body = JSON_BODY;
    match route {
        Some(Route::File(_) | Route::Stage(_)) if operation.is_some() => {
            plan.work = Work::Transfer;
            if method == Method::PUT {
                plan.body = BodyWanted::Stream;
            }
        }
        Some(Route::Import(_)) if operation.is_some() => plan.work = Work::Transfer,
        Some(Route::Image(_)) if operation.is_some() && method == Method::PATCH => {
            plan.work = Work::Edit;
        }
        _ if operation.is_some() && method != Method::GET => plan.work = Work::Change,
        _ => {}
    }
    plan
}

/// Answers a request of somebody who is signed in.
pub fn answer(call: &Call<'_>, asked: &Asked) -> Result<Reply, Fault> {
    let route = entered(call, asked)?;
    let method = call.head.method();
    match route {
        Route::Images if method == Method::GET => list::list(call),
        Route::Images => create::create(call),
        Route::Image(id) => match method.as_str() {
            "GET" => images::show(call, id),
            "PATCH" => update::update(call, id),
            _ => images::delete(call, id),
        },
        Route::ImageTasks(id) => info::image_tasks(call, id),
        Route::Locations(id) => info::locations(call, id),
        Route::Members(id) if method == Method::GET => members::list(call, id),
        Route::Members(id) => members::add(call, id),
        Route::Member(id, project) => match method.as_str() {
            "GET" => members::show(call, id, project),
            "PUT" => members::update(call, id, project),
            _ => members::delete(call, id, project),
        },
        Route::Tag(id, tag) if method == Method::PUT => images::add_tag(call, id, tag),
        Route::Tag(id, tag) => images::remove_tag(call, id, tag),
        Route::Deactivate(id) => images::deactivate(call, id),
        Route::Reactivate(id) => images::reactivate(call, id),
        Route::Schema(name) => info::schema(name),
        Route::Info(info) => info::info(call, *info),
        Route::Tasks => info::tasks(call),
        Route::Task(id) => info::task(call, id),
        Route::Cache | Route::CachedImage(_) => info::cache(call, route.image()),
        Route::Namespaces => Ok(info::namespaces()),
        Route::ResourceTypes => Ok(info::resource_types()),
        Route::File(_) | Route::Stage(_) | Route::Import(_) => Err(Fault::unrouted()),
    }
}

/// Answers one that moves data.
pub async fn transfer(
    call: &Call<'_>,
    asked: &Asked,
    source: &mut Source<'_>,
) -> Result<Reply, Fault> {
    match entered(call, asked)? {
        Route::File(id) if call.head.method() == Method::GET => file::download(call, id).await,
        Route::File(id) => file::upload(call, id, source).await,
        Route::Stage(id) => file::stage(call, id, source).await,
        Route::Import(id) => import::import(call, id).await,
        _ => Err(Fault::unrouted()),
    }
}

/// What is asked for, once method, body and token are looked at.
fn entered<'a>(call: &Call<'_>, asked: &'a Asked) -> Result<&'a Route, Fault> {
    let route = asked.0.as_ref().ok_or_else(Fault::unrouted)?;
    let method = call.head.method();
    let Some((_, rejects_body)) = route.operation(method) else {
        return Err(match route.allowed() {
            Some(allowed) => Fault::wrong_method(method, allowed),
            None => Fault::unrouted(),
        });
    };
    if rejects_body && has_body(call) {
        return Err(Fault::bad_request(
            "A body is not expected with this request.",
        ));
    }
    check_scope(call, route)?;
    Ok(route)
}

fn has_body(call: &Call<'_>) -> bool {
    match call.body {
        Body::Whole(bytes) => !bytes.is_empty(),
        Body::TooLarge | Body::Stream(_) => true,
    }
}

/// A token without a project opens no image.
fn check_scope(call: &Call<'_>, route: &Route) -> Result<(), Fault> {
    if call.caller.project_id.is_some() || call.caller.is_admin {
        return Ok(());
    }
    let fault = match route {
        Route::Images if call.head.method() == Method::GET => Fault::not_authorized("get_images"),
        Route::Images => Fault::not_authorized("add_image"),
        Route::Image(id) => Fault::no_image(id),
        route => match route.image() {
            Some(id) => Fault::not_found(format!("Image {id} not found.")),
            None => return Ok(()),
        },
    };
    let why = format!(
        "images are a project's, and the token is of {}",
        call.caller
    );
    Err(fault.because(why))
}
