/* run.c - move a procedure, and turn its events into obligations and clocks. */
#include "work/version.h"

#include "base/node.h"
#include "db/db.h"
#include "pack/pack.h"

struct made { int64_t key; struct str id; };          /* obligations this run opened */

struct work {
    struct ctx *c;
    struct work_case k;
    struct str process, procedure, version;
    bool fresh, moved;                                /* begun, or gone over to a version, in this run */
    const struct flow_model *model;
    struct flow_run *run;
    struct flow_event *ev;                            /* everything that happened so far */
    size_t n, room;
};

/* ---- facts --------------------------------------------------------------- */

static void fact_put(struct facts *f, const char *name, struct str value)
{
    for (size_t i = 0; i < f->n; i++)
        if (str_is(f->v[i].name, name)) {
            f->v[i].value = value;
            return;
        }
    if (f->n < COUNT_OF(f->v))
        f->v[f->n++] = (struct flow_fact){ str_c(name), value };
}

void fact_bool(struct facts *f, const char *name, bool v)
{
    fact_put(f, name, v ? STR("true") : STR("false"));
}

void fact_text(struct ctx *c, struct facts *f, const char *name, struct str v)
{
    struct buf b;
    buf_init(&b, &c->mem, 16 * 1024);
    buf_char(&b, '"');
    for (size_t i = 0; i < v.n; i++) {
        if (v.p[i] == '"' || v.p[i] == '\\')
            buf_char(&b, '\\');
        buf_char(&b, (unsigned char)v.p[i] < 0x20 ? ' ' : v.p[i]);
    }
    buf_char(&b, '"');
    fact_put(f, name, buf_str(&b));
}

void fact_i64(struct ctx *c, struct facts *f, const char *name, int64_t v)
{
    struct buf b;
    buf_init(&b, &c->mem, 32);
    buf_i64(&b, v);
    fact_put(f, name, buf_str(&b));
}

/* ---- calendars ------------------------------------------------------------- */

/* The pack's working days and office hours; "clock" counts around the clock. */
static enum err calendar_of(struct ctx *c, struct str name, struct flow_calendar *cal)
{
    const struct pack *p = c->node->pack;
    struct flow_zone *zone = NEW(&c->mem, struct flow_zone);
    struct flow_hours *hours = NEW(&c->mem, struct flow_hours);
    TRY(ctx_check(c));
    *cal = (struct flow_calendar){ .clock = !str_is(name, "working"), .zones = zone, .n_zones = 1,
                                   .holidays = p->holiday_days, .n_holidays = p->holidays_n };
    zone->offset_min = (int)(p->utc_offset_s / 60);
    *hours = (struct flow_hours){ p->open_min, p->close_min };
    for (unsigned i = 0; i < 7; i++)
        if (!(p->weekend & (1u << i))) {
            cal->week[i] = hours;
            cal->n_week[i] = 1;
        }
    return ERR_OK;
}

static enum err due_of(struct ctx *c, const struct flow_when *when, int64_t start_us, int turn,
                       const struct flow_pause *pause, size_t n, int64_t *due_us)
{
    struct flow_calendar cal;
    *due_us = 0;
    if (when->kind == FLOW_NEVER)
        return ERR_OK;
    TRY(calendar_of(c, when->calendar, &cal));
    return flow_deadline(c, &cal, start_us, when, turn, pause, n, due_us);
}

enum err work_deadline(struct ctx *c, int64_t start_us, struct str spec, struct str calendar,
                       int64_t *due_us)
{
    struct flow_when when = { flow_when_of(spec), spec, calendar };
    return due_of(c, &when, start_us, 0, NULL, 0, due_us);
}

/* ---- open ------------------------------------------------------------------- */

static enum err collect(struct work *w)
{
    size_t n;
    const struct flow_event *ev = flow_run_events(w->run, &n);
    if (w->n + n > w->room) {
        size_t room = (w->n + n) * 2;
        struct flow_event *more = NEW_N(&w->c->mem, struct flow_event, room);
        if (!more)
            return ctx_check(w->c);
        if (w->n)
            memcpy(more, w->ev, w->n * sizeof *more);
        w->ev = more;
        w->room = room;
    }
    if (n)
        memcpy(w->ev + w->n, ev, n * sizeof *ev);
    w->n += n;
    return ERR_OK;
}

enum err work_begin(struct ctx *c, const struct work_case *k, struct str procedure,
                    const struct facts *f, struct work **out)
{
    struct work *w = NEW(&c->mem, struct work);
    struct flow_input in = { .now_us = c->now_us, .facts = f->v, .n_facts = f->n };
    TRY(ctx_check(c));
    *w = (struct work){ .c = c, .k = *k, .procedure = procedure, .fresh = true,
                        .process = id_new(&c->mem, c->now_us) };
    w->version = procedures_version(c->node->procedures, procedure);
    TRY(procedures_at(c, procedure, w->version, &w->model));
    TRY(flow_run_start(c, w->model, (struct str){ 0 }, (struct str){ 0 }, &in, &w->run));
    TRY(collect(w));
    *out = w;
    return ERR_OK;
}

enum err work_open(struct ctx *c, const struct work_case *k, struct work **out)
{
    AUTO_ROWS r = { 0 };
    struct record rec;
    struct work *w = NEW(&c->mem, struct work);
    TRY(ctx_check(c));
    *w = (struct work){ .c = c };
    TRY(work_case(c, k->id, &w->k));    /* the caller may have read it before the lock: its stage has moved */
    TRY(db_query(c, &r,
        "SELECT id, procedure, version FROM process WHERE case_id = $1 AND over = 0"
        " ORDER BY created_us DESC, id LIMIT 1", ARGS(TEXT(k->id))));
    if (rows_next(&r)) {
        w->process = row_str(&r, 0);
        w->procedure = row_str(&r, 1);
        w->version = row_str(&r, 2);
    }
    TRY(rows_end(&r));
    if (!w->process.n)
        return FAIL(c, ERR_NOT_FOUND, "work.not-running", "case " STR_F, STR_A(k->id));
    TRY(procedures_at(c, w->procedure, w->version, &w->model));
    TRY(record_load(c, w->process, &rec));
    TRY(flow_run_parse(c, w->model, record_get(&rec, "state"), &w->run));
    *out = w;
    return ERR_OK;
}

/* ---- move -------------------------------------------------------------------- */

enum err work_input(struct work *w, const struct flow_input *in)
{
    TRY(flow_run_apply(w->run, in));
    return collect(w);
}

enum err work_go_over(struct work *w, const struct flow_model *to, struct str version,
                      const struct flow_decision *d, size_t n, struct str reason)
{
    struct str state;
    TRY(flow_run_state(w->run, &state));
    TRY(flow_run_move(w->c, w->model, to, state, d, n, w->c->now_us, reason, &w->run));
    w->model = to;
    w->version = version;
    w->moved = true;
    return collect(w);
}

/* Open steps of a node: those in the tables that this run has not ended, and
 * those it opened itself. */
static enum err open_keys(struct work *w, struct str node, int64_t *key, size_t max, size_t *n)
{
    struct str state;
    struct flow_open *open;
    size_t k, found = 0;
    TRY(flow_run_state(w->run, &state));
    TRY(flow_open(w->c, w->model, state, &open, &k));
    for (size_t i = 0; i < k && found < max; i++)
        if (open[i].kind == FLOW_OPEN_STEP && str_eq(open[i].node, node))
            key[found++] = open[i].key;
    *n = found;
    return ERR_OK;
}

enum err work_done(struct work *w, struct str node, const struct facts *f, bool *done)
{
    int64_t key[16];
    size_t n;
    TRY(open_keys(w, node, key, COUNT_OF(key), &n));
    for (size_t i = 0; i < n; i++) {
        struct flow_input in = { .kind = FLOW_COMPLETE, .key = key[i], .now_us = w->c->now_us,
                                 .facts = f ? f->v : NULL, .n_facts = f ? f->n : 0 };
        TRY(work_input(w, &in));
    }
    *done = n > 0;
    return ERR_OK;
}

enum err work_done_form(struct work *w, const char *form, const struct facts *f)
{
    struct str state;
    struct flow_open *open;
    size_t n;
    TRY(flow_run_state(w->run, &state));
    TRY(flow_open(w->c, w->model, state, &open, &n));
    for (size_t i = 0; i < n; i++) {
        bool done;
        if (open[i].kind == FLOW_OPEN_STEP && str_is(flow_attr(w->model, open[i].node, "form"), form))
            TRY(work_done(w, open[i].node, f, &done));
    }
    return ERR_OK;
}

enum err work_facts(struct work *w, const struct facts *f)
{
    struct flow_input in = { .kind = FLOW_FACTS, .now_us = w->c->now_us,
                             .facts = f->v, .n_facts = f->n };
    return work_input(w, &in);
}

enum err work_message(struct work *w, const char *name, const struct facts *f)
{
    struct flow_input in = { .kind = FLOW_MESSAGE, .now_us = w->c->now_us, .ref = str_c(name),
                             .facts = f ? f->v : NULL, .n_facts = f ? f->n : 0 };
    return work_input(w, &in);
}

/* ---- save: events become records ------------------------------------------------ */

struct save {
    struct work *w;
    struct draft *d;
    struct made made[256];
    size_t n_made;
    struct str granted[32];
    size_t n_granted;
    size_t stage;                       /* furthest stage reached in this save */
};

/* Continuity first: the office that already works for this role on this case. */
static struct str office_for(struct ctx *c, const struct work_case *k, struct str role)
{
    AUTO_ROWS r = { 0 };
    struct str office = { 0 };
    if (db_query(c, &r,
            "SELECT office FROM obligation WHERE case_id = $1 AND role = $2 AND office <> ''"
            " ORDER BY start_us DESC, id LIMIT 1", ARGS(TEXT(k->id), TEXT(role))) == ERR_OK &&
        rows_next(&r))
        office = row_str(&r, 0);
    if (office.n)
        return office;
    const struct office *own = pack_office(c->node->pack, k->owner);
    if (own && pack_has_word(own->roles, role))
        return k->owner;
    const struct office *o = role.n ? pack_office_for(c->node->pack, k->territory, role) : NULL;
    return o ? o->id : k->owner;
}

static void grant_office(struct save *s, struct str role, struct str office)
{
    struct str what = str_join(&s->w->c->mem, office, STR(" "), role);
    for (size_t i = 0; i < s->n_granted; i++)
        if (str_eq(s->granted[i], what))
            return;
    if (s->n_granted < COUNT_OF(s->granted))
        s->granted[s->n_granted++] = what;
    work_grant(s->w->c, s->d, &s->w->k, role, office);
    draft_in(s->d, s->w->k.route);
}

static struct str obligation_of(struct save *s, int64_t key)
{
    AUTO_ROWS r = { 0 };
    struct ctx *c = s->w->c;
    for (size_t i = s->n_made; i > 0; i--)
        if (s->made[i - 1].key == key)
            return s->made[i - 1].id;
    struct str id = { 0 };
    if (db_query(c, &r, "SELECT id FROM obligation WHERE process = $1 AND step = $2",
                 ARGS(TEXT(s->w->process), INT(key))) == ERR_OK && rows_next(&r))
        id = row_str(&r, 0);
    return id;
}

static void stage_reached(struct save *s, struct str node)
{
    struct str stage = flow_attr(s->w->model, node, "stage");
    for (size_t i = 0; case_stages[i]; i++)
        if (str_is(stage, case_stages[i]) && i > s->stage)
            s->stage = i;
}

static enum err step_due(struct save *s, const struct flow_event *e, bool choice)
{
    struct ctx *c = s->w->c;
    struct str id = id_new(&c->mem, c->now_us);
    struct str office = choice && !e->role.n ? s->w->k.owner : office_for(c, &s->w->k, e->role);
    int64_t due;
    TRY(due_of(c, &e->when, e->start_us ? e->start_us : c->now_us, 0, NULL, 0, &due));
    if (s->n_made < COUNT_OF(s->made))
        s->made[s->n_made++] = (struct made){ e->key, id };
    draft_in(s->d, s->w->k.route);
    draft_set(s->d, "obligation", id, "case", s->w->k.id);
    draft_set(s->d, "obligation", id, "process", s->w->process);
    draft_set_i64(s->d, "obligation", id, "step", e->key);
    draft_set(s->d, "obligation", id, "node", e->node);
    draft_set(s->d, "obligation", id, "name", e->name);
    draft_set(s->d, "obligation", id, "role", e->role);
    draft_set(s->d, "obligation", id, "office", office);
    draft_set(s->d, "obligation", id, "state", STR("due"));
    draft_set(s->d, "obligation", id, "form", flow_attr(s->w->model, e->node, "form"));
    draft_set(s->d, "obligation", id, "territory", s->w->k.territory);
    draft_set_i64(s->d, "obligation", id, "start", e->start_us ? e->start_us : c->now_us);
    if (due)
        draft_set_i64(s->d, "obligation", id, "due", due);
    if (e->node_kind == FLOW_EXTRA)
        draft_set(s->d, "obligation", id, "added", STR("yes"));
    if (choice)
        draft_set(s->d, "obligation", id, "choice", STR("yes"));
    grant_office(s, e->role, office);
    stage_reached(s, e->node);
    return ERR_OK;
}

static enum err step_ended(struct save *s, const struct flow_event *e)
{
    static const char *const state[] = { [FLOW_HOW_DONE] = "done", [FLOW_HOW_SKIPPED] = "skipped",
        [FLOW_HOW_EARLY] = "done", [FLOW_HOW_CANCELLED] = "cancelled", [FLOW_HOW_ERROR] = "cancelled" };
    struct str id = obligation_of(s, e->key);
    if (!id.n)
        return ERR_OK;                  /* passed through at once: nobody owed it */
    draft_in(s->d, s->w->k.route);
    draft_set(s->d, "obligation", id, "state", str_c(state[e->how]));
    draft_set_i64(s->d, "obligation", id, "ended", s->w->c->now_us);
    if (s->w->c->who && s->w->c->who->id.n)
        draft_set(s->d, "obligation", id, "officer", s->w->c->who->id);
    if (e->reason.n)
        draft_set(s->d, "obligation", id, "reason", e->reason);
    return ERR_OK;
}

static struct str clock_of(struct ctx *c, struct str process, int64_t key)
{
    AUTO_ROWS r = { 0 };
    struct str id = { 0 };
    if (db_query(c, &r, "SELECT id FROM clock WHERE process = $1 AND timer = $2",
                 ARGS(TEXT(process), INT(key))) == ERR_OK && rows_next(&r))
        id = row_str(&r, 0);
    return id;
}

/* The id of a timer's clock follows from the process and the key, so that a
 * clock set and stopped in one draft is one record. */
static struct str clock_id(struct save *s, int64_t key)
{
    struct ctx *c = s->w->c;
    struct str known = clock_of(c, s->w->process, key);
    if (known.n)
        return known;
    struct buf b;
    buf_init(&b, &c->mem, 64);
    buf_put(&b, s->w->process);
    buf_fmt(&b, ":%lld", (long long)key);
    return blind_index(c, "clock", buf_str(&b));
}

static void clock_sets(struct save *s, int64_t key, int64_t due)
{
    struct str id = clock_id(s, key);
    draft_in(s->d, s->w->k.route);
    draft_set(s->d, "clock", id, "case", s->w->k.id);
    draft_set(s->d, "clock", id, "process", s->w->process);
    draft_set_i64(s->d, "clock", id, "timer", key);
    draft_set_i64(s->d, "clock", id, "due", due);
    draft_set(s->d, "clock", id, "state", due == INT64_MAX ? STR("off") : STR("on"));
}

static enum err timer_set(struct save *s, const struct flow_event *e)
{
    struct ctx *c = s->w->c;
    int64_t due;
    TRY(due_of(c, &e->when, e->start_us ? e->start_us : c->now_us, e->turn, NULL, 0, &due));
    clock_sets(s, e->key, due);
    return ERR_OK;
}

static enum err save_one(struct save *s, const struct flow_event *e)
{
    switch (e->kind) {
    case FLOW_EV_STEP_DUE:
        return step_due(s, e, false);
    case FLOW_EV_ADHOC_OPEN:
        return step_due(s, e, false);
    case FLOW_EV_CHOICE_DUE:
        return step_due(s, e, true);
    case FLOW_EV_STUCK:                 /* a join nobody can reach: whoever holds the case passes it */
        return step_due(s, e, false);
    case FLOW_EV_STEP_ENDED:
        return step_ended(s, e);
    case FLOW_EV_TIMER_SET:
        return timer_set(s, e);
    case FLOW_EV_TIMER_OFF:
        draft_in(s->d, s->w->k.route);
        draft_set(s->d, "clock", clock_id(s, e->key), "state", STR("off"));
        return ERR_OK;
    case FLOW_EV_ESCALATED:
        alert_add(s->w->c, s->d, s->w->k.route, s->w->k.id, s->w->k.owner, "escalated", e->name);
        return ERR_OK;
    case FLOW_EV_PASSED:
        stage_reached(s, e->node);
        return ERR_OK;
    default:
        return ERR_OK;
    }
}

/* A step that goes on under a new version has its name there, its form, and its
 * role; when that is another role, another office may owe it. */
static enum err step_goes_over(struct save *s, struct str id, const struct flow_open *o)
{
    struct ctx *c = s->w->c;
    AUTO_ROWS r = { 0 };
    TRY(db_query(c, &r, "SELECT role FROM obligation WHERE id = $1", ARGS(TEXT(id))));
    bool known = rows_next(&r);
    struct str role = known ? row_str(&r, 0) : (struct str){ 0 };
    TRY(rows_end(&r));
    if (!known || o->node_kind == FLOW_EXTRA)
        return ERR_OK;                              /* opened in this run, or added by an officer */
    draft_set(s->d, "obligation", id, "name", o->name);
    draft_set(s->d, "obligation", id, "form", flow_attr(s->w->model, o->node, "form"));
    if (str_eq(role, o->role))
        return ERR_OK;
    struct str office = office_for(c, &s->w->k, o->role);
    draft_set(s->d, "obligation", id, "role", o->role);
    draft_set(s->d, "obligation", id, "office", office);
    draft_set(s->d, "obligation", id, "officer", (struct str){ 0 });
    grant_office(s, o->role, office);
    return ERR_OK;
}

/* A pause, a resume or a new version moves deadlines: take them from the state itself. */
static enum err refresh_deadlines(struct save *s, struct str state)
{
    struct flow_open *open;
    size_t n;
    bool needed = s->w->moved;
    for (size_t i = 0; i < s->w->n; i++)
        needed = needed || s->w->ev[i].kind == FLOW_EV_PAUSED || s->w->ev[i].kind == FLOW_EV_RESUMED;
    if (!needed)
        return ERR_OK;
    TRY(flow_open(s->w->c, s->w->model, state, &open, &n));
    for (size_t i = 0; i < n; i++) {
        struct str id = open[i].kind == FLOW_OPEN_STEP ? obligation_of(s, open[i].key) : (struct str){ 0 };
        int64_t due;
        if (!id.n && open[i].kind != FLOW_OPEN_TIMER)
            continue;
        TRY(due_of(s->w->c, &open[i].when, open[i].start_us, open[i].turn, open[i].pause, open[i].n_pauses, &due));
        if (open[i].kind == FLOW_OPEN_TIMER) {      /* a clock that stands does not go off */
            clock_sets(s, open[i].key, due);
            continue;
        }
        if (due || s->w->moved)
            draft_set_i64(s->d, "obligation", id, "due", due);
        if (s->w->moved)
            TRY(step_goes_over(s, id, &open[i]));
        draft_set(s->d, "obligation", id, "paused", open[i].paused ? STR("yes") : STR("no"));
    }
    return ERR_OK;
}

static size_t stage_now(const struct work_case *k)
{
    for (size_t i = 0; case_stages[i]; i++)
        if (str_is(k->stage, case_stages[i]))
            return i;
    return 0;
}

static bool is_over(const struct work *w)
{
    return flow_run_over(w->run);
}

enum err work_save(struct work *w, struct draft *d)
{
    struct save *s = NEW(&w->c->mem, struct save);
    struct str state;
    TRY(ctx_check(w->c));
    *s = (struct save){ .w = w, .d = d, .stage = stage_now(&w->k) };
    TRY(flow_run_state(w->run, &state));
    TRY(procedures_keep(w->c, d, w->procedure, w->version));
    draft_in(d, w->k.route);
    if (w->fresh) {
        draft_set(d, "process", w->process, "case", w->k.id);
        draft_set(d, "process", w->process, "procedure", w->procedure);
    }
    if (w->fresh || w->moved)
        draft_set(d, "process", w->process, "version", w->version);
    draft_set(d, "process", w->process, "state", state);
    if (is_over(w))
        draft_set(d, "process", w->process, "over", STR("yes"));
    for (size_t i = 0; i < w->n; i++)
        TRY(save_one(s, &w->ev[i]));
    draft_in(d, w->k.route);
    TRY(refresh_deadlines(s, state));
    if (s->stage != stage_now(&w->k))
        draft_set(d, "case", w->k.id, "stage", str_c(case_stages[s->stage]));
    return ctx_check(w->c);
}
