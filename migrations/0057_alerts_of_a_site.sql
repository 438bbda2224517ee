-- The sites that an alert is about, and what it costs there: that of its meter, or of each of the meters it is about.
-- A site that was merged into another is that other one.
create view alert_at_site as
select about.alert_id,
       coalesce(s.counts_as, s.site_id) as site_id,
       sum(about.cost) filter (where about.cost > 0) as cost,
       min(about.currency) as currency
from (
    select alert_id, meter_id, cost, currency from alert where meter_id is not null
    union all
    select member.alert_id, member.meter_id, member.cost, member.currency
    from alert_member member join alert a using (alert_id)
    where a.meter_id is null
) about
join meter using (meter_id)
join site s using (site_id)
group by 1, 2;
