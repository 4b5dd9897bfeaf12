package catalog

import (
	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/day"
	"github.com/licet/licet/internal/db"
)

const (
	priceColumns = `r.id, i.number, r.class, r.currency, r.valid_from, r.minor`
	priceFrom    = ` FROM price r JOIN item i ON i.publisher_id = r.publisher_id AND i.id = r.item_id `
)

var (
	qPrices   = db.SQL("catalog.prices", `SELECT `+priceColumns+priceFrom+` WHERE r.publisher_id = ?`)
	qPricesOf = db.SQL("catalog.prices_of", `SELECT `+priceColumns+priceFrom+`
		WHERE r.publisher_id = ? AND r.item_id = ? ORDER BY r.class, r.currency, r.valid_from LIMIT ?`)
	// A configuration without prices of its own in the class and currency has its article's.
	qPriceAt = db.SQL("catalog.price_at", `SELECT `+priceColumns+priceFrom+`
		WHERE r.publisher_id = ? AND r.item_id = ? AND r.class = ? AND r.currency = ? AND r.valid_from <= ?
		ORDER BY r.valid_from DESC LIMIT 1`)
	qPriceSet = db.SQL("catalog.price_set", `INSERT INTO price
		(publisher_id, id, item_id, class, currency, valid_from, minor) VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (publisher_id, item_id, class, currency, valid_from) DO UPDATE SET minor = excluded.minor`)
	qPriceInsert = db.SQL("catalog.price_insert", `INSERT INTO price
		(publisher_id, id, item_id, class, currency, valid_from, minor) VALUES {rows}`)
	qPriceDelete = db.SQL("catalog.price_delete", `DELETE FROM price
		WHERE publisher_id = ? AND item_id = ? AND class = ? AND currency = ? AND valid_from = ?`)
)

func scanPrice(r *db.Rows) (v Price, err error) {
	var from db.Day
	err = r.Scan(&v.ID, &v.Number, &v.Class, &v.Currency, &from, &v.Minor)
	v.From = from.Day
	return v, err
}

// PriceAt returns what one unit of number costs on a day, in a class and a
// currency: the price of the last valid_from on or before the day. For a
// configuration without such a price it is the article's. Errors:
// ErrArticleUnknown, ErrNoPrice. It is a part: it checks no rights.
func PriceAt(q db.Querier, p actor.PublisherID, number string, class PriceClass, currency string, on day.Day) (Price, error) {
	i, err := itemByNumber(q, p, number)
	if err != nil {
		return Price{}, asArticle(err, number)
	}
	v, err := priceOf(q, p, i.id, class, currency, on)
	if absent(err) && i.kind == "configuration" {
		c, err := findConfiguration(q, p, i.id.String())
		if err != nil {
			return Price{}, err
		}
		a, err := itemByNumber(q, p, c.Article)
		if err != nil {
			return Price{}, err
		}
		v, err = priceOf(q, p, a.id, class, currency, on)
		return v, asNoPrice(err, number, class, currency, on)
	}
	return v, asNoPrice(err, number, class, currency, on)
}

func priceOf(q db.Querier, p actor.PublisherID, id ItemID, class PriceClass, currency string, on day.Day) (Price, error) {
	found, err := db.List(q, scanPrice, qPriceAt, p, id, string(class), currency, db.Day{Day: on})
	return one(found, err, "price", currency)
}

func asNoPrice(err error, number string, class PriceClass, currency string, on day.Day) error {
	if absent(err) {
		return ErrNoPrice.With("number", clip(number), "class", string(class), "currency", clip(currency), "day", on)
	}
	return err
}

// asArticle says of a number that an order named that it is unknown.
func asArticle(err error, number string) error {
	if absent(err) {
		return ErrArticleUnknown.With("number", clip(number))
	}
	return err
}

// setPrice writes one price; a price of the same day is replaced.
func setPrice(tx *db.Tx, p actor.PublisherID, i item, v Price) error {
	_, err := tx.Exec(qPriceSet, p, v.ID, i.id, string(v.Class), v.Currency, db.Day{Day: v.From}, v.Minor)
	return err
}

func insertPrices(tx *db.Tx, p actor.PublisherID, prices []Price) error {
	items := map[string]ItemID{}
	rows := make([][]any, len(prices))
	for i, v := range prices {
		id, known := items[FoldNumber(v.Number)]
		if !known {
			of, err := itemByNumber(tx, p, v.Number)
			if err != nil {
				return err
			}
			id = of.id
			items[FoldNumber(v.Number)] = id
		}
		rows[i] = []any{p, v.ID, id, string(v.Class), v.Currency, db.Day{Day: v.From}, v.Minor}
	}
	_, err := tx.ExecMany(qPriceInsert, rows)
	return err
}

// updatePrice changes the amount of a price that is stored.
func updatePrice(tx *db.Tx, p actor.PublisherID, v Price) error {
	i, err := itemByNumber(tx, p, v.Number)
	if err != nil {
		return err
	}
	return setPrice(tx, p, i, v)
}

// deletePrice removes a price and returns how many there were: 0 or 1.
func deletePrice(tx *db.Tx, p actor.PublisherID, i item, v Price) (int64, error) {
	return tx.Exec(qPriceDelete, p, i.id, string(v.Class), v.Currency, db.Day{Day: v.From})
}
