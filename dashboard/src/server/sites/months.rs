//! A meter month by month: what came, what was expected.

use alerts::Band;
use jiff::civil::{Date, Time};
use readings::ids::MeterId;
use sqlx::PgConnection;

use crate::server::failure::Failure;
use crate::views::MonthPoint;

/// The months from `first` on, the oldest first; months without anything are left out.
///
/// What was expected comes from the analysis. What came does too where the month was analysed; else it is the sum of
/// the live readings whose middle lies in the month, so that a new meter has a picture before its first analysis.
pub async fn since(
    connection: &mut PgConnection,
    meter: MeterId,
    first: Date,
) -> Result<Vec<MonthPoint>, Failure> {
    let first = first.first_of_month().to_datetime(Time::midnight());
    let rows = sqlx::query!(
        r#"with analysed as (
             select date_trunc('month', period_start + (period_end - period_start) / 2) as month,
                    sum(observed) as observed, sum(expected) as expected,
                    sum(lower) as lower, sum(upper) as upper
             from baseline_period
             where meter_id = $1 and period_start >= $2
             group by 1
           ), stored as (
             select date_trunc('month', period_start + (period_end - period_start) / 2) as month,
                    sum(canonical_quantity)::double precision as quantity,
                    bool_or(kind = 'estimated' or quality = 'estimated') as estimated
             from counted_reading
             where meter_id = $1 and period_start >= $2
               and kind in ('consumption', 'estimated')
               and period_end - period_start <= interval '62 days'
             group by 1
           )
           select month as "month!: jiff_sqlx::DateTime",
                  coalesce(analysed.observed, stored.quantity) as observed,
                  expected, lower, upper, coalesce(estimated, false) as "estimated!"
           from analysed full join stored using (month)
           order by month"#,
        meter as _,
        jiff_sqlx::DateTime::from(first) as _,
    )
    .fetch_all(connection)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| MonthPoint {
            month: row.month.to_jiff().date(),
            observed: row.observed.filter(|value| value.is_finite()),
            band: match (row.expected, row.lower, row.upper) {
                (Some(expected), Some(lower), Some(upper))
                    if [expected, lower, upper].iter().all(|value| value.is_finite()) =>
                {
                    Some(Band { expected, lower, upper })
                }
                _ => None,
            },
            estimated: row.estimated,
        })
        .collect())
}
