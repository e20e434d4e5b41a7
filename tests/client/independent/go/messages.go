package main

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// Message goes to the server: a map with `t`, its type.
type Message map[string]any

// Stroke is flat: x, y, dt, w for each point.
type Stroke []int

// Turn says who writes character C.
type Turn struct {
	C    int    `json:"c"`
	Seat int    `json:"seat"`
	Char string `json:"char"`
}

// Room is what `waiting`, `matched` and the `resume` of `welcome` tell.
type Room struct {
	T         string   `json:"t"`
	Room      string   `json:"room"`
	Seat      int      `json:"seat"`
	Committed [][]any  `json:"committed"`
	Turn      Turn     `json:"turn"`
	Phrase    struct { // of `components/schemas/Phrase`
		ID    string   `json:"id"`
		Chars []string `json:"chars"`
	} `json:"phrase"`
}

// FromServer has the keys, of all types, that this client reads.
type FromServer struct {
	T        string          `json:"t"`
	Token    string          `json:"token"`
	Resume   *Room           `json:"resume"`
	Finished []Finished      `json:"finished"`
	C        int             `json:"c"`
	Seat     int             `json:"seat"`
	Code     string          `json:"code"`
	Message  string          `json:"message"`
	Re       string          `json:"re"`
	RetryMs  int             `json:"retry_ms"`
	Work     string          `json:"work"`
	Serial   int             `json:"serial"`
	whole    json.RawMessage // for what is read as another type
}

// Finished is a work completed in one's absence.
type Finished struct {
	Work   string `json:"work"`
	Serial int    `json:"serial"`
}

// Codec makes frames of messages and messages of frames, in one of the two subprotocols.
type Codec struct{ Packed bool }

// Subprotocol is the name that the client offers.
func (c Codec) Subprotocol() string {
	if c.Packed {
		return "jielong.v1.msgpack"
	}
	return "jielong.v1.json"
}

// Encode makes the payload of a frame.
func (c Codec) Encode(message Message) ([]byte, error) {
	text, err := json.Marshal(message)
	if err != nil || !c.Packed {
		return text, err
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil, err
	}
	return pack(nil, value)
}

// Decode reads the payload of a frame.
func (c Codec) Decode(payload []byte) (message FromServer, err error) {
	if c.Packed {
		defer func() {
			if problem := recover(); problem != nil {
				err = fmt.Errorf("ill-formed: %v", problem)
			}
		}()
		if payload, err = json.Marshal((&unpacker{data: payload}).value()); err != nil {
			return
		}
	}
	message.whole = payload
	err = json.Unmarshal(payload, &message)
	return
}

// Room reads `waiting` or `matched`.
func (m FromServer) Room() (room Room, err error) {
	err = json.Unmarshal(m.whole, &room)
	return
}
