"""The tables: made as promised, and left alone where they are."""
import json

from psycopg.rows import dict_row

from stage import command, new_id

# table: column: (type, nullable, identity, default)
TABLES = {
    "groups": {
        "id": ("bigint", "NO", "BY DEFAULT", None),
        "name": ("text", "NO", None, None),
        "words_count": ("integer", "NO", None, "0"),
    },
    "study_activities": {
        "id": ("bigint", "NO", "BY DEFAULT", None),
        "name": ("text", "NO", None, None),
        "url": ("text", "YES", None, None),
        "preview_url": ("text", "YES", None, None),
    },
    "study_sessions": {
        "id": ("bigint", "NO", "BY DEFAULT", None),
        "group_id": ("bigint", "NO", None, None),
        "study_activity_id": ("bigint", "NO", None, None),
        "created_at": ("timestamp with time zone", "NO", None, "now()"),
    },
}

# As an application may have made them: narrower, with more in them, its own sequence.
APPLICATION = """
    CREATE TABLE groups (id serial PRIMARY KEY, name varchar(80) NOT NULL UNIQUE, words_count integer NOT NULL DEFAULT 0,
                         note text DEFAULT 'mine');
    CREATE TABLE study_activities (id serial PRIMARY KEY, name text NOT NULL, url text, preview_url text, icon bytea);
    CREATE TABLE study_sessions (id serial PRIMARY KEY, group_id integer NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
                         study_activity_id integer NOT NULL REFERENCES study_activities (id),
                         created_at timestamptz NOT NULL DEFAULT CURRENT_TIMESTAMP, rating integer);
    CREATE INDEX mine ON study_sessions (created_at);
    INSERT INTO groups (name) VALUES ('Theirs');
    INSERT INTO study_activities (name) VALUES ('Theirs too');
    INSERT INTO study_sessions (group_id, study_activity_id, rating) VALUES (1, 1, 5);
"""


def columns(stage, schema, table):
    rows = stage.rows(
        """SELECT column_name, data_type, is_nullable, identity_generation, column_default
           FROM information_schema.columns WHERE table_schema = %s AND table_name = %s""",
        schema, table,
    )  # fmt: skip
    return {
        row["column_name"]: (row["data_type"], row["is_nullable"], row["identity_generation"], row["column_default"])
        for row in rows
    }


def keys(stage, schema, table):
    of_table = "conrelid = %s::regclass AND contype IN ('p', 'f')"
    query = f"SELECT pg_get_constraintdef(oid) AS def FROM pg_constraint WHERE {of_table}"
    return sorted(row["def"].replace(f"{schema}.", "") for row in stage.rows(query, f"{schema}.{table}"))


def catalogue(stage, schema):
    """All that a migration could change: files, columns, defaults, constraints, indexes, rows."""
    with stage.db.cursor(row_factory=dict_row) as cursor:
        relations = cursor.execute(
            """SELECT relname, relfilenode, relkind FROM pg_class
               WHERE relnamespace = %s::regnamespace AND relname NOT LIKE 'command_outcomes%%' AND relkind IN ('r', 'i', 'S')
               ORDER BY relname""",
            (schema,),
        ).fetchall()
    tables = [row["relname"] for row in relations if row["relkind"] == "r"]
    return (
        relations,
        {table: columns(stage, schema, table) for table in tables},
        {table: keys(stage, schema, table) for table in tables},
        {table: stage.rows(f"SELECT * FROM {schema}.{table} ORDER BY id") for table in tables},
    )


def test_up_makes_the_promised_tables(stage):
    for table, expected in TABLES.items():
        assert columns(stage, stage.schema, table) == expected
        assert "PRIMARY KEY (id)" in keys(stage, stage.schema, table)
    assert keys(stage, stage.schema, "study_sessions")[:2] == [
        "FOREIGN KEY (group_id) REFERENCES groups(id)",
        "FOREIGN KEY (study_activity_id) REFERENCES study_activities(id)",
    ]
    ledger = columns(stage, stage.schema, "command_outcomes")
    assert (ledger["command_id"][0], ledger["session_id"][0]) == ("uuid", "bigint")
    assert keys(stage, stage.schema, "command_outcomes") == ["PRIMARY KEY (command_id)"]
    stage.db.execute("INSERT INTO study_sessions (id, group_id, study_activity_id) VALUES (500, 1, 1)")


def test_tables_that_are_there_are_left_as_they_are_and_serve(stage):
    schema = f"{stage.schema}_app"
    stage.db.execute(f"CREATE SCHEMA {schema}; SET search_path = {schema}")
    stage.db.execute(APPLICATION)
    before = catalogue(stage, schema)
    for _ in range(2):
        stage.must("migrate", "up", **{"postgres.schema": schema})
        assert catalogue(stage, schema) == before

    sent = stage.send(command(new_id()))
    stage.drain(**{"postgres.schema": schema})
    session = stage.event_of(sent).body["session"]
    assert (session["id"], session["group_name"], session["activity_name"]) == (2, "Theirs", "Theirs too")


def test_status_says_what_is_missing_and_its_exit_code_too(stage):
    complete = {"complete": True, "missing": [], "warnings": []}
    assert json.loads(stage.must("migrate", "status", "--json").stdout) == complete
    schema = {"postgres.schema": f"{stage.schema}_empty"}
    stage.db.execute(f"CREATE SCHEMA {stage.schema}_empty")
    done = stage.run("migrate", "status", **schema)
    assert done.returncode == 1 and done.stdout.count("does not exist") == 4 and "migrate up" in done.stdout
    found = json.loads(stage.run("migrate", "status", "--json", **schema).stdout)
    assert [each["table"] for each in found["missing"]] == [*TABLES, "command_outcomes"] and not found["complete"]
    assert {tuple(each) for each in found["missing"]} == {("table", "column", "problem", "text", "fix")}


def test_status_finds_what_would_stop_run_and_says_how_to_mend_it(stage):
    stage.db.execute("ALTER TABLE study_sessions ADD rating integer NOT NULL")
    done = stage.run("migrate", "status")
    fix = "ALTER TABLE study_sessions ALTER COLUMN rating DROP NOT NULL"
    assert done.returncode == 1 and "study_sessions.rating is NOT NULL and nothing fills it\n" in done.stdout and fix in done.stdout
    (missing,) = json.loads(stage.run("migrate", "status", "--json").stdout)["missing"]
    assert (missing["table"], missing["column"], missing["problem"]) == ("study_sessions", "rating", "null")
    stage.db.execute(fix)
    assert stage.run("migrate", "status").returncode == 0


def test_a_warning_is_printed_by_status_and_logged_once_by_run_and_fails_neither(stage):
    stage.db.execute(
        """CREATE FUNCTION later() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
           CREATE TRIGGER later AFTER INSERT ON study_sessions FOR EACH ROW EXECUTE FUNCTION later()"""
    )
    text = "study_sessions has triggers after the insert (later)"
    assert f"warning: {text}" in stage.must("migrate", "status").stdout
    (warning,) = json.loads(stage.must("migrate", "status", "--json").stdout)["warnings"]
    assert (warning["table"], warning["column"], warning["problem"]) == ("study_sessions", None, "trigger")

    worker = stage.start().await_ready()
    stage.send(command(new_id()), key=b"k")
    stage.await_drained()
    stage.db.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'sessiond' AND pid <> pg_backend_pid()"
    )
    stage.send(command(new_id()), key=b"k")
    stage.await_drained()
    worker.stop()
    (line,) = [line for line in worker.lines() if line.get("event.code") == "E-PG-TABLES-WARNING"]
    assert text in line["message"] and line["log.level"] == "warn"
    stage.judge()


def test_the_printed_sql_makes_what_up_makes_and_grants_no_more_than_is_needed(stage):
    role, schema = f"role_{stage.schema}", f"{stage.schema}_sql"
    stage.db.execute(f"CREATE ROLE {role}")
    stage.db.execute(stage.must("migrate", "sql", "--role", role, **{"postgres.schema": schema}).stdout)
    try:
        for table in (*TABLES, "command_outcomes"):
            assert columns(stage, schema, table) == columns(stage, stage.schema, table)
            assert keys(stage, schema, table) == keys(stage, stage.schema, table)
        grants = stage.rows(
            """SELECT table_name, string_agg(privilege_type, ' ' ORDER BY privilege_type) AS may
               FROM information_schema.role_table_grants WHERE grantee = %s GROUP BY table_name""",
            role,
        )
        assert {row["table_name"]: row["may"] for row in grants} == {
            "groups": "SELECT",
            "study_activities": "SELECT",
            "study_sessions": "INSERT SELECT",
            "command_outcomes": "INSERT SELECT",
        }
        (may,) = stage.rows(
            "SELECT has_schema_privilege(%s, %s, 'CREATE') AS ddl, has_sequence_privilege(%s, %s, 'USAGE') AS ids",
            role, schema, role, f"{schema}.study_sessions_id_seq",
        )  # fmt: skip
        assert may == {"ddl": False, "ids": True}
    finally:
        stage.db.execute(f"DROP OWNED BY {role}")
        stage.db.execute(f"DROP ROLE {role}")
