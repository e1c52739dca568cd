/* says_web.c - what the rule engine says, in the reader's language.
 *
 * The engine is a leaf and speaks English: fixed phrases, and what they speak of.
 * Here each phrase has its key in the catalogue (tests/unit/test_reform.c reads the
 * engine's sources for phrases without one). */
#include "reform/rules_priv.h"

#include "base/node.h"

struct phrase { const char *english, *key; };
static const struct phrase phrases[] = {
    /* findings of rules_check; a, b, c are what they speak of */
    { "is of a type, the cell says", "rules.says.column-type" },
    { "the output is of a type, the cell says", "rules.says.output-type" },
    { "is not an allowed value of", "rules.says.not-allowed" },
    { "no row for", "rules.says.no-row" },
    { "both rows answer for", "rules.says.both-rows" },
    { "the row can never fire", "rules.says.unreachable" },
    { "cells are not all comparisons with constants", "rules.says.not-constants" },
    { "too many combinations to look at all", "rules.says.too-many" },
    { "unknown provision", "rules.says.unknown-provision" },
    /* of reading a model */
    { "unknown name", "rules.says.unknown-name" },
    { "not FEEL", "rules.says.not-feel" },
    { "expression language is not FEEL", "rules.says.language" },
    { "unknown hit policy", "rules.says.hit-policy" },
    { "missing part", "rules.says.missing-part" },
    { "reference to nothing", "rules.says.reference" },
    { "imported model is missing", "rules.says.import" },
    /* of reading a cell */
    { "'(' is expected after 'function'", "rules.feel.function-open" },
    { "')' is missing after arguments", "rules.feel.arguments-close" },
    { "')' is missing after not(", "rules.feel.not-close" },
    { "')' is missing after parameters", "rules.feel.parameters-close" },
    { "')' is missing", "rules.feel.close" },
    { "',' or ']' is expected in a list", "rules.feel.list" },
    { "'..' is expected in a range", "rules.feel.range-dots" },
    { "'>' is missing", "rules.feel.angle" },
    { "']' is missing after a filter", "rules.feel.filter-close" },
    { "'and' is expected after 'between'", "rules.feel.between" },
    { "'else' is missing", "rules.feel.else" },
    { "'of' is expected after 'instance'", "rules.feel.instance" },
    { "'return' is missing", "rules.feel.return" },
    { "'satisfies' is missing", "rules.feel.satisfies" },
    { "'then' is missing", "rules.feel.then" },
    { "'}' is missing after a context", "rules.feel.context-close" },
    { "a name is expected after '.'", "rules.feel.name-after-dot" },
    { "a parameter's name is expected", "rules.feel.parameter-name" },
    { "a string is expected after '@'", "rules.feel.at-string" },
    { "an entry is 'name: value'", "rules.feel.entry" },
    { "an entry's type is 'name: type'", "rules.feel.entry-type" },
    { "an expression is expected here", "rules.feel.expression" },
    { "an iteration is 'name in list'", "rules.feel.iteration" },
    { "arguments are named all or none", "rules.feel.named-arguments" },
    { "comment without end", "rules.feel.comment" },
    { "nested too deeply", "rules.feel.too-deep" },
    { "not a number that can be kept", "rules.feel.number" },
    { "not a FEEL expression", "rules.feel.nothing" },
    { "out of memory", "error.too-big" },
    { "string without closing quote", "rules.feel.quote" },
    { "the expression should end here", "rules.feel.expression-end" },
    { "the range is not closed", "rules.feel.range-close" },
    { "the test should end here", "rules.feel.test-end" },
    { "the text is not UTF-8", "rules.feel.utf8" },
    { "the text is too long", "rules.feel.too-long" },
    { "too many entries", "rules.feel.too-many" },
    { "too many items", "rules.feel.too-many" },
    { "too many iterations", "rules.feel.too-many" },
    { "too many named arguments", "rules.feel.too-many" },
    { "too much text", "rules.feel.too-long" },
    { "unknown type", "rules.feel.type" },
    /* kinds of values */
    { "null", "rules.type.null" }, { "boolean", "rules.type.boolean" }, { "number", "rules.type.number" },
    { "string", "rules.type.string" }, { "date", "rules.type.date" }, { "time", "rules.type.time" },
    { "date and time", "rules.type.instant" }, { "days and time duration", "rules.type.duration" },
    { "years and months duration", "rules.type.months" }, { "list", "rules.type.list" },
    { "context", "rules.type.context" }, { "range", "rules.type.range" }, { "function", "rules.type.function" },
};

const char *rules_phrase_key(struct str english)
{
    for (size_t i = 0; i < COUNT_OF(phrases); i++)
        if (str_is(english, phrases[i].english))
            return phrases[i].key;
    return NULL;
}

static struct str known_word(struct ctx *c, struct str english)
{
    const char *key = rules_phrase_key(english);
    return key ? say_(c, str_c(key)) : english;
}

/* "file:3:7: phrase": the longest phrase at the end. */
static const struct phrase *phrase_at_end(struct str detail)
{
    const struct phrase *best = NULL;
    for (size_t i = 0; i < COUNT_OF(phrases); i++) {
        struct str p = str_c(phrases[i].english);
        if (!str_ends(detail, p) || (best && strlen(best->english) >= p.n))
            continue;
        if (detail.n == p.n || str_ends(str_sub(detail, 0, detail.n - p.n), STR(": ")))
            best = &phrases[i];
    }
    return best;
}

struct str rules_feel_words(struct ctx *c, struct str detail)
{
    const struct phrase *p = phrase_at_end(detail);
    if (!p)
        return detail;
    struct str before = str_sub(detail, 0, detail.n - strlen(p->english)), what = say_(c, str_c(p->key));
    before = str_sub(before, 0, before.n ? before.n - 2 : 0);
    size_t from = before.n;
    while (from && ascii_digit(before.p[from - 1]))
        from--;
    struct str column = str_sub(before, from, before.n - from);
    return column.n ? SAYF(c, "rules.feel.at", W_TEXT("what", what), W_TEXT("n", column)) : what;
}

struct str rules_finding_words(struct ctx *c, const struct rules_finding *f)
{
    const char *key = f->says ? rules_phrase_key(str_c(f->says)) : NULL;
    if (!key)
        return f->text;
    struct str a = !strcmp(f->says, "not FEEL") ? rules_feel_words(c, f->arg[0]) : f->arg[0];
    return say_fmt_(c, str_c(key), WORDS(W_TEXT("a", a), W_TEXT("b", known_word(c, f->arg[1])), W_TEXT("c", f->arg[2])));
}
