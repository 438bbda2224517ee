//! The same table in eleven languages.

use super::table::{codes, lines, read_sheet};

const HEADERS: [(&str, &str, [&str; 3]); 11] = [
    (
        "en",
        "Building|Meter number|From|To|Consumption (kWh)|Cost (€)",
        ["January", "February", "March"],
    ),
    ("ar", "المبنى|رقم العداد|من|إلى|الاستهلاك (kWh)|المبلغ", ["يناير", "فبراير", "مارس"]),
    (
        "de",
        "Gebäude|Zählernummer|Von|Bis|Verbrauch (kWh)|Betrag (€)",
        ["Januar", "Februar", "März"],
    ),
    (
        "fr",
        "Bâtiment|Compteur|Début|Fin|Consommation (kWh)|Montant (€)",
        ["janvier", "février", "mars"],
    ),
    (
        "es",
        "Edificio|Contador|Desde|Hasta|Consumo (kWh)|Importe (€)",
        ["Enero", "Febrero", "Marzo"],
    ),
    (
        "pt",
        "Edifício|Medidor|Data inicial|Data final|Consumo (kWh)|Valor (€)",
        ["Janeiro", "Fevereiro", "Março"],
    ),
    ("it", "Edificio|Contatore|Dal|Al|Consumi (kWh)|Importo (€)", ["Gennaio", "Febbraio", "Marzo"]),
    (
        "nl",
        "Gebouw|Meternummer|Van|Tot|Verbruik (kWh)|Bedrag (€)",
        ["Januari", "Februari", "Maart"],
    ),
    ("pl", "Budynek|Licznik|Od|Do|Zużycie (kWh)|Kwota (zł)", ["styczeń", "luty", "marzec"]),
    ("ru", "Здание|Счетчик|С|По|Потребление (кВт·ч)|Сумма (руб)", ["Январь", "Февраль", "Март"]),
    (
        "tr",
        "Bina|Sayaç No|Başlangıç tarihi|Bitiş tarihi|Tüketim (kWh)|Tutar (TL)",
        ["Ocak", "Şubat", "Mart"],
    ),
];

#[test]
fn long_tables() {
    for (language, header, _) in HEADERS {
        let extraction = read_sheet(&format!(
            "{header}
North|'A-1|2024-01-01|2024-01-31|100|10
North|'A-1|2024-02-01|2024-02-29|90|9"
        ));
        assert_eq!(
            lines(&extraction),
            [
                "E2 North/A-1 2024-01-01..2024-01-31 100 kWh",
                "E3 North/A-1 2024-02-01..2024-02-29 90 kWh"
            ],
            "{language}: {:?} {:#?}",
            codes(&extraction),
            extraction.layouts
        );
        assert!(extraction.readings.iter().all(|reading| reading.cost.is_some()), "{language}");
    }
}

#[test]
fn wide_tables() {
    for (language, header, months) in HEADERS {
        let parts: Vec<&str> = header.split('|').collect();
        let extraction = read_sheet(&format!(
            "{} 2024
{}|{}
North|100|90|95
South|10|9|11",
            parts[4],
            parts[0],
            months.join("|")
        ));
        let read = lines(&extraction);
        assert_eq!(read.len(), 6, "{language}: {:?} {:#?}", codes(&extraction), extraction.layouts);
        assert_eq!(read[4], "C4 South/? 2024-02-01..2024-02-29 9 kWh", "{language}");
    }
}

#[test]
fn month_columns() {
    for (language, header, months) in HEADERS {
        let parts: Vec<&str> = header.split('|').collect();
        let extraction = read_sheet(&format!(
            "{}|M|{}
{} 2024|A|100
{} 2024|A|90
{} 2024|A|95",
            "Month", parts[4], months[0], months[1], months[2]
        ));
        assert_eq!(
            lines(&extraction).len(),
            3,
            "{language}: {:?} {:#?}",
            codes(&extraction),
            extraction.layouts
        );
    }
}

/// Languages with a file of their own: building, meter, from, to, consumption, cost.
const MORE: [(&str, &str); 12] = [
    ("cs", "Budova|Číslo měřidla|Od|Do|Spotřeba (kWh)|Částka (€)"),
    ("da", "Ejendom|Målernr.|Fra dato|Til dato|Forbrug (kWh)|Beløb (€)"),
    ("el", "Κτίριο|Αριθμός παροχής|Από|Έως|Κατανάλωση (kWh)|Ποσό (€)"),
    ("fi", "Kiinteistö|Käyttöpaikka|Alkaen|Loppupvm|Kulutus (kWh)|Summa (€)"),
    ("hu", "Épület|Mérőszám|Kezdete|Vége|Fogyasztás (kWh)|Összeg (€)"),
    ("nb", "Bygg|Målernummer|Fra dato|Til dato|Forbruk (kWh)|Beløp (€)"),
    ("ro", "Clădire|Contor|De la|Până la|Consum (kWh)|Valoare (€)"),
    ("sv", "Fastighet|Mätarnummer|Från|Till|Förbrukning (kWh)|Belopp (€)"),
    ("uk", "Будівля|Номер лічильника|Початок|Кінець|Споживання (кВт·год)|Вартість"),
    ("bg", "Обект|Електромер|Начало|До дата|Консумация (kWh)|Стойност"),
    ("hr", "Zgrada|Broj brojila|Od datuma|Do datuma|Potrošnja (kWh)|Iznos"),
    ("id", "Gedung|Nomor meter|Tanggal awal|Tanggal akhir|Pemakaian (kWh)|Biaya"),
];

#[test]
fn long_tables_in_more_languages() {
    for (language, header) in MORE {
        let extraction = read_sheet(&format!(
            "{header}
North|'A-1|2024-01-01|2024-01-31|100|10
North|'A-1|2024-02-01|2024-02-29|90|9"
        ));
        assert_eq!(
            lines(&extraction),
            [
                "E2 North/A-1 2024-01-01..2024-01-31 100 kWh",
                "E3 North/A-1 2024-02-01..2024-02-29 90 kWh"
            ],
            "{language}: {:?}",
            extraction.problems
        );
        assert!(extraction.readings.iter().all(|reading| reading.cost.is_some()), "{language}");
    }
}

#[test]
fn months_in_more_languages() {
    for (language, header, total) in [
        ("uk", "Будівля|Січень|Лютий|Березень", "Разом"),
        ("bg", "Сграда|Януари|Февруари|Март", "Общо"),
        ("hr", "Zgrada|Siječanj|Veljača|Ožujak", "Ukupno"),
        ("sr", "Objekat|Januar|Februar|Mart", "Ukupno"),
        ("id", "Gedung|Januari|Februari|Maret", "Jumlah"),
    ] {
        let extraction = read_sheet(&format!(
            "2024 (kWh)\n{header}\nA|953|986|840\nB|520|510|530\n{total}|1473|1496|1370"
        ));
        let read = lines(&extraction);
        assert_eq!(read.len(), 6, "{language}: {read:?} {:?}", extraction.problems);
        assert_eq!(read[2], "D3 A/? 2024-03-01..2024-03-31 840 kWh", "{language}");
    }
}
