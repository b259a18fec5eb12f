//! The parameters of a list of Glance's API v2, sorted by what they are.

use super::glance_sort::Sorting;
use indexmap::IndexMap;

/// The parameters, in the order in which they stand.
#[derive(Default)]
pub struct Parameters<'p> {
    /// `marker`
    pub marker: Option<&'p str>,
    /// `limit`
    pub limit: Option<&'p str>,
    /// `sort`, `sort_key`, `sort_dir`
    pub sorting: Sorting<'p>,
    /// `tag`, as often as it comes.
    pub tags: Vec<&'p str>,
    /// All others. Of repeated ones the last counts; dictionaries of the real service work so.
    pub filters: IndexMap<&'p str, &'p str>,
    /// The first and the last value of filters that are repeated.
    pub repeated: IndexMap<&'p str, (&'p str, &'p str)>,
}

impl<'p> Parameters<'p> {
    /// As Glance sorts them: of what a list has once it takes the first, and the next for a filter.
    pub fn released(parameters: &'p [(String, String)]) -> Self {
        Self::sorted(parameters, false)
    }

    /// For users: of all that is repeated, and has one value, the last counts.
    pub fn for_users(parameters: &'p [(String, String)]) -> Self {
        let sorted = Self::sorted(parameters, true);
        Self {
            repeated: IndexMap::new(),
            ..sorted
        }
    }

    fn sorted(parameters: &'p [(String, String)], last_counts: bool) -> Self {
        let mut sorted = Self::default();
        for (name, value) in parameters {
            match name.as_str() {
                "sort_key" => sorted.sorting.keys.push(value),
                "sort_dir" => sorted.sorting.directions.push(value),
                "tag" => sorted.tags.push(value),
                name => match sorted.once(name) {
                    Some(place) if last_counts || place.is_none() => *place = Some(value),
                    _ => sorted.filter(name, value),
                },
            }
        }
        sorted
    }

    /// The place of what a list has once.
    fn once(&mut self, name: &str) -> Option<&mut Option<&'p str>> {
        Some(match name {
            "marker" => &mut self.marker,
            "limit" => &mut self.limit,
            "sort" => &mut self.sorting.combined,
            _ => return None,
        })
    }

    fn filter(&mut self, name: &'p str, value: &'p str) {
        if let Some(before) = self.filters.insert(name, value) {
            self.repeated.entry(name).or_insert((before, value)).1 = value;
        }
    }
}
