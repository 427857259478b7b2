/* The ChaCha20 block function (RFC 8439, 2.3): 64 bytes from a key, a nonce and a counter. */
#pragma once

#include <stdint.h>

#define CHACHA20_KEY_WORDS 8
#define CHACHA20_NONCE_WORDS 3
#define CHACHA20_BLOCK_BYTES 64

void chacha20_block(const uint32_t key[CHACHA20_KEY_WORDS],
		    const uint32_t nonce[CHACHA20_NONCE_WORDS], uint32_t counter,
		    uint8_t block[CHACHA20_BLOCK_BYTES]);
