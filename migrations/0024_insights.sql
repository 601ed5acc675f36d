-- What people say, counted, so that a page of insights reads few rows. Nobody is in these tables. And what was done with it.

-- How often a page was visited on a day, how often a form on it was sent or came back with mistakes, and whether visitors found it clear.
create table page_count (
    day date not null,
    -- Its route: /mijn/zaken/{reference}.
    page text not null,
    visits bigint not null default 0,
    sent bigint not null default 0,
    wrong bigint not null default 0,
    clear bigint not null default 0,
    unclear bigint not null default 0,
    primary key (day, page)
);
grant select, insert, update on page_count to voordeur_application;

-- What changed since it was last counted, for the functions below alone. Rows are only added, so that nobody waits for somebody else's
-- count.
create table insights_due (
    number bigint not null generated always as identity primary key,
    organisation text not null,
    -- The first day of the month in which it came in, or in which a survey was answered.
    month date not null,
    what text not null constraint insights_due_what check (what in ('feedback', 'survey')),
    -- Whose words are to be counted (1), or taken off again where it was passed on or moved to another service (-1).
    said_by uuid,
    feedback uuid,
    service text,
    words smallint not null default 0
);

-- Per month and kind; '-' is no service, '' is all of them together.
create table feedback_month (
    organisation text not null,
    service text not null,
    month date not null,
    kind text not null,
    received bigint not null,
    answered bigint not null,
    in_time bigint not null,
    -- Not answered, and the last day is over.
    late bigint not null,
    first_contact bigint not null,
    -- From who had said something to the same organisation in the four weeks before.
    repeated bigint not null,
    primary key (organisation, service, month, kind)
);
-- By the theme that the desk gave it; '' where it gave none.
create table feedback_category (
    organisation text not null,
    service text not null,
    month date not null,
    category text not null,
    items bigint not null,
    primary key (organisation, service, month, category)
);
create table survey_month (
    organisation text not null,
    service text not null,
    month date not null,
    answers bigint not null,
    satisfaction bigint not null,
    easy_answers bigint not null,
    easy bigint not null,
    primary key (organisation, service, month)
);

-- In how many items a word stands, by its stem; the stem '' counts the items themselves. Of all organisations together, how often each
-- form of a stem was written too, for the one that people read.
create table feedback_word (
    organisation text not null,
    service text not null,
    month date not null,
    stem text not null,
    items bigint not null,
    primary key (organisation, service, month, stem)
);
create table feedback_word_total (
    month date not null,
    stem text not null,
    items bigint not null,
    primary key (month, stem)
);
create table feedback_word_form (
    stem text not null,
    word text not null,
    items bigint not null,
    primary key (stem, word)
);

-- Words that stand out, worked out now and then.
create table feedback_theme (
    organisation text not null,
    service text not null,
    place integer not null,
    stem text not null,
    word text not null,
    items bigint not null,
    -- In the three months before.
    before bigint not null,
    score real not null,
    primary key (organisation, service, place)
);
create table feedback_theme_made (
    organisation text primary key,
    made_at timestamptz not null,
    stale boolean not null
);

-- An organisation sees its own.
do $$
declare
    counted text;
begin
    foreach counted in array array['feedback_month', 'feedback_category', 'survey_month', 'feedback_word', 'feedback_theme'] loop
        execute format('alter table %I enable row level security', counted);
        execute format('create policy desk on %I for select using (organisation = nullif((select acting_organisation()), ''''))', counted);
        execute format('grant select on %I to voordeur_application', counted);
    end loop;
end $$;

create policy functions on survey for select to current_user using (true);
create index feedback_received on feedback (organisation, received_at);
-- A kind of the queue by itself, which may be rare among the others.
create index feedback_open_kind on feedback (organisation, kind, due_on, id) where closed_at is null;
create index feedback_words on feedback using gin (to_tsvector('dutch', text));

create function insights_month(at timestamptz) returns date
    language sql immutable parallel safe
    return date_trunc('month', at at time zone 'Europe/Amsterdam')::date;

create function feedback_changed() returns trigger
    language plpgsql security definer set search_path = public, pg_temp
as $$
declare
    moved boolean := tg_op = 'UPDATE'
        and (old.organisation, coalesce(old.service, '')) is distinct from (new.organisation, coalesce(new.service, ''));
begin
    if moved then
        insert into insights_due (organisation, month, what, said_by, feedback, service, words)
        values (old.organisation, insights_month(old.received_at), 'feedback', old.person, old.id, old.service, -1);
    end if;
    insert into insights_due (organisation, month, what, said_by, feedback, service, words)
    values (new.organisation, insights_month(new.received_at), 'feedback', new.person, new.id, new.service,
            (moved or tg_op = 'INSERT')::int);
    return null;
end $$;
create trigger feedback_counted after insert on feedback for each row execute function feedback_changed();
create trigger feedback_counted_again after update on feedback for each row
    when ((old.organisation, old.service, old.category, old.answered_at, old.closed_at, old.first_contact, old.due_on)
          is distinct from (new.organisation, new.service, new.category, new.answered_at, new.closed_at, new.first_contact, new.due_on))
    execute function feedback_changed();

create function survey_changed() returns trigger
    language plpgsql security definer set search_path = public, pg_temp
as $$
begin
    insert into insights_due (organisation, month, what) values (new.organisation, insights_month(new.answered_at), 'survey');
    return null;
end $$;
create trigger survey_counted after update on survey for each row when (new.answered_at is not null) execute function survey_changed();

-- Counts a month of an organisation anew.
create function insights_count_feedback(whose text, of_month date, today date) returns void
    language plpgsql security definer set search_path = public, pg_temp
as $$
declare
    since timestamptz := of_month::timestamp at time zone 'Europe/Amsterdam';
    until timestamptz := (of_month + interval '1 month') at time zone 'Europe/Amsterdam';
begin
    delete from feedback_month where organisation = whose and month = of_month;
    delete from feedback_category where organisation = whose and month = of_month;
    insert into feedback_month
    select whose, coalesce(f.about, ''), of_month, f.kind, count(*), count(f.answered_at),
           count(*) filter (where (f.answered_at at time zone 'Europe/Amsterdam')::date <= f.due_on),
           count(*) filter (where f.closed_at is null and f.answered_at is null and f.due_on < today),
           count(*) filter (where f.first_contact),
           count(*) filter (where f.again)
      from (select kind, coalesce(service, '-') as about, answered_at, closed_at, due_on, first_contact,
                   exists (select from feedback e
                            where e.person = o.person and e.organisation = whose and e.id <> o.id
                              and e.received_at < o.received_at and e.received_at > o.received_at - interval '28 days') as again
              from feedback o
             where organisation = whose and received_at >= since and received_at < until) f
     group by grouping sets ((f.about, f.kind), (f.kind));
    insert into feedback_category
    select whose, coalesce(f.about, ''), of_month, f.theme, count(*)
      from (select coalesce(service, '-') as about, coalesce(category, '') as theme
              from feedback where organisation = whose and received_at >= since and received_at < until) f
     group by grouping sets ((f.about, f.theme), (f.theme));
end $$;

create function insights_count_surveys(whose text, of_month date) returns void
    language plpgsql security definer set search_path = public, pg_temp
as $$
begin
    delete from survey_month where organisation = whose and month = of_month;
    insert into survey_month
    select whose, coalesce(s.about, ''), of_month, count(*), sum(s.satisfaction), count(s.easy), coalesce(sum(s.easy), 0)
      from (select coalesce(service, '-') as about, satisfaction, easy
              from survey
             where organisation = whose and answered_at >= of_month::timestamp at time zone 'Europe/Amsterdam'
               and answered_at < (of_month + interval '1 month') at time zone 'Europe/Amsterdam') s
     group by grouping sets ((s.about), ())
    having count(*) > 0;
end $$;

-- Words that stand out: of an organisation, or of one of its services, in the last three months, against everything else that was said in
-- the last twelve. By log-odds with a half added to each count, divided by their standard error (Monroe, Colaresi and Quinn 2008); beyond
-- 3.29 it is no chance, although thousands of words are compared. A word in fewer than five items is not shown: it could name somebody.
create function insights_find_themes(whose text, today date) returns void
    language plpgsql security definer set search_path = public, pg_temp
as $$
declare
    since date := date_trunc('month', today - interval '2 months');
    long_since date := date_trunc('month', today - interval '11 months');
begin
    delete from feedback_theme where organisation = whose;
    insert into feedback_theme
    with own as (
        select coalesce(service, '') as service, stem, sum(items) filter (where month >= since) as items,
               coalesce(sum(items) filter (where month < since), 0) as before
          from feedback_word
         where organisation = whose and month >= since - interval '3 months'
         group by grouping sets ((service, stem), (stem))
    ), size as (
        select service, items from own where stem = '' and items > 0
    ), everything as (
        select stem, sum(items) as items from feedback_word_total where month >= long_since group by stem
    ), counted as (
        select o.service, o.stem, o.items, o.before, s.items - o.items as without,
               greatest(e.items - o.items, 0) as elsewhere,
               greatest(a.items - s.items - greatest(e.items - o.items, 0), 0) as elsewhere_without
          from own o
          join size s using (service)
          join everything e on e.stem = o.stem
          join everything a on a.stem = ''
         where o.stem <> '' and o.items >= 5
    ), scored as (
        select *, (ln((items + 0.5) / (without + 0.5)) - ln((elsewhere + 0.5) / (elsewhere_without + 0.5)))
                  / sqrt(1 / (items + 0.5) + 1 / (elsewhere + 0.5)) as score
          from counted
    ), placed as (
        select *, row_number() over (partition by service order by score desc, items desc, stem) as place from scored where score > 3.29
    )
    select whose, service, place, stem,
           coalesce((select f.word from feedback_word_form f where f.stem = p.stem order by f.items desc, f.word limit 1), stem),
           items, before, score
      from placed p where place <= 20;
end $$;
revoke all on function feedback_changed, survey_changed, insights_count_feedback, insights_count_surveys, insights_find_themes from public;

-- Counts what is due, at most so many at once, and finds themes of organisations where words were added, not more often than every ten
-- minutes, or where that was a day ago. One process at a time; how many were done.
create function insights_count(now timestamptz, today date, most integer) returns bigint
    language plpgsql security definer set search_path = public, pg_temp
as $$
declare
    due insights_due[];
    each record;
begin
    if not pg_try_advisory_xact_lock(hashtextextended('voordeur insights', 0)) then
        return 0;
    end if;
    with taken as (
        delete from insights_due where number in (select number from insights_due order by number limit most) returning *
    )
    select array_agg(row(t.*)::insights_due) into due from taken t;
    with counted as materialized (
        select d.organisation, coalesce(d.service, '-') as service, d.month, w.stem, w.word, sum(d.words) as change
          from unnest(due) d
          join feedback f on f.person = d.said_by and f.id = d.feedback
          cross join lateral (
              select '' as stem, '' as word
              union
              -- Words, and parts of words with a hyphen (ts_token_type): no addresses, numbers or marks.
              select lexemes[1], lower(token)
                from ts_parse('default', left(f.text, 4000)) p (kind, token), ts_lexize('dutch_stem', lower(token)) lexemes
               where p.kind in (1, 2, 10, 11) and char_length(token) between 3 and 30 and cardinality(lexemes) > 0
          ) w
         where d.words <> 0
         group by 1, 2, 3, 4, 5
    ), own as (
        insert into feedback_word
        select organisation, service, month, stem, sum(change) from counted group by 1, 2, 3, 4
        on conflict (organisation, service, month, stem) do update set items = feedback_word.items + excluded.items
    ), total as (
        insert into feedback_word_total
        select month, stem, sum(change) from counted group by 1, 2
        on conflict (month, stem) do update set items = feedback_word_total.items + excluded.items
    )
    insert into feedback_word_form
    select stem, word, sum(change) from counted where stem <> '' group by 1, 2
    on conflict (stem, word) do update set items = feedback_word_form.items + excluded.items;
    for each in select distinct organisation, month, what from unnest(due) loop
        if each.what = 'survey' then
            perform insights_count_surveys(each.organisation, each.month);
        else
            perform insights_count_feedback(each.organisation, each.month, today);
        end if;
    end loop;
    insert into feedback_theme_made
    select distinct organisation, '-infinity'::timestamptz, true from unnest(due) where words <> 0
    on conflict (organisation) do update set stale = true;
    for each in
        update feedback_theme_made m set made_at = insights_count.now, stale = false
         where stale and made_at <= insights_count.now - interval '10 minutes' or made_at <= insights_count.now - interval '1 day'
        returning organisation
    loop
        perform insights_find_themes(each.organisation, today);
    end loop;
    return coalesce(cardinality(due), 0);
end $$;
revoke all on function insights_count from public;
grant execute on function insights_count to voordeur_application;

-- What the acting organisation was told in which a word stands, newest first.
create function feedback_with_word(word text, whose_service text, since date, most integer)
    returns table (person uuid, id uuid, reference text, kind text, received_at timestamptz)
    language sql stable security definer set search_path = public, pg_temp
as $$
    select f.person, f.id, f.reference, f.kind, f.received_at
      from feedback f
     where to_tsvector('dutch', f.text) @@ plainto_tsquery('dutch', word)
       and f.organisation = nullif(acting_organisation(), '')
       and (whose_service = '' or coalesce(f.service, '-') = whose_service)
       and f.received_at >= since::timestamp at time zone 'Europe/Amsterdam'
     order by f.received_at desc, f.id
     limit most
$$;
revoke all on function feedback_with_word from public;
grant execute on function feedback_with_word to voordeur_application;

-- "You said, we did": what an organisation changes because of what it was told.
create table improvement (
    id uuid primary key,
    organisation text not null,
    service text,
    -- The word or category it started from.
    theme text not null,
    title text not null constraint improvement_title check (char_length(title) between 1 and 150),
    said text not null,
    did text not null default '',
    -- Where it can be seen.
    link text constraint improvement_link check (link ~ '^(/|https://)'),
    made_by text not null,
    made_at timestamptz not null,
    published_at timestamptz,
    version integer not null default 1,
    constraint improvement_says_what check (published_at is null or did <> '')
);
create index improvement_of on improvement (organisation, made_at desc);
create index improvement_published on improvement (published_at desc) where published_at is not null;
alter table improvement enable row level security;
create policy desk on improvement using (organisation = nullif((select acting_organisation()), ''))
    with check (organisation = nullif((select acting_organisation()), ''));
grant select, insert, update on improvement to voordeur_application;

-- What led to it; whoever said it is told when it is published.
create table improvement_feedback (
    improvement uuid not null references improvement,
    person uuid not null,
    feedback uuid not null,
    told_at timestamptz,
    primary key (person, improvement, feedback)
);
create index improvement_feedback_of on improvement_feedback (improvement) where told_at is null;
alter table improvement_feedback enable row level security;
alter table improvement_feedback force row level security;
create policy own on improvement_feedback using (person = (select acting_person())) with check (person = (select acting_person()));
create policy desk on improvement_feedback for select
    using (exists (select from improvement i
                    where i.id = improvement and i.organisation = nullif((select acting_organisation()), '')));
create policy functions on improvement_feedback to current_user using (true) with check (true);
grant select, update (told_at) on improvement_feedback to voordeur_application;

-- Links an improvement of the acting organisation to what it was told in which a word stands, or to which it gave a category; how many.
create function improvement_link_word(which uuid, word text, whose_service text, since date) returns bigint
    language plpgsql volatile security definer set search_path = public, pg_temp
as $$
declare
    linked bigint;
begin
    insert into improvement_feedback
    select which, f.person, f.id, null
      from feedback_with_word(word, whose_service, since, 5000) f
      join improvement i on i.id = which and i.organisation = nullif(acting_organisation(), '')
    on conflict do nothing;
    get diagnostics linked = row_count;
    return linked;
end $$;
create function improvement_link_category(which uuid, of_category text, whose_service text, since date) returns bigint
    language plpgsql volatile security definer set search_path = public, pg_temp
as $$
declare
    linked bigint;
begin
    insert into improvement_feedback
    select which, f.person, f.id, null
      from feedback f
      join improvement i on i.id = which and i.organisation = f.organisation
     where f.organisation = nullif(acting_organisation(), '') and f.category = of_category
       and (whose_service = '' or coalesce(f.service, '-') = whose_service)
       and f.received_at >= since::timestamp at time zone 'Europe/Amsterdam'
     order by f.received_at desc
     limit 5000
    on conflict do nothing;
    get diagnostics linked = row_count;
    return linked;
end $$;
-- Who waits to hear what was done with what they said.
create function improvements_to_tell(most integer)
    returns table (improvement uuid, organisation text, person uuid, feedback uuid)
    language sql stable security definer set search_path = public, pg_temp
as $$
    select f.improvement, i.organisation, f.person, f.feedback
      from improvement i join improvement_feedback f on f.improvement = i.id
     where i.published_at is not null and f.told_at is null
     limit most
$$;
revoke all on function improvement_link_word, improvement_link_category, improvements_to_tell from public;
grant execute on function improvement_link_word, improvement_link_category, improvements_to_tell to voordeur_application;

-- What everybody may see.
create view public_improvement as
    select id, organisation, service, title, said, did, link, published_at from improvement where published_at is not null;
grant select on public_improvement to voordeur_application;

-- The desk's queue: what is open of the acting organisation, and nobody's name. Views of the owner, as PostgreSQL reads no index in order
-- under two policies that are alternatives.
create view desk_feedback as
    select id, reference, kind, service, due_on, question is not null as asked, taken_by, taken_name
      from feedback
     where closed_at is null and organisation = nullif(acting_organisation(), '');
create policy queue on cases for select to current_user using (true);
create view desk_correction as
    select id, reference, service, title, due_on, paused, question is not null as asked, taken_by, taken_name
      from cases
     where kind = 'correction' and stage in ('received', 'in_treatment') and organisation = nullif(acting_organisation(), '');
grant select on desk_feedback, desk_correction to voordeur_application;
create index cases_corrections on cases (organisation, due_on, id) where kind = 'correction' and stage in ('received', 'in_treatment') and not paused;
create index cases_corrections_waiting on cases (organisation, due_on, id) where kind = 'correction' and stage in ('received', 'in_treatment') and paused;
create index cases_corrections_taken on cases (organisation, taken_by, due_on, id) where kind = 'correction' and stage in ('received', 'in_treatment');
