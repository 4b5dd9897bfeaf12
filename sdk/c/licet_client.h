/* Keeps the licenses of a machine: activates, refreshes and returns them over HTTPS.
 * Needs POSIX and OpenSSL 3 (libssl, libcrypto). Compile licet_client.c alone: it
 * includes licet.c.
 *
 *     licet_client *c = licet_client_open(&(licet_client_options){.pins = pins, .pins_size = n, .folder = "/var/lib/acme"}, NULL);
 *     licet_activate(c, "7H2KM-…");
 *     if (licet_has(licet_client_licenses(c), "export.step")) …
 *
 * The folder holds one file with the container's private key, its licenses and the
 * messages that wait for an answer. It is written before anything is sent and after
 * anything is learned, so that a crash or a lost answer repeats the same bytes: the
 * server then takes no second seat. A license that is given back is gone from the disk
 * before the message that says so is signed. LICET_OFFLINE loses nothing: the next call
 * of any kind sends what waits first.
 *
 * One process at a time works on a folder; others wait. What a small client leaves out,
 * the Go client has: requests as files, sealed parts, restore, pairing codes, a clock
 * that is put right. */
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

#ifdef __cplusplus
}
#endif
#endif
