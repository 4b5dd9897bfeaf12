package org

import (
	"regexp"
	"slices"
	"time"

	"github.com/licet/licet/internal/day"
)

// DataLevel is how much a publisher holds of its customers.
type DataLevel string

// The data levels. Below Contact, customers and units have no name.
const (
	LevelNumber  DataLevel = "number"
	LevelContact DataLevel = "contact"
	LevelAddress DataLevel = "address"
)

// Publisher is a tenant with the settings that everything else computes with.
type Publisher struct {
	ID        PublisherID `json:"id"`
	Slug      string      `json:"slug"` // in addresses; never changes
	Name      string      `json:"name"`
	TimeZone  string      `json:"time_zone"` // IANA; its civil days are the publisher's
	Language  string      `json:"language"`  // "de" or "en"
	Currency  string      `json:"currency"`  // ISO 4217
	DataLevel DataLevel   `json:"data_level"`
	Salt      []byte      `json:"-"` // public; fingerprints are salted with it
	Root      ID          `json:"root"`
	CreatedAt time.Time   `json:"created_at"`
	Rev       int64       `json:"rev"`
}

// Location returns the publisher's time zone; UTC when the system has lost it.
func (p Publisher) Location() *time.Location {
	loc, err := day.Zone(p.TimeZone)
	if err != nil {
		return time.UTC
	}
	return loc
}

// keepsName reports whether the name of an organization of kind k may be held.
func (p Publisher) keepsName(k Kind) bool {
	return p.DataLevel != LevelNumber || k == KindPublisher || k == KindReseller
}

// NewPublisher is the input of CreatePublisher. Empty settings get Europe/Berlin,
// de, EUR and number.
type NewPublisher struct {
	Slug      string    `json:"slug"` // 2 to 40 of a-z, 0-9 and inner dashes
	Name      string    `json:"name"`
	TimeZone  string    `json:"time_zone,omitempty"`
	Language  string    `json:"language,omitempty"`
	Currency  string    `json:"currency,omitempty"`
	DataLevel DataLevel `json:"data_level,omitempty"`
}

var (
	slugForm     = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,38})[a-z0-9]$`)
	currencyForm = regexp.MustCompile(`^[A-Z]{3}$`)
)

// clean fills the defaults and checks every setting.
func (n NewPublisher) clean() (NewPublisher, error) {
	fill(&n.TimeZone, "Europe/Berlin")
	fill(&n.Language, "de")
	fill(&n.Currency, "EUR")
	fill(&n.DataLevel, LevelNumber)
	var err error
	if n.Name, err = cleanName(n.Name, true); err != nil {
		return n, err
	}
	_, zone := day.Zone(n.TimeZone)
	switch {
	case !slugForm.MatchString(n.Slug):
		return n, ErrBadSlug.With("slug", n.Slug).At("slug")
	case zone != nil || n.TimeZone == "Local":
		return n, ErrBadTimeZone.With("time_zone", n.TimeZone).At("time_zone")
	case n.Language != "de" && n.Language != "en":
		return n, ErrBadLanguage.With("language", n.Language).At("language")
	case !currencyForm.MatchString(n.Currency):
		return n, ErrBadCurrency.With("currency", n.Currency).At("currency")
	case !slices.Contains([]DataLevel{LevelNumber, LevelContact, LevelAddress}, n.DataLevel):
		return n, ErrBadDataLevel.With("data_level", string(n.DataLevel)).At("data_level")
	}
	return n, nil
}

func fill[T ~string](s *T, value T) {
	if *s == "" {
		*s = value
	}
}
