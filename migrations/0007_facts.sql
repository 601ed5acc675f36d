-- What rules may use about a person: one typed row each, kept in the transaction that changes a registered value. Columns are the
-- facts of catalogue/facts.toml (`voordeur` refuses to start when they differ); null is unknown. Money in eurocents.
create table facts (
    person uuid primary key,
    birth_date date,
    residence_country text,
    municipality text,
    has_partner boolean,
    partner_birth_date date,
    partner_health_insured boolean,
    partner_income_year bigint constraint facts_partner_income_year check (partner_income_year between 0 and 100000000000),
    partner_assets bigint constraint facts_partner_assets check (partner_assets between 0 and 1000000000000),
    partner_works boolean,
    children_birth_dates date[] constraint facts_children_birth_dates check (rule.ascending(children_birth_dates)),
    -- Children with an indication for intensive care (AKW art. 7a).
    intensive_care_birth_dates date[] constraint facts_intensive_care_birth_dates check (rule.ascending(intensive_care_birth_dates)),
    household_size integer constraint facts_household_size check (household_size between 1 and 100),
    -- Of everybody at the address but the person, their partner and children under 23.
    co_resident_income_year bigint constraint facts_co_resident_income_year check (co_resident_income_year between 0 and 100000000000),
    co_resident_21 boolean,
    health_insured boolean,
    treaty_entitled boolean,
    country_factor numeric(7, 4) constraint facts_country_factor check (country_factor between 0 and 10),
    income_year bigint constraint facts_income_year check (income_year between 0 and 100000000000),
    net_income_month bigint constraint facts_net_income_month check (net_income_month between 0 and 10000000000),
    -- For how many months in a row the income was no higher than the social assistance norm.
    low_income_months integer constraint facts_low_income_months check (low_income_months between 0 and 1200),
    works boolean,
    receives_social_assistance boolean,
    student boolean,
    -- On 1 January of the year.
    assets bigint constraint facts_assets check (assets between 0 and 1000000000000),
    rents boolean,
    independent_dwelling boolean,
    adapted_dwelling boolean,
    basic_rent_month bigint constraint facts_basic_rent_month check (basic_rent_month between 0 and 100000000),
    local_tax_year bigint constraint facts_local_tax_year check (local_tax_year between 0 and 100000000),
    receives_child_benefit boolean,
    -- A list of {kind: daycare | after_school | childminder, hours_month, hourly_rate}, a child each.
    childcare jsonb,
    business_started_on date,
    business_hours_year integer constraint facts_business_hours_year check (business_hours_year between 0 and 8784),
    -- In the five years before this one: how often the self-employed deduction was used, and in how many there was no business.
    self_employed_deductions integer constraint facts_self_employed_deductions check (self_employed_deductions between 0 and 5),
    years_without_business integer constraint facts_years_without_business check (years_without_business between 0 and 5),
    passport_expires_on date,
    identity_card_expires_on date,
    driving_licence_expires_on date
);
alter table facts enable row level security;
alter table facts force row level security;
create policy own on facts using (person = (select acting_person())) with check (person = (select acting_person()));
grant select, insert, update on facts to voordeur_application;

-- Works out rules for everybody (nightly, and to try a rule before it goes live): sees facts, which name nobody, and writes offers.
do $$
begin
    create role voordeur_evaluator nologin;
exception
    when duplicate_object or unique_violation then null;
end $$;
do $$
begin
    if not pg_has_role(current_user, 'voordeur_evaluator', 'member') then
        execute format('grant voordeur_evaluator to %I', current_user);
    end if;
end $$;
grant usage on schema public, rule to voordeur_evaluator;
create policy everybody on facts for select to voordeur_evaluator using (true);
grant select on facts to voordeur_evaluator;
