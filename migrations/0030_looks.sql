-- Appends entries of several looks, each in its person's chain, in the order given; says of each whether it did. Who is busy in a
-- person's chain is not waited for, as others' entries would wait with it: such an entry is appended by usage_append.
create function usage_append_looks(
    people uuid[], at timestamptz[], organisations text[], roles text[], activities text[], purposes text[], legal_bases text[],
    groups jsonb[]
) returns boolean[]
    language plpgsql security definer set search_path = public, pg_temp set enable_seqscan = off
    set plan_cache_mode = force_generic_plan
as $$
declare
    appended boolean[] := '{}';
    seen text[];
    next bigint;
    last bytea;
begin
    for i in 1 .. cardinality(people) loop
        if not pg_try_advisory_xact_lock(hashtextextended('usage ' || people[i], 0)) then
            appended := appended || false;
            continue;
        end if;
        select u.sequence + 1, u.hash into next, last from usage_entry u where u.person = people[i] order by u.sequence desc limit 1;
        next := coalesce(next, 1);
        last := coalesce(last, '\x');
        seen := array(select jsonb_array_elements_text(groups[i]));
        insert into usage_entry
        values (people[i], next, at[i], organisations[i], roles[i], activities[i], purposes[i], legal_bases[i], seen, last,
                usage_hash(last, people[i], next, at[i], organisations[i], roles[i], activities[i], purposes[i], legal_bases[i], seen));
        appended := appended || true;
    end loop;
    return appended;
end $$;
revoke all on function usage_append_looks from public;
grant execute on function usage_append_looks to voordeur_application;
