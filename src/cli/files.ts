import {
  access,
  constants,
  type FileHandle,
  open,
  readFile,
  rename,
  rm,
  stat,
} from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Piece } from '../results/bytes.ts';
import { FORMATS, type Format, formatOf } from '../results/formats.ts';
import { InputError } from './usage.ts';

/** Largest input file, in bytes: what one string can hold with room to spare; and of bytes. */
const MAX_TEXT = 400_000_000;
const MAX_BYTES = 4_000_000_000;

/**
 * Reads a text file, or standard input for `-`.
 * @throws InputError
 */
export async function readText(path: string, what: string): Promise<string> {
  if (path === '-') return text(process.stdin);
  return (await readBytes(path, what, MAX_TEXT)).toString('utf8');
}

/**
 * Reads a file.
 * @throws InputError
 */
export async function readBytes(path: string, what: string, most = MAX_BYTES): Promise<Buffer> {
  try {
    const { size } = await stat(path);
    if (size > most) throw new Error(`it has ${size} bytes, more than ${most}`);
    return await readFile(path);
  } catch (error) {
    throw new InputError(
      `${what}: got "${path}"; expected a file that can be read (${(error as Error).message})`,
    );
  }
}

/**
 * Makes sure before a long run that a file can be written at its end.
 * @throws InputError
 */
export async function checkWritable(path: string): Promise<void> {
  const fail = (reason: string): never => {
    throw new InputError(`--out: got "${path}"; expected a file that can be written (${reason})`);
  };
  await access(dirname(path), constants.W_OK).catch((error: Error) => fail(error.message));
  const there = await stat(path).catch(() => undefined);
  if (there && !there.isFile()) fail('it is there and not a file');
  if (there) await access(path, constants.W_OK).catch((error: Error) => fail(error.message));
}

/**
 * The format that the name of a file to be written asks for.
 * @throws InputError
 */
export function formatToWrite(path: string): Format {
  const format = formatOf(path);
  if (format) return format;
  const endings = FORMATS.map((each) => `.${each}`).join(', ');
  throw new InputError(`--out: got "${path}"; expected a name that ends in one of ${endings}`);
}

/** Pieces are written together up to this many characters. */
const WRITE_SIZE = 1 << 20;

/**
 * Writes a file from pieces, whole or not at all: into a file beside it, which then takes its name.
 */
export async function writeAtomically(path: string, pieces: Iterable<Piece>): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.tmp`);
  try {
    const file = await open(temporary, 'wx');
    try {
      let pending = '';
      for (const piece of pieces) {
        if (typeof piece === 'string') {
          pending += piece;
          if (pending.length < WRITE_SIZE) continue;
          await file.writeFile(pending);
          pending = '';
        } else if (piece instanceof Uint8Array) {
          await file.writeFile(piece);
        } else {
          await writeAt(file, piece.bytes, piece.at);
        }
      }
      await file.writeFile(pending);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

async function writeAt(file: FileHandle, bytes: Uint8Array, at: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, at + done);
    done += bytesWritten;
  }
}
