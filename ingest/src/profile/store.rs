//! Profiles in the database, with the history of who said what.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use readings::{ProblemCode, Profile};
use serde::Serialize;
use sqlx::{PgConnection, PgPool};

use super::ProfileError;

/// Where a profile is kept, and may be changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum KeptIn {
    /// By people, on the pages and the command line.
    Database,
    /// In files beside the configuration, under version control.
    Configuration,
}

impl KeptIn {
    /// The name as stored.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Database => "database",
            Self::Configuration => "configuration",
        }
    }
}

/// A profile as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StoredProfile {
    /// What it says.
    pub profile: Profile,
    /// Counts its changes, from 1.
    pub revision: i32,
    /// Where it is kept.
    pub kept_in: KeptIn,
    /// When it was changed last.
    pub changed_at: Timestamp,
    /// By whom.
    pub changed_by: String,
}

/// A question of a file and how it was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The question.
    pub question: ProblemCode,
    /// The answer, in words.
    pub answer: String,
}

/// Who saves a profile, and how.
#[derive(Debug, Clone, Copy)]
pub struct Saving<'a> {
    /// The name of the person, or of the file.
    pub actor: &'a str,
    /// Where it is kept.
    pub kept_in: KeptIn,
    /// The revision that the person has seen; `None` saves whatever was there.
    pub seen: Option<i32>,
    /// The questions that it answers.
    pub answers: &'a [Answer],
}

/// One line of the history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HistoryEntry {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: String,
    /// `saved`, `answered` or `deleted`.
    pub action: String,
    /// The code of the question that was answered.
    pub question: Option<String>,
    /// The answer.
    pub answer: Option<String>,
}

/// All profiles, by name.
pub async fn all(pool: &PgPool) -> Result<Vec<StoredProfile>, ProfileError> {
    let rows = sqlx::query!(
        r#"select name, body, revision, kept_in, changed_at as "changed_at: jiff_sqlx::Timestamp", changed_by
           from profile order by name"#
    )
    .fetch_all(pool)
    .await
    .map_err(ProfileError::Read)?;
    rows.into_iter()
        .map(|row| {
            let kept_in = match row.kept_in.as_str() {
                "configuration" => KeptIn::Configuration,
                _ => KeptIn::Database,
            };
            let profile = serde_json::from_value(row.body)
                .map_err(|_| ProfileError::Stored(row.name.clone()))?;
            Ok(StoredProfile {
                profile,
                revision: row.revision,
                kept_in,
                changed_at: row.changed_at.to_jiff(),
                changed_by: row.changed_by,
            })
        })
        .collect()
}

/// Saves a profile under its name, with its history; `false` where it says what was said before.
pub async fn save(
    pool: &PgPool,
    profile: &Profile,
    saving: Saving<'_>,
    now: Timestamp,
) -> Result<bool, ProfileError> {
    let wrong = profile.problems();
    if !wrong.is_empty() {
        return Err(ProfileError::Wrong(wrong.join("; ")));
    }
    let profile = &Profile { sender: profile.sender.to_lowercase(), ..profile.clone() };
    let mut transaction = pool.begin().await.map_err(ProfileError::Write)?;
    let before = sqlx::query!(
        "select revision, kept_in, body from profile where name = $1 for update",
        profile.name
    )
    .fetch_optional(&mut *transaction)
    .await
    .map_err(ProfileError::Read)?;
    if let Some(before) = &before {
        if before.kept_in == "configuration" && saving.kept_in == KeptIn::Database {
            return Err(ProfileError::InConfiguration(profile.name.clone()));
        }
        if saving.seen.is_some_and(|seen| seen != before.revision) {
            return Err(ProfileError::Stale(profile.name.clone()));
        }
    }
    let body = serde_json::to_value(profile).unwrap_or_default();
    let same =
        before.is_some_and(|before| before.body == body && before.kept_in == saving.kept_in.code());
    if same && saving.answers.is_empty() {
        return Ok(false);
    }
    write(&mut transaction, profile, &body, saving, now).await?;
    note(&mut transaction, &profile.name, saving.actor, "saved", None, Some(&body), now).await?;
    for answer in saving.answers {
        let said = Some((answer.question.code(), answer.answer.as_str()));
        note(&mut transaction, &profile.name, saving.actor, "answered", said, None, now).await?;
    }
    transaction.commit().await.map_err(ProfileError::Write)?;
    Ok(!same)
}

async fn write(
    connection: &mut PgConnection,
    profile: &Profile,
    body: &serde_json::Value,
    saving: Saving<'_>,
    now: Timestamp,
) -> Result<(), ProfileError> {
    let taken = sqlx::query_scalar!(
        "select name from profile where sender = $1 and fingerprint = $2 and name <> $3",
        profile.sender,
        profile.fingerprint,
        profile.name,
    )
    .fetch_optional(&mut *connection)
    .await
    .map_err(ProfileError::Read)?;
    if let Some(other) = taken {
        return Err(ProfileError::Taken(other));
    }
    sqlx::query!(
        "insert into profile (name, sender, fingerprint, body, kept_in, changed_at, changed_by)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (name) do update set sender = excluded.sender, fingerprint = excluded.fingerprint,
             body = excluded.body, kept_in = excluded.kept_in, revision = profile.revision + 1,
             changed_at = excluded.changed_at, changed_by = excluded.changed_by",
        profile.name,
        profile.sender,
        profile.fingerprint,
        body,
        saving.kept_in.code(),
        now.to_sqlx() as _,
        saving.actor,
    )
    .execute(connection)
    .await
    .map_err(ProfileError::Write)?;
    Ok(())
}

/// Deletes a profile; its history stays. `false` where there is none of this name.
pub async fn delete(
    pool: &PgPool,
    name: &str,
    actor: &str,
    kept_in: KeptIn,
    now: Timestamp,
) -> Result<bool, ProfileError> {
    let mut transaction = pool.begin().await.map_err(ProfileError::Write)?;
    let gone = sqlx::query!("delete from profile where name = $1 returning kept_in, body", name)
        .fetch_optional(&mut *transaction)
        .await
        .map_err(ProfileError::Write)?;
    let Some(gone) = gone else { return Ok(false) };
    if gone.kept_in == "configuration" && kept_in == KeptIn::Database {
        return Err(ProfileError::InConfiguration(name.to_owned()));
    }
    note(&mut transaction, name, actor, "deleted", None, Some(&gone.body), now).await?;
    transaction.commit().await.map_err(ProfileError::Write)?;
    Ok(true)
}

async fn note(
    connection: &mut PgConnection,
    name: &str,
    actor: &str,
    action: &str,
    answer: Option<(&str, &str)>,
    body: Option<&serde_json::Value>,
    now: Timestamp,
) -> Result<(), ProfileError> {
    sqlx::query!(
        "insert into profile_history (name, at, actor, action, question, answer, body)
         values ($1, $2, $3, $4, $5, $6, $7)",
        name,
        now.to_sqlx() as _,
        actor,
        action,
        answer.map(|(question, _)| question),
        answer.map(|(_, answer)| answer),
        body,
    )
    .execute(connection)
    .await
    .map_err(ProfileError::Write)?;
    Ok(())
}

/// Who said what about the files of a profile, the newest first.
pub async fn history(pool: &PgPool, name: &str) -> Result<Vec<HistoryEntry>, ProfileError> {
    let rows = sqlx::query!(
        r#"select at as "at: jiff_sqlx::Timestamp", actor, action, question, answer
           from profile_history where name = $1 order by profile_history_id desc limit 200"#,
        name
    )
    .fetch_all(pool)
    .await
    .map_err(ProfileError::Read)?;
    Ok(rows
        .into_iter()
        .map(|row| HistoryEntry {
            at: row.at.to_jiff(),
            actor: row.actor,
            action: row.action,
            question: row.question,
            answer: row.answer,
        })
        .collect())
}
