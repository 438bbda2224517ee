-- Outdoor temperature: it comes by mail as readings do, and belongs to a station.

create table weather_station (
    station_id  bigint generated always as identity primary key,
    name        text not null,
    name_key    text not null unique,
    created_at  timestamptz not null
);

create table temperature (
    temperature_id  bigint generated always as identity primary key,
    station_id      bigint not null references weather_station,
    kind            text not null check (kind in ('mean', 'heating_degree_days', 'cooling_degree_days')),
    -- Local dates, half-open.
    starts_on       date not null,
    ends_on         date not null,
    -- Degrees Celsius, or degree days of degrees Celsius.
    value           numeric not null,
    -- The base temperature of degree days, where the file says it.
    base            numeric,
    -- Provenance: which cell of which file.
    attachment_id   bigint not null references attachment,
    sheet           text not null,
    cell            text not null,
    recorded_at     timestamptz not null,
    superseded_at   timestamptz,
    check (starts_on < ends_on)
);
create unique index temperature_live on temperature (station_id, kind, starts_on, ends_on) where superseded_at is null;
create index temperature_attachment on temperature (attachment_id);

-- The station whose temperature a site has; without one the only station there is.
alter table site add column station_id bigint references weather_station;
