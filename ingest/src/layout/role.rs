//! The part a column plays, from its heading and from what stands in it.

mod calendar;

use readings::Dimension;

use super::heading::Heading;
use super::profile::Profile;
use super::text::fold;
use super::words::{self, Word};

/// The part a column plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// The place.
    Site,
    /// A number for the place.
    Identifier,
    /// The meter.
    Meter,
    /// The account.
    Account,
    /// What is supplied.
    Commodity,
    /// The unit.
    Unit,
    /// The currency of the costs.
    Currency,
    /// Start of the period.
    Start,
    /// End of the period.
    End,
    /// A single day or instant.
    Date,
    /// A month.
    Month,
    /// A year.
    Year,
    /// A week by its number.
    Week,
    /// A day of the month.
    Day,
    /// A time of day or an hour.
    Time,
    /// What was used.
    Quantity,
    /// Perhaps what was used: only a commodity or a name says so.
    Unclear,
    /// Mean power.
    Power,
    /// A cumulative register.
    Register,
    /// The register before.
    Previous,
    /// The register after.
    Current,
    /// Money.
    Cost,
    /// Money for one unit.
    Price,
    /// Transformer ratio.
    Multiplier,
    /// Days of the period.
    Days,
    /// Estimated or actual.
    Estimated,
    /// Made, not used.
    Generation,
    /// Not measured.
    Forecast,
    /// A territory or sector.
    Statistic,
    /// Text of no known part.
    Label,
    /// Plays no part.
    Ignored,
}

impl Role {
    /// Every part.
    const ALL: [Self; 31] = [
        Self::Site,
        Self::Identifier,
        Self::Meter,
        Self::Account,
        Self::Commodity,
        Self::Unit,
        Self::Currency,
        Self::Start,
        Self::End,
        Self::Date,
        Self::Month,
        Self::Year,
        Self::Week,
        Self::Day,
        Self::Time,
        Self::Quantity,
        Self::Unclear,
        Self::Power,
        Self::Register,
        Self::Previous,
        Self::Current,
        Self::Cost,
        Self::Price,
        Self::Multiplier,
        Self::Days,
        Self::Estimated,
        Self::Generation,
        Self::Forecast,
        Self::Statistic,
        Self::Label,
        Self::Ignored,
    ];

    /// The name that is stored with a layout.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Site => "site",
            Self::Identifier => "site_number",
            Self::Meter => "meter",
            Self::Account => "account",
            Self::Commodity => "commodity",
            Self::Unit => "unit",
            Self::Currency => "currency",
            Self::Start => "period_start",
            Self::End => "period_end",
            Self::Date => "date",
            Self::Month => "month",
            Self::Year => "year",
            Self::Week => "week",
            Self::Day => "day",
            Self::Time => "time",
            Self::Quantity => "quantity",
            Self::Unclear => "unclear",
            Self::Power => "power",
            Self::Register => "register",
            Self::Previous => "register_before",
            Self::Current => "register_after",
            Self::Cost => "cost",
            Self::Price => "price",
            Self::Multiplier => "multiplier",
            Self::Days => "days",
            Self::Estimated => "estimated",
            Self::Generation => "generation",
            Self::Forecast => "forecast",
            Self::Statistic => "territory",
            Self::Label => "label",
            Self::Ignored => "ignored",
        }
    }

    /// Reads what `code` writes.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.code() == code)
    }

    /// Whether its cells say whose a row is.
    pub const fn names_rows(self) -> bool {
        matches!(self, Self::Site | Self::Meter | Self::Account | Self::Identifier)
    }

    /// Whether its cells hold what could be a reading.
    pub const fn is_value(self) -> bool {
        matches!(
            self,
            Self::Quantity | Self::Unclear | Self::Power | Self::Register | Self::Current
        )
    }
}

/// The part a column plays.
pub fn role(heading: &Heading, profile: &Profile) -> Role {
    if profile.told() == 0 {
        return Role::Ignored;
    }
    if profile.mostly(profile.dates) {
        return dated(heading);
    }
    if profile.mostly(profile.dates + profile.months) {
        return if heading.words.has(Word::OtherDate) {
            Role::Ignored
        } else if heading.words.any(&[Word::Start, Word::End]) && profile.months == 0 {
            dated(heading)
        } else {
            Role::Month
        };
    }
    if profile.mostly(profile.clocks) {
        return if heading.words.has(Word::OtherDate) { Role::Ignored } else { Role::Time };
    }
    if profile.mostly(profile.money) {
        return if heading.is_ratio() || heading.words.has(Word::Price) {
            Role::Price
        } else {
            Role::Cost
        };
    }
    if profile.mostly(profile.booleans) {
        return if heading.words.has(Word::Estimated) { Role::Estimated } else { Role::Ignored };
    }
    if profile.mostly(profile.numbers)
        || (profile.failures > 0 && profile.mostly(profile.failures + profile.numbers))
    {
        return numeric(heading, profile);
    }
    textual(heading, profile)
}

fn dated(heading: &Heading) -> Role {
    let words = heading.words;
    let (start, end) =
        (words.any(&[Word::Start, Word::Previous]), words.any(&[Word::End, Word::Current]));
    match (words.has(Word::OtherDate), start, end) {
        (true, ..) => Role::Ignored,
        (_, true, false) => Role::Start,
        (_, false, true) => Role::End,
        _ if words.has(Word::Month) && !words.has(Word::Date) => Role::Month,
        _ => Role::Date,
    }
}

fn numeric(heading: &Heading, profile: &Profile) -> Role {
    let words = heading.words;
    if heading.percent || words::begins_share(&fold(&heading.text)) {
        return Role::Ignored;
    }
    if heading.is_ratio() || words.has(Word::Price) {
        return Role::Price;
    }
    if let Some(role) = calendar::number(heading, profile) {
        return role;
    }
    if words.has(Word::Multiplier) {
        return Role::Multiplier;
    }
    if words.has(Word::Days) && heading.unit.is_none() {
        return Role::Days;
    }
    if words.any(&[Word::Other, Word::Demand, Word::Note]) {
        if let Some(role) = identity(heading).filter(|_| is_number_of(heading)) {
            return role;
        }
        return identity(heading).filter(|role| *role == Role::Identifier).unwrap_or(Role::Ignored);
    }
    if words.has(Word::Forecast) || heading.is_derived() || heading.ends_derived() {
        return Role::Forecast;
    }
    let says_lost = words.has(Word::Lost) && heading.unknown.is_empty();
    if says_lost && !words.any(&[Word::Site, Word::Meter]) {
        return Role::Forecast;
    }
    if words.has(Word::Generation) {
        return Role::Generation;
    }
    if words::is_part_of_a_bill(&fold(&heading.text)) && heading.dimension().is_none() {
        return Role::Ignored;
    }
    if words.has(Word::Cost) || heading.money {
        return if heading.unit.is_some() { Role::Ignored } else { Role::Cost };
    }
    if words.any(&[Word::Estimated, Word::Average]) {
        return Role::Ignored;
    }
    if words.has(Word::Previous) {
        return Role::Previous;
    }
    if words.has(Word::Current) {
        return Role::Current;
    }
    measured(heading).unwrap_or_else(|| {
        if words.has(Word::Total) {
            return Role::Ignored;
        }
        if profile.united > 0 {
            return Role::Quantity;
        }
        match identity(heading) {
            // `Building 7` heads what that building used, `Building no` the numbers of buildings.
            Some(_) if is_numbered(heading) => Role::Unclear,
            Some(role) if heading.unknown.is_empty() || profile.integers == profile.numbers => role,
            Some(_) => Role::Unclear,
            None if heading.text.is_empty() => Role::Ignored,
            // `Unit 7` is a flat.
            None if words.has(Word::Unit) && is_numbered(heading) => Role::Unclear,
            None if words.is_empty()
                || heading.commodity.is_some()
                || words.has(Word::Commodity) =>
            {
                Role::Unclear
            }
            None => Role::Ignored,
        }
    })
}

fn measured(heading: &Heading) -> Option<Role> {
    let words = heading.words;
    let said = words.has(Word::Quantity);
    let register = words.has(Word::Register) && !said;
    match (heading.dimension(), heading.unit.is_some()) {
        (Some(Dimension::Power), _) => Some(Role::Power),
        (Some(Dimension::Energy | Dimension::Volume), _) => {
            Some(if register { Role::Register } else { Role::Quantity })
        }
        (Some(Dimension::Mass), _) => {
            (said || heading.commodity.is_some()).then_some(Role::Quantity)
        }
        (None, true) => (said || heading.commodity.is_some()).then_some(Role::Quantity),
        (None, false) if words.has(Word::Power) => Some(Role::Power),
        (None, false) if register => Some(Role::Register),
        (None, false) if said => Some(Role::Quantity),
        (None, false) if words.has(Word::Unit) && heading.unknown.is_empty() => Some(Role::Unclear),
        (None, false) => None,
    }
}

/// Whether a heading names the numbers of meters, sites or accounts: `№ счетчика`.
pub fn is_number_of(heading: &Heading) -> bool {
    heading.unit.is_none()
        && heading.unknown.is_empty()
        && !heading.words.any(&[Word::Quantity, Word::Register, Word::Cost])
        && fold(&heading.text)
            .split(' ')
            .any(|word| matches!(word, "no" | "nr" | "n" | "number" | "id" | "номер" | "numero"))
}

/// Whether a heading is a word and a number or letter: one of several of its kind.
fn is_numbered(heading: &Heading) -> bool {
    let sign =
        |word: &String| word.chars().count() == 1 || word.bytes().all(|byte| byte.is_ascii_digit());
    !heading.unknown.is_empty() && heading.unknown.iter().all(sign)
}

fn identity(heading: &Heading) -> Option<Role> {
    let words = heading.words;
    [
        (Word::Meter, Role::Meter),
        (Word::Identifier, Role::Identifier),
        (Word::Account, Role::Account),
        (Word::Site, Role::Site),
    ]
    .into_iter()
    .find_map(|(word, role)| words.has(word).then_some(role))
}

fn textual(heading: &Heading, profile: &Profile) -> Role {
    let words = heading.words;
    let all_units = profile.long_units > 0 && profile.long_units * 2 > profile.texts;
    if words.has(Word::Currency) {
        return Role::Currency;
    }
    let all = |count: usize| count > 0 && count == profile.texts;
    // `Smart meter` names none.
    if words.has(Word::Time) && all(profile.hours.0) {
        return Role::Time;
    }
    if all(profile.answers) && !words.has(Word::Estimated) {
        return Role::Ignored;
    }
    if all(profile.weekdays) || all(profile.shares) {
        return Role::Ignored;
    }
    // Also where the heading says nothing, or only `Type`.
    if all(profile.flags) || all(profile.flags + profile.voids) && identity(heading).is_none() {
        return Role::Estimated;
    }
    if words.any(&[Word::Cost, Word::Price]) {
        return if words.has(Word::Unit) { Role::Currency } else { Role::Ignored };
    }
    // `Unit` is also a flat, a ward, a prison.
    // `Temperature Unit` is that of another column.
    if words.has(Word::Unit) && words.any(&[Word::Other, Word::Demand]) {
        return Role::Ignored;
    }
    let names_places = words.has(Word::Unit)
        && profile.units == 0
        && heading.unknown.is_empty()
        && !words.has(Word::Quantity);
    if names_places {
        return Role::Site;
    }
    // `Unidade` is a branch, and a unit.
    let is_place = identity(heading) == Some(Role::Site);
    if words.has(Word::Unit)
        || (all_units && identity(heading).is_none())
        || (is_place && all(profile.units))
    {
        return Role::Unit;
    }
    if words.has(Word::OtherDate) {
        return Role::Ignored;
    }
    if words.has(Word::Estimated) {
        return Role::Estimated;
    }
    // `Customer Type` and `Tariff Category` say nothing of what is supplied, nor do the numbers of a `Suministro`.
    let says_nothing =
        profile.commodities == 0 && (!heading.unknown.is_empty() || words.has(Word::Account));
    if words.has(Word::Commodity) && !says_nothing {
        return Role::Commodity;
    }
    if let Some(role) = identity(heading) {
        return role;
    }
    if words.has(Word::Statistic) {
        return Role::Statistic;
    }
    if words.has(Word::Note) {
        return Role::Ignored;
    }
    if words.any(&[Word::Month, Word::Year]) {
        return Role::Month;
    }
    if words.has(Word::Week) && !words.any(&[Word::Date, Word::Start, Word::End]) {
        return Role::Week;
    }
    if words::names_a_supplier(&fold(&heading.text)) {
        return Role::Label;
    }
    if profile.commodities > 0 && profile.commodities * 2 > profile.texts {
        return Role::Commodity;
    }
    if words.any(&[Word::Date, Word::ReadDate, Word::Start, Word::End]) {
        return dated(heading);
    }
    Role::Label
}
