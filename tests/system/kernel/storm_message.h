/* Messages of the storms: every byte of the payload counts, the last word is a checksum. */
#pragma once

#include "helper.h"
#include "storm.h"

#define MESSAGE_WORDS (MESSAGE_PAYLOAD_SIZE / 4)

static inline uint32_t message_sum(const struct message *m)
{
	uint32_t sum = m->type * 0x9E3779B9u;

	for (unsigned int i = 0; i < MESSAGE_WORDS - 1; i++)
		sum = (sum << 5 | sum >> 27) * 0x85EBCA6Bu + m->word[i];
	return sum;
}

/* Two words that mean something, the others random. */
static inline void message_fill(struct message *m, uint32_t type, uint32_t first, uint32_t second,
				uint64_t *random)
{
	m->type = type;
	m->word[0] = first;
	m->word[1] = second;
	for (unsigned int i = 2; i < MESSAGE_WORDS - 1; i++)
		m->word[i] = random_next(random);
	m->word[MESSAGE_WORDS - 1] = message_sum(m);
}

static inline bool message_intact(const struct message *m)
{
	return m->word[MESSAGE_WORDS - 1] == message_sum(m);
}
