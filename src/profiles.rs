//! The profiles of the configuration, brought into the database, and the files that they concern.

use ingest::profile::{self, KeptIn, Replayed, Saving};
use readings::Profile;
use sqlx::PgPool;

use crate::clock;
use crate::config::ProfileSettings;
use crate::reader::ReaderProcess;

/// Under this name the configuration appears in the history.
const CONFIGURATION: &str = "configuration";

/// Brings the files of `[profiles]` into the database: new and changed ones are saved, those whose file is gone are
/// deleted, and the files of mails that they concern are read again.
pub async fn sync(
    pool: &PgPool,
    settings: &ProfileSettings,
    reader: &mut ReaderProcess,
) -> anyhow::Result<Vec<Replayed>> {
    let wanted = settings.read()?;
    let mut files = Vec::new();
    for stored in profile::all(pool).await? {
        let is_gone = stored.kept_in == KeptIn::Configuration
            && !wanted.iter().any(|profile| profile.name == stored.profile.name);
        if is_gone {
            let name = &stored.profile.name;
            let concerned = profile::affected(pool, &stored.profile).await?;
            profile::delete(pool, name, CONFIGURATION, KeptIn::Configuration, clock::now()).await?;
            files.extend(concerned);
        }
    }
    for one in &wanted {
        let saving = Saving {
            actor: CONFIGURATION,
            kept_in: KeptIn::Configuration,
            seen: None,
            answers: &[],
        };
        if profile::save(pool, one, saving, clock::now()).await? {
            files.extend(profile::affected(pool, one).await?);
        }
    }
    files.sort_unstable();
    files.dedup();
    Ok(profile::replay_all(pool, &files, reader, clock::now()).await?)
}

/// Saves a profile that a person has written, and reads the files again that it concerns, those that it concerned
/// before included.
pub async fn save(
    pool: &PgPool,
    profile: &Profile,
    saving: Saving<'_>,
    reader: &mut ReaderProcess,
) -> Result<Vec<Replayed>, profile::ProfileError> {
    let mut files = profile::affected(pool, profile).await?;
    profile::save(pool, profile, saving, clock::now()).await?;
    files.extend(profile::affected(pool, profile).await?);
    files.sort_unstable();
    files.dedup();
    profile::replay_all(pool, &files, reader, clock::now()).await
}

/// Deletes a profile, and reads the files again that were read by it. `None` where there is none of this name.
pub async fn delete(
    pool: &PgPool,
    name: &str,
    actor: &str,
    reader: &mut ReaderProcess,
) -> Result<Option<Vec<Replayed>>, profile::ProfileError> {
    let stored = profile::all(pool).await?.into_iter().find(|one| one.profile.name == name);
    let Some(stored) = stored else { return Ok(None) };
    let files = profile::affected(pool, &stored.profile).await?;
    profile::delete(pool, name, actor, KeptIn::Database, clock::now()).await?;
    profile::replay_all(pool, &files, reader, clock::now()).await.map(Some)
}
