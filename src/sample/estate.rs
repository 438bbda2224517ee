//! Who sends what: eight senders, their sites and the meters there.

use readings::{Commodity, Unit};

/// Where sites share their weather.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Region {
    /// Number of the region, for its own stream of chance.
    pub number: u64,
    /// Mean temperature of each month in a usual year, in degrees Celsius.
    pub temperature: [i8; 12],
}

/// How a sender writes things down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// English workbook: title and notes above a long table, a total below.
    English,
    /// German CSV: months across, decimal comma, Windows code page.
    German,
    /// French CSV: long, with first and last day.
    French,
    /// Spanish workbook: a sheet for each commodity, the unit in the heading.
    Spanish,
    /// Polish workbook: a sheet for each commodity, energy in megawatt-hours and gigajoules.
    Polish,
    /// United States: a workbook for each site, American dates and units.
    American,
    /// Turkish workbook: long, months by name.
    Turkish,
    /// Dutch OpenDocument sheet: water in litres, heat in gigajoules.
    Dutch,
}

/// Somebody who sends readings.
#[derive(Debug)]
pub struct Sender {
    /// The organisation's name.
    pub organisation: &'static str,
    /// The address it writes from.
    pub address: &'static str,
    /// Short name in names of files.
    pub slug: &'static str,
    /// Begins the names of its meters.
    pub prefix: &'static str,
    /// How it writes.
    pub style: Style,
    /// The weather at its sites.
    pub region: Region,
    /// ISO code of the currency of its bills.
    pub currency: &'static str,
    /// Charged each month besides the quantity.
    pub standing_charge: f64,
    /// Its sites.
    pub sites: &'static [Site],
}

/// A site and what is metered there.
#[derive(Debug)]
pub struct Site {
    /// Its name.
    pub name: &'static str,
    /// Its size, 1 being usual.
    pub size: f64,
    /// One meter each.
    pub supplies: &'static [Supply],
}

/// A kind of meter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Supply {
    /// What is supplied.
    pub commodity: Commodity,
    /// The unit in which the sender reports it.
    pub unit: Unit,
    /// Usual use of a month at a site of size 1, in kWh or cubic metres.
    pub usual: f64,
    /// Price of a kWh or cubic metre in the first year.
    pub price: f64,
    /// Stands in the meter's name.
    pub letter: char,
}

/// One meter of one site.
#[derive(Debug, Clone)]
pub struct Meter {
    /// The sender who reports it.
    pub sender: &'static Sender,
    /// Its site.
    pub site: &'static Site,
    /// Its name, unique among all.
    pub name: String,
    /// What it counts.
    pub supply: Supply,
}

/// All meters, in the order of the tables below; their numbers begin anew with every sender.
pub fn meters() -> Vec<Meter> {
    let mut meters = Vec::new();
    for sender in &SENDERS {
        let mut number = 100;
        for site in sender.sites {
            for supply in site.supplies {
                number += 7;
                let name = format!("{}-{}{number:04}", sender.prefix, supply.letter);
                meters.push(Meter { sender, site, name, supply: *supply });
            }
        }
    }
    meters
}

const fn electricity(unit: Unit, price: f64) -> Supply {
    Supply { commodity: Commodity::Electricity, unit, usual: 42_000.0, price, letter: 'E' }
}
const fn gas(unit: Unit, usual: f64, price: f64) -> Supply {
    Supply { commodity: Commodity::Gas, unit, usual, price, letter: 'G' }
}
const fn heat(unit: Unit, price: f64) -> Supply {
    Supply { commodity: Commodity::Heat, unit, usual: 48_000.0, price, letter: 'H' }
}
const fn water(unit: Unit, price: f64) -> Supply {
    Supply { commodity: Commodity::Water, unit, usual: 310.0, price, letter: 'W' }
}
const fn site(name: &'static str, size: f64, supplies: &'static [Supply]) -> Site {
    Site { name, size, supplies }
}

const UK_E: Supply = electricity(Unit::KilowattHour, 0.247);
/// A second meter of a site, for a part of it.
const UK_P: Supply = Supply { usual: 13_000.0, ..UK_E };
const UK_G: Supply = gas(Unit::KilowattHour, 36_000.0, 0.068);
const DE_E: Supply = electricity(Unit::KilowattHour, 0.261);
const DE_G: Supply = gas(Unit::KilowattHour, 34_000.0, 0.094);
const DE_H: Supply = heat(Unit::MegawattHour, 0.131);
const DE_W: Supply = water(Unit::CubicMetre, 2.17);
const FR_E: Supply = electricity(Unit::KilowattHour, 0.213);
const FR_G: Supply = gas(Unit::KilowattHour, 27_000.0, 0.089);
const FR_W: Supply = water(Unit::CubicMetre, 4.12);
const ES_E: Supply = electricity(Unit::KilowattHour, 0.182);
const ES_W: Supply = water(Unit::CubicMetre, 1.94);
const PL_E: Supply = electricity(Unit::MegawattHour, 0.934);
const PL_H: Supply = heat(Unit::Gigajoule, 0.401);
const PL_W: Supply = water(Unit::CubicMetre, 5.86);
const US_E: Supply = electricity(Unit::KilowattHour, 0.128);
const US_G: Supply = gas(Unit::Therm, 39_000.0, 0.041);
const US_W: Supply = water(Unit::Kilogallon, 1.71);
const TR_E: Supply = electricity(Unit::KilowattHour, 4.35);
const TR_G: Supply = gas(Unit::CubicMetre, 3_100.0, 13.9);
const TR_W: Supply = water(Unit::CubicMetre, 48.2);
const NL_W: Supply = water(Unit::Litre, 1.83);
const NL_H: Supply = heat(Unit::Gigajoule, 0.118);

/// Everybody who sends readings.
pub static SENDERS: [Sender; 8] = [
    Sender {
        organisation: "Northgate Energy Services",
        address: "reports@northgate-energy.example",
        slug: "northgate",
        prefix: "NGE",
        style: Style::English,
        region: Region { number: 1, temperature: [5, 5, 7, 9, 12, 15, 17, 17, 15, 11, 8, 5] },
        currency: "GBP",
        standing_charge: 31.40,
        sites: &[
            site("Bristol Temple Quay", 1.3, &[UK_E, UK_P, UK_G]),
            site("Leeds Wellington Place", 0.9, &[UK_E, UK_G]),
            site("Sheffield Attercliffe Works", 2.6, &[UK_E, UK_P, UK_G]),
            site("Norwich Riverside", 0.5, &[UK_E, UK_G]),
            site("Cardiff Bay House", 0.8, &[UK_E, UK_G]),
            site("Belfast Harbour Depot", 1.1, &[UK_E, UK_G]),
            site("Dundee Technology Park", 0.7, &[UK_E, UK_G]),
            site("Exeter Training Centre", 0.3, &[UK_E, UK_G]),
        ],
    },
    Sender {
        organisation: "Stadtwerke Lindental GmbH",
        address: "abrechnung@sw-lindental.example",
        slug: "lindental",
        prefix: "LIN",
        style: Style::German,
        region: Region { number: 2, temperature: [1, 2, 5, 9, 14, 17, 19, 19, 15, 10, 5, 2] },
        currency: "EUR",
        standing_charge: 18.0,
        sites: &[
            site("Grundschule Am Bürgerpark", 0.4, &[DE_E, DE_G, DE_W]),
            site("Rathaus Lindental", 0.7, &[DE_E, DE_H, DE_W]),
            site("Hallenbad Süd", 1.9, &[DE_E, DE_H, DE_W]),
            site("Feuerwache Mühlenstraße", 0.3, &[DE_E, DE_G, DE_W]),
            site("Kläranlage Unteraue", 2.4, &[DE_E, DE_G, DE_W]),
            site("Kita Löwenzahn", 0.2, &[DE_E, DE_G, DE_W]),
            site("Bauhof Weststraße", 0.5, &[DE_E, DE_G, DE_W]),
        ],
    },
    Sender {
        organisation: "Fluides & Énergie Conseil",
        address: "releves@fluides-energie.example",
        slug: "fluides",
        prefix: "FEC",
        style: Style::French,
        region: Region { number: 3, temperature: [4, 5, 9, 12, 16, 19, 21, 21, 18, 13, 8, 5] },
        currency: "EUR",
        standing_charge: 22.5,
        sites: &[
            site("Entrepôt de Saint-Étienne", 1.6, &[FR_E, FR_G, FR_W]),
            site("Siège de Lyon Part-Dieu", 1.2, &[FR_E, FR_G, FR_W]),
            site("Agence de Nîmes", 0.3, &[FR_E, FR_G]),
            site("Atelier de Besançon", 0.9, &[FR_E, FR_G, FR_W]),
            site("Laboratoire de Grenoble", 1.4, &[FR_E, FR_G, FR_W]),
            site("Boutique d'Annecy", 0.2, &[FR_E, FR_G]),
        ],
    },
    Sender {
        organisation: "Servicios Levante",
        address: "consumos@servicios-levante.example",
        slug: "levante",
        prefix: "LEV",
        style: Style::Spanish,
        region: Region { number: 4, temperature: [10, 11, 13, 15, 18, 22, 25, 26, 23, 19, 14, 11] },
        currency: "EUR",
        standing_charge: 12.8,
        sites: &[
            site("Hotel Playa de Gandía", 2.2, &[ES_E, ES_W]),
            site("Oficina de Castellón", 0.4, &[ES_E, ES_W]),
            site("Fábrica de Elche", 1.9, &[ES_E, ES_W]),
            site("Almacén de Sagunto", 0.8, &[ES_E, ES_W]),
            site("Clínica de Alcoy", 1.1, &[ES_E, ES_W]),
        ],
    },
    Sender {
        organisation: "Ciepłownia Wisła S.A.",
        address: "raporty@cieplownia-wisla.example",
        slug: "wisla",
        prefix: "WIS",
        style: Style::Polish,
        region: Region { number: 5, temperature: [-1, 0, 4, 9, 14, 17, 19, 19, 14, 9, 4, 1] },
        currency: "PLN",
        standing_charge: 64.0,
        sites: &[
            site("Magazyn Toruń", 1.2, &[PL_E, PL_H, PL_W]),
            site("Biuro Gdańsk Wrzeszcz", 0.6, &[PL_E, PL_H, PL_W]),
            site("Zakład Bydgoszcz", 2.1, &[PL_E, PL_H, PL_W]),
            site("Szkoła Włocławek", 0.5, &[PL_E, PL_H, PL_W]),
            site("Przychodnia Płock", 0.4, &[PL_E, PL_H, PL_W]),
        ],
    },
    Sender {
        organisation: "Prairie Public Utilities",
        address: "billing@prairie-utilities.example",
        slug: "prairie",
        prefix: "PPU",
        style: Style::American,
        region: Region { number: 6, temperature: [-3, -1, 5, 11, 17, 22, 25, 24, 19, 12, 5, -1] },
        currency: "USD",
        standing_charge: 27.9,
        sites: &[
            site("Omaha Distribution Center", 2.3, &[US_E, US_G, US_W]),
            site("Lincoln Service Office", 0.5, &[US_E, US_G, US_W]),
            site("Council Bluffs Plant", 1.7, &[US_E, US_G, US_W]),
        ],
    },
    Sender {
        organisation: "Anadolu Enerji Yönetimi",
        address: "rapor@anadolu-enerji.example",
        slug: "anadolu",
        prefix: "ANE",
        style: Style::Turkish,
        region: Region { number: 7, temperature: [2, 4, 8, 13, 17, 21, 25, 25, 20, 14, 8, 4] },
        currency: "TRY",
        standing_charge: 410.0,
        sites: &[
            site("Eskişehir Fabrikası", 1.8, &[TR_E, TR_G, TR_W]),
            site("İzmir Çiğli Deposu", 0.9, &[TR_E, TR_G, TR_W]),
            site("Kayseri Şubesi", 0.4, &[TR_E, TR_G, TR_W]),
            site("Ankara Ümitköy Ofisi", 0.6, &[TR_E, TR_G, TR_W]),
        ],
    },
    Sender {
        organisation: "Waterbedrijf Scheldemond",
        address: "meterstanden@scheldemond.example",
        slug: "scheldemond",
        prefix: "SCH",
        style: Style::Dutch,
        region: Region { number: 8, temperature: [4, 4, 7, 10, 13, 16, 18, 18, 15, 11, 7, 5] },
        currency: "EUR",
        standing_charge: 9.5,
        sites: &[
            site("Distributiecentrum Vlissingen", 1.5, &[NL_W, NL_H]),
            site("Kantoor Middelburg", 0.4, &[NL_W, NL_H]),
            site("Zorgcentrum Terneuzen", 1.0, &[NL_W, NL_H]),
        ],
    },
];
