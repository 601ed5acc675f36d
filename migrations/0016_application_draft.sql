-- An application in the making, for somebody who goes on later.
create table application_draft (
    person uuid not null,
    service text not null,
    -- What was typed and which documents were added, sealed (src/keys.rs).
    draft bytea not null,
    changed_at timestamptz not null,
    primary key (person, service)
);
alter table application_draft enable row level security;
alter table application_draft force row level security;
create policy own on application_draft using (person = (select acting_person())) with check (person = (select acting_person()));
create policy rotation on application_draft to current_user using (true) with check (true);
grant select, insert, update, delete on application_draft to voordeur_application;
