/* What the test of the library runs: program PINS-FILE FOLDER SERVER CODE. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "liblicet.h"

static void show(const char *what, int outcome, char *answer) {
  printf("%s %d %s\n", what, outcome, answer ? answer : "-");
  liblicet_free(answer);
}

int main(int argc, char **argv) {
  static char pins[65536], lid[64];
  char *answer = NULL;
  int64_t value = 0;
  FILE *f = argc == 5 ? fopen(argv[1], "rb") : NULL;
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
