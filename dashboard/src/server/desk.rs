//! The port through which the pages look into a stored file and say how it is to be read.
//!
//! The pages know no reader of workbooks and never hold the bytes of a foreign file in a parser: whoever serves them
//! gives a desk that opens files in a process of its own and keeps profiles.

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use readings::ids::AttachmentId;
use readings::problem::ProblemCode;
use readings::profile::Profile;

use crate::views::mapping::{KeptProfile, OpenedFile, ReplayedFile, Window};

/// What comes of asking the desk.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, DeskFailure>> + Send + 'a>>;

/// Why the desk did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeskFailure {
    /// What was asked for cannot be meant or is not allowed; a sentence for the person.
    Refused(String),
    /// Something of the machine failed; a sentence for the log.
    Broken(String),
}

/// What a person saves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Saving {
    /// What is said.
    pub profile: Profile,
    /// Who says it.
    pub actor: String,
    /// The revision that the person has seen; none where the profile is new.
    pub seen: Option<i32>,
    /// The questions that are answered by it, each with the answer in words.
    pub answers: Vec<(ProblemCode, String)>,
}

/// Opens stored files and keeps profiles.
pub trait MappingDesk: fmt::Debug + Send + Sync {
    /// Opens a file, read by a profile that is not stored, or by the stored ones; nothing is changed.
    fn open(
        &self,
        attachment: AttachmentId,
        draft: Option<Profile>,
        window: Window,
    ) -> Answer<'_, Option<OpenedFile>>;

    /// Saves a profile and reads the files again that it concerns.
    fn save(&self, saving: Saving) -> Answer<'_, Vec<ReplayedFile>>;

    /// Deletes a profile and reads the files again that were read by it.
    fn delete(&self, name: String, actor: String) -> Answer<'_, Vec<ReplayedFile>>;

    /// All profiles.
    fn all(&self) -> Answer<'_, Vec<KeptProfile>>;

    /// A profile as it is written in files.
    fn written(&self, profile: &Profile) -> String;
}
