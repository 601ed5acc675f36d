-- $1 cases, twenty lines of timeline each, spread over people: of every person in $2, and of as many made-up ones as are needed for
-- five cases each. The same every time.
with numbered as (
    select n,
           case when n <= cardinality($2::uuid[]) * 5 then ($2::uuid[])[1 + (n - 1) / 5]
                else ('018e0000-' || lpad(to_hex(n / 5 >> 16 & 65535), 4, '0') || '-7000-8000-' || lpad(to_hex(n / 5), 12, '0'))::uuid end as person,
           ('018d0000-' || lpad(to_hex(n >> 16 & 65535), 4, '0') || '-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid as id
      from generate_series(1, $1::bigint) as n
), made as (
    insert into cases (person, id, reference, kind, service, title, organisation, stage, status, status_at, received_at, standard_on,
                       term, term_law, counting, due_on, closed_at, changed_at)
    select person, id,
           case when n <= cardinality($2) * 5 then '2026-BENC-000' || (n - 1) % 5 else '2026-' || upper(lpad(to_hex(n), 8, '0')) end, 'application', 'zorgtoeslag',
           '{"nl": "Zorgtoeslag", "en": "Healthcare benefit"}', 'dienst-toeslagen',
           case (n - 1) % 5 when 0 then 'received' when 1 then 'in_treatment' when 2 then 'decided' else 'done' end,
           '{"nl": "Wij bekijken uw aanvraag.", "en": "We are looking at your application."}', now(),
           now() - (n % 40) * interval '1 day', current_date + 20, '8 weeks', 'Awb art. 4:13', 'termijnenwet',
           current_date - (n % 40)::integer + 56, case when (n - 1) % 5 > 2 then now() end, now() - (n % 40) * interval '1 hour'
      from numbered
), lines as (
    insert into case_event (person, case_id, sequence, at, known_at, actor, what)
    select person, id, line, now() - (40 - line) * interval '1 hour', now() - (40 - line) * interval '1 hour',
           case when line = 1 then 'citizen' else 'organisation' end,
           case when line = 1 then '{"kind": "opened"}'::jsonb
                else jsonb_build_object('kind', 'status', 'stage', 'in_treatment', 'words',
                                        jsonb_build_object('nl', 'Stap ' || line || ' van de behandeling is klaar.')) end
      from numbered cross join generate_series(1, 20) as line
)
insert into decision
select person, id, 'granted', 'U hebt recht op zorgtoeslag.', '{}', current_date, current_date, current_date + 42, '{}'
  from numbered where (n - 1) % 5 >= 2
