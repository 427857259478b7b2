/* Input: what a screen is sent. The cursor and the region stay on it, an answer fits, and what has
 * changed is marked.
 */
#include "fuzz.h"

#include "drivers/tty/screen.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct screen screen;
	static uint16_t shown[SCREEN_ROWS * SCREEN_COLUMNS];

	screen_init(&screen);
	for (size_t i = 0; i < size; i++) {
		memcpy(shown, screen.cell, sizeof(shown));
		memset(screen.dirty, 0, sizeof(screen.dirty));
		screen.reply_bytes = 0;
		screen_put(&screen, data[i]);
		fuzz_require(screen.at.row < SCREEN_ROWS && screen.at.column < SCREEN_COLUMNS,
			     "the cursor is on the screen");
		fuzz_require(screen.top < screen.bottom && screen.bottom <= SCREEN_ROWS,
			     "the region is on the screen");
		fuzz_require(screen.reply_bytes <= SCREEN_REPLY_MAX, "the answer fits");
		for (u32 row = 0; row < SCREEN_ROWS; row++)
			fuzz_require(screen.dirty[row] ||
					     !memcmp(&shown[row * SCREEN_COLUMNS],
						     &screen.cell[row * SCREEN_COLUMNS],
						     SCREEN_COLUMNS * sizeof(*shown)),
				     "what has changed is marked");
	}
	return 0;
}
