/* named.c - free text that everybody on the route reads names nobody of the case. */
#include "kinds/kinds.h"

#include "access/access.h"
#include "base/node.h"

enum { PERSONS_MAX = 100, NAME_MIN = 3, NUMBER_MIN = 5, NUMBER_TAIL = 7, FOREIGN_MIN = 9 };

/* Fields of the form of persons, and of a report. */
static const char *const name_fields[] = { "first_name", "second_name", "known_as", "mother_name" };
static const char *const number_fields[] = { "identity_number", "phone", "safe_contact", "contact_phone" };
static const char *const particles[] = { "del", "los", "las", "san", "dos", "das", "van", "von", "der", "bin", "the", "and" };

static bool letter(char ch)
{
    return ascii_alpha(ch) || ascii_digit(ch) || (unsigned char)ch >= 0x80;
}

/* The next word of folded text; false: no more. */
static bool next_word(struct str *rest, struct str *word)
{
    size_t from = 0, to;
    while (from < rest->n && !letter(rest->p[from]))
        from++;
    for (to = from; to < rest->n && letter(rest->p[to]); to++)
        ;
    *word = str_sub(*rest, from, to - from);
    *rest = str_sub(*rest, to, rest->n);
    return word->n > 0;
}

static bool foreign(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] >= 0x80)
            return true;
    return false;
}

static bool says_name(struct str word)
{
    if (utf8_count(word) < NAME_MIN)
        return false;
    for (size_t i = 0; i < COUNT_OF(particles); i++)
        if (str_is(word, particles[i]))
            return false;
    return true;
}

/* Words against words; writing without spaces is looked for anywhere. */
static bool holds_word(struct str text, struct str word)
{
    struct str one;
    size_t at;
    if (foreign(word) && word.n >= FOREIGN_MIN && str_find(text, word, &at))
        return true;
    while (next_word(&text, &one))
        if (str_eq(one, word))
            return true;
    return false;
}

static bool holds_name(struct ctx *c, struct str folded, struct str name)
{
    struct str rest = words_fold(&c->mem, name), word;
    while (next_word(&rest, &word))
        if (says_name(word) && holds_word(folded, word))
            return true;
    return false;
}

static struct str digits_of(struct ctx *c, struct str s)
{
    struct buf b;
    buf_init(&b, &c->mem, s.n + 1);
    for (size_t i = 0; i < s.n; i++)
        if (ascii_digit(s.p[i]))
            buf_char(&b, s.p[i]);
    return buf_str(&b);
}

/* However it is spaced, and with or without the code of the country in front. */
static bool holds_number(struct ctx *c, struct str text, struct str number)
{
    struct str n = digits_of(c, number);
    size_t at;
    if (n.n < NUMBER_MIN)
        return false;
    if (n.n > NUMBER_TAIL)
        n = str_sub(n, n.n - NUMBER_TAIL, NUMBER_TAIL);
    return str_find(digits_of(c, text), n, &at);
}

static bool holds_any(struct ctx *c, struct str text, const struct answers *a)
{
    struct str folded = words_fold(&c->mem, text);
    for (size_t i = 0; i < COUNT_OF(name_fields); i++)
        if (holds_name(c, folded, answers_get(a, str_c(name_fields[i]))))
            return true;
    for (size_t i = 0; i < COUNT_OF(number_fields); i++)
        if (holds_number(c, text, answers_get(a, str_c(number_fields[i]))))
            return true;
    return false;
}

enum err kind_record_unnamed(struct ctx *c, struct str dossier, struct str record, struct str text)
{
    struct record r;
    int64_t until;
    if (!text.n || !access_opened(c, dossier, &until))
        return ERR_OK;
    enum err e = access_record(c, record, &r);      /* no more than she reads of it on its page */
    if (e == ERR_NOT_FOUND) {
        c->fault = (struct fault){ 0 };
        return ERR_OK;
    }
    TRY(e);
    struct answers a = kind_answers(c, &r);
    bool holds = holds_any(c, text, &a);
    TRY(ctx_check(c));
    return holds ? FAIL(c, ERR_INPUT, "case.names-someone", "record " STR_F, STR_A(record)) : ERR_OK;
}

enum err kind_case_unnamed(struct ctx *c, const struct work_case *k, struct str text)
{
    struct kind_row *v;
    size_t n;
    TRY(kind_list(c, k->id, "person", PERSONS_MAX, &v, &n));
    for (size_t i = 0; i < n; i++)
        TRY(kind_record_unnamed(c, v[i].dossier, v[i].id, text));
    return ERR_OK;
}
