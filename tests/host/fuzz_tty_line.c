/* Input: a string of operations on one line. A byte below 0xC0 is typed; 0xC0 to 0xFF with the next
 * byte: write, read, look at the output, change a setting. Promises: nothing is read that was not
 * typed, counts and rings fit, a line that is readable gives something or an end of file.
 */
#include "fuzz.h"

#include "drivers/tty/line.h"

static struct line line;
static uint8_t buffer[LINE_INPUT_MAX];

static void check(void)
{
	fuzz_require(line.input_write - line.input_read <= LINE_INPUT_MAX, "the input fits");
	fuzz_require(line.input_edit - line.input_read <= line.input_write - line.input_read,
		     "the edited part lies in the input");
	fuzz_require(line_output_count(&line) <= LINE_OUTPUT_MAX, "the output fits");
	fuzz_require(line_input_count(&line) <= LINE_INPUT_MAX, "what is readable fits");
}

static void read_back(uint8_t bytes)
{
	const bool readable = line_readable(&line);
	u32 used, done = line_read(&line, buffer, bytes, &used);

	fuzz_require(done <= bytes && done <= used, "no more than asked for");
	fuzz_require(!readable || used > 0 || bytes == 0, "what is readable can be read");
	line_consume(&line, used);
}

static void write_out(uint8_t bytes)
{
	const bool writable = line_writable(&line);

	memset(buffer, bytes, bytes);
	fuzz_require(line_write(&line, buffer, bytes) > 0 || !writable || bytes == 0,
		     "a writable line takes something");
}

static void set(uint8_t which, uint8_t value)
{
	struct terminal_settings settings = line.settings;

	if (which % 2 == 0)
		((uint8_t *)&settings)[which / 2 % sizeof(settings)] = value;
	else
		settings.local ^= 1u << value % 16;
	line_set(&line, &settings);
	fuzz_require(!memcmp(&line.settings, &settings, sizeof(settings)), "settings stay");
}

static void operate(uint8_t what, uint8_t value)
{
	nanoseconds_t again;
	u32 shown;

	switch (what % 8) {
	case 0:
		write_out(value);
		break;
	case 1:
		read_back(value);
		break;
	case 2:
		shown = line_output(&line, buffer, value);
		fuzz_require(shown <= value, "no more than room");
		line_output_done(&line, shown);
		break;
	case 3:
		line_flow(&line, value % 4);
		break;
	case 4:
		line_break(&line);
		break;
	case 5:
		if (line_read_ready(&line, value, 0, what, 1000000000, &again))
			read_back(value);
		break;
	default:
		set(what / 8, value);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	line_init(&line);
	for (size_t i = 0; i < size; i++) {
		if (data[i] < 0xC0 || i + 1 == size)
			line_input(&line, data[i]);
		else
			operate(data[i] - 0xC0, data[i + 1]), i++;
		check();
	}
	return 0;
}
