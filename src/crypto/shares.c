/* shares.c - Shamir's sharing over GF(256), byte by byte, written as words.
 *
 * The field is that of AES (x^8+x^4+x^3+x+1).  A share is the value of a random
 * polynomial of degree m-1 at x = 1..n; the secret is its value at 0.  Sixteen
 * bits make one five-letter word that can be read aloud (consonant, vowel,
 * consonant, vowel, consonant: Wilkerson's proquints); the last word is a check
 * over the share and its numbers.  Arithmetic has no table and no branch on
 * secret bits.
 */
#include "crypto/crypto.h"

#include <sodium.h>
#include <stdio.h>

enum { WORDS = KEY_LEN / 2 + 1 };
static const char con[] = "bdfghjklmnprstvz", vow[] = "aiou";

static unsigned char mul(unsigned char a, unsigned char b)
{
    unsigned r = 0, x = a;
    for (int i = 0; i < 8; i++) {
        r ^= x & (0u - (b >> i & 1u));
        x = x << 1 ^ (0x11bu & (0u - (x >> 7)));
    }
    return (unsigned char)r;
}

static unsigned char inverse(unsigned char a)      /* a^254 */
{
    unsigned char r = 1;
    for (int i = 0; i < 7; i++) {
        a = mul(a, a);
        r = mul(r, a);
    }
    return r;
}

static void put_word(struct buf *b, unsigned v)
{
    const char w[] = { ' ', con[v >> 12 & 15], vow[v >> 10 & 3], con[v >> 6 & 15],
                       vow[v >> 4 & 3], con[v & 15] };
    buf_put(b, (struct str){ w, sizeof w });
}

static int place(const char *set, char ch)
{
    const char *hit = ch ? strchr(set, ascii_lower(ch)) : NULL;
    return hit ? (int)(hit - set) : -1;
}

static bool word_value(struct str w, unsigned *out)
{
    static const int shift[] = { 12, 10, 6, 4, 0 };
    unsigned v = 0;
    if (w.n != 5)
        return false;
    for (int i = 0; i < 5; i++) {
        int d = place(i % 2 ? vow : con, w.p[i]);
        if (d < 0)
            return false;
        v |= (unsigned)d << shift[i];
    }
    *out = v;
    return true;
}

static unsigned check_word(int m, int x, const unsigned char *share)
{
    unsigned char h[HASH_LEN];
    const char head[] = { (char)m, (char)x };
    HASH(h, NULL, STR("amparo share"), { head, 2 }, { (const char *)share, KEY_LEN });
    return (unsigned)h[0] << 8 | h[1];
}

static struct str share_text(struct arena *a, int m, int x, const unsigned char *share)
{
    struct buf b;
    buf_init(&b, a, 160);
    buf_fmt(&b, "%d-%d", m, x);
    for (int i = 0; i < KEY_LEN; i += 2)
        put_word(&b, (unsigned)share[i] << 8 | share[i + 1]);
    put_word(&b, check_word(m, x, share));
    return buf_str(&b);
}

enum err shares_make(struct ctx *c, const unsigned char secret[KEY_LEN], int m, int n, struct str share[])
{
    unsigned char poly[SHARES_MAX][KEY_LEN];
    if (m < 1 || m > n || n > SHARES_MAX)
        return FAIL(c, ERR_INPUT, "shares.number", "%d of %d", m, n);
    memcpy(poly[0], secret, KEY_LEN);
    randombytes_buf(poly[1], sizeof poly - sizeof poly[0]);
    for (int x = 1; x <= n; x++) {
        unsigned char y[KEY_LEN] = { 0 };
        for (int k = m - 1; k >= 0; k--)
            for (int i = 0; i < KEY_LEN; i++)
                y[i] = (unsigned char)(mul(y[i], (unsigned char)x) ^ poly[k][i]);
        share[x - 1] = share_text(&c->mem, m, x, y);
    }
    sodium_memzero(poly, sizeof poly);
    return ctx_check(c);
}

struct part { int64_t m, x; unsigned char y[KEY_LEN]; };

/* "3-1 babab …": numbers, 16 words, check. */
static bool share_parse(struct str s, struct part *p)
{
    struct str head, item, rest = str_trim(s), m, x;
    unsigned v[WORDS];
    int k = 0;
    if (!str_next(&rest, ' ', &head) || !str_cut(head, '-', &m, &x) || !str_to_i64(m, &p->m) ||
        !str_to_i64(x, &p->x) || p->m < 1 || p->x < 1 || p->m > SHARES_MAX || p->x > SHARES_MAX)
        return false;
    while (str_next(&rest, ' ', &item)) {
        if (item.n == 0)
            continue;
        if (k == WORDS || !word_value(item, &v[k++]))
            return false;
    }
    if (k != WORDS)
        return false;
    for (int i = 0; i < KEY_LEN; i++)
        p->y[i] = (unsigned char)(v[i / 2] >> (i % 2 ? 0 : 8));
    return check_word((int)p->m, (int)p->x, p->y) == v[WORDS - 1];
}

static void interpolate(const struct part *p, int m, unsigned char secret[KEY_LEN])
{
    memset(secret, 0, KEY_LEN);
    for (int i = 0; i < m; i++) {
        unsigned char l = 1;                    /* Lagrange's basis at 0 */
        for (int j = 0; j < m; j++)
            if (j != i)
                l = mul(l, mul((unsigned char)p[j].x,
                               inverse((unsigned char)(p[j].x ^ p[i].x))));
        for (int b = 0; b < KEY_LEN; b++)
            secret[b] = (unsigned char)(secret[b] ^ mul(l, p[i].y[b]));
    }
}

enum err shares_join(struct ctx *c, const struct str share[], size_t n, unsigned char secret[KEY_LEN])
{
    struct part p[SHARES_MAX];
    int k = 0;
    for (size_t i = 0; i < n && i < SHARES_MAX; i++) {
        if (!share_parse(share[i], &p[k]))
            return FAIL(c, ERR_INPUT, "shares.misread", "share %zu", i + 1);
        for (int j = 0; j < k; j++)
            if (p[j].x == p[k].x || p[j].m != p[k].m)
                return FAIL(c, ERR_INPUT, "shares.not-together", "share %zu", i + 1);
        k++;
    }
    if (k == 0 || k < p[0].m)
        return FAIL(c, ERR_INPUT, "shares.too-few", "%d of %lld", k, k ? (long long)p[0].m : 0);
    interpolate(p, (int)p[0].m, secret);
    sodium_memzero(p, sizeof p);
    return ERR_OK;
}
