/**
 * Tells the service manager the state of the process, by a datagram to the socket in $NOTIFY_SOCKET. Without that
 * variable it does nothing.
 *
 * Source: sd_notify(3), a stable protocol; a leading `@` means Linux's abstract namespace.
 */
#ifndef RUNTIME_NOTIFY_H
#define RUNTIME_NOTIFY_H

/**
 * `state`: e.g. "READY=1", "STOPPING=1". If the manager does not read, this waits for a second at most and then gives
 * up.
 */
void notify(const char *state);

#endif
