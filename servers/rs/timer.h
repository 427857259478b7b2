/* Deadlines of services. */
#pragma once

/* After everything that may have changed one. The answer in the message page survives. */
void timer_update(void);

/* The alarm rang. */
void timer_expired(void);
