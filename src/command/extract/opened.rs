//! One file opened: itself, the attachments of a mail, or the files of an archive; each read as the worker does it.

use std::path::Path;

use ingest::layout::FileContext;
use ingest::ledger::{Outcome, judge, judge_unopened};
use ingest::message::{self, Message, archive};
use ingest::profile::Known;
use ingest::workbook::Limits;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use readings::{Extraction, Problem, ProblemCode, RowAccount};

use crate::config::Config;
use crate::exit::Failure;
use crate::given::{is_mail, unreadable};
use crate::reader::ReaderProcess;

/// Opens files, some at a time.
pub struct Opener {
    reader: ReaderProcess,
    profiles: Known,
    now: Timestamp,
}

/// A file that was given.
pub struct Opened {
    /// As given.
    pub name: String,
    /// The mail, where it is one.
    pub mail: Option<Message>,
    /// Whether it is an archive.
    pub is_archive: bool,
    /// The file itself, or what is in it.
    pub files: Vec<File>,
}

/// A file that was read.
pub struct File {
    /// Its name.
    pub name: Option<String>,
    /// The type that its sender declared.
    pub content_type: Option<String>,
    /// The bytes.
    pub content: Vec<u8>,
    /// The messages and archives it came through.
    pub path: Vec<String>,
    /// The format found and what was read.
    pub read: Result<(String, Extraction), Problem>,
}

impl Opener {
    /// Starts the readers.
    pub async fn start(config: &Config, now: Timestamp) -> Result<Self, Failure> {
        let profiles = Known::from(config.profiles.read()?);
        Ok(Self { reader: ReaderProcess::start(config).await?, profiles, now })
    }

    /// How many files to open at a time, so that no reader waits while an answer is printed.
    pub fn at_once(&self) -> usize {
        2 * self.reader.count()
    }

    /// Opens a file; an error is that the path cannot be read.
    pub async fn open(&self, path: &Path) -> Result<Opened, Failure> {
        let content = std::fs::read(path).map_err(|error| unreadable(path, error))?;
        let name = path.display().to_string();
        if is_mail(path, &content) {
            return Ok(self.open_mail(name, &content).await);
        }
        let own_name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        let inner = archive::open(own_name.as_deref(), &content, &Limits::default());
        let mut opened = Opened { name, mail: None, is_archive: false, files: Vec::new() };
        match inner {
            Ok(None) => opened.files.push(self.read(own_name, content, None).await),
            Ok(Some(archived)) => {
                opened.is_archive = true;
                let through: Vec<String> = own_name.into_iter().collect();
                for file in archived {
                    let path = through.iter().chain(&file.path).cloned().collect();
                    let file = self.read(file.name, file.content, None).await;
                    opened.files.push(File { path, ..file });
                }
            }
            Err(problem) => opened.files.push(File {
                name: own_name,
                content_type: None,
                content,
                path: Vec::new(),
                read: Err(problem),
            }),
        }
        Ok(opened)
    }

    async fn open_mail(&self, name: String, raw: &[u8]) -> Opened {
        let mut mail = message::parse(raw);
        let mut files = Vec::new();
        for attachment in std::mem::take(&mut mail.attachments) {
            let is_candidate = attachment.can_be_workbook();
            let mut file = if is_candidate {
                self.read(attachment.file_name, attachment.content, Some(&mail)).await
            } else {
                let read = Err(Problem::of_file(
                    ProblemCode::NotAWorkbook,
                    format!("This part of the mail is not a table: {}.", attachment.content_type),
                ));
                File {
                    name: attachment.file_name,
                    content_type: None,
                    content: attachment.content,
                    path: Vec::new(),
                    read,
                }
            };
            file.content_type = Some(attachment.content_type);
            file.path = attachment.path;
            files.push(file);
        }
        Opened { name, mail: Some(mail), is_archive: false, files }
    }

    async fn read(&self, name: Option<String>, content: Vec<u8>, mail: Option<&Message>) -> File {
        // Years that a file leaves out are those before it was sent, however late it is read.
        let sent = mail.and_then(|mail| mail.sent_at).map_or(self.now, |sent| sent.min(self.now));
        let about = FileContext {
            file_name: name.clone(),
            mail_subject: mail.and_then(|mail| mail.subject.clone()),
            today: sent.to_zoned(TimeZone::UTC).date(),
            // A file alone does not say whose it is: only what holds for any sender holds for it.
            profiles: self
                .profiles
                .about(mail.and_then(|mail| mail.sender.as_deref()).unwrap_or_default()),
            known_layouts: Vec::new(),
            earlier: Vec::new(),
        };
        let read = self.reader.read(&about, &content).await;
        File { name, content_type: None, content, path: Vec::new(), read }
    }
}

impl Opened {
    /// Every problem with the name of its file.
    pub fn problems(&self) -> Vec<(String, &Problem)> {
        let of_mail = self.mail.iter().flat_map(|mail| &mail.problems);
        let mut problems: Vec<(String, &Problem)> =
            of_mail.map(|problem| (self.name.clone(), problem)).collect();
        for file in &self.files {
            let inside = self.mail.is_some() || self.is_archive;
            let place = match &file.name {
                Some(name) if inside => format!("{} > {name}", self.name),
                _ => self.name.clone(),
            };
            let silent = inside && file.outcome() == Outcome::NotData;
            problems.extend(file.problems().iter().filter(|_| !silent).map(|p| (place.clone(), p)));
        }
        problems
    }

    /// Whether something was refused or would be quarantined.
    pub fn waits_for_a_person(&self) -> bool {
        let inside = self.mail.is_some() || self.is_archive;
        // What a person names was meant to be read; in a mail a picture is nothing to ask about.
        let waits = |file: &File| match file.outcome() {
            Outcome::Partial | Outcome::Quarantined => true,
            _ => !inside && file.read.is_err(),
        };
        self.files.iter().any(waits) || self.mail.as_ref().is_some_and(needs_a_person)
    }
}

impl File {
    /// What would become of it, as far as the file alone tells.
    pub fn outcome(&self) -> Outcome {
        match &self.read {
            Ok((_, extraction)) => judge(&account(extraction), &extraction.problems).0,
            Err(problem) => judge_unopened(problem),
        }
    }

    /// What is to be asked or told about it.
    pub fn problems(&self) -> &[Problem] {
        match &self.read {
            Ok((_, extraction)) => &extraction.problems,
            Err(problem) => std::slice::from_ref(problem),
        }
    }
}

/// Whether something of a mail was lost or is missing; one that was only odd was read.
fn needs_a_person(mail: &Message) -> bool {
    mail.problems.iter().any(|problem| problem.code != ProblemCode::MendedMail)
}

/// The rows as they would be accounted for in an empty database.
fn account(extraction: &Extraction) -> RowAccount {
    RowAccount {
        rows: extraction.rows,
        accepted: extraction.readings.len() as u64,
        refused: extraction.refused,
        not_data: extraction.not_data,
        ..RowAccount::default()
    }
}
