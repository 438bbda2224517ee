//! What was to arrive and has not: raised once, through the outbox, and resolved by arrival.

use analytics::silence::{Watch, watch};
use jiff::Timestamp;
use migrations::testing::TestDatabase;
use sqlx::PgPool;

/// Three meters of one sender with a file for each month of 2025 up to `months`, sent on the sixth day after it.
async fn delivered(pool: &PgPool, months: i32) {
    sqlx::raw_sql(
        "insert into endpoint (name, url, created_at) values ('ops', 'https://example.com/hook', now());
         insert into site (name, name_key, created_at) values ('Hall', 'hall', now());
         insert into meter (site_id, name, name_key, commodity, canonical_unit, created_at)
             select site_id, 'E' || n, 'e' || n, 'electricity', 'kWh', now() from site, generate_series(1, 3) n;",
    )
    .execute(pool)
    .await
    .expect("meters");
    for month in 1..=months {
        deliver(pool, month, &[1, 2, 3]).await;
    }
}

async fn deliver(pool: &PgPool, month: i32, meters: &[i32]) {
    sqlx::query(
        "with mail as (
             insert into message (content_digest, sender, sent_at, received_at, size_bytes, raw, attachments)
             values (sha256(concat('mail ', $1::int, $2::int[])::bytea), 'bills@example.com', now(), now(), 1, '', 1)
             returning message_id
         ), file as (
             insert into attachment (sha256, size_bytes, content, outcome, stated_at, reader_version, read_at, rows,
                 accepted, duplicate, superseding, refused, not_data)
             values (sha256(concat('file ', $1::int, $2::int[])::bytea), 1, '', 'accepted',
                 make_timestamptz(2025, 1, 1, 9, 0, 0, 'UTC') + make_interval(months => $1, days => 6), '',
                 make_timestamptz(2025, 1, 1, 9, 0, 0, 'UTC') + make_interval(months => $1, days => 6),
                 cardinality($2::int[]), cardinality($2::int[]), 0, 0, 0, 0)
             returning attachment_id
         ), link as (
             insert into message_attachment (message_id, ordinal, attachment_id, file_name)
             select message_id, 0, attachment_id, 'bill.xlsx' from mail, file
         )
         insert into reading (meter_id, period_start, period_end, kind, quantity, unit, canonical_quantity,
             attachment_id, sheet, cell, recorded_at)
         select meter_id, make_timestamp(2025, 1, 1, 0, 0, 0) + make_interval(months => $1 - 1),
             make_timestamp(2025, 1, 1, 0, 0, 0) + make_interval(months => $1), 'consumption', 100, 'kWh', 100,
             attachment_id, 'S', 'B2', now()
         from meter, file where substr(name, 2)::int = any($2)",
    )
    .bind(month)
    .bind(meters)
    .execute(pool)
    .await
    .expect("a delivery");
}

async fn look(pool: &PgPool, day: &str) -> Watch {
    let now: Timestamp = format!("{day}T12:00:00Z").parse().expect("a time");
    watch(pool, now).await.expect("looks")
}

async fn texts(pool: &PgPool, query: &'static str) -> Vec<String> {
    sqlx::query_scalar(query).fetch_all(pool).await.expect("reads")
}

const ALERTS: &str = "select concat_ws(' ', kind, state, severity, subject, observed, expected) from alert order by alert_id";

#[tokio::test]
async fn a_silent_sender_is_raised_once_grows_and_is_resolved_by_arrival() {
    let database = TestDatabase::new().await;
    let pool = &database.pool;
    delivered(pool, 8).await;
    assert_eq!(look(pool, "2025-10-11").await, Watch::default(), "in time");
    assert_eq!(look(pool, "2025-10-12").await.opened, 1);
    assert_eq!(look(pool, "2025-10-13").await, Watch::default(), "raised once");
    assert_eq!(texts(pool, ALERTS).await, ["late open medium bills@example.com 0 3"]);
    assert_eq!(look(pool, "2025-11-20").await.updated, 1);
    assert_eq!(texts(pool, ALERTS).await, ["missing open high bills@example.com 0 3"]);
    deliver(pool, 9, &[1, 2, 3]).await;
    deliver(pool, 10, &[1, 2, 3]).await;
    assert_eq!(look(pool, "2025-11-21").await.resolved, 1);
    assert_eq!(texts(pool, ALERTS).await, ["missing resolved high bills@example.com 0 3"]);
    assert_eq!(
        texts(pool, "select action || ': ' || comment from alert_history order by history_id")
            .await[2],
        "resolved: resolved by arrival"
    );
    let events = texts(pool, "select payload ->> 'type' from outbox order by sequence").await;
    assert_eq!(events, ["alert.opened", "alert.updated", "alert.resolved"]);
    let payload = texts(pool, "select payload::text from outbox order by sequence limit 1").await;
    let event: alerts::AlertEvent = serde_json::from_str(&payload[0]).expect("an event");
    assert_eq!((event.data.meter.as_str(), event.data.expected), ("bills@example.com", 3.0));
    assert_eq!(event.data.site, "Hall", "all meters it is about are of one site");
    assert_eq!(
        texts(pool, "select m.name from alert_member join meter m using (meter_id) order by 1")
            .await,
        ["E1", "E2", "E3"]
    );
    let waiting = texts(pool, "select state from delivery").await;
    assert_eq!(waiting, ["pending"; 3]);
    let site = "select alert_site(alert_id) from alert";
    let annexe = "with annexe as (insert into site (name, name_key, created_at) values ('Annexe', 'annexe', now())
        returning site_id) update meter set site_id = annexe.site_id from annexe where name = 'E3'";
    sqlx::query(annexe).execute(pool).await.expect("moves");
    assert_eq!(texts(pool, site).await, ["Several sites"]);
    let merged = "update site set counts_as = (select site_id from site where name = 'Hall') where name = 'Annexe'";
    sqlx::query(merged).execute(pool).await.expect("merges");
    assert_eq!(texts(pool, site).await, ["Hall"], "two spellings of one site");
    sqlx::query("delete from alert_member").execute(pool).await.expect("deletes");
    assert_eq!(texts(pool, site).await, ["No site"], "a mailbox that brings nothing");
}

#[tokio::test]
async fn a_part_that_did_not_come_is_counted_and_ends_when_it_comes() {
    let database = TestDatabase::new().await;
    let pool = &database.pool;
    delivered(pool, 8).await;
    deliver(pool, 9, &[1, 3]).await;
    assert_eq!(look(pool, "2025-10-20").await.opened, 1);
    assert_eq!(texts(pool, ALERTS).await, ["partial open medium bills@example.com 2 3"]);
    assert_eq!(
        texts(pool, "select reason from alert").await,
        ["bills@example.com has sent 2 of 3 meters; none came for E2 at Hall."]
    );
    deliver(pool, 9, &[2]).await;
    assert_eq!(look(pool, "2025-10-21").await.resolved, 1);
}

#[tokio::test]
async fn what_a_person_closed_or_does_not_watch_is_not_raised_again() {
    let database = TestDatabase::new().await;
    let pool = &database.pool;
    delivered(pool, 8).await;
    look(pool, "2025-10-12").await;
    sqlx::query("update alert set state = 'resolved', resolved_at = now()")
        .execute(pool)
        .await
        .expect("closes");
    assert_eq!(look(pool, "2025-11-20").await, Watch::default());
    let other = TestDatabase::new().await;
    delivered(&other.pool, 8).await;
    sqlx::query("update meter set watched = false").execute(&other.pool).await.expect("unwatched");
    assert_eq!(look(&other.pool, "2025-11-20").await, Watch::default());
}

/// A mail of one source, sent on a day of 2025; it brings no reading.
async fn mail(pool: &PgPool, day: &str) {
    sqlx::query(
        "with mail as (
             insert into message (content_digest, sender, sent_at, received_at, size_bytes, raw, attachments)
             values (sha256($1::bytea), 'bills@example.com', $1::timestamptz, $1::timestamptz, 1, '', 0)
             returning message_id
         )
         insert into message_arrival (source, location, message_id, seen_at, version)
         select 'utilities', $1, message_id, $1::timestamptz, '' from mail",
    )
    .bind(day)
    .execute(pool)
    .await
    .expect("a mail");
}

async fn tried(pool: &PgPool, day: &str, expect_days: Option<i32>) {
    sqlx::query(
        "insert into source_state (source, last_attempt_at, expect_days) values ('utilities', $1::timestamptz, $2)
         on conflict (source) do update set last_attempt_at = excluded.last_attempt_at, expect_days = excluded.expect_days",
    )
    .bind(day)
    .bind(expect_days)
    .execute(pool)
    .await
    .expect("tried");
}

#[tokio::test]
async fn a_source_that_brings_nothing_is_raised_once_and_resolved_by_the_next_mail() {
    let database = TestDatabase::new().await;
    let pool = &database.pool;
    for month in 1..=6 {
        mail(pool, &format!("2025-{month:02}-05T09:00:00Z")).await;
    }
    tried(pool, "2025-07-01T09:00:00Z", None).await;
    assert_eq!(look(pool, "2025-07-01").await, Watch::default(), "in time");
    let due = texts(pool, "select concat_ws(' ', every_days, due_on) from source_state").await;
    assert_eq!(due, ["31 2025-07-13"], "learnt");
    tried(pool, "2025-07-20T09:00:00Z", None).await;
    assert_eq!(look(pool, "2025-07-20").await.opened, 1);
    assert_eq!(look(pool, "2025-07-21").await, Watch::default(), "raised once");
    assert_eq!(texts(pool, ALERTS).await, ["late open medium Source utilities 0 1"]);
    mail(pool, "2025-07-21T10:00:00Z").await;
    assert_eq!(look(pool, "2025-07-22").await.resolved, 1);
    // What a person says counts before what is learnt.
    tried(pool, "2025-08-01T09:00:00Z", Some(7)).await;
    assert_eq!(look(pool, "2025-08-01").await.opened, 1);
    let reasons = texts(pool, "select reason from alert order by alert_id").await;
    assert!(
        reasons[1].contains("expected by 2025-07-28, as its configuration says"),
        "{reasons:?}"
    );
}
