// Package web is the shell of every HTML page: layout, language, assets with
// content hashes, and the security headers of pages. It knows no page of its
// own but the error page.
//
// Views are html/template files of the package that owns the page, parsed once
// per language when first rendered; files that begin with an underscore hold what
// several views share, and may redefine the layout's blocks head, nav and next
// (what to do after a refusal). Pages work without JavaScript and carry no
// inline script or style. A page that answers a form names the fields that the
// language switch sends again, because nothing secret stands in an address.
//
// Neighbors: route and text below; depot (and later portal) above.
package web
