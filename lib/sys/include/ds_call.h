/* Calls to DS: one stub a row of skerry/ds.def (server_call.h says what they do). */
#pragma once

#include <server_call.h>
#include <skerry/ds.h>

#define CALL(name, nr, request, reply, handler, right, what)                                       \
	typedef struct request name##_REQUEST;                                                     \
	typedef struct reply name##_REPLY;
#include <skerry/ds.def>
#undef CALL

SERVER_STUB(ds_publish_u32, DS_PUBLISH_U32, DS_ENDPOINT)
SERVER_STUB(ds_publish_label, DS_PUBLISH_LABEL, DS_ENDPOINT)
SERVER_STUB(ds_publish_string, DS_PUBLISH_STRING, DS_ENDPOINT)
SERVER_STUB(ds_publish_memory, DS_PUBLISH_MEMORY, DS_ENDPOINT)
SERVER_STUB(ds_publish_map, DS_PUBLISH_MAP, DS_ENDPOINT)
SERVER_STUB(ds_retrieve_u32, DS_RETRIEVE_U32, DS_ENDPOINT)
SERVER_STUB(ds_retrieve_label, DS_RETRIEVE_LABEL, DS_ENDPOINT)
SERVER_STUB(ds_retrieve_name, DS_RETRIEVE_NAME, DS_ENDPOINT)
SERVER_STUB(ds_retrieve_data, DS_RETRIEVE_DATA, DS_ENDPOINT)
SERVER_STUB(ds_retrieve_map, DS_RETRIEVE_MAP, DS_ENDPOINT)
SERVER_STUB(ds_snapshot, DS_SNAPSHOT, DS_ENDPOINT)
SERVER_STUB(ds_delete, DS_DELETE, DS_ENDPOINT)
SERVER_STUB(ds_subscribe, DS_SUBSCRIBE, DS_ENDPOINT)
SERVER_STUB(ds_unsubscribe, DS_UNSUBSCRIBE, DS_ENDPOINT)
SERVER_STUB(ds_check, DS_CHECK, DS_ENDPOINT)
SERVER_STUB(ds_gone, DS_GONE, DS_ENDPOINT)
SERVER_STUB(ds_list, DS_LIST, DS_ENDPOINT)

/* A row without a stub does not compile. */
#define CALL(name, nr, request, reply, handler, right, what)                                       \
	_Static_assert(name##_STUB == 0, #name " has no stub");
#include <skerry/ds.def>
#undef CALL
