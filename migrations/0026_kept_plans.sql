-- What every page or event calls keeps one plan for all calls: making it again takes longer than carrying it out.
alter function session_load(bytea[], timestamptz, interval) set plan_cache_mode = force_generic_plan;
alter function change_begin(bytea[], text, text) set plan_cache_mode = force_generic_plan;
alter function change_begin(bytea[], text, text) set enable_seqscan = off;
alter function usage_append(timestamptz, text, text, text, text, text, text[]) set plan_cache_mode = force_generic_plan;
