-- When a source is expected to bring its next mail.

alter table source_state
    -- At least one new mail in so many days, as the configuration says; null: learnt from what came.
    add column expect_days integer check (expect_days between 1 and 400),
    -- What is expected, set or learnt, and the last day on which the next mail is in time; null: too little came to tell.
    add column every_days integer,
    add column due_on date;
