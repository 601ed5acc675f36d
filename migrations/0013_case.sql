-- Work that an organisation does for a person. (`case` is a reserved word of SQL.) The stages, and who may do what in which, are in
-- src/cases/model.rs.
create table cases (
    person uuid not null,
    id uuid not null,
    -- What it is called in addresses and letters: long enough that nobody guesses another.
    reference text not null,
    kind text not null constraint cases_kind check (kind in ('application', 'grant', 'objection', 'correction', 'other')),
    -- Of the catalogue; none for what an organisation brings that the catalogue does not know.
    service text,
    -- {"nl": ..., "en": ...}
    title jsonb not null,
    organisation text not null,
    -- The case of which this is a part, under its contact point; the case whose decision is objected to.
    part_of uuid,
    objects_to uuid,
    -- Which offer it came from.
    period date,
    -- The organisation's own name for it.
    source_id text,
    stage text not null constraint cases_stage check (stage in ('received', 'in_treatment', 'decided', 'done')),
    -- The organisation's own status, as a plain sentence {"nl", "en"}, and when that was so.
    status jsonb,
    status_at timestamptz,
    received_at timestamptz not null,
    -- The promise: by when it is decided, and the legal term as text ("8 weeks"), the law it comes from, and which law counts it.
    standard_on date,
    term text not null,
    term_law text not null,
    counting text not null constraint cases_counting check (counting in ('termijnenwet', 'regulation-1182')),
    -- Terms by which it was extended, and days between which the clock stood still: [{"from", "until"}], the last of which may be open.
    extensions jsonb not null default '[]',
    pauses jsonb not null default '[]',
    -- The last day for a decision, as far as is known today; it moves on while the clock stands still.
    due_on date not null,
    paused boolean not null default false,
    -- What the organisation waits for: {"id", "words", "answer_by"}.
    question jsonb,
    answer_by date,
    -- Of an ingebrekestelling (Awb 4:17), and whether the citizen was told that it is late.
    default_notice_on date,
    late_told boolean not null default false,
    closed_at timestamptz,
    -- What the citizen sent, sealed (src/keys.rs).
    application bytea,
    -- The clerk who works on it, as the staff's identity provider names them, and how colleagues know them.
    taken_by text,
    taken_name text,
    -- A decision that waits for the eyes of a second clerk: {"by", "name", "decision"}.
    proposal jsonb,
    changed_at timestamptz not null,
    -- Counts changes, so that who decides on what they no longer see is told.
    version integer not null default 1,
    primary key (person, id),
    constraint cases_reference unique (person, reference),
    constraint cases_question check (question is null or stage in ('received', 'in_treatment')),
    constraint cases_proposal check (proposal is null or stage in ('received', 'in_treatment')),
    constraint cases_paused check (not paused or stage in ('received', 'in_treatment'))
);
-- The same case of an organisation once; the same offer makes one case.
create unique index cases_source on cases (person, organisation, source_id) where source_id is not null;
create unique index cases_offer on cases (person, service, period) where period is not null and kind in ('application', 'grant');
create index cases_of_person on cases (person, changed_at desc);
-- The desk's queue.
create index cases_open on cases (organisation, due_on, id) where stage in ('received', 'in_treatment');
create index cases_by_reference on cases (organisation, reference);
-- Whose time to answer is over while the clock stands still.
create index cases_answer_by on cases (answer_by) where answer_by is not null;
-- Who was not told yet that a decision is late.
create index cases_late on cases (due_on) where stage in ('received', 'in_treatment') and not paused and not late_told;
alter table cases enable row level security;
alter table cases force row level security;
create policy own on cases using (person = (select acting_person())) with check (person = (select acting_person()));
-- Staff find a case of their organisation, and then act in the name of the person it is about (database::Scope::turn_to), in whose log
-- that is written.
create policy desk on cases for select using (organisation = nullif((select acting_organisation()), ''));
create policy everybody on cases for select to voordeur_evaluator using (true);
grant select, insert, update on cases to voordeur_application;
-- The portal by itself finds what is late; it sees when and whose, and not what about.
grant select (person, id, stage, due_on, paused, late_told, answer_by) on cases to voordeur_evaluator;

-- Its timeline: what happened, when, and by whom.
create table case_event (
    person uuid not null,
    case_id uuid not null,
    sequence integer not null,
    -- When it happened; when the portal heard of it.
    at timestamptz not null,
    known_at timestamptz not null,
    actor text not null constraint case_event_actor check (actor in ('citizen', 'organisation', 'staff', 'system')),
    -- Which member of staff, for the organisation's own eyes.
    clerk text,
    -- {"kind": ..., ...}: src/cases/model.rs, Happening.
    what jsonb not null,
    -- Only for the organisation.
    internal boolean not null default false,
    primary key (person, case_id, sequence)
);
alter table case_event enable row level security;
alter table case_event force row level security;
create policy own on case_event using (person = (select acting_person())) with check (person = (select acting_person()));
grant select, insert on case_event to voordeur_application;

-- What was decided, and why (Awb 3:46).
create table decision (
    person uuid not null,
    case_id uuid not null,
    outcome text not null constraint decision_outcome check (outcome in ('granted', 'partly', 'refused', 'not_treated')),
    reasons text not null,
    -- Eurocents, per year, quarter, month or once; the law; the values it rests on and the run of the rule: src/cases/model.rs, Grounds.
    grounds jsonb not null,
    decided_on date not null,
    -- Made known to the citizen (Awb 3:41); the term for objecting starts on the next day (6:8).
    announced_on date not null,
    objection_until date,
    documents uuid[] not null default '{}',
    primary key (person, case_id)
);
alter table decision enable row level security;
alter table decision force row level security;
create policy own on decision using (person = (select acting_person())) with check (person = (select acting_person()));
grant select, insert on decision to voordeur_application;

-- What goes out to organisations' systems: in order for each case. No row has a person: who it is about is in the sealed body.
create table outgoing_event (
    number bigint not null generated always as identity primary key,
    id uuid not null,
    organisation text not null,
    case_id uuid not null,
    type text not null,
    time timestamptz not null,
    body bytea,
    -- 'waiting', 'done', or 'aside' for one that could not be delivered until somebody looks.
    state text not null default 'waiting' constraint outgoing_event_state check (state in ('waiting', 'done', 'aside')),
    due_at timestamptz not null,
    tries smallint not null default 0,
    reason text,
    done_at timestamptz,
    constraint outgoing_event_has_body check ((state = 'done') = (body is null))
) with (autovacuum_vacuum_scale_factor = 0.02);
create index outgoing_event_due on outgoing_event (due_at, number) where state = 'waiting';
create index outgoing_event_order on outgoing_event (case_id, number) where state <> 'done';
create index outgoing_event_organisation on outgoing_event (organisation, number) where state <> 'done';
grant select, insert, update (state, body, due_at, tries, reason, done_at), delete on outgoing_event to voordeur_application;

-- Which case came from an offer; what was granted gets its case afterwards.
alter table offer add column case_id uuid;
create index offer_granted on offer (person) where state = 'granted' and case_id is null;
