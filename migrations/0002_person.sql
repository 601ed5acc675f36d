-- Citizens known to the portal, and how a number leads to one.
create table person (
    person uuid primary key,
    -- Sealed (src/keys.rs); null where the register gives none.
    bsn bytea,
    a_number bytea,
    -- The organisation that keeps the person list.
    holder text not null,
    -- 'current', 'deceased', 'emigrated', 'suspended', or 'void' for a list that was opened in error (LO GBA 07.67.20).
    standing text not null constraint person_standing check (standing in ('current', 'deceased', 'emigrated', 'suspended', 'void')),
    -- Wet BRP art. 2.59: data are not given to others, and nobody else is shown the address.
    secret boolean not null
);
alter table person enable row level security;
alter table person force row level security;
create policy own on person using (person = (select acting_person())) with check (person = (select acting_person()));
-- Commands over everybody (key rotation, verification) run as the migrating role.
create policy migrator on person for select to current_user using (true);
grant select, insert, update on person to voordeur_application;

-- From a number to a person: a table of its own, so that on a distributed database it is the only look-up that crosses shards.
-- A row shows only to who knows the keyed index, or is its person, so nobody can list or guess.
create table person_lookup (
    index bytea not null,
    person uuid not null,
    primary key (index, person)
);
create index person_lookup_person on person_lookup (person);
alter table person_lookup enable row level security;
alter table person_lookup force row level security;
create policy known on person_lookup for select
    using (
        person = (select acting_person())
        or encode(index, 'hex') = any (string_to_array(current_setting('voordeur.lookup', true), ','))
    );
create policy add on person_lookup for insert with check (person = (select acting_person()));
create policy remove on person_lookup for delete using (person = (select acting_person()));
create policy migrator on person_lookup for select to current_user using (true);
grant select, insert, delete on person_lookup to voordeur_application;

-- A BSN that two person lists carry opens neither; the holders see the conflict at their desk.
create table bsn_conflict (
    person uuid primary key,
    index bytea not null,
    holder text not null,
    a_number bytea not null,
    found_at timestamptz not null
);
create index bsn_conflict_holder on bsn_conflict (holder, found_at);
alter table bsn_conflict enable row level security;
alter table bsn_conflict force row level security;
create policy own on bsn_conflict using (person = (select acting_person())) with check (person = (select acting_person()));
create policy holder on bsn_conflict for select using (holder = (select acting_organisation()));
grant select, insert, update, delete on bsn_conflict to voordeur_application;
