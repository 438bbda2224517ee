//! The figures around every page.

use jiff::Timestamp;
use sqlx::PgConnection;

use super::failure::Failure;
use super::state::Server;
use crate::views::Freshness;

/// How fresh the data are; remembered for some seconds.
pub async fn freshness(
    server: &Server,
    connection: &mut PgConnection,
    now: Timestamp,
) -> Result<Freshness, Failure> {
    if let Some(freshness) = server.remembered_freshness(now) {
        return Ok(freshness);
    }
    let freshness = query(connection).await?;
    server.remember_freshness(Some((now, freshness)));
    Ok(freshness)
}

/// All baselines are computed in one run, so one of them says when; looking at all of them would take long.
async fn query(connection: &mut PgConnection) -> Result<Freshness, sqlx::Error> {
    let row = sqlx::query!(
        r#"select
             (select received_at from message order by message_id desc limit 1)
                 as "last_mail: jiff_sqlx::Timestamp",
             (select computed_at from baseline order by meter_id desc limit 1)
                 as "last_analysis: jiff_sqlx::Timestamp",
             (select count(*) from alert where state = 'open') as "open_alerts!",
             (select count(*) from attachment where outcome = 'quarantined') as "quarantined!""#
    )
    .fetch_one(connection)
    .await?;
    Ok(Freshness {
        last_mail: row.last_mail.map(jiff_sqlx::Timestamp::to_jiff),
        last_analysis: row.last_analysis.map(jiff_sqlx::Timestamp::to_jiff),
        open_alerts: row.open_alerts,
        quarantined: row.quarantined,
    })
}
