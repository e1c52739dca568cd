#include "law/sign.h"

#include "access/access.h"
#include "base/node.h"
#include "base/who.h"
#include "crypto/crypto.h"
#include "db/db.h"
#include "law/priv.h"

const struct table law_tables[] = {
    { "law_verification",
      "CREATE TABLE law_verification (id TEXT PRIMARY KEY, provision TEXT NOT NULL, hash TEXT NOT NULL,"
      " verdict TEXT NOT NULL, source TEXT NOT NULL, note TEXT NOT NULL, seen_on TEXT NOT NULL,"
      " officer TEXT NOT NULL, office TEXT NOT NULL, at_us BIGINT NOT NULL);"
      "CREATE INDEX law_verification_provision ON law_verification (provision, at_us);" },
};
const size_t law_tables_n = COUNT_OF(law_tables);

static enum err project(struct ctx *c, const struct record *r)
{
    return db_exec(c,
        "INSERT INTO law_verification (id, provision, hash, verdict, source, note, seen_on, officer, office, at_us)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
        " ON CONFLICT (id) DO UPDATE SET provision = excluded.provision, hash = excluded.hash,"
        " verdict = excluded.verdict, source = excluded.source, note = excluded.note, seen_on = excluded.seen_on,"
        " officer = excluded.officer, office = excluded.office, at_us = excluded.at_us",
        ARGS(TEXT(r->id), TEXT(record_get(r, "provision")), TEXT(record_get(r, "hash")),
             TEXT(record_get(r, "verdict")), TEXT(record_get(r, "source")), TEXT(record_get(r, "note")),
             TEXT(record_get(r, "seen_on")), TEXT(record_get(r, "by")), TEXT(record_get(r, "office")),
             INT(record_i64(r, "at"))));
}

const struct projector law_projectors[] = { { "law_verification", project } };
const size_t law_projectors_n = COUNT_OF(law_projectors);

/* ---- what she read ------------------------------------------------------------------- */

static void mix(struct hasher *h, struct str s)
{
    unsigned char n[8];
    for (int i = 0; i < 8; i++)
        n[i] = (unsigned char)((uint64_t)s.n >> (8 * i));
    hasher_put(h, (struct str){ (const char *)n, sizeof n });
    hasher_put(h, s);
}

struct str law_hash(struct ctx *c, const struct provision *v)
{
    static const char hex[] = "0123456789abcdef";
    const struct pack *p = c->node->pack;
    unsigned char sum[HASH_LEN];
    char text[LAW_HASH];
    struct hasher h;
    hasher_init(&h, NULL);
    mix(&h, v->id);
    mix(&h, v->instrument);
    mix(&h, v->article);
    for (size_t i = 0; i < p->langs_n; i++) {
        mix(&h, v->rule.in[i]);
        mix(&h, v->task.in[i]);
    }
    mix(&h, v->sector);
    mix(&h, v->values);
    mix(&h, v->from);
    mix(&h, v->to);
    mix(&h, c->node->law ? law_full_text(c, c->node->law, v) : (struct str){ 0 });
    hasher_end(&h, sum);
    for (size_t i = 0; i < HASH_LEN; i++) {
        text[2 * i] = hex[sum[i] >> 4];
        text[2 * i + 1] = hex[sum[i] & 15];
    }
    return arena_dup(&c->mem, (struct str){ text, sizeof text });
}

/* ---- signing -------------------------------------------------------------------------- */

static struct str law_dossier(struct ctx *c, struct draft *d)
{
    AUTO_ROWS r = { 0 };
    struct str id = { 0 };
    if (db_query(c, &r, "SELECT id FROM dossier WHERE kind = 'law' ORDER BY id LIMIT 1", NO_ARGS) == ERR_OK &&
        rows_next(&r))
        id = row_str(&r, 0);
    return id.n ? id : dossier_new(d, "law", (struct str){ 0 });
}

static enum err signing_ok(struct ctx *c, const struct provision *v, const struct law_signing *s)
{
    struct civil day;
    if (utf8_count(str_trim(s->source)) < SOURCE_MIN || s->source.n > SIGN_NOTE_MAX || s->note.n > SIGN_NOTE_MAX)
        return FAIL(c, ERR_INPUT, "law.sign.source", "provision " STR_F, STR_A(v->id));
    if (!date_parse(s->on, &day) || days_from_civil(day) > pack_local_day(c->node->pack, c->now_us))
        return FAIL(c, ERR_INPUT, "law.sign.date", "provision " STR_F, STR_A(v->id));
    if (!str_eq(s->hash, law_hash(c, v)))
        return FAIL(c, ERR_CONFLICT, "law.sign.changed", "provision " STR_F, STR_A(v->id));
    return ERR_OK;
}

enum err law_sign(struct ctx *c, const struct provision *v, const struct law_signing *s)
{
    struct draft *d;
    TRY(access_need(c, "law.verify", (struct str){ 0 }));
    TRY(signing_ok(c, v, s));
    TRY(draft_begin(c, STR("law"), "law.verify", &d));
    struct str id = record_new(d);
    draft_in(d, law_dossier(c, d));
    draft_set(d, "law_verification", id, "provision", v->id);
    draft_set(d, "law_verification", id, "hash", s->hash);
    draft_set(d, "law_verification", id, "verdict", str_c(pack_verified_name(s->verdict)));
    draft_set(d, "law_verification", id, "source", str_trim(s->source));
    draft_set(d, "law_verification", id, "note", str_trim(s->note));
    draft_set(d, "law_verification", id, "seen_on", s->on);
    draft_set(d, "law_verification", id, "by", c->who->id);
    draft_set(d, "law_verification", id, "office", c->who->office);
    draft_set_i64(d, "law_verification", id, "at", c->now_us);
    return draft_commit(c, d);
}

/* ---- reading --------------------------------------------------------------------------- */

struct law_signed { struct law_signature *v; size_t n; };

static enum err list(struct ctx *c, struct rows *r, struct law_signature **out, size_t *n)
{
    size_t room = 0, k = 0;
    struct law_signature *v = NULL;
    while (rows_next(r)) {
        if (k == room) {
            size_t more = room ? room * 2 : 16;
            struct law_signature *w = NEW_N(&c->mem, struct law_signature, more);
            if (!w)
                return ctx_check(c);
            if (k)
                memcpy(w, v, k * sizeof *w);
            v = w;
            room = more;
        }
        v[k++] = (struct law_signature){ .id = row_str(r, 0), .provision = row_str(r, 1), .hash = row_str(r, 2),
            .verdict = row_str(r, 3), .source = row_str(r, 4), .note = row_str(r, 5), .on = row_str(r, 6),
            .officer = row_str(r, 7), .office = row_str(r, 8), .at_us = row_i64(r, 9) };
    }
    *out = v;
    *n = k;
    return rows_end(r);
}

enum err law_signatures(struct ctx *c, struct str provision, struct law_signature **out, size_t *n)
{
    AUTO_ROWS r = { 0 };
    *out = NULL;
    *n = 0;
    if (!c->db)
        return ERR_OK;
    TRY(db_query(c, &r,
        "SELECT id, provision, hash, verdict, source, note, seen_on, officer, office, at_us"
        "  FROM law_verification WHERE provision = $1 ORDER BY at_us DESC, id DESC", ARGS(TEXT(provision))));
    return list(c, &r, out, n);
}

enum err law_signed(struct ctx *c, struct law_signed **out)
{
    AUTO_ROWS r = { 0 };
    struct law_signed *s = NEW(&c->mem, struct law_signed);
    if (!s)
        return ctx_check(c);
    *out = s;
    if (!c->db)
        return ERR_OK;
    TRY(db_query(c, &r,
        "SELECT id, provision, hash, verdict, source, note, seen_on, officer, office, at_us"
        "  FROM law_verification ORDER BY provision, at_us DESC, id DESC", NO_ARGS));
    return list(c, &r, &s->v, &s->n);
}

static enum pack_verified verdict_of(struct str s)
{
    return str_is(s, "yes") ? PACK_YES : str_is(s, "partly") ? PACK_PARTLY : PACK_NO;
}

/* Of one provision, newest first, each person's last word only. */
struct voices { size_t n, yes, partly; bool no; };

static bool spoke(const struct law_signature *newer, size_t n, const struct law_signature *s)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(newer[i].officer, s->officer) && str_eq(newer[i].provision, s->provision) &&
            str_eq(newer[i].hash, s->hash))
            return true;
    return false;
}

/* A "no" ends it: who spoke before did not know of it.  So do readers enough: nothing
 * older changes what they found. */
static bool settled(const struct voices *k)
{
    return k->no || k->yes >= LAW_READERS;
}

static void hear(struct voices *k, const struct law_signature *s)
{
    enum pack_verified found = verdict_of(s->verdict);
    k->n++;
    k->yes += found == PACK_YES;
    k->partly += found == PACK_PARTLY;
    k->no = found == PACK_NO;
}

static enum pack_verified heard(const struct voices *k)
{
    if (k->yes >= LAW_READERS)
        return PACK_YES;
    return !k->no && k->yes + k->partly ? PACK_PARTLY : PACK_NO;
}

/* Signatures under another text only tell that there were some. */
void law_standing_of(struct ctx *c, const struct law_signature *all, size_t n, const struct provision *v,
                     struct law_standing *out)
{
    struct voices k = { .n = 0 };
    struct str hash = { 0 };
    *out = (struct law_standing){ .verified = v->verified, .pack = v->verified };
    for (size_t i = 0; i < n; i++) {
        const struct law_signature *s = &all[i];
        if (!str_eq(s->provision, v->id))
            continue;
        if (!hash.n)
            hash = law_hash(c, v);
        if (!str_eq(s->hash, hash)) {
            out->earlier = true;
            continue;
        }
        if (!k.n) {
            out->officer = s->officer;
            out->source = s->source;
            out->on = s->on;
            out->note = s->note;
        }
        if (!settled(&k) && !spoke(all, i, s))
            hear(&k, s);
    }
    enum pack_verified found = heard(&k);
    out->disputed = k.no && found != PACK_YES;
    out->raised = found > v->verified;
    out->verified = out->raised ? found : v->verified;
    out->once = k.yes == 1 && out->verified != PACK_YES && !out->disputed;
    out->earlier = out->earlier && !k.n;
}

void law_standing_in(struct ctx *c, const struct law_signed *all, const struct provision *v, struct law_standing *out)
{
    law_standing_of(c, all ? all->v : NULL, all ? all->n : 0, v, out);
}

enum err law_standing(struct ctx *c, const struct provision *v, struct law_standing *out)
{
    struct law_signature *s;
    size_t n;
    TRY(law_signatures(c, v->id, &s, &n));
    law_standing_of(c, s, n, v, out);
    return ERR_OK;
}
