/* The line's output: what programs write becomes what the device gets. The last ECHO_RESERVE places
 * of the ring are for echo, so that typing shows while a program fills the ring.
 */
#include "line.h"

#define TAB_COLUMNS 8u
#define ECHO_RESERVE 256u
#define MOST_OF_ONE 8u /* what one character becomes at most: a tab as blanks */

u32 line_output_count(const struct line *line)
{
	return line->output_write - line->output_read;
}

bool output_put(struct line *line, uint8_t character, u32 reserve)
{
	if (line_output_count(line) + reserve >= LINE_OUTPUT_MAX)
		return false;
	line->output[line->output_write++ % LINE_OUTPUT_MAX] = character;
	return true;
}

u32 column_after(u32 column, uint8_t character)
{
	switch (character) {
	case '\r':
		return 0;
	case '\b':
		return column > 0 ? column - 1 : 0;
	case '\t':
		return column / TAB_COLUMNS * TAB_COLUMNS + TAB_COLUMNS;
	default:
		/* Controls, and the further bytes of a UTF-8 character, take no column. */
		return column +
		       (character >= 0x20 && character != 0x7F && (character & 0xC0) != 0x80);
	}
}

static bool newline_put(struct line *line, u32 reserve)
{
	if (line->settings.output & OUTPUT_NL_TO_CRNL) {
		(void)output_put(line, '\r', reserve);
		line->column = 0;
	} else if (line->settings.output & OUTPUT_NL_RETURNS) {
		line->column = 0;
	}
	return output_put(line, '\n', reserve);
}

static bool tab_put(struct line *line, u32 reserve)
{
	const u32 end = column_after(line->column, '\t');

	if ((line->settings.output & OUTPUT_TABS_MASK) != OUTPUT_TABS_SPACES)
		(void)output_put(line, '\t', reserve);
	else
		for (u32 i = line->column; i < end; i++)
			(void)output_put(line, ' ', reserve);
	line->column = end;
	return true;
}

bool output_process(struct line *line, uint8_t character, u32 reserve)
{
	const u32 flags = line->settings.output;

	/* All of what it becomes, or nothing. */
	if (line_output_count(line) + reserve + MOST_OF_ONE > LINE_OUTPUT_MAX)
		return false;
	if (!(flags & OUTPUT_PROCESS)) {
		line->column = column_after(line->column, character);
		return output_put(line, character, reserve);
	}
	if (character == '\r' && flags & OUTPUT_NO_CR_AT_0 && line->column == 0)
		return true;
	if (character == '\r' && flags & OUTPUT_CR_TO_NL)
		character = '\n';
	if (character == '\n')
		return newline_put(line, reserve);
	if (character == '\t')
		return tab_put(line, reserve);
	line->column = column_after(line->column, character);
	return output_put(line, character, reserve);
}

bool line_writable(const struct line *line)
{
	return line_output_count(line) + ECHO_RESERVE + MOST_OF_ONE <= LINE_OUTPUT_MAX;
}

u32 line_write(struct line *line, const uint8_t *text, u32 bytes)
{
	u32 done = 0;

	while (done < bytes && output_process(line, text[done], ECHO_RESERVE))
		done++;
	return done;
}

u32 line_output(const struct line *line, uint8_t *to, u32 bytes)
{
	u32 done = 0;

	if (line->stopped)
		return 0;
	while (done < bytes && line->output_read + done != line->output_write) {
		to[done] = line->output[(line->output_read + done) % LINE_OUTPUT_MAX];
		done++;
	}
	return done;
}

void line_output_done(struct line *line, u32 bytes)
{
	line->output_read += bytes;
}
