package format

import "github.com/licet/licet/internal/fault"

// The refusals of a document. Each comes with the field it is about and the
// arguments of its sentence.
var (
	ErrTooLarge    = fault.New(fault.TooLarge, "order.too_large")           // limit
	ErrContentType = fault.New(fault.Invalid, "order.content_type")         // type
	ErrEncoding    = fault.New(fault.Invalid, "order.encoding")             // charset
	ErrTooDeep     = fault.New(fault.Invalid, "order.too_deep")             // limit
	ErrElements    = fault.New(fault.Invalid, "order.too_many_elements")    // limit
	ErrLines       = fault.New(fault.Invalid, "order.too_many_lines")       // limit
	ErrOrders      = fault.New(fault.Invalid, "order.too_many_orders")      // limit
	ErrOptions     = fault.New(fault.Invalid, "order.too_many_options")     // limit
	ErrXML         = fault.New(fault.Invalid, "order.xml_malformed")        // line
	ErrDoctype     = fault.New(fault.Invalid, "order.xml_doctype")          // line
	ErrRoot        = fault.New(fault.Invalid, "order.document_type")        // root
	ErrTwice       = fault.New(fault.Invalid, "order.element_twice")        // line
	ErrJSON        = fault.New(fault.Invalid, "order.json_malformed")       // offset
	ErrKeyTwice    = fault.New(fault.Invalid, "order.json_key_twice")       // key
	ErrKeyUnknown  = fault.New(fault.Invalid, "order.json_key_unknown")     // key
	ErrType        = fault.New(fault.Invalid, "order.json_type")            // want
	ErrCSV         = fault.New(fault.Invalid, "order.csv_malformed")        // row
	ErrColumn      = fault.New(fault.Invalid, "order.csv_column_missing")   // column
	ErrColumnTwice = fault.New(fault.Invalid, "order.csv_column_twice")     // column
	ErrColumns     = fault.New(fault.Invalid, "order.csv_too_many_columns") // limit
	ErrDisagree    = fault.New(fault.Invalid, "order.csv_rows_disagree")    // order, column
	ErrMissing     = fault.New(fault.Invalid, "order.field_missing")        //
	ErrLong        = fault.New(fault.Invalid, "order.field_too_long")       // limit
	ErrCharacters  = fault.New(fault.Invalid, "order.field_characters")     //
	ErrValue       = fault.New(fault.Invalid, "order.field_value")          // value, allowed
	ErrNoLines     = fault.New(fault.Invalid, "order.no_lines")             //
	ErrLineTwice   = fault.New(fault.Invalid, "order.line_twice")           // line
	ErrLineStatus  = fault.New(fault.Invalid, "order.line_status")          // value
	ErrNotWhole    = fault.New(fault.Invalid, "order.quantity_not_whole")   // value
	ErrRange       = fault.New(fault.Invalid, "order.quantity_range")       // value, min, max
	ErrAmbiguous   = fault.New(fault.Invalid, "order.quantity_ambiguous")   // value
	ErrNoSource    = fault.New(fault.Invalid, "order.no_source")            //
	ErrSource      = fault.New(fault.Invalid, "order.source_differs")       // value, want
	ErrGuest       = fault.New(fault.Invalid, "order.guest")                //
	ErrSignature   = fault.New(fault.Unauthorized, "order.signature")       //
	ErrTopic       = fault.New(fault.Invalid, "order.webhook_topic")        // topic
)

// with returns a copy of f at field with the arguments of its sentence.
func with(f *fault.Error, field string, args ...any) *fault.Error {
	return f.With(args...).At(field)
}

// clip shortens what a sender wrote before it is shown back.
func clip(s string) string {
	const most = 40
	r := []rune(s)
	if len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}
