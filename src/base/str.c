#include "base/base.h"

#include <pthread.h>
#include <sys/random.h>

struct str str_c(const char *z)
{
    return (struct str){ z, z ? strlen(z) : 0 };
}

int str_cmp(struct str a, struct str b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    int d = n ? memcmp(a.p, b.p, n) : 0;
    return d ? d : (a.n > b.n) - (a.n < b.n);
}

bool str_starts(struct str s, struct str prefix)
{
    return s.n >= prefix.n && (prefix.n == 0 || memcmp(s.p, prefix.p, prefix.n) == 0);
}

bool str_ends(struct str s, struct str suffix)
{
    return s.n >= suffix.n &&
           (suffix.n == 0 || memcmp(s.p + (s.n - suffix.n), suffix.p, suffix.n) == 0);
}

bool str_find(struct str s, struct str what, size_t *at)
{
    const char *hit = s.n ? memmem(s.p, s.n, what.p, what.n) : NULL;
    if (hit)
        *at = (size_t)(hit - s.p);
    return hit != NULL;
}

struct str str_sub(struct str s, size_t from, size_t n)
{
    if (from > s.n)
        from = s.n;
    if (n > s.n - from)
        n = s.n - from;
    return (struct str){ s.p ? s.p + from : NULL, n };
}

struct str str_trim(struct str s)
{
    while (s.n && ascii_space(s.p[0])) {
        s.p++;
        s.n--;
    }
    while (s.n && ascii_space(s.p[s.n - 1]))
        s.n--;
    return s;
}

bool str_cut(struct str s, char sep, struct str *head, struct str *tail)
{
    const char *hit = s.n ? memchr(s.p, sep, s.n) : NULL;
    if (!hit)
        return false;
    size_t k = (size_t)(hit - s.p);
    *head = (struct str){ s.p, k };
    *tail = (struct str){ hit + 1, s.n - k - 1 };
    return true;
}

bool str_next(struct str *rest, char sep, struct str *item)
{
    if (!rest->p)
        return false;
    if (!str_cut(*rest, sep, item, rest)) {
        *item = *rest;
        *rest = (struct str){ 0 };
        return item->n > 0;
    }
    return true;
}

bool str_to_i64(struct str s, int64_t *out)
{
    size_t i = 0;
    bool neg = s.n > 0 && s.p[0] == '-';
    int64_t v = 0;

    i += neg;
    if (i == s.n)
        return false;
    if (s.p[i] == '0' && (s.n - i > 1 || neg))
        return false;                    /* one spelling per number */
    for (; i < s.n; i++) {
        if (!ascii_digit(s.p[i]))
            return false;
        int d = s.p[i] - '0';
        if (__builtin_mul_overflow(v, 10, &v) ||
            __builtin_sub_overflow(v, d, &v))      /* count downwards: */
            return false;                          /* INT64_MIN fits   */
    }
    if (!neg && __builtin_sub_overflow((int64_t)0, v, &v))
        return false;
    *out = v;
    return true;
}

/* ---- SipHash-1-3, keyed once per process against hash flooding --------- */

static uint64_t hash_key[2];
static pthread_once_t hash_once = PTHREAD_ONCE_INIT;

static void hash_key_init(void)
{
    if (getrandom(hash_key, sizeof hash_key, 0) != (ssize_t)sizeof hash_key)
        hash_key[0] = (uint64_t)clock_now_us();    /* weaker, still per process */
}

static inline uint64_t rotl(uint64_t x, int b)
{
    return x << b | x >> (64 - b);
}

static inline void sip_round(uint64_t v[4])
{
    v[0] += v[1]; v[1] = rotl(v[1], 13); v[1] ^= v[0]; v[0] = rotl(v[0], 32);
    v[2] += v[3]; v[3] = rotl(v[3], 16); v[3] ^= v[2];
    v[0] += v[3]; v[3] = rotl(v[3], 21); v[3] ^= v[0];
    v[2] += v[1]; v[1] = rotl(v[1], 17); v[1] ^= v[2]; v[2] = rotl(v[2], 32);
}

uint64_t str_hash(struct str s)
{
    (void)pthread_once(&hash_once, hash_key_init);
    uint64_t v[4] = { hash_key[0] ^ 0x736f6d6570736575u, hash_key[1] ^ 0x646f72616e646f6du,
                      hash_key[0] ^ 0x6c7967656e657261u, hash_key[1] ^ 0x7465646279746573u };
    size_t i = 0;
    for (; i + 8 <= s.n; i += 8) {
        uint64_t m;
        memcpy(&m, s.p + i, 8);
        v[3] ^= m;
        sip_round(v);
        v[0] ^= m;
    }
    uint64_t last = (uint64_t)s.n << 56;
    for (size_t k = 0; i + k < s.n; k++)
        last |= (uint64_t)(unsigned char)s.p[i + k] << (8 * k);
    v[3] ^= last;
    sip_round(v);
    v[0] ^= last;
    v[2] ^= 0xff;
    sip_round(v); sip_round(v); sip_round(v);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}

/* ---- UTF-8 -------------------------------------------------------------- */

bool utf8_valid(struct str s)
{
    if (s.n == 0)
        return true;                     /* p may be NULL then */
    const unsigned char *p = (const unsigned char *)s.p, *e = p + s.n;
    while (p < e) {
        uint64_t eight;
        if (e - p >= 8 && (memcpy(&eight, p, 8), (eight & UINT64_C(0x8080808080808080)) == 0)) {
            p += 8;
            continue;
        }
        if (*p < 0x80) {
            p++;
            continue;
        }
        int more = *p >= 0xF0 && *p <= 0xF4 ? 3
                 : *p >= 0xE0 && *p <= 0xEF ? 2
                 : *p >= 0xC2 && *p <= 0xDF ? 1 : 0;
        if (!more || e - p <= more)
            return false;
        uint32_t u = *p & (0x3Fu >> more);
        for (int i = 1; i <= more; i++) {
            if ((p[i] & 0xC0) != 0x80)
                return false;
            u = u << 6 | (p[i] & 0x3Fu);
        }
        if ((more == 2 && u < 0x800) || (more == 3 && u < 0x10000) ||
            u > 0x10FFFF || (u >= 0xD800 && u <= 0xDFFF))
            return false;
        p += more + 1;
    }
    return true;
}

uint32_t utf8_next(struct str *s)
{
    const unsigned char *p = (const unsigned char *)s->p;
    if (!s->n)
        return 0;
    int more = p[0] < 0xC0 ? 0 : p[0] < 0xE0 ? 1 : p[0] < 0xF0 ? 2 : 3;
    if (s->n <= (size_t)more)
        more = (int)s->n - 1;                    /* never past the end */
    uint32_t u = more ? p[0] & (0x3Fu >> more) : p[0];
    for (int i = 1; i <= more; i++)
        u = u << 6 | (p[i] & 0x3Fu);
    s->p += more + 1;
    s->n -= (size_t)more + 1;
    return u;
}

size_t utf8_put(char out[4], uint32_t cp)
{
    if (cp < 0x80) {
        out[0] = (char)cp;
        return 1;
    }
    if (cp < 0x800) {
        out[0] = (char)(0xC0 | cp >> 6);
        out[1] = (char)(0x80 | (cp & 0x3F));
        return 2;
    }
    if (cp < 0x10000) {
        out[0] = (char)(0xE0 | cp >> 12);
        out[1] = (char)(0x80 | (cp >> 6 & 0x3F));
        out[2] = (char)(0x80 | (cp & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | cp >> 18);
    out[1] = (char)(0x80 | (cp >> 12 & 0x3F));
    out[2] = (char)(0x80 | (cp >> 6 & 0x3F));
    out[3] = (char)(0x80 | (cp & 0x3F));
    return 4;
}

size_t utf8_count(struct str s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++)
        n += ((unsigned char)s.p[i] & 0xC0) != 0x80;
    return n;
}
