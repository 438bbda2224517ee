-- What people know about a site: closures, works, a new tenant. The baseline takes it into account.

create table known_event (
    event_id        bigint generated always as identity primary key,
    site_id         bigint not null references site,
    -- One meter of the site; null: all of them.
    meter_id        bigint references meter,
    kind            text not null check (kind in ('closure', 'works', 'new_tenant', 'other')),
    -- Local dates, half-open; without an end until further notice.
    starts_on       date not null,
    ends_on         date,
    note            text not null default '',
    author          text not null,
    created_at      timestamptz not null,
    -- The alert whose verdict made it.
    alert_id        bigint references alert,
    -- Taken back; kept, since alerts were closed by it.
    withdrawn_at    timestamptz,
    withdrawn_by    text,
    check (ends_on is null or starts_on < ends_on),
    check ((withdrawn_at is null) = (withdrawn_by is null))
);
create index known_event_site on known_event (site_id) where withdrawn_at is null;
