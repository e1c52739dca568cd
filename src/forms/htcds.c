#include "forms/htcds.h"
#include "forms/htcds_table.h"
#include "forms/priv.h"
#include "forms/vec.h"

/* ---- names that differ in spelling only ------------------------------------------------- */

/* The next letter or digit in lower case; blanks, underscores, punctuation and
 * the no-break spaces of the published labels are passed over.  0 at the end. */
static char next_letter(struct str *s)
{
    while (s->n) {
        unsigned char ch = (unsigned char)s->p[0];
        if (s->n > 1 && ch == 0xC2 && (unsigned char)s->p[1] == 0xA0) {
            *s = str_sub(*s, 2, SIZE_MAX);
            continue;
        }
        if (s->n > 2 && ch == 0xE2 && (unsigned char)s->p[1] == 0x80) {
            *s = str_sub(*s, 3, SIZE_MAX);
            continue;
        }
        *s = str_sub(*s, 1, SIZE_MAX);
        if (ch >= 0x80 || ascii_alpha((char)ch) || ascii_digit((char)ch))
            return ascii_lower((char)ch);
    }
    return 0;
}

static bool alike(struct str a, struct str b)
{
    char x;
    do {
        x = next_letter(&a);
        if (x != next_letter(&b))
            return false;
    } while (x);
    return true;
}

/* The workbook's own misspelling; the survey form's underscores need no entry. */
static const struct { struct str wrong, right; } field_aliases[] = {
    { STR_INIT("vic_TraffickinStatusDecisionMakingOrg"), STR_INIT("vic_TraffickingStatusDecisionMakingOrg") },
};

/* Names of the definitions document that the value lists do not have; the last
 * two are our extension values, since the lists have nothing for them. */
static const struct { struct str field, variant, value; } value_aliases[] = {
    { STR_INIT("vic_MethodsOfControl"), STR_INIT("MethodsOfControlThreatOfLawEnforcement"), STR_INIT("ThreatsLawEnforcement") },
    { STR_INIT("vic_MethodsOfControl"), STR_INIT("MethodsOfControlThreats"), STR_INIT("PhysicalThreats") },
    { STR_INIT("vic_MethodsOfControl"), STR_INIT("MethodsOfControlRestrictsMovement"), STR_INIT("RestrictsMovement") },
    { STR_INIT("vic_MethodsOfControl"), STR_INIT("RestrictsMovement"), STR_INIT("RestrictsMovement") },
    { STR_INIT("vic_MethodsOfControl"), STR_INIT("Restricts movement"), STR_INIT("RestrictsMovement") },
    { STR_INIT("vic_MethodsOfControl"), STR_INIT("MethodsOfControlUsesChildren"), STR_INIT("UsesChildren") },
    { STR_INIT("vic_MethodsOfControl"), STR_INIT("UsesChildren"), STR_INIT("UsesChildren") },
    { STR_INIT("vic_RelationshipToTrafficker"), STR_INIT("Unacquainted"), STR_INIT("Unaquainted") },
};

static const struct htcds_field_row *field_row(struct str name)
{
    for (size_t i = 0; i < COUNT_OF(field_aliases); i++)
        if (alike(field_aliases[i].wrong, name))
            name = field_aliases[i].right;
    for (size_t i = 0; i < htcds_fields_n; i++)
        if (alike(htcds_fields[i].name, name))
            return &htcds_fields[i];
    return NULL;
}

struct str htcds_field(struct str name)
{
    const struct htcds_field_row *r = field_row(name);
    return r ? r->name : (struct str){ 0 };
}

bool htcds_multi(struct str field)
{
    const struct htcds_field_row *r = field_row(field);
    /* The standard has one industry; its own survey form lets people choose several. */
    return r && (r->type == HTCDS_MULTI || r->type == HTCDS_COUNTRIES ||
                 str_is(r->name, "vic_ForcedLabourIndustry"));
}

static struct str country_of(struct str text)
{
    for (size_t i = 0; i < htcds_countries_n; i++)
        if (alike(htcds_countries[i].code, text) || alike(htcds_countries[i].name, text))
            return htcds_countries[i].code;
    return (struct str){ 0 };
}

struct str htcds_value_of(struct str field, struct str text)
{
    text = str_trim(text);
    if (text.n == 0)
        return (struct str){ 0 };
    if (str_is(field, "prs_Citizenship"))
        return country_of(text);
    for (size_t i = 0; i < htcds_values_n; i++)
        if (str_eq(htcds_values[i].field, field) &&
            (alike(htcds_values[i].value, text) || alike(htcds_values[i].label, text)))
            return htcds_values[i].value;
    for (size_t i = 0; i < COUNT_OF(value_aliases); i++)
        if (str_eq(value_aliases[i].field, field) && alike(value_aliases[i].variant, text))
            return value_aliases[i].value;
    if (str_starts(text, STR("MethodsOfControl")))
        return htcds_value_of(field, str_sub(text, 16, SIZE_MAX));
    return (struct str){ 0 };
}

/* ---- headers ---------------------------------------------------------------------------------- */

struct import {
    struct ctx *c;
    const struct sheet *s;
    const struct htcds_field_row *col[SHEET_COLS_MAX];
    struct str head[SHEET_COLS_MAX];
    size_t cols, first;           /* first: index of the first row of data */
    struct htcds_import *out;
    size_t row_room, note_room;
};

static void note(struct import *m, int line, struct str column, const char *text, struct str what, bool warning)
{
    struct form_note n = { .file = m->s->name, .line = line, .column = column, .warning = warning,
        .text = what.n ? str_join(&m->c->mem, str_c(text), STR(": "), str_sub(what, 0, 120)) : str_c(text) };
    (void)note_put(m->c, &m->out->notes, &m->note_room, n);
}

static size_t codes_in(const struct sheet_row *r)
{
    size_t n = 0;
    for (size_t i = 0; i < r->n; i++)
        n += r->cell[i].n && field_row(r->cell[i]) != NULL;
    return n;
}

/* The field of a visible title; several fields share titles like "City": then the code helps. */
static const struct htcds_field_row *titled(struct str title, const struct htcds_field_row *code)
{
    const struct htcds_field_row *hit = NULL;
    if (str_trim(title).n == 0)
        return NULL;
    if (code && alike(code->label, title))
        return code;
    for (size_t i = 0; i < htcds_fields_n; i++)
        if (alike(htcds_fields[i].label, title)) {
            if (hit && hit->core == htcds_fields[i].core)
                return NULL;
            if (!hit || htcds_fields[i].core)
                hit = &htcds_fields[i];
        }
    return hit;
}

static bool is_title_row(const struct sheet_row *r)
{
    size_t full = 0, hit = 0;
    for (size_t i = 0; i < r->n; i++) {
        full += r->cell[i].n > 0;
        hit += r->cell[i].n > 0 && titled(r->cell[i], NULL) != NULL;
    }
    return hit >= 2 && hit * 2 >= full;
}

static void column(struct import *m, size_t i, const struct sheet_row *codes, const struct sheet_row *titles)
{
    struct str code = codes ? sheet_cell(codes, i) : STR(""), title = titles ? sheet_cell(titles, i) : STR("");
    const struct htcds_field_row *by_code = code.n ? field_row(code) : NULL;
    const struct htcds_field_row *by_title = titled(title, by_code);
    m->head[i] = title.n ? title : code;
    m->col[i] = by_title ? by_title : by_code;
    if (titles && by_title && by_code && by_title != by_code)
        note(m, titles->line, title, "the code above this title names another field; the title is used", code, true);
    else if (titles && by_title && !code.n && codes)
        note(m, titles->line, title, "no code above this title; taken by its title", STR(""), true);
    else if (by_code && !str_eq(by_code->name, code))
        note(m, codes->line, code, "spelled otherwise in the standard", by_code->name, true);
    else if (!m->col[i] && m->head[i].n)
        note(m, (titles ? titles : codes)->line, m->head[i], "not a field of the standard; left out", STR(""), true);
}

static void twice(struct import *m)
{
    for (size_t i = 0; i < m->cols; i++)
        for (size_t k = 0; k < i; k++)
            if (m->col[i] && m->col[i] == m->col[k]) {
                note(m, 0, m->head[i], "this field has two columns; the first is used", m->col[i]->name, true);
                m->col[i] = NULL;
            }
}

/* Rows of codes, of titles, or both stand at the top. */
static bool headers(struct import *m)
{
    const struct sheet *s = m->s;
    for (size_t i = 0; i < s->n && i < 20; i++) {
        const struct sheet_row *codes = codes_in(&s->row[i]) >= 2 ? &s->row[i] : NULL, *titles = NULL;
        if (codes && i + 1 < s->n && is_title_row(&s->row[i + 1]))
            titles = &s->row[i + 1];
        else if (!codes && is_title_row(&s->row[i]))
            titles = &s->row[i];
        if (!codes && !titles)
            continue;
        m->cols = codes && (!titles || codes->n > titles->n) ? codes->n : titles->n;
        m->first = i + 1 + (codes && titles);
        for (size_t k = 0; k < m->cols; k++)
            column(m, k, codes, titles);
        twice(m);
        return true;
    }
    return false;
}

/* ---- cells ----------------------------------------------------------------------------------------- */

struct row { struct import *m; struct htcds_row out; size_t room; bool bad; };

static void keep(struct row *r, const struct htcds_field_row *f, struct str value)
{
    struct htcds_value v = { f->name, value };
    for (size_t i = 0; i < r->out.n; i++)
        if (str_eq(r->out.v[i].field, f->name) && str_eq(r->out.v[i].value, value))
            return;                                   /* the same choice twice */
    (void)VEC_PUT(&r->m->c->mem, r->out.v, r->out.n, r->room, v);
}

static void wrong(struct row *r, size_t i, const char *text, struct str what)
{
    note(r->m, r->out.line, r->m->head[i], text, what, false);
    r->bad = true;
}

static void pick(struct row *r, size_t i, struct str text)
{
    const struct htcds_field_row *f = r->m->col[i];
    struct str v = htcds_value_of(f->name, text);
    bool open = str_ends(f->name, STR("WebsitesAndApps"));   /* "may be extended", says the standard */
    if (v.p)
        keep(r, f, v);
    else if (open)
        keep(r, f, text);
    else
        wrong(r, i, "not a value of this list", text);
}

static bool separator(char ch, bool commas)
{
    return ch == ';' || ch == '|' || ch == '\n' || ch == '\r' || (commas && ch == ',');
}

/* "a; b": labels may hold commas, so commas part only what is no value as it stands. */
static void picks(struct row *r, size_t i, struct str text, bool commas)
{
    const struct htcds_field_row *f = r->m->col[i];
    if (htcds_value_of(f->name, text).p) {
        pick(r, i, text);
        return;
    }
    while (text.n) {
        size_t k = 0;
        while (k < text.n && !separator(text.p[k], commas))
            k++;
        struct str part = str_trim(str_sub(text, 0, k));
        text = str_sub(text, k + 1, SIZE_MAX);
        if (part.n == 0)
            continue;
        if (!commas && memchr(part.p, ',', part.n) && !htcds_value_of(f->name, part).p)
            picks(r, i, part, true);
        else
            pick(r, i, part);
    }
}

static void date(struct row *r, size_t i, struct str text)
{
    struct civil d;
    struct str t = text;
    if (t.n > 10 && t.p[10] == 'T')
        t = str_sub(t, 0, 10);
    if (date_parse(t, &d) || sheet_serial_date(&r->m->c->mem, t, &t))
        keep(r, r->m->col[i], t);
    else
        wrong(r, i, "write the date as YYYY-MM-DD", text);
}

static void check(struct row *r, size_t i, struct str text)
{
    static const struct str yes[] = { STR_INIT("true"), STR_INIT("yes"), STR_INIT("1"), STR_INIT("sí"), STR_INIT("si"), STR_INIT("x") };
    static const struct str no[] = { STR_INIT("false"), STR_INIT("no"), STR_INIT("0") };
    for (size_t k = 0; k < COUNT_OF(yes); k++)
        if (alike(yes[k], text)) {
            keep(r, r->m->col[i], STR("TRUE"));
            return;
        }
    for (size_t k = 0; k < COUNT_OF(no); k++)
        if (alike(no[k], text)) {
            keep(r, r->m->col[i], STR("FALSE"));
            return;
        }
    wrong(r, i, "yes or no", text);
}

static bool phone_mark(char ch)
{
    return ch == ' ' || ch == '-' || ch == '(' || ch == ')' || ch == '.';
}

/* E.164 once blanks, hyphens and parentheses are gone; other text is kept and told. */
static void phone(struct row *r, size_t i, struct str text)
{
    struct buf b;
    bool ok = true;
    buf_init(&b, &r->m->c->mem, 64);
    for (size_t k = 0; k < text.n; k++) {
        if (ascii_digit(text.p[k]) || (text.p[k] == '+' && b.n == 0))
            buf_char(&b, text.p[k]);
        else if (!phone_mark(text.p[k]))
            ok = false;
    }
    size_t digits = b.n - (b.n && b.p[0] == '+');
    ok = ok && !b.failed && digits >= 2 && digits <= 15 && b.p[b.n - digits] != '0';
    if (!ok)
        note(r->m, r->out.line, r->m->head[i], "not an international number (+595...); kept as written", STR(""), true);
    keep(r, r->m->col[i], ok ? buf_str(&b) : text);
}

static void cell(struct row *r, size_t i, struct str text)
{
    switch (r->m->col[i]->type) {
    case HTCDS_DATE: date(r, i, text); return;
    case HTCDS_CHECK: check(r, i, text); return;
    case HTCDS_PHONE: phone(r, i, text); return;
    case HTCDS_NUMBER:
        if (form_value_bad(FORM_INT, text))
            wrong(r, i, "not a whole number", text);
        else
            keep(r, r->m->col[i], text);
        return;
    case HTCDS_DECIMAL:
        if (form_value_bad(FORM_DECIMAL, text))
            wrong(r, i, "not a number", text);
        else
            keep(r, r->m->col[i], text);
        return;
    case HTCDS_PICK:
    case HTCDS_MULTI:
    case HTCDS_COUNTRIES:
        if (htcds_multi(r->m->col[i]->name))
            picks(r, i, text, false);
        else
            pick(r, i, text);
        return;
    default: keep(r, r->m->col[i], text); return;
    }
}

static enum err one_row(struct import *m, const struct sheet_row *s)
{
    struct row r = { .m = m, .out = { .line = s->line } };
    for (size_t i = 0; i < m->cols && i < s->n; i++)
        if (m->col[i] && str_trim(s->cell[i]).n)
            cell(&r, i, str_trim(s->cell[i]));
    m->out->refused += r.bad;
    if (!r.bad && r.out.n && !VEC_PUT(&m->c->mem, m->out->row, m->out->n, m->row_room, r.out))
        return ctx_check(m->c);
    return ctx_check(m->c);
}

static enum err read_sheet(struct ctx *c, const struct sheet *s, struct htcds_import *out, bool *found)
{
    struct import *m = NEW(&c->mem, struct import);
    if (!m)
        return ctx_check(c);
    m->c = c;
    m->s = s;
    m->out = out;
    *found = headers(m);
    for (size_t i = m->first; *found && i < s->n; i++)
        TRY(one_row(m, &s->row[i]));
    return ctx_check(c);
}

enum err htcds_load(struct ctx *c, struct str bytes, struct htcds_import *out)
{
    struct sheets book = { 0 };
    struct sheet csv;
    struct htcds_import r = { 0 };
    bool found = false;
    if (str_starts(bytes, STR("PK\x03\x04"))) {
        TRY(sheet_load_xlsx(c, bytes, &book));
    } else {
        TRY(csv_load(c, bytes, &csv));
        csv.name = STR("csv");
        book = (struct sheets){ &csv, 1 };
    }
    for (size_t i = 0; i < book.n && !found; i++)
        TRY(read_sheet(c, &book.v[i], &r, &found));
    TRY(ctx_check(c));
    if (!found)
        return FAIL(c, ERR_INPUT, "htcds.no-header", "htcds: no row of field names or titles");
    *out = r;
    return ERR_OK;
}
