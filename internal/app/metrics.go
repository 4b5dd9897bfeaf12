package app

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/licet/licet/client/pkcs11"
	"github.com/licet/licet/internal/route"
)

// metrics are what the installation tells Prometheus. Labels are patterns and
// kinds, never ids, codes or addresses.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	took     *prometheus.HistogramVec
	jobs     *prometheus.CounterVec
	waiting  *prometheus.GaugeVec
	shipped  prometheus.Gauge
	inModule *prometheus.GaugeVec
	signed   *prometheus.GaugeVec
}

func newMetrics(version string) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "licet_requests_total", Help: "Requests by listener, method, route and status.",
		}, []string{"listener", "method", "route", "status"}),
		took: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "licet_request_seconds", Help: "Time from the first byte of a request to the last of its answer.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10},
		}, []string{"listener", "route"}),
		jobs: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "licet_job_runs_total", Help: "Runs of jobs by kind and outcome.",
		}, []string{"kind", "outcome"}),
		waiting: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "licet_jobs", Help: "Jobs that are not done, by kind and state.",
		}, []string{"kind", "state"}),
		shipped: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "licet_issuance_shipped_timestamp_seconds", Help: "When the issuance journal was last shipped, in Unix time.",
		}),
	}
	m.inModule = prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Name: "licet_module_state", Help: "1 at the state of the security module: ok, gone, pin, slow, down. Absent without a module.",
	}, []string{"state"})
	m.signed = prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Name: "licet_module_calls", Help: "Calls of the security module since the start, by outcome.",
	}, []string{"outcome"})
	info := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "licet_build_info", Help: "The running version.", ConstLabels: prometheus.Labels{"version": version},
	})
	info.Set(1)
	m.registry.MustRegister(m.requests, m.took, m.jobs, m.waiting, m.shipped, m.inModule, m.signed, info,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// observe returns what a listener's Mux reports to.
func (m *metrics) observe(listener string) func(route.Route, int, time.Duration) {
	return func(rt route.Route, status int, took time.Duration) {
		m.requests.WithLabelValues(listener, rt.Method, rt.Pattern, strconv.Itoa(status)).Inc()
		m.took.WithLabelValues(listener, rt.Pattern).Observe(took.Seconds())
	}
}

// module tells how the security module does.
func (m *metrics) module(state string, c pkcs11.Counts) {
	m.inModule.Reset()
	m.inModule.WithLabelValues(state).Set(1)
	m.signed.WithLabelValues("done").Set(float64(c.Done))
	m.signed.WithLabelValues("failed").Set(float64(c.Failed))
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}
