//! The people who may sign in. The command line manages them; nobody else does.

use jiff::Timestamp;
use sqlx::{PgConnection, PgPool};

use crate::server::password::{self, HashError};
use crate::views::Role;

const SHORTEST_PASSWORD: usize = 15;
const LONGEST_PASSWORD: usize = 1_000;
const LONGEST_NAME: usize = 100;

/// A user, without the password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// The name to sign in with; it stands in the history of alerts.
    pub name: String,
    /// What the user may do.
    pub role: Role,
    /// When the user was added.
    pub created_at: Timestamp,
}

/// Why a user cannot be added, changed or removed.
#[derive(Debug, thiserror::Error)]
pub enum UserError {
    /// Empty, too long, or with signs that cannot be seen.
    #[error("a user's name has 1 to {LONGEST_NAME} visible characters")]
    UnusableName,
    /// The history of alerts uses this name for what the program does by itself.
    #[error("`meterwatch` is the program's own name in the history; choose another")]
    ReservedName,
    /// Short passwords are guessed.
    #[error(
        "a password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters; a sentence is easy to remember"
    )]
    UnusablePassword,
    /// The name is taken.
    #[error("there is a user `{0}` already; to change the password use `meterwatch user password`")]
    Exists(String),
    /// Nobody has this name.
    #[error("there is no user `{0}`; `meterwatch user list` shows all")]
    Unknown(String),
    /// The machine gave no random numbers for the salt.
    #[error("the system gives no random numbers")]
    Random,
    /// The hash could not be computed.
    #[error(transparent)]
    Hash(#[from] HashError),
    /// The users could not be read.
    #[error("the users could not be read from the database")]
    Read(#[source] sqlx::Error),
    /// The change could not be stored.
    #[error("the user could not be stored in the database")]
    Write(#[source] sqlx::Error),
    /// A stored role is not known to this version.
    #[error("user `{0}` has a role that this version does not know")]
    StoredRole(String),
}

/// Adds a user.
pub async fn add(
    pool: &PgPool,
    name: &str,
    password: &str,
    role: Role,
    now: Timestamp,
) -> Result<(), UserError> {
    let name = usable_name(name)?;
    let hash = hashed(password)?;
    let result = sqlx::query!(
        "insert into app_user (name, password_hash, role, created_at)
         select $1, $2, $3, $4
         where not exists (select 1 from app_user where lower(name) = lower($1))
         on conflict (name) do nothing",
        name,
        hash,
        role.code(),
        jiff_sqlx::Timestamp::from(now) as _,
    )
    .execute(pool)
    .await
    .map_err(UserError::Write)?;
    if result.rows_affected() == 0 { Err(UserError::Exists(name.to_owned())) } else { Ok(()) }
}

/// Gives a user another password; all sessions of the user end.
pub async fn set_password(pool: &PgPool, name: &str, password: &str) -> Result<(), UserError> {
    let hash = hashed(password)?;
    let mut transaction = pool.begin().await.map_err(UserError::Write)?;
    let user_id = sqlx::query_scalar!(
        "update app_user set password_hash = $2 where lower(name) = lower($1) returning user_id",
        name.trim(),
        hash,
    )
    .fetch_optional(&mut *transaction)
    .await
    .map_err(UserError::Write)?
    .ok_or_else(|| UserError::Unknown(name.trim().to_owned()))?;
    sqlx::query!("delete from session where user_id = $1", user_id)
        .execute(&mut *transaction)
        .await
        .map_err(UserError::Write)?;
    transaction.commit().await.map_err(UserError::Write)
}

/// All users, by name.
pub async fn list(pool: &PgPool) -> Result<Vec<User>, UserError> {
    let rows = sqlx::query!(
        r#"select name, role, created_at as "created_at: jiff_sqlx::Timestamp"
           from app_user order by lower(name)"#
    )
    .fetch_all(pool)
    .await
    .map_err(UserError::Read)?;
    rows.into_iter()
        .map(|row| match row.role.parse() {
            Ok(role) => Ok(User { name: row.name, role, created_at: row.created_at.to_jiff() }),
            Err(_) => Err(UserError::StoredRole(row.name)),
        })
        .collect()
}

/// Removes a user and ends the user's sessions; what the user did stays in the history.
pub async fn remove(pool: &PgPool, name: &str) -> Result<(), UserError> {
    let result = sqlx::query!("delete from app_user where lower(name) = lower($1)", name.trim())
        .execute(pool)
        .await
        .map_err(UserError::Write)?;
    if result.rows_affected() == 0 {
        Err(UserError::Unknown(name.trim().to_owned()))
    } else {
        Ok(())
    }
}

/// A row with its hash, for signing in.
#[derive(Debug)]
pub(crate) struct Account {
    pub user_id: i64,
    pub name: String,
    pub password_hash: String,
}

pub(crate) async fn find(
    connection: &mut PgConnection,
    name: &str,
) -> Result<Option<Account>, sqlx::Error> {
    sqlx::query_as!(
        Account,
        "select user_id, name, password_hash from app_user where lower(name) = lower($1)",
        name
    )
    .fetch_optional(connection)
    .await
}

pub(crate) async fn exist(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(r#"select exists (select 1 from app_user) as "exist!""#)
        .fetch_one(connection)
        .await
}

fn usable_name(name: &str) -> Result<&str, UserError> {
    let name = name.trim();
    let visible = name.chars().all(|sign| !sign.is_control());
    if name.is_empty() || name.chars().count() > LONGEST_NAME || !visible {
        Err(UserError::UnusableName)
    } else if name.eq_ignore_ascii_case("meterwatch") {
        Err(UserError::ReservedName)
    } else {
        Ok(name)
    }
}

fn hashed(password: &str) -> Result<String, UserError> {
    let length = password.chars().count();
    if !(SHORTEST_PASSWORD..=LONGEST_PASSWORD).contains(&length)
        || password.len() > LONGEST_PASSWORD
    {
        return Err(UserError::UnusablePassword);
    }
    let mut salt = [0_u8; 16];
    getrandom::fill(&mut salt).map_err(|_| UserError::Random)?;
    Ok(password::hash(password, &salt)?)
}
