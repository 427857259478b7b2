/* DS in the words of C: names as strings (longer than 31 characters: -EINVAL), data as memory of
 * the caller. All answer 0 or the errors of skerry/ds.def. Rows that need no more than a name and a
 * number have no function here: ds_call.h.
 */
#pragma once

#include <skerry/ds.h>
#include <sys_grant.h>

int ds_u32_publish(const char *name, uint32_t value, uint32_t flags);
int ds_u32(const char *name, uint32_t *value);

/* Publishing one is RS's. */
int ds_label_publish(const char *name, endpoint_t service, uint32_t flags);
int ds_label(const char *name, endpoint_t *service);

/* DS_STRING (its NUL counts) or DS_MEMORY. The memory is touched, so that DS finds it; one of
 * `grants` must be free for the time of the call. */
int ds_data_publish(struct grants *grants, uint32_t kind, const char *name, const void *data,
		    size_t bytes, uint32_t flags);

/* Answers how many bytes came, or -errno. E2BIG: they do not fit. */
long ds_data(struct grants *grants, uint32_t kind, const char *name, uint32_t number, void *to,
	     size_t room);

int ds_remove(uint32_t kind, const char *name, uint32_t number);

int ds_watch(const char *pattern, uint32_t kinds, uint32_t flags);
