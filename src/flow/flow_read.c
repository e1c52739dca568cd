/* flow_read.c - definitions, collaborations, processes and what stands in them
 * beside nodes.  Unknown things are remarks, never failures. */
#include "flow/flow_read.h"

#include <stdlib.h>

/* ---- our own attributes ------------------------------------------------------ */

static enum err own_put(struct reader *r, struct str id, struct str name, struct str value)
{
    struct str *to = VEC_PUSH(r->mem, &r->m->attr_id);
    struct attr *a = VEC_PUSH(r->mem, &r->m->attr);
    if (!to || !a)
        return NOMEM(r->c);
    *to = id;
    *a = (struct attr){ name, value };
    return ERR_OK;
}

/* <x:property name="amparo:due" value="PT24H"/>, as modelling tools let users add. */
static enum err own_properties(struct reader *r, const xmlNode *e, struct str id, int depth)
{
    for (const xmlNode *k = xml_first(e); k; k = xml_next(k)) {
        struct str name = xml_attr(r->mem, k, "name");
        if (str_starts(name, STR("amparo:")))
            TRY(own_put(r, id, str_sub(name, 7, name.n), xml_attr(r->mem, k, "value")));
        if (depth < 4)
            TRY(own_properties(r, k, id, depth + 1));
    }
    return ERR_OK;
}

static enum err foreign(struct reader *r, const xmlNode *e)
{
    if (xml_space(e) != XS_OTHER)
        return ERR_OK;
    struct str uri = str_c((const char *)e->ns->href);
    for (size_t i = 0; i < r->m->foreign.n; i++)
        if (str_eq(r->m->foreign.v[i], uri))
            return ERR_OK;
    if (r->m->foreign.n >= 64)
        return ERR_OK;
    struct str *s = VEC_PUSH(r->mem, &r->m->foreign);
    if (!s)
        return NOMEM(r->c);
    *s = arena_dup(r->mem, uri);
    return ERR_OK;
}

enum err read_own(struct reader *r, const xmlNode *e, struct str id)
{
    for (const xmlAttr *a = e->properties; a; a = a->next) {
        if (!a->ns || !a->ns->href || strcmp((const char *)a->ns->href, FLOW_NS) != 0)
            continue;
        struct str name = arena_dup(r->mem, str_c((const char *)a->name));
        xmlChar *v = xmlNodeListGetString(NULL, a->children, 1);
        struct str value = arena_dup(r->mem, str_trim(str_c(v ? (const char *)v : "")));
        xmlFree(v);
        TRY(own_put(r, id, name, value));
    }
    const xmlNode *ext = xml_child(e, "extensionElements");
    if (!ext)
        return ERR_OK;
    for (const xmlNode *k = xml_first(ext); k; k = xml_next(k))
        TRY(foreign(r, k));
    return own_properties(r, ext, id, 0);
}

/* ---- lanes ---------------------------------------------------------------------- */

static enum err read_lanes(struct reader *r, const xmlNode *set, int process, int parent, int depth)
{
    if (depth > FLOW_DEPTH_MAX)
        return FAIL(r->c, ERR_INPUT, "flow.too-deep", "line %d: lanes", xml_line(set));
    for (const xmlNode *k = xml_first(set); k; k = xml_next(k)) {
        if (!xml_is(k, "lane"))
            continue;
        int at = (int)r->m->lane.n;
        struct lane *l = VEC_PUSH(r->mem, &r->m->lane);
        if (!l)
            return NOMEM(r->c);
        *l = (struct lane){ .id = xml_attr(r->mem, k, "id"), .name = xml_attr(r->mem, k, "name"),
                            .process = process, .parent = parent, .line = xml_line(k) };
        TRY(index_put(r->c, r->m, &l->id, EL_LANE, at, l->line));
        TRY(read_own(r, k, r->m->lane.v[at].id));
        for (const xmlNode *f = xml_first(k); f; f = xml_next(f)) {
            if (xml_is(f, "flowNodeRef")) {
                struct str *ref = VEC_PUSH(r->mem, &r->m->lane_ref);
                int *of = VEC_PUSH(r->mem, &r->m->lane_ref_lane);
                if (!ref || !of)
                    return NOMEM(r->c);
                *ref = xml_text(r->mem, f);
                *of = at;
            } else if (xml_is(f, "childLaneSet")) {
                TRY(read_lanes(r, f, process, at, depth + 1));
            }
        }
    }
    return ERR_OK;
}

/* ---- sequence flows ---------------------------------------------------------------- */

enum err read_expr(struct reader *r, const xmlNode *e, struct expr *x)
{
    *x = (struct expr){ .text = xml_text(r->mem, e), .language = xml_attr(r->mem, e, "language"),
                        .line = xml_line(e) };
    return ERR_OK;
}

static enum err read_way(struct reader *r, const xmlNode *e, int box)
{
    int at = (int)r->m->way.n;
    struct way *w = VEC_PUSH(r->mem, &r->m->way);
    if (!w)
        return NOMEM(r->c);
    *w = (struct way){ .id = xml_attr(r->mem, e, "id"), .name = xml_attr(r->mem, e, "name"),
                       .source_ref = xml_attr(r->mem, e, "sourceRef"),
                       .target_ref = xml_attr(r->mem, e, "targetRef"), .source = -1, .target = -1,
                       .box = box, .line = xml_line(e) };
    const xmlNode *cond = xml_child(e, "conditionExpression");
    if (cond) {
        TRY(read_expr(r, cond, &w->cond));
        w->conditional = w->cond.text.n > 0;
    }
    TRY(index_put(r->c, r->m, &w->id, EL_WAY, at, w->line));
    return read_own(r, e, r->m->way.v[at].id);
}

/* ---- what is drawn and not run ------------------------------------------------------- */

static enum err read_art(struct reader *r, const xmlNode *e, int box, enum art_kind kind)
{
    int at = (int)r->m->art.n;
    struct art *a = VEC_PUSH(r->mem, &r->m->art);
    if (!a)
        return NOMEM(r->c);
    const xmlNode *text = xml_child(e, "text");
    const xmlNode *from = xml_child(e, "sourceRef"), *to = xml_child(e, "targetRef");
    struct str direction = xml_attr(r->mem, e, "associationDirection");
    *a = (struct art){ .id = xml_attr(r->mem, e, "id"), .kind = kind, .box = box,
                       .text = text ? xml_text(r->mem, text) : xml_attr(r->mem, e, "name"),
                       .source_ref = from ? xml_text(r->mem, from) : xml_attr(r->mem, e, "sourceRef"),
                       .target_ref = to ? xml_text(r->mem, to) : xml_attr(r->mem, e, "targetRef"),
                       .line = xml_line(e), .list = xml_flag(e, "isCollection", false),
                       .arrow = !xml_is(e, "association") || str_is(direction, "One") ||
                                str_is(direction, "Both") };
    return index_put(r->c, r->m, &a->id, EL_ART, at, a->line);
}

static enum err read_io(struct reader *r, const xmlNode *e, int box)
{
    for (const xmlNode *k = xml_first(e); k; k = xml_next(k))
        if (xml_is(k, "dataInput") || xml_is(k, "dataOutput"))
            TRY(read_art(r, k, box, ART_DATA));
    return ERR_OK;
}

static const struct { const char *tag; enum art_kind kind; } arts[] = {
    { "dataObjectReference", ART_DATA }, { "dataObject", ART_DATA },
    { "dataStoreReference", ART_STORE }, { "textAnnotation", ART_NOTE },
    { "group", ART_GROUP },              { "association", ART_LINE },
    { "dataInputAssociation", ART_LINE }, { "dataOutputAssociation", ART_LINE },
    { "dataInput", ART_DATA },           { "dataOutput", ART_DATA },
};

/* Parts of processes and activities that say nothing about the route. */
static const char *const quiet[] = {
    "documentation", "extensionElements", "incoming", "outgoing", "auditing", "monitoring",
    "property", "inputSet", "outputSet", "resourceRole", "performer", "humanPerformer",
    "potentialOwner", "correlationSubscription", "supports", "rendering", "artifact", "category",
    "standardLoopCharacteristics", "multiInstanceLoopCharacteristics", "completionCondition",
    "script", "ioBinding", "iospecification", "supportedInterfaceRef", "flowElementRef",
    "activationCondition", "categoryValueRef", "eventDefinitionRef", "transformation", "assignment",
    "loopCharacteristics", "callConversation", "conversation", "conversationLink",
    "correlationKey", "participantMultiplicity", "participantAssociation",
    "messageFlowAssociation", "interfaceRef", "endPointRef", "conversationAssociation",
};

static bool is_quiet(const xmlNode *e)
{
    for (size_t i = 0; i < COUNT_OF(quiet); i++)
        if (xml_is(e, quiet[i]))
            return true;
    return false;
}

enum err read_box_art(struct reader *r, const xmlNode *e, int box)
{
    for (size_t i = 0; i < COUNT_OF(arts); i++)
        if (xml_is(e, arts[i].tag))
            return read_art(r, e, box, arts[i].kind);
    if (xml_is(e, "ioSpecification"))
        return read_io(r, e, box);
    if (is_quiet(e) || read_is_def(e))
        return ERR_OK;
    struct str tag = arena_dup(r->mem, str_c((const char *)e->name));
    bool runs = strstr(tag.p ? tag.p : "", "horeography") != NULL;
    return remark_add(r->c, r->m, runs ? FLOW_WRONG : FLOW_WARN,
                      runs ? "flow.not-run" : "flow.unknown-element", xml_attr(r->mem, e, "id"), tag,
                      xml_line(e));
}

/* ---- containers ---------------------------------------------------------------------- */

enum err read_box(struct reader *r, const xmlNode *e, int box, int depth)
{
    int process = r->m->box.v[box].process;
    if (depth > FLOW_DEPTH_MAX)
        return FAIL(r->c, ERR_INPUT, "flow.too-deep", "line %d: more than %d levels", xml_line(e),
                    FLOW_DEPTH_MAX);
    for (const xmlNode *k = xml_first(e); k; k = xml_next(k)) {
        enum xml_space s = xml_space(k);
        if (s == XS_OTHER)
            TRY(foreign(r, k));
        if (s != XS_BPMN && s != XS_NONE)
            continue;
        if (read_is_node(k))
            TRY(read_node(r, k, box, depth));
        else if (xml_is(k, "sequenceFlow"))
            TRY(read_way(r, k, box));
        else if (xml_is(k, "laneSet"))
            TRY(read_lanes(r, k, process, -1, 0));
        else
            TRY(read_box_art(r, k, box));
    }
    return ERR_OK;
}

static enum err read_process(struct reader *r, const xmlNode *e)
{
    int at = (int)r->m->process.n, box = (int)r->m->box.n;
    struct process *p = VEC_PUSH(r->mem, &r->m->process);
    struct box *b = VEC_PUSH(r->mem, &r->m->box);
    if (!p || !b)
        return NOMEM(r->c);
    *p = (struct process){ .id = xml_attr(r->mem, e, "id"), .name = xml_attr(r->mem, e, "name"),
                           .box = box, .line = xml_line(e), .pool = -1,
                           .executable = xml_flag(e, "isExecutable", false) };
    *b = (struct box){ .node = -1, .process = at };
    TRY(index_put(r->c, r->m, &p->id, EL_PROCESS, at, p->line));
    TRY(read_own(r, e, r->m->process.v[at].id));
    return read_box(r, e, box, 0);
}

/* ---- collaborations -------------------------------------------------------------------- */

static enum err read_pool(struct reader *r, const xmlNode *e)
{
    int at = (int)r->m->pool.n;
    struct pool *p = VEC_PUSH(r->mem, &r->m->pool);
    if (!p)
        return NOMEM(r->c);
    *p = (struct pool){ .id = xml_attr(r->mem, e, "id"), .name = xml_attr(r->mem, e, "name"),
                        .process_ref = xml_attr(r->mem, e, "processRef"), .process = -1,
                        .line = xml_line(e), .many = xml_child(e, "participantMultiplicity") };
    TRY(index_put(r->c, r->m, &p->id, EL_POOL, at, p->line));
    return read_own(r, e, r->m->pool.v[at].id);
}

static enum err read_mail(struct reader *r, const xmlNode *e)
{
    int at = (int)r->m->mail.n;
    struct mail *f = VEC_PUSH(r->mem, &r->m->mail);
    if (!f)
        return NOMEM(r->c);
    *f = (struct mail){ .id = xml_attr(r->mem, e, "id"), .name = xml_attr(r->mem, e, "name"),
                        .source_ref = xml_attr(r->mem, e, "sourceRef"),
                        .target_ref = xml_attr(r->mem, e, "targetRef"),
                        .message_ref = xml_attr(r->mem, e, "messageRef"),
                        .source = -1, .target = -1, .source_pool = -1, .target_pool = -1,
                        .line = xml_line(e) };
    TRY(index_put(r->c, r->m, &f->id, EL_MAIL, at, f->line));
    return read_own(r, e, r->m->mail.v[at].id);
}

static enum err read_collaboration(struct reader *r, const xmlNode *e)
{
    struct str *id = VEC_PUSH(r->mem, &r->m->collaboration);
    if (!id)
        return NOMEM(r->c);
    *id = xml_attr(r->mem, e, "id");
    if (index_get(r->m, *id).kind == EL_NONE && id->n)
        TRY(index_put(r->c, r->m, id, EL_COLLABORATION, (int)r->m->collaboration.n - 1, xml_line(e)));
    for (const xmlNode *k = xml_first(e); k; k = xml_next(k)) {
        enum xml_space s = xml_space(k);
        if (s != XS_BPMN && s != XS_NONE)
            continue;
        if (xml_is(k, "participant"))
            TRY(read_pool(r, k));
        else if (xml_is(k, "messageFlow"))
            TRY(read_mail(r, k));
        else
            TRY(read_box_art(r, k, -1));
    }
    return ERR_OK;
}

/* ---- the top ---------------------------------------------------------------------------- */

static enum err read_thing(struct reader *r, const xmlNode *e, const char *tag)
{
    int at = (int)r->m->thing.n;
    struct thing *t = VEC_PUSH(r->mem, &r->m->thing);
    if (!t)
        return NOMEM(r->c);
    struct str code = xml_attr(r->mem, e, "errorCode");
    *t = (struct thing){ .id = xml_attr(r->mem, e, "id"), .name = xml_attr(r->mem, e, "name"),
                         .code = code.n ? code : xml_attr(r->mem, e, "escalationCode"), .tag = tag,
                         .line = xml_line(e) };
    return index_put(r->c, r->m, &t->id, EL_THING, at, t->line);
}

static enum err read_root_def(struct reader *r, const xmlNode *e)
{
    int at = (int)r->m->root_def.n;
    struct def *d = VEC_PUSH(r->mem, &r->m->root_def);
    if (!d)
        return NOMEM(r->c);
    TRY(read_def(r, e, d));
    return index_put(r->c, r->m, &d->id, EL_DEF, at, d->line);
}

static enum err read_global_task(struct reader *r, const xmlNode *e)
{
    struct str *id = VEC_PUSH(r->mem, &r->m->global_task);
    if (!id)
        return NOMEM(r->c);
    *id = xml_attr(r->mem, e, "id");
    return index_put(r->c, r->m, id, EL_GLOBAL_TASK, (int)r->m->global_task.n - 1, xml_line(e));
}

static enum err read_top(struct reader *r, const xmlNode *e)
{
    static const char *const things[] = { "message", "signal", "error", "escalation", "dataStore" };
    for (size_t i = 0; i < COUNT_OF(things); i++)
        if (xml_is(e, things[i]))
            return read_thing(r, e, things[i]);
    if (xml_is(e, "process"))
        return read_process(r, e);
    if (xml_is(e, "collaboration"))
        return read_collaboration(r, e);
    if (read_is_def(e))
        return read_root_def(r, e);
    if (!strncmp((const char *)e->name, "global", 6) && strstr((const char *)e->name, "Task"))
        return read_global_task(r, e);
    if (strstr((const char *)e->name, "horeography") || strstr((const char *)e->name, "onversation"))
        return remark_add(r->c, r->m, FLOW_WARN, "flow.not-run", xml_attr(r->mem, e, "id"),
                          arena_dup(r->mem, str_c((const char *)e->name)), xml_line(e));
    return ERR_OK;
}

enum err read_definitions(struct reader *r, const xmlNode *root)
{
    struct flow_model *m = r->m;
    m->name = xml_attr(r->mem, root, "name");
    m->exporter = xml_attr(r->mem, root, "exporter");
    m->language = xml_attr(r->mem, root, "expressionLanguage");
    TRY(read_own(r, root, STR("")));
    for (const xmlNode *k = xml_first(root); k; k = xml_next(k)) {
        enum xml_space s = xml_space(k);
        if (s == XS_BPMN || s == XS_NONE)
            TRY(read_top(r, k));
        else if (s == XS_DI && xml_is(k, "BPMNDiagram"))
            TRY(read_diagram(r, k));
        else
            TRY(foreign(r, k));
    }
    return ERR_OK;
}

/* Tools wrap or misname the root; the first <definitions> within three levels is it. */
static const xmlNode *find_definitions(const xmlNode *e, int depth)
{
    for (; e; e = xml_next(e)) {
        enum xml_space s = xml_space(e);
        if (xml_is(e, "definitions") && (s == XS_BPMN || s == XS_NONE))
            return e;
        const xmlNode *in = depth < 3 ? find_definitions(xml_first(e), depth + 1) : NULL;
        if (in)
            return in;
    }
    return NULL;
}

static enum err load_into(struct ctx *c, struct str bytes, struct flow_model *m)
{
    xmlDocPtr doc = NULL;
    TRY(xml_read(c, bytes, &doc));
    const xmlNode *root = find_definitions(xmlDocGetRootElement(doc), 0);
    struct reader r = { c, m, &m->mem };
    enum err e = ERR_OK;
    if (root)
        e = read_definitions(&r, root);
    xmlFreeDoc(doc);
    if (!root)
        return FAIL(c, ERR_INPUT, "flow.not-bpmn", "line 1: no BPMN 2.0 definitions");
    TRY(e);
    TRY(model_link(c, m));
    return m->mem.failed ? NOMEM(c) : ERR_OK;
}

/* The model's arena takes part in the caller's test of refused allocations. */
enum err flow_load(struct ctx *c, struct str bytes, const struct flow_eval *eval,
                   struct flow_model **out)
{
    struct flow_model *m = calloc(1, sizeof *m);
    if (!m)
        return NOMEM(c);
    arena_init(&m->mem, (size_t)256 << 20);
    m->mem.fail_at = c->mem.fail_at;
    m->mem.count = c->mem.count;
    m->eval = eval;
    enum err e = load_into(c, bytes, m);
    c->mem.count = m->mem.count;
    if (e != ERR_OK) {
        flow_free(m);
        return e;
    }
    m->mem.fail_at = 0;
    *out = m;
    return ERR_OK;
}

void flow_free(struct flow_model *m)
{
    if (!m)
        return;
    arena_free(&m->mem);
    free(m);
}
