/* What the test of the library runs: program PINS-FILE FOLDER SERVER CODE, and with a
 * fifth word one part of it: lease, borrow, consume, typed, or typed-answer with the
 * answer and the key in the place of code and server. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "liblicet.h"

static void show(const char *what, int outcome, char *answer) {
  printf("%s %d %s\n", what, outcome, answer ? answer : "-");
  liblicet_free(answer);
}

/* The value of a text in an answer. */
static const char *value_of(const char *answer, const char *name) {
  static char out[64];
  char key[64];
  snprintf(key, sizeof key, "\"%s\":\"", name);
  const char *at = answer ? strstr(answer, key) : NULL;
  if (!at) return "";
  at += strlen(key);
  snprintf(out, sizeof out, "%.*s", (int)strcspn(at, "\""), at);
  return out;
}

static void lease(uint64_t c, const char *code) {
  char *answer = NULL, license[64];
  int64_t value = 0;
  uint64_t l = liblicet_lease(c, code, NULL, NULL, "cad-room", 0, 0, &answer);
  snprintf(license, sizeof license, "%s", value_of(answer, "license"));
  show("lease", l == 0, answer);
  int limited = liblicet_lease_limit(l, "parts", &value);
  printf("may %d%d%d limit %d %" PRId64 "\n", liblicet_lease_runs(l), liblicet_lease_has(l, "draw"), liblicet_lease_has(l, "fly"), limited, value);
  uint64_t second = liblicet_lease(c, code, NULL, NULL, NULL, 0, 0, &answer);
  show("second", second == 0, answer);
  int outcome = liblicet_lease_renew(l, &answer);
  show("renew", outcome, answer);
  outcome = liblicet_lease_end(l, &answer);
  show("end", outcome, answer);
  printf("over %d%d%d\n", liblicet_lease_runs(l), liblicet_lease_has(l, "draw"), liblicet_lease_limit(l, "parts", &value));
  outcome = liblicet_lease_end(l, &answer);
  show("ended", outcome, answer);
  l = liblicet_lease(c, NULL, license, "anna", NULL, 1, 5, &answer);
  show("again", l == 0, answer);
  liblicet_lease_end(l, NULL);
  l = liblicet_lease(c, NULL, NULL, NULL, NULL, 0, 0, &answer);
  show("nothing", l == 0, answer);
}

static void borrow(uint64_t c, const char *code, int64_t until) {
  char *answer = NULL, license[64];
  int outcome = liblicet_borrow(c, code, NULL, until, NULL);
  show("borrow", outcome, NULL);
  outcome = liblicet_licenses(c, &answer);
  snprintf(license, sizeof license, "%s", value_of(answer, "id"));
  printf("lent %d %d\n", outcome, answer && strstr(answer, "\"lent\":true") != NULL);
  liblicet_free(answer);
  outcome = liblicet_borrow(c, NULL, license, until + 86400, NULL);
  show("longer", outcome, NULL);
  outcome = liblicet_return(c, license, NULL);
  show("early", outcome, NULL);
}

static void consume(uint64_t c, const char *code) {
  char *answer = NULL;
  int outcome = liblicet_consume(c, NULL, 1, &answer);
  show("none", outcome, answer);
  outcome = liblicet_draw(c, code, 2, NULL);
  show("draw", outcome, NULL);
  outcome = liblicet_consume(c, "solves", 15, &answer);
  show("consume", outcome, answer);
  outcome = liblicet_consume(c, NULL, 6, &answer);
  show("too many", outcome, answer);
  outcome = liblicet_licenses(c, &answer);
  printf("units %d %d\n", outcome, answer && strstr(answer, "\"unit\":\"solves\",\"drawn\":20,\"spent\":15") != NULL);
  liblicet_free(answer);
}

static void part(const char *what, uint64_t c, char **argv) {
  char *answer = NULL;
  if (!strcmp(what, "lease")) lease(c, argv[4]);
  if (!strcmp(what, "borrow")) borrow(c, argv[4], strtoll(argv[6], NULL, 10));
  if (!strcmp(what, "consume")) consume(c, argv[4]);
  if (!strcmp(what, "typed")) {
    int outcome = liblicet_typed_request(c, &answer);
    show("typed", outcome, answer);
  }
  if (!strcmp(what, "typed-answer")) {
    int outcome = liblicet_typed_install(c, argv[4], NULL, &answer);
    show("no key", outcome, answer);
    outcome = liblicet_typed_install(c, argv[4], argv[6], NULL);
    printf("installed %d %d\n", outcome, liblicet_has(c, "draw"));
  }
}

int main(int argc, char **argv) {
  static char pins[65536], lid[64];
  char *answer = NULL;
  int64_t value = 0;
  FILE *f = argc >= 5 ? fopen(argv[1], "rb") : NULL;
  if (!f) return 2;
  pins[fread(pins, 1, sizeof pins - 1, f)] = 0;
  fclose(f);
  uint64_t none = liblicet_open("{}", NULL, NULL, 0, argv[2], NULL, "de", &answer);
  show("bad pins", none == 0, answer);
  uint64_t c = liblicet_open(pins, "cad", "1.0", 0, argv[2], argv[3], "en", &answer);
  if (!c) {
    show("open", 1, answer);
    return 1;
  }
  if (argc > 5) {
    part(argv[5], c, argv);
    liblicet_close(c);
    return 0;
  }
  int outcome = liblicet_activate(c, "7H2KM", &answer);
  show("typo", outcome, answer);
  outcome = liblicet_activate(c, argv[4], NULL);
  show("activate", outcome, NULL);
  int limited = liblicet_limit(c, "parts", &value);
  printf("has %d%d limit %d %" PRId64 "\n", liblicet_has(c, "draw"), liblicet_has(c, "fly"), limited, value);
  outcome = liblicet_licenses(c, &answer);
  const char *id = answer ? strstr(answer, "\"id\":\"") : NULL;
  if (id) snprintf(lid, sizeof lid, "%.*s", (int)strcspn(id + 6, "\""), id + 6);
  printf("licenses %d %d\n", outcome, answer && strstr(answer, "\"state\":\"valid\"") != NULL);
  liblicet_free(answer);
  outcome = liblicet_install(c, "x\n", 2, &answer);
  show("install", outcome, answer);
  outcome = liblicet_return(c, lid, NULL);
  show("return", outcome, NULL);
  outcome = liblicet_return(c, lid, &answer);
  printf("again %d\n", outcome);
  liblicet_free(answer);
  liblicet_close(c);
  outcome = liblicet_refresh(c, &answer);
  show("closed", outcome, answer);
  return 0;
}
