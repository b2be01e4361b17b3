import { access, constants, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { InputError } from './usage.ts';

/** Largest input file, in bytes: what one string can hold with room to spare. */
const MAX_INPUT = 400_000_000;

/**
 * Reads a text file, or standard input for `-`.
 * @throws InputError
 */
export async function readText(path: string, what: string): Promise<string> {
  if (path === '-') return text(process.stdin);
  try {
    const { size } = await stat(path);
    if (size > MAX_INPUT) throw new Error(`it has ${size} bytes, more than ${MAX_INPUT}`);
    return await readFile(path, 'utf8');
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

/** Pieces are written together up to this many characters. */
const WRITE_SIZE = 1 << 20;

/**
 * Writes a file from pieces of text, whole or not at all: into a file beside it, which then takes
 * its name.
 */
export async function writeAtomically(path: string, pieces: Iterable<string>): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.tmp`);
  try {
    const file = await open(temporary, 'wx');
    try {
      let pending = '';
      for (const piece of pieces) {
        pending += piece;
        if (pending.length < WRITE_SIZE) continue;
        await file.write(pending);
        pending = '';
      }
      await file.write(pending);
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
