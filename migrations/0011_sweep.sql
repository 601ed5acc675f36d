-- Who works out people takes turns with whoever changes their facts (0008_relations.sql), in the same order.
grant execute on function facts_lock to voordeur_application, voordeur_evaluator;

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
