/* oversee.h - what a guardian may count of the questions between agencies: nodes,
 * purposes, numbers.  No person, no case code, no officer. */
#ifndef INQUIRY_OVERSEE_H
#define INQUIRY_OVERSEE_H

#include "inquiry/inquiry.h"

struct times { int64_t week_us, month_us; };
struct times oversee_times(int64_t now_us);
struct oversee_sums { int64_t week, refused, under_way, all; };
enum err oversee_sums(struct ctx *c, struct oversee_sums *out) MUST_CHECK;
/* what: the asking node, or the purpose; to: the node asked. Most questions first. */
struct oversee_line { struct str what, to; int64_t week, month, all, refused, last_us; };
enum err oversee_pairs(struct ctx *c, struct oversee_line **out, size_t *n) MUST_CHECK;
enum err oversee_purposes(struct ctx *c, struct oversee_line **out, size_t *n) MUST_CHECK;
/* Used this week of INQUIRY_PER_NODE, and by its busiest office and officer. */
struct oversee_quota { int64_t node, office, officer, refused; };
enum err oversee_quota(struct ctx *c, struct str node, struct oversee_quota *out) MUST_CHECK;
/* The last refusals: asker, answering, purpose, words, asked_us alone are filled. */
enum err oversee_refusals(struct ctx *c, struct inquiry **out, size_t *n) MUST_CHECK;

#endif
