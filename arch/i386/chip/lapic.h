/* The local APIC of the executing CPU. Source: Intel SDM vol. 3, chapter 11 (325384-080).
 * Without CONFIG_APIC there is none, and what is left of its users compiles to nothing.
 */
#pragma once

#include <skerry/types.h>

struct boot_firmware;

#define LAPIC_COUNT_MAX 0xffffffffu

#ifdef CONFIG_APIC

/* Enables this CPU's; every source but those the firmware calls NMI is masked. May be repeated. */
void lapic_init(const struct boot_firmware *firmware);

uint32_t lapic_id(void);
void lapic_end(void);

/* Send to one CPU. False when the previous one does not leave. */
bool lapic_send(uint32_t id, unsigned int vector);
bool lapic_send_nmi(uint32_t id);

/* Reset every other CPU: each waits for lapic_send_startup(). */
bool lapic_send_init_others(void);
/* Start a CPU in real mode at `physical`, a page below 1 MB. */
bool lapic_send_startup(uint32_t id, uint32_t physical);

/* One-shot timer: VECTOR_TIMER after `count` ticks; 0 stops it. */
void lapic_timer_set(uint32_t count);
uint32_t lapic_timer_left(void);

#else

static inline void lapic_init(const struct boot_firmware *firmware)
{
	(void)firmware;
}

static inline void lapic_end(void)
{
}

static inline void lapic_timer_set(uint32_t count)
{
	(void)count;
}

static inline uint32_t lapic_timer_left(void)
{
	return LAPIC_COUNT_MAX;
}

#endif
