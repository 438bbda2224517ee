-- What the workers run, as the pages and commands show it, and runs that people ask for.

create table job (
    job             text primary key,
    -- Five fields of cron, and the zone in which they are meant.
    cron            text not null,
    time_zone       text not null,
    next_slot       timestamptz,
    -- When a worker last said so; a job that no worker names any more goes.
    seen_at         timestamptz not null
);

-- A run that somebody asked for: the instant of the question is its slot. It waits until there is a run of this slot.
create table job_request (
    job             text not null,
    slot            timestamptz not null,
    requested_by    text not null,
    primary key (job, slot)
);

create index job_run_started on job_run (started_at desc);
