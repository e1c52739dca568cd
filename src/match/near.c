#include "match/inside.h"

/* Bits 0-25 letter present, 26-51 present twice, 52-61 digits: one edit flips
 * at most two bits, so unlike words are told apart without aligning them. */
uint64_t letters_of(struct str s)
{
    uint64_t seen = 0;
    for (size_t i = 0; i < s.n; i++) {
        unsigned char ch = (unsigned char)s.p[i];
        if (ch >= 'a' && ch <= 'z') {
            uint64_t bit = UINT64_C(1) << (ch - 'a');
            seen |= seen & bit ? bit << 26 : bit;
        } else if (ch >= '0' && ch <= '9') {
            seen |= UINT64_C(1) << (52 + ch - '0');
        } else {
            seen |= UINT64_C(1) << (62 + (ch & 1));
        }
    }
    return seen;
}

static int min3(int a, int b, int c)
{
    int m = a < b ? a : b;
    return m < c ? m : c;
}

int edit_distance(struct str a, struct str b, int max)
{
    enum { W = 80 };
    int rows[3][W + 1], *prev2 = rows[0], *prev = rows[1], *cur = rows[2];
    while (a.n && b.n && a.p[0] == b.p[0]) {
        a = str_sub(a, 1, a.n);
        b = str_sub(b, 1, b.n);
    }
    while (a.n && b.n && a.p[a.n - 1] == b.p[b.n - 1]) {
        a.n--;
        b.n--;
    }
    if (a.n > W || b.n > W)
        return max + 1;
    int na = (int)a.n, nb = (int)b.n;
    if ((na > nb ? na - nb : nb - na) > max)
        return max + 1;
    if (na == 0 || nb == 0)
        return na + nb;
    for (int j = 0; j <= nb; j++)
        prev[j] = j;
    for (int i = 1; i <= na; i++) {
        int least = cur[0] = i;
        for (int j = 1; j <= nb; j++) {
            int same = a.p[i - 1] == b.p[j - 1];
            int d = min3(prev[j] + 1, cur[j - 1] + 1, prev[j - 1] + !same);
            if (i > 1 && j > 1 && a.p[i - 1] == b.p[j - 2] && a.p[i - 2] == b.p[j - 1] &&
                prev2[j - 2] + 1 < d)
                d = prev2[j - 2] + 1;
            cur[j] = d;
            if (d < least)
                least = d;
        }
        if (least > max)
            return max + 1;
        int *t = prev2;
        prev2 = prev;
        prev = cur;
        cur = t;
    }
    return prev[nb] <= max ? prev[nb] : max + 1;
}

int bigram_dice(struct str a, struct str b)
{
    uint16_t seen[128];
    size_t n = 0, both = 0;
    if (a.n < 2 || b.n < 2)
        return 0;
    for (size_t i = 0; i + 1 < a.n && n < COUNT_OF(seen); i++)
        seen[n++] = (uint16_t)((unsigned char)a.p[i] << 8 | (unsigned char)a.p[i + 1]);
    size_t left = n;
    for (size_t i = 0; i + 1 < b.n; i++) {
        uint16_t g = (uint16_t)((unsigned char)b.p[i] << 8 | (unsigned char)b.p[i + 1]);
        for (size_t j = 0; j < left; j++)
            if (seen[j] == g) {
                seen[j] = seen[--left];
                both++;
                break;
            }
    }
    return (int)(2000 * both / (n + b.n - 1));
}
