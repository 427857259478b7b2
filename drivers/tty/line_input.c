/* What comes from the device: signals, flow control, editing of a line, echo. */
#include "line.h"

#include <skerry/signal.h>

#define BELL 7u
#define FULL (LINE_INPUT_MAX - 1) /* the last place is for what ends a line */

static uint16_t *entry(struct line *line, u32 index)
{
	return &line->input[index % LINE_INPUT_MAX];
}

static bool is(const struct line *line, unsigned int which, uint8_t character)
{
	return line->settings.character[which] != 0 && line->settings.character[which] == character;
}

static bool is_continuation(const struct line *line, uint8_t character)
{
	return line->settings.input & INPUT_UTF8 && (character & 0xC0) == 0x80;
}

u32 line_input_room(const struct line *line)
{
	const u32 used = line->input_write - line->input_read;

	return used < FULL ? FULL - used : 0;
}

/* --- Echo ------------------------------------------------------------------------------------- */

static bool shows_as_two(const struct line *line, uint8_t character)
{
	return line->settings.local & LOCAL_ECHO_CONTROL &&
	       (character < 0x20 || character == 0x7F) && character != '\t' && character != '\n';
}

static void echo_character(struct line *line, uint8_t character)
{
	if (shows_as_two(line, character)) {
		(void)output_process(line, '^', 0);
		(void)output_process(line, character ^ 0x40, 0);
	} else {
		(void)output_process(line, character, 0);
	}
}

static void echo(struct line *line, uint8_t character)
{
	if (line->settings.local & LOCAL_ECHO)
		echo_character(line, character);
	else if (character == '\n' && line->settings.local & LOCAL_ECHO_NL &&
		 line->settings.local & LOCAL_CANONICAL)
		(void)output_process(line, '\n', 0);
}

/* Where the cursor was when the line went to `end`, if nobody else has written meanwhile. */
static u32 column_of(struct line *line, u32 end)
{
	u32 column = line->edit_column;

	for (u32 i = line->input_edit; i != end; i++) {
		const uint8_t character = (uint8_t)*entry(line, i);

		column = shows_as_two(line, character) ? column + 2
						       : column_after(column, character);
	}
	return column;
}

/* The line has become shorter, it went to `end`: the cursor goes back over blanks. */
static void echo_back(struct line *line, u32 end)
{
	const u32 wanted = column_of(line, line->input_write);

	for (u32 column = column_of(line, end); column > wanted; column--) {
		(void)output_put(line, '\b', 0);
		(void)output_put(line, ' ', 0);
		(void)output_put(line, '\b', 0);
		if (line->column > 0)
			line->column--;
	}
}

/* --- Editing ---------------------------------------------------------------------------------- */

static bool erase_one(struct line *line)
{
	if (line->input_write == line->input_edit)
		return false;
	while (--line->input_write != line->input_edit &&
	       is_continuation(line, (uint8_t)*entry(line, line->input_write)))
		;
	return true;
}

static void edit_erase(struct line *line, uint8_t character)
{
	const u32 end = line->input_write;

	if (!erase_one(line) || !(line->settings.local & LOCAL_ECHO))
		return;
	if (line->settings.local & LOCAL_ECHO_ERASE)
		echo_back(line, end);
	else
		echo_character(line, character);
}

static bool is_blank(uint16_t found)
{
	return (uint8_t)found == ' ' || (uint8_t)found == '\t';
}

static void edit_erase_word(struct line *line)
{
	const u32 end = line->input_write;

	while (line->input_write != line->input_edit &&
	       is_blank(*entry(line, line->input_write - 1)))
		(void)erase_one(line);
	while (line->input_write != line->input_edit &&
	       !is_blank(*entry(line, line->input_write - 1)))
		(void)erase_one(line);
	if (line->settings.local & LOCAL_ECHO)
		echo_back(line, end);
}

static void edit_kill(struct line *line, uint8_t character)
{
	const u32 how = LOCAL_ECHO_KILL | LOCAL_ECHO_KILL_ERASE | LOCAL_ECHO_ERASE;
	const u32 end = line->input_write;

	line->input_write = line->input_edit;
	if (!(line->settings.local & LOCAL_ECHO))
		return;
	if ((line->settings.local & how) == how) {
		echo_back(line, end);
		return;
	}
	echo_character(line, character);
	if (line->settings.local & LOCAL_ECHO_KILL)
		(void)output_process(line, '\n', 0);
}

static void edit_reprint(struct line *line, uint8_t character)
{
	echo_character(line, character);
	(void)output_process(line, '\n', 0);
	line->edit_column = line->column;
	for (u32 i = line->input_edit; i != line->input_write; i++)
		echo_character(line, (uint8_t)*entry(line, i));
}

static void append(struct line *line, uint16_t what)
{
	*entry(line, line->input_write++) = what;
}

static void bell(struct line *line)
{
	if (line->settings.input & INPUT_BELL)
		(void)output_put(line, BELL, 0);
}

/* A line is complete: it can be read. */
static void edit_end(struct line *line, uint16_t what)
{
	append(line, what);
	line->input_edit = line->input_write;
	line->edit_column = line->column;
}

static void canonical_append(struct line *line, uint8_t character)
{
	if (line_input_room(line) == 0) {
		bell(line);
		return;
	}
	if (line->input_edit == line->input_write)
		line->edit_column = line->column;
	append(line, character);
	echo(line, character);
}

static bool canonical_end(struct line *line, uint8_t character)
{
	/* Even the place for what ends a line is taken: earlier lines have not been read. */
	if (line->input_write - line->input_read == LINE_INPUT_MAX) {
		bell(line);
		return true;
	}
	if (is(line, CHAR_EOF, character)) {
		edit_end(line, INPUT_END | INPUT_EOF);
		return true;
	}
	if (character != '\n' && !is(line, CHAR_EOL, character) &&
	    !(is(line, CHAR_EOL2, character) && line->settings.local & LOCAL_EXTENDED))
		return false;
	echo(line, character);
	edit_end(line, INPUT_END | character);
	return true;
}

static bool canonical_edit(struct line *line, uint8_t character)
{
	const bool extended = line->settings.local & LOCAL_EXTENDED;

	if (is(line, CHAR_ERASE, character))
		edit_erase(line, character);
	else if (is(line, CHAR_KILL, character))
		edit_kill(line, character);
	else if (extended && is(line, CHAR_WORD_ERASE, character))
		edit_erase_word(line);
	else if (extended && is(line, CHAR_REPRINT, character) && line->settings.local & LOCAL_ECHO)
		edit_reprint(line, character);
	else
		return false;
	return true;
}

/* --- What acts at once ------------------------------------------------------------------------ */

static bool raises_signal(struct line *line, uint8_t character)
{
	unsigned int signal;

	if (is(line, CHAR_INTERRUPT, character))
		signal = SIGNAL_INTERRUPT;
	else if (is(line, CHAR_QUIT, character))
		signal = SIGNAL_QUIT;
	else if (is(line, CHAR_SUSPEND, character))
		signal = SIGNAL_TERMINAL_STOP;
	else
		return false;
	line->stopped = false;
	line->signals |= 1ull << signal;
	if (!(line->settings.local & LOCAL_NO_FLUSH)) {
		line_flush_input(line);
		line_flush_output(line);
	}
	echo(line, character);
	line->edit_column = line->column;
	return true;
}

static bool controls_flow(struct line *line, uint8_t character)
{
	if (is(line, CHAR_START, character))
		line->stopped = false;
	else if (is(line, CHAR_STOP, character))
		line->stopped = true;
	else
		return false;
	return true;
}

static void raw_append(struct line *line, uint8_t character)
{
	if (line_input_room(line) == 0) {
		bell(line);
		return;
	}
	append(line, character);
	line->input_edit = line->input_write;
	echo(line, character);
	line->edit_column = line->column;
}

/* IXOFF: ask the other side to stop. */
static void input_throttle(struct line *line)
{
	if (!(line->settings.input & INPUT_FLOW_OUT) || line->asked_to_stop ||
	    line->input_write - line->input_read < LINE_INPUT_MAX * 3 / 4)
		return;
	line->asked_to_stop = output_put(line, line->settings.character[CHAR_STOP], 0);
}

static void take(struct line *line, uint8_t character)
{
	const bool canonical = line->settings.local & LOCAL_CANONICAL;

	if (line->literal) {
		line->literal = false;
		if (canonical)
			canonical_append(line, character);
		else
			raw_append(line, character);
		return;
	}
	if (canonical && line->settings.local & LOCAL_EXTENDED &&
	    is(line, CHAR_LITERAL, character)) {
		line->literal = true;
		return;
	}
	if (!canonical)
		raw_append(line, character);
	else if (!canonical_edit(line, character) && !canonical_end(line, character))
		canonical_append(line, character);
}

/* CR and NL as the settings say; false: it is dropped. */
static bool translate(const struct line *line, uint8_t *character)
{
	const u32 flags = line->settings.input;

	if (*character == '\r') {
		if (flags & INPUT_IGNORE_CR)
			return false;
		if (flags & INPUT_CR_TO_NL)
			*character = '\n';
	} else if (*character == '\n' && flags & INPUT_NL_TO_CR) {
		*character = '\r';
	}
	return true;
}

void line_input(struct line *line, uint8_t character)
{
	if (line->settings.input & INPUT_STRIP)
		character &= 0x7F;
	if (!line->literal) {
		if (line->settings.input & INPUT_FLOW && controls_flow(line, character))
			return;
		if (line->stopped && line->settings.input & INPUT_ANY)
			line->stopped = false;
		if (line->settings.local & LOCAL_SIGNALS && raises_signal(line, character))
			return;
		if (!translate(line, &character))
			return;
	}
	take(line, character);
	input_throttle(line);
}

void line_break(struct line *line)
{
	if (line->settings.input & INPUT_IGNORE_BREAK)
		return;
	if (!(line->settings.input & INPUT_BREAK_INTERRUPTS)) {
		take(line, 0);
		return;
	}
	line_flush_input(line);
	line_flush_output(line);
	line->signals |= 1ull << SIGNAL_INTERRUPT;
}
