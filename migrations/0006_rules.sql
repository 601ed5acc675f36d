-- The functions that a rule may use (src/rules/expression.rs names them): immutable, parallel, and null where an argument is.
-- They are in a schema of their own, so that a rule can name nothing else.
create schema rule;
grant usage on schema rule to voordeur_application;

-- Whole years between a birth date and a day. Who was born on 29 February is a year older on 1 March.
create function rule.age(birth_date date, on_date date) returns integer
    language sql immutable strict parallel safe
    return (extract(year from on_date) - extract(year from birth_date))::integer
         - (extract(month from on_date) * 100 + extract(day from on_date)
            < extract(month from birth_date) * 100 + extract(day from birth_date))::integer;

create function rule.first_of_month(day date) returns date
    language sql immutable strict parallel safe
    return make_date(extract(year from day)::integer, extract(month from day)::integer, 1);

create function rule.first_of_quarter(day date) returns date
    language sql immutable strict parallel safe
    return make_date(extract(year from day)::integer, (extract(quarter from day)::integer - 1) * 3 + 1, 1);

create function rule.first_of_year(day date) returns date
    language sql immutable strict parallel safe
    return make_date(extract(year from day)::integer, 1, 1);

create function rule.add_days(day date, days integer) returns date
    language sql immutable strict parallel safe
    return day + days;

create function rule.add_months(day date, months integer) returns date
    language sql immutable strict parallel safe
    return (day + make_interval(months => months))::date;

-- 29 February becomes 1 March where there is none, as in age().
create function rule.add_years(day date, years integer) returns date
    language sql immutable strict parallel safe
    return (day + make_interval(years => years))::date
         + (extract(day from day) = 29 and extract(month from day) = 2
            and extract(day from day + make_interval(years => years)) = 28)::integer;

create function rule.year_of(day date) returns integer
    language sql immutable strict parallel safe
    return extract(year from day)::integer;

-- A list of birth dates is kept in ascending order (`facts` checks it), which makes counting a search.
create function rule.ascending(birth_dates date[]) returns boolean
    language sql immutable strict parallel safe
    return birth_dates = array(select born from unnest(birth_dates) as born order by born) and cardinality(birth_dates) <= 50;

-- How many of these birth dates give an age of `youngest` to `oldest` on a day; who is not born yet does not count.
create function rule.count_ages(birth_dates date[], youngest integer, oldest integer, on_date date) returns integer
    language sql immutable strict parallel safe
    return width_bucket((on_date - make_interval(years => youngest))::date, birth_dates)
         - width_bucket((on_date - make_interval(years => oldest + 1))::date, birth_dates);

create function rule.count_of(birth_dates date[]) returns integer
    language sql immutable strict parallel safe
    return cardinality(birth_dates);

create function rule.youngest(birth_dates date[]) returns date
    language sql immutable strict parallel safe
    return birth_dates[cardinality(birth_dates)];

create function rule.oldest(birth_dates date[]) returns date
    language sql immutable strict parallel safe
    return birth_dates[1];

-- Childcare counts per child: at most so many hours a month, at most so much an hour by kind (Besluit kinderopvangtoeslag art. 4, 5).
-- Eurocents a month of the child with most hours, and of the others together; the dearest first where hours are the same.
create function rule.childcare_cost(
    childcare jsonb, first_child boolean, hours_month integer, daycare bigint, after_school bigint, childminder bigint
) returns bigint
    language sql immutable strict parallel safe
    return (
        select coalesce(sum(cost), 0)::bigint
          from (select least((c ->> 'hours_month')::bigint, hours_month)
                       * least((c ->> 'hourly_rate')::bigint,
                               case c ->> 'kind' when 'daycare' then daycare when 'after_school' then after_school else childminder end)
                           as cost,
                       row_number() over (order by (c ->> 'hours_month')::bigint desc,
                                          (c ->> 'hours_month')::bigint * (c ->> 'hourly_rate')::bigint desc) as place
                  from jsonb_array_elements(childcare) as c) as child
         where (place = 1) = first_child);

create function rule.childcare_count(childcare jsonb) returns integer
    language sql immutable strict parallel safe
    return jsonb_array_length(childcare);
