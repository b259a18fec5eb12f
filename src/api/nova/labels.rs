//! What is put on every answer of a tree, good or bad.

use super::call::Call;
use crate::http::Reply;

/// Puts the microversion and the request's ids on an answer.
pub fn put(call: &Call<'_>, mut reply: Reply) -> Reply {
    let negotiated = call.microversion.map(|version| version.to_string());
    if let Some(version) = negotiated.or_else(|| call.refused_microversion.clone()) {
        reply = reply
            .with("openstack-api-version", format!("compute {version}"))
            .with("x-openstack-nova-api-version", version)
            .with("vary", "OpenStack-API-Version")
            .with("vary", "X-OpenStack-Nova-API-Version");
    }
    if reply.has_ids() {
        let told = call.request_id.get().cloned();
        let id = told.unwrap_or_else(|| call.app.ids.request_id());
        if call.dialect.two_request_ids {
            reply = reply.with("x-openstack-request-id", id.clone());
        }
        reply = reply.with("x-compute-request-id", id);
    }
    reply
}
