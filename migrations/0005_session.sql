-- Who is logged in. The application cannot read the table: it calls the functions below with the hash of an id it was shown, so a
-- leak of one query never lists sessions. The contents are sealed (src/keys.rs).
create table session (
    id_hash bytea primary key,
    contents bytea not null,
    -- Keyed hashes of the provider's subject and session id, to end sessions by back-channel logout.
    subject_hash bytea,
    sid_hash bytea,
    seen_at timestamptz not null,
    ends_at timestamptz not null
);
create index session_subject on session (subject_hash);
create index session_sid on session (sid_hash);
create index session_ends on session (ends_at);
alter table session enable row level security;
alter table session force row level security;
create policy functions on session to current_user using (true) with check (true);

-- The contents of a living session, and when it was last seen; null when there is none. Being seen is written at most once a
-- minute, so that a page is not a write.
create function session_load(id bytea, now timestamptz, idle interval) returns table (contents bytea, seen_at timestamptz, ends_at timestamptz)
    language sql volatile security definer set search_path = public, pg_temp
as $$
    with touched as (
        update session set seen_at = now
         where id_hash = id and session.ends_at > now and session.seen_at > now - idle and session.seen_at <= now - interval '1 minute'
    )
    select contents, greatest(seen_at, now), ends_at from session where id_hash = id and ends_at > now and seen_at > now - idle
$$;

create function session_save(
    id bytea, contents bytea, subject_hash bytea, sid_hash bytea, now timestamptz, ends_at timestamptz
) returns void
    language sql volatile security definer set search_path = public, pg_temp
as $$
    insert into session values (id, contents, subject_hash, sid_hash, now, ends_at)
    on conflict (id_hash) do update
       set contents = excluded.contents, subject_hash = excluded.subject_hash, sid_hash = excluded.sid_hash, seen_at = excluded.seen_at
$$;

create function session_end(id bytea) returns void
    language sql volatile security definer set search_path = public, pg_temp
as $$ delete from session where id_hash = id $$;

-- Ends the sessions of a subject or of one session at the provider; how many.
create function session_end_by(subject bytea, sid bytea) returns bigint
    language sql volatile security definer set search_path = public, pg_temp
as $$
    with ended as (delete from session where subject_hash = subject or sid_hash = sid returning 1) select count(*) from ended
$$;

create function session_sweep(now timestamptz, idle interval) returns bigint
    language sql volatile security definer set search_path = public, pg_temp
as $$
    with ended as (delete from session where ends_at <= now or seen_at <= now - idle returning 1) select count(*) from ended
$$;

-- A logout token may be used once (OpenID Connect Back-Channel Logout 1.0, section 2.6).
create table logout_token (
    jti_hash bytea primary key,
    expires_at timestamptz not null
);
grant select, insert, delete on logout_token to voordeur_application;

revoke all on function session_load, session_save, session_end, session_end_by, session_sweep from public;
grant execute on function session_load, session_save, session_end, session_end_by, session_sweep to voordeur_application;
