package wire

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"fmt"
	"io"
)

// maxPacked bounds what a message may be before it is compressed: the payloads
// of its tokens, in bytes.
const maxPacked = 32 << 10

// maxPackedTokens is how many tokens one message may have.
const maxPackedTokens = 64

// qrDictionary is what the payloads of usual messages are made of; it stands
// before each of them when it is compressed. It is a part of the format.
const qrDictionary = `{"typ":"chk","hsh":"{"typ":"rot{"typ":"dpk{"typ":"val","ok":true,"why":"{"typ":"blk","par":1,"pts":1{"typ":"rvk","obj":"ikc","kno":"` +
	`{"typ":"ret{"typ":"rcp","cmd":[{"c":"replace"{"c":"block"{"c":"time"},{"c":"ack","lid":"{"c":"recall","why":"reversed"}]}` +
	`{"typ":"upd","cnt":"","kid":"","pub":"","use":["lic","upd","val","blk"],"nbf":17,"exp":17,"iat":17}` +
	`"enf":"log","enf":"warn","mdl":"floating","mdl":"trial","ftr":["*"],"lim":{"` +
	`{"typ":"req","iss":"01","act":"res","act":"ref","act":"act","non":"","ctr":1,"iat":17,"cnt":{"t":"hardware","t":"soft","s":"","e":""},` +
	`"fp":[{"n":"board","h":""},{"n":"disk","h":""},{"n":"product-uuid","h":""},{"n":"machine-id","h":""}],"vm":true,"code":"","sec":"",` +
	`"held":[{"lid":"01","gen":1}],"want":["],"old":"","prd":"","app":{"v":"licet-activate","os":"darwin","os":"windows","os":"linux","arch":"arm64","arch":"amd64"}}` +
	`{"typ":"lic","iss":"01","lid":"01","gen":1,"art":"","prd":"","mdl":"single","ftr":[""],"qty":1,"iat":17,"nbf":17,"exp":18,"grc":1209600,` +
	`"mnt":18,"enf":"enforce","seq":1,"epo":1,"hld":"","ser":"","non":"","cmd":1,"nxt":17,"cnt":{"t":"soft","k":"","f":["",""],"n":3}}`

// pack takes the tokens of a file apart: how many there are; of each its suite,
// key id, length of the payload and signature, none of which compresses; then all
// payloads in one compressed stream.
func pack(f File) ([]byte, error) {
	if len(f.Lines) == 0 {
		return nil, fmt.Errorf("%w: nothing to carry", ErrMalformed)
	}
	if len(f.Lines) > maxPackedTokens {
		return nil, fmt.Errorf("%w: %d tokens", ErrTooLong, len(f.Lines))
	}
	out := []byte{byte(len(f.Lines))}
	var payloads []byte
	for _, l := range f.Lines {
		p, err := split(l.Token)
		if err != nil {
			return nil, err
		}
		kid, err := decodeB64(p.kid)
		if err != nil {
			return nil, err
		}
		payload, sig := p.body[:len(p.body)-sigLen], p.body[len(p.body)-sigLen:]
		out = append(append(out, byte(p.suite)), kid...)
		out = binary.BigEndian.AppendUint16(out, uint16(len(payload)))
		out = append(out, sig...)
		payloads = append(payloads, payload...)
	}
	if len(payloads) > maxPacked {
		return nil, fmt.Errorf("%w: %d bytes", ErrTooLong, len(payloads))
	}
	buf := bytes.NewBuffer(out)
	w, err := flate.NewWriterDict(buf, flate.BestCompression, []byte(qrDictionary))
	if err == nil {
		_, err = w.Write(payloads)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		return nil, fmt.Errorf("wire: packing failed: %w", err)
	}
	return buf.Bytes(), nil
}

// packedToken is what stands before the payloads.
type packedToken struct {
	suite Suite
	kid   []byte
	size  int
	sig   []byte
}

const packedHead = 1 + 8 + 2 + sigLen

// unpack undoes pack. No more is decompressed than the head says, and the head
// may say no more than maxPacked.
func unpack(b []byte) (File, error) {
	n := int(b[0])
	if b = b[1:]; n == 0 || n > maxPackedTokens || len(b) < n*packedHead {
		return File{}, fmt.Errorf("%w: QR codes", ErrMalformed)
	}
	heads, total := make([]packedToken, n), 0
	for i := range heads {
		h := b[i*packedHead:]
		heads[i] = packedToken{Suite(h[0]), h[1:9], int(binary.BigEndian.Uint16(h[9:])), h[11:packedHead]}
		total += heads[i].size
	}
	if total > maxPacked {
		return File{}, fmt.Errorf("%w: %d bytes", ErrTooLong, total)
	}
	payloads, err := inflate(b[n*packedHead:], total)
	if err != nil {
		return File{}, err
	}
	tokens := make([]string, 0, n)
	for _, h := range heads {
		tokens = append(tokens, h.token(payloads[:h.size]))
		payloads = payloads[h.size:]
	}
	return NewFile(tokens...)
}

// inflate returns exactly size bytes, which must be all that the stream holds,
// and the stream all that there is.
func inflate(b []byte, size int) ([]byte, error) {
	in := bytes.NewReader(b)
	r := flate.NewReaderDict(in, []byte(qrDictionary))
	out := make([]byte, size)
	if _, err := io.ReadFull(r, out); err != nil {
		return nil, fmt.Errorf("%w: QR codes", ErrMalformed)
	}
	var more [1]byte
	if n, err := r.Read(more[:]); n != 0 || err != io.EOF || in.Len() != 0 {
		return nil, fmt.Errorf("%w: QR codes", ErrMalformed)
	}
	return out, nil
}

// token puts a token together again. It is "" for a suite that there is not,
// which is no token.
func (h packedToken) token(payload []byte) string {
	header := h.suite.header()
	if header == "" {
		return ""
	}
	out := b64.AppendEncode([]byte(header), append(append(make([]byte, 0, len(payload)+sigLen), payload...), h.sig...))
	footer := footerHead + b64.EncodeToString(h.kid) + footerTail
	return string(b64.AppendEncode(append(out, '.'), []byte(footer)))
}
