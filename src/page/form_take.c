/* form_take.c - what a browser sent for a form: read, checked, completed. */
#include "page/form_html.h"
#include "page/form_priv.h"

/* ---- reading what was sent ----------------------------------------------------------------- */

static struct str sent_value(const struct request *rq, struct str name)
{
    for (size_t i = 0; i < rq->form_n; i++)
        if (str_eq(rq->form[i].name, name))
            return str_trim(rq->form[i].value);
    return (struct str){ 0 };
}

/* Several boxes of one name: joined by spaces, as XForms keep them. */
static struct str sent_list(struct ctx *c, const struct request *rq, struct str name)
{
    struct buf b;
    buf_init(&b, &c->mem, 64 * 1024);
    for (size_t i = 0; i < rq->form_n; i++) {
        if (!str_eq(rq->form[i].name, name) || !rq->form[i].value.n)
            continue;
        if (b.n)
            buf_char(&b, ' ');
        buf_put(&b, rq->form[i].value);
    }
    return buf_str(&b);
}

/* A date as typed becomes ISO; what is no date stays, so that it is refused
 * and shown again as it was. */
static struct str read_date(struct ctx *c, struct str typed)
{
    struct civil d;
    return words_date_read(typed, &d) ? date_text(&c->mem, d) : typed;
}

static struct str read_datetime(struct ctx *c, const struct request *rq, struct str path)
{
    struct str day = read_date(c, sent_value(rq, path));
    struct str hour = sent_value(rq, str_join(&c->mem, path, STR("@time")));
    if (!day.n && !hour.n)
        return (struct str){ 0 };
    if (hour.n == 4)                                        /* 9:30 */
        hour = str_join(&c->mem, STR("0"), hour);
    if (!hour.n)
        hour = STR("00:00");
    int min = form_page_env(c).utc_offset_min, mag = min < 0 ? -min : min;
    struct buf b;
    buf_init(&b, &c->mem, 200);
    buf_put(&b, str_sub(day, 0, 40));
    buf_char(&b, 'T');
    buf_put(&b, str_sub(hour, 0, 40));
    buf_fmt(&b, ":00.000%c%02d:%02d", min < 0 ? '-' : '+', mag / 60, mag % 60);
    return buf_str(&b);
}

/* 1,5 is a number where people write it so. */
static struct str read_decimal(struct ctx *c, struct str typed)
{
    struct str whole, part;
    size_t dot;
    if (str_find(typed, STR("."), &dot) || !str_cut(typed, ',', &whole, &part))
        return typed;
    return str_join(&c->mem, whole, STR("."), part);
}

static struct str read_value(struct ctx *c, const struct request *rq, const struct form_field *x,
                             struct str path)
{
    if (form_several(x))
        return sent_list(c, rq, path);
    switch (x->type) {
    case FORM_DATE:        return read_date(c, sent_value(rq, path));
    case FORM_DATETIME:    return read_datetime(c, rq, path);
    case FORM_DECIMAL:     return read_decimal(c, sent_value(rq, path));
    default:               return sent_value(rq, path);
    }
}

/* A new file's name, or the one kept from before. */
static struct str read_file(const struct request *rq, struct str path, const struct answers *before)
{
    for (size_t i = 0; i < rq->uploads_n; i++)
        if (str_eq(rq->uploads[i].field, path) && rq->uploads[i].bytes.n)
            return rq->uploads[i].name;
    return before ? answers_get(before, path) : (struct str){ 0 };
}

static bool was_asked(const struct request *rq, struct str path)
{
    for (size_t i = 0; i < rq->form_n; i++)
        if (str_is(rq->form[i].name, FORM_ASKED) && str_eq(rq->form[i].value, path))
            return true;
    return false;
}

static enum err put(struct ctx *c, struct answers *a, struct str path, struct str value)
{
    return answers_put(&c->mem, a, path, value)
               ? ERR_OK : FAIL(c, ERR_INPUT, "form.too-many", "%zu answers", a->n);
}

/* What the page asked, and from before what it did not ask. */
static enum err collect(struct ctx *c, const struct request *rq, const struct form *f,
                        const struct answers *before, struct answers *out)
{
    for (size_t i = 0; before && i < before->n; i++)
        if (!was_asked(rq, before->v[i].path))
            TRY(put(c, out, before->v[i].path, before->v[i].value));
    for (size_t i = 0; i < rq->form_n; i++) {
        struct str path = rq->form[i].value;
        const struct form_field *x;
        if (!str_is(rq->form[i].name, FORM_ASKED))
            continue;
        x = form_find(f, path);
        if (!x || !form_is_leaf(x))
            continue;
        TRY(put(c, out, path, x->type == FORM_FILE ? read_file(rq, path, before)
                                                   : read_value(c, rq, x, path)));
    }
    return ERR_OK;
}

/* One more of a repeat: an empty answer to its first question makes it exist. */
static enum err add_one(struct ctx *c, const struct request *rq, const struct form *f,
                        struct answers *a, bool *added)
{
    struct str path = sent_value(rq, STR("form.add"));
    const struct form_field *x = path.n ? form_find(f, path) : NULL;
    int64_t n = 0;
    *added = x && x->type == FORM_REPEAT;
    if (!*added)
        return ERR_OK;
    for (size_t i = 0; i < a->n; i++) {
        struct str p = a->v[i].path;
        if (!str_starts(p, x->path) || p.n <= x->path.n || p.p[x->path.n] != '[')
            continue;
        size_t end = x->path.n;
        while (end < p.n && p.p[end] != ']')
            end++;
        int64_t at = form_page_position(str_sub(p, 0, end + 1));
        n = at > n ? at : n;
    }
    for (size_t i = form_index(f, x) + 1; i < x->end; i++) {
        const struct form_field *leaf = form_field(f, i);
        struct buf b;
        if (!form_is_leaf(leaf))
            continue;
        buf_init(&b, &c->mem, 4096);
        buf_put(&b, x->path);
        buf_fmt(&b, "[%lld]", (long long)n + 1);
        buf_put(&b, str_sub(leaf->path, x->path.n, leaf->path.n));
        return put(c, a, buf_str(&b), STR(""));
    }
    return ERR_OK;
}

/* Answers that made a question relevant which the page did not show. */
static bool opened_new(const struct request *rq, const struct form_result *r)
{
    for (size_t i = 0; i < r->nodes; i++)
        if (form_page_asks(&r->node[i]) && !was_asked(rq, r->node[i].path))
            return true;
    return false;
}

/* Do not scold for what could not be answered yet. */
static void keep_asked_problems(const struct request *rq, struct form_result *r)
{
    size_t k = 0;
    for (size_t i = 0; i < r->problems; i++)
        if (r->problem[i].bad != FORM_BAD_REQUIRED || was_asked(rq, r->problem[i].path))
            r->problem[k++] = r->problem[i];
    r->problems = k;
}

enum err form_take(struct ctx *c, const struct request *rq, const struct form *f,
                   const struct answers *before, struct form_result *out, bool *ok)
{
    struct answers a = { 0 };
    struct form_env env = form_page_env(c);
    bool added, fresh;

    TRY(collect(c, rq, f, before, &a));
    TRY(add_one(c, rq, f, &a, &added));
    added = added || req_has(rq, FORM_AGAIN);
    env.draft = added;
    TRY(form_check(c, f, &a, &env, out));
    fresh = opened_new(rq, out);
    if (fresh || added)
        keep_asked_problems(rq, out);
    if (added)
        out->problems = 0;
    *ok = !added && !fresh && out->problems == 0;
    return ERR_OK;
}
