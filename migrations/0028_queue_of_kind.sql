-- What nobody or one clerk has taken, of one kind: the desk's queue reads and counts it by this index alone.
create index feedback_taken_kind on feedback (organisation, kind, taken_by, due_on, id) where closed_at is null;
