-- Cases from an organisation's own Zaken API (src/zgw/).

-- Which document of the organisation is which of the portal's; none for one that cannot be kept (too large, or of no kind that is taken),
-- so that it is not fetched again and again.
create table imported_document (
    person uuid not null,
    case_id uuid not null,
    source_id uuid not null,
    document uuid,
    primary key (person, case_id, source_id)
);
alter table imported_document enable row level security;
alter table imported_document force row level security;
create policy own on imported_document using (person = (select acting_person())) with check (person = (select acting_person()));
grant select, insert on imported_document to voordeur_application;

-- Cases that an organisation says have changed, until they are fetched. It names nobody: whose case it is, the organisation tells when it
-- is asked.
create table case_to_fetch (
    organisation text not null,
    -- The UUID of the case at the organisation.
    source_id uuid not null,
    asked_at timestamptz not null,
    due_at timestamptz not null,
    tries smallint not null default 0,
    primary key (organisation, source_id)
);
create index case_to_fetch_due on case_to_fetch (due_at);
grant select, insert, update, delete on case_to_fetch to voordeur_application;
