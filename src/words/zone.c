#include "words/zone.h"

#include <stdio.h>

enum { ZONE_FILE_MAX = 64 * 1024, HEADER = 44 };

static uint64_t big_endian(const char *p, size_t n)
{
    uint64_t v = 0;
    for (size_t i = 0; i < n; i++)
        v = v << 8 | (unsigned char)p[i];
    return v;
}

struct counts { size_t isut, isstd, leap, time, type, chars; };

static bool header(struct str s, struct counts *k)
{
    if (s.n < HEADER || !str_starts(s, STR("TZif")))
        return false;
    size_t *all[] = { &k->isut, &k->isstd, &k->leap, &k->time, &k->type, &k->chars };
    for (size_t i = 0; i < COUNT_OF(all); i++) {
        *all[i] = (size_t)big_endian(s.p + 20 + 4 * i, 4);
        if (*all[i] > ZONE_FILE_MAX)
            return false;
    }
    return k->type > 0;
}

static size_t body_size(const struct counts *k, size_t time_size)
{
    return k->time * (time_size + 1) + k->type * 6 + k->chars + k->leap * (time_size + 4) +
           k->isstd + k->isut;
}

/* The 64-bit block: transitions, their type numbers, the types. */
static enum err block(struct ctx *c, struct arena *mem, struct str s, const struct counts *k,
                      struct zone *z)
{
    const char *times = s.p, *types = s.p + k->time * 8, *info = types + k->time;
    int64_t *from = NEW_N(mem, int64_t, k->time + 1);
    int32_t *offset = NEW_N(mem, int32_t, k->time + 1);
    if (!from || !offset)
        return FAIL(c, ERR_NOMEM, "words.memory", "zone of %zu transitions", k->time);
    for (size_t i = 0; i < k->time; i++) {
        size_t type = (unsigned char)types[i];
        if (type >= k->type)
            return FAIL(c, ERR_INPUT, "words.bad-zone", "type %zu of %zu", type, k->type);
        from[i] = (int64_t)big_endian(times + 8 * i, 8);
        offset[i] = (int32_t)(uint32_t)big_endian(info + 6 * type, 4);
        if ((i && from[i] <= from[i - 1]) || offset[i] < -26 * 3600 || offset[i] > 26 * 3600)
            return FAIL(c, ERR_INPUT, "words.bad-zone", "transition %zu", i);
    }
    int32_t first = (int32_t)(uint32_t)big_endian(info, 4);
    if (first < -26 * 3600 || first > 26 * 3600)
        return FAIL(c, ERR_INPUT, "words.bad-zone", "first offset %d", first);
    *z = (struct zone){ k->time, from, offset, first };
    return ERR_OK;
}

enum err zone_parse(struct ctx *c, struct arena *mem, struct str bytes, struct zone *z)
{
    struct counts k;
    if (bytes.n > ZONE_FILE_MAX || !header(bytes, &k) || bytes.p[4] < '2')
        return FAIL(c, ERR_INPUT, "words.bad-zone", "no TZif of version 2, %zu bytes", bytes.n);
    bytes = str_sub(bytes, HEADER + body_size(&k, 4), bytes.n);
    if (!header(bytes, &k) || bytes.n - HEADER < body_size(&k, 8))
        return FAIL(c, ERR_INPUT, "words.bad-zone", "second block, %zu bytes", bytes.n);
    return block(c, mem, str_sub(bytes, HEADER, bytes.n), &k, z);
}

static bool name_ok(const char *name)
{
    for (const char *p = name; *p; p++)
        if (!ascii_alpha(*p) && !ascii_digit(*p) && !strchr("/_+-", *p))
            return false;
    return name[0] && name[0] != '/';
}

enum err zone_load(struct ctx *c, struct arena *mem, const char *name, struct zone *z)
{
    char path[200];
    struct str bytes;
    *z = (struct zone){ 0 };
    if (!name)
        return ERR_OK;
    int n = snprintf(path, sizeof path, "/usr/share/zoneinfo/%s", name);
    if (!name_ok(name) || n < 0 || (size_t)n >= sizeof path)
        return FAIL(c, ERR_INPUT, "words.bad-zone", "zone name");
    TRY(file_read(c, path, ZONE_FILE_MAX, &bytes));
    return zone_parse(c, mem, bytes, z);
}

int64_t zone_offset_us(const struct zone *z, int64_t us)
{
    int64_t s = us / US_PER_S - (us % US_PER_S < 0);
    size_t low = 0, high = z->n;
    while (low < high) {                      /* first transition after s */
        size_t mid = low + (high - low) / 2;
        if (z->from_s[mid] <= s)
            low = mid + 1;
        else
            high = mid;
    }
    return (low ? z->offset_s[low - 1] : z->first_s) * US_PER_S;
}
