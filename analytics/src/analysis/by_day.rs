//! The days of meters with interval data: judged by the daily engine, and told by month.

use alerts::{Family, Rung, Sensitivity};
use jiff::Span;
use jiff::civil::Time;
use sqlx::PgPool;

use super::bills::date;
use super::draft::{About, Draft, severity};
use super::episodes::{self, Episode};
use super::evidence::Grounds;
use super::history::History;
use super::money::{self, Quantities};
use crate::calendar::first_day;
use crate::engine::{self, Cadence, Judgement, Meter, Panel};
use crate::interval::{Day, DayKind, Month, days, is_weekend, months};
use crate::sentence::{self, Story};

/// Fewer days are not judged.
const FEWEST_DAYS: usize = 91;
/// An episode of fewer days is the news of a day and no problem that somebody must see; a weekend has two.
const SHORTEST_EPISODE: usize = 3;
/// Episodes that ended earlier are told by the months.
const RECENT_DAYS: usize = 45;

/// Meters with interval data.
#[derive(Debug, Default)]
pub struct ByDay {
    /// Position of the meter, and its months.
    pub months: Vec<(usize, Vec<Month>)>,
    /// Position of the meter, and what could be raised.
    pub drafts: Vec<(usize, Draft)>,
}

/// Looks at the days of all meters that have them.
pub fn of(history: &History, sensitivity: &Sensitivity) -> ByDay {
    let with_days: Vec<(usize, Vec<Day>)> = (0..history.meters.len())
        .map(|meter| (meter, days(&history.intervals(meter))))
        .filter(|(_, days)| !days.is_empty())
        .collect();
    let mut found = ByDay::default();
    for (meter, days) in &with_days {
        let kind = |day: i32| day_kind(history, *meter, day);
        found.months.push((*meter, months(days, kind)));
    }
    let judged_meters: Vec<&(usize, Vec<Day>)> =
        with_days.iter().filter(|(_, days)| days.len() >= FEWEST_DAYS).collect();
    let Some((panel, first)) = panel(history, &judged_meters) else { return found };
    let judged = engine::judge(&panel);
    for (at, (meter, _)) in judged_meters.iter().enumerate() {
        let quantity = &panel.meters[at].quantity;
        let newest = quantity.iter().rposition(|quantity| !quantity.is_nan()).unwrap_or(0);
        for episode in episodes::of_meter(&judged[at], quantity, sensitivity) {
            let last = episode.slots.last().copied().unwrap_or(0);
            let enough = if episode.family == Family::Weekend { 2 } else { SHORTEST_EPISODE };
            if episode.slots.len() >= enough && newest - last <= RECENT_DAYS {
                let drafted = draft(history, *meter, quantity, &judged[at], &episode, first);
                found.drafts.extend(drafted.map(|draft| (*meter, draft)));
            }
        }
    }
    found
}

fn day_kind(history: &History, meter: usize, day: i32) -> DayKind {
    let Some(date) = date(f64::from(day)) else { return DayKind::Working };
    let at = date.to_datetime(Time::midnight());
    let next = at.checked_add(Span::new().days(1)).unwrap_or(at);
    if history.explained.hides(meter, at, next).is_some() {
        DayKind::Closed
    } else if history.is_holiday(meter, date) {
        DayKind::Holiday
    } else if is_weekend(day) {
        DayKind::Weekend
    } else {
        DayKind::Working
    }
}

/// The columns of the daily engine, and the day of slot 0.
fn panel(history: &History, meters: &[&(usize, Vec<Day>)]) -> Option<(Panel, i32)> {
    let all = || meters.iter().flat_map(|(_, days)| days).map(|day| day.day);
    let (first, last) = (all().min()?, all().max()?);
    let slots = usize::try_from(last - first + 1).ok()?;
    let columns = meters.iter().map(|(meter, days)| {
        let mut quantity = vec![f64::NAN; slots];
        for day in days {
            if let Ok(slot) = usize::try_from(day.day - first) {
                quantity[slot] = day.quantity;
            }
        }
        let of_months = &history.panel.meters[*meter];
        Meter {
            stated: quantity.clone(),
            quantity,
            days: vec![1.0; slots],
            temperature: Vec::new(),
            trust: Vec::new(),
            ..of_months.clone()
        }
    });
    let panel = Panel {
        cadence: Cadence::Daily,
        // 1 January 1970 was a Thursday.
        first_season: usize::try_from((first + 3).rem_euclid(7)).unwrap_or(0),
        slots,
        groups: history.panel.groups,
        meters: columns.collect(),
    };
    Some((panel, first))
}

fn draft(
    history: &History,
    meter: usize,
    quantity: &[f64],
    judged: &[Judgement],
    episode: &Episode,
    first: i32,
) -> Option<Draft> {
    let row = &history.meters[meter];
    let mut sums = [0.0; 4];
    for slot in &episode.slots {
        let band = judged[*slot].band?;
        for (sum, value) in
            sums.iter_mut().zip([quantity[*slot], band.expected, band.lower, band.upper])
        {
            *sum += value;
        }
    }
    let [observed, expected, lower, upper] = sums;
    let day = |slot: usize| f64::from(first) + f64::from(u32::try_from(slot).unwrap_or(0));
    let (from, to) = (day(*episode.slots.first()?), day(*episode.slots.last()?) + 1.0);
    let price = history.prices[meter];
    let currency = price.and_then(|price| history.currencies.get(price.currency as usize)?.clone());
    let used = Quantities { observed, expected, interval: (lower, upper) };
    let money = money::of(episode.family, used, price, None, currency.as_deref());
    let peak = &judged[episode.peak];
    let since = date(from)?;
    let readings: Vec<i64> = history
        .intervals(meter)
        .iter()
        .filter(|used| used.start >= from - 1e-6 && used.end <= to + 1e-6)
        .map(|used| used.reading)
        .collect();
    Some(Draft {
        about: About::Meter { id: row.id, index: meter },
        fingerprint: format!("{}:{}:{since}", row.id, episode.family.code()),
        family: episode.family,
        absorbs: Vec::new(),
        kind: episode.kind,
        factor: None,
        severity: severity(money.cost, peak.score, (observed - expected) / expected.max(1e-9)),
        start: since.to_datetime(Time::midnight()),
        end: date(to)?.to_datetime(Time::midnight()),
        observed,
        expected,
        lower,
        upper,
        unit: row.unit.clone(),
        reason: sentence::reason(&Story {
            kind: episode.kind,
            observed,
            expected,
            half_width: (upper - lower) / 2.0,
            unit: &row.unit,
            cost: money.cost.map(|cost| (cost, money.currency.as_deref())),
            since,
            periods: episode.slots.len(),
            daily: true,
            evidence: &peak.evidence,
            partner: None,
            rung: Rung::Seasonal,
        }),
        money,
        evidence: Grounds::Evidence(peak.evidence.clone(), None),
        proposal: None,
        score: peak.score,
        rung: peak.rung,
        readings,
    })
}

/// Keeps those that no draft of the months tells already: one problem, one alert.
pub fn add(drafts: &mut [Vec<Draft>], by_day: Vec<(usize, Draft)>) {
    for (meter, draft) in by_day {
        let told = drafts[meter].iter().any(|known| {
            let alike = known.family == draft.family
                || matches!(
                    (known.family, draft.family),
                    (Family::Zero, Family::Fall) | (Family::Fall, Family::Zero)
                );
            alike && known.start < draft.end && draft.start < known.end
        });
        if !told {
            drafts[meter].push(draft);
        }
    }
}

/// Brings `interval_month` of the meters to what was found; rows that are as they were are not touched.
pub async fn write(pool: &PgPool, history: &History, by_day: &ByDay) -> Result<(), sqlx::Error> {
    for (meter, months) in &by_day.months {
        let id = history.meters[*meter].id.get();
        let starts: Vec<jiff_sqlx::Date> = months
            .iter()
            .filter_map(|month| date(first_day(month.month)))
            .map(jiff_sqlx::Date::from)
            .collect();
        let days: Vec<i32> = months.iter().map(|month| month.days).collect();
        let total: Vec<f64> = months.iter().map(|month| month.total).collect();
        let column =
            |of: fn(&Month) -> Option<f64>| -> Vec<Option<f64>> { months.iter().map(of).collect() };
        sqlx::query!(
            "insert into interval_month as i (meter_id, month, days, total, base_load, night_share, working_day,
                 weekend_day, holiday_day, closure_day)
             select $1, * from unnest($2::date[], $3::int[], $4::float8[], $5::float8[], $6::float8[], $7::float8[],
                 $8::float8[], $9::float8[], $10::float8[])
             on conflict (meter_id, month) do update
             set days = excluded.days, total = excluded.total, base_load = excluded.base_load,
                 night_share = excluded.night_share, working_day = excluded.working_day,
                 weekend_day = excluded.weekend_day, holiday_day = excluded.holiday_day,
                 closure_day = excluded.closure_day
             where (i.days, i.total, i.base_load, i.night_share, i.working_day, i.weekend_day, i.holiday_day,
                     i.closure_day)
                 is distinct from (excluded.days, excluded.total, excluded.base_load, excluded.night_share,
                     excluded.working_day, excluded.weekend_day, excluded.holiday_day, excluded.closure_day)",
            id,
            &starts as _,
            &days,
            &total,
            &column(|month| month.base_load) as &[Option<f64>],
            &column(|month| month.night_share) as &[Option<f64>],
            &column(|month| month.working_day) as &[Option<f64>],
            &column(|month| month.weekend_day) as &[Option<f64>],
            &column(|month| month.holiday_day) as &[Option<f64>],
            &column(|month| month.closure_day) as &[Option<f64>],
        )
        .execute(pool)
        .await?;
    }
    Ok(())
}
