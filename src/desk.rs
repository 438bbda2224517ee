//! The desk of the pages: stored files are opened by the limited reader process, profiles are kept in the database.

use dashboard::server::desk::{Answer, DeskFailure, MappingDesk, Saving};
use dashboard::views::Outcome;
use dashboard::views::mapping::{
    Effect, GridCell, KeptProfile, OpenedFile, Preview, PreviewRow, ReplayedFile, SaidBefore,
    SheetTab, Window,
};
use ingest::extract_csv;
use ingest::ledger;
use ingest::profile::{self, KeptIn, Looked, ProfileError, Replayed, StoredProfile};
use jiff::tz::TimeZone;
use readings::{AttachmentId, Profile};
use sqlx::PgPool;
use tokio::sync::Mutex;

use crate::config::ReaderSettings;
use crate::reader::ReaderProcess;
use crate::{clock, profile_file, profiles};

/// Readings of a preview that are shown; the counts are of all.
const SHOWN: usize = 200;

/// The desk of one process: files are opened one after the other, by a reader that starts with the first of them.
#[derive(Debug)]
pub struct Desk {
    pool: PgPool,
    settings: ReaderSettings,
    reader: Mutex<Option<ReaderProcess>>,
}

impl Desk {
    /// A desk over this database; no process is started yet.
    pub fn new(pool: PgPool, settings: ReaderSettings) -> Self {
        Self { pool, settings, reader: Mutex::new(None) }
    }

    async fn look(
        &self,
        attachment: AttachmentId,
        draft: Option<Profile>,
        window: Window,
    ) -> Result<Option<OpenedFile>, DeskFailure> {
        let mut slot = self.reader.lock().await;
        let reader = reader(&mut slot, &self.settings).await?;
        let asked = ingest::workbook::Window {
            sheet: window.sheet,
            first_row: window.first_row,
            rows: Window::ROWS,
            first_column: window.first_column,
            columns: Window::COLUMNS,
        };
        let looked =
            profile::try_on(&self.pool, attachment, draft, asked, reader, clock::now()).await;
        drop(slot);
        let Some(looked) = looked.map_err(failure)? else { return Ok(None) };
        let stored = profile::all(&self.pool).await.map_err(failure)?;
        opened(&self.pool, attachment, looked, &stored).await.map(Some)
    }

    async fn keep(&self, saving: Saving) -> Result<Vec<ReplayedFile>, DeskFailure> {
        let mut slot = self.reader.lock().await;
        let reader = reader(&mut slot, &self.settings).await?;
        let answers: Vec<profile::Answer> = saving
            .answers
            .into_iter()
            .map(|(question, answer)| profile::Answer { question, answer })
            .collect();
        let how = profile::Saving {
            actor: &saving.actor,
            kept_in: KeptIn::Database,
            seen: saving.seen,
            answers: &answers,
        };
        let replayed = profiles::save(&self.pool, &saving.profile, how, reader).await;
        replayed.map(|files| files.iter().map(told).collect()).map_err(failure)
    }

    async fn forget(&self, name: &str, actor: &str) -> Result<Vec<ReplayedFile>, DeskFailure> {
        let mut slot = self.reader.lock().await;
        let reader = reader(&mut slot, &self.settings).await?;
        let replayed = profiles::delete(&self.pool, name, actor, reader).await.map_err(failure)?;
        let unknown =
            || DeskFailure::Refused(format!("There is no profile \u{201c}{name}\u{201d}."));
        replayed.map(|files| files.iter().map(told).collect()).ok_or_else(unknown)
    }

    async fn kept(&self) -> Result<Vec<KeptProfile>, DeskFailure> {
        let stored = profile::all(&self.pool).await.map_err(failure)?;
        Ok(stored.into_iter().map(kept).collect())
    }
}

/// The reader, started where it is not running.
async fn reader<'a>(
    slot: &'a mut Option<ReaderProcess>,
    settings: &ReaderSettings,
) -> Result<&'a mut ReaderProcess, DeskFailure> {
    let started = match slot.take() {
        Some(reader) => reader,
        None => ReaderProcess::start_some(settings, 1)
            .await
            .map_err(|error| DeskFailure::Broken(crate::config::causes(&error)))?,
    };
    Ok(slot.insert(started))
}

impl MappingDesk for Desk {
    fn open(
        &self,
        attachment: AttachmentId,
        draft: Option<Profile>,
        window: Window,
    ) -> Answer<'_, Option<OpenedFile>> {
        Box::pin(self.look(attachment, draft, window))
    }

    fn save(&self, saving: Saving) -> Answer<'_, Vec<ReplayedFile>> {
        Box::pin(self.keep(saving))
    }

    fn delete(&self, name: String, actor: String) -> Answer<'_, Vec<ReplayedFile>> {
        Box::pin(async move { self.forget(&name, &actor).await })
    }

    fn all(&self) -> Answer<'_, Vec<KeptProfile>> {
        Box::pin(self.kept())
    }

    fn written(&self, profile: &Profile) -> String {
        profile_file::write(std::slice::from_ref(profile))
            .unwrap_or_else(|error| format!("# this profile cannot be written: {error}\n"))
    }
}

/// What a person can do something about is told; the rest is for the log.
fn failure(error: ProfileError) -> DeskFailure {
    match error {
        ProfileError::Wrong(_)
        | ProfileError::Taken(_)
        | ProfileError::InConfiguration(_)
        | ProfileError::Stale(_) => DeskFailure::Refused(error.to_string()),
        other => DeskFailure::Broken(crate::config::causes(&other)),
    }
}

async fn opened(
    pool: &PgPool,
    attachment: AttachmentId,
    looked: Looked,
    stored: &[StoredProfile],
) -> Result<OpenedFile, DeskFailure> {
    let Looked { original, read, book, preview } = looked;
    let (extraction, unreadable) = match read {
        Ok((_, extraction)) => (extraction, None),
        Err(problem) => (readings::Extraction::default(), Some(problem)),
    };
    let fingerprint = extraction.fingerprint.clone().unwrap_or_default();
    let mine: Vec<Profile> = stored
        .iter()
        .map(|one| &one.profile)
        .filter(|profile| profile.is_about(&original.origin))
        .cloned()
        .collect();
    let own = stored.iter().rfind(|one| {
        one.profile.is_mapping()
            && one.profile.fingerprint == fingerprint
            && one.profile.is_about(&original.origin)
    });
    let history = match own {
        Some(own) => profile::history(pool, &own.profile.name).await.map_err(failure)?,
        None => Vec::new(),
    };
    let changed = ingest::layout::changes_since(&mine, &extraction)
        .map(|(profile, diff)| (profile.clone(), diff));
    let restated = Profile::restating(&extraction, false);
    Ok(OpenedFile {
        attachment,
        name: original.file_name.unwrap_or_else(|| "A file without name".to_owned()),
        origin: original.origin,
        sent_year: original.stated_at.to_zoned(TimeZone::UTC).year(),
        unreadable,
        fingerprint: extraction.fingerprint.clone(),
        profiles: extraction.profiles.clone(),
        sheets: book
            .sheets
            .into_iter()
            .map(|sheet| SheetTab {
                name: sheet.name,
                is_hidden: sheet.is_hidden,
                rows: sheet.rows,
                columns: sheet.columns,
            })
            .collect(),
        cells: book
            .cells
            .into_iter()
            .map(|cell| GridCell {
                row: cell.at.row,
                column: cell.at.column,
                text: cell.text,
                is_figure: cell.is_figure,
            })
            .collect(),
        layouts: extraction.layouts,
        restated,
        preview: shown(preview),
        others_waiting: others_waiting(pool, attachment, &fingerprint).await?,
        kept: own.cloned().map(kept),
        history: history.into_iter().map(said).collect(),
        changed,
    })
}

/// Other files of this layout of which nothing or not everything was taken.
async fn others_waiting(
    pool: &PgPool,
    attachment: AttachmentId,
    fingerprint: &str,
) -> Result<usize, DeskFailure> {
    let count = sqlx::query_scalar!(
        r#"select count(*) as "count!" from attachment
           where fingerprint = $1 and attachment_id <> $2 and outcome in ('quarantined', 'partial')"#,
        fingerprint,
        attachment.get(),
    )
    .fetch_one(pool)
    .await
    .map_err(|error| failure(ProfileError::Read(error)))?;
    Ok(usize::try_from(count).unwrap_or(0))
}

fn shown(preview: ledger::Preview) -> Preview {
    let mut counts = [0; 5];
    for reading in &preview.readings {
        counts[match reading.effect {
            ledger::Effect::New => 0,
            ledger::Effect::Same => 1,
            ledger::Effect::Supersedes(..) => 2,
            ledger::Effect::Outdated => 3,
            ledger::Effect::Refused(_) => 4,
        }] += 1;
    }
    // What would change comes first: it is what a person must look at.
    let mut readings: Vec<&ledger::PreviewReading> = preview.readings.iter().collect();
    readings.sort_by_key(|reading| match reading.effect {
        ledger::Effect::Supersedes(..) => 0,
        ledger::Effect::Refused(_) => 1,
        ledger::Effect::New => 2,
        ledger::Effect::Outdated | ledger::Effect::Same => 3,
    });
    let rows = readings.into_iter().take(SHOWN).map(row).collect();
    Preview {
        outcome: Outcome::from_code(preview.outcome.code()),
        sentence: preview.reason.map(|reason| reason.sentence),
        account: preview.account,
        withdrawn: preview.withdrawn,
        counts,
        rows,
        problems: preview.problems,
    }
}

fn row(reading: &ledger::PreviewReading) -> PreviewRow {
    let place = if reading.sheet.is_empty() {
        reading.cell.to_string()
    } else {
        format!("{}!{}", reading.sheet, reading.cell)
    };
    let period = reading.period.map_or_else(String::new, |period| {
        let (start, end) = extract_csv::ends(period);
        format!("{start} to {end}")
    });
    let unit = reading.unit.as_ref().map_or("?", |unit| &*unit.text);
    PreviewRow {
        place,
        site: reading.site.clone().unwrap_or_default(),
        meter: reading.meter.clone().unwrap_or_default(),
        period,
        quantity: format!("{} {unit}", reading.quantity.get().normalize()),
        effect: match &reading.effect {
            ledger::Effect::New => Effect::New,
            ledger::Effect::Same => Effect::Same,
            ledger::Effect::Supersedes(quantity, unit) => {
                Effect::Supersedes(format!("{} {unit}", quantity.normalize()))
            }
            ledger::Effect::Outdated => Effect::Outdated,
            ledger::Effect::Refused(why) => Effect::Refused(why.clone()),
        },
    }
}

fn told(file: &Replayed) -> ReplayedFile {
    ReplayedFile {
        attachment: file.attachment,
        name: file.file_name.clone().unwrap_or_else(|| "A file without name".to_owned()),
        before: Outcome::from_code(&file.before),
        after: Outcome::from_code(file.after.outcome.code()),
        account: file.after.account,
    }
}

fn kept(stored: StoredProfile) -> KeptProfile {
    KeptProfile {
        profile: stored.profile,
        revision: stored.revision,
        in_configuration: stored.kept_in == KeptIn::Configuration,
        changed_at: stored.changed_at,
        changed_by: stored.changed_by,
    }
}

fn said(entry: profile::HistoryEntry) -> SaidBefore {
    let what = match (entry.question, entry.answer) {
        (Some(question), Some(answer)) => format!("answered {question}: {answer}"),
        _ => entry.action,
    };
    SaidBefore { at: entry.at, actor: entry.actor, what }
}
