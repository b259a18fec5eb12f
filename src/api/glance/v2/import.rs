//! `POST /images/{id}/import`

use super::body;
use crate::api::glance::call::Call;
use crate::api::glance::fault::Fault;
use crate::http::Reply;

/// Imports data.
pub fn import(call: &Call<'_>, _id: &str) -> Result<Reply, Fault> {
    body::json(call)?;
    Err(Fault::unrouted())
}
