-- The time by which outcomes are decided, in microseconds since 1970 UTC.
SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint;
