//! From names to meters: found, or made when they are new.

use std::collections::BTreeMap;
use std::sync::Arc;

use foldhash::{HashMap, HashMapExt as _, HashSet};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use jiff_sqlx::ToSqlx;
use readings::{Commodity, Dimension, MeterId, Problem, ProblemCode, ReadingKind, Unit};
use sqlx::PgConnection;

use super::LedgerError;
use super::admit::{Candidate, MeterName};
use super::arrange::Placed;

/// Digits of a converted quantity: more would be the noise of the factor's last digit.
const CONVERTED_DIGITS: u32 = 15;

/// A stored meter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Meter {
    id: MeterId,
    unit: Unit,
}

/// The meters of some files, locked until the transaction ends.
#[derive(Debug, Default)]
pub struct Meters {
    /// By the keys of site and meter.
    by_name: HashMap<String, HashMap<String, BTreeMap<Commodity, Meter>>>,
    zones: HashMap<MeterId, TimeZone>,
    /// Those that were made for these files: nothing else is stored about them.
    pub made: HashSet<MeterId>,
}

/// The candidates of a file at their meters, and the problems of those that have none.
pub type PlacedFile<'a> = (Vec<Placed<'a>>, Vec<Problem>);

/// Places each candidate at its meter, or says why not, file by file. New sites and meters are made.
///
/// The locks make workers that load readings of the same meters take turns; they are taken in one order, so the
/// workers cannot wait for each other.
pub async fn resolve<'a>(
    connection: &mut PgConnection,
    files: Vec<Vec<Candidate<'a>>>,
    now: Timestamp,
) -> Result<(Vec<PlacedFile<'a>>, Meters), LedgerError> {
    let mut meters = Meters::load(connection, &files).await?;
    let files: Vec<(Vec<Candidate<'a>>, Vec<Problem>)> =
        files.into_iter().map(|candidates| meters.complete(candidates)).collect();
    let missing = meters.missing(files.iter().flat_map(|(candidates, _)| candidates));
    if !missing.is_empty() {
        let made = make(connection, &missing, now).await?;
        let all = || files.iter().map(|(candidates, _)| candidates);
        meters = Meters { made, ..Meters::load(connection, all()).await? };
        if !meters.missing(all().flatten()).is_empty() {
            return Err(LedgerError::MetersRaced);
        }
    }
    let placed = files
        .into_iter()
        .map(|(candidates, mut problems)| {
            let mut found = Lookup::of(&meters);
            let placed = candidates
                .into_iter()
                .filter_map(|candidate| found.place(candidate).map_err(|p| problems.push(p)).ok());
            (placed.collect(), problems)
        })
        .collect();
    Ok((placed, meters))
}

/// Finds the meters of candidates one after the other, most of which are of the meter of the one before.
struct Lookup<'m> {
    meters: &'m Meters,
    last: Option<(Arc<MeterName>, Commodity, Option<Meter>)>,
}

/// A meter to be made.
struct NewMeter<'a> {
    candidate: &'a Candidate<'a>,
    commodity: Commodity,
    unit: Unit,
}

impl Meters {
    /// The time zone of a meter's site; `None` where it is universal time or unknown to this machine.
    pub fn zone(&self, meter: MeterId) -> Option<TimeZone> {
        self.zones.get(&meter).cloned()
    }

    async fn load<'a>(
        connection: &mut PgConnection,
        files: impl IntoIterator<Item = &'a Vec<Candidate<'a>>>,
    ) -> Result<Self, LedgerError> {
        let mut names: Vec<&MeterName> = files
            .into_iter()
            .flat_map(|candidates| candidates.chunk_by(|a, b| Arc::ptr_eq(&a.name, &b.name)))
            .map(|run| &*run[0].name)
            .collect();
        names.sort_unstable();
        names.dedup_by_key(|name| (&name.site_key, &name.meter_key));
        let sites: Vec<String> = names.iter().map(|name| name.site_key.clone()).collect();
        let keys: Vec<String> = names.iter().map(|name| name.meter_key.clone()).collect();
        let rows = sqlx::query!(
            r#"select m.meter_id as "id: MeterId", s.name_key as site_key, m.name_key as meter_key,
                      m.commodity, m.canonical_unit, s.time_zone
               from unnest($1::text[], $2::text[]) as wanted (site_key, meter_key)
               join site s on s.name_key = wanted.site_key
               join meter m on m.site_id = s.site_id and m.name_key = wanted.meter_key
               order by m.meter_id
               for no key update of m"#,
            &sites,
            &keys,
        )
        .fetch_all(connection)
        .await
        .map_err(LedgerError::ResolveMeters)?;
        let mut meters = Self::default();
        for row in rows {
            let commodity = row.commodity.parse().map_err(|_| LedgerError::Stored {
                what: "a commodity",
                value: row.commodity.clone(),
            })?;
            let unit = row
                .canonical_unit
                .parse()
                .map_err(|_| LedgerError::Stored { what: "a unit", value: row.canonical_unit })?;
            if row.time_zone != "UTC"
                && let Ok(zone) = TimeZone::get(&row.time_zone)
            {
                meters.zones.insert(row.id, zone);
            }
            meters
                .by_name
                .entry(row.site_key)
                .or_default()
                .entry(row.meter_key)
                .or_default()
                .insert(commodity, Meter { id: row.id, unit });
        }
        Ok(meters)
    }

    fn named(&self, name: &MeterName) -> Option<&BTreeMap<Commodity, Meter>> {
        self.by_name.get(&name.site_key)?.get(&name.meter_key)
    }

    /// Fills in the commodity of meters that are known, stored or by another row of the file; refuses what stays open.
    fn complete<'a>(&self, candidates: Vec<Candidate<'a>>) -> (Vec<Candidate<'a>>, Vec<Problem>) {
        let mut problems = Vec::new();
        if candidates.iter().all(|candidate| candidate.commodity.is_some()) {
            return (candidates, problems);
        }
        let mut known: HashMap<(String, String), Vec<Commodity>> = HashMap::new();
        for candidate in &candidates {
            let of_meter = known.entry(keys_of(candidate)).or_insert_with(|| {
                self.named(&candidate.name).into_iter().flat_map(BTreeMap::keys).copied().collect()
            });
            of_meter.extend(candidate.commodity.filter(|stated| !of_meter.contains(stated)));
        }
        let completed = candidates
            .into_iter()
            .filter_map(|mut candidate| {
                if candidate.commodity.is_none() {
                    candidate.commodity = match known.get(&keys_of(&candidate)) {
                        Some(commodities) if commodities.len() == 1 => Some(commodities[0]),
                        _ => None,
                    };
                }
                if candidate.commodity.is_none() {
                    let sentence = format!(
                        "Nothing says what meter {} at {} counts.",
                        candidate.name.meter, candidate.name.site
                    );
                    problems.push(candidate.problem(ProblemCode::CommodityUnknown, sentence));
                    return None;
                }
                Some(candidate)
            })
            .collect();
        (completed, problems)
    }

    /// The meters that are not stored, each with the unit of its first reading's dimension.
    ///
    /// A file may state volume and energy of the same gas: then the commodity's usual dimension comes first.
    fn missing<'a>(
        &self,
        candidates: impl Iterator<Item = &'a Candidate<'a>>,
    ) -> Vec<NewMeter<'a>> {
        let mut found: Vec<NewMeter<'a>> = Vec::new();
        let mut index: HashMap<(&str, &str, Commodity), usize> = HashMap::new();
        let mut stored = Lookup::of(self);
        for candidate in candidates {
            let Some(commodity) = candidate.commodity else { continue };
            let Some(dimension) = candidate.meter_dimension() else { continue };
            if stored.find(candidate).is_some() {
                continue;
            }
            let name =
                (candidate.name.site_key.as_str(), candidate.name.meter_key.as_str(), commodity);
            match index.get(&name) {
                None => {
                    index.insert(name, found.len());
                    found.push(NewMeter { candidate, commodity, unit: dimension.canonical() });
                }
                Some(at) if dimension == commodity.usual_unit().dimension() => {
                    found[*at].unit = dimension.canonical();
                }
                Some(_) => {}
            }
        }
        found
    }
}

impl<'m> Lookup<'m> {
    const fn of(meters: &'m Meters) -> Self {
        Self { meters, last: None }
    }

    fn find(&mut self, candidate: &Candidate<'_>) -> Option<Meter> {
        let commodity = candidate.commodity?;
        match &self.last {
            Some((name, of, found)) if *of == commodity && Arc::ptr_eq(name, &candidate.name) => {
                *found
            }
            _ => {
                let named = self.meters.named(&candidate.name);
                let found = named.and_then(|named| named.get(&commodity).copied());
                self.last = Some((Arc::clone(&candidate.name), commodity, found));
                found
            }
        }
    }

    fn place<'a>(&mut self, candidate: Candidate<'a>) -> Result<Placed<'a>, Problem> {
        let mismatch = |candidate: &Candidate<'_>, sentence: String| {
            Err(candidate.problem(ProblemCode::DimensionMismatch, sentence))
        };
        let (Some(dimension), Some(meter)) = (candidate.meter_dimension(), self.find(&candidate))
        else {
            let sentence = match candidate.kind {
                ReadingKind::AveragePower => {
                    format!("This is mean power, but {} is not a unit of power.", candidate.unit)
                }
                _ => format!("{} is a unit of power, not of consumption.", candidate.unit),
            };
            return mismatch(&candidate, sentence);
        };
        if dimension != meter.unit.dimension() {
            let sentence = format!(
                "The readings of meter {} at {} are in {}; {} cannot be converted to that.",
                candidate.name.meter, candidate.name.site, meter.unit, candidate.unit
            );
            return mismatch(&candidate, sentence);
        }
        let to = if candidate.unit.dimension() == Dimension::Power {
            Unit::Kilowatt
        } else {
            meter.unit
        };
        let canonical = if candidate.unit == to {
            Some(candidate.quantity)
        } else {
            candidate
                .unit
                .convert(candidate.quantity, to)
                .and_then(|quantity| quantity.round_sf(CONVERTED_DIGITS))
        };
        match canonical {
            Some(canonical) => {
                Ok(Placed { meter: meter.id, canonical: canonical.normalize(), candidate })
            }
            None => mismatch(
                &candidate,
                format!("{} {} is too large a number.", candidate.quantity, candidate.unit),
            ),
        }
    }
}

fn keys_of(candidate: &Candidate<'_>) -> (String, String) {
    (candidate.name.site_key.clone(), candidate.name.meter_key.clone())
}

async fn make(
    connection: &mut PgConnection,
    missing: &[NewMeter<'_>],
    now: Timestamp,
) -> Result<HashSet<MeterId>, LedgerError> {
    let texts = |text: for<'a> fn(&'a NewMeter<'a>) -> &'a str| -> Vec<String> {
        missing.iter().map(|meter| text(meter).to_owned()).collect()
    };
    let made = sqlx::query_scalar!(
        r#"with wanted as (
             select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
                 with ordinality as w (site, site_key, meter, meter_key, commodity, unit, position)
         ), new_site as (
             insert into site (name, name_key, created_at)
             select distinct on (site_key) site, site_key, $7 from wanted order by site_key, position
             on conflict (name_key) do nothing
             returning site_id, name_key
         ), both_sites as (
             select site_id, name_key from new_site
             union all
             select site_id, name_key from site
                 where name_key in (select site_key from wanted)
         )
         insert into meter (site_id, name, name_key, commodity, canonical_unit, created_at)
         select site_id, meter, meter_key, commodity, unit, $7
         from wanted join both_sites on name_key = site_key
         order by position
         on conflict (site_id, commodity, name_key) do nothing
         returning meter_id as "id: MeterId""#,
        &texts(|meter| &meter.candidate.name.site),
        &texts(|meter| &meter.candidate.name.site_key),
        &texts(|meter| &meter.candidate.name.meter),
        &texts(|meter| &meter.candidate.name.meter_key),
        &texts(|meter| meter.commodity.code()),
        &texts(|meter| meter.unit.symbol()),
        now.to_sqlx() as _,
    )
    .fetch_all(connection)
    .await
    .map_err(LedgerError::ResolveMeters)?;
    Ok(made.into_iter().collect())
}

/// Makes the sites that are new in a zone that was stated for them; the zone of a known site is not changed.
pub(super) async fn make_sites_in(
    connection: &mut PgConnection,
    candidates: &[Candidate<'_>],
    zone: &str,
    now: Timestamp,
) -> Result<(), LedgerError> {
    let names: Vec<String> = candidates.iter().map(|one| one.name.site.clone()).collect();
    let keys: Vec<String> = candidates.iter().map(|one| one.name.site_key.clone()).collect();
    sqlx::query!(
        "insert into site (name, name_key, time_zone, created_at)
         select distinct on (site_key) site, site_key, $3, $4
         from unnest($1::text[], $2::text[]) with ordinality as w (site, site_key, position)
         order by site_key, position
         on conflict (name_key) do nothing",
        &names,
        &keys,
        zone,
        now.to_sqlx() as _,
    )
    .execute(connection)
    .await
    .map_err(LedgerError::ResolveMeters)?;
    Ok(())
}
