//! Files that people have uploaded on the pages, as they wait in the database.

use std::path::PathBuf;

use jiff_sqlx::ToSqlx;
use sqlx::PgPool;

use super::trouble::{Trouble, TroubleKind};
use super::{Clock, Fetched, Item, ItemError, Kept, Source, SourceError};

/// The name under which uploaded files arrive.
pub const UPLOADS: &str = "upload";

/// The uploaded files.
#[derive(Debug, Clone)]
pub struct Uploads {
    pool: PgPool,
    clock: Clock,
}

impl Uploads {
    /// Those of this database.
    pub fn of(pool: &PgPool, clock: Clock) -> Self {
        Self { pool: pool.clone(), clock }
    }

    /// Whether any waits.
    pub async fn any_waits(&self) -> Result<bool, sqlx::Error> {
        sqlx::query_scalar!(
            r#"select exists (select from upload where taken_at is null) as "waits!""#
        )
        .fetch_one(&self.pool)
        .await
    }
}

impl Source for Uploads {
    fn name(&self) -> &'static str {
        UPLOADS
    }

    async fn list(&self) -> Result<Vec<Item>, SourceError> {
        let ids = sqlx::query_scalar!(
            "select upload_id from upload where taken_at is null order by upload_id"
        )
        .fetch_all(&self.pool)
        .await
        .map_err(|error| SourceError::Trouble {
            name: UPLOADS.to_owned(),
            trouble: Trouble::new(
                TroubleKind::Unavailable,
                format!("the database does not answer ({error})"),
            ),
        })?;
        let item = |id: i64| Item {
            location: id.to_string(),
            version: String::new(),
            is_acknowledged: false,
            file: PathBuf::new(),
        };
        Ok(ids.into_iter().map(item).collect())
    }

    async fn fetch(&self, item: &Item) -> Result<Fetched, ItemError> {
        let id: i64 = item.location.parse().map_err(|_| ItemError::Vanished)?;
        let row = sqlx::query!(
            "select file_name, content from upload where upload_id = $1 and taken_at is null",
            id
        )
        .fetch_optional(&self.pool)
        .await
        .map_err(|error| ItemError::Read(std::io::Error::other(error)))?
        .ok_or(ItemError::Vanished)?;
        let is_mail = row.file_name.to_lowercase().ends_with(".eml");
        Ok(if is_mail {
            Fetched::Mail(row.content)
        } else {
            Fetched::File(row.file_name, row.content)
        })
    }

    async fn acknowledge(&self, item: &Item, _kept: Kept) -> Result<(), ItemError> {
        let id: i64 = item.location.parse().map_err(|_| ItemError::Vanished)?;
        sqlx::query!(
            "update upload set taken_at = $2, content = '' where upload_id = $1",
            id,
            (self.clock)().to_sqlx() as _
        )
        .execute(&self.pool)
        .await
        .map_err(|error| ItemError::Acknowledge(std::io::Error::other(error)))?;
        Ok(())
    }
}
