-- The outbox: written in the transaction of the alert, delivered outside any transaction.

create table endpoint (
    endpoint_id     bigint generated always as identity primary key,
    name            text not null unique,
    url             text not null,
    -- Whether it stands in the configuration; one that was taken out gets no further events.
    configured      boolean not null default true,
    -- Nothing is sent while it is disabled; its deliveries stay pending.
    enabled         boolean not null default true,
    disabled_reason text,
    -- Since when every attempt has failed; null after a success.
    first_failure_at timestamptz,
    -- The receiver asked for quiet (Retry-After) until then.
    resume_at       timestamptz,
    created_at      timestamptz not null,
    check (enabled = (disabled_reason is null))
);

create table outbox (
    -- The webhook-id; the same over all attempts.
    event_id        uuid primary key,
    -- The order in which events were written.
    sequence        bigint generated always as identity unique,
    alert_id        bigint not null references alert,
    event_type      text not null,
    payload         jsonb not null,
    created_at      timestamptz not null
);
create index outbox_alert on outbox (alert_id);

create table delivery (
    delivery_id     bigint generated always as identity primary key,
    event_id        uuid not null references outbox,
    endpoint_id     bigint not null references endpoint,
    state           text not null default 'pending' check (state in ('pending', 'delivered', 'dead')),
    -- Counted when it is claimed, so that an attempt cut short by a crash counts too.
    attempts        integer not null default 0,
    -- Failures since it was queued or replayed: its place in the retry schedule.
    failures        integer not null default 0,
    next_attempt_at timestamptz not null,
    -- A claim: valid until locked_until, by the clock of the database; settled only with the same lease.
    lease           uuid,
    locked_until    timestamptz,
    delivered_at    timestamptz,
    last_status     integer,
    last_error      text,
    unique (event_id, endpoint_id),
    check ((lease is null) = (locked_until is null))
);
create index delivery_due on delivery (endpoint_id, next_attempt_at) where state = 'pending';
create index delivery_dead on delivery (endpoint_id, delivery_id) where state = 'dead';

create table delivery_attempt (
    delivery_id     bigint not null references delivery,
    attempt         integer not null,
    started_at      timestamptz not null,
    duration_ms     integer not null,
    status          integer,
    error           text,
    -- The first bytes of the answer.
    response        text,
    primary key (delivery_id, attempt)
);

-- Writes an event and its deliveries to all configured endpoints, disabled ones too, where they wait; called in the transaction that changes the alert.
create function enqueue_alert_event(
    the_event uuid, the_alert bigint, the_type text, the_payload jsonb, the_time timestamptz
) returns void language sql as $$
    insert into outbox (event_id, alert_id, event_type, payload, created_at)
        values (the_event, the_alert, the_type, the_payload, the_time);
    insert into delivery (event_id, endpoint_id, next_attempt_at)
        select the_event, endpoint_id, the_time from endpoint where configured;
$$;
