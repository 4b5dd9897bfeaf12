// Package tree answers who stands below whom in an organization tree, in
// nanoseconds, from interval labels: every node has the half-open range of
// pre-order numbers of its subtree, and a node is below another when its number
// lies in the other's range.
//
// Model: a Tree is built once from (id, parent) pairs and never changes; a
// changed tree is a new Tree. A zero parent makes a root; several roots are
// allowed. Memory is about 68 bytes per node.
//
// Invariants: Below is reflexive, transitive and antisymmetric on known ids,
// and false as soon as one id is unknown. A Tree is safe for concurrent use.
//
// Neighbors: actor keeps one Tree per publisher and compares its version in
// each transaction; org owns the rows it is built from.
package tree

import (
	"errors"
	"fmt"
	"math/bits"
	"math/rand/v2"
)

// ID is the identifier of a node; the zero ID is no node.
type ID = [16]byte

// The reasons for which Build refuses its input.
var (
	ErrDuplicate = errors.New("tree: an id occurs twice")
	ErrOrphan    = errors.New("tree: a parent is not in the tree")
	ErrCycle     = errors.New("tree: a node stands below itself")
	ErrInput     = errors.New("tree: ids and parents differ in length, or an id is zero")
)

// none marks a root's parent and an empty slot.
const none = ^uint32(0)

// Tree is an immutable forest with interval labels.
type Tree struct {
	slots  []slot   // open addressing by id, one cache line per look-up
	seed   uint64   // so that nobody can choose colliding ids
	order  []ID     // ids in pre-order
	parent []uint32 // pre-order number of the parent, by pre-order number
}

// slot holds an id and the half-open range of its subtree.
type slot struct {
	id       ID
	pre, end uint32 // end 0 = empty slot
}

// Build makes the tree in which parents[i] is the parent of ids[i]. It returns
// ErrInput, ErrDuplicate, ErrOrphan or ErrCycle. Siblings keep their order.
func Build(ids, parents []ID) (*Tree, error) {
	if len(ids) != len(parents) || len(ids) >= int(none) {
		return nil, ErrInput
	}
	t := &Tree{
		slots: make([]slot, 2*len(ids)+1), seed: rand.Uint64(),
		order: make([]ID, 0, len(ids)), parent: make([]uint32, 0, len(ids)),
	}
	where := make([]uint32, len(ids)) // slot of ids[i]
	for i, id := range ids {
		at, found := t.find(&id, t.home(&id))
		if found {
			return nil, fmt.Errorf("%w: %x", ErrDuplicate, id)
		}
		if id == (ID{}) {
			return nil, ErrInput
		}
		t.slots[at] = slot{id: id, pre: uint32(i), end: 1} // pre holds the input index until labeled
		where[i] = uint32(at)
	}
	first, next, err := t.children(ids, parents)
	if err != nil {
		return nil, err
	}
	t.label(ids, where, first, next)
	if len(t.order) != len(ids) {
		return nil, ErrCycle
	}
	return t, nil
}

// children links the nodes: first[p] is the first child of input node p (roots
// hang below index len(ids)), next[i] the sibling after i.
func (t *Tree) children(ids, parents []ID) (first, next []uint32, err error) {
	first, next = make([]uint32, len(ids)+1), make([]uint32, len(ids))
	for i := range first {
		first[i] = none
	}
	for i := len(ids) - 1; i >= 0; i-- { // backwards, so that siblings keep their order
		p := uint32(len(ids))
		if parents[i] != (ID{}) {
			at, found := t.find(&parents[i], t.home(&parents[i]))
			if !found {
				return nil, nil, fmt.Errorf("%w: %x", ErrOrphan, parents[i])
			}
			p = t.slots[at].pre
		}
		next[i], first[p] = first[p], uint32(i)
	}
	return first, next, nil
}

// label walks the forest in pre-order without recursion and writes the ranges.
// Nodes on a cycle are never reached.
func (t *Tree) label(ids []ID, where, first, next []uint32) {
	type frame struct{ node, pre, child uint32 }
	stack := []frame{{node: uint32(len(ids)), pre: none, child: first[len(ids)]}}
	for len(stack) > 0 {
		top := &stack[len(stack)-1]
		if child := top.child; child != none {
			top.child = next[child]
			pre := uint32(len(t.order))
			t.order = append(t.order, ids[child])
			t.parent = append(t.parent, top.pre)
			t.slots[where[child]].pre = pre
			stack = append(stack, frame{node: child, pre: pre, child: first[child]})
			continue
		}
		if top.pre != none {
			t.slots[where[top.node]].end = uint32(len(t.order))
		}
		stack = stack[:len(stack)-1]
	}
}

// home returns the slot number at which the search for id begins.
func (t *Tree) home(id *ID) int {
	at, _ := bits.Mul64(hash(id, t.seed), uint64(len(t.slots)))
	return int(at)
}

// find returns the slot of id, or the empty slot where it would go.
func (t *Tree) find(id *ID, at int) (int, bool) {
	for {
		s := &t.slots[at]
		if s.end == 0 {
			return at, false
		}
		if s.id == *id {
			return at, true
		}
		if at++; at == len(t.slots) {
			at = 0
		}
	}
}

// Below reports whether descendant is ancestor or stands below it. It is false
// when either is unknown. Both look-ups are begun before either is finished, so
// that their cache misses overlap.
func (t *Tree) Below(descendant, ancestor ID) bool {
	atA, atD := t.home(&ancestor), t.home(&descendant)
	a, d := &t.slots[atA], &t.slots[atD]
	if a.id != ancestor || a.end == 0 {
		at, ok := t.find(&ancestor, atA)
		if !ok {
			return false
		}
		a = &t.slots[at]
	}
	if d.id != descendant || d.end == 0 {
		at, ok := t.find(&descendant, atD)
		if !ok {
			return false
		}
		d = &t.slots[at]
	}
	return a.pre <= d.pre && d.pre < a.end
}

// Has reports whether id is in the tree.
func (t *Tree) Has(id ID) bool {
	_, ok := t.find(&id, t.home(&id))
	return ok
}

// Len returns the number of nodes.
func (t *Tree) Len() int { return len(t.order) }

// Subtree returns id and everything below it in pre-order, nil when id is
// unknown. The slice belongs to the tree: do not change it.
func (t *Tree) Subtree(id ID) []ID {
	at, ok := t.find(&id, t.home(&id))
	if !ok {
		return nil
	}
	s := t.slots[at]
	return t.order[s.pre:s.end:s.end]
}

// Ancestors returns the parents of id, nearest first, without id itself; nil
// for roots and unknown ids.
func (t *Tree) Ancestors(id ID) []ID {
	at, ok := t.find(&id, t.home(&id))
	if !ok {
		return nil
	}
	var out []ID
	for p := t.parent[t.slots[at].pre]; p != none; p = t.parent[p] {
		out = append(out, t.order[p])
	}
	return out
}

// hash mixes an id with the seed; ids are UUIDs, whose last half is random.
func hash(id *ID, seed uint64) uint64 {
	lo := uint64(id[0]) | uint64(id[1])<<8 | uint64(id[2])<<16 | uint64(id[3])<<24 |
		uint64(id[4])<<32 | uint64(id[5])<<40 | uint64(id[6])<<48 | uint64(id[7])<<56
	hi := uint64(id[8]) | uint64(id[9])<<8 | uint64(id[10])<<16 | uint64(id[11])<<24 |
		uint64(id[12])<<32 | uint64(id[13])<<40 | uint64(id[14])<<48 | uint64(id[15])<<56
	a, b := bits.Mul64(lo^seed, hi^0x9E3779B97F4A7C15)
	x := (a ^ b) + hi
	x *= 0xD6E8FEB86659FD93
	return x ^ x>>32
}
