-- Alerts of several meters, what an alert proposes, and on what ground its money stands.

-- A finding about many meters belongs to none of them; then it says in words what it is about.
alter table alert alter column meter_id drop not null;
alter table alert
    add column subject text,
    -- What the meters of the subject count, where they count one thing.
    add column commodity text,
    -- What would mend it, for the page: the factor, the shares of a catch-up, the meter exchanged with.
    add column proposal jsonb,
    -- own_bills and borrowed: excess times a unit price; tariff: times a price that a person set; billed: from the
    -- amounts on the bills themselves; none: nothing is lost until the reading is corrected, or no price is known.
    add column cost_basis text not null default 'own_bills'
        check (cost_basis in ('own_bills', 'borrowed', 'tariff', 'billed', 'none')),
    -- What is to be said about the money besides the figure.
    add column cost_note text not null default '',
    add constraint alert_has_a_subject check (meter_id is not null or subject is not null);

-- The meters of an alert about several. Their own alerts of the same cause are not raised.
create table alert_member (
    alert_id    bigint not null references alert,
    meter_id    bigint not null references meter,
    observed    double precision not null,
    expected    double precision not null,
    cost        numeric,
    currency    text,
    primary key (alert_id, meter_id)
);
create index alert_member_meter on alert_member (meter_id);

-- The name of what stands out most in a period and what the deviation costs, so that another threshold can be tried on
-- the stored history.
alter table baseline_period
    add column kind text,
    add column excess_cost double precision,
    add column currency text;

-- An alert is first a bare claim of its fingerprint; its figures follow in the same transaction.
alter table alert
    alter column observed set default 0,
    alter column expected set default 0,
    alter column lower set default 0,
    alter column upper set default 0,
    alter column excess set default 0,
    alter column score set default 0,
    alter column unit set default '',
    alter column reason set default '',
    alter column rung set default 'no_history',
    alter column model_version set default '';

-- The state of an alert as receivers get it, complete: they need no second request. The shape is `AlertData` of the
-- crate `alerts`; the public reference is computed there.
create function alert_event_data(the_alert bigint, the_reference text) returns jsonb language sql stable as $$
    select jsonb_build_object(
        'reference', the_reference,
        'site', coalesce(s.name, 'Several sites'),
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
    from alert a left join meter m using (meter_id) left join site s using (site_id)
    where a.alert_id = the_alert
$$;

-- Tells the receivers how an alert stands now; called in the transaction that changes it.
create function announce_alert(
    the_event uuid, the_alert bigint, the_reference text, the_type text, the_time timestamptz
) returns void language sql as $$
    select enqueue_alert_event(the_event, the_alert, the_type, jsonb_build_object(
        'type', the_type,
        'timestamp', to_char(the_time at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
        'version', 1,
        'data', alert_event_data(the_alert, the_reference)), the_time)
$$;

-- The day from which on a meter is no longer to be billed, as a person said.
alter table meter add column closed_on date;
