import { FieldError } from '../model/fields.ts';
import { parseSpecText, type SweepSpec, specDifferences } from '../model/spec.ts';

/** The part of a link that restores a spec. */
export function hashOf(spec: SweepSpec): string {
  return `#spec=${encodeURIComponent(JSON.stringify(specDifferences(spec)))}`;
}

/**
 * The spec in a link; undefined if there is none.
 * @throws FieldError if it is not accepted
 */
export function specFromHash(hash: string): SweepSpec | undefined {
  const text = new URLSearchParams(hash.replace(/^#/, '')).get('spec');
  if (text === null) return undefined;
  try {
    return parseSpecText(text);
  } catch (error) {
    if (error instanceof FieldError) {
      throw new FieldError(`link: ${error.field}`, error.value, error.accepted);
    }
    throw error;
  }
}
