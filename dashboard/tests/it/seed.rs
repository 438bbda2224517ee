//! A small organisation with three years of readings, seen on the morning of 6 July 2026.

use dashboard::users;
use dashboard::views::Role;
use jiff::Timestamp;
use sqlx::PgPool;

/// The password of every user below.
pub const PASSWORD: &str = "a long sentence for tests";

/// The time at which the pages are seen.
pub fn now() -> Timestamp {
    "2026-07-06T09:00:00Z".parse().expect("an instant")
}

/// Fills an empty database: 10 sites, 30 meters, 40 mails, 13 alerts; `vera` reads, `otto` triages.
pub async fn fill(pool: &PgPool) {
    sqlx::raw_sql(include_str!("seed.sql")).execute(pool).await.expect("the seed");
    users::add(pool, "vera", PASSWORD, Role::Viewer, now()).await.expect("a viewer");
    users::add(pool, "otto", PASSWORD, Role::Operator, now()).await.expect("an operator");
}
