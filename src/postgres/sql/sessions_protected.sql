-- Whether row security applies to the present role on study_sessions, so that it may not read what it inserts.
SELECT row_security_active('study_sessions');
