/* letter.c - one spelling of each letter; anything else is refused. */
#include "inquiry/letter.h"

enum { HEAD = 2 + 4 * ID_LEN + 8 + 4, TEXT_MAX = 600, COMMITS = 2, VERSION = 2 };
static const struct str envelope_head = STR_INIT("AMPARO-LETTER-1\n");
static const struct str signed_as = STR_INIT("amparo inquiry letter 2\n");

struct str courier_head(void)
{
    return STR("AMPARO-COURIER-1\n");
}

size_t set_size(size_t n)
{
    size_t size = SET_MIN;
    while (size <= n && size < SET_MAX)
        size *= 4;
    return size > n ? size : 0;
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* ---- writing ---------------------------------------------------------------------------- */

static void put_number(struct buf *b, uint64_t v, int bytes)
{
    for (int i = bytes - 1; i >= 0; i--)
        buf_char(b, (char)(v >> (8 * i)));
}

static void put_bytes(struct buf *b, const void *p, size_t n)
{
    buf_put(b, (struct str){ p, n });
}

static void put_text(struct buf *b, struct str s)
{
    put_number(b, s.n, 2);
    buf_put(b, s);
    if (s.n > TEXT_MAX)
        b->failed = true;
}

static void put_id(struct buf *b, struct str id)
{
    buf_put(b, id);
    if (id.n != ID_LEN)
        b->failed = true;
}

static void put_commits(struct buf *b, const struct letter *l, int who)
{
    put_bytes(b, l->commit[who], COMMITS * OPRF_ELEMENT);
}

static void put_elements(struct buf *b, const struct letter *l)
{
    put_bytes(b, l->elements, l->n * OPRF_ELEMENT);
}

static void put_tags(struct buf *b, const struct letter *l)
{
    put_bytes(b, l->tags, l->n_tags * TAG_LEN_);
}

static void put_piece(struct buf *b, const struct letter *l)
{
    put_number(b, l->size, 4);
    put_number(b, l->piece, 2);
}

static void put_guardians(struct buf *b, const struct letter *l)
{
    put_number(b, l->guardians, 1);
    for (size_t i = 0; i < l->guardians; i++)
        put_id(b, l->guardian[i]);
}

static void put_facts(struct buf *b, const struct letter *l)
{
    put_text(b, l->office);
    put_number(b, l->facts, 1);
    for (size_t i = 0; i < l->facts; i++) {
        put_text(b, l->fact[i].name);
        put_text(b, l->fact[i].value);
    }
}

static void put_content(struct buf *b, const struct letter *l)
{
    switch (l->kind) {
    case LETTER_ASK:
        put_text(b, l->purpose);
        put_text(b, l->case_ref);
        put_text(b, l->officer);
        put_text(b, l->office);
        put_id(b, l->answering);
        put_guardians(b, l);
        put_elements(b, l);
        break;
    case LETTER_JOIN:
    case LETTER_GRANT:
        put_commits(b, l, l->kind == LETTER_JOIN ? 0 : 1);
        put_bytes(b, &l->share, OPRF_SCALAR);
        put_piece(b, l);
        put_elements(b, l);
        break;
    case LETTER_PART:
    case LETTER_ANSWER:
        put_commits(b, l, 0);
        put_commits(b, l, 1);
        put_elements(b, l);
        put_bytes(b, &l->proof, sizeof l->proof);
        if (l->kind == LETTER_ANSWER) {
            put_id(b, l->guardian[0]);
            put_piece(b, l);
            put_tags(b, l);
        }
        break;
    case LETTER_CLOSE:
        put_tags(b, l);
        break;
    case LETTER_REPLY:
        put_number(b, l->yes, 1);
        put_text(b, l->office);
        put_text(b, l->words);
        break;
    case LETTER_SHARE:
        put_facts(b, l);
        break;
    case LETTER_REFUSE:
        put_text(b, l->words);
        break;
    case LETTER_POLL:
        put_number(b, l->acks, 1);
        for (size_t i = 0; i < l->acks; i++)
            put_id(b, l->ack[i]);
        break;
    case LETTER_KINDS:
        b->failed = true;
    }
}

static void put_zeros(struct buf *b, size_t n)
{
    static const char zeros[LETTER_UNIT];
    put_bytes(b, zeros, n);
}

enum err letter_write(struct ctx *c, const struct letter *l, const unsigned char box_public[PUBLIC_LEN],
                      letter_signer *sign, void *arg, struct str *out)
{
    struct buf content, body, whole;
    unsigned char sig[SIG_LEN];
    buf_init(&content, &c->mem, LETTER_MAX);
    buf_init(&body, &c->mem, LETTER_MAX + 2 * LETTER_UNIT);
    buf_init(&whole, &c->mem, LETTER_MAX + 3 * LETTER_UNIT);
    put_content(&content, l);
    put_number(&body, VERSION, 1);
    put_number(&body, l->kind, 1);
    put_id(&body, l->run);
    put_id(&body, l->from);
    put_id(&body, l->to);
    put_id(&body, l->id);
    put_number(&body, (uint64_t)l->at_us, 8);
    put_number(&body, content.n, 4);
    buf_put(&body, buf_str(&content));
    put_zeros(&body, (LETTER_UNIT - (body.n + SIG_LEN) % LETTER_UNIT) % LETTER_UNIT);
    TRY(ctx_check(c));
    if (content.failed || body.failed)
        return FAIL(c, ERR_BUG, "error.internal", "letter %d does not fit", (int)l->kind);
    sign(arg, str_join(&c->mem, signed_as, buf_str(&body)), sig);
    put_bytes(&body, sig, sizeof sig);
    struct str sealed = box_seal(&c->mem, box_public, buf_str(&body));
    buf_put(&whole, envelope_head);
    put_id(&whole, l->to);
    put_number(&whole, sealed.n, 4);
    buf_put(&whole, sealed);
    if (!sealed.p || whole.failed)
        return FAIL(c, ERR_NOMEM, "error.too-big", "letter");
    *out = buf_str(&whole);
    return ctx_check(c);
}

/* ---- reading: never past the end, sticky ---------------------------------------------------- */

struct reader { struct str s; bool bad; };

static struct str take(struct reader *r, size_t n)
{
    if (r->bad || r->s.n < n) {
        r->bad = true;
        return (struct str){ "", 0 };
    }
    struct str out = { r->s.p, n };
    r->s.p += n;
    r->s.n -= n;
    return out;
}

static uint64_t take_number(struct reader *r, int bytes)
{
    struct str s = take(r, (size_t)bytes);
    uint64_t v = 0;
    for (size_t i = 0; i < s.n; i++)
        v = v << 8 | (unsigned char)s.p[i];
    return v;
}

static struct str take_text(struct reader *r)
{
    size_t n = (size_t)take_number(r, 2);
    struct str s = take(r, n);
    if (n > TEXT_MAX || !utf8_valid(s) || memchr(s.p, 0, s.n))
        r->bad = true;
    return r->bad ? (struct str){ 0 } : s;
}

static struct str take_id(struct reader *r)
{
    struct str s = take(r, ID_LEN);
    if (!id_ok(s))
        r->bad = true;
    return s;
}

static void take_into(struct reader *r, void *p, size_t n)
{
    struct str s = take(r, n);
    if (s.n == n)
        memcpy(p, s.p, n);
}

static void take_commits(struct reader *r, struct letter *l, int who)
{
    take_into(r, l->commit[who], COMMITS * OPRF_ELEMENT);
    l->dealt[who] = true;
}

static void take_elements(struct reader *r, struct letter *l, size_t n)
{
    l->elements = (const void *)take(r, n * OPRF_ELEMENT).p;
    l->n = r->bad ? 0 : n;
}

static void take_tags(struct reader *r, struct letter *l, size_t n)
{
    l->tags = (const void *)take(r, n * TAG_LEN_).p;
    l->n_tags = r->bad ? 0 : n;
}

/* How large the whole is and which piece this is; gives how many are in it. */
static size_t take_piece(struct reader *r, struct letter *l, size_t most)
{
    size_t size = (size_t)take_number(r, 4), piece = (size_t)take_number(r, 2), k = SET_MIN;
    while (k < size && k < SET_MAX)
        k *= 4;
    if (size != k || piece >= (size > most ? size / most : 1)) {
        r->bad = true;
        return 0;
    }
    l->size = size;
    l->piece = piece;
    return smaller(size, most);
}

static void take_guardians(struct reader *r, struct letter *l)
{
    size_t n = (size_t)take_number(r, 1);
    if (n < 1 || n > GUARDIANS_MAX) {
        r->bad = true;
        return;
    }
    for (size_t i = 0; i < n; i++) {
        l->guardian[i] = take_id(r);
        for (size_t k = 0; k < i; k++)
            r->bad = r->bad || str_eq(l->guardian[i], l->guardian[k]);
    }
    l->guardians = n;
}

static void take_facts(struct reader *r, struct letter *l)
{
    l->office = take_text(r);
    l->facts = (size_t)take_number(r, 1);
    if (l->facts > FACTS_MAX) {
        r->bad = true;
        l->facts = 0;
    }
    for (size_t i = 0; i < l->facts; i++) {
        l->fact[i].name = take_text(r);
        l->fact[i].value = take_text(r);
    }
}

static void take_content(struct reader *r, struct letter *l)
{
    switch (l->kind) {
    case LETTER_ASK:
        l->purpose = take_text(r);
        l->case_ref = take_text(r);
        l->officer = take_text(r);
        l->office = take_text(r);
        l->answering = take_id(r);
        take_guardians(r, l);
        take_elements(r, l, TOKENS_ASKED);
        break;
    case LETTER_JOIN:
    case LETTER_GRANT:
        take_commits(r, l, l->kind == LETTER_JOIN ? 0 : 1);
        take_into(r, &l->share, OPRF_SCALAR);
        take_elements(r, l, take_piece(r, l, SET_PIECE));
        break;
    case LETTER_PART:
    case LETTER_ANSWER:
        take_commits(r, l, 0);
        take_commits(r, l, 1);
        take_elements(r, l, TOKENS_ASKED);
        take_into(r, &l->proof, sizeof l->proof);
        if (l->kind == LETTER_ANSWER) {
            l->guardian[0] = take_id(r);
            l->guardians = 1;
            take_tags(r, l, take_piece(r, l, TAGS_PIECE));
        }
        break;
    case LETTER_CLOSE:
        take_tags(r, l, TOKENS_ASKED);
        break;
    case LETTER_REPLY: {
        uint64_t v = take_number(r, 1);
        r->bad = r->bad || v > 1;
        l->yes = v == 1;
        l->office = take_text(r);
        l->words = take_text(r);
        break;
    }
    case LETTER_SHARE:
        take_facts(r, l);
        break;
    case LETTER_REFUSE:
        l->words = take_text(r);
        break;
    case LETTER_POLL:
        l->acks = (size_t)take_number(r, 1);
        if (l->acks > ACKS_MAX) {
            r->bad = true;
            l->acks = 0;
        }
        for (size_t i = 0; i < l->acks; i++)
            l->ack[i] = take_id(r);
        break;
    default:
        r->bad = true;
    }
}

enum err letter_parse(struct ctx *c, struct str body, struct letter *out)
{
    struct letter l = { 0 };
    if (body.n < HEAD + SIG_LEN || body.n % LETTER_UNIT || body.n > LETTER_MAX + LETTER_UNIT)
        return FAIL(c, ERR_INPUT, "inquiry.bad-letter", "%zu bytes", body.n);
    struct reader r = { { body.p, body.n - SIG_LEN }, false };
    if (take_number(&r, 1) != VERSION)
        r.bad = true;
    l.kind = (enum letter_kind)take_number(&r, 1);
    l.run = take_id(&r);
    l.from = take_id(&r);
    l.to = take_id(&r);
    l.id = take_id(&r);
    l.at_us = (int64_t)take_number(&r, 8);
    struct reader content = { take(&r, (size_t)take_number(&r, 4)), r.bad };
    if (!r.bad)
        take_content(&content, &l);
    bool filled = r.s.n < LETTER_UNIT;
    for (size_t i = 0; i < r.s.n; i++)
        filled = filled && r.s.p[i] == 0;
    if (r.bad || content.bad || content.s.n || !filled || l.at_us < 0)
        return FAIL(c, ERR_INPUT, "inquiry.bad-letter", "kind %d", (int)l.kind);
    *out = l;
    return ERR_OK;
}

enum err letter_from(struct ctx *c, struct str body, struct str *from)
{
    struct str s = str_sub(body, 2 + ID_LEN, ID_LEN);
    if (!id_ok(s))
        return FAIL(c, ERR_INPUT, "inquiry.bad-letter", "no sender");
    *from = s;
    return ERR_OK;
}

enum err letter_read(struct ctx *c, struct str body, const unsigned char sign_public[PUBLIC_LEN],
                     struct letter *out)
{
    struct letter l;
    TRY(letter_parse(c, body, &l));
    struct str said = str_join(&c->mem, signed_as, str_sub(body, 0, body.n - SIG_LEN));
    TRY(ctx_check(c));
    if (!sign_ok(sign_public, said, (const unsigned char *)body.p + body.n - SIG_LEN))
        return FAIL(c, ERR_DENIED, "inquiry.bad-signature", "from " STR_F, STR_A(l.from));
    *out = l;
    return ERR_OK;
}

/* ---- outside ------------------------------------------------------------------------------------ */

enum err envelope_next(struct ctx *c, struct str *rest, struct envelope *out)
{
    struct reader r = { *rest, false };
    struct envelope e;
    if (!str_eq(take(&r, envelope_head.n), envelope_head))
        r.bad = true;
    e.to = take_id(&r);
    size_t n = (size_t)take_number(&r, 4);
    if (n > LETTER_MAX + 2 * LETTER_UNIT)
        r.bad = true;
    e.sealed = take(&r, n);
    if (r.bad)
        return FAIL(c, ERR_INPUT, "inquiry.bad-file", "%zu bytes left", rest->n);
    e.whole = (struct str){ rest->p, rest->n - r.s.n };
    *rest = r.s;
    *out = e;
    return ERR_OK;
}

enum err courier_open(struct ctx *c, struct str file, struct str *letters)
{
    if (file.n > COURIER_MAX || !str_starts(file, courier_head()))
        return FAIL(c, ERR_INPUT, "inquiry.bad-file", "%zu bytes", file.n);
    *letters = str_sub(file, courier_head().n, file.n);
    return ERR_OK;
}
