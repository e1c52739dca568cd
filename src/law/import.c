/* import.c - a document as files of a pack: its text in Markdown, its rows in CSV. */
#include "law/import.h"

#include <stdio.h>
#include <sys/stat.h>

enum { CSV_MAX = 8 << 20 };

static void csv_cell(struct buf *b, struct str s, bool first)
{
    bool quote = false;
    for (size_t i = 0; i < s.n; i++)
        quote |= s.p[i] == ',' || s.p[i] == '"' || s.p[i] == '\n' || s.p[i] == '\r';
    if (!first)
        buf_char(b, ',');
    if (!quote) {
        buf_put(b, s);
        return;
    }
    buf_char(b, '"');
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '"')
            buf_char(b, '"');
        buf_char(b, s.p[i]);
    }
    buf_char(b, '"');
}

/* Every language that some row speaks, in order of appearance. */
static size_t langs_of(const struct law_doc *d, struct str *out)
{
    size_t n = 0;
    for (size_t i = 0; i <= d->rows_n; i++) {
        const struct law_row *r = i ? &d->row[i - 1] : &d->head;
        for (size_t k = 0; k < r->langs_n; k++) {
            size_t x = 0;
            while (x < n && !str_eq(out[x], r->lang[k]))
                x++;
            if (x == n && n < PACK_LANGS_MAX)
                out[n++] = r->lang[k];
        }
    }
    if (!n)
        out[n++] = d->lang.n ? d->lang : STR("en");
    return n;
}

static struct str in_lang(const struct law_row *r, const struct label *l, struct str lang)
{
    for (size_t i = 0; i < r->langs_n; i++)
        if (str_eq(r->lang[i], lang))
            return l->in[i];
    return (struct str){ 0 };
}

static void instruments(struct buf *b, const struct law_doc *d)
{
    struct str lang[PACK_LANGS_MAX];
    size_t n = langs_of(d, lang);
    buf_put(b, STR("id"));
    for (size_t i = 0; i < n; i++) {
        buf_put(b, STR(",title::"));
        buf_put(b, lang[i]);
    }
    buf_put(b, STR(",number,kind,year,from,to,source,verified\n"));
    csv_cell(b, d->id, true);
    for (size_t i = 0; i < n; i++)
        csv_cell(b, d->head.langs_n ? in_lang(&d->head, &d->head.v.rule, lang[i]) : d->title, false);
    struct str year = d->date.n >= 4 ? str_sub(d->date, 0, 4) : str_sub(d->from, 0, d->from.n >= 4 ? 4 : 0);
    csv_cell(b, d->number, false);
    csv_cell(b, d->kind, false);
    csv_cell(b, year, false);
    csv_cell(b, d->from, false);
    csv_cell(b, d->to, false);
    csv_cell(b, d->source, false);
    csv_cell(b, STR("no"), false);              /* a file is no verification */
    buf_char(b, '\n');
}

static void provisions(struct buf *b, const struct law_doc *d)
{
    struct str lang[PACK_LANGS_MAX];
    size_t n = langs_of(d, lang);
    buf_put(b, STR("id,instrument,article,eid,amended_by,topic"));
    for (size_t t = 0; t < 2; t++) {
        if (t)
            buf_put(b, STR(",sector"));
        for (size_t i = 0; i < n; i++) {
            buf_put(b, t ? STR(",task::") : STR(",rule::"));
            buf_put(b, lang[i]);
        }
    }
    buf_put(b, STR(",values,from,to,source,verified,doubt\n"));
    for (size_t i = 0; i < d->rows_n; i++) {
        const struct provision *v = &d->row[i].v;
        csv_cell(b, v->id, true);
        csv_cell(b, d->id, false);
        csv_cell(b, v->article, false);
        csv_cell(b, v->eid, false);
        csv_cell(b, v->amended_by, false);
        csv_cell(b, v->topic, false);
        for (size_t k = 0; k < n; k++)
            csv_cell(b, in_lang(&d->row[i], &v->rule, lang[k]), false);
        csv_cell(b, v->sector, false);
        for (size_t k = 0; k < n; k++)
            csv_cell(b, in_lang(&d->row[i], &v->task, lang[k]), false);
        csv_cell(b, v->values, false);
        csv_cell(b, v->from, false);
        csv_cell(b, v->to, false);
        csv_cell(b, v->sources, false);
        csv_cell(b, str_c(pack_verified_name(PACK_NO)), false);  /* nobody here has read it */
        csv_cell(b, v->doubt, false);
        buf_char(b, '\n');
    }
}

/* Paraphrases stay in the table; a text file is for the law's own words. */
static bool own_words(const struct law_doc *d)
{
    for (size_t i = 0; i < d->n; i++)
        if (d->node[i].text.n && !str_is(d->node[i].status, "editorial") && !str_is(d->node[i].status, "unknown"))
            return true;
    return false;
}

static enum err put_file(struct ctx *c, const char *dir, struct str name, struct str text)
{
    struct str path = str_join(&c->mem, str_c(dir), STR("/"), name);
    struct stat there;
    TRY(ctx_check(c));
    if (stat(path.p, &there) == 0)
        return FAIL(c, ERR_CONFLICT, "law.import.exists", STR_F, STR_A(path));
    return file_write(c, path.p, text, 0644);
}

static bool file_name_ok(struct str id)
{
    for (size_t i = 0; i < id.n; i++)
        if (!ascii_alpha(id.p[i]) && !ascii_digit(id.p[i]) && id.p[i] != '-')
            return false;
    return id.n && id.n <= 80;
}

enum err law_import(struct ctx *c, const struct law_doc *d, const char *dir)
{
    struct buf b;
    struct str text;
    if (!file_name_ok(d->id))
        return FAIL(c, ERR_INPUT, "law.akn.malformed", "\"" STR_F "\" is no id for a file", STR_A(str_sub(d->id, 0, 60)));
    (void)mkdir(dir, 0755);
    (void)mkdir(arena_z(&c->mem, str_join(&c->mem, str_c(dir), STR("/law"))), 0755);
    buf_init(&b, &c->mem, CSV_MAX);
    instruments(&b, d);
    TRY(ctx_check(c));
    TRY(put_file(c, dir, STR("law/instruments.csv"), buf_str(&b)));
    if (d->rows_n) {
        buf_init(&b, &c->mem, CSV_MAX);
        provisions(&b, d);
        TRY(ctx_check(c));
        if (b.failed)
            return FAIL(c, ERR_INPUT, "law.akn.malformed", "more than %d bytes", CSV_MAX);
        TRY(put_file(c, dir, STR("law/provisions.csv"), buf_str(&b)));
    }
    if (!own_words(d))
        return ERR_OK;
    (void)mkdir(arena_z(&c->mem, str_join(&c->mem, str_c(dir), STR("/law/text"))), 0755);
    TRY(law_text_write(c, d, &text));
    return put_file(c, dir, str_join(&c->mem, STR("law/text/"), d->id, STR(".md")), text);
}
