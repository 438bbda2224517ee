//! A pass that is killed at any moment, again and again, leads to what an undisturbed one leads to.
//!
//! `METERWATCH_KILLS` says how often (24 when it is not set), `METERWATCH_SEED` repeats the moments of a run.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use mail_builder::MessageBuilder;
use mail_builder::headers::date::Date;
use migrations::server::{PrivateServer, ServerOptions};
use serde_json::json;
use sqlx::{AssertSqlSafe, Executor, PgPool};

use crate::imap::dovecot::{Dovecot, Mailbox, PASSWORD};

/// Kills when nobody says how many.
const KILLS: u32 = 24;

/// Numbers that look random, the same for the same seed (xorshift).
struct Moments(u64);

impl Moments {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit.max(1)
    }
}

fn from_environment<T: std::str::FromStr>(name: &str) -> Option<T> {
    std::env::var(name).ok()?.parse().ok()
}

/// Months of one meter as a table; later mails repeat, correct and extend earlier ones.
fn table(meter: u64, first: u64, months: u64, off: u64) -> String {
    let mut table = "Site,Meter,Commodity,Start,End,Consumption,Unit,Cost\n".to_owned();
    for month in first..first + months {
        let (year, month) = (2023 + month / 12, month % 12 + 1);
        let last = jiff::civil::date(
            i16::try_from(year).expect("a year"),
            i8::try_from(month).expect("a month"),
            1,
        )
        .last_of_month();
        let used = 1_000 + meter * 37 + month * 11 + off;
        let (hall, cost) = (meter / 3, used / 4);
        writeln!(
            table,
            "Hall {hall},E-{meter},Electricity,{year}-{month:02}-01,{last},{used},kWh,{cost}.50"
        )
        .expect("memory");
    }
    table
}

/// Mails that meet each other: new meters, corrections, repetitions, several files, damaged and empty ones.
fn mails(count: u64) -> Vec<Vec<u8>> {
    (0..count).map(mail).collect()
}

fn mail(number: u64) -> Vec<u8> {
    let meter = number % 23;
    let first = number / 23 * 3;
    let mut mail = MessageBuilder::new()
        .from(("Bills", "bills@example.com"))
        .to("readings@example.org")
        .subject(format!("Bill {number}"))
        .message_id(format!("{number}@example.com"))
        .date(Date::new(1_710_000_000 + i64::try_from(number).expect("small") * 3_600))
        .text_body("Please find the readings attached.")
        .attachment("text/csv", "bill.csv", table(meter, first, 6, number % 5 / 4));
    if number.is_multiple_of(4) {
        mail = mail.attachment("text/csv", "other.csv", table(meter + 100, first, 2, 0));
        mail = mail.attachment("text/csv", "same.csv", table(meter, 0, 1, 0));
    }
    if number.is_multiple_of(9) {
        mail = mail.attachment("application/vnd.ms-excel", "broken.xls", vec![0xD0; 600]);
        mail = mail.attachment("image/png", "logo.png", b"\x89PNG\r\n\x1a\n".to_vec());
    }
    mail.write_to_vec().expect("memory")
}

/// Where mails arrive: what is taken leaves the place.
enum Place {
    Folder(PathBuf),
    /// By IMAP; a mailbox of its own for every round, with the file that describes it as a source.
    Mailbox {
        mailbox: Mailbox,
        source: PathBuf,
    },
}

impl Place {
    fn folder(home: &Path, mails: &[Vec<u8>]) -> Self {
        let folder = home.join("mails");
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir(&folder).expect("makes");
        for (number, mail) in mails.iter().enumerate() {
            fs::write(folder.join(format!("{number:04}.eml")), mail).expect("writes");
        }
        Self::Folder(folder)
    }

    fn mailbox(home: &Path, mails: &[Vec<u8>]) -> Self {
        let mailbox = Dovecot::get().mailbox();
        for (number, mail) in mails.iter().enumerate() {
            mailbox.deliver("", u32::try_from(number).expect("few"), mail);
        }
        let source = home.join("source.json");
        fs::write(home.join("imap.secret"), PASSWORD).expect("writes");
        let config = json!({
            "name": "mailbox", "kind": "imap", "host": "127.0.0.1", "port": mailbox.server.plain, "tls": "none",
            "user": mailbox.user, "password_file": "imap.secret", "timeout_seconds": 20, "after": "move",
            "quarantine_folder": "Processed",
        });
        fs::write(&source, config.to_string()).expect("writes");
        Self::Mailbox { mailbox, source }
    }

    /// What `ingest-pass` is told.
    fn argument(&self) -> &Path {
        match self {
            Self::Folder(path) | Self::Mailbox { source: path, .. } => path,
        }
    }

    /// Mails that have not left, and mails that were moved away.
    fn left_and_moved(&self) -> (Vec<String>, Option<usize>) {
        match self {
            Self::Folder(folder) => {
                let entries = fs::read_dir(folder).expect("lists").filter_map(Result::ok);
                let files = entries.map(|entry| entry.path()).filter(|path| path.is_file());
                (files.map(|path| path.display().to_string()).collect(), None)
            }
            Self::Mailbox { mailbox, .. } => {
                (mailbox.mails(""), Some(mailbox.mails("Processed").len()))
            }
        }
    }
}

fn start(url: &str, place: &Place) -> Child {
    Command::new(env!("CARGO_BIN_EXE_ingest-pass"))
        .arg(place.argument())
        .env("DATABASE_URL", url)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .expect("starts")
}

/// What does not depend on how often the pass was begun: all but identities, times, and which equal file came first.
async fn books(pool: &PgPool) -> Vec<String> {
    let queries = [
        "select concat_ws('|', 'live', s.name, m.name, m.commodity, period_start, period_end, fold, quantity, unit,
             canonical_quantity, cost, currency, kind, quality)
         from reading join meter m using (meter_id) join site s using (site_id) where superseded_at is null",
        "select concat_ws('|', 'mail', encode(content_digest, 'hex'), header_id, subject, sent_at, attachments,
             completed_at is not null, (select count(*) from message_attachment a where a.message_id = m.message_id))
         from message m",
        "select concat_ws('|', 'file', encode(a.sha256, 'hex'), a.outcome, a.outcome_code, a.stated_at, a.rows, a.refused,
             a.not_data, a.accepted + a.duplicate + a.superseding,
             (select string_agg(encode(content_digest, 'hex') || ma.ordinal || ma.file_name, ',' order by content_digest, ma.ordinal)
              from message_attachment ma join message using (message_id) where ma.attachment_id = a.attachment_id))
         from attachment a",
        "select concat_ws('|', 'refusal', encode(a.sha256, 'hex'), r.sheet, r.cell, r.code, r.sentence)
         from refusal r join attachment a using (attachment_id)",
        // Each mailbox counts from a number of its own.
        "select concat_ws('|', 'arrival', source, regexp_replace(location, ';[0-9]+;', ';'), encode(content_digest, 'hex'))
         from message_arrival join message using (message_id)",
        // Each statement of each file is told by exactly one row: a reading, or the confirmation of one.
        "select concat_ws('|', 'said', encode(a.sha256, 'hex'), m.name, period_start)
         from attachment a join (select attachment_id, meter_id, period_start from reading
             union all select c.attachment_id, meter_id, period_start
             from reading_confirmation c join reading using (reading_id)) said using (attachment_id)
         join meter m using (meter_id)",
    ];
    let mut lines = Vec::new();
    for query in queries {
        let rows: Vec<String> = sqlx::query_scalar(query).fetch_all(pool).await.expect("reads");
        lines.extend(rows);
    }
    lines.sort_unstable();
    lines
}

struct Bench {
    server: PrivateServer,
    maintenance: PgPool,
}

impl Bench {
    /// A server whose commits survive a power cut, with a template.
    async fn start(folder: &Path) -> Self {
        let options = ServerOptions { durable: true, max_connections: 100 };
        let server = PrivateServer::start_with(folder, options).await.expect("a server");
        let pool = migrations::connect(server.url()).await.expect("answers");
        migrations::migrate(&pool).await.expect("migrates");
        pool.close().await;
        let url = server.url().replacen("/meterwatch?", "/postgres?", 1);
        let maintenance = migrations::connect(&url).await.expect("answers");
        Self { server, maintenance }
    }

    async fn database(&self, name: &str) -> String {
        for statement in [
            format!("drop database if exists {name} with (force)"),
            format!("create database {name} template meterwatch"),
        ] {
            self.maintenance.execute(AssertSqlSafe(statement)).await.expect("makes");
        }
        self.server.url().replacen("/meterwatch?", &format!("/{name}?"), 1)
    }
}

async fn books_at(url: &str) -> Vec<String> {
    let pool = migrations::connect(url).await.expect("answers");
    let books = books(&pool).await;
    pool.close().await;
    books
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pass_that_is_killed_again_and_again_loses_and_doubles_nothing() {
    let (wanted, seed) = wishes();
    println!("METERWATCH_KILLS={wanted} METERWATCH_SEED={seed}");
    println!("{}", kill_again_and_again(wanted, seed, Place::folder).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pass_over_a_mailbox_that_is_killed_again_and_again_loses_and_doubles_nothing() {
    let (wanted, seed) = wishes();
    println!("METERWATCH_KILLS={wanted} METERWATCH_SEED={seed}");
    println!("{}", kill_again_and_again(wanted, seed, Place::mailbox).await);
}

/// How often, and where the moments start.
fn wishes() -> (u32, u64) {
    let seed = from_environment("METERWATCH_SEED").unwrap_or_else(|| {
        // Zero is the one number that leads nowhere.
        u64::from_le_bytes(uuid::Uuid::new_v4().into_bytes()[..8].try_into().expect("8 bytes")) | 1
    });
    (from_environment("METERWATCH_KILLS").unwrap_or(KILLS), seed)
}

/// What was done; panics where something is lost, doubled or left.
async fn kill_again_and_again(
    wanted: u32,
    seed: u64,
    fill: fn(&Path, &[Vec<u8>]) -> Place,
) -> String {
    let mut moments = Moments(seed);
    let home = tempfile::tempdir().expect("a folder");
    let bench = Bench::start(&home.path().join("server")).await;
    let mails = mails(140);

    let place = fill(home.path(), &mails);
    let undisturbed = bench.database("undisturbed").await;
    let began = Instant::now();
    assert!(start(&undisturbed, &place).wait().expect("ends").success());
    let takes = began.elapsed();
    let expected = books_at(&undisturbed).await;
    assert!(expected.len() > 1_500, "{} lines", expected.len());

    let (mut kills, mut rounds) = (0, 0);
    while kills < wanted {
        rounds += 1;
        let place = fill(home.path(), &mails);
        let url = bench.database("killed").await;
        loop {
            let mut child = start(&url, &place);
            // Moments of the whole run, more of them early, so that many kills fall into one round.
            let longest =
                takes.as_micros() / [1, 2, 4][usize::try_from(moments.below(3)).expect("small")];
            let moment = moments.below(u64::try_from(longest).expect("not ages"));
            let alive =
                kills < wanted && lives_until(&mut child, Duration::from_micros(moment)).await;
            if !alive {
                assert!(child.wait().expect("ends").success(), "the pass failed");
                break;
            }
            child.kill().expect("kills");
            child.wait().expect("ends");
            kills += 1;
        }
        let found = books_at(&url).await;
        let missing: Vec<_> = expected.iter().filter(|line| !found.contains(line)).collect();
        let surplus: Vec<_> = found.iter().filter(|line| !expected.contains(line)).collect();
        assert!(missing.is_empty() && surplus.is_empty(), "lost {missing:#?}, got {surplus:#?}");
        assert_eq!(found.len(), expected.len(), "something is there twice");
        let (left, moved) = place.left_and_moved();
        assert!(left.is_empty(), "no mail stays where it arrived: {left:?}");
        assert_eq!(moved.unwrap_or(mails.len()), mails.len(), "each mail was moved once");
    }
    bench.maintenance.close().await;
    bench.server.stop().await.expect("stops");
    format!("{kills} kills in {rounds} rounds; an undisturbed pass takes {takes:?}")
}

/// Whether the process still runs at that moment of its life.
async fn lives_until(child: &mut Child, moment: Duration) -> bool {
    tokio::time::timeout(moment, std::future::pending::<()>()).await.expect_err("never ready");
    matches!(child.try_wait(), Ok(None))
}
