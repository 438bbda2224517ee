use std::net::Ipv4Addr;

use axum::http::StatusCode;
use dashboard::server::{Options, ServeError, bind, serve};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::browser::Browser;
use crate::seed;

#[tokio::test]
async fn what_is_not_there_is_said_so() {
    let browser = Browser::signed_in("vera").await;
    for (address, what) in [
        ("/nothing", "page"),
        ("/alerts/AL-zzzzzzz0/acknowledge", "page"),
        ("/alerts/AL-nonsense", "alert"),
        ("/alerts/AL-zzzzzzz0", "alert"),
        ("/sites/9999", "site"),
        ("/sites/x", "site"),
        ("/meters/99999999999999999999", "meter"),
        ("/arrivals/mails/9999", "mail"),
        ("/arrivals/attachments/9999", "file"),
    ] {
        let page = browser.get(address).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{address}");
        page.shows(&format!("There is no such {what}."));
    }
}

#[tokio::test]
async fn without_a_database_there_is_a_page_and_not_a_crash() {
    let browser = Browser::signed_in("vera").await;
    assert_eq!(browser.get("/readyz").await.status, StatusCode::OK);
    browser.pool.close().await;
    let page = browser.get("/alerts").await;
    assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE);
    page.shows("The database does not answer");
    page.shows("Nothing is lost");
    page.shows("Error number");
    assert_eq!(page.header("retry-after"), "10");
    assert_eq!(page.header("refresh"), "10; url=/alerts");
    assert_eq!(browser.get("/livez").await.status, StatusCode::OK);
    assert_eq!(browser.get("/readyz").await.status, StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn a_schema_that_is_not_ours_is_not_ready() {
    let browser = Browser::new().await;
    sqlx::raw_sql("update _sqlx_migrations set version = version + 1000000")
        .execute(&browser.pool)
        .await
        .expect("changed");
    assert_eq!(browser.get("/readyz").await.status, StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn a_port_that_is_taken_is_its_own_error() {
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
    let address = taken.local_addr().expect("an address");
    let error = bind(address).await.expect_err("taken");
    assert!(matches!(error, ServeError::AddressInUse { .. }), "{error:?}");
    assert!(error.to_string().contains(&address.to_string()), "{error}");
}

#[tokio::test]
async fn the_server_serves_until_it_is_told_to_stop() {
    let browser = Browser::new().await;
    let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
    let address = free.local_addr().expect("an address");
    drop(free);
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let options = Options::new(address, seed::now);
    let serving = tokio::spawn(serve(browser.pool.clone(), options, async move {
        let _ = stopped.await;
    }));
    let mut answer = String::new();
    loop {
        let Ok(mut stream) = TcpStream::connect(address).await else {
            tokio::task::yield_now().await;
            continue;
        };
        let ask = b"GET /livez HTTP/1.1\r\nhost: here\r\nconnection: close\r\n\r\n";
        stream.write_all(ask).await.expect("written");
        stream.read_to_string(&mut answer).await.expect("an answer");
        break;
    }
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
    stop.send(()).expect("still serving");
    serving.await.expect("no panic").expect("a clean end");
}
