/* What file servers share: the loop that takes VFS's requests (skerry/fs.def), their names and
 * links from grants, and the answers. A file server is a table of entry points, each of which ends
 * what it was asked at once: 0, or a negative errno of POSIX and nothing changed.
 */
#pragma once

#include <sef.h>
#include <skerry/fs.h>
#include <skerry/service_start.h>

/* Memory of whoever reads or writes. -EFAULT: it is missing, VFS brings it and asks again. */
struct fs_data {
	endpoint_t granter;
	grant_t grant;
};

int fs_data_put(const struct fs_data *data, uint64_t at, const void *from, size_t bytes);
int fs_data_get(const struct fs_data *data, uint64_t at, void *to, size_t bytes);

/* Names are strings of 1 to NAME_BYTES_MAX characters, without '/'. */
struct fsdriver {
	const char *name; /* of the service, and of the type of volume */
	/* The volume's number, flags and root in the reply, with one reference to the root. */
	int (*mount)(const char *source, uint32_t flags, struct fs_mount_reply *reply);
	int (*unmount)(uint32_t volume);
	int (*lookup)(uint32_t volume, uint64_t directory, const char *name, struct fs_node *node);
	int (*create)(uint32_t volume, const struct fs_create_req *req, const char *name,
		      const char *text, struct fs_node *node); /* text: of a symbolic link */
	int (*link)(uint32_t volume, uint64_t inode, uint64_t directory, const char *name);
	int (*unlink)(uint32_t volume, uint64_t directory, const char *name, bool is_directory);
	int (*rename)(uint32_t volume, const struct fs_rename_req *req, const char *from,
		      const char *to);
	int (*read_link)(const struct fs_io_req *req, const struct fs_data *data,
			 struct fs_count_reply *reply);
	int (*read)(const struct fs_io_req *req, const struct fs_data *data,
		    struct fs_count_reply *reply);
	int (*write)(const struct fs_io_req *req, const struct fs_data *data,
		     struct fs_count_reply *reply);
	int (*getdents)(const struct fs_io_req *req, const struct fs_data *data,
			struct fs_count_reply *reply);
	int (*stat)(const struct fs_io_req *req, struct file_status *status);
	int (*set)(const struct fs_set_req *req, struct fs_node *node);
	int (*seek)(const struct fs_io_req *req, struct fs_count_reply *reply);
	int (*statfs)(uint32_t volume, struct file_system_status *status);
	int (*sync)(const struct fs_io_req *req);
	void (*forget)(uint32_t volume, uint64_t inode, uint32_t count);
};

/* Serve for ever; ops: of lib/sef. */
void fsdriver_run(const struct fsdriver *driver, const struct service_start *start,
		  const struct sef_ops *ops) __attribute__((noreturn));
