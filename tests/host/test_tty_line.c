/* The terminals' line discipline. `line` is fresh in each test. */
#include "test.h"

#include "drivers/tty/line.h"

#include <skerry/signal.h>
#include <string.h>

#define SECOND 1000000000ull

static struct line line;
static char shown[LINE_OUTPUT_MAX + 1], got[LINE_INPUT_MAX + 1];

static void type(const char *text)
{
	while (*text != '\0')
		line_input(&line, (uint8_t)*text++);
}

/* What the device has got since the last look. */
static const char *screen(void)
{
	const u32 bytes = line_output(&line, (uint8_t *)shown, LINE_OUTPUT_MAX);

	line_output_done(&line, bytes);
	shown[bytes] = '\0';
	return shown;
}

/* A read that takes at most so much. */
static const char *read_some(u32 bytes)
{
	u32 used;

	got[line_read(&line, (uint8_t *)got, bytes, &used)] = '\0';
	line_consume(&line, used);
	return got;
}

static void local_flags(u32 set, u32 clear)
{
	struct terminal_settings settings = line.settings;

	settings.local = (settings.local | set) & ~clear;
	line_set(&line, &settings);
}

static void raw(uint8_t minimum, uint8_t time)
{
	struct terminal_settings settings = line.settings;

	settings.local = 0;
	settings.input = settings.output = 0;
	settings.character[CHAR_MIN] = minimum;
	settings.character[CHAR_TIME] = time;
	line_set(&line, &settings);
}

static bool ready(u64 bytes, nanoseconds_t since, nanoseconds_t last, nanoseconds_t now,
		  nanoseconds_t *again)
{
	return line_read_ready(&line, bytes, since, last, now, again);
}

TEST("a line can be read when it is ended, and not before")
{
	nanoseconds_t again = 0;

	line_init(&line);
	type("hello");
	CHECK(!line_readable(&line) && !ready(10, 0, 0, SECOND, &again));
	CHECK_EQ(again, 0);
	type("\r");
	CHECK(line_readable(&line) && ready(10, 0, 0, SECOND, &again));
	CHECK_TEXT(screen(), "hello\r\n");
	CHECK_TEXT(read_some(100), "hello\n");
	CHECK(!line_readable(&line));
}

TEST("a short read leaves the rest of the line; a long one ends with it")
{
	line_init(&line);
	type("abcdef\nxyz\n");
	CHECK_TEXT(read_some(4), "abcd");
	CHECK(line_readable(&line));
	CHECK_TEXT(read_some(100), "ef\n");
	CHECK_TEXT(read_some(100), "xyz\n");
}

TEST("the end of file is an empty read, and ends a line without being in it")
{
	line_init(&line);
	type("\4");
	CHECK(line_readable(&line));
	CHECK_TEXT(read_some(100), "");
	CHECK(!line_readable(&line));
	type("ab\4");
	CHECK_TEXT(read_some(100), "ab");
	CHECK(!line_readable(&line));
	type("cd\4");
	CHECK_TEXT(read_some(2), "cd");
	CHECK(!line_readable(&line));
	CHECK_TEXT(screen(), "abcd");
}

TEST("erase takes back a character, and only of this line")
{
	line_init(&line);
	type("ab\177c\n");
	CHECK_TEXT(screen(), "ab\b \bc\r\n");
	CHECK_TEXT(read_some(100), "ac\n");
	type("x\177\177\177y\n");
	CHECK_TEXT(read_some(100), "y\n");
	type("one\n\177two\n");
	CHECK_TEXT(read_some(100), "one\n");
	CHECK_TEXT(read_some(100), "two\n");
}

TEST("erase goes back over what a character took on the screen")
{
	line_init(&line);
	type("a\t\177");
	CHECK_TEXT(screen(), "a\t\b \b\b \b\b \b\b \b\b \b\b \b\b \b");
	type("\26\1\177");
	CHECK_TEXT(screen(), "^A\b \b\b \b");
	type("\303\274\177\n");
	CHECK_TEXT(screen(), "\303\274\b \b\r\n");
	CHECK_TEXT(read_some(100), "a\n");
}

TEST("erase leaves alone what a program wrote meanwhile")
{
	line_init(&line);
	type("ab");
	CHECK_EQ(line_write(&line, (const uint8_t *)"12345", 5), 5);
	(void)screen();
	type("\177\177\177");
	CHECK_TEXT(screen(), "\b \b\b \b");
}

TEST("word erase and kill")
{
	line_init(&line);
	type("echo some  word  \27x\n");
	CHECK_TEXT(read_some(100), "echo some  x\n");
	type("wrong\25right\n");
	CHECK_TEXT(read_some(100), "right\n");
	type("\27\25z\n");
	CHECK_TEXT(read_some(100), "z\n");
	line_init(&line);
	local_flags(0, LOCAL_ECHO_KILL_ERASE);
	type("ab\25");
	CHECK_TEXT(screen(), "ab^U\r\n");
}

TEST("the next character can be made literal")
{
	line_init(&line);
	type("a\26\3\26\177b\n");
	CHECK_EQ(line.signals, 0);
	CHECK_TEXT(read_some(100), "a\3\177b\n");
}

TEST("reprint shows the line again")
{
	line_init(&line);
	type("abc");
	(void)screen();
	type("\22");
	CHECK_TEXT(screen(), "^R\r\nabc");
	type("\177");
	CHECK_TEXT(screen(), "\b \b");
}

TEST("signals throw away what was typed, unless told otherwise")
{
	line_init(&line);
	type("lost\3kept\n");
	CHECK_EQ(line.signals, 1u << SIGNAL_INTERRUPT);
	CHECK_TEXT(read_some(100), "kept\n");
	line.signals = 0;
	local_flags(LOCAL_NO_FLUSH, 0);
	type("this\34\32 too\n");
	CHECK_EQ(line.signals, 1u << SIGNAL_QUIT | 1u << SIGNAL_TERMINAL_STOP);
	CHECK_TEXT(read_some(100), "this too\n");
	line.signals = 0;
	local_flags(0, LOCAL_SIGNALS);
	type("\3\n");
	CHECK_EQ(line.signals, 0);
	CHECK_TEXT(read_some(100), "\3\n");
}

TEST("a switched-off character means nothing special")
{
	struct terminal_settings settings;

	line_init(&line);
	settings = line.settings;
	settings.character[CHAR_INTERRUPT] = 0;
	line_set(&line, &settings);
	line_input(&line, 0);
	type("\3\n");
	CHECK_EQ(line.signals, 0);
	CHECK_EQ(line_input_count(&line), 3);
}

TEST("stop holds the output and start lets it go; in between it fills")
{
	static const uint8_t text[LINE_OUTPUT_MAX] = {'x'};
	u32 done;

	line_init(&line);
	type("\23");
	CHECK_EQ(line_write(&line, (const uint8_t *)"abc", 3), 3);
	CHECK_TEXT(screen(), "");
	done = line_write(&line, text, sizeof(text));
	CHECK(done < sizeof(text) && !line_writable(&line));
	type("y"); /* echo finds room still */
	CHECK_EQ(line_output_count(&line), done + 3 + 1);
	type("\21");
	CHECK_EQ(line_output(&line, (uint8_t *)shown, 3), 3);
	CHECK(shown[0] == 'a' && shown[2] == 'c');
	line_flush_output(&line);
	CHECK(line_writable(&line));
}

TEST("any character starts the output with IXANY")
{
	struct terminal_settings settings;

	line_init(&line);
	settings = line.settings;
	settings.input |= INPUT_ANY;
	line_set(&line, &settings);
	type("\23");
	CHECK(line.stopped);
	type("a");
	CHECK(!line.stopped);
}

TEST("a full line takes its end, and no more else")
{
	line_init(&line);
	for (u32 i = 0; i < LINE_INPUT_MAX + 10; i++) {
		line_input(&line, 'a');
		(void)screen();
	}
	CHECK_EQ(line_input_room(&line), 0);
	type("\n");
	CHECK(line_readable(&line));
	type("more\n");
	CHECK_EQ(strlen(read_some(LINE_INPUT_MAX)), LINE_INPUT_MAX);
	CHECK_EQ(got[LINE_INPUT_MAX - 1], '\n');
	CHECK(!line_readable(&line));
	type("then\n");
	CHECK_TEXT(read_some(100), "then\n");
}

TEST("output: new lines, returns and tabs")
{
	struct terminal_settings settings;

	line_init(&line);
	CHECK_EQ(line_write(&line, (const uint8_t *)"a\nb\r\tc", 6), 6);
	CHECK_TEXT(screen(), "a\r\nb\r\tc");
	settings = line.settings;
	settings.output |= OUTPUT_TABS_SPACES | OUTPUT_NO_CR_AT_0;
	line_set(&line, &settings);
	CHECK_EQ(line_write(&line, (const uint8_t *)"\n\rab\tc", 6), 6);
	CHECK_TEXT(screen(), "\r\nab      c");
	settings.output = 0;
	line_set(&line, &settings);
	CHECK_EQ(line_write(&line, (const uint8_t *)"\n\t\r", 3), 3);
	CHECK_TEXT(screen(), "\n\t\r");
}

TEST("carriage returns in input")
{
	struct terminal_settings settings;

	line_init(&line);
	settings = line.settings;
	settings.input = INPUT_IGNORE_CR;
	line_set(&line, &settings);
	type("a\r\n");
	CHECK_TEXT(read_some(100), "a\n");
	settings.input = INPUT_NL_TO_CR;
	line_set(&line, &settings);
	type("b\n");
	CHECK(!line_readable(&line));
	settings.input = INPUT_STRIP;
	line_set(&line, &settings);
	line_input(&line, 0x80 | 'c');
	type("\n");
	CHECK_TEXT(read_some(100), "b\rc\n");
}

TEST("no echo, but the end of the line if wished")
{
	line_init(&line);
	local_flags(0, LOCAL_ECHO);
	type("secret\177\n");
	CHECK_TEXT(screen(), "");
	local_flags(LOCAL_ECHO_NL, 0);
	type("secret\n");
	CHECK_TEXT(screen(), "\r\n");
}

TEST("raw: MIN characters, however long it takes")
{
	nanoseconds_t again = 0;

	line_init(&line);
	raw(3, 0);
	type("ab");
	CHECK(!ready(10, 0, 0, 100 * SECOND, &again) && again == 0);
	CHECK(ready(2, 0, 0, 0, &again));
	CHECK(!line_readable(&line));
	type("\3");
	CHECK(ready(10, 0, 0, 0, &again) && line_readable(&line));
	CHECK_TEXT(read_some(10), "ab\3");
}

TEST("raw: MIN and TIME: the time runs between characters")
{
	nanoseconds_t again = 0;

	line_init(&line);
	raw(3, 5);
	CHECK(!ready(10, 0, 0, 100 * SECOND, &again) && again == 0);
	type("a");
	CHECK(!ready(10, SECOND, 2 * SECOND, 2 * SECOND, &again));
	CHECK_EQ(again, 2 * SECOND + SECOND / 2);
	CHECK(ready(10, SECOND, 2 * SECOND, again, &again));
	/* What was there before the read counts from its beginning. */
	CHECK(!ready(10, 5 * SECOND, 2 * SECOND, 5 * SECOND, &again));
	CHECK_EQ(again, 5 * SECOND + SECOND / 2);
	CHECK_TEXT(read_some(10), "a");
}

TEST("raw: TIME alone is a limit for the read; nothing at all asks for what is there")
{
	nanoseconds_t again = 0;

	line_init(&line);
	raw(0, 10);
	CHECK(!ready(10, SECOND, 0, SECOND, &again));
	CHECK_EQ(again, 2 * SECOND);
	CHECK(ready(10, SECOND, 0, 2 * SECOND, &again));
	type("x");
	CHECK(ready(10, SECOND, SECOND, SECOND, &again));
	raw(0, 0);
	CHECK_TEXT(read_some(10), "x");
	CHECK(ready(10, 0, 0, 0, &again));
	CHECK_TEXT(read_some(10), "");
}

TEST("what was typed survives a change of mode")
{
	line_init(&line);
	type("one\ntwo\4thr");
	raw(1, 0);
	CHECK_EQ(line_input_count(&line), 10);
	CHECK_TEXT(read_some(2), "on");
	local_flags(LOCAL_CANONICAL, 0);
	CHECK(line_readable(&line));
	CHECK_TEXT(read_some(100), "e\ntwothr");
	CHECK(!line_readable(&line));
	type("x\n");
	CHECK_TEXT(read_some(100), "x\n");
}

TEST("IXOFF asks the other side to stop, and to go on")
{
	struct terminal_settings settings;

	line_init(&line);
	raw(1, 0);
	settings = line.settings;
	settings.input = INPUT_FLOW_OUT;
	line_set(&line, &settings);
	for (u32 i = 0; i < LINE_INPUT_MAX * 3 / 4; i++)
		line_input(&line, 'a');
	CHECK_TEXT(screen(), "\23");
	(void)read_some(LINE_INPUT_MAX / 4);
	CHECK_TEXT(screen(), "");
	(void)read_some(LINE_INPUT_MAX / 2);
	CHECK_TEXT(screen(), "\21");
}

TEST("a break is a null, a signal or nothing")
{
	struct terminal_settings settings;

	line_init(&line);
	line_break(&line);
	CHECK_EQ(line.input_write, 1);
	settings = line.settings;
	settings.input |= INPUT_BREAK_INTERRUPTS;
	line_set(&line, &settings);
	line_break(&line);
	CHECK_EQ(line.signals, 1u << SIGNAL_INTERRUPT);
	CHECK_EQ(line.input_write - line.input_read, 0);
	settings.input |= INPUT_IGNORE_BREAK;
	line.signals = 0;
	line_set(&line, &settings);
	line_break(&line);
	CHECK_EQ(line.signals, 0);
}
