package main

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/licet/licet/client"
	"github.com/licet/licet/wire"
)

var filled = regexp.MustCompile(`\{[a-z_]+\}`)

func TestBothLanguagesAreComplete(t *testing.T) {
	for key, s := range texts {
		a, b := filled.FindAllString(s.en, -1), filled.FindAllString(s.de, -1)
		slices.Sort(a)
		slices.Sort(b)
		if s.en == "" || s.de == "" || !slices.Equal(a, b) {
			t.Errorf("%s: %q, %q", key, s.en, s.de)
		}
	}
}

// TestEveryTextIsThere compares the catalog with what the program asks it for.
func TestEveryTextIsThere(t *testing.T) {
	var code strings.Builder
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if strings.HasSuffix(f.Name(), ".go") && !strings.HasSuffix(f.Name(), "_test.go") && f.Name() != "texts.go" {
			b, err := os.ReadFile(f.Name())
			if err != nil {
				t.Fatal(err)
			}
			code.Write(b)
		}
	}
	used := map[string]bool{}
	for _, m := range regexp.MustCompile(`"((help|fail|ask|say|what|next|exit)\.[a-z_]+)"`).FindAllStringSubmatch(code.String(), -1) {
		used[m[1]] = true
	}
	for _, a := range []wire.Action{wire.ActActivate, wire.ActRestore, wire.ActBorrow} {
		used["what."+string(a)+"_code"] = true
	}
	for _, a := range []wire.Action{wire.ActActivate, wire.ActRestore, wire.ActRefresh, wire.ActBorrow} {
		used["what."+string(a)] = true
	}
	for _, v := range verbs() {
		used["verb."+v.name], used["verb."+v.name+".more"] = true, true
		for _, f := range slices.Concat(v.flags, common, deviceOptions, uiOptions) {
			used["flag."+f.name] = true
		}
	}
	for key := range used {
		if _, ok := texts[key]; !ok {
			t.Errorf("there is no text %q", key)
		}
	}
	for key := range texts {
		if !used[key] {
			t.Errorf("nobody says %q", key)
		}
	}
}

// TestExitCodesAreDocumented compares the page with the program.
func TestExitCodesAreDocumented(t *testing.T) {
	page, err := os.ReadFile("../../docs/tutorials/activate.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range exits {
		if row := fmt.Sprintf("| %d | %s |", e.code, texts[e.key].en); !strings.Contains(string(page), row) {
			t.Errorf("the page lacks %s", row)
		}
	}
}

func TestExitOf(t *testing.T) {
	for want, errs := range map[int][]error{
		exitDone:       {nil},
		exitUnexpected: {errors.New("anything")},
		exitUse:        {fail(exitUse, "fail.out"), client.ErrNoCode, client.ErrNotTyped, client.ErrCloud},
		exitTyping:     {&wire.CodeError{Kind: wire.CodeCheck}},
		exitRefused:    {&client.Refusal{Status: 409, Code: "license.no_seat"}},
		exitLater:      {&client.Refusal{Status: 429}, &client.Refusal{Status: 503}, client.ErrOffline},
		exitNoLicense:  {client.ErrNotHeld, client.ErrUnbound, client.ErrNotHere, client.ErrEmpty},
		exitFile:       {client.ErrOld, client.ErrCut, client.ErrUpdate, client.ErrNotAsked, client.ErrNothing, client.ErrTypedKey, client.ErrTypedOther, wire.ErrSignature, wire.ErrFingerprint},
		exitContainer: {
			client.ErrPins, client.ErrFolder, client.ErrWrite, client.ErrRead, client.ErrBusy, client.ErrDamaged,
			client.ErrNewer, client.ErrPublisher, client.ErrNoServer, client.ErrNoDepot, client.ErrTooMany, client.ErrCopied,
		},
	} {
		for _, err := range errs {
			if got := exitOf(err); got != want {
				t.Errorf("%v ends with %d, want %d", err, got, want)
			}
		}
	}
}
