//! Rows of a table with periods across.

use std::rc::Rc;

use foldhash::{HashMap, HashMapExt as _, HashSet};
use readings::{Commodity, Currency, Dimension, Money, ProblemCode, ReadingKind};
use rust_decimal::Decimal;

use super::super::candidate::{Evidence, Hold, Series};
use super::super::context::fits;
use super::super::find::{Column, Table};
use super::super::heading::{Heading, HeadingPeriod};
use super::super::role::Role;
use super::super::text::fold;
use super::super::unit::{self, FoundUnit, key};
use super::super::words::{self, Word};
use super::calendar::Down;
use super::columns::says_planned;
use super::names::other_names;
use super::{Reader, Side, is_filled};

/// What the cells left of the periods say about their row.
struct Row {
    /// All names together.
    label: Rc<str>,
    said: Rc<Heading>,
    unit: Option<FoundUnit>,
    site: Option<String>,
    meter: Option<String>,
    commodity: Option<Commodity>,
    /// Something that is supplied is named, perhaps several things.
    supplies: bool,
    down: Down,
    called_total: bool,
    /// The meter's name happens to be that of a unit, as `M3` is.
    is_named_like_a_unit: bool,
}

impl Reader<'_, '_> {
    pub(super) fn wide_row(&mut self, row: usize, label: &[String]) {
        let unit = self.unit_cell(row, None);
        let ratio = unit.as_ref().is_some_and(|unit| unit.ratio);
        let used = self.rows_say_used;
        let proven = self.proven_row == Some(row);
        let mut doubt = None;
        for text in label {
            let said = self.heading(text);
            if proven || !(is_other_row(&said) || used && is_register_row(&said)) {
                continue;
            }
            if !self.may_be_a_place(row, text, &said) {
                return;
            }
            if !begins_with_its_name(&said) {
                doubt = Some(what_is_it(text));
            }
        }
        if ratio || label.iter().any(|text| self.is_of_another_kind(row, text)) {
            return;
        }
        let what = self.wide_names(row, label, unit);
        let first = self.values.candidates.len();
        for at in self.value_columns.clone() {
            self.wide_cell(row, at, &what);
        }
        if let Some(doubt) = doubt {
            self.values.candidates[first..].iter_mut().for_each(|one| one.hold(&doubt));
        }
    }

    /// Whether a text that speaks of costs, plans or the like stands among the names of places and is like one.
    fn may_be_a_place(&self, row: usize, text: &str, said: &Heading) -> bool {
        let sites = self
            .table
            .columns
            .iter()
            .filter(|column| column.role == Role::Site && column.heading.words.has(Word::Site));
        let first = words::meaning(fold(text).split(' ').next().unwrap_or_default()).words;
        said.is_like_a_name()
            && !first.has(Word::Average)
            && !said.money
            && !said.percent
            && !text.contains(['-', '–', ':', '('])
            && sites
                .into_iter()
                .any(|column| self.text_at(row, column.index).is_some_and(|name| name == text))
    }

    /// Whether what stands last in a label, behind a dash, says that the row is of another year or planned. Two letters
    /// are as often those of a country, unless another row differs in them alone.
    fn is_of_another_kind(&mut self, row: usize, text: &str) -> bool {
        let last = [" - ", " – ", " — ", ": "].iter().find_map(|mark| text.rsplit_once(mark));
        let Some((stem, last)) = last else { return false };
        let said = self.heading(last);
        (said.is_derived() || says_planned(&said))
            && (last.chars().count() > 2
                || self.table.rows.clone().any(|other| {
                    let label = self.row_label(other);
                    other != row && label.iter().any(|other| other.starts_with(stem))
                }))
    }

    fn wide_names(&mut self, row: usize, label: &[String], unit: Option<FoundUnit>) -> Row {
        let joined = label.join(" ");
        let said = self.heading(&joined);
        let site = self.name(row, Role::Site);
        let meter = self.name(row, Role::Meter);
        let account = self.name(row, Role::Account);
        let identifier = self.name(row, Role::Identifier);
        let commodity_text = self.name(row, Role::Commodity);
        let commodity_said = commodity_text.as_deref().map(|text| self.heading(text));
        // `Units consumed` says what is counted, not where.
        let only_says_what = self.proven_row == Some(row)
            || said.unknown.is_empty()
                && !said.supplies
                && said.words.any(&[Word::Quantity, Word::Register, Word::Current]);
        let labels: Vec<String> = self
            .table
            .columns
            .iter()
            .filter(|column| {
                column.role == Role::Label && !only_says_what && !self.is_beside_values(column)
            })
            .filter_map(|column| self.text_at(row, column.index))
            .collect();
        let (own_site, own_meter) = names(
            site.as_deref(),
            meter.as_deref(),
            &labels,
            self.block.site.as_deref(),
            commodity_text.as_deref(),
        );
        let unit_of_commodity = commodity_said.as_ref().and_then(|said| said.unit.clone());
        // What the title says counts more than a word in the name of a place.
        let is_place = site.is_some() && said.is_like_a_name() && self.around.commodity.is_some();
        Row {
            unit: unit.or_else(|| said.unit.is_none().then_some(unit_of_commodity).flatten()),
            site: own_site.or_else(|| self.around.site.clone()).or(identifier),
            meter: own_meter.or(account).or_else(|| self.around.meter.clone()),
            commodity: commodity_said
                .as_ref()
                .and_then(|said| said.commodity)
                .or(said.commodity.filter(|_| !is_place))
                .or(self.block.commodity),
            supplies: said.supplies
                || self.block.commodity.is_some()
                || commodity_said.is_some_and(|said| said.supplies),
            down: self.down(row),
            called_total: said.words.has(Word::Total) && self.table.rows.len() > 2,
            is_named_like_a_unit: meter.is_some_and(|name| {
                name.ends_with(|last: char| last.is_ascii_digit()) && unit::whole(&name).is_some()
            }),
            label: joined.into(),
            said,
        }
    }

    fn wide_cell(&mut self, row: usize, at: usize, what: &Row) {
        let column = &self.table.columns[at];
        let Some(period) = column.period else { return };
        let Some(cell) = self.grid.cell(row, column.index) else { return };
        if !is_filled(&cell.value) {
            return;
        }
        let Some(number) = self.number(cell, column) else { return };
        let stated = Self::own_unit(cell)
            .or_else(|| what.unit.clone())
            .or_else(|| what.said.unit.clone().filter(|_| !what.is_named_like_a_unit))
            .or_else(|| column.heading.unit.clone().filter(|unit| !unit.ratio));
        let own = stated.is_some();
        let found = stated.or_else(|| self.block.unit.clone()).or_else(|| self.around.unit.clone());
        let dimension = dimension(found.as_ref());
        let commodity = what
            .commodity
            .or(column.heading.commodity)
            .or_else(|| self.around.commodity_for(dimension));
        // A unit from a title does not fit a row of another commodity.
        let found =
            found.filter(|_| own || commodity.is_none_or(|commodity| fits(commodity, dimension)));
        let unknown_unit = found.as_ref().is_some_and(|unit| unit.text.unit.is_none());
        let odd = found.as_ref().filter(|_| unknown_unit && !what.supplies);
        if dimension == Some(Dimension::Mass) && commodity.is_none()
            || odd.is_some_and(|unit| counts_something_else(&unit.text.text))
        {
            return;
        }
        let question = odd.map(|unit| {
            Hold::new(
                ProblemCode::UnitNotUnderstood,
                format!("What is the unit \u{201c}{}\u{201d}?", unit.text.text),
            )
        });
        let kind = kind(column, &what.said, dimension);
        let identity = format!(
            "{}|{:?}|{}|{}",
            if what.down.is_period() {
                format!("{:?}|{:?}", what.site, what.meter)
            } else {
                row.to_string()
            },
            commodity,
            found.as_ref().map_or("", |unit| &*unit.text.text),
            self.subs[at],
        );
        let sub = Rc::clone(&self.subs[at]);
        let several = self.several_in_block && !sub.is_empty();
        let (grid, table) = (self.grid, self.table);
        let called = [what.site.as_deref(), what.meter.as_deref(), self.block.site.as_deref()];
        let series = self.index.of(&identity, &mut self.values.series, || Series {
            site: what.site.clone(),
            meter: what.meter.clone().or_else(|| several.then(|| sub.to_string())),
            also: other_names(grid, table, row, &called),
            commodity: commodity.filter(|commodity| fits(*commodity, dimension)),
            unit: found.as_ref().map(|unit| unit.text.clone()),
            label: format!("{}|{sub}", what.label),
            place: (Some(self.grid.row_number(row)), column.index),
        });
        let when = self.heading_when(period, &what.down);
        let factor = found.as_ref().map_or(Decimal::ONE, |unit| unit.factor);
        let beside = |role: Role| self.in_block(row, period, role);
        let charged = beside(Role::Cost);
        let side = Side {
            cost: charged.map(|amount| Money { amount, currency: self.block_currency(period) }),
            evidence: Evidence {
                price: beside(Role::Price),
                charged,
                registers: beside(Role::Previous).zip(beside(Role::Current)),
                stand: None,
                multiplier: beside(Role::Multiplier),
                days: beside(Role::Days),
            },
            kind,
        };
        self.push(cell, series, when, number, factor, &side);
        let used = what.said.words.has(Word::Quantity)
            || column.heading.words.has(Word::Quantity)
            || self.around.says_used
            || self.proven_row == Some(row)
            || kind == ReadingKind::RegisterReading
            || matches!(dimension, Some(Dimension::Energy | Dimension::Volume | Dimension::Mass))
            || unknown_unit;
        self.doubt_last(what.called_total, used);
        if let (Some(question), Some(last)) = (question, self.values.candidates.last_mut()) {
            last.hold(&question);
        }
    }

    /// The number in the one column of this part among the columns of a period.
    fn in_block(&self, row: usize, period: HeadingPeriod, role: Role) -> Option<Decimal> {
        let mut columns = self
            .table
            .columns
            .iter()
            .filter(|column| column.period == Some(period) && column.role == role);
        let (column, None) = (columns.next()?, columns.next()) else { return None };
        let cell = self.grid.cell(row, column.index)?;
        self.read_number(cell, column).ok().flatten()
    }

    fn block_currency(&self, period: HeadingPeriod) -> Option<Currency> {
        let mut columns = self
            .table
            .columns
            .iter()
            .filter(|column| column.period == Some(period) && column.role == Role::Cost);
        columns.next()?.heading.currency
    }

    /// Holds the value that was taken last, where its row or its table leaves in doubt what it is.
    fn doubt_last(&mut self, called_total: bool, used: bool) {
        let Some(last) = self.values.candidates.last_mut() else { return };
        if called_total {
            last.hold(&Hold::new(
                ProblemCode::LayoutUnclear,
                "The row is called a total, and other rows of the table may be its parts.",
            ));
        }
        if !used {
            last.hold(&Hold::new(
                ProblemCode::KindUnclear,
                "Nothing says whether these numbers are consumption, cost or something else.",
            ));
        }
    }
}

/// Whether a name begins or goes on with words of its own around the one that says something else: `Target Store 114`.
fn begins_with_its_name(said: &Heading) -> bool {
    said.words.has(Word::Site)
        && words::meaning(fold(&said.text).rsplit(' ').next().unwrap_or_default())
            .words
            .without(Word::Site)
            .is_empty()
}

fn what_is_it(text: &str) -> Hold {
    Hold::new(
        ProblemCode::KindUnclear,
        format!(
            "Is \u{201c}{text}\u{201d} the name of a place, or does it say that the row is no consumption?"
        ),
    )
}

/// Whether a unit that is none of energy, volume or mass is known for what it counts: money, area, people, degrees.
pub(super) fn counts_something_else(text: &str) -> bool {
    let said = Heading::of(text);
    words::is_other_unit(key(text).trim_end_matches('.'))
        || said.money
        || said.percent
        || said.words.any(&[Word::Other, Word::Cost, Word::Price, Word::Days, Word::Time])
}

fn dimension(unit: Option<&FoundUnit>) -> Option<Dimension> {
    unit.and_then(|unit| unit.text.unit).map(readings::Unit::dimension)
}

fn kind(column: &Column, said: &Heading, dimension: Option<Dimension>) -> ReadingKind {
    let registers = [Word::Register, Word::Current];
    if dimension == Some(Dimension::Power) {
        ReadingKind::AveragePower
    } else if matches!(column.role, Role::Register | Role::Current)
        || said.words.any(&registers) && !said.words.has(Word::Quantity)
    {
        ReadingKind::RegisterReading
    } else {
        ReadingKind::Consumption
    }
}

/// What each heading says besides its period, by which several columns of one period are told apart; and whether there
/// are several that count the same thing in the same unit.
pub(super) fn sub_headings(table: &Table, values: &[usize]) -> (Vec<Rc<str>>, bool) {
    if !table.wide {
        return (Vec::new(), false);
    }
    let subs: Vec<Rc<str>> =
        table.columns.iter().map(|column| sub_heading(&column.heading).into()).collect();
    let mut in_block: HashMap<_, HashSet<Rc<str>>> = HashMap::new();
    for at in values {
        let column = &table.columns[*at];
        let unit = column.heading.unit.as_ref().and_then(|unit| unit.text.unit);
        let what = (column.period, column.heading.commodity, unit);
        in_block.entry(what).or_default().insert(Rc::clone(&subs[*at]));
    }
    let several = in_block.values().any(|names| names.len() > 1);
    (subs, several)
}

fn sub_heading(heading: &Heading) -> String {
    let parts: Vec<&str> = heading.text.split(" / ").collect();
    if parts.len() > 1 {
        let without_period: Vec<&str> =
            parts.into_iter().filter(|part| Heading::of(part).period.is_none()).collect();
        return without_period.join(" / ");
    }
    let mut words: Vec<&str> = heading
        .unknown
        .iter()
        .map(String::as_str)
        .filter(|word| words::month(word).is_none() && !word.bytes().any(|b| b.is_ascii_digit()))
        .collect();
    words.dedup();
    words.join(" ")
}

/// A row of prices, costs, weather, output: known by its label.
fn is_other_row(label: &Heading) -> bool {
    let words = label.words;
    label.is_ratio()
        || label.is_derived()
        || label.percent
        || label.money
        || words.any(&[
            Word::Cost,
            Word::Price,
            Word::Forecast,
            Word::Average,
            Word::Days,
            Word::Demand,
            Word::Previous,
        ])
        || (words.any(&[Word::Generation, Word::Other])
            && label.unknown.is_empty()
            && !words.has(Word::Quantity))
        || (label.text.contains('/') && words.has(Word::Quantity) && label.unknown.is_empty())
}

/// A row of registers, which is no second reading where another row says what was used.
fn is_register_row(label: &Heading) -> bool {
    label.words.any(&[Word::Register, Word::Current]) && !label.words.has(Word::Quantity)
}

/// Site and meter of a row of a wide table.
fn names(
    site: Option<&str>,
    meter: Option<&str>,
    labels: &[String],
    block: Option<&str>,
    commodity: Option<&str>,
) -> (Option<String>, Option<String>) {
    let own = |text: &str| Some(text.to_owned());
    let label = labels.join(" ");
    let label = (!label.is_empty()).then_some(label);
    match (block, site, meter) {
        (Some(block), Some(site), None) => (own(block), own(site)),
        (Some(block), None, None) => (own(block), label.or_else(|| commodity.map(str::to_owned))),
        (_, Some(site), Some(meter)) => (own(site), own(meter)),
        (_, Some(site), None) => (own(site), label),
        (_, None, Some(meter)) => {
            // `Consumption` beside rows of what was made names no place.
            let place = label.filter(|text| {
                let said = Heading::of(text);
                !said.words.has(Word::Quantity) || !said.unknown.is_empty()
            });
            (block.map(str::to_owned).or(place), own(meter))
        }
        (None, None, None) => (label, None),
    }
}
