//! A mail put together from its parts, where the service does not give it as a whole, or where a file is not in it.
//!
//! A file that is only linked to in a cloud store becomes a line with its address, which the reader of mails tells as
//! what it is. The same parts always make the same bytes.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::client::{About, Graph, RequestError};
use crate::source::{MAX_BYTES, hex, http};

/// What is told of a file of a mail.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Part {
    #[serde(rename = "@odata.type", default)]
    kind: String,
    id: String,
    name: Option<String>,
    content_type: Option<String>,
    source_url: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Parts {
    value: Vec<Part>,
    #[serde(rename = "@odata.nextLink")]
    next: Option<String>,
}

/// What is told of a mail.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Headers {
    pub(super) internet_message_id: Option<String>,
    pub(super) subject: Option<String>,
    pub(super) from: Option<Recipient>,
    pub(super) to_recipients: Vec<Recipient>,
    pub(super) cc_recipients: Vec<Recipient>,
    pub(super) sent_date_time: Option<jiff::Timestamp>,
    pub(super) has_attachments: bool,
}

/// An address as the service writes it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Recipient {
    pub(super) email_address: Address,
}

/// The address itself.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Address {
    pub(super) address: Option<String>,
}

/// The files of a mail, without their bytes.
pub(super) async fn parts(graph: &Graph, id: &str) -> Result<Vec<Part>, RequestError> {
    let mut url = graph.url(&format!("messages/{}/attachments", http::encoded(id)));
    let mut parts = Vec::new();
    loop {
        let page: Parts = graph.get(&url, About::Mail).await?;
        parts.extend(page.value);
        match page.next.filter(|next| graph.is_own(next)) {
            Some(next) => url = next,
            None => return Ok(parts),
        }
    }
}

impl Part {
    /// Whether only a link came, not the file.
    pub(super) fn is_link(&self) -> bool {
        self.kind.ends_with("referenceAttachment")
    }

    fn is_mail(&self) -> bool {
        self.kind.ends_with("itemAttachment")
    }
}

/// Puts a mail together.
pub(super) async fn assemble(
    graph: &Graph,
    id: &str,
    headers: &Headers,
    parts: &[Part],
) -> Result<Vec<u8>, RequestError> {
    // Of its own, since a mail within may have been put together like this one.
    let boundary = boundary(id);
    let links: Vec<String> = parts.iter().filter(|part| part.is_link()).map(link_line).collect();
    let head = format!(
        "{}MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"{boundary}\"\r\n\r\n\
         --{boundary}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n{}\r\n",
        header_lines(headers),
        wrapped(links.concat().as_bytes())
    );
    let mut mail = head.into_bytes();
    for part in parts.iter().filter(|part| !part.is_link()) {
        let (mail_id, part_id) = (http::encoded(id), http::encoded(&part.id));
        let url = graph.url(&format!("messages/{mail_id}/attachments/{part_id}/$value"));
        let bytes = graph.bytes(&url).await?;
        // A mail within the mail stands as it is; its bytes are asked for, since none are told with it.
        let (kind, encoding, bytes) = if part.is_mail() {
            ("message/rfc822", "binary", bytes)
        } else {
            let told = part.content_type.as_deref().filter(|kind| is_type(kind));
            (told.unwrap_or("application/octet-stream"), "base64", wrapped(&bytes).into_bytes())
        };
        let name = http::encoded(&file_name(part));
        mail.extend_from_slice(
            format!(
                "--{boundary}\r\nContent-Type: {kind}\r\nContent-Transfer-Encoding: {encoding}\r\n\
                 Content-Disposition: attachment; filename*=utf-8''{name}\r\n\r\n"
            )
            .as_bytes(),
        );
        mail.extend_from_slice(&bytes);
        mail.extend_from_slice(b"\r\n");
        if mail.len() as u64 > MAX_BYTES {
            return Err(RequestError::TooLarge);
        }
    }
    mail.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    Ok(mail)
}

/// A text that stands in no other mail, and is the same for the same mail.
fn boundary(id: &str) -> String {
    format!("=_{}", hex(&Sha256::digest(id)[..16]))
}

/// A file that is only linked to, as a line of the letter.
fn link_line(part: &Part) -> String {
    let name = part.name.as_deref().unwrap_or("a file");
    // The service names the address in its beta version alone; a store of Microsoft's is meant.
    let url = part.source_url.as_deref().unwrap_or("https://onedrive.live.com/");
    format!("{name}: {url}\r\n")
}

/// A mail within a mail is opened by its name.
fn file_name(part: &Part) -> String {
    let name = part.name.clone().unwrap_or_else(|| "file".to_owned());
    let is_eml = name.to_lowercase().ends_with(".eml");
    if part.is_mail() && !is_eml { format!("{name}.eml") } else { name }
}

fn header_lines(headers: &Headers) -> String {
    let clean = |text: &str| text.chars().filter(|c| !c.is_control()).collect::<String>();
    let address = |at: &Recipient| at.email_address.address.as_deref().map(clean);
    let mut lines = Vec::new();
    lines.extend(headers.from.as_ref().and_then(address).map(|from| format!("From: <{from}>\r\n")));
    lines.extend(
        headers.to_recipients.iter().filter_map(address).map(|to| format!("To: <{to}>\r\n")),
    );
    lines.extend(
        headers
            .subject
            .as_deref()
            .map(|subject| format!("Subject: =?utf-8?B?{}?=\r\n", STANDARD.encode(clean(subject)))),
    );
    lines.extend(
        headers.internet_message_id.as_deref().map(|id| format!("Message-ID: {}\r\n", clean(id))),
    );
    let sent = headers.sent_date_time.map(|sent| sent.to_zoned(jiff::tz::TimeZone::UTC));
    let date = sent.and_then(|sent| jiff::fmt::rfc2822::to_string(&sent).ok());
    lines.extend(date.map(|date| format!("Date: {date}\r\n")));
    lines.concat()
}

fn is_type(text: &str) -> bool {
    text.contains('/')
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/.+-_".contains(&byte))
}

/// Base64 in lines.
fn wrapped(bytes: &[u8]) -> String {
    let text = STANDARD.encode(bytes);
    let lines: Vec<&str> =
        text.as_bytes().chunks(76).filter_map(|line| std::str::from_utf8(line).ok()).collect();
    lines.join("\r\n")
}
