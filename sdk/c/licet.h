/* Verifies Licet license files, offline. Needs C11 and OpenSSL 3 (libcrypto).
 *
 *     licet_verifier *v = licet_new(pins, pins_size, NULL);
 *     licet_licenses *l = licet_check(v, file, file_size, &(licet_here){.product = "cad"}, NULL);
 *     if (licet_has(l, "export.step")) …
 *
 * pins is the JSON that the publisher's `licet key pins` exports, embedded in the
 * program; file is the bytes of the license file. Nothing here reads a clock, a file
 * or the network, but for the time where the caller gives none. What is accepted and
 * why something is refused is docs/reference/verifier.md, to the letter; the vectors
 * in wire/testdata/files.txt hold this file to it.
 *
 * Functions take NULL where an object stands and then answer as for an empty one. A
 * verifier must not be used by two threads at once; what licet_check returned may. */
#ifndef LICET_H
#define LICET_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct licet_verifier licet_verifier;
typedef struct licet_licenses licet_licenses;
typedef struct licet_license licet_license;

/* What licenses are held against. */
typedef struct {
  int64_t now;               /* trusted Unix time; 0: the machine's clock, unless no_clock is set */
  const char *product;       /* product code of the program; NULL or "": any */
  int64_t released;          /* release time of the program; 0: do not look at maintenance */
  const char *container;     /* key hash of this machine's container; NULL or "": none */
  const uint8_t (*components)[16]; /* this machine's components (licet_component) */
  size_t n_components;
  int no_clock;              /* 1: now is meant, also when it is 0 */
} licet_here;

/* Starts from the pins. NULL: they are refused, and *why says with which code. */
licet_verifier *licet_new(const void *pins, size_t size, const char **why);
void licet_free(licet_verifier *);

/* Takes over what the roots say in a file, and its block lists, without judging the
 * licenses. Returns NULL, or why the file is refused. */
const char *licet_learn(licet_verifier *, const void *file, size_t size);

/* Learns from a file and judges its licenses, in their order. NULL: the file is
 * damaged, and *why says with which code. */
licet_licenses *licet_check(licet_verifier *, const void *file, size_t size, const licet_here *, const char **why);
void licet_licenses_free(licet_licenses *);

/* Over all licenses with which the program runs: whether one has a feature; the
 * greatest limit of a name (0: none sets it, *value stays). */
int licet_has(const licet_licenses *, const char *feature);
int licet_limit(const licet_licenses *, const char *name, int64_t *value);

/* Each license. */
size_t licet_count(const licet_licenses *);
const licet_license *licet_at(const licet_licenses *, size_t);
const char *licet_code(const licet_license *);    /* "ok", or why it is none for this program here */
const char *licet_state(const licet_license *);   /* valid, grace, not_yet, expired, unmaintained; "" if not ok */
const char *licet_enforce(const licet_license *); /* enforce, warn, log */
int64_t licet_until(const licet_license *);       /* second at which the state changes or has changed; 0: never */
int licet_runs(const licet_license *);            /* whether the program should go on */
int licet_license_has(const licet_license *, const char *feature);
const char *licet_feature(const licet_license *, size_t);             /* the names of its features; NULL after the last */
int licet_license_limit(const licet_license *, const char *name, int64_t *value);
const char *licet_text(const licet_license *, const char *claim);     /* "lid", "prd" …; "" where there is none */
int64_t licet_number(const licet_license *, const char *claim);       /* "gen", "exp" …; 0 where there is none */

/* The 16 bytes that stand for a component of a machine. */
void licet_component(const licet_verifier *, const char *name, const char *value, uint8_t out[16]);

#ifdef __cplusplus
}
#endif
#endif
