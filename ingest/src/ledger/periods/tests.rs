use rust_decimal::dec;

use super::*;

/// A month of 2024 in row `row`, of one file.
fn stated(row: u32, month: i8, quantity: i64) -> Stated {
    Stated {
        reading: ReadingId::new(i64::from(row)),
        period: Period::month(2024, month).expect("a month"),
        estimated: false,
        quantity: quantity.into(),
        cost: None,
        file: AttachmentId::new(1),
        sheet: "Data".to_owned(),
        cell: CellAddress::new(row, 3),
    }
}

fn codes(stated: Vec<Stated>) -> Vec<(ProblemCode, i64, i64)> {
    find(stated, &[]).iter().map(|odd| (odd.code, odd.other.get(), odd.reading.get())).collect()
}

#[test]
fn a_month_that_never_came_is_a_gap_with_both_cells() {
    let months = vec![stated(1, 1, 100), stated(2, 2, 120), stated(3, 4, 90)];
    let found = find(months.clone(), &[]);
    assert_eq!(found.len(), 1);
    assert_eq!(
        found[0].sentence,
        "Nothing is known (2024-03-01 to 2024-03-31) between the reading of 2024-02-01 to 2024-02-29 (cell Data!D3) and that of 2024-04-01 to 2024-04-30 (cell Data!D4)."
    );
    // Registers or a sum may cover it.
    let march = Period::month(2024, 3).expect("a month");
    assert_eq!(find(months.clone(), &[(march.start(), march.end())]), []);
    let mut quarter = months;
    quarter.push(Stated {
        period: Period::year(2024).expect("a year"),
        reading: ReadingId::new(9),
        file: AttachmentId::new(2),
        ..stated(9, 1, 9)
    });
    assert_eq!(find(quarter, &[]), []);
}

#[test]
fn the_same_bill_under_two_dates_is_told() {
    let bill = |row, month| Stated { cost: Some(dec!(31.7)), ..stated(row, month, 123) };
    assert_eq!(codes(vec![bill(1, 1), bill(2, 2)]), [(ProblemCode::Repeated, 1, 2)]);
    // A quantity alone may come twice, and so may a round one.
    assert_eq!(codes(vec![stated(1, 1, 123), stated(2, 2, 123)]), []);
    let round = |row, month| Stated { quantity: dec!(10), ..bill(row, month) };
    assert_eq!(codes(vec![round(1, 1), round(2, 2)]), []);
}

#[test]
fn a_date_that_breaks_the_order_of_its_sheet_is_told() {
    let months = |months: &[i8]| -> Vec<Stated> {
        (1..).zip(months).map(|(row, month)| stated(row, *month, 100 + i64::from(row))).collect()
    };
    let out_of_order = |list: &[i8]| {
        let mut found = codes(months(list));
        found.retain(|(code, ..)| *code == ProblemCode::OutOfOrder);
        found
    };
    assert_eq!(out_of_order(&[1, 2, 3, 4, 5, 6]), []);
    assert_eq!(out_of_order(&[6, 5, 4, 3, 2, 1]), []);
    assert_eq!(out_of_order(&[1, 2, 3, 9, 4, 5]), [(ProblemCode::OutOfOrder, 4, 5)]);
    // No order at all is no break of one.
    assert_eq!(out_of_order(&[5, 1, 4, 2, 6, 3]), []);
}

#[test]
fn a_measured_value_corrects_the_estimates_before_it() {
    let estimate =
        |row, month, quantity| Stated { estimated: true, ..stated(row, month, quantity) };
    let usual = [stated(1, 1, 3100), stated(2, 2, 2900), stated(3, 3, 3100), stated(4, 4, 3000)];
    let pair = |estimated, measured| {
        let mut all = usual.to_vec();
        all.extend([estimate(5, 5, estimated), stated(6, 6, measured)]);
        trued_up(&all)
    };
    let found = pair(5000, 1100);
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].earlier.get(), found[0].later.get()), (5, 6));
    assert_eq!(found[0].quantity, dec!(6100));
    assert_eq!(pair(1000, 5100).len(), 1, "too low an estimate");
    assert_eq!(pair(3100, 3000), [], "a good estimate stands for itself");
    assert_eq!(pair(3100, 9000), [], "a leak is no correction of a good estimate");
}
