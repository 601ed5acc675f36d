-- Who works out people takes turns with whoever changes their facts: the same locks, in the same order (0008_relations.sql).
create function people_lock(people uuid[]) returns void
    language plpgsql
as $$
declare
    a_lock bigint;
begin
    for a_lock in select distinct hashtextextended('facts ' || p, 0) as l from unnest(people) as p order by l loop
        perform pg_advisory_xact_lock(a_lock);
    end loop;
end $$;
revoke all on function people_lock from public;
grant execute on function people_lock to voordeur_application, voordeur_evaluator;

-- The people of a part, in the order of the table; null at the end.
create function sweep_boundaries(people_in_part integer) returns table (part integer, first_person uuid)
    language sql stable security invoker
as $$
    select ((row_number() over (order by person)) - 1)::integer, person
      from (select person, row_number() over (order by person) as place from facts) as p
     where (place - 1) % people_in_part = 0
$$;
revoke all on function sweep_boundaries from public;
grant execute on function sweep_boundaries to voordeur_evaluator;

-- Offers by service, for the nightly run.
create index offer_service on offer (service, person);
