/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ■ a worker that gets a replica wherever Ray puts them, □ one that gets none in any case, ◧ one
 * that may or may not; ✗ a replica that never starts.
 */
#include "cli/render/picture.h"

#include "cli/render/fold.h"
#include "cli/render/shares.h"
#include "core/columns.h"
#include "core/wrap.h"

enum {
    WIDEST_NAME = 28,
    MOST_BOXES = 12, /* in a row; more are counted */
    MOST_ROWS = 20,
};

struct row {
    const char *name, *workers, *boxes, *ready;
    enum tint tint;                  /* of ready */
    enum tint name_tint, boxes_tint; /* plain, where not said */
};

struct table {
    const struct style *style;
    struct row rows[MOST_ROWS + 2];
    size_t count;
    size_t name_width, workers_width, boxes_width, ready_width;
};

static void put_repeated(struct text *out, const char *box, int64_t count)
{
    for (int64_t i = 0; i < count; i++) {
        text_puts(out, out->size ? " " : "");
        text_puts(out, box);
    }
}

static void put_counted(struct text *out, const char *box, int64_t count)
{
    if (count)
        text_printf(out, "%s%s×%lld", out->size ? " " : "", box, (long long)count);
}

/* total: of the row. */
static void put_boxes(struct text *out, const char *box, int64_t count, int64_t total)
{
    if (total > MOST_BOXES)
        put_counted(out, box, count);
    else
        put_repeated(out, box, count);
}

static const char *boxes_text(struct arena *arena, const struct shares *shares)
{
    int64_t workers = shares->full + shares->maybe + shares->empty;
    struct text out = text_new(arena);

    put_boxes(&out, "■", shares->full, workers);
    put_boxes(&out, "◧", shares->maybe, workers);
    put_boxes(&out, "□", shares->empty, workers);
    return text_string(&out);
}

static void add_row(struct table *table, struct arena *arena, struct row row)
{
    row.name = style_text(table->style, arena, row.name);
    row.workers = style_text(table->style, arena, row.workers);
    row.boxes = style_text(table->style, arena, row.boxes);
    table->rows[table->count++] = row;
}

static void add_head(struct table *table, const struct placement *placement, struct arena *arena)
{
    bool closed = placement->head.node.cpu == 0;

    add_row(table, arena,
            (struct row){
                .name = "head",
                .workers = head_text(arena, placement),
                .boxes = "",
                .ready = closed ? "takes no replica" : "may take replicas",
                .tint = closed ? TINT_FAINT : TINT_WARN,
                .name_tint = closed ? TINT_STRUCK : TINT_PLAIN,
            });
}

static void add_group(struct table *table, struct arena *arena, const struct placement_group *group,
                      const struct shares *all)
{
    struct shares shares = shares_of_group(all, group);

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

static void add_homeless(struct table *table, struct arena *arena,
                         const struct placement *placement)
{
    struct homeless homeless = homeless_replicas(placement);
    struct text boxes = text_new(arena);

    if (!homeless.replicas)
        return;
    put_boxes(&boxes, "✗", homeless.replicas, homeless.replicas);
    add_row(table, arena,
            (struct row){
                .name = "never",
                .workers = homeless_text(arena, &homeless),
                .boxes = text_string(&boxes),
                .ready = homeless.replicas == 1 ? "has no place" : "have no place",
                .tint = TINT_DENY,
                .name_tint = TINT_DENY,
                .boxes_tint = TINT_DENY,
            });
}

static size_t widest(size_t width, const char *text)
{
    size_t columns = columns_of(bytes_of(text));

    return columns > width ? columns : width;
}

static void measure(struct table *table)
{
    for (size_t i = 0; i < table->count; i++) {
        const struct row *row = &table->rows[i];

        table->name_width = widest(table->name_width, row->name);
        table->workers_width = widest(table->workers_width, row->workers);
        table->boxes_width = widest(table->boxes_width, row->boxes);
        table->ready_width = widest(table->ready_width, row->ready);
    }
    if (table->name_width > WIDEST_NAME)
        table->name_width = WIDEST_NAME;
}

static void put_padded(struct text *out, const struct table *table, enum tint tint,
                       const char *text, size_t width)
{
    size_t columns = columns_of(bytes_of(text));

    style_put(table->style, out, tint, text);
    wrap_fill(out, ' ', columns < width ? width - columns : 0);
}

/* A name that is too wide keeps its beginning, and dots say that there is more. */
static const char *fitting_name(struct arena *arena, const char *name, size_t width)
{
    struct bytes rest = bytes_of(name);
    size_t used = 0, size, columns;

    if (columns_of(rest) <= width)
        return name;
    while ((size = columns_next(rest, &columns)) > 0 && used + columns <= width - 3) {
        used += columns;
        rest = (struct bytes){rest.data + size, rest.size - size};
    }
    return arena_printf(arena, "%.*s...", (int)(rest.data - name), name);
}

static void put_row(struct text *out, const struct table *table, const struct row *row)
{
    const char *name = fitting_name(out->arena, row->name, table->name_width);

    text_puts(out, "  ");
    put_padded(out, table, row->name_tint, name, table->name_width);
    text_puts(out, "  ");
    put_padded(out, table, TINT_PLAIN, row->workers, table->workers_width);
    text_puts(out, "  ");
    if (table->boxes_width) {
        put_padded(out, table, row->boxes_tint, row->boxes, table->boxes_width);
        text_puts(out, "  ");
    }
    style_put(table->style, out, row->tint, row->ready);
    text_putc(out, '\n');
}

/* Where a row has no room in a line: the name, and below it the rest. */
static void put_folded(struct text *out, const struct table *table, const struct row *row)
{
    struct fold fold = {.out = out, .style = table->style, .column = 4, .indent = 4};

    text_puts(out, "  ");
    style_put(table->style, out, row->name_tint,
              fitting_name(out->arena, row->name, table->style->width - 2));
    text_puts(out, "\n    ");
    fold_put(&fold, TINT_PLAIN, row->workers);
    fold_put(&fold, row->boxes_tint, row->boxes);
    fold_put(&fold, row->tint, row->ready);
    text_putc(out, '\n');
}

static bool fits_in_lines(const struct table *table)
{
    size_t boxes = table->boxes_width ? table->boxes_width + 2 : 0;

    return 2 + table->name_width + 2 + table->workers_width + 2 + boxes + table->ready_width <=
           table->style->width;
}

static void put_rows(struct text *out, const struct table *table)
{
    bool in_lines = fits_in_lines(table);

    for (size_t i = 0; i < table->count; i++)
        (in_lines ? put_row : put_folded)(out, table, &table->rows[i]);
}

void picture_put(struct text *out, const struct style *style, const struct outcome *outcome)
{
    const struct placement *placement = outcome->placement;
    struct shares all = shares_of_all(placement);
    struct table table = {.style = style};

    add_head(&table, placement, out->arena);
    for (size_t i = 0; i < placement->group_count && table.count <= MOST_ROWS; i++)
        add_group(&table, out->arena, &placement->groups[i], &all);
    add_homeless(&table, out->arena, placement);
    measure(&table);
    put_rows(out, &table);
    if (placement->group_count > MOST_ROWS)
        text_printf(out, "  and %zu more group%s\n", placement->group_count - MOST_ROWS,
                    placement->group_count - MOST_ROWS == 1 ? "" : "s");
}
