/* Twenty rounds on a state of sixteen words: four constants, the key, the counter, the nonce. */
#include <chacha20.h>

#define WORDS 16
#define DOUBLE_ROUNDS 10

static uint32_t rotate(uint32_t word, unsigned int left)
{
	return word << left | word >> (32 - left);
}

static void quarter_round(uint32_t *a, uint32_t *b, uint32_t *c, uint32_t *d)
{
	*a += *b;
	*d = rotate(*d ^ *a, 16);
	*c += *d;
	*b = rotate(*b ^ *c, 12);
	*a += *b;
	*d = rotate(*d ^ *a, 8);
	*c += *d;
	*b = rotate(*b ^ *c, 7);
}

/* Columns, then diagonals. */
static void double_round(uint32_t *x)
{
	for (unsigned int i = 0; i < 4; i++)
		quarter_round(&x[i], &x[4 + i], &x[8 + i], &x[12 + i]);
	for (unsigned int i = 0; i < 4; i++)
		quarter_round(&x[i], &x[4 + (i + 1) % 4], &x[8 + (i + 2) % 4],
			      &x[12 + (i + 3) % 4]);
}

void chacha20_block(const uint32_t key[CHACHA20_KEY_WORDS],
		    const uint32_t nonce[CHACHA20_NONCE_WORDS], uint32_t counter,
		    uint8_t block[CHACHA20_BLOCK_BYTES])
{
	uint32_t first[WORDS] = {0x61707865, 0x3320646E, 0x79622D32, 0x6B206574}, x[WORDS];

	for (unsigned int i = 0; i < CHACHA20_KEY_WORDS; i++)
		first[4 + i] = key[i];
	first[12] = counter;
	for (unsigned int i = 0; i < CHACHA20_NONCE_WORDS; i++)
		first[13 + i] = nonce[i];
	for (unsigned int i = 0; i < WORDS; i++)
		x[i] = first[i];
	for (unsigned int i = 0; i < DOUBLE_ROUNDS; i++)
		double_round(x);
	for (unsigned int i = 0; i < WORDS * 4; i++)
		block[i] = (uint8_t)((x[i / 4] + first[i / 4]) >> i % 4 * 8);
}
