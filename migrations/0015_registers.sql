-- Consumption from registers: derived from the live readings, and derived anew when they change.

-- What a person knows about a meter's register: digits before the decimal mark, and by what differences are multiplied.
alter table meter add column register_digits smallint check (register_digits between 1 and 12);
alter table meter add column register_multiplier numeric check (register_multiplier > 0);

-- By what the differences of a register are to be multiplied (transformer ratio), where its file says so.
create table reading_multiplier (
    reading_id      bigint primary key references reading,
    multiplier      numeric not null check (multiplier > 0)
);

-- Meters of which readings changed since their consumption was derived.
create table derivation_due (
    meter_id        bigint primary key references meter
);
insert into derivation_due select distinct meter_id from reading;

-- What was used between two readings, where one reading alone does not say it.
create table derived_use (
    -- The reading at the end, and the one at the start.
    reading_id      bigint primary key references reading,
    earlier_reading_id bigint not null references reading,
    -- One between the two that does not count.
    left_out_reading_id bigint references reading,
    meter_id        bigint not null references meter,
    period_start    timestamp not null,
    period_end      timestamp not null,
    -- registers: between two registers; estimates: estimated periods with the measured one that corrects them.
    source          text not null check (source in ('registers', 'estimates')),
    -- In the meter's canonical unit, multiplied; null where the readings do not tell.
    quantity        numeric,
    multiplier      numeric not null,
    reason          text not null check (reason in ('difference', 'rollover', 'reset', 'exchange', 'misread', 'trued_up',
                        'multiplier_changed', 'jump', 'unclear')),
    sentence        text not null,
    check (period_start < period_end)
);
create index derived_use_meter on derived_use (meter_id, period_start);
