/* tokens.c - what of a person is compared: composite tokens from match/, of one
 * person to ask about, of everybody this node knows to answer with (set.c). */
#include "inquiry/inside.h"

#include "db/db.h"
#include "person/person.h"

#include <stdlib.h>

enum { TOKENS_PER_PERSON = 32, PAIRS_MAX = 4 * SET_MAX };

static const char *const prefix[MATCH_TOKEN_KINDS] = {
    [MATCH_TOKEN_ID] = "id|", [MATCH_TOKEN_PHONE] = "phone|", [MATCH_TOKEN_EMAIL] = "email|",
    [MATCH_TOKEN_NAMES_DAY] = "names-day|", [MATCH_TOKEN_NAMES_YEAR] = "names-year|",
};

enum match_token_kind token_kind(struct str text)
{
    for (int k = 0; k < MATCH_TOKEN_KINDS; k++)
        if (str_starts(text, str_c(prefix[k])))
            return (enum match_token_kind)k;
    return MATCH_TOKEN_KINDS;
}

/* The two names of "names-year|a|b|2009", whatever the year. */
static void pair_add(struct evidence *e, struct str token)
{
    size_t n = token.n;
    while (n && token.p[n - 1] != '|')
        n--;
    uint64_t h = str_hash((struct str){ token.p, n });
    for (size_t i = 0; i < e->pairs; i++)
        if (e->pair[i] == h)
            return;
    if (e->pairs < PAIRS_ENOUGH)
        e->pair[e->pairs++] = h;
}

void evidence_add(struct evidence *e, struct str token)
{
    enum match_token_kind k = token_kind(token);
    if (k == MATCH_TOKEN_KINDS)
        return;
    e->kinds |= 1u << k;
    if (k == MATCH_TOKEN_NAMES_YEAR)
        pair_add(e, token);
}

bool enough(const struct evidence *e)
{
    unsigned weak = e->kinds & ~(1u << MATCH_TOKEN_NAMES_DAY);
    return weak != e->kinds || (weak & (weak - 1)) || e->pairs >= PAIRS_ENOUGH;
}

static enum err person_tokens(struct ctx *c, const struct record *person, struct match_token t[MATCH_TOKENS_MAX], size_t *n)
{
    struct match_record m = person_match_record(c, person);
    return match_tokens(c, &m, t, n);
}

enum err tokens_of(struct ctx *c, const struct record *person, struct token_list *out)
{
    struct match_token t[MATCH_TOKENS_MAX];
    size_t n;
    TRY(person_tokens(c, person, t, &n));
    out->n = 0;
    for (size_t i = 0; i < n && out->n < TOKENS_ASKED; i++) {
        out->text[out->n] = t[i].text;
        out->kind[out->n++] = t[i].kind;
    }
    return ERR_OK;
}

/* ---- everybody ---------------------------------------------------------------------------- */

struct pair { struct str text; uint32_t person; };
struct gathering { struct pair *pair; size_t n, room; struct str *person; size_t persons, persons_room; };

static void *grown(struct ctx *c, const void *old, size_t n, size_t *room, size_t size)
{
    size_t more = *room ? *room * 2 : 1024;
    char *p = arena_alloc_n_(&c->mem, more, size, 8);
    if (p && n)
        memcpy(p, old, n * size);
    if (p)
        *room = more;
    return p;
}

static enum err gather_one(struct ctx *c, struct ctx *page, struct str id, struct gathering *g)
{
    struct record r;
    struct match_token t[MATCH_TOKENS_MAX];
    size_t n;
    TRY(record_load(page, id, &r));
    TRY(person_tokens(page, &r, t, &n));
    if (!n)
        return ERR_OK;
    if (g->persons == g->persons_room)
        g->person = grown(c, g->person, g->persons, &g->persons_room, sizeof *g->person);
    TRY(ctx_check(c));
    g->person[g->persons] = arena_dup(&c->mem, id);
    for (size_t i = 0; i < n && i < TOKENS_PER_PERSON; i++) {
        if (g->n == g->room)
            g->pair = grown(c, g->pair, g->n, &g->room, sizeof *g->pair);
        TRY(ctx_check(c));
        if (g->n == PAIRS_MAX)
            return FAIL(c, ERR_INPUT, "inquiry.too-many", "%zu tokens of persons", g->n);
        g->pair[g->n++] = (struct pair){ arena_dup(&c->mem, t[i].text), (uint32_t)g->persons };
    }
    g->persons++;
    return ctx_check(c);
}

static enum err gather_page(struct ctx *c, struct ctx *page, char last[ID_LEN + 1], struct gathering *g, bool *more)
{
    AUTO_ROWS r = { 0 };
    struct str id[500];
    size_t n = 0;
    TRY(db_query(page, &r, "SELECT id FROM kind_row WHERE kind = 'person' AND id > $1 ORDER BY id LIMIT 500",
                 ARGS(TEXT(str_c(last)))));
    while (n < COUNT_OF(id) && rows_next(&r))
        id[n++] = row_str(&r, 0);
    TRY(rows_end(&r));
    for (size_t i = 0; i < n; i++)
        TRY(gather_one(c, page, id[i], g));
    if (n)
        memcpy(last, id[n - 1].p, ID_LEN);
    *more = n == COUNT_OF(id);
    return ERR_OK;
}

static enum err gather(struct ctx *c, struct gathering *g)
{
    char last[ID_LEN + 1] = "";
    for (bool more = true; more;) {
        struct ctx page;                             /* a page of records at a time */
        ctx_init(&page, 64 << 20);
        page.db = c->db;
        page.node = c->node;
        page.now_us = c->now_us;
        enum err e = gather_page(c, &page, last, g, &more);
        if (e && !c->fault.code)
            c->fault = page.fault;
        ctx_done(&page);
        TRY(e);
    }
    return ERR_OK;
}

static int by_text(const void *a, const void *b)
{
    const struct pair *x = a, *y = b;
    int k = str_cmp(x->text, y->text);
    return k ? k : x->person < y->person ? -1 : x->person > y->person;
}

/* Sorted, each token once; then placed. */
enum err own_set(struct ctx *c, struct own_set *out)
{
    struct gathering g = { 0 };
    struct own_set s = { .n = 0 };
    TRY(gather(c, &g));
    if (g.n)
        qsort(g.pair, g.n, sizeof *g.pair, by_text);
    s.person = g.person;
    s.token = NEW_N(&c->mem, struct str, g.n + 1);
    s.first = NEW_N(&c->mem, uint32_t, g.n + 2);
    s.member = NEW_N(&c->mem, uint32_t, g.n + 1);
    TRY(ctx_check(c));
    for (size_t i = 0; i < g.n; i++) {
        if (!s.n || !str_eq(s.token[s.n - 1], g.pair[i].text)) {
            s.first[s.n] = (uint32_t)i;
            s.token[s.n++] = g.pair[i].text;
        }
        s.member[i] = g.pair[i].person;
    }
    s.first[s.n] = (uint32_t)g.n;
    s.size = set_size(s.n);
    if (!s.size)
        return FAIL(c, ERR_INPUT, "inquiry.too-many", "%zu tokens", s.n);
    TRY(set_places(c, &s));
    *out = s;
    return ERR_OK;
}
