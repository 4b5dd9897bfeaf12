#include "licet_client.h"

#include "licet.c" /* the verifier: what it does not export is needed here */

#include <errno.h>
#include <fcntl.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

enum { HASH = 43, KEY = 43, NONCE = 22, MAX_COMPONENTS = 32, MAX_STATE = 16 << 20 };
static const char STATE[] = "licet-container.json", LOCK[] = "licet-container.lock";

struct licet_client {
  licet_client_options o;
  licet_verifier *first; /* the pins alone */
  struct arena kept;
  const char *names[MAX_COMPONENTS];
  uint8_t salted[MAX_COMPONENTS][16];
  size_t n_components;
  const char *server;
  licet_licenses *licenses;
  char why[128], says[512];
};

/* ---------------------------------------------------------------- what is on the disk */

struct held {
  struct held *next;
  struct text lid, token;
  int64_t gen;
  int blocked;
};

struct message {
  struct message *next;
  char typ[4];
  struct text non, token, lid; /* lid and gen of a return; ctr 0: it is not signed yet */
  int64_t ctr, gen;
};

struct line {
  struct line *next;
  struct text text;
};

/* One call of the client: the folder's lock and what its file holds. */
struct op {
  struct call c; /* refusals that end the call */
  struct arena arena;
  licet_client *client;
  int lock;
  licet_outcome outcome;
  uint8_t seed[32], pub[32];
  char hash[HASH + 1];
  char *received; /* the newest answer */
  int64_t counter, epoch, seq, signed_at;
  struct line *trust;
  struct held *licenses;
  struct message *outbox;
  void *with; /* what the call is about, where it is about one thing */
};

static _Noreturn void end(struct op *op, licet_outcome outcome, const char *why) {
  op->outcome = outcome;
  refuse(&op->c, why);
}

static struct text fixed(struct call *c, const char *s) { return (struct text){copy(c, s, strlen(s)), strlen(s)}; }
static struct text kept(struct call *c, struct text t) { return (struct text){copy(c, t.s, t.n), t.n}; }

/* A text that grows in the arena. */
struct growing {
  struct call *c;
  char *s;
  size_t n, room;
};

static void put(struct growing *g, const char *s, size_t n) {
  if (g->n + n + 1 > g->room) {
    size_t room = 2 * (g->n + n + 1);
    char *bigger = take(g->c, room);
    if (g->n) memcpy(bigger, g->s, g->n);
    g->s = bigger, g->room = room;
  }
  memcpy(g->s + g->n, s, n);
  g->s[g->n += n] = 0;
}

static void add(struct growing *g, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void add(struct growing *g, const char *format, ...) {
  char small[512];
  va_list list;
  va_start(list, format);
  int n = vsnprintf(small, sizeof small, format, list);
  va_end(list);
  put(g, small, n < 0 ? 0 : (size_t)n < sizeof small ? (size_t)n : sizeof small - 1);
}

/* A JSON text. */
static void quote(struct growing *g, struct text t) {
  put(g, "\"", 1);
  for (size_t i = 0; i < t.n; i++) {
    uint8_t k = (uint8_t)t.s[i];
    if (k < ' ') add(g, "\\u%04x", k);
    else {
      if (k == '"' || k == '\\') put(g, "\\", 1);
      put(g, t.s + i, 1);
    }
  }
  put(g, "\"", 1);
}

static void pair(struct growing *g, const char *name, struct text t) {
  add(g, ",\"%s\":", name);
  quote(g, t);
}

static char *path_of(struct op *op, const char *name, const char *more) {
  struct growing g = {.c = &op->c};
  put(&g, op->client->o.folder, strlen(op->client->o.folder));
  add(&g, "/%s%s", name, more);
  return g.s;
}

static void keys(struct op *op) {
  uint8_t one = 1, sum[32];
  size_t n = 32;
  unsigned size = sizeof sum;
  EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, op->seed, 32);
  EVP_MD_CTX *ctx = EVP_MD_CTX_new();
  int good = key && ctx && EVP_PKEY_get_raw_public_key(key, op->pub, &n) == 1 && EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) == 1 &&
             EVP_DigestUpdate(ctx, &one, 1) == 1 && EVP_DigestUpdate(ctx, op->pub, 32) == 1 && EVP_DigestFinal_ex(ctx, sum, &size) == 1;
  EVP_MD_CTX_free(ctx);
  EVP_PKEY_free(key);
  if (!good) end(op, LICET_FAILED, "key");
  b64(sum, 32, op->hash);
}

static uint8_t *read_all(struct op *op, const char *path, size_t *n) {
  FILE *f = fopen(path, "rb");
  if (!f && errno == ENOENT) return NULL;
  if (!f) end(op, LICET_FAILED, "read");
  struct stat s;
  uint8_t *b = NULL;
  if (fstat(fileno(f), &s) == 0 && s.st_size <= MAX_STATE && (b = calloc(1, (size_t)s.st_size + 1))) *n = fread(b, 1, (size_t)s.st_size, f);
  int good = b && !ferror(f);
  fclose(f);
  if (good) {
    struct text t = kept(&op->c, (struct text){(char *)b, *n});
    free(b);
    return (uint8_t *)t.s;
  }
  free(b);
  end(op, LICET_FAILED, "read");
}

static void load(struct op *op) {
  size_t n = 0, seed_n;
  uint8_t *raw = read_all(op, path_of(op, STATE, ""), &n);
  if (!raw) {
    if (RAND_bytes(op->seed, 32) != 1) end(op, LICET_FAILED, "randomness");
    keys(op);
    return;
  }
  op->outcome = LICET_FAILED; /* a damaged file is never overwritten */
  const struct node *st = parse(&op->c, raw, n, NULL);
  if (number_of(st, "format") != 1 || !same(text_of(st, "issuer"), op->client->first->issuer)) end(op, LICET_FAILED, "another_container");
  uint8_t *seed = check_bin(&op->c, text_of(st, "seed"), 32, 1);
  seed_n = 32;
  memcpy(op->seed, seed, seed_n);
  op->counter = number_of(st, "counter"), op->epoch = number_of(st, "epoch"), op->seq = number_of(st, "seq"), op->signed_at = number_of(st, "signed");
  struct line **trust = &op->trust;
  for (const struct node *t = get(st, "trust")->first; t; t = t->next, trust = &(*trust)->next) {
    *trust = take(&op->c, sizeof **trust);
    (*trust)->text = t->text;
  }
  struct held **held = &op->licenses;
  for (const struct node *l = get(st, "licenses")->first; l; l = l->next, held = &(*held)->next) {
    *held = take(&op->c, sizeof **held);
    **held = (struct held){NULL, text_of(l, "lid"), text_of(l, "token"), number_of(l, "gen"), (int)number_of(l, "blocked")};
  }
  struct message **m = &op->outbox;
  for (const struct node *o = get(st, "outbox")->first; o; o = o->next, m = &(*m)->next) {
    *m = take(&op->c, sizeof **m);
    **m = (struct message){NULL, "", text_of(o, "non"), text_of(o, "token"), text_of(o, "lid"), number_of(o, "ctr"), number_of(o, "gen")};
    if (text_of(o, "typ").n == 3) memcpy((*m)->typ, text_of(o, "typ").s, 3);
  }
  keys(op);
  op->outcome = LICET_DONE;
}

static int write_all(int fd, const char *s, size_t n) {
  while (n) {
    ssize_t done = write(fd, s, n);
    if (done < 0 && errno != EINTR) return 0;
    if (done > 0) s += done, n -= (size_t)done;
  }
  return fsync(fd) == 0;
}

/* Replaces the file as a whole and returns when it is on the disk. */
static void save(struct op *op) {
  struct growing g = {.c = &op->c};
  char seed[KEY + 1];
  const char *comma = "";
  b64(op->seed, 32, seed);
  add(&g, "{\"format\":1,\"seed\":\"%s\"", seed);
  pair(&g, "issuer", op->client->first->issuer);
  add(&g, ",\"counter\":%lld,\"epoch\":%lld,\"seq\":%lld,\"signed\":%lld,\"trust\":[", (long long)op->counter, (long long)op->epoch,
      (long long)op->seq, (long long)op->signed_at);
  for (struct line *t = op->trust; t; t = t->next, comma = ",") put(&g, comma, strlen(comma)), quote(&g, t->text);
  add(&g, "],\"licenses\":[");
  comma = "";
  for (struct held *l = op->licenses; l; l = l->next, comma = ",") {
    add(&g, "%s{\"gen\":%lld,\"blocked\":%d", comma, (long long)l->gen, l->blocked);
    pair(&g, "lid", l->lid), pair(&g, "token", l->token), put(&g, "}", 1);
  }
  add(&g, "],\"outbox\":[");
  comma = "";
  for (struct message *m = op->outbox; m; m = m->next, comma = ",") {
    add(&g, "%s{\"typ\":\"%s\",\"ctr\":%lld,\"gen\":%lld", comma, m->typ, (long long)m->ctr, (long long)m->gen);
    pair(&g, "non", m->non), pair(&g, "token", m->token), pair(&g, "lid", m->lid), put(&g, "}", 1);
  }
  add(&g, "]}\n");
  char *path = path_of(op, STATE, ""), *fresh = path_of(op, STATE, ".new");
  int fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  if (fd < 0) end(op, LICET_FAILED, "write");
  int good = write_all(fd, g.s, g.n);
  good = close(fd) == 0 && good && rename(fresh, path) == 0;
  int dir = good ? open(op->client->o.folder, O_RDONLY) : -1;
  if (dir >= 0) {
    good = fsync(dir) == 0 || errno == EINVAL; /* some file systems have no such thing */
    close(dir);
  }
  if (!good || dir < 0) end(op, LICET_FAILED, "write");
}

/* ---------------------------------------------------------------- messages */

static void nonce(struct op *op, char out[NONCE + 1]) {
  uint8_t raw[16];
  if (RAND_bytes(raw, sizeof raw) != 1) end(op, LICET_FAILED, "randomness");
  b64(raw, sizeof raw, out);
}

/* Signs the payload in g and returns the token. */
static struct text token(struct op *op, const struct growing *g, const char *typ) {
  char kid[KID + 1], footer[32], implicit[8];
  uint8_t sum[32];
  SHA256(op->pub, 32, sum);
  b64(sum, 8, kid);
  snprintf(footer, sizeof footer, "{\"kid\":\"%s\"}", kid);
  snprintf(implicit, sizeof implicit, "%s/1", typ);
  uint8_t *message = take(&op->c, g->n + 128), *tail = message, *body = take(&op->c, g->n + SIG);
  memcpy(tail, "\4\0\0\0\0\0\0\0", 8);
  tail = piece(tail + 8, ED25519, strlen(ED25519));
  tail = piece(tail, g->s, g->n);
  tail = piece(tail, footer, strlen(footer));
  tail = piece(tail, implicit, strlen(implicit));
  memcpy(body, g->s, g->n);
  size_t n = SIG;
  EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, op->seed, 32);
  EVP_MD_CTX *ctx = EVP_MD_CTX_new();
  int good = key && ctx && EVP_DigestSignInit(ctx, NULL, NULL, NULL, key) == 1 && EVP_DigestSign(ctx, body + g->n, &n, message, (size_t)(tail - message)) == 1;
  EVP_MD_CTX_free(ctx);
  EVP_PKEY_free(key);
  if (!good) end(op, LICET_FAILED, "key");
  struct growing out = {.c = &op->c};
  char *encoded = take(&op->c, (g->n + SIG) * 4 / 3 + 8), foot[32];
  b64(body, g->n + SIG, encoded);
  b64((uint8_t *)footer, strlen(footer), foot);
  put(&out, ED25519, strlen(ED25519));
  put(&out, encoded, strlen(encoded));
  put(&out, ".", 1);
  put(&out, foot, strlen(foot));
  return (struct text){out.s, out.n};
}

static void held_claim(struct op *op, struct growing *g) {
  const char *comma = "";
  add(g, ",\"held\":[");
  for (struct held *l = op->licenses; l; l = l->next, comma = ",") {
    add(g, "%s{\"gen\":%lld", comma, (long long)l->gen);
    pair(g, "lid", l->lid);
    put(g, "}", 1);
  }
  put(g, "]", 1);
}

static struct growing begin_claims(struct op *op, const char *typ, struct text non, int64_t iat) {
  struct growing g = {.c = &op->c};
  add(&g, "{\"typ\":\"%s\"", typ);
  pair(&g, "iss", op->client->first->issuer);
  pair(&g, "non", non);
  add(&g, ",\"iat\":%lld", (long long)iat);
  return g;
}

/* Begins a message with the next counter. */
static struct growing begin_message(struct op *op, const char *typ, struct text non, int64_t iat) {
  struct growing g = begin_claims(op, typ, non, iat);
  add(&g, ",\"ctr\":%lld", (long long)++op->counter);
  return g;
}

static void send_message(struct op *op, struct growing *g, const char *typ, struct text non, struct text lid, int64_t gen) {
  struct message *m = take(&op->c, sizeof *m), **tail = &op->outbox;
  put(g, "}", 1);
  *m = (struct message){NULL, "", non, token(op, g, typ), lid, op->counter, gen};
  memcpy(m->typ, typ, 3);
  while (*tail) tail = &(*tail)->next;
  *tail = m;
}

static void unlink_message(struct op *op, const struct message *m) {
  struct message **at = &op->outbox;
  while (*at && *at != m) at = &(*at)->next;
  if (*at) *at = m->next;
}

static void sign_returns(struct op *op) {
  for (struct message *m = op->outbox, *next; m; m = next) {
    next = m->next;
    if (m->ctr) continue;
    char non[NONCE + 1];
    nonce(op, non);
    unlink_message(op, m);
    struct text n = fixed(&op->c, non);
    struct growing g = begin_message(op, "ret", n, (int64_t)time(NULL));
    add(&g, ",\"cnt\":\"%s\",\"gen\":%lld", op->hash, (long long)m->gen);
    pair(&g, "lid", m->lid);
    send_message(op, &g, "ret", n, m->lid, m->gen);
  }
}

static int64_t stamp(const struct op *op) {
  int64_t now = (int64_t)time(NULL);
  return now > op->signed_at ? now : op->signed_at;
}

/* The container and the machine. */
static void here_claims(struct op *op, struct growing *g) {
  char pub[KEY + 1];
  const char *comma = "";
  b64(op->pub, 32, pub);
  add(g, ",\"cnt\":{\"t\":\"soft\",\"s\":\"%s\"},\"fp\":[", pub);
  for (size_t i = 0; i < op->client->n_components; i++, comma = ",") {
    char h[NONCE + 1];
    b64(op->client->salted[i], 16, h);
    add(g, "%s{\"h\":\"%s\"", comma, h);
    pair(g, "n", as_text(op->client->names[i]));
    put(g, "}", 1);
  }
  put(g, "]", 1);
}

/* A code as it was typed, without blanks; nothing for none. */
static void code_claim(struct op *op, struct growing *g, const char *name, const char *code) {
  struct growing bare = {.c = &op->c};
  for (; code && *code; code++) {
    if ((uint8_t)*code > ' ') put(&bare, code, 1);
  }
  if (bare.n) pair(g, name, (struct text){bare.s, bare.n});
}

static void optional(struct growing *g, const char *name, const char *value) {
  if (value && *value) pair(g, name, as_text(value));
}

static void program_claims(struct op *op, struct growing *g) {
  optional(g, "prd", op->client->o.product);
  add(g, ",\"app\":{\"os\":\"linux\"");
  optional(g, "v", op->client->o.version);
  put(g, "}", 1);
}

static int64_t request(struct op *op, const char *act, const char *code) {
  char non[NONCE + 1];
  nonce(op, non);
  struct text n = fixed(&op->c, non);
  struct growing g = begin_message(op, "req", n, stamp(op));
  add(&g, ",\"act\":\"%s\"", act);
  here_claims(op, &g);
  code_claim(op, &g, "code", code);
  held_claim(op, &g);
  program_claims(op, &g);
  send_message(op, &g, "req", n, as_text(""), 0);
  return op->counter;
}

/* ---------------------------------------------------------------- over the network */

struct answer {
  licet_outcome outcome;
  int status;
  int64_t retry_after; /* seconds */
  struct text body;
  char code[96];
};
static const char TEXT[] = "text/plain; charset=utf-8", JSON[] = "application/json";

/* An address, taken apart. */
struct place {
  int tls, numeric;
  char host[256], at[300], path[1100];
};

static int place_of(const char *url, struct place *p) {
  memset(p, 0, sizeof *p);
  p->tls = strncmp(url, "https://", 8) == 0;
  if (!p->tls && strncmp(url, "http://", 7) != 0) return 0;
  url += p->tls ? 8 : 7;
  size_t n = strcspn(url, "/"), path = strlen(url + n);
  if (n == 0 || n >= sizeof p->host - 8 || path >= 1000 || memchr(url, '@', n)) return 0;
  while (path && url[n + path - 1] == '/') path--;
  snprintf(p->path, sizeof p->path, "%.*s/api/v1/", (int)path, url + n);
  size_t host = *url == '[' ? strcspn(url, "]") + 1 : strcspn(url, ":/");
  int port = host < n && url[host] == ':';
  snprintf(p->at, sizeof p->at, "%.*s%s", (int)n, url, port ? "" : p->tls ? ":443" : ":80");
  if (*url == '[') snprintf(p->host, sizeof p->host, "%.*s", (int)(host > 2 ? host - 2 : 0), url + 1);
  else snprintf(p->host, sizeof p->host, "%.*s", (int)host, url);
  ASN1_OCTET_STRING *ip = a2i_IPADDRESS(p->host);
  p->numeric = ip != NULL;
  ASN1_OCTET_STRING_free(ip);
  return p->tls || strcmp(p->host, "localhost") == 0 || strcmp(p->host, "127.0.0.1") == 0 || strcmp(p->host, "::1") == 0;
}

static BIO *dial(const struct place *p, SSL_CTX *ctx, const char *ca) {
  BIO *bio = p->tls ? BIO_new_ssl_connect(ctx) : BIO_new(BIO_s_connect());
  SSL *ssl = NULL;
  if (!bio) return NULL;
  BIO_set_conn_hostname(bio, p->at);
  int good = 1;
  if (p->tls) {
    SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION);
    good = ca ? SSL_CTX_load_verify_file(ctx, ca) == 1 : SSL_CTX_set_default_verify_paths(ctx) == 1;
    BIO_get_ssl(bio, &ssl);
    SSL_set_verify(ssl, SSL_VERIFY_PEER, NULL);
    if (p->numeric) good = good && X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), p->host) == 1;
    else good = good && SSL_set1_host(ssl, p->host) == 1 && SSL_set_tlsext_host_name(ssl, p->host) == 1;
  }
  int fd = -1;
  struct timeval limit = {.tv_sec = 30};
  BIO *socket = p->tls ? BIO_find_type(bio, BIO_TYPE_CONNECT) : bio;
  if (good && socket && BIO_do_connect(socket) == 1 && BIO_get_fd(socket, &fd) >= 0) {
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    if (!p->tls || BIO_do_handshake(bio) == 1) return bio;
  }
  BIO_free_all(bio);
  return NULL;
}

/* Sends and reads everything; NULL: the server was not reached. The caller frees. */
static char *talk(BIO *bio, const char *head, struct text body, size_t *size) {
  char *all = NULL;
  size_t room = 0;
  *size = 0;
  if (BIO_write(bio, head, (int)strlen(head)) <= 0 || BIO_write(bio, body.s, (int)body.n) <= 0) return NULL;
  for (;;) {
    if (*size + 4097 > room) {
      char *bigger = *size > MAX_FILE + 65536 ? NULL : realloc(all, room = room * 2 + 8192);
      if (!bigger) break;
      all = bigger;
    }
    int n = BIO_read(bio, all + *size, 4096);
    if (n <= 0) {
      all[*size] = 0;
      return all;
    }
    *size += (size_t)n;
  }
  free(all);
  return NULL;
}

/* A refusal's code is in its problem details. */
static void read_problem(struct op *op, struct answer *a) {
  struct call c = {.into = &op->arena};
  if (setjmp(c.out)) return;
  const struct node *p = parse(&c, (const uint8_t *)a->body.s, a->body.n, NULL);
  struct text code = text_of(p, "code");
  if (!code.n || code.n >= sizeof a->code) return;
  memcpy(a->code, code.s, code.n + 1);
  snprintf(op->client->says, sizeof op->client->says, "%s", text_of(p, "detail").s);
  a->outcome = LICET_REFUSED;
}

static struct answer read_answer(struct op *op, const char *all, size_t size) {
  struct answer a = {.outcome = LICET_OFFLINE};
  const char *gap = all ? strstr(all, "\r\n\r\n") : NULL;
  if (!gap || sscanf(all, "HTTP/%*d.%*d %d", &a.status) != 1) return a;
  a.body = kept(&op->c, (struct text){gap + 4, size - (size_t)(gap + 4 - all)});
  struct growing head = {.c = &op->c};
  put(&head, all, (size_t)(gap - all));
  for (char *p = head.s; *p; p++) *p = (char)(*p >= 'A' && *p <= 'Z' ? *p + 32 : *p);
  const char *length = strstr(head.s, "\r\ncontent-length:");
  if (length && strtoull(length + 17, NULL, 10) != a.body.n) return a; /* it was torn off */
  const char *retry = strstr(head.s, "\r\nretry-after:");
  if (retry) a.retry_after = strtoll(retry + 14, NULL, 10);
  if (a.status == 200 || a.status == 204) a.outcome = LICET_DONE;
  else if (strstr(head.s, "application/problem+json")) read_problem(op, &a);
  return a;
}

/* HTTP/1.0: the answer ends where the connection does, and comes in no chunks. */
static struct answer post(struct op *op, const char *path, const char *kind, struct text body) {
  struct place p;
  place_of(op->client->server, &p);
  struct growing head = {.c = &op->c};
  add(&head, "POST ");
  put(&head, p.path, strlen(p.path));
  add(&head, "%s HTTP/1.0\r\nHost: %s\r\nContent-Type: %s\r\n", path, p.at, kind);
  add(&head, "Accept: text/plain, application/json, application/problem+json\r\n");
  add(&head, "User-Agent: licet-c/1\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n", body.n);
  sigset_t pipe, before, pending;
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE); /* a peer that is gone must not end the program */
  sigpending(&pending);
  pthread_sigmask(SIG_BLOCK, &pipe, &before);
  SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
  BIO *bio = ctx ? dial(&p, ctx, op->client->o.ca_file) : NULL;
  size_t size = 0;
  free(op->received);
  op->received = bio ? talk(bio, head.s, body, &size) : NULL;
  BIO_free_all(bio);
  SSL_CTX_free(ctx);
  if (!sigismember(&pending, SIGPIPE)) sigtimedwait(&pipe, NULL, &(struct timespec){0});
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return read_answer(op, op->received, size);
}

/* ---------------------------------------------------------------- answers */

static licet_verifier *trust(struct op *op) {
  licet_verifier *v = licet_new(op->client->o.pins, op->client->o.pins_size, NULL);
  struct growing lines = {.c = &op->c};
  for (struct line *l = op->trust; l; l = l->next) put(&lines, l->text.s, l->text.n), put(&lines, "\n", 1);
  if (v) licet_learn(v, lines.s, lines.n);
  return v;
}

static struct held *find_held(struct op *op, struct text lid) {
  for (struct held *l = op->licenses; l; l = l->next) {
    if (same(l->lid, lid)) return l;
  }
  return NULL;
}

static void remove_held(struct op *op, const struct held *l) {
  struct held **at = &op->licenses;
  while (*at && *at != l) at = &(*at)->next;
  if (*at) *at = l->next;
}

/* A verified line of an answer. */
struct part {
  struct part *next;
  const struct token *line;
  const struct node *claims;
  int license;
};

/* Verifies every line of an answer and holds them against one another. */
static struct part *verified(struct op *op, struct call *c, licet_verifier *v, const struct message *m, struct text body) {
  struct part *all = NULL, **tail = &all;
  licet_here here = {.container = op->hash, .components = (const uint8_t (*)[16])op->client->salted, .n_components = op->client->n_components};
  const struct node *upd = NULL, *lic = NULL;
  struct token *lines = tokens(c, body);
  learn(v, lines);
  for (const struct token *t = lines; t; t = t->next) {
    int license = strcmp(t->type, "lic") == 0;
    if (!license && strcmp(t->type, "upd") != 0) continue;
    struct part *p = *tail = take(c, sizeof *p);
    tail = &p->next;
    p->line = t, p->license = license, p->claims = open_issued(c, v, t, license ? &T_LIC : &T_UPD);
    if (!license && upd) refuse(c, "update");
    if (license) fits(c, get(p->claims, "cnt"), &here), lic = p->claims;
    else upd = p->claims;
  }
  if (!all) refuse(c, "nothing");
  if (upd && !is(text_of(upd, "cnt"), op->hash)) refuse(c, "container");
  int64_t seq = number_of(all->claims, "seq"), at = 0, commands = upd ? (int64_t)get(upd, "cmd")->count : 0;
  for (struct part *p = all; p; p = p->next) {
    if (!same(text_of(p->claims, "non"), m->non)) refuse(c, "not_asked");
    int fit = number_of(p->claims, "seq") == seq;
    if (p->license) fit = fit && number_of(p->claims, "cmd") == commands && number_of(p->claims, "epo") == number_of(lic, "epo");
    if (!fit) refuse(c, "update");
    if (number_of(p->claims, "iat") > at) at = number_of(p->claims, "iat");
    const struct held *here_too = p->license ? find_held(op, text_of(p->claims, "lid")) : NULL;
    if (here_too && here_too->gen > number_of(p->claims, "gen")) refuse(c, "old");
  }
  int64_t epoch = lic ? number_of(lic, "epo") : op->epoch;
  int newer = lic && epoch != op->epoch ? epoch > op->epoch : seq > op->seq || (!lic && at > op->signed_at);
  if (!newer) refuse(c, "old");
  return all;
}

/* Carries out the commands of one kind. */
static void obey(struct op *op, const struct part *all, int blocks) {
  for (; all; all = all->next) {
    if (all->license) continue;
    for (const struct node *cmd = get(all->claims, "cmd")->first; cmd; cmd = cmd->next) {
      struct held *l = find_held(op, text_of(cmd, "lid"));
      struct text verb = text_of(cmd, "c");
      if (!l || l->gen > number_of(cmd, "gen")) continue;
      if (blocks && is(verb, "block")) l->blocked = 1;
      if (!blocks && (is(verb, "recall") || is(verb, "replace"))) remove_held(op, l);
    }
  }
}

/* What the verifier learned from lines is kept: the lines. */
static void remember(struct op *op, const licet_verifier *v) {
  const struct token *lists[] = {v->seen, v->lists};
  op->trust = NULL;
  for (size_t i = 0; i < 2; i++) {
    for (const struct token *t = lists[i]; t; t = t->next) {
      struct line *l = take(&op->c, sizeof *l);
      l->text = kept(&op->c, t->line), l->next = op->trust, op->trust = l;
    }
  }
}

static void apply(struct op *op, const struct message *m, const struct part *all) {
  obey(op, all, 0);
  for (const struct part *p = all; p; p = p->next) {
    int64_t at = number_of(p->claims, "iat"), epoch = number_of(p->claims, "epo");
    op->seq = number_of(p->claims, "seq");
    if (at > op->signed_at) op->signed_at = at;
    if (epoch > op->epoch) op->epoch = epoch;
    if (!p->license) continue;
    struct held *l = find_held(op, text_of(p->claims, "lid"));
    if (l) remove_held(op, l);
    l = take(&op->c, sizeof *l);
    *l = (struct held){op->licenses, kept(&op->c, text_of(p->claims, "lid")), kept(&op->c, p->line->line), number_of(p->claims, "gen"), 0};
    op->licenses = l;
  }
  obey(op, all, 1);
  int64_t answered = m->ctr;
  struct text non = m->non;
  int request = strcmp(m->typ, "req") == 0;
  for (struct message **at = &op->outbox; *at;) {
    if ((*at)->ctr && (*at)->ctr <= answered) *at = (*at)->next;
    else at = &(*at)->next;
  }
  if (!request) return;
  struct growing g = begin_message(op, "rcp", non, (int64_t)time(NULL));
  add(&g, ",\"cnt\":\"%s\"", op->hash);
  held_claim(op, &g);
  send_message(op, &g, "rcp", non, as_text(""), 0);
}

/* Takes over the answer to a message, as a whole or not at all. */
static const char *install(struct op *op, const struct message *m, struct text body, licet_verifier *v) {
  struct call c = {.into = &op->arena};
  if (setjmp(c.out)) return c.why;
  struct part *all = verified(op, &c, v, m, body);
  remember(op, v);
  apply(op, m, all);
  return NULL;
}

static const char *try_install(struct op *op, const struct message *m, struct text body) {
  licet_verifier *v = trust(op);
  const char *why = v ? install(op, m, body, v) : "memory";
  licet_free(v);
  return why;
}

static int final_status(int s) { return s >= 400 && s < 500 && s != 408 && s != 425 && s != 429; }

/* Sends what waits, in order. Another message that the server refuses for good is
 * given up; the outcome of the one that is meant is the caller's. */
static void flush(struct op *op, int64_t meant) {
  sign_returns(op);
  save(op);
  while (op->outbox) {
    const struct message *m = op->outbox;
    struct answer a = post(op, "exchange", TEXT, m->token);
    if (a.outcome == LICET_OFFLINE) end(op, LICET_OFFLINE, "offline");
    if (a.outcome == LICET_REFUSED) {
      int ours = m->ctr == meant || strcmp(m->typ, "ret") == 0, final = final_status(a.status);
      if (final) unlink_message(op, m), save(op);
      if (!final || ours) end(op, LICET_REFUSED, copy(&op->c, a.code, strlen(a.code)));
      continue;
    }
    if (strcmp(m->typ, "rcp") == 0) unlink_message(op, m);
    else {
      const char *why = try_install(op, m, a.body);
      if (why && strcmp(why, "nothing") == 0) end(op, LICET_OFFLINE, "offline");
      int again = why && (strcmp(why, "container") == 0 || strcmp(why, "fingerprint") == 0 || strcmp(why, "old") == 0);
      if (again) unlink_message(op, m), save(op); /* it would be the same the next time */
      if (why) end(op, LICET_NOT_BELIEVED, why);
    }
    save(op);
  }
}

/* ---------------------------------------------------------------- what it does */

static const struct node *read_claims(struct op *op, licet_verifier *v, struct text line) {
  struct call c = {.into = &op->arena};
  if (setjmp(c.out)) return NULL;
  return open_issued(&c, v, take_apart(&c, line), &T_LIC);
}

static const char *held_against(struct op *op, const struct node *claims) {
  licet_here here = {.container = op->hash, .components = (const uint8_t (*)[16])op->client->salted, .n_components = op->client->n_components};
  struct call c = {.into = &op->arena};
  if (setjmp(c.out) == 0) fits(&c, get(claims, "cnt"), &here);
  return c.why;
}

/* A copied folder must not give the original's seat away. */
static void ours(struct op *op, const struct held *l) {
  licet_verifier *v = trust(op);
  const struct node *claims = v ? read_claims(op, v, l->token) : NULL; /* none: its key was revoked, and it may go */
  const char *why = claims ? held_against(op, claims) : NULL;
  licet_free(v);
  if (why) end(op, LICET_NOT_BELIEVED, why);
}

static void lock(struct op *op) {
  if (mkdir(op->client->o.folder, 0700) != 0 && errno != EEXIST) end(op, LICET_FAILED, "folder");
  op->lock = open(path_of(op, LOCK, ""), O_RDWR | O_CREAT, 0600);
  if (op->lock < 0 || flock(op->lock, LOCK_EX) != 0) end(op, LICET_FAILED, "folder");
}

static void act_ask(struct op *op, const char *act, const char *code) {
  flush(op, 0);
  int64_t meant = request(op, act, code);
  flush(op, meant);
}

static void act_activate(struct op *op, const char *code) { act_ask(op, "act", code); }
static void act_refresh(struct op *op, const char *unused) {
  (void)unused;
  act_ask(op, "ref", NULL);
}

static void act_return(struct op *op, const char *lid) {
  struct held *l = find_held(op, as_text(lid));
  int waits = 0;
  for (struct message *m = op->outbox; m; m = m->next) waits |= is(m->lid, lid);
  if (!l && !waits) end(op, LICET_FAILED, "no_license");
  if (l) {
    ours(op, l);
    struct message *m = take(&op->c, sizeof *m), **tail = &op->outbox;
    *m = (struct message){NULL, "ret", as_text(""), as_text(""), l->lid, 0, l->gen};
    while (*tail) tail = &(*tail)->next;
    *tail = m;
    remove_held(op, l);
    save(op); /* durable before it is signed */
  }
  flush(op, 0);
}

static void act_list(struct op *op, const char *unused) {
  (void)unused;
  licet_client *c = op->client;
  int64_t now = (int64_t)time(NULL);
  if (op->signed_at > now) now = op->signed_at;
  if (c->o.released > now) now = c->o.released;
  licet_here here = {.now = now, .product = c->o.product, .released = c->o.released, .container = op->hash,
                     .components = (const uint8_t (*)[16])c->salted, .n_components = c->n_components};
  struct growing file = {.c = &op->c};
  for (struct held *l = op->licenses; l; l = l->next) put(&file, l->token.s, l->token.n), put(&file, "\n", 1);
  licet_verifier *v = trust(op);
  c->licenses = v ? licet_check(v, file.s, file.n, &here, NULL) : NULL;
  licet_free(v);
  struct licet_license *one = c->licenses ? c->licenses->first : NULL;
  for (struct held *l = op->licenses; l && one; l = l->next, one = one->next) {
    if (!l->blocked || strcmp(one->code, "ok") != 0) continue;
    one->code = "blocked", one->state = one->enforce = "", one->until = one->runs = 0, one->claims = &NONE;
  }
}

/* with: the call is about this, and not about the folder. */
static void work(struct op *op, void (*act)(struct op *, const char *), const char *arg) {
  if (setjmp(op->c.out)) return;
  if (!op->with) lock(op), load(op);
  act(op, arg);
}

static licet_outcome run_with(licet_client *c, void (*act)(struct op *, const char *), const char *arg, void *with) {
  struct op op = {.client = c, .lock = -1, .with = with};
  if (!c) return LICET_FAILED;
  licet_licenses_free(c->licenses);
  c->licenses = NULL;
  c->says[0] = 0;
  op.c.into = &op.arena;
  work(&op, act, arg);
  if (op.c.why && op.outcome == LICET_DONE) op.outcome = LICET_FAILED;
  snprintf(c->why, sizeof c->why, "%s", op.c.why ? op.c.why : "");
  OPENSSL_cleanse(op.seed, sizeof op.seed);
  drop(&op.arena);
  free(op.received);
  if (op.lock >= 0) close(op.lock);
  return op.outcome;
}

static licet_outcome run(licet_client *c, void (*act)(struct op *, const char *), const char *arg) { return run_with(c, act, arg, NULL); }

licet_outcome licet_activate(licet_client *c, const char *code) { return run(c, act_activate, code); }
licet_outcome licet_refresh(licet_client *c) { return run(c, act_refresh, NULL); }
licet_outcome licet_return(licet_client *c, const char *license_id) { return run(c, act_return, license_id); }

const licet_licenses *licet_client_licenses(licet_client *c) {
  run(c, act_list, NULL);
  return c ? c->licenses : NULL;
}

const char *licet_client_why(const licet_client *c) { return c ? c->why : "memory"; }
const char *licet_client_says(const licet_client *c) { return c ? c->says : ""; }

/* ---------------------------------------------------------------- leases */

struct moment {
  int64_t ms[2]; /* measured, and by the clock */
};

enum over { GOES_ON, GONE, GIVEN_BACK };

struct licet_lease {
  licet_client *client;
  licet_verifier *v; /* what is believed; it learns from every answer */
  licet_licenses *now;
  const licet_lease_ask *ask;
  char hash[HASH + 1], secret[129];
  struct moment asked, tried; /* the counted one, and the last */
  int64_t wait, pause, retry_after;
  enum over over;
};

static struct moment moment(const licet_client *c) {
  struct moment m;
  struct timespec measured, clock;
  if (c->o.moment) {
    c->o.moment(m.ms);
    return m;
  }
  clock_gettime(CLOCK_MONOTONIC, &measured);
  clock_gettime(CLOCK_REALTIME, &clock);
  m.ms[0] = (int64_t)measured.tv_sec * 1000 + measured.tv_nsec / 1000000;
  m.ms[1] = (int64_t)clock.tv_sec * 1000 + clock.tv_nsec / 1000000;
  return m;
}

/* Whole seconds since a moment. */
static int64_t since(const licet_client *c, const struct moment *then) {
  struct moment m = moment(c);
  int64_t measured = m.ms[0] - then->ms[0], clock = m.ms[1] - then->ms[1];
  return (measured > clock ? measured : clock) / 1000;
}

static const struct node *claims_of(const licet_lease *l) { return l && l->now ? l->now->first->claims : &NONE; }

/* Says it, and once more if the answer does not come: for what works only once however
 * often it is said. */
static struct answer post_twice(struct op *op, const char *path, const char *kind, struct text body, struct moment *asked) {
  *asked = moment(op->client);
  struct answer a = post(op, path, kind, body);
  if (a.outcome != LICET_OFFLINE) return a;
  *asked = moment(op->client);
  return post(op, path, kind, body);
}

static const struct node *read_object(struct op *op, struct text body) {
  struct call c = {.into = &op->arena};
  if (setjmp(c.out)) return NULL;
  return parse(&c, (const uint8_t *)body.s, body.n, NULL);
}

/* The object of an answer that is one. */
static const struct node *said(struct op *op, const struct answer *a) {
  if (a->outcome == LICET_REFUSED) end(op, LICET_REFUSED, copy(&op->c, a->code, strlen(a->code)));
  const struct node *o = a->outcome == LICET_DONE ? read_object(op, a->body) : NULL;
  if (!o) end(op, LICET_OFFLINE, "offline");
  return o;
}

/* What an answer says about a lease, before its license is judged. */
struct news {
  struct text file, non; /* its lines; the nonce of the question, none at a renewal */
  struct text line;      /* the license */
  int64_t at;            /* the moment for which it is judged */
  int same_moment;       /* as the answer before, by the server */
};

static void look_at(struct call *c, const licet_lease *l, struct news *n) {
  const struct token *found = NULL;
  struct token *lines = tokens(c, n->file);
  learn(l->v, lines);
  for (const struct token *t = lines; t; t = t->next) {
    if (strcmp(t->type, "lic") != 0) continue;
    if (found) refuse(c, "update");
    found = t;
  }
  if (!found) refuse(c, "update");
  const struct node *o = open_issued(c, l->v, found, &T_LIC), *lse = get(o, "lse"), *before = claims_of(l);
  int64_t iat = number_of(o, "iat"), exp = number_of(o, "exp"), nbf = number_of(o, "nbf");
  if (!text_of(lse, "id").n || exp <= iat) refuse(c, "update");
  if (!l->now && !same(text_of(o, "non"), n->non)) refuse(c, "not_asked");
  if (l->now) {
    const struct node *held = get(before, "lse");
    if (!same(text_of(lse, "id"), text_of(held, "id")) || number_of(lse, "fen") != number_of(held, "fen")) refuse(c, "not_asked");
    if (iat < number_of(before, "iat") || exp < number_of(before, "exp")) refuse(c, "old");
    n->same_moment = iat == number_of(before, "iat");
  }
  n->line = found->line, n->at = iat > nbf ? iat : nbf;
}

static const char *looked_at(struct op *op, const licet_lease *l, struct news *n) {
  struct call c = {.into = &op->arena};
  if (setjmp(c.out) == 0) look_at(&c, l, n);
  return c.why;
}

/* Takes over an answer, if it is of this lease. */
static void take_over(struct op *op, licet_lease *l, const struct node *answer, struct text non, struct moment asked) {
  struct growing file = {.c = &op->c};
  for (const struct node *t = get(answer, "lines")->first; t; t = t->next) put(&file, t->text.s, t->text.n), put(&file, "\n", 1);
  struct news n = {.file = {file.s, file.n}, .non = non};
  const char *why = looked_at(op, l, &n);
  if (why) end(op, LICET_NOT_BELIEVED, why);
  licet_here here = {.now = n.at, .product = l->client->o.product, .container = l->hash,
                     .components = (const uint8_t (*)[16])l->client->salted, .n_components = l->client->n_components};
  licet_licenses *now = licet_check(l->v, n.line.s, n.line.n, &here, &why);
  if (now) why = strcmp(now->first->code, "ok") == 0 ? NULL : now->first->code;
  if (why) {
    why = copy(&op->c, why, strlen(why));
    licet_licenses_free(now);
    end(op, LICET_NOT_BELIEVED, why);
  }
  licet_licenses_free(l->now);
  l->now = now;
  if (!n.same_moment) l->asked = asked; /* the same moment there is the same moment here */
}

static struct text lease_request(struct op *op, const licet_lease_ask *ask, struct text non) {
  struct growing g = begin_claims(op, "lsr", non, stamp(op));
  here_claims(op, &g);
  code_claim(op, &g, "code", ask->code);
  optional(&g, "lid", ask->license);
  optional(&g, "lbl", ask->label);
  if (ask->quantity) add(&g, ",\"qty\":%lld", (long long)ask->quantity);
  if (ask->person && *ask->person) {
    uint8_t raw[16];
    char h[NONCE + 1];
    licet_component(op->client->first, "person", ask->person, raw);
    b64(raw, 16, h);
    add(&g, ",\"hol\":{\"t\":\"person\",\"h\":\"%s\"}", h);
  } else {
    add(&g, ",\"hol\":{\"t\":\"process\"}");
  }
  program_claims(op, &g);
  put(&g, "}", 1);
  return token(op, &g, "lsr");
}

static void act_take(struct op *op, const char *unused) {
  (void)unused;
  licet_lease *l = op->with;
  char non[NONCE + 1];
  struct moment asked;
  lock(op);
  load(op);
  if (!op->counter) save(op); /* its key may be new */
  nonce(op, non);
  struct text n = fixed(&op->c, non), request = lease_request(op, l->ask, n);
  l->v = trust(op);
  if (!l->v) end(op, LICET_FAILED, "memory");
  memcpy(l->hash, op->hash, sizeof l->hash);
  close(op->lock); /* others need not wait for the answer */
  op->lock = -1;
  struct answer a = post_twice(op, "lease", TEXT, request, &asked);
  const struct node *o = said(op, &a);
  struct text secret = text_of(o, "secret");
  if (!secret.n || secret.n >= sizeof l->secret) end(op, LICET_OFFLINE, "offline");
  memcpy(l->secret, secret.s, secret.n);
  take_over(op, l, o, n, asked);
}

static struct text holding(struct op *op, const licet_lease *l) {
  const struct node *lse = get(claims_of(l), "lse");
  struct growing g = {.c = &op->c};
  add(&g, "{\"fence\":%lld", (long long)number_of(lse, "fen"));
  pair(&g, "iss", op->client->first->issuer);
  pair(&g, "lease", text_of(lse, "id"));
  pair(&g, "secret", as_text(l->secret));
  put(&g, "}", 1);
  return (struct text){g.s, g.n};
}

static void act_renew(struct op *op, const char *unused) {
  (void)unused;
  licet_lease *l = op->with;
  struct moment asked = moment(op->client);
  struct answer a = post(op, "lease/renew", JSON, holding(op, l));
  l->retry_after = a.retry_after;
  if (a.outcome == LICET_REFUSED && a.status == 404 && strcmp(a.code, "license.lease_gone") == 0 && !l->over) l->over = GONE;
  take_over(op, l, said(op, &a), as_text(""), asked);
}

static void act_end(struct op *op, const char *unused) {
  (void)unused;
  struct answer a = post(op, "lease/end", JSON, holding(op, op->with));
  if (a.outcome != LICET_DONE) said(op, &a);
}

static int64_t short_pause(const licet_lease *l) { return licet_lease_renew_after(l) < 5 ? licet_lease_renew_after(l) : 5; }

licet_outcome licet_lease_take(licet_client *c, const licet_lease_ask *ask, licet_lease **out) {
  licet_lease *l = calloc(1, sizeof *l);
  *out = NULL;
  if (!c || !l) {
    free(l);
    return LICET_FAILED;
  }
  l->client = c, l->ask = ask;
  licet_outcome outcome = run_with(c, act_take, NULL, l);
  l->ask = NULL, l->tried = l->asked, l->wait = licet_lease_renew_after(l), l->pause = short_pause(l);
  if (outcome == LICET_DONE) *out = l;
  else licet_lease_free(l);
  return outcome;
}

licet_outcome licet_lease_renew(licet_lease *l) {
  if (!l) return LICET_FAILED;
  licet_outcome outcome = run_with(l->client, act_renew, NULL, l);
  l->tried = moment(l->client);
  if (outcome == LICET_DONE) {
    l->tried = l->asked, l->wait = licet_lease_renew_after(l), l->pause = short_pause(l);
    return outcome;
  }
  l->wait = l->retry_after > 60 ? 60 : l->retry_after;
  if (l->wait < l->pause) l->wait = l->pause;
  l->pause = l->pause > 30 ? 60 : 2 * l->pause;
  return outcome;
}

licet_outcome licet_lease_end(licet_lease *l) {
  if (!l) return LICET_FAILED;
  if (l->over) return LICET_DONE;
  l->over = GIVEN_BACK;
  return run_with(l->client, act_end, NULL, l);
}

void licet_lease_free(licet_lease *l) {
  if (!l) return;
  licet_licenses_free(l->now);
  licet_free(l->v);
  free(l);
}

/* The license at this moment of its own time. */
static licet_license at_present(const licet_lease *l) {
  licet_license now = {.claims = claims_of(l), .state = "expired", .enforce = ""};
  if (!l || l->over == GIVEN_BACK) return now;
  int64_t at = number_of(now.claims, "iat") + since(l->client, &l->asked), start = number_of(now.claims, "nbf");
  if (at < start) at = start;
  if (l->over) at = number_of(now.claims, "exp") + number_of(now.claims, "grc");
  stand(&now, at, 0);
  return now;
}

int64_t licet_lease_left(const licet_lease *l) {
  if (!l || l->over) return 0;
  return number_of(claims_of(l), "exp") - number_of(claims_of(l), "iat") - since(l->client, &l->asked);
}

int64_t licet_lease_wait(const licet_lease *l) {
  if (!l || l->over || strcmp(licet_lease_state(l), "expired") == 0) return -1;
  int64_t wait = l->wait - since(l->client, &l->tried);
  return wait > 0 ? wait : 0;
}

const char *licet_lease_state(const licet_lease *l) { return at_present(l).state; }
int licet_lease_runs(const licet_lease *l) { return at_present(l).runs; }

int licet_lease_has(const licet_lease *l, const char *feature) {
  licet_license now = at_present(l);
  return licet_license_has(&now, feature);
}

int licet_lease_limit(const licet_lease *l, const char *name, int64_t *value) {
  licet_license now = at_present(l);
  return licet_license_limit(&now, name, value);
}

const char *licet_lease_id(const licet_lease *l) { return text_of(get(claims_of(l), "lse"), "id").s; }
const char *licet_lease_license(const licet_lease *l) { return text_of(claims_of(l), "lid").s; }
int64_t licet_lease_fence(const licet_lease *l) { return number_of(get(claims_of(l), "lse"), "fen"); }
int64_t licet_lease_renew_after(const licet_lease *l) { return number_of(get(claims_of(l), "lse"), "bea"); }
int64_t licet_lease_quantity(const licet_lease *l) { return number_of(claims_of(l), "qty"); }

struct consumption {
  int64_t units;
  const char *nonce;
  licet_consumed *out;
};

static void act_consume(struct op *op, const char *key) {
  const struct consumption *want = op->with;
  char fresh[NONCE + 1];
  struct moment asked;
  if (!want->nonce) nonce(op, fresh);
  struct growing g = {.c = &op->c};
  add(&g, "{\"units\":%lld", (long long)want->units);
  code_claim(op, &g, "key", key);
  pair(&g, "nonce", as_text(want->nonce ? want->nonce : fresh));
  optional(&g, "product", op->client->o.product);
  put(&g, "}", 1);
  struct answer a = post_twice(op, "consume", JSON, (struct text){g.s, g.n}, &asked);
  const struct node *o = said(op, &a);
  snprintf(want->out->unit, sizeof want->out->unit, "%s", text_of(o, "unit").s);
  want->out->units = number_of(o, "units"), want->out->spent = number_of(o, "spent"), want->out->left = number_of(o, "left");
}

licet_outcome licet_consume(licet_client *c, const char *key, int64_t units, const char *nonce, licet_consumed *out) {
  *out = (licet_consumed){.unit = ""};
  return run_with(c, act_consume, key, &(struct consumption){units, nonce, out});
}

/* Without components of the caller's, the machine's id. */
static void machine(licet_client *c) {
  char id[128] = "";
  FILE *f = fopen("/etc/machine-id", "r");
  if (f) {
    if (!fgets(id, sizeof id, f)) id[0] = 0;
    fclose(f);
  }
  id[strcspn(id, "\r\n")] = 0;
  c->names[0] = "machine-id";
  licet_component(c->first, "machine-id", id, c->salted[0]);
  c->n_components = id[0] != 0;
}

static const char *set_up(licet_client *c) {
  const char *why = NULL;
  struct call call = {.into = &c->kept};
  c->first = licet_new(c->o.pins, c->o.pins_size, &why);
  if (why) return why;
  if (setjmp(call.out)) return call.why;
  const struct node *pins = parse(&call, c->o.pins, c->o.pins_size, &PINS);
  struct place p;
  c->server = c->o.server ? c->o.server : text_of(pins, "server").s;
  if (!place_of(c->server, &p)) return "server"; /* codes travel in clear below TLS */
  if (!c->o.folder || c->o.n_components > MAX_COMPONENTS) return "options";
  c->n_components = c->o.n_components;
  for (size_t i = 0; i < c->n_components; i++) {
    c->names[i] = c->o.components[2 * i];
    licet_component(c->first, c->names[i], c->o.components[2 * i + 1], c->salted[i]);
  }
  if (!c->o.components) machine(c);
  return NULL;
}

licet_client *licet_client_open(const licet_client_options *o, const char **why) {
  licet_client *c = calloc(1, sizeof *c);
  const char *refused = "memory";
  if (c) {
    c->o = *o;
    refused = set_up(c);
  }
  if (why) *why = refused;
  if (!refused) return c;
  licet_client_close(c);
  return NULL;
}

void licet_client_close(licet_client *c) {
  if (!c) return;
  licet_licenses_free(c->licenses);
  licet_free(c->first);
  drop(&c->kept);
  free(c);
}
