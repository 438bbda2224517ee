-- What was expected, what deviates, and what people did about it.

create table baseline_period (
    meter_id        bigint not null references meter,
    period_start    timestamp not null,
    period_end      timestamp not null,
    -- All in the meter's canonical unit, for the whole period.
    observed        double precision,
    expected        double precision,
    lower           double precision,
    upper           double precision,
    -- Larger is more suspicious; comparable across meters.
    score           double precision,
    rung            text not null,
    model_version   text not null,
    computed_at     timestamptz not null,
    primary key (meter_id, period_start)
);

create table alert (
    alert_id        bigint generated always as identity primary key,
    -- One problem, one alert: what makes two detections the same problem.
    fingerprint     text not null,
    meter_id        bigint not null references meter,
    kind            text not null,
    severity        text not null check (severity in ('low', 'medium', 'high')),
    state           text not null check (state in ('open', 'acknowledged', 'resolved')),
    period_start    timestamp not null,
    period_end      timestamp not null,
    observed        double precision not null,
    expected        double precision not null,
    lower           double precision not null,
    upper           double precision not null,
    unit            text not null,
    -- Observed minus expected, and what it costs at the meter's own unit price.
    excess          double precision not null,
    unit_price      numeric,
    cost            numeric,
    cost_lower      numeric,
    cost_upper      numeric,
    currency        text,
    reason          text not null,
    -- Each piece of evidence with its weight, for the page.
    evidence        jsonb not null default '[]',
    score           double precision not null,
    rung            text not null,
    model_version   text not null,
    opened_at       timestamptz not null,
    updated_at      timestamptz not null,
    assignee        text,
    verdict         text,
    resolved_at     timestamptz,
    -- Guards against two people editing at once.
    revision        integer not null default 1,
    check (period_start < period_end),
    check ((state = 'resolved') = (resolved_at is not null))
);
create unique index alert_live on alert (fingerprint) where state <> 'resolved';
create index alert_meter on alert (meter_id);
create index alert_by_cost on alert (cost desc nulls last, alert_id);

-- The readings that an alert speaks of.
create table alert_reading (
    alert_id    bigint not null references alert,
    reading_id  bigint not null references reading,
    primary key (alert_id, reading_id)
);
create index alert_reading_reading on alert_reading (reading_id);

-- What happened to an alert, by whom, with which words.
create table alert_history (
    history_id  bigint generated always as identity primary key,
    alert_id    bigint not null references alert,
    at          timestamptz not null,
    -- A user's name, or 'meterwatch'.
    actor       text not null,
    action      text not null check (action in ('opened', 'updated', 'acknowledged', 'resolved', 'reopened', 'commented')),
    comment     text not null default ''
);
create index alert_history_alert on alert_history (alert_id, history_id);
