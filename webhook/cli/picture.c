/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ■ a worker that gets a replica wherever Ray puts them, □ one that gets none in any case, ◧ one
 * that may or may not. The model knows bounds over all groups; a group's own follow from them.
 */
#include "cli/picture.h"

#include "core/wrap.h"
#include "ray/start.h"

enum {
    WIDTH = 80,
    WIDEST_NAME = 28,
    SPACED_BOXES = 12, /* up to here with blanks between */
    MOST_ROWS = 20,
};

/* Workers of one group, or of all, by what they get. */
struct shares {
    int64_t full, maybe, empty;
};

struct row {
    const char *name, *workers, *boxes, *ready;
    enum tint tint;
};

struct table {
    const struct style *style;
    struct row rows[MOST_ROWS + 1];
    size_t count;
    size_t name_width, workers_width, boxes_width;
};

/* Of the cluster as it starts. */
static struct shares all_shares(const struct placement *placement)
{
    int64_t total = placement->workers_start, least = placement->without_at_start,
            most = placement->without_at_start_most;

    least = least < 0 ? 0 : amount_least(least, total);
    most = most < 0 ? total : amount_least(most, total);
    return (struct shares){total - most, most - least, least};
}

static int64_t above_zero(int64_t number)
{
    return number > 0 ? number : 0;
}

/* At worst, all that is full, or empty, is in the other groups; of its own a group may know more.
 */
static struct shares group_shares(const struct shares *all, const struct placement_group *group)
{
    int64_t workers = group->pods.start;
    int64_t others = all->full + all->maybe + all->empty - workers;
    int64_t full = above_zero(all->full - others), empty = above_zero(all->empty - others);

    empty = amount_least(amount_most(empty, group->without_at_start), workers - full);
    return (struct shares){full, workers - full - empty, empty};
}

static void put_repeated(struct text *out, const char *box, int64_t count, bool spaced)
{
    for (int64_t i = 0; i < count; i++) {
        if (spaced && out->size)
            text_putc(out, ' ');
        text_puts(out, box);
    }
}

static void put_counted(struct text *out, const char *box, int64_t count)
{
    if (count)
        text_printf(out, "%s%s×%lld", out->size ? " " : "", box, (long long)count);
}

static const char *boxes_text(struct arena *arena, const struct shares *shares)
{
    const struct {
        const char *box;
        int64_t count;
    } kinds[] = {{"■", shares->full}, {"◧", shares->maybe}, {"□", shares->empty}};

    int64_t workers = shares->full + shares->maybe + shares->empty;
    struct text out = text_new(arena);

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (workers > SPACED_BOXES)
            put_counted(&out, kinds[i].box, kinds[i].count);
        else
            put_repeated(&out, kinds[i].box, kinds[i].count, true);
    }
    return text_string(&out);
}

static const char *ready_text(struct arena *arena, const struct shares *shares)
{
    long long full = shares->full, most = full + shares->maybe, workers = most + shares->empty;

    if (workers == 0)
        return "no workers at start";
    if (full == most)
        return arena_printf(arena, "%lld of %lld ready", full, workers);
    return arena_printf(arena, "%lld to %lld of %lld ready", full, most, workers);
}

static const char *cpu_text(struct arena *arena, const struct ray_node *node)
{
    if (node->cpu == RAY_UNLIMITED)
        return "";
    if (node->gpu > 0 && node->gpu != RAY_UNLIMITED)
        return arena_printf(arena, " × %g CPU, %g GPU", (double)node->cpu / RAY_ONE,
                            (double)node->gpu / RAY_ONE);
    return arena_printf(arena, " × %g CPU", (double)node->cpu / RAY_ONE);
}

static const char *workers_text(struct arena *arena, const struct placement_group *group)
{
    long long start = group->pods.start, max = group->pods.max;
    const char *plural = max == 1 ? "" : "s", *cpu = cpu_text(arena, &group->node);

    if (start == max)
        return arena_printf(arena, "%lld worker%s%s", start, plural, cpu);
    if (max >= INT32_MAX)
        return arena_printf(arena, "%lld or more workers%s", start, cpu);
    return arena_printf(arena, "%lld to %lld workers%s", start, max, cpu);
}

static void add_row(struct table *table, struct arena *arena, struct row row)
{
    row.name = style_text(table->style, arena, row.name);
    row.workers = style_text(table->style, arena, row.workers);
    row.boxes = style_text(table->style, arena, row.boxes);
    table->rows[table->count++] = row;
}

static void add_head(struct table *table, const struct outcome *outcome, struct arena *arena)
{
    const struct ray_node *node = &outcome->placement->head.node;
    struct row row = {.name = "head", .boxes = "", .ready = "may take replicas", .tint = TINT_WARN};

    row.workers = arena_printf(arena, "num-cpus %g", (double)node->cpu / RAY_ONE);
    if (node->cpu == RAY_UNLIMITED)
        row.workers = "CPUs unknown";
    if (node->cpu == 0) {
        row.ready = "takes no replica";
        row.tint = TINT_FAINT;
    }
    add_row(table, arena, row);
}

static void add_group(struct table *table, struct arena *arena, const struct placement_group *group,
                      const struct shares *all)
{
    struct shares shares = group_shares(all, group);

    add_row(table, arena,
            (struct row){
                .name = group->group->name,
                .workers = workers_text(arena, group),
                .boxes = boxes_text(arena, &shares),
                .ready = ready_text(arena, &shares),
                .tint = shares.empty   ? TINT_WARN
                        : shares.maybe ? TINT_PLAIN
                                       : TINT_GOOD,
            });
}

static size_t widest(size_t width, const char *text)
{
    size_t columns = wrap_columns(bytes_of(text));

    return columns > width ? columns : width;
}

static void measure(struct table *table)
{
    for (size_t i = 0; i < table->count; i++) {
        const struct row *row = &table->rows[i];

        table->name_width = widest(table->name_width, row->name);
        table->workers_width = widest(table->workers_width, row->workers);
        table->boxes_width = widest(table->boxes_width, row->boxes);
    }
    if (table->name_width > WIDEST_NAME)
        table->name_width = WIDEST_NAME;
}

static void put_padded(struct text *out, const char *text, size_t width)
{
    size_t columns = wrap_columns(bytes_of(text));

    text_puts(out, text);
    wrap_fill(out, ' ', columns < width ? width - columns : 0);
}

/* A name that is too wide keeps its beginning and a dot for each letter that is left out… at most
 * three. */
static const char *fitting_name(const struct table *table, struct arena *arena, const char *name)
{
    size_t size = 0, columns = 0, room = table->name_width - 3;

    if (wrap_columns(bytes_of(name)) <= table->name_width)
        return name;
    for (; name[size]; size++) {
        columns += ((unsigned char)name[size] & 0xc0) != 0x80;
        if (columns > room)
            break;
    }
    return arena_printf(arena, "%.*s...", (int)size, name);
}

static void put_row(struct text *out, const struct table *table, const struct row *row)
{
    text_puts(out, "  ");
    put_padded(out, fitting_name(table, out->arena, row->name), table->name_width);
    text_puts(out, "  ");
    put_padded(out, row->workers, table->workers_width);
    text_puts(out, "  ");
    if (table->boxes_width) {
        put_padded(out, row->boxes, table->boxes_width);
        text_puts(out, "  ");
    }
    style_put(table->style, out, row->tint, row->ready);
    text_putc(out, '\n');
}

void picture_put(struct text *out, const struct style *style, const struct outcome *outcome)
{
    const struct placement *placement = outcome->placement;
    struct shares all = all_shares(placement);
    struct table table = {.style = style};

    add_head(&table, outcome, out->arena);
    for (size_t i = 0; i < placement->group_count && table.count <= MOST_ROWS; i++)
        add_group(&table, out->arena, &placement->groups[i], &all);
    measure(&table);
    for (size_t i = 0; i < table.count; i++)
        put_row(out, &table, &table.rows[i]);
    if (placement->group_count > MOST_ROWS)
        text_printf(out, "  and %zu more groups\n", placement->group_count - MOST_ROWS);
}
