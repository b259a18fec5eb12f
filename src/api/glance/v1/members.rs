//! Members of images, and what is shared with a project.

use super::images::{not_deleted, seen};
use super::list::told;
use super::told::{of_image, of_write, registry, registry_malformed};
use super::view::{MemberView, Members, SharedImages, SharedView};
use crate::api::glance::call::Call;
use crate::api::glance::fault::Fault;
use crate::http::webob::Says;
use crate::http::{Reply, StatusCode};
use crate::python::Value;
use crate::service::{Failure, ImageError, ImageRules, Membership, WriteError};

/// `GET /images/{id}/members`
pub fn list(call: &Call<'_>, rules: &ImageRules, id: &str) -> Result<Reply, Fault> {
    not_deleted(&seen(call, rules, id)?)?;
    let members = call.app.images.memberships(&call.caller, rules, id);
    let members = members.map_err(|error| of_member(error, id))?;
    told(&Members {
        members: members.iter().map(MemberView::new).collect(),
    })
}

/// `GET /shared-images/{project}`
pub fn shared(call: &Call<'_>, project: &str) -> Result<Reply, Fault> {
    let shares = call.app.images.shared_with(&call.caller, project);
    let shares = shares.map_err(|error| Fault::internal(&Failure::of(&error)))?;
    told(&SharedImages {
        shared_images: shares.iter().map(SharedView::new).collect(),
    })
}

/// `PUT /images/{id}/members/{project}`
pub fn put(call: &Call<'_>, rules: &ImageRules, id: &str, project: &str) -> Result<Reply, Fault> {
    let body = body(call)?;
    not_deleted(&seen(call, rules, id)?)?;
    let can_share = body
        .as_ref()
        .and_then(|body| body.as_dict()?.get("member")?.as_dict()?.get("can_share"))
        .map(is_true);
    let membership = Membership {
        project_id: project.to_owned(),
        can_share,
    };
    let images = &call.app.images;
    let put = images.put_membership(&call.caller, rules, id, &membership);
    put.map_err(|error| of_member(error, id))?;
    Ok(no_content())
}

/// `PUT /images/{id}/members`
pub fn replace(call: &Call<'_>, rules: &ImageRules, id: &str) -> Result<Reply, Fault> {
    let body = body(call)?;
    not_deleted(&seen(call, rules, id)?)?;
    let wrong = |why: &str| {
        let reason = format!("Invalid membership association: {why}");
        Fault::bad_request(registry_malformed(&reason))
    };
    let list = body
        .as_ref()
        .and_then(|body| body.as_dict()?.get("memberships"));
    let Some(Value::List(items)) = list else {
        return Err(wrong("'memberships'"));
    };
    let mut memberships = Vec::new();
    for item in items {
        let fields = item.as_dict();
        let project = fields.and_then(|fields| fields.get("member_id"));
        let project = project.ok_or_else(|| wrong("'member_id'"))?;
        let can_share = fields.and_then(|fields| fields.get("can_share"));
        memberships.push(Membership {
            project_id: project.str_python3(),
            can_share: can_share.filter(|value| !value.is_none()).map(is_true),
        });
    }
    let images = &call.app.images;
    let replaced = images.replace_memberships(&call.caller, rules, id, &memberships);
    replaced.map_err(|error| of_member(error, id))?;
    Ok(no_content())
}

/// `DELETE /images/{id}/members/{project}`
pub fn delete(
    call: &Call<'_>,
    rules: &ImageRules,
    id: &str,
    project: &str,
) -> Result<Reply, Fault> {
    not_deleted(&seen(call, rules, id)?)?;
    let images = &call.app.images;
    let dropped = images.drop_membership(&call.caller, rules, id, project);
    dropped.map_err(|error| of_member(error, id))?;
    Ok(no_content())
}

fn no_content() -> Reply {
    Reply::new(StatusCode::NO_CONTENT, "text/html; charset=UTF-8", "")
}

/// The JSON of a body, if there is one.
fn body(call: &Call<'_>) -> Result<Option<Value>, Fault> {
    match call.body.bytes() {
        [] => Ok(None),
        bytes => match Value::parse(bytes) {
            Ok(value) => Ok(Some(value)),
            Err(_) => Err(Fault::bad_request("Malformed JSON in request body.")),
        },
    }
}

/// Python's `bool`.
fn is_true(value: &Value) -> bool {
    match value {
        Value::None => false,
        Value::Bool(flag) => *flag,
        Value::Int(digits) => digits != "0",
        Value::Float(number) => *number != 0.0,
        Value::Str(text) => !text.is_empty(),
        Value::List(items) => !items.is_empty(),
        Value::Dict(items) => !items.is_empty(),
    }
}

/// Who may not share is told that there is nothing.
fn of_member(error: WriteError, id: &str) -> Fault {
    match error {
        WriteError::Image(error) if error.is_of_reader() => of_image(error, id, "share", true),
        WriteError::Image(ImageError::Forbidden(why)) => {
            let says = Says::Reason(
                "Access was denied to this resource.",
                "No permission to share that image".to_owned(),
            );
            Fault::not_found(registry(StatusCode::FORBIDDEN, &says)).because(why.to_string())
        }
        other => of_write(other, id, "share", true),
    }
}
