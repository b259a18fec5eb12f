//! Issued tokens, so that they outlive a restart.
//!
//! The file holds digests, never the text that a client sends: whoever reads it cannot sign in.

use super::error::StoreError;
use super::images::Store;
use crate::domain::{Named, Timestamp, Token, TokenScope, TokenUser};
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
    /// Every token that is kept. One that a later release wrote in a form unknown here is left
    /// out: it is then no valid token.
    ///
    /// # Errors
    /// When the database fails.
    pub fn tokens(&self) -> Result<KeptTokens, StoreError> {
        self.database.read(|connection| {
            let mut kept = KeptTokens::default();
            let mut select = connection.prepare("SELECT * FROM tokens")?;
            let mut rows = select.query([])?;
            while let Some(row) = rows.next()? {
                kept.issued.extend(read(row)?);
            }
            let mut select = connection.prepare("SELECT digest FROM revoked_tokens")?;
            let digests = select.query_map([], |row| row.get::<_, TokenDigest>("digest"))?;
            kept.revoked = digests.collect::<Result<_, _>>()?;
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
        self.write_tokens(|connection| {
            let mut insert =
                connection.prepare_cached("INSERT OR IGNORE INTO revoked_tokens VALUES (?1)")?;
            for digest in digests {
                insert.execute(params![digest])?;
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

    /// Forgets every token and revocation.
    ///
    /// # Errors
    /// When the database fails.
    pub fn forget_tokens(&self) -> Result<(), StoreError> {
        self.write_tokens(|connection| {
            connection.execute_batch("DELETE FROM tokens; DELETE FROM revoked_tokens;")?;
            Ok(())
        })
    }

    /// A write that leaves the generation alone: no answer about images depends on it.
    fn write_tokens(
        &self,
        work: impl FnOnce(&Connection) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        self.database.write_all(work)
    }
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

fn read(row: &Row<'_>) -> Result<Option<(TokenDigest, Token)>, StoreError> {
    let named = |id: &str, name: &str| -> Result<Named, rusqlite::Error> {
        Ok(Named {
            id: row.get::<_, Option<String>>(id)?.unwrap_or_default(),
            name: row.get::<_, Option<String>>(name)?.unwrap_or_default(),
        })
    };
    let scope = named("scope_id", "scope_name")?;
    let scope = match row.get::<_, String>("scope")?.as_str() {
        "unscoped" => TokenScope::Unscoped,
        "project" => TokenScope::Project {
            project: scope,
            domain: named("scope_domain_id", "scope_domain_name")?,
        },
        "domain" => TokenScope::Domain(scope),
        "system" => TokenScope::System,
        _ => return Ok(None),
    };
    let token = Token {
        user: TokenUser {
            id: row.get("user_id")?,
            name: row.get("user_name")?,
            domain: named("user_domain_id", "user_domain_name")?,
        },
        scope,
        roles: text_to_list(&row.get::<_, String>("roles")?),
        methods: text_to_list(&row.get::<_, String>("methods")?),
        audit_id: row.get("audit_id")?,
        first_audit_id: row.get("first_audit_id")?,
        issued_at: Timestamp::from_micros(row.get("issued_at")?),
        expires_at: row
            .get::<_, Option<i64>>("expires_at")?
            .map(Timestamp::from_micros),
    };
    Ok(Some((row.get("digest")?, token)))
}

fn list_to_text(list: &[String]) -> String {
    serde_json::to_string(list).unwrap_or_default()
}

fn text_to_list(text: &str) -> Vec<String> {
    serde_json::from_str(text).unwrap_or_default()
}
