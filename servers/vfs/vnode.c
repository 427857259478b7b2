/* The table of vnodes. */
#include "vnode.h"

#include "fs.h"
#include "map.h"
#include "mount.h"
#include <sys.h>

#define BUCKETS 256u

static struct vnode vnodes[VNODES];
static struct vnode *free_list;
static unsigned int fresh;
static struct vnode *chains[BUCKETS];
static uint32_t last_serial;
static struct vnode *oldest, *newest; /* of those that nobody uses */

static struct vnode **chain_of(const struct mount *mount, uint64_t inode)
{
	return &chains[((uint32_t)inode * 31 + mount_number(mount) * 7) % BUCKETS];
}

struct vnode *vnode_find(const struct mount *mount, uint64_t inode)
{
	struct vnode *vnode = *chain_of(mount, inode);

	while (vnode != NULL && (vnode->mount != mount || vnode->inode != inode))
		vnode = vnode->next;
	return vnode;
}

uint32_t vnode_token(const struct vnode *vnode)
{
	return (uint32_t)(vnode - vnodes);
}

struct vnode *vnode_by_token(uint32_t token)
{
	return token < fresh && vnodes[token].mount != NULL ? &vnodes[token] : NULL;
}

struct vnode *vnode_next(unsigned int *at)
{
	while (*at < fresh) {
		struct vnode *vnode = &vnodes[(*at)++];

		if (vnode->mount != NULL)
			return vnode;
	}
	return NULL;
}

/* --- Unused ones ------------------------------------------------------------------------------ */

static void list(struct vnode *vnode)
{
	vnode->newer = NULL;
	vnode->older = newest;
	if (newest != NULL)
		newest->newer = vnode;
	else
		oldest = vnode;
	newest = vnode;
}

static void unlist(struct vnode *vnode)
{
	if (vnode->newer != NULL)
		vnode->newer->older = vnode->older;
	else
		newest = vnode->older;
	if (vnode->older != NULL)
		vnode->older->newer = vnode->newer;
	else
		oldest = vnode->newer;
}

/* Nobody uses it, nor finds it any more when its server is told. */
static void drop(struct vnode *vnode)
{
	struct vnode **link = chain_of(vnode->mount, vnode->inode);
	const struct vnode was = *vnode;

	unlist(vnode);
	while (*link != vnode)
		link = &(*link)->next;
	*link = vnode->next;
	vnode->mount = NULL;
	vnode->next = free_list;
	free_list = vnode;
	if (was.cached)
		map_forget(&was);
	fs_forget(was.mount, was.inode, was.named);
}

static struct vnode *place_find(void)
{
	struct vnode *vnode;

	if (free_list == NULL && fresh == VNODES && oldest != NULL)
		drop(oldest);
	vnode = free_list;
	if (vnode != NULL)
		free_list = vnode->next;
	else if (fresh < VNODES)
		vnode = &vnodes[fresh++];
	return vnode;
}

/* --- References ------------------------------------------------------------------------------- */

void vnode_learn(struct vnode *vnode, const struct fs_node *node)
{
	vnode->mode = node->mode;
	vnode->user = node->user;
	vnode->group = node->group;
	vnode->bytes = node->bytes;
	vnode->special_major = node->special_major;
	vnode->special_minor = node->special_minor;
}

struct vnode *vnode_get(struct vnode *vnode)
{
	if (vnode->references++ == 0)
		unlist(vnode);
	return vnode;
}

/* Finding a place may let others run, who may make the same one. */
static struct vnode *vnode_make(struct mount *mount, uint64_t inode)
{
	struct vnode *place = place_find();
	struct vnode *vnode = vnode_find(mount, inode);

	if (vnode != NULL && place != NULL) {
		place->next = free_list;
		free_list = place;
	}
	if (vnode != NULL || place == NULL)
		return vnode;
	*place = (struct vnode){.mount = mount, .inode = inode, .serial = ++last_serial};
	place->next = *chain_of(mount, inode);
	*chain_of(mount, inode) = place;
	list(place);
	return place;
}

int vnode_named(struct mount *mount, const struct fs_node *node, struct vnode **found)
{
	struct vnode *vnode = vnode_find(mount, node->inode);

	if (vnode == NULL) {
		vnode = vnode_make(mount, node->inode);
		if (vnode == NULL) {
			fs_forget(mount, node->inode, 1);
			return -ENFILE;
		}
	}
	vnode->named++;
	vnode_learn(vnode, node);
	*found = vnode_get(vnode);
	return 0;
}

void vnode_put(struct vnode *vnode)
{
	assert(vnode->references > 0);
	if (--vnode->references > 0)
		return;
	list(vnode);
	if (vnode->removed)
		drop(vnode);
}

unsigned int vnodes_of_mount(struct mount *mount, bool forget)
{
	unsigned int used = 0;

	for (unsigned int i = 0; i < fresh; i++) {
		struct vnode *vnode = &vnodes[i];

		if (vnode->mount != mount)
			continue;
		if (vnode->references > 0)
			used += vnode->references;
		else if (forget)
			drop(vnode);
	}
	return used;
}
