-- A request to change a registered value. It is a case (kind 'correction'), which has its timeline, terms, messages and decision; this is
-- what it asks. Which state follows from what, and by whom, is in src/corrections/model.rs.
create table correction (
    person uuid not null,
    case_id uuid not null,
    -- The value as the register's page shows it: catalogue/registers/*.toml.
    register text not null,
    kind text not null,
    value text not null,
    -- Which one of its kind, as in registered_record.
    object smallint not null,
    -- Since when the record was so; null where nothing was registered.
    valid_from text constraint correction_valid_from check (valid_from ~ '^[0-9]{8}$'),
    -- Attribute to value as it stood (betwijfelde waarde) and as it is asked to be (voorgestelde waarde); no numbers of people. What was
    -- registered in the end is null until it is decided.
    registered jsonb,
    proposed jsonb not null,
    decided jsonb,
    state text not null constraint correction_state check (state in ('submitted', 'received', 'information_needed',
        'under_investigation', 'honoured', 'partly_honoured', 'refused', 'referred', 'withdrawn')),
    state_at timestamptz not null,
    -- Since when the value is under investigation, for who uses it (Wet BRP 1.7).
    investigated_at timestamptz,
    primary key (person, case_id)
);
-- One request at a time about one value.
create unique index correction_running on correction (person, register, value, object)
    where state in ('submitted', 'received', 'information_needed', 'under_investigation', 'referred');
alter table correction enable row level security;
alter table correction force row level security;
create policy own on correction using (person = (select acting_person())) with check (person = (select acting_person()));
grant select, insert, update (decided, state, state_at, investigated_at) on correction to voordeur_application;

-- A request in the making: what was typed and which documents were added, sealed (src/keys.rs).
create table correction_draft (
    person uuid not null,
    register text not null,
    value text not null,
    object smallint not null,
    draft bytea not null,
    changed_at timestamptz not null,
    primary key (person, register, value, object)
);
alter table correction_draft enable row level security;
alter table correction_draft force row level security;
create policy own on correction_draft using (person = (select acting_person())) with check (person = (select acting_person()));
create policy rotation on correction_draft to current_user using (true) with check (true);
grant select, insert, update, delete on correction_draft to voordeur_application;

-- How many requests came to what, per value and month: where a source is wrong shows without anybody's data.
create table correction_count (
    organisation text not null,
    month date not null,
    register text not null,
    value text not null,
    state text not null,
    corrections bigint not null,
    primary key (organisation, month, register, value, state)
);
grant select, insert, update on correction_count to voordeur_application;

-- When somebody who did not answer is reminded, once; null when that was done, or nothing was asked.
alter table cases add column remind_on date;
create index cases_remind_on on cases (remind_on) where remind_on is not null;
grant select (remind_on) on cases to voordeur_evaluator;
