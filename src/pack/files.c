/* files.c - the files of a pack that are kept whole or handed to another room. */
#include "pack/read.h"

enum err reader_text(struct reader *r, const char *name, struct str *out)
{
    struct str path = str_join(&r->c->mem, str_c(r->dir), STR("/"), str_c(name));

    *out = (struct str){ 0 };
    if (!path.p)
        return ctx_check(r->c);
    enum err e = file_read(r->c, path.p, PACK_FILE_MAX, out);
    if (e == ERR_NOT_FOUND) {
        r->c->fault = (struct fault){ 0 };
        return ERR_OK;
    }
    if (e == ERR_INPUT) {
        reader_say(r, FINDING_ERROR, str_c(name), 0, "pack.file-too-big", "no file, or more than %d bytes",
                   PACK_FILE_MAX);
        r->c->fault = (struct fault){ 0 };
        return ERR_OK;
    }
    TRY(e);
    if (!out->p)
        *out = STR("");
    if (!utf8_valid(*out)) {
        reader_say(r, FINDING_ERROR, str_c(name), 0, "pack.not-utf8", "the text is not UTF-8");
        *out = STR("");
    }
    return ERR_OK;
}

/* Names in folder/ that end in `suffix`, without folder and suffix. */
static enum err names_in(struct reader *r, const char *folder, struct str suffix,
                         struct str **out, size_t *n)
{
    struct str path = str_join(&r->c->mem, str_c(r->dir), STR("/"), str_c(folder)), *all;
    size_t count;

    *n = 0;
    *out = NULL;
    if (!path.p)
        return ctx_check(r->c);
    enum err e = dir_list(r->c, path.p, &all, &count);
    if (e == ERR_NOT_FOUND || e == ERR_IO) {
        r->c->fault = (struct fault){ 0 };
        return ERR_OK;
    }
    TRY(e);
    *out = NEW_N(&r->c->mem, struct str, count + 1);
    for (size_t i = 0; *out && i < count; i++)
        if (str_ends(all[i], suffix))
            (*out)[(*n)++] = str_sub(all[i], 0, all[i].n - suffix.n);
    return ctx_check(r->c);
}

/* Every folder/ID.suffix as text. */
static enum err read_folder(struct reader *r, const char *folder, struct str suffix,
                            const struct pack_file **out, size_t *n)
{
    struct str *ids;
    size_t count, k = 0;

    TRY(names_in(r, folder, suffix, &ids, &count));
    struct pack_file *v = NEW_N(r->mem, struct pack_file, count + 1);
    for (size_t i = 0; v && i < count; i++) {
        struct str path = str_join(r->mem, str_c(folder), STR("/"), ids[i], suffix), text;
        if (!path.p)
            break;
        TRY(reader_text(r, path.p, &text));
        if (text.p)
            v[k++] = (struct pack_file){ arena_dup(r->mem, ids[i]), path, arena_dup(r->mem, text) };
    }
    *out = v;
    *n = k;
    return ctx_check(r->c);
}

static void say_notes(struct reader *r, struct str id, const struct form_notes *notes, bool failed)
{
    for (size_t i = 0; i < notes->n; i++) {
        const struct form_note *x = &notes->v[i];
        struct str file = str_join(&r->c->mem, STR("forms/"), x->file);
        reader_say(r, x->warning ? FINDING_WARNING : FINDING_ERROR, file, x->line, "pack.form",
                   STR_F "%s" STR_F, STR_A(x->column), x->column.n ? ": " : "",
                   STR_A(str_sub(x->text, 0, 200)));
    }
    if (failed && !notes->n)
        reader_say(r, FINDING_ERROR, str_join(&r->c->mem, STR("forms/"), id), 0, "pack.form",
                   "the form cannot be read: %s", r->c->fault.detail);
}

static enum err read_forms(struct reader *r)
{
    struct str *ids, dir = str_join(&r->c->mem, str_c(r->dir), STR("/forms"));
    size_t n;

    TRY(names_in(r, "forms", STR(".survey.csv"), &ids, &n));
    struct pack_form *v = NEW_N(r->mem, struct pack_form, n + 1);
    if (!v || !dir.p)
        return FAIL(r->c, ERR_NOMEM, "pack.memory", "forms");
    r->p->forms = v;
    for (size_t i = 0; i < n; i++) {
        struct form_notes notes = { 0 };
        const struct form *f = NULL;
        const char *id = arena_z(&r->c->mem, ids[i]);
        if (!id)
            return ctx_check(r->c);
        enum err e = form_load_dir(r->c, dir.p, id, &f, &notes);
        if (e != ERR_OK && e != ERR_INPUT)
            return e;
        say_notes(r, ids[i], &notes, e != ERR_OK);
        r->c->fault = (struct fault){ 0 };
        if (e == ERR_OK)
            v[r->p->forms_n++] = (struct pack_form){ arena_dup(r->mem, ids[i]), f };
    }
    return ctx_check(r->c);
}

static enum err read_decisions(struct reader *r)
{
    struct str *ids;
    size_t n;

    TRY(names_in(r, "decisions", STR(".dmn"), &ids, &n));
    struct pack_decision *v = NEW_N(r->mem, struct pack_decision, n + 1);
    if (!v)
        return FAIL(r->c, ERR_NOMEM, "pack.memory", "decisions");
    r->p->decisions = v;
    for (size_t i = 0; i < n; i++) {
        struct str path = str_join(r->mem, STR("decisions/"), ids[i], STR(".dmn")), text;
        struct dmn_model *m = NULL;
        if (!path.p)
            return FAIL(r->c, ERR_NOMEM, "pack.memory", "decisions");
        TRY(reader_text(r, path.p, &text));
        enum err e = dmn_load(r->c, path, text, NULL, 0, &m);
        if (e != ERR_OK && e != ERR_INPUT)
            return e;
        if (e == ERR_OK)
            v[r->p->decisions_n++] = (struct pack_decision){ arena_dup(r->mem, ids[i]), path, m };
        else
            reader_say(r, FINDING_ERROR, path, 0, "pack.decision", "%s", r->c->fault.detail);
        r->c->fault = (struct fault){ 0 };
    }
    return ctx_check(r->c);
}

enum err read_files(struct reader *r)
{
    struct pack *p = r->p;

    TRY(read_folder(r, "procedures", STR(".bpmn"), &p->procedures, &p->procedures_n));
    TRY(read_folder(r, "templates", STR(".md"), &p->templates, &p->templates_n));
    TRY(read_folder(r, "law/text", STR(".md"), &p->law_texts, &p->law_texts_n));
    TRY(read_folder(r, "words", STR(".po"), &p->words, &p->words_n));
    TRY(read_folder(r, "territory", STR(".geojson"), &p->maps, &p->maps_n));
    TRY(read_forms(r));
    return read_decisions(r);
}
