//! Mails and files as they arrived: fetched to be kept, never shown by the browser.

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use readings::ids::{AttachmentId, MessageId};

use crate::server::failure::Failure;
use crate::server::state::Server;
use crate::server::visit::Visit;

/// Originals may hold anything; those who open them know that.
pub fn allow(visit: &Visit) -> Result<(), Failure> {
    if visit.may_open_originals() {
        Ok(())
    } else {
        Err(Failure::Forbidden("Viewers do not open mails and files as they arrived."))
    }
}

/// The bytes of a mail, or of the bare file that stands for one.
pub async fn mail(server: &Server, mail: MessageId) -> Result<Response, Failure> {
    let mut connection = server.connection().await?;
    let row = sqlx::query!(
        r#"select coalesce(m.raw, a.content) as content, ma.file_name, m.raw is null as "is_bare!"
           from message m
           left join message_attachment ma on m.raw is null and ma.message_id = m.message_id
           left join attachment a using (attachment_id)
           where m.message_id = $1 limit 1"#,
        mail as _
    )
    .fetch_optional(&mut *connection)
    .await?
    .ok_or(Failure::NotFound("mail"))?;
    let content = row.content.ok_or(Failure::NotFound("mail"))?;
    tracing::info!(mail.id = mail.get(), "the original of a mail was fetched");
    let name = row.file_name.filter(|_| row.is_bare);
    Ok(download(content, &name.unwrap_or_else(|| format!("mail-{mail}.eml"))))
}

/// The bytes of a file, under the name of its first mail.
pub async fn attachment(server: &Server, attachment: AttachmentId) -> Result<Response, Failure> {
    let mut connection = server.connection().await?;
    let row = sqlx::query!(
        r#"select content,
                  (select ma.file_name from message_attachment ma
                   where ma.attachment_id = t.attachment_id
                   order by ma.message_id, ma.ordinal limit 1) as file_name
           from attachment t where attachment_id = $1"#,
        attachment as _
    )
    .fetch_optional(&mut *connection)
    .await?
    .ok_or(Failure::NotFound("file"))?;
    tracing::info!(attachment.id = attachment.get(), "the original of a file was fetched");
    let name = row.file_name.unwrap_or_else(|| format!("file-{attachment}"));
    Ok(download(row.content, &name))
}

fn download(content: Vec<u8>, name: &str) -> Response {
    let mut response = content.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; sandbox"),
    );
    let disposition = HeaderValue::from_str(&disposition(name))
        .unwrap_or_else(|_| HeaderValue::from_static("attachment"));
    headers.insert(header::CONTENT_DISPOSITION, disposition);
    response
}

/// RFC 6266: a plain name for old browsers, the full one in UTF-8 beside it.
fn disposition(name: &str) -> String {
    let plain: String = name
        .chars()
        .map(|sign| match sign {
            '"' | '\\' | '/' | '%' => '_',
            ' '..='~' => sign,
            _ => '_',
        })
        .collect();
    let full: String = name
        .bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' => {
                char::from(byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        })
        .collect();
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{full}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_any_kind_become_safe_headers() {
        assert_eq!(
            disposition("Zähler \"Nord\".xlsx"),
            "attachment; filename=\"Z_hler _Nord_.xlsx\"; filename*=UTF-8''Z%C3%A4hler%20%22Nord%22.xlsx"
        );
        assert!(!disposition("a\r\nX-Evil: 1").contains('\n'));
    }
}
