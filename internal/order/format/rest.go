package format

import "encoding/json"

// restReader fills a builder from our own JSON form. Keys are exact; an
// unknown one is refused, because it may be a misspelt "cancelled".
type restReader struct {
	*jsonReader
	*builder
}

// ParseREST reads the product's own order JSON:
//
//	{"source": "erp", "number": "4711", "revision": 2, "mode": "complete",
//	 "buyer": {"number": "R-100"}, "customer": {"number": "C-7"},
//	 "language": "de", "currency": "EUR",
//	 "lines": [{"no": "1", "article": "CAD-PRO", "quantity": 3,
//	            "options": {"days": "30"}, "cancelled": false}]}
func ParseREST(raw []byte, o Options) (Document, error) {
	_, charset, err := declared(o.ContentType)
	if err != nil {
		return Document{}, err
	}
	data, err := decodeJSON(raw, charset)
	if err != nil {
		return Document{}, err
	}
	j, err := newJSON(data)
	if err != nil {
		return Document{}, err
	}
	r := restReader{j, newBuilder(REST, Lines)}
	t, err := r.token()
	if err != nil {
		return Document{}, err
	}
	got := map[string]bool{}
	if err := r.object(t, func(key string, t json.Token) error { got[key] = true; return r.header(key, t) }); err != nil {
		return Document{}, err
	}
	for _, key := range []string{"number", "buyer", "lines"} {
		if !got[key] {
			r.refuse(with(ErrMissing, "/"+key))
		}
	}
	if got["lines"] && len(r.doc.Lines) == 0 && r.doc.Mode != Complete {
		r.refuse(with(ErrNoLines, "/lines"))
	}
	return r.finish(o)
}

func (r restReader) header(key string, t json.Token) error {
	d := &r.doc
	switch key {
	case "buyer":
		p, err := r.party(t)
		if err != nil || p == nil {
			return err
		}
		d.Buyer = *p
		return nil
	case "customer":
		p, err := r.party(t)
		d.Customer = p
		return err
	case "lines":
		return r.array(t, func(_ int, t json.Token) error { return r.readLine(t) })
	}
	s, f := r.scalar(t)
	if f != nil {
		return f
	}
	switch key {
	case "source":
		d.Source = r.source(r.at(), s, false)
	case "number":
		d.Number = r.text(r.at(), s, maxNumber, true)
	case "id":
		d.ID = r.text(r.at(), s, maxNumber, false)
	case "revision":
		d.Revision = r.revision(r.at(), s)
	case "mode":
		d.Mode = r.mode(r.at(), s, Lines)
	case "language":
		if d.Language = language(s); s != "" && d.Language == "" {
			r.refuse(with(ErrValue, r.at(), "value", clip(s), "allowed", "de, en"))
		}
	case "currency":
		d.Currency = r.currency(r.at(), s)
	default:
		return with(ErrKeyUnknown, r.at(), "key", clip(key))
	}
	return nil
}

// party reads {"number": …} or {"id": …}; null is nobody.
func (r restReader) party(t json.Token) (*Party, error) {
	if t == nil {
		return nil, nil
	}
	var p Party
	at := r.at()
	err := r.object(t, func(key string, t json.Token) error {
		s, f := r.scalar(t)
		if f != nil {
			return f
		}
		switch key {
		case "number":
			p.Number = r.text(r.at(), s, maxParty, true)
		case "id":
			p.ID = r.text(r.at(), s, maxNumber, true)
		default:
			return with(ErrKeyUnknown, r.at(), "key", clip(key))
		}
		return nil
	})
	if err == nil && (p.Number == "") == (p.ID == "") {
		r.refuse(with(ErrMissing, at+"/number"))
	}
	return &p, err
}

func (r restReader) readLine(t json.Token) error {
	l := Line{Field: r.at()}
	got := map[string]bool{}
	var quantity string
	err := r.object(t, func(key string, t json.Token) (err error) {
		got[key] = true
		switch key {
		case "options":
			return r.object(t, func(name string, t json.Token) error {
				s, f := r.scalar(t)
				if f != nil {
					return f
				}
				r.pair(&l.Options, r.at(), name, s)
				return nil
			})
		case "customer":
			l.Customer, err = r.party(t)
			return err
		case "cancelled":
			v, f := r.truth(t)
			if f != nil {
				return f
			}
			l.Cancelled = v
			return nil
		}
		s, f := r.scalar(t)
		if f != nil {
			return f
		}
		switch key {
		case "no":
			l.No = r.text(r.at(), s, maxLineNo, true)
		case "article":
			l.Article = r.text(r.at(), s, maxNumber, true)
		case "quantity":
			quantity = s
		default:
			return with(ErrKeyUnknown, r.at(), "key", clip(key))
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, key := range []string{"no", "article"} {
		if !got[key] && !(key == "article" && l.Cancelled) {
			r.refuse(with(ErrMissing, l.Field+"/"+key))
		}
	}
	if !l.Cancelled {
		l.Quantity = r.quantity(l.Field+"/quantity", quantity)
	}
	return r.line(l)
}
