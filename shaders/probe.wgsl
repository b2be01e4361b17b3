// What the arithmetic of a device is like: src/gpu/probe.ts asks, src/model/device-check.ts says what
// the answers mean. Every operand comes from a buffer, so that nothing can be computed at compile
// time; what a compiler does to an expression of unknown values is just what is asked.

struct Question {
  exponent: f32, // of exp
  argument: f32, // of log
  a: f32,        // a·b + c: zero if the product is rounded before c is added
  b: f32,
  c: f32,
  large: f32,    // two summands, the smaller one below the rounding of the sum
  small: f32,
  tiny: f32,     // a subnormal number
  least: f32,    // a normal number that one half of makes subnormal
  half: f32,     // 0.5
}

struct Answer {
  exponential: f32,
  logarithm: f32,
  product_sum: f32,
  difference: f32, // (large + small) − large: zero, unless sums are reassociated
  residue: f32,    // what the sum has lost, by two-sum: small, unless sums are reassociated
  doubled: f32,    // tiny + tiny, subnormal as well
  halved: f32,     // least·half, subnormal
}

@group(0) @binding(0) var<storage, read> questions: array<Question>;
@group(0) @binding(1) var<storage, read_write> answers: array<Answer>;

@compute @workgroup_size(WORKGROUP)
fn probe(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= arrayLength(&questions)) { return; }
  let q = questions[id.x];
  let sum = q.large + q.small;
  let part = sum - q.large;
  answers[id.x] = Answer(
    exp(q.exponent),
    log(q.argument),
    q.a * q.b + q.c,
    part,
    (q.large - (sum - part)) + (q.small - part),
    q.tiny + q.tiny,
    q.least * q.half,
  );
}
