//go:build amd64 || arm64

package socket

import (
	"syscall"
	"unsafe"
)

func stampArrivals(fd int) error {
	return syscall.SetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_TIMESTAMPNS, 1)
}

// message is what recvmsg is told and tells; kept, because a read should make no garbage.
type message struct {
	header  syscall.Msghdr
	piece   syscall.Iovec
	control struct {
		header syscall.Cmsghdr
		stamp  syscall.Timespec
	}
}

// receive does not wait, so that Go's scheduler need not know of the call.
func (m *message) receive(fd int, into []byte) (int, syscall.Errno) {
	m.piece.Base = unsafe.SliceData(into)
	m.piece.Len = uint64(len(into))
	m.header.Iov, m.header.Iovlen = &m.piece, 1
	m.header.Control, m.header.Controllen = (*byte)(unsafe.Pointer(&m.control)), uint64(unsafe.Sizeof(m.control))
	m.control.header = syscall.Cmsghdr{}
	for {
		n, _, errno := syscall.RawSyscall(syscall.SYS_RECVMSG, uintptr(fd), uintptr(unsafe.Pointer(&m.header)), syscall.MSG_DONTWAIT)
		if errno == syscall.EINTR {
			continue
		}
		m.piece.Base = nil
		if errno != 0 {
			return 0, errno
		}
		return int(n), 0
	}
}

// stampNanos is when the kernel got the last of the bytes, since the Unix epoch; 0 where it did not say.
func (m *message) stampNanos() int64 {
	if m.control.header.Level != syscall.SOL_SOCKET || m.control.header.Type != syscall.SCM_TIMESTAMPNS {
		return 0
	}
	return m.control.stamp.Nano()
}

func sendSome(fd int, from []byte) (int, syscall.Errno) {
	for {
		n, _, errno := syscall.RawSyscall6(syscall.SYS_SENDTO, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(from))),
			uintptr(len(from)), syscall.MSG_DONTWAIT|syscall.MSG_NOSIGNAL, 0, 0)
		if errno == syscall.EINTR {
			continue
		}
		if errno != 0 {
			return 0, errno
		}
		return int(n), 0
	}
}

// pollNow asks a set without waiting.
func pollNow(set int, events []syscall.EpollEvent) (int, error) {
	for {
		n, _, errno := syscall.RawSyscall6(syscall.SYS_EPOLL_PWAIT, uintptr(set), uintptr(unsafe.Pointer(unsafe.SliceData(events))),
			uintptr(len(events)), 0, 0, 0)
		switch errno {
		case 0:
			return int(n), nil
		case syscall.EINTR:
		default:
			return 0, errno
		}
	}
}
