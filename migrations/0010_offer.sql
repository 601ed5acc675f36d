-- What was found for whom, and what became of it. One per person, service and period; the states and who may change them are in
-- src/offers/model.rs.
create table offer (
    person uuid not null,
    service text not null,
    -- Which one of its service: the first day of the year or quarter, an expiry date, a child's birth date; 0001-01-01 where there is
    -- only ever one.
    period date not null,
    state text not null constraint offer_state check (state in ('offered', 'seen', 'accepted', 'declined', 'postponed', 'expired',
                                                               'withdrawn', 'suppressed', 'granted', 'undone')),
    -- Eurocents.
    year bigint,
    quarter bigint,
    month bigint,
    once bigint,
    -- Whether all facts came from registers ('certain') or some from the citizen ('likely').
    certainty text not null default 'certain' constraint offer_certainty check (certainty in ('certain', 'likely')),
    -- What led to it, kept as a receipt: since when the rule holds, a hash of what PostgreSQL was asked, and the conditions, steps and
    -- facts of that run.
    rule_from date not null,
    rule_hash text not null,
    run jsonb not null,
    evaluated_on date not null,
    found_at timestamptz not null,
    changed_at timestamptz not null,
    -- Something accepted or granted to which, by what is registered now, there is no longer a right.
    fits boolean not null default true,
    -- The last day to choose; of a grant, to undo it.
    expires_on date not null,
    reminded boolean not null default false,
    postponed_until date,
    -- Why it was declined or undone.
    reason text constraint offer_reason check (reason in ('have_it', 'not_wanted', 'data_wrong', 'other')),
    -- What the citizen filled in when accepting, sealed (src/keys.rs), and the number of the receipt.
    answers bytea,
    reference text,
    primary key (person, service, period)
);
-- The nightly run looks for what is over.
create index offer_expires on offer (expires_on) where state in ('offered', 'seen', 'postponed');
alter table offer enable row level security;
alter table offer force row level security;
create policy own on offer using (person = (select acting_person())) with check (person = (select acting_person()));
create policy everybody on offer to voordeur_evaluator using (true) with check (true);
grant select, insert, update on offer to voordeur_application, voordeur_evaluator;

-- Its timeline: who did what, when and why.
create table offer_event (
    person uuid not null,
    service text not null,
    period date not null,
    sequence integer not null,
    at timestamptz not null,
    actor text not null constraint offer_event_actor check (actor in ('system', 'citizen')),
    was text,
    state text not null,
    why text not null,
    primary key (person, service, period, sequence)
);
alter table offer_event enable row level security;
alter table offer_event force row level security;
create policy own on offer_event using (person = (select acting_person())) with check (person = (select acting_person()));
create policy everybody on offer_event to voordeur_evaluator using (true) with check (true);
grant select, insert on offer_event to voordeur_application, voordeur_evaluator;

-- Services that somebody does not want to be offered; '*' is all of them.
create table offer_opt_out (
    person uuid not null,
    service text not null,
    since timestamptz not null,
    primary key (person, service)
);
alter table offer_opt_out enable row level security;
alter table offer_opt_out force row level security;
create policy own on offer_opt_out using (person = (select acting_person())) with check (person = (select acting_person()));
create policy everybody on offer_opt_out for select to voordeur_evaluator using (true);
grant select, insert, delete on offer_opt_out to voordeur_application;
grant select on offer_opt_out to voordeur_evaluator;

-- What a citizen should know. The words stand in locales/, under the message's kind.
create table message (
    person uuid not null,
    id uuid not null default gen_random_uuid(),
    at timestamptz not null,
    -- The organisation it comes from.
    sender text not null,
    kind text not null constraint message_kind check (kind in ('offered', 'granted', 'changed', 'withdrawn', 'no_longer_fits',
                                                               'reminder', 'expired', 'back', 'accepted', 'undone')),
    service text not null,
    period date not null,
    read_at timestamptz,
    primary key (person, id)
);
create index message_at on message (person, at desc);
alter table message enable row level security;
alter table message force row level security;
create policy own on message using (person = (select acting_person())) with check (person = (select acting_person()));
create policy everybody on message for insert to voordeur_evaluator with check (true);
grant select, insert, update (read_at) on message to voordeur_application;
grant insert on message to voordeur_evaluator;

-- The evaluator logs what it changed in each person's own chain; usage_append takes the acting person.
create function usage_append_for(
    whose uuid, at timestamptz, organisation text, activity text, purpose text, legal_basis text, groups text[]
) returns void
    language plpgsql security definer set search_path = public, pg_temp
as $$
begin
    perform set_config('voordeur.person', whose::text, true);
    perform usage_append(at, organisation, 'system', activity, purpose, legal_basis, groups);
end $$;
revoke all on function usage_append_for from public;
grant execute on function usage_append_for to voordeur_evaluator;

-- Working out everybody for a day, in parts, so that several processes share the work and a killed one is taken up where it was.
create table sweep (
    on_date date primary key,
    started_at timestamptz not null,
    finished_at timestamptz
);
create table sweep_part (
    on_date date not null references sweep,
    part integer not null,
    -- People from (included) to (not included); the last part has no end.
    first_person uuid not null,
    next_person uuid,
    finished_at timestamptz,
    -- How many people were looked at, and offers written.
    people integer,
    changes integer,
    primary key (on_date, part)
);
-- What a service reaches, as counted by the last sweep.
create table service_reach (
    service text primary key,
    on_date date not null,
    fits bigint not null,
    needs_data bigint not null,
    people bigint not null
);
grant select, insert, update on sweep, sweep_part, service_reach to voordeur_evaluator;
grant select on sweep, service_reach to voordeur_application;
