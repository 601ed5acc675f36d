-- PostgreSQL takes a row apart from the left up to the last column that is asked for. What the shortest rules ask of everybody comes
-- first, what few rules ask comes last, and what has no fixed length comes after what has.
-- Columns are the facts of catalogue/facts.toml (`voordeur` refuses to start when they differ); null is unknown. Money in eurocents.
--
-- While it copies, nobody reads facts: not for busy hours. When somebody is at them it gives up and changes nothing; then try again.
set local lock_timeout = '5s';
drop function facts_write(facts, facts);
alter table facts rename to facts_before;
alter table facts_before rename constraint facts_pkey to facts_before_pkey;
create table facts (
    person uuid primary key,
    birth_date date,
    passport_expires_on date,
    identity_card_expires_on date,
    driving_licence_expires_on date,
    business_started_on date,
    business_hours_year integer constraint facts_business_hours_year check (business_hours_year between 0 and 8784),
    -- In the five years before this one: how often the self-employed deduction was used, and in how many there was no business.
    self_employed_deductions integer constraint facts_self_employed_deductions check (self_employed_deductions between 0 and 5),
    years_without_business integer constraint facts_years_without_business check (years_without_business between 0 and 5),
    has_partner boolean,
    receives_child_benefit boolean,
    rents boolean,
    health_insured boolean,
    receives_social_assistance boolean,
    student boolean,
    works boolean,
    income_year bigint constraint facts_income_year check (income_year between 0 and 100000000000),
    net_income_month bigint constraint facts_net_income_month check (net_income_month between 0 and 10000000000),
    -- On 1 January of the year.
    assets bigint constraint facts_assets check (assets between 0 and 1000000000000),
    -- For how many months in a row the income was no higher than the social assistance norm.
    low_income_months integer constraint facts_low_income_months check (low_income_months between 0 and 1200),
    local_tax_year bigint constraint facts_local_tax_year check (local_tax_year between 0 and 100000000),
    municipality text,
    children_birth_dates date[] constraint facts_children_birth_dates check (rule.ascending(children_birth_dates)),
    -- Children with an indication for intensive care (AKW art. 7a).
    intensive_care_birth_dates date[] constraint facts_intensive_care_birth_dates check (rule.ascending(intensive_care_birth_dates)),
    -- A list of {kind: daycare | after_school | childminder, hours_month, hourly_rate}, a child each.
    childcare jsonb,
    partner_income_year bigint constraint facts_partner_income_year check (partner_income_year between 0 and 100000000000),
    partner_assets bigint constraint facts_partner_assets check (partner_assets between 0 and 1000000000000),
    partner_birth_date date,
    partner_health_insured boolean,
    partner_works boolean,
    treaty_entitled boolean,
    country_factor numeric(7, 4) constraint facts_country_factor check (country_factor between 0 and 10),
    residence_country text,
    household_size integer constraint facts_household_size check (household_size between 1 and 100),
    -- Of everybody at the address but the person, their partner and children under 23.
    co_resident_income_year bigint constraint facts_co_resident_income_year check (co_resident_income_year between 0 and 100000000000),
    co_resident_21 boolean,
    independent_dwelling boolean,
    adapted_dwelling boolean,
    basic_rent_month bigint constraint facts_basic_rent_month check (basic_rent_month between 0 and 100000000)
);
do $$
begin
    execute (select format('insert into facts (%1$s) select %1$s from facts_before', string_agg(quote_ident(attname), ', '))
               from pg_attribute where attrelid = 'facts_before'::regclass and attnum > 0 and not attisdropped);
end $$;
drop table facts_before;
analyze facts;

alter table facts enable row level security;
alter table facts force row level security;
create policy own on facts using (person = (select acting_person())) with check (person = (select acting_person()));
create policy everybody on facts for select to voordeur_evaluator using (true);
create policy migrator on facts to current_user using (true) with check (true);
grant select, insert, update on facts to voordeur_application;
grant select on facts to voordeur_evaluator;

select facts_write_make();
revoke all on function facts_write from public;
