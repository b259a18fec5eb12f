//! The members of a shared image.

use super::answer::{json_reply, of_write, too_many};
use super::body;
use super::view::{MemberView, MembersView};
use crate::api::glance::call::Call;
use crate::api::glance::fault::Fault;
use crate::domain::MemberStatus;
use crate::http::{Reply, StatusCode};
use crate::python::{self, Value};
use crate::service::{ImageError, WriteError};

/// `GET /images/{id}/members`
pub fn list(call: &Call<'_>, id: &str) -> Result<Reply, Fault> {
    let members = call.app.images.members(&call.caller, call.offer.v2, id);
    let members = members.map_err(|error| match error {
        WriteError::NotShared => Fault::forbidden(format!(
            "Not allowed to list members for image {id}: Only shared images have members."
        )),
        other => of_member(other, id, "list", "get_members"),
    })?;
    let view = MembersView {
        members: members
            .iter()
            .map(|member| MemberView::new(id, member))
            .collect(),
        schema: "/v2/schemas/members",
    };
    json_reply(StatusCode::OK, python::to_vec_utf8(&view))
}

/// `GET /images/{id}/members/{project}`
pub fn show(call: &Call<'_>, id: &str, project: &str) -> Result<Reply, Fault> {
    let images = &call.app.images;
    let member = images.member(&call.caller, call.offer.v2, id, project);
    let member = member.map_err(|error| match error {
        WriteError::NotShared => Fault::not_found("Only shared images have members."),
        other => of_member(other, id, "show", "get_member"),
    })?;
    json_reply(
        StatusCode::OK,
        python::to_vec_utf8(&MemberView::new(id, &member)),
    )
}

/// `POST /images/{id}/members`
pub fn add(call: &Call<'_>, id: &str) -> Result<Reply, Fault> {
    let body = body::json(call)?;
    let items = body.as_dict().ok_or_else(|| {
        Fault::bad_request("Expected a member in the form: {\"member\": \"image_id\"}")
    })?;
    let member = items
        .get("member")
        .ok_or_else(|| Fault::bad_request("Member to be added not specified"))?;
    let named = match member {
        Value::Str(text) if !text.is_empty() => text.clone(),
        Value::Int(digits) if digits != "0" => digits.clone(),
        Value::Float(_) | Value::Bool(true) => member.str_python3(),
        _ => return Err(Fault::bad_request("Member can't be empty")),
    };
    let images = &call.app.images;
    let added = images.add_member(&call.caller, call.offer.v2, id, &named);
    let added = added.map_err(|error| of_member(error, id, "create", "add_member"))?;
    let view = MemberView::new(id, &added).named(member.clone());
    json_reply(StatusCode::OK, python::to_vec_utf8(&view))
}

/// `PUT /images/{id}/members/{project}`
pub fn update(call: &Call<'_>, id: &str, project: &str) -> Result<Reply, Fault> {
    let body = body::json(call)?;
    let items = body.as_dict().ok_or_else(|| {
        Fault::bad_request("Expected a status in the form: {\"status\": \"status\"}")
    })?;
    let status = items
        .get("status")
        .ok_or_else(|| Fault::bad_request("Status not specified"))?;
    let status = status.as_str().and_then(MemberStatus::parse);
    let images = &call.app.images;
    let member = images.answer_share(&call.caller, call.offer.v2, id, project, status);
    let member = member.map_err(|error| of_member(error, id, "update", "modify_member"))?;
    json_reply(
        StatusCode::OK,
        python::to_vec_utf8(&MemberView::new(id, &member)),
    )
}

/// `DELETE /images/{id}/members/{project}`
pub fn delete(call: &Call<'_>, id: &str, project: &str) -> Result<Reply, Fault> {
    let images = &call.app.images;
    let removed = images.remove_member(&call.caller, call.offer.v2, id, project);
    removed.map_err(|error| of_member(error, id, "delete", "delete_member"))?;
    Ok(Reply::empty(StatusCode::NO_CONTENT))
}

fn of_member(error: WriteError, id: &str, verb: &str, action: &str) -> Fault {
    let why = error.why();
    let fault = match error {
        WriteError::Image(ImageError::NotFound(_)) => {
            Fault::not_found(format!("Image {id} not found."))
        }
        WriteError::NotShared => {
            Fault::forbidden(format!("Not allowed to {verb} members for image {id}."))
        }
        WriteError::MemberExists(project) => {
            Fault::conflict(format!("Member {project} is duplicated for image {id}"))
        }
        WriteError::NoSuchMember(project) => Fault::not_found(format!(
            "{project} not found in the member list of the image {id}."
        )),
        WriteError::NoMemberStatus => Fault::bad_request(
            "Incorrect request: Status must be \"pending\", \"accepted\" or \"rejected\".",
        ),
        WriteError::TooMany { what, attempted } => Fault::too_large(format!(
            "Image member limit exceeded for image {id}: {}:",
            too_many(what, attempted)
        )),
        other => return of_write(other, id, action),
    };
    fault.because(why)
}
