// Command hello-cad is an example of a licensed product: a drawing program of a
// few lines, into which a ticket or license key is typed.
//
//	go run ./examples/hello-cad --pins pins.json
//
// It knows the features of the demo's product CAD, so that keys of `licet demo`
// fit.
//
// Without a license it starts in a reduced mode and asks for a key, or shows pages
// on which everything else can be done, too. With one it prints what it may do. It never ends because of a license; it only does less.
// A real product embeds its publisher's pins; this one takes them from a file,
// so that it runs against any server.
package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/licet/licet/client"
	"github.com/licet/licet/client/online"
	"github.com/licet/licet/client/wizard"
	"github.com/licet/licet/wire"
)

// What the product asks its license for.
const (
	featureDraw     = "draw2d"
	featureModel    = "model3d"
	featureRender   = "render"
	limitAssemblies = "assemblies"

	reducedAssemblies = 3 // what everybody may have
)

func main() {
	os.Exit(run(context.Background(), os.Args[1:], os.Stdin, os.Stdout, client.Config{}, wizard.Open))
}

// console is where the product talks to its user.
type console struct{ io.Writer }

func (c console) say(format string, args ...any) { _, _ = fmt.Fprintf(c, format, args...) }

// run is the program. Tests bring a machine and a clock in cfg, and a browser.
func run(ctx context.Context, args []string, in io.Reader, to io.Writer, cfg client.Config, browse func(link string) error) int {
	out := console{to}
	set := flag.NewFlagSet("hello-cad", flag.ContinueOnError)
	set.SetOutput(to)
	pins := set.String("pins", "pins.json", "the publisher's pins, as `licet key pins` exports them")
	dir := set.String("dir", "", "folder of the licenses; else one of this user's")
	product := set.String("product", "CAD", "this product's code")
	server := set.String("server", "", "address of the server; else the one in the pins")
	lang := set.String("lang", client.Language(os.Getenv("LC_ALL"), os.Getenv("LANG")), "en or de")
	if err := set.Parse(args); err != nil {
		return 2
	}
	var err error
	if cfg.Pins, err = os.ReadFile(*pins); err != nil {
		out.say("%v\n", err)
		return 2
	}
	cfg.Dir, cfg.Product, cfg.Version, cfg.Server = *dir, *product, "1.0", *server

	c, err := client.Open(cfg)
	if err != nil {
		out.say("%v\n", client.Explain(*lang, err))
		return 1
	}
	if !c.Has(featureDraw) {
		explain(out, *lang, c)
		activate(ctx, out, *lang, c, bufio.NewScanner(in), func() error { return pages(ctx, out, *lang, cfg, c, browse) })
	}
	work(out, c)
	return 0
}

// explain says what the product does without a license, and why the ones that are
// here do not hold.
func explain(out console, lang string, c *client.Container) {
	out.say("Hello CAD, reduced: up to %d assemblies, no models, no rendering.\n", reducedAssemblies)
	for _, l := range c.Licenses() {
		out.say("License %s: %s\n", l.ID, client.Describe(lang, l))
	}
}

// pages is the product's "Activate…": everything as pages in the browser, in the
// product's name, until they are closed.
func pages(ctx context.Context, out console, lang string, cfg client.Config, c *client.Container, browse func(link string) error) error {
	w, err := wizard.New(cfg, wizard.Options{Container: c, Brand: wizard.Brand{Name: "Hello CAD"}, Language: lang})
	if err != nil {
		return err
	}
	return w.Run(ctx, func(link string) {
		out.say("See your browser, or open %s\n", link)
		if err := browse(link); err != nil {
			out.say("%v\n", err)
		}
	})
}

// activate asks for a key until one works, or until nothing is typed.
func activate(ctx context.Context, out console, lang string, c *client.Container, in *bufio.Scanner, pages func() error) {
	for {
		out.say("Ticket or license key (\"pages\" for all choices in the browser, empty to go on reduced): ")
		if !in.Scan() || strings.TrimSpace(in.Text()) == "" {
			out.say("\n")
			return
		}
		if strings.TrimSpace(in.Text()) == "pages" {
			if err := pages(); err != nil {
				out.say("%v\n", err)
			}
			if c.Has(featureDraw) {
				return
			}
			continue
		}
		_, err := online.Activate(ctx, c, in.Text())
		var typo *wire.CodeError
		switch {
		case errors.As(err, &typo):
			out.say("%v\n", client.Explain(lang, err)) // nothing was sent
			continue
		case err != nil:
			out.say("%s (%s)\n", client.Explain(lang, err), client.Code(err))
			continue
		}
		out.say("Activated. Thank you.\n")
		return
	}
}

// work is the product's real work: it asks for each feature where it needs it.
func work(out console, c *client.Container) {
	most, limited := int64(reducedAssemblies), true
	if c.Has(featureDraw) {
		most, limited = c.Limit(limitAssemblies)
	}
	if limited {
		out.say("Drawing: up to %d assemblies\n", most)
	} else {
		out.say("Drawing: as many assemblies as you like\n")
	}
	for _, f := range []struct{ name, what string }{{featureModel, "Modeling in 3D"}, {featureRender, "Rendering"}} {
		answer := "not licensed"
		if c.Has(f.name) {
			answer = "yes"
		}
		out.say("%s: %s\n", f.what, answer)
	}
}
