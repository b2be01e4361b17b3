// The order of samples in an epoch, as src/model/draws.ts has it: sample i has the number that is the
// first word of the block with the counter (epoch, i), and samples come in the order of their numbers,
// equal ones in their own.

// All invocations.
fn order_epoch(lid: u32) {
  let samples = workgroupUniformLoad(&team[0].samples);
  let key = vec2(team[0].run.batch_key0, team[0].run.batch_key1);
  let numbers = sample_array(0u, NUMBERS);
  let order = sample_array(0u, ORDER);
  for (var i = lid; i < samples; i += WORKGROUP) {
    sample_values[numbers + i] = threefry(key, vec2(team[0].run.epochs - 1u, i)).x;
    sample_values[order + i] = i;
  }
  storageBarrier();
  // Bitonic sort with all pairs ascending: runs are merged by comparing with their mirror image first.
  // Places past the end stand for the largest numbers, which never move.
  for (var run = 1u; run < samples; run *= 2u) {
    let merged = 2u * run;
    for (var pair = lid; pair / run * merged < samples; pair += WORKGROUP) {
      let start = pair / run * merged;
      ascend(start + pair % run, start + merged - 1u - pair % run, samples);
    }
    for (var stride = run / 2u; stride > 0u; stride /= 2u) {
      storageBarrier();
      for (var pair = lid; pair / stride * 2u * stride < samples; pair += WORKGROUP) {
        let low = pair / stride * 2u * stride + pair % stride;
        ascend(low, low + stride, samples);
      }
    }
    storageBarrier();
  }
}

// Swaps two places unless they are in order.
fn ascend(low: u32, high: u32, samples: u32) {
  if (high >= samples) { return; }
  let numbers = sample_array(0u, NUMBERS);
  let order = sample_array(0u, ORDER);
  let a = vec2(sample_values[numbers + low], sample_values[order + low]);
  let b = vec2(sample_values[numbers + high], sample_values[order + high]);
  if (a.x < b.x || (a.x == b.x && a.y < b.y)) { return; }
  sample_values[numbers + low] = b.x;
  sample_values[order + low] = b.y;
  sample_values[numbers + high] = a.x;
  sample_values[order + high] = a.y;
}
