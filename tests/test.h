/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A test program: functions, a table of them, TAP on stdout. A failed CHECK says where and what,
 * and the test goes on; the program's exit code is 1 if anything failed.
 */
#ifndef TESTS_TEST_H
#define TESTS_TEST_H

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

struct test {
    const char *name;
    void (*run)(void);
};

static int test_failures;

#define TEST(function)                                                                             \
    {                                                                                              \
        .name = #function, .run = function                                                         \
    }

static inline bool test_check(bool good, const char *file, int line, const char *what)
{
    if (!good) {
        test_failures++;
        printf("# %s:%d: %s\n", file, line, what);
    }
    return good;
}

static inline bool test_check_int(long long is, long long want, const char *file, int line,
                                  const char *what)
{
    if (is != want) {
        test_failures++;
        printf("# %s:%d: %s is %lld, want %lld\n", file, line, what, is, want);
    }
    return is == want;
}

static inline bool test_check_text(const char *is, const char *want, const char *file, int line,
                                   const char *what)
{
    bool good = is && want ? strcmp(is, want) == 0 : is == want;

    if (!good) {
        test_failures++;
        printf("# %s:%d: %s\n#   is   %s\n#   want %s\n", file, line, what, is ? is : "NULL",
               want ? want : "NULL");
    }
    return good;
}

#define CHECK(condition) test_check((condition), __FILE__, __LINE__, #condition)
#define CHECK_INT(is, want)                                                                        \
    test_check_int((long long)(is), (long long)(want), __FILE__, __LINE__, #is)
#define CHECK_TEXT(is, want) test_check_text((is), (want), __FILE__, __LINE__, #is)

static inline int test_run(const struct test *tests, size_t count)
{
    int failed = 0;

    for (size_t i = 0; i < count; i++) {
        test_failures = 0;
        tests[i].run();
        failed += test_failures > 0;
        printf("%sok %zu - %s\n", test_failures ? "not " : "", i + 1, tests[i].name);
    }
    printf("1..%zu\n", count);
    return failed > 0;
}

#define TEST_MAIN(...)                                                                             \
    int main(void)                                                                                 \
    {                                                                                              \
        static const struct test tests[] = {__VA_ARGS__};                                          \
                                                                                                   \
        return test_run(tests, sizeof tests / sizeof *tests);                                      \
    }

#endif
