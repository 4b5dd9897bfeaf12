/* Reads the vectors of files.txt from standard input and prints "id verdict". */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "licet.h"

/* A piece of a file, or a check, under its name. */
struct entry {
  struct entry *next;
  char *name, *line; /* line: the value of text, or the whole line of a check */
  size_t size;
};
static struct entry *pieces, *checks;

static void *must(void *p) {
  if (!p) abort();
  return p;
}

static char *dup_n(const char *s, size_t n) {
  char *out = must(calloc(1, n + 1));
  memcpy(out, s, n);
  return out;
}

/* The value of the nth pair of a name in a line, NULL if there is none. */
static const char *pair(const char *line, const char *name, int nth, size_t *n) {
  size_t len = strlen(name);
  for (const char *at = line; at; at = strchr(at, ' ') ? strchr(at, ' ') + 1 : NULL) {
    if (strncmp(at, name, len) != 0 || at[len] != '=' || nth-- > 0) continue;
    *n = strcspn(at + len + 1, " ");
    return at + len + 1;
  }
  *n = 0;
  return NULL;
}

static size_t plain(char *s, size_t n) {
  size_t out = 0;
  for (size_t i = 0; i < n; i++) {
    unsigned v;
    if (s[i] == '%' && sscanf(s + i + 1, "%2x", &v) == 1) s[out++] = (char)v, i += 2;
    else s[out++] = s[i];
  }
  s[out] = 0;
  return out;
}

static char *word(const char *line, const char *name) {
  size_t n;
  const char *at = pair(line, name, 0, &n);
  char *out = dup_n(at ? at : "", n);
  plain(out, n);
  return out;
}

static void add(struct entry **list, const char *name, size_t n, char *line, size_t size) {
  struct entry *e = must(calloc(1, sizeof *e));
  e->name = dup_n(name, n), e->line = line, e->size = size, e->next = *list;
  *list = e;
}

static const struct entry *named(const struct entry *list, const char *name, size_t n) {
  for (; list; list = list->next) {
    if (strlen(list->name) == n && memcmp(list->name, name, n) == 0) return list;
  }
  return must(NULL);
}

static int digit(char c) {
  const char *all = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  return (int)((char *)must(strchr(all, c)) - all);
}

/* The components of a check: 22 characters each, 16 bytes. */
static size_t components(const char *list, uint8_t (*out)[16]) {
  size_t count = 0;
  for (const char *at = list; *at; at += at[22] == ',' ? 23 : 22, count++) {
    uint32_t bits = 0;
    for (int i = 0, have = 0, n = 0; i < 22 && n < 16; i++) {
      bits = bits << 6 | (uint32_t)digit(at[i]), have += 6;
      if (have >= 8) have -= 8, out[count][n++] = (uint8_t)(bits >> have);
    }
  }
  return count;
}

static void tell(const licet_license *l, char *has, char *limits) {
  if (strcmp(licet_code(l), "ok") != 0) {
    fputs(licet_code(l), stdout);
    return;
  }
  printf("ok:%s:%s:%" PRId64 ":%d:", licet_state(l), licet_enforce(l), licet_until(l), licet_runs(l));
  char *save = NULL, *copy = dup_n(has, strlen(has));
  for (char *f = strtok_r(copy, ",", &save); f; f = strtok_r(NULL, ",", &save)) putchar(licet_license_has(l, f) ? '1' : '0');
  free(copy);
  putchar(':');
  copy = dup_n(limits, strlen(limits));
  const char *comma = "";
  for (char *f = strtok_r(copy, ",", &save); f; f = strtok_r(NULL, ",", &save), comma = ",") {
    int64_t v;
    if (licet_license_limit(l, f, &v)) printf("%s%" PRId64, comma, v);
    else printf("%s-", comma);
  }
  free(copy);
}

static char *assemble(const char *line, size_t *size) {
  size_t n, total = 0;
  const char *list = pair(line, "file", 0, &n);
  char *file = must(malloc(1));
  for (const char *end = list + n; list < end;) {
    size_t len = strcspn(list, ", ");
    const struct entry *p = named(pieces, list, len);
    file = must(realloc(file, total + p->size + 2));
    memcpy(file + total, p->line, p->size);
    total += p->size;
    file[total++] = '\n';
    list += len + 1;
  }
  size_t edit_n;
  const char *edit;
  for (int nth = 0; (edit = pair(line, "edit", nth, &edit_n)); nth++) {
    char *at_end, *n_end;
    size_t at = strtoul(edit, &at_end, 10), gone = strtoul(at_end + 1, &n_end, 10), come = (edit_n - (size_t)(n_end + 1 - edit)) / 2;
    file = must(realloc(file, total + come + 1));
    memmove(file + at + come, file + at + gone, total - at - gone);
    for (size_t i = 0; i < come; i++) {
      unsigned v;
      if (sscanf(n_end + 1 + 2 * i, "%2x", &v) != 1) abort();
      file[at + i] = (char)v;
    }
    total = total + come - gone;
  }
  *size = total;
  return file;
}

static void judge(const char *line) {
  size_t n, size;
  const char *name = pair(line, "check", 0, &n);
  const char *check = named(checks, name, n)->line;
  name = pair(line, "pins", 0, &n);
  const struct entry *pins = named(pieces, name, n);
  char *file = assemble(line, &size), *now = word(check, "now"), *released = word(check, "released"), *product = word(check, "product");
  char *container = word(check, "container"), *list = word(check, "components"), *has = word(check, "has"), *limits = word(check, "lim");
  uint8_t found[64][16];
  licet_here here = {.now = strtoll(now, NULL, 10), .no_clock = 1, .product = product, .released = strtoll(released, NULL, 10), .container = container};
  here.n_components = components(list, found);
  here.components = (const uint8_t (*)[16])found;
  const char *why;
  licet_verifier *v = licet_new(pins->line, pins->size, &why);
  licet_licenses *l = v ? licet_check(v, file, size, &here, &why) : NULL;
  for (size_t i = 0; i < licet_count(l); i++) {
    if (i) putchar('|');
    tell(licet_at(l, i), has, limits);
  }
  if (!licet_count(l)) fputs(why ? why : "none", stdout);
  putchar('\n');
  licet_licenses_free(l);
  licet_free(v);
  free(file), free(now), free(released), free(product), free(container), free(list), free(has), free(limits);
}

static void forget(struct entry *list) {
  while (list) {
    struct entry *e = list;
    list = e->next;
    free(e->name), free(e->line), free(e);
  }
}

int main(void) {
  char *line = NULL;
  size_t room = 0, n;
  ssize_t len;
  while ((len = getline(&line, &room, stdin)) > 0) {
    if (line[len - 1] == '\n') line[--len] = 0;
    const char *name;
    if (*line == '#' || !*line) continue;
    if (strncmp(line, "set=", 4) == 0) {
      const char *text = pair(line, "text", 0, &n);
      char *copy = dup_n(text, n);
      size_t size = plain(copy, n);
      name = pair(line, "set", 0, &n);
      add(&pieces, name, n, copy, size);
    } else if (strncmp(line, "check=", 6) == 0) {
      name = pair(line, "check", 0, &n);
      add(&checks, name, n, dup_n(line, (size_t)len), (size_t)len);
    } else {
      name = pair(line, "id", 0, &n);
      printf("%.*s ", (int)n, name);
      judge(line);
    }
  }
  free(line);
  forget(pieces);
  forget(checks);
  return 0;
}
