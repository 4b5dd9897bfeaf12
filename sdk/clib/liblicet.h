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
 * "Returned": […], "List": number of a newer block list that was installed, …}. */
int liblicet_activate(uint64_t container, const char *code, char **answer); /* a ticket or license key */
int liblicet_refresh(uint64_t container, char **answer);                    /* what waits at the server */
int liblicet_restore(uint64_t container, const char *code, const char *lost_license, char **answer);
int liblicet_return(uint64_t container, const char *license, char **answer);

/* Borrows a place of a floating license for use without a network, until a time in Unix
 * seconds (0: as late as the publisher allows); license: NULL unless the code holds
 * several. Code NULL: keeps a borrowed license longer. At its end it is over without a
 * message; liblicet_return gives it back before. */
int liblicet_borrow(uint64_t container, const char *code, const char *license, int64_t until, char **answer);

/* Units of a usage-counted license: draws quantity of them here in all (activating again
 * with more tops up), and consumes them, with or without a network. unit: NULL where only
 * one kind is counted. All are consumed or none, and they stay consumed whatever happens
 * to the program; done, the answer is {"left": …}. "client.no_units": fewer are left. */
int liblicet_draw(uint64_t container, const char *code, int64_t quantity, char **answer);
int liblicet_consume(uint64_t container, const char *unit, int64_t units, char **answer);

/* Without a network: a request file for the depot, {"file": "…"} (code NULL: a refresh),
 * and the installation of what the depot answers, or of any license file. */
int liblicet_request_file(uint64_t container, const char *code, char **answer);
int liblicet_install(uint64_t container, const void *file, size_t size, char **answer);

/* With neither network nor files: {"groups": […]} to be typed at the depot beside the
 * code, and the groups of its answer, separated by spaces or newlines. key: NULL, unless
 * "client.typed_key" has asked for the one that the depot shows below the answer. */
int liblicet_typed_request(uint64_t container, char **answer);
int liblicet_typed_install(uint64_t container, const char *typed, const char *key, char **answer);

/* What the program may do, offline: 1 or 0. */
int liblicet_has(uint64_t container, const char *feature);
int liblicet_limit(uint64_t container, const char *limit, int64_t *value); /* 0: none sets it */

/* Every license as [{"id", "generation", "product", "article", "state", "runs", "until",
 * "features", "limits", "code", "text"}]; beside them "lent" of a borrowed one, and "unit",
 * "drawn" and "spent" of a usage-counted one. */
int liblicet_licenses(uint64_t container, char **answer);

/* Takes a place of a floating license while the program runs. The library renews it in
 * the background, and ends no program. code: a ticket or key, or NULL with the id of a
 * license that was leased here before. person: who uses it, where persons are counted;
 * only a hash leaves the machine. label: for which places may be kept. quantity: 0 is one.
 * wait: how many seconds to wait in the queue while every place is taken, 0 for not at
 * all. Returns the lease, and its answer is {"id", "license", "quantity", "left" in
 * seconds}; 0 for a problem ("license.no_seat", "license.queued": waited in vain, …). */
uint64_t liblicet_lease(uint64_t container, const char *code, const char *license, const char *person, const char *label,
                        int64_t quantity, int64_t wait, char **answer);

/* Whether the program should go on, by measured time and what the license asks, and what
 * it may do then: 1 or 0. */
int liblicet_lease_runs(uint64_t lease);
int liblicet_lease_has(uint64_t lease, const char *feature);
int liblicet_lease_limit(uint64_t lease, const char *limit, int64_t *value);

/* Renews it at once, such as when the machine has slept. "license.lease_gone": it is
 * over, take another one. After any other problem it goes on to its end. */
int liblicet_lease_renew(uint64_t lease, char **answer);

/* Gives it back, and forgets it, whatever the answer: a server that is not reached frees
 * the place by itself. Leases outlive liblicet_close of their container. */
int liblicet_lease_end(uint64_t lease, char **answer);

void liblicet_free(char *);

#ifdef __cplusplus
}
#endif
#endif
