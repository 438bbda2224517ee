//! The schema, the way to a connection pool, and the private PostgreSQL server.

/// The migrations, embedded.
pub static MIGRATOR: sqlx::migrate::Migrator = sqlx::migrate!("../migrations");
