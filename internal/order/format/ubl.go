package format

import (
	"encoding/xml"
	"strconv"
	"strings"
)

// The namespaces are the same for every UBL 2.x.
const (
	ublOrder  = "urn:oasis:names:specification:ubl:schema:xsd:Order-2"
	ublChange = "urn:oasis:names:specification:ubl:schema:xsd:OrderChange-2"
	ublCAC    = "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
	ublCBC    = "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"
)

const (
	ublID xmlField = iota + 1
	ublUUID
	ublDate
	ublTime
	ublSequence
	ublCurrency
	ublReference
	ublBuyerAccount // the number that we gave the buyer
	ublBuyerOwn     // the number that the buyer gave itself
	ublBuyerEndpoint
	ublBuyerParty
	ublCustomerAccount
	ublCustomerEndpoint
	ublCustomerParty
	ublLine
	ublLineID
	ublLineStatus
	ublLineQuantity
	ublLineSeller
	ublLineMaker
	ublLineStandard
	ublPropertyName
	ublPropertyValue
)

var ublRules = xmlRules{
	spaces: map[string]bool{ublOrder: true, ublChange: true, ublCAC: true, ublCBC: true},
	fields: map[string]xmlField{
		"ID":                   ublID,
		"UUID":                 ublUUID,
		"IssueDate":            ublDate,
		"IssueTime":            ublTime,
		"SequenceNumberID":     ublSequence,
		"DocumentCurrencyCode": ublCurrency,
		"OrderReference/ID":    ublReference,
		"BuyerCustomerParty/SupplierAssignedAccountID":         ublBuyerAccount,
		"BuyerCustomerParty/CustomerAssignedAccountID":         ublBuyerOwn,
		"BuyerCustomerParty/Party/EndpointID":                  ublBuyerEndpoint,
		"BuyerCustomerParty/Party/PartyIdentification/ID":      ublBuyerParty,
		"OriginatorCustomerParty/SupplierAssignedAccountID":    ublCustomerAccount,
		"OriginatorCustomerParty/Party/EndpointID":             ublCustomerEndpoint,
		"OriginatorCustomerParty/Party/PartyIdentification/ID": ublCustomerParty,
		"OrderLine":                                                  ublLine,
		"OrderLine/LineItem/ID":                                      ublLineID,
		"OrderLine/LineItem/LineStatusCode":                          ublLineStatus,
		"OrderLine/LineItem/Quantity":                                ublLineQuantity,
		"OrderLine/LineItem/Item/SellersItemIdentification/ID":       ublLineSeller,
		"OrderLine/LineItem/Item/ManufacturersItemIdentification/ID": ublLineMaker,
		"OrderLine/LineItem/Item/StandardItemIdentification/ID":      ublLineStandard,
		"OrderLine/LineItem/Item/AdditionalItemProperty/Name":        ublPropertyName,
		"OrderLine/LineItem/Item/AdditionalItemProperty/Value":       ublPropertyValue,
	},
}

// best keeps the identifier of the highest rank; the first one among equals.
type best struct {
	rank  int
	value string
}

func (b *best) offer(rank int, value string) {
	if value != "" && rank > b.rank {
		*b = best{rank, value}
	}
}

type ublReader struct {
	*builder
	change           bool
	id, reference    string
	uuid, date, time string
	sequence         string
	buyer, customer  best
	scheme           string // schemeID of the identifier that is open
	line             ublLineReader
	lines            int
	field            string // of the open line
}

type ublLineReader struct {
	no, status, quantity string
	article              best
	name                 string
	properties           map[string]string
}

// ParseUBL reads a UBL 2.x Order, which is the whole order, or OrderChange,
// which speaks of its own lines only. A party's number is, in this order: the
// account that we gave it, its GLN, its first identification, its end point,
// its own account number. The end customer is the originator.
func ParseUBL(raw []byte, o Options) (Document, error) {
	_, charset, err := declared(o.ContentType)
	if err != nil {
		return Document{}, err
	}
	data, err := decodeXML(raw, charset)
	if err != nil {
		return Document{}, err
	}
	r := &ublReader{builder: newBuilder(UBL, Complete)}
	if err := walkXML(data, ublRules, r.root, r.event); err != nil {
		return Document{}, err
	}
	r.header()
	return r.finish(o)
}

func (r *ublReader) root(n xml.Name) error {
	kind, err := kindOfRoot(n)
	if err == nil && kind != UBL {
		err = with(ErrRoot, "/"+clip(n.Local), "root", clip(n.Local))
	}
	if r.change = n.Local == "OrderChange"; r.change {
		r.doc.Mode, r.doc.Change = Lines, true
	}
	return err
}

// header puts the collected values into the document. A change is known by its
// own number and sequence, an order by its UUID and the time of its issue: a
// second issue with the content of an earlier one is not a copy of it.
func (r *ublReader) header() {
	d := &r.doc
	own := []string{r.uuid, r.date, r.time}
	if r.change {
		d.Number = r.text("/OrderChange/OrderReference/ID", r.reference, maxNumber, true)
		own = append([]string{r.text("/OrderChange/ID", r.id, maxNumber, true), r.sequence}, own...)
		if _, err := strconv.ParseInt(r.sequence, 10, 64); err == nil {
			d.Revision = r.revision("/OrderChange/SequenceNumberID", r.sequence)
		}
	} else {
		d.Number = r.text("/Order/ID", r.id, maxNumber, true)
	}
	d.ID = r.text("/UUID", strings.Trim(strings.Join(own, " "), " "), maxValue, false)
	if p := r.party("/BuyerCustomerParty", r.buyer.value); p != nil {
		d.Buyer = *p
	} else {
		r.refuse(with(ErrMissing, "/BuyerCustomerParty/SupplierAssignedAccountID"))
	}
	d.Customer = r.party("/OriginatorCustomerParty", r.customer.value)
	if r.lines == 0 {
		r.refuse(with(ErrNoLines, "/OrderLine"))
	}
}

func (r *ublReader) event(e xmlEvent) error {
	if e.field >= ublLine {
		return r.lineEvent(e)
	}
	if !e.end {
		r.scheme = strings.ToUpper(e.attr("schemeID"))
		return nil
	}
	identified := 3
	if r.scheme == "GLN" || r.scheme == "0088" {
		identified = 4
	}
	switch e.field {
	case ublID:
		return r.once(&r.id, e, "/ID")
	case ublReference:
		return r.once(&r.reference, e, "/OrderReference/ID")
	case ublUUID:
		return r.once(&r.uuid, e, "/UUID")
	case ublDate:
		return r.once(&r.date, e, "/IssueDate")
	case ublTime:
		return r.once(&r.time, e, "/IssueTime")
	case ublSequence:
		return r.once(&r.sequence, e, "/SequenceNumberID")
	case ublCurrency:
		r.doc.Currency = r.currency("/DocumentCurrencyCode", e.text)
	case ublBuyerAccount:
		r.buyer.offer(5, e.text)
	case ublBuyerParty:
		r.buyer.offer(identified, e.text)
	case ublBuyerEndpoint:
		r.buyer.offer(2, e.text)
	case ublBuyerOwn:
		r.buyer.offer(1, e.text)
	case ublCustomerAccount:
		r.customer.offer(5, e.text)
	case ublCustomerParty:
		r.customer.offer(identified, e.text)
	case ublCustomerEndpoint:
		r.customer.offer(2, e.text)
	}
	return nil
}

// once takes the value of an element that may stand there only once: the
// second one would silently win, or silently lose.
func (b *builder) once(v *string, e xmlEvent, field string) error {
	if *v != "" {
		return with(ErrTwice, field, "line", e.line)
	}
	*v = e.text
	return nil
}

func (r *ublReader) lineEvent(e xmlEvent) error {
	l := &r.line
	if !e.end {
		if e.field == ublLine {
			r.lines++
			*l = ublLineReader{}
			r.field = "/OrderLine[" + strconv.Itoa(r.lines) + "]/LineItem"
		}
		return nil
	}
	switch e.field {
	case ublLine:
		return r.endLine()
	case ublLineID:
		return r.once(&l.no, e, r.field+"/ID")
	case ublLineStatus:
		return r.once(&l.status, e, r.field+"/LineStatusCode")
	case ublLineQuantity:
		return r.once(&l.quantity, e, r.field+"/Quantity")
	case ublLineSeller:
		l.article.offer(3, e.text)
	case ublLineMaker:
		l.article.offer(2, e.text)
	case ublLineStandard:
		l.article.offer(1, e.text)
	case ublPropertyName:
		l.name = e.text
	case ublPropertyValue:
		r.pair(&l.properties, r.field+"/Item/AdditionalItemProperty", l.name, e.text)
		l.name = ""
	}
	return nil
}

func (r *ublReader) endLine() error {
	l := Line{Field: r.field, Properties: r.line.properties}
	l.No = r.text(r.field+"/ID", r.line.no, maxLineNo, true)
	l.Cancelled = r.status(r.line.status)
	l.Article = r.text(r.field+"/Item/SellersItemIdentification/ID", r.line.article.value, maxNumber, !l.Cancelled)
	if !l.Cancelled {
		l.Quantity = r.builder.quantity(r.field+"/Quantity", r.line.quantity)
	}
	return r.builder.line(l)
}

// status reads LineStatusCode: UBL's own words or the action codes of UN/EDIFACT
// 1229. A line in dispute is nothing that could be carried out.
func (r *ublReader) status(code string) (cancelled bool) {
	switch strings.ToLower(code) {
	case "", "added", "revised", "nostatus", "1", "3", "4", "5", "9", "11", "39", "40":
		return false
	case "cancelled", "canceled", "2", "37":
		return true
	}
	r.refuse(with(ErrLineStatus, r.field+"/LineStatusCode", "value", clip(code)))
	return false
}
