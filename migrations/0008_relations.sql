-- Who belongs together: partners, children and who live at one address; and what follows from that for facts.

-- A present partner, or a child, as somebody's person list names them.
create table relation (
    person uuid not null,
    kind text not null constraint relation_kind check (kind in ('partner', 'child')),
    -- Which one of its kind in the list.
    object smallint not null,
    -- Keyed indexes (src/keys.rs) of the other's numbers, by which they are found when their own list comes in.
    a_number bytea,
    bsn bytea,
    -- Who it is, when the portal knows them.
    other uuid,
    -- Only when all of it is known.
    birth_date date,
    primary key (person, kind, object)
);
create index relation_a_number on relation (a_number) where a_number is not null;
create index relation_bsn on relation (bsn) where bsn is not null;
create index relation_other on relation (other) where other is not null;
alter table relation enable row level security;
alter table relation force row level security;
create policy own on relation using (person = (select acting_person())) with check (person = (select acting_person()));
create policy migrator on relation to current_user using (true) with check (true);
grant select on relation to voordeur_application;

-- Where somebody who is registered lives: a keyed index of the address, the same for everybody who lives there.
create table residence (
    person uuid primary key,
    address bytea not null
);
create index residence_address on residence (address);
alter table residence enable row level security;
alter table residence force row level security;
create policy own on residence using (person = (select acting_person())) with check (person = (select acting_person()));
create policy migrator on residence to current_user using (true) with check (true);
grant select on residence to voordeur_application;

-- When what a register last said about a kind of record happened. Of a kind that is not here nothing is known, not even that there
-- is none.
create table kind_delivery (
    person uuid not null,
    register text not null,
    kind text not null,
    happened_at timestamptz not null,
    primary key (person, register, kind)
);
alter table kind_delivery enable row level security;
alter table kind_delivery force row level security;
create policy own on kind_delivery using (person = (select acting_person())) with check (person = (select acting_person()));
grant select, insert, update on kind_delivery to voordeur_application;

create policy migrator on facts to current_user using (true) with check (true);

-- More people at one address are no household but an institution, where one change would otherwise touch hundreds of people.
create function household_limit() returns integer
    language sql immutable parallel safe return 20;

-- Everybody whose facts depend on this person's: the household, and partners either way.
create function facts_near(me uuid) returns uuid[]
    language plpgsql stable security definer set search_path = public, pg_temp set plan_cache_mode = force_generic_plan
as $$
begin
    -- In PL/pgSQL with one plan for all, which is kept from call to call: making it takes longer than it does.
    return array(select distinct p
      from (select me as p
            union all
            select unnest(case when count(*) <= household_limit() + 1 then array_agg(at_address.person) end)
              from (select o.person from residence mine join residence o on o.address = mine.address
                     where mine.person = me limit household_limit() + 2) as at_address
            union all
            select r.other from relation r where r.person = me and r.kind = 'partner'
            union all
            select r.person from relation r where r.other = me and r.kind = 'partner') as near
     where p is not null order by p);
end $$;
revoke all on function facts_near from public;

-- Takes turns with everybody whose facts may change together: first by address, then by person, each in one order, so that nobody
-- waits in a circle. Gives everybody near; `more` are people and addresses that come to it.
create function facts_lock(me uuid, more uuid[], addresses bytea[]) returns uuid[]
    language plpgsql security definer set search_path = public, pg_temp
as $$
declare
    a_lock bigint;
    near uuid[];
    late uuid[];
begin
    for a_lock in
        select distinct hashtextextended('address ' || encode(a, 'hex'), 0) as l
          from (select unnest(addresses) union all select r.address from residence r where r.person = me) as known (a)
         where a is not null order by l
    loop
        perform pg_advisory_xact_lock(a_lock);
    end loop;
    near := facts_near(me) || more
        || array(select o.person from residence o where o.address = any (addresses) limit household_limit() + 1);
    for a_lock in select distinct hashtextextended('facts ' || p, 0) as l from unnest(near) as p order by l loop
        perform pg_advisory_xact_lock(a_lock);
    end loop;
    -- Who came near while this waited: waiting for them too could be in the wrong order, so it is now or another try.
    late := array(select p from unnest(facts_near(me)) as p where p <> all (near));
    if exists (select from unnest(late) as p where not pg_try_advisory_xact_lock(hashtextextended('facts ' || p, 0))) then
        raise exception using errcode = 'serialization_failure', message = 'who belongs together changed meanwhile';
    end if;
    return array(select distinct p from unnest(near || late) as p order by p);
end $$;
revoke all on function facts_lock from public;

-- Keeps who belongs to the acting person as their list says it, and that others who named them now know who they are. Gives
-- everybody whose facts may change with it. All arrays about relations are of one length.
create function relations_renew(
    -- Every index under which the person's own numbers may be kept.
    my_a_numbers bytea[], my_bsns bytea[],
    -- Where they live, and the same address under older keys.
    at_address bytea, older_addresses bytea[],
    kinds text[], objects smallint[], a_numbers bytea[], bsns bytea[], others uuid[], birth_dates date[]
) returns uuid[]
    language plpgsql security definer set search_path = public, pg_temp
as $$
declare
    me uuid := acting_person();
    addresses bytea[] := array_remove(older_addresses || at_address, null);
    near uuid[];
begin
    near := facts_lock(
        me,
        array_remove(others, null)
            || array(select r.person from relation r where r.a_number = any (my_a_numbers) or r.bsn = any (my_bsns)),
        addresses);

    if at_address is null then
        delete from residence r where r.person = me;
    else
        update residence r set address = at_address where r.address = any (older_addresses);
        insert into residence values (me, at_address)
        on conflict (person) do update set address = excluded.address where residence.address <> excluded.address;
    end if;
    delete from relation r
     where r.person = me
       and not exists (select from unnest(kinds, objects) as k (kind, object) where k.kind = r.kind and k.object = r.object);
    insert into relation as r (person, kind, object, a_number, bsn, other, birth_date)
    select me, n.* from unnest(kinds, objects, a_numbers, bsns, others, birth_dates) as n
    on conflict (person, kind, object) do update
       set a_number = excluded.a_number, bsn = excluded.bsn, other = excluded.other, birth_date = excluded.birth_date
     where (r.a_number, r.bsn, r.other, r.birth_date)
           is distinct from (excluded.a_number, excluded.bsn, excluded.other, excluded.birth_date);
    update relation r set other = me
     where (r.a_number = any (my_a_numbers) or (r.a_number is null and r.bsn = any (my_bsns)))
       and r.other is distinct from me and r.person <> me;
    return near;
end $$;
revoke all on function relations_renew from public;
grant execute on function relations_renew to voordeur_application;

-- What relations say about these people on a day. `of_partner` says which fact is which fact of the partner.
create function facts_from_relations(people uuid[], on_date date, of_partner jsonb) returns table (whose uuid, derived jsonb)
    language plpgsql stable security definer set search_path = public, pg_temp set plan_cache_mode = force_generic_plan
as $$
begin
    return query
    with asked as (
        select a.person, r.address,
               (select count(*) from (select from residence o where o.address = r.address limit household_limit() + 1) as o) as size
          from unnest(people) as a (person) left join residence r on r.person = a.person
    ), near as (
        select a.person, o.person as other
          from asked a join residence o on o.address = a.address and o.person <> a.person
         where a.size <= household_limit()
    ), married as (
        select distinct on (r.person) r.person, r.other, r.birth_date
          from relation r where r.person = any (people) and r.kind = 'partner' order by r.person, r.object
    ), parents as (
        -- Who is not married is a partner of whom they live with and have a child with (Awir art. 3 lid 2).
        select distinct on (n.person) n.person, n.other
          from near n
          join relation mine on mine.person = n.person and mine.kind = 'child'
          join relation theirs on theirs.person = n.other and theirs.kind = 'child'
                              and (theirs.a_number = mine.a_number or theirs.bsn = mine.bsn)
         where not exists (select from relation r where r.person in (n.person, n.other) and r.kind = 'partner')
         order by n.person, n.other
    ), partner as (
        select person, other, birth_date from married
        union all
        select person, other, null from parents
    ), co_resident as (
        select n.person, f.birth_date, f.income_year
          from near n
          left join partner p on p.person = n.person
          left join facts f on f.person = n.other
         where n.other is distinct from p.other
           and not exists (select from relation c
                            where c.person in (n.person, p.other) and c.kind = 'child' and c.other = n.other
                              and coalesce(c.birth_date, f.birth_date) > rule.add_years(on_date, -23))
    ), co_residents as (
        select person,
               case when bool_and(income_year is not null) then least(sum(income_year), 100000000000) end as income_year,
               case when bool_or(birth_date <= rule.add_years(on_date, -21)) then true
                    when bool_and(birth_date is not null) then false end as any_21
          from co_resident group by person
    )
    select a.person,
           jsonb_build_object(
               'has_partner', p.person is not null,
               'household_size', case when a.address is not null and a.size <= household_limit() then a.size end,
               'co_resident_income_year',
               case when c.person is not null then c.income_year
                    when a.address is not null and a.size <= household_limit() then 0 end,
               'co_resident_21',
               case when c.person is not null then c.any_21
                    when a.address is not null and a.size <= household_limit() then false end)
           || coalesce((select jsonb_object_agg(
                                   o.key,
                                   coalesce(theirs.facts -> o.value, case o.value when 'birth_date' then to_jsonb(p.birth_date) end))
                          from jsonb_each_text(of_partner) as o), '{}')
      from asked a
      left join partner p on p.person = a.person
      left join lateral (select to_jsonb(f) as facts from facts f where f.person = p.other offset 0) as theirs on true
      left join co_residents c on c.person = a.person;
end $$;
revoke all on function facts_from_relations from public;

-- Writes only the facts that differ; gives their names.
create function facts_write(old facts, new facts) returns text[]
    language plpgsql security definer set search_path = public, pg_temp
as $$
declare
    names text[] := array(select n.key from jsonb_each(to_jsonb(new)) as n join jsonb_each(to_jsonb(old)) as o using (key)
                           where n.value is distinct from o.value order by n.key);
begin
    if cardinality(names) > 0 then
        execute 'update facts set '
            || (select string_agg(format('%I = ($1).%I', name, name), ', ') from unnest(names) as name)
            || ' where person = ($1).person'
        using new;
    end if;
    return names;
end $$;
revoke all on function facts_write from public;

-- Brings facts up to date after a change of the acting person's data: their own as given, then what relations say of them and of
-- everybody near. Gives whose facts changed, and which; no names at all for the acting person: they have no facts yet, and `own` must
-- be all of them (`whole`). It touches nobody's rows but in this table.
create function facts_renew(also uuid[], own jsonb, whole boolean, of_partner jsonb, on_date date)
    returns table (whose uuid, names text[])
    language plpgsql security definer set search_path = public, pg_temp
as $$
declare
    me uuid := acting_person();
    near uuid[] := facts_lock(me, also, '{}');
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
    for one in
        select f as old, d.new
          from facts_from_relations(near, on_date, of_partner) as r
          join facts f on f.person = r.whose
         cross join lateral (select jsonb_populate_record(f, r.derived) as new) as d
         where d.new is distinct from f
         order by f.person
    loop
        whose := (one.old).person;
        names := facts_write(one.old, one.new);
        if whose = me then
            mine := array(select distinct n from unnest(mine || names) as n order by n);
        else
            return next;
        end if;
    end loop;
    whose := me;
    names := mine;
    if cardinality(mine) > 0 then
        return next;
    end if;
end $$;
revoke all on function facts_renew from public;
grant execute on function facts_renew to voordeur_application;
