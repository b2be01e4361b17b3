/**
 * Results as NPZ for numpy: a cube an array, [rows, columns, seeds] or [rows, columns, seeds,
 * thresholds], in a zip without compression. Where each array lies follows from the spec, so that all of
 * them are filled at once as replicas come, each piece at its place; and a file that is read is compared
 * with what would have been written, byte for byte but for the data, which have their CRC-32.
 */
import { FieldError, readObject } from '../model/fields.ts';
import type { SweepSpec } from '../model/spec.ts';
import { ByteSink, type Piece, sameBytes } from './bytes.ts';
import {
  type Entry,
  HEAD_FIELDS,
  headOf,
  type Layout,
  type ResultSource,
  type Results,
  readHead,
  readReplica,
} from './codec.ts';
import { crc32 } from './crc32.ts';
import { CERTIFICATE } from './long-table.ts';
import { FINALS, State } from './table.ts';
import type { Crossing } from './times.ts';

/** Replicas that are encoded together. */
const BLOCK = 16_384;

/** Codes in the array `separability`, by place. */
const KINDS = ['none', 'separable', 'inseparable', 'undecided'] as const;

type Dtype = '|u1' | '<u4' | '<f8';
const BYTES: Readonly<Record<Dtype, number>> = { '|u1': 1, '<u4': 4, '<f8': 8 };

/** An array of a fixed shape. */
interface Cube {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
}

/** An array with an entry, or several, for each replica. */
interface ReplicaCube extends Cube {
  /** Entries of a replica, one after the other. */
  readonly perReplica: number;
  /** What a replica that is not there has. */
  readonly missing: number;
  readonly of: (entry: Entry, k: number) => number;
}

function replicaCubes(spec: SweepSpec, { xs, ys }: Layout): ReplicaCube[] {
  const shape = [ys.length, xs.length, spec.seedsPerCell];
  const cube = (
    name: string,
    dtype: Dtype,
    of: ReplicaCube['of'],
    missing: number = dtype === '<f8' ? Number.NaN : 0,
  ): ReplicaCube => ({ name, dtype, shape, perReplica: 1, missing, of });
  const times = (
    kind: 'test' | 'train',
    list: (entry: Entry) => readonly Crossing[],
  ): ReplicaCube[] => {
    const { length } = spec.thresholds[kind];
    const state = ({ state }: Crossing): number => State[state];
    const log10t = (time: Crossing): number =>
      time.state === 'crossed' ? time.log10t : Number.NaN;
    return [
      cube(`${kind}_state`, '|u1', (entry, k) => {
        const time = list(entry)[k];
        return time ? state(time) : State.failed;
      }),
      cube(`${kind}_log10t`, '<f8', (entry, k) => {
        const time = list(entry)[k];
        return time ? log10t(time) : Number.NaN;
      }),
    ].map((each) => ({ ...each, shape: [...shape, length], perReplica: length }));
  };
  return [
    ...times('test', ({ outcome }) => outcome.testTimes),
    ...times('train', ({ outcome }) => outcome.trainTimes),
    ...FINALS.map((final) =>
      cube(`final_${final}`, '<f8', ({ outcome }) => outcome.final?.[final] ?? Number.NaN),
    ),
    cube('gradients', '<u4', ({ outcome }) => outcome.gradients),
    cube('separability', '|u1', ({ outcome }) =>
      outcome.separability ? KINDS.indexOf(outcome.separability.kind) : 0,
    ),
    ...Object.entries(CERTIFICATE).map(([name, part]) =>
      cube(name, '<f8', ({ outcome }) => {
        const parts = outcome.separability as unknown as Record<string, number> | null;
        return parts?.[part] ?? Number.NaN;
      }),
    ),
  ];
}

interface FixedCube extends Cube {
  readonly values: () => Float64Array | readonly number[];
}

/** Arrays that follow from the spec: axes, thresholds, and what each cell stands for. */
function fixedCubes(spec: SweepSpec, layout: Layout): FixedCube[] {
  const { xs, ys } = layout;
  const list = (name: string, values: readonly number[]): FixedCube => ({
    name,
    dtype: '<f8',
    shape: [values.length],
    values: () => values,
  });
  const map = (name: string, dtype: Dtype, of: (index: number) => number): FixedCube => ({
    name,
    dtype,
    shape: [ys.length, xs.length],
    values: () =>
      new Float64Array(ys.length * xs.length).map((_, cell) => of(cell * spec.seedsPerCell)),
  });
  return [
    list('x', xs),
    list('y', ys),
    list('test_thresholds', spec.thresholds.test),
    list('train_thresholds', spec.thresholds.train),
    map('lambda', '<f8', (index) => layout.cellOf(index).lambda),
    map('sigma', '<f8', (index) => layout.replica(index).sigma),
    map('samples', '<u4', (index) => layout.replica(index).samples),
    map('dimensions', '<u4', (index) => layout.replica(index).dimensions),
    map('first_seed', '<u4', (index) => layout.replica(index).seed),
  ];
}

/** A file of the archive: `<name>.npy`, its header, and where its data lie. */
interface Member {
  readonly name: string;
  /** Where its local header begins, which the header of numpy follows. */
  readonly at: number;
  readonly npyHeader: Uint8Array;
  /** Where the data begin, and their length in bytes. */
  readonly dataAt: number;
  readonly dataLength: number;
}

function members(cubes: readonly Cube[]): Member[] {
  let at = 0;
  return cubes.map((cube) => {
    const name = `${cube.name}.npy`;
    const header = npyHeader(cube);
    const dataAt = at + 30 + name.length + header.length;
    const dataLength = cube.shape.reduce((a, b) => a * b, 1) * BYTES[cube.dtype];
    const member = { name, at, npyHeader: header, dataAt, dataLength };
    at = dataAt + dataLength;
    return member;
  });
}

/** Version 1.0 of numpy's format: data begin at a multiple of 64 within the member. */
function npyHeader({ dtype, shape }: Cube): Uint8Array {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const dict = `{'descr': '${dtype}', 'fortran_order': False, 'shape': ${tuple}, }`;
  const length = Math.ceil((10 + dict.length + 1) / 64) * 64 - 10;
  const sink = new ByteSink();
  sink.uint8(0x93);
  sink.text('NUMPY');
  sink.uint16(1);
  sink.uint16(length);
  sink.text(`${dict.padEnd(length - 1)}\n`);
  return sink.done();
}

/** Fields that the local header and the directory share: version 2.0, stored, 1980-01-01. */
function zipFields(sink: ByteSink, member: Member, crc: number): void {
  const size = member.npyHeader.length + member.dataLength;
  for (const value of [20, 0, 0, 0, 0x21]) sink.uint16(value);
  for (const value of [crc, size, size]) sink.uint32(value);
  sink.uint16(member.name.length);
  sink.uint16(0);
}

function localHeader(member: Member, crc: number): Uint8Array {
  const sink = new ByteSink();
  sink.uint32(0x04034b50);
  zipFields(sink, member, crc);
  sink.text(member.name);
  sink.bytes(member.npyHeader);
  return sink.done();
}

const END_LENGTH = 22;

function directory(all: readonly Member[], crcs: readonly number[]): Uint8Array {
  const sink = new ByteSink();
  for (const [k, member] of all.entries()) {
    sink.uint32(0x02014b50);
    sink.uint16(20);
    zipFields(sink, member, crcs[k] as number);
    for (const value of [0, 0, 0, 0, 0]) sink.uint16(value);
    sink.uint32(member.at);
    sink.text(member.name);
  }
  const size = sink.length;
  const last = all.at(-1) as Member;
  sink.uint32(0x06054b50);
  for (const value of [0, 0, all.length, all.length]) sink.uint16(value);
  sink.uint32(size);
  sink.uint32(last.dataAt + last.dataLength);
  sink.uint16(0);
  return sink.done();
}

function cubeBytes({ dtype }: Cube, values: Float64Array | readonly number[]): Uint8Array {
  if (dtype === '|u1') return Uint8Array.from(values);
  const sink = new ByteSink(values.length * BYTES[dtype]);
  for (const value of values) dtype === '<u4' ? sink.uint32(value) : sink.float64(value);
  return sink.done();
}

/** What the arrays cannot hold: reasons in words. */
interface Reasons {
  readonly failures: Record<string, string>;
  readonly undecided: Record<string, string>;
}

/**
 * The file in pieces, each with its place. `meta`, the last array, is the UTF-8 text of JSON: the
 * head of a result file, the reasons of failures, and the words that the codes of states stand for.
 */
export function* encodeNpz(source: ResultSource): Generator<Piece> {
  const { spec, layout } = source;
  const fixed = fixedCubes(spec, layout);
  const cubes = replicaCubes(spec, layout);
  const placed = members([...fixed, ...cubes]);
  const crcs = placed.map(({ npyHeader }) => crc32(npyHeader));
  const piece = (k: number, from: number, bytes: Uint8Array): Piece => {
    crcs[k] = crc32(bytes, crcs[k]);
    return { at: (placed[k] as Member).dataAt + from, bytes };
  };
  for (const [k, cube] of fixed.entries()) {
    yield piece(k, 0, cubeBytes(cube, cube.values()));
  }
  const reasons: Reasons = { failures: {}, undecided: {} };
  const entries = source.entries()[Symbol.iterator]();
  let next = entries.next();
  for (let first = 0; first < layout.size; first += BLOCK) {
    const count = Math.min(BLOCK, layout.size - first);
    const values = cubes.map(({ perReplica, missing }) =>
      new Float64Array(count * perReplica).fill(missing),
    );
    for (; !next.done && next.value.index < first + count; next = entries.next()) {
      const entry = next.value;
      keepReasons(reasons, entry);
      for (const [c, { perReplica, of }] of cubes.entries()) {
        const at = (entry.index - first) * perReplica;
        for (let k = 0; k < perReplica; k++) (values[c] as Float64Array)[at + k] = of(entry, k);
      }
    }
    for (const [c, cube] of cubes.entries()) {
      const from = first * cube.perReplica * BYTES[cube.dtype];
      yield piece(fixed.length + c, from, cubeBytes(cube, values[c] as Float64Array));
    }
  }
  const words = { states: Object.keys(State), separabilities: KINDS };
  const meta = new TextEncoder().encode(
    JSON.stringify({ ...headOf(source), ...words, ...reasons }),
  );
  const all = members([...fixed, ...cubes, metaCube(meta.length)]);
  crcs.push(crc32((all.at(-1) as Member).npyHeader));
  placed.push(all.at(-1) as Member);
  yield piece(all.length - 1, 0, meta);
  for (const [k, member] of all.entries()) {
    yield { at: member.at, bytes: localHeader(member, crcs[k] as number) };
  }
  const last = all.at(-1) as Member;
  yield { at: last.dataAt + last.dataLength, bytes: directory(all, crcs) };
}

function metaCube(length: number): Cube {
  return { name: 'meta', dtype: '|u1', shape: [length] };
}

function keepReasons(reasons: Reasons, { index, outcome }: Entry): void {
  if (outcome.failure !== null) reasons.failures[index] = outcome.failure;
  const { separability } = outcome;
  if (separability?.kind === 'undecided') reasons.undecided[index] = separability.reason;
}

/**
 * Reads what `encodeNpz` writes.
 * @throws FieldError that names the first thing that is not accepted
 */
export function decodeNpz(bytes: Uint8Array, layoutOf: (spec: SweepSpec) => Layout): Results {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const refuse = (where: string, what: string, expected: string): never => {
    throw new FieldError(where, what, expected);
  };
  if (bytes.length < END_LENGTH || view.getUint32(bytes.length - END_LENGTH, true) !== 0x06054b50) {
    refuse('end of the archive', `${bytes.length} bytes`, 'a zip archive that is whole');
  }
  const meta = readMeta(bytes, view);
  const { failures, undecided, ...head } = meta.json;
  const results = readHead(head, layoutOf);
  const { spec, layout, table } = results;
  const fixed = fixedCubes(spec, layout);
  const cubes = replicaCubes(spec, layout);
  const all = members([...fixed, ...cubes, metaCube(meta.length)]);
  const crcs = all.map(({ npyHeader, dataAt, dataLength }) =>
    crc32(bytes.subarray(dataAt, dataAt + dataLength), crc32(npyHeader)),
  );
  const end = directory(all, crcs);
  const last = all.at(-1) as Member;
  const endAt = last.dataAt + last.dataLength;
  if (bytes.length !== endAt + end.length) {
    refuse('file', `${bytes.length} bytes`, `${endAt + end.length} bytes for this spec`);
  }
  for (const [k, member] of all.entries()) {
    const header = localHeader(member, crcs[k] as number);
    if (!sameBytes(bytes.subarray(member.at, member.at + header.length), header)) {
      refuse(member.name, 'other bytes', 'the type, the shape and the checksum of this array');
    }
  }
  if (!sameBytes(bytes.subarray(endAt), end)) {
    refuse('directory of the archive', 'other bytes', 'the arrays of this spec');
  }
  for (const [k, cube] of fixed.entries()) {
    const { dataAt, dataLength } = all[k] as Member;
    const expected = cubeBytes(cube, cube.values());
    if (!sameBytes(bytes.subarray(dataAt, dataAt + dataLength), expected)) {
      refuse(`${cube.name}.npy`, 'other values', 'what the spec gives');
    }
  }
  const readers = new Map(
    cubes.map(({ name, dtype, perReplica }, c) => {
      const { dataAt } = all[fixed.length + c] as Member;
      return [
        name,
        (index: number, k = 0): number => {
          const at = dataAt + (index * perReplica + k) * BYTES[dtype];
          if (dtype === '|u1') return view.getUint8(at);
          return dtype === '<u4' ? view.getUint32(at, true) : view.getFloat64(at, true);
        },
      ] as const;
    }),
  );
  const value = (name: string, index: number, k?: number): number =>
    (readers.get(name) as (index: number, k?: number) => number)(index, k);
  for (let index = 0; index < layout.size; index++) {
    if (value('test_state', index) === State.pending) continue;
    const json = replicaOf(spec, layout, index, (name, k) => value(name, index, k), {
      failures,
      undecided,
    });
    readReplica(json, `replicas[${index}]`, table, layout);
  }
  return results;
}

/** The text of `meta`, found through the directory at the end. */
function readMeta(
  bytes: Uint8Array,
  view: DataView,
): { json: Record<string, unknown> & Reasons; length: number } {
  const directoryAt = view.getUint32(bytes.length - 6, true);
  const name = new TextEncoder().encode('meta.npy');
  const fieldsAt = bytes.length - END_LENGTH - name.length - 46;
  const inside =
    fieldsAt >= directoryAt &&
    sameBytes(bytes.subarray(fieldsAt + 46, fieldsAt + 46 + name.length), name);
  if (!inside) throw new FieldError('meta.npy', undefined, 'the last array of a Grokscope file');
  const localAt = view.getUint32(fieldsAt + 42, true);
  const size = view.getUint32(fieldsAt + 24, true);
  const header = 30 + name.length;
  const npy = bytes.subarray(localAt + header, localAt + header + size);
  const prefix = npy.length > 10 ? 10 + (npy[8] as number) + 256 * (npy[9] as number) : Infinity;
  if (npy.length !== size || prefix > size) {
    throw new FieldError('meta.npy', `${npy.length} bytes`, `${size} bytes`);
  }
  const text = npy.subarray(prefix);
  if (crc32(npy) !== view.getUint32(fieldsAt + 16, true)) {
    throw new FieldError('meta.npy', 'another checksum', 'the one in the directory');
  }
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(text));
  } catch (error) {
    throw new FieldError('meta.npy', 'text', `JSON (${(error as Error).message})`);
  }
  const known = [...HEAD_FIELDS, 'states', 'separabilities', 'failures', 'undecided'];
  const json = readObject(value, '', known) as Record<string, unknown> & Reasons;
  for (const key of ['failures', 'undecided'] as const) {
    if (typeof json[key] !== 'object' || json[key] === null) {
      throw new FieldError(key, json[key], 'an object of reasons by index');
    }
  }
  return { json, length: text.length };
}

/** A replica of the arrays, as JSON has it. */
function replicaOf(
  spec: SweepSpec,
  layout: Layout,
  index: number,
  value: (name: string, k?: number) => number,
  { failures, undecided }: Reasons,
): object {
  const { seed, samples, dimensions, sigma, ensemble } = layout.replica(index);
  const failed = value('test_state') === State.failed;
  const states = Object.keys(State);
  const times = (kind: 'test' | 'train'): object[] =>
    (failed ? [] : spec.thresholds[kind]).map((threshold, k) => {
      const state = states[value(`${kind}_state`, k)];
      return state === 'crossed'
        ? { threshold, state, log10t: value(`${kind}_log10t`, k) }
        : { threshold, state };
    });
  const kind = value('separability');
  const parts = Object.entries(CERTIFICATE).flatMap(([name, part]) =>
    Number.isNaN(value(name)) ? [] : [[part, value(name)]],
  );
  const reason = kind === 3 ? { reason: undecided[index] } : {};
  return {
    ...{ index, seed, samples, dimensions, sigma, ensemble },
    testTimes: times('test'),
    trainTimes: times('train'),
    final: failed
      ? null
      : Object.fromEntries(FINALS.map((final) => [final, value(`final_${final}`)])),
    gradients: value('gradients'),
    failure: failed ? failures[index] : null,
    ...(kind === 0
      ? {}
      : { separability: { kind: KINDS[kind], ...Object.fromEntries(parts), ...reason } }),
  };
}
