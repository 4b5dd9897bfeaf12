package client

import (
	"bytes"
	"fmt"
	"strings"
)

// smbios is what the firmware says about the whole machine.
type smbios struct{ maker, product, uuid string }

// parseSMBIOS reads the structure of type 1 from a raw SMBIOS table. Every
// structure is a formatted part of its own length and then texts that end in
// two zero bytes.
func parseSMBIOS(table []byte) (out smbios) {
	for len(table) >= 4 {
		kind, n := table[0], int(table[1])
		if n < 4 || n > len(table) {
			return out
		}
		head, rest := table[:n], table[n:]
		end := bytes.Index(rest, []byte{0, 0})
		if end < 0 {
			return out
		}
		if kind == 1 && n >= 24 {
			texts := strings.Split(string(rest[:end]), "\x00")
			text := func(i byte) string {
				if i == 0 || int(i) > len(texts) {
					return ""
				}
				return texts[i-1]
			}
			out.maker, out.product = text(head[4]), text(head[5])
			u := head[8:24]
			out.uuid = fmt.Sprintf("%02x%02x%02x%02x-%02x%02x-%02x%02x-%x-%x",
				u[3], u[2], u[1], u[0], u[5], u[4], u[7], u[6], u[8:10], u[10:16])
			return out
		}
		table = rest[end+2:]
	}
	return out
}

// parseIOReg reads the two names of a Mac from the output of ioreg.
func parseIOReg(out string) (uuid, serial string) {
	for line := range strings.Lines(out) {
		name, value, ok := strings.Cut(line, "=")
		if !ok {
			continue
		}
		value = strings.Trim(strings.TrimSpace(value), `"`)
		switch strings.Trim(strings.TrimSpace(name), `"`) {
		case "IOPlatformUUID":
			uuid = value
		case "IOPlatformSerialNumber":
			serial = value
		}
	}
	return uuid, serial
}
