//! What a list that is asked for means to an image service of our own.

use super::glance_query::{self, QueryError};
use super::rules::ImageRules;
use super::{glance_v1, listed_query};
use crate::domain::{Asked, AskedFilters, Caller, ImageQuery};

/// The query that a caller asks.
///
/// # Errors
/// What Glance answers 400 to.
pub fn read(caller: &Caller, rules: &ImageRules, asked: &Asked) -> Result<ImageQuery, QueryError> {
    let mut query = match &asked.filters {
        AskedFilters::V1(filters) => glance_v1::read(caller, rules, filters)?,
        AskedFilters::V2(parameters) => glance_query::read(caller, rules, parameters)?,
        AskedFilters::Listed(filters) => listed_query::read(caller, rules, filters)?,
    };
    if let Some(after) = &asked.after {
        query.after = Some(after.clone());
    }
    query.limit = asked.limit;
    Ok(query)
}
