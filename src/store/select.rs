//! Queries into SQL.
//!
//! A page begins after a marker by comparing its sort keys (keyset paging):
//! the table's size and the page's depth do not matter when an index serves
//! the order.

mod columns;
mod conditions;
mod values;
mod walk;

pub use self::conditions::Condition;
pub use self::values::Values;
pub use self::walk::Walk;

use self::columns::{is_nullable, sort_column};
use super::error::{Damage, StoreError};
use crate::domain::{Direction, ImageQuery, Scope, Shares, Sort, SortKey};
use rusqlite::types::Value;
use rusqlite::{Connection, ToSql};
use std::fmt::Write as _;

/// Statements that find what a query asks for, in its order, with what is bound to them.
///
/// Of several, each finds a part of it, and no image is in two of them; then the order is the usual
/// one, [`Sort::DEFAULT`].
pub struct Select {
    /// One statement each.
    pub parts: Vec<String>,
    /// What their parameters stand for, by number.
    pub values: Values,
}

/// Where a list goes on: behind a row that was read, whatever has become of it since.
#[derive(Clone, Debug)]
pub struct Behind {
    /// What the row is sorted by.
    keys: Vec<Value>,
    /// The newest row when the list began: what came later is not part of it.
    newest: i64,
    /// The row.
    seq: i64,
}

impl Behind {
    /// Behind this row.
    pub fn row(connection: &Connection, query: &ImageQuery, seq: i64) -> Result<Self, StoreError> {
        let keys = keys_of(connection, query, "seq", seq, || {
            Damage::of_row(seq, CANNOT_READ_KEYS)
        })?;
        Ok(Self {
            keys: keys.ok_or_else(|| Damage::of_row(seq, "it is not there"))?,
            newest: newest(connection)?,
            seq,
        })
    }

    /// The row.
    pub fn seq(&self) -> i64 {
        self.seq
    }

    /// The same place of a list that began earlier.
    #[must_use]
    pub fn begun_with(mut self, earlier: &Self) -> Self {
        self.newest = earlier.newest;
        self
    }
}

/// A part of the visible set: what stands behind `FROM`.
enum Branch {
    /// Found in the usual order.
    InOrder(String),
    /// Perhaps sorted by SQLite, which has less to hold when it knows how many are wanted.
    Any(String),
}

/// Whose an image is, if nobody sees it for being public: what a project has beside the public ones is
/// one range of an index, which has this expression as it stands.
const UNPUBLISHED_OF: &str = "iif(i.visibility <> 'public', i.owner, NULL)";

/// Where the rows of a query begin.
#[derive(Clone, Debug, Default)]
pub struct Start {
    /// What the row before them is sorted by, if there is one.
    pub keys: Option<Vec<Value>>,
    /// Whether the first of these keys tells it from all that come behind it.
    first_decides: bool,
    /// The newest row that is one of them, where the list began earlier.
    pub newest: Option<i64>,
}

impl Start {
    /// Behind a place, or the query's marker. Nothing when the marker is not there: then nothing comes
    /// after it.
    pub fn of(
        connection: &Connection,
        query: &ImageQuery,
        behind: Option<&Behind>,
    ) -> Result<Option<Self>, StoreError> {
        if let Some(behind) = behind {
            return Ok(Some(Self {
                keys: Some(behind.keys.clone()),
                // Comparing all keys would take each row as long again as reading it.
                first_decides: query.sort == Sort::DEFAULT
                    && !is_in_the_middle(connection, &behind.keys)?,
                newest: (newest(connection)? > behind.newest).then_some(behind.newest),
            }));
        }
        let Some(marker) = &query.after else {
            return Ok(Some(Self::default()));
        };
        let keys = marker_keys(connection, query, marker)?;
        Ok(keys.map(|keys| Self {
            keys: Some(keys),
            ..Self::default()
        }))
    }
}

/// The newest row; 0 when there is none.
pub fn newest(connection: &Connection) -> Result<i64, StoreError> {
    let mut newest = connection.prepare_cached("SELECT ifnull(max(seq), 0) FROM images")?;
    Ok(newest.query_row([], |row| row.get(0))?)
}

/// Whether images of the same moment come behind a row of these keys, in the usual order.
fn is_in_the_middle(connection: &Connection, keys: &[Value]) -> Result<bool, StoreError> {
    let select = "SELECT 1 FROM images WHERE created_at = ?1 AND id < ?2 LIMIT 1";
    let mut select = connection.prepare_cached(select)?;
    Ok(select.exists(rusqlite::params_from_iter(keys.iter().take(2)))?)
}

/// The keys that decide: the id tells all images apart, and what is behind it decides nothing.
pub fn deciding(sorts: &[Sort]) -> &[Sort] {
    let id = sorts.iter().position(|sort| sort.key == SortKey::Id);
    id.and_then(|id| sorts.get(..=id)).unwrap_or(sorts)
}

impl Select {
    /// Selects columns of images called `i`, those that a scope shows in the usual order, or those of
    /// them of which conditions hold that few images meet.
    pub fn of_scope(
        connection: &Connection,
        query: &ImageQuery,
        conditions: &[Condition<'_>],
        columns: &str,
        start: Start,
        most: u64,
    ) -> Result<Self, StoreError> {
        let mut select = Self {
            parts: Vec::new(),
            values: Values::default(),
        };
        let mut common = String::with_capacity(256);
        for condition in conditions {
            condition.write(&mut select.values, &mut common);
        }
        scope_flags(&query.scope, &mut common);
        match start.keys {
            Some(keys) if start.first_decides => {
                let first = keys.into_iter().next();
                let first = select.values.bind(first.unwrap_or(Value::Null));
                _ = write!(common, " AND i.created_at < {first}");
            }
            Some(keys) => select.after(&query.sort, keys, &mut common),
            None => {}
        }
        if let Some(newest) = start.newest {
            let newest = select.values.bind(Value::Integer(newest));
            _ = write!(common, " AND +i.seq <= {newest}");
        }
        order(&query.sort, &mut common);
        let branches = select.branches(connection, query, conditions.is_empty())?;
        let mut limit = String::new();
        select.limit(most, &mut limit);
        let parts = branches.into_iter().map(|branch| match branch {
            // Whoever reads it stops where the page ends.
            Branch::InOrder(from) => format!("SELECT {columns} FROM {from}{common}"),
            Branch::Any(from) => format!("SELECT {columns} FROM {from}{common}{limit}"),
        });
        select.parts = parts.collect();
        Ok(select)
    }

    /// Selects the numbers of those of some rows of which conditions hold, in an order.
    pub fn of_rows(
        sorts: &[Sort],
        rows: impl Iterator<Item = i64>,
        conditions: &[Condition<'_>],
        after: Option<Vec<Value>>,
        most: u64,
    ) -> Self {
        let mut select = Self {
            parts: Vec::new(),
            values: Values::default(),
        };
        let list = select.values.bind_list(rows.map(Into::into).collect());
        let mut sql = format!(
            "SELECT i.seq FROM json_each({list}) w CROSS JOIN images i ON i.seq = w.value WHERE 1"
        );
        for condition in conditions {
            condition.write(&mut select.values, &mut sql);
        }
        if let Some(keys) = after {
            select.after(sorts, keys, &mut sql);
        }
        order(sorts, &mut sql);
        select.limit(most, &mut sql);
        select.parts = vec![sql];
        select
    }

    fn limit(&mut self, most: u64, sql: &mut String) {
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let most = self.values.bind(Value::Integer(most));
        _ = write!(sql, " LIMIT {most}");
    }

    /// The parts of the visible set, disjoint. Each is a range of an index in the usual order, so
    /// that a page is merged from them without looking at what the caller must not see.
    ///
    /// A name or an id is its own best index: then one part asks for everything at once, and the
    /// unary plus keeps the planner away from the owner and visibility indexes.
    fn branches(
        &mut self,
        connection: &Connection,
        query: &ImageQuery,
        is_whole: bool,
    ) -> Result<Vec<Branch>, StoreError> {
        let scope = &query.scope;
        if scope.every_project && scope.community {
            return Ok(vec![Branch::Any("images i WHERE 1".to_owned())]);
        }
        let me = match &scope.project_id {
            Some(project_id) => self.values.bind_text(project_id),
            None => self.values.bind(Value::Null),
        };
        if scope.every_project {
            return Ok(vec![Branch::Any(format!(
                "images i WHERE (+i.visibility <> 'community' OR +i.owner IS {me})"
            ))]);
        }
        if is_whole {
            return self.whole_branches(connection, scope, &me);
        }
        let share = self.share(scope, &me);
        let community = if scope.community {
            " OR +i.visibility = 'community'"
        } else {
            ""
        };
        Ok(vec![Branch::Any(format!(
            "images i WHERE (+i.owner = {me} OR +i.visibility = 'public' \
             OR (+i.visibility = 'shared' AND EXISTS \
             (SELECT 1 FROM image_members m WHERE m.seq = i.seq AND {share})){community})"
        ))])
    }

    /// All that a scope shows.
    fn whole_branches(
        &mut self,
        connection: &Connection,
        scope: &Scope,
        me: &str,
    ) -> Result<Vec<Branch>, StoreError> {
        let of_visibility = |visibility, of_whom: &str| {
            Branch::InOrder(format!(
                "images i WHERE i.visibility = '{visibility}'{of_whom}"
            ))
        };
        let mut parts = vec![of_visibility("public", "")];
        // Nobody owns nothing: what has no owner is not theirs who have no project.
        if scope.project_id.is_none() {
            if scope.community {
                parts.push(of_visibility("community", ""));
            }
            return Ok(parts);
        }
        parts.push(Branch::InOrder(format!(
            "images i WHERE {UNPUBLISHED_OF} = {me}"
        )));
        if is_member(connection, scope)? {
            let share = self.share(scope, me);
            parts.push(Branch::Any(format!(
                "image_members m CROSS JOIN images i ON i.seq = m.seq \
                 WHERE {share} AND +i.visibility = 'shared' AND +i.owner IS NOT {me}"
            )));
        }
        if scope.community {
            let of_others = format!(" AND +i.owner IS NOT {me}");
            parts.push(of_visibility("community", &of_others));
        }
        Ok(parts)
    }

    /// What makes a membership one that the list counts.
    fn share(&mut self, scope: &Scope, me: &str) -> String {
        match scope.shares {
            Shares::MadeToViewer(status) => {
                let status = self.values.bind_text(status.as_str());
                format!("m.project_id = {me} AND m.status = {status}")
            }
            Shares::AnyMadeToViewer => format!("m.project_id = {me}"),
        }
    }

    /// Everything behind a row of these keys: keys equal up to one that is further on.
    fn after(&mut self, sorts: &[Sort], keys: Vec<Value>, sql: &mut String) {
        let keys: Vec<(bool, String)> = keys
            .into_iter()
            .map(|key| (matches!(key, Value::Null), self.values.bind(key)))
            .collect();
        let one_direction = sorts
            .iter()
            .all(|sort| sort.direction == Direction::Descending);
        let never_null = sorts.iter().all(|sort| !is_nullable(sort.key));
        if one_direction && never_null {
            let columns: Vec<_> = sorts.iter().map(|sort| sort_column(sort.key)).collect();
            let bound: Vec<_> = keys.iter().map(|(_, bound)| bound.as_str()).collect();
            _ = write!(
                sql,
                " AND ({}) < ({})",
                columns.join(", "),
                bound.join(", ")
            );
            return;
        }
        let mut alternatives = Vec::new();
        for (index, sort) in sorts.iter().enumerate() {
            let mut terms = Vec::new();
            for (earlier, (_, bound)) in sorts.iter().zip(&keys).take(index) {
                terms.push(format!("{} IS {bound}", sort_column(earlier.key)));
            }
            if let Some((is_null, bound)) = keys.get(index) {
                terms.push(further(
                    sort_column(sort.key),
                    sort.direction,
                    *is_null,
                    bound,
                ));
            }
            alternatives.push(format!("({})", terms.join(" AND ")));
        }
        _ = write!(sql, " AND ({})", alternatives.join(" OR "));
    }
}

fn order(sorts: &[Sort], sql: &mut String) {
    sql.push_str(" ORDER BY ");
    for (index, sort) in sorts.iter().enumerate() {
        let separator = if index > 0 { ", " } else { "" };
        let direction = match sort.direction {
            Direction::Ascending => "ASC",
            Direction::Descending => "DESC",
        };
        _ = write!(sql, "{separator}{} {direction}", sort_column(sort.key));
    }
}

/// Written as literals, since a partial index is used only where the text implies it.
fn scope_flags(scope: &Scope, sql: &mut String) {
    if !scope.unlisted {
        sql.push_str(" AND i.unlisted = 0");
    }
    match scope.hidden {
        Some(false) => sql.push_str(" AND i.hidden = 0"),
        Some(true) => sql.push_str(" AND i.hidden = 1"),
        None => {}
    }
}

/// Nulls are smallest, as SQLite orders them.
fn further(column: &str, direction: Direction, marker_is_null: bool, bound: &str) -> String {
    match (direction, marker_is_null) {
        (Direction::Ascending, true) => format!("{column} IS NOT NULL"),
        (Direction::Ascending, false) => format!("{column} > {bound}"),
        (Direction::Descending, true) => "0".to_owned(),
        (Direction::Descending, false) => format!("({column} < {bound} OR {column} IS NULL)"),
    }
}

const CANNOT_READ_KEYS: &str = "what lists are sorted by cannot be read";

fn marker_keys(
    connection: &Connection,
    query: &ImageQuery,
    marker: &str,
) -> Result<Option<Vec<Value>>, StoreError> {
    keys_of(connection, query, "id", marker, || {
        Damage::of_image(marker, CANNOT_READ_KEYS)
    })
}

/// What a row is sorted by, found by a column.
fn keys_of(
    connection: &Connection,
    query: &ImageQuery,
    column: &str,
    value: impl ToSql,
    damage: impl FnOnce() -> Damage,
) -> Result<Option<Vec<Value>>, StoreError> {
    let columns: Vec<_> = query
        .sort
        .iter()
        .map(|sort| sort_column(sort.key))
        .collect();
    let sql = format!(
        "SELECT {} FROM images i WHERE i.{column} = ?1",
        columns.join(", ")
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query([value])?;
    let Some(row) = rows.next()? else {
        return Ok(None);
    };
    let keys = (0..columns.len()).map(|index| row.get(index));
    let keys = keys
        .collect::<Result<_, _>>()
        .map_err(|error| damage().found_by(error))?;
    Ok(Some(keys))
}

/// Whether the viewer is a member of any image. Making ready to sort what nobody shares costs more than
/// asking.
fn is_member(connection: &Connection, scope: &Scope) -> Result<bool, StoreError> {
    let mut select =
        connection.prepare_cached("SELECT 1 FROM image_members WHERE project_id = ?1 LIMIT 1")?;
    Ok(select.exists([&scope.project_id])?)
}
