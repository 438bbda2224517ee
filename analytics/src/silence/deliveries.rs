//! What was delivered of every meter, from all that is stored.

use std::collections::{BTreeMap, HashMap};

use jiff::civil::Date;
use migrations::copy_out;
use readings::MeterId;
use sqlx::PgPool;

use super::{Delivery, LEARNT_FROM};

/// More ends than so many are never looked at.
const ENDS: usize = LEARNT_FROM + 1;

/// Days counted from 2000-01-01.
type Day = i32;

/// What was delivered of each meter, and the ends of the periods of its readings, in any order.
///
/// Everything that is stored is looked at, as it is copied out row by row; only the days are kept.
pub async fn deliveries(
    pool: &PgPool,
) -> Result<HashMap<MeterId, (Vec<Delivery>, Vec<Date>)>, sqlx::Error> {
    let mut connection = pool.acquire().await?;
    let mut files: HashMap<i64, (Day, Day)> = HashMap::new();
    let statement = "copy (select attachment_id, (stated_at at time zone 'UTC')::date, (read_at at time zone 'UTC')::date
        from attachment) to stdout (format binary)";
    copy_out::each_row(&mut connection, statement, |row| {
        files.insert(row.bigint()?, (row.integer()?, row.integer()?));
        Some(())
    })
    .await?;
    let mut all: HashMap<i64, Days> = HashMap::new();
    let statement =
        "copy (select meter_id, attachment_id, period_start, period_end, kind from counted_reading)
        to stdout (format binary)";
    copy_out::each_row(&mut connection, statement, |row| {
        let (meter, attachment) = (row.bigint()?, row.bigint()?);
        let (start, end, kind) = (row.microseconds()?, row.microseconds()?, row.text()?);
        let ends = Day::try_from(end.div_euclid(DAY)).ok()?;
        let days = all.entry(meter).or_default();
        if let Some((sent, read)) = files.get(&attachment) {
            days.add_delivery(*sent, ends, *read);
        }
        if end - start >= LEAST * DAY || kind == "register_reading" {
            days.add_end(ends);
        }
        Some(())
    })
    .await?;
    Ok(all.into_iter().map(|(meter, days)| (MeterId::new(meter), days.dated())).collect())
}

/// Microseconds of a day.
const DAY: i64 = 86_400_000_000;
/// Shorter periods, in days, tell no rhythm; a register has none.
const LEAST: i64 = 6;

/// The days of one meter.
#[derive(Default)]
struct Days {
    /// By the day on which they were sent: the newest end, and the last day on which one was taken in.
    sent: BTreeMap<Day, (Day, Day)>,
    ends: Vec<Day>,
}

impl Days {
    fn add_delivery(&mut self, sent: Day, end: Day, read: Day) {
        let known = self.sent.entry(sent).or_insert((end, read));
        *known = (known.0.max(end), known.1.max(read));
    }

    /// Ends are kept once each, and of many the newest alone: no rhythm is learnt from the others.
    fn add_end(&mut self, end: Day) {
        if self.ends.len() >= 2 * ENDS {
            self.ends.sort_unstable_by(|a, b| b.cmp(a));
            self.ends.dedup();
            self.ends.truncate(ENDS);
        }
        if self.ends.last() != Some(&end) {
            self.ends.push(end);
        }
    }

    fn dated(self) -> (Vec<Delivery>, Vec<Date>) {
        let date =
            |day: Day| Date::constant(2000, 1, 1).saturating_add(jiff::Span::new().days(day));
        let delivery =
            |(sent, (end, read))| Delivery { sent: date(sent), end: date(end), read: date(read) };
        let ends = self.ends.into_iter().map(date);
        (self.sent.into_iter().map(delivery).collect(), ends.collect())
    }
}
