-- The desk's queue of who has what, and of what waits: each is a page at a time, however many cases are open.
create index cases_taken on cases (organisation, taken_by, due_on, id) where stage in ('received', 'in_treatment');
create index cases_waiting on cases (organisation, due_on, id) where paused;
