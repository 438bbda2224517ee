//! Applying and checking the schema.

use migrations::testing::TestDatabase;
use migrations::{MIGRATOR, SchemaError, check_schema, migrate};
use sqlx::{Connection, Executor, PgConnection};

#[tokio::test]
async fn migrating_again_and_at_once_changes_nothing() {
    let database = TestDatabase::new().await;
    database
        .pool
        .execute("drop schema public cascade; create schema public")
        .await
        .expect("empties");
    let error = check_schema(&database.pool).await.expect_err("nothing is applied");
    assert!(matches!(error, SchemaError::Older { version: 1 }), "{error:?}");

    let (a, b, c) =
        tokio::join!(migrate(&database.pool), migrate(&database.pool), migrate(&database.pool));
    a.and(b).and(c).expect("three at once take turns");
    migrate(&database.pool).await.expect("once more does nothing");
    check_schema(&database.pool).await.expect("the schema is this version's");

    let applied: i64 = sqlx::query_scalar("select count(*) from _sqlx_migrations")
        .fetch_one(&database.pool)
        .await
        .expect("counts");
    assert_eq!(applied, i64::try_from(MIGRATOR.iter().count()).expect("few"));
}

#[tokio::test]
async fn an_unknown_schema_is_refused() {
    let database = TestDatabase::new().await;
    sqlx::query(
        "insert into _sqlx_migrations (version, description, success, checksum, execution_time)
         values (9999, 'from the future', true, '\\x00', 0)",
    )
    .execute(&database.pool)
    .await
    .expect("inserts");
    for result in [check_schema(&database.pool).await, migrate(&database.pool).await] {
        let error = result.expect_err("a newer schema");
        assert!(matches!(error, SchemaError::Newer { version: 9999 }), "{error:?}");
    }
}

#[tokio::test]
async fn an_edited_migration_is_refused() {
    let database = TestDatabase::new().await;
    database
        .pool
        .execute("update _sqlx_migrations set checksum = '\\x00' where version = 2")
        .await
        .expect("edits");
    let error = migrate(&database.pool).await.expect_err("an edited migration");
    assert!(matches!(error, SchemaError::Changed { version: 2 }), "{error:?}");
}

#[tokio::test]
async fn whoever_waits_for_the_lock_holds_no_snapshot() {
    let database = TestDatabase::new().await;
    let mut holder =
        PgConnection::connect_with(&database.pool.connect_options()).await.expect("connects");
    sqlx::query("select pg_advisory_lock($1)")
        .bind(0x006d_6574_6572_7761_i64)
        .execute(&mut holder)
        .await
        .expect("locks");
    let pool = database.pool.clone();
    let waiting = tokio::spawn(async move { migrate(&pool).await });
    // Its first attempt is over as soon as a second session has asked for the lock and is idle.
    let waiter = "select count(*) from pg_stat_activity where datname = current_database()
         and query like '%pg_try_advisory_lock%' and state = 'idle' and backend_xmin is null
         and pid <> pg_backend_pid()";
    while sqlx::query_scalar::<_, i64>(waiter).fetch_one(&mut holder).await.expect("counts") == 0 {
        tokio::task::yield_now().await;
    }
    assert!(!waiting.is_finished());
    // This is what a waiter inside the server would block for ever.
    holder
        .execute("create index concurrently test_index on site (name)")
        .await
        .expect("a concurrent index gets built");
    holder.close().await.expect("closes");
    waiting.await.expect("no panic").expect("the lock is free again");
}
