-- Facts that somebody else's birthday changes: a child of 23 counts as a co-resident, and a co-resident is 21 (Wet op de huurtoeslag
-- art. 2, Awir art. 2 and 7).

-- Brings these facts up to date for whoever is near somebody of a part whose birthday was after the last day that is done, up to and
-- including this one. Gives whose facts changed, and which. It takes the turns of `people_lock`.
create function facts_of_birthdays(first_person uuid, next_person uuid, on_date date, of_partner jsonb)
    returns table (whose uuid, names text[])
    language plpgsql security definer set search_path = public, pg_temp set plan_cache_mode = force_generic_plan
as $$
declare
    -- What was written in the meantime was written for a later day.
    done date := (select max(s.on_date) from sweep s where s.finished_at is not null and s.on_date < facts_of_birthdays.on_date);
    near uuid[];
    before facts;
    one record;
begin
    if done is null or exists (select from sweep s where s.on_date > facts_of_birthdays.on_date) then
        return;
    end if;
    near := array(
        select distinct n.person
          from (select f.person from facts f
                 where f.person >= first_person and (next_person is null or f.person < next_person)
                   and (f.birth_date > rule.add_years(done, -21) and f.birth_date <= rule.add_years(on_date, -21)
                        or f.birth_date > rule.add_years(done, -23) and f.birth_date <= rule.add_years(on_date, -23))
                union
                select c.other from relation c
                 where c.person >= first_person and (next_person is null or c.person < next_person)
                   and c.kind = 'child' and c.other is not null
                   and c.birth_date > rule.add_years(done, -23) and c.birth_date <= rule.add_years(on_date, -23)) as turned
         cross join lateral unnest(facts_near(turned.person)) as n (person)
         where n.person <> turned.person
         order by n.person);
    perform people_lock(near);
    for one in select r.whose as person, r.derived from facts_from_relations(near, on_date, of_partner) as r order by r.whose loop
        select * into before from facts f where f.person = one.person;
        continue when not found;
        names := facts_write(before, jsonb_populate_record(before, one.derived));
        if cardinality(names) > 0 then
            whose := one.person;
            return next;
        end if;
    end loop;
end $$;
revoke all on function facts_of_birthdays from public;
grant execute on function facts_of_birthdays to voordeur_evaluator;
