//! Files and mails for tests of the ledger, and what the database holds afterwards.

use ingest::ledger::{self, Content, FilePlace, Mail, MailFile, Opened, Parcel, StoredFile};
use ingest::packed::Further;
use jiff::Timestamp;
use jiff::civil::Date;
use migrations::testing::TestDatabase;
use readings::{
    CellAddress, Commodity, ExtractedReading, Extraction, Money, Period, Quantity, ReadingKind,
    Unit, UnitText,
};
use rust_decimal::Decimal;
use sha2::{Digest, Sha256};
use sqlx::PgPool;

/// Long after every mail of the tests.
pub fn now() -> Timestamp {
    "2026-01-01T00:00:00Z".parse().expect("a time")
}

pub fn day(number: i64) -> Timestamp {
    Timestamp::from_second(1_700_000_000 + number * 86_400).expect("a time")
}

pub fn month(year: i16, month: i8) -> Period {
    Period::month(year, month).expect("a month")
}

pub fn span(first: Date, last: Date) -> Period {
    Period::days_included(first, last).expect("a period")
}

/// A reading in the given row of the sheet `Data`, of meter `Main` at site `Hall`, electricity in kWh.
pub fn reading(row: u32, period: Period, quantity: impl Into<Decimal>) -> ExtractedReading {
    ExtractedReading {
        sheet: "Data".into(),
        cell: CellAddress::new(row, 5),
        site: Some("Hall".into()),
        meter: Some("Main".into()),
        commodity: Some(Commodity::Electricity),
        period: Some(period),
        quantity: Quantity::new(quantity.into()),
        unit: Some(unit(Unit::KilowattHour)),
        cost: None,
        kind: ReadingKind::Consumption,
        multiplier: None,
    }
}

pub fn unit(unit: Unit) -> UnitText {
    UnitText { text: unit.symbol().into(), unit: Some(unit) }
}

pub fn money(amount: impl Into<Decimal>) -> Money {
    Money { amount: amount.into(), currency: None }
}

/// What a reader makes of a sheet with a title row and these readings.
pub fn sheet(readings: Vec<ExtractedReading>) -> Extraction {
    let rows = readings.len() as u64 + 1;
    Extraction { readings, rows, not_data: 1, ..Extraction::default() }
}

/// A file that came with a mail of its own.
#[derive(Debug, Clone)]
pub struct Sent {
    pub mail: String,
    pub name: String,
    pub sender: String,
    pub dated: Option<Timestamp>,
    pub content: Vec<u8>,
    pub extraction: Extraction,
}

impl Sent {
    /// The bytes are made from the readings, as those of a file would be.
    pub fn new(mail: &str, sent: i64, readings: Vec<ExtractedReading>) -> Self {
        let extraction = sheet(readings);
        Self {
            mail: mail.to_owned(),
            name: "bill.xlsx".to_owned(),
            sender: "bills@example.com".to_owned(),
            dated: Some(day(sent)),
            content: serde_json::to_vec(&extraction).expect("writes"),
            extraction,
        }
    }

    pub async fn store(&self, pool: &PgPool) -> StoredFile {
        self.try_store(pool).await.expect("stores")
    }

    pub async fn try_store(&self, pool: &PgPool) -> Result<StoredFile, ledger::LedgerError> {
        self.store_parts(pool, &Further::default()).await
    }

    /// Stores it with readings that are packed.
    pub async fn store_parts(
        &self,
        pool: &PgPool,
        further: &Further,
    ) -> Result<StoredFile, ledger::LedgerError> {
        let sha256: [u8; 32] = Sha256::digest(&self.content).into();
        let known = ledger::known_attachments(pool, &[sha256]).await?;
        let opened =
            Opened::Read { format: "xlsx".to_owned(), extraction: self.extraction.clone() };
        let place =
            FilePlace { ordinal: 0, file_name: Some(&self.name), content_type: None, path: &[] };
        let file = MailFile { place, content: Content::Here(&self.content), sha256 };
        let opened = (!known.contains(&sha256)).then_some((&opened, further));
        ledger::store(pool, &self.as_mail(), &file, opened, now()).await
    }

    /// What the reader made of its file.
    pub fn opened(&self) -> Opened {
        Opened::Read { format: "xlsx".to_owned(), extraction: self.extraction.clone() }
    }

    /// For storing it together with others; `opened` is [`Self::opened`].
    pub fn parcel<'a>(&'a self, opened: &'a Opened) -> Parcel<'a> {
        let place =
            FilePlace { ordinal: 0, file_name: Some(&self.name), content_type: None, path: &[] };
        let sha256 = Sha256::digest(&self.content).into();
        Parcel::new(
            self.as_mail(),
            vec![(MailFile { place, content: Content::Here(&self.content), sha256 }, opened)],
        )
    }

    fn as_mail(&self) -> Mail<'_> {
        Mail {
            source: "test",
            location: &self.mail,
            version: "",
            raw: Some(self.mail.as_bytes()),
            size_bytes: self.mail.len(),
            digest: Sha256::digest(&self.mail).into(),
            header_id: None,
            sender: Some(&self.sender),
            subject: Some("Your bill"),
            sent_at: self.dated,
            problems: &[],
            attachments: 1,
        }
    }
}

/// The whole database apart from where mails were seen, as text: equal text, equal content.
pub async fn dump(pool: &PgPool) -> Vec<String> {
    let mut lines = Vec::new();
    for table in [
        "site",
        "meter",
        "reading",
        "reading_confirmation",
        "attachment",
        "refusal",
        "finding",
        "derived_use",
    ] {
        let query = format!("select '{table} ' || t::text from {table} t order by 1");
        let rows: Vec<String> =
            sqlx::query_scalar(sqlx::AssertSqlSafe(query)).fetch_all(pool).await.expect("dumps");
        lines.extend(rows);
    }
    lines
}

/// The live readings without provenance, in canonical units: which spelling of one quantity came first is no matter.
pub async fn canonical(pool: &PgPool) -> Vec<String> {
    sqlx::query_scalar(
        "select concat_ws(',', s.name, m.name, m.commodity, period_start, period_end,
             trim_scale(canonical_quantity), trim_scale(cost), currency, kind)
         from reading join meter m using (meter_id) join site s using (site_id)
         where superseded_at is null order by 1",
    )
    .fetch_all(pool)
    .await
    .expect("reads")
}

/// The live readings as they are exported, without provenance.
pub async fn live(pool: &PgPool) -> Vec<String> {
    sqlx::query_scalar(
        "select concat_ws(',', s.name, m.name, m.commodity, period_start, period_end, trim_scale(quantity), unit,
             trim_scale(canonical_quantity), trim_scale(cost), currency, kind)
         from reading join meter m using (meter_id) join site s using (site_id)
         where superseded_at is null order by 1",
    )
    .fetch_all(pool)
    .await
    .expect("reads")
}

/// Asserts what holds for every stored file: its account adds up and agrees with the rows that are there.
pub async fn assert_books_balance(database: &TestDatabase) {
    let wrong: Vec<String> = sqlx::query_scalar(
        "select a::text from attachment a
         where rows <> accepted + duplicate + superseding + refused + not_data
            or accepted + superseding <> (select count(*) from reading r
                                          where r.attachment_id = a.attachment_id and not r.withdrawn)",
    )
    .fetch_all(&database.pool)
    .await
    .expect("reads");
    assert_eq!(wrong, Vec::<String>::new());
    let two_live: i64 = sqlx::query_scalar(
        "select count(*) from (
             select 1 from reading where superseded_at is null
             group by meter_id, period_start, period_end, fold, kind = 'register_reading', kind = 'average_power'
             having count(*) > 1) t",
    )
    .fetch_one(&database.pool)
    .await
    .expect("reads");
    let none_live: i64 = sqlx::query_scalar(
        "select count(*) from (
             select 1 from reading where not withdrawn
             group by meter_id, period_start, period_end, fold, kind = 'register_reading', kind = 'average_power'
             having count(*) filter (where superseded_at is null) = 0) t",
    )
    .fetch_one(&database.pool)
    .await
    .expect("reads");
    assert_eq!(
        (two_live, none_live),
        (0, 0),
        "exactly one reading of each meter and period is live"
    );
}
