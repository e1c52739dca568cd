/* Names in FEEL hold spaces, and operators too; where one ends is decided by
 * what is known. */
#include "rules/parse.h"

struct span { uint32_t from, to; };

static bool in_spans(const struct span *s, size_t n, uint32_t cp)
{
    for (size_t i = 0; i < n; i++)
        if (cp >= s[i].from && cp <= s[i].to)
            return true;
    return false;
}

/* DMN 1.5, 10.3.1.2, rules 27 to 30. */
bool parse_name_start(uint32_t cp)
{
    static const struct span spans[] = {
        { 0xC0, 0xD6 }, { 0xD8, 0xF6 }, { 0xF8, 0x2FF }, { 0x370, 0x37D }, { 0x37F, 0x167F },
        { 0x1681, 0x180D }, { 0x180F, 0x1FFF }, { 0x200C, 0x200D }, { 0x2070, 0x218F },
        { 0x2C00, 0x2FEF }, { 0x3001, 0xD7FF }, { 0xF900, 0xFDCF }, { 0xFDF0, 0xFEFE },
        { 0xFF00, 0xFFFD }, { 0x10000, 0xEFFFF },
    };
    if (cp < 0x80)
        return ascii_alpha((char)cp) || cp == '_';
    return in_spans(spans, COUNT_OF(spans), cp);
}

bool parse_name_part(uint32_t cp)
{
    if (cp < 0x80)
        return ascii_alpha((char)cp) || cp == '_' || ascii_digit((char)cp);
    return parse_name_start(cp) || cp == 0xB7 || (cp >= 0x300 && cp <= 0x36F) || cp == 0x203F || cp == 0x2040;
}

static bool space_cp(uint32_t cp)
{
    static const struct span spans[] = {
        { 0x09, 0x0D }, { 0x20, 0x20 }, { 0x85, 0x85 }, { 0xA0, 0xA0 }, { 0x1680, 0x1680 },
        { 0x180E, 0x180E }, { 0x2000, 0x200B }, { 0x2028, 0x2029 }, { 0x202F, 0x202F },
        { 0x205F, 0x205F }, { 0x3000, 0x3000 }, { 0xFEFF, 0xFEFF },
    };
    return in_spans(spans, COUNT_OF(spans), cp);
}

static uint32_t cp_at(struct str s, size_t at, size_t *len)
{
    if (at >= s.n) {
        *len = 0;
        return 0;
    }
    if ((unsigned char)s.p[at] < 0x80) {
        *len = 1;
        return (unsigned char)s.p[at];
    }
    struct str rest = str_sub(s, at, s.n);
    uint32_t cp = utf8_next(&rest);
    *len = s.n - at - rest.n;
    return cp;
}

static size_t space_length(struct str s, size_t at)
{
    size_t from = at, len;
    while (at < s.n) {
        uint32_t cp = cp_at(s, at, &len);
        if (!space_cp(cp))
            break;
        at += len;
    }
    return at - from;
}

void parse_space(struct parser *p)
{
    /* Mostly there is none. */
    if (p->at < p->text.n && p->text.p[p->at] > ' ' && p->text.p[p->at] != '/')
        return;
    for (;;) {
        p->at += space_length(p->text, p->at);
        struct str rest = str_sub(p->text, p->at, p->text.n);
        size_t end;
        if (str_starts(rest, STR("//"))) {
            while (p->at < p->text.n && p->text.p[p->at] != '\n' && p->text.p[p->at] != '\r')
                p->at++;
        } else if (str_starts(rest, STR("/*"))) {
            if (!str_find(str_sub(rest, 2, rest.n), STR("*/"), &end)) {
                (void)parse_bad(p, "comment without end");
                p->at = p->text.n;
                return;
            }
            p->at += end + 4;
        } else {
            return;
        }
    }
}

char parse_peek(struct parser *p)
{
    parse_space(p);
    return p->at < p->text.n ? p->text.p[p->at] : 0;
}

size_t parse_name_match(struct str text, struct str name)
{
    size_t j = 0, len;
    if (text.n == 0 || name.n == 0 || text.p[0] != name.p[0])
        return 0;
    for (size_t i = 0; i < name.n;) {
        if (name.p[i] == ' ') {
            size_t gap = space_length(text, j);
            bool words = i > 0 && parse_name_part(cp_at(name, i + 1, &len)) &&
                         ((unsigned char)name.p[i - 1] >= 0x80 || parse_name_part((unsigned char)name.p[i - 1]));
            if (gap == 0 && words)
                return 0;
            j += gap;
            i++;
        } else if (j < text.n && text.p[j] == name.p[i]) {
            i++;
            j++;
        } else {
            size_t gap = space_length(text, j);
            bool symbol = !parse_name_part(cp_at(name, i, &len)) ||
                          (i > 0 && (unsigned char)name.p[i - 1] < 0x80 &&
                           !parse_name_part((unsigned char)name.p[i - 1]));
            if (gap == 0 || !symbol)
                return 0;
            j += gap;
        }
    }
    unsigned char last = (unsigned char)name.p[name.n - 1];
    if ((last >= 0x80 || parse_name_part(last)) && j < text.n && parse_name_part(cp_at(text, j, &len)))
        return 0;
    return j;
}

static bool is_keyword(struct str w)
{
    static const char *const stop[] = { "and", "or", "in", "between", "then", "else", "return",
                                        "satisfies", "instance" };
    for (size_t i = 0; i < COUNT_OF(stop); i++)
        if (str_is(w, stop[i]))
            return true;
    return false;
}

static size_t word_length(struct str s, size_t at, bool first)
{
    size_t from = at, len;
    uint32_t cp = cp_at(s, at, &len);
    if (len == 0 || !(first ? parse_name_start(cp) : parse_name_part(cp)))
        return 0;
    do {
        at += len;
        cp = cp_at(s, at, &len);
    } while (len && parse_name_part(cp));
    return at - from;
}

size_t parse_words_length(struct str s)
{
    size_t end = 0, at = 0;
    for (;;) {
        size_t n = word_length(s, at, end == 0);
        if (n == 0 || (end && is_keyword(str_sub(s, at, n))))
            return end;
        end = at + n;
        at = end + space_length(s, end);
        if (at == end)
            return end;
    }
}

bool parse_at_word(struct parser *p, const char *word)
{
    parse_space(p);
    if (p->at >= p->text.n || p->text.p[p->at] != word[0])
        return false;
    size_t n = strlen(word), len;
    struct str rest = str_sub(p->text, p->at, p->text.n);
    if (rest.n < n || memcmp(rest.p, word, n) != 0)
        return false;
    return !(rest.n > n && parse_name_part(cp_at(rest, n, &len)));
}

bool parse_eat_word(struct parser *p, const char *word)
{
    if (!parse_at_word(p, word))
        return false;
    p->at += strlen(word);
    return true;
}

bool parse_eat_mark(struct parser *p, const char *mark)
{
    parse_space(p);
    if (p->at >= p->text.n || p->text.p[p->at] != mark[0])
        return false;
    size_t n = strlen(mark);
    if (p->text.n - p->at < n || memcmp(p->text.p + p->at, mark, n) != 0)
        return false;
    p->at += n;
    return true;
}

struct str feel_name_clean(struct compiler *k, struct str raw)
{
    raw = str_trim(raw);
    if (raw.n == 0)
        return (struct str){ 0 };
    bool clean = true;
    for (size_t i = 0; i < raw.n; i++)
        if ((unsigned char)raw.p[i] >= 0x80 || (raw.p[i] != ' ' && ascii_space(raw.p[i])) ||
            (raw.p[i] == ' ' && raw.p[i + 1] == ' '))
            clean = false;
    char *p = arena_alloc(k->mem, raw.n + 1, 1);
    if (!p)
        return (struct str){ 0 };
    if (clean) {
        memcpy(p, raw.p, raw.n);
        return (struct str){ p, raw.n };
    }
    size_t n = 0;
    for (size_t i = 0; i < raw.n;) {
        size_t gap = space_length(raw, i);
        if (gap) {
            if (n && i + gap < raw.n)
                p[n++] = ' ';
            i += gap;
        } else {
            p[n++] = raw.p[i++];
        }
    }
    return (struct str){ p, n };
}

static size_t longest_in_scope(struct parser *p, struct str rest)
{
    size_t best = 0;
    for (struct scope *s = p->s; s; s = s->up)
        for (size_t i = 0; i < s->n; i++) {
            size_t n = parse_name_match(rest, s->b[i].name);
            if (n > best)
                best = n;
        }
    return best;
}

static size_t longest_member(struct parser *p, struct str rest)
{
    size_t best = 0;
    for (size_t i = 0; i < p->k->n_members; i++) {
        size_t n = parse_name_match(rest, p->k->members[i]);
        if (n > best)
            best = n;
    }
    for (size_t i = 0; i < p->k->n_odd; i++) {
        size_t n = parse_name_match(rest, p->k->odd[i]);
        if (n > best)
            best = n;
    }
    return best;
}

static struct str take(struct parser *p, size_t n)
{
    struct str raw = str_sub(p->text, p->at, n);
    p->at += n;
    return feel_name_clean(p->k, raw);
}

static bool inside_filter(struct scope *s)
{
    for (; s; s = s->up)
        if (s->filter)
            return true;
    return false;
}

struct str parse_scan_name(struct parser *p)
{
    parse_space(p);
    struct str rest = str_sub(p->text, p->at, p->text.n);
    size_t best = longest_in_scope(p, rest), words = parse_words_length(rest);
    if (best == 0 || words > best) {
        size_t n = builtin_spaced(rest);
        if (n > best)
            best = n;
    }
    if (inside_filter(p->s)) {
        size_t n = longest_member(p, rest);
        if (n > best)
            best = n;
    }
    /* More words follow than are known: the whole is an unknown name. */
    return take(p, words > best ? words : best);
}

struct str parse_scan_member(struct parser *p)
{
    parse_space(p);
    struct str rest = str_sub(p->text, p->at, p->text.n);
    size_t best = longest_member(p, rest), words = parse_words_length(rest);
    return take(p, words > best ? words : best);
}

struct str parse_scan_words(struct parser *p)
{
    parse_space(p);
    return take(p, parse_words_length(str_sub(p->text, p->at, p->text.n)));
}

bool parse_scan_label(struct parser *p, struct str *out)
{
    parse_space(p);
    struct str rest = str_sub(p->text, p->at, p->text.n);
    size_t at = 0, len;
    if (!word_length(rest, 0, true))
        return false;
    while (at < rest.n) {
        uint32_t cp = cp_at(rest, at, &len);
        if (cp == ':')
            break;
        if (!parse_name_part(cp) && !space_cp(cp) && !(cp < 0x80 && strchr("./-'+*", (int)cp)))
            return false;
        at += len;
    }
    if (at == rest.n)
        return false;
    *out = take(p, at);
    return parse_eat_mark(p, ":");
}
