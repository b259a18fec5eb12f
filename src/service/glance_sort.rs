//! The order that a list of Glance's API v2 is asked for in.

use super::query_error::QueryError;
use crate::domain::{Direction, Sort, SortKey};
use crate::python::strip;

/// The two ways to ask for an order.
#[derive(Default)]
pub struct Sorting<'a> {
    /// `sort`: keys and directions in one.
    pub combined: Option<&'a str>,
    /// `sort_key`, as often as it comes.
    pub keys: Vec<&'a str>,
    /// `sort_dir`, as often as it comes.
    pub directions: Vec<&'a str>,
}

impl Sorting<'_> {
    /// The keys, no two of one name, with what tells all images apart at the end.
    ///
    /// # Errors
    /// What Glance answers 400 to.
    pub fn read(&self) -> Result<Vec<Sort>, QueryError> {
        let mut sort = match self.combined {
            Some(_) if !self.keys.is_empty() || !self.directions.is_empty() => {
                return Err(QueryError::MixedSorting);
            }
            Some(combined) => combined
                .split(',')
                .map(combined_key)
                .collect::<Result<_, _>>()?,
            None => self.separate_keys()?,
        };
        complete(&mut sort);
        Ok(sort)
    }

    fn separate_keys(&self) -> Result<Vec<Sort>, QueryError> {
        let keys: Vec<_> = self
            .keys
            .iter()
            .map(|key| sort_key(strip(key)))
            .collect::<Result<_, _>>()?;
        let directions: Vec<_> = self
            .directions
            .iter()
            .map(|text| direction(strip(text)))
            .collect::<Result<_, _>>()?;
        let keys = if keys.is_empty() {
            vec![SortKey::CreatedAt]
        } else {
            keys
        };
        let each = |index: usize| match directions.as_slice() {
            [] => Some(Direction::Descending),
            [only] => Some(*only),
            many => many.get(index).copied(),
        };
        if directions.len() > 1 && directions.len() != keys.len() {
            return Err(QueryError::SortDirections);
        }
        Ok(keys
            .into_iter()
            .enumerate()
            .filter_map(|(index, key)| each(index).map(|direction| Sort { key, direction }))
            .collect())
    }
}

/// Appends `created_at` and `id` in the first direction, so that no two images tie. A key that was
/// there before decides nothing: it goes, so that a client's repetitions do not grow the query.
pub fn complete(sort: &mut Vec<Sort>) {
    let mut known = Vec::new();
    sort.retain(|one| {
        let is_new = !known.contains(&one.key);
        if is_new {
            known.push(one.key);
        }
        is_new
    });
    let direction = sort
        .first()
        .map_or(Direction::Descending, |first| first.direction);
    for key in [SortKey::CreatedAt, SortKey::Id] {
        if !sort.iter().any(|known| known.key == key) {
            sort.push(Sort { key, direction });
        }
    }
}

fn combined_key(text: &str) -> Result<Sort, QueryError> {
    let (key, way) = text.split_once(':').unwrap_or((text, ""));
    Ok(Sort {
        key: sort_key(key.trim())?,
        direction: match way {
            "" => Direction::Descending,
            way => direction(way.trim())?,
        },
    })
}

fn sort_key(text: &str) -> Result<SortKey, QueryError> {
    Ok(match text {
        "name" => SortKey::Name,
        "status" => SortKey::Status,
        "container_format" => SortKey::ContainerFormat,
        "disk_format" => SortKey::DiskFormat,
        "size" => SortKey::Size,
        "id" => SortKey::Id,
        "created_at" => SortKey::CreatedAt,
        "updated_at" => SortKey::UpdatedAt,
        _ => return Err(QueryError::BadSortKey(text.to_owned())),
    })
}

fn direction(text: &str) -> Result<Direction, QueryError> {
    match text {
        "asc" => Ok(Direction::Ascending),
        "desc" => Ok(Direction::Descending),
        _ => Err(QueryError::BadSortDirection(text.to_owned())),
    }
}
