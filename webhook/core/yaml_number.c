/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers as Go's strconv reads and writes them. */
#include "core/yaml_number.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static unsigned digit_of(char c)
{
    if (c >= '0' && c <= '9')
        return (unsigned)(c - '0');
    if (c >= 'a' && c <= 'z')
        return (unsigned)(c - 'a') + 10;
    if (c >= 'A' && c <= 'Z')
        return (unsigned)(c - 'A') + 10;
    return 99;
}

static bool digits_in_base(struct bytes text, unsigned base, uint64_t *ret)
{
    uint64_t value = 0;

    for (size_t i = 0; i < text.size; i++) {
        unsigned digit = digit_of(text.data[i]);

        if (digit >= base || value > (UINT64_MAX - digit) / base)
            return false;
        value = value * base + digit;
    }
    *ret = value;
    return text.size > 0;
}

/* ParseUint(text, 0, 64): 0b, 0o, 0x, and a leading 0 for octal. */
static bool unsigned_number(struct bytes text, uint64_t *ret)
{
    static const struct {
        char letter;
        unsigned base;
    } prefixes[] = {{'b', 2}, {'o', 8}, {'x', 16}};

    if (!text.size || *text.data != '0' || text.size == 1)
        return digits_in_base(text, 10, ret);
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
        if (text.size > 2 && (text.data[1] | 0x20) == prefixes[i].letter)
            return digits_in_base((struct bytes){text.data + 2, text.size - 2}, prefixes[i].base,
                                  ret);
    return digits_in_base((struct bytes){text.data + 1, text.size - 1}, 8, ret);
}

static bool has_sign(struct bytes text)
{
    return text.size && (*text.data == '-' || *text.data == '+');
}

static bool fits_int64(uint64_t magnitude, bool negative, struct yaml_resolved *ret)
{
    if (magnitude > (uint64_t)INT64_MAX + negative)
        return false;
    ret->type = YAML_TYPE_INT;
    ret->integer = negative ? (int64_t)(0 - magnitude) : (int64_t)magnitude;
    ret->number = (double)ret->integer;
    return true;
}

bool yaml_read_integer(struct bytes text, struct yaml_resolved *ret)
{
    bool sign = has_sign(text);
    uint64_t magnitude;

    if (!unsigned_number((struct bytes){text.data + sign, text.size - sign}, &magnitude))
        return false;
    if (fits_int64(magnitude, sign && *text.data == '-', ret))
        return true;
    if (sign)
        return false;
    ret->type = YAML_TYPE_UINT;
    ret->large = magnitude;
    ret->number = (double)magnitude;
    return true;
}

/* yaml.v2's second look at 0b: what follows may have a sign of its own there. */
bool yaml_read_signed_binary(struct bytes text, struct yaml_resolved *ret)
{
    uint64_t magnitude;

    if (text.size < 4 || memcmp(text.data, "0b", 2) != 0)
        return false;
    text = (struct bytes){text.data + 2, text.size - 2};
    return has_sign(text) &&
           digits_in_base((struct bytes){text.data + 1, text.size - 1}, 2, &magnitude) &&
           fits_int64(magnitude, *text.data == '-', ret);
}

static size_t skip_digits(struct bytes text, size_t from)
{
    while (from < text.size && text.data[from] >= '0' && text.data[from] <= '9')
        from++;
    return from;
}

bool yaml_looks_like_float(struct bytes text)
{
    size_t start = has_sign(text), end = skip_digits(text, start), fraction = end;

    if (end < text.size && text.data[end] == '.')
        fraction = skip_digits(text, end + 1);
    if (end == start && fraction < start + 2)
        return false;
    end = fraction;
    if (end < text.size && (text.data[end] | 0x20) == 'e') {
        end++;
        if (end < text.size && (text.data[end] == '-' || text.data[end] == '+'))
            end++;
        fraction = end;
        end = skip_digits(text, end);
        if (end == fraction)
            return false;
    }
    return end == text.size;
}

/* The text is NUL-terminated, and strtod sees decimal digits only: the C locale's point is ours. */
bool yaml_read_float(struct bytes text, struct yaml_resolved *ret)
{
    if (!yaml_looks_like_float(text))
        return false;
    ret->number = strtod(text.data, NULL);
    if (isinf(ret->number))
        return false;
    ret->type = YAML_TYPE_FLOAT;
    return true;
}

bool yaml_underscores_separate(struct bytes text)
{
    char seen = '^';

    for (size_t i = 0; i < text.size; i++) {
        char c = text.data[i];

        if ((c == '_' && seen != '0') || (c != '_' && seen == '_' && (c < '0' || c > '9')))
            return false;
        seen = c >= '0' && c <= '9' ? '0' : c;
    }
    return seen != '_';
}

/* A decimal: 0.digits × 10^point. */
struct decimal {
    char digits[24];
    int count, point;
};

static bool reads_back(const char *text, double number, int bits)
{
    return bits == 32 ? strtof(text, NULL) == (float)number : strtod(text, NULL) == number;
}

/* The next larger decimal of as many digits; false at 9…9. */
static bool next_up(char *mantissa)
{
    char *digit = strchr(mantissa, 'e') - 1;

    while (digit >= mantissa && (*digit == '9' || *digit == '.')) {
        if (*digit == '9')
            *digit = '0';
        digit--;
    }
    if (digit < mantissa)
        return false;
    ++*digit;
    return true;
}

static bool try_digits(char text[40], int digits, double number, int bits)
{
    (void)snprintf(text, 40, "%.*e", digits - 1, number);
    return reads_back(text, number, bits) || (next_up(text) && reads_back(text, number, bits));
}

/*
 * The fewest digits that read back as the number; among those the nearest. At a power of two the
 * gap below is half the gap above, so the nearest decimal may miss where its neighbour does not.
 * All decimals of DBL_DIG digits survive, so that many say it with zeros at the end if fewer do;
 * but not in the subnormal range.
 */
static void shortest(double number, int bits, struct decimal *ret)
{
    int least = bits == 32 ? FLT_DIG : DBL_DIG, most = bits == 32 ? 9 : 17;
    char text[40] = "";
    size_t length;
    int count = 0, digits = number < (bits == 32 ? (double)FLT_MIN : DBL_MIN) ? 1 : least;

    while (!try_digits(text, digits, number, bits) && digits < most)
        digits++;
    length = strcspn(text, "e");
    for (size_t i = 0; i < length; i++)
        if (text[i] != '.')
            ret->digits[count++] = text[i];
    while (count > 1 && ret->digits[count - 1] == '0')
        count--;
    ret->count = count;
    ret->point = (int)strtol(text + length + 1, NULL, 10) + 1;
}

static char *put_digits(char *to, const struct decimal *decimal, int from, int end)
{
    for (int i = from; i < end; i++)
        *to++ = i >= 0 && i < decimal->count ? decimal->digits[i] : '0';
    return to;
}

void yaml_format_number(double number, int bits, int below, int above, char ret[YAML_NUMBER_SIZE])
{
    struct decimal decimal;
    int exponent;

    if (bits == 32)
        number = (double)(float)number;
    if (signbit(number))
        *ret++ = '-';
    shortest(fabs(number), bits, &decimal);
    exponent = decimal.point - 1;
    if (number != 0 && (exponent < below || exponent >= above)) {
        ret = put_digits(ret, &decimal, 0, 1);
        if (decimal.count > 1)
            *ret++ = '.';
        ret = put_digits(ret, &decimal, 1, decimal.count);
        (void)snprintf(ret, 6, "e%c%02d", exponent < 0 ? '-' : '+', abs(exponent) % 1000);
        return;
    }
    ret = decimal.point > 0 ? put_digits(ret, &decimal, 0, decimal.point)
                            : put_digits(ret, &decimal, -1, 0);
    if (decimal.count > decimal.point && number != 0) {
        *ret++ = '.';
        ret = put_digits(ret, &decimal, decimal.point, decimal.count);
    }
    *ret = '\0';
}

/* The multiple of the power of ten that is nearest, of two the even one. */
static uint64_t round_to(uint64_t number, uint64_t power)
{
    uint64_t quotient = number / power, rest = number % power;

    if (rest * 2 > power || (rest * 2 == power && quotient % 2))
        quotient++;
    return quotient * power;
}

/* shortest() for integers: its rules, but no decimals on the way. */
static uint64_t shortest_integer(uint64_t number)
{
    uint64_t power = 1;

    while (number / power >= UINT64_C(1000000000000000))
        power *= 10;
    for (; power > 1; power /= 10) {
        uint64_t rounded = round_to(number, power);

        if ((double)rounded == (double)number)
            return rounded;
        if ((double)(rounded + power) == (double)number)
            return rounded + power;
    }
    return number;
}

bool yaml_is_integer(double number, int64_t *ret)
{
    uint64_t magnitude;

    if (fabs(number) >= 0x1p63 || number != trunc(number))
        return false;
    *ret = (int64_t)number;
    if (fabs(number) < 0x1p53)
        return true;
    magnitude = shortest_integer((uint64_t)fabs(number));
    *ret = number < 0 ? -(int64_t)magnitude : (int64_t)magnitude;
    return magnitude <= INT64_MAX;
}
