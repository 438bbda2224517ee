-- What people ask for on the pages, and the worker does: files to be taken, stored files to be read again.

create table upload (
    upload_id       bigint generated always as identity primary key,
    file_name       text not null,
    size_bytes      bigint not null check (size_bytes >= 0),
    -- Emptied when it is taken: from then on the bytes stand with the mail that it became.
    content         bytea not null,
    uploaded_by     text not null,
    uploaded_at     timestamptz not null,
    taken_at        timestamptz
);
alter table upload alter column content set storage external;
create index upload_waiting on upload (upload_id) where taken_at is null;

create table reread_wish (
    wish_id         bigint generated always as identity primary key,
    attachment_id   bigint not null references attachment,
    wished_by       text not null,
    wished_at       timestamptz not null,
    done_at         timestamptz,
    -- What came of it, in a sentence.
    result          text
);
create unique index reread_wish_waiting on reread_wish (attachment_id) where done_at is null;
