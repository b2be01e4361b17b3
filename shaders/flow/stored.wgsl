// Rows of a streamed pass that are stored in the bound buffer.
fn octet_at(row: u32, octet: u32) -> vec4<u32> {
  let local = row - params.part * team[0].part_rows;
  return data[team[0].data_offset + local * team[0].row_octets + octet];
}
