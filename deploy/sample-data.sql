-- Two groups of words and one activity, so that a first command finds what it names. Safe to run again.
INSERT INTO groups (id, name, words_count) OVERRIDING SYSTEM VALUE
VALUES (1, 'Core Verbs', 60), (2, 'Core Adjectives', 64)
ON CONFLICT DO NOTHING;

INSERT INTO study_activities (id, name, url, preview_url) OVERRIDING SYSTEM VALUE
VALUES (1, 'Typing Tutor', 'http://localhost:8080', '/assets/study_activities/typing-tutor.png')
ON CONFLICT DO NOTHING;

-- Rows inserted with their ids leave the sequences behind.
SELECT setval(pg_get_serial_sequence('groups', 'id'), max(id)) FROM groups;
SELECT setval(pg_get_serial_sequence('study_activities', 'id'), max(id)) FROM study_activities;
