#include "rulebook/rulebook.h"

struct rulebook {
    struct arena mem;
    const struct pack *pack;
    const struct form **forms;          /* in the order of pack->forms */
    struct dmn_model **decisions;
    struct flow_model **procedures;
    struct kind_map *kinds;             /* open addressing by hash of the kind */
    size_t kinds_room;
};
struct kind_map { struct str kind; const struct form *form; };

static enum err load_forms(struct ctx *c, struct rulebook *rb)
{
    rb->forms = NEW_N(&rb->mem, const struct form *, rb->pack->forms_n + 1);
    if (!rb->forms)
        return FAIL(c, ERR_NOMEM, "error.too-big", "forms");
    struct str dir = str_join(&c->mem, str_c(rb->pack->dir.p), STR("/forms"));
    TRY(ctx_check(c));
    for (size_t i = 0; i < rb->pack->forms_n; i++) {
        struct form_notes notes = { 0 };
        const char *name = arena_z(&c->mem, rb->pack->forms[i].id);
        if (!name)
            return ctx_check(c);
        if (form_load_dir(c, dir.p, name, &rb->forms[i], &notes) != ERR_OK) {
            enum err e = c->fault.code;
            if (notes.n)
                log_line(LOG_ERROR, STR_F ":%d: " STR_F, STR_A(notes.v[0].file), notes.v[0].line,
                         STR_A(notes.v[0].text));
            return e;
        }
    }
    return ERR_OK;
}

static enum err load_decisions(struct ctx *c, struct rulebook *rb)
{
    rb->decisions = NEW_N(&rb->mem, struct dmn_model *, rb->pack->decisions_n + 1);
    if (!rb->decisions)
        return FAIL(c, ERR_NOMEM, "error.too-big", "decisions");
    for (size_t i = 0; i < rb->pack->decisions_n; i++)
        TRY(dmn_load(c, rb->pack->decisions[i].path, rb->pack->decisions[i].text, NULL, 0,
                     &rb->decisions[i]));
    return ERR_OK;
}

static enum err load_procedures(struct ctx *c, struct rulebook *rb)
{
    rb->procedures = NEW_N(&rb->mem, struct flow_model *, rb->pack->procedures_n + 1);
    if (!rb->procedures)
        return FAIL(c, ERR_NOMEM, "error.too-big", "procedures");
    for (size_t i = 0; i < rb->pack->procedures_n; i++)
        TRY(flow_load(c, rb->pack->procedures[i].text, &flow_feel, &rb->procedures[i]));
    return ERR_OK;
}

static enum err index_forms(struct ctx *c, struct rulebook *rb)
{
    rb->kinds_room = 16;
    while (rb->kinds_room < rb->pack->forms_n * 3)
        rb->kinds_room *= 2;
    rb->kinds = NEW_N(&rb->mem, struct kind_map, rb->kinds_room);
    if (!rb->kinds)
        return FAIL(c, ERR_NOMEM, "error.too-big", "kinds");
    for (size_t i = 0; i < rb->pack->forms_n; i++) {
        size_t at = str_hash(rb->pack->forms[i].id) & (rb->kinds_room - 1);
        while (rb->kinds[at].form)
            at = (at + 1) & (rb->kinds_room - 1);
        rb->kinds[at] = (struct kind_map){ rb->pack->forms[i].id, rb->forms[i] };
    }
    return ERR_OK;
}

enum err rulebook_load(struct ctx *c, const struct pack *p, struct rulebook **out)
{
    struct arena mem;
    arena_init(&mem, 1 << 20);
    struct rulebook *rb = NEW(&mem, struct rulebook);
    if (!rb)
        return FAIL(c, ERR_NOMEM, "error.too-big", "rulebook");
    rb->mem = mem;
    rb->pack = p;
    enum err e = load_forms(c, rb);
    if (!e)
        e = load_decisions(c, rb);
    if (!e)
        e = load_procedures(c, rb);
    if (!e)
        e = index_forms(c, rb);
    if (e) {
        rulebook_free(rb);
        return e;
    }
    *out = rb;
    return ERR_OK;
}

void rulebook_free(struct rulebook *rb)
{
    if (!rb)
        return;
    for (size_t i = 0; rb->forms && i < rb->pack->forms_n; i++)
        form_unref(rb->forms[i]);
    for (size_t i = 0; rb->decisions && i < rb->pack->decisions_n; i++)
        dmn_free(rb->decisions[i]);
    for (size_t i = 0; rb->procedures && i < rb->pack->procedures_n; i++)
        flow_free(rb->procedures[i]);
    struct arena mem = rb->mem;      /* the rulebook lies in its own arena */
    arena_free(&mem);
}

const struct form *rulebook_form(const struct rulebook *rb, struct str kind)
{
    size_t at = str_hash(kind) & (rb->kinds_room - 1);
    for (; rb->kinds[at].form; at = (at + 1) & (rb->kinds_room - 1))
        if (str_eq(rb->kinds[at].kind, kind))
            return rb->kinds[at].form;
    return NULL;
}

const struct dmn_model *rulebook_decision(const struct rulebook *rb, struct str id)
{
    for (size_t i = 0; i < rb->pack->decisions_n; i++)
        if (str_eq(rb->pack->decisions[i].id, id))
            return rb->decisions[i];
    return NULL;
}

const struct flow_model *rulebook_procedure(const struct rulebook *rb, struct str id)
{
    for (size_t i = 0; i < rb->pack->procedures_n; i++)
        if (str_eq(rb->pack->procedures[i].id, id))
            return rb->procedures[i];
    return NULL;
}

enum form_sensitivity rulebook_sensitivity(const struct rulebook *rb, struct str kind, struct str field)
{
    const struct form *f = rb ? rulebook_form(rb, kind) : NULL;
    const struct form_field *x = f ? form_find(f, field) : NULL;
    return x ? x->sensitivity : FORM_CASE;
}
