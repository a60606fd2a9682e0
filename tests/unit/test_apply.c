/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/manifest/apply.h"
#include "test.h"

static struct arena *arena;

static const char *patched(const char *object, const char *pointer, const char *value)
{
    struct patch_op op = {.pointer = pointer, .value = bytes_of(value)};
    const struct patch patch = {.first = &op, .count = 1};
    struct bytes out;

    return apply_patch(arena, bytes_of(object), &patch, &out) ? arena_copy(arena, out) : NULL;
}

static void a_member_is_put_in_and_nothing_else_changes(void)
{
    CHECK_TEXT(patched("{ \"a\" : 1.0e5 }", "/b", "\"0\""), "{ \"a\" : 1.0e5,\"b\":\"0\" }");
    CHECK_TEXT(patched("{\"a\":{ }}", "/a/b", "1"), "{\"a\":{\"b\":1 }}");
    CHECK_TEXT(patched("{\"a\":[{},{\"c\":1}]}", "/a/1/b", "{}"),
               "{\"a\":[{},{\"c\":1,\"b\":{}}]}");
    CHECK_TEXT(patched("{\"a\":{\"b\":{\"c\":\"}\"}, \"d\":2}}", "/a/b", "null"),
               "{\"a\":{\"b\":null, \"d\":2}}");
}

static void pointers_are_unescaped_and_keys_escaped(void)
{
    CHECK_TEXT(patched("{\"x/y~\":{}}", "/x~1y~0/q\"", "1"), "{\"x/y~\":{\"q\\\"\":1}}");
}

static void an_operation_without_a_parent_is_refused(void)
{
    CHECK(!patched("{}", "/a/b", "1"));
    CHECK(!patched("{\"a\":1}", "/a/b", "1"));
    CHECK(!patched("{\"a\":[]}", "/a/0", "1"));
    CHECK(!patched("{}", "", "1"));
}

static void later_operations_see_what_earlier_ones_did(void)
{
    struct patch_op deep = {.pointer = "/a/b", .value = BYTES("2")};
    struct patch_op made = {.next = &deep, .pointer = "/a", .value = BYTES("{\"c\":1}")};
    struct patch_op first = {.next = &made, .pointer = "/a/x", .value = BYTES("0")};
    struct patch patch = {.first = &made};
    struct bytes out = {0};

    CHECK(apply_patch(arena, BYTES("{}"), &patch, &out));
    CHECK_TEXT(arena_copy(arena, out), "{\"a\":{\"c\":1,\"b\":2}}");
    patch.first = &first;
    CHECK(apply_patch(arena, BYTES("{\"z\":1, \"a\":{}}"), &patch, &out));
    CHECK_TEXT(arena_copy(arena, out), "{\"z\":1, \"a\":{\"c\":1,\"b\":2}}");
}

static const char *defaulted(const char *groups)
{
    const char *object = arena_printf(
        arena, "{\"spec\":{\"rayClusterConfig\":{\"workerGroupSpecs\":%s,\"z\":1}}}", groups);

    return arena_copy(arena, apply_defaults(arena, bytes_of(object)));
}

static void defaults_are_those_of_the_crd(void)
{
    CHECK_TEXT(defaulted("[{}, {\"replicas\":3,\"minReplicas\":null,\"maxReplicas\":4,"
                         "\"numOfHosts\":2}]"),
               "{\"spec\":{\"rayClusterConfig\":{\"workerGroupSpecs\":["
               "{\"replicas\":0,\"minReplicas\":0,\"maxReplicas\":2147483647,\"numOfHosts\":1}, "
               "{\"replicas\":3,\"minReplicas\":0,\"maxReplicas\":4,\"numOfHosts\":2}],\"z\":1}}}");
    CHECK_TEXT(defaulted("null"),
               "{\"spec\":{\"rayClusterConfig\":{\"workerGroupSpecs\":null,\"z\":1}}}");
    CHECK_TEXT(defaulted("[1]"),
               "{\"spec\":{\"rayClusterConfig\":{\"workerGroupSpecs\":[1],\"z\":1}}}");
    CHECK_TEXT(arena_copy(arena, apply_defaults(arena, BYTES("{\"a\":{}}"))), "{\"a\":{}}");
}

static void set_up(void)
{
    arena = arena_new((size_t)1 << 20);
    CHECK(arena);
}

static void tear_down(void)
{
    CHECK(!arena_exhausted(arena));
    arena_free(arena);
}

TEST_MAIN(TEST(set_up), TEST(a_member_is_put_in_and_nothing_else_changes),
          TEST(pointers_are_unescaped_and_keys_escaped),
          TEST(later_operations_see_what_earlier_ones_did),
          TEST(an_operation_without_a_parent_is_refused), TEST(defaults_are_those_of_the_crd),
          TEST(tear_down))
