-- What registers say about a person. One row is one record of a kind that the register's catalogue file describes (an address, a
-- partner); each attribute in it is one registered value.
create table registered_record (
    person uuid not null,
    register text not null,
    kind text not null,
    -- Which one of its kind: the first partner, the second. From 0.
    object smallint not null,
    -- 0 is what holds now; 1 and up is what was, newest first.
    version smallint not null,
    -- The organisation that answers for it.
    holder text not null,
    -- Attribute to value, both text; sealed where the catalogue says so. Dates are eight digits, of which a part may be zeros.
    values jsonb not null,
    -- Since when it is so (LO GBA 85.10), and when it was recorded (86.10): eight digits, a part may be zeros.
    valid_from text constraint registered_record_valid_from check (valid_from ~ '^[0-9]{8}$'),
    recorded_on text constraint registered_record_recorded_on check (recorded_on ~ '^[0-9]{8}$'),
    -- The document it rests on, as the register names it, which organisation has it (a municipality by its code) and its date.
    document text,
    document_holder text,
    document_date text constraint registered_record_document_date check (document_date ~ '^[0-9]{8}$'),
    -- What is being looked into (LO GBA 83.10: category, group, element; 00 is all below), and since and until when.
    doubt text constraint registered_record_doubt check (doubt ~ '^[0-9]{6}$'),
    doubt_since text constraint registered_record_doubt_since check (doubt_since ~ '^[0-9]{8}$'),
    doubt_until text constraint registered_record_doubt_until check (doubt_until ~ '^[0-9]{8}$'),
    -- Found to be wrong, or against public order (LO GBA 84.10); kept as history.
    wrong boolean not null default false,
    primary key (person, register, kind, object, version)
);
alter table registered_record enable row level security;
alter table registered_record force row level security;
create policy own on registered_record using (person = (select acting_person())) with check (person = (select acting_person()));
grant select, insert, delete, update (values) on registered_record to voordeur_application;

-- When a register last gave its data about a person.
create table register_delivery (
    person uuid not null,
    register text not null,
    received_at timestamptz not null,
    -- A keyed hash of what it gave (src/keys.rs): the same again changes nothing.
    digest bytea not null,
    primary key (person, register)
);
alter table register_delivery enable row level security;
alter table register_delivery force row level security;
create policy own on register_delivery using (person = (select acting_person())) with check (person = (select acting_person()));
grant select, insert, update on register_delivery to voordeur_application;
