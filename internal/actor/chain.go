package actor

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash"
)

// chainLabel opens every hashed row, so that the hash of a row can never be
// mistaken for the hash of something else.
const chainLabel = "licet.journal.1"

// chain computes row hashes; see the package comment for the format.
type chain struct {
	h   hash.Hash
	buf []byte
}

func newChain() *chain { return &chain{h: sha256.New(), buf: make([]byte, 0, 512)} }

// hash returns the hash of r, whose Seq and Prev are set, in publisher p.
func (c *chain) hash(p PublisherID, r *Row) [32]byte {
	b := append(c.buf[:0], chainLabel...)
	b = append(b, r.Prev[:]...)
	b = append(b, p[:]...)
	b = binary.BigEndian.AppendUint64(b, uint64(r.Seq))
	b = append(b, r.ID[:]...)
	b = binary.BigEndian.AppendUint64(b, uint64(r.At.UnixMicro()))
	b = append(b, r.EntityID[:]...)
	b = append(b, r.OnBehalf[:]...)
	for _, s := range [...]string{r.Entity, r.Event, r.Actor, r.Data} {
		b = binary.BigEndian.AppendUint32(b, uint32(len(s)))
		b = append(b, s...)
	}
	c.buf = b
	var sum [32]byte
	c.h.Reset()
	c.h.Write(b)
	c.h.Sum(sum[:0])
	return sum
}

// Problem is one thing that VerifyJournal found wrong.
type Problem struct {
	Kind   string    // one of the Problem constants
	Seq    int64     // where; for a gap its first missing number; 0 for unsealed rows
	Until  int64     // last missing number of a gap, else Seq
	ID     JournalID // the row, zero when it is missing
	Detail string    // for the administrator, in English
}

// The kinds of problems in a journal.
const (
	ProblemAltered  = "altered"  // the row is not what was sealed
	ProblemMissing  = "missing"  // sealed rows are gone
	ProblemAdded    = "added"    // a row that the sealer did not number
	ProblemMoved    = "moved"    // the row is intact but does not follow the one before it
	ProblemUnsealed = "unsealed" // the row has waited for more than a minute
	ProblemForked   = "forked"   // a checkpoint that was signed earlier does not fit
	ProblemUnsigned = "unsigned" // a checkpoint that no key of the publisher has signed
)

// Report is what VerifyJournal found.
type Report struct {
	Rows     int64 // sealed rows read
	Seq      int64 // last number of the chain
	Hash     [32]byte
	Waiting  int64 // rows not sealed yet, however young
	Problems []Problem
}

// OK reports whether nothing is wrong.
func (r Report) OK() bool { return len(r.Problems) == 0 }

// maxProblems bounds a report; a journal that is wrong everywhere is known to
// be wrong after a thousand lines.
const maxProblems = 1000

// auditor walks sealed rows in order and collects problems.
type auditor struct {
	publisher PublisherID
	chain     *chain
	report    Report
	known     map[int64][32]byte // checkpoints
	broken    bool               // the row before was altered: nothing can be said of what follows it
	last      int64              // the last number seen, behind the head too
}

func (a *auditor) add(p Problem) {
	if p.Until == 0 {
		p.Until = p.Seq
	}
	if len(a.report.Problems) < maxProblems {
		a.report.Problems = append(a.report.Problems, p)
	}
}

// row judges the next row by number. A row is hashed with the predecessor it
// names, so one bad row does not accuse the rows after it.
func (a *auditor) row(r *Row) {
	next := a.report.Seq + 1
	if r.Seq > next {
		a.add(Problem{Kind: ProblemMissing, Seq: next, Until: r.Seq - 1, Detail: "sealed rows are gone"})
	}
	altered := a.chain.hash(a.publisher, r) != r.Hash
	switch {
	case altered:
		a.add(Problem{Kind: ProblemAltered, Seq: r.Seq, ID: r.ID, Detail: "the row is not what was sealed"})
	case r.Seq == next && !a.broken && r.Prev != a.report.Hash:
		a.add(Problem{Kind: ProblemMoved, Seq: r.Seq, ID: r.ID, Detail: "the row does not follow the one before it"})
	}
	if want, ok := a.known[r.Seq]; ok && want != r.Hash {
		a.add(Problem{Kind: ProblemForked, Seq: r.Seq, ID: r.ID, Detail: "the row is not the one that was signed"})
	}
	a.report.Rows++
	a.report.Seq, a.report.Hash, a.last, a.broken = r.Seq, r.Hash, r.Seq, altered
}

// end compares what was walked with the head that the sealer keeps.
func (a *auditor) end(seq int64, hash [32]byte) {
	switch {
	case a.report.Seq < seq:
		a.add(Problem{Kind: ProblemMissing, Seq: a.report.Seq + 1, Until: seq, Detail: "the last sealed rows are gone"})
	case a.report.Hash != hash:
		a.add(Problem{Kind: ProblemAltered, Seq: seq, Detail: "the head does not fit the last row"})
	}
	signed := int64(0)
	for at := range a.known {
		signed = max(signed, at)
	}
	if from := max(seq, a.last); signed > from {
		a.add(Problem{Kind: ProblemMissing, Seq: from + 1, Until: signed, Detail: "rows that were signed are gone"})
	}
}

// beyond names a row that stands after the head.
func (a *auditor) beyond(r *Row) {
	a.last = r.Seq
	a.add(Problem{
		Kind: ProblemAdded, Seq: r.Seq, ID: r.ID,
		Detail: fmt.Sprintf("the sealer has numbered rows up to %d only", a.report.Seq),
	})
}
