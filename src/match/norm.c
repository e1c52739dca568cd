/* norm.c - a record as told into its normal form. */
#include "match/inside.h"

/* A record being read: its words go to the dictionary, or, in a search, unknown
 * ones to the small dictionary of that search. */
struct reading {
    struct dict *d;
    bool add;
    struct rec *r;
    struct rec_from *from;
};

static struct str word_str(const struct word *w)
{
    return (struct str){ w->p, w->n };
}

static void add_name(struct reading *rd, const struct word *w, int role)
{
    struct rec *r = rd->r;
    struct str s = word_str(w);
    if (r->n_names == NAMES || is_marriage_mark(s))
        return;
    if (s.n > 7 && str_starts(s, STR("dela")))
        s = str_sub(s, 4, s.n);                 /* delacruz = de la cruz */
    uint32_t t = dict_word(rd->d, TOK_NAME, s, rd->add);
    if (t == 0)
        return;
    for (int i = 0; i < r->n_names; i++)
        if (r->name[i] == t)
            return;
    if (rd->from)
        rd->from->name[r->n_names] = w->from;
    r->role[r->n_names] = (uint8_t)role;
    r->len[r->n_names] = (uint8_t)s.n;
    r->first[r->n_names] = (uint8_t)s.p[0];
    r->sign[r->n_names] = sign_of(s) | (dict_tok(rd->d, t)->nick[0] ? SIGN_ANY : 0);
    uint8_t bit = (uint8_t)(1u << r->n_names);
    r->given |= role != ROLE_SURNAME ? bit : 0;
    r->alias |= role == ROLE_ALIAS ? bit : 0;
    r->longs |= s.n >= 6 ? bit : 0;
    r->initials |= s.n < 2 ? bit : 0;
    r->last[r->n_names] = (uint8_t)s.p[s.n - 1];
    r->name[r->n_names++] = t;
    r->n_given = (uint8_t)(r->n_given + (role == ROLE_GIVEN));
}

/* Words that are names: no particles, no titles; all of them when nothing else is left. */
static size_t name_words(const struct folded *f, const struct word *out[WORDS_MAX])
{
    size_t n = 0;
    for (size_t i = 0; i < f->n_words; i++) {
        struct str s = word_str(&f->w[i]);
        bool small = is_particle(s) || (f->n_words > 1 && is_title(s));
        if (!small)
            out[n++] = &f->w[i];
    }
    for (size_t i = 0; n == 0 && i < f->n_words; i++)
        out[n++] = &f->w[i];
    return n;
}

/* "Gonzalez de Benitez", "Gonzalez vda. de Benitez": a husband's name follows. */
static bool shows_marriage(const struct folded *f)
{
    for (size_t i = 1; i + 1 < f->n_words; i++) {
        if (is_marriage_mark(word_str(&f->w[i])))
            return true;
        if (str_is(word_str(&f->w[i]), "de") && i + 2 == f->n_words)
            return true;
    }
    return false;
}

static void add_field(struct reading *rd, struct str field, int role, size_t most)
{
    struct folded f;
    const struct word *w[WORDS_MAX];
    fold(field, &f);
    size_t n = name_words(&f, w);
    if (role == ROLE_SURNAME && shows_marriage(&f))
        rd->r->flags |= REC_MARRIED;
    for (size_t i = 0; i < n && i < most; i++)
        add_name(rd, w[i], role);
}

/* How many of n words are given names when nothing says so: two surnames after
 * four, else one; written order is trusted no further (REC_GUESSED). */
static size_t guess_given(size_t n)
{
    return n >= 4 ? 2 : 1;
}

static void add_full(struct reading *rd, struct str full)
{
    struct folded f;
    const struct word *w[WORDS_MAX];
    fold(full, &f);
    size_t n = name_words(&f, w), given = guess_given(n);
    if (n == 0)
        return;
    if (shows_marriage(&f))
        rd->r->flags |= REC_MARRIED;
    if (f.comma && f.comma_at < f.n_words) {
        const char *cut = f.w[f.comma_at].p;
        for (size_t i = 0; i < n; i++)
            if (w[i]->p >= cut)
                add_name(rd, w[i], ROLE_GIVEN);
        for (size_t i = 0; i < n; i++)
            if (w[i]->p < cut)
                add_name(rd, w[i], ROLE_SURNAME);
    } else {
        rd->r->flags |= REC_GUESSED;
        for (size_t i = 0; i < n; i++)
            add_name(rd, w[i], i < given ? ROLE_GIVEN : ROLE_SURNAME);
    }
}

/* Length first, for most words differ from most pairs in that; then the ends. */
static uint64_t join_bit(uint8_t first, uint8_t last, int len)
{
    return UINT64_C(1) << ((len & 15) * 4 + ((first * 3 + last) & 3));
}

static void join_bits(struct rec *r)
{
    for (int i = 0; i < r->n_names; i++) {
        if (r->longs >> i & 1)
            r->whole_bits |= join_bit(r->first[i], r->last[i], r->len[i]);
        for (int j = 0; j < r->n_names; j++)
            if (i != j)
                r->parts_bits |= join_bit(r->first[i], r->last[j], r->len[i] + r->len[j]);
    }
}

static void read_names(struct reading *rd, const struct match_record *m)
{
    struct str second = str_trim(m->second);
    if (str_trim(m->given).n || str_trim(m->surname).n) {
        add_field(rd, m->given, ROLE_GIVEN, 3);
        add_field(rd, m->surname, ROLE_SURNAME, 3);
        add_field(rd, second, ROLE_SURNAME, 2);
        if (!str_trim(m->surname).n && rd->r->n_given > 1)
            rd->r->flags |= REC_GUESSED;
    } else {
        add_full(rd, m->full);
        add_field(rd, second, ROLE_SURNAME, 2);
    }
    add_field(rd, m->alias, ROLE_ALIAS, 2);
}

/* ---- other text ------------------------------------------------------------------- */

static uint32_t whole(struct reading *rd, enum tok_class cls, struct str field, bool glue)
{
    struct folded f;
    char t[64];
    size_t n = 0;
    fold(field, &f);
    for (size_t i = 0; i < f.n_words && n < 60; i++) {
        size_t k = f.w[i].n < 60 - n ? f.w[i].n : 60 - n;
        memcpy(t + n, f.w[i].p, k);
        n += k;
        if (!glue && i + 1 < f.n_words && n < 60)
            t[n++] = ' ';
    }
    return dict_word(rd->d, cls, (struct str){ t, n }, rd->add);
}

static bool street_word_says_nothing(struct str w)
{
    static const struct str none[] = {
        STR_INIT("calle"), STR_INIT("c"), STR_INIT("av"), STR_INIT("avda"), STR_INIT("avenida"),
        STR_INIT("pje"), STR_INIT("pasaje"), STR_INIT("ruta"), STR_INIT("street"), STR_INIT("st"),
        STR_INIT("road"), STR_INIT("rd"), STR_INIT("avenue"), STR_INIT("ave"), STR_INIT("casi"),
        STR_INIT("esq"), STR_INIT("esquina"), STR_INIT("entre"), STR_INIT("barrio"),
        STR_INIT("bo"), STR_INIT("nro"), STR_INIT("no"), STR_INIT("numero"), STR_INIT("n"),
        STR_INIT("casa"), STR_INIT("moo"), STR_INIT("soi"), STR_INIT("thanon"),
        STR_INIT("tambon"), STR_INIT("lane"), STR_INIT("drive"), STR_INIT("dr"),
        STR_INIT("place"), STR_INIT("close"), STR_INIT("court"), STR_INIT("circuit"),
        STR_INIT("crescent"), STR_INIT("near"), STR_INIT("de"), STR_INIT("del"), STR_INIT("la"),
        STR_INIT("y"), STR_INIT("e"),
    };
    for (size_t i = 0; i < COUNT_OF(none); i++)
        if (str_eq(w, none[i]))
            return true;
    return false;
}

static void street_part(struct reading *rd, struct str part, enum tok_class cls, uint32_t *out,
                        bool take_house)
{
    struct folded f;
    char t[64];
    size_t n = 0, kept = 0;
    fold(part, &f);
    for (int pass = 0; pass < 2 && n == 0; pass++)
        for (size_t i = 0; i < f.n_words && n < 56; i++) {
            struct str w = word_str(&f.w[i]);
            if (ascii_digit(w.p[0]) && take_house && !rd->r->text[T_HOUSE]) {
                rd->r->text[T_HOUSE] = dict_word(rd->d, TOK_HOUSE, w, rd->add);
                continue;
            }
            if (pass == 0 && street_word_says_nothing(w))
                continue;
            if (kept++ && n < 56)
                t[n++] = ' ';
            size_t k = w.n < 58 - n ? w.n : 58 - n;
            memcpy(t + n, w.p, k);
            n += k;
        }
    *out = dict_word(rd->d, cls, (struct str){ t, n }, rd->add);
}

static void read_address(struct reading *rd, const struct match_record *m)
{
    struct rec *r = rd->r;
    struct str street = m->address, unit = { 0 }, a, b;
    r->text[T_HOUSE] = whole(rd, TOK_HOUSE, m->house, true);
    if (str_cut(street, ';', &a, &b) || str_cut(street, ',', &a, &b)) {
        street = a;
        unit = b;
    }
    street_part(rd, street, TOK_STREET, &r->text[T_STREET], true);
    street_part(rd, unit, TOK_UNIT, &r->text[T_UNIT], false);
    r->text[T_PLACE] = whole(rd, TOK_PLACE, m->place, false);
    r->text[T_REGION] = whole(rd, TOK_REGION, m->region, false);
    r->text[T_POSTCODE] = whole(rd, TOK_POSTCODE, m->postcode, true);
    if (r->text[T_STREET])
        r->place_sign[SIGN_STREET] = sign_of(dict_text(rd->d, r->text[T_STREET]));
    if (r->text[T_HOUSE])
        r->place_sign[SIGN_HOUSE] = sign_of_house(dict_text(rd->d, r->text[T_HOUSE]));
    if (r->text[T_PLACE])
        r->place_sign[SIGN_PLACE] = sign_of(dict_text(rd->d, r->text[T_PLACE]));
}

/* Paraguayan, paraguaya, PY and Paraguay are one: the first four letters, or the code's. */
static uint32_t nation_of(struct reading *rd, struct str field)
{
    static const struct { const char *code, *stem; } codes[] = {
        { "py", "para" }, { "pry", "para" }, { "ar", "arge" }, { "arg", "arge" },
        { "lr", "libe" }, { "lbr", "libe" }, { "th", "thai" }, { "tha", "thai" },
        { "br", "bras" }, { "bra", "bras" }, { "braz", "bras" }, { "bo", "boli" },
        { "bol", "boli" }, { "tail", "thai" },
    };
    struct folded f;
    fold(field, &f);
    if (f.n_words == 0)
        return 0;
    struct str w = str_sub(word_str(&f.w[0]), 0, 4);
    for (size_t i = 0; i < COUNT_OF(codes); i++)
        if (str_is(w, codes[i].code))
            w = str_c(codes[i].stem);
    return dict_word(rd->d, TOK_NATION, w, rd->add);
}

static void read_email(struct reading *rd, struct str s)
{
    char t[64];
    size_t n = 0, at = 0;
    s = str_trim(s);
    if (s.n == 0 || !str_find(s, STR("@"), &at))
        return;
    for (; n < s.n && n < 63; n++)
        t[n] = ascii_lower(s.p[n]);
    rd->r->text[T_EMAIL] = dict_word(rd->d, TOK_EMAIL, (struct str){ t, n }, rd->add);
    if (at > 0 && at < n)
        rd->r->mailbox = dict_word(rd->d, TOK_EMAIL, (struct str){ t, at }, rd->add);
}

static void read_numbers(struct reading *rd, const struct match_record *m)
{
    size_t n = 0;
    for (size_t i = 0; i < MATCH_IDS; i++) {
        uint16_t type;
        uint64_t v = id_pack(m->ids[i].value, m->ids[i].type, m->country, &type);
        if (v) {
            rd->r->id[n] = v;
            rd->r->id_parity[n] = parity_of(v);
            rd->r->id_type[n++] = type;
        }
    }
    n = 0;
    for (size_t i = 0; i < MATCH_PHONES; i++) {
        uint64_t v = phone_pack(m->phones[i], m->country);
        if (v) {
            rd->r->phone[n] = v;
            rd->r->phone_parity[n++] = parity_of(v);
        }
    }
}

static int digits_only(struct str s)
{
    int v = 0;
    s = str_trim(s);
    if (s.n == 0 || s.n > 3)
        return -1;
    for (size_t i = 0; i < s.n; i++) {
        if (!ascii_digit(s.p[i]))
            return -1;
        v = v * 10 + (s.p[i] - '0');
    }
    return v;
}

static void read_birth(struct rec *r, const struct match_record *m)
{
    if (when_parse(m->birth, &r->born))
        return;
    int age = m->has_age ? m->age : digits_only(m->birth);  /* "17" in a birth column is an age */
    int64_t on = m->age_on ? m->age_on : clock_now_us() / US_PER_DAY;
    if (!when_age(age, on, m->age_on != 0, &r->born))
        r->born = (struct when){ 0 };
}

void normalise(struct dict *d, const struct match_record *m, bool add, struct rec *r,
               struct rec_from *from)
{
    struct reading rd = { d, add, r, from };
    *r = (struct rec){ .flags = REC_LIVE };
    if (from)
        *from = (struct rec_from){ 0 };
    read_names(&rd, m);
    join_bits(r);
    read_birth(r, m);
    read_numbers(&rd, m);
    read_address(&rd, m);
    read_email(&rd, m->email);
    if (!r->text[T_EMAIL])
        read_email(&rd, m->extra);
    if (!r->text[T_EMAIL] || str_trim(m->email).n)
        r->text[T_EXTRA] = whole(&rd, TOK_EXTRA, m->extra, false);
    r->text[T_NATION] = nation_of(&rd, m->nationality);
    r->sex = sex_of(m->sex);
    for (int f = 0; f < TEXTS; f++)
        r->has |= (uint16_t)((r->text[f] != 0) << f);
}

void rec_count(struct dict *d, const struct rec *r, int by)
{
    for (int i = 0; i < r->n_names; i++)
        if (r->role[i] != ROLE_ALIAS)
            dict_count(d, r->name[i], r->role[i] == ROLE_SURNAME, by);
    for (int f = 0; f < TEXTS; f++)
        dict_count(d, r->text[f], 0, by);
    dict_count(d, r->mailbox, 1, by);
}
