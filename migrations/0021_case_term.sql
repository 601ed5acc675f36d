-- From which day a legal term is counted, where that is not the day on which the case came in: for the decision on an objection it is the
-- last day to object (Awb 7:10).
alter table cases add column term_from date;
