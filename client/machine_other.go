//go:build !linux && !darwin && !windows

package client

import "os"

// readMachine knows little about systems that are not supported.
func readMachine(string) Machine {
	host, err := os.Hostname()
	if err != nil {
		host = ""
	}
	return Machine{Components: []Component{
		{Name: "host", Value: host, Weak: true},
		{Name: "mac", Value: firstMAC(), Weak: true},
	}}
}
