package main

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/licet/licet/client/qr"
	"github.com/licet/licet/wire"
)

// pixels is how wide a square of a drawn code is, in points.
const pixels = 8

// showCodes shows a message as QR codes: in pictures where a file is named, else
// in the terminal.
func (p *program) showCodes(message []byte) error {
	f, err := wire.ParseLines(message)
	if err != nil {
		return err
	}
	room := qr.Screen
	if p.file != "" {
		room = qr.Page
	}
	codes, err := qr.Encode(f, room)
	if err != nil {
		return fail(exitFile, "fail.qr_large")
	}
	for i, c := range codes {
		number, of := strconv.Itoa(i+1), strconv.Itoa(len(codes))
		if p.file == "" {
			err = p.showCode(c, number, of)
		} else {
			err = p.drawCode(c, numbered(p.file, i), number, of)
		}
		if err != nil {
			return err
		}
	}
	if p.file == "" {
		p.next("next.qr_picture")
	}
	return nil
}

// showCode shows a code in the terminal. How many lines follow is said before them,
// for whoever has them read out.
func (p *program) showCode(c *qr.Code, number, of string) error {
	var drawn bytes.Buffer
	if err := c.Terminal(&drawn); err != nil {
		return err
	}
	p.say("say.qr", "number", number, "of", of, "lines", strconv.Itoa(bytes.Count(drawn.Bytes(), []byte("\n"))))
	if _, err := p.stdout.Write(drawn.Bytes()); err != nil {
		return fail(exitContainer, "fail.write", "file", "-", "cause", cause(err))
	}
	return nil
}

// drawCode writes a code as a picture.
func (p *program) drawCode(c *qr.Code, name, number, of string) error {
	var picture bytes.Buffer
	if err := c.PNG(&picture, pixels); err != nil {
		return err
	}
	if err := p.write(name, picture.Bytes()); err != nil {
		return err
	}
	p.out.Files = append(p.out.Files, name)
	p.say("say.qr_written", "file", name, "number", number, "of", of)
	return nil
}

// numbered is the name of a further picture: request.png, request-2.png …
func numbered(path string, i int) string {
	if i == 0 {
		return path
	}
	ext := filepath.Ext(path)
	return strings.TrimSuffix(path, ext) + "-" + strconv.Itoa(i+1) + ext
}

// pictureNames are the ends of the names of pictures, those too that are not read.
var pictureNames = []string{".png", ".jpg", ".jpeg", ".heic", ".heif", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".avif"}

// isPicture reports whether a file is meant to be a picture: by how it begins, or
// by its name.
func isPicture(path string, b []byte) bool {
	return bytes.HasPrefix(b, []byte("\x89PNG")) || bytes.HasPrefix(b, []byte("\xff\xd8\xff")) ||
		slices.Contains(pictureNames, strings.ToLower(filepath.Ext(path)))
}

// readUpdate reads an update: a file, pictures of its QR codes, or
// what another program has read in them, one code to a line.
func (p *program) readUpdate(paths []string) ([]byte, error) {
	var pictures [][]byte
	var codes []wire.QRPart
	for _, path := range paths {
		b, err := p.slurpUpTo(path, qr.MaxPicture+1)
		if err != nil {
			return nil, err
		}
		texts, err := scanned(b)
		switch {
		case err != nil:
			return nil, badCode(err)
		case isPicture(path, b):
			pictures = append(pictures, b)
		case len(texts) > 0:
			codes = append(codes, texts...)
		case len(paths) == 1:
			return b, nil
		default:
			return nil, fail(exitUse, "fail.args", "arg", paths[1], "verb", p.verb.name)
		}
	}
	more, err := qr.Parts(pictures...)
	if err != nil {
		return nil, badCode(err)
	}
	if codes = append(codes, more...); len(codes) == 0 {
		return nil, badCode(qr.ErrNoCode)
	}
	f, err := wire.JoinQR(codes)
	return f.Bytes(), badCode(err)
}

// scanned reads the codes that a text consists of; none if it is something else.
func scanned(b []byte) (parts []wire.QRPart, err error) {
	if !wire.IsQR(string(bytes.TrimLeft(b, " \t\r\n"))) {
		return nil, nil
	}
	for line := range strings.Lines(string(b)) {
		if strings.TrimSpace(line) == "" {
			continue
		}
		part, err := wire.ParseQR(line)
		if err != nil {
			return nil, err
		}
		parts = append(parts, part)
	}
	return parts, nil
}

// badCode says what is wrong with the codes in pictures.
func badCode(err error) error {
	var parts *wire.QRError
	switch {
	case errors.As(err, &parts) && parts.Mixed:
		return fail(exitFile, "fail.qr_mixed")
	case errors.As(err, &parts):
		missing := strings.Trim(strings.ReplaceAll(fmt.Sprint(parts.Missing), " ", ", "), "[]")
		return fail(exitFile, "fail.qr_missing", "missing", missing, "of", strconv.Itoa(parts.Of))
	case errors.Is(err, qr.ErrNoCode):
		return fail(exitFile, "fail.qr_none")
	case errors.Is(err, qr.ErrPicture):
		return fail(exitFile, "fail.qr_picture", "cause", cause(err))
	}
	return err
}
