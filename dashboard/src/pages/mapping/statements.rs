//! What holds for the whole file, and for whom it is said.

use leptos::prelude::*;
use readings::extraction::ReadingKind;
use readings::problem::ProblemCode;
use readings::profile::{DateOrder, DecimalMark, Sign, StampMeaning};

use super::{Choice, commodities, select, units};
use crate::server::mapping::year_text;
use crate::views::mapping::Mapping;

/// The fields.
pub fn statements(mapping: &Mapping) -> Option<impl IntoView + use<>> {
    if mapping.file.unreadable.is_some() || !mapping.may_map {
        return None;
    }
    Some(
        view! {
            <details class="panel statements" open="">
                <summary><h2>"What holds for the whole file"</h2></summary>
                <p class="muted">"An empty field leaves it to what the file itself says."</p>
                {values(mapping)}
                {skipped(mapping)}
            </details>
            {about_whom(mapping)}
        }
        .into_any(),
    )
}

fn text(
    name: &'static str,
    label: &'static str,
    value: Option<String>,
    hint: &'static str,
) -> impl IntoView + use<> {
    view! {
        <label><span>{label}</span>
            <input type="text" name=name value=value.unwrap_or_default() placeholder=hint maxlength="200"/>
        </label>
    }
    .into_any()
}

fn choice(
    name: &str,
    label: &str,
    choices: &[Choice],
    chosen: Option<&'static str>,
) -> impl IntoView + use<> {
    let (name, label) = (name.to_owned(), label.to_owned());
    select(name, label, false, "as the file says", choices, chosen.unwrap_or_default(), true)
}

macro_rules! choices {
    ($kind:ty) => {
        <$kind>::ALL
            .iter()
            .map(|one| (one.code().to_owned(), one.label().to_owned()))
            .collect::<Vec<Choice>>()
    };
}

fn kinds() -> Vec<Choice> {
    [
        (ReadingKind::Consumption, "consumption"),
        (ReadingKind::Estimated, "estimated consumption"),
        (ReadingKind::RegisterReading, "register readings"),
        (ReadingKind::AveragePower, "mean power"),
    ]
    .into_iter()
    .map(|(kind, label)| (kind.code().to_owned(), label.to_owned()))
    .collect()
}

fn values(mapping: &Mapping) -> impl IntoView + use<> {
    let said = &mapping.draft;
    let month = |month: Option<i8>| month.map(|month| month.to_string());
    let factor = said.multiply_by.map(|factor| factor.normalize().to_string());
    let unit = said.unit.map(readings::Unit::symbol);
    let commodity = said.commodity.map(readings::Commodity::code);
    view! {
        <div class="fields">
            {choice("unit", "Unit", &units(), unit)}
            {choice("commodity", "Commodity", &commodities(), commodity)}
            {text("site", "Site", said.site.clone(), "as the file says")}
            {text("meter", "Meter", said.meter.clone(), "as the file says")}
            {text("year", "Year", said.year.map(year_text), "2024, or mail")}
            {text("year_begins", "Year begins in month", month(said.year_begins), "1 to 12")}
            {text("month", "Month", month(said.month), "1 to 12")}
            {choice("date_means", "A single date means", &choices!(StampMeaning), said.date_means.map(StampMeaning::code))}
            {choice("date_order", "In dates comes", &choices!(DateOrder), said.date_order.map(DateOrder::code))}
            {choice("decimal_mark", "The decimal mark is", &choices!(DecimalMark), said.decimal_mark.map(DecimalMark::code))}
            {choice("kind", "The numbers are", &kinds(), said.kind.map(ReadingKind::code))}
            {choice("sign", "What was used is written", &choices!(Sign), said.sign.map(Sign::code))}
            {text("multiply_by", "Multiply by", factor, "1000")}
            {text("time_zone", "Time zone of new sites", said.time_zone.clone(), "Europe/Berlin")}
            {spellings(mapping)}
        </div>
    }
    .into_any()
}

/// What units mean that are written in ways that are not known.
fn spellings(mapping: &Mapping) -> impl IntoView + use<> {
    let mut texts: Vec<String> = mapping.draft.units.keys().cloned().collect();
    for problem in &mapping.file.preview.problems {
        if problem.code == ProblemCode::UnitNotUnderstood
            && let Some(text) = quoted(&problem.sentence)
            && !texts.contains(&text)
        {
            texts.push(text);
        }
    }
    texts
        .into_iter()
        .take(10)
        .map(|text| {
            let chosen = mapping.draft.units.get(&text).map(|unit| unit.symbol());
            let label = format!("\u{201c}{text}\u{201d} is");
            choice(&format!("spelling:{text}"), &label, &units(), chosen).into_any()
        })
        .collect::<Vec<_>>()
        .into_any()
}

/// The text between quotation marks or backticks.
fn quoted(sentence: &str) -> Option<String> {
    let (_, rest) = sentence.split_once(['\u{201c}', '`'])?;
    let (inner, _) = rest.split_once(['\u{201d}', '`'])?;
    Some(inner.to_owned())
}

fn skipped(mapping: &Mapping) -> Option<impl IntoView + use<>> {
    (mapping.file.sheets.len() > 1).then(|| {
        let boxes: Vec<_> = mapping
            .file
            .sheets
            .iter()
            .map(|sheet| {
                let checked = mapping.draft.skip_sheets.contains(&sheet.name);
                view! {
                    <label class="check"><input type="checkbox" name="skip" value=sheet.name.clone() checked=checked/><span>{sheet.name.clone()}</span></label>
                }
            })
            .collect();
        view! { <fieldset class="checks"><legend>"Sheets that are not read"</legend>{boxes}</fieldset> }
            .into_any()
    })
}

/// The name of the profile, and of whose files it speaks.
fn about_whom(mapping: &Mapping) -> impl IntoView + use<> {
    let origin = mapping.file.origin.clone();
    let mut senders: Vec<Choice> = Vec::new();
    if !origin.is_empty() {
        senders.push((origin.clone(), format!("{origin} alone")));
    }
    if let Some((_, domain)) = origin.rsplit_once('@') {
        senders.push((format!("@{domain}"), format!("everybody at {domain}")));
    }
    senders.push(("*".to_owned(), "any sender".to_owned()));
    let chosen = if mapping.draft.sender.is_empty() { "*" } else { &mapping.draft.sender };
    if !senders.iter().any(|(value, _)| value == chosen) {
        senders.push((chosen.to_owned(), chosen.to_owned()));
    }
    let options: Vec<_> = senders
        .iter()
        .map(|(value, label)| {
            let selected = value == chosen;
            view! { <option value=value.clone() selected=selected>{label.clone()}</option> }
        })
        .collect();
    view! {
        <div class="fields about-whom">
            <label><span>"Name of the profile"</span><input type="text" name="name" value=mapping.draft.name.clone() maxlength="200" required=""/></label>
            <label><span>"Holds for files of this layout from"</span><select name="sender">{options}</select></label>
        </div>
    }
    .into_any()
}
