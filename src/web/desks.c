#include "web/desks.h"

#include "access/access.h"
#include "case/case.h"
#include "dossier/dossier.h"
#include "kinds/kinds.h"
#include "justice/justice.h"
#include "office/office.h"
#include "person/person.h"
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

#define CARE_KIND(k, list) { .kind = k, .slot = SLOT_PROTECTION, .view = "plan.view", .edit = "plan.edit", .show = list, .key = "kind." k }
#define OWN_KIND(k, list) { .kind = k, .slot = SLOT_OWN, .view = "own.view", .edit = "own.edit", .show = list, .key = "kind." k }
#define JUSTICE_KIND(k, list, ...) { .kind = k, .slot = SLOT_JUSTICE, .view = "justice.view", .edit = "justice.edit", .show = list, .key = "kind." k, __VA_ARGS__ }
const struct kind_use kind_uses[] = {
    { .kind = "person", .slot = SLOT_PROTECTION, .view = "person.view", .edit = "person.edit",
      .show = "role sex age_years", .key = "kind.person", .more = person_more, .page = person_page_part },
    { .kind = "screening", .slot = SLOT_OWN, .view = "own.view", .edit = "own.edit",
      .show = "fact_date", .key = "kind.screening", .more = screening_more, .page = screening_page_part },
    CARE_KIND("safety_assessment", "date risk decision"),
    CARE_KIND("best_interests", "date decision"),
    CARE_KIND("need", "need priority state"),
    CARE_KIND("care_plan", "date goal review_date"),
    OWN_KIND("identification", "date status"),
    OWN_KIND("action", "what owner due state"),
    OWN_KIND("visit", "date month result"),
    JUSTICE_KIND("fact", "date what"),
    JUSTICE_KIND("evidence", "label type", .page = evidence_page_part),
    JUSTICE_KIND("custody", "date from to"),
    JUSTICE_KIND("charge", "provision person", .more = charge_more, .page = charge_page_part),
    JUSTICE_KIND("hearing", "date type result"),
    JUSTICE_KIND("judgment", "date result"),
    JUSTICE_KIND("restitution", "date stage amount", .page = restitution_page_part),
    OWN_KIND("payment", "date amount"),
    OWN_KIND("note", "subject"),
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
