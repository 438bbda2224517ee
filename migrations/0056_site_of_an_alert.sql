-- Where an alert is: the site of its meter, or of all the meters it is about where they are of one.
create function alert_site(the_alert bigint) returns text language sql stable as $$
    select coalesce(
        (select s.name from alert join meter using (meter_id) join site s using (site_id) where alert_id = the_alert),
        (select case count(distinct root.site_id) when 0 then 'No site' when 1 then min(root.name) else 'Several sites' end
         from alert_member join meter using (meter_id) join site s using (site_id)
         join site root on root.site_id = coalesce(s.counts_as, s.site_id)
         where alert_id = the_alert))
$$;

-- As before, with the site of an alert about many meters of one.
create or replace function alert_event_data(the_alert bigint, the_reference text) returns jsonb language sql stable as $$
    select jsonb_build_object(
        'reference', the_reference,
        'site', alert_site(a.alert_id),
        'meter', coalesce(m.name, a.subject),
        'commodity', coalesce(m.commodity, a.commodity, ''),
        'period_start', to_char(a.period_start, 'YYYY-MM-DD"T"HH24:MI:SS'),
        'period_end', to_char(a.period_end, 'YYYY-MM-DD"T"HH24:MI:SS'),
        'kind', a.kind, 'severity', a.severity, 'state', a.state,
        'observed', a.observed, 'expected', a.expected, 'lower', a.lower, 'upper', a.upper, 'unit', a.unit,
        'cost', a.cost::text, 'currency', a.currency, 'reason', a.reason,
        'sources', (
            select coalesce(jsonb_agg(source order by period_start desc, reading_id desc), '[]'::jsonb)
            from (
                select r.period_start, r.reading_id, jsonb_build_object(
                    'mail_subject', f.subject, 'mail_sender', f.sender, 'attachment', f.file_name,
                    'attachment_sha256', encode(t.sha256, 'hex'), 'sheet', r.sheet, 'cell', r.cell) as source
                from alert_reading ar join reading r using (reading_id) join attachment t using (attachment_id)
                left join lateral (
                    select ma.file_name, msg.subject, msg.sender
                    from message_attachment ma join message msg using (message_id)
                    where ma.attachment_id = r.attachment_id
                    order by ma.message_id, ma.ordinal limit 1
                ) f on true
                where ar.alert_id = a.alert_id
                    -- The newest period; of a fine one its last day.
                    and r.period_end > (
                        select max(newest.period_end) - interval '1 day'
                        from alert_reading nr join reading newest using (reading_id) where nr.alert_id = a.alert_id)
                order by r.period_start desc, r.reading_id desc limit 20
            ) cells))
    from alert a left join meter m using (meter_id)
    where a.alert_id = the_alert
$$;
