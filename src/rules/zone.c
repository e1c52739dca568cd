/* Zones of the IANA data base, through ICU.  The list is built once; a zone in
 * a value is its index. */
#include "rules/feel.h"

#include <pthread.h>
#include <stdlib.h>
#include <unicode/ucal.h>
#include <unicode/uenum.h>
#include <unicode/ustring.h>

enum { ZONES_MAX = 1200, ZONE_NAME_MAX = 48 };

static char zone_names[ZONES_MAX][ZONE_NAME_MAX];
static size_t zone_count;
static pthread_once_t zones_once = PTHREAD_ONCE_INIT;

static int by_name(const void *a, const void *b)
{
    return strcmp(a, b);
}

static void zones_load(void)
{
    UErrorCode e = U_ZERO_ERROR;
    UEnumeration *all = ucal_openTimeZones(&e);
    const char *name;
    int32_t n;
    while (U_SUCCESS(e) && zone_count < ZONES_MAX && (name = uenum_next(all, &n, &e)) != NULL)
        if (n > 0 && n < ZONE_NAME_MAX)
            memcpy(zone_names[zone_count++], name, (size_t)n + 1);
    uenum_close(all);
    qsort(zone_names, zone_count, ZONE_NAME_MAX, by_name);
}

bool feel_zone_find(struct str name, uint16_t *out)
{
    char key[ZONE_NAME_MAX] = "";
    if (name.n == 0 || name.n >= sizeof key)
        return false;
    memcpy(key, name.p, name.n);
    (void)pthread_once(&zones_once, zones_load);
    const char (*hit)[ZONE_NAME_MAX] =
        bsearch(key, zone_names, zone_count, ZONE_NAME_MAX, by_name);
    if (!hit)
        return false;
    *out = (uint16_t)(hit - (const char (*)[ZONE_NAME_MAX])zone_names);
    return true;
}

const char *feel_zone_name(uint16_t zone)
{
    return zone < zone_count ? zone_names[zone] : "";
}

/* Rules repeat with the calendar, every 400 years, far from what ICU knows. */
static double icu_time(int64_t sec)
{
    const int64_t cycle = INT64_C(12622780800), far = INT64_C(100000000000);
    if (sec > far || sec < -far) {
        sec %= cycle;
        if (sec < 0)
            sec += cycle;
    }
    return (double)sec * 1000.0;
}

static int32_t offset_at(UCalendar *cal, int64_t utc, UErrorCode *e)
{
    ucal_setMillis(cal, icu_time(utc), e);
    return (ucal_get(cal, UCAL_ZONE_OFFSET, e) + ucal_get(cal, UCAL_DST_OFFSET, e)) / 1000;
}

/* A wall time that occurs twice is the earlier one; one that never occurs
 * takes the offset before the gap. */
static int32_t offset_of_local(UCalendar *cal, int64_t local, UErrorCode *e)
{
    int32_t before = offset_at(cal, local - 86400, e), after = offset_at(cal, local + 86400, e);
    if (before == after || offset_at(cal, local - before, e) == before)
        return before;
    if (offset_at(cal, local - after, e) == after)
        return after;
    return before;
}

bool feel_zone_offset(uint16_t zone, int64_t sec, bool utc, int32_t *offset)
{
    UChar id[ZONE_NAME_MAX];
    UErrorCode e = U_ZERO_ERROR;
    if (zone >= zone_count)
        return false;
    u_uastrcpy(id, zone_names[zone]);
    UCalendar *cal = ucal_open(id, -1, "en", UCAL_GREGORIAN, &e);
    if (U_FAILURE(e))
        return false;
    int32_t off = utc ? offset_at(cal, sec, &e) : offset_of_local(cal, sec, &e);
    ucal_close(cal);
    if (U_FAILURE(e))
        return false;
    *offset = off;
    return true;
}
