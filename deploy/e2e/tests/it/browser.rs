//! A headless Chromium, driven through chromedriver as a person would use it.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use fantoccini::elements::Element;
use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tempfile::TempDir;

/// A page that is not there after this long is a failure.
const PATIENCE: Duration = Duration::from_secs(20);

/// A browser of its own, with a fresh profile.
pub struct Browser {
    client: Client,
    driver: Child,
    _profile: TempDir,
}

impl Browser {
    pub async fn start() -> Self {
        let (driver, port) = chromedriver();
        let profile = TempDir::new().expect("a folder");
        let arguments = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-dev-shm-usage",
            "--window-size=1280,1000",
            &format!("--user-data-dir={}", profile.path().display()),
        ];
        let capabilities = json!({
            "browserName": "chrome",
            "goog:chromeOptions": { "args": arguments },
            "goog:loggingPrefs": { "browser": "ALL" },
        });
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities.as_object().expect("an object").clone())
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .expect("a session");
        Self { client, driver, _profile: profile }
    }

    pub async fn open(&self, url: &str) {
        self.client.goto(url).await.expect("opened");
    }

    /// The element of this CSS selector, as soon as it is there.
    pub async fn find(&self, selector: &str) -> Element {
        let found = self.client.wait().at_most(PATIENCE).for_element(Locator::Css(selector)).await;
        match found {
            Ok(element) => element,
            Err(error) => panic!(
                "no `{selector}` on {}: {error}\n{}\n{:?}",
                self.url().await,
                self.text().await,
                self.severe().await
            ),
        }
    }

    /// Clicks the element, as soon as it is there.
    pub async fn click(&self, selector: &str) {
        self.find(selector).await.click().await.expect("clicked");
    }

    /// Waits until every answer that the page has asked for is shown: before that a button may be exchanged.
    pub async fn settled(&self) {
        self.find("body[aria-busy='false']").await;
    }

    /// Types into the element, as soon as it is there.
    pub async fn write(&self, selector: &str, words: &str) {
        self.find(selector).await.send_keys(words).await.expect("typed");
    }

    /// The page as the server sent it.
    pub async fn source(&self) -> String {
        self.client.source().await.expect("asked")
    }

    /// All elements of this CSS selector that are there now.
    pub async fn all(&self, selector: &str) -> Vec<Element> {
        self.client.find_all(Locator::Css(selector)).await.expect("asked")
    }

    /// Waits until the page says this.
    pub async fn wait_for_text(&self, words: &str) {
        let quote = if words.contains('"') { '\'' } else { '"' };
        let path = format!("//body[contains(normalize-space(.), {quote}{words}{quote})]");
        let shown = self.client.wait().at_most(PATIENCE).for_element(Locator::XPath(&path)).await;
        assert!(shown.is_ok(), "`{words}` is not on {}:\n{}", self.url().await, self.text().await);
    }

    /// The words on the page.
    pub async fn text(&self) -> String {
        match self.client.find(Locator::Css("body")).await {
            Ok(body) => body.text().await.unwrap_or_default(),
            Err(error) => error.to_string(),
        }
    }

    pub async fn url(&self) -> String {
        self.client.current_url().await.map(|url| url.to_string()).unwrap_or_default()
    }

    /// Runs a script on the page and returns what it returns.
    pub async fn script(&self, script: &str) -> Value {
        self.client.execute(script, vec![]).await.expect("ran")
    }

    /// The lines of the console that report an error.
    pub async fn severe(&self) -> Vec<String> {
        let log = self.client.issue_cmd(&BrowserLog).await.expect("a log");
        let lines = log.as_array().expect("lines").iter();
        lines
            .filter(|line| line["level"] == "SEVERE")
            .map(|line| line["message"].as_str().unwrap_or_default().to_owned())
            .collect()
    }

    pub async fn close(mut self) {
        self.client.clone().close().await.expect("closed");
        self.driver.kill().expect("ended");
        self.driver.wait().expect("ended");
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Also after a failed test; chromedriver takes its browser along.
        if let Ok(None) = self.driver.try_wait() {
            let _ = Command::new("kill").arg(self.driver.id().to_string()).status();
            let _ = self.driver.wait();
        }
    }
}

/// Starts chromedriver on a port that it chooses and says on its output.
fn chromedriver() -> (Child, u16) {
    let mut driver = Command::new("chromedriver")
        .arg("--port=0")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("chromedriver is there (package chromium-driver)");
    let output = BufReader::new(driver.stdout.take().expect("piped"));
    let port = output.lines().map_while(Result::ok).find_map(|line| {
        let port = line.strip_prefix("ChromeDriver was started successfully on port ")?;
        port.trim_end_matches('.').parse().ok()
    });
    let Some(port) = port else {
        let _ = driver.kill();
        panic!("chromedriver ended without a port: {:?}", driver.wait());
    };
    (driver, port)
}

/// The console of the browser, an extension of chromedriver.
#[derive(Debug)]
struct BrowserLog;

impl WebDriverCompatibleCommand for BrowserLog {
    fn endpoint(
        &self,
        base: &url::Url,
        session: Option<&str>,
    ) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/se/log", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(json!({ "type": "browser" }).to_string()))
    }
}
