/* Keeps the licenses of a machine: activates, refreshes and returns them over HTTPS,
 * and takes leases of floating ones.
 * Needs POSIX and OpenSSL 3 (libssl, libcrypto). Compile licet_client.c alone: it
 * includes licet.c.
 *
 *     licet_client *c = licet_client_open(&(licet_client_options){.pins = pins, .pins_size = n, .folder = "/var/lib/acme"}, NULL);
 *     licet_activate(c, "7H2KM-…");
 *     if (licet_has(licet_client_licenses(c), "export.step")) …
 *
 *     licet_lease *l;
 *     if (licet_lease_take(c, &(licet_lease_ask){.code = "F3WQN-…"}, &l) == LICET_DONE && licet_lease_has(l, "draw")) …
 *     // now and then: if (licet_lease_wait(l) == 0) licet_lease_renew(l);
 *
 * The folder holds one file with the container's private key, its licenses and the
 * messages that wait for an answer. It is written before anything is sent and after
 * anything is learned, so that a crash or a lost answer repeats the same bytes: the
 * server then takes no second seat. A license that is given back is gone from the disk
 * before the message that says so is signed. LICET_OFFLINE loses nothing: the next
 * activation, refresh or return sends what waits first.
 *
 * One process at a time works on a folder; others wait. What a small client leaves out,
 * the Go client has: requests as files, sealed parts, restore, pairing codes, a clock
 * that is put right, borrowing, waiting for a place in a queue. */
#ifndef LICET_CLIENT_H
#define LICET_CLIENT_H

#include "licet.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct licet_client licet_client;

/* How a call went. licet_client_why says with which code. */
typedef enum {
  LICET_DONE,
  LICET_OFFLINE,      /* the server was not reached, or something else answered */
  LICET_REFUSED,      /* the server says no, or not now: "license.no_seat" */
  LICET_NOT_BELIEVED, /* an answer that does not verify: "signature" */
  LICET_FAILED        /* the folder, the memory, or no such license */
} licet_outcome;

typedef struct {
  const void *pins;
  size_t pins_size;
  const char *folder;            /* of the container; it is made if it is not there */
  const char *product, *version; /* of the program; NULL: any, none */
  int64_t released;              /* release time of the program; 0: do not look at maintenance */
  const char *server;            /* NULL: the one in the pins */
  const char *ca_file;           /* certificates to trust for a server that has its own; NULL: the system's */
  const char *const *components; /* what the machine is known by: name, value, name, value … NULL: /etc/machine-id */
  size_t n_components;           /* pairs, at most 32 */
  void (*moment)(int64_t ms[2]); /* what leases count by: measured time and the clock's, in milliseconds; NULL: the machine's */
} licet_client_options;

/* Strings of the options must live as long as the client. NULL: *why says why. */
licet_client *licet_client_open(const licet_client_options *, const char **why);
void licet_client_close(licet_client *);

licet_outcome licet_activate(licet_client *, const char *code); /* what a ticket or license key holds */
licet_outcome licet_refresh(licet_client *);                    /* what waits at the server */
licet_outcome licet_return(licet_client *, const char *license_id);

/* Every license here with its verdict, without asking anybody; the client's, valid
 * until the next call. NULL: licet_client_why. */
const licet_licenses *licet_client_licenses(licet_client *);
const char *licet_client_why(const licet_client *);
const char *licet_client_says(const licet_client *); /* the server's sentence to LICET_REFUSED, else "" */

/* A use of a floating license. It goes on until it is ended, or for licet_lease_renew_after
 * and some more seconds without a renewal. It counts from before it was asked for, by
 * measured time, and by the clock where that has moved on further: a machine that slept
 * has measured nothing. There is no thread: the program renews when licet_lease_wait says
 * 0. The client must live as long, and one thread at a time works with both. */
typedef struct licet_lease licet_lease;

typedef struct {
  const char *code;    /* ticket or license key */
  const char *license; /* or the id of a license that was leased here before */
  const char *person;  /* who uses it, where the license counts persons; only a hash of it leaves the machine */
  const char *label;   /* for which places may be kept */
  int64_t quantity;    /* 0: one */
} licet_lease_ask;

/* Takes a place. An answer that is lost is asked for once more by the same message,
 * which takes no second place. *out is NULL unless LICET_DONE; licet_lease_free. */
licet_outcome licet_lease_take(licet_client *, const licet_lease_ask *, licet_lease **out);

/* Asks once. Unless LICET_DONE the lease goes on to its end; after LICET_REFUSED with
 * "license.lease_gone" it is over: take a new one. */
licet_outcome licet_lease_renew(licet_lease *);

/* Gives the place back. LICET_OFFLINE: it frees itself when the lease would have ended. */
licet_outcome licet_lease_end(licet_lease *);
void licet_lease_free(licet_lease *); /* without giving it back */

/* Seconds until the next renewal is due, longer and longer while they fail; 0: now;
 * -1: it is over and nothing brings it back. */
int64_t licet_lease_wait(const licet_lease *);

/* Seconds until it ends without a renewal, its grace not counted; not above 0 when it is over. */
int64_t licet_lease_left(const licet_lease *);
const char *licet_lease_state(const licet_lease *); /* valid; grace: its place still waits for a renewal; expired */

/* Whether the program should go on: it is not over, or its license only asks to warn or
 * to log. Never after licet_lease_end. */
int licet_lease_runs(const licet_lease *);
int licet_lease_has(const licet_lease *, const char *feature);
int licet_lease_limit(const licet_lease *, const char *name, int64_t *value);
const char *licet_lease_id(const licet_lease *);
const char *licet_lease_license(const licet_lease *); /* id */
int64_t licet_lease_fence(const licet_lease *);       /* above that of every lease of the license before */
int64_t licet_lease_renew_after(const licet_lease *);
int64_t licet_lease_quantity(const licet_lease *);

/* What was consumed, of the license so far, and what is left. */
typedef struct {
  char unit[65];
  int64_t units, spent, left;
} licet_consumed;

/* Uses up units of a usage-counted license by its key, for which no container is
 * needed. The same nonce (16 random bytes in base64url; NULL: new ones) consumes once,
 * whenever it is sent. */
licet_outcome licet_consume(licet_client *, const char *key, int64_t units, const char *nonce, licet_consumed *out);

#ifdef __cplusplus
}
#endif
#endif
