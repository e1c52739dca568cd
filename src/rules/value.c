/* Making, comparing and printing values. */
#include "rules/feel.h"

enum { DEPTH_MAX = 400 };      /* of nested lists, when compared or printed */

struct feel_value feel_bool(bool b)
{
    return (struct feel_value){ .kind = FEEL_BOOL, .b = b };
}

struct feel_value feel_i64(int64_t n)
{
    return num_of(n);
}

struct feel_value feel_string(struct str s)
{
    return (struct feel_value){ .kind = FEEL_STRING, .s = s };
}

struct feel_value feel_date(struct civil d)
{
    return feel_date_value(days_from_civil(d));
}

struct feel_value feel_instant(int64_t us)
{
    struct feel_value v = { .kind = FEEL_DATETIME, .zone_kind = ZONE_OFFSET };
    int64_t rest = us % US_PER_S;
    if (rest < 0)
        rest += US_PER_S;
    v.t.sec = (us - rest) / US_PER_S;
    v.t.ns = (int32_t)(rest * 1000);
    return v;
}

struct feel_value feel_seconds(int64_t s)
{
    struct feel_value v = { .kind = FEEL_DAYS };
    v.t.sec = s;
    return v;
}

struct feel_value feel_list(struct arena *a, const struct feel_value *v, size_t n)
{
    struct feel_list *l = NEW(a, struct feel_list);
    struct feel_value *copy = NEW_N(a, struct feel_value, n ? n : 1);
    if (!l || !copy)
        return feel_null();
    if (n)
        memcpy(copy, v, n * sizeof *v);
    *l = (struct feel_list){ n, copy };
    return (struct feel_value){ .kind = FEEL_LIST, .list = l };
}

void feel_builder_init(struct feel_builder *b, struct arena *a)
{
    *b = (struct feel_builder){ .a = a };
}

void feel_set(struct feel_builder *b, struct str name, struct feel_value v)
{
    for (size_t i = 0; i < b->n; i++)
        if (str_eq(b->e[i].name, name)) {
            b->e[i].v = v;
            return;
        }
    if (b->n == b->room) {
        size_t room = b->room ? b->room * 2 : 8;
        struct feel_entry *e = NEW_N(b->a, struct feel_entry, room);
        if (!e)
            return;
        if (b->n)
            memcpy(e, b->e, b->n * sizeof *e);
        b->e = e;
        b->room = room;
    }
    b->e[b->n++] = (struct feel_entry){ name, v };
}

struct feel_value feel_build(const struct feel_builder *b)
{
    struct feel_context *k = NEW(b->a, struct feel_context);
    if (!k || b->a->failed)
        return feel_null();
    *k = (struct feel_context){ b->n, b->e };
    return (struct feel_value){ .kind = FEEL_CONTEXT, .context = k };
}

bool feel_get(struct feel_value v, struct str name, struct feel_value *out)
{
    if (v.kind != FEEL_CONTEXT)
        return false;
    for (size_t i = 0; i < v.context->n; i++)
        if (str_eq(v.context->e[i].name, name)) {
            *out = v.context->e[i].v;
            return true;
        }
    return false;
}

bool feel_to_i64(struct feel_value v, int64_t *out)
{
    int64_t n;
    if (v.kind != FEEL_NUMBER || !num_is_int(v) || !num_trunc(v, &n))
        return false;
    *out = n;
    return true;
}

const char *feel_kind_name(enum feel_kind kind)
{
    static const char *const names[] = {
        [FEEL_NULL] = "null", [FEEL_BOOL] = "boolean", [FEEL_NUMBER] = "number",
        [FEEL_STRING] = "string", [FEEL_DATE] = "date", [FEEL_TIME] = "time",
        [FEEL_DATETIME] = "date and time", [FEEL_DAYS] = "days and time duration",
        [FEEL_MONTHS] = "years and months duration", [FEEL_LIST] = "list",
        [FEEL_CONTEXT] = "context", [FEEL_RANGE] = "range", [FEEL_FUNCTION] = "function",
    };
    return names[kind];
}

/* ---- equality --------------------------------------------------------------- */

static int equal_at(const struct feel_value *a, const struct feel_value *b, int depth);

static int equal_lists(const struct feel_list *a, const struct feel_list *b, int depth)
{
    if (a->n != b->n)
        return 0;
    for (size_t i = 0; i < a->n; i++)
        if (equal_at(&a->v[i], &b->v[i], depth) != 1)
            return 0;
    return 1;
}

static int equal_contexts(const struct feel_context *a, const struct feel_value *bv, int depth)
{
    struct feel_value other;
    if (a->n != bv->context->n)
        return 0;
    for (size_t i = 0; i < a->n; i++) {
        /* Mostly written in the same order. */
        const struct feel_entry *e = &bv->context->e[i];
        if (str_eq(e->name, a->e[i].name))
            other = e->v;
        else if (!feel_get(*bv, a->e[i].name, &other))
            return 0;
        if (equal_at(&a->e[i].v, &other, depth) != 1)
            return 0;
    }
    return 1;
}

static int equal_ranges(const struct feel_range *a, const struct feel_range *b, int depth)
{
    return a->op == b->op && a->lo_closed == b->lo_closed && a->hi_closed == b->hi_closed &&
           equal_at(&a->lo, &b->lo, depth) == 1 && equal_at(&a->hi, &b->hi, depth) == 1;
}

/* Hours, minutes, seconds and offset count; fractions of a second do not. */
static int equal_times(const struct feel_value *a, const struct feel_value *b)
{
    int64_t x, y;
    int32_t nx, ny;
    bool zx, zy;
    (void)feel_instant_of(a, &x, &nx, &zx);
    (void)feel_instant_of(b, &y, &ny, &zy);
    return zx == zy && x == y;
}

static int equal_at(const struct feel_value *a, const struct feel_value *b, int depth)
{
    if (a->kind == FEEL_NULL || b->kind == FEEL_NULL)
        return a->kind == b->kind;
    if (a->kind != b->kind || depth > DEPTH_MAX)
        return -1;
    switch (a->kind) {
    case FEEL_BOOL:
        return a->b == b->b;
    case FEEL_NUMBER:
        return num_cmp(a, b) == 0;
    case FEEL_STRING:
        return str_eq(a->s, b->s);
    case FEEL_DATE:
    case FEEL_MONTHS:
        return a->t.sec == b->t.sec;
    case FEEL_DAYS:
        return a->t.sec == b->t.sec && a->t.ns == b->t.ns;
    case FEEL_TIME:
    case FEEL_DATETIME:
        return equal_times(a, b);
    case FEEL_LIST:
        return equal_lists(a->list, b->list, depth + 1);
    case FEEL_CONTEXT:
        return equal_contexts(a->context, b, depth + 1);
    case FEEL_RANGE:
        return equal_ranges(a->range, b->range, depth + 1);
    default:
        return a->function == b->function ||
               (a->function->how == FN_BUILTIN && a->function->builtin == b->function->builtin);
    }
}

int feel_equal(struct feel_value a, struct feel_value b)
{
    return equal_at(&a, &b, 0);
}

bool feel_same(const struct feel_value *a, const struct feel_value *b)
{
    return equal_at(a, b, 0) == 1;
}

int feel_cmp(const struct feel_value *a, const struct feel_value *b, int *out)
{
    struct feel_value up;
    int64_t x, y;
    int32_t nx, ny;
    bool zx, zy;
    if (a->kind == FEEL_NUMBER && b->kind == FEEL_NUMBER) {
        *out = num_cmp(a, b);
        return true;
    }
    if (a->kind == FEEL_DATE && b->kind == FEEL_DATETIME) {
        up = feel_as_datetime(*a);
        a = &up;
    } else if (a->kind == FEEL_DATETIME && b->kind == FEEL_DATE) {
        up = feel_as_datetime(*b);
        b = &up;
    }
    if (a->kind != b->kind)
        return false;
    switch (a->kind) {
    case FEEL_STRING:
        *out = str_cmp(a->s, b->s);
        return true;
    case FEEL_TIME:
    case FEEL_DATETIME:
        (void)feel_instant_of(a, &x, &nx, &zx);
        (void)feel_instant_of(b, &y, &ny, &zy);
        if (zx != zy)
            return false;
        *out = x != y ? (x < y ? -1 : 1) : (nx > ny) - (nx < ny);
        return true;
    case FEEL_DATE:
    case FEEL_MONTHS:
    case FEEL_DAYS:
        *out = a->t.sec != b->t.sec ? (a->t.sec < b->t.sec ? -1 : 1)
                                    : (a->t.ns > b->t.ns) - (a->t.ns < b->t.ns);
        return true;
    default:
        return false;
    }
}

/* ---- printing ------------------------------------------------------------------ */

static void quoted(struct buf *b, struct str s)
{
    buf_char(b, '"');
    for (size_t i = 0; i < s.n; i++) {
        unsigned char ch = (unsigned char)s.p[i];
        if (ch == '"' || ch == '\\') {
            buf_char(b, '\\');
            buf_char(b, (char)ch);
        } else if (ch == '\n' || ch == '\t' || ch == '\r') {
            buf_char(b, '\\');
            buf_char(b, ch == '\n' ? 'n' : ch == '\t' ? 't' : 'r');
        } else if (ch < 0x20) {
            buf_fmt(b, "\\u%04x", ch);
        } else {
            buf_char(b, (char)ch);
        }
    }
    buf_char(b, '"');
}

static bool plain_key(struct str s)
{
    if (s.n == 0 || ascii_digit(s.p[0]))
        return false;
    for (size_t i = 0; i < s.n; i++)
        if (!ascii_alpha(s.p[i]) && !ascii_digit(s.p[i]) && s.p[i] != '_' && s.p[i] != ' ' &&
            (unsigned char)s.p[i] < 0x80)
            return false;
    return true;
}

static void print_at(struct buf *b, struct feel_value v, bool json, int depth);

static void print_list(struct buf *b, const struct feel_list *l, bool json, int depth)
{
    buf_char(b, '[');
    for (size_t i = 0; i < l->n; i++) {
        if (i)
            buf_put(b, STR(", "));
        print_at(b, l->v[i], json, depth);
    }
    buf_char(b, ']');
}

static void print_context(struct buf *b, const struct feel_context *k, bool json, int depth)
{
    buf_char(b, '{');
    for (size_t i = 0; i < k->n; i++) {
        if (i)
            buf_put(b, STR(", "));
        if (json || !plain_key(k->e[i].name))
            quoted(b, k->e[i].name);
        else
            buf_put(b, k->e[i].name);
        buf_put(b, STR(": "));
        print_at(b, k->e[i].v, json, depth);
    }
    buf_char(b, '}');
}

static void print_range(struct buf *b, const struct feel_range *g, bool json, int depth)
{
    if (g->op) {
        bool low = g->lo.kind != FEEL_NULL;
        buf_char(b, '(');
        if (g->op == '=' || g->op == '!')
            buf_put(b, g->op == '=' ? STR("=") : STR("!="));
        else
            buf_put(b, low ? (g->lo_closed ? STR(">=") : STR(">"))
                           : (g->hi_closed ? STR("<=") : STR("<")));
        buf_char(b, ' ');
        print_at(b, low ? g->lo : g->hi, json, depth);
        buf_char(b, ')');
        return;
    }
    buf_char(b, g->lo_closed ? '[' : '(');
    print_at(b, g->lo, json, depth);
    buf_put(b, STR(".."));
    print_at(b, g->hi, json, depth);
    buf_char(b, g->hi_closed ? ']' : ')');
}

static __attribute__((noinline)) void print_number(struct buf *b, struct feel_value v)
{
    int64_t n;
    if (num_small(&v, &n)) {
        buf_i64(b, n);
        return;
    }
    char text[NUM_TEXT_MAX];
    buf_put(b, (struct str){ text, num_text(v, text) });
}

static void print_at(struct buf *b, struct feel_value v, bool json, int depth)
{
    if (depth > DEPTH_MAX || b->failed) {
        buf_put(b, STR("..."));
        return;
    }
    switch (v.kind) {
    case FEEL_NULL:
        buf_put(b, STR("null"));
        break;
    case FEEL_BOOL:
        buf_put(b, v.b ? STR("true") : STR("false"));
        break;
    case FEEL_NUMBER:
        print_number(b, v);
        break;
    case FEEL_STRING:
        quoted(b, v.s);
        break;
    case FEEL_LIST:
        print_list(b, v.list, json, depth + 1);
        break;
    case FEEL_CONTEXT:
        print_context(b, v.context, json, depth + 1);
        break;
    case FEEL_RANGE:
        print_range(b, v.range, json, depth + 1);
        break;
    case FEEL_FUNCTION:
        buf_put(b, STR("function"));
        break;
    default:
        if (json)
            buf_put(b, STR("@\""));
        feel_temporal_text(b, v);
        if (json)
            buf_char(b, '"');
    }
}

void feel_print(struct buf *b, struct feel_value v)
{
    print_at(b, v, true, 0);
}

struct str feel_text(struct arena *a, struct feel_value v)
{
    struct buf b;
    if (v.kind == FEEL_STRING)
        return v.s;
    buf_init(&b, a, STRING_MAX);
    print_at(&b, v, false, 0);
    return buf_str(&b);
}
