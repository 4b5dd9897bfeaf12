/* A client for the tests: client PINS FOLDER SERVER CA NAME VERB [ARGUMENT]. NAME is
 * what the machine is known by. It prints each license and how the verb went. With the
 * verb lease it does what the lines of its input say and prints a line for each; its
 * clocks stand still until a line moves them. */
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

static const char *const outcomes[] = {"done", "offline", "refused", "not believed", "failed"};

static int64_t now[2] = {100000, 1700000000000};

static void moment(int64_t ms[2]) { memcpy(ms, now, sizeof now); }

static void say(const licet_client *c, licet_outcome o) {
  printf("%s%s%s\n", outcomes[o], o > LICET_OFFLINE ? " " : "", o > LICET_OFFLINE ? licet_client_why(c) : "");
  if (o == LICET_REFUSED && !*licet_client_says(c)) puts("without a sentence");
}

static void look(const licet_lease *l) {
  int64_t parts;
  printf("lease %" PRId64 " %s %" PRId64 " %" PRId64 " %d %d ", licet_lease_fence(l), licet_lease_state(l), licet_lease_left(l),
         licet_lease_renew_after(l), licet_lease_runs(l), licet_lease_has(l, "draw"));
  if (licet_lease_limit(l, "parts", &parts)) printf("%" PRId64 "\n", parts);
  else puts("-");
}

static void consume(licet_client *c, const char *key, const char *units, const char *nonce) {
  licet_consumed got;
  licet_outcome o = licet_consume(c, key, atoll(units), nonce, &got);
  if (o != LICET_DONE) say(c, o);
  else printf("spent %" PRId64 " left %" PRId64 "\n", got.spent, got.left);
}

static licet_outcome take(licet_client *c, const licet_lease_ask *ask, licet_lease **l) {
  licet_lease *fresh;
  licet_outcome o = licet_lease_take(c, ask, &fresh);
  if (o != LICET_DONE) return o;
  licet_lease_free(*l);
  *l = fresh;
  return o;
}

static void leases(licet_client *c) {
  char line[512], verb[16], a[128], b[128], d[128];
  licet_lease *l = NULL;
  while (fgets(line, sizeof line, stdin)) {
    *a = *b = *d = 0;
    if (sscanf(line, "%15s %127s %127s %127s", verb, a, b, d) < 1) break;
    if (strcmp(verb, "take") == 0) say(c, take(c, &(licet_lease_ask){.code = a, .person = b}, &l));
    else if (strcmp(verb, "again") == 0) say(c, take(c, &(licet_lease_ask){.license = licet_lease_license(l)}, &l));
    else if (strcmp(verb, "renew") == 0) say(c, licet_lease_renew(l));
    else if (strcmp(verb, "end") == 0) say(c, licet_lease_end(l));
    else if (strcmp(verb, "look") == 0) look(l);
    else if (strcmp(verb, "wait") == 0) printf("%" PRId64 "\n", licet_lease_wait(l));
    else if (strcmp(verb, "consume") == 0) consume(c, a, b, d);
    else {
      now[0] += atoll(a) * 1000, now[1] += atoll(b) * 1000;
      puts("done");
    }
    fflush(stdout);
  }
  licet_lease_free(l);
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
                                                              .version = "1.0", .components = components, .n_components = 3,
                                                              .moment = strcmp(verb, "lease") == 0 ? moment : NULL}, &why);
  if (!c) {
    fprintf(stderr, "%s\n", why);
    return 1;
  }
  licet_outcome o = LICET_DONE;
  if (strcmp(verb, "lease") == 0) leases(c);
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
  if (strcmp(verb, "lease") != 0) printf("%s%s%s\n", outcomes[o], o > LICET_OFFLINE ? " " : "", o > LICET_OFFLINE ? said : "");
  licet_client_close(c);
  free(said), free(id), free(disk), free(board);
  return 0;
}
