/* web_t.h - for tests: one request to a house, without a network. */
#ifndef WEB_T_H
#define WEB_T_H

#include "house_t.h"
#include "web/web.h"

struct got { struct ctx c; struct response rs; struct str body; };

static inline struct str got_pulled(struct got *g)
{
    struct buf b;
    char part[4096];
    size_t n = 0;
    buf_init(&b, &g->c.mem, 16 << 20);
    do {
        if (g->rs.pull(g->rs.state, part, sizeof part, &n) != ERR_OK)
            break;
        buf_put(&b, (struct str){ part, n });
    } while (n);
    if (g->rs.pull_done)
        g->rs.pull_done(g->rs.state);
    return buf_str(&b);
}

/* End with got_end. */
static inline void web_ask(struct house_t *h, struct str cookie, enum method method, struct str path,
                           const struct sent *form, size_t n, struct got *g)
{
    ctx_init(&g->c, 64 << 20);
    g->c.node = h->c.node;
    g->c.db = h->c.db;
    g->c.now_us = h->c.now_us;
    g->c.lang = STR("es");
    struct request rq = { .method = method, .path = path, .form = form, .form_n = n, .session = cookie, .peer = STR("peer-ok") };
    (void)web_run(&g->c, &rq, cookie, &g->rs);
    g->body = g->rs.pull ? got_pulled(g) : g->rs.body.n ? g->rs.body : buf_str(&g->rs.out.b);
}

static inline void got_end(struct got *g)
{
    g->c.db = NULL;
    ctx_done(&g->c);
}

static inline bool holds(struct str text, struct str what)
{
    return what.n && memmem(text.p, text.n, what.p, what.n) != NULL;
}

/* The same bytes but for the keys of forms, which are another each time. */
static inline bool same_but_keys(struct str a, struct str b, size_t *keys)
{
    struct str mark = STR("name=\"once\" value=\"");
    size_t at;
    if (a.n != b.n)
        return false;
    for (*keys = 0; str_find(a, mark, &at); ++*keys) {
        size_t from = at + mark.n;
        if (!str_eq(str_sub(a, 0, from), str_sub(b, 0, from)) ||
            str_eq(str_sub(a, from, ID_LEN), str_sub(b, from, ID_LEN)) ||
            !id_ok(str_sub(a, from, ID_LEN)) || !id_ok(str_sub(b, from, ID_LEN)))
            return false;
        a = str_sub(a, from + ID_LEN, a.n);
        b = str_sub(b, from + ID_LEN, b.n);
    }
    return str_eq(a, b);
}

/* The token of a session of this office's officer, who is made when missing. */
static inline struct str signed_in(struct t *t, struct house_t *h, const char *office)
{
    struct str token = { 0 };
    as(t, h, office);
    h->c.who = NULL;
    OK(&h->c, session_begin(&h->c, str_c(office), STR(HOUSE_PASSWORD), (struct str){ 0 }, STR("peer-ok"), &token));
    return token;
}

/* The one value of a query with one text argument; {0}: no row. */
static inline struct str one_value(struct house_t *h, const char *sql, struct str arg)
{
    AUTO_ROWS r = { 0 };
    struct str v = { 0 };
    struct db_arg a = TEXT(arg);
    if (db_query_(&h->c, h->c.db, &r, sql, &a, 1) == ERR_OK && rows_next(&r))
        v = row_str(&r, 0);
    return v;
}

#endif
