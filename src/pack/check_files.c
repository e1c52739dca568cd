/* check_files.c - words, forms and decisions of a pack, against its tables. */
#include "pack/read.h"

/* ---- words ----------------------------------------------------------------- */

static bool lang_has_file(const struct pack *p, struct str lang)
{
    for (size_t i = 0; i < p->words_n; i++) {
        struct str head = p->words[i].id, rest;
        (void)str_cut(p->words[i].id, '.', &head, &rest);
        if (str_eq(head, lang))
            return true;
    }
    return false;
}

static bool check_po(struct reader *r)
{
    size_t bad = 0;

    for (size_t i = 0; i < r->p->words_n; i++) {
        const struct pack_file *f = &r->p->words[i];
        if (words_check(r->c, (struct words_file){ f->path, f->text }) == ERR_OK)
            continue;
        reader_say(r, FINDING_ERROR, f->path, 0, "pack.words", "%s", r->c->fault.detail);
        r->c->fault = (struct fault){ 0 };
        bad++;
    }
    return bad == 0;
}

/* What one required language says, all of them say. */
static void check_same_keys(struct reader *r, struct str a, struct str b)
{
    for (size_t i = 0; i < words_count(r->words, a); i++) {
        struct str key = words_key(r->words, a, i);
        if (!words_has(r->words, b, key))
            reader_say(r, FINDING_ERROR, str_join(&r->c->mem, STR("words/"), b, STR(".po")), 0,
                       "pack.not-translated", "\"" STR_F "\" is missing", STR_A(key));
    }
}

enum err check_words(struct reader *r)
{
    const struct pack *p = r->p;
    struct words_file *files = NEW_N(&r->c->mem, struct words_file, p->words_n + 1);
    struct words_config cfg = { .files = files, .files_n = p->words_n, .bare = true };

    if (!files)
        return ctx_check(r->c);
    for (size_t i = 0; i < p->required_n; i++)
        if (!lang_has_file(p, p->langs[i]))
            reader_say(r, FINDING_ERROR, str_join(&r->c->mem, STR("words/"), p->langs[i], STR(".po")),
                       0, "pack.file-missing", "the file is missing");
    if (!check_po(r))
        return ctx_check(r->c);
    for (size_t i = 0; i < p->words_n; i++)
        files[i] = (struct words_file){ p->words[i].path, p->words[i].text };
    TRY(words_load(r->c, &cfg, &r->words));
    for (size_t i = 0; i < p->required_n; i++)
        for (size_t k = 0; k < p->required_n; k++)
            if (i != k)
                check_same_keys(r, p->langs[i], p->langs[k]);
    return ctx_check(r->c);
}

void check_word(struct reader *r, struct str key, struct str file, int line)
{
    for (size_t i = 0; r->words && i < r->p->required_n; i++)
        if (!words_has(r->words, r->p->langs[i], key))
            reader_say(r, FINDING_ERROR, file, line, "pack.not-translated",
                       "no words for \"" STR_F "\" in \"" STR_F "\"", STR_A(key), STR_A(r->p->langs[i]));
}

/* ---- forms ------------------------------------------------------------------- */

static struct str text_in(const struct form *f, struct form_texts t, struct str lang)
{
    for (size_t i = 0; i < t.n && i < form_langs(f); i++)
        if (str_eq(form_lang(f, i)->code, lang))
            return t.v[i];
    return (struct str){ 0 };
}

static bool shown(const struct form_field *x)
{
    return x->type != FORM_CALCULATE && x->type != FORM_HIDDEN && x->type != FORM_META;
}

static void check_label(struct reader *r, const struct form *f, struct form_texts t, struct str file,
                        int line, struct str name)
{
    for (size_t i = 0; i < r->p->required_n; i++)
        if (!text_in(f, t, r->p->langs[i]).n)
            reader_say(r, FINDING_ERROR, file, line, "pack.not-translated",
                       "\"" STR_F "\" has no label in \"" STR_F "\"", STR_A(name),
                       STR_A(r->p->langs[i]));
}

static void check_form(struct reader *r, const struct pack_form *pf)
{
    struct str survey = str_join(&r->c->mem, STR("forms/"), pf->id, STR(".survey.csv"));
    struct str choices = str_join(&r->c->mem, STR("forms/"), pf->id, STR(".choices.csv"));
    const struct form *f = pf->form;

    for (size_t i = 0; i < form_count(f); i++) {
        const struct form_field *x = form_field(f, i);
        if (shown(x) && (x->label.n || form_is_leaf(x)))
            check_label(r, f, x->label, survey, x->line, x->name);
        if (x->owner.n && !pack_role(r->p, x->owner))
            reader_say(r, FINDING_ERROR, survey, x->line, "pack.no-such-role",
                       "there is no role \"" STR_F "\"", STR_A(x->owner));
    }
    for (size_t i = 0; i < form_lists(f); i++) {
        const struct form_list *l = form_list(f, i);
        for (size_t k = 0; k < l->n; k++)
            check_label(r, f, l->choice[k].label, choices, 0, l->choice[k].name);
    }
    if (!str_eq(form_id(f), pf->id))
        reader_say(r, FINDING_ERROR, str_join(&r->c->mem, STR("forms/"), pf->id, STR(".settings.csv")),
                   0, "pack.form-id", "form_id is \"" STR_F "\", the files say \"" STR_F "\"",
                   STR_A(form_id(f)), STR_A(pf->id));
}

enum err check_forms(struct reader *r)
{
    for (size_t i = 0; i < r->p->forms_n; i++)
        check_form(r, &r->p->forms[i]);
    return ctx_check(r->c);
}

/* ---- decisions ------------------------------------------------------------------ */

static bool provision_known(void *arg, struct str id)
{
    return pack_provision(arg, id) != NULL;
}

/* A row tells no more certainty than the law it rests on. */
static void check_row(struct reader *r, const struct pack_decision *d, const struct dmn_table *t,
                      size_t row)
{
    struct str cited = dmn_annotation(t, row, STR("provision"));
    struct str says = dmn_annotation(t, row, STR("verified"));
    struct str words = dmn_annotation(t, row, STR("words"));
    enum pack_verified weakest = pack_weakest(r->p, cited);
    int line = dmn_row_line(t, row);

    if (!cited.n)
        reader_say(r, FINDING_ERROR, d->path, line, "pack.uncited", "this row cites no provision");
    else if (!str_is(says, pack_verified_name(weakest)))
        reader_say(r, FINDING_ERROR, d->path, line, "pack.decision-verified",
                   "the row says verified \"" STR_F "\", its weakest provision is \"%s\"",
                   STR_A(says), pack_verified_name(weakest));
    for (size_t k = 0; cited.n && weakest != PACK_YES && k < dmn_table_outputs(t); k++)
        if (str_is(dmn_output_name(t, k), "legal_review") && str_is(dmn_output_text(t, row, k), "false"))
            reader_say(r, FINDING_ERROR, d->path, line, "pack.review-missing",
                       "the row rests on law that is not verified: legal_review must be true");
    if (words.n)
        check_word(r, words, d->path, line);
}

static void check_tables(struct reader *r, const struct pack_decision *d)
{
    for (size_t i = 0; i < dmn_nodes(d->model); i++) {
        const struct dmn_table *t = dmn_node(d->model, i)->table;
        for (size_t row = 0; t && row < dmn_table_rows(t); row++)
            check_row(r, d, t, row);
    }
}

/* The form of the same name asks for every input of the decision. */
static void check_inputs(struct reader *r, const struct pack_decision *d)
{
    const struct form *f = pack_form(r->p, d->id);

    for (size_t i = 0; f && i < dmn_nodes(d->model); i++) {
        const struct dmn_node *n = dmn_node(d->model, i);
        bool asked = n->kind != DMN_INPUT;
        for (size_t k = 0; !asked && k < form_count(f); k++)
            asked = str_eq(form_field(f, k)->name, n->name);
        if (!asked)
            reader_say(r, FINDING_ERROR, d->path, 0, "pack.input-unasked",
                       "no field of the form \"" STR_F "\" asks for \"" STR_F "\"", STR_A(d->id),
                       STR_A(n->name));
    }
}

static enum finding_level rules_level(enum rules_kind k)
{
    switch (k) {
    case RULES_GAP:                 /* no row answers: null, which the author may want */
    case RULES_UNCHECKED:
        return FINDING_NOTE;
    case RULES_OVERLAP:
    case RULES_UNREACHABLE:
        return FINDING_WARNING;
    default:
        return FINDING_ERROR;
    }
}

enum err check_decisions(struct reader *r)
{
    for (size_t i = 0; i < r->p->decisions_n; i++) {
        const struct pack_decision *d = &r->p->decisions[i];
        struct rules_finding *v;
        size_t n;
        TRY(rules_check(r->c, d->model, provision_known, r->p, &v, &n));
        for (size_t k = 0; k < n; k++)
            reader_say(r, rules_level(v[k].kind), d->path, v[k].line,
                       v[k].kind == RULES_PROVISION ? "pack.no-such-provision" : "pack.decision",
                       STR_F, STR_A(str_sub(v[k].text, 0, 300)));
        check_tables(r, d);
        check_inputs(r, d);
    }
    return ctx_check(r->c);
}
