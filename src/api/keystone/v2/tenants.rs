//! `/v2.0/tenants`.

use super::call::{Call, render};
use super::fault::Fault;
use super::views::{TenantView, Tenants};
use crate::http::{Reply, StatusCode};

/// `GET /v2.0/tenants`: where the user has a role.
pub fn list(call: &Call<'_>) -> Result<Reply, Fault> {
    let asker = call.asker()?;
    let accounts = call.app.identity.accounts();
    let projects = accounts.projects_of(&asker.token.user.id);
    let tenants = projects.iter().map(|project| TenantView::of(project));
    page(call, tenants.collect())
}

/// As many of them as are asked for, behind the one that is asked for.
pub fn page(call: &Call<'_>, mut tenants: Vec<TenantView>) -> Result<Reply, Fault> {
    if let Some(marker) = call.parameter("marker") {
        let position = tenants.iter().position(|tenant| tenant.id == marker);
        let position =
            position.ok_or_else(|| Fault::BadRequest("Marker could not be found".to_owned()))?;
        tenants.drain(..=position);
    }
    if let Some(limit) = call.parameter("limit") {
        let limit: usize = limit
            .trim()
            .parse()
            .map_err(|_| Fault::BadRequest("Invalid limit value".to_owned()))?;
        tenants.truncate(limit);
    }
    Ok(render(
        call.format(),
        StatusCode::OK,
        &Tenants::new(tenants),
    ))
}
