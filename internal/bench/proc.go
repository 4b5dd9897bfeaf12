package bench

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// tick is the unit in which Linux counts processor time for user space.
const tick = 10 * time.Millisecond

// errStat is a line of /proc that does not look as proc(5) says.
var errStat = errors.New("bench: unknown form of /proc/PID/stat")

// process is what /proc/PID/stat says.
type process struct {
	parent int
	cpu    time.Duration // user and system
	reaped time.Duration // of children that have ended
}

// processOf reads a process. Processor time is known on Linux only.
func processOf(pid int) (process, error) {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return process{}, err
	}
	return parseStat(string(raw))
}

// parseStat reads the fields behind the command name, which may hold anything.
func parseStat(line string) (process, error) {
	fields := strings.Fields(line[strings.LastIndexByte(line, ')')+1:])
	if len(fields) < 16 {
		return process{}, errStat
	}
	var n [5]int64
	for i, at := range []int{1, 11, 12, 13, 14} {
		v, err := strconv.ParseInt(fields[at], 10, 64)
		if err != nil {
			return process{}, errStat
		}
		n[i] = v
	}
	return process{parent: int(n[0]), cpu: time.Duration(n[1]+n[2]) * tick, reaped: time.Duration(n[3]+n[4]) * tick}, nil
}

// cpuOf is the processor time of processes; those that have ended count nothing.
func cpuOf(pids ...int) (total time.Duration) {
	for _, pid := range pids {
		if p, err := processOf(pid); err == nil {
			total += p.cpu
		}
	}
	return total
}

// clusterCPU is the processor time of a process and of its children, also of
// those that have ended: PostgreSQL has one process per connection.
func clusterCPU(leader int) (total time.Duration) {
	if leader == 0 {
		return 0
	}
	p, err := processOf(leader)
	if err != nil {
		return 0
	}
	total = p.cpu + p.reaped
	all, _ := filepath.Glob("/proc/[0-9]*")
	for _, dir := range all {
		pid, err := strconv.Atoi(filepath.Base(dir))
		if err != nil {
			continue
		}
		if c, err := processOf(pid); err == nil && c.parent == leader {
			total += c.cpu
		}
	}
	return total
}

// machineCPU is the processor time that everything on the machine has taken,
// without idling and waiting.
func machineCPU() time.Duration {
	raw, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0
	}
	line, _, _ := bytes.Cut(raw, []byte("\n"))
	fields := strings.Fields(string(line))
	var total int64
	for i, f := range fields {
		if i == 0 || i == 4 || i == 5 || i > 8 { // name, idle, iowait; guests count twice
			continue
		}
		n, _ := strconv.ParseInt(f, 10, 64)
		total += n
	}
	return time.Duration(total) * tick
}

// rssOf is the memory of a process that is in RAM, in bytes.
func rssOf(pid int) int64 {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(raw)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kb, _ := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
			return kb << 10
		}
	}
	return 0
}

// loadOf is the machine's load, for the reader of a report.
func loadOf() string {
	raw, _ := os.ReadFile("/proc/loadavg")
	fields := strings.Fields(string(raw))
	return strings.Join(fields[:min(3, len(fields))], " ")
}
