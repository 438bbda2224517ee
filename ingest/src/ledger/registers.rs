//! Consumption from the registers of a meter: what was used between two of them, and why where it is no plain
//! difference.
//!
//! Pure: the same registers give the same answer in whatever order they arrived. A quantity is given only where the
//! registers prove it; across a reset or an exchange it stays unknown, and a person sees both cells.
//!
//! A register that fell has several explanations, which [`fall`] weighs against the meter's usual use: it passed its
//! highest number, it was reset, the device was exchanged, one of the two cells was misread, or an estimate was too high
//! and trued up. Where no explanation stands out the stretch waits for the next register, or for a person.

mod chain;
mod fall;
mod told;
mod usual;

use jiff::civil::DateTime;
use readings::{ProblemCode, ReadingId};
use rust_decimal::Decimal;

use self::chain::Node;
use self::fall::{Around, Meaning, Point};
use super::decide::Rank;

/// A rise of so many times the usual is worth a look, though it may be real: it still counts.
const JUMP: f64 = 30.0;

/// A register as one cell states it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dial {
    /// The stored reading.
    pub reading: ReadingId,
    /// When the dial stood so: local time at the site.
    pub at: DateTime,
    /// The number on the dial, as the file states it.
    pub dial: Decimal,
    /// One unit of the dial in the meter's canonical unit.
    pub unit: Decimal,
    /// By what a difference is to be multiplied (transformer ratio), where the file says so.
    pub multiplier: Option<Decimal>,
    /// When it was said.
    pub stated: Rank,
    /// Sheet and cell, for a person.
    pub place: String,
}

impl Dial {
    /// In the meter's canonical unit, before any multiplier.
    fn value(&self) -> Decimal {
        self.dial * self.unit
    }
}

/// What a person said about a meter's register.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Settings {
    /// The digits before the decimal mark.
    pub digits: Option<u32>,
    /// The multiplier of readings that state none.
    pub multiplier: Option<Decimal>,
}

/// How the consumption between two registers was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// The later less the earlier.
    Difference,
    /// The register passed its highest number and began again at zero.
    Rollover,
    /// It runs on from near zero: reset, or a new device that began there.
    Reset,
    /// Another device: it runs on from another number.
    Exchange,
    /// A register between the two does not fit and is left out, as misread.
    Misread,
    /// A register between the two was too high and is left out, as an estimate that was trued up.
    TruedUp,
    /// The multiplier is not the same at both ends.
    MultiplierChanged,
    /// It rose by far more than usual; it counts, but a person should look.
    Jump,
    /// It fell, and no explanation stands out yet.
    Unclear,
}

impl Reason {
    /// The name in the database and in CSV.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Difference => "difference",
            Self::Rollover => "rollover",
            Self::Reset => "reset",
            Self::Exchange => "exchange",
            Self::Misread => "misread",
            Self::TruedUp => "trued_up",
            Self::MultiplierChanged => "multiplier_changed",
            Self::Jump => "jump",
            Self::Unclear => "unclear",
        }
    }

    /// The finding that shows it to a person; none for a plain difference.
    pub const fn finding(self) -> Option<ProblemCode> {
        Some(match self {
            Self::Difference => return None,
            Self::Rollover => ProblemCode::RegisterRollover,
            Self::Reset => ProblemCode::RegisterReset,
            Self::Exchange => ProblemCode::MeterExchange,
            Self::Misread => ProblemCode::RegisterMisread,
            Self::TruedUp => ProblemCode::TruedUp,
            Self::MultiplierChanged => ProblemCode::MultiplierChanged,
            Self::Jump => ProblemCode::RegisterJump,
            Self::Unclear => ProblemCode::RegisterUnclear,
        })
    }
}

/// What was used between two registers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisterUse {
    /// The register at the start.
    pub earlier: ReadingId,
    /// The register at the end.
    pub later: ReadingId,
    /// When the earlier stood so.
    pub start: DateTime,
    /// When the later stood so.
    pub end: DateTime,
    /// In the meter's canonical unit, multiplied; empty where the registers do not tell.
    pub quantity: Option<Decimal>,
    /// The multiplier that was applied.
    pub multiplier: Decimal,
    /// How it was found.
    pub reason: Reason,
    /// The same for a person, with the cells.
    pub sentence: String,
    /// A register between the two that was left out.
    pub left_out: Option<ReadingId>,
}

/// Two registers for one instant that differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clash {
    /// The one that counts: it was said last.
    pub counts: ReadingId,
    /// The other one.
    pub other: ReadingId,
    /// For a person.
    pub sentence: String,
}

/// All that a meter's registers say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Derived {
    /// Stretches in the order of time; they do not overlap.
    pub uses: Vec<RegisterUse>,
    /// Registers that contradict each other.
    pub clashes: Vec<Clash>,
}

/// Derives the consumption of one meter from its live registers.
pub fn derive(mut dials: Vec<Dial>, settings: Settings) -> Derived {
    dials.sort_by_key(|dial| (dial.at, dial.stated, dial.dial));
    let (nodes, clashes) = chain::of(&dials);
    let usual = usual::per_day(&dials, &nodes);
    let mut walk = Walk { dials: &dials, nodes: &nodes, settings, usual, links: Vec::new() };
    walk.run();
    let uses = walk.links.iter().map(|link| walk.told(link)).collect();
    Derived { uses, clashes }
}

/// Two nodes between which consumption is told.
#[derive(Debug, Clone, Copy)]
struct Link {
    from: usize,
    to: usize,
    reason: Reason,
    /// What the register passed, for a rollover.
    capacity: Option<Decimal>,
    left_out: Option<usize>,
}

struct Walk<'a> {
    dials: &'a [Dial],
    nodes: &'a [Node],
    settings: Settings,
    usual: Option<f64>,
    links: Vec<Link>,
}

impl Walk<'_> {
    fn run(&mut self) {
        let mut from = 0;
        let mut next = 1;
        while next < self.nodes.len() {
            if self.closing(next) >= self.opening(from) {
                self.link(from, next, self.risen(from, next), None, None);
            } else {
                match self.fallen(from, next) {
                    Meaning::Rollover(capacity) => {
                        self.link(from, next, Reason::Rollover, Some(capacity), None);
                    }
                    Meaning::EarlierTooHigh { trued_up } => {
                        let before = self.links.pop().map_or(from, |link| link.from);
                        let reason = if trued_up { Reason::TruedUp } else { Reason::Misread };
                        self.link(before, next, reason, None, Some(from));
                    }
                    Meaning::LaterTooLow => {
                        self.link(from, next + 1, Reason::Misread, None, Some(next));
                        next += 1;
                    }
                    Meaning::Reset => self.link(from, next, Reason::Reset, None, None),
                    Meaning::Exchange => self.link(from, next, Reason::Exchange, None, None),
                    Meaning::Open => self.link(from, next, Reason::Unclear, None, None),
                }
            }
            from = next;
            next += 1;
        }
    }

    fn link(
        &mut self,
        from: usize,
        to: usize,
        reason: Reason,
        capacity: Option<Decimal>,
        left_out: Option<usize>,
    ) {
        self.links.push(Link { from, to, reason, capacity, left_out });
    }

    fn closing(&self, node: usize) -> Decimal {
        self.dials[self.nodes[node].closing].value()
    }

    fn opening(&self, node: usize) -> Decimal {
        self.dials[self.nodes[node].opening].value()
    }

    fn multiplier(&self, dial: usize) -> Option<Decimal> {
        self.dials[dial].multiplier.or(self.settings.multiplier)
    }

    fn multiplier_changed(&self, from: usize, to: usize) -> bool {
        let (from, to) = (self.nodes[from].opening, self.nodes[to].closing);
        self.multiplier(from)
            .zip(self.multiplier(to))
            .is_some_and(|(from, to)| from.normalize() != to.normalize())
    }

    fn risen(&self, from: usize, to: usize) -> Reason {
        if self.multiplier_changed(from, to) {
            return Reason::MultiplierChanged;
        }
        let rise = usual::number(self.closing(to) - self.opening(from));
        let days = usual::days(self.nodes[from].at, self.nodes[to].at);
        match self.usual {
            Some(usual) if rise / days > JUMP * usual => Reason::Jump,
            _ => Reason::Difference,
        }
    }

    fn fallen(&self, from: usize, to: usize) -> Meaning {
        let point = |node: usize, value: Decimal| Point {
            day: usual::days(self.nodes[0].at, self.nodes[node].at),
            value,
        };
        // Only a stretch that was taken as plain can be taken back.
        let before = self
            .links
            .last()
            .filter(|link| matches!(link.reason, Reason::Difference | Reason::Jump))
            .map(|link| point(link.from, self.opening(link.from)));
        let after = (to + 1 < self.nodes.len()).then(|| point(to + 1, self.closing(to + 1)));
        fall::weigh(&Around {
            before,
            high: point(from, self.opening(from)),
            low: point(to, self.closing(to)),
            after,
            usual: self.usual,
            capacity: self.capacity(from),
            digits_known: self.settings.digits.is_some(),
            device_changed: self.device_changed(from, to),
        })
    }

    /// One more than the highest number of the register: by what a person said, else by its largest number so far.
    fn capacity(&self, from: usize) -> Option<Decimal> {
        let dial = &self.dials[self.nodes[from].opening];
        let digits = self.settings.digits.unwrap_or_else(|| {
            let device_since = self
                .links
                .iter()
                .rev()
                .find(|link| matches!(link.reason, Reason::Reset | Reason::Exchange))
                .map_or(0, |link| link.to);
            let largest = (device_since..=from)
                .filter(|node| !self.links.iter().any(|link| link.left_out == Some(*node)))
                .map(|node| self.dials[self.nodes[node].opening].dial)
                .max();
            largest.map_or(1, usual::digits)
        });
        let full = 10_u64.checked_pow(digits).map(Decimal::from);
        full.and_then(|full| full.checked_mul(dial.unit))
    }

    /// Whether the cells show another device: other decimals from here on.
    fn device_changed(&self, from: usize, to: usize) -> bool {
        let decimals = |node: usize| self.dials[self.nodes[node].opening].dial.normalize().scale();
        let before = (from.saturating_sub(2)..=from).map(decimals).max().unwrap_or(0);
        let after = (to..self.nodes.len().min(to + 3)).map(decimals).max().unwrap_or(0);
        (before == 0) != (after == 0) || self.multiplier_changed(from, to)
    }

    fn quantity(&self, link: &Link) -> Option<Decimal> {
        let difference = self.closing(link.to) - self.opening(link.from);
        let used = match link.reason {
            Reason::Difference | Reason::Misread | Reason::TruedUp | Reason::Jump => difference,
            Reason::Rollover => difference + link.capacity?,
            Reason::Reset | Reason::Exchange | Reason::MultiplierChanged | Reason::Unclear => {
                return None;
            }
        };
        let changed = self.multiplier_changed(link.from, link.to);
        let used = used.checked_mul(self.applied(link))?;
        (!changed).then(|| used.normalize())
    }

    /// The multiplier that either end states.
    fn applied(&self, link: &Link) -> Decimal {
        self.multiplier(self.nodes[link.to].closing)
            .or_else(|| self.multiplier(self.nodes[link.from].opening))
            .unwrap_or(Decimal::ONE)
    }
}

#[cfg(test)]
mod tests;
