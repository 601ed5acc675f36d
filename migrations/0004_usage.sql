-- Who looked at or processed a person's data. Written by usage_append alone: the application may read its person's entries and
-- append, never change. Each entry carries the hash of the one before it, so that a changed or removed entry shows.
create table usage_entry (
    person uuid not null,
    sequence bigint not null,
    at timestamptz not null,
    organisation text not null,
    -- 'citizen', 'staff' or 'system'.
    role text not null,
    activity text not null,
    purpose text not null,
    legal_basis text not null,
    -- Groups of data, as 'register' or 'register/kind'.
    groups text[] not null,
    previous bytea not null,
    hash bytea not null,
    primary key (person, sequence)
);
-- The citizen's page reads a month at a time.
create index usage_entry_at on usage_entry (person, at);
alter table usage_entry enable row level security;
alter table usage_entry force row level security;
create policy own on usage_entry for select using (person = (select acting_person()));
create policy append on usage_entry for insert to current_user with check (person = (select acting_person()));
create policy migrator on usage_entry for select to current_user using (true);
grant select on usage_entry to voordeur_application;

-- SHA-256 over the entry before and a JSON array of this one's fields in the order of the table; time in microseconds since 1970.
create function usage_hash(
    previous bytea, person uuid, sequence bigint, at timestamptz, organisation text, role text, activity text, purpose text,
    legal_basis text, groups text[]
) returns bytea
    language sql immutable parallel safe
    return sha256(previous || convert_to(json_build_array(
        person::text, sequence, (extract(epoch from at) * 1000000)::bigint, organisation, role, activity, purpose, legal_basis,
        to_json(groups)
    )::text, 'UTF8'));

-- Appends an entry for the acting person, in the caller's transaction. One writer per person at a time, or the chain would fork.
create function usage_append(
    at timestamptz, organisation text, role text, activity text, purpose text, legal_basis text, groups text[]
) returns void
    language plpgsql security definer set search_path = public, pg_temp
as $$
declare
    me uuid := acting_person();
    next bigint;
    last bytea;
begin
    perform pg_advisory_xact_lock(hashtextextended('usage ' || me, 0));
    select u.sequence + 1, u.hash into next, last from usage_entry u where u.person = me order by u.sequence desc limit 1;
    next := coalesce(next, 1);
    last := coalesce(last, '\x');
    insert into usage_entry
    values (me, next, at, organisation, role, activity, purpose, legal_basis, groups, last,
            usage_hash(last, me, next, at, organisation, role, activity, purpose, legal_basis, groups));
end $$;
revoke all on function usage_append from public;
grant execute on function usage_append to voordeur_application;
