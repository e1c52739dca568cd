/* find.h - inside person/: which file is it?  Somebody says a name on the telephone.
 *
 * Two questions, and only two.  Of her own files the officer sees the persons she may
 * see anyway; each one shown is written down in that person's dossier.  Asking about
 * everyone is a question that counts (access_look), carries what it is for, and
 * answers how likely and in which department, never more: no reasons, no record, and
 * places and addresses are left out of the comparison, so that nobody can be traced
 * by trying them. */
#ifndef PERSON_FIND_H
#define PERSON_FIND_H

#include "person/person.h"
#include "things/found.h"

enum { FIND_SHOWN = 8, FIND_PURPOSE = 10, FIND_PURPOSE_MAX = 300 };

/* As told.  born: a date, a year, or an age in years. */
struct find_question { struct str name, surname, known_as, born, number, phone, place; };
/* Is it enough to look for?  Of everyone nobody is asked about by a name alone, nor by
 * a number alone. */
bool find_says_enough(const struct find_question *q, bool everyone);

/* Of her own files, best first; an event "find" in each dossier shown, once a day. */
enum err find_own(struct ctx *c, const struct find_question *q, struct found **out, size_t *n) MUST_CHECK;

/* Of everyone else's: one row per department, the likeliest first.  who: the records
 * behind them, for this room only, never for a page. */
struct find_far { struct str department; int32_t mbits; size_t persons; };
struct find_answer { bool allowed; struct find_far *far; size_t n; const struct found *who; size_t who_n; };
/* Needs "person.find_all" and a purpose (ERR_INPUT "find.purpose").  Written before
 * anything is shown: the purpose with the officer, and with each person of whom she
 * is told; of whom the likeness is very high, the office hears of it at once.  allowed
 * false: too many questions today, and nothing was looked up. */
enum err find_everyone(struct ctx *c, const struct find_question *q, struct str purpose,
                       struct find_answer *out) MUST_CHECK;
/* The same question again, and the offices that know somebody of this department
 * like that learn that her office asks.  *told: how many. */
enum err find_tell(struct ctx *c, const struct find_question *q, struct str purpose, struct str department,
                   struct find_answer *out, size_t *told) MUST_CHECK;

#endif
