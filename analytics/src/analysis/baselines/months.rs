//! The months of one meter side by side, as they are stored.

use std::borrow::Cow;
use std::collections::HashMap;

use alerts::Family;
use jiff::civil::Date;
use sqlx::PgConnection;

use crate::analysis::history::History;
use crate::engine::Judgement;
use crate::parameters::MODEL_VERSION;

/// A row of `baseline`: all months of a meter, from that of its first reading to that of its last.
#[derive(Debug, Clone)]
pub struct Months<'a> {
    pub meter: i64,
    pub first: Date,
    pub observed: Vec<Option<f64>>,
    pub expected: Vec<Option<f64>>,
    pub lower: Vec<Option<f64>>,
    pub upper: Vec<Option<f64>>,
    pub score: Vec<Option<f64>>,
    /// Places in the words, counted from 1.
    pub rung: Vec<Option<i16>>,
    /// As well.
    pub kind: Vec<Option<i16>>,
    pub words: Vec<Cow<'a, str>>,
    pub cost: Vec<Option<f64>>,
    pub currency: Option<Cow<'a, str>>,
    pub model: Cow<'a, str>,
}

impl<'a> Months<'a> {
    /// What was found of a meter; `None` of one without readings.
    pub fn of(history: &'a History, meter: usize, judged: &[Judgement]) -> Option<Self> {
        let quantity = &history.panel.meters[meter].quantity;
        let first = quantity.iter().position(|quantity| !quantity.is_nan())?;
        let last = quantity.iter().rposition(|quantity| !quantity.is_nan())?;
        let price = history.prices[meter];
        let currency =
            price.and_then(|price| history.currencies.get(price.currency as usize)?.as_deref());
        let mut months = Self::empty(history.meters[meter].id.get(), history.start_of(first));
        for (judgement, quantity) in judged[first..=last].iter().zip(&quantity[first..=last]) {
            let observed = Some(*quantity).filter(|quantity| !quantity.is_nan());
            let band = judgement.band;
            let cost = price.zip(band).zip(observed).and_then(|((price, band), observed)| {
                let family = Family::of(judgement.kind?, observed > band.expected);
                (!family.is_wrong_reading()).then_some((observed - band.expected) * price.amount)
            });
            months.observed.push(observed);
            months.expected.push(band.map(|band| band.expected));
            months.lower.push(band.map(|band| band.lower));
            months.upper.push(band.map(|band| band.upper));
            months.score.push(judgement.kind.map(|_| judgement.score));
            let rung = months.place_of(judgement.rung.code());
            months.rung.push(Some(rung));
            let kind = judgement.kind.map(|kind| months.place_of(kind.code()));
            months.kind.push(kind);
            months.cost.push(cost);
        }
        let is_cost = months.cost.iter().any(Option::is_some);
        months.currency = currency.filter(|_| is_cost).map(Cow::Borrowed);
        Some(months)
    }

    fn empty(meter: i64, first: Date) -> Self {
        Self {
            meter,
            first,
            observed: Vec::new(),
            expected: Vec::new(),
            lower: Vec::new(),
            upper: Vec::new(),
            score: Vec::new(),
            rung: Vec::new(),
            kind: Vec::new(),
            words: Vec::new(),
            cost: Vec::new(),
            currency: None,
            model: MODEL_VERSION.into(),
        }
    }

    /// The place of a word, which is added where it is new.
    fn place_of(&mut self, word: &'static str) -> i16 {
        let known = self.words.iter().position(|known| known == word);
        let place = known.unwrap_or_else(|| {
            self.words.push(word.into());
            self.words.len() - 1
        });
        i16::try_from(place + 1).unwrap_or(i16::MAX)
    }

    fn word(&self, place: Option<i16>) -> Option<&str> {
        let place = usize::try_from(place?).ok()?.checked_sub(1)?;
        self.words.get(place).map(|word| &**word)
    }

    /// How many there are.
    pub fn count(&self) -> u64 {
        u64::try_from(self.observed.len()).unwrap_or(u64::MAX)
    }

    /// How many months are new, gone, or say something else than before.
    pub fn differing(&self, before: Option<&Months<'_>>) -> u64 {
        let Some(before) = before else { return self.count() };
        let months = |first: Date| i64::from(first.year()) * 12 + i64::from(first.month());
        let shift = months(self.first) - months(before.first);
        let then = |place: i64| usize::try_from(place + shift).ok();
        let in_both: Vec<(usize, usize)> = (0..self.observed.len())
            .zip((0..).map(then))
            .filter_map(|(at, then)| Some((at, then.filter(|then| *then < before.observed.len())?)))
            .collect();
        let is_alike = |(at, then): &&(usize, usize)| {
            self.model == before.model && self.says(*at) == before.says(*then)
        };
        let alike = in_both.iter().filter(is_alike).count();
        let all = self.observed.len() + before.observed.len() - in_both.len();
        u64::try_from(all - alike).unwrap_or(u64::MAX)
    }

    /// What it says of a month.
    fn says(&self, at: usize) -> Said<'_> {
        let numbers =
            [&self.observed, &self.expected, &self.lower, &self.upper, &self.score, &self.cost];
        Said {
            bits: numbers.map(|numbers| numbers[at].map(f64::to_bits)),
            rung: self.word(self.rung[at]),
            kind: self.word(self.kind[at]),
            currency: self.currency.as_deref().filter(|_| self.cost[at].is_some()),
        }
    }
}

/// What is said of a month.
#[derive(PartialEq, Eq)]
struct Said<'a> {
    bits: [Option<u64>; 6],
    rung: Option<&'a str>,
    kind: Option<&'a str>,
    currency: Option<&'a str>,
}

/// What is stored of these meters and of those that count as them, by the number of the meter.
pub async fn stored(
    connection: &mut PgConnection,
    meters: &[i64],
) -> Result<HashMap<i64, Months<'static>>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select b.meter_id, first_month as "first_month: jiff_sqlx::Date", observed as "observed: Vec<Option<f64>>",
               expected as "expected: Vec<Option<f64>>", lower as "lower: Vec<Option<f64>>",
               upper as "upper: Vec<Option<f64>>", score as "score: Vec<Option<f64>>",
               rung as "rung: Vec<Option<i16>>", kind as "kind: Vec<Option<i16>>", words,
               excess_cost as "excess_cost: Vec<Option<f64>>", currency, model_version
           from meter m join baseline b using (meter_id) where coalesce(m.counts_as, m.meter_id) = any($1)"#,
        meters,
    )
    .map(|row| Months {
        meter: row.meter_id,
        first: row.first_month.to_jiff(),
        observed: row.observed,
        expected: row.expected,
        lower: row.lower,
        upper: row.upper,
        score: row.score,
        rung: row.rung,
        kind: row.kind,
        words: row.words.into_iter().map(Cow::Owned).collect(),
        cost: row.excess_cost,
        currency: row.currency.map(Cow::Owned),
        model: row.model_version.into(),
    })
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|months| (months.meter, months)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Months from one on, of which each was expected so.
    fn months(first: Date, expected: &[f64]) -> Months<'static> {
        let mut months = Months::empty(7, first);
        for expected in expected {
            months.observed.push(Some(100.0));
            months.expected.push(Some(*expected));
            months.lower.push(None);
            months.upper.push(None);
            months.score.push(Some(-1.0));
            let place = months.place_of("seasonal");
            months.rung.push(Some(place));
            let place = months.place_of("spike");
            months.kind.push(Some(place));
            months.cost.push(None);
        }
        months
    }

    #[test]
    fn months_are_told_apart_by_what_they_say() {
        let (january, march) = (Date::constant(2026, 1, 1), Date::constant(2026, 3, 1));
        let before = months(january, &[90.0, 91.0, 92.0, 93.0]);
        assert_eq!(before.differing(None), 4, "all are new");
        assert_eq!(before.differing(Some(&before)), 0);
        assert_eq!(months(january, &[90.0, 91.5, 92.0, 93.0]).differing(Some(&before)), 1);
        assert_eq!(months(january, &[90.0, 91.0, 92.0, 93.0, 94.0]).differing(Some(&before)), 1);
        assert_eq!(months(march, &[92.0, 93.0]).differing(Some(&before)), 2, "two are gone");
        let later = months(march, &[92.0, 93.0, 94.0, 95.0, 96.0]);
        assert_eq!(later.differing(Some(&before)), 5, "two are gone and three are new");
        let mut of_other_words = before.clone();
        of_other_words.words.reverse();
        assert_eq!(of_other_words.differing(Some(&before)), 4);
        std::mem::swap(&mut of_other_words.rung, &mut of_other_words.kind);
        assert_eq!(of_other_words.differing(Some(&before)), 0, "places are no words");
        let mut of_another_model = before.clone();
        of_another_model.model = "another".into();
        assert_eq!(of_another_model.differing(Some(&before)), 4);
    }
}
