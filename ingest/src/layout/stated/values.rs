//! What is stated about the values of a table.

use jiff::civil::{Date, DateTime};
use readings::profile::{Profile, Sign, StampMeaning};
use readings::{Period, ProblemCode};

use super::super::candidate::{Candidate, Fate, Series, Values, When};
use super::super::text::fold;
use super::{Changed, text};

/// Completes the values that the rows have given, before they get their periods.
pub fn settle(profile: &Profile, changed: &Changed, values: &mut Values, today: Date) {
    for series in &mut values.series {
        name(profile, changed, series);
    }
    let wraps = profile.year_begins.unwrap_or(1);
    let year = |said: Option<i16>, month: i8| {
        let year = profile.year.map(|year| match (year, wraps) {
            (year, 1) => year.of_month(month, today),
            (year, first) => year.of_month(first, today) + i16::from(month < first),
        });
        said.filter(|_| profile.year_begins.is_none() || year.is_none()).or(year)
    };
    for candidate in &mut values.candidates {
        candidate.when = match candidate.when {
            When::Month(said, month) => When::Month(year(said, month), month),
            When::Months(said, first, last) => When::Months(year(said, first), first, last),
            When::Stamp(at) => stamp(profile.date_means, at),
            When::Unsaid => {
                profile.month.map_or(When::Unsaid, |month| When::Month(year(None, month), month))
            }
            said => said,
        };
        if let When::Month(Some(year), month) = candidate.when
            && profile.year_begins.is_some()
        {
            // Twelve months from July on are of two years: that each says its own is certain now.
            candidate.when = Period::month(year, month).map_or(candidate.when, When::Certain);
        }
        number(profile, candidate);
    }
    release(profile, changed, values);
}

/// Values that were held for a question that is answered.
pub fn release(profile: &Profile, changed: &Changed, values: &mut Values) {
    for candidate in &mut values.candidates {
        let Fate::Held(hold) = &candidate.fate else { continue };
        let by_kind = profile.kind.is_some() || changed.roles.contains(&candidate.at.column);
        let answered = match hold.code {
            ProblemCode::KindUnclear | ProblemCode::LayoutUnclear | ProblemCode::CostOnly => {
                by_kind
            }
            ProblemCode::AmbiguousScale => profile.multiply_by.is_some(),
            ProblemCode::NegativeQuantity => profile.sign == Some(Sign::AsWritten),
            _ => false,
        };
        if answered {
            candidate.fate = Fate::Reading;
        }
    }
}

fn name(profile: &Profile, changed: &Changed, series: &mut Series) {
    let of_column = (series.place.0.is_none())
        .then(|| changed.of_columns.iter().find(|(column, ..)| *column == series.place.1))
        .flatten();
    let site =
        of_column.and_then(|(_, site, _)| site.clone()).or_else(|| changed.of_table.0.clone());
    let meter =
        of_column.and_then(|(_, _, meter)| meter.clone()).or_else(|| changed.of_table.1.clone());
    series.site = site.or(series.site.take()).or_else(|| profile.site.clone());
    series.meter = meter.or(series.meter.take());
    series.commodity = series.commodity.or(profile.commodity);
    match &mut series.unit {
        None => series.unit = profile.unit.map(text),
        Some(unit) if unit.unit.is_none() => {
            let known = profile.units.iter().find(|(text, _)| fold(text) == fold(&unit.text));
            unit.unit = known.map(|(_, unit)| *unit);
        }
        Some(_) => {}
    }
}

fn number(profile: &Profile, candidate: &mut Candidate) {
    if profile.sign == Some(Sign::Reversed) {
        candidate.number = -candidate.number;
    }
    if let Some(factor) = profile.multiply_by {
        candidate.number = candidate.number.checked_mul(factor).unwrap_or(candidate.number);
    }
    if let Some(kind) = profile.kind {
        candidate.kind = kind;
    }
}

/// What a single date stands for.
fn stamp(means: Option<StampMeaning>, at: DateTime) -> When {
    let date = at.date();
    let period = match means {
        None => None,
        Some(StampMeaning::Day) => Period::days_included(date, date).ok(),
        Some(StampMeaning::Month) => Period::month(date.year(), date.month()),
        Some(StampMeaning::Year) => Period::year(date.year()),
        Some(StampMeaning::MonthBefore) => date
            .first_of_month()
            .yesterday()
            .ok()
            .and_then(|before| Period::month(before.year(), before.month())),
    };
    period.map_or(When::Stamp(at), When::Certain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_date_is_what_it_is_said_to_be() {
        let at = date(2024, 1, 3).at(0, 0, 0, 0);
        let month = |year, month| When::Certain(Period::month(year, month).unwrap());
        assert_eq!(stamp(None, at), When::Stamp(at));
        assert_eq!(stamp(Some(StampMeaning::Month), at), month(2024, 1));
        assert_eq!(stamp(Some(StampMeaning::MonthBefore), at), month(2023, 12));
    }
}
