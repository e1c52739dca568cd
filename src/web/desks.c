#include "web/desks.h"

#include "access/access.h"
#include "case/case.h"
#include "dossier/dossier.h"
#include "kinds/kinds.h"
#include "office/office.h"
#include "referral/referral.h"
#include "signal/signal.h"
#include "web/web.h"
#include "work/work.h"

const struct route *const desk_routes[] = {
    web_routes,
    signal_routes,
    case_routes,
    referral_routes,
    dossier_routes,
    office_routes,
    kinds_routes,           /* last: its patterns are the widest */
    NULL
};

const struct panel desk_panels[] = {
    { "work", "top", referral_panel_work },
    { "case", "main", case_panel_kinds },
    { "case", "main", referral_panel_case },
    { "case", "side", dossier_panel_identity },
    { "case", "side", referral_panel_consent },
    { "case", "below", dossier_panel_audit },
    { 0 }
};

const struct foreign desk_foreign[] = {
    { 0 }
};

const struct kind_use kind_uses[] = {
    /* protection: what the person needs and what was promised */
    { .kind = "person", .slot = SLOT_PROTECTION, .view = "person.view", .edit = "person.edit",
      .show = "role sex age", .key = "kind.person" },
    { .kind = "screening", .slot = SLOT_PROTECTION, .view = "screening.view", .edit = "screening.do",
      .show = "age_years activity", .key = "kind.screening" },
    { .kind = "safety_assessment", .slot = SLOT_PROTECTION, .view = "plan.view", .edit = "plan.edit",
      .show = "risk_level", .key = "kind.safety_assessment" },
    { .kind = "best_interests", .slot = SLOT_PROTECTION, .view = "plan.view", .edit = "plan.edit",
      .show = "decision", .key = "kind.best_interests" },
    { .kind = "need", .slot = SLOT_PROTECTION, .view = "plan.view", .edit = "plan.edit",
      .show = "need priority state", .key = "kind.need" },
    { .kind = "care_plan", .slot = SLOT_PROTECTION, .view = "plan.view", .edit = "plan.edit",
      .show = "goal review_on", .key = "kind.care_plan", .one = true },
    { .kind = "action", .slot = SLOT_PROTECTION, .view = "plan.view", .edit = "plan.edit",
      .show = "what owner due state", .key = "kind.action" },
    { .kind = "visit", .slot = SLOT_PROTECTION, .view = "plan.view", .edit = "visit.record",
      .show = "month date situation", .key = "kind.visit" },
    { .kind = "note", .slot = SLOT_PROTECTION, .view = "note.view", .edit = "note.add",
      .show = "subject", .key = "kind.note" },
    /* justice: facts, evidence, what a court did, what was paid */
    { .kind = "fact", .slot = SLOT_JUSTICE, .view = "justice.view", .edit = "justice.edit",
      .show = "date what", .key = "kind.fact" },
    { .kind = "hearing", .slot = SLOT_JUSTICE, .view = "justice.view", .edit = "justice.edit",
      .show = "date type result", .key = "kind.hearing" },
    { 0 }
};

static const size_t none = 0;

/* One line per room that keeps tables. */
static const struct { const struct projector *p; const size_t *pn; const struct table *t; const size_t *tn; } rooms[] = {
    { access_projectors, &access_projectors_n, access_tables, &access_tables_n },
    { work_projectors, &work_projectors_n, work_tables, &work_tables_n },
    { referral_projectors, &referral_projectors_n, referral_tables, &referral_tables_n },
    { signal_projectors, &signal_projectors_n, signal_tables, &signal_tables_n },
    { NULL, &none, kinds_tables, &kinds_tables_n },
};

enum err desks_gather(struct arena *mem, struct desk_list *out)
{
    size_t pn = 0, tn = 0;
    for (size_t i = 0; i < COUNT_OF(rooms); i++) {
        pn += *rooms[i].pn;
        tn += *rooms[i].tn;
    }
    for (const struct kind_use *u = kind_uses; u->kind; u++)
        pn++;
    struct projector *p = NEW_N(mem, struct projector, pn + 1);
    struct table *t = NEW_N(mem, struct table, tn + 1);
    if (!p || !t)
        return ERR_NOMEM;
    *out = (struct desk_list){ p, t, pn, tn };
    for (size_t i = 0; i < COUNT_OF(rooms); i++) {
        if (*rooms[i].pn)
            memcpy(p, rooms[i].p, *rooms[i].pn * sizeof *p);
        memcpy(t, rooms[i].t, *rooms[i].tn * sizeof *t);
        p += *rooms[i].pn;
        t += *rooms[i].tn;
    }
    for (const struct kind_use *u = kind_uses; u->kind; u++)
        *p++ = (struct projector){ u->kind, kinds_project };
    return ERR_OK;
}
