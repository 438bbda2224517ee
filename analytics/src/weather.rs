//! Outdoor temperature by month: what stations measured, and which station a site has.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::civil::Date;
use readings::SiteId;
use rust_decimal::prelude::ToPrimitive;
use sqlx::PgPool;

use crate::calendar::{first_day, month_of};

/// A month counts when so much of it is covered.
const COVERED: f64 = 0.9;
/// Degree days under this per day say little about the temperature: days on the other side of the base count nothing.
const FEWEST_DEGREES: f64 = 1.0;

/// A live value of a station.
#[derive(Debug, Clone, PartialEq)]
pub struct Value {
    /// The station.
    pub station: i64,
    /// First day, counted from 1970-01-01.
    pub start: f64,
    /// First day after it.
    pub end: f64,
    /// What it is.
    pub measure: Measure,
}

/// What a value is; all in degrees Celsius.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Measure {
    /// The mean.
    Mean(f64),
    /// Degree days below a base.
    Heating(f64, f64),
    /// Degree days above a base.
    Cooling(f64, f64),
}

/// A station.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Station {
    /// Its number.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// The folded name.
    pub name_key: String,
    /// Who sends its files.
    pub senders: BTreeSet<String>,
}

/// A site, as far as its station is concerned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The site.
    pub site: SiteId,
    /// The folded name.
    pub name_key: String,
    /// The station that a person chose.
    pub chosen: Option<i64>,
    /// Who sends its readings.
    pub senders: BTreeSet<String>,
}

/// All that is known about the weather.
#[derive(Debug, Clone, Default)]
pub struct Weather {
    /// Mean temperature by station and month (months since January of the year 0).
    means: HashMap<i64, BTreeMap<i32, f64>>,
    /// The station of each site.
    of_site: HashMap<SiteId, i64>,
}

impl Weather {
    /// The mean temperature of a month at a site, where it is known.
    pub fn at(&self, site: SiteId, month: i32) -> Option<f64> {
        self.means.get(self.of_site.get(&site)?)?.get(&month).copied()
    }

    /// Puts values and places together.
    pub fn of(stations: &[Station], places: &[Place], values: &[Value]) -> Self {
        let mut by_station: HashMap<i64, Vec<&Value>> = HashMap::new();
        for value in values {
            by_station.entry(value.station).or_default().push(value);
        }
        let senders: BTreeSet<String> =
            places.iter().flat_map(|place| place.senders.iter().cloned()).collect();
        Self {
            means: by_station.into_iter().map(|(id, values)| (id, means(&values))).collect(),
            of_site: places
                .iter()
                .filter_map(|place| Some((place.site, station_of(place, stations, &senders)?)))
                .collect(),
        }
    }
}

/// The station of a site: the one that a person chose; else the one whose name is in the name of the site; else the
/// only one of those who send the site's readings; else the only one there is, unless it comes from somebody who sends
/// readings of other sites (`senders` are all who send readings). Where several are left, none: nothing says which is
/// the nearest.
pub fn station_of(place: &Place, stations: &[Station], senders: &BTreeSet<String>) -> Option<i64> {
    let only = |test: &dyn Fn(&Station) -> bool| {
        let mut found = stations.iter().filter(|station| test(station));
        found.next().filter(|_| found.next().is_none()).map(|station| station.id)
    };
    place
        .chosen
        .or_else(|| only(&|station| place.name_key.contains(&station.name_key)))
        .or_else(|| only(&|station| !station.senders.is_disjoint(&place.senders)))
        .or_else(|| match stations {
            [station] if station.senders.is_disjoint(senders) => Some(station.id),
            _ => None,
        })
}

/// Mean temperature by month: from daily or monthly means, else from degree days.
fn means(values: &[&Value]) -> BTreeMap<i32, f64> {
    let mut sums: BTreeMap<i32, (f64, f64)> = BTreeMap::new();
    for value in values {
        if let Measure::Mean(degrees) = value.measure {
            let month = month_of(f64::midpoint(value.start, value.end));
            let entry = sums.entry(month).or_insert((0.0, 0.0));
            entry.0 += degrees * (value.end - value.start);
            entry.1 += value.end - value.start;
        }
    }
    let mut means: BTreeMap<i32, f64> = sums
        .into_iter()
        .filter(|(month, (_, days))| *days >= COVERED * (first_day(month + 1) - first_day(*month)))
        .map(|(month, (sum, days))| (month, sum / days))
        .collect();
    let mut degree_days: BTreeMap<i32, Vec<&Value>> = BTreeMap::new();
    for value in values.iter().filter(|value| !matches!(value.measure, Measure::Mean(_))) {
        degree_days.entry(month_of(f64::midpoint(value.start, value.end))).or_default().push(value);
    }
    for (month, values) in degree_days {
        if let Some(mean) = from_degree_days(month, &values) {
            means.entry(month).or_insert(mean);
        }
    }
    means
}

/// With one base for both, the mean is the base plus cooling less heating degrees a day, exactly. From heating alone it
/// is that as long as most days are below the base.
fn from_degree_days(month: i32, values: &[&Value]) -> Option<f64> {
    let days = first_day(month + 1) - first_day(month);
    let covered = |of: &dyn Fn(Measure) -> Option<(f64, f64)>| {
        let chosen: Vec<(f64, f64, f64)> = values
            .iter()
            .filter_map(|value| {
                of(value.measure).map(|(sum, base)| (sum, base, value.end - value.start))
            })
            .collect();
        let length: f64 = chosen.iter().map(|(.., length)| length).sum();
        let base = chosen.first()?.1;
        (length >= COVERED * days && length <= 1.1 * days)
            .then(|| (chosen.iter().map(|(sum, ..)| sum).sum::<f64>() / length, base))
    };
    let heating = covered(&|measure| match measure {
        Measure::Heating(sum, base) => Some((sum, base)),
        _ => None,
    });
    let cooling = covered(&|measure| match measure {
        Measure::Cooling(sum, base) => Some((sum, base)),
        _ => None,
    });
    match (heating, cooling) {
        (Some((heating, base)), Some((cooling, same))) if (base - same).abs() < 0.1 => {
            Some(base + cooling - heating)
        }
        (Some((heating, base)), _) if heating >= FEWEST_DEGREES => Some(base - heating),
        (_, Some((cooling, base))) if cooling >= FEWEST_DEGREES => Some(base + cooling),
        _ => None,
    }
}

/// Reads stations, places and live values.
pub async fn load(pool: &PgPool) -> Result<Weather, sqlx::Error> {
    let stations = stations(pool).await?;
    if stations.is_empty() {
        return Ok(Weather::default());
    }
    let values = sqlx::query!(
        r#"select station_id, kind, starts_on as "starts_on: jiff_sqlx::Date", ends_on as "ends_on: jiff_sqlx::Date",
               value, base
           from temperature where superseded_at is null"#
    )
    .fetch_all(pool)
    .await?;
    let values: Vec<Value> = values
        .into_iter()
        .filter_map(|row| {
            let value = row.value.to_f64()?;
            let base = row.base.and_then(|base| base.to_f64());
            let measure = match row.kind.as_str() {
                "mean" => Measure::Mean(value),
                // Without its base a degree day says no temperature.
                "heating_degree_days" => Measure::Heating(value, base?),
                _ => Measure::Cooling(value, base?),
            };
            Some(Value {
                station: row.station_id,
                start: day_of(row.starts_on.to_jiff()),
                end: day_of(row.ends_on.to_jiff()),
                measure,
            })
        })
        .collect();
    Ok(Weather::of(&stations, &places(pool).await?, &values))
}

/// All stations.
pub async fn stations(pool: &PgPool) -> Result<Vec<Station>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select w.station_id, w.name, w.name_key, array(
               select distinct lower(msg.sender)
               from (select distinct attachment_id from temperature t where t.station_id = w.station_id) f
               join message_attachment ma using (attachment_id) join message msg using (message_id)
               where msg.sender is not null) as "senders!"
           from weather_station w order by w.name_key"#
    )
    .fetch_all(pool)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Station {
            id: row.station_id,
            name: row.name,
            name_key: row.name_key,
            senders: row.senders.into_iter().collect(),
        })
        .collect())
}

/// Chooses the station of a site, or leaves it to the rule; gives back how many sites have that name.
pub async fn assign(pool: &PgPool, site: &str, station: Option<i64>) -> Result<u64, sqlx::Error> {
    let done = sqlx::query!("update site set station_id = $2 where name = $1", site, station)
        .execute(pool)
        .await?;
    Ok(done.rows_affected())
}

/// The sites with the station that each has by choice or by rule.
pub async fn assigned(pool: &PgPool) -> Result<Vec<(String, bool, Option<i64>)>, sqlx::Error> {
    let (stations, places) = (stations(pool).await?, places(pool).await?);
    let senders: BTreeSet<String> =
        places.iter().flat_map(|place| place.senders.iter().cloned()).collect();
    let names: HashMap<SiteId, String> = sqlx::query!("select site_id, name from site")
        .fetch_all(pool)
        .await?
        .into_iter()
        .map(|row| (SiteId::new(row.site_id), row.name))
        .collect();
    Ok(places
        .iter()
        .map(|place| {
            let name = names.get(&place.site).cloned().unwrap_or_default();
            (name, place.chosen.is_some(), station_of(place, &stations, &senders))
        })
        .collect())
}

/// All sites with those who send their newest readings.
async fn places(pool: &PgPool) -> Result<Vec<Place>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select s.site_id, s.name_key, s.station_id, array(
               select distinct lower(msg.sender) from meter m
               cross join lateral (
                   select attachment_id from reading r
                   where r.meter_id = m.meter_id and r.superseded_at is null
                   order by r.period_start desc limit 1
               ) newest
               join message_attachment ma using (attachment_id) join message msg using (message_id)
               where m.site_id = s.site_id and msg.sender is not null) as "senders!"
           from site s"#
    )
    .fetch_all(pool)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Place {
            site: SiteId::new(row.site_id),
            name_key: row.name_key,
            chosen: row.station_id,
            senders: row.senders.into_iter().collect(),
        })
        .collect())
}

fn day_of(date: Date) -> f64 {
    f64::from((date - Date::constant(1970, 1, 1)).get_days())
}

#[cfg(test)]
mod tests {
    use super::*;

    const JANUARY: i32 = 2026 * 12;

    fn value(start: f64, end: f64, measure: Measure) -> Value {
        Value { station: 1, start, end, measure }
    }

    fn mean_of(values: &[Value]) -> Option<f64> {
        means(&values.iter().collect::<Vec<_>>()).get(&JANUARY).copied()
    }

    #[test]
    fn days_and_months_give_the_same_mean() {
        let (from, to) = (first_day(JANUARY), first_day(JANUARY + 1));
        let days: Vec<Value> = (0..31)
            .map(|day| {
                value(
                    from + f64::from(day),
                    from + f64::from(day) + 1.0,
                    Measure::Mean(f64::from(day % 2)),
                )
            })
            .collect();
        let of_days = mean_of(&days).expect("a mean");
        assert!((of_days - 15.0 / 31.0).abs() < 1e-9);
        assert_eq!(mean_of(&[value(from, to, Measure::Mean(3.4))]), Some(3.4));
        assert_eq!(mean_of(&days[..20]), None, "half a month says nothing");
    }

    #[test]
    fn degree_days_tell_the_mean() {
        let (from, to) = (first_day(JANUARY), first_day(JANUARY + 1));
        let heating = value(from, to, Measure::Heating(31.0 * 12.0, 15.0));
        assert_eq!(mean_of(std::slice::from_ref(&heating)), Some(3.0));
        let cooling = value(from, to, Measure::Cooling(31.0, 15.0));
        assert_eq!(mean_of(&[heating, cooling]), Some(4.0));
        assert_eq!(mean_of(&[value(from, to, Measure::Heating(6.0, 15.0))]), None);
    }

    #[test]
    fn a_station_is_chosen_named_sent_along_or_the_only_one() {
        let station = |id: i64, name: &str, sender: &str| Station {
            id,
            name: name.to_owned(),
            name_key: name.to_owned(),
            senders: if sender.is_empty() { BTreeSet::new() } else { [sender.to_owned()].into() },
        };
        let place = |name: &str, chosen, sender: &str| Place {
            site: SiteId::new(1),
            name_key: name.to_owned(),
            chosen,
            senders: [sender.to_owned()].into(),
        };
        let stations =
            [station(1, "lindental", "a@x"), station(2, "leeds", "b@x"), station(3, "york", "b@x")];
        let senders: BTreeSet<String> = ["a@x", "b@x", "c@x"].map(str::to_owned).into();
        let of = |place: &Place, stations: &[Station]| station_of(place, stations, &senders);
        assert_eq!(of(&place("leeds wellington", None, "c@x"), &stations), Some(2));
        assert_eq!(of(&place("pool", None, "a@x"), &stations), Some(1));
        assert_eq!(of(&place("depot", None, "b@x"), &stations), None, "two are possible");
        assert_eq!(of(&place("depot", Some(3), "b@x"), &stations), Some(3));
        let met_office = [station(9, "met", "weather@met")];
        assert_eq!(of(&place("depot", None, "c@x"), &met_office), Some(9), "the only one");
        assert_eq!(of(&place("depot", None, "c@x"), &stations[..1]), None, "somebody else's own");
    }
}
