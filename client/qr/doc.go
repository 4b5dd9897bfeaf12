// Package qr draws the QR codes that carry a container's messages and the
// answers to them, and reads them back from pictures: for machines that have
// neither a network nor a port for a USB stick, but a screen and a camera nearby.
//
//	codes, err := qr.Encode(file, qr.Page) // draw each: PNG, SVG or Terminal
//	file, err := qr.ReadFile(pictures...)  // photographs or screenshots
//
// # Model
//
// What a code carries is package wire's affair (ArmorQR, JoinQR); here texts
// become squares and squares texts. A Code is one symbol of ISO/IEC 18004 with the
// error correction M: up to 15 percent of it may be hidden or misread.
//
// # Reading
//
// A picture is turned into black and white by the light around each point, the
// three corner squares of every code are looked for, the grid is laid over them
// by a projection (so the camera may stand aslant), and the bits are put right by
// Reed and Solomon's code. Whatever comes out has a header and a checksum in
// package wire, and signatures inside: a wrong reading is never taken for a right
// one. Pictures are bounded before they are decoded, and the work on each is too.
//
// Neighbors: wire (what is inside). The package keeps nothing, knows no container
// and opens no file. Package client does not import it, so that a product without
// QR codes does not carry it.
package qr
