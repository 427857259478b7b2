/* Owns the 8254. Source: Intel 8254 data sheet (231164); channel 2's gate and output: port 61h,
 * PC/AT Technical Reference.
 */
#include "pit.h"

#include "arch/i386/io.h"

#define CHANNEL_0 0x40
#define CHANNEL_2 0x42
#define CONTROL 0x43
#define PORT_B 0x61

#define PORT_B_GATE 0x01
#define PORT_B_SPEAKER 0x02
#define PORT_B_OUTPUT 0x20

/* Control words: channel, both bytes of the count, mode, binary. */
#define TIMER_ONE_SHOT 0x30	/* channel 0, mode 0: output high when the count is over */
#define STOPWATCH_ONE_SHOT 0xb0 /* channel 2, mode 0 */
#define CLOCK_PERIODIC 0xb4	/* channel 2, mode 2 */
#define CLOCK_LATCH 0x80

static void channel_2_start(uint8_t control, uint32_t count)
{
	outb(PORT_B, (inb(PORT_B) & ~PORT_B_SPEAKER) | PORT_B_GATE);
	outb(CONTROL, control);
	outb(CHANNEL_2, count & 0xff);
	outb(CHANNEL_2, count >> 8);
}

static uint32_t channel_2_count(void)
{
	uint32_t low;

	outb(CONTROL, CLOCK_LATCH);
	low = inb(CHANNEL_2);
	return (uint32_t)inb(CHANNEL_2) << 8 | low;
}

/* The count is loaded at the next tick; the reads see to it that this is over. */
void pit_stopwatch_start(void)
{
	channel_2_start(STOPWATCH_ONE_SHOT, PIT_COUNT_MAX);
	channel_2_count();
	channel_2_count();
}

uint32_t pit_stopwatch_ticks(void)
{
	return PIT_COUNT_MAX - channel_2_count();
}

bool pit_stopwatch_over(void)
{
	return inb(PORT_B) & PORT_B_OUTPUT;
}

void pit_clock_start(void)
{
	channel_2_start(CLOCK_PERIODIC, 0);
}

uint16_t pit_clock_ticks(void)
{
	return -channel_2_count();
}

void pit_timer_set(uint32_t ticks)
{
	outb(CONTROL, TIMER_ONE_SHOT); /* stops until a count is written */
	if (ticks == 0)
		return;
	outb(CHANNEL_0, ticks & 0xff);
	outb(CHANNEL_0, ticks >> 8);
}
