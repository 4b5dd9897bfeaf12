package tree_test

import (
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/licet/licet/internal/tree"
)

// id makes the n-th id; ids look like UUIDv7: a rising head, a random tail.
func id(n int) tree.ID {
	var out tree.ID
	binary.BigEndian.PutUint64(out[:], uint64(n)+1)
	binary.BigEndian.PutUint64(out[8:], (uint64(n)+1)*0x9E3779B97F4A7C15)
	return out
}

// forest makes n nodes whose parents are chosen by pick(i) in [-1, i).
func forest(n int, pick func(i int) int) (ids, parents []tree.ID, up []int) {
	up = make([]int, n)
	ids, parents = make([]tree.ID, n), make([]tree.ID, n)
	for i := range n {
		ids[i] = id(i)
		if up[i] = pick(i); up[i] >= 0 {
			parents[i] = id(up[i])
		}
	}
	return ids, parents, up
}

// wide makes a tree in which every node has k children.
func wide(k int) func(int) int {
	return func(i int) int {
		if i == 0 {
			return -1
		}
		return (i - 1) / k
	}
}

// climb is Below by following parents.
func climb(up []int, d, a int) bool {
	for ; d >= 0; d = up[d] {
		if d == a {
			return true
		}
	}
	return false
}

func check(t interface {
	Helper()
	Fatalf(string, ...any)
}, n int, pick func(int) int, pairs func() (int, int), samples int,
) {
	t.Helper()
	ids, parents, up := forest(n, pick)
	tr, err := tree.Build(ids, parents)
	if err != nil || tr.Len() != n {
		t.Fatalf("%d nodes: %v", n, err)
	}
	for range samples {
		d, a := pairs()
		if got, want := tr.Below(ids[d], ids[a]), climb(up, d, a); got != want {
			t.Fatalf("Below(%d, %d) = %v, climbing says %v", d, a, got, want)
		}
	}
	d, _ := pairs()
	var line []tree.ID
	for p := up[d]; p >= 0; p = up[p] {
		line = append(line, ids[p])
	}
	if got := tr.Ancestors(ids[d]); !slices.Equal(got, line) {
		t.Fatalf("Ancestors(%d) = %x, want %x", d, got, line)
	}
	size := 0
	for i := range n {
		if climb(up, i, d) {
			size++
		}
	}
	sub := tr.Subtree(ids[d])
	if len(sub) != size || sub[0] != ids[d] {
		t.Fatalf("Subtree(%d) has %d nodes, want %d", d, len(sub), size)
	}
	for _, s := range sub {
		if !tr.Below(s, ids[d]) {
			t.Fatalf("%x is in the subtree of %d and not below it", s, d)
		}
	}
	if zero := (tree.ID{}); tr.Below(zero, tr.Subtree(ids[d])[0]) || tr.Below(ids[d], zero) || tr.Below(zero, zero) || tr.Has(zero) {
		t.Fatalf("the zero id is somewhere")
	}
	if tr.Below(id(n), ids[d]) || tr.Below(ids[d], id(n)) || tr.Below(id(n), id(n)) || tr.Has(id(n)) || !tr.Has(ids[d]) {
		t.Fatalf("an unknown id is somewhere")
	}
}

func TestSmallTrees(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 40).Draw(t, "n")
		node := rapid.IntRange(0, n-1)
		check(t, n,
			func(i int) int { return rapid.IntRange(-1, i-1).Draw(t, "parent") },
			func() (int, int) { return node.Draw(t, "d"), node.Draw(t, "a") }, 40)
	})
}

func TestLargeTrees(t *testing.T) {
	const n = 10_000
	r := rand.New(rand.NewPCG(1, 2))
	for name, pick := range map[string]func(int) int{
		"random":   func(i int) int { return r.IntN(i+1) - 1 },
		"flat":     func(i int) int { return min(i-1, 0) },
		"chain":    func(i int) int { return i - 1 },
		"no edges": func(int) int { return -1 },
		"reseller": wide(30),
	} {
		t.Run(name, func(t *testing.T) {
			check(t, n, pick, func() (int, int) { return r.IntN(n), r.IntN(n) }, 20_000)
		})
	}
}

// TestOrderDoesNotMatter builds from children that stand before their parents.
func TestOrderDoesNotMatter(t *testing.T) {
	ids, parents, up := forest(1000, wide(3))
	slices.Reverse(ids)
	slices.Reverse(parents)
	tr, err := tree.Build(ids, parents)
	if err != nil {
		t.Fatal(err)
	}
	for d := range 1000 {
		if a := (d * 7) % 1000; tr.Below(id(d), id(a)) != climb(up, d, a) {
			t.Fatalf("%d below %d", d, a)
		}
	}
}

func TestBuildRefuses(t *testing.T) {
	for _, c := range []struct {
		name         string
		ids, parents []tree.ID
		want         error
	}{
		{"lengths", []tree.ID{id(1)}, nil, tree.ErrInput},
		{"zero id", []tree.ID{{}}, []tree.ID{{}}, tree.ErrInput},
		{"twice", []tree.ID{id(1), id(1)}, []tree.ID{{}, {}}, tree.ErrDuplicate},
		{"orphan", []tree.ID{id(1)}, []tree.ID{id(2)}, tree.ErrOrphan},
		{"itself", []tree.ID{id(1)}, []tree.ID{id(1)}, tree.ErrCycle},
		{"cycle", []tree.ID{id(0), id(1), id(2), id(3)}, []tree.ID{{}, id(3), id(1), id(2)}, tree.ErrCycle},
	} {
		if _, err := tree.Build(c.ids, c.parents); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
	}
	empty, err := tree.Build(nil, nil)
	if err != nil || empty.Len() != 0 || empty.Below(id(1), id(1)) || empty.Subtree(id(1)) != nil || empty.Ancestors(id(1)) != nil {
		t.Fatal("the empty tree")
	}
}

// BenchmarkBelow prints the time of one check at 10^6 organizations; the goal
// is 50 ns. Every check asks about two random organizations, so that the cache
// helps as little as it can.
func BenchmarkBelow(b *testing.B) {
	const n = 1_000_000
	ids, parents, _ := forest(n, wide(20))
	tr, err := tree.Build(ids, parents)
	if err != nil {
		b.Fatal(err)
	}
	r := rand.New(rand.NewPCG(3, 4))
	pairs := make([][2]tree.ID, 1<<16)
	for i := range pairs {
		pairs[i] = [2]tree.ID{ids[r.IntN(n)], ids[r.IntN(n)]}
	}
	b.ReportAllocs()
	i, below := 0, 0
	for b.Loop() {
		p := &pairs[i&(1<<16-1)]
		if tr.Below(p[0], p[1]) {
			below++
		}
		i++
	}
}

// TestBelowAllocates nothing, and prints the time of a check.
func TestBelowAllocatesNothing(t *testing.T) {
	ids, parents, _ := forest(1000, wide(20))
	tr, err := tree.Build(ids, parents)
	if err != nil {
		t.Fatal(err)
	}
	if n := testing.AllocsPerRun(1000, func() { tr.Below(ids[999], ids[3]) }); n != 0 {
		t.Fatalf("%v allocations per check", n)
	}
	if os.Getenv("LICET_DEEP") != "" {
		res := testing.Benchmark(BenchmarkBelow)
		t.Logf("permission check at 10^6 organizations: %d ns (goal 50), %d allocations", res.NsPerOp(), res.AllocsPerOp())
	}
}
