-- A made-up population of $1 people with a realistic spread of ages, households, incomes, assets and rents (CBS, rounded): one in
-- five is a child, 55% of adults have a partner, 40% rent. Ids rise, as those of version 7 do. The same every time: the dice are hashes.
insert into facts (
    person, birth_date, residence_country, municipality, has_partner, partner_birth_date, partner_health_insured,
    partner_income_year, partner_assets, partner_works, children_birth_dates, intensive_care_birth_dates, household_size,
    co_resident_income_year, co_resident_21, health_insured, treaty_entitled, country_factor, income_year, net_income_month,
    low_income_months, works, receives_social_assistance, student, assets, rents, independent_dwelling, adapted_dwelling,
    basic_rent_month, local_tax_year, receives_child_benefit, childcare, business_started_on, business_hours_year,
    self_employed_deductions, years_without_business, passport_expires_on, identity_card_expires_on, driving_licence_expires_on
)
with dice as (
    select n,
           (hashint8(n * 8 + 1) & 1048575) / 1048576.0::numeric as a, (hashint8(n * 8 + 2) & 1048575) / 1048576.0::numeric as b,
           (hashint8(n * 8 + 3) & 1048575) / 1048576.0::numeric as c, (hashint8(n * 8 + 4) & 1048575) / 1048576.0::numeric as d,
           (hashint8(n * 8 + 5) & 1048575) / 1048576.0::numeric as e, (hashint8(n * 8 + 6) & 1048575) / 1048576.0::numeric as f,
           (hashint8(n * 8 + 7) & 1048575) / 1048576.0::numeric as g
      from generate_series(1, $1::bigint) as n
), aged as (
    select *, date '2026-11-22' - (a * 34000)::integer as born, (a * 34000)::integer / 365 as age from dice
), housed as (
    select *, age >= 20 and b < 0.55 as partner, age >= 18 and c < 0.42 as renter,
           case when age between 25 and 50 and d < 0.5 then 1 + (e * 2.6)::integer else 0 end as children,
           -- Half earn less than 30,000; a long tail above.
           case when age < 16 then 0 else (1200000 + 1900000 * f / (1.02 - f) * 0.9)::bigint end as income
      from aged
)
select ('018f0000-' || lpad(to_hex(n >> 16 & 65535), 4, '0') || '-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid,
       born, case when g < 0.01 then 'ES' else 'NL' end, lpad(((g * 3000)::integer % 342 + 300)::text, 4, '0'),
       partner, case when partner then born + 400 end, case when partner then true end,
       case when partner then least((500000 + 2500000 * e)::bigint, 100000000) end, case when partner then (d * d * 9000000)::bigint end,
       case when partner then e < 0.7 end,
       case when children > 0
            then array(select date '2026-11-22' - ((e + k) * 2100)::integer from generate_series(children - 1, 0, -1) as k)
            else '{}'::date[] end,
       '{}', 1 + partner::integer + children, 0, false,
       age < 1 or g >= 0.01, g < 0.005, case when g < 0.005 then 0.6351 end,
       -- Of one in fifty the income is not known.
       case when g > 0.98 then null else least(income, 100000000000) end, (income / 15)::bigint, case when income < 1700000 then 40 else 0 end,
       age between 18 and 67 and f > 0.2, f < 0.03, age between 17 and 24 and b < 0.5, (c * c * c * 30000000)::bigint,
       renter, renter, g > 0.97 and renter, case when renter then (45000 + d * 70000)::bigint end,
       case when age >= 18 then 40000 end, children > 0,
       case when children > 0 and e < 0.4 then '[{"kind": "daycare", "hours_month": 120, "hourly_rate": 1050}]'::jsonb else '[]'::jsonb end,
       case when age between 20 and 60 and f > 0.97 then date '2026-01-01' - (e * 3000)::integer end,
       case when age between 20 and 60 and f > 0.97 then 1300 end, 0, 1,
       date '2026-11-22' + (b * 3600)::integer, date '2026-11-22' + (c * 3600)::integer,
       case when age >= 18 and d < 0.8 then date '2026-11-22' + (d * 4500)::integer end
  from housed
