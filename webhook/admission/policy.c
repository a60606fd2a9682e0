/* SPDX-License-Identifier: Apache-2.0 */
#include "admission/policy_options.h"

const struct policy policy_default = {.inject_head_num_cpus = POLICY_INJECT,
                                      .inject_worker_probe = POLICY_INJECT};

/* Howard Hinnant's civil_from_days: years begin in March, so the leap day is a year's last. */
int32_t policy_day(int64_t unix_seconds)
{
    enum { DAY = 24 * 60 * 60, DAYS_OF_400_YEARS = 146097, FROM_MARCH_0000 = 719468 };

    int64_t days = unix_seconds / DAY + FROM_MARCH_0000;
    int64_t era = days / DAYS_OF_400_YEARS, of_era = days % DAYS_OF_400_YEARS;
    int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
    int64_t from_march = (5 * of_year + 2) / 153;
    int64_t day = of_year - (153 * from_march + 2) / 5 + 1;
    int64_t month = from_march < 10 ? from_march + 3 : from_march - 9;

    year += 400 * era + (month <= 2);
    return (int32_t)(year * 10000 + month * 100 + day);
}

bool policy_read_kuberay(const struct policy_flags *flags, struct ray_release *ret,
                         struct problem *problem)
{
    struct ray_release release;

    if (!flags->kuberay)
        return true;
    release = ray_release_parse(flags->kuberay);
    if (!ray_release_known(release)) {
        problem_set(problem, 0, 0, "--kuberay-version: \"%.60s\" is no version; write 1.7 or 1.6.2",
                    flags->kuberay);
        return false;
    }
    *ret = release;
    return true;
}
