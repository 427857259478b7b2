/* Calls to VM: one stub a row of skerry/vm.def (server_call.h says what they do). */
#pragma once

#include <server_call.h>
#include <skerry/vm.h>

#define CALL(name, nr, request, reply, handler, right, what)                                       \
	typedef struct request name##_REQUEST;                                                     \
	typedef struct reply name##_REPLY;
#include <skerry/vm.def>
#undef CALL

SERVER_STUB(vm_brk, VM_BRK, VM_ENDPOINT)
SERVER_STUB(vm_mmap, VM_MMAP, VM_ENDPOINT)
SERVER_STUB(vm_munmap, VM_MUNMAP, VM_ENDPOINT)
SERVER_STUB(vm_mprotect, VM_MPROTECT, VM_ENDPOINT)
SERVER_STUB(vm_mremap, VM_MREMAP, VM_ENDPOINT)
SERVER_STUB(vm_info, VM_INFO, VM_ENDPOINT)
SERVER_STUB(vm_map_physical, VM_MAP_PHYSICAL, VM_ENDPOINT)
SERVER_STUB(vm_space_create, VM_SPACE_CREATE, VM_ENDPOINT)
SERVER_STUB(vm_space_fork, VM_SPACE_FORK, VM_ENDPOINT)
SERVER_STUB(vm_space_destroy, VM_SPACE_DESTROY, VM_ENDPOINT)
SERVER_STUB(vm_space_ending, VM_SPACE_ENDING, VM_ENDPOINT)
SERVER_STUB(vm_message_page, VM_MESSAGE_PAGE, VM_ENDPOINT)
SERVER_STUB(vm_set_rights, VM_SET_RIGHTS, VM_ENDPOINT)
SERVER_STUB(vm_remap, VM_REMAP, VM_ENDPOINT)
SERVER_STUB(vm_safemap, VM_SAFEMAP, VM_ENDPOINT)
SERVER_STUB(vm_saferevmap, VM_SAFEREVMAP, VM_ENDPOINT)
SERVER_STUB(vm_safecopy, VM_SAFECOPY, VM_ENDPOINT)
SERVER_STUB(vm_dma_add, VM_DMA_ADD, VM_ENDPOINT)
SERVER_STUB(vm_dma_delete, VM_DMA_DELETE, VM_ENDPOINT)
SERVER_STUB(vm_dma_get, VM_DMA_GET, VM_ENDPOINT)
SERVER_STUB(vm_watch_exit, VM_WATCH_EXIT, VM_ENDPOINT)
SERVER_STUB(vm_query_exit, VM_QUERY_EXIT, VM_ENDPOINT)
SERVER_STUB(vm_notify_signal, VM_NOTIFY_SIGNAL, VM_ENDPOINT)
SERVER_STUB(vm_update, VM_UPDATE, VM_ENDPOINT)
SERVER_STUB(vm_prepare, VM_PREPARE, VM_ENDPOINT)
SERVER_STUB(vm_memctl, VM_MEMCTL, VM_ENDPOINT)
SERVER_STUB(vm_getrusage, VM_GETRUSAGE, VM_ENDPOINT)
SERVER_STUB(vm_space_clear, VM_SPACE_CLEAR, VM_ENDPOINT)
SERVER_STUB(vm_page_in, VM_PAGE_IN, VM_ENDPOINT)
SERVER_STUB(vm_cache_set, VM_CACHE_SET, VM_ENDPOINT)
SERVER_STUB(vm_cache_map, VM_CACHE_MAP, VM_ENDPOINT)
SERVER_STUB(vm_cache_forget, VM_CACHE_FORGET, VM_ENDPOINT)
SERVER_STUB(vm_cache_clear, VM_CACHE_CLEAR, VM_ENDPOINT)
SERVER_STUB(vm_cache_dirty, VM_CACHE_DIRTY, VM_ENDPOINT)
SERVER_STUB(vm_map_file, VM_MAP_FILE, VM_ENDPOINT)
SERVER_STUB(vm_file_ready, VM_FILE_READY, VM_ENDPOINT)

/* A row without a stub does not compile. */
#define CALL(name, nr, request, reply, handler, right, what)                                       \
	_Static_assert(name##_STUB == 0, #name " has no stub");
#include <skerry/vm.def>
#undef CALL
