/* flow_read_node.c - flow nodes, event definitions, loops. */
#include "flow/flow_read.h"

static const struct node_tag {
    const char *tag;
    enum flow_kind kind;
} node_tags[] = {
    { "task", FLOW_TASK }, { "userTask", FLOW_USER }, { "manualTask", FLOW_MANUAL },
    { "serviceTask", FLOW_SERVICE }, { "scriptTask", FLOW_SCRIPT },
    { "businessRuleTask", FLOW_RULE }, { "sendTask", FLOW_SEND }, { "receiveTask", FLOW_RECEIVE },
    { "subProcess", FLOW_SUB }, { "transaction", FLOW_SUB }, { "adHocSubProcess", FLOW_ADHOC },
    { "callActivity", FLOW_CALL },
    { "exclusiveGateway", FLOW_XOR }, { "inclusiveGateway", FLOW_OR },
    { "parallelGateway", FLOW_AND }, { "eventBasedGateway", FLOW_EVENT_GATE },
    { "complexGateway", FLOW_COMPLEX },
    { "startEvent", FLOW_START }, { "endEvent", FLOW_END },
    { "intermediateCatchEvent", FLOW_CATCH }, { "intermediateThrowEvent", FLOW_THROW },
    { "boundaryEvent", FLOW_BOUNDARY },
};
static const struct def_tag {
    const char *tag;
    enum def_kind kind;
} def_tags[] = {
    { "messageEventDefinition", DEF_MESSAGE }, { "timerEventDefinition", DEF_TIMER },
    { "signalEventDefinition", DEF_SIGNAL }, { "errorEventDefinition", DEF_ERROR },
    { "escalationEventDefinition", DEF_ESCALATION },
    { "conditionalEventDefinition", DEF_CONDITIONAL }, { "linkEventDefinition", DEF_LINK },
    { "terminateEventDefinition", DEF_TERMINATE },
    { "compensateEventDefinition", DEF_COMPENSATE }, { "cancelEventDefinition", DEF_CANCEL },
};

const char *flow_kind_name(enum flow_kind k)
{
    if (k == FLOW_EXTRA)
        return "addedStep";
    for (size_t i = 0; i < COUNT_OF(node_tags); i++)
        if (node_tags[i].kind == k)
            return node_tags[i].tag;
    return "unknown";
}

static const struct node_tag *node_tag(const xmlNode *e)
{
    for (size_t i = 0; i < COUNT_OF(node_tags); i++)
        if (xml_is(e, node_tags[i].tag))
            return &node_tags[i];
    return NULL;
}

bool read_is_node(const xmlNode *e)
{
    return node_tag(e) != NULL;
}

static const struct def_tag *def_tag(const xmlNode *e)
{
    for (size_t i = 0; i < COUNT_OF(def_tags); i++)
        if (xml_is(e, def_tags[i].tag))
            return &def_tags[i];
    return NULL;
}

bool read_is_def(const xmlNode *e)
{
    return def_tag(e) != NULL;
}

/* ---- event definitions ---------------------------------------------------------- */

static enum err read_timer(struct reader *r, const xmlNode *e, struct def *d)
{
    static const char *const tags[] = { "timeDate", "timeDuration", "timeCycle" };
    for (size_t i = 0; i < COUNT_OF(tags); i++) {
        const xmlNode *k = xml_child(e, tags[i]);
        if (!k)
            continue;
        struct expr x;
        TRY(read_expr(r, k, &x));
        if (!x.text.n)
            continue;
        d->when.kind = flow_when_of(x.text);
        d->when.text = x.text;
        if (d->when.kind == FLOW_NEVER)
            d->expr = x;
        break;
    }
    d->when.calendar = xml_own_attr(r->mem, e, "calendar");
    return ERR_OK;
}

static struct str def_ref(struct reader *r, const xmlNode *e, enum def_kind kind)
{
    switch (kind) {
    case DEF_MESSAGE: return xml_attr(r->mem, e, "messageRef");
    case DEF_SIGNAL: return xml_attr(r->mem, e, "signalRef");
    case DEF_ERROR: return xml_attr(r->mem, e, "errorRef");
    case DEF_ESCALATION: return xml_attr(r->mem, e, "escalationRef");
    case DEF_COMPENSATE: return xml_attr(r->mem, e, "activityRef");
    default: return (struct str){ 0 };
    }
}

enum err read_def(struct reader *r, const xmlNode *e, struct def *d)
{
    const struct def_tag *t = def_tag(e);
    *d = (struct def){ .kind = t->kind, .id = xml_attr(r->mem, e, "id"), .line = xml_line(e),
                       .ref = def_ref(r, e, t->kind) };
    if (t->kind == DEF_LINK)
        d->name = xml_attr(r->mem, e, "name");
    if (d->id.n)
        TRY(read_own(r, e, d->id));
    if (t->kind == DEF_TIMER)
        return read_timer(r, e, d);
    const xmlNode *cond = xml_child(e, "condition");
    if (t->kind == DEF_CONDITIONAL && cond)
        return read_expr(r, cond, &d->expr);
    return ERR_OK;
}

/* Own definitions, and references to ones at the top of the file (by name, for
 * model_link to resolve). */
static enum err read_defs(struct reader *r, const xmlNode *e, struct node *n)
{
    VEC(struct def) v = { 0 };
    for (const xmlNode *k = xml_first(e); k; k = xml_next(k)) {
        bool ref = xml_is(k, "eventDefinitionRef");
        if (!ref && !read_is_def(k))
            continue;
        struct def *d = VEC_PUSH(r->mem, &v);
        if (!d)
            return NOMEM(r->c);
        if (ref)
            *d = (struct def){ .kind = DEF_CANCEL, .id = xml_text(r->mem, k), .line = -1 };
        else
            TRY(read_def(r, k, d));
    }
    if (n->kind == FLOW_RECEIVE || n->kind == FLOW_SEND) {
        struct def *d = VEC_PUSH(r->mem, &v);
        if (!d)
            return NOMEM(r->c);
        *d = (struct def){ .kind = DEF_MESSAGE, .ref = xml_attr(r->mem, e, "messageRef"),
                           .line = n->line };
    }
    n->def = v.v;
    n->n_def = (int)v.n;
    return ERR_OK;
}

/* ---- loops ------------------------------------------------------------------------ */

/* Where tools that do not use loopCardinality keep the list. */
static void vendor_each(struct reader *r, const xmlNode *e, struct loop *l)
{
    struct str list = xml_vendor_attr(r->mem, e, "collection");
    struct str item = xml_vendor_attr(r->mem, e, "elementVariable");
    const xmlNode *ext = xml_child(e, "extensionElements");
    for (const xmlNode *k = ext ? xml_first(ext) : NULL; k && !list.n; k = xml_next(k)) {
        list = xml_attr(r->mem, k, "inputCollection");
        item = xml_attr(r->mem, k, "inputElement");
    }
    if (!list.n)
        return;
    l->each = (struct expr){ .text = list, .line = xml_line(e) };
    l->each_given = true;
    l->item = item;
}

static enum err read_each(struct reader *r, const xmlNode *e, struct loop *l)
{
    *l = (struct loop){ .kind = LOOP_EACH, .sequential = xml_flag(e, "isSequential", false),
                        .line = xml_line(e) };
    const xmlNode *count = xml_child(e, "loopCardinality"), *list = xml_child(e, "loopDataInputRef");
    const xmlNode *until = xml_child(e, "completionCondition"), *item = xml_child(e, "inputDataItem");
    if (count || list) {
        TRY(read_expr(r, count ? count : list, &l->each));
        l->each_given = l->each.text.n > 0;
    }
    if (until) {
        TRY(read_expr(r, until, &l->until));
        l->until_given = l->until.text.n > 0;
    }
    if (item)
        l->item = xml_attr(r->mem, item, "name");
    if (!l->each_given)
        vendor_each(r, e, l);
    return ERR_OK;
}

static enum err read_while(struct reader *r, const xmlNode *e, struct loop *l)
{
    *l = (struct loop){ .kind = LOOP_WHILE, .sequential = true, .line = xml_line(e),
                        .test_before = xml_flag(e, "testBefore", false) };
    struct str max = xml_attr(r->mem, e, "loopMaximum");
    if (!str_to_i64(max, &l->max) || l->max < 0)
        l->max = 0;
    const xmlNode *cond = xml_child(e, "loopCondition");
    if (cond) {
        TRY(read_expr(r, cond, &l->until));
        l->until_given = l->until.text.n > 0;
    }
    return ERR_OK;
}

static enum err read_loop(struct reader *r, const xmlNode *e, struct node *n)
{
    const xmlNode *each = xml_child(e, "multiInstanceLoopCharacteristics");
    const xmlNode *again = xml_child(e, "standardLoopCharacteristics");
    if (each)
        return read_each(r, each, &n->loop);
    return again ? read_while(r, again, &n->loop) : ERR_OK;
}

/* ---- nodes -------------------------------------------------------------------------- */

static void read_called(struct reader *r, const xmlNode *e, struct node *n)
{
    n->called = xml_attr(r->mem, e, "calledElement");
    const xmlNode *ext = xml_child(e, "extensionElements");
    for (const xmlNode *k = ext ? xml_first(ext) : NULL; k && !n->called.n; k = xml_next(k))
        n->called = xml_attr(r->mem, k, "processId");
}

static enum err read_parts(struct reader *r, const xmlNode *e, struct node *n)
{
    const xmlNode *doc = xml_child(e, "documentation"), *script = xml_child(e, "script");
    const xmlNode *until = xml_child(e, "completionCondition");
    if (doc)
        n->doc = xml_text(r->mem, doc);
    if (script)
        TRY(read_expr(r, script, &n->script));
    if (until && n->kind == FLOW_ADHOC)
        TRY(read_expr(r, until, &n->until));
    if (n->kind == FLOW_CALL)
        read_called(r, e, n);
    TRY(read_defs(r, e, n));
    return kind_is_activity(n->kind) ? read_loop(r, e, n) : ERR_OK;
}

static enum err read_inner(struct reader *r, const xmlNode *e, int at, int depth)
{
    struct node *n = &r->m->node.v[at];
    int box = (int)r->m->box.n, process = n->process;
    n->inner = box;
    struct box *b = VEC_PUSH(r->mem, &r->m->box);
    if (!b)
        return NOMEM(r->c);
    *b = (struct box){ .node = at, .process = process };
    return read_box(r, e, box, depth + 1);
}

enum err read_node(struct reader *r, const xmlNode *e, int box, int depth)
{
    const struct node_tag *t = node_tag(e);
    if (r->m->node.n >= FLOW_NODES_MAX)
        return FAIL(r->c, ERR_INPUT, "flow.too-many", "line %d: more than %d nodes", xml_line(e),
                    FLOW_NODES_MAX);
    struct node n = {
        .id = xml_attr(r->mem, e, "id"), .name = xml_attr(r->mem, e, "name"), .tag = t->tag,
        .kind = t->kind, .line = xml_line(e), .box = box, .inner = -1, .lane = -1, .host = -1,
        .process = r->m->box.v[box].process, .way_else = -1, .link = -1,
        .link_first = -1, .link_next = -1,
        .way_else_ref = xml_attr(r->mem, e, "default"),
        .host_ref = xml_attr(r->mem, e, "attachedToRef"),
        .interrupting = t->kind == FLOW_START ? xml_flag(e, "isInterrupting", true)
                                              : xml_flag(e, "cancelActivity", true),
        .by_event = xml_flag(e, "triggeredByEvent", false),
        .undo = xml_flag(e, "isForCompensation", false), .transaction = xml_is(e, "transaction"),
        .parallel_multiple = xml_flag(e, "parallelMultiple", false),
        .instantiate = xml_flag(e, "instantiate", false),
        .keep_rest = !xml_flag(e, "cancelRemainingInstances", true),
        .adhoc_sequential = str_is(xml_attr(r->mem, e, "ordering"), "Sequential"),
    };
    int at = (int)r->m->node.n;
    TRY(index_put(r->c, r->m, &n.id, EL_NODE, at, n.line));
    TRY(read_own(r, e, n.id));
    TRY(read_parts(r, e, &n));
    struct node *to = VEC_PUSH(r->mem, &r->m->node);
    if (!to)
        return NOMEM(r->c);
    *to = n;
    if (n.kind == FLOW_SUB || n.kind == FLOW_ADHOC)
        return read_inner(r, e, at, depth);
    for (const xmlNode *k = xml_first(e); k; k = xml_next(k))       /* data arrows are drawn */
        if (xml_is(k, "dataInputAssociation") || xml_is(k, "dataOutputAssociation") ||
            xml_is(k, "ioSpecification") || xml_is(k, "dataInput") || xml_is(k, "dataOutput"))
            TRY(read_box_art(r, k, box));
    return ERR_OK;
}
