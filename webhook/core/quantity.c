/* SPDX-License-Identifier: Apache-2.0 */
#include "core/quantity.h"

struct suffix {
    const char *name;
    int tens; /* a power of ten */
    int twos; /* a power of two */
};

static const struct suffix suffixes[] = {
    {"", 0, 0},    {"n", -9, 0},  {"u", -6, 0},  {"m", -3, 0},  {"k", 3, 0},   {"M", 6, 0},
    {"G", 9, 0},   {"T", 12, 0},  {"P", 15, 0},  {"E", 18, 0},  {"Ki", 0, 10}, {"Mi", 0, 20},
    {"Gi", 0, 30}, {"Ti", 0, 40}, {"Pi", 0, 50}, {"Ei", 0, 60},
};

/* (-1)^negative × whole.fraction × 10^tens × 2^twos; tens is 0 where twos is not. */
struct number {
    struct bytes whole, fraction;
    int64_t tens;
    int twos;
    bool negative;
};

static struct bytes take_digits(struct bytes *text)
{
    struct bytes digits = {text->data, 0};

    while (digits.size < text->size && text->data[digits.size] >= '0' &&
           text->data[digits.size] <= '9')
        digits.size++;
    *text = (struct bytes){text->data + digits.size, text->size - digits.size};
    return digits;
}

/* Go keeps the low 32 bits of an exponent that fits 64, and refuses what does not. */
static bool read_exponent(struct bytes text, int64_t *ret)
{
    bool negative = bytes_take(&text, '-');
    struct bytes digits;
    int64_t value = 0;

    if (!negative)
        (void)bytes_take(&text, '+');
    digits = take_digits(&text);
    if (!digits.size || text.size)
        return false;
    for (size_t i = 0; i < digits.size; i++) {
        int digit = digits.data[i] - '0';

        if (value > (INT64_MAX - digit) / 10)
            return false;
        value = value * 10 + digit;
    }
    value &= UINT32_MAX;
    if (negative)
        value = -value & UINT32_MAX;
    *ret = value > INT32_MAX ? value - UINT32_MAX - 1 : value;
    return true;
}

static bool read_suffix(struct bytes text, struct number *ret)
{
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        const struct suffix *suffix = &suffixes[i];

        if (strlen(suffix->name) != text.size ||
            (text.size && memcmp(suffix->name, text.data, text.size) != 0))
            continue;
        ret->tens = suffix->tens;
        ret->twos = suffix->twos;
        return true;
    }
    return (bytes_take(&text, 'e') || bytes_take(&text, 'E')) && read_exponent(text, &ret->tens);
}

/* A suffix without any digit, which Go takes for zero at times, is refused by the CRD's pattern. */
static bool read_number(struct bytes text, struct number *ret)
{
    *ret = (struct number){.negative = bytes_take(&text, '-')};
    if (!ret->negative)
        (void)bytes_take(&text, '+');
    ret->whole = take_digits(&text);
    if (bytes_take(&text, '.'))
        ret->fraction = take_digits(&text);
    return ret->whole.size + ret->fraction.size > 0 && read_suffix(text, ret);
}

static unsigned digit_at(const struct number *number, size_t i)
{
    const char *digit = i < number->whole.size ? number->whole.data + i
                                               : number->fraction.data + (i - number->whole.size);

    return (unsigned)(*digit - '0');
}

/* The digits before `point`, zeros where there are no more, times 2^twos; saturates. */
static uint64_t whole_part(const struct number *number, size_t first, int64_t point)
{
    size_t count = number->whole.size + number->fraction.size;
    uint64_t value = 0;

    for (int64_t i = (int64_t)first; i < point; i++) {
        unsigned digit = i < (int64_t)count ? digit_at(number, (size_t)i) : 0;

        if (value > (UINT64_MAX - digit) / 10)
            return UINT64_MAX;
        value = value * 10 + digit;
    }
    return value > UINT64_MAX >> number->twos ? UINT64_MAX : value << number->twos;
}

/*
 * The digits from `point` on, times 2^twos, rounded up. From the last digit to the first: below
 * 10 × 2^60, so that nothing is lost but what `rest` remembers. Where the point is before the first
 * digit, twos is 0 and only the rest counts.
 */
static uint64_t fraction_part(const struct number *number, int64_t point)
{
    size_t from = point < 0 ? 0 : (size_t)point;
    uint64_t value = 0;
    bool rest = false;

    for (size_t i = number->whole.size + number->fraction.size; i > from; i--) {
        value += (uint64_t)digit_at(number, i - 1) << number->twos;
        rest = rest || value % 10 != 0;
        value /= 10;
    }
    return value + rest;
}

/* Away from zero, as Go's Quantity.Value() rounds; Go overflows where this saturates. */
static bool read_scaled(struct bytes text, int64_t scale, int64_t *ret)
{
    struct number number;
    size_t first = 0, count;
    uint64_t whole, fraction;
    int64_t point, magnitude;

    if (!text.size || !read_number(text, &number)) /* no text may be no address either */
        return false;
    count = number.whole.size + number.fraction.size;
    while (first < count && digit_at(&number, first) == 0)
        first++;
    *ret = 0;
    if (first == count)
        return true;
    point = (int64_t)number.whole.size + number.tens + scale;
    whole = whole_part(&number, first, point);
    fraction = fraction_part(&number, point);
    magnitude = whole > (uint64_t)INT64_MAX - fraction ? INT64_MAX : (int64_t)(whole + fraction);
    *ret = number.negative ? -magnitude : magnitude;
    return true;
}

bool quantity_ceil(struct bytes text, int64_t *ret)
{
    return read_scaled(text, 0, ret);
}

bool quantity_ten_thousandths(struct bytes text, int64_t *ret)
{
    return read_scaled(text, 4, ret);
}
