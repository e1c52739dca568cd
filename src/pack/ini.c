/* ini.c - pack.ini: "key = value" lines, "#" begins a comment line. */
#include "pack/read.h"

struct ini { struct reader *r; int line; unsigned seen; };

enum {
    SEEN_ID = 1, SEEN_VERSION = 2, SEEN_COUNTRY = 4, SEEN_LANGUAGES = 8, SEEN_ZONE = 16,
    SEEN_OFFSET = 32, SEEN_CURRENCY = 64, SEEN_NAME = 128, SEEN_ALL = 255,
};

static bool keep(struct str *to, struct ini *in, struct str v)
{
    *to = arena_dup(in->r->mem, v);
    return v.n != 0;
}

static bool put_id(struct ini *in, struct str v) { return keep(&in->r->p->id, in, v); }
static bool put_version(struct ini *in, struct str v) { return keep(&in->r->p->version, in, v); }
static bool put_country(struct ini *in, struct str v) { return keep(&in->r->p->country, in, v); }
static bool put_zone(struct ini *in, struct str v) { return keep(&in->r->p->zone, in, v); }
static bool put_currency(struct ini *in, struct str v)
{
    return keep(&in->r->p->currency, in, v) && v.n == 3;
}

static bool put_languages(struct ini *in, struct str v)
{
    struct pack *p = in->r->p;
    struct str one;
    bool fits = true;

    p->langs_n = 0;
    while (str_next(&v, ' ', &one)) {
        if (!one.n)
            continue;
        fits = p->langs_n < PACK_LANGS_MAX;
        if (!fits)
            break;
        p->langs[p->langs_n++] = arena_dup(in->r->mem, one);
    }
    p->required_n = p->langs_n;         /* all of them, unless a line says fewer */
    return fits && p->langs_n != 0;
}

static bool put_required(struct ini *in, struct str v)
{
    int64_t n;

    if (!str_to_i64(v, &n) || n < 1 || (uint64_t)n > in->r->p->langs_n)
        return false;
    in->r->p->required_n = (size_t)n;
    return true;
}

/* "07:30": minutes after midnight. */
static bool minutes(struct str v, int *out)
{
    if (v.n != 5 || v.p[2] != ':' || !ascii_digit(v.p[0]) || !ascii_digit(v.p[1]) ||
        !ascii_digit(v.p[3]) || !ascii_digit(v.p[4]))
        return false;
    int h = (v.p[0] - '0') * 10 + v.p[1] - '0', m = (v.p[3] - '0') * 10 + v.p[4] - '0';
    *out = h * 60 + m;
    return h <= 24 && m < 60 && *out <= 1440;
}

static bool put_offset(struct ini *in, struct str v)
{
    int m;

    if (v.n != 6 || (v.p[0] != '-' && v.p[0] != '+') || !minutes(str_sub(v, 1, 5), &m) || m > 840)
        return false;
    in->r->p->utc_offset_s = (int64_t)m * (v.p[0] == '-' ? -60 : 60);
    return true;
}

static bool put_hours(struct ini *in, struct str v)
{
    struct str from, to;
    int open, close;

    if (!str_cut(v, '-', &from, &to) || !minutes(from, &open) || !minutes(to, &close) || open >= close)
        return false;
    in->r->p->open_min = open;
    in->r->p->close_min = close;
    return true;
}

static bool put_looks(struct ini *in, struct str v)
{
    return str_to_i64(v, &in->r->p->looks_per_day) && in->r->p->looks_per_day > 0 && in->r->p->looks_per_day <= 10000;
}

static bool put_near_days(struct ini *in, struct str v)
{
    int64_t *days = &in->r->p->signals_near_days;
    return str_to_i64(v, days) && *days > 0 && *days <= 3650;
}

static bool put_break_glass(struct ini *in, struct str v)
{
    static const char *const may[] = { "intake", "protection", "labour", "investigation", "prosecution", "court",
        "defence", "service", "coordination", "nobody" };
    struct str rest = v, one;

    while (str_next(&rest, ' ', &one)) {
        bool known = false;
        for (size_t i = 0; i < COUNT_OF(may); i++)
            known = known || str_is(one, may[i]);
        if (!known)
            return false;
    }
    return keep(&in->r->p->break_glass, in, v);
}

static bool put_weekend(struct ini *in, struct str v)
{
    static const char *const day[] = { "mon", "tue", "wed", "thu", "fri", "sat", "sun" };
    struct str one;

    in->r->p->weekend = 0;
    while (str_next(&v, ' ', &one)) {
        size_t i = 0;
        while (i < 7 && !str_is(one, day[i]))
            i++;
        if (i == 7)
            return false;
        in->r->p->weekend |= 1u << i;
    }
    return in->r->p->weekend != 0x7f;
}

static const struct ini_key {
    const char *name;
    bool (*put)(struct ini *in, struct str v);
    unsigned seen;
} keys[] = {
    { "id", put_id, SEEN_ID },
    { "version", put_version, SEEN_VERSION },
    { "country", put_country, SEEN_COUNTRY },
    { "languages", put_languages, SEEN_LANGUAGES },     /* the first is the default */
    { "required_languages", put_required, 0 },          /* how many of them must be complete */
    { "zone", put_zone, SEEN_ZONE },
    { "utc_offset", put_offset, SEEN_OFFSET },
    { "currency", put_currency, SEEN_CURRENCY },
    { "weekend", put_weekend, 0 },
    { "office_hours", put_hours, 0 },
    { "looks_per_day", put_looks, 0 },
    { "signals_near_days", put_near_days, 0 },
    { "break_glass", put_break_glass, 0 },
    { "note", NULL, 0 },
    { "source", NULL, 0 },
};

static void put_name(struct ini *in, struct str lang, struct str v)
{
    struct pack *p = in->r->p;

    in->seen |= SEEN_NAME;
    for (size_t i = 0; i < p->langs_n; i++)
        if (str_eq(p->langs[i], lang))
            p->name.in[i] = arena_dup(in->r->mem, v);
}

static void put_line(struct ini *in, struct str line)
{
    struct str key, v;

    line = str_trim(line);
    if (!line.n || line.p[0] == '#')
        return;
    if (!str_cut(line, '=', &key, &v)) {
        reader_say(in->r, FINDING_ERROR, STR("pack.ini"), in->line, "pack.ini",
                   "not \"key = value\"");
        return;
    }
    key = str_trim(key);
    v = str_trim(v);
    if (str_starts(key, STR("name::"))) {
        put_name(in, str_sub(key, 6, key.n), v);
        return;
    }
    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        if (!str_is(key, keys[i].name))
            continue;
        in->seen |= keys[i].seen;
        if (keys[i].put && !keys[i].put(in, v))
            reader_say(in->r, FINDING_ERROR, STR("pack.ini"), in->line, "pack.bad-value",
                       "\"" STR_F "\" is no value for \"%s\"", STR_A(str_sub(v, 0, 60)), keys[i].name);
        return;
    }
    reader_say(in->r, FINDING_WARNING, STR("pack.ini"), in->line, "pack.column-unknown",
               "nobody reads \"" STR_F "\"", STR_A(str_sub(key, 0, 60)));
}

/* The languages first: labels may stand above them. */
static void put_all(struct ini *in, struct str text, bool languages)
{
    struct str line;

    in->line = 0;
    while (str_next(&text, '\n', &line)) {
        in->line++;
        bool is = str_starts(str_trim(line), STR("languages"));
        if (is == languages)
            put_line(in, line);
    }
}

void ini_parse(struct reader *r, struct str text)
{
    static const char *const names[] = { "id", "version", "country", "languages", "zone",
                                         "utc_offset", "currency", "name::LANG" };
    struct ini in = { r, 0, 0 };

    r->p->open_min = 0;
    r->p->close_min = 1440;
    r->p->weekend = 0x60;
    r->p->looks_per_day = 40;
    r->p->signals_near_days = 180;
    r->p->break_glass = STR("intake protection labour investigation prosecution court service coordination");
    put_all(&in, text, true);
    put_all(&in, text, false);
    for (unsigned i = 0; i < COUNT_OF(names); i++)
        if (!(in.seen & (1u << i)))
            reader_say(r, FINDING_ERROR, STR("pack.ini"), 0, "pack.empty", "\"%s\" is missing",
                       names[i]);
}

enum err read_ini(struct reader *r)
{
    struct str text;

    TRY(reader_text(r, "pack.ini", &text));
    if (!text.p)
        return FAIL(r->c, ERR_NOT_FOUND, "pack.none", "%s has no pack.ini", r->dir);
    ini_parse(r, text);
    return ctx_check(r->c);
}
