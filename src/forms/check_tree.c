#include "forms/check.h"
#include "forms/vec.h"
#include "forms/xml.h"

/* ---- answers by path, and how often each repeat comes ---------------------------------- */

struct count { struct str path; int64_t n; };      /* "child" or "a[1]/b": highest position */
struct builder {
    struct tree *t;
    const struct answers *a;
    size_t *slot, slots;          /* answers */
    bool *used;
    struct count *count; size_t counts, count_room;
    size_t *cslot;                /* counts; as many slots as for answers */
    bool first;
};

static size_t answer_at(const struct builder *b, struct str path)
{
    for (size_t h = str_hash(path) % b->slots; b->slot[h]; h = (h + 1) % b->slots)
        if (str_eq(b->a->v[b->slot[h] - 1].path, path))
            return b->slot[h] - 1;
    return FORM_NONE;
}

static struct count *count_at(struct builder *b, struct str path, bool make)
{
    size_t h = str_hash(path) % b->slots;
    for (; b->cslot[h]; h = (h + 1) % b->slots)
        if (str_eq(b->count[b->cslot[h] - 1].path, path))
            return &b->count[b->cslot[h] - 1];
    struct count k = { path, 0 };
    if (!make || b->counts + 1 >= b->slots ||
        !VEC_PUT(&b->t->c->mem, b->count, b->counts, b->count_room, k))
        return NULL;
    b->cslot[h] = b->counts;
    return &b->count[b->counts - 1];
}

/* Every "prefix[k]" of the path raises the count of prefix to k. */
static bool count_positions(struct builder *b, struct str path)
{
    int64_t pos;
    for (size_t i = 0; i < path.n; i++) {
        size_t k = i + 1;
        if (path.p[i] != '[')
            continue;
        while (k < path.n && path.p[k] != ']')
            k++;
        if (!str_to_i64(str_sub(path, i + 1, k - i - 1), &pos) || pos < 1 || pos > NODES_MAX)
            return false;
        struct count *at = count_at(b, str_sub(path, 0, i), true);
        if (!at)
            return false;
        if (pos > at->n)
            at->n = pos;
        i = k;
    }
    return true;
}

static enum err index_answers(struct builder *b)
{
    struct arena *mem = &b->t->c->mem;
    size_t repeats = 4;
    for (size_t i = 0; i < b->a->n; i++)
        for (size_t k = 0; k < b->a->v[i].path.n; k++)
            repeats += b->a->v[i].path.p[k] == '[';
    b->slots = (b->a->n + repeats) * 2 + 1;
    b->slot = NEW_N(mem, size_t, b->slots);
    b->cslot = NEW_N(mem, size_t, b->slots);
    b->used = NEW_N(mem, bool, b->a->n + 1);
    if (!b->slot || !b->cslot || !b->used)
        return ctx_check(b->t->c);
    for (size_t i = 0; i < b->a->n; i++) {
        struct str path = b->a->v[i].path;
        if (answer_at(b, path) != FORM_NONE)
            continue;                               /* said twice: the first counts, the rest is extra */
        size_t h = str_hash(path) % b->slots;
        while (b->slot[h])
            h = (h + 1) % b->slots;
        b->slot[h] = i + 1;
        if (!count_positions(b, path)) {
            TRY(ctx_check(b->t->c));
            return FAIL(b->t->c, ERR_INPUT, "submission.bad-path", "answer %zu", i);
        }
    }
    return ERR_OK;
}

/* ---- nodes -------------------------------------------------------------------------------- */

static xmlNodePtr xml_node(struct tree *t, const struct form_field *x, xmlNodePtr parent)
{
    const char *name = arena_z(&t->c->mem, x->name);
    if (!name)
        return NULL;
    if (name[0] == '@')
        return (xmlNodePtr)xmlNewProp(parent, (const xmlChar *)name + 1, (const xmlChar *)"");
    xmlNodePtr n = xmlNewDocNode(t->doc, NULL, (const xmlChar *)name, NULL);
    if (n && !xmlAddChild(parent, n)) {
        xmlFreeNode(n);
        return NULL;
    }
    return n;
}

void tree_set(struct tree *t, struct knode *k, struct str value, bool relevant)
{
    struct str text = relevant ? value : STR("");
    k->value = value;
    k->relevant = k->shown = relevant;
    if (k->node->type == XML_ATTRIBUTE_NODE) {
        const char *z = arena_z(&t->c->mem, text);
        xmlSetProp(k->node->parent, k->node->name, (const xmlChar *)(z ? z : ""));
        return;
    }
    xmlFreeNodeList(k->node->children);
    k->node->children = k->node->last = NULL;
    if (text.n)
        xmlNodeAddContentLen(k->node, (const xmlChar *)text.p, (int)text.n);
}

static enum err range(struct builder *b, size_t from, size_t to, struct str path, xmlNodePtr parent,
                      size_t above);

static enum err node(struct builder *b, size_t i, struct str path, xmlNodePtr parent, size_t above)
{
    struct tree *t = b->t;
    const struct form_field *x = &t->f->field[i];
    struct knode k = { .field = i, .parent = above, .path = path, .value = STR(""), .relevant = true,
                       .shown = true, .node = xml_node(t, x, parent) };
    if (t->n >= NODES_MAX)
        return FAIL(t->c, ERR_INPUT, "submission.too-big", "more than %d nodes", NODES_MAX);
    if (!k.node || !path.p || !VEC_PUT(&t->c->mem, t->v, t->n, t->room, k))
        return FAIL(t->c, ERR_NOMEM, "error.too-big", "answer tree");
    size_t at = answer_at(b, path), self = t->n - 1;
    if (at != FORM_NONE && form_is_leaf(x)) {
        b->used[at] = true;
        tree_set(t, &t->v[self], b->a->v[at].value, true);
    } else if (at != FORM_NONE && b->a->v[at].value.n == 0) {
        b->used[at] = true;                         /* an empty group or note */
    }
    return range(b, i + 1, x->end, path, k.node, self);
}

static enum err repeat(struct builder *b, size_t i, struct str path, xmlNodePtr parent, size_t above)
{
    const struct form_field *x = &b->t->f->field[i];
    struct count *k = count_at(b, path, false);
    int64_t n = k ? k->n : b->first && x->repeat_count.n == 0 ? 1 : 0;
    for (int64_t p = 1; p <= n; p++) {
        struct buf at;
        buf_init(&at, &b->t->c->mem, path.n + 24);
        buf_put(&at, path);
        buf_fmt(&at, "[%lld]", (long long)p);
        TRY(node(b, i, at.failed ? (struct str){ 0 } : buf_str(&at), parent, above));
    }
    return ERR_OK;
}

static enum err range(struct builder *b, size_t from, size_t to, struct str path, xmlNodePtr parent,
                      size_t above)
{
    const struct form *f = b->t->f;
    for (size_t i = from; i < to; i = f->field[i].end) {
        struct str name = f->field[i].name;
        struct str at = path.n ? str_join(&b->t->c->mem, path, STR("/"), name) : name;
        TRY(f->field[i].type == FORM_REPEAT ? repeat(b, i, at, parent, above)
                                            : node(b, i, at, parent, above));
    }
    return ERR_OK;
}

static enum err index_nodes(struct tree *t)
{
    t->slots = t->n * 2 + 1;
    t->slot = NEW_N(&t->c->mem, size_t, t->slots);
    if (!t->slot)
        return ctx_check(t->c);
    for (size_t i = 0; i < t->n; i++) {
        size_t h = str_hash(t->v[i].path) % t->slots;
        while (t->slot[h])
            h = (h + 1) % t->slots;
        t->slot[h] = i + 1;
    }
    return ERR_OK;
}

static enum err extras(struct builder *b)
{
    for (size_t i = 0; i < b->a->n; i++)
        if (!b->used[i] && !answers_put(&b->t->c->mem, &b->t->extra, b->a->v[i].path, b->a->v[i].value))
            return ctx_check(b->t->c);
    return ERR_OK;
}

static enum err build(struct builder *b, xmlNodePtr root)
{
    TRY(index_answers(b));
    TRY(range(b, 0, b->t->f->fields, STR(""), root, FORM_NONE));
    TRY(extras(b));
    return index_nodes(b->t);
}

enum err tree_build(struct ctx *c, const struct form *f, const struct answers *a, bool first,
                    struct tree *t)
{
    const char *name = arena_z(&c->mem, f->root);
    xml_init();
    *t = (struct tree){ .c = c, .f = f, .doc = xmlNewDoc((const xmlChar *)"1.0") };
    xmlNodePtr root = t->doc && name ? xmlNewDocNode(t->doc, NULL, (const xmlChar *)name, NULL) : NULL;
    if (!root) {
        tree_free(t);
        return FAIL(c, ERR_NOMEM, "error.too-big", "answer tree");
    }
    xmlDocSetRootElement(t->doc, root);
    struct builder b = { .t = t, .a = a, .first = first };
    enum err e = build(&b, root);
    if (e != ERR_OK)
        tree_free(t);
    return e;
}

void tree_free(struct tree *t)
{
    if (t->doc)
        xmlFreeDoc(t->doc);
    t->doc = NULL;
}

struct knode *tree_find(struct tree *t, struct str path)
{
    for (size_t h = str_hash(path) % t->slots; t->slot[h]; h = (h + 1) % t->slots)
        if (str_eq(t->v[t->slot[h] - 1].path, path))
            return &t->v[t->slot[h] - 1];
    return NULL;
}

struct knode *tree_resolve(struct tree *t, const struct knode *from, struct str plain)
{
    struct str ours = from->path, want = plain, name, mine = { 0 }, part;
    struct buf b, seen;
    bool along = true;
    int64_t pos = 0;
    buf_init(&b, &t->c->mem, 1024);
    buf_init(&seen, &t->c->mem, 1024);
    while (str_next(&want, '/', &name)) {
        if (b.n)
            buf_char(&b, '/'), buf_char(&seen, '/');
        along = along && str_next(&ours, '/', &mine);
        part = mine;
        if (along && !(path_step(&part, &mine, &pos) && str_eq(mine, name)))
            along = false;
        buf_put(&b, name);
        buf_put(&seen, name);
        const struct form_field *x = form_find(t->f, buf_str(&seen));
        if (x && x->type == FORM_REPEAT)
            buf_fmt(&b, "[%lld]", (long long)(along && pos ? pos : 1));
    }
    return b.failed ? NULL : tree_find(t, buf_str(&b));
}
