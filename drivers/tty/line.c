/* The line's settings, and what programs read. Input that can be read are the entries from
 * input_read on: to the last INPUT_END in canonical mode, all of them otherwise.
 */
#include "line.h"

#include <skerry/signal.h>
#include <string.h>

#define TENTH_OF_SECOND 100000000ull

static const struct terminal_settings defaults = {
	.input = INPUT_CR_TO_NL | INPUT_FLOW | INPUT_UTF8,
	.output = OUTPUT_PROCESS | OUTPUT_NL_TO_CRNL,
	.control = CONTROL_SPEED_38400 | CONTROL_8_BITS | CONTROL_READ | CONTROL_HANGUP,
	.local = LOCAL_SIGNALS | LOCAL_CANONICAL | LOCAL_ECHO | LOCAL_ECHO_ERASE | LOCAL_ECHO_KILL |
		 LOCAL_ECHO_CONTROL | LOCAL_ECHO_KILL_ERASE | LOCAL_EXTENDED,
	.character =
		{
			[CHAR_INTERRUPT] = 'C' & 0x1F,
			[CHAR_QUIT] = '\\' & 0x1F,
			[CHAR_ERASE] = 0x7F,
			[CHAR_KILL] = 'U' & 0x1F,
			[CHAR_EOF] = 'D' & 0x1F,
			[CHAR_MIN] = 1,
			[CHAR_START] = 'Q' & 0x1F,
			[CHAR_STOP] = 'S' & 0x1F,
			[CHAR_SUSPEND] = 'Z' & 0x1F,
			[CHAR_REPRINT] = 'R' & 0x1F,
			[CHAR_DISCARD] = 'O' & 0x1F,
			[CHAR_WORD_ERASE] = 'W' & 0x1F,
			[CHAR_LITERAL] = 'V' & 0x1F,
		},
};

void line_init(struct line *line)
{
	memset(line, 0, sizeof(*line));
	line->settings = defaults;
}

static uint16_t entry(const struct line *line, u32 index)
{
	return line->input[index % LINE_INPUT_MAX];
}

static bool is_canonical(const struct line *line)
{
	return line->settings.local & LOCAL_CANONICAL;
}

/* --- Reading ---------------------------------------------------------------------------------- */

u32 line_input_count(const struct line *line)
{
	const u32 end = is_canonical(line) ? line->input_edit : line->input_write;
	u32 count = 0;

	for (u32 i = line->input_read; i != end; i++)
		count += !(entry(line, i) & INPUT_EOF);
	return count;
}

static u32 minimum(const struct line *line)
{
	return line->settings.character[CHAR_MIN];
}

bool line_readable(const struct line *line)
{
	const u32 count = line->input_write - line->input_read;

	if (is_canonical(line))
		return line->input_edit != line->input_read;
	if (line->settings.character[CHAR_TIME] == 0 && minimum(line) > 1)
		return count >= minimum(line);
	return count > 0;
}

bool line_read_ready(const struct line *line, u64 bytes, nanoseconds_t since, nanoseconds_t last,
		     nanoseconds_t now, nanoseconds_t *again)
{
	const nanoseconds_t time = line->settings.character[CHAR_TIME] * TENTH_OF_SECOND;
	const u32 count = line->input_write - line->input_read, least = minimum(line);
	nanoseconds_t end;

	*again = 0;
	if (is_canonical(line))
		return line_readable(line);
	if (bytes == 0 || (least == 0 && time == 0))
		return true;
	if (count > 0 && (count >= bytes || count >= least))
		return true;
	if (time == 0 || (least > 0 && count == 0))
		return false;
	/* MIN: between characters, from the first on. No MIN: for the read as a whole. */
	end = (least > 0 && last > since ? last : since) + time;
	if (now >= end)
		return true;
	*again = end;
	return false;
}

u32 line_read(const struct line *line, uint8_t *to, u32 bytes, u32 *used)
{
	const bool canonical = is_canonical(line);
	const u32 end = canonical ? line->input_edit : line->input_write;
	u32 done = 0, i = line->input_read;

	while (i != end && done < bytes) {
		const uint16_t found = entry(line, i++);

		if (!(found & INPUT_EOF))
			to[done++] = (uint8_t)found;
		if (canonical && found & INPUT_END)
			break;
		/* A read that takes all before an EOF takes this, too: the next is not 0. */
		if (canonical && done == bytes && i != end && entry(line, i) & INPUT_EOF)
			i++;
	}
	*used = i - line->input_read;
	return done;
}

/* IXOFF: there is room again. */
static void input_resume(struct line *line)
{
	if (!line->asked_to_stop || line->input_write - line->input_read > LINE_INPUT_MAX / 4)
		return;
	if (output_put(line, line->settings.character[CHAR_START], 0))
		line->asked_to_stop = false;
}

void line_consume(struct line *line, u32 used)
{
	line->input_read += used;
	if ((int32_t)(line->input_edit - line->input_read) < 0)
		line->input_edit = line->input_read;
	input_resume(line);
}

/* --- Settings --------------------------------------------------------------------------------- */

/* What was typed for a mode that ends: lines keep no marks in raw mode; what there is of a line is
 * one in canonical mode. */
static void input_convert(struct line *line)
{
	u32 to = line->input_read;

	for (u32 i = line->input_read; i != line->input_write; i++) {
		if (!(entry(line, i) & INPUT_EOF))
			line->input[to++ % LINE_INPUT_MAX] = entry(line, i) & 0xFF;
	}
	line->input_write = line->input_edit = to;
	if (is_canonical(line) && to != line->input_read)
		line->input[(to - 1) % LINE_INPUT_MAX] |= INPUT_END;
	line->literal = false;
	line->edit_column = line->column;
}

void line_set(struct line *line, const struct terminal_settings *settings)
{
	const u32 changed = line->settings.local ^ settings->local;

	line->settings = *settings;
	if (changed & LOCAL_CANONICAL)
		input_convert(line);
	if (!(settings->input & INPUT_FLOW))
		line->stopped = false;
}

void line_flush_input(struct line *line)
{
	line->input_read = line->input_edit = line->input_write;
	line->literal = false;
	input_resume(line);
}

void line_flush_output(struct line *line)
{
	line->output_read = line->output_write;
}

void line_flow(struct line *line, u32 what)
{
	const uint8_t *character = line->settings.character;

	if (what == FLOW_OUTPUT_STOP || what == FLOW_OUTPUT_START)
		line->stopped = what == FLOW_OUTPUT_STOP;
	else
		(void)output_put(line, character[what == FLOW_SEND_STOP ? CHAR_STOP : CHAR_START],
				 0);
}
