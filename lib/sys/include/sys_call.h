/* Kernel calls: one stub a row of skerry/kernel.def, with the row's own request and reply. The
 * reply may be NULL; it is meaningful after 0, and where the row says so after an error. All return
 * 0 or a negative errno. What each call does and refuses is in kernel.def.
 */
#pragma once

#include <skerry/kernel_call.h>
#include <sys_thread.h>
#include <sys_trap.h>

/* Any call number, any bytes; sizes of at most MESSAGE_PAYLOAD_SIZE. */
int sys_call(uint32_t number, const void *request, size_t request_size, void *reply,
	     size_t reply_size);

#define CALL(name, nr, request, reply, handler, refusals, what)                                    \
	typedef struct request name##_REQUEST;                                                     \
	typedef struct reply name##_REPLY;
#include <skerry/kernel.def>
#undef CALL

#define SYS_STUB(function, name)                                                                   \
	enum { name##_STUB };                                                                      \
	static inline int function(const name##_REQUEST *request, name##_REPLY *reply)             \
	{                                                                                          \
		uint8_t *payload = message_page()->message.payload;                                \
		int code;                                                                          \
                                                                                                   \
		if (sizeof(*request) != 0)                                                         \
			__builtin_memcpy(payload, request, sizeof(*request));                      \
		code = sys_trap1(TRAP_KERNEL_CALL, name);                                          \
		if (sizeof(*reply) != 0 && reply != NULL)                                          \
			__builtin_memcpy(reply, payload, sizeof(*reply));                          \
		return code;                                                                       \
	}

SYS_STUB(sys_null, SYS_NULL)
SYS_STUB(sys_yield, SYS_YIELD)
SYS_STUB(sys_space_create, SYS_SPACE_CREATE)
SYS_STUB(sys_space_destroy, SYS_SPACE_DESTROY)
SYS_STUB(sys_thread_create, SYS_THREAD_CREATE)
SYS_STUB(sys_fork, SYS_FORK)
SYS_STUB(sys_exec, SYS_EXEC)
SYS_STUB(sys_clear, SYS_CLEAR)
SYS_STUB(sys_exit, SYS_EXIT)
SYS_STUB(sys_thread_release, SYS_THREAD_RELEASE)
SYS_STUB(sys_runctl, SYS_RUNCTL)
SYS_STUB(sys_trace, SYS_TRACE)
SYS_STUB(sys_context_get, SYS_CONTEXT_GET)
SYS_STUB(sys_context_set, SYS_CONTEXT_SET)
SYS_STUB(sys_tls_set, SYS_TLS_SET)
SYS_STUB(sys_times, SYS_TIMES)
SYS_STUB(sys_vtimer, SYS_VTIMER)
SYS_STUB(sys_schedule, SYS_SCHEDULE)
SYS_STUB(sys_schedctl, SYS_SCHEDCTL)
SYS_STUB(sys_priv_set, SYS_PRIV_SET)
SYS_STUB(sys_priv_allow, SYS_PRIV_ALLOW)
SYS_STUB(sys_priv_add, SYS_PRIV_ADD)
SYS_STUB(sys_priv_query, SYS_PRIV_QUERY)
SYS_STUB(sys_grant_table, SYS_GRANT_TABLE)
SYS_STUB(sys_safecopy_from, SYS_SAFECOPY_FROM)
SYS_STUB(sys_safecopy_to, SYS_SAFECOPY_TO)
SYS_STUB(sys_safecopy_vector, SYS_SAFECOPY_VECTOR)
SYS_STUB(sys_safememset, SYS_SAFEMEMSET)
SYS_STUB(sys_grant_check, SYS_GRANT_CHECK)
SYS_STUB(sys_vircopy, SYS_VIRCOPY)
SYS_STUB(sys_physcopy, SYS_PHYSCOPY)
SYS_STUB(sys_memset, SYS_MEMSET)
SYS_STUB(sys_umap, SYS_UMAP)
SYS_STUB(sys_vumap, SYS_VUMAP)
SYS_STUB(sys_vmctl_paging_enable, SYS_VMCTL_PAGING_ENABLE)
SYS_STUB(sys_vmctl_inhibit_set, SYS_VMCTL_INHIBIT_SET)
SYS_STUB(sys_vmctl_inhibit_clear, SYS_VMCTL_INHIBIT_CLEAR)
SYS_STUB(sys_vmctl_flush, SYS_VMCTL_FLUSH)
SYS_STUB(sys_vmctl_fault_clear, SYS_VMCTL_FAULT_CLEAR)
SYS_STUB(sys_vmctl_memreq_reply, SYS_VMCTL_MEMREQ_REPLY)
SYS_STUB(sys_vmctl_root_get, SYS_VMCTL_ROOT_GET)
SYS_STUB(sys_kill, SYS_KILL)
SYS_STUB(sys_signal_get, SYS_SIGNAL_GET)
SYS_STUB(sys_signal_end, SYS_SIGNAL_END)
SYS_STUB(sys_signal_send, SYS_SIGNAL_SEND)
SYS_STUB(sys_signal_return, SYS_SIGNAL_RETURN)
SYS_STUB(sys_ipc_cancel, SYS_IPC_CANCEL)
SYS_STUB(sys_irq_set, SYS_IRQ_SET)
SYS_STUB(sys_irq_control, SYS_IRQ_CONTROL)
SYS_STUB(sys_io_port, SYS_IO_PORT)
SYS_STUB(sys_io_string, SYS_IO_STRING)
SYS_STUB(sys_io_vector, SYS_IO_VECTOR)
SYS_STUB(sys_io_enable, SYS_IO_ENABLE)
SYS_STUB(sys_alarm, SYS_ALARM)
SYS_STUB(sys_time_set, SYS_TIME_SET)
SYS_STUB(sys_info, SYS_INFO)
SYS_STUB(sys_diag, SYS_DIAG)
SYS_STUB(sys_abort, SYS_ABORT)
SYS_STUB(sys_update, SYS_UPDATE)
SYS_STUB(sys_trace_read, SYS_TRACE_READ)

#undef SYS_STUB

/* A row without a stub does not compile. */
#define CALL(name, nr, request, reply, handler, refusals, what)                                    \
	_Static_assert(name##_STUB == 0, #name " has no stub");
#include <skerry/kernel.def>
#undef CALL
