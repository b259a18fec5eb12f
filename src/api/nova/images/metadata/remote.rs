//! Metadata of a real cloud's images.

use super::item::{Shown, Write};
use super::operation::{Action, Operation};
use super::outcome;
use super::view::Metadata;
use crate::api::nova::call::Call;
use crate::api::nova::fault::Fault;
use crate::api::nova::remote::Remote;
use crate::domain::Image;
use crate::http::Reply;
use crate::python::Value;

/// Carries out an operation; `body` is what was read of the request's.
pub async fn answer(
    call: &Call<'_>,
    remote: &Remote,
    operation: &Operation,
    body: &Value,
) -> Result<Reply, Fault> {
    outcome::check_query(call, operation)?;
    let id = operation.id.as_str();
    match &operation.action {
        Action::Index => outcome::index(call, &remote.find(call, id).await?),
        Action::Show(key) => outcome::show(call, &remote.find(call, id).await?, key),
        Action::Create => {
            let (image, sent) = write(call, remote, id, Write::Merge, body).await?;
            outcome::created(call, &image, sent)
        }
        Action::UpdateAll => {
            let (_, sent) = write(call, remote, id, Write::Replace, body).await?;
            outcome::replaced(call, body, sent)
        }
        Action::Update(key) => {
            let (_, sent) = write(call, remote, id, Write::One(key), body).await?;
            outcome::single(call, key, sent.get(key).unwrap_or(&Value::None))
        }
        Action::Delete(key) => {
            let image = remote.find(call, id).await?;
            let properties = outcome::without(call, &image, key)?;
            remote.write_properties(call, &image, &properties).await?;
            Ok(outcome::removed(call))
        }
    }
}

/// Applies a body, and answers the image as it is stored and the metadata as it was sent. The image is read
/// before it is changed, as Nova does it: of two clients that write the same key at the same time, one
/// wins.
async fn write(
    call: &Call<'_>,
    remote: &Remote,
    id: &str,
    write: Write<'_>,
    body: &Value,
) -> Result<(Image, Shown), Fault> {
    let image = remote.find(call, id).await?;
    let (properties, sent) = outcome::decide(call, write, body, &image)?;
    let image = remote.write_properties(call, &image, &properties).await?;
    // The image service answers the image; showing that can fail on what was just written.
    Metadata::of(&image.properties, call.dialect)?;
    Ok((image, sent))
}
