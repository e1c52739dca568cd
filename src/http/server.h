/* server.h - what the files of this room share.  Nobody else includes it. */
#ifndef HTTP_SERVER_H
#define HTTP_SERVER_H

#include "http/http.h"

#include <microhttpd.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sodium.h>
#include <stdatomic.h>
#include <zlib.h>

/* One accepted connection.  The worker that owns it moves the deadline; the
 * watch thread closes the socket when it has passed.  Nothing here holds an
 * address. */
struct conn {
    struct conn *prev, *next;       /* h->conns, under h->lock */
    struct http *h;
    int fd;
    uint64_t peer;
    bool loopback;
    bool near;                  /* loopback or a Unix socket: a proxy on this machine may be there */
    _Atomic int64_t deadline_us;    /* monotonic; INT64_MAX: none */
};

enum stage { STAGE_HEAD, STAGE_BODY, STAGE_DONE };

/* One request, from its request line to the end of its answer.  Kept on a free
 * list with its arena, so a warm server does not allocate for it. */
struct request {
    struct request *next;           /* h->idle */
    struct http *h;
    struct conn *conn;
    struct ctx ctx;
    struct http_req rq;
    struct http_resp rs;
    enum stage stage;
    const char *uri;                /* the target where the library has it */
    struct str target;              /* our copy: the library cuts its own up */
    struct http_guard guard;
    struct str content_type;
    size_t max;                     /* of this body */
    size_t got;                     /* bytes of it received */
    int64_t body_since_us;
    struct buf body;                /* its beginning, up to body_memory */
    int spool;                      /* fd with all of it once it is larger, or -1 */
    void *map;
    int refuse;                     /* status decided while the body arrived */
};

struct worker {
    struct http *h;
    void *thread;                   /* the caller's context */
    z_stream zip;
    bool zip_ready;
};

/* A refused connection that may still be sending: see conn_linger. */
struct late { int fd; int64_t until_us; };
enum { LINGER_MAX = 64 };

struct http {
    struct http_config cf;
    http_handler *handler;
    void *arg;
    struct MHD_Daemon *daemon;
    int port, listen_fd;
    char *unix_path, *cert, *key;
    unsigned char peer_key[crypto_shorthash_KEYBYTES];
    pthread_key_t worker_key;
    pthread_t watcher;
    pthread_mutex_t lock;           /* guards conns, linger, idle, stopping */
    pthread_cond_t wake;            /* of the watch thread, on stopping */
    struct conn *conns;
    struct late linger[LINGER_MAX];
    int linger_n;
    struct request *idle;
    int idle_n;
    bool stopping;
    _Atomic int64_t held;           /* bytes of bodies in memory and spool */
    _Atomic int64_t open, requests, refused, slow, running;
};

/* conn.c */
void conn_notify(void *cls, struct MHD_Connection *mc, void **socket_context,
                 enum MHD_ConnectionNotificationCode code);
void *watch_run(void *h);
void conn_deadline(struct conn *k, int64_t in_us);      /* from now; INT64_MAX: none */
/* Closing while bytes of a refused body are still arriving would reset the
 * connection, and the peer would never read why.  Keep a second descriptor of it
 * and swallow what comes for a few seconds; no room: close at once, as before. */
void conn_linger(struct conn *k);
uint64_t peer_hash(const struct http *h, const void *bytes, size_t n);

/* request.c */
void *request_begin(void *cls, const char *uri, struct MHD_Connection *mc);
enum MHD_Result request_step(void *cls, struct MHD_Connection *mc, const char *url,
                             const char *method, const char *version, const char *data,
                             size_t *size, void **req_cls);
void request_end(void *cls, struct MHD_Connection *mc, void **req_cls,
                 enum MHD_RequestTerminationCode why);
void request_free(struct request *r);
void worker_free(void *worker);

/* head.c: collect the headers and refuse a head whose bytes were not exactly
 * lines ending in CRLF.  0 or a status. */
int head_read(struct request *r, struct MHD_Connection *mc, const char *method,
              const char *version);
/* Are the framing bytes before this piece of a chunked body CRLF lines? */
bool chunk_lines_ok(const char *piece);

/* body.c */
enum err body_take(struct request *r, struct str piece);
enum err body_finish(struct request *r);                /* sets rq.body */
void body_drop(struct request *r);
/* Query, cookies, form and parts of a complete request. */
enum err body_parse(struct request *r);

/* answer.c */
struct http_header_node { struct http_header_node *next; const char *name, *value; };
enum MHD_Result answer_send(struct request *r, struct MHD_Connection *mc, struct worker *w);
/* A short answer of our own; queued before the body is read it closes. */
enum MHD_Result answer_refuse(struct request *r, struct MHD_Connection *mc, int status);

#endif
