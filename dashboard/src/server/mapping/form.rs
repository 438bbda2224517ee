//! What the form of a mapping says.

use readings::commodity::Commodity;
use readings::extraction::ReadingKind;
use readings::profile::{
    ColumnName, ColumnProfile, ColumnRole, DateOrder, DecimalMark, Profile, Sign, StampMeaning,
    TableProfile, YearAnswer, YearSource,
};
use readings::unit::Unit;

use crate::server::query_string;
use crate::views::mapping::Window;

/// The longest text that is taken.
const LONGEST: usize = 200;

/// The fields of the form.
pub struct Form {
    fields: Vec<(String, String)>,
}

impl Form {
    /// Reads the body of a request.
    pub fn read(body: &str) -> Self {
        Self { fields: query_string::pairs(body) }
    }

    fn field(&self, name: &str) -> Option<&str> {
        query_string::value(&self.fields, name).map(str::trim).filter(|text| !text.is_empty())
    }

    fn has(&self, name: &str) -> bool {
        self.fields.iter().any(|(known, _)| known == name)
    }

    /// Whether this button was pressed.
    pub fn asks(&self, action: &str) -> bool {
        self.field("action") == Some(action)
    }

    /// The answer whose button was pressed: what, and how.
    pub fn answer(&self) -> Option<(&str, &str)> {
        self.field("answer")?.split_once('=')
    }

    /// The part of the sheet that is wanted: where a button leads, else where the form was.
    pub fn window(&self) -> Window {
        let number =
            |name: &str| self.field(name).and_then(|text| text.parse::<u32>().ok()).unwrap_or(0);
        let mut window = Window {
            sheet: number("sheet") as usize,
            first_row: number("row"),
            first_column: number("column"),
        };
        let go = self.field("go").and_then(|go| go.split_once('='));
        if let Some((what, Ok(to))) = go.map(|(what, to)| (what, to.parse::<u32>())) {
            match what {
                "sheet" => window = Window { sheet: to as usize, ..Window::default() },
                "row" => window.first_row = to,
                "column" => window.first_column = to,
                _ => {}
            }
        }
        window
    }

    /// Which table of the draft was before the eyes.
    pub fn table(&self) -> usize {
        self.field("table").and_then(|text| text.parse().ok()).unwrap_or(0)
    }

    /// The draft, and what could not be understood, each a sentence.
    pub fn draft(&self, first: Profile) -> (Profile, Vec<String>) {
        let mut mistakes = Vec::new();
        let carried = self.field("draft").and_then(|text| serde_json::from_str(text).ok());
        let mut draft: Profile = carried.unwrap_or(first);
        if self.has("name") {
            self.about_all(&mut draft, &mut mistakes);
        }
        if self.has("header_rows") {
            let at = self.table();
            if at >= draft.tables.len() {
                draft.tables.push(TableProfile::default());
            }
            let at = at.min(draft.tables.len() - 1);
            self.about_table(&mut draft.tables[at], &mut mistakes);
            let empty = TableProfile::default();
            draft.tables.retain(|table| *table != empty);
        }
        if let Some((what, how)) = self.answer() {
            answer(&mut draft, what, how);
        }
        (draft, mistakes)
    }

    fn text(&self, name: &str) -> Option<String> {
        self.field(name).map(|text| text.chars().take(LONGEST).collect())
    }

    /// A value that is read from its code; a text that cannot be read is told of.
    fn read_as<T>(
        &self,
        name: &str,
        what: &str,
        mistakes: &mut Vec<String>,
        read: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let text = self.field(name)?;
        let found = read(text);
        if found.is_none() {
            mistakes.push(format!("\u{201c}{text}\u{201d} is not {what}."));
        }
        found
    }

    fn about_all(&self, draft: &mut Profile, mistakes: &mut Vec<String>) {
        draft.name = self.text("name").unwrap_or_default();
        if let Some(sender) = self.field("sender") {
            draft.sender = if sender == "*" { String::new() } else { sender.to_owned() };
        }
        draft.unit = self.read_as("unit", "a unit", mistakes, |text| text.parse().ok());
        draft.commodity =
            self.read_as("commodity", "a commodity", mistakes, |text| text.parse().ok());
        draft.site = self.text("site");
        draft.meter = self.text("meter");
        draft.time_zone =
            self.read_as("time_zone", "a time zone such as Europe/Berlin", mistakes, |name| {
                jiff::tz::TimeZone::get(name).ok().map(|_| name.to_owned())
            });
        draft.decimal_mark =
            self.read_as("decimal_mark", "a decimal mark", mistakes, DecimalMark::from_code);
        draft.date_order =
            self.read_as("date_order", "an order of dates", mistakes, DateOrder::from_code);
        draft.year = self.read_as("year", "a year, nor \u{201c}mail\u{201d}", mistakes, year);
        let month = |text: &str| text.parse().ok().filter(|month| (1..=12).contains(month));
        draft.year_begins = self.read_as("year_begins", "a month from 1 to 12", mistakes, month);
        draft.month = self.read_as("month", "a month from 1 to 12", mistakes, month);
        draft.date_means =
            self.read_as("date_means", "a meaning of dates", mistakes, StampMeaning::from_code);
        draft.kind = self.read_as("kind", "a kind of reading", mistakes, kind);
        draft.sign = self.read_as("sign", "a sign", mistakes, Sign::from_code);
        draft.multiply_by =
            self.read_as("multiply_by", "a number such as 1000", mistakes, |text| {
                text.parse().ok()
            });
        draft.skip_sheets =
            self.fields.iter().filter(|(name, _)| name == "skip").map(|(_, v)| v.clone()).collect();
        for (text, unit) in self
            .fields
            .iter()
            .filter_map(|(name, value)| Some((name.strip_prefix("spelling:")?, value.as_str())))
        {
            match unit.parse::<Unit>() {
                Ok(unit) => {
                    draft.units.insert(text.to_owned(), unit);
                }
                Err(_) => {
                    draft.units.remove(text);
                }
            }
        }
    }

    fn about_table(&self, table: &mut TableProfile, mistakes: &mut Vec<String>) {
        let before = self.field("header_rows_before").unwrap_or_default();
        let said = self.field("header_rows").unwrap_or_default();
        let is_moved = before != said;
        if is_moved {
            match rows(said) {
                Some(rows) => table.header_rows = rows,
                None => mistakes.push(format!(
                    "\u{201c}{said}\u{201d} are no rows; write 3, or 3-4 for a header of two rows."
                )),
            }
        }
        let row = |text: &str| text.parse().ok().filter(|row: &u32| *row > 0);
        table.first_row = self.read_as("first_row", "a row", mistakes, row);
        table.last_row = self.read_as("last_row", "a row", mistakes, row);
        table.sheet = match self.field("scope") {
            Some("sheet") => Some(self.text("sheet_name").unwrap_or_default()),
            _ => None,
        };
        if is_moved && !before.is_empty() {
            // What stood under the old header says nothing about the new one; what was changed by hand stays.
            table.columns.clear();
        }
        for column in self.fields.iter().filter_map(|(name, _)| name.strip_prefix("role:")) {
            if let Ok(column) = column.parse::<ColumnName>() {
                self.about_column(table, column, is_moved, mistakes);
            }
        }
        table.columns.sort_by_key(|column| column.column);
    }

    fn about_column(
        &self,
        table: &mut TableProfile,
        column: ColumnName,
        is_moved: bool,
        mistakes: &mut Vec<String>,
    ) {
        let named = |what: &str| format!("{what}:{column}");
        let role = self.field(&named("role")).and_then(ColumnRole::from_code);
        let before = self.field(&named("was")).and_then(ColumnRole::from_code);
        let unit = self.read_as(&named("unit"), "a unit", mistakes, |text| text.parse().ok());
        let commodity: Option<Commodity> =
            self.read_as(&named("commodity"), "a commodity", mistakes, |text| text.parse().ok());
        let period = self.text(&named("period"));
        let at = table.columns.iter().position(|known| known.column == column);
        let is_said = role != before || unit.is_some() || commodity.is_some() || period.is_some();
        if at.is_none() && (is_moved || role.is_none()) && !is_said {
            return;
        }
        let at = at.unwrap_or_else(|| {
            table.columns.push(ColumnProfile { column, ..ColumnProfile::default() });
            table.columns.len() - 1
        });
        let known = &mut table.columns[at];
        if !is_moved && let Some(header) = self.text(&named("header")) {
            known.header = header;
        }
        known.role = role;
        known.unit = unit;
        known.commodity = commodity;
        known.period = period;
    }
}

/// Takes the answer of a button.
fn answer(draft: &mut Profile, what: &str, how: &str) {
    match what {
        "unit" => draft.unit = how.parse().ok(),
        "commodity" => draft.commodity = how.parse().ok(),
        "decimal_mark" => draft.decimal_mark = DecimalMark::from_code(how),
        "date_order" => draft.date_order = DateOrder::from_code(how),
        "date_means" => draft.date_means = StampMeaning::from_code(how),
        "year" => draft.year = year(how),
        "kind" => draft.kind = kind(how),
        "sign" => draft.sign = Sign::from_code(how),
        "multiply_by" => draft.multiply_by = how.parse().ok(),
        _ => {}
    }
}

fn year(text: &str) -> Option<YearAnswer> {
    match text {
        "mail" => Some(YearAnswer::Of(YearSource::Mail)),
        year => year.parse().ok().map(YearAnswer::Stated),
    }
}

/// As the field shows it.
pub fn year_text(year: YearAnswer) -> String {
    match year {
        YearAnswer::Stated(year) => year.to_string(),
        YearAnswer::Of(YearSource::Mail) => "mail".to_owned(),
    }
}

fn kind(code: &str) -> Option<ReadingKind> {
    [
        ReadingKind::Consumption,
        ReadingKind::Estimated,
        ReadingKind::RegisterReading,
        ReadingKind::AveragePower,
    ]
    .into_iter()
    .find(|kind| kind.code() == code)
}

/// `3` or `3-4`; nothing for a header that is to be recognised.
fn rows(text: &str) -> Option<Vec<u32>> {
    if text.is_empty() {
        return Some(Vec::new());
    }
    let (first, last) = text.split_once(['-', '\u{2013}']).unwrap_or((text, text));
    let (first, last) = (first.trim().parse().ok()?, last.trim().parse::<u32>().ok()?);
    (first > 0 && first <= last && last - first < 10).then(|| (first..=last).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_written_as_people_see_them() {
        assert_eq!(rows("3"), Some(vec![3]));
        assert_eq!(rows("3 - 4"), Some(vec![3, 4]));
        assert_eq!(rows(""), Some(vec![]));
        assert_eq!(rows("0"), None);
        assert_eq!(rows("4-3"), None);
        assert_eq!(rows("1-1000000"), None);
    }

    #[test]
    fn a_button_leads_to_another_part_of_the_sheet() {
        let form = Form::read("sheet=1&row=30&column=12&go=row%3D60");
        let window = form.window();
        assert_eq!((window.sheet, window.first_row, window.first_column), (1, 60, 12));
        let form = Form::read("sheet=1&row=30&go=sheet%3D2");
        assert_eq!(form.window(), Window { sheet: 2, ..Window::default() });
    }

    #[test]
    fn what_is_not_understood_is_told() {
        let form = Form::read("name=x&unit=kWhh&year=soon&time_zone=Nowhere&multiply_by=1%2C5");
        let (_, mistakes) = form.draft(Profile::default());
        assert_eq!(mistakes.len(), 4, "{mistakes:?}");
    }

    #[test]
    fn a_new_header_keeps_only_what_was_changed_by_hand() {
        let draft = r#"{"table":[{"column":[{"column":"A","header":"Old","role":"site"}]}]}"#;
        let body = format!(
            "draft={}&table=0&header_rows=4&header_rows_before=2&role:A=site&was:A=site&role:B=quantity&was:B=label",
            draft.replace('"', "%22")
        );
        let (draft, mistakes) = Form::read(&body).draft(Profile::default());
        assert!(mistakes.is_empty(), "{mistakes:?}");
        let table = &draft.tables[0];
        assert_eq!(table.header_rows, [4]);
        assert_eq!(table.columns.len(), 1);
        assert_eq!(table.columns[0].role, Some(ColumnRole::Quantity));
    }
}
