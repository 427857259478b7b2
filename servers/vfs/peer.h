/* What is sent to file servers and drivers: asynchronous messages, and their answers.
 *
 * A message that the kernel's queue has no room for waits here. A service that is gone, or says
 * that it is a new instance, fails what it was asked.
 */
#pragma once

#include <skerry/message.h>
#include <sys_arch.h>

/* Ask, in a worker, and wait: 0, and the payload of the answer is in worker_self()->answer; -EIO:
 * there will be none. The request begins with a u32 tag, which is set here. */
int peer_ask(endpoint_t service, uint32_t type, void *request, size_t bytes);

/* Send without an answer for a worker. -EIO: the service is gone; -EAGAIN: too much waits. */
int peer_send(endpoint_t service, uint32_t type, const void *payload, size_t bytes);

/* An answer to a worker came. */
void peer_answered(endpoint_t service, const struct message *message);

/* Send what waited. */
void peers_send(void);

/* Fail what asked services that are gone. */
void peers_tend(void);

/* Is there anything to look after; does a message wait to be sent? */
bool peers_busy(void);
bool peers_full(void);

/* The service has begun anew, or is gone. */
void peer_lost(endpoint_t service);

/* Is there a thread of that name, that has not ended? */
bool peer_lives(endpoint_t service);

/* Is it a program, that is, no service? */
bool peer_is_program(endpoint_t thread);

/* The space that a thread is in; 0: there is no such thread. */
space_t peer_space(endpoint_t thread);
