/* programme_web.c - the page and the sheet. */
#include "programme/programme.h"

#include "base/node.h"
#include "page/names.h"
#include "page/sheet_out.h"

static const char *const title[BY_N] = { [BY_MONTH] = "programme.month", [BY_CRIME] = "programme.crime",
    [BY_SEX] = "programme.sex", [BY_AGE] = "programme.age", [BY_PLACE] = "programme.place" };

static struct str name_of(struct ctx *c, enum count_by by, struct str key)
{
    switch (by) {
    case BY_CRIME:
        return say_join(c, "crime", key);
    case BY_SEX:
        return say_join(c, "programme.sex", key);
    case BY_AGE:
        return say_join(c, "programme.age", key);
    case BY_PLACE:
        return place_text(c, key);
    default:
        return ascii_digit(key.p[0]) ? key : say_join(c, "programme.month", key);
    }
}

static struct str number_text(struct ctx *c, int64_t v, enum count_shown shown)
{
    struct buf b;
    if (shown != COUNT_PLAIN)
        return shown == COUNT_FEW ? SAY(c, "number.few") : SAY(c, "programme.kept");
    buf_init(&b, &c->mem, 24);
    buf_i64(&b, v);
    return buf_str(&b);
}

static void count_cell(struct ctx *c, struct out *o, int64_t v, enum count_shown shown)
{
    cell(o);
    if (shown == COUNT_PLAIN)
        number(o, v);
    else
        text(o, number_text(c, v, shown));
}

static void table_part(struct ctx *c, struct out *o, enum count_by by, const struct count_table *t)
{
    part_begin(o, title[by]);
    if (!t->n)
        empty(o, "programme.nobody");
    else
        grid_begin(o, &(struct grid){ title[by], COLS("programme.which", "programme.persons", "programme.records"),
                                      .num = 6, .rowhead = true, .wide = true });
    for (size_t i = 0; i < t->n; i++) {
        row_begin(o, TONE_PLAIN);
        cell_text(o, name_of(c, by, t->row[i].key));
        count_cell(c, o, t->row[i].persons, t->row[i].shown);
        count_cell(c, o, t->row[i].records, t->row[i].shown);
        row_end(o);
    }
    if (t->n)
        grid_end(o);
    if (by == BY_CRIME && t->n)
        small(o, "programme.crime-note");
    section_end(o);
}

/* "Records 41, persons 37, awaiting decision 3." */
static void sum_part(struct ctx *c, struct out *o, const struct programme *p)
{
    bool plain = p->all.shown == COUNT_PLAIN;
    part_begin(o, "programme.all");
    facts_begin(o);
    fact(o, "programme.records", number_text(c, p->all.records, p->all.shown));
    fact(o, "programme.persons", number_text(c, p->all.persons, p->all.shown));
    if (plain)
        fact(o, "programme.doubled", number_text(c, p->all.records - p->all.persons, COUNT_PLAIN));
    bool few = p->waiting > 0 && p->waiting < PROGRAMME_FEW;
    fact(o, "programme.waiting", number_text(c, p->waiting, few ? COUNT_FEW : COUNT_PLAIN));
    facts_end(o);
    small(o, "programme.how");
    small(o, "programme.small-numbers");
    section_end(o);
}

static enum err programme_page(struct ctx *c, const struct request *rq, struct response *rs)
{
    struct out *o = &rs->out;
    struct programme p;
    (void)rq;
    TRY(programme_count(c, &p));
    page_begin(o, &(struct page){ .title_key = "programme.title", .tab = "department",
        .crumbs = { { "dept.title", STR("/department") } } });
    head_begin(o);
    T(o, "programme.title");
    html(o, ": ");
    text(o, place_text(c, p.territory));
    head_actions(o);
    go_button(o, BTN_QUIET, "export.csv", "/programme/persons.csv");
    head_end(o);
    lede(o, "programme.lede");
    halves_begin(o);
    sum_part(c, o, &p);
    for (enum count_by by = 0; by < BY_N; by++)
        table_part(c, o, by, &p.by[by]);
    halves_end(o);
    page_end(o);
    return ERR_OK;
}

/* ---- as a sheet --------------------------------------------------------------------------------- */

struct sheet_line { struct str by, which, persons, records; };
struct sheet_state { struct sheet_line *line; size_t n; struct node *node; struct db *db; const struct officer *who; };

static enum err more(struct ctx *c, void *state, struct sheet_out *s, bool *end)
{
    struct sheet_state *x = state;
    (void)c;
    for (size_t i = 0; i < x->n; i++) {
        put_text(s, x->line[i].by);
        put_text(s, x->line[i].which);
        put_decimal(s, x->line[i].persons);
        put_decimal(s, x->line[i].records);
        put_row(s);
    }
    *end = true;
    return ERR_OK;
}

static enum err done(struct ctx *c, void *state, int64_t rows, const char hash[SHEET_HASH])
{
    struct sheet_state *x = state;
    struct buf b;
    c->db = x->db;
    c->node = x->node;
    c->who = x->who;
    buf_init(&b, &c->mem, 200);
    buf_fmt(&b, "persons: %lld rows, %s", (long long)rows, hash);
    return access_event(c, x->who->id, "export", buf_str(&b));
}

static struct sheet_line line_of(struct ctx *c, struct str by, struct str which, const struct count_row *r)
{
    return (struct sheet_line){ by, which, number_text(c, r->persons, r->shown), number_text(c, r->records, r->shown) };
}

static enum err programme_sheet(struct ctx *c, const struct request *rq, struct response *rs)
{
    struct programme p;
    size_t n = 2;
    (void)rq;
    TRY(programme_count(c, &p));
    for (enum count_by by = 0; by < BY_N; by++)
        n += p.by[by].n;
    struct sheet_state *x = NEW(&c->mem, struct sheet_state);
    struct str *heads = NEW_N(&c->mem, struct str, 4);          /* sent after this returns */
    struct sheet_line *line = NEW_N(&c->mem, struct sheet_line, n);
    TRY(ctx_check(c));
    heads[0] = SAY(c, "programme.by");
    heads[1] = SAY(c, "programme.which");
    heads[2] = SAY(c, "programme.persons");
    heads[3] = SAY(c, "programme.records");
    *x = (struct sheet_state){ .line = line, .node = c->node, .db = c->db, .who = c->who };
    line[x->n++] = line_of(c, SAY(c, "programme.all"), place_text(c, p.territory), &p.all);
    for (enum count_by by = 0; by < BY_N; by++)
        for (size_t i = 0; i < p.by[by].n; i++)
            line[x->n++] = line_of(c, say_(c, str_c(title[by])), name_of(c, by, p.by[by].row[i].key), &p.by[by].row[i]);
    TRY(ctx_check(c));
    return send_sheet(c, rs, SHEET_CSV, &(struct sheet_source){ .name = "persons", .heads = heads, .n = 4,
        .more = more, .done = done, .state = x, .bom = true });
}

const struct route programme_routes[] = {
    { GET, "/programme/persons",     programme_page,  .verb = "office.department", .help = "Persons counted once, beside records.",
      .again = true },
    { GET, "/programme/persons.csv", programme_sheet, .verb = "office.department", .help = "The same as CSV." },
    { 0 }
};
