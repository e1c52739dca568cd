#include "rulebook/text.h"

#include "base/node.h"
#include "crypto/crypto.h"
#include "pack/pack.h"

enum { PIECE = 60000, PIECES = RULES_TEXT_MAX / (PIECE - 4) + 1 };

static struct str piece_name(struct ctx *c, size_t i)
{
    struct buf b;
    buf_init(&b, &c->mem, 16);
    buf_fmt(&b, "text/%02zu", i);
    buf_char(&b, 0);
    return b.failed ? STR("text/00") : (struct str){ b.p, b.n - 1 };
}

/* At most PIECE bytes, never inside a character. */
static size_t piece_end(struct str s, size_t at)
{
    if (s.n - at <= PIECE)
        return s.n;
    size_t end = at + PIECE;
    while (end > at && ((unsigned char)s.p[end] & 0xc0) == 0x80)
        end--;
    return end;
}

void text_put(struct ctx *c, struct draft *d, const char *kind, struct str record,
              const struct record *before, struct str text)
{
    size_t i = 0, at = 0;
    for (; at < text.n; i++) {
        size_t end = piece_end(text, at);
        draft_set_field(d, str_c(kind), record, piece_name(c, i), str_sub(text, at, end - at));
        at = end;
    }
    for (; before && i < PIECES && record_get(before, piece_name(c, i).p).n; i++)
        draft_set_field(d, str_c(kind), record, piece_name(c, i), STR(""));
}

enum err text_of(struct ctx *c, const struct record *r, struct str *out)
{
    struct buf b;
    buf_init(&b, &c->mem, RULES_TEXT_MAX + PIECE);
    for (size_t i = 0; i < PIECES; i++) {
        struct str piece = record_get(r, piece_name(c, i).p);
        if (!piece.n)
            break;
        buf_put(&b, piece);
    }
    TRY(ctx_check(c));
    if (b.failed)
        return FAIL(c, ERR_CORRUPT, "rules.unreadable", "record " STR_F, STR_A(r->id));
    *out = buf_str(&b);
    return ERR_OK;
}

enum err text_check(struct ctx *c, struct str decision, struct str text, bool draft, struct dmn_model **out)
{
    struct str file = str_join(&c->mem, decision, STR(".dmn"));
    if (!text.n)
        return FAIL(c, ERR_INPUT, "rules.empty", "no text");
    if (text.n > RULES_TEXT_MAX)
        return FAIL(c, ERR_INPUT, "rules.too-big", "%zu bytes, at most %d", text.n, RULES_TEXT_MAX);
    if (!utf8_valid(text))
        return FAIL(c, ERR_INPUT, "rules.not-utf8", "not UTF-8");
    return draft ? dmn_load_draft(c, file, text, NULL, 0, out) : dmn_load(c, file, text, NULL, 0, out);
}

struct str rules_hash(struct ctx *c, struct str text)
{
    unsigned char h[HASH_LEN];
    HASH(h, NULL, text);
    return hex_text(&c->mem, (struct str){ (const char *)h, sizeof h });
}

enum err rules_pack_text(struct ctx *c, struct str decision, struct str *text)
{
    const struct pack *p = c->node->pack;
    for (size_t i = 0; p && i < p->decisions_n; i++) {
        if (!str_eq(p->decisions[i].id, decision))
            continue;
        const char *path = arena_z(&c->mem, str_join(&c->mem, p->dir, STR("/"), p->decisions[i].path));
        TRY(ctx_check(c));
        if (!path)
            return FAIL(c, ERR_BUG, "error.internal", "path");
        return file_read(c, path, RULES_TEXT_MAX, text);
    }
    return FAIL(c, ERR_NOT_FOUND, "rules.no-decision", "decision " STR_F, STR_A(str_sub(decision, 0, 80)));
}
