//! The sheet as it is, with the part of every column on top of it.

use std::collections::HashMap;

use leptos::prelude::*;
use readings::cell::column_letters;
use readings::extraction::{Layout, LayoutKind};
use readings::profile::{ColumnName, ColumnProfile, ColumnRole, TableProfile};

use super::{Choice, commodities, select, units};
use crate::views::mapping::{GridCell, Mapping, Window};

/// Tabs, the grid, and the ways through it.
pub fn sheet(mapping: &Mapping) -> Option<impl IntoView + use<>> {
    let tab = mapping.file.sheets.get(mapping.window.sheet)?;
    let title = if tab.name.is_empty() { "The file".to_owned() } else { tab.name.clone() };
    Some(
        view! {
            <section class="sheet" aria-labelledby="sheet-heading">
                <h2 id="sheet-heading">{title}</h2>
                {tabs(mapping)}
                {turned(mapping)}
                {header_rows(mapping)}
                {grid(mapping)}
                {pager(mapping)}
            </section>
        }
        .into_any(),
    )
}

/// A way to another part: a button of the form for who says something, a link for who looks.
fn step(mapping: &Mapping, to: Window, what: &str, label: String, current: bool) -> AnyView {
    if mapping.may_map {
        let place = match what {
            "sheet" => to.sheet.to_string(),
            "row" => to.first_row.to_string(),
            _ => to.first_column.to_string(),
        };
        let go = format!("{what}={place}");
        return view! {
            <button type="submit" name="go" value=go class="tab" data-target="content" aria-current=current.then_some("true")>{label}</button>
        }
        .into_any();
    }
    let href = format!("?sheet={}&row={}&column={}", to.sheet, to.first_row, to.first_column);
    view! { <a class="tab" href=href aria-current=current.then_some("true")>{label}</a> }.into_any()
}

fn tabs(mapping: &Mapping) -> Option<impl IntoView + use<>> {
    (mapping.file.sheets.len() > 1).then(|| {
        let tabs: Vec<_> = mapping
            .file
            .sheets
            .iter()
            .enumerate()
            .map(|(at, sheet)| {
                let to = Window { sheet: at, ..Window::default() };
                let hidden = if sheet.is_hidden { " (hidden)" } else { "" };
                let label = format!("{}{hidden}", sheet.name);
                step(mapping, to, "sheet", label, at == mapping.window.sheet)
            })
            .collect();
        view! { <nav class="sheet-tabs" aria-label="Sheets">{tabs}</nav> }.into_any()
    })
}

fn layouts(mapping: &Mapping) -> Vec<&Layout> {
    let name = mapping.file.sheets.get(mapping.window.sheet).map(|sheet| sheet.name.as_str());
    mapping.file.layouts.iter().filter(|layout| Some(layout.sheet.as_str()) == name).collect()
}

fn table(mapping: &Mapping) -> Option<&TableProfile> {
    mapping.draft.tables.get(mapping.table)
}

/// In which rows the header stands, and which rows are data.
fn header_rows(mapping: &Mapping) -> impl IntoView + use<> {
    let stated = table(mapping);
    let written = |rows: &[u32]| match rows {
        [] => String::new(),
        [only] => only.to_string(),
        [first, .., last] => format!("{first}-{last}"),
    };
    let found: Vec<u32> = layouts(mapping)
        .first()
        .map_or_else(Vec::new, |layout| layout.header_rows.iter().map(|row| row + 1).collect());
    let shown = written(
        stated
            .map(|table| table.header_rows.as_slice())
            .filter(|rows| !rows.is_empty())
            .unwrap_or(&found),
    );
    let row = |row: Option<u32>| row.map(|row| row.to_string()).unwrap_or_default();
    let (first, last) = stated.map_or((None, None), |table| (table.first_row, table.last_row));
    let sheet = mapping.file.sheets.get(mapping.window.sheet);
    let name = sheet.map(|sheet| sheet.name.clone()).unwrap_or_default();
    let only_here = stated.is_some_and(|table| table.sheet.is_some());
    let scope = (mapping.file.sheets.len() > 1).then(|| {
        let choices = [("sheet".to_owned(), "this sheet alone".to_owned())];
        let chosen = if only_here { "sheet" } else { "" };
        select(
            "scope".to_owned(),
            "Holds for".to_owned(),
            false,
            "every sheet with these headers",
            &choices,
            chosen,
            mapping.may_map,
        )
    });
    let enabled = mapping.may_map;
    view! {
        <div class="fields">
            <label><span>"Header in rows"</span>
                <input type="text" name="header_rows" value=shown.clone() placeholder="3 or 3-4" inputmode="text" size="8" disabled=!enabled/>
            </label>
            <label><span>"First row of data"</span>
                <input type="text" name="first_row" value=row(first) placeholder="below the header" inputmode="numeric" size="12" disabled=!enabled/>
            </label>
            <label><span>"Last row of data"</span>
                <input type="text" name="last_row" value=row(last) placeholder="to the end" inputmode="numeric" size="12" disabled=!enabled/>
            </label>
            {scope}
            <input type="hidden" name="header_rows_before" value=shown/>
            <input type="hidden" name="sheet_name" value=name/>
        </div>
    }
    .into_any()
}

/// The colour of a part; the part itself is named in words.
const fn group(role: ColumnRole) -> &'static str {
    use ColumnRole as R;
    match role {
        R::Quantity | R::Register | R::Previous | R::Current | R::Power | R::Unclear => "g-value",
        R::Start | R::End | R::Date | R::Month | R::Year | R::Week | R::Day | R::Time | R::Days => {
            "g-time"
        }
        R::Site | R::Identifier | R::Meter | R::Account => "g-place",
        R::Commodity | R::Unit | R::Multiplier | R::Estimated => "g-kind",
        R::Cost | R::Currency | R::Price => "g-money",
        _ => "g-none",
    }
}

/// What a column is, with its header.
struct Part {
    role: Option<ColumnRole>,
    header: String,
}

/// What the columns of the sheet are, or its rows, which may hold several fields.
fn parts<'a>(said: impl Iterator<Item = &'a (u32, String, String)>) -> HashMap<u32, Vec<Part>> {
    let mut parts: HashMap<u32, Vec<Part>> = HashMap::new();
    for (place, role, header) in said {
        let part = Part { role: ColumnRole::from_code(role), header: header.clone() };
        parts.entry(*place).or_default().push(part);
    }
    parts
}

/// The field of a row that a cell belongs to: each label, which ends in a colon, begins one.
fn field_at<'a>(
    fields: &'a [Part],
    cells: &HashMap<(u32, u32), &GridCell>,
    (row, column): (u32, u32),
) -> Option<&'a Part> {
    if let [only] = fields {
        return Some(only);
    }
    let is_label = |column: &u32| {
        cells.get(&(row, *column)).is_some_and(|cell| cell.text.trim_end().ends_with(':'))
    };
    fields.get((0..=column).filter(is_label).count().checked_sub(1)?)
}

/// Said above a sheet whose fields stand one below the other.
fn turned(mapping: &Mapping) -> Option<impl IntoView + use<>> {
    let is_turned = layouts(mapping).iter().any(|layout| layout.kind == LayoutKind::Turned);
    is_turned.then(|| {
        let advice = if mapping.may_map {
            " Where that is wrong, say what its columns are; the sheet is then read as a table."
        } else {
            ""
        };
        view! {
            <p class="muted">"The fields of this sheet are read one below the other."{advice}</p>
        }
        .into_any()
    })
}

fn grid(mapping: &Mapping) -> impl IntoView + use<> {
    let window = mapping.window;
    let size = mapping.file.sheets.get(window.sheet);
    let (rows, columns) = size.map_or((0, 0), |sheet| (sheet.rows, sheet.columns));
    let last_row = rows.min(window.first_row + Window::ROWS);
    let last_column = columns.min(window.first_column + Window::COLUMNS);
    let lines = parts(layouts(mapping).into_iter().flat_map(|layout| &layout.rows));
    let parts = parts(layouts(mapping).into_iter().flat_map(|layout| &layout.columns));
    let headers: Vec<u32> =
        layouts(mapping).iter().flat_map(|layout| layout.header_rows.clone()).collect();
    let part_of = |column: u32| parts.get(&column).and_then(|parts| parts.first());
    let class = |column: u32| part_of(column).and_then(|part| part.role).map_or("g-none", group);
    let head: Vec<_> = (window.first_column..last_column)
        .map(|column| {
            let head = column_head(mapping, column, part_of(column));
            view! { <th scope="col" class=class(column)>{head}</th> }
        })
        .collect();
    let mut cells: HashMap<(u32, u32), &GridCell> = HashMap::new();
    for cell in &mapping.file.cells {
        cells.insert((cell.row, cell.column), cell);
    }
    let body: Vec<_> = (window.first_row..last_row)
        .map(|row| {
            let is_header = headers.contains(&row);
            let fields = lines.get(&row).map(Vec::as_slice).unwrap_or_default();
            let line: Vec<_> = (window.first_column..last_column)
                .map(|column| {
                    let cell = cells.get(&(row, column));
                    let figure =
                        if cell.is_some_and(|cell| cell.is_figure) { " figure" } else { "" };
                    let text = cell.map(|cell| cell.text.clone()).unwrap_or_default();
                    let field = field_at(fields, &cells, (row, column));
                    let role = field.and_then(|field| field.role);
                    let group = role.map_or_else(|| class(column), group);
                    view! { <td class=format!("{group}{figure}")>{text}</td> }
                })
                .collect();
            let mark = is_header.then(|| view! { <span class="header-mark">"header"</span> });
            let roles = fields.iter().filter_map(|field| field.role);
            let named: Vec<&str> =
                roles.filter(|role| *role != ColumnRole::Ignored).map(ColumnRole::label).collect();
            let part = (!named.is_empty())
                .then(|| view! { <span class="column-role">{named.join(", ")}</span> });
            view! {
                <tr class=if is_header { "is-header" } else { "" }>
                    <th scope="row">{(row + 1).to_string()}{mark}{part}</th>{line}
                </tr>
            }
        })
        .collect();
    let label = format!(
        "Rows {} to {last_row} of {rows}, columns {} to {}",
        window.first_row + 1,
        column_letters(window.first_column),
        column_letters(last_column.saturating_sub(1)),
    );
    view! {
        <div class="table-scroll sheet-scroll" tabindex="0" role="region" aria-label="The sheet">
            <table class="sheet-grid">
                <caption>{label}</caption>
                <thead><tr><td></td>{head}</tr></thead>
                <tbody>{body}</tbody>
            </table>
        </div>
    }
    .into_any()
}

/// The letter of a column, its part, and what else may be said about it.
fn column_head(mapping: &Mapping, column: u32, part: Option<&Part>) -> AnyView {
    let letters = column_letters(column);
    let header = part.map(|part| part.header.clone()).unwrap_or_default();
    let name = ColumnName::new(column);
    let stated: Option<&ColumnProfile> =
        table(mapping).and_then(|table| table.columns.iter().find(|one| one.column == name));
    let role = stated.and_then(|one| one.role).or(part.and_then(|part| part.role));
    if !mapping.may_map {
        let said = role.map_or("", ColumnRole::label);
        return view! { <span class="column-letters">{letters}</span><span class="column-role">{said}</span> }
            .into_any();
    }
    let about = if header.is_empty() {
        format!("column {letters}")
    } else {
        format!("column {letters}, {header}")
    };
    let roles: Vec<Choice> = ColumnRole::ALL
        .iter()
        .map(|role| (role.code().to_owned(), role.label().to_owned()))
        .collect();
    let code = role.map_or("", ColumnRole::code);
    let unit = stated.and_then(|one| one.unit).map_or("", |unit| unit.symbol());
    let commodity = stated.and_then(|one| one.commodity).map_or("", |one| one.code());
    let period = stated.and_then(|one| one.period.clone()).unwrap_or_default();
    let more = !unit.is_empty() || !commodity.is_empty() || !period.is_empty();
    let field = |what: &str| format!("{what}:{letters}");
    view! {
        <span class="column-letters">{letters.clone()}</span>
        {select(field("role"), format!("Part of {about}"), true, "not said", &roles, code, true)}
        <input type="hidden" name=field("was") value=code/>
        <input type="hidden" name=field("header") value=header/>
        <details class="column-more" open=more>
            <summary>"More"<span class="visually-hidden">{format!(" about {about}")}</span></summary>
            {select(field("unit"), "Unit".to_owned(), false, "as the file says", &units(), unit, true)}
            {select(field("commodity"), "Commodity".to_owned(), false, "as the file says", &commodities(), commodity, true)}
            <label><span>"Period"</span><input type="text" name=field("period") value=period placeholder="2024-03" size="8"/></label>
        </details>
    }
    .into_any()
}

fn pager(mapping: &Mapping) -> impl IntoView + use<> {
    let window = mapping.window;
    let size = mapping.file.sheets.get(window.sheet);
    let (rows, columns) = size.map_or((0, 0), |sheet| (sheet.rows, sheet.columns));
    let mut steps = Vec::new();
    if window.first_row > 0 {
        let to = Window { first_row: window.first_row.saturating_sub(Window::ROWS), ..window };
        steps.push(step(mapping, to, "row", "Rows above".to_owned(), false));
    }
    if window.first_row + Window::ROWS < rows {
        let to = Window { first_row: window.first_row + Window::ROWS, ..window };
        steps.push(step(mapping, to, "row", "Rows below".to_owned(), false));
    }
    if window.first_column > 0 {
        let to =
            Window { first_column: window.first_column.saturating_sub(Window::COLUMNS), ..window };
        steps.push(step(mapping, to, "column", "Columns to the left".to_owned(), false));
    }
    if window.first_column + Window::COLUMNS < columns {
        let to = Window { first_column: window.first_column + Window::COLUMNS, ..window };
        steps.push(step(mapping, to, "column", "Columns to the right".to_owned(), false));
    }
    (!steps.is_empty())
        .then(|| view! { <nav class="sheet-tabs" aria-label="Parts of the sheet">{steps}</nav> })
        .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_label_of_a_line_begins_a_field() {
        let cell = |column, text: &str| GridCell {
            row: 4,
            column,
            text: text.to_owned(),
            is_figure: false,
        };
        let line = [cell(0, "Used:"), cell(1, "12"), cell(2, "Amount:"), cell(3, "3")];
        let cells: HashMap<(u32, u32), &GridCell> =
            line.iter().map(|cell| ((cell.row, cell.column), cell)).collect();
        let part = |role| Part { role: Some(role), header: String::new() };
        let fields = [part(ColumnRole::Quantity), part(ColumnRole::Cost)];
        let roles: Vec<_> = (0..4)
            .map(|column| field_at(&fields, &cells, (4, column)).and_then(|field| field.role))
            .collect();
        let (used, cost) = (Some(ColumnRole::Quantity), Some(ColumnRole::Cost));
        assert_eq!(roles, [used, used, cost, cost]);
        let only = field_at(&fields[..1], &cells, (4, 3)).and_then(|field| field.role);
        assert_eq!(only, used, "a line of one field has no other");
    }
}
