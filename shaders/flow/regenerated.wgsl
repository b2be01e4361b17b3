// Rows of a streamed pass that are made from the counters whenever they are needed; the table of
// quantiles is bound in place of the data.
fn octet_at(row: u32, octet: u32) -> vec4<u32> {
  let key = vec2(team[0].key0, team[0].key1);
  return vec4(quad(key, row, 2u * octet), quad(key, row, 2u * octet + 1u));
}

// Eight halves in a vec4.
fn quantile_pair(word: u32) -> u32 { return data[word >> 2u][word & 3u]; }
