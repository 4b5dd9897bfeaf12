/* A client for the tests: client PINS FOLDER SERVER CA NAME VERB [ARGUMENT]. NAME is
 * what the machine is known by. It prints each license and how the verb went. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "licet_client.h"

static char *joined(const char *a, const char *b) {
  char *out = malloc(strlen(a) + strlen(b) + 1);
  if (!out) abort();
  return strcat(strcpy(out, a), b);
}

int main(int argc, char **argv) {
  static char pins[65536];
  FILE *f = argc > 6 ? fopen(argv[1], "rb") : NULL;
  if (!f) return 2;
  size_t n = fread(pins, 1, sizeof pins, f);
  fclose(f);
  char *id = joined(argv[5], "-id"), *disk = joined(argv[5], "-disk"), *board = joined(argv[5], "-board");
  const char *components[] = {"machine-id", id, "disk-serial", disk, "dmi-uuid", board}, *why, *verb = argv[6], *arg = argc > 7 ? argv[7] : "";
  licet_client *c = licet_client_open(&(licet_client_options){.pins = pins, .pins_size = n, .folder = argv[2], .server = argv[3], .ca_file = argv[4],
                                                              .version = "1.0", .components = components, .n_components = 3}, &why);
  if (!c) {
    fprintf(stderr, "%s\n", why);
    return 1;
  }
  licet_outcome o = LICET_DONE;
  if (strcmp(verb, "activate") == 0) o = licet_activate(c, arg);
  if (strcmp(verb, "refresh") == 0) o = licet_refresh(c);
  if (strcmp(verb, "return") == 0) o = licet_return(c, arg);
  char *said = joined(licet_client_why(c), "");
  const licet_licenses *all = licet_client_licenses(c);
  for (size_t i = 0; i < licet_count(all); i++) {
    const licet_license *l = licet_at(all, i);
    if (strcmp(licet_code(l), "ok") != 0) {
      printf("license %s\n", licet_code(l));
      continue;
    }
    printf("license %s %" PRId64 " %s ", licet_text(l, "lid"), licet_number(l, "gen"), licet_state(l));
    for (size_t k = 0; licet_feature(l, k); k++) printf("%s%s", k ? "," : "", licet_feature(l, k));
    puts("");
  }
  static const char *const outcomes[] = {"done", "offline", "refused", "not believed", "failed"};
  printf("%s%s%s\n", outcomes[o], o > LICET_OFFLINE ? " " : "", o > LICET_OFFLINE ? said : "");
  licet_client_close(c);
  free(said), free(id), free(disk), free(board);
  return 0;
}
