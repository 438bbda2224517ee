-- The events of many alerts at once. The first run over an organisation raises thousands of alerts; telling them one by
-- one, PostgreSQL planned the queries of the payload again for each, which took longer than all that the alerts are.

-- The state of alerts as receivers get it, in the order in which they are asked for; complete: they need no second
-- request. The shape is `AlertData` of the crate `alerts`; the public references are computed there.
create function alert_event_data(the_alerts bigint[], the_references text[])
returns table (place bigint, alert_id bigint, data jsonb) language sql stable as $$
    select told.place, a.alert_id, jsonb_build_object(
        'reference', told.reference,
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
    from unnest(the_alerts, the_references) with ordinality as told (alert_id, reference, place)
    -- Alert by alert: for as few as are told at once no table is read as a whole.
    cross join lateral (select * from alert where alert.alert_id = told.alert_id offset 0) a
    left join meter m using (meter_id)
$$;

-- Tells the receivers how alerts stand now; called in the transaction that changes them.
create function announce_alerts(
    the_events uuid[], the_alerts bigint[], the_references text[], the_type text, the_time timestamptz
) returns void language sql as $$
    insert into outbox (event_id, alert_id, event_type, payload, created_at)
        select the_events[d.place], d.alert_id, the_type, jsonb_build_object(
            'type', the_type,
            'timestamp', to_char(the_time at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
            'version', 1,
            'data', d.data), the_time
        from alert_event_data(the_alerts, the_references) d order by d.place;
    -- To all configured endpoints, disabled ones too, where they wait.
    insert into delivery (event_id, endpoint_id, next_attempt_at)
        select told.event_id, endpoint_id, the_time
        from unnest(the_events) with ordinality as told (event_id, place) cross join endpoint
        where configured order by told.place, endpoint_id;
$$;

create or replace function announce_alert(
    the_event uuid, the_alert bigint, the_reference text, the_type text, the_time timestamptz
) returns void language sql as $$
    select announce_alerts(array[the_event], array[the_alert], array[the_reference], the_type, the_time)
$$;
drop function alert_event_data(bigint, text);
