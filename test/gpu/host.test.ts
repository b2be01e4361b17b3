import { describe, expect, it } from 'vitest';
import { Arena, type Block } from '../../src/gpu/arena.ts';
import { packStruct, structLayout } from '../../src/gpu/layout.ts';
import { Pace } from '../../src/gpu/pace.ts';
import { paramsLayout, shaderConstant, slotLayouts, stageLayout } from '../../src/gpu/wgsl.ts';
import { COLUMNS } from '../../src/model/trajectory.ts';

describe('struct layouts', () => {
  it('come from the shader source', () => {
    const layout = structLayout('struct A {\n  x: u32, // first, of two\n  y: f32,\n}', 'A');
    expect(layout).toEqual({ word: { x: 0, y: 1 }, type: { x: 'u32', y: 'f32' }, words: 2 });
    const nested = structLayout(
      'struct A { a: u32, b: B, c: f32, }\nstruct B { x: f32, y: u32, }',
      'A',
    );
    expect(nested.word).toEqual({ a: 0, 'b.x': 1, 'b.y': 2, c: 3 });
    expect([...new Uint32Array(packStruct(layout, { x: 7, y: 1 }))]).toEqual([7, 0x3f800000]);
    expect(slotLayouts.flow.word.phase).toBe(0);
    expect(slotLayouts.descent.word['run.now.loss']).toBeGreaterThan(35);
    expect([paramsLayout.words, stageLayout.words]).toEqual([4, 5]);
    expect(shaderConstant('ENTRY_WORDS')).toBe(2 + COLUMNS);
  });

  it('refuse what they cannot place', () => {
    expect(() => structLayout('struct A { v: vec4<f32>, }', 'A')).toThrow(
      /"v: vec4<f32>" is not a u32 or f32/,
    );
    expect(() => structLayout('', 'A')).toThrow(/no struct A/);
    expect(() => packStruct(slotLayouts.flow, { phaze: 1 })).toThrow(/no field phaze/);
    expect(() => shaderConstant('NOTHING')).toThrow(/no constant NOTHING/);
  });
});

describe('arena', () => {
  it('never hands out the same element twice, and gets everything back', () => {
    const arena = new Arena(1000);
    const taken: Block[] = [];
    let seed = 1;
    const random = (n: number): number => {
      seed = (seed * 48271) % 2147483647;
      return seed % n;
    };
    for (let k = 0; k < 5000; k++) {
      if (random(2) === 0) {
        const block = arena.take(1 + random(90));
        if (block) {
          for (const other of taken) {
            expect(
              block.offset + block.size <= other.offset ||
                other.offset + other.size <= block.offset,
            ).toBe(true);
          }
          expect(block.offset + block.size).toBeLessThanOrEqual(1000);
          taken.push(block);
        }
      } else if (taken.length > 0) arena.give(taken.splice(random(taken.length), 1)[0] as Block);
    }
    for (const block of taken) arena.give(block);
    expect(arena.take(1000)).toEqual({ offset: 0, size: 1000 });
    expect(arena.take(1)).toBeUndefined();
  });
});

describe('pace', () => {
  /** Feeds rounds of a device that takes `perIteration` milliseconds an iteration. */
  function settle(pace: Pace, perIteration: number, latency: number): number {
    let now = 0;
    let took = 0;
    for (let k = 0; k < 60; k++) {
      const { dispatches, budget } = pace.next();
      expect(budget).toBeLessThanOrEqual(48_000);
      took = latency + dispatches * budget * perIteration;
      pace.ended(now, now + took);
      now += took;
    }
    return took;
  }

  it.each([1e-6, 1e-4, 1e-2])(
    'finds rounds of about the target at %d ms an iteration',
    (perIteration) => {
      const took = settle(new Pace(8, 1), perIteration, 1);
      const most = 64 * 48_000 * perIteration + 1;
      expect(took).toBeGreaterThan(Math.min(5, 0.6 * most));
      expect(took).toBeLessThan(12);
    },
  );

  it('does not starve a browser that answers on a timer', () => {
    expect(settle(new Pace(8, 100), 1e-4, 100)).toBeGreaterThan(99);
  });
});
