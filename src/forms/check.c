/* Relevance, calculation, then every rule about what is answered. */
#include "forms/check.h"
#include "forms/vec.h"
#include "forms/xml.h"

enum kind { RELEVANT, REQUIRED, CONSTRAINT, CALCULATION, READONLY, DYNAMIC_DEFAULT, ITEMS, KINDS };
enum { PASSES_MAX = 16, STEPS_MAX = 5000000, PROBLEMS_MAX = 1000 };

struct check {
    struct ctx *c;
    const struct form *f;
    const struct form_env *env;
    struct tree t;
    struct odk_env odk;
    xmlXPathContextPtr xp;
    xmlXPathCompExprPtr (*comp)[KINDS];            /* per field, compiled when first needed */
    const struct form_choice *const **whole;       /* per field: its list as pointers, made once */
    struct form_problem *bad; size_t bads, bad_room;
    struct form_node *out;
};

static struct str source(const struct form_exprs *e, enum kind k)
{
    switch (k) {
    case RELEVANT: return e->relevant;
    case REQUIRED: return e->required;
    case CONSTRAINT: return e->constraint;
    case CALCULATION: return e->calculation;
    case READONLY: return e->readonly;
    case DYNAMIC_DEFAULT: return e->dynamic_default;
    default: return e->items;
    }
}

static void problem(struct check *k, const struct knode *n, enum form_bad bad, const char *key,
                    struct str message)
{
    struct form_problem p = { n->path, &k->f->field[n->field], bad, key, message };
    for (size_t i = 0; i < k->bads; i++)            /* an expression fails once per node */
        if (bad == FORM_BAD_EXPRESSION && k->bad[i].bad == bad && str_eq(k->bad[i].path, p.path))
            return;
    if (k->bads < PROBLEMS_MAX)
        (void)VEC_PUT(&k->c->mem, k->bad, k->bads, k->bad_room, p);
}

/* ---- expressions ------------------------------------------------------------------------ */

static xmlXPathCompExprPtr compiled(struct check *k, size_t field, enum kind kind)
{
    xmlXPathCompExprPtr *at = &k->comp[field][kind];
    if (*at)
        return *at;
    const char *z = arena_z(&k->c->mem, source(&k->f->expr[field], kind));
    if (z)
        *at = xmlXPathCtxtCompile(k->xp, (const xmlChar *)z);
    return *at;
}

/* NULL: the expression failed on these answers, and that is noted. */
static xmlXPathObjectPtr eval(struct check *k, const struct knode *n, enum kind kind)
{
    xmlXPathCompExprPtr e = compiled(k, n->field, kind);
    k->odk.here = n->node;
    k->odk.field = &k->f->field[n->field];
    k->odk.value = n->value;
    k->xp->node = n->node;
    k->xp->doc = k->t.doc;
    xmlXPathObjectPtr o = e && !k->odk.refused ? xmlXPathCompiledEval(e, k->xp) : NULL;
    if (!o)
        problem(k, n, FORM_BAD_EXPRESSION, "form.expression-failed", STR(""));
    return o;
}

static bool eval_bool(struct check *k, const struct knode *n, enum kind kind, bool otherwise)
{
    struct str e = source(&k->f->expr[n->field], kind);
    if (e.n == 0)
        return otherwise;
    if (str_is(e, "true()"))                        /* nearly every `required` */
        return true;
    xmlXPathObjectPtr o = eval(k, n, kind);
    bool r = o ? xmlXPathCastToBoolean(o) : otherwise;
    xmlXPathFreeObject(o);
    return r;
}

static struct str day_text(struct check *k, double v)
{
    if (!(v >= -700000 && v <= 3000000))
        return STR("");
    int64_t day = (int64_t)v;
    return date_text(&k->c->mem, civil_from_days((double)day > v ? day - 1 : day));
}

static bool eval_text(struct check *k, const struct knode *n, enum kind kind, struct str *out)
{
    xmlXPathObjectPtr o = eval(k, n, kind);
    if (!o)
        return false;
    if (o->type == XPATH_NUMBER && k->f->field[n->field].type == FORM_DATE) {
        *out = day_text(k, o->floatval);
    } else {
        xmlChar *s = xmlXPathCastToString(o);
        *out = s ? arena_dup(&k->c->mem, str_c((const char *)s)) : STR("");
        if (o->type == XPATH_NUMBER && str_is(*out, "NaN"))
            *out = STR("");
        xmlFree(s);
    }
    xmlXPathFreeObject(o);
    return out->p != NULL;
}

/* What came out of the moment it was asked stays as it was answered: a visit
 * sent a week later keeps its own today(). */
static bool of_the_moment(struct str e)
{
    static const char *const words[] = { "today(", "now(", "uuid(", "random(", "randomize(" };
    size_t at;
    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (str_find(e, str_c(words[i]), &at))
            return true;
    return false;
}

/* ---- settling ------------------------------------------------------------------------------ */

static bool settle_node(struct check *k, struct knode *n)
{
    const struct form_exprs *e = &k->f->expr[n->field];
    bool above = n->parent == FORM_NONE || k->t.v[n->parent].relevant, changed = false;
    bool relevant = above && eval_bool(k, n, RELEVANT, true);
    struct str v = n->value;
    bool leaf = k->f->field[n->field].end == n->field + 1;
    if (relevant && leaf && e->calculation.n && !(v.n && of_the_moment(e->calculation)) &&
        eval_text(k, n, CALCULATION, &v) && !str_eq(v, n->value))
        changed = true;
    if (relevant == n->relevant && !changed)
        return false;
    if (leaf)
        tree_set(&k->t, n, v, relevant);
    n->relevant = relevant;
    return true;
}

static void settle(struct check *k)
{
    const struct knode *last = NULL;
    for (int pass = 0; pass < PASSES_MAX; pass++) {
        last = NULL;
        for (size_t i = 0; i < k->t.n && !k->odk.refused; i++)
            if (settle_node(k, &k->t.v[i]))
                last = &k->t.v[i];
        if (!last)
            return;
    }
    problem(k, last, FORM_BAD_EXPRESSION, "form.does-not-settle", STR(""));
}

static struct str preload(struct check *k, const struct form_field *x)
{
    if (str_is(x->preload, "timestamp") && str_is(x->preload_params, "start"))
        return instant_text(&k->c->mem, k->c->now_us);
    if (str_is(x->preload, "date"))
        return str_sub(instant_text(&k->c->mem, k->c->now_us + k->env->utc_offset_min * 60 * US_PER_S),
                       0, 10);
    return x->default_value.p ? x->default_value : STR("");
}

static void defaults(struct check *k)
{
    for (size_t i = 0; i < k->t.n; i++) {
        struct knode *n = &k->t.v[i];
        const struct form_field *x = &k->f->field[n->field];
        struct str v = preload(k, x);
        if (n->value.n || x->end != n->field + 1)
            continue;
        if (k->f->expr[n->field].dynamic_default.n && !eval_text(k, n, DYNAMIC_DEFAULT, &v))
            continue;
        if (v.n)
            tree_set(&k->t, n, v, true);
    }
}

/* ---- choices --------------------------------------------------------------------------------- */

static struct form_choice *outside_choice(struct check *k, const xmlNode *item, struct str name,
                                          struct str label)
{
    const char *z = arena_z(&k->c->mem, label);
    struct form_choice *ch = NEW(&k->c->mem, struct form_choice);
    struct str *v = NEW_N(&k->c->mem, struct str, k->f->langs + 1);
    const xmlNode *l = z ? xml_child(item, z) : NULL;
    if (!ch || !v)
        return NULL;
    for (size_t i = 0; i < k->f->langs; i++)
        v[i] = l ? xml_text(&k->c->mem, l) : name;
    *ch = (struct form_choice){ .name = name, .label = { v, k->f->langs } };
    return ch;
}

static void filtered(struct check *k, const struct knode *n, struct form_node *out)
{
    const struct form_field *x = &k->f->field[n->field];
    struct str col = k->f->expr[n->field].items_value;
    const char *z = arena_z(&k->c->mem, col);
    xmlXPathObjectPtr o = z ? eval(k, n, ITEMS) : NULL;
    int count = o && o->type == XPATH_NODESET && o->nodesetval ? o->nodesetval->nodeNr : 0;
    const struct form_choice **v = NEW_N(&k->c->mem, const struct form_choice *, (size_t)count + 1);
    size_t m = 0;
    for (int i = 0; v && i < count; i++) {
        const xmlNode *item = o->nodesetval->nodeTab[i], *name = xml_child(item, z);
        if (!name)
            continue;
        struct str s = xml_text(&k->c->mem, name);
        const struct form_choice *ch = form_choice(x->list, s);
        if (!ch && x->list->n == 0)
            ch = outside_choice(k, item, s, k->f->expr[n->field].items_label);
        if (ch)
            v[m++] = ch;
    }
    xmlXPathFreeObject(o);
    out->choice = v;
    out->choices = m;
}

static void whole_list(struct check *k, size_t field, struct form_node *out)
{
    const struct form_list *l = k->f->field[field].list;
    if (!k->whole[field]) {
        const struct form_choice **v = NEW_N(&k->c->mem, const struct form_choice *, l->n + 1);
        for (size_t i = 0; v && i < l->n; i++)
            v[i] = &l->choice[i];
        k->whole[field] = v;
    }
    out->choice = k->whole[field];
    out->choices = out->choice ? l->n : 0;
}

static bool offered(const struct form_node *n, struct str name)
{
    for (size_t i = 0; i < n->choices; i++)
        if (str_eq(n->choice[i]->name, name))
            return true;
    return false;
}

static bool word(struct str *rest, struct str *out)
{
    *rest = str_trim(*rest);
    size_t i = 0;
    while (i < rest->n && !ascii_space(rest->p[i]))
        i++;
    *out = str_sub(*rest, 0, i);
    *rest = str_sub(*rest, i, SIZE_MAX);
    return i > 0;
}

static bool words_offered(const struct form_field *x, const struct form_node *n, size_t *count)
{
    struct str rest = n->value, w, before, b;
    for (*count = 0; word(&rest, &w); ++*count) {
        if (!x->other && !offered(n, w))
            return false;
        before = str_sub(n->value, 0, (size_t)(w.p - n->value.p));
        while (word(&before, &b))
            if (str_eq(b, w))
                return false;                       /* chosen twice */
    }
    return true;
}

static const char *choice_bad(struct check *k, const struct form_field *x, const struct form_node *n)
{
    size_t count;
    /* Items of a file nobody handed over cannot be checked. */
    if (x->list->file.n && !odk_instance(&k->odk, x->list->name))
        return NULL;
    if (x->type == FORM_SELECT_ONE)
        return x->other || offered(n, n->value) ? NULL : "form.not-a-choice";
    if (!words_offered(x, n, &count))
        return "form.not-a-choice";
    return x->type == FORM_RANK && count != n->choices ? "form.rank-incomplete" : NULL;
}

/* ---- rules --------------------------------------------------------------------------------------- */

static void rules(struct check *k, const struct knode *n, const struct form_node *out)
{
    const struct form_field *x = out->field;
    struct str lang = k->env->lang;
    const char *key;
    if (!form_is_leaf(x) || !out->relevant)
        return;
    if (out->value.n == 0) {
        if (out->required && !k->env->draft)
            problem(k, n, FORM_BAD_REQUIRED, "form.required", form_text(k->f, x->required_message, lang));
        return;
    }
    key = form_value_bad(x->type, out->value);
    if (key) {
        problem(k, n, FORM_BAD_TYPE, key, STR(""));
        return;
    }
    if (x->list && (key = choice_bad(k, x, out)) != NULL)
        problem(k, n, FORM_BAD_CHOICE, key, STR(""));
    if (!eval_bool(k, n, CONSTRAINT, true))
        problem(k, n, FORM_BAD_CONSTRAINT, "form.constraint",
                form_text(k->f, x->constraint_message, lang));
}

/* "Age of ${child/name}" with the name answered beside it. */
static struct str filled(struct check *k, const struct knode *n, struct form_texts t)
{
    struct str s = form_text(k->f, t, k->env->lang);
    struct buf b;
    size_t at, end;
    if (!str_find(s, STR("${"), &at))
        return s;
    buf_init(&b, &k->c->mem, 64 * 1024);
    while (str_find(s, STR("${"), &at) && str_find(str_sub(s, at, SIZE_MAX), STR("}"), &end)) {
        struct knode *to = tree_resolve(&k->t, n, str_sub(s, at + 2, end - 2));
        buf_put(&b, str_sub(s, 0, at));
        if (to && to->relevant)
            buf_put(&b, to->value);
        s = str_sub(s, at + end + 1, SIZE_MAX);
    }
    buf_put(&b, s);
    return b.n ? buf_str(&b) : STR("");
}

static void finish_node(struct check *k, size_t i)
{
    const struct knode *n = &k->t.v[i];
    struct form_node *out = &k->out[i];
    const struct form_field *x = &k->f->field[n->field];
    *out = (struct form_node){ .path = n->path, .field = x, .relevant = n->relevant,
                               .value = n->relevant ? n->value : STR("") };
    if (!n->relevant && !k->env->texts)
        return;
    out->required = n->relevant && eval_bool(k, n, REQUIRED, false);
    out->readonly = eval_bool(k, n, READONLY, false) || x->type == FORM_NOTE;
    if (x->list && n->relevant && k->f->expr[n->field].items.n)
        filtered(k, n, out);
    else if (x->list && n->relevant)
        whole_list(k, n->field, out);
    if (k->env->texts) {
        out->label = filled(k, n, x->label);
        out->hint = filled(k, n, x->hint);
    }
    rules(k, n, out);
}

static enum err results(struct check *k, struct form_result *r)
{
    for (size_t i = 0; i < k->t.n && !k->odk.refused && !k->c->mem.failed; i++) {
        finish_node(k, i);
        const struct form_node *n = &k->out[i];
        if (form_is_leaf(n->field) && n->relevant && n->value.n &&
            !answers_put(&k->c->mem, &r->answers, n->path, n->value))
            return ctx_check(k->c);
    }
    r->extra = k->t.extra;
    for (size_t i = 0; i < r->extra.n; i++) {
        struct str path = r->extra.v[i].path;
        struct form_problem p = { .path = path, .bad = FORM_BAD_UNKNOWN, .key = "form.unknown-field",
                                  .message = STR("") };
        bool silent = str_starts(path, STR("meta/")) || memchr(path.p ? path.p : "", '@', path.n) ||
                      r->extra.v[i].value.n == 0;
        if (!silent && k->bads < PROBLEMS_MAX)
            (void)VEC_PUT(&k->c->mem, k->bad, k->bads, k->bad_room, p);
    }
    r->problem = k->bad;
    r->problems = k->bads;
    r->node = k->out;
    r->nodes = k->t.n;
    return ctx_check(k->c);
}

static enum err run(struct check *k, struct form_result *r)
{
    k->out = NEW_N(&k->c->mem, struct form_node, k->t.n + 1);
    k->comp = arena_alloc_n_(&k->c->mem, k->f->fields + 1, sizeof *k->comp, 16);
    k->whole = NEW_N(&k->c->mem, const struct form_choice *const *, k->f->fields + 1);
    if (!k->out || !k->comp || !k->whole)
        return ctx_check(k->c);
    k->xp = odk_context(&k->odk, k->t.doc);
    if (!k->xp)
        return FAIL(k->c, ERR_NOMEM, "error.too-big", "xpath context");
    if (k->env->first)
        defaults(k);
    settle(k);
    enum err e = results(k, r);
    bool spent = k->xp->opLimit && k->xp->opCount >= k->xp->opLimit;
    for (size_t i = 0; i < k->f->fields; i++)
        for (int j = 0; j < KINDS; j++)
            xmlXPathFreeCompExpr(k->comp[i][j]);
    xmlXPathFreeContext(k->xp);
    TRY(e);
    TRY(ctx_check(k->c));
    if (spent || k->odk.refused)
        return FAIL(k->c, ERR_INPUT, "form.too-expensive", "check: over its limit of work");
    return ERR_OK;
}

enum err form_check(struct ctx *c, const struct form *f, const struct answers *a,
                    const struct form_env *env, struct form_result *out)
{
    struct form_result r = { 0 };
    struct check *k = NEW(&c->mem, struct check);
    struct answer *copy = NEW_N(&c->mem, struct answer, a->n + 1);
    if (!k || !copy)
        return ctx_check(c);
    if (a->n > ANSWERS_MAX)
        return FAIL(c, ERR_INPUT, "submission.too-big", "%zu answers", a->n);
    if (a->n)
        memcpy(copy, a->v, a->n * sizeof *copy);
    struct answers mine = { copy, a->n, a->n };
    *k = (struct check){ .c = c, .f = f, .env = env };
    k->odk = (struct odk_env){ .c = c, .form = f, .env = env, .steps_left = STEPS_MAX, .value = STR("") };
    TRY(answers_fit(c, f, &mine));
    TRY(tree_build(c, f, &mine, env->first, &k->t));
    enum err e = memory_first(c, run(k, &r));
    odk_done(&k->odk);
    tree_free(&k->t);
    TRY(e);
    *out = r;
    return ERR_OK;
}
