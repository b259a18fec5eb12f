//! Issued tokens, so that they outlive a restart.
//!
//! The file holds digests, never the text that a client sends: whoever reads it cannot sign in.

use super::error::{Damage, StoreError};
use super::images::Store;
use crate::domain::{Named, Timestamp, Token, TokenScope, TokenUser};
use rusqlite::types::FromSql;
use rusqlite::{Connection, Row, params};
use std::collections::HashSet;

/// What a token is found by: the SHA-256 digest of its text.
pub type TokenDigest = [u8; 32];

/// The tokens of a file.
#[derive(Debug, Default)]
pub struct KeptTokens {
    /// All that were issued.
    pub issued: Vec<(TokenDigest, Token)>,
    /// Which were revoked: issued ones, and fixed ones of a fixture.
    pub revoked: HashSet<TokenDigest>,
}

impl Store {
    /// Every token that is kept.
    ///
    /// # Errors
    /// When the database fails, or the row of a token is damaged: without it, nobody could tell
    /// what it opened, or that it was revoked.
    pub fn tokens(&self) -> Result<KeptTokens, StoreError> {
        self.database.read(|connection| {
            let mut kept = KeptTokens::default();
            let mut select = connection.prepare("SELECT * FROM tokens")?;
            let mut rows = select.query([])?;
            while let Some(row) = rows.next()? {
                kept.issued.push(read(row)?);
            }
            let mut select = connection.prepare("SELECT digest FROM revoked_tokens")?;
            let mut rows = select.query([])?;
            while let Some(row) = rows.next()? {
                kept.revoked.insert(read_digest(row)?);
            }
            Ok(kept)
        })
    }

    /// Keeps a new token.
    ///
    /// # Errors
    /// When the database fails; then it is not kept.
    pub fn keep_token(&self, digest: &TokenDigest, token: &Token) -> Result<(), StoreError> {
        self.write_tokens(|connection| insert(connection, digest, token))
    }

    /// Keeps that tokens were revoked.
    ///
    /// # Errors
    /// When the database fails; then none is.
    pub fn revoke_tokens(&self, digests: &[TokenDigest]) -> Result<(), StoreError> {
        self.write_tokens(|connection| revoke(connection, digests.iter()))
    }

    /// Forgets tokens, and that they were revoked.
    ///
    /// # Errors
    /// When the database fails; then none is forgotten.
    pub fn drop_tokens(&self, digests: &[TokenDigest]) -> Result<(), StoreError> {
        self.write_tokens(|connection| {
            for table in ["tokens", "revoked_tokens"] {
                let sql = format!("DELETE FROM {table} WHERE digest = ?1");
                let mut delete = connection.prepare_cached(&sql)?;
                for digest in digests {
                    delete.execute(params![digest])?;
                }
            }
            Ok(())
        })
    }

    /// Forgets tokens that ended before a moment.
    ///
    /// # Errors
    /// When the database fails.
    pub fn drop_tokens_ended_before(&self, moment: Timestamp) -> Result<(), StoreError> {
        self.write_tokens(|connection| {
            let ended = params![moment.micros()];
            connection.execute(
                "DELETE FROM revoked_tokens WHERE digest IN
                     (SELECT digest FROM tokens WHERE expires_at < ?1)",
                ended,
            )?;
            connection.execute("DELETE FROM tokens WHERE expires_at < ?1", ended)?;
            Ok(())
        })
    }

    /// A write that leaves the generation alone: no answer about images depends on it.
    fn write_tokens(
        &self,
        work: impl FnOnce(&Connection) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        self.database.write_all(|connection| work(connection))
    }
}

/// Forgets every token and every revocation.
pub fn remove_all(connection: &Connection) -> Result<(), StoreError> {
    connection.execute_batch("DELETE FROM tokens; DELETE FROM revoked_tokens;")?;
    Ok(())
}

/// Keeps these tokens and revocations.
pub fn insert_all(connection: &Connection, kept: &KeptTokens) -> Result<(), StoreError> {
    for (digest, token) in &kept.issued {
        insert(connection, digest, token)?;
    }
    revoke(connection, kept.revoked.iter())
}

fn revoke<'d>(
    connection: &Connection,
    digests: impl Iterator<Item = &'d TokenDigest>,
) -> Result<(), StoreError> {
    let mut insert =
        connection.prepare_cached("INSERT OR IGNORE INTO revoked_tokens VALUES (?1)")?;
    for digest in digests {
        insert.execute(params![digest])?;
    }
    Ok(())
}

fn insert(connection: &Connection, digest: &TokenDigest, token: &Token) -> Result<(), StoreError> {
    let none = ("", "", "", "");
    let (kind, id, name, domain) = match &token.scope {
        TokenScope::Unscoped => ("unscoped", none.1, none.2, None),
        TokenScope::Project { project, domain } => (
            "project",
            project.id.as_str(),
            project.name.as_str(),
            Some(domain),
        ),
        TokenScope::Domain(domain) => ("domain", domain.id.as_str(), domain.name.as_str(), None),
        TokenScope::System => ("system", none.1, none.2, None),
    };
    let mut insert = connection.prepare_cached(
        "INSERT OR REPLACE INTO tokens (
             digest, user_id, user_name, user_domain_id, user_domain_name,
             scope, scope_id, scope_name, scope_domain_id, scope_domain_name,
             roles, methods, audit_id, first_audit_id, issued_at, expires_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)",
    )?;
    insert.execute(params![
        digest,
        token.user.id,
        token.user.name,
        token.user.domain.id,
        token.user.domain.name,
        kind,
        id,
        name,
        domain.map(|domain| &domain.id),
        domain.map(|domain| &domain.name),
        list_to_text(&token.roles),
        list_to_text(&token.methods),
        token.audit_id,
        token.first_audit_id,
        token.issued_at.micros(),
        token.expires_at.map(Timestamp::micros),
    ])?;
    Ok(())
}

fn read(row: &Row<'_>) -> Result<(TokenDigest, Token), StoreError> {
    let digest = read_digest(row)?;
    let columns = Columns {
        row,
        digest: &digest,
    };
    let scope = || columns.named("scope_id", "scope_name");
    let token = Token {
        user: TokenUser {
            id: columns.get("user_id")?,
            name: columns.get("user_name")?,
            domain: columns.named("user_domain_id", "user_domain_name")?,
        },
        scope: match columns.get::<String>("scope")?.as_str() {
            "unscoped" => TokenScope::Unscoped,
            "project" => TokenScope::Project {
                project: scope()?,
                domain: columns.named("scope_domain_id", "scope_domain_name")?,
            },
            "domain" => TokenScope::Domain(scope()?),
            "system" => TokenScope::System,
            other => {
                let unknown = format!("what is {other:?}?");
                return Err(columns.damage("scope").found_by(unknown).into());
            }
        },
        roles: columns.list("roles")?,
        methods: columns.list("methods")?,
        audit_id: columns.get("audit_id")?,
        first_audit_id: columns.get("first_audit_id")?,
        issued_at: Timestamp::from_micros(columns.get("issued_at")?),
        expires_at: columns
            .get::<Option<_>>("expires_at")?
            .map(Timestamp::from_micros),
    };
    Ok((digest, token))
}

fn read_digest(row: &Row<'_>) -> Result<TokenDigest, StoreError> {
    Ok(row.get("digest").map_err(|error| {
        let stored = row.get_ref("digest");
        // Whatever is there names the row, and if it is nothing.
        let stored = stored.ok().and_then(|stored| stored.as_bytes().ok());
        let stored = stored.unwrap_or_default();
        Damage::of_token(stored, "its digest has another length").found_by(error)
    })?)
}

/// The row of the token of a digest.
struct Columns<'r> {
    row: &'r Row<'r>,
    digest: &'r TokenDigest,
}

impl Columns<'_> {
    fn get<T: FromSql>(&self, column: &str) -> Result<T, StoreError> {
        let value = self.row.get(column);
        Ok(value.map_err(|error| self.damage(column).found_by(error))?)
    }

    fn named(&self, id: &str, name: &str) -> Result<Named, StoreError> {
        Ok(Named {
            id: self.get(id)?,
            name: self.get(name)?,
        })
    }

    fn list(&self, column: &str) -> Result<Vec<String>, StoreError> {
        let text: String = self.get(column)?;
        let list = serde_json::from_str(&text);
        Ok(list.map_err(|error| self.damage(column).found_by(error))?)
    }

    fn damage(&self, column: &str) -> Damage {
        Damage::of_token(self.digest, format!("its {column} cannot be read"))
    }
}

fn list_to_text(list: &[String]) -> String {
    serde_json::Value::from(list).to_string()
}
