-- Two roles. The role that runs these migrations owns everything; voordeur_application, as which the portal runs, owns nothing and
-- is held to row level security. Whoever asks is set per transaction (src/database.rs); a transaction that forgot to, fails.
do $$
begin
    create role voordeur_application nologin;
exception
    when duplicate_object or unique_violation then null;  -- roles belong to the cluster, which may hold several databases
end $$;

do $$
begin
    if not pg_has_role(current_user, 'voordeur_application', 'member') then
        execute format('grant voordeur_application to %I', current_user);
    end if;
end $$;

revoke create on schema public from public;
grant usage on schema public to voordeur_application;

-- The person a transaction acts for. Raises an error when the transaction did not say: 42704 on a fresh connection, 22P02 on one
-- that was used before.
create function acting_person() returns uuid
    language sql stable parallel safe
    return current_setting('voordeur.person')::uuid;

-- The organisation for which a member of staff acts; empty for a citizen. Same errors.
create function acting_organisation() returns text
    language sql stable parallel safe
    return current_setting('voordeur.organisation');

-- How many migrations are done, for /readyz: the application may not read the table itself.
create function migrations_applied() returns bigint
    language plpgsql stable security definer set search_path = public, pg_temp
as $$ begin return (select count(*) from _sqlx_migrations where success); end $$;
revoke all on function migrations_applied from public;
grant execute on function migrations_applied to voordeur_application;
