/* served.c - forms gathered at start. */
#include "signal/served.h"

#include "base/embed.h"
#include "forms/sheet.h"
#include "pack/pack.h"

#include <nettle/md5.h>
#include <stdlib.h>

struct served {
    struct arena mem;
    struct served_form *v;
    size_t n;
};

static void md5_of(struct str bytes, char out[33])
{
    static const char hex[] = "0123456789abcdef";
    struct md5_ctx m;
    uint8_t sum[MD5_DIGEST_SIZE];
    md5_init(&m);
    md5_update(&m, bytes.n, (const uint8_t *)bytes.p);
    md5_digest(&m, sizeof sum, sum);
    for (size_t i = 0; i < sizeof sum; i++) {
        out[2 * i] = hex[sum[i] >> 4];
        out[2 * i + 1] = hex[sum[i] & 15];
    }
    out[32] = 0;
}

/* ---- one more form ------------------------------------------------------------------- */

static enum err refuse(struct ctx *c, struct str file, const struct form_notes *notes)
{
    c->fault = (struct fault){ 0 };             /* here it is the file that must be named */
    for (size_t i = 0; i < notes->n; i++)
        if (!notes->v[i].warning)
            return FAIL(c, ERR_INPUT, "served.form", STR_F ": line %d: %.120s", STR_A(file), notes->v[i].line,
                        arena_z(&c->mem, notes->v[i].text));
    return FAIL(c, ERR_INPUT, "served.form", STR_F, STR_A(file));
}

/* Takes over the reference. */
static enum err add(struct ctx *c, struct served *s, const struct form *f, struct str file)
{
    if (s->n == SERVED_MAX || served_find(s, form_id(f), form_version(f))) {
        form_unref(f);
        return FAIL(c, ERR_INPUT, "served.form", STR_F ": this form and version is there already, or there are too many",
                    STR_A(file));
    }
    struct served_form *x = &s->v[s->n++];
    *x = (struct served_form){ .form = f, .xml = form_xform(f), .newest = true };
    md5_of(x->xml, x->md5);
    for (size_t i = 0; i + 1 < s->n; i++) {
        struct served_form *y = &s->v[i];
        if (!y->newest || !str_eq(form_id(y->form), form_id(f)))
            continue;
        bool newer = str_cmp(form_version(f), form_version(y->form)) > 0;
        y->newest = !newer;
        x->newest = newer;
    }
    return ERR_OK;
}

static enum err add_xform(struct ctx *c, struct served *s, struct str xml, struct str file)
{
    const struct form *f;
    struct form_notes notes = { 0 };
    enum err e = xform_load(c, xml, &f, &notes);
    if (e)
        return e == ERR_INPUT ? refuse(c, file, &notes) : e;
    return add(c, s, f, file);
}

static enum err add_iom(struct ctx *c, struct served *s)
{
    for (size_t i = 0; i < embedded_n; i++)
        if (!strcmp(embedded[i].path, "data/htcds/htcds_xlsform.xml"))
            return add_xform(c, s, embedded[i].bytes, STR("htcds_xlsform.xml"));
    return FAIL(c, ERR_BUG, "error.internal", "the IOM form is not built in");
}

/* ---- the pack's form, for a telephone --------------------------------------------------- */

static size_t col_of(const struct sheet *s, const char *head)
{
    for (size_t i = 0; s->n && i < s->row[0].n; i++)
        if (str_is(s->row[0].cell[i], head))
            return i;
    return SHEET_COLS_MAX;
}

static void put_cell(struct ctx *c, struct sheet_row *r, size_t col, struct str value)
{
    if (col >= r->n) {
        struct str *v = col < SHEET_COLS_MAX ? NEW_N(&c->mem, struct str, col + 1) : NULL;
        if (!v)
            return;
        for (size_t i = 0; i <= col; i++)
            v[i] = sheet_cell(r, i);
        r->cell = v;
        r->n = col + 1;
    }
    r->cell[col] = value;
}

/* On the web the page asks for the department; here the form does.  And it did
 * not come by the web. */
static void for_telephone(struct ctx *c, struct sheet *survey)
{
    size_t type = col_of(survey, "type"), name = col_of(survey, "name"), first = col_of(survey, "default");
    for (size_t i = 1; i < survey->n; i++) {
        struct sheet_row *r = &survey->row[i];
        if (str_is(sheet_cell(r, name), "territory"))
            put_cell(c, r, type, STR("select_one departments"));
        if (str_is(sheet_cell(r, name), "territory"))
            put_cell(c, r, col_of(survey, "appearance"), STR("minimal"));
        if (str_is(sheet_cell(r, name), "channel"))
            put_cell(c, r, first, STR("odk"));
    }
}

static enum err with_departments(struct ctx *c, const struct pack *p, struct sheet *choices)
{
    struct sheet_row *row = NEW_N(&c->mem, struct sheet_row, choices->n + p->territories_n);
    TRY(ctx_check(c));
    for (size_t i = 0; i < choices->n; i++)
        row[i] = choices->row[i];
    choices->row = row;
    for (size_t i = 0; i < p->territories_n; i++) {
        const struct territory *t = &p->territories[i];
        if (t->level != 1)
            continue;
        struct sheet_row *r = &row[choices->n++];
        *r = (struct sheet_row){ .line = t->line };
        put_cell(c, r, col_of(choices, "list_name"), STR("departments"));
        put_cell(c, r, col_of(choices, "name"), t->id);
        for (size_t k = 0; k < choices->row[0].n; k++) {
            struct str head = choices->row[0].cell[k];
            if (str_starts(head, STR("label::")))
                put_cell(c, r, k, pack_text(p, &t->name, str_sub(head, 7, head.n)));
        }
    }
    return ctx_check(c);
}

static enum err sheet_of(struct ctx *c, const struct pack *p, const char *which, struct sheet *out)
{
    struct str text, path = str_join(&c->mem, p->dir, STR("/forms/signal."), str_c(which), STR(".csv"));
    TRY(ctx_check(c));
    TRY(file_read(c, path.p, 1 << 20, &text));
    return csv_load(c, text, out);
}

static enum err add_signal(struct ctx *c, struct served *s, const struct pack *p)
{
    struct sheet survey, choices, settings;
    struct form_notes notes = { 0 };
    const struct form *f;
    if (!p || !pack_form(p, STR("signal")))
        return ERR_OK;
    TRY(sheet_of(c, p, "survey", &survey));
    TRY(sheet_of(c, p, "choices", &choices));
    TRY(sheet_of(c, p, "settings", &settings));
    for_telephone(c, &survey);
    TRY(with_departments(c, p, &choices));
    enum err e = form_load_sheets(c, STR("signal"), &survey, &choices, &settings, &f, &notes);
    if (e)
        return e == ERR_INPUT ? refuse(c, STR("signal.survey.csv"), &notes) : e;
    return add(c, s, f, STR("signal.survey.csv"));
}

/* ---- the node's own folder ------------------------------------------------------------------ */

static bool name_safe(struct str s)
{
    return s.n && s.p[0] != '.' && !memchr(s.p, '/', s.n) && utf8_valid(s);
}

static enum err add_media(struct ctx *c, struct served *s, struct str dir)
{
    struct served_form *x = &s->v[s->n - 1];
    struct str *name;
    size_t n, k = 0;
    const char *z = arena_z(&c->mem, dir);
    enum err e = z ? dir_list(c, z, &name, &n) : ERR_NOMEM;
    if (e) {
        c->fault = (struct fault){ 0 };
        return e == ERR_NOT_FOUND || e == ERR_IO ? ERR_OK : e;
    }
    struct served_file *v = NEW_N(&s->mem, struct served_file, n + 1);
    for (size_t i = 0; v && i < n && k < SERVED_FILES_MAX; i++) {
        struct str bytes, path = str_join(&c->mem, dir, STR("/"), name[i]);
        if (!name_safe(name[i]))
            continue;
        TRY(ctx_check(c));
        TRY(file_read(c, path.p, SERVED_FILE_BYTES, &bytes));
        v[k] = (struct served_file){ arena_dup(&s->mem, name[i]), arena_dup(&s->mem, bytes), "" };
        md5_of(v[k].bytes, v[k].md5);
        k++;
    }
    x->media = v;
    x->media_n = v ? k : 0;
    if (s->mem.failed)
        return FAIL(c, ERR_NOMEM, "error.too-big", "media of a form");
    return ctx_check(c);
}

static enum err add_file(struct ctx *c, struct served *s, struct str dir, struct str name)
{
    bool xml = str_ends(name, STR(".xml")), xlsx = str_ends(name, STR(".xlsx"));
    struct str bytes, path = str_join(&c->mem, dir, STR("/"), name);
    struct str bare = str_sub(name, 0, name.n - (xml ? 4 : 5));
    if (!name_safe(name) || (!xml && !xlsx))
        return ERR_OK;
    TRY(ctx_check(c));
    TRY(file_read(c, path.p, XFORM_MAX, &bytes));
    if (xml) {
        TRY(add_xform(c, s, bytes, name));
    } else {
        struct form_notes notes = { 0 };
        const struct form *f;
        enum err e = form_load_xlsx(c, bare, bytes, &f, &notes);
        if (e)
            return e == ERR_INPUT ? refuse(c, name, &notes) : e;
        TRY(add(c, s, f, name));
    }
    return add_media(c, s, str_join(&c->mem, dir, STR("/"), bare, STR("-media")));
}

static enum err add_folder(struct ctx *c, struct served *s, const char *dir)
{
    struct str *name;
    size_t n;
    enum err e = dir ? dir_list(c, dir, &name, &n) : ERR_NOT_FOUND;
    if (e) {
        c->fault = (struct fault){ 0 };
        return e == ERR_NOT_FOUND ? ERR_OK : e;
    }
    for (size_t i = 0; i < n; i++)
        TRY(add_file(c, s, str_c(dir), name[i]));
    return ERR_OK;
}

/* ---- all ---------------------------------------------------------------------------------------- */

static enum err gather(struct ctx *c, struct served *s, const struct pack *pack, const char *dir)
{
    s->v = NEW_N(&s->mem, struct served_form, SERVED_MAX);
    if (!s->v)
        return FAIL(c, ERR_NOMEM, "error.too-big", "forms");
    TRY(add_signal(c, s, pack));
    TRY(add_iom(c, s));
    return add_folder(c, s, dir);
}

enum err served_load(struct ctx *c, const struct pack *pack, const char *dir, struct served **out)
{
    struct served *s = calloc(1, sizeof *s);
    if (!s)
        return FAIL(c, ERR_NOMEM, "error.too-big", "forms");
    arena_init(&s->mem, SERVED_BYTES);
    enum err e = gather(c, s, pack, dir);
    if (e) {
        served_free(s);
        return e;
    }
    *out = s;
    return ERR_OK;
}

void served_free(struct served *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < s->n; i++)
        form_unref(s->v[i].form);
    arena_free(&s->mem);
    free(s);
}

size_t served_count(const struct served *s)
{
    return s ? s->n : 0;
}

const struct served_form *served_at(const struct served *s, size_t i)
{
    return &s->v[i];
}

const struct served_form *served_find(const struct served *s, struct str id, struct str version)
{
    for (size_t i = 0; s && i < s->n; i++)
        if (str_eq(form_id(s->v[i].form), id) &&
            (version.p ? str_eq(form_version(s->v[i].form), version) : s->v[i].newest))
            return &s->v[i];
    return NULL;
}

const struct served_form *served_by_md5(const struct served *s, struct str md5)
{
    for (size_t i = 0; s && i < s->n; i++)
        if (str_is(md5, s->v[i].md5))
            return &s->v[i];
    return NULL;
}
