/* test_rulebook.c - tables edited in their text; versions over the pack's model:
 * a second person, a day, a reason, and back. */
#include "house_t.h"

#include "rulebook/dmn_edit.h"
#include "rulebook/rulebook.h"

#include <sys/stat.h>

#define LAWYER "codeni-filadelfia"
#define OTHER "codeni-villarrica"

/* Officers of any office, with the capability of this test. */
static void lawyer(struct t *t, struct house_t *h, const char *office)
{
    as(t, h, office);
    struct officer *who = NEW(&h->c.mem, struct officer);
    *who = *h->c.who;
    who->roles = STR("legislation");
    h->c.who = who;
}

/* ---- the text ----------------------------------------------------------------------- */

static const struct str *texts_of(struct ctx *c, const struct edit_table *t, const struct edit_row *r)
{
    struct str *v = NEW_N(&c->mem, struct str, t->n_in + t->n_out + t->n_note + 1);
    for (size_t i = 0; i < r->n; i++)
        v[i] = r->cell[i].text;
    return v;
}

static struct edit_to *rows_of(struct ctx *c, const struct edit_table *t)
{
    struct edit_to *v = NEW_N(&c->mem, struct edit_to, t->n + 2);
    for (size_t i = 0; i < t->n; i++)
        v[i] = (struct edit_to){ (long)i, texts_of(c, t, &t->row[i]) };
    return v;
}

static struct str pack_file(struct t *t, struct ctx *c, const char *path)
{
    struct str s = { 0 };
    OK(c, file_read(c, path, 1 << 20, &s));
    return s;
}

/* Every cell of every table of the four packs: changed alone, only it differs,
 * and it reads back as it was written. */
static void only_that_cell(struct t *t)
{
    static const char *const path[] = { "packs/py/decisions/screening.dmn", "packs/ar/decisions/screening.dmn",
        "packs/lr/decisions/signal.dmn", "packs/th/decisions/screening.dmn" };
    struct ctx c;
    size_t cells = 0;
    ctx_init(&c, 512 << 20);
    for (size_t f = 0; f < COUNT_OF(path); f++) {
        struct str xml = pack_file(t, &c, path[f]);
        struct edit_table *tab, *again;
        size_t n, m;
        OK(&c, dmn_tables(&c, xml, &tab, &n));
        CHECK(n > 0);
        for (size_t i = 0; i < n; i++) {
            struct str out;
            OK(&c, dmn_edit(&c, xml, &tab[i], rows_of(&c, &tab[i]), tab[i].n, &out));
            CHECK(str_eq(out, xml));
            size_t r = (i * 7 + f) % (tab[i].n ? tab[i].n : 1);
            for (size_t k = 0; tab[i].n && k < tab[i].row[r].n; k++, cells++) {
                struct edit_to *rows = rows_of(&c, &tab[i]);
                struct edit *d;
                ((struct str *)(uintptr_t)rows[r].cell)[k] = STR("a < b & \"c\" > 14");
                OK(&c, dmn_edit(&c, xml, &tab[i], rows, tab[i].n, &out));
                OK(&c, dmn_diff(&c, xml, out, &d, &m));
                CHECK_EQ(m, 1);
                CHECK_EQ(d[0].kind, EDIT_CELL);
                CHECK(str_eq(d[0].table, tab[i].name) && str_eq(d[0].row, tab[i].row[r].id));
                CHECK(str_eq(d[0].before, tab[i].row[r].cell[k].text));
                CHECK_STR(d[0].after, "a < b & \"c\" > 14");
            }
        }
        struct dmn_model *model;
        OK(&c, dmn_load(&c, STR("x.dmn"), xml, NULL, 0, &model));
        OK(&c, dmn_tables(&c, xml, &again, &m));
        for (size_t i = 0; i < m; i++) {        /* what the engine reads is what is edited */
            const struct dmn_node *node = dmn_find(model, again[i].name);
            CHECK(node && node->table);
            CHECK_EQ(dmn_table_rows(node->table), again[i].n);
            CHECK_EQ(dmn_table_inputs(node->table), again[i].n_in);
            CHECK_EQ(dmn_table_outputs(node->table), again[i].n_out);
            for (size_t r = 0; r < again[i].n; r++) {
                CHECK(str_eq(dmn_row_id(node->table, r), again[i].row[r].id));
                CHECK(str_eq(dmn_input_text(node->table, r, 0), again[i].row[r].cell[0].text));
            }
        }
        dmn_free(model);
    }
    printf("# %zu cells edited alone\n", cells);
    ctx_done(&c);
}

static void rows_come_and_go(struct t *t)
{
    struct ctx c;
    struct str out, odd;
    struct edit_table *tab, *now;
    struct edit *d;
    size_t n, m, k;
    ctx_init(&c, 64 << 20);
    odd = pack_file(t, &c, "tests/fuzz/corpus/dmn_edit/odd.dmn");
    OK(&c, dmn_tables(&c, odd, &tab, &n));
    CHECK_EQ(n, 1);
    CHECK_STR(tab[0].name, "a&b");
    CHECK_STR(tab[0].head[0], "Edad > 1");
    CHECK_EQ(tab[0].n, 2);
    CHECK_STR(tab[0].row[0].cell[0].text, "< 14");
    const struct str fresh[] = { STR("< 16"), STR("\"x\""), STR("PY-L001 & more") };
    const struct str first[] = { STR("< 13"), STR("1"), STR("PY-L002") };
    struct edit_to rows[] = { { -1, fresh }, { 0, first } };
    OK(&c, dmn_edit(&c, odd, &tab[0], rows, 2, &out));
    OK(&c, dmn_tables(&c, out, &now, &m));
    CHECK_EQ(m, 1);
    CHECK_EQ(now[0].n, 2);
    CHECK_STR(now[0].row[0].id, "t_x1");
    CHECK_STR(now[0].row[0].cell[2].text, "PY-L001 & more");
    CHECK_STR(now[0].row[1].id, "r1");
    CHECK_STR(now[0].row[1].cell[0].text, "< 13");
    CHECK_STR(now[0].row[1].cell[1].text, "1");            /* <text/> filled */
    CHECK_STR(now[0].row[1].cell[2].text, "PY-L002");      /* <annotationEntry/> filled */
    CHECK(memmem(out.p, out.n, "<!-- before -->", 15));
    OK(&c, dmn_diff(&c, odd, out, &d, &k));
    size_t added = 0, removed = 0, cells = 0;
    for (size_t i = 0; i < k; i++) {
        added += d[i].kind == EDIT_ADDED;
        removed += d[i].kind == EDIT_REMOVED;
        cells += d[i].kind == EDIT_CELL;
    }
    CHECK_EQ(added, 1);
    CHECK_EQ(removed, 1);
    CHECK_EQ(cells, 3);
    ctx_done(&c);
}

/* ---- in the house ----------------------------------------------------------------------- */

/* The draft's text with one cell of a table replaced; the first that reads `was`. */
static struct str with_cell(struct t *t, struct ctx *c, struct str xml, const char *table, const char *was, const char *now)
{
    struct edit_table *tab, *e;
    struct str out = { 0 };
    size_t n;
    bool done = false;
    OK(c, dmn_tables(c, xml, &tab, &n));
    e = dmn_table_named(tab, n, str_c(table));
    CHECK(e);
    if (!e)
        return xml;
    struct edit_to *rows = rows_of(c, e);
    for (size_t i = 0; i < e->n && !done; i++)
        for (size_t k = 0; k < e->row[i].n && !done; k++)
            if (str_is(e->row[i].cell[k].text, was)) {
                ((struct str *)(uintptr_t)rows[i].cell)[k] = str_c(now);
                done = true;
            }
    CHECK(done);
    OK(c, dmn_edit(c, xml, e, rows, e->n, &out));
    return out;
}

static struct str urgency_now(struct t *t, struct house_t *h, int64_t day)
{
    AUTO_RULES u = { 0 };
    struct ctx *c = &h->c;
    struct feel_builder b;
    struct dmn_result r = { 0 };
    OK(c, rules_in_force(c, STR("signal"), day, &u));
    feel_builder_init(&b, &c->mem);
    if (u.model)
        OK(c, dmn_evaluate(c, u.model, STR("first_urgency"), feel_build(&b), NULL, &r));
    return arena_dup(&c->mem, feel_text(&c->mem, r.value));
}

static struct str begin(struct t *t, struct house_t *h)
{
    struct str id = { 0 };
    OK(&h->c, rules_draft_new(&h->c, &(struct rules_draft_new){ .decision = STR("signal"),
        .title = STR("Urgencia de prueba"), .why = STR("Para la prueba") }, &id));
    return id;
}

static struct str last_text(struct str xml)
{
    /* the last output entry of the only table: the answer when nothing else fits */
    (void)xml;
    return STR("\"yellow\"");
}

/* A draft with one cell changed, applied by the other lawyer from that day on. */
static struct str one_applied(struct t *t, struct house_t *h, int64_t from_day)
{
    struct ctx *c = &h->c;
    struct rules_draft w = { 0 };
    struct str id, text, version = { 0 };
    lawyer(t, h, LAWYER);
    id = begin(t, h);
    OK(c, rules_draft_get(c, id, &w));
    OK(c, rules_draft_text(c, id, &text));
    OK(c, rules_draft_save(c, id, with_cell(t, c, text, "first_urgency", arena_z(&c->mem, last_text(text)), "\"red\""), w.hash, STR("")));
    OK(c, rules_draft_get(c, id, &w));
    lawyer(t, h, OTHER);
    OK(c, rules_apply(c, &(struct rules_apply){ .draft = id, .seen = w.hash, .reason = STR("r"), .basis = STR("b"),
        .from_day = from_day }, &version));
    return version;
}

static void applied_on(struct t *t, struct house_t *h)
{
    struct ctx *c = &h->c;
    struct rules_draft w = { 0 };
    struct rules_version v = { 0 };
    struct str id, text, version = { 0 };
    int64_t today = rules_today(c);
    struct str before = urgency_now(t, h, today);
    as(t, h, LAWYER);
    REFUSED(c, ERR_DENIED, rules_draft_new(c, &(struct rules_draft_new){ .decision = STR("signal"),
        .title = STR("x"), .why = STR("x") }, &id));         /* not her office's work */
    lawyer(t, h, LAWYER);
    REFUSED(c, ERR_INPUT, rules_draft_new(c, &(struct rules_draft_new){ .decision = STR("nothing"),
        .title = STR("x"), .why = STR("x") }, &id));
    id = begin(t, h);
    OK(c, rules_draft_get(c, id, &w));
    OK(c, rules_draft_text(c, id, &text));
    CHECK(str_eq(w.hash, w.base) && str_eq(w.hash, rules_hash(c, text)));

    struct str next = with_cell(t, c, text, "first_urgency", arena_z(&c->mem, last_text(text)), "\"red\"");
    REFUSED(c, ERR_INPUT, rules_draft_save(c, id, STR("<definitions"), w.hash, STR("")));
    REFUSED(c, ERR_CONFLICT, rules_draft_save(c, id, next, STR("0"), STR("")));
    OK(c, rules_draft_save(c, id, next, w.hash, STR("más urgente")));
    CHECK(str_eq(urgency_now(t, h, today), before));          /* a draft decides nothing */

    struct rules_apply a = { .draft = id, .reason = STR("Publicada"), .basis = STR("Resolución de prueba 1/2026"),
                             .from_day = today };
    REFUSED(c, ERR_DENIED, rules_apply(c, &a, &version));     /* she wrote it */
    lawyer(t, h, OTHER);
    a.seen = w.hash;                                          /* she read it before the author saved */
    REFUSED(c, ERR_CONFLICT, rules_apply(c, &a, &version));
    OK(c, rules_draft_get(c, id, &w));
    a.seen = w.hash;
    a.basis = STR(" ");
    REFUSED(c, ERR_INPUT, rules_apply(c, &a, &version));
    a.basis = STR("Resolución de prueba 1/2026");
    a.provisions = STR("PY-L999");
    REFUSED(c, ERR_INPUT, rules_apply(c, &a, &version));
    a.provisions = STR("PY-L005");
    a.from_day = today + 10;
    OK(c, rules_apply(c, &a, &version));
    REFUSED(c, ERR_CONFLICT, rules_apply(c, &a, &version));   /* once */
    OK(c, rules_version_get(c, version, &v));
    CHECK(!str_eq(v.by, w.by) && pack_has_word(v.authors, w.by));

    /* By the day of evaluation. */
    CHECK(str_eq(urgency_now(t, h, today), before));
    CHECK(str_eq(urgency_now(t, h, today + 9), before));
    struct str after = urgency_now(t, h, today + 10);
    CHECK(!str_eq(after, before));
    CHECK_STR(after, "red");
    CHECK(str_eq(urgency_now(t, h, today + 11), after));
}

/* Taken back by two, from a day on; what began from it must look again. */
static void withdrawn_on(struct t *t, struct house_t *h)
{
    struct ctx *c = &h->c;
    struct rules_draft w = { 0 };
    struct rules_version v = { 0 };
    struct rules_apply a;
    int64_t today = rules_today(c);
    struct str before = urgency_now(t, h, today), text, version = one_applied(t, h, today + 10);
    struct str after = urgency_now(t, h, today + 10);
    CHECK(!str_eq(after, before));
    lawyer(t, h, LAWYER);
    c->now_us += 11 * US_PER_DAY;
    struct str late = begin(t, h);
    OK(c, rules_draft_get(c, late, &w));
    CHECK(str_eq(w.base_version, version));
    OK(c, rules_draft_text(c, late, &text));
    OK(c, rules_draft_save(c, late, with_cell(t, c, text, "first_urgency", "\"red\"", "\"orange\""), w.hash, STR("")));
    lawyer(t, h, OTHER);
    REFUSED(c, ERR_INPUT, rules_withdraw(c, version, today, STR("error")));      /* not in the past */
    OK(c, rules_withdraw(c, version, today + 12, STR("error de redacción")));
    OK(c, rules_withdraw(c, version, today + 12, STR("otra vez yo")));          /* nobody withdraws alone */
    CHECK(str_eq(urgency_now(t, h, today + 12), after));
    lawyer(t, h, LAWYER);
    OK(c, rules_withdraw(c, version, today + 13, STR("otro día")));             /* another day is another request */
    CHECK(str_eq(urgency_now(t, h, today + 13), after));
    OK(c, rules_withdraw(c, version, today + 12, STR("ese día")));
    lawyer(t, h, OTHER);
    OK(c, rules_version_get(c, version, &v));
    CHECK(!v.until_day && v.asked_day == today + 12 && str_eq(v.asked_by, w.by));
    OK(c, rules_withdraw(c, version, today + 12, STR("de acuerdo")));
    REFUSED(c, ERR_CONFLICT, rules_withdraw(c, version, today + 12, STR("otra vez")));
    CHECK(str_eq(urgency_now(t, h, today + 11), after));
    CHECK(str_eq(urgency_now(t, h, today + 12), before));
    OK(c, rules_draft_get(c, late, &w));
    a = (struct rules_apply){ .draft = late, .seen = w.hash, .reason = STR("r"), .basis = STR("b"), .from_day = today + 12 };
    REFUSED(c, ERR_CONFLICT, rules_apply(c, &a, &version));
    a.seen_base = true;
    OK(c, rules_apply(c, &a, &version));
    struct verify_report rep;
    OK(c, ledger_verify(c, c->node->ledger, false, &rep));
}

/* An update of the pack lies below what people applied: they are told, and see both. */
static void above_a_newer_pack_on(struct t *t, struct house_t *h)
{
    struct ctx *c = &h->c;
    const struct pack *own = c->node->pack;
    struct pack newer = *own;
    struct rules_version v = { 0 };
    struct rules_beside b;
    struct str text, next, version = one_applied(t, h, rules_today(c));
    OK(c, rules_pack_text(c, STR("signal"), &text));
    OK(c, rules_version_text(c, version, &next));
    OK(c, rules_version_get(c, version, &v));
    OK(c, rules_version_beside(c, &v, &b));
    CHECK(!b.due && !b.newer && !b.changed && !b.same);
    CHECK(str_eq(v.pack, b.pack) && v.pack.n);

    newer.version = STR("9999.1");                      /* the same table in a newer pack */
    c->node->pack = &newer;
    OK(c, rules_version_beside(c, &v, &b));
    CHECK(b.due && b.newer && !b.changed && !b.same);

    struct str dir = str_join(&c->mem, str_c(h->place.dir), STR("/pack"));
    struct str file = str_join(&c->mem, dir, STR("/decisions/signal.dmn"));
    CHECK(!mkdir(arena_z(&c->mem, dir), 0700) && !mkdir(arena_z(&c->mem, str_join(&c->mem, dir, STR("/decisions"))), 0700));
    newer.dir = dir;
    OK(c, file_write(c, arena_z(&c->mem, file), with_cell(t, c, text, "first_urgency", "\"red\"", "\"orange\""), 0600));
    OK(c, rules_version_beside(c, &v, &b));
    CHECK(b.due && b.newer && b.changed && !b.same);
    OK(c, file_write(c, arena_z(&c->mem, file), next, 0600));
    newer.version = own->version;                       /* another text under the same number */
    OK(c, rules_version_beside(c, &v, &b));
    CHECK(b.due && !b.newer && b.changed && b.same);

    OK(c, rules_withdraw(c, version, rules_today(c), STR("lo dice el paquete")));
    lawyer(t, h, LAWYER);
    OK(c, rules_withdraw(c, version, rules_today(c), STR("de acuerdo")));
    OK(c, rules_version_get(c, version, &v));
    OK(c, rules_version_beside(c, &v, &b));
    CHECK(!b.due);                                      /* nothing left to remind of */
    c->node->pack = own;
}

/* A text that could not run the house, or claims what the law does not say, stays a draft. */
static void refused_on(struct t *t, struct house_t *h)
{
    static const struct { const char *what, *with, *key; } broken[] = {
        { "=\"first_urgency\"", "=\"other_urgency\"", "rules.decision-missing" },
        { "<text>\"yellow\"</text>", "<text>yellow yellow (</text>", NULL },
        { "<text>PY-", "<text>PX-", "rules.has-findings" },
    };
    struct ctx *c = &h->c;
    for (size_t i = 0; i < COUNT_OF(broken); i++) {
        struct rules_draft w;
        struct str text, version;
        struct buf b;
        lawyer(t, h, LAWYER);
        struct str id = begin(t, h);
        OK(c, rules_draft_get(c, id, &w));
        OK(c, rules_draft_text(c, id, &text));
        buf_init(&b, &c->mem, 1 << 20);
        struct str rest = text, what = str_c(broken[i].what);
        size_t at;
        while (str_find(rest, what, &at)) {
            buf_put(&b, str_sub(rest, 0, at));
            buf_put(&b, str_c(broken[i].with));
            rest = str_sub(rest, at + what.n, rest.n);
        }
        CHECK(b.n > 0);
        buf_put(&b, rest);
        OK(c, rules_draft_save(c, id, buf_str(&b), w.hash, STR("")));
        lawyer(t, h, OTHER);
        OK(c, rules_draft_get(c, id, &w));
        enum err e = rules_apply(c, &(struct rules_apply){ .draft = id, .seen = w.hash, .reason = STR("r"), .basis = STR("b"),
            .from_day = rules_today(c) }, &version);
        CHECK_EQ(e, ERR_INPUT);
        CHECK(c->fault.key && (!broken[i].key || !strcmp(c->fault.key, broken[i].key)));
        c->fault = (struct fault){ 0 };
    }
}

/* Every statement and, now and then, an allocation refused: the draft stays a
 * draft, nothing is in force, and in the end it is applied once. */
static void survives_on(struct t *t, struct house_t *h)
{
    struct ctx *c = &h->c;
    struct rules_draft w;
    struct str text, version;
    lawyer(t, h, LAWYER);
    struct str id = begin(t, h);
    OK(c, rules_draft_get(c, id, &w));
    OK(c, rules_draft_text(c, id, &text));
    OK(c, rules_draft_save(c, id, with_cell(t, c, text, "first_urgency", "\"yellow\"", "\"red\""), w.hash, STR("")));
    lawyer(t, h, OTHER);
    OK(c, rules_draft_get(c, id, &w));
    struct rules_apply a = { .draft = id, .seen = w.hash, .reason = STR("r"), .basis = STR("b"), .from_day = rules_today(c) };
    long refused = 0;
    for (long n = 1; n < 4000; n += 1 + n / 6) {
        c->mem.fail_at = c->mem.count + n;
        enum err e = rules_apply(c, &a, &version);
        c->mem.fail_at = 0;
        c->mem.failed = false;
        if (e == ERR_OK)
            break;
        refused++;
        CHECK_EQ(e, ERR_NOMEM);
        c->fault = (struct fault){ 0 };
        OK(c, rules_draft_get(c, id, &w));
        CHECK_STR(w.state, "draft");
        CHECK_EQ(COUNT_ROWS(h, "SELECT count(*) FROM rules_version", NO_ARGS), 0);
    }
    CHECK(refused > 10);
    OK(c, rules_draft_get(c, id, &w));
    CHECK_STR(w.state, "applied");
    refused = 0;
    version = w.version;
    lawyer(t, h, LAWYER);
    OK(c, rules_withdraw(c, version, rules_today(c), STR("pedido")));
    CHECK_EQ(COUNT_ROWS(h, "SELECT count(*) FROM rules_version WHERE until_day > 0", NO_ARGS), 0);
    lawyer(t, h, OTHER);
    for (long n = 1;; n++) {
        db_fail_nth(c->db, n);
        enum err e = rules_withdraw(c, version, rules_today(c), STR("r"));
        bool reached = db_fail_left(c->db) <= 0;
        db_fail_nth(c->db, 0);
        c->fault = (struct fault){ 0 };
        if (e == ERR_OK || !reached)
            break;
        refused++;
        CHECK(!db_in_transaction(c->db));
    }
    CHECK(refused > 2);
    CHECK_EQ(COUNT_ROWS(h, "SELECT count(*) FROM rules_version WHERE until_day > 0", NO_ARGS), 1);
    struct verify_report rep;
    OK(c, ledger_verify(c, c->node->ledger, false, &rep));
}

static void on_both(struct t *t, void (*run)(struct t *, struct house_t *))
{
    for (int pg = 0; pg < engines(); pg++) {
        struct house_t h;
        if (house_fresh(t, &h, pg))
            run(t, &h);
        house_end(&h);
    }
}

static void applied(struct t *t) { on_both(t, applied_on); }
static void withdrawn(struct t *t) { on_both(t, withdrawn_on); }
static void above_a_newer_pack(struct t *t) { on_both(t, above_a_newer_pack_on); }
static void refused(struct t *t) { on_both(t, refused_on); }
static void survives(struct t *t) { on_both(t, survives_on); }

static const struct t_case cases[] = {
    { "one cell edited changes that cell and nothing else", only_that_cell },
    { "rows come, go and move; odd spellings are filled", rows_come_and_go },
    { "a second person applies, and the day decides", applied },
    { "two withdraw it, and the pack decides again", withdrawn },
    { "a version above a newer pack is pointed out, until it is withdrawn", above_a_newer_pack },
    { "what cannot run or claims too much stays a draft", refused },
    { "refused memory and refused statements leave it as it was", survives },
};
T_MAIN(cases)
