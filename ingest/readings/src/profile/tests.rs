use super::*;

fn header(place: u32, text: &str) -> (ColumnName, String) {
    (ColumnName::new(place), text.to_owned())
}

fn diff(old: &[(ColumnName, String)], new: &[(ColumnName, String)]) -> HeaderDiff {
    HeaderDiff::between(old, new, str::eq_ignore_ascii_case)
}

#[test]
fn what_was_added_removed_renamed_and_moved_is_told_apart() {
    let old = [header(0, "Site"), header(1, "From"), header(2, "kWh"), header(3, "Note")];
    let new = [header(0, "SITE"), header(1, "Begin"), header(3, "kWh"), header(4, "Cost")];
    let found = diff(&old, &new);
    assert_eq!(found.kept, 1);
    assert_eq!(found.renamed, [(ColumnName::new(1), "From".to_owned(), "Begin".to_owned())]);
    assert_eq!(found.moved, [(ColumnName::new(2), ColumnName::new(3), "kWh".to_owned())]);
    assert_eq!(found.removed, [header(3, "Note")]);
    assert_eq!(found.added, [header(4, "Cost")]);
    assert!((found.likeness() - 0.5).abs() < f64::EPSILON);
    assert!(found.to_string().contains("moved from column C to D"), "{found}");
}

#[test]
fn a_domain_is_of_all_its_senders_and_of_no_other() {
    let of = |sender: &str| Profile { sender: sender.to_owned(), ..Profile::default() };
    assert!(of("@acme.example").is_about("Bills@ACME.example"));
    assert!(!of("@acme.example").is_about("bills@not-acme.example"));
    assert!(of("bills@acme.example").is_about("bills@acme.example"));
    assert!(!of("bills@acme.example").is_about("other@acme.example"));
    assert!(of("").is_about("anybody"));
}

#[test]
fn the_mapping_of_a_layout_stands_above_what_holds_for_the_sender() {
    let general = Profile {
        unit: Some(Unit::MegawattHour),
        site: Some("Plant".to_owned()),
        ..Profile::default()
    };
    let own = Profile {
        fingerprint: "f".repeat(32),
        unit: Some(Unit::KilowattHour),
        ..Profile::default()
    };
    let both = [own.clone(), general.clone()];
    let together = Profile::together(&both, &own.fingerprint).unwrap();
    assert_eq!((together.unit, together.site.as_deref()), (own.unit, Some("Plant")));
    let other = Profile::together(&both, &"0".repeat(32)).unwrap();
    assert_eq!(other.unit, general.unit);
    assert_eq!(Profile::together(&[own], &"0".repeat(32)), None);
}

#[test]
fn what_cannot_be_meant_is_told_in_sentences() {
    let wrong = Profile {
        name: "odd".to_owned(),
        fingerprint: "xyz".to_owned(),
        month: Some(13),
        tables: vec![TableProfile {
            header_rows: vec![0, 2],
            columns: vec![
                ColumnProfile { period: Some("soon".to_owned()), ..ColumnProfile::default() },
                ColumnProfile::default(),
            ],
            ..TableProfile::default()
        }],
        ..Profile::default()
    };
    let problems = wrong.problems().join("\n");
    for said in ["no fingerprint", "from 1 to 12", "counted from 1", "follow each other", "twice"] {
        assert!(problems.contains(said), "{said} is missing in\n{problems}");
    }
}

#[test]
fn the_year_by_the_mail_is_that_of_the_last_such_month() {
    let by_mail = YearAnswer::Of(YearSource::Mail);
    let sent = jiff::civil::date(2024, 2, 3);
    assert_eq!(by_mail.of_month(1, sent), 2024);
    assert_eq!(by_mail.of_month(2, sent), 2024);
    assert_eq!(by_mail.of_month(12, sent), 2023);
}

#[test]
fn columns_are_letters() {
    assert_eq!("ab".parse::<ColumnName>().unwrap().index(), 27);
    assert!("A1".parse::<ColumnName>().is_err() && "".parse::<ColumnName>().is_err());
}

proptest::proptest! {
    #[test]
    fn nothing_has_changed_between_a_file_and_itself(names in proptest::collection::vec("[a-c]{0,2}", 0..9)) {
        let headers: Vec<_> = (0..).zip(&names).map(|(at, name)| header(at, name)).collect();
        let found = diff(&headers, &headers);
        proptest::prop_assert!(found.is_empty());
        proptest::prop_assert_eq!(found.kept, names.iter().filter(|name| !name.is_empty()).count());
    }

    #[test]
    fn every_column_of_both_files_is_told_of_once(
        old in proptest::collection::vec("[a-d]", 0..7),
        new in proptest::collection::vec("[a-d]", 0..7),
    ) {
        let place = |names: &[String]| (0..).zip(names).map(|(at, name)| header(at, name)).collect::<Vec<_>>();
        let found = diff(&place(&old), &place(&new));
        let both = found.kept + found.moved.len() + found.renamed.len();
        proptest::prop_assert_eq!(both + found.removed.len(), old.len());
        proptest::prop_assert_eq!(both + found.added.len(), new.len());
    }
}
