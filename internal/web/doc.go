// Package web is the shell of every HTML page: layout, language, assets with
// content hashes, and the security headers of pages. It knows no page of its
// own but the error page.
//
// Views are html/template files of the package that owns the page, parsed once
// per language at the start, so that a text is looked up while parsing and a
// missing one fails the start and not a visitor. Pages work without JavaScript
// and carry no inline script or style.
//
// Neighbors: route and text below; depot (and later portal) above.
package web
