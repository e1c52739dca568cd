/* flow_state.c - an instance as canonical text.
 *
 *   amparo-flow 1
 *   next KEY
 *   fact NAME VALUE
 *   scope KEY TOKEN p:PROCESS|n:NODE|- TOTAL STARTED ENDED ITEM…
 *   token KEY SCOPE NODE PHASE FLOW INDEX START AHEAD NAME LANE ITEM FROM TO…
 *   arm KEY TOKEN SCOPE NODE DEF TURN START TEXT FROM TO…
 *   letter NODE N
 *   node NODE DONE SKIPPED EARLY
 *   flow FLOW N
 *   end
 *
 * Facts by name; scopes, tokens, arms by key; letters, nodes and flows in the
 * order of the model.  In a word, bytes up to space, DEL and % are %XX, the
 * empty word is "-".  Nodes and flows go by their ids, so that a state fits
 * every version of a model that still has them.  The parser accepts exactly
 * what the formatter writes. */
#include "flow/flow_run.h"

/* ---- writing --------------------------------------------------------------------- */

static void put_word(struct buf *b, struct str s)
{
    static const char hex[] = "0123456789ABCDEF";
    buf_char(b, ' ');
    if (s.n == 0)
        buf_char(b, '-');
    if (s.n == 1 && s.p[0] == '-') {
        buf_put(b, STR("%2D"));
        return;
    }
    size_t from = 0;
    for (size_t i = 0; i < s.n; i++) {
        unsigned char ch = (unsigned char)s.p[i];
        if (ch > ' ' && ch != '%' && ch != 0x7f)
            continue;
        buf_put(b, (struct str){ s.p + from, i - from });
        buf_put(b, (struct str){ (char[]){ '%', hex[ch >> 4], hex[ch & 15] }, 3 });
        from = i + 1;
    }
    if (s.n)
        buf_put(b, (struct str){ s.p + from, s.n - from });
}

static void put_num(struct buf *b, int64_t v)
{
    buf_char(b, ' ');
    buf_i64(b, v);
}

static void put_pauses(struct buf *b, const pauses *p)
{
    for (size_t i = 0; i < p->n; i++) {
        put_num(b, p->v[i].from_us);
        if (p->v[i].to_us == INT64_MAX)
            put_word(b, STR(""));
        else
            put_num(b, p->v[i].to_us);
    }
    buf_char(b, '\n');
}

static void put_scope(struct buf *b, const struct flow_model *m, const struct scope *s)
{
    buf_put(b, STR("scope"));
    put_num(b, s->key);
    put_num(b, s->token);
    const struct box *x = s->box >= 0 ? &m->box.v[s->box] : NULL;
    buf_char(b, ' ');
    if (x && x->node < 0) {
        buf_put(b, STR("p:"));
        put_word(b, m->process.v[x->process].id);
    } else if (x) {
        buf_put(b, STR("n:"));
        put_word(b, m->node.v[x->node].id);
    } else {
        buf_put(b, STR("-: -"));
    }
    put_num(b, s->total);
    put_num(b, s->started);
    put_num(b, s->ended);
    for (int i = 0; s->items && i < s->total; i++)
        put_word(b, s->items[i]);
    buf_char(b, '\n');
}

static void put_token(struct buf *b, const struct flow_model *m, const struct token *t)
{
    buf_put(b, STR("token"));
    put_num(b, t->key);
    put_num(b, t->scope);
    put_word(b, t->node >= 0 ? m->node.v[t->node].id : STR(""));
    buf_char(b, ' ');
    buf_char(b, t->phase);
    put_word(b, t->way >= 0 ? m->way.v[t->way].id : STR(""));
    put_num(b, t->index);
    put_num(b, t->start_us);
    put_num(b, t->ahead);
    put_word(b, t->name);
    put_word(b, t->lane);
    put_word(b, t->item);
    put_pauses(b, &t->pause);
}

static void put_arm(struct buf *b, const struct flow_model *m, const struct arm *a)
{
    buf_put(b, STR("arm"));
    put_num(b, a->key);
    put_num(b, a->token);
    put_num(b, a->scope);
    put_word(b, m->node.v[a->node].id);
    put_num(b, a->def);
    put_num(b, a->turn);
    put_num(b, a->start_us);
    put_word(b, a->text);
    put_pauses(b, &a->pause);
}

static void put_counts(struct buf *b, const struct flow_run *r)
{
    const struct flow_model *m = r->m;
    for (size_t i = 0; i < m->node.n; i++) {
        if (!r->done[i] && !r->skipped[i] && !r->early[i])
            continue;
        buf_put(b, STR("node"));
        put_word(b, m->node.v[i].id);
        put_num(b, r->done[i]);
        put_num(b, r->skipped[i]);
        put_num(b, r->early[i]);
        buf_char(b, '\n');
    }
    for (size_t i = 0; i < m->way.n; i++) {
        if (!r->taken[i])
            continue;
        buf_put(b, STR("flow"));
        put_word(b, m->way.v[i].id);
        put_num(b, r->taken[i]);
        buf_char(b, '\n');
    }
}

enum err state_format(struct flow_run *r, struct str *out)
{
    struct buf b;
    buf_init(&b, &r->c->mem, FLOW_STATE_MAX);
    buf_put(&b, STR("amparo-flow 1\nnext"));
    put_num(&b, r->next);
    buf_char(&b, '\n');
    for (size_t i = 0; i < r->fact.n; i++) {
        buf_put(&b, STR("fact"));
        put_word(&b, r->fact.v[i].name);
        put_word(&b, r->fact.v[i].value);
        buf_char(&b, '\n');
    }
    for (size_t i = 0; i < r->scope.n; i++)
        put_scope(&b, r->m, &r->scope.v[i]);
    for (size_t i = 0; i < r->token.n; i++)
        put_token(&b, r->m, &r->token.v[i]);
    for (size_t i = 0; i < r->arm.n; i++)
        put_arm(&b, r->m, &r->arm.v[i]);
    for (size_t i = 0; i < r->letter.n; i++) {
        buf_put(&b, STR("letter"));
        put_word(&b, r->m->node.v[r->letter.v[i].node].id);
        put_num(&b, r->letter.v[i].n);
        buf_char(&b, '\n');
    }
    put_counts(&b, r);
    buf_put(&b, STR("end\n"));
    if (b.failed)
        return b.n > FLOW_STATE_MAX / 2 && !r->c->mem.failed
                   ? FAIL(r->c, ERR_INPUT, "flow.state-too-large", "more than %d bytes", FLOW_STATE_MAX)
                   : NOMEM(r->c);
    *out = buf_str(&b);
    return ERR_OK;
}
