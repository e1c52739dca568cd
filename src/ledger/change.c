#include "ledger/change.h"

static bool spelled(struct str s, size_t max, const char *more, bool digits)
{
    if (s.n < 1 || s.n > max)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        char ch = s.p[i];
        bool ok = (ch >= 'a' && ch <= 'z') || (digits && ascii_digit(ch)) || (ch && strchr(more, ch));
        if (!ok)
            return false;
    }
    return true;
}

bool kind_ok(struct str s)  { return spelled(s, 40, "_", false); }
bool field_ok(struct str s) { return spelled(s, 80, "_/.:-", true); }
bool verb_ok(struct str s)  { return spelled(s, 60, "._-", true); }
bool name_ok(struct str s)  { return spelled(s, NAME_BYTES, "_.-", true); }

bool text_ok(struct str s, size_t max)
{
    return s.n <= max && (s.n == 0 || (!memchr(s.p, 0, s.n) && utf8_valid(s)));
}

int set_cmp(const struct set *a, const struct set *b)
{
    int d = str_cmp(a->kind, b->kind);
    if (!d)
        d = str_cmp(a->record, b->record);
    return d ? d : str_cmp(a->field, b->field);
}

/* ---- reading: every function takes its piece off the front of *in ---------------- */

static bool take_char(struct str *in, char ch)
{
    if (!in->n || in->p[0] != ch)
        return false;
    in->p++;
    in->n--;
    return true;
}

/* "<n>:<n bytes>" */
static bool take_value(struct str *in, struct str *value)
{
    size_t n = 0, i = 0;
    for (; i < in->n && i < 7 && ascii_digit(in->p[i]); i++)
        n = n * 10 + (size_t)(in->p[i] - '0');
    if (i == 0 || (i > 1 && in->p[0] == '0') || i >= in->n || in->p[i] != ':' || n > in->n - i - 1)
        return false;
    *value = (struct str){ in->p + i + 1, n };
    in->p += i + 1 + n;
    in->n -= i + 1 + n;
    return true;
}

/* "<key> <value>" and the line end */
static bool take_line(struct str *in, char key, struct str *value)
{
    return take_char(in, key) && take_char(in, ' ') && take_value(in, value) && take_char(in, '\n');
}

static bool take_group(struct str *in, struct str *kind, struct str *record)
{
    return take_char(in, 'K') && take_char(in, ' ') && take_value(in, kind) && take_char(in, ' ') &&
           take_value(in, record) && take_char(in, '\n') && kind_ok(*kind) && name_ok(*record);
}

static bool take_head(struct str *in, struct change *ch)
{
    struct str first = STR("amparo-change 1\n");
    if (!str_starts(*in, first))
        return false;
    *in = str_sub(*in, first.n, in->n);
    return take_line(in, 'I', &ch->id) && id_ok(ch->id) &&
           take_line(in, 'V', &ch->verb) && verb_ok(ch->verb) &&
           take_line(in, 'O', &ch->officer) && (!ch->officer.n || name_ok(ch->officer)) &&
           take_line(in, 'F', &ch->office) && (!ch->office.n || name_ok(ch->office)) &&
           take_line(in, 'D', &ch->dossier) && name_ok(ch->dossier) &&
           take_line(in, 'R', &ch->reason) && text_ok(ch->reason, REASON_MAX);
}

struct sets { struct set *p; size_t n, room; };

static bool sets_more(struct ctx *c, struct sets *s)
{
    if (s->n < s->room)
        return true;
    size_t room = s->room ? s->room * 2 : 16;
    struct set *p = NEW_N(&c->mem, struct set, room);
    if (!p)
        return false;
    if (s->n)
        memcpy(p, s->p, s->n * sizeof *p);
    s->p = p;
    s->room = room;
    return true;
}

/* The replaced changes to the end of the line: counted first, then kept. */
static bool take_prevs(struct ctx *c, struct str *in, struct set *set)
{
    struct str at = *in, id;
    size_t n = 0;
    while (take_char(&at, ' ')) {
        if (!take_value(&at, &id) || !id_ok(id))
            return false;
        n++;
    }
    struct str *prevs = n ? NEW_N(&c->mem, struct str, n) : NULL;
    if (n && !prevs)
        return false;
    for (size_t i = 0; i < n; i++) {
        (void)(take_char(in, ' ') && take_value(in, &prevs[i]));
        if (i && str_cmp(prevs[i - 1], prevs[i]) >= 0)
            return false;
    }
    set->prevs = prevs;
    set->prevs_n = n;
    return take_char(in, '\n');
}

static bool take_set(struct ctx *c, struct str *in, struct set *set)
{
    return take_char(in, 'S') && take_char(in, ' ') && take_value(in, &set->field) &&
           take_char(in, ' ') && take_value(in, &set->value) && take_prevs(c, in, set) &&
           field_ok(set->field) && text_ok(set->value, VALUE_MAX);
}

static bool take_sets(struct ctx *c, struct str *in, struct sets *s)
{
    while (in->n) {
        struct str kind, record;
        size_t first = s->n;
        if (!take_group(in, &kind, &record))
            return false;
        while (in->n && in->p[0] == 'S') {
            struct set set = { .kind = kind, .record = record };
            if (!take_set(c, in, &set) || !sets_more(c, s) ||
                (s->n && set_cmp(&s->p[s->n - 1], &set) >= 0))
                return false;
            s->p[s->n++] = set;
        }
        bool same = first && str_eq(s->p[first - 1].kind, kind) && str_eq(s->p[first - 1].record, record);
        if (s->n == first || same)
            return false;                 /* an empty group, or one opened twice */
    }
    return s->n > 0;
}

enum err change_parse(struct ctx *c, struct str in, struct change *out)
{
    struct change ch = { 0 };
    struct sets s = { 0 };
    if (in.n > CHANGE_MAX)
        return FAIL(c, ERR_INPUT, "change.too-big", "%zu bytes", in.n);
    bool ok = take_head(&in, &ch) && take_sets(c, &in, &s);
    TRY(ctx_check(c));
    if (!ok)
        return FAIL(c, ERR_INPUT, "change.malformed", "%zu bytes before the end", in.n);
    ch.sets = s.p;
    ch.n = s.n;
    *out = ch;
    return ERR_OK;
}

/* ---- writing ------------------------------------------------------------------------- */

static void put_value(struct buf *b, const char *before, struct str v)
{
    buf_put(b, str_c(before));
    buf_i64(b, (int64_t)v.n);
    buf_char(b, ':');
    buf_put(b, v);
}

void change_format(struct buf *b, const struct change *ch)
{
    put_value(b, "amparo-change 1\nI ", ch->id);
    put_value(b, "\nV ", ch->verb);
    put_value(b, "\nO ", ch->officer);
    put_value(b, "\nF ", ch->office);
    put_value(b, "\nD ", ch->dossier);
    put_value(b, "\nR ", ch->reason);
    buf_char(b, '\n');
    for (size_t i = 0; i < ch->n; i++) {
        const struct set *s = &ch->sets[i];
        if (!i || !str_eq(s[-1].kind, s->kind) || !str_eq(s[-1].record, s->record)) {
            put_value(b, "K ", s->kind);
            put_value(b, " ", s->record);
            buf_char(b, '\n');
        }
        put_value(b, "S ", s->field);
        put_value(b, " ", s->value);
        for (size_t k = 0; k < s->prevs_n; k++)
            put_value(b, " ", s->prevs[k]);
        buf_char(b, '\n');
    }
}
