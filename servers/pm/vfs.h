/* What PM asks of VFS: requests are sent in order, at most PM_VFS_WINDOW are without an answer, and
 * of those about one process only one (but for interrupts). Nobody waits; `done` is called with the
 * answer.
 */
#pragma once

#include "process.h"
#include <skerry/grant.h>
#include <skerry/pm_vfs.h>

struct vfs_request {
	struct vfs_request *next;
	void (*done)(struct vfs_request *request, const struct pm_vfs_reply *reply);
	endpoint_t process; /* whom it is about */
	endpoint_t thread;  /* for done(): it may be gone */
	void *context;
	grant_t grant; /* ends with the answer; GRANT_INVALID */
	u32 type;
	bool keep; /* it is not from the pool */
	uint8_t payload[MESSAGE_PAYLOAD_SIZE];
	uint8_t reply[MESSAGE_PAYLOAD_SIZE]; /* to the thread */
};

void vfs_init(void);

/* Is there a VFS to ask? */
bool vfs_is_there(void);

/* From the pool; NULL: too many are under way. */
struct vfs_request *vfs_request_new(endpoint_t process, endpoint_t thread);

/* Into the pool again, unsent. */
void vfs_request_drop(struct vfs_request *request);

/* Send it, now or when its turn comes; it begins with a tag, which is set here. */
void vfs_send(struct vfs_request *request, u32 type, const void *payload, size_t bytes,
	      void (*done)(struct vfs_request *request, const struct pm_vfs_reply *reply));

/* A process that a service started; one that begins runs when VFS knows of it. */
void vfs_introduce(const struct process *process, bool begins);

/* A thread is in VFS's call and has a signal. false: it cannot be said now. */
bool vfs_interrupt(struct thread *thread, int error,
		   void (*done)(struct vfs_request *request, const struct pm_vfs_reply *reply));

/* A process that VFS knows by that name has ended. Cannot fail. */
void vfs_exit(struct process *process, endpoint_t name, void (*done)(struct process *process));

/* A process is about to get other ids, groups or limits: 0, or -EAGAIN. Then it has, and the
 * calling thread sleeps until VFS knows, and is answered 0 with `reply`. Without VFS *request is
 * NULL. */
int vfs_tell_begin(const struct thread *thread, endpoint_t process, struct vfs_request **request);
struct answer vfs_tell(struct vfs_request *request, u32 type, const void *payload, size_t bytes,
		       const void *reply, size_t reply_bytes);

/* Memory of PM that VFS may read and write while a request is under way: GRANT_INVALID: no place.
 */
grant_t vfs_grant(void *memory, size_t bytes);
void vfs_grant_end(grant_t grant);

/* A request's `done`: its grant ends. */
void vfs_grant_over(struct vfs_request *request, const struct pm_vfs_reply *reply);

/* A message of another protocol than PM's. */
void vfs_message(const struct message *message);
