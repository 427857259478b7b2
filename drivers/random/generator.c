/* Mixing in and drawing out. */
#include "generator.h"

#include <string.h>

/* The pool encrypts itself under the sample as nonce, and keeps half: each sample changes all. */
static void pool_stir(struct generator *generator, uint64_t sample)
{
	const uint32_t nonce[CHACHA20_NONCE_WORDS] = {(uint32_t)sample, (uint32_t)(sample >> 32),
						      generator->count++};
	uint8_t block[CHACHA20_BLOCK_BYTES];

	chacha20_block(generator->pool, nonce, 0, block);
	for (unsigned int i = 0; i < CHACHA20_KEY_WORDS; i++) {
		uint32_t word;

		memcpy(&word, block + i * sizeof(word), sizeof(word));
		generator->pool[i] ^= word;
	}
}

static void reseed(struct generator *generator)
{
	for (unsigned int i = 0; i < CHACHA20_KEY_WORDS; i++)
		generator->key[i] ^= generator->pool[i];
	pool_stir(generator, 0); /* the key must not be found in the pool */
	generator->pooled = 0;
}

void generator_mix(struct generator *generator, uint64_t sample, bool counts)
{
	pool_stir(generator, sample);
	if (!counts)
		return;
	if (generator->samples < GENERATOR_READY)
		generator->samples++;
	if (++generator->pooled >= GENERATOR_RESEED)
		reseed(generator);
}

void generator_add(struct generator *generator, const void *bytes, size_t size)
{
	for (size_t done = 0; done < size; done += sizeof(uint64_t)) {
		uint64_t sample = 0;

		memcpy(&sample, (const uint8_t *)bytes + done,
		       size - done < sizeof(sample) ? size - done : sizeof(sample));
		pool_stir(generator, sample);
	}
	reseed(generator);
}

bool generator_ready(const struct generator *generator)
{
	return generator->samples >= GENERATOR_READY;
}

void generator_wipe(void *memory, size_t bytes)
{
	memset(memory, 0, bytes);
	__asm__ volatile("" : : "r"(memory) : "memory");
}

/* The first half of the first block becomes the key before anything is handed out. */
void generator_read(struct generator *generator, uint8_t *to, size_t bytes)
{
	static const uint32_t nonce[CHACHA20_NONCE_WORDS];
	uint32_t key[CHACHA20_KEY_WORDS];
	uint8_t block[CHACHA20_BLOCK_BYTES];

	memcpy(key, generator->key, sizeof(key));
	chacha20_block(key, nonce, 0, block);
	memcpy(generator->key, block, sizeof(generator->key));
	for (uint32_t counter = 1; bytes > 0; counter++) {
		const size_t part = bytes < sizeof(block) ? bytes : sizeof(block);

		chacha20_block(key, nonce, counter, block);
		memcpy(to, block, part);
		to += part;
		bytes -= part;
	}
	generator_wipe(key, sizeof(key));
	generator_wipe(block, sizeof(block));
}
