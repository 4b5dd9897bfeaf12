package catalog

import (
	"context"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/day"
	"github.com/licet/licet/internal/db"
)

// SetPrice writes what one unit of an article or configuration costs from a day
// on. A price of the same number, class, currency and day is replaced; setting
// the same amount again writes nothing. An Idempotency-Key makes it repeatable.
// Errors: ErrNotFound for the number; ErrChoice, ErrCurrency, ErrAmount,
// ErrFreeAmount, ErrPriceDay.
func (s *Service) SetPrice(ctx context.Context, by actor.Actor, v Price) (Price, error) {
	var out Price
	err := s.write(ctx, by, func(tx *db.Tx) error {
		if bad := v.check(); len(bad) > 0 {
			return bad.join()
		}
		var err error
		out, err = actor.OnceSame(tx, by, func() (Price, error) { return putPrice(tx, by, v) })
		return err
	})
	if err != nil {
		return Price{}, err
	}
	return out, nil
}

func putPrice(tx *db.Tx, by actor.Actor, v Price) (Price, error) {
	if _, err := lock(tx, by.Publisher); err != nil {
		return v, err
	}
	i, err := itemByNumber(tx, by.Publisher, v.Number)
	if err != nil {
		return v, err
	}
	v.Number, v.ID = i.number, db.NewID[Price](tx)
	old, err := priceOf(tx, by.Publisher, i.id, v.Class, v.Currency, v.From)
	if err != nil && !absent(err) {
		return v, err
	}
	if err == nil && old.From == v.From {
		if v.ID = old.ID; old.Minor == v.Minor {
			return v, nil
		}
	}
	if err := setPrice(tx, by.Publisher, i, v); err != nil {
		return v, err
	}
	return v, actor.Record(tx, by, v.line("set"))
}

// WithdrawPrice takes a price away, so that the one before it holds again. What
// was ordered keeps its amount. A price that is not there is ErrNotFound; the
// amount of v does not matter. An Idempotency-Key makes it repeatable.
func (s *Service) WithdrawPrice(ctx context.Context, by actor.Actor, v Price) error {
	return s.write(ctx, by, func(tx *db.Tx) error {
		_, err := actor.OnceSame(tx, by, func() (struct{}, error) { return struct{}{}, dropPrice(tx, by, v) })
		return err
	})
}

func dropPrice(tx *db.Tx, by actor.Actor, v Price) error {
	if _, err := lock(tx, by.Publisher); err != nil {
		return err
	}
	i, err := itemByNumber(tx, by.Publisher, v.Number)
	if err != nil {
		return err
	}
	old, err := priceOf(tx, by.Publisher, i.id, v.Class, v.Currency, v.From)
	if err != nil && !absent(err) {
		return err
	}
	if absent(err) || old.From != v.From {
		return ErrNotFound.With("object", "price", "key", clip(v.label()))
	}
	if _, err := deletePrice(tx, by.Publisher, i, old); err != nil {
		return err
	}
	return actor.Record(tx, by, old.line("withdrawn"))
}

// maxPrices bounds the price history that ListPrices returns.
const maxPrices = 5000

// ListPrices returns the prices of one article or configuration by class,
// currency and day, at most 5,000.
func (s *Service) ListPrices(ctx context.Context, by actor.Actor, number string) ([]Price, error) {
	out := []Price{}
	err := s.read(ctx, by, func(r *db.Reader) error {
		i, err := itemByNumber(r, by.Publisher, number)
		if err != nil {
			return err
		}
		found, err := db.List(r, scanPrice, qPricesOf, by.Publisher, i.id, maxPrices)
		out = append(out, found...)
		return err
	})
	return out, err
}

// PriceOn is PriceAt as a door.
func (s *Service) PriceOn(ctx context.Context, by actor.Actor, number string, class PriceClass, currency string, on day.Day) (Price, error) {
	var out Price
	err := s.read(ctx, by, func(r *db.Reader) error {
		var err error
		out, err = PriceAt(r, by.Publisher, number, class, currency, on)
		return err
	})
	return out, err
}

// line is the journal line of a price.
func (p Price) line(event string) actor.Entry {
	return actor.Entry{Entity: "price", ID: p.ID, Event: "price." + event, Data: map[string]any{
		"key": p.Number, "class": p.Class, "currency": p.Currency, "minor": p.Minor, "valid_from": p.From,
	}}
}
