//! The queries behind the list of alerts.

use alerts::{AlertId, AlertReference};
use readings::ids::{MeterId, SiteId};
use sqlx::PgConnection;

use crate::alert_filter::AlertFilter;
use crate::server::failure::Failure;
use crate::views::AlertRow;
use crate::views::alert::{TotalGroup, Totals};

/// The filter in the shape of the query's parameters; what is not chosen is null.
struct Parameters {
    states: Vec<String>,
    kind: Option<&'static str>,
    severity: Option<&'static str>,
    commodity: Option<&'static str>,
    site: Option<SiteId>,
    /// A pattern for `ilike`.
    search: Option<String>,
    alert: Option<AlertId>,
}

impl Parameters {
    fn of(filter: &AlertFilter) -> Self {
        let search = filter.search.trim();
        let alert = search.parse::<AlertReference>().ok().map(AlertReference::id);
        Self {
            // Who asks for a reference means that alert, whatever its state.
            states: if alert.is_some() {
                crate::alert_filter::StateChoice::All.codes()
            } else {
                filter.state.codes()
            },
            kind: filter.kind.map(alerts::AlertKind::code),
            severity: filter.severity.map(alerts::Severity::code),
            commodity: filter.commodity.map(readings::Commodity::code),
            site: filter.site,
            search: (!search.is_empty()).then(|| pattern(search)),
            alert,
        }
    }
}

fn pattern(words: &str) -> String {
    let escaped = words.replace('\\', r"\\").replace('%', r"\%").replace('_', r"\_");
    format!("%{escaped}%")
}

/// The rows of one page.
pub async fn rows(
    connection: &mut PgConnection,
    filter: &AlertFilter,
) -> Result<Vec<AlertRow>, Failure> {
    let wanted = Parameters::of(filter);
    let offset = i64::from(filter.page - 1) * i64::from(filter.per_page);
    let rows = sqlx::query!(
        r#"with chosen as (
             select a.alert_id, a.revision, a.severity, a.kind, a.state, a.meter_id, a.period_start,
                    a.period_end, a.observed, a.expected, a.unit, a.cost, a.currency, a.opened_at,
                    a.score, coalesce(s.name, a.subject) as site_name,
                    coalesce(m.name, '') as meter_name,
                    coalesce(m.commodity, a.commodity, '') as commodity,
                    case $8::text
                        when 'cost' then coalesce(a.cost, 0)
                        when 'severity' then
                            case a.severity when 'high' then 3 when 'medium' then 2 else 1 end
                        when 'period' then extract(epoch from a.period_end)
                        when 'since' then extract(epoch from a.opened_at)
                        when 'deviation' then
                            (case when a.expected <> 0 and abs(a.excess / a.expected) < 1e12
                                  then abs(a.excess / a.expected) else 1e12 end)::numeric
                    end as figure,
                    case $8::text
                        when 'site' then coalesce(s.name_key || ' ' || m.name_key, lower(a.subject))
                        when 'kind' then a.kind
                    end as word
             from alert a left join meter m using (meter_id) left join site s using (site_id)
             where a.state = any($1)
               and ($2::text is null or a.kind = $2)
               and ($3::text is null or a.severity = $3)
               and ($4::text is null or coalesce(m.commodity, a.commodity) = $4)
               and ($5::bigint is null or exists (select from alert_at_site o where o.alert_id = a.alert_id and o.site_id = $5))
               and ($6::text is null or a.alert_id = $7 or s.name ilike $6 or m.name ilike $6
                    or a.subject ilike $6 or a.reason ilike $6)
           )
           select alert_id as "alert_id!: AlertId", revision as "revision!", severity as "severity!",
                  kind as "kind!", state as "state!", site_name as "site_name!",
                  meter_id as "meter_id?: MeterId", meter_name as "meter_name!",
                  commodity as "commodity!", period_start as "start!: jiff_sqlx::DateTime",
                  period_end as "end!: jiff_sqlx::DateTime", observed as "observed!",
                  expected as "expected!", unit as "unit!", cost, currency,
                  opened_at as "opened_at!: jiff_sqlx::Timestamp"
           from chosen
           -- No price and money that is not lost stand between what was lost and what was saved.
           order by case when $9 then figure end desc nulls last,
                    case when not $9 then figure end asc nulls last,
                    case when $9 then word end desc nulls last,
                    case when not $9 then word end asc nulls last,
                    coalesce(cost, 0) desc, score desc, alert_id desc
           limit $10 offset $11"#,
        &wanted.states,
        wanted.kind,
        wanted.severity,
        wanted.commodity,
        wanted.site as _,
        wanted.search,
        wanted.alert.map(AlertId::get),
        filter.sort.key.code(),
        filter.sort.descending,
        i64::from(filter.per_page),
        offset,
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(AlertRow {
                reference: AlertReference::of(row.alert_id),
                revision: row.revision,
                severity: known(&row.severity)?,
                kind: known(&row.kind)?,
                state: known(&row.state)?,
                site: row.site_name,
                meter_id: row.meter_id,
                meter: row.meter_name,
                commodity: row.commodity.parse().ok(),
                start: row.start.to_jiff(),
                end: row.end.to_jiff(),
                observed: row.observed,
                expected: row.expected,
                unit: row.unit,
                cost: row.cost,
                currency: row.currency,
                opened_at: row.opened_at.to_jiff(),
            })
        })
        .collect()
}

/// The figures of all pages.
pub async fn totals(
    connection: &mut PgConnection,
    filter: &AlertFilter,
) -> Result<Totals, Failure> {
    let wanted = Parameters::of(filter);
    let rows = sqlx::query!(
        r#"select a.severity, a.kind, a.currency, count(*) as "count!",
                  coalesce(sum(a.cost) filter (where a.cost > 0), 0) as "cost!"
           from alert a left join meter m using (meter_id) left join site s using (site_id)
           where a.state = any($1)
             and ($2::text is null or a.kind = $2)
             and ($3::text is null or a.severity = $3)
             and ($4::text is null or coalesce(m.commodity, a.commodity) = $4)
             and ($5::bigint is null or exists (select from alert_at_site o where o.alert_id = a.alert_id and o.site_id = $5))
             and ($6::text is null or a.alert_id = $7 or s.name ilike $6 or m.name ilike $6
                  or a.subject ilike $6 or a.reason ilike $6)
           group by a.severity, a.kind, a.currency"#,
        &wanted.states,
        wanted.kind,
        wanted.severity,
        wanted.commodity,
        wanted.site as _,
        wanted.search,
        wanted.alert.map(AlertId::get),
    )
    .fetch_all(connection)
    .await?;
    let groups = rows.into_iter().map(|row| {
        Ok(TotalGroup {
            severity: known(&row.severity)?,
            kind: known(&row.kind)?,
            currency: row.currency,
            count: row.count,
            cost: row.cost,
        })
    });
    Ok(Totals { groups: groups.collect::<Result<_, Failure>>()? })
}

/// A stored code that this version must know.
pub(in crate::server) fn known<T: std::str::FromStr>(code: &str) -> Result<T, Failure> {
    code.parse().map_err(|_| Failure::Stored(code.to_owned()))
}
