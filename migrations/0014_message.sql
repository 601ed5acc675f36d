-- Messages are about offers, cases and more; how somebody wants to be told of them; and what was sent when.
alter table message
    drop constraint message_kind,
    -- The words of a kind stand in locales/.
    add constraint message_kind check (kind ~ '^[a-z_]{1,40}$'),
    alter column service drop not null,
    alter column period drop not null,
    add constraint message_offer check ((service is null) = (period is null)),
    add column topic text not null default 'offers'
        constraint message_topic check (topic in ('offers', 'cases', 'corrections', 'feedback', 'account')),
    add column case_id uuid,
    -- Announced again on another channel when it stays unread, and when that was done.
    add column matters boolean not null default false,
    add column again_at timestamptz;
create index message_unread on message (person) where read_at is null;
create index message_matters on message (at) where matters and read_at is null and again_at is null;

-- How somebody wants to be told, and in which language.
create table preference (
    person uuid primary key,
    language text not null constraint preference_language check (language in ('nl', 'en')),
    -- Topics of which no e-mail is wanted.
    email_off text[] not null default '{}'
);
alter table preference enable row level security;
alter table preference force row level security;
create policy own on preference using (person = (select acting_person())) with check (person = (select acting_person()));
create policy functions on preference for select to current_user using (true);
grant select, insert, update on preference to voordeur_application;

-- Addresses, sealed (src/keys.rs): the first for every message, the second for what stays unread. A new one is pending, and the one
-- before it in use, until the code that was sent to it is typed in.
create table email_address (
    person uuid not null,
    place smallint not null constraint email_address_place check (place in (1, 2)),
    address bytea,
    verified_at timestamptz,
    -- Since when mail to it comes back.
    failed_at timestamptz,
    pending bytea,
    -- A keyed hash of the code, until when it is good, and how often a wrong one was typed.
    code bytea,
    code_until timestamptz,
    code_tries smallint not null default 0,
    -- How many codes were sent since when, so that nobody fills somebody else's mailbox.
    codes smallint not null default 0,
    codes_since timestamptz,
    primary key (person, place),
    constraint email_address_verified check ((address is null) = (verified_at is null)),
    constraint email_address_code check ((pending is null) = (code is null) and (code is null) = (code_until is null))
);
alter table email_address enable row level security;
alter table email_address force row level security;
create policy own on email_address using (person = (select acting_person())) with check (person = (select acting_person()));
create policy functions on email_address to current_user using (true) with check (true);
grant select, insert, update, delete on email_address to voordeur_application;

-- An announcement of one or more messages on a channel, and what became of it: proof of sending (Awb 2:25).
create table notice (
    person uuid not null,
    id uuid not null default gen_random_uuid(),
    channel text not null constraint notice_channel check (channel in ('email', 'second_email', 'letter')),
    -- Messages that are new, or that matter and stayed unread.
    why text not null constraint notice_why check (why in ('new', 'unread')),
    state text not null default 'waiting'
        constraint notice_state check (state in ('waiting', 'sent', 'failed', 'not_needed', 'no_channel')),
    made_at timestamptz not null,
    due_at timestamptz not null,
    tries smallint not null default 0,
    -- When it was sent, failed for good, or was not needed any more; and why, in a word.
    done_at timestamptz,
    reason text,
    primary key (person, id),
    constraint notice_done check ((state = 'waiting') = (done_at is null))
);
create index notice_due on notice (due_at) where state = 'waiting';
alter table notice enable row level security;
alter table notice force row level security;
create policy own on notice using (person = (select acting_person())) with check (person = (select acting_person()));
create policy functions on notice to current_user using (true) with check (true);
grant select, insert, update (state, due_at, tries, done_at, reason) on notice to voordeur_application;

create table notice_message (
    person uuid not null,
    notice uuid not null,
    message uuid not null,
    primary key (person, notice, message)
);
create index notice_message_message on notice_message (person, message);
alter table notice_message enable row level security;
alter table notice_message force row level security;
create policy own on notice_message using (person = (select acting_person())) with check (person = (select acting_person()));
create policy functions on notice_message to current_user using (true) with check (true);
grant select, insert on notice_message to voordeur_application;

-- Whatever way a message comes, its notice is queued in the same transaction. Messages of a few minutes share one; one that is being
-- sent (locked) takes no more. Who gave no address costs a look in an index.
create function message_queue_notices() returns trigger
    language plpgsql security definer set search_path = public, pg_temp
as $$
declare
    one record;
    open_notice uuid;
begin
    for one in
        select f.person, min(f.at) as at, array_agg(f.id) as messages
          from fresh f
          join email_address e on e.person = f.person and e.place = 1 and e.address is not null
          left join preference p on p.person = f.person
         where not f.topic = any (coalesce(p.email_off, '{}'))
         group by f.person
    loop
        select n.id into open_notice
          from notice n
         where n.person = one.person and n.state = 'waiting' and n.why = 'new' and n.tries = 0 and n.due_at > one.at
         limit 1
           for update skip locked;
        if not found then
            insert into notice (person, channel, why, made_at, due_at)
            values (one.person, 'email', 'new', one.at, one.at + interval '2 minutes')
            returning id into open_notice;
        end if;
        insert into notice_message select one.person, open_notice, unnest(one.messages);
    end loop;
    return null;
end $$;
create trigger message_notices after insert on message
    referencing new table as fresh for each statement execute function message_queue_notices();

-- Claims the next notice that is due, for as long as the transaction lasts.
create function notice_claim(now timestamptz, out whose uuid, out notice uuid)
    language sql volatile security definer set search_path = public, pg_temp
as $$
    select n.person, n.id from notice n
     where n.state = 'waiting' and n.due_at <= now
     order by n.due_at limit 1
       for update skip locked
$$;

-- Queues a second notice of messages that matter and were not read since `before`: on the second address where there is one, else on
-- the first again, and as a letter that no channel sends yet. How many messages.
create function notice_unread(before timestamptz, now timestamptz) returns bigint
    language plpgsql volatile security definer set search_path = public, pg_temp
as $$
declare
    one record;
    made uuid;
    total bigint := 0;
begin
    for one in
        with late as (
            select m.person, m.id from message m
             where m.matters and m.read_at is null and m.again_at is null and m.at <= before
             order by m.at limit 500
               for update skip locked
        ), marked as (
            update message m set again_at = now from late l where m.person = l.person and m.id = l.id
            returning m.person, m.id, m.topic
        )
        select k.person, array_agg(k.id) as messages,
               array_agg(k.id) filter (where not k.topic = any (coalesce(p.email_off, '{}'))) as by_email,
               exists (select from email_address e where e.person = k.person and e.place = 1 and e.address is not null) as first,
               exists (select from email_address e where e.person = k.person and e.place = 2 and e.address is not null) as second
          from marked k left join preference p on p.person = k.person
         group by k.person
    loop
        total := total + cardinality(one.messages);
        if (one.first or one.second) and one.by_email is not null then
            insert into notice (person, channel, why, made_at, due_at)
            values (one.person, case when one.second then 'second_email' else 'email' end, 'unread', now, now)
            returning id into made;
            insert into notice_message select one.person, made, unnest(one.by_email);
        end if;
        if not one.second then
            insert into notice (person, channel, why, state, made_at, due_at, done_at)
            values (one.person, 'letter', 'unread', 'no_channel', now, now, now)
            returning id into made;
            insert into notice_message select one.person, made, unnest(one.messages);
        end if;
    end loop;
    return total;
end $$;
create policy functions on message to current_user using (true) with check (true);

-- How many messages wait to be read by each of these people: numbers alone, for pages that are open.
create function message_counts(people uuid[]) returns table (whose uuid, unread bigint)
    language sql stable security definer set search_path = public, pg_temp
as $$
    select p, (select count(*) from message m where m.person = p and m.read_at is null) from unnest(people) as p
$$;
revoke all on function message_queue_notices, notice_claim, notice_unread, message_counts from public;
grant execute on function notice_claim, notice_unread, message_counts to voordeur_application;

-- The contents of a living session, without being seen: a page that listens does not keep anybody logged in.
create function session_peek(ids bytea[], now timestamptz, idle interval, out contents bytea, out ends_at timestamptz)
    language sql stable security definer set search_path = public, pg_temp
as $$
    select s.contents, least(s.ends_at, s.seen_at + idle)
      from session s
     where s.id_hash = any (ids) and s.ends_at > now and s.seen_at > now - idle
$$;
revoke all on function session_peek from public;
grant execute on function session_peek to voordeur_application;
