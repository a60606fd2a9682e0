/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/readiness.h"

bool readiness_mentions_proxy(const struct json *value)
{
    const char *string = json_string(value);
    enum json_kind kind = json_kind(value);

    if (string)
        return strstr(string, PROXY_PATH);
    if (kind != JSON_OBJECT && kind != JSON_ARRAY)
        return false;
    for (const struct json *each = json_first(value); each; each = json_next(each))
        if (readiness_mentions_proxy(each))
            return true;
    return false;
}

bool readiness_asks_proxy(const struct ray_group *group)
{
    const struct json *probe = json_member(group->container, "readinessProbe");

    return json_kind(probe) != JSON_OBJECT || readiness_mentions_proxy(probe);
}
