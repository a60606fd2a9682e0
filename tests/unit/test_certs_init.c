/* SPDX-License-Identifier: Apache-2.0 */
#include "certs/files.h"
#include "certs/init.h"
#include "certs/show.h"
#include "test.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DAY = 24 * 60 * 60, NOW = 1800000000 };

static const char *const server_names[] = {"svc.ns.svc", "10.0.0.7"};

/* A directory of its own for one test. */
struct place {
    char path[64];
    struct arena *arena;
    struct problem problem;
    struct init_result result;
};

static struct place place_new(void)
{
    struct place place = {.path = "/tmp/test_certs.XXXXXX", .arena = arena_new(4 * 1024 * 1024)};

    CHECK(mkdtemp(place.path) != NULL);
    return place;
}

static const char *in(const struct place *place, const char *name)
{
    return arena_printf(place->arena, "%s/%s", place->path, name);
}

static size_t place_empty(const struct place *place)
{
    DIR *stream = opendir(place->path);
    size_t count = 0;

    for (struct dirent *entry; stream && (entry = readdir(stream));) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        count++;
        (void)unlinkat(dirfd(stream), entry->d_name, 0);
        (void)unlinkat(dirfd(stream), entry->d_name, AT_REMOVEDIR);
    }
    if (stream)
        closedir(stream);
    return count;
}

static void place_free(struct place *place)
{
    (void)place_empty(place);
    (void)rmdir(place->path);
    arena_free(place->arena);
}

static struct init_request request(const struct place *place)
{
    return (struct init_request){.directory = place->path,
                                 .names = server_names,
                                 .name_count = 2,
                                 .ca_seconds = 365 * DAY,
                                 .seconds = 90 * DAY,
                                 .now = NOW};
}

static bool run_init(struct place *place, const struct init_request *wanted)
{
    return init_directory(place->arena, wanted, &place->result, &place->problem);
}

static const char *content(const struct place *place, const char *name)
{
    struct file_content file = {0};
    struct problem problem;
    const char *copy = NULL;

    if (file_read(in(place, name), &file, &problem) == FILE_READ)
        copy = arena_copy(place->arena, (struct bytes){file.data, file.size});
    file_content_free(&file);
    return copy;
}

static void put(const struct place *place, const char *name, const char *text)
{
    FILE *file = fopen(in(place, name), "w");

    CHECK(file && fputs(text, file) >= 0);
    if (file)
        CHECK(fclose(file) == 0);
}

static unsigned mode(const struct place *place, const char *name)
{
    struct stat status = {0};

    CHECK(stat(in(place, name), &status) == 0);
    return status.st_mode & 07777;
}

static void init_writes_the_files(void)
{
    struct place place = place_new();
    struct init_request wanted = request(&place);
    mode_t mask = umask(0);

    wanted.client_name = "kube-apiserver";
    CHECK(run_init(&place, &wanted));
    (void)umask(mask);
    CHECK_INT(mode(&place, "ca.crt"), 0644);
    CHECK_INT(mode(&place, "ca.key"), 0600);
    CHECK_INT(mode(&place, "tls.crt"), 0644);
    CHECK_INT(mode(&place, "tls.key"), 0600);
    CHECK_INT(mode(&place, "client.crt"), 0644);
    CHECK_INT(mode(&place, "client.key"), 0600);
    CHECK_INT(place_empty(&place), 6);
    place_free(&place);
}

static void init_makes_the_directory(void)
{
    struct place place = place_new();
    struct init_request wanted = request(&place);
    mode_t mask = umask(0);

    wanted.directory = in(&place, "new");
    CHECK(run_init(&place, &wanted));
    (void)umask(mask);
    CHECK_INT(mode(&place, "new"), 0700);
    for (const char *const *name =
             (const char *const[]){"ca.crt", "ca.key", "tls.crt", "tls.key", NULL};
         *name; name++)
        CHECK(unlink(arena_printf(place.arena, "%s/%s", wanted.directory, *name)) == 0);
    place_free(&place);
}

static void init_uses_the_ca_again(void)
{
    struct place place = place_new();
    struct init_request wanted = request(&place);
    const char *ca, *ca_key, *leaf_text, *key;

    CHECK(run_init(&place, &wanted));
    ca = content(&place, "ca.crt"), ca_key = content(&place, "ca.key");
    leaf_text = content(&place, "tls.crt"), key = content(&place, "tls.key");
    wanted.now += 60 * DAY;
    CHECK(run_init(&place, &wanted));
    CHECK_TEXT(content(&place, "ca.crt"), ca);
    CHECK_TEXT(content(&place, "ca.key"), ca_key);
    CHECK(strcmp(content(&place, "tls.crt"), leaf_text) != 0);
    CHECK(strcmp(content(&place, "tls.key"), key) != 0);
    CHECK(strncmp(text_string(&place.result.report), "kept ", 5) == 0);
    CHECK_INT(place_empty(&place), 4);
    place_free(&place);
}

static void init_says_when_the_ca_is_over(void)
{
    struct place place = place_new();
    struct init_request wanted = request(&place);
    const char *old;

    CHECK(run_init(&place, &wanted));
    old = content(&place, "ca.crt");
    wanted.now += 365 * DAY;
    CHECK(!run_init(&place, &wanted));
    CHECK_TEXT(
        place.problem.message,
        arena_printf(place.arena, "%s/ca.crt: expired; --force-ca makes a new CA", place.path));
    wanted.new_ca = true;
    CHECK(run_init(&place, &wanted));
    CHECK_TEXT(content(&place, "ca.crt.old"), old);
    CHECK(strcmp(content(&place, "ca.crt"), old) != 0);
    place_free(&place);
}

static void init_wants_both_halves_of_a_ca(void)
{
    static const char *const halves[] = {"ca.crt", "ca.key"};

    for (size_t i = 0; i < 2; i++) {
        struct place place = place_new();
        struct init_request wanted = request(&place);
        const char *kept;

        CHECK(run_init(&place, &wanted));
        CHECK(unlink(in(&place, halves[i])) == 0);
        kept = content(&place, halves[1 - i]);
        CHECK(!run_init(&place, &wanted));
        CHECK(strstr(place.problem.message, halves[i]) != NULL);
        CHECK_TEXT(content(&place, halves[1 - i]), kept);
        CHECK_INT(place_empty(&place), 3);
        place_free(&place);
    }
}

static void init_keeps_keys_of_others(void)
{
    struct place place = place_new(), stranger = place_new();
    struct init_request wanted = request(&place), strange = request(&stranger);
    const char *foreign;

    CHECK(run_init(&stranger, &strange));
    foreign = content(&stranger, "tls.key");
    put(&place, "tls.key", foreign);
    CHECK(!run_init(&place, &wanted)); /* without its certificate */
    CHECK(strstr(place.problem.message, "tls.key: not replaced") != NULL);
    put(&place, "tls.crt", content(&stranger, "tls.crt"));
    CHECK(!run_init(&place, &wanted)); /* of another CA */
    CHECK_TEXT(content(&place, "tls.key"), foreign);
    CHECK_INT(place_empty(&place), 2);
    CHECK(run_init(&place, &wanted));
    put(&place, "tls.key", foreign);
    CHECK(!run_init(&place, &wanted)); /* beside a certificate of this CA */
    CHECK_TEXT(content(&place, "tls.key"), foreign);
    place_free(&stranger);
    place_free(&place);
}

static void init_fails_without_a_trace(void)
{
    static const char *const bad_name[] = {"bad_name"};
    struct place place = place_new();
    struct init_request wanted = request(&place);
    struct directory lock;

    wanted.names = bad_name;
    wanted.name_count = 1;
    wanted.directory = in(&place, "new");
    CHECK(!run_init(&place, &wanted));
    CHECK_INT(place_empty(&place), 0);
    wanted = request(&place);
    wanted.directory = in(&place, "no/such");
    CHECK(!run_init(&place, &wanted));
    CHECK(strstr(place.problem.message, "no/such: No such file") != NULL);
    wanted.directory = "/proc"; /* nobody writes there, not even root */
    CHECK(!run_init(&place, &wanted));
    CHECK(strncmp(place.problem.message, "/proc/ca.crt: ", 14) == 0);
    wanted.directory = place.path;
    CHECK(directory_open(place.path, &lock, &place.problem));
    CHECK(!run_init(&place, &wanted));
    CHECK(strstr(place.problem.message, "another run") != NULL);
    directory_close(&lock);
    CHECK_INT(place_empty(&place), 0);
    place_free(&place);
}

static void show_pairs_keys_with_certificates(void)
{
    struct place place = place_new(), other = place_new();
    struct init_request wanted = request(&place), strange = request(&other);
    struct shown shown = {.arena = place.arena, .now = NOW};
    struct problem problem = {0};
    struct text out = text_new(place.arena);

    CHECK(run_init(&place, &wanted) && run_init(&other, &strange));
    CHECK(show_read(&shown, in(&place, "tls.key"), &problem));
    CHECK(!show_is_bad(&shown)); /* alone */
    CHECK(show_read(&shown, in(&place, "ca.crt"), &problem));
    CHECK(show_is_bad(&shown));
    CHECK(show_read(&shown, in(&place, "tls.crt"), &problem));
    CHECK(!show_is_bad(&shown));
    CHECK(show_read(&shown, in(&other, "tls.key"), &problem));
    CHECK(show_is_bad(&shown));
    CHECK(!show_read(&shown, in(&place, "none"), &problem));
    show_json(&shown, &out);
    CHECK(strstr(text_string(&out), "\"certificate\":null}]}\n") != NULL);
    show_free(&shown);
    place_free(&other);
    place_free(&place);
}

static void show_judges_by_its_clock(void)
{
    static const struct {
        int64_t days, within;
        bool bad;
    } cases[] = {{0, 0, false},   {89, 0, false}, {90, 0, true},
                 {60, 30, false}, {61, 30, true}, {-1, 0, true}};
    struct place place = place_new();
    struct init_request wanted = request(&place);
    struct problem problem = {0};

    CHECK(run_init(&place, &wanted));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct shown shown = {
            .arena = place.arena, .now = NOW + cases[i].days * DAY, .within_days = cases[i].within};

        CHECK(show_read(&shown, in(&place, "tls.crt"), &problem));
        CHECK_INT(show_is_bad(&shown), cases[i].bad);
        show_free(&shown);
    }
    place_free(&place);
}

TEST_MAIN(TEST(init_writes_the_files), TEST(init_makes_the_directory), TEST(init_uses_the_ca_again),
          TEST(init_says_when_the_ca_is_over), TEST(init_wants_both_halves_of_a_ca),
          TEST(init_keeps_keys_of_others), TEST(init_fails_without_a_trace),
          TEST(show_pairs_keys_with_certificates), TEST(show_judges_by_its_clock))
