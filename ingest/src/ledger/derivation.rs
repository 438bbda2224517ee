//! Deriving what one reading alone does not say, and what is odd between readings, meter by meter.
//!
//! A file only notes which meters it touched, and of which new ones there is nothing to tell ([`touched`]); a step after the
//! pass derives the others ([`derive_due`]). What is
//! stored then is a function of the live readings alone, so deriving again changes nothing, and a corrected or late
//! reading leads to the same rows as if it had come in time. A crash between the two leaves the note.

mod load;

use std::collections::BTreeMap;

use foldhash::{HashMap, HashMapExt as _, HashSet, HashSetExt as _};
use jiff::{SignedDuration, Timestamp};
use jiff_sqlx::ToSqlx;
use readings::{AttachmentId, MeterId, ProblemCode, ReadingId, ReadingKind};
use rust_decimal::Decimal;
use sqlx::{PgConnection, PgPool};

use self::load::MeterReadings;
use super::arrange::{PeriodClass, PeriodKey};
use super::periods::{self, Odd, Stated};
use super::registers::{self, Reason, RegisterUse};
use super::revisions::{Changes, Fate, Stored};
use super::{LedgerError, begin};

/// Meters that are derived in one transaction.
const AT_ONCE: i64 = 200;

/// What the step did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Derivations {
    /// Meters that were due, with all that count as them or as which they count.
    pub meters: Vec<MeterId>,
    /// Stretches stored for them.
    pub uses: u64,
}

/// What files say to the step that derives.
pub(super) struct Touched {
    /// The meters that are due, and whether there is nothing odd about them.
    meters: BTreeMap<i64, bool>,
    /// The multipliers that new readings state.
    multipliers: Vec<(ReadingId, Decimal)>,
}

/// What files, each with its new readings, say to the step that derives.
pub(super) fn touched(files: &[(&[Stored], &Changes<'_>)]) -> Touched {
    let mut multipliers = Vec::new();
    let mut meters: BTreeMap<i64, bool> = BTreeMap::new();
    let mut last = None;
    for (inserted, changes) in files {
        for (stored, (entry, _)) in inserted.iter().zip(&changes.inserts) {
            if let Some(multiplier) = entry.candidate.multiplier {
                multipliers.push((stored.id, multiplier));
            }
        }
        // Most readings of a file are of the meter of the one before.
        for stored in inserted.iter().chain(&changes.reopened) {
            if last != Some(stored.key.meter) && matters(stored.key) {
                last = Some(stored.key.meter);
                meters.insert(stored.key.meter.get(), false);
            }
        }
        for meter in plain(inserted, changes) {
            if let Some(nothing_odd) = meters.get_mut(&meter.get()) {
                *nothing_odd = true;
            }
        }
    }
    Touched { meters, multipliers }
}

/// Notes in the transaction of files which meters they touched, and the multipliers they state.
pub(super) async fn note(
    connection: &mut PgConnection,
    touched: Touched,
) -> Result<(), LedgerError> {
    let Touched { meters, multipliers } = touched;
    if !multipliers.is_empty() {
        let (ids, multipliers): (Vec<i64>, Vec<Decimal>) =
            multipliers.into_iter().map(|(id, multiplier)| (id.get(), multiplier)).unzip();
        sqlx::query!(
            "insert into reading_multiplier (reading_id, multiplier)
             select * from unnest($1::bigint[], $2::numeric[])",
            &ids,
            &multipliers,
        )
        .execute(&mut *connection)
        .await
        .map_err(LedgerError::StoreReadings)?;
    }
    let (meters, nothing_odd): (Vec<i64>, Vec<bool>) = meters.into_iter().unzip();
    mark(connection, &meters, &nothing_odd).await
}

/// The new meters of a file of which there is nothing to derive and nothing odd to find: its readings, which are all
/// there are, follow each other as they should.
fn plain(inserted: &[Stored], changes: &Changes<'_>) -> Vec<MeterId> {
    let mut by_meter: HashMap<MeterId, Vec<Stated>> = HashMap::new();
    let mut others: HashSet<MeterId> = HashSet::new();
    for (stored, (entry, fate)) in inserted.iter().zip(&changes.inserts) {
        let key = stored.key;
        if !changes.new_meters.contains(&key.meter) || key.class == PeriodClass::Power {
            continue;
        }
        if key.class == PeriodClass::Register || *fate != Fate::Live {
            others.insert(key.meter);
        } else if matters(key) {
            by_meter.entry(key.meter).or_default().push(Stated {
                reading: stored.id,
                period: key.period,
                estimated: entry.statement.kind == ReadingKind::Estimated,
                quantity: entry.statement.canonical,
                cost: entry.statement.cost.map(|cost| cost.amount),
                // One file: any number tells it from no other.
                file: AttachmentId::new(0),
                sheet: entry.candidate.sheet.to_owned(),
                cell: entry.candidate.cell,
            });
        }
    }
    let is_plain = |stated: Vec<Stated>| {
        periods::trued_up(&stated).is_empty() && periods::find(stated, &[]).is_empty()
    };
    by_meter
        .into_iter()
        .filter(|(meter, _)| !others.contains(meter))
        .filter_map(|(meter, stated)| is_plain(stated).then_some(meter))
        .collect()
}

/// Periods shorter than a day have too many neighbours to be looked at for every file, and no bills.
fn matters(key: PeriodKey) -> bool {
    let length = key.period.end().duration_since(key.period.start());
    key.class == PeriodClass::Register || length >= SignedDuration::from_hours(24)
}

/// Has these meters, in ascending order, derived by the next step.
pub(super) async fn mark_due(
    connection: &mut PgConnection,
    meters: &[i64],
) -> Result<(), LedgerError> {
    mark(connection, meters, &vec![false; meters.len()]).await
}

async fn mark(
    connection: &mut PgConnection,
    meters: &[i64],
    nothing_odd: &[bool],
) -> Result<(), LedgerError> {
    if meters.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "insert into derivation_due as due (meter_id, nothing_odd) select * from unnest($1::bigint[], $2::boolean[])
         on conflict (meter_id) do update set nothing_odd = due.nothing_odd and excluded.nothing_odd
             where due.nothing_odd and not excluded.nothing_odd",
        meters,
        nothing_odd,
    )
    .execute(connection)
    .await
    .map_err(LedgerError::StoreDerived)?;
    Ok(())
}

/// Derives all meters that are due.
pub async fn derive_due(pool: &PgPool, now: Timestamp) -> Result<Derivations, LedgerError> {
    let mut done = Derivations { meters: load::settled(pool).await?, uses: 0 };
    loop {
        let mut transaction = begin(pool).await?;
        let (meters, ids) = load::due(&mut transaction, AT_ONCE).await?;
        if ids.is_empty() {
            return Ok(done);
        }
        let mut rows = Rows::default();
        for meter in load::readings(&mut transaction, &meters, &ids).await? {
            rows.derive(meter);
        }
        done.meters.extend(ids.iter().copied().map(MeterId::new));
        done.uses += rows.uses.len() as u64;
        rows.write(&mut transaction, &ids, now).await?;
        transaction.commit().await.map_err(LedgerError::Commit)?;
    }
}

/// What is to be stored about some meters.
#[derive(Default)]
struct Rows {
    uses: Vec<(MeterId, &'static str, RegisterUse)>,
    /// By code and readings, so that each is stored once.
    findings: BTreeMap<(&'static str, ReadingId, ReadingId), (MeterId, String)>,
}

impl Rows {
    fn derive(&mut self, meter: MeterReadings) {
        let id = meter.id;
        let derived = registers::derive(meter.dials, meter.settings);
        let covered: Vec<_> = derived
            .uses
            .iter()
            .filter(|used| used.quantity.is_some())
            .map(|used| (used.start, used.end))
            .collect();
        for clash in derived.clashes {
            self.find(id, ProblemCode::Contradiction, (clash.counts, clash.other), clash.sentence);
        }
        for used in derived.uses {
            if let Some(code) = used.reason.finding() {
                let odd = used.left_out.unwrap_or(used.later);
                self.find(id, code, (odd, used.earlier), used.sentence.clone());
            }
            self.uses.push((id, "registers", used));
        }
        for pair in periods::trued_up(&meter.stated) {
            let both = (pair.later, pair.earlier);
            self.find(id, ProblemCode::TruedUp, both, pair.sentence.clone());
            let used = RegisterUse {
                earlier: pair.earlier,
                later: pair.later,
                start: pair.start,
                end: pair.end,
                quantity: Some(pair.quantity),
                multiplier: Decimal::ONE,
                reason: Reason::TruedUp,
                sentence: pair.sentence,
                left_out: None,
            };
            self.uses.push((id, "estimates", used));
        }
        for Odd { code, sentence, reading, other } in periods::find(meter.stated, &covered) {
            self.find(id, code, (reading, other), sentence);
        }
    }

    fn find(
        &mut self,
        meter: MeterId,
        code: ProblemCode,
        (reading, other): (ReadingId, ReadingId),
        sentence: String,
    ) {
        self.findings.entry((code.code(), reading, other)).or_insert((meter, sentence));
    }

    /// Replaces what was stored about these meters. Findings that hold as before keep their date.
    async fn write(
        &self,
        connection: &mut PgConnection,
        meters: &[i64],
        now: Timestamp,
    ) -> Result<(), LedgerError> {
        sqlx::query!("delete from derived_use where meter_id = any($1)", meters)
            .execute(&mut *connection)
            .await
            .map_err(LedgerError::StoreDerived)?;
        let uses = || self.uses.iter().map(|(_, _, used)| used);
        sqlx::query!(
            "insert into derived_use (meter_id, source, reading_id, earlier_reading_id, left_out_reading_id,
                 period_start, period_end, quantity, multiplier, reason, sentence)
             select * from unnest($1::bigint[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::timestamp[],
                 $7::timestamp[], $8::numeric[], $9::numeric[], $10::text[], $11::text[])",
            &self.uses.iter().map(|(meter, ..)| meter.get()).collect::<Vec<_>>(),
            &self.uses.iter().map(|(_, source, _)| *source).collect::<Vec<_>>() as _,
            &uses().map(|used| used.later.get()).collect::<Vec<_>>(),
            &uses().map(|used| used.earlier.get()).collect::<Vec<_>>(),
            &uses().map(|used| used.left_out.map(ReadingId::get)).collect::<Vec<_>>() as _,
            &uses().map(|used| used.start.to_sqlx()).collect::<Vec<_>>() as _,
            &uses().map(|used| used.end.to_sqlx()).collect::<Vec<_>>() as _,
            &uses().map(|used| used.quantity).collect::<Vec<_>>() as _,
            &uses().map(|used| used.multiplier).collect::<Vec<_>>(),
            &uses().map(|used| used.reason.code()).collect::<Vec<_>>() as _,
            &uses().map(|used| used.sentence.clone()).collect::<Vec<_>>(),
        )
        .execute(&mut *connection)
        .await
        .map_err(LedgerError::StoreDerived)?;
        self.write_findings(connection, meters, now).await
    }

    async fn write_findings(
        &self,
        connection: &mut PgConnection,
        meters: &[i64],
        now: Timestamp,
    ) -> Result<(), LedgerError> {
        let codes: Vec<&str> = self.findings.keys().map(|(code, ..)| *code).collect();
        let readings: Vec<i64> = self.findings.keys().map(|(_, id, _)| id.get()).collect();
        let others: Vec<i64> = self.findings.keys().map(|(.., id)| id.get()).collect();
        sqlx::query!(
            "delete from finding f where f.meter_id = any($1) and f.code <> $2 and not exists (
                 select from unnest($3::text[], $4::bigint[], $5::bigint[]) as kept (code, reading_id, other_reading_id)
                 where kept.code = f.code and kept.reading_id = f.reading_id
                     and kept.other_reading_id = f.other_reading_id)",
            meters,
            // Overlaps are found where readings are stored.
            ProblemCode::Overlap.code(),
            &codes as _,
            &readings,
            &others,
        )
        .execute(&mut *connection)
        .await
        .map_err(LedgerError::StoreFindings)?;
        sqlx::query!(
            "insert into finding (code, sentence, meter_id, reading_id, other_reading_id, found_at)
             select f.*, $6 from unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[]) as f
             on conflict (code, reading_id, other_reading_id) do update
                 set sentence = excluded.sentence, meter_id = excluded.meter_id",
            &codes as _,
            &self.findings.values().map(|(_, sentence)| sentence.clone()).collect::<Vec<_>>(),
            &self.findings.values().map(|(meter, _)| meter.get()).collect::<Vec<_>>(),
            &readings,
            &others,
            now.to_sqlx() as _,
        )
        .execute(connection)
        .await
        .map_err(LedgerError::StoreFindings)?;
        Ok(())
    }
}
