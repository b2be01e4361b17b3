// Threefry-2x32, 20 rounds (Salmon, Moraes, Dror, Shaw, SC'11). Twin of src/model/threefry.ts.
fn threefry(key: vec2<u32>, counter: vec2<u32>) -> vec2<u32> {
  const rotations = array<u32, 8>(13u, 15u, 26u, 6u, 17u, 29u, 16u, 24u);
  let schedule = array<u32, 3>(key.x, key.y, 0x1bd11bdau ^ key.x ^ key.y);
  var x = counter + key;
  for (var group = 0u; group < 5u; group++) {
    for (var k = 0u; k < 4u; k++) {
      let rotation = rotations[(group & 1u) * 4u + k];
      x.x += x.y;
      x.y = ((x.y << rotation) | (x.y >> (32u - rotation))) ^ x.x;
    }
    let injection = group + 1u;
    x.x += schedule[injection % 3u];
    x.y += schedule[(injection + 1u) % 3u] + injection;
  }
  return x;
}
