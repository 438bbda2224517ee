//! Answers on the command line.

use readings::profile::{DateOrder, DecimalMark, Sign, StampMeaning, YearAnswer, YearSource};
use readings::{AttachmentId, Commodity, Profile, ReadingKind, Unit};
use rust_decimal::Decimal;
use sqlx::PgPool;

use super::COMMAND_LINE;
use crate::exit::{Exit, Failure};

/// What is said; what is not given stays as it is.
#[derive(Debug, clap::Args)]
pub struct Save {
    /// The name of the profile, new or known
    name: String,
    /// The stored file that it is about, by its number in `quarantine list`: all files of its layout and sender
    #[arg(long, value_name = "ID", required_unless_present = "sender")]
    file: Option<i64>,
    /// Whose files: an address, `@domain`, or the name of a source [default: that of --file]
    #[arg(long)]
    sender: Option<String>,
    /// The unit where the file states none
    #[arg(long, value_parser = unit)]
    unit: Option<Unit>,
    /// What is supplied, where the file does not say so
    #[arg(long, value_parser = parsed::<Commodity>)]
    commodity: Option<Commodity>,
    /// The site, where the file names none
    #[arg(long)]
    site: Option<String>,
    /// The meter, where the file names none
    #[arg(long)]
    meter: Option<String>,
    /// The zone of new sites
    #[arg(long, value_parser = zone)]
    time_zone: Option<String>,
    /// `.` or `,`
    #[arg(long, value_parser = |code: &str| among(code, DecimalMark::from_code(code), DecimalMark::ALL, DecimalMark::code))]
    decimal_mark: Option<DecimalMark>,
    /// `day_first` or `month_first`
    #[arg(long, value_parser = |code: &str| among(code, DateOrder::from_code(code), DateOrder::ALL, DateOrder::code))]
    date_order: Option<DateOrder>,
    /// The year of months without one, or `mail`: by the date of the mail
    #[arg(long, value_parser = year)]
    year: Option<YearAnswer>,
    /// What a single date stands for: `day`, `month`, `month_before` or `year`
    #[arg(long, value_parser = |code: &str| among(code, StampMeaning::from_code(code), StampMeaning::ALL, StampMeaning::code))]
    date_means: Option<StampMeaning>,
    /// What the numbers are: `consumption`, `estimated`, `register_reading` or `average_power`
    #[arg(long, value_parser = kind)]
    kind: Option<ReadingKind>,
    /// How use is signed: `as_written` or `reversed`
    #[arg(long, value_parser = |code: &str| among(code, Sign::from_code(code), Sign::ALL, Sign::code))]
    sign: Option<Sign>,
    /// By what the numbers are multiplied
    #[arg(long)]
    multiply_by: Option<Decimal>,
    /// Who says it, for the history
    #[arg(long, value_name = "NAME", default_value = COMMAND_LINE)]
    by: String,
}

impl Save {
    /// Who says it.
    pub fn by(&self) -> &str {
        &self.by
    }

    /// The profile of this name, known or new, with what was said.
    pub async fn profile(&self, pool: &PgPool) -> anyhow::Result<Profile> {
        let known = ingest::profile::all(pool).await?;
        let known = known.into_iter().find(|one| one.profile.name == self.name);
        let mut said = known.map(|one| one.profile).unwrap_or_default();
        said.name.clone_from(&self.name);
        if let Some(file) = self.file {
            let row = sqlx::query!(
                r#"select a.fingerprint, (
                       select coalesce(m.sender, (select min(source) from message_arrival s
                                                  where s.message_id = m.message_id))
                       from message_attachment ma join message m using (message_id)
                       where ma.attachment_id = a.attachment_id order by m.message_id limit 1) as origin
                   from attachment a where attachment_id = $1"#,
                AttachmentId::new(file).get(),
            )
            .fetch_optional(pool)
            .await?;
            let row = row.ok_or_else(|| {
                Failure::new(
                    Exit::Failed,
                    format!("there is no file number {file}"),
                    "see `meterwatch quarantine list`",
                )
            })?;
            said.fingerprint = row.fingerprint.ok_or_else(|| {
                Failure::new(
                    Exit::Failed,
                    format!("no layout is known of file {file}"),
                    "run `meterwatch quarantine retry` on it first; a file that cannot be opened has none",
                )
            })?;
            said.sender = row.origin.unwrap_or_default();
        }
        if let Some(sender) = &self.sender {
            said.sender.clone_from(sender);
        }
        Ok(self.answer(said))
    }

    fn answer(&self, said: Profile) -> Profile {
        let own = Profile {
            unit: self.unit,
            commodity: self.commodity,
            site: self.site.clone(),
            meter: self.meter.clone(),
            time_zone: self.time_zone.clone(),
            decimal_mark: self.decimal_mark,
            date_order: self.date_order,
            year: self.year,
            date_means: self.date_means,
            kind: self.kind,
            sign: self.sign,
            multiply_by: self.multiply_by,
            name: said.name.clone(),
            sender: said.sender.clone(),
            fingerprint: said.fingerprint.clone(),
            ..Profile::default()
        };
        own.over(said)
    }
}

fn parsed<T: std::str::FromStr<Err: std::fmt::Display>>(text: &str) -> Result<T, String> {
    text.parse().map_err(|error: T::Err| error.to_string())
}

fn unit(text: &str) -> Result<Unit, String> {
    text.parse().map_err(|_| {
        let known: Vec<&str> = Unit::ALL.iter().map(|unit| unit.symbol()).collect();
        format!("`{text}` is not the symbol of a unit; there are {}", known.join(", "))
    })
}

/// A zone that this machine knows.
fn zone(name: &str) -> Result<String, String> {
    jiff::tz::TimeZone::get(name).map_err(|error| error.to_string())?;
    Ok(name.to_owned())
}

fn year(text: &str) -> Result<YearAnswer, String> {
    match text {
        "mail" => Ok(YearAnswer::Of(YearSource::Mail)),
        year => year.parse().map(YearAnswer::Stated).map_err(|_| "write 2024, or mail".to_owned()),
    }
}

fn kind(code: &str) -> Result<ReadingKind, String> {
    let kinds = [
        ReadingKind::Consumption,
        ReadingKind::Estimated,
        ReadingKind::RegisterReading,
        ReadingKind::AveragePower,
    ];
    among(code, kinds.into_iter().find(|kind| kind.code() == code), &kinds, ReadingKind::code)
}

fn among<T: Copy>(
    text: &str,
    found: Option<T>,
    all: &[T],
    code: impl Fn(T) -> &'static str,
) -> Result<T, String> {
    found.ok_or_else(|| {
        let known: Vec<&str> = all.iter().map(|one| code(*one)).collect();
        format!("`{text}` is not possible here; possible are {}", known.join(", "))
    })
}
