/** MessagePack, as much of it as messages hold: nil, bool, numbers, str, array, map. */

const utf8 = { encoder: new TextEncoder(), decoder: new TextDecoder("utf-8", { fatal: true }) };

export function pack(value: unknown): Uint8Array<ArrayBuffer> {
  const bytes: number[] = [];
  write(value, bytes);
  return Uint8Array.from(bytes);
}

function write(value: unknown, out: number[]): void {
  if (value === null) out.push(0xc0);
  else if (typeof value === "boolean") out.push(value ? 0xc3 : 0xc2);
  else if (typeof value === "number") writeInteger(value, out);
  else if (typeof value === "string") {
    const bytes = utf8.encoder.encode(value);
    writeHead(bytes.length, 0xa0, 32, 0xda, out);
    for (const byte of bytes) out.push(byte);
  } else if (Array.isArray(value)) {
    writeHead(value.length, 0x90, 16, 0xdc, out);
    for (const item of value) write(item, out);
  } else if (typeof value === "object") {
    const entries = Object.entries(value as object).filter(([, item]) => item !== undefined);
    writeHead(entries.length, 0x80, 16, 0xde, out);
    for (const [key, item] of entries) {
      write(key, out);
      write(item, out);
    }
  } else throw new TypeError(`${typeof value} has no place in a message`);
}

function writeInteger(value: number, out: number[]): void {
  if (!Number.isInteger(value) || Math.abs(value) >= 2 ** 31) throw new RangeError(String(value));
  if (value >= -32 && value < 128) out.push(value & 0xff);
  else out.push(0xd2, (value >> 24) & 0xff, (value >> 16) & 0xff, (value >> 8) & 0xff, value & 0xff);
}

/** Sizes below `few` are part of `fix`; others follow `wide`, in 16 bits. */
function writeHead(size: number, fix: number, few: number, wide: number, out: number[]): void {
  if (size >= 2 ** 16) throw new RangeError(`${size} items`);
  if (size < few) out.push(fix | size);
  else out.push(wide, size >> 8, size & 0xff);
}

export function unpack(bytes: Uint8Array): unknown {
  return new Reader(bytes).value();
}

class Reader {
  #at = 0;
  readonly #view: DataView;

  constructor(private readonly bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  value(): unknown {
    const code = this.#unsigned(1);
    if (code < 0x80) return code;
    if (code < 0x90) return this.#map(code & 0x0f);
    if (code < 0xa0) return this.#list(code & 0x0f);
    if (code < 0xc0) return this.#text(code & 0x1f);
    if (code >= 0xe0) return code - 0x100;
    switch (code) {
      case 0xc0: return null;
      case 0xc2: return false;
      case 0xc3: return true;
      case 0xca: return this.#view.getFloat32(this.#skip(4));
      case 0xcb: return this.#view.getFloat64(this.#skip(8));
      case 0xcc: return this.#unsigned(1);
      case 0xcd: return this.#unsigned(2);
      case 0xce: return this.#unsigned(4);
      case 0xcf: return Number(this.#view.getBigUint64(this.#skip(8)));
      case 0xd0: return this.#view.getInt8(this.#skip(1));
      case 0xd1: return this.#view.getInt16(this.#skip(2));
      case 0xd2: return this.#view.getInt32(this.#skip(4));
      case 0xd3: return Number(this.#view.getBigInt64(this.#skip(8)));
      case 0xd9: return this.#text(this.#unsigned(1));
      case 0xda: return this.#text(this.#unsigned(2));
      case 0xdb: return this.#text(this.#unsigned(4));
      case 0xdc: return this.#list(this.#unsigned(2));
      case 0xdd: return this.#list(this.#unsigned(4));
      case 0xde: return this.#map(this.#unsigned(2));
      case 0xdf: return this.#map(this.#unsigned(4));
      default: throw new RangeError(`MessagePack's code 0x${code.toString(16)}`);
    }
  }

  #skip(size: number): number {
    this.#at += size;
    return this.#at - size;
  }

  #unsigned(size: 1 | 2 | 4): number {
    const at = this.#skip(size);
    if (size === 1) return this.#view.getUint8(at);
    return size === 2 ? this.#view.getUint16(at) : this.#view.getUint32(at);
  }

  #text(size: number): string {
    const at = this.#skip(size);
    return utf8.decoder.decode(this.bytes.subarray(at, at + size));
  }

  #list(size: number): unknown[] {
    return Array.from({ length: size }, () => this.value());
  }

  #map(size: number): Record<string, unknown> {
    return Object.fromEntries(Array.from({ length: size }, () => [this.value(), this.value()]));
  }
}
