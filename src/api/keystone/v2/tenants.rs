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
    let mut projects = projects.as_slice();
    if let Some(marker) = call.parameter("marker") {
        let position = projects.iter().position(|project| project.id == marker);
        let position =
            position.ok_or_else(|| Fault::BadRequest("Marker could not be found".to_owned()))?;
        projects = projects.get(position + 1..).unwrap_or_default();
    }
    if let Some(limit) = call.parameter("limit") {
        let limit: usize = limit
            .trim()
            .parse()
            .map_err(|_| Fault::BadRequest("Invalid limit value".to_owned()))?;
        projects = projects.get(..limit).unwrap_or(projects);
    }
    let tenants = projects.iter().map(|project| TenantView::of(project));
    let tenants = Tenants::new(tenants.collect());
    Ok(render(call.format(), StatusCode::OK, &tenants))
}
