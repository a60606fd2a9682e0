/* SPDX-License-Identifier: Apache-2.0 */
/* The workers as boxes. The words beside them say the same, so the boxes are hidden from readers
 * that read aloud. */
#include "cli/render/html.h"
#include "cli/render/shares.h"

enum {
    MOST_BOXES = 60, /* in a row; more become a bar with numbers */
    MOST_ROWS = 20,  /* of groups before the rest is folded away */
};

/* Of a row: how many of each class. */
struct kind {
    const char *class, *sign;
    int64_t count;
};

static void put_boxes(struct text *out, const struct kind *kind)
{
    for (int64_t i = 0; i < kind->count; i++)
        text_printf(out, "<i class=\"%s\">%s</i>", kind->class, kind->sign);
}

/* As wide as its share. */
static void put_part(struct text *out, const struct kind *kind)
{
    if (kind->count)
        text_printf(out, "<b class=\"%s\" style=\"flex-grow:%lld\">%s%lld</b>", kind->class,
                    (long long)kind->count, kind->sign, (long long)kind->count);
}

static void put_picture(struct text *out, const struct kind *kinds, size_t count)
{
    int64_t total = 0;

    for (size_t i = 0; i < count; i++)
        total = amount_add(total, kinds[i].count);
    text_printf(out, "<td><span class=\"%s\" aria-hidden=\"true\">",
                total > MOST_BOXES ? "bar" : "boxes");
    for (size_t i = 0; i < count; i++) {
        if (total > MOST_BOXES)
            put_part(out, &kinds[i]);
        else
            put_boxes(out, &kinds[i]);
    }
    text_puts(out, "</span></td>");
}

static void put_head(struct text *out, const struct placement *placement)
{
    bool closed = placement->head.node.cpu == 0;

    text_printf(out, "<tr class=\"%s\"><th scope=\"row\">%s</th>", closed ? "off" : "",
                closed ? "<s>head</s>" : "head");
    html_put(out, "<td>", head_text(out->arena, placement), "</td>");
    html_put(out, "<td></td><td>", closed ? "takes no replica" : "may take replicas",
             "</td></tr>\n");
}

static void put_group(struct text *out, const struct placement_group *group,
                      const struct shares *all)
{
    struct shares shares = shares_of_group(all, group);
    const struct kind kinds[] = {
        {"full", "", shares.full}, {"maybe", "", shares.maybe}, {"none", "", shares.empty}};
    const char *level = shares.empty ? " level warn" : shares.maybe ? "" : " level good";

    html_put(out, "<tr><th scope=\"row\"><bdi>", group->group->name, "</bdi></th>");
    html_put(out, "<td>", workers_text(out->arena, group), "</td>");
    put_picture(out, kinds, sizeof kinds / sizeof *kinds);
    text_printf(out, "<td class=\"ready%s\">", level);
    html_put(out, "", ready_text(out->arena, &shares), "</td></tr>\n");
}

static void put_homeless(struct text *out, const struct placement *placement)
{
    struct homeless homeless = homeless_replicas(placement);
    const struct kind kind = {"never", "✗", homeless.replicas};

    if (!homeless.replicas)
        return;
    text_puts(out, "<tr><th scope=\"row\" class=\"level deny\">never</th>");
    html_put(out, "<td>", homeless_text(out->arena, &homeless), "</td>");
    put_picture(out, &kind, 1);
    html_put(out, "<td class=\"level deny\">",
             homeless.replicas == 1 ? "has no place" : "have no place", "</td></tr>\n");
}

static void put_groups(struct text *out, const struct placement *placement, size_t from, size_t to)
{
    struct shares all = shares_of_all(placement);

    for (size_t i = from; i < to; i++)
        put_group(out, &placement->groups[i], &all);
}

static void open_table(struct text *out, const char *caption)
{
    html_put(out, "<table class=\"workers\">\n<caption>", caption, "</caption>\n<thead><tr>");
    text_puts(out, "<th scope=\"col\">Group</th><th scope=\"col\">Size</th>"
                   "<th scope=\"col\">Picture</th><th scope=\"col\">At start</th></tr></thead>\n"
                   "<tbody>\n");
}

static const char *number_text(struct arena *arena, int64_t number)
{
    return is_known(number) ? arena_printf(arena, "%lld", (long long)number) : "unknown";
}

static void put_numbers(struct text *out, const struct placement *placement)
{
    struct arena *arena = out->arena;

    text_printf(out, "<p>Do all replicas fit? <strong>%s</strong>. ",
                verdict_name(placement->verdict));
    text_printf(out, "Workers: %s at start, %s at most. ",
                number_text(arena, placement->workers_start),
                number_text(arena, placement->workers_max));
    text_printf(out, "Without a replica on the largest cluster: at least %s, at most %s.</p>\n",
                number_text(arena, placement->without_at_least),
                number_text(arena, placement->without_at_most));
}

void html_workers(struct text *out, const struct placement *placement)
{
    size_t count = placement->group_count, shown = count < MOST_ROWS ? count : MOST_ROWS;

    open_table(out, "Workers");
    put_head(out, placement);
    put_groups(out, placement, 0, shown);
    put_homeless(out, placement);
    text_puts(out, "</tbody>\n</table>\n");
    put_numbers(out, placement);
    if (shown == count)
        return;
    text_printf(out, "<details><summary>and %zu more group%s</summary>\n", count - shown,
                count - shown == 1 ? "" : "s");
    open_table(out, "More groups");
    put_groups(out, placement, shown, count);
    text_puts(out, "</tbody>\n</table>\n</details>\n");
}

static void put_deployment(struct text *out, const struct placement_deployment *deployment)
{
    const int64_t numbers[] = {deployment->wanted, deployment->wanted_max, deployment->room};
    bool never = deployment->verdict == PLACEMENT_NEVER;

    html_put(out, "<tr><th scope=\"row\"><bdi>", deployment->deployment->name, "</bdi></th>");
    html_put(out, "<td><bdi>", deployment->deployment->application->name, "</bdi></td>");
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        html_put(out, "<td class=\"number\">", number_text(out->arena, numbers[i]), "</td>");
    text_printf(out, "<td class=\"%s\">%s%s</td></tr>\n", never ? "level deny" : "",
                never ? "✗ " : "", verdict_name(deployment->verdict));
}

void html_deployments(struct text *out, const struct placement *placement)
{
    static const char head[] =
        "<table class=\"deployments\">\n<caption>Deployments</caption>\n<thead><tr>"
        "<th scope=\"col\">Deployment</th><th scope=\"col\">Application</th>"
        "<th scope=\"col\" class=\"number\">Replicas at start</th>"
        "<th scope=\"col\" class=\"number\">At most</th>"
        "<th scope=\"col\" class=\"number\">Room for</th>"
        "<th scope=\"col\">Fits alone</th></tr></thead>\n<tbody>\n";

    if (!placement->deployment_count)
        return;
    text_puts(out, head);
    for (size_t i = 0; i < placement->deployment_count; i++)
        put_deployment(out, &placement->deployments[i]);
    text_puts(out, "</tbody>\n</table>\n");
}
