/* The formatter: parse one conversion at a time, turn numbers into digits in a small buffer, emit
 * through put. Division by 10 is done in 32-bit steps, so that no 32-bit port needs libgcc.
 */
#include <format.h>

#include <stdbool.h>
#include <stdint.h>

#define DIGITS_MAX 22 /* 2^64 - 1 in octal */
#define LENGTH_MAX __INT_MAX__

enum length { LENGTH_INT, LENGTH_CHAR, LENGTH_SHORT, LENGTH_LONG, LENGTH_LONG_LONG };

struct output {
	void (*put)(void *context, char character);
	void *context;
	int length; /* stops at LENGTH_MAX, the output does not */
};

struct arguments {
	va_list list;
};

struct conversion {
	bool left, zero, plus, space, alternate;
	int width;
	int precision; /* -1: none */
	enum length length;
	char letter;
};

struct number {
	uint64_t value;
	bool negative;
	bool force_prefix; /* %p */
};

static void output_put(struct output *output, char character)
{
	output->put(output->context, character);
	if (output->length < LENGTH_MAX)
		output->length++;
}

static void output_repeat(struct output *output, char character, int count)
{
	for (; count > 0; count--)
		output_put(output, character);
}

static void output_write(struct output *output, const char *text, int length)
{
	for (; length > 0; length--)
		output_put(output, *text++);
}

/* Long division with digits of 32, 16 and 16 bits; each remainder is below 10, so that remainder
 * and next digit fit 32 bits.
 */
static unsigned int divide_by_10(uint64_t *value)
{
	uint32_t high = (uint32_t)(*value >> 32);
	uint32_t middle = high % 10 << 16 | ((uint32_t)*value >> 16);
	uint32_t low = middle % 10 << 16 | ((uint32_t)*value & 0xffff);

	*value = (uint64_t)(high / 10) << 32 | (uint64_t)(middle / 10) << 16 | low / 10;
	return low % 10;
}

/* Digits of value, last first; none for 0. */
static int number_digits(uint64_t value, char letter, char digits[DIGITS_MAX])
{
	const char *names = letter == 'X' ? "0123456789ABCDEF" : "0123456789abcdef";
	int count = 0;

	while (value) {
		if (letter == 'o') {
			digits[count++] = names[value & 7];
			value >>= 3;
		} else if (letter == 'd' || letter == 'u') {
			digits[count++] = names[divide_by_10(&value)];
		} else {
			digits[count++] = names[value & 15];
			value >>= 4;
		}
	}
	return count;
}

static int number_prefix(const struct conversion *conversion, const struct number *number,
			 char prefix[2])
{
	if (conversion->letter == 'x' || conversion->letter == 'X') {
		prefix[0] = '0';
		prefix[1] = conversion->letter;
		return number->force_prefix || (conversion->alternate && number->value) ? 2 : 0;
	}
	if (conversion->letter != 'd')
		return 0;
	prefix[0] = number->negative ? '-' : conversion->plus ? '+' : ' ';
	return number->negative || conversion->plus || conversion->space;
}

static void format_number(struct output *output, const struct conversion *conversion,
			  const struct number *number)
{
	char digits[DIGITS_MAX];
	char prefix[2];
	int count = number_digits(number->value, conversion->letter, digits);
	int prefix_length = number_prefix(conversion, number, prefix);
	int minimum = conversion->precision < 0 ? 1 : conversion->precision;
	int zeros, blanks;

	if (conversion->letter == 'o' && conversion->alternate && minimum <= count)
		minimum = count + 1;
	if (conversion->zero && !conversion->left && conversion->precision < 0 &&
	    minimum < conversion->width - prefix_length)
		minimum = conversion->width - prefix_length;
	zeros = minimum > count ? minimum - count : 0;
	blanks = conversion->width - prefix_length - zeros - count;

	if (!conversion->left)
		output_repeat(output, ' ', blanks);
	output_write(output, prefix, prefix_length);
	output_repeat(output, '0', zeros);
	while (count > 0)
		output_put(output, digits[--count]);
	if (conversion->left)
		output_repeat(output, ' ', blanks);
}

static void format_text(struct output *output, const struct conversion *conversion,
			const char *text, int length)
{
	if (!conversion->left)
		output_repeat(output, ' ', conversion->width - length);
	output_write(output, text, length);
	if (conversion->left)
		output_repeat(output, ' ', conversion->width - length);
}

static void format_string(struct output *output, const struct conversion *conversion,
			  const char *text)
{
	int limit = conversion->precision < 0 ? LENGTH_MAX : conversion->precision;
	int length = 0;

	if (!text)
		text = "(null)";
	while (length < limit && text[length])
		length++;
	format_text(output, conversion, text, length);
}

static int64_t argument_signed(struct arguments *arguments, enum length length)
{
	switch (length) {
	case LENGTH_CHAR:
		return (signed char)va_arg(arguments->list, int);
	case LENGTH_SHORT:
		return (short)va_arg(arguments->list, int);
	case LENGTH_LONG:
		return va_arg(arguments->list, long);
	case LENGTH_LONG_LONG:
		return va_arg(arguments->list, long long);
	default:
		return va_arg(arguments->list, int);
	}
}

static uint64_t argument_unsigned(struct arguments *arguments, enum length length)
{
	switch (length) {
	case LENGTH_CHAR:
		return (unsigned char)va_arg(arguments->list, unsigned int);
	case LENGTH_SHORT:
		return (unsigned short)va_arg(arguments->list, unsigned int);
	case LENGTH_LONG:
		return va_arg(arguments->list, unsigned long);
	case LENGTH_LONG_LONG:
		return va_arg(arguments->list, unsigned long long);
	default:
		return va_arg(arguments->list, unsigned int);
	}
}

static int clamp(int value)
{
	return value > FORMAT_WIDTH_MAX ? FORMAT_WIDTH_MAX : value;
}

/* Digits or *. A text's precision is not a loop of ours, so LENGTH_MAX is the only limit here. */
static const char *parse_count(const char *pattern, struct arguments *arguments, int *count)
{
	if (*pattern == '*') {
		*count = va_arg(arguments->list, int);
		return pattern + 1;
	}
	for (*count = 0; *pattern >= '0' && *pattern <= '9'; pattern++) {
		int digit = *pattern - '0';

		*count = *count >= LENGTH_MAX / 10 ? LENGTH_MAX : *count * 10 + digit;
	}
	return pattern;
}

static const char *parse_flags(const char *pattern, struct conversion *conversion)
{
	for (;; pattern++) {
		switch (*pattern) {
		case '-':
			conversion->left = true;
			break;
		case '0':
			conversion->zero = true;
			break;
		case '+':
			conversion->plus = true;
			break;
		case ' ':
			conversion->space = true;
			break;
		case '#':
			conversion->alternate = true;
			break;
		default:
			return pattern;
		}
	}
}

static enum length length_of_size(size_t size)
{
	return size == sizeof(int)    ? LENGTH_INT
	       : size == sizeof(long) ? LENGTH_LONG
				      : LENGTH_LONG_LONG;
}

static const char *parse_length(const char *pattern, struct conversion *conversion)
{
	switch (*pattern) {
	case 'h':
		conversion->length = pattern[1] == 'h' ? LENGTH_CHAR : LENGTH_SHORT;
		return pattern + (pattern[1] == 'h' ? 2 : 1);
	case 'l':
		conversion->length = pattern[1] == 'l' ? LENGTH_LONG_LONG : LENGTH_LONG;
		return pattern + (pattern[1] == 'l' ? 2 : 1);
	case 'z':
		conversion->length = length_of_size(sizeof(size_t));
		return pattern + 1;
	case 'j':
		conversion->length = length_of_size(sizeof(intmax_t));
		return pattern + 1;
	case 't':
		conversion->length = length_of_size(sizeof(ptrdiff_t));
		return pattern + 1;
	default:
		return pattern;
	}
}

/* From behind the % to behind the conversion's letter (not past the pattern's end). */
static const char *parse_conversion(const char *pattern, struct arguments *arguments,
				    struct conversion *conversion)
{
	*conversion = (struct conversion){.precision = -1, .length = LENGTH_INT};
	pattern = parse_flags(pattern, conversion);
	pattern = parse_count(pattern, arguments, &conversion->width);
	if (conversion->width < 0) { /* only from *: a flag and the absolute width */
		conversion->left = true;
		conversion->width =
			conversion->width < -LENGTH_MAX ? LENGTH_MAX : -conversion->width;
	}
	conversion->width = clamp(conversion->width);
	if (*pattern == '.') {
		pattern = parse_count(pattern + 1, arguments, &conversion->precision);
		if (conversion->precision < 0)
			conversion->precision = -1;
	}
	pattern = parse_length(pattern, conversion);
	conversion->letter = *pattern;
	return *pattern ? pattern + 1 : pattern;
}

static void convert_number(struct output *output, struct conversion *conversion,
			   struct arguments *arguments)
{
	struct number number = {0};

	conversion->precision = clamp(conversion->precision);
	if (conversion->letter == 'i')
		conversion->letter = 'd';
	if (conversion->letter == 'p') {
		conversion->letter = 'x';
		number.force_prefix = true;
		number.value = (uintptr_t)va_arg(arguments->list, void *);
	} else if (conversion->letter == 'd') {
		int64_t value = argument_signed(arguments, conversion->length);

		number.negative = value < 0;
		number.value = value < 0 ? -(uint64_t)value : (uint64_t)value;
	} else {
		number.value = argument_unsigned(arguments, conversion->length);
	}
	format_number(output, conversion, &number);
}

/* Returns false for an unknown conversion. */
static bool convert(struct output *output, struct conversion *conversion,
		    struct arguments *arguments)
{
	char character;

	switch (conversion->letter) {
	case 'd':
	case 'i':
	case 'u':
	case 'x':
	case 'X':
	case 'o':
	case 'p':
		convert_number(output, conversion, arguments);
		return true;
	case 'c':
		character = (char)va_arg(arguments->list, int);
		format_text(output, conversion, &character, 1);
		return true;
	case 's':
		format_string(output, conversion, va_arg(arguments->list, const char *));
		return true;
	case '%':
		output_put(output, '%');
		return true;
	default:
		return false;
	}
}

int vformat_to(void (*put)(void *context, char character), void *context, const char *pattern,
	       va_list arguments)
{
	struct output output = {.put = put, .context = context};
	struct conversion conversion;
	struct arguments copy;

	va_copy(copy.list, arguments);
	while (*pattern) {
		const char *start = pattern++;

		if (*start != '%') {
			output_put(&output, *start);
			continue;
		}
		pattern = parse_conversion(pattern, &copy, &conversion);
		if (!convert(&output, &conversion, &copy))
			while (start < pattern)
				output_put(&output, *start++);
	}
	va_end(copy.list);
	return output.length;
}

struct buffer {
	char *bytes;
	size_t size;
	size_t used;
};

static void buffer_put(void *context, char character)
{
	struct buffer *buffer = context;

	if (buffer->used + 1 < buffer->size)
		buffer->bytes[buffer->used++] = character;
}

int vformat(char *text, size_t size, const char *pattern, va_list arguments)
{
	struct buffer buffer = {.bytes = text, .size = size};
	int length = vformat_to(buffer_put, &buffer, pattern, arguments);

	if (size)
		text[buffer.used] = 0;
	return length;
}

int format(char *text, size_t size, const char *pattern, ...)
{
	va_list arguments;
	int length;

	va_start(arguments, pattern);
	length = vformat(text, size, pattern, arguments);
	va_end(arguments);
	return length;
}
