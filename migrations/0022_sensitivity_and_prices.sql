-- How many false alarms people allow, and prices that they set.

create table sensitivity (
    sensitivity_id  bigint generated always as identity primary key,
    -- Allowed false alarms per meter and year; the newest row counts.
    false_alarms    double precision not null check (false_alarms > 0),
    author          text not null,
    set_at          timestamptz not null,
    note            text not null default ''
);

-- The threshold that each run found for the allowed false alarms; the newest row is the one in use.
create table calibration (
    calibration_id  bigint generated always as identity primary key,
    threshold       double precision not null,
    -- The threshold of the development data, for the usual number.
    shipped         double precision not null,
    -- The judged months behind it.
    months          bigint not null,
    false_alarms    double precision not null,
    -- What verdicts have added to the scores of single rules: kind and weight.
    weights         jsonb not null default '{}',
    calibrated_at   timestamptz not null
);

-- A price that a person set, for bills that state none. The most special one that is valid counts: of the meter, of
-- the site, of the commodity.
create table tariff (
    tariff_id       bigint generated always as identity primary key,
    meter_id        bigint references meter,
    site_id         bigint references site,
    commodity       text not null,
    unit            text not null,
    price           numeric not null check (price > 0),
    currency        text not null,
    starts_on       date not null,
    author          text not null,
    created_at      timestamptz not null,
    withdrawn_at    timestamptz,
    withdrawn_by    text,
    check ((withdrawn_at is null) = (withdrawn_by is null))
);
