-- What people have said about the files of their senders, and readings that were taken back because of it.

create table profile (
    profile_id      bigint generated always as identity primary key,
    name            text not null unique,
    -- An address, @ and a domain, or the name of a source, in lower case; empty: any sender.
    sender          text not null default '',
    -- The layout it is about; empty: all files of the sender.
    fingerprint     text not null default '',
    -- All that it says.
    body            jsonb not null,
    -- Counts its changes: who edits an older state is told.
    revision        integer not null default 1,
    -- Files of the configuration are the only place to change what they hold.
    kept_in         text not null check (kept_in in ('database', 'configuration')),
    changed_at      timestamptz not null,
    changed_by      text not null,
    unique (sender, fingerprint)
);

-- Who said what and when; it outlives the profile, so it names it in words.
create table profile_history (
    profile_history_id bigint generated always as identity primary key,
    name            text not null,
    at              timestamptz not null,
    actor           text not null,
    action          text not null check (action in ('saved', 'answered', 'deleted')),
    -- The code of the question and the answer, where one was asked.
    question        text,
    answer          text,
    body            jsonb
);
create index profile_history_name on profile_history (name, profile_history_id);

-- The layout of the file as it is recognised without anybody's help, and the profiles by which it was read.
alter table attachment add column fingerprint text;
alter table attachment add column profiles text[] not null default '{}';
create index attachment_fingerprint on attachment (fingerprint) where fingerprint is not null;

-- A reading that its own file, read again, no longer states. It is kept, and never counts again.
alter table reading add column withdrawn boolean not null default false;
create index reading_withdrawn on reading (reading_id) where withdrawn;
alter table reading drop constraint reading_check1;
alter table reading add constraint reading_superseded_or_withdrawn
    check ((superseded_at is null) = (superseded_by is null and not withdrawn));
