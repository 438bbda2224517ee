//! What is wrong with a TOML file, in a sentence that names the line and the nearest known key.

/// How alike a key must be to be named as the one that was meant (Jaro-Winkler, 0 to 1).
const ALIKE: f64 = 0.7;

/// The error as `line 3: there is no key ...`.
pub(super) fn sentence(text: &str, error: &toml::de::Error) -> String {
    let message = error.message();
    let start = error.span().map_or(0, |span| span.start.min(text.len()));
    if let Some((key, known)) = split(message, "unknown field ") {
        let line = line_of_key(text, start, key);
        return format!("line {line}: there is no key `{key}` here{}", advice(key, &known));
    }
    let line = line_at(text, start);
    match split(message, "unknown variant ") {
        Some((value, known)) => {
            format!("line {line}: `{value}` is not possible here{}", advice(value, &known))
        }
        None => format!("line {line}: {message}"),
    }
}

/// Takes serde's sentence apart: the text that is not known, and those that are.
fn split<'a>(message: &'a str, start: &str) -> Option<(&'a str, Vec<&'a str>)> {
    let mut quoted = message.strip_prefix(start)?.split('`').skip(1).step_by(2);
    Some((quoted.next()?, quoted.collect()))
}

fn advice(text: &str, known: &[&str]) -> String {
    let likeness = |candidate: &str| strsim::jaro_winkler(text, candidate);
    let nearest = known
        .iter()
        .max_by(|a, b| likeness(a).total_cmp(&likeness(b)))
        .filter(|candidate| likeness(candidate) > ALIKE);
    match (nearest, known) {
        (Some(nearest), _) => format!("; did you mean `{nearest}`?"),
        (None, []) => String::new(),
        (None, known) => format!("; possible are {}", known.join(", ")),
    }
}

fn line_at(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1
}

/// The line of the key: where a table is told apart by its `kind`, the error points at the table's head.
fn line_of_key(text: &str, start: usize, key: &str) -> usize {
    let head = line_at(text, start);
    text.lines()
        .enumerate()
        .skip(head - 1)
        .find(|(_, line)| {
            let line = line.trim_start().trim_start_matches(['[', '"', '\'']);
            line.strip_prefix(key).is_some_and(|rest| {
                rest.trim_start_matches(['"', '\'']).trim_start().starts_with(['=', ']', '.'])
            })
        })
        .map_or(head, |(index, _)| index + 1)
}
