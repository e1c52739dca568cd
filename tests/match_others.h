/* match_others.h - people of a second kind, made up letter by letter: other names,
 * other errors and other columns than match_people.h, to see whether what was
 * calibrated there holds elsewhere.  Deterministic for a seed. */
#ifndef MATCH_OTHERS_H
#define MATCH_OTHERS_H

#include "base/base.h"

#include <stdio.h>

#define OTHERS_FN __attribute__((unused)) static

enum others_columns { OTHERS_ALL, OTHERS_NAMES_ADDRESS, OTHERS_NAMES_YEAR, OTHERS_ONE_NAME_BIRTH,
                      OTHERS_NO_ID_NO_PHONE, OTHERS_AGE_PLACE, OTHERS_SETS };
static const char *const others_name[OTHERS_SETS] = {
    "every column", "names and address", "names and birth year", "one name column, birth",
    "no id, no phone", "names, age, place",
};

struct others { uint64_t state; };
struct other { char given[2][24], family[24], birth[12], sex[2], id[16], phone[16], street[40], town[24], zip[8]; };

OTHERS_FN uint32_t others_below(struct others *o, uint32_t n)
{
    o->state = o->state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((o->state >> 33) % n);
}
OTHERS_FN bool others_chance(struct others *o, uint32_t percent) { return others_below(o, 100) < percent; }

/* The nth word of a language of its own. */
OTHERS_FN void others_word(uint32_t nth, uint32_t kind, int most, char out[24])
{
    static const char *const head[] = { "b", "br", "c", "d", "dr", "f", "g", "h", "k", "l", "m", "n", "p", "r", "s",
                                        "st", "t", "v", "w", "j" };
    static const char *const core[] = { "a", "e", "i", "o", "u", "ai", "ea", "ou" };
    static const char *const tail[] = { "", "n", "r", "l", "s", "t", "m", "rd", "nd" };
    uint64_t x = (nth + 1) * UINT64_C(0x9E3779B97F4A7C15) ^ kind * UINT64_C(0xD6E8FEB86659FD93);
    size_t n = 0;
    out[0] = 0;
    for (int i = 0; i < most; i++) {
        x ^= x >> 29;
        x *= UINT64_C(0xBF58476D1CE4E5B9);
        n += (size_t)snprintf(out + n, 24 - n, "%s%s%s", head[x % COUNT_OF(head)], core[(x >> 20) % COUNT_OF(core)],
                              i + 1 == most ? tail[(x >> 40) % COUNT_OF(tail)] : "");
    }
    if (kind < 3 && out[0])
        out[0] = (char)(out[0] - 32);
}

/* Few are many, many are few: rank about 1 / r. */
OTHERS_FN uint32_t others_rank(struct others *o, uint32_t n)
{
    uint32_t top = 1;
    while (top < n && others_chance(o, 78))
        top *= 2;
    return others_below(o, top < n ? top : n);
}

OTHERS_FN void others_person(struct others *o, struct other *p)
{
    bool woman = others_chance(o, 50);
    *p = (struct other){ .sex = { woman ? 'f' : 'm' } };
    others_word(others_rank(o, 300) * 2 + woman, 0, 2, p->given[0]);
    if (others_chance(o, 45))
        others_word(others_rank(o, 300) * 2 + woman, 0, 2, p->given[1]);
    int syllables = 2 + (int)others_below(o, 2);
    others_word(others_rank(o, 6000), 1, syllables, p->family);
    uint32_t year = 1940 + others_below(o, 80), month = 1 + others_below(o, 12), day = 1 + others_below(o, 28);
    (void)snprintf(p->birth, sizeof p->birth, "%02u/%02u/%u", day, month, year);
    (void)snprintf(p->id, sizeof p->id, "%u", 10000000 + others_below(o, 80000000));
    (void)snprintf(p->phone, sizeof p->phone, "0%u", 200000000 + others_below(o, 700000000));
    char road[24];
    others_word(others_below(o, 900), 3, 3, road);
    (void)snprintf(p->street, sizeof p->street, "%u %s street", 1 + others_below(o, 240), road);
    uint32_t town = others_rank(o, 80);
    others_word(town, 2, 2, p->town);
    (void)snprintf(p->zip, sizeof p->zip, "%u", 1000 + town * 37);
}

/* As an eye, a scanner or a hurried hand gets it wrong. */
OTHERS_FN void others_slip(struct others *o, char *s, size_t room)
{
    static const char *const looks[][2] = { { "rn", "m" }, { "m", "rn" }, { "l", "i" }, { "o", "a" }, { "e", "c" },
        { "u", "v" }, { "cl", "d" }, { "h", "b" }, { "n", "r" }, { "t", "f" }, { "ai", "ay" }, { "ea", "ee" } };
    size_t n = strlen(s), i = n > 2 ? 1 + others_below(o, (uint32_t)n - 1) : 0;
    uint32_t from = others_below(o, COUNT_OF(looks));
    for (uint32_t k = 0; k < COUNT_OF(looks) && others_chance(o, 70); k++) {
        const char *const *l = looks[(from + k) % COUNT_OF(looks)];
        char *at = n > 1 ? strstr(s + 1, l[0]) : NULL;
        size_t a = strlen(l[0]), b = strlen(l[1]);
        if (!at || n - a + b + 1 > room)
            continue;
        memmove(at + b, at + a, strlen(at + a) + 1);
        memcpy(at, l[1], b);
        return;
    }
    if (i && n > 3)
        memmove(s + i, s + i + 1, n - i);       /* a letter lost */
}

OTHERS_FN void others_copy(struct others *o, const struct other *p, struct other *q)
{
    *q = *p;
    for (int errors = (int)others_below(o, 4); errors > 0; errors--)
        switch (others_below(o, 11)) {
        case 0: others_slip(o, q->given[0], sizeof q->given[0]); break;
        case 1: case 2: others_slip(o, q->family, sizeof q->family); break;
        case 3: q->given[1][0] = 0; break;
        case 4: if (q->given[0][0]) q->given[0][1] = 0; break;                  /* an initial */
        case 5: {                               /* the second name goes first */
            char t[24];
            if (!q->given[1][0])
                break;
            memcpy(t, q->given[0], sizeof t);
            memcpy(q->given[0], q->given[1], sizeof t);
            memcpy(q->given[1], t, sizeof t);
            break;
        }
        case 6: q->birth[9] = (char)('0' + others_below(o, 10)); break;
        case 7: q->birth[1] = (char)('0' + others_below(o, 10)); break;
        case 8: if (others_chance(o, 50)) q->birth[0] = 0; break;
        case 9: others_slip(o, q->street, sizeof q->street); break;
        default: {                              /* moved */
            struct other r;
            others_person(o, &r);
            memcpy(q->street, r.street, sizeof q->street);
            memcpy(q->town, r.town, sizeof q->town);
            memcpy(q->zip, r.zip, sizeof q->zip);
        }
        }
    if (others_chance(o, 35)) q->id[0] = 0;
    if (others_chance(o, 35)) q->phone[0] = 0;
    if (others_chance(o, 10)) q->street[0] = 0;
}

OTHERS_FN const char *others_head(enum others_columns set)
{
    static const char *const head[OTHERS_SETS] = {
        "id;given;surname;birth;sex;nid;phone;address;city;zip\n", "id;given;surname;address;city;zip\n",
        "id;given;surname;birth_year\n", "id;name;birth\n", "id;given;surname;birth;sex;address;city;zip\n",
        "id;given;surname;age;sex;city\n" };
    return head[set];
}

OTHERS_FN void others_row(FILE *f, enum others_columns set, const char *id, const struct other *p)
{
    char given[64];
    int64_t year = 0;
    const char *y = p->birth[0] ? p->birth + 6 : "";
    (void)snprintf(given, sizeof given, "%s%s%s", p->given[0], p->given[1][0] ? " " : "", p->given[1]);
    switch (set) {
    case OTHERS_ALL:
        (void)fprintf(f, "%s;%s;%s;%s;%s;%s;%s;%s;%s;%s\n", id, given, p->family, p->birth, p->sex, p->id, p->phone,
                      p->street, p->town, p->zip);
        break;
    case OTHERS_NAMES_ADDRESS: (void)fprintf(f, "%s;%s;%s;%s;%s;%s\n", id, given, p->family, p->street, p->town, p->zip); break;
    case OTHERS_NAMES_YEAR: (void)fprintf(f, "%s;%s;%s;%s\n", id, given, p->family, y); break;
    case OTHERS_ONE_NAME_BIRTH: (void)fprintf(f, "%s;\"%s, %s\";%s\n", id, p->family, given, p->birth); break;
    case OTHERS_NO_ID_NO_PHONE:
        (void)fprintf(f, "%s;%s;%s;%s;%s;%s;%s;%s\n", id, given, p->family, p->birth, p->sex, p->street, p->town, p->zip);
        break;
    default:
        (void)fprintf(f, "%s;%s;%s;", id, given, p->family);
        if (str_to_i64(str_c(y), &year))
            (void)fprintf(f, "%lld", (long long)(2026 - year));
        (void)fprintf(f, ";%s;%s\n", p->sex, p->town);
    }
}
#endif
