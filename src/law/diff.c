/* diff.c - two texts side by side, word by word. */
#include "law/priv.h"

#include "base/node.h"

enum { DIFF_MAX = 1200 };       /* pieces of each side: 1.4 M cells of two bytes */

/* What of a and b is common: longest common subsequence, read forwards. */
struct diff { const struct piece *a, *b; size_t an, bn; uint16_t *len; };

static uint16_t *cell_at(const struct diff *d, size_t i, size_t k)
{
    return &d->len[i * (d->bn + 1) + k];
}

static bool lengths(struct ctx *c, struct diff *d)
{
    d->len = NEW_N(&c->mem, uint16_t, (d->an + 1) * (d->bn + 1));
    for (size_t i = d->an; d->len && i-- > 0;)
        for (size_t k = d->bn; k-- > 0;) {
            uint16_t down = *cell_at(d, i + 1, k), right = *cell_at(d, i, k + 1);
            *cell_at(d, i, k) = str_eq(d->a[i].s, d->b[k].s) ? (uint16_t)(*cell_at(d, i + 1, k + 1) + 1)
                                                           : down > right ? down : right;
        }
    return d->len != NULL;
}

/* keep[i] false: the piece is only on this side. */
static void walk(const struct diff *d, bool *keep_a, bool *keep_b)
{
    size_t i = 0, k = 0;
    while (i < d->an && k < d->bn) {
        if (str_eq(d->a[i].s, d->b[k].s))
            keep_a[i++] = keep_b[k++] = true;
        else if (*cell_at(d, i + 1, k) >= *cell_at(d, i, k + 1))
            i++;
        else
            k++;
    }
}

/* A space between two changed words belongs to the change. */
static void join(const struct piece *v, size_t n, bool *keep)
{
    for (size_t i = 1; i + 1 < n; i++)
        if (keep[i] && !v[i].word && str_is(v[i].s, " ") && !keep[i - 1] && !keep[i + 1])
            keep[i] = false;
}

static void mark(struct out *o, bool del, bool open)
{
    if (del && open) {
        html(o, "<del><span class=\"hide\">");
        T(o, "law.diff.left");
        html(o, " </span>");
    } else if (open) {
        html(o, "<ins><span class=\"hide\">");
        T(o, "law.diff.came");
        html(o, " </span>");
    } else if (del) {
        html(o, "</del>");
    } else {
        html(o, "</ins>");
    }
}

static void write_side(struct out *o, const struct law_side *s, const struct piece *v, size_t n, const bool *keep, bool del)
{
    bool open = false;
    html(o, "<section class=\"part\"><h3>");
    text(o, s->head);
    html(o, "</h3>\n<p class=\"diff\">");
    for (size_t i = 0; i < n; i++) {
        if (open == keep[i])
            mark(o, del, open = !keep[i]);
        text(o, v[i].s);
    }
    if (open)
        mark(o, del, false);
    html(o, "</p>\n</section>\n");
}

/* Beyond what is compared, the texts stand side by side without marks. */
static bool compare(struct ctx *c, const struct law_side *l, const struct law_side *r, struct diff *d,
                    bool **keep_a, bool **keep_b)
{
    struct piece *a, *b;
    if (law_pieces(c, c->node->law, l->text, &a, &d->an) || law_pieces(c, c->node->law, r->text, &b, &d->bn) ||
        d->an > DIFF_MAX || d->bn > DIFF_MAX)
        return false;
    d->a = a;
    d->b = b;
    *keep_a = NEW_N(&c->mem, bool, d->an + 1);
    *keep_b = NEW_N(&c->mem, bool, d->bn + 1);
    if (!*keep_a || !*keep_b || !lengths(c, d))
        return false;
    walk(d, *keep_a, *keep_b);
    join(d->a, d->an, *keep_a);
    join(d->b, d->bn, *keep_b);
    return true;
}

void law_side_by_side(struct out *o, const struct law_side *left, const struct law_side *right)
{
    struct ctx *c = o->c;
    struct diff d = { 0 };
    bool *keep_a, *keep_b, all = true;
    struct piece one_a = { left->text, true }, one_b = { right->text, true };
    bool same = str_eq(left->text, right->text);
    if (!compare(c, left, right, &d, &keep_a, &keep_b)) {
        d = (struct diff){ .a = &one_a, .b = &one_b, .an = 1, .bn = 1 };
        keep_a = keep_b = &all;
        if (!same)
            notice(o, TONE_PLAIN, "law.diff.too-long");
    }
    if (same)
        small(o, "law.diff.same");
    halves_begin(o);
    write_side(o, left, d.a, d.an, keep_a, true);
    write_side(o, right, d.b, d.bn, keep_b, false);
    halves_end(o);
}
