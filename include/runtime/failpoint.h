/**
 * Places where a test can hold the process, to see what a kill, a stop or a takeover does exactly there.
 *
 * Only in builds made with FAILPOINTS=yes; other builds contain nothing of it. `sessiond version` names such a build.
 *
 * Environment FAILPOINT=NAME[:N] chooses one place and the Nth time that it is reached (default 1). The process then
 * logs `held at NAME` and stops itself with SIGSTOP, all threads at once as if the machine had paused it. The test then
 * decides: SIGKILL is a crash at this step, SIGCONT a machine that was paused for a while.
 */
#ifndef RUNTIME_FAILPOINT_H
#define RUNTIME_FAILPOINT_H

#ifdef FAILPOINTS
/** `name`: static text, unique in the program. Main thread only. */
void failpoint(const char *name);
#else
#define failpoint(name) ((void)0)
#endif

#endif
