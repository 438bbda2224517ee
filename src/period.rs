//! Periods as people write them.

use ingest::extract_csv;
use jiff::civil::DateTime;
use readings::Period;

/// Start and end: dates with the last day included, or local timestamps with the end excluded for parts of days.
pub fn written(start: DateTime, end: DateTime) -> (String, String) {
    // The database holds no period that ends before it starts; if it did, both ends are shown as they are.
    Period::new(start, end).map_or_else(|_| (start.to_string(), end.to_string()), extract_csv::ends)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn whole_days_end_with_their_last_day() {
        let start = date(2024, 2, 1).at(0, 0, 0, 0);
        let days = written(start, date(2024, 3, 1).at(0, 0, 0, 0));
        assert_eq!(days, ("2024-02-01".to_owned(), "2024-02-29".to_owned()));
        let hour = written(start, date(2024, 2, 1).at(1, 0, 0, 0));
        assert_eq!(hour, ("2024-02-01T00:00:00".to_owned(), "2024-02-01T01:00:00".to_owned()));
    }
}
