-- Which names mean the same meter or site. Readings keep the meter that their file names; a merge says as which meter
-- it counts, so undoing it restores exactly what was.

alter table meter add column confirmed_at timestamptz;
alter table meter add column confirmed_by text;

-- The site or meter as which it counts, at the end of all merges; null where it stands for itself.
alter table site add column counts_as bigint references site;
alter table meter add column counts_as bigint references meter;
-- Whether it counts as another, or another as it: only then can two readings of one period be live.
alter table meter add column in_merge boolean not null default false;

create table site_merge (
    site_merge_id   bigint generated always as identity primary key,
    site_id         bigint not null references site,
    into_site_id    bigint not null references site,
    merged_at       timestamptz not null,
    merged_by       text not null,
    undone_at       timestamptz,
    undone_by       text,
    check (site_id <> into_site_id),
    check ((undone_at is null) = (undone_by is null))
);
create unique index site_merge_valid on site_merge (site_id) where undone_at is null;

create table meter_merge (
    meter_merge_id  bigint generated always as identity primary key,
    meter_id        bigint not null references meter,
    into_meter_id   bigint not null references meter,
    -- The merge of sites that it follows from: meters of the same name at both.
    site_merge_id   bigint references site_merge,
    merged_at       timestamptz not null,
    merged_by       text not null,
    undone_at       timestamptz,
    undone_by       text,
    check (meter_id <> into_meter_id),
    check ((undone_at is null) = (undone_by is null))
);
create unique index meter_merge_valid on meter_merge (meter_id) where undone_at is null;

create index meter_counted on meter ((coalesce(counts_as, meter_id)));
create index meter_unconfirmed on meter (meter_id) where not confirmed and counts_as is null;

-- Meters that stand for themselves, at the site as which theirs counts.
create view counted_meter as
    select m.meter_id, coalesce(s.counts_as, s.site_id) as site_id, m.name, m.name_key, m.commodity, m.canonical_unit,
           m.confirmed, m.register_digits, m.register_multiplier
    from meter m join site s using (site_id)
    where m.counts_as is null;

-- Live readings, each with the meter as which it counts. Where meters were merged and both state a period, the value that
-- was sent last counts.
create view counted_reading as
    select r.reading_id, coalesce(m.counts_as, m.meter_id) as meter_id, r.meter_id as named_meter_id, r.period_start,
           r.period_end, r.fold, r.kind, r.quantity, r.unit, r.canonical_quantity, r.cost, r.currency, r.quality,
           r.attachment_id, r.sheet, r.cell, r.recorded_at
    from reading r join meter m using (meter_id)
    where r.superseded_at is null
      and (not m.in_merge or not exists (
        select from meter sibling
        join reading other on other.meter_id = sibling.meter_id
        join attachment later on later.attachment_id = other.attachment_id
        join attachment own on own.attachment_id = r.attachment_id
        where coalesce(sibling.counts_as, sibling.meter_id) = coalesce(m.counts_as, m.meter_id)
          and sibling.meter_id <> m.meter_id and other.superseded_at is null
          and other.period_start = r.period_start and other.period_end = r.period_end and other.fold = r.fold
          and (case other.kind when 'register_reading' then 'r' when 'average_power' then 'p' else 'c' end)
            = (case r.kind when 'register_reading' then 'r' when 'average_power' then 'p' else 'c' end)
          and (later.stated_at, later.sha256, other.reading_id) > (own.stated_at, own.sha256, r.reading_id)));

-- Meters that a new one may be, as the ingest found them, the likeliest first.
create table meter_suggestion (
    meter_id        bigint not null references meter,
    into_meter_id   bigint not null references meter,
    position        smallint not null,
    sentence        text not null,
    primary key (meter_id, into_meter_id)
);

-- Meters that stand for themselves, as lists show them.
create view listed_meter as
    select m.meter_id, m.site_id, s.name as site, m.name, m.commodity, m.canonical_unit, m.confirmed, own.created_at,
           coalesce(r.readings, 0) as readings, r.first_start, r.last_end, named.attachment_id, named.file_name,
           array(select x.name || ' at ' || xs.name from meter x join site xs on xs.site_id = x.site_id
                 where x.counts_as = m.meter_id order by x.meter_id) as aliases
    from counted_meter m
    join meter own on own.meter_id = m.meter_id
    join site s on s.site_id = m.site_id
    left join lateral (
        select count(*) as readings, min(period_start) as first_start, max(period_end) as last_end
        from counted_reading c where c.meter_id = m.meter_id
    ) r on true
    left join lateral (
        select c.attachment_id, ma.file_name from reading c join message_attachment ma using (attachment_id)
        where c.meter_id = m.meter_id order by c.reading_id, ma.message_id, ma.ordinal limit 1
    ) named on true;

-- Merges that hold, of meters and of sites.
create view valid_merge as
    select 'meter' as what, g.meter_id as id, m.name || ' at ' || ms.name as name, g.into_meter_id as into_id,
           t.name || ' at ' || ts.name as into_name, g.merged_at, g.merged_by, g.site_merge_id is not null as follows_site
    from meter_merge g
    join meter m on m.meter_id = g.meter_id join site ms on ms.site_id = m.site_id
    join meter t on t.meter_id = g.into_meter_id join site ts on ts.site_id = t.site_id
    where g.undone_at is null
    union all
    select 'site', g.site_id, s.name, g.into_site_id, t.name, g.merged_at, g.merged_by, false
    from site_merge g join site s on s.site_id = g.site_id join site t on t.site_id = g.into_site_id
    where g.undone_at is null;

-- Brings counts_as to what the valid merges say, and has the consumption of what changed derived anew.
create function settle_identity() returns void language sql as $$
    with recursive step (site_id, into_site_id) as (
        select site_id, into_site_id from site_merge where undone_at is null
        union all
        select step.site_id, further.into_site_id from step
        join site_merge further on further.site_id = step.into_site_id and further.undone_at is null
    ), root as (
        select step.* from step where not exists (
            select from site_merge further where further.site_id = step.into_site_id and further.undone_at is null)
    )
    update site s set counts_as = root.into_site_id
    from site every left join root using (site_id)
    where s.site_id = every.site_id and s.counts_as is distinct from root.into_site_id;

    with recursive step (meter_id, into_meter_id) as (
        select meter_id, into_meter_id from meter_merge where undone_at is null
        union all
        select step.meter_id, further.into_meter_id from step
        join meter_merge further on further.meter_id = step.into_meter_id and further.undone_at is null
    ), root as (
        select step.* from step where not exists (
            select from meter_merge further where further.meter_id = step.into_meter_id and further.undone_at is null)
    ), wanted as (
        select m.meter_id, m.counts_as as before, root.into_meter_id as counts_as,
            root.into_meter_id is not null or m.meter_id in (select into_meter_id from root) as in_merge
        from meter m left join root using (meter_id)
    ), changed as (
        update meter m set counts_as = wanted.counts_as, in_merge = wanted.in_merge
        from wanted
        where m.meter_id = wanted.meter_id
            and (m.counts_as, m.in_merge) is distinct from (wanted.counts_as, wanted.in_merge)
        returning m.meter_id, wanted.before, m.counts_as
    )
    insert into derivation_due
        select distinct due from changed, unnest(array[changed.meter_id, changed.before, changed.counts_as]) as due
        where due is not null order by due
    on conflict do nothing;
$$;

-- Merges meters of one name at a merged site and at the site as which it counts; returns how many.
create function follow_site_merges(the_time timestamptz) returns bigint language plpgsql as $$
declare
    merged bigint;
begin
    if not exists (select from site where counts_as is not null) then
        return 0;
    end if;
    lock table site_merge, meter_merge in share row exclusive mode;
    insert into meter_merge (meter_id, into_meter_id, site_merge_id, merged_at, merged_by)
        select distinct on (m.meter_id) m.meter_id, same.meter_id, g.site_merge_id, the_time, g.merged_by
        from meter m
        join site s using (site_id)
        join site_merge g on g.site_id = s.site_id and g.undone_at is null
        join site target on coalesce(target.counts_as, target.site_id) = s.counts_as and target.site_id <> s.site_id
        join meter same on same.site_id = target.site_id and same.commodity = m.commodity
            and same.name_key = m.name_key and same.canonical_unit = m.canonical_unit and same.counts_as is null
        where m.counts_as is null
          -- Of two sites merged into a third the meters of the later one go.
          and (target.site_id = s.counts_as or target.site_id < s.site_id)
        order by m.meter_id, target.site_id = s.counts_as desc, same.meter_id
        on conflict do nothing;
    get diagnostics merged = row_count;
    if merged > 0 then
        perform settle_identity();
    end if;
    return merged;
end $$;

-- Each of the following returns `done`, or why nothing was done. Decisions are taken one after the other, so that no two
-- can lead in a circle.
create function merge_meter(the_meter bigint, the_target bigint, the_actor text, the_time timestamptz)
returns text language plpgsql as $$
declare
    one meter;
    other meter;
begin
    lock table site_merge, meter_merge in share row exclusive mode;
    select * into one from meter where meter_id = the_meter;
    select * into other from meter where meter_id = the_target;
    if one.meter_id is null or other.meter_id is null then
        return 'unknown';
    elsif one.counts_as is not null then
        return 'merged_before';
    elsif coalesce(other.counts_as, other.meter_id) = the_meter then
        return 'same';
    elsif (one.commodity, one.canonical_unit) <> (other.commodity, other.canonical_unit) then
        return 'unlike';
    end if;
    insert into meter_merge (meter_id, into_meter_id, merged_at, merged_by)
        values (the_meter, the_target, the_time, the_actor);
    perform settle_identity();
    return 'done';
end $$;

create function undo_meter_merge(the_meter bigint, the_actor text, the_time timestamptz)
returns text language plpgsql as $$
declare
    follows bigint;
begin
    lock table site_merge, meter_merge in share row exclusive mode;
    select site_merge_id into follows from meter_merge where meter_id = the_meter and undone_at is null;
    if not found then
        return 'not_merged';
    elsif follows is not null then
        return 'follows_site';
    end if;
    update meter_merge set undone_at = the_time, undone_by = the_actor
        where meter_id = the_meter and undone_at is null;
    perform settle_identity();
    return 'done';
end $$;

create function merge_site(the_site bigint, the_target bigint, the_actor text, the_time timestamptz)
returns text language plpgsql as $$
declare
    one site;
    other site;
begin
    lock table site_merge, meter_merge in share row exclusive mode;
    select * into one from site where site_id = the_site;
    select * into other from site where site_id = the_target;
    if one.site_id is null or other.site_id is null then
        return 'unknown';
    elsif one.counts_as is not null then
        return 'merged_before';
    elsif coalesce(other.counts_as, other.site_id) = the_site then
        return 'same';
    end if;
    insert into site_merge (site_id, into_site_id, merged_at, merged_by)
        values (the_site, the_target, the_time, the_actor);
    perform settle_identity();
    perform follow_site_merges(the_time);
    return 'done';
end $$;

create function undo_site_merge(the_site bigint, the_actor text, the_time timestamptz)
returns text language plpgsql as $$
declare
    undone bigint;
begin
    lock table site_merge, meter_merge in share row exclusive mode;
    update site_merge set undone_at = the_time, undone_by = the_actor
        where site_id = the_site and undone_at is null returning site_merge_id into undone;
    if undone is null then
        return 'not_merged';
    end if;
    perform settle_identity();
    -- Meters follow their sites only as long as both stand at one site; a merge further on may have led there.
    update meter_merge g set undone_at = the_time, undone_by = the_actor
        from meter m join site s using (site_id), meter t join site ts using (site_id)
        where g.undone_at is null and g.site_merge_id is not null and m.meter_id = g.meter_id
            and t.meter_id = g.into_meter_id
            and coalesce(s.counts_as, s.site_id) <> coalesce(ts.counts_as, ts.site_id);
    perform settle_identity();
    return 'done';
end $$;
