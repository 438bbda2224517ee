//! What an IMAP server says, as values (RFC 3501 section 7, RFC 9051).
//!
//! The grammar of all responses is one: atoms, texts and lists. It is read in one way, so that what a server adds to
//! its answers does no harm.

use super::wire::{Raw, protocol};
use crate::source::trouble::Trouble;

/// The deepest nesting of lists; an ENVELOPE has three, a BODYSTRUCTURE is never asked for.
const MAX_DEPTH: usize = 32;

/// A part of a response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    /// `NIL`
    Nil,
    /// A word or a number, such as `UID`, `17`, `\Seen`, `BODY[]`.
    Atom(String),
    /// A quoted text or a literal.
    Text(Vec<u8>),
    /// Values in parentheses.
    List(Vec<Self>),
}

impl Value {
    pub(super) fn number(&self) -> Option<u64> {
        match self {
            Self::Atom(word) => word.parse().ok(),
            _ => None,
        }
    }

    /// A text, wherever a server may also write a plain word.
    pub(super) fn into_bytes(self) -> Option<Vec<u8>> {
        match self {
            Self::Text(bytes) => Some(bytes),
            Self::Atom(word) => Some(word.into_bytes()),
            Self::Nil | Self::List(_) => None,
        }
    }
}

/// How a command ended, or what the server says by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    Ok,
    No,
    Bad,
    Bye,
    Preauth,
}

/// A status with its code and its sentence: `OK [UIDVALIDITY 17] fine`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) status: Status,
    /// The words of the code in capitals: `["UIDVALIDITY", "17"]`.
    pub(super) code: Vec<String>,
    pub(super) sentence: String,
}

impl Told {
    /// The number of a code such as `UIDVALIDITY`.
    pub(super) fn number(&self, code: &str) -> Option<u64> {
        let mut words = self.code.iter();
        (words.next()? == code).then(|| words.next()?.parse().ok())?
    }

    pub(super) fn has(&self, code: &str) -> bool {
        self.code.first().is_some_and(|word| word == code)
    }
}

/// One response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Response {
    /// `+ ...`: the server waits for more.
    Continue(String),
    /// The end of the command with this tag.
    Done(String, Told),
    /// A status that belongs to no command.
    Told(Told),
    /// Data: the number before the word if there is one, the word in capitals, what follows.
    Data(Option<u64>, String, Vec<Value>),
}

/// Understands a response.
pub(super) fn parse(raw: Raw) -> Result<Response, Trouble> {
    let first = raw.lines.first().map(Vec::as_slice).unwrap_or_default();
    if let Some(rest) = first.strip_prefix(b"+") {
        return Ok(Response::Continue(text(rest).trim().to_owned()));
    }
    let (tag, rest) = split(first);
    let (word, after) = split(rest);
    if let Some(status) = status(word) {
        let told = told(status, after);
        return Ok(if tag == b"*" {
            Response::Told(told)
        } else {
            Response::Done(text(tag), told)
        });
    }
    if tag != b"*" {
        return Err(protocol("the server says something that is no response of IMAP"));
    }
    let start = first.len() - rest.len();
    let mut cursor = Cursor { lines: raw.lines, literals: raw.literals, line: 0, at: start };
    let mut values = cursor.values(0)?.into_iter().peekable();
    let number = values.peek().and_then(Value::number);
    if number.is_some() {
        values.next();
    }
    match values.next() {
        Some(Value::Atom(word)) => {
            Ok(Response::Data(number, word.to_ascii_uppercase(), values.collect()))
        }
        _ => Err(protocol("a response of the server has no name")),
    }
}

fn split(line: &[u8]) -> (&[u8], &[u8]) {
    match line.iter().position(|byte| *byte == b' ') {
        Some(at) => (&line[..at], &line[at + 1..]),
        None => (line, &[]),
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn status(word: &[u8]) -> Option<Status> {
    Some(match word.to_ascii_uppercase().as_slice() {
        b"OK" => Status::Ok,
        b"NO" => Status::No,
        b"BAD" => Status::Bad,
        b"BYE" => Status::Bye,
        b"PREAUTH" => Status::Preauth,
        _ => return None,
    })
}

fn told(status: Status, rest: &[u8]) -> Told {
    let rest = text(rest);
    let (code, sentence) = rest
        .strip_prefix('[')
        .and_then(|inner| inner.split_once(']'))
        .unwrap_or(("", rest.as_str()));
    Told {
        status,
        code: code.split_whitespace().map(str::to_ascii_uppercase).collect(),
        sentence: sentence.trim().chars().filter(|c| !c.is_control()).take(300).collect(),
    }
}

struct Cursor {
    lines: Vec<Vec<u8>>,
    literals: Vec<Vec<u8>>,
    line: usize,
    at: usize,
}

impl Cursor {
    fn peek(&self) -> Option<u8> {
        self.lines[self.line].get(self.at).copied()
    }

    /// Values up to the end, or to the parenthesis that closes the list.
    fn values(&mut self, depth: usize) -> Result<Vec<Value>, Trouble> {
        if depth > MAX_DEPTH {
            return Err(protocol("a response of the server is nested too deeply"));
        }
        let mut values = Vec::new();
        loop {
            match self.peek() {
                // The end of a line that is not the last: a literal follows.
                None if self.line + 1 < self.lines.len() => {
                    values.push(Value::Text(std::mem::take(&mut self.literals[self.line])));
                    self.line += 1;
                    self.at = 0;
                }
                None if depth == 0 => return Ok(values),
                None => return Err(protocol("a list in a response is not closed")),
                Some(b' ') => self.at += 1,
                Some(b'(') => {
                    self.at += 1;
                    values.push(Value::List(self.values(depth + 1)?));
                }
                Some(b')') if depth > 0 => {
                    self.at += 1;
                    return Ok(values);
                }
                Some(b')') => return Err(protocol("a list in a response was never opened")),
                Some(b'"') => values.push(Value::Text(self.quoted()?)),
                Some(_) => values.push(self.atom()),
            }
        }
    }

    fn quoted(&mut self) -> Result<Vec<u8>, Trouble> {
        let mut text = Vec::new();
        self.at += 1;
        while let Some(byte) = self.peek() {
            self.at += 1;
            match byte {
                b'"' => return Ok(text),
                b'\\' => {
                    text.extend(self.peek());
                    self.at += 1;
                }
                _ => text.push(byte),
            }
        }
        Err(protocol("a quoted text in a response is not closed"))
    }

    /// A word; what stands in brackets belongs to it, as in `BODY[HEADER.FIELDS (FROM)]`.
    fn atom(&mut self) -> Value {
        let start = self.at;
        let mut brackets = 0_usize;
        while let Some(byte) = self.peek() {
            match byte {
                b'[' => brackets += 1,
                b']' => brackets = brackets.saturating_sub(1),
                b' ' | b'(' | b')' | b'"' if brackets == 0 => break,
                _ => {}
            }
            self.at += 1;
        }
        let word = text(&self.lines[self.line][start..self.at]);
        if word.eq_ignore_ascii_case("NIL") { Value::Nil } else { Value::Atom(word) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(lines: &[&[u8]], literals: &[&[u8]]) -> Result<Response, Trouble> {
        let own = |pieces: &[&[u8]]| pieces.iter().map(|piece| piece.to_vec()).collect();
        parse(Raw { lines: own(lines), literals: own(literals) })
    }

    fn atom(word: &str) -> Value {
        Value::Atom(word.to_owned())
    }

    #[test]
    fn a_fetched_mail_is_its_literal() {
        let response = parsed(
            &[
                b"* 12 FETCH (UID 7 FLAGS (\\Seen $x) BODY[HEADER.FIELDS (FROM TO)] ",
                b" BODY[] \"\" X NIL)",
            ],
            &[b"From: a\r\n\r\n"],
        );
        let Ok(Response::Data(Some(12), word, values)) = response else { panic!("{response:?}") };
        let [Value::List(items)] = &values[..] else { panic!("{values:?}") };
        assert_eq!(word, "FETCH");
        assert_eq!(items[1].number(), Some(7));
        assert_eq!(items[3], Value::List(vec![atom("\\Seen"), atom("$x")]));
        assert_eq!(items[4], atom("BODY[HEADER.FIELDS (FROM TO)]"));
        assert_eq!(items[5], Value::Text(b"From: a\r\n\r\n".to_vec()));
        assert_eq!((&items[7], &items[9]), (&Value::Text(Vec::new()), &Value::Nil));
    }

    #[test]
    fn a_status_has_a_code_and_a_sentence() {
        let Ok(Response::Told(told)) = parsed(&[b"* ok [UidValidity 17] it's (fine"], &[]) else {
            panic!("a status")
        };
        assert_eq!((told.number("UIDVALIDITY"), told.sentence.as_str()), (Some(17), "it's (fine"));
        let done = parsed(&[b"A1 NO [AUTHENTICATIONFAILED] no"], &[]).expect("done");
        assert!(
            matches!(&done, Response::Done(tag, told) if tag == "A1" && told.has("AUTHENTICATIONFAILED"))
        );
        assert_eq!(parsed(&[b"+ "], &[]).expect("more"), Response::Continue(String::new()));
    }

    #[test]
    fn nonsense_is_an_error() {
        let deep = [&b"* LIST "[..], &[b'('; 1000]].concat();
        for line in
            [&b""[..], b"hello", b"* 1 FETCH (UID 1", b"* FETCH )", b"* LIST \"a", b"* (A)", &deep]
        {
            parsed(&[line], &[]).expect_err("nonsense");
        }
    }
}
