package trial

import (
	"strings"
	"time"
	"unicode"

	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/day"
	"github.com/licet/licet/internal/text"
	"github.com/licet/licet/wire"
)

// RequestLife is how long a wish can be confirmed.
const RequestLife = 24 * time.Hour

// redeemDays is how long a ticket for trying waits for its first activation.
const redeemDays = 30

// codePrefix begins confirmation codes, so that nobody takes them for a ticket or
// for the key of a license.
const codePrefix = "TRY"

// Offer is something that a visitor may try.
type Offer struct {
	Number  string // of the article
	Name    catalog.Names
	Product string
	Months  int64 // how long it lasts: months and then days, from the first activation
	Days    int64
	Keep    int64 // for how many days it is known that an address has taken it
}

func offerOf(o catalog.Offered) Offer {
	return Offer{Number: o.Number, Name: o.Name, Product: o.Product, Months: o.Lasts.Months, Days: o.Lasts.Days, Keep: o.Offer.Keep()}
}

// Wish is what a visitor sends.
type Wish struct {
	Article string // number
	Email   string
	Lang    text.Lang // of the mail
}

// Taken is what a visitor has who has confirmed.
type Taken struct {
	Offer

	Code  string // of the ticket, as printed; "" = it was shown before and is not kept
	Again bool   // the address has taken the trial before; this is the same ticket
}

// readCode reads a typed or pasted confirmation code.
func readCode(typed string) (wire.Key, error) {
	k, err := wire.ParseKey(typed)
	if err != nil || k.Prefix() != codePrefix {
		return wire.Key{}, ErrUnknown.Wrap(err)
	}
	return k, nil
}

// lastDay is the last day of use of a trial that is taken today: redeemDays for the
// first activation, and then as long as it lasts.
func lastDay(today day.Day, lasts catalog.Duration) day.Day {
	return today.AddDays(redeemDays).AddMonths(int(lasts.Months)).AddDays(int(lasts.Days))
}

// words is the mail: subject and text. The code is behind the #, which browsers
// send to nobody.
func words(l text.Lang, publisher, depot string, o Offer, code string) (subject, body string) {
	name := oneLine(o.Name.In(l))
	return text.T(l, "trial.mail.subject", "name", name), text.T(
		l, "trial.mail.text", "name", name, "publisher", publisher, "code", code,
		"link", strings.TrimSuffix(depot, "/")+"/trial/confirm#"+code, "page", strings.TrimSuffix(depot, "/")+"/trial/confirm",
		"hours", int64(RequestLife/time.Hour),
	) + "\n"
}

// oneLine is a name as a header of a mail takes it.
func oneLine(name string) string {
	return strings.Join(strings.FieldsFunc(name, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }), " ")
}
