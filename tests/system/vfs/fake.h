/* What vfsfake does: names to look up, minor numbers of devices. */
#pragma once

#define FAKE_FILE "file" /* of 100 bytes; reads and writes more than it was asked for */
#define FAKE_NO_TYPE "no-type"
#define FAKE_NO_INODE "no-inode"
#define FAKE_OTHER_TYPE "other-type" /* the number of a directory, as a file */
#define FAKE_LONG "long"	     /* a size that no file can have */
#define FAKE_POSITIVE "positive"
#define FAKE_FAR "far"
#define FAKE_OWN_ERROR "own-error"
#define FAKE_WRONG_TAG "wrong-tag" /* answers twice: ENOTDIR counts */
#define FAKE_SILENT "silent"
#define FAKE_DIE "die"

#define FAKE_MAJOR 240u
#define FAKE_DEVICES 5u
#define FAKE_ECHO 0u
#define FAKE_CLOSED 1u
#define FAKE_TOO_MUCH 2u
#define FAKE_DIES 3u
