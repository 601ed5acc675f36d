-- The same with less work: facts are written by one plan, others are looked at only when what they use changed, and what a page shows
-- of services that need data is kept when rules are worked out.

-- Makes facts_write out of the columns of facts, so that its plan is made once in a session. A migration that changes the columns
-- calls it.
create function facts_write_make() returns void
    language plpgsql set search_path = public, pg_temp
as $make$
begin
    execute format($sql$
        create or replace function facts_write(old facts, new facts) returns text[]
            language plpgsql security definer set search_path = public, pg_temp set plan_cache_mode = force_generic_plan
        as $$
        declare
            before jsonb;
            names text[];
        begin
            if new is not distinct from old then
                return '{}';
            end if;
            before := to_jsonb(old);
            names := array(select n.key from jsonb_each(to_jsonb(new)) as n where n.value is distinct from before -> n.key order by n.key);
            update facts f set %s where f.person = old.person;
            return names;
        end $$
    $sql$, (select string_agg(format('%1$I = new.%1$I', attname), ', ' order by attnum)
              from pg_attribute
             where attrelid = 'facts'::regclass and attnum > 0 and not attisdropped and attname <> 'person'));
end $make$;
revoke all on function facts_write_make from public;
select facts_write_make();

-- As before. `also` is empty after an event about the person's own values, and everybody near after a change of their list, whose
-- locks the transaction has (relations_renew).
create or replace function facts_renew(also uuid[], own jsonb, whole boolean, of_partner jsonb, on_date date)
    returns table (whose uuid, names text[])
    language plpgsql security definer set search_path = public, pg_temp set plan_cache_mode = force_generic_plan
as $$
declare
    me uuid := acting_person();
    of_list boolean := cardinality(also) > 0;
    near uuid[] := case when of_list then also else facts_lock(me, '{}', '{}') end;
    mine text[] := '{}';
    before facts;
    one record;
begin
    -- Who died, was suspended or is a mistake is offered nothing, and counts for nobody.
    if exists (select from person p where p.person = me and p.standing in ('current', 'emigrated')) then
        select * into before from facts f where f.person = me;
        if not found and not whole then
            return query select me, null::text[];
            return;
        end if;
        if not found then
            insert into facts (person) values (me) returning * into before;
        end if;
        mine := facts_write(before, jsonb_populate_record(before, own));
    else
        delete from facts f where f.person = me returning * into before;
        if found then
            mine := array(select f.key from jsonb_each(to_jsonb(before)) as f where f.value <> 'null' and f.key <> 'person');
        end if;
    end if;
    -- While the list is as it was, the person takes nothing else over from others, and others only what changed now.
    if not of_list then
        near := case when mine && (array['birth_date', 'income_year'] || array(select value from jsonb_each_text(of_partner)))
                     then array_remove(near, me) else '{}' end;
    end if;
    if cardinality(near) > 0 then
        for one in select r.whose as person, r.derived from facts_from_relations(near, on_date, of_partner) as r order by r.whose loop
            select * into before from facts f where f.person = one.person;
            continue when not found;
            names := facts_write(before, jsonb_populate_record(before, one.derived));
            if one.person = me then
                mine := array(select distinct n from unnest(mine || names) as n order by n);
            elsif cardinality(names) > 0 then
                whose := one.person;
                return next;
            end if;
        end loop;
    end if;
    if cardinality(mine) > 0 then
        whose := me;
        names := mine;
        return next;
    end if;
end $$;

-- A plan that was made while the tables were empty is kept while an import fills them: these go by index from the start.
do $$
declare
    one regprocedure;
begin
    foreach one in array array[
        'facts_near(uuid)', 'facts_lock(uuid, uuid[], bytea[])', 'facts_from_relations(uuid[], date, jsonb)',
        'facts_renew(uuid[], jsonb, boolean, jsonb, date)', 'usage_append(timestamptz, text, text, text, text, text, text[])',
        'relations_renew(bytea[], bytea[], bytea, bytea[], text[], smallint[], bytea[], bytea[], uuid[], date[])'
    ]::regprocedure[] loop
        execute format('alter function %s set enable_seqscan = off', one);
    end loop;
end $$;

-- Services that cannot be worked out for somebody until they supply what is missing, as last worked out: {service: {period, missing}}.
create table needs_data (
    person uuid primary key,
    services jsonb not null
);
alter table needs_data enable row level security;
alter table needs_data force row level security;
create policy own on needs_data using (person = (select acting_person())) with check (person = (select acting_person()));
create policy everybody on needs_data to voordeur_evaluator using (true) with check (true);
grant select, insert, update on needs_data to voordeur_application, voordeur_evaluator;
-- Whom a version before this one worked out today is worked out again, to fill it.
delete from sweep_part;
delete from sweep;

-- As usage_append_for, for many people at once, nobody twice.
create policy append_each on usage_entry for insert to current_user with check (true);
create function usage_append_each(
    people uuid[], at timestamptz, organisation text, activity text, purpose text, legal_basis text, groups text[]
) returns void
    language plpgsql security definer set search_path = public, pg_temp set plan_cache_mode = force_generic_plan
as $$
declare
    a_lock bigint;
begin
    for a_lock in select hashtextextended('usage ' || p, 0) as l from unnest(people) as p order by l loop
        perform pg_advisory_xact_lock(a_lock);
    end loop;
    insert into usage_entry
    select p, coalesce(last.sequence, 0) + 1, at, organisation, 'system', activity, purpose, legal_basis, groups, coalesce(last.hash, ''),
           usage_hash(coalesce(last.hash, ''), p, coalesce(last.sequence, 0) + 1, at, organisation, 'system', activity, purpose,
                      legal_basis, groups)
      from unnest(people) as p
      left join lateral (select u.sequence, u.hash from usage_entry u where u.person = p order by u.sequence desc limit 1) as last on true;
end $$;
revoke all on function usage_append_each from public;
grant execute on function usage_append_each to voordeur_evaluator;
drop function usage_append_for;

-- Begins what an event says about one person: takes turns with whatever else knows the person by these keyed indexes, then acts for
-- the person, if there is one, and gives what is there of this kind of record. A row for each person found.
create function change_begin(indexes bytea[], register text, kind text)
    returns table (person uuid, holder text, happened_at timestamptz, records json)
    language plpgsql
as $$
declare
    a_lock bigint;
    people uuid[];
begin
    -- The locks of lock_and_find (src/registered_data/delivery.rs), in one order, so that two never wait for each other.
    for a_lock in select distinct ('x' || encode(substr(i, 1, 8), 'hex'))::bit(64)::bigint as l from unnest(indexes) as i order by l loop
        perform pg_advisory_xact_lock(a_lock);
    end loop;
    people := array(select distinct p.person from person_lookup p where p.index = any (indexes));
    if cardinality(people) <> 1 then
        return query select unnest(people), null::text, null::timestamptz, null::json;
        return;
    end if;
    perform set_config('voordeur.person', people[1]::text, true);
    return query
    select p.person, p.holder,
           (select k.happened_at from kind_delivery k
             where k.person = p.person and k.register = change_begin.register and k.kind = change_begin.kind),
           (select coalesce(json_object_agg(r.object, json_build_array(r.valid_from, r.values, r.wrong)), '{}')
              from registered_record r
             where r.person = p.person and r.register = change_begin.register and r.kind = change_begin.kind and r.version = 0)
      from person p where p.person = people[1];
end $$;
revoke all on function change_begin from public;
grant execute on function change_begin to voordeur_application;

-- Strict throughout, so that PostgreSQL writes it into the statement instead of calling it: the days since the first of the month are
-- counted on, by which 29 February becomes 1 March where there is none, as in age().
create or replace function rule.add_years(day date, years integer) returns date
    language sql immutable strict parallel safe
    return (date_trunc('month', day::timestamp) + make_interval(years => years))::date + (day - date_trunc('month', day::timestamp)::date);

-- In PL/pgSQL: an SQL function with a query in it starts anew at each call.
create or replace function rule.childcare_cost(
    childcare jsonb, first_child boolean, hours_month integer, daycare bigint, after_school bigint, childminder bigint
) returns bigint
    language plpgsql immutable strict parallel safe
as $$
declare
    child jsonb;
    hours bigint;
    rate bigint;
    cost bigint;
    all_cost bigint := 0;
    first_cost bigint := 0;
    most_hours bigint := -1;
    dearest bigint := -1;
begin
    for place in 0 .. jsonb_array_length(childcare) - 1 loop
        child := childcare -> place;
        -- What is not known counts as the most there can be.
        hours := coalesce((child ->> 'hours_month')::bigint, 1000000000);
        rate := coalesce((child ->> 'hourly_rate')::bigint, 1000000000);
        cost := least(hours, hours_month)
              * least(rate, case child ->> 'kind' when 'daycare' then daycare when 'after_school' then after_school else childminder end);
        all_cost := all_cost + cost;
        if hours > most_hours or (hours = most_hours and hours * rate > dearest) then
            first_cost := cost;
            most_hours := hours;
            dearest := hours * rate;
        end if;
    end loop;
    return case when first_child then first_cost else all_cost - first_cost end;
end $$;
