package wire

import (
	"cmp"
	"slices"
)

// unprintable are the code points that no text of a claim may hold: controls,
// separators other than the space, formats such as those that turn the direction
// of writing, private use, and what is no character. The list is part of the
// format and is not taken from the library's tables: those change with every
// edition of Unicode, and with them a verdict would.
var unprintable = [][2]rune{
	{0x00, 0x1f},
	{0x7f, 0xa0},
	{0xad, 0xad},
	{0x600, 0x605},
	{0x61c, 0x61c},
	{0x6dd, 0x6dd},
	{0x70f, 0x70f},
	{0x890, 0x891},
	{0x8e2, 0x8e2},
	{0x1680, 0x1680},
	{0x180e, 0x180e},
	{0x2000, 0x200f},
	{0x2028, 0x202f},
	{0x205f, 0x206f},
	{0x3000, 0x3000},
	{0xd800, 0xf8ff},
	{0xfeff, 0xfeff},
	{0xfff0, 0xfffb},
	{0xfffe, 0xffff},
	{0x110bd, 0x110bd},
	{0x110cd, 0x110cd},
	{0x13430, 0x1343f},
	{0x1bca0, 0x1bca3},
	{0x1d173, 0x1d17a},
	{0xe0000, 0xe007f},
	{0xf0000, 0x10ffff},
}

// printable reports whether a text may hold the code point.
func printable(r rune) bool {
	_, found := slices.BinarySearchFunc(unprintable, r, func(span [2]rune, r rune) int {
		if span[0] <= r && r <= span[1] {
			return 0
		}
		return cmp.Compare(span[0], r)
	})
	return !found
}
