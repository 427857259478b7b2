/* Clients: threads of the suite's space with rights of their own, which call services while the
 * suite does something else.
 */
#pragma once

#include <skerry/types.h>
#include <stdbool.h>

#define CLIENTS 4u

/* Once: make them; they stay. */
void clients_init(void);

/* Have an idle one run `work`. */
void client_begin(unsigned int number, int (*work)(void *argument), void *argument);

/* Wait for it: what `work` answered. */
int client_end(unsigned int number);

endpoint_t client_endpoint(unsigned int number);
