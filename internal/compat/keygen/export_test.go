package keygen

import (
	"maps"
	"slices"
)

// Ours returns the codes of ours that the tables translate.
func Ours() []string {
	return append(slices.Collect(maps.Keys(codes)), slices.Collect(maps.Keys(verdicts))...)
}
