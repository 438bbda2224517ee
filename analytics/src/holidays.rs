//! Whose public holidays a site keeps: chosen by a person, else told by the zone of its clock.

use alerts::Holidays;
use sqlx::PgPool;

/// A site, as far as its holidays are concerned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteHolidays {
    /// Its name.
    pub site: String,
    /// The code of the country that a person chose.
    pub chosen: Option<String>,
    /// The code of the country that counts; none where nobody chose and the zone tells none.
    pub country: Option<String>,
}

/// All sites that stand for themselves, by name.
pub async fn of_sites(pool: &PgPool) -> Result<Vec<SiteHolidays>, sqlx::Error> {
    let calendar = Holidays::shipped();
    let rows = sqlx::query!(
        "select name, holidays, time_zone from site where counts_as is null order by name_key"
    )
    .fetch_all(pool)
    .await?;
    let site = |(site, chosen, zone): (String, Option<String>, String)| SiteHolidays {
        site,
        country: calendar.kept(chosen.clone(), &zone),
        chosen,
    };
    Ok(rows.into_iter().map(|row| site((row.name, row.holidays, row.time_zone))).collect())
}

/// Sets the country of one site, or without a name of all; without a country the zone tells it again. Returns how many
/// sites there were to set.
pub async fn choose(
    pool: &PgPool,
    site: Option<&str>,
    country: Option<&str>,
) -> Result<u64, sqlx::Error> {
    let done = sqlx::query!(
        "update site set holidays = $2 where $1::text is null or name = $1",
        site,
        country
    )
    .execute(pool)
    .await?;
    Ok(done.rows_affected())
}
