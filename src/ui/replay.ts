/** A replica run again, against what a link has recorded of it. */
import { ENGINE_NAMES, type EngineKind } from '../model/engine.ts';
import { recordDigest } from '../results/digest.ts';
import type { ResultTable } from '../results/table.ts';
import type { Crossing } from '../results/times.ts';
import { time } from './format.ts';
import type { Recorded } from './lab-view.ts';

/**
 * What a link records of a replica; undefined of one that has no record.
 * @param engine the kind of the one that computed it
 */
export function recordedLink(
  table: ResultTable,
  index: number,
  accuracy: number | undefined,
  engine: string,
): Recorded | undefined {
  const rows = table.record(index);
  if (!rows || accuracy === undefined) return undefined;
  const crossing = table.failures.has(index) ? undefined : table.testTimeAt(index, accuracy);
  return { engine, digest: recordDigest(rows), time: timeOf(crossing) };
}

/** log10 of a time, which five digits give better than any engine does, or its state. */
function timeOf(crossing: Crossing | undefined): string {
  if (!crossing) return 'failed';
  return crossing.state === 'crossed' ? crossing.log10t.toFixed(5) : crossing.state;
}

const nameOf = (kind: string): string => ENGINE_NAMES[kind as EngineKind] ?? kind;

/** Whether the replica came to the same, in a sentence. */
export function replayText(
  table: ResultTable,
  index: number,
  accuracy: number,
  recorded: Recorded,
  kind: EngineKind,
): string {
  if (!table.has(index)) return 'This link is to one replica: it is being run again.';
  const rows = table.record(index);
  if (rows && recordDigest(rows) === recorded.digest) {
    return `Run again on ${nameOf(kind)}: the record is that of the link, bit for bit.`;
  }
  const here = timeOf(table.failures.has(index) ? undefined : table.testTimeAt(index, accuracy));
  const [mine, theirs] = [Number(here), Number(recorded.time)];
  const where = `in the link, made on ${nameOf(recorded.engine)}`;
  if (Number.isFinite(mine) && Number.isFinite(theirs)) {
    const apart = Math.abs(mine - theirs);
    return (
      `Run again on ${nameOf(kind)}: t_test(${accuracy}) is ${time(mine)} here and ${time(theirs)} ${where}; ` +
      `log₁₀ t is ${apart < 1e-5 ? 'equal to five digits, the records differ in their last bits' : `${apart.toPrecision(2)} apart`}.`
    );
  }
  const words = (text: string): string =>
    Number.isFinite(Number(text)) ? time(Number(text)) : text.replace('notBy', 'not by t_end');
  return here === recorded.time
    ? `Run again on ${nameOf(kind)}: t_test(${accuracy}) is “${words(here)}”, as ${where}; the records differ in their last bits.`
    : `Run again on ${nameOf(kind)}: t_test(${accuracy}) is “${words(here)}” here and “${words(recorded.time)}” ${where}.`;
}
