package catalog

import (
	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/frame"
)

var (
	qResolve = db.SQL("catalog.resolve", `SELECT o.id, o.number, a.number,
			a.id, a.name_de, a.name_en, a.kind, a.ticketing, a.spec, a.state,
			p.code, p.key_prefix, p.state, m.code, m.spec,
			c.id, COALESCE(c.name_de, ''), COALESCE(c.name_en, ''), c.spec, COALESCE(c.state, '')
		FROM item o
		LEFT JOIN configuration c ON c.publisher_id = o.publisher_id AND c.id = o.id
		JOIN article a ON a.publisher_id = o.publisher_id AND a.id = COALESCE(c.article_id, o.id)
		JOIN product p ON p.publisher_id = a.publisher_id AND p.id = a.product_id
		JOIN license_model m ON m.publisher_id = a.publisher_id AND m.id = a.model_id
		WHERE o.publisher_id = ? AND o.number_key = ?`)
	qAllFeatures = db.SQL("catalog.all_features", `SELECT f.code FROM feature f
		JOIN product p ON p.publisher_id = f.publisher_id AND p.id = f.product_id
		WHERE f.publisher_id = ? AND p.code_key = ? AND f.all_features ORDER BY f.code_key`)
)

// Want is one thing to resolve: an article number as an order has it, and the
// option values that it gives. A value may be text where the option is a number
// or a truth value, as in a CSV cell.
type Want struct {
	Number  string
	Options map[string]frame.Value
}

// Resolved is the answer to one Want: a snapshot, or why there is none.
type Resolved struct {
	Snapshot Snapshot
	Err      error // ErrArticleUnknown, ErrRetired, or joined refusals of options
}

// Resolve returns the frozen snapshot of what number means today, with the
// given option values; what is not given is the configuration's preset or the
// article's default. Numbers are found whatever their case and spaces. Errors:
// ErrArticleUnknown; ErrRetired; and, joined, ErrOptionUnknown,
// ErrOptionMissing, ErrOptionKind, ErrOptionOutside, each at "/options/<name>".
// It is a part: it checks no rights.
func Resolve(q db.Querier, p actor.PublisherID, number string, given map[string]frame.Value) (Snapshot, error) {
	out, err := ResolveMany(q, p, []Want{{number, given}})
	if err != nil {
		return Snapshot{}, err
	}
	return out[0].Snapshot, out[0].Err
}

// ResolveMany is Resolve for many lines at once: every number is read once, and
// a refusal of one line is that line's own. The error is the database's.
func ResolveMany(q db.Querier, p actor.PublisherID, wants []Want) ([]Resolved, error) {
	type found struct {
		parts parts
		err   error
	}
	known := map[string]found{}
	out := make([]Resolved, len(wants))
	for i, w := range wants {
		key := FoldNumber(w.Number)
		f, ok := known[key]
		if !ok {
			var err error
			f.parts, err = findParts(q, p, key)
			if err != nil && !absent(err) {
				return nil, err
			}
			f.err = err
			known[key] = f
		}
		if f.err != nil {
			out[i].Err = asArticle(f.err, w.Number)
			continue
		}
		out[i].Snapshot, out[i].Err = f.parts.snapshot(w.Options)
	}
	return out, nil
}

// findParts reads everything about a folded number, or returns ErrNotFound.
func findParts(q db.Querier, p actor.PublisherID, key string) (parts, error) {
	found, err := db.List(q, scanParts, qResolve, p, key)
	v, err := one(found, err, "article", key)
	if err != nil {
		return v, err
	}
	v.all, err = db.List(q, func(r *db.Rows) (code string, err error) {
		err = r.Scan(&code)
		return code, err
	}, qAllFeatures, p, FoldCode(v.product.Code))
	return v, err
}

func scanParts(r *db.Rows) (v parts, err error) {
	var (
		number string
		spec   db.JSON[articleSpec]
		model  db.JSON[ModelSpec]
		c      Configuration
		preset db.JSON[configurationSpec]
	)
	a := &v.article
	err = r.Scan(&v.item, &number, &a.Number, &a.ID, &a.Name.DE, &a.Name.EN, &a.Kind, &a.Ticketing, &spec, &a.State,
		&v.product.Code, &v.product.KeyPrefix, &v.product.State, &v.model.Code, &model,
		&c.ID, &c.Name.DE, &c.Name.EN, &preset, &c.State)
	a.take(spec.V)
	v.model.ModelSpec = model.V
	if !c.ID.IsZero() {
		c.Number, c.Options, c.Frames = number, preset.V.Options, preset.V.Frames
		v.configuration = &c
	}
	return v, err
}
