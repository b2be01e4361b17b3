/**
 * Results as CSV (RFC 4180, but lines end in \n): the long table, below a line of comment, # and JSON,
 * with what a result file says of itself and the number of rows. A missing entry is empty.
 */
import { FieldError, readNumber, readObject } from '../model/fields.ts';
import type { SweepSpec } from '../model/spec.ts';
import {
  HEAD_FIELDS,
  headOf,
  type Layout,
  type ResultSource,
  type Results,
  readHead,
} from './codec.ts';
import { type Cell, type LongColumn, longColumns, readRow } from './long-table.ts';

/** Rows written together. */
const ROWS = 256;

/** The text in pieces of a few rows. */
export function* encodeCsv(source: ResultSource): Generator<string> {
  const { spec, layout, count } = source;
  const columns = longColumns(spec);
  const head = { ...headOf(source), rows: count };
  yield `# ${JSON.stringify(head)}\n${columns.map(({ name }) => name).join(',')}\n`;
  let lines: string[] = [];
  for (const entry of source.entries()) {
    lines.push(`${columns.map(({ of }) => quoted(of(entry, layout))).join(',')}\n`);
    if (lines.length < ROWS) continue;
    yield lines.join('');
    lines = [];
  }
  yield lines.join('');
}

function quoted(cell: Cell): string {
  if (typeof cell !== 'string') return cell === null ? '' : String(cell);
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

/**
 * Reads what `encodeCsv` writes.
 * @throws FieldError that names the first line and column that are not accepted
 */
export function decodeCsv(text: string, layoutOf: (spec: SweepSpec) => Layout): Results {
  const lines = linesOf(text);
  const head = readHeadLine(lines.next().value ?? []);
  const count = readNumber(head.rows, 'rows', { min: 0, max: 2 ** 32, integer: true });
  const results = readHead(head, layoutOf);
  const columns = longColumns(results.spec);
  const names = lines.next().value ?? [];
  columns.forEach(({ name }, k) => {
    if (names[k] !== name) throw new FieldError(`column ${k + 1}`, names[k], `"${name}"`);
  });
  if (names.length > columns.length) {
    throw new FieldError(`column ${columns.length + 1}`, names[columns.length], 'nothing');
  }
  const places = new Map(columns.map(({ name }, k) => [name, k]));
  let row = 0;
  for (const cells of lines) {
    const field = `row ${++row}`;
    if (cells.length !== columns.length) {
      throw new FieldError(field, `${cells.length} cells`, `${columns.length} cells`);
    }
    if (row > count) throw new FieldError(field, cells[0], `${count} rows, as the first line says`);
    const values = columns.map((column, k) => parseCell(column, cells[k] as string));
    readRow(
      (name) => values[places.get(name) as number] as Cell,
      field,
      results.table,
      results.layout,
    );
  }
  if (row !== count) {
    throw new FieldError('file', `${row} rows`, `${count} rows, as the first line says`);
  }
  return results;
}

function readHeadLine([line]: readonly string[]): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse((line ?? '').replace(/^# /, ''));
  } catch (error) {
    throw new FieldError('line 1', line, `# and JSON (${(error as Error).message})`);
  }
  return readObject(value, '', [...HEAD_FIELDS, 'rows']);
}

/** A number that is none is left to the reader of replicas, which refuses it. */
function parseCell({ type }: LongColumn, cell: string): Cell {
  if (cell === '') return null;
  const number = Number(cell);
  return type === 'text' || Number.isNaN(number) ? cell : number;
}

/** Cells of each line, quotes taken off; the first line, whatever is in it, is one cell. */
function* linesOf(text: string): Generator<string[], undefined> {
  const first = text.indexOf('\n');
  if (first < 0) {
    yield [text];
    return;
  }
  yield [text.slice(0, first).trimEnd()];
  const token = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/y;
  token.lastIndex = first + 1;
  let cells: string[] = [];
  while (token.lastIndex < text.length) {
    const at = token.lastIndex;
    const match = token.exec(text);
    if (!match) throw new FieldError(`character ${at}`, text.slice(at, at + 20), 'a cell of CSV');
    const [, inQuotes, plain, end] = match;
    cells.push(inQuotes?.replaceAll('""', '"') ?? plain ?? '');
    if (end === ',') continue;
    yield cells;
    cells = [];
  }
  if (cells.length > 0) yield [...cells, ''];
}
