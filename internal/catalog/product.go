package catalog

// Product is what is licensed: the thing that a program says it is.
type Product struct {
	ID        ProductID `json:"id,omitzero" yaml:"-"`
	Code      string    `json:"code"` // fixed; stands in every license as "prd"
	Name      Names     `json:"name"`
	KeyPrefix string    `json:"key_prefix"` // fixed; 2 to 6 letters A to Z before every license key
	State     State     `json:"state"`
	Rev       int64     `json:"rev" yaml:"-"` // 1, 2, 3 …; 0 = not stored yet
}

// check returns what is wrong with p by itself.
func (p Product) check() (bad refusals) {
	bad.code("/code", p.Code)
	bad.names("/name", p.Name)
	if !prefixForm.MatchString(p.KeyPrefix) {
		bad.add("/key_prefix", ErrPrefix.With("value", clip(p.KeyPrefix)))
	}
	bad.state("/state", p.State)
	return bad
}

// fixed returns what next changes although it must not.
func (p Product) fixed(next Product) (bad refusals) {
	if next.Code != p.Code {
		bad.add("/code", ErrFixed.With("object", "product", "key", p.Code, "field", "code", "value", p.Code))
	}
	if next.KeyPrefix != p.KeyPrefix {
		bad.add("/key_prefix", ErrFixed.With("object", "product", "key", p.Code, "field", "key_prefix", "value", p.KeyPrefix))
	}
	return bad
}

func (p Product) fields() []field {
	return fieldsOf("name.de", p.Name.DE, "name.en", p.Name.EN, "key_prefix", p.KeyPrefix, "state", string(p.State))
}

// Feature is a capability that a program can ask for, within one product.
type Feature struct {
	ID      FeatureID `json:"id,omitzero" yaml:"-"`
	Product string    `json:"product" yaml:"-"` // fixed; code of its product
	Code    string    `json:"code"`             // fixed; what the program asks for, unique in the product
	Title   Names     `json:"title"`
	All     bool      `json:"all"` // fixed; the all-features code: answers for every feature, also later ones
	State   State     `json:"state"`
	Rev     int64     `json:"rev" yaml:"-"`
}

// Key returns "product/code", by which a feature is found and shown.
func (f Feature) Key() string { return f.Product + "/" + f.Code }

func (f Feature) check() (bad refusals) {
	bad.code("/code", f.Code)
	bad.names("/title", f.Title)
	bad.state("/state", f.State)
	return bad
}

func (f Feature) fixed(next Feature) (bad refusals) {
	fix := func(field, value string) {
		bad.add("/"+field, ErrFixed.With("object", "feature", "key", f.Key(), "field", field, "value", value))
	}
	if next.Product != f.Product {
		fix("product", f.Product)
	}
	if next.Code != f.Code {
		fix("code", f.Code)
	}
	if next.All != f.All {
		fix("all", map[bool]string{true: "true", false: "false"}[f.All])
	}
	return bad
}

func (f Feature) fields() []field {
	return fieldsOf("title.de", f.Title.DE, "title.en", f.Title.EN, "all", f.All, "state", string(f.State))
}

// Group is an article group, the unit in which a reseller is given what it may
// issue. Its members are articles and configurations, each by itself: a group
// with a configuration does not contain the article.
type Group struct {
	ID      GroupID  `json:"id,omitzero" yaml:"-"`
	Code    string   `json:"code"` // fixed
	Name    Names    `json:"name"`
	Members []string `json:"members"` // numbers, sorted by their folded form; not filled in lists
	State   State    `json:"state"`
	Rev     int64    `json:"rev" yaml:"-"`
}

// maxMembers bounds a group; beyond it a group says nothing any more.
const maxMembers = 10_000

func (g Group) check() (bad refusals) {
	bad.code("/code", g.Code)
	bad.names("/name", g.Name)
	bad.state("/state", g.State)
	if bad.atMost("/members", len(g.Members), maxMembers) {
		bad.distinct("/members", g.Members, FoldNumber)
	}
	return bad
}

func (g Group) fixed(next Group) (bad refusals) {
	if next.Code != g.Code {
		bad.add("/code", ErrFixed.With("object", "group", "key", g.Code, "field", "code", "value", g.Code))
	}
	return bad
}

func (g Group) fields() []field {
	return fieldsOf("name.de", g.Name.DE, "name.en", g.Name.EN, "state", string(g.State),
		"members", list(sortedBy(g.Members, FoldNumber)))
}
