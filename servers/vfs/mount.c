/* File servers that have said their names, and the table of mounts. */
#include "mount.h"

#include "fs.h"
#include "map.h"
#include "path.h"
#include "peer.h"
#include "process.h"
#include <string.h>
#include <sys.h>

#define SERVERS 16u
#define ROOT_TYPE "tmpfs"

static struct mount mounts[MOUNTS];
static struct server {
	endpoint_t endpoint;
	char type[16]; /* "": free */
} servers[SERVERS];

struct vnode *mount_root(void)
{
	return mounts[0].used ? mounts[0].root : NULL;
}

unsigned int mount_number(const struct mount *mount)
{
	return (unsigned int)(mount - mounts) + 1;
}

struct mount *mount_next(unsigned int *at)
{
	while (*at < MOUNTS) {
		struct mount *mount = &mounts[(*at)++];

		if (mount->used)
			return mount;
	}
	return NULL;
}

/* --- Making ----------------------------------------------------------------------------------- */

static struct mount *place_find(void)
{
	for (unsigned int i = 0; i < MOUNTS; i++) {
		if (!mounts[i].used)
			return &mounts[i];
	}
	return NULL;
}

/* covered: its reference is the mount's if all goes well. */
static int mount_make(const struct server *server, uint32_t flags, const char *source,
		      struct vnode *covered)
{
	struct fs_mount_reply reply;
	struct mount *mount = place_find();
	int error;

	if (mount == NULL)
		return -ENOSPC;
	*mount = (struct mount){.used = true, .server = server->endpoint, .flags = flags};
	memcpy(mount->type, server->type, sizeof(mount->type));
	error = fs_mount(server->endpoint, flags, source, &reply);
	if (error == 0) {
		mount->volume = reply.volume;
		mount->flags |= reply.flags & MOUNT_READ_ONLY;
		error = vnode_named(mount, &reply.root, &mount->root);
	}
	/* Others ran meanwhile. */
	if (error == 0 && covered != NULL && covered->covered != NULL) {
		vnode_put(mount->root);
		(void)vnodes_of_mount(mount, true);
		(void)fs_unmount(mount);
		error = -EBUSY;
	}
	if (error != 0) {
		mount->used = false;
		return error;
	}
	mount->covered = covered;
	if (covered != NULL)
		covered->covered = mount;
	return 0;
}

int server_up(endpoint_t endpoint, const char type[16])
{
	struct server *server = NULL, *free_place = NULL;

	if (type[15] != '\0' || type[0] == '\0')
		return -EINVAL;
	for (unsigned int i = 0; i < SERVERS; i++) {
		if (strcmp(servers[i].type, type) == 0)
			server = &servers[i];
		else if (servers[i].type[0] == '\0')
			free_place = &servers[i];
	}
	if (server != NULL && server->endpoint != endpoint && peer_lives(server->endpoint))
		return -EEXIST;
	if (server == NULL)
		server = free_place;
	if (server == NULL)
		return -ENOSPC;
	/* What it had is gone with the former instance: its volumes answer EIO. */
	if (server->type[0] != '\0') {
		for (unsigned int i = 0; i < MOUNTS; i++) {
			if (mounts[i].used && mounts[i].server == server->endpoint)
				mounts[i].server = EP_NONE;
		}
		peer_lost(server->endpoint);
	}
	server->endpoint = endpoint;
	strcpy(server->type, type);
	if (strcmp(type, ROOT_TYPE) == 0 && !mounts[0].used)
		return mount_make(server, 0, "root.cpio", NULL);
	return 0;
}

struct answer vfs_do_server_up(struct call *call, const struct vfs_server_up_req *req,
			       struct vfs_empty_reply *rep)
{
	(void)rep;
	if (peer_is_program(call->caller))
		return answer(-EPERM);
	return answer(server_up(call->caller, req->type));
}

static const struct server *server_find(const char type[16])
{
	for (unsigned int i = 0; i < SERVERS; i++) {
		if (servers[i].type[0] != '\0' && strncmp(servers[i].type, type, 16) == 0)
			return &servers[i];
	}
	return NULL;
}

#define FLAGS_ALL (MOUNT_READ_ONLY | MOUNT_NO_SET_ID | MOUNT_NO_DEVICES | MOUNT_NO_EXECUTE)

struct answer vfs_do_mount(struct call *call, const struct vfs_mount_req *req,
			   struct vfs_empty_reply *rep)
{
	const struct server *server = server_find(req->type);
	struct vnode *covered;
	char source[NAME_BYTES_MAX + 1] = "";
	int error = 0;

	(void)rep;
	if (call->process->effective_user != 0)
		return answer(-EPERM);
	if (req->flags & ~FLAGS_ALL)
		return answer(-EINVAL);
	if (server == NULL)
		return answer(-ENODEV);
	if (req->source_bytes > sizeof(source))
		return answer(-ENAMETOOLONG);
	if (req->source_bytes > 0)
		error = path_fetch(call, req->source, req->source_bytes);
	if (error != 0)
		return answer(error);
	memcpy(source, worker_self()->path, req->source_bytes);
	source[NAME_BYTES_MAX] = '\0';
	error = path_find_or_file(call, AT_CURRENT, req->target, req->target_bytes, 0, &covered);
	if (error != 0)
		return answer(error);
	if (!vnode_is(covered, MODE_DIRECTORY))
		error = -ENOTDIR;
	else if (covered->covered != NULL || covered == covered->mount->root)
		error = -EBUSY;
	else
		error = mount_make(server, req->flags, source, covered);
	if (error != 0)
		vnode_put(covered);
	return answer(error);
}

/* --- Ending ----------------------------------------------------------------------------------- */

static int unmount(struct mount *mount)
{
	struct vnode *covered = mount->covered, *root = mount->root;

	if (covered == NULL)
		return -EBUSY;
	(void)vnodes_of_mount(mount, true);
	if (vnodes_of_mount(mount, false) != 1)
		return -EBUSY;

	/* From here on it is not found any more. */
	covered->covered = NULL;
	mount->root = NULL;
	vnode_put(root);
	(void)vnodes_of_mount(mount, true);
	(void)fs_unmount(mount);
	mount->used = false;
	vnode_put(covered);
	return 0;
}

struct answer vfs_do_unmount(struct call *call, const struct vfs_path_req *req,
			     struct vfs_empty_reply *rep)
{
	struct vnode *vnode;
	struct mount *mount;
	bool is_root;
	int error;

	(void)rep;
	if (call->process->effective_user != 0)
		return answer(-EPERM);
	if (req->flags != 0)
		return answer(-EINVAL);
	error = path_find_or_file(call, req->directory, req->path, req->path_bytes, 0, &vnode);
	if (error != 0)
		return answer(error);
	mount = vnode->mount;
	is_root = vnode == mount->root;
	vnode_put(vnode);
	return answer(is_root ? unmount(mount) : -EINVAL);
}

struct answer vfs_do_sync(struct call *call, const struct vfs_empty_req *req,
			  struct vfs_empty_reply *rep)
{
	unsigned int at = 0;
	struct mount *mount;

	(void)call, (void)req, (void)rep;
	map_flush_all();
	while ((mount = mount_next(&at)) != NULL)
		(void)fs_sync(mount, 0);
	return answer(0);
}
