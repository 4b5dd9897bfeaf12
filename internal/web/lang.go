package web

import (
	"net/http"

	"github.com/licet/licet/internal/text"
)

// langCookie remembers the visitor's choice of language. It is set when
// somebody chooses, and says nothing about who that is.
const langCookie = "lang"

// langAge is how long the choice is remembered, in seconds: a year.
const langAge = 365 * 24 * 3600

// Lang is the language of a request: the one asked for in the address, the one
// chosen before, or the browser's.
func Lang(r *http.Request) text.Lang {
	for _, v := range []string{r.URL.Query().Get(langCookie), cookie(r)} {
		if v == string(text.DE) || v == string(text.EN) {
			return text.Lang(v)
		}
	}
	return text.Match(r.Header.Get("Accept-Language"))
}

func cookie(r *http.Request) string {
	c, err := r.Cookie(langCookie)
	if err != nil {
		return ""
	}
	return c.Value
}

// remember keeps a language that was asked for in the address.
func remember(w http.ResponseWriter, r *http.Request, lang text.Lang) {
	if r.URL.Query().Get(langCookie) != string(lang) {
		return
	}
	http.SetCookie(w, &http.Cookie{
		Name: langCookie, Value: string(lang), Path: "/", MaxAge: langAge, HttpOnly: true, SameSite: http.SameSiteLaxMode,
		Secure: r.TLS != nil,
	})
}
