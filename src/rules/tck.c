/* Runs the cases of the DMN Technology Compatibility Kit: each folder holds
 * models and test files that name one. */
#include "rules/dmn_load.h"

#include <sys/stat.h>

enum { CASE_MEM = 512 * 1024 * 1024, FOLDER_MEM = 256 * 1024 * 1024, MODELS_MAX = 64, REPORT_MAX = 8 << 20,
       FOLDER_DEPTH = 8, VALUE_DEPTH = 60 };

struct tck {
    struct ctx *c;                 /* report and CSV */
    struct rules_tck *sum;
    struct buf report, csv;
};

struct folder {
    struct tck *t;
    struct ctx c;                  /* files and models of this folder */
    struct str shown;              /* path below the start */
    struct str file[MODELS_MAX];
    struct dmn_model *model[MODELS_MAX];
    struct dmn_model *old[MODELS_MAX * 2];
    size_t n, n_old;
    int64_t passed, failed;
    struct str test;               /* test file being run */
};

/* ---- values in test files ------------------------------------------------------- */

struct reading { struct ctx *c; struct arena *mem; int depth; };

static struct str attr(struct arena *mem, const struct xnode *n, const char *name)
{
    struct str v = xn_value(n, name);
    return v.n ? arena_dup(mem, v) : v;
}

static struct str text_of(struct arena *mem, const struct xnode *n)
{
    return arena_dup(mem, buf_str(&n->text));
}

static struct feel_value typed(struct str type, struct str s)
{
    struct str head, tail;
    struct feel_value v;
    static const char *const numbers[] = { "decimal", "double", "float", "integer", "int", "long", "short" };
    if (str_cut(type, ':', &head, &tail))
        type = tail;
    for (size_t i = 0; i < COUNT_OF(numbers); i++)
        if (str_is(type, numbers[i]))
            return num_parse(str_trim(s), &v) ? v : feel_null();
    if (str_is(type, "boolean"))
        return feel_bool(str_is(str_trim(s), "true") || str_is(str_trim(s), "1"));
    if (str_is(type, "date"))
        return feel_date_literal(str_trim(s), &v) ? v : feel_null();
    if (str_is(type, "time"))
        return feel_time_literal(str_trim(s), &v) ? v : feel_null();
    if (str_is(type, "dateTime"))
        return feel_datetime_literal(str_trim(s), &v) ? v : feel_null();
    if (str_is(type, "duration") || str_is(type, "dayTimeDuration") || str_is(type, "yearMonthDuration"))
        return feel_duration_literal(str_trim(s), &v) ? v : feel_null();
    return feel_string(s);
}

/* What stands in inputNode, expected, item or component. */
static struct feel_value read_value(struct reading *x, const struct xnode *n)
{
    struct feel_builder b;
    const struct xnode *v = xn_child(n, "value"), *list = xn_child(n, "list");
    struct feel_value items = feel_null();
    if (++x->depth > VALUE_DEPTH)
        return feel_null();
    feel_builder_init(&b, x->mem);
    if (v) {
        if (!str_is(attr(x->mem, v, "nil"), "true"))
            items = typed(attr(x->mem, v, "type"), text_of(x->mem, v));
    } else if (list && !str_is(attr(x->mem, list, "nil"), "true")) {
        size_t count = xn_count(list, "item"), i = 0;
        struct feel_value *item = NEW_N(x->mem, struct feel_value, count + 1);
        for (const struct xnode *c = xn_child(list, "item"); item && c; c = xn_sibling(c->next, "item"))
            item[i++] = read_value(x, c);
        items = feel_list(x->mem, item, i);
    } else if (xn_child(n, "component")) {
        for (const struct xnode *c = xn_child(n, "component"); c; c = xn_sibling(c->next, "component"))
            if (!str_is(attr(x->mem, c, "nil"), "true"))
                feel_set(&b, attr(x->mem, c, "name"), read_value(x, c));
        items = feel_build(&b);
    }
    x->depth--;
    return items;
}

/* ---- comparing ----------------------------------------------------------------------- */

static bool close_to(struct feel_value a, struct feel_value b)
{
    struct feel_value d, bound, size, eps;
    if (num_cmp(&a, &b) == 0)
        return true;
    if (!num_parse(STR("0.00000001"), &eps) || !num_sub(a, b, &d))
        return false;
    size = num_sign(&a) < 0 ? num_neg(a) : a;
    struct feel_value one = num_of(1);
    if (num_cmp(&size, &one) < 0)
        size = one;
    if (num_sign(&d) < 0)
        d = num_neg(d);
    return num_mul(size, eps, &bound) && num_cmp(&d, &bound) <= 0;
}

static bool same(struct feel_value want, struct feel_value got)
{
    struct feel_value e;
    if (want.kind != got.kind)
        return false;
    switch (want.kind) {
    case FEEL_NUMBER: return close_to(want, got);
    case FEEL_LIST:
        if (want.list->n != got.list->n)
            return false;
        for (size_t i = 0; i < want.list->n; i++)
            if (!same(want.list->v[i], got.list->v[i]))
                return false;
        return true;
    case FEEL_CONTEXT:
        if (want.context->n != got.context->n)
            return false;
        for (size_t i = 0; i < want.context->n; i++)
            if (!feel_get(got, want.context->e[i].name, &e) || !same(want.context->e[i].v, e))
                return false;
        return true;
    case FEEL_TIME:
    case FEEL_DATETIME: return feel_equal(want, got) == 1 && want.t.ns == got.t.ns;
    default: return feel_equal(want, got) == 1;
    }
}

/* ---- one case -------------------------------------------------------------------------- */

static struct str import_of(const struct dmn_model *m, struct str ns)
{
    for (size_t i = 0; i < m->n_import; i++)
        if (str_eq(m->import[i].ns, ns))
            return m->import[i].name;
    return (struct str){ 0 };
}

static struct feel_value read_inputs(struct ctx *k, const struct dmn_model *m, const struct xnode *test)
{
    struct feel_builder all;
    struct reading x = { k, &k->mem, 0 };
    feel_builder_init(&all, &k->mem);
    for (const struct xnode *n = xn_child(test, "inputNode"); n; n = xn_sibling(n->next, "inputNode")) {
        struct str name = attr(&k->mem, n, "name"), from = import_of(m, attr(&k->mem, n, "namespace"));
        struct feel_value v = read_value(&x, n), group;
        if (from.n) {
            struct feel_builder b;
            feel_builder_init(&b, &k->mem);
            if (feel_get(feel_build(&all), from, &group) && group.kind == FEEL_CONTEXT)
                for (size_t i = 0; i < group.context->n; i++)
                    feel_set(&b, group.context->e[i].name, group.context->e[i].v);
            feel_set(&b, name, v);
            feel_set(&all, from, feel_build(&b));
        } else {
            feel_set(&all, name, v);
        }
    }
    return feel_build(&all);
}

static const struct dmn_model *model_of_ns(struct folder *f, const struct dmn_model *m, struct str ns)
{
    for (size_t i = 0; i < f->n && ns.n; i++)
        if (f->model[i] && str_eq(f->model[i]->ns, ns))
            return f->model[i];
    return m;
}

/* The value of one result node: a decision, or a part of what was invoked. */
static enum err evaluate(struct ctx *k, struct folder *f, const struct dmn_model *m, const struct xnode *test,
                         const struct xnode *result, struct feel_value inputs, struct dmn_result *out)
{
    struct str name = attr(&k->mem, result, "name"), invoked = attr(&k->mem, test, "invocableName");
    struct feel_value part;
    m = model_of_ns(f, m, attr(&k->mem, result, "namespace"));
    if (invoked.n == 0)
        return dmn_evaluate(k, m, name, inputs, NULL, out);
    TRY(dmn_evaluate(k, m, invoked, inputs, NULL, out));
    const struct dmn_node *s = dmn_find(m, invoked);
    const struct dmn_elem *e = (const struct dmn_elem *)s;
    if (s && s->kind == DMN_SERVICE && e->n_outputs > 1 && feel_get(out->value, name, &part))
        out->value = part;
    return ERR_OK;
}

static void failure(struct folder *f, struct str id, struct str why, const struct feel_value *want,
                    const struct feel_value *got)
{
    struct buf *b = &f->t->report;
    buf_put(b, STR("not ok "));
    buf_put(b, f->shown);
    buf_put(b, STR(" "));
    buf_put(b, id);
    buf_put(b, STR(": "));
    buf_put(b, why);
    if (want && got) {
        buf_put(b, STR(": want "));
        feel_print(b, *want);
        buf_put(b, STR(", got "));
        feel_print(b, *got);
    }
    buf_put(b, STR("\n"));
}

static bool run_result(struct folder *f, struct ctx *k, const struct dmn_model *m, const struct xnode *test,
                       const struct xnode *result, struct feel_value inputs, struct str id)
{
    struct dmn_result got = { 0 };
    struct reading x = { k, &k->mem, 0 };
    const struct xnode *expected = xn_child(result, "expected");
    bool error = str_is(attr(&k->mem, result, "errorResult"), "true");
    enum err e = evaluate(k, f, m, test, result, inputs, &got);
    struct feel_value want = expected && !error ? read_value(&x, expected) : feel_null();
    if (e == ERR_OK && (same(want, got.value) || (error && got.value.kind == FEEL_NULL)))
        return true;
    if (e != ERR_OK && error) {
        k->fault = (struct fault){ 0 };
        return true;
    }
    if (e != ERR_OK)
        failure(f, id, str_c(k->fault.detail), NULL, NULL);
    else
        failure(f, id, got.problem.n ? got.problem : STR("value"), &want, &got.value);
    return false;
}

static void csv_field(struct buf *b, struct str s, bool last)
{
    buf_char(b, '"');
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '"')
            buf_char(b, '"');
        buf_char(b, s.p[i]);
    }
    buf_put(b, last ? STR("\"\n") : STR("\","));
}

static void run_case(struct folder *f, const struct dmn_model *m, const struct xnode *test)
{
    struct ctx k;
    ctx_init(&k, CASE_MEM);
    struct str id = attr(&k.mem, test, "id");
    bool ok = m != NULL;
    if (!m)
        failure(f, id, STR("the model is missing"), NULL, NULL);
    struct feel_value inputs = m ? read_inputs(&k, m, test) : feel_null();
    for (const struct xnode *r = xn_child(test, "resultNode"); m && r; r = xn_sibling(r->next, "resultNode"))
        ok &= run_result(f, &k, m, test, r, inputs, id);
    f->passed += ok;
    f->failed += !ok;
    csv_field(&f->t->csv, f->shown, false);
    csv_field(&f->t->csv, f->test, false);
    csv_field(&f->t->csv, id, false);
    csv_field(&f->t->csv, ok ? STR("SUCCESS") : STR("ERROR"), false);
    csv_field(&f->t->csv, STR(""), true);
    ctx_done(&k);
}

/* ---- one folder ---------------------------------------------------------------------------- */

static void load_models(struct folder *f, const char *dir)
{
    /* Imports may stand in any order: the second and third round see them all. */
    for (int round = 0; round < 3; round++) {
        const struct dmn_model *before[MODELS_MAX];
        size_t n = 0;
        bool imports = false;
        for (size_t i = 0; i < f->n; i++)
            if (f->model[i]) {
                before[n++] = f->model[i];
                imports |= f->model[i]->n_import > 0;
            }
        if (round && !imports)
            return;
        for (size_t i = 0; i < f->n; i++) {
            struct str path = str_join(&f->c.mem, str_c(dir), STR("/"), f->file[i]), text;
            struct dmn_model *m = NULL;
            enum err e = file_read(&f->c, arena_z(&f->c.mem, path), DMN_FILE_MAX, &text);
            if (e == ERR_OK)
                e = dmn_load_draft(&f->c, f->file[i], text, before, n, &m);
            if (e != ERR_OK) {
                failure(f, f->file[i], str_c(f->c.fault.detail), NULL, NULL);
                f->c.fault = (struct fault){ 0 };
                continue;
            }
            if (f->model[i] && f->n_old < COUNT_OF(f->old))
                f->old[f->n_old++] = f->model[i];
            f->model[i] = m;
        }
    }
}

static const struct dmn_model *model_named(struct folder *f, struct str name)
{
    for (size_t i = 0; i < f->n; i++)
        if (str_eq(f->file[i], name) ||
            (str_starts(f->file[i], name) && f->file[i].n == name.n + 4))
            return f->model[i];
    return f->n == 1 ? f->model[0] : NULL;
}

static void run_file(struct folder *f, const char *dir, struct str name)
{
    struct str path = str_join(&f->c.mem, str_c(dir), STR("/"), name), text;
    struct xdoc doc = { 0 };
    enum err e = file_read(&f->c, arena_z(&f->c.mem, path), DMN_FILE_MAX, &text);
    if (e == ERR_OK)
        e = xn_open(&f->c, name, text, &doc);
    if (e != ERR_OK) {
        failure(f, name, str_c(f->c.fault.detail), NULL, NULL);
        f->c.fault = (struct fault){ 0 };
        f->failed++;
        xn_close(&doc);
        return;
    }
    const struct xnode *root = doc.root, *model = xn_child(root, "modelName");
    const struct dmn_model *m = model_named(f, model ? str_trim(text_of(&f->c.mem, model)) : (struct str){ 0 });
    f->test = str_sub(name, 0, name.n - 4);
    for (const struct xnode *t = xn_child(root, "testCase"); t; t = xn_sibling(t->next, "testCase"))
        run_case(f, m, t);
    xn_close(&doc);
}

static void run_folder(struct tck *t, const char *dir, struct str shown, struct str *names, size_t n)
{
    struct folder f = { .t = t, .shown = shown };
    size_t at;
    ctx_init(&f.c, FOLDER_MEM);
    for (size_t i = 0; i < n; i++)
        if (str_ends(names[i], STR(".dmn")) && f.n < MODELS_MAX)
            f.file[f.n++] = names[i];
    if (f.n)
        load_models(&f, dir);
    for (size_t i = 0; i < n && f.n; i++)
        if (str_ends(names[i], STR(".xml")) && str_find(names[i], STR("-test-"), &at))
            run_file(&f, dir, names[i]);
    for (size_t i = 0; i < f.n; i++)
        dmn_free(f.model[i]);
    for (size_t i = 0; i < f.n_old; i++)
        dmn_free(f.old[i]);
    if (f.passed + f.failed) {
        buf_put(&t->report, shown);
        buf_fmt(&t->report, ": %lld passed, %lld failed\n", (long long)f.passed, (long long)f.failed);
    }
    t->sum->passed += f.passed;
    t->sum->failed += f.failed;
    ctx_done(&f.c);
}

static enum err walk(struct tck *t, const char *dir, struct str shown, int depth)
{
    struct str *names;
    size_t n;
    struct stat st;
    if (depth > FOLDER_DEPTH)
        return ERR_OK;
    TRY(dir_list(t->c, dir, &names, &n));
    run_folder(t, dir, shown, names, n);
    for (size_t i = 0; i < n; i++) {
        const char *path = arena_z(&t->c->mem, str_join(&t->c->mem, str_c(dir), STR("/"), names[i]));
        if (!path)
            return ctx_check(t->c);
        if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
            TRY(walk(t, path, shown.n ? str_join(&t->c->mem, shown, STR("/"), names[i]) : names[i], depth + 1));
    }
    return ERR_OK;
}

enum err rules_tck(struct ctx *c, const char *dir, const char *csv, struct rules_tck *out)
{
    struct rules_tck sum = { 0 };
    struct tck t = { .c = c, .sum = &sum };
    buf_init(&t.report, &c->mem, REPORT_MAX);
    buf_init(&t.csv, &c->mem, REPORT_MAX);
    TRY(walk(&t, dir, (struct str){ 0 }, 0));
    buf_fmt(&t.report, "%lld passed, %lld failed\n", (long long)sum.passed, (long long)sum.failed);
    if (csv)
        TRY(file_write(c, csv, buf_str(&t.csv), 0644));
    sum.report = buf_str(&t.report);
    *out = sum;
    return ctx_check(c);
}
