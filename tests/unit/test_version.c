/* test_version.c - a case keeps the version of its procedure; going over to
 * another is a change with a reason.  On both engines. */
#include "web_t.h"

#include "case/case.h"
#include "flow/flow.h"
#include "signal/signal.h"
#include "work/work.h"

#include <sys/stat.h>

#define HERE "codeni-filadelfia"
#define PATH(...) str_join(&h->c.mem, __VA_ARGS__)

/* ---- a pack that changes ------------------------------------------------------------------- */

static void copy_folder(struct t *t, struct ctx *c, struct str from, struct str to)
{
    struct str *name;
    size_t n = 0;
    CHECK_EQ(mkdir(arena_z(&c->mem, to), 0700), 0);
    OK(c, dir_list(c, arena_z(&c->mem, from), &name, &n));
    for (size_t i = 0; i < n; i++) {
        struct stat st;
        struct str a = str_join(&c->mem, from, STR("/"), name[i]), b = str_join(&c->mem, to, STR("/"), name[i]), bytes;
        CHECK_EQ(stat(arena_z(&c->mem, a), &st), 0);
        if (S_ISDIR(st.st_mode)) {
            copy_folder(t, c, a, b);
            continue;
        }
        OK(c, file_read(c, arena_z(&c->mem, a), 64 << 20, &bytes));
        OK(c, file_write(c, arena_z(&c->mem, b), bytes, 0600));
    }
}

static struct str replaced(struct ctx *c, struct str text, struct str what, struct str by)
{
    struct buf b;
    size_t at;
    buf_init(&b, &c->mem, text.n * 2 + 100);
    while (str_find(text, what, &at)) {
        buf_put(&b, str_sub(text, 0, at));
        buf_put(&b, by);
        text = str_sub(text, at + what.n, text.n);
    }
    buf_put(&b, text);
    return buf_str(&b);
}

/* Change the pack's file as a ministry would, and open the house again. */
static void pack_changes(struct t *t, struct house_t *h, struct str what, struct str by)
{
    struct ctx *c = &h->c;
    struct str text, path = PATH(h->cfg.pack, STR("/procedures/ruta-unica.bpmn"));
    const char *z = arena_z(&c->mem, path);
    OK(c, file_read(c, z, 8 << 20, &text));
    struct str now = replaced(c, text, what, by);
    CHECK(!str_eq(now, text));
    OK(c, file_write(c, z, now, 0600));
    house_close(c, h->house);
    CHECK(house_reopen(t, h));
}

static bool house_own_pack(struct t *t, struct house_t *h, int pg, char *dir)
{
    memset(h, 0, sizeof *h);
    node_place(&h->place, pg);
    ctx_init(&h->c, 512 << 20);
    (void)snprintf(dir, 80, "%s-pack", h->place.dir);
    copy_folder(t, &h->c, STR("packs/py"), str_c(dir));
    h->cfg = (struct node_config){ .data = str_c(h->place.dir), .db = pg ? str_c(h->place.url) : (struct str){ 0 },
        .pack = str_c(dir), .quick = true, .create = true };
    bool ok = house_reopen(t, h);
    h->c.now_us = HOUSE_START;
    h->c.lang = STR("es");
    return ok;
}

static void remove_folder(struct ctx *c, struct str dir)
{
    struct str *name;
    size_t n = 0;
    if (dir_list(c, arena_z(&c->mem, dir), &name, &n) != ERR_OK)
        return;
    for (size_t i = 0; i < n; i++) {
        struct str a = str_join(&c->mem, dir, STR("/"), name[i]);
        if (unlink(arena_z(&c->mem, a)) != 0)
            remove_folder(c, a);
    }
    (void)rmdir(arena_z(&c->mem, dir));
}

/* ---- cases ---------------------------------------------------------------------------------------- */

static struct work_case new_case(struct t *t, struct house_t *h)
{
    struct ctx *c = &h->c;
    struct work_case k = { 0 };
    struct answers a = { 0 };
    struct str receipt, signal = { 0 }, id = { 0 };
    c->who = NULL;
    (void)answers_put(&c->mem, &a, STR("what"), STR("Aviso inventado"));
    OK(c, signal_receive(c, &(struct signal_in){ .channel = "web", .form = STR("signal"), .answers = &a, .territory = STR("PY-1604") }, &receipt, &signal));
    as(t, h, HERE);
    OK(c, signal_open_case(c, signal, &(struct signal_case){ .title = STR("adolescente, casa particular"),
        .procedure = c->node->pack->procedures[0].id, .cl = true }, &id));
    OK(c, work_case(c, id, &k));
    return k;
}

static bool owes(struct house_t *h, struct str case_id, struct str node)
{
    return COUNT_ROWS(h, "SELECT count(*) FROM obligation WHERE case_id = $1 AND node = $2 AND state = 'due'", ARGS(TEXT(case_id), TEXT(node))) > 0;
}

static struct str version_of(struct house_t *h, struct str case_id)
{
    return one_value(h, "SELECT version FROM process WHERE case_id = $1 AND over = 0", case_id);
}

static struct str step_at(struct house_t *h, struct str case_id, struct str node)
{
    AUTO_ROWS r = { 0 };
    struct str id = { 0 };
    if (db_query(&h->c, &r, "SELECT id FROM obligation WHERE case_id = $1 AND node = $2 AND state = 'due' ORDER BY id",
                 ARGS(TEXT(case_id), TEXT(node))) == ERR_OK && rows_next(&r))
        id = row_str(&r, 0);
    return id;
}

static bool page_has(struct t *t, struct house_t *h, struct str token, struct str path, struct str what)
{
    struct got g;
    web_ask(h, token, GET, path, NULL, 0, &g);
    CHECK_EQ(g.rs.status, 200);
    bool yes = holds(g.body, what);
    got_end(&g);
    return yes;
}

static struct str token_of(struct t *t, struct house_t *h, const char *office)
{
    struct str token = { 0 };
    as(t, h, office);
    h->c.who = NULL;
    OK(&h->c, session_begin(&h->c, str_c(office), STR(HOUSE_PASSWORD), (struct str){ 0 }, STR("peer-ok"), &token));
    return token;
}

/* Posted; `not` stands nowhere in the answer. */
static int send_not(struct t *t, struct house_t *h, struct str token, struct str path, struct sent *form, size_t n, struct str not)
{
    struct got g;
    h->c.who = NULL;
    OK(&h->c, session_resume(&h->c, token));
    form[n] = (struct sent){ STR("token"), form_token(&h->c) };
    web_ask(h, token, POST, path, form, n + 1, &g);
    int status = g.rs.status;
    CHECK(!not.n || !holds(g.body, not));
    got_end(&g);
    h->c.who = NULL;
    return status;
}

static int send(struct t *t, struct house_t *h, struct str token, struct str path, struct sent *form, size_t n)
{
    return send_not(t, h, token, path, form, n, (struct str){ 0 });
}

/* ---- the whole story -------------------------------------------------------------------------------- */

static void story_on(struct t *t, struct house_t *h)
{
    struct ctx *c = &h->c;
    struct work_case old = new_case(t, h);
    struct str gone = one_value(h, "SELECT node FROM obligation WHERE case_id = $1 AND state = 'due' ORDER BY due_us, id", old.id);
    struct str first = version_of(h, old.id), renamed = PATH(gone, STR("-2"));
    CHECK(gone.n && first.n == 32);
    CHECK_EQ(COUNT_ROWS(h, "SELECT count(*) FROM procedure_version", NO_ARGS), 1);
    struct work_case other = new_case(t, h);
    CHECK_EQ(COUNT_ROWS(h, "SELECT count(*) FROM procedure_version", NO_ARGS), 1);      /* kept once */

    pack_changes(t, h, PATH(STR("\""), gone, STR("\"")), PATH(STR("\""), renamed, STR("\"")));
    pack_changes(t, h, PATH(STR(">"), gone, STR("<")), PATH(STR(">"), renamed, STR("<")));
    struct work_case new = new_case(t, h);
    CHECK(!str_eq(version_of(h, new.id), first));
    CHECK(owes(h, new.id, renamed) && !owes(h, new.id, gone));
    CHECK(str_eq(version_of(h, old.id), first) && owes(h, old.id, gone));
    as(t, h, HERE);
    struct str office = one_value(h, "SELECT office FROM obligation WHERE case_id = $1 AND state = 'due' ORDER BY due_us, id", old.id);
    CHECK(office.n);
    OK(c, obligation_done(c, step_at(h, other.id, gone), NULL, STR("hecho")));             /* the old one goes on as it began */
    CHECK(!owes(h, other.id, gone) && str_eq(version_of(h, other.id), first));

    struct str here = token_of(t, h, HERE), page = PATH(STR("/case/"), old.id, STR("/version"));
    CHECK(page_has(t, h, here, PATH(STR("/case/"), old.id, STR("/route")), page));
    CHECK(!page_has(t, h, here, PATH(STR("/case/"), new.id, STR("/route")), STR("/version")));
    CHECK(page_has(t, h, here, page, renamed));
    pack_changes(t, h, STR("amparo:due=\"PT24H\""), STR("amparo:due=\"P49D\""));       /* told in words */
    here = token_of(t, h, HERE);
    CHECK(page_has(t, h, here, page, STR("El plazo cambia de 24 horas a 49 días")));
    pack_changes(t, h, STR("amparo:due=\"P49D\""), STR("amparo:due=\"PT24H\""));
    here = token_of(t, h, HERE);
    AUTO_ROWS r = { 0 };
    int64_t key = 0;
    OK(c, db_query(c, &r, "SELECT step FROM obligation WHERE case_id = $1 AND node = $2 AND state = 'due'", ARGS(TEXT(old.id), TEXT(gone))));
    if (rows_next(&r))
        key = row_i64(&r, 0);
    OK(c, rows_end(&r));
    struct buf field;
    buf_init(&field, &c->mem, 40);
    buf_fmt(&field, "to.%lld", (long long)key);
    struct str now = version_of(h, new.id);
    struct sent form[8] = { { STR("version"), now }, { STR("reason"), STR("Ruta nueva desde marzo") }, { buf_str(&field), renamed } };
    struct sent undecided[8] = { form[0], form[1] }, no_reason[8] = { form[0], form[2] }, nowhere[8] = { form[0], form[1], { buf_str(&field), STR("no-such") } };
    struct sent other_version[8] = { { STR("version"), first }, form[1], form[2] };
    CHECK_EQ(send(t, h, here, page, undecided, 2), 422);
    CHECK_EQ(send(t, h, here, page, no_reason, 2), 422);
    CHECK_EQ(send(t, h, here, page, nowhere, 3), 422);
    CHECK_EQ(send(t, h, here, page, other_version, 3), 409);
    struct str stranger = token_of(t, h, "codeni-villarrica");
    CHECK_EQ(send(t, h, stranger, page, form, 3), 404);
    CHECK(str_eq(version_of(h, old.id), first));
    CHECK_EQ(send(t, h, here, page, form, 3), 303);
    CHECK(str_eq(version_of(h, old.id), now));
    CHECK(owes(h, old.id, renamed) && !owes(h, old.id, gone));
    CHECK_EQ(COUNT_ROWS(h, "SELECT count(*) FROM obligation WHERE case_id = $1 AND node = $2 AND state = 'cancelled' AND reason = 'Ruta nueva desde marzo'",
                        ARGS(TEXT(old.id), TEXT(gone))), 1);
    CHECK(page_has(t, h, here, PATH(STR("/case/"), old.id), STR("Ruta nueva desde marzo")));
    CHECK_EQ(send(t, h, here, page, form, 3), 409);                                        /* there already */
    CHECK_EQ(COUNT_ROWS(h, "SELECT count(*) FROM procedure_version", NO_ARGS), 2);
    as(t, h, HERE);
    OK(c, obligation_done(c, step_at(h, old.id, renamed), NULL, STR("hecho")));

    struct verify_report v;
    OK(c, ledger_rebuild(c, c->node->ledger));                                             /* and after a rebuild the same */
    OK(c, ledger_verify(c, c->node->ledger, false, &v));
    house_close(c, h->house);
    CHECK(house_reopen(t, h));
    struct flow_route *route;
    size_t n;
    OK(c, work_route(c, other.id, &route, &n));
    bool has_old = false;
    for (size_t i = 0; i < n; i++)
        has_old = has_old || str_eq(route[i].step.id, gone);
    CHECK(has_old);                                                                        /* the other still knows the old step */
}

/* Several cases at once: those of which nothing must be decided, each by its own change. */
static void several_on(struct t *t, struct house_t *h)
{
    struct ctx *c = &h->c;
    struct work_case a = new_case(t, h), b = new_case(t, h), d = new_case(t, h);
    struct str gone = one_value(h, "SELECT node FROM obligation WHERE case_id = $1 AND state = 'due' ORDER BY due_us, id", a.id);
    struct str renamed = PATH(gone, STR("-2")), first = version_of(h, a.id), page = STR("/cases/versions");
    OK(c, obligation_done(c, step_at(h, b.id, gone), NULL, STR("hecho")));
    OK(c, obligation_done(c, step_at(h, d.id, gone), NULL, STR("hecho")));
    struct work_old *v;
    size_t n;
    OK(c, work_version_old(c, (struct str){ 0 }, 10, &v, &n));
    CHECK_EQ(n, 0);
    pack_changes(t, h, PATH(STR("\""), gone, STR("\"")), PATH(STR("\""), renamed, STR("\"")));
    pack_changes(t, h, PATH(STR(">"), gone, STR("<")), PATH(STR(">"), renamed, STR("<")));
    as(t, h, HERE);
    OK(c, work_version_old(c, (struct str){ 0 }, 10, &v, &n));
    CHECK_EQ(n, 3);
    OK(c, work_version_old(c, v[0].id, 10, &v, &n));
    CHECK_EQ(n, 2);
    struct work_version now;
    OK(c, work_version(c, a.id, &now));
    struct str here = token_of(t, h, HERE), other = token_of(t, h, "codeni-villarrica");
    CHECK(page_has(t, h, here, page, PATH(b.id, STR(":"), now.present)));
    CHECK(page_has(t, h, here, page, PATH(STR("/case/"), a.id, STR("/version"))));         /* what it needs is decided there */
    CHECK(!page_has(t, h, here, page, PATH(a.id, STR(":"), now.present)));
    CHECK(!page_has(t, h, other, page, b.code));
    struct sent form[8] = { { STR("reason"), STR("Ruta nueva desde marzo") }, { STR("case"), PATH(a.id, STR(":"), now.present) },
        { STR("case"), PATH(b.id, STR(":"), now.present) }, { STR("case"), PATH(d.id, STR(":"), first) } };
    struct sent no_reason[8] = { { STR("reason"), STR(" ") }, form[2] }, none[8] = { form[0] };
    CHECK_EQ(send(t, h, here, page, no_reason, 2), 422);
    CHECK_EQ(send(t, h, here, page, none, 1), 422);
    CHECK_EQ(send_not(t, h, other, page, form, 4, b.code), 200);                           /* none of hers: said for each, without its code */
    CHECK(str_eq(version_of(h, b.id), first));
    CHECK_EQ(send(t, h, here, page, form, 4), 200);                                        /* one of three; two with their reason */
    CHECK(str_eq(version_of(h, a.id), first) && str_eq(version_of(h, d.id), first));
    CHECK(str_eq(version_of(h, b.id), now.present));
    form[1] = (struct sent){ STR("case"), PATH(d.id, STR(":"), now.present) };
    CHECK_EQ(send(t, h, here, page, form, 2), 303);
    CHECK(str_eq(version_of(h, d.id), now.present));
    CHECK_EQ(COUNT_ROWS(h, "SELECT count(*) FROM process_move WHERE reason = 'Ruta nueva desde marzo'", NO_ARGS), 2);
    struct verify_report rep;
    OK(c, ledger_verify(c, c->node->ledger, false, &rep));
}

/* A step whose clock is stopped has no timer that goes off, and it goes off later. */
static void paused_on(struct t *t, struct house_t *h)
{
    struct ctx *c = &h->c;
    struct work_case k = new_case(t, h);
    size_t did;
    AUTO_ROWS r = { 0 };
    struct str step = { 0 };
    int64_t due = 0;
    OK(c, db_query(c, &r,
        "SELECT o.id, o.due_us FROM obligation o WHERE o.case_id = $1 AND o.state = 'due' AND o.node IN ('P-PY-03', 'P-PY-04', 'P-PY-04-women', 'P-PY-04-adult', 'P-PY-06')"
        " ORDER BY o.due_us, o.id LIMIT 1", ARGS(TEXT(k.id))));
    if (rows_next(&r)) {
        step = row_str(&r, 0);
        due = row_i64(&r, 1);
    }
    OK(c, rows_end(&r));
    int64_t clocks = COUNT_ROWS(h, "SELECT count(*) FROM clock WHERE case_id = $1", ARGS(TEXT(k.id)));
    struct obligation o;
    OK(c, obligation_get(c, step, &o));
    OK(c, obligation_pause(c, step, STR("Camino cortado")));
    CHECK_EQ(COUNT_ROWS(h, "SELECT count(*) FROM clock WHERE case_id = $1", ARGS(TEXT(k.id))), clocks - 1);
    const struct officer *who = c->who;
    c->now_us = due + HOUR;
    c->who = officer_machine(c);
    OK(c, work_tick(c, 100, &did));
    CHECK_EQ(COUNT_ROWS(h, "SELECT count(*) FROM obligation WHERE id = $1 AND state = 'due' AND paused = 1", ARGS(TEXT(step))), 1);
    c->who = who;
    OK(c, obligation_resume(c, step));
    CHECK(COUNT_ROWS(h, "SELECT count(*) FROM obligation WHERE id = $1 AND due_us > $2", ARGS(TEXT(step), INT(due))) == 1);
    CHECK_EQ(COUNT_ROWS(h, "SELECT count(*) FROM clock WHERE case_id = $1 AND due_us <= $2", ARGS(TEXT(k.id), INT(c->now_us))), 0);
    CHECK_EQ(COUNT_ROWS(h, "SELECT count(*) FROM clock WHERE case_id = $1", ARGS(TEXT(k.id))), clocks);
}

static void both(struct t *t, void (*run)(struct t *t, struct house_t *h))
{
    for (int pg = 0; pg < engines(); pg++) {
        struct house_t h;
        char dir[80];
        log_from = LOG_ERROR + 1;
        if (house_own_pack(t, &h, pg, dir))
            run(t, &h);
        CHECK(!h.c.mem.failed);
        remove_folder(&h.c, str_c(dir));
        house_end(&h);
    }
}
#define BOTH(name) static void name(struct t *t) { both(t, name##_on); }
BOTH(story) BOTH(several) BOTH(paused)

static const struct t_case cases[] = {
    { "the pack changes: the old case goes on, the new one takes the new; a move with a reason", story },
    { "several cases at once, each by its own change; what cannot move says why", several },
    { "a stopped clock does not go off", paused },
};
T_MAIN(cases)
