/* Owns the clock and the CPUs' deadlines.
 *
 * Clock: the cycle counter where CPUs have one (taken to run alike on all), else the 8254's channel
 * 2, which must be read every 54.9 ms; then the timer never waits longer than that and only one CPU
 * runs. Timer: the local APIC's, else the 8254's channel 0. All are measured once, against
 * channel 2. Timers may fire early (a long wait is cut to what the hardware can): time_interrupt()
 * sees to it.
 */
#include "time.h"

#include "arch/common/time_scale.h"
#include "chip/lapic.h"
#include "chip/pit.h"
#include "interrupt.h"
#include "kernel/arch.h"
#include "kernel/cpu.h"
#include "kernel/print.h"
#include "kernel/timer.h"

#define SECOND 1000000000u
#define MILLISECOND 1000000u

#define WINDOW_TICKS (PIT_HZ / 100) /* 10 ms */
#define ATTEMPTS 3
/* Port reads are dear in emulators that count instructions, so most of the wait is a plain loop.
 * The limit ends it after less than 0.5 s on any CPU, should the 8254 stand still. */
#define POLL_SPINS 1000
#define POLL_LIMIT 20000

#define CYCLES_DEFAULT_HZ 1000000000u
#define LAPIC_DEFAULT_HZ 100000000u
#define CYCLES_MIN_HZ 1000000u
#define LAPIC_MIN_HZ 1000000u

#define WATCH_TIME (50 * MILLISECOND) /* reading channel 2 in time */
#define LAPIC_WAIT_MAX 4000000000u

/* What passed on each counter between two moments. */
struct measurement {
	uint32_t time; /* ns */
	uint32_t cycles;
	uint32_t lapic;
};

struct sample {
	cycles_t cycles;
	uint32_t lapic;
	uint32_t ticks;
};

static struct time_scale cycles_to_time, time_to_cycles, time_to_timer;
static cycles_t cycles_start;
static uint64_t cycles_per_second;

static struct time_scale pit_to_time;
static uint64_t pit_ticks;
static uint16_t pit_last;

static void (*timer_program)(uint32_t ticks) = pit_timer_set;
static uint32_t timer_wait_max = WATCH_TIME; /* ns */
static nanoseconds_t deadlines[CPU_MAX];

/* --- Measuring ------------------------------------------------------------------------------- */

/* All counters at one moment: the narrowest of some tries, because a host or a management interrupt
 * may steal the CPU in between. */
static struct sample sample_take(void)
{
	struct sample best = {0}, s;
	cycles_t before, width, narrowest = ~0ull;
	int i;

	for (i = 0; i < 5; i++) {
		before = arch_cycles();
		s.lapic = interrupt_by_apic() ? lapic_timer_left() : 0;
		s.ticks = pit_stopwatch_ticks();
		width = arch_cycles() - before;
		s.cycles = before + (width >> 1);
		if (width < narrowest) {
			narrowest = width;
			best = s;
		}
	}
	return best;
}

static bool measure(struct measurement *m)
{
	struct sample first, last;
	unsigned int polls;
	volatile unsigned int spins;

	pit_stopwatch_start();
	first = sample_take();
	for (polls = 0; polls < POLL_LIMIT; polls++) {
		for (spins = 0; spins < POLL_SPINS; spins++)
			;
		if (pit_stopwatch_ticks() - first.ticks >= WINDOW_TICKS)
			break;
	}
	last = sample_take();
	if (polls == POLL_LIMIT || pit_stopwatch_over() || (last.cycles - first.cycles) >> 32 != 0)
		return false;
	m->time = time_divide((uint64_t)(last.ticks - first.ticks) * SECOND, PIT_HZ);
	m->cycles = (uint32_t)(last.cycles - first.cycles);
	m->lapic = first.lapic - last.lapic;
	return true;
}

static uint32_t per_window(uint32_t hz)
{
	return hz / (PIT_HZ / WINDOW_TICKS);
}

static struct measurement measure_or_guess(void)
{
	struct measurement m = {.time = 0};
	int i;

	if (interrupt_by_apic())
		lapic_timer_set(LAPIC_COUNT_MAX);
	for (i = 0; i < ATTEMPTS && m.time == 0; i++)
		measure(&m);
	if (interrupt_by_apic())
		lapic_timer_set(0);
	if (m.time == 0) {
		print("time: the 8254 does not run, clock and timers are a guess\n");
		m = (struct measurement){.time = SECOND / (PIT_HZ / WINDOW_TICKS)};
	}
	if (arch_has_tsc && m.cycles < per_window(CYCLES_MIN_HZ)) {
		print("time: the cycle counter is not plausible, taken as 1 GHz\n");
		m.cycles = time_divide((uint64_t)m.time * CYCLES_DEFAULT_HZ, SECOND);
	}
	if (interrupt_by_apic() && m.lapic < per_window(LAPIC_MIN_HZ)) {
		print("time: the local APIC's timer is not plausible, taken as 100 MHz\n");
		m.lapic = time_divide((uint64_t)m.time * LAPIC_DEFAULT_HZ, SECOND);
	}
	return m;
}

static uint32_t kilohertz(uint32_t count, uint32_t time)
{
	return (uint32_t)time_divide((uint64_t)count * MILLISECOND, time);
}

static void clock_init(const struct measurement *m)
{
	if (arch_has_tsc) {
		cycles_to_time = time_scale_ratio(m->time, m->cycles);
		time_to_cycles = time_scale_ratio(m->cycles, m->time);
		cycles_per_second = time_divide((uint64_t)m->cycles * SECOND, m->time);
		cycles_start = arch_cycles();
		return;
	}
	pit_to_time = time_scale_ratio(SECOND, PIT_HZ);
	pit_clock_start();
	pit_last = pit_clock_ticks();
}

static void timer_init(const struct measurement *m)
{
	struct time_scale lapic_to_time;
	uint64_t longest;

	if (!interrupt_by_apic()) {
		time_to_timer = time_scale_ratio(PIT_HZ, SECOND);
		pit_timer_set(0);
		arch_irq_unmask(0);
		return;
	}
	timer_program = lapic_timer_set;
	time_to_timer = time_scale_ratio(m->lapic, m->time);
	lapic_to_time = time_scale_ratio(m->time, m->lapic);
	longest = time_scale_apply(&lapic_to_time, LAPIC_COUNT_MAX - LAPIC_COUNT_MAX / 1024);
	if (arch_has_tsc)
		timer_wait_max = longest < LAPIC_WAIT_MAX ? longest : LAPIC_WAIT_MAX;
}

void time_init(void)
{
	struct measurement m = measure_or_guess();

	clock_init(&m);
	timer_init(&m);
	print("time: clock %s %u kHz, timer %s %u kHz\n", arch_has_tsc ? "TSC" : "8254",
	      arch_has_tsc ? kilohertz(m.cycles, m.time) : PIT_HZ / 1000,
	      interrupt_by_apic() ? "APIC" : "8254",
	      interrupt_by_apic() ? kilohertz(m.lapic, m.time) : PIT_HZ / 1000);
	if (!arch_has_tsc)
		arch_timer_set(0);
}

/* --- Clock ----------------------------------------------------------------------------------- */

nanoseconds_t arch_time(void)
{
	uint16_t now;

	if (arch_has_tsc)
		return time_scale_apply(&cycles_to_time, arch_cycles() - cycles_start);
	now = pit_clock_ticks();
	pit_ticks += (uint16_t)(now - pit_last);
	pit_last = now;
	return time_scale_apply(&pit_to_time, pit_ticks);
}

nanoseconds_t arch_cycles_to_time(cycles_t cycles)
{
	return time_scale_apply(&cycles_to_time, cycles);
}

cycles_t arch_time_to_cycles(nanoseconds_t time)
{
	return time_scale_apply(&time_to_cycles, time);
}

uint64_t arch_cycles_per_second(void)
{
	return cycles_per_second;
}

/* The base is never refreshed: readers multiply in 96 bits, in halves, as time_scale_apply() does,
 * and then nothing overflows before the time itself. */
void time_describe(struct kernel_page_clock *clock)
{
	clock->readable = arch_has_tsc;
	clock->base_cycles = cycles_start;
	clock->base_time = 0;
	clock->multiplier = cycles_to_time.multiplier;
	clock->shift = cycles_to_time.shift;
}

void time_spin(nanoseconds_t time)
{
	nanoseconds_t end = arch_time() + time;

	while (arch_time() < end)
		arch_pause();
}

/* --- Timer ----------------------------------------------------------------------------------- */

/* Rounded up by 2^-12, because timer and clock were not measured alike: a timer that fires just
 * before its deadline would have to be armed again. */
static void timer_arm(nanoseconds_t deadline)
{
	nanoseconds_t now, wait = timer_wait_max;

	if (deadline == 0 && arch_has_tsc) {
		timer_program(0);
		return;
	}
	if (deadline != 0) {
		now = arch_time();
		wait = deadline > now ? deadline - now : 0;
		wait += wait >> 12;
		if (wait > timer_wait_max)
			wait = timer_wait_max;
	}
	timer_program((uint32_t)time_scale_apply(&time_to_timer, wait) + 1);
}

void arch_timer_set(nanoseconds_t deadline)
{
	deadlines[this_cpu()->index] = deadline;
	timer_arm(deadline);
}

void time_interrupt(struct cpu *cpu)
{
	nanoseconds_t deadline = deadlines[cpu->index];

	if (deadline == 0 || arch_time() < deadline) {
		timer_arm(deadline);
		return;
	}
	deadlines[cpu->index] = 0;
	timer_arm(0);
	timer_interrupt(cpu);
}
