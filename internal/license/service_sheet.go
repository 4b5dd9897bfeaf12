package license

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"strconv"

	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/ship"
	"github.com/licet/licet/wire"
)

// sheetSize is from how many tickets on a journal line is shipped as a sheet.
const sheetSize = 50

// sheet is tickets that were printed together. Their ids, and those of their
// licenses, lie beside each other, so that one pass over each table reads the
// rows as they stand now.
type sheet struct {
	c        *carrier
	of       issuedData
	snapshot string       // its id as rows show it
	tickets  []ship.Image // until their look-ups are shipped
	licenses []ship.Image // the same, those that have keys
}

// The places of columns in the rows of tickets and licenses.
const (
	rowPublisher, rowKey         = 0, 1
	ticketSnapshot, ticketSealed = 2, 5
	licenseSnapshot, licenseKey  = 3, 13
)

// sheets takes the journal lines about many tickets out of n and ships them. Where
// codes may be stored under several peppers, they are looked for one by one like
// any others.
func (c *carrier) sheets(n *named) {
	n.issued = slices.DeleteFunc(n.issued, func(i issuedData) bool {
		if i.Tickets < sheetSize || i.Until.IsZero() || !c.s.vault.OnePepper() {
			return false
		}
		s := &sheet{c: c, of: i, snapshot: strconv.Quote(i.Snapshot.String())}
		c.all = append(c.all,
			ship.Cargo{Table: shipTicket, Read: s.readTickets},
			ship.Cargo{Table: shipLicense, Read: s.readLicenses},
			ship.Cargo{Table: shipLookup, Read: s.lookups})
		return true
	})
}

// mine leaves out what others have printed at the same time.
func (s *sheet) mine(rows []ship.Image, at int) []ship.Image {
	return slices.DeleteFunc(rows, func(r ship.Image) bool { return string(r[at]) != s.snapshot })
}

func (s *sheet) readTickets() ([]ship.Image, error) {
	rows, err := shipTicket.Images(s.c.q, qTicketRange, s.c.p, s.of.First, s.of.Last)
	s.tickets = s.mine(rows, ticketSnapshot)
	return s.tickets, err
}

func (s *sheet) readLicenses() ([]ship.Image, error) {
	rows, err := shipLicense.Images(s.c.q, qLicenseRange, s.c.p, LicenseID(s.of.First), s.of.Until)
	rows = s.mine(rows, licenseSnapshot)
	for _, l := range rows {
		if string(l[licenseKey]) != "null" {
			s.licenses = append(s.licenses, l)
		}
	}
	return rows, err
}

// lookups are the rows by which the codes and keys are found. They follow from
// these, so the widest and least ordered table is not read.
func (s *sheet) lookups() ([]ship.Image, error) {
	out := make([]ship.Image, 0, len(s.tickets)+len(s.licenses))
	for _, t := range s.tickets {
		if string(t[ticketSealed]) == "null" { // the code is not kept
			continue
		}
		code, err := s.open(t[rowKey], t[ticketSealed])
		if err != nil {
			return nil, err
		}
		out = append(out, s.lookup(kindTicket, t, code))
	}
	for _, l := range s.licenses {
		plain, err := s.open(l[rowKey], l[licenseKey])
		if err != nil {
			return nil, err
		}
		k, err := wire.ParseKey(string(plain))
		if err != nil {
			return nil, ErrNoCode.Wrap(err)
		}
		out = append(out, s.lookup(kindKey, l, k.Bytes()))
	}
	s.tickets, s.licenses = nil, nil
	return out, nil
}

// open opens what a row has sealed.
func (s *sheet) open(row, raw json.RawMessage) ([]byte, error) {
	var id db.ID[sheet]
	if err := id.UnmarshalText(unquoted(row)); err != nil {
		return nil, err
	}
	sealed, err := base64.StdEncoding.AppendDecode(nil, unquoted(raw))
	if err != nil {
		return nil, err
	}
	return s.c.s.vault.Open(s.c.q, s.c.p, id[:], sealed)
}

// lookup is the row by which a ticket or license is found.
func (s *sheet) lookup(kind string, row ship.Image, normal []byte) ship.Image {
	pepper, h := s.c.s.vault.Lookup(normal)
	return ship.Image{
		json.RawMessage(strconv.Quote(lookupID(h[:16]).String())), row[rowPublisher], json.RawMessage(strconv.Quote(kind)),
		row[rowKey], strconv.AppendInt(nil, pepper, 10),
	}
}

// unquoted is the text in a JSON string without anything escaped.
func unquoted(raw json.RawMessage) []byte { return raw[1 : len(raw)-1] }
