//! Databases for tests are fresh, migrated and private.

use migrations::testing::TestDatabase;

#[tokio::test]
async fn two_tests_do_not_see_each_other() {
    let one = TestDatabase::new().await;
    let other = TestDatabase::new().await;
    sqlx::query("insert into site (name, name_key, created_at) values ('A', 'a', now())")
        .execute(&one.pool)
        .await
        .expect("the template is migrated");
    let sites = |pool: sqlx::PgPool| async move {
        sqlx::query_scalar::<_, i64>("select count(*) from site").fetch_one(&pool).await
    };
    assert_eq!(sites(one.pool).await.expect("counts"), 1);
    assert_eq!(sites(other.pool).await.expect("counts"), 0);
}

#[tokio::test]
async fn the_database_sorts_by_code_point_and_lives_in_utc() {
    let database = TestDatabase::new().await;
    let settings: (String, String, String) = sqlx::query_as(
        "select current_setting('server_encoding'), current_setting('timezone'), current_setting('listen_addresses')",
    )
    .fetch_one(&database.pool)
    .await
    .expect("settings are readable");
    assert_eq!(settings, ("UTF8".to_owned(), "UTC".to_owned(), String::new()));
}
