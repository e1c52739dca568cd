/* akn_write.c - nodes into Akoma Ntoso 3.0.
 *
 * Where the text is not the law's own words but the pack's paraphrase, the node
 * carries status="editorial"; what is only known by its year says so in the
 * name of its date. */
#include "law/text.h"

#include "forms/xml.h"

static void put(struct buf *b, struct str s) { buf_put(b, s); }
#define LIT(b, lit) put((b), STR(lit))

static void put_attr(struct buf *b, const char *name, struct str v)
{
    if (!v.n)
        return;
    buf_char(b, ' ');
    put(b, str_c(name));
    LIT(b, "=\"");
    xml_put(b, v);
    buf_char(b, '"');
}

static void spaces(struct buf *b, int n)
{
    while (n-- > 0)
        LIT(b, "  ");
}

/* ---- identification ------------------------------------------------------------------------ */

static struct str long_lang(struct str s)
{
    static const char *const of[][2] = { { "es", "spa" }, { "en", "eng" }, { "th", "tha" }, { "gn", "grn" }, { "fr", "fra" }, { "pt", "por" } };
    for (size_t i = 0; i < COUNT_OF(of); i++)
        if (str_is(s, of[i][0]))
            return str_c(of[i][1]);
    return s.n == 3 ? s : STR("und");
}

/* The last part of the address: the number as people cite it, else our own id. */
static struct str slug(struct arena *mem, const struct law_doc *d)
{
    char *p = arena_alloc(mem, d->number.n + 1, 1);
    size_t n = 0;
    bool digit = false;
    for (size_t i = 0; p && i < d->number.n; i++) {
        char ch = d->number.p[i];
        if (ascii_digit(ch) || (digit && (ch == '.' || ch == '-' || ch == '/')))
            p[n++] = ch == '/' ? '-' : ch;
        digit |= ascii_digit(ch);
    }
    while (n && !ascii_digit(p[n - 1]))
        n--;
    return n ? (struct str){ p, n } : d->id;
}

/* A date element needs a whole date; its name says how much of it is known. */
struct day { struct str date; const char *name; };
static struct day day_of(struct arena *mem, struct str s, const char *name)
{
    struct civil c;
    int64_t year;
    if (date_parse(s, &c))
        return (struct day){ s, name };
    if (s.n == 4 && str_to_i64(s, &year))
        return (struct day){ str_join(mem, s, STR("-01-01")), "yearOnly" };
    return (struct day){ STR("0001-01-01"), "unknown" };
}

static void frbr(struct buf *b, const char *level, struct str uri, struct str suffix)
{
    LIT(b, "        <");
    put(b, str_c(level));
    LIT(b, ">\n          <FRBRthis value=\"");
    xml_put(b, uri);
    LIT(b, "/!main");
    put(b, suffix);
    LIT(b, "\"/>\n          <FRBRuri value=\"");
    xml_put(b, uri);
    put(b, suffix);
    LIT(b, "\"/>\n");
}

static void frbr_date(struct buf *b, struct day day)
{
    LIT(b, "          <FRBRdate");
    put_attr(b, "date", day.date);
    put_attr(b, "name", str_c(day.name));
    LIT(b, "/>\n          <FRBRauthor href=\"#amparo\"/>\n");
}

static void one_value(struct buf *b, const char *name, const char *attr, struct str v)
{
    if (!v.n)
        return;
    LIT(b, "          <");
    put(b, str_c(name));
    put_attr(b, attr, v);
    LIT(b, "/>\n");
}

static void end_level(struct buf *b, const char *level)
{
    LIT(b, "        </");
    put(b, str_c(level));
    LIT(b, ">\n");
}

static void identification(struct arena *mem, struct buf *b, const struct law_doc *d)
{
    struct day made = day_of(mem, d->date.n ? d->date : d->from, d->date.n ? "Generation" : "inForce");
    struct day seen = d->at.n ? day_of(mem, d->at, "pointInTime") : made;
    struct str country = d->country.n ? d->country : STR("xx"), lang = long_lang(d->lang);
    struct str work = str_join(mem, STR("/akn/"), country, d->bill ? STR("/bill/") : STR("/act/"),
                               str_is(str_c(made.name), "unknown") ? STR("undated") : str_is(str_c(made.name), "yearOnly")
                                   ? str_sub(made.date, 0, 4) : made.date, STR("/"), slug(mem, d));
    struct str exp = str_join(mem, work, STR("/"), lang, STR("@"), seen.date);
    LIT(b, "      <identification source=\"#amparo\">\n");
    frbr(b, "FRBRWork", work, (struct str){ 0 });
    LIT(b, "          <FRBRalias");
    put_attr(b, "value", d->id);
    LIT(b, " name=\"amparo\"/>\n");
    frbr_date(b, made);
    one_value(b, "FRBRcountry", "value", country);
    one_value(b, "FRBRnumber", "value", d->number);
    one_value(b, "FRBRname", "value", d->title);
    end_level(b, "FRBRWork");
    frbr(b, "FRBRExpression", exp, (struct str){ 0 });
    frbr_date(b, seen);
    one_value(b, "FRBRlanguage", "language", lang);
    end_level(b, "FRBRExpression");
    frbr(b, "FRBRManifestation", exp, STR(".xml"));
    frbr_date(b, seen);
    one_value(b, "FRBRformat", "value", STR("application/akn+xml"));
    end_level(b, "FRBRManifestation");
    LIT(b, "      </identification>\n");
}

/* ---- what we know beside the text ----------------------------------------------------------- */

static bool earlier_topic(const struct law_doc *d, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (str_eq(d->row[k].v.topic, d->row[i].v.topic))
            return true;
    return false;
}

static void classification(struct buf *b, const struct law_doc *d)
{
    if (!d->rows_n)
        return;
    LIT(b, "      <classification source=\"#amparo\">\n");
    for (size_t i = 0; i < d->rows_n; i++) {
        if (!d->row[i].v.topic.n || earlier_topic(d, i))
            continue;
        LIT(b, "        <keyword");
        put_attr(b, "value", d->row[i].v.topic);
        put_attr(b, "showAs", d->row[i].v.topic);
        LIT(b, " dictionary=\"urn:amparo:law:topics\"/>\n");
    }
    LIT(b, "      </classification>\n");
}

static void event(struct buf *b, const char *id, const char *type, struct str when)
{
    struct civil c;

    if (!date_parse(when, &c))                  /* a year is no event of a day: it stands below, as known */
        return;
    LIT(b, "        <eventRef");
    put_attr(b, "eId", str_c(id));
    put_attr(b, "date", when);
    LIT(b, " source=\"#amparo\"");
    put_attr(b, "type", str_c(type));
    LIT(b, "/>\n");
}

static void lifecycle(struct buf *b, const struct law_doc *d)
{
    struct civil c;
    if (!date_parse(d->date, &c) && !date_parse(d->to, &c))
        return;
    LIT(b, "      <lifecycle source=\"#amparo\">\n");
    event(b, "e_generation", "generation", d->date);
    event(b, "e_repeal", "repeal", d->to);
    LIT(b, "      </lifecycle>\n");
}

static void references(struct buf *b)
{
    LIT(b, "      <references source=\"#amparo\">\n"
           "        <TLCOrganization eId=\"amparo\" href=\"/ontology/organization/amparo\" showAs=\"Amparo\"/>\n"
           "      </references>\n");
}

static void labels(struct buf *b, const char *name, const struct law_row *row, const struct label *l)
{
    for (size_t i = 0; i < row->langs_n; i++) {
        if (!l->in[i].n)
            continue;
        LIT(b, "          <amparo:");
        put(b, str_c(name));
        put_attr(b, "xml:lang", row->lang[i]);
        buf_char(b, '>');
        xml_put(b, l->in[i]);
        LIT(b, "</amparo:");
        put(b, str_c(name));
        LIT(b, ">\n");
    }
}

static void row_out(struct buf *b, const struct law_row *row)
{
    const struct provision *v = &row->v;
    LIT(b, "        <amparo:provision");
    put_attr(b, "id", v->id);
    put_attr(b, "article", v->article);
    put_attr(b, "eid", v->eid);
    put_attr(b, "amended_by", v->amended_by);
    put_attr(b, "topic", v->topic);
    put_attr(b, "sector", v->sector);
    put_attr(b, "values", v->values);
    put_attr(b, "from", v->from);
    put_attr(b, "to", v->to);
    put_attr(b, "source", v->sources);
    put_attr(b, "verified", str_c(pack_verified_name(v->verified)));
    put_attr(b, "doubt", v->doubt);
    LIT(b, ">\n");
    labels(b, "rule", row, &v->rule);
    labels(b, "task", row, &v->task);
    LIT(b, "        </amparo:provision>\n");
}

static void proprietary(struct buf *b, const struct law_doc *d)
{
    LIT(b, "      <proprietary source=\"#amparo\" xmlns:amparo=\"urn:amparo:law:1\">\n        <amparo:instrument");
    put_attr(b, "kind", d->kind);
    put_attr(b, "from", d->from);
    put_attr(b, "to", d->to);
    put_attr(b, "source", d->source);
    put_attr(b, "note", d->note);
    put_attr(b, "unit", d->unit);
    LIT(b, ">\n");
    labels(b, "title", &d->head, &d->head.v.rule);
    LIT(b, "        </amparo:instrument>\n");
    for (size_t i = 0; i < d->rows_n; i++)
        row_out(b, &d->row[i]);
    LIT(b, "      </proprietary>\n");
}

/* ---- the text --------------------------------------------------------------------------------- */

static void paras(struct buf *b, struct str s, int indent)
{
    struct str line;
    while (str_next(&s, '\n', &line)) {
        if (!line.n)
            continue;
        spaces(b, indent);
        LIT(b, "<p>");
        xml_put(b, line);
        LIT(b, "</p>\n");
    }
}

static void boxed(struct buf *b, const char *name, struct str eid, struct str s, int indent)
{
    if (!s.n)
        return;
    spaces(b, indent);
    buf_char(b, '<');
    put(b, str_c(name));
    if (eid.n) {
        LIT(b, " eId=\"");
        xml_put(b, eid);
        LIT(b, "__");
        put(b, str_c(name));
        buf_char(b, '"');
    }
    LIT(b, ">\n");
    paras(b, s, indent + 1);
    spaces(b, indent);
    LIT(b, "</");
    put(b, str_c(name));
    LIT(b, ">\n");
}

static void short_part(struct buf *b, const char *name, struct str s, int indent)
{
    if (!s.n)
        return;
    spaces(b, indent);
    buf_char(b, '<');
    put(b, str_c(name));
    buf_char(b, '>');
    xml_put(b, s);
    LIT(b, "</");
    put(b, str_c(name));
    LIT(b, ">\n");
}

static void close_node(struct buf *b, const struct law_node *v)
{
    boxed(b, "wrapUp", v->eid, v->wrap, v->depth + 4);
    spaces(b, v->depth + 3);
    LIT(b, "</");
    put(b, v->kind);
    LIT(b, ">\n");
}

static void body(struct buf *b, const struct law_doc *d)
{
    size_t open[LAW_DEPTH_MAX + 1] = { 0 };
    int deep = -1;
    LIT(b, "    <body>\n");
    for (size_t i = 0; i < d->n; i++) {
        const struct law_node *v = &d->node[i];
        for (; deep >= v->depth; deep--)
            close_node(b, &d->node[open[deep]]);
        open[deep = v->depth] = i;
        spaces(b, v->depth + 3);
        buf_char(b, '<');
        put(b, v->kind);
        put_attr(b, "name", str_is(v->kind, "hcontainer") && !v->name.n ? STR("part") : v->name);
        put_attr(b, "eId", v->eid);
        put_attr(b, "status", v->status);
        LIT(b, ">\n");
        short_part(b, "num", v->num, v->depth + 4);
        short_part(b, "heading", v->heading, v->depth + 4);
        bool parent = i + 1 < d->n && d->node[i + 1].depth > v->depth;
        boxed(b, parent ? "intro" : "content", v->eid, v->text, v->depth + 4);
    }
    for (; deep >= 0; deep--)
        close_node(b, &d->node[open[deep]]);
    LIT(b, "    </body>\n");
}

static void preface(struct buf *b, const struct law_doc *d)
{
    LIT(b, "    <preface>\n      <p>");
    if (d->number.n) {
        LIT(b, "<docNumber>");
        xml_put(b, d->number);
        LIT(b, "</docNumber> ");
    }
    LIT(b, "<docTitle>");
    xml_put(b, d->title);
    LIT(b, "</docTitle></p>\n    </preface>\n");
    if (d->front.n) {
        LIT(b, "    <preamble>\n");
        paras(b, d->front, 3);
        LIT(b, "    </preamble>\n");
    }
}

enum err law_akn_write(struct ctx *c, const struct law_doc *d, struct str *out)
{
    struct buf b;
    const char *what = d->bill ? "bill" : "act";
    buf_init(&b, &c->mem, 2 * LAW_FILE_MAX);
    LIT(&b, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<akomaNtoso xmlns=\"http://docs.oasis-open.org/legaldocml/ns/akn/3.0\">\n  <");
    put(&b, str_c(what));
    put_attr(&b, "name", d->kind.n ? d->kind : STR("law"));
    LIT(&b, " contains=\"");
    put(&b, d->at.n ? STR("singleVersion") : STR("originalVersion"));
    LIT(&b, "\">\n    <meta>\n");
    identification(&c->mem, &b, d);
    classification(&b, d);
    lifecycle(&b, d);
    references(&b);
    proprietary(&b, d);
    LIT(&b, "    </meta>\n");
    preface(&b, d);
    body(&b, d);
    LIT(&b, "  </");
    put(&b, str_c(what));
    LIT(&b, ">\n</akomaNtoso>\n");
    TRY(ctx_check(c));
    if (b.failed)
        return FAIL(c, ERR_INPUT, "law.akn.malformed", "more than %d bytes", 2 * LAW_FILE_MAX);
    *out = buf_str(&b);
    return ERR_OK;
}
