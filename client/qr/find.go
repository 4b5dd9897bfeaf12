package qr

import (
	"math"
	"slices"
)

// maxSearches is how often the grid of a code is looked for in one bitmap.
const maxSearches = 96

// codes returns the texts of the codes in a picture.
func (m bitmap) codes() (texts []string) {
	used := map[int]bool{}
	searches := 0
	for _, t := range triples(m.corners()) {
		if used[t.at[0]] || used[t.at[1]] || used[t.at[2]] {
			continue
		}
		if text, ok := m.read(t, &searches); ok {
			used[t.at[0]], used[t.at[1]], used[t.at[2]] = true, true, true
			texts = append(texts, text)
		}
		if searches > maxSearches {
			break
		}
	}
	return texts
}

// read tries the sizes that a code between three corners may have. Nothing
// laborious is done unless the dotted lines between the corners are there.
func (m bitmap) read(t triple, searches *int) (string, bool) {
	view, ok := m.view(t)
	if !ok {
		return "", false
	}
	for _, version := range view.versions() {
		p, ok := project(t, version, view.corner(version))
		if !ok || !m.ticks(p, version) {
			continue
		}
		*searches++
		for _, fourth := range append(m.fourths(p, version), view.corner(version)) {
			p, ok := project(t, version, fourth)
			if !ok || !m.ticks(p, version) {
				continue
			}
			if text, ok := m.sample(p, version).text(); ok {
				return text, true
			}
		}
	}
	return "", false
}

// view is what the corner squares alone tell about how a code is seen. How wide
// they are toward one another grows and falls with the square of the nearness.
type view struct {
	t            triple
	right, below float64 // how much nearer the first corner is than the others
	squares      float64 // about how many lie between two middles
}

func (m bitmap) view(t triple) (v view, ok bool) {
	a1, b1 := m.width(t.a.point, t.b.point), m.width(t.b.point, t.a.point)
	a2, c2 := m.width(t.a.point, t.c.point), m.width(t.c.point, t.a.point)
	if min(a1, b1, a2, c2) <= 0 || max(ratio(a1, b1), ratio(a2, c2)) > 4 {
		return v, false
	}
	across, down := t.a.dist(t.b.point)/math.Sqrt(a1*b1), t.a.dist(t.c.point)/math.Sqrt(a2*c2)
	if ratio(across, down) > 1.5 {
		return v, false
	}
	return view{t, math.Sqrt(a1 / b1), math.Sqrt(a2 / c2), mean(across, down)}, true
}

// width is how wide one small square of a corner is, in the direction of another;
// 0 if that cannot be seen.
func (m bitmap) width(at, toward point) float64 {
	dir, within := unit(at, toward), at.dist(toward)
	ahead, behind := m.edge(at, dir, within), m.edge(at, dir.scaled(-1), within)
	if ahead == 0 || behind == 0 {
		return max(ahead, behind) / 3.5
	}
	return (ahead + behind) / 7
}

// edge is how far the edge of a corner square is from its middle, 0 if there is
// none within a distance.
func (m bitmap) edge(from, dir point, within float64) float64 {
	const step = 0.25
	changes, dark := 0, true
	for d := 0.0; d < within; d += step {
		if m.under(from.plus(dir.scaled(d))) != dark {
			if changes++; changes == 3 {
				return d
			}
			dark = !dark
		}
	}
	return 0
}

// versions returns the sizes that the code may have, the likeliest first.
func (v view) versions() (out []int) {
	guess := (v.squares + 7 - 17) / 4
	for version := 1; version <= maxVersion; version++ {
		if near(float64(version), guess, 1.1+guess/12) {
			out = append(out, version)
		}
	}
	slices.SortFunc(out, byScore(func(version int) float64 { return math.Abs(float64(version) - guess) }))
	return out
}

// corner is where a corner square would be in the corner that has none.
func (v view) corner(version int) place {
	n := float64(sideOf(version))
	sum := v.t.b.scaled(v.right).plus(v.t.c.scaled(v.below)).minus(v.t.a.point)
	return place{point{n - 3.5, n - 3.5}, sum.scaled(1 / max(0.2, v.right+v.below-1))}
}

// place is a place in the grid of a code and where it is in the picture.
type place struct{ grid, picture point }

// fourths returns what may serve as the fourth point of the projection: the
// pattern that marks the alignment near the corner that has no square.
func (m bitmap) fourths(p projection, version int) (out []place) {
	if version == 1 {
		return nil
	}
	n := float64(sideOf(version))
	grid := point{n - 6.5, n - 6.5}
	around := p.of(grid)
	right, down := p.of(grid.plus(point{1, 0})).minus(around), p.of(grid.plus(point{0, 1})).minus(around)
	for _, at := range m.aligned(around, right, down, 3+n/16) {
		out = append(out, place{grid, at})
	}
	return out
}

// aligned finds alignment patterns within a radius, in small squares: dark, a
// light ring, a dark ring. The likeliest come first.
func (m bitmap) aligned(around, right, down point, radius float64) (out []point) {
	type candidate struct {
		at    point
		score float64
	}
	var all []candidate
	const step = 0.34
	for i := -radius; i <= radius; i += step {
		for j := -radius; j <= radius; j += step {
			at := around.plus(right.scaled(i)).plus(down.scaled(j))
			if wrong := m.misfit(at, right, down); wrong <= 4 {
				all = append(all, candidate{at, float64(wrong) + math.Hypot(i, j)/radius})
			}
		}
	}
	slices.SortFunc(all, byScore(func(c candidate) float64 { return c.score }))
	width := max(math.Hypot(right.x, right.y), math.Hypot(down.x, down.y))
	for len(all) > 0 && len(out) < 3 {
		// Its middle is the middle of where it is seen as well.
		sum, n := point{}, 0.0
		best := all[0]
		for _, c := range all {
			if c.at.dist(best.at) < width && c.score < best.score+1.5 {
				sum, n = sum.plus(c.at), n+1
			}
		}
		out = append(out, sum.scaled(1/n))
		all = slices.DeleteFunc(all, func(c candidate) bool { return c.at.dist(best.at) < 2*width })
	}
	return out
}

// misfit counts the squares of an alignment pattern that are of the wrong color.
func (m bitmap) misfit(at, right, down point) (wrong int) {
	for i := -2; i <= 2; i++ {
		for j := -2; j <= 2; j++ {
			ring := max(i, -i, j, -j)
			if m.under(at.plus(right.scaled(float64(i))).plus(down.scaled(float64(j)))) == (ring == 1) {
				wrong++
			}
		}
	}
	return wrong
}

// ticks reports whether the dotted lines between the corners are where a
// projection says.
func (m bitmap) ticks(p projection, version int) bool {
	n := sideOf(version)
	good, all := 0, 0
	for i := 8; i < n-8; i++ {
		for _, at := range [2]point{{float64(i) + 0.5, 6.5}, {6.5, float64(i) + 0.5}} {
			all++
			if m.under(p.of(at)) == (i%2 == 0) {
				good++
			}
		}
	}
	return good*4 >= all*3
}

// sample reads the grid: of each square the middle and four points around it.
func (m bitmap) sample(p projection, version int) *grid {
	n := sideOf(version)
	g := &grid{version, make([]bool, n*n)}
	const off = 0.2
	around := [5]point{{0, 0}, {-off, -off}, {off, -off}, {-off, off}, {off, off}}
	for y := range n {
		for x := range n {
			dark := 0
			for _, d := range around {
				if m.under(p.of(point{float64(x) + 0.5 + d.x, float64(y) + 0.5 + d.y})) {
					dark++
				}
			}
			g.dark[y*n+x] = dark > len(around)/2
		}
	}
	return g
}

// projection takes a place in the grid to its place in the picture.
type projection [8]float64

func (p projection) of(at point) point {
	w := p[6]*at.x + p[7]*at.y + 1
	return point{(p[0]*at.x + p[1]*at.y + p[2]) / w, (p[3]*at.x + p[4]*at.y + p[5]) / w}
}

// project solves for the projection through the three corners and a fourth point.
func project(t triple, version int, fourth place) (p projection, ok bool) {
	n := float64(sideOf(version))
	var a [8][9]float64
	for i, one := range [4]place{
		{point{3.5, 3.5}, t.a.point}, {point{n - 3.5, 3.5}, t.b.point}, {point{3.5, n - 3.5}, t.c.point}, fourth,
	} {
		g, q := one.grid, one.picture
		a[2*i] = [9]float64{g.x, g.y, 1, 0, 0, 0, -g.x * q.x, -g.y * q.x, q.x}
		a[2*i+1] = [9]float64{0, 0, 0, g.x, g.y, 1, -g.x * q.y, -g.y * q.y, q.y}
	}
	for col := range 8 { // Gauss and Jordan
		pivot := col
		for row := col + 1; row < 8; row++ {
			if math.Abs(a[row][col]) > math.Abs(a[pivot][col]) {
				pivot = row
			}
		}
		if math.Abs(a[pivot][col]) < 1e-9 {
			return p, false
		}
		a[col], a[pivot] = a[pivot], a[col]
		for row := range 8 {
			if row == col {
				continue
			}
			f := a[row][col] / a[col][col]
			for k := col; k < 9; k++ {
				a[row][k] -= f * a[col][k]
			}
		}
	}
	for i := range p {
		p[i] = a[i][8] / a[i][i]
	}
	return p, true
}
