package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/order"
	"github.com/licet/licet/internal/order/format"
	"github.com/licet/licet/internal/route"
)

const (
	tagOrders  = "Orders"
	tagSources = "Shops"
)

// documents are the media types of order documents.
func documents() media {
	return media{
		"application/json": document{}, "application/xml": nil, "text/csv": nil,
	}
}

// document is what our own JSON of an order looks like; the parser is in
// package format, which also takes numbers as texts and texts as numbers.
type document struct {
	Source   string         `json:"source,omitempty" doc:"The sending system; or the query parameter of this name." example:"erp"`
	Number   string         `json:"number" doc:"The sender's number of the order." example:"4711"`
	ID       string         `json:"id,omitempty" doc:"The sender's id of this document."`
	Revision int64          `json:"revision,omitempty" doc:"A lower one than was seen is answered as stale."`
	Mode     format.Mode    `json:"mode,omitempty" doc:"complete: lines that are missing were taken out; lines: only these are meant."`
	Buyer    documentParty  `json:"buyer" doc:"Reseller or customer."`
	Customer *documentParty `json:"customer,omitempty" doc:"The end customer, where it is known."`
	Language string         `json:"language,omitempty" doc:"Of the delivery note: de or en." example:"de"`
	Currency string         `json:"currency,omitempty" example:"EUR"`
	Lines    []documentLine `json:"lines"`
}

type documentParty struct {
	Number string `json:"number,omitempty" doc:"A number that says nothing about a person." example:"R-100"`
	ID     string `json:"id,omitempty" format:"uuid" doc:"The organization's id here, instead of the number."`
}

type documentLine struct {
	No        string         `json:"no" example:"10"`
	Article   string         `json:"article" doc:"Number of an article or configuration." example:"CAD-PRO-PERP"`
	Quantity  int64          `json:"quantity,omitempty" minimum:"1" doc:"Needed unless the line is cancelled." example:"3"`
	Options   map[string]any `json:"options,omitempty" doc:"Values within the frames of the article."`
	Customer  *documentParty `json:"customer,omitempty" doc:"Another end customer than the order's."`
	Cancelled bool           `json:"cancelled,omitempty" doc:"The line was taken out."`
}

// placed is the answer to a file, which may hold more than one order.
type placed struct {
	Orders []order.Result `json:"orders"`
}

type foreseen struct {
	Orders []order.Preview `json:"orders"`
}

// orders registers the intake and what was taken in.
func (a *API) orders() {
	a.raw(op{
		Method: http.MethodPost, Path: Prefix + "/orders", ID: "place-order", Tag: tagOrders, Permission: actor.OrderWrite,
		Class: route.Order, MaxBody: a.MaxDocument, Summary: "Send an order document and take its tickets",
		Description: "Takes our own JSON, CSV, UBL 2 Order and OrderChange, openTRANS 2.1 ORDER. Sending it again has no second effect.",
		Query: []*huma.Param{
			free("source", "The sending system, where the document does not say."),
			choice("mode", "For CSV: complete reverses the lines that are missing, lines means these lines only.", "complete", "lines"),
			choice("language", "Of the delivery note, where the document does not say.", "de", "en"),
			onOff("dry_run", "Only say what would happen."),
		},
	}, documents(), media{"application/json": placed{}}, a.place)
	a.raw(op{
		Method: http.MethodPost, Path: Prefix + "/reconcile", ID: "reconcile", Tag: tagOrders, Permission: actor.OrderRead,
		Reads: true, Class: route.Bulk, MaxBody: a.MaxDocument, Summary: "Compare an order book with the tickets; changes nothing",
		Query: []*huma.Param{
			free("source", "The sending system, where the book does not say."),
			onOff("whole", "The book holds every order of its sources: others are surplus."),
		},
	}, documents(), media{"application/json": order.Report{}}, a.reconcile)
	s := a.Orders
	add(a.huma, get("/orders", "list-orders", tagOrders, "List orders, newest first", actor.OrderRead),
		func(ctx context.Context, by actor.Actor, in *struct {
			Caller
			Source string `query:"source" maxLength:"100" doc:"Only orders of this system."`
			State  string `query:"state" maxLength:"40" doc:"Only orders in this state."`
			After  string `query:"after" maxLength:"200"`
			Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
		},
		) (*body[order.Page[order.View]], error) {
			return plain(s.List(ctx, by, order.Filter{Source: in.Source, State: order.State(in.State), After: in.After, Limit: in.Limit}))
		})
	add(a.huma, get("/orders/{id}", "get-order", tagOrders, "Read one order with its lines", actor.OrderRead),
		func(ctx context.Context, by actor.Actor, in *struct {
			Caller
			OrderPath
		},
		) (*one[order.View], error) {
			v, err := s.Get(ctx, by, in.ID)
			return withETag(v, v.Rev, err)
		})
	add(a.huma, get("/orders/by-number/{source}/{number}", "find-order", tagOrders, "Find an order by its sender and number", actor.OrderRead),
		func(ctx context.Context, by actor.Actor, in *struct {
			Caller
			Source string `path:"source" maxLength:"100"`
			Number string `path:"number" maxLength:"200"`
		},
		) (*one[order.View], error) {
			v, err := s.Find(ctx, by, in.Source, in.Number)
			return withETag(v, v.Rev, err)
		})
	a.orderPages()
	a.orderDecisions()
}

// OrderPath is the path parameter of one order.
type OrderPath struct {
	ID order.ID `path:"id" doc:"The order's id."`
}

// LongPaged are the query parameters of a list with longer pages.
type LongPaged struct {
	After string `query:"after" maxLength:"200" doc:"The cursor from next of the page before."`
	Limit int    `query:"limit" minimum:"1" maximum:"1000" default:"200" doc:"Items of a page."`
}

func (a *API) orderPages() {
	s := a.Orders
	add(a.huma, get("/orders/{id}/lines", "list-order-lines", tagOrders, "List the lines of a long order", actor.OrderRead),
		func(ctx context.Context, by actor.Actor, in *struct {
			Caller
			OrderPath
			LongPaged
		},
		) (*body[order.Page[order.LineView]], error) {
			return plain(s.Lines(ctx, by, order.LineQuery{Order: in.ID, After: in.After, Limit: in.Limit}))
		})
	add(a.huma, get("/orders/{id}/tickets", "list-order-tickets", tagOrders, "List the tickets of a long order", actor.OrderRead),
		func(ctx context.Context, by actor.Actor, in *struct {
			Caller
			OrderPath
			LongPaged
			Codes bool `query:"codes" doc:"With their codes: needs ticket.reveal and is journaled."`
		},
		) (*body[order.Page[order.TicketRow]], error) {
			return plain(s.Tickets(ctx, by, order.TicketQuery{Order: in.ID, After: in.After, Limit: in.Limit, Codes: in.Codes}))
		})
}

func (a *API) orderDecisions() {
	s := a.Orders
	add(a.huma, post("/orders/{id}/confirm", "confirm-order", tagOrders, "Confirm a document that waits because it recalls many seats", actor.LicenseRecall),
		func(ctx context.Context, by actor.Actor, in *struct {
			Caller
			OrderPath
			Seen
			Body struct {
				Recalls int64 `json:"recalls" minimum:"0" doc:"How many recalls were seen; more are refused."`
			}
		},
		) (*one[order.Result], error) {
			rev, err := ifMatch(in.IfMatch)
			if err != nil {
				return nil, err
			}
			v, err := s.Confirm(ctx, by, order.Confirmation{Order: in.ID, Rev: rev, Recalls: in.Body.Recalls})
			return withETag(v, v.Rev, err)
		})
	add(a.huma, post("/orders/{id}/reject", "reject-order", tagOrders, "Reject a document that waits", actor.OrderWrite),
		func(ctx context.Context, by actor.Actor, in *struct {
			Caller
			OrderPath
			Seen
		},
		) (*one[order.Result], error) {
			rev, err := ifMatch(in.IfMatch)
			if err != nil {
				return nil, err
			}
			v, err := s.Reject(ctx, by, in.ID, rev)
			return withETag(v, v.Rev, err)
		})
}

func (a *API) place(w http.ResponseWriter, r *http.Request, by actor.Actor) error {
	raw, err := route.ReadBody(r, a.MaxDocument)
	if err != nil {
		return err
	}
	q := r.URL.Query()
	file := order.File{
		Raw: raw, ContentType: r.Header.Get("Content-Type"), Source: q.Get("source"), Mode: format.Mode(q.Get("mode")), Language: q.Get("language"),
	}
	dryRun, err := toggle(q, "dry_run")
	if err != nil {
		return err
	}
	if dryRun {
		all, err := a.Orders.PreviewFile(r.Context(), by, file)
		if err != nil {
			return err
		}
		return writeJSON(w, http.StatusOK, foreseen{all})
	}
	all, err := a.Orders.PlaceFile(r.Context(), by, file)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, placed{all})
}

func (a *API) reconcile(w http.ResponseWriter, r *http.Request, by actor.Actor) error {
	raw, err := route.ReadBody(r, a.MaxDocument)
	if err != nil {
		return err
	}
	q := r.URL.Query()
	whole, err := toggle(q, "whole")
	if err != nil {
		return err
	}
	report, err := a.Orders.ReconcileFile(r.Context(), by, order.File{Raw: raw, ContentType: r.Header.Get("Content-Type"), Source: q.Get("source")}, whole)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, report)
}

// sources registers the shops that send their orders by signed hooks.
func (a *API) sources() {
	s := a.Orders
	add(a.huma, post("/sources", "add-source", tagSources, "Add a shop; its secret is shown this once", actor.OrderWrite).created().
		says("The shop sends its orders to hook, below this server's address, and signs them with secret. Also needs key.manage and org.write, because the shop then orders without a key."),
		func(ctx context.Context, by actor.Actor, in *struct {
			Caller
			Body struct {
				Name    string        `json:"name" minLength:"1" maxLength:"100"`
				Org     actor.OrgID   `json:"org,omitzero" doc:"Below which its customers stand; default: the caller's."`
				Secret  string        `json:"secret,omitempty" maxLength:"200" doc:"16 to 200 bytes; default: made here."`
				Unknown order.Unknown `json:"unknown,omitempty" enum:"refuse,skip" doc:"What happens to articles that the catalog does not have."`
			}
		},
		) (*body[addedShop], error) {
			v, err := s.AddSource(ctx, by, order.NewSource{Name: in.Body.Name, Org: in.Body.Org, Secret: in.Body.Secret, Unknown: in.Body.Unknown})
			return plain(addedShop{v, hookPath(by, v.ID)}, err)
		})
	add(a.huma, get("/sources", "list-sources", tagSources, "List the shops", actor.OrderRead),
		func(ctx context.Context, by actor.Actor, _ *struct{ Caller }) (*body[listOf[shop]], error) {
			all, err := s.Sources(ctx, by)
			items := make([]shop, 0, len(all))
			for _, v := range all {
				items = append(items, shop{v, hookPath(by, v.ID)})
			}
			return plain(listOf[shop]{Items: items}, err)
		})
	add(a.huma, patch("/sources/{id}", "change-source", tagSources, "Change a shop's secret, state or treatment of unknown articles", actor.OrderWrite),
		func(ctx context.Context, by actor.Actor, in *struct {
			Caller
			ID   order.SourceID `path:"id" doc:"The shop's id."`
			Body struct {
				Secret  string            `json:"secret,omitempty" maxLength:"200" doc:"A new one; the old one goes on being taken until forget."`
				Forget  bool              `json:"forget,omitempty" doc:"Stop taking the old secret."`
				Unknown order.Unknown     `json:"unknown,omitempty" enum:"refuse,skip"`
				State   order.SourceState `json:"state,omitempty" maxLength:"20"`
			}
		},
		) (*one[order.Source], error) {
			v, err := s.ChangeSource(ctx, by, order.SourceChange{ID: in.ID, Secret: in.Body.Secret, Forget: in.Body.Forget, Unknown: in.Body.Unknown, State: in.Body.State})
			return withETag(v, v.Rev, err)
		})
	a.raw(op{
		Method: http.MethodPost, Path: Prefix + "/hooks/{publisher}/{source}", ID: "shop-hook", Tag: tagSources, Class: route.Order,
		MaxBody: a.MaxDocument, Summary: "Where a WooCommerce shop sends its orders; the signature is the proof",
		Description: "publisher and source are ids. The body is checked against X-WC-Webhook-Signature before it is read.",
	}, media{"application/json": nil}, media{"application/json": heard{}}, a.hook)
}

// shop and addedShop carry where the shop sends its orders.
type (
	shop struct {
		order.Source
		Hook string `json:"hook" doc:"Where the shop sends its orders, below this server's address." example:"/api/v1/hooks/0198e0f2-6c1f-7a30-b0c5-4f8f1d3e2a77/0198e0f2-6c1f-7a30-b0c5-4f8f1d3e2a78"`
	}
	addedShop struct {
		order.AddedSource
		Hook string `json:"hook" doc:"Where the shop sends its orders, below this server's address." example:"/api/v1/hooks/0198e0f2-6c1f-7a30-b0c5-4f8f1d3e2a77/0198e0f2-6c1f-7a30-b0c5-4f8f1d3e2a78"`
	}
)

func hookPath(by actor.Actor, id order.SourceID) string {
	return Prefix + "/hooks/" + by.Publisher.String() + "/" + id.String()
}

// heard is the answer to a shop's hook.
type heard struct {
	Order   order.ID      `json:"order,omitzero"`
	Number  string        `json:"number"`
	Outcome order.Outcome `json:"outcome"`
}

func (a *API) hook(w http.ResponseWriter, r *http.Request, by actor.Actor) error {
	raw, err := route.ReadBody(r, a.MaxDocument)
	if err != nil {
		return err
	}
	call := order.HookCall{
		Topic: r.Header.Get("X-WC-Webhook-Topic"), Signature: r.Header.Get("X-WC-Webhook-Signature"),
		ContentType: r.Header.Get("Content-Type"), Raw: raw,
	}
	if err := call.Publisher.UnmarshalText([]byte(r.PathValue("publisher"))); err != nil {
		return route.ErrNoRoute
	}
	if err := call.Source.UnmarshalText([]byte(r.PathValue("source"))); err != nil {
		return route.ErrNoRoute
	}
	answer, err := a.Orders.Hook(r.Context(), by, call)
	if err != nil {
		return err
	}
	if answer.Result == nil {
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	// Without the codes: shops keep the answers to their hooks in a log.
	return writeJSON(w, http.StatusOK, heard{answer.Result.ID, answer.Result.Number, answer.Result.Outcome})
}
