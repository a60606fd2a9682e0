/* SPDX-License-Identifier: Apache-2.0 */
/* Target functions: pem_read, inspect_certificate, show_json, show_text. */
#include "certs/pem.h"
#include "certs/show.h"
#include "fuzz/fuzz.h"
#include "fuzz/must_parse.h"

/* What is shown goes to a terminal: names from outside bring no control characters along. */
static void check_printable(struct bytes text)
{
    for (size_t i = 0; i < text.size; i++)
        MUST(text.data[i] == '\n' || (text.data[i] >= ' ' && text.data[i] < 0x7f));
}

/* The certificate, written, is the certificate. */
static void check_written(struct arena *arena, X509 *certificate)
{
    struct text pem = text_new(arena);
    struct pem_content again = {0};
    struct problem problem = {0};

    MUST(pem_put_certificate(&pem, certificate));
    MUST(pem_read(text_bytes(&pem), &again, &problem));
    MUST(X509_cmp(sk_X509_value(again.certificates, 0), certificate) == 0);
    pem_content_free(&again);
}

static void check_shown(struct arena *arena, const struct shown *shown)
{
    struct text json = text_new(arena), text = text_new(arena);

    show_json(shown, &json);
    show_text(shown, &text);
    MUST(!arena_exhausted(arena));
    must_parse(arena, text_bytes(&json));
    check_printable(text_bytes(&text));
    for (const struct shown_certificate *each = shown->certificates; each; each = each->next)
        check_written(arena, each->certificate);
}

static void check_content(struct arena *arena, const struct pem_content *content)
{
    struct shown shown = {.arena = arena, .now = 1800000000, .within_days = 30};

    MUST(content->key || sk_X509_num(content->certificates) > 0);
    if (show_add(&shown, "file", content))
        check_shown(arena, &shown);
    show_free(&shown);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new((size_t)64 << 20);
    struct pem_content content = {0};
    struct problem problem = {0};
    bool good = pem_read((struct bytes){(const char *)data, size}, &content, &problem);

    MUST(good == (content.certificates != NULL) && good == !problem.message[0]);
    if (good)
        check_content(arena, &content);
    pem_content_free(&content);
    arena_free(arena);
    return 0;
}
