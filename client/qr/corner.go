package qr

import (
	"cmp"
	"math"
	"slices"
)

// point is a place in a picture.
type point struct{ x, y float64 }

func (p point) plus(o point) point      { return point{p.x + o.x, p.y + o.y} }
func (p point) minus(o point) point     { return point{p.x - o.x, p.y - o.y} }
func (p point) scaled(f float64) point  { return point{p.x * f, p.y * f} }
func (p point) dist(o point) float64    { return math.Hypot(p.x-o.x, p.y-o.y) }
func (p point) nearest() (x, y int)     { return int(math.Floor(p.x)), int(math.Floor(p.y)) }
func (p point) crossed(o point) float64 { return p.x*o.y - p.y*o.x }
func (m bitmap) under(p point) bool     { return m.at(p.nearest()) }
func near(a, b, tolerance float64) bool { return math.Abs(a-b) <= tolerance }
func mean(a, b float64) float64         { return (a + b) / 2 }
func ratio(a, b float64) (over float64) { return max(a, b) / min(a, b) }
func unit(from, to point) (dir point)   { return to.minus(from).scaled(1 / from.dist(to)) }
func (c corner) fits(o corner) bool     { return ratio(c.module, o.module) < 2 }
func (c corner) beside(at point) bool   { return c.dist(at) < 2*c.module }
func byScore[T any](s func(T) float64) func(a, b T) int {
	return func(a, b T) int { return cmp.Compare(s(a), s(b)) }
}

// corner is the middle of a corner square, with the width of one of its small
// squares as the rows showed it.
type corner struct {
	point
	module float64
	seen   int // in how many rows
}

// maxCorners is how many corner squares a picture may have: those of eight codes,
// and what looks like some.
const maxCorners = 32

// corners finds what looks like a corner square: dark, light, dark, light and dark
// in the proportion 1:1:3:1:1, across and down.
func (m bitmap) corners() []corner {
	var all []corner
	for y := range m.h {
		var runs [5]int
		color := false // of the run that goes on
		for x := 0; x <= m.w; x++ {
			if x < m.w && m.dark[y*m.w+x] == color {
				runs[4]++
				continue
			}
			if color && inProportion(runs) {
				m.look(&all, x, y, runs)
			}
			copy(runs[:], runs[1:])
			runs[4], color = 1, !color
		}
	}
	all = slices.DeleteFunc(all, func(c corner) bool { return c.seen < 2 })
	slices.SortFunc(all, byScore(func(c corner) float64 { return -float64(c.seen) / c.module }))
	return all[:min(len(all), maxCorners)]
}

// look takes a row of the right proportion, which ends before end, as a corner if
// its column is of the right proportion, too.
func (m bitmap) look(all *[]corner, end, y int, runs [5]int) {
	x := end - runs[4] - runs[3] - (runs[2]+1)/2
	cy, down, ok := m.across(x, y, 0, 1)
	if !ok {
		return
	}
	cx, wide, ok := m.across(x, int(cy), 1, 0)
	if !ok || ratio(down, wide) > 2.5 {
		return
	}
	found := corner{point{cx, cy}, mean(down, wide) / 7, 1}
	for i := range *all {
		if c := &(*all)[i]; c.beside(found.point) && c.fits(found) {
			n := float64(c.seen)
			c.point = c.scaled(n).plus(found.point).scaled(1 / (n + 1))
			c.module, c.seen = (c.module*n+found.module)/(n+1), c.seen+1
			return
		}
	}
	if len(*all) < 64*maxCorners {
		*all = append(*all, found)
	}
}

// across measures the runs through a dark point in one direction: the middle of
// the middle one, in that direction, and the length of all.
func (m bitmap) across(x, y, dx, dy int) (middle, length float64, ok bool) {
	if !m.at(x, y) {
		return 0, 0, false
	}
	ahead, behind := m.runs(x, y, dx, dy), m.runs(x-dx, y-dy, -dx, -dy)
	runs := [5]int{behind[2], behind[1], behind[0] + ahead[0], ahead[1], ahead[2]}
	if !inProportion(runs) {
		return 0, 0, false
	}
	total := 0
	for _, n := range runs {
		total += n
	}
	return float64(x*dx+y*dy) + float64(ahead[0]-behind[0])/2, float64(total), true
}

// runs measures a dark, a light and a dark run from a point on.
func (m bitmap) runs(x, y, dx, dy int) (n [3]int) {
	for i := range n {
		for m.inside(x, y) && m.at(x, y) == (i != 1) {
			n[i]++
			x, y = x+dx, y+dy
		}
	}
	return n
}

func (m bitmap) inside(x, y int) bool { return x >= 0 && y >= 0 && x < m.w && y < m.h }

// inProportion reports whether runs are about 1:1:3:1:1.
func inProportion(runs [5]int) bool {
	total := 0
	for _, n := range runs {
		if n == 0 {
			return false
		}
		total += n
	}
	one := float64(total) / 7
	if one < 1 {
		return false
	}
	slack := one*0.6 + 0.4
	return near(float64(runs[0]), one, slack) && near(float64(runs[1]), one, slack) && near(float64(runs[2]), 3*one, 2*slack) &&
		near(float64(runs[3]), one, slack) && near(float64(runs[4]), one, slack)
}

// triple is three corner squares that may belong to one code: the one with the
// right angle, the one to its right, the one below it.
type triple struct {
	a, b, c corner
	at      [3]int
	score   float64 // 0 is a square seen straight on
}

// maxTriples is how many are tried.
const maxTriples = 600

// triples returns what may be codes, the likeliest first.
func triples(all []corner) (out []triple) {
	for i := range all {
		for j := i + 1; j < len(all); j++ {
			for k := j + 1; k < len(all); k++ {
				if t, ok := newTriple(all, i, j, k); ok {
					out = append(out, t)
				}
			}
		}
	}
	slices.SortFunc(out, byScore(func(t triple) float64 { return t.score }))
	return out[:min(len(out), maxTriples)]
}

func newTriple(all []corner, i, j, k int) (t triple, ok bool) {
	a, b, c := all[i], all[j], all[k]
	ab, bc, ca := a.dist(b.point), b.dist(c.point), c.dist(a.point)
	switch longest := max(ab, bc, ca); longest { // the right angle is opposite of it
	case ab:
		a, b, c, i, j, k = c, a, b, k, i, j
	case ca:
		a, b, c, i, j, k = b, c, a, j, k, i
	}
	if b.minus(a.point).crossed(c.minus(a.point)) < 0 {
		b, c, j, k = c, b, k, j
	}
	ab, bc, ca = a.dist(b.point), b.dist(c.point), c.dist(a.point)
	one := (a.module + b.module + c.module) / 3
	legs, square := ratio(ab, ca), bc*bc/(ab*ab+ca*ca)
	if !a.fits(b) || !a.fits(c) || !b.fits(c) || min(ab, ca) < 8*one || max(ab, ca) > 260*one || legs > 2 || square < 0.5 || square > 1.6 {
		return t, false
	}
	score := legs - 1 + math.Abs(square-1) + ratio(a.module, b.module) - 1 + ratio(a.module, c.module) - 1
	return triple{a, b, c, [3]int{i, j, k}, score}, true
}
