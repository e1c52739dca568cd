/* law_web.c - the law as pages: the list, one instrument, one provision. */
#include "law/law_web.h"

#include "access/access.h"
#include "base/node.h"
#include "law/sign.h"
#include "law/priv.h"
#include "page/names.h"

/* ---- words ------------------------------------------------------------------------- */

struct str law_word_(struct ctx *c, struct str prefix, struct str s)
{
    struct str key = str_join(&c->mem, prefix, s);
    struct str said = say_(c, key);                 /* a language may fall back to another */
    return str_eq(said, key) ? s : said;
}

struct str law_values(struct ctx *c, struct str values)
{
    struct str one, key, value;
    struct buf b;
    buf_init(&b, &c->mem, 4000);
    while (str_next(&values, ' ', &one)) {
        if (!str_cut(one, '=', &key, &value))
            continue;
        if (b.n)
            buf_put(&b, STR("; "));
        buf_put(&b, law_word(c, "law.value", key));
        buf_put(&b, STR(": "));
        buf_put(&b, value);
    }
    return b.failed ? (struct str){ 0 } : buf_str(&b);
}

void law_force_tag(struct out *o, enum in_force in)
{
    static const enum tone tones[] = { TONE_PLAIN, TONE_SOON, TONE_DONE };
    static const char *const keys[] = { "law.force.no", "law.force.unknown", "law.force.yes" };
    tag(o, tones[in], keys[in]);
}

void law_sources(struct ctx *c, struct out *o, const char *key, struct str sources)
{
    struct str id;
    if (!sources.n)
        return;
    fact_begin(o, key);
    html(o, "<ul class=\"plain\">");
    while (str_next(&sources, ' ', &id)) {
        const struct source *s = pack_source(c->node->pack, id);
        html(o, "<li>");
        text(o, s ? s->what : id);
        if (s && s->address.n) {
            html(o, ". <span class=\"muted\">");
            text(o, s->address);
            html(o, "</span>");
        }
        if (s && s->date.n) {
            html(o, ". ");
            TF(o, "law.source-date", W_TEXT("date", s->date));
        }
        html(o, "</li>\n");
    }
    html(o, "</ul>");
    fact_end(o);
}

/* ---- the list ------------------------------------------------------------------------ */

struct law_filter { struct str q, topic, kind; struct civil day; bool dated; };

static struct choice *choices_of(struct ctx *c, struct str (*of)(const struct pack *, size_t), size_t n,
                                 struct str prefix, struct str all, size_t *out)
{
    struct choice *v = NEW_N(&c->mem, struct choice, n + 1);
    size_t k = 0;
    if (!v)
        return NULL;
    v[k++] = (struct choice){ .value = STR(""), .text = all };
    for (size_t i = 0; i < n; i++) {
        struct str s = of(c->node->pack, i);
        bool seen = !s.n;
        for (size_t x = 0; x < k && !seen; x++)
            seen = str_eq(v[x].value, s);
        if (!seen)
            v[k++] = (struct choice){ .value = s, .text = law_word_(c, prefix, s) };
    }
    *out = k;
    return v;
}

static struct str topic_of(const struct pack *p, size_t i) { return p->provisions[i].topic; }
static struct str kind_of(const struct pack *p, size_t i) { return p->instruments[i].kind; }

static enum err filter_form(struct ctx *c, struct out *o, const struct law_filter *f)
{
    const struct pack *p = c->node->pack;
    size_t topics, kinds;
    struct choice *topic = choices_of(c, topic_of, p->provisions_n, STR("law.topic."), SAY(c, "law.any-topic"), &topics);
    struct choice *kind = choices_of(c, kind_of, p->instruments_n, STR("law.kind."), SAY(c, "law.any-kind"), &kinds);
    if (!topic || !kind)
        return ctx_check(c);
    filters_begin(o, "law.search", "/law");
    ask(o, &(struct ask){ .name = "q", .label = "law.search-words", .value = f->q, .type = "search", .optional = true });
    pick_list(o, &(struct pick){ .name = "topic", .label = "law.topic", .value = f->topic, .options = topic, .n = topics });
    pick_list(o, &(struct pick){ .name = "kind", .label = "law.kind", .value = f->kind, .options = kind, .n = kinds });
    ask_date(o, &(struct ask){ .name = "day", .label = "law.day", .optional = true,
                               .value = f->dated ? date_text(&c->mem, f->day) : (struct str){ 0 } });
    filters_end(o);
    return ERR_OK;
}

static enum err provision_line(struct ctx *c, struct out *o, const struct law_signed *all, const struct provision *v,
                               const struct law_filter *f)
{
    struct law_standing s;
    struct law_version w = { .rule = v->rule };
    enum in_force in = IN_FORCE_UNKNOWN;
    if (f->dated)
        TRY(law_at(c, c->node->law, v, f->day, &w, &in));
    law_standing_in(c, all, v, &s);
    row_begin(o, TONE_PLAIN);
    cell(o);
    link_text_(o, law_name(c, v), law_path(c, v->id));
    cell(o);
    text(o, pack_text(c->node->pack, &w.rule, c->lang));
    if (v->task.in[0].n) {
        html(o, ": ");
        text(o, pack_text(c->node->pack, &v->task, c->lang));
    }
    cell_text(o, law_word(c, "law.topic", v->topic));
    cell(o);
    if (f->dated) {
        law_force_tag(o, in);
        html(o, " ");
    }
    law_mark(o, &s);
    if (law_certain(&s) && !s.raised)
        tag(o, TONE_DONE, "verified.yes");
    row_end(o);
    return ERR_OK;
}

static void provisions_head(struct out *o)
{
    grid_begin(o, &(struct grid){ "law.provisions", COLS("law.provision", "law.rule", "law.topic", "law.standing"), .rowhead = true });
}

static bool wanted(const struct pack *p, const struct provision *v, const struct law_filter *f)
{
    const struct instrument *i = pack_instrument(p, v->instrument);
    return (!f->topic.n || str_eq(v->topic, f->topic)) && (!f->kind.n || (i && str_eq(i->kind, f->kind)));
}

static enum err results(struct ctx *c, struct out *o, const struct law_filter *f)
{
    enum { SHOWN = 400 };
    const struct pack *p = c->node->pack;
    struct law_signed *all;
    struct law_hit *hit = NULL;
    size_t n = p->provisions_n, shown = 0;
    TRY(law_signed(c, &all));
    if (f->q.n)
        TRY(law_search(c, c->node->law, f->q, SHOWN, &hit, &n));
    part_begin(o, "law.found");
    for (size_t i = 0; i < n && shown < SHOWN; i++) {
        const struct provision *v = hit ? hit[i].provision : &p->provisions[i];
        if (!wanted(p, v, f))
            continue;
        if (!shown++)
            provisions_head(o);
        TRY(provision_line(c, o, all, v, f));
    }
    if (shown)
        grid_end(o);
    else
        empty(o, "law.none");
    section_end(o);
    return ERR_OK;
}

static size_t provisions_of(const struct pack *p, struct str instrument)
{
    size_t n = 0;
    for (size_t i = 0; i < p->provisions_n; i++)
        n += str_eq(p->provisions[i].instrument, instrument);
    return n;
}

static void instruments_part(struct ctx *c, struct out *o)
{
    const struct pack *p = c->node->pack;
    part_begin(o, "law.instruments");
    grid_begin(o, &(struct grid){ "law.instruments", COLS("law.instrument", "law.kind", "law.year", "law.rules", "law.standing"),
                                  .num = 12, .rowhead = true });
    for (size_t i = 0; i < p->instruments_n; i++) {
        const struct instrument *x = &p->instruments[i];
        row_begin(o, TONE_PLAIN);
        cell(o);
        link_text_(o, law_instrument_name(c, x->id), law_instrument_path(c, x->id));
        cell_text(o, law_word(c, "law.kind", x->kind));
        cell_text(o, x->year);
        cell_num(o, (int64_t)provisions_of(p, x->id));
        cell(o);
        tag_text(o, x->verified == PACK_YES ? TONE_DONE : TONE_SOON,
                 say_join(c, "verified", str_c(pack_verified_name(x->verified))));
        row_end(o);
    }
    grid_end(o);
    section_end(o);
}

static void topics_part(struct ctx *c, struct out *o)
{
    const struct pack *p = c->node->pack;
    size_t n;
    struct choice *v = choices_of(c, topic_of, p->provisions_n, STR("law.topic."), (struct str){ 0 }, &n);
    part_begin(o, "law.topics");
    html(o, "<ul class=\"columns\">\n");
    for (size_t i = 1; v && i < n; i++) {
        html(o, "<li>");
        link_text(o, v[i].text, "/law?topic=%s", v[i].value);
        html(o, "</li>\n");
    }
    html(o, "</ul>\n");
    section_end(o);
}

static void other_lists(struct out *o)
{
    html(o, "<p class=\"row\">");
    go_button(o, BTN_QUIET, "law.check", "/check");
    go_button(o, BTN_QUIET, "law.doubts", "/law/doubts");
    go_button(o, BTN_QUIET, "law.ratifications", "/law/ratifications");
    go_button(o, BTN_QUIET, "law.powers", "/law/powers");
    html(o, "</p>\n");
}

enum err law_list_page(struct ctx *c, const struct request *rq, struct response *rs)
{
    struct out *o = &rs->out;
    struct law_filter f = { .q = req_query(rq, "q"), .topic = req_query(rq, "topic"), .kind = req_query(rq, "kind") };
    struct str day = req_query(rq, "day");
    f.dated = day.n && req_date(rq, "day", &f.day);
    if (day.n && !f.dated)
        wrong(o, "day", "form.not-a-date");
    page_begin(o, &(struct page){ .title_key = "law.title", .tab = "law" });
    heading(o, "law.title");
    lede(o, "law.lede");
    errors(o);
    TRY(filter_form(c, o, &f));
    if (f.q.n || f.topic.n || f.kind.n || f.dated) {
        TRY(results(c, o, &f));
        other_lists(o);
    } else {
        other_lists(o);
        topics_part(c, o);
        instruments_part(c, o);
    }
    TRY(panels(c, o, "law", "below", &(struct subject){ .kind = "law" }));
    page_end(o);
    return ERR_OK;
}

/* ---- one instrument ---------------------------------------------------------------------- */

static void amended_by(struct ctx *c, struct out *o, struct str ids)
{
    struct str id;
    if (!ids.n)
        return;
    fact_begin(o, "law.amended-by");
    while (str_next(&ids, ' ', &id)) {
        const struct provision *v = pack_provision(c->node->pack, id);
        html(o, " ");
        if (v)
            link_text_(o, law_name(c, v), law_path(c, id));
        else
            link_text_(o, law_instrument_name(c, id), law_instrument_path(c, id));
    }
    fact_end(o);
}

static void day_form(struct out *o, struct str path, struct str day)
{
    filters_begin_(o, "law.on-day", path);
    ask_date(o, &(struct ask){ .name = "day", .label = "law.day", .hint = "law.day-hint", .value = day });
    filters_end(o);
}

static enum err instrument_provisions(struct ctx *c, struct out *o, const struct instrument *x, const struct law_filter *f)
{
    const struct pack *p = c->node->pack;
    struct law_signed *all;
    bool any = false;
    TRY(law_signed(c, &all));
    part_begin(o, "law.provisions");
    for (size_t i = 0; i < p->provisions_n; i++) {
        if (!str_eq(p->provisions[i].instrument, x->id))
            continue;
        if (!any)
            provisions_head(o);
        any = true;
        TRY(provision_line(c, o, all, &p->provisions[i], f));
    }
    if (any)
        grid_end(o);
    else
        empty(o, "law.no-provisions");
    section_end(o);
    return ERR_OK;
}

enum err law_instrument_page(struct ctx *c, const struct request *rq, struct response *rs)
{
    struct out *o = &rs->out;
    const struct instrument *x = pack_instrument(c->node->pack, rq->params[0]);
    struct law_filter f = { 0 };
    struct str day = req_query(rq, "day");
    if (!x)
        return FAIL(c, ERR_NOT_FOUND, "error.no-page", "instrument");
    f.dated = day.n && req_date(rq, "day", &f.day);
    if (day.n && !f.dated)
        wrong(o, "day", "form.not-a-date");
    page_begin(o, &(struct page){ .title = x->id, .tab = "law", .crumbs = { { "law.title", STR("/law") } } });
    head_begin(o);
    text(o, law_instrument_name(c, x->id));
    head_tags(o);
    tag_text(o, TONE_PLAIN, law_word(c, "law.kind", x->kind));
    tag_text(o, x->verified == PACK_YES ? TONE_DONE : TONE_SOON, say_join(c, "verified", str_c(pack_verified_name(x->verified))));
    head_end(o);
    errors(o);
    facts_begin(o);
    fact(o, "law.number", x->number);
    fact(o, "law.year", x->year);
    fact(o, "law.from", x->from);
    fact(o, "law.to", x->to);
    amended_by(c, o, x->amended_by);
    law_sources(c, o, "law.sources", x->sources);
    facts_end(o);
    day_form(o, law_instrument_path(c, x->id), f.dated ? date_text(&c->mem, f.day) : day);
    TRY(instrument_provisions(c, o, x, &f));
    html(o, "<p class=\"row\">");
    go_button(o, BTN_QUIET, "law.compare", "/law/compare?instrument=%s", x->id);
    go_button(o, BTN_QUIET, "law.akn", "/law/instrument/%s/akn", x->id);
    html(o, "</p>\n");
    TRY(panels(c, o, "instrument", "main", &(struct subject){ "instrument", x->id, x->id, x }));
    page_end(o);
    return ERR_OK;
}

enum err law_akn_file(struct ctx *c, const struct request *rq, struct response *rs)
{
    struct law_doc d;
    struct civil at;
    struct str xml;
    bool dated = req_query(rq, "day").n && req_date(rq, "day", &at);
    TRY(law_export(c, c->node->law, rq->params[0], dated ? &at : NULL, &d));
    TRY(law_akn_write(c, &d, &xml));
    return send_file(rs, STR("application/akn+xml"), str_join(&c->mem, d.id, STR(".xml")), xml);
}

/* ---- one provision -------------------------------------------------------------------------- */

static void provision_facts(struct ctx *c, struct out *o, const struct provision *v)
{
    facts_begin(o);
    fact_begin(o, "law.instrument");
    link_text_(o, law_instrument_name(c, v->instrument), law_instrument_path(c, v->instrument));
    fact_end(o);
    fact(o, "law.article", v->article);
    fact_begin(o, "law.topic");
    link_text(o, law_word(c, "law.topic", v->topic), "/law?topic=%s", v->topic);
    fact_end(o);
    fact(o, "law.sector", law_word(c, "law.sector", v->sector));
    fact(o, "law.task", pack_text(c->node->pack, &v->task, c->lang));
    fact(o, "law.values", law_values(c, v->values));
    fact(o, "law.from", v->from);
    fact(o, "law.to", v->to);
    amended_by(c, o, v->amended_by);
    law_sources(c, o, "law.sources", v->sources);
    fact(o, "law.doubt", v->doubt);
    fact(o, "law.id", v->id);
    fact(o, "law.eid", v->eid);
    facts_end(o);
}

static enum err on_day(struct ctx *c, struct out *o, const struct request *rq, const struct provision *v)
{
    struct str day = req_query(rq, "day");
    struct civil d;
    struct law_version w;
    enum in_force in;
    part_begin(o, "law.on-day");
    day_form(o, law_path(c, v->id), day);
    if (day.n && req_date(rq, "day", &d)) {
        TRY(law_at(c, c->node->law, v, d, &w, &in));
        html(o, "<p><strong>");
        date_of(o, date_text(&c->mem, d));
        html(o, "</strong> ");
        law_force_tag(o, in);
        html(o, "</p>\n");
        if (in == IN_FORCE_UNKNOWN)
            notice(o, TONE_SOON, "law.force.unknown-why");
        if (in != IN_FORCE_NO && w.row)
            para_text(o, pack_text(c->node->pack, &w.rule, c->lang));
        if (in != IN_FORCE_NO && w.row)
            para_text(o, law_values(c, w.values));
    }
    section_end(o);
    return ERR_OK;
}

static enum err history(struct ctx *c, struct out *o, const struct provision *v)
{
    struct law_version *w;
    size_t n;
    TRY(law_versions(c, c->node->law, v, &w, &n));
    if (n < 2 && !v->amended_by.n)
        return ERR_OK;
    part_begin(o, "law.history");
    steps_begin(o, false);
    for (size_t i = 0; i < n; i++) {
        step_begin(o, TONE_PLAIN);
        TF(o, "law.period", W_TEXT("from", w[i].from.n ? w[i].from : STR("?")), W_TEXT("to", w[i].to.n ? w[i].to : STR("…")));
        step_note(o, pack_text(c->node->pack, &w[i].rule, c->lang));
        step_end(o);
    }
    steps_end(o);
    if (v->amended_by.n)
        go_button(o, BTN_QUIET, "law.compare-next", "/law/compare?left=%s&right=%s", v->id, v->amended_by);
    else
        go_button(o, BTN_QUIET, "law.compare", "/law/compare?left=%s", v->id);
    section_end(o);
    return ERR_OK;
}

/* ---- cited by ---- */

static void use_name(struct ctx *c, struct out *o, const struct law_citation *x)
{
    struct str table, row, key;
    switch (x->use) {
    case LAW_DECISION:
        if (!str_cut(x->part, ' ', &table, &row))
            table = x->part;
        key = str_join(&c->mem, STR("decision."), table);
        text(o, words_has(c->node->words, c->lang, key) ? say_(c, key) : table);
        html(o, " <span class=\"muted num\">");
        text(o, row);
        html(o, "</span>");
        return;
    case LAW_STEP:
        key = str_join(&c->mem, STR("step."), x->part);
        text(o, words_has(c->node->words, c->lang, key) ? say_(c, key) : x->what.in[0].n ? x->what.in[0] : x->part);
        return;
    case LAW_FORM:
        key = str_join(&c->mem, STR("kind."), x->where);
        text(o, words_has(c->node->words, c->lang, key) ? say_(c, key) : x->where);
        return;
    default:
        text(o, x->what.in[0].n ? pack_text(c->node->pack, &x->what, c->lang) : x->where);
    }
}

static void cited_part(struct ctx *c, struct out *o, const struct provision *v)
{
    static const char *const keys[] = { "law.use.decision", "law.use.step", "law.use.duty", "law.use.service",
        "law.use.template", "law.use.form", "law.use.power" };
    const struct law_citation *x;
    size_t n;
    law_cited_by(c->node->law, v->id, &x, &n);
    part_begin(o, "law.cited-by");
    if (!n)
        empty(o, "law.uncited");
    for (size_t i = 0; i < n; i++) {
        bool first = !i || x[i].use != x[i - 1].use;
        if (first) {
            html(o, "<h3>");
            key_out(o, keys[x[i].use]);
            html(o, "</h3>\n<ul>\n");
        }
        if (first || x[i].use != LAW_FORM || !str_eq(x[i].where, x[i - 1].where)) {     /* a form once */
            html(o, "<li>");
            use_name(c, o, &x[i]);
            html(o, "</li>\n");
        }
        if (i + 1 == n || x[i + 1].use != x[i].use)
            html(o, "</ul>\n");
    }
    section_end(o);
}

/* ---- who signed ---- */

static enum err signed_part(struct ctx *c, struct out *o, const struct provision *v, const struct law_standing *s)
{
    struct law_signature *g;
    size_t n;
    struct str hash = law_hash(c, v);
    TRY(law_signatures(c, v->id, &g, &n));
    part_begin(o, "law.signatures");
    html(o, "<p>");
    TF(o, "law.pack-says", W_TEXT("verified", say_join(c, "verified", str_c(pack_verified_name(s->pack)))));
    html(o, "</p>\n");
    if (!n)
        small(o, "law.unsigned");
    if (s->once)
        notice(o, TONE_SOON, "law.once-note");
    steps_begin(o, false);
    for (size_t i = 0; i < n; i++) {
        bool now = str_eq(g[i].hash, hash);
        step_begin(o, now ? TONE_DONE : TONE_PLAIN);
        text(o, say_join(c, "law.verdict", g[i].verdict));
        html(o, " ");
        if (!now)
            tag(o, TONE_SOON, "law.mark.earlier");
        html(o, " <span class=\"muted\">");
        if (c->who) {                               /* the public sees the workgroup, not the person */
            text(o, officer_name(c, g[i].officer));
            html(o, ", ");
        }
        text(o, office_text(c, g[i].office));
        html(o, "</span>");
        step_note(o, g[i].source);
        step_note(o, g[i].note);
        step_side(o, g[i].on, TONE_PLAIN);
        step_end(o);
    }
    steps_end(o);
    if (c->who && access_may(c, "law.verify", (struct str){ 0 }))
        go_button(o, BTN, "law.sign", "/law/%s/verify", v->id);
    section_end(o);
    return ERR_OK;
}

enum err law_provision_page(struct ctx *c, const struct request *rq, struct response *rs)
{
    struct out *o = &rs->out;
    const struct provision *v = pack_provision(c->node->pack, rq->params[0]);
    struct law_standing s;
    if (!v)
        return FAIL(c, ERR_NOT_FOUND, "error.no-page", "provision");
    struct subject subj = { "provision", v->id, v->id, v };
    struct str full = law_full_text(c, c->node->law, v);
    TRY(law_standing(c, v, &s));
    page_begin(o, &(struct page){ .title = v->id, .tab = "law", .crumbs = { { "law.title", STR("/law") } } });
    head_begin(o);
    text(o, law_name(c, v));
    head_tags(o);
    tag_text(o, s.verified == PACK_YES ? TONE_DONE : TONE_SOON, say_join(c, "verified", str_c(pack_verified_name(s.verified))));
    if (s.disputed || s.raised || s.earlier || s.once)
        law_mark(o, &(struct law_standing){ .verified = PACK_YES, .disputed = s.disputed, .raised = s.raised,
                                            .earlier = s.earlier, .once = s.once });
    head_end(o);
    para_text(o, law_rule(c, v));
    if (!law_certain(&s))
        notice(o, TONE_SOON, "law.review");
    cols_begin(o);
    provision_facts(c, o, v);
    if (full.n) {
        part_begin(o, "law.full-text");
        html(o, "<blockquote>");
        para_text(o, full);
        html(o, "</blockquote>\n");
        section_end(o);
    }
    TRY(on_day(c, o, rq, v));
    TRY(history(c, o, v));
    if (law_doubted(c->node->pack, v->id)) {
        part_begin(o, "law.doubts");
        law_doubt_list(c, o, v->id, NULL);
        section_end(o);
    }
    TRY(panels(c, o, "provision", "main", &subj));
    cols_side(o);
    TRY(signed_part(c, o, v, &s));
    cited_part(c, o, v);
    TRY(panels(c, o, "provision", "side", &subj));
    cols_end(o);
    page_end(o);
    return ERR_OK;
}

const struct route law_routes[] = {
    { GET,  "/law",                    law_list_page,          .open = true, .help = "The law: by topic, kind, words, day." },
    { GET,  "/law/doubts",             law_doubts_page,        .open = true, .help = "What the sources disagree on or do not tell." },
    { GET,  "/law/ratifications",      law_ratifications_page, .open = true, .help = "Treaties and declared ages." },
    { GET,  "/law/powers",             law_powers_page,        .open = true, .help = "Who may do what, under which article." },
    { GET,  "/law/powers.csv",         law_powers_csv,         .open = true, .help = "The same as a table." },
    { GET,  "/law/powers.pdf",         law_powers_pdf,         .open = true, .help = "The same on paper." },
    { GET,  "/law/compare",            law_compare_page,       .open = true, .help = "Two texts, or two days, side by side." },
    { GET,  "/law/instrument/:id",     law_instrument_page,    .open = true, .help = "One instrument." },
    { GET,  "/law/instrument/:id/akn", law_akn_file,           .open = true, .help = "One instrument as Akoma Ntoso." },
    { GET,  "/law/:id/verify",         law_sign_page,          .verb = "law.verify", .help = "Sign a provision that was read." },
    { POST, "/law/:id/verify",         law_sign_act,           .verb = "law.verify", .help = "Sign it." },
    { GET,  "/law/:id",                law_provision_page,     .open = true, .help = "One provision." },
    { 0 }
};
