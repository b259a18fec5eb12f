//! One image of a real cloud: showing and deleting it.

use super::show::{deleted, shown};
use crate::api::nova::call::Call;
use crate::api::nova::fault::Fault;
use crate::api::nova::remote::Remote;
use crate::http::Reply;

/// `GET /images/{id}`
pub async fn show(call: &Call<'_>, remote: &Remote, id: &str) -> Result<Reply, Fault> {
    shown(call, &remote.find(call, id).await?)
}

/// `DELETE /images/{id}`
pub async fn delete(call: &Call<'_>, remote: &Remote, id: &str) -> Result<Reply, Fault> {
    let outcome = remote.upstream.delete(&remote.credentials, id).await;
    outcome.map_err(|error| remote.of_delete(&error, call.dialect, id))?;
    Ok(deleted(call))
}
