-- What organisations' systems told: kept until it has had its effect, and its source and id for a while longer, so that the same
-- again is recognised. No row has a person: who it is about is in the sealed body, and is found by who processes it.
create table event (
    -- What CloudEvents makes an event unique by.
    source text not null,
    id text not null,
    -- The order in which they came in.
    number bigint not null generated always as identity,
    -- The organisation that sent it.
    organisation text not null,
    type text not null,
    -- When it happened, as the sender says, and when it came in.
    time timestamptz not null,
    received_at timestamptz not null,
    -- A keyed hash of what it says (src/keys.rs): another event with the same source and id is a mistake of its sender.
    -- Empty when its key is gone.
    digest bytea not null,
    -- 'waiting', 'done', or 'aside' for one that cannot have its effect until somebody looks.
    state text not null default 'waiting' constraint event_state check (state in ('waiting', 'done', 'aside')),
    -- What it says, sealed, and the keyed index of whom it is about; gone once it is done.
    body bytea,
    subject bytea,
    -- When it may be tried (again), how often that failed, and why.
    due_at timestamptz not null,
    tries smallint not null default 0,
    reason text,
    done_at timestamptz,
    primary key (source, id),
    constraint event_has_body check ((state = 'done') = (body is null) and (body is null) = (subject is null))
) with (autovacuum_vacuum_scale_factor = 0.02);  -- a queue: most of it changes
create unique index event_number on event (number);
-- What is next, and whether something about the same person goes before.
create index event_due on event (due_at, number) where state = 'waiting';
create index event_subject on event (subject, number) where subject is not null;
create index event_aside on event (number) where state = 'aside';
grant select, insert, delete, update (state, body, subject, digest, due_at, tries, reason, done_at) on event to voordeur_application;
