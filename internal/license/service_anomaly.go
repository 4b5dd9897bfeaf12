package license

import (
	"context"
	"time"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
)

// AnomalyQuery is which anomalies are shown.
type AnomalyQuery struct {
	Days  int         // that the window goes back, 1 to 180; 0 = 30
	Kind  AnomalyKind // only of this kind; "" = all. The counts are of all kinds
	Limit int         // 1 to 500; 0 = 100
}

// maxAnomalyDays is how long an anomaly is kept that does not happen any more.
const maxAnomalyDays = 180

// Anomalies says what happened in the last days more often than honest use does,
// newest first, with counts and how many cases are open, as far as by's scope
// reaches. Of more than 2,000 the newest are counted. It needs case.read or
// support.read.
func (s *Service) Anomalies(ctx context.Context, by actor.Actor, in AnomalyQuery) (AnomalyPage, error) {
	out := AnomalyPage{Counts: map[AnomalyKind]int{}, Items: []AnomalyInfo{}}
	if in.Days <= 0 {
		in.Days = 30
	}
	err := s.db.For(by.Publisher).Read(ctx, func(r *db.Reader) error {
		if err := s.mayRead(r, by, actor.CaseRead, by.Org); err != nil {
			return err
		}
		v, err := s.gate.View(r, by.Publisher)
		if err != nil {
			return err
		}
		since := r.Now().Add(-time.Duration(min(in.Days, maxAnomalyDays)) * day24)
		list, err := db.List(r, scanAnomaly, qAnomalies, by.Publisher, db.At(since), maxScan+1)
		if err != nil {
			return err
		}
		out.More = len(list) > maxScan
		for _, a := range list[:min(len(list), maxScan)] {
			if a.Times < a.Kind.least() || !v.Sees(by, a.Org) {
				continue
			}
			out.Counts[a.Kind]++
			if (in.Kind == "" || in.Kind == a.Kind) && len(out.Items) < pageSize(in.Limit) {
				out.Items = append(out.Items, AnomalyInfo{a.ID, a.Kind, a.Entity, a.Of, a.Org, a.Times, a.First, a.Last})
			}
		}
		return s.countCases(r, by, v, &out)
	})
	return out, err
}

// countCases counts the open cases that by sees.
func (s *Service) countCases(r *db.Reader, by actor.Actor, v actor.View, out *AnomalyPage) error {
	open, err := db.List(r, scanCase, qCasesOpenBefore, by.Publisher, newestCase(), maxScan+1)
	for _, c := range open {
		if c.seenBy(v, by) {
			out.OpenCases++
		}
	}
	out.More = out.More || len(open) > maxScan
	return err
}

// newestCase is a cursor behind every case.
func newestCase() (id CaseID) {
	for i := range id {
		id[i] = 0xff
	}
	return id
}
