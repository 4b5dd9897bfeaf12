// Command licet-pkcs11 lets Licet use a PKCS#11 module: keys that never leave
// their device, and data objects on it. It loads the module's C code in a
// process of its own, so that neither the server nor a product does; package
// line is what it is told and what it answers.
//
//	licet-pkcs11 --module /usr/lib/softhsm/libsofthsm2.so
//
// It is started by Licet, not by people; licet key module and licet-activate
// show what is in a slot. Exit codes: 0 at the end of the input, 1 when the
// module cannot be loaded, 2 when called wrongly or told what is no line of the
// protocol.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/licet/licet/client/pkcs11/line"
)

func main() {
	quiet()
	path, ok := modulePath(os.Args[1:])
	if !ok {
		_, _ = fmt.Fprintln(os.Stderr, "usage: licet-pkcs11 --module FILE (speaks "+line.Version+" on its standard input and output)")
		os.Exit(2)
	}
	os.Exit(serve(path, os.Stdin, os.Stdout))
}

// modulePath takes the only argument there is.
func modulePath(args []string) (string, bool) {
	if len(args) == 1 {
		path, ok := strings.CutPrefix(args[0], "--module=")
		return path, ok && path != ""
	}
	if len(args) == 2 && args[0] == "--module" {
		return args[1], args[1] != ""
	}
	return "", false
}

// serve answers calls until the input ends, and returns the exit code.
func serve(path string, in io.Reader, out io.Writer) int {
	d, err := open(path)
	if err != nil {
		_ = line.Send(out, line.Answer{Version: line.Version, Code: line.NoModule, Why: why(err)})
		return 1
	}
	defer d.close()
	if line.Send(out, line.Answer{Version: line.Version}) != nil {
		return 1
	}
	calls := line.NewReader(in)
	for last := int64(0); ; {
		var c line.Call
		err := calls.Next(&c)
		if errors.Is(err, io.EOF) {
			return 0
		}
		if err != nil || c.Check() != nil || c.ID <= last {
			_ = line.Send(out, line.Answer{ID: max(c.ID, 0), Code: line.BadCall})
			return 2
		}
		last = c.ID
		a := d.answer(c)
		a.ID = c.ID
		err = line.Send(out, a)
		if errors.Is(err, line.ErrLine) {
			err = line.Send(out, line.Answer{ID: c.ID, Code: line.Failed, Why: "the answer is too long"})
		}
		if err != nil {
			return 1
		}
	}
}

// answer carries a call out.
func (d *device) answer(c line.Call) (a line.Answer) {
	do := map[line.Verb]func(line.Call, *line.Answer) error{
		line.Slots: d.slots, line.Login: d.login, line.Look: d.look,
		line.Keys: d.keys, line.Make: d.make, line.Drop: d.drop, line.Sign: d.sign, line.Derive: d.derive,
		line.Names: d.names, line.Read: d.read, line.Write: d.write, line.Delete: d.remove,
	}[c.Do]
	var err error
	if !d.in && c.Do != line.Slots && c.Do != line.Login {
		err = refusal{line.NoLogin, ""}
	} else {
		err = do(c, &a)
	}
	if err == nil {
		return a
	}
	code := codeOf(err)
	if d.in && (code == line.Failed || code == line.NoKey || code == line.NoObject) && d.gone() {
		code = line.Removed
	}
	return line.Answer{Code: code, Why: why(err)}
}
