//! The database: named, private, wrong, unreachable.

use migrations::testing::TestDatabase;

use crate::run::Place;

#[test]
fn without_any_database_the_ways_to_one_are_named() {
    Place::new()
        .run(&["alert", "list"])
        .says(3, &["no database", "DATABASE_URL", "--data-dir", "up"]);
}

#[test]
fn a_server_that_does_not_answer_is_told_with_its_address() {
    let place = Place::new();
    place
        .run(&["alert", "list", "--database-url", "postgres://meterwatch@127.0.0.1:1/meterwatch"])
        .says(5, &["127.0.0.1:1", "check that it runs"]);
    let ended = place
        .command(&["alert", "list"])
        .env("DATABASE_URL", "postgres://me:hunter2@127.0.0.1:1/meterwatch")
        .output()
        .expect("the binary");
    let ended = crate::run::Ended::from(ended);
    ended.says(5, &["127.0.0.1:1"]);
    assert!(!ended.stderr.contains("hunter2"), "{}", ended.stderr);
}

#[test]
fn a_url_that_is_none_is_a_matter_of_configuration() {
    Place::new().run(&["alert", "list", "--database-url", "mysql://x"]).says(3, &["postgres://"]);
}

#[test]
fn a_missing_server_version_is_told_with_the_package_to_install() {
    let place = Place::new();
    std::fs::create_dir_all(place.path().join("data/postgres/cluster")).expect("a folder");
    place.write("data/postgres/cluster/PG_VERSION", "9\n");
    place
        .run(&["alert", "list", "--data-dir", "data"])
        .says(5, &["PostgreSQL 9", "install", "data"]);
}

#[tokio::test]
async fn a_wrong_password_is_told_with_the_user() {
    let database = TestDatabase::new().await;
    // A rule for one user only: the other tests of this server keep theirs.
    let file: String = sqlx::query_scalar("show hba_file")
        .fetch_one(&database.pool)
        .await
        .expect("the file of the rules");
    let rules: String = sqlx::query_scalar("select pg_read_file($1)")
        .bind(&file)
        .fetch_one(&database.pool)
        .await
        .expect("the rules");
    sqlx::raw_sql("create role stranger login password 'right'")
        .execute(&database.pool)
        .await
        .expect("a user");
    std::fs::write(&file, format!("local all stranger scram-sha-256\n{rules}")).expect("the file");
    sqlx::query("select pg_reload_conf()").execute(&database.pool).await.expect("told");
    let wrong = database.url.replace("user=meterwatch", "user=stranger&password=wrong");
    let place = Place::new();
    // The server takes the new rules a moment later; until then it lets everybody in.
    loop {
        let ended = place.run(&["alert", "list", "--database-url", &wrong]);
        if ended.code != 5 {
            continue;
        }
        ended.says(5, &["`stranger`", "password"]);
        assert!(!ended.stderr.contains("wrong"), "{}", ended.stderr);
        break;
    }
}

#[tokio::test]
async fn an_older_schema_is_told_with_the_command_that_mends_it() {
    let database = TestDatabase::new().await;
    sqlx::query("delete from _sqlx_migrations where version > 1")
        .execute(&database.pool)
        .await
        .expect("deleted");
    Place::new()
        .run(&["alert", "list", "--database-url", &database.url])
        .says(1, &["migration 2", "meterwatch migrate"]);
}

#[tokio::test]
async fn an_empty_database_lists_nothing_and_exports_a_header() {
    let database = TestDatabase::new().await;
    let place = Place::new();
    let run = |arguments: &[&str]| {
        let ended = place.run(&[arguments, &["--database-url", &database.url]].concat());
        ended.says(0, &[]);
        ended.stdout
    };
    assert_eq!(run(&["alert", "list", "--json"]).trim(), "[]");
    assert_eq!(run(&["outbox", "list", "--json"]).trim(), "[]");
    assert_eq!(
        run(&["export", "readings", "--format", "csv"]),
        "site,meter,commodity,period_start,period_end,quantity,unit,cost,currency,kind\n"
    );
    run(&["migrate"]);
}

#[test]
fn a_private_server_is_started_for_a_command_and_stopped_after_it() {
    let place = Place::new();
    place.run(&["migrate", "--data-dir", "data"]).says(0, &["up to date"]);
    let alerts = place.run(&["alert", "list", "--json", "--data-dir", "data"]);
    alerts.says(0, &[]);
    assert_eq!(alerts.stdout.trim(), "[]");
    assert!(!place.path().join("data/postgres/cluster/postmaster.pid").exists());
}

#[test]
fn a_backup_fills_a_new_database_and_no_other() {
    let place = Place::new();
    place.run(&["migrate", "--data-dir", "old"]).says(0, &[]);
    place.run(&["backup", "all.dump", "--data-dir", "old"]).says(0, &["all.dump"]);
    place.run(&["backup", "all.dump", "--data-dir", "old"]).says(1, &["exists already"]);
    place.run(&["restore", "all.dump", "--data-dir", "new"]).says(0, &["restored"]);
    place.run(&["restore", "all.dump", "--data-dir", "new"]).says(1, &["not empty"]);
    place.run(&["alert", "list", "--data-dir", "new"]).says(0, &["no alerts"]);
}
