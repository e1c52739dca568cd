/* flow_state_parse.c - canonical text back to an instance; see flow_state.c. */
#include "flow/flow_run.h"

struct parser {
    struct flow_run *r;
    struct str line;        /* rest of the line */
    bool bad;               /* some word was not what it should be */
    bool nomem;
};

static struct str next_word(struct parser *p)
{
    struct str w = { 0 };
    if (!str_cut(p->line, ' ', &w, &p->line)) {
        w = p->line;
        p->line = (struct str){ 0 };
    }
    p->bad = p->bad || w.n == 0;
    return w;
}

static int64_t next_num(struct parser *p)
{
    int64_t v = 0;
    if (!str_to_i64(next_word(p), &v))
        p->bad = true;
    return v;
}

static int next_int(struct parser *p, int64_t lo, int64_t hi)
{
    int64_t v = next_num(p);
    if (v < lo || v > hi) {
        p->bad = true;
        v = lo;
    }
    return (int)v;
}

static int hex(char ch)
{
    return ascii_digit(ch) ? ch - '0' : ch >= 'A' && ch <= 'F' ? ch - 'A' + 10 : -1;
}

/* Whether the spelling was canonical is asked once at the end. */
static struct str next_text(struct parser *p)
{
    struct str w = next_word(p);
    if (str_is(w, "-"))
        return (struct str){ 0 };
    if (!w.n || !memchr(w.p, '%', w.n))
        return w;
    char *to = arena_alloc(&p->r->c->mem, w.n, 1);
    size_t n = 0;
    if (!to) {
        p->nomem = true;
        return (struct str){ 0 };
    }
    for (size_t i = 0; i < w.n; i++) {
        if (w.p[i] != '%') {
            to[n++] = w.p[i];
            continue;
        }
        int hi = i + 2 < w.n ? hex(w.p[i + 1]) : -1, lo = i + 2 < w.n ? hex(w.p[i + 2]) : -1;
        if (hi < 0 || lo < 0) {
            p->bad = true;
            return (struct str){ 0 };
        }
        to[n++] = (char)(hi * 16 + lo);
        i += 2;
    }
    return (struct str){ to, n };
}

static int next_node(struct parser *p)
{
    struct str id = next_text(p);
    int at = index_node(p->r->m, id);
    p->bad = p->bad || at < 0;
    return at;
}

static void next_pauses(struct parser *p, pauses *out)
{
    while (p->line.n && !p->bad && !p->nomem) {
        struct flow_pause *q = VEC_PUSH(&p->r->c->mem, out);
        if (!q) {
            p->nomem = true;
            return;
        }
        q->from_us = next_num(p);
        struct str to = next_word(p);
        q->to_us = INT64_MAX;
        if (!str_is(to, "-") && !str_to_i64(to, &q->to_us))
            p->bad = true;
        p->bad = p->bad || (q->to_us == INT64_MAX && p->line.n) || out->n > 200;
    }
}

/* ---- lines ---------------------------------------------------------------------- */

static void line_next(struct parser *p)
{
    p->r->next = next_num(p);
    p->bad = p->bad || p->r->next < 1 || p->r->next > INT64_MAX / 2;
}

static void line_fact(struct parser *p)
{
    struct flow_fact *f = VEC_PUSH(&p->r->c->mem, &p->r->fact);
    if (!f) {
        p->nomem = true;
        return;
    }
    f->name = next_text(p);
    f->value = next_text(p);
    size_t n = p->r->fact.n;
    p->bad = p->bad || n > FLOW_FACTS_MAX || !utf8_valid(f->name) || !json_ok(f->value) ||
             (n > 1 && str_cmp(f[-1].name, f->name) >= 0);
}

static int next_box(struct parser *p)
{
    struct str kind = next_word(p), id = next_text(p);
    const struct flow_model *m = p->r->m;
    int at = -1;
    if (str_is(kind, "-:") && !id.n)
        return -1;
    if (str_is(kind, "p:"))
        at = index_process(m, id);
    else if (str_is(kind, "n:"))
        at = index_node(m, id);
    if (at < 0 || (kind.p[0] == 'n' && m->node.v[at].inner < 0)) {
        p->bad = true;
        return -1;
    }
    return kind.p[0] == 'p' ? m->process.v[at].box : m->node.v[at].inner;
}

static void next_items(struct parser *p, struct scope *s)
{
    if (!p->line.n || p->bad)
        return;
    s->items = s->total > 0 ? NEW_N(&p->r->c->mem, struct str, (size_t)s->total) : NULL;
    if (!s->items) {
        p->nomem = p->nomem || s->total > 0;
        p->bad = p->bad || s->total <= 0;
        return;
    }
    for (int i = 0; i < s->total && !p->bad; i++)
        s->items[i] = next_text(p);
}

static void line_scope(struct parser *p)
{
    struct scope *s = VEC_PUSH(&p->r->c->mem, &p->r->scope);
    if (!s) {
        p->nomem = true;
        return;
    }
    s->key = next_num(p);
    s->token = next_num(p);
    s->box = next_box(p);
    s->total = next_int(p, -1, FLOW_EACH_MAX);
    s->started = next_int(p, 0, INT32_MAX - 2);
    s->ended = next_int(p, 0, INT32_MAX - 2);
    next_items(p, s);
    p->bad = p->bad || s->key < 1 || s->key >= p->r->next || p->r->scope.n > FLOW_TOKENS_MAX ||
             (p->r->scope.n > 1 && s[-1].key >= s->key) ||
             (s->items && s->started > s->total) || s->ended > s->started;
}

static void line_token(struct parser *p)
{
    struct token *t = VEC_PUSH(&p->r->c->mem, &p->r->token);
    if (!t) {
        p->nomem = true;
        return;
    }
    t->key = next_num(p);
    t->scope = next_num(p);
    struct str node = next_text(p), phase = next_word(p), way = { 0 };
    t->node = node.n ? index_node(p->r->m, node) : -1;
    t->phase = phase.n == 1 ? phase.p[0] : 0;
    way = next_text(p);
    t->way = way.n ? index_way(p->r->m, way) : -1;
    t->index = next_int(p, 0, INT32_MAX - 2);
    t->start_us = next_num(p);
    t->ahead = next_int(p, 0, 1);
    t->name = next_text(p);
    t->lane = next_text(p);
    t->item = next_text(p);
    next_pauses(p, &t->pause);
    p->r->live++;
    p->bad = p->bad || t->key < 1 || t->key >= p->r->next || p->r->token.n > FLOW_TOKENS_MAX ||
             (p->r->token.n > 1 && t[-1].key >= t->key) || (node.n && t->node < 0) ||
             (way.n && t->way < 0) || !t->phase || !strchr("wmgjkcsae", t->phase);
}

static void line_arm(struct parser *p)
{
    struct arm *a = VEC_PUSH(&p->r->c->mem, &p->r->arm);
    if (!a) {
        p->nomem = true;
        return;
    }
    a->key = next_num(p);
    a->token = next_num(p);
    a->scope = next_num(p);
    a->node = next_node(p);
    a->def = next_int(p, 0, 100);
    a->turn = next_int(p, 0, INT32_MAX - 2);
    a->start_us = next_num(p);
    a->text = next_text(p);
    next_pauses(p, &a->pause);
    p->bad = p->bad || a->key < 1 || a->key >= p->r->next || p->r->arm.n > 4 * FLOW_TOKENS_MAX ||
             (p->r->arm.n > 1 && a[-1].key >= a->key) || a->def >= p->r->m->node.v[a->node].n_def;
}

static void line_letter(struct parser *p)
{
    struct letter *l = VEC_PUSH(&p->r->c->mem, &p->r->letter);
    if (!l) {
        p->nomem = true;
        return;
    }
    l->node = next_node(p);
    l->n = next_int(p, 1, FLOW_TOKENS_MAX);
    p->bad = p->bad || (p->r->letter.n > 1 && l[-1].node >= l->node);
}

static void line_node(struct parser *p)
{
    int at = next_node(p);
    int done = next_int(p, 0, INT32_MAX - FLOW_MOVES_MAX);
    int skipped = next_int(p, 0, INT32_MAX - FLOW_MOVES_MAX);
    int early = next_int(p, 0, INT32_MAX - FLOW_MOVES_MAX);
    if (p->bad)
        return;
    p->r->done[at] = done;
    p->r->skipped[at] = skipped;
    p->r->early[at] = early;
}

static void line_flow(struct parser *p)
{
    struct str id = next_text(p);
    int at = index_way(p->r->m, id), n = next_int(p, 1, INT32_MAX - FLOW_MOVES_MAX);
    p->bad = p->bad || at < 0;
    if (!p->bad)
        p->r->taken[at] = n;
}

static const struct { struct str word; void (*read)(struct parser *p); } lines[] = {
    { STR_INIT("next"), line_next },     { STR_INIT("fact"), line_fact },
    { STR_INIT("scope"), line_scope },   { STR_INIT("token"), line_token },
    { STR_INIT("arm"), line_arm },       { STR_INIT("letter"), line_letter },
    { STR_INIT("node"), line_node },     { STR_INIT("flow"), line_flow },
};

/* ---- does it hold together ---------------------------------------------------------- */

/* Which phases a node of this kind can be in: the engine relies on it. */
static bool phase_fits(const struct flow_model *m, const struct token *t, const struct scope *s)
{
    if (t->node < 0)
        return t->phase == PH_STEP && t->ahead && s->box >= 0;
    const struct node *n = &m->node.v[t->node];
    bool loop = s->box < 0;
    if (!loop && n->box != s->box)
        return false;
    if (t->ahead && (t->phase != PH_STEP || loop))
        return false;
    if ((t->index > 0) != loop)
        return false;
    switch (t->phase) {
    case PH_STEP: return node_is_step(n) && n->kind != FLOW_RECEIVE;
    case PH_WAIT: return n->kind == FLOW_CATCH || n->kind == FLOW_RECEIVE;
    case PH_GATE: return n->kind == FLOW_EVENT_GATE;
    case PH_JOIN:
    case PH_STUCK: return (n->kind == FLOW_AND || n->kind == FLOW_OR) && t->way >= 0;
    case PH_CHOICE: return n->n_out > 0 && !loop;
    case PH_SUB: return (n->kind == FLOW_SUB || n->kind == FLOW_CALL) && n->inner >= 0;
    case PH_ADHOC: return n->kind == FLOW_ADHOC;
    case PH_MANY: return n->loop.kind != LOOP_NONE && !loop;
    default: return false;
    }
}

bool state_scope_fits(const struct flow_run *r, const struct scope *s)
{
    const struct box *b = s->box >= 0 ? &r->m->box.v[s->box] : NULL;
    if (b && (s->total || s->started || s->ended || s->items))
        return false;
    if (s->token == 0)
        return b && b->node < 0;
    const struct token *t = run_token(r, s->token);
    if (!t || t->node < 0 || t->key >= s->key || t->scope >= t->key)
        return false;
    const struct node *n = &r->m->node.v[t->node];
    if (!b)
        return t->phase == PH_MANY && (n->loop.kind == LOOP_EACH ? s->total > 0 : s->total == -1);
    return (t->phase == PH_SUB || t->phase == PH_ADHOC) && n->inner == s->box;
}

bool state_token_fits(const struct flow_run *r, const struct token *t)
{
    const struct scope *s = run_scope(r, t->scope);
    if (!s || s->key >= t->key || !phase_fits(r->m, t, s))
        return false;
    bool inner = t->phase == PH_SUB || t->phase == PH_ADHOC || t->phase == PH_MANY;
    if (inner != (run_child(r, t->key) != NULL))
        return false;
    if (t->way >= 0 && r->m->way.v[t->way].target != t->node)
        return false;
    const struct token *loop = s->box < 0 ? run_token(r, s->token) : NULL;
    return s->box >= 0 || (loop && loop->node == t->node && t->index <= s->started);
}

bool state_arm_fits(const struct flow_run *r, const struct arm *a)
{
    const struct node *n = &r->m->node.v[a->node];
    enum def_kind kind = n->def[a->def].kind;
    if (kind != DEF_TIMER && kind != DEF_CONDITIONAL)
        return false;
    if (!a->token) {
        const struct scope *s = run_scope(r, a->scope);
        int sub = r->m->box.v[n->box].node;
        return s && s->box >= 0 && n->kind == FLOW_START && sub >= 0 &&
               r->m->node.v[sub].by_event && r->m->node.v[sub].box == s->box;
    }
    const struct token *t = run_token(r, a->token);
    if (!t || t->node < 0 || a->scope)
        return false;
    if (n->kind == FLOW_BOUNDARY)
        return n->host == t->node && !t->ahead;
    if (n->kind != FLOW_CATCH)
        return false;
    bool target = t->node == a->node && t->phase == PH_WAIT;
    for (int i = 0; i < r->m->node.v[t->node].n_out && t->phase == PH_GATE; i++)
        target = target || r->m->way.v[r->m->node.v[t->node].out[i]].target == a->node;
    return target;
}

/* No key twice; everything stands where the engine could have put it. */
static bool holds_together(const struct flow_run *r)
{
    for (size_t i = 0; i < r->scope.n; i++)
        if (!state_scope_fits(r, &r->scope.v[i]) || run_token(r, r->scope.v[i].key))
            return false;
    for (size_t i = 0; i < r->token.n; i++)
        if (!state_token_fits(r, &r->token.v[i]))
            return false;
    for (size_t i = 0; i < r->arm.n; i++)
        if (!state_arm_fits(r, &r->arm.v[i]))
            return false;
    return true;
}

static bool read_line(struct parser *p, struct str line)
{
    p->line = line;
    struct str word = next_word(p);
    for (size_t i = 0; i < COUNT_OF(lines); i++)
        if (str_eq(word, lines[i].word)) {
            lines[i].read(p);
            return !p->bad && !p->nomem && !p->line.n;
        }
    return false;
}

enum err state_parse(struct flow_run *r, struct str text)
{
    struct parser p = { .r = r };
    struct str rest = text, line, again;
    int n = 1;
    if (text.n > FLOW_STATE_MAX)
        return FAIL(r->c, ERR_CORRUPT, "flow.bad-state", "%zu bytes", text.n);
    for (bool first = true; str_cut(rest, '\n', &line, &rest); n++, first = false) {
        if (first ? str_is(line, "amparo-flow 1") : read_line(&p, line))
            continue;
        if (p.nomem)
            return NOMEM(r->c);
        if (!first && rest.n == 0 && str_is(line, "end"))
            break;
        return FAIL(r->c, ERR_CORRUPT, "flow.bad-state", "line %d", n);
    }
    r->over = r->scope.n == 0;
    if (!holds_together(r))
        return FAIL(r->c, ERR_CORRUPT, "flow.bad-state", "its parts do not fit this model");
    TRY(state_format(r, &again));
    if (!str_eq(again, text))
        return FAIL(r->c, ERR_CORRUPT, "flow.bad-state", "not the canonical spelling");
    return ERR_OK;
}
