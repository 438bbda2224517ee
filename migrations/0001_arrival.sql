-- What arrived: mails and the distinct files in them, with the account of every row.

create table message (
    message_id      bigint generated always as identity primary key,
    -- SHA-256 of the bytes as they arrived: the identity of a mail.
    content_digest  bytea not null unique check (octet_length(content_digest) = 32),
    header_id       text,
    sender          text,
    subject         text,
    sent_at         timestamptz,
    received_at     timestamptz not null,
    size_bytes      bigint not null check (size_bytes >= 0),
    -- The stored original, so that it can be processed again.
    raw             bytea not null,
    -- What was damaged in the mail: an array of problems.
    problems        jsonb not null default '[]',
    -- How many files it holds, and when the last of them was committed. Until then it is taken up again.
    attachments     integer not null default 0 check (attachments >= 0),
    completed_at    timestamptz
);
-- Mails and workbooks are compressed already; trying again costs more than it saves.
alter table message alter column raw set storage external;
create index message_incomplete on message (message_id) where completed_at is null;

-- Where a mail was seen; the same mail may come by several ways.
create table message_arrival (
    source          text not null,
    -- Folder source: the path below the folder. IMAP: folder;uidvalidity;uid.
    location        text not null,
    message_id      bigint not null references message,
    seen_at         timestamptz not null,
    -- What changes when another file appears under the same name; empty where names are never used again.
    version         text not null default '',
    primary key (source, location)
);
create index message_arrival_message on message_arrival (message_id);

create table attachment (
    attachment_id   bigint generated always as identity primary key,
    sha256          bytea not null unique check (octet_length(sha256) = 32),
    size_bytes      bigint not null check (size_bytes >= 0),
    content         bytea not null,
    -- The format found by content: xlsx, xls, xlsb, ods, csv, ...
    format          text,
    -- accepted: every data row became a reading or was one already;
    -- partial: some rows were refused; quarantined: nothing was taken; not_data: no table of readings, nothing to ask.
    outcome         text not null check (outcome in ('accepted', 'partial', 'quarantined', 'not_data')),
    -- Why it was quarantined: the code and the sentence of the leading problem.
    outcome_code    text,
    outcome_sentence text,
    -- The layouts that were recognised, and all problems, as data.
    layouts         jsonb not null default '[]',
    problems        jsonb not null default '[]',
    -- When it was first said: the earliest date of the mails it came with. The newest statement of a value is live.
    stated_at       timestamptz not null default now(),
    reader_version  text not null,
    read_at         timestamptz not null,
    -- The account of rows; it always adds up.
    rows            bigint not null,
    accepted        bigint not null check (accepted >= 0),
    duplicate       bigint not null check (duplicate >= 0),
    superseding     bigint not null check (superseding >= 0),
    refused         bigint not null check (refused >= 0),
    not_data        bigint not null check (not_data >= 0),
    constraint row_account_adds_up
        check (rows = accepted + duplicate + superseding + refused + not_data),
    constraint quarantine_has_a_reason
        check (outcome <> 'quarantined' or (outcome_code is not null and outcome_sentence is not null))
);

alter table attachment alter column content set storage external;

-- A file in a mail. The same bytes in another mail or under another name are the same attachment.
create table message_attachment (
    message_id      bigint not null references message,
    ordinal         integer not null,
    attachment_id   bigint not null references attachment,
    file_name       text,
    content_type    text,
    -- The nested mails and archives it came through, outermost first.
    path            text[] not null default '{}',
    primary key (message_id, ordinal)
);
create index message_attachment_attachment on message_attachment (attachment_id);

-- A row that was not taken, with its place and its reason.
create table refusal (
    refusal_id      bigint generated always as identity primary key,
    attachment_id   bigint not null references attachment,
    sheet           text not null,
    cell            text,
    code            text not null,
    sentence        text not null
);
create index refusal_attachment on refusal (attachment_id);
