package format

import (
	"strings"
	"unicode"
)

// column is a field that a CSV file may have.
type column int

const (
	colNone column = iota
	colSource
	colOrder
	colRevision
	colMode
	colLine
	colArticle
	colQuantity
	colCancelled
	colBuyer
	colCustomer
	colLanguage
	colCurrency
	colOption
)

// headings are the names of the columns in English and German, as folded by
// fold. The first one of each is named when the column is missing.
var headings = map[column][]string{
	colSource:    {"source", "system", "quelle", "quellsystem"},
	colOrder:     {"order", "orderno", "ordernumber", "orderid", "auftrag", "auftragsnummer", "auftragsnr", "auftragnr", "bestellung", "bestellnummer", "bestellnr", "belegnummer", "belegnr"},
	colRevision:  {"revision", "rev", "version", "stand"},
	colMode:      {"mode", "modus"},
	colLine:      {"line", "lineno", "linenumber", "lineid", "position", "pos", "posnr", "positionsnummer", "positionsnr", "auftragsposition", "zeile"},
	colArticle:   {"article", "articleno", "articlenumber", "sku", "item", "itemno", "artikel", "artikelnummer", "artikelnr", "artnr"},
	colQuantity:  {"quantity", "qty", "amount", "menge", "anzahl", "stück", "stueck", "stückzahl", "stueckzahl"},
	colCancelled: {"cancelled", "canceled", "storniert", "storno"},
	colBuyer:     {"buyer", "buyerno", "buyernumber", "käufer", "kaeufer", "käufernummer", "kaeufernummer", "käufernr", "besteller", "bestellernummer", "auftraggeber", "händler", "haendler", "händlernummer", "haendlernummer", "reseller", "resellerno"},
	colCustomer:  {"customer", "customerno", "customernumber", "endcustomer", "enduser", "kunde", "kundennummer", "kundennr", "kdnr", "endkunde", "endkundennummer", "endkundennr"},
	colLanguage:  {"language", "lang", "sprache"},
	colCurrency:  {"currency", "währung", "waehrung"},
}

var columnOf = func() map[string]column {
	m := map[string]column{}
	for c, names := range headings {
		for _, n := range names {
			m[n] = c
		}
	}
	return m
}()

// fold keeps the letters and digits of a heading: "Art.-Nr." is "artnr".
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

// csvHead says what stands in each column of a file.
type csvHead struct {
	names   []string // as written
	columns []column
	options []string // the option's name in an option column
	at      map[column]int
}

// readHead understands the heading row. Columns that mean nothing here (names,
// addresses, prices) are left out and named in the result.
func readHead(row []string) (csvHead, []string, error) {
	h := csvHead{names: row, columns: make([]column, len(row)), options: make([]string, len(row)), at: map[column]int{}}
	if len(row) > MaxColumns {
		return h, nil, with(ErrColumns, "row 1", "limit", MaxColumns)
	}
	var ignored []string
	seen := map[string]bool{}
	for i, name := range row {
		name = strings.TrimSpace(name)
		if option, ok := optionName(name); ok {
			if seen[strings.ToLower(option)] {
				return h, nil, with(ErrColumnTwice, "row 1", "column", clip(name))
			}
			seen[strings.ToLower(option)] = true
			h.columns[i], h.options[i] = colOption, option
			continue
		}
		c := columnOf[fold(name)]
		if c == colNone {
			if name != "" && printable(name) {
				ignored = append(ignored, clip(name))
			}
			continue
		}
		if _, twice := h.at[c]; twice {
			return h, nil, with(ErrColumnTwice, "row 1", "column", clip(name))
		}
		h.columns[i], h.at[c] = c, i
	}
	// A file with customers and no buyers means that the customers buy.
	if at, ok := h.at[colCustomer]; ok && !h.has(colBuyer) {
		h.at[colBuyer], h.columns[at] = at, colBuyer
		delete(h.at, colCustomer)
	}
	for _, c := range []column{colOrder, colLine, colArticle, colQuantity, colBuyer} {
		if !h.has(c) {
			return h, nil, with(ErrColumn, "row 1", "column", headings[c][0])
		}
	}
	return h, ignored, nil
}

func (h csvHead) has(c column) bool { _, ok := h.at[c]; return ok }

// cell returns the text of column c in row, "" where there is none.
func (h csvHead) cell(row []string, c column) string {
	if at, ok := h.at[c]; ok && at < len(row) {
		return strings.TrimSpace(row[at])
	}
	return ""
}

// optionName recognizes "option:days" and "Option days".
func optionName(heading string) (string, bool) {
	for _, sep := range []string{":", ".", " "} {
		head, name, ok := strings.Cut(heading, sep)
		if ok && strings.EqualFold(strings.TrimSpace(head), "option") && strings.TrimSpace(name) != "" {
			return strings.TrimSpace(name), true
		}
	}
	return "", false
}

// known counts the headings in row that are understood.
func known(row []string) (n int) {
	for _, name := range row {
		if columnOf[fold(name)] != colNone {
			n++
		}
	}
	return n
}
