/**
 * The directory that the shards of a sweep write into: `grid.json` with the spec, and `journals/` with a
 * file for every process that computed something. Nobody waits for anybody: a process writes into a
 * file of its own, and nothing that is there is ever changed, except `grid.json` when the grid grows.
 */
import { randomBytes } from 'node:crypto';
import { closeSync, fdatasyncSync, openSync, readSync, writeSync } from 'node:fs';
import { link, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { FieldError, readChoice, readObject } from '../model/fields.ts';
import { parseSpec, type SweepSpec, specToJson } from '../model/spec.ts';
import {
  headLine,
  type JournalHead,
  type ParsedLine,
  parseLine,
  readHead,
} from '../results/journal.ts';
import { checkContains, specIdentity } from '../sweep/grid.ts';
import { SweepPlan } from '../sweep/plan.ts';
import type { Shard } from '../sweep/shard.ts';
import { VERSION } from '../version.ts';
import { InputError } from './usage.ts';

const GRID_FORMAT = 'grokscope-grid';
const GRID_VERSION = 1;
const GRID_FILE = 'grid.json';
const JOURNALS = 'journals';
const ENDING = '.journal';

/** A journal that is there, without its lines. */
export interface JournalFile {
  readonly name: string;
  readonly path: string;
  readonly head: JournalHead;
}

/** What a directory holds. */
export interface Grid {
  readonly path: string;
  readonly spec: SweepSpec;
}

/**
 * Reads what grid a directory is for.
 * @throws InputError, FieldError
 */
export async function readGrid(path: string): Promise<Grid> {
  const file = join(path, GRID_FILE);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw new InputError(
      `DIR: got "${path}"; expected a directory with a ${GRID_FILE}, as run --shard makes it (${(error as Error).message})`,
    );
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new FieldError(file, text.slice(0, 40), `JSON (${(error as Error).message})`);
  }
  const object = readObject(value, file, ['format', 'version', 'programVersion', 'spec']);
  readChoice(object.format, `${file}: format`, [GRID_FORMAT]);
  if (object.version !== GRID_VERSION) {
    throw new FieldError(`${file}: version`, object.version, String(GRID_VERSION));
  }
  if (object.programVersion !== VERSION) {
    throw new FieldError(
      `${file}: programVersion`,
      object.programVersion,
      `${VERSION}, the version of this program: results of several versions are not mixed`,
    );
  }
  return { path, spec: parseSpec(object.spec) };
}

/**
 * Makes a directory for a spec, or joins the one that is there; several processes may do so at once.
 * @param extend whether a grid that is there may grow to the one of the spec
 * @throws InputError, FieldError if the directory is for another spec
 */
export async function joinGrid(path: string, spec: SweepSpec, extend: boolean): Promise<Grid> {
  await mkdir(join(path, JOURNALS), { recursive: true }).catch((error: Error) => {
    throw new InputError(`--out: got "${path}"; expected a directory (${error.message})`);
  });
  const file = join(path, GRID_FILE);
  const own = `${file}.${process.pid}.${randomBytes(4).toString('hex')}.tmp`;
  const json = {
    format: GRID_FORMAT,
    version: GRID_VERSION,
    programVersion: VERSION,
    spec: specToJson(spec),
  };
  const handle = await open(own, 'wx');
  try {
    await handle.writeFile(`${JSON.stringify(json, null, 2)}\n`);
    await handle.sync();
    await handle.close();
    // A link, unlike a new name, leaves alone what is there.
    await link(own, file).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
    const there = await readGrid(path);
    if (specIdentity(there.spec) !== specIdentity(spec)) {
      if (!extend) throw new InputError(differs(path, spec, there.spec));
      checkContains(new SweepPlan(spec), new SweepPlan(there.spec));
      await rename(own, file);
    }
  } finally {
    await rm(own, { force: true });
  }
  return { path, spec };
}

function differs(path: string, spec: SweepSpec, before: SweepSpec): string {
  const [now, then] = [specToJson(spec), specToJson(before)];
  const field = Object.keys({ ...then, ...now }).find(
    (each) => JSON.stringify(now[each]) !== JSON.stringify(then[each]),
  ) as string;
  const [got, expected] = [now, then].map((each) => JSON.stringify(each[field]) ?? 'nothing');
  return `${field}: got ${got}; expected ${expected}, as ${path} has it (a grid that contains it is added with --extend)`;
}

/** Journals of a directory, by name, without those that ended before their head was written. */
export async function journalsOf({ path }: Grid): Promise<JournalFile[]> {
  const names = (await readdir(join(path, JOURNALS))).filter((name) => name.endsWith(ENDING));
  return names.sort().flatMap((name) => {
    const file = join(path, JOURNALS, name);
    let head: JournalHead | undefined;
    eachLine(file, (line) => {
      head = readHead(line, `${name}, line 1`);
      return false;
    });
    return head ? [{ name, path: file, head }] : [];
  });
}

/** Seconds since a journal was last written to. */
export async function quietSeconds({ path }: JournalFile): Promise<number> {
  return (Date.now() - (await stat(path)).mtimeMs) / 1000;
}

const READ_SIZE = 1 << 20;
const MAX_LINE = 1 << 26;

/**
 * Reads a journal line by line, a megabyte at a time.
 * @param take gets each line and the place of its bytes; reading ends when it returns false
 * @returns bytes of a last line without an end, which does not count
 * @throws FieldError if a line is damaged
 */
export function eachLine(
  path: string,
  take: (line: ParsedLine, at: number, length: number) => boolean | undefined,
): number {
  const file = openSync(path, 'r');
  const name = path.slice(path.lastIndexOf('/') + 1);
  try {
    let buffer = Buffer.alloc(READ_SIZE);
    /** Bytes of the buffer that are in use, and where in the file they begin. */
    let filled = 0;
    let start = 0;
    for (let number = 1; ; ) {
      const read = readSync(file, buffer, filled, buffer.length - filled, start + filled);
      if (read === 0) return filled;
      filled += read;
      let from = 0;
      for (;;) {
        const end = buffer.indexOf(10, from);
        if (end < 0 || end >= filled) break;
        const line = parseLine(buffer.subarray(from, end), `${name}, line ${number++}`);
        if (take(line, start + from, end - from) === false) return 0;
        from = end + 1;
      }
      buffer.copy(buffer, 0, from, filled);
      start += from;
      filled -= from;
      buffer.fill(0, filled);
      if (filled < buffer.length) continue;
      if (buffer.length >= MAX_LINE) {
        throw new FieldError(`${name}, line ${number}`, `${filled} bytes`, 'lines of a journal');
      }
      buffer = Buffer.concat([buffer, Buffer.alloc(buffer.length)]);
    }
  } finally {
    closeSync(file);
  }
}

/** Lines of a journal, read at their places. */
export class JournalReader {
  readonly #file: number;
  #buffer = Buffer.alloc(1 << 16);

  constructor(readonly path: string) {
    this.#file = openSync(path, 'r');
  }

  line(at: number, length: number): ParsedLine {
    if (length > this.#buffer.length) this.#buffer = Buffer.alloc(2 * length);
    const read = readSync(this.#file, this.#buffer, 0, length, at);
    return parseLine(this.#buffer.subarray(0, read), `${this.path}, byte ${at}`);
  }

  close(): void {
    closeSync(this.#file);
  }
}

/** Seconds between two commits to the disk, for the sake of a machine that loses power. */
const SYNC_SECONDS = 5;

/** A journal of this process. What is appended survives its end, however it ends. */
export class JournalWriter {
  readonly #file: number;
  #syncedAt = performance.now();

  constructor({ path, spec }: Grid, { i, n }: Shard, provenance: JournalHead['provenance']) {
    const digits = String(n).length;
    const part = `${String(i).padStart(digits, '0')}-of-${n}`;
    const time = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '');
    const name = `${part}-${time}-${randomBytes(4).toString('hex')}${ENDING}`;
    this.#file = openSync(join(path, JOURNALS, name), 'ax');
    this.append(
      headLine({ programVersion: VERSION, spec, shard: { i, n }, provenance }, specToJson(spec)),
    );
  }

  append(lines: string): void {
    const bytes = Buffer.from(lines);
    for (let at = 0; at < bytes.length; ) at += writeSync(this.#file, bytes, at);
    if (performance.now() - this.#syncedAt < 1000 * SYNC_SECONDS) return;
    fdatasyncSync(this.#file);
    this.#syncedAt = performance.now();
  }

  close(): void {
    fdatasyncSync(this.#file);
    closeSync(this.#file);
  }
}
