/** Where results come from that the page's own engine has not computed. */
import { ENGINE_NAMES, type EngineInfo } from '../model/engine.ts';
import type { Provenance } from '../results/codec.ts';
import type { RunInfo } from '../store/runs.ts';
import { engineText } from './header.ts';

/** A file, or a kept run of another engine. */
export interface Origin {
  /** As a file of these results says it again. */
  readonly provenance: Provenance;
  /** The engine, in words and as a link names it. */
  readonly engine: string;
  readonly kind: string;
}

/** The origin of a file, by what it says of itself, which may be anything. */
export function originOfFile(name: string, provenance: Provenance): Origin {
  const engine = (provenance.engine ?? {}) as EngineInfo;
  const known = Object.hasOwn(ENGINE_NAMES, String(engine.kind));
  return {
    provenance,
    engine: known ? engineText(engine) : `from ${name}`,
    kind: known ? engine.kind : 'file',
  };
}

/** The origin of a kept run. */
export function originOfRun({ engine, created }: RunInfo): Origin {
  return {
    provenance: { program: 'grokscope', created: new Date(created).toISOString(), engine },
    engine: engineText(engine),
    kind: engine.kind,
  };
}
