//! The schema: applied once by one process, checked by all.

use std::collections::BTreeMap;
use std::time::Duration;

use sqlx::migrate::{MigrateError, Migrator};
use sqlx::{Connection, Executor, PgConnection, PgPool};

/// The migrations, embedded.
pub static MIGRATOR: Migrator = sqlx::migrate!("../migrations");

/// One number for everybody who migrates this database; advisory locks are local to a database.
const LOCK: i64 = 0x006d_6574_6572_7761;
const LOCK_PATIENCE: Duration = Duration::from_mins(5);
const LOCK_POLL: Duration = Duration::from_millis(200);

/// Why the schema cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SchemaError {
    /// The database could not be asked.
    #[error("the schema of the database could not be read")]
    Read(#[source] sqlx::Error),
    /// Nothing, or not everything, has been applied.
    #[error("the database lacks migration {version}; run `meterwatch migrate`")]
    Older {
        /// The first that is missing.
        version: i64,
    },
    /// The database was migrated by a later version of the program.
    #[error(
        "the database has migration {version}, which this version of meterwatch does not know; use the newer meterwatch that migrated it"
    )]
    Newer {
        /// The first that is unknown.
        version: i64,
    },
    /// A migration was edited after it had been applied.
    #[error(
        "migration {version} was applied to the database with another text; restore the database, or use the meterwatch that migrated it"
    )]
    Changed {
        /// Which one.
        version: i64,
    },
    /// Another process holds the lock for longer than it should take.
    #[error(
        "another process has been migrating this database for {} seconds; wait for it, or end its connection", .waited.as_secs()
    )]
    Locked {
        /// How long it was waited for.
        waited: Duration,
    },
    /// A statement of a migration failed; the migration was rolled back.
    #[error("a migration failed and was rolled back")]
    Apply(#[source] MigrateError),
}

/// Brings the database to the schema of this version. Any number of processes may call it at once.
///
/// The lock is asked for again and again instead of waited for inside the server: a statement that waits holds a
/// snapshot, and an index that is built concurrently waits for all snapshots, so the two would wait for each other.
pub async fn migrate(pool: &PgPool) -> Result<(), SchemaError> {
    // A connection of its own: closing it gives the lock back, whatever happened.
    let mut connection =
        PgConnection::connect_with(&pool.connect_options()).await.map_err(SchemaError::Read)?;
    take_lock(&mut connection).await?;
    let result = apply(&mut connection).await;
    let closed = connection.close().await.map_err(SchemaError::Read);
    result.and(closed)
}

/// Refuses a database whose schema is not the one that this version was built for.
pub async fn check_schema(pool: &PgPool) -> Result<(), SchemaError> {
    let mut connection = pool.acquire().await.map_err(SchemaError::Read)?;
    compare(&applied(&mut connection).await?)
}

async fn take_lock(connection: &mut PgConnection) -> Result<(), SchemaError> {
    let mut waited = Duration::ZERO;
    loop {
        let taken: bool = sqlx::query_scalar("select pg_try_advisory_lock($1)")
            .bind(LOCK)
            .fetch_one(&mut *connection)
            .await
            .map_err(SchemaError::Read)?;
        if taken {
            return Ok(());
        }
        if waited.is_zero() {
            tracing::info!("another process is migrating the database; waiting for it");
        }
        if waited >= LOCK_PATIENCE {
            return Err(SchemaError::Locked { waited });
        }
        tokio::time::sleep(LOCK_POLL).await;
        waited += LOCK_POLL;
    }
}

async fn apply(connection: &mut PgConnection) -> Result<(), SchemaError> {
    // What is unknown or changed is told in our words before sqlx meets it.
    match compare(&applied(connection).await?) {
        Ok(()) => return Ok(()),
        Err(SchemaError::Older { .. }) => {}
        Err(error) => return Err(error),
    }
    // A migration that waits for a busy table gives up rather than queue everybody behind it.
    connection.execute("set lock_timeout = '5s'").await.map_err(SchemaError::Read)?;
    let mut migrator = Migrator::with_migrations(MIGRATOR.iter().cloned().collect());
    migrator.set_locking(false);
    migrator.run_direct(None, connection, false).await.map_err(SchemaError::Apply)
}

async fn applied(connection: &mut PgConnection) -> Result<BTreeMap<i64, Vec<u8>>, SchemaError> {
    let exists: bool = sqlx::query_scalar("select to_regclass('_sqlx_migrations') is not null")
        .fetch_one(&mut *connection)
        .await
        .map_err(SchemaError::Read)?;
    if !exists {
        return Ok(BTreeMap::new());
    }
    let rows: Vec<(i64, Vec<u8>)> =
        sqlx::query_as("select version, checksum from _sqlx_migrations where success")
            .fetch_all(&mut *connection)
            .await
            .map_err(SchemaError::Read)?;
    Ok(rows.into_iter().collect())
}

fn compare(applied: &BTreeMap<i64, Vec<u8>>) -> Result<(), SchemaError> {
    if let Some(version) = applied.keys().find(|version| !MIGRATOR.version_exists(**version)) {
        return Err(SchemaError::Newer { version: *version });
    }
    for migration in MIGRATOR.iter() {
        let version = migration.version;
        match applied.get(&version) {
            None => return Err(SchemaError::Older { version }),
            Some(checksum) if *checksum != *migration.checksum => {
                return Err(SchemaError::Changed { version });
            }
            Some(_) => {}
        }
    }
    Ok(())
}
