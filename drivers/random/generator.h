/* A random generator with erasure of its key: what is in memory after a read tells nothing of what
 * was read. Pure; where the entropy comes from is main.c's.
 *
 *	sample --> pool (mixed by ChaCha20) --> every POOL_READY samples: key
 *	key --> block: the first half is the next key, the rest is output
 */
#pragma once

#include <chacha20.h>
#include <stdbool.h>
#include <stddef.h>

/* Samples of time, a bit or more of entropy each, before output is called random. */
#define GENERATOR_READY 256u
#define GENERATOR_RESEED 64u

struct generator {
	uint32_t key[CHACHA20_KEY_WORDS];
	uint32_t pool[CHACHA20_KEY_WORDS];
	unsigned int pooled;  /* samples since the pool went into the key */
	unsigned int samples; /* in all, up to GENERATOR_READY */
	uint32_t count;	      /* of samples mixed: their nonce */
};

/* `counts`: nobody can know when it came. */
void generator_mix(struct generator *generator, uint64_t sample, bool counts);

/* Bytes from outside, which may be known to others: no entropy is counted. */
void generator_add(struct generator *generator, const void *bytes, size_t size);

bool generator_ready(const struct generator *generator);

/* Zeroes that the compiler does not leave out. */
void generator_wipe(void *memory, size_t bytes);

void generator_read(struct generator *generator, uint8_t *to, size_t bytes);
