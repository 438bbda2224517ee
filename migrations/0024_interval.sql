-- What interval data tell beside the bills of the same meter: base load, night, weekend and holiday use, by month.

create table interval_month (
    meter_id        bigint not null references meter,
    month           date not null,
    -- Days of the month with interval data.
    days            integer not null,
    -- Use of those days, in the meter's canonical unit.
    total           double precision not null,
    -- Use of an hour that is never undercut: the median over the days of their smallest hour; null for daily data.
    base_load       double precision,
    -- The share of use between 22 and 6 o'clock; null for daily data.
    night_share     double precision,
    -- Mean use of a working day, of a day at the weekend, and of a day of closure; null where there was none.
    working_day     double precision,
    weekend_day     double precision,
    closure_day     double precision,
    primary key (meter_id, month)
);
