-- How well a meter is known: where it stands on the ladder of baselines, and how well what was expected of it fits.

create table baseline_standing (
    meter_id        bigint primary key references meter,
    rung            text not null,
    -- Why not the next rung, as a sentence.
    refused         text,
    -- Over the last twelve months, flagged ones left out, each expected before it came; null where there are too few.
    cv_rmse         double precision,
    nmbe            double precision,
    months          integer not null check (months >= 0),
    model_version   text not null,
    computed_at     timestamptz not null
);
