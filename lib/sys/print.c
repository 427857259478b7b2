/* Text to the kernel's console: formatted into a piece on the stack, one SYS_DIAG a piece, which
 * other CPUs' text does not cut in two.
 */
#include <sys.h>

#include <format.h>
#include <skerry/kernel_call.h>
#include <sys_call.h>
#include <sys_thread.h>

#define PIECE_SIZE 512

_Static_assert(PIECE_SIZE <= DIAG_PRINT_MAX, "a piece is one call");

struct piece {
	unsigned int used;
	char text[PIECE_SIZE];
};

static void piece_flush(struct piece *piece)
{
	const struct sys_diag_req request = {
		.operation = DIAG_PRINT,
		.thread = EP_NONE,
		.address = (uintptr_t)piece->text,
		.bytes = piece->used,
	};

	if (piece->used > 0)
		(void)sys_diag(&request, NULL);
	piece->used = 0;
}

static void piece_put(void *context, char character)
{
	struct piece *piece = context;

	piece->text[piece->used++] = character;
	if (piece->used == PIECE_SIZE)
		piece_flush(piece);
}

void sys_vprint(const char *format, va_list arguments)
{
	const struct message saved = message_page()->message;
	struct piece piece;

	piece.used = 0;
	vformat_to(piece_put, &piece, format, arguments);
	piece_flush(&piece);
	message_page()->message = saved;
}

void sys_print(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	sys_vprint(format, arguments);
	va_end(arguments);
}
