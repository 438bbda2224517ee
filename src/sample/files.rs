//! How each sender writes its readings down.

use readings::Commodity;

use super::calendar::{self, MonthNames, first_day, last_day, named};
use super::csv::{self, Dialect};
use super::estate::{Meter, Sender, Style};
use super::history::{History, cost, in_reported_unit, round};
use super::table::{Cell, Sheet, number, text};
use super::{ods, xlsx};

/// A file that is attached to a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its name.
    pub name: String,
    /// Its media type.
    pub media_type: &'static str,
    /// Its bytes.
    pub content: Vec<u8>,
}

/// The meters and what is to be told of them.
#[derive(Debug, Clone, Copy)]
pub struct Telling<'a> {
    /// All meters.
    pub meters: &'a [Meter],
    /// Their months.
    pub history: &'a History,
    /// The sender who tells.
    pub sender: &'static Sender,
    /// First month and the month after the last.
    pub months: (usize, usize),
    /// Of this meter the value is a preliminary one, to be corrected later.
    pub preliminary: Option<usize>,
}

/// By how much preliminary values are off.
const PRELIMINARY: f64 = 1.06;
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// The files of a sender for some months: one, or one for each site.
pub fn files(telling: &Telling<'_>) -> anyhow::Result<Vec<File>> {
    let sender = telling.sender;
    let label = telling.label();
    if sender.style == Style::American {
        let one = |site: &super::estate::Site| {
            let name = format!("{}_{label}.xlsx", site.name.replace(' ', "_"));
            let content = xlsx::write(&[american(telling, site.name)], "mm/dd/yyyy")?;
            Ok(File { name, media_type: XLSX, content })
        };
        return sender.sites.iter().map(one).collect();
    }
    let (name, media_type, content) = match sender.style {
        Style::German => {
            let content = csv::write(&german(telling), Dialect::German);
            (format!("Verbräuche_{label}.csv"), "text/csv", content)
        }
        Style::French => {
            let content = csv::write(&french(telling), Dialect::French);
            (format!("Relevés {label}.csv"), "text/csv", content)
        }
        Style::Spanish => {
            (format!("consumos_{label}.xlsx"), XLSX, xlsx::write(&spanish(telling), "dd/mm/yyyy")?)
        }
        Style::Polish => {
            (format!("Zużycie {label}.xlsx"), XLSX, xlsx::write(&polish(telling), "dd.mm.yyyy")?)
        }
        Style::Turkish => {
            (format!("Tüketim_{label}.xlsx"), XLSX, xlsx::write(&[turkish(telling)], "dd.mm.yyyy")?)
        }
        Style::Dutch => {
            let media_type = "application/vnd.oasis.opendocument.spreadsheet";
            (format!("verbruik-{label}.ods"), media_type, ods::write(&[dutch(telling)])?)
        }
        Style::English | Style::American => {
            let content = xlsx::write(&[english(telling)], "dd/mm/yyyy")?;
            (format!("Northgate consumption {label}.xlsx"), XLSX, content)
        }
    };
    Ok(vec![File { name, media_type, content }])
}

/// A meter's month as it is told.
struct Told<'a> {
    meter: &'a Meter,
    month: usize,
    /// In the reported unit, with the places shown.
    quantity: (f64, u8),
    cost: f64,
}

impl Told<'_> {
    fn quantity(&self) -> Cell {
        number(Some(self.quantity))
    }

    fn cost(&self) -> Cell {
        Cell::Number(self.cost, 2)
    }
}

impl Telling<'_> {
    /// The year, or the month as `2025-03`.
    pub fn label(&self) -> String {
        let (first, end) = self.months;
        let day = first_day(end - 1);
        let format = if end - first == 12 && end < calendar::MONTHS { "%Y" } else { "%Y-%m" };
        day.strftime(format).to_string()
    }

    /// The sender's meters, with their places in the estate.
    fn own(&self) -> impl Iterator<Item = (usize, &Meter)> {
        let sender = self.sender;
        let mine = move |(_, meter): &(usize, &Meter)| std::ptr::eq(meter.sender, sender);
        self.meters.iter().enumerate().filter(mine)
    }

    fn one(&self, index: usize, month: usize) -> Option<Told<'_>> {
        let meter = &self.meters[index];
        let entry = self.history.month(index, month);
        let factor = if self.preliminary == Some(index) { PRELIMINARY } else { 1.0 };
        let quantity = in_reported_unit(meter, entry.reported? * factor);
        Some(Told { meter, month, quantity, cost: cost(meter, month, entry.billed * factor) })
    }

    /// Month after month, each with all meters that report.
    fn by_month(&self) -> impl Iterator<Item = Told<'_>> {
        (self.months.0..self.months.1)
            .flat_map(move |month| self.own().filter_map(move |(index, _)| self.one(index, month)))
    }
}

fn english(telling: &Telling<'_>) -> Sheet {
    let mut sheet = Sheet::new("Consumption");
    let (first, end) = telling.months;
    let period = match named(&calendar::ENGLISH, first) {
        month if end - first == 1 => month,
        month => format!("{month} to {}", named(&calendar::ENGLISH, end - 1)),
    };
    sheet
        .words(&[&format!("{} - Consumption and cost report", telling.sender.organisation)])
        .words(&["Reporting period:", &period])
        .words(&["All quantities are actual reads. Questions: reports@northgate-energy.example"])
        .words(&[])
        .words(&[
            "Site",
            "Meter",
            "Utility",
            "From",
            "To",
            "Consumption",
            "Unit",
            "Cost",
            "Currency",
        ]);
    let mut sum = 0.0;
    for told in telling.by_month() {
        sum += told.cost;
        let utility =
            if told.meter.supply.commodity == Commodity::Gas { "Gas" } else { "Electricity" };
        sheet.row([
            text(told.meter.site.name),
            text(&told.meter.name),
            text(utility),
            Cell::Day(first_day(told.month)),
            Cell::Day(last_day(told.month)),
            told.quantity(),
            text("kWh"),
            told.cost(),
            text(telling.sender.currency),
        ]);
    }
    let mut total = vec![Cell::Empty; 9];
    total[0] = text("Total");
    total[7] = Cell::Number(round(sum, 2), 2);
    sheet.row(total);
    sheet
}

/// The months of the year so far across, one row for each meter.
fn german(telling: &Telling<'_>) -> Sheet {
    let mut sheet = Sheet::new("");
    let (first, end) = telling.months;
    let title = format!(
        "Verbrauchsübersicht {} - {}",
        first_day(first).year(),
        telling.sender.organisation
    );
    sheet.words(&[&title]).words(&[]);
    let mut header: Vec<Cell> = ["Standort", "Zähler", "Sparte", "Einheit"].map(text).to_vec();
    header.extend((first..end).map(|month| text(&named(&calendar::GERMAN, month))));
    sheet.row(header);
    for (index, meter) in telling.own() {
        let (kind, unit) = match meter.supply.commodity {
            Commodity::Gas => ("Gas", "kWh"),
            Commodity::Heat => ("Fernwärme", "MWh"),
            Commodity::Water => ("Wasser", "m³"),
            _ => ("Strom", "kWh"),
        };
        let mut row = [meter.site.name, &meter.name, kind, unit].map(text).to_vec();
        row.extend((first..end).map(|month| {
            number(telling.one(index, month).map(|told| (told.quantity.0, told.quantity.1.max(1))))
        }));
        sheet.row(row);
    }
    sheet
}

fn french(telling: &Telling<'_>) -> Sheet {
    let mut sheet = Sheet::new("");
    sheet.words(&[
        "Site",
        "Compteur",
        "Énergie",
        "Début",
        "Fin",
        "Consommation",
        "Unité",
        "Montant (€)",
    ]);
    for told in telling.by_month() {
        let (kind, unit) = match told.meter.supply.commodity {
            Commodity::Gas => ("Gaz", "kWh"),
            Commodity::Water => ("Eau", "m³"),
            _ => ("Électricité", "kWh"),
        };
        sheet.row([
            text(told.meter.site.name),
            text(&told.meter.name),
            text(kind),
            Cell::Day(first_day(told.month)),
            Cell::Day(last_day(told.month)),
            Cell::Number(told.quantity.0, told.quantity.1.max(2)),
            text(unit),
            told.cost(),
        ]);
    }
    sheet
}

fn spanish(telling: &Telling<'_>) -> Vec<Sheet> {
    let sheet = |name, commodity, unit: &str| {
        let quantity = format!("Consumo ({unit})");
        let cost = format!("Importe ({})", telling.sender.currency);
        let header = ["Instalación", "Contador", "Mes", &quantity, &cost];
        one_commodity(telling, name, commodity, &header, &calendar::SPANISH)
    };
    vec![
        sheet("Electricidad", Commodity::Electricity, "kWh"),
        sheet("Agua", Commodity::Water, "m³"),
    ]
}

fn polish(telling: &Telling<'_>) -> Vec<Sheet> {
    let sheet = |name, commodity, unit: &str| {
        let quantity = format!("Zużycie [{unit}]");
        let cost = format!("Koszt [{}]", telling.sender.currency);
        let header = ["Obiekt", "Licznik", "Okres", &quantity, &cost];
        one_commodity(telling, name, commodity, &header, &calendar::POLISH)
    };
    vec![
        sheet("Energia elektryczna", Commodity::Electricity, "MWh"),
        sheet("Ciepło", Commodity::Heat, "GJ"),
        sheet("Woda", Commodity::Water, "m3"),
    ]
}

/// Site, meter, month by name, quantity, cost.
fn one_commodity(
    telling: &Telling<'_>,
    name: &str,
    commodity: Commodity,
    header: &[&str],
    months: &MonthNames,
) -> Sheet {
    let mut sheet = Sheet::new(name);
    sheet.words(header);
    for told in telling.by_month().filter(|told| told.meter.supply.commodity == commodity) {
        sheet.row([
            text(told.meter.site.name),
            text(&told.meter.name),
            text(&named(months, told.month)),
            told.quantity(),
            told.cost(),
        ]);
    }
    sheet
}

fn american(telling: &Telling<'_>, site: &str) -> Sheet {
    let mut sheet = Sheet::new("Usage History");
    sheet.words(&[telling.sender.organisation]).words(&["Facility:", site]).words(&[]).words(&[
        "Facility",
        "Meter Number",
        "Service Type",
        "Start Date",
        "End Date",
        "Usage",
        "Unit",
        "Amount (USD)",
    ]);
    for told in telling.by_month().filter(|told| told.meter.site.name == site) {
        let (service, unit) = match told.meter.supply.commodity {
            Commodity::Gas => ("Natural Gas", "therms"),
            Commodity::Water => ("Water", "kGal"),
            _ => ("Electric", "kWh"),
        };
        sheet.row([
            text(site),
            text(&told.meter.name),
            text(service),
            text(&first_day(told.month).strftime("%m/%d/%Y").to_string()),
            text(&last_day(told.month).strftime("%m/%d/%Y").to_string()),
            told.quantity(),
            text(unit),
            told.cost(),
        ]);
    }
    sheet
}

fn turkish(telling: &Telling<'_>) -> Sheet {
    let mut sheet = Sheet::new("Tüketim");
    sheet.words(&["Tesis", "Sayaç No", "Enerji Türü", "Dönem", "Tüketim", "Birim", "Tutar (TL)"]);
    for told in telling.by_month() {
        let (kind, unit) = match told.meter.supply.commodity {
            Commodity::Gas => ("Doğalgaz", "m³"),
            Commodity::Water => ("Su", "m³"),
            _ => ("Elektrik", "kWh"),
        };
        sheet.row([
            text(told.meter.site.name),
            text(&told.meter.name),
            text(kind),
            text(&named(&calendar::TURKISH, told.month)),
            told.quantity(),
            text(unit),
            told.cost(),
        ]);
    }
    sheet
}

fn dutch(telling: &Telling<'_>) -> Sheet {
    let mut sheet = Sheet::new("Verbruik");
    sheet.words(&[
        "Locatie",
        "Meternummer",
        "Energiesoort",
        "Van",
        "Tot en met",
        "Verbruik",
        "Eenheid",
    ]);
    for told in telling.by_month() {
        let (kind, unit) = match told.meter.supply.commodity {
            Commodity::Heat => ("Warmte", "GJ"),
            _ => ("Water", "liter"),
        };
        sheet.row([
            text(told.meter.site.name),
            text(&told.meter.name),
            text(kind),
            Cell::Day(first_day(told.month)),
            Cell::Day(last_day(told.month)),
            told.quantity(),
            text(unit),
        ]);
    }
    sheet
}
