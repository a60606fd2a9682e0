/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which worker Pods get a Serve replica: what can be said before Ray is asked. `never` is a proof;
 * `fits` holds in whatever order Ray places; everything else is `unknown`. Ray places greedily,
 * spreads as it likes and never moves a replica, so "there is a way" is not "it fits".
 */
#ifndef RAY_PLACEMENT_H
#define RAY_PLACEMENT_H

#include "ray/demand.h"
#include "ray/serve_config.h"
#include "ray/service.h"
#include "ray/start.h"
#include "ray/version.h"

enum placement_verdict { PLACEMENT_UNKNOWN, PLACEMENT_FITS, PLACEMENT_NEVER };

#define PLACEMENT_NO_LIMIT INT64_MAX

/* Why a deployment never starts as a whole. */
enum placement_reason {
    PLACEMENT_REASON_NONE,
    PLACEMENT_REFUSED,       /* Ray refuses its options on every cluster (U6) */
    PLACEMENT_FITS_NO_NODE,  /* no node can hold one replica, or one of its bundles (U1) */
    PLACEMENT_TOO_FEW_NODES, /* STRICT_SPREAD: more bundles than nodes for them (U5) */
    PLACEMENT_TOO_MANY,      /* more replicas than the nodes hold, even alone (U2) */
};

/* What `never` rests on, where it is no proof. */
enum placement_guess {
    PLACEMENT_PROVEN,
    PLACEMENT_BY_REQUESTS, /* KubeRay counts requests.cpu, which it does since 1.3 */
    PLACEMENT_BY_ENV_FROM, /* envFrom does not set the resources (RAY_OVERRIDE_RESOURCES) */
};

struct placement_group {
    const struct ray_group *group; /* a worker group, or the head */
    struct ray_pods pods;          /* of a running RayService: those that run */
    struct ray_node node;          /* what each of its nodes has */
    bool hosts_replicas;           /* some deployment's replica may land here */
    bool proxy_asked; /* its Pods are ready if the probe finds a proxy, and a replica gives one */
    /* Workers of this group alone that surely get no replica, at start and on the largest cluster;
     * -1: nobody can know. */
    int64_t without_at_start, without_at_least;
};

struct placement_deployment {
    const struct serve_deployment *deployment;
    const struct demand *demand;
    /* Given what is listed: `fits` here does not think of deployments that only the code knows. */
    enum placement_verdict verdict;
    enum placement_reason reason;
    bool for_ever; /* never: not even with the fewest replicas autoscaling may ask for */
    enum placement_guess guess; /* never: only if this holds */
    int64_t wanted;             /* replicas at start; -1: unknown */
    int64_t wanted_max;         /* -1: unknown */
    int64_t room;               /* replicas that can start at most, alone on the largest cluster;
                                   PLACEMENT_NO_LIMIT: nobody can know */
    int64_t room_start;         /* the same on the cluster as it starts */
    bool room_known;            /* every node says how much it has of what a replica asks */
    int64_t likely_room;  /* the same as room; but where nothing says what a replica takes, and the
                             code neither, that is one CPU */
    int64_t per_node;     /* max_replicas_per_node, or what resources allow on the roomiest node */
    const char *short_of; /* FITS_NO_NODE: the resource no node has enough of; NULL: no one
                             resource, but never all of them together */
    int64_t asked;        /* of it, by one replica, of RAY_ONE */
    const struct placement_group *roomiest; /* has the most of it */
    const char *undetected; /* a resource it asks for and no group says it has, so that Ray would
                               have to find it; NULL: none */
};

enum placement_shortage_kind {
    PLACEMENT_NOT_SHORT,
    PLACEMENT_SHORT_IN_SUM,    /* all together ask more than all nodes have (U3) */
    PLACEMENT_SHORT_OF_PLACES, /* there are more large demands than places for them (U4) */
    PLACEMENT_SHORT_BY_WASTE,  /* the sums would do, but too much stays unused between them */
};

/* A resource that all deployments together ask more of than can be had. */
struct placement_shortage {
    enum placement_shortage_kind kind;
    const char *resource;
    int64_t threshold;          /* only demands of at least so much count, and nodes that have it */
    int64_t wanted, available;  /* of RAY_ONE; of places, so many */
    bool for_ever;              /* also with the fewest replicas autoscaling may ask for */
    enum placement_guess guess; /* as of a deployment */
    const struct placement_deployment *last; /* in the config's order, the one that exceeds it */
};

/* Why no replica makes a worker ready. */
enum placement_proxy {
    PLACEMENT_PROXY_EVERYWHERE, /* a replica brings its node a proxy */
    PLACEMENT_PROXY_NOWHERE,    /* proxy_location is HeadOnly or Disabled */
    PLACEMENT_PROXY_NO_ROUTE,   /* no application has a route, so no proxy answers */
};

struct placement {
    enum placement_verdict verdict;
    enum placement_proxy proxy;
    int64_t http_port;              /* of the proxies: http_options.port */
    struct placement_group *groups; /* worker groups, in the object's order */
    size_t group_count;
    struct placement_group head;
    int64_t workers_start, workers_max;
    bool running;        /* they are those of a running RayService, which the spec can't change */
    bool counts_unknown; /* a running RayService, and nobody knows which group has how many */
    struct placement_deployment *deployments; /* in the config's order, over all applications */
    size_t deployment_count;
    bool open;          /* an application does not list its deployments */
    bool demands_known; /* all that is listed says what it takes: what does not fit is tight */
    struct placement_shortage shortage;
    /* CPUs of the largest cluster, and what all ask if those without ray_actor_options take Ray's
     * default, one replica of one CPU; of RAY_ONE. */
    int64_t cpus, likely_cpus;

    /* Workers that never get a replica, on the largest cluster; -1: nobody can know. */
    int64_t without_at_least, without_at_most;
    /* The same for the cluster as it starts. */
    int64_t without_at_start, without_at_start_most;
    /*
     * What to expect at most on a first deployment, where replicas pile up on the workers that
     * join first: none on the head, and without ray_actor_options Ray's default, one CPU.
     */
    int64_t likely_without;
};

/*
 * NULL if the arena is exhausted. previous: the stored RayService, or NULL on CREATE. kuberay: the
 * operator's version; 0.0.0: unknown.
 */
const struct placement *placement_of(struct arena *arena, const struct ray_service *service,
                                     const struct ray_service *previous,
                                     const struct serve_config *config, struct ray_release kuberay);

#endif
