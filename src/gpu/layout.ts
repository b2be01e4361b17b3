/** Places of the fields of a WGSL struct of four-byte scalars, read from its source. */

export interface Layout {
  /** Index of each field in words of four bytes. */
  readonly word: Readonly<Record<string, number>>;
  readonly type: Readonly<Record<string, 'u32' | 'f32'>>;
  readonly words: number;
}

/**
 * Reads the layout of `struct name` from WGSL source. Fields of a struct in it are named after both:
 * `run.step`.
 * @throws Error if the struct is not there or has a field that is no u32, f32 or such a struct
 */
export function structLayout(source: string, name: string): Layout {
  const body = new RegExp(`struct ${name} \\{([^}]*)\\}`).exec(source)?.[1];
  if (body === undefined) throw new Error(`no struct ${name} in the shader source`);
  const word: Record<string, number> = {};
  const type: Record<string, 'u32' | 'f32'> = {};
  let words = 0;
  for (const line of body.replace(/\/\/.*$/gm, '').split(',')) {
    if (line.trim() === '') continue;
    const field = /^\s*(\w+)\s*:\s*(u32|f32|[A-Z]\w*)\s*$/.exec(line);
    if (!field) throw new Error(`struct ${name}: "${line.trim()}" is not a u32 or f32 field`);
    const [, key, kind] = field as unknown as [string, string, string];
    if (kind === 'u32' || kind === 'f32') {
      word[key] = words++;
      type[key] = kind;
      continue;
    }
    const inner = structLayout(source, kind);
    for (const [own, at] of Object.entries(inner.word)) {
      word[`${key}.${own}`] = words + at;
      type[`${key}.${own}`] = inner.type[own] as 'u32' | 'f32';
    }
    words += inner.words;
  }
  return { word, type, words };
}

/**
 * Writes fields into the words of a struct; the others become zero.
 * @throws Error for a field that the struct does not have
 */
export function packStruct(layout: Layout, fields: Readonly<Record<string, number>>): ArrayBuffer {
  const view = new DataView(new ArrayBuffer(4 * layout.words));
  for (const [key, value] of Object.entries(fields)) {
    const at = layout.word[key];
    if (at === undefined) throw new Error(`no field ${key} in the struct`);
    if (layout.type[key] === 'u32') view.setUint32(4 * at, value, true);
    else view.setFloat32(4 * at, value, true);
  }
  return view.buffer;
}
