package catalog

import (
	"strings"

	"github.com/licet/licet/internal/day"
	"github.com/licet/licet/internal/text"
)

// PriceClass is for whom a price is.
type PriceClass string

// The price classes.
const (
	ClassList     PriceClass = "list"
	ClassReseller PriceClass = "reseller"
	ClassAcademic PriceClass = "academic"
	ClassFree     PriceClass = "free" // always 0
)

// PriceClasses returns every price class in a fixed order.
func PriceClasses() []PriceClass {
	return []PriceClass{ClassList, ClassReseller, ClassAcademic, ClassFree}
}

// maxAmount leaves room to sum a million lines of a million units in an int64.
const maxAmount = 1_000_000_000_000

// Price is what one unit of an article or configuration costs from a day on,
// until the next price of the same class and currency begins.
type Price struct {
	ID       PriceID    `json:"id,omitzero" yaml:"-"`
	Number   string     `json:"number"` // of the article or configuration
	Class    PriceClass `json:"class"`
	Currency string     `json:"currency"`   // ISO 4217
	Minor    int64      `json:"minor"`      // minor units of the currency: 129000 is EUR 1,290.00
	From     day.Day    `json:"valid_from"` // first day, in the publisher's time zone
}

// Amount returns the price as money for a text.
func (p Price) Amount() text.Amount { return text.Amount{Minor: p.Minor, Currency: p.Currency} }

func (p Price) check() (bad refusals) {
	bad.choice("/class", string(p.Class), words(PriceClasses())...)
	if !strings.Contains(currencies, " "+p.Currency+" ") || len(p.Currency) != 3 {
		bad.add("/currency", ErrCurrency.With("value", clip(p.Currency)))
	}
	switch {
	case p.Minor < 0 || p.Minor > maxAmount:
		bad.add("/minor", ErrAmount.With("value", p.Minor))
	case p.Class == ClassFree && p.Minor != 0:
		bad.add("/minor", ErrFreeAmount.With("value", p.Amount()))
	}
	if p.From.IsZero() {
		bad.add("/valid_from", ErrPriceDay)
	}
	return bad
}

// priceKey is what makes two prices the same row.
type priceKey struct {
	number, currency string
	class            PriceClass
	from             day.Day
}

func (p Price) key() priceKey {
	return priceKey{FoldNumber(p.Number), p.Currency, p.Class, p.From}
}

// label names a price in a plan and in refusals.
func (p Price) label() string {
	return p.Number + " " + string(p.Class) + " " + p.Currency + " " + p.From.String()
}

func (p Price) fields() []field { return fieldsOf("minor", p.Amount()) }

// currencies are the active codes of ISO 4217 in which something can be sold.
const currencies = " AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN" +
	" BZD CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF" +
	" GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR" +
	" LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK" +
	" PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT" +
	" TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG "
