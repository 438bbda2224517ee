use super::*;

fn entry(this: &str, up: &str, related: &[&str], title: &str, content: &str) -> String {
    let related: Vec<_> =
        related.iter().map(|href| format!("<link rel=\"related\" href=\"{href}\"/>")).collect();
    let related = related.concat();
    format!(
        "<entry><link rel=\"self\" href=\"https://x/espi/{this}\"/><link rel=\"up\" href=\"{up}\"/>{related}<title>{title}</title><content>{content}</content></entry>"
    )
}

fn block(intervals: &[(i64, i64, i64)]) -> String {
    let readings: Vec<_> = intervals
        .iter()
        .map(|(start, value, cost)| {
            format!(
                "<e:IntervalReading><e:cost>{cost}</e:cost><e:timePeriod><e:duration>3600</e:duration><e:start>{start}</e:start></e:timePeriod><e:value>{value}</e:value></e:IntervalReading>"
            )
        })
        .collect();
    let readings = readings.concat();
    format!(
        "<e:IntervalBlock><e:interval><e:duration>7200</e:duration><e:start>1</e:start></e:interval>{readings}</e:IntervalBlock>"
    )
}

fn reading_type(fields: &str) -> String {
    format!("<e:ReadingType>{fields}<e:currency>840</e:currency></e:ReadingType>")
}

const TIME: &str = "<e:LocalTimeParameters><e:dstEndRule>B40E2000</e:dstEndRule><e:dstOffset>3600</e:dstOffset><e:dstStartRule>360E2000</e:dstStartRule><e:tzOffset>-28800</e:tzOffset></e:LocalTimeParameters>";

fn feed(entries: &[String]) -> String {
    format!(
        "<?xml version=\"1.0\"?><feed xmlns:e=\"http://naesb.org/espi\">{}</feed>",
        entries.concat()
    )
}

fn whole(first: &str, second: &str) -> String {
    feed(&[
        entry(
            "U/1",
            "U",
            &["U/1/MR", "LTP/1"],
            "Hall &amp; yard",
            "<e:UsagePoint><e:ServiceCategory><e:kind>0</e:kind></e:ServiceCategory></e:UsagePoint>",
        ),
        entry("LTP/1", "LTP", &[], "", TIME),
        entry("U/1/MR/1", "U/1/MR", &["U/1/MR/1/IB", "RT/7"], "Hourly", "<e:MeterReading/>"),
        entry("U/1/MR/2", "U/1/MR", &["U/1/MR/2/IB", "RT/8"], "Peak", "<e:MeterReading/>"),
        entry("RT/7", "RT", &[], "", &reading_type(first)),
        entry("RT/8", "RT", &[], "", &reading_type(second)),
        entry(
            "U/1/MR/1/IB/1",
            "U/1/MR/1/IB",
            &[],
            "",
            &block(&[(1_293_868_800, 703, 12_500), (1_293_872_400, 607, 0)]),
        ),
        entry("U/1/MR/2/IB/1", "U/1/MR/2/IB", &[], "", &block(&[(1_293_868_800, 5, 0)])),
        entry("U/1/MR/1/IB/2", "U/1/MR/1/IB", &[], "", &block(&[(1_310_000_400, 9, 0)])),
    ])
}

fn rows(workbook: &Workbook, sheet: usize) -> Vec<String> {
    workbook.sheets[sheet]
        .rows()
        .map(|(_, cells)| {
            let values: Vec<_> = cells
                .iter()
                .map(|cell| match &cell.value {
                    CellValue::Text(text) => text.to_string(),
                    CellValue::Number(number) => number.to_string(),
                    CellValue::DateTime(at) => at.to_string(),
                    other => format!("{other:?}"),
                })
                .collect();
            values.join(" | ")
        })
        .collect()
}

const ENERGY: &str = "<e:accumulationBehaviour>4</e:accumulationBehaviour><e:commodity>1</e:commodity><e:flowDirection>1</e:flowDirection><e:powerOfTenMultiplier>3</e:powerOfTenMultiplier><e:uom>72</e:uom>";
const POWER: &str = "<e:accumulationBehaviour>6</e:accumulationBehaviour><e:powerOfTenMultiplier>-2</e:powerOfTenMultiplier><e:uom>38</e:uom>";

#[test]
fn each_meter_reading_is_a_table_in_local_time() {
    let workbook = read(&whole(ENERGY, POWER), &Limits::default()).unwrap();
    assert_eq!(workbook.problems, []);
    assert_eq!(workbook.sheets.len(), 2);
    assert_eq!(workbook.sheets[0].name, "Hourly");
    assert_eq!(
        rows(&workbook, 0),
        [
            "Site | Meter | Commodity | Start | End | Consumption | Unit | Cost | Currency",
            "Hall & yard | usage point 1 | Electricity | 2011-01-01T00:00:00 | 2011-01-01T01:00:00 | 703 | kWh | 0.125 | USD",
            "Hall & yard | usage point 1 | Electricity | 2011-01-01T01:00:00 | 2011-01-01T02:00:00 | 607 | kWh | 0 | USD",
            "Hall & yard | usage point 1 | Electricity | 2011-07-06T18:00:00 | 2011-07-06T19:00:00 | 9 | kWh | 0 | USD",
        ]
    );
    assert_eq!(
        rows(&workbook, 1)[1],
        "Hall & yard | usage point 1 | Electricity | 2011-01-01T00:00:00 | 2011-01-01T01:00:00 | 0.05 | W"
    );
    assert!(rows(&workbook, 1)[0].contains("| Power |"));
}

#[test]
fn what_the_codes_leave_open_is_asked_and_hidden() {
    let register = ENERGY.replace(">4<", ">3<");
    let voltage = ENERGY.replace("uom>72", "uom>29");
    let workbook = read(&whole(&register, &voltage), &Limits::default()).unwrap();
    let codes: Vec<_> = workbook.problems.iter().map(|problem| problem.code).collect();
    assert_eq!(codes, [ProblemCode::KindUnclear, ProblemCode::UnitNotUnderstood]);
    assert!(workbook.sheets.iter().all(|sheet| sheet.visibility == Visibility::Hidden));
    let without_time = whole(ENERGY, POWER).replace("LocalTimeParameters", "Elsewhere");
    let workbook = read(&without_time, &Limits::default()).unwrap();
    assert!(workbook.problems.iter().all(|problem| problem.code == ProblemCode::PeriodUnknown));
    assert_eq!(workbook.problems.len(), 2);
}

#[test]
fn what_is_fed_in_is_not_called_consumption() {
    let fed_in = ENERGY.replace("flowDirection>1<", "flowDirection>19<");
    let workbook = read(&whole(&fed_in, POWER), &Limits::default()).unwrap();
    assert!(rows(&workbook, 0)[0].contains("| Generation |"));
}

#[test]
fn a_cut_feed_keeps_what_came_before_the_cut_and_says_so() {
    let text = whole(ENERGY, POWER);
    let cut = &text[..text.find("U/1/MR/2/IB/1").unwrap()];
    let workbook = read(cut, &Limits::default()).unwrap();
    assert_eq!(rows(&workbook, 0).len(), 3);
    assert_eq!(workbook.problems[0].code, ProblemCode::Corrupt);
    assert!(read("<feed xmlns='http://naesb.org/espi'></feed>", &Limits::default()).is_err());
}
