/* Owns the local APICs' registers; all lie at the same address, each CPU sees its own. No locks: a
 * CPU touches only its own, with interrupts off (the panic path's NMIs are the last it sends).
 */
#include "lapic.h"

#include "arch/i386/boot/boot.h"
#include "arch/i386/vectors.h"
#include "kernel/arch.h"

/* Register numbers: SDM table 11-1, offsets / 4. */
enum lapic_register {
	ID = 0x20 / 4,
	TASK_PRIORITY = 0x80 / 4,
	END_OF_INTERRUPT = 0xb0 / 4,
	SPURIOUS = 0xf0 / 4,
	ERROR_STATUS = 0x280 / 4,
	COMMAND_LOW = 0x300 / 4,
	COMMAND_HIGH = 0x310 / 4,
	LOCAL_TIMER = 0x320 / 4,
	LOCAL_LINT0 = 0x350 / 4,
	LOCAL_LINT1 = 0x360 / 4,
	LOCAL_ERROR = 0x370 / 4,
	TIMER_INITIAL = 0x380 / 4,
	TIMER_CURRENT = 0x390 / 4,
	TIMER_DIVIDE = 0x3e0 / 4,
};

#define SPURIOUS_ENABLE 0x100u
#define LOCAL_MASKED 0x10000u
#define LOCAL_NMI 0x400u
#define DIVIDE_BY_1 0xbu

#define COMMAND_FIXED 0x4000u
#define COMMAND_NMI 0x4400u
#define COMMAND_INIT_OTHERS 0xcc500u /* level, assert, all but self */
#define COMMAND_INIT_END 0xc8500u    /* level, deassert; for Pentiums (MP Specification, B.4) */
#define COMMAND_STARTUP 0x4600u
#define COMMAND_PENDING 0x1000u

/* Reads of the command register; one takes some ten nanoseconds at least, a delivery less than one
 * microsecond. */
#define SEND_LIMIT 100000

static volatile uint32_t *lapic;

/* The firmware knows which input of which CPU is wired to NMI. */
static void connect_nmi(const struct interrupt_topology *topology)
{
	unsigned int i;

	lapic[LOCAL_LINT0] = LOCAL_MASKED;
	lapic[LOCAL_LINT1] = LOCAL_MASKED;
	for (i = 0; i < topology->nmi_count; i++) {
		const struct topology_nmi *nmi = &topology->nmis[i];

		if (nmi->is_local &&
		    (nmi->apic_id == TOPOLOGY_ALL_CPUS || nmi->apic_id == lapic_id()))
			lapic[nmi->lint == 0 ? LOCAL_LINT0 : LOCAL_LINT1] = LOCAL_NMI;
	}
}

void lapic_init(const struct boot_firmware *firmware)
{
	lapic = firmware->local_apic;
	lapic[SPURIOUS] = SPURIOUS_ENABLE | VECTOR_SPURIOUS;
	lapic[TASK_PRIORITY] = 0;
	lapic[TIMER_DIVIDE] = DIVIDE_BY_1;
	lapic[LOCAL_TIMER] = VECTOR_TIMER;
	lapic[LOCAL_ERROR] = LOCAL_MASKED;
	connect_nmi(&firmware->topology);
}

uint32_t lapic_id(void)
{
	return lapic[ID] >> 24;
}

void lapic_end(void)
{
	lapic[END_OF_INTERRUPT] = 0;
}

static bool send(uint32_t id, uint32_t command)
{
	unsigned int tries;

	for (tries = 0; lapic[COMMAND_LOW] & COMMAND_PENDING; tries++) {
		if (tries == SEND_LIMIT)
			return false;
		arch_pause();
	}
	lapic[COMMAND_HIGH] = id << 24;
	lapic[COMMAND_LOW] = command;
	return true;
}

bool lapic_send(uint32_t id, unsigned int vector)
{
	return send(id, COMMAND_FIXED | vector);
}

bool lapic_send_nmi(uint32_t id)
{
	return send(id, COMMAND_NMI);
}

bool lapic_send_init_others(void)
{
	return send(0, COMMAND_INIT_OTHERS) && send(0, COMMAND_INIT_END);
}

bool lapic_send_startup(uint32_t id, uint32_t physical)
{
	return send(id, COMMAND_STARTUP | physical >> 12);
}

void lapic_timer_set(uint32_t count)
{
	lapic[TIMER_INITIAL] = count;
}

uint32_t lapic_timer_left(void)
{
	return lapic[TIMER_CURRENT];
}
