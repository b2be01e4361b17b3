/**
 * The compact protocol of Apache Thrift, in which Parquet keeps its metadata: as much of it as Parquet
 * files of Grokscope need. A struct is a map from the number of a field to its value.
 */
import { ByteSink } from './bytes.ts';

export type Thrift =
  | { readonly i32: number }
  | { readonly i64: number }
  | { readonly text: string }
  | { readonly list: readonly Thrift[] }
  | ThriftStruct;

export interface ThriftStruct {
  readonly fields: ReadonlyMap<number, Thrift>;
}

/** Types of the compact protocol. */
const Type = { i32: 5, i64: 6, binary: 8, list: 9, struct: 12 } as const;

/** A struct of the fields that are given, by number. */
export function struct(fields: Readonly<Record<number, Thrift | undefined>>): ThriftStruct {
  const given = Object.entries(fields).flatMap(([field, value]) =>
    value === undefined ? [] : [[Number(field), value] as const],
  );
  return { fields: new Map(given) };
}

export function encodeStruct({ fields }: ThriftStruct, sink = new ByteSink()): ByteSink {
  let before = 0;
  for (const [field, value] of [...fields].sort(([a], [b]) => a - b)) {
    // No gap is larger than 15: the short form always does.
    sink.uint8(((field - before) << 4) | typeOf(value));
    before = field;
    encodeValue(value, sink);
  }
  sink.uint8(0);
  return sink;
}

function typeOf(value: Thrift): number {
  if ('i32' in value) return Type.i32;
  if ('i64' in value) return Type.i64;
  if ('text' in value) return Type.binary;
  return 'list' in value ? Type.list : Type.struct;
}

function encodeValue(value: Thrift, sink: ByteSink): void {
  if ('i32' in value) varint(value.i32 >= 0 ? 2 * value.i32 : -2 * value.i32 - 1, sink);
  else if ('i64' in value) varint(2 * value.i64, sink);
  else if ('text' in value) {
    const bytes = new TextEncoder().encode(value.text);
    varint(bytes.length, sink);
    sink.bytes(bytes);
  } else if ('fields' in value) encodeStruct(value, sink);
  else {
    const { list } = value;
    const type = list[0] ? typeOf(list[0]) : Type.i32;
    sink.uint8((Math.min(list.length, 15) << 4) | type);
    if (list.length >= 15) varint(list.length, sink);
    for (const each of list) encodeValue(each, sink);
  }
}

/** Of numbers up to 2^53. */
export function varint(value: number, sink: ByteSink): void {
  let rest = value;
  while (rest >= 128) {
    sink.uint8((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  sink.uint8(rest);
}

/** Bytes that are not what they should be; whoever reads the file says where. */
export class ThriftError extends Error {
  override readonly name = 'ThriftError';
}

/** Structs and lists within one another, at most. */
const MAX_DEPTH = 8;

/** Reads from bytes, never beyond them. */
export class ThriftReader {
  constructor(
    readonly bytes: Uint8Array,
    public at = 0,
  ) {}

  struct(depth = 0): ThriftStruct {
    if (depth > MAX_DEPTH) throw new ThriftError('nested too deep');
    const fields = new Map<number, Thrift>();
    let field = 0;
    for (;;) {
      const head = this.#byte();
      if (head === 0) return { fields };
      if (head >> 4 === 0) throw new ThriftError('a field of the long form');
      field += head >> 4;
      fields.set(field, this.#value(head & 15, depth + 1));
    }
  }

  #value(type: number, depth: number): Thrift {
    switch (type) {
      case Type.i32: {
        const value = this.varint();
        return { i32: value % 2 === 0 ? value / 2 : -(value + 1) / 2 };
      }
      case Type.i64:
        return { i64: Math.floor(this.varint() / 2) };
      case Type.binary: {
        const length = this.varint();
        if (length > this.bytes.length - this.at) throw new ThriftError('text beyond the end');
        this.at += length;
        try {
          const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
          return { text: decoder.decode(this.bytes.subarray(this.at - length, this.at)) };
        } catch {
          throw new ThriftError('text that is not UTF-8');
        }
      }
      case Type.list: {
        const head = this.#byte();
        const length = head >> 4 === 15 ? this.varint() : head >> 4;
        // Every entry takes a byte at least.
        if (length > this.bytes.length - this.at) throw new ThriftError('a list beyond the end');
        if (depth > MAX_DEPTH) throw new ThriftError('nested too deep');
        return { list: Array.from({ length }, () => this.#value(head & 15, depth + 1)) };
      }
      case Type.struct:
        return this.struct(depth);
      default:
        throw new ThriftError(`type ${type}, which these files do not use`);
    }
  }

  varint(): number {
    let value = 0;
    for (let scale = 1; scale < 2 ** 53; scale *= 128) {
      const byte = this.#byte();
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
    throw new ThriftError('a number beyond 2^53');
  }

  #byte(): number {
    const byte = this.bytes[this.at++];
    if (byte === undefined) throw new ThriftError('the end came too early');
    return byte;
  }
}

/** Access to a struct whose fields must be of certain types. */
export const field = {
  number(from: ThriftStruct, id: number): number {
    const value = from.fields.get(id);
    if (value && 'i32' in value) return value.i32;
    if (value && 'i64' in value) return value.i64;
    throw new ThriftError(`no number as field ${id}`);
  },
  text(from: ThriftStruct, id: number): string {
    const value = from.fields.get(id);
    if (value && 'text' in value) return value.text;
    throw new ThriftError(`no text as field ${id}`);
  },
  struct(from: ThriftStruct, id: number): ThriftStruct {
    const value = from.fields.get(id);
    if (value && 'fields' in value) return value;
    throw new ThriftError(`no struct as field ${id}`);
  },
  structs(from: ThriftStruct, id: number): ThriftStruct[] {
    const value = from.fields.get(id);
    if (!value || !('list' in value)) throw new ThriftError(`no list as field ${id}`);
    return value.list.map((each) => {
      if ('fields' in each) return each;
      throw new ThriftError(`no list of structs as field ${id}`);
    });
  },
};
