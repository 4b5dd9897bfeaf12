#include "licet.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MAX_TOKEN = 16384, MAX_FILE = 1 << 20, MAX_LINES = 1000, MAX_PINS = 64 << 10, KID = 11, SIG = 64, SERIAL = 8 };
#define MAX_COUNT ((int64_t)1 << 53)
#define MAX_TIME 253402300799
#define MAX_GRACE 316224000
#define MAX_LEASE 86400
static const char ED25519[] = "v4.public.", P256[] = "lct.p256.";

/* ---------------------------------------------------------------- memory and faults */

/* An arena: everything in it is freed together. */
struct block {
  struct block *next;
};
struct arena {
  struct block *first;
};

/* One call into this file: where it ends when something is refused. Nothing that must
 * be freed by hand is held across a refusal. */
struct call {
  jmp_buf out;
  const char *why;
  struct arena *into;
};

static _Noreturn void refuse(struct call *c, const char *why) {
  c->why = why;
  longjmp(c->out, 1);
}

static void *take(struct call *c, size_t n) {
  struct block *b = calloc(1, sizeof(struct block) + (n ? n : 1));
  if (!b) refuse(c, "memory");
  b->next = c->into->first;
  c->into->first = b;
  return b + 1;
}

static void drop(struct arena *a) {
  while (a->first) {
    struct block *b = a->first;
    a->first = b->next;
    free(b);
  }
}

static char *copy(struct call *c, const char *s, size_t n) {
  char *out = take(c, n + 1);
  memcpy(out, s, n);
  return out;
}

/* A text with its length: it may hold NUL. */
struct text {
  const char *s;
  size_t n;
};

static int same(struct text a, struct text b) { return a.n == b.n && memcmp(a.s, b.s, a.n) == 0; }
static struct text as_text(const char *s) { return (struct text){s ? s : "", s ? strlen(s) : 0}; }
static int is(struct text a, const char *b) { return same(a, as_text(b)); }
static int begins(struct text t, const char *with) { return t.n >= strlen(with) && memcmp(t.s, with, strlen(with)) == 0; }

/* ---------------------------------------------------------------- base64url */

static const char ALPHABET[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static int digit(char c) {
  const char *at = c ? strchr(ALPHABET, c) : NULL;
  return at ? (int)(at - ALPHABET) : -1;
}

/* Decodes exactly the one text that stands for some bytes; 0: it is none. out has
 * room for 3 bytes for each 4 characters begun. */
static int unb64(struct text t, uint8_t *out, size_t *n) {
  uint32_t bits = 0;
  int have = 0;
  *n = 0;
  if (t.n % 4 == 1) return 0;
  for (size_t i = 0; i < t.n; i++) {
    int d = digit(t.s[i]);
    if (d < 0) return 0;
    bits = bits << 6 | (uint32_t)d;
    have += 6;
    if (have >= 8) {
      have -= 8;
      out[(*n)++] = (uint8_t)(bits >> have);
      bits &= (1u << have) - 1;
    }
  }
  return bits == 0; /* stray bits in the last character */
}

static void b64(const uint8_t *in, size_t n, char *out) {
  uint32_t bits = 0;
  int have = 0;
  for (size_t i = 0; i < n; i++) {
    bits = (bits << 8 | in[i]) & 0xffff;
    for (have += 8; have >= 6;) {
      have -= 6;
      *out++ = ALPHABET[bits >> have & 63];
    }
  }
  if (have) *out++ = ALPHABET[bits << (6 - have) & 63];
  *out = 0;
}

/* ---------------------------------------------------------------- strict JSON */

/* A schema says what a value must be: 's' a text, 'i' an integer, 'l' a list of inner,
 * 'm' an object of any names, 'o' exactly these names. Unknown names may hold
 * anything: their schema is NULL. */
struct schema {
  char kind;
  const struct field *fields;
  const struct schema *inner;
};
struct field {
  const char *name;
  const struct schema *of;
};

static const struct schema S = {'s', NULL, NULL}, I = {'i', NULL, NULL};
static const struct schema TEXTS = {'l', NULL, &S}, NUMBERS = {'m', NULL, &I};
static const struct field held_fields[] = {{"lid", &S}, {"gen", &I}, {"spt", &I}, {NULL, NULL}};
static const struct schema HELD = {'o', held_fields, NULL}, HELDS = {'l', NULL, &HELD};
static const struct field binding_fields[] = {{"t", &S}, {"k", &S}, {"f", &TEXTS}, {"n", &I}, {NULL, NULL}};
static const struct schema BINDING = {'o', binding_fields, NULL};
static const struct field lease_fields[] = {{"id", &S}, {"fen", &I}, {"bea", &I}, {NULL, NULL}};
static const struct schema LEASE = {'o', lease_fields, NULL};
static const struct field lic_fields[] = {
    {"typ", &S}, {"iss", &S}, {"lid", &S}, {"gen", &I}, {"art", &S}, {"prd", &S}, {"mdl", &S}, {"ftr", &TEXTS}, {"lim", &NUMBERS}, {"unt", &S}, {"qty", &I},
    {"iat", &I}, {"nbf", &I}, {"exp", &I}, {"grc", &I}, {"mnt", &I}, {"enf", &S}, {"seq", &I}, {"epo", &I}, {"hld", &S}, {"ser", &S}, {"non", &S},
    {"cmd", &I}, {"nxt", &I}, {"sec", &S}, {"cnt", &BINDING}, {"lse", &LEASE}, {NULL, NULL}};
static const struct field ikc_fields[] = {{"typ", &S}, {"iss", &S}, {"kid", &S}, {"pub", &S}, {"use", &TEXTS}, {"nbf", &I}, {"exp", &I}, {"iat", &I}, {NULL, NULL}};
static const struct field rvk_fields[] = {{"typ", &S}, {"iss", &S}, {"obj", &S}, {"kid", &S}, {"iat", &I}, {"why", &S}, {"kno", &S}, {"par", &I}, {"pts", &I}, {NULL, NULL}};
static const struct field rot_fields[] = {{"typ", &S}, {"iss", &S}, {"kid", &S}, {"pub", &S}, {"iat", &I}, {NULL, NULL}};
static const struct field blk_fields[] = {{"typ", &S}, {"iss", &S}, {"seq", &I}, {"iat", &I}, {"lic", &HELDS}, {"cnt", &TEXTS}, {"par", &I}, {"pts", &I}, {NULL, NULL}};
#ifdef LICET_CLIENT_H
static const struct field command_fields[] = {{"c", &S}, {"lid", &S}, {"gen", &I}, {"why", &S}, {NULL, NULL}};
static const struct schema COMMAND = {'o', command_fields, NULL}, COMMANDS = {'l', NULL, &COMMAND};
static const struct field upd_fields[] = {{"typ", &S}, {"iss", &S}, {"cnt", &S}, {"non", &S}, {"seq", &I}, {"iat", &I}, {"cmd", &COMMANDS}, {NULL, NULL}};
static const struct schema UPD = {'o', upd_fields, NULL};
#endif
static const struct field root_fields[] = {{"kid", &S}, {"pub", &S}, {NULL, NULL}};
static const struct schema ROOT = {'o', root_fields, NULL}, ROOTS = {'l', NULL, &ROOT};
static const struct field pins_fields[] = {{"iss", &S}, {"roots", &ROOTS}, {"salt", &S}, {"depot", &S}, {"server", &S}, {NULL, NULL}};
static const struct schema LIC = {'o', lic_fields, NULL}, IKC = {'o', ikc_fields, NULL}, RVK = {'o', rvk_fields, NULL}, ROT = {'o', rot_fields, NULL},
                           BLK = {'o', blk_fields, NULL}, PINS = {'o', pins_fields, NULL};

/* A value; the members of an object have names. */
struct node {
  char kind;
  struct text name, text;
  int64_t number;
  struct node *first, *next;
  size_t count;
};

struct scanner {
  struct call *c;
  const uint8_t *b;
  size_t n, i;
};

static struct node *value(struct scanner *s, const struct schema *as, int depth);

static uint8_t at(const struct scanner *s) { return s->i < s->n ? s->b[s->i] : 0; }
static _Noreturn void bad(struct scanner *s) { refuse(s->c, "malformed"); }

static void skip(struct scanner *s) {
  while (s->i < s->n && (at(s) == ' ' || at(s) == '\t' || at(s) == '\r' || at(s) == '\n')) s->i++;
}

/* The length of the UTF-8 sequence at p, 0 for none; *r is its code point. */
static size_t rune_at(const uint8_t *p, size_t n, uint32_t *r) {
  static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
  size_t want = p[0] < 0x80 ? 1 : p[0] >> 5 == 6 ? 2 : p[0] >> 4 == 14 ? 3 : p[0] >> 3 == 30 ? 4 : 0;
  if (want == 0 || want > n) return 0;
  *r = want == 1 ? p[0] : p[0] & (0x7fu >> want);
  for (size_t i = 1; i < want; i++) {
    if (p[i] >> 6 != 2) return 0;
    *r = *r << 6 | (p[i] & 63);
  }
  return want > 1 && (*r < least[want] || *r > 0x10ffff || (*r >= 0xd800 && *r < 0xe000)) ? 0 : want;
}

static size_t put_rune(char *out, uint32_t r) {
  if (r < 0x80) {
    out[0] = (char)r;
    return 1;
  }
  size_t n = r < 0x800 ? 2 : r < 0x10000 ? 3 : 4;
  for (size_t i = n; i-- > 1; r >>= 6) out[i] = (char)(0x80 | (r & 63));
  out[0] = (char)((0xf00 >> n & 0xff) | r);
  return n;
}

static uint32_t hex4(struct scanner *s) {
  uint32_t v = 0;
  for (int k = 0; k < 4; k++, s->i++) {
    uint8_t c = at(s);
    if (c >= '0' && c <= '9') v = v << 4 | (uint32_t)(c - '0');
    else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f') v = v << 4 | (uint32_t)((c | 0x20) - 'a' + 10);
    else bad(s);
  }
  return v;
}

/* Reads what is behind a backslash. */
static uint32_t escape(struct scanner *s) {
  static const char names[] = "\"\\/bfnrt", means[] = "\"\\/\b\f\n\r\t";
  uint8_t c = at(s);
  const char *simple = c ? strchr(names, c) : NULL;
  s->i++;
  if (simple) return (uint32_t)means[simple - names];
  if (c != 'u') bad(s);
  uint32_t high = hex4(s);
  if (high >= 0xdc00 && high < 0xe000) bad(s);
  if (high < 0xd800 || high >= 0xe000) return high;
  if (at(s) != '\\') bad(s);
  s->i++;
  if (at(s) != 'u') bad(s);
  s->i++;
  uint32_t low = hex4(s);
  if (low < 0xdc00 || low >= 0xe000) bad(s);
  return 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
}

static struct text string(struct scanner *s, int *escaped) {
  size_t start = ++s->i, end = start;
  for (; end < s->n && s->b[end] != '"'; end++) end += s->b[end] == '\\';
  if (end >= s->n) end = s->n;
  char *out = take(s->c, end - start + 1); /* an escape is longer than what it means */
  size_t n = 0;
  *escaped = 0;
  for (;;) {
    uint32_t r = 0;
    if (s->i >= s->n || at(s) < ' ') bad(s);
    if (at(s) == '"') break;
    if (at(s) == '\\') {
      s->i++;
      *escaped = 1;
      n += put_rune(out + n, escape(s));
      continue;
    }
    size_t len = rune_at(s->b + s->i, s->n - s->i, &r);
    if (!len) bad(s);
    memcpy(out + n, s->b + s->i, len);
    n += len;
    s->i += len;
  }
  s->i++;
  return (struct text){out, n};
}

static int64_t integer(struct scanner *s) {
  int negative = at(s) == '-';
  uint64_t v = 0, limit = (uint64_t)1 << 63;
  s->i += (size_t)negative;
  size_t first = s->i;
  for (; at(s) >= '0' && at(s) <= '9'; s->i++) {
    if (s->i - first == 19) bad(s);
    v = v * 10 + (uint64_t)(at(s) - '0');
  }
  size_t digits = s->i - first;
  if (digits == 0 || (digits > 1 && s->b[first] == '0') || (negative && v == 0)) bad(s);
  if (negative ? v > limit : v >= limit) bad(s);
  return negative ? (v == limit ? INT64_MIN : -(int64_t)v) : (int64_t)v;
}

static int literal(struct scanner *s, const char *word) {
  size_t n = strlen(word);
  if (s->n - s->i < n || memcmp(s->b + s->i, word, n) != 0) return 0;
  s->i += n;
  return 1;
}

/* Reads a comma, or the closing bracket. */
static int ended(struct scanner *s, uint8_t with) {
  skip(s);
  uint8_t c = at(s);
  if (c != with && c != ',') bad(s);
  s->i++;
  return c == with;
}

/* A name as a decoder sees it that ignores case; two signs fold to letters. */
static int folds(struct text name, const char *known) {
  size_t i = 0;
  for (; *known; known++) {
    if (i >= name.n) return 0;
    uint8_t c = (uint8_t)name.s[i];
    if (c >= 'A' && c <= 'Z') c |= 0x20;
    size_t len = 1;
    if (name.n - i >= 2 && memcmp(name.s + i, "\xc5\xbf", 2) == 0) c = 's', len = 2;
    if (name.n - i >= 3 && memcmp(name.s + i, "\xe2\x84\xaa", 3) == 0) c = 'k', len = 3;
    if (c != (uint8_t)*known) return 0;
    i += len;
  }
  return i == name.n;
}

static const struct schema *member(struct scanner *s, const struct schema *as, struct text name) {
  if (!as || as->kind == 'm') return as ? as->inner : NULL;
  for (const struct field *f = as->fields; f->name; f++) {
    if (is(name, f->name)) return f->of;
  }
  for (const struct field *f = as->fields; f->name; f++) {
    if (folds(name, f->name)) refuse(s->c, "duplicate_key"); /* a claim's name in another case */
  }
  return NULL;
}

static struct node *new_node(struct scanner *s, char kind) {
  struct node *v = take(s->c, sizeof *v);
  v->kind = kind;
  return v;
}

static struct node *object(struct scanner *s, const struct schema *as, int depth) {
  if (depth > 16) bad(s);
  struct node *out = new_node(s, 'o'), **end = &out->first;
  s->i++;
  skip(s);
  if (at(s) == '}') {
    s->i++;
    return out;
  }
  do {
    int escaped;
    skip(s);
    if (at(s) != '"') bad(s);
    struct text name = string(s, &escaped);
    if (escaped) bad(s);
    for (struct node *m = out->first; m; m = m->next) {
      if (same(m->name, name)) refuse(s->c, "duplicate_key");
    }
    if (out->count >= 128) bad(s);
    skip(s);
    if (at(s) != ':') bad(s);
    s->i++;
    skip(s);
    struct node *v = value(s, member(s, as, name), depth);
    v->name = name;
    *end = v;
    end = &v->next;
    out->count++;
  } while (!ended(s, '}'));
  return out;
}

static struct node *list(struct scanner *s, const struct schema *as, int depth) {
  if (depth > 16) bad(s);
  struct node *out = new_node(s, 'l'), **end = &out->first;
  s->i++;
  skip(s);
  if (at(s) == ']') {
    s->i++;
    return out;
  }
  do {
    skip(s);
    *end = value(s, as ? as->inner : NULL, depth);
    end = &(*end)->next;
    out->count++;
  } while (!ended(s, ']'));
  return out;
}

static struct node *value(struct scanner *s, const struct schema *as, int depth) {
  uint8_t c = at(s);
  int number = c == '-' || (c >= '0' && c <= '9'), escaped;
  if (as && !(as->kind == 's' ? c == '"' : as->kind == 'i' ? number : as->kind == 'l' ? c == '[' : c == '{')) bad(s);
  if (c == '{') return object(s, as, depth + 1);
  if (c == '[') return list(s, as, depth + 1);
  struct node *out = new_node(s, c == '"' ? 's' : number ? 'i' : 'b');
  if (c == '"') out->text = string(s, &escaped);
  else if (number) out->number = integer(s);
  else if (literal(s, "true")) out->number = 1;
  else if (!literal(s, "false")) bad(s);
  return out;
}

/* One JSON object in the strict form, with the kinds of the schema. */
static struct node *parse(struct call *c, const uint8_t *b, size_t n, const struct schema *as) {
  struct scanner s = {c, b, n, 0};
  skip(&s);
  if (at(&s) != '{') bad(&s);
  struct node *out = object(&s, as, 1);
  skip(&s);
  if (s.i != n) bad(&s);
  return out;
}

static const struct node NONE = {0};

static const struct node *get(const struct node *o, const char *name) {
  for (const struct node *m = o->first; m; m = m->next) {
    if (is(m->name, name)) return m;
  }
  return &NONE; /* a missing claim is 0, false or empty */
}
static struct text text_of(const struct node *o, const char *name) {
  const struct node *m = get(o, name);
  return m->text.s ? m->text : as_text("");
}
static int64_t number_of(const struct node *o, const char *name) { return get(o, name)->number; }

/* ---------------------------------------------------------------- claims */

static void need(struct call *c, int good) {
  if (!good) refuse(c, "claim");
}

static void check_id(struct call *c, struct text t, int must) {
  need(c, (!must || t.n) && t.n <= 64);
  for (size_t i = 0; i < t.n; i++) {
    char k = t.s[i];
    need(c, k > ' ' && k <= '~' && k != '"' && k != '\\' && k != '|');
  }
}

static void check_text(struct call *c, struct text t, int must) {
  static const uint32_t unprintable[][2] = {
      {0x00, 0x1f}, {0x7f, 0xa0}, {0xad, 0xad}, {0x600, 0x605}, {0x61c, 0x61c}, {0x6dd, 0x6dd}, {0x70f, 0x70f}, {0x890, 0x891},
      {0x8e2, 0x8e2}, {0x1680, 0x1680}, {0x180e, 0x180e}, {0x2000, 0x200f}, {0x2028, 0x202f}, {0x205f, 0x206f}, {0x3000, 0x3000},
      {0xd800, 0xf8ff}, {0xfeff, 0xfeff}, {0xfff0, 0xfffb}, {0xfffe, 0xffff}, {0x110bd, 0x110bd}, {0x110cd, 0x110cd},
      {0x13430, 0x1343f}, {0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a}, {0xe0000, 0xe007f}, {0xf0000, 0x10ffff}};
  need(c, (!must || t.n) && t.n <= 64);
  for (size_t i = 0; i < t.n;) {
    uint32_t r = 0;
    i += rune_at((const uint8_t *)t.s + i, t.n - i, &r); /* the scanner let only UTF-8 pass */
    for (size_t k = 0; k < sizeof unprintable / sizeof *unprintable; k++) need(c, r < unprintable[k][0] || r > unprintable[k][1]);
  }
}

/* bytes are those of a claim; a text that is not base64url is a bad claim. */
static uint8_t *bytes(struct call *c, struct text t, size_t *n) {
  uint8_t *out = take(c, t.n);
  need(c, unb64(t, out, n));
  return out;
}

static uint8_t *check_bin(struct call *c, struct text t, size_t want, int must) {
  size_t n;
  if (!must && !t.n) return NULL;
  uint8_t *out = bytes(c, t, &n);
  need(c, n == want);
  return out;
}

static void check_num(struct call *c, int64_t v, int64_t low, int64_t high) { need(c, v >= low && v <= high); }
static void check_time(struct call *c, int64_t v, int must) { check_num(c, v, must, MAX_TIME); }

static uint8_t *check_key(struct call *c, const struct node *o) {
  uint8_t sum[SHA256_DIGEST_LENGTH];
  char kid[KID + 1];
  check_bin(c, text_of(o, "kid"), 8, 1);
  uint8_t *pub = check_bin(c, text_of(o, "pub"), 32, 1);
  SHA256(pub, 32, sum);
  b64(sum, 8, kid);
  need(c, is(text_of(o, "kid"), kid));
  return pub;
}

static void check_part(struct call *c, const struct node *o) {
  int64_t part = number_of(o, "par"), parts = number_of(o, "pts");
  need(c, parts >= 0 && parts <= 1000 && part >= 0 && part <= parts && (parts == 0 || part > 0));
}

static void check_binding(struct call *c, const struct node *o) {
  const struct node *prints = get(o, "f");
  struct text t = text_of(o, "t");
  if (!text_of(o, "k").n) {
    need(c, !t.n && !prints->count && number_of(o, "n") == 0);
    return;
  }
  need(c, is(t, "soft") || is(t, "hardware") || is(t, "cloud"));
  check_bin(c, text_of(o, "k"), 32, 1);
  need(c, prints->count <= 32);
  for (const struct node *f = prints->first; f; f = f->next) check_bin(c, f->text, 8, 1);
  check_num(c, number_of(o, "n"), 0, (int64_t)prints->count);
}

static void check_lease(struct call *c, const struct node *o, const struct node *lic) {
  if (!text_of(o, "id").n && !number_of(o, "fen") && !number_of(o, "bea")) return;
  check_id(c, text_of(o, "id"), 1);
  check_num(c, number_of(o, "fen"), 1, MAX_COUNT);
  check_num(c, number_of(o, "bea"), 1, MAX_LEASE);
  need(c, number_of(lic, "exp") != 0 && text_of(get(lic, "cnt"), "k").n);
}

static void check_lic(struct call *c, const struct node *o) {
  static const char *counts[] = {"qty", "seq", "epo"}, *times[] = {"nbf", "exp", "mnt", "nxt"};
  size_t n;
  check_id(c, text_of(o, "lid"), 1);
  check_num(c, number_of(o, "gen"), 1, MAX_COUNT);
  check_text(c, text_of(o, "art"), 0);
  check_text(c, text_of(o, "prd"), 1);
  check_text(c, text_of(o, "mdl"), 0);
  need(c, get(o, "ftr")->count <= 128 && get(o, "lim")->count <= 64);
  for (const struct node *f = get(o, "ftr")->first; f; f = f->next) check_text(c, f->text, 1);
  for (const struct node *l = get(o, "lim")->first; l; l = l->next) {
    check_id(c, l->name, 1);
    check_num(c, l->number, -MAX_COUNT, MAX_COUNT);
  }
  check_id(c, text_of(o, "unt"), 0);
  for (size_t i = 0; i < 3; i++) check_num(c, number_of(o, counts[i]), 0, MAX_COUNT);
  check_time(c, number_of(o, "iat"), 1);
  for (size_t i = 0; i < 4; i++) check_time(c, number_of(o, times[i]), 0);
  need(c, number_of(o, "exp") == 0 || number_of(o, "exp") > number_of(o, "nbf"));
  check_num(c, number_of(o, "grc"), 0, MAX_GRACE);
  struct text enf = text_of(o, "enf");
  need(c, is(enf, "enforce") || is(enf, "warn") || is(enf, "log"));
  check_id(c, text_of(o, "hld"), 0);
  check_bin(c, text_of(o, "ser"), SERIAL, 1);
  check_bin(c, text_of(o, "non"), 16, 0);
  check_num(c, number_of(o, "cmd"), 0, 256);
  need(c, text_of(o, "sec").n <= 8192);
  bytes(c, text_of(o, "sec"), &n);
  check_binding(c, get(o, "cnt"));
  check_lease(c, get(o, "lse"), o);
}

static void check_ikc(struct call *c, const struct node *o) {
  const struct node *use = get(o, "use");
  check_key(c, o);
  need(c, use->count >= 1 && use->count <= 4);
  for (const struct node *u = use->first; u; u = u->next) {
    need(c, is(u->text, "lic") || is(u->text, "upd") || is(u->text, "val") || is(u->text, "blk"));
    for (const struct node *before = use->first; before != u; before = before->next) need(c, !same(before->text, u->text));
  }
  check_time(c, number_of(o, "nbf"), 1);
  check_time(c, number_of(o, "exp"), 1);
  need(c, number_of(o, "exp") > number_of(o, "nbf"));
  check_time(c, number_of(o, "iat"), 1);
}

static void check_rvk(struct call *c, const struct node *o) {
  struct text obj = text_of(o, "obj");
  size_t n;
  need(c, is(obj, "ikc") || is(obj, "root"));
  check_bin(c, text_of(o, "kid"), 8, 1);
  check_time(c, number_of(o, "iat"), 1);
  check_text(c, text_of(o, "why"), 0);
  uint8_t *known = bytes(c, text_of(o, "kno"), &n);
  need(c, n % SERIAL == 0);
  for (size_t i = SERIAL; i < n; i += SERIAL) need(c, memcmp(known + i - SERIAL, known + i, SERIAL) < 0);
  need(c, is(obj, "ikc") || (n == 0 && number_of(o, "pts") == 0));
  check_part(c, o);
}

static void check_rot(struct call *c, const struct node *o) {
  check_key(c, o);
  check_time(c, number_of(o, "iat"), 1);
}

static void check_blk(struct call *c, const struct node *o) {
  check_num(c, number_of(o, "seq"), 1, MAX_COUNT);
  check_time(c, number_of(o, "iat"), 1);
  need(c, get(o, "lic")->count <= 512 && get(o, "cnt")->count <= 512);
  for (const struct node *h = get(o, "lic")->first; h; h = h->next) {
    check_id(c, text_of(h, "lid"), 1);
    check_num(c, number_of(h, "gen"), 1, MAX_COUNT);
    check_num(c, number_of(h, "spt"), 0, MAX_COUNT);
  }
  for (const struct node *k = get(o, "cnt")->first; k; k = k->next) check_bin(c, k->text, 32, 1);
  check_part(c, o);
}

#ifdef LICET_CLIENT_H
static void check_upd(struct call *c, const struct node *o) {
  const struct node *commands = get(o, "cmd");
  check_bin(c, text_of(o, "cnt"), 32, 1);
  check_bin(c, text_of(o, "non"), 16, 1);
  check_num(c, number_of(o, "seq"), 1, MAX_COUNT);
  check_time(c, number_of(o, "iat"), 1);
  need(c, commands->count <= 256);
  for (const struct node *m = commands->first; m; m = m->next) {
    struct text verb = text_of(m, "c");
    int bound = is(verb, "recall") || is(verb, "replace") || is(verb, "block");
    if (bound || is(verb, "ack") || is(verb, "time")) {
      check_id(c, text_of(m, "lid"), bound);
      check_num(c, number_of(m, "gen"), bound, MAX_COUNT);
    } else {
      check_id(c, verb, 1);
    }
    check_id(c, text_of(m, "why"), 0);
  }
}
#endif

struct type {
  char name[4];
  const struct schema *as;
  void (*check)(struct call *, const struct node *);
};
static const struct type T_LIC = {"lic", &LIC, check_lic}, T_IKC = {"ikc", &IKC, check_ikc}, T_RVK = {"rvk", &RVK, check_rvk},
                         T_ROT = {"rot", &ROT, check_rot}, T_BLK = {"blk", &BLK, check_blk};
#ifdef LICET_CLIENT_H
static const struct type T_UPD = {"upd", &UPD, check_upd}; /* what a client is told to do */
#endif

/* ---------------------------------------------------------------- tokens */

/* A line taken apart; nothing in it is trusted. */
struct token {
  struct token *next;
  struct text line, header;
  uint8_t *body, *sig, *footer;
  size_t payload, footer_n; /* body is the payload and the signature */
  char kid[KID + 1], type[4];
};

static uint8_t *part_bytes(struct call *c, struct text t, size_t *n) {
  uint8_t *out = take(c, t.n);
  if (!unb64(t, out, n)) refuse(c, "malformed");
  return out;
}

static struct token *take_apart(struct call *c, struct text line) {
  struct token *t = take(c, sizeof *t);
  if (line.n > MAX_TOKEN) refuse(c, "too_long");
  t->line = (struct text){copy(c, line.s, line.n), line.n};
  t->header = as_text(begins(line, ED25519) ? ED25519 : P256);
  const char *rest = t->line.s + t->header.n, *end = t->line.s + t->line.n;
  const char *dot = memchr(rest, '.', (size_t)(end - rest));
  if (!dot || end - dot - 1 != 28) refuse(c, "malformed");
  size_t n;
  t->body = part_bytes(c, (struct text){rest, (size_t)(dot - rest)}, &n);
  t->footer = part_bytes(c, (struct text){dot + 1, 28}, &t->footer_n);
  if (n <= SIG || memcmp(t->footer, "{\"kid\":\"", 8) != 0 || memcmp(t->footer + 19, "\"}", 2) != 0) refuse(c, "malformed");
  memcpy(t->kid, t->footer + 8, KID);
  size_t kid_n;
  part_bytes(c, (struct text){t->kid, KID}, &kid_n);
  t->payload = n - SIG;
  t->sig = t->body + t->payload;
  if (n >= 12 && memcmp(t->body, "{\"typ\":\"", 8) == 0 && t->body[11] == '"') memcpy(t->type, t->body + 8, 3);
  return t;
}

static uint8_t *piece(uint8_t *at, const void *p, size_t n) {
  for (int i = 0; i < 8; i++) at[i] = (uint8_t)((uint64_t)n >> 8 * i);
  memcpy(at + 8, p, n);
  return at + 8 + n;
}

static int signed_by(struct call *c, const struct token *t, const uint8_t pub[32], const char *type) {
  uint8_t *message = take(c, 5 * 8 + t->header.n + t->payload + t->footer_n + 8), *end = message;
  char implicit[8];
  memcpy(implicit, type, 3);
  memcpy(implicit + 3, "/1", 3);
  memcpy(end, "\4\0\0\0\0\0\0\0", 8);
  end = piece(end + 8, t->header.s, t->header.n);
  end = piece(end, t->body, t->payload);
  end = piece(end, t->footer, t->footer_n);
  end = piece(end, implicit, 5);
  EVP_PKEY *key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, pub, 32);
  EVP_MD_CTX *ctx = EVP_MD_CTX_new();
  int good = key && ctx && EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, key) == 1 &&
             EVP_DigestVerify(ctx, t->sig, SIG, message, (size_t)(end - message)) == 1;
  EVP_MD_CTX_free(ctx);
  EVP_PKEY_free(key);
  return good;
}

/* ---------------------------------------------------------------- trust */

struct key {
  struct key *next;
  char kid[KID + 1];
  const uint8_t *pub;
  int rank, fallen;                      /* of a root: 1 and above if it is pinned */
  struct note *sponsors, *certs, *revoked; /* of a rotated root; of an issuing key */
};

/* What a root has said about a key. */
struct note {
  struct note *next;
  char root[KID + 1];
  const struct node *claims;
};

struct licet_verifier {
  struct arena kept;
  struct text issuer;
  uint8_t *salt;
  size_t salt_n;
  struct key *roots, *issuers, *shunned; /* shunned: revoked keys, whether known or not */
  struct token *seen, *lists;
};

static struct key *find(struct key *list, const char *kid) {
  for (; list; list = list->next) {
    if (strcmp(list->kid, kid) == 0) return list;
  }
  return NULL;
}

static struct key *find_or_add(struct call *c, struct key **list, const char *kid) {
  struct key *k = find(*list, kid);
  if (k) return k;
  k = take(c, sizeof *k);
  memcpy(k->kid, kid, KID);
  k->next = *list;
  *list = k;
  return k;
}

static void note(struct call *c, struct note **list, const char *root, const struct node *claims) {
  struct note *n = take(c, sizeof *n), **end = list;
  memcpy(n->root, root, KID);
  n->claims = claims;
  while (*end) end = &(*end)->next;
  *end = n;
}

/* The claims of a token, if it verifies as the type with the keys. */
static const struct node *open_token(struct call *c, const struct token *t, const struct type *as, struct key *keys) {
  const struct key *k = find(keys, t->kid);
  if (!k || !k->pub) refuse(c, "unknown_key");
  if (!is(t->header, ED25519)) refuse(c, "suite");
  if (!signed_by(c, t, k->pub, as->name)) refuse(c, "signature");
  if (t->payload < 12 || strcmp(t->type, as->name) != 0) refuse(c, "type");
  const struct node *claims = parse(c, t->body, t->payload, as->as);
  check_id(c, text_of(claims, "iss"), 1);
  as->check(c, claims);
  return claims;
}

static void add_root(struct call *c, licet_verifier *v, const char *by, const struct node *o) {
  char kid[KID + 1] = {0};
  memcpy(kid, text_of(o, "kid").s, KID);
  struct key *root = find(v->roots, by), *known = find(v->roots, kid);
  if (!root->rank) refuse(c, "rank");
  if (known && known->rank) return;
  if (find(v->issuers, kid)) refuse(c, "rank");
  known = find_or_add(c, &v->roots, kid);
  known->pub = check_key(c, o);
  note(c, &known->sponsors, by, o);
}

static void add_revocation(struct call *c, licet_verifier *v, const char *by, const struct node *o) {
  char kid[KID + 1] = {0};
  memcpy(kid, text_of(o, "kid").s, KID);
  struct key *root = find(v->roots, by), *of = find(v->roots, kid), *shunned = find_or_add(c, &v->shunned, kid);
  if (is(text_of(o, "obj"), "root")) {
    if (strcmp(by, kid) != 0 && root->rank <= (of ? of->rank : 0)) refuse(c, "rank");
    shunned->fallen = 1;
    return;
  }
  note(c, &shunned->revoked, by, o);
}

static void add_cert(struct call *c, licet_verifier *v, const char *by, const struct node *o) {
  char kid[KID + 1] = {0};
  memcpy(kid, text_of(o, "kid").s, KID);
  if (find(v->roots, kid)) refuse(c, "rank");
  struct key *k = find_or_add(c, &v->issuers, kid);
  k->pub = check_key(c, o);
  note(c, &k->certs, by, o);
}

static int fallen(const licet_verifier *v, const char *kid) {
  const struct key *k = find(v->shunned, kid);
  return k && k->fallen;
}

static int live(const licet_verifier *v, const char *kid) {
  const struct key *root = find(v->roots, kid);
  if (!root || fallen(v, kid)) return 0;
  if (root->rank) return 1;
  for (const struct note *s = root->sponsors; s; s = s->next) {
    if (!fallen(v, s->root)) return 1;
  }
  return 0;
}

/* Whether every root that revoked the key knows the serial: of one root's
 * statements those with the highest iat count, joined. */
static void survive(struct call *c, const licet_verifier *v, const char *kid, struct text serial) {
  const struct key *k = find(v->shunned, kid);
  size_t n = 0;
  uint8_t *want = bytes(c, serial, &n);
  for (const struct note *a = k ? k->revoked : NULL; a; a = a->next) {
    int64_t newest = 0;
    int known = 0;
    for (const struct note *b = k->revoked; b; b = b->next) {
      if (strcmp(a->root, b->root) == 0 && number_of(b->claims, "iat") > newest) newest = number_of(b->claims, "iat");
    }
    for (const struct note *b = k->revoked; b; b = b->next) {
      if (strcmp(a->root, b->root) != 0 || number_of(b->claims, "iat") != newest) continue;
      size_t total;
      uint8_t *list = bytes(c, text_of(b->claims, "kno"), &total);
      for (size_t i = 0; n == SERIAL && i < total; i += SERIAL) known |= memcmp(list + i, want, SERIAL) == 0;
    }
    if (!known) refuse(c, "revoked");
  }
}

/* The claims of a token of an issuing key that was allowed to sign it. */
static const struct node *open_issued(struct call *c, licet_verifier *v, const struct token *t, const struct type *as) {
  const struct node *o = open_token(c, t, as, v->issuers);
  const char *why = "unknown_key";
  int64_t iat = number_of(o, "iat");
  if (!same(text_of(o, "iss"), v->issuer)) refuse(c, "issuer");
  for (const struct note *n = find(v->issuers, t->kid)->certs; n; n = n->next) {
    int allowed = 0;
    for (const struct node *u = get(n->claims, "use")->first; u; u = u->next) allowed |= is(u->text, as->name);
    if (!allowed) why = "use";
    else if (iat < number_of(n->claims, "nbf") || iat > number_of(n->claims, "exp")) why = "window";
    else if (!live(v, n->root)) why = "revoked";
    else {
      survive(c, v, t->kid, as == &T_LIC ? text_of(o, "ser") : as_text(""));
      return o;
    }
  }
  refuse(c, why);
}

static int seen(const struct token *list, struct text line) {
  for (; list; list = list->next) {
    if (same(list->line, line)) return 1;
  }
  return 0;
}

static void keep(struct call *c, struct token **list, const struct token *t) {
  struct token *k = take_apart(c, t->line);
  k->next = *list;
  *list = k;
}

typedef void adder(struct call *, licet_verifier *, const char *, const struct node *);

/* Learns one statement; what is not believed leaves nothing but used memory that
 * only a signature of a root could have used. */
static void learn_one(licet_verifier *v, const struct token *t, const struct type *as, adder *add) {
  struct arena scratch = {NULL};
  struct call c = {.into = &scratch};
  if (setjmp(c.out) == 0) {
    const struct node *o = open_token(&c, t, as, v->roots); /* verified in the scratch arena … */
    if (!same(text_of(o, "iss"), v->issuer)) refuse(&c, "issuer");
    c.into = &v->kept; /* … and read again where it stays */
    add(&c, v, t->kid, parse(&c, t->body, t->payload, as->as));
    keep(&c, &v->seen, t);
  }
  drop(&scratch);
}

static void learn_list(licet_verifier *v, const struct token *t) {
  struct arena scratch = {NULL};
  struct call c = {.into = &scratch};
  if (setjmp(c.out) == 0) {
    open_issued(&c, v, t, &T_BLK);
    c.into = &v->kept;
    keep(&c, &v->lists, t);
  }
  drop(&scratch);
}

/* The tokens of a file, in order. Lines that are none mean nothing. */
static struct token *tokens(struct call *c, struct text file) {
  struct token *first = NULL, **end = &first;
  if (file.n > MAX_FILE) refuse(c, "too_long");
  if (begins(file, "\xef\xbb\xbf")) file.s += 3, file.n -= 3;
  int lines = 0;
  while (file.n) {
    size_t n = 0;
    while (n < file.n && file.s[n] != '\n' && file.s[n] != '\r') n++;
    struct text line = {file.s, n};
    n += n + 1 < file.n && file.s[n] == '\r' && file.s[n + 1] == '\n' ? 2 : n < file.n;
    file.s += n, file.n -= n;
    if (++lines > MAX_LINES) refuse(c, "too_long");
    while (line.n && (line.s[0] == ' ' || line.s[0] == '\t')) line.s++, line.n--;
    while (line.n && (line.s[line.n - 1] == ' ' || line.s[line.n - 1] == '\t')) line.n--;
    if (!begins(line, ED25519) && !begins(line, P256)) continue;
    *end = take_apart(c, line);
    end = &(*end)->next;
  }
  return first;
}

static void learn(licet_verifier *v, struct token *lines) {
  static const struct {
    const struct type *as;
    adder *add;
  } order[] = {{&T_ROT, add_root}, {&T_RVK, add_revocation}, {&T_IKC, add_cert}};
  for (size_t i = 0; i < 3; i++) {
    for (struct token *t = lines; t; t = t->next) {
      if (strcmp(t->type, order[i].as->name) == 0 && !seen(v->seen, t->line)) learn_one(v, t, order[i].as, order[i].add);
    }
  }
  for (struct token *t = lines; t; t = t->next) {
    if (strcmp(t->type, "blk") == 0 && !seen(v->lists, t->line)) learn_list(v, t);
  }
}

static void start(struct call *c, licet_verifier *v, struct text pins) {
  if (pins.n > MAX_PINS) refuse(c, "too_long");
  const struct node *p = parse(c, (const uint8_t *)pins.s, pins.n, &PINS), *roots = get(p, "roots");
  v->issuer = text_of(p, "iss");
  check_id(c, v->issuer, 1);
  need(c, roots->count >= 1 && roots->count <= 8);
  int rank = 0;
  for (const struct node *r = roots->first; r; r = r->next) {
    char kid[KID + 1] = {0};
    const uint8_t *pub = check_key(c, r);
    memcpy(kid, text_of(r, "kid").s, KID);
    need(c, !find(v->roots, kid));
    struct key *k = find_or_add(c, &v->roots, kid);
    k->pub = pub, k->rank = ++rank;
  }
  v->salt = bytes(c, text_of(p, "salt"), &v->salt_n);
  need(c, v->salt_n >= 16 && v->salt_n <= 64);
  need(c, text_of(p, "server").n <= 1024);
}

static const char *begin(licet_verifier *v, struct text pins) {
  struct call c = {.into = &v->kept};
  if (setjmp(c.out) == 0) start(&c, v, pins);
  return c.why;
}

licet_verifier *licet_new(const void *pins, size_t size, const char **why) {
  licet_verifier *v = calloc(1, sizeof *v);
  const char *refused = v ? begin(v, (struct text){pins, pins ? size : 0}) : "memory";
  if (why) *why = refused;
  if (!refused) return v;
  licet_free(v);
  return NULL;
}

void licet_free(licet_verifier *v) {
  if (!v) return;
  drop(&v->kept);
  free(v);
}

const char *licet_learn(licet_verifier *v, const void *file, size_t size) {
  struct arena scratch = {NULL};
  struct call c = {.into = &scratch};
  if (v && setjmp(c.out) == 0) learn(v, tokens(&c, (struct text){file, file ? size : 0}));
  drop(&scratch);
  return c.why;
}

void licet_component(const licet_verifier *v, const char *name, const char *value, uint8_t out[16]) {
  uint8_t sum[EVP_MAX_MD_SIZE];
  size_t n = strlen(name), m = strlen(value);
  char *text = malloc(n + m + 2);
  memset(out, 0, 16);
  if (v && text) {
    memcpy(text, name, n);
    text[n] = ':';
    memcpy(text + n + 1, value, m);
    if (HMAC(EVP_sha256(), v->salt, (int)v->salt_n, (const uint8_t *)text, n + m + 1, sum, NULL)) memcpy(out, sum, 16);
  }
  free(text);
}

/* ---------------------------------------------------------------- judging */

struct licet_license {
  struct licet_license *next;
  const char *code, *state, *enforce;
  int64_t until;
  int runs;
  const struct node *claims;
};

struct licet_licenses {
  struct arena kept;
  struct licet_license *first;
  size_t count;
};

/* A believed block list, or a part of one. */
struct list_part {
  struct list_part *next;
  const struct node *claims;
};

/* The parts of the newest list that is whole. */
static int whole(const struct list_part *all, int64_t seq) {
  int64_t count = -1, n = 0;
  for (const struct list_part *p = all; p; p = p->next) {
    if (number_of(p->claims, "seq") != seq) continue;
    if (count >= 0 && number_of(p->claims, "pts") != count) return 0;
    count = number_of(p->claims, "pts");
    n++;
    for (const struct list_part *o = all; o != p; o = o->next) {
      if (number_of(o->claims, "seq") == seq && number_of(o->claims, "par") == number_of(p->claims, "par")) return 0;
    }
  }
  return n == (count > 1 ? count : 1);
}

static int blocked(const struct list_part *all, const struct node *lic, struct text container) {
  int64_t newest = 0;
  for (const struct list_part *p = all; p; p = p->next) {
    int64_t seq = number_of(p->claims, "seq");
    if (seq > newest && whole(all, seq)) newest = seq;
  }
  for (const struct list_part *p = all; p; p = p->next) {
    if (number_of(p->claims, "seq") != newest) continue;
    for (const struct node *h = get(p->claims, "lic")->first; h; h = h->next) {
      if (same(text_of(h, "lid"), text_of(lic, "lid")) && number_of(lic, "gen") <= number_of(h, "gen")) return 1;
    }
    for (const struct node *k = get(p->claims, "cnt")->first; k; k = k->next) {
      if (container.n && number_of(lic, "iat") <= number_of(p->claims, "iat") && same(k->text, container)) return 1;
    }
  }
  return 0;
}

static void open_list(struct arena *scratch, licet_verifier *v, const struct token *t, struct list_part **list) {
  struct call c = {.into = scratch};
  if (setjmp(c.out)) return; /* its key was revoked meanwhile */
  const struct node *o = open_issued(&c, v, t, &T_BLK);
  struct list_part *p = take(&c, sizeof *p);
  p->claims = o, p->next = *list, *list = p;
}

static void fits(struct call *c, const struct node *bound, const licet_here *here) {
  struct text key = text_of(bound, "k");
  if (!key.n) return;
  if (!same(key, as_text(here->container))) refuse(c, "container");
  int64_t found = 0;
  const struct node *prints = get(bound, "f");
  for (const struct node *f = prints->first; f; f = f->next) {
    int here_too = 0, before = 0;
    for (size_t i = 0; i < here->n_components; i++) {
      char print[12];
      b64(here->components[i], 8, print);
      here_too |= is(f->text, print);
    }
    for (const struct node *g = prints->first; g != f; g = g->next) before |= same(g->text, f->text); /* each counts once */
    found += here_too && !before;
  }
  if (found < number_of(bound, "n")) refuse(c, "fingerprint");
}

static void stand(licet_license *l, int64_t now, int64_t released) {
  int64_t start = number_of(l->claims, "nbf"), exp = number_of(l->claims, "exp"), mnt = number_of(l->claims, "mnt");
  int64_t end = exp + number_of(l->claims, "grc");
  l->enforce = text_of(l->claims, "enf").s;
  l->state = "valid", l->until = exp;
  if (start > now) l->state = "not_yet", l->until = start;
  else if (exp && now >= end) l->state = "expired", l->until = end;
  else if (mnt && released >= mnt) l->state = "unmaintained", l->until = mnt;
  else if (exp && now >= exp) l->state = "grace", l->until = end;
  l->runs = strcmp(l->state, "valid") == 0 || strcmp(l->state, "grace") == 0 || strcmp(l->enforce, "enforce") != 0;
}

static void judge(licet_verifier *v, const struct token *t, const licet_here *here, const struct list_part *lists, licet_licenses *out, licet_license *l) {
  struct call c = {.into = &out->kept};
  if (setjmp(c.out)) {
    l->code = c.why;
    return;
  }
  need(&c, here->now > 0);
  const struct node *o = open_issued(&c, v, t, &T_LIC);
  if (here->product && *here->product && !is(text_of(o, "prd"), here->product)) refuse(&c, "product");
  fits(&c, get(o, "cnt"), here);
  if (blocked(lists, o, as_text(here->container))) refuse(&c, "blocked");
  l->claims = o;
  stand(l, here->now, here->released);
}

static void judge_all(struct call *c, licet_verifier *v, struct text file, const licet_here *here, licet_licenses *out) {
  struct token *lines = tokens(c, file);
  struct list_part *lists = NULL;
  struct licet_license **end = &out->first;
  learn(v, lines);
  for (const struct token *t = v->lists; t; t = t->next) open_list(c->into, v, t, &lists);
  c->into = &out->kept;
  for (struct token *t = lines; t; t = t->next) {
    if (strcmp(t->type, "lic") != 0) continue;
    struct licet_license *l = *end = take(c, sizeof *l);
    l->code = "ok", l->state = l->enforce = "", l->claims = &NONE;
    judge(v, t, here, lists, out, l);
    end = &l->next;
    out->count++;
  }
}

static const char *check(licet_verifier *v, struct text file, const licet_here *here, licet_licenses *out) {
  struct arena scratch = {NULL};
  struct call c = {.into = &scratch};
  if (setjmp(c.out) == 0) judge_all(&c, v, file, here, out);
  drop(&scratch);
  return c.why;
}

licet_licenses *licet_check(licet_verifier *v, const void *file, size_t size, const licet_here *given, const char **why) {
  licet_here here = given ? *given : (licet_here){0};
  licet_licenses *out = v ? calloc(1, sizeof *out) : NULL;
  if (!here.now && !here.no_clock) here.now = (int64_t)time(NULL);
  const char *refused = out ? check(v, (struct text){file, file ? size : 0}, &here, out) : "memory";
  if (why) *why = refused;
  if (!refused) return out;
  licet_licenses_free(out);
  return NULL;
}

void licet_licenses_free(licet_licenses *l) {
  if (!l) return;
  drop(&l->kept);
  free(l);
}

size_t licet_count(const licet_licenses *l) { return l ? l->count : 0; }

const licet_license *licet_at(const licet_licenses *l, size_t i) {
  const licet_license *one = l ? l->first : NULL;
  while (one && i--) one = one->next;
  return one;
}

const char *licet_code(const licet_license *l) { return l ? l->code : "none"; }
const char *licet_state(const licet_license *l) { return l ? l->state : ""; }
const char *licet_enforce(const licet_license *l) { return l ? l->enforce : ""; }
int64_t licet_until(const licet_license *l) { return l ? l->until : 0; }
int licet_runs(const licet_license *l) { return l && l->runs; }
const char *licet_text(const licet_license *l, const char *claim) { return l ? text_of(l->claims, claim).s : ""; }
int64_t licet_number(const licet_license *l, const char *claim) { return l ? number_of(l->claims, claim) : 0; }

int licet_license_has(const licet_license *l, const char *feature) {
  if (!licet_runs(l)) return 0;
  for (const struct node *f = get(l->claims, "ftr")->first; f; f = f->next) {
    if (is(f->text, "*") || is(f->text, feature)) return 1;
  }
  return 0;
}

const char *licet_feature(const licet_license *l, size_t i) {
  const struct node *f = l ? get(l->claims, "ftr")->first : NULL;
  while (f && i--) f = f->next;
  return f ? f->text.s : NULL;
}

int licet_license_limit(const licet_license *l, const char *name, int64_t *value) {
  if (!licet_runs(l)) return 0;
  const struct node *v = get(get(l->claims, "lim"), name);
  if (v->kind) *value = v->number;
  return v->kind != 0;
}

int licet_has(const licet_licenses *l, const char *feature) {
  for (const licet_license *one = l ? l->first : NULL; one; one = one->next) {
    if (licet_license_has(one, feature)) return 1;
  }
  return 0;
}

int licet_limit(const licet_licenses *l, const char *name, int64_t *value) {
  int found = 0;
  int64_t v = 0;
  for (const licet_license *one = l ? l->first : NULL; one; one = one->next) {
    if (licet_license_limit(one, name, &v) && (!found || v > *value)) *value = v, found = 1;
  }
  return found;
}
