package catalog

import (
	"slices"
	"strings"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
)

// Trials returns what visitors may take for trying, by number. It is a part: it
// checks no rights.
func Trials(q db.Querier, p actor.PublisherID) ([]Offered, error) {
	all, err := db.List(q, scanModel, qModels, p)
	if err != nil {
		return nil, err
	}
	var out []Offered
	for _, m := range all {
		if m.Kind != Trial {
			continue
		}
		of, err := db.List(q, scanArticle, qArticlesByModel, p, m.ID)
		if err != nil {
			return nil, err
		}
		for _, a := range of {
			if a.Trial.Open {
				out = append(out, a.offered(m.ModelSpec))
			}
		}
	}
	slices.SortFunc(out, func(a, b Offered) int { return strings.Compare(FoldNumber(a.Number), FoldNumber(b.Number)) })
	return out, nil
}

// ResolveTrial returns what a visitor gets who takes an article for trying: its
// snapshot as of today, as long as the offer says. It is a part. Errors:
// catalog.not_offered for whatever is not offered now, a retired product included.
func ResolveTrial(q db.Querier, p actor.PublisherID, number string) (Offered, Snapshot, error) {
	found, err := findParts(q, p, FoldNumber(number))
	if err != nil && !absent(err) {
		return Offered{}, Snapshot{}, err
	}
	if err != nil || found.configuration != nil || !found.article.Trial.Open || found.sold() != nil {
		return Offered{}, Snapshot{}, ErrNotOffered.At("/article").With("number", clip(number))
	}
	s, err := found.snapshot(found.article.trialOptions())
	o := found.article.offered(found.model.ModelSpec)
	o.Product, s.Model.Duration = found.product.Code, o.Lasts
	return o, s, err
}
