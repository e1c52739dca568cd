/* import.c - rows of the HTCDS workbook become signals. */
#include "api/api.h"

#include "base/node.h"
#include "forms/htcds.h"
#include "pack/pack.h"
#include "signal/signal.h"

/* Several choices of one field: "DebtBondage;TakesEarnings", in the row's order. */
static enum err row_answers(struct ctx *c, const struct htcds_row *row, struct answers *a)
{
    for (size_t i = 0; i < row->n; i++) {
        struct str value = row->v[i].value;
        bool first = true;
        for (size_t k = 0; k < i; k++)
            first = first && !str_eq(row->v[k].field, row->v[i].field);
        for (size_t k = i + 1; first && k < row->n; k++)
            if (str_eq(row->v[k].field, row->v[i].field))
                value = str_join(&c->mem, value, STR(";"), row->v[k].value);
        if (first && !answers_put(&c->mem, a, row->v[i].field, value))
            return ctx_check(c);
    }
    return ctx_check(c);
}

/* The same row of the same place in a file is the same signal, however often
 * the file is brought. */
static struct str row_name(struct ctx *c, const struct htcds_row *row, const struct answers *a)
{
    unsigned char h[32];
    struct buf b;
    buf_init(&b, &c->mem, 1 << 20);
    buf_i64(&b, row->line);
    for (size_t i = 0; i < a->n; i++) {
        buf_char(&b, '\n');
        buf_put(&b, a->v[i].path);
        buf_char(&b, '=');
        buf_put(&b, a->v[i].value);
    }
    hash_sha256(h, buf_str(&b));
    return str_join(&c->mem, STR("htcds:"), hex_text(&c->mem, (struct str){ (const char *)h, sizeof h }));
}

static enum err take_row(struct ctx *c, const struct htcds_row *row, struct str territory, struct import_report *r)
{
    struct answers a = { 0 };
    struct str receipt, id;
    bool known;
    TRY(row_answers(c, row, &a));
    struct str name = row_name(c, row, &a);
    TRY(ctx_check(c));
    TRY(signal_sent_before(c, name, &known));
    if (known) {
        r->known++;
        return ERR_OK;
    }
    TRY(signal_receive(c, &(struct signal_in){ .channel = "htcds", .form = STR("htcds"), .answers = &a,
        .territory = territory, .instance = name }, &receipt, &id));
    r->made++;
    return ERR_OK;
}

enum { ROW_MEMORY = 16 << 20 };

/* In memory of its own: a file may have thousands of rows. */
static enum err one_row(struct ctx *c, const struct htcds_row *row, struct str territory, struct import_report *r)
{
    struct ctx mine;
    ctx_init(&mine, ROW_MEMORY);
    mine.db = c->db;
    mine.node = c->node;
    mine.who = c->who;
    mine.lang = c->lang;
    enum err e = take_row(&mine, row, territory, r);
    if (e)
        c->fault = mine.fault;
    ctx_done(&mine);
    return e;
}

enum err import_htcds(struct ctx *c, struct str bytes, struct str territory, import_say *say, void *arg,
                      struct import_report *out)
{
    struct htcds_import in;
    *out = (struct import_report){ 0 };
    if (territory.n && !pack_territory(c->node->pack, territory))
        return FAIL(c, ERR_INPUT, "import.territory", STR_F, STR_A(str_sub(territory, 0, 40)));
    TRY(htcds_load(c, bytes, &in));
    for (size_t i = 0; i < in.notes.n; i++) {
        const struct form_note *n = &in.notes.v[i];
        say(arg, n->line, n->warning ? "note" : "error",
            str_join(&c->mem, n->file, STR(": "), n->column, STR(": "), n->text));
    }
    TRY(ctx_check(c));
    if (in.refused)
        return FAIL(c, ERR_INPUT, "import.refused", "%zu rows with errors; nothing was imported", in.refused);
    out->rows = in.n;
    for (size_t i = 0; i < in.n; i++) {
        size_t made = out->made;
        TRY(one_row(c, &in.row[i], territory, out));
        say(arg, in.row[i].line, out->made > made ? "imported" : "known already", STR(""));
    }
    return ERR_OK;
}
