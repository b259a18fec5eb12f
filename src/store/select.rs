//! Queries into SQL.
//!
//! A page begins after a marker by comparing its sort keys (keyset paging):
//! the table's size and the page's depth do not matter when an index serves
//! the order.

mod many;

use super::{StoreError, properties, rows};
use crate::domain::filter::{NumberColumn, TextColumn, TimeColumn};
use crate::domain::properties::StoredProperties;
use crate::domain::{
    Comparison, Direction, GlanceStatus, Image, ImageQuery, ImageSummary, ListedImage, Matches,
    Scope, Shares, Sort, SortKey, Test, Timestamp, Visibility,
};
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, Row, Statement, params_from_iter};
use std::cell::RefCell;
use std::fmt::Write as _;

/// What the indexes hold: finding out which images a list has does not touch the table.
const KEY_COLUMNS: &str = "i.seq, i.id, i.created_at";

const SUMMARY: &str = "SELECT i.id, i.name, i.status, i.min_ram, i.min_disk, i.size, i.created_at, \
     i.updated_at, i.properties, i.plain FROM images i WHERE i.seq = ?1";

/// Reads keys in order; whoever needs more of an image has it read on the same connection, within
/// the transaction that the running statement holds open.
pub fn listed(
    connection: &Connection,
    query: &ImageQuery,
    visit: &mut dyn FnMut(ListedImage<'_>),
) -> Result<(), StoreError> {
    let Some(select) = Select::compile(connection, query, KEY_COLUMNS)? else {
        return Ok(());
    };
    let mut keys = connection.prepare_cached(&select.sql)?;
    let mut keys = keys.query(params_from_iter(select.values.iter()))?;
    let summaries = RefCell::new(connection.prepare_cached(SUMMARY)?);
    let failed = RefCell::new(None);
    while let Some(key) = keys.next()? {
        let row: i64 = key.get(0)?;
        let read = |show: &mut dyn FnMut(ImageSummary<'_>)| {
            let outcome = read_summary(&mut summaries.borrow_mut(), row, show);
            if let Err(error) = outcome {
                failed.borrow_mut().get_or_insert(error);
            }
        };
        visit(ListedImage {
            row,
            id: key.get_ref(1)?.as_str().unwrap_or_default(),
            read: &read,
        });
        if let Some(error) = failed.take() {
            return Err(error);
        }
    }
    Ok(())
}

fn read_summary(
    statement: &mut Statement<'_>,
    row: i64,
    show: &mut dyn FnMut(ImageSummary<'_>),
) -> Result<(), StoreError> {
    let mut rows = statement.query([row])?;
    if let Some(row) = rows.next()? {
        show(summary(row)?);
    }
    Ok(())
}

/// Reads whole images, in order.
pub fn images(connection: &Connection, query: &ImageQuery) -> Result<Vec<Image>, StoreError> {
    let Some(select) = Select::compile(connection, query, rows::COLUMNS)? else {
        return Ok(Vec::new());
    };
    let mut statement = connection.prepare_cached(&select.sql)?;
    let mut found = statement.query(params_from_iter(select.values.iter()))?;
    let mut images = Vec::new();
    while let Some(row) = found.next()? {
        images.push(rows::read(connection, row)?);
    }
    Ok(images)
}

fn summary<'a>(row: &'a Row<'_>) -> Result<ImageSummary<'a>, StoreError> {
    let text = |index| {
        row.get_ref(index)
            .map(|value| value.as_str().unwrap_or_default())
    };
    let id = text(0)?;
    let status = GlanceStatus::parse(text(2)?);
    Ok(ImageSummary {
        id,
        name: row.get_ref(1)?.as_str_or_null().unwrap_or_default(),
        status: status.ok_or_else(|| StoreError::Damaged(id.to_owned()))?,
        min_ram_mib: row.get(3)?,
        min_disk_gib: row.get(4)?,
        size_bytes: row.get(5)?,
        created_at: Timestamp::from_micros(row.get(6)?),
        updated_at: Timestamp::from_micros(row.get(7)?),
        properties: StoredProperties {
            json: text(8)?,
            plain: row.get(9)?,
            decode: properties::decode,
            decode_texts: properties::decode_texts,
        },
    })
}

/// A statement with what is bound to it.
struct Select {
    sql: String,
    values: Vec<Value>,
}

impl Select {
    /// Nothing when the marker is not there: then nothing comes after it.
    fn compile(
        connection: &Connection,
        query: &ImageQuery,
        columns: &str,
    ) -> Result<Option<Self>, StoreError> {
        let mut select = Self {
            sql: String::with_capacity(512),
            values: Vec::new(),
        };
        let mut common = String::new();
        select.tests(&query.tests, &mut common);
        scope_flags(&query.scope, &mut common);
        if let Some(marker) = &query.after {
            let Some(keys) = marker_keys(connection, query, marker)? else {
                return Ok(None);
            };
            select.after(query, keys, &mut common);
        }
        for (index, branch) in select.branches(query).iter().enumerate() {
            if index > 0 {
                select.sql.push_str(" UNION ALL ");
            }
            _ = write!(
                select.sql,
                "SELECT {columns} FROM images i WHERE {branch}{common}"
            );
        }
        select.order(query);
        if let Some(limit) = query.limit {
            let limit = select.bind(Value::Integer(i64::try_from(limit).unwrap_or(i64::MAX)));
            _ = write!(select.sql, " LIMIT {limit}");
        }
        Ok(Some(select))
    }

    fn bind(&mut self, value: Value) -> String {
        self.values.push(value);
        format!("?{}", self.values.len())
    }

    fn bind_text(&mut self, text: &str) -> String {
        self.bind(Value::Text(text.to_owned()))
    }

    /// The parts of the visible set, disjoint. Each is a range of an index in the usual order, so
    /// that SQLite merges them into a page without looking at what the caller must not see.
    ///
    /// A selective test is its own best index: then one part asks for everything at once, and the
    /// unary plus keeps the planner away from the owner and visibility indexes.
    fn branches(&mut self, query: &ImageQuery) -> Vec<String> {
        let scope = &query.scope;
        if scope.every_project && scope.community {
            return vec!["1".to_owned()];
        }
        let me = match &scope.project_id {
            Some(project_id) => self.bind_text(project_id),
            None => self.bind(Value::Null),
        };
        if scope.every_project {
            return vec![format!(
                "(+i.visibility <> 'community' OR +i.owner IS {me})"
            )];
        }
        let shared = self.shared(scope, &me);
        // A compound select can be ordered by its result columns only.
        if query.sort != Sort::DEFAULT || query.tests.iter().any(is_selective) {
            let community = if scope.community {
                " OR +i.visibility = 'community'"
            } else {
                ""
            };
            return vec![format!(
                "(+i.owner = {me} OR +i.visibility = 'public' OR ({shared}){community})"
            )];
        }
        let mut parts = vec![
            format!("i.owner = {me}"),
            format!("i.visibility = 'public' AND +i.owner IS NOT {me}"),
            format!("{shared} AND +i.owner IS NOT {me}"),
        ];
        if scope.community {
            parts.push(format!(
                "i.visibility = 'community' AND +i.owner IS NOT {me}"
            ));
        }
        parts
    }

    fn shared(&mut self, scope: &Scope, me: &str) -> String {
        let answer = match scope.shares {
            Shares::MadeToViewer(status) => {
                format!(" AND m.status = {}", self.bind_text(status.as_str()))
            }
            Shares::AnyMadeToViewer => String::new(),
        };
        format!(
            "+i.visibility = 'shared' AND i.seq IN \
             (SELECT m.seq FROM image_members m WHERE m.project_id = {me}{answer})"
        )
    }

    fn test(&mut self, test: &Test, sql: &mut String) {
        match test {
            Test::Text(column, Matches::Is(text)) => {
                let text = self.bind_text(text);
                _ = write!(sql, " AND i.{} = {text}", text_column(*column));
            }
            Test::Text(column, Matches::AnyOf(texts)) => {
                let texts = self.one_of(texts);
                _ = write!(sql, " AND i.{} IN ({texts})", text_column(*column));
            }
            Test::Number(column, number) => {
                let number = self.bind(Value::Integer(*number));
                _ = write!(sql, " AND i.{} = {number}", number_column(*column));
            }
            Test::Size(comparison, bytes) => {
                let bytes = self.bind(Value::Integer(*bytes));
                _ = write!(sql, " AND i.size {} {bytes}", operator(*comparison));
            }
            Test::Time(column, comparison, moment) => {
                let moment = self.bind(Value::Integer(moment.micros()));
                let column = time_column(*column);
                _ = write!(sql, " AND i.{column} {} {moment}", operator(*comparison));
            }
            Test::Property(key, value) => {
                let (key, value) = (self.bind_text(key), self.bind_text(value));
                _ = write!(
                    sql,
                    " AND i.seq IN (SELECT p.seq FROM image_properties p \
                     WHERE p.key = {key} AND p.value = {value})"
                );
            }
            Test::Tag(tag) => {
                let tag = self.bind_text(tag);
                _ = write!(
                    sql,
                    " AND i.seq IN (SELECT t.seq FROM image_tags t WHERE t.tag = {tag})"
                );
            }
            Test::Protected(protected) => {
                _ = write!(sql, " AND i.protected = {}", i32::from(*protected));
            }
            Test::Visibility(visibility) => {
                let visibility = self.bind_text(visibility.as_str());
                _ = write!(sql, " AND +i.visibility = {visibility}");
            }
            Test::Never => sql.push_str(" AND 0"),
        }
    }

    /// Everything behind the marker: keys equal up to one that is further on.
    fn after(&mut self, query: &ImageQuery, keys: Vec<Value>, sql: &mut String) {
        let keys: Vec<(bool, String)> = keys
            .into_iter()
            .map(|key| (matches!(key, Value::Null), self.bind(key)))
            .collect();
        let one_direction = query
            .sort
            .iter()
            .all(|sort| sort.direction == Direction::Descending);
        let never_null = query.sort.iter().all(|sort| !is_nullable(sort.key));
        if one_direction && never_null {
            let columns: Vec<_> = query
                .sort
                .iter()
                .map(|sort| sort_column(sort.key))
                .collect();
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
        for (index, sort) in query.sort.iter().enumerate() {
            let mut terms = Vec::new();
            for (earlier, (_, bound)) in query.sort.iter().zip(&keys).take(index) {
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

    fn order(&mut self, query: &ImageQuery) {
        self.sql.push_str(" ORDER BY ");
        for (index, sort) in query.sort.iter().enumerate() {
            let separator = if index > 0 { ", " } else { "" };
            let direction = match sort.direction {
                Direction::Ascending => "ASC",
                Direction::Descending => "DESC",
            };
            _ = write!(self.sql, "{separator}{} {direction}", sort_column(sort.key));
        }
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

fn marker_keys(
    connection: &Connection,
    query: &ImageQuery,
    marker: &str,
) -> Result<Option<Vec<Value>>, StoreError> {
    let columns: Vec<_> = query
        .sort
        .iter()
        .map(|sort| sort_column(sort.key))
        .collect();
    let sql = format!(
        "SELECT {} FROM images i WHERE i.id = ?1",
        columns.join(", ")
    );
    let keys = connection
        .prepare_cached(&sql)?
        .query_row([marker], |row| {
            (0..columns.len()).map(|index| row.get(index)).collect()
        })
        .optional()?;
    Ok(keys)
}

/// Whether a test usually leaves few images, and has an index of its own.
fn is_selective(test: &Test) -> bool {
    match test {
        Test::Text(TextColumn::Name | TextColumn::Id, _) | Test::Property(..) | Test::Tag(_) => {
            true
        }
        Test::Text(TextColumn::Status, Matches::Is(status)) => {
            GlanceStatus::parse(status) != Some(GlanceStatus::Active)
        }
        Test::Visibility(visibility) => *visibility != Visibility::Public,
        _ => false,
    }
}

fn is_nullable(key: SortKey) -> bool {
    matches!(
        key,
        SortKey::Name | SortKey::Size | SortKey::ContainerFormat | SortKey::DiskFormat
    )
}

fn sort_column(key: SortKey) -> &'static str {
    match key {
        SortKey::CreatedAt => "i.created_at",
        SortKey::UpdatedAt => "i.updated_at",
        SortKey::Id => "i.id",
        SortKey::Name => "i.name",
        SortKey::Status => "i.status",
        SortKey::Size => "i.size",
        SortKey::ContainerFormat => "i.container_format",
        SortKey::DiskFormat => "i.disk_format",
    }
}

fn text_column(column: TextColumn) -> &'static str {
    match column {
        TextColumn::Id => "id",
        TextColumn::Name => "name",
        TextColumn::Status => "status",
        TextColumn::Owner => "owner",
        TextColumn::ContainerFormat => "container_format",
        TextColumn::DiskFormat => "disk_format",
        TextColumn::Checksum => "checksum",
        TextColumn::OsHashAlgo => "os_hash_algo",
        TextColumn::OsHashValue => "os_hash_value",
    }
}

fn number_column(column: NumberColumn) -> &'static str {
    match column {
        NumberColumn::MinRam => "min_ram",
        NumberColumn::MinDisk => "min_disk",
        NumberColumn::Size => "size",
        NumberColumn::VirtualSize => "virtual_size",
    }
}

fn time_column(column: TimeColumn) -> &'static str {
    match column {
        TimeColumn::CreatedAt => "created_at",
        TimeColumn::UpdatedAt => "updated_at",
    }
}

fn operator(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::Equal => "=",
        Comparison::NotEqual => "<>",
        Comparison::Less => "<",
        Comparison::LessOrEqual => "<=",
        Comparison::Greater => ">",
        Comparison::GreaterOrEqual => ">=",
    }
}
