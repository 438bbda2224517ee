//! Which alerts are listed, in which order: a value that lives in the URL.

use std::fmt::{self, Display};
use std::str::FromStr;

use alerts::{AlertKind, AlertState, Severity};
use readings::commodity::Commodity;
use readings::ids::SiteId;

/// How many alerts stand on a page unless the URL says otherwise.
pub const PAGE_SIZE: u32 = 50;
const PAGE_SIZES: [u32; 3] = [50, 100, 200];
/// What a person may type into the search; longer text finds nothing more.
const LONGEST_SEARCH: usize = 100;

/// Which states are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum StateChoice {
    /// What still asks for somebody: open and acknowledged.
    #[default]
    Pending,
    /// One state alone.
    Only(AlertState),
    /// Everything ever raised.
    All,
}

impl StateChoice {
    /// Every choice, in the order of the control.
    pub const ALL: [Self; 5] = [
        Self::Pending,
        Self::Only(AlertState::Open),
        Self::Only(AlertState::Acknowledged),
        Self::Only(AlertState::Resolved),
        Self::All,
    ];

    /// The value in the URL.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Only(state) => state.code(),
            Self::All => "all",
        }
    }

    /// The words of the control.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Pending => "Not resolved",
            Self::Only(state) => state.label(),
            Self::All => "All states",
        }
    }

    /// The stored states that are listed.
    pub fn codes(self) -> Vec<String> {
        let states = match self {
            Self::Pending => vec![AlertState::Open, AlertState::Acknowledged],
            Self::Only(state) => vec![state],
            Self::All => AlertState::ALL.to_vec(),
        };
        states.into_iter().map(|state| state.code().to_owned()).collect()
    }
}

/// By what the list is sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SortKey {
    /// Money, the dearest first.
    #[default]
    Cost,
    /// High, medium, low.
    Severity,
    /// Site, then meter.
    Site,
    /// The name of the problem.
    Kind,
    /// The period concerned.
    Period,
    /// The size of the deviation in per cent.
    Deviation,
    /// When it was raised.
    Since,
}

impl SortKey {
    const ALL: [Self; 7] = [
        Self::Cost,
        Self::Severity,
        Self::Site,
        Self::Kind,
        Self::Period,
        Self::Deviation,
        Self::Since,
    ];

    /// The value in the URL and in the query.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Cost => "cost",
            Self::Severity => "severity",
            Self::Site => "site",
            Self::Kind => "kind",
            Self::Period => "period",
            Self::Deviation => "deviation",
            Self::Since => "since",
        }
    }

    /// Whether the first click sorts downwards: figures do, names do not.
    pub const fn starts_descending(self) -> bool {
        !matches!(self, Self::Site | Self::Kind)
    }
}

/// A key and a direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sort {
    /// By what.
    pub key: SortKey,
    /// Largest first.
    pub descending: bool,
}

impl Default for Sort {
    fn default() -> Self {
        Self { key: SortKey::Cost, descending: true }
    }
}

/// The whole selection; what is not said in the URL has its default.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertFilter {
    /// Which states.
    pub state: StateChoice,
    /// One kind of problem.
    pub kind: Option<AlertKind>,
    /// One severity.
    pub severity: Option<Severity>,
    /// One commodity.
    pub commodity: Option<Commodity>,
    /// One site.
    pub site: Option<SiteId>,
    /// Words of the site, the meter, the reason, or a reference.
    pub search: String,
    /// The order.
    pub sort: Sort,
    /// The page, from 1.
    pub page: u32,
    /// Alerts a page.
    pub per_page: u32,
}

impl Default for AlertFilter {
    fn default() -> Self {
        Self {
            state: StateChoice::default(),
            kind: None,
            severity: None,
            commodity: None,
            site: None,
            search: String::new(),
            sort: Sort::default(),
            page: 1,
            per_page: PAGE_SIZE,
        }
    }
}

impl AlertFilter {
    /// Reads the query of a URL; what is not understood has its default, so that an old link still works.
    pub fn from_pairs<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut filter = Self::default();
        for (name, value) in pairs {
            filter.take(name, value.trim());
        }
        filter
    }

    fn take(&mut self, name: &str, value: &str) {
        match name {
            "state" => {
                self.state = StateChoice::ALL
                    .into_iter()
                    .find(|choice| choice.code() == value)
                    .unwrap_or_default();
            }
            "kind" => self.kind = value.parse().ok(),
            "severity" => self.severity = value.parse().ok(),
            "commodity" => self.commodity = value.parse().ok(),
            "site" => self.site = value.parse().ok().map(SiteId::new),
            "q" => self.search = value.chars().take(LONGEST_SEARCH).collect(),
            "sort" => self.sort = value.parse().unwrap_or_default(),
            "page" => self.page = value.parse().unwrap_or(1).max(1),
            "per" => {
                let asked = value.parse().unwrap_or(PAGE_SIZE);
                self.per_page = if PAGE_SIZES.contains(&asked) { asked } else { PAGE_SIZE };
            }
            _ => {}
        }
    }

    /// The pairs that differ from the default, for a URL.
    pub fn pairs(&self) -> Vec<(&'static str, String)> {
        let mut pairs = Vec::new();
        let mut add = |name, value: Option<String>| pairs.extend(value.map(|value| (name, value)));
        add("q", (!self.search.is_empty()).then(|| self.search.clone()));
        add("state", (self.state != StateChoice::default()).then(|| self.state.code().to_owned()));
        add("severity", self.severity.map(|severity| severity.to_string()));
        add("kind", self.kind.map(|kind| kind.to_string()));
        add("commodity", self.commodity.map(|commodity| commodity.to_string()));
        add("site", self.site.map(|site| site.to_string()));
        add("sort", (self.sort != Sort::default()).then(|| self.sort.to_string()));
        add("per", (self.per_page != PAGE_SIZE).then(|| self.per_page.to_string()));
        add("page", (self.page > 1).then(|| self.page.to_string()));
        pairs
    }

    /// The address of this selection.
    pub fn href(&self) -> String {
        let query = encode(&self.pairs());
        if query.is_empty() { "/alerts".to_owned() } else { format!("/alerts?{query}") }
    }

    /// The same selection, from its first page, with something changed.
    #[must_use]
    pub fn with(&self, change: impl FnOnce(&mut Self)) -> Self {
        let mut changed = Self { page: 1, ..self.clone() };
        change(&mut changed);
        changed
    }

    /// The order after a click on a column: another key, or the other way round.
    #[must_use]
    pub fn sorted_by(&self, key: SortKey) -> Self {
        let descending =
            if self.sort.key == key { !self.sort.descending } else { key.starts_descending() };
        self.with(|filter| filter.sort = Sort { key, descending })
    }

    /// Whether anything but the order and the page is chosen.
    pub fn is_narrowed(&self) -> bool {
        let plain =
            Self { sort: self.sort, page: self.page, per_page: self.per_page, ..Self::default() };
        *self != plain
    }
}

impl Display for Sort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", if self.descending { "-" } else { "" }, self.key.code())
    }
}

/// The text names no order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an order such as -cost")]
pub struct NotAnOrder(String);

impl FromStr for Sort {
    type Err = NotAnOrder;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (descending, code) = text.strip_prefix('-').map_or((false, text), |code| (true, code));
        SortKey::ALL
            .into_iter()
            .find(|key| key.code() == code)
            .map(|key| Self { key, descending })
            .ok_or_else(|| NotAnOrder(text.to_owned()))
    }
}

/// Writes pairs as the query of a URL.
pub fn encode(pairs: &[(&str, String)]) -> String {
    let mut query = String::new();
    for (name, value) in pairs {
        if !query.is_empty() {
            query.push('&');
        }
        query.push_str(name);
        query.push('=');
        for byte in value.bytes() {
            match byte {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                    query.push(char::from(byte));
                }
                b' ' => query.push('+'),
                _ => {
                    query.push('%');
                    query.extend([byte >> 4, byte & 15].map(hexadecimal));
                }
            }
        }
    }
    query
}

fn hexadecimal(digit: u8) -> char {
    char::from_digit(u32::from(digit), 16).unwrap_or('0').to_ascii_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> AlertFilter {
        AlertFilter::from_pairs(pairs.iter().copied())
    }

    #[test]
    fn the_plain_list_has_a_plain_address() {
        let filter = read(&[]);
        assert_eq!(filter, AlertFilter::default());
        assert_eq!(filter.href(), "/alerts");
        assert!(!filter.is_narrowed());
    }

    #[test]
    fn printed_and_read_again_is_the_same_filter() {
        let filter = AlertFilter {
            state: StateChoice::Only(AlertState::Resolved),
            kind: Some(AlertKind::UnitError),
            severity: Some(Severity::High),
            commodity: Some(Commodity::HotWater),
            site: Some(SiteId::new(7)),
            search: "Nord & Süd".to_owned(),
            sort: Sort { key: SortKey::Period, descending: false },
            page: 3,
            per_page: 200,
        };
        let pairs = filter.pairs();
        let again =
            AlertFilter::from_pairs(pairs.iter().map(|(name, value)| (*name, value.as_str())));
        assert_eq!(again, filter);
        assert!(filter.href().contains("q=Nord+%26+S%C3%BCd"), "{}", filter.href());
    }

    #[test]
    fn nonsense_in_the_address_is_the_default() {
        let filter = read(&[
            ("state", "gone"),
            ("kind", "x"),
            ("page", "-4"),
            ("per", "1000000"),
            ("sort", "drop table"),
            ("other", "1"),
        ]);
        assert_eq!(filter, AlertFilter::default());
    }

    #[test]
    fn a_second_click_turns_the_order_round_and_starts_at_the_first_page() {
        let filter = read(&[("page", "4")]);
        let by_site = filter.sorted_by(SortKey::Site);
        assert_eq!((by_site.sort.descending, by_site.page), (false, 1));
        assert!(by_site.sorted_by(SortKey::Site).sort.descending);
        assert!(filter.sorted_by(SortKey::Since).sort.descending);
    }
}
