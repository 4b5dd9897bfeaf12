package format_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/licet/licet/internal/fault"
	"github.com/licet/licet/internal/order/format"
)

type badCase struct {
	name, contentType, raw string
	want                   *fault.Error
	field                  string
}

func rest(lines string) string {
	return `{"source":"erp","number":"1","buyer":{"number":"R"},"lines":[` + lines + `]}`
}

func restQuantity(q string) string { return rest(`{"no":"1","article":"A","quantity":` + q + `}`) }

const ublHead = `<Order xmlns="urn:oasis:names:specification:ubl:schema:xsd:Order-2" xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2" xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"><cbc:ID>1</cbc:ID><cac:BuyerCustomerParty><cbc:SupplierAssignedAccountID>R</cbc:SupplierAssignedAccountID></cac:BuyerCustomerParty>`

func ublLine(inner string) string {
	return ublHead + `<cac:OrderLine><cac:LineItem>` + inner + `<cac:Item><cac:SellersItemIdentification><cbc:ID>A</cbc:ID></cac:SellersItemIdentification></cac:Item></cac:LineItem></cac:OrderLine></Order>`
}

func csvRow(row string) string { return "order;line;article;quantity;buyer\n" + row + "\n" }

func woo(inner string) string {
	return `{"id":6,"status":"completed","customer_id":3,"order_key":"k",` + inner + `}`
}

const manyLines = 100_001

// bad is what a sender may get wrong: each has its own code and names its place.
var bad = []badCase{
	{"quantity 0", "", restQuantity("0"), format.ErrRange, "/lines/0/quantity"},
	{"quantity 10^9", "", restQuantity("1000000000"), format.ErrRange, "/lines/0/quantity"},
	{"quantity 1e9", "", restQuantity("1e9"), format.ErrRange, "/lines/0/quantity"},
	{"quantity 1e999", "", restQuantity("1e999"), format.ErrRange, "/lines/0/quantity"},
	{"quantity above the limit", "", restQuantity("10000001"), format.ErrRange, "/lines/0/quantity"},
	{"quantity of 40 digits", "", restQuantity(strings.Repeat("9", 40)), format.ErrRange, "/lines/0/quantity"},
	{"quantity -1", "", restQuantity("-1"), format.ErrRange, "/lines/0/quantity"},
	{"quantity 2.5", "", restQuantity("2.5"), format.ErrNotWhole, "/lines/0/quantity"},
	{"quantity 25e-1", "", restQuantity("25e-1"), format.ErrNotWhole, "/lines/0/quantity"},
	{"quantity three", "", restQuantity(`"three"`), format.ErrNotWhole, "/lines/0/quantity"},
	{"quantity NaN", "", restQuantity(`"NaNe"`), format.ErrNotWhole, "/lines/0/quantity"},
	{"quantity missing", "", rest(`{"no":"1","article":"A"}`), format.ErrMissing, "/lines/0/quantity"},
	{"quantity as object", "", restQuantity(`{}`), format.ErrType, "/lines/0/quantity"},
	{"line twice", "", rest(`{"no":"1","article":"A","quantity":1},{"no":1,"article":"A","quantity":1}`), format.ErrLineTwice, "/lines/1"},
	{"line without number", "", rest(`{"article":"A","quantity":1}`), format.ErrMissing, "/lines/0/no"},
	{"line without article", "", rest(`{"no":"1","quantity":1}`), format.ErrMissing, "/lines/0/article"},
	{"control character", "", rest(`{"no":"1\u0007","article":"A","quantity":1}`), format.ErrCharacters, "/lines/0/no"},
	{"zero character", "", rest(`{"no":"1","article":"A\u0000","quantity":1}`), format.ErrCharacters, "/lines/0/article"},
	{"direction override", "", rest(`{"no":"1","article":"A\u202eB","quantity":1}`), format.ErrCharacters, "/lines/0/article"},
	{"lone surrogate", "", rest(`{"no":"1","article":"A\ud800","quantity":1}`), format.ErrCharacters, "/lines/0/article"},
	{"long article", "", rest(`{"no":"1","article":"` + strings.Repeat("A", 101) + `","quantity":1}`), format.ErrLong, "/lines/0/article"},
	{"51 options", "", rest(`{"no":"1","article":"A","quantity":1,"options":{` + pairs(51) + `}}`), format.ErrOptions, "/lines/0/options/o50"},
	{"cancelled as text", "", rest(`{"no":"1","article":"A","quantity":1,"cancelled":"yes"}`), format.ErrType, "/lines/0/cancelled"},
	{"no lines", "", rest(""), format.ErrNoLines, "/lines"},
	{"nothing", "application/json", `{}`, format.ErrMissing, "/number"},
	{"party without number", "", `{"source":"erp","number":"1","buyer":{},"lines":[{"no":"1","article":"A","quantity":1}]}`, format.ErrMissing, "/buyer/number"},
	{"no source", "", `{"number":"1","buyer":{"number":"R"},"lines":[{"no":"1","article":"A","quantity":1}]}`, format.ErrNoSource, "source"},
	{"source with a slash", "", `{"source":"a/b","number":"1","buyer":{"number":"R"},"lines":[{"no":"1","article":"A","quantity":1}]}`, format.ErrCharacters, "/source"},
	{"unknown mode", "", `{"mode":"delta","source":"erp","number":"1","buyer":{"number":"R"},"lines":[{"no":"1","article":"A","quantity":1}]}`, format.ErrValue, "/mode"},
	{"revision below 0", "", `{"revision":-1,"source":"erp","number":"1","buyer":{"number":"R"},"lines":[{"no":"1","article":"A","quantity":1}]}`, format.ErrValue, "/revision"},
	{"unknown language", "", `{"language":"fr","source":"erp","number":"1","buyer":{"number":"R"},"lines":[{"no":"1","article":"A","quantity":1}]}`, format.ErrValue, "/language"},
	{"unknown currency", "", `{"currency":"Euro","source":"erp","number":"1","buyer":{"number":"R"},"lines":[{"no":"1","article":"A","quantity":1}]}`, format.ErrValue, "/currency"},
	{"key twice", "", `{"number":"1","number":"2","buyer":{"number":"R"},"lines":[]}`, format.ErrKeyTwice, "/number"},
	{"key twice in what is skipped", "", woo(`"line_items":[],"meta_data":[{"a":1,"a":2}]`), format.ErrKeyTwice, "/meta_data/0/a"},
	{"misspelt key", "", rest(`{"no":"1","article":"A","Quantity":1}`), format.ErrKeyUnknown, "/lines/0/Quantity"},
	{"trailing JSON", "", restQuantity("1") + `{}`, format.ErrJSON, ""},
	{"half JSON", "", restQuantity("1")[:60], format.ErrJSON, ""},
	{"JSON array", "application/json", `[1]`, format.ErrType, ""},
	{"JSON comma", "", rest(`{"no":"1" "article":"A"}`), format.ErrJSON, ""},
	{"deep JSON", "application/json", strings.Repeat(`{"a":`, 65) + "1" + strings.Repeat("}", 65), format.ErrTooDeep, ""},
	{"very deep JSON", "application/json", strings.Repeat("[", 200_000), format.ErrTooDeep, ""},
	{"JSON in ISO-8859-1", "", rest("{\"no\":\"1\",\"article\":\"Gr\xf6\xdfe\",\"quantity\":1}"), format.ErrEncoding, ""},
	{"too many lines", "", rest(strings.Repeat(`{},`, manyLines) + "{}"), format.ErrLines, "/lines/100000"},

	{"DOCTYPE", "", `<?xml version="1.0"?><!DOCTYPE Order [<!ENTITY a "b">]>` + ublLine(`<cbc:ID>&a;</cbc:ID>`), format.ErrDoctype, ""},
	{"DOCTYPE inside", "", ublHead + `<!DOCTYPE x></Order>`, format.ErrDoctype, ""},
	{"entity", "", ublLine(`<cbc:ID>&a;</cbc:ID><cbc:Quantity>1</cbc:Quantity>`), format.ErrXML, ""},
	{"half XML", "", ublHead, format.ErrXML, ""},
	{"two roots", "", ublLine(`<cbc:ID>1</cbc:ID><cbc:Quantity>1</cbc:Quantity>`) + `<a/>`, format.ErrXML, ""},
	{"text after the root", "", ublLine(`<cbc:ID>1</cbc:ID><cbc:Quantity>1</cbc:Quantity>`) + `x`, format.ErrXML, ""},
	{"deep XML", "", ublHead + strings.Repeat("<a>", 64) + strings.Repeat("</a>", 64) + `</Order>`, format.ErrTooDeep, ""},
	{"very deep XML", "", ublHead + strings.Repeat("<a>", 200_000), format.ErrTooDeep, ""},
	{"too many elements", "", ublHead + strings.Repeat("<a/>", 1_000_000) + `</Order>`, format.ErrElements, ""},
	{"foreign root", "", `<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"/>`, format.ErrRoot, "/Invoice"},
	{"order of another namespace", "", `<Order xmlns="urn:x"/>`, format.ErrRoot, "/Order"},
	{"UBL quantity 0", "", ublLine(`<cbc:ID>1</cbc:ID><cbc:Quantity>0</cbc:Quantity>`), format.ErrRange, "/OrderLine[1]/LineItem/Quantity"},
	{"UBL quantity 2.5", "", ublLine(`<cbc:ID>1</cbc:ID><cbc:Quantity>2.5</cbc:Quantity>`), format.ErrNotWhole, "/OrderLine[1]/LineItem/Quantity"},
	{"UBL quantity missing", "", ublLine(`<cbc:ID>1</cbc:ID>`), format.ErrMissing, "/OrderLine[1]/LineItem/Quantity"},
	{"UBL quantity twice", "", ublLine(`<cbc:ID>1</cbc:ID><cbc:Quantity>1</cbc:Quantity><cbc:Quantity>2</cbc:Quantity>`), format.ErrTwice, "/OrderLine[1]/LineItem/Quantity"},
	{"UBL line in dispute", "", ublLine(`<cbc:ID>1</cbc:ID><cbc:LineStatusCode>Disputed</cbc:LineStatusCode><cbc:Quantity>1</cbc:Quantity>`), format.ErrLineStatus, "/OrderLine[1]/LineItem/LineStatusCode"},
	{"UBL without lines", "", ublHead + `</Order>`, format.ErrNoLines, "/OrderLine"},
	{"UBL article of a foreign namespace", "", ublHead + `<cac:OrderLine><cac:LineItem><cbc:ID>1</cbc:ID><cbc:Quantity>1</cbc:Quantity><cac:Item><x:SellersItemIdentification xmlns:x="urn:x"><cbc:ID>A</cbc:ID></x:SellersItemIdentification></cac:Item></cac:LineItem></cac:OrderLine></Order>`, format.ErrMissing, "/OrderLine[1]/LineItem/Item/SellersItemIdentification/ID"},
	{"XML in an unknown encoding", "", `<?xml version="1.0" encoding="EBCDIC-US"?><Order/>`, format.ErrEncoding, ""},
	{"XML in ISO-8859-1 that says UTF-8", "", `<?xml version="1.0" encoding="UTF-8"?><Order>` + "\xf6</Order>", format.ErrEncoding, ""},
	{"openTRANS without anything", "", `<ORDER/>`, format.ErrMissing, "/ORDER/ORDER_HEADER/ORDER_INFO/ORDER_ID"},
	{"openTRANS order change", "", `<ORDERCHANGE/>`, format.ErrRoot, "/ORDERCHANGE"},

	{"CSV quantity 2,5", "", csvRow("1;1;A;2,5;R"), format.ErrNotWhole, "row 2, quantity"},
	{"CSV quantity 1.000", "", csvRow("1;1;A;1.000;R"), format.ErrAmbiguous, "row 2, quantity"},
	{"CSV quantity 0", "", csvRow("1;1;A;0;R"), format.ErrRange, "row 2, quantity"},
	{"CSV quantity missing", "", csvRow("1;1;A;;R"), format.ErrMissing, "row 2, quantity"},
	{"CSV buyer missing", "", csvRow("1;1;A;1;"), format.ErrMissing, "row 2, buyer"},
	{"CSV column missing", "", "order;line;article;buyer\n1;1;A;R\n", format.ErrColumn, "row 1"},
	{"CSV column twice", "", "order;line;article;sku;quantity;buyer\n1;1;A;A;1;R\n", format.ErrColumnTwice, "row 1"},
	{"CSV option column twice", "", "order;line;article;quantity;buyer;option:a;option:a\n1;1;A;1;R;1;2\n", format.ErrColumnTwice, "row 1"},
	{"CSV option column twice, in capitals", "", "order;line;article;quantity;buyer;option:a;Option A\n1;1;A;1;R;1;2\n", format.ErrColumnTwice, "row 1"},
	{"CSV too many columns", "", "order;line;article;quantity;buyer" + strings.Repeat(";x", 200) + "\n", format.ErrColumns, "row 1"},
	{"CSV long row", "", csvRow("1;1;A;1;R;extra"), format.ErrCSV, "row 2"},
	{"CSV open quote", "", csvRow(`1;1;"A;1;R`), format.ErrCSV, "row 2"},
	{"CSV buyers disagree", "", csvRow("1;1;A;1;R\n1;2;A;1;S"), format.ErrDisagree, "row 3, buyer"},
	{"CSV line twice", "", csvRow("1;1;A;1;R\n1;1;A;1;R"), format.ErrLineTwice, "row 3"},
	{"CSV cancelled perhaps", "", "order;line;article;quantity;buyer;storno\n1;1;A;1;R;perhaps\n", format.ErrValue, "row 2, storno"},
	{"CSV without rows", "", csvRow(""), format.ErrNoLines, "row 2"},
	{"CSV empty", "", "", format.ErrNoLines, "row 1"},
	{"CSV too many rows", "", csvRow(strings.Repeat("1;1;A;1;R\n", manyLines)), format.ErrLines, "row 100002"},
	{"CSV too many orders", "", csvRow(manyOrders()), format.ErrOrders, "row 1002"},
	{"CSV with zero bytes", "", csvRow("1;1;A\x00;1;R"), format.ErrEncoding, ""},
	{"CSV that is not UTF-8 as declared", "text/csv; charset=utf-8", csvRow("1;1;\xf6;1;R"), format.ErrEncoding, ""},
	{"CSV in half UTF-16", "", "\xff\xfea", format.ErrEncoding, ""},

	{"Woo without id", "", `{"status":"completed","customer_id":3,"line_items":[]}`, format.ErrMissing, "/id"},
	{"Woo without status", "", `{"id":6,"customer_id":3,"line_items":[]}`, format.ErrMissing, "/status"},
	{"Woo date", "", woo(`"line_items":[],"date_modified_gmt":"yesterday"`), format.ErrValue, "/date_modified_gmt"},
	{"Woo quantity 1.5", "", woo(`"line_items":[{"id":1,"sku":"A","quantity":1.5}]`), format.ErrNotWhole, "/line_items/0/quantity"},
	{"Woo line without id", "", woo(`"line_items":[{"sku":"A","quantity":1}]`), format.ErrMissing, "/line_items/0/id"},

	{"XLSX", "", "PK\x03\x04...", format.ErrContentType, ""},
	{"PDF by its type", "application/pdf", "%PDF", format.ErrContentType, ""},
	{"broken type", "text/csv; charset", csvRow("1;1;A;1;R"), format.ErrContentType, ""},
	{"8 MiB and a byte", "", strings.Repeat("x", format.MaxBytes+1), format.ErrTooLarge, ""},
}

func pairs(n int) string {
	var b []string
	for i := range n {
		b = append(b, fmt.Sprintf(`"o%d":"x"`, i))
	}
	return strings.Join(b, ",")
}

func manyOrders() string {
	var b bytes.Buffer
	for i := range 1001 {
		fmt.Fprintf(&b, "%d;1;A;1;R\n", i)
	}
	return b.String()
}

func TestBadInput(t *testing.T) {
	for _, c := range bad {
		t.Run(c.name, func(t *testing.T) {
			docs, err := format.Parse([]byte(c.raw), format.Options{ContentType: c.contentType, Source: sourceOf(c)})
			if err == nil {
				t.Fatalf("taken: %+v", docs)
			}
			if docs != nil {
				t.Fatal("half an order was returned")
			}
			for _, f := range fault.All(err) {
				if f.Code == c.want.Code && f.Field == c.field && f.Kind == c.want.Kind {
					return
				}
			}
			t.Fatalf("got %v, want %v at %q", fault.All(err), c.want, c.field)
		})
	}
}

func sourceOf(c badCase) string {
	if c.want == format.ErrNoSource {
		return ""
	}
	return "erp"
}

func TestGuestNeedsBlind(t *testing.T) {
	raw := read(t, "testdata/woocommerce-order-created.json")
	if _, err := format.Parse(raw, format.Options{Source: "shop1"}); !errors.Is(err, format.ErrGuest) {
		t.Fatal(err)
	}
}

func TestSourceDiffers(t *testing.T) {
	_, err := format.Parse([]byte(restQuantity("1")), format.Options{Source: "crm"})
	if !errors.Is(err, format.ErrSource) {
		t.Fatal(err)
	}
	_, err = format.Parse([]byte(csvRow("1;1;A;1;R")), format.Options{Source: "crm", Mode: "delta"})
	if !errors.Is(err, format.ErrValue) {
		t.Fatal(err)
	}
}

// TestManyMistakes: a sender learns of them together.
func TestManyMistakes(t *testing.T) {
	_, err := format.Parse([]byte(csvRow("1;1;A;0;R\n1;2;;1;R\n2;1;A;2,5;R")), format.Options{Source: "erp"})
	if got := fault.All(err); len(got) != 3 {
		t.Fatalf("%d refusals: %v", len(got), got)
	}
}

// TestWholeNumbers: what ERPs write for a whole number is taken as one.
func TestWholeNumbers(t *testing.T) {
	for _, q := range []string{"3", "3.0", `"3"`, `"3.000"`, "3e0", `" 3 "`, `"+3"`, `"003"`} {
		docs, err := format.Parse([]byte(restQuantity(q)), format.Options{})
		if err != nil || docs[0].Lines[0].Quantity != 3 {
			t.Errorf("%s: %v %v", q, docs, err)
		}
	}
	for q, want := range map[string]int64{"3,0": 3, "3.00": 3, "1.234,00": 1234, "1,234.0": 1234, "1000": 1000} {
		docs, err := format.Parse([]byte(csvRow("1;1;A;"+q+";R")), format.Options{Source: "erp"})
		if err != nil || docs[0].Lines[0].Quantity != want {
			t.Errorf("%s: %v %v", q, docs, err)
		}
	}
}

// One mistake is refused once.
func TestCheckOnce(t *testing.T) {
	for field, change := range map[string]func(d *format.Document){
		"/source": func(d *format.Document) { d.Source = strings.Repeat("s", 51) },
		"/number": func(d *format.Document) { d.Number = strings.Repeat("9", 101) },
		"/id":     func(d *format.Document) { d.ID = " 1" },
	} {
		d := format.Document{Format: format.REST, Source: "erp", Number: "1", Mode: format.Complete, Buyer: format.Party{Number: "R"}}
		if err := d.Check(); err != nil {
			t.Fatal(err)
		}
		change(&d)
		if all := fault.All(d.Check()); len(all) != 1 || all[0].Field != field {
			t.Errorf("%s: %v", field, all)
		}
	}
}
