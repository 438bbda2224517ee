//! Questions of a file, each with answers that are one click away.

use leptos::prelude::*;
use readings::problem::{Problem, ProblemCode};

use crate::views::mapping::Mapping;

/// What is asked, each kind once, with its answers.
pub fn questions(mapping: &Mapping) -> Option<impl IntoView + use<>> {
    let mut asked: Vec<(&Problem, usize)> = Vec::new();
    for problem in &mapping.file.preview.problems {
        match asked.iter_mut().find(|(known, _)| known.code == problem.code) {
            Some((_, count)) => *count += 1,
            None => asked.push((problem, 1)),
        }
    }
    let items: Vec<_> = asked
        .into_iter()
        .filter_map(|(problem, count)| {
            let answers = answers(problem.code, mapping.file.sent_year);
            let is_question = !answers.is_empty() || hint(problem.code).is_some();
            is_question.then(|| item(problem, count, &answers, mapping.may_map))
        })
        .collect();
    (!items.is_empty()).then(|| {
        view! {
            <section class="panel questions" aria-labelledby="questions-heading">
                <h2 id="questions-heading">"What the file leaves open"</h2>
                <ul>{items}</ul>
            </section>
        }
        .into_any()
    })
}

fn item(problem: &Problem, count: usize, answers: &[(String, String)], may_map: bool) -> AnyView {
    let place = match (&problem.sheet, problem.cell) {
        (Some(sheet), Some(cell)) if !sheet.is_empty() => format!("{sheet}!{cell}"),
        (_, Some(cell)) => cell.to_string(),
        _ => String::new(),
    };
    let more = (count > 1).then(|| format!(" and {} more", count - 1));
    let buttons: Vec<_> = answers
        .iter()
        .filter(|_| may_map)
        .map(|(value, label)| {
            view! { <button type="submit" name="answer" value=value.clone() data-target="content">{label.clone()}</button> }
        })
        .collect();
    view! {
        <li>
            <p><strong>{problem.sentence.clone()}</strong>" "<span class="muted"><code>{place}</code>{more}</span></p>
            <div class="answer-buttons">{buttons}</div>
            {hint(problem.code).map(|hint| view! { <p class="hint">{hint}</p> })}
        </li>
    }
    .into_any()
}

/// The answers of a question: what the button sends, and its words.
fn answers(code: ProblemCode, sent_year: i16) -> Vec<(String, String)> {
    let pairs = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
        pairs.iter().map(|(value, label)| ((*value).to_owned(), (*label).to_owned())).collect()
    };
    match code {
        ProblemCode::YearUnknown => {
            let mut years: Vec<(String, String)> = (0..3)
                .map(|back| sent_year - back)
                .map(|year| (format!("year={year}"), year.to_string()))
                .collect();
            years.push(("year=mail".to_owned(), "The last such month before each mail".to_owned()));
            years
        }
        ProblemCode::UnitUnknown => ["kWh", "MWh", "GJ", "therm", "m3", "l", "gal", "ccf"]
            .iter()
            .map(|unit| (format!("unit={unit}"), (*unit).to_owned()))
            .collect(),
        ProblemCode::CommodityUnknown => pairs(&[
            ("commodity=electricity", "Electricity"),
            ("commodity=gas", "Gas"),
            ("commodity=water", "Water"),
            ("commodity=heat", "Heat"),
            ("commodity=cooling", "Cooling"),
        ]),
        ProblemCode::AmbiguousDate => pairs(&[
            ("date_order=day_first", "The day first: 3/4 is 3 April"),
            ("date_order=month_first", "The month first: 3/4 is 4 March"),
        ]),
        ProblemCode::AmbiguousNumber => pairs(&[
            ("decimal_mark=.", "1,234 is one thousand\u{2026}"),
            ("decimal_mark=,", "1,234 is a little more than one"),
        ]),
        ProblemCode::PeriodUnknown => pairs(&[
            ("date_means=month", "A date means its month"),
            ("date_means=month_before", "A date means the month before"),
            ("date_means=day", "A date means that day"),
        ]),
        ProblemCode::KindUnclear => pairs(&[
            ("kind=consumption", "They are consumption"),
            ("kind=register_reading", "They are register readings"),
            ("kind=average_power", "They are mean power"),
        ]),
        ProblemCode::AmbiguousScale => pairs(&[
            ("multiply_by=1", "As they are"),
            ("multiply_by=10", "Times 10"),
            ("multiply_by=1000", "Times 1000"),
        ]),
        ProblemCode::NegativeQuantity => pairs(&[
            ("sign=as_written", "Take them as written"),
            ("sign=reversed", "Use is written as negative"),
        ]),
        _ => Vec::new(),
    }
}

/// Where the answer is to be given, where a button cannot hold it.
const fn hint(code: ProblemCode) -> Option<&'static str> {
    match code {
        ProblemCode::NoReadings | ProblemCode::LayoutUnclear | ProblemCode::CostOnly => Some(
            "Say in which rows the header stands and what the columns are, on the sheet below.",
        ),
        ProblemCode::MeterUnknown => {
            Some("Write the site or the meter below the sheet, or say which column names it.")
        }
        ProblemCode::UnitNotUnderstood => Some("Say below the sheet what the unit means."),
        ProblemCode::LayoutChanged => {
            Some("Start from the old mapping above, or say what the new columns are.")
        }
        _ => None,
    }
}
