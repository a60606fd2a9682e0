/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How many nodes can be blocked for one more piece: by use of a resource, or by its own brothers
 * where a limit or a resource that nobody else asks for stops them.
 */
#include "ray/placement/fits.h"

/* The same of what fits on a node at that place of the order, where the piece itself fits too. */
static int64_t rest_within(const struct fits *fits, const struct need *need, size_t place,
                           int64_t pieces)
{
    const struct model_order *order = &fits->model->orders[need->resource];
    const struct model_node *node = &fits->model->nodes[order->kinds[place]];
    int64_t total = fits->supplies[need->resource].within[fits->moment][place];

    if (need->resource == fits->cpu && node->capacity[need->resource] >= RAY_ONE)
        total = amount_add(total, amount_times(fits->unlisted, RAY_ONE));
    return total - amount_times(need->amount, pieces);
}

/* Does anybody else ask for it? */
static bool is_shared(const struct fits *fits, const struct need *need, const struct guest *guest)
{
    return fits_rest(fits, need, guest->own) > 0;
}

static bool shares_all(const struct fits *fits, const struct guest *guest)
{
    for (size_t i = 0; i < guest->row->needs.count; i++)
        if (!is_shared(fits, &guest->row->needs.items[i], guest))
            return false;
    return true;
}

/* How many of its own fill a node: by the limit, or by what nobody else asks for. */
static int64_t own_to_fill(const struct fits *fits, const struct guest *guest,
                           const struct model_node *node)
{
    int64_t fill = guest->limit;

    if (guest->shares_all)
        return fill;
    for (size_t i = 0; i < guest->row->needs.count; i++) {
        const struct need *need = &guest->row->needs.items[i];

        if (!is_shared(fits, need, guest))
            fill = amount_least(fill, node->capacity[need->resource] / need->amount);
    }
    return fill;
}

/* Nodes that are counted as blocked, and what one of them costs. */
struct blocked {
    int64_t cost, nodes;
};

/* More kinds are judged by the cheapest of them, which is as true and less sharp. */
enum { KINDS_WEIGHED = 64 };

struct tally {
    struct blocked kinds[KINDS_WEIGHED];
    size_t count;
    int64_t spent, nodes, cheapest;
};

static void tally_add(struct tally *tally, int64_t cost, int64_t nodes)
{
    tally->cheapest = tally->count ? amount_least(tally->cheapest, cost) : cost;
    if (tally->count < KINDS_WEIGHED)
        tally->kinds[tally->count] = (struct blocked){cost, nodes};
    tally->count++;
    tally->spent = amount_add(tally->spent, amount_times(cost, nodes));
    tally->nodes = amount_add(tally->nodes, nodes);
}

static struct blocked *dearest(struct tally *tally)
{
    struct blocked *most = &tally->kinds[0];

    for (size_t i = 1; i < tally->count; i++)
        if (tally->kinds[i].nodes > 0 && (most->nodes == 0 || tally->kinds[i].cost > most->cost))
            most = &tally->kinds[i];
    return most;
}

/*
 * Gives up the dearest nodes until the others can be paid for. Done after each kind, in an order in
 * which more and more may be spent, it leaves the most nodes (Moore and Hodgson).
 */
static void tally_keep_to(struct tally *tally, int64_t budget)
{
    while (tally->count <= KINDS_WEIGHED && tally->spent > budget && tally->nodes > 0) {
        struct blocked *most = dearest(tally);
        int64_t over = tally->spent - amount_most(budget, 0);
        int64_t given = amount_least(most->nodes, (over - 1) / most->cost + 1);

        if (tally->spent == RAY_UNLIMITED)
            given = most->nodes;
        most->nodes -= given;
        tally->nodes -= given;
        tally->spent = 0;
        for (size_t i = 0; i < tally->count; i++)
            tally->spent =
                amount_add(tally->spent, amount_times(tally->kinds[i].cost, tally->kinds[i].nodes));
    }
}

static int64_t tally_result(const struct tally *tally, int64_t budget)
{
    if (tally->count <= KINDS_WEIGHED)
        return tally->nodes;
    return amount_least(tally->nodes, amount_most(budget, 0) / tally->cheapest);
}

/*
 * What it takes to leave less than the need on a node: use grows in steps of the unit.
 * RAY_UNLIMITED: the limits let nobody put so much on one node.
 */
static int64_t cost_of(const struct fits *fits, const struct guest *guest, const struct need *need,
                       size_t place)
{
    const struct supply *supply = &fits->supplies[need->resource];
    const struct model_order *order = &fits->model->orders[need->resource];
    int64_t capacity = fits->model->nodes[order->kinds[place]].capacity[need->resource];
    int64_t unit = amount_most(supply->unit, 1);
    int64_t cost = amount_times((capacity - need->amount) / unit + 1, unit);
    int64_t most = supply->on_one[fits->moment][place], limit = guest->row->limit;

    most -= amount_times(need->amount,
                         amount_least(guest->own, limit) - amount_least(guest->placed, limit));
    if (need->resource == fits->cpu && capacity >= RAY_ONE)
        most = amount_add(most, amount_times(fits->unlisted, RAY_ONE));
    return cost <= most ? cost : RAY_UNLIMITED;
}

/*
 * The most nodes that use of one resource can block for one more piece, by everything else there
 * may be, each on a node it fits on. The nodes come with growing capacity, so with growing cost.
 */
static int64_t blocked_by_use(const struct fits *fits, const struct guest *guest,
                              const struct need *need)
{
    const struct model_order *order = &fits->model->orders[need->resource];
    int64_t all = fits_rest(fits, need, guest->own - guest->placed), nodes = 0, spent = 0;

    for (size_t i = 0; i < order->count; i++) {
        const struct model_node *node = &fits->model->nodes[order->kinds[i]];
        int64_t left, cost, count;

        if (!bits_have(guest->row->known, order->kinds[i]))
            continue;
        if (all - spent < node->capacity[need->resource] - need->amount)
            break; /* and what follows has more still */
        left = rest_within(fits, need, i, guest->own - guest->placed) - spent;
        cost = cost_of(fits, guest, need, i);
        count = left < cost ? 0 : amount_least(node->count[AT_START], left / cost);
        nodes = amount_add(nodes, count);
        spent += count * cost;
    }
    return nodes;
}

/* The same with the nodes that brothers fill, which takes as much of this resource as they ask. */
static int64_t blocked_by_both(const struct fits *fits, const struct guest *guest,
                               const struct need *need)
{
    const struct model_order *order = &fits->model->orders[need->resource];
    struct tally tally = {0};

    for (size_t i = 0; i < order->count; i++) {
        const struct model_node *node = &fits->model->nodes[order->kinds[i]];
        int64_t own;

        if (!bits_have(guest->row->known, order->kinds[i]))
            continue;
        own = amount_times(own_to_fill(fits, guest, node), need->amount);
        tally_add(&tally, amount_least(cost_of(fits, guest, need, i), own), node->count[AT_START]);
        tally_keep_to(&tally, rest_within(fits, need, i, guest->own - guest->placed));
    }
    return tally.nodes;
}

/* The most nodes that its brothers alone can fill. */
static int64_t blocked_by_own(const struct fits *fits, const struct guest *guest)
{
    struct tally tally = {0};

    if (guest->shares_all) /* the same on every node */
        return amount_least(guest->nodes, guest->placed / guest->limit);
    for (size_t i = 0; i < fits->model->node_count && guest->placed > 0; i++) {
        const struct model_node *node = &fits->model->nodes[i];
        int64_t fill = bits_have(guest->row->known, i) ? own_to_fill(fits, guest, node) : 0;

        if (fill > 0 && fill <= guest->placed)
            tally_add(&tally, fill, node->count[AT_START]);
    }
    tally_keep_to(&tally, guest->placed);
    return tally.count ? tally_result(&tally, guest->placed) : 0;
}

/* The needs that others have too; what only the brothers ask for is counted with them. */
static int64_t sum_blocked(const struct fits *fits, const struct guest *guest, size_t carrier)
{
    const struct needs *needs = &guest->row->needs;
    int64_t blocked = carrier == needs->count ? blocked_by_own(fits, guest) : 0;

    for (size_t i = 0; i < needs->count; i++)
        if (guest->placed == 0 || is_shared(fits, &needs->items[i], guest))
            blocked =
                amount_add(blocked, i == carrier ? blocked_by_both(fits, guest, &needs->items[i])
                                                 : blocked_by_use(fits, guest, &needs->items[i]));
    return blocked;
}

/*
 * Where a brother is, the limit may be reached with him: let each block his node, and count of the
 * nodes without any those that others alone can block.
 */
static int64_t blocked_apart(const struct fits *fits, const struct guest *guest)
{
    struct guest first = *guest;

    first.placed = 0;
    return amount_add(guest->placed, sum_blocked(fits, &first, first.row->needs.count));
}

static bool is_countable(const struct fits *fits, const struct model_row *row)
{
    for (size_t i = 0; i < row->needs.count; i++)
        if (fits->unknown || fits_rest(fits, &row->needs.items[i], 0) == RAY_UNLIMITED)
            return false;
    return true;
}

/*
 * Everything else may be anywhere, its own brothers too. A node that brothers fill costs use of
 * each resource they share with others, so it may be counted under any one of those: whichever
 * proves the most. Without a demand nothing of the others is in its way.
 */
static bool finds_room(const struct fits *fits, const struct guest *guest)
{
    const struct needs *needs = &guest->row->needs;

    if (amount_add(guest->closed, sum_blocked(fits, guest, needs->count)) < guest->nodes ||
        amount_add(guest->closed, blocked_apart(fits, guest)) < guest->nodes)
        return true;
    for (size_t i = 0; i < needs->count && guest->placed > 0; i++)
        if (is_shared(fits, &needs->items[i], guest) && fits->model->node_count <= KINDS_WEIGHED &&
            amount_add(guest->closed, sum_blocked(fits, guest, i)) < guest->nodes)
            return true;
    return false;
}

bool fits_finds_room(const struct fits *fits, const struct guest *guest)
{
    struct guest counted = *guest;

    if (!is_countable(fits, guest->row))
        return false;
    counted.nodes = bits_count(fits->model, guest->row->known, AT_START);
    counted.shares_all = guest->limit > 0 && shares_all(fits, guest);
    return finds_room(fits, &counted);
}
