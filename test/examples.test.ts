import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parseSpecText } from '../src/model/spec.ts';

const folder = join(import.meta.dirname, '../examples');

it.each(readdirSync(folder).filter((name) => name.endsWith('.json')))(
  'the example %s is a spec',
  (name) => {
    expect(parseSpecText(readFileSync(join(folder, name), 'utf8')).version).toBe(1);
  },
);
