-- Who is logged in. The application cannot read the table: it calls the functions below with the hash of an id it was shown, so a
-- leak of one query never lists sessions. The contents are sealed (src/keys.rs). Hashes come as a list, one for each key that is
-- still known, so that changing keys logs nobody out.
create table session (
    id_hash bytea primary key,
    contents bytea not null,
    -- Keyed hashes of the provider's subject and session id, to end sessions by back-channel logout.
    subject_hash bytea not null,
    sid_hash bytea,
    seen_at timestamptz not null,
    -- When it ends, whatever is done.
    ends_at timestamptz not null
) with (fillfactor = 80);  -- room to write seen_at in place
create index session_subject on session (subject_hash);
create index session_sid on session (sid_hash);
alter table session enable row level security;
alter table session force row level security;
create policy functions on session to current_user using (true) with check (true);

create function session_open(id bytea, contents bytea, subject bytea, sid bytea, now timestamptz, ends_at timestamptz) returns void
    language sql volatile security definer set search_path = public, pg_temp
as $$ insert into session values (id, contents, subject, sid, now, ends_at) $$;

-- The contents of a living session and its last moment; nulls when there is none. Being seen is written at most once a minute, so
-- that a page is not a write. PL/pgSQL keeps its plans: every page calls this.
create function session_load(ids bytea[], now timestamptz, idle interval, out contents bytea, out ends_at timestamptz)
    language plpgsql volatile security definer set search_path = public, pg_temp
as $$
declare
    found_id bytea;
    last_seen timestamptz;
begin
    select s.id_hash, s.seen_at, s.contents, s.ends_at into found_id, last_seen, contents, ends_at
      from session s
     where s.id_hash = any (ids) and s.ends_at > now and s.seen_at > now - idle;
    if last_seen <= now - interval '1 minute' then
        update session set seen_at = now where id_hash = found_id;
    end if;
end $$;

create function session_end(ids bytea[]) returns void
    language sql volatile security definer set search_path = public, pg_temp
as $$ delete from session where id_hash = any (ids) $$;

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
alter table logout_token enable row level security;
alter table logout_token force row level security;
create policy functions on logout_token to current_user using (true) with check (true);

-- Ends the provider's session `sids` or, where none is named or a session knows none, every session of the subject. False when the
-- token was used before.
create function session_end_by(jti bytea, expires_at timestamptz, subjects bytea[], sids bytea[]) returns boolean
    language plpgsql volatile security definer set search_path = public, pg_temp
as $$
begin
    insert into logout_token values (jti, expires_at) on conflict do nothing;
    if not found then
        return false;
    end if;
    delete from session
     where sid_hash = any (sids) or (subject_hash = any (subjects) and (sids = '{}' or sid_hash is null));
    return true;
end $$;

create function logout_token_sweep(now timestamptz) returns void
    language sql volatile security definer set search_path = public, pg_temp
as $$ delete from logout_token where expires_at <= now $$;

revoke all on function session_open, session_load, session_end, session_sweep, session_end_by, logout_token_sweep from public;
grant execute on function session_open, session_load, session_end, session_sweep, session_end_by, logout_token_sweep
    to voordeur_application;
