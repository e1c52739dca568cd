/* model.c - weights: what each level of each comparison is worth in bits. */
#include "match/inside.h"

/* Curated priors.  m: how often two records of one person show the level; u: how
 * often two strangers do; h: how often two people of one household do.  They
 * come from the shapes of error published for civil registers and case files
 * and from nothing in the data at hand; EM starts from them, is pulled towards
 * them, and falls back on them. */
struct prior { float m, u, h; };

static const struct prior given[NAME_N] = {
    [NAME_EXACT] = { .72f, .010f, .015f }, [NAME_NICK] = { .06f, .003f, .003f },
    [NAME_SOUND] = { .05f, .010f, .010f }, [NAME_NEAR] = { .07f, .004f, .006f },
    [NAME_FAR] = { .03f, .010f, .012f }, [NAME_INITIAL] = { .02f, .010f, .010f },
    [NAME_NONE] = { .05f, .953f, .944f },
};
static const struct prior middle[NAME_N] = {
    [NAME_EXACT] = { .75f, .010f, .02f }, [NAME_NICK] = { .02f, .003f, .003f },
    [NAME_SOUND] = { .05f, .010f, .010f }, [NAME_NEAR] = { .06f, .004f, .006f },
    [NAME_FAR] = { .03f, .010f, .012f }, [NAME_INITIAL] = { .03f, .010f, .010f },
    [NAME_NONE] = { .06f, .953f, .94f },
};
static const struct prior surname[NAME_N] = {
    [NAME_EXACT] = { .80f, .006f, .72f }, [NAME_NICK] = { .004f, .001f, .004f },
    [NAME_SOUND] = { .06f, .010f, .05f }, [NAME_NEAR] = { .07f, .004f, .05f },
    [NAME_FAR] = { .025f, .010f, .02f }, [NAME_INITIAL] = { .006f, .005f, .006f },
    [NAME_NONE] = { .035f, .964f, .15f },
};
static const struct prior second[NAME_N] = {
    [NAME_EXACT] = { .75f, .006f, .50f }, [NAME_NICK] = { .004f, .001f, .004f },
    [NAME_SOUND] = { .06f, .010f, .05f }, [NAME_NEAR] = { .07f, .004f, .05f },
    [NAME_FAR] = { .03f, .010f, .02f }, [NAME_INITIAL] = { .016f, .005f, .006f },
    [NAME_NONE] = { .07f, .964f, .37f },
};
static const struct prior order[ORDER_N] = {
    [ORDER_STRAIGHT] = { .94f, .94f, .94f }, [ORDER_SWAPPED] = { .03f, .5f, .3f },
    [ORDER_MIXED] = { .03f, .5f, .3f },
};
static const struct prior birth[BIRTH_N] = {
    [BIRTH_EXACT] = { .80f, 5e-5f, .004f }, [BIRTH_SWAP] = { .03f, 4e-5f, 4e-5f },
    [BIRTH_FIRST] = { .02f, .001f, .002f }, [BIRTH_TYPO] = { .07f, .0012f, .003f },
    [BIRTH_DAYMONTH] = { .02f, .0025f, .003f }, [BIRTH_YEAR] = { .02f, .02f, .02f },
    [BIRTH_CLOSE] = { .02f, .05f, .08f }, [BIRTH_NONE] = { .02f, .93f, .89f },
    [BIRTH_WITHIN] = { .92f, .07f, .10f }, [BIRTH_BESIDE] = { .06f, .10f, .14f },
    [BIRTH_APART] = { .02f, .83f, .76f },
};
static const struct prior sex[SEX_N] = {
    [SEX_SAME] = { .97f, .5f, .5f }, [SEX_OTHER] = { .03f, .5f, .5f },
    [SEX_IMPLIED] = { 1, 1, 1 },
};
static const struct prior id[SAME_N] = {
    [SAME_EXACT] = { .91f, 1e-6f, 1e-4f }, [SAME_NEAR] = { .07f, 1e-5f, 1e-4f },
    [SAME_DIFF] = { .02f, 1, 1 },
};
static const struct prior phone[SAME_N] = {
    [SAME_EXACT] = { .60f, 1e-5f, .55f }, [SAME_NEAR] = { .05f, 1e-5f, .03f },
    [SAME_DIFF] = { .35f, 1, .42f },
};
static const struct prior mail[TEXT_N] = {
    [TEXT_EXACT] = { .65f, 1e-4f, .02f }, [TEXT_NEAR] = { .12f, .001f, .01f },
    [TEXT_FAR] = { .05f, .02f, .05f }, [TEXT_NONE] = { .18f, .979f, .92f },
};
static const struct prior street[TEXT_N] = {
    [TEXT_EXACT] = { .62f, .002f, .85f }, [TEXT_NEAR] = { .12f, .003f, .08f },
    [TEXT_FAR] = { .06f, .02f, .03f }, [TEXT_NONE] = { .20f, .975f, .04f },
};
static const struct prior unit[TEXT_N] = {
    [TEXT_EXACT] = { .60f, .002f, .8f }, [TEXT_NEAR] = { .12f, .003f, .08f },
    [TEXT_FAR] = { .06f, .02f, .04f }, [TEXT_NONE] = { .22f, .975f, .08f },
};
static const struct prior house[TEXT_N] = {
    [TEXT_EXACT] = { .75f, .02f, .85f }, [TEXT_NEAR] = { .06f, .02f, .05f },
    [TEXT_FAR] = { .01f, .01f, .01f }, [TEXT_NONE] = { .18f, .95f, .09f },
};
static const struct prior postcode[TEXT_N] = {
    [TEXT_EXACT] = { .75f, .01f, .9f }, [TEXT_NEAR] = { .08f, .02f, .04f },
    [TEXT_FAR] = { .04f, .05f, .03f }, [TEXT_NONE] = { .13f, .92f, .03f },
};
static const struct prior place[TEXT_N] = {
    [TEXT_EXACT] = { .75f, .05f, .92f }, [TEXT_NEAR] = { .08f, .01f, .03f },
    [TEXT_FAR] = { .04f, .03f, .02f }, [TEXT_NONE] = { .13f, .91f, .03f },
};
static const struct prior region[TEXT_N] = {
    [TEXT_EXACT] = { .90f, .2f, .96f }, [TEXT_NEAR] = { .03f, .02f, .01f },
    [TEXT_FAR] = { .01f, .02f, .01f }, [TEXT_NONE] = { .06f, .76f, .02f },
};
static const struct prior nation[TEXT_N] = {
    [TEXT_EXACT] = { .95f, .7f, .95f }, [TEXT_NEAR] = { .01f, .01f, .01f },
    [TEXT_FAR] = { .01f, .01f, .01f }, [TEXT_NONE] = { .04f, .3f, .05f },
};
static const struct prior extra[TEXT_N] = {
    [TEXT_EXACT] = { .60f, .02f, .05f }, [TEXT_NEAR] = { .10f, .01f, .01f },
    [TEXT_FAR] = { .08f, .05f, .05f }, [TEXT_NONE] = { .22f, .92f, .89f },
};

static const struct prior *const priors[COMPARED] = {
    [MATCH_GIVEN] = given, [MATCH_MIDDLE] = middle, [MATCH_SURNAME] = surname,
    [MATCH_SECOND] = second, [MATCH_ORDER] = order, [MATCH_BIRTH] = birth, [MATCH_SEX] = sex,
    [MATCH_ID] = id, [MATCH_PHONE] = phone, [MATCH_EMAIL] = mail, [MATCH_STREET] = street,
    [MATCH_UNIT] = unit, [MATCH_HOUSE] = house, [MATCH_POSTCODE] = postcode,
    [MATCH_PLACE] = place, [MATCH_REGION] = region, [MATCH_NATION] = nation,
    [MATCH_EXTRA] = extra,
};
const uint8_t level_count[COMPARED] = {
    [MATCH_GIVEN] = NAME_N, [MATCH_MIDDLE] = NAME_N, [MATCH_SURNAME] = NAME_N,
    [MATCH_SECOND] = NAME_N, [MATCH_ORDER] = ORDER_N, [MATCH_BIRTH] = BIRTH_N,
    [MATCH_SEX] = SEX_N, [MATCH_ID] = SAME_N, [MATCH_PHONE] = SAME_N, [MATCH_EMAIL] = TEXT_N,
    [MATCH_STREET] = TEXT_N, [MATCH_UNIT] = TEXT_N, [MATCH_HOUSE] = TEXT_N,
    [MATCH_POSTCODE] = TEXT_N, [MATCH_PLACE] = TEXT_N, [MATCH_REGION] = TEXT_N,
    [MATCH_NATION] = TEXT_N, [MATCH_EXTRA] = TEXT_N,
};

/* Levels whose u is the frequency of the very value that agrees. */
enum {
    NAME_ABS = 1 << NAME_EXACT | 1 << NAME_NICK, SAME_ABS = 1 << SAME_EXACT | 1 << SAME_NEAR,
    TEXT_ABS = 1 << TEXT_EXACT,
    BIRTH_ABS = 1 << BIRTH_EXACT | 1 << BIRTH_SWAP | 1 << BIRTH_FIRST | 1 << BIRTH_WITHIN |
                1 << BIRTH_DAYMONTH | 1 << BIRTH_YEAR,
};
const uint16_t absolute_levels[COMPARED] = {
    [MATCH_GIVEN] = NAME_ABS, [MATCH_MIDDLE] = NAME_ABS, [MATCH_SURNAME] = NAME_ABS,
    [MATCH_SECOND] = NAME_ABS, [MATCH_BIRTH] = BIRTH_ABS, [MATCH_ID] = SAME_ABS,
    [MATCH_PHONE] = SAME_ABS, [MATCH_EMAIL] = TEXT_ABS, [MATCH_STREET] = TEXT_ABS,
    [MATCH_UNIT] = TEXT_ABS, [MATCH_HOUSE] = TEXT_ABS, [MATCH_POSTCODE] = TEXT_ABS,
    [MATCH_PLACE] = TEXT_ABS, [MATCH_REGION] = TEXT_ABS, [MATCH_NATION] = TEXT_ABS,
    [MATCH_EXTRA] = TEXT_ABS,
};

/* ---- frequencies ---------------------------------------------------------------- */

float fast_log2(float x)
{
    uint32_t v, m;
    float t;
    memcpy(&v, &x, sizeof v);
    m = (v & 0x007FFFFF) | 0x3F800000;          /* mantissa in [1, 2) */
    memcpy(&t, &m, sizeof t);
    float e = (float)((int)(v >> 23) - 127);
    return e - 2.7868f + t * (4.0717f + t * (-1.6326f + t * 0.34754f));
}

float rare_key(const struct match_index *ix, enum pass pass, uint64_t v)
{
    uint32_t n = post_count(&ix->post, key_tag(pass, v, 0));
    return fast_log2((n > 1 ? (float)(n - 1) : 1) / ((float)ix->live + 60));
}

/* ---- the model --------------------------------------------------------------------- */

/* How many people of one household stand in one file, before anything is known. */
static const float HOME_MATES = 0.1f, MATCH_MATES = 0.2f, STRANGER_RECORDS = 1000;

void model_priors(struct model *mo)
{
    *mo = (struct model){ .scale = 1, .kept_priors = true };
    for (int w = 0; w < COMPARED; w++)
        for (int l = 0; l < level_count[w]; l++) {
            mo->m[w][l] = priors[w][l].m;
            mo->u[w][l] = priors[w][l].u;
        }
    for (int y = 0; y <= YEARS; y++)                /* most people alive: 1930 to now */
        mo->years[y] = y < 430 ? 0.0005f * (float)y / 430
                     : y > 530 ? 1 : 0.0005f + 0.9995f * (float)(y - 430) / 100;
    for (int d = 0; d < 384; d++)
        mo->day[d] = -8.5f;
    for (int w = 0; w < COMPARED; w++)
        mo->mean_rare[w] = fast_log2(mo->u[w][1]);
    mo->cond[MATCH_POSTCODE] = -2;
    mo->cond[MATCH_PLACE] = -0.5f;
    mo->cond[MATCH_REGION] = -0.1f;
    mo->prior = fast_log2(MATCH_MATES / STRANGER_RECORDS);
    mo->prior_home = fast_log2(HOME_MATES / STRANGER_RECORDS);
    model_weights(mo);
}

static float floored(float p)
{
    return p < 1e-6f ? 1e-6f : p;
}

static void weigh(const struct model *mo, int what, int level, struct weight *out)
{
    bool absolute = level_is_absolute(what, level);
    bool own = what == MATCH_GIVEN || what == MATCH_MIDDLE || what == MATCH_EXTRA;
    float base = absolute ? 1 : floored(mo->u[what][level]);
    out->match = fast_log2(floored(mo->m[what][level]) / base);
    out->home = fast_log2(floored(priors[what][level].h) / base);
    out->shared = absolute;
    out->most_home = own ? 1 : 99;              /* a household does not share given names */
}

/* By way of a row: gcc 12 takes the function for one without effect when it writes into
 * the model from the inner loop (weights step by four floats, m and u by one). */
void model_weights(struct model *mo)
{
    for (int w = 0; w < COMPARED; w++) {
        struct weight row[LEVELS] = { { 0 } };
        for (int l = 1; l < level_count[w]; l++)
            weigh(mo, w, l, &row[l]);
        memcpy(mo->weight[w], row, sizeof row);
    }
}

/* log2(1 + 2^x) */
float soft_plus(float x)
{
    if (x < -12)
        return 0;
    if (x > 12)
        return x;
    union { float f; uint32_t i; } v;
    float shifted = x < -30 ? -30 : x;
    int whole = (int)(shifted + 64) - 64;
    float part = shifted - (float)whole;
    v.i = (uint32_t)(whole + 127) << 23;
    float two = v.f * (1 + part * (0.6565f + part * 0.3435f));
    return fast_log2(1 + two);
}

float model_score(const struct model *mo, const struct evidence *ev)
{
    return model_total(mo, model_places(mo, ev, model_persons(mo, ev)));
}
