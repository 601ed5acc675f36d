-- Whether staff may ask about somebody: the person with one of these keyed indexes of a BSN, if they are served by the acting
-- organisation, which is the one that keeps their person list. Nothing for anybody else, so that who is not served looks the same as
-- who does not exist; nor for a number that leads to two people.
create function desk_serves(indexes bytea[]) returns uuid
    language plpgsql stable security definer set search_path = public, pg_temp
as $$
declare
    found_people uuid[] := array(select distinct l.person from person_lookup l where l.index = any (indexes));
begin
    if cardinality(found_people) <> 1 then
        return null;
    end if;
    return (select p.person
              from person p
             where p.person = found_people[1] and p.holder = nullif(acting_organisation(), '') and p.standing = 'current'
               and not exists (select from bsn_conflict c where c.person = p.person));
end $$;
revoke all on function desk_serves from public;
grant execute on function desk_serves to voordeur_application;
