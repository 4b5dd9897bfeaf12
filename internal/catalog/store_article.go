package catalog

import (
	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/frame"
)

// articleSpec is what an article keeps as JSON: what no query looks into.
type articleSpec struct {
	Targets    []string         `json:"targets"`
	Features   []string         `json:"features"`
	Limits     map[string]int64 `json:"limits"`
	Options    []Option         `json:"options"`
	Containers []string         `json:"containers"`
	ShowOnce   bool             `json:"show_once,omitempty"`
	Adds       Adds             `json:"adds,omitzero"`
	Trial      TrialOffer       `json:"trial,omitzero"`
}

// configurationSpec is what a configuration keeps as JSON.
type configurationSpec struct {
	Options map[string]frame.Value `json:"options"`
	Frames  map[string]frame.Frame `json:"frames"`
}

const (
	modelColumns   = `id, code, name_de, name_en, spec, state, rev`
	articleColumns = `a.id, a.number, a.name_de, a.name_en, p.code, m.code, a.kind, a.ticketing, a.spec, a.state, a.rev`
	articleFrom    = ` FROM article a
		JOIN product p ON p.publisher_id = a.publisher_id AND p.id = a.product_id
		JOIN license_model m ON m.publisher_id = a.publisher_id AND m.id = a.model_id `
	configurationColumns = `c.id, c.number, c.name_de, c.name_en, a.number, c.spec, c.state, c.rev`
	configurationFrom    = ` FROM configuration c
		JOIN article a ON a.publisher_id = c.publisher_id AND a.id = c.article_id `
)

var (
	qModel       = db.SQL("catalog.model", `SELECT `+modelColumns+` FROM license_model WHERE publisher_id = ? AND id = ?`)
	qModelByCode = db.SQL("catalog.model_by_code", `SELECT `+modelColumns+` FROM license_model
		WHERE publisher_id = ? AND code_key = ?`)
	qModels    = db.SQL("catalog.models", `SELECT `+modelColumns+` FROM license_model WHERE publisher_id = ?`)
	qModelPage = db.SQL("catalog.model_page", `SELECT `+modelColumns+` FROM license_model
		WHERE publisher_id = ? AND code_key >= ? AND code_key < ? AND (? = '' OR state = ?)
		ORDER BY code_key LIMIT ?`)
	qModelInsert = db.SQL("catalog.model_insert", `INSERT INTO license_model
		(publisher_id, id, code, code_key, name_de, name_en, spec, state, rev) VALUES {rows}`)
	qModelUpdate = db.SQL("catalog.model_update", `UPDATE license_model
		SET name_de = ?, name_en = ?, spec = ?, state = ?, rev = ? WHERE publisher_id = ? AND id = ?`)

	qArticle         = db.SQL("catalog.article", `SELECT `+articleColumns+articleFrom+` WHERE a.publisher_id = ? AND a.id = ?`)
	qArticleByNumber = db.SQL("catalog.article_by_number", `SELECT `+articleColumns+articleFrom+`
		WHERE a.publisher_id = ? AND a.number_key = ?`)
	qArticles        = db.SQL("catalog.articles", `SELECT `+articleColumns+articleFrom+` WHERE a.publisher_id = ?`)
	qArticlesByModel = db.SQL("catalog.articles_by_model", `SELECT `+articleColumns+articleFrom+`
		WHERE a.publisher_id = ? AND a.model_id = ? AND a.state = 'active'`)
	qArticlePage = db.SQL("catalog.article_page", `SELECT `+articleColumns+articleFrom+`
		WHERE a.publisher_id = ? AND a.number_key >= ? AND a.number_key < ?
			AND (? = '' OR a.state = ?) AND (? = '' OR p.code_key = ?)
		ORDER BY a.number_key LIMIT ?`)
	qArticleInsert = db.SQL("catalog.article_insert", `INSERT INTO article
		(publisher_id, id, number, number_key, product_id, model_id, name_de, name_en, kind, ticketing, spec, state, rev) VALUES {rows}`)
	qArticleUpdate = db.SQL("catalog.article_update", `UPDATE article SET model_id = ?, name_de = ?, name_en = ?,
		kind = ?, ticketing = ?, spec = ?, state = ?, rev = ? WHERE publisher_id = ? AND id = ?`)

	qConfiguration = db.SQL("catalog.configuration", `SELECT `+configurationColumns+configurationFrom+`
		WHERE c.publisher_id = ? AND c.id = ?`)
	qConfigurationByNumber = db.SQL("catalog.configuration_by_number", `SELECT `+configurationColumns+configurationFrom+`
		WHERE c.publisher_id = ? AND c.number_key = ?`)
	qConfigurations   = db.SQL("catalog.configurations", `SELECT `+configurationColumns+configurationFrom+` WHERE c.publisher_id = ?`)
	qConfigurationsOf = db.SQL("catalog.configurations_of", `SELECT `+configurationColumns+configurationFrom+`
		WHERE c.publisher_id = ? AND c.article_id = ? AND c.state = 'active'`)
	qConfigurationPage = db.SQL("catalog.configuration_page", `SELECT `+configurationColumns+configurationFrom+`
		WHERE c.publisher_id = ? AND c.number_key >= ? AND c.number_key < ? AND (? = '' OR c.state = ?)
		ORDER BY c.number_key LIMIT ?`)
	qConfigurationInsert = db.SQL("catalog.configuration_insert", `INSERT INTO configuration
		(publisher_id, id, number, number_key, article_id, name_de, name_en, spec, state, rev) VALUES {rows}`)
	qConfigurationUpdate = db.SQL("catalog.configuration_update", `UPDATE configuration
		SET name_de = ?, name_en = ?, spec = ?, state = ?, rev = ? WHERE publisher_id = ? AND id = ?`)
)

func scanModel(r *db.Rows) (m Model, err error) {
	var spec db.JSON[ModelSpec]
	err = r.Scan(&m.ID, &m.Code, &m.Name.DE, &m.Name.EN, &spec, &m.State, &m.Rev)
	m.ModelSpec = spec.V
	return m, err
}

func scanArticle(r *db.Rows) (a Article, err error) {
	var spec db.JSON[articleSpec]
	err = r.Scan(&a.ID, &a.Number, &a.Name.DE, &a.Name.EN, &a.Product, &a.Model, &a.Kind, &a.Ticketing, &spec, &a.State, &a.Rev)
	a.take(spec.V)
	return a, err
}

func (a *Article) take(s articleSpec) {
	a.Targets, a.Features, a.Limits, a.Options, a.Containers = s.Targets, s.Features, s.Limits, s.Options, s.Containers
	a.ShowOnce, a.Adds, a.Trial = s.ShowOnce, s.Adds, s.Trial
}

func (a Article) spec() db.JSON[articleSpec] {
	return db.JSON[articleSpec]{V: articleSpec{a.Targets, a.Features, a.Limits, a.Options, a.Containers, a.ShowOnce, a.Adds, a.Trial}}
}

func scanConfiguration(r *db.Rows) (c Configuration, err error) {
	var spec db.JSON[configurationSpec]
	err = r.Scan(&c.ID, &c.Number, &c.Name.DE, &c.Name.EN, &c.Article, &spec, &c.State, &c.Rev)
	c.Options, c.Frames = spec.V.Options, spec.V.Frames
	return c, err
}

func (c Configuration) spec() db.JSON[configurationSpec] {
	return db.JSON[configurationSpec]{V: configurationSpec{c.Options, c.Frames}}
}

// findModel returns a license model by its id or code, or ErrNotFound.
func findModel(q db.Querier, p actor.PublisherID, ref string) (Model, error) {
	return find(q, p, "model", ref, scanModel, qModel, qModelByCode, FoldCode(ref))
}

// findArticle returns an article by its id or number, or ErrNotFound.
func findArticle(q db.Querier, p actor.PublisherID, ref string) (Article, error) {
	return find(q, p, "article", ref, scanArticle, qArticle, qArticleByNumber, FoldNumber(ref))
}

// findConfiguration returns a configuration by its id or number, or ErrNotFound.
func findConfiguration(q db.Querier, p actor.PublisherID, ref string) (Configuration, error) {
	return find(q, p, "configuration", ref, scanConfiguration, qConfiguration, qConfigurationByNumber, FoldNumber(ref))
}

func pageModels(q db.Querier, p actor.PublisherID, f Query, s span, limit int) ([]Model, error) {
	return db.List(q, scanModel, qModelPage, p, s.from, s.to, string(f.State), string(f.State), limit)
}

func pageArticles(q db.Querier, p actor.PublisherID, f Query, s span, limit int) ([]Article, error) {
	product := FoldCode(f.Product)
	return db.List(q, scanArticle, qArticlePage, p, s.from, s.to, string(f.State), string(f.State), product, product, limit)
}

func pageConfigurations(q db.Querier, p actor.PublisherID, f Query, s span, limit int) ([]Configuration, error) {
	return db.List(q, scanConfiguration, qConfigurationPage, p, s.from, s.to, string(f.State), string(f.State), limit)
}

func insertModels(tx *db.Tx, p actor.PublisherID, models []Model) error {
	rows := make([][]any, len(models))
	for i, v := range models {
		rows[i] = []any{p, v.ID, v.Code, FoldCode(v.Code), v.Name.DE, v.Name.EN, db.JSON[ModelSpec]{V: v.ModelSpec}, string(v.State), v.Rev}
	}
	_, err := tx.ExecMany(qModelInsert, rows)
	return err
}

func updateModel(tx *db.Tx, p actor.PublisherID, v Model) error {
	_, err := tx.Exec(qModelUpdate, v.Name.DE, v.Name.EN, db.JSON[ModelSpec]{V: v.ModelSpec}, string(v.State), v.Rev, p, v.ID)
	return err
}

func insertArticles(tx *db.Tx, p actor.PublisherID, articles []Article) error {
	products, models := map[string]ProductID{}, map[string]ModelID{}
	items, rows := make([][]any, len(articles)), make([][]any, len(articles))
	for i, v := range articles {
		product, err := idOf(products, v.Product, func() (ProductID, error) {
			of, err := findProduct(tx, p, v.Product)
			return of.ID, err
		})
		if err != nil {
			return err
		}
		model, err := idOf(models, v.Model, func() (ModelID, error) {
			of, err := findModel(tx, p, v.Model)
			return of.ID, err
		})
		if err != nil {
			return err
		}
		items[i] = []any{p, v.ID, v.Number, FoldNumber(v.Number), "article"}
		rows[i] = []any{p, v.ID, v.Number, FoldNumber(v.Number), product, model, v.Name.DE, v.Name.EN, string(v.Kind), string(v.Ticketing), v.spec(), string(v.State), v.Rev}
	}
	if _, err := tx.ExecMany(qItemInsert, items); err != nil {
		return err
	}
	_, err := tx.ExecMany(qArticleInsert, rows)
	return err
}

// idOf looks an id up once per code.
func idOf[ID any](known map[string]ID, code string, find func() (ID, error)) (ID, error) {
	if id, ok := known[FoldCode(code)]; ok {
		return id, nil
	}
	id, err := find()
	known[FoldCode(code)] = id
	return id, err
}

func updateArticle(tx *db.Tx, p actor.PublisherID, v Article) error {
	m, err := findModel(tx, p, v.Model)
	if err != nil {
		return err
	}
	_, err = tx.Exec(qArticleUpdate, m.ID, v.Name.DE, v.Name.EN, string(v.Kind), string(v.Ticketing), v.spec(), string(v.State), v.Rev, p, v.ID)
	return err
}

func insertConfigurations(tx *db.Tx, p actor.PublisherID, configurations []Configuration) error {
	items, rows := make([][]any, len(configurations)), make([][]any, len(configurations))
	for i, v := range configurations {
		a, err := itemByNumber(tx, p, v.Article)
		if err != nil {
			return err
		}
		items[i] = []any{p, v.ID, v.Number, FoldNumber(v.Number), "configuration"}
		rows[i] = []any{p, v.ID, v.Number, FoldNumber(v.Number), a.id, v.Name.DE, v.Name.EN, v.spec(), string(v.State), v.Rev}
	}
	if _, err := tx.ExecMany(qItemInsert, items); err != nil {
		return err
	}
	_, err := tx.ExecMany(qConfigurationInsert, rows)
	return err
}

func updateConfiguration(tx *db.Tx, p actor.PublisherID, v Configuration) error {
	_, err := tx.Exec(qConfigurationUpdate, v.Name.DE, v.Name.EN, v.spec(), string(v.State), v.Rev, p, v.ID)
	return err
}
