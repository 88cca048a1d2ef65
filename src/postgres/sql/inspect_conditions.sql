-- What the tables are like, for people: why large batches take the slower way, and why the parents cannot be checked once a batch; '' for no
-- reason. The store asks the same with each batch (bulk_state.sql).
WITH
#include "row_security.sql"
#include "bulk_conditions.sql"
SELECT coalesce(bulk, ''), coalesce(checks, '') FROM condition;
