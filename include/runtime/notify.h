/**
 * Tells the service manager how far we are: one datagram to the socket in $NOTIFY_SOCKET, nothing without it.
 *
 * Source: sd_notify(3), a stable protocol; a leading `@` means Linux's abstract namespace.
 */
#ifndef RUNTIME_NOTIFY_H
#define RUNTIME_NOTIFY_H

/** `state`: e.g. "READY=1", "STOPPING=1". A manager that does not read is waited for a second at most; then it is not told. */
void notify(const char *state);

#endif
