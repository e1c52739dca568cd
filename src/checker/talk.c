/* talk.c - asking only what can still change the answer. */
#include "checker/checker.h"

enum err checker_talk_open(struct ctx *c, const struct pack *p, const struct dmn_model *m,
                           struct str decision, struct checker_talk *t)
{
    *t = (struct checker_talk){ .pack = p, .model = m ? m : checker_model(p, decision), .decision = decision };
    TRY(checker_inputs(c, p, t->model, decision, &t->in, &t->n));
    t->value = NEW_N(&c->mem, struct feel_value, t->n + 1);
    t->text = NEW_N(&c->mem, struct str, t->n + 1);
    t->known = NEW_N(&c->mem, bool, t->n + 1);
    t->order = NEW_N(&c->mem, size_t, t->n + 1);
    return ctx_check(c);
}

static size_t index_of(const struct checker_talk *t, struct str name)
{
    for (size_t i = 0; i < t->n; i++)
        if (str_eq(t->in[i].name, name))
            return i;
    return SIZE_MAX;
}

void checker_talk_unsay(struct checker_talk *t, struct str name)
{
    size_t x = index_of(t, name), kept = 0;
    for (size_t i = 0; i < t->said; i++)
        if (t->order[i] != x)
            t->order[kept++] = t->order[i];
    t->said = kept;
    if (x != SIZE_MAX)
        t->known[x] = false;
}

bool checker_talk_say(struct ctx *c, struct checker_talk *t, struct str name, struct str text)
{
    size_t x = index_of(t, name);
    struct feel_value v;
    if (x == SIZE_MAX || !checker_value(c, &t->in[x], text, &v))
        return false;
    checker_talk_unsay(t, name);
    t->known[x] = true;
    t->value[x] = v;
    t->text[x] = str_trim(text);
    t->order[t->said++] = x;
    return true;
}

struct feel_value checker_talk_inputs(struct ctx *c, const struct checker_talk *t)
{
    struct feel_builder b;
    feel_builder_init(&b, &c->mem);
    for (size_t i = 0; i < t->n; i++)
        if (t->known[i])
            feel_set(&b, t->in[i].name, t->value[i]);
    return feel_build(&b);
}

/* Does the form, given what was said, want this question at all? */
static enum err relevant(struct ctx *c, const struct checker_talk *t, const struct checker_input *x, bool *is)
{
    struct answers a = { 0 };
    struct form_result r;
    struct form_env env = { .lang = c->lang, .draft = true };
    for (size_t i = 0; i < t->said; i++) {
        size_t k = t->order[i];
        if (t->in[k].field && !str_is(t->text[k], "unknown"))
            (void)answers_put(&c->mem, &a, t->in[k].field->path, t->text[k]);
    }
    TRY(form_check(c, x->form, &a, &env, &r));
    *is = true;
    for (size_t i = 0; i < r.nodes; i++)
        if (r.node[i].field == x->field)
            *is = r.node[i].relevant;
    return ERR_OK;
}

/* What people want to know of the screening, in this order; the lists it also
 * makes (whom to tell, what to offer) need nothing more. */
static const char *const goals[] = { "age_group", "child_labour", "forced_labour", "trafficking", "criadazgo",
                                     "urgency", NULL };

static enum err wanted(struct ctx *c, const struct checker_talk *t, const struct dmn_node **out)
{
    struct feel_value in = checker_talk_inputs(c, t);
    *out = NULL;
    if (t->n && !t->said && !t->known[0]) {     /* people begin where the form begins: how old */
        *out = t->in[0].node;
        return ERR_OK;
    }
    if (!str_is(t->decision, "screening"))
        return dmn_wanted(c, t->model, t->decision, in, out);
    for (size_t i = 0; goals[i] && !*out; i++) {
        const struct dmn_node *d = dmn_find(t->model, str_c(goals[i]));
        if (d && d->kind == DMN_DECISION)
            TRY(dmn_wanted(c, t->model, d->name, in, out));
    }
    return ERR_OK;
}

enum err checker_talk_next(struct ctx *c, struct checker_talk *t, const struct checker_input **out)
{
    *out = NULL;
    for (size_t tries = 0; tries <= t->n; tries++) {
        const struct dmn_node *d;
        bool ask = false;
        TRY(wanted(c, t, &d));
        size_t x = d ? index_of(t, d->name) : SIZE_MAX;
        if (x == SIZE_MAX)
            return ERR_OK;
        if (t->in[x].field)
            TRY(relevant(c, t, &t->in[x], &ask));
        if (ask) {
            *out = &t->in[x];
            return ERR_OK;
        }
        t->known[x] = true;                     /* nobody can be asked: not known */
        t->value[x] = feel_null();
    }
    return ERR_OK;
}
