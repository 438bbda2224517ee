-- A bare file that arrived without a mail is its own original: its bytes stand with the file, and not a second time here.
alter table message alter column raw drop not null;
