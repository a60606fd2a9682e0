/* SPDX-License-Identifier: Apache-2.0 */
#include "server/record_file.h"
#include "test.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NAMES = 32 };

static char place[] = "/tmp/records-XXXXXX", directory[64];
static struct record_file file;
static char names[NAMES][64];

static int by_name(const void *a, const void *b)
{
    return strcmp(a, b);
}

/* The files of the directory, sorted. */
static size_t list(void)
{
    DIR *stream = opendir(directory);
    size_t count = 0;

    for (struct dirent *entry; stream && count < NAMES && (entry = readdir(stream));) {
        if (*entry->d_name != '.')
            (void)snprintf(names[count++], sizeof *names, "%.60s", entry->d_name);
    }
    if (stream)
        (void)closedir(stream);
    qsort(names, count, sizeof *names, by_name);
    return count;
}

static const char *content(const char *name)
{
    static char text[4096];
    char path[160];
    FILE *stream;

    (void)snprintf(path, sizeof path, "%s/%s", directory, name);
    stream = fopen(path, "re");
    text[stream ? fread(text, 1, sizeof text - 1, stream) : 0] = '\0';
    if (stream)
        (void)fclose(stream);
    return text;
}

static void open_in(const char *name, int64_t largest, int64_t most)
{
    struct problem problem;

    (void)snprintf(directory, sizeof directory, "%s/%s", place, name);
    file = (struct record_file){.largest = largest, .most = most};
    CHECK(record_file_open(&file, directory, &problem));
}

static bool write_line(const char *line)
{
    return record_file_write(&file, bytes_of(line));
}

static void it_begins_with_the_first_line_and_is_private(void)
{
    struct stat status;

    CHECK(mkdtemp(place) != NULL);
    open_in("made", 100, 3);
    CHECK_INT(list(), 0);
    CHECK(write_line("one\n") && write_line("two\n"));
    CHECK_INT(list(), 1);
    CHECK_TEXT(content(names[0]), "one\ntwo\n");
    CHECK(fstat(file.fd, &status) == 0);
    CHECK_INT(status.st_mode & 0777, 0600);
    CHECK(fstat(file.directory, &status) == 0);
    CHECK_INT(status.st_mode & 0777, 0700);
    record_file_close(&file);
}

static void a_full_file_is_followed_by_another_and_the_oldest_go(void)
{
    open_in("full", 8, 3);
    for (int i = 0; i < 10; i++) {
        char line[] = {(char)('0' + i), '1', '2', '\n', '\0'};

        CHECK(write_line(line));
    }
    CHECK_INT(list(), 3);
    CHECK_TEXT(content(names[0]), "412\n512\n");
    CHECK_TEXT(content(names[2]), "812\n912\n");
    record_file_close(&file);
}

static void a_line_larger_than_a_file_has_one_of_its_own(void)
{
    open_in("large", 4, 9);
    CHECK(write_line("a\n") && write_line("longer than four\n") && write_line("b\n"));
    CHECK_INT(list(), 3);
    CHECK_TEXT(content(names[1]), "longer than four\n");
    record_file_close(&file);
}

static void what_others_put_there_stays(void)
{
    static const char *const others[] = {"decisions-.json", "decisions-0.jsonl.gz", "notes.jsonl",
                                         "decisions-0-keep.jsonl",
                                         "decisions-20000101T000000.000Z.jsonl.1"};

    open_in("others", 1, 1);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        (void)close(openat(file.directory, others[i], O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    for (int i = 0; i < 5; i++)
        CHECK(write_line("x\n"));
    CHECK_INT(list(), sizeof others / sizeof *others + 1);
    record_file_close(&file);
}

static void after_a_file_that_was_removed_comes_another(void)
{
    open_in("removed", 100, 3);
    CHECK(write_line("one\n"));
    CHECK_INT(list(), 1);
    CHECK(unlinkat(file.directory, names[0], 0) == 0);
    CHECK(write_line("two\n") && write_line("three\n"));
    CHECK_INT(list(), 1);
    CHECK_TEXT(content(names[0]), "two\nthree\n");
    record_file_close(&file);
}

static void a_second_start_goes_on_in_another_file(void)
{
    open_in("again", 100, 2);
    CHECK(write_line("one\n"));
    record_file_close(&file);
    open_in("again", 100, 2);
    CHECK(write_line("two\n"));
    CHECK_INT(list(), 2);
    CHECK_TEXT(content(names[0]), "one\n");
    CHECK_TEXT(content(names[1]), "two\n");
    record_file_close(&file);
}

/* A file that may not grow stands for a disk that is full. */
static void half_a_line_is_cut_off_again(void)
{
    struct rlimit before, limit;

    (void)signal(SIGXFSZ, SIG_IGN);
    CHECK(getrlimit(RLIMIT_FSIZE, &before) == 0);
    open_in("disk", 100, 2);
    CHECK(write_line("one\n"));
    limit = before;
    limit.rlim_cur = 8;
    CHECK(setrlimit(RLIMIT_FSIZE, &limit) == 0);
    errno = 0;
    CHECK(!write_line("too much\n"));
    CHECK_INT(errno, ENOSPC);
    CHECK(write_line("2\n"));
    CHECK(!write_line("no more\n"));
    CHECK(setrlimit(RLIMIT_FSIZE, &before) == 0);
    CHECK(write_line("three\n"));
    CHECK_INT(list(), 1);
    CHECK_TEXT(content(names[0]), "one\n2\nthree\n");
    record_file_close(&file);
}

static void a_place_without_a_directory_is_said(void)
{
    struct problem problem;

    CHECK(!record_file_open(&file, "/dev/null", &problem));
    CHECK_TEXT(problem.message, "--record /dev/null: Not a directory");
    record_file_close(&file);
    CHECK(!record_file_open(&file, "/nowhere/at/all", &problem));
    CHECK_TEXT(problem.message, "--record /nowhere/at/all: No such file or directory");
    record_file_close(&file);
}

static void clean_up(void)
{
    char command[64];

    (void)snprintf(command, sizeof command, "rm -r %s", place);
    CHECK_INT(system(command), 0); /* NOLINT(cert-env33-c): a path of ours */
}

TEST_MAIN(TEST(it_begins_with_the_first_line_and_is_private),
          TEST(a_full_file_is_followed_by_another_and_the_oldest_go),
          TEST(a_line_larger_than_a_file_has_one_of_its_own), TEST(what_others_put_there_stays),
          TEST(after_a_file_that_was_removed_comes_another),
          TEST(a_second_start_goes_on_in_another_file), TEST(half_a_line_is_cut_off_again),
          TEST(a_place_without_a_directory_is_said), TEST(clean_up))
