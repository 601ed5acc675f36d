-- What people say: complaints, ideas, questions and compliments. The states, and who may do what in which, are in
-- src/feedback/model.rs.
create table feedback (
    -- From whom it is. For who was not logged in, the id of the feedback itself: so it has the guards that everything else has (row level
    -- security, documents, messages and their notices, the log of looks) without being anybody.
    person uuid not null,
    id uuid not null,
    -- What it is called in addresses and letters: long enough that nobody guesses another.
    reference text not null,
    kind text not null constraint feedback_kind check (kind in ('complaint', 'idea', 'question', 'compliment')),
    -- Who answers it, and who passed it on to them (Awb 2:3).
    organisation text not null,
    passed_from text,
    -- What it is about: a service of the catalogue, a case by its number, a page by its route.
    service text,
    about text,
    page text,
    -- What was written, and for a complaint what should happen. Read for themes at the desk, so not sealed.
    text text not null,
    wish text,
    -- In which language it was written.
    language text not null constraint feedback_language check (language in ('nl', 'en')),
    wants_answer boolean not null,
    -- Of who was not logged in: name, address and the secret of their link, sealed (src/keys.rs), and the SHA-256 of that secret.
    contact bytea,
    follow_up bytea,
    state text not null constraint feedback_state
        check (state in ('submitted', 'acknowledged', 'in_treatment', 'heard', 'extended', 'answered', 'reopened', 'moderated', 'open',
                         'under_review', 'planned', 'in_progress', 'done', 'declined', 'merged', 'withdrawn')),
    -- How a complaint ended: closed is not solved.
    outcome text constraint feedback_outcome check (outcome in ('founded', 'partly', 'unfounded', 'not_ours', 'settled')),
    -- The theme that the desk gave it.
    category text,
    received_at timestamptz not null,
    -- The day whose next is the first of the term: that on which it came in, or was opened again.
    term_from date not null,
    -- The promise, where there is one; the last day by law, or else by the promise. Weeks of extension (Awb 9:11).
    standard_on date,
    due_on date not null,
    extended_by smallint not null default 0 constraint feedback_extended_by check (extended_by between 0 and 4),
    late_told boolean not null default false,
    -- Whether anything was asked before it was answered, and what the desk still waits for.
    asked boolean not null default false,
    question text,
    answered_at timestamptz,
    -- Answered without asking or passing on.
    first_contact boolean,
    closed_at timestamptz,
    -- The clerk who works on it, as the staff's identity provider names them, and how colleagues know them.
    taken_by text,
    taken_name text,
    changed_at timestamptz not null,
    -- Counts changes, so that who answers what they no longer see is told.
    version integer not null default 1,
    primary key (person, id),
    constraint feedback_reference unique (person, reference),
    constraint feedback_outcome_of_complaint check (outcome is null or kind = 'complaint'),
    constraint feedback_visitor check ((person = id) = (follow_up is not null))
);
create index feedback_of_person on feedback (person, changed_at desc);
-- The desk's queue, who has what, and by number.
create index feedback_open on feedback (organisation, due_on, id) where closed_at is null;
create index feedback_taken on feedback (organisation, taken_by, due_on, id) where closed_at is null;
create index feedback_by_reference on feedback (organisation, reference);
create unique index feedback_follow_up on feedback (follow_up) where follow_up is not null;
-- Who was not told yet that an answer is late.
create index feedback_late on feedback (due_on) where closed_at is null and not late_told and kind <> 'idea';
alter table feedback enable row level security;
alter table feedback force row level security;
create policy own on feedback using (person = (select acting_person())) with check (person = (select acting_person()));
-- Staff find what is for their organisation, and then act in the name of the person it is from (database::Scope::turn_to), in whose log
-- that is written.
create policy desk on feedback for select using (organisation = nullif((select acting_organisation()), ''));
create policy functions on feedback to current_user using (true) with check (true);
create policy everybody on feedback for select to voordeur_evaluator using (true);
grant select, insert, update on feedback to voordeur_application;
-- The portal by itself finds what is late; it sees when and whose, and not what about.
grant select (person, id, kind, due_on, late_told, closed_at) on feedback to voordeur_evaluator;

-- Which feedback a secret link opens; null when none. A link is as good as its secret: 256 random bits, known here by their hash alone.
create function feedback_following(secret bytea) returns uuid
    language sql stable security definer set search_path = public, pg_temp
as $$ select id from feedback where follow_up = secret $$;
revoke all on function feedback_following from public;
grant execute on function feedback_following to voordeur_application;

-- Its timeline: what happened, when, and by whom.
create table feedback_event (
    person uuid not null,
    feedback_id uuid not null,
    sequence integer not null,
    at timestamptz not null,
    actor text not null constraint feedback_event_actor check (actor in ('citizen', 'staff', 'system')),
    -- Which member of staff, for the organisation's own eyes.
    clerk text,
    -- {"kind": ..., ...}: src/feedback/model.rs, Happening.
    what jsonb not null,
    -- Only for the organisation.
    internal boolean not null default false,
    primary key (person, feedback_id, sequence)
);
alter table feedback_event enable row level security;
alter table feedback_event force row level security;
create policy own on feedback_event using (person = (select acting_person())) with check (person = (select acting_person()));
grant select, insert on feedback_event to voordeur_application;

-- The public face of an idea.
create table idea (
    person uuid not null,
    id uuid not null,
    -- What it is called in addresses.
    number bigint not null generated always as identity,
    title text not null constraint idea_title check (char_length(title) between 1 and 150),
    -- As the desk publishes it, without what names anybody.
    body text not null,
    -- Of who chose to show it.
    author text,
    supports integer not null default 0,
    -- Who looks at it, and by when they say something.
    owner text,
    promised_on date,
    -- The official answer, when that was given, and where the change can be seen.
    answer text,
    answered_at timestamptz,
    link text,
    -- Of an idea that says the same, with which this one goes on.
    merged_into bigint,
    published_at timestamptz,
    words tsvector generated always as (setweight(to_tsvector('dutch', title), 'A') || setweight(to_tsvector('dutch', body), 'B')) stored,
    primary key (person, id),
    constraint idea_merged check (merged_into is distinct from number)
);
create unique index idea_number on idea (number);
create index idea_published on idea (published_at desc) where published_at is not null;
create index idea_words on idea using gin (words);
create index idea_merged_into on idea (merged_into) where merged_into is not null;
alter table idea enable row level security;
alter table idea force row level security;
create policy own on idea using (person = (select acting_person())) with check (person = (select acting_person()));
create policy functions on idea to current_user using (true) with check (true);
grant select, insert on idea to voordeur_application;
grant update (title, body, owner, promised_on, answer, answered_at, link, merged_into, published_at) on idea to voordeur_application;

-- What everybody may see of ideas, and the one rule for it: list, detail, search and feed all read this, and name nobody who did not
-- choose so.
create view public_idea as
    select i.number, i.title, i.body, i.author, f.organisation, f.service, f.state, i.supports, i.owner, i.promised_on, i.answer,
           i.answered_at, i.link, i.published_at, f.changed_at, i.words
      from idea i join feedback f on f.person = i.person and f.id = i.id
     where i.published_at is not null
       and f.state in ('open', 'under_review', 'planned', 'in_progress', 'done', 'declined');
grant select on public_idea to voordeur_application;

-- The idea with which one goes on that was merged; null when it was not, or when that one is not public.
create function idea_merged_into(merged bigint) returns bigint
    language sql stable security definer set search_path = public, pg_temp
as $$
    select p.number from idea i join public_idea p on p.number = i.merged_into where i.number = merged and i.published_at is not null
$$;

-- Who supports which idea: once each.
create table idea_support (
    person uuid not null,
    idea bigint not null,
    at timestamptz not null,
    primary key (person, idea)
);
create index idea_support_idea on idea_support (idea);
alter table idea_support enable row level security;
alter table idea_support force row level security;
create policy own on idea_support for select using (person = (select acting_person()));
create policy functions on idea_support to current_user using (true) with check (true);
grant select on idea_support to voordeur_application;

-- The acting person supports an idea that is open for it, or no longer does; whether that changed anything. The row of the idea is
-- locked first, so that its count is that of the rows.
create function idea_support_set(which bigint, wanted boolean, now timestamptz) returns boolean
    language plpgsql volatile security definer set search_path = public, pg_temp
as $$
begin
    perform from idea i join feedback f on f.person = i.person and f.id = i.id
      where i.number = which and i.published_at is not null and f.state = 'open'
        for update of i;
    if not found then
        return false;
    end if;
    if wanted then
        insert into idea_support values (acting_person(), which, now) on conflict do nothing;
    else
        delete from idea_support where person = acting_person() and idea = which;
    end if;
    if not found then
        return false;
    end if;
    update idea set supports = (select count(*) from idea_support where idea = which) where number = which;
    return true;
end $$;

-- Support moves along when an idea of the acting person is merged into another: who supported both counts once.
create function idea_merge(merged bigint, into_idea bigint) returns boolean
    language plpgsql volatile security definer set search_path = public, pg_temp
as $$
begin
    perform from idea where number = merged and person = acting_person() for update;
    if not found or not exists (select from public_idea where number = into_idea) then
        return false;
    end if;
    perform from idea where number = into_idea for update;
    insert into idea_support select person, into_idea, at from idea_support where idea = merged on conflict do nothing;
    update idea set supports = (select count(*) from idea_support where idea = into_idea) where number = into_idea;
    update idea set merged_into = into_idea where number = merged or merged_into = merged;
    return true;
end $$;
revoke all on function idea_merged_into, idea_support_set, idea_merge from public;
grant execute on function idea_merged_into, idea_support_set, idea_merge to voordeur_application;

-- How something went, asked once when it ended. By the number of the case or complaint that it is about.
create table survey (
    person uuid not null,
    about text not null,
    kind text not null constraint survey_kind check (kind in ('case', 'correction', 'complaint')),
    organisation text not null,
    service text,
    asked_at timestamptz not null,
    answered_at timestamptz,
    satisfaction smallint constraint survey_satisfaction check (satisfaction between 1 and 5),
    easy smallint constraint survey_easy check (easy between 1 and 5),
    better text,
    primary key (person, about),
    constraint survey_answered check ((answered_at is null) = (satisfaction is null))
);
create index survey_answers on survey (organisation, answered_at) where answered_at is not null;
alter table survey enable row level security;
alter table survey force row level security;
create policy own on survey using (person = (select acting_person())) with check (person = (select acting_person()));
grant select, insert, update (answered_at, satisfaction, easy, better) on survey to voordeur_application;

-- Whether somebody wants to be asked how things went, and when they last were.
create table survey_wish (
    person uuid primary key,
    off boolean not null default false,
    asked_at timestamptz
);
alter table survey_wish enable row level security;
alter table survey_wish force row level security;
create policy own on survey_wish using (person = (select acting_person())) with check (person = (select acting_person()));
grant select, insert, update on survey_wish to voordeur_application;

-- Messages about feedback.
alter table message add column feedback_id uuid;
