//! New alerts, as a set: the first run over an organisation raises thousands.

use std::collections::HashMap;

use alerts::{AlertId, EventType};
use jiff::Timestamp;
use rust_decimal::Decimal;
use sqlx::PgConnection;

use super::{Outcome, Told, link_members, tell};
use crate::analysis::draft::{About, Draft};
use crate::parameters::MODEL_VERSION;

/// Raises alerts, apart from those of which one is live already.
pub async fn open(
    connection: &mut PgConnection,
    drafts: Vec<&Draft>,
    now: Timestamp,
) -> Result<Vec<Outcome>, sqlx::Error> {
    let raised = insert(connection, &drafts, now).await?;
    let mut outcomes = vec![Outcome::Overtaken; drafts.len()];
    let (mut alerts, mut readings, mut told) = (Vec::new(), Vec::new(), Vec::new());
    for (place, alert) in &raised {
        let draft = drafts[*place];
        outcomes[*place] = Outcome::Written;
        alerts.extend(draft.readings.iter().map(|_| alert.get()));
        readings.extend(&draft.readings);
        if let About::Several { members, .. } = &draft.about {
            link_members(connection, *alert, members).await?;
        }
        told.push(Told { alert: *alert, words: draft.reason.clone() });
    }
    sqlx::query!(
        "insert into alert_reading (alert_id, reading_id) select * from unnest($1::bigint[], $2::bigint[])
         on conflict do nothing",
        &alerts,
        &readings,
    )
    .execute(&mut *connection)
    .await?;
    tell(connection, EventType::Opened, &told, now).await?;
    Ok(outcomes)
}

/// Inserts what holds its fingerprint; gives the places of those drafts with their alerts, in the order of the drafts.
async fn insert(
    connection: &mut PgConnection,
    drafts: &[&Draft],
    now: Timestamp,
) -> Result<Vec<(usize, AlertId)>, sqlx::Error> {
    let texts = |of: fn(&Draft) -> &str| -> Vec<String> {
        drafts.iter().map(|draft| of(draft).to_owned()).collect()
    };
    let numbers =
        |of: fn(&Draft) -> f64| -> Vec<f64> { drafts.iter().map(|draft| of(draft)).collect() };
    let amounts = |of: fn(&Draft) -> Option<Decimal>| -> Vec<Option<Decimal>> {
        drafts.iter().map(|draft| of(draft)).collect()
    };
    let instants = |of: fn(&Draft) -> jiff::civil::DateTime| -> Vec<jiff_sqlx::DateTime> {
        drafts.iter().map(|draft| of(draft).into()).collect()
    };
    let (mut meters, mut subjects, mut commodities) = (Vec::new(), Vec::new(), Vec::new());
    for draft in drafts {
        let (meter, subject, commodity) = match &draft.about {
            About::Meter { id, .. } => (Some(id.get()), None, None),
            About::Several { subject, commodity, .. } => {
                (None, Some(subject.clone()), commodity.clone())
            }
        };
        meters.push(meter);
        subjects.push(subject);
        commodities.push(commodity);
    }
    let evidence: Vec<serde_json::Value> =
        drafts.iter().map(|draft| draft.evidence.stored()).collect();
    let proposals: Vec<Option<serde_json::Value>> =
        drafts.iter().map(|draft| draft.proposal.clone()).collect();
    let currencies: Vec<Option<String>> =
        drafts.iter().map(|draft| draft.money.currency.clone()).collect();
    let inserted = sqlx::query!(
        "insert into alert (fingerprint, meter_id, subject, commodity, kind, severity, state, period_start, period_end,
             observed, expected, lower, upper, unit, excess, unit_price, cost, cost_lower, cost_upper, currency, reason,
             evidence, score, rung, model_version, opened_at, updated_at, proposal, cost_basis, cost_note)
         select d.fingerprint, d.meter_id, d.subject, d.commodity, d.kind, d.severity, 'open', d.period_start,
             d.period_end, d.observed, d.expected, d.lower, d.upper, d.unit, d.excess, d.unit_price, d.cost,
             d.cost_lower, d.cost_upper, d.currency, d.reason, d.evidence, d.score, d.rung, $27, $28, $28, d.proposal,
             d.cost_basis, d.cost_note
         from unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::timestamp[],
             $8::timestamp[], $9::float8[], $10::float8[], $11::float8[], $12::float8[], $13::text[], $14::float8[],
             $15::numeric[], $16::numeric[], $17::numeric[], $18::numeric[], $19::text[], $20::text[], $21::jsonb[],
             $22::float8[], $23::text[], $24::jsonb[], $25::text[], $26::text[]) with ordinality
             as d (fingerprint, meter_id, subject, commodity, kind, severity, period_start, period_end, observed,
                 expected, lower, upper, unit, excess, unit_price, cost, cost_lower, cost_upper, currency, reason,
                 evidence, score, rung, proposal, cost_basis, cost_note, place)
         order by place
         on conflict (fingerprint) where state <> 'resolved' do nothing
         returning alert_id, fingerprint",
        &texts(|draft| &draft.fingerprint),
        &meters as &[Option<i64>],
        &subjects as &[Option<String>],
        &commodities as &[Option<String>],
        &texts(|draft| draft.kind.code()),
        &texts(|draft| draft.severity.code()),
        &instants(|draft| draft.start) as _,
        &instants(|draft| draft.end) as _,
        &numbers(|draft| draft.observed),
        &numbers(|draft| draft.expected),
        &numbers(|draft| draft.lower),
        &numbers(|draft| draft.upper),
        &texts(|draft| &draft.unit),
        &numbers(Draft::excess),
        &amounts(|draft| draft.money.unit_price) as &[Option<Decimal>],
        &amounts(|draft| draft.money.cost) as &[Option<Decimal>],
        &amounts(|draft| draft.money.lower) as &[Option<Decimal>],
        &amounts(|draft| draft.money.upper) as &[Option<Decimal>],
        &currencies as &[Option<String>],
        &texts(|draft| &draft.reason),
        &evidence,
        &numbers(|draft| draft.score),
        &texts(|draft| draft.rung.code()),
        &proposals as &[Option<serde_json::Value>],
        &texts(|draft| draft.money.basis.code()),
        &texts(|draft| &draft.money.note),
        MODEL_VERSION,
        jiff_sqlx::Timestamp::from(now) as _,
    )
    .fetch_all(connection)
    .await?;
    let mut alerts: HashMap<String, AlertId> =
        inserted.into_iter().map(|row| (row.fingerprint, AlertId::new(row.alert_id))).collect();
    // Of two drafts with one fingerprint the first was taken.
    let taken = drafts
        .iter()
        .enumerate()
        .filter_map(|(place, draft)| Some((place, alerts.remove(&draft.fingerprint)?)));
    Ok(taken.collect())
}
