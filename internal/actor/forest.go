package actor

import (
	"maps"

	"github.com/licet/licet/internal/tree"
)

// forest is what the Gate knows of one publisher's tree at one tree version. It
// never changes; a changed tree is a new forest that shares what it can.
//
// A new organization is always a leaf, so it disturbs no interval label: it
// goes into a small layer beside the labeled tree instead of a rebuild, which
// would cost a second at 10^6 organizations for every new customer. Layers are
// merged like the digits of a binary counter.
type forest struct {
	version int64
	root    OrgID
	base    *tree.Tree
	layers  []map[OrgID]OrgID // late leaf → its parent, the largest layer first
	late    int               // number of late leaves
	limits  map[OrgID]Set     // ceilings, for the few nodes that have one
}

// placed is a node as the database holds it.
type placed struct {
	id, parent OrgID
	limited    bool
	limit      Set
}

// plant builds a forest from all rows of a publisher.
func plant(version int64, rows []placed) (*forest, error) {
	ids, parents := make([]tree.ID, len(rows)), make([]tree.ID, len(rows))
	f := &forest{version: version, limits: map[OrgID]Set{}}
	for i, r := range rows {
		ids[i], parents[i] = tree.ID(r.id), tree.ID(r.parent)
		if r.parent.IsZero() {
			f.root = r.id
		}
		if r.limited {
			f.limits[r.id] = r.limit
		}
	}
	t, err := tree.Build(ids, parents)
	f.base = t
	return f, err
}

// grow returns the forest at a later version, given the rows placed since. It
// reports false when the tree must be planted anew: a node has moved, a parent
// is unknown, or the late leaves have become too many.
func (f *forest) grow(version int64, rows []placed) (*forest, bool) {
	layer := make(map[OrgID]OrgID, len(rows))
	next := &forest{version: version, root: f.root, base: f.base, limits: f.limits}
	for _, r := range rows {
		parent, known := f.parent(r.id)
		switch {
		case known && parent != r.parent:
			return nil, false
		case !known && !f.has(r.parent) && layer[r.parent].IsZero():
			return nil, false
		case !known:
			layer[r.id] = r.parent
		}
		next.limit(f, r)
	}
	next.layers, next.late = merge(f.layers, layer), f.late+len(layer)
	return next, next.late <= max(1024, f.base.Len()/4)
}

// limit takes over the ceiling of a changed row; the map is copied once, when
// something really changes.
func (f *forest) limit(before *forest, r placed) {
	old, had := f.limits[r.id]
	if had == r.limited && old == r.limit {
		return
	}
	if len(f.limits) == len(before.limits) {
		f.limits = maps.Clone(f.limits)
	}
	if r.limited {
		f.limits[r.id] = r.limit
	} else {
		delete(f.limits, r.id)
	}
}

// merge appends a layer and melts together those that have become as large as
// their elders, without changing any of the given maps.
func merge(layers []map[OrgID]OrgID, add map[OrgID]OrgID) []map[OrgID]OrgID {
	if len(add) == 0 {
		return layers
	}
	n := len(layers)
	for n > 0 && len(layers[n-1]) <= 2*len(add) {
		n--
		sum := make(map[OrgID]OrgID, len(layers[n])+len(add))
		maps.Copy(sum, layers[n])
		maps.Copy(sum, add)
		add = sum
	}
	return append(layers[:n:n], add)
}

// lateParent returns the parent of a late leaf.
func (f *forest) lateParent(id OrgID) (OrgID, bool) {
	for _, l := range f.layers {
		if p, ok := l[id]; ok {
			return p, true
		}
	}
	return OrgID{}, false
}

// parent returns the parent of any node; zero for the root.
func (f *forest) parent(id OrgID) (OrgID, bool) {
	if p, ok := f.lateParent(id); ok {
		return p, true
	}
	if !f.base.Has(tree.ID(id)) {
		return OrgID{}, false
	}
	if up := f.base.Ancestors(tree.ID(id)); len(up) > 0 {
		return OrgID(up[0]), true
	}
	return OrgID{}, true
}

func (f *forest) has(id OrgID) bool { return f.below(id, id) }

// below reports whether d is a or stands below it; false for unknown nodes.
func (f *forest) below(d, a OrgID) bool {
	for len(f.layers) > 0 {
		p, ok := f.lateParent(d)
		if !ok {
			break
		}
		if d == a {
			return true
		}
		d = p
	}
	return f.base.Below(tree.ID(d), tree.ID(a))
}

// subtree returns a and every node below it, in no particular order.
func (f *forest) subtree(a OrgID) []OrgID {
	labeled := f.base.Subtree(tree.ID(a))
	out := make([]OrgID, 0, len(labeled)+f.late)
	for _, id := range labeled {
		out = append(out, OrgID(id))
	}
	for _, l := range f.layers {
		for id := range l {
			if f.below(id, a) {
				out = append(out, id)
			}
		}
	}
	return out
}

// ceiling returns what the organizations above id, and id itself, leave of all
// permissions. A child's ceiling is always a subset of its parent's.
func (f *forest) ceiling(id OrgID) Set {
	s := All()
	if len(f.limits) == 0 {
		return s
	}
	for !id.IsZero() {
		if limit, ok := f.limits[id]; ok {
			s = s.And(limit)
		}
		up, ok := f.parent(id)
		if !ok {
			return Set{}
		}
		id = up
	}
	return s
}
