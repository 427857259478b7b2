/* The line discipline: what comes from a device and what programs write become what programs read
 * and what goes to the device, as struct terminal_settings says. Pure: no device, no process, no
 * clock; signals are left in `signals` for whoever runs the line to send.
 */
#pragma once

#include "termios.h"

#define LINE_INPUT_MAX                                                                             \
	4096u /* a power of two; a canonical line has at most one less, as Linux's                 \
	       */
#define LINE_OUTPUT_MAX 2048u

/* Entries of the input ring: a character, and: */
#define INPUT_END 0x100u /* a read ends behind it */
#define INPUT_EOF 0x200u /* and it is not read itself: CHAR_EOF */

struct line {
	struct terminal_settings settings;
	struct terminal_window window;
	u64 signals; /* a bit a SIGNAL_*: for the foreground group */

	/* Indices count up and are taken modulo the ring. read <= edit <= write; what lies from
	 * `edit` on may still be edited, in canonical mode. */
	u32 input_read, input_edit, input_write;
	uint16_t input[LINE_INPUT_MAX];

	u32 output_read, output_write;
	uint8_t output[LINE_OUTPUT_MAX];

	u32 column;	    /* of the cursor, as far as one can know */
	u32 edit_column;    /* where the line being edited began */
	bool literal;	    /* the next character means itself */
	bool stopped;	    /* by STOP */
	bool asked_to_stop; /* we have sent STOP: INPUT_FLOW_OUT */
};

void line_init(struct line *line);

/* --- From the device -------------------------------------------------------------------------- */

void line_input(struct line *line, uint8_t character);
void line_break(struct line *line);

/* How many more characters surely find room. */
u32 line_input_room(const struct line *line);

/* --- To programs ------------------------------------------------------------------------------ */

/* When may a read of so many bytes end? `since`: it began; `last`: the last character came. Times
 * are nanoseconds; *again: look again then, if nothing comes (0: never). */
bool line_read_ready(const struct line *line, u64 bytes, nanoseconds_t since, nanoseconds_t last,
		     nanoseconds_t now, nanoseconds_t *again);

/* Is there something to read, for poll? */
bool line_readable(const struct line *line);

/* What a read gets: copy, and only when it has arrived consume. *used: ring entries. */
u32 line_read(const struct line *line, uint8_t *to, u32 bytes, u32 *used);
void line_consume(struct line *line, u32 used);

/* --- From programs ---------------------------------------------------------------------------- */

/* How many characters were taken; fewer than given: the output ring is full, or stopped. */
u32 line_write(struct line *line, const uint8_t *text, u32 bytes);

/* Room for at least one more character, whatever it becomes? */
bool line_writable(const struct line *line);

/* --- To the device ---------------------------------------------------------------------------- */

u32 line_output_count(const struct line *line);

/* What the device shall show next, unless it is stopped: a copy, and what of it was shown. */
u32 line_output(const struct line *line, uint8_t *to, u32 bytes);
void line_output_done(struct line *line, u32 bytes);

/* --- Settings --------------------------------------------------------------------------------- */

void line_set(struct line *line, const struct terminal_settings *settings);
void line_flush_input(struct line *line);
void line_flush_output(struct line *line);
void line_flow(struct line *line, u32 what); /* FLOW_* */

/* Characters that can be read now. */
u32 line_input_count(const struct line *line);

/* --- Between the files of the discipline -------------------------------------------------------
 */

/* Into the output ring, as it is or processed; false: no room. Echo has a reserve of its own. */
bool output_put(struct line *line, uint8_t character, u32 reserve);
bool output_process(struct line *line, uint8_t character, u32 reserve);

/* Columns after one more character has been shown. */
u32 column_after(u32 column, uint8_t character);
