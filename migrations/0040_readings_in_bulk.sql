-- Readings are written by the hundred thousand. Checking each row by itself whether its meter and its file are there
-- took three quarters of the time of storing it; the ledger, which alone writes readings, holds the lock of every meter
-- it names and stores the file in the same transaction. What remains to be refused is that one of them goes away.

alter table reading
    drop constraint reading_meter_id_fkey,
    drop constraint reading_attachment_id_fkey,
    drop constraint reading_superseded_by_fkey;

create function refuse_to_orphan_readings() returns trigger language plpgsql as $$
begin
    if tg_table_name = 'meter' then
        if exists (select from reading where meter_id = old.meter_id) then
            raise foreign_key_violation using message = format('meter %s has readings', old.meter_id);
        end if;
    elsif exists (select from reading where attachment_id = old.attachment_id) then
        raise foreign_key_violation using message = format('attachment %s has readings', old.attachment_id);
    end if;
    return old;
end $$;
create trigger meter_has_readings before delete on meter
    for each row execute function refuse_to_orphan_readings();
create trigger attachment_has_readings before delete on attachment
    for each row execute function refuse_to_orphan_readings();

-- The few rows that name a successor are still looked at one by one, at the end of the transaction.
create function reading_successor_is_there() returns trigger language plpgsql as $$
begin
    if not exists (select from reading where reading_id = new.superseded_by) then
        raise foreign_key_violation using message = format('reading %s is superseded by one that is not there', new.reading_id);
    end if;
    return null;
end $$;
create constraint trigger reading_successor after insert or update of superseded_by on reading
    deferrable initially deferred for each row when (new.superseded_by is not null)
    execute function reading_successor_is_there();

-- The readings of a file lie together, so a summary of blocks finds them, and costs next to nothing to keep.
drop index reading_attachment;
create index reading_attachment on reading using brin (attachment_id) with (pages_per_range = 16, autosummarize = on);
