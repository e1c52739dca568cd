/* fuzz_letter.c - a letter's inside, a courier's file, a node's stored piece of a set. */
#include "inquiry/inside.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The first byte says what the rest is; a body is filled up to its unit, so
 * that the fuzzer need not guess lengths. */
static void body(struct ctx *c, struct str s)
{
    struct letter l;
    struct str from;
    struct buf b;
    static const char zeros[LETTER_UNIT];
    buf_init(&b, &c->mem, 1 << 20);
    buf_put(&b, s);
    buf_put(&b, (struct str){ zeros, (LETTER_UNIT - s.n % LETTER_UNIT) % LETTER_UNIT });
    struct str whole = buf_str(&b);
    if (letter_from(c, whole, &from) != ERR_OK)
        c->fault = (struct fault){ 0 };
    if (letter_parse(c, whole, &l) == ERR_OK) {
        if (l.n > SET_PIECE || l.n_tags > TAGS_PIECE || l.size > SET_MAX || l.guardians > GUARDIANS_MAX || l.facts > FACTS_MAX || l.acks > ACKS_MAX)
            abort();
        const char *end = whole.p + whole.n;
        if (l.n && (const char *)(l.elements + l.n) > end)
            abort();
        if (l.n_tags && (const char *)l.tags + l.n_tags * TAG_LEN_ > end)
            abort();
    }
}

static void file(struct ctx *c, struct str s)
{
    struct str letters;
    struct envelope e;
    if (courier_open(c, s, &letters) != ERR_OK)
        return;
    while (letters.n) {
        size_t before = letters.n;
        if (envelope_next(c, &letters, &e) != ERR_OK)
            return;
        if (letters.n >= before || e.whole.n != before - letters.n)
            abort();
    }
}

static void put_n(struct buf *b, size_t v)
{
    buf_i64(b, (int64_t)v);
    buf_char(b, ' ');
}

/* One spelling: what is read gives the same bytes again. */
static void set(struct ctx *c, struct str s)
{
    struct set_piece p;
    struct buf b;
    if (piece_read(c, s, &p) != ERR_OK)
        return;
    buf_init(&b, &c->mem, 1 << 20);
    put_n(&b, p.size);
    put_n(&b, p.check_at);
    put_n(&b, p.n);
    for (size_t i = 0; i < p.n; i++) {
        if (p.token[i].at >= p.size)
            abort();
        put_n(&b, p.token[i].at);
        put_n(&b, p.token[i].text.n);
        buf_put(&b, p.token[i].text);
        put_n(&b, p.token[i].persons.n / ID_LEN);
        buf_put(&b, p.token[i].persons);
    }
    if (!str_eq(buf_str(&b), s))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ctx c;
    if (!size)
        return 0;
    ctx_init(&c, 64 << 20);
    struct str s = { (const char *)data + 1, size - 1 };
    if (data[0] % 3 == 0)
        body(&c, s);
    else if (data[0] % 3 == 1)
        file(&c, s);
    else
        set(&c, s);
    ctx_done(&c);
    return 0;
}
