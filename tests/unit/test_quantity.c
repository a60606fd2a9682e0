/* SPDX-License-Identifier: Apache-2.0 */
#include "core/quantity.h"
#include "test.h"

/* Rows as k8s.io/apimachinery 0.36's resource.ParseQuantity reads them. */
static const struct row {
    const char *text;
    int64_t units, ten_thousandths;
} good[] = {
    {"0", 0, 0},
    {"1", 1, 10000},
    {"+2", 2, 20000},
    {"007", 7, 70000},
    {"1.", 1, 10000},
    {".5", 1, 5000},
    {"1.5", 2, 15000},
    {"0.50000", 1, 5000},
    {"100m", 1, 1000},
    {"500m", 1, 5000},
    {"1000m", 1, 10000},
    {"1001m", 2, 10010},
    {"0m", 0, 0},
    {"1u", 1, 1},
    {"100u", 1, 1},
    {"101u", 1, 2},
    {"1n", 1, 1},
    {"999999999n", 1, 10000},
    {"1000000001n", 2, 10001},
    {"0.0000000000000000000000001", 1, 1},
    {"1k", 1000, 10000000},
    {"1.5k", 1500, 15000000},
    {"1.0005k", 1001, 10005000},
    {"3M", 3000000, 30000000000},
    {"3G", 3000000000, 30000000000000},
    {"3T", 3000000000000, 30000000000000000},
    {"3P", 3000000000000000, INT64_MAX},
    {"3E", 3000000000000000000, INT64_MAX},
    {"1Ki", 1024, 10240000},
    {"1.5Ki", 1536, 15360000},
    {"0.3Ki", 308, 3072000},
    {"0.0001Ki", 1, 1024},
    {"512Mi", 536870912, 5368709120000},
    {"2Gi", 2147483648, 21474836480000},
    {"0.1Gi", 107374183, 1073741824000},
    {"0.12345678901234567890Gi", 132560718, 1325607178193},
    {"1Ti", 1099511627776, 10995116277760000},
    {"1Pi", 1125899906842624, INT64_MAX},
    {"1Ei", 1152921504606846976, INT64_MAX},
    {"0.000000000000000001Ei", 2, 11530},
    {"1e3", 1000, 10000000},
    {"1E3", 1000, 10000000},
    {"1e+3", 1000, 10000000},
    {"15e-1", 2, 15000},
    {"123456E-6", 1, 1235},
    {"1e-400", 1, 1},
    {"1e4294967297", 10, 100000},
    {"-1", -1, -10000},
    {"-1.5", -2, -15000},
    {"-100m", -1, -1000},
    {"9223372036854775807", INT64_MAX, INT64_MAX},
    {"9223372036854775808", INT64_MAX, INT64_MAX},
    {"922337203685477.5807", 922337203685478, INT64_MAX},
    {"922337203685477.5806", 922337203685478, 9223372036854775806},
    {"8Ei", INT64_MAX, INT64_MAX},
    {"10E", INT64_MAX, INT64_MAX},
    {"1e2000000000", INT64_MAX, INT64_MAX},
    {"-1e30", -INT64_MAX, -INT64_MAX},
    {"00000000000000000000000000000000000000001", 1, 10000},
    {"100000000000000000000000000000e-29", 1, 10000},
};

static const char *const bad[] = {
    "",     " ",    "1 ",   " 1",   "x",   "1x",    "1K",    "1ki", "1mi",
    "1i",   "1e",   "1E+",  "1e-",  "1EE", "1e1.5", "1.2.3", "--1", "+-1",
    "1m3",  "1Ki3", "1e3m", "0x10", "1_0", "1,5",   "NaN",   "inf", "1e99999999999999999999",
    "1MiB", "Gi",   ".",    "+",    "-m",  NULL,
};

static void reads(void)
{
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        int64_t units = -7, parts = -7;

        if (!CHECK(quantity_ceil(bytes_of(good[i].text), &units)) ||
            !CHECK_INT(units, good[i].units) ||
            !CHECK(quantity_ten_thousandths(bytes_of(good[i].text), &parts)) ||
            !CHECK_INT(parts, good[i].ten_thousandths))
            printf("# of %s\n", good[i].text);
    }
}

static void refuses(void)
{
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        int64_t value;

        if (!CHECK(!quantity_ceil(bytes_of(bad[i]), &value)) ||
            !CHECK(!quantity_ten_thousandths(bytes_of(bad[i]), &value)))
            printf("# of %s\n", bad[i]);
    }
}

/* The text is a view: what follows it does not count. */
static void stops_at_its_end(void)
{
    int64_t value;

    CHECK(quantity_ceil((struct bytes){"12Mi", 2}, &value));
    CHECK_INT(value, 12);
    CHECK(!quantity_ceil((struct bytes){NULL, 0}, &value));
}

TEST_MAIN(TEST(reads), TEST(refuses), TEST(stops_at_its_end))
