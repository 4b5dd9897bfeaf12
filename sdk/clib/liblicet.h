/* The Go client of Licet for every language that can call C.
 *
 *     char *problem;
 *     uint64_t c = liblicet_open(pins, "cad", "14.2", 0, NULL, NULL, "en", &problem);
 *     liblicet_activate(c, "7H2KM-…", NULL);
 *     if (liblicet_has(c, "export.step")) …
 *
 * Texts are UTF-8 and end with NUL; NULL stands for an empty one. What a function hands
 * out through a char ** is JSON that the caller frees with liblicet_free; NULL there
 * means that nobody wants it. Functions may be called by several threads. A program must
 * not fork and go on without exec once the library is loaded. */
#ifndef LIBLICET_H
#define LIBLICET_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Opens the container of a publisher on this machine. pins is the JSON that `licet key
 * pins` exports. folder: of the container; NULL: one of the user's. server: NULL: the one
 * in the pins. language of the sentences: "en" or "de". released: release time of the
 * program in Unix seconds, 0 for none. Returns 0 if it cannot, and says why. */
uint64_t liblicet_open(const char *pins, const char *product, const char *version, int64_t released, const char *folder,
                       const char *server, const char *language, char **problem);
void liblicet_close(uint64_t container);

/* Each returns 0 when it is done, and 1 for a problem: {"code": …, "text": …}. Codes are
 * stable: the server's ("license.no_seat"), "client.offline", after which the message
 * waits and any later call sends it first, "wire.signature", "handle", "internal". Done,
 * the answer says what was installed: {"Licenses": […], "Removed": […], "Blocked": […],
 * "Returned": […], …}. */
int liblicet_activate(uint64_t container, const char *code, char **answer); /* a ticket or license key */
int liblicet_refresh(uint64_t container, char **answer);                    /* what waits at the server */
int liblicet_restore(uint64_t container, const char *code, const char *lost_license, char **answer);
int liblicet_return(uint64_t container, const char *license, char **answer);

/* Without a network: a request file for the depot, {"file": "…"} (code NULL: a refresh),
 * and the installation of what the depot answers, or of any license file. */
int liblicet_request_file(uint64_t container, const char *code, char **answer);
int liblicet_install(uint64_t container, const void *file, size_t size, char **answer);

/* What the program may do, offline: 1 or 0. */
int liblicet_has(uint64_t container, const char *feature);
int liblicet_limit(uint64_t container, const char *limit, int64_t *value); /* 0: none sets it */

/* Every license as [{"id", "generation", "product", "article", "state", "runs", "until",
 * "features", "limits", "code", "text"}]. */
int liblicet_licenses(uint64_t container, char **answer);

void liblicet_free(char *);

#ifdef __cplusplus
}
#endif
#endif
