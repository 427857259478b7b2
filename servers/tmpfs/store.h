/* The memory of all volumes: pages, and small objects cut from pages. Pure but for where pages come
 * from (pages.h); tested on the build machine.
 */
#pragma once

#include <skerry/types.h>

#define STORE_PAGE 4096u
#define STORE_OBJECT_MAX 512u

/* At most so many pages at a time. */
void store_init(uint64_t pages_max);

/* Zeroed; NULL: there is no more. */
void *store_page(void);
void store_page_free(void *page);

/* Zeroed; at most STORE_OBJECT_MAX bytes. */
void *store_object(size_t bytes);
void store_object_free(void *object, size_t bytes);

uint64_t store_pages_used(void);
uint64_t store_pages_max(void);

/* Whole pages, from and to whoever has them. */
void *pages_take(void);
void pages_give(void *page);
