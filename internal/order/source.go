package order

import "time"

// Source is a shop that sends its orders by hook and signs them with a secret.
type Source struct {
	ID        SourceID    `json:"id"`
	Name      string      `json:"name"` // the source of its orders
	Kind      SourceKind  `json:"kind"`
	Org       ownerID     `json:"org"`     // below which its customers stand
	Unknown   Unknown     `json:"unknown"` // what happens to articles that the catalog does not have
	State     SourceState `json:"state"`
	CreatedAt time.Time   `json:"created_at"`
	Rev       int64       `json:"rev"`

	sealed []byte
}

// SourceKind says what software sends.
type SourceKind string

// WooSource is a shop that runs WooCommerce.
const WooSource SourceKind = "woocommerce"

// Unknown says what happens to a line whose article the catalog does not have:
// an ERP made a mistake, a shop sells mugs, too.
type Unknown string

// The two answers.
const (
	RefuseUnknown Unknown = "refuse"
	SkipUnknown   Unknown = "skip"
)

// SourceState says whether a source is listened to.
type SourceState string

// The states of a source.
const (
	SourceActive   SourceState = "active"
	SourceDisabled SourceState = "disabled"
)

// Lengths of a secret in bytes.
const (
	minSecret = 16
	maxSecret = 200
)

// secrets are what a source may sign with: the current one, and the one before
// while a shop is being switched over.
type secrets struct {
	Current  string `json:"current"`
	Previous string `json:"previous,omitempty"`
}

// next makes secret the current one.
func (s secrets) next(secret string) secrets { return secrets{Current: secret, Previous: s.Current} }

// each calls try with every secret until one fits.
func (s secrets) each(try func(secret []byte) error) error {
	err := try([]byte(s.Current))
	if err != nil && s.Previous != "" {
		err = try([]byte(s.Previous))
	}
	return err
}

func checkSecret(s string) error {
	if len(s) < minSecret || len(s) > maxSecret {
		return ErrSecret.At("/secret")
	}
	return nil
}

func checkUnknown(u Unknown) error {
	if u != RefuseUnknown && u != SkipUnknown {
		return ErrSourceValue.With("value", string(u), "allowed", "refuse, skip").At("/unknown")
	}
	return nil
}

func checkState(s SourceState) error {
	if s != SourceActive && s != SourceDisabled {
		return ErrSourceValue.With("value", string(s), "allowed", "active, disabled").At("/state")
	}
	return nil
}
