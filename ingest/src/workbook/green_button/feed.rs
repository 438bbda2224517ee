//! The entries of a feed: who refers to whom, and what each holds.

use quick_xml::events::Event;
use readings::Problem;

use super::super::limits::{Limits, exceeded};
use super::super::xml::{self, attribute, resolved};

/// One entry.
#[derive(Debug, Default)]
pub struct Entry {
    /// Its own address.
    pub this: Option<String>,
    /// The collection it stands in.
    pub up: Option<String>,
    /// What it refers to.
    pub related: Vec<String>,
    /// Its title, for a person.
    pub title: String,
    /// What it holds.
    pub resource: Resource,
}

/// What an entry holds.
#[derive(Debug, Default)]
pub enum Resource {
    /// A place of supply, with the code of what is supplied.
    UsagePoint(Option<i64>),
    /// Readings of one kind.
    MeterReading,
    /// What the numbers mean.
    ReadingType(ReadingType),
    /// The local time of the place.
    LocalTime(LocalTimeCodes),
    /// Readings.
    Block(Vec<Interval>),
    /// Something else.
    #[default]
    Other,
}

/// What the numbers of a meter reading mean, in the codes of the standard; absent where the feed does not say.
#[derive(Debug, Default, Clone, Copy)]
pub struct ReadingType {
    /// The unit.
    pub unit: Option<i64>,
    /// By which power of ten the numbers are multiplied.
    pub power_of_ten: i64,
    /// Whether the numbers are differences or a register.
    pub accumulation: Option<i64>,
    /// Whether the energy goes to the customer or comes from it.
    pub flow: Option<i64>,
    /// What is supplied.
    pub commodity: Option<i64>,
    /// The currency of the costs, by its number.
    pub currency: Option<i64>,
}

/// Local time as the feed states it: seconds, and rules packed into 32 bits.
#[derive(Debug, Default, Clone, Copy)]
pub struct LocalTimeCodes {
    /// Seconds east of UTC.
    pub offset: i64,
    /// Seconds that summer time adds.
    pub summer_offset: i64,
    /// When summer time begins.
    pub summer_start: Option<u32>,
    /// When summer time ends.
    pub summer_end: Option<u32>,
}

/// One reading.
#[derive(Debug, Default, Clone)]
pub struct Interval {
    /// Seconds since 1970 in UTC.
    pub start: Option<i64>,
    /// Seconds.
    pub duration: Option<i64>,
    /// As written.
    pub value: Option<String>,
    /// In hundred-thousandths of the currency.
    pub cost: Option<i64>,
}

/// Elements within elements; deeper files are no feeds.
const DEPTH: usize = 64;

/// Reads the entries; with the problem of a feed that ends in its middle, those before the damage.
pub fn entries(text: &str, limits: &Limits) -> Result<(Vec<Entry>, Option<Problem>), Problem> {
    let mut feed = Feed { limits, path: Vec::new(), entries: Vec::new(), open: None, intervals: 0 };
    let mut xml = xml::reader(text.as_bytes());
    let mut buffer = Vec::new();
    let mut value = String::new();
    loop {
        buffer.clear();
        match xml.read_event_into(&mut buffer) {
            Ok(Event::Start(tag)) => {
                value.clear();
                let name = tag.local_name().as_ref().to_owned();
                if name == "link" {
                    let href = attribute(&tag, "href").map(|href| normalised(&href));
                    feed.link(attribute(&tag, "rel").as_deref(), href);
                }
                feed.start(name)?;
            }
            Ok(Event::Text(part)) => value.push_str(&part.xml10_content()),
            Ok(Event::CData(part)) => value.push_str(&part.xml10_content()),
            Ok(Event::GeneralRef(part)) => value.push_str(&resolved(&part.xml10_content())),
            Ok(Event::End(_)) => {
                feed.end(value.trim());
                value.clear();
            }
            Ok(Event::Eof) => {
                let is_cut = !feed.path.is_empty();
                let cut = is_cut.then(|| {
                    super::super::refusal::corrupt("The Green Button file ends in its middle.")
                });
                feed.entries.extend(feed.open.take());
                return Ok((feed.entries, cut));
            }
            Ok(_) => {}
            Err(error) => {
                feed.entries.extend(feed.open.take());
                let problem = xml::damaged("Green Button file", &error);
                return Ok((feed.entries, Some(problem)));
            }
        }
    }
}

struct Feed<'l> {
    limits: &'l Limits,
    path: Vec<String>,
    entries: Vec<Entry>,
    open: Option<Entry>,
    intervals: u64,
}

impl Feed<'_> {
    fn link(&mut self, rel: Option<&str>, href: Option<String>) {
        let (Some(open), Some(href)) = (&mut self.open, href) else { return };
        match rel {
            Some("self") => open.this = Some(href),
            Some("up") => open.up = Some(href),
            Some("related") => open.related.push(href),
            _ => {}
        }
    }

    fn start(&mut self, name: String) -> Result<(), Problem> {
        if self.path.len() >= DEPTH {
            return Err(exceeded(format!("The file has elements more than {DEPTH} deep.")));
        }
        let resource = match name.as_str() {
            "entry" => {
                self.entries.extend(self.open.replace(Entry::default()));
                None
            }
            "UsagePoint" => Some(Resource::UsagePoint(None)),
            "MeterReading" => Some(Resource::MeterReading),
            "ReadingType" => Some(Resource::ReadingType(ReadingType::default())),
            "LocalTimeParameters" => Some(Resource::LocalTime(LocalTimeCodes::default())),
            "IntervalBlock" => Some(Resource::Block(Vec::new())),
            _ => None,
        };
        if let Some(resource) = resource {
            match &mut self.open {
                // Some put several blocks into one entry: they share its links.
                Some(Entry { resource: Resource::Block(_), .. })
                    if matches!(resource, Resource::Block(_)) => {}
                Some(open) if matches!(open.resource, Resource::Other) => open.resource = resource,
                _ => {
                    self.entries.extend(self.open.replace(Entry { resource, ..Entry::default() }));
                }
            }
        }
        if name == "IntervalReading"
            && let Some(Entry { resource: Resource::Block(intervals), .. }) = &mut self.open
        {
            self.intervals += 1;
            if self.intervals > self.limits.cells {
                return Err(exceeded(format!(
                    "The file has more than {} readings (cells).",
                    self.limits.cells
                )));
            }
            intervals.push(Interval::default());
        }
        self.path.push(name);
        Ok(())
    }

    fn end(&mut self, value: &str) {
        let Some(name) = self.path.pop() else { return };
        let parent = self.path.last().map(String::as_str).unwrap_or_default();
        let above = self.path.iter().rev().nth(1).map(String::as_str).unwrap_or_default();
        let Some(open) = &mut self.open else { return };
        let whole = || value.parse::<i64>().ok();
        match &mut open.resource {
            _ if name == "title" && parent == "entry" => value.clone_into(&mut open.title),
            Resource::UsagePoint(kind) if name == "kind" && parent == "ServiceCategory" => {
                *kind = whole();
            }
            Resource::ReadingType(kind) if parent == "ReadingType" => match name.as_str() {
                "uom" => kind.unit = whole(),
                "powerOfTenMultiplier" => kind.power_of_ten = whole().unwrap_or(0),
                "accumulationBehaviour" => kind.accumulation = whole(),
                "flowDirection" => kind.flow = whole(),
                "commodity" => kind.commodity = whole(),
                "currency" => kind.currency = whole(),
                _ => {}
            },
            Resource::LocalTime(time) => match name.as_str() {
                "tzOffset" => time.offset = whole().unwrap_or(0),
                "dstOffset" => time.summer_offset = whole().unwrap_or(0),
                "dstStartRule" => time.summer_start = u32::from_str_radix(value, 16).ok(),
                "dstEndRule" => time.summer_end = u32::from_str_radix(value, 16).ok(),
                _ => {}
            },
            Resource::Block(intervals) => {
                let Some(interval) = intervals.last_mut() else { return };
                match (above, parent, name.as_str()) {
                    ("IntervalReading", "timePeriod", "start") => interval.start = whole(),
                    ("IntervalReading", "timePeriod", "duration") => interval.duration = whole(),
                    (_, "IntervalReading", "value") => interval.value = Some(value.to_owned()),
                    (_, "IntervalReading", "cost") => interval.cost = whole(),
                    _ => {}
                }
            }
            _ => {}
        }
    }
}

/// An address as it is compared: without what differs between relative and absolute ones at its ends.
fn normalised(href: &str) -> String {
    href.trim().trim_matches('/').to_owned()
}

/// Whether two addresses mean the same: equal, or one absolute and one relative.
pub fn is_same(one: &str, other: &str) -> bool {
    let (short, long) = if one.len() < other.len() { (one, other) } else { (other, one) };
    !short.is_empty()
        && long.strip_suffix(short).is_some_and(|before| before.is_empty() || before.ends_with('/'))
}

/// Whether an address lies below another.
pub fn is_below(address: &str, above: &str) -> bool {
    !above.is_empty()
        && address.find(above).is_some_and(|at| {
            let before = &address[..at];
            let after = &address[at + above.len()..];
            (before.is_empty() || before.ends_with('/')) && after.starts_with('/')
        })
}
