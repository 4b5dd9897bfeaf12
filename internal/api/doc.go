// Package api is the REST interface: routes, JSON types and the OpenAPI
// document that is generated from them.
//
// Each operation translates: parse, call one door, render. Inputs are checked
// against the document before a door sees them, with our own refusals in both
// languages that never echo a value. Hot routes (exchange, validate) are plain
// handlers that the document describes.
//
// Neighbors: the contexts' doors below; app mounts the table.
package api
