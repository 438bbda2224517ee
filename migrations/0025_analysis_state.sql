-- What the last run of the analysis has seen of each commodity, so that the next one takes up what changed since.

create table analysis_state (
    -- The part of the meters that the run judged; empty: all.
    shard           text not null,
    commodity       text not null,
    -- A digest of the live readings, the meters and all that people have set.
    fingerprint     text not null,
    analysed_at     timestamptz not null,
    primary key (shard, commodity)
);
