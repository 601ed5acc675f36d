-- Delivering to organisations' systems. How often in a row one refused an event, other than by being away; and the place of an event in
-- what its organisation fetches, given when it is first handed out: numbers are given before they are committed, and one that comes in
-- late must not be taken for one that was handed out before.
alter table outgoing_event
    add column refusals smallint not null default 0,
    add column position bigint;
create sequence outgoing_event_position as bigint;
create unique index outgoing_event_fetched on outgoing_event (organisation, position) where state <> 'done' and position is not null;
-- Forgets what was done long ago.
create index outgoing_event_done on outgoing_event (done_at) where state = 'done';
grant update (refusals, position) on outgoing_event to voordeur_application;
grant usage on sequence outgoing_event_position to voordeur_application;

-- Sealing applications anew, as is done with those of offers.
grant select (application), update (application) on cases to voordeur_evaluator;
create policy reseal on cases for update to voordeur_evaluator using (true) with check (true);
