#include "web/desks.h"

#include "access/access.h"
#include "admin/admin.h"
#include "api/api.h"
#include "case/case.h"
#include "checker/checker_web.h"
#include "directory/directory.h"
#include "dossier/dossier.h"
#include "kinds/kinds.h"
#include "inquiry/inquiry.h"
#include "justice/justice.h"
#include "law/law_web.h"
#include "law/sign.h"
#include "office/office.h"
#include "person/person.h"
#include "programme/programme.h"
#include "referral/referral.h"
#include "reform/reform.h"
#include "rulebook/rulebook.h"
#include "signal/signal.h"
#include "things/things.h"
#include "web/web.h"
#include "work/work.h"

const struct route *const desk_routes[] = {
    web_routes,
    signal_routes,
    signal_file_routes,
    signal_near_routes,
    justice_routes,
    person_routes,
    person_find_routes,
    thing_routes,
    case_routes,
    case_version_routes,
    referral_routes,
    dossier_routes,
    office_routes,
    programme_routes,
    law_routes,
    directory_routes,
    admin_routes,
    inquiry_routes,
    reform_routes,
    rules_routes,
    api_routes,
    checker_routes,
    kinds_routes,           /* last: its patterns are the widest */
    NULL
};

const struct panel desk_panels[] = {
    { "work", "top", referral_panel_work },
    { "work", "top", inquiry_panel_work },
    { "work", "top", reform_panel_work },
    { "person", "main", inquiry_panel_person },
    { "signal", "main", signal_panel_near },
    { "signal", "main", signal_panel_files },
    { "signal", "main", signal_panel_messages },
    { "case", "main", case_panel_kinds },
    { "case", "main", referral_panel_case },
    { "case", "main", justice_panel_restitution },
    { "signal", "side", api_panel_signal },
    { "case", "side", dossier_panel_identity },
    { "case", "side", referral_panel_consent },
    { "case", "below", signal_panel_case },
    { "case", "below", dossier_panel_audit },
    { "law", "below", reform_panel_law },
    { 0 }
};

desk_tick *const desk_ticks[] = {
    referral_tick,
    things_tick,
    NULL
};
desk_tick *const desk_calls[] = {
    inquiry_tick,
    NULL
};

const struct foreign desk_foreign[] = {
    { "/openrosa/", openrosa_run, OPENROSA_BODY_MAX },
    { "/api/check", checker_api, CHECKER_API_MAX },
    { "/peer/", inquiry_peer_run, INQUIRY_BODY_MAX },
    { 0 }
};

#define CARE_KIND(k, list) { .kind = k, .slot = SLOT_PROTECTION, .view = "plan.view", .edit = "plan.edit", .show = list, .key = "kind." k }
#define OWN_KIND(k, list) { .kind = k, .slot = SLOT_OWN, .view = "own.view", .edit = "own.edit", .show = list, .key = "kind." k }
#define JUSTICE_KIND(k, list, ...) { .kind = k, .slot = SLOT_JUSTICE, .view = "justice.view", .edit = "justice.edit", .show = list, .key = "kind." k, __VA_ARGS__ }
#define THING_KIND(k, list, ...) { .kind = k, .slot = SLOT_INQUEST, .view = "thing.view", .edit = "thing.edit", .show = list, .key = "kind." k, .page = things_page_part, __VA_ARGS__ }
const struct kind_use kind_uses[] = {
    { .kind = "person", .slot = SLOT_PROTECTION, .view = "person.view", .edit = "person.edit",
      .show = "role sex age_years", .key = "kind.person", .page = person_page_part,
      .look = person_look },
    { .kind = "screening", .slot = SLOT_OWN, .view = "own.view", .edit = "own.edit",
      .show = "fact_date", .key = "kind.screening", .more = screening_more, .page = screening_page_part,
      .page_first = true },
    CARE_KIND("safety_assessment", "at danger_now safe_place_tonight"),
    CARE_KIND("best_interests", "kind decision"),
    CARE_KIND("need", "need urgency state"),
    CARE_KIND("care_plan", "agreed_on objectives review_on"),
    OWN_KIND("identification", "decided_on status"),
    OWN_KIND("action", "what due_on state"),
    OWN_KIND("visit", "visited_on kind safe"),
    THING_KIND("workplace", "name place_kind territory", .look = workplace_look),
    THING_KIND("employer", "name employer_role employer_kind", .look = employer_look),
    THING_KIND("vehicle", "plate vessel_name vehicle_kind colour", .look = vehicle_look),
    JUSTICE_KIND("fact", "from_on what"),
    JUSTICE_KIND("evidence", "what kind", .more = evidence_more, .page = evidence_page_part),
    JUSTICE_KIND("custody", "at from_person to_person"),
    JUSTICE_KIND("charge", "offence stage", .more = charge_more, .page = charge_page_part, .before = charge_before),
    JUSTICE_KIND("hearing", "at kind result"),
    JUSTICE_KIND("judgment", "given_on verdict", .more = judgment_more),
    JUSTICE_KIND("restitution", "head state claimed ordered", .page = restitution_page_part, .before = restitution_before),
    { .kind = "payment", .slot = SLOT_OWN, .view = "own.view", .edit = "own.edit", .show = "paid_on amount way",
      .key = "kind.payment", .more = payment_more },
    OWN_KIND("note", "about"),
    { 0 }
};

/* Persons first: theirs is the large index. */
#define THING(k, ...) { .kind = k, .path = "thing", .words = "thing", .view = "thing.view", .link = "thing.link", .by_name = true, __VA_ARGS__ }
const struct thing_use thing_uses[] = {
    { .kind = "person", .path = "person", .words = "person", .view = "person.view", .link = "person.link",
      .record = person_record, .two = person_two, .shy = person_shy, .phones = "phone", .numbers = "identity_number" },
    THING("workplace", .record = workplace_record, .phones = "phone phone_2", .find = "name employer address"),
    THING("employer", .record = employer_record, .two = thing_always, .phones = "phone phone_2",
          .numbers = "tax_number identity_number", .tax = "tax_number", .find = "name trade_name"),
    THING("vehicle", .record = vehicle_record, .phones = "phone", .numbers = "registry_number", .plate = "plate",
          .find = "plate vessel_name owner description"),
    { 0 }
};

const struct index_use index_uses[] = {
    { .kind = "signal", .ids = signal_index_ids, .record = signal_index_record },
    { 0 }
};

static const size_t none = 0;

/* One line per room that keeps tables. */
static const struct { const struct projector *p; const size_t *pn; const struct table *t; const size_t *tn; } rooms[] = {
    { access_projectors, &access_projectors_n, access_tables, &access_tables_n },
    { work_projectors, &work_projectors_n, work_tables, &work_tables_n },
    { law_projectors, &law_projectors_n, law_tables, &law_tables_n },
    { admin_projectors, &admin_projectors_n, admin_tables, &admin_tables_n },
    { person_projectors, &person_projectors_n, person_tables, &person_tables_n },
    { thing_projectors, &thing_projectors_n, thing_tables, &thing_tables_n },
    { programme_projectors, &programme_projectors_n, programme_tables, &programme_tables_n },
    { inquiry_projectors, &inquiry_projectors_n, inquiry_tables, &inquiry_tables_n },
    { referral_projectors, &referral_projectors_n, referral_tables, &referral_tables_n },
    { signal_projectors, &signal_projectors_n, signal_tables, &signal_tables_n },
    { api_projectors, &api_projectors_n, api_tables, &api_tables_n },
    { rulebook_projectors, &rulebook_projectors_n, rulebook_tables, &rulebook_tables_n },
    { reform_projectors, &reform_projectors_n, reform_tables, &reform_tables_n },
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
        *p++ = (struct projector){ u->kind, kinds_project, "kind_row" };
    return ERR_OK;
}
