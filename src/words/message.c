#include "words/message.h"

#include "words/locale.h"

/* ---- compiling --------------------------------------------------------------------- */

struct maker {
    struct arena *mem;
    struct str s;
    size_t at;
    int parts;
    const char *why;
};

static void *wrong(struct maker *k, const char *why)
{
    if (!k->why)
        k->why = why;
    return NULL;
}

static char peek(const struct maker *k)
{
    return k->at < k->s.n ? k->s.p[k->at] : '\0';
}

static void space(struct maker *k)
{
    while (k->at < k->s.n && ascii_space(k->s.p[k->at]))
        k->at++;
}

static bool name_char(char ch)
{
    return ascii_alpha(ch) || ascii_digit(ch) || ch == '_' || ch == '-';
}

/* A name or keyword, white space around it dropped. */
static struct str name(struct maker *k)
{
    space(k);
    size_t from = k->at;
    while (name_char(peek(k)))
        k->at++;
    struct str got = str_sub(k->s, from, k->at - from);
    space(k);
    return got;
}

static bool take(struct maker *k, char ch)
{
    if (peek(k) != ch)
        return false;
    k->at++;
    return true;
}

struct list { struct list *next; struct part part; };
struct branches { struct branches *next; struct branch branch; };

static const struct message *message_at(struct maker *k, int depth, bool hash);

/* The text up to the next brace (or # in a plural), its apostrophes resolved. */
static struct str plain_text(struct maker *k, bool hash)
{
    struct buf b;
    bool quoting = false;
    buf_init(&b, k->mem, k->s.n + 1);
    for (; k->at < k->s.n; k->at++) {
        char ch = k->s.p[k->at], next = k->at + 1 < k->s.n ? k->s.p[k->at + 1] : '\0';
        if (ch == '\'' && next == '\'') {
            buf_char(&b, '\'');
            k->at++;
        } else if (ch == '\'' && (quoting || next == '{' || next == '}' || (hash && next == '#'))) {
            quoting = !quoting;
        } else if (!quoting && (ch == '{' || ch == '}' || (hash && ch == '#'))) {
            break;
        } else {
            buf_char(&b, ch);
        }
    }
    if (b.failed)
        k->mem->failed = true;
    return buf_str(&b);
}

static bool branch_at(struct maker *k, int depth, bool plural, struct branch *out)
{
    struct branch b = { 0 };
    space(k);
    if (plural && take(k, '=')) {
        struct str n = name(k);
        b.is_exact = true;
        if (!str_to_i64(n, &b.exact))
            return wrong(k, "a whole number was expected after =") != NULL;
    } else {
        b.word = name(k);
        if (!b.word.n)
            return wrong(k, "the name of a case was expected") != NULL;
    }
    if (!take(k, '{'))
        return wrong(k, "{ was expected after the name of a case") != NULL;
    b.m = message_at(k, depth + 1, plural);
    if (!b.m || !take(k, '}'))
        return wrong(k, "} is missing at the end of a case") != NULL;
    *out = b;
    return true;
}

/* The branches of a plural or select, up to the closing brace. */
static bool branches_at(struct maker *k, int depth, bool plural, struct part *p)
{
    struct branches *all = NULL, **tail = &all;
    bool other = false;
    size_t n = 0;

    for (space(k); peek(k) != '}'; space(k)) {
        struct branches *one = NEW(k->mem, struct branches);
        if (!one || k->at >= k->s.n)
            return wrong(k, one ? "} is missing" : NULL) != NULL;
        if (!branch_at(k, depth, plural, &one->branch))
            return false;
        other |= str_is(one->branch.word, "other");
        *tail = one;
        tail = &one->next;
        n++;
    }
    if (!other)
        return wrong(k, "the case other is missing") != NULL;
    struct branch *flat = NEW_N(k->mem, struct branch, n);
    if (!flat)
        return false;
    p->branch = flat;
    p->n = n;
    for (; all; all = all->next)
        *flat++ = all->branch;
    return true;
}

static bool offset_at(struct maker *k, struct part *p)
{
    space(k);
    if (!str_starts(str_sub(k->s, k->at, k->s.n), STR("offset:")))
        return true;
    k->at += 7;
    if (str_to_i64(name(k), &p->offset))
        return true;
    return wrong(k, "offset: needs a whole number") != NULL;
}

static bool date_form(struct str s, enum date_form *out)
{
    static const char *const names[] = { "long", "medium", "short", "day", "weekday", "month" };
    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (str_is(s, names[i])) {
            *out = (enum date_form)i;
            return true;
        }
    return s.n == 0;
}

/* After "{name,": the type, and what belongs to it. */
static bool typed_at(struct maker *k, int depth, struct part *p)
{
    struct str type = name(k), style = { 0 };
    bool plural = str_is(type, "plural") || str_is(type, "selectordinal");
    bool comma = take(k, ',');

    if (plural || str_is(type, "select")) {
        if (!comma)
            return wrong(k, "cases were expected") != NULL;
        p->kind = str_is(type, "plural") ? PART_PLURAL : plural ? PART_ORDINAL : PART_SELECT;
        return (!plural || offset_at(k, p)) && branches_at(k, depth, plural, p);
    }
    if (comma)
        style = name(k);
    if (str_is(type, "number") && (!style.n || str_is(style, "percent") || str_is(style, "integer")))
        p->kind = str_is(style, "percent") ? PART_PERCENT : PART_NUMBER;
    else if (str_is(type, "date") && date_form(style, &p->form))
        p->kind = PART_DATE;
    else if (str_is(type, "time") && !style.n)
        p->kind = PART_TIME;
    else
        return wrong(k, "unknown type or style of an argument") != NULL;
    return true;
}

static bool arg_at(struct maker *k, int depth, struct part *p)
{
    k->at++;                                         /* the brace */
    p->s = name(k);
    p->kind = PART_ARG;
    if (!p->s.n)
        return wrong(k, "the name of an argument was expected after {") != NULL;
    if (take(k, ',') && !typed_at(k, depth, p))
        return false;
    if (!take(k, '}'))
        return wrong(k, "} is missing after an argument") != NULL;
    return true;
}

static bool part_at(struct maker *k, int depth, bool hash, struct part *p)
{
    char ch = peek(k);
    if (ch == '{')
        return arg_at(k, depth, p);
    if (hash && ch == '#') {
        k->at++;
        p->kind = PART_HASH;
        return true;
    }
    p->kind = PART_TEXT;
    p->s = plain_text(k, hash);
    return !k->mem->failed;
}

static const struct message *message_at(struct maker *k, int depth, bool hash)
{
    struct list *all = NULL, **tail = &all;
    struct message *m = NEW(k->mem, struct message);
    if (depth > MESSAGE_DEPTH)
        return wrong(k, "cases inside cases inside cases");

    for (; m && k->at < k->s.n && peek(k) != '}'; m->n++) {
        struct list *one = NEW(k->mem, struct list);
        if (!one || ++k->parts > MESSAGE_PARTS)
            return wrong(k, one ? "too many parts" : NULL);
        if (!part_at(k, depth, hash, &one->part))
            return NULL;
        *tail = one;
        tail = &one->next;
    }
    struct part *flat = m && m->n ? NEW_N(k->mem, struct part, m->n) : NULL;
    if (!m || (m->n && !flat))
        return NULL;
    m->part = flat;
    for (; flat && all; all = all->next)
        *flat++ = all->part;
    return m;
}

const struct message *message_compile(struct arena *mem, struct str pattern, const char **why)
{
    struct maker k = { .mem = mem, .s = pattern };
    struct message *m = (struct message *)message_at(&k, 0, false);
    *why = mem->failed ? NULL : k.why;
    if (!m)
        return NULL;
    if (k.at < pattern.n) {
        *why = "a } without its {";
        return NULL;
    }
    m->pattern = pattern;
    m->plain = m->n == 0 || (m->n == 1 && m->part[0].kind == PART_TEXT);
    m->text = m->n == 1 && m->plain ? m->part[0].s : (struct str){ 0 };
    return m;
}

/* ---- formatting --------------------------------------------------------------------- */

struct run {
    struct buf *b;
    const struct locale *l;
    const struct words *w;
    const struct word_arg *args;
    size_t n;
};

static const struct word_arg *find(const struct run *r, struct str s)
{
    for (size_t i = 0; i < r->n; i++)
        if (str_is(s, r->args[i].name))
            return &r->args[i];
    return NULL;
}

static void put_date(const struct run *r, const struct word_arg *a, enum date_form form)
{
    int64_t day = a->kind == WORD_TIME ? words_local_day(r->w, a->i) : a->i;
    locale_date(r->b, r->l, civil_from_days(day), form);
}

/* An argument as its own kind says, whatever the pattern asks for. */
static void put_arg(const struct run *r, const struct part *p, const struct word_arg *a)
{
    switch (a->kind) {
    case WORD_TEXT:
        buf_put(r->b, a->s);
        break;
    case WORD_INT:
        locale_int(r->b, r->l, a->i);
        if (p->kind == PART_PERCENT)
            buf_put(r->b, r->l->percent);
        break;
    case WORD_DECIMAL:
        locale_decimal(r->b, r->l, a->s);
        if (p->kind == PART_PERCENT)
            buf_put(r->b, r->l->percent);
        break;
    case WORD_DAY:
        put_date(r, a, p->form);
        break;
    case WORD_TIME:
        if (p->kind == PART_TIME)
            buf_put(r->b, words_time(r->b->mem, r->w, r->l->tag, a->i));
        else
            put_date(r, a, p->form);
        break;
    }
}

static void put_message(const struct run *r, const struct message *m, const int64_t *hash);

static const struct branch *other(const struct part *p)
{
    for (size_t i = 0; i < p->n; i++)
        if (!p->branch[i].is_exact && str_is(p->branch[i].word, "other"))
            return &p->branch[i];
    return &p->branch[p->n - 1];
}

static const struct branch *by_word(const struct part *p, struct str word)
{
    for (size_t i = 0; i < p->n; i++)
        if (!p->branch[i].is_exact && str_eq(p->branch[i].word, word))
            return &p->branch[i];
    return other(p);
}

static void put_plural(const struct run *r, const struct part *p, int64_t v)
{
    int64_t shown;
    if (__builtin_sub_overflow(v, p->offset, &shown))
        shown = v;
    for (size_t i = 0; i < p->n; i++)
        if (p->branch[i].is_exact && p->branch[i].exact == v) {
            put_message(r, p->branch[i].m, &shown);
            return;
        }
    char word[16];
    struct str cat = locale_plural(r->l, shown, p->kind == PART_ORDINAL, word);
    put_message(r, by_word(p, cat)->m, &shown);
}

static void put_part(const struct run *r, const struct part *p, const int64_t *hash)
{
    const struct word_arg *a = find(r, p->s);
    switch (p->kind) {
    case PART_TEXT:
        buf_put(r->b, p->s);
        return;
    case PART_HASH:
        locale_int(r->b, r->l, hash ? *hash : 0);
        return;
    default:
        break;
    }
    if (!a) {
        buf_char(r->b, '{');
        buf_put(r->b, p->s);
        buf_char(r->b, '}');
    } else if (p->kind == PART_PLURAL || p->kind == PART_ORDINAL) {
        put_plural(r, p, a->i);
    } else if (p->kind == PART_SELECT) {
        put_message(r, by_word(p, a->s)->m, hash);
    } else {
        put_arg(r, p, a);
    }
}

static void put_message(const struct run *r, const struct message *m, const int64_t *hash)
{
    for (size_t i = 0; i < m->n; i++)
        put_part(r, &m->part[i], hash);
}

void message_put(struct buf *b, const struct message *m, const struct locale *l,
                 const struct words *w, const struct word_arg *args, size_t n)
{
    struct run r = { b, l, w, args, n };
    put_message(&r, m, NULL);
}
