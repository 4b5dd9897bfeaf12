package clienttest

import (
	"net/http"

	"github.com/licet/licet/wire"
)

// List issues a block list that names containers, by their key hashes.
func (s *Server) List(boxes ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.listed++
	s.list = s.P.File(Sign(s.P.Issuing, &wire.BlockList{Issuer: s.P.Name, Seq: s.listed, IssuedAt: s.Now().Unix(), Containers: boxes}))
}

// sendList answers who asks for the block list.
func (s *Server) sendList(w http.ResponseWriter) {
	s.mu.Lock()
	list := s.list
	s.mu.Unlock()
	if list == nil {
		refuse(w, &No{"license.no_block_list", http.StatusNotFound})
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write(list)
}

// First is the key hash of the container that was heard of first.
func (s *Server) First() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.first
}
