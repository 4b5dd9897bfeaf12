package format

import (
	"encoding/xml"
	"strconv"
	"strings"
)

// Both published forms of openTRANS 2.1, and documents without a namespace,
// which many shops send.
var openTransSpaces = map[string]bool{
	"http://www.opentrans.org/XMLSchema/2.1":   true,
	"http://www.opentrans.org/XMLSchema/2.1fd": true,
	"": true,
}

const (
	otGenerated xmlField = iota + 1
	otID
	otDate
	otLanguage
	otCurrency
	otBuyerRef
	otCustomerRef
	otParty
	otPartyID
	otPartyRole
	otLine
	otLineID
	otLineSupplier
	otLineMaker
	otLineInternational
	otLineQuantity
	otFeatureName
	otFeatureValue
)

const otInfo, otItem = "ORDER_HEADER/ORDER_INFO/", "ORDER_ITEM_LIST/ORDER_ITEM"

var openTransRules = xmlRules{
	spaces: map[string]bool{
		"http://www.opentrans.org/XMLSchema/2.1":   true,
		"http://www.opentrans.org/XMLSchema/2.1fd": true,
		"http://www.bmecat.org/bmecat/2005":        true,
		"http://www.bmecat.org/bmecat/2005fd":      true,
		"":                                         true,
	},
	fields: map[string]xmlField{
		"ORDER_HEADER/CONTROL_INFO/GENERATION_DATE":        otGenerated,
		otInfo + "ORDER_ID":                                otID,
		otInfo + "ORDER_DATE":                              otDate,
		otInfo + "LANGUAGE":                                otLanguage,
		otInfo + "CURRENCY":                                otCurrency,
		otInfo + "PARTIES/PARTY":                           otParty,
		otInfo + "PARTIES/PARTY/PARTY_ID":                  otPartyID,
		otInfo + "PARTIES/PARTY/PARTY_ROLE":                otPartyRole,
		otInfo + "ORDER_PARTIES_REFERENCE/BUYER_IDREF":     otBuyerRef,
		otInfo + "CUSTOMER_ORDER_REFERENCE/CUSTOMER_IDREF": otCustomerRef,
		otItem:                              otLine,
		otItem + "/LINE_ITEM_ID":            otLineID,
		otItem + "/PRODUCT_ID/SUPPLIER_PID": otLineSupplier,
		otItem + "/PRODUCT_ID/MANUFACTURER_INFO/MANUFACTURER_PID": otLineMaker,
		otItem + "/PRODUCT_ID/INTERNATIONAL_PID":                  otLineInternational,
		otItem + "/QUANTITY":                                      otLineQuantity,
		otItem + "/PRODUCT_FEATURES/FEATURE/FNAME":                otFeatureName,
		otItem + "/PRODUCT_FEATURES/FEATURE/FVALUE":               otFeatureValue,
	},
}

type otReader struct {
	*builder
	generated, date, id    string
	language               string
	buyerRef, customerRef  string
	idType                 string
	party                  best
	roles                  []string
	buyer, customer, final string
	partyIDs               map[string]string // any id of a party → its best one
	ids                    []string
	lines                  int
	field                  string
	no, quantity, name     string
	article                best
	properties             map[string]string
}

// ParseOpenTrans reads an openTRANS 2.1 ORDER, which is the whole order. The
// buyer is the party of that role, or the one that BUYER_IDREF names; the end
// customer is the party "customer", the final recipient, or the one that the
// customer's own order names.
func ParseOpenTrans(raw []byte, o Options) (Document, error) {
	_, charset, err := declared(o.ContentType)
	if err != nil {
		return Document{}, err
	}
	data, err := decodeXML(raw, charset)
	if err != nil {
		return Document{}, err
	}
	r := &otReader{builder: newBuilder(OpenTrans, Complete), partyIDs: map[string]string{}}
	if err := walkXML(data, openTransRules, r.root, r.event); err != nil {
		return Document{}, err
	}
	r.header()
	return r.finish(o)
}

func (r *otReader) root(n xml.Name) error {
	kind, err := kindOfRoot(n)
	if err == nil && kind != OpenTrans {
		err = with(ErrRoot, "/"+clip(n.Local), "root", clip(n.Local))
	}
	return err
}

func (r *otReader) header() {
	d := &r.doc
	d.Number = r.text("/ORDER/ORDER_HEADER/ORDER_INFO/ORDER_ID", r.id, maxNumber, true)
	d.ID = r.text("/ORDER/ORDER_HEADER/CONTROL_INFO/GENERATION_DATE", strings.TrimSpace(r.generated+" "+r.date), maxValue, false)
	d.Language = language(r.language)
	buyer := r.buyer
	if buyer == "" {
		buyer = r.resolve(r.buyerRef)
	}
	if p := r.builder.party("/ORDER/ORDER_HEADER/ORDER_INFO/PARTIES/PARTY", buyer); p != nil {
		d.Buyer = *p
	} else {
		r.refuse(with(ErrMissing, "/ORDER/ORDER_HEADER/ORDER_INFO/PARTIES/PARTY/PARTY_ID"))
	}
	customer := r.customer
	if customer == "" {
		customer = r.final
	}
	if customer == "" {
		customer = r.resolve(r.customerRef)
	}
	d.Customer = r.builder.party("/ORDER/ORDER_HEADER/ORDER_INFO/PARTIES/PARTY", customer)
	if r.lines == 0 {
		r.refuse(with(ErrNoLines, "/ORDER/ORDER_ITEM_LIST/ORDER_ITEM"))
	}
}

func (r *otReader) resolve(ref string) string {
	if known, ok := r.partyIDs[ref]; ok {
		return known
	}
	return ref
}

func (r *otReader) event(e xmlEvent) error {
	if e.field >= otLine {
		return r.lineEvent(e)
	}
	if !e.end {
		switch e.field {
		case otParty:
			r.party, r.roles, r.ids = best{}, nil, nil
		case otPartyID:
			r.idType = strings.ToLower(e.attr("type"))
		}
		return nil
	}
	const info = "/ORDER/ORDER_HEADER/ORDER_INFO/"
	switch e.field {
	case otGenerated:
		return r.once(&r.generated, e, "/ORDER/ORDER_HEADER/CONTROL_INFO/GENERATION_DATE")
	case otID:
		return r.once(&r.id, e, info+"ORDER_ID")
	case otDate:
		return r.once(&r.date, e, info+"ORDER_DATE")
	case otLanguage:
		if r.language == "" {
			r.language = e.text
		}
	case otCurrency:
		r.doc.Currency = r.currency(info+"CURRENCY", e.text)
	case otBuyerRef:
		return r.once(&r.buyerRef, e, info+"ORDER_PARTIES_REFERENCE/BUYER_IDREF")
	case otCustomerRef:
		r.customerRef = e.text
	case otPartyID:
		r.ids = append(r.ids, e.text)
		r.party.offer(idRank(r.idType), e.text)
	case otPartyRole:
		r.roles = append(r.roles, strings.ToLower(e.text))
	case otParty:
		r.endParty()
	}
	return nil
}

// idRank prefers the number that we gave a party to its GLN, and both to any
// other.
func idRank(kind string) int {
	switch kind {
	case "supplier_specific":
		return 4
	case "iln", "gln":
		return 3
	}
	return 2
}

func (r *otReader) endParty() {
	for _, id := range r.ids {
		r.partyIDs[id] = r.party.value
	}
	for _, role := range r.roles {
		switch {
		case role == "buyer" && r.buyer == "":
			r.buyer = r.party.value
		case role == "customer" && r.customer == "":
			r.customer = r.party.value
		case role == "final_delivery" && r.final == "":
			r.final = r.party.value
		}
	}
}

func (r *otReader) lineEvent(e xmlEvent) error {
	if !e.end {
		if e.field == otLine {
			r.lines++
			r.field = "/ORDER/" + otItem + "[" + strconv.Itoa(r.lines) + "]"
			r.no, r.quantity, r.name, r.article, r.properties = "", "", "", best{}, nil
		}
		return nil
	}
	switch e.field {
	case otLineID:
		return r.once(&r.no, e, r.field+"/LINE_ITEM_ID")
	case otLineQuantity:
		return r.once(&r.quantity, e, r.field+"/QUANTITY")
	case otLineSupplier:
		r.article.offer(3, e.text)
	case otLineMaker:
		r.article.offer(2, e.text)
	case otLineInternational:
		r.article.offer(1, e.text)
	case otFeatureName:
		r.name = e.text
	case otFeatureValue:
		r.pair(&r.properties, r.field+"/PRODUCT_FEATURES/FEATURE", r.name, e.text)
		r.name = ""
	case otLine:
		return r.line(Line{
			Field: r.field, Properties: r.properties,
			No:       r.text(r.field+"/LINE_ITEM_ID", r.no, maxLineNo, true),
			Article:  r.text(r.field+"/PRODUCT_ID/SUPPLIER_PID", r.article.value, maxNumber, true),
			Quantity: r.builder.quantity(r.field+"/QUANTITY", r.quantity),
		})
	}
	return nil
}
