// Package point names the places at which a test ends the process, to see that
// a container survives it: around every write, sync and rename, and around
// every message that is sent. It does nothing else; no configuration and no
// variable of the environment reaches it.
package point

// Hook is called at every point with its name. Only tests set it, before
// anything else runs.
var Hook func(name string)

// At passes a point.
func At(name string) {
	if Hook != nil {
		Hook(name)
	}
}
