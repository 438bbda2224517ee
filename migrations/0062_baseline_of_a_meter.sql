-- The baseline of a meter is one row with its months side by side, and no longer a row for each month: the analysis
-- writes, and reads again, all months of a meter together, and a million small rows cost it more than judging them.

create table baseline (
    meter_id        bigint primary key,
    -- The first month; the others follow one by one.
    first_month     date not null,
    -- All in the meter's canonical unit, for the whole month.
    observed        double precision[] not null,
    expected        double precision[] not null,
    lower           double precision[] not null,
    upper           double precision[] not null,
    -- Larger is more suspicious; comparable across meters.
    score           double precision[] not null,
    -- Places in `words`.
    rung            smallint[] not null,
    kind            smallint[] not null,
    words           text[] not null,
    excess_cost     double precision[] not null,
    currency        text,
    model_version   text not null,
    computed_at     timestamptz not null,
    constraint months_stand_side_by_side check (
        cardinality(expected) = cardinality(observed) and cardinality(lower) = cardinality(observed)
        and cardinality(upper) = cardinality(observed) and cardinality(score) = cardinality(observed)
        and cardinality(rung) = cardinality(observed) and cardinality(kind) = cardinality(observed)
        and cardinality(excess_cost) = cardinality(observed))
);
-- Numbers that hardly repeat are not worth an attempt to compress them, and most rows fit into a page.
alter table baseline
    alter column observed set storage external,
    alter column expected set storage external,
    alter column lower set storage external,
    alter column upper set storage external,
    alter column score set storage external,
    alter column rung set storage external,
    alter column kind set storage external,
    alter column excess_cost set storage external;
alter table baseline set (toast_tuple_target = 8160);

insert into baseline (meter_id, first_month, observed, expected, lower, upper, score, rung, kind, words, excess_cost,
    currency, model_version, computed_at)
select b.meter_id, b.first::date, array_agg(p.observed order by month), array_agg(p.expected order by month),
    array_agg(p.lower order by month), array_agg(p.upper order by month), array_agg(p.score order by month),
    array_agg(array_position(b.words, coalesce(p.rung, 'no_history'))::smallint order by month),
    array_agg(array_position(b.words, p.kind)::smallint order by month), b.words,
    array_agg(p.excess_cost order by month), max(p.currency), max(p.model_version), max(p.computed_at)
from (
    select meter_id, min(period_start) as first, max(period_start) as last,
        (select array_agg(distinct word) from baseline_period same
         cross join lateral (values (same.rung), (same.kind), ('no_history')) named (word)
         where same.meter_id = all_of.meter_id and word is not null) as words
    from baseline_period all_of group by meter_id
) b
cross join lateral generate_series(b.first, b.last, interval '1 month') as month
left join baseline_period p on p.meter_id = b.meter_id and p.period_start = month
group by b.meter_id, b.first, b.words;

drop table baseline_period;

-- Month by month, for who asks about some of them.
create view baseline_period as
select b.meter_id,
       b.first_month + make_interval(months => m.place::int - 1) as period_start,
       b.first_month + make_interval(months => m.place::int) as period_end,
       m.observed, m.expected, m.lower, m.upper, m.score,
       b.words[m.rung] as rung, b.model_version, b.computed_at, b.words[m.kind] as kind, m.excess_cost,
       case when m.excess_cost is not null then b.currency end as currency
from baseline b
cross join lateral unnest(b.observed, b.expected, b.lower, b.upper, b.score, b.rung, b.kind, b.excess_cost)
    with ordinality as m (observed, expected, lower, upper, score, rung, kind, excess_cost, place);

-- Without a foreign key, as it was with the months of `0059_baselines_in_bulk.sql`.
create or replace function refuse_to_orphan_baselines() returns trigger language plpgsql as $$
begin
    if exists (select from baseline where meter_id = old.meter_id) then
        raise foreign_key_violation using message = format('meter %s has baselines', old.meter_id);
    end if;
    return old;
end $$;
