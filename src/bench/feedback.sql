-- $1 items of feedback over two years: a quarter of one municipality, the rest of forty organisations; four of five were answered. Each
-- text is fourteen words out of more than a thousand, and a few words belong to each organisation. The same every time.
with vocabulary as (
    select array(select first || last
                   from unnest(array['wacht', 'bel', 'brief', 'betaal', 'aanvraag', 'huur', 'zorg', 'kinder', 'inkomens', 'adres', 'baan',
                                     'school', 'auto', 'paspoort', 'rekening', 'melding', 'bezwaar', 'uitkering', 'woning', 'belasting',
                                     'toeslag', 'pensioen', 'vergunning', 'subsidie', 'afspraak', 'balie', 'website', 'wijk', 'straat', 'afval']) first,
                        unnest(array['tijd', 'formulier', 'dienst', 'datum', 'termijn', 'bericht', 'regeling', 'kosten', 'bewijs', 'nummer',
                                     'gegevens', 'systeem', 'medewerker', 'procedure', 'uitleg', 'vraag', 'antwoord', 'plek', 'kaart', 'lijst',
                                     'verzoek', 'besluit', 'controle', 'wijziging', 'betaling', 'afspraak', 'pagina', 'storing', 'hulp', 'team',
                                     'loket', 'regel', 'bedrag', 'periode', 'code', 'aanvrager', 'woning', 'folder', 'scherm', 'dossier'])
                        last) as words
), numbered as (
    select n, hashint8(n) & 2147483647 as h,
           case when n % 4 = 0 then 'gemeente-0599' else 'organisatie-' || (hashint8(n) & 2147483647) % 40 end as organisation,
           (array['complaint', 'question', 'question', 'idea', 'complaint', 'compliment'])[1 + (n % 6)::int] as kind,
           now() - (n * 730 / $1) * interval '1 day' - (n % 86400) * interval '1 second' as received_at,
           n % 5 = 0 as is_open
      from generate_series(1, $1::bigint) n
)
insert into feedback (person, id, reference, kind, organisation, service, text, language, wants_answer, state, outcome, category, received_at,
                      term_from, due_on, answered_at, first_contact, closed_at, taken_by, taken_name, changed_at)
select ('018e0000-' || lpad(to_hex(n / 3 >> 16 & 65535), 4, '0') || '-7000-8000-' || lpad(to_hex(n / 3), 12, '0'))::uuid,
       ('018f1000-' || lpad(to_hex(n >> 16 & 65535), 4, '0') || '-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid,
       '2026-' || upper(lpad(to_hex(n), 8, '0')), kind, organisation,
       (array['zorgtoeslag', 'stadspas', 'kinderbijslag', 'huurtoeslag', 'kwijtschelding', null])[1 + h % 6],
       (select string_agg(case when i = h % 14 then (array['wachttijden', 'onbereikbaar', 'doorverbonden', 'kwijtgeraakt', 'onvriendelijk'])
                                                      [1 + hashtext(organisation) & 1 + (h >> 5 & 1)]
                               else words[1 + (hashint8(n * 31 + i) & 2147483647) % cardinality(words)] end, ' ')
          from generate_series(1, 14) i, vocabulary),
       'nl', true, case when is_open and kind = 'complaint' then 'acknowledged' when is_open then 'submitted'
                        when kind = 'idea' then 'declined' else 'answered' end,
       case when kind = 'complaint' and not is_open then 'partly' end,
       case when n % 3 = 0 then (array['waiting', 'clarity', 'website', 'data', 'money'])[1 + h % 5] end,
       received_at, received_at::date, current_date + (h % 60)::int - 10,
       case when not is_open then received_at + (h % 50) * interval '1 day' end, case when not is_open then h % 3 > 0 end,
       case when not is_open then received_at + (h % 50) * interval '1 day' end,
       case when is_open and h % 4 = 0 then 'bench' end, case when is_open and h % 4 = 0 then 'Bench' end, received_at
  from numbered
