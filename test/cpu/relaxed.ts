import v8 from 'node:v8';
import type { Simd } from '../../src/cpu/simd.ts';
import { simdSupport } from '../../src/cpu/simd-support.ts';

// Node 20 has relaxed SIMD behind a flag; later ones have it, and do not know the flag any more.
if (simdSupport() !== 'relaxed') v8.setFlagsFromString('--experimental-wasm-relaxed-simd');

/** Both builds of the kernel. */
export const VARIANTS: readonly Simd[] = ['plain', 'relaxed'];
