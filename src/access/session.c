/* session.c - who is signed in, in memory only: a restart signs everybody out.
 *
 * A session is found by the hash of its cookie, so memory never holds a usable
 * token.  Fixed-size entries, one lock, no allocation but what an officer left
 * typed when her screen locked. */
#include "access/access.h"
#include "access/state.h"

#include "base/node.h"
#include "crypto/crypto.h"
#include "db/db.h"

#include <stdlib.h>

struct access_state *access_state_new(bool quick)
{
    struct access_state *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    (void)pthread_mutex_init(&s->lock, NULL);
    random_bytes(s->key, sizeof s->key);
    if (quick)
        s->cost = (struct kdf_cost){ 1, 8 << 20 };
    return s;
}

void access_state_free(struct access_state *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < SESSIONS_MAX; i++)
        if (s->session[i]) {
            free(s->session[i]->kept);
            wipe_bytes(s->session[i], sizeof *s->session[i]);
            free(s->session[i]);
        }
    (void)pthread_mutex_destroy(&s->lock);
    wipe_bytes(s->key, sizeof s->key);
    free(s);
}

static void token_hash(struct str token, unsigned char out[HASH_LEN])
{
    HASH(out, NULL, token);
}

static struct session **bucket_of(struct access_state *s, const unsigned char hash[2])
{
    return &s->bucket[((unsigned)hash[0] << 8 | hash[1]) % SESSION_BUCKETS];
}

static void drop(struct access_state *s, size_t i)
{
    struct session **at = bucket_of(s, s->session[i]->hash);
    while (*at && *at != s->session[i])
        at = &(*at)->next;
    if (*at)
        *at = s->session[i]->next;
    free(s->session[i]->kept);
    wipe_bytes(s->session[i], sizeof *s->session[i]);
    free(s->session[i]);
    s->session[i] = NULL;
}

static bool expired(const struct session *e, int64_t now_us)
{
    return now_us - e->started_us > SESSION_HOURS * 3600 * US_PER_S;
}

/* With the lock held. */
static struct session *find(struct access_state *s, const unsigned char hash[HASH_LEN])
{
    struct session *e = *bucket_of(s, hash);
    while (e && !same_bytes(e->hash, hash, HASH_LEN))
        e = e->next;
    return e;
}

static struct session *find_id(struct access_state *s, struct str id)
{
    unsigned char first[2] = { 0 };
    for (size_t i = 0; i < 4 && i < id.n; i++)       /* the id is the hash in hex */
        first[i / 2] = (unsigned char)(first[i / 2] << 4 | (id.p[i] <= '9' ? id.p[i] - '0' : id.p[i] - 'a' + 10));
    struct session *e = id.n ? *bucket_of(s, first) : NULL;
    while (e && !str_eq(str_c(e->id), id))
        e = e->next;
    return e;
}

/* A free place, or that of the session idle longest. */
static size_t place_for(struct access_state *s, int64_t now_us)
{
    size_t oldest = 0;
    for (size_t i = 0; i < SESSIONS_MAX; i++) {
        if (s->session[i] && expired(s->session[i], now_us))
            drop(s, i);
        if (!s->session[i])
            return i;
        if (s->session[i]->seen_us < s->session[oldest]->seen_us)
            oldest = i;
    }
    drop(s, oldest);
    return oldest;
}

static void put(char *to, size_t room, struct str from)
{
    size_t n = from.n < room ? from.n : room - 1;
    if (n)
        memcpy(to, from.p, n);
    to[n] = 0;
}

/* ---- throttle: some failures, then a growing wait -------------------------- */

/* Five for one name from one place; more for a place, since a whole office or a
 * telephone company may share its address; many more for a name from
 * everywhere, so that a stranger who knows it cannot keep its owner out.
 * Wrong receipts are counted apart from sign-in. */
enum { FAILS_HERE = 5, FAILS_PEER = 30, FAILS_NAME = 50, FAILS_RECEIPT = 5 };

/* The key makes it unknowable which two of them share a counter. */
static uint32_t place_of(const struct access_state *s, const char *what, struct str a, struct str b)
{
    unsigned char h[HASH_LEN], both[2 * HASH_LEN];
    uint32_t at;
    HASH(both, s->key, a);
    HASH(both + HASH_LEN, s->key, b);
    HASH(h, s->key, str_c(what), ((struct str){ (const char *)both, sizeof both }));
    memcpy(&at, h, sizeof at);
    return at;
}

static struct throttle *throttle_of(struct access_state *s, const char *what, struct str a, struct str b)
{
    return &s->throttle[place_of(s, what, a, b) % COUNT_OF(s->throttle)];
}

static bool throttled(const struct throttle *t, int limit, int64_t now_us)
{
    if (t->fails < limit)
        return false;
    int64_t wait = INT64_C(30) << (t->fails - limit > 5 ? 5 : t->fails - limit);
    return now_us - t->last_us < wait * US_PER_S;
}

/* Tries during the wait are not counted: they were not looked at, and must not
 * make it longer. */
static void throttle_note(struct throttle *t, int64_t now_us, bool ok)
{
    t->fails = ok ? 0 : t->fails + 1;
    t->last_us = now_us;
}

bool guess_allowed(struct ctx *c, struct str peer)
{
    struct access_state *s = c->node->access;
    (void)pthread_mutex_lock(&s->lock);
    bool ok = !peer.n || !throttled(throttle_of(s, "receipt", peer, STR("")), FAILS_RECEIPT, c->now_us);
    (void)pthread_mutex_unlock(&s->lock);
    return ok;
}

void guess_note(struct ctx *c, struct str peer, bool right)
{
    struct access_state *s = c->node->access;
    (void)pthread_mutex_lock(&s->lock);
    if (peer.n)
        throttle_note(throttle_of(s, "receipt", peer, STR("")), c->now_us, right);
    (void)pthread_mutex_unlock(&s->lock);
}

bool access_rate(struct ctx *c, const char *what, struct str peer, int per_minute)
{
    struct access_state *s = c->node->access;
    if (!peer.n || !s)
        return true;
    (void)pthread_mutex_lock(&s->lock);
    /* Apart from sign-in: what anyone may call must neither keep an officer out nor
     * wipe the count of wrong passwords. */
    struct throttle *t = &s->rate[place_of(s, what, peer, STR("rate")) % COUNT_OF(s->rate)];
    if (c->now_us - t->last_us >= 60 * US_PER_S)
        *t = (struct throttle){ .last_us = c->now_us };      /* a new minute */
    bool ok = t->fails < per_minute;
    t->fails += ok;
    (void)pthread_mutex_unlock(&s->lock);
    return ok;
}

/* ---- sign in ----------------------------------------------------------------- */

struct login_row { struct str id, name, office, agency, territory, roles, lang, password, totp; bool disabled, found; };

static enum err login_load(struct ctx *c, struct str login, struct login_row *out)
{
    AUTO_ROWS r = { 0 };
    *out = (struct login_row){ 0 };
    TRY(db_query(c, &r,
        "SELECT id, name, office, agency, territory, roles, lang, password, totp, disabled"
        " FROM officer WHERE login = $1", ARGS(TEXT(login))));
    if (rows_next(&r))
        *out = (struct login_row){ row_str(&r, 0), row_str(&r, 1), row_str(&r, 2), row_str(&r, 3),
            row_str(&r, 4), row_str(&r, 5), row_str(&r, 6), row_str(&r, 7), row_str(&r, 8),
            row_i64(&r, 9) != 0, true };
    return rows_end(&r);
}

/* A hash of nobody's password, so that an unknown name costs the same. */
static struct str dummy_hash(struct ctx *c)
{
    struct access_state *s = c->node->access;
    (void)pthread_mutex_lock(&s->lock);
    if (!s->dummy[0]) {
        struct str h = { 0 };
        struct str nobody = id_new(&c->mem, c->now_us);
        if (password_hash(c, nobody, c->node->access->cost, &h) == ERR_OK)
            put(s->dummy, sizeof s->dummy, h);
    }
    struct str out = arena_dup(&c->mem, str_c(s->dummy));
    (void)pthread_mutex_unlock(&s->lock);
    return out;
}

/* The code is right, and newer than the last one used. */
static bool code_ok(struct ctx *c, const struct login_row *o, struct str code)
{
    struct str sealed = { 0 }, secret;
    if (!o->totp.n)
        return true;
    if (!hex_bytes(&c->mem, o->totp, &sealed) || node_open(c, sealed, &secret) != ERR_OK)
        return false;
    struct throttle *used = &c->node->access->totp_used[str_hash(o->id) % 4096];
    int64_t step = totp_check(secret, code, c->now_us, used->last_us);
    if (step >= 0)
        used->last_us = step;
    return step >= 0;
}

static void session_fill(struct session *e, const struct login_row *o, int64_t now_us)
{
    put(e->officer, sizeof e->officer, o->id);
    put(e->name, sizeof e->name, o->name);
    put(e->office, sizeof e->office, o->office);
    put(e->agency, sizeof e->agency, o->agency);
    put(e->territory, sizeof e->territory, o->territory);
    put(e->roles, sizeof e->roles, o->roles);
    put(e->lang, sizeof e->lang, o->lang);
    put(e->password, sizeof e->password, o->password);
    e->started_us = e->seen_us = now_us;
}

static enum err session_make(struct ctx *c, const struct login_row *o, struct str *token)
{
    struct access_state *s = c->node->access;
    unsigned char raw[32];
    struct session *e = calloc(1, sizeof *e);
    if (!e)
        return FAIL(c, ERR_NOMEM, "error.too-big", "session");
    random_bytes(raw, sizeof raw);
    struct str made = hex_text(&c->mem, (struct str){ (const char *)raw, sizeof raw });
    session_fill(e, o, c->now_us);
    token_hash(made, e->hash);
    put(e->id, sizeof e->id, hex_text(&c->mem, (struct str){ (const char *)e->hash, 16 }));
    (void)pthread_mutex_lock(&s->lock);
    s->session[place_for(s, c->now_us)] = e;
    struct session **at = bucket_of(s, e->hash);
    e->next = *at;
    *at = e;
    (void)pthread_mutex_unlock(&s->lock);
    *token = made;
    return ctx_check(c);
}

enum err session_begin(struct ctx *c, struct str login, struct str password, struct str totp,
                       struct str peer, struct str *token)
{
    struct access_state *s = c->node->access;
    struct login_row o;

    TRY(login_load(c, login, &o));
    struct str hash = o.found ? o.password : dummy_hash(c);
    struct throttle *here = throttle_of(s, "here", login, peer), *all = throttle_of(s, "name", login, STR("")),
                    *from = throttle_of(s, "peer", peer, STR(""));
    (void)pthread_mutex_lock(&s->lock);
    bool wait = throttled(here, FAILS_HERE, c->now_us) || throttled(all, FAILS_NAME, c->now_us) ||
                (peer.n && throttled(from, FAILS_PEER, c->now_us));
    (void)pthread_mutex_unlock(&s->lock);
    bool ok = password_ok(c, hash, password) && o.found && !o.disabled && !wait;
    (void)pthread_mutex_lock(&s->lock);
    ok = ok && code_ok(c, &o, totp);
    if (!wait) {
        throttle_note(here, c->now_us, ok);
        throttle_note(all, c->now_us, ok);
        if (peer.n)
            throttle_note(from, c->now_us, ok);
    }
    (void)pthread_mutex_unlock(&s->lock);
    if (!ok)
        return FAIL(c, ERR_DENIED, "access.wrong-login", "sign-in refused");
    return session_make(c, &o, token);
}

/* ---- every request ------------------------------------------------------------ */

static struct officer *officer_of(struct ctx *c, const struct session *e)
{
    struct officer *o = NEW(&c->mem, struct officer);
    if (!o)
        return NULL;
    *o = (struct officer){
        .id = arena_dup(&c->mem, str_c(e->officer)), .name = arena_dup(&c->mem, str_c(e->name)),
        .office = arena_dup(&c->mem, str_c(e->office)), .agency = arena_dup(&c->mem, str_c(e->agency)),
        .territory = arena_dup(&c->mem, str_c(e->territory)),
        .roles = arena_dup(&c->mem, str_c(e->roles)),
        .session = arena_dup(&c->mem, str_c(e->id)), .seen_us = e->seen_us, .epoch = e->epoch };
    return o;
}

/* What this session was begun with may have been taken away since by another process
 * (the command line, another server of the database, a courier's file): the tables say. */
static bool still_so(const struct session *e, const struct login_row *o)
{
    struct session now;
    memset(&now, 0, sizeof now);
    session_fill(&now, o, 0);
    bool so = o->found && !o->disabled && !strcmp(e->password, now.password) && !strcmp(e->roles, now.roles) &&
              !strcmp(e->office, now.office) && !strcmp(e->agency, now.agency) && !strcmp(e->territory, now.territory);
    wipe_bytes(&now, sizeof now);
    return so;
}

static enum err officer_now(struct ctx *c, struct str id, struct login_row *out)
{
    AUTO_ROWS r = { 0 };
    *out = (struct login_row){ 0 };
    TRY(db_query(c, &r, "SELECT office, agency, territory, roles, password, disabled FROM officer WHERE id = $1",
                 ARGS(TEXT(id))));
    if (rows_next(&r))
        *out = (struct login_row){ .office = row_str(&r, 0), .agency = row_str(&r, 1), .territory = row_str(&r, 2),
            .roles = row_str(&r, 3), .password = row_str(&r, 4), .disabled = row_i64(&r, 5) != 0, .found = true };
    return rows_end(&r);
}

static enum err check_again(struct ctx *c, struct str token, const unsigned char hash[HASH_LEN])
{
    struct access_state *s = c->node->access;
    struct login_row row;
    TRY(officer_now(c, c->who->id, &row));
    (void)pthread_mutex_lock(&s->lock);
    const struct session *e = find(s, hash);
    bool so = e && still_so(e, &row);
    (void)pthread_mutex_unlock(&s->lock);
    if (so)
        return ERR_OK;
    session_end(c, token);
    c->who = NULL;
    return ERR_OK;
}

enum err session_resume(struct ctx *c, struct str token)
{
    struct access_state *s = c->node->access;
    unsigned char hash[HASH_LEN];
    bool locked = false;

    token_hash(token, hash);
    (void)pthread_mutex_lock(&s->lock);
    struct session *e = token.n ? find(s, hash) : NULL;
    if (e && !expired(e, c->now_us)) {
        if (c->now_us - e->seen_us > LOCK_MINUTES * 60 * US_PER_S)
            e->locked = true;
        locked = e->locked;
        c->who = officer_of(c, e);
        if (e->lang[0])
            c->lang = arena_dup(&c->mem, str_c(e->lang));
        if (!locked)
            e->seen_us = c->now_us;
    }
    (void)pthread_mutex_unlock(&s->lock);
    TRY(ctx_check(c));
    if (c->who)
        TRY(check_again(c, token, hash));
    if (!c->who)
        return FAIL(c, ERR_DENIED, "access.sign-in", "no session");
    return locked ? FAIL(c, ERR_DENIED, "access.locked", "session is locked") : ERR_OK;
}

void session_lock(struct ctx *c)
{
    struct access_state *s = c->node->access;
    (void)pthread_mutex_lock(&s->lock);
    struct session *e = c->who ? find_id(s, c->who->session) : NULL;
    if (e) {
        e->locked = true;
        e->epoch++;
        wipe_bytes(e->opened, sizeof e->opened);     /* no identity stays open behind a lock */
    }
    (void)pthread_mutex_unlock(&s->lock);
}

enum err session_unlock(struct ctx *c, struct str token, struct str password)
{
    struct access_state *s = c->node->access;
    unsigned char hash[HASH_LEN];
    char stored[sizeof ((struct session *)0)->password] = "", who[ID_LEN + 1] = "";

    token_hash(token, hash);
    (void)pthread_mutex_lock(&s->lock);
    struct session *e = find(s, hash);
    if (e && !expired(e, c->now_us) && !throttled(throttle_of(s, "unlock", str_c(e->officer), STR("")), FAILS_HERE, c->now_us)) {
        memcpy(stored, e->password, sizeof stored);
        memcpy(who, e->officer, sizeof who);
    }
    (void)pthread_mutex_unlock(&s->lock);
    struct str h = stored[0] ? str_c(stored) : dummy_hash(c);
    bool ok = password_ok(c, h, password) && stored[0];
    (void)pthread_mutex_lock(&s->lock);
    e = find(s, hash);
    if (who[0])
        throttle_note(throttle_of(s, "unlock", str_c(who), STR("")), c->now_us, ok);
    if (e && ok) {
        e->locked = false;
        e->epoch++;
        e->seen_us = c->now_us;
    }
    (void)pthread_mutex_unlock(&s->lock);
    return ok && e ? ERR_OK : FAIL(c, ERR_DENIED, "access.wrong-login", "unlock refused");
}

void session_end(struct ctx *c, struct str token)
{
    struct access_state *s = c->node->access;
    unsigned char hash[HASH_LEN];
    token_hash(token, hash);
    (void)pthread_mutex_lock(&s->lock);
    for (size_t i = 0; i < SESSIONS_MAX; i++)
        if (s->session[i] && same_bytes(s->session[i]->hash, hash, HASH_LEN))
            drop(s, i);
    (void)pthread_mutex_unlock(&s->lock);
}

void session_end_all_of(struct ctx *c, struct str officer)
{
    struct access_state *s = c->node->access;
    (void)pthread_mutex_lock(&s->lock);
    for (size_t i = 0; i < SESSIONS_MAX; i++)
        if (s->session[i] && str_eq(str_c(s->session[i]->officer), officer))
            drop(s, i);
    (void)pthread_mutex_unlock(&s->lock);
}

/* ---- what was being typed ------------------------------------------------------ */

void session_keep(struct ctx *c, struct str path, struct str body)
{
    struct access_state *s = c->node->access;
    if (body.n > KEPT_MAX || path.n >= sizeof ((struct session *)0)->kept_path)
        return;
    (void)pthread_mutex_lock(&s->lock);
    struct session *e = c->who ? find_id(s, c->who->session) : NULL;
    char *copy = e && body.n ? malloc(body.n) : NULL;
    if (e) {
        free(e->kept);
        e->kept = copy;
        e->kept_n = copy ? body.n : 0;
        if (copy)
            memcpy(copy, body.p, body.n);
        put(e->kept_path, sizeof e->kept_path, path);
    }
    (void)pthread_mutex_unlock(&s->lock);
}

struct str session_kept(struct ctx *c, struct str *path)
{
    struct access_state *s = c->node->access;
    struct str out = { 0 };
    *path = (struct str){ 0 };
    (void)pthread_mutex_lock(&s->lock);
    struct session *e = c->who ? find_id(s, c->who->session) : NULL;
    if (e && e->kept) {
        out = arena_dup(&c->mem, (struct str){ e->kept, e->kept_n });
        *path = arena_dup(&c->mem, str_c(e->kept_path));
    }
    (void)pthread_mutex_unlock(&s->lock);
    return out;
}

/* ---- opened identities ----------------------------------------------------------- */

static struct opening *opening_of(struct session *e, struct str dossier)
{
    for (size_t i = 0; e && i < OPENED_MAX; i++)
        if (str_eq(str_c(e->opened[i].dossier), dossier))
            return &e->opened[i];
    return NULL;
}

enum err access_open(struct ctx *c, struct str dossier, struct str purpose, struct str reason)
{
    struct access_state *s = c->node->access;
    if (!str_trim(reason).n || !str_trim(purpose).n)
        return FAIL(c, ERR_INPUT, "access.open-reason", "no reason");
    TRY(access_need(c, "dossier.open_identity", dossier));
    TRY(access_event(c, dossier, "open", str_join(&c->mem, purpose, STR(": "), reason)));
    (void)pthread_mutex_lock(&s->lock);
    struct session *e = find_id(s, c->who->session);
    if (e) {
        struct opening *o = opening_of(e, dossier);
        for (size_t i = 0; !o && i < OPENED_MAX; i++)
            if (e->opened[i].until_us <= c->now_us)
                o = &e->opened[i];
        if (!o)
            o = &e->opened[0];
        put(o->dossier, sizeof o->dossier, dossier);
        o->until_us = c->now_us + OPEN_MINUTES * 60 * US_PER_S;
        e->epoch++;
    }
    (void)pthread_mutex_unlock(&s->lock);
    return ERR_OK;
}

void access_close(struct ctx *c, struct str dossier)
{
    struct access_state *s = c->node->access;
    (void)pthread_mutex_lock(&s->lock);
    struct session *e = c->who ? find_id(s, c->who->session) : NULL;
    struct opening *o = e ? opening_of(e, dossier) : NULL;
    if (o) {
        *o = (struct opening){ 0 };
        e->epoch++;
    }
    (void)pthread_mutex_unlock(&s->lock);
}

bool access_opened(struct ctx *c, struct str dossier, int64_t *until_us)
{
    struct access_state *s = c->node->access;
    (void)pthread_mutex_lock(&s->lock);
    struct opening *o = c->who ? opening_of(find_id(s, c->who->session), dossier) : NULL;
    *until_us = o ? o->until_us : 0;
    (void)pthread_mutex_unlock(&s->lock);
    if (*until_us > c->now_us)
        access_ends(c, *until_us);
    return *until_us > c->now_us;
}

/* ---- form tokens ------------------------------------------------------------------- */

static struct str token_at(struct ctx *c, int64_t hour)
{
    unsigned char mac[HASH_LEN];
    struct buf b;
    buf_init(&b, &c->mem, 256);
    if (c->who && c->who->session.n)
        buf_put(&b, c->who->session);
    else
        buf_i64(&b, hour);
    HASH(mac, c->node->access->key, buf_str(&b));
    return hex_text(&c->mem, (struct str){ (const char *)mac, 16 });
}

struct str form_token(struct ctx *c)
{
    return token_at(c, c->now_us / US_PER_S / 3600);
}

bool form_token_ok(struct ctx *c, struct str token)
{
    int64_t hour = c->now_us / US_PER_S / 3600;
    for (int64_t back = 0; back < 6; back++) {      /* a public form may stay open for hours */
        struct str want = token_at(c, hour - back);
        if (want.n && want.n == token.n && same_bytes(want.p, token.p, want.n))
            return true;
        if (c->who && c->who->session.n)
            break;
    }
    return false;
}
