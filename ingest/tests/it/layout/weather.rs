//! Sheets of a weather station are told apart from readings and read per station.

use jiff::civil::date;
use readings::WeatherKind;
use rust_decimal::dec;

use super::table::read_sheet;

#[test]
fn monthly_means_are_read_per_station() {
    let out = read_sheet(
        "Wetterstation: Lindental\n\nMonat|Mitteltemperatur (°C)\nJan 2025|1,4\nFeb 2025|-0,6\nMär 2025|6,2\nApr 2025|10,0",
    );
    assert_eq!(out.readings, []);
    assert_eq!(out.weather.len(), 4, "{:?}", out.problems);
    let february = &out.weather[1];
    assert_eq!((february.station.as_str(), february.kind), ("Lindental", WeatherKind::Mean));
    assert_eq!((february.start, february.end), (date(2025, 2, 1), date(2025, 3, 1)));
    assert_eq!(february.value, dec!(-0.6));
    assert!(out.adds_up(), "{out:?}");
}

#[test]
fn days_of_several_stations_stand_below_each_other() {
    let out = read_sheet(
        "Station|Date|Mean temperature (°F)|HDD (base 18 °C)\nLeeds|2025-01-01|41|13\nLeeds|2025-01-02|32|18\nYork|2025-01-01|50|8\nYork|2025-01-02|50|8",
    );
    let means: Vec<_> =
        out.weather.iter().filter(|value| value.kind == WeatherKind::Mean).collect();
    assert_eq!(means.len(), 4, "{:?}", out.problems);
    assert_eq!((means[0].station.as_str(), means[0].value), ("Leeds", dec!(5)));
    assert_eq!((means[2].station.as_str(), means[2].value), ("York", dec!(10)));
    assert_eq!((means[1].start, means[1].end), (date(2025, 1, 2), date(2025, 1, 3)));
    let heating = out.weather.iter().find(|value| value.kind == WeatherKind::HeatingDegreeDays);
    assert_eq!(heating.and_then(|value| value.base), Some(dec!(18)));
    assert!(out.adds_up());
}

#[test]
fn readings_with_the_weather_beside_them_stay_readings() {
    let out = read_sheet(
        "Site|Meter|Month|Consumption (kWh)|Temperature (°C)\nTown hall|E-1|2025-01|1200|1,4\nTown hall|E-1|2025-02|1100|2,4\nTown hall|E-1|2025-03|1000|6,4",
    );
    assert_eq!(out.weather, []);
    assert_eq!(out.readings.len(), 3);
}
