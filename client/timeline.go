package client

// maxJump is how much of one jump of the clock is remembered, in seconds. A
// clock that stood in 2099 for an hour leaves no more than this behind.
const maxJump = 48 * 3600

// timeline is what a container remembers of time, all in Unix seconds.
//
// Trusted time is never below the last signed server time, the program's build
// date and the high-water mark; above them the machine's clock counts, so that
// a license ends on its day also after a month in a drawer. What is remembered
// of the clock grows with measured time and by maxJump per jump.
type timeline struct {
	Signed int64 `json:"signed,omitempty"` // newest time that the server signed for this container
	Mark   int64 `json:"mark,omitempty"`   // high-water mark
	Wall   int64 `json:"wall,omitempty"`   // the machine's clock when Mark was last moved
	Offset int64 `json:"offset,omitempty"` // what the clock was off by, more than maxJump, at the last contact
}

// floor is what trusted time is never below.
func (t timeline) floor(build int64) int64 { return max(t.Signed, t.Mark, build) }

// judge returns the trusted time for a reading of the machine's clock: the
// reading, or the reading put right by what it was off by, whichever is nearer
// above the floor; the floor if both are below it.
func (t timeline) judge(wall, floor int64) int64 {
	now, found := floor, false
	for _, w := range [2]int64{wall, wall + t.Offset} {
		if w >= floor && (!found || w < now) {
			now, found = w, true
		}
	}
	return now
}

// advance moves the mark toward now, by no more than the clock itself has moved
// since the last time and by no more than maxJump. The floor that is given may
// have grown by measured time; so much of the clock's way is in it already.
func (t timeline) advance(wall, floor int64) timeline {
	step := int64(maxJump)
	if t.Wall != 0 {
		measured := max(floor-max(t.Signed, t.Mark), 0)
		step = min(max(wall-t.Wall-measured, 0), maxJump)
	}
	t.Mark = min(t.judge(wall, floor), floor+step)
	t.Wall = wall
	return t
}

// heal takes a time that the server signed in answer to a message of asked. If
// it lies outside of what the machine's clock showed between question and
// answer, the clock is off, and from now on put right.
func (t timeline) heal(at, asked, wall int64) timeline {
	t.Signed, t.Mark, t.Wall, t.Offset = at, at, wall, 0
	switch {
	case at < asked-maxJump:
		t.Offset = at - asked
	case at > wall+maxJump:
		t.Offset = at - wall
	}
	return t
}
