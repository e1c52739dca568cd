/* How points and ranges lie to each other (DMN 1.5, 10.3.4.9), and range(). */
#include "rules/feel.h"

/* An end of a range: a value, whether it belongs, and which side it closes. */
struct end { const struct feel_value *v; bool in; };
struct span { struct end lo, hi; };

static struct span span_of(const struct feel_value *v)
{
    if (v->kind == FEEL_RANGE)
        return (struct span){ { &v->range->lo, v->range->lo_closed }, { &v->range->hi, v->range->hi_closed } };
    return (struct span){ { v, true }, { v, true } };
}

/* Orders of two values; *bad when they have none.  No bound lies outside all. */
static int order(struct end a, struct end b, bool *bad)
{
    int c = 0;
    if (!feel_cmp(a.v, b.v, &c))
        *bad = true;
    return c;
}

typedef bool relation(struct span a, struct span b, bool *bad);

static bool before(struct span a, struct span b, bool *bad)
{
    int c = order(a.hi, b.lo, bad);
    return c < 0 || (c == 0 && !(a.hi.in && b.lo.in));
}
static bool after(struct span a, struct span b, bool *bad)
{
    return before(b, a, bad);
}
static bool meets(struct span a, struct span b, bool *bad)
{
    return order(a.hi, b.lo, bad) == 0 && a.hi.in && b.lo.in;
}
static bool met_by(struct span a, struct span b, bool *bad)
{
    return meets(b, a, bad);
}
static bool overlaps(struct span a, struct span b, bool *bad)
{
    return !before(a, b, bad) && !before(b, a, bad);
}
/* a starts earlier: by value, or by holding the shared start. */
static bool starts_earlier(struct span a, struct span b, bool *bad)
{
    int c = order(a.lo, b.lo, bad);
    return c < 0 || (c == 0 && a.lo.in && !b.lo.in);
}
static bool ends_within(struct span a, struct span b, bool *bad)
{
    int c = order(a.hi, b.hi, bad);
    return c < 0 || (c == 0 && (!a.hi.in || b.hi.in));
}
static bool starts_within(struct span a, struct span b, bool *bad)
{
    int c = order(a.lo, b.lo, bad);
    return c > 0 || (c == 0 && (!a.lo.in || b.lo.in));
}
static bool overlaps_before(struct span a, struct span b, bool *bad)
{
    return starts_earlier(a, b, bad) && !before(a, b, bad) && ends_within(a, b, bad);
}
/* b begins before a and ends inside it or with it. */
static bool overlaps_after(struct span a, struct span b, bool *bad)
{
    return overlaps_before(b, a, bad);
}
static bool same_end(struct end a, struct end b, bool *bad)
{
    return order(a, b, bad) == 0 && a.in == b.in;
}
static bool finishes(struct span a, struct span b, bool *bad)
{
    return same_end(a.hi, b.hi, bad) && starts_within(a, b, bad);
}
static bool finished_by(struct span a, struct span b, bool *bad)
{
    return finishes(b, a, bad);
}
static bool during(struct span a, struct span b, bool *bad)
{
    return starts_within(a, b, bad) && ends_within(a, b, bad);
}
static bool includes(struct span a, struct span b, bool *bad)
{
    return during(b, a, bad);
}
static bool starts(struct span a, struct span b, bool *bad)
{
    return same_end(a.lo, b.lo, bad) && ends_within(a, b, bad);
}
static bool started_by(struct span a, struct span b, bool *bad)
{
    return starts(b, a, bad);
}
static bool coincides(struct span a, struct span b, bool *bad)
{
    return same_end(a.lo, b.lo, bad) && same_end(a.hi, b.hi, bad);
}

static struct feel_value relate(struct run *r, const struct feel_value *a, relation *is)
{
    bool bad = false;
    bool t = is(span_of(&a[0]), span_of(&a[1]), &bad);
    return bad ? feel_no(r, "points and ranges of different types") : feel_bool(t);
}

static bool point(const struct feel_value *v)
{
    return v->kind != FEEL_RANGE && v->kind != FEEL_LIST && v->kind != FEEL_CONTEXT && v->kind != FEEL_FUNCTION;
}

/* Two points or ranges in any mixture. */
#define ANY(fn)                                                                              \
    static struct feel_value f_##fn(struct run *r, const struct feel_value *a, size_t n)      \
    {                                                                                         \
        (void)n;                                                                              \
        return relate(r, a, fn);                                                              \
    }
ANY(before)
ANY(after)
ANY(meets)
ANY(met_by)
ANY(overlaps)
ANY(overlaps_before)
ANY(overlaps_after)
ANY(finishes)
ANY(finished_by)
ANY(includes)
ANY(during)
ANY(starts)
ANY(started_by)

static struct feel_value f_coincides(struct run *r, const struct feel_value *a, size_t n)
{
    (void)n;
    if (point(&a[0]) != point(&a[1]))
        return feel_no(r, "coincides: a point and a range");
    return relate(r, a, coincides);
}

/* "(..3]" and "[1..)": a range open to one side (rule 66, b and c), in the
 * spelling of a comparison; else the text as it is. */
static struct str one_sided(struct run *r, struct str s)
{
    s = str_trim(s);
    bool starts = s.n > 4 && (s.p[0] == '(' || s.p[0] == ']' || s.p[0] == '[');
    char last = s.n ? s.p[s.n - 1] : 0;
    struct str in = starts ? str_trim(str_sub(s, 1, s.n - 2)) : (struct str){ 0 };
    if (starts && s.p[0] != '[' && str_starts(in, STR("..")) && (last == ')' || last == ']' || last == '['))
        return str_join(r->mem, last == ']' ? STR("(<= ") : STR("(< "), str_sub(in, 2, SIZE_MAX), STR(")"));
    if (starts && str_ends(in, STR("..")) && (last == ')' || last == '['))
        return str_join(r->mem, s.p[0] == '[' ? STR("(>= ") : STR("(> "), str_sub(in, 0, in.n - 2), STR(")"));
    return s;
}

/* A range literal whose ends are literals. */
static struct feel_value f_range(struct run *r, const struct feel_value *a, size_t n)
{
    struct fault keep = r->c->fault;
    struct compiler k = { .c = r->c, .mem = r->mem };
    (void)n;
    struct str text = str_trim(a[0].s), as = one_sided(r, text);
    const struct node *t = feel_compile_text(&k, NULL, as);
    bool open = as.p != text.p;
    r->c->fault = keep;
    if (t && open && t->op == OP_OP_RANGE && t->a->op == OP_CONST && t->a->k.kind != FEEL_NULL)
        return feel_walk(r, t, NULL);
    if (!t || open || t->op != OP_CONST || t->k.kind != FEEL_RANGE || t->k.range->lo.kind == FEEL_NULL ||
        t->k.range->hi.kind == FEEL_NULL)
        return feel_no(r, "range: not a range literal");
    return t->k;
}

static const struct builtin rows[] = {
    { "before", "point1:.,point2:.", f_before },
    { "before", "point:.,range:r", f_before },
    { "before", "range:r,point:.", f_before },
    { "before", "range1:r,range2:r", f_before },
    { "after", "point1:.,point2:.", f_after },
    { "after", "point:.,range:r", f_after },
    { "after", "range:r,point:.", f_after },
    { "after", "range1:r,range2:r", f_after },
    { "meets", "range1:r,range2:r", f_meets },
    { "met by", "range1:r,range2:r", f_met_by },
    { "overlaps", "range1:r,range2:r", f_overlaps },
    { "overlaps before", "range1:r,range2:r", f_overlaps_before },
    { "overlaps after", "range1:r,range2:r", f_overlaps_after },
    { "finishes", "point:.,range:r", f_finishes },
    { "finishes", "range1:r,range2:r", f_finishes },
    { "finished by", "range:r,point:.", f_finished_by },
    { "finished by", "range1:r,range2:r", f_finished_by },
    { "includes", "range:r,point:.", f_includes },
    { "includes", "range1:r,range2:r", f_includes },
    { "during", "point:.,range:r", f_during },
    { "during", "range1:r,range2:r", f_during },
    { "starts", "point:.,range:r", f_starts },
    { "starts", "range1:r,range2:r", f_starts },
    { "started by", "range:r,point:.", f_started_by },
    { "started by", "range1:r,range2:r", f_started_by },
    { "coincides", "point1:.,point2:.", f_coincides },
    { "coincides", "range1:r,range2:r", f_coincides },
    { "range", "from:s", f_range },
};
const struct builtin_rows builtins_range = { rows, COUNT_OF(rows) };
