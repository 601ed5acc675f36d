-- What citizens and organisations add to cases and the like. The contents stand elsewhere (src/documents/shelf.rs), sealed with a key of
-- their own.
create table document (
    person uuid not null,
    id uuid not null,
    -- As it is shown; never part of an address or a path.
    name text not null constraint document_name check (char_length(name) between 1 and 100),
    -- The media type that its contents have.
    kind text not null,
    size integer not null constraint document_size check (size between 1 and 10485760),
    -- SHA-256 of the contents.
    sha256 bytea not null,
    at timestamptz not null,
    origin text not null constraint document_origin check (origin in ('citizen', 'organisation')),
    -- Whether a virus scanner looked at it.
    scanned boolean not null,
    -- The key that opens the contents, sealed (src/keys.rs).
    key bytea not null,
    primary key (person, id)
);
alter table document enable row level security;
alter table document force row level security;
create policy own on document using (person = (select acting_person())) with check (person = (select acting_person()));
create policy rotation on document to current_user using (true) with check (true);
grant select, insert on document to voordeur_application;

-- Contents that were put away before the transaction that records them: what is still here after a day was never recorded.
create table document_loose (
    id uuid primary key,
    at timestamptz not null
);
create index document_loose_at on document_loose (at);
grant select, insert, delete on document_loose to voordeur_application;
