//! How much of a list is still to come, told without a look at its images.

use super::bits::Bits;
use super::error::StoreError;
use super::search::is_in_order;
use super::select::deciding;
use super::sets::{Set, Walking};
use crate::domain::{Direction, ImageQuery, Sort};
use rusqlite::Connection;

/// Whether at least so many rows of a list are known to come behind this one. It is known of lists in the usual
/// order that ask for nothing but what sets of rows tell.
pub fn are_behind(
    connection: &Connection,
    query: &ImageQuery,
    seq: i64,
    rows: u64,
) -> Result<bool, StoreError> {
    let is_usual = deciding(&query.sort) == Sort::DEFAULT;
    let sets: Result<Vec<_>, _> = query.tests.iter().map(Set::of_test).collect();
    let Ok(mut sets) = sets else {
        return Ok(false);
    };
    if !is_usual || !is_in_order(connection)? {
        return Ok(false);
    }
    sets.push(Set::of_scope(connection, &query.scope)?);
    let mut walking = Walking::of(connection, Direction::Descending)?;
    let (here, place) = Bits::place(seq);
    let (mut from, mut found) = (here, 0);
    while found < rows
        && let Some((block, mut bits)) = walking.common(&sets, from)?
    {
        if block == here {
            bits.clear_behind(place);
            bits.clear(place);
        }
        found += bits.count() as u64;
        from = block + walking.step();
    }
    Ok(found >= rows)
}
