package api

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/connect"
	"github.com/licet/licet/internal/day"
	"github.com/licet/licet/internal/frame"
	"github.com/licet/licet/internal/job"
	"github.com/licet/licet/internal/license"
	"github.com/licet/licet/internal/order"
	"github.com/licet/licet/internal/order/format"
	"github.com/licet/licet/internal/org"
)

// closed are the types whose values are a fixed set; a test compares them with
// the constants of their packages.
var closed = map[reflect.Type][]string{
	reflect.TypeFor[catalog.ArticleKind](): {"base", "upgrade", "extension", "addon"},
	reflect.TypeFor[catalog.Effect]():      {"", "limit", "feature", "months", "days", "end"},
	reflect.TypeFor[catalog.Kind](): {
		"single_use", "time_limited", "multi", "floating", "trial", "academic", "reusable", "nfr", "usage", "maintenance", "capacity",
	},
	reflect.TypeFor[catalog.PriceClass](): {"list", "reseller", "academic", "free"},
	reflect.TypeFor[catalog.State]():      {"active", "retired"},
	reflect.TypeFor[catalog.Ticketing]():  {"per_line", "per_unit"},
	reflect.TypeFor[connect.State]():      {"active", "paused", "closed"},
	reflect.TypeFor[format.Kind]():        {"rest", "csv", "ubl", "opentrans", "woocommerce"},
	reflect.TypeFor[format.Mode]():        {"complete", "lines"},
	reflect.TypeFor[frame.Kind]():         {"int", "bool", "text", "choice", "day"},
	reflect.TypeFor[job.State]():          {"open", "done", "dead"},
	reflect.TypeFor[license.ActivationState](): {
		"requested", "delivered", "confirmed", "return_requested", "recall_pending", "lent", "returned", "superseded", "restored_away", "recalled", "elapsed",
	},
	reflect.TypeFor[license.AnomalyKind]():    {"churn", "seen_twice", "restores", "clock", "guessing"},
	reflect.TypeFor[license.CaseState]():      {"open", "decided"},
	reflect.TypeFor[license.ContainerState](): {"active", "suspect", "blocked"},
	reflect.TypeFor[license.Decision]():       {"accept", "block", "replace", "evict"},
	reflect.TypeFor[license.LeaseState]():     {"live", "lingering", "ended"},
	reflect.TypeFor[license.LicenseState]():   {"available", "blocked", "recall_pending", "recalled", "replaced"},
	reflect.TypeFor[license.ReserveKind]():    {"label", "machine", "person", "holder"},
	reflect.TypeFor[license.WaiterState]():    {"waiting", "offered"},
	reflect.TypeFor[license.TicketState]():    {"issued", "blocked", "reversed", "expired", "merged"},
	reflect.TypeFor[order.Act]():              {"add", "raise", "lower", "reverse", "exchange"},
	reflect.TypeFor[order.Finding]():          {"missing", "surplus", "quantity", "article"},
	reflect.TypeFor[order.LineStatus]():       {"open", "delivered", "cancelled"},
	reflect.TypeFor[order.Outcome]():          {"applied", "unchanged", "stale", "awaiting_confirmation", "not_paid"},
	reflect.TypeFor[order.SourceKind]():       {"woocommerce"},
	reflect.TypeFor[order.SourceState]():      {"active", "disabled"},
	reflect.TypeFor[order.State]():            {"issuing", "delivered", "awaiting_confirmation", "reversed"},
	reflect.TypeFor[order.Unknown]():          {"refuse", "skip"},
	reflect.TypeFor[org.Billing]():            {"order", "monthly", "yearly"},
	reflect.TypeFor[org.Kind]():               {"publisher", "reseller", "customer", "unit"},
	reflect.TypeFor[org.PriceClass]():         {"list", "reseller", "academic", "free"},
	reflect.TypeFor[org.State]():              {"open", "closed"},
}

// registry narrows the schemas that huma derives from types: closed sets become
// enumerations, ids and days get their format. huma asks the types themselves
// for that, but the contexts must not know of it.
type registry struct {
	huma.Registry
	done map[string]bool
}

// Schema implements huma.Registry.
func (r *registry) Schema(t reflect.Type, allowRef bool, hint string) *huma.Schema {
	s := r.Registry.Schema(t, allowRef, hint)
	for name, known := range r.Map() {
		if !r.done[name] {
			r.done[name] = true
			r.narrow(r.TypeFromRef("#/components/schemas/"+name), known)
		}
	}
	if s.Ref == "" {
		r.narrow(t, s)
	}
	return s
}

// MarshalJSON implements json.Marshaler: the schemas by name.
func (r *registry) MarshalJSON() ([]byte, error) { return json.Marshal(r.Map()) }

// narrow works on a schema and, of an object, on its properties.
func (r *registry) narrow(t reflect.Type, s *huma.Schema) {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case s.Type == huma.TypeString:
		value(t, s)
	case s.Type == huma.TypeArray && s.Items != nil && (t.Kind() == reflect.Slice || t.Kind() == reflect.Array):
		r.narrow(t.Elem(), s.Items)
	case s.Type == huma.TypeObject && t.Kind() == reflect.Map:
		if values, ok := s.AdditionalProperties.(*huma.Schema); ok {
			r.narrow(t.Elem(), values)
		}
	case s.Type == huma.TypeObject && t.Kind() == reflect.Struct:
		for _, f := range reflect.VisibleFields(t) {
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			if p := s.Properties[name]; p != nil && p.Ref == "" {
				r.narrow(f.Type, p)
			}
			if assigned(f) {
				s.Required = slices.DeleteFunc(s.Required, func(required string) bool { return required == name })
			}
		}
		s.PrecomputeMessages()
	}
}

// assigned reports whether a field may be left out of an input: the server
// gives it, or nothing is the same as an empty list.
func assigned(f reflect.StructField) bool {
	switch f.Name {
	case "Rev":
		return true
	case "State":
		return f.Type == reflect.TypeFor[catalog.State]()
	case "Targets", "Features", "Limits", "Options", "Containers", "Frames", "Members":
		return f.Type.Kind() == reflect.Slice || f.Type.Kind() == reflect.Map
	}
	return false
}

// value narrows a text.
func value(t reflect.Type, s *huma.Schema) {
	set := closed[t]
	switch {
	case len(set) > 0 && len(s.Enum) == 0:
		for _, v := range set {
			s.Enum = append(s.Enum, v)
		}
	case t == reflect.TypeFor[day.Day]():
		s.Format = "date"
	case isID(t):
		s.Format = "uuid"
	}
	s.PrecomputeMessages()
}

// isID reports whether t is a db.ID of something.
func isID(t reflect.Type) bool {
	return strings.HasSuffix(t.PkgPath(), "/internal/db") && strings.HasPrefix(t.Name(), "ID[")
}
