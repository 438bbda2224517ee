//! The registers of a meter as instants in a row.

use super::{Clash, Dial};

/// An instant. The cells that end the stretch before it and begin the stretch after it are the same, unless the device
/// was exchanged then and both its last and the new one's first number are stated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Node {
    pub at: jiff::civil::DateTime,
    /// Index of the cell that ends the stretch before.
    pub closing: usize,
    /// Index of the cell that begins the stretch after.
    pub opening: usize,
}

/// The instants of sorted registers, and what contradicts.
pub(super) fn of(dials: &[Dial]) -> (Vec<Node>, Vec<Clash>) {
    let mut nodes: Vec<Node> = Vec::new();
    let mut clashes = Vec::new();
    let mut first = 0;
    for group in dials.chunk_by(|a, b| a.at == b.at) {
        let (last, after) = (first + group.len() - 1, first + group.len());
        let before = nodes.last().map(|node| &dials[node.opening]);
        if let Some((old, new)) = handed_over(group, before, dials.get(after)) {
            nodes.push(Node { at: group[0].at, closing: first + old, opening: first + new });
        } else {
            let counts = &dials[last];
            clashes.extend(
                group.iter().filter(|other| other.value() != counts.value()).map(|other| Clash {
                    counts: counts.reading,
                    other: other.reading,
                    sentence: format!(
                        "For {} cell {} states the register {} and cell {} the register {}; the one that was sent last counts.",
                        counts.at.date(),
                        other.place,
                        other.dial.normalize(),
                        counts.place,
                        counts.dial.normalize(),
                    ),
                }),
            );
            nodes.push(Node { at: group[0].at, closing: last, opening: last });
        }
        first = after;
    }
    (nodes, clashes)
}

/// Two numbers for one instant, of which one goes on from the numbers before and the other goes on to the numbers
/// after: the last of the old device and the first of the new one.
fn handed_over(
    group: &[Dial],
    before: Option<&Dial>,
    after: Option<&Dial>,
) -> Option<(usize, usize)> {
    let ([one, two], before, after) = (group, before?, after?) else { return None };
    let (high, low) = if one.value() > two.value() { (0, 1) } else { (1, 0) };
    let (above, below) = (&group[high], &group[low]);
    let goes_on = above.value() >= before.value() && before.value() > below.value();
    let starts = after.value() >= below.value() && after.value() < above.value();
    (above.value() > below.value() && goes_on && starts).then_some((high, low))
}
