//! What the database must be.

use sqlx::PgPool;

use super::Check;
use crate::clock;
use crate::exit::Exit;

/// Further apart than this, slots and leases would be judged differently by the machine and the database.
const CLOCK_TOLERANCE_SECONDS: i64 = 30;

/// The server, its schema, and its clock.
pub async fn database(pool: &PgPool) -> Vec<Check> {
    let asked = sqlx::query!(
        r#"select version() as "version!", clock_timestamp() as "now!: jiff_sqlx::Timestamp""#
    )
    .fetch_one(pool)
    .await;
    let server = match asked {
        Ok(server) => server,
        Err(error) => {
            let fix = "see that the server runs and that the user may connect";
            return vec![Check::bad(Exit::Unreachable, "database", error.to_string(), fix)];
        }
    };
    let version: Vec<&str> = server.version.split_whitespace().take(2).collect();
    let mut checks = vec![Check::good("database", version.join(" "))];
    checks.push(match migrations::check_schema(pool).await {
        Ok(()) => Check::good("schema", format!("migration {}", newest())),
        Err(error) => Check::bad(
            Exit::Failed,
            "schema",
            error.to_string(),
            "run `meterwatch migrate` with the newest meterwatch in use",
        ),
    });
    let apart = clock::now().duration_since(server.now.to_jiff()).as_secs().abs();
    let found = format!("{apart} s from the database's");
    checks.push(if apart <= CLOCK_TOLERANCE_SECONDS {
        Check::good("clock", found)
    } else {
        Check::bad(Exit::Failed, "clock", found, "set the clocks of both machines (chrony, ntp)")
    });
    checks
}

fn newest() -> i64 {
    migrations::MIGRATOR.iter().map(|migration| migration.version).max().unwrap_or_default()
}
