#include "demo/workbench.h"

#include "access/access.h"
#include "base/node.h"
#include "db/db.h"
#include "pack/pack.h"
#include "reform/gap.h"
#include "reform/tracker.h"
#include "rulebook/dmn_edit.h"
#include "rulebook/rulebook.h"

struct pair { struct officer *writes, *reviews; };

static enum err find_pair(struct ctx *c, struct pair *p)
{
    AUTO_ROWS r = { 0 };
    TRY(db_query(c, &r, "SELECT id, name, office, agency, territory, roles FROM officer ORDER BY id", NO_ARGS));
    while (rows_next(&r)) {
        struct str roles = row_str(&r, 5);
        struct officer *o = pack_has_word(roles, STR("legislation")) ? NEW(&c->mem, struct officer) : NULL;
        if (!o)
            continue;
        *o = (struct officer){ .id = row_str(&r, 0), .name = row_str(&r, 1), .office = row_str(&r, 2),
            .agency = row_str(&r, 3), .territory = row_str(&r, 4), .roles = roles };
        if (pack_has_word(roles, STR("workgroup_lawyer")) && !p->writes)
            p->writes = o;
        else if (!p->reviews)
            p->reviews = o;
    }
    return rows_end(&r);
}

static struct str day_before(struct ctx *c, int64_t days)
{
    return date_text(&c->mem, civil_from_days(pack_local_day(c->node->pack, c->now_us) - days));
}

static enum err entry(struct ctx *c, struct str reform, const char *stage, int64_t days, const char *what, const char *body)
{
    struct entry_new e = { .stage = str_c(stage), .on = day_before(c, days), .what = str_c(what), .body = str_c(body),
                           .source = STR("Acta inventada de la demostración"), .reach = -1 };
    return reform_entry_add(c, reform, &e);
}

static enum err texts(struct ctx *c, struct str id)
{
    struct reform_comment *k;
    struct str first, second;
    size_t n;
    TRY(reform_text_add(c, id, STR("Artículo 1. La edad mínima para trabajar es de catorce años.\n"
        "Artículo 2. El trabajo liviano no supera las cuatro horas por día."), STR("Primera versión (demostración)"), &first));
    TRY(reform_text_add(c, id, STR("Artículo 1. La edad mínima para trabajar es de quince años y nunca menor que la del fin de la "
        "escuela obligatoria.\nArtículo 2. El trabajo liviano no supera las dos horas por día los días de clase."),
        STR("Después de comparar con el Convenio 138 (demostración)"), &second));
    TRY(reform_comment_add(c, id, &(struct comment_new){ second, STR("art. 1"), STR("Falta decir desde cuándo rige."),
        STR("Organización inventada") }));
    TRY(reform_comment_add(c, id, &(struct comment_new){ second, STR("art. 2"), STR("Dos horas es poco en vacaciones."),
        STR("Cámara inventada") }));
    TRY(reform_comments(c, id, &k, &n));
    return n ? reform_comment_decide(c, id, k[0].id, STR("accepted"), STR("Se agrega un artículo de vigencia (demostración).")) : ERR_OK;
}

static enum err the_reform(struct ctx *c, struct str *id)
{
    TRY(reform_new(c, &(struct reform_new){ .title = STR("Edad mínima de 15 años (demostración)"),
        .issue = STR("Las leyes dicen edades distintas y ninguna llega al fin de la escuela obligatoria. Texto inventado."),
        .requirements = STR("C138-2-3 C138-7-3") }, id));
    TRY(entry(c, *id, "issue", 80, "Se acordó estudiar la edad mínima.", "Mesa inventada"));
    TRY(reform_move(c, *id, STR("comparison"), (struct str){ 0 }));
    TRY(entry(c, *id, "comparison", 60, "Cuadro comparado de cuatro países.", ""));
    TRY(reform_move(c, *id, STR("proposal"), (struct str){ 0 }));
    TRY(entry(c, *id, "proposal", 45, "Propuesta: quince años, en todos los sectores.", ""));
    TRY(reform_move(c, *id, STR("draft"), (struct str){ 0 }));
    TRY(entry(c, *id, "draft", 20, "Borrador enviado a las instituciones.", "Siete instituciones inventadas"));
    return texts(c, *id);
}

static enum err assess(struct ctx *c, const struct pair *p, const char *requirement, const char *status, int year, bool reviewed)
{
    struct gap_new g = { str_c(requirement), str_c(status), { 0 }, STR("Evaluación inventada para la demostración."),
                         STR("Taller inventado"), year };
    struct gap now;
    c->who = p->writes;
    TRY(gap_assess(c, &g));
    c->who = p->reviews;
    if (!reviewed)
        return ERR_OK;
    TRY(gap_of(c, g.requirement, year, &now));
    return gap_review(c, &(struct gap_verdict){ g.requirement, year, true, STR("De acuerdo (demostración)."), gap_hash(c, &now) });
}

static enum err the_year(struct ctx *c, const struct pair *p)
{
    int year = gap_this_year(c);
    TRY(assess(c, p, "C138-2-3", "not", year - 1, true));
    TRY(assess(c, p, "C182-5", "not", year - 1, true));
    TRY(assess(c, p, "C138-2-3", "partly", year, true));
    TRY(assess(c, p, "C182-4-3", "not", year, false));
    return assess(c, p, "PAL-10-2", "partly", year, true);
}

/* "< 14" in the first column of that table becomes "< 15", wherever it stands. */
static enum err raised(struct ctx *c, struct str xml, struct str *out)
{
    struct edit_table *t, *e;
    size_t n;
    TRY(dmn_tables(c, xml, &t, &n));
    e = dmn_table_named(t, n, STR("child_labour"));
    *out = xml;
    if (!e)
        return ERR_OK;
    struct edit_to *to = NEW_N(&c->mem, struct edit_to, e->n + 1);
    TRY(ctx_check(c));
    for (size_t i = 0; i < e->n; i++) {
        struct str *cell = NEW_N(&c->mem, struct str, e->n_in + e->n_out + e->n_note + 1);
        TRY(ctx_check(c));
        for (size_t k = 0; k < e->row[i].n; k++)
            cell[k] = e->row[i].cell[k].text;
        if (e->row[i].n && str_is(cell[0], "< 14"))
            cell[0] = STR("< 15");
        to[i] = (struct edit_to){ (long)i, cell };
    }
    return dmn_edit(c, xml, e, to, e->n, out);
}

static enum err the_table(struct ctx *c, struct str reform)
{
    struct rules_draft w;
    struct str id, xml, next;
    TRY(rules_draft_new(c, &(struct rules_draft_new){ .decision = STR("screening"), .title = STR("Edad mínima de 15 años (demostración)"),
        .why = STR("Cómo quedaría la evaluación con la reforma."), .reform = reform }, &id));
    TRY(rules_draft_get(c, id, &w));
    TRY(rules_draft_text(c, id, &xml));
    TRY(raised(c, xml, &next));
    return str_eq(next, xml) ? ERR_OK : rules_draft_save(c, id, next, w.hash, STR("De 14 a 15 (demostración)"));
}

enum err demo_workbench(struct ctx *c)
{
    struct pair p = { 0 };
    struct str reform;
    TRY(find_pair(c, &p));
    if (!p.writes || !p.reviews || !c->node->standards || !c->node->standards->promises)
        return ERR_OK;
    c->who = p.reviews;
    TRY(the_reform(c, &reform));
    TRY(the_year(c, &p));
    c->who = p.writes;
    return the_table(c, reform);
}
