//! A file that nobody can read by itself, mapped once by a person in a browser.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use tempfile::TempDir;
use tokio::net::{TcpListener, TcpStream};

use crate::binary::Meterwatch;
use crate::browser::Browser;

const PASSWORD: &str = "a long sentence nobody guesses";

/// Headers in no language that anybody knows, in two monthly files of one sender.
fn export(month: &str) -> String {
    format!(
        "Obj,Zst,von,Wert\nHaus A,Z1,{month}-01,5\nHaus A,Z1,{month}-02,6\nHaus B,Z2,{month}-01,7\nHaus B,Z2,{month}-02,8\n"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_held_file_is_mapped_once_and_its_fellows_are_read_too() {
    let folder = TempDir::new().expect("a folder");
    let mail = folder.path().join("mail");
    std::fs::create_dir(&mail).expect("made");
    std::fs::write(mail.join("january.csv"), export("2024-01")).expect("written");
    std::fs::write(mail.join("february.csv"), export("2024-02")).expect("written");
    let configuration = "[[source]]\nname = \"drop\"\nkind = \"folder\"\npath = \"mail\"\n";
    std::fs::write(folder.path().join("meterwatch.toml"), configuration).expect("written");
    let meterwatch = Meterwatch::new(folder.path(), &["--data-dir", "data"]);
    meterwatch.expect(&["migrate"], &[0]);
    meterwatch.expect(&["ingest"], &[4]);
    let list = meterwatch.expect(&["quarantine", "list", "--json"], &[0]);
    let held: Vec<serde_json::Value> = serde_json::from_str(&list).expect("JSON");
    assert_eq!(held.len(), 2, "{list}");
    let ended = meterwatch
        .run_with(&["user", "add", "maria", "--role", "operator"], &format!("{PASSWORD}\n"));
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);

    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
    let address = listener.local_addr().expect("bound");
    drop(listener);
    let server = meterwatch.start(&["serve", "--listen", &address.to_string()]);
    answering(address).await;
    let browser = Browser::start().await;
    browser.open(&format!("http://{address}/sign-in")).await;
    browser.write("input[name=name]", "maria").await;
    browser.write("input[name=password]", PASSWORD).await;
    browser.click("form[action='/sign-in'] button").await;
    browser.wait_for_text("Arrivals").await;
    map(&browser, &format!("http://{address}"), &held[0]["attachment_id"]).await;
    assert_eq!(browser.severe().await, Vec::<String>::new(), "errors on the console");
    browser.close().await;
    drop(server);

    let stored = meterwatch.expect(&["export", "readings", "--format", "csv"], &[0]);
    assert_eq!(stored.lines().count(), 9, "{stored}");
    assert!(stored.contains("Haus A,Z1,electricity,2024-02-02,2024-02-02,6,kWh"), "{stored}");
    let list = meterwatch.expect(&["quarantine", "list", "--json"], &[0]);
    assert_eq!(list.trim(), "[]");
    kept_as_text(&meterwatch, folder.path());
}

/// Says what the columns are, looks at what would come, and saves it.
async fn map(browser: &Browser, site: &str, file: &serde_json::Value) {
    browser.open(&format!("{site}/arrivals/attachments/{file}")).await;
    browser.click("a[href$='/mapping']").await;
    browser.wait_for_text("Haus B").await;
    browser.write("input[name=header_rows]", "1").await;
    for (column, part) in [("A", "site"), ("B", "meter"), ("C", "date"), ("D", "quantity")] {
        choose(browser, &format!("role:{column}"), part).await;
    }
    choose(browser, "unit", "kWh").await;
    choose(browser, "commodity", "electricity").await;
    browser.click(".mapping-buttons button[value=preview]").await;
    browser.settled().await;
    browser.wait_for_text("Readings: 4 new.").await;
    browser.wait_for_text("5 rows = 4 accepted + 1 not data").await;
    browser.click(".mapping-buttons button[value=save]").await;
    browser.wait_for_text("files were read again").await;
    browser.wait_for_text("Who said what").await;
}

/// Chooses as a person does, so that scripts are told.
async fn choose(browser: &Browser, field: &str, value: &str) {
    browser.find(&format!("select[name='{field}']")).await;
    let script = format!(
        "const select = document.querySelector(\"select[name='{field}']\");
         select.value = '{value}';
         select.dispatchEvent(new Event('input', {{bubbles: true}}));
         return select.value"
    );
    assert_eq!(browser.script(&script).await, value);
}

/// What was said on the page is written as TOML, deleted, and said again by the file: the readings go and come.
fn kept_as_text(meterwatch: &Meterwatch, folder: &std::path::Path) {
    let written = meterwatch.expect(&["profile", "export"], &[0]);
    assert!(written.contains("role = \"quantity\""), "{written}");
    std::fs::write(folder.join("drop.toml"), &written).expect("written");
    let name = written.lines().find_map(|line| line.strip_prefix("name = ")).expect("a name");
    let name = name.trim_matches('"');
    meterwatch.expect(&["profile", "delete", name], &[4]);
    let stored = meterwatch.expect(&["export", "readings", "--format", "csv"], &[0]);
    assert_eq!(stored.lines().count(), 1, "{stored}");
    meterwatch.expect(&["profile", "import", "drop.toml"], &[0]);
    let stored = meterwatch.expect(&["export", "readings", "--format", "csv"], &[0]);
    assert_eq!(stored.lines().count(), 9, "{stored}");
    assert_eq!(meterwatch.expect(&["profile", "export"], &[0]), written);
}

/// Waits until somebody listens there.
async fn answering(address: SocketAddr) {
    let mut turns = tokio::time::interval(Duration::from_millis(50));
    let connected = async {
        while TcpStream::connect(address).await.is_err() {
            turns.tick().await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), connected).await.expect("the server came up");
}
