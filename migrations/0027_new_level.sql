-- A step that a person has found right is a known event of its own kind: the baseline begins anew with it.

alter table known_event drop constraint known_event_kind_check;
alter table known_event add constraint known_event_kind_check
    check (kind in ('closure', 'works', 'new_tenant', 'new_level', 'other'));
