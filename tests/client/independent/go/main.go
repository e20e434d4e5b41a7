// Command participant takes part in one relay. It was written from /asyncapi.json alone, with Go's
// standard library, and shares nothing with the project's own clients.
//
//	participant wss://example.org/ws msgpack xiangxin-ziji
//
// opens a room with that phrase, prints `invite CODE` for a friend, writes its characters, and prints
// `committed C` after each, `back` after each return, and `completed WORK SERIAL` at the end.
package main

import (
	"errors"
	"fmt"
	"os"
	"time"
)

const limit = 90 * time.Second

var stroke = Stroke{700, 2000, 0, 90, 1300, -10, 120, 0, 1300, -20, 120, -10}

// Participant is one person's relay, over as many connections as it takes.
type Participant struct {
	address, phrase string
	codec           Codec
	socket          *Socket
	token           string
	room            *Room
	work            string
	serial          int
}

func main() {
	if len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "usage: participant ADDRESS msgpack|json PHRASE")
		os.Exit(2)
	}
	time.AfterFunc(limit, func() { fail(errors.New("it takes too long")) })
	one := &Participant{address: os.Args[1], phrase: os.Args[3], codec: Codec{os.Args[2] == "msgpack"}}
	for one.work == "" {
		if pause, err := one.connection(); err != nil {
			fail(err)
		} else if one.work == "" {
			time.Sleep(pause)
		}
	}
	fmt.Println("completed", one.work, one.serial)
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// connection lasts until the work is finished, or until the line is lost: then it returns how long to
// wait before the next one. An error is one that no other connection would mend.
func (p *Participant) connection() (time.Duration, error) {
	pause := time.Second
	socket, err := Dial(p.address, p.codec.Subprotocol(), !p.codec.Packed)
	if err != nil {
		return pause, nil
	}
	defer socket.Close()
	p.socket = socket
	hello := Message{"t": "hello", "client": "go"}
	if p.token != "" {
		hello["token"] = p.token
	}
	if err := p.send(hello); err != nil {
		return pause, nil
	}
	for p.work == "" {
		payload, err := socket.Receive()
		if err != nil {
			return pause, nil
		}
		message, err := p.codec.Decode(payload)
		if err != nil {
			return 0, err
		}
		if message.T == "bye" {
			pause = time.Duration(message.RetryMs) * time.Millisecond
		} else if err := p.handle(message); err != nil {
			return 0, err
		}
	}
	return 0, nil
}

func (p *Participant) handle(message FromServer) error {
	switch message.T {
	case "welcome":
		return p.welcome(message)
	case "waiting", "matched":
		room, err := message.Room()
		if err != nil {
			return err
		}
		return p.enter(room)
	case "invited":
		fmt.Println("invite", message.Code)
	case "committed":
		fmt.Println("committed", message.C)
	case "turn":
		p.room.Turn = Turn{C: message.C, Seat: message.Seat}
		return p.write()
	case "completed":
		p.work, p.serial = message.Work, message.Serial
	case "error":
		return p.refused(message)
	}
	return nil // other types, also those to come, say nothing that matters here
}

// welcome takes up the room that is still open, or opens one.
func (p *Participant) welcome(message FromServer) error {
	returned := p.token != ""
	p.token = message.Token
	if returned {
		fmt.Println("back")
	}
	if message.Resume != nil {
		return p.enter(*message.Resume)
	}
	for _, finished := range message.Finished {
		p.work, p.serial = finished.Work, finished.Serial
		return nil
	}
	if returned && p.room != nil {
		return errors.New("the seat is lost")
	}
	return p.send(Message{"t": "join", "phrase": p.phrase})
}

func (p *Participant) enter(room Room) error {
	first := p.room == nil
	p.room = &room
	if first {
		if err := p.send(Message{"t": "invite", "room": room.Room}); err != nil {
			return err
		}
	}
	return p.write()
}

// write finishes the character whose turn it is, if that is ours. The same commit may be sent twice.
func (p *Participant) write() error {
	turn := p.room.Turn
	if turn.Seat != p.room.Seat {
		return nil
	}
	ink := Message{"t": "ink", "room": p.room.Room, "c": turn.C, "s": 0, "p": stroke, "end": true}
	if err := p.send(ink); err != nil {
		return err
	}
	commit := Message{"t": "commit", "room": p.room.Room, "c": turn.C, "strokes": []Stroke{stroke}}
	return p.send(commit)
}

// refused waits and repeats what the server asks to repeat.
func (p *Participant) refused(message FromServer) error {
	if message.RetryMs == 0 {
		return fmt.Errorf("%s refused: %s, %s", message.Re, message.Code, message.Message)
	}
	time.Sleep(time.Duration(message.RetryMs) * time.Millisecond)
	switch message.Re {
	case "hello":
		return p.send(Message{"t": "hello", "token": p.token})
	case "join":
		return p.send(Message{"t": "join", "phrase": p.phrase})
	case "invite":
		return p.send(Message{"t": "invite", "room": p.room.Room})
	}
	return p.write()
}

// send leaves the loss of the line to the next Receive, which meets it, too.
func (p *Participant) send(message Message) error {
	payload, err := p.codec.Encode(message)
	if err != nil {
		return err
	}
	if err := p.socket.Send(payload); err != nil {
		p.socket.conn.Close()
	}
	return nil
}
