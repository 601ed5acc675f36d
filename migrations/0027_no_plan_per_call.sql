-- The same functions in PL/pgSQL, which keeps their plans. As SQL these cannot be written into the statement that calls them (what they
-- call is only stable, or they hold a query), so PostgreSQL reads and plans them again at each call.

create or replace function usage_hash(
    previous bytea, person uuid, sequence bigint, at timestamptz, organisation text, role text, activity text, purpose text,
    legal_basis text, groups text[]
) returns bytea
    language plpgsql immutable parallel safe
as $$
begin
    return sha256(previous || convert_to(json_build_array(
        person::text, sequence, (extract(epoch from at) * 1000000)::bigint, organisation, role, activity, purpose, legal_basis,
        to_json(groups)
    )::text, 'UTF8'));
end $$;

create or replace function rule.ascending(birth_dates date[]) returns boolean
    language plpgsql immutable strict parallel safe
as $$
begin
    return birth_dates = array(select born from unnest(birth_dates) as born order by born) and cardinality(birth_dates) <= 50;
end $$;
