//! What changes of an image's row. SQLite writes every index anew that has a column it is told of: an
//! image of which little changes is to cost little.

use super::error::StoreError;
use super::properties;
use crate::domain::{Image, Timestamp};
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

/// Columns, and what is to be in them.
#[derive(Debug, Default)]
pub struct Changes {
    columns: Vec<&'static str>,
    values: Vec<Value>,
}

impl Changes {
    /// What makes the row of an image one of another that has its id.
    pub fn between(before: &Image, image: &Image) -> Self {
        let mut changes = Self::default();
        changes.texts(before, image);
        changes.numbers(before, image);
        if before.properties != image.properties {
            changes.put("properties", properties::encode(&image.properties).into());
        }
        changes
    }

    fn texts(&mut self, before: &Image, image: &Image) {
        let mut text = |column, get: for<'i> fn(&'i Image) -> Option<&'i str>| {
            if get(before) != get(image) {
                self.put(column, get(image).map(str::to_owned).into());
            }
        };
        text("name", |image| image.name.as_deref());
        text("status", |image| Some(image.status.as_str()));
        text("visibility", |image| Some(image.visibility.as_str()));
        text("owner", |image| image.owner.as_deref());
        text("container_format", |image| {
            image.container_format.as_deref()
        });
        text("disk_format", |image| image.disk_format.as_deref());
        text("checksum", |image| image.checksum.as_deref());
        text("os_hash_algo", |image| image.os_hash_algo.as_deref());
        text("os_hash_value", |image| image.os_hash_value.as_deref());
    }

    fn numbers(&mut self, before: &Image, image: &Image) {
        let mut number = |column, get: fn(&Image) -> Option<i64>| {
            if get(before) != get(image) {
                self.put(column, get(image).into());
            }
        };
        number("unlisted", |image| Some(image.status.is_unlisted().into()));
        number("min_ram", |image| Some(image.min_ram_mib));
        number("min_disk", |image| Some(image.min_disk_gib));
        number("size", |image| image.size_bytes);
        number("virtual_size", |image| image.virtual_size_bytes);
        number("created_at", |image| Some(image.created_at.micros()));
        number("updated_at", |image| Some(image.updated_at.micros()));
        number("deleted_at", |image| {
            image.deleted_at.map(Timestamp::micros)
        });
        number("protected", |image| Some(image.protected.into()));
        number("hidden", |image| Some(image.hidden.into()));
        number("has_data", |image| Some(image.has_data.into()));
    }

    fn put(&mut self, column: &'static str, value: Value) {
        self.columns.push(column);
        self.values.push(value);
    }

    /// Changes a row so.
    pub fn write(mut self, connection: &Connection, seq: i64) -> Result<(), StoreError> {
        if self.columns.is_empty() {
            return Ok(());
        }
        let set = self.columns.join(" = ?, ");
        let update = format!("UPDATE images SET {set} = ? WHERE seq = ?");
        self.values.push(seq.into());
        connection
            .prepare_cached(&update)?
            .execute(params_from_iter(self.values))?;
        Ok(())
    }
}
