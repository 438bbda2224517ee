//! Calendarisation: consumption over any periods becomes consumption per calendar month, prorated by the day.

use polars::lazy::dsl::{max_horizontal, min_horizontal};
use polars::prelude::*;

/// Consumption of many meters as columns; times are days of local time since 1970-01-01, half-open.
#[derive(Debug, Clone, Default)]
pub struct UseColumns {
    /// The position of the meter.
    pub meter: Vec<u32>,
    /// First instant.
    pub start: Vec<f64>,
    /// First instant after it.
    pub end: Vec<f64>,
    /// Consumption.
    pub quantity: Vec<f64>,
}

/// Months of meters as columns, ordered by meter and month.
#[derive(Debug, Clone, Default)]
pub struct MonthColumns {
    /// The position of the meter.
    pub meter: Vec<u32>,
    /// Months since January of the year 0.
    pub month: Vec<i32>,
    /// Consumption in the part of the month that is covered.
    pub quantity: Vec<f64>,
    /// Days of the month that are covered.
    pub covered: Vec<f64>,
    /// The quantity that one single reading states for this month alone; `NaN` where there is no such reading.
    pub stated: Vec<f64>,
}

/// The month in which a day lies, counted from January of the year 0.
///
/// By Howard Hinnant's algorithm `civil_from_days`, for days since 1970-01-01.
pub fn month_of(day: f64) -> i32 {
    #[expect(clippy::cast_possible_truncation, reason = "days of the calendar fit")]
    let shifted = day.floor() as i32 + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    (year_of_era + era * 400) * 12 + from_march + 2
}

/// The first day of a month, in days since 1970-01-01; the inverse of `month_of`.
pub fn first_day(month: i32) -> f64 {
    let from_march = month - 2;
    let (year, in_year) = (from_march.div_euclid(12), from_march.rem_euclid(12));
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * in_year + 2) / 5;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    f64::from(era * 146_097 + day_of_era - 719_468)
}

/// Spreads consumption evenly over its days and sums it by meter and calendar month.
pub fn calendarise(uses: &UseColumns) -> PolarsResult<MonthColumns> {
    if uses.meter.is_empty() {
        return Ok(MonthColumns::default());
    }
    let first: Vec<i32> = uses.start.iter().map(|day| month_of(*day)).collect();
    let months: Vec<i32> = uses
        .end
        .iter()
        .zip(&first)
        // The end is no part of the period: one that ends at midnight of the first does not touch the month.
        .map(|(end, first)| (month_of(end - 1e-9) - first + 1).max(1))
        .collect();
    if let Some(columns) = each_in_its_month(uses, &first, &months) {
        return Ok(columns);
    }
    let longest = months.iter().copied().max().unwrap_or(1);
    let (from, to) = (
        first.iter().copied().min().unwrap_or(0),
        first.iter().copied().max().unwrap_or(0) + longest,
    );
    let calendar: Vec<i32> = (from..to).collect();
    let calendar = df![
        "month_start" => calendar.iter().map(|month| first_day(*month)).collect::<Vec<_>>(),
        "month_end" => calendar.iter().map(|month| first_day(month + 1)).collect::<Vec<_>>(),
        "month" => calendar,
    ]?;
    let readings = df![
        "meter" => &uses.meter,
        "start" => &uses.start,
        "end" => &uses.end,
        "quantity" => &uses.quantity,
        "first" => first,
        "months" => months,
    ]?
    .lazy();
    // One part for each month that a reading touches: the first month of all, the second of those that reach it, ...
    let parts: Vec<LazyFrame> = (0..longest)
        .map(|further| {
            readings
                .clone()
                .filter(col("months").gt(lit(further)))
                .with_column((col("first") + lit(further)).alias("month"))
        })
        .collect();
    let sums = concat(parts, UnionArgs::default())?
        .join(calendar.lazy(), [col("month")], [col("month")], JoinArgs::new(JoinType::Inner))
        .with_column(
            (min_horizontal([col("end"), col("month_end")])?
                - max_horizontal([col("start"), col("month_start")])?)
            .alias("days"),
        )
        .with_column((col("quantity") * col("days") / (col("end") - col("start"))).alias("part"))
        .group_by([col("meter"), col("month")])
        .agg([
            col("part").sum().alias("quantity"),
            col("days").sum().alias("covered"),
            col("months").sum().alias("parts"),
            col("quantity").first().alias("stated"),
        ])
        .sort(["meter", "month"], SortMultipleOptions::default())
        .collect()?;
    columns(&sums)
}

/// Uses in order of which each is alone in its month, as bills by the month are: nothing is to be shared out or summed.
fn each_in_its_month(uses: &UseColumns, first: &[i32], months: &[i32]) -> Option<MonthColumns> {
    let key = |at: usize| (uses.meter[at], first[at]);
    let is_alone = |at: usize| months[at] == 1 && (at == 0 || key(at - 1) < key(at));
    if !(0..first.len()).all(is_alone) {
        return None;
    }
    let (mut quantity, mut covered) = (Vec::new(), Vec::new());
    for (at, month) in first.iter().enumerate() {
        let (start, end) = (uses.start[at], uses.end[at]);
        let days = end.min(first_day(month + 1)) - start.max(first_day(*month));
        quantity.push(uses.quantity[at] * days / (end - start));
        covered.push(days);
    }
    Some(MonthColumns {
        meter: uses.meter.clone(),
        month: first.to_vec(),
        quantity,
        covered,
        stated: uses.quantity.clone(),
    })
}

fn columns(sums: &DataFrame) -> PolarsResult<MonthColumns> {
    let numbers = |name: &str| -> PolarsResult<Vec<f64>> {
        Ok(sums.column(name)?.f64()?.into_no_null_iter().collect())
    };
    let parts: Vec<i32> = sums.column("parts")?.i32()?.into_no_null_iter().collect();
    let stated = numbers("stated")?
        .into_iter()
        .zip(&parts)
        .map(|(stated, parts)| if *parts == 1 { stated } else { f64::NAN })
        .collect();
    Ok(MonthColumns {
        meter: sums.column("meter")?.u32()?.into_no_null_iter().collect(),
        month: sums.column("month")?.i32()?.into_no_null_iter().collect(),
        quantity: numbers("quantity")?,
        covered: numbers("covered")?,
        stated,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::Date;
    use proptest::prelude::*;

    #[test]
    fn months_agree_with_the_calendar() {
        let epoch = Date::constant(1970, 1, 1);
        for day in (-200_000..200_000).step_by(37) {
            let date = epoch.checked_add(jiff::Span::new().days(day)).expect("in range");
            let month = i32::from(date.year()) * 12 + i32::from(date.month()) - 1;
            assert_eq!(month_of(f64::from(day)), month, "{date}");
            let first = (date.first_of_month() - epoch).get_days();
            assert!((first_day(month) - f64::from(first)).abs() < 1e-9, "{date}");
        }
    }

    #[test]
    fn a_bill_over_two_months_is_prorated_by_the_day() {
        // 2026-01-17 to 2026-02-15, both included: 15 days in January, 15 in February.
        let start = first_day(2026 * 12) + 16.0;
        let months = calendarise(&UseColumns {
            meter: vec![0],
            start: vec![start],
            end: vec![start + 30.0],
            quantity: vec![300.0],
        })
        .expect("calendarised");
        assert_eq!(months.month, [2026 * 12, 2026 * 12 + 1]);
        assert_eq!(months.quantity, [150.0, 150.0]);
        assert_eq!(months.covered, [15.0, 15.0]);
        assert!(months.stated.iter().all(|stated| stated.is_nan()));
    }

    #[test]
    fn a_calendar_month_stays_as_stated() {
        let months = calendarise(&UseColumns {
            meter: vec![3],
            start: vec![first_day(24_314)],
            end: vec![first_day(24_315)],
            quantity: vec![47.5],
        })
        .expect("calendarised");
        assert_eq!(
            (months.month, months.quantity, months.stated),
            (vec![24_314], vec![47.5], vec![47.5])
        );
    }

    #[test]
    fn bills_by_the_month_come_to_the_same_beside_one_that_is_none() {
        let starts: Vec<f64> = (24_300..24_330).map(first_day).collect();
        let mut uses = UseColumns::default();
        for (at, pair) in starts.windows(2).enumerate() {
            uses.meter.push(u32::try_from(at / 15).expect("a few"));
            uses.start.push(pair[0] + if at % 7 == 3 { 2.5 } else { 0.0 });
            uses.end.push(pair[1]);
            uses.quantity.push(1_702.12 + starts[at] / 7.0);
        }
        let alone = calendarise(&uses).expect("calendarised");
        for (column, value) in
            [(&mut uses.start, 0.0), (&mut uses.end, 45.0), (&mut uses.quantity, 9.0)]
        {
            column.push(value);
        }
        uses.meter.push(2);
        let beside = calendarise(&uses).expect("calendarised");
        let bits = |column: &[f64]| column.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
        let count = alone.meter.len();
        assert_eq!(count, 29);
        assert_eq!(
            (&alone.meter[..], &alone.month[..]),
            (&beside.meter[..count], &beside.month[..count])
        );
        assert_eq!(bits(&alone.quantity), bits(&beside.quantity[..count]));
        assert_eq!(bits(&alone.covered), bits(&beside.covered[..count]));
        assert_eq!(bits(&alone.stated), bits(&beside.stated[..count]));
    }

    proptest! {
        #[test]
        fn totals_are_conserved(
            bills in prop::collection::vec((0u32..5, 0.0f64..20_000.0, 0.01f64..800.0, -50.0f64..1e6), 1..60)
        ) {
            let uses = UseColumns {
                meter: bills.iter().map(|bill| bill.0).collect(),
                start: bills.iter().map(|bill| bill.1).collect(),
                end: bills.iter().map(|bill| bill.1 + bill.2).collect(),
                quantity: bills.iter().map(|bill| bill.3).collect(),
            };
            let months = calendarise(&uses).expect("calendarised");
            for meter in 0..5u32 {
                let billed: f64 = bills.iter().filter(|bill| bill.0 == meter).map(|bill| bill.3).sum();
                let days: f64 = bills.iter().filter(|bill| bill.0 == meter).map(|bill| bill.2).sum();
                let of = |values: &[f64]| -> f64 {
                    months.meter.iter().zip(values).filter(|(m, _)| **m == meter).map(|(_, v)| v).sum()
                };
                let size: f64 = bills.iter().map(|bill| bill.3.abs()).sum::<f64>() + 1.0;
                prop_assert!((billed - of(&months.quantity)).abs() < 1e-9 * size);
                prop_assert!((days - of(&months.covered)).abs() < 1e-6);
            }
        }
    }
}
