/** The part of the library's types that this project uses. */
export class BufferTarget {
  /** The file, once it is finalized. */
  readonly buffer: ArrayBuffer | null;
}
export class Mp4OutputFormat {
  constructor(options?: { fastStart?: false | "in-memory" | "fragmented" });
}
export class WebMOutputFormat {}
export class EncodedPacket {
  static fromEncodedChunk(chunk: EncodedVideoChunk): EncodedPacket;
}
export class EncodedVideoPacketSource {
  constructor(codec: "avc" | "vp8" | "vp9");
  add(packet: EncodedPacket, meta?: EncodedVideoChunkMetadata): Promise<void>;
}
export class Output {
  constructor(options: { format: Mp4OutputFormat | WebMOutputFormat; target: BufferTarget });
  addVideoTrack(source: EncodedVideoPacketSource, metadata?: { frameRate?: number }): void;
  start(): Promise<void>;
  finalize(): Promise<void>;
}
