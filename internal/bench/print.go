package bench

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"
)

// table writes lines of cells in columns.
type table struct {
	w   *tabwriter.Writer
	err error
}

func newTable(w io.Writer, head ...string) *table {
	t := &table{w: tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)}
	t.row(head...)
	return t
}

func (t *table) row(cells ...string) {
	if t.err == nil {
		_, t.err = fmt.Fprintln(t.w, strings.Join(cells, "\t"))
	}
}

func (t *table) flush() error {
	if t.err != nil {
		return t.err
	}
	return t.w.Flush()
}

// micros is a duration in microseconds, short ones with a decimal.
func micros(d time.Duration) string {
	us := float64(d) / float64(time.Microsecond)
	if us < 100 {
		return fmt.Sprintf("%.1f µs", us)
	}
	return fmt.Sprintf("%.0f µs", us)
}

func millis(d time.Duration) string { return fmt.Sprintf("%.1f", float64(d)/float64(time.Millisecond)) }

// PrintAnchors writes what Anchors found.
func PrintAnchors(w io.Writer, anchors []Anchor, samples []Sample) error {
	t := newTable(w, "anchor", "median", "p99", "per second")
	for _, a := range anchors {
		t.row(a.Name, micros(a.Median), micros(a.P99), fmt.Sprintf("%.0f", float64(time.Second)/float64(max(1, a.Median))))
	}
	names := map[Scenario]string{"E" + echoNothing: "net/http 204", "E" + echoEcho: "net/http JSON echo", "E": "net/http echo + sign (E)"}
	for _, s := range []Scenario{"E" + echoNothing, "E" + echoEcho, "E"} {
		var rates, cpu, p99 []float64
		for _, one := range samples {
			if one.Scenario == s {
				rates, cpu, p99 = append(rates, one.Rate), append(cpu, float64(one.ServerCPU)), append(p99, float64(one.Latency.P99))
			}
		}
		t.row(names[s], micros(time.Duration(Median(cpu)))+" CPU", micros(time.Duration(Median(p99))), fmt.Sprintf("%.0f", Median(rates)))
	}
	return t.flush()
}

// PrintReport writes what Run found: every round, then the medians.
func PrintReport(w io.Writer, r Report) error {
	_, _ = fmt.Fprintf(w, "%s/%s, %d cores, %s, load %s\n\n", r.Host.OS, r.Host.Arch, r.Host.Cores, r.Host.Go, r.Host.Load)
	if len(r.Bulk) > 0 {
		return printBulk(w, r.Bulk)
	}
	t := newTable(w, "round", "what", "per s", "ratio", "by CPU", "CPU µs", "store µs", "driver µs", "p50 ms", "p90", "p99", "p99.9", "per commit", "alloc B", "RSS MB", "foreign")
	var ratios, byCPU, rates, e, cpu, batch, alone []float64
	for _, s := range r.Samples {
		t.row(sampleCells(s)...)
		if s.Ratio == 0 {
			e = append(e, s.Rate)
			continue
		}
		ratios, byCPU, rates = append(ratios, s.Ratio), append(byCPU, s.CPURatio), append(rates, s.Rate)
		cpu, batch = append(cpu, float64(s.ServerCPU)), append(batch, s.PerCommit)
		if s.Alone > 0 {
			alone = append(alone, s.Rate/s.Alone)
		}
	}
	if err := t.flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "\nmedians: %.0f/s, ratio to E (%.0f/s) %.2f, by CPU %.2f, CPU %s per answer, %.1f answers per commit; nothing oversold or lost\n",
		Median(rates), Median(e), Median(ratios), Median(byCPU), micros(time.Duration(Median(cpu))), Median(batch))
	if err == nil && len(alone) > 0 {
		_, err = fmt.Fprintf(w, "%.1f × one commit per request\n", Median(alone))
	}
	if err != nil || len(r.Over) == 0 {
		return err
	}
	return printOver(w, r.Over)
}

// printOver writes what came of asking too much.
func printOver(w io.Writer, list []Sample) error {
	_, _ = fmt.Fprintln(w)
	t := newTable(w, "round", "asked per s", "done per s", "503", "p50 ms", "p90", "p99", "p99.9", "max", "CPU µs", "RSS MB")
	for _, s := range list {
		t.row(fmt.Sprint(s.Round+1), fmt.Sprintf("%.0f", s.Offered), fmt.Sprintf("%.0f", s.Rate), fmt.Sprint(s.Shed), millis(s.Latency.P50),
			millis(s.Latency.P90), millis(s.Latency.P99), millis(s.Latency.P999), millis(s.Latency.Max),
			fmt.Sprintf("%.0f", float64(s.ServerCPU)/float64(time.Microsecond)), fmt.Sprint(s.Memory>>20))
	}
	return t.flush()
}

func sampleCells(s Sample) []string {
	us := func(d time.Duration) string { return fmt.Sprintf("%.0f", float64(d)/float64(time.Microsecond)) }
	ratio, cpu, memory, batch := "", "", "", ""
	if s.Ratio > 0 {
		cpu = fmt.Sprintf("%.2f", s.CPURatio)
		ratio, memory, batch = fmt.Sprintf("%.2f", s.Ratio), fmt.Sprint(s.Memory>>20), fmt.Sprintf("%.1f", s.PerCommit)
	}
	return []string{
		fmt.Sprint(s.Round + 1), strings.TrimSpace(string(s.Scenario) + " " + string(s.Engine)), fmt.Sprintf("%.0f", s.Rate), ratio, cpu,
		us(s.ServerCPU), us(s.StoreCPU), us(s.DriverCPU), millis(s.Latency.P50), millis(s.Latency.P90), millis(s.Latency.P99), millis(s.Latency.P999),
		batch, fmt.Sprint(s.Alloc), memory, fmt.Sprintf("%.2f", s.Foreign),
	}
}

func printBulk(w io.Writer, list []BulkSample) error {
	t := newTable(w, "round", "engine", "tickets", "s", "CPU µs/ticket", "store", "COPY µs", "ratio to COPY", "signatures", "foreign")
	for _, b := range list {
		ratio := ""
		if b.CopyCPU > 0 {
			ratio = fmt.Sprintf("%.2f", b.toCopy())
		}
		t.row(fmt.Sprint(b.Round+1), string(b.Engine), fmt.Sprint(b.Tickets), fmt.Sprintf("%.2f", b.Took.Seconds()), micros(b.CPU), micros(b.StoreCPU),
			micros(b.CopyCPU), ratio, fmt.Sprintf("%.2f", b.inSignatures()), fmt.Sprintf("%.2f", b.Foreign))
	}
	return t.flush()
}

func (b BulkSample) toCopy() float64 { return float64(b.CPU) / float64(max(1, b.CopyCPU)) }

func (b BulkSample) inSignatures() float64 { return float64(b.CPU) / float64(max(1, b.Signature)) }

// PrintGrowth writes what Growth found.
func PrintGrowth(w io.Writer, list []Grown) error {
	t := newTable(w, "operation", "engine", "CPU µs at 10^3, 10^4 …", "slope")
	for _, g := range list {
		var costs []string
		for _, c := range g.Costs {
			costs = append(costs, fmt.Sprintf("%.1f", c))
		}
		t.row(g.Operation, string(g.Engine), strings.Join(costs, "  "), fmt.Sprintf("%.2f", g.Slope))
	}
	return t.flush()
}

// PrintCheck writes the one table of Check, and the raw rounds if it could not
// measure.
func PrintCheck(w io.Writer, r CheckReport) error {
	_, _ = fmt.Fprintf(w, "%s/%s, %d cores, %s, load %s; %d tries, foreign %.2f cores, drift %.0f %%\n\n",
		r.Host.OS, r.Host.Arch, r.Host.Cores, r.Host.Go, r.Host.Load, r.Tries, r.Foreign, 100*r.Drift)
	t := newTable(w, "path", "engine", "measured", "goal", "verdict")
	for _, v := range r.Verdicts {
		t.row(v.Path, string(v.Engine), v.Measured, v.String(), string(v.Verdict))
	}
	if err := t.flush(); err != nil || r.Why == "" {
		return err
	}
	_, err := fmt.Fprintf(w, "\nnot measured: %s\n\n", r.Why)
	if err == nil {
		err = PrintReport(w, Report{Host: r.Host, Samples: r.Samples})
	}
	if err == nil {
		err = printBulk(w, r.Bulk)
	}
	return err
}
