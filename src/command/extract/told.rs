//! An opened file as JSON.

use ingest::extract_csv;
use readings::{ExtractedReading, Layout, Problem};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::opened::{File, Opened};

/// A file that was given.
#[derive(Debug, Serialize)]
pub struct Object {
    file: String,
    /// `file`, `archive` or `mail`.
    kind: &'static str,
    /// The format found by content, where it is one file that could be read.
    format: Option<String>,
    outcome: Option<&'static str>,
    #[serde(flatten)]
    mail: Option<Mail>,
    readings: Vec<Reading>,
    problems: Vec<Told>,
    layouts: Vec<Layout>,
    rows: Rows,
    #[serde(skip_serializing_if = "Option::is_none")]
    attachments: Option<Vec<Attachment>>,
}

#[derive(Debug, Serialize)]
struct Mail {
    message_id: Option<String>,
    sender: Option<String>,
    subject: Option<String>,
    sent_at: Option<jiff::Timestamp>,
}

#[derive(Debug, Serialize)]
struct Reading {
    /// The attachment it stands in, by its place in `attachments`.
    #[serde(skip_serializing_if = "Option::is_none")]
    attachment: Option<usize>,
    sheet: String,
    cell: String,
    site: Option<String>,
    meter: Option<String>,
    commodity: Option<&'static str>,
    period_start: Option<String>,
    period_end: Option<String>,
    quantity: Option<f64>,
    unit: Option<String>,
    cost: Option<f64>,
    currency: Option<String>,
    kind: &'static str,
}

#[derive(Debug, Serialize)]
struct Told {
    #[serde(skip_serializing_if = "Option::is_none")]
    attachment: Option<usize>,
    code: &'static str,
    sentence: String,
    hint: &'static str,
    sheet: Option<String>,
    cell: Option<String>,
}

#[derive(Debug, Default, Clone, Copy, Serialize)]
struct Rows {
    all: u64,
    readings: u64,
    refused: u64,
    not_data: u64,
}

#[derive(Debug, Serialize)]
struct Attachment {
    name: Option<String>,
    #[serde(rename = "type")]
    content_type: Option<String>,
    size: usize,
    sha256: String,
    path: Vec<String>,
    outcome: &'static str,
    format: Option<String>,
    rows: Rows,
}

/// As it is printed.
pub fn object(opened: &Opened) -> Object {
    let parts = opened.mail.is_some() || opened.is_archive;
    let mut object = Object {
        file: opened.name.clone(),
        kind: match (&opened.mail, opened.is_archive) {
            (Some(_), _) => "mail",
            (None, true) => "archive",
            (None, false) => "file",
        },
        format: None,
        outcome: None,
        mail: opened.mail.as_ref().map(|mail| Mail {
            message_id: mail.header_id.clone(),
            sender: mail.sender.clone(),
            subject: mail.subject.clone(),
            sent_at: mail.sent_at,
        }),
        readings: Vec::new(),
        problems: Vec::new(),
        layouts: Vec::new(),
        rows: Rows::default(),
        attachments: parts.then(Vec::new),
    };
    let of_mail = opened.mail.iter().flat_map(|mail| &mail.problems);
    object.problems.extend(of_mail.map(|problem| told(problem, None)));
    for (number, file) in opened.files.iter().enumerate() {
        object.take(file, parts.then_some(number));
    }
    object
}

impl Object {
    fn take(&mut self, file: &File, number: Option<usize>) {
        let format = file.read.as_ref().ok().map(|(format, _)| format.clone());
        let outcome = file.outcome().code();
        let mut rows = Rows::default();
        if let Ok((_, extraction)) = &file.read {
            rows = Rows {
                all: extraction.rows,
                readings: extraction.readings.len() as u64,
                refused: extraction.refused,
                not_data: extraction.not_data,
            };
            self.readings.extend(extraction.readings.iter().map(|r| reading(r, number)));
            self.layouts.extend(extraction.layouts.iter().cloned());
        }
        self.rows = Rows {
            all: self.rows.all + rows.all,
            readings: self.rows.readings + rows.readings,
            refused: self.rows.refused + rows.refused,
            not_data: self.rows.not_data + rows.not_data,
        };
        self.problems.extend(file.problems().iter().map(|problem| told(problem, number)));
        match &mut self.attachments {
            None => (self.format, self.outcome) = (format, Some(outcome)),
            Some(attachments) => attachments.push(Attachment {
                name: file.name.clone(),
                content_type: file.content_type.clone(),
                size: file.content.len(),
                sha256: sha256(&file.content),
                path: file.path.clone(),
                outcome,
                format,
                rows,
            }),
        }
    }
}

fn reading(reading: &ExtractedReading, attachment: Option<usize>) -> Reading {
    let (period_start, period_end) = reading.period.map(extract_csv::ends).unzip();
    let number = |decimal: Decimal| decimal.to_f64();
    Reading {
        attachment,
        sheet: reading.sheet.to_string(),
        cell: reading.cell.to_string(),
        site: reading.site.as_deref().map(str::to_owned),
        meter: reading.meter.as_deref().map(str::to_owned),
        commodity: reading.commodity.map(readings::Commodity::code),
        period_start,
        period_end,
        quantity: number(reading.quantity.get()),
        unit: reading.unit.as_ref().map(|unit| unit.text.to_string()),
        cost: reading.cost.and_then(|cost| number(cost.amount)),
        currency: reading.currency().map(String::from),
        kind: reading.kind.code(),
    }
}

fn told(problem: &Problem, attachment: Option<usize>) -> Told {
    Told {
        attachment,
        code: problem.code.code(),
        sentence: problem.sentence.clone(),
        hint: problem.code.hint(),
        sheet: problem.sheet.clone(),
        cell: problem.cell.map(|cell| cell.to_string()),
    }
}

fn sha256(content: &[u8]) -> String {
    let digits =
        Sha256::digest(content).iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>();
    digits.concat()
}
