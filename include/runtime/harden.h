/** What a process gives up for good when it begins to work, because it never needs it again. */
#ifndef RUNTIME_HARDEN_H
#define RUNTIME_HARDEN_H

/**
 * From now on no program that this process starts gains privileges (set-user-ID, file capabilities), and neither
 * another process of the same user nor a core dump can read its memory, in which the passwords are. For the whole
 * process, whatever the thread. A system that refuses one of the two (an old kernel, a seccomp filter) is logged as a
 * warning, and the process goes on without.
 *
 * Source: prctl(2), PR_SET_NO_NEW_PRIVS and PR_SET_DUMPABLE.
 */
void harden(void);

#endif
