//! What the headers of a mail say about who wrote it to whom, without its content.

use jiff::Timestamp;

use super::{LARGEST_MESSAGE, guard, mime};

/// Sender, recipients, subject and date of a mail.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Envelope {
    /// The address of the sender.
    pub from: Option<String>,
    /// The addresses of To and Cc.
    pub to: Vec<String>,
    /// The subject.
    pub subject: Option<String>,
    /// When it was sent, as it says.
    pub sent_at: Option<Timestamp>,
}

impl Envelope {
    /// Reads the headers at the front of a mail; what follows them is not looked at.
    pub fn read(raw: &[u8]) -> Self {
        let raw = guard::prepare(raw, LARGEST_MESSAGE).raw;
        let Some(parsed) = mime::parse(&raw, false) else { return Self::default() };
        Self {
            from: parsed.sender,
            to: mime::recipients(&raw),
            subject: parsed.subject,
            sent_at: parsed.sent_at,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_alone_are_enough() {
        let raw = "From: Bills <bills@a.example>\r\nTo: one@b.example, Two <two@b.example>\r\n\
                   Cc: team: three@b.example, four@b.example;\r\nSubject: =?utf-8?q?M=C3=A4rz?=\r\n\
                   Date: Mon, 2 Mar 2026 10:00:00 +0100\r\n\r\n";
        let envelope = Envelope::read(raw.as_bytes());
        assert_eq!(envelope.from.as_deref(), Some("bills@a.example"));
        assert_eq!(
            envelope.to,
            ["one@b.example", "two@b.example", "three@b.example", "four@b.example"]
        );
        assert_eq!(envelope.subject.as_deref(), Some("März"));
        assert_eq!(envelope.sent_at, "2026-03-02T09:00:00Z".parse().ok());
        assert_eq!(Envelope::read(b""), Envelope::default());
    }
}
