package main

import (
	"bufio"
	"crypto/rand"
	"crypto/sha1"
	"crypto/tls"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"
)

// RFC 6455, section 5.2.
const (
	opContinuation = 0
	opText         = 1
	opBinary       = 2
	opClose        = 8
	opPing         = 9
	opPong         = 10
)

// The server pings after 20 s of silence: a line that is silent for longer is lost.
const silence = 45 * time.Second

// Socket is the client's end of a WebSocket. One goroutine reads and writes.
type Socket struct {
	conn   net.Conn
	reader *bufio.Reader
	opcode byte
}

// CloseError is the end of a connection, with the code that the server gave.
type CloseError struct{ Code int }

func (e CloseError) Error() string { return fmt.Sprintf("closed with %d", e.Code) }

// Dial opens a WebSocket. Messages go out as text or as binary frames, as the subprotocol has it.
func Dial(address, subprotocol string, text bool) (*Socket, error) {
	place, err := url.Parse(address)
	if err != nil {
		return nil, err
	}
	dialer := &net.Dialer{Timeout: 10 * time.Second}
	var conn net.Conn
	if place.Scheme == "wss" {
		conn, err = tls.DialWithDialer(dialer, "tcp", place.Host, &tls.Config{ServerName: place.Hostname()})
	} else {
		conn, err = dialer.Dial("tcp", place.Host)
	}
	if err != nil {
		return nil, err
	}
	socket := &Socket{conn: conn, reader: bufio.NewReader(conn), opcode: opBinary}
	if text {
		socket.opcode = opText
	}
	if err := socket.open(place, subprotocol); err != nil {
		conn.Close()
		return nil, err
	}
	return socket, nil
}

func (s *Socket) open(place *url.URL, subprotocol string) error {
	nonce := make([]byte, 16)
	if _, err := rand.Read(nonce); err != nil {
		return err
	}
	key := base64.StdEncoding.EncodeToString(nonce)
	s.conn.SetDeadline(time.Now().Add(10 * time.Second))
	_, err := fmt.Fprintf(s.conn, "GET %s HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\n"+
		"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: %s\r\n"+
		"Sec-WebSocket-Protocol: %s\r\n\r\n", place.RequestURI(), place.Host, key, subprotocol)
	if err != nil {
		return err
	}
	answer, err := http.ReadResponse(s.reader, nil)
	if err != nil {
		return err
	}
	digest := sha1.Sum([]byte(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	accept := base64.StdEncoding.EncodeToString(digest[:])
	if answer.StatusCode != http.StatusSwitchingProtocols ||
		answer.Header.Get("Sec-WebSocket-Accept") != accept ||
		answer.Header.Get("Sec-WebSocket-Protocol") != subprotocol {
		return fmt.Errorf("no WebSocket: %s", answer.Status)
	}
	return nil
}

// Send sends one message.
func (s *Socket) Send(payload []byte) error { return s.write(s.opcode, payload) }

// Close ends the connection.
func (s *Socket) Close() {
	s.write(opClose, []byte{0x03, 0xe8})
	s.conn.Close()
}

func (s *Socket) write(opcode byte, payload []byte) error {
	frame := []byte{0x80 | opcode}
	switch size := len(payload); {
	case size < 126:
		frame = append(frame, 0x80|byte(size))
	case size < 1<<16:
		frame = append(frame, 0x80|126, byte(size>>8), byte(size))
	default:
		frame = append(frame, 0x80|127)
		frame = append(frame, binary.BigEndian.AppendUint64(nil, uint64(size))...)
	}
	mask := make([]byte, 4)
	if _, err := rand.Read(mask); err != nil {
		return err
	}
	frame = append(frame, mask...)
	for i, value := range payload {
		frame = append(frame, value^mask[i%4])
	}
	s.conn.SetWriteDeadline(time.Now().Add(10 * time.Second))
	_, err := s.conn.Write(frame)
	return err
}

// Receive waits for the next message; it answers pings meanwhile.
func (s *Socket) Receive() ([]byte, error) {
	var message []byte
	for {
		s.conn.SetReadDeadline(time.Now().Add(silence))
		final, opcode, payload, err := s.frame()
		if err != nil {
			return nil, err
		}
		switch opcode {
		case opPing:
			if err := s.write(opPong, payload); err != nil {
				return nil, err
			}
		case opPong:
		case opClose:
			code := 1005
			if len(payload) >= 2 {
				code = int(binary.BigEndian.Uint16(payload))
			}
			return nil, CloseError{code}
		default:
			message = append(message, payload...)
			if final {
				return message, nil
			}
		}
	}
}

func (s *Socket) frame() (final bool, opcode byte, payload []byte, err error) {
	head := make([]byte, 2)
	if _, err = io.ReadFull(s.reader, head); err != nil {
		return
	}
	size := uint64(head[1] & 0x7f)
	if size >= 126 {
		wide := make([]byte, map[uint64]int{126: 2, 127: 8}[size])
		if _, err = io.ReadFull(s.reader, wide); err != nil {
			return
		}
		size = 0
		for _, value := range wide {
			size = size<<8 | uint64(value)
		}
	}
	if size > 1<<20 {
		return false, 0, nil, fmt.Errorf("a frame of %d bytes", size)
	}
	payload = make([]byte, size)
	_, err = io.ReadFull(s.reader, payload)
	return head[0]&0x80 != 0, head[0] & 0x0f, payload, err
}
