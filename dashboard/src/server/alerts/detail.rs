//! The queries behind the page of one alert.

use alerts::AlertReference;
use jiff::ToSpan;
use readings::ids::{AttachmentId, MessageId, MeterId, SiteId};
use serde_json::Value;
use sqlx::PgConnection;

use super::list::known;
use crate::server::events;
use crate::server::failure::Failure;
use crate::server::sites::months;
use crate::views::{AlertDetail, AlertRow, Evidence, HistoryEntry, MemberRow, Proposal, SourceRow};

/// What the picture shows before the alert.
const MONTHS_SHOWN: i32 = 36;
const SOURCES_SHOWN: i64 = 60;

/// Everything about one alert; none where there is no such alert.
pub async fn find(
    connection: &mut PgConnection,
    reference: AlertReference,
) -> Result<Option<AlertDetail>, Failure> {
    let row = sqlx::query!(
        r#"select a.revision, a.severity, a.kind, a.state, a.observed, a.expected, a.lower, a.upper,
                  a.unit, a.excess, a.unit_price, a.cost, a.cost_lower, a.cost_upper, a.currency,
                  a.reason, a.evidence, a.rung, a.assignee, a.verdict,
                  a.period_start as "start: jiff_sqlx::DateTime",
                  a.period_end as "end: jiff_sqlx::DateTime",
                  a.opened_at as "opened_at: jiff_sqlx::Timestamp",
                  a.updated_at as "updated_at: jiff_sqlx::Timestamp",
                  a.proposal, a.cost_basis, a.cost_note,
                  a.meter_id as "meter_id: MeterId", coalesce(m.name, '') as "meter!",
                  coalesce(m.commodity, a.commodity, '') as "commodity!",
                  s.site_id as "site_id?: SiteId", coalesce(s.name, a.subject) as "site!",
                  coalesce(s.time_zone, 'UTC') as "time_zone!"
           from alert a left join meter m using (meter_id) left join site s using (site_id)
           where a.alert_id = $1"#,
        reference.id().get()
    )
    .fetch_optional(&mut *connection)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let (start, end) = (row.start.to_jiff(), row.end.to_jiff());
    let first = end.date().first_of_month().saturating_sub(MONTHS_SHOWN.months());
    Ok(Some(AlertDetail {
        site_id: row.site_id,
        time_zone: row.time_zone,
        lower: row.lower,
        upper: row.upper,
        excess: row.excess,
        unit_price: row.unit_price,
        cost_range: row.cost_lower.zip(row.cost_upper),
        reason: row.reason,
        evidence: evidence(&row.evidence),
        rung: row.rung.parse().ok(),
        assignee: row.assignee,
        verdict: row.verdict.as_deref().map(known).transpose()?,
        updated_at: row.updated_at.to_jiff(),
        history: history(connection, reference).await?,
        sources: sources(connection, reference).await?,
        months: match row.meter_id {
            Some(meter) => months::since(connection, meter, first.min(start.date())).await?,
            None => Vec::new(),
        },
        members: members(connection, reference).await?,
        events: match (row.site_id, row.meter_id) {
            (Some(site), Some(meter)) => events::query::all(connection, Some(site))
                .await?
                .into_iter()
                .filter(|event| event.meter.as_ref().is_none_or(|(of, _)| *of == meter))
                .collect(),
            _ => Vec::new(),
        },
        proposal: row.proposal.as_ref().and_then(proposal),
        cost_basis: row.cost_basis,
        cost_note: row.cost_note,
        row: AlertRow {
            reference,
            revision: row.revision,
            severity: known(&row.severity)?,
            kind: known(&row.kind)?,
            state: known(&row.state)?,
            site: row.site,
            meter_id: row.meter_id,
            meter: row.meter,
            commodity: row.commodity.parse().ok(),
            start,
            end,
            observed: row.observed,
            expected: row.expected,
            unit: row.unit,
            cost: row.cost,
            currency: row.currency,
            opened_at: row.opened_at.to_jiff(),
        },
    }))
}

/// The meters of an alert about several, the dearest first.
async fn members(
    connection: &mut PgConnection,
    reference: AlertReference,
) -> Result<Vec<MemberRow>, Failure> {
    let rows = sqlx::query!(
        r#"select am.meter_id as "meter_id: MeterId", m.name as meter, s.name as site,
                  m.canonical_unit as unit, am.observed, am.expected, am.cost, am.currency
           from alert_member am join meter m using (meter_id) join site s using (site_id)
           where am.alert_id = $1
           order by am.cost desc nulls last, s.name_key, m.name_key"#,
        reference.id().get()
    )
    .fetch_all(connection)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| MemberRow {
            meter_id: row.meter_id,
            meter: row.meter,
            site: row.site,
            unit: row.unit,
            observed: row.observed,
            expected: row.expected,
            cost: row.cost,
            currency: row.currency,
        })
        .collect())
}

/// Reads the stored proposal: a sentence, and the shares of periods where it has them.
fn proposal(stored: &Value) -> Option<Proposal> {
    let sentence = stored.get("sentence")?.as_str()?.to_owned();
    let shares = stored.get("shares").and_then(Value::as_array).map(Vec::as_slice);
    let shares = shares.unwrap_or_default().iter().filter_map(|share| {
        Some((share.get("month")?.as_str()?.parse().ok()?, share.get("quantity")?.as_f64()?))
    });
    Some(Proposal { sentence, shares: shares.collect() })
}

async fn history(
    connection: &mut PgConnection,
    reference: AlertReference,
) -> Result<Vec<HistoryEntry>, Failure> {
    let rows = sqlx::query!(
        r#"select at as "at: jiff_sqlx::Timestamp", actor, action, comment
           from alert_history where alert_id = $1 order by history_id desc limit 200"#,
        reference.id().get()
    )
    .fetch_all(connection)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| HistoryEntry {
            at: row.at.to_jiff(),
            actor: row.actor,
            action: row.action,
            comment: row.comment,
        })
        .collect())
}

async fn sources(
    connection: &mut PgConnection,
    reference: AlertReference,
) -> Result<Vec<SourceRow>, Failure> {
    let rows = sqlx::query!(
        r#"select r.period_start as "start: jiff_sqlx::DateTime",
                  r.period_end as "end: jiff_sqlx::DateTime",
                  r.quantity, r.unit, r.cost, r.currency, r.sheet, r.cell,
                  r.superseded_at is not null as "superseded!",
                  r.attachment_id as "attachment_id: AttachmentId",
                  c.file_name as "file_name?", c.message_id as "message_id?: MessageId",
                  c.subject as "subject?", c.sender as "sender?",
                  c.at as "at?: jiff_sqlx::Timestamp"
           from alert_reading ar join reading r using (reading_id)
           left join lateral (
               select ma.file_name, ma.message_id, msg.subject, msg.sender,
                      coalesce(msg.sent_at, msg.received_at) as at
               from message_attachment ma join message msg using (message_id)
               where ma.attachment_id = r.attachment_id
               order by ma.message_id, ma.ordinal limit 1
           ) c on true
           where ar.alert_id = $1
           order by r.period_start desc, r.reading_id desc limit $2"#,
        reference.id().get(),
        SOURCES_SHOWN,
    )
    .fetch_all(connection)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| SourceRow {
            start: row.start.to_jiff(),
            end: row.end.to_jiff(),
            quantity: row.quantity,
            unit: row.unit,
            cost: row.cost,
            currency: row.currency,
            superseded: row.superseded,
            attachment_id: row.attachment_id,
            file_name: row.file_name,
            sheet: row.sheet,
            cell: row.cell,
            message_id: row.message_id,
            subject: row.subject,
            sender: row.sender,
            sent_at: row.at.map(jiff_sqlx::Timestamp::to_jiff),
        })
        .collect())
}

/// Reads the stored evidence: entries with a name or kind, a weight and a sentence, as far as each has them.
fn evidence(stored: &Value) -> Vec<Evidence> {
    let text = |entry: &Value, names: &[&str]| {
        names.iter().find_map(|name| entry.get(name)?.as_str().map(ToOwned::to_owned))
    };
    let entries = stored.as_array().map(Vec::as_slice).unwrap_or_default();
    entries
        .iter()
        .filter_map(|entry| {
            if let Some(sentence) = entry.as_str() {
                let sentence = sentence.to_owned();
                return Some(Evidence { name: String::new(), sentence, weight: None });
            }
            let name = text(entry, &["name", "label", "kind", "code"]).unwrap_or_default();
            let sentence = text(entry, &["sentence", "reason", "text"]).unwrap_or_default();
            let weight = ["weight", "log_likelihood", "score"]
                .iter()
                .find_map(|name| entry.get(name)?.as_f64());
            let nothing = name.is_empty() && sentence.is_empty();
            (!nothing).then(|| Evidence { name: spaced(&name), sentence, weight })
        })
        .collect()
}

/// `same_month_last_year` as `Same month last year`.
fn spaced(name: &str) -> String {
    let mut signs = name.chars();
    let first = signs.next().map(char::to_uppercase);
    first
        .into_iter()
        .flatten()
        .chain(signs)
        .map(|sign| if sign == '_' { ' ' } else { sign })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn evidence_is_read_in_any_of_its_shapes() {
        let stored = json!([
            {"name": "same_month_last_year", "log_likelihood": 12.5, "sentence": "Twice June 2025."},
            {"kind": "level", "weight": -1},
            "A plain sentence.",
            {"unknown": 1},
            7
        ]);
        let read = evidence(&stored);
        assert_eq!(read.len(), 3);
        assert_eq!(read[0].name, "Same month last year");
        assert_eq!(read[0].weight, Some(12.5));
        assert_eq!((read[1].name.as_str(), read[1].weight), ("Level", Some(-1.0)));
        assert_eq!(read[2].sentence, "A plain sentence.");
        assert_eq!(evidence(&json!({"not": "a list"})), []);
    }
}
