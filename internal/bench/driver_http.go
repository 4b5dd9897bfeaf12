package bench

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strconv"
)

// errAnswer is an answer that is not HTTP/1.1 as our server speaks it.
var errAnswer = errors.New("bench: malformed HTTP answer")

// answer is one HTTP answer. Its body is valid until the next one is read.
type answer struct {
	status int
	body   []byte
	closes bool // the server ends the connection after it
	retry  bool // it says when to come again
}

// readAnswer reads one answer into buf, which it may grow. It knows what a
// benchmark needs: a status, a length or chunks, and nothing that comes before.
func readAnswer(r *bufio.Reader, buf []byte) (answer, []byte, error) {
	line, err := readLine(r)
	if err != nil {
		return answer{}, buf, err
	}
	if len(line) < 12 || !bytes.HasPrefix(line, []byte("HTTP/1.")) || line[8] != ' ' {
		return answer{}, buf, errAnswer
	}
	var a answer
	if a.status, err = strconv.Atoi(string(line[9:12])); err != nil {
		return a, buf, errAnswer
	}
	length, chunked, err := readHeader(r, &a)
	if err != nil {
		return a, buf, err
	}
	switch {
	case a.status == 204 || a.status == 304:
		return a, buf, nil
	case chunked:
		buf, err = readChunks(r, buf[:0])
	case length >= 0:
		buf = grow(buf[:0], length)
		_, err = io.ReadFull(r, buf)
	default:
		a.closes = true
		buf, err = io.ReadAll(r)
	}
	a.body = buf
	return a, buf, err
}

// readHeader reads up to the empty line. Length is -1 when none is given.
func readHeader(r *bufio.Reader, a *answer) (length int, chunked bool, err error) {
	length = -1
	for {
		line, err := readLine(r)
		if err != nil || len(line) == 0 {
			return length, chunked, err
		}
		name, value, found := bytes.Cut(line, []byte(":"))
		if !found {
			return length, chunked, errAnswer
		}
		value = bytes.TrimSpace(value)
		switch {
		case bytes.EqualFold(name, []byte("Content-Length")):
			if length, err = strconv.Atoi(string(value)); err != nil || length < 0 {
				return -1, chunked, errAnswer
			}
		case bytes.EqualFold(name, []byte("Transfer-Encoding")):
			chunked = bytes.EqualFold(value, []byte("chunked"))
		case bytes.EqualFold(name, []byte("Retry-After")):
			a.retry = len(value) > 0
		case bytes.EqualFold(name, []byte("Connection")):
			a.closes = bytes.EqualFold(value, []byte("close"))
		}
	}
}

func readChunks(r *bufio.Reader, buf []byte) ([]byte, error) {
	for {
		line, err := readLine(r)
		if err != nil {
			return buf, err
		}
		size, _, _ := bytes.Cut(line, []byte(";"))
		n, err := strconv.ParseUint(string(size), 16, 31)
		if err != nil {
			return buf, errAnswer
		}
		if n == 0 {
			for { // trailers
				if line, err := readLine(r); err != nil || len(line) == 0 {
					return buf, err
				}
			}
		}
		at := len(buf)
		buf = grow(buf, int(n))
		if _, err := io.ReadFull(r, buf[at:]); err != nil {
			return buf, err
		}
		if line, err := readLine(r); err != nil || len(line) != 0 {
			return buf, errors.Join(err, errAnswer)
		}
	}
}

// readLine returns a line without its end; it is valid until the next read.
func readLine(r *bufio.Reader) ([]byte, error) {
	line, err := r.ReadSlice('\n')
	if err != nil {
		if errors.Is(err, bufio.ErrBufferFull) {
			return nil, errAnswer
		}
		return nil, err
	}
	return bytes.TrimRight(line, "\r\n"), nil
}

// grow makes room for n more bytes.
func grow(buf []byte, n int) []byte {
	if need := len(buf) + n; need > cap(buf) {
		buf = append(make([]byte, 0, 2*need), buf...)
	}
	return buf[:len(buf)+n]
}
