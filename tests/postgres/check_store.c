#include "fixture.h"

#include "gen/sql.h"
#include "postgres/connection.h"

static const struct ledger_row *decision(size_t i)
{
    ck_assert_msg(batch.items[i].row != NULL, "item %zu has no decision", i);
    return batch.items[i].row;
}

static void assert_text(struct bytes actual, const char *expected)
{
    ck_assert_msg(bytes_equal(actual, bytes_of(expected)), "%.*s is not %s", (int)actual.len, actual.data, expected);
}

START_TEST(a_new_command_creates_a_session_with_the_names_of_its_parents)
{
    add(&batch, 7, 2, 1);
    must_decide(store, &batch);

    const struct ledger_row *row = decision(0);
    ck_assert_int_eq(row->kind, OUTCOME_CREATED);
    ck_assert_int_eq(row->session.id, number(sql("SELECT id FROM study_sessions")));
    assert_text(row->session.group_name, "Colours");
    assert_text(row->session.activity_name, "Flashcards");
    ck_assert_int_eq(row->session.group_id, 2);
    ck_assert_int_eq(row->session.activity_id, 1);
    ck_assert_str_eq(row->topic, "commands");
    ck_assert_int_eq(row->timestamp_ms, 1700000000000);
}
END_TEST

START_TEST(the_moment_of_decision_is_the_sessions_created_at_to_the_microsecond)
{
    add(&batch, 7, 1, 1);
    must_decide(store, &batch);

    ck_assert_int_eq(decision(0)->session.start_us, decision(0)->decided_us);
    ck_assert_str_eq(sql("SELECT (extract(epoch FROM created_at) * 1000000)::bigint = %lld "
                         "AND created_at = (SELECT decided_at FROM command_outcomes) FROM study_sessions",
                         (long long)decision(0)->decided_us),
                     "t");
}
END_TEST

START_TEST(a_command_whose_parents_do_not_exist_is_rejected_with_all_that_is_missing)
{
    add(&batch, 1, 99, 98);
    add(&batch, 2, 1, 98);
    must_decide(store, &batch);

    ck_assert_int_eq(decision(0)->kind, OUTCOME_REJECTED);
    ck_assert_int_eq(decision(0)->code, ERRCODE_GROUP_NOT_FOUND);
    ck_assert_int_eq(decision(0)->violations.count, 2);
    ck_assert_int_eq(decision(1)->code, ERRCODE_STUDY_ACTIVITY_NOT_FOUND);
    ck_assert_int_eq(decision(1)->violations.list[0].field, COMMAND_FIELD_STUDY_ACTIVITY_ID);
    ck_assert_str_eq(sql("SELECT code FROM command_outcomes ORDER BY command_id LIMIT 1"), "GROUP_NOT_FOUND");
    ck_assert_int_eq(number(sql("SELECT count(*) FROM study_sessions")), 0);
}
END_TEST

START_TEST(violations_of_validate_are_stored_and_read_back_with_the_values_asked_for)
{
    for (int round = 0; round < 2; round++) {
        begin_batch();
        struct batch_item *item = add(&batch, 1, -5, 0);
        item->command.study_activity_id = (struct field_int){.state = FIELD_INVALID};
        item->violations = (struct violations){
            2,
            {{COMMAND_FIELD_GROUP_ID, ERRCODE_INVALID_FIELD},
              {COMMAND_FIELD_STUDY_ACTIVITY_ID, ERRCODE_INVALID_FIELD}}
        };
        item = add(&batch, 2, 0, 1);
        item->command.group_id = (struct field_int){.state = FIELD_ABSENT};
        item->violations = (struct violations){1, {{COMMAND_FIELD_GROUP_ID, ERRCODE_MISSING_FIELD}}};
        must_decide(store, &batch);

        ck_assert_int_eq(decision(0)->code, ERRCODE_INVALID_FIELD);
        ck_assert_int_eq(decision(0)->violations.count, 2);
        ck_assert_int_eq(decision(0)->violations.list[1].field, COMMAND_FIELD_STUDY_ACTIVITY_ID);
        ck_assert_int_eq(decision(0)->group_id.value, -5);
        ck_assert_int_eq(decision(0)->study_activity_id.state, FIELD_INVALID);
        ck_assert_int_eq(decision(1)->code, ERRCODE_MISSING_FIELD);
        ck_assert_int_eq(decision(1)->group_id.state, FIELD_ABSENT);
        ck_assert_int_eq(decision(1)->study_activity_id.value, 1);
    }
    ck_assert_str_eq(sql("SELECT string_agg(violations, ' ' ORDER BY command_id) FROM command_outcomes"),
                     "group_id:INVALID_FIELD,study_activity_id:INVALID_FIELD group_id:MISSING_FIELD");
}
END_TEST

START_TEST(hints_are_kept_with_the_violations)
{
    for (int round = 0; round < 2; round++) {
        begin_batch();
        struct batch_item *item = add(&batch, 1, 0, 1);
        item->command.group_id = (struct field_int){.state = FIELD_ABSENT};
        item->violations = (struct violations){1, {{COMMAND_FIELD_GROUP_ID, ERRCODE_MISSING_FIELD}}};
        item->command.hints = round == 0 ? bytes_of("group_id:groupId") : (struct bytes){0};
        (void)add(&batch, 2, 1, 1);
        must_decide(store, &batch);
        assert_text(decision(0)->hints, "group_id:groupId");
        ck_assert_int_eq((int)decision(1)->hints.len, 0);
    }
}
END_TEST

/* The version before took the nil UUID for an id. */
static struct batch_item *add_nil(unsigned derived_id, int64_t offset)
{
    struct batch_item *item = add(&batch, derived_id, 1, 1);

    item->record.offset = offset;
    item->has_former_id = true;
    item->former_id = (struct uuid){{0}};
    return item;
}

START_TEST(what_the_version_before_decided_at_the_same_position_stands_whatever_the_id)
{
    sql("INSERT INTO command_outcomes (command_id, outcome, session_id, group_id, group_id_invalid, study_activity_id, "
        "study_activity_id_invalid, group_name, activity_name, topic, partition, \"offset\", timestamp_ms, decided_at) "
        "VALUES ('00000000-0000-0000-0000-000000000000', 'created', 77, 1, false, 1, false, 'Animals', 'Flashcards', "
        "'commands', 0, 5, 1700000000000, now())");
    add_nil(8, 5);
    add_nil(9, 6);
    must_decide(store, &batch);
    ck_assert_int_eq(decision(0)->session.id, 77);
    ck_assert_int_eq(batch.items[0].command_id.b[15], 0);
    ck_assert_int_eq(decision(1)->session.id, 1);
    ck_assert_int_eq(batch.items[1].command_id.b[15], 9);
    ck_assert_int_eq(number(sql("SELECT count(*) FROM study_sessions")), 1);
    ck_assert_int_eq(number(sql("SELECT count(*) FROM command_outcomes")), 2);
}
END_TEST

START_TEST(a_replay_returns_the_same_rows_even_after_a_rename)
{
    struct ledger_row first[3];

    for (int round = 0; round < 2; round++) {
        begin_batch();
        add(&batch, 1, 1, 1);
        add(&batch, 2, 99, 1);
        add(&batch, 3, 2, 1);
        must_decide(store, &batch);
        for (size_t i = 0; i < 3; i++) {
            if (round == 0)
                first[i] = *decision(i);
            ck_assert_int_eq(decision(i)->kind, first[i].kind);
            ck_assert_int_eq(decision(i)->code, first[i].code);
            ck_assert_int_eq(decision(i)->session.id, first[i].session.id);
            ck_assert_int_eq(decision(i)->decided_us, first[i].decided_us);
            ck_assert_int_eq(decision(i)->offset, first[i].offset);
        }
        assert_text(decision(0)->session.group_name, "Animals");
        sql("UPDATE groups SET name = 'Beasts' WHERE id = 1");
    }
    ck_assert_int_eq(number(sql("SELECT count(*) FROM study_sessions")), 2);
}
END_TEST

START_TEST(a_replay_burns_no_sequence_value_and_neither_does_a_rejection)
{
    for (int round = 0; round < 3; round++) {
        begin_batch();
        add(&batch, 1, 1, 1);
        add(&batch, 2, 99, 1);
        must_decide(store, &batch);
    }
    ck_assert_int_eq(number(sql("SELECT last_value FROM study_sessions_id_seq")), 1);
}
END_TEST

START_TEST(session_ids_follow_the_order_of_the_command_ids)
{
    for (unsigned id = 500; id > 0; id--)
        add(&batch, id * 7919 % 10007, 1 + id % 2, 1);
    must_decide(store, &batch);
    ck_assert_int_eq(number(sql("SELECT count(*) FROM (SELECT session_id, row_number() OVER (ORDER BY command_id) AS n "
                                "FROM command_outcomes) AS o WHERE session_id <> n")),
                     0);
    ck_assert_int_eq(number(sql("SELECT count(*) FROM study_sessions JOIN command_outcomes AS o ON o.session_id = id "
                                "AND o.group_id = study_sessions.group_id")),
                     500);
}
END_TEST

START_TEST(records_with_one_id_share_one_row_and_the_first_one_is_decided)
{
    add(&batch, 5, 2, 1);
    add(&batch, 4, 1, 1);
    add(&batch, 5, 1, 1); /* other values: for the core to answer COMMAND_ID_REUSED */
    add(&batch, 5, 2, 1);
    must_decide(store, &batch);

    ck_assert_ptr_eq(decision(0), decision(2));
    ck_assert_ptr_eq(decision(0), decision(3));
    ck_assert_int_eq(decision(2)->group_id.value, 2);
    ck_assert_int_eq(decision(2)->offset, 0);
    ck_assert_int_eq(number(sql("SELECT count(*) FROM study_sessions")), 2);
}
END_TEST

START_TEST(a_pruned_id_is_known_and_creates_nothing)
{
    sql("INSERT INTO command_outcomes (command_id) VALUES ('00000000-0000-0000-0000-000000000009')");
    add(&batch, 9, 1, 1);
    must_decide(store, &batch);
    ck_assert_int_eq(decision(0)->kind, OUTCOME_PRUNED);
    ck_assert_int_eq(number(sql("SELECT count(*) FROM study_sessions")), 0);
}
END_TEST

START_TEST(items_that_have_an_outcome_are_not_sent)
{
    struct batch_item *item = add(&batch, 1, 1, 1);

    outcome_answer(&item->outcome, &item->record, ERRCODE_UNDECODABLE, COMMAND_FIELD_NONE, "not JSON");
    must_decide(store, &batch);
    ck_assert_ptr_null(batch.items[0].row);
    ck_assert_int_eq(number(sql("SELECT count(*) FROM command_outcomes")), 0);
}
END_TEST

START_TEST(an_empty_batch_is_done_at_once)
{
    must_decide(store, &batch);
}
END_TEST

START_TEST(what_was_found_is_read_in_a_transaction_that_writes_to_the_log)
{
    add(&batch, 1, 1, 1);
    must_decide(store, &batch);
    begin_batch();
    add(&batch, 1, 1, 1);

    long before = number(sql("SELECT pg_snapshot_xmax(pg_current_snapshot())"));
    must_decide(store, &batch);
    /* Only a transaction that writes takes a number. The insert has nothing to write. */
    ck_assert_int_ge(number(sql("SELECT pg_snapshot_xmax(pg_current_snapshot())")), before + 1);
}
END_TEST

START_TEST(tables_that_were_there_before_serve_with_narrower_ids_and_columns_of_their_own)
{
    sql("DROP TABLE study_sessions, command_outcomes, groups, study_activities");
    sql("CREATE TABLE groups (id serial PRIMARY KEY, name varchar(50), colour text)");
    sql("CREATE TABLE study_activities (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name varchar(50))");
    sql("CREATE TABLE study_sessions (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, group_id integer, "
        "study_activity_id integer, created_at timestamptz, mood text NOT NULL DEFAULT 'good')");
    make_tables();
    store_disconnect(store);
    store_free(store);
    store = new_store();

    add(&batch, 1, 2, 1);
    add(&batch, 2, INT64_MAX, 1);
    must_decide(store, &batch);
    ck_assert_int_eq(decision(0)->kind, OUTCOME_CREATED);
    ck_assert_int_eq(decision(1)->code, ERRCODE_GROUP_NOT_FOUND);
    ck_assert_str_eq(sql("SELECT mood FROM study_sessions"), "good");
}
END_TEST

/* A transaction with the settings of the store's. */
static PGconn *begin_as_store(void)
{
    PGconn *session = PQconnectdb("");
    const char *name = schema_name;
    const char *settings[SESSION_COLUMNS];
    PGresult *present = PQexecParams(session, sql_session, 1, NULL, &name, NULL, NULL, 0);

    for (int column = SESSION_BACKEND_PID; column < SESSION_COLUMNS; column++)
        settings[column - SESSION_BACKEND_PID] = PQgetvalue(present, 0, column);
    PQclear(PQexec(session, "BEGIN"));
    PGresult *made =
        PQexecParams(session, sql_local_settings, SESSION_COLUMNS - SESSION_BACKEND_PID, NULL, settings, NULL, NULL, 0);
    ck_assert_msg(PQresultStatus(made) == PGRES_TUPLES_OK, "%s", PQerrorMessage(session));
    PQclear(made);
    PQclear(present);
    return session;
}

/* The plan is made by the settings of the transaction, not by statistics. */
static void assert_by_key(const char *statement, const char *arguments, const char *when)
{
    PGconn *session = begin_as_store();
    char text[8192];

    snprintf(text, sizeof text, "PREPARE s AS %s", statement);
    PQclear(PQexec(session, text));
    snprintf(text, sizeof text, "EXPLAIN (COSTS OFF) EXECUTE s(%s)", arguments);
    PGresult *plan = PQexec(session, text);
    ck_assert_msg(PQntuples(plan) > 0, "%s", PQerrorMessage(session));
    for (int i = 0; i < PQntuples(plan); i++) {
        const char *line = PQgetvalue(plan, i, 0);
        const char *next = i + 1 < PQntuples(plan) ? PQgetvalue(plan, i + 1, 0) : "";
        bool index = strstr(line, "Index Scan") != NULL || strstr(line, "Index Only Scan") != NULL;
        ck_assert_msg(strstr(line, "Seq Scan") == NULL && strstr(line, "Hash") == NULL &&
                          strstr(line, "Merge") == NULL && strstr(line, "Materialize") == NULL,
                      "%s: %s", when, line);
        ck_assert_msg(!index || strstr(next, "Index Cond") != NULL, "%s: %s\n%s", when, line, next);
    }
    PQclear(plan);
    PQfinish(session);
}

static void assert_all_by_key(const char *when)
{
    assert_by_key(sql_insert_outcomes, "'{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', 0", when);
    assert_by_key(sql_insert_outcomes_unread, "'{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', 0",
                  when);
    assert_by_key(sql_read_outcomes, "'{}', 0", when);
    assert_by_key(sql_bulk_known, "'{}', 0", when);
    assert_by_key(sql_bulk_groups, "'{}', 0", when);
    assert_by_key(sql_bulk_activities, "'{}', 0", when);
    assert_by_key(sql_bulk_lock_groups, "'{}', 0", when);
    assert_by_key(sql_bulk_lock_activities, "'{}', 0", when);
}

#define TABLES "command_outcomes, groups, study_activities, study_sessions"

START_TEST(every_row_is_looked_up_by_key_whatever_the_statistics_say)
{
    assert_all_by_key("never analyzed");
    sql("TRUNCATE " TABLES);
    sql("ANALYZE " TABLES);
    assert_all_by_key("analyzed empty");
    sql("INSERT INTO groups (id, name) VALUES (1, 'Animals')");
    sql("INSERT INTO study_activities (id, name) VALUES (1, 'Flashcards')");
    sql("INSERT INTO study_sessions (group_id, study_activity_id) VALUES (1, 1)");
    sql("INSERT INTO command_outcomes (command_id) VALUES (gen_random_uuid())");
    sql("ANALYZE " TABLES);
    assert_all_by_key("analyzed with one row");
    sql("INSERT INTO command_outcomes (command_id) SELECT gen_random_uuid() FROM generate_series(1, 100000)");
    assert_all_by_key("analyzed with one row, and grown");
    sql("INSERT INTO groups (name) SELECT n::text FROM generate_series(1, 1000) AS n");
    sql("ANALYZE " TABLES);
    assert_all_by_key("analyzed when large");
}
END_TEST

START_TEST(a_connection_says_who_it_is)
{
    ck_assert_int_eq(number(sql("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'sessiond' AND "
                                "query = 'COMMIT'")),
                     1);
}
END_TEST

static void add_stories(TCase *tcase)
{
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, a_new_command_creates_a_session_with_the_names_of_its_parents);
    tcase_add_test(tcase, the_moment_of_decision_is_the_sessions_created_at_to_the_microsecond);
    tcase_add_test(tcase, a_command_whose_parents_do_not_exist_is_rejected_with_all_that_is_missing);
    tcase_add_test(tcase, violations_of_validate_are_stored_and_read_back_with_the_values_asked_for);
    tcase_add_test(tcase, hints_are_kept_with_the_violations);
    tcase_add_test(tcase, what_the_version_before_decided_at_the_same_position_stands_whatever_the_id);
    tcase_add_test(tcase, a_replay_returns_the_same_rows_even_after_a_rename);
    tcase_add_test(tcase, a_replay_burns_no_sequence_value_and_neither_does_a_rejection);
    tcase_add_test(tcase, session_ids_follow_the_order_of_the_command_ids);
    tcase_add_test(tcase, records_with_one_id_share_one_row_and_the_first_one_is_decided);
    tcase_add_test(tcase, a_pruned_id_is_known_and_creates_nothing);
    tcase_add_test(tcase, items_that_have_an_outcome_are_not_sent);
    tcase_add_test(tcase, an_empty_batch_is_done_at_once);
    tcase_add_test(tcase, what_was_found_is_read_in_a_transaction_that_writes_to_the_log);
    tcase_add_test(tcase, tables_that_were_there_before_serve_with_narrower_ids_and_columns_of_their_own);
    tcase_add_test(tcase, every_row_is_looked_up_by_key_whatever_the_statistics_say);
    tcase_add_test(tcase, a_connection_says_who_it_is);
}

int main(void)
{
    return run_each_way("store", add_stories);
}
