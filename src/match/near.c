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

uint32_t sign_of(struct str s)
{
    uint32_t seen = 0;
    for (size_t i = 0; i < s.n; i++) {
        unsigned char ch = (unsigned char)s.p[i];
        if (ch >= 'a' && ch <= 'z')
            seen |= 1u << (ch - 'a');
        else if (ascii_digit(s.p[i]))
            seen |= 1u << (26 + (ch & 3));
        else if (ch != ' ')
            seen |= SIGN_ANY;
    }
    return s.n < 2 ? seen | SIGN_ANY : seen;
}

/* Of a house number: which digits and letters.  SIGN_ANY when longer: only short ones
 * that are alike differ in so few (SIGN_NUMBER). */
uint32_t sign_of_house(struct str s)
{
    uint32_t seen = s.n > 4 ? SIGN_ANY : 0;
    for (size_t i = 0; i < s.n; i++) {
        unsigned char ch = (unsigned char)s.p[i];
        if (ascii_digit(s.p[i]))
            seen |= 1u << (ch - '0');
        else if (ch >= 'a' && ch <= 'z')
            seen |= 1u << (10 + (ch - 'a') % 21);
        else
            seen |= SIGN_ANY;
    }
    return seen;
}

static int min3(int a, int b, int c)
{
    int m = a < b ? a : b;
    return m < c ? m : c;
}

/* Only the diagonal band of width 2 max + 1 can hold a distance up to max. */
int edit_distance(struct str a, struct str b, int max)
{
    enum { W = 80 };
    int store[3 * (W + 2)] __attribute__((uninitialized));
    int *prev2 = store, *prev = store + W + 2, *cur = store + 2 * (W + 2);
    while (a.n && b.n && a.p[0] == b.p[0]) {
        a.p++, b.p++;
        a.n--, b.n--;
    }
    while (a.n && b.n && a.p[a.n - 1] == b.p[b.n - 1])
        a.n--, b.n--;
    if (a.n > W || b.n > W)
        return max + 1;
    int na = (int)a.n, nb = (int)b.n, far = max + 1;
    if ((na > nb ? na - nb : nb - na) > max)
        return far;
    if (na == 0 || nb == 0)
        return na + nb;
    for (int j = 0; j <= nb + 1; j++) {
        prev[j] = j <= max ? j : far;
        cur[j] = prev2[j] = far;
    }
    for (int i = 1; i <= na; i++) {
        int from = i - max > 1 ? i - max : 1, to = i + max < nb ? i + max : nb, least = far;
        cur[from - 1] = from == 1 && i <= max ? i : far;
        for (int j = from; j <= to; j++) {
            int d = min3(prev[j] + 1, cur[j - 1] + 1, prev[j - 1] + (a.p[i - 1] != b.p[j - 1]));
            if (i > 1 && j > 1 && a.p[i - 1] == b.p[j - 2] && a.p[i - 2] == b.p[j - 1] &&
                prev2[j - 2] + 1 < d)
                d = prev2[j - 2] + 1;
            cur[j] = d;
            least = d < least ? d : least;
        }
        if (to < nb)
            cur[to + 1] = far;
        if (least > max && cur[from - 1] > max)
            return far;
        int *t = prev2;
        prev2 = prev;
        prev = cur;
        cur = t;
    }
    return prev[nb] <= max ? prev[nb] : far;
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
