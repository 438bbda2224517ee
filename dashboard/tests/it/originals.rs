use axum::http::StatusCode;

use crate::browser::Browser;

#[tokio::test]
async fn operators_fetch_originals_that_no_browser_shows() {
    let browser = Browser::signed_in("otto").await;
    browser.get("/arrivals/attachments/37").await.shows("/arrivals/attachments/37/original");
    let file = browser.get("/arrivals/attachments/37/original").await;
    assert_eq!((file.status, file.bytes.as_slice()), (StatusCode::OK, b"correction".as_slice()));
    assert_eq!(file.header("content-type"), "application/octet-stream");
    assert_eq!(file.header("x-content-type-options"), "nosniff");
    assert_eq!(
        file.header("content-disposition"),
        "attachment; filename=\"Korrektur M_rz 2026.xlsx\"; filename*=UTF-8''Korrektur%20M%C3%A4rz%202026.xlsx"
    );
    let mail = browser.get("/arrivals/mails/38/original").await;
    assert_eq!(mail.bytes, b"Subject: Q1");
    assert_eq!(
        mail.header("content-disposition"),
        "attachment; filename=\"mail-38.eml\"; filename*=UTF-8''mail-38.eml"
    );
}

#[tokio::test]
async fn viewers_do_not() {
    let browser = Browser::signed_in("vera").await;
    browser.get("/arrivals/attachments/37").await.hides("original");
    for address in ["/arrivals/attachments/37/original", "/arrivals/mails/38/original"] {
        let page = browser.get(address).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{address}");
        page.hides("correction");
    }
}

#[tokio::test]
async fn the_original_of_a_bare_file_is_the_file() {
    let browser = Browser::signed_in("otto").await;
    let mail: i64 = sqlx::query_scalar(
        "update message set raw = null
         where message_id = (select min(message_id) from message_attachment where attachment_id = 37)
         returning message_id",
    )
    .fetch_one(&browser.pool)
    .await
    .expect("a mail");
    let original = browser.get(&format!("/arrivals/mails/{mail}/original")).await;
    assert_eq!(original.bytes, b"correction");
    assert!(original.header("content-disposition").contains("Korrektur"));
}
