/* state.h - the memory behind sessions.  Private to access/. */
#ifndef ACCESS_STATE_H
#define ACCESS_STATE_H

#include "access/access.h"
#include "crypto/crypto.h"

#include <pthread.h>

/* What c->who holds of a dossier now; kind is {0} when there is no such dossier.
 * In the request's arena. */
struct held_grant {
    struct held_grant *next;
    struct str id, basis, fields;
    enum level level;
    int64_t until_us;
};
struct holding { struct str kind; struct held_grant *grants; };
enum err access_holding(struct ctx *c, struct str dossier, const struct holding **out) MUST_CHECK;

/* Under one snapshot (db_hold) what an officer holds of a dossier, and whether a
 * record showed her all of itself, is found out once per request; else every
 * question reads the tables. */
struct access_memo {
    struct access_memo *next;
    int64_t hold;
    const struct officer *who;
    struct str id;                   /* of the dossier, or of the record */
    struct holding h;
    bool hidden;                     /* of a record: some fields were left out */
};
struct access_memo *memo_find(struct ctx *c, struct str id);    /* NULL: not asked yet */
void memo_keep(struct ctx *c, struct access_memo *m);

enum { SESSIONS_MAX = 2048, OPENED_MAX = 8, KEPT_MAX = 64 * 1024, SESSION_BUCKETS = 1024 };

struct opening { char dossier[48]; int64_t until_us; };
struct session {
    unsigned char hash[HASH_LEN];
    char id[33];                     /* hex of its first half: names the session inside */
    char officer[ID_LEN + 1], name[128], office[96], agency[64], territory[32], roles[256], lang[8];
    char password[128];              /* the Argon2id string, to unlock without the table */
    int64_t started_us, seen_us, epoch;
    bool locked;
    struct opening opened[OPENED_MAX];
    char kept_path[256];
    char *kept;                      /* malloc'd; what was typed when the lock came */
    size_t kept_n;
    struct session *next;            /* in its bucket */
};
struct throttle { int fails; int64_t last_us; };
struct access_state {
    pthread_mutex_t lock;
    struct session *session[SESSIONS_MAX];
    struct session *bucket[SESSION_BUCKETS];      /* the same, by the first bytes of the hash */
    struct throttle throttle[4096], rate[4096], totp_used[4096];
    struct kdf_cost cost;            /* of password hashes; {0}: crypto's own */
    unsigned char key[KEY_LEN];           /* form tokens */
    char dummy[128];                 /* hash of nobody's password */
};

#endif
