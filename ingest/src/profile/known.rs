//! The profiles that hold for the files of a sender.

use std::collections::HashMap;

use readings::{EarlierNotation, Profile};
use sqlx::PgPool;

use super::{ProfileError, earlier, store};

/// All profiles, as they were when they were asked for.
#[derive(Debug, Clone, Default)]
pub struct Known {
    profiles: Vec<Profile>,
    /// By sender, in lower case.
    earlier: HashMap<String, Vec<EarlierNotation>>,
}

/// What is known about the files of one sender.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Said {
    /// What people have said, the general before the special.
    pub profiles: Vec<Profile>,
    /// Layouts of which files were taken before, where it matters.
    pub known_layouts: Vec<String>,
    /// What earlier files prove of their notation, by layout.
    pub earlier: Vec<EarlierNotation>,
}

impl From<Vec<Profile>> for Known {
    fn from(profiles: Vec<Profile>) -> Self {
        Self { profiles, earlier: HashMap::new() }
    }
}

impl Known {
    /// Loads them.
    pub async fn load(pool: &PgPool) -> Result<Self, ProfileError> {
        let stored = store::all(pool).await?;
        let profiles = stored.into_iter().map(|stored| stored.profile).collect();
        Ok(Self { profiles, earlier: earlier::by_sender(pool).await? })
    }

    /// With one that is not stored, or not yet so, in the place of that of its name.
    #[must_use]
    pub fn with(mut self, profile: Profile) -> Self {
        self.profiles.retain(|other| {
            other.name != profile.name
                && (other.sender != profile.sender || other.fingerprint != profile.fingerprint)
        });
        self.profiles.push(profile);
        self
    }

    /// Without the one of this name.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.profiles.retain(|other| other.name != name);
        self
    }

    /// Those about files of a sender (an address, or the name of a source): of anybody, of the domain, of the sender.
    pub fn about(&self, origin: &str) -> Vec<Profile> {
        let mut about: Vec<Profile> =
            self.profiles.iter().filter(|profile| profile.is_about(origin)).cloned().collect();
        let special = |profile: &Profile| match profile.sender.as_bytes() {
            [] => 0,
            [b'@', ..] => 1,
            _ => 2,
        };
        about.sort_by_key(special);
        about
    }

    /// What is known about files of a sender.
    pub async fn of(&self, pool: &PgPool, origin: &str) -> Result<Said, ProfileError> {
        let profiles = self.about(origin);
        // Only beside a mapping does it matter which layouts came before.
        let known_layouts = if profiles.iter().any(Profile::is_mapping) {
            taken_before(pool, origin).await?
        } else {
            Vec::new()
        };
        let earlier = self.earlier.get(&origin.to_lowercase()).cloned().unwrap_or_default();
        Ok(Said { profiles, known_layouts, earlier })
    }
}

async fn taken_before(pool: &PgPool, origin: &str) -> Result<Vec<String>, ProfileError> {
    sqlx::query_scalar!(
        r#"select distinct a.fingerprint as "fingerprint!"
           from attachment a join attachment_sender origin using (attachment_id)
           where a.fingerprint is not null and a.outcome in ('accepted', 'partial') and origin.sender = lower($1)"#,
        origin
    )
    .fetch_all(pool)
    .await
    .map_err(ProfileError::Read)
}
