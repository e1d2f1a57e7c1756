// The largest of the channels of a pixel, four at a time, and the lowest channel that has it. A part, not a kernel.

// Of each lane: the largest value yet, and the lowest channel that has it.
struct Best {
  value: vec4f,
  c: vec4u,
}

const LANES = vec4u(0u, 1u, 2u, 3u);

// Of channels 0 to 3. Lanes beyond the c channels are as channel 0: they can only tie with it, and lose the tie.
fn best_of_first(value: vec4f, c: u32) -> Best {
  return Best(select(vec4f(value.x), value, LANES < vec4u(c)), LANES);
}

// With channels 4 i to 4 i + 3 as well. Lanes beyond the c channels win nowhere.
fn best_with(best: Best, value: vec4f, i: u32, c: u32) -> Best {
  let channel = vec4u(4u * i) + LANES;
  let wins = (value > best.value) & (channel < vec4u(c));
  return Best(select(best.value, value, wins), select(best.c, channel, wins));
}

fn winner(best: Best) -> u32 {
  var lane = 0u;
  for (var other = 1u; other < 4u; other++) {
    let ties = best.value[other] == best.value[lane] && best.c[other] < best.c[lane];
    if (best.value[other] > best.value[lane] || ties) { lane = other; }
  }
  return best.c[lane];
}
