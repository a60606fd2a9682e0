/* SPDX-License-Identifier: Apache-2.0 */
#include "core/yaml_tree.h"

#include "core/plain.h"
#include "core/yaml_members.h"
#include "core/yaml_number.h"

#include <math.h>

static bool refuse(struct yaml_tree *tree, enum yaml_status status, struct yaml_mark mark,
                   const char *message)
{
    tree->status = status;
    problem_set(tree->problem, mark.line, mark.column, "%s", message);
    return false;
}

static bool no_memory(struct yaml_tree *tree)
{
    return refuse(tree, YAML_NO_MEMORY, (struct yaml_mark){0, 0}, "out of memory");
}

static struct yaml_frame *top(const struct yaml_tree *tree)
{
    return tree->depth ? &tree->frames[tree->depth - 1] : NULL;
}

static bool wants_key(const struct yaml_frame *frame)
{
    return frame && frame->value->kind == YAML_MAPPING && !frame->has_key;
}

static bool wants_merge(const struct yaml_frame *frame)
{
    return frame && ((frame->has_key && frame->merge) || frame->role == ROLE_MERGE_LIST);
}

bool yaml_tree_init(struct yaml_tree *tree, struct arena *arena, const struct yaml_limits *limits,
                    struct problem *problem)
{
    *tree = (struct yaml_tree){.arena = arena, .limits = limits, .problem = problem};
    tree->frames = arena_take(arena, (limits->depth + (size_t)1) * sizeof *tree->frames);
    return tree->frames || no_memory(tree);
}

/*
 * yaml.v2 counts what it decodes, and what of that comes from aliases: more than 99 % is too much.
 * (From 400,000 on it allows less; the limit on values ends there.)
 */
static bool count(struct yaml_tree *tree, size_t own, size_t aliased, struct yaml_mark mark)
{
    tree->decoded += own + aliased;
    tree->aliased += aliased;
    if (tree->decoded > tree->limits->values) {
        problem_set(tree->problem, mark.line, mark.column,
                    "more than %zu keys and values, counting what aliases stand for",
                    tree->limits->values);
        tree->status = YAML_TOO_LARGE;
        return false;
    }
    if (aliased && tree->aliased > 100 && tree->decoded > 1000 &&
        (double)tree->aliased / (double)tree->decoded > 0.99)
        return refuse(tree, YAML_INVALID, mark, "the document is nearly all aliases");
    return true;
}

/* Deeper than this neither we nor our readers recurse. */
static bool fits(struct yaml_tree *tree, unsigned height, struct yaml_mark mark)
{
    if (height <= tree->limits->depth && tree->depth <= tree->limits->depth - height)
        return true;
    problem_set(tree->problem, mark.line, mark.column, "more than %u levels deep",
                tree->limits->depth);
    tree->status = YAML_TOO_LARGE;
    return false;
}

/* Gives the value its place in the tree, and takes the key it waited for. */
static struct yaml_value *attach(struct yaml_tree *tree, struct yaml_value *value)
{
    struct yaml_frame *frame = top(tree);
    struct yaml_value *place;

    if (frame && frame->value->kind == YAML_MAPPING) {
        value->key = frame->key;
        value->key_text = frame->key_text;
        value->key_line = frame->key_mark.line;
        value->key_column = frame->key_mark.column;
        frame->has_key = false;
        return yaml_put_member(tree, frame, value);
    }
    place = frame && frame->role != ROLE_MERGE_LIST ? yaml_append(tree, frame)
                                                    : arena_take(tree->arena, sizeof *place);
    if (!place)
        return NULL;
    *place = *value;
    if (!frame) {
        tree->root = place;
    } else if (frame->role == ROLE_MERGE_LIST) { /* of these the first wins: the last goes first */
        place->next = frame->value->first;
        frame->value->first = place;
    }
    return place;
}

/* --- scalars --- */

static struct yaml_value to_value(struct yaml_tree *tree, const struct yaml_resolved *resolved,
                                  const struct yaml_node *node)
{
    static const enum yaml_kind kinds[] = {
        [YAML_TYPE_NULL] = YAML_NULL,   [YAML_TYPE_BOOL] = YAML_BOOL,
        [YAML_TYPE_INT] = YAML_INTEGER, [YAML_TYPE_UINT] = YAML_FLOAT,
        [YAML_TYPE_FLOAT] = YAML_FLOAT, [YAML_TYPE_STRING] = YAML_STRING,
    };
    struct yaml_value value = {.kind = kinds[resolved->type],
                               .boolean = resolved->boolean,
                               .plain = node->plain && !node->tag,
                               .integer = resolved->integer,
                               .number = resolved->number,
                               .text = resolved->text,
                               .line = node->mark.line,
                               .column = node->mark.column};

    if (value.kind == YAML_FLOAT && !isfinite(value.number))
        tree->suspect = true;
    else if (value.kind == YAML_FLOAT && yaml_is_integer(value.number, &value.integer))
        value.kind = YAML_INTEGER;
    return value;
}

static void set_key(struct yaml_tree *tree, struct yaml_frame *frame,
                    const struct yaml_resolved *resolved, struct yaml_mark mark)
{
    frame->has_key = true;
    frame->merge = false;
    frame->key = yaml_key_text(tree->arena, resolved);
    frame->key_text = resolved->text;
    frame->key_mark = mark;
    tree->suspect = tree->suspect || !frame->key;
}

static struct yaml_anchor *new_anchor(struct yaml_tree *tree, const char *name)
{
    struct yaml_anchor *anchor = arena_alloc(tree->arena, sizeof *anchor);
    void **place =
        yaml_keys_place(&tree->anchors, tree->arena, arena_copy(tree->arena, bytes_of(name)));

    if (!anchor || !place)
        return NULL;
    *place = anchor;
    return anchor;
}

static bool is_merge(const struct yaml_node *node)
{
    return node->text.size == 2 && memcmp(node->text.data, "<<", 2) == 0 &&
           (node->implicit || (node->tag && strcmp(node->tag, "tag:yaml.org,2002:merge") == 0));
}

static bool wrong_type(struct yaml_tree *tree, const struct yaml_node *node, const char *wrong)
{
    struct text message = text_new(tree->arena);

    text_puts(&message, "`");
    text_plain(&message, node->text, 40);
    text_puts(&message, "` ");
    text_puts(&message, wrong);
    return refuse(tree, YAML_INVALID, node->mark, text_string(&message));
}

static bool put_scalar_value(struct yaml_tree *tree, const struct yaml_node *node,
                             const struct yaml_resolved *resolved)
{
    struct yaml_value value = to_value(tree, resolved, node);

    return attach(tree, &value) || no_memory(tree);
}

static bool put_scalar_anchor(struct yaml_tree *tree, const struct yaml_node *node,
                              const struct yaml_resolved *resolved)
{
    struct yaml_anchor *anchor = new_anchor(tree, node->anchor);

    if (!anchor)
        return no_memory(tree);
    *anchor = (struct yaml_anchor){
        .value = to_value(tree, resolved, node), .resolved = *resolved, .weight = 1};
    return true;
}

bool yaml_tree_scalar(struct yaml_tree *tree, const struct yaml_node *node)
{
    struct yaml_frame *frame = top(tree);
    bool key = wants_key(frame), merge = key && is_merge(node);
    struct bytes text = {arena_copy(tree->arena, node->text), node->text.size};
    struct yaml_resolved resolved;
    const char *wrong;

    if (arena_exhausted(tree->arena))
        return no_memory(tree);
    if (!key && wants_merge(frame))
        return refuse(tree, YAML_INVALID, node->mark,
                      "`<<` takes a mapping or a list of mappings, usually by alias");
    wrong = yaml_resolve(tree->arena, node->tag, node->implicit, text, &resolved);
    if (wrong)
        return wrong_type(tree, node, wrong);
    if (!count(tree, !merge, 0, node->mark))
        return false;
    if (node->anchor && !put_scalar_anchor(tree, node, &resolved))
        return false;
    if (!key)
        return put_scalar_value(tree, node, &resolved);
    set_key(tree, frame, &resolved, node->mark);
    frame->merge = merge;
    return !arena_exhausted(tree->arena) || no_memory(tree);
}

/* --- aliases --- */

static bool merge_alias(struct yaml_tree *tree, const struct yaml_anchor *anchor,
                        struct yaml_mark mark)
{
    struct yaml_frame *frame = top(tree);

    if (anchor->value.kind != YAML_MAPPING)
        return refuse(tree, YAML_INVALID, mark, "`<<` takes mappings, and this alias is none");
    if (frame->role == ROLE_MERGE_LIST) {
        struct yaml_value item = anchor->value;

        return attach(tree, &item) || no_memory(tree);
    }
    yaml_merge(tree, frame, &anchor->value);
    frame->has_key = false;
    if (frame->height < anchor->height - 1)
        frame->height = anchor->height - 1;
    return !arena_exhausted(tree->arena) || no_memory(tree);
}

static bool alias_key(struct yaml_tree *tree, struct yaml_frame *frame,
                      const struct yaml_anchor *anchor, struct yaml_mark mark)
{
    if (anchor->height)
        return refuse(tree, YAML_INVALID, mark, "a mapping or a list can not be a key");
    set_key(tree, frame, &anchor->resolved, mark);
    return !arena_exhausted(tree->arena) || no_memory(tree);
}

bool yaml_tree_alias(struct yaml_tree *tree, const struct yaml_node *node)
{
    const struct yaml_anchor *anchor = yaml_keys_find(&tree->anchors, node->anchor);
    struct yaml_frame *frame = top(tree);
    struct yaml_value value;

    if (!anchor || anchor->open)
        return refuse(tree, YAML_INVALID, node->mark,
                      arena_printf(tree->arena,
                                   anchor ? "the value of anchor `%.40s` contains itself"
                                          : "there is no anchor `%.40s` above",
                                   node->anchor));
    if (!count(tree, 1, anchor->weight, node->mark) || !fits(tree, anchor->height, node->mark))
        return false;
    if (wants_key(frame))
        return alias_key(tree, frame, anchor, node->mark);
    if (wants_merge(frame))
        return merge_alias(tree, anchor, node->mark);
    if (frame && frame->height < anchor->height)
        frame->height = anchor->height;
    value = anchor->value;
    value.line = node->mark.line;
    value.column = node->mark.column;
    return attach(tree, &value) || no_memory(tree);
}

/* --- collections --- */

static bool find_role(struct yaml_tree *tree, enum yaml_kind kind, const struct yaml_node *node,
                      enum yaml_role *ret)
{
    const struct yaml_frame *frame = top(tree);

    *ret = ROLE_VALUE;
    if (wants_key(frame))
        return refuse(tree, YAML_INVALID, node->mark,
                      kind == YAML_MAPPING
                          ? "a mapping can not be a key; if this is text, put it in quotes"
                          : "a list can not be a key; if this is text, put it in quotes");
    if (!wants_merge(frame))
        return true;
    if (kind == YAML_MAPPING)
        *ret = ROLE_MERGE;
    else if (frame->role != ROLE_MERGE_LIST || frame->has_key)
        *ret = ROLE_MERGE_LIST;
    else
        return refuse(tree, YAML_INVALID, node->mark, "the list of `<<` takes mappings only");
    return true;
}

bool yaml_tree_open(struct yaml_tree *tree, enum yaml_kind kind, const struct yaml_node *node)
{
    struct yaml_value value = {.kind = kind, .line = node->mark.line, .column = node->mark.column};
    struct yaml_frame *parent = top(tree), *frame;
    struct yaml_anchor *anchor = NULL;
    enum yaml_role role;

    if (!find_role(tree, kind, node, &role) || !fits(tree, 1, node->mark))
        return false;
    if (node->anchor) {
        anchor = new_anchor(tree, node->anchor);
        if (!anchor)
            return no_memory(tree);
        anchor->open = true;
        anchor->value.kind = kind;
    }
    frame = &tree->frames[tree->depth];
    *frame = (struct yaml_frame){.role = role, .anchor = anchor, .before = tree->decoded};
    if (!count(tree, role != ROLE_MERGE_LIST, 0, node->mark))
        return false;
    if (role == ROLE_VALUE || (parent && parent->role == ROLE_MERGE_LIST))
        frame->value = attach(tree, &value);
    else if ((frame->value = arena_take(tree->arena, sizeof value)) != NULL)
        *frame->value = value;
    tree->depth++;
    return frame->value || no_memory(tree);
}

static void merge_into(struct yaml_tree *tree, struct yaml_frame *parent,
                       const struct yaml_frame *frame)
{
    if (frame->role == ROLE_MERGE)
        yaml_merge(tree, parent, frame->value);
    for (const struct yaml_value *item = frame->value->first;
         frame->role == ROLE_MERGE_LIST && item; item = item->next)
        yaml_merge(tree, parent, item);
    parent->has_key = false;
}

/* What an alias repeats: not what the value is called, nor what follows it. */
static struct yaml_value without_place(struct yaml_value value)
{
    value.key = NULL;
    value.key_text = (struct bytes){NULL, 0};
    value.key_line = value.key_column = 0;
    value.merged = false;
    value.next = NULL;
    return value;
}

bool yaml_tree_close(struct yaml_tree *tree)
{
    struct yaml_frame *frame = &tree->frames[--tree->depth], *parent = top(tree);
    unsigned height = frame->height + 1;

    if (frame->anchor) {
        frame->anchor->value = without_place(*frame->value);
        frame->anchor->open = false;
        frame->anchor->weight = tree->decoded - frame->before;
        frame->anchor->height = height;
    }
    if (!parent)
        return true;
    if (parent->height < height)
        parent->height = height;
    if (frame->role != ROLE_VALUE && parent->role != ROLE_MERGE_LIST)
        merge_into(tree, parent, frame);
    return !arena_exhausted(tree->arena) || no_memory(tree);
}

/* --- the end --- */

/* Values that JSON does not have. */
static bool check(struct yaml_tree *tree, const struct yaml_value *value)
{
    if (value->kind == YAML_FLOAT && !isfinite(value->number))
        return refuse(tree, YAML_INVALID, (struct yaml_mark){value->line, value->column},
                      "infinity and not-a-number have no place in JSON; put it in quotes");
    for (const struct yaml_value *child = value->first; child; child = child->next) {
        if (value->kind == YAML_MAPPING && !child->key)
            return refuse(tree, YAML_INVALID,
                          (struct yaml_mark){child->key_line, child->key_column},
                          "null, or a number this large, can not be a key; put it in quotes");
        if (!check(tree, child))
            return false;
    }
    return true;
}

bool yaml_tree_finish(struct yaml_tree *tree)
{
    return !tree->suspect || check(tree, tree->root);
}
