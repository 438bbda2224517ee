//! Who is signed in: a random token in a cookie, its digest in the database.

use axum::http::{HeaderMap, HeaderValue, header};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};
use sqlx::PgConnection;

use super::failure::Failure;
use crate::views::{Role, SignedIn};

/// 128 random bits cannot be guessed.
const TOKEN_BYTES: usize = 16;
/// The time of the last request is written at most this often, so that reading pages does not write.
const SEEN_EVERY: SignedDuration = SignedDuration::from_secs(60);

/// How long a person stays signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionLimits {
    /// Without a request.
    pub idle: SignedDuration,
    /// At all.
    pub absolute: SignedDuration,
}

impl Default for SessionLimits {
    /// Half an hour without a request, a working day at all.
    fn default() -> Self {
        Self { idle: SignedDuration::from_mins(30), absolute: SignedDuration::from_hours(8) }
    }
}

/// The secret in the cookie; it is stored nowhere else.
#[derive(Clone)]
pub struct Token(String);

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(…)")
    }
}

impl Token {
    /// A new one.
    pub fn random() -> Result<Self, Failure> {
        let mut bytes = [0_u8; TOKEN_BYTES];
        getrandom::fill(&mut bytes).map_err(|_| Failure::Machine("no random numbers"))?;
        Ok(Self(URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// The one that the browser sends.
    pub fn of(headers: &HeaderMap, https: bool) -> Option<Self> {
        cookie(headers, cookie_name(https)).map(|value| Self(value.to_owned()))
    }

    /// The value for `Set-Cookie`.
    pub fn to_cookie(&self, https: bool) -> Option<HeaderValue> {
        let secure = if https { "; Secure" } else { "" };
        let name = cookie_name(https);
        let text = format!("{name}={}; Path=/; HttpOnly; SameSite=Lax{secure}", self.0);
        HeaderValue::from_str(&text).ok()
    }

    fn digest(&self) -> Vec<u8> {
        Sha256::digest(self.0.as_bytes()).to_vec()
    }
}

/// The value for `Set-Cookie` that removes the cookie.
pub fn removed_cookie(https: bool) -> Option<HeaderValue> {
    let secure = if https { "; Secure" } else { "" };
    let name = cookie_name(https);
    let text = format!("{name}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0{secure}");
    HeaderValue::from_str(&text).ok()
}

/// `__Host-` binds the cookie to https and to this host; browsers refuse it on plain http.
const fn cookie_name(https: bool) -> &'static str {
    if https { "__Host-session" } else { "session" }
}

/// The value of a cookie.
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|text| text.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(known, _)| *known == name)
        .map(|(_, value)| value)
}

/// Starts a session, and removes those that have ended.
pub async fn start(
    connection: &mut PgConnection,
    user_id: i64,
    token: &Token,
    limits: SessionLimits,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    let at = jiff_sqlx::Timestamp::from(now);
    let idle_since = jiff_sqlx::Timestamp::from(now - limits.idle);
    sqlx::query!(
        "delete from session where expires_at <= $1 or last_seen_at <= $2",
        at as _,
        idle_since as _
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "insert into session (token_digest, user_id, created_at, last_seen_at, expires_at)
         values ($1, $2, $3, $3, $4)",
        token.digest(),
        user_id,
        at as _,
        jiff_sqlx::Timestamp::from(now + limits.absolute) as _,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Ends a session at the server, whatever the browser keeps.
pub async fn end(connection: &mut PgConnection, token: &Token) -> Result<(), sqlx::Error> {
    sqlx::query!("delete from session where token_digest = $1", token.digest())
        .execute(connection)
        .await?;
    Ok(())
}

/// Whose session it is, while it lasts.
pub async fn find(
    connection: &mut PgConnection,
    token: &Token,
    limits: SessionLimits,
    now: Timestamp,
) -> Result<Option<SignedIn>, Failure> {
    let digest = token.digest();
    let row = sqlx::query!(
        r#"select u.user_id, u.name, u.role, s.last_seen_at as "last_seen_at: jiff_sqlx::Timestamp"
           from session s join app_user u using (user_id)
           where s.token_digest = $1 and s.expires_at > $2 and s.last_seen_at > $3"#,
        digest,
        jiff_sqlx::Timestamp::from(now) as _,
        jiff_sqlx::Timestamp::from(now - limits.idle) as _,
    )
    .fetch_optional(&mut *connection)
    .await?;
    let Some(row) = row else { return Ok(None) };
    if now.duration_since(row.last_seen_at.to_jiff()) >= SEEN_EVERY {
        sqlx::query!(
            "update session set last_seen_at = $2 where token_digest = $1",
            digest,
            jiff_sqlx::Timestamp::from(now) as _
        )
        .execute(connection)
        .await?;
    }
    let role: Role = row.role.parse().map_err(|_| Failure::Stored(row.role))?;
    Ok(Some(SignedIn { user_id: row.user_id, name: row.name, role }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_found_among_others() {
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, HeaderValue::from_static("theme=dark; session=abc; x=1"));
        assert_eq!(cookie(&headers, "session"), Some("abc"));
        assert_eq!(cookie(&headers, "theme"), Some("dark"));
        assert_eq!(cookie(&headers, "sess"), None);
    }

    #[test]
    fn behind_https_the_cookie_is_bound_to_the_host() {
        let token = Token::random().expect("random numbers");
        let text = |https| {
            let value = token.to_cookie(https).expect("a header");
            value.to_str().expect("text").to_owned()
        };
        assert!(text(true).starts_with("__Host-session=") && text(true).ends_with("; Secure"));
        assert!(text(false).starts_with("session=") && !text(false).contains("Secure"));
        assert!(text(false).contains("HttpOnly; SameSite=Lax"));
    }
}
