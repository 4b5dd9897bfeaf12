package catalog

import (
	"strings"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/day"
	"github.com/licet/licet/internal/db"
)

// ReleaseID names a release.
type ReleaseID = db.ID[Release]

const (
	releaseColumns = `r.id, p.code, r.version, r.day, r.notes_de, r.notes_en, r.link, r.state, r.rev`
	releaseFrom    = ` FROM release r JOIN product p ON p.publisher_id = r.publisher_id AND p.id = r.product_id `
)

var (
	qRelease      = db.SQL("catalog.release", `SELECT `+releaseColumns+releaseFrom+` WHERE r.publisher_id = ? AND r.id = ?`)
	qReleaseByKey = db.SQL("catalog.release_by_key", `SELECT `+releaseColumns+releaseFrom+`
		WHERE p.publisher_id = ? AND p.code_key = ? AND r.version_key = ?`)
	qReleasePage = db.SQL("catalog.release_page", `SELECT `+releaseColumns+releaseFrom+`
		WHERE r.publisher_id = ? AND r.product_id = ? AND (r.day, r.version_key) < (?, ?)
			AND r.version_key >= ? AND r.version_key < ? AND (? = '' OR r.state = ?)
		ORDER BY r.day DESC, r.version_key DESC LIMIT ?`)
	qReleasesOf = db.SQL("catalog.releases_of", `SELECT `+releaseColumns+releaseFrom+`
		WHERE p.publisher_id = ? AND p.code_key = ? AND r.state = 'active' ORDER BY r.day DESC, r.version_key DESC LIMIT ?`)
	qReleaseInsert = db.SQL("catalog.release_insert", `INSERT INTO release
		(publisher_id, id, product_id, version, version_key, day, notes_de, notes_en, link, state, rev) VALUES {rows}`)
	qReleaseUpdate = db.SQL("catalog.release_update", `UPDATE release
		SET day = ?, notes_de = ?, notes_en = ?, link = ?, state = ?, rev = ? WHERE publisher_id = ? AND id = ?`)
)

func scanRelease(r *db.Rows) (v Release, err error) {
	var on db.Day
	err = r.Scan(&v.ID, &v.Product, &v.Version, &on, &v.Notes.DE, &v.Notes.EN, &v.Link, &v.State, &v.Rev)
	v.Day = on.Day
	return v, err
}

// findRelease returns a release by its id or "product/version", or ErrNotFound.
func findRelease(q db.Querier, p actor.PublisherID, ref string) (Release, error) {
	product, version, _ := strings.Cut(ref, "/")
	return find(q, p, "release", ref, scanRelease, qRelease, qReleaseByKey, FoldCode(product), FoldCode(version))
}

// pageReleases lists the releases of one product; without one it is ErrNotFound.
// The prefix narrows the versions.
func pageReleases(q db.Querier, p actor.PublisherID, f Query, _ span, limit int) ([]Release, error) {
	of, err := findProduct(q, p, f.Product)
	if err != nil {
		return nil, err
	}
	on, version, _ := strings.Cut(f.After, "/")
	until, err := day.Parse(on)
	if err != nil { // the first page
		until = day.Of(9999, 12, 31)
	}
	s := spanOf(FoldCode(f.Prefix), "")
	return db.List(q, scanRelease, qReleasePage, p, of.ID, db.Day{Day: until}, FoldCode(version), s.from, s.to, string(f.State), string(f.State), limit)
}

// maxReleases is how many of a product's releases are looked at for an update.
const maxReleases = 200

// Releases returns the active releases of a product by its code, newest day first,
// at most 200. An unknown product has none.
func Releases(q db.Querier, p actor.PublisherID, product string) ([]Release, error) {
	return db.List(q, scanRelease, qReleasesOf, p, FoldCode(product), maxReleases)
}

func insertReleases(tx *db.Tx, p actor.PublisherID, list []Release) error {
	rows := make([][]any, len(list))
	for i, v := range list {
		of, err := findProduct(tx, p, v.Product)
		if err != nil {
			return err
		}
		rows[i] = []any{p, v.ID, of.ID, v.Version, FoldCode(v.Version), db.Day{Day: v.Day}, v.Notes.DE, v.Notes.EN, v.Link, string(v.State), v.Rev}
	}
	_, err := tx.ExecMany(qReleaseInsert, rows)
	return err
}

func updateRelease(tx *db.Tx, p actor.PublisherID, v Release) error {
	_, err := tx.Exec(qReleaseUpdate, db.Day{Day: v.Day}, v.Notes.DE, v.Notes.EN, v.Link, string(v.State), v.Rev, p, v.ID)
	return err
}
