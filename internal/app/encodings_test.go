package app_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/db/dbtest"
)

// TestEncodings sends order documents as the programs of offices write them, with
// a byte order mark, in ISO-8859-1, in UTF-16, with an option's name as people
// write it: the order is the same.
func TestEncodings(t *testing.T) {
	latin := func(s string) string {
		out, err := charmap.ISO8859_1.NewEncoder().String(s)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	wide := func(s string) string {
		out, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(s)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	const mark = "\ufeff"
	csv := "Auftragsnummer;Position;Artikelnummer;Stückzahl;Händler;Option:Months;Straße\r\n%s;1;CAD-PRO-YEAR;2;R-1;24;Gäßchen 1\r\n"
	ubl := `<?xml version="1.0" encoding="%[2]s"?><Order xmlns="urn:oasis:names:specification:ubl:schema:xsd:Order-2"
 xmlns:a="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2" xmlns:b="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">
<b:ID>%[1]s</b:ID><b:Note>Grüße</b:Note><b:IssueDate>2027-01-12</b:IssueDate>
<a:BuyerCustomerParty><a:Party><a:PartyIdentification><b:ID>R-1</b:ID></a:PartyIdentification></a:Party></a:BuyerCustomerParty>
<a:OrderLine><a:LineItem><b:ID>1</b:ID><b:Quantity unitCode="C62">2</b:Quantity>
<a:Item><b:Name>Größe</b:Name><a:SellersItemIdentification><b:ID>CAD-PRO-YEAR</b:ID></a:SellersItemIdentification>
<a:AdditionalItemProperty><b:Name>Months</b:Name><b:Value>24</b:Value></a:AdditionalItemProperty></a:Item></a:LineItem></a:OrderLine></Order>`
	for _, engine := range dbtest.Engines() {
		t.Run(string(engine), func(t *testing.T) {
			a, at := start(t, engine)
			r := rest{t, at.API, populate(t, a, at, "alpha").keys["admin"]}
			for i, c := range []struct{ name, kind, body string }{
				{"CSV", "text/csv", fmt.Sprintf(csv, "E-0")},
				{"CSV with a mark", "text/csv", mark + fmt.Sprintf(csv, "E-1")},
				{"CSV in ISO-8859-1", "text/csv; charset=ISO-8859-1", latin(fmt.Sprintf(csv, "E-2"))},
				{"CSV in ISO-8859-1 that does not say so", "text/csv", latin(fmt.Sprintf(csv, "E-3"))},
				{"CSV in UTF-16", "text/csv", wide(fmt.Sprintf(csv, "E-4"))},
				{"JSON with a mark", "application/json", mark + line("E-5", "CAD-PRO-YEAR", `,"quantity":2,"options":{"Months":24}`)},
				{"XML with a mark", "application/xml", mark + fmt.Sprintf(ubl, "E-6", "UTF-8")},
				{"XML in ISO-8859-1", "application/xml", latin(fmt.Sprintf(ubl, "E-7", "ISO-8859-1"))},
			} {
				got, _ := r.do("POST", "/orders?source=erp&mode=lines", c.body, "Content-Type", c.kind)
				r.want(c.name, got, 200, "")
				var out struct {
					Orders []struct {
						Number string `json:"number"`
						Issued int64  `json:"issued"`
					} `json:"orders"`
				}
				if err := json.Unmarshal([]byte(got.body), &out); err != nil || len(out.Orders) != 1 || out.Orders[0].Issued != 2 ||
					out.Orders[0].Number != fmt.Sprint("E-", i) {
					t.Errorf("%s: %+v, %v: %.300s", c.name, out, err, got.body)
				}
			}
			months(t, a.DB, 8)
		})
	}
}

var qMonths = db.SQL("app_test.terms", `SELECT terms FROM license_snapshot`)

// months wants that many sales of 24 months.
func months(t *testing.T, d *db.DB, sales int) {
	t.Helper()
	n := 0
	err := d.Read(t.Context(), func(r *db.Reader) error {
		rows, err := r.Query(qMonths)
		all, err := db.Collect(rows, err, func(r *db.Rows) (s string, err error) { err = r.Scan(&s); return s, err })
		for _, s := range all {
			var terms struct {
				Item struct {
					Number string `json:"number"`
					Model  struct {
						Duration struct {
							Months int64 `json:"months"`
						} `json:"duration"`
					} `json:"model"`
				} `json:"item"`
			}
			if err := json.Unmarshal([]byte(s), &terms); err != nil {
				return err
			}
			if terms.Item.Model.Duration.Months == 24 && strings.EqualFold(terms.Item.Number, "CAD-PRO-YEAR") {
				n++
			}
		}
		return err
	})
	if err != nil || n != sales {
		t.Errorf("%d sales of 24 months, want %d: %v", n, sales, err)
	}
}
