-- Most files tell of new meters whose periods follow each other as they should: the ledger sees that while it stores
-- them, and need not load them again to find that there is nothing to derive.
alter table derivation_due add column nothing_odd boolean not null default false;
