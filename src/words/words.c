#include "words/words.h"

#include "base/embed.h"
#include "words/locale.h"
#include "words/message.h"
#include "words/po.h"
#include "words/zone.h"

#include <stdlib.h>

enum { LANGS_MAX = 12, WORDS_MEM_MAX = 64 * 1024 * 1024, ENTRIES_MAX = 100 * 1000 };

struct entry { struct str key; const struct message *m; struct str file; int line; };
struct catalogue {
    struct str tag;
    struct locale locale;
    struct entry *slot;  size_t room, n;         /* open addressing, room is a power of two */
    const struct entry **sorted;
    const struct catalogue *next[2];             /* where to look when a key is missing */
};
struct words {
    struct arena mem;
    struct catalogue lang[LANGS_MAX];
    size_t n;
    struct zone zone;
};

/* ---- looking up ------------------------------------------------------------------------ */

static const struct catalogue *by_tag(const struct words *w, struct str tag)
{
    for (size_t i = 0; w && i < w->n; i++)
        if (str_eq(w->lang[i].tag, tag))
            return &w->lang[i];
    return NULL;
}

static struct entry *slot_of(const struct catalogue *l, struct str key)
{
    for (size_t i = str_hash(key) & (l->room - 1);; i = (i + 1) & (l->room - 1))
        if (!l->slot[i].m || str_eq(l->slot[i].key, key))
            return &l->slot[i];
}

static const struct entry *entry_in(const struct catalogue *l, struct str key)
{
    if (!l || !l->room)
        return NULL;
    const struct entry *e = slot_of(l, key);
    return e->m ? e : NULL;
}

/* The language asked for; for "es-AR" its "es"; for one we lack, English. */
static const struct catalogue *catalogue_of(const struct words *w, struct str lang)
{
    struct str head, tail;
    const struct catalogue *l = by_tag(w, lang);
    if (!l && str_cut(lang, '-', &head, &tail))
        l = by_tag(w, head);
    if (!l)
        l = by_tag(w, STR("en"));
    return l || !w || !w->n ? l : &w->lang[0];
}

static const struct message *message_of(const struct words *w, struct str lang, struct str key,
                                        const struct catalogue **found)
{
    const struct catalogue *l = catalogue_of(w, lang);
    const struct entry *e = entry_in(l, key);
    *found = l;
    for (size_t i = 0; l && !e && i < 2; i++) {
        e = entry_in(l->next[i], key);
        if (e)
            *found = l->next[i];
    }
    return e ? e->m : NULL;
}

struct str words_get(const struct words *w, struct str lang, struct str key)
{
    const struct catalogue *l;
    const struct message *m = message_of(w, lang, key, &l);
    if (!m)
        return key;
    return m->plain ? m->text : m->pattern;
}

bool words_has(const struct words *w, struct str lang, struct str key)
{
    return entry_in(by_tag(w, lang), key) != NULL;
}

struct str words_fmt(struct arena *a, const struct words *w, struct str lang, struct str key,
                     const struct word_arg *args, size_t n)
{
    const struct catalogue *l;
    const struct message *m = message_of(w, lang, key, &l);
    struct buf b;
    if (!m)
        return key;
    if (m->plain)
        return m->text;
    buf_init(&b, a, 256 * 1024);
    message_put(&b, m, &l->locale, w, args, n);
    return buf_str(&b);
}

struct str words_fmt_pattern(struct arena *a, const struct words *w, struct str lang,
                             struct str pattern, const struct word_arg *args, size_t n)
{
    const struct catalogue *l = catalogue_of(w, lang);
    const char *why;
    const struct message *m = message_compile(a, pattern, &why);
    struct buf b;
    if (!m || !l)
        return pattern;
    buf_init(&b, a, 256 * 1024);
    message_put(&b, m, &l->locale, w, args, n);
    return buf_str(&b);
}

/* ---- loading ------------------------------------------------------------------------------ */

static enum err grow(struct ctx *c, struct words *w, struct catalogue *l)
{
    struct entry *old = l->slot;
    size_t n = l->room;
    l->room = n ? n * 2 : 256;
    l->slot = NEW_N(&w->mem, struct entry, l->room);
    if (!l->slot) {
        l->room = 0;
        return FAIL(c, ERR_NOMEM, "words.memory", "%zu entries", l->n);
    }
    for (size_t i = 0; i < n; i++)
        if (old[i].m)
            *slot_of(l, old[i].key) = old[i];
    return ERR_OK;
}

static enum err keep(struct ctx *c, struct words *w, struct catalogue *l, struct entry e)
{
    if (l->n * 2 >= l->room)
        TRY(grow(c, w, l));
    struct entry *at = slot_of(l, e.key);
    if (at->m && str_eq(at->file, e.file))
        return FAIL(c, ERR_INPUT, "words.bad-file", STR_F ":%d: the key of line %d again",
                    STR_A(str_sub(e.file, 0, 100)), e.line, at->line);
    if (l->n >= ENTRIES_MAX)
        return FAIL(c, ERR_INPUT, "words.bad-file", "more than %d keys", ENTRIES_MAX);
    l->n += !at->m;
    *at = e;
    return ERR_OK;
}

static enum err compile(struct ctx *c, struct arena *mem, struct str file,
                        const struct po_entry *pe, const struct message **out)
{
    const char *why;
    const struct message *m = message_compile(mem, pe->text, &why);
    if (!m && !why)
        return FAIL(c, ERR_NOMEM, "words.memory", "line %d", pe->line);
    if (!m)
        return FAIL(c, ERR_INPUT, "words.bad-file", STR_F ":%d: %s",
                    STR_A(str_sub(file, 0, 100)), pe->line, why);
    *out = m;
    return ERR_OK;
}

/* "packs/py/words/es.referral.po" → "es" */
static struct str tag_of(struct str file)
{
    size_t from = 0, n = 0;
    for (size_t i = 0; i < file.n; i++)
        if (file.p[i] == '/')
            from = i + 1;
    while (from + n < file.n && file.p[from + n] != '.')
        n++;
    return str_sub(file, from, n);
}

/* "es", "gn", "es-AR" */
static bool tag_ok(struct str tag)
{
    bool region = tag.n == 5 && tag.p[2] == '-';
    if (tag.n != 2 && tag.n != 3 && !region)
        return false;
    for (size_t i = 0; i < tag.n; i++) {
        char ch = tag.p[i];
        bool good = region && i == 2 ? ch == '-' : region && i > 2 ? ch >= 'A' && ch <= 'Z'
                                                                   : ch >= 'a' && ch <= 'z';
        if (!good)
            return false;
    }
    return true;
}

static enum err catalogue_for(struct ctx *c, struct words *w, struct str file, struct catalogue **out)
{
    struct str tag = tag_of(file);
    *out = (struct catalogue *)by_tag(w, tag);
    if (*out)
        return ERR_OK;
    if (!tag_ok(tag) || w->n == LANGS_MAX)
        return FAIL(c, ERR_INPUT, "words.bad-file", STR_F ": no language in the name",
                    STR_A(str_sub(file, 0, 100)));
    struct catalogue *l = &w->lang[w->n++];
    l->tag = arena_dup(&w->mem, tag);
    if (!l->tag.p)
        return FAIL(c, ERR_NOMEM, "words.memory", "language %zu", w->n);
    *out = l;
    return locale_load(c, &w->mem, l->tag, &l->locale);
}

static enum err add(struct ctx *c, struct words *w, struct words_file f)
{
    struct catalogue *l;
    struct po p;
    struct po_entry pe;
    bool more;
    struct str file = arena_dup(&w->mem, f.name);

    if (!file.p)
        return FAIL(c, ERR_NOMEM, "words.memory", "a file's name");
    if (f.bytes.n > WORDS_FILE_MAX)
        return FAIL(c, ERR_INPUT, "words.bad-file", STR_F ": too large", STR_A(str_sub(file, 0, 100)));
    TRY(catalogue_for(c, w, file, &l));
    po_open(&p, file, f.bytes);
    for (;;) {
        const struct message *m;
        TRY(po_next(c, &w->mem, &p, &pe, &more));
        if (!more)
            return ERR_OK;
        TRY(compile(c, &w->mem, file, &pe, &m));
        TRY(keep(c, w, l, (struct entry){ pe.key, m, file, pe.line }));
    }
}

static enum err add_built_in(struct ctx *c, struct words *w)
{
    for (size_t i = 0; i < embedded_n; i++) {
        struct str path = str_c(embedded[i].path);
        if (str_starts(path, STR("words/")) && str_ends(path, STR(".po")))
            TRY(add(c, w, (struct words_file){ path, embedded[i].bytes }));
    }
    return ERR_OK;
}

static enum err add_folder(struct ctx *c, struct words *w, const char *dir)
{
    struct str *names, bytes;
    size_t n;
    TRY(dir_list(c, dir, &names, &n));
    for (size_t i = 0; i < n; i++) {
        if (!str_ends(names[i], STR(".po")))
            continue;
        struct str path = str_join(&c->mem, str_c(dir), STR("/"), names[i]);
        TRY(file_read(c, path.p, WORDS_FILE_MAX, &bytes));
        TRY(add(c, w, (struct words_file){ path, bytes }));
    }
    return ERR_OK;
}

static int by_key(const void *a, const void *b)
{
    const struct entry *const *x = a, *const *y = b;
    return str_cmp((*x)->key, (*y)->key);
}

/* Fallbacks and the sorted list, once everything is in. */
static enum err finish(struct ctx *c, struct words *w)
{
    for (size_t i = 0; i < w->n; i++) {
        struct catalogue *l = &w->lang[i];
        size_t at = 0;
        l->sorted = NEW_N(&w->mem, const struct entry *, l->n + 1);
        if (!l->sorted)
            return FAIL(c, ERR_NOMEM, "words.memory", "%zu keys", l->n);
        for (size_t k = 0; k < l->room; k++)
            if (l->slot[k].m)
                l->sorted[at++] = &l->slot[k];
        qsort(l->sorted, at, sizeof *l->sorted, by_key);
        if (str_is(l->tag, "gn") || str_starts(l->tag, STR("es-")))
            l->next[0] = by_tag(w, STR("es"));
        if (!str_is(l->tag, "en"))
            l->next[1] = by_tag(w, STR("en"));
        else
            l->next[1] = by_tag(w, STR("es"));      /* a pack that speaks only Spanish */
    }
    return ctx_check(c);
}

static enum err load(struct ctx *c, const struct words_config *cfg, struct words *w)
{
    TRY(zone_load(c, &w->mem, cfg->zone, &w->zone));
    if (!cfg->bare)
        TRY(add_built_in(c, w));
    for (size_t i = 0; i < cfg->n; i++)
        TRY(add_folder(c, w, cfg->dirs[i]));
    for (size_t i = 0; i < cfg->files_n; i++)
        TRY(add(c, w, cfg->files[i]));
    return finish(c, w);
}

enum err words_load(struct ctx *c, const struct words_config *cfg, struct words **out)
{
    struct words *w = calloc(1, sizeof *w);
    if (!w)
        return FAIL(c, ERR_NOMEM, "words.memory", "catalogue");
    arena_init(&w->mem, WORDS_MEM_MAX);
    w->mem.fail_at = c->mem.fail_at;         /* tests refuse our allocations too */
    enum err e = load(c, cfg, w);
    if (e == ERR_OK && w->mem.failed)
        e = FAIL(c, ERR_NOMEM, "words.memory", "catalogue");
    if (e != ERR_OK) {
        words_free(w);
        return e;
    }
    *out = w;
    return ERR_OK;
}

void words_free(struct words *w)
{
    for (size_t i = 0; w && i < w->n; i++)
        locale_free(&w->lang[i].locale);
    if (w)
        arena_free(&w->mem);
    free(w);
}

enum err words_check(struct ctx *c, struct words_file f)
{
    struct words *w;
    const struct words_config cfg = { .files = &f, .files_n = 1, .bare = true };
    TRY(words_load(c, &cfg, &w));
    words_free(w);
    return ERR_OK;
}

/* ---- what is loaded -------------------------------------------------------------------------- */

size_t words_langs(const struct words *w)
{
    return w ? w->n : 0;
}

struct str words_lang(const struct words *w, size_t i)
{
    return w->lang[i].tag;
}

size_t words_count(const struct words *w, struct str lang)
{
    const struct catalogue *l = by_tag(w, lang);
    return l ? l->n : 0;
}

struct str words_key(const struct words *w, struct str lang, size_t i)
{
    const struct catalogue *l = by_tag(w, lang);
    return l && i < l->n ? l->sorted[i]->key : (struct str){ 0 };
}

enum { ARGS_MAX = 64 };

static const char *type_name(enum part_kind k)
{
    switch (k) {
    case PART_PLURAL: case PART_ORDINAL: return ":plural";
    case PART_SELECT: return ":select";
    case PART_DATE: case PART_TIME: return ":date";
    default: return "";
    }
}

static void collect(struct arena *a, const struct message *m, struct str *names, size_t *n)
{
    for (size_t i = 0; i < m->n; i++) {
        const struct part *p = &m->part[i];
        if (p->kind == PART_TEXT || p->kind == PART_HASH)
            continue;
        struct str s = str_join(a, p->s, str_c(type_name(p->kind)));
        size_t k = 0;
        while (k < *n && !str_eq(names[k], s))
            k++;
        if (k == *n && *n < ARGS_MAX)
            names[(*n)++] = s;
        for (size_t b = 0; b < p->n; b++)
            collect(a, p->branch[b].m, names, n);
    }
}

static int by_bytes(const void *a, const void *b)
{
    return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

struct str words_args_of(struct arena *a, const struct words *w, struct str lang, struct str key)
{
    const struct entry *e = entry_in(by_tag(w, lang), key);
    struct str names[ARGS_MAX];
    size_t n = 0;
    struct buf b;
    if (!e)
        return (struct str){ 0 };
    collect(a, e->m, names, &n);
    qsort(names, n, sizeof *names, by_bytes);
    buf_init(&b, a, 8192);
    for (size_t i = 0; i < n; i++) {
        if (i)
            buf_char(&b, ' ');
        buf_put(&b, names[i]);
    }
    return buf_str(&b);
}

/* ---- dates, numbers, order --------------------------------------------------------------------- */

#define IN_LOCALE(b, l) \
    const struct catalogue *l = catalogue_of(w, lang); \
    struct buf b; \
    buf_init(&b, a, 256)

struct str words_date(struct arena *a, const struct words *w, struct str lang,
                      struct civil d, enum date_form form)
{
    IN_LOCALE(b, l);
    if (!l)
        return date_text(a, d);
    locale_date(&b, &l->locale, d, form);
    return buf_str(&b);
}

struct str words_int(struct arena *a, const struct words *w, struct str lang, int64_t v)
{
    IN_LOCALE(b, l);
    if (l)
        locale_int(&b, &l->locale, v);
    else
        buf_i64(&b, v);
    return buf_str(&b);
}

struct str words_decimal(struct arena *a, const struct words *w, struct str lang, struct str dec)
{
    IN_LOCALE(b, l);
    if (!l)
        return dec;
    locale_decimal(&b, &l->locale, dec);
    return buf_str(&b);
}

struct str words_percent(struct arena *a, const struct words *w, struct str lang, int64_t v)
{
    IN_LOCALE(b, l);
    if (l)
        locale_int(&b, &l->locale, v);
    else
        buf_i64(&b, v);
    buf_put(&b, l ? l->locale.percent : STR("%"));
    return buf_str(&b);
}

int words_cmp(const struct words *w, struct str lang, struct str x, struct str y)
{
    const struct catalogue *l = catalogue_of(w, lang);
    return l ? locale_cmp(&l->locale, x, y) : str_cmp(x, y);
}

/* ---- the zone -------------------------------------------------------------------------------------- */

static const struct zone utc;

static int64_t local(const struct words *w, int64_t us)
{
    return us + zone_offset_us(w ? &w->zone : &utc, us);
}

static int64_t floor_div(int64_t v, int64_t by)
{
    return v / by - (v % by < 0);
}

int64_t words_local_day(const struct words *w, int64_t us)
{
    return floor_div(local(w, us), US_PER_DAY);
}

/* Midnight may be skipped by a change of clocks: the first instant of the day. */
int64_t words_day_start(const struct words *w, int64_t day)
{
    int64_t guess = day * US_PER_DAY;
    int64_t us = guess - zone_offset_us(w ? &w->zone : &utc, guess);
    us = guess - zone_offset_us(w ? &w->zone : &utc, us);
    return us;
}

struct str words_time(struct arena *a, const struct words *w, struct str lang, int64_t us)
{
    struct buf b;
    int64_t s = local(w, us) - words_local_day(w, us) * US_PER_DAY;
    (void)lang;                              /* 24 hours everywhere we work */
    int64_t h = s / US_PER_S / 3600, m = s / US_PER_S / 60 % 60;
    const char t[] = { (char)('0' + h / 10), (char)('0' + h % 10), ':',
                       (char)('0' + m / 10), (char)('0' + m % 10) };
    buf_init(&b, a, 16);
    buf_put(&b, (struct str){ t, sizeof t });
    return buf_str(&b);
}

struct str words_instant(struct arena *a, const struct words *w, struct str lang, int64_t us)
{
    struct civil d = civil_from_days(words_local_day(w, us));
    return str_join(a, words_date(a, w, lang, d, DATE_MEDIUM), STR(", "), words_time(a, w, lang, us));
}

static struct str day_words(struct arena *a, const struct words *w, struct str lang, int64_t days)
{
    if (days == 0)
        return words_get(w, lang, STR("time.today"));
    if (days == 1)
        return words_get(w, lang, STR("time.tomorrow"));
    if (days == -1)
        return words_get(w, lang, STR("time.yesterday"));
    return words_fmt(a, w, lang, days < 0 ? STR("time.ago") : STR("time.in"),
                     WORDS(W_INT("n", days < 0 ? -days : days)));
}

struct str words_relative_day(struct arena *a, const struct words *w, struct str lang,
                              int64_t day, int64_t now_us)
{
    return day_words(a, w, lang, day - words_local_day(w, now_us));
}

struct str words_relative(struct arena *a, const struct words *w, struct str lang,
                          int64_t us, int64_t now_us)
{
    int64_t days = words_local_day(w, us) - words_local_day(w, now_us);
    struct str s = day_words(a, w, lang, days);
    if (days < -1 || days > 1)
        return s;
    return str_join(a, s, STR(", "), words_time(a, w, lang, us));
}
