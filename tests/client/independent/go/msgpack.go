package main

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
)

// pack appends a value, as encoding/json makes them, in MessagePack. Numbers are whole.
func pack(out []byte, value any) ([]byte, error) {
	switch value := value.(type) {
	case nil:
		return append(out, 0xc0), nil
	case bool:
		if value {
			return append(out, 0xc3), nil
		}
		return append(out, 0xc2), nil
	case json.Number:
		number, err := value.Int64()
		return packInteger(out, number), err
	case string:
		return append(packHead(out, len(value), 0xa0, 32, 0xd9), value...), nil
	case []any:
		out = packHead(out, len(value), 0x90, 16, 0xdb)
		for _, item := range value {
			var err error
			if out, err = pack(out, item); err != nil {
				return nil, err
			}
		}
		return out, nil
	case map[string]any:
		out = packHead(out, len(value), 0x80, 16, 0xdd)
		for key, item := range value {
			out = append(packHead(out, len(key), 0xa0, 32, 0xd9), key...)
			var err error
			if out, err = pack(out, item); err != nil {
				return nil, err
			}
		}
		return out, nil
	}
	return nil, fmt.Errorf("%T has no place in a message", value)
}

// packHead appends the head of a string, an array or a map: `fix` up to `few`, else 16 or 32 bits.
// `before` is the code below that of 16 bits.
func packHead(out []byte, size int, fix byte, few int, before byte) []byte {
	switch {
	case size < few:
		return append(out, fix|byte(size))
	case size < 1<<16:
		return binary.BigEndian.AppendUint16(append(out, before+1), uint16(size))
	}
	return binary.BigEndian.AppendUint32(append(out, before+2), uint32(size))
}

func packInteger(out []byte, number int64) []byte {
	switch {
	case number >= -32 && number < 128:
		return append(out, byte(number))
	case number >= math.MinInt16 && number <= math.MaxInt16:
		return binary.BigEndian.AppendUint16(append(out, 0xd1), uint16(number))
	}
	return binary.BigEndian.AppendUint64(append(out, 0xd3), uint64(number))
}

// unpacker reads MessagePack into the values that encoding/json makes.
type unpacker struct {
	data []byte
	at   int
}

func (u *unpacker) take(size int) []byte {
	taken := u.data[u.at : u.at+size]
	u.at += size
	return taken
}

func (u *unpacker) unsigned(size int) uint64 {
	var number uint64
	for _, value := range u.take(size) {
		number = number<<8 | uint64(value)
	}
	return number
}

// value panics when the message ends too soon or holds what the protocol does not have.
func (u *unpacker) value() any {
	code := u.take(1)[0]
	switch {
	case code < 0x80:
		return int64(code)
	case code >= 0xe0:
		return int64(int8(code))
	case code < 0x90:
		return u.mapping(int(code & 0x0f))
	case code < 0xa0:
		return u.list(int(code & 0x0f))
	case code < 0xc0:
		return string(u.take(int(code & 0x1f)))
	}
	switch code {
	case 0xc0:
		return nil
	case 0xc2, 0xc3:
		return code == 0xc3
	case 0xca:
		return float64(math.Float32frombits(uint32(u.unsigned(4))))
	case 0xcb:
		return math.Float64frombits(u.unsigned(8))
	case 0xcc, 0xcd, 0xce, 0xcf:
		return u.unsigned(1 << (code - 0xcc))
	case 0xd0:
		return int64(int8(u.unsigned(1)))
	case 0xd1:
		return int64(int16(u.unsigned(2)))
	case 0xd2:
		return int64(int32(u.unsigned(4)))
	case 0xd3:
		return int64(u.unsigned(8))
	case 0xd9, 0xda, 0xdb:
		return string(u.take(int(u.unsigned(1 << (code - 0xd9)))))
	case 0xdc, 0xdd:
		return u.list(int(u.unsigned(2 << (code - 0xdc))))
	case 0xde, 0xdf:
		return u.mapping(int(u.unsigned(2 << (code - 0xde))))
	}
	panic(fmt.Sprintf("MessagePack's code %#x", code))
}

func (u *unpacker) list(size int) []any {
	items := []any{}
	for i := 0; i < size; i++ {
		items = append(items, u.value())
	}
	return items
}

func (u *unpacker) mapping(size int) map[string]any {
	items := map[string]any{}
	for i := 0; i < size; i++ {
		key := u.value().(string)
		items[key] = u.value()
	}
	return items
}
