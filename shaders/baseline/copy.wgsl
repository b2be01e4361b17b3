// Copies a buffer: what memory can do at most, for the benchmark.

@group(0) @binding(0) var<storage, read> source: array<vec4<u32>>;
@group(0) @binding(1) var<storage, read_write> copied: array<vec4<u32>>;

@compute @workgroup_size(WORKGROUP)
fn copy(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x < arrayLength(&source)) { copied[id.x] = source[id.x]; }
}
