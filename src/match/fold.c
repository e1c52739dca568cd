#include "match/inside.h"

#include <unicode/uchar.h>
#include <unicode/unorm2.h>

/* Thai letters by sound after the Royal Thai General System of Transcription
 * (Royal Institute, 1999), initial values; vowels as written, not reordered:
 * the phonetic keys drop them anyway. U+0E01 onwards. */
static const char *const thai[] = {
    "k", "kh", "kh", "kh", "kh", "kh", "ng", "ch", "ch", "ch", "s", "ch", "y", "d", "t", "th",
    "th", "th", "n", "d", "t", "th", "th", "th", "n", "b", "p", "ph", "f", "ph", "f", "ph",
    "m", "y", "r", "rue", "l", "lue", "w", "s", "s", "s", "h", "l", "", "h", "", "a",
    "a", "a", "am", "i", "i", "ue", "ue", "u", "u", "", "", "", "", "", "", "e",
    "ae", "o", "ai", "ai", "", "", "", "", "", "", "", "", "", "", "",
};

/* Letters whose marks are part of the letter, so that normalisation keeps them. */
static const struct { uint32_t cp; const char *as; } special[] = {
    { 0xDF, "ss" }, { 0xE6, "ae" }, { 0xF8, "o" }, { 0xF0, "d" }, { 0xFE, "th" },
    { 0x111, "d" }, { 0x127, "h" }, { 0x131, "i" }, { 0x142, "l" }, { 0x14B, "ng" },
    { 0x153, "oe" }, { 0x18F, "e" }, { 0x254, "o" }, { 0x25B, "e" }, { 0x253, "b" },
    { 0x257, "d" }, { 0x268, "i" }, { 0x289, "u" },
};

static bool is_apostrophe(uint32_t cp)
{
    return cp == '\'' || cp == '`' || cp == 0xB4 || cp == 0x2BC || cp == 0x2BB ||
           cp == 0x2018 || cp == 0x2019 || cp == 0xA78C;
}

static void put(struct folded *f, const char *s, size_t n)
{
    if (f->n + n < FOLD_MAX) {
        memcpy(f->text + f->n, s, n);
        f->n += n;
    }
}

static void put_letter(struct folded *f, uint32_t cp)
{
    char utf8[4];
    if (cp >= 0xE01 && cp < 0xE01 + COUNT_OF(thai)) {
        put(f, thai[cp - 0xE01], strlen(thai[cp - 0xE01]));
        return;
    }
    for (size_t i = 0; i < COUNT_OF(special); i++)
        if (special[i].cp == cp) {
            put(f, special[i].as, strlen(special[i].as));
            return;
        }
    put(f, utf8, utf8_put(utf8, cp));
}

/* One code point beyond ASCII: compatibility decomposition, marks dropped. */
static void put_wide(struct folded *f, uint32_t cp)
{
    UErrorCode e = U_ZERO_ERROR;
    const UNormalizer2 *nfkd = unorm2_getNFKDInstance(&e);
    UChar parts[32];
    int32_t n = U_SUCCESS(e) ? unorm2_getDecomposition(nfkd, (UChar32)cp, parts, 32, &e) : -1;
    if (n < 0 || U_FAILURE(e)) {
        if (u_isalnum((UChar32)cp) || (cp >= 0xE01 && cp <= 0xE4E))
            put_letter(f, (uint32_t)u_foldCase((UChar32)cp, U_FOLD_CASE_DEFAULT));
        return;
    }
    for (int32_t i = 0; i < n; ) {
        uint32_t one = parts[i++];
        if (one >= 0xD800 && one < 0xDC00 && i < n)
            one = 0x10000 + ((one - 0xD800) << 10) + (parts[i++] - 0xDC00u);
        if (u_isalnum((UChar32)one) || (one >= 0xE01 && one <= 0xE4E))
            put_letter(f, (uint32_t)u_foldCase((UChar32)one, U_FOLD_CASE_DEFAULT));
    }
}

static bool is_letter(uint32_t cp)
{
    if (cp < 0x80)
        return ascii_alpha((char)cp) || ascii_digit((char)cp);
    return u_isalnum((UChar32)cp) || u_charType((UChar32)cp) == U_NON_SPACING_MARK ||
           (cp >= 0xE01 && cp <= 0xE4E);
}

static void word_end(struct folded *f, size_t start, const char *from, const char *to)
{
    size_t n = f->n - start;
    if (n == 0 || f->n_words == WORDS_MAX)
        return;
    f->w[f->n_words++] = (struct word){ f->text + start, n < WORD_MAX ? n : WORD_MAX,
                                        { from, (size_t)(to - from) } };
    put(f, " ", 1);
}

/* Next code point; bytes that are not UTF-8 are read as Latin-1. */
static uint32_t next_cp(struct str *s, bool valid)
{
    if (valid)
        return utf8_next(s);
    uint32_t cp = (unsigned char)s->p[0];
    *s = str_sub(*s, 1, s->n);
    return cp;
}

void fold(struct str in, struct folded *f)
{
    if (in.n > MATCH_FIELD_MAX) {
        in.n = MATCH_FIELD_MAX;
        while (in.n > 0 && ((unsigned char)in.p[in.n] & 0xC0) == 0x80)
            in.n--;
    }
    if (in.n == 0)
        in = STR("");
    bool valid = utf8_valid(in);
    struct str s = in;
    const char *from = in.p;
    size_t start = 0;

    f->n = f->n_words = f->comma_at = 0;
    f->comma = false;
    while (s.n) {
        const char *here = s.p;
        uint32_t cp = next_cp(&s, valid);
        if (cp < 0x80 && (ascii_alpha((char)cp) || ascii_digit((char)cp))) {
            char ch = ascii_lower((char)cp);
            if (f->n == start)
                from = here;
            put(f, &ch, 1);
        } else if (is_apostrophe(cp)) {
            continue;
        } else if (is_letter(cp)) {
            if (f->n == start)
                from = here;
            put_wide(f, cp);
        } else {
            word_end(f, start, from, here);
            start = f->n;
            if (cp == ',' && !f->comma && f->n_words) {
                f->comma = true;
                f->comma_at = f->n_words;
            }
        }
    }
    word_end(f, start, from, in.p + in.n);
}
