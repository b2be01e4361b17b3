/**
 * Results as Apache Parquet: the long table, in row groups, without compression; every page has its
 * CRC-32. What a result file says of itself is in the metadata under the key `grokscope`. The format:
 * https://github.com/apache/parquet-format, from which the numbers of fields and types are taken.
 */
import { FieldError, readObject } from '../model/fields.ts';
import type { SweepSpec } from '../model/spec.ts';
import { ByteSink, sameBytes } from './bytes.ts';
import {
  type Entry,
  HEAD_FIELDS,
  headOf,
  type Layout,
  type ResultSource,
  type Results,
  readHead,
} from './codec.ts';
import { crc32, crc32Text } from './crc32.ts';
import { type Cell, type LongColumn, longColumns, readRow } from './long-table.ts';
import {
  encodeStruct,
  field,
  struct,
  type Thrift,
  ThriftError,
  ThriftReader,
  type ThriftStruct,
  varint,
} from './thrift.ts';

/** Rows of a row group: what is in memory at once. */
const GROUP_ROWS = 16_384;

const ENCODER = new TextEncoder();
const MAGIC = 'PAR1';
const CREATED_BY = 'grokscope';

const PHYSICAL: Readonly<Record<LongColumn['type'], number>> = { uint32: 1, float64: 5, text: 6 };
/** Converted types UINT_32 and UTF8. */
const CONVERTED: Readonly<Record<LongColumn['type'], number | undefined>> = {
  uint32: 13,
  float64: undefined,
  text: 0,
};
const Encoding = { plain: 0, rle: 3, dictionary: 8 } as const;
const Page = { data: 0, dictionary: 2 } as const;

/** Where a column of a row group lies; a dictionary is there if its length is not 0. */
interface Chunk {
  readonly at: number;
  readonly dictionaryLength: number;
  readonly length: number;
}

interface Group {
  readonly rows: number;
  readonly chunks: readonly Chunk[];
}

/** The file in pieces of one column of a row group. */
export function* encodeParquet(source: ResultSource): Generator<Uint8Array> {
  const { spec, layout } = source;
  const columns = longColumns(spec);
  const groups: Group[] = [];
  yield ENCODER.encode(MAGIC);
  let at = MAGIC.length;
  for (const rows of groupsOf(source.entries())) {
    const chunks: Chunk[] = [];
    for (const column of columns) {
      const cells = rows.map((entry) => column.of(entry, layout));
      const { bytes, dictionaryLength } = encodeColumn(column, cells);
      chunks.push({ at, dictionaryLength, length: bytes.length });
      at += bytes.length;
      yield bytes;
    }
    groups.push({ rows: rows.length, chunks });
  }
  yield footerOf(columns, groups, JSON.stringify(headOf(source)));
}

function* groupsOf(entries: Iterable<Entry>): Generator<Entry[]> {
  let group: Entry[] = [];
  for (const entry of entries) {
    group.push(entry);
    if (group.length < GROUP_ROWS) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}

/** The pages of a column: a dictionary where few values return, then the data. */
function encodeColumn(
  column: LongColumn,
  cells: readonly Cell[],
): { bytes: Uint8Array; dictionaryLength: number } {
  const present = cells.filter((cell) => cell !== null);
  const sink = new ByteSink();
  const dictionary = new Map<Cell, number>();
  if (column.fewValues) {
    for (const cell of present) if (!dictionary.has(cell)) dictionary.set(cell, dictionary.size);
  }
  if (dictionary.size > 0) {
    const values = new ByteSink();
    for (const cell of dictionary.keys()) plain(column, cell, values);
    sink.bytes(pageHeader(Page.dictionary, dictionary.size, Encoding.plain, values.done()));
    sink.bytes(values.done());
  }
  const dictionaryLength = sink.length;
  const data = new ByteSink();
  if (column.nullable) {
    const levels = new ByteSink();
    bitPacked(
      cells.map((cell) => (cell === null ? 0 : 1)),
      1,
      levels,
    );
    data.uint32(levels.length);
    data.bytes(levels.done());
  }
  if (dictionary.size > 0) {
    const width = bitWidth(dictionary.size);
    data.uint8(width);
    bitPacked(
      present.map((cell) => dictionary.get(cell) as number),
      width,
      data,
    );
  } else {
    for (const cell of present) plain(column, cell, data);
  }
  const encoding = dictionary.size > 0 ? Encoding.dictionary : Encoding.plain;
  sink.bytes(pageHeader(Page.data, cells.length, encoding, data.done()));
  sink.bytes(data.done());
  return { bytes: sink.done(), dictionaryLength };
}

function plain({ type }: LongColumn, cell: Cell, sink: ByteSink): void {
  if (type === 'uint32') sink.uint32(cell as number);
  else if (type === 'float64') sink.float64(cell as number);
  else {
    const bytes = ENCODER.encode(cell as string);
    sink.uint32(bytes.length);
    sink.bytes(bytes);
  }
}

/** Bits of the largest place in a dictionary, at least one. */
function bitWidth(size: number): number {
  return Math.max(1, 32 - Math.clz32(size - 1));
}

/** One bit-packed run of the hybrid encoding, padded with zeros to a multiple of eight values. */
function bitPacked(values: readonly number[], width: number, sink: ByteSink): void {
  const groups = Math.ceil(values.length / 8);
  varint(2 * groups + 1, sink);
  let pending = 0;
  let bits = 0;
  for (let k = 0; k < 8 * groups; k++) {
    pending += (values[k] ?? 0) * 2 ** bits;
    for (bits += width; bits >= 8; bits -= 8) {
      sink.uint8(pending % 256);
      pending = Math.floor(pending / 256);
    }
  }
}

function pageHeader(type: number, values: number, encoding: number, data: Uint8Array): Uint8Array {
  const i32 = (value: number): Thrift => ({ i32: value });
  const shared = { 1: i32(values), 2: i32(encoding) };
  return encodeStruct(
    struct({
      1: i32(type),
      2: i32(data.length),
      3: i32(data.length),
      4: i32(crc32(data) | 0),
      5:
        type === Page.data
          ? struct({ ...shared, 3: i32(Encoding.rle), 4: i32(Encoding.rle) })
          : undefined,
      7: type === Page.dictionary ? struct(shared) : undefined,
    }),
  ).done();
}

/** The metadata, its length and the magic. */
function footerOf(
  columns: readonly LongColumn[],
  groups: readonly Group[],
  head: string,
): Uint8Array {
  const rows = groups.reduce((sum, group) => sum + group.rows, 0);
  const meta = struct({
    1: { i32: 1 },
    2: { list: [rootElement(columns.length), ...columns.map(schemaElement)] },
    3: { i64: rows },
    4: { list: groups.map((group) => rowGroup(columns, group)) },
    5: {
      list: Object.entries({
        grokscope: head,
        'grokscope.crc32': crc32Text(ENCODER.encode(head)),
      }).map(([key, value]) => struct({ 1: { text: key }, 2: { text: value } })),
    },
    6: { text: CREATED_BY },
  });
  const sink = encodeStruct(meta);
  sink.uint32(sink.length);
  sink.text(MAGIC);
  return sink.done();
}

function rootElement(children: number): Thrift {
  return struct({ 4: { text: 'replicas' }, 5: { i32: children } });
}

function schemaElement({ type, nullable, name }: LongColumn): Thrift {
  const converted = CONVERTED[type];
  return struct({
    1: { i32: PHYSICAL[type] },
    3: { i32: nullable ? 1 : 0 },
    4: { text: name },
    6: converted === undefined ? undefined : { i32: converted },
  });
}

function rowGroup(columns: readonly LongColumn[], { rows, chunks }: Group): Thrift {
  const columnChunk = (column: LongColumn, { at, dictionaryLength, length }: Chunk): Thrift =>
    struct({
      2: { i64: at },
      3: struct({
        1: { i32: PHYSICAL[column.type] },
        2: {
          list: (dictionaryLength > 0
            ? [Encoding.plain, Encoding.rle, Encoding.dictionary]
            : [Encoding.plain, Encoding.rle]
          ).map((encoding) => ({ i32: encoding })),
        },
        3: { list: [{ text: column.name }] },
        4: { i32: 0 },
        5: { i64: rows },
        6: { i64: length },
        7: { i64: length },
        9: { i64: at + dictionaryLength },
        11: dictionaryLength > 0 ? { i64: at } : undefined,
      }),
    });
  return struct({
    1: { list: columns.map((column, k) => columnChunk(column, chunks[k] as Chunk)) },
    2: { i64: chunks.reduce((sum, { length }) => sum + length, 0) },
    3: { i64: rows },
  });
}

/**
 * Reads what `encodeParquet` writes, and no other Parquet file.
 * @throws FieldError that names the first thing that is not accepted
 */
export function decodeParquet(bytes: Uint8Array, layoutOf: (spec: SweepSpec) => Layout): Results {
  const { head, groups, footer } = readFooter(bytes);
  const results = readHead(head.json, layoutOf);
  const columns = longColumns(results.spec);
  // Whatever is in the metadata and is not read must be as it is written.
  if (!sameBytes(footer, footerOf(columns, groups, head.text))) {
    throw new FieldError('metadata', 'other bytes', `the ${columns.length} columns of this spec`);
  }
  let row = 0;
  for (const [g, { rows, chunks }] of groups.entries()) {
    const cells = new Map(
      columns.map((column, c) => {
        const where = `${column.name} of row group ${g + 1}`;
        return [column.name, readColumn(bytes, column, chunks[c] as Chunk, rows, where)];
      }),
    );
    for (let k = 0; k < rows; k++) {
      const at = (name: string): Cell => (cells.get(name) as Cell[])[k] as Cell;
      readRow(at, `row ${++row}`, results.table, results.layout);
    }
  }
  return results;
}

interface Footer {
  readonly head: { readonly text: string; readonly json: Record<string, unknown> };
  readonly groups: readonly Group[];
  /** Its bytes, to the end of the file. */
  readonly footer: Uint8Array;
}

function readFooter(bytes: Uint8Array): Footer {
  const whole = bytes.length >= 12 && [0, bytes.length - 4].every((at) => isMagic(bytes, at));
  if (!whole) {
    throw new FieldError('file', `${bytes.length} bytes`, 'a Parquet file that is whole');
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.getUint32(bytes.length - 8, true);
  if (length > bytes.length - 12) {
    throw new FieldError('metadata', `${length} bytes`, `at most ${bytes.length - 12} bytes`);
  }
  const at = bytes.length - 8 - length;
  try {
    const meta = new ThriftReader(bytes.subarray(at, at + length)).struct();
    const pairs = field.structs(meta, 5);
    const values = new Map(pairs.map((pair) => [field.text(pair, 1), field.text(pair, 2)]));
    return {
      head: readHeadText(values.get('grokscope'), values.get('grokscope.crc32')),
      groups: readGroups(field.structs(meta, 4), at),
      footer: bytes.subarray(at),
    };
  } catch (error) {
    if (!(error instanceof ThriftError)) throw error;
    throw new FieldError('metadata', error.message, 'the metadata of Parquet');
  }
}

function isMagic(bytes: Uint8Array, at: number): boolean {
  return [...MAGIC].every((letter, k) => bytes[at + k] === letter.charCodeAt(0));
}

function readHeadText(text: string | undefined, crc: string | undefined): Footer['head'] {
  if (text === undefined) {
    throw new FieldError(
      'metadata',
      undefined,
      'the key grokscope: only files of its own are read',
    );
  }
  const own = crc32Text(ENCODER.encode(text));
  if (own !== crc) throw new FieldError('metadata', `the checksum ${own}`, `${crc}`);
  try {
    return { text, json: readObject(JSON.parse(text), '', HEAD_FIELDS) };
  } catch (error) {
    if (error instanceof FieldError) throw error;
    throw new FieldError('metadata', text.slice(0, 40), `JSON (${(error as Error).message})`);
  }
}

/** Row groups, whose columns must follow one another from the start of the file to the metadata. */
function readGroups(list: readonly ThriftStruct[], end: number): Group[] {
  let at = MAGIC.length;
  const groups = list.map((group) => ({
    rows: field.number(group, 3),
    chunks: field.structs(group, 1).map((chunk) => {
      const meta = field.struct(chunk, 3);
      const length = field.number(meta, 7);
      const dictionaryLength = meta.fields.has(11) ? field.number(meta, 9) - at : 0;
      const place = { at, dictionaryLength, length };
      at += length;
      if (dictionaryLength < 0 || dictionaryLength > length || at > end) {
        throw new ThriftError('a column beyond the end');
      }
      return place;
    }),
  }));
  if (at !== end) throw new ThriftError('columns that do not fill the file');
  return groups;
}

/** The cells of a column of a row group. */
function readColumn(
  bytes: Uint8Array,
  column: LongColumn,
  { at, dictionaryLength, length }: Chunk,
  rows: number,
  where: string,
): Cell[] {
  try {
    const start = at + dictionaryLength;
    const values =
      dictionaryLength > 0 ? readDictionary(bytes.subarray(at, start), column) : undefined;
    const encoding = values ? Encoding.dictionary : Encoding.plain;
    const { data, count } = readPage(bytes.subarray(start, at + length), Page.data, encoding);
    if (count !== rows) throw new ThriftError(`${count} values for ${rows} rows`);
    return readData(data, column, rows, values);
  } catch (error) {
    if (!(error instanceof ThriftError)) throw error;
    throw new FieldError(where, error.message, 'the values of this column');
  }
}

/** The one page that these bytes hold. */
function readPage(
  bytes: Uint8Array,
  type: number,
  encoding: number,
): { data: Uint8Array; count: number } {
  const reader = new ThriftReader(bytes);
  const header = reader.struct();
  const count = field.number(field.struct(header, type === Page.data ? 5 : 7), 1);
  const data = bytes.subarray(reader.at);
  if (field.number(header, 4) !== (crc32(data) | 0)) throw new ThriftError('another checksum');
  if (!sameBytes(bytes.subarray(0, reader.at), pageHeader(type, count, encoding, data))) {
    throw new ThriftError('another header of a page');
  }
  return { data, count };
}

function readDictionary(bytes: Uint8Array, column: LongColumn): Cell[] {
  const { data, count } = readPage(bytes, Page.dictionary, Encoding.plain);
  return new Values(data).plain(column.type, count);
}

function readData(
  data: Uint8Array,
  column: LongColumn,
  rows: number,
  dictionary: readonly Cell[] | undefined,
): Cell[] {
  const values = new Values(data);
  let levels: number[] | undefined;
  if (column.nullable) {
    const end = values.uint32() + 4;
    levels = values.bitPacked(1, rows);
    if (values.at !== end) throw new ThriftError('levels of another length');
  }
  const present = levels ? levels.reduce((sum, level) => sum + level, 0) : rows;
  let cells: Cell[];
  if (dictionary) {
    const places = values.bitPacked(values.uint8(), present);
    cells = places.map((place) => {
      const cell = dictionary[place];
      if (cell === undefined) throw new ThriftError('a value beyond the dictionary');
      return cell;
    });
  } else {
    cells = values.plain(column.type, present);
  }
  if (values.at !== data.length) throw new ThriftError('bytes that are left over');
  let next = 0;
  return levels ? levels.map((level) => (level === 1 ? (cells[next++] as Cell) : null)) : cells;
}

/** Values of a page, read in turn and never beyond its end. */
class Values {
  at = 0;
  readonly #view: DataView;

  constructor(readonly bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  uint8(): number {
    return this.#view.getUint8(this.#take(1));
  }

  uint32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  plain(type: LongColumn['type'], count: number): Cell[] {
    // Every value takes four bytes at least.
    if (4 * count > this.bytes.length - this.at) throw new ThriftError('values beyond the end');
    return Array.from({ length: count }, () => {
      if (type === 'uint32') return this.uint32();
      if (type === 'float64') return this.#view.getFloat64(this.#take(8), true);
      const length = this.uint32();
      const from = this.#take(length);
      return new TextDecoder().decode(this.bytes.subarray(from, from + length));
    });
  }

  /** One bit-packed run of at least `count` values. */
  bitPacked(width: number, count: number): number[] {
    const reader = new ThriftReader(this.bytes, this.at);
    const groups = (reader.varint() - 1) / 2;
    if (groups !== Math.ceil(count / 8) || width < 1 || width > 32) {
      throw new ThriftError('a run of another length');
    }
    this.at = reader.at;
    const from = this.#take(groups * width);
    let pending = 0;
    let bits = 0;
    let at = from;
    return Array.from({ length: count }, () => {
      for (; bits < width; bits += 8) pending += (this.bytes[at++] as number) * 2 ** bits;
      const value = pending % 2 ** width;
      pending = Math.floor(pending / 2 ** width);
      bits -= width;
      return value;
    });
  }

  #take(count: number): number {
    const from = this.at;
    if (count > this.bytes.length - from) throw new ThriftError('values beyond the end');
    this.at += count;
    return from;
  }
}
