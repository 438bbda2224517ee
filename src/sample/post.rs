//! Which mails are sent when.

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan, tz::TimeZone};
use rand::RngExt;

use super::calendar::{self, LAST_YEAR, MONTHS, first_day, named};
use super::estate::{Meter, SENDERS, Sender, Style};
use super::faults::Fault;
use super::files::{File, Telling, files};
use super::history::{History, stream};
use super::mail::{Mail, Wrapping};
use super::{oddities, station};

/// All mails, oldest first.
///
/// The first year comes as one file from each sender, the second by quarter, the last month by month, in which the German
/// sender repeats the year so far every month. In between there are corrections, the same file once more, chat, and files that cannot be
/// read.
pub fn mails(
    meters: &[Meter],
    history: &History,
    faults: &[Fault],
    seed: u64,
) -> anyhow::Result<Vec<Mail>> {
    let mut mails = Vec::new();
    for (number, sender) in SENDERS.iter().enumerate() {
        let mut chance = stream(seed, 600 + number as u64);
        let regular = Telling { meters, history, sender, months: (0, 0), preliminary: None };
        for months in [(0, 12), (12, 15), (15, 18), (18, 21), (21, 24)] {
            mails.push(report(&Telling { months, ..regular }, chance.random_range(9..16))?);
        }
        let corrected = correction(meters, faults, sender);
        for month in LAST_YEAR..MONTHS {
            let first = if sender.style == Style::German { LAST_YEAR } else { month };
            let months = (first, month + 1);
            let telling = Telling { months, ..regular };
            let day = chance.random_range(3..9);
            match corrected.filter(|(_, wrong)| *wrong == month) {
                Some((meter, _)) => {
                    mails.push(report(&Telling { preliminary: Some(meter), ..telling }, day)?);
                    let mut mail = report(&telling, day + 6)?;
                    mail.subject = format!("{} - corrected", mail.subject);
                    mail.text = format!("This replaces our mail of last week.\n\n{}", mail.text);
                    mails.push(mail);
                }
                None if sender.style == Style::American => {
                    let whole = report(&telling, day)?;
                    mails.extend(whole.files.iter().map(|file| Mail {
                        files: vec![file.clone()],
                        subject: format!("{} - {}", whole.subject, file.name.replace('_', " ")),
                        ..whole.clone()
                    }));
                }
                None => mails.push(report(&telling, day)?),
            }
        }
    }
    dress(&mut mails);
    let reminders = repeated(&mails);
    mails.extend(reminders);
    mails.extend(besides(meters, history, seed)?);
    // Stable: mails of one minute keep the order above.
    mails.sort_by_key(|mail| mail.sent_at);
    Ok(mails)
}

/// The mail with a sender's files, so many days after the last month of which they tell.
fn report(telling: &Telling<'_>, day: i8) -> anyhow::Result<Mail> {
    let (sender, month) = (telling.sender, telling.months.1 - 1);
    let label = telling.label();
    let (subject, words) = match sender.style {
        Style::German => (
            format!("Verbrauchsübersicht {label}"),
            "Sehr geehrte Damen und Herren,\n\nanbei die Verbräuche Ihrer Liegenschaften.\n\nMit freundlichen Grüßen\n",
        ),
        Style::French => (
            format!("Relevés de consommation {label}"),
            "Bonjour,\n\nVeuillez trouver ci-joint les relevés de vos sites.\n\nCordialement,\n",
        ),
        Style::Spanish => (
            format!("Consumos de {}", named(&calendar::SPANISH, month)),
            "Buenos días:\n\nAdjuntamos los consumos de sus instalaciones.\n\nUn saludo,\n",
        ),
        Style::Polish => (
            format!("Raport zużycia – {}", named(&calendar::POLISH, month)),
            "Dzień dobry,\n\nw załączeniu przesyłamy raport zużycia mediów.\n\nZ poważaniem\n",
        ),
        Style::Turkish => (
            format!("{} tüketim raporu", named(&calendar::TURKISH, month)),
            "Merhaba,\n\nTüketim raporunuz ektedir.\n\nSaygılarımızla,\n",
        ),
        Style::Dutch => (
            format!("Verbruiksgegevens {label}"),
            "Goedemorgen,\n\nIn de bijlage vindt u de verbruiksgegevens.\n\nMet vriendelijke groet,\n",
        ),
        Style::English | Style::American => (
            format!("Usage report {label}"),
            "Hello,\n\nPlease find your usage report attached.\n\nKind regards,\n",
        ),
    };
    Ok(Mail {
        sent_at: morning(first_day(month).last_of_month(), day),
        slug: sender.slug,
        from: (sender.organisation, sender.address),
        subject,
        text: format!("{words}{}\n", sender.organisation),
        files: files(telling)?,
        wrapping: Wrapping::Attached,
    })
}

/// Some mails carry their files in other ways, and a picture besides.
fn dress(mails: &mut [Mail]) {
    for (number, mail) in mails.iter_mut().enumerate() {
        match (mail.slug, number % 5) {
            ("fluides", 1) | ("wisla", 3) => mail.wrapping = Wrapping::Forwarded,
            ("levante", 2) | ("northgate", 4) => mail.wrapping = Wrapping::Inline,
            ("anadolu", 0) | ("prairie", 2) => mail.files.push(oddities::picture()),
            _ => {}
        }
    }
}

/// Two senders correct one value of a month that had no problem.
fn correction(meters: &[Meter], faults: &[Fault], sender: &Sender) -> Option<(usize, usize)> {
    let month = match sender.style {
        Style::English => LAST_YEAR + 4,
        Style::French => LAST_YEAR + 6,
        _ => return None,
    };
    let sound = |index: &usize| !faults.iter().any(|fault| fault.meter == *index);
    let own = |index: &usize| meters[*index].sender.slug == sender.slug;
    (0..meters.len()).filter(own).find(sound).map(|meter| (meter, month))
}

/// Somebody sends three files once more, under other names.
fn repeated(mails: &[Mail]) -> Vec<Mail> {
    let again = |mail: &Mail| {
        let rename = |file: &File| File { name: format!("Copy of {}", file.name), ..file.clone() };
        Mail {
            sent_at: later(mail.sent_at, 9),
            subject: format!("Reminder: {}", mail.subject),
            files: mail.files.iter().map(rename).collect(),
            wrapping: Wrapping::Attached,
            ..mail.clone()
        }
    };
    mails
        .iter()
        .filter(|mail| mail.slug != "lindental")
        .skip(20)
        .step_by(25)
        .take(3)
        .map(again)
        .collect()
}

/// What comes besides reports.
fn besides(meters: &[Meter], history: &History, seed: u64) -> anyhow::Result<Vec<Mail>> {
    let northgate = &SENDERS[0];
    let months = (LAST_YEAR + 5, LAST_YEAR + 6);
    let whole = files(&Telling { meters, history, sender: northgate, months, preliminary: None })?;
    let mail =
        |month: usize, day, sender: &'static Sender, subject: &str, text: &str, files| Mail {
            sent_at: morning(first_day(month).last_of_month(), day),
            slug: sender.slug,
            from: (sender.organisation, sender.address),
            subject: subject.to_owned(),
            text: text.to_owned(),
            files,
            wrapping: Wrapping::Attached,
        };
    let [.., prairie, _, _] = &SENDERS;
    let mut mails = vec![
        mail(
            25,
            12,
            northgate,
            "Planned maintenance of our portal",
            "The portal is closed on Sunday.\n",
            vec![],
        ),
        mail(27, 18, &SENDERS[2], "Absence du bureau", "Je suis absente jusqu'au 28.\n", vec![]),
        mail(
            28,
            14,
            prairie,
            "Storm update",
            "Crews are at work. Service is back by noon.\n",
            vec![oddities::picture()],
        ),
        mail(
            26,
            20,
            northgate,
            "Readings, password protected",
            "The password follows by phone.\n",
            vec![oddities::encrypted(seed)],
        ),
        mail(
            35,
            18,
            &SENDERS[1],
            "Wetterdaten 2025",
            "Anbei die Monatsmittel.\n",
            vec![station::months(&SENDERS[1], (24, 36), seed)],
        ),
        mail(31, 17, northgate, "Meter list", "As discussed.\n", vec![oddities::far_cell()?]),
        mail(29, 19, &SENDERS[1], "Dienstplan", "Zur Kenntnis.\n", vec![oddities::roster()?]),
        mail(
            34,
            15,
            northgate,
            "Invoice summary",
            "All invoices of the year so far.\n",
            vec![oddities::invoices(seed)?],
        ),
    ];
    for (month, months) in [(11, (0, 12)), (23, (12, 24)), (29, (24, 30))] {
        let subject = format!("Wetterdaten {}", first_day(month).year());
        let file = station::months(&SENDERS[1], months, seed);
        mails.push(mail(month, 18, &SENDERS[1], &subject, "Anbei die Monatsmittel.\n", vec![file]));
    }
    for month in MONTHS - 4..MONTHS {
        let file = station::hours(meters, history, month);
        let subject = format!("Hourly data {}", first_day(month).strftime("%Y-%m"));
        mails.push(mail(month, 5, northgate, &subject, "Hourly values attached.\n", vec![file]));
    }
    // The connection broke; the whole file had come before.
    mails.extend(whole.first().map(|file| {
        let file = File { name: format!("re-sent {}", file.name), ..oddities::truncated(file) };
        mail(29, 21, northgate, "Usage report, sent again", "In case it got lost.\n", vec![file])
    }));
    Ok(mails)
}

/// Half past six in the morning, so many days after a day.
fn morning(day: Date, after: i8) -> Timestamp {
    let day = day.saturating_add(i64::from(after).days());
    let at = day.at(6, 30, 0, 0).to_zoned(TimeZone::UTC);
    at.map_or(Timestamp::UNIX_EPOCH, |zoned| zoned.timestamp())
}

fn later(time: Timestamp, days: i64) -> Timestamp {
    time.checked_add((24 * days).hours()).unwrap_or(time)
}
