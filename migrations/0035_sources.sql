-- How each source fares, which of its items need not be looked at again, and how far it was read.

create table source_state (
    source          text primary key,
    -- What it is and where, for people; written by the worker that has it in its configuration.
    kind            text not null default '',
    place           text not null default '',
    -- SHA-256 of its configuration: a source that is configured anew is tried at once.
    config_digest   bytea check (octet_length(config_digest) = 32),
    last_attempt_at timestamptz,
    last_success_at timestamptz,
    -- Since when it has failed without a success in between, and how often in a row.
    failing_since   timestamptz,
    failures        integer not null default 0 check (failures >= 0),
    -- Not tried before; null when it is due with the next pass.
    next_attempt_at timestamptz,
    -- Time alone will not mend it.
    waits_for_person boolean not null default false,
    trouble_code    text,
    trouble_sentence text,
    trouble_remedy  text,
    constraint failing_has_a_reason check ((failures = 0) = (failing_since is null) and (failures = 0) = (trouble_code is null))
);

-- Items that were looked at and not stored: passed over by the rules, or too large.
create table source_item (
    source          text not null,
    location        text not null,
    version         text not null,
    reason          text not null check (reason in ('passed_over', 'given_up')),
    sentence        text not null,
    -- The rules that passed it over; under others it is looked at again.
    rules_digest    bytea not null check (octet_length(rules_digest) = 32),
    noted_at        timestamptz not null,
    primary key (source, location)
);

-- How far a folder was read, where the server keeps count: the delta link of Microsoft Graph.
create table source_cursor (
    source          text not null,
    folder          text not null,
    cursor          text not null,
    updated_at      timestamptz not null,
    primary key (source, folder)
);
