/* check_flow.c - what a procedure's elements cite, name and need of the pack.
 *
 * Whether the model can be executed is flow's answer, brought by the caller's
 * hook; here only our own attributes are read, and only well-formedness asked. */
#include "pack/read.h"

#include <libxml/parser.h>
#include <libxml/tree.h>

static const char AMPARO[] = "urn:amparo:flow:1";
enum { DEPTH_MAX = 200 };

struct walk { struct reader *r; struct str file; };

static struct str attr(struct walk *w, xmlNode *n, const char *name, const char *ns)
{
    xmlChar *v = ns ? xmlGetNsProp(n, (const xmlChar *)name, (const xmlChar *)ns)
                    : xmlGetNoNsProp(n, (const xmlChar *)name);
    struct str s = v ? arena_dup(&w->r->c->mem, str_c((const char *)v)) : (struct str){ 0 };
    xmlFree(v);
    return s;
}

/* An attribute that lists rows of a table. */
static void names_exist(struct walk *w, xmlNode *n, const char *name, enum map_of to,
                        const char *key)
{
    struct str list = attr(w, n, name, AMPARO), one;

    while (str_next(&list, ' ', &one))
        if (one.n && !map_find(&w->r->p->index->map[to], one))
            reader_say(w->r, FINDING_ERROR, w->file, (int)xmlGetLineNo(n), key,
                       "there is no %s \"" STR_F "\"", name, STR_A(str_sub(one, 0, 60)));
}

static bool held(const struct pack *p, struct str role)
{
    for (size_t i = 0; i < p->agencies_n; i++)
        if (pack_has_word(p->agencies[i].roles, role))
            return true;
    return false;
}

static void check_lane(struct walk *w, xmlNode *n)
{
    struct str role = attr(w, n, "role", AMPARO);
    int line = (int)xmlGetLineNo(n);

    if (!role.n)
        reader_say(w->r, FINDING_ERROR, w->file, line, "pack.lane-role",
                   "the lane names no role (amparo:role)");
    else if (!pack_role(w->r->p, role))
        reader_say(w->r, FINDING_ERROR, w->file, line, "pack.no-such-role",
                   "there is no role \"" STR_F "\"", STR_A(role));
    else if (!held(w->r->p, role))
        reader_say(w->r, FINDING_ERROR, w->file, line, "pack.role-unheld",
                   "no agency holds the role \"" STR_F "\"", STR_A(role));
}

static void check_step(struct walk *w, xmlNode *n)
{
    int line = (int)xmlGetLineNo(n);
    struct str id = attr(w, n, "id", NULL), calendar = attr(w, n, "calendar", AMPARO);

    if (!attr(w, n, "provision", AMPARO).n)
        reader_say(w->r, FINDING_ERROR, w->file, line, "pack.uncited",
                   "the step \"" STR_F "\" cites no provision (amparo:provision)", STR_A(id));
    if (calendar.n && !str_is(calendar, "working") && !str_is(calendar, "clock"))
        reader_say(w->r, FINDING_ERROR, w->file, line, "pack.bad-value",
                   "a calendar is \"working\" or \"clock\"");
    check_word(w->r, str_join(&w->r->c->mem, STR("step."), id), w->file, line);
}

static void check_element(struct walk *w, xmlNode *n)
{
    struct str name = str_c((const char *)n->name);

    names_exist(w, n, "provision", MAP_PROVISION, "pack.no-such-provision");
    names_exist(w, n, "source", MAP_SOURCE, "pack.no-such-source");
    names_exist(w, n, "form", MAP_FORM, "pack.no-such-form");
    names_exist(w, n, "decision", MAP_DECISION, "pack.no-such-decision");
    if (str_is(name, "lane"))
        check_lane(w, n);
    else if (str_is(name, "userTask") || str_is(name, "manualTask"))
        check_step(w, n);
}

static void walk(struct walk *w, xmlNode *n, int depth)
{
    for (; n && depth < DEPTH_MAX; n = n->next) {
        if (n->type != XML_ELEMENT_NODE)
            continue;
        check_element(w, n);
        walk(w, n->children, depth + 1);
    }
}

struct hook_arg { struct reader *r; struct str file; };

static void from_hook(void *arg, enum finding_level level, int line, const char *text)
{
    struct hook_arg *h = arg;
    reader_say(h->r, level, h->file, line, "pack.procedure", "%.300s", text);
}

static void quiet(void *arg, const char *fmt, ...)
{
    (void)arg;
    (void)fmt;
}

enum err check_procedure(struct reader *r, const struct pack_file *f,
                         const struct pack_hooks *hooks)
{
    xmlParserCtxt *px = xmlNewParserCtxt();

    if (!px)
        return FAIL(r->c, ERR_NOMEM, "pack.memory", "XML parser");
    px->sax->error = px->sax->warning = quiet;
    px->sax->serror = NULL;
    xmlDoc *doc = xmlCtxtReadMemory(px, f->text.p, (int)f->text.n, NULL, NULL,
                                    XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING |
                                    XML_PARSE_BIG_LINES);
    if (!doc || doc->intSubset) {
        const xmlError *e = xmlCtxtGetLastError(px);
        reader_say(r, FINDING_ERROR, f->path, e ? e->line : 0, "pack.procedure",
                   doc ? "a DOCTYPE is not accepted" : "not well-formed XML");
    } else {
        struct walk w = { r, f->path };
        walk(&w, xmlDocGetRootElement(doc), 0);
    }
    xmlFreeDoc(doc);
    xmlFreeParserCtxt(px);
    if (!hooks || !hooks->procedure)
        return ERR_OK;
    struct hook_arg h = { r, f->path };
    return hooks->procedure(r->c, f->text, from_hook, &h);
}

enum err check_procedures(struct reader *r, const struct pack_hooks *hooks)
{
    for (size_t i = 0; i < r->p->procedures_n; i++)
        TRY(check_procedure(r, &r->p->procedures[i], hooks));
    return ctx_check(r->c);
}
