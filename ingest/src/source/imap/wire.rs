//! Bytes on an IMAP connection: whole responses in, commands out, nothing without a limit.
//!
//! A response is read to its end before it is looked at: lines up to their CRLF, literals into a buffer of their own.
//! Every wait for bytes is bounded; what a server claims is never allocated before it has come.

use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::time::timeout;

use crate::source::MAX_BYTES;
use crate::source::trouble::{Trouble, TroubleKind};

/// The longest line: a search that names each of a million mails.
const MAX_LINE: usize = 8 * 1024 * 1024;
/// The most literals in a response; a mail with its headers has two.
const MAX_LITERALS: usize = 64;
/// As much is read from the connection at a time.
const BUFFER: usize = 64 * 1024;
/// As much of a literal is allocated before its bytes have come.
const FIRST_PIECE: usize = 1024 * 1024;

/// A connection, whatever protects it.
pub(super) trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

/// The bytes of a response: lines, and the literals between them.
#[derive(Debug, Default)]
pub(super) struct Raw {
    /// One line more than there are literals; each without its CRLF, and without the `{17}` before a literal.
    pub(super) lines: Vec<Vec<u8>>,
    /// The literals.
    pub(super) literals: Vec<Vec<u8>>,
}

/// Why no response came.
#[derive(Debug)]
pub(super) enum WireError {
    /// The connection is of no more use.
    Broken(Trouble),
    /// A literal is larger than any mail that is fetched; the line before it says whose.
    TooLarge(Vec<u8>),
}

/// A connection with its buffer.
pub(super) struct Wire {
    stream: BufReader<Box<dyn Stream>>,
    /// The longest wait for the next bytes.
    idle: Duration,
}

impl Wire {
    pub(super) fn new(stream: Box<dyn Stream>, idle: Duration) -> Self {
        Self { stream: BufReader::with_capacity(BUFFER, stream), idle }
    }

    /// The stream below, to be protected; bytes that came too early are an attempt to slip something in.
    pub(super) fn into_stream(self) -> Result<Box<dyn Stream>, Trouble> {
        if self.stream.buffer().is_empty() {
            return Ok(self.stream.into_inner());
        }
        let sentence = "the server sent more before TLS began than it may";
        Err(Trouble::new(TroubleKind::Protocol, sentence))
    }

    /// Sends bytes.
    pub(super) async fn send(&mut self, bytes: &[u8]) -> Result<(), Trouble> {
        let sending = async {
            self.stream.write_all(bytes).await?;
            self.stream.flush().await
        };
        match timeout(self.idle, sending).await {
            Ok(sent) => sent.map_err(|error| cut(&error)),
            Err(_) => Err(silent(self.idle)),
        }
    }

    /// Reads the next response to its end.
    pub(super) async fn receive(&mut self) -> Result<Raw, WireError> {
        let mut raw = Raw::default();
        loop {
            let mut line = self.line().await.map_err(WireError::Broken)?;
            let size = if raw.lines.is_empty() && is_status(&line) { None } else { literal(&line) };
            let Some((size, at)) = size else {
                raw.lines.push(line);
                return Ok(raw);
            };
            line.truncate(at);
            if size > MAX_BYTES {
                return Err(WireError::TooLarge(line));
            }
            if raw.literals.len() == MAX_LITERALS {
                return Err(WireError::Broken(protocol("a response has too many literals")));
            }
            raw.lines.push(line);
            raw.literals.push(self.literal(size).await.map_err(WireError::Broken)?);
        }
    }

    /// The next line, without its CRLF.
    async fn line(&mut self) -> Result<Vec<u8>, Trouble> {
        let mut line = Vec::new();
        loop {
            let bytes = match timeout(self.idle, self.stream.fill_buf()).await {
                Ok(bytes) => bytes.map_err(|error| cut(&error))?,
                Err(_) => return Err(silent(self.idle)),
            };
            if bytes.is_empty() {
                return Err(Trouble::new(TroubleKind::Cut, "the server closed the connection"));
            }
            let end = bytes.iter().position(|byte| *byte == b'\n');
            let taken = end.map_or(bytes.len(), |end| end + 1);
            line.extend_from_slice(&bytes[..taken]);
            self.stream.consume(taken);
            if line.len() > MAX_LINE {
                return Err(protocol("a line of the server is longer than 8 MiB"));
            }
            if end.is_some() {
                line.pop();
                line.pop_if(|last| *last == b'\r');
                return Ok(line);
            }
        }
    }

    async fn literal(&mut self, size: u64) -> Result<Vec<u8>, Trouble> {
        let size = usize::try_from(size).map_err(|_| protocol("a literal is too large"))?;
        let mut literal = Vec::with_capacity(size.min(FIRST_PIECE));
        while literal.len() < size {
            let rest = (size - literal.len()) as u64;
            let mut piece = (&mut self.stream).take(rest);
            let read = match timeout(self.idle, piece.read_buf(&mut literal)).await {
                Ok(read) => read.map_err(|error| cut(&error))?,
                Err(_) => return Err(silent(self.idle)),
            };
            if read == 0 {
                let sentence = "the server closed the connection in the middle of a mail";
                return Err(Trouble::new(TroubleKind::Cut, sentence));
            }
        }
        Ok(literal)
    }
}

/// The size of the literal that a line announces at its end, and where the announcement begins.
fn literal(line: &[u8]) -> Option<(u64, usize)> {
    let inner = line.strip_suffix(b"}")?;
    let at = inner.iter().rposition(|byte| *byte == b'{')?;
    let digits = inner[at + 1..].strip_suffix(b"+").unwrap_or(&inner[at + 1..]);
    if digits.is_empty() || digits.len() > 19 || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let size = std::str::from_utf8(digits).ok()?.parse().ok()?;
    // A literal8 is announced with a tilde.
    Some((size, if inner[..at].ends_with(b"~") { at - 1 } else { at }))
}

/// Whether the line is a sentence for people, in which braces announce nothing.
fn is_status(line: &[u8]) -> bool {
    let mut words = line.split(|byte| *byte == b' ');
    match (words.next(), words.next()) {
        (Some(b"+"), _) => true,
        (Some(_), Some(word)) => ["OK", "NO", "BAD", "BYE", "PREAUTH"]
            .iter()
            .any(|status| word.eq_ignore_ascii_case(status.as_bytes())),
        _ => false,
    }
}

pub(super) fn protocol(sentence: &str) -> Trouble {
    Trouble::new(TroubleKind::Protocol, sentence)
}

fn cut(error: &std::io::Error) -> Trouble {
    Trouble::new(TroubleKind::Cut, format!("the connection was cut ({error})"))
}

fn silent(idle: Duration) -> Trouble {
    let sentence = format!("the server said nothing for {} s", idle.as_secs_f32());
    Trouble::new(TroubleKind::Timeout, sentence)
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn received(bytes: &[u8]) -> Result<Raw, WireError> {
        let (ours, mut theirs) = tokio::io::duplex(1 << 20);
        theirs.write_all(bytes).await.expect("room");
        drop(theirs);
        Wire::new(Box::new(ours), Duration::from_secs(5)).receive().await
    }

    #[tokio::test]
    async fn literals_stand_between_lines() {
        let raw =
            received(b"* 1 FETCH (UID 7 BODY[] {4}\r\na\r\nb) X \"{3}\" ~{2}\r\nhi)\r\n").await;
        let raw = raw.expect("a response");
        assert_eq!(raw.lines, [&b"* 1 FETCH (UID 7 BODY[] "[..], b") X \"{3}\" ", b")"]);
        assert_eq!(raw.literals, [&b"a\r\nb"[..], b"hi"]);
    }

    #[tokio::test]
    async fn a_sentence_announces_nothing() {
        let raw = received(b"* NO disk is {90}\r\n").await.expect("a response");
        assert_eq!((raw.lines.len(), raw.literals.len()), (1, 0));
    }

    #[tokio::test]
    async fn claims_are_not_believed() {
        let huge = received(b"* 1 FETCH (UID 7 BODY[] {4294967295}\r\nx").await;
        assert!(
            matches!(huge, Err(WireError::TooLarge(line)) if line.starts_with(b"* 1 FETCH (UID 7"))
        );
        for cut in [&b"* 1 FETCH (BODY[] {60000000}\r\nx"[..], b"* OK no end", b""] {
            let Err(WireError::Broken(trouble)) = received(cut).await else { panic!("a cut") };
            assert_eq!(trouble.kind, TroubleKind::Cut);
        }
    }

    #[tokio::test]
    async fn silence_ends() {
        let (ours, _theirs) = tokio::io::duplex(64);
        let mut wire = Wire::new(Box::new(ours), Duration::from_millis(20));
        let Err(WireError::Broken(trouble)) = wire.receive().await else { panic!("a timeout") };
        assert_eq!(trouble.kind, TroubleKind::Timeout);
    }
}
