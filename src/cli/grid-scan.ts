/** What the journals of a directory hold, all together. */
import { FieldError } from '../model/fields.ts';
import type { Entry } from '../results/codec.ts';
import { readEntry, readSeparability } from '../results/codec.ts';
import { Line, type ParsedLine } from '../results/journal.ts';
import { withCertificate } from '../results/table.ts';
import type { Crossing } from '../results/times.ts';
import { checkContains, placesIn } from '../sweep/grid.ts';
import { SweepPlan } from '../sweep/plan.ts';
import { VERSION } from '../version.ts';
import { eachLine, type Grid, type JournalFile, JournalReader, journalsOf } from './directory.ts';

/** Most that two times of one replica may differ by, in decades: each is promised to be good to 0.01. */
const TIME_AGREEMENT = 0.02;

/** Journals that are open at once. */
const MAX_OPEN = 200;

/** Where lines are, by the index of their replica in the grid: 12 bytes each. */
class Places {
  /** 1 + the number of the journal; 0: there is none. */
  readonly journal: Uint32Array;
  readonly at: Float64Array;
  count = 0;

  constructor(size: number) {
    this.journal = new Uint32Array(size);
    this.at = new Float64Array(size);
  }
}

/** A journal and what has been found in it. */
export interface ScannedJournal extends JournalFile {
  /** Replicas that no journal before had. */
  replicas: number;
  /** Of computing, as its last line of progress says. */
  seconds: number;
  /** Bytes of a last line that was being written when the process ended. */
  torn: number;
}

/**
 * An index of all lines of all journals, by replica. What a replica came to stays in the files until
 * it is asked for.
 */
export class GridScan {
  readonly journals: ScannedJournal[] = [];
  /** Replicas that are there more than once, and agree. */
  duplicates = 0;
  readonly #plans: SweepPlan[] = [];
  /** Open files by journal, the one that was asked for last at the end. */
  readonly #readers = new Map<number, JournalReader>();
  readonly #replicas: Places;
  readonly #lengths: Uint32Array;
  readonly #failed = new Set<number>();
  #certificates: Places | undefined;
  #certificateLengths = new Uint32Array();

  private constructor(readonly plan: SweepPlan) {
    this.#replicas = new Places(plan.size);
    this.#lengths = new Uint32Array(plan.size);
  }

  /**
   * @throws FieldError if a journal is damaged, of another version, or contradicts another one
   */
  static async of(grid: Grid): Promise<GridScan> {
    const scan = new GridScan(new SweepPlan(grid.spec));
    for (const file of await journalsOf(grid)) scan.#read(file);
    return scan;
  }

  #read(file: JournalFile): void {
    const { name, path, head } = file;
    if (head.programVersion !== VERSION) {
      const expected = `${VERSION}, the version of this program: results of several versions are not mixed`;
      throw new FieldError(`${name}: programVersion`, head.programVersion, expected);
    }
    const plan = new SweepPlan(head.spec);
    this.#checkGrid(name, plan);
    const place = placesIn(this.plan, plan);
    const journal = { ...file, replicas: 0, seconds: 0, torn: 0 };
    this.journals.push(journal);
    this.#plans.push(plan);
    journal.torn = eachLine(path, (line, at, length) => {
      const { kind, index } = line;
      if (kind === Line.progress) {
        journal.seconds = (line.json() as { seconds: number }).seconds;
      } else if (kind !== Line.head) {
        const here = index < plan.size ? place(index) : Number.NaN;
        if (Number.isNaN(here) || here >= this.plan.size) {
          throw new FieldError(`${name}: index`, index, `at most ${plan.size - 1}`);
        }
        if (kind === Line.certificate) this.#locateCertificate(here, at, length);
        else if (this.#locate(here, line, at, length)) {
          journal.replicas++;
          if (kind === Line.failure) this.#failed.add(here);
        }
      }
      return true;
    });
  }

  /** @throws FieldError if a journal is of another grid, and not of a part of this one */
  #checkGrid(name: string, plan: SweepPlan): void {
    try {
      checkContains(this.plan, plan);
    } catch (error) {
      if (!(error instanceof FieldError)) throw error;
      const { field, value, accepted } = error;
      throw new FieldError(`${name} is of another grid; ${field}`, value, accepted);
    }
  }

  #reader(journal: number): JournalReader {
    const open = this.#readers.get(journal);
    const reader = open ?? new JournalReader((this.journals[journal] as ScannedJournal).path);
    this.#readers.delete(journal);
    this.#readers.set(journal, reader);
    const [oldest] = this.#readers;
    if (oldest && this.#readers.size > MAX_OPEN) {
      oldest[1].close();
      this.#readers.delete(oldest[0]);
    }
    return reader;
  }

  /** Notes where a replica is; false, and held against what is there, if there is one already. */
  #locate(index: number, line: ParsedLine, at: number, length: number): boolean {
    const { journal } = this.#replicas;
    if (journal[index] !== 0) {
      this.#compare(index, line);
      this.duplicates++;
      return false;
    }
    journal[index] = this.journals.length;
    this.#replicas.at[index] = at;
    this.#lengths[index] = length;
    this.#replicas.count++;
    return true;
  }

  #locateCertificate(index: number, at: number, length: number): void {
    this.#certificates ??= new Places(this.plan.size);
    if (this.#certificateLengths.length === 0) {
      this.#certificateLengths = new Uint32Array(this.plan.size);
    }
    const { journal } = this.#certificates;
    if (journal[index] === 0) this.#certificates.count++;
    journal[index] = this.journals.length;
    this.#certificates.at[index] = at;
    this.#certificateLengths[index] = length;
  }

  /** @throws FieldError if a replica that is there twice is not the same */
  #compare(index: number, line: ParsedLine): void {
    const before = this.#journalOf(index);
    const now = this.journals.at(-1) as ScannedJournal;
    const first = this.#entry(index);
    const second = this.#parse(line, this.journals.length - 1, now.name);
    if (sameOutcome(first, second)) return;
    const { seed, samples, dimensions } = this.plan.replica(index);
    throw new FieldError(
      `seed ${seed}, N ${samples}, d ${dimensions}`,
      'results that differ',
      `times that agree to ${TIME_AGREEMENT} in log10 t in ${before.name} and ${now.name}`,
    );
  }

  #journalOf(index: number): ScannedJournal {
    return this.journals[(this.#replicas.journal[index] as number) - 1] as ScannedJournal;
  }

  #parse(line: ParsedLine, journal: number, name: string): Entry {
    const plan = this.#plans[journal] as SweepPlan;
    return readEntry(line.json(), name, plan.spec, plan);
  }

  /** A replica without its certificate. */
  #entry(index: number): Entry {
    const journal = (this.#replicas.journal[index] as number) - 1;
    const line = this.#reader(journal).line(
      this.#replicas.at[index] as number,
      this.#lengths[index] as number,
    );
    const entry = this.#parse(line, journal, (this.journals[journal] as ScannedJournal).name);
    return { ...entry, index };
  }

  /** What a replica came to, from its file. */
  entry(index: number): Entry {
    const entry = this.#entry(index);
    const places = this.#certificates;
    const journal = (places?.journal[index] ?? 0) - 1;
    if (!places || journal < 0) return entry;
    const at = places.at[index] as number;
    const line = this.#reader(journal).line(at, this.#certificateLengths[index] as number);
    const { name } = this.journals[journal] as ScannedJournal;
    const separability = readSeparability(line.json(), `${name}: certificate of ${index}`);
    const { sigma } = this.plan.replica(index);
    return { index, outcome: withCertificate(entry.outcome, separability, this.plan.spec, sigma) };
  }

  has(index: number): boolean {
    return this.#replicas.journal[index] !== 0;
  }

  failed(index: number): boolean {
    return this.#failed.has(index);
  }

  certified(index: number): boolean {
    return (this.#certificates?.journal[index] ?? 0) !== 0;
  }

  /** Replicas that are there, and certificates. */
  get count(): number {
    return this.#replicas.count;
  }

  get certificates(): number {
    return this.#certificates?.count ?? 0;
  }

  close(): void {
    for (const reader of this.#readers.values()) reader.close();
  }
}

/** Whether two runs of one replica agree: in every state, and in times as far as is promised. */
function sameOutcome({ outcome: a }: Entry, { outcome: b }: Entry): boolean {
  const same = (first: readonly Crossing[], second: readonly Crossing[]): boolean =>
    first.every((time, k) => {
      const other = second[k];
      if (time.state !== other?.state) return false;
      if (time.state !== 'crossed' || other.state !== 'crossed') return true;
      return Math.abs(time.log10t - other.log10t) <= TIME_AGREEMENT;
    });
  return (
    (a.failure === null) === (b.failure === null) &&
    same(a.testTimes, b.testTimes) &&
    same(a.trainTimes, b.trainTimes)
  );
}
