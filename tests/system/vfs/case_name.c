/* Names: making, removing, renaming, links, directories, paths. */
#include "file.h"

void case_mkdir(void)
{
	struct file_status status;

	CHECK_EQ(f_mkdir("d", 0777), 0);
	CHECK_EQ(f_mkdir("d", 0777), -EEXIST);
	CHECK_EQ(f_mkdir("d/e/", 0700), 0);
	CHECK_EQ(f_mkdir("none/e", 0700), -ENOENT);
	CHECK_EQ(f_mkdir(".", 0700), -EEXIST);
	CHECK_EQ(f_mkdir("/", 0700), -EEXIST);
	CHECK_EQ(f_stat("d", &status), 0);
	CHECK_EQ(status.mode, MODE_DIRECTORY | 0755);
	CHECK_EQ(status.links, 3);
}

void case_rmdir(void)
{
	CHECK_EQ(f_mkdir("d", 0755), 0);
	CHECK_EQ(f_mkdir("d/e", 0755), 0);
	CHECK_EQ(f_rmdir("d"), -ENOTEMPTY);
	CHECK_EQ(f_unlink("d"), -EISDIR);
	CHECK_EQ(f_rmdir("d/e"), 0);
	CHECK_EQ(f_rmdir("d/."), -EINVAL);
	CHECK_EQ(f_rmdir("d/.."), -ENOTEMPTY);
	CHECK_EQ(f_rmdir("/"), -EBUSY);
	CHECK_EQ(f_rmdir("d"), 0);
	CHECK_EQ(f_rmdir("d"), -ENOENT);
	file_put("f", "");
	CHECK_EQ(f_rmdir("f"), -ENOTDIR);
}

void case_rmdir_current(void)
{
	char path[64];

	CHECK_EQ(f_mkdir("d", 0755), 0);
	CHECK_EQ(f_chdir("d"), 0);
	CHECK_EQ(f_rmdir("../d"), 0);
	CHECK_EQ(f_getcwd(path, sizeof(path)), -ENOENT);
	CHECK_EQ(f_open("a", NEW, 0644), -ENOENT);
	CHECK_EQ(f_chdir("/tmp"), 0);
	CHECK_EQ(f_getcwd(path, sizeof(path)), 5);
}

void case_unlink(void)
{
	file_put("a", "x");
	CHECK_EQ(f_unlink("a"), 0);
	CHECK_EQ(f_unlink("a"), -ENOENT);
	CHECK_EQ(f_unlink("."), -EISDIR);
	file_put("a", "x");
	CHECK_EQ(f_unlink("a/"), -ENOTDIR);
	CHECK_EQ(f_unlink("a/b"), -ENOTDIR);
}

void case_link(void)
{
	struct file_status status;

	file_put("a", "same");
	CHECK_EQ(f_link("a", "b"), 0);
	CHECK_EQ(f_link("a", "b"), -EEXIST);
	CHECK_EQ(f_link(".", "c"), -EPERM);
	CHECK_EQ(f_link("none", "c"), -ENOENT);
	CHECK_EQ(f_stat("b", &status), 0);
	CHECK_EQ(status.links, 2);
	CHECK_EQ(f_unlink("a"), 0);
	CHECK(file_is("b", "same"));
	CHECK_EQ(f_stat("b", &status), 0);
	CHECK_EQ(status.links, 1);
}

void case_symlink(void)
{
	struct file_status status;
	char text[16];

	file_put("a", "aim");
	CHECK_EQ(f_symlink("a", "l"), 0);
	CHECK_EQ(f_symlink("a", "l"), -EEXIST);
	CHECK_EQ(f_symlink("", "m"), -ENOENT);
	CHECK(file_is("l", "aim"));
	CHECK_EQ(f_read_link("l", text, sizeof(text)), 1);
	CHECK_EQ(f_read_link("a", text, sizeof(text)), -EINVAL);
	CHECK_EQ(f_read_link("l", text, 0), -EINVAL);
	CHECK_EQ(f_stat_at(AT_CURRENT, "l", AT_NO_FOLLOW, &status), 0);
	CHECK_EQ(status.mode, MODE_LINK | 0777);
	CHECK_EQ(f_open("l", FILE_NO_FOLLOW, 0), -ELOOP);
	CHECK_EQ(f_unlink("l"), 0);
	CHECK(file_is("a", "aim"));
}

void case_symlink_directory(void)
{
	CHECK_EQ(f_mkdir("d", 0755), 0);
	file_put("d/a", "deep");
	CHECK_EQ(f_symlink("d", "l"), 0);
	CHECK(file_is("l/a", "deep"));
	CHECK(file_is("l/../d/./a", "deep"));
	CHECK_EQ(f_symlink("/tmp/symlink_directory/d", "m"), 0);
	CHECK(file_is("m/a", "deep"));
	CHECK_EQ(f_rmdir("l"), -ENOTDIR);
	CHECK_EQ(f_symlink("../d", "d/up"), 0);
	CHECK(file_is("d/up/up/up/a", "deep"));
}

void case_symlink_dangling(void)
{
	CHECK_EQ(f_symlink("aim", "l"), 0);
	CHECK_EQ(f_open("l", 0, 0), -ENOENT);
	CHECK_EQ(f_close(f_open("l", NEW, 0644)), 0);
	CHECK(file_is("aim", ""));
	CHECK_EQ(f_mkdir("l", 0755), -EEXIST);
}

void case_symlink_loop(void)
{
	char name[] = "l00", text[] = "l00";

	CHECK_EQ(f_symlink("loop", "loop"), 0);
	CHECK_EQ(f_open("loop", 0, 0), -ELOOP);
	CHECK_EQ(f_open("loop/a", 0, 0), -ELOOP);
	file_put("l00", "end");
	for (unsigned int i = 1; i <= 41; i++) {
		name[1] = (char)('0' + i / 10);
		name[2] = (char)('0' + i % 10);
		CHECK_EQ(f_symlink(text, name), 0);
		memcpy(text, name, sizeof(name));
		CHECK(file_is(name, "end") == (i <= 40));
	}
	CHECK_EQ(f_open("l41", 0, 0), -ELOOP);
}

void case_path_long(void)
{
	static char path[PATH_BYTES_MAX + 2];

	memset(path, 'a', sizeof(path));
	path[255] = '\0';
	CHECK_EQ(f_close(f_open(path, NEW, 0644)), 0);
	CHECK_EQ(f_unlink(path), 0);
	path[255] = 'a';
	path[256] = '\0';
	CHECK_EQ(f_open(path, NEW, 0644), -ENAMETOOLONG);
	for (size_t i = 0; i < sizeof(path); i += 2)
		memcpy(path + i, "./", 2);
	path[PATH_BYTES_MAX - 1] = '\0';
	CHECK(f_open(path, 0, 0) >= 0);
	path[PATH_BYTES_MAX - 1] = '/';
	path[PATH_BYTES_MAX] = '\0';
	CHECK_EQ(f_open(path, 0, 0), -ENAMETOOLONG);
}

void case_path_odd(void)
{
	file_put("a", "odd");
	CHECK(file_is("////tmp//path_odd/.///a", "odd"));
	CHECK(file_is("/../../tmp/path_odd/a", "odd"));
	CHECK_EQ(f_open("a/", 0, 0), -ENOTDIR);
	CHECK_EQ(f_open("a/.", 0, 0), -ENOTDIR);
	CHECK_EQ(f_open("new/", NEW, 0644), -EISDIR);
	CHECK(f_open("./", 0, 0) >= 0);
	CHECK(f_open("/", 0, 0) >= 0);
	CHECK_EQ(f_open((const char *)"..", NEW, 0644), -EISDIR);
}

void case_rename(void)
{
	file_put("a", "text");
	CHECK_EQ(f_rename("a", "b", 0), 0);
	CHECK_EQ(f_open("a", 0, 0), -ENOENT);
	CHECK(file_is("b", "text"));
	CHECK_EQ(f_rename("a", "b", 0), -ENOENT);
	CHECK_EQ(f_rename("b", "none/b", 0), -ENOENT);
	CHECK_EQ(f_rename("b", ".", 0), -EBUSY);
	CHECK_EQ(f_rename("b", "b", 0), 0);
	CHECK(file_is("b", "text"));
}

void case_rename_over(void)
{
	int fd;
	char found[3];

	file_put("a", "new");
	file_put("b", "old");
	fd = f_open("b", 0, 0);
	CHECK_EQ(f_rename("a", "b", 0), 0);
	CHECK(file_is("b", "new"));
	CHECK_EQ(f_read(fd, found, 3), 3);
	CHECK(memcmp(found, "old", 3) == 0);
	CHECK_EQ(names_in("."), 3);
}

void case_rename_links(void)
{
	file_put("a", "x");
	CHECK_EQ(f_link("a", "b"), 0);
	CHECK_EQ(f_rename("a", "b", 0), 0);
	CHECK(file_is("a", "x"));
	CHECK(file_is("b", "x"));
}

void case_rename_directory(void)
{
	struct file_status status;

	CHECK_EQ(f_mkdir("d", 0755), 0);
	CHECK_EQ(f_mkdir("d/e", 0755), 0);
	CHECK_EQ(f_mkdir("f", 0755), 0);
	file_put("g", "");
	CHECK_EQ(f_rename("d", "d/e/d", 0), -EINVAL);
	CHECK_EQ(f_rename("d", "g", 0), -ENOTDIR);
	CHECK_EQ(f_rename("g", "f", 0), -EISDIR);
	CHECK_EQ(f_rename("f", "d", 0), -ENOTEMPTY);
	CHECK_EQ(f_rename("d/e", "f", 0), 0);
	CHECK_EQ(f_stat("d", &status), 0);
	CHECK_EQ(status.links, 2);
	CHECK_EQ(f_rename("f", "d/f", 0), 0);
	CHECK_EQ(f_stat("d/f/..", &status), 0);
	CHECK_EQ(status.links, 3);
	CHECK_EQ(f_rename("d/f", "d/f/../..", 0), -EBUSY);
}

void case_rename_flags(void)
{
	file_put("a", "one");
	file_put("b", "two");
	CHECK_EQ(f_rename("a", "b", RENAME_KEEP), -EEXIST);
	CHECK_EQ(f_rename("a", "c", RENAME_KEEP), 0);
	CHECK_EQ(f_rename("b", "none", RENAME_EXCHANGE), -ENOENT);
	CHECK_EQ(f_rename("b", "c", RENAME_EXCHANGE), 0);
	CHECK(file_is("b", "one"));
	CHECK(file_is("c", "two"));
	CHECK_EQ(f_rename("b", "c", RENAME_KEEP | RENAME_EXCHANGE), -EINVAL);
	CHECK_EQ(f_mkdir("d", 0755), 0);
	CHECK_EQ(f_mkdir("d/e", 0755), 0);
	CHECK_EQ(f_rename("d/e", "b", RENAME_EXCHANGE), 0);
	CHECK(file_is("d/e", "one"));
	CHECK_EQ(f_rmdir("b"), 0);
}

void case_getdents(void)
{
	char buffer[64] __attribute__((aligned(8)));
	int fd;

	file_put("b", "");
	CHECK_EQ(f_mkdir("c", 0755), 0);
	CHECK_EQ(names_in("."), 4);
	CHECK(name_is_in(".", "."));
	CHECK(name_is_in(".", ".."));
	CHECK(name_is_in(".", "b"));
	CHECK(!name_is_in(".", "none"));
	fd = f_open(".", 0, 0);
	CHECK_EQ(f_getdents(fd, buffer, 8), -EINVAL);
	CHECK_EQ(f_getdents(fd, buffer, 24), 24);
	CHECK_EQ(f_getdents(fd, (void *)0x10, 64), -EFAULT);
	CHECK_EQ(f_getdents(f_open("b", 0, 0), buffer, 64), -ENOTDIR);
}

void case_getdents_changing(void)
{
	char buffer[32] __attribute__((aligned(8)));
	const struct directory_entry *entry = (const void *)buffer;
	unsigned int seen = 0;
	int fd;

	for (char name[] = "a"; name[0] <= 'z'; name[0]++)
		file_put(name, "");
	fd = f_open(".", 0, 0);
	/* Each is removed as soon as it is seen, and none is missed. */
	while (f_getdents(fd, buffer, 24) == 24) {
		if (entry->name[0] == '.')
			continue;
		seen++;
		CHECK_EQ(f_unlink(entry->name), 0);
	}
	CHECK_EQ(seen, 26);
	CHECK_EQ(names_in("."), 2);
}

void case_chdir(void)
{
	char path[64];

	CHECK_EQ(f_mkdir("d", 0755), 0);
	CHECK_EQ(f_chdir("d"), 0);
	CHECK_EQ(f_getcwd(path, sizeof(path)), 13);
	CHECK(strcmp(path, "/tmp/chdir/d") == 0);
	CHECK_EQ(f_getcwd(path, 12), -ERANGE);
	CHECK_EQ(f_getcwd((char *)0x10, 64), -EFAULT);
	file_put("a", "");
	CHECK_EQ(f_chdir("a"), -ENOTDIR);
	CHECK_EQ(f_chdir("none"), -ENOENT);
	CHECK_EQ(f_chdir("/"), 0);
	CHECK_EQ(f_getcwd(path, sizeof(path)), 2);
	CHECK(strcmp(path, "/") == 0);
}

void case_root_files(void)
{
	struct file_status status;

	CHECK(name_is_in("/", "etc"));
	CHECK(name_is_in("/dev", "null"));
	CHECK_EQ(f_stat("/tmp", &status), 0);
	CHECK_EQ(status.mode, MODE_DIRECTORY | MODE_STICKY | 0777);
	CHECK_EQ(f_stat("/dev/null", &status), 0);
	CHECK_EQ(status.mode, MODE_CHARACTER | 0666);
	CHECK_EQ(status.special_major, 1);
	CHECK_EQ(status.special_minor, 3);
	CHECK_EQ(f_stat("/home/user", &status), 0);
	CHECK_EQ(status.user, 1000);
	CHECK(file_is("/etc/hostname", "skerry\n"));
}
