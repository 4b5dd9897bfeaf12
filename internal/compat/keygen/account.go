package keygen

import (
	"net/http"
	"strings"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/license"
	"github.com/licet/licet/internal/sign"
)

// account is whom an address names.
type account struct {
	publisher actor.PublisherID
	slug      string
	product   string // of the program, by its address; "" = the address does not say
	key       sign.KeygenKey
}

// keyMark stands in an address between the publisher and the key that signs: a
// program ships both together, so a successor of the key does not break it.
const keyMark = "~"

// Address returns where the programs of a product ask that ship a key. base is the
// server's public address.
func Address(base, slug, kid, product string) string {
	return strings.TrimSuffix(base, "/") + "/keygen/" + slug + keyMark + kid + "/" + product
}

// account finds out whom the address names. Errors: those of Options.Publisher and
// Options.Key: whoever has no such key is not there.
func (a *API) account(r *http.Request) (account, error) {
	slug, kid, _ := strings.Cut(r.PathValue("account"), keyMark)
	p, err := a.Publisher(r.Context(), slug)
	if err != nil {
		return account{}, err
	}
	key, err := a.Key(r.Context(), p, kid)
	return account{publisher: p, slug: slug, product: r.PathValue("product"), key: key}, err
}

// call is one request of a program.
type call struct {
	*http.Request
	account
	by  actor.Actor
	raw []byte // the body
}

// bearer reads the license key that the program shows. Programs that show something
// else, or nothing, are refused.
func (c *call) bearer() (string, error) {
	scheme, key, _ := strings.Cut(c.Header.Get("Authorization"), " ")
	switch key = strings.TrimSpace(key); {
	case strings.EqualFold(scheme, "License") && key != "":
		return key, nil
	case scheme == "":
		return "", ErrKeyMissing
	}
	return "", ErrScheme
}

// holding is what the program shows, and the license that the path names.
func (c *call) holding() (license.Holding, error) {
	key, err := c.bearer()
	out := license.Holding{Key: key, Product: c.product}
	if err != nil {
		return out, err
	}
	if id := c.PathValue("license"); id != "" {
		err = named(&out, id)
	}
	return out, err
}

// named sets the license that a program names. What is no id names none.
func named(h *license.Holding, id string) error {
	if h.License.UnmarshalText([]byte(id)) != nil || h.License.IsZero() {
		return license.ErrNotWanted.With("value", id)
	}
	return nil
}
