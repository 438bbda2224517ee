-- Sites, meters and their readings: the single source of truth.

create table site (
    site_id     bigint generated always as identity primary key,
    name        text not null,
    -- The name folded for comparison: case, accents and white space smoothed.
    name_key    text not null unique,
    time_zone   text not null default 'UTC',
    created_at  timestamptz not null
);

create table meter (
    meter_id        bigint generated always as identity primary key,
    site_id         bigint not null references site,
    name            text not null,
    name_key        text not null,
    commodity       text not null,
    -- The unit of canonical_quantity of all its readings.
    canonical_unit  text not null,
    -- A new meter is unconfirmed until a person says that it is real.
    confirmed       boolean not null default false,
    created_at      timestamptz not null,
    unique (site_id, commodity, name_key)
);

create table reading (
    reading_id          bigint generated always as identity primary key,
    meter_id            bigint not null references meter,
    -- Local time at the site, half-open. The fold tells the two hours apart when clocks are set back.
    period_start        timestamp not null,
    period_end          timestamp not null,
    fold                smallint not null default 0 check (fold in (0, 1)),
    kind                text not null check (kind in ('consumption', 'estimated', 'register_reading', 'average_power')),
    -- As the file states it.
    quantity            numeric not null,
    unit                text not null,
    -- In the meter's canonical unit; power stays power.
    canonical_quantity  numeric not null,
    cost                numeric,
    currency            text,
    quality             text not null default 'measured' check (quality in ('measured', 'estimated', 'suspect')),
    -- Provenance: which cell of which file.
    attachment_id       bigint not null references attachment,
    sheet               text not null,
    cell                text not null,
    recorded_at         timestamptz not null,
    superseded_at       timestamptz,
    -- Deferred, since the earlier row must step aside before the later one is there.
    superseded_by       bigint references reading deferrable initially deferred,
    check (period_start < period_end),
    check ((superseded_at is null) = (superseded_by is null))
);

-- One live reading per meter and period. Registers and power are kept apart from consumption.
create unique index reading_live on reading
    (meter_id, period_start, period_end, fold,
     (case kind when 'register_reading' then 'r' when 'average_power' then 'p' else 'c' end))
    where superseded_at is null;
-- Finds what starts before a span and reaches into it; what starts inside it is found by reading_live.
create index reading_meter_end on reading (meter_id, period_end) where superseded_at is null;
create index reading_superseded on reading (meter_id, period_start) where superseded_at is not null;
create index reading_attachment on reading (attachment_id);

-- A file that states once more what a stored reading says.
create table reading_confirmation (
    reading_id      bigint not null references reading,
    attachment_id   bigint not null references attachment,
    -- Whether it states the cost as well, or the quantity alone.
    states_cost     boolean not null,
    primary key (reading_id, attachment_id)
);
create index reading_confirmation_attachment on reading_confirmation (attachment_id);

-- Something odd between stored readings that a person must see, with both cells: partly overlapping periods.
create table finding (
    finding_id      bigint generated always as identity primary key,
    code            text not null,
    sentence        text not null,
    meter_id        bigint not null references meter,
    reading_id      bigint not null references reading,
    other_reading_id bigint references reading,
    found_at        timestamptz not null,
    unique (code, reading_id, other_reading_id)
);
create index finding_meter on finding (meter_id);
