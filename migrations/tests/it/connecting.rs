//! What is told when there is no connection.

use migrations::testing::TestDatabase;
use migrations::{ConnectError, connect};

#[tokio::test]
async fn each_cause_is_told_apart() {
    let database = TestDatabase::new().await;
    for nonsense in ["", "hello", "mysql://localhost/x", "postgres://h:notaport/x"] {
        let error = connect(nonsense).await.expect_err("not a URL");
        assert!(matches!(error, ConnectError::MalformedUrl(_)), "{nonsense}: {error:?}");
    }
    let error = connect("postgres://nobody@127.0.0.1:1/x").await.expect_err("nobody listens");
    assert!(matches!(error, ConnectError::Unreachable { .. }), "{error:?}");
    assert!(error.to_string().contains("127.0.0.1:1"), "{error}");

    let missing = database.url.replace("/test_", "/missing_");
    let error = connect(&missing).await.expect_err("no such database");
    assert!(matches!(error, ConnectError::DatabaseMissing { .. }), "{error:?}");

    let stranger = database.url.replace("user=meterwatch", "user=stranger");
    let error = connect(&stranger).await.expect_err("no such user");
    assert!(matches!(error, ConnectError::AuthenticationFailed { .. }), "{error:?}");

    connect(&database.url).await.expect("the right URL connects");
}
