/* peer.c - the nodes this one talks to, pinned by their keys. */
#include "inquiry/inside.h"

#include "base/node.h"
#include "db/db.h"

static struct str hex_of(struct ctx *c, const unsigned char *p)
{
    return hex_text(&c->mem, (struct str){ (const char *)p, PUBLIC_LEN });
}

struct str inquiry_card(struct ctx *c)
{
    unsigned char sign[PUBLIC_LEN], box[PUBLIC_LEN];
    char id[ID_LEN + 1];
    node_public(c, sign, box);
    node_id_of(sign, id);
    return str_join(&c->mem, STR("amparo-node "), str_c(id), STR(" "), hex_of(c, sign), STR(" "), hex_of(c, box));
}

/* "amparo-node NODE SIGN BOX": the node's id must follow from its key. */
static bool card_read(struct ctx *c, struct str card, struct inquiry_peer *p)
{
    struct str word[4] = { { 0 } }, sign, box;
    char id[ID_LEN + 1];
    size_t n = 0;
    card = str_trim(card);
    while (n < 4 && str_next(&card, ' ', &word[n]))
        if (word[n].n)
            n++;
    if (n != 4 || card.n || !str_is(word[0], "amparo-node") || !hex_bytes(&c->mem, word[2], &sign) ||
        !hex_bytes(&c->mem, word[3], &box) || sign.n != PUBLIC_LEN || box.n != PUBLIC_LEN)
        return false;
    memcpy(p->sign, sign.p, PUBLIC_LEN);
    memcpy(p->box, box.p, PUBLIC_LEN);
    node_id_of(p->sign, id);
    p->node = arena_dup(&c->mem, str_c(id));
    return str_is(word[1], id);
}

static bool url_ok(struct str url)
{
    bool here = str_starts(url, STR("http://127.0.0.1:")) || str_starts(url, STR("http://localhost:")) ||
                str_starts(url, STR("http://[::1]:"));
    for (size_t i = 0; i < url.n; i++)
        if (url.p[i] <= ' ' || url.p[i] == '@' || url.p[i] == '#' || url.p[i] == '?' || (unsigned char)url.p[i] >= 0x7f)
            return false;
    return url.n < 200 && (here || (str_starts(url, STR("https://")) && url.n > 8));
}

/* The peers' own dossier: no case, no person in it. */
static enum err peers_dossier(struct ctx *c, struct draft *d, struct str *id)
{
    AUTO_ROWS r = { 0 };
    TRY(db_query(c, &r, "SELECT id FROM dossier WHERE kind = 'peers' ORDER BY id LIMIT 1", NO_ARGS));
    *id = rows_next(&r) ? row_str(&r, 0) : (struct str){ 0 };
    TRY(rows_end(&r));
    if (!id->n)
        *id = dossier_new(d, "peers", (struct str){ 0 });
    return ERR_OK;
}

static enum err pair_locked(struct ctx *c, struct draft *d, const struct inquiry_peer *p)
{
    AUTO_ROWS r = { 0 };
    struct str dossier;
    TRY(db_query(c, &r, "SELECT id FROM inquiry_peer WHERE node = $1", ARGS(TEXT(p->node))));
    struct str id = rows_next(&r) ? row_str(&r, 0) : id_new(&c->mem, c->now_us);
    TRY(rows_end(&r));
    TRY(peers_dossier(c, d, &dossier));
    draft_in(d, dossier);
    draft_set(d, "inquiry_peer", id, "node", p->node);
    draft_set(d, "inquiry_peer", id, "name", p->name);
    draft_set(d, "inquiry_peer", id, "url", p->url);
    draft_set(d, "inquiry_peer", id, "sign", hex_of(c, p->sign));
    draft_set(d, "inquiry_peer", id, "box", hex_of(c, p->box));
    draft_set(d, "inquiry_peer", id, "guardian", p->guardian ? STR("yes") : STR("no"));
    draft_set(d, "inquiry_peer", id, "closed", p->closed ? STR("yes") : STR("no"));
    draft_set(d, "inquiry_peer", id, "paused", p->paused ? STR("yes") : STR("no"));
    draft_set(d, "inquiry_peer", id, "ca", p->ca);
    draft_set(d, "inquiry_peer", id, "over_day", p->over);
    return ctx_check(c);
}

static enum err save(struct ctx *c, const struct inquiry_peer *p)
{
    struct draft *d;
    TRY(draft_begin(c, STR("peers"), "inquiry.peers", &d));
    enum err e = pair_locked(c, d, p);
    if (e) {
        draft_drop(d);
        return e;
    }
    return draft_commit(c, d);
}

static bool ca_ok(struct str ca)
{
    for (size_t i = 0; i < ca.n; i++)
        if ((ca.p[i] < ' ' && ca.p[i] != '\n' && ca.p[i] != '\r') || (unsigned char)ca.p[i] >= 0x7f)
            return false;
    return ca.n <= PEER_CA_MAX && (!ca.n || (str_starts(ca, STR("-----BEGIN CERTIFICATE-----")) &&
                                            str_ends(ca, STR("-----END CERTIFICATE-----"))));
}

enum err inquiry_pair(struct ctx *c, const struct inquiry_pairing *pairing)
{
    struct inquiry_peer p = { .name = str_trim(pairing->name), .url = str_trim(pairing->url),
                              .ca = str_trim(pairing->ca), .guardian = pairing->guardian };
    if (!card_read(c, pairing->card, &p))
        return FAIL(c, ERR_INPUT, "inquiry.bad-card", "card of %zu bytes", pairing->card.n);
    if (str_eq(p.node, ledger_node_id(c->node->ledger)))
        return FAIL(c, ERR_INPUT, "inquiry.bad-card", "own card");
    if (!p.name.n || p.name.n > 120)
        return FAIL(c, ERR_INPUT, "inquiry.peer-name", "name of %zu bytes", p.name.n);
    if (p.url.n && str_ends(p.url, STR("/")))
        p.url.n--;
    if (p.url.n && !url_ok(p.url))
        return FAIL(c, ERR_INPUT, "inquiry.peer-url", "address of %zu bytes", p.url.n);
    if (!ca_ok(p.ca))
        return FAIL(c, ERR_INPUT, "inquiry.peer-ca", "authority of %zu bytes", p.ca.n);
    return save(c, &p);
}

enum err inquiry_unpair(struct ctx *c, struct str node)
{
    struct inquiry_peer p;
    TRY(inquiry_peer_find(c, node, &p));
    p.closed = true;
    return save(c, &p);
}

enum err inquiry_pause(struct ctx *c, struct str node, bool paused)
{
    struct inquiry_peer p;
    TRY(inquiry_peer_find(c, node, &p));
    p.paused = paused;
    return save(c, &p);
}

/* Once a day at most: the meter says when. */
enum err peer_over(struct ctx *c, const struct inquiry_peer *p)
{
    struct inquiry_peer now;
    TRY(inquiry_peer_find(c, p->node, &now));
    now.over = date_text(&c->mem, civil_from_days(c->now_us / US_PER_DAY));
    return save(c, &now);
}

static enum err peer_row(struct ctx *c, struct rows *r, struct inquiry_peer *p)
{
    struct str sign, box;
    *p = (struct inquiry_peer){ .id = row_str(r, 0), .node = row_str(r, 1), .name = row_str(r, 2),
        .url = row_str(r, 3), .guardian = row_i64(r, 6) != 0, .closed = row_i64(r, 7) != 0,
        .paused = row_i64(r, 8) != 0, .ca = row_str(r, 9), .over = row_str(r, 10) };
    if (!hex_bytes(&c->mem, row_str(r, 4), &sign) || !hex_bytes(&c->mem, row_str(r, 5), &box) ||
        sign.n != PUBLIC_LEN || box.n != PUBLIC_LEN)
        return FAIL(c, ERR_CORRUPT, "error.internal", "peer " STR_F, STR_A(p->id));
    memcpy(p->sign, sign.p, PUBLIC_LEN);
    memcpy(p->box, box.p, PUBLIC_LEN);
    return ERR_OK;
}

enum { PEERS_MAX = 200 };

enum err inquiry_peers(struct ctx *c, struct inquiry_peer **out, size_t *n)
{
    AUTO_ROWS r = { 0 };
    struct inquiry_peer *p = NEW_N(&c->mem, struct inquiry_peer, PEERS_MAX);
    size_t k = 0;
    TRY(ctx_check(c));
    TRY(db_query(c, &r, "SELECT id, node, name, url, sign, box, guardian, closed, paused, ca, over_day FROM inquiry_peer"
                        " ORDER BY guardian, name, id LIMIT 200", NO_ARGS));
    while (k < PEERS_MAX && rows_next(&r))
        TRY(peer_row(c, &r, &p[k++]));
    TRY(rows_end(&r));
    *out = p;
    *n = k;
    return ERR_OK;
}

enum err inquiry_peer_find(struct ctx *c, struct str node, struct inquiry_peer *out)
{
    AUTO_ROWS r = { 0 };
    TRY(db_query(c, &r, "SELECT id, node, name, url, sign, box, guardian, closed, paused, ca, over_day FROM inquiry_peer WHERE node = $1",
                 ARGS(TEXT(node))));
    if (rows_next(&r)) {
        TRY(peer_row(c, &r, out));
        return rows_end(&r);
    }
    TRY(rows_end(&r));
    return FAIL(c, ERR_NOT_FOUND, "inquiry.no-peer", "node " STR_F, STR_A(node));
}

struct str inquiry_node_name(struct ctx *c, struct str node)
{
    struct inquiry_peer p;
    struct fault before = c->fault;
    if (str_eq(node, ledger_node_id(c->node->ledger)))
        return SAY(c, "inquiry.this-node");
    if (inquiry_peer_find(c, node, &p) == ERR_OK)
        return p.name;
    c->fault = before;
    return STR("—");
}

struct str inquiry_guardian_names(struct ctx *c, const struct inquiry *q)
{
    struct str g[GUARDIANS_MAX], out = { 0 };
    size_t n = guardians_of(q, g);
    for (size_t i = 0; i < n; i++)
        out = i ? str_join(&c->mem, out, STR(", "), inquiry_node_name(c, g[i])) : inquiry_node_name(c, g[i]);
    return out;
}
