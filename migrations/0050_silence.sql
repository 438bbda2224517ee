-- What is expected of a meter, by default learnt from what was delivered.

-- Days after the end of a period by which its reading is expected; null: learnt.
alter table meter add column due_days smallint check (due_days between 0 and 365);
-- Whether a missing reading is worth an alert: not for a meter that was taken out of use.
alter table meter add column watched boolean not null default true;
