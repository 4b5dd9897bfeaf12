package proof_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
)

// The articles of the demo's catalog that the tests sell.
const (
	articleSeats  = "CAD-PRO-PERP"  // one ticket per line, seats that move
	articleSingle = "CAD-LT-SINGLE" // one ticket per unit
	articleYear   = "CAD-PRO-YEAR"  // ends
	articleFloat  = "CAD-PRO-FLOAT" // leased
	articleUnits  = "LAB-UNITS"     // used up
	articlePool   = "LAB-POOL"      // leased by each run of a program, and lent
	articleRoom   = "LAB-ROOM"      // leased by machines, and lent
)

const source = "erp"

// document is an order as its sender writes it.
type document struct {
	Source   string         `json:"source"`
	Number   string         `json:"number"`
	Revision int64          `json:"revision,omitempty"`
	Mode     string         `json:"mode"`
	Buyer    party          `json:"buyer"`
	Lines    []documentLine `json:"lines"`
}

type party struct {
	Number string `json:"number"`
}

type documentLine struct {
	No       string `json:"no"`
	Article  string `json:"article"`
	Quantity int64  `json:"quantity"`
}

// view is an order as the server shows it.
type view struct {
	ID       string     `json:"id"`
	Number   string     `json:"number"`
	State    string     `json:"state"`
	Outcome  string     `json:"outcome"`
	Buyer    string     `json:"buyer"`
	Quantity int64      `json:"quantity"`
	Issued   int64      `json:"issued"`
	Lines    []viewLine `json:"lines"`
}

type viewLine struct {
	ID       string       `json:"id"`
	No       string       `json:"no"`
	Article  string       `json:"article"`
	Quantity int64        `json:"quantity"`
	Issued   int64        `json:"issued"`
	Tickets  []viewTicket `json:"tickets"`
}

type viewTicket struct {
	ID       string `json:"id"`
	Code     string `json:"code,omitempty"`
	Quantity int64  `json:"quantity"`
	State    string `json:"state"`
}

// whole says what is wrong with an order: one that is half made has lines whose
// tickets do not hold what the line says.
func (v view) whole() error {
	var sum int64
	for _, l := range v.Lines {
		var held int64
		for _, t := range l.Tickets {
			if t.State == "issued" {
				held += t.Quantity
			}
		}
		if l.Issued != l.Quantity || held != l.Quantity {
			return fmt.Errorf("order %s, line %s: %d ordered, %d issued, tickets hold %d", v.Number, l.No, l.Quantity, l.Issued, held)
		}
		sum += l.Quantity
	}
	if v.Quantity != sum || v.Issued != sum {
		return fmt.Errorf("order %s: %d ordered, %d issued, lines say %d", v.Number, v.Quantity, v.Issued, sum)
	}
	return nil
}

// fits says where a whole order is not what a document says.
func (v view) fits(d document) error {
	if err := v.whole(); err != nil {
		return err
	}
	if v.Number != d.Number || len(v.Lines) != len(d.Lines) {
		return fmt.Errorf("order %s has %d lines, sent were %d in %s", v.Number, len(v.Lines), len(d.Lines), d.Number)
	}
	for _, want := range d.Lines {
		i := slices.IndexFunc(v.Lines, func(l viewLine) bool { return l.No == want.No })
		if i < 0 || v.Lines[i].Article != want.Article || v.Lines[i].Quantity != want.Quantity {
			return fmt.Errorf("order %s, line %s: not as it was sent: %+v", v.Number, want.No, v.Lines)
		}
	}
	return nil
}

// tickets are the tickets of an order that still open something, with their
// codes, by id.
func (v view) tickets() map[string]string {
	out := map[string]string{}
	for _, l := range v.Lines {
		for _, t := range l.Tickets {
			if t.State == "issued" {
				out[t.ID] = t.Code
			}
		}
	}
	return out
}

// orderCall is the request that sends a document.
func orderCall(d document, retry string) call {
	raw, err := json.Marshal(d)
	if err != nil {
		panic(err) // plain fields
	}
	return call{method: http.MethodPost, path: "/orders", body: raw, kind: "application/json", retry: retry}
}

// order sends a document until it is answered.
func (n *node) order(d document, retry string) (view, answer, error) {
	a, err := n.send(orderCall(d, retry))
	if err != nil || !a.ok() {
		return view{}, a, err
	}
	var out struct{ Orders []view }
	if err := json.Unmarshal(a.body, &out); err != nil {
		return view{}, a, err
	}
	if len(out.Orders) != 1 {
		return view{}, a, fmt.Errorf("%d orders in the answer to one", len(out.Orders))
	}
	return out.Orders[0], a, nil
}

// byNumber reads an order; ok is false when there is none.
func (n *node) byNumber(number string) (v view, ok bool, err error) {
	ok, err = n.get("/orders/by-number/"+source+"/"+url.PathEscape(number), &v)
	return v, ok, err
}

// licenseView is a license as staff see it.
type licenseView struct {
	ID       string `json:"id"`
	State    string `json:"state"`
	Quantity int64  `json:"quantity"`
	Limit    int64  `json:"limit"`
	Used     int64  `json:"used"`
	LastDay  string `json:"last_day"`
}

type activationView struct {
	ID        string `json:"id"`
	License   string `json:"license"`
	Container string `json:"container"`
	Gen       int64  `json:"generation"`
	Quantity  int64  `json:"quantity"`
	State     string `json:"state"`
}

func (a activationView) live() bool {
	switch a.State {
	case "requested", "delivered", "confirmed", "return_requested", "recall_pending", "lent":
		return true
	}
	return false
}

// licensesOf reads the licenses of a ticket.
func (n *node) licensesOf(ticket string) ([]licenseView, error) {
	var t struct{ Licenses []licenseView }
	ok, err := n.get("/tickets/"+ticket, &t)
	if err == nil && !ok {
		err = fmt.Errorf("ticket %s is gone", ticket)
	}
	return t.Licenses, err
}

// activationsOf reads all activations of a license, newest first.
func (n *node) activationsOf(license string) ([]activationView, error) {
	var all []activationView
	after := ""
	for {
		var page struct {
			Items []activationView
			Next  string
		}
		ok, err := n.get("/licenses/"+license+"/activations?limit=500&after="+url.QueryEscape(after), &page)
		if err != nil || !ok {
			return all, err
		}
		all = append(all, page.Items...)
		if after = page.Next; after == "" {
			return all, nil
		}
	}
}

// openCase is the id of the open case of a container.
func (n *node) openCase(container string) (string, error) {
	var page struct{ Items []struct{ ID string } }
	ok, err := n.get("/cases?state=open&container="+url.QueryEscape(container), &page)
	if err == nil && (!ok || len(page.Items) != 1) {
		err = fmt.Errorf("%d open cases of container %s", len(page.Items), container)
	}
	if err != nil {
		return "", err
	}
	return page.Items[0].ID, nil
}
