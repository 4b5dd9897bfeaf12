package actor

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// model is the plain answer to everything that a forest answers.
type model struct {
	parent map[OrgID]OrgID
	limit  map[OrgID]Set
	ids    []OrgID
}

func (m *model) below(d, a OrgID) bool {
	if _, ok := m.parent[a]; !ok {
		return false
	}
	for {
		p, ok := m.parent[d]
		switch {
		case d == a:
			return ok
		case !ok || p.IsZero():
			return false
		}
		d = p
	}
}

func (m *model) row(id OrgID) placed {
	l, ok := m.limit[id]
	return placed{id: id, parent: m.parent[id], limited: ok, limit: l}
}

func (m *model) rows() (out []placed) {
	for _, id := range m.ids {
		out = append(out, m.row(id))
	}
	return out
}

func orgNumber(n int) OrgID { return OrgID{0: 1, 14: byte(n >> 8), 15: byte(n)} }

// step changes the model in one place and returns the changed rows.
func (m *model) step(t *rapid.T) []placed {
	pick := func(label string) OrgID { return rapid.SampledFrom(m.ids).Draw(t, label) }
	switch rapid.IntRange(0, 4).Draw(t, "step") {
	case 0: // a move that makes no cycle
		a, b := pick("moved"), pick("target")
		if a != m.ids[0] && !m.below(b, a) {
			m.parent[a] = b
			return []placed{m.row(a)}
		}
	case 1:
		id := pick("limited")
		m.limit[id] = Set{rapid.Uint64().Draw(t, "limit")}.And(All())
		return []placed{m.row(id)}
	case 2:
		id := pick("freed")
		delete(m.limit, id)
		return []placed{m.row(id)}
	}
	var rows []placed
	for range rapid.IntRange(1, 4).Draw(t, "new") {
		id := orgNumber(len(m.ids) + 1)
		m.parent[id] = pick("parent")
		m.ids = append(m.ids, id)
		rows = append(rows, m.row(id))
	}
	return rows
}

// Whatever is created, moved and limited in whatever order: the forest that was
// grown step by step answers like the plain model, and nobody can do more than
// the organization above.
func TestForestAgreesWithThePlainTree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		root := orgNumber(1)
		m := &model{parent: map[OrgID]OrgID{root: {}}, limit: map[OrgID]Set{}, ids: []OrgID{root}}
		f, err := plant(1, m.rows())
		if err != nil {
			t.Fatal(err)
		}
		for version := range int64(rapid.IntRange(1, 30).Draw(t, "steps")) {
			next, ok := f.grow(version+2, m.step(t))
			if !ok {
				if next, err = plant(version+2, m.rows()); err != nil {
					t.Fatal(err)
				}
			}
			f = next
		}
		compare(t, f, m)
	})
}

func compare(t *rapid.T, f *forest, m *model) {
	if f.root != m.ids[0] || f.below(orgNumber(999), f.root) || f.below(f.root, orgNumber(999)) {
		t.Fatal("root or unknown nodes are wrong")
	}
	for _, a := range m.ids {
		var sub []OrgID
		for _, d := range m.ids {
			want := m.below(d, a)
			if f.below(d, a) != want {
				t.Fatalf("below(%x, %x) = %v", d, a, !want)
			}
			if want {
				sub = append(sub, d)
			}
		}
		got := slices.SortedFunc(slices.Values(f.subtree(a)), OrgID.Compare)
		if !slices.Equal(got, slices.SortedFunc(slices.Values(sub), OrgID.Compare)) {
			t.Fatalf("subtree(%x) = %x, want %x", a, got, sub)
		}
		if p := m.parent[a]; !p.IsZero() && !f.ceiling(a).Subset(f.ceiling(p)) {
			t.Fatalf("%x may do more than its parent", a)
		}
		if l, ok := m.limit[a]; ok && !f.ceiling(a).Subset(l) {
			t.Fatalf("%x may do more than its ceiling", a)
		}
	}
	if len(m.limit) == 0 && f.ceiling(m.ids[len(m.ids)-1]) != All() {
		t.Fatal("a ceiling without a reason")
	}
}

// A publisher that gains a customer with every order must not plant its tree
// anew with each of them.
func TestForestGrowsWithoutReplanting(t *testing.T) {
	f, err := plant(1, []placed{{id: orgNumber(1)}})
	if err != nil {
		t.Fatal(err)
	}
	for n := 2; n <= 1000; n++ {
		var ok bool
		if f, ok = f.grow(int64(n), []placed{{id: orgNumber(n), parent: orgNumber(n / 2)}}); !ok {
			t.Fatalf("planted anew at %d", n)
		}
	}
	if len(f.layers) > 12 {
		t.Errorf("%d layers", len(f.layers))
	}
	if !f.below(orgNumber(1000), orgNumber(7)) || f.below(orgNumber(1000), orgNumber(8)) {
		t.Error("wrong answers")
	}
}

func BenchmarkCheck(b *testing.B) {
	const n = 1_000_000
	id := func(i int) OrgID { return OrgID{0: 1, 13: byte(i >> 16), 14: byte(i >> 8), 15: byte(i)} }
	rows := make([]placed, n)
	for i := range rows {
		rows[i].id = id(i + 1)
		if i > 0 {
			rows[i].parent = id(i/8 + 1)
		}
	}
	f, err := plant(1, rows)
	if err != nil {
		b.Fatal(err)
	}
	v := View{PublisherID{1}, f}
	by := Actor{Kind: KindKey, Publisher: v.publisher, Org: id(2), Perms: All()}
	b.ResetTimer()
	for i := range b.N {
		if v.Check(by, OrderRead, id(i%n+1)) == nil {
			hits++
		}
	}
}

var hits int
