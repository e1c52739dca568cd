/* db_reads.c - what statements read and what changes touch, in places of one large
 * table of numbers, so that a reader can later ask: has anything changed that I read?
 *
 * A place is a hash.  Two things that share one only make us say "changed" once too
 * often.  There are three sorts, each of one table T:
 *
 *   rows(T)        some row came or went
 *   column(T, i)   a row that stayed has another value in column i
 *   value(T, i, v) a row that has, or had, v in column i came, went or changed
 *
 * A change touches all that hold for it, from the old and the new row, as SQLite's
 * pre-update hook gives them: it fires for every row of every table, whatever the
 * statement.  An UPDATE that changes no value touches nothing.  Of the tables change_*
 * (where entries lie) nothing is told.
 *
 * A statement depends, for each table it reads, on
 *   - value(T, i, v), when every row of T that can reach its result satisfies
 *     "column i = v" with v one of its arguments: T is pinned;
 *   - rows(T) and column(T, i) of every column it reads, otherwise.
 * Which tables and columns it reads SQLite's authorizer says (of both sides of USING
 * it names one: such a statement reads everything).  What pins them is read
 * from the text by a parser that knows little and, in doubt, pins nothing:
 *   - in one SELECT, a condition a.x = $n that is joined to the others by AND (in
 *     WHERE, or in the ON of the table it is about) pins a by x;
 *   - b.y = a.x pins b by y, when a is pinned by x (the ON of a LEFT JOIN pins only the
 *     table to its right: it does not choose rows of the left one);
 *   - a table is pinned when all its mentions in the statement are.
 */
#include "db/db_impl.h"

#include <stdio.h>
#include <stdlib.h>

enum { TOKENS_MAX = 600, REFS_MAX = 12, EQUALS_MAX = 48, COLUMNS_MAX = 40, TABLES_MAX = 8, PINS_MAX = 12 };

/* ---- places -------------------------------------------------------------------------------- */

static uint32_t place(uint64_t table, uint64_t what, uint64_t value)
{
    uint64_t h = table ^ (what * 0x9e3779b97f4a7c15u) ^ (value * 0xff51afd7ed558ccdu);
    h ^= h >> 32;
    h *= 0xc4ceb9fe1a85ec53u;
    return (uint32_t)(h >> 33) & (DB_PLACES - 1);
}

enum { ROWS = 1, COLUMN = 2, VALUE = 1000 };       /* COLUMN + 2 i, VALUE + 2 i (text) or + 2 i + 1 (number) */
enum { LONG_VALUE = 80 };                          /* longer ones are no ids, and are not looked for */

static uint32_t column_place(uint64_t table, int i) { return place(table, COLUMN + 2 * (uint64_t)i, 0); }
static uint32_t text_place(uint64_t table, int i, struct str v) { return place(table, VALUE + 2 * (uint64_t)i, str_hash(v)); }
static uint32_t number_place(uint64_t table, int i, int64_t v) { return place(table, VALUE + 2 * (uint64_t)i + 1, (uint64_t)v); }

/* ---- what changes touch ---------------------------------------------------------------------- */

static struct str bytes_of(sqlite3_value *v)
{
    const char *p = sqlite3_value_blob(v);
    return (struct str){ p, (size_t)sqlite3_value_bytes(v) };
}

static void touch_value(struct db *db, uint64_t table, int i, sqlite3_value *v)
{
    int type = sqlite3_value_type(v);
    if (type == SQLITE_INTEGER)
        db->touch(db->touch_arg, number_place(table, i, sqlite3_value_int64(v)));
    else if (type == SQLITE_TEXT && sqlite3_value_bytes(v) <= LONG_VALUE)
        db->touch(db->touch_arg, text_place(table, i, bytes_of(v)));
}

static void touch_row(struct db *db, uint64_t table, int columns, int (*get)(sqlite3 *, int, sqlite3_value **))
{
    for (int i = 0; i < columns; i++) {
        sqlite3_value *v = NULL;
        if (get(db->lite, i, &v) == SQLITE_OK && v)
            touch_value(db, table, i, v);
        else
            db->touch(db->touch_arg, DB_PLACE_ALL);
    }
}

static bool same_value(sqlite3_value *a, sqlite3_value *b)
{
    int type = sqlite3_value_type(a);
    if (type != sqlite3_value_type(b))
        return false;
    if (type == SQLITE_INTEGER)
        return sqlite3_value_int64(a) == sqlite3_value_int64(b);
    return type == SQLITE_NULL || str_eq(bytes_of(a), bytes_of(b));
}

/* Old and new values of one column; false when they cannot be had. */
static bool both_values(struct db *db, int i, sqlite3_value **was, sqlite3_value **is)
{
    return sqlite3_preupdate_old(db->lite, i, was) == SQLITE_OK && sqlite3_preupdate_new(db->lite, i, is) == SQLITE_OK &&
           *was && *is;
}

static void touch_update(struct db *db, uint64_t table, int columns)
{
    bool changed = false;
    sqlite3_value *was, *is;
    for (int i = 0; i < columns && !changed; i++)
        changed = !both_values(db, i, &was, &is) || !same_value(was, is);
    for (int i = 0; i < columns && changed; i++) {
        if (!both_values(db, i, &was, &is)) {
            db->touch(db->touch_arg, DB_PLACE_ALL);
            return;
        }
        touch_value(db, table, i, was);
        if (same_value(was, is))
            continue;
        touch_value(db, table, i, is);
        db->touch(db->touch_arg, column_place(table, i));
    }
}

/* Tables whose changes nobody is told of (the hook is silent about SQLite's own):
 * who reads them reads everything. */
static bool untold(const char *table)
{
    return !strncmp(table, "change_", 7) || !strncmp(table, "sqlite_", 7);
}

static void on_change(void *arg, sqlite3 *lite, int op, const char *schema, const char *name,
                      sqlite3_int64 key1, sqlite3_int64 key2)
{
    struct db *db = arg;
    if (untold(name))
        return;
    uint64_t table = str_hash(str_c(name));
    int columns = sqlite3_preupdate_count(lite);
    (void)schema, (void)key1, (void)key2;
    if (op == SQLITE_UPDATE) {
        touch_update(db, table, columns);
        return;
    }
    db->touch(db->touch_arg, place(table, ROWS, 0));
    touch_row(db, table, columns, op == SQLITE_INSERT ? sqlite3_preupdate_new : sqlite3_preupdate_old);
}

void db_hush(struct db *db, bool hush)
{
    if (db->touch)
        (void)sqlite3_preupdate_hook(db->lite, hush ? NULL : on_change, db);
}

bool db_tell(struct db *db, db_touch *touch, void *arg)
{
    if (!db->lite)
        return false;
    db->touch = touch;
    db->touch_arg = arg;
    (void)sqlite3_preupdate_hook(db->lite, touch ? on_change : NULL, db);
    return touch != NULL;
}

/* ---- the text of a statement, in words -------------------------------------------------------------- */

/* WORD: a name or a key word; PARAM: $n; others are themselves.  depth: of brackets. */
enum sort { END, WORD, PARAM, OTHER };
struct token { enum sort sort; struct str s; int depth, param; };
struct text { struct token t[TOKENS_MAX]; size_t n; bool odd; };

static bool name_char(char c) { return ascii_alpha(c) || ascii_digit(c) || c == '_'; }

static size_t quoted(const char *p)
{
    size_t n = 1;
    while (p[n] && !(p[n] == '\'' && p[n + 1] != '\''))
        n += p[n] == '\'' ? 2 : 1;
    return p[n] ? n + 1 : n;
}

static void words_of(const char *p, struct text *x)
{
    int depth = 0;
    x->n = 0;
    x->odd = false;
    while (*p && !x->odd) {
        size_t n = 1;
        enum sort sort = OTHER;
        if (ascii_space(*p)) {
            p++;
            continue;
        }
        if (ascii_alpha(*p) || *p == '_' || *p == '$') {
            while (name_char(p[n]))
                n++;
            sort = *p == '$' ? PARAM : WORD;
        } else if (*p == '\'') {
            n = quoted(p);
        }
        x->odd = x->n + 1 >= TOKENS_MAX || *p == '"' || *p == '`' || *p == '[' || *p == ';' ||
                 (*p == '-' && p[1] == '-') || (*p == '/' && p[1] == '*');
        depth -= *p == ')';
        x->t[x->n++] = (struct token){ sort, { p, n }, depth, sort == PARAM ? (int)strtol(p + 1, NULL, 10) : 0 };
        depth += *p == '(';
        p += n;
    }
    x->t[x->n] = (struct token){ 0 };
}

/* As SQL compares names. */
static bool same_word(struct str a, struct str b)
{
    bool same = a.n == b.n;
    for (size_t i = 0; same && i < a.n; i++)
        same = ascii_lower(a.p[i]) == ascii_lower(b.p[i]);
    return same;
}

static bool is_word(const struct token *t, const char *w)
{
    return t->sort == WORD && same_word(t->s, str_c(w));
}

static bool is_one_of(const struct token *t, const char *const *w, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (is_word(t, w[i]))
            return true;
    return false;
}

static bool is_sign(const struct token *t, char ch)
{
    return t->sort == OTHER && t->s.n == 1 && t->s.p[0] == ch;
}

/* ---- one SELECT: its tables, and what must be equal ------------------------------------------------------ */

struct side { struct str table, column; int param; };      /* table {0}: not said */
struct equal { struct side a, b; int only; };              /* only: of the ON of a LEFT JOIN, about this table; -1 */
struct ref { struct str table, alias; bool inner; };       /* table {0}: a SELECT in brackets */
struct scope {
    struct ref ref[REFS_MAX];
    struct equal equal[EQUALS_MAX];
    size_t refs, equals;
    bool odd;
};

static const char *const ends[] = { "where", "group", "order", "limit", "having", "union", "except", "intersect", "on",
                                    "join", "left", "inner", "cross", "window", "using", "natural", "full", "right" };

/* At the depth of the SELECT: one of its own words, not of a SELECT inside it. */
static bool ends_here(const struct token *t, int depth)
{
    return t->sort == END || t->depth < depth ||
           (t->depth == depth && (is_one_of(t, ends, COUNT_OF(ends)) || is_sign(t, ',')));
}

static const struct token *skip_brackets(const struct token *t)
{
    int depth = t->depth;
    for (t++; t->sort != END && t->depth > depth; t++)
        ;
    return t->sort == END ? t : t + 1;
}

static size_t side_read(const struct token *t, const struct token *end, struct side *out)
{
    *out = (struct side){ 0 };
    if (t >= end)
        return 0;
    if (t->sort == PARAM) {
        out->param = t->param;
        return 1;
    }
    if (t->sort != WORD)
        return 0;
    if (t + 2 < end && is_sign(t + 1, '.') && t[2].sort == WORD) {
        out->table = t->s;
        out->column = t[2].s;
        return 3;
    }
    out->column = t->s;
    return 1;
}

static void equal_read(struct scope *s, const struct token *t, const struct token *end, int only)
{
    struct equal e = { .only = only };
    size_t n = side_read(t, end, &e.a);
    if (!n || t + n >= end || !is_sign(t + n, '='))
        return;
    size_t m = side_read(t + n + 1, end, &e.b);
    if (m && t + n + 1 + m == end && s->equals < EQUALS_MAX)
        s->equal[s->equals++] = e;
}

/* A condition: its parts between ANDs, unless it has a word that changes what AND is. */
static const struct token *condition(struct scope *s, const struct token *t, int depth, int only)
{
    static const char *const odd[] = { "or", "between", "case" };
    const struct token *from = t, *end = t;
    bool plain = true;
    for (; !ends_here(end, depth) || is_sign(end, ','); end++)
        plain = plain && !(end->depth == depth && (is_one_of(end, odd, COUNT_OF(odd)) || is_sign(end, ',')));
    for (t = from; plain && t <= end; t++)
        if (t == end || (t->depth == depth && is_word(t, "and"))) {
            equal_read(s, from, t, only);
            from = t + 1;
        }
    return end;
}

/* NAME [AS] [ALIAS], or ( SELECT … ) [AS] ALIAS */
static const struct token *ref_read(struct scope *s, const struct token *t, int depth, bool inner)
{
    struct ref r = { .inner = inner };
    if (t->sort == WORD && t->depth == depth && !ends_here(t, depth)) {
        r.table = r.alias = t->s;
        t++;
        s->odd |= is_sign(t, '.') || is_sign(t, '(');
    } else if (is_sign(t, '(')) {
        s->odd |= !is_word(t + 1, "select");
        t = skip_brackets(t);
    } else {
        s->odd = true;
    }
    if (is_word(t, "as"))
        t++;
    if (t->sort == WORD && t->depth == depth && !ends_here(t, depth))
        r.alias = (t++)->s;
    if (s->refs == REFS_MAX)
        s->odd = true;
    else
        s->ref[s->refs++] = r;
    return t;
}

static const struct token *join_read(struct scope *s, const struct token *t, int depth)
{
    bool left = is_word(t, "left");
    s->odd |= is_word(t, "using") || is_word(t, "natural") || is_word(t, "full") || is_word(t, "right");
    if (left || is_word(t, "inner") || is_word(t, "cross"))
        t++;
    if (is_word(t, "outer"))
        t++;
    if (!is_word(t, "join") && !is_sign(t, ',')) {
        s->odd = true;
        return t;
    }
    t = ref_read(s, t + 1, depth, !left);
    if (is_word(t, "on") && t->depth == depth)
        t = condition(s, t + 1, depth, left ? (int)s->refs - 1 : -1);
    return t;
}

static bool joins_on(const struct token *t, int depth)
{
    static const char *const more[] = { "join", "left", "inner", "cross", "using", "natural", "full", "right" };
    return t->sort != END && t->depth == depth && (is_sign(t, ',') || is_one_of(t, more, COUNT_OF(more)));
}

/* t: the word SELECT. */
static void scope_read(struct scope *s, const struct token *t)
{
    int depth = t->depth;
    *s = (struct scope){ 0 };
    for (t++; t->sort != END && t->depth >= depth && !(t->depth == depth && is_word(t, "from")); t++)
        if (t->depth == depth && (is_word(t, "union") || is_word(t, "except") || is_word(t, "intersect")))
            return;
    if (!is_word(t, "from") || t->depth != depth)
        return;                                   /* a SELECT without tables */
    t = ref_read(s, t + 1, depth, true);
    while (!s->odd && joins_on(t, depth))
        t = join_read(s, t, depth);
    if (!s->odd && t->sort != END && t->depth == depth && is_word(t, "where"))
        (void)condition(s, t + 1, depth, -1);
}

/* ---- who is pinned --------------------------------------------------------------------------------------------- */

static int ref_of(const struct scope *s, const struct side *x)
{
    if (x->param || !x->column.n)
        return -1;
    if (!x->table.n)
        return s->refs == 1 ? 0 : -1;
    for (size_t i = 0; i < s->refs; i++)
        if (str_eq(s->ref[i].alias, x->table))
            return (int)i;
    return -1;
}

struct pinned { struct str column; int param; };

static void pin(const struct scope *s, struct pinned *p, const struct side *to, const struct side *by, int only)
{
    int i = ref_of(s, to), j = ref_of(s, by);
    int param = by->param ? by->param
              : j >= 0 && p[j].param && str_eq(p[j].column, by->column) ? p[j].param : 0;
    if (i < 0 || !param || p[i].param || (only >= 0 && i != only))
        return;
    p[i] = (struct pinned){ to->column, param };
}

static void pins_of(const struct scope *s, struct pinned *p)
{
    memset(p, 0, REFS_MAX * sizeof *p);
    for (size_t round = 0; !s->odd && round <= s->refs; round++)
        for (size_t i = 0; i < s->equals; i++) {
            const struct equal *e = &s->equal[i];
            pin(s, p, &e->a, &e->b, e->only);
            pin(s, p, &e->b, &e->a, e->only);
        }
}

/* ---- a statement's tables and columns, by SQLite itself ----------------------------------------------------------- */

struct table_read { char name[64]; bool column[COLUMNS_MAX], odd; char seen[COLUMNS_MAX][40]; size_t seen_n; };
struct asked { struct table_read t[TABLES_MAX]; size_t n; bool odd; };

static int on_ask(void *arg, int what, const char *table, const char *column, const char *db, const char *trigger)
{
    struct asked *a = arg;
    (void)db;
    a->odd |= trigger != NULL;           /* of a view: it reads what our text does not show */
    if (what != SQLITE_READ) {
        a->odd |= what == SQLITE_RECURSIVE || what == SQLITE_PRAGMA;
        return SQLITE_OK;
    }
    size_t i = 0;
    while (i < a->n && strcmp(a->t[i].name, table) != 0)
        i++;
    if (i == TABLES_MAX || strlen(table) >= sizeof a->t[0].name || strlen(column) >= sizeof a->t[0].seen[0]) {
        a->odd = true;
        return SQLITE_OK;
    }
    if (i == a->n)
        (void)snprintf(a->t[a->n++].name, sizeof a->t[0].name, "%s", table);
    struct table_read *t = &a->t[i];
    size_t k = 0;
    while (k < t->seen_n && strcmp(t->seen[k], column) != 0)
        k++;
    if (k == COLUMNS_MAX)
        a->odd = true;
    else if (k == t->seen_n)
        (void)snprintf(t->seen[t->seen_n++], sizeof t->seen[0], "%s", column);
    return SQLITE_OK;
}

static bool ask_lite(struct db *db, const char *sql, struct asked *a)
{
    sqlite3_stmt *st = NULL;
    (void)sqlite3_set_authorizer(db->lite, on_ask, a);
    int rc = sqlite3_prepare_v2(db->lite, sql, -1, &st, NULL);
    (void)sqlite3_set_authorizer(db->lite, NULL, NULL);
    bool ok = rc == SQLITE_OK && st && sqlite3_stmt_readonly(st);
    (void)sqlite3_finalize(st);
    return ok && !a->odd;
}

/* The places and kinds of a table's columns: TEXT, a number, or neither. */
struct columns { int n; char name[COLUMNS_MAX][40]; enum db_kind kind[COLUMNS_MAX]; };

static bool columns_of(struct db *db, const char *table, struct columns *out)
{
    char sql[120];
    sqlite3_stmt *st = NULL;
    (void)snprintf(sql, sizeof sql, "SELECT * FROM %s", table);
    bool ok = sqlite3_prepare_v2(db->lite, sql, -1, &st, NULL) == SQLITE_OK;
    out->n = ok ? sqlite3_column_count(st) : 0;
    ok = ok && out->n <= COLUMNS_MAX;
    for (int i = 0; ok && i < out->n; i++) {
        const char *name = sqlite3_column_name(st, i), *type = sqlite3_column_decltype(st, i);
        ok = name && strlen(name) < sizeof out->name[0];
        if (ok)
            (void)snprintf(out->name[i], sizeof out->name[0], "%s", name);
        out->kind[i] = type && !strcmp(type, "TEXT") ? DB_TEXT
                     : type && (!strcmp(type, "BIGINT") || !strcmp(type, "INTEGER")) ? DB_INT : DB_NULL;
    }
    (void)sqlite3_finalize(st);
    return ok;
}

static int column_at(const struct columns *k, struct str name)
{
    for (int i = 0; i < k->n; i++)
        if (str_is(name, k->name[i]))
            return i;
    return -1;
}

/* ---- what a statement depends on ----------------------------------------------------------------------------------- */

struct stmt_reads {
    bool all;
    size_t n, pins;
    struct { uint64_t table; int column, param; enum db_kind kind; } pin[PINS_MAX];
    uint32_t place[];                    /* rows and columns of tables that are not pinned */
};

/* Every mention of the table's name, however written, that is not a column's or before one's. */
static size_t mentions(const struct text *x, const char *table)
{
    size_t n = 0;
    for (size_t i = 0; i < x->n; i++) {
        bool column = i > 1 && is_sign(&x->t[i - 1], '.') && !is_word(&x->t[i - 2], "main") && !is_word(&x->t[i - 2], "temp");
        n += same_word(x->t[i].s, str_c(table)) && !column && !is_sign(&x->t[i + 1], '.');
    }
    return n;
}

/* Pins of all mentions of a table; false when one of them is free. */
static bool table_pins(const struct text *x, const char *table, const struct columns *k, struct stmt_reads *out)
{
    struct scope s;
    struct pinned p[REFS_MAX];
    size_t found = 0, before = out->pins;
    for (size_t i = 0; i < x->n; i++) {
        if (!is_word(&x->t[i], "select"))
            continue;
        scope_read(&s, &x->t[i]);
        if (s.odd) {                     /* then it may mention the table where we do not see it */
            out->pins = before;
            return false;
        }
        pins_of(&s, p);
        for (size_t r = 0; r < s.refs; r++) {
            if (!str_is(s.ref[r].table, table))
                continue;
            int col = p[r].param ? column_at(k, p[r].column) : -1;
            if (col < 0 || k->kind[col] == DB_NULL || out->pins == PINS_MAX) {
                out->pins = before;
                return false;
            }
            out->pin[out->pins].table = str_hash(str_c(table));
            out->pin[out->pins].column = col;
            out->pin[out->pins].kind = k->kind[col];
            out->pin[out->pins++].param = p[r].param;
            found++;
        }
    }
    if (found && found == mentions(x, table))
        return true;
    out->pins = before;
    return false;
}

static bool table_free(const struct table_read *t, const struct columns *k, struct stmt_reads *out)
{
    uint64_t table = str_hash(str_c(t->name));
    out->place[out->n++] = place(table, ROWS, 0);
    for (size_t i = 0; i < t->seen_n; i++) {
        int col = column_at(k, str_c(t->seen[i]));
        if (col < 0 && t->seen[i][0])    /* "" when no column is wanted; else perhaps the rowid */
            return false;
        if (col >= 0)
            out->place[out->n++] = column_place(table, col);
    }
    return true;
}

static bool reads_fill(struct db *db, const char *sql, struct text *x, struct asked *a, struct stmt_reads *out)
{
    words_of(sql, x);
    for (size_t i = 0; i < x->n; i++)    /* the authorizer hears of one of the two columns only */
        if (is_word(&x->t[i], "using") || is_word(&x->t[i], "natural"))
            return false;
    bool whole = !x->odd && is_word(&x->t[0], "select");       /* not WITH, VALUES, PRAGMA */
    if (!ask_lite(db, sql, a))
        return false;
    for (size_t i = 0; i < a->n; i++) {
        struct columns k;
        if (untold(a->t[i].name) || !columns_of(db, a->t[i].name, &k))
            return false;
        if (!(whole && table_pins(x, a->t[i].name, &k, out)) && !table_free(&a->t[i], &k, out))
            return false;
    }
    return true;
}

static struct stmt_reads *reads_of(struct db *db, const char *sql)
{
    struct text *x = malloc(sizeof *x);
    struct asked *a = calloc(1, sizeof *a);
    struct stmt_reads *r = calloc(1, sizeof *r + TABLES_MAX * (COLUMNS_MAX + 1) * sizeof *r->place);
    if (x && a && r && !reads_fill(db, sql, x, a, r))
        r->all = true;
    free(x);
    free(a);
    if (r) {
        struct stmt_reads *less = realloc(r, sizeof *r + r->n * sizeof *r->place);
        r = less ? less : r;
    }
    return r;
}

/* ---- noting ----------------------------------------------------------------------------------------------------------- */

static void note(struct db_reads *r, uint32_t at)
{
    for (size_t i = 0; i < r->n; i++)
        if (r->place[i] == at)
            return;
    if (r->n == DB_READS_MAX)
        r->all = true;
    else
        r->place[r->n++] = at;
}

static void note_pins(struct db_reads *r, const struct stmt_reads *s, const struct db_arg *a, size_t n)
{
    for (size_t i = 0; i < s->pins; i++) {
        int p = s->pin[i].param;
        if (p < 1 || (size_t)p > n || a[p - 1].kind != s->pin[i].kind || a[p - 1].s.n > LONG_VALUE)
            r->all = true;
        else
            note(r, a[p - 1].kind == DB_INT ? number_place(s->pin[i].table, s->pin[i].column, a[p - 1].i)
                                            : text_place(s->pin[i].table, s->pin[i].column, a[p - 1].s));
    }
}

void reads_note(struct db *db, struct stmt *st, const struct db_arg *a, size_t n)
{
    struct db_reads *r = db->reads;
    if (r->all)
        return;
    if (!st->reads)
        st->reads = reads_of(db, st->text);
    if (!st->reads || st->reads->all) {
        r->all = true;
        return;
    }
    for (size_t i = 0; i < st->reads->n; i++)
        note(r, st->reads->place[i]);
    note_pins(r, st->reads, a, n);
}

void db_note(struct db *db, struct db_reads *r)
{
    db->reads = r;
    if (r)
        *r = (struct db_reads){ .all = !db->lite };
}
