-- A small organisation: 10 sites, 30 meters, 36 months until June 2026, mails of all outcomes, alerts of many kinds.
-- Everything is computed from row numbers, so that every run is the same.

create temporary table the_site (n int primary key, name text);
insert into the_site values
    (1, 'Harbour School'), (2, 'Town Hall'), (3, 'Nordbad Swimming Pool'), (4, 'Central Depot'),
    (5, 'Library West'), (6, 'Fire Station 2'), (7, 'Sports Hall Linden'), (8, 'Museum of Glass'),
    (9, 'Day Care Sunflower'), (10, 'Water Works Süd');

insert into site (name, name_key, time_zone, created_at)
    select name, lower(name), 'Europe/Berlin', '2023-07-03 06:00Z' from the_site order by n;

-- Three meters a site: electricity, gas, water; the place is the number of the meter.
create temporary table the_meter as
    select s.n as site_n, c.k as kind_n, (s.n - 1) * 3 + c.k as n, c.commodity, c.unit, c.price,
           c.size * (0.5 + 0.37 * ((s.n * 7) % 5)) as base, c.prefix || (1040 + s.n * 11 + c.k) as name
    from the_site s cross join (values
        (1, 'electricity', 'kWh', 0.2846, 9000.0, 'EL-'),
        (2, 'gas', 'kWh', 0.0915, 21000.0, 'GA-'),
        (3, 'water', 'm3', 4.72, 140.0, 'WA-')) as c(k, commodity, unit, price, size, prefix);

insert into meter (site_id, name, name_key, commodity, canonical_unit, confirmed, created_at)
    select s.site_id, m.name, lower(m.name), m.commodity, m.unit, m.n <> 29, '2023-07-03 06:00Z'
    from the_meter m join the_site t on t.n = m.site_n join site s on s.name = t.name order by m.n;

create temporary table the_month as
    select i as n, date '2023-07-01' + make_interval(months => i - 1) as start,
           date '2023-07-01' + make_interval(months => i) as stop
    from generate_series(1, 36) as i;

-- What is odd: factors from a month to a month.
create temporary table the_oddity (meter_n int, first int, last int, factor double precision);
insert into the_oddity values
    (3, 33, 36, 2.15), (7, 36, 36, 1000), (14, 36, 36, 0), (4, 35, 35, 1.92), (21, 34, 36, 1.58),
    (9, 36, 36, 4.4), (16, 36, 36, 0.1), (23, 34, 36, 1.31), (26, 31, 36, 0.55), (28, 36, 36, 1.46),
    (12, 30, 36, 1.22), (19, 36, 36, 2.6), (1, 24, 24, 1.7);

create temporary table the_value as
    select m.n as meter_n, t.n as month_n, m.base * season as expected,
           round((m.base * season * coalesce(o.factor, 1)
                  * (1 + 0.05 * sin(m.n * 12.9898 + t.n * 78.233)))::numeric, 1) as observed
    from the_meter m cross join the_month t
    cross join lateral (select case m.kind_n
        when 1 then 1 + 0.12 * cos((t.n + 5.5) * pi() / 6)
        when 2 then 1 + 0.72 * cos((t.n + 5.5) * pi() / 6)
        else 1 - 0.10 * cos((t.n + 5.5) * pi() / 6) end as season) s
    left join the_oddity o on o.meter_n = m.n and t.n between o.first and o.last
    -- A gap: nobody sent two months of this meter.
    where not (m.n = 3 and t.n in (20, 21)) and not (m.n = 24 and t.n > 34);

-- One mail a month with one workbook.
insert into message (content_digest, header_id, sender, subject, sent_at, received_at, size_bytes, raw)
    select sha256(('mail ' || n)::bytea), '<report-' || n || '@stadtwerke.example>', 'readings@stadtwerke.example',
           'Consumption report ' || to_char(start, 'FMMonth YYYY'), stop + interval '3 days 5 hours',
           stop + interval '3 days 5 hours 4 minutes', 61000 + n * 37,
           ('Subject: Consumption report' || chr(10) || chr(10) || 'Mail ' || n)::bytea
    from the_month order by n;
insert into message_arrival (source, location, message_id, seen_at)
    select 'utilities', 'INBOX;1;' || message_id, message_id, received_at from message;

insert into attachment (sha256, size_bytes, content, format, outcome, layouts, reader_version, read_at,
                        rows, accepted, duplicate, superseding, refused, not_data)
    select sha256(('workbook ' || t.n)::bytea), 42000 + t.n, ('workbook ' || t.n)::bytea, 'xlsx', 'accepted',
           '[{"sheet": "Readings", "kind": "long", "header_rows": [2], "fingerprint": "9f2c",
              "columns": [[0, "site", "Location"], [1, "meter", "Meter no."], [2, "period start", "From"],
                          [3, "period end", "To"], [5, "quantity", "Consumption"], [6, "cost", "Net EUR"]]}]',
           '0.1.0', t.stop + interval '3 days 5 hours 5 minutes',
           v.count + 4, v.count, 0, 0, 0, 4
    from the_month t cross join lateral (select count(*) from the_value v where v.month_n = t.n) v order by t.n;
insert into message_attachment (message_id, ordinal, attachment_id, file_name, content_type)
    select message_id, 1, message_id, 'consumption-' || to_char(start, 'YYYY-MM') || '.xlsx',
           'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'
    from message join the_month on n = message_id;

insert into reading (meter_id, period_start, period_end, kind, quantity, unit, canonical_quantity, cost, currency,
                     attachment_id, sheet, cell, recorded_at)
    select v.meter_n, t.start, t.stop,
           case when v.meter_n % 5 = 3 and v.month_n = 28 then 'estimated' else 'consumption' end,
           v.observed, m.unit, v.observed, round(v.observed * m.price::numeric, 2), 'EUR',
           v.month_n, 'Readings', 'F' || (v.meter_n + 3), t.stop + interval '3 days 5 hours 5 minutes'
    from the_value v join the_month t on t.n = v.month_n join the_meter m on m.n = v.meter_n
    order by v.month_n, v.meter_n;

insert into baseline (meter_id, first_month, observed, expected, lower, upper, score, rung, kind, words, excess_cost,
                      model_version, computed_at)
    select v.meter_n, min(t.start), array_agg(v.observed order by t.start), array_agg(v.expected order by t.start),
           array_agg(v.expected * 0.86 order by t.start), array_agg(v.expected * 1.14 order by t.start),
           array_agg(abs(v.observed::double precision - v.expected) / (v.expected * 0.07) order by t.start),
           array_agg(case when v.month_n < 13 then 1 else 2 end order by t.start),
           array_agg(null::smallint), '{level,seasonal}', array_agg(null::double precision), '1', '2026-07-06 05:12Z'
    from the_value v join the_month t on t.n = v.month_n where v.month_n > 3 group by v.meter_n;

-- A later mail corrects two readings of March 2026.
insert into message (content_digest, header_id, sender, subject, sent_at, received_at, size_bytes, raw)
    values (sha256('correction'), '<correction@stadtwerke.example>', 'billing@stadtwerke.example',
            'Corrected invoice March 2026', '2026-07-04 08:10Z', '2026-07-04 08:12Z', 30211, 'Subject: Corrected');
insert into attachment (sha256, size_bytes, content, format, outcome, reader_version, read_at,
                        rows, accepted, duplicate, superseding, refused, not_data)
    values (sha256('correction'), 21033, 'correction', 'xlsx', 'accepted', '0.1.0', '2026-07-04 08:12Z', 6, 0, 2, 2, 0, 2);
insert into message_attachment (message_id, ordinal, attachment_id, file_name)
    values (37, 1, 37, 'Korrektur März 2026.xlsx');
with later as (
    insert into reading (meter_id, period_start, period_end, kind, quantity, unit, canonical_quantity, cost, currency,
                         attachment_id, sheet, cell, recorded_at, superseded_at, superseded_by)
        select meter_id, period_start, period_end, kind, quantity + 1000, unit, canonical_quantity + 1000, cost, currency,
               37, 'Blatt1', 'C' || meter_id, '2026-05-04 08:12Z', '2026-07-04 08:12Z', reading_id
        from reading where meter_id in (1, 2) and period_start = '2026-03-01'
        returning reading_id)
select count(*) from later;

-- Overlapping periods are seen, not added up.
insert into finding (code, sentence, meter_id, reading_id, other_reading_id, found_at)
    select 'overlap', 'The period 14 May to 13 June 2026 overlaps May 2026 of the same meter.', 5, a.reading_id,
           b.reading_id, '2026-07-03 05:05Z'
    from reading a, reading b
    where a.meter_id = 5 and a.period_start = '2026-05-01' and b.meter_id = 5 and b.period_start = '2026-06-01';

-- Files of the other outcomes.
insert into message (content_digest, header_id, sender, subject, sent_at, received_at, size_bytes, raw, problems) values
    (sha256('m38'), '<q1@netz.example>', 'meter-data@netz.example', 'Zählerstände Juni', '2026-07-05 06:00Z',
     '2026-07-05 06:02Z', 88213, 'Subject: Q1', '[]'),
    (sha256('m39'), '<q2@property.example>', 'office@property.example', 'FW: water readings', '2026-07-05 15:30Z',
     '2026-07-05 15:31Z', 150444, 'Subject: Q2',
     '[{"code": "damaged_mail", "sentence": "The second part of the mail ends in the middle of a line.", "sheet": null, "cell": null}]'),
    (sha256('m40'), null, 'newsletter@supplier.example', 'Our new tariffs', '2026-07-06 04:00Z',
     '2026-07-06 04:01Z', 9021, 'Subject: Tariffs', '[]');
insert into message_arrival (source, location, message_id, seen_at)
    select 'utilities', 'INBOX;1;' || message_id, message_id, received_at from message where message_id > 36;
insert into attachment (sha256, size_bytes, content, format, outcome, outcome_code, outcome_sentence, problems,
                        reader_version, read_at, rows, accepted, duplicate, superseding, refused, not_data) values
    (sha256('a38'), 51200, 'a38', 'xlsx', 'quarantined', 'encrypted', 'The workbook is protected by a password.',
     '[{"code": "encrypted", "sentence": "The workbook is protected by a password.", "sheet": null, "cell": null}]',
     '0.1.0', '2026-07-05 06:02Z', 0, 0, 0, 0, 0, 0),
    (sha256('a39'), 33120, 'a39', 'csv', 'partial', null, null,
     '[{"code": "ambiguous_date", "sentence": "Day and month could be exchanged in column Date: 03/04/2026.", "sheet": "", "cell": {"row": 7, "column": 1}}]',
     '0.1.0', '2026-07-05 15:31Z', 48, 40, 2, 0, 4, 2),
    (sha256('a40'), 18231, 'a40', null, 'not_data', null, null, '[]', '0.1.0', '2026-07-05 15:31Z', 0, 0, 0, 0, 0, 0);
insert into message_attachment (message_id, ordinal, attachment_id, file_name, path) values
    (38, 1, 38, 'Zählerstände_06_2026.xlsx', '{}'),
    (39, 1, 39, 'water-2026-06.csv', '{"FW: water readings", "readings.zip"}'),
    (39, 2, 40, 'logo.png', '{}');
insert into refusal (attachment_id, sheet, cell, code, sentence) values
    (39, '', 'D8', 'not_a_number', 'A quantity was expected, but the cell holds "see note".'),
    (39, '', 'D15', 'error_cell', 'The cell holds the error #REF!.'),
    (39, '', 'D22', 'negative_quantity', 'The quantity is -41.'),
    (39, '', 'B31', 'not_a_date', 'A date was expected, but the cell holds "Q2".');

-- The alerts. The money is the excess at the meter's own price.
create temporary table the_alert (meter_n int, first int, last int, kind text, severity text, state text, hours int, reason text);
insert into the_alert values
    (3, 33, 36, 'leak', 'high', 'open', 27, 'Water use has been more than twice the expected since March and does not come back down, as a leak would make it.'),
    (7, 36, 36, 'unit_error', 'high', 'open', 27, 'June is 1,000 times what was to be expected: the figure fits when it is read as Wh instead of kWh.'),
    (9, 36, 36, 'spike', 'high', 'open', 27, 'June is more than four times what June usually takes, while the sites beside it are as always.'),
    (4, 35, 35, 'spike', 'medium', 'acknowledged', 900, 'May is nearly twice what was to be expected; June is back to normal.'),
    (21, 34, 36, 'step', 'medium', 'open', 51, 'Since April the level is half as high again as before and stays there.'),
    (19, 36, 36, 'spike', 'medium', 'open', 27, 'June is two and a half times what was to be expected.'),
    (28, 36, 36, 'spike', 'medium', 'open', 27, 'June is nearly half as much again as expected.'),
    (23, 34, 36, 'step', 'low', 'acknowledged', 700, 'Since April the level is about a third higher than before.'),
    (12, 30, 36, 'leak', 'medium', 'open', 300, 'Water use has crept up since December and never comes down at weekends.'),
    (14, 36, 36, 'zero', 'medium', 'open', 27, 'Nothing was used in June, where there was always some use before.'),
    (16, 36, 36, 'decimal', 'low', 'open', 27, 'June fits when the decimal mark is moved by one place.'),
    (26, 31, 36, 'drop', 'low', 'open', 400, 'Gas use has been about half of the expected since January.'),
    (1, 24, 24, 'spike', 'medium', 'resolved', 8900, 'June 2025 was far above what was to be expected.');

insert into alert (fingerprint, meter_id, kind, severity, state, period_start, period_end, observed, expected, lower,
                   upper, unit, excess, unit_price, cost, cost_lower, cost_upper, currency, reason, evidence, score,
                   rung, model_version, opened_at, updated_at, assignee, verdict, resolved_at, revision)
    select a.meter_n || ' ' || a.kind, a.meter_n, a.kind, a.severity, a.state, s.start, e.stop,
           v.observed, v.expected, v.expected * 0.89, v.expected * 1.11, m.unit, v.observed - v.expected, m.price,
           case when a.kind not in ('unit_error', 'decimal', 'zero')
                then round(((v.observed - v.expected) * m.price)::numeric, 2) end,
           case when a.kind not in ('unit_error', 'decimal', 'zero')
                then round(((v.observed - v.expected * 1.11) * m.price)::numeric, 2) end,
           case when a.kind not in ('unit_error', 'decimal', 'zero')
                then round(((v.observed - v.expected * 0.89) * m.price)::numeric, 2) end,
           'EUR', a.reason,
           jsonb_build_array(
               jsonb_build_object('name', 'own_history', 'weight', 14.2, 'sentence', 'The meter itself has never been so far from its season.'),
               jsonb_build_object('name', 'same_month_last_year', 'weight', 6.1, 'sentence', 'The same month of last year was ordinary.'),
               jsonb_build_object('name', 'peers', 'weight', 2.3, 'sentence', 'Meters of the same commodity moved as expected.'),
               jsonb_build_object('name', 'weather', 'weight', -1.4, 'sentence', 'The month was warmer than usual, which explains a small part.')),
           9.5, 'seasonal', '1', timestamptz '2026-07-06 09:00Z' - make_interval(hours => a.hours),
           timestamptz '2026-07-06 09:00Z' - make_interval(hours => a.hours / 2),
           case when a.state <> 'open' then 'ada' end, case when a.state = 'resolved' then 'known_event' end,
           case when a.state = 'resolved' then timestamptz '2025-07-20 09:00Z' end,
           case a.state when 'open' then 1 when 'acknowledged' then 2 else 3 end
    from the_alert a join the_meter m on m.n = a.meter_n
    join the_month s on s.n = a.first join the_month e on e.n = a.last
    cross join lateral (select sum(observed)::double precision as observed, sum(expected) as expected
                        from the_value v where v.meter_n = a.meter_n and v.month_n between a.first and a.last) v
    order by a.meter_n;
insert into alert_reading (alert_id, reading_id)
    select a.alert_id, r.reading_id from alert a join reading r using (meter_id)
    where r.period_start >= a.period_start and r.period_end <= a.period_end and r.superseded_at is null;
insert into alert_history (alert_id, at, actor, action, comment)
    select alert_id, opened_at, 'meterwatch', 'opened', '' from alert;
insert into alert_history (alert_id, at, actor, action, comment)
    select alert_id, updated_at, 'ada', 'acknowledged', 'Asked the caretaker to look at the valve in the cellar.'
    from alert where state <> 'open';
insert into alert_history (alert_id, at, actor, action, comment)
    select alert_id, resolved_at, 'ada', 'resolved', 'Summer party with a hired stage.' from alert where state = 'resolved';

insert into endpoint (name, url, created_at) values ('ops', 'http://127.0.0.1:9000/hook', '2026-07-01 00:00Z');
