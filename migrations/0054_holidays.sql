-- Public holidays: the country whose rules a site follows, and what its meters use on such days.

alter table site add column holidays text check (holidays ~ '^[A-Z]{2}$');
alter table interval_month add column holiday_day double precision;
