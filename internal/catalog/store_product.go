package catalog

import (
	"strings"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
)

const (
	productColumns = `id, code, name_de, name_en, key_prefix, state, rev`
	featureColumns = `f.id, p.code, f.code, f.title_de, f.title_en, f.all_features, f.state, f.rev`
	featureFrom    = ` FROM feature f JOIN product p ON p.publisher_id = f.publisher_id AND p.id = f.product_id `
)

var (
	qProduct       = db.SQL("catalog.product", `SELECT `+productColumns+` FROM product WHERE publisher_id = ? AND id = ?`)
	qProductByCode = db.SQL("catalog.product_by_code", `SELECT `+productColumns+` FROM product
		WHERE publisher_id = ? AND code_key = ?`)
	qProducts    = db.SQL("catalog.products", `SELECT `+productColumns+` FROM product WHERE publisher_id = ?`)
	qPrefix      = db.SQL("catalog.product_by_prefix", `SELECT code FROM product WHERE publisher_id = ? AND prefix_key = ?`)
	qProductPage = db.SQL("catalog.product_page", `SELECT `+productColumns+` FROM product
		WHERE publisher_id = ? AND code_key >= ? AND code_key < ? AND (? = '' OR state = ?)
		ORDER BY code_key LIMIT ?`)
	qProductInsert = db.SQL("catalog.product_insert", `INSERT INTO product
		(publisher_id, id, code, code_key, name_de, name_en, key_prefix, prefix_key, state, rev) VALUES {rows}`)
	qProductUpdate = db.SQL("catalog.product_update", `UPDATE product SET name_de = ?, name_en = ?, state = ?, rev = ?
		WHERE publisher_id = ? AND id = ?`)

	qFeature       = db.SQL("catalog.feature", `SELECT `+featureColumns+featureFrom+` WHERE f.publisher_id = ? AND f.id = ?`)
	qFeatureByCode = db.SQL("catalog.feature_by_code", `SELECT `+featureColumns+featureFrom+`
		WHERE p.publisher_id = ? AND p.code_key = ? AND f.code_key = ?`)
	qFeatures   = db.SQL("catalog.features", `SELECT `+featureColumns+featureFrom+` WHERE f.publisher_id = ?`)
	qFeaturesOf = db.SQL("catalog.features_of", `SELECT `+featureColumns+featureFrom+`
		WHERE f.publisher_id = ? AND f.product_id = ?`)
	qFeaturePage = db.SQL("catalog.feature_page", `SELECT `+featureColumns+featureFrom+`
		WHERE f.publisher_id = ? AND f.product_id = ? AND f.code_key >= ? AND f.code_key < ?
			AND (? = '' OR f.state = ?)
		ORDER BY f.code_key LIMIT ?`)
	qFeatureInsert = db.SQL("catalog.feature_insert", `INSERT INTO feature
		(publisher_id, id, product_id, code, code_key, title_de, title_en, all_features, state, rev) VALUES {rows}`)
	qFeatureUpdate = db.SQL("catalog.feature_update", `UPDATE feature SET title_de = ?, title_en = ?, state = ?, rev = ?
		WHERE publisher_id = ? AND id = ?`)
)

func scanProduct(r *db.Rows) (p Product, err error) {
	err = r.Scan(&p.ID, &p.Code, &p.Name.DE, &p.Name.EN, &p.KeyPrefix, &p.State, &p.Rev)
	return p, err
}

func scanFeature(r *db.Rows) (f Feature, err error) {
	err = r.Scan(&f.ID, &f.Product, &f.Code, &f.Title.DE, &f.Title.EN, &f.All, &f.State, &f.Rev)
	return f, err
}

// findProduct returns a product by its id or code, or ErrNotFound.
func findProduct(q db.Querier, p actor.PublisherID, ref string) (Product, error) {
	return find(q, p, "product", ref, scanProduct, qProduct, qProductByCode, FoldCode(ref))
}

// findFeature returns a feature by its id or "product/code", or ErrNotFound.
func findFeature(q db.Querier, p actor.PublisherID, ref string) (Feature, error) {
	product, code, _ := strings.Cut(ref, "/")
	return find(q, p, "feature", ref, scanFeature, qFeature, qFeatureByCode, FoldCode(product), FoldCode(code))
}

// prefixOwner returns the code of the product with this key prefix, or with one
// that reads like it; "" when there is none.
func prefixOwner(q db.Querier, p actor.PublisherID, prefix string) (string, error) {
	var code string
	err := q.QueryRow(qPrefix, p, foldPrefix(prefix)).Scan(&code)
	if absent(missing(err, "product", prefix)) {
		return "", nil
	}
	return code, err
}

func pageProducts(q db.Querier, p actor.PublisherID, f Query, s span, limit int) ([]Product, error) {
	return db.List(q, scanProduct, qProductPage, p, s.from, s.to, string(f.State), string(f.State), limit)
}

// pageFeatures lists the features of one product; without one it is ErrNotFound.
func pageFeatures(q db.Querier, p actor.PublisherID, f Query, s span, limit int) ([]Feature, error) {
	of, err := findProduct(q, p, f.Product)
	if err != nil {
		return nil, err
	}
	return db.List(q, scanFeature, qFeaturePage, p, of.ID, s.from, s.to, string(f.State), string(f.State), limit)
}

func insertProducts(tx *db.Tx, p actor.PublisherID, products []Product) error {
	rows := make([][]any, len(products))
	for i, v := range products {
		rows[i] = []any{p, v.ID, v.Code, FoldCode(v.Code), v.Name.DE, v.Name.EN, v.KeyPrefix, foldPrefix(v.KeyPrefix), string(v.State), v.Rev}
	}
	_, err := tx.ExecMany(qProductInsert, rows)
	return err
}

func updateProduct(tx *db.Tx, p actor.PublisherID, v Product) error {
	_, err := tx.Exec(qProductUpdate, v.Name.DE, v.Name.EN, string(v.State), v.Rev, p, v.ID)
	return err
}

func insertFeatures(tx *db.Tx, p actor.PublisherID, features []Feature) error {
	products := map[string]ProductID{}
	rows := make([][]any, len(features))
	for i, v := range features {
		id, err := idOf(products, v.Product, func() (ProductID, error) {
			of, err := findProduct(tx, p, v.Product)
			return of.ID, err
		})
		if err != nil {
			return err
		}
		rows[i] = []any{p, v.ID, id, v.Code, FoldCode(v.Code), v.Title.DE, v.Title.EN, v.All, string(v.State), v.Rev}
	}
	_, err := tx.ExecMany(qFeatureInsert, rows)
	return err
}

func updateFeature(tx *db.Tx, p actor.PublisherID, v Feature) error {
	_, err := tx.Exec(qFeatureUpdate, v.Title.DE, v.Title.EN, string(v.State), v.Rev, p, v.ID)
	return err
}
