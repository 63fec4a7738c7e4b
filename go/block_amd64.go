// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
// Copyright (C) 2026 The outspawn authors

package outspawn

import (
	"sync"
	"unsafe"
)

// A block is the memory that one ioctl reads and writes. Its structs refer to each
// other by plain numbers, which the garbage collector does not see. So all of them
// are in the block's chunks: these are on the heap, where nothing moves, and the
// caller holds the block until the call has returned.
type block struct {
	chunks [][]uint64
	free   []uint64 // of the last chunk
}

// chunkWords is the least size of a chunk: 16 KiB has the arguments and the
// environment of most programs.
const chunkWords = 2048

var blocks = sync.Pool{New: func() any { return new(block) }}

func newBlock() *block {
	return blocks.Get().(*block)
}

// release gives the block back, with its first chunk for the next user.
func (b *block) release() {
	if len(b.chunks) > 0 {
		clear(b.chunks[1:])
		b.chunks = b.chunks[:1]
		b.free = b.chunks[0]
	}
	blocks.Put(b)
}

// take returns memory for size bytes, with any content, and never nil.
func (b *block) take(size int) unsafe.Pointer {
	words := max((size+7)/8, 1)
	if words > len(b.free) {
		chunk := make([]uint64, max(words, chunkWords))
		b.chunks = append(b.chunks, chunk)
		b.free = chunk
	}
	taken := b.free
	b.free = b.free[words:]
	return unsafe.Pointer(&taken[0])
}

// address is how the kernel's structs hold a pointer.
func address[T any](p *T) uint64 {
	return uint64(uintptr(unsafe.Pointer(p)))
}

// place copies a value into the block. It must have no pointers of Go's.
func place[T any](b *block, value T) *T {
	p := (*T)(b.take(int(unsafe.Sizeof(value))))
	*p = value
	return p
}

// list copies values into the block, as an array.
func list[T any](b *block, values []T) uint64 {
	var one T
	p := (*T)(b.take(len(values) * int(unsafe.Sizeof(one))))
	copy(unsafe.Slice(p, len(values)), values)
	return address(p)
}

// text copies a string into the block, with a NUL at its end.
func (b *block) text(s string) uint64 {
	p := (*byte)(b.take(len(s) + 1))
	copied := unsafe.Slice(p, len(s)+1)
	copy(copied, s)
	copied[len(s)] = 0
	return address(p)
}

// texts copies strings into the block, as an array that ends with NULL.
func (b *block) texts(strings []string) uint64 {
	p := (*uint64)(b.take(8 * (len(strings) + 1)))
	array := unsafe.Slice(p, len(strings)+1)
	for i, s := range strings {
		array[i] = b.text(s)
	}
	array[len(strings)] = 0
	return address(p)
}
