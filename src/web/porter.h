/* porter.h - who answers at the door while the tables are made again.
 *
 * A new version may have to make tables from the ledger before it can serve
 * (ledger.md, "All over again").  When that takes longer than a moment, the porter
 * listens on the server's own address, says so with an estimate (503, and the page
 * asks again by itself), and leaves before the server comes.  /health says the same
 * to machines.
 */
#ifndef PORTER_H
#define PORTER_H

#include "base/node.h"
#include "ledger/ledger.h"
#include "web/web.h"

struct porter;
/* n: words and pack are there; they, cfg and r outlive the porter.  NULL: no thread,
 * nobody answers. */
struct porter *porter_start(struct node *n, const struct web_config *cfg, const struct remaking *r);
void porter_stop(struct porter *p);         /* safe on NULL */

/* How long it will still take, from how long it took so far; -1: too early to say. */
int64_t porter_left_us(int64_t thousandths, int64_t so_far_us);
/* GET /health of the server itself: "ready", or 503 and why not. */
enum err health_text(struct ctx *c, const struct request *rq, struct response *rs);
/* The page itself. */
void porter_page(struct out *o, int64_t thousandths, int64_t left_us);

#endif
