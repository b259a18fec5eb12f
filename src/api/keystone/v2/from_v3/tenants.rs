//! `/v2.0/tenants`, of `/v3/auth/projects`.

use super::super::call::Call;
use super::super::fault::Fault;
use super::super::tenants;
use super::super::views::TenantView;
use super::asker::asker;
use super::failed::fault;
use crate::http::Reply;
use crate::service::upstream::{KeystoneError, Upstream};

/// `GET /v2.0/tenants`: where the user has a role, in the one domain that v2.0 knows.
pub async fn list(call: &Call<'_>, cloud: &Upstream) -> Result<Reply, Fault> {
    let (token, _) = asker(call, cloud).await?;
    let projects = cloud.keystone.projects(token).await;
    let projects = projects.map_err(|error| {
        if let KeystoneError::Unauthorized = error {
            // It was somebody's up to a minute ago.
            cloud.tokens.forget(token);
        }
        fault(&error)
    })?;
    let own = projects
        .iter()
        .filter(|project| project.domain_id == cloud.domain);
    tenants::page(call, own.map(TenantView::of).collect())
}
