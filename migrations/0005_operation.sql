-- People, sessions and scheduled runs.

create table app_user (
    user_id         bigint generated always as identity primary key,
    name            text not null unique,
    password_hash   text not null,
    role            text not null check (role in ('viewer', 'operator', 'admin')),
    created_at      timestamptz not null
);

create table session (
    -- SHA-256 of the token in the cookie; the token itself is stored nowhere.
    token_digest    bytea primary key check (octet_length(token_digest) = 32),
    user_id         bigint not null references app_user on delete cascade,
    created_at      timestamptz not null,
    last_seen_at    timestamptz not null,
    expires_at      timestamptz not null
);

create table sign_in_failure (
    -- The account name or the address, folded.
    subject         text primary key,
    failures        integer not null,
    last_failure_at timestamptz not null
);

-- Which slot of which schedule ran: the row decides who runs, among any number of workers.
create table job_run (
    job             text not null,
    slot            timestamptz not null,
    worker          text not null,
    started_at      timestamptz not null,
    finished_at     timestamptz,
    outcome         text check (outcome in ('ok', 'partial', 'failed')),
    detail          text,
    primary key (job, slot)
);
