-- What a file itself proves of how it writes what can be read in two ways; later files of its sender are read by it.
alter table attachment add column decimal_mark text check (decimal_mark in ('.', ','));
alter table attachment add column date_order text check (date_order in ('day_first', 'month_first'));
create index attachment_notation on attachment (attachment_id)
    where decimal_mark is not null or date_order is not null;

-- From whom each file came, in lower case: the address of a mail, or the source of a bare file.
create view attachment_sender as
select distinct ma.attachment_id, lower(coalesce(m.sender, arrival.source)) as sender
from message_attachment ma
join message m using (message_id)
left join message_arrival arrival on m.sender is null and arrival.message_id = m.message_id
where coalesce(m.sender, arrival.source) is not null;

-- By sender and layout: what the files that were taken prove. Where two of them prove the opposite, nothing is proven.
create view proven_notation as
select origin.sender,
       a.fingerprint,
       case when min(a.decimal_mark) = max(a.decimal_mark) then min(a.decimal_mark) end as decimal_mark,
       case when min(a.date_order) = max(a.date_order) then min(a.date_order) end as date_order,
       max(a.read_at) as read_at
from attachment a
join attachment_sender origin using (attachment_id)
where (a.decimal_mark is not null or a.date_order is not null)
  and a.fingerprint is not null
  and a.outcome in ('accepted', 'partial')
group by 1, 2;
