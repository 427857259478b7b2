/* Kernel calls: numbers, requests and replies. The request is the payload of the caller's message
 * page, the reply comes back in the same place; the call number is in a register. Replies are
 * zeroed before they are filled. Every row's meaning and refusals are in kernel.def.
 */
#pragma once

#include <skerry/errno.h>
#include <skerry/message.h>

/* Refusals as bits: errno values below 56, and Skerry's own from 200. */
#define R_BIT(error) (1ull << ((error) >= 200 ? (error)-200 + 56 : (error)))
#define R_EPERM R_BIT(EPERM)
#define R_ESRCH R_BIT(ESRCH)
#define R_EFAULT R_BIT(EFAULT)
#define R_EBUSY R_BIT(EBUSY)
#define R_ENODEV R_BIT(ENODEV)
#define R_EINVAL R_BIT(EINVAL)
#define R_ENOSPC R_BIT(ENOSPC)
#define R_EDEADSRCDST R_BIT(EDEADSRCDST)
#define R_EBADGRANT R_BIT(EBADGRANT)

struct sys_empty_req {
};

struct sys_empty_reply {
};

struct sys_null_req {
};

struct sys_space_create_req {
	u64 root; /* physical, aligned as the port's page-table roots are */
};

struct sys_space_create_reply {
	space_t space;
};

struct sys_space_destroy_req {
	space_t space;
};

#define THREAD_INHIBITED 1u /* thread_create: wait for SYS_THREAD_RELEASE too */

struct sys_thread_create_req {
	space_t space;
	endpoint_t process;  /* first thread of the process; EP_NONE: this is it */
	u64 message_frame;   /* physical page; the caller keeps it until SYS_CLEAR */
	u64 message_address; /* where the thread sees that page */
	u64 program_counter;
	u64 stack_pointer;
	u64 argument;	/* handed to the entry point as the port's first argument register */
	uint32_t flags; /* THREAD_* */
	uint32_t reserved;
};

struct sys_thread_create_reply {
	endpoint_t thread;
};

struct sys_fork_req {
	endpoint_t parent; /* must be switched out and in no call but one to the caller */
	space_t space;
	u64 message_frame; /* seen at the parent's address */
	uint32_t flags;
};

struct sys_exec_req {
	endpoint_t thread;
	space_t space; /* 0: as before; another, which shows its message page: it moves there */
	u64 program_counter;
	u64 stack_pointer;
	u64 message_address; /* 0: as before */
	u64 argument;	     /* as SYS_THREAD_CREATE's */
	char name[16];	     /* for panics and traces; NUL-padded */
};

struct sys_clear_req {
	endpoint_t thread;
};

struct sys_exit_req {
	int32_t status; /* kept for whoever asks: SYS_SIGNAL_GET */
};

struct sys_thread_release_req {
	endpoint_t thread;
};

#define RUNCTL_STOP 1u
#define RUNCTL_RESUME 2u
#define RUNCTL_END 3u /* as if it had called SYS_EXIT, but nobody hears of it; the slot stays */
#define RUNCTL_DELAY 0x100u /* with STOP: EBUSY while the thread is queued as a sender */

struct sys_runctl_req {
	endpoint_t thread;
	uint32_t operation;
};

#define TRACE_REGISTER_GET 1u
#define TRACE_REGISTER_SET 2u
#define TRACE_STEP 3u

struct sys_trace_req {
	endpoint_t thread;
	uint32_t operation;
	u64 index; /* word index into struct arch_user_context */
	u64 value;
};

struct sys_trace_reply {
	u64 value;
};

struct sys_context_req {
	endpoint_t thread;
	uint32_t reserved;
	u64 address; /* of a struct arch_user_context in the caller */
};

struct sys_tls_set_req {
	u64 address;
};

struct sys_times_req {
	endpoint_t thread;
};

struct sys_times_reply {
	cycles64 user_cycles;
	ns64 user_time;
	ns64 now;
	u64 ipc_count;
	uint32_t cpu; /* where it ran last */
	uint32_t priority;
};

#define VTIMER_PROF 1u

struct sys_vtimer_req {
	endpoint_t thread;
	uint32_t signal; /* sent to the thread's manager at the end; 0: disarm */
	ns64 interval;	 /* processor time until the signal */
};

struct sys_vtimer_reply {
	ns64 left; /* before this call */
};

#define PRIORITY_COUNT 16u /* 0 is the most urgent */

struct sys_schedule_req {
	endpoint_t thread;
	uint32_t priority;
	ns64 quantum;
	u64 affinity; /* a bit a CPU; 0: as before */
};

#define SCHEDULER_KERNEL EP_NONE /* round robin in the kernel, no messages */

struct sys_schedctl_req {
	endpoint_t thread;
	endpoint_t scheduler; /* a service, or SCHEDULER_KERNEL */
	uint32_t priority;
	uint32_t reserved;
	ns64 quantum;
	u64 affinity; /* 0: every CPU */
};

/* priv_set.flags */
#define PRIV_SYSTEM 0x1u       /* an own privilege structure; without: the shared one of programs */
#define PRIV_MAGIC_GRANTS 0x2u /* its MAGIC grants are honoured */
#define PRIV_CHECK_IO 0x4u     /* may touch only listed I/O ports (else: none at all) */
#define PRIV_ALL_IO 0x8u       /* every I/O port */
#define PRIV_ALL_MEMORY 0x10u  /* every physical range */
#define PRIV_FLAGS_ALL 0x1Fu

struct sys_priv_set_req {
	endpoint_t thread;
	uint32_t flags;
	uint32_t traps; /* a bit a TRAP_*; of a program's only kernel call and IPC call count */
	endpoint_t signal_manager; /* EP_SELF: the thread manages itself */
	u64 calls;		   /* a bit a SYS_* */
	u64 targets[2];		   /* a bit a privilege id: whom it may send to */
	endpoint_t signal_backup;  /* takes over when the manager dies; EP_NONE */
	uint32_t reserved;
};

struct sys_priv_set_reply {
	uint32_t privilege; /* id: its bit in other privileges' targets */
};

#define PRIV_ID_PROGRAMS 0u /* the privilege all programs share */
#define PRIV_ID_KERNEL 1u   /* the kernel's own names: never given to a thread */

#define PRIV_ALLOW 1u
#define PRIV_HOLD 2u

struct sys_priv_allow_req {
	endpoint_t thread;
	uint32_t operation;
};

#define RESOURCE_IRQ 1u
#define RESOURCE_IO 2u
#define RESOURCE_MEMORY 3u

struct sys_priv_resource_req {
	endpoint_t thread;
	uint32_t kind;
	u64 first;
	u64 count; /* IRQs, ports or bytes; > 0 */
};

struct sys_grant_table_req {
	u64 address;
	uint32_t entries; /* <= GRANT_ENTRIES_MAX; 0: no table */
};

struct sys_grant_table_reply {
	uint32_t epoch;
};

#define CPF_TRY 1u /* fail with EFAULT instead of asking the pager */

struct sys_safecopy_req {
	endpoint_t granter;
	grant_t grant;
	u64 offset;
	u64 address; /* in the caller */
	u64 bytes;
	uint32_t flags;
};

struct sys_safecopy_vector_req {
	u64 address;	/* of struct safecopy_element */
	uint32_t count; /* 1 .. SAFECOPY_VECTOR_MAX */
	uint32_t flags;
};

struct sys_vector_reply {
	uint32_t done; /* elements completed; set on errors too */
};

struct sys_safememset_req {
	endpoint_t granter;
	grant_t grant;
	u64 offset;
	u64 bytes;
	uint32_t value; /* low 8 bits */
	uint32_t flags;
};

struct sys_grant_check_req {
	endpoint_t granter;
	endpoint_t grantee;
	grant_t grant;
	uint32_t access; /* GRANT_READ, GRANT_WRITE, GRANT_MAP */
	u64 offset;
	u64 bytes;
};

struct sys_grant_check_reply {
	u64 address;
	endpoint_t owner;
};

struct sys_copy_req {
	endpoint_t source;
	endpoint_t destination;
	u64 source_address;
	u64 destination_address;
	u64 bytes;
	uint32_t flags;
};

struct sys_memset_req {
	endpoint_t target;
	uint32_t value; /* low 8 bits */
	u64 address;
	u64 bytes;
	uint32_t flags;
};

#define UMAP_BYTES_MAX 0x400000u /* in one SYS_UMAP, or one element of SYS_VUMAP */

struct sys_umap_req {
	endpoint_t target;
	uint32_t reserved;
	u64 address;
	u64 bytes;
};

struct sys_umap_reply {
	u64 physical;
};

struct vumap_element {
	u64 address; /* in: virtual; out: physical */
	u64 bytes;
};

#define VUMAP_MAX 32

struct sys_vumap_req {
	u64 input; /* struct vumap_element[count] */
	u64 output;
	uint32_t count;
	uint32_t output_max;
	uint32_t write; /* the device will write */
};

struct sys_paging_enable_req {
	u64 address; /* of {uint32_t size, arch id; struct arch_paging} in the caller */
	uint32_t size;
};

struct sys_space_req {
	space_t space;
};

struct sys_epoch_reply {
	u64 epoch;
};

struct sys_fault_clear_req {
	endpoint_t thread;
};

struct sys_memreq_reply_req {
	endpoint_t thread;
	int32_t result; /* 0, -EFAULT or -ENOMEM (answered to the caller as EFAULT) */
};

struct sys_root_get_req {
	endpoint_t thread;
};

struct sys_root_get_reply {
	space_t space;
	uint32_t privilege;
	u64 root;
	u64 message_frame;
	u64 message_address;
};

#define SIGNAL_COUNT 64u
#define SIGNAL_EXITED 63u      /* the kernel's: the thread made SYS_EXIT; status in the reply */
#define SIGNAL_HANDLED_MAX 64u /* what a handler may be entered with is the manager's */

struct sys_kill_req {
	endpoint_t thread;
	uint32_t signal; /* 1 .. SIGNAL_COUNT - 2 */
};

struct sys_signal_get_reply {
	endpoint_t thread; /* EP_NONE: nothing pending */
	int32_t exit_status;
	u64 signals; /* a bit a signal */
	u64 address; /* of the thread's last page fault */
};

struct sys_signal_end_req {
	endpoint_t thread;
};

struct sys_signal_send_req {
	endpoint_t thread;
	uint32_t signal;
	u64 handler;
	u64 stack_pointer; /* 0: the thread's own */
	u64 restorer;	   /* return address of the handler */
	u64 mask;	   /* kept in the frame for the manager */
	u64 info;	   /* SIGNAL_INFO_BYTES in the caller, for the frame; 0: zeroes */
};

struct sys_signal_return_req {
	endpoint_t thread;
	uint32_t reserved;
	u64 frame; /* address in the thread's space */
};

struct sys_ipc_cancel_req {
	endpoint_t thread;
};

#define IRQ_REENABLE 1u /* unmask right after the notification; else the driver does */

struct sys_irq_set_req {
	uint32_t irq;
	uint32_t flags;
	uint32_t notify_id; /* 0 .. 63: its bit in notify_message.interrupts */
};

struct sys_irq_set_reply {
	uint32_t hook;
};

#define IRQ_ENABLE 1u
#define IRQ_DISABLE 2u
#define IRQ_REMOVE 3u

struct sys_irq_control_req {
	uint32_t hook;
	uint32_t operation;
};

#define IO_READ 0u
#define IO_WRITE 1u

struct sys_io_port_req {
	uint32_t port;
	uint32_t width; /* bytes: 1, 2, 4 */
	uint32_t direction;
	uint32_t value;
};

struct sys_io_port_reply {
	uint32_t value;
};

struct sys_io_string_req {
	uint32_t port;
	uint32_t width;
	uint32_t direction;
	grant_t grant; /* GRANT_INVALID: `offset` is an address in the caller */
	endpoint_t granter;
	uint32_t reserved;
	u64 offset;
	u64 bytes; /* a multiple of width */
};

struct io_vector_element {
	uint32_t port;
	uint32_t value;
};

#define IO_VECTOR_MAX 64

struct sys_io_vector_req {
	u64 address; /* of struct io_vector_element; reads fill in the values */
	uint32_t count;
	uint32_t width;
	uint32_t direction;
};

struct sys_io_enable_req {
	endpoint_t thread;
	uint32_t enable;
};

#define ALARM_ABSOLUTE 1u

struct sys_alarm_req {
	ns64 time; /* 0: disarm */
	uint32_t flags;
};

struct sys_alarm_reply {
	ns64 left; /* of the alarm this one replaces */
};

struct sys_time_set_req {
	ns64 realtime; /* since 1970-01-01 UTC */
};

#define INFO_MACHINE 0u	 /* struct info_machine */
#define INFO_CPU 1u	 /* struct info_cpu of CPU `index` */
#define INFO_THREAD 2u	 /* struct info_thread of slot `index` */
#define INFO_COUNTERS 3u /* struct info_counters */
#define INFO_LATENCY 4u	 /* struct info_latency of CPU `index` */

struct sys_info_req {
	uint32_t what;
	uint32_t index;
	u64 address;
	uint32_t size; /* at most this many bytes are copied */
};

struct sys_info_reply {
	uint32_t size; /* of the whole object */
};

#define DIAG_PRINT 1u	  /* `bytes` characters at `address` */
#define DIAG_BACKTRACE 2u /* of `thread` */
#define DIAG_PRINT_MAX 1024u

struct sys_diag_req {
	uint32_t operation;
	endpoint_t thread;
	u64 address;
	uint32_t bytes;
};

#define ABORT_POWER_OFF 1u /* code: 0 pass, else fail; ends the emulator where it can */
#define ABORT_RESET 2u
#define ABORT_PANIC 3u

struct sys_abort_req {
	uint32_t operation;
	uint32_t code;
};

/* The old instance crashed, whatever it does: that ends here. Whose calls it had received get
 * EDEADSRCDST; who is queued stays. Its interrupt hooks and alarm go, and asynchronous messages for
 * it. Without: both instances must be at rest. */
#define UPDATE_CRASHED 1u

struct sys_update_req {
	endpoint_t old_thread;
	endpoint_t new_thread;
	uint32_t flags; /* UPDATE_* */
};

struct sys_trace_read_req {
	u64 address; /* of struct trace_record */
	uint32_t count;
	uint32_t cpu;
};

enum {
#define CALL(name, nr, request, reply, handler, refusals, what) name = nr,
#include <skerry/kernel.def>
#undef CALL
};

#define SYS_CALL_COUNT 60u

#define CALL(name, nr, request, reply, handler, refusals, what)                                    \
	_Static_assert(sizeof(struct request) <= MESSAGE_PAYLOAD_SIZE, #request " too large");     \
	_Static_assert(sizeof(struct reply) <= MESSAGE_PAYLOAD_SIZE, #reply " too large");         \
	_Static_assert((nr) < SYS_CALL_COUNT, #name " is beyond SYS_CALL_COUNT");
#include <skerry/kernel.def>
#undef CALL
