//! A file with its readings, decided about beside what is stored.

use std::sync::Arc;

use foldhash::{HashMap, HashMapExt as _, HashSet};
use jiff::Timestamp;
use readings::{
    AttachmentId, CellAddress, Extraction, MeterId, Problem, ProblemCode, RowAccount, WeatherValue,
};
use sqlx::PgConnection;

use super::admit::{Candidate, Names, admit};
use super::again::{self, Kept};
use super::arrange::{Arranged, Entry, PeriodKey, arrange};
use super::attachment::{self, FileResult};
use super::decide::Rank;
use super::outcome::{self, Outcome};
use super::overlap::Overlap;
use super::revisions::{self, Changes, Fate, FileChanges, Stored};
use super::weather::{self, Weather};
use super::{LedgerError, Opened, StoredFile, derivation, findings, meters, overlap};

/// A file that is decided about and not yet written.
#[derive(Clone)]
pub(super) struct Weighed<'a> {
    format: Option<&'a str>,
    outcome: Outcome,
    reason: Option<Problem>,
    extraction: Option<&'a Extraction>,
    problems: Vec<Problem>,
    account: RowAccount,
    pub(super) changes: Changes<'a>,
    around: Vec<Stored>,
    weather: Weather<'a>,
    /// What stays as it was stored, where the file is read again.
    pub(super) kept: Kept,
}

/// A file whose readings were looked at by themselves; the database was not asked yet.
#[derive(Clone)]
pub(super) enum Assessed<'a> {
    /// Nothing of it can be taken, whatever is stored.
    Settled(Box<Weighed<'a>>),
    /// What it states.
    Stating {
        /// The format found by content.
        format: &'a str,
        /// What was read.
        extraction: &'a Extraction,
        /// The readings that say all they must.
        candidates: Vec<Candidate<'a>>,
        /// Why the others are not taken.
        refused: Vec<Problem>,
    },
}

/// Looks at the readings of a file by themselves.
pub(super) fn assess<'a>(opened: &'a Opened, origin: &str) -> Assessed<'a> {
    let (format, extraction) = match opened {
        Opened::Unread(problem) => return Assessed::Settled(Box::new(Weighed::unread(problem))),
        Opened::Read { format, extraction } if extraction.adds_up() => (format, extraction),
        Opened::Read { extraction, .. } => {
            return Assessed::Settled(Box::new(Weighed::miscounted(extraction)));
        }
    };
    let mut refused = Vec::new();
    let mut names = Names::default();
    let candidates = extraction
        .readings
        .iter()
        .filter_map(|r| admit(r, origin, &mut names).map_err(|p| refused.push(p)).ok())
        .collect();
    Assessed::Stating { format, extraction, candidates, refused }
}

impl<'a> Assessed<'a> {
    /// The meters it names, by their keys.
    pub(super) fn meter_keys(&self) -> HashSet<(&str, &str)> {
        let candidates = match self {
            Self::Settled(_) => &[],
            Self::Stating { candidates, .. } => candidates.as_slice(),
        };
        candidates
            .chunk_by(|a, b| Arc::ptr_eq(&a.name, &b.name))
            .map(|run| (run[0].name.site_key.as_str(), run[0].name.meter_key.as_str()))
            .collect()
    }

    /// The zone that is stated for its new sites.
    fn time_zone(&self) -> Option<&'a str> {
        match self {
            Self::Settled(_) => None,
            Self::Stating { extraction, .. } => extraction.time_zone.as_deref(),
        }
    }

    /// The values of weather stations in it.
    fn weather(&self) -> &'a [WeatherValue] {
        match self {
            Self::Settled(_) => &[],
            Self::Stating { extraction, .. } => &extraction.weather,
        }
    }

    fn take_candidates(&mut self) -> Vec<Candidate<'a>> {
        match self {
            Self::Settled(_) => Vec::new(),
            Self::Stating { candidates, .. } => std::mem::take(candidates),
        }
    }
}

/// Decides about files that name different meters; nothing of them is written yet, apart from new sites and meters.
///
/// `again` is the stored file that the only one of them is, where it is read again: what it no longer states is taken
/// back then.
pub(super) async fn weigh<'a>(
    connection: &mut PgConnection,
    mut files: Vec<(Assessed<'a>, Rank)>,
    again: Option<AttachmentId>,
    now: Timestamp,
) -> Result<Vec<Weighed<'a>>, LedgerError> {
    // Two files may speak of one station, as two may of one meter.
    if files.iter().filter(|(file, _)| !file.weather().is_empty()).count() > 1 {
        return Err(LedgerError::MetersShared);
    }
    let mut weather = Vec::with_capacity(files.len());
    for (file, stated) in &files {
        weather.push(weather::weigh(connection, file.weather(), *stated).await?);
    }
    let candidates: Vec<_> = files.iter_mut().map(|(file, _)| file.take_candidates()).collect();
    for ((file, _), candidates) in files.iter().zip(&candidates) {
        if let Some(zone) = file.time_zone() {
            meters::make_sites_in(connection, candidates, zone, now).await?;
        }
    }
    let again = again.and_then(|attachment| Some((attachment, files.first()?.1)));
    if candidates.iter().all(Vec::is_empty) {
        let kept = match again {
            Some(known) => again::take_back(connection, known, Vec::new(), now).await?.1,
            None => Kept::default(),
        };
        let with = |weather| Decided { weather, kept, ..Decided::default() };
        return Ok(files
            .into_iter()
            .zip(weather)
            .map(|((file, _), weather)| decided(file, with(weather)))
            .collect());
    }
    let (placed, meters) = meters::resolve(connection, candidates, now).await?;
    let mut arranged: Vec<(Arranged<'a>, Vec<Problem>)> = placed
        .into_iter()
        .map(|(placed, problems)| (arrange(placed, |meter| meters.zone(meter)), problems))
        .collect();
    let mut of_file: HashMap<MeterId, usize> = HashMap::new();
    for (file, (arranged, _)) in arranged.iter().enumerate() {
        for run in arranged.entries.chunk_by(|a, b| a.key.meter == b.key.meter) {
            if *of_file.entry(run[0].key.meter).or_insert(file) != file {
                return Err(LedgerError::MetersShared);
            }
        }
    }
    let mut kept = Kept::default();
    if let (Some(known), [(only, _)]) = (again, arranged.as_mut_slice()) {
        let entries = std::mem::take(&mut only.entries);
        (only.entries, kept) = again::take_back(connection, known, entries, now).await?;
    }
    let entries = || arranged.iter().flat_map(|(arranged, _)| &arranged.entries);
    let around = revisions::live_around(connection, entries().map(|entry| entry.key)).await?;
    let mut known = beside(connection, entries(), &around).await?;
    let mut around_file: Vec<Vec<Stored>> = vec![Vec::new(); files.len()];
    for stored in around {
        if let Some(file) = of_file.get(&stored.key.meter) {
            around_file[*file].push(stored);
        }
    }
    let mut weighed = Vec::with_capacity(files.len());
    for ((((file, stated), (arranged, problems)), around), weather) in
        files.into_iter().zip(arranged.drain(..)).zip(around_file).zip(weather)
    {
        let Arranged { entries, repeated, contradictions } = arranged;
        let mut changes = revisions::weigh(entries, stated, &mut known);
        let inserted = changes.inserts.iter().map(|(entry, _)| entry.key.meter);
        changes.new_meters = inserted.filter(|meter| meters.made.contains(meter)).collect();
        let of_file =
            Decided { problems, contradictions, repeated, changes, around, weather, kept };
        weighed.push(decided(file, of_file));
    }
    Ok(weighed)
}

/// What came of the readings of a file beside what is stored.
#[derive(Default)]
struct Decided<'a> {
    problems: Vec<Problem>,
    contradictions: Vec<Problem>,
    repeated: u64,
    changes: Changes<'a>,
    around: Vec<Stored>,
    weather: Weather<'a>,
    kept: Kept,
}

fn decided<'a>(file: Assessed<'a>, decided: Decided<'a>) -> Weighed<'a> {
    let (format, extraction, mut refused) = match file {
        Assessed::Settled(weighed) => return Weighed { kept: decided.kept, ..*weighed },
        Assessed::Stating { format, extraction, refused, .. } => (format, extraction, refused),
    };
    let Decided { problems, contradictions, repeated, changes, around, weather, kept } = decided;
    refused.extend(problems);
    refused.extend(contradictions);
    let account = RowAccount {
        rows: extraction.rows,
        accepted: changes.accepted + weather.accepted + kept.accepted,
        duplicate: changes.duplicate + repeated + weather.duplicate + kept.duplicate,
        superseding: changes.superseding + weather.superseding + kept.superseding,
        refused: extraction.refused + refused.len() as u64,
        not_data: extraction.not_data,
    };
    let mut problems = extraction.problems.clone();
    problems.append(&mut refused);
    let (outcome, reason) = outcome::judge(&account, &problems);
    Weighed {
        format: Some(format),
        outcome,
        reason,
        extraction: Some(extraction),
        problems,
        account,
        changes,
        around,
        weather,
        kept,
    }
}

/// The stored revisions beside each entry. All of them are loaded only where the live one does not say the same.
async fn beside<'e, 'a: 'e>(
    connection: &mut PgConnection,
    entries: impl Iterator<Item = &'e Entry<'a>>,
    around: &[Stored],
) -> Result<HashMap<PeriodKey, Vec<Stored>>, LedgerError> {
    let live: HashMap<PeriodKey, &Stored> =
        around.iter().map(|stored| (stored.key, stored)).collect();
    let mut known = HashMap::new();
    if live.is_empty() {
        return Ok(known);
    }
    let mut contested = Vec::new();
    for entry in entries {
        let Some(stored) = live.get(&entry.key) else { continue };
        if entry.statement.is_covered_by(&stored.revision.statement) {
            known.insert(entry.key, vec![(*stored).clone()]);
        } else {
            contested.push(entry.key);
        }
    }
    if !contested.is_empty() {
        known.extend(revisions::load(connection, &contested).await?);
    }
    Ok(known)
}

impl Weighed<'_> {
    fn unread(problem: &Problem) -> Self {
        Self {
            format: None,
            outcome: outcome::judge_unopened(problem),
            reason: Some(problem.clone()),
            extraction: None,
            problems: vec![problem.clone()],
            account: RowAccount::default(),
            changes: Changes::default(),
            around: Vec::new(),
            weather: Weather::default(),
            kept: Kept::default(),
        }
    }

    /// A reader that cannot count its rows is not believed.
    fn miscounted(extraction: &Extraction) -> Self {
        let sentence = format!(
            "The reader counted {} rows, but accounts for {}; nothing was taken.",
            extraction.rows,
            (extraction.readings.len() + extraction.weather.len()) as u64
                + extraction.refused
                + extraction.not_data
        );
        let problem = Problem::of_file(ProblemCode::ReaderDied, sentence);
        let account =
            RowAccount { rows: extraction.rows, refused: extraction.rows, ..RowAccount::default() };
        Self { account, ..Self::unread(&problem) }
    }

    /// What came of the file.
    pub(super) fn result(&self) -> FileResult<'_> {
        FileResult {
            format: self.format,
            outcome: self.outcome,
            reason: self.reason.clone(),
            layouts: self.extraction.map_or(&[], |extraction| &extraction.layouts),
            fingerprint: self.extraction.and_then(|extraction| extraction.fingerprint.as_deref()),
            profiles: self.extraction.map_or(&[], |extraction| &extraction.profiles),
            notation: self.extraction.map(|extraction| extraction.notation).unwrap_or_default(),
            problems: &self.problems,
            account: self.account,
        }
    }

    /// What it changes.
    fn applied(&self, attachment: AttachmentId, stated: Rank) -> Applied<'_> {
        Applied { attachment, stated, changes: &self.changes, around: &self.around }
    }

    /// The problems of readings that the file states and that were not taken.
    pub(super) fn refusals(&self) -> impl Iterator<Item = &Problem> {
        self.problems.iter().skip(self.extraction.map_or(0, |extraction| extraction.problems.len()))
    }

    /// What became of its rows.
    pub(super) fn account(&self) -> RowAccount {
        self.account
    }

    /// The cells of the readings that were taken.
    pub(super) fn taken(&self) -> HashSet<(&str, CellAddress)> {
        let refused: HashSet<(&str, CellAddress)> = self
            .refusals()
            .filter_map(|problem| Some((problem.sheet.as_deref()?, problem.cell?)))
            .collect();
        self.extraction
            .iter()
            .flat_map(|extraction| &extraction.readings)
            .map(|reading| (&*reading.sheet, reading.cell))
            .filter(|place| !refused.contains(place))
            .collect()
    }

    /// What is told about it.
    pub(super) fn into_stored(self, id: AttachmentId) -> StoredFile {
        StoredFile {
            id,
            outcome: self.outcome,
            reason: self.reason,
            account: self.account,
            is_new: true,
        }
    }
}

/// Writes refusals, readings and findings of some files; their rows are there.
pub(super) async fn write(
    connection: &mut PgConnection,
    files: &[(&Weighed<'_>, AttachmentId, Rank)],
    now: Timestamp,
) -> Result<(), LedgerError> {
    for (file, id, _) in files {
        if !file.problems.is_empty() {
            attachment::refuse(connection, *id, &file.problems, &file.taken()).await?;
        }
    }
    for (file, id, _) in files {
        weather::write(connection, *id, &file.weather, now).await?;
    }
    let applied: Vec<_> =
        files.iter().map(|(file, id, stated)| file.applied(*id, *stated)).collect();
    apply(connection, &applied, now).await
}

/// What one file changes, and what stands around it.
pub(super) struct Applied<'a> {
    pub(super) attachment: AttachmentId,
    pub(super) stated: Rank,
    pub(super) changes: &'a Changes<'a>,
    pub(super) around: &'a [Stored],
}

/// Writes what was decided, and looks for overlaps of what counts now.
pub(super) async fn apply(
    connection: &mut PgConnection,
    files: &[Applied<'_>],
    now: Timestamp,
) -> Result<(), LedgerError> {
    let changes: Vec<_> = files
        .iter()
        .map(|file| FileChanges {
            attachment: file.attachment,
            stated: file.stated,
            changes: file.changes,
        })
        .collect();
    let follow = |inserted: &[Vec<Stored>]| {
        let noted: Vec<_> = inserted
            .iter()
            .zip(files)
            .map(|(stored, file)| (stored.as_slice(), file.changes))
            .collect();
        (derivation::touched(&noted), overlaps(files, inserted))
    };
    let (touched, overlaps) = revisions::write(connection, &changes, now, follow).await?;
    derivation::note(connection, touched).await?;
    findings::store(connection, &overlaps, now).await
}

/// The overlaps of what counts now, the new rows of each file among it.
fn overlaps(files: &[Applied<'_>], inserted: &[Vec<Stored>]) -> Vec<Overlap> {
    let mut overlaps = Vec::new();
    for (Applied { changes, around, .. }, inserted) in files.iter().zip(inserted) {
        let aside: HashSet<_> = changes.stepping_aside.iter().map(|(id, _)| *id).collect();
        let mut spanned: Vec<_> = inserted
            .iter()
            .zip(&changes.inserts)
            .filter(|(_, (_, fate))| *fate == Fate::Live)
            .map(|(stored, _)| stored.spanned(true))
            .collect();
        spanned.extend(changes.reopened.iter().map(|stored| stored.spanned(true)));
        if spanned.is_empty() {
            continue;
        }
        let staying = around.iter().filter(|stored| !aside.contains(&stored.id));
        spanned.extend(staying.map(|stored| stored.spanned(false)));
        overlaps.extend(overlap::find(spanned));
    }
    overlaps
}
