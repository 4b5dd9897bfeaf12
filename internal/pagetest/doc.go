// Package pagetest holds the pages of the documentation to what is true: it
// reads their code blocks, and runs their commands in a real shell with the
// built programs.
//
// A page is opened by a test (Open). Whoever takes the commands of a block
// (Block.Commands, Shell.Run) answers for it; when the test ends, each block that
// nobody took and that the table in excuses.go does not name is an error. The
// house test of the same table finds pages that no test opens at all.
//
// How a page is written:
//
//   - Blocks of commands are marked sh (commands only) or console (commands after
//     "$ ", and what they print). A command goes on in the next line after a
//     backslash, inside single quotes, and to the end of a here-document.
//   - What a console block prints is compared when it is shown. "…" stands for
//     anything in a line; a line "…" for any number of lines.
//   - A comment behind a command, after at least two spaces, may say what a person
//     does: "in a second terminal" (it keeps running, and what is shown below is
//     waited for), "exit code 3".
//   - "lk_…", "7H2KM-…", "01a2…" and "01a3…" in a command stand for an API key, a
//     ticket, an id and the id of a root: the first one in the newest output that
//     holds one, which is what the reader copies.
//   - The addresses 127.0.0.1:8420, :8421 and :8422 are replaced by free ones.
package pagetest
