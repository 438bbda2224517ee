//! A mail as bytes, with nothing in it that differs from run to run.

use anyhow::Context;
use jiff::Timestamp;
use mail_builder::MessageBuilder;
use mail_builder::headers::content_type::ContentType;
use mail_builder::headers::date::Date;
use mail_builder::mime::MimePart;

use super::files::File;

/// To whom everything is sent.
const RECIPIENT: (&str, &str) = ("Energy readings", "readings@estates.example");

/// How a mail carries its files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Wrapping {
    /// Attached, as most are.
    #[default]
    Attached,
    /// With the disposition `inline` and the name in the content type alone.
    Inline,
    /// Inside a mail that was forwarded as an attachment.
    Forwarded,
}

/// A mail to be written.
#[derive(Debug, Clone)]
pub struct Mail {
    /// When it was sent.
    pub sent_at: Timestamp,
    /// Begins the name of its file.
    pub slug: &'static str,
    /// Name and address of the sender.
    pub from: (&'static str, &'static str),
    /// Its subject.
    pub subject: String,
    /// Its words.
    pub text: String,
    /// Its files.
    pub files: Vec<File>,
    /// How they are carried.
    pub wrapping: Wrapping,
}

impl Mail {
    /// The mail as it is sent; `number` makes its identifier and its boundaries unique.
    pub fn to_bytes(&self, number: usize) -> anyhow::Result<Vec<u8>> {
        if self.wrapping != Wrapping::Forwarded {
            return self.build(&self.text, self.files(number), number);
        }
        let inner = self.build(&self.text, self.files(number), number)?;
        let forwarded = MimePart::new("message/rfc822", inner)
            .transfer_encoding("7bit")
            .attachment("forwarded.eml");
        let outer = Self {
            from: ("Facilities Desk", "facilities@estates.example"),
            subject: format!("Fwd: {}", self.subject),
            ..self.clone()
        };
        outer.build("Please file the attached.\n", vec![forwarded], number + 100_000)
    }

    fn files(&self, number: usize) -> Vec<MimePart<'static>> {
        let part = |(index, file): (usize, &File)| {
            let content_type = ContentType::new(file.media_type);
            if self.wrapping == Wrapping::Inline {
                MimePart::new(
                    content_type.attribute("name", file.name.clone()),
                    file.content.clone(),
                )
                .inline()
                .cid(format!("file{index}.{number}@estates.example"))
            } else {
                // A text is not to be taken for words: its bytes are in the encoding of their own program.
                MimePart::new(content_type, file.content.clone()).attachment(file.name.clone())
            }
        };
        self.files.iter().enumerate().map(part).collect()
    }

    fn build(
        &self,
        words: &str,
        parts: Vec<MimePart<'_>>,
        number: usize,
    ) -> anyhow::Result<Vec<u8>> {
        let text = MimePart::new("text/plain", words.to_owned());
        let body = if parts.is_empty() {
            text
        } else {
            let boundary = format!("=_part_{number:06}_of_the_sample");
            let mixed = ContentType::new("multipart/mixed").attribute("boundary", boundary);
            MimePart::new(mixed, [vec![text], parts].concat())
        };
        MessageBuilder::new()
            .message_id(format!("{number:06}.{}@{}.example", self.sent_at.as_second(), self.slug))
            .from(self.from)
            .to(RECIPIENT)
            .subject(self.subject.clone())
            .date(Date::new(self.sent_at.as_second()))
            .body(body)
            .write_to_vec()
            .context("a mail of the sample cannot be written")
    }
}
